"""Which target the Objectives page shows, and which verdicts the Overview."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from indicators import cached, catalogue, objectives, progress, tables
from indicators.queries import Vintage
from indicators.sidebar.choice import EVERY, choose
from indicators.views import NATION
from indicators.wording import Wording

UNKNOWN = "-"


def choose_target(words: Wording, vintage: Vintage) -> tuple[str, str]:
    """Return a region that targets apply to, and one of them."""
    verdicts = cached.verdicts(vintage)
    names = tables.region_names(words.language)
    held = set(verdicts["region"])
    order = [NATION, *tables.provinces()]
    region = choose(
        words("Region"),
        "region",
        [code for code in order if code in held],
        name=names.__getitem__,
        default=NATION,
        words=words,
    )
    # Those that figures can be set against come first.
    own = verdicts[verdicts["region"] == region].sort_values(
        ["latest_period", "own", "target"], ascending=[False, False, True], na_position="last"
    )
    rows = own.set_index("target").to_dict("index")
    register = cached.register(vintage).target.set_index("target").to_dict("index")
    target = choose(
        words("Objective"),
        "target",
        [str(key) for key in rows],
        name=lambda key: (
            f"{tables.aim_name(rows[key], words)} · {objectives.target_text(register[key], words)}"
        ),
        default=str(next(iter(rows))),
        words=words,
    )
    return region, target


def open_cell() -> None:
    """Open the Objectives page of the cell clicked in the matrix."""
    chosen = st.session_state["matrix"]["selection"]["cell"]
    if chosen:
        st.session_state["opened"] = chosen[0]


def narrow_verdicts(words: Wording, vintage: Vintage) -> pd.DataFrame:
    """Return the verdicts that the filters leave: document, clause, department, verdict."""
    known, register = catalogue.load(), cached.register(vintage)
    told = register.target.set_index("target")
    verdicts = cached.verdicts(vintage)
    named = verdicts.assign(
        document=verdicts["target"].map(told["document"]),
        department=verdicts["target"].map(told["department"].fillna(UNKNOWN)),
        clause=[known.indicators[key].clause for key in verdicts["indicator"]],
    )
    titles = register.document.set_index("document")["title"]
    name_of: dict[str, tuple[str, Callable[[str], str]]] = {
        "document": (words("Document"), lambda code: str(titles[code])),
        "clause": (words("Clause"), lambda code: words.text(known.clauses[code].title)),
        "department": (
            words("Department responsible"),
            lambda code: words("not stated in the copy") if code == UNKNOWN else code,
        ),
        "verdict": (
            words("Verdict"), lambda code: progress.class_name(progress.VerdictClass(code), words)
        ),
    }  # fmt: skip
    for key, (label, name) in name_of.items():
        codes = [EVERY, *dict.fromkeys(named[key])]
        code = choose(
            label, f"only_{key}", codes, default=EVERY, words=words,
            name=partial(_or_all, name=name, words=words),
        )  # fmt: skip
        if code != EVERY:
            named = named[named[key] == code]
    return named


def _or_all(code: str, *, name: Callable[[str], str], words: Wording) -> str:
    return words("All") if code == EVERY else name(code)
