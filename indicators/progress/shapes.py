"""The three shapes of a path: g makes each of them a straight line (docs/method.md §3)."""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from indicators.progress.codes import Shape

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
