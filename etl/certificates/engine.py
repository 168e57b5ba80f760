"""Where certificates are counted: DuckDB inside this process, or a Spark cluster by `ETL_ENGINE`.

The settings are in `indicators.settings`. What the whole process may hold in memory:

limit ── libraries ──┬─ half:    the engine                       ┐ once the engine is
                     ├─ quarter: rows on their way out of it      ┘ done, the counts
                     └─ quarter: rows that wait to be counted
"""

from __future__ import annotations

import math
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr.datatypes import UInt64

from etl.tidy import duckdb_path
from indicators.findings import Finding, FindingsError, Message, message
from indicators.settings import ETL_ENGINE, ETL_MEMORY_LIMIT, ETL_SPILL

LIBRARIES = 300 * 10**6  # bytes that this process takes before it reads a row
_IN_TURN = 4  # arrays of counts that exist at once where one scheme is counted after the other


@dataclass
class Progress:
    """Called with what is done next; `show` gets the step, the number of steps and the sentence."""

    show: Callable[[int, int, Message], object] = lambda step, steps, doing: None
    steps: int = 0
    step: int = 0

    def __call__(self, doing: Message) -> None:
        self.step += 1
        self.show(self.step, self.steps, doing)


@dataclass(frozen=True)
class Memory:
    """A limit in bytes for the whole process, and the folder for what is beyond it."""

    limit: int
    folder: Path

    @property
    def engine(self) -> int:
        """Return how many bytes the engine may hold."""
        return (self.limit - LIBRARIES) // 2

    @property
    def rows(self) -> int:
        """Return how many bytes of rows may wait in memory, and how many on their way there."""
        return (self.limit - LIBRARIES) // 4

    @property
    def counts(self) -> int:
        """Return how many bytes of counts may be made at once."""
        return self.engine + self.rows

    def spare(self, shape: tuple[int, ...]) -> int:
        """Return how many arrays of this shape there is room for besides those in use."""
        return self.counts // max(1, _bytes(shape)) - _IN_TURN

    def zeros(self, shape: tuple[int, ...]) -> npt.NDArray[np.int32]:
        """Return an array of zeros: in a file, which the system writes out, where it is large."""
        if self.spare(shape) >= 0:
            return np.zeros(shape, np.int32)
        with tempfile.TemporaryFile(dir=self.folder) as file:
            mapped: np.memmap[Any, np.dtype[np.int32]] = np.memmap(file, np.int32, "w+", 0, shape)
            return mapped.view(np.ndarray)


def _bytes(shape: tuple[int, ...]) -> int:
    return math.prod(shape) * np.dtype(np.int32).itemsize


_SHOWN = 300  # characters of what Spark says
_ABSENT = (
    message("`duckdb`, since Spark is not installed"),
    message("install the extra `spark`, or leave the setting out"),
)
_SILENT = (
    message("`duckdb`, or the address of a Spark cluster that answers"),
    message("look whether the cluster runs and this machine has Java"),
)
_BROKEN = (
    message("a cluster that completes its work"),
    message("look into the log of the cluster, then run the command again"),
)
_SPARK: dict[str, Any] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    # Texts that are not marked as such are texts all the same.
    "spark.sql.parquet.binaryAsString": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(1 << 16),
}


@contextmanager
def spark_session(master: str) -> Iterator[Any]:
    """Yield a session on a cluster and stop it after.

    Raises `FindingsError` where Spark is not installed, the cluster cannot be reached, or gives up.
    """

    def refusal(found: str, expected: Message, advice: Message) -> FindingsError:
        return FindingsError([Finding("ETL_ENGINE", found, expected, advice)])

    try:
        from py4j.protocol import Py4JError  # an extra that is slow to load
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise refusal(master, *_ABSENT) from None
    try:
        builder = SparkSession.builder.master(master).appName("roll-up")
        session = builder.config(map=_SPARK).getOrCreate()
    except (Py4JError, PySparkException) as error:
        raise refusal(master, *_SILENT) from error
    try:
        yield session
    except (Py4JError, PySparkException) as error:
        # What Spark says, without the calls that led to it.
        lines = [line for line in str(error).splitlines() if not line.startswith("\tat ")]
        raise refusal("\n".join(lines)[:_SHOWN], *_BROKEN) from error
    finally:
        session.stop()


