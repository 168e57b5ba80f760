"""Files of figures as people send them, made by hand for the tests of etl/figures."""

from __future__ import annotations

import io
import shutil
import struct
import zipfile
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
import yaml

from etl.figures.grammar import declaration_of
from etl.figures.tidying import tidy
from indicators import catalogue
from indicators.findings import FindingsError

FILES = Path(__file__).parent / "files"
PROVENANCE = {"publisher": "某省市场监管局", "document": "2024年统计表", "licence": "内部使用"}
LONG = """
columns: {region: 地区, period: 时期, value: 数值}
fixed: {indicator: certificates_valid, scheme: ALL, industry: ALL, size: ALL}
unit: 张
"""
TABLE: list[list[Any]] = [
    ["地区", "时期", "数值"],
    ["江苏", "2024-12", 537498],
    ["浙江", "2024-12", 553393],
]
GOOD = {("320000", "2024-12"): 537498.0, ("330000", "2024-12"): 553393.0}


def loaded(path: Path, declared: str = LONG) -> pd.DataFrame:
    """Return the tidy rows of a file; raises `FindingsError`."""
    declaration = declaration_of({"provenance": PROVENANCE} | yaml.safe_load(declared), "d.yaml")
    out = path.with_name("out.parquet")
    tidied = tidy(path, declaration, catalogue.load(), out, source="bureau")
    rows = pd.read_parquet(out)
    assert len(rows) == tidied.rows
    return rows


def warnings(path: Path, declared: str = LONG) -> list[tuple[str, str, str]]:
    """Return what was found, expected and advised of all that may be wrong with a file."""
    declaration = declaration_of({"provenance": PROVENANCE} | yaml.safe_load(declared), "d.yaml")
    out = path.with_name("out.parquet")
    tidied = tidy(path, declaration, catalogue.load(), out, source="bureau")
    return [(said.found, str(said.expected), str(said.advice)) for said in tidied.warnings]


def figures(path: Path, declared: str = LONG) -> dict[tuple[str, str], float]:
    """Return the figures of a file by region and period."""
    rows = loaded(path, declared)
    keys = zip(rows["region"], rows["period"], strict=True)
    return dict(zip(keys, rows["value"], strict=True))


def faults(path: Path, declared: str = LONG) -> list[tuple[int | None, str | None, str, str, str]]:
    """Return row, column, found, expected and advice of all that is wrong with a file."""
    try:
        loaded(path, declared)
    except FindingsError as refusal:
        assert not path.with_name("out.parquet").exists()
        return [
            (found.row, found.column, found.found, str(found.expected), str(found.advice))
            for found in refusal.findings
        ]
    return []


def saved(folder: Path, name: str) -> Path:
    """Return a copy of a workbook that an office program saved."""
    return Path(shutil.copy(FILES / name, folder / name))


