"""A file of figures as columns of text, a batch of rows at a time: one list of what is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from etl.files.listing import Listing
from indicators.findings import message

Numbers = npt.NDArray[np.int64]
Range = tuple[tuple[int, int], tuple[int, int]]  # first and last cell, each (row, column) from 0
TEXT_FILES = (".csv", ".tsv", ".txt")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
SUFFIXES = (*TEXT_FILES, *WORKBOOKS, ".parquet")
LOCKED = "~$"  # how Office begins the name of the file beside one that it has open
INSIDE = "declaration"  # the sheet of a template that holds its declaration
ROWS, COLUMNS = 2_000, 2_000  # of a sample
_BATCH = 100_000


@dataclass(frozen=True, kw_only=True)
class Form:
    """How a table is written in a file; header rows count as a spreadsheet does.

    number_formats: whether a figure is what a workbook stores or what it shows. hidden: whether
    hidden rows and columns are read.
    """

    header: tuple[int, ...] = (1,)
    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    number_formats: str | None = None
    hidden: str | None = None


@dataclass(frozen=True)
class Batch:
    """Some rows: their numbers as a spreadsheet counts, and columns by position from 0."""

    rows: Numbers
    columns: dict[int, Any]


class Table(Protocol):
    """A table of a file. `merged` is None where the file does not say what is merged.

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


@dataclass
class Sample:
    """The first rows as text, what is merged in them (None: not known), how the file is written.

    Of a workbook, what a person sees: hidden rows and columns are empty. width: how many columns
    the file has; at most COLUMNS of them are in `rows`. hidden: whether something hidden was left
    out; scaled: whether number formats show other figures than are stored. marked: whether the
    file's first bytes say its encoding.
    """

    rows: list[list[str]]
    width: int
    merged: list[Range] | None = None
    sheet: str = ""
    encoding: str = ""
    marked: bool = False
    separator: str = ""
    hidden: bool = False
    scaled: bool = False


class Source(AbstractContextManager["Source"], Protocol):
    """An open file. names: of its sheets, none of all but a workbook; sheets: those that can be
    seen and hold anything.
    """

    names: list[str]

    @property
    def sheets(self) -> list[str]: ...

    def table(self, form: Form) -> Table:
        """Return its table, or that of a sheet; raises `FindingsError` where there is none."""
        ...

    def samples(self) -> list[Sample]:
        """Return the beginning of each table."""
        ...


class ParquetFile(AbstractContextManager["ParquetFile"]):
    """A Parquet file: its column names are row 1, as they would be on a sheet."""

    sheet = None
    merged = None

    def __init__(self, path: Path, listing: Listing) -> None:
        self.above: list[list[str]] = []
        self.names: list[str] = []
        self.sheets: list[str] = []
        self._listing = listing
        try:
            self._file = pq.ParquetFile(path)
            self._names = list(self._file.schema_arrow.names)
        except (pa.ArrowException, OSError, ValueError):
            self._unreadable()
        self.header = [self._names]

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def table(self, form: Form) -> Table:
        """Return the table that the file is."""
        return self

    def samples(self) -> list[Sample]:
        """Return the first rows."""
        columns = range(min(COLUMNS, len(self._names)))
        batch = next(self.batches(columns, ()), Batch(np.array([], np.int64), {}))
        cells = [batch.columns[p].slice(0, ROWS).to_pylist() for p in columns if batch.columns]
        rows = [
            ["" if cell is None else str(cell) for cell in row] for row in zip(*cells, strict=True)
        ]
        return [Sample([self._names[:COLUMNS], *rows], len(self._names))]

    def _unreadable(self) -> NoReturn:
        self._listing.stop(
            self._listing.file,
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
        except (pa.ArrowException, OSError, ValueError):
            self._unreadable()

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


def letter(position: int) -> str:
    """Return what a spreadsheet calls a column: A for 0, AA for 26."""
    letters, position = "", position + 1
    while position:
        position, place = divmod(position - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


def position(letters: str) -> int | None:
    """Return which column a spreadsheet calls so, from 0; None where it is no such name."""
    if not re.fullmatch("[A-Z]{1,3}", letters):
        return None
    place = 0
    for sign in letters:
        place = place * 26 + ord(sign) - ord("A") + 1
    return place - 1
