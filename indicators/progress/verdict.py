"""The verdict on one series, or on all series of a frame: the two ways into the engine."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.progress.batch import Batch
from indicators.progress.codes import (
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
from indicators.progress.eurostat import EUROSTAT_CLASSES
from indicators.progress.judgement import CLASSES, LEFT_OUT
from indicators.progress.margins import Margin, margins
from indicators.progress.outlook import Ends
from indicators.progress.periods import decimal_year, period_at
from indicators.progress.projection import Projection, projection
from indicators.progress.targets import Target, target_frame
from indicators.progress.verdict_table import judgement_on, verdict_table

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Point:
    """One figure of the series; `time` is the end of its period in years."""

    period: str
    time: float
    value: float
    benchmark: float | None

    @property
    def judged(self) -> float:
        """The figure that the verdict is on: the lead, where there is a benchmark."""
        return self.value - (self.benchmark or 0.0)


@dataclass(frozen=True, slots=True)
class End:
    """What one end of the window asks; None where the question has no answer.

    `required` is the change asked of the coming year, `acceleration` that rate over the pace
    since the baseline (inf: the pace leads away), `projected` the figure at that pace.
    """

    period: str
    time: float
    value: float | None
    ratio: float | None
    expected: float | None
    gap: float | None
    required: float | None
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

    For a benchmark all figures but those of `baseline` and `latest` are leads over it.
    `attained` is when the target was first met, or is at the pace since the baseline (inf:
    never). `unchecked` are the recomputations that were not possible.
    """

    target: Target
    verdict: VerdictClass
    reason: Reason | None
    flags: tuple[Flag, ...]
    kind: Kind
    shape: Shape
    baseline: Point | None
    latest: Point | None
    early: End | None
    late: End | None
    milestones: tuple[Milestone, ...]
    missed_by: float | None
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
    attained = _number(judgement.attainment)
    flags = [flag for flag in Flag if flag in frame and answer[flag]]
    if trend is None and reason is None:
        flags.append(Flag.FEW_POINTS)
    practice = judgement.eurostat
    better, worse = margins(judgement)
    return Verdict(
        target=target,
        verdict=VerdictClass(answer["verdict"]),
        reason=reason,
        flags=tuple(flags),
        kind=Kind(answer["kind"]),
        shape=Shape(answer["shape"]),
        baseline=_point(batch, batch.baseline),
        latest=latest,
        early=_end(target, judgement.ends[0]),
        late=_end(target, judgement.ends[1]),
        milestones=_milestones(batch, target),
        missed_by=_number(judgement.missed_by),
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


def _number(array: Floats) -> float | None:
    return None if np.isnan(array[0]) else float(array[0])


def _point(batch: Batch, places: Ints) -> Point | None:
    place = int(places[0])
    if place < 0:
        return None
    found = batch.points
    period = str(found.period.iloc[place])
    moving = bool(batch.aims.of(Kind.EXCEED_BENCHMARK)[0])
    benchmark = float(found.benchmark[place]) if moving else None
    return Point(period, float(found.time[place]), float(found.value[place]), benchmark)


def _end(target: Target, ends: Ends) -> End | None:
    due = _number(ends.due)
    if due is None:
        return None
    periods = [
        target.window_early,
        target.window_late,
        *(period for period, _ in target.milestones),
    ]
    period = next(text for text in periods if text and decimal_year(text) == due)
    names = ("ratio", "expected", "gap", "required", "acceleration", "years_ahead", "projected")
    numbers = {name: _number(getattr(ends, name)) for name in names}
    return End(period=period, time=due, value=_number(ends.aim), **numbers)


def _milestones(batch: Batch, target: Target) -> tuple[Milestone, ...]:
    steps = []
    for period, value in sorted(target.milestones, key=lambda step: decimal_year(step[0])):
        time = decimal_year(period)
        before = batch.value[batch.points.time <= time][-1:]
        met = bool(batch.meets(before, np.array([value]))[0]) if len(before) else False
        due = len(batch.value) > 0 and bool(batch.t[0] >= time)
        steps.append(Milestone(period, time, value, met if due else None))
    return tuple(steps)
