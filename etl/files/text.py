"""CSV, TSV and TXT of any length: one decision on the encoding, every line accounted for."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.csv

from etl.files.listing import LIMIT, Listing
from etl.files.table import COLUMNS, ROWS, Batch, Form, Range, Sample
from indicators.findings import message

BLOCK = 8 << 20
_HEAD, _LONGEST = 1 << 20, 32 << 20  # bytes of a beginning
_FEWEST = 20  # lines of a beginning, however long they are
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
SEPARATORS = (",", "\t", ";", "|")
QUOTED = message("look for an open quotation mark, or save the file again as CSV (UTF-8)")
ENCODINGS = ("utf-8", "gb18030", "utf-16")  # those that are declared
_SAME = {"utf-8-sig": "utf-8", "gbk": "gb18030", "gb2312": "gb18030"}


def known_encoding(name: str) -> str | None:
    """Return an encoding by the name that we use for it; None where there is no such."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return _SAME.get(known, known)


def marked_encoding(start: bytes) -> str | None:
    """Return the encoding that a file's first bytes say."""
    return next((name for mark, name in _MARKS.items() if start.startswith(mark)), None)


def encoding_of(path: Path, declared: str | None, listing: Listing) -> str:
    """Return the encoding of a file: by its first bytes, as declared, or as its text tells.

    That is UTF-8 (of which a few bytes may be damaged), or else GB18030.
    """
    with path.open("rb") as stream:
        block = stream.read(_HEAD)
        marked = marked_encoding(block)
        if marked and declared and marked != declared:
            listing.stop(
                marked,
                message("the encoding {name}", name=declared),
                message(
                    "correct `encoding` in the declaration: the file's first bytes say {name}",
                    name=marked,
                ),
            )
        if known := marked or declared:
            return known
        while block.isascii() and (more := stream.read(BLOCK)):
            block = more
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(block)
    damaged = text.count("\ufffd")
    if not damaged or damaged * 2 < sum(not sign.isascii() for sign in text):
        return "utf-8"
    try:
        text = codecs.getincrementaldecoder("gb18030")().decode(block)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        listing.stop(
            block[:8].hex(" "),
            message("text in {encoding}", encoding="UTF-8 / GB18030"),
            message("this is no CSV file: export it again"),
        )
    return "gb18030"


def beginning(path: Path, encoding: str, listing: Listing) -> str:
    """Return the first whole lines of a file."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        while head.count(b"\n") < _FEWEST and len(head) < _LONGEST:  # its lines are long
            if not (more := stream.read(len(head))):
                break
            head += more
        whole = not stream.read(1)
    try:
        text = codecs.getincrementaldecoder(_codec(encoding))().decode(head, final=whole)
    except UnicodeDecodeError as error:
        not_text(error, encoding, 1, listing)
    return text if whole or "\n" not in text else text[: text.rindex("\n") + 1]


def _codec(encoding: str) -> str:
    return "utf-8-sig" if encoding == "utf-8" else encoding  # without a byte order mark


def not_text(error: UnicodeDecodeError, encoding: str, first: int, listing: Listing) -> NoReturn:
    """Refuse bytes that are no text; `first` is the number of the line that they begin in."""
    listing.stop(
        error.object[error.start : error.start + 8].hex(" "),
        message("text in {encoding}", encoding=encoding),
        message("declare `encoding`, or save the file again as CSV (UTF-8)"),
        row=first + error.object[: error.start].count(b"\n"),
    )


class TextSource(AbstractContextManager["TextSource"]):
    """A text file, of one table."""

    def __init__(self, path: Path, listing: Listing) -> None:
        self.names: list[str] = []
        self.sheets: list[str] = []
        self._path, self._listing = path, listing

    def __exit__(self, *error: object) -> None:
        """A table opens and closes its file itself."""

    def table(self, form: Form) -> TextFile:
        """Return the table that the file is."""
        return TextFile(self._path, form, self._listing)

    def samples(self) -> list[Sample]:
        """Return the first rows, parted by the sign that stands most often in them."""
        encoding = encoding_of(self._path, None, self._listing)
        text = beginning(self._path, encoding, self._listing)
        lines = text[:_HEAD].splitlines()[:50]
        mark = max(SEPARATORS, key=lambda mark: sum(line.count(mark) for line in lines))
        try:
            rows = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=mark), ROWS))
        except csv.Error:
            self._listing.stop('"', message("a table"), QUOTED)
        with self._path.open("rb") as stream:
            marked = marked_encoding(stream.read(4)) is not None
        return [
            Sample(
                [cells[:COLUMNS] for cells in rows],
                max(map(len, rows), default=0),
                encoding=encoding,
                marked=marked,
                separator=mark,
            )
        ]


class TextFile:
    """A CSV table. Every line is one row: a line break inside a cell is refused, for an open
    quotation mark would swallow rows in silence.
    """

    sheet: str | None = None
    merged: list[Range] | None = None

    def __init__(self, path: Path, form: Form, listing: Listing) -> None:
        self._path, self._listing = path, listing
        self._encoding = encoding_of(path, form.encoding, listing)
        tabs = path.suffix.lower() == ".tsv"
        self._separator = form.separator or ("\t" if tabs else ",")
        with _Utf8(path.open("rb"), self._encoding, listing) as source:
            self.header = self._read_header(source, max(form.header))
        self._first = max(form.header) + 1
        self.above = self.header[: min(form.header) - 1]
        del self.header[: len(self.above)]
        width = max((len(cells) for cells in self.header), default=0)
        self.header = [[*cells, *[""] * (width - len(cells))] for cells in self.header]
        self._width = width

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
        except csv.Error:  # an open quotation mark
            expected, advice = message("a header row"), message("correct the header row")
            self._listing.stop('"', expected, advice, row=len(rows) + 1)
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
                    block_size=BLOCK,
                    use_threads=False,
                ),
                pyarrow.csv.ParseOptions(
                    delimiter=self._separator,
                    ignore_empty_lines=False,
                    newlines_in_values=True,
                    invalid_row_handler=unlike,
                ),
                pyarrow.csv.ConvertOptions(
                    column_types=kinds, include_columns=list(kinds), strings_can_be_null=False
                ),
            ) as reader:
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
            QUOTED,
        )

    def _find_line_breaks(self) -> None:
        """List the rows that go over several lines; raises `FindingsError`."""
        last = 0
        with self._path.open(encoding=_codec(self._encoding), newline="") as stream:
            reader = csv.reader(stream, delimiter=self._separator)
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
        self._decoder = codecs.getincrementaldecoder(_codec(encoding))()
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

    def put_back(self, text: str) -> None:
        self._pending = text.encode() + self._pending

    def read(self, size: int = -1) -> bytes:
        while not self._ended and (size < 0 or len(self._pending) < size):
            self._pending += self.take_text(BLOCK).encode()
        taken = self._pending if size < 0 else self._pending[:size]
        self._pending = self._pending[len(taken) :]
        self._count(taken)
        return taken

    def take_text(self, size: int) -> str:
        """Return what so many bytes say, past `read`."""
        raw = self._stream.read(size)
        self._ended = len(raw) < size
        try:
            text = self._decoder.decode(raw, final=self._ended)
        except UnicodeDecodeError as error:
            not_text(error, self._encoding, self._decoded_lines + 1, self._listing)
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
