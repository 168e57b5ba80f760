"""Certificate files as tables of texts: CSV in any encoding, every sheet of a workbook, Parquet.

The header is the first row that has all the columns that are needed: a title may stand above it.
Each table holds the declared columns that its file has, with `file` and `row`, as a spreadsheet
counts them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import duckdb
import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from etl.certificates.csv_text import WITHIN, CsvText
from etl.certificates.declaration import COLUMNS, OPTIONAL, Declaration, declared
from etl.certificates.engine import Engine
from etl.certificates.plain_text import filled, written
from etl.files.listing import Listing
from etl.files.workbook import Workbook, text
from indicators.findings import Finding, FindingsError, message

SUFFIXES = (".csv", ".xlsx", ".xls", ".parquet")
SEPARATORS = (",", ";", "\t", "|")
_NAMED = re.compile(r'file "([^"]+)"')
_VALUE = re.compile(r'value "(.*)" is not valid')


def tables(
    paths: Sequence[Path],
    common: Declaration,
    engine: Engine,
    folder: Path,
    reading: Callable[[int, str], None],
) -> list[tuple[Any, Declaration]]:
    """Return the tables of all files, each with what was said of its file.

    common: what holds for a file unless its own declaration says otherwise. folder: takes what
    must be written anew to be read. reading: told the number and name of each file.
    Raises `FindingsError` with what is wrong with each file: its kind, a missing column, damage,
    or its declaration.
    """
    found: list[tuple[Any, Declaration]] = []
    findings: list[Finding] = []
    for number, (path, label) in enumerate(zip(paths, _labels(paths), strict=True), start=1):
        reading(number, label)
        try:
            said = declared(path, common)
            seen = engine.seen(path, folder)
            reader = _File(seen, label, said, engine, folder, Listing(label))
            with told():
                found += [(table, said) for table in reader.tables()]
        except FindingsError as refusal:
            findings += refusal.findings
    if findings:
        raise FindingsError(findings)
    return found


@contextmanager
def told() -> Iterator[None]:
    """Turn what DuckDB finds damaged only when it reads a file's values into `FindingsError`."""
    try:
        yield
    except duckdb.InvalidInputException as error:
        said = str(error).partition("\n")[0]
        named, value = _NAMED.search(said), _VALUE.search(said)
        if not named:
            raise
        raise FindingsError(
            [
                Finding(
                    Path(named[1]).name,
                    value[1] if value else said,
                    message("a whole Parquet file, its texts in UTF-8"),
                    message("the file is damaged: export it again"),
                )
            ]
        ) from error


def _labels(paths: Sequence[Path]) -> list[str]:
    """Return the name of each file, with its folder where two are of one name."""
    often = Counter(path.name for path in paths)
    return [path.name if often[path.name] == 1 else str(path) for path in paths]


