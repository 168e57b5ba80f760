"""The Map page, remembered per view and release; and what may be chosen there."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from indicators import catalogue
from indicators.cached.remembered import (
    choices,
    citations_of,
    engine,
    freshness,
    kept,
    observations,
    publishers,
    travelling,
)
from indicators.catalogue import tree
from indicators.drawing import levels
from indicators.drawing.boundary_files import Boundaries, load_boundaries
from indicators.drawing.charts import RANKING, REFERENCE, Specification
from indicators.drawing.levels import level_rows
from indicators.drawing.region_map import FIGURES, FRAMES, LEGEND, region_map
from indicators.exports import readable_tables
from indicators.exports.offered import Export
from indicators.frequencies import mapped_periods
from indicators.periods import decimal_year, is_period
from indicators.regions import ALL, NATION
from indicators.settings import HOME_REGION
from indicators.store import holdings
from indicators.store.queries import Selection, Vintage
from indicators.views import map as views
from indicators.views.map import MapFigures, MapView, MovingFigures
from indicators.wording import Language, Wording

# How many provinces, or prefectures, have a figure: by scheme, industry, size and period.
Offers = dict[str, dict[str, dict[str, dict[str, int]]]]


@st.cache_resource(show_spinner=False)
def boundaries() -> Boundaries:
    """Return the checked boundaries; raises `FindingsError` when they may not be shown."""
    return load_boundaries()


@st.cache_resource(show_spinner=False)
def specification(
    language: Language, dark: bool, within: str = NATION, *, moving: bool = False
) -> Specification:
    """Return the map of a region's parts without figures, built and validated once."""
    drawn = boundaries().within(within)
    chart = region_map(drawn, words=Wording(language), dark=dark, moving=moving)
    finished: Specification = chart.to_dict()
    return finished


@kept
def map_figures(view: MapView, vintage: Vintage) -> MapFigures:
    """Return everything the Map page draws and says of a view."""
    if view.shown == "change" and view.against is not None:
        rows = _all_periods(view, vintage)
        ends = rows["period"].isin([view.selection.period, view.against.period])
        cited = citations_of(rows[ends], vintage)
        return views.change_figures(view, rows, cited, boundaries())
    rows, beside = level_rows(observations(view.selection, vintage), view.within), None
    if view.against is not None and views.same_scale(view.selection, view.against):
        beside = level_rows(observations(view.against, vintage), view.within)
    fresh = replace(freshness(vintage), day=view.day)
    cited = citations_of(rows, vintage)
    return views.map_figures(view, rows, cited, boundaries(), beside, fresh)


@kept
def moving_figures(view: MapView, vintage: Vintage) -> MovingFigures:
    """Return everything a map that plays its periods draws and says."""
    rows = _all_periods(view, vintage)
    return views.moving_figures(view, rows, citations_of(rows, vintage), boundaries())


def newest_figures(view: MapView, vintage: Vintage) -> MapFigures:
    """Return those of the period on which a map that plays opens."""
    newest = replace(view.selection, period=moving_figures(view, vintage).newest)
    return map_figures(replace(view, shown="one", selection=newest), vintage)


def figure_table(view: MapView, vintage: Vintage) -> pd.DataFrame:
    """Return the figures of a view whole, each with where it stands."""
    playing = view.shown == "play"
    rows = _all_periods(view, vintage) if playing else map_figures(view, vintage).rows
    return readable_tables.figure_table(rows, citations_of(rows, vintage), view.words)


def files(view: MapView, vintage: Vintage) -> list[Export]:
    """Return what can be taken away from a map."""
    table = partial(figure_table, view, vintage)
    return views.exports(view, map_figures(view, vintage), table, boundaries(), vintage)


def moving_files(view: MapView, vintage: Vintage) -> list[Export]:
    """Return what can be taken away from a map that plays."""
    moving, newest = moving_figures(view, vintage), newest_figures(view, vintage)
    table = partial(figure_table, view, vintage)
    return views.moving_exports(view, moving, newest, table, boundaries(), vintage)


def _all_periods(view: MapView, vintage: Vintage) -> pd.DataFrame:
    rows = observations(replace(view.selection, period=None), vintage)
    return level_rows(rows, view.within)


@kept
def map_datasets(view: MapView, vintage: Vintage) -> dict[str, bytes]:
    """Return the rows that the Map page's charts draw, as they travel to the browser."""
    figures = map_figures(view, vintage)
    frames = {
        FIGURES: figures.units,
        LEGEND: figures.legend,
        RANKING: figures.ranking,
        REFERENCE: figures.reference,
    }
    return travelling(frames)


@kept
def moving_datasets(view: MapView, vintage: Vintage) -> dict[str, bytes]:
    """Return the rows of all periods of a map that plays, as they travel to the browser."""
    figures = moving_figures(view, vintage)
    frames = {FIGURES: figures.units, LEGEND: figures.legend, FRAMES: figures.frames}
    return travelling(frames)


@kept
def alternatives(selection: Selection, vintage: Vintage, within: str) -> list[str]:
    """Return what a map may be set against: `period:`, `scheme:` or `indicator:` and its code."""
    offered = _offers_at(selection.indicator, vintage, within)
    periods = set(provinces_by_period(offered, selection)) - {selection.period}
    schemes = [
        code
        for code in offered
        if selection.period in provinces_by_period(offered, replace(selection, scheme=code))
    ]
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
    offered = _offers_at(key, vintage, within)
    first = first_of(offered, key)
    if selection.period in provinces_by_period(offered, first):
        return replace(first, period=selection.period)
    return first


