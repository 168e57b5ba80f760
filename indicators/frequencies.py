"""Yearly, quarterly and monthly figures side by side: one line or ranking takes one of them.

The rule is that of docs/method.md §1: `chosen_frequency`, for a target or for none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators import catalogue
from indicators.periods import FREQUENCIES, UNREADABLE, Times, times

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
YEARLY = 0  # its place among FREQUENCIES


def chosen_frequency(
    owner: Ints, times: Times, flow: Bools, named: Ints, baseline: tuple[Floats, Floats]
) -> Ints:
    """The place of the frequency that each series takes; −1 where it has none that it may take.

    owner, times: of the usable figures. flow, named (the place of the frequency that the target
    names, −1 for none), baseline (the first and the last instant of the baseline period, NaN
    without one): of the series. The frequency named; else of a flow the yearly one; else of a
    stock the finest that has a figure of the baseline period and the newest of all; where none
    has both, one that leaves two figures from the baseline on, then one that reaches farther.
    """
    size, kinds = len(flow), len(FREQUENCIES)
    start, end = baseline
    cell = owner * kinds + times.frequency
    present = np.bincount(cell, minlength=size * kinds).reshape(size, kinds) > 0
    finest = kinds - 1 - np.argmax(present[:, ::-1], axis=1)
    wanted = np.where(named >= 0, named, np.where(flow, YEARLY, finest))
    has_wanted = present[np.arange(size), wanted]
    result = np.where(has_wanted, wanted, np.where(flow, UNREADABLE, finest))
    result[~present.any(axis=1)] = UNREADABLE
    open_choice = ~flow & ((named < 0) | ~has_wanted) & (present.sum(axis=1) > 1)
    if not open_choice.any():
        return result
    ends = np.full(size * kinds, -np.inf)
    np.maximum.at(ends, cell, times.end)
    newest = ends.reshape(size, kinds)
    latest = present & (newest == newest.max(axis=1, keepdims=True))
    within = (times.end > start[owner]) & (times.end <= end[owner])
    from_baseline = ~(times.end <= start[owner])
    based = np.bincount(cell[within], minlength=size * kinds).reshape(size, kinds) > 0
    # Without a baseline declared, the first figure of all is the baseline.
    begins = np.full(size * kinds, np.inf)
    np.minimum.at(begins, cell, times.end)
    oldest = begins.reshape(size, kinds)
    first = present & (oldest == oldest.min(axis=1, keepdims=True))
    based = np.where(np.isnan(end)[:, None], first, based)
    enough = np.bincount(cell[from_baseline], minlength=size * kinds).reshape(size, kinds) > 1
    merit = 8 * (based & latest) + 4 * enough + 2 * latest + based
    merit = np.where(present, merit * kinds + np.arange(kinds), -1)
    return np.where(open_choice, merit.argmax(axis=1), result)


def one_frequency(
    rows: pd.DataFrame, keys: Sequence[str], usable: pd.Series | None = None
) -> pd.DataFrame:
    """Return the rows of one frequency of each series: what one line may hold.

    rows: `indicator`, `period` and the columns `keys` that tell series apart; usable: which rows
    are figures, all by default. Of a flow the coarsest frequency that has two figures, or else
    the coarsest; of a stock the finest that has the first figure and the last, or else two and
    reaches farthest. Rows whose period is none go.
    """
    read = _times(rows)
    sound = read.frequency >= 0
    if sound.all() and len(set(read.frequency.tolist())) < 2:
        return rows
    rows, read = rows[sound], Times(read.end[sound], read.frequency[sound])
    series: Ints = rows.groupby(list(keys), sort=False).ngroup().to_numpy().astype(np.int64)
    size, kinds = int(series.max(initial=-1)) + 1, len(FREQUENCIES)
    flow = np.zeros(size, np.bool_)
    flow[series[catalogue.is_flow(rows["indicator"]).to_numpy(np.bool_)]] = True
    figures = np.ones(len(rows), np.bool_)
    if usable is not None:
        figures = usable[sound].to_numpy(np.bool_)
        # A series without any figure is drawn nowhere, but its rows may stand in a table.
        figures = figures | (np.bincount(series[figures], minlength=size)[series] == 0)
    owner, figure = series[figures], Times(read.end[figures], read.frequency[figures])
    nothing = np.full(size, np.nan)
    no_flow, unnamed = np.zeros(size, np.bool_), np.full(size, UNREADABLE)
    finest = chosen_frequency(owner, figure, no_flow, unnamed, (nothing, nothing))
    cells = np.bincount(owner * kinds + figure.frequency, minlength=size * kinds)
    number = cells.reshape(size, kinds)
    two, one = (number > 1), (number > 0)
    coarsest = np.where(two.any(axis=1), two.argmax(axis=1), one.argmax(axis=1))
    stays: pd.DataFrame = rows[read.frequency == np.where(flow, coarsest, finest)[series]]
    return stays


def _times(rows: pd.DataFrame) -> Times:
    """Return when figures' periods end, and the places of the frequencies that they count as."""
    return times(rows["period"], catalogue.covers_years(rows["indicator"]))


