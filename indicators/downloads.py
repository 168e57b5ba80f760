"""Tables and charts in, files out: .csv, .xlsx, .png, .svg, with their provenance inside."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

_FORMULA = re.compile(r"^[=+\-@\t\r]")
_UNSAFE = re.compile(r'[\\/:*?"<>|\s]+')


def file_name(*parts: str, suffix: str) -> str:
    """Return a name that says what is inside and that every system accepts."""
    return "_".join(_UNSAFE.sub("", part) for part in parts if part) + suffix


def harmless(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with no text cell that a spreadsheet would run as a formula."""
    text = table.select_dtypes(include=["object", "string"]).columns
    return table.assign(**{
        name: [
            f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell
            for cell in table[name]
        ]
        for name in text
    })  # fmt: skip


def csv_file(table: pd.DataFrame) -> bytes:
    """Return the table as CSV in UTF-8 with a byte-order mark, which Excel reads as Chinese."""
    return harmless(table).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def xlsx_file(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """Return the tables as a workbook, one sheet each: headings frozen, columns fitted."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False, "nan_inf_to_errors": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(stream, options) as workbook:
        heading = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        for name, table in sheets.items():
            _write_sheet(
                workbook.add_worksheet(_UNSAFE.sub("", name)[:31]), harmless(table), heading
            )
    return stream.getvalue()


def _write_sheet(sheet: Any, table: pd.DataFrame, heading: Any) -> None:
    for column, name in enumerate(table.columns):
        sheet.write_string(0, column, str(name), heading)
        cells = table[name].tolist()
        for row, cell in enumerate(cells, start=1):
            if cell is None or cell != cell:
                continue
            if isinstance(cell, int | float):
                sheet.write_number(row, column, cell)
            else:
                sheet.write_string(row, column, str(cell))
        widths = [_width(str(cell)) for cell in [name, *cells[:200]] if cell is not None]
        sheet.set_column(column, column, min(max(widths) + 2, 48))
    sheet.freeze_panes(1, 0)
    if len(table.columns):
        sheet.autofilter(0, 0, max(len(table), 1), len(table.columns) - 1)


def _width(text: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def png_file(specification: dict[str, Any]) -> bytes:
    """Return a Vega-Lite specification as PNG at twice its size in pixels."""
    import vl_convert

    image: bytes = vl_convert.vegalite_to_png(json.dumps(specification), scale=2)
    return image


def svg_file(specification: dict[str, Any]) -> bytes:
    """Return a Vega-Lite specification as SVG."""
    import vl_convert

    image: str = vl_convert.vegalite_to_svg(json.dumps(specification))
    return image.encode()
