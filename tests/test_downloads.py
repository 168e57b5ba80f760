"""Files that leave the dashboard: whole, readable in Excel, and never run as a formula."""

from __future__ import annotations

import io
import math
import zipfile
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from indicators import downloads
from indicators.downloads import csv_file, file_name, xlsx_file


def sheets_of(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_csv_opens_in_excel_as_chinese() -> None:
    content = csv_file(pd.DataFrame({"地区": ["江苏"], "数值": [537_498.0]}))
    assert content == "\ufeff地区,数值\r\n江苏,537498.0\r\n".encode()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_formula_in_a_text_cell_is_neutralised(start: str) -> None:
    table = pd.DataFrame({"note": [f"{start}cmd|' /C calc'!A0"], "value": [-1.5]})
    read = pd.read_csv(io.BytesIO(csv_file(table)), dtype=str)
    assert read.loc[0, "note"] == f"'{start}cmd|' /C calc'!A0"
    assert read.loc[0, "value"] == "-1.5"
    assert sheets_of(xlsx_file({"a": table}))["a"][1][1] == -1.5


def test_a_formula_in_a_heading_or_a_category_is_neutralised() -> None:
    table = pd.DataFrame({"=1+1": pd.Categorical(["=2+2"])})
    assert csv_file(table) == b"\xef\xbb\xbf'=1+1\r\n'=2+2\r\n"


def test_a_workbook_holds_no_formula() -> None:
    content = xlsx_file({"数据": pd.DataFrame({"a": ["=1+1", "@SUM(A1)", "江苏"]})})
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
        assert 'state="frozen"' in book.read("xl/worksheets/sheet1.xml").decode()


def test_missing_and_infinite_cells_do_not_stop_a_workbook() -> None:
    table = pd.DataFrame(
        {"a": pd.array([1, None], dtype="Int64"), "b": [math.inf, 2.0], "c": [None, "x"]}
    )
    assert sheets_of(xlsx_file({"[a]'s": table}))["as"] == [
        ["a", "b", "c"], [1.0, "inf", ""], ["", 2.0, "x"],
    ]  # fmt: skip


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "SHEET_ROWS", 2)
    sheets = sheets_of(xlsx_file({"data": pd.DataFrame({"n": [1, 2, 3]})}))
    assert sheets == {"data": [["n"], [1.0], [2.0]], "data_2": [["n"], [3.0]]}


def test_two_columns_of_one_name_are_refused() -> None:
    table = pd.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(ValueError, match="two columns of one name"):
        csv_file(table)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("有效认证证书数", "2024年12月", "第1版"), "有效认证证书数_2024年12月_第1版.csv"),
        (("a/b:c*d?", "e f"), "abcd_ef.csv"),
        (("CON",), "_CON.csv"),
    ],
)
def test_a_file_name_says_what_is_inside_and_is_safe(parts: tuple[str, ...], expected: str) -> None:
    assert file_name(*parts, suffix=".csv") == expected
    assert len(file_name("数" * 200, suffix=".csv").encode()) <= 255


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5), st.floats(allow_nan=False))
def test_no_text_ever_begins_as_a_formula_and_numbers_survive(
    texts: list[str], number: float
) -> None:
    safe = downloads.harmless(pd.DataFrame({"t": texts, "n": [number] * len(texts)}))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in safe["t"])
    assert safe["n"].tolist() == [number] * len(texts)