def in_time(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows by the ends of their periods, of those that end together the finest last."""
    read = times(rows["period"])
    ordered: pd.DataFrame = rows.iloc[np.lexsort((read.frequency, read.end))]
    return ordered


def mapped_periods(indicator: str, provinces: Mapping[str, int]) -> dict[str, int]:
    """Return the periods of which a map may be drawn: of a flow those of its coarsest frequency.

    provinces: how many have a figure, by period; earliest period first in the answer.
    """
    item = catalogue.load().indicators[indicator]
    periods = _mapped(tuple(provinces), item.timing == "flow", item.covers == "year")
    return {period: provinces[period] for period in periods}


@lru_cache(4096)
def _mapped(periods: tuple[str, ...], flow: bool, whole_years: bool) -> tuple[str, ...]:
    # An indicator has thousands of cells, and nearly all of them the same periods.
    read = times(pd.Series(periods, dtype=str), pd.Series([whole_years] * len(periods)))
    sound = [
        (place, end, period)
        for place, end, period in zip(
            read.frequency.tolist(), read.end.tolist(), periods, strict=True
        )
        if place >= 0
    ]
    if flow:
        coarsest = min((place for place, _, _ in sound), default=0)
        sound = [each for each in sound if each[0] == coarsest]
    sound.sort(key=lambda each: (each[1], each[0]))
    return tuple(period for _, _, period in sound)


def one_date(rows: pd.DataFrame, usable: pd.Series) -> pd.DataFrame:
    """Return rows of which figures of one date share one `period`: what one ranking may hold.

    rows: `indicator`, `region`, `period`, one cell of the other dimensions; usable: which rows
    are figures. Of a flow the coarsest frequency of all regions stays. Of a stock a year, its last
    quarter and its December are one period, called by the finest of them; of two rows of a region
    for one date the finest figure stays. Rows whose period is none go.
    """
    read = _times(rows)
    sound = read.frequency >= 0
    if sound.all() and len(set(read.frequency.tolist())) < 2:
        return rows
    dated = rows.assign(
        date=read.end.round(6),
        place=read.frequency,
        figure=usable,
        flow=catalogue.is_flow(rows["indicator"]),
    )[sound]
    held = dated[dated["figure"]]
    coarsest = dated["indicator"].map(held.groupby("indicator")["place"].min())
    dated = dated[~dated["flow"] | (dated["place"] == coarsest) | coarsest.isna()]
    dated = dated.sort_values(["figure", "place"], kind="stable")
    finest = dated.drop_duplicates(["indicator", "date"], keep="last")
    date = ["indicator", "date"]
    stock = dated[~dated["flow"]].drop(columns="period")
    stock = stock.merge(finest[[*date, "period"]], on=date, validate="m:1")
    stock = stock.drop_duplicates(["indicator", "region", "date"], keep="last")
    both = pd.concat([stock, dated[dated["flow"]]], ignore_index=True)
    return both[rows.columns.to_list()]