@kept
def counterpart(selection: Selection, vintage: Vintage, within: str) -> str:
    """Return the alternative against which a selection says most: `period:` and its code."""
    rows = level_rows(observations(replace(selection, period=None), vintage), within)
    offered = {code.partition(":")[2] for code in alternatives(selection, vintage, within)}
    rows = rows[rows["period"].isin(offered | {selection.period})]
    regions = boundaries().within(within).codes
    return f"period:{views.most_comparable(rows, regions, str(selection.period))}"


def lacking(view: MapView, vintage: Vintage) -> list[str]:
    """Return `levels.lacking` of the province that a map shows; nothing of the nation."""
    if view.within == NATION:
        return []
    rows = observations(view.selection, vintage)
    return levels.lacking(rows, view.within, view.indicator, view.words, publishers(vintage))


@kept
def offers(indicator: str, vintage: Vintage, within: str = NATION) -> Offers:
    """Return where provinces have figures, or prefectures `within` one.

    In the order of the code lists, totals first; periods from the earliest on, of a flow those of
    its coarsest frequency.
    """
    known, order = catalogue.load(), ["scheme", "industry", "size"]
    cells = choices(indicator, vintage, within)
    cells = cells[cells["provinces"] > 0]
    places = {
        name: cells[name].map({code: at for at, code in enumerate([ALL, *codes["code"]])})
        for name, codes in zip(order, (known.schemes, known.industries, known.sizes), strict=True)
    }
    # A code that the lists do not have has no name to be chosen by.
    placed = pd.DataFrame(places | {"period": cells["period"]}).dropna()
    cells = cells.loc[placed.sort_values([*order, "period"]).index]
    columns = (cells[name].tolist() for name in (*order, "period", "provinces"))
    counts: dict[tuple[str, str, str], dict[str, int]] = {}
    for scheme, industry, size, period, provinces in zip(*columns, strict=True):
        counts.setdefault((scheme, industry, size), {})[period] = provinces
    offered: Offers = {}
    for (scheme, industry, size), by_period in counts.items():
        if periods := mapped_periods(indicator, by_period):
            offered.setdefault(scheme, {}).setdefault(industry, {})[size] = periods
    return offered


def _offers_at(indicator: str, vintage: Vintage, within: str) -> Offers:
    """Return the offers within a region; where it has none, those of the nation."""
    return offers(indicator, vintage, within) or offers(indicator, vintage)


def provinces_by_period(offered: Offers, selection: Selection) -> dict[str, int]:
    """Return how many provinces have a figure of a selection's slice in each period."""
    cell = offered.get(str(selection.scheme), {}).get(str(selection.industry), {})
    return cell.get(str(selection.size), {})


def first_of(offered: Offers, indicator: str) -> Selection:
    """Return the totals of an indicator or, without any, its first slice, at its best period."""
    scheme = next(iter(offered))
    industry = next(iter(offered[scheme]))
    size = next(iter(offered[scheme][industry]))
    best = newest_with_most(offered[scheme][industry][size])
    return Selection(indicator, best, industry, size, scheme)


def newest_with_most(periods: dict[str, int]) -> str:
    """Return the newest period, the last, among those that most provinces have a figure for."""
    order = list(periods)
    return max(periods, key=lambda period: (periods[period], order.index(period)))


@kept
def opening(vintage: Vintage, within: str = NATION) -> str:
    """Return the indicator that says most of regions today: most have a figure, then the newest.

    What is a fair comparison, a ratio or an index, comes before counts, which tell of size; what
    policy wants more or less of before what is only context. Of several alike the first in the
    catalogue.
    """
    known = catalogue.load().indicators

    def weight(key: str) -> tuple[bool, bool, int, float]:
        offered = offers(key, vintage, within)
        if not offered:
            return False, False, 0, 0.0
        fair, wanted = known[key].kind != "count", known[key].polarity != 0
        first = first_of(offered, key)
        period = str(first.period)
        regions = provinces_by_period(offered, first)[period]
        end = decimal_year(period) if is_period(period) else 0.0
        return fair, fair and wanted, regions, end

    return max(mapped(vintage, within), key=weight)


@kept
def divided(within: str, vintage: Vintage) -> bool:
    """Say whether the parts of a region have figures of their own."""
    return bool(holdings.held_within(engine(vintage.dataset), within, vintage.release))


def first_level(vintage: Vintage) -> str:
    """Return whose parts come first: the deployment's province with its parts, else the nation."""
    own = HOME_REGION.value
    return own if own in tree().prefectures and divided(own, vintage) else NATION


@kept
def mapped(vintage: Vintage, within: str = NATION) -> list[str]:
    """Return the indicators that provinces have figures of, in the catalogue's order.

    `within` a province, those of its prefectures too.
    """
    with_figures: set[str] = set()
    for level in {NATION, within}:
        with_figures |= holdings.held_within(engine(vintage.dataset), level, vintage.release)
    return [key for key in catalogue.load().indicators if key in with_figures]
