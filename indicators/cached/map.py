"""The Map page, remembered per view and release; and what may be chosen there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.dataframe_util import convert_anything_to_arrow_bytes

from indicators import catalogue, tables
from indicators.cached.queries import choices, citations, engine, kept, observations
from indicators.drawing import charts, levels
from indicators.drawing.boundaries import Boundaries, load_boundaries
from indicators.drawing.levels import level_rows
from indicators.drawing.region_map import FIGURES, FRAMES, LEGEND, region_map
from indicators.drawing.standalone import exported_chart, exported_map, map_provenance
from indicators.exports import downloads
from indicators.exports.offered import (
    Export,
    image_exports,
    image_labels,
    vintage_name,
    vintage_notes,
)
from indicators.frequencies import mapped_periods
from indicators.store import holdings
from indicators.store.holdings import NATION
from indicators.store.queries import Selection, Vintage
from indicators.views import map as map_view
from indicators.views.map import MapFigures, MapView, MovingFigures
from indicators.wording import Language, Wording


@st.cache_resource(show_spinner=False)
def boundaries() -> Boundaries:
    """Return the checked boundaries; raises `BoundaryError` when they may not be shown."""
    return load_boundaries()


@st.cache_resource(show_spinner=False)
def map_specification(
    language: Language, dark: bool, within: str = NATION, *, moving: bool = False
) -> dict[str, Any]:
    """Return the map of a region's parts without figures, built and validated once."""
    drawn = boundaries().within(within)
    chart = region_map(drawn, words=Wording(language), dark=dark, moving=moving)
    specification: dict[str, Any] = chart.to_dict()
    return specification


@st.cache_resource(show_spinner=False)
def ranking_specification(language: Language, dark: bool) -> charts.Specification:
    """Return the ranking without figures, built and validated once."""
    return charts.ranking_chart(Wording(language), dark=dark)


@kept
def map_figures(view: MapView, vintage: Vintage) -> MapFigures:
    """Return everything the Map page draws and says of a view."""
    if view.shown == "change" and view.against is not None:
        rows = _all_periods(view, vintage)
        ends = rows["period"].isin([view.selection.period, view.against.period])
        cited = _cited(rows[ends], vintage)
        return map_view.change_figures(view, rows, cited, boundaries())
    rows, beside = level_rows(observations(view.selection, vintage), view.within), None
    if view.against is not None and map_view.same_scale(view.selection, view.against):
        beside = level_rows(observations(view.against, vintage), view.within)
    return map_view.map_figures(view, rows, _cited(rows, vintage), boundaries(), beside)


@kept
def moving_figures(view: MapView, vintage: Vintage) -> MovingFigures:
    """Return everything a map that plays its periods draws and says."""
    rows = _all_periods(view, vintage)
    return map_view.moving_figures(view, rows, _cited(rows, vintage), boundaries())


@kept
def moving_datasets(view: MapView, vintage: Vintage) -> dict[str, bytes]:
    """Return the rows of all periods of a map that plays, as they travel to the browser."""
    figures = moving_figures(view, vintage)
    frames = {
        FIGURES: figures.units, LEGEND: figures.legend, FRAMES: figures.frames,
    }  # fmt: skip
    return {name: convert_anything_to_arrow_bytes(frame) for name, frame in frames.items()}


def _all_periods(view: MapView, vintage: Vintage) -> pd.DataFrame:
    rows = observations(replace(view.selection, period=None), vintage)
    return level_rows(rows, view.within)


def _cited(rows: pd.DataFrame, vintage: Vintage) -> pd.DataFrame:
    return citations(tuple(sorted(set(rows["citation"]))), vintage)


@kept
def alternatives(selection: Selection, vintage: Vintage, within: str) -> list[str]:
    """Return what a map may be set against: `period:`, `scheme:` or `indicator:` and its code."""
    held = offers(selection.indicator, vintage, within) or offers(selection.indicator, vintage)
    periods = set(provinces_by_period(held, selection)) - {selection.period}
    schemes = [
        code for code in held
        if selection.period in provinces_by_period(held, replace(selection, scheme=code))
    ]  # fmt: skip
    return [
        *(f"period:{code}" for code in sorted(periods, reverse=True)),
        *(f"scheme:{code}" for code in schemes if code != selection.scheme),
        *(f"indicator:{key}" for key in mapped(vintage, within) if key != selection.indicator),
    ]


