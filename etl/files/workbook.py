"""XLSX, XLS and ODS workbooks: one sheet as text, as a person sees it."""

from __future__ import annotations

import codecs
import datetime
from collections.abc import Collection, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa
import python_calamine as calamine

from etl.figures.declaration import INSIDE, Declaration
from etl.files import compound
from etl.files.listing import Listing
from etl.files.number_formats import ranges, shown
from etl.files.package import Cell, Marks, check, is_locked, marks, too_many
from etl.files.table import Batch, Range
from indicators.findings import message

SIZE = 200 << 20
_DAYS = 2_958_466  # to the end of the year 9999, the last that spreadsheets know
_BATCH = 50_000
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class Workbook:
    """One sheet of a workbook. Formulas count with the value that was computed last."""

    def __init__(
        self,
        book: calamine.CalamineWorkbook,
        path: Path,
        declaration: Declaration,
        listing: Listing,
    ) -> None:
        self._listing = listing
        self.sheet = _chosen(book, declaration, listing)
        listing.sheet = self.sheet
        # What would not fit is found in the package, before calamine spreads a sheet out.
        self._marks = _marks(path, self.sheet, listing)
        self._cells = cells(book, self.sheet, listing)
        _put_raised(self._cells, self._marks)
        self.merged: list[Range] | None = book.get_sheet_by_name(self.sheet).merged_cell_ranges
        self._declaration = declaration
        self._scaled: dict[int, tuple[int, str, str]] = {}  # by column: how many, the first
        if declaration.hidden == "leave_out":
            self._leave_out_hidden()
        self._first = max(declaration.header)
        rows = [
            [text(value) for value in row]
            for row in self._cells[min(declaration.header) - 1 : self._first]
        ]
        if len(self._cells) < self._first or not any(map(str.strip, rows[-1])):
            listing.stop(
                str(len(self._cells)),
                message("a header in row {row}", row=self._first),
                message("correct `header` in the declaration, or the file"),
                row=self._first,
            )
        self.header = rows
        self.above = [
            [text(value) for value in row] for row in self._cells[: min(declaration.header) - 1]
        ]

    def _leave_out_hidden(self) -> None:
        """Empty what cannot be seen."""
        for row, values in enumerate(self._cells):
            for column in range(len(values)):
                if row in self._marks.hidden_rows or column in self._marks.hidden_columns:
                    values[column] = ""

    def _warn_of_hidden(self, needed: Collection[int]) -> None:
        rows = [
            row + 1
            for row in self._marks.hidden_rows
            if self._first <= row < len(self._cells) and any(map(str, self._cells[row]))
        ]
        columns = sorted(self._marks.hidden_columns & set(needed))
        if self._declaration.hidden is None and (rows or columns):
            self._listing.warn(
                " | ".join(filter(None, (ranges(rows), *map(self._label, columns)))),
                message("no hidden row or column"),
                message(
                    "hidden: {places}. They are read too: show them, or declare `hidden: read` or "
                    "`hidden: leave_out`",
                    places=[
                        *([message("rows {rows}", rows=ranges(rows))] if rows else []),
                        *(message("column {column}", column=self._label(at)) for at in columns),
                    ],
                ),
            )

    def batches(self, needed: Collection[int], coded: Collection[int]) -> Iterator[Batch]:
        self._warn_of_hidden(needed)
        yield from self._batches(needed)
        for column, (row, found, code) in self._scaled.items():
            self._listing.add(
                found,
                message("what is shown and what is stored to be the same figure"),
                message(
                    "the number format {code} shows another figure: declare "
                    "`number_formats: shown` if the unit is that of what is shown, "
                    "`number_formats: stored` if not",
                    code=code,
                ),
                row=row,
                column=self._label(column),
            )

    def _batches(self, needed: Collection[int]) -> Iterator[Batch]:
        for begin in range(self._first, len(self._cells), _BATCH):
            rows = self._cells[begin : begin + _BATCH]
            columns = {
                column: pa.array(
                    [
                        self._text(row[column], (begin + offset, column))
                        for offset, row in enumerate(rows)
                    ],
                    pa.string(),
                )
                for column in needed
            }
            yield Batch(np.arange(begin, begin + len(rows)) + 1, columns)

    def _text(self, value: Any, cell: Cell) -> str:
        if cell in self._marks.error or cell in self._marks.formula:
            row, column = cell[0] + 1, self._label(cell[1])
            if cell in self._marks.error:
                self._listing.add(
                    "#", message("a value"), message("the formula in this cell failed: correct it"),
                    row=row, column=column,
                )  # fmt: skip
            else:
                self._listing.add(
                    "=", message("the value of the formula"),
                    message("open the workbook in a spreadsheet program and save it: "
                            "it holds no computed value"),
                    row=row, column=column,
                )  # fmt: skip
        value = _dated(value, cell, self._marks)
        scaled = isinstance(value, float | int) and cell in self._marks.scaled
        if scaled and cell not in self._marks.percent:
            return self._unscaled(value, cell)
        return _seen(value, cell, self._marks)

    def _unscaled(self, value: float, cell: Cell) -> str:
        """Return the figure of a cell whose number format may show another, as it is declared."""
        code = self._marks.scaled[cell]
        seen = shown(code, value)
        figure = f"{_exact(value).scaleb(seen.power):f}"
        declared = self._declaration.number_formats
        if declared == "shown":
            return figure + seen.multiple
        if declared is None and seen.differs and value:
            found = f"{text(value)} → {figure}{seen.multiple}"
            self._scaled.setdefault(cell[1], (cell[0] + 1, found, code))
        return text(value)

    def _label(self, column: int) -> str:
        return next((row[column] for row in reversed(self.header) if row[column]), "")


