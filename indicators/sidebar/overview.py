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
    region = choose(words("My province"), "home", offered, words, default=address.home())
    address.keep_home(region)
    return region


def narrow_verdicts(words: Wording, vintage: Vintage) -> tuple[pd.DataFrame, pd.Series]:
    """Return the verdicts that the filters leave, and the group that each is counted in.

    Filters: document, clause, department, verdict. Groups: by clause or by document.
    """
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
    kinds = {"clause": words("By clause"), "document": words("By document")}
    by = choose(words("Verdicts shared out"), "shares", kinds, words)
    return verdicts, verdicts[by].map(filters[by][1])
