"""Where a figure has lately been going: a trend test, else the last two changes (method §5)."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

POINTS = 5
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
    i = np.arange(1, POINTS + 1, dtype=np.float64)
    total_x, total_n = x.sum(axis=1), n.sum(axis=1)
    xi, ni, nii = x @ i, n @ i, n @ (i * i)
    slope = total_n * xi - total_x * ni
    spread = total_x * (total_n - total_x) * (total_n * nii - ni**2)
    chi_square = total_n * slope**2 / spread
    without = (total_n[:, None] - n) * (xi[:, None] - x * i)
    without -= (total_x[:, None] - x) * (ni[:, None] - n * i)
    steady = (np.sign(without) == np.sign(slope)[:, None]).all(axis=1)
    return np.where((chi_square > CRITICAL) & steady, np.sign(slope), 0.0)
