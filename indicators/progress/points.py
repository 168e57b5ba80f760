"""The points of every series that may be judged, and why the others may not (method §8)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.progress.codes import Kind
from indicators.progress.periods import decimal_years
from indicators.progress.targets import Aims

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# SDMX CL_OBS_STATUS.
BREAK = "B"
SUPPRESSED = "Q"
DEFINITION_DIFFERS = "D"
NOT_OBSERVED = ("F", "H", "L", "M", "O")
# SDMX CL_CONF_STATUS: everything but "free" is withheld.
FREE = "F"


@dataclass(frozen=True)
class Points:
    """All usable points of all series, by series and time: those of `n` begin at `start[n]`."""

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

    def pick(self, array: Floats, place: Ints) -> Floats:
        """The elements at `place`; NaN where a place is negative."""
        if not len(array):
            return np.full(place.shape, np.nan)
        return np.where(place >= 0, array[np.maximum(place, 0)], np.nan)

    def number(self, chosen: Bools) -> Ints:
        """How many points of each series are chosen."""
        return np.bincount(self.owner[chosen], minlength=len(self.start))


def points(series: pd.DataFrame, aims: Aims, as_of: float = np.nan) -> Points:
    """Read rows [series, period, value, …] of the series that have a target, up to `as_of`."""
    keys = aims.key
    owner = keys.get_indexer(pd.Index(series["series"])).astype(np.int64)
    if (owner < 0).any():
        series, owner = series[owner >= 0], owner[owner >= 0]
    period = series["period"].astype("str")
    time = decimal_years(period)
    number = {
        name: series[name].to_numpy(np.float64, na_value=np.nan)
        if name in series
        else np.full(len(series), np.nan)
        for name in ("value", "benchmark", "numerator", "denominator")
    }
    if np.isnan(time).any():
        raise ValueError("a row has no period")
    kept = ~(time > as_of)
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
    step = np.diff(owner[used])
    if ((step < 0) | ((step == 0) & (np.diff(time[used]) <= 0))).any():
        used = used[np.lexsort((time[used], owner[used]))]
    owner_used, time_used = owner[used], time[used]
    twice = (np.diff(owner_used) == 0) & (np.diff(time_used) == 0)
    if twice.any():
        place = int(np.flatnonzero(twice)[0])
        raise ValueError(
            f"two rows for one period: {keys[owner_used[place]]!r} "
            f"{period.iloc[used[place]]} and {period.iloc[used[place + 1]]}"
        )
    count = np.bincount(owner_used, minlength=len(keys))
    return Points(
        owner=owner_used,
        time=time_used,
        first_year=_first_years(period.iloc[used], time_used),
        period=period.iloc[used],
        **{name: values[used] for name, values in number.items()},
        start=np.cumsum(count) - count,
        count=count,
        broken=broken,
        cut=np.bincount(owner[before_break], minlength=len(keys)) > 0,
        hidden=(owner[kept & secret], time[kept & secret]),
        different=(owner[kept & different], time[kept & different]),
    )


def _latest(owner: Ints, time: Floats, chosen: Bools, size: int) -> Floats:
    latest = np.full(size, -np.inf)
    np.maximum.at(latest, owner[chosen], time[chosen])
    return latest


def _first_years(periods: pd.Series, time: Floats) -> Floats:
    """In `eurostat` mode a period of several years counts as its first year (§4)."""
    if not periods.str.contains("/", regex=False).any():
        return time
    return decimal_years(periods, first=True)
