"""How much of a limit each part of a roll-up may hold in memory; what is beyond it goes to disk.

limit ── libraries ──┬─ half:    the engine                       ┐ once the engine is
                     ├─ quarter: rows on their way out of it      ┘ done, the counts
                     └─ quarter: rows that wait to be counted
"""

from __future__ import annotations

import math
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indicators.findings import Finding, FindingsError, message

LIBRARIES = 300 * 10**6  # bytes that this process takes before it reads a row
LEAST = 600 * 10**6
_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?) ?(?P<unit>[MG])(?P<binary>i?)B", re.IGNORECASE)
_IN_TURN = 4  # arrays of counts that exist at once where one scheme is counted after the other


@dataclass(frozen=True)
class Memory:
    """A limit in bytes for the whole process, and the folder for what is beyond it."""

    limit: int
    folder: Path

    @property
    def engine(self) -> int:
        """Return how many bytes the engine may hold."""
        return (self.limit - LIBRARIES) // 2

    @property
    def rows(self) -> int:
        """Return how many bytes of rows may wait in memory, and how many on their way there."""
        return (self.limit - LIBRARIES) // 4

    @property
    def counts(self) -> int:
        """Return how many bytes of counts may be made at once."""
        return self.engine + self.rows

    def spare(self, shape: tuple[int, ...]) -> int:
        """Return how many arrays of this shape there is room for besides those in use."""
        return self.counts // max(1, _bytes(shape)) - _IN_TURN

    def zeros(self, shape: tuple[int, ...]) -> npt.NDArray[np.int32]:
        """Return an array of zeros: in a file, which the system writes out, where it is large."""
        if self.spare(shape) >= 0:
            return np.zeros(shape, np.int32)
        with tempfile.TemporaryFile(dir=self.folder) as file:
            mapped: np.memmap[Any, np.dtype[np.int32]] = np.memmap(file, np.int32, "w+", 0, shape)
            return mapped.view(np.ndarray)


def _bytes(shape: tuple[int, ...]) -> int:
    return math.prod(shape) * np.dtype(np.int32).itemsize


def size(text: str, setting: str) -> int:
    """Return the bytes that a text such as `800MB` or `4GB` says.

    Raises `FindingsError`, which names the setting, for anything else and for less than `LEAST`.
    """
    found = _SIZE.fullmatch(text.strip())
    if found:
        unit = (1024 if found["binary"] else 1000) ** {"M": 2, "G": 3}[found["unit"].upper()]
        if (limit := int(float(found["number"]) * unit)) >= LEAST:
            return limit
    least = f"{LEAST // 10**6}MB"
    expected = message("a size such as 4GB, {least} at least", least=least)
    raise FindingsError([Finding(setting, text, expected, message("choose again"))])
