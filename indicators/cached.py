"""Queries and finished charts, remembered per release: a new release is a new key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import sqlalchemy as sa
import streamlit as st

from indicators import catalogue, charts, downloads, maps, queries, tables, views
from indicators.database import open_database
from indicators.queries import Selection
from indicators.views import MapFigures, MapView
from indicators.wording import LANGUAGES, Language, Wording

# The frames are shared between sessions, and nobody writes to them.
kept = st.cache_resource(ttl="1h", max_entries=2000, show_spinner=False)


@st.cache_resource(show_spinner=False)
def engine() -> sa.Engine:
    """Return the database, opened once."""
    return open_database()


@st.cache_data(ttl=5, max_entries=1, show_spinner=False)
def release() -> int | None:
    """Return the newest release; asked again every five seconds, so that pages follow it."""
    return queries.latest_release(engine())


@st.cache_resource(show_spinner=False)
def boundaries() -> maps.Boundaries:
    """Return the checked boundaries; raises `BoundaryError` when they may not be shown."""
    return maps.load()


@kept
def observations(selection: Selection, number: int) -> pd.DataFrame:
    """Return `queries.observations`."""
    return queries.observations(engine(), selection)


@kept
def choices(indicator: str, number: int) -> pd.DataFrame:
    """Return `queries.choices`."""
    return queries.choices(engine(), indicator)


@kept
def reach(number: int) -> pd.DataFrame:
    """Return `queries.reach`."""
    return queries.reach(engine())


@kept
def releases(number: int) -> pd.DataFrame:
    """Return `queries.releases`."""
    return queries.releases(engine())


@kept
def sources(number: int) -> pd.DataFrame:
    """Return `queries.sources`."""
    return queries.sources(engine())


@kept
def citations(keys: tuple[str, ...], number: int) -> pd.DataFrame:
    """Return `queries.citations`."""
    return queries.citations(engine(), keys)


@st.cache_resource(show_spinner=False)
def map_specification(language: Language, dark: bool) -> dict[str, Any]:
    """Return the map without figures, built and validated once."""
    chart = maps.region_map(boundaries(), words=Wording(language), dark=dark)
    specification: dict[str, Any] = chart.to_dict()
    return specification


@st.cache_resource(show_spinner=False)
def ranking_specification(language: Language, dark: bool) -> charts.Specification:
    """Return the ranking without figures, built and validated once."""
    return charts.ranking_chart(Wording(language), dark=dark)


@kept
def map_figures(view: MapView, number: int) -> MapFigures:
    """Return everything the Map page draws and says of a view."""
    rows = observations(view.selection, number)
    cited = citations(tuple(sorted(set(rows["citation"]))), number)
    return views.map_figures(view, rows, cited, boundaries())


@kept
def national(number: int) -> pd.DataFrame:
    """Return `queries.national`."""
    return queries.national(engine())


@st.cache_resource(ttl="10m", max_entries=4, show_spinner=False)
def everything(language: Language, number: int) -> pd.DataFrame:
    """Return every figure with where it stands, as people read it."""
    rows = queries.all_observations(engine())
    cited = queries.citations(engine(), set(rows["citation"]))
    return tables.figure_table(rows, cited, Wording(language))


def indicator(key: str) -> catalogue.Indicator:
    """Return what an indicator means."""
    return catalogue.load().indicators[key]


def declared() -> int:
    """Return how many indicators the catalogue declares."""
    return len(catalogue.load().indicators)


def map_exports(view: MapView, number: int) -> list[tuple[str, str, Callable[[], bytes]]]:
    """Return what can be taken away from a map: label, file name, and how to make it."""
    words, figures = Wording(view.language), map_figures(view, number)

    def name(suffix: str) -> str:
        said = words("release {number}", number=number)
        return downloads.file_name(*figures.parts, said, suffix=suffix)

    def image() -> dict[str, Any]:
        return maps.exported_map(
            boundaries(), figures.units, figures.legend, words=words,
            title=" · ".join(figures.parts), notes=export_notes(figures, words, number),
            dark=view.dark,
        )  # fmt: skip

    def table() -> pd.DataFrame:
        cited = citations(tuple(sorted(set(figures.rows["citation"]))), number)
        return tables.figure_table(figures.rows, cited, words)

    return [
        (words("Image (PNG)"), name(".png"), lambda: downloads.png_file(image())),
        (words("Drawing (SVG)"), name(".svg"), lambda: downloads.svg_file(image())),
        (words("Table (CSV)"), name(".csv"), lambda: downloads.csv_file(table())),
        (words("Workbook (XLSX)"), name(".xlsx"),
         lambda: downloads.xlsx_file({words("Map"): figures.table, words("Figures"): table()})),
    ]  # fmt: skip


def export_notes(figures: MapFigures, words: Wording, number: int) -> list[str]:
    """Return what stands under an exported map: its footnotes but the boundaries', the release."""
    own = maps.map_provenance(boundaries(), words)
    return [
        *(line for line in figures.footnotes if line not in own),
        words("Release {number}", number=number),
    ]


def warm() -> None:
    """Make at start what every first view needs: boundaries, specifications, drawing code."""
    import pyarrow as pa

    pa.Table.from_pandas(pd.DataFrame({"a": ["b"], "c": [1.0]}))
    for language in LANGUAGES:
        for dark in (False, True):
            map_specification(language, dark)
            ranking_specification(language, dark)
    boundaries().served  # noqa: B018 - made on first use
