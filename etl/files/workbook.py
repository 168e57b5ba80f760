"""XLSX, XLS and ODS workbooks: their sheets as text, as a person sees them."""

from __future__ import annotations

import codecs
import datetime
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa
import python_calamine as calamine

from etl.files import package, xls
from etl.files.listing import Listing
from etl.files.number_formats import ranges, shown
from etl.files.package import Cell, Marks
from etl.files.table import COLUMNS, INSIDE, ROWS, Batch, Form, Range, Sample
from indicators.findings import message

SIZE = 200 << 20
_DAYS = 2_958_466  # to the end of the year 9999, the last that spreadsheets know
_BATCH = 50_000
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class Workbook(AbstractContextManager["Workbook"]):
    """An open workbook. Raises `FindingsError` where it is too large, locked or damaged."""

    def __init__(self, path: Path, listing: Listing) -> None:
        self._path, self._listing = path, listing
        self._marks: dict[str, Marks] = {}
        if (size := path.stat().st_size) > SIZE:
            listing.stop(
                f"{size >> 20} MB",
                message("a workbook of at most {size} MB", size=SIZE >> 20),
                message("save the table as CSV: that may be of any size"),
            )
        content = path.read_bytes()
        self._packed = content.startswith(b"PK")
        self._refuse_text(content)
        if self._packed:
            self._marks |= package.check(path, listing)
        elif content.startswith(xls.COMPOUND):
            if _ENCRYPTED in content:
                package.locked(listing)
            self._refuse_large()
        try:
            self._book = calamine.load_workbook(path)
        except calamine.PasswordError:
            package.locked(listing)
        except BaseException as error:
            self._damaged(error)
        self.names: list[str] = self._book.sheet_names

    def __exit__(self, *error: object) -> None:
        self._book.close()

    @property
    def visible(self) -> list[str]:
        """Return the sheets that can be seen."""
        shown = calamine.SheetVisibleEnum.Visible
        return [sheet.name for sheet in self._book.sheets_metadata if sheet.visible == shown]

    @cached_property
    def sheets(self) -> list[str]:
        """The sheets that can be seen and hold anything."""
        return [name for name in self.visible if self._height(name)]

    def cells(self, sheet: str, count: int | None = None) -> list[list[Any]]:
        """Return a sheet's first cells from A1 on, texts with a raised part as they are seen."""
        marks = self.marks(sheet)  # what would not fit is refused before it is spread out
        try:
            found = self._book.get_sheet_by_name(sheet)
            values = found.to_python(skip_empty_area=False, nrows=count)
        except BaseException as error:
            self._damaged(error)
        for (row, column), words in marks.raised.items():
            if row < len(values) and column < len(values[row]):
                values[row][column] = words
        return values

    def marks(self, sheet: str) -> Marks:
        """Return what a workbook says of a sheet's cells beside their values."""
        if sheet not in self._marks:
            if self._packed:
                self._marks[sheet] = package.marks(self._path, sheet, self._listing)
            else:
                try:
                    self._marks[sheet] = xls.marks(self._path, sheet)
                except Exception as error:
                    self._damaged(error)
        return self._marks[sheet]

    def merged(self, sheet: str) -> list[Range] | None:
        """Return the merged cells of a sheet, None where the file does not say."""
        return self._book.get_sheet_by_name(sheet).merged_cell_ranges

    def table(self, form: Form) -> Sheet:
        """Return the table of the declared sheet, or of the only one that can be seen."""
        visible = self.visible
        if form.sheet is not None and form.sheet not in self.names:
            self._listing.stop(
                " / ".join(self.names),
                message("the sheet {name}", name=form.sheet),
                message("correct `sheet` in the declaration"),
            )
        if form.sheet is None and len(visible) != 1:
            self._listing.stop(
                " / ".join(visible),
                message("one sheet"),
                message("say under `sheet` which of them holds the figures"),
            )
        chosen = form.sheet or visible[0]
        hidden = [name for name in self.names if name not in (*visible, chosen, INSIDE)]
        expected = message("no hidden sheet")
        warned = any(warning.expected == expected for warning in self._listing.warnings)
        if hidden and form.hidden is None and not warned:
            advice = message(
                "they are not read: show or delete them, or declare `hidden: leave_out`"
            )
            self._listing.warn(" / ".join(hidden), expected, advice)
        self._listing.sheet = chosen
        return Sheet(self, chosen, form, self._listing)

    def samples(self) -> list[Sample]:
        """Return the first rows of each sheet that holds anything."""
        if not self.sheets:
            self._listing.stop(
                " / ".join(self.names),
                message("a sheet with a table"),
                message("all visible sheets are empty: look for the right file"),
            )
        return list(map(self._sample, self.sheets))

    def _sample(self, sheet: str) -> Sample:
        marks, hidden, scaled = self.marks(sheet), False, False
        rows: list[list[str]] = []
        for row, values in enumerate(self.cells(sheet, ROWS)):
            cells: list[str] = []
            for column, value in enumerate(values):
                unseen = row in marks.hidden_rows or column in marks.hidden_columns
                hidden |= unseen and bool(text(value).strip())
                cells.append("" if unseen else _seen(value, (row, column), marks))
                scaled |= not unseen and _shown(value, (row, column), marks) is not None
            rows.append(cells)
        return Sample(
            [cells[:COLUMNS] for cells in rows],
            max(map(len, rows), default=0),
            self.merged(sheet),
            sheet,
            hidden=hidden,
            scaled=scaled,
        )

    def _height(self, sheet: str) -> int:
        self.marks(sheet)
        try:
            return int(self._book.get_sheet_by_name(sheet).height)
        except BaseException as error:
            self._damaged(error)

    def _refuse_text(self, content: bytes) -> None:
        """Refuse a text that is named as a workbook, as what it is."""
        start = content[:2_000].removeprefix(codecs.BOM_UTF8).replace(b"\0", b"").lstrip().lower()
        suffix = self._path.suffix
        if start.startswith(b"<"):
            xml = b"urn:schemas-microsoft-com:office:spreadsheet" in start
            found = "XML" if xml else "HTML"
            advice = message(
                "its name ends in {suffix}, but it is a text that programs show as a table: open "
                "it in a spreadsheet program and save it as XLSX",
                suffix=suffix,
            )
        elif start and b"\0" not in content and not content.startswith((b"PK", xls.COMPOUND)):
            found = repr(start[:20].decode("ascii", "replace"))
            advice = message(
                "its name ends in {suffix}, but it is plain text: name it .csv or .txt",
                suffix=suffix,
            )
        else:
            return
        self._listing.stop(found, message("a workbook"), advice)

    def _refuse_large(self) -> None:
        """Refuse a compound file that is damaged, or a sheet of which would not fit in memory."""
        try:
            sizes = xls.sizes(self._path)
        except Exception as error:
            self._damaged(error)
        for rows, columns in sizes:
            package.too_many(rows, columns, self._listing)

    def _damaged(self, error: BaseException) -> NoReturn:
        """Refuse what cannot be read; calamine may panic, which is no `Exception`.

        Its own words help nobody: they are of records and XML, and in English.
        """
        known = isinstance(error, Exception) or type(error).__name__ == "PanicException"
        if isinstance(error, MemoryError) or not known:
            raise error
        package.damaged(self._listing)