def alternative(code: str, selection: Selection, vintage: Vintage, within: str) -> Selection:
    """Return what one of the `alternatives` shows; an indicator without the period, its newest."""
    kind, _, key = code.partition(":")
    if kind != "indicator":
        return replace(selection, **{kind: key})
    held = offers(key, vintage, within) or offers(key, vintage)
    first = first_of(held, key)
    at = selection.period if selection.period in provinces_by_period(held, first) else first.period
    return replace(first, period=at)


def lacking(view: MapView, vintage: Vintage) -> list[str]:
    """Return `levels.lacking` of the province that a map shows; nothing of the nation."""
    if view.within == NATION:
        return []
    rows = observations(view.selection, vintage)
    return levels.lacking(
        rows, view.within, indicator(view.selection.indicator), Wording(view.language)
    )


@kept
def map_datasets(view: MapView, vintage: Vintage) -> dict[str, bytes]:
    """Return the rows that the Map page's charts draw, as they travel to the browser."""
    figures = map_figures(view, vintage)
    frames = {
        FIGURES: figures.units,
        LEGEND: figures.legend,
        charts.RANKING: figures.ranking,
        charts.REFERENCE: figures.reference,
    }
    return {name: convert_anything_to_arrow_bytes(frame) for name, frame in frames.items()}


def map_exports(view: MapView, vintage: Vintage) -> list[Export]:
    """Return what can be taken away from a map: label, file name, and how to make it."""
    words, figures = Wording(view.language), map_figures(view, vintage)
    return [
        *_images(view, vintage),
        *(_ranking_images(view, vintage) if len(figures.ranking) else []),
        *_tables(figures.parts, figures.table, figures.rows, words, vintage),
    ]


def moving_exports(view: MapView, vintage: Vintage) -> list[Export]:
    """Return what can be taken away from a map that plays.

    The image is that of the newest period, on its own classes; the tables have all periods.
    """
    words, moving = Wording(view.language), moving_figures(view, vintage)
    if moving.units.empty:
        return []
    newest = replace(view, shown="one", selection=replace(view.selection, period=moving.newest))
    return [
        *_images(newest, vintage),
        *_tables(moving.parts, moving.table, _all_periods(view, vintage), words, vintage),
    ]


def _images(view: MapView, vintage: Vintage) -> list[Export]:
    words, figures = Wording(view.language), map_figures(view, vintage)

    def name(suffix: str) -> str:
        return downloads.file_name(*figures.parts, vintage_name(vintage, words), suffix=suffix)

    def image() -> dict[str, Any]:
        return exported_map(
            boundaries().within(view.within), figures.units, figures.legend, words=words,
            title=" · ".join(figures.parts), notes=export_notes(figures, words, vintage),
            dark=view.dark,
        )  # fmt: skip

    return image_exports(image_labels(words), name, image)


def _ranking_images(view: MapView, vintage: Vintage) -> list[Export]:
    words, figures = Wording(view.language), map_figures(view, vintage)

    def name(suffix: str) -> str:
        said = [*figures.parts, words("ranking"), vintage_name(vintage, words)]
        return downloads.file_name(*said, suffix=suffix)

    def image() -> charts.Specification:
        return exported_chart(
            ranking_specification(view.language, view.dark),
            {charts.RANKING: figures.ranking, charts.REFERENCE: figures.reference},
            title=figures.ranking_statement, dark=view.dark, width=560,
            notes=[
                " · ".join(figures.parts),
                *export_notes(figures, words, vintage),
                *map_provenance(boundaries(), words),
            ],
        )  # fmt: skip

    return image_exports((words("Ranking (PNG)"), words("Ranking (SVG)")), name, image)


