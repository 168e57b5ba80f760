"""Files made beside the server: two at a time, each in a process of its own, the others in line.

What draws a map or fills a workbook holds its interpreter for seconds and keeps memory that no page
needs. So a file is ordered by what it is of: a function of ours with codes and a release. Whatever
else it takes the process reads from the database, and it writes to disk, from where the file is
sent. Once nothing is asked for any more the process ends, and its memory is free.
"""

from __future__ import annotations

import hashlib
import logging
import os
import pickle
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO
from weakref import WeakValueDictionary

import sqlalchemy as sa

from indicators import catalogue
from indicators.exports.offered import Export
from indicators.findings import Message, message
from indicators.log_lines import write_json_lines
from indicators.scratch import scratch
from indicators.settings import LOG_FORMAT, ROOT
from indicators.store.database import Dataset
from indicators.store.queries import Vintage

_log = logging.getLogger(__name__)
# What files are of: a function by its name and what tells one view from another, to be pickled.
Source = Callable[[], Sequence[Export]]
WORKERS = 2  # processes at a time
LINGER = 20.0  # seconds that a process waits for more to make
MOST = 900.0  # seconds that one file may take
ROOM = 2 << 30  # bytes of what was made that are kept to be given out again
UNMADE = message("The file could not be made; the server's log says why.")
FULL = message("The server's disk is full or cannot be written.")
OUTDATED = message("The figures have changed meanwhile; please ask for the file again.")


@dataclass(eq=False)
class Order:
    """A file that a reader has asked for; it ends with `path` or with `refused`.

    job: what to make, pickled. vintage: of what figures. token: what its address ends in, known to
    this reader alone.
    """

    name: str
    job: bytes
    vintage: Vintage
    is_here: Callable[[], bool] = field(repr=False)
    token: str = field(default_factory=secrets.token_urlsafe)
    path: Path | None = None
    refused: Message | None = None
    ended: float | None = None  # seconds of the monotonic clock
    dropped: bool = False

    @property
    def key(self) -> tuple[Vintage, str]:
        """What the same file is known again by, whoever asks for it."""
        return self.vintage, hashlib.sha256(self.job).hexdigest()

    @property
    def is_wanted(self) -> bool:
        """Whether its reader still waits for it, or may take it."""
        return not self.dropped and self.refused is None and self.is_here()

    def end(self, made: Path | Message) -> None:
        """Let its reader have what was made, or the reason why there is none."""
        if isinstance(made, Path):
            self.path = made
        else:
            self.path, self.refused = None, made
        self.ended = time.monotonic()


