"""The Industries page, remembered per view and release; and what may be chosen there."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from indicators import catalogue
from indicators.cached import objectives, remembered
from indicators.cached.map import newest_with_most
from indicators.cached.remembered import (
    choices,
    citations_of,
    engine,
    kept,
    observations,
    travelling,
)
from indicators.compare.industry_mix import is_additive
from indicators.drawing.industries import CELLS
from indicators.drawing.region_map import LEGEND
from indicators.exports import readable_tables
from indicators.exports.offered import Export
from indicators.frequencies import mapped_periods
from indicators.regions import ALL, NATION
from indicators.store import holdings, queries
from indicators.store.queries import Selection, Vintage
from indicators.views import board, sizes
from indicators.views import industries as views
from indicators.views.board import Leaders
from indicators.views.industries import GROUPS, SECTIONS, HeatFigures, IndustryView
from indicators.views.sizes import SizeFigures
from indicators.views.suppliers import gap_table
from indicators.wording import Language, Wording

FEWEST = 2  # industries that make a heat map
LAST = 6  # periods that a board looks back on
TOOLS = "tools"  # the clause of the tools of quality management
# Counts whose mix of schemes, and of sizes, sets regions apart; the branches of the first.
MIXES = {"scheme": "certificates_valid", "size": "certified_organisations"}
BRANCHES = ("MS", "PRODUCT", "SERVICE")


@kept
def held(vintage: Vintage) -> pd.DataFrame:
    """Return `holdings.divided_by` industries."""
    return holdings.divided_by(engine(vintage.dataset), "industry", vintage.release)


@kept
def held_by_size(vintage: Vintage) -> pd.DataFrame:
    """Return `holdings.divided_by` sizes."""
    return holdings.divided_by(engine(vintage.dataset), "size", vintage.release)


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
def _unchosen(view: IndustryView, vintage: Vintage) -> HeatFigures:
    asked = replace(view.selection, industry=None)
    rows = observations(asked, vintage)
    if view.measure == "change":
        rows = observations(replace(asked, period=None), vintage)
    fresh = replace(remembered.freshness(vintage), day=view.day)
    return views.heat_figures(view, rows, citations_of(rows, vintage), fresh)


@kept
def heat_figures(view: IndustryView, vintage: Vintage) -> HeatFigures:
    """Return everything that the heat map draws and says."""
    return views.with_choice(_unchosen(view.unchosen, vintage), view)


@kept
def datasets(view: IndustryView, vintage: Vintage) -> dict[str, bytes]:
    """Return the rows that the heat map draws, as they travel to the browser."""
    figures = heat_figures(view, vintage)
    return travelling(
        {CELLS: figures.cells.drop(columns="value", errors="ignore"), LEGEND: figures.legend}
    )


def figure_table(view: IndustryView, vintage: Vintage) -> pd.DataFrame:
    """Return the figures of a view, each with where it stands."""
    rows = heat_figures(view, vintage).rows
    return readable_tables.figure_table(rows, citations_of(rows, vintage), view.words)


def files(view: IndustryView, vintage: Vintage) -> list[Export]:
    """Return what can be taken away from a heat map."""
    table = partial(figure_table, view, vintage)
    return views.exports(view, heat_figures(view, vintage), table, vintage)


@kept
def sized(vintage: Vintage) -> list[str]:
    """Return the indicators with figures of large and of small enterprises: rates come first."""
    rows = held_by_size(vintage)
    small = set(rows.loc[rows["size"].isin(["SMALL", "SMALL_MICRO"]), "indicator"])
    both = small & set(rows.loc[rows["size"] == "LARGE", "indicator"])
    known = catalogue.load().indicators
    found = [key for key in known if key in both]
    return sorted(found, key=lambda key: known[key].kind == "count" or not known[key].polarity)


@kept
def size_figures(
    indicator: str, region: str, industry: str, language: Language, vintage: Vintage
) -> SizeFigures:
    """Return what is drawn and said of an indicator's sizes, of a region that has them.

    Of the nation where the region has none; of the industry if it has any, else of all or of the
    one that there is.
    """
    rows = observations(Selection(indicator, None, None, None), vintage)
    rows = rows[rows["size"] != ALL]
    region = region if region in set(rows["region"]) else NATION
    own = rows[rows["region"] == region]
    industries = set(own["industry"])
    industry = next((code for code in (industry, ALL) if code in industries), min(industries))
    own = own[own["industry"] == industry]
    words = Wording(language)
    return sizes.size_figures(indicator, region, industry, own, citations_of(own, vintage), words)


@kept
def board_rows(industry: str, vintage: Vintage) -> pd.DataFrame:
    """Return the last figures of each indicator of an industry, of one frequency each."""
    rows = held(vintage)
    own = rows[(rows["industry"] == industry) & (rows["scheme"] == ALL) & (rows["size"] == ALL)]
    periods = {}
    for key, part in own.groupby("indicator"):
        counts = dict(zip(part["period"], part["known"], strict=True))
        periods[str(key)] = list(mapped_periods(str(key), counts))[-LAST:]
    return queries.of_industry(engine(vintage.dataset), periods, industry, vintage.release)


@kept
def leaders(industry: str, language: Language, vintage: Vintage) -> Leaders | None:
    """Return who leads and who lags in an industry."""
    return board.leaders(board_rows(industry, vintage), Wording(language))


@kept
def apart_table(industry: str, language: Language, vintage: Vintage) -> pd.DataFrame:
    """Return what sets an industry's leaders apart: see `board.apart_table`."""
    found = leaders(industry, language, vintage)
    assert found is not None
    mixes = {by: _mix(key, by, vintage) for by, key in MIXES.items()}
    return board.apart_table(found, mixes, Wording(language))


