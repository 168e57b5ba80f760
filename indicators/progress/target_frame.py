"""What is aimed at: one `Target`, or a frame of them as arrays; and the shapes of paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.periods import FREQUENCIES, decimal_years, length
from indicators.statuses import Kind, Shape, State

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
SHAPES = list(Shape)


class At(IntEnum):
    """The place of each shape in `SHAPES`, which arrays hold."""

    LINEAR = 0
    GEOMETRIC = 1
    LOGISTIC = 2


def scaled(y: Floats, shape: Ints, lower: Floats, upper: Floats) -> Floats:
    """g(y). Values below zero mirror those above, so that mirrored figures mirror the verdict."""
    geometric, logistic = shape == At.GEOMETRIC, shape == At.LOGISTIC
    g = np.array(y, dtype=np.float64)
    with np.errstate(all="ignore"):
        if geometric.any():
            g = np.where(geometric, np.sign(y) * np.log(np.abs(y)), g)
        if logistic.any():
            g = np.where(logistic, np.log((y - lower) / (upper - y)), g)
    return g


def unscaled(g: Floats, shape: Ints, sign: Floats, lower: Floats, upper: Floats) -> Floats:
    """The inverse of g; `sign` is the sign of the figures that g was taken of."""
    with np.errstate(all="ignore"):
        y = np.where(shape == At.GEOMETRIC, sign * np.exp(sign * g), g)
        return np.where(shape == At.LOGISTIC, lower + (upper - lower) / (1 + np.exp(-g)), y)


def usable(shape: Ints, least: Floats, most: Floats, lower: Floats, upper: Floats) -> Bools:
    """Whether g exists for all figures from `least` to `most`: else the path is linear (§8)."""
    geometric = (least > 0) | (most < 0)
    logistic = (least > lower) & (most < upper)
    inside = np.where(shape == At.GEOMETRIC, geometric, logistic)
    return np.where(shape == At.LINEAR, True, inside)


KINDS = list(Kind)
STATES = list(State)
NUMBERS = (
    *("polarity", "value", "gain", "growth", "lower", "upper", "bound_lower", "bound_upper"),
    *("limit", "revision", "max_age", "baseline_value"),
)
PERIODS = ("window_early", "window_late", "baseline_period")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one indicator is to reach in one region, and how its progress is to be judged.

    `polarity` is +1 where higher is better, −1 where lower is, 0 where neither (for a range or
    a milestone). The aim is a `value`, a
    `gain` on the baseline in the value's unit, or a `growth` on it in per cent. `bounds` are
    those of the logistic shape, `limit` the natural limit of `eurostat` mode, `revision` the
    90th percentile of the indicator's past revisions, `max_age` in years. `baseline_value` is the
    document's own figure of the baseline and stands before the series'. `flow`: whether the
    indicator is measured over a period, not at its end; `whole_years`: whether a
    December stands for its year; `frequency` (A, Q, M) is the one that
    the target names. `contradictory`: what the register says cannot be; nothing else counts then.
    """

    indicator: str
    region: str
    kind: str
    polarity: int
    value: float | None = None
    gain: float | None = None
    growth: float | None = None
    lower: float | None = None
    upper: float | None = None
    milestones: tuple[tuple[str, float], ...] = ()
    window_early: str | None = None
    window_late: str | None = None
    baseline_period: str | None = None
    baseline_value: float | None = None
    flow: bool = False
    whole_years: bool = False
    frequency: str | None = None
    shape: str = Shape.LINEAR
    bounds: tuple[float, float] | None = None
    limit: float | None = None
    revision: float | None = None
    max_age: float | None = None
    comparable: bool = True
    contradictory: bool = False
    state: str | None = None

    def __post_init__(self) -> None:
        aims(target_frame({f"{self.indicator} {self.region}": self}))


