"""The verdict on every series of a batch, its reasons and its robustness (method §§3, 5, 7, 8).

With what a planner gets beside it: expected now, gap, required, when reached; where the figure
has lately been going; how far it is to the next better and the next worse class.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from indicators.progress import eurostat
from indicators.progress.batch import BASELINE_YEARS, ROUNDING, Around, Batch, interpolated
from indicators.progress.points import SAME
from indicators.progress.target_frame import KINDS, STATES
from indicators.statuses import Check, Kind, Reason, VerdictClass

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
    yearly: Floats
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
    # Of a year that the deadline cuts short no more than what is left is asked.
    years = due - t
    required = batch.from_g(g + rate * np.minimum(years, 1), shape) - y
    yearly = (aim - y) / np.maximum(years, 1)
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
        yearly=_where(still, np.where(met, 0.0, yearly)),
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
        yearly=np.where(batch.mirrored, -ends.yearly, ends.yearly),
        projected=batch.shown(ends.projected),
    )


def past(ends: Ends, stale: Bools) -> Ends:
    """An end without what it asks of the years to come, where those are behind already."""
    asked = ("required", "yearly", "acceleration", "projected")
    return replace(ends, **{name: _where(~stale, getattr(ends, name)) for name in asked})


def attained_at(batch: Batch) -> Floats:
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


Ints = npt.NDArray[np.int64]
RECENT_POINTS = 5
# The upper 0.2 % point of χ² with one degree of freedom.
CRITICAL = 9.54953570608324


class Recent(NamedTuple):
    """Sign of the recent direction (NaN: not known) and whether the trend test gave it."""

    sign: Floats
    tested: Bools


def recent_direction(time: Floats, value: Floats, numerator: Floats, denominator: Floats) -> Recent:
    """Each row holds the last five points of a series, oldest first, NaN where it is shorter."""
    tested = _testable(time, numerator, denominator)
    changes = np.sign(np.diff(value[:, -3:], axis=1))
    agreed = np.where(changes[:, 0] == changes[:, 1], changes[:, 1], 0.0)
    sign = np.where(np.isnan(changes).any(axis=1), np.nan, agreed)
    sign[tested] = _trend(numerator[tested], denominator[tested])
    return Recent(sign, tested)


def _testable(time: Floats, x: Floats, n: Floats) -> Bools:
    steps = np.diff(time, axis=1)
    even = np.abs(steps - steps[:, :1]).max(axis=1) < 1e-6
    proportions = ((x >= 0) & (x <= n) & (n > 0)).all(axis=1)
    some, rest = x.sum(axis=1) > 0, (n - x).sum(axis=1) > 0
    return np.asarray(even & proportions & some & rest)


def _trend(x: Floats, n: Floats) -> Floats:
    """The sign of a significant linear trend of x/n that no single point makes, else 0."""
    i = np.arange(1, RECENT_POINTS + 1, dtype=np.float64)
    total_x, total_n = x.sum(axis=1), n.sum(axis=1)
    xi, ni, nii = x @ i, n @ i, n @ (i * i)
    slope = total_n * xi - total_x * ni
    spread = total_x * (total_n - total_x) * (total_n * nii - ni**2)
    chi_square = total_n * slope**2 / spread
    without = (total_n[:, None] - n) * (xi[:, None] - x * i)
    without -= (total_x[:, None] - x) * (ni[:, None] - n * i)
    steady = (np.sign(without) == np.sign(slope)[:, None]).all(axis=1)
    return np.where((chi_square > CRITICAL) & steady, np.sign(slope), 0.0)


CLASSES = list(VerdictClass)
REASONS = list(Reason)
NO_REASON = LEFT_OUT = -1
ON_TRACK, ACCELERATION = 0.95, 0.60
WELL = [code for code in CLASSES if code.startswith(("achieved", "on_track"))]


@dataclass(frozen=True)
class Judgement:
    """The verdicts on a batch, asked at `as_of` (NaN: whenever its figures end)."""

    batch: Batch
    as_of: float = np.nan

    @cached_property
    def ends(self) -> tuple[Ends, Ends]:
        """What the early and the late end of each window ask."""
        return window_ends(self.batch)

    @cached_property
    def open_ends(self) -> tuple[Ends, Ends]:
        """The ends as shown, without what is asked from now on where the latest is of the past."""
        early, late = (shown(self.batch, ends) for ends in self.ends)
        return past(early, self.stale), past(late, self.stale)

    @cached_property
    def by_figures(self) -> Ints:
        """The class of every series on its declared shape, whatever its reasons."""
        early, late = (end.ratio for end in self.ends)
        return self._class(early, late, self.batch.y, self.batch.t, self._around_deadline)

    @cached_property
    def _around_deadline(self) -> Around[Floats]:
        """The figures at the deadline, before and after it, as judged."""
        pick, value = self.batch.points.pick, self.batch.value
        return Around(*(pick(value, place) for place in self.batch.around_deadline))

    def _class(
        self, early: Floats, late: Floats, y: Floats, t: Floats, then: Around[Floats]
    ) -> Ints:
        """The class, were (t, y) the latest point: open, achieved, or past its deadline (§3)."""
        batch = self.batch
        met, only = batch.meets(y), batch.aims.of(Kind.DIRECTION_ONLY)
        passed = t >= batch.aims.late - SAME
        in_time = (early >= ON_TRACK - ROUNDING) | batch.meets(y, batch.aim_early)
        on_track = late >= ON_TRACK - ROUNDING
        rules = [
            (passed & self._kept_time(then), VerdictClass.ACHIEVED_ON_TIME),
            (passed & self._at_some_time(then), VerdictClass.ACHIEVED),
            (passed & met, VerdictClass.ACHIEVED_LATE),
            (passed, VerdictClass.MISSED),
            (only & met, VerdictClass.ON_TRACK),
            (only & (y == batch.y0), VerdictClass.LIMITED),
            (met, VerdictClass.ACHIEVED),
            (on_track & in_time, VerdictClass.ON_TRACK),
            (on_track, VerdictClass.ON_TRACK_LATEST_ONLY),
            (late >= ACCELERATION - ROUNDING, VerdictClass.ACCELERATION_NEEDED),
            (late >= -ROUNDING, VerdictClass.LIMITED),
        ]
        conditions = [condition for condition, _ in rules]
        codes = [CLASSES.index(code) for _, code in rules]
        return np.select(conditions, codes, CLASSES.index(VerdictClass.MOVING_AWAY))

    def _kept_time(self, then: Around[Floats]) -> Bools:
        """Met by the figure at the deadline; without one, by those on both sides of it."""
        before, at, after = (self.batch.meets(y) for y in then)
        return np.where(np.isnan(then.at), before & after, at)

    def _at_some_time(self, then: Around[Floats]) -> Bools:
        """Met between the figures on the two sides of a deadline that has none of its own."""
        before, _, after = (self.batch.meets(y) for y in then)
        return np.asarray(np.isnan(then.at) & after & ~before)

    @cached_property
    def stale(self) -> Bools:
        """Whether the class is of the past: the deadline, or the figure's age, lies behind."""
        t, aims = self.batch.t, self.batch.aims
        old = self.as_of - t > aims.max_age
        unseen = (self.as_of > aims.late + SAME) & ~(t >= aims.late - SAME)
        return np.asarray((old | unseen) & (self.obstacle == NO_REASON))

    @cached_property
    def reason(self) -> Ints:
        """Why a series has no verdict of today from figures (§8), or `NO_REASON`."""
        return np.where(self.stale, REASONS.index(Reason.STALE), self.obstacle)

    @cached_property
    def obstacle(self) -> Ints:
        """Why no figure gives a series a class (§8), or `NO_REASON`: the first that applies."""
        batch, aims = self.batch, self.batch.aims
        late, only = aims.late, aims.of(Kind.DIRECTION_ONLY)
        none, no_baseline = batch.points.count == 0, batch.baseline < 0
        met, passed = batch.meets(batch.y), batch.t >= late - SAME
        withheld, different = (
            self._in_place(rows) for rows in (batch.points.hidden, batch.points.different)
        )
        open_still = aims.needs_baseline | ~(met | passed)
        lacking = no_baseline & open_still
        single = (batch.baseline == batch.latest) & open_still
        rules = [
            (aims.contradictory, Reason.CONTRADICTORY_TARGET),
            (aims.of(Kind.MILESTONE), Reason.QUALITATIVE),
            (aims.without_aim, Reason.NO_TARGET),
            (~aims.comparable, Reason.NOT_COMPARABLE),
            (batch.points.unreadable, Reason.UNREADABLE),
            (batch.points.conflicting, Reason.CONFLICTING_FIGURES),
            (none & withheld, Reason.SUPPRESSED),
            (none & different, Reason.NOT_COMPARABLE),
            (batch.points.elsewhere, Reason.OTHER_FREQUENCY),
            (none, Reason.NO_DATA),
            (aims.baseline < batch.points.broken, Reason.BREAK_IN_SERIES),
            ((lacking | single) & withheld, Reason.SUPPRESSED),
            ((lacking | single) & different, Reason.NOT_COMPARABLE),
            (lacking, Reason.NO_BASELINE),
            (batch.shrunken, Reason.GROWTH_UNDEFINED),
            (single & batch.points.cut & np.isnan(aims.baseline), Reason.BREAK_IN_SERIES),
            (single, Reason.SINGLE_POINT),
            (np.isnan(late) & ~met & ~batch.maintained & ~only, Reason.NO_DEADLINE),
            (~batch.computable, Reason.NOT_COMPUTABLE),
        ]
        conditions = [condition for condition, _ in rules]
        return np.select(conditions, [REASONS.index(code) for _, code in rules], NO_REASON)

    def _in_place(self, rows: tuple[Ints, Floats]) -> Bools:
        """Where such a row stands in a baseline's place, or would be a needed second point."""
        owner, time = rows
        due, count = self.batch.aims.baseline[owner], self.batch.points.count
        start = self.batch.aims.baseline_start[owner] + SAME
        wanted = (count[owner] < 2) | ((time > start) & (time <= due + BASELINE_YEARS))
        return np.bincount(owner[wanted], minlength=len(count)) > 0

    @cached_property
    def verdict(self) -> Ints:
        """The class of every series."""
        blank = CLASSES.index(VerdictClass.NOT_ASSESSED)
        states = np.array([*(CLASSES.index(VerdictClass(state)) for state in STATES), blank])
        stated = states[self.batch.aims.state]
        unjudged = np.where(self.batch.aims.of(Kind.MILESTONE), stated, blank)
        found = np.where(self.obstacle == NO_REASON, self.by_figures, unjudged)
        return np.where(self.stale, CLASSES.index(VerdictClass.STALE), found)

    @cached_property
    def last_class(self) -> Ints:
        """The class by the latest figure; another than the verdict only where that is stale."""
        return np.where(self.stale, self.by_figures, self.verdict)

    @cached_property
    def timing_unknown(self) -> Bools:
        """Whether a target was met late or on time cannot be said: its deadline has no figure."""
        passed = self.batch.t >= self.batch.aims.late - SAME
        some_time = self._at_some_time(self._around_deadline) & passed
        return np.asarray(some_time & (self.obstacle == NO_REASON))

    @cached_property
    def missed_by(self) -> Floats:
        """How far a missed target was from being met: at its deadline, or as of `missed_at`."""
        short = self.batch.side * (
            self.batch.aim - self.batch.points.pick(self.batch.value, self.missed_at)
        )
        missed = self.verdict == CLASSES.index(VerdictClass.MISSED)
        return np.where(missed & ~self.batch.aims.of(Kind.DIRECTION_ONLY), short, np.nan)

    @cached_property
    def missed_at(self) -> Ints:
        """The place of the figure at the deadline or, without one, of the first after it."""
        around = self.batch.around_deadline
        return np.where(around.at >= 0, around.at, around.after)

    @cached_property
    def decided_at(self) -> Ints:
        """The place of the figure that decides a target whose deadline has passed; else −1.

        Met on time: that of the deadline or, without one, the last before it. Met late: the first
        that meets it. Missed: see `missed_at`.
        """
        around, points = self.batch.around_deadline, self.batch.points
        on_time = np.where(around.at >= 0, around.at, around.before)
        met = self.batch.meets(self.batch.value, owner=points.owner)
        after = met & (points.time > self.batch.aims.late[points.owner] + SAME)
        first = np.full(len(points.start), -1, on_time.dtype)
        places = np.flatnonzero(after)[::-1]
        first[points.owner[places]] = places
        classes = (VerdictClass.ACHIEVED_ON_TIME, VerdictClass.ACHIEVED_LATE, VerdictClass.MISSED)
        conditions = [self.last_class == CLASSES.index(code) for code in classes]
        return np.select(conditions, [on_time, first, self.missed_at], -1)

    @cached_property
    def attainment(self) -> Floats:
        """When each target was first met, or would be at the pace since the baseline."""
        return attained_at(self.batch)

    @cached_property
    def recent(self) -> Recent:
        """The recent direction of each series (§5)."""
        batch = self.batch
        places = batch.latest[:, None] - np.arange(RECENT_POINTS - 1, -1, -1)
        places = np.where(places >= batch.points.start[:, None], places, -1)
        columns = (batch.points.time, batch.raw, batch.points.numerator, batch.points.denominator)
        time, value, numerator, denominator = (
            batch.points.pick(column, places) for column in columns
        )
        # A lead over a benchmark is not the proportion that the counts would test.
        numerator[batch.aims.of(Kind.EXCEED_BENCHMARK)] = np.nan
        return recent_direction(time, value, numerator, denominator)

    @cached_property
    def slipping(self) -> Bools:
        """Achieved or on track, though the recent direction is a worsening one."""
        batch = self.batch
        inwards = batch.inwards(batch.points.pick(batch.raw, batch.latest))
        wanted = np.where(batch.aims.of(Kind.WITHIN), inwards, batch.aims.polarity)
        well = np.isin(self.last_class, [CLASSES.index(code) for code in WELL])
        return well & (self.recent.sign * wanted < 0)

    @cached_property
    def checks(self) -> dict[Check, Ints]:
        """The class by each recomputation (§7), or `LEFT_OUT`."""
        batch, deadline = self.batch, self._around_deadline
        still = ~(batch.t >= batch.aims.late - SAME)
        rated = still & ~np.isnan(self.ends[1].ratio)
        found: dict[Check, Ints] = {}
        by_shape = (Check.LINEAR, Check.GEOMETRIC, Check.LOGISTIC)
        for code, check in enumerate(by_shape):
            other = np.full(len(batch.y), code)
            possible = (batch.bent(other, batch.y) == other) & (batch.shape != other) & rated
            classes = self._recomputed(other, batch.y, batch.t, deadline)
            found[check] = np.where(possible, classes, LEFT_OUT)
        y1 = batch.points.pick(batch.value, batch.previous)
        t1 = batch.points.pick(batch.points.time, batch.previous)
        without = self._recomputed(batch.shape, y1, t1, deadline)
        found[Check.LAST_POINT] = np.where((batch.previous >= 0) & still, without, LEFT_OUT)
        now = batch.points.pick(batch.raw, batch.latest)
        then = [batch.points.pick(batch.raw, places) for places in batch.around_deadline]
        revisable = ~np.isnan(batch.aims.revision) & ~np.isnan(now)
        for check, sign in ((Check.REVISION_UP, 1), (Check.REVISION_DOWN, -1)):
            y, *around = (batch.effective(raw + sign * batch.aims.revision) for raw in (now, *then))
            classes = self._recomputed(batch.bent(batch.shape, y), y, batch.t, Around(*around))
            found[check] = np.where(revisable, classes, LEFT_OUT)
        judged = self.obstacle == NO_REASON
        return {check: np.where(judged, classes, LEFT_OUT) for check, classes in found.items()}

    def _recomputed(self, shape: Ints, y: Floats, t: Floats, then: Around[Floats]) -> Ints:
        return self._class(*self.batch.ratios(shape, y, t), y, t, then)

    @cached_property
    def flips(self) -> dict[Check, Bools]:
        """Which recomputations change the class."""
        return {
            check: (classes != LEFT_OUT) & (classes != self.last_class)
            for check, classes in self.checks.items()
        }

    @cached_property
    def eurostat(self) -> eurostat.EurostatProgress:
        """The published practice's verdict on the same figures (§4)."""
        batch, aims = self.batch, self.batch.aims
        without = (Kind.WITHIN, Kind.EXCEED_BENCHMARK, Kind.MILESTONE)
        numeric = ~np.isin(aims.kind, [KINDS.index(kind) for kind in without])
        first_year = batch.points.first_year
        return eurostat.eurostat_progress(
            base=np.where(numeric, batch.y0, np.nan),
            base_year=batch.points.pick(first_year, batch.baseline),
            current=batch.y,
            current_year=batch.points.pick(first_year, batch.latest),
            target=np.where(aims.of(Kind.DIRECTION_ONLY), np.nan, batch.aim),
            target_year=aims.late,
            direction=aims.polarity,
            limit=aims.limit,
        )


