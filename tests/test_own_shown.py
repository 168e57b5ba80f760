"""What an ODS or XLS workbook shows beside what it stores: formats of numbers, raised marks."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from etl.files.listing import Listing
from etl.files.opening import opened
from tests.own_files import LONG, TABLE, faults, figures, ods, xls_book, zipped

WIDE = """
layout: wide
header: 1
across: [period]
columns: {region: 地区}
fixed: {indicator: certificates_valid, scheme: ALL, industry: ALL, size: ALL}
unit: 张
"""
SHARE = LONG.replace("certificates_valid", "manufacturing_pass_rate").replace("张", '"%"')
NAMES = "urn:oasis:names:tc:opendocument:xmlns"
SPACES = f'xmlns:style="{NAMES}:style:1.0" xmlns:number="{NAMES}:datastyle:1.0"'
NUMBER = '<number:number-style style:name="N1">{}</number:number-style>'
CELL = '<style:style style:name="ce1" style:family="table-cell" style:data-style-name="N1"/>'
RAISED = """<style:style style:name="T1" style:family="text">
<style:text-properties style:text-position="super 58%"/></style:style>"""


def styled(path: Path, styles: str, *changes: tuple[str, str]) -> Path:
    """Give an OpenDocument sheet styles, and change what stands in it."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    content = parts["content.xml"].replace("office:version", f"{SPACES} office:version", 1)
    styles = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    content = content.replace("<office:body>", f"{styles}<office:body>")
    for old, new in changes:
        assert old in content
        content = content.replace(old, new)
    path.write_bytes(zipped(parts | {"content.xml": content}))
    return path


@pytest.mark.parametrize(
    ("digits", "shown", "figure"),
    [
        ('<number:number number:min-integer-digits="1" number:display-factor="1000"/>', "3.000", 3),
        (
            '<number:number number:min-integer-digits="5">'
            '<number:embedded-text number:position="4">.</number:embedded-text></number:number>',
            "0.3000",
            0.3,
        ),
        (
            '<number:number number:min-integer-digits="1"/><number:text>万人次</number:text>',
            "3000万",
            30_000_000,
        ),
    ],
    ids=["thousands", "a point as text", "a multiple"],
)
def test_a_number_format_of_an_opendocument_sheet_is_settled_by_declaration(
    tmp_path: Path, digits: str, shown: str, figure: float
) -> None:
    rows: list[list[Any]] = [["地区", "2024"], ["江苏", 3000]]
    path = ods(tmp_path, rows, 'table:style-name="ce1"')
    styled(path, NUMBER.format(digits) + CELL)
    (fault,) = faults(path, WIDE)
    assert fault[2:4] == (
        f"3000 → {shown}",
        "what is shown and what is stored to be the same figure",
    )
    read = figures(path, WIDE + "number_formats: shown")
    assert read == {("320000", "2024"): pytest.approx(figure)}


@pytest.mark.parametrize("word", ["约", "-"])
def test_words_of_an_opendocument_s_number_format_are_a_finding(tmp_path: Path, word: str) -> None:
    path = ods(tmp_path, [["地区", "2024"], ["江苏", 3000]], 'table:style-name="ce1"')
    digits = f'<number:text>{word}</number:text><number:number number:min-integer-digits="1"/>'
    styled(path, NUMBER.format(digits) + CELL)
    assert [fault[2] for fault in faults(path, WIDE)] == [f"3000 → {word}3000"]


def test_a_plain_number_format_of_an_opendocument_sheet_is_silent(tmp_path: Path) -> None:
    digits = '<number:number number:decimal-places="2" number:grouping="true"/>'
    path = ods(tmp_path, TABLE, 'table:style-name="ce1"')
    styled(path, NUMBER.format(f"{digits}<number:text>张</number:text>") + CELL)
    assert len(figures(path)) == 2


def test_a_column_s_style_and_that_above_a_style_hold_for_a_cell(tmp_path: Path) -> None:
    digits = '<number:number number:display-factor="1000"/>'
    below = '<style:style style:name="c" style:family="table-cell" style:parent-style-name="ce1"/>'
    path = ods(tmp_path, TABLE)
    columns = '<table:table-column table:number-columns-repeated="3" '
    columns += 'table:default-cell-style-name="c"/>'
    first = "<table:table-row"
    styled(path, NUMBER.format(digits) + CELL + below)
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    parts["content.xml"] = parts["content.xml"].replace(first, columns + first, 1)
    path.write_bytes(zipped(parts))
    assert [fault[0] for fault in faults(path)] == [2]