@dataclass(frozen=True)
class _File:
    path: Path
    label: str
    declaration: Declaration
    engine: Engine
    folder: Path
    listing: Listing

    def tables(self) -> list[Any]:
        kind = self.path.suffix.lower()
        if kind not in SUFFIXES:
            self.listing.stop(
                kind,
                message("one of {kinds}", kinds=list(SUFFIXES)),
                message("export the certificates again in one of these formats"),
            )
        if not self.path.stat().st_size:
            self._without_rows()
        if kind == ".parquet":
            return [self._parquet()]
        return [self._csv()] if kind == ".csv" else self._sheets()

    def _without_rows(self) -> NoReturn:
        self.listing.stop(
            "0", message("rows with certificates"), message("export the certificates again")
        )

    def _named(
        self,
        rows: Any,
        names: Sequence[str],
        label: str | None = None,
        moments: Collection[str] = (),
    ) -> Any:
        declared = [name for name in self.declaration.columns.values() if name in names]
        texts = rows.select(
            **{name: written(rows[name], moment=name in moments) for name in declared},
            row=rows.row.cast("int64"),
            file=ibis.literal(label or self.label),
        )
        # A row without anything in it is no certificate. They are rare: to look for them once costs
        # less than at each of the many times that the rows are read.
        some = texts.filter(ibis.or_(*(filled(texts[name]).fill_null(False) for name in declared)))
        return texts if self.engine.number(some) == self.engine.number(texts) else some

    def _missing(self, names: Sequence[str]) -> list[str]:
        return [
            header
            for name, header in self.declaration.columns.items()
            # What was declared must be there.
            if header not in names and (name not in OPTIONAL or header != COLUMNS[name])
        ]

    def _header(self, rows: Sequence[Sequence[str]]) -> int | None:
        """Return the place of the header, `None` where there is none."""
        for place, row in enumerate(rows[:WITHIN]):
            if not self._missing(row):
                self._once(row, place)
                return place
        return None

    def _once(self, names: Sequence[str], place: int) -> None:
        often = Counter(names)
        for header in self.declaration.columns.values():
            if often[header] > 1:
                self.listing.add(
                    header, message("each column once"), message("correct the header row"),
                    row=place + 1, column=header,
                )  # fmt: skip
        self.listing.refuse()

    def _without_header(self, rows: Sequence[Sequence[str]]) -> NoReturn:
        # The nearest to a header is the row that lacks the fewest.
        place, names = min(enumerate(rows), key=lambda row: len(self._missing(row[1])))
        self.listing.stop(
            " · ".join(filter(None, names)),
            message("the columns {columns}", columns=self._missing(names)),
            message("correct the header row"),
            row=place + 1,
        )

    def _parquet(self) -> Any:
        try:
            file = pq.ParquetFile(self.path)
        except (pa.ArrowInvalid, OSError) as error:
            self.listing.stop(
                str(error),
                message("a whole Parquet file"),
                message("the file is damaged: export it again"),
            )
        with file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
        names = schema.names
        if self._header([names]) is None:
            self._without_header([names])
        if not rows:
            self._without_rows()
        moments = [
            each.name for each in schema if pa.types.is_timestamp(each.type) and each.type.tz
        ]
        return self._named(self.engine.numbered_parquet(self.path), names, moments=moments)

    def _sheets(self) -> list[Any]:
        found: dict[str, pd.DataFrame] = {}
        looked_at: list[list[str]] = []
        with Workbook(self.path, self.listing) as book:
            for sheet in book.visible:
                self.listing.sheet = sheet
                rows = book.cells(sheet)
                first = [[text(value).strip() for value in row] for row in rows[:WITHIN]]
                place = self._header(first)
                if place is None:
                    looked_at += first
                elif len(rows) > place + 1:
                    found[sheet] = self._frame(first[place], rows, place)
        self.listing.sheet = None
        if not found and looked_at:
            self._without_header(looked_at)
        if not found:
            self._without_rows()
        alone = len(found) == 1
        return [
            self._named(
                self.engine.kept(self.engine.frame(frame)),
                list(frame.columns),
                self.label if alone else f"{self.label} · {name}",
            )
            for name, frame in found.items()
        ]

    def _frame(self, names: list[str], rows: list[list[Any]], place: int) -> pd.DataFrame:
        declared = set(self.declaration.columns.values())
        columns: dict[str, Any] = {
            name: pd.array([text(row[at]) for row in rows[place + 1 :]], dtype="str")
            for at, name in enumerate(names)
            if name in declared
        }
        return pd.DataFrame({**columns, "row": range(place + 2, len(rows) + 1)})

    def _csv(self) -> Any:
        text = CsvText(self.path, self.declaration.encoding, self.listing)
        samples = {separator: text.rows(separator) for separator in SEPARATORS}
        separator = max(
            SEPARATORS, key=lambda each: max(-len(self._missing(row)) for row, _ in samples[each])
        )
        first = [row for row, _ in samples[separator]]
        place = self._header(first)
        if place is None:
            self._without_header(first)
        # Only declared columns are named: whatever the others are called does not matter.
        declared = set(self.declaration.columns.values())
        names = [
            name if name in declared else f"column {at}" for at, name in enumerate(first[place])
        ]
        above = samples[separator][place - 1][1] if place else 0
        path = text.readable(self.folder, above, separator, len(names))
        try:
            table = self.engine.texts(path, names, separator, declared & set(names), place + 2)
        except duckdb.InvalidInputException as error:
            text.broken(str(error), place)
        rows = self._named(table, names)
        if not self.engine.number(rows):
            self._without_rows()
        return rows
