"""The Industries page, remembered per view and release; and what may be chosen there."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st
from streamlit.dataframe_util import convert_anything_to_arrow_bytes

from indicators import catalogue
from indicators.cached.remembered import citations_of, engine, kept, observations
from indicators.compare.industry_mix import is_additive
from indicators.drawing.charts import Specification
from indicators.drawing.industries import CELLS, heat_map
from indicators.drawing.region_map import LEGEND
from indicators.exports import readable_tables
from indicators.frequencies import mapped_periods
from indicators.regions import ALL
from indicators.store import holdings
from indicators.store.queries import Selection, Vintage
from indicators.views import industries as views
from indicators.views.industries import GROUPS, SECTIONS, HeatFigures, IndustryView
from indicators.wording import Language, Wording

FEWEST = 2  # industries that make a heat map


@st.cache_resource(show_spinner=False)
def specification(language: Language, dark: bool) -> Specification:
    """Return the heat map without figures, built and validated once."""
    return heat_map(Wording(language), dark=dark)


@kept
def held(vintage: Vintage) -> pd.DataFrame:
    """Return `holdings.of_industries`."""
    return holdings.of_industries(engine(vintage.dataset), vintage.release)


@kept
def offered(vintage: Vintage) -> list[str]:
    """Return the indicators with figures of several industries, in the catalogue's order."""
    number = held(vintage).groupby("indicator")["industry"].nunique()
    several = set(number[number >= FEWEST].index)
    return [key for key in catalogue.load().indicators if key in several]


@kept
def opening(vintage: Vintage) -> str:
    """Return the indicator with figures of most industries and regions."""
    rows = held(vintage)
    cells = rows.groupby(["indicator", "period"])["known"].sum().groupby("indicator").max()
    return max(offered(vintage), key=lambda key: int(cells[key]))


@kept
def cells(indicator: str, vintage: Vintage) -> dict[tuple[str, str], dict[str, int]]:
    """Return how many figures of industries there are, by scheme and size, then by period.

    Of a flow the periods of its coarsest frequency; earliest first, totals before parts.
    """
    rows = held(vintage)
    own = rows[rows["indicator"] == indicator]
    found: dict[tuple[str, str], dict[str, int]] = {}
    for (scheme, size), part in own.groupby(["scheme", "size"]):
        counts = {
            str(key): int(number) for key, number in part.groupby("period")["known"].sum().items()
        }
        if periods := mapped_periods(indicator, {k: n for k, n in counts.items() if n}):
            found[str(scheme), str(size)] = periods
    return dict(sorted(found.items(), key=lambda item: (item[0] != (ALL, ALL), item[0])))


@kept
def levels(selection: Selection, vintage: Vintage) -> list[str]:
    """Return the levels that a selection has figures on: SECTIONS, GROUPS, sections opened."""
    rows = held(vintage)
    own = rows[
        (rows["indicator"] == selection.indicator)
        & (rows["scheme"] == selection.scheme)
        & (rows["size"] == selection.size)
        & (rows["period"] == selection.period)
    ]
    codes, tree = set(own["industry"]), catalogue.industries()
    groups = views.columns_of(GROUPS)
    makes = is_additive(selection.indicator) and any(tree.making_up(code, codes) for code in groups)
    found = [SECTIONS] if codes & set(views.columns_of(SECTIONS)) else []
    found += [GROUPS] if makes or codes & set(groups) else []
    return found + [code for code in views.columns_of(SECTIONS) if codes & set(tree.parts(code))]


@kept
def heat_figures(view: IndustryView, vintage: Vintage) -> HeatFigures:
    """Return everything that the heat map draws and says."""
    asked = replace(view.selection, industry=None)
    rows = observations(asked, vintage)
    if view.measure == "change":
        rows = observations(replace(asked, period=None), vintage)
    return views.heat_figures(view, rows, citations_of(rows, vintage))


@kept
def datasets(view: IndustryView, vintage: Vintage) -> dict[str, bytes]:
    """Return the rows that the heat map draws, as they travel to the browser."""
    figures = heat_figures(view, vintage)
    frames = {CELLS: figures.cells, LEGEND: figures.legend}
    return {name: convert_anything_to_arrow_bytes(frame) for name, frame in frames.items()}


def figure_table(view: IndustryView, vintage: Vintage) -> pd.DataFrame:
    """Return the figures of a view, each with where it stands."""
    rows = heat_figures(view, vintage).rows
    return readable_tables.figure_table(rows, citations_of(rows, vintage), view.words)
