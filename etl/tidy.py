"""The tidy rows of one refresh, in Parquet files on disk: asked with SQL, never held whole.

One row a figure: KEY, MEASURES and where it stood (`file`, `sheet`, `row`). A file of ten
million rows costs no more memory than one of ten.

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
SCHEMA = pa.schema(
    [
        (name, pa.float64() if name in _NUMBERS else pa.int64() if name == "row" else pa.string())
        for name in COLUMNS
    ]
)
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
        self.add(pd.DataFrame(columns=list(COLUMNS)))

    def add(self, rows: pd.DataFrame) -> None:
        """Take in rows that stand in memory; columns beyond COLUMNS are left out."""
        path = self.folder / f"{len(self._files):05}.parquet"
        placed = (rows if "sheet" in rows else rows.assign(sheet="")).reindex(columns=list(COLUMNS))
        pq.write_table(pa.Table.from_pandas(placed, SCHEMA, preserve_index=False), path)
        self.add_file(path)

    def add_file(self, path: Path) -> None:
        """Take in a Parquet file of SCHEMA."""
        held = self.connection.execute(f"SELECT DISTINCT indicator FROM {parquet([path])}")
        self._files[path] = {indicator for (indicator,) in held.fetchall()}
        self._view("tidy", self._files)

    def add_files(self, paths: Sequence[Path]) -> None:
        """Take in Parquet files of SCHEMA. Small ones become one: each costs every question."""
        small = [path for path in paths if path.stat().st_size < SMALL]
        if len(small) > 1:
            together = self.folder / f"{len(self._files):05}.parquet"
            question = f"SELECT {', '.join(COLUMNS)} FROM {parquet(small)}"
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
            held = f"FROM {parquet([path])} SEMI JOIN {table} USING (file)"
            if not self.connection.execute(f"SELECT 1 {held} LIMIT 1").fetchall():
                continue
            left = self.folder / f"{len(self._files):05}-{path.stem}.parquet"
            self.connection.sql(
                f"SELECT {', '.join(COLUMNS)} FROM {parquet([path])} "
                f"ANTI JOIN {table} USING ({same})"
            ).write_parquet(str(left))
            del self._files[path]
            self.add_file(left)

    def _view(self, name: str, files: Collection[Path]) -> None:
        self.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM {parquet(files)}"
        )

    @property
    def indicators(self) -> set[str]:
        """Which indicators there are rows of."""
        return set().union(*self._files.values())

    def among(self, indicators: Collection[str]) -> str:
        """Return what stands after FROM for the files that hold any of these indicators."""
        wanted = set(indicators)
        return parquet([file for file, held in self._files.items() if held & wanted])

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
    """Return a path in which DuckDB finds no pattern: `看板[2026]` names that folder alone."""
    return re.sub(r"[*?\[]", r"[\g<0>]", str(path))
