"""The tidy rows of one refresh, in Parquet files on disk: asked with SQL, never held whole.

One row a figure: KEY, MEASURES and where it stood (`file`, `sheet`, `row`). A file of ten
million rows costs no more memory than one of ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from indicators.database import KEY, MEASURES

PLACE = ("file", "sheet", "row")
# How many units a figure counts, and the largest one's part: for suppression, never published.
SIZES = ("contributors", "largest")
COLUMNS = (*KEY, *MEASURES, *PLACE, *SIZES)
PUBLISHED = (*KEY, "value", "status", "confidentiality")
_NUMBERS = ("value", "numerator", "denominator", *SIZES)
SCHEMA = pa.schema(
    [
        (name, pa.float64() if name in _NUMBERS else pa.int64() if name == "row" else pa.string())
        for name in COLUMNS
    ]
)
_WITHHELD = {
    **{name: f"CASE WHEN rule IS NULL THEN {name} END AS {name}" for name in _NUMBERS},
    "confidentiality": (
        "CASE WHEN rule IS NULL THEN confidentiality ELSE 'C' END AS confidentiality"
    ),
}
MEMORY = "500MB"
BATCH = 100_000
DERIVED = "derived"  # the source of rows that are computed from others


class TidyRows:
    """Every tidy row of a refresh, as the view `tidy` of a DuckDB connection."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.withheld = 0  # how many rows stand in the table `withheld`
        self._files: list[Path] = []
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
        self._files.append(path)
        # The size of the first file is what DuckDB takes for that of all: so not the empty one.
        files = ", ".join(
            "'" + str(file).replace("'", "''") + "'" for file in self._files[1:] or self._files
        )
        self.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW tidy AS SELECT * FROM read_parquet([{files}])"  # noqa: S608
        )

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
        """Make what is public now the view `published`: key, value, status, confidentiality.

        `batches` are the public figures of the `changed` files and derived ones; those of other
        files are public as they stand here. With None, `batches` are all there is.
        """
        path = self.folder / "published.parquet"
        schema = pa.schema([SCHEMA.field(name) for name in PUBLISHED])
        with pq.ParquetWriter(path, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
        names = ", ".join(PUBLISHED)
        unchanged = ""
        if changed is not None:
            self.connection.execute(
                "CREATE OR REPLACE TEMP TABLE changed AS SELECT unnest($files::VARCHAR[]) AS file",
                {"files": list(changed)},
            )
            unchanged = (
                f"UNION ALL SELECT {names} FROM tidy ANTI JOIN changed USING (file) "  # noqa: S608
                f"WHERE source <> '{DERIVED}'"
            )
        self.connection.read_parquet(str(path)).create_view("public_then")
        self.connection.execute(
            f"CREATE TEMP VIEW published AS SELECT {names} FROM public_then {unchanged}"  # noqa: S608
        )

    def query(self, question: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """Return the answer to a question in SQL about the view `tidy`."""
        return self.connection.execute(question, list(parameters)).df()

    def batches(self, files: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yield KEY and MEASURES in the order of the key, BATCH rows at a time.

        With `files`, only the rows of these and derived ones. What is withheld has no numbers and
        the same mark whatever the rule, so that the mark does not tell which figure is small.
        """
        names, order = ", ".join((*KEY, *MEASURES)), ", ".join(KEY)
        shown, join = names, ""
        if self.withheld:
            join = f"LEFT JOIN withheld USING ({order})"
            shown = f"{order}, {', '.join(_WITHHELD.get(name, name) for name in MEASURES)}"
        chosen = "" if files is None else f"WHERE file IN $files OR source = '{DERIVED}'"
        answer = self.connection.sql(
            f"SELECT {shown} FROM tidy {join} {chosen} ORDER BY {order}",  # noqa: S608
            params={} if files is None else {"files": list(files)},
        )
        reader: pa.RecordBatchReader = answer.to_arrow_reader(BATCH)
        yield from reader

    def spans(self) -> pd.DataFrame:
        """Return the periods that each file's figures lie within: file, first_, last_period."""
        return self.query(
            "SELECT file, min(period) AS first_period, max(period) AS last_period "
            "FROM tidy GROUP BY file"
        )

    def frame(self) -> pd.DataFrame:
        """Return all rows at once: for small sets."""
        return self.query(f"SELECT * FROM tidy ORDER BY {', '.join(KEY)}")  # noqa: S608