def csv(folder: Path, text: str | bytes, name: str = "figures.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def xlsx(folder: Path, sheets: dict[str, list[list[Any]]], hidden: tuple[str, ...] = ()) -> Path:
    """Write a workbook; a text that begins with `==` is a formula without a computed value."""
    path = folder / "figures.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for row, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    if isinstance(value, str) and value.startswith("=="):
                        sheet.write_formula(row, column, value[1:], None, "")
                    elif isinstance(value, str):
                        sheet.write_string(row, column, value)
                    else:
                        sheet.write(row, column, value)
    return path


def formatted(
    folder: Path,
    rows: list[list[Any]],
    number_format: str = "General",
    hidden_rows: tuple[int, ...] = (),
    hidden_columns: tuple[int, ...] = (),
) -> Path:
    """Write a sheet whose numbers have a format; rows and columns, from 0, may be hidden."""
    path = folder / "formatted.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        written = book.add_format({"num_format": number_format})
        for row, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if isinstance(value, str):
                    sheet.write_string(row, column, value)
                else:
                    sheet.write_number(row, column, value, written)
        for row in hidden_rows:
            sheet.set_row(row, None, None, {"hidden": True})
        for column in hidden_columns:
            sheet.set_column(column, column, None, None, {"hidden": True})
    return path


def ods(folder: Path, rows: list[list[Any]], attributes: str = "", repeated: int = 1) -> Path:
    """Write an OpenDocument sheet; `attributes` go onto every number, `repeated` onto each row."""
    return ods_book(folder, {"表": rows}, attributes, repeated)


def ods_book(
    folder: Path, sheets: dict[str, list[list[Any]]], attributes: str = "", repeated: int = 1
) -> Path:
    """Write OpenDocument sheets as `ods` writes one."""
    tables = ""
    for sheet, rows in sheets.items():
        lines = []
        for cells in rows:
            written = "".join(
                f'<table:table-cell office:value-type="float" office:value="{value}" {attributes}/>'
                if isinstance(value, int | float)
                else '<table:table-cell office:value-type="string">'
                f"<text:p>{escape(str(value))}</text:p></table:table-cell>"
                for value in cells
            )
            lines.append(
                f'<table:table-row table:number-rows-repeated="{repeated}">{written}'
                "</table:table-row>"
            )
        tables += f'<table:table table:name="{sheet}">{"".join(lines)}</table:table>'
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        f'xmlns:office="{names}:office:1.0" xmlns:table="{names}:table:1.0" '
        f'xmlns:text="{names}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f"{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    path = folder / "figures.ods"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", kind)
        package.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0"><manifest:file-entry '
            f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
        package.writestr("content.xml", content)
    return path


def parquet(folder: Path, columns: dict[str, str], encoding: str = "utf-8") -> Path:
    """Write one row of texts in an encoding, all said to be UTF-8."""
    texts = {
        name: pa.array([value.encode(encoding)], pa.binary()) for name, value in columns.items()
    }
    said = {
        name: pa.StringArray.from_buffers(1, *text.buffers()[1:]) for name, text in texts.items()
    }
    path = folder / "figures.parquet"
    pq.write_table(pa.table(said), path)
    return path


def xls(folder: Path, rows: list[list[Any]], further: bytes = b"") -> Path:
    """Write a BIFF8 workbook inside a compound file ([MS-XLS], [MS-CFB]), as small as can be.

    `further` records go before the cells.
    """
    return xls_book(folder, {"表": rows}, further)


def xls_book(
    folder: Path,
    sheets: dict[str, list[list[Any]]],
    further: bytes = b"",
    number_format: str = "",
    shared: bytes = b"",
) -> Path:
    """Write BIFF8 sheets as `xls` writes one; numbers may have a format, texts may be shared."""

    def record(number: int, body: bytes) -> bytes:
        return struct.pack("<HH", number, len(body)) + body

    parts = []
    for rows in sheets.values():
        cells = further
        for row, line in enumerate(rows):
            for column, value in enumerate(line):
                place = struct.pack("<HHH", row, column, 0)
                if isinstance(value, str):
                    body = struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")
                    cells += record(0x0204, place + body)
                else:
                    place = place[:4] + struct.pack("<H", bool(number_format))
                    cells += record(0x0203, place + struct.pack("<d", value))
        begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 6))
        parts.append(begin + cells + record(0x000A, b""))
    head = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 6))
    if number_format:
        text = struct.pack("<HHB", 164, len(number_format), 1) + number_format.encode("utf-16-le")
        head += record(0x041E, text)
        head += record(0x00E0, bytes(20)) + record(0x00E0, struct.pack("<HH16x", 0, 164))
    head += shared
    names = [name.encode("utf-16-le") for name in sheets]
    offset = len(head) + sum(12 + len(name) for name in names) + 4
    for name, part in zip(names, parts, strict=True):
        head += record(0x0085, struct.pack("<IBBBB", offset, 0, 0, len(name) // 2, 1) + name)
        offset += len(part)
    stream = head + record(0x000A, b"") + b"".join(parts)
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    tables = -(-(sectors + 110) // 127)  # sectors of the table, which holds its own too
    first = tables + 1
    chain = [0xFFFFFFFD] * tables
    chain += [0xFFFFFFFE, *range(first + 1, first + sectors), 0xFFFFFFFE]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(512 * tables, b"\xff")

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        text = title.encode("utf-16-le") + b"\0\0"
        none = 0xFFFFFFFF
        return (
            text.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(text), kind, 1, none, none, child)
            + b"\0" * 36
            + struct.pack("<IQ", start, size)
        )

    folders = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(
        "Workbook", 2, 0xFFFFFFFF, first, len(stream)
    )
    header = (
        bytes.fromhex("d0cf11e0a1b11ae1")
        + b"\0" * 16
        + struct.pack(
            f"<HHHHH6x{9 + tables}I",
            0x3E,
            3,
            0xFFFE,
            9,
            6,
            0,
            tables,
            tables,
            0,
            4096,
            0xFFFFFFFE,
            0,
            0xFFFFFFFE,
            0,
            *range(tables),
        )
    )
    path = folder / "figures.xls"
    path.write_bytes(header.ljust(512, b"\xff") + fat + folders.ljust(512, b"\0") + stream)
    return path


def zipped(parts: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return made.getvalue()
