"""The Data page, remembered per release."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from indicators.cached.remembered import engine, kept
from indicators.exports import readable_tables
from indicators.store import queries
from indicators.store.queries import Selection, Vintage
from indicators.wording import Language, Wording


@kept
def changes(vintage: Vintage) -> pd.DataFrame:
    """Return `queries.changes`."""
    return queries.changes(engine(vintage.dataset), vintage.release)


@kept
def flips(vintage: Vintage) -> pd.DataFrame:
    """Return `queries.flips`."""
    return queries.flips(engine(vintage.dataset), vintage.release)


@kept
def warnings(vintage: Vintage) -> pd.DataFrame:
    """Return `queries.warnings`."""
    return queries.warnings(engine(vintage.dataset), vintage.release)


@kept
def retractions(vintage: Vintage) -> pd.DataFrame:
    """Return `queries.retractions`."""
    return queries.retractions(engine(vintage.dataset))


@kept
def revisions(selection: Selection, vintage: Vintage) -> pd.DataFrame:
    """Return `queries.revisions`."""
    return queries.revisions(engine(vintage.dataset), selection)


@st.cache_resource(ttl="10m", max_entries=4, show_spinner=False)
def everything(language: Language, vintage: Vintage) -> pd.DataFrame:
    """Return every figure with where it stands, as people read it."""
    rows = queries.all_observations(engine(vintage.dataset), vintage.release)
    cited = queries.citations(engine(vintage.dataset), set(rows["citation"]))
    return readable_tables.figure_table(rows, cited, Wording(language))
