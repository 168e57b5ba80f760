"""What a publication moves: new figures meet the public ones once, part by part, on disk.

Both sides stand in DuckDB; what comes, what goes, how many of each and the largest changes are all
answered by the one join of a part, so that nine million changed figures need no more memory than
nine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from etl.tidy import BATCH, FIGURES, MEMORY, PUBLIC, Batches, parquet
from indicators.scratch import scratch
from indicators.store.tables import KEY, MEASURES

PART = 1_000_000  # rows of both sides that meet at a time: as text, they need a fifth of MEMORY
LARGEST = 20
WAYS = ("added", "changed", "withdrawn")
_KEYS = ", ".join(KEY)
_DIFFERS = " OR ".join(f"fresh.{name} IS DISTINCT FROM past.{name}" for name in MEASURES)


@dataclass(frozen=True)
class Moves:
    """Figures that come and go, in Parquet files in the order of the key.

    added, changed: KEY and MEASURES. gone: the public figures that change or are withdrawn, PUBLIC.
    withdrawn: the keys of the latter. counts: indicator, region and WAYS. cells: the indicator and
    period of all that the table `holding` counts otherwise from now on. largest: KEY, old, new,
    relative (the change as a share of the old value), the largest first.
    """

    added: Sequence[Path]
    changed: Sequence[Path]
    gone: Sequence[Path]
    withdrawn: Sequence[Path]
    counts: pd.DataFrame
    cells: pd.DataFrame
    largest: pd.DataFrame

    @property
    def come(self) -> list[Path]:
        """Return the files of all new figures."""
        return [*self.added, *self.changed]

    def chosen(self, files: Sequence[Path], among: Mapping[str, Sequence[str]]) -> pd.DataFrame:
        """Return rows of one of our lists of files whose columns hold one of these values each."""
        if not files:
            return pd.DataFrame(columns=PUBLIC.names)
        wanted = ds.scalar(True)
        for name, values in among.items():
            wanted &= ds.field(name).isin(pa.array(values, pa.string()))
        rows: pd.DataFrame = ds.dataset(files).to_table(filter=wanted).to_pandas()
        return rows


def in_turn(files: Sequence[Path]) -> Batches:
    """Yield the rows of files, one file after another."""
    for file in files:
        yield from pq.ParquetFile(file).iter_batches(BATCH)


def meet(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    fresh: str,
    past: str,
    parameters: Mapping[str, Any] | None = None,
) -> Moves:
    """Return what it moves to publish the rows of `fresh` in the place of those of `past`.

    Both are questions in SQL that answer one row a key: KEY and MEASURES, and PUBLIC.
    """
    given = dict(parameters or {})
    files: dict[str, list[Path]] = {name: [] for name in _SIDES}
    counts, cells, largest = [_NO_COUNTS], [_NO_CELLS], [_NO_CHANGES]
    for number, part in enumerate(_parts(connection, fresh, past, given)):
        connection.execute(_MET.format(fresh=fresh, past=past, part=part), given)
        for name, question in _SIDES.items():
            file = folder / f"{name}-{number:05}.parquet"
            connection.sql(question).write_parquet(str(file))
            files[name].append(file)
        counts.append(connection.sql(_COUNTS).df())
        cells.append(connection.sql(_RECOUNTED).df())
        largest.append(connection.sql(_LARGEST).df())
    connection.execute("DROP TABLE IF EXISTS met")
    every = pd.concat(cells, ignore_index=True)  # no cell stands in two parts
    return Moves(**files, counts=_summed(counts), cells=every, largest=_first(largest))


@contextmanager
def between(fresh: Iterable[pa.RecordBatch], past: Iterable[pa.RecordBatch]) -> Iterator[Moves]:
    """Yield what it moves to publish rows in the place of others; see `meet`."""
    with scratch() as folder:
        with duckdb.connect(
            config={"memory_limit": MEMORY, "temp_directory": str(folder / "spilled")}
        ) as connection:
            sides = []
            for side, batches, schema in (("fresh", fresh, FIGURES), ("past", past, PUBLIC)):
                file = folder / f"{side}.parquet"
                with pq.ParquetWriter(file, schema) as writer:
                    for batch in batches:
                        writer.write_batch(batch.select(schema.names).cast(schema))
                sides.append(f"SELECT * FROM {parquet([file])}")
            moves = meet(connection, folder, sides[0], sides[1])
        yield moves


_MET = f"""
    CREATE OR REPLACE TEMP TABLE met AS
    SELECT {", ".join(f"coalesce(fresh.{name}, past.{name}) AS {name}" for name in KEY)},
        {", ".join(f"fresh.{name} AS new_{name}" for name in MEASURES)},
        {", ".join(f"past.{name} AS old_{name}" for name in MEASURES)},
        past.release AS release, fresh.indicator IS NOT NULL AS comes,
        past.indicator IS NOT NULL AS goes
    FROM (SELECT * FROM ({{fresh}}) WHERE {{part}}) fresh
    FULL JOIN (SELECT * FROM ({{past}}) WHERE {{part}}) past
        ON {" AND ".join(f"fresh.{name} = past.{name}" for name in KEY)}
    WHERE fresh.indicator IS NULL OR past.indicator IS NULL OR {_DIFFERS}