def _tables(
    parts: list[str], shown: pd.DataFrame, rows: pd.DataFrame, words: Wording, vintage: Vintage
) -> list[Export]:
    def name(suffix: str) -> str:
        return downloads.file_name(*parts, vintage_name(vintage, words), suffix=suffix)

    def table() -> pd.DataFrame:
        return tables.figure_table(rows, _cited(rows, vintage), words)

    return [
        (words("Table (CSV)"), name(".csv"), lambda: downloads.csv_file(table())),
        (words("Workbook (XLSX)"), name(".xlsx"),
         lambda: downloads.xlsx_file({words("Map"): shown, words("Figures"): table()})),
    ]  # fmt: skip


def export_notes(figures: MapFigures, words: Wording, vintage: Vintage) -> list[str]:
    """Return what stands under an exported map: its footnotes but the boundaries', the release."""
    own = map_provenance(boundaries(), words)
    return [
        *(line for line in figures.footnotes if line not in own),
        *vintage_notes(vintage, words),
    ]


# How many provinces, or prefectures, have a figure: by scheme, industry, size and period.
Offers = dict[str, dict[str, dict[str, dict[str, int]]]]


@kept
def offers(indicator: str, vintage: Vintage, within: str = NATION) -> Offers:
    """Return where provinces have figures, or prefectures `within` one.

    In the order of the code lists, totals first; periods from the earliest on, of a flow those of
    its coarsest frequency.
    """
    known = catalogue.load()
    held = choices(indicator, vintage, within)
    held = held[held["provinces"] > 0]
    order = {"scheme": known.schemes, "industry": known.industries, "size": known.sizes}
    places = {
        name: held[name].map({code: at for at, code in enumerate(["ALL", *codes["code"]])})
        for name, codes in order.items()
    }
    # A code that the lists do not have has no name to be chosen by.
    held = held.iloc[
        pd.DataFrame(places | {"period": held["period"]}).reset_index(drop=True).dropna()
        .sort_values([*order, "period"]).index
    ]  # fmt: skip
    cells: dict[tuple[str, str, str], dict[str, int]] = {}
    for scheme, industry, size, period, provinces in zip(
        *(held[name].tolist() for name in (*order, "period", "provinces")), strict=True
    ):
        cells.setdefault((scheme, industry, size), {})[period] = provinces
    found: Offers = {}
    for (scheme, industry, size), periods in cells.items():
        if kept_periods := mapped_periods(indicator, periods):
            found.setdefault(scheme, {}).setdefault(industry, {})[size] = kept_periods
    return found


def provinces_by_period(held: Offers, selection: Selection) -> dict[str, int]:
    """Return how many provinces have a figure of a selection's slice in each period."""
    cell = held.get(str(selection.scheme), {}).get(str(selection.industry), {})
    return cell.get(str(selection.size), {})


def first_of(held: Offers, indicator: str) -> Selection:
    """Return the totals of an indicator or, without any, its first slice, at its best period."""
    scheme = next(iter(held))
    industry = next(iter(held[scheme]))
    size = next(iter(held[scheme][industry]))
    best = newest_with_most(held[scheme][industry][size])
    return Selection(indicator, best, industry, size, scheme)


def newest_with_most(periods: dict[str, int]) -> str:
    """Return the newest period, the last, among those that most provinces have a figure for."""
    order = list(periods)
    return max(periods, key=lambda period: (periods[period], order.index(period)))


@kept
def mapped(vintage: Vintage, within: str = NATION) -> list[str]:
    """Return the indicators that provinces have figures of, in the catalogue's order.

    `within` a province, those of its prefectures too.
    """
    keys = holdings.held_within(engine(vintage.dataset), NATION, vintage.release)
    if within != NATION:
        keys |= holdings.held_within(engine(vintage.dataset), within, vintage.release)
    return [key for key in catalogue.load().indicators if key in keys]


def indicator(key: str) -> catalogue.Indicator:
    """Return what an indicator means."""
    return catalogue.load().indicators[key]
