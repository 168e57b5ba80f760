"""Where the trend leads and how likely it meets the target, from five points on (method §6)."""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indicators.progress.batch import Batch
from indicators.progress.target_frame import SHAPES, At, scaled, unscaled, usable
from indicators.statuses import Kind, Shape

Floats = npt.NDArray[np.float64]

POINTS = 5
DRAWS = 1000
LEVEL = 0.90
TAILS = ((1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2)


@dataclass(frozen=True, slots=True)
class Projected:
    """The figure that the trend leads to at one time, and between which two it falls."""

    time: float
    low: float
    middle: float
    high: float
    chance: float | None


@dataclass(frozen=True, slots=True)
class Attained:
    """When the trend meets the target, at the earliest and at the latest (inf: never)."""

    earliest: float
    middle: float
    latest: float


@dataclass(frozen=True, slots=True)
class Projection:
    """The trend through all points from the baseline on, with its interval of `LEVEL`.

    `chance` is the probability that the target is met at that time. `band` runs from the
    latest point to the end of the window.
    """

    shape: Shape
    points: int
    early: Projected | None
    late: Projected | None
    attained: Attained | None
    band: tuple[Projected, ...]


def slopes(time: Floats, g: Floats) -> Floats:
    """The Theil–Sen slope of each row of `g`: the median over all pairs of points."""
    before, after = np.triu_indices(len(time), k=1)
    return np.asarray(
        np.median((g[:, after] - g[:, before]) / (time[after] - time[before]), axis=1)
    )


def projection(batch: Batch) -> Projection | None:
    """The projection of the one series of `batch`; None with fewer than five points."""
    from_baseline = slice(int(batch.baseline[0]), int(batch.latest[0]) + 1)
    time, value = batch.points.time[from_baseline], batch.raw[from_baseline]
    if batch.baseline[0] < 0 or len(time) < POINTS:
        return None
    bounds = batch.aims.bound_lower, batch.aims.bound_upper
    aim = batch.aim if np.isfinite(batch.aim[0]) else value[:1]
    least, most = np.fmin(value.min(), aim), np.fmax(value.max(), aim)
    shape = np.where(usable(batch.shape, least, most, *bounds), batch.shape, At.LINEAR)
    code, sign = shape[0], np.sign(value[-1:])
    lines = _Lines(time, scaled(value, np.full(len(value), code), *bounds))
    ends = batch.aims.early[0], batch.aims.late[0]

    def at(moment: float) -> Projected | None:
        if not moment > time[-1]:
            return None
        drawn = unscaled(lines.at(moment), np.full(DRAWS, code), sign, *bounds)
        middle = unscaled(lines.middle(moment), shape, sign, *bounds)
        low, _, high = np.quantile(drawn, TAILS)
        return Projected(moment, float(low), float(middle[0]), float(high), _chance(batch, drawn))

    quarters = np.arange(time[-1] + 0.25, ends[1], 0.25) if ends[1] > time[-1] else np.empty(0)
    band = [at(float(moment)) for moment in [*quarters, ends[1]]]
    return Projection(
        shape=SHAPES[code],
        points=len(time),
        early=at(float(ends[0])),
        late=at(float(ends[1])),
        attained=_attained(batch, lines, scaled(aim, shape, *bounds)),
        band=tuple(point for point in band if point),
    )


class _Lines:
    """The trend line and those of series redrawn with its residuals."""

    def __init__(self, time: Floats, g: Floats) -> None:
        self.slope = slopes(time, g[None, :])[0]
        self.now = time[-1]
        self.level = np.median(g - self.slope * (time - self.now))
        residuals = g - self.level - self.slope * (time - self.now)
        # A line through n points hides part of the scatter about it.
        residuals = residuals * np.sqrt(len(g) / (len(g) - 2))
        # The sign is left out of the seed, so that mirrored figures are mirrored throughout.
        content = np.concatenate([time, np.abs(g - g[0])]).round(9)
        seed = hashlib.blake2b(content.tobytes(), digest_size=8).digest()
        random = np.random.default_rng(int.from_bytes(seed, "big"))
        drawn = residuals[random.integers(len(g), size=(DRAWS, len(g)))]
        self.noise = residuals[random.integers(len(g), size=DRAWS)]
        tilts = slopes(time, drawn)
        self.slopes = self.slope + tilts
        shifts = np.median(drawn - tilts[:, None] * (time - self.now), axis=1)
        self.levels = self.level + shifts

    def middle(self, moment: float) -> Floats:
        return np.array([self.level + self.slope * (moment - self.now)])

    def at(self, moment: float) -> Floats:
        return np.asarray(self.levels + self.slopes * (moment - self.now) + self.noise)


def _chance(batch: Batch, drawn: Floats) -> float | None:
    if batch.aims.of(Kind.WITHIN)[0]:
        inside = (drawn >= batch.aims.lower) & (drawn <= batch.aims.upper)
        return float(inside.mean())
    if batch.aims.of(Kind.DIRECTION_ONLY)[0] or not np.isfinite(batch.aim[0]):
        return None
    # A line that ends exactly on the target meets it, whatever the rounding.
    slack = 1e-9 * max(abs(float(batch.aim[0])), abs(float(batch.y[0])))
    return float((batch.side[0] * (drawn - batch.aim[0]) >= -slack).mean())


def _attained(batch: Batch, lines: _Lines, goal: Floats) -> Attained | None:
    """The interval of the time at which the line, without scatter, comes to the target."""
    without = batch.aims.of(Kind.DIRECTION_ONLY)[0] or not np.isfinite(batch.aim[0])
    if without or batch.meets(batch.y)[0]:
        return None
    levels = np.append(lines.levels, lines.level)
    tilts = np.append(lines.slopes, lines.slope)
    ahead = np.maximum((goal - levels) / tilts, 0)
    there = batch.side * (levels - goal) >= 0
    times = lines.now + np.where(there, 0, np.where(batch.side * tilts > 0, ahead, np.inf))
    earliest, _, latest = np.quantile(times[:-1], TAILS, method="inverted_cdf")
    return Attained(float(earliest), float(times[-1]), float(latest))
