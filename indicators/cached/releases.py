"""The Data page, remembered per release."""

from __future__ import annotations

import tempfile
from pathlib import Path

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


# Figures of a release that a visitor's click may make a package of; beyond, the command does.
MOST = 500_000


@st.cache_resource(max_entries=2, show_spinner=False)
def package(vintage: Vintage, newest: Vintage) -> bytes:
    """Return a release as a package of open data, a .zip; made once.

    `newest`: what a later release suppresses is in no package of an earlier one either.
    """
    from indicators.exports.open_data.release_package import write_package  # asked for by few

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "package.zip"
        write_package(engine(vintage.dataset), vintage.dataset, out, vintage.release)
        return out.read_bytes()