class Workshop:
    """Takes orders in; keeps their line, the processes, and what was made as long as there is room.

    Each process has a thread that gives it one order after another and ends with it.
    """

    def __init__(self, workers: int = WORKERS, linger: float = LINGER, room: int = ROOM) -> None:
        self._workers, self._linger, self._room = workers, linger, room
        self._changed = threading.Condition()
        self._line: list[Order] = []
        self._making: dict[tuple[Vintage, str], Order] = {}  # by their keys
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._made: OrderedDict[tuple[Vintage, str], Path] = OrderedDict()
        self._orders: WeakValueDictionary[str, Order] = WeakValueDictionary()
        self._states: dict[Dataset, str] = {}  # of the newest figures, see `Vintage`
        self._threads = 0
        self._closed = False
        self._held = ExitStack()
        self._folder: Path | None = None

    def order(
        self,
        source: Source,
        place: int,
        name: str,
        vintage: Vintage,
        is_here: Callable[[], bool] = lambda: True,
    ) -> Order:
        """Ask for one of the files of a source, by its place among them, under a name.

        is_here: whether its reader still is. One who has left gets nothing made any more.
        """
        order = Order(name, pickle.dumps((source, place)), vintage, is_here)
        with self._changed:
            if self._is_outdated(vintage):
                order.end(OUTDATED)
                return order
            try:
                self._folder = self._folder or self._held.enter_context(scratch())
            except OSError:
                _log.exception("there is no room for files")
                order.end(FULL)
                return order
            self._orders[order.token] = order
            if (made := self._made.get(order.key)) is not None:
                self._made.move_to_end(order.key)
                order.end(made)
                return order
            self._line.append(order)
            if self._threads < self._workers:
                self._threads += 1
                threading.Thread(target=self._work, args=(self._folder,), daemon=True).start()
            self._changed.notify_all()
        return order

    def ahead(self, order: Order) -> int | None:
        """Return how many orders come first; None for one that is being made or has ended."""
        with self._changed:
            line = [each for each in self._line if each.is_wanted]
        return line.index(order) if order in line else None

    def given(self, token: str) -> Order | None:
        """Return the order whose file may be taken at an address; None where there is none."""
        order = self._orders.get(token)
        return order if order is not None and order.path and order.is_wanted else None

    def follow(self, newest: Vintage) -> None:
        """Refuse what was asked for, and drop what was made, of a dataset's figures of before.

        A figure may have been taken out of them that still stands in a file.
        """
        with self._changed:
            if self._states.get(newest.dataset) == newest.state:
                return
            self._states[newest.dataset] = newest.state
            for order in list(self._orders.values()):
                if order.refused is None and self._is_outdated(order.vintage):
                    order.end(OUTDATED)
            self._line = [order for order in self._line if order.refused is None]
            for key in [key for key in self._made if self._is_outdated(key[0])]:
                _discard(self._made.pop(key))
            self._changed.notify_all()

    def _is_outdated(self, vintage: Vintage) -> bool:
        return self._states.get(vintage.dataset, vintage.state) != vintage.state

    def close(self) -> None:
        """End all processes, and leave nothing on disk."""
        with self._changed:
            self._closed = True
            for order in (*self._line, *self._making.values()):
                order.dropped = True
            for process in self._processes:
                process.kill()
            self._changed.notify_all()
            self._held.close()

    def _work(self, folder: Path) -> None:
        process: subprocess.Popen[bytes] | None = None
        try:
            while (order := self._next()) is not None:
                try:
                    if process is not None and process.poll() is not None:
                        self._over(process)
                        process = None
                    process = process or self._begun()
                    made = _asked(process, order, folder / order.token)
                except Exception:
                    _log.exception("a file could not be made")
                    made = UNMADE
                self._end(order, made)
        finally:
            if process is not None:
                self._over(process)

    def _begun(self) -> subprocess.Popen[bytes]:
        with self._changed:
            process = _started()
            self._processes.add(process)
        return process

    def _over(self, process: subprocess.Popen[bytes]) -> None:
        """End a process, and close what led to it."""
        with self._changed:
            self._processes.discard(process)
        process.kill()
        with process, suppress(OSError):
            assert process.stdin is not None
            process.stdin.close()  # what it has not taken is lost

    def _next(self) -> Order | None:
        """Return whose turn it is, none after a while without any.

        What is being made already is waited for: the other order gets the same file.
        """
        until = time.monotonic() + self._linger
        with self._changed:
            while True:
                self._line = [order for order in self._line if order.is_wanted]
                for order in self._line:
                    if order.key not in self._making:
                        self._line.remove(order)
                        self._making[order.key] = order
                        return order
                left = until - time.monotonic()
                if self._closed or left <= 0:
                    self._threads -= 1
                    return None
                self._changed.wait(left)

    def _end(self, order: Order, made: Path | Message) -> None:
        with self._changed:
            del self._making[order.key]
            if order.refused is not None:  # while it was made
                if isinstance(made, Path):
                    _discard(made)
                self._changed.notify_all()
                return
            ended = [order]
            # Of one who left, what others asked for meanwhile is made anew.
            if isinstance(made, Path) or order.is_wanted:
                ended += [each for each in self._line if each.key == order.key]
            self._line = [each for each in self._line if each not in ended]
            if isinstance(made, Path) and not self._closed:
                self._made[order.key] = made
                self._make_room()
            for each in ended:
                each.end(made)
            self._changed.notify_all()

    def _make_room(self) -> None:
        """Take away what was asked for longest ago, the newest file never."""
        sizes = {key: path.stat().st_size for key, path in self._made.items()}
        while len(self._made) > 1 and sum(sizes[key] for key in self._made) > self._room:
            _discard(self._made.popitem(last=False)[1])


