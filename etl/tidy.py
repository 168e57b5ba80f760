"""The tidy rows of one refresh, in Parquet files on disk: asked with SQL, never held whole.

One row a figure: KEY, MEASURES and where it stood (`file`, `sheet`, `row`). A file of ten
million rows costs no more memory than one of ten.

What stands in the text of a question, here and wherever these rows are asked, are names of columns
(KEY and MEASURES of indicators/store/tables.py), of tables of ours and constants; what was read
from a file or named by a person goes in as a parameter (`$name`). The one exception are the paths
of Parquet files, which a view cannot have as parameters: `_parquet` quotes them. So no question is
pasted together from input, and the linter's S608, which cannot see that, is off.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from indicators.store.holdings import holding_of
from indicators.store.tables import KEY, MEASURES, holding

KEYS = ", ".join(KEY)  # as SQL
PLACE = ("file", "sheet", "row")
# How many units a figure counts, and the largest one's part: for suppression, never published.
SIZES = ("contributors", "largest")
COLUMNS = (*KEY, *MEASURES, *PLACE, *SIZES)
PUBLISHED = (*KEY, *MEASURES)
_NUMBERS = ("value", "numerator", "denominator", *SIZES)
SCHEMA = pa.schema(
    [
        (name, pa.float64() if name in _NUMBERS else pa.int64() if name == "row" else pa.string())
        for name in COLUMNS
    ]
)
WITHHELD = "C"  # the confidentiality of what a rule of ours withholds
PUBLIC = pa.schema([SCHEMA.field(name) for name in PUBLISHED]).append(
    pa.field("release", pa.int32())  # since which a figure is public as it is
)
_WITHHELD = {
    **{name: f"CASE WHEN rule IS NULL THEN {name} END AS {name}" for name in _NUMBERS},
    "confidentiality": (
        f"CASE WHEN rule IS NULL THEN confidentiality ELSE '{WITHHELD}' END AS confidentiality"
    ),
}
MEMORY = "500MB"
SMALL = 2**20  # bytes
BATCH = 100_000
PART = 1_000_000  # rows compared at a time: as text, they need a fifth of MEMORY
Batches = Iterator[pa.RecordBatch]
DERIVED = "derived"  # the source of rows that are computed from others


class TidyRows:
    """Every tidy row of a refresh, as the view `tidy` of a DuckDB connection."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.withheld = 0  # how many rows stand in the table `withheld`
        self._files: dict[Path, set[str]] = {}  # and the indicators in each
        self._public: list[Path] = []
        self.connection = duckdb.connect(
            config={"memory_limit": MEMORY, "temp_directory": str(folder / "spilled")}
        )
        self.add(pd.DataFrame(columns=list(COLUMNS)))

    def add(self, rows: pd.DataFrame) -> None:
        """Take in rows that stand in memory; columns beyond COLUMNS are left out."""
        path = self.folder / f"{len(self._files):05}.parquet"
        placed = (rows if "sheet" in rows else rows.assign(sheet="")).reindex(columns=list(COLUMNS))
        pq.write_table(pa.Table.from_pandas(placed, SCHEMA, preserve_index=False), path)
        self.add_file(path)

    def add_file(self, path: Path) -> None:
        """Take in a Parquet file of SCHEMA."""
        held = self.connection.execute(f"SELECT DISTINCT indicator FROM {_parquet([path])}")
        self._files[path] = {indicator for (indicator,) in held.fetchall()}
        self._view("tidy", self._files)

    def add_files(self, paths: Sequence[Path]) -> None:
        """Take in Parquet files of SCHEMA. Small ones become one: each costs every question."""
        small = [path for path in paths if path.stat().st_size < SMALL]
        if len(small) > 1:
            together = self.folder / f"{len(self._files):05}.parquet"
            question = f"SELECT {', '.join(COLUMNS)} FROM {_parquet(small)}"
            self.connection.sql(question).write_parquet(str(together))
            paths = [*(path for path in paths if path not in small), together]
        for path in paths:
            self.add_file(path)

    def leave_out(self, table: str) -> None:
        """Take out the rows whose KEY and file stand in a table of the connection."""
        same = ", ".join((*KEY, "file"))
        gone = self.connection.execute(f"SELECT DISTINCT file FROM {table}").fetchall()
        if not gone:
            return
        for path in list(self._files):
            held = f"FROM {_parquet([path])} SEMI JOIN {table} USING (file)"
            if not self.connection.execute(f"SELECT 1 {held} LIMIT 1").fetchall():
                continue
            left = self.folder / f"{len(self._files):05}-{path.stem}.parquet"
            self.connection.sql(
                f"SELECT {', '.join(COLUMNS)} FROM {_parquet([path])} "
                f"ANTI JOIN {table} USING ({same})"
            ).write_parquet(str(left))
            del self._files[path]
            self.add_file(left)

    def _view(self, name: str, files: Collection[Path]) -> None:
        self.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM {_parquet(files)}"
        )

    @property
    def indicators(self) -> set[str]:
        """Which indicators there are rows of."""
        return set().union(*self._files.values())

    def among(self, indicators: Collection[str]) -> str:
        """Return what stands after FROM for the files that hold any of these indicators."""
        wanted = set(indicators)
        return _parquet([file for file, held in self._files.items() if held & wanted])

    def add_answer(self, question: str, parameters: dict[str, Any]) -> None:
        """Take in the rows that a question in SQL about the view `tidy` answers."""
        path = self.folder / f"{len(self._files):05}.parquet"
        answer = self.connection.sql(question, params=parameters)
        columns = ", ".join(COLUMNS)
        answer.project(columns).write_parquet(str(path))
        self.add_file(path)

    def set_published(
        self, batches: Iterable[pa.RecordBatch], changed: Sequence[str] | None
    ) -> None:
        """Make what is public now the view `published`: PUBLISHED.

        `batches` (PUBLIC) are the public figures of the `changed` files and derived ones, and
        become the view `public_then`; those of other files are public as they stand here. With
        None, `batches` are all there is.
        """
        self._public = []
        self.add_published(batches)
        names = ", ".join(PUBLISHED)
        unchanged = ""
        if changed is not None:
            self.connection.execute(
                "CREATE OR REPLACE TEMP TABLE changed AS SELECT unnest($files::VARCHAR[]) AS file",
                {"files": list(changed)},
            )
            unchanged = (
                f"UNION ALL SELECT {names} FROM tidy ANTI JOIN changed USING (file) "
                f"WHERE source <> '{DERIVED}'"
            )
        self.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW published AS SELECT {names} FROM public_then {unchanged}"
        )

    def add_published(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Take in further public figures, in the view `public_then`."""
        path = self.folder / f"published-{len(self._public)}.parquet"
        with pq.ParquetWriter(path, PUBLIC) as writer:
            for batch in batches:
                writer.write_batch(batch)
        self._public.append(path)
        self._view("public_then", self._public)

    def moves(self, files: Sequence[str]) -> tuple[Batches, Batches, Batches]:
        """Return what publishing the rows of these files, and derived ones, would move.

        New or changed rows as in `batches`; the public figures that do not stay, PUBLIC, which
        `public_then` must have all of; and `holdings` of the indicators and periods of either.
        """
        names, key = ", ".join(PUBLISHED), ", ".join(KEY)
        ours, parameters = f"(file IN $files OR source = '{DERIVED}')", {"files": list(files)}
        come, gone = list[Path](), list[Path]()
        for number, part in enumerate(self._parts(ours, parameters)):
            self.connection.execute(
                f"CREATE OR REPLACE TEMP TABLE fresh AS SELECT {names} FROM ({self._shown()}) "
                f"WHERE {ours} AND {part}",
                parameters,
            )
            then = f"FROM public_then WHERE {part}"
            come.append(self.folder / f"come-{number:05}.parquet")
            self.connection.sql(
                f"SELECT {names} FROM fresh EXCEPT SELECT {names} {then} ORDER BY {key}"
            ).write_parquet(str(come[-1]))
            gone.append(self.folder / f"gone-{number:05}.parquet")
            self.connection.sql(
                f"SELECT * FROM (SELECT * {then}) SEMI JOIN "
                f"(SELECT {names} {then} EXCEPT SELECT {names} FROM fresh) USING ({key}) "
                f"ORDER BY {key}"
            ).write_parquet(str(gone[-1]))
        if not come:
            return iter(()), iter(()), iter(())
        self.connection.execute("DROP TABLE fresh")
        cells = "SELECT indicator, period FROM "
        return (
            _in_turn(come),
            _in_turn(gone),
            self.holdings(
                f"SEMI JOIN ({cells}{_parquet(come)} UNION {cells}{_parquet(gone)}) "
                "USING (indicator, period)"
            ),
        )

    def _parts(self, ours: str, parameters: dict[str, Any]) -> Iterator[str]:
        """Yield conditions that take what is compared apart, in the order of the key.

        Each holds for about PART rows: several indicators whole, or some periods of one.
        """
        counted = self.connection.execute(
            "SELECT indicator, period, count(*) AS rows FROM ("
            f"SELECT indicator, period FROM tidy WHERE {ours} "
            "UNION ALL SELECT indicator, period FROM public_then) GROUP BY ALL ORDER BY ALL",
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

    def query(self, question: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """Return the answer to a question in SQL about the view `tidy`."""
        return self.connection.execute(question, list(parameters)).df()

    def batches(self) -> Batches:
        """Yield KEY and MEASURES in the order of the key, BATCH rows at a time.

        What is withheld has no numbers and the same mark whatever the rule, so that the mark does
        not tell which figure is small.
        """
        narrow, texts = [], []
        for name in PUBLISHED:
            if name in _NUMBERS:
                narrow.append(name)
                texts.append(name)
                continue
            # As numbers, ten million rows are put in order in half the time and need not spill.
            known = f"SELECT {name} FROM tidy UNION SELECT '{WITHHELD}' ORDER BY 1"
            self.connection.execute(f"CREATE OR REPLACE TYPE {name}_text AS ENUM ({known})")
            narrow.append(f"{name}::{name}_text AS {name}")
            texts.append(f"{name}::VARCHAR AS {name}")
        ordered = f"SELECT {', '.join(narrow)} FROM ({self._shown()}) ORDER BY {', '.join(KEY)}"
        return self._batches(f"SELECT {', '.join(texts)} FROM ({ordered})")

    def holdings(self, among: str = "") -> Batches:
        """Yield the rows of the table `holding` about all that is to be public, or some of it."""
        shown = sa.table("shown", *(sa.column(name, sa.Text) for name in PUBLISHED))
        counted = holding_of(shown).compile(compile_kwargs={"literal_binds": True})
        order = ", ".join(column.name for column in holding.primary_key)
        return self._batches(
            f"WITH shown AS (SELECT * FROM ({self._shown()}) {among}) {counted} ORDER BY {order}"
        )

    def _shown(self) -> str:
        """Return the question for the rows as they are published: KEY, MEASURES, file."""
        key = ", ".join(KEY)
        if not self.withheld:
            return f"SELECT {', '.join(PUBLISHED)}, file FROM tidy"
        shown = ", ".join(_WITHHELD.get(name, name) for name in MEASURES)
        return f"SELECT {key}, {shown}, file FROM tidy LEFT JOIN withheld USING ({key})"

    def _batches(self, question: str) -> Batches:
        # One answer at a time: the connection forgets the last one.
        reader: pa.RecordBatchReader = self.connection.sql(question).to_arrow_reader(BATCH)
        with ThreadPoolExecutor(1) as maker:  # the next batch is made while the last is written
            coming = maker.submit(next, reader, None)
            while (batch := coming.result()) is not None:
                coming = maker.submit(next, reader, None)
                yield batch

    def spans(self) -> pd.DataFrame:
        """Return the periods that each file's figures lie within: file, first_, last_period."""
        return self.query(
            "SELECT file, min(period) AS first_period, max(period) AS last_period "
            "FROM tidy GROUP BY file"
        )

    def frame(self) -> pd.DataFrame:
        """Return all rows at once: for small sets."""
        return self.query(f"SELECT * FROM tidy ORDER BY {', '.join(KEY)}")


def _between(column: str, values: Sequence[str]) -> str:
    first, last = (value.replace("'", "''") for value in (values[0], values[-1]))
    return f"{column} BETWEEN '{first}' AND '{last}'"


def _in_turn(files: Sequence[Path]) -> Batches:
    for file in files:
        yield from pq.ParquetFile(file).iter_batches(BATCH)


def _parquet(files: Collection[Path]) -> str:
    # DuckDB takes the first file's rows for those of all when it plans: so the largest.
    ordered = sorted(files, key=lambda file: -file.stat().st_size)
    quoted = ", ".join("'" + duckdb_path(file).replace("'", "''") + "'" for file in ordered)
    # The folder of a file is no column: `地区=浙江` is only its name.
    return f"read_parquet([{quoted}], hive_partitioning=false)"


def duckdb_path(path: Path) -> str:
    """Return a path in which DuckDB finds no pattern: `看板[2026]` names that folder alone."""
    return re.sub(r"[*?\[]", r"[\g<0>]", str(path))
