"""Which verdicts the Overview shows, and the cell that was clicked."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from indicators import address, catalogue
from indicators.address import EVERY, choose
from indicators.cached import objectives as cached
from indicators.catalogue import tree
from indicators.regions import NATION
from indicators.statuses import VerdictClass
from indicators.store.queries import Vintage
from indicators.wording import Wording

UNKNOWN = "-"


def choose_home(words: Wording) -> str:
    """Return the reader's own province, where every page begins; the nation where there is none."""
    names = tree().names(words.language)
    codes = (NATION, *tree().provinces)
    offered = {code: names[code] for code in codes}
    return choose(words("My province"), "home", offered, words, default=address.home())


def narrow_verdicts(words: Wording, vintage: Vintage) -> pd.DataFrame:
    """Return the verdicts that the filters leave: document, clause, department, verdict."""
    known, register = catalogue.load(), cached.register(vintage)
    targets = register.target.set_index("target")
    verdicts = cached.verdicts(vintage)
    verdicts = verdicts.assign(
        document=verdicts["target"].map(targets["document"]),
        department=verdicts["target"].map(targets["department"].fillna(UNKNOWN)),
        clause=[known.indicators[key].clause for key in verdicts["indicator"]],
    )
    titles = register.document.set_index("document")["title"]
    unstated = words("not stated in the copy")
    filters: dict[str, tuple[str, Callable[[str], str]]] = {
        "document": (words("Document"), lambda code: str(titles[code])),
        "clause": (words("Clause"), lambda code: words.text(known.clauses[code].title)),
        "department": (
            words("Department responsible"),
            lambda code: unstated if code == UNKNOWN else code,
        ),
        "verdict": (
            words("Verdict"),
            lambda code: words(VerdictClass(code).sentence),
        ),
    }
    for key, (label, name) in filters.items():
        held = verdicts[key].unique()
        if len(held) < 2:  # nothing to choose
            address.forget(f"only_{key}")
            continue
        names = {EVERY: words("All")} | {code: name(code) for code in held}
        code = choose(label, f"only_{key}", names, words)
        if code != EVERY:
            verdicts = verdicts[verdicts[key] == code]
    return verdicts
