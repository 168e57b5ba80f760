"""What is aimed at: one `Target`, or a frame of them as arrays for the whole batch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from indicators.progress.codes import Kind, Shape, State
from indicators.progress.periods import decimal_years
from indicators.progress.shapes import SHAPES, At

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

KINDS = list(Kind)
STATES = list(State)
NUMBERS = (
    *("polarity", "value", "gain", "growth", "lower", "upper", "bound_lower", "bound_upper"),
    *("limit", "revision", "max_age"),
)
PERIODS = ("window_early", "window_late", "baseline_period")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one indicator is to reach in one region, and how its progress is to be judged.

    `polarity` is +1 where higher is better, −1 where lower is, 0 where neither (for a range or
    a milestone). The aim is a `value`, a
    `gain` on the baseline in the value's unit, or a `growth` on it in per cent. `bounds` are
    those of the logistic shape, `limit` the natural limit of `eurostat` mode, `revision` the
    90th percentile of the indicator's past revisions, `max_age` in years.
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
    shape: str = Shape.LINEAR
    bounds: tuple[float, float] | None = None
    limit: float | None = None
    revision: float | None = None
    max_age: float | None = None
    comparable: bool = True
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
    milestone_time: Floats
    milestone_value: Floats

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


def aims(targets: pd.DataFrame) -> Aims:
    """Read a frame with the fields of `Target`; only series, kind and polarity must be there."""
    key = pd.Index(targets["series"])
    if not key.is_unique:
        raise ValueError(f"two targets for one series: {sorted(set(key[key.duplicated()]))[:5]}")
    nothing = np.full(len(key), np.nan)
    numbers = {
        name: targets[name].to_numpy(np.float64, na_value=np.nan) if name in targets else nothing
        for name in NUMBERS
    }
    times = {name: decimal_years(targets[name]) if name in targets else nothing for name in PERIODS}
    kind = _codes(targets, "kind", KINDS, None)
    shape = _codes(targets, "shape", SHAPES, Shape.LINEAR)
    when, what = _milestones(targets)
    late = np.where(np.isnan(times["window_late"]), times["window_early"], times["window_late"])
    if when.shape[1]:
        last = np.where(np.isnan(when), -np.inf, when).max(axis=1)
        late = np.where(np.isnan(late) & np.isfinite(last), last, late)
    early = np.where(np.isnan(times["window_early"]), late, times["window_early"])
    # A milestone due at the end of the window is the aim itself.
    at_end = np.where(when == late[:, None], what, np.nan)
    value = np.where(np.isnan(numbers["value"]), _any(at_end), numbers["value"])
    comparable = (
        targets["comparable"].fillna(True).to_numpy(np.bool_)
        if "comparable" in targets
        else np.ones(len(key), np.bool_)
    )
    read = Aims(
        key=key,
        kind=kind,
        shape=shape,
        state=_codes(targets, "state", STATES, -1) if "state" in targets else np.full(len(key), -1),
        comparable=comparable,
        early=early,
        late=late,
        baseline=times["baseline_period"],
        milestone_time=when,
        milestone_value=what,
        **{**numbers, "value": value},
    )
    _refuse_contradictions(read)
    return read


def _codes(targets: pd.DataFrame, column: str, known: list[Any], default: Any) -> Ints:
    """The place of each row's code in `known`; an unknown code is an error."""
    if column not in targets and default is not None:
        return np.full(len(targets), known.index(default))
    numbers, texts = pd.factorize(targets[column])
    unknown = sorted({str(text) for text in texts} - set(known))
    if unknown or (default is None and (numbers < 0).any()):
        raise ValueError(f"{column} is one of {', '.join(known)}; not {unknown or 'empty'}")
    missing = -1 if default in (None, -1) else known.index(default)
    return np.array([*(known.index(text) for text in texts), missing])[numbers]


def _milestones(targets: pd.DataFrame) -> tuple[Floats, Floats]:
    rows = [tuple(row or ()) for row in targets["milestones"]] if "milestones" in targets else []
    width = max((len(row) for row in rows), default=0)
    when, what = (np.full((len(targets), width), np.nan) for _ in range(2))
    owners = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
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
