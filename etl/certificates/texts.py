"""Certificate files as tables of texts: CSV, TSV and TXT, every sheet of a workbook, Parquet.

The header is the first row that has all the columns that are needed: a title may stand above it.
Each table holds the declared columns that its file has, with `file` and `row`, as a spreadsheet
counts them. A line without anything in it is a row to a spreadsheet and nothing to an engine: in a
copy it becomes a row of empty cells, so that all the rows after it keep their number.
"""

from __future__ import annotations

import csv
import io
import mmap
import re
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from etl.certificates.engine import Engine, Progress
from etl.certificates.plain_text import filled, written
from etl.certificates.registry_declaration import COLUMNS, OPTIONAL, Declaration, declared
from etl.files.listing import Listing
from etl.files.opening import readable
from etl.files.table import TEXT_FILES
from etl.files.text import QUOTED, SEPARATORS, beginning, encoding_of, known_encoding
from etl.files.workbook import Workbook, text
from indicators.findings import Finding, FindingsError, message

_WITHIN = 50  # rows in which a header is looked for
_BLANK = (b"\n\n", b"\n\r\n", b"\r\r")
_LINE = re.compile(r"CSV Error on Line: (\d+)")
_WIDTH = re.compile(r"Expected Number of Columns: (\d+)")
_NAMED = re.compile(r'file "([^"]+)"')
_VALUE = re.compile(r'value "(.*)" is not valid')
_SAVE = message("save the file again as CSV (UTF-8)")


def tables(
    paths: Sequence[Path],
    common: Declaration,
    engine: Engine,
    folder: Path,
    progress: Progress,
) -> list[tuple[Any, Declaration]]:
    """Return the tables of all files, each with what was said of its file.

    common: what holds for a file unless its own declaration says otherwise. folder: takes what
    must be written anew to be read.
    Raises `FindingsError` with what is wrong with each file: its kind, a missing column, damage,
    or its declaration.
    """
    found: list[tuple[Any, Declaration]] = []
    findings: list[Finding] = []
    often = Counter(path.name for path in paths)
    for path in paths:
        label = path.name if often[path.name] == 1 else str(path)
        progress(message("reading {file}", file=label))
        try:
            declaration = declared(path, common)
            seen = engine.seen(path, folder)
            file = _File(seen, label, declaration, engine, folder, Listing(label))
            with damage_found():
                found += [(table, declaration) for table in file.tables()]
        except FindingsError as error:
            findings += error.findings
    if findings:
        raise FindingsError(findings)
    return found


@contextmanager
def damage_found() -> Iterator[None]:
    """Turn what DuckDB finds damaged only when it reads a file's values into `FindingsError`."""
    try:
        yield
    except duckdb.InvalidInputException as error:
        said = str(error).partition("\n")[0]
        named, value = _NAMED.search(said), _VALUE.search(said)
        if not named:
            raise
        expected = message("a whole Parquet file, its texts in UTF-8")
        advice = message("the file is damaged: export it again")
        finding = Finding(Path(named[1]).name, value[1] if value else said, expected, advice)
        raise FindingsError([finding]) from error


