"""Files that take long or cannot be made, for a process that imports this and no more."""

from __future__ import annotations

import os
import time
from pathlib import Path

from indicators.exports.offered import Export


def waiting(flag: str) -> list[Export]:
    """Offer a file that is there once a flag is."""

    def make() -> bytes:
        while not Path(flag).exists():
            time.sleep(0.01)
        return b"made"

    return [("", "slow.txt", make)]


def faulty(error: type[Exception] | None) -> list[Export]:
    """Offer a file that nobody can make, or that ends whoever does."""

    def make() -> bytes:
        if error is None:
            os._exit(9)
        raise error

    return [("", "none.txt", make)]
