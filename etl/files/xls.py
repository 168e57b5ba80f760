"""What the records of an XLS workbook say: how large its sheets are, what is hidden, formats.

A workbook of a few kilobytes may say that a cell stands at row 65,536 and column 65,000; whoever
lays that sheet out takes more memory than a machine has. XLS is a chain of records ([MS-XLS])
inside a compound file ([MS-CFB]). xlrd would not tell: it lays a sheet out before it knows its
size, passes over what the sheet says of it, and ends at a cell beyond column 256 in a bare
AssertionError (2.0.2).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import olefile

from etl.files.package import Formats, Marks, raised

COMPOUND = olefile.MAGIC
_STREAMS = ("Workbook", "Book")  # since 1997, and before
_DIMENSIONS, _END, _LOCK, _SHEET = 0x0200, 0x000A, 0x002F, 0x0085
# Records that begin with row and column, and those of them that end with their last column.
_CELLS = {0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E}
_RUNS = {0x00BD, 0x00BE}
_FORMAT, _STYLE, _FONT, _ROW, _COLUMNS = 0x041E, 0x00E0, 0x0031, 0x0208, 0x007D
_RUN, _NUMBERS, _SHARED, _TEXTS, _MORE = 0x00BD, {0x0006, 0x0203, 0x027E}, 0x00FD, 0x00FC, 0x003C
_PERCENT = {9: "0%", 10: "0.00%"}


def sizes(path: Path) -> list[tuple[int, int]]:
    """Return the rows and columns of each sheet of a compound file.

    None of a workbook with a password: what its records say is not to be read. A damaged file
    raises any `Exception`.
    """
    book = _book(path)
    return [_size(book, begin) for begin, _ in _sheets(book)]


def marks(path: Path, sheet: str) -> Marks:
    """Return what the records of a workbook since 1997 say of a sheet's cells.

    That is what is hidden, which number formats show another figure than is stored, and where a
    part of a text is set higher.
    """
    book = _book(path)
    begin = next((begin for begin, name in _sheets(book) if name == sheet), None)
    found = Marks()
    if begin is None:
        return found
    formats, higher = _formats(book), _raised(book)
    for kind, content in _records(book, begin):
        if kind == _ROW and len(content) >= 14:
            row, flags = struct.unpack_from("<H10xH", content)
            if flags & 0x20:
                found.hidden_rows.add(row)
        elif kind == _COLUMNS and len(content) >= 10:
            first, last, flags = struct.unpack_from("<HH4xH", content)
            if flags & 1:
                found.hidden_columns |= set(range(first, min(last, 255) + 1))
        elif kind in _NUMBERS and len(content) >= 6:
            row, column, style = struct.unpack_from("<HHH", content)
            formats.mark(found, [(row, column)], str(style))
        elif kind == _RUN:
            row, first = struct.unpack_from("<HH", content)
            for place in range((len(content) - 6) // 6):
                (style,) = struct.unpack_from("<H", content, 4 + 6 * place)
                formats.mark(found, [(row, first + place)], str(style))
        elif kind == _SHARED and higher:
            row, column, text = struct.unpack_from("<HH2xI", content)
            if text in higher:
                found.raised[row, column] = higher[text]
    return found


def _formats(book: bytes) -> Formats:
    codes, styles = dict(_PERCENT), Formats()
    count = 0
    for kind, content in _records(book, 0):
        if kind == _FORMAT and len(content) >= 5:
            number, length, wide = struct.unpack_from("<HHB", content)
            codes[number] = _text(content[5:], length, wide)
        elif kind == _STYLE and len(content) >= 4:
            (number,) = struct.unpack_from("<2xH", content)
            styles.add(str(count), codes.get(number, ""))
            count += 1
    return styles


def _raised(book: bytes) -> dict[int, str]:
    """Return the shared texts of which a part is set higher, by their number."""
    fonts: list[bool] = []
    parts: list[bytes] = []
    shared = False
    for kind, content in _records(book, 0):
        shared = kind == _TEXTS or (kind == _MORE and shared)
        if kind == _FONT:
            fonts.append(len(content) >= 10 and struct.unpack_from("<8xH", content)[0] == 1)
            if len(fonts) == 4:
                fonts.append(False)  # there is no font 4
        elif shared:
            parts.append(content)
    if not any(fonts) or not parts:
        return {}
    (count,) = struct.unpack_from("<4xI", parts[0])
    reading = _Shared(parts, 0, 8)
    found: dict[int, str] = {}
    for number in range(count):
        text, runs = reading.text()
        ends = [*(begin for begin, _ in runs[1:]), len(text)]
        words = text[: runs[0][0]] if runs else text
        for (begin, font), end in zip(runs, ends, strict=True) if runs else ():
            part = text[begin:end]
            words += raised(part) if font < len(fonts) and fonts[font] else part
        if words != text:
            found[number] = words
    return found


@dataclass
class _Shared:
    """The table of shared texts, which goes on over several records ([MS-XLS] 2.5.293)."""

    parts: list[bytes]
    part: int
    place: int

    def text(self) -> tuple[str, list[tuple[int, int]]]:
        """Return the next text, and from which of its signs on which font holds."""
        length, flags = struct.unpack("<HB", self._take(3))
        (runs,) = struct.unpack("<H", self._take(2)) if flags & 8 else (0,)
        (further,) = struct.unpack("<I", self._take(4)) if flags & 4 else (0,)
        text = ""
        while len(text) < length:
            if self.place == len(self.parts[self.part]):
                self.part, self.place = self.part + 1, 1
                flags = self.parts[self.part][0]  # a text goes on with a width of its own
            size = 1 + (flags & 1)
            left = (len(self.parts[self.part]) - self.place) // size
            count = min(length - len(text), left)
            text += _text(self._take(count * size), count, flags)
        fonts = list(struct.iter_unpack("<HH", self._take(4 * runs)))
        self._take(further)
        return text, fonts

    def _take(self, count: int) -> bytes:
        taken = b""
        while len(taken) < count:
            part = self.parts[self.part][self.place : self.place + count - len(taken)]
            taken += part
            self.place += len(part)
            if len(taken) < count:
                self.part, self.place = self.part + 1, 0
        return taken


def _text(content: bytes, length: int, wide: int) -> str:
    if wide & 1:
        return content[: 2 * length].decode("utf-16-le", "replace")
    return content[:length].decode("latin-1")


def _book(path: Path) -> bytes:
    with olefile.OleFileIO(path) as file:
        name = next(name for name in _STREAMS if file.exists(name))
        with file.openstream(name) as stream:
            return bytes(stream.read())


def _records(book: bytes, begin: int) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of the records from here to the end of the part."""
    while begin + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, begin)
        yield kind, book[begin + 4 : begin + 4 + length]
        if kind == _END:
            return
        begin += 4 + length


def _sheets(book: bytes) -> list[tuple[int, str]]:
    """Return where each sheet begins, and what it is called in a workbook since 1997."""
    found: list[tuple[int, str]] = []
    for kind, content in _records(book, 0):
        if kind == _LOCK:
            return []
        if kind == _SHEET:
            (begin,) = struct.unpack_from("<I", content)
            found.append((begin, _text(content[8:], *content[6:8])))
    return found


def _size(book: bytes, begin: int) -> tuple[int, int]:
    """Return the rows and columns of a sheet as its records say."""
    rows = columns = 0
    for kind, content in _records(book, begin):
        if kind == _DIMENSIONS:
            shape = "<4xI2xH" if len(content) >= 14 else "<2xH2xH"
            last_row, last_column = struct.unpack_from(shape, content)
        elif kind in _CELLS:
            row, column = struct.unpack_from("<HH", content)
            if kind in _RUNS:
                (column,) = struct.unpack_from("<H", content, len(content) - 2)
            last_row, last_column = row + 1, column + 1
        else:
            continue
        rows, columns = max(rows, last_row), max(columns, last_column)
    return rows, columns
