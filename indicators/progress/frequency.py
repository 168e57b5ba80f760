"""Figures of several frequencies side by side: which of them a verdict or a line takes (method §1).

Two figures of different length that end at one instant say the same of a stock; of a flow they
are different things. So one series takes one frequency, and `chosen_frequency` says which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from indicators.periods import FREQUENCIES, UNREADABLE, Times

if TYPE_CHECKING:
    from indicators.periods import Floats, Ints

Bools = npt.NDArray[np.bool_]

YEARLY = 0  # its place among FREQUENCIES


def chosen_frequency(
    owner: Ints, times: Times, *, flow: Bools, named: Ints, baseline: tuple[Floats, Floats]
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
