"""The Comparison page, remembered per view and release; and what may be compared there."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from indicators import catalogue
from indicators.cached.map import first_of, mapped, offers, provinces_by_period
from indicators.cached.remembered import (
    citations_of,
    freshness,
    kept,
    observations,
    travelling,
)
from indicators.catalogue import tree
from indicators.drawing.charts import period_end
from indicators.drawing.levels import level_rows
from indicators.drawing.map_rows import known_values
from indicators.exports import readable_tables
from indicators.exports.offered import Export
from indicators.store.queries import Selection, Vintage
from indicators.views import comparison as views
from indicators.views.comparison import LineFigures, PairFigures
from indicators.views.map import MapView, compared

USUAL = 6  # regions compared without a choice
Span = tuple[str, str]  # the first and the last period drawn
FEWEST = 3  # that make a comparison of two indicators


@kept
def _rows(selection: Selection, vintage: Vintage, within: str) -> pd.DataFrame:
    return level_rows(observations(selection, vintage), within)


@kept
def first_ranked(selection: Selection, vintage: Vintage, within: str) -> list[str]:
    """Return the regions that rank first by a selection, the best first."""
    codes = tree().children(within)
    rows = compared(_rows(selection, vintage, within), codes)
    held = rows.loc[known_values(rows).index]
    held = held[held["region"].isin(codes)]
    rising = catalogue.load().indicators[selection.indicator].polarity < 0
    ranked = held.sort_values(["value", "region"], ascending=[rising, True])
    found: list[str] = ranked["region"].head(USUAL).tolist()
    return found or list(codes[:USUAL])


@kept
def partners(selection: Selection, vintage: Vintage, within: str) -> dict[str, Selection]:
    """Return what a selection may be set against: ratios and scores with figures of its date."""
    known = catalogue.load().indicators
    if known[selection.indicator].kind == "count":
        return {}
    date, found = period_end(str(selection.period)), {}
    for key in mapped(vintage, within):
        if key == selection.indicator or known[key].kind == "count":
            continue
        if not (offered := offers(key, vintage, within)):
            continue
        cell = first_of(offered, key)
        counts = provinces_by_period(offered, cell)
        same = [each for each in counts if period_end(each) == date and counts[each] >= FEWEST]
        if same:
            found[key] = replace(cell, period=same[-1])
    return found


@kept
def line_figures(
    view: MapView, regions: tuple[str, ...], vintage: Vintage, span: Span | None = None
) -> LineFigures:
    """Return regions over time; see `views.line_figures`."""
    rows = _rows(replace(view.selection, period=None), vintage, view.within)
    told = replace(freshness(vintage), day=view.day)
    return views.line_figures(view, regions, rows, citations_of(rows, vintage), told, span)


@kept
def line_datasets(
    view: MapView, regions: tuple[str, ...], vintage: Vintage, span: Span
) -> dict[str, bytes]:
    """Return the rows of the lines, as they travel to the browser."""
    return travelling(line_figures(view, regions, vintage, span).datasets)


def line_table(
    view: MapView, regions: tuple[str, ...], vintage: Vintage, span: Span
) -> pd.DataFrame:
    """Return the figures of the lines, each with where it stands."""
    rows = line_figures(view, regions, vintage, span).rows
    return readable_tables.figure_table(rows, citations_of(rows, vintage), view.words)


def line_files(
    view: MapView, regions: tuple[str, ...], vintage: Vintage, span: Span
) -> list[Export]:
    """Return what can be taken away of regions over time."""
    figures = line_figures(view, regions, vintage, span)
    table = partial(line_table, view, regions, vintage, span)
    return views.line_exports(view, figures, table, vintage)


@kept
def pair_figures(view: MapView, regions: tuple[str, ...], vintage: Vintage) -> PairFigures:
    """Return two indicators against each other; see `views.pair_figures`."""
    assert view.against is not None
    rows = _rows(view.selection, vintage, view.within)
    other = _rows(view.against, vintage, view.within)
    cited = citations_of(pd.concat([rows, other]), vintage)
    return views.pair_figures(view, regions, rows, other, cited)


@kept
def pair_datasets(view: MapView, regions: tuple[str, ...], vintage: Vintage) -> dict[str, bytes]:
    """Return the points of two indicators, as they travel to the browser."""
    return travelling(pair_figures(view, regions, vintage).datasets)
