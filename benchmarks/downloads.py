"""What readers notice of those who take files away: six of them, each one picture after another.

A neighbour changes the map's period all the while, and health is asked for; both also before
anybody takes anything. Memory is that of the server and its processes: before, at most, and once
nobody takes anything any more.
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
import time
import urllib.request
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.server import Run, Visitor, await_answer, serving

DOWNLOADERS, EACH = 6, int(os.environ.get("FILES", "3"))
RERUNS = 60
QUERY = "lang=zh&indicator=certificates_valid"
PERIOD = "choice_period"
PICTURES = (".png", ".svg")


def memory(server: psutil.Process) -> float:
    """Return the megabytes that a server and its processes hold."""
    total = 0
    for process in (server, *server.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            total += process.memory_info().rss
    return total / 1e6


def p95(taken: list[float]) -> float:
    return sorted(taken)[int(0.95 * len(taken)) - 1]


def reruns(visitor: Visitor, options: list[str], number: int) -> list[float]:
    """Return the seconds of each change of the period, two a second as an eager reader does."""
    taken = []
    for option in islice(cycle(options), number):
        run = visitor.run({PERIOD: option})
        if run.exceptions:
            raise RuntimeError(run.exceptions)
        taken.append(run.seconds)
        time.sleep(0.5)
    return taken


def take(port: int, place: int, begin: threading.Barrier, taken: list[float]) -> None:
    """Take pictures away of a period of one's own, through the page as a browser does."""
    visitor = Visitor(port, "map", QUERY)
    options = visitor.run().options[PERIOD]
    run = visitor.run({PERIOD: options[place % len(options)]})
    buttons = [key for key in run.widgets if key.startswith("file_") and key.endswith(PICTURES)]
    begin.wait()
    for button in buttons[:EACH]:
        begun = time.perf_counter()
        run = visitor.run(clicked=button)
        part = run.again
        while not (found := _address(run)):
            time.sleep(1)
            run = visitor.run(part=part)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{found}") as answer:
            if answer.status != 200 or not answer.read():
                raise RuntimeError(found)
        taken.append(time.perf_counter() - begun)
    visitor.close()


_TAKEN: set[str] = set()


def _address(run: Run) -> str:
    """Return where a file is that nobody has taken yet."""
    for body in run.html:
        for found in re.findall(r'href="[^"]*(/files/[^"]+)"', body):
            if found not in _TAKEN:
                _TAKEN.add(found)
                return str(found)
    return ""


class Health:
    """Asks for a server's health ten times a second, until it is told to end."""

    def __init__(self, port: int) -> None:
        self._address, self._done = f"http://127.0.0.1:{port}/healthz", threading.Event()
        self.taken: list[float] = []
        self._asking = threading.Thread(target=self._ask)
        self._asking.start()

    def _ask(self) -> None:
        while not self._done.wait(0.1):
            begun = time.perf_counter()
            with urllib.request.urlopen(self._address) as answer:
                answer.read()
            self.taken.append(time.perf_counter() - begun)

    def end(self) -> list[float]:
        self._done.set()
        self._asking.join()
        return self.taken


def main() -> None:
    """Print the figures as a table."""
    with tempfile.TemporaryDirectory() as folder:
        database = os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/bench.sqlite"
        with serving(Path("app.py"), environment={"DATABASE_URL": database}) as (server, port):
            await_answer(f"http://127.0.0.1:{port}/readyz")
            neighbour = Visitor(port, "map", QUERY)
            options = neighbour.run().options[PERIOD][:4]
            reruns(neighbour, options, len(options))
            asking = Health(port)
            alone, health_alone = reruns(neighbour, options, RERUNS), asking.end()
            before = most = memory(server)
            files: list[float] = []
            begin = threading.Barrier(DOWNLOADERS + 1)
            taking = [
                threading.Thread(target=take, args=(port, place, begin, files))
                for place in range(DOWNLOADERS)
            ]
            for thread in taking:
                thread.start()
            begin.wait()  # until all of them see the map
            asking = Health(port)
            beside: list[float] = []
            while any(thread.is_alive() for thread in taking):
                beside += reruns(neighbour, options, 1)
                most = max(most, memory(server))
            health = asking.end()
            time.sleep(25)  # a process waits 20 s for more
            after = memory(server)
            neighbour.close()
    table = Table(title=f"{DOWNLOADERS} readers take {len(files)} pictures away")
    for heading in ("what", "without", "meanwhile", "ratio", "goal"):
        table.add_column(heading, justify="left" if heading == "what" else "right")

    def row(what: str, one: float, other: float, goal: str) -> None:
        table.add_row(what, f"{one:,.1f}", f"{other:,.1f}", f"{other / one:.2f}", goal)

    row("neighbour's p95, ms", p95(alone) * 1e3, p95(beside) * 1e3, "≤ 2")
    row("health at most, ms", max(health_alone) * 1e3, max(health) * 1e3, "< 100 ms")
    row("memory at most, MB", before, most, "")
    row("memory afterwards, MB", before, after, "≤ 1.1")
    table.add_row("a file, median s", "", f"{sorted(files)[len(files) // 2]:.1f}", "", "")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
