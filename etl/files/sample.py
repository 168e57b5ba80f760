"""The beginning of a file of figures, and how it is written, found out from the file itself."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Literal

from etl.figures.declaration import TODO
from etl.files.listing import Listing
from etl.files.table import TEXT_FILES, WORKBOOKS, ParquetFile, Range, readable
from indicators.findings import Message, message

Certainty = Literal["certain", "likely", "unsure"]
ROWS = 2_000
COLUMNS = 2_000
_FEWEST = 20  # lines of a text, however long they are
_HEAD, _LONGEST = 1 << 20, 32 << 20


@dataclass(frozen=True)
class Item:
    """One key of a declaration as proposed, how sure that is, and why."""

    key: str
    value: object
    certainty: Certainty
    why: Message


def undecided(key: str, hint: str, why: Message) -> Item:
    """Return an item that a person must decide: a declaration with it is refused."""
    return Item(key, f"{TODO} {hint}".strip(), "unsure", why)


@dataclass
class Sample:
    """The first rows as text, what is merged in them (None: not known), how the file is written.

    Of a workbook, what a person sees: hidden rows and columns are empty.
    """

    rows: list[list[str]]
    merged: list[Range] | None = None
    items: list[Item] = field(default_factory=list)
    sheet: str = ""
    width: int = 0  # how many columns the file has; at most COLUMNS of them are in `rows`
    hidden: bool = False  # whether something hidden was left out of `rows`
    scaled: bool = False  # whether number formats show other figures than are stored
    others: list[Sample] = field(default_factory=list)  # the other sheets


def sample(path: Path, listing: Listing) -> Sample:
    """Return the beginning of a file; raises `FindingsError` where there is nothing to read."""
    suffix = readable(path, listing)
    if suffix in TEXT_FILES:
        return _of_text(path, listing)
    if suffix in WORKBOOKS:
        return _of_workbook(path, listing)
    table = ParquetFile(path, listing)
    columns = range(min(COLUMNS, len(table.header[0])))
    batch = next(table.batches(columns, ()), None)
    rows = (
        []
        if batch is None
        else [
            ["" if cell is None else str(cell) for cell in cells]
            for cells in zip(
                *(batch.columns[p].slice(0, ROWS).to_pylist() for p in columns), strict=True
            )
        ]
    )
    return Sample([table.header[0][:COLUMNS], *rows], width=len(table.header[0]))


def _of_text(path: Path, listing: Listing) -> Sample:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        while head.count(b"\n") < _FEWEST and len(head) < _LONGEST:  # its lines are long
            if not (more := stream.read(len(head))):
                break
            head += more
        whole = not stream.read(1)
    if not whole and b"\n" in head:
        head = head[: head.rindex(b"\n") + 1]
    encoding, text = _decoded(head, listing)
    separator = max(
        (",", "\t", ";", "|"),
        key=lambda mark: sum(line.count(mark) for line in text[:_HEAD].splitlines()[:50]),
    )
    rows: list[list[str]] = []
    width = 0
    try:
        for cells in islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), ROWS):
            rows.append(cells[:COLUMNS])
            width = max(width, len(cells))
    except csv.Error as error:
        listing.stop(
            str(error),
            message("a table"),
            message("look for an open quotation mark, or save the file again as CSV (UTF-8)"),
        )
    parted = Item("separator", separator, "likely", message("the sign that parts the first rows"))
    return Sample(rows, None, [encoding, parted], width=width)


def _decoded(head: bytes, listing: Listing) -> tuple[Item, str]:  # noqa: RET503 - stop() raises
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            try:
                text = head.decode("utf-8-sig" if name == "utf-8" else name)
            except UnicodeDecodeError:
                break
            return Item("encoding", name, "certain", message("the file's first bytes say so")), text
    for name, certainty, why in (
        ("utf-8", "certain", message("the first rows are text in it")),
        ("gb18030", "likely", message("they are not UTF-8, and are text in it")),
    ):
        try:
            text = head.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return Item("encoding", name, certainty, why), text  # type: ignore[arg-type]
    listing.stop(
        head[:8].hex(" "),
        message("text in {encoding}", encoding="UTF-8 / GB18030"),
        message("this is no CSV file: export it again"),
    )


def _of_workbook(path: Path, listing: Listing) -> Sample:
    from etl.files.workbook import damaged, filled_sheets, open_book, shown_cells

    with open_book(path, listing) as book:
        filled = filled_sheets(book, path, listing)
        if not filled:
            listing.stop(
                " / ".join(book.sheet_names),
                message("a sheet with a table"),
                message("all visible sheets are empty: look for the right file"),
            )
        try:
            sheets = {name: shown_cells(book, path, name, ROWS, listing) for name in filled}
            merged = {name: book.get_sheet_by_name(name).merged_cell_ranges for name in filled}
        except BaseException as error:
            damaged(listing, error)
    seen = {
        name: Sample(
            [cells[:COLUMNS] for cells in rows],
            merged[name],
            sheet=name,
            width=max(map(len, rows), default=0),
            hidden=hidden,
            scaled=scaled,
        )
        for name, (rows, hidden, scaled) in sheets.items()
    }
    first = seen.pop(filled[0])
    first.others = list(seen.values())
    return first
