"""What a rerun of the Map page costs, against an empty page on an untuned Streamlit server.

Both are asked through the websocket by the same client in the same run. The empty page imports
the libraries that the dashboard uses and draws one select box; its server has Streamlit's own
settings. A second empty page, which imports nothing, is shown beside it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

import psutil
from playwright.sync_api import Playwright, sync_playwright
from rich.console import Console
from rich.table import Table
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.server import Run, Visitor, serving

EMPTY = 'import streamlit as st\nst.selectbox("x", ["a", "b"], key="x")\n'
IMPORTING = "import altair, babel, pandas, shapely, sqlalchemy, yaml\n" + EMPTY
RERUNS = 30
QUERIES = {
    "map": os.environ.get("MAP_QUERY", "lang=zh"),
    "province": os.environ.get("PROVINCE_QUERY", "lang=zh"),
}


def cpu(server: psutil.Process) -> float:
    times = server.cpu_times()
    return float(times.user + times.system)


def state(run: Run, key: str, value: str) -> WidgetState:
    return WidgetState(id=run.widgets[key], string_value=value)


def reruns(
    server: psutil.Process, visitor: Visitor, states: list[list[WidgetState]]
) -> tuple[float, int, Run]:
    """Return CPU seconds and bytes of one rerun, over RERUNS of them, and the last."""
    for warm in states:
        visitor.run(warm)
    begun, sent, run = cpu(server), [], Run(0.0, 0)
    for number in range(RERUNS):
        run = visitor.run(states[number % len(states)])
        sent.append(run.sent)
    return (cpu(server) - begun) / RERUNS, round(median(sent)), run


def empty_page(script: str) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.py"
        path.write_text(script, encoding="utf-8")
        with serving(path, folder=Path(folder)) as (server, port):
            visitor = Visitor(port)
            first = visitor.run()
            seconds, sent, _ = reruns(
                server, visitor, [[state(first, "x", value)] for value in "ba"]
            )
            visitor.close()
            return seconds, sent


def page(database: str, name: str, widget: str) -> tuple[float, float, int]:
    """Return CPU seconds of a rerun, of one never asked for before, and the bytes of a rerun.

    `widget` is the select box that is changed.
    """
    with serving(Path("app.py"), environment={"DATABASE_URL": database}) as (server, port):
        visitor = Visitor(port, page=name, query=QUERIES[name])
        first = visitor.run()
        chosen = [[state(first, widget, option)] for option in first.options[widget]]
        begun = cpu(server)
        for unseen in chosen[4:14]:
            visitor.run(unseen)
        fresh = (cpu(server) - begun) / len(chosen[4:14])
        seconds, sent, run = reruns(server, visitor, chosen[:4])
        if run.exceptions:
            raise RuntimeError(run.exceptions)
        visitor.close()
        return seconds, fresh, sent


def first_view(database: str) -> tuple[float, float]:
    """Return seconds until the Map page is drawn for the first visitor and for later ones."""
    environment = {"DATABASE_URL": database}
    with (
        sync_playwright() as playwright,
        serving(Path("app.py"), environment=environment) as (
            _,
            port,
        ),
    ):
        waits = [_drawn(playwright, f"http://127.0.0.1:{port}/map?lang=zh") for _ in range(5)]
        return waits[0], median(waits[1:])


def _drawn(playwright: Playwright, address: str) -> float:
    # A browser of its own for every visitor: none profits from what another has compiled.
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"),
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    )
    page = browser.new_page()
    begun = time.perf_counter()
    page.goto(address)
    page.wait_for_selector("path[aria-label^='江苏']", state="attached", timeout=60_000)
    seconds = time.perf_counter() - begun
    browser.close()
    return seconds


def main() -> None:
    """Print the figures as a table."""
    with tempfile.TemporaryDirectory() as folder:
        database = os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/bench.sqlite"
        pages = {
            "Map": page(database, "map", "choice_period"),
            "Province": page(database, "province", "choice_region"),
        }
        empty_cpu, empty_sent = empty_page(IMPORTING)
        bare_cpu, bare_sent = empty_page(EMPTY)
        first, later = zip(*(first_view(database) for _ in range(3)), strict=True)
    table = Table(title="Rerun after a filter change (server CPU)")
    for heading in ("page", "CPU ms", "ratio", "bytes sent", "goal"):
        table.add_column(heading, justify="left" if heading == "page" else "right")

    def row(name: str, seconds: float, sent: int | None, goal: str = "") -> None:
        table.add_row(
            name, f"{seconds * 1000:.1f}", f"{seconds / empty_cpu:.2f}",
            "" if sent is None else f"{sent:,}", goal,
        )  # fmt: skip

    row("empty, with the same libraries", empty_cpu, empty_sent)
    row("empty, without any", bare_cpu, bare_sent)
    for name, (seconds, fresh, sent) in pages.items():
        row(name, seconds, sent, "≤ 0.33, < 80,000")
        row(f"{name}, a selection never asked for before", fresh, None, "≤ 0.67")
    console = Console(width=110)
    console.print(table)
    ratio = median(one / other for one, other in zip(first, later, strict=True))
    console.print(
        f"first visitor's page drawn in {median(first) * 1000:,.0f} ms, later "
        f"{median(later) * 1000:,.0f} ms: {ratio:.2f} (goal ≤ 1.30)"
    )


if __name__ == "__main__":
    main()
