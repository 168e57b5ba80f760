"""One's own file to tidy rows, a batch at a time: read, understood, written; or refused with all
that is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.figures.cells import amount, reads
from etl.figures.citations import Citations
from etl.figures.declaration import CITED, MARKS, PARTS, Declaration, Rule
from etl.figures.layout import Layout, layout
from etl.figures.units import UnitWords, says_units
from etl.figures.values import (
    OMITTED,
    WITHOUT_VALUE,
    WRONG,
    Coded,
    Codes,
    Conversion,
    Figures,
    Reading,
    coded,
    marked,
    missing_texts,
    present,
    put,
    repeated,
    says,
)
from etl.files.listing import Listing
from etl.files.opening import opened
from etl.files.table import Batch, Source, Table
from etl.tidy import SCHEMA
from indicators.catalogue import Catalogue
from indicators.findings import Finding, message
from indicators.names import UnreadError, is_nation, plain
from indicators.statuses import ObservationStatus
from indicators.store.tables import KEY

Truths = npt.NDArray[np.bool_]
# Dictionaries are written as they are; without the Arrow schema they are read as plain text.
WRITTEN = pa.schema(
    [
        pa.field(
            name.name,
            pa.dictionary(pa.int32(), pa.string()) if name.type == pa.string() else name.type,
        )
        for name in SCHEMA
    ]
)
TEXTS = [name.name for name in SCHEMA if name.type == pa.string()]
COUNTS = ("numerator", "denominator", "contributors", "largest")


@dataclass
class Rows:
    """One file on its way."""

    declaration: Declaration
    conversion: Conversion
    layout: Layout
    listing: Listing
    writer: pq.ParquetWriter
    citations: Citations
    constant: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    _across: dict[int, dict[str, str]] = field(default_factory=dict)
    _fixed: dict[str, str] = field(default_factory=dict)
    _noted: dict[int, set[str]] = field(default_factory=dict)
    _noted_rows: dict[str, Truths] = field(default_factory=dict)
    _held: dict[str, str] = field(default_factory=dict)
    _titles: dict[str, set[str]] = field(default_factory=dict)
    _unit_words: UnitWords = field(init=False)
    _header: list[list[str]] = field(default_factory=list)
    _fractions: dict[str, bool] = field(default_factory=dict)
    _end: float = float("inf")  # the row from which on there are notes
    _breaks: list[dict[str, str]] = field(default_factory=list)
    _seconds: list[dict[str, str]] = field(default_factory=list)
    _seconded: Counter[int] = field(default_factory=Counter)

    def prepare(self, header: list[list[str]], above: list[list[str]]) -> None:
        """Understand what holds for the whole file, and for whole columns of figures."""
        self._header = header
        for key, text in self.declaration.fixed.items():
            place = "sheets" if key == self.declaration.across_sheets else f"fixed.{key}"
            self._fixed[key] = self.conversion.fixed(key, text, place)
        rows = dict(zip(self.declaration.across, self.declaration.header, strict=False))
        for position, said in self.layout.figures.items():
            label = self.layout.labels[position]
            self._noted[position] = {
                status for text in said.values() if (status := self.conversion.notes.split(text)[1])
            }
            self._across[position] = {
                key: self.conversion.fixed(key, text, label, row=rows.get(key))
                for key, text in said.items()
            }
        for key, position in self.layout.columns.items():
            said_above = {self.layout.labels[position], *(cells[position] for cells in header)}
            self._titles[key] = {plain(text) for text in said_above if text.strip()}
        self._missing = missing_texts(self.declaration.missing)
        self._breaks = self._named("breaks", self.declaration.breaks)
        self._seconds = self._named("second_sources", self.declaration.second_sources)
        for name in self.declaration.scope_by_scheme:
            self.conversion.fixed("scheme", name, f"scope_by_scheme.{name}")
        across = dict(zip(self.declaration.header, self.declaration.across, strict=False))
        self._unit_words = UnitWords(
            self.declaration,
            self.listing,
            above,
            {
                position: [
                    (row, said.get(across.get(row, "-"), cells[position]))
                    for row, cells in zip(self.declaration.header, header, strict=True)
                ]
                for position, said in self.layout.figures.items()
            },
        )

    def _named(self, where: str, figures: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
        """Return the codes by which a part of the declaration names figures."""
        return [
            {
                key: self.conversion.fixed(key, text, f"{where}.{key}")
                for key, text in said.items()
                if key in KEY
            }
            for said in figures
        ]

    def add(self, batch: Batch, merged: list[Any] | None) -> None:
        """Take in a batch of rows."""
        columns: dict[str, Any] = {
            key: coded(batch.columns[position]) if key not in COUNTS else batch.columns[position]
            for key, position in self.layout.columns.items()
        }
        kept = self._kept(batch, columns)
        self._say_units(batch, kept)
        rows = batch.rows
        figures = {position: batch.columns[position] for position in self.layout.figures}
        for key in self.declaration.merged:
            if key in columns:
                columns[key] = self._filled(key, columns[key], rows, kept, merged)
        for position in self.layout.nameless:
            self._nameless(batch.columns[position], rows, kept)
        if not kept.all():
            mask = pa.array(kept)
            rows = rows[kept]
            columns = {
                key: column.take(kept) if isinstance(column, Coded) else column.filter(mask)
                for key, column in columns.items()
            }
            figures = {position: column.filter(mask) for position, column in figures.items()}
        if len(rows):
            self._convert(rows, columns, figures)

    def finish(self) -> None:
        """Raise `FindingsError` where anything is wrong; warn of what may be."""
        if not self.rows and not self.listing.count:
            self.listing.add("0", message("at least one figure"), message("the table is empty"))
        self._unit_words.finish()
        for number, codes in enumerate(self._seconds):
            if self._seconded[number] != 1:
                self.listing.add(
                    f"{' · '.join(codes.values())}: {self._seconded[number]}",
                    message("one figure of this file"),
                    message("correct {key} in the declaration", key="second_sources"),
                )
        self.listing.refuse()
        for indicator, fraction in self._fractions.items():
            if fraction:
                self.listing.warn(
                    indicator,
                    message("percentages between 0 and 100"),
                    message(
                        "all of them lie between 0 and 1: if they are fractions, "
                        "declare the unit {unit}",
                        unit="比例",
                    ),
                )

    def _kept(self, batch: Batch, columns: dict[str, Any]) -> Truths:
        """Return which rows are figures: not left out by a rule, not blank, not a header again."""
        kept = ~np.isin(batch.rows, list(self.declaration.left_rows))
        for rule, position in self.layout.rules:
            equals, starts = {plain(text) for text in rule.equals}, tuple(map(plain, rule.starts))
            if rule.since:
                kept &= ~self._below(rule, batch, position)
            kept &= ~coded(batch.columns[position]).where(
                lambda text, equals=equals, starts=starts: (  # type: ignore[misc]
                    plain(text) in equals or (bool(starts) and plain(text).startswith(starts))
                )
            )
        texts = {key: column for key, column in columns.items() if isinstance(column, Coded)}
        blank = np.ones(len(batch.rows), dtype=np.bool_)
        for column in texts.values():
            if blank.any():
                blank &= column.where(lambda text: not text.strip())
        for position in (
            *self.layout.figures,
            *(p for k, p in self.layout.columns.items() if k in COUNTS),
        ):
            if blank.any():
                blank &= _empty(batch.columns[position])
        kept &= ~blank
        again = self._headings(batch, kept, texts)
        kept &= ~again
        return kept

    def _say_units(self, batch: Batch, kept: Truths) -> None:
        """Take in the units that notes and an ignored column of units say."""
        out, rows = pa.array(~kept), batch.rows[~kept]
        for position in {p for _, p in self.layout.rules} | set(self.layout.columns.values()):
            column = coded(batch.columns[position].filter(out))
            for place in np.flatnonzero(column.where(says_units)):
                text, row = column.texts[column.rows[place]], int(rows[place])
                self._unit_words.note(text, row, self.layout.labels[position])
        for position in self.layout.units:
            column = coded(batch.columns[position])
            codes, places = np.unique(column.rows[kept], return_index=True)
            for code, place in zip(codes, places, strict=True):
                row = int(batch.rows[kept][place])
                self._unit_words.cell(column.texts[code], row, self.layout.labels[position])

    def _headings(self, batch: Batch, kept: Truths, texts: dict[str, Coded]) -> Truths:
        """Return which rows are the header again; one that differs begins another table.

        Of a header of several rows, those after the first may say nothing in the columns of names.
        """
        found = np.zeros(len(kept), dtype=np.bool_)
        if not texts:
            return found
        titled, blank = kept.copy(), kept.copy()
        for key, column in texts.items():
            if titled.any():
                titled &= column.where(partial(_is_title, self._titles[key]))
            if blank.any():
                blank &= column.where(lambda text: not text.strip())
        if blank.any() and len(self._header) > 1:
            first = next(iter(self.layout.figures))
            said = pa.array({cells[first] for cells in self._header if cells[first]}, pa.string())
            column = batch.columns[first]
            if pa.types.is_string(column.type):
                blank &= pc.is_in(column, said).to_numpy(zero_copy_only=False)
        else:
            blank[:] = False
        for place in np.flatnonzero(titled | blank).tolist():
            found[place] = self._is_heading(batch, place, titled=bool(titled[place]))
        return found

    def _is_heading(self, batch: Batch, place: int, *, titled: bool) -> bool:
        """Return whether a row is the header again, listing what is wrong with that."""
        cells = {p: str(column[place].as_py()) for p, column in batch.columns.items()}
        differ = [[p for p in cells if plain(cells[p]) != plain(line[p])] for line in self._header]
        nearest = min(differ, key=len)
        if nearest and not titled:
            return False
        row, first = int(batch.rows[place]), min(nearest or cells)
        if nearest:
            above = self.declaration.header[differ.index(nearest)]
            self.listing.add(
                " | ".join(cells[p] for p in nearest),
                message(
                    "the header of row {row}: {names}",
                    row=above,
                    names=" | ".join(self._header[differ.index(nearest)][p] for p in nearest),
                ),
                message(
                    "another table begins in row {row}: give it a file or sheet of its own", row=row
                ),
                row=row,
                column=self.layout.labels[first],
            )
        elif not self.declaration.repeated_header:
            self.listing.add(
                cells[first],
                message("figures, not the header again"),
                message("take the row out, or list `repeated_header` under `leave_out`"),
                row=row,
                column=self.layout.labels[first],
            )
        return True

    def _below(self, rule: Rule, batch: Batch, position: int) -> Truths:
        """Return the rows from the one on with which `rule` says that the table ends.

        Figures among them are listed: they would be lost.
        """
        starts = tuple(map(plain, rule.since))
        begins = coded(batch.columns[position]).where(lambda text: plain(text).startswith(starts))
        if begins.any():
            self._end = min(self._end, int(batch.rows[begins][0]))
        below: Truths = batch.rows >= self._end
        if below.any():
            why = UnreadError(
                message("no figures below the row that ends the table"),
                message("take the figures above row {row}, or correct `leave_out`", row=self._end),
            )
            for place in self.layout.figures:
                column = batch.columns[place].filter(pa.array(below))
                self.conversion.list_rows(
                    np.flatnonzero(coded(column).where(partial(reads, amount))),
                    batch.rows[below],
                    self.layout.labels[place],
                    lambda row, column=column: (str(column[row].as_py()), why),  # type: ignore[misc]
                )
        return below

    def _filled(
        self, key: str, column: Coded, rows: Any, kept: Truths, merged: list[Any] | None
    ) -> Coded:
        """Return a column in which a merged cell's text stands in every row it spans."""
        position = self.layout.columns[key]
        texts = list(column.texts)
        filled = column.rows.copy()
        spans = [(a[0] + 1, b[0] + 1) for a, b in merged or () if a[1] <= position <= b[1]]
        ends = {first: last for first, last in spans if last > first}
        until = int(self._held.get(f"{key} until", 0))
        for place in range(len(filled)):
            if not kept[place]:
                continue
            row, text = int(rows[place]), texts[filled[place]]
            if text.strip():
                self._held[key] = text
                until = ends.get(row, 0)
            elif key in self._held and (not ends or row <= until):
                if self._held[key] not in texts:
                    texts.append(self._held[key])
                filled[place] = texts.index(self._held[key])
        self._held[f"{key} until"] = str(until)
        return Coded(texts, filled)

    def _nameless(self, column: Any, rows: Any, kept: Truths) -> None:
        filled = np.flatnonzero(~_empty(column) & kept)
        why = UnreadError(
            message("a header above each column of figures"),
            message("write what the column holds into the header, or name it under `ignore`"),
        )
        self.conversion.list_rows(filled, rows, "", lambda place: (column[place].as_py(), why))

    def _convert(self, rows: Any, columns: dict[str, Any], figures: dict[int, Any]) -> None:
        shared: dict[str, Codes] = {
            key: self.conversion.codes(key, column, rows, self._label(key))
            for key, column in columns.items()
            if isinstance(column, Coded) and key not in ("value", *CITED)
        }
        self._noted_rows = self._by_status(columns)
        for key, code in self._fixed.items():
            shared[key] = repeated(code, len(rows))
        self._scope(shared, columns)
        shared["citation"] = self._cited(columns, rows)
        counts = {name: columns[name] for name in COUNTS if name in columns}
        for position, column in figures.items():
            said = dict(shared)
            for key, code in self._across.get(position, {}).items():
                said[key] = repeated(code, len(rows))
            self._part(rows, said, column, position, counts)

    def _by_status(self, columns: dict[str, Any]) -> dict[str, Truths]:
        """Return which rows have which status by the marks on their names and periods."""
        split = self.conversion.notes.split
        given = set(filter(None, map(self.conversion.notes.status, self.declaration.notes)))
        return {
            status: np.logical_or.reduce(
                [
                    column.where(lambda text, status=status: split(text)[1] == status)  # type: ignore[misc]
                    for key, column in columns.items()
                    if isinstance(column, Coded) and key not in CITED
                ]
            )
            for status in given
        }

    def _scope(self, shared: dict[str, Codes], columns: dict[str, Any]) -> None:
        """Let a total mean another one where the scheme that it is of says so."""
        for name, scope in self.declaration.scope_by_scheme.items():
            scheme = plain(name)
            here = columns["scheme"].where(lambda text, scheme=scheme: plain(text) == scheme)
            if "region" in columns:
                here &= columns["region"].where(is_nation)
            else:
                here &= is_nation(self.declaration.fixed["region"])
            put(shared["region"], scope, here)

    def _cited(self, columns: dict[str, Any], rows: Any) -> Codes:
        said = {key: column for key, column in columns.items() if key in CITED}
        if not said:
            return repeated(self.citations.of_file, len(rows))
        return self.citations.of_rows(said, rows, {key: self._label(key) for key in said})

    def _mark_breaks(self, said: dict[str, Codes], count: int) -> None:
        for codes in self._breaks:
            _give_status(said, ObservationStatus.BREAK.code, _those(said, codes, count), count)

    def _add_second_sources(self, said: dict[str, Codes], count: int) -> None:
        for number, codes in enumerate(self._seconds):
            here = _those(said, codes, count)
            self._seconded[number] += int(here.sum())
            if not here.any():
                continue
            cited = said["citation"]
            more = self.declaration.second_sources[number]
            keys = {
                place: self.citations.with_second_source(cited.codes[place], more)
                for place in present(cited.rows[here]).tolist()
            }
            said["citation"] = Codes([*cited.codes], cited.rows.copy())
            for place, key in keys.items():
                put(said["citation"], key, here & (cited.rows == place))

    def _label(self, key: str) -> str:
        return self.layout.labels[self.layout.columns[key]]

    def _part(
        self, rows: Any, said: dict[str, Codes], column: Any, position: int, counts: dict[str, Any]
    ) -> None:
        if "period" not in said:
            said["period"] = _period([said[part] for part in PARTS if part in said])
        label = self.layout.labels[position]
        column = self._note(said, column, position)
        self._mark_breaks(said, len(rows))
        self._add_second_sources(said, len(rows))
        powers, percentages = self._units(said, rows, position)
        excused = says(said.get("status"), WITHOUT_VALUE) | ~says(
            said.get("confidentiality"), ("F", None)
        )
        read = Reading(self._missing, powers, percentages, excused).figures(column)
        wrong = np.flatnonzero(read.meaning == WRONG)
        self.conversion.list_rows(wrong, rows, label, read.why)
        both = np.flatnonzero(says(said.get("status"), WITHOUT_VALUE) & (read.meaning == 0))
        why = UnreadError(
            message("no figure where the status says that there is none"),
            message("correct the status, or empty the cell"),
        )
        self.conversion.list_rows(both, rows, label, lambda place: (str(read.values[place]), why))
        numbers = self._counts(counts, rows)
        self._look_at_fractions(said["indicator"], read)
        self.rows += int((read.meaning != OMITTED).sum())
        if not self.listing.count:
            self._write(rows, said, read, numbers)

    def _counts(self, counts: dict[str, Any], rows: Any) -> dict[str, Any]:
        numbers = {}
        nothing = np.zeros(len(rows), dtype=np.int64)
        for name, column in counts.items():
            reading = Reading(
                {"": "M"} | self._missing,
                nothing,
                nothing.astype(np.bool_),
                nothing.astype(np.bool_),
            )
            read = reading.figures(column)
            wrong = np.flatnonzero(read.meaning == WRONG)
            self.conversion.list_rows(wrong, rows, self._label(name), read.why)
            numbers[name] = read.values
        return numbers

    def _note(self, said: dict[str, Codes], column: Any, position: int) -> Any:
        """Return figures without the marks of notes; a row that has no status takes theirs."""
        if not self.declaration.notes:
            return column
        column, noted = self.conversion.notes.column(column)
        count = len(column)
        beside = {code: np.ones(count, dtype=np.bool_) for code in self._noted.get(position, ())}
        for rows in (noted, self._noted_rows, beside):
            for code, here in rows.items():
                _give_status(said, code, here, count)
        return column

    def _units(self, said: dict[str, Codes], rows: Any, position: int) -> tuple[Any, Any]:
        """Return a row's power of ten and whether it is a percentage."""
        label = self.layout.labels[position]
        indicators, units = said["indicator"], said.get("unit")
        width = len(units.codes) if units else 1
        pairs = indicators.rows * width + (units.rows if units else 0)
        powers = np.zeros(len(rows), dtype=np.int64)
        percentages = np.zeros(len(rows), dtype=np.bool_)
        for pair in present(pairs[indicators.rows >= 0]).tolist():
            indicator = indicators.codes[pair // width]
            if not indicator:
                continue
            unit = units.codes[pair % width] if units else None
            found = self.conversion.power(indicator, unit)
            here = pairs == pair
            percentages[here] = self.conversion.is_percentage(indicator)
            if isinstance(found, UnreadError):
                text, why = unit if unit is not None else str(self.declaration.unit), found
                self.conversion.list_rows(
                    np.flatnonzero(here)[:1],
                    rows,
                    label,
                    lambda _, text=text, why=why: (text, why),  # type: ignore[misc]
                )
            else:
                powers[here] = found
                self._unit_words.hold(
                    position,
                    label,
                    *self.conversion.unit(indicator, unit),
                    found,
                )
        return powers, percentages

    def _look_at_fractions(self, indicators: Codes, read: Figures) -> None:
        for index, indicator in enumerate(indicators.codes):
            if indicator and self.conversion.is_share(indicator):
                values = read.values[indicators.rows == index]
                values = values[~np.isnan(values)]
                if len(values) and self._fractions.get(indicator, True):
                    self._fractions[indicator] = bool((np.abs(values) <= 1).all() and values.any())

    def _write(
        self, rows: Any, said: dict[str, Codes], read: Figures, numbers: dict[str, Any]
    ) -> None:
        count = len(rows)
        status = said.get("status") or repeated("A", count)
        secret = said.get("confidentiality") or repeated("F", count)
        status, secret = marked(status, secret, read.meaning)
        texts = {key: said[key] for key in KEY} | dict(zip(MARKS, (status, secret), strict=True))
        texts |= {name: repeated(text, count) for name, text in self.constant.items()}
        texts["citation"] = said["citation"]
        columns = []
        for name in SCHEMA.names:
            if name in texts:
                columns.append(texts[name].dictionary())
            elif name == "row":
                columns.append(pa.array(rows, pa.int64()))
            else:
                values = (
                    read.values if name == "value" else numbers.get(name, np.full(count, np.nan))
                )
                columns.append(pa.array(values, from_pandas=True))
        made = pa.RecordBatch.from_arrays(columns, schema=WRITTEN)
        omitted = read.meaning == OMITTED
        self.writer.write_batch(made.filter(pa.array(~omitted)) if omitted.any() else made)


def _period(parts: list[Codes]) -> Codes:
    """Return the periods of years with their quarters or months; −1 where a part is not known."""
    years, others = parts
    width = len(others.codes)
    codes = [year + other for year in years.codes for other in others.codes]
    unknown = (years.rows < 0) | (others.rows < 0)
    return Codes(codes, np.where(unknown, -1, years.rows * width + others.rows))


def _give_status(said: dict[str, Codes], code: str, here: Truths, count: int) -> None:
    """Give rows `here` a status where they have none."""
    status = said.get("status") or repeated("A", count)
    said["status"] = Codes([*status.codes], status.rows)
    put(said["status"], code, here & says(status, ("A",)))


def _those(said: Mapping[str, Codes], codes: Mapping[str, str], count: int) -> Truths:
    """Return which rows have these codes."""
    here = np.ones(count, dtype=np.bool_)
    for key, code in codes.items():
        here &= says(said[key], (code,))
    return here


def _empty(column: Any) -> Truths:
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        return np.asarray(column.is_null(nan_is_null=True))
    stripped = pc.utf8_trim_whitespace(column.fill_null(""))
    return np.asarray(pc.equal(pc.utf8_length(stripped), 0))


def _is_title(titles: set[str], text: str) -> bool:
    return plain(text) in titles


@dataclass(frozen=True)
class Tidied:
    """What a file came to: citation (columns as the table of that name), rows, warnings."""

    citations: pd.DataFrame
    rows: int
    warnings: list[Finding] = field(default_factory=list)


def tidy(
    path: Path, declaration: Declaration, catalogue: Catalogue, out: Path, *, source: str
) -> Tidied:
    """Read a file of figures as it is declared; write `out`, Parquet of `etl.tidy.SCHEMA`.

    The memory it takes does not grow with a CSV or Parquet file. Raises `FindingsError` with every
    finding (of very many, the first ones and their number); then there is no `out`.
    """
    out.unlink(missing_ok=True)
    listing = Listing(f"{source}/{path.name}")
    conversion = Conversion(declaration, catalogue, listing)
    citations = Citations(declaration, listing, source)
    constant = {"source": source, "file": listing.file}
    rows = 0
    with opened(path, listing) as source_file, _writer(out) as writer:
        for declared in _parted(declaration, source_file, listing):
            with listing.part():
                table = source_file.table(declared)
                listing.sheet = table.sheet
                placed = layout(table, declared, listing)
                made = Rows(declared, conversion, placed, listing, writer, citations)
                made.constant = constant | {"sheet": table.sheet or ""}
                _add(table, made)
                rows += made.rows
        listing.refuse()
    return Tidied(citations.frame(), rows, listing.warnings)


def _parted(declaration: Declaration, file: Source, listing: Listing) -> list[Declaration]:
    """Return what is declared of each sheet that is a table: of one, or of every part."""
    key = declaration.across_sheets
    if key is None:
        return [declaration]
    if not file.names:
        listing.stop(
            Path(listing.file).suffix.lower(),
            message("a workbook, for `across_sheets` is declared"),
            message("correct {key} in the declaration", key="across_sheets"),
        )
    sheets = declaration.sheets or {name: name for name in file.sheets}
    for name in sheets:
        if name not in file.names:
            listing.add(
                " / ".join(file.names),
                message("the sheet {name}", name=name),
                message("correct `sheets` in the declaration"),
            )
    listing.refuse()
    return [
        replace(declaration, sheet=name, fixed={**declaration.fixed, key: said})
        for name, said in sheets.items()
    ]


def _add(table: Table, made: Rows) -> None:
    """Take in a whole table; `FindingsError` where anything is wrong with the file so far."""
    placed = made.layout
    made.prepare(table.header, table.above)
    first_row = made.declaration.header[-1]
    merged = [(first, last) for first, last in table.merged or () if first[0] >= first_row]
    coded_columns = set(placed.columns.values()) | {position for _, position in placed.rules}
    numeric = {placed.columns[name] for name in COUNTS if name in placed.columns}
    for batch in table.batches(placed.needed, coded_columns - numeric):
        made.add(batch, merged if table.merged else None)
    made.finish()


@contextmanager
def _writer(out: Path) -> Iterator[pq.ParquetWriter]:
    try:
        with pq.ParquetWriter(
            out,
            WRITTEN,
            store_schema=False,
            use_dictionary=TEXTS,
            compression="lz4",
            write_statistics=False,
        ) as writer:
            yield writer
    except BaseException:
        out.unlink(missing_ok=True)
        raise
