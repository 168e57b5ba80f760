"""Many sessions on the Map page, one change each every while, beside an empty page as many ask.

Each is a thread with a websocket of its own. Memory is that of the server: after the first part of
the time, at its end, and once all have left. `SESSIONS`, `SECONDS` and `EVERY` say how many, how
long and how often; `DATABASE_URL` which figures.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.downloads import PERIOD, QUERY, memory, p95
from benchmarks.rerun import EMPTY
from benchmarks.server import Visitor, await_answer, serving

SESSIONS = int(os.environ.get("SESSIONS", "60"))
SECONDS = float(os.environ.get("SECONDS", "120"))
EVERY = float(os.environ.get("EVERY", "20"))


def stay(port: int, page: str, query: str, place: int, leave: threading.Event) -> list[float]:
    """Be one session, spread over the time between two changes; return the seconds of each."""
    taken: list[float] = []
    leave.wait(EVERY * place / SESSIONS)
    visitor = Visitor(port, page, query)
    widget, *_ = [key for key in visitor.run().options if not page or key == PERIOD]
    options = visitor.run().options[widget][:4]
    while not leave.wait(EVERY):
        begun = time.perf_counter()
        run = visitor.run({widget: options[len(taken) % len(options)]})
        if run.exceptions:
            raise RuntimeError(run.exceptions)
        taken.append(time.perf_counter() - begun)
    visitor.close()
    return taken


def loaded(server: psutil.Process, port: int, page: str, query: str) -> tuple[list[float], ...]:
    """Return the seconds of all changes, and the megabytes early, at the end and afterwards."""
    leave = threading.Event()
    with ThreadPoolExecutor(SESSIONS) as pool:
        staying = [pool.submit(stay, port, page, query, n, leave) for n in range(SESSIONS)]
        time.sleep(SECONDS / 2)
        held = [memory(server)]
        time.sleep(SECONDS / 2)
        held.append(memory(server))
        leave.set()
    taken = [seconds for each in staying for seconds in each.result()]
    time.sleep(20)
    return taken, [*held, memory(server)]


def main() -> None:
    """Print the figures as a table."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "empty.py"
        bare.write_text(EMPTY, encoding="utf-8")
        with serving(bare, folder=Path(folder)) as (server, port):
            empty = loaded(server, port, "", "")
        database = os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/bench.sqlite"
        with serving(Path("app.py"), environment={"DATABASE_URL": database}) as (server, port):
            await_answer(f"http://127.0.0.1:{port}/readyz")
            ours = loaded(server, port, "map", QUERY)
    table = Table(title=f"{SESSIONS} sessions, a change each {EVERY:g} s, {SECONDS:g} s")
    for heading in ("page", "changes", "median ms", "p95 ms", "MB halfway", "at the end", "left"):
        table.add_column(heading, justify="left" if heading == "page" else "right")
    for name, (taken, held) in (("empty", empty), ("map", ours)):
        times = [f"{median(taken) * 1e3:,.0f}", f"{p95(taken) * 1e3:,.0f}"]
        table.add_row(name, str(len(taken)), *times, *(f"{each:,.0f}" for each in held))
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
