"""Ten million figures handed out, against tools that do nothing else, on the same SQLite file.

DuckDB copies the rows to CSV and to Parquet by itself; Datasette answers with the series of one
province in JSON. Both come from the package index, into an environment of their own. While all
rows are streamed, the server's memory is watched and pages are asked for.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.publishing import refreshed, write_files
from benchmarks.server import ROOT, Visitor, await_answer, free_port, serving

TOOLS = (
    "datasette==0.65.5",
    "duckdb==1.5.5",
    "duckdb-extensions==1.5.5",
    "duckdb-extension-sqlite-scanner==1.5.5",
)
COPY = """
import sys, time
import duckdb
from duckdb_extensions import import_extension
import_extension("sqlite_scanner")
connection = duckdb.connect()
connection.execute(f"LOAD sqlite_scanner; ATTACH '{sys.argv[1]}' AS held (TYPE sqlite)")
begun = time.perf_counter()
connection.execute(f"COPY held.observation TO '{sys.argv[2]}' (FORMAT {sys.argv[3]})")
print(time.perf_counter() - begun)
"""
PACKAGE = """
import sys, time
from pathlib import Path
from indicators.exports.open_data.release_package import write_package
from indicators.store.database import open_database
begun = time.perf_counter()
write_package(open_database(sys.argv[1]), "real", Path(sys.argv[2]))
print(time.perf_counter() - begun)
"""
SERIES = {
    "indicator": "certified_organisations",
    "region": "330000",
    **dict.fromkeys(("scheme", "industry", "size"), "ALL"),
}
ASKED, VISITS = 200, 40


def tools(folder: Path) -> Path:
    """Return the Python of an environment with TOOLS."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "-q", *TOOLS], check=True)
    return python


def seconds_of(*command: str) -> float:
    """Return the seconds that a process says it took."""
    os.sync()
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout.splitlines()[-1])


def streamed(address: str, to: Path) -> float:
    """Return the seconds in which an answer of any length is written to a file, as it is in it."""
    os.sync()
    begun = time.perf_counter()
    unpacked = {"accept-encoding": "identity"}
    with (
        httpx.stream("GET", address, timeout=None, headers=unpacked) as answer,
        to.open("wb") as file,
    ):
        for part in answer.iter_bytes(1 << 20):
            file.write(part)
    if answer.status_code != 200:
        raise RuntimeError(answer.status_code)
    return time.perf_counter() - begun


def asked(address: str, question: dict[str, str]) -> tuple[float, float]:
    """Return the seconds of a first answer, and the median of the following ones.

    By the plainest of clients: what another does to itself would be weighed on both sides.
    """
    server = urlsplit(address)
    client = HTTPConnection(str(server.hostname), server.port, timeout=120)
    taken = []
    for _ in range(ASKED):
        begun = time.perf_counter()
        client.request("GET", f"{server.path}?{urlencode(question)}")
        answer = client.getresponse()
        content = answer.read()
        taken.append(time.perf_counter() - begun)
        if answer.status != 200 or len(json.loads(content)) == 0:
            raise RuntimeError(content[:200])
    client.close()
    return taken[0], statistics.median(taken[1:])


@contextmanager
def datasette(python: Path, file: Path) -> Iterator[str]:
    """Yield where Datasette answers for the figures of a file."""
    port = free_port()
    process = subprocess.Popen(
        [
            *(str(python.with_name("datasette")), "serve", str(file), "--port", str(port)),
            *("--setting", "sql_time_limit_ms", "60000"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        await_answer(f"http://127.0.0.1:{port}/-/versions.json")
        yield f"http://127.0.0.1:{port}/{file.stem}/observation.json"
    finally:
        process.terminate()
        process.wait(timeout=30)


def p95(visitor: Visitor) -> float:
    """Return the seconds within which nineteen of twenty pages come."""
    taken = sorted(visitor.run().seconds for _ in range(VISITS))
    return taken[int(0.95 * len(taken)) - 1]


def watched(process: psutil.Process, work: Callable[[], float]) -> tuple[float, float]:
    """Return what work returns, and by how many megabytes the server grew at most meanwhile."""
    idle, peak, done = process.memory_info().rss, 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.05):
            peak = max(peak, process.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        return work(), (peak - idle) / 1e6
    finally:
        done.set()
        watching.join()


def main() -> None:
    """Print the figures as a table."""
    table = Table(title="handing out all figures of a release")
    for heading in ("what", "ours", "theirs", "ratio", "at most"):
        table.add_column(heading, justify="left" if heading == "what" else "right")

    def compare(what: str, ours: float, theirs: float, most: float) -> None:
        table.add_row(what, f"{ours:.4g}", f"{theirs:.4g}", f"{ours / theirs:.2f}", str(most))

    with tempfile.TemporaryDirectory(prefix="export-") as name:
        folder = Path(name)
        raw, file = folder / "raw", folder / "figures.sqlite"
        shutil.copytree(ROOT / "data" / "raw", raw)
        (raw / "speed").mkdir()
        write_files(raw)
        url = f"sqlite:///{file}"
        refreshed(url, raw)
        shutil.rmtree(folder / "tidy", ignore_errors=True)
        python = tools(folder / "tools")
        with datasette(python, file) as address:
            usual = {"_shape": "array", "_size": "max"}
            their_cold, their_warm = asked(address, SERIES | usual)
        copied = {}
        for form in ("csv", "parquet"):
            out = folder / f"theirs.{form}"
            copied[form] = seconds_of(str(python), "-c", COPY, str(file), str(out), form)
            out.unlink()
        with serving(ROOT / "app.py", environment={"DATABASE_URL": url}) as (process, port):
            api = f"http://127.0.0.1:{port}/api/v1/observations"
            await_answer(f"http://127.0.0.1:{port}/readyz")
            cold, warm = asked(api, SERIES)
            compare("series of a province, warm, s", warm, their_warm, 0.2)
            compare("the same, first answer, s", cold, their_cold, 1)
            visitor = Visitor(port, "map")
            visitor.run()
            alone = p95(visitor)
            for form, theirs in copied.items():
                out = folder / f"ours.{form}"
                work = partial(streamed, f"{api}?format={form}", out)
                ours, grown = watched(process, work)
                compare(f"all figures as {form}, streamed, s", ours, theirs, 2)
                table.add_row("server over idle, MB", f"{grown:.0f}", "", "", "300")
                streaming = threading.Thread(target=work)
                streaming.start()
                compare("p95 of pages meanwhile, s", p95(visitor), alone, 1.5)
                streaming.join()
                out.unlink()
            visitor.close()
        whole = seconds_of(sys.executable, "-c", PACKAGE, url, str(folder / "package"))
        compare("the package, in all its forms, s", whole, sum(copied.values()), 2)
    Console(width=120).print(table)
