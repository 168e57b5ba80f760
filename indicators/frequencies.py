"""Yearly, quarterly and monthly figures side by side: one line or ranking takes one of them.

The rule is that of docs/method.md §1, for figures without a target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators import catalogue
from indicators.periods import FREQUENCIES, UNREADABLE, Times, last_of, times
from indicators.progress.points import chosen_frequency

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def one_frequency(
    rows: pd.DataFrame, keys: Sequence[str], usable: pd.Series | None = None
) -> pd.DataFrame:
    """Return the rows of one frequency of each series: what one line may hold.

    rows: `indicator`, `period` and the columns `keys` that tell series apart; usable: which rows
    are figures, all by default. Of a flow the coarsest frequency that has two figures, or else
    the coarsest; of a stock the finest that has the first figure and the last, or else two and
    reaches farthest. Rows whose period is none go.
    """
    read = times(rows["period"])
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
    finest = chosen_frequency(
        owner, figure, flow=np.zeros(size, np.bool_), named=np.full(size, UNREADABLE),
        baseline=(nothing, nothing),
    )  # fmt: skip
    cells = np.bincount(owner * kinds + figure.frequency, minlength=size * kinds)
    number = cells.reshape(size, kinds)
    two, one = (number > 1), (number > 0)
    coarsest = np.where(two.any(axis=1), two.argmax(axis=1), one.argmax(axis=1))
    stays: pd.DataFrame = rows[read.frequency == np.where(flow, coarsest, finest)[series]]
    return stays


def in_time(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows by the ends of their periods, of those that end together the finest last."""
    read = times(rows["period"])
    ordered: pd.DataFrame = rows.iloc[np.lexsort((read.frequency, read.end))]
    return ordered


def mapped_periods(indicator: str, provinces: Mapping[str, int]) -> dict[str, int]:
    """Return the periods of which a map may be drawn: of a flow those of its coarsest frequency.

    provinces: how many have a figure, by period; earliest period first in the answer.
    """
    dated = {period: _when(period) for period in provinces}
    sound = {period: when for period, when in dated.items() if when is not None}
    if catalogue.load().indicators[indicator].timing == "flow":
        coarsest = min((place for _, place in sound.values()), default=0)
        sound = {period: when for period, when in sound.items() if when[1] == coarsest}
    return {period: provinces[period] for period in sorted(sound, key=sound.__getitem__)}


@cache
def _when(period: str) -> tuple[float, int] | None:
    """Return when a period ends and the place of its frequency; None of what is no period."""
    try:
        read = last_of(period)
        return read.end, FREQUENCIES.index(read.frequency)
    except ValueError:
        return None


def one_date(rows: pd.DataFrame, usable: pd.Series) -> pd.DataFrame:
    """Return rows of which figures of one date share one `period`: what one ranking may hold.

    rows: `indicator`, `region`, `period`, one cell of the other dimensions; usable: which rows
    are figures. Of a flow the coarsest frequency of all regions stays. Of a stock a year, its last
    quarter and its December are one period, called by the finest of them; of two rows of a region
    for one date the finest figure stays. Rows whose period is none go.
    """
    read = times(rows["period"])
    sound = read.frequency >= 0
    if sound.all() and len(set(read.frequency.tolist())) < 2:
        return rows
    dated = rows.assign(
        date=read.end.round(6), place=read.frequency, figure=usable,
        flow=catalogue.is_flow(rows["indicator"]),
    )[sound]  # fmt: skip
    held = dated[dated["figure"]]
    coarsest = dated["indicator"].map(held.groupby("indicator")["place"].min())
    dated = dated[~dated["flow"] | (dated["place"] == coarsest) | coarsest.isna()]
    dated = dated.sort_values(["figure", "place"], kind="stable")
    finest = dated.drop_duplicates(["indicator", "date"], keep="last")
    stock = dated[~dated["flow"]].drop(columns="period").merge(
        finest[["indicator", "date", "period"]], on=["indicator", "date"], validate="m:1"
    )  # fmt: skip
    stock = stock.drop_duplicates(["indicator", "region", "date"], keep="last")
    both = pd.concat([stock, dated[dated["flow"]]], ignore_index=True)
    return both[rows.columns.to_list()]
