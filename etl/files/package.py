"""What a workbook's package says that its cell values do not: errors, formulas, formats.

A spreadsheet shows 0.9339 in a cell of the format 0.00% as 93.39%, and nothing at all tells the
value of a formula that was never computed. XLSX (ECMA-376) and ODS (OASIS) are archives of XML.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from etl.files.letters import position
from etl.files.listing import Listing
from etl.files.number_formats import scales
from indicators.findings import message

# A cell takes up to 300 bytes once it is read, whatever it takes in the file.
UNPACKED = 512 << 20
CELLS = 5_000_000
TEXT = 100_000_000  # characters of all cells of a sheet
_WHOLE = 16 << 20  # bytes of a part that is parsed in one piece: no sheet, and no table of texts
_IN_A_ROW = 200_000  # elements
ROWS = 1_048_576
_COLUMNS = 16_384
Cell = tuple[int, int]  # row, column, from 0
# zlib, zipfile and expat each have errors of their own for a damaged file.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, ElementTree.ParseError, AttributeError, EOFError, KeyError,
    NotImplementedError, OSError, RuntimeError, StopIteration, ValueError,
)  # fmt: skip
_TEXTS = "xl/sharedStrings.xml"
_MANIFEST = "META-INF/manifest.xml"
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_SHEETS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RAISED = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


@dataclass
class Marks:
    """Cells of one sheet: shown as a percentage, as a year; errors; formulas without a value.

    dates: cells whose number is a day by a format that readers do not know; `first_day`
    is day 0. raised: texts with a part set higher, such as the mark of a note, in signs that say
    so: 5100¹, not 51001. scaled: cells with the number format that shows another figure than is
    stored.
    hidden_rows, hidden_columns: what cannot be seen, from 0.
    """

    percent: set[Cell] = field(default_factory=set)
    year: set[Cell] = field(default_factory=set)
    dates: set[Cell] = field(default_factory=set)
    first_day: date = date(1899, 12, 30)
    error: set[Cell] = field(default_factory=set)
    formula: set[Cell] = field(default_factory=set)
    raised: dict[Cell, str] = field(default_factory=dict)
    scaled: dict[Cell, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    text: int = 0  # characters of all cells


def check(path: Path, listing: Listing) -> None:
    """Refuse a package that is damaged, or that would unpack to too much."""
    with _whole(path, listing) as package:
        _bounded(package, listing)
        if damaged := package.testzip():
            raise zipfile.BadZipFile(damaged)
        if "content.xml" in package.namelist():
            with package.open("content.xml") as stream:
                _opendocument(stream, None, listing)


def is_locked(path: Path, listing: Listing) -> bool:
    """Return whether a package is an ODS whose parts are encrypted, as its manifest says."""
    with _whole(path, listing) as package:
        _bounded(package, listing)
        if _MANIFEST not in package.namelist():
            return False
        named = {_local(element) for element in _root(package, _MANIFEST).iter()}
        return "encryption-data" in named


def marks(path: Path, sheet: str, listing: Listing) -> Marks:
    """Return what a package says of a sheet's cells; `FindingsError` if it is too large."""
    with _whole(path, listing) as package:
        if "content.xml" in package.namelist():
            with package.open("content.xml") as stream:
                return _opendocument(stream, sheet, listing)
        return _workbook(package, sheet, listing)


@contextmanager
def _whole(path: Path, listing: Listing) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as package:
            yield package
    except _DAMAGED:
        listing.stop(
            listing.file,
            message("a whole workbook"),
            message("the file is damaged: open it in a spreadsheet program and save it again"),
        )


def _bounded(package: zipfile.ZipFile, listing: Listing) -> None:
    size = sum(entry.file_size for entry in package.infolist())
    if size > UNPACKED:
        listing.stop(
            f"{size >> 20} MB",
            message("a workbook of at most {size} MB unpacked", size=UNPACKED >> 20),
            message("save the table as CSV: that may be of any size"),
        )


def too_many(rows: int, columns: int, listing: Listing) -> None:
    """Refuse a sheet whose used area would not fit into memory."""
    if rows > ROWS or rows * columns > CELLS:
        listing.stop(
            f"{rows} × {columns}",
            message("a sheet of at most {cells} cells", cells=CELLS),
            message("delete what stands far outside the table, or save the table as CSV"),
        )