LADDER = (
    VerdictClass.MOVING_AWAY,
    VerdictClass.LIMITED,
    VerdictClass.ACCELERATION_NEEDED,
    VerdictClass.ON_TRACK_LATEST_ONLY,
    VerdictClass.ON_TRACK,
    VerdictClass.ACHIEVED,
)


@dataclass(frozen=True, slots=True)
class Margin:
    """The neighbouring class, the latest figure that would just give it, and its rate ratio."""

    verdict: VerdictClass
    value: float
    ratio: float | None


def margins(judgement: Judgement) -> tuple[Margin | None, Margin | None]:
    """The margins of the one series of a batch to the better and to the worse class."""
    batch = judgement.batch
    verdict = CLASSES[judgement.verdict[0]]
    # What was met before or after a deadline without a figure no latest figure changes.
    settled = judgement.timing_unknown[0] or batch.aims.of(Kind.DIRECTION_ONLY)[0]
    if verdict not in LADDER or settled:
        return None, None
    aim = float(batch.shown(batch.aim)[0])
    if batch.maintained[0]:
        kept = verdict == VerdictClass.ACHIEVED
        other = Margin(VerdictClass.MOVING_AWAY if kept else VerdictClass.ACHIEVED, aim, None)
        return (None, other) if kept else (other, None)
    steps = [*_steps(judgement), Margin(VerdictClass.ACHIEVED, aim, None)]
    place = LADDER.index(verdict)
    above = [step for step in steps if LADDER.index(step.verdict) > place]
    reached = [step for step in steps if LADDER.index(step.verdict) <= place]
    if not reached:
        return above[0], None
    below = steps[steps.index(reached[-1]) - 1].verdict if len(reached) > 1 else LADDER[0]
    return (above[0] if above else None), Margin(below, reached[-1].value, reached[-1].ratio)