# At least: with fewer, DuckDB groups in parts that are too large for a processor's cache.
THREADS = 4
ROOM = 80 * 10**6  # bytes without which a thread of DuckDB is of no use


@ibis.udf.scalar.builtin(name="hash")  # type: ignore[untyped-decorator]
def _hash(text: str) -> UInt64:
    """Return 64 bits of a text, as DuckDB does."""
    raise NotImplementedError


@ibis.udf.scalar.builtin(name="xxhash64")  # type: ignore[untyped-decorator]
def _xxhash64(text: str) -> int:
    """Return 64 bits of a text, as Spark does."""
    raise NotImplementedError


@dataclass
class Engine:
    """An Ibis connection and the tables it holds between the steps."""

    connection: Any
    memory: Memory  # with the folder for what it spills and stores
    session: Any = None  # Spark's, where the engine is Spark
    _folder: Path | None = None  # of the steps of a cluster
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def is_spark(self) -> bool:
        """Return whether the engine is a Spark cluster."""
        return self.session is not None

    @contextmanager
    def beside(self, out: Path) -> Iterator[Path]:
        """Yield a folder in `out`, where there is room and the workers of a cluster can write.

        What a cluster keeps of its steps stands there, and goes with the block. Files outlive a
        worker that is lost, and cut the plan, which would grow with every step otherwise.
        """
        former = self._folder
        with tempfile.TemporaryDirectory(prefix=".steps-", dir=out) as name:
            self._folder = Path(name)
            shutil.copymode(out, self._folder)  # the workers may be somebody else
            try:
                yield self._folder
            finally:
                self._folder = former

    def kept(self, rows: Any) -> Any:
        """Compute rows once and return them as a table of the engine's own."""
        if self.is_spark:
            return self.stored(rows)
        name = f"step_{next(self._numbers)}"
        with self._viewed(rows) as view:
            # Types as Ibis has them, but for codes, which are texts to it.
            typed = self.connection.compile(self.connection.table(view).cast(rows.schema()))
            self.connection.raw_sql(f"CREATE TEMP TABLE {name} AS {typed}")
        return self.connection.table(name)

    def hashed(self, text: Any) -> Any:
        """Return a text as a number of 64 bits: an expression."""
        return _xxhash64(text) if self.is_spark else _hash(text)

    def stored(self, rows: Any) -> Any:
        """Compute rows once and return them as a table that takes no memory."""
        if self.is_spark:
            return self._view(self._read(rows, self._place_of_a_step()))
        path = self.memory.folder / f"step_{next(self._numbers)}.parquet"
        self._copy(rows, path, "FORMAT parquet, COMPRESSION lz4")
        return self.connection.read_parquet(
            self._place(path), table_name=path.stem, hive_partitioning=False
        )

    def once(self, rows: Any) -> Any:
        """Return rows that many steps read: a cluster would make them anew for each."""
        return self.stored(rows) if self.is_spark else rows

    def _place_of_a_step(self) -> Path:
        if self._folder is None:
            raise ValueError("what a cluster keeps needs a folder: see `beside`")
        return self._folder / f"step_{next(self._numbers)}"

    def _read(self, rows: Any, place: Path) -> Any:
        """Write rows by a cluster and return them, as a frame of Spark that reads the files."""
        frame = rows if hasattr(rows, "write") else self.spark_frame(rows)
        frame.write.parquet(str(place.absolute()))
        # By a schema that is known nobody has to look into the files first.
        return self.session.read.schema(frame.schema).parquet(self._place(place))

    def spark_frame(self, rows: Any) -> Any:
        """Return rows as a frame of Spark, for what Ibis has no words for."""
        return self.session.sql(self.connection.compile(rows))

    def spark_table(self, frame: Any) -> Any:
        """Compute a frame of Spark once and return it as a table."""
        return self._view(self._read(frame, self._place_of_a_step()))

    def release(self, *tables: Any) -> None:
        """Give back what `kept` and `stored` tables hold; a cluster's go with their folder."""
        if self.is_spark:
            return  # plans that are not carried out yet lead to them
        for name in (table.op().name for table in tables):
            file = self.memory.folder / f"{name}.parquet"
            kind = "VIEW" if file.exists() else "TABLE"
            self.connection.raw_sql(f'DROP {kind} "{name}"')
            file.unlink(missing_ok=True)

    def texts(
        self, path: Path, names: list[str], separator: str, wanted: Collection[str], first: int
    ) -> Any:
        """Return the wanted columns of a CSV file in UTF-8 as a stored table of texts.

        names: of all its columns. first: the number of the row below the header; each has `row`.
        """
        chosen = [name for name in names if name in wanted]
        place = self._place(path)
        if self.is_spark:
            schema = ", ".join(f"{_spark_name(name)} STRING" for name in names)
            reader = self.session.read.options(header=True, multiLine=True, escape='"')
            frame = reader.csv(place, schema=schema, sep=separator, mode="FAILFAST")
            # A file of quoted line breaks is one part, so that its rows are numbered from 0.
            rows = self._view(frame, f"monotonically_increasing_id() + {first} AS row")
            return self.stored(rows.select(*chosen, "row"))
        kinds = dict.fromkeys(names, "VARCHAR")
        form = {"sep": separator, "header": True, "quote": '"', "escape": '"'}
        plain = {"auto_detect": False, "strict_mode": True, "hive_partitioning": False}
        table = self.connection.read_csv(place, columns=kinds, **form, **plain)
        # To number the rows keeps to one core: so nothing else is done on the way.
        return self.stored(table.select(*chosen, row=ibis.row_number() + first))

    def numbered_parquet(self, path: Path) -> Any:
        """Return a Parquet file as a table, each with its `row`, the names being row 1."""
        if self.is_spark:
            return self._view(
                self.session.read.parquet(self._place(path)), "_metadata.row_index + 2 AS row"
            )
        table = self.connection.read_parquet(
            self._place(path), file_row_number=True, hive_partitioning=False, binary_as_string=True
        )
        return table.mutate(row=table.file_row_number + 2).drop("file_row_number")

    def _view(self, frame: Any, *columns: str) -> Any:
        """Return a frame of Spark with further columns, in its own words."""
        name = f"step_{next(self._numbers)}"
        frame.selectExpr("*", *columns).createOrReplaceTempView(name)
        return self.connection.table(name)

    def parquet(self, *paths: Path) -> Any:
        """Return Parquet files of one kind, each one file or what a cluster wrote, as a table."""
        if self.is_spark:
            return self._view(self.session.read.parquet(*map(self._place, paths)))
        return self.connection.read_parquet([*map(self._place, paths)], hive_partitioning=False)

    def frame(self, rows: pd.DataFrame | pa.Table) -> Any:
        """Return rows of this process as a table."""
        table = (
            rows if isinstance(rows, pa.Table) else pa.Table.from_pandas(rows, preserve_index=False)
        )
        if not self.is_spark:
            return ibis.memtable(table)
        name = f"frame_{next(self._numbers)}"
        self.session.createDataFrame(table).createOrReplaceTempView(name)
        return self.connection.table(name)

    def codes(self, rows: pd.DataFrame) -> Any:
        """Return a table of texts, after the first column codes: DuckDB goes by their numbers."""
        if self.is_spark:
            return self.frame(rows)
        name = f"step_{next(self._numbers)}"
        # Ibis knows texts alone, and would have them written as such.
        with self.connection.con.cursor() as connection:
            connection.register("given", rows.astype(dict.fromkeys(rows.columns[1:], "category")))
            connection.execute(f"CREATE TABLE {name} AS FROM given")
        return self.connection.table(name)

    def rows(self, table: Any) -> pd.DataFrame:
        """Return a table as rows of this process."""
        rows: pd.DataFrame = self.connection.to_pyarrow(table).to_pandas()
        return rows

    def arrow(self, table: Any) -> pa.Table:
        """Return a table as columns of this process."""
        return self.connection.to_pyarrow(table)

    def batches(self, table: Any, rows: int) -> Iterator[pa.RecordBatch]:
        """Yield what is chosen of a kept table as columns of this process, some rows at a time."""
        if self.is_spark:
            place = self._place_of_a_step()
            self.spark_frame(table).write.parquet(str(place.absolute()))
            for part in sorted(place.glob("*.parquet")):  # as they are in order
                with pq.ParquetFile(part) as file:
                    yield from file.iter_batches(rows)
        else:
            # Ibis has a call for it that DuckDB no longer answers.
            result = self.connection.con.sql(self.connection.compile(table))
            yield from result.to_arrow_reader(rows)

    def rest(self) -> None:
        """Give memory back to the system: nothing more is asked for a while."""
        if not self.is_spark:
            # DuckDB keeps what it has freed until its limit is set.
            settings = self.connection.settings
            settings["memory_limit"] = settings["memory_limit"]

    def number(self, table: Any) -> int:
        """Return how many rows a table has."""
        return int(self.rows(table.agg(rows=table.count()))["rows"].iloc[0])

    def write(self, rows: Any, path: Path) -> None:
        """Write rows as Parquet: a file here, a folder of parts on a cluster."""
        path.parent.mkdir(parents=True, exist_ok=True)
        rows.to_parquet(path) if self.is_spark else self._copy(rows, path)

    def write_file(self, rows: Any, path: Path) -> None:
        """Write rows as one Parquet file here, wherever they were computed."""
        if self.is_spark:
            with self.beside(path.parent):
                place = self._place_of_a_step()
                self.spark_frame(rows).coalesce(1).write.parquet(str(place.absolute()))
                next(place.glob("*.parquet")).replace(path)
        else:
            self._copy(rows, path)

    def _copy(self, rows: Any, path: Path, options: str = "FORMAT parquet") -> None:
        """Write rows by DuckDB; Ibis would quote a path as Python does, and fail at some."""
        place = str(path).replace("'", "''")
        with self._viewed(rows) as view:
            self.connection.raw_sql(f"COPY {view} TO '{place}' ({options})")

    @contextmanager
    def _viewed(self, rows: Any) -> Iterator[str]:
        """Yield the name of rows for a statement in DuckDB's own words."""
        view = f"step_{next(self._numbers)}"
        self.connection.create_view(view, rows)
        yield view
        self.connection.raw_sql(f"DROP VIEW {view}")

    def seen(self, path: Path, folder: Path) -> Path:
        """Return a file, or a copy in `folder` where Spark would pass it over for its name."""
        if not self.is_spark or path.name[0] not in "_.":
            return path
        return Path(shutil.copy(path, Path(tempfile.mkdtemp(dir=folder)) / f"file{path.name}"))

    def _place(self, path: Path) -> str:
        return spark_path(path) if self.is_spark else duckdb_path(path)


