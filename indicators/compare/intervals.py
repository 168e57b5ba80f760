"""Intervals of figures and control limits around benchmarks (docs/method.md §9).

Rows are observations: one a region in each slice, by the columns of `SLICE` that they have. A
figure is numerator / denominator × factor, and its interval is in the figure's own unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from indicators import catalogue
from indicators.statuses import Gap, Method, Position, Standing

# basis: of what kind and year the denominators are (`denominators.basis`).
BASIS = "basis"
SLICE = ("indicator", "period", "industry", "size", "scheme", BASIS)
# The two heights of control limits as funnel plots round them; intervals take the exact ones.
Z_95, Z_998 = 1.96, 3.0902
COVERAGE_95, COVERAGE_998 = 0.95, 0.998
LIMITS = ("limit_lower_95", "limit_upper_95", "limit_lower_998", "limit_upper_998")
INTERVAL = ("lower", "upper", "lower_998", "upper_998")
Array = npt.NDArray[np.float64]
# Statuses under which there is no observed figure: forecasts and the missing (METHOD §8).
_NOT_OBSERVED = ("F", "H", "L", "M", "O")


def control_limits(
    benchmark: npt.ArrayLike, n: npt.ArrayLike, z: float, *, proportion: bool = True
) -> tuple[Array, Array]:
    """Return between which limits chance leaves k/n around a benchmark, both as fractions.

    Of a proportion: (2E + z² ± z√(z² + 4E(1 − E/n))) / (2(n + z²)) with E = n·benchmark, that is
    Wilson's score interval, as funnel plots of public health have it. Of a Poisson rate: its
    limit for events that are rare against n, (2E + z² ± z√(z² + 4E)) / 2n.
    """
    size = np.asarray(n, dtype=np.float64)
    expected = size * np.asarray(benchmark, dtype=np.float64)
    # Rounding may carry E a hair past n, or the lower limit below zero.
    spread = expected * np.maximum(1 - expected / size, 0) if proportion else expected
    reach = z * np.sqrt(z**2 + 4 * spread)
    whole = 2 * (size + z**2) if proportion else 2 * size
    lower = np.maximum((2 * expected + z**2 - reach) / whole, 0)
    upper = (2 * expected + z**2 + reach) / whole
    return lower, np.minimum(upper, 1) if proportion else upper


def wilson(
    numerator: npt.ArrayLike, denominator: npt.ArrayLike, coverage: float
) -> tuple[Array, Array]:
    """Return Wilson's interval of proportions, as fractions (Wilson 1927)."""
    z = float(special.ndtri((1 + coverage) / 2))
    size = np.asarray(denominator, dtype=np.float64)
    return control_limits(np.asarray(numerator, dtype=np.float64) / size, size, z)


def exact_poisson(
    numerator: npt.ArrayLike, denominator: npt.ArrayLike, coverage: float
) -> tuple[Array, Array]:
    """Return the exact interval of events per denominator (Garwood 1936)."""
    events = np.asarray(numerator, dtype=np.float64)
    size = np.asarray(denominator, dtype=np.float64)
    tail = (1 - coverage) / 2
    lower = np.where(events > 0, special.gammaincinv(np.maximum(events, 1e-300), tail), 0)
    return lower / size, special.gammainccinv(events + 1, tail) / size


@lru_cache(8)
def traits(known: catalogue.Catalogue) -> pd.DataFrame:
    """Return what a comparison must know of each indicator of a catalogue, by its key.

    polarity, factor, decimals, kind, part (a share of the whole), proportion: the declared range
    lets numerator over denominator be 1 at most.
    """
    columns = ["polarity", "factor", "decimals", "kind", "part", "proportion"]
    rows = {}
    for key, item in known.indicators.items():
        factor = item.factor if item.derived else 100.0 if item.unit == "percent" else 1.0
        proportion = item.range[0] >= 0 and item.range[1] <= factor
        part = item.share_of is not None
        rows[key] = (item.polarity, factor, item.decimals, item.kind, part, proportion)
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def traits_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Return `traits` row by row; raises `ValueError` for an indicator the catalogue lacks."""
    known = traits(catalogue.load())
    if unknown := sorted(set(rows["indicator"]) - set(known.index)):
        raise ValueError(f"not in the catalogue: {', '.join(unknown)}")
    return known.loc[rows["indicator"]].set_index(rows.index)


def slice_of(rows: pd.DataFrame) -> list[str]:
    """Return the columns that tell one comparison from another."""
    return [name for name in SLICE if name in rows]


def comparable(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with `value` only where it may be compared, and `gap` saying why not.

    Raises `ValueError` where a region stands twice in a slice.
    """
    if rows.duplicated([*slice_of(rows), "region"]).any():
        raise ValueError("a region stands twice: choose one industry, size and scheme")
    value = rows["value"].astype(float)
    empty = pd.Series("", index=rows.index)
    status = rows.get("status", empty)
    freedom = rows.get("confidentiality", empty).fillna("")
    reason = np.select(
        [
            (status == "Q") | ~freedom.isin(["", "F"]),
            value.isna() | status.isin(_NOT_OBSERVED),
            status == "D",
        ],
        [Gap.SUPPRESSED, Gap.NO_DATA, Gap.NOT_COMPARABLE],
        "",
    )
    return rows.assign(value=value.where(reason == ""), gap=reason)


