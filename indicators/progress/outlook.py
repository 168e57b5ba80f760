"""What a planner gets with a verdict: expected now, gap, required, when reached (method §3)."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from indicators.progress.batch import Batch, interpolated
from indicators.progress.codes import Kind

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Ends:
    """What one end of the window asks of each series; rates are per year."""

    due: Floats
    aim: Floats
    ratio: Floats
    expected: Floats
    gap: Floats
    required: Floats
    acceleration: Floats
    years_ahead: Floats
    projected: Floats


def window_ends(batch: Batch) -> tuple[Ends, Ends]:
    """The early and the late end of every window."""
    early, late = batch.ratios(batch.shape, batch.y, batch.t)
    last = _ends(batch, batch.aims.late, batch.aim, late)
    if batch.one_end:
        return last, last
    return _ends(batch, batch.aims.early, batch.aim_early, early), last


def _ends(batch: Batch, due: Floats, aim: Floats, ratio: Floats) -> Ends:
    shape, t, y, side = batch.shape, batch.t, batch.y, batch.side
    time, height = batch.path(shape, due, aim)
    g, g0, goal = batch.g(y, shape), height[:, 0], height[:, -1]
    met, kept = batch.meets(y, aim), batch.maintained
    pace = (g - g0) / (t - batch.t0)
    rate = (goal - g) / (due - t)
    on_path = batch.from_g(interpolated(time, height, t), shape)
    # Once the end has passed, the target itself is what is expected.
    expected = np.where(kept | (t > due), aim, on_path)
    # No multiple of a pace that leads away leads to the target.
    acceleration = np.where(side * pace > 0, rate / pace, np.inf)
    required = batch.from_g(g + rate, shape) - y
    projected = batch.from_g(g + pace * (due - t), shape)
    ahead = interpolated(side[:, None] * height, time, side * g) - t
    only = batch.aims.of(Kind.DIRECTION_ONLY)
    moving = (t > batch.t0) & (due > batch.t0) & ~only
    still = moving & (due > t)
    return Ends(
        due=due,
        aim=_where(~only, aim),
        ratio=ratio,
        expected=_where(moving, expected),
        gap=_where(moving, side * (y - expected)),
        required=_where(still, np.where(met, 0.0, required)),
        acceleration=_where(still, np.where(met, 0.0, acceleration)),
        years_ahead=_where(moving & ~kept, ahead),
        projected=_where((t > batch.t0) & (due > t), projected),
    )


def shown(batch: Batch, ends: Ends) -> Ends:
    """An end beside the latest figure as published: of a range, its nearer bound and how far.

    That distance is below zero outside the range.
    """
    ranged, now = batch.aims.of(Kind.WITHIN), batch.points.pick(batch.raw, batch.latest)
    if not ranged.any():
        return ends
    lower, upper = batch.aims.lower, batch.aims.upper
    bound = np.where(now - lower <= upper - now, lower, upper)
    inside = np.minimum(now - lower, upper - now)
    return replace(
        ends,
        aim=np.where(ranged & ~np.isnan(now), bound, ends.aim),
        expected=batch.shown(ends.expected),
        gap=np.where(ranged & ~np.isnan(ends.gap), inside, ends.gap),
        required=np.where(batch.mirrored, -ends.required, ends.required),
        projected=batch.shown(ends.projected),
    )


def past(ends: Ends, stale: Bools) -> Ends:
    """An end without what it asks of the years to come, where those are behind already."""
    asked = ("required", "acceleration", "projected")
    return replace(ends, **{name: _where(~stale, getattr(ends, name)) for name in asked})


def attainment(batch: Batch) -> Floats:
    """When the target was first met, or would be at the pace since the baseline; inf: never."""
    points, shape = batch.points, batch.shape
    g = batch.g(batch.y, shape)
    pace = (g - batch.g(batch.y0, shape)) / (batch.t - batch.t0)
    ahead = batch.t + (batch.g(batch.aim, shape) - g) / pace
    ahead = np.where(batch.side * pace > 0, ahead, np.inf)
    reached = batch.meets(batch.value, owner=points.owner)
    reached &= np.arange(len(batch.value)) >= batch.baseline[points.owner]
    first = np.full(len(points.start), np.inf)
    np.minimum.at(first, points.owner[reached], points.time[reached])
    unknown = np.isnan(batch.aim) | batch.aims.of(Kind.DIRECTION_ONLY) | np.isnan(batch.t)
    ahead[~(batch.t > batch.t0)] = np.nan
    return _where(~unknown, np.where(batch.meets(batch.y), first, ahead))


def _where(condition: Bools, values: Floats) -> Floats:
    return np.where(condition, values, np.nan)