def _too_long(found: Marks, listing: Listing) -> None:
    """Refuse a sheet whose texts would not fit into memory: one text may stand in many cells."""
    if found.text > TEXT:
        listing.stop(
            str(found.text),
            message("a sheet of at most {n} characters", n=TEXT),
            message("save the table as CSV: that may be of any size"),
        )


def _root(package: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if package.getinfo(name).file_size > _WHOLE:
        raise ValueError(name)
    with package.open(name) as stream:
        return ElementTree.parse(stream).getroot()  # noqa: S314 - expat bounds entities itself


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _workbook(package: zipfile.ZipFile, sheet: str, listing: Listing) -> Marks:
    root = _root(package, "xl/workbook.xml")
    stale = any(
        _local(element) == "calcPr" and element.get("fullCalcOnLoad") in ("1", "true")
        for element in root.iter()
    )
    identity = next(
        element.get(_SHEETS) or next(v for k, v in element.attrib.items() if k.endswith("}id"))
        for element in root.iter()
        if _local(element) == "sheet" and element.get("name") == sheet
    )
    target = next(
        element.attrib["Target"]
        for element in _root(package, "xl/_rels/workbook.xml.rels")
        if element.get("Id") == identity
    )
    name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    formats = _formats(package)
    found = Marks()
    if any(element.get("date1904") in ("1", "true") for element in root.iter()):
        found.first_day = date(1904, 1, 1)
    with package.open(name) as stream:
        _scan(stream, found, listing, formats, _texts(package), stale=stale)
    return found


@dataclass(frozen=True)
class _Text:
    """A text of a workbook: how long it is, and how it reads where a part of it is raised."""

    length: int
    raised: str | None


def _texts(package: zipfile.ZipFile) -> list[_Text]:
    """Return the texts that cells refer to by their number."""
    if _TEXTS not in package.namelist():
        return []
    with package.open(_TEXTS) as stream:
        return [_text(item) for item in _ended(stream, ("si",))]


def _text(item: ElementTree.Element) -> _Text:
    """Read a text with its runs (ECMA-376 part 1, 18.4.8)."""
    parts, higher = [], False
    for part in item:
        if _local(part) not in ("r", "t"):
            continue
        words = "".join(piece.text or "" for piece in part.iter() if _local(piece) == "t")
        if any(piece.get("val") == "superscript" for piece in part.iter()):
            higher = higher or words != words.translate(_RAISED)
            words = words.translate(_RAISED)
        parts.append(words)
    return _Text(sum(map(len, item.itertext())), "".join(parts) if higher else None)


@dataclass
class _Formats:
    """The cell styles that show a percentage, a year, a day, another figure than is stored."""

    percent: set[str] = field(default_factory=set)
    year: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    scaled: dict[str, str] = field(default_factory=dict)


def _formats(package: zipfile.ZipFile) -> _Formats:
    found = _Formats()
    if "xl/styles.xml" not in package.namelist():
        return found
    root = _root(package, "xl/styles.xml")
    codes = {"9": "0%", "10": "0.00%"}
    styles: list[str] = []
    for part in root:
        if _local(part) == "numFmts":
            codes |= {item.get("numFmtId", ""): item.get("formatCode", "") for item in part}
        elif _local(part) == "cellXfs":
            styles = [item.get("numFmtId", "0") for item in part]
    for style, number in enumerate(styles):
        code = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", codes.get(number, "")).lower()
        # 2024年 by e"年" and 星期二 by [$-804]aaaa, which office programs in Chinese offer.
        eastern = re.search("e|aaa", code) and not re.search("[0#?ymdhs]|general", code)
        if eastern:
            found.dates.add(str(style))
        if "%" in code:
            found.percent.add(str(style))
        elif ("y" in code and not re.search("[mdhs]", code)) or (eastern and "a" not in code):
            found.year.add(str(style))
        elif scales(codes.get(number, "")):
            found.scaled[str(style)] = codes[number]
    return found


def _scan(
    stream: IO[bytes],
    found: Marks,
    listing: Listing,
    formats: _Formats,
    texts: list[_Text],
    *,
    stale: bool,
) -> None:
    last_row = last_column = 0
    row = column = -1
    for element in _ended(stream, ("row", "col")):
        hidden = element.get("hidden") in ("1", "true")
        if _local(element) == "col":
            if hidden:
                first, last = int(element.attrib["min"]), int(element.attrib["max"])
                found.hidden_columns |= set(range(first - 1, min(last, _COLUMNS)))
            continue
        number = element.get("r")
        row = int(number) - 1 if number else row + 1
        if hidden:
            found.hidden_rows.add(row)
        column = -1
        for item in element:
            if _local(item) != "c":
                continue
            match = _REFERENCE.fullmatch(item.get("r", ""))
            column = position(match[1]) or 0 if match else column + 1
            cell = (row, column)
            formula = value = False
            kind = item.get("t")
            for part in item:
                name = _local(part)
                formula |= name == "f"
                if name in ("v", "is"):
                    value |= bool(part.text or len(part))
                    if kind == "s" and part.text:
                        place = int(part.text)
                        words = texts[place] if place < len(texts) else _Text(0, None)
                    elif kind in ("str", "inlineStr"):
                        words = _text(part)
                    else:
                        continue
                    found.text += words.length
                    if words.raised is not None:
                        found.raised[cell] = words.raised
            if item.get("s") in formats.dates:
                found.dates.add(cell)
            if item.get("t") == "e":
                found.error.add(cell)
            elif formula and (stale or not (value or item.get("t") == "str")):
                found.formula.add(cell)
            elif item.get("s") in formats.percent:
                found.percent.add(cell)
            elif item.get("s") in formats.year:
                found.year.add(cell)
            elif item.get("s") in formats.scaled:
                found.scaled[cell] = formats.scaled[item.attrib["s"]]
            last_column = max(last_column, column + 1)
        last_row = max(last_row, row + 1)
        too_many(last_row, last_column, listing)
        _too_long(found, listing)


def _ended(
    stream: IO[bytes], names: tuple[str, ...], begun: tuple[str, ...] = ()
) -> Iterator[ElementTree.Element]:
    """Yield each whole element of these names, those `begun` as they begin; keep nothing else.

    Raises `ValueError` for one of them that holds more than any sheet's row does.
    """
    above: list[ElementTree.Element] = []
    whole: ElementTree.Element | None = None
    held = 0
    for event, element in ElementTree.iterparse(stream, ("start", "end")):  # noqa: S314
        if whole is not None:
            if event == "start":
                held += 1
                if held > _IN_A_ROW:
                    raise ValueError(whole.tag)
            elif element is whole:
                yield element
                above[-1].remove(element)
                whole = None
        elif event == "end":
            above.pop()
            if above:
                above[-1].remove(element)
        elif above and _local(element) in names:
            whole, held = element, 0
        else:
            above.append(element)
            if _local(element) in begun:
                yield element


def _opendocument(stream: IO[bytes], sheet: str | None, listing: Listing) -> Marks:
    found = Marks()
    inside, row, column = False, 0, 0
    for element in _ended(stream, ("table-row", "table-column"), begun=("table",)):
        if _local(element) == "table":
            inside, row, column = sheet in (None, element.get(f"{_TABLE}name")), 0, 0
            found.text = 0
            continue
        if _local(element) == "table-column":
            repeated = int(element.get(f"{_TABLE}number-columns-repeated", "1"))
            if inside and _is_hidden(element):
                found.hidden_columns |= set(range(column, min(column + repeated, _COLUMNS)))
            column += repeated
            continue
        repeated = int(element.get(f"{_TABLE}number-rows-repeated", "1"))
        if inside:
            width = _opendocument_row(element, row, found, repeated)
            # calamine spreads repeated cells out.
            too_many(row + repeated if width else 0, width, listing)
            _too_long(found, listing)
            if width and _is_hidden(element):
                found.hidden_rows |= set(range(row, row + repeated))
        row += repeated
    return found


def _is_hidden(element: ElementTree.Element) -> bool:
    return element.get(f"{_TABLE}visibility") in ("collapse", "filter")


def _opendocument_row(element: ElementTree.Element, row: int, found: Marks, rows: int) -> int:
    column = width = 0
    for item in element:
        if _local(item) not in ("table-cell", "covered-table-cell"):
            continue
        repeated = int(item.get(f"{_TABLE}number-columns-repeated", "1"))
        kind = item.get(f"{_OFFICE}value-type")
        formula = item.get(f"{_TABLE}formula") is not None
        text = "".join(item.itertext())
        kinds = [
            (kind == "percentage", found.percent),
            (formula and (text.startswith(("#", "Err:"))), found.error),
            (formula and kind is None, found.formula),
        ]
        for applies, cells in kinds:
            if applies and repeated <= 16_384:
                cells |= {(row, column + offset) for offset in range(repeated)}
        column += repeated
        if kind is not None or formula:
            width = column
            found.text += len(text) * repeated * rows
    return width