@dataclass(frozen=True)
class _File:
    path: Path
    label: str
    declaration: Declaration
    engine: Engine
    folder: Path
    listing: Listing

    def tables(self) -> list[Any]:
        kind = readable(self.path, self.listing)
        if kind == ".parquet":
            found = self._parquet()
        else:
            found = self._text() if kind in TEXT_FILES else self._sheets()
        if not found:
            expected = message("rows with certificates")
            self.listing.stop("0", expected, message("export the certificates again"))
        return found

    def _named(
        self, rows: Any, names: Sequence[str], label: str = "", moments: Collection[str] = ()
    ) -> list[Any]:
        """Return a table by the names of the declaration, none where it has no row."""
        ours = [name for name in self.declaration.columns.values() if name in names]
        texts = rows.select(
            **{name: written(rows[name], moment=name in moments) for name in ours},
            row=rows.row.cast("int64"),
            file=ibis.literal(label or self.label),
        )
        # A row without anything in it is no certificate. They are rare: to look for them once costs
        # less than at each of the many times that the rows are read.
        seen = [filled(texts[name]).fill_null(False) for name in ours]
        every = self.engine.number(texts)
        empty = self.engine.number(texts.filter(*(~each for each in seen)))
        if every == empty:
            return []
        return [texts.filter(ibis.or_(*seen)) if empty else texts]

    def _missing(self, names: Sequence[str]) -> list[str]:
        return [
            header
            for name, header in self.declaration.columns.items()
            # What was declared must be there.
            if header not in names and (name not in OPTIONAL or header != COLUMNS[name])
        ]

    def _header(self, rows: Sequence[Sequence[str]]) -> int | None:
        """Return the place of the header, `None` where there is none."""
        for place, row in enumerate(rows[:_WITHIN]):
            if not self._missing(row):
                often = Counter(row)
                for header in self.declaration.columns.values():
                    if often[header] > 1:
                        expected, advice = message("each column once"), self._correct_header
                        self.listing.add(header, expected, advice, place + 1, header)
                self.listing.refuse()
                return place
        return None

    def _without_header(self, rows: Sequence[Sequence[str]]) -> NoReturn:
        # The nearest to a header is the row that lacks the fewest.
        place, names = min(enumerate(rows), key=lambda row: len(self._missing(row[1])))
        expected = message("the columns {columns}", columns=self._missing(names))
        found = " · ".join(filter(None, names))
        self.listing.stop(found, expected, self._correct_header, place + 1)

    _correct_header = message("correct the header row")

    def _parquet(self) -> list[Any]:
        try:
            schema = pq.read_schema(self.path)
        except (pa.ArrowInvalid, OSError) as error:
            advice = message("the file is damaged: export it again")
            self.listing.stop(str(error), message("a whole Parquet file"), advice)
        if self._header([schema.names]) is None:
            self._without_header([schema.names])
        moments = [
            each.name for each in schema if pa.types.is_timestamp(each.type) and each.type.tz
        ]
        rows = self.engine.numbered_parquet(self.path)
        return self._named(rows, schema.names, moments=moments)

    def _sheets(self) -> list[Any]:
        found: dict[str, pd.DataFrame] = {}
        looked_at: list[list[str]] = []
        with Workbook(self.path, self.listing) as book:
            for sheet in book.visible:
                self.listing.sheet = sheet
                rows = book.cells(sheet)
                first = [[text(value).strip() for value in row] for row in rows[:_WITHIN]]
                place = self._header(first)
                if place is None:
                    looked_at += first
                elif len(rows) > place + 1:
                    found[sheet] = self._frame(first[place], rows, place)
        self.listing.sheet = None
        if not found and looked_at:
            self._without_header(looked_at)
        named: list[Any] = []
        for sheet, frame in found.items():
            label = f"{self.label} · {sheet}" if len(found) > 1 else self.label
            kept = self.engine.kept(self.engine.frame(frame))
            named += self._named(kept, list(frame.columns), label)
        return named

    def _frame(self, names: list[str], rows: list[list[Any]], place: int) -> pd.DataFrame:
        ours = set(self.declaration.columns.values())
        columns: dict[str, Any] = {
            name: pd.array([text(row[at]) for row in rows[place + 1 :]], dtype="str")
            for at, name in enumerate(names)
            if name in ours
        }
        return pd.DataFrame({**columns, "row": range(place + 2, len(rows) + 1)})

    def _text(self) -> list[Any]:
        encoding = self._encoding()
        start = beginning(self.path, encoding, self.listing)
        samples = {separator: _rows(start, separator) for separator in SEPARATORS}
        separator = max(
            SEPARATORS, key=lambda each: max(-len(self._missing(row)) for row, _ in samples[each])
        )
        first = [row for row, _ in samples[separator]]
        place = self._header(first)
        if place is None:
            self._without_header(first)
        # Only declared columns are named: whatever the others are called does not matter.
        ours = set(self.declaration.columns.values())
        names = [name if name in ours else f"column {at}" for at, name in enumerate(first[place])]
        above = samples[separator][place - 1][1] if place else 0
        path = self._plain(encoding, above, separator * (len(names) - 1))
        try:
            table = self.engine.texts(path, names, separator, ours & set(names), place + 2)
        except duckdb.InvalidInputException as error:
            self._broken(str(error), place)
        return self._named(table, names)

    def _encoding(self) -> str:
        declared = self.declaration.encoding
        known = known_encoding(declared) if declared else None
        if declared and not known:
            expected = message("one of {names}", names=["utf-8", "gb18030", "utf-16"])
            self.listing.stop(declared, expected, message("choose again"), column="--encoding")
        return encoding_of(self.path, known, self.listing)

    def _plain(self, encoding: str, above: int, empty: str) -> Path:
        """Return a file in UTF-8 without so many lines above the header and without blank lines.

        It is this one where that is so, and a copy with `empty` rows in place of them else.
        """
        if not above and encoding == "utf-8" and not self._has_blank_lines():
            return self.path
        copy = Path(tempfile.mkdtemp(dir=self.folder)) / self.path.name
        inside = False
        with (
            self.path.open(encoding=encoding.replace("utf-8", "utf-8-sig"), newline="") as old,
            copy.open("w", encoding="utf-8", newline="") as new,
        ):
            try:
                for line in islice(old, above, None):
                    if not inside and line in ("\n", "\r\n", "\r"):
                        new.write(empty)
                    new.write(line)
                    inside ^= line.count('"') % 2 == 1
            except UnicodeDecodeError as error:
                self._no_text(error.object[error.start : error.start + 8].hex(" "), encoding)
        return copy

    def _has_blank_lines(self) -> bool:
        """Return whether a line before the last row may be blank."""
        with (
            self.path.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            end = len(content)
            while end and content[end - 1] in b"\r\n":
                end -= 1
            return any(content.find(blank, 0, end) >= 0 for blank in _BLANK)

    def _no_text(self, found: str, encoding: str, row: int | None = None) -> NoReturn:
        self.listing.stop(found, message("text in {encoding}", encoding=encoding), _SAVE, row)

    def _broken(self, error: str, above: int) -> NoReturn:
        """Refuse what DuckDB cannot read, in our words where they are known."""
        line, width = _LINE.search(error), _WIDTH.search(error)
        row = above + int(line[1]) if line else None
        given = error.partition("Original Line: ")[2].partition("\n")[0]
        if "Invalid unicode" in error:
            self._no_text(given, "utf-8", row)
        if width:
            expected = message("{n} cells, as in the header", n=int(width[1]))
            advice = message("look for a separator too many or too few in this row")
            self.listing.stop(given, expected, advice, row)
        self.listing.stop(given or error.partition("\n")[0], message("a table"), QUOTED, row)


def _rows(start: str, separator: str) -> list[tuple[list[str], int]]:
    """Return the first rows of a text, each with the number of the line that it ends on."""
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=separator)
    found: list[tuple[list[str], int]] = []
    with suppress(csv.Error):  # an open quotation mark: DuckDB tells its line
        for row in islice(reader, _WITHIN):
            found.append(([cell.strip() for cell in row], reader.line_num))
    return found or [([], 0)]
