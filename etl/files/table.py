"""A file of figures as columns of text, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from etl.figures.declaration import Declaration
from etl.files.listing import Listing
from indicators.findings import message

Numbers = npt.NDArray[np.int64]
Range = tuple[tuple[int, int], tuple[int, int]]  # first and last cell, each (row, column) from 0
TEXT_FILES = (".csv", ".tsv", ".txt")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
SUFFIXES = (*TEXT_FILES, *WORKBOOKS, ".parquet")
LOCKED = "~$"  # how Office begins the name of the file beside one that it has open
_BATCH = 100_000


@dataclass(frozen=True)
class Batch:
    """Some rows: their numbers as a spreadsheet counts, and columns by position from 0."""

    rows: Numbers
    columns: dict[int, Any]


class Table(Protocol):
    """A file of figures. `merged` is None where the file does not say what is merged.

    above: the rows before the header.
    """

    header: list[list[str]]
    above: list[list[str]]

    @property
    def sheet(self) -> str | None: ...

    @property
    def merged(self) -> list[Range] | None: ...

    def batches(self, needed: Collection[int], coded: Collection[int]) -> Iterator[Batch]:
        """Yield the columns `needed`; of `coded` ones few distinct texts are expected."""
        ...


@contextmanager
def open_tables(
    path: Path, declaration: Declaration, listing: Listing
) -> Iterator[list[tuple[Declaration, Callable[[], Table]]]]:
    """Yield how to open the table of a file, or of each declared sheet, and what it is declared.

    Raises `FindingsError` where there is none to read.
    """
    suffix = readable(path, listing)
    if suffix in WORKBOOKS:
        from etl.files.workbook import Workbook, open_book, parted

        with open_book(path, listing) as book:
            yield [
                (declared, partial(Workbook, book, path, declared, listing))
                for declared in parted(book, path, declaration, listing)
            ]
        return
    if declaration.across_sheets is not None:
        listing.stop(
            suffix,
            message("a workbook, for `across_sheets` is declared"),
            message("correct {key} in the declaration", key="across_sheets"),
        )
    if suffix in TEXT_FILES:
        from etl.files.textfile import TextFile

        yield [(declaration, partial(TextFile, path, declaration, listing))]
    else:
        yield [(declaration, partial(ParquetFile, path, listing))]


def readable(path: Path, listing: Listing) -> str:
    """Return the suffix of a file that may hold a table; raises `FindingsError` for all else."""
    suffix = path.suffix.lower()
    if path.name.startswith(LOCKED):
        listing.stop(
            path.name,
            message("a table"),
            message("this is what an office program leaves beside a file it has open: close it"),
        )
    if suffix not in SUFFIXES:
        listing.stop(
            suffix,
            message("one of {kinds}", kinds=", ".join(SUFFIXES)),
            message("save the table again in one of these formats"),
        )
    try:
        size = path.stat().st_size
    except OSError as error:
        listing.stop(
            str(error.strerror), message("a file that can be read"), message("look at its path")
        )
    if size == 0:
        listing.stop("0 B", message("a table"), message("the file is empty: save it again"))
    return suffix


class ParquetFile:
    """A Parquet file: its column names are row 1, as they would be on a sheet."""

    sheet = None
    merged = None

    def __init__(self, path: Path, listing: Listing) -> None:
        self._listing = listing
        try:
            self._file = pq.ParquetFile(path)
            self._names = list(self._file.schema_arrow.names)
        except (pa.ArrowException, OSError, ValueError) as error:
            self._unreadable(error)
        self.header = [self._names]
        self.above: list[list[str]] = []

    def _unreadable(self, error: Exception) -> None:
        self._listing.stop(
            " ".join(str(error).split()),
            message("a whole Parquet file"),
            message("the file is damaged: export it again"),
        )

    def batches(self, needed: Collection[int], coded: Collection[int]) -> Iterator[Batch]:
        row = 2
        names = [self._names[position] for position in sorted(needed)]
        try:
            for part in self._file.iter_batches(_BATCH, columns=names):
                columns = {
                    position: self._column(
                        part.column(part.schema.get_field_index(name)), name, row
                    )
                    for position, name in zip(sorted(needed), names, strict=True)
                }
                self._listing.refuse()
                yield Batch(np.arange(row, row + len(part)), columns)
                row += len(part)
        except (pa.ArrowException, OSError, ValueError) as error:
            self._unreadable(error)

    def _column(self, column: Any, name: str, row: int) -> Any:
        """Return numbers as they are, everything else as text; nothing is the empty text.

        What is no text is listed.
        """
        kind = column.type
        if pa.types.is_floating(kind) or pa.types.is_integer(kind):
            return column
        if pa.types.is_dictionary(kind):
            column = column.dictionary_decode()
        if pa.types.is_timestamp(kind):
            column = column.cast(pa.date32())
        column = column.cast(pa.string()).fill_null("")
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:
            self._list_no_texts(column, name, row)
        return column

    def _list_no_texts(self, column: Any, name: str, first: int) -> None:
        """List the texts that are none: some programs write GBK and say UTF-8."""
        for row, raw in enumerate(column.cast(pa.binary()).to_pylist(), start=first):
            try:
                raw.decode()
            except UnicodeDecodeError:
                self._listing.add(
                    raw[:8].hex(" "),
                    message("text in {encoding}", encoding="UTF-8"),
                    message("the file is damaged: export it again"),
                    row=row,
                    column=name,
                )
