"""Publishing ten million observations, parse to commit, against a bare insert of the same rows.

Then one file of twenty changed; then every figure of eighteen: what `diff` takes to say so, of a
full publish and of the revision's own.

The rows are twenty CSV files of certificate counts by province, section, size and scheme, each
with its declaration. The bare insert writes the finished rows, sorted and in memory batch by
batch, into an empty table of the same shape by the driver's own fast road.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import sqlalchemy as sa
from pyarrow import csv
from rich.console import Console
from rich.table import Table

from benchmarks.server import ROOT
from indicators import catalogue
from indicators.store.bulk import insert_batches
from indicators.store.database import open_database, writing
from indicators.store.tables import observation
from tests.conftest import serving_postgresql

ROWS = int(os.environ.get("ROWS", "10000000"))
FILES = 20
REVISED = 18  # nine tenths of the rows
MONTHS = 60
INDICATORS = (
    "certificates_suspended",
    "certificates_withdrawn",
    "certificates_new",
    "certificates_lapsed",
)
DECLARATION = """\
provenance: {{publisher: 演示（程序生成）, document: 发布测速 {number}, licence: 演示}}
unit: 张
columns:
  {{indicator: 指标, period: 时期, region: 地区, industry: 行业,
    size: 规模, scheme: 领域, value: 数值}}
