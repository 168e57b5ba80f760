"""Which verdicts the Overview shows, and the cell that was clicked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from indicators import catalogue, progress
from indicators.address import EVERY, choose
from indicators.cached import objectives as cached_objectives
from indicators.store.queries import Vintage
from indicators.wording import Wording

UNKNOWN = "-"


def open_cell() -> None:
    """Open the Objectives page of the cell clicked in the matrix."""
    chosen = st.session_state["matrix"]["selection"]["cell"]
    if chosen:
        st.session_state["opened"] = chosen[0]


def narrow_verdicts(words: Wording, vintage: Vintage) -> pd.DataFrame:
    """Return the verdicts that the filters leave: document, clause, department, verdict."""
    known, register = catalogue.load(), cached_objectives.register(vintage)
    told = register.target.set_index("target")
    verdicts = cached_objectives.verdicts(vintage)
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