def cells(book: calamine.CalamineWorkbook, sheet: str, listing: Listing) -> list[list[Any]]:
    """Return a sheet's cells from A1 on; raises `FindingsError` where they cannot be read."""
    try:
        return book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except BaseException as error:
        damaged(listing, error)


def shown_cells(
    book: calamine.CalamineWorkbook, path: Path, sheet: str, count: int, listing: Listing
) -> tuple[list[list[str]], bool, bool]:
    """Return the first rows of a sheet as a person sees them, whether anything is hidden, and
    whether a number format shows another figure than is stored.
    """
    known = marks(path, sheet, listing) if _packed(path) else Marks()
    hidden = False
    rows: list[list[str]] = []
    values = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False, nrows=count)
    _put_raised(values, known)
    for row, line in enumerate(values):
        cells: list[str] = []
        for column, value in enumerate(line):
            unseen = row in known.hidden_rows or column in known.hidden_columns
            hidden |= unseen and bool(text(value).strip())
            cells.append("" if unseen else _seen(value, (row, column), known))
        rows.append(cells)
    return rows, hidden, bool(known.scaled)


def _put_raised(values: list[list[Any]], known: Marks) -> None:
    """Put texts with a raised part in as they are seen."""
    for (row, column), words in known.raised.items():
        if row < len(values) and column < len(values[row]):
            values[row][column] = words


def _dated(value: Any, cell: Cell, known: Marks) -> Any:
    """Return a number that is shown as a day as that day."""
    if cell in known.dates and isinstance(value, float | int) and 0 <= value < _DAYS:
        return known.first_day + datetime.timedelta(days=int(value))
    return value


def _seen(value: Any, cell: Cell, known: Marks) -> str:
    value = _dated(value, cell, known)
    if isinstance(value, float | int) and cell in known.percent:
        return f"{_exact(value) * 100:f}%"
    if isinstance(value, datetime.date) and cell in known.year:
        return str(value.year)
    return text(value)


def filled_sheets(book: calamine.CalamineWorkbook, path: Path, listing: Listing) -> list[str]:
    """Return the visible sheets that hold anything; `FindingsError` where one cannot be read."""
    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == calamine.SheetVisibleEnum.Visible
        and _height(book, path, sheet.name, listing)
    ]


def _height(book: calamine.CalamineWorkbook, path: Path, sheet: str, listing: Listing) -> int:
    if _packed(path):
        marks(path, sheet, listing)  # what would not fit is refused before it is spread out
    try:
        return int(book.get_sheet_by_name(sheet).height)
    except BaseException as error:
        damaged(listing, error)


def parted(
    book: calamine.CalamineWorkbook, path: Path, declaration: Declaration, listing: Listing
) -> list[Declaration]:
    """Return what is declared of each sheet that is a table: of one, or of every part."""
    key = declaration.across_sheets
    if key is None:
        return [declaration]
    sheets = declaration.sheets or {name: name for name in filled_sheets(book, path, listing)}
    for name in sheets:
        if name not in book.sheet_names:
            listing.add(
                " / ".join(book.sheet_names),
                message("the sheet {name}", name=name),
                message("correct `sheets` in the declaration"),
            )
    listing.refuse()
    return [
        replace(declaration, sheet=name, fixed={**declaration.fixed, key: said})
        for name, said in sheets.items()
    ]


