"""Folders for what a run needs on disk meanwhile; what a killed one left behind the next clears.

A folder is held by an SQLite file beside it that is locked: every system has that lock, and lets go
of it when the process ends, however it does.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "quality-scratch-"


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield an empty folder of our own, which goes with the block.

    It lies in the system's folder for such, and is held while its process lives.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*.lock"):
        with suppress(OSError):  # in use, somebody else's, or just gone
            _clear(left)
    made = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
    folder = made.with_name(made.name.removeprefix("."))
    with _held(folder.with_name(f"{folder.name}.lock")):
        # Only now under its name: until it was held, another run would have cleared it.
        made.rename(folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _clear(lock: Path) -> None:
    folder = lock.with_suffix("")
    if folder.exists():  # else it is just about to be
        with _held(lock):
            shutil.rmtree(folder)


@contextmanager
def _held(lock: Path) -> Iterator[None]:
    """Hold a lock until the block ends; raises `OSError` where somebody else does.

    Its file goes with the folder. On Windows a file that is still open keeps both, for the next
    run to clear.
    """
    connection = sqlite3.connect(lock, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        connection.close()
        raise OSError(str(error)) from None
    try:
        yield
    finally:
        connection.close()
        if not lock.with_suffix("").exists():
            lock.unlink(missing_ok=True)