class Sheet:
    """One sheet of a workbook. Formulas count with the value that was computed last."""

    def __init__(self, book: Workbook, sheet: str, form: Form, listing: Listing) -> None:
        self.sheet, self._form, self._listing = sheet, form, listing
        self._marks, self._cells = book.marks(sheet), book.cells(sheet)
        self.merged = book.merged(sheet)
        self._scaled: dict[int, tuple[int, str, str]] = {}  # by column: row, what is shown, format
        if form.hidden == "leave_out":
            for row, values in enumerate(self._cells):
                for column in range(len(values)):
                    if row in self._marks.hidden_rows or column in self._marks.hidden_columns:
                        values[column] = ""
        self._first = max(form.header)
        rows = [list(map(text, row)) for row in self._cells[: self._first]]
        self.above, self.header = rows[: min(form.header) - 1], rows[min(form.header) - 1 :]
        if len(rows) < self._first or not any(map(str.strip, rows[-1])):
            listing.stop(
                str(len(self._cells)),
                message("a header in row {row}", row=self._first),
                message("correct `header` in the declaration, or the file"),
                row=self._first,
            )

    def batches(self, needed: Collection[int], coded: Collection[int]) -> Iterator[Batch]:
        """Yield the columns `needed`."""
        self._warn_of_hidden(needed)
        for begin in range(self._first, len(self._cells), _BATCH):
            rows = range(begin, min(begin + _BATCH, len(self._cells)))
            yield Batch(
                np.arange(rows.start, rows.stop) + 1,
                {p: pa.array([self._text(row, p) for row in rows], pa.string()) for p in needed},
            )
        for column, (row, found, code) in self._scaled.items():
            self._listing.add(
                found,
                message("what is shown and what is stored to be the same figure"),
                message(
                    "the number format {code} shows something else: declare "
                    "`number_formats: shown` if what is shown counts, in the unit it is shown in, "
                    "`number_formats: stored` if what the cell holds does",
                    code=code,
                ),
                row=row,
                column=self._label(column),
            )

    def _warn_of_hidden(self, needed: Collection[int]) -> None:
        rows = [
            row + 1
            for row in self._marks.hidden_rows
            if self._first <= row < len(self._cells) and any(map(str, self._cells[row]))
        ]
        columns = sorted(self._marks.hidden_columns & set(needed))
        if self._form.hidden is None and (rows or columns):
            labels = list(map(self._label, columns))
            places = [message("rows {rows}", rows=ranges(rows))] if rows else []
            places += [message("column {column}", column=label) for label in labels]
            self._listing.warn(
                " | ".join(filter(None, (ranges(rows), *labels))),
                message("no hidden row or column"),
                message(
                    "hidden: {places}. They are read too: show them, or declare `hidden: read` or "
                    "`hidden: leave_out`",
                    places=places,
                ),
            )

    def _text(self, row: int, column: int) -> str:
        value, cell, marks = self._cells[row][column], (row, column), self._marks
        if cell in marks.error:
            advice = message("the formula in this cell failed: correct it")
            self._listing.add(
                "#", message("a value"), advice, row=row + 1, column=self._label(column)
            )
        elif cell in marks.formula:
            advice = message(
                "open the workbook in a spreadsheet program and save it: it holds no computed value"
            )
            expected = message("the value of the formula")
            self._listing.add("=", expected, advice, row + 1, self._label(column))
        if (found := _shown(value, cell, marks)) is not None:
            if self._form.number_formats == "shown":
                return found
            if self._form.number_formats is None:
                written = f"{text(value)} → {found or '“”'}"
                self._scaled.setdefault(column, (row + 1, written, marks.scaled[cell]))
        return _seen(value, cell, marks)

    def _label(self, column: int) -> str:
        return next((row[column] for row in reversed(self.header) if row[column]), "")


def _dated(value: Any, cell: Cell, marks: Marks) -> Any:
    """Return a number that is shown as a day as that day."""
    if cell in marks.dates and isinstance(value, float | int) and 0 <= value < _DAYS:
        return marks.first_day + datetime.timedelta(days=int(value))
    return value


def _shown(value: Any, cell: Cell, marks: Marks) -> str | None:
    """Return what a cell's number format shows where that is another thing than is stored."""
    value = _dated(value, cell, marks) if cell in marks.scaled else None
    if isinstance(value, float | int) and not isinstance(value, bool):
        return shown(marks.scaled[cell], _exact(value))
    return shown(marks.scaled[cell], value) if isinstance(value, str) else None


def _seen(value: Any, cell: Cell, marks: Marks) -> str:
    value = _dated(value, cell, marks)
    if isinstance(value, float | int) and cell in marks.percent:
        return f"{_exact(value) * 100:f}%"
    if isinstance(value, datetime.date) and cell in marks.year:
        return str(value.year)
    return text(value)


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