def _marks(path: Path, sheet: str, listing: Listing) -> Marks:
    """Return what a workbook says of a sheet's cells beside their values."""
    if _packed(path):
        return marks(path, sheet, listing)
    try:
        return compound.marks(path, sheet)
    except Exception as error:
        damaged(listing, error)


def _packed(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == b"PK"


def open_book(path: Path, listing: Listing) -> calamine.CalamineWorkbook:
    """Return an open workbook; raises `FindingsError` where it is too large, locked or damaged."""
    size = path.stat().st_size
    if size > SIZE:
        listing.stop(
            f"{size >> 20} MB",
            message("a workbook of at most {size} MB", size=SIZE >> 20),
            message("save the table as CSV: that may be of any size"),
        )
    content = path.read_bytes()
    start = content[:2_000].removeprefix(codecs.BOM_UTF8).replace(b"\0", b"").lstrip().lower()
    if start.startswith(b"<"):
        listing.stop(
            "XML" if b"urn:schemas-microsoft-com:office:spreadsheet" in start else "HTML",
            message("a workbook"),
            message(
                "its name ends in {suffix}, but it is a text that programs show as a table: open "
                "it in a spreadsheet program and save it as XLSX",
                suffix=path.suffix,
            ),
        )
    if start and b"\0" not in content and not content.startswith((b"PK", compound.COMPOUND)):
        listing.stop(
            repr(start[:20].decode("ascii", "replace")),
            message("a workbook"),
            message(
                "its name ends in {suffix}, but it is plain text: name it .csv or .txt",
                suffix=path.suffix,
            ),
        )
    if content.startswith(compound.COMPOUND):
        if _ENCRYPTED in content:
            _locked(listing)
        _bounded(path, listing)
    if _packed(path):
        if is_locked(path, listing):
            _locked(listing)
        check(path, listing)
    try:
        return calamine.load_workbook(path)
    except calamine.PasswordError:
        _locked(listing)
    except BaseException as error:
        damaged(listing, error)


def _bounded(path: Path, listing: Listing) -> None:
    """Refuse a compound file that is damaged, or a sheet of which would not fit into memory."""
    try:
        sizes = compound.sizes(path)
    except Exception as error:
        damaged(listing, error)
    for rows, columns in sizes:
        too_many(rows, columns, listing)


def _locked(listing: Listing) -> NoReturn:
    listing.stop(
        listing.file,
        message("a workbook without a password"),
        message("open the workbook, take its password off and save it"),
    )


def damaged(listing: Listing, error: BaseException) -> NoReturn:
    """Refuse a workbook that cannot be read; calamine may panic, which is no `Exception`.

    Its own words help nobody: they are of records and XML, and in English.
    """
    if isinstance(error, MemoryError) or not (
        isinstance(error, Exception) or type(error).__name__ == "PanicException"
    ):
        raise error
    listing.stop(
        listing.file,
        message("a whole workbook"),
        message("the file is damaged: open it in a spreadsheet program and save it again"),
    )


def _chosen(book: calamine.CalamineWorkbook, declaration: Declaration, listing: Listing) -> str:
    """Return the declared sheet, or the only one that can be seen."""
    declared = declaration.sheet
    visible = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.visible == calamine.SheetVisibleEnum.Visible
    ]
    if declared is not None:
        if declared not in book.sheet_names:
            listing.stop(
                " / ".join(book.sheet_names),
                message("the sheet {name}", name=declared),
                message("correct `sheet` in the declaration"),
            )
    elif len(visible) != 1:
        listing.stop(
            " / ".join(visible),
            message("one sheet"),
            message("say under `sheet` which of them holds the figures"),
        )
    chosen = declared or visible[0]
    hidden = [name for name in book.sheet_names if name not in (*visible, chosen, INSIDE)]
    expected = message("no hidden sheet")
    said = any(warning.expected == expected for warning in listing.warnings)  # of another sheet
    if hidden and declaration.hidden is None and not said:
        listing.warn(
            " / ".join(hidden),
            expected,
            message("they are not read: show or delete them, or declare `hidden: leave_out`"),
        )
    return chosen


def text(value: Any) -> str:
    """Return a cell's value as it would be written; a date in ISO form."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float | int):
        return f"{_exact(value):f}"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _exact(value: float) -> Decimal:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return Decimal(int(value))
    return Decimal(repr(value))
