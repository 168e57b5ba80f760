"""Rows set aside, for people: a workbook of why and how many, and of each row as published.

out/quarantine.xlsx  both languages side by side, no text in it a formula
out/quarantine.csv   the rows themselves where they are more than a workbook opens with ease
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.csv
import xlsxwriter

from etl.certificates.engine import Engine
from etl.certificates.registry import WORDS, Summary
from etl.certificates.registry_declaration import COLUMNS
from etl.certificates.results import FOR_PEOPLE
from indicators.exports.downloads import FORMULA, fitting
from indicators.findings import Message, message
from indicators.wording import Wording

ROWS = 200_000  # in a workbook; Excel's own limit is five times as many, and takes minutes to open
_BATCH = 20_000
_LANGUAGES = (Wording("zh"), Wording("en"))


def write_quarantine(summary: Summary, engine: Engine, most: int = ROWS) -> list[Path]:
    """Write the rows that a roll-up has set aside for people to read; return the files.

    most: rows in a workbook; where there are more they all stand in a CSV file instead.
    """
    book, text = (summary.out / name for name in FOR_PEOPLE)
    for earlier in (book, text):
        earlier.unlink(missing_ok=True)
    if not summary.set_aside and summary.remarks.empty:
        return []
    with engine.beside(summary.out):
        rows = _rows(summary.out / "quarantine.parquet", engine)
        apart = summary.set_aside > most
        counts = _counts(summary, text.name if apart else "")
        with xlsxwriter.Workbook(book, {"constant_memory": True}) as made:
            name, reasons = _both(message("Reasons and rows")), counts.itertuples(index=False)
            _write_sheet(made, name, counts.columns, reasons)
            if not apart:
                name = _both(message("Rows set aside"))
                _write_sheet(made, name, rows.columns, _each(rows, engine))
        if apart:
            _write_text(rows, text, engine)
        engine.release(rows)
    return [book, text] if apart else [book]


def _both(said: Message) -> str:
    return " · ".join(said.said(words) for words in _LANGUAGES)


def _counts(summary: Summary, elsewhere: str) -> pd.DataFrame:
    """Return how many rows were read, counted and set aside, and why."""
    aside, counted = _both(message("Rows set aside")), _both(message("Counted"))
    unsized = _both(message("Counted, enterprise size not classified"))
    rows: list[tuple[object, ...]] = [
        (_both(message("Read")), "", "", summary.rows, "", ""),
        (counted, "", "", summary.rows - summary.set_aside, "", ""),
        (aside, "", "", summary.set_aside, elsewhere, ""),
    ]
    for handling, reasons in ((aside, summary.reasons), (unsized, summary.remarks)):
        rows += [
            (handling, *(WORDS[reason].said(words) for words in _LANGUAGES), number, file, row)
            for reason, number, file, row in reasons.itertuples(index=False)
        ]
    headings = [_both(each) for each in (message("Rows"), message("First in"), message("Row"))]
    names = [words("Reason") for words in _LANGUAGES]
    return pd.DataFrame(rows, columns=["", *names, *headings])


def _rows(path: Path, engine: Engine) -> Any:
    """Return the rows as published, with their reasons in both languages and no formula."""
    rows = engine.parquet(path)
    found = engine.rows(rows.select("reasons").distinct())["reasons"]
    said = {
        words("Reason"): [
            ("；" if words.language == "zh" else "; ").join(
                WORDS[reason].said(words) for reason in reasons.split(";")
            )
            for reasons in found
        ]
        for words in _LANGUAGES
    }
    spelled = engine.kept(engine.frame(pd.DataFrame({"reasons": found, **said}, dtype="str")))
    joined = rows.inner_join(spelled, "reasons")
    made = engine.kept(
        joined.select(
            **{_both(message("File")): _harmless(joined.file), _both(message("Row")): joined.row},
            **{name: joined[name] for name in said},
            **{f"{header} · {name}": _harmless(joined[name]) for name, header in COLUMNS.items()},
        )
    )
    engine.release(spelled)
    return made


def _harmless(text: Any) -> Any:
    """Return a text that no spreadsheet runs."""
    return text.re_search(FORMULA).ifelse("'" + text, text)


def _each(rows: Any, engine: Engine) -> Iterator[tuple[Any, ...]]:
    for batch in engine.batches(rows.order_by(*rows.columns[:2]), _BATCH):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _write_sheet(
    book: xlsxwriter.Workbook, name: str, headings: Any, rows: Iterator[tuple[Any, ...]]
) -> None:
    sheet = book.add_worksheet(name)
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    sheet.set_column(0, len(headings) - 1, 20)
    sheet.freeze_panes(1, 0)
    for column, text in enumerate(headings):
        sheet.write_string(0, column, text, heading)
    for row, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                # What is longer stands whole in quarantine.parquet.
                sheet.write_string(row, column, fitting(cell))
            else:
                sheet.write_number(row, column, cell)


def _write_text(rows: Any, path: Path, engine: Engine) -> None:
    with path.open("wb") as stream:
        stream.write(b"\xef\xbb\xbf")  # by which Excel knows Chinese
        schema = engine.arrow(rows.limit(0)).schema
        with pyarrow.csv.CSVWriter(stream, schema) as writer:
            for batch in engine.batches(rows.order_by(*rows.columns[:2]), _BATCH):
                writer.write_batch(batch)
