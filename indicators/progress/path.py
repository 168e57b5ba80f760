"""The path from the baseline over the milestones to the target, as points to draw."""

import math
from itertools import pairwise

import numpy as np

from indicators.progress.shapes import SHAPES, scaled, unscaled
from indicators.progress.verdict import Verdict

STEPS = 12  # points a stretch: enough for a curve


def path(verdict: Verdict) -> list[tuple[float, float]]:
    """Return (time, value) from the baseline to the late end; empty without one of them."""
    if verdict.baseline is None or verdict.late is None or verdict.late.asked is None:
        return []
    corners = [(verdict.baseline.time, verdict.baseline.judged)]
    corners += [(step.time, step.value) for step in verdict.milestones]
    corners.append((verdict.late.time, verdict.late.asked))
    corners = [corner for corner in corners if corner[0] >= corners[0][0]]
    points = [corners[0]]
    for start, end in pairwise(corners):
        points += _stretch(verdict, start, end)
    return points


def _stretch(
    verdict: Verdict, start: tuple[float, float], end: tuple[float, float]
) -> list[tuple[float, float]]:
    lower, upper = verdict.target.bounds or (math.nan, math.nan)
    shape = np.array([SHAPES.index(verdict.shape)])
    limits = np.array([lower]), np.array([upper])
    sign = np.array([math.copysign(1, start[1])])
    ends = scaled(np.array([start[1], end[1]]), shape, *limits)
    if not np.isfinite(ends).all():
        return [end]
    shares = np.arange(1, STEPS + 1) / STEPS
    values = unscaled(ends[0] + shares * (ends[1] - ends[0]), shape, sign, *limits)
    times = start[0] + shares * (end[0] - start[0])
    return [(float(time), float(value)) for time, value in zip(times, values, strict=True)]
