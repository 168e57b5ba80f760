"""Many rows in and out of the database, by the driver's own fast road."""

from __future__ import annotations

import gc
import io
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa

# Rows in one statement on SQLite: it then finds the end of the table once for all of them.
TOGETHER = 50
T = TypeVar("T")


def insert_rows(connection: sa.Connection, table: sa.Table, rows: pd.DataFrame) -> None:
    """Write `rows` (columns of `table`, missing as None/NaN); see `insert_batches`."""
    import pyarrow as pa

    names = [column.name for column in table.columns if column.name in rows.columns]
    held = pa.Table.from_pandas(rows[names], preserve_index=False)
    insert_batches(connection, table, held.to_batches())


def insert_batches(
    connection: sa.Connection,
    table: sa.Table,
    batches: Iterable[pa.RecordBatch],
    *,
    over: bool = False,
) -> int:
    """Write batches of columns of `table` by the driver's own fast road; return their rows.

    COPY on PostgreSQL; on SQLite rows TOGETHER in a prepared statement, there also over rows at the
    same keys: in half the time that it takes to delete these first. The caller owns the
    transaction, and rolls it back where a row is refused: some rows before it stand by then.
    """
    if over and connection.dialect.name != "sqlite":
        raise ValueError("only SQLite writes over rows")
    # A plain INSERT of many takes all of them back with one: SQLite keeps pages twice for that.
    verb = "REPLACE" if over else "INSERT OR FAIL"
    raw = connection.connection.driver_connection
    if raw is None:
        raise RuntimeError("the connection is closed")
    written = 0
    for batch in batches:
        written += batch.num_rows
        names = ", ".join(f'"{name}"' for name in batch.schema.names)
        if connection.dialect.name == "postgresql":
            _copy(raw, f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT csv)', batch)
        else:
            marks = f"({', '.join('?' * batch.num_columns)})"
            for together, rows in _together(batch):
                values = ", ".join([marks] * together)
                raw.executemany(f'{verb} INTO "{table.name}" ({names}) VALUES {values}', rows)
    return written


def _together(batch: pa.RecordBatch) -> Iterator[tuple[int, Iterable[list[Any]]]]:
    """Yield a batch's rows, TOGETHER in one list and then one by one, and how many are in each."""
    rows = _rows(batch)
    whole = len(rows) - len(rows) % TOGETHER
    for together, some in ((TOGETHER, rows[:whole]), (1, rows[whole:])):
        cells, step = some.ravel().tolist(), together * batch.num_columns
        yield together, (cells[at : at + step] for at in range(0, len(cells), step))


def delete_batches(
    connection: sa.Connection, table: sa.Table, keys: Iterable[pa.RecordBatch]
) -> None:
    """Take out of an SQLite table the rows at keys, each a row of columns of it."""
    raw = connection.connection.driver_connection
    if raw is None:
        raise RuntimeError("the connection is closed")
    for batch in keys:
        same = " AND ".join(f'"{name}" = ?' for name in batch.schema.names)
        raw.executemany(f'DELETE FROM "{table.name}" WHERE {same}', _rows(batch).tolist())