@dataclass(frozen=True)
class Aims:
    """A frame of targets as arrays; NaN and −1 stand for what a target does not say."""

    key: pd.Index
    kind: Ints
    shape: Ints
    state: Ints
    comparable: Bools
    polarity: Floats
    value: Floats
    gain: Floats
    growth: Floats
    lower: Floats
    upper: Floats
    bound_lower: Floats
    bound_upper: Floats
    limit: Floats
    revision: Floats
    max_age: Floats
    early: Floats
    late: Floats
    baseline: Floats
    baseline_start: Floats
    baseline_text: pd.Series
    due: pd.Series
    milestone_time: Floats
    milestone_value: Floats
    baseline_value: Floats
    flow: Bools
    whole_years: Bools
    frequency: Ints
    contradictory: Bools

    def of(self, kind: Kind) -> Bools:
        """Which targets are of this kind."""
        return np.asarray(self.kind == KINDS.index(kind))

    @property
    def needs_baseline(self) -> Bools:
        """Targets that are a change of the baseline, and unknown without it."""
        changes = ~(np.isnan(self.gain) & np.isnan(self.growth)) | self.of(Kind.MAINTAIN)
        return (changes & np.isnan(self.value)) | self.of(Kind.DIRECTION_ONLY)

    @property
    def without_aim(self) -> Bools:
        """Targets that lack the number that their kind needs."""
        numeric = self.of(Kind.AT_LEAST) | self.of(Kind.AT_MOST)
        return numeric & np.isnan(self.value) & ~self.needs_baseline


def target_frame(targets: Mapping[str, Target]) -> pd.DataFrame:
    """The frame that `judge_many` takes, from targets by the key of their series."""
    named = [name for name in Target.__slots__ if name != "bounds"]
    rows = [
        (series, *(getattr(target, name) for name in named), *(target.bounds or (None, None)))
        for series, target in targets.items()
    ]
    return pd.DataFrame(rows, columns=["series", *named, "bound_lower", "bound_upper"])


def sound_aims(targets: pd.DataFrame) -> Aims:
    """Read a frame as `aims` does, but mark targets that contradict themselves.

    One of them stops no other: it is `contradictory`, and its fields mean nothing.
    """
    _refuse_repeated(targets)
    try:
        return aims(targets)
    except ValueError:
        sound = _sound(targets)
    blank = targets[["series"]].assign(kind=Kind.DIRECTION_ONLY.value, polarity=1)
    blank = blank.reindex(columns=targets.columns)
    read = aims(pd.concat([targets[sound], blank[~sound]]).loc[targets.index])
    return replace(read, contradictory=read.contradictory | ~sound)


def _sound(targets: pd.DataFrame) -> Bools:
    """Which targets can be read, found by halves: few are wrong among many."""
    try:
        aims(targets)
    except ValueError:
        if len(targets) == 1:
            return np.zeros(1, np.bool_)
        middle = len(targets) // 2
        return np.concatenate([_sound(targets[:middle]), _sound(targets[middle:])])
    return np.ones(len(targets), np.bool_)


def _refuse_repeated(targets: pd.DataFrame) -> None:
    key = pd.Index(targets["series"])
    if not key.is_unique:
        raise ValueError(f"two targets for one series: {sorted(set(key[key.duplicated()]))[:5]}")


def aims(targets: pd.DataFrame) -> Aims:
    """Read a frame with the fields of `Target`; only series, kind and polarity must be there.

    Raises `ValueError` for a target that contradicts itself.
    """
    _refuse_repeated(targets)
    key = pd.Index(targets["series"])
    nothing = np.full(len(key), np.nan)
    numbers = {
        name: targets[name].to_numpy(np.float64, na_value=np.nan) if name in targets else nothing
        for name in NUMBERS
    }
    ends = {name: decimal_years(targets[name]) if name in targets else nothing for name in PERIODS}
    kind = _codes(targets, "kind", KINDS, None)
    shape = _codes(targets, "shape", SHAPES, Shape.LINEAR)
    when, what = _milestones(targets)
    late = np.where(np.isnan(ends["window_late"]), ends["window_early"], ends["window_late"])
    if when.shape[1]:
        last = np.where(np.isnan(when), -np.inf, when).max(axis=1)
        late = np.where(np.isnan(late) & np.isfinite(last), last, late)
    early = np.where(np.isnan(ends["window_early"]), late, ends["window_early"])
    # A milestone due at the end of the window is the aim itself.
    at_end = np.where(when == late[:, None], what, np.nan)
    value = np.where(np.isnan(numbers["value"]), _any(at_end), numbers["value"])
    read = Aims(
        key=key,
        kind=kind,
        shape=shape,
        state=_codes(targets, "state", STATES, -1),
        comparable=~_column(targets, "comparable").eq(False).to_numpy(np.bool_),
        early=early,
        late=late,
        baseline=ends["baseline_period"],
        baseline_start=ends["baseline_period"] - _lengths(targets),
        baseline_text=_column(targets, "baseline_period"),
        due=_column(targets, "window_late").fillna(_column(targets, "window_early")),
        flow=_column(targets, "flow").eq(True).to_numpy(np.bool_),
        whole_years=_column(targets, "whole_years").eq(True).to_numpy(np.bool_),
        frequency=_codes(targets, "frequency", list(FREQUENCIES), -1),
        contradictory=_column(targets, "contradictory").eq(True).to_numpy(np.bool_),
        milestone_time=when,
        milestone_value=what,
        **{**numbers, "value": value},
    )
    _refuse_contradictions(read)
    return read


