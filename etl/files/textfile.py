"""CSV files of any length: decoded strictly, read in blocks, every line accounted for."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from etl.figures.declaration import Declaration
from etl.files.listing import LIMIT, Listing
from etl.files.table import Batch, Range
from indicators.findings import message

BLOCK = 8 << 20
_HEAD = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class TextFile:
    """A CSV file. Every line is one row: a line break inside a cell is refused, for an open
    quotation mark would swallow rows in silence.
    """

    sheet: str | None = None
    merged: list[Range] | None = None

    def __init__(self, path: Path, declaration: Declaration, listing: Listing) -> None:
        self._path, self._listing = path, listing
        self._encoding = self._encoded(declaration.encoding)
        tabs = path.suffix.lower() == ".tsv"
        self._separator = declaration.separator or ("\t" if tabs else ",")
        with _Utf8(path.open("rb"), self._encoding, listing) as source:
            self.header = self._read_header(source, max(declaration.header))
        self._first = max(declaration.header) + 1
        self.above = self.header[: min(declaration.header) - 1]
        del self.header[: len(self.above)]
        width = max((len(cells) for cells in self.header), default=0)
        self.header = [[*cells, *[""] * (width - len(cells))] for cells in self.header]
        self._width = width

    def _encoded(self, declared: str | None) -> str:
        with self._path.open("rb") as stream:
            start = stream.read(4)
        marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
        if marked and declared and marked != declared:
            self._listing.stop(
                marked,
                message("the encoding {name}", name=declared),
                message("correct `encoding` in the declaration: the file's first bytes say {name}",
                        name=marked),
            )  # fmt: skip
        return marked or declared or "utf-8"

    def _read_header(self, source: _Utf8, last: int) -> list[list[str]]:
        text = source.take_text(_HEAD)
        lines = list(io.StringIO(text, newline=""))
        reader = csv.reader(lines, delimiter=self._separator)
        rows: list[list[str]] = []
        try:
            for cells in reader:
                rows.append(cells)
                if len(rows) == last:
                    break
        except csv.Error as error:
            self._listing.stop(
                str(error),
                message("a header row"),
                message("correct the header row"),
                row=len(rows) + 1,
            )
        if len(rows) < last or not any(cell.strip() for cell in rows[-1]):
            self._listing.stop(
                str(len(rows)),
                message("a header in row {row}", row=last),
                message("correct `header` in the declaration, or the file"),
                row=last,
            )
        source.put_back("".join(lines[reader.line_num :]))
        return rows

    def batches(self, needed: Collection[int], coded: Collection[int]) -> Iterator[Batch]:
        ragged: list[tuple[int, str]] = []

        def unlike(row: Any) -> str:
            ragged.append((row.number, row.text))
            return "skip" if len(ragged) <= 10 * LIMIT else "error"

        kinds = {str(p): pa.dictionary(pa.int32(), pa.string()) for p in coded}
        kinds |= {str(p): pa.string() for p in needed if p not in coded}
        done = 0
        source = _Utf8(self._path.open("rb"), self._encoding, self._listing)
        try:
            self._read_header(source, self._first - 1)
            with pyarrow.csv.open_csv(
                source,
                pyarrow.csv.ReadOptions(
                    column_names=[str(position) for position in range(self._width)],
                    block_size=BLOCK, use_threads=False,
                ),
                pyarrow.csv.ParseOptions(
                    delimiter=self._separator, ignore_empty_lines=False,
                    newlines_in_values=True, invalid_row_handler=unlike,
                ),
                pyarrow.csv.ConvertOptions(
                    column_types=kinds, include_columns=list(kinds), strings_can_be_null=False
                ),
            ) as reader:  # fmt: skip
                for part in reader:
                    records = _numbers(done, len(part), [number for number, _ in ragged])
                    done += len(part)
                    columns = {p: part.column(str(p)) for p in needed}
                    yield Batch(records + (self._first - 1), columns)
        except (pa.ArrowException, OSError) as error:
            if not isinstance(error, pa.ArrowInvalid) or "Empty CSV" not in str(error):
                self._damaged(error)
        finally:
            source.close()
        if done + len(ragged) != source.lines:
            self._find_line_breaks()
        if ragged:
            yield from self._unlike(ragged, needed)

    def _unlike(self, ragged: list[tuple[int, str]], needed: Collection[int]) -> Iterator[Batch]:
        """Yield short rows of which the rest is empty: notes that a rule may leave out.

        A row that is too long has a separator too many, and which one nobody knows.
        """
        for record, text in ragged:
            row = record + self._first - 1
            cells = next(csv.reader([text], delimiter=self._separator), [])
            filled = [cell for cell in cells if cell.strip()]
            if len(filled) > 1 or len(cells) > self._width:
                self._listing.add(
                    str(len(cells)),
                    message("{n} cells, as in the header", n=self._width),
                    message("look for a separator too many or too few in this row"),
                    row=row,
                )
                continue
            padded = [*cells, *[""] * (self._width - len(cells))]
            yield Batch(np.array([row]), {p: pa.array([padded[p]], pa.string()) for p in needed})

    def _damaged(self, error: Exception) -> None:
        if isinstance(error, OSError):
            raise error
        self._listing.stop(
            '"',  # once rows of the wrong width are told, nothing else is left to be wrong
            message("a CSV table with the separator {separator}", separator=self._separator),
            message("look for an open quotation mark, or save the file again as CSV (UTF-8)"),
        )

    def _find_line_breaks(self) -> None:
        """List the rows that go over several lines; raises `FindingsError`."""
        encoding = "utf-8-sig" if self._encoding == "utf-8" else self._encoding
        with self._path.open(encoding=encoding, newline="") as stream:
            reader = csv.reader(stream, delimiter=self._separator)
            last = 0
            try:
                for row, cells in enumerate(reader, start=1):
                    if row >= self._first and reader.line_num - last > 1:
                        broken = next((cell for cell in cells if "\n" in cell or "\r" in cell), "")
                        self._listing.add(
                            broken,
                            message("no line break inside a cell"),
                            message("close the quotation mark, or take the line break out"),
                            row=row,
                        )
                    last = reader.line_num
                    if self._listing.full:
                        break
            except csv.Error as error:
                self._damaged(error)
        if not self._listing.count:
            self._damaged(ValueError('"'))
        self._listing.refuse()


def _numbers(done: int, count: int, skipped: list[int]) -> Any:
    """Return which record, from 1, each of `count` rows after `done` is, `skipped` ones between."""
    accepted = np.arange(done, done + count)
    before = np.array(skipped, dtype=np.int64) - 1 - np.arange(len(skipped))
    return accepted + 1 + np.searchsorted(before, accepted, side="right")


class _Utf8(io.RawIOBase):
    """A file's bytes as UTF-8, whatever they were; `lines` counts the lines handed out."""

    def __init__(self, stream: IO[bytes], encoding: str, listing: Listing) -> None:
        self._stream, self._listing, self._encoding = stream, listing, encoding
        self._decoder = codecs.getincrementaldecoder(
            "utf-8-sig" if encoding == "utf-8" else encoding
        )()
        self._pending = b""
        self._decoded_lines = 0
        self._ended = False
        self._open = False  # the last line handed out has no end yet
        self._return = False  # the last byte handed out was \r
        self.lines = 0

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._stream.close()
        super().close()

    def take_text(self, size: int) -> str:
        return self._decoded(size)

    def put_back(self, text: str) -> None:
        self._pending = text.encode() + self._pending

    def read(self, size: int = -1) -> bytes:
        while not self._ended and (size < 0 or len(self._pending) < size):
            self._pending += self._decoded(BLOCK).encode()
        taken = self._pending if size < 0 else self._pending[:size]
        self._pending = self._pending[len(taken) :]
        self._count(taken)
        return taken

    def _decoded(self, size: int) -> str:
        raw = self._stream.read(size)
        self._ended = len(raw) < size
        try:
            text = self._decoder.decode(raw, final=self._ended)
        except UnicodeDecodeError as error:
            good = bytes(error.object[: error.start])
            row = self._decoded_lines + good.count(b"\n") + 1
            self._listing.stop(
                error.object[error.start : error.start + 8].hex(" "),
                message("text in {encoding}", encoding=self._encoding),
                message("declare `encoding`, or save the file again as CSV (UTF-8)"),
                row=row,
            )
        if "\0" in text:
            self._listing.stop(
                "\\0",
                message("text in {encoding}", encoding=self._encoding),
                message("this is no CSV file: export it again"),
                row=self._decoded_lines + text[: text.index("\0")].count("\n") + 1,
            )
        self._decoded_lines += text.count("\n")
        return text

    def _count(self, taken: bytes) -> None:
        if not taken:
            self.lines += self._open
            self._open = False
            return
        returns = taken.count(b"\r")
        self.lines += taken.count(b"\n") + returns - (returns and taken.count(b"\r\n"))
        self.lines -= self._return and taken.startswith(b"\n")
        self._return = taken.endswith(b"\r")
        self._open = not taken.endswith((b"\n", b"\r"))