def read_batches(
    connection: sa.Connection, question: sa.Select[Any], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """Yield an answer of many rows, by COPY on PostgreSQL; `schema` has its columns."""
    is_server = connection.dialect.name == "postgresql"
    batches = (_copied if is_server else _fetched)(connection, question, schema)
    while True:
        # Never while the reader is busy with a batch, however long that takes.
        with _uncollected():
            batch = next(batches, None)
        if batch is None:
            return
        yield batch


def read_page(
    connection: sa.Connection, question: sa.Select[Any], schema: pa.Schema, *, few: bool = False
) -> pa.Table:
    """Return an answer that fits into memory, in one piece; `question` has a limit.

    `schema` has its columns, texts as dictionaries: most are few that come again and again. On
    SQLite in a third of the time of `read_batches`, while other threads of this program work; but
    a `few` rows are read before that question is put together.
    """
    import pyarrow as pa

    page = None
    if connection.dialect.name == "sqlite" and not few:
        page = _written(connection, question, schema)
    if page is None:
        page = pa.Table.from_batches(read_batches(connection, question, schema), schema)
    return page.combine_chunks()


_CELL, _LINE = "\x1f", "\n"  # what ends them
_FINE = 2.0**62  # by this a number's fraction becomes a whole number


def _written(
    connection: sa.Connection, question: sa.Select[Any], schema: pa.Schema
) -> pa.Table | None:
    """Return an answer that SQLite writes as one text, which Arrow reads; None where it cannot be.

    SQLite's decimals are not always those of the number: it stands there as two whole numbers.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv

    names, cells, exact = list[str](), list[sa.ColumnElement[Any]](), list[Any]()
    for field in schema:
        cell = question.selected_columns[field.name]
        if pa.types.is_floating(field.type):
            whole = sa.cast(cell, sa.Integer)
            rest = sa.cast((cell - whole) * _FINE, sa.Integer)
            names += [field.name, _rest(field.name)]
            cells += [whole, rest]
            exact.append(sa.or_(cell.is_(None), cell == whole + rest * (1 / _FINE)))
        else:
            names.append(field.name)
            cells.append(cell)
    line = sa.func.printf(_CELL.join(["%s"] * len(cells)), *cells)
    lines = question.with_only_columns(
        sa.case((sa.and_(True, *exact), line)).label("line")
    ).subquery()
    text = sa.cast(sa.func.group_concat(lines.c.line, _LINE), sa.LargeBinary)
    [(content, written, rows)] = connection.execute(
        sa.select(text, sa.func.count(lines.c.line), sa.func.count())
    )
    if written < rows:
        return None
    if not rows:
        return schema.empty_table()
    numbers = {name: pa.float64() for name in names if name not in schema.names}
    try:
        read = csv.read_csv(
            pa.BufferReader(content),
            csv.ReadOptions(column_names=names, block_size=len(content) + 1),
            csv.ParseOptions(delimiter=_CELL, quote_char=False, ignore_empty_lines=False),
            csv.ConvertOptions(
                column_types={field.name: field.type for field in schema} | numbers,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid:
        return None
    columns = [
        pc.add(read[name], pc.divide(read[_rest(name)], _FINE))
        if _rest(name) in numbers
        else read[name]
        for name in schema.names
    ]
    # A text that holds what ends a cell or a line would be two.
    return pa.table(columns, schema=schema) if read.num_rows == rows else None


def _rest(name: str) -> str:
    return f"{name} rest"


def ahead(parts: Iterator[T]) -> Iterator[T]:
    """Yield the same parts: each is made in a thread while the one before it is in use."""
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, parts, None)
        while (part := coming.result()) is not None:
            coming = maker.submit(next, parts, None)
            yield part


def _fetched(
    connection: sa.Connection, question: sa.Select[Any], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    streamed = connection.execution_options(stream_results=True)
    for part in streamed.execute(question).partitions(10_000):
        cells = zip(zip(*part, strict=True), schema.types, strict=True)
        columns = [pa.array(column, kind) for column, kind in cells]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile: among many rows it takes half the time and finds none."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


def _copied(
    connection: sa.Connection, question: sa.Select[Any], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    from pyarrow import csv

    raw = connection.connection.driver_connection
    if raw is None:
        raise RuntimeError("the connection is closed")
    compiled = question.compile(
        dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
    )
    names, lines = csv.ReadOptions(column_names=schema.names), csv.ParseOptions()
    lines.newlines_in_values = True
    kinds = csv.ConvertOptions(column_types=schema, null_values=[""], strings_can_be_null=True)
    kinds.quoted_strings_can_be_null = False
    statement = f"COPY ({compiled}) TO STDOUT (FORMAT csv)"
    with raw.cursor() as cursor, cursor.copy(statement, compiled.params) as copy:
        while part := b"".join(islice(copy, 100_000)):
            yield from csv.read_csv(io.BytesIO(part), names, lines, kinds).to_batches()


def _rows(batch: pa.RecordBatch) -> npt.NDArray[np.object_]:
    """Return a batch's cells as the driver takes them, row by row."""
    import numpy as np

    rows = np.empty((batch.num_rows, batch.num_columns), dtype=object)
    for place, column in enumerate(batch.columns):
        rows[:, place] = _cells(column)
    return rows


def _cells(column: pa.Array) -> Iterable[Any]:
    """Return a column's cells; each text is made once, not once a row."""
    import numpy as np
    import pyarrow as pa

    cells: Iterable[Any]
    kind = column.type
    if pa.types.is_floating(kind) or (pa.types.is_integer(kind) and not column.null_count):
        cells = column.to_numpy(zero_copy_only=False)  # SQLite stores NaN as NULL
    elif pa.types.is_string(kind):
        encoded = column.dictionary_encode()
        texts = np.array([*encoded.dictionary.to_pylist(), None], dtype=object)
        cells = texts[encoded.indices.fill_null(len(texts) - 1).to_numpy()]
    else:
        cells = column.to_pylist()
    return cells


def _copy(raw: Any, statement: str, batch: pa.RecordBatch) -> None:
    import pyarrow as pa
    from pyarrow import csv

    sink = pa.BufferOutputStream()
    # Text in quotes, nothing without: so an empty text and a missing one stay apart.
    csv.write_csv(batch, sink, csv.WriteOptions(include_header=False, quoting_style="needed"))
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(sink.getvalue().to_pybytes())