def _mix(indicator: str, by: str, vintage: Vintage) -> pd.DataFrame:
    """Return the parts of a count over all industries, at the newest period of most regions."""
    rows = choices(indicator, vintage)
    parts = set(BRANCHES) if by == "scheme" else set(catalogue.load().sizes["code"]) - {ALL}
    others = [name for name in ("scheme", "industry", "size") if name != by]
    own = rows[rows[by].isin(parts) & (rows[others] == ALL).all(axis=1) & (rows["provinces"] > 0)]
    if own.empty:
        return pd.DataFrame()
    counts = own.groupby("period")["provinces"].sum().to_dict()
    period = newest_with_most(
        mapped_periods(indicator, {str(k): int(n) for k, n in counts.items()})
    )
    wanted = {"scheme": ALL, "size": ALL} | {by: None}
    found = observations(Selection(indicator, period, **wanted), vintage)
    return found[found[by].isin(parts)]


@kept
def tools_rows(vintage: Vintage) -> pd.DataFrame:
    """Return the newest figures of the tools of clause 4 by industry, one period each."""
    rows = held(vintage)
    totals = rows[(rows["scheme"] == ALL) & (rows["size"] == ALL)]
    frames = []
    for key in tools():
        own = totals[totals["indicator"] == key].groupby("period")["known"].sum()
        periods = mapped_periods(key, {str(code): int(number) for code, number in own.items()})
        if periods:
            frames.append(observations(Selection(key, list(periods)[-1], None), vintage))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def tools() -> list[str]:
    """Return the indicators of clause 4, tools and practices."""
    known = catalogue.load().indicators
    return [key for key, item in known.items() if item.clause == TOOLS]


@kept
def industries_table(region: str, language: Language, vintage: Vintage, day: str) -> pd.DataFrame:
    """Return every industry with targets as of a day: see `board.industries_table`."""
    return board.industries_table(objectives.verdicts(vintage), region, Wording(language))


@kept
def tools_table(region: str, language: Language, vintage: Vintage) -> pd.DataFrame:
    """Return industries against the tools that have figures; empty where none has."""
    rows = tools_rows(vintage)
    if rows.empty:
        return rows
    measured = [key for key in tools() if key in set(rows["indicator"])]
    return board.tools_table(rows, measured, region, Wording(language))


@kept
def lacking(language: Language, vintage: Vintage) -> pd.DataFrame:
    """Return the tools that have no figures, and who could supply them."""
    rows = tools_rows(vintage)
    measured = set(rows["indicator"]) if len(rows) else set()
    keys = [key for key in tools() if key not in measured]
    suppliers, publishers = remembered.suppliers(vintage), remembered.publishers(vintage)
    return gap_table(keys, suppliers, publishers, Wording(language))
