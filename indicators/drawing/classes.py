"""Which classes a map's values fall into: by a named method, or away from a benchmark."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import pairwise
from math import floor, isfinite, log10

import numpy as np
import pandas as pd

from indicators.wording import Wording

QUANTILES, NATURAL, EQUAL, FIXED = "quantiles", "natural", "equal", "fixed"
METHODS = (QUANTILES, NATURAL, EQUAL, FIXED)
MOST_VALUES = 400  # natural breaks compare every pair of them


def method_name(method: str, words: Wording) -> str:
    """Return a method in words."""
    return {
        QUANTILES: words("quantiles"),
        NATURAL: words("natural breaks"),
        EQUAL: words("equal intervals"),
        FIXED: words("fixed classes"),
    }[method]


def class_breaks(
    values: pd.Series, classes: int = 5, method: str = QUANTILES, fixed: Sequence[float] = ()
) -> list[float]:
    """Return the breaks of at most `classes` classes; a class holds its lower end.

    quantiles: as many values in each. natural: the least squared distance to the classes' means
    (Fisher 1958; Jenks), exact. Both at the roundest number between two values. equal: as wide
    each, to 1 %. fixed: those given, whatever the values.
    """
    if method == FIXED:
        return sorted(fixed)
    known = values.dropna()
    if known.nunique() < 2:
        return []
    if method == NATURAL:
        return natural_breaks(known, classes)
    lowest, highest = float(known.min()), float(known.max())
    if method == EQUAL:
        width = (highest - lowest) / classes
        digits = 1 - floor(log10(width))
        found = [round(lowest + step * width, digits) for step in range(1, classes)]
        return [value for value in found if lowest < value <= highest]
    exact = known.quantile([step / classes for step in range(1, classes)])
    gaps = [
        (known[known < value].max(), known[known >= value].min())
        for value in exact
        if value > lowest
    ]
    return sorted({_roundest(below, at) for below, at in gaps})


def natural_breaks(values: pd.Series, classes: int) -> list[float]:
    """Return Fisher's breaks of at most MOST_VALUES values, each the roundest of its gap."""
    numbers = np.sort(values.to_numpy(dtype=float))
    if len(numbers) > MOST_VALUES:
        raise ValueError(f"natural breaks of {len(numbers)} values, more than {MOST_VALUES}")
    classes = min(classes, len(np.unique(numbers)))
    # spread[i, j]: the squared distances from their mean of the values i to j.
    centred = numbers - numbers.mean()
    sums = np.concatenate([[0.0], np.cumsum(centred)])
    squares = np.concatenate([[0.0], np.cumsum(centred**2)])
    first, last = np.triu_indices(len(numbers))
    spread = np.full((len(numbers), len(numbers)), np.inf)
    spread[first, last] = (squares[last + 1] - squares[first]) - (
        sums[last + 1] - sums[first]
    ) ** 2 / (last + 1 - first)
    # Equal values stay together.
    spread[np.concatenate([[False], np.diff(numbers) == 0])] = np.inf
    least = spread[0]
    starts = []
    for _ in range(1, classes):
        total = np.concatenate([[np.inf], least[:-1]])[:, None] + spread
        starts.append(total.argmin(axis=0))
        least = total.min(axis=0)
    breaks, end = [], len(numbers) - 1
    for start in reversed(starts):
        begin = int(start[end])
        breaks.append(_roundest(numbers[begin - 1], numbers[begin]))
        end = begin - 1
    return breaks[::-1]


def _roundest(below: float, at: float) -> float:
    """Return the number with the fewest digits above `below` and at most `at`."""
    size = floor(log10(max(abs(below), abs(at))))
    for digits in range(1, 16):
        unit = 10.0 ** (size - digits + 1)
        if unit < sys.float_info.min:  # too small to divide by
            break
        found = round(floor(at / unit) * unit, digits - 1 - size) + 0.0  # no minus zero
        if below < found <= at:
            return found
    return at


def diverging_breaks(values: pd.Series, centre: float) -> list[float]:
    """Return breaks at a centre and, as far below as above, at thirds of the distances from it."""
    away = (values.dropna() - centre).abs()
    away = away[(away > 0) & away.map(isfinite)]
    steps = [float(f"{step:.2g}") for step in away.quantile([1 / 3, 2 / 3])] if len(away) else []
    around = {centre, *(centre - step for step in steps), *(centre + step for step in steps)}
    lowest, highest = values.min(), values.max()
    # A rounded centre would fall on the wrong side of itself.
    inside = {round(value, 10) for value in around - {centre} if lowest < value <= highest}
    return sorted({centre, *inside})


def decimals_for(breaks: Sequence[float], decimals: int) -> int:
    """Return how many decimals keep every break what it is, at least `decimals`, at most 6."""
    while decimals < 6 and any(abs(round(value, decimals) - value) > 1e-9 for value in breaks):
        decimals += 1
    return decimals


def class_names(breaks: Sequence[float], words: Wording, decimals: int = 0) -> list[str]:
    """Return what each class holds, from low to high; a class includes its lower end."""
    decimals = decimals_for(breaks, decimals)
    # A minus, as changes have it: a hyphen reads as a dash between the ends.
    ends = [words.number(value, decimals).replace("-", "−") for value in breaks]
    if not ends:
        return [words("all values")]
    return [
        words("under {upper}", upper=ends[0]),
        *(words("{lower} to {upper}", lower=a, upper=b) for a, b in pairwise(ends)),
        words("{lower} or more", lower=ends[-1]),
    ]
