"""What a workbook's package says that its cell values do not: errors, formulas, formats.

A spreadsheet shows 0.9339 in a cell of the format 0.00% as 93.39%, and nothing at all tells the
value of a formula that was never computed. XLSX (ECMA-376) and ODS (OASIS) are archives of XML.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, NoReturn
from xml.etree import ElementTree

from etl.files.listing import Listing
from etl.files.number_formats import scales
from etl.files.table import position
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
    *(zipfile.BadZipFile, zlib.error, ElementTree.ParseError, AttributeError, EOFError, KeyError),
    *(NotImplementedError, OSError, RuntimeError, StopIteration, ValueError),
)
_TEXTS = "xl/sharedStrings.xml"
_MANIFEST = "META-INF/manifest.xml"
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_SHEETS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RAISED = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")
_OPEN = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_OFFICE, _TABLE, _STYLE, _NUMBER, _WORDS = (
    _OPEN % name for name in ("office", "table", "style", "datastyle", "text")
)
_PARTS = {"year": "y", "month": "m", "quarter": "m", "day": "d", "week-of-year": "d", "hours": "h"}
_PARTS |= {"day-of-week": "d", "scientific-number": "0", "fraction": "0"}
_DATA = ("number-style", "currency-style", "percentage-style", "date-style")


@dataclass
class Marks:
    """Cells of one sheet: shown as a percentage, as a year; errors; formulas without a value.

    dates: cells whose number is a day by a format that readers do not know; `first_day`
    is day 0. raised: texts with a part set higher, such as the mark of a note, in signs that say
    so: 5100¹, not 51001. scaled: cells with the number format that may show another figure than
    is stored.
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


def check(path: Path, listing: Listing) -> dict[str, Marks]:
    """Refuse a package that is locked or damaged, or that would unpack to too much.

    Return what an ODS says of the cells of its sheets, which is read in one go.
    """
    with _whole(path, listing) as package:
        size = sum(entry.file_size for entry in package.infolist())
        if size > UNPACKED:
            listing.stop(
                f"{size >> 20} MB",
                message("a workbook of at most {size} MB unpacked", size=UNPACKED >> 20),
                message("save the table as CSV: that may be of any size"),
            )
        if _MANIFEST in package.namelist() and any(
            _local(element) == "encryption-data" for element in _root(package, _MANIFEST).iter()
        ):
            locked(listing)
        if damaged := package.testzip():
            raise zipfile.BadZipFile(damaged)
        return _opendocument(package, listing) if "content.xml" in package.namelist() else {}


def locked(listing: Listing) -> NoReturn:
    """Refuse a workbook that cannot be read without its password."""
    listing.stop(
        listing.file,
        message("a workbook without a password"),
        message("open the workbook, take its password off and save it"),
    )


def damaged(listing: Listing) -> NoReturn:
    """Refuse a workbook that is not whole."""
    listing.stop(
        listing.file,
        message("a whole workbook"),
        message("the file is damaged: open it in a spreadsheet program and save it again"),
    )


def marks(path: Path, sheet: str, listing: Listing) -> Marks:
    """Return what an XLSX says of a sheet's cells; raises `FindingsError` where it is too large."""
    with _whole(path, listing) as package:
        return _workbook(package, sheet, listing)


@contextmanager
def _whole(path: Path, listing: Listing) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as package:
            yield package
    except _DAMAGED:
        damaged(listing)


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


def raised(words: str) -> str:
    """Return a text that is set higher in signs that say so: 1 as ¹, (2) as ⁽²⁾."""
    return words.translate(_RAISED)


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
            higher = higher or words != raised(words)
            words = raised(words)
        parts.append(words)
    return _Text(sum(map(len, item.itertext())), "".join(parts) if higher else None)


@dataclass
class Formats:
    """The cell styles that show a percentage, a year, a day, another figure than is stored."""

    percent: set[str] = field(default_factory=set)
    year: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)
    scaled: dict[str, str] = field(default_factory=dict)

    def add(self, style: str, number_format: str) -> None:
        """Take in the number format of a style, in the words of XLSX."""
        code = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", number_format).lower()
        # 2024年 by e"年" and 星期二 by [$-804]aaaa, which office programs in Chinese offer.
        eastern = re.search("e|aaa", code) and not re.search("[0#?ymdhs]|general", code)
        if eastern:
            self.dates.add(style)
        if "%" in code:
            self.percent.add(style)
        elif ("y" in code and not re.search("[mdhs]", code)) or (eastern and "a" not in code):
            self.year.add(style)
        if scales(number_format):
            self.scaled[style] = number_format

    @property
    def all(self) -> Collection[str]:
        """Return the styles that show anything else than what is stored."""
        return self.percent | self.year | self.dates | self.scaled.keys()

    def mark(self, found: Marks, cells: Collection[Cell], style: str) -> None:
        """Take in cells of a style."""
        if style in self.dates:
            found.dates |= set(cells)
        if style in self.percent:
            found.percent |= set(cells)
        elif style in self.year:
            found.year |= set(cells)
        if style in self.scaled:
            found.scaled |= dict.fromkeys(cells, self.scaled[style])


