"""The points of every series that may be judged, and why the others may not (method §§1, 8).

Two figures of different length that end at one instant say the same of a stock; of a flow they
are different things. So one series takes one frequency, and `chosen_frequency` says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.frequencies import chosen_frequency
from indicators.periods import Times, decimal_years, times
from indicators.progress.target_frame import Aims
from indicators.statuses import Kind

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# SDMX CL_OBS_STATUS.
BREAK = "B"
SUPPRESSED = "Q"
DEFINITION_DIFFERS = "D"
NOT_OBSERVED = ("F", "H", "L", "M", "O")
# SDMX CL_CONF_STATUS: everything but "free" is withheld.
FREE = "F"
# Two instants closer than this, in years, are one.
SAME = 1e-6


@dataclass(frozen=True)
class Points:
    """All usable points of all series, by series and time: those of `n` begin at `start[n]`.

    unreadable: series with a period or value that is none. conflicting: with two figures of one
    frequency for one instant. disagreeing: of which another frequency gives another figure for
    an instant. elsewhere: whose figures are all of a frequency that the target is not for.
    """

    owner: Ints
    time: Floats
    first_year: Floats
    period: pd.Series
    value: Floats
    benchmark: Floats
    numerator: Floats
    denominator: Floats
    start: Ints
    count: Ints
    broken: Floats
    cut: Bools
    hidden: tuple[Ints, Floats]
    different: tuple[Ints, Floats]
    unreadable: Bools
    conflicting: Bools
    disagreeing: Bools
    elsewhere: Bools

    def pick(self, array: Floats, place: Ints) -> Floats:
        """The elements at `place`; NaN where a place is negative."""
        if not len(array):
            return np.full(place.shape, np.nan)
        return np.where(place >= 0, array[np.maximum(place, 0)], np.nan)

    def number(self, chosen: Bools) -> Ints:
        """How many points of each series are chosen."""
        return np.bincount(self.owner[chosen], minlength=len(self.start))


def points(series: pd.DataFrame, aims: Aims, as_of: float = np.nan) -> Points:
    """Read rows [series, period, value, …] of the series that have a target, up to `as_of`.

    Of several frequencies one is taken (`chosen_frequency`); of two equal figures for one
    instant, one. A baseline that the document gives stands before the series'.
    """
    keys = aims.key
    owner = keys.get_indexer(pd.Index(series["series"])).astype(np.int64)
    if (owner < 0).any():
        series, owner = series[owner >= 0], owner[owner >= 0]
    period = series["period"].astype("str")
    read = times(period, pd.Series(aims.whole_years[owner], period.index))
    time = read.end
    number = {
        name: series[name].to_numpy(np.float64, na_value=np.nan)
        if name in series
        else np.full(len(series), np.nan)
        for name in ("value", "benchmark", "numerator", "denominator")
    }
    bad = np.isnan(time) | np.isinf(number["value"])
    kept = ~bad & ~(time > as_of)
    status = series["status"] if "status" in series else pd.Series("A", series.index)
    broken = _latest(owner, time, kept & (status == BREAK).to_numpy(np.bool_), len(keys))
    before_break = kept & (time < broken[owner])
    kept &= ~before_break
    secret = (status == SUPPRESSED).to_numpy(np.bool_, copy=True)
    if "confidentiality" in series:
        withheld = series["confidentiality"].fillna(FREE).replace("", FREE) != FREE
        secret |= withheld.to_numpy(np.bool_)
    different = (status == DEFINITION_DIFFERS).to_numpy(np.bool_) & ~secret
    different |= aims.of(Kind.EXCEED_BENCHMARK)[owner] & np.isnan(number["benchmark"])
    missing = np.isnan(number["value"]) | status.isin(NOT_OBSERVED).to_numpy(np.bool_)
    used = np.flatnonzero(kept & ~secret & ~different & ~missing)
    usable = np.bincount(owner[used], minlength=len(keys)) > 0
    used, disagreeing = _of_one_frequency(used, owner, read, number["value"], aims)
    elsewhere = usable & (np.bincount(owner[used], minlength=len(keys)) == 0)
    used, conflicting = _in_order(used, owner, time, number["value"], len(keys))
    numbers = {name: values[used] for name, values in number.items()}
    found = _with_baselines(aims, owner[used], time[used], period.iloc[used], numbers)
    count = np.bincount(found.owner, minlength=len(keys))
    return Points(
        owner=found.owner,
        time=found.time,
        first_year=_first_years(found.period, found.time),
        period=found.period,
        **found.number,
        start=np.cumsum(count) - count,
        count=count,
        broken=broken,
        cut=np.bincount(owner[before_break], minlength=len(keys)) > 0,
        hidden=(owner[kept & secret], time[kept & secret]),
        different=(owner[kept & different], time[kept & different]),
        unreadable=np.bincount(owner[bad], minlength=len(keys)) > 0,
        conflicting=conflicting,
        disagreeing=disagreeing,
        elsewhere=elsewhere,
    )


class _Found(NamedTuple):
    owner: Ints
    time: Floats
    period: pd.Series
    number: dict[str, Floats]


def _with_baselines(
    aims: Aims, owner: Ints, time: Floats, period: pd.Series, number: dict[str, Floats]
) -> _Found:
    """Put the figures that documents give for baselines in the place of those of the series."""
    plain = _Found(owner, time, period, number)
    stated = ~np.isnan(aims.baseline_value) & ~np.isnan(aims.baseline)
    stated &= np.bincount(owner, minlength=len(stated)) > 0
    if not stated.any():
        return plain
    within = (time > aims.baseline_start[owner] + SAME) & (time <= aims.baseline[owner] + SAME)
    replaced = within & stated[owner]
    benchmark = np.full(len(stated), np.nan)
    # The document gives the region's figure; the benchmark's stands beside the series'.
    benchmark[owner[replaced]] = number["benchmark"][replaced]
    given = np.flatnonzero(stated & ~(aims.of(Kind.EXCEED_BENCHMARK) & np.isnan(benchmark)))
    stays = ~(within & np.isin(owner, given))
    added = {"value": aims.baseline_value[given], "benchmark": benchmark[given]}
    whole = _Found(
        np.concatenate([owner[stays], given]),
        np.concatenate([time[stays], aims.baseline[given]]),
        pd.concat([period[stays], aims.baseline_text.iloc[given].astype("str")]),
        {
            name: np.concatenate([values[stays], added.get(name, np.full(len(given), np.nan))])
            for name, values in number.items()
        },
    )
    order = np.lexsort((whole.time, whole.owner))
    numbers = {name: values[order] for name, values in whole.number.items()}
    return _Found(whole.owner[order], whole.time[order], whole.period.iloc[order], numbers)


def _of_one_frequency(
    used: Ints, owner: Ints, read: Times, value: Floats, aims: Aims
) -> tuple[Ints, Bools]:
    """The rows that each series is judged on; and which have another figure in another one."""
    mine, taken = owner[used], Times(read.end[used], read.frequency[used])
    free = not aims.flow.any() and (aims.frequency < 0).all()
    if not len(used) or (free and (taken.frequency == taken.frequency[0]).all()):
        return used, np.zeros(len(aims.key), np.bool_)
    baseline = aims.baseline_start + SAME, aims.baseline + SAME
    chosen = chosen_frequency(mine, taken, aims.flow, aims.frequency, baseline)
    stays = taken.frequency == chosen[mine]
    return used[stays], _disagreeing(mine, taken.end, value[used], stays, aims)


def _disagreeing(owner: Ints, time: Floats, value: Floats, stays: Bools, aims: Aims) -> Bools:
    """Stocks that have another figure for an instant in another frequency (§1)."""
    stock = ~aims.flow[owner]
    order = np.lexsort((stays, np.round(time, 6), owner))
    order = order[stock[order]]
    same = (np.diff(owner[order]) == 0) & (np.abs(np.diff(time[order])) < SAME)
    first, second = order[:-1][same], order[1:][same]
    apart = (stays[first] | stays[second]) & ~np.isclose(value[first], value[second], rtol=1e-9)
    return np.bincount(owner[first[apart]], minlength=len(aims.key)) > 0


def _in_order(
    used: Ints, owner: Ints, time: Floats, value: Floats, size: int
) -> tuple[Ints, Bools]:
    """The rows by series and time, one an instant; and which series have two figures for one."""
    step = np.diff(owner[used])
    if ((step < 0) | ((step == 0) & (np.diff(time[used]) <= 0))).any():
        used = used[np.lexsort((time[used], owner[used]))]
    again = (np.diff(owner[used]) == 0) & (np.diff(time[used]) == 0)
    if not again.any():
        return used, np.zeros(size, np.bool_)
    second = np.flatnonzero(again) + 1
    apart = value[used[second]] != value[used[second - 1]]
    conflicting = np.bincount(owner[used[second[apart]]], minlength=size) > 0
    return np.delete(used, second), conflicting


def _latest(owner: Ints, time: Floats, chosen: Bools, size: int) -> Floats:
    latest = np.full(size, -np.inf)
    np.maximum.at(latest, owner[chosen], time[chosen])
    return latest


def _first_years(periods: pd.Series, time: Floats) -> Floats:
    """In `eurostat` mode a period of several years counts as its first year (§4)."""
    if not periods.str.contains("/", regex=False).any():
        return time
    return decimal_years(periods, first=True)
