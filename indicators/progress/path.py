"""The path from baseline to target as points to draw, and what if the coming year were another."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from indicators.periods import decimal_year
from indicators.progress.target_frame import SHAPES, scaled, unscaled
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


def reached_at(verdict: Verdict, change: float) -> float | None:
    """When the target is met if the coming year changes the figure by `change`, on its shape.

    In decimal years; inf: never. None where there is no figure or no target, or where the
    shape has no place for the changed figure.
    """
    known = _now_and_goal(verdict)
    if known is None:
        return None
    time, value, goal = known
    now, then, end = (_g(verdict, y) for y in (value, value + change, goal))
    if math.isnan(then) or math.isnan(end) or value * (value + change) <= 0 < abs(now - value):
        return None
    years = (end - now) / (then - now) if then != now else -math.inf
    return time + years if years >= 0 else math.inf


def change_needed(verdict: Verdict, period: str) -> float | None:
    """What the coming year must change the figure by, for the target to be met by `period`."""
    known = _now_and_goal(verdict)
    if known is None:
        return None
    time, value, goal = known
    years = decimal_year(period) - time
    if years <= 0:
        return None
    now, end = _g(verdict, value), _g(verdict, goal)
    return _y(verdict, now + (end - now) / years) - value


def _now_and_goal(verdict: Verdict) -> tuple[float, float, float] | None:
    """The latest time and figure as judged, and the target."""
    if verdict.latest is None or verdict.late is None or verdict.late.value is None:
        return None
    return verdict.latest.time, verdict.latest.lead, verdict.late.value


def _g(verdict: Verdict, y: float) -> float:
    lower, upper = verdict.target.bounds or (math.nan, math.nan)
    shape = np.array([SHAPES.index(verdict.shape)])
    return float(scaled(np.array([y]), shape, np.array([lower]), np.array([upper]))[0])


def _y(verdict: Verdict, g: float) -> float:
    lower, upper = verdict.target.bounds or (math.nan, math.nan)
    shape = np.array([SHAPES.index(verdict.shape)])
    sign = np.array([math.copysign(1, verdict.latest.value if verdict.latest else 1)])
    return float(unscaled(np.array([g]), shape, sign, np.array([lower]), np.array([upper]))[0])