def union(tables: Sequence[Any]) -> Any:
    """Return the rows of all tables as one."""
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


def _spark_name(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


@contextmanager
def engine(
    setting: str | None = None, memory_limit: str | None = None, spill: Path | None = None
) -> Iterator[Engine]:
    """Yield the engine that a setting (`ETL_ENGINE` unless given) names; close it after.

    Raises `FindingsError` for a setting that says nothing, or a cluster that cannot be had.
    """
    name = setting or ETL_ENGINE.value
    root = spill or ETL_SPILL.value
    allowed = ETL_MEMORY_LIMIT.read(memory_limit) if memory_limit else ETL_MEMORY_LIMIT.value
    with tempfile.TemporaryDirectory(prefix="rollup-", dir=root) as folder:
        memory = Memory(allowed, Path(folder))
        if name == "duckdb":
            with _duckdb(memory) as connection:
                yield Engine(connection, memory)
        else:
            with spark_session(name) as session:
                yield Engine(ibis.pyspark.connect(session), memory, session)


@contextmanager
def _duckdb(memory: Memory) -> Iterator[Any]:
    connection = ibis.duckdb.connect(
        memory_limit=f"{memory.engine // 10**6}MB",
        temp_directory=str(memory.folder),
        preserve_insertion_order=False,
    )
    threads = max(THREADS, int(connection.settings["threads"]))
    connection.settings["threads"] = max(1, min(threads, memory.engine // ROOM))
    try:
        yield connection
    finally:
        connection.disconnect()


def spark_path(path: Path) -> str:
    """Return a path in which Spark's file system finds no pattern, absolute as `duckdb_path`."""
    return re.sub(r"[*?\[\]{}\\]", r"\\\g<0>", str(path.absolute()))
