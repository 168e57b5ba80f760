"""Tables and charts in, files out: .csv, .xlsx, .png, .svg, with their provenance inside."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from numbers import Number
from typing import Any, TextIO

import numpy as np
import pandas as pd

from indicators.wording import rounded

FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"  # an East Asian Excel reads wide signs too
_UNSAFE = re.compile(r"[\\/:*?\"<>|\[\]\x00-\x1f\x7f]+")
# Windows keeps these for devices, whatever follows a dot.
RESERVED = re.compile(r"^(con|prn|aux|nul|(com|lpt)[\d¹²³])(\.|$)", re.IGNORECASE)
# What XML cannot hold, and the same as JSON writes it; behind a backslash it is no such thing.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_XML_IN_JSON = re.compile(r"\\\\|\\u00(?:0[0-8bcef]|1[0-9a-f])|\\[bf]")
SHEET_ROWS = 1_048_575  # below the heading; Excel's own limit
# A double holds fifteen digits; a difference of two such numbers has noise beyond these decimals.
DECIMALS = 9
AT_ONCE = 20_000  # rows whose cells are in memory at a time
CELL_CHARACTERS = 32_767  # Excel's own limit; XlsxWriter cuts what is longer without a word


def file_name(*parts: str, suffix: str) -> str:
    """Return a name that says what is inside and that every system accepts."""
    name = "_".join(_plain(part).replace(" ", "_") for part in parts if _plain(part))
    # 255 bytes is the usual limit of a name.
    name = name.encode()[: 240 - len(suffix)].decode(errors="ignore")
    return (f"_{name}" if RESERVED.match(name) else name) + suffix


def _plain(name: str) -> str:
    return " ".join(_UNSAFE.sub(" ", name.replace("'", "")).split())


def settled(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its numbers as files hold them: rounded once, halves up."""
    rows = table.copy(deep=False)
    for place, kind in enumerate(table.dtypes):
        if not pd.api.types.is_float_dtype(kind):
            continue
        column = table.iloc[:, place]
        # Nearly every number is short: only what may end in noise is written out and rounded.
        short = column.to_numpy(np.float64, copy=True)
        # Of large numbers there is nothing to round, and those near 1e308 would become infinite.
        small = np.where(np.abs(short) < 10 ** (15 - DECIMALS), short, 0)
        long = small.round(DECIMALS - 2) != small
        if long.any():
            short[long] = [float(rounded(number, DECIMALS)) for number in short[long]]
            rows.isetitem(place, short)
    return rows


