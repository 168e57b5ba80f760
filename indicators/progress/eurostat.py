"""The published practice, to the digit, beside the declared shape (docs/method.md §4)."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from indicators.statuses import EurostatClass

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EUROSTAT_CLASSES = list(EurostatClass)
ACHIEVED, SUBSTANTIAL, MODERATE, LIMITED, DETERIORATION, NOT_ASSESSED = range(6)

# The practice's stand-in for a base or target of zero, which a growth rate cannot have.
NEARLY_ZERO = 0.001


class EurostatProgress(NamedTuple):
    """Ratio to the required growth (or the growth itself without a target), class and score."""

    value: Floats
    classes: Ints
    score: Floats


def eurostat_progress(
    base: Floats,
    base_year: Floats,
    current: Floats,
    current_year: Floats,
    target: Floats,
    target_year: Floats,
    direction: Floats,
    limit: Floats,
) -> EurostatProgress:
    """One verdict an element; NaN in `target` means no target, in `limit` no natural limit."""
    # The stand-in is for growth rates alone: 0 is at a target of 0, whichever way is better.
    reached = direction * (current - target) >= 0
    base = np.where(base == 0, NEARLY_ZERO, base)
    target = np.where(target == 0, NEARLY_ZERO, target)
    reached |= direction * (current - target) >= 0
    aimed = ~np.isnan(target)
    end = np.where(aimed, target, current)
    positive = (base > 0) & (current >= 0) & (end >= 0)
    negative = (base < 0) & (current <= 0) & (end <= 0)
    with np.errstate(all="ignore"):
        growth = (current / base) ** (1 / (current_year - base_year)) - 1
        required = (target / base) ** (1 / (target_year - base_year)) - 1
        ratio = np.where(negative, -1, 1) * direction * growth / np.abs(required)
        near = 1 - (base / limit) ** 4.44
        beyond = 1 - ((2 * limit - base) / limit) ** 4.44
        shrink = np.select(
            [np.isnan(limit) | (base >= 2 * limit), base <= limit], [1.0, near], beyond
        )
        pace = direction * growth
        by_ratio = _classed(ratio, 0.95, 0.60)
        by_pace = _classed(pace, 0.015 * shrink, 0.005 * shrink)
        classes = np.where(aimed, by_ratio, by_pace)
        classes[aimed & reached] = ACHIEVED
        assessed = (positive | negative) & (current_year > base_year)
        # A deadline before the base leaves no growth to ask for; a target met needs none.
        assessed &= ~aimed | (target_year > base_year) | (classes == ACHIEVED)
        value = np.where(aimed, ratio, pace)
        score = np.where(aimed, _score_of_ratio(ratio), _score_of_pace(pace, shrink, by_pace))
    score[classes == ACHIEVED] = 5
    return EurostatProgress(
        np.where(assessed, value, np.nan),
        np.where(assessed, classes, NOT_ASSESSED),
        np.where(assessed, score, np.nan),
    )


def _classed(value: Floats, substantial: Floats | float, moderate: Floats | float) -> Ints:
    steps = [value >= substantial, value >= moderate, value >= 0]
    return np.select(steps, [SUBSTANTIAL, MODERATE, LIMITED], DETERIORATION)


def _score_of_ratio(ratio: Floats) -> Floats:
    above = np.minimum(7.1429 * ratio - 4.2857, 5)
    return np.where(ratio >= 0.6, above, np.maximum(4.1667 * ratio - 2.5, -5))


def _score_of_pace(pace: Floats, shrink: Floats, classes: Ints) -> Floats:
    top = np.where(shrink > 0, np.minimum(500 * pace / shrink - 5, 5), 5)
    middle, low = 250 * pace / shrink - 1.25, 500 * pace / shrink - 2.5
    falling = np.maximum(125 * pace - 2.5, -5)
    return np.select(
        [classes == SUBSTANTIAL, classes == MODERATE, classes == LIMITED],
        [top, middle, low],
        falling,
    )
