"""The tidy rows of one refresh, in Parquet files on disk: asked with SQL, never held whole.

One row a figure: KEY, MEASURES and where it stood (`file`, `sheet`, `row`). A file of ten
million rows costs no more memory than one of ten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from indicators.database import KEY, MEASURES

PLACE = ("file", "sheet", "row")
COLUMNS = (*KEY, *MEASURES, *PLACE)
_NUMBERS = ("value", "numerator", "denominator")
SCHEMA = pa.schema(
    [
        (name, pa.float64() if name in _NUMBERS else pa.int64() if name == "row" else pa.string())
        for name in COLUMNS
    ]
)
MEMORY = "500MB"
BATCH = 100_000


class TidyRows:
    """Every tidy row of a refresh, as the view `tidy` of a DuckDB connection."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: list[Path] = []
        self.connection = duckdb.connect(
            config={"memory_limit": MEMORY, "temp_directory": str(folder / "spilled")}
        )
        self.add(pd.DataFrame(columns=list(COLUMNS)))

    def add(self, rows: pd.DataFrame) -> None:
        """Take in rows that stand in memory; columns beyond COLUMNS are left out."""
        path = self._folder / f"{len(self._files):05}.parquet"
        placed = rows.reindex(columns=list(COLUMNS))
        placed = placed.assign(sheet=placed["sheet"].fillna(""))
        pq.write_table(pa.Table.from_pandas(placed, SCHEMA, preserve_index=False), path)
        self.add_file(path)

    def add_file(self, path: Path) -> None:
        """Take in a Parquet file of SCHEMA."""
        self._files.append(path)
        files = ", ".join("'" + str(file).replace("'", "''") + "'" for file in self._files)
        self.connection.execute(
            f"CREATE OR REPLACE TEMP VIEW tidy AS SELECT * FROM read_parquet([{files}])"  # noqa: S608
        )

    def query(self, question: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """Return the answer to a question in SQL about the view `tidy`."""
        return self.connection.execute(question, list(parameters)).df()

    def batches(self, columns: Sequence[str] = (*KEY, *MEASURES)) -> Iterator[pa.RecordBatch]:
        """Yield all rows in the order of the key, BATCH at a time."""
        names, order = ", ".join(columns), ", ".join(KEY)
        answer = self.connection.execute(
            f"SELECT {names} FROM tidy ORDER BY {order}"  # noqa: S608
        )
        reader: pa.RecordBatchReader = answer.to_arrow_reader(BATCH)
        yield from reader
