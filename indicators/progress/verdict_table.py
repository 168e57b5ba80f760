"""A judged batch as a frame: one row a target, its verdict and what it rests on in columns."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.periods import decimal_year
from indicators.progress.batch import Batch
from indicators.progress.codes import Check, Direction, DirectionTest, Flag, Kind
from indicators.progress.eurostat import EUROSTAT_CLASSES
from indicators.progress.judgement import CLASSES, LEFT_OUT, NO_REASON, REASONS, Judgement
from indicators.progress.points import SAME, points
from indicators.progress.shapes import SHAPES
from indicators.progress.targets import KINDS, sound_aims

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

OUTLOOK = ("expected", "gap", "required", "acceleration", "years_ahead", "projected")
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