"""
_NEW, _OLD = (", ".join(f"{age}_{name} AS {name}" for name in MEASURES) for age in ("new", "old"))
_SIDES = {
    name: f"SELECT {_KEYS}{columns} FROM met WHERE {which} ORDER BY {_KEYS}"
    for name, columns, which in (
        ("added", f", {_NEW}", "NOT goes"),
        ("changed", f", {_NEW}", "comes AND goes"),
        ("gone", f", {_OLD}, release", "goes"),
        ("withdrawn", "", "NOT comes"),
    )
}
_RECOUNTED = """
    SELECT DISTINCT indicator, period FROM met WHERE NOT (comes AND goes)
        OR (new_value IS NULL) <> (old_value IS NULL) OR new_source <> old_source
"""
_COUNTS = """
    SELECT indicator, region, count(*) FILTER (NOT goes) AS added,
        count(*) FILTER (comes AND goes) AS changed, count(*) FILTER (NOT comes) AS withdrawn
    FROM met GROUP BY ALL
"""
_LARGEST = f"""
    SELECT {_KEYS}, old_value AS old, new_value AS new,
        CASE WHEN old <> 0 THEN (new - old) / abs(old) END AS relative
    FROM met WHERE comes AND goes AND old_value IS DISTINCT FROM new_value
    ORDER BY abs(relative) DESC NULLS LAST, {_KEYS} LIMIT {LARGEST}
"""
_NO_COUNTS = pd.DataFrame(columns=["indicator", "region", *WAYS])
_NO_CELLS = pd.DataFrame(columns=["indicator", "period"])
_NO_CHANGES = pd.DataFrame(columns=[*KEY, "old", "new", "relative"])


def _summed(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    whole = pd.concat(parts).astype(dict.fromkeys(WAYS, "int64"))
    return whole.groupby(["indicator", "region"], as_index=False)[list(WAYS)].sum()


def _first(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    numbers = dict.fromkeys(("old", "new", "relative"), "float64")
    whole = pd.concat([part.astype(numbers) for part in parts])
    whole = whole.assign(size_of_change=whole["relative"].abs())
    ordered = whole.sort_values(
        ["size_of_change", *KEY],
        ascending=[False, *(True for _ in KEY)],
        na_position="last",
        kind="stable",
    )
    return ordered.head(LARGEST).drop(columns="size_of_change").reset_index(drop=True)


def _parts(
    connection: duckdb.DuckDBPyConnection, fresh: str, past: str, parameters: dict[str, Any]
) -> Iterator[str]:
    """Yield conditions that take what meets apart, in the order of the key.

    Each holds for about PART rows: several indicators whole, or some periods of one.
    """
    sides = " UNION ALL ".join(f"SELECT indicator, period FROM ({side})" for side in (fresh, past))
    counted = connection.execute(
        f"SELECT indicator, period, count(*) AS rows FROM ({sides}) GROUP BY ALL ORDER BY ALL",
        parameters,
    ).df()
    whole = list[str]()
    room = PART
    for indicator, cells in counted.groupby("indicator", sort=True):
        if cells["rows"].sum() > room and whole:
            yield _between("indicator", whole)
            whole, room = [], PART
        if cells["rows"].sum() <= room:
            whole.append(str(indicator))
            room -= int(cells["rows"].sum())
            continue
        for _, some in cells.groupby(cells["rows"].cumsum() // PART, sort=True):
            one = _between("indicator", [str(indicator)])
            yield f"{one} AND {_between('period', some['period'].tolist())}"
    if whole:
        yield _between("indicator", whole)


def _between(column: str, values: Sequence[str]) -> str:
    first, last = (value.replace("'", "''") for value in (values[0], values[-1]))
    return f"{column} BETWEEN '{first}' AND '{last}'"
