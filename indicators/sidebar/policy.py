"""Which clause of the opinion the Policy page opens, and whose verdicts come first there."""

from __future__ import annotations

import streamlit as st

from indicators import address, catalogue
from indicators.address import choose
from indicators.catalogue import tree
from indicators.drawing.policy import SELECTED
from indicators.views.policy import clause_name
from indicators.wording import Wording

CHART = "clauses"


def choose_clause(words: Wording) -> str:
    """Return the clause chosen, the first where none is."""
    clauses = catalogue.load().clauses
    names = {key: clause_name(clause, words) for key, clause in clauses.items()}
    return choose(words("Clause"), "clause", names, words)


def own_province() -> str:
    """Return the reader's own province, empty for none."""
    return address.home() if address.home() in tree().provinces else ""


def select_clause() -> None:
    """Take over the clause whose bar was clicked."""
    chosen = st.session_state[CHART]["selection"][SELECTED]
    if chosen:
        address.say("clause", chosen[0]["key"])
