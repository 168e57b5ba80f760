"""Folders for what a run needs on disk meanwhile; what a killed one left behind the next clears."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "quality-scratch-"


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield an empty folder of our own, which goes with the block.

    It lies in the system's folder for such, and is locked while its process lives.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # in use, somebody else's, or just gone
            _clear(left)
    made = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
    held = _locked(made)
    # Only now under its name: until it was locked, another run would have cleared it.
    folder = made.rename(made.with_name(made.name.removeprefix(".")))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _clear(folder: Path) -> None:
    held = _locked(folder)
    try:
        shutil.rmtree(folder)
    finally:
        os.close(held)


def _locked(folder: Path) -> int:
    """Return a folder that is open and locked until it is closed; raises `OSError` where it is."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        raise
    return held