def _discard(made: Path) -> None:
    with suppress(PermissionError):  # on Windows, while it is sent: it goes with the folder
        made.unlink()


@cache
def workshop() -> Workshop:
    """Return the one of this server."""
    return Workshop()


def _started() -> subprocess.Popen[bytes]:
    """Start a process with the settings and the folder of the server."""
    # Not by multiprocessing: it would run anew what stands as the main module, and that is a page.
    # Pages come first, from its first moment on: what it imports takes seconds of a processor.
    begin = (
        "import os; hasattr(os, 'nice') and os.nice(10); "
        f"import runpy, sys; sys.path.insert(0, {str(ROOT)!r}); "
        f"runpy.run_module({__name__!r}, run_name='__main__', alter_sys=True)"
    )
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-c", begin],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        creationflags=getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),  # on Windows
    )


def _asked(process: subprocess.Popen[bytes], order: Order, path: Path) -> Path | Message:
    """Return where a process has written the file of an order, or why it has not."""
    assert process.stdin is not None
    assert process.stdout is not None
    with _minded(process, order):
        try:
            # By the catalogue of the server, whatever has become of the files meanwhile.
            pickle.dump((dict(catalogue.load().texts), order.job, path), process.stdin)
            process.stdin.flush()
            refused: Message | None = pickle.load(process.stdout)  # noqa: S301 - our own process
        except (EOFError, OSError, pickle.UnpicklingError):
            process.kill()
            process.wait()
            path.unlink(missing_ok=True)
            if order.is_wanted:
                _log.error("the process that made a file has ended (%s)", process.returncode)
            return UNMADE
    return path if refused is None else refused


@contextmanager
def _minded(process: subprocess.Popen[bytes], order: Order) -> Iterator[None]:
    """End the process if meanwhile the reader leaves, or if it takes too long."""
    done, until = threading.Event(), time.monotonic() + MOST

    def mind() -> None:
        while order.is_wanted and time.monotonic() < until:
            if done.wait(1):
                return
        process.kill()

    minding = threading.Thread(target=mind, daemon=True)
    minding.start()
    try:
        yield
    finally:
        done.set()
        minding.join()


def _make_files(asked: BinaryIO, answers: BinaryIO) -> None:
    """Make what is asked for, one after another, as long as the server lives."""
    jobs: SimpleQueue[tuple[dict[str, str], bytes, Path]] = SimpleQueue()
    under_way: list[Path] = []

    def read() -> None:
        # Apart from the work, so that a server that is no more is noticed in the midst of it.
        with suppress(EOFError, OSError, pickle.UnpicklingError):
            while True:
                jobs.put(pickle.load(asked))  # noqa: S301 - from our own server
        for path in under_way:
            path.unlink(missing_ok=True)
        os._exit(0)

    standing: dict[str, str] = {}
    threading.Thread(target=read, daemon=True).start()
    while True:
        texts, job, path = jobs.get()
        if texts != standing:
            catalogue.stand_on(texts)
            standing = texts
        under_way[:] = [path]
        pickle.dump(_refusal(job, path), answers)
        answers.flush()
        under_way.clear()


def _refusal(job: bytes, path: Path) -> Message | None:
    """Make a file; return why it could not be, None where it stands at `path`."""
    try:
        source, place = pickle.loads(job)  # noqa: S301 - from our own server
        _label, _name, make = source()[place]
        path.write_bytes(make())
    except Exception as error:
        _log.exception("a file could not be made")
        path.unlink(missing_ok=True)
        return _reason(error)
    return None


def _reason(error: Exception) -> Message:
    if isinstance(error, sa.exc.DBAPIError | sa.exc.TimeoutError):
        return message("the database does not answer; the server's log says why")
    if isinstance(error, OSError):
        return FULL
    return UNMADE


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # which is meant for the server
    told = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed is no answer
    logging.getLogger("streamlit").setLevel(logging.ERROR)  # which misses its server
    if LOG_FORMAT.text == "json":
        write_json_lines()
    _make_files(sys.stdin.buffer, told)
