"""The verdict on one series, or on all series of a frame: the two ways into the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.periods import decimal_year, period_at
from indicators.progress.batch import Batch
from indicators.progress.eurostat import EUROSTAT_CLASSES
from indicators.progress.judgement import (
    CLASSES,
    LEFT_OUT,
    NO_REASON,
    REASONS,
    Ends,
    Judgement,
    Margin,
    margins,
)
from indicators.progress.points import SAME, points
from indicators.progress.projection import Projection, projection
from indicators.progress.target_frame import KINDS, SHAPES, Target, sound_aims, target_frame
from indicators.statuses import (
    Check,
    Direction,
    DirectionTest,
    EurostatClass,
    Flag,
    Kind,
    Reason,
    Shape,
    VerdictClass,
)

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
OUTLOOK = ("expected", "gap", "required", "yearly", "acceleration", "years_ahead", "projected")
DIRECTIONS = {0: Direction.STEADY, 1: Direction.RISING, 2: Direction.UNKNOWN, -1: Direction.FALLING}


def judgement_on(series: pd.DataFrame, targets: pd.DataFrame, as_of: str | None) -> Judgement:
    """Judge rows of series by the targets of the same key; nothing is computed before asked."""
    asked = decimal_year(as_of) if as_of else np.nan
    aimed = sound_aims(targets)
    return Judgement(Batch(points(series, aimed, asked), aimed), asked)


def verdict_table(judgement: Judgement) -> pd.DataFrame:
    """All verdicts of a batch, in the order of its targets.

    Against a benchmark, target, expected and projected are figures as the latest is, on top of the
    benchmark beside that, `benchmark_value`. No number in it is infinite: an empty `acceleration`
    beside a `required` says that no multiple of the pace arrives, an empty `attained` that it
    never does.
    """
    batch, aimed = judgement.batch, judgement.batch.aims
    early, late = judgement.open_ends
    recent, practice = judgement.recent, judgement.eurostat
    judged = judgement.obstacle == NO_REASON
    kept = judged & batch.maintained
    signs = np.where(np.isnan(recent.sign), 2, recent.sign).astype(np.int64)
    tests = np.where(recent.tested, 0, np.where(np.isnan(recent.sign), 2, 1))
    moving = aimed.of(Kind.EXCEED_BENCHMARK)
    benchmark = np.where(moving, batch.points.pick(batch.points.benchmark, batch.latest), np.nan)
    lead = np.where(moving, benchmark, 0.0)

    def above(name: str) -> Floats | float:
        return lead if name in ("expected", "projected") else 0.0

    left_out = {check: classes == LEFT_OUT for check, classes in judgement.checks.items()}
    return pd.DataFrame(
        {
            "series": aimed.key,
            "verdict": _texts(CLASSES, judgement.verdict),
            "last_class": _texts(CLASSES, judgement.last_class),
            "reason": _texts([*REASONS, ""], judgement.reason),
            "kind": _texts(KINDS, np.where(kept, KINDS.index(Kind.MAINTAIN), aimed.kind)),
            "shape": _texts(SHAPES, batch.shape),
            "baseline_period": _periods(batch, batch.baseline),
            "baseline_value": batch.points.pick(batch.points.value, batch.baseline),
            "latest_period": _periods(batch, batch.latest),
            "latest_value": batch.points.pick(batch.points.value, batch.latest),
            "decided_period": _periods(batch, judgement.decided_at),
            "benchmark_value": benchmark,
            "target_value": _finite(late.aim + lead),
            "ratio_early": _finite(early.ratio),
            "ratio_late": _finite(late.ratio),
            **{name: _finite(getattr(late, name) + above(name)) for name in OUTLOOK},
            **{f"{name}_early": _finite(getattr(early, name) + above(name)) for name in OUTLOOK},
            "due_period": aimed.due.reset_index(drop=True),
            "missed_by": _finite(judgement.missed_by),
            "missed_period": _periods(
                batch, np.where(np.isnan(judgement.missed_by), -1, judgement.missed_at)
            ),
            "attained": _finite(judgement.attainment),
            "direction": _texts([DIRECTIONS[sign] for sign in (0, 1, 2, -1)], signs),
            "direction_test": _texts(list(DirectionTest), tests),
            Flag.SLIPPING.value: judgement.slipping,
            Flag.BORDERLINE.value: np.logical_or.reduce(list(judgement.flips.values())),
            Flag.BASELINE_SHIFTED.value: (batch.baseline >= 0) & (batch.t0 > aimed.baseline + SAME),
            Flag.BECAME_MAINTAIN.value: kept & ~aimed.of(Kind.MAINTAIN),
            Flag.LINEAR_INSTEAD.value: judged & (batch.shape != aimed.shape),
            Flag.AFTER_BREAK.value: batch.points.cut,
            Flag.TIMING_UNKNOWN.value: judgement.timing_unknown,
            Flag.FREQUENCIES_DISAGREE.value: batch.points.disagreeing,
            "flips": _lists(judgement.flips),
            "unchecked": _lists(left_out),
            "eurostat_value": _finite(practice.value),
            "eurostat_verdict": _texts(EUROSTAT_CLASSES, practice.classes),
            "eurostat_score": _finite(practice.score),
        }
    )


def _finite(values: Floats) -> Floats:
    # Plus zero: a decline of nothing is 0, never −0.
    return np.where(np.isfinite(values), values + 0.0, np.nan)


def _texts(codes: Sequence[str], places: Ints) -> pd.Series:
    """Codes as text, by their places; −1 is the last one."""
    texts = pd.array([str(code) for code in codes], dtype="str")
    return pd.Series(texts.take(np.where(places < 0, len(codes) - 1, places)))


def _periods(batch: Batch, places: Ints) -> pd.Series:
    return batch.points.period.reset_index(drop=True).reindex(places).reset_index(drop=True)


def _lists(chosen: Mapping[Check, Bools]) -> pd.Series:
    """The names of the checks chosen for each series, joined by commas."""
    checks = list(chosen)
    masks = np.zeros(len(chosen[checks[0]]), np.int64)
    for bit, check in enumerate(checks):
        masks |= chosen[check].astype(np.int64) << bit
    names = [
        ",".join(check for bit, check in enumerate(checks) if mask >> bit & 1)
        for mask in range(1 << len(checks))
    ]
    return _texts(names, masks)


@dataclass(frozen=True, slots=True)
class Point:
    """One figure of the series; `time` is the end of its period in years."""

    period: str
    time: float
    value: float
    benchmark: float | None
    mirrored: float | None = None

    @property
    def lead(self) -> float:
        """The figure, or the lead where there is a benchmark."""
        return self.value - (self.benchmark or 0.0)

    @property
    def judged(self) -> float:
        """The figure that the verdict is on: a lead; beyond a range the mirror image."""
        return self.lead if self.mirrored is None else self.mirrored


@dataclass(frozen=True, slots=True)
class End:
    """What one end of the window asks; None where the question has no answer.

    `required` is the change that the path asks of the coming year, or of what is left of it until
    the end; `yearly` the equal amounts a year that add up to the target as well. `acceleration` is
    the rate on the path's scale over the pace since the baseline (inf: the pace leads away),
    `projected` the figure at that pace. Of a range
    `value` is the bound nearer to the latest figure, `asked` that nearer to the baseline, and
    `gap` how far inside the range the latest figure lies.
    """

    period: str
    time: float
    value: float | None
    asked: float | None
    ratio: float | None
    expected: float | None
    gap: float | None
    required: float | None
    yearly: float | None
    acceleration: float | None
    years_ahead: float | None
    projected: float | None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A step on the way; `met` is None while it is not due."""

    period: str
    time: float
    value: float
    met: bool | None


