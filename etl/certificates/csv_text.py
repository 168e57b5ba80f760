"""A bureau's CSV file before it is read: what encoding and header it has, and a clean copy.

A line without anything in it is a row to a spreadsheet and nothing to an engine. It becomes a row
of empty cells in the copy, so that all the rows after it keep their number.
"""

from __future__ import annotations

import codecs
import csv
import io
import mmap
import re
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from etl.files.listing import Listing
from indicators.findings import message

WITHIN = 50  # rows in which a header is looked for
_HEAD = 1 << 20  # bytes that tell the encoding and the header
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_BLANK = (b"\n\n", b"\n\r\n", b"\r\r")
_LINE = re.compile(r"CSV Error on Line: (\d+)")
_WIDTH = re.compile(r"Expected Number of Columns: (\d+)")


@dataclass(frozen=True)
class CsvText:
    """A CSV file. `declared` is its encoding, empty where the file has to tell it."""

    path: Path
    declared: str
    listing: Listing

    @cached_property
    def _head(self) -> bytes:
        with self.path.open("rb") as stream:
            return stream.read(_HEAD)

    @cached_property  # noqa: RET503 - stop() raises
    def encoding(self) -> str:
        """The name of the encoding; `FindingsError` where it is none, or this is no text."""
        if self.declared:
            try:
                return codecs.lookup(self.declared).name
            except LookupError:
                self.listing.stop(
                    self.declared,
                    message("one of {names}", names=["utf-8", "gb18030", "utf-16"]),
                    message("choose again"),
                    column="--encoding",
                )
        for mark, name in _MARKS.items():
            if self._head.startswith(mark):
                return name
        for name in ("utf-8-sig", "gb18030"):
            try:
                decoded = codecs.getincrementaldecoder(name)().decode(self._head)
            except UnicodeDecodeError:
                continue
            if "\0" not in decoded:
                return name
        self.listing.stop(
            self._head[:8].hex(" "),
            message("text in {encoding}", encoding="UTF-8 / GB18030"),
            message("this is no CSV file: export it again"),
        )

    @cached_property
    def _first(self) -> str:
        try:
            return codecs.getincrementaldecoder(self.encoding)().decode(self._head)
        except UnicodeDecodeError as error:
            self._not_text(self._head[error.start : error.start + 8].hex(" "), self.encoding)

    def rows(self, separator: str) -> list[tuple[list[str], int]]:
        """Return the first rows, each with the number of the line that it ends on."""
        reader = csv.reader(io.StringIO(self._first, newline=""), delimiter=separator)
        found: list[tuple[list[str], int]] = []
        try:
            for row in reader:
                found.append(([cell.strip() for cell in row], reader.line_num))
                if len(found) == WITHIN:
                    break
        except csv.Error:  # an open quotation mark: DuckDB tells its line
            pass
        return found or [([], 0)]

    def readable(self, folder: Path, above: int, separator: str, width: int) -> Path:
        """Return a file in UTF-8 without so many lines above the header and without blank lines.

        It is this one where that is so, and a copy in `folder` else.
        """
        if not above and self.encoding in ("utf-8", "utf-8-sig") and not self._has_blank_lines():
            return self.path
        copy = Path(tempfile.mkdtemp(dir=folder)) / self.path.name
        empty, inside = separator * (width - 1), False
        with (
            self.path.open(encoding=self.encoding, newline="") as old,
            copy.open("w", encoding="utf-8", newline="") as new,
        ):
            try:
                for _ in range(above):
                    old.readline()
                for line in old:
                    if not inside and line in ("\n", "\r\n", "\r"):
                        new.write(empty)
                    new.write(line)
                    inside ^= line.count('"') % 2 == 1
            except UnicodeDecodeError as error:
                self._not_text(error.object[error.start : error.start + 8].hex(" "), self.encoding)
        return copy

    def _has_blank_lines(self) -> bool:
        """Return whether a line before the last row may be blank."""
        with (
            self.path.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text,
        ):
            end = len(text)
            while end and text[end - 1] in b"\r\n":
                end -= 1
            return any(text.find(blank, 0, end) >= 0 for blank in _BLANK)

    def _not_text(self, found: str, encoding: str, row: int | None = None) -> NoReturn:
        self.listing.stop(
            found,
            message("text in {encoding}", encoding=encoding),
            message("save the file again as CSV (UTF-8)"),
            row=row,
        )

    def broken(self, error: str, above: int) -> NoReturn:
        """Refuse what DuckDB cannot read, in our words where they are known."""
        line, width = _LINE.search(error), _WIDTH.search(error)
        row = above + int(line[1]) if line else None
        given = error.partition("Original Line: ")[2].partition("\n")[0]
        if "Invalid unicode" in error:
            self._not_text(given, "utf-8", row)
        if width:
            self.listing.stop(
                given,
                message("{n} cells, as in the header", n=int(width[1])),
                message("look for a separator too many or too few in this row"),
                row=row,
            )
        self.listing.stop(
            given or error.partition("\n")[0],
            message("a table"),
            message("look for an open quotation mark, or save the file again as CSV (UTF-8)"),
            row=row,
        )
