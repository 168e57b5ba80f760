"""The tidy rows of one refresh, in Parquet files on disk: asked with SQL, never held whole.

One row a figure: KEY, MEASURES and where it stood (`file`, `sheet`, `row`). A file of ten
million rows costs no more memory than one of ten. While all of it is little it stands in a table:
to open a file takes longer than to read its rows.

What stands in the text of a question, here and wherever these rows are asked, are names of columns
(KEY and MEASURES of indicators/store/tables.py), of tables of ours and constants; what was read
from a file or named by a person goes in as a parameter (`$name`). The one exception are the paths
of Parquet files, which a view cannot have as parameters: `parquet` quotes them. So no question is
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
_TYPES = {
    name: "DOUBLE" if name in _NUMBERS else "BIGINT" if name == "row" else "VARCHAR"
    for name in COLUMNS
}
_ARROW = {"DOUBLE": pa.float64(), "BIGINT": pa.int64(), "VARCHAR": pa.string()}
SCHEMA = pa.schema([(name, _ARROW[sql]) for name, sql in _TYPES.items()])
WITHHELD = "C"  # the confidentiality of what a rule of ours withholds
FIGURES = pa.schema([SCHEMA.field(name) for name in PUBLISHED])
PUBLIC = FIGURES.append(
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
        columns = ", ".join(f'"{name}" {sql}' for name, sql in _TYPES.items())
        self.connection.execute(f"CREATE TEMP TABLE few ({columns})")
        self._view()

    def add(self, rows: pd.DataFrame) -> None:
        """Take in rows that stand in memory; columns beyond COLUMNS are left out."""
        path = self.folder / f"{len(self._files):05}.parquet"
        placed = (rows if "sheet" in rows else rows.assign(sheet="")).reindex(columns=list(COLUMNS))
        pq.write_table(pa.Table.from_pandas(placed, SCHEMA, preserve_index=False), path)
        self.add_files([path])

    def add_files(self, paths: Sequence[Path]) -> None:
        """Take in Parquet files of SCHEMA. Small ones become one: each costs every question."""
        small = [path for path in paths if path.stat().st_size < SMALL]
        large = [path for path in paths if path.stat().st_size >= SMALL]
        columns, little = ", ".join(COLUMNS), sum(path.stat().st_size for path in small) < SMALL
        if little and not large and not self._files:
            if small:
                self.connection.execute(f"INSERT INTO few SELECT {columns} FROM {parquet(small)}")
            self._view()  # there may have been a file
            return
        if len(small) > 1 or len(self.query("FROM few LIMIT 1")):
            parts = ["few", parquet(small)] if small else ["few"]
            together = self.folder / f"{len(self._files):05}-few.parquet"
            question = " UNION ALL ".join(f"SELECT {columns} FROM {part}" for part in parts)
            self.connection.sql(question).write_parquet(str(together))
            self.connection.execute("TRUNCATE few")
            small = [together]
        for path in [*large, *small]:
            held = self.connection.execute(f"SELECT DISTINCT indicator FROM {parquet([path])}")
            self._files[path] = {indicator for (indicator,) in held.fetchall()}
        self._view()

    def leave_out(self, table: str) -> None:
        """Take out the rows whose KEY and file stand in a table of the connection."""
        same = ", ".join((*KEY, "file"))
        gone = self.connection.execute(f"SELECT DISTINCT file FROM {table}").fetchall()
        if not gone:
            return
        left = f"SELECT {', '.join(COLUMNS)} FROM {{rows}} ANTI JOIN {table} USING ({same})"
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE few AS {left.format(rows='few')}")
        for path in list(self._files):
            held = f"FROM {parquet([path])} SEMI JOIN {table} USING (file)"
            if not self.connection.execute(f"SELECT 1 {held} LIMIT 1").fetchall():
                continue
            fewer = self.folder / f"{len(self._files):05}-{path.stem}.parquet"
            self.connection.sql(left.format(rows=parquet([path]))).write_parquet(str(fewer))
            del self._files[path]
            self.add_files([fewer])

    def _view(self) -> None:
        rows = self._among(self._files)
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW tidy AS SELECT * FROM {rows}")

    @staticmethod
    def _among(files: Collection[Path]) -> str:
        return parquet(files) if files else "few"

    @property
    def indicators(self) -> set[str]:
        """Which indicators there are rows of."""
        few = self.connection.execute("SELECT DISTINCT indicator FROM few").fetchall()
        return {indicator for (indicator,) in few}.union(*self._files.values())

    def among(self, indicators: Collection[str]) -> str:
        """Return what stands after FROM for the rows of these indicators, and maybe others."""
        wanted = set(indicators)
        return self._among([file for file, held in self._files.items() if held & wanted])

    def add_answer(self, question: str, parameters: dict[str, Any]) -> None:
        """Take in the rows that a question in SQL about the view `tidy` answers."""
        columns = ", ".join(COLUMNS)
        if not self._files:  # of few rows follow few
            self.connection.execute(
                f"INSERT INTO few SELECT {columns} FROM ({question})", parameters
            )
            return
        path = self.folder / f"{len(self._files):05}.parquet"
        answer = self.connection.sql(question, params=parameters)
        answer.project(columns).write_parquet(str(path))
        self.add_files([path])

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
        public = f"SELECT * FROM {parquet(self._public)}"
        self.connection.execute(f"CREATE OR REPLACE TEMP VIEW public_then AS {public}")

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
        ordered = f"SELECT {', '.join(narrow)} FROM ({self.shown()}) ORDER BY {', '.join(KEY)}"
        return self._batches(f"SELECT {', '.join(texts)} FROM ({ordered})")

    def holdings(self, cells: pd.DataFrame | None = None) -> Batches:
        """Yield the rows of the table `holding` about all that is to be public.

        cells: the `indicator` and `period` of those wanted.
        """
        among = ""
        if cells is not None:
            self.connection.register("wanted", cells)
            among = "SEMI JOIN wanted USING (indicator, period)"
        shown = sa.table("shown", *(sa.column(name, sa.Text) for name in PUBLISHED))
        counted = holding_of(shown).compile(compile_kwargs={"literal_binds": True})
        order = ", ".join(column.name for column in holding.primary_key)
        return self._batches(
            f"WITH shown AS (SELECT * FROM ({self.shown()}) {among}) {counted} ORDER BY {order}"
        )

    def shown(self) -> str:
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


def parquet(files: Collection[Path]) -> str:
    """Return what stands after FROM for files of one shape."""
    # DuckDB takes the first file's rows for those of all when it plans: so the largest.
    ordered = sorted(files, key=lambda file: -file.stat().st_size)
    quoted = ", ".join("'" + duckdb_path(file).replace("'", "''") + "'" for file in ordered)
    # The folder of a file is no column: `地区=浙江` is only its name.
    return f"read_parquet([{quoted}], hive_partitioning=false)"


def duckdb_path(path: Path) -> str:
    """Return a path in which DuckDB finds no pattern: `看板[2026]` names that folder alone.

    It is absolute: what a relative one begins with would be put before it as it stands.
    """
    return re.sub(r"[*?\[]", r"[\g<0>]", str(path.absolute()))