@dataclass(frozen=True, slots=True)
class Flip:
    """A recomputation and the class that it gives instead."""

    check: Check
    verdict: VerdictClass


@dataclass(frozen=True, slots=True)
class EurostatVerdict:
    """The published practice's verdict on the same figures."""

    value: float | None
    verdict: EurostatClass
    score: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one series stands to its target, and everything that the answer rests on.

    `last_class` is the class by the latest figure: another than `verdict` where that is stale.
    `decided_at` is the figure that settled a target whose deadline has passed.
    `missed_by` is as of the figure `missed_at`: that of the deadline, or the first one after
    it. `around_deadline` are the periods between which a target was met that has no figure at
    its deadline. For a benchmark all figures but those of `baseline` and `latest` are leads.
    `attained` is when the target was first met, or is at the pace since the baseline (inf:
    never). `unchecked` are the recomputations that were not possible.
    """

    target: Target
    verdict: VerdictClass
    last_class: VerdictClass
    reason: Reason | None
    flags: tuple[Flag, ...]
    kind: Kind
    shape: Shape
    baseline: Point | None
    latest: Point | None
    early: End | None
    late: End | None
    milestones: tuple[Milestone, ...]
    decided_at: Point | None
    missed_by: float | None
    missed_at: Point | None
    around_deadline: tuple[str | None, str] | None
    attained: float | None
    attained_period: str | None
    direction: Direction
    direction_test: DirectionTest
    better: Margin | None
    worse: Margin | None
    flips: tuple[Flip, ...]
    unchecked: tuple[Check, ...]
    projection: Projection | None
    eurostat: EurostatVerdict


# What a series lacks is NaN all the way through, and that is no cause for a warning.
@np.errstate(all="ignore")
def judge(series: pd.DataFrame, target: Target, *, as_of: str | None = None) -> Verdict:
    """Judge rows [period, value, …] of one series against its target, with its projection.

    Optional columns: status (CL_OBS_STATUS), confidentiality (CL_CONF_STATUS), numerator,
    denominator, and benchmark for `exceed_benchmark`. Rows after `as_of` are not looked at.
    """
    judgement = judgement_on(series.assign(series=""), target_frame({"": target}), as_of)
    frame = verdict_table(judgement)
    batch, answer = judgement.batch, frame.iloc[0]
    reason = Reason(answer["reason"]) if answer["reason"] else None
    trend = projection(batch) if reason is None else None
    latest = _point(batch, batch.latest)
    attained = _number(judgement.attainment, endless=True)
    flags = [flag for flag in Flag if flag in frame and answer[flag]]
    if trend is None and reason is None:
        flags.append(Flag.FEW_POINTS)
    practice = judgement.eurostat
    missed_by = _number(judgement.missed_by)
    better, worse = margins(judgement)
    return Verdict(
        target=target,
        verdict=VerdictClass(answer["verdict"]),
        last_class=VerdictClass(answer["last_class"]),
        reason=reason,
        flags=tuple(flags),
        kind=Kind(answer["kind"]),
        shape=Shape(answer["shape"]),
        baseline=_point(batch, batch.baseline),
        latest=latest,
        early=_end(target, judgement.open_ends[0], judgement.ends[0]),
        late=_end(target, judgement.open_ends[1], judgement.ends[1]),
        milestones=_milestones(batch, target),
        decided_at=_point(batch, judgement.decided_at),
        missed_by=missed_by,
        missed_at=None if missed_by is None else _point(batch, judgement.missed_at),
        around_deadline=_around(judgement),
        attained=attained,
        attained_period=(
            period_at(attained, latest.period)
            if latest and attained is not None and np.isfinite(attained)
            else None
        ),
        direction=Direction(answer["direction"]),
        direction_test=DirectionTest(answer["direction_test"]),
        better=better,
        worse=worse,
        flips=tuple(
            Flip(check, CLASSES[judgement.checks[check][0]])
            for check, flip in judgement.flips.items()
            if flip[0]
        ),
        unchecked=tuple(
            check for check, classes in judgement.checks.items() if classes[0] == LEFT_OUT
        ),
        projection=trend,
        eurostat=EurostatVerdict(
            _number(practice.value),
            EUROSTAT_CLASSES[practice.classes[0]],
            _number(practice.score),
        ),
    )


@np.errstate(all="ignore")
def judge_many(
    series: pd.DataFrame, targets: pd.DataFrame, *, as_of: str | None = None
) -> pd.DataFrame:
    """Judge all series at once, without projections: one row a target, in the targets' order.

    `series` is as for `judge`, with a key column `series`; `targets` has that key and the
    fields of `Target` (`bounds` as bound_lower, bound_upper; see `target_frame`).
    """
    return verdict_table(judgement_on(series, targets, as_of))


def _number(array: Floats, *, endless: bool = False) -> float | None:
    """The one number, None where it is none; infinity stands only for what never ends."""
    known = not np.isnan(array[0]) if endless else np.isfinite(array[0])
    return float(array[0]) if known else None


def _period(batch: Batch, places: Ints) -> str | None:
    return str(batch.points.period.iloc[int(places[0])]) if places[0] >= 0 else None


def _around(judgement: Judgement) -> tuple[str | None, str] | None:
    around = judgement.batch.around_deadline
    after = _period(judgement.batch, around.after)
    if not judgement.timing_unknown[0] or after is None:
        return None
    return _period(judgement.batch, around.before), after


def _point(batch: Batch, places: Ints) -> Point | None:
    place = int(places[0])
    if place < 0:
        return None
    found = batch.points
    period = str(found.period.iloc[place])
    moving = bool(batch.aims.of(Kind.EXCEED_BENCHMARK)[0])
    benchmark = float(found.benchmark[place]) if moving else None
    judged, value = float(batch.value[place]), float(batch.raw[place])
    mirrored = None if judged == value else judged
    return Point(period, float(found.time[place]), float(found.value[place]), benchmark, mirrored)


def _end(target: Target, ends: Ends, judged: Ends) -> End | None:
    due = _number(ends.due)
    if due is None:
        return None
    periods = [
        target.window_early,
        target.window_late,
        *(period for period, _ in target.milestones),
    ]
    period = next(text for text in periods if text and decimal_year(text) == due)
    names = ("ratio", *OUTLOOK)
    numbers = {name: _number(getattr(ends, name), endless=name == "acceleration") for name in names}
    value, asked = _number(ends.aim), _number(judged.aim)
    return End(period=period, time=due, value=value, asked=asked, **numbers)


def _milestones(batch: Batch, target: Target) -> tuple[Milestone, ...]:
    steps = []
    for period, value in sorted(target.milestones, key=lambda step: decimal_year(step[0])):
        time = decimal_year(period)
        steps.append(Milestone(period, time, value, _met_at(batch, time, value)))
    return tuple(steps)


def _met_at(batch: Batch, time: float, value: float) -> bool | None:
    """Whether a step was met at its time; None before that, and where figures do not say."""
    when = batch.points.time
    if not (when >= time - SAME).any():
        return None
    met = batch.meets(batch.value, np.array([value]), batch.points.owner)
    at = np.abs(when - time) <= SAME
    if at.any():
        return bool(met[at][0])
    before, after = met[when < time][-1:], bool(met[when > time][0])
    # The figures on both sides say it only where they agree.
    return after if bool(before.any()) == after else None
