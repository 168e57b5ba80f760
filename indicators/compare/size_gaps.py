"""Enterprise sizes side by side: small and micro together, the gap to large (method §12)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from indicators.compare.intervals import wilson
from indicators.frequencies import in_time
from indicators.periods import decimal_years

LARGE, SMALL, MICRO, SMALL_MICRO = "LARGE", "SMALL", "MICRO", "SMALL_MICRO"
LEVEL = 0.90  # of the trend's interval, as of projections (method §6)
COVERAGE = 0.95  # of a gap's own interval, as of a figure's (method §9)
FEWEST = 5  # gaps that have a trend with an interval
Floats = npt.NDArray[np.float64]


class Trend(NamedTuple):
    """By how much a gap changes a year, between which values, over how many gaps since when."""

    slope: float
    low: float
    high: float
    points: int
    first: str
    last: str


def add_small_micro(rows: pd.DataFrame, *, additive: bool) -> pd.DataFrame:
    """Return rows of one indicator's sizes with small and micro enterprises together.

    Where nobody publishes them: of what adds up over sizes the sum, of a ratio with numerators
    and denominators the ratio of their sums; of anything else they do not follow.
    """
    keys = ["indicator", "period", "scheme", "industry", "region"]
    free = rows[(rows["confidentiality"] == "F") & rows["value"].notna()]
    small, micro = (free[free["size"] == size] for size in (SMALL, MICRO))
    held = rows.loc[rows["size"] == SMALL_MICRO, keys].apply(tuple, axis=1)
    both = small.merge(micro, on=keys, suffixes=("", "_micro"), validate="1:1")
    both = both[~both[keys].apply(tuple, axis=1).isin(list(held))] if len(both) else both
    value = both["value"] + both["value_micro"]
    if not additive:
        above = both["numerator"] + both["numerator_micro"]
        below = both["denominator"] + both["denominator_micro"]
        factor = both["value"] * both["denominator"] / both["numerator"]
        both = both.assign(numerator=above, denominator=below)
        value = above / below * factor
    made = both.assign(value=value, size=SMALL_MICRO)[rows.columns]
    made = made[np.isfinite(made["value"].astype(float))]
    return pd.concat([rows, made], ignore_index=True) if len(made) else rows


def size_gaps(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the gap between large and small enterprises by period, oldest first.

    rows: of one indicator, industry and region, of a ratio, rate or score. Columns: period,
    large, small, size (which are the small ones: small and micro together, else small), gap
    (large less small), low, high: its interval of 95 % where numerators and denominators are
    known (Newcombe 1998, method 10: from the two Wilson intervals), NaN where not.
    """
    free = rows[(rows["confidentiality"] == "F") & rows["value"].notna()]
    size = next((code for code in (SMALL_MICRO, SMALL) if code in set(free["size"])), SMALL)
    columns = ["indicator", "period", "value", "numerator", "denominator"]
    large, small = (free.loc[free["size"] == code, columns] for code in (LARGE, size))
    both = large.merge(small, on=["indicator", "period"], suffixes=("", "_small"), validate="1:1")
    both = in_time(both)
    low, high = _newcombe(both)
    gap = both["value"] - both["value_small"]
    return pd.DataFrame(
        {
            "period": both["period"],
            "large": both["value"],
            "small": both["value_small"],
            "size": size,
            "gap": gap,
            "low": low,
            "high": high,
        }
    ).reset_index(drop=True)


def _newcombe(both: pd.DataFrame) -> tuple[Floats, Floats]:
    names = ("numerator", "denominator", "numerator_small", "denominator_small")
    above, below, above_small, below_small = (both[name].to_numpy(float) for name in names)
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = above / below, above_small / below_small
        factor = np.where(first > 0, both["value"].to_numpy(float) / first, np.nan)
        lower, upper = wilson(above, below, COVERAGE)
        lower_small, upper_small = wilson(above_small, below_small, COVERAGE)
        down = np.sqrt((first - lower) ** 2 + (upper_small - second) ** 2)
        up = np.sqrt((upper - first) ** 2 + (second - lower_small) ** 2)
    return (first - second - down) * factor, (first - second + up) * factor


def trend(gaps: pd.DataFrame) -> Trend | None:
    """Return the trend of gaps by year: Theil–Sen slope, interval of 90 % (Sen 1968).

    None with fewer than five gaps: no interval is given (method §6).
    """
    if len(gaps) < FEWEST:
        return None
    found = stats.theilslopes(gaps["gap"], decimal_years(gaps["period"]), LEVEL)
    first, last = str(gaps["period"].iloc[0]), str(gaps["period"].iloc[-1])
    low, high = float(found.low_slope), float(found.high_slope)
    return Trend(float(found.slope), low, high, len(gaps), first, last)