def _formats(package: zipfile.ZipFile) -> Formats:
    found = Formats()
    if "xl/styles.xml" not in package.namelist():
        return found
    codes = {"9": "0%", "10": "0.00%"}
    styles: list[str] = []
    for part in _root(package, "xl/styles.xml"):
        if _local(part) == "numFmts":
            codes |= {item.get("numFmtId", ""): item.get("formatCode", "") for item in part}
        elif _local(part) == "cellXfs":
            styles = [item.get("numFmtId", "0") for item in part]
    for style, number in enumerate(styles):
        found.add(str(style), codes.get(number, ""))
    return found


def _scan(
    stream: IO[bytes],
    found: Marks,
    listing: Listing,
    formats: Formats,
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
            if item.get("t") == "e":
                found.error.add(cell)
            elif formula and (stale or not (value or item.get("t") == "str")):
                found.formula.add(cell)
            elif (style := item.get("s")) is not None:
                formats.mark(found, (cell,), style)
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


@dataclass
class _Styles:
    """The styles of an ODS: those of cells, with the style above and that of its numbers; number
    formats, in the words of XLSX; of texts that are set higher.
    """

    formats: Formats = field(default_factory=Formats)
    raised: set[str] = field(default_factory=set)
    _cells: dict[str, tuple[str, str]] = field(default_factory=dict)
    _codes: dict[str, str] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    def add(self, element: ElementTree.Element) -> None:
        """Take in one style."""
        name, kind = element.get(f"{_STYLE}name", ""), _local(element)
        if kind in _DATA:
            self._codes[name] = self._code(element)
        elif element.get(f"{_STYLE}family") == "table-cell":
            above = element.get(f"{_STYLE}parent-style-name", "")
            self._cells[name] = (above, element.get(f"{_STYLE}data-style-name", ""))
        elif any(map(_is_raised, element)):
            self.raised.add(name)

    def of(self, style: str) -> Formats:
        """Return the formats, that of a style among them."""
        if style not in self._known:
            self._known.add(style)
            named, above = "", style
            for _ in self._cells:
                above, named = self._cells.get(above, ("", ""))
                if named or not above:
                    break
            self.formats.add(style, self._codes.get(named, ""))
        return self.formats

    def _code(self, style: ElementTree.Element) -> str:
        code, conditions = "", ""
        for part in style:
            kind = _local(part)
            if kind == "map":
                bound = part.get(f"{_STYLE}condition", "").removeprefix("value()")
                named = part.get(f"{_STYLE}apply-style-name", "")
                conditions += f"[{bound}]{self._codes.get(named, '')};"
            elif kind == "number":
                code += _digits(part)
            elif kind in ("text", "currency-symbol"):
                code += f'"{(part.text or "").replace(chr(34), "")}"'
            else:
                code += _PARTS.get(kind, "")
        return conditions + code + ("%" if _local(style) == "percentage-style" else "")


def _is_raised(properties: ElementTree.Element) -> bool:
    """Return whether a text is set higher: `super 58%`, or `33% 58%` above the line."""
    place = properties.get(f"{_STYLE}text-position", "").partition(" ")[0]
    return place == "super" or (place.endswith("%") and place not in ("0%",) and place[0] != "-")


def _digits(number: ElementTree.Element) -> str:
    """Return the digits of a number format: those before the point, what stands between them,
    those behind it, and a comma for each thousand that what is shown is divided by.
    """
    between = {int(part.get(f"{_NUMBER}position", "0")): part.text or "" for part in number}
    least = int(number.get(f"{_NUMBER}min-integer-digits", "1"))
    count = max(1, least, *(place + 1 for place in between))
    whole = "".join(
        "0" + (f'"{between[place]}"' if place in between else "")
        for place in range(count - 1, -1, -1)
    )
    decimals = "0" * int(number.get(f"{_NUMBER}decimal-places", "0"))
    thousands = len(str(int(float(number.get(f"{_NUMBER}display-factor", "1"))))) // 3
    return whole + (f".{decimals}" if decimals else "") + "," * thousands


def _opendocument(package: zipfile.ZipFile, listing: Listing) -> dict[str, Marks]:
    """Return what an ODS says of the cells of each sheet."""
    styles, sheets = _Styles(), dict[str, Marks]()
    if "styles.xml" in package.namelist():
        with package.open("styles.xml") as stream:
            for element in _ended(stream, ("style", *_DATA)):
                styles.add(element)
    found, row, columns = Marks(), 0, list[str]()
    wanted = ("table-row", "table-column", "style", *_DATA)
    with package.open("content.xml") as stream:
        for element in _ended(stream, wanted, begun=("table",)):
            kind = _local(element)
            if kind == "table":
                found, row, columns = Marks(), 0, []
                sheets.setdefault(element.get(f"{_TABLE}name", ""), found)
            elif kind == "table-column":
                repeated = int(element.get(f"{_TABLE}number-columns-repeated", "1"))
                last = min(len(columns) + repeated, _COLUMNS)
                if _is_hidden(element):
                    found.hidden_columns |= set(range(len(columns), last))
                style = element.get(f"{_TABLE}default-cell-style-name", "")
                columns += [style] * (last - len(columns))
            elif kind == "table-row":
                repeated = int(element.get(f"{_TABLE}number-rows-repeated", "1"))
                rows = range(row, row + repeated)
                width = _opendocument_row(element, rows, columns, found, styles, listing)
                _too_long(found, listing)
                if width and _is_hidden(element):
                    found.hidden_rows |= set(rows)
                row += repeated
            else:
                styles.add(element)
    return sheets


def _is_hidden(element: ElementTree.Element) -> bool:
    return element.get(f"{_TABLE}visibility") in ("collapse", "filter")


def _opendocument_row(
    element: ElementTree.Element,
    rows: range,
    columns: list[str],
    found: Marks,
    styles: _Styles,
    listing: Listing,
) -> int:
    """Take in a row, or several that are alike; return how wide it is."""
    column, filled = 0, list[tuple[ElementTree.Element, range]]()
    for item in element:
        if _local(item) in ("table-cell", "covered-table-cell"):
            repeated = int(item.get(f"{_TABLE}number-columns-repeated", "1"))
            if item.get(f"{_OFFICE}value-type") or item.get(f"{_TABLE}formula") is not None:
                filled.append((item, range(column, column + repeated)))
            column += repeated
    width = filled[-1][1].stop if filled else 0
    too_many(rows.stop if width else 0, width, listing)  # calamine spreads repeated cells out
    for item, places in filled:
        kind = item.get(f"{_OFFICE}value-type")
        formula = item.get(f"{_TABLE}formula") is not None
        text = "".join(item.itertext())
        found.text += len(text) * len(places) * len(rows)
        style = (
            item.get(f"{_TABLE}style-name")
            or element.get(f"{_TABLE}default-cell-style-name")
            or (columns[places.start] if places.start < len(columns) else "")
        )
        if formula and text.startswith(("#", "Err:")):
            found.error |= set(_spread(rows, places))
        elif formula and kind is None:
            found.formula |= set(_spread(rows, places))
        elif kind == "string":
            words = _written(item, styles)
            if styles.raised and words != _written(item, None):
                found.raised |= dict.fromkeys(_spread(rows, places), words)
        else:
            if kind == "percentage":
                found.percent |= set(_spread(rows, places))
            formats = styles.of(style)
            if style in formats.all:
                formats.mark(found, _spread(rows, places), style)
    return width


def _spread(rows: range, columns: range) -> list[Cell]:
    return [(row, column) for row in rows for column in columns]


def _written(cell: ElementTree.Element, styles: _Styles | None) -> str:
    return "\n".join(_words(part, styles) for part in cell if _local(part) == "p")


def _words(element: ElementTree.Element, styles: _Styles | None) -> str:
    """Return the words of a paragraph, those that are set higher in signs that say so."""
    words = element.text or ""
    for part in element:
        if _local(part) == "s":
            words += " " * int(part.get(f"{_WORDS}c", "1"))
        elif _local(part) != "annotation":
            words += _words(part, styles)
        words += part.tail or ""
    higher = styles is not None and element.get(f"{_WORDS}style-name") in styles.raised
    return raised(words) if higher else words