"""
REFRESH = """
import resource, sys, time
from pathlib import Path
from etl.refresh import refresh
from indicators.store.database import open_database
engine = open_database(sys.argv[1])
begun = time.perf_counter()
made = refresh(
    engine, raw=Path(sys.argv[2]), accepted="a benchmark", dry_run=sys.argv[3] == "diff"
)
print()
print(made.difference.changed or made.difference.added, time.perf_counter() - begun,
      resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
"""


def write_files(raw: Path) -> None:
    """Write ROWS figures into FILES files, three months in each."""
    known = catalogue.load()
    provinces = known.regions.query("kind == 'province' and group != ''")["code"].tolist()
    sections = known.industries.query("level == 'section'")["code"].tolist()
    schemes = [code for code in known.schemes["code"] if code not in set(known.schemes["parent"])]
    # None that is a sum of others: what is drawn by chance would not add up.
    sizes = known.sizes.query("members == '' and code != 'ALL'")["code"].tolist()
    cells = pd.MultiIndex.from_product(
        [INDICATORS, provinces, sections, sizes, schemes],
        names=["指标", "地区", "行业", "规模", "领域"],
    ).to_frame(index=False)
    if len(cells) < ROWS // MONTHS:
        raise ValueError(f"at most {len(cells) * MONTHS} rows")
    cells = cells.iloc[np.linspace(0, len(cells) - 1, ROWS // MONTHS).astype(int)]
    periods = pd.period_range("2020-01", periods=MONTHS, freq="M").astype(str)
    chance = np.random.default_rng(2018)
    for number, chosen in enumerate(np.array_split(np.array(periods), FILES)):
        table = pd.concat([cells.assign(时期=period) for period in chosen])
        # Near enough to the month before for no figure to be a jump.
        table["数值"] = 1000 + chance.integers(0, 20, len(table))
        name = raw / "speed" / f"{number:02}.csv"
        csv.write_csv(pa.Table.from_pandas(table, preserve_index=False), name)
        name.with_name(name.name + ".yaml").write_text(
            DECLARATION.format(number=number), encoding="utf-8"
        )


def refreshed(url: str, raw: Path, command: str = "publish") -> tuple[float, float]:
    """Return seconds and peak gigabytes of one publish or diff in a process of its own."""
    os.sync()  # what others have left to write is not its work
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", REFRESH, url, str(raw), command],
        cwd=ROOT,
        env=os.environ | {"CODE_VERSION": "benchmark"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    moved, seconds, peak = done.stdout.splitlines()[-1].split()
    if moved == "0":
        raise RuntimeError("nothing moved")
    return float(seconds), float(peak)


def bare(url: str, figures: str) -> tuple[float, int]:
    """Return the seconds that the same rows take in an empty table of the same shape."""
    target, engine = open_database(url), open_database(figures)
    names = [column.name for column in observation.columns]
    seconds, rows = 0.0, 0
    os.sync()
    with writing(target) as connection, engine.connect() as source:
        answer = source.execution_options(stream_results=True).execute(
            sa.select(observation).order_by(*observation.primary_key.columns)
        )
        for part in answer.partitions(100_000):
            batch = pa.RecordBatch.from_pandas(
                pd.DataFrame(part, columns=names), preserve_index=False
            )
            begun = time.perf_counter()
            rows += insert_batches(connection, observation, [batch])
            seconds += time.perf_counter() - begun
        begun = time.perf_counter()
    seconds += time.perf_counter() - begun  # the commit
    target.dispose()
    engine.dispose()
    return seconds, rows


def measure(
    name: str, database: Callable[[str], AbstractContextManager[str]], raw: Path, table: Table
) -> None:
    """Add one database's rows to the table."""
    shutil.rmtree(raw.parent / "tidy", ignore_errors=True)
    files = sorted((raw / "speed").glob("*.csv"))
    with database("figures") as url:
        full, peak = refreshed(url, raw)
        # Gone again before the next measurement, which would wait for it to be vacuumed.
        with database("bare") as empty:
            plain, rows = bare(empty, url)
        revise(files[7:8], ",1019\n", ",1018\n")
        again, _ = refreshed(url, raw)
        revise(files[:REVISED], ",10", ",11")
        compared, widest = refreshed(url, raw, "diff")
        revised, _ = refreshed(url, raw)
    revise(files[:REVISED], ",11", ",10")
    table.add_row(
        name,
        f"{rows:,}",
        f"{plain:.1f}",
        f"{full:.1f}",
        f"{plain / full:.2f}",
        f"{peak:.2f}",
        f"{again:.1f}",
        f"{again / full:.2f}",
        f"{compared:.1f}",
        f"{compared / full:.2f}",
        f"{revised:.1f}",
        f"{compared / revised:.2f}",
        f"{widest:.2f}",
    )


def revise(files: Sequence[Path], old: str, new: str) -> None:
    """Make other figures of those that files hold."""
    for file in files:
        file.write_text(file.read_text().replace(old, new))


@contextmanager
def sqlite(folder: str, name: str) -> Iterator[str]:
    """Yield the URL of a database that does not outlive the block."""
    file = Path(folder, f"{name}.sqlite")
    yield f"sqlite:///{file}"
    for each in file.parent.glob(f"{file.name}*"):
        each.unlink()


@contextmanager
def postgresql(server: str, name: str) -> Iterator[str]:
    """Yield the URL of a database that does not outlive the block."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        yield f"{server.rpartition('/')[0]}/{name}".replace(
            "postgresql://", "postgresql+psycopg://"
        )
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def main() -> None:
    """Print the figures as a table."""
    table = Table(title="publishing, parse to commit")
    for heading in (
        "database",
        "rows",
        "bare insert, s",
        "publish, s",
        "of the bare rate",
        "peak, GB",
        "one file of 20 changed, s",
        "of the full",
        "diff of 18 revised, s",
        "of the full",
        "their publish, s",
        "diff of it",
        "its peak, GB",
    ):
        table.add_column(heading, justify="left" if heading == "database" else "right")
    with tempfile.TemporaryDirectory(prefix="publishing-") as folder:
        raw = Path(folder) / "raw"
        shutil.copytree(ROOT / "data" / "raw", raw)
        (raw / "speed").mkdir()
        write_files(raw)
        measure("SQLite", partial(sqlite, folder), raw, table)
        with serving_postgresql() as server:
            measure("PostgreSQL", partial(postgresql, server), raw, table)
    Console(width=200).print(table)


if __name__ == "__main__":
    main()
