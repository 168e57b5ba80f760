"""What a rerun of a page costs, against an empty page on an untuned Streamlit server.

Both are asked through the websocket by the same client in the same run. The empty page imports
the libraries that the dashboard uses and draws one select box; its server has Streamlit's own
settings. A second empty page, which imports nothing, is shown beside it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from statistics import median

import psutil
from playwright.sync_api import Playwright, sync_playwright
from rich.console import Console
from rich.table import Table

from benchmarks.server import Visitor, serving

EMPTY = 'import streamlit as st\nst.selectbox("x", ["a", "b"], key="x")\n'
IMPORTING = "import altair, pandas, shapely, sqlalchemy, yaml\n" + EMPTY
RERUNS = 30
QUERIES = {
    "map": os.environ.get("MAP_QUERY", "lang=zh"),
    "province": os.environ.get("PROVINCE_QUERY", "lang=zh"),
    "industries": os.environ.get("INDUSTRIES_QUERY", "lang=zh"),
    "policy": os.environ.get("POLICY_QUERY", "lang=zh"),
}
# The select box that is changed, and the most that a rerun may cost of an empty page's: of what
# was asked for before, of what was not.
CHANGED = {
    "map": ("choice_period", 0.33, 0.67),
    "province": ("choice_region", 0.33, 0.67),
    "industries": ("choice_region", 0.25, 0.5),
    "policy": ("choice_clause", 0.25, 0.5),
}
# What the last chart of a page's first screen has when it stands.
DRAWN = {
    "map": "path[aria-label^='江苏']",
    "province": "path[aria-roledescription='point']",
    "industries": "path[aria-label^='江苏']",
    "policy": "path[aria-roledescription='bar']",
}


def cpu(server: psutil.Process) -> float:
    times = server.cpu_times()
    return float(times.user + times.system)


def reruns(
    server: psutil.Process, visitor: Visitor, widget: str, options: list[str], number: int
) -> tuple[float, int]:
    """Return CPU seconds and bytes of one rerun, over `number` of them that go round `options`."""
    begun, sent = cpu(server), []
    for option in islice(cycle(options), number):
        run = visitor.run({widget: option})
        sent.append(run.sent)
        # An empty page's box is the browser's own; ours are set by the page.
        if run.exceptions or run.shown[widget] not in ("", option):
            raise RuntimeError(f"{option}: {run.exceptions or run.shown}")
    return (cpu(server) - begun) / number, round(median(sent))


def empty_page(script: str) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.py"
        path.write_text(script, encoding="utf-8")
        with serving(path, folder=Path(folder)) as (server, port):
            visitor = Visitor(port)
            visitor.run()
            reruns(server, visitor, "x", ["b", "a"], 2)
            measured = reruns(server, visitor, "x", ["b", "a"], RERUNS)
            visitor.close()
            return measured


def page(database: str, name: str, widget: str) -> tuple[float, float, int]:
    """Return CPU seconds of a rerun, of one never asked for before, and the bytes of a rerun.

    `widget` is the select box that is changed.
    """
    with serving(Path("app.py"), environment={"DATABASE_URL": database}) as (server, port):
        visitor = Visitor(port, page=name, query=QUERIES[name])
        options = visitor.run().options[widget]
        reruns(server, visitor, widget, options[1:5], 4)
        fresh, _ = reruns(server, visitor, widget, options[5:15], len(options[5:15]))
        seconds, sent = reruns(server, visitor, widget, options[1:5], RERUNS)
        visitor.close()
        return seconds, fresh, sent


def first_view(database: str, name: str) -> tuple[float, float]:
    """Return seconds until a page is drawn for the first visitor and for later ones."""
    environment = {"DATABASE_URL": database}
    with (
        sync_playwright() as playwright,
        serving(Path("app.py"), environment=environment) as (
            _,
            port,
        ),
    ):
        address = f"http://127.0.0.1:{port}/{name}?{QUERIES[name]}"
        waits = [_drawn(playwright, address, DRAWN[name]) for _ in range(5)]
        return waits[0], median(waits[1:])


def _drawn(playwright: Playwright, address: str, drawn: str) -> float:
    # A browser of its own for every visitor: none profits from what another has compiled.
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"),
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    )
    page = browser.new_page()
    begun = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(drawn, state="attached", timeout=60_000)
    seconds = time.perf_counter() - begun
    browser.close()
    return seconds


def main() -> None:
    """Print the figures as a table."""
    with tempfile.TemporaryDirectory() as folder:
        database = os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/bench.sqlite"
        pages = {name: page(database, name, CHANGED[name][0]) for name in QUERIES}
        empty_cpu, empty_sent = empty_page(IMPORTING)
        bare_cpu, bare_sent = empty_page(EMPTY)
        views = {name: [first_view(database, name) for _ in range(3)] for name in QUERIES}
    table = Table(title="Rerun after a filter change (server CPU)")
    for heading in ("page", "CPU ms", "ratio", "bytes sent", "goal"):
        table.add_column(heading, justify="left" if heading == "page" else "right")

    def row(name: str, seconds: float, sent: int | None, goal: str = "") -> None:
        table.add_row(
            name,
            f"{seconds * 1000:.1f}",
            f"{seconds / empty_cpu:.2f}",
            "" if sent is None else f"{sent:,}",
            goal,
        )

    row("empty, with the same libraries", empty_cpu, empty_sent)
    row("empty, without any", bare_cpu, bare_sent)
    for name, (seconds, fresh, sent) in pages.items():
        _, most, most_fresh = CHANGED[name]
        row(name, seconds, sent, f"≤ {most}, < 80,000")
        row(f"{name}, a selection never asked for before", fresh, None, f"≤ {most_fresh}")
    console = Console(width=110)
    console.print(table)
    for name, waits in views.items():
        first, later = (median(times) * 1000 for times in zip(*waits, strict=True))
        ratio = median(one / other for one, other in waits)
        console.print(
            f"{name}: first visitor's page drawn in {first:,.0f} ms, later {later:,.0f} ms: "
            f"{ratio:.2f} (goal ≤ 1.30)"
        )


if __name__ == "__main__":
    main()
