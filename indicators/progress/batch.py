"""A batch of series and their targets as arrays: baseline, aim and path (docs/method.md §§2, 3)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from indicators.progress.points import SAME, Points
from indicators.progress.target_frame import Aims, At, scaled, unscaled, usable
from indicators.statuses import Kind

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Array = TypeVar("Array")

# Rounding must not decide: 1000 / (5000 / 3) is 0.6.
ROUNDING = 1e-12
# A baseline missing in its year may be taken from the next two (§8).
BASELINE_YEARS = 2


class Around(NamedTuple, Generic[Array]):
    """Something of the points at an instant, of the last before it and the first after it."""

    before: Array
    at: Array
    after: Array


@dataclass(frozen=True)
class Batch:
    """Series and their targets side by side; every array has one element a series."""

    points: Points
    aims: Aims

    @cached_property
    def latest(self) -> Ints:
        """The place of each series' latest point; −1 where it has none."""
        return np.where(self.points.count > 0, self.points.start + self.points.count - 1, -1)

    @cached_property
    def baseline(self) -> Ints:
        """The place of each series' baseline; −1 where no point may stand for it."""
        due = np.nan_to_num(self.aims.baseline, nan=-np.inf) + SAME
        owner, time = self.points.owner, self.points.time
        up_to = self.points.number(time <= due[owner])
        # A year holds its months: the last one of it is the baseline.
        within = self.points.number(
            (time <= due[owner]) & (time > self.aims.baseline_start[owner] + SAME)
        )
        own = np.where(within > 0, self.points.start + up_to - 1, -1)
        first = np.where(up_to < self.points.count, self.points.start + up_to, -1)
        late = self.points.pick(time, first) > due + BASELINE_YEARS
        return np.where(within > 0, own, np.where(late & np.isfinite(due), -1, first))

    @cached_property
    def previous(self) -> Ints:
        """The place of the point before the latest, unless that is the baseline; else −1."""
        between = (self.baseline >= 0) & (self.latest - 1 > self.baseline)
        return np.where(between, self.latest - 1, -1)

    @cached_property
    def around_deadline(self) -> Around[Ints]:
        """The places of the points at the late end of the window, before and after it; else −1."""
        late, owner, time = self.aims.late, self.points.owner, self.points.time
        earlier = self.points.number(time < late[owner] - SAME)
        up_to = self.points.number(time <= late[owner] + SAME)
        start = self.points.start
        return Around(
            before=np.where(earlier > 0, start + earlier - 1, -1),
            at=np.where(up_to > earlier, start + up_to - 1, -1),
            after=np.where((up_to < self.points.count) & ~np.isnan(late), start + up_to, -1),
        )

    @cached_property
    def t0(self) -> Floats:
        """When the baseline stands."""
        return self.points.pick(self.points.time, self.baseline)

    @cached_property
    def t(self) -> Floats:
        """When the latest point stands."""
        return self.points.pick(self.points.time, self.latest)

    @cached_property
    def raw(self) -> Floats:
        """Every point's figure; against a moving benchmark, its lead over that."""
        moving = self.aims.of(Kind.EXCEED_BENCHMARK)[self.points.owner]
        return np.where(moving, self.points.value - self.points.benchmark, self.points.value)

    def inwards(self, raw: Floats) -> Floats:
        """The direction from outside a target's range into it; 0 within."""
        return np.where(raw < self.aims.lower, 1.0, np.where(raw > self.aims.upper, -1.0, 0.0))

    @cached_property
    def side(self) -> Floats:
        """The direction d to the aim: the polarity; for a range, from the nearer bound inwards."""
        start, now = (self.points.pick(self.raw, at) for at in (self.baseline, self.latest))
        nearer = np.sign((self.aims.lower - now) + (self.aims.upper - now))
        ranged = np.select(
            [self.inwards(start) != 0, self.inwards(now) != 0, nearer != 0],
            [self.inwards(start), self.inwards(now), nearer],
            np.where(self.aims.polarity < 0, -1.0, 1.0),
        )
        return np.where(self.aims.of(Kind.WITHIN), ranged, self.aims.polarity)

    def effective(self, raw: Floats, owner: Ints | slice = slice(None)) -> Floats:
        """The figure as judged: one beyond a range is as far from it as its mirror image."""
        ranged, side = self.aims.of(Kind.WITHIN)[owner], self.side[owner]
        lower, upper = self.aims.lower[owner], self.aims.upper[owner]
        above = np.where(raw > upper, lower - (raw - upper), raw)
        below = np.where(raw < lower, upper + (lower - raw), raw)
        return np.where(ranged, np.where(side > 0, above, below), raw)

    @cached_property
    def value(self) -> Floats:
        """Every point's figure as judged."""
        if not self.aims.of(Kind.WITHIN).any():
            return self.raw
        return self.effective(self.raw, self.points.owner)

    @cached_property
    def mirrored(self) -> Bools:
        """Where the latest figure lies beyond a range, so that its mirror image is judged."""
        now = self.points.pick(self.raw, self.latest)
        return np.asarray(self.aims.of(Kind.WITHIN) & (self.y - now != 0) & ~np.isnan(now))

    def shown(self, judged: Floats) -> Floats:
        """A figure as judged, on the side of its range where the latest figure lies."""
        return np.where(self.mirrored, self.aims.lower + self.aims.upper - judged, judged)

    @cached_property
    def y0(self) -> Floats:
        """The baseline's figure."""
        return self.points.pick(self.value, self.baseline)

    @cached_property
    def y(self) -> Floats:
        """The latest figure."""
        return self.points.pick(self.value, self.latest)

    @cached_property
    def shrunken(self) -> Bools:
        """Where a growth in per cent has no meaning: its baseline is not above zero."""
        relative = ~np.isnan(self.aims.growth) & np.isnan(self.aims.gain)
        return relative & np.isnan(self.aims.value) & (self.y0 <= 0)

    @cached_property
    def aim(self) -> Floats:
        """The target's value yT at the late end of its window."""
        aims, y0 = self.aims, self.y0
        grown = np.where(self.shrunken, np.nan, y0 * (1 + aims.growth / 100))
        gained = np.where(np.isnan(aims.gain), grown, y0 + aims.gain)
        aim = np.where(np.isnan(aims.value), gained, aims.value)
        kept = aims.of(Kind.MAINTAIN) & np.isnan(aim)
        aim = np.where(kept | aims.of(Kind.DIRECTION_ONLY), y0, aim)
        aim = np.where(aims.of(Kind.EXCEED_BENCHMARK), 0.0, aim)
        bound = np.where(self.side > 0, aims.lower, aims.upper)
        return np.where(aims.of(Kind.WITHIN), bound, aim)

    @cached_property
    def aim_early(self) -> Floats:
        """The value due at the early end: the milestone set for it, else the target's."""
        early, late = self.aims.early[:, None], self.aims.late[:, None]
        due = (self.aims.milestone_time == early) & (early < late)
        own = np.where(due, self.aims.milestone_value, 0).sum(axis=1)
        return np.where(due.any(axis=1), own, self.aim)

    def meets(
        self, y: Floats, aim: Floats | None = None, owner: Ints | slice = slice(None)
    ) -> Bools:
        """At or through the target; a benchmark or a mere starting point must be exceeded."""
        aim = (self.aim if aim is None else aim)[owner]
        beyond = self.side[owner] * (y - aim)
        strictly = self.aims.of(Kind.EXCEED_BENCHMARK) | self.aims.of(Kind.DIRECTION_ONLY)
        return np.where(strictly[owner], beyond > 0, beyond >= -ROUNDING * np.abs(aim))

    @cached_property
    def maintained(self) -> Bools:
        """Where the baseline already meets the target: it is to be kept, and has no R (§8)."""
        met = self.meets(self.y0) & ~self.aims.of(Kind.DIRECTION_ONLY)
        return self.aims.of(Kind.MAINTAIN) | met

    @cached_property
    def extremes(self) -> tuple[Floats, Floats]:
        """The least and the greatest figure from the baseline on, the aims among them."""
        chosen = np.arange(len(self.value)) >= self.baseline[self.points.owner]
        found = self.points.count > 0
        milestones = np.where(self.on_path(self.aims.late), self.aims.milestone_value, np.nan)
        aims = np.column_stack([self.aim, self.aim_early, milestones])
        least, most = np.full((2, len(found)), np.nan)
        if found.any():
            starts = self.points.start[found]
            least[found] = np.minimum.reduceat(np.where(chosen, self.value, np.inf), starts)
            most[found] = np.maximum.reduceat(np.where(chosen, self.value, -np.inf), starts)
        return np.fmin(least, np.fmin.reduce(aims, axis=1)), np.fmax(
            most, np.fmax.reduce(aims, axis=1)
        )

    def bent(self, shape: Ints, y: Floats) -> Ints:
        """The shape itself, or the linear one where g does not exist for all figures (§8)."""
        least, most = self.extremes
        lower, upper = self.aims.bound_lower, self.aims.bound_upper
        good = usable(shape, np.fmin(least, y), np.fmax(most, y), lower, upper)
        return np.where(good & ~self.aims.of(Kind.EXCEED_BENCHMARK), shape, At.LINEAR)

    @cached_property
    def shape(self) -> Ints:
        """The shape that each series is judged on."""
        return self.bent(self.aims.shape, self.y)

    def g(self, y: Floats, shape: Ints) -> Floats:
        """A figure on the scale where the path is straight."""
        bounds = self.aims.bound_lower, self.aims.bound_upper
        if y.ndim > 1:
            return scaled(y, shape[:, None], bounds[0][:, None], bounds[1][:, None])
        return scaled(y, shape, *bounds)

    def from_g(self, g: Floats, shape: Ints) -> Floats:
        """A figure back on its own scale."""
        return unscaled(g, shape, np.sign(self.y0), self.aims.bound_lower, self.aims.bound_upper)

    def on_path(self, due: Floats) -> Bools:
        """The milestones that the path to a deadline goes over: between, and still to gain."""
        when = self.aims.milestone_time
        between = (when > self.t0[:, None]) & (when < due[:, None])
        ahead = self.side[:, None] * (self.aims.milestone_value - self.y0[:, None]) > 0
        return between & ahead

    def path(self, shape: Ints, due: Floats, aim: Floats) -> tuple[Floats, Floats]:
        """The knots (time, g) from the baseline over milestones to an end, a row a series."""
        g0, goal = self.g(self.y0, shape), self.g(aim, shape)
        on = self.on_path(due)
        if not on.any():
            return np.column_stack([self.t0, due]), np.column_stack([g0, goal])
        when = np.where(on, self.aims.milestone_time, self.t0[:, None])
        what = np.where(on, self.g(self.aims.milestone_value, shape), g0[:, None])
        # NaN sorts last, so that the end stays the last knot even where it precedes the baseline.
        end = np.where(due > self.t0, due, np.nan)
        time, height = np.column_stack([self.t0, when, end]), np.column_stack([g0, what, goal])
        order = np.argsort(time, axis=1, kind="stable")
        return np.take_along_axis(time, order, axis=1), np.take_along_axis(height, order, axis=1)

    @cached_property
    def one_end(self) -> bool:
        """Whether no window of the batch has two ends."""
        return np.array_equal(self.aims.early, self.aims.late, equal_nan=True)

    def ratios(self, shape: Ints, y: Floats, t: Floats) -> tuple[Floats, Floats]:
        """R = d·a / |r| at the early and the late end, were (t, y) the latest point (§3)."""
        g = self.g(y, shape)
        late = self._ratio(g, t, self.path(shape, self.aims.late, self.aim))
        if self.one_end:
            return late, late
        return self._ratio(g, t, self.path(shape, self.aims.early, self.aim_early)), late

    def _ratio(self, g: Floats, t: Floats, path: tuple[Floats, Floats]) -> Floats:
        """The progress made over the progress that the path expects by now, on the g scale."""
        time, height = path
        g0, t0 = height[:, 0], time[:, 0]
        made, asked = self.side * (g - g0), np.abs(interpolated(time, height, t) - g0)
        # Where nothing is asked, standing still is no progress, and anything else has no ratio.
        ratio = np.where(asked > 0, made / asked, np.where(made == 0, 0.0, np.nan))
        ratio[self.unrated | ~(time[:, -1] > t0) | ~(t > t0)] = np.nan
        return ratio

    @cached_property
    def computable(self) -> Bools:
        """Where figures and target are near enough to zero for their differences to be numbers."""
        goal, g0, g = (self.g(y, self.shape) for y in (self.aim, self.y0, self.y))
        sound = np.isfinite(g - g0) & np.isfinite(goal - g0) & np.isfinite(goal - g)
        return sound | np.isnan(self.aim) | np.isnan(self.y0)

    @cached_property
    def unrated(self) -> Bools:
        """Where the target is no change of the baseline, so that there is no R."""
        return self.maintained | self.aims.of(Kind.DIRECTION_ONLY)


def interpolated(x: Floats, y: Floats, at: Floats) -> Floats:
    """Each row's line through its knots (x, y), continued straight beyond both ends."""
    if x.shape[1] == 2:
        return y[:, 0] + (y[:, 1] - y[:, 0]) * (at - x[:, 0]) / (x[:, 1] - x[:, 0])
    # Milestones that do not count repeat the first knot: begin after the last of these.
    first = np.minimum((x <= x[:, :1]).sum(axis=1), x.shape[1] - 1)
    upper = np.clip((x < at[:, None]).sum(axis=1), first, x.shape[1] - 1)[:, None]
    x0, x1 = (np.take_along_axis(x, i, axis=1)[:, 0] for i in (upper - 1, upper))
    y0, y1 = (np.take_along_axis(y, i, axis=1)[:, 0] for i in (upper - 1, upper))
    return np.asarray(y0 + (y1 - y0) * (at - x0) / (x1 - x0))