def _steps(judgement: Judgement) -> list[Margin]:
    """The figures at which the class would change, from the worst to the best."""
    batch = judgement.batch
    late = _asked(judgement, batch.aims.late, batch.aim)
    early = _asked(judgement, batch.aims.early, batch.aim_early)
    in_time: float = ON_TRACK * early
    ratio: float | None = ON_TRACK
    # The early end is also kept by a figure that has what was due then.
    due_early = _progress(judgement, batch.aim_early)
    if not in_time <= due_early:
        in_time, ratio = due_early, None
    steps: list[tuple[float, float | None, VerdictClass]] = [
        (0.0, 0.0, VerdictClass.LIMITED),
        (ACCELERATION * late, ACCELERATION, VerdictClass.ACCELERATION_NEEDED),
    ]
    if in_time > ON_TRACK * late:
        steps.append((ON_TRACK * late, ON_TRACK, VerdictClass.ON_TRACK_LATEST_ONLY))
        steps.append((in_time, ratio, VerdictClass.ON_TRACK))
    else:
        steps.append((ON_TRACK * late, ON_TRACK, VerdictClass.ON_TRACK))
    return [
        Margin(verdict, _figure(judgement, progress), step) for progress, step, verdict in steps
    ]


def _asked(judgement: Judgement, due: Floats, aim: Floats) -> float:
    """The progress since the baseline that the path to one end expects by now, as g."""
    batch = judgement.batch
    if not due[0] > batch.t0[0]:
        return math.inf
    time, height = batch.path(batch.shape, due, aim)
    return abs(float((interpolated(time, height, batch.t) - height[:, 0])[0]))


def _progress(judgement: Judgement, y: Floats) -> float:
    batch = judgement.batch
    return float((batch.side * (batch.g(y, batch.shape) - batch.g(batch.y0, batch.shape)))[0])


def _figure(judgement: Judgement, progress: float) -> float:
    batch = judgement.batch
    g0 = batch.g(batch.y0, batch.shape)
    return float(batch.shown(batch.from_g(g0 + batch.side * progress, batch.shape))[0])