def _codes(targets: pd.DataFrame, column: str, known: list[Any], default: Any) -> Ints:
    """The place of each row's code in `known`; an unknown code is an error."""
    if column not in targets and default is not None:
        return np.full(len(targets), -1 if default == -1 else known.index(default))
    numbers, texts = pd.factorize(targets[column])
    unknown = sorted({str(text) for text in texts} - set(known))
    if unknown or (default is None and (numbers < 0).any()):
        raise ValueError(f"{column} is one of {', '.join(known)}; not {unknown or 'empty'}")
    missing = -1 if default in (None, -1) else known.index(default)
    return np.array([*(known.index(text) for text in texts), missing])[numbers]


def _column(targets: pd.DataFrame, name: str) -> pd.Series:
    """A column as it stands, empty where the frame has none."""
    return targets[name] if name in targets else pd.Series(None, targets.index, dtype=object)


def _lengths(targets: pd.DataFrame) -> Floats:
    """How long each baseline period is, in years."""
    codes, texts = pd.factorize(_column(targets, "baseline_period"))
    return np.array([*(length(str(text)) for text in texts), np.nan])[codes]


def _milestones(targets: pd.DataFrame) -> tuple[Floats, Floats]:
    # A missing cell of a frame is no list of steps.
    rows = [row if isinstance(row, tuple) else () for row in _column(targets, "milestones")]
    width = max((len(row) for row in rows), default=0)
    when, what = (np.full((len(targets), width), np.nan) for _ in range(2))
    owners = np.repeat(np.arange(len(rows)), [len(row) for row in rows]).astype(np.int64)
    places = np.concatenate([np.arange(len(row)) for row in rows]) if width else owners
    if width:
        when[owners, places] = decimal_years(pd.Series([p for row in rows for p, _ in row]))
        what[owners, places] = [v for row in rows for _, v in row]
    return when, what


def _any(values: Floats) -> Floats:
    """The one value of each row that is not NaN, if there is one."""
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    return np.where(np.isnan(values).all(axis=1), np.nan, np.nansum(values, axis=1))


def _refuse_contradictions(read: Aims) -> None:
    logistic = read.shape == At.LOGISTIC
    rules = {
        "polarity is +1 or −1, and 0 only for a range or a milestone": ~(
            np.isin(read.polarity, (1, -1))
            | ((read.polarity == 0) & (read.of(Kind.WITHIN) | read.of(Kind.MILESTONE)))
        ),
        "at_least is for indicators of which more is better": (
            read.of(Kind.AT_LEAST) & (read.polarity < 0)
        ),
        "at_most is for indicators of which less is better": (
            read.of(Kind.AT_MOST) & (read.polarity > 0)
        ),
        "within needs lower ≤ upper": (read.of(Kind.WITHIN) & ~(read.lower <= read.upper)),
        "logistic needs bounds, the lower below the upper": (
            logistic & ~(read.bound_lower < read.bound_upper)
        ),
        "window_early is not after window_late": read.early > read.late,
        "milestones lead towards the target": _astray(read),
    }
    for rule, broken in rules.items():
        if broken.any():
            raise ValueError(f"{rule}: {', '.join(map(str, read.key[broken][:5]))}")


def _astray(read: Aims) -> Bools:
    """Targets with a milestone that is nearer than an earlier one, or beyond the end."""
    steps = read.of(Kind.AT_LEAST) | read.of(Kind.AT_MOST)
    end = np.where(np.isnan(read.late), np.inf, read.late)
    when = np.column_stack([read.milestone_time, end])
    what = read.polarity[:, None] * np.column_stack([read.milestone_value, read.value])
    order = np.argsort(when, axis=1, kind="stable")
    what = np.take_along_axis(what, order, axis=1)
    highest = np.fmax.accumulate(what, axis=1)
    return steps & (what < highest).any(axis=1)