def add_intervals(rows: pd.DataFrame) -> pd.DataFrame:
    """Add the interval that chance leaves each figure.

    Adds n (the denominator), method, `INTERVAL` (at 95 and 99.8 per cent), gap. A share that
    cannot exceed its whole has Wilson's interval; events that may outnumber their denominator
    the exact Poisson one; a figure without numerator and denominator, or one that is not their
    ratio to its last decimal, has none.
    """
    known, kept = traits_of(rows), comparable(rows)
    n, k = (_numbers(rows, name) for name in ("denominator", "numerator"))
    value, factor = _numbers(kept, "value"), known["factor"].to_numpy(np.float64)
    proportion = known["proportion"].to_numpy(np.bool_)
    counted = (n > 0) & (k >= 0)
    ratio = np.divide(k, n, out=np.full_like(k, np.nan), where=counted) * factor
    rounding = 0.5 * 10.0 ** -known["decimals"].to_numpy(np.float64) + 1e-9 * np.abs(ratio)
    agrees = (np.abs(ratio - value) <= rounding) & ~(proportion & (k > n))
    gap = kept["gap"].to_numpy(dtype=object)
    gap = np.where(gap != "", gap, np.where(~counted, Gap.NO_DENOMINATOR, ""))
    gap = np.where((gap == "") & ~agrees, Gap.INCONSISTENT, gap)
    sound = gap == ""
    ends = {name: np.full(len(rows), np.nan) for name in INTERVAL}
    for interval, chosen in ((wilson, sound & proportion), (exact_poisson, sound & ~proportion)):
        for coverage, low, high in ((COVERAGE_95, *INTERVAL[:2]), (COVERAGE_998, *INTERVAL[2:])):
            lower, upper = interval(k[chosen], n[chosen], coverage)
            # A published figure is rounded, and its own interval holds it all the same.
            ends[low][chosen] = np.minimum(lower * factor[chosen], value[chosen])
            ends[high][chosen] = np.maximum(upper * factor[chosen], value[chosen])
    method = np.where(proportion, Method.WILSON, Method.EXACT_POISSON)
    return kept.assign(
        n=np.where(counted, n, np.nan), method=np.where(sound, method, Method.NONE), **ends, gap=gap
    )


def add_comparison(rows: pd.DataFrame) -> pd.DataFrame:
    """Add how each figure stands to the column `benchmark`, in the same unit.

    Adds the columns of `add_intervals`, difference (value − benchmark), `LIMITS` (the control
    limits around the benchmark for this denominator), position, class.
    """
    known, kept = traits_of(rows), add_intervals(rows)
    value, benchmark, n = (_numbers(kept, name) for name in ("value", "benchmark", "n"))
    factor = known["factor"].to_numpy(np.float64)
    proportion = known["proportion"].to_numpy(np.bool_)
    level = benchmark / factor
    within = (level >= 0) & (~proportion | (level <= 1))
    gap = kept["gap"].to_numpy(dtype=object)
    bare = (gap == "") | (gap == Gap.NO_DENOMINATOR)
    gap = np.where(bare & np.isnan(benchmark), Gap.NO_BENCHMARK, gap)
    gap = np.where((gap == "") & ~within, Gap.OUTSIDE_RANGE, gap)
    sound = gap == ""
    limits = {name: np.full(len(rows), np.nan) for name in LIMITS}
    for is_proportion in (True, False):
        chosen = sound & (proportion == is_proportion)
        for z, low, high in ((Z_95, *LIMITS[:2]), (Z_998, *LIMITS[2:])):
            lower, upper = control_limits(level[chosen], n[chosen], z, proportion=is_proportion)
            limits[low][chosen] = lower * factor[chosen]
            limits[high][chosen] = upper * factor[chosen]
    place = _position(value, limits, sound)
    return kept.assign(
        difference=value - benchmark,
        **limits,
        position=place,
        gap=gap,
        **{"class": _standing(place, known["polarity"].to_numpy(np.int64))},
    )


def _numbers(rows: pd.DataFrame, name: str) -> Array:
    if name not in rows:
        return np.full(len(rows), np.nan)
    return rows[name].to_numpy(np.float64)


def _position(
    value: Array, limits: dict[str, Array], sound: npt.NDArray[np.bool_]
) -> npt.NDArray[np.object_]:
    low_95, high_95, low_998, high_998 = (limits[name] for name in LIMITS)
    # A figure equal to its limit lies inside, whatever rounding does to the last digit.
    slack = 1e-12 * np.abs(value)
    rules = [
        (~sound, Position.UNKNOWN),
        (value < low_998 - slack, Position.BELOW_998),
        (value > high_998 + slack, Position.ABOVE_998),
        (value < low_95 - slack, Position.BELOW_95),
        (value > high_95 + slack, Position.ABOVE_95),
    ]
    return _first(rules, Position.INSIDE)


def _standing(
    position: npt.NDArray[np.object_], polarity: npt.NDArray[np.int64]
) -> npt.NDArray[np.object_]:
    above = np.isin(position, [Position.ABOVE_95, Position.ABOVE_998])
    below = np.isin(position, [Position.BELOW_95, Position.BELOW_998])
    sign = above.astype(int) - below.astype(int)
    rules = [
        (position == Position.UNKNOWN, Standing.NOT_COMPARED),
        (sign == 0, Standing.SIMILAR),
        (sign * polarity > 0, Standing.BETTER),
        (sign * polarity < 0, Standing.WORSE),
        (sign > 0, Standing.HIGHER),
    ]
    return _first(rules, Standing.LOWER)


def _first(
    rules: Sequence[tuple[npt.NDArray[np.bool_], str]], otherwise: str
) -> npt.NDArray[np.object_]:
    conditions, codes = [condition for condition, _ in rules], [code for _, code in rules]
    return np.select(conditions, codes, otherwise).astype(object)