def test_a_percentage_format_makes_a_percentage_of_any_number(tmp_path: Path) -> None:
    style = """<number:percentage-style style:name="N1"><number:number number:decimal-places="2"/>
<number:text>%</number:text></number:percentage-style>"""
    path = ods(tmp_path, [TABLE[0], ["江苏", "2024", 0.9339]], 'table:style-name="ce1"')
    assert figures(styled(path, style + CELL), SHARE) == {("320000", "2024"): 93.39}


def test_a_day_of_an_opendocument_sheet_that_is_shown_as_a_year_is_a_year(tmp_path: Path) -> None:
    style = """<number:date-style style:name="N1"><number:year number:style="long"/>
<number:text>年</number:text></number:date-style>"""
    path = ods(tmp_path, [TABLE[0], ["江苏", "那年", 5]])
    old = 'office:value-type="string"><text:p>那年'
    new = 'office:value-type="date" office:date-value="2024-01-01" table:style-name="ce1"><text:p>'
    assert figures(styled(path, style + CELL, (old, new))) == {("320000", "2024"): 5}


@pytest.mark.parametrize("place", ["super 58%", "33% 58%"])
def test_the_raised_mark_of_a_note_in_an_opendocument_cell_is_no_digit(
    tmp_path: Path, place: str
) -> None:
    path = ods(tmp_path, [TABLE[0], ["江苏", "2024", "51002"]])
    span = '5100<text:span text:style-name="T1">2</text:span>'
    styled(path, RAISED.replace("super 58%", place), ("51002", span))
    assert [fault[:3] for fault in faults(path)] == [(2, "数值", "5100²")]
    assert figures(path, f"{LONG}notes: {{²: P}}") == {("320000", "2024"): 5100}


def _record(number: int, body: bytes) -> bytes:
    return struct.pack("<HH", number, len(body)) + body


def _shared(*texts: tuple[str, int], cut: int = 0) -> bytes:
    """Return records of fonts, the last one raised, and of texts that use it from a sign on.

    cut: after how many bytes the table of texts goes on in another record.
    """
    font = "<HHHHHBBBBBBs"
    fonts = b"".join(
        _record(0x0031, struct.pack(font, 200, 0, 0, 400, raised, 0, 0, 0, 0, 1, 0, b"A"))
        for raised in (0, 0, 0, 0, 1)
    )
    body = struct.pack("<II", len(texts), len(texts))
    for text, begin in texts:
        body += struct.pack("<HBH", len(text), 9, 1) + text.encode("utf-16-le")
        body += struct.pack("<HH", begin, 5)
    if not cut:
        return fonts + _record(0x00FC, body)
    return fonts + _record(0x00FC, body[:cut]) + _record(0x003C, b"\1" + body[cut:])


@pytest.mark.parametrize("cut", [0, 8 + 5 + 4])
def test_the_raised_mark_of_a_note_in_an_old_workbook_is_no_digit(tmp_path: Path, cut: int) -> None:
    cells = b"".join(_record(0x00FD, struct.pack("<HHHI", row, 2, 0, row - 1)) for row in (1, 2))
    rows: list[list[Any]] = [TABLE[0], ["江苏", "2024"], ["浙江", "2024"]]
    shared = _shared(("51002", 4), ("7①", 1), cut=cut)
    path = xls_book(tmp_path, {"表": rows}, cells, shared=shared)
    found = faults(path, f"{LONG}notes: {{①: P}}")
    assert [fault[:3] for fault in found] == [(2, "数值", "5100²")]
    read = figures(path, f"{LONG}notes: {{①: P, ²: P}}")
    assert read == {("320000", "2024"): 5100, ("330000", "2024"): 7}


def test_a_percentage_format_of_an_old_workbook_is_seen(tmp_path: Path) -> None:
    rows: list[list[Any]] = [TABLE[0], ["江苏", "2024", 0.9339]]
    path = xls_book(tmp_path, {"表": rows}, number_format="0.00%")
    assert figures(path, SHARE) == {("320000", "2024"): 93.39}


def test_a_sample_shows_formats_and_raised_marks_too(tmp_path: Path) -> None:
    path = ods(tmp_path, [TABLE[0], ["江苏", "2024", "51002"]])
    span = '5100<text:span text:style-name="T1">2</text:span>'
    styled(path, RAISED, ("51002", span))
    listing = Listing(path.name)
    with opened(path, listing) as source:
        (sample,) = source.samples()
    assert sample.rows[1] == ["江苏", "2024", "5100²"]
