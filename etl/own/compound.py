"""How large the sheets of an XLS workbook are, before anything spreads them out in memory.

A workbook of a few kilobytes may say that a cell stands at row 65,536 and column 65,000; whoever
lays that sheet out takes more memory than a machine has. XLS is a chain of records ([MS-XLS])
inside a compound file ([MS-CFB]).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import olefile

COMPOUND = olefile.MAGIC
_STREAMS = ("Workbook", "Book")  # since 1997, and before
_DIMENSIONS, _END, _LOCK, _SHEET = 0x0200, 0x000A, 0x002F, 0x0085
# Records that begin with row and column, and those of them that end with their last column.
_CELLS = {0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E}
_RUNS = {0x00BD, 0x00BE}


def sizes(path: Path) -> list[tuple[int, int]]:
    """Return the rows and columns of each sheet of a compound file.

    None of a workbook with a password: what its records say is not to be read. A damaged file
    raises any `Exception`.
    """
    with olefile.OleFileIO(path) as file:
        name = next(name for name in _STREAMS if file.exists(name))
        with file.openstream(name) as stream:
            book = stream.read()
    return [_size(book, begin) for begin in _sheets(book)]


def _records(book: bytes, begin: int) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of the records from here to the end of the part."""
    while begin + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, begin)
        yield kind, book[begin + 4 : begin + 4 + length]
        if kind == _END:
            return
        begin += 4 + length


def _sheets(book: bytes) -> list[int]:
    """Return where each sheet begins."""
    found: list[int] = []
    for kind, content in _records(book, 0):
        if kind == _LOCK:
            return []
        if kind == _SHEET:
            found += struct.unpack_from("<I", content)
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
