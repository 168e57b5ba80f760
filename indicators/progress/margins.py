"""How far a verdict is from the next better and the next worse class (docs/method.md §3)."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indicators.progress.batch import interpolated
from indicators.progress.codes import Kind, VerdictClass
from indicators.progress.judgement import ACCELERATION, CLASSES, ON_TRACK, Judgement

Floats = npt.NDArray[np.float64]

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