def harmless(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with no text, cell or heading, that a spreadsheet would run."""
    columns = {
        _neutral(str(name)): column
        if pd.api.types.is_numeric_dtype(column)
        else [_neutral(cell) for cell in column]
        for name, column in table.items()
    }
    if len(columns) != len(table.columns):
        raise ValueError(f"two columns of one name: {list(table.columns)}")
    return pd.DataFrame(columns)


def _neutral(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and re.match(FORMULA, cell) else cell


def csv_file(table: pd.DataFrame) -> bytes:
    """Return the table as CSV in UTF-8 with a byte-order mark, which Excel reads as Chinese."""
    return harmless(settled(table)).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def xlsx_file(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """Return the tables as a workbook, headings frozen, columns fitted.

    A table longer than a sheet goes on in further sheets, so that no row is lost.
    """
    import xlsxwriter

    stream = io.BytesIO()
    # Rows go to disk as they come; the library's own way to write one takes four times as long.
    with xlsxwriter.Workbook(stream, {"constant_memory": True}) as workbook:
        heading = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        texts = _Texts(workbook.str_table)
        for name, table in sheets.items():
            for part, start in enumerate(range(0, max(len(table), 1), SHEET_ROWS), start=1):
                title = _plain(name)[:26] + (f"_{part}" if part > 1 else "")
                rows = table.iloc[start : start + SHEET_ROWS]
                _write_sheet(workbook.add_worksheet(title), rows, heading, texts)
    return stream.getvalue()


class _Texts:
    """Cells of texts: each text is in a workbook once, and a cell says which."""

    def __init__(self, table: Any) -> None:
        self._table, self._cells = table, dict[str, str]()

    def cell(self, text: str, style: str = "") -> str:
        """Return a cell with a text that nothing runs; NUL stands for its place in the sheet."""
        if (cell := self._cells.get(style + text)) is None:
            number = self._table._get_shared_string_index(fitting(_neutral(text)))
            cell = self._cells[style + text] = f'<c r="\0"{style} t="s"><v>{number}</v></c>'
        else:
            self._table.count += 1
        return cell


def _write_sheet(sheet: Any, table: pd.DataFrame, heading: Any, texts: _Texts) -> None:
    from xlsxwriter.utility import xl_col_to_name

    names = [str(name) for name in table.columns]
    harmless(table.iloc[:0])  # which refuses headings that are one
    letters = [xl_col_to_name(column) for column in range(len(names))]
    style = f' s="{heading._get_xf_index()}"'
    rows = sheet.row_data_fh
    _write_row(rows, 1, letters, [texts.cell(name, style) for name in names])
    for start in range(0, len(table), AT_ONCE):
        part = settled(table.iloc[start : start + AT_ONCE])
        columns = [_cells(part.iloc[:, column], texts) for column in range(len(names))]
        for row, cells in enumerate(zip(*columns, strict=True), start=start + 2):
            _write_row(rows, row, letters, cells)
    for column, name in enumerate(names):
        shown = table.iloc[:200, column].dropna()
        width = max(map(_width, [name, *map(str, shown)]))
        sheet.set_column(column, column, min(width + 2, 48))
    sheet.freeze_panes(1, 0)
    if names:
        sheet.dim_rowmin, sheet.dim_rowmax = 0, len(table)
        sheet.dim_colmin, sheet.dim_colmax = 0, len(names) - 1
        sheet.autofilter(0, 0, max(len(table), 1), len(names) - 1)


def _write_row(rows: TextIO, number: int, letters: Sequence[str], cells: Sequence[str]) -> None:
    placed = (
        cell.replace("\0", f"{letter}{number}")
        for letter, cell in zip(letters, cells, strict=True)
        if cell
    )
    rows.write(f'<row r="{number}">{"".join(placed)}</row>')


def _cells(column: pd.Series, texts: _Texts) -> list[str]:
    """Return a column's cells, empty ones for what is missing."""
    return [
        ""
        if missing
        else f'<c r="\0"><v>{cell:.16G}</v></c>'
        if isinstance(cell, Number) and not isinstance(cell, bool) and math.isfinite(cell)  # type: ignore[arg-type]
        else texts.cell(str(cell))
        for cell, missing in zip(column.tolist(), column.isna(), strict=True)
    ]


def fitting(text: str) -> str:
    """Return a text that a cell of a workbook holds; one that was cut ends in an ellipsis."""
    return text if len(text) <= CELL_CHARACTERS else f"{text[: CELL_CHARACTERS - 1]}…"


def _width(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def fit_for_xml(text: str) -> str:
    """Return a text that a .docx or .svg may hold; blanks stand for control characters."""
    return _NOT_XML.sub(" ", text)


def _json(specification: dict[str, Any]) -> str:
    """Return a specification as JSON; a control character in it would end the whole process."""
    text = fit_for_xml(json.dumps(specification, ensure_ascii=False))
    return _NOT_XML_IN_JSON.sub(lambda mark: mark[0] if mark[0] == r"\\" else " ", text)


def png_file(specification: dict[str, Any]) -> bytes:
    """Return a Vega-Lite specification as PNG at twice its size in pixels."""
    import vl_convert

    image: bytes = vl_convert.vegalite_to_png(_json(specification), scale=2)
    return image


def svg_file(specification: dict[str, Any]) -> bytes:
    """Return a Vega-Lite specification as SVG."""
    import vl_convert

    image: str = vl_convert.vegalite_to_svg(_json(specification))
    return image.encode()


def png_of(svg: str, scale: float = 2) -> bytes:
    """Return a drawing as PNG, by default at twice its size in pixels."""
    import vl_convert

    image: bytes = vl_convert.svg_to_png(svg, scale=scale)
    return image
