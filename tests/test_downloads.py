"""Files that leave the dashboard: whole, readable in Excel, and never run as a formula."""

from __future__ import annotations

import csv
import io
import math
import zipfile
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from python_calamine import CalamineWorkbook

from indicators.catalogue import tree
from indicators.drawing import charts
from indicators.drawing.boundary_files import load_boundaries
from indicators.drawing.map_rows import legend_rows, unit_rows
from indicators.drawing.palette import palette
from indicators.drawing.standalone import exported_chart, exported_map
from indicators.exports import downloads
from indicators.exports.downloads import (
    csv_file,
    file_name,
    harmless,
    png_file,
    svg_file,
    xlsx_file,
)
from indicators.exports.offered import table_exports
from indicators.store.queries import Vintage
from indicators.wording import Wording


def test_numbers_in_files_are_rounded_once() -> None:
    noisy = pd.DataFrame(
        {"gap": [1240.3 - 1240.5, 0.1 + 0.2, 1e6 / 3, 537_498.0, np.nan, np.inf, 5e-10]}
    )
    lines = csv_file(noisy).decode("utf-8-sig").split()[1:]
    assert lines == ["-0.2", "0.3", "333333.333333333", "537498.0", '""', "inf", "1e-09"]
    rows = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_file({"a": noisy}))).get_sheet_by_index(0)
    assert [row[0] for row in rows.to_python()[1:4]] == [-0.2, 0.3, 333333.333333333]


REGIONS = tree().all_provinces

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ZH = Wording("zh")


def sheets_of(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_csv_opens_in_excel_as_chinese() -> None:
    content = csv_file(pd.DataFrame({"地区": ["江苏"], "数值": [537_498.0]}))
    assert content == "\ufeff地区,数值\r\n江苏,537498.0\r\n".encode()


def test_a_csv_keeps_line_breaks_and_quotation_marks_within_a_cell() -> None:
    table = pd.DataFrame({"备注": ['含"境外", 见注\r\n第二行']})
    assert pd.read_csv(io.BytesIO(csv_file(table)))["备注"].tolist() == table["备注"].tolist()


@pytest.mark.parametrize("start", FORMULA)
def test_a_formula_in_a_text_cell_is_neutralised(start: str) -> None:
    table = pd.DataFrame({"note": [f"{start}cmd|' /C calc'!A0"], "value": [-1.5]})
    read = list(csv.reader(io.StringIO(csv_file(table).decode("utf-8-sig"), newline="")))
    assert read == [["note", "value"], [f"'{start}cmd|' /C calc'!A0", "-1.5"]]
    note, value = sheets_of(xlsx_file({"a": table}))["a"][1]
    assert note[:2] == f"'{start}"
    assert value == -1.5


def test_a_formula_in_a_heading_or_a_category_is_neutralised() -> None:
    table = pd.DataFrame({"=1+1": pd.Categorical(["=2+2"])})
    assert csv_file(table) == b"\xef\xbb\xbf'=1+1\r\n'=2+2\r\n"


def test_a_workbook_holds_no_formula_and_no_link() -> None:
    table = pd.DataFrame({"a": ["=1+1", "{=A1}", "@SUM(A1)", "http://example.org", "江苏"]})
    with zipfile.ZipFile(io.BytesIO(xlsx_file({"数据": table}))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet
    assert sheet.count('t="s"') == 6


def test_each_table_is_a_sheet_whose_heading_stays_in_sight() -> None:
    content = xlsx_file(
        {
            "地图": pd.DataFrame({"地区": ["江苏"], "数值": [537_498.0]}),
            "数据": pd.DataFrame({"时期": ["2024-12"]}),
            "无": pd.DataFrame({"时期": []}),
        }
    )
    assert sheets_of(content) == {
        "地图": [["地区", "数值"], ["江苏", 537_498.0]],
        "数据": [["时期"], ["2024-12"]],
        "无": [["时期"]],
    }
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        for sheet in ("sheet1", "sheet2", "sheet3"):
            text = book.read(f"xl/worksheets/{sheet}.xml").decode()
            assert '<pane ySplit="1" topLeftCell="A2"' in text
            assert 'state="frozen"' in text


def test_codes_stay_text_in_a_workbook() -> None:
    table = pd.DataFrame({"code": ["0012", "1E5"]})
    assert sheets_of(xlsx_file({"a": table}))["a"] == [["code"], ["0012"], ["1E5"]]


def test_missing_and_infinite_cells_do_not_stop_a_workbook() -> None:
    table = pd.DataFrame(
        {"a": pd.array([1, None], dtype="Int64"), "b": [math.inf, 2.0], "c": [None, "x"]}
    )
    assert sheets_of(xlsx_file({"[a]'s": table}))["a s"] == [
        ["a", "b", "c"],
        [1.0, "inf", ""],
        ["", 2.0, "x"],
    ]


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "SHEET_ROWS", 2)
    sheets = sheets_of(xlsx_file({"data": pd.DataFrame({"n": [1, 2, 3]})}))
    assert sheets == {"data": [["n"], [1.0], [2.0]], "data_2": [["n"], [3.0]]}


def test_rows_are_the_same_however_many_are_written_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = pd.DataFrame(
        {
            "文": ["<a&b>", None, " 江苏 ", "<a&b>", "1E5"],
            "数": [1.5, math.nan, -2e-7, 1e15, 0.1 + 0.2],
        }
    )
    whole = sheets_of(xlsx_file({"a": table, "b": table}))
    monkeypatch.setattr(downloads, "AT_ONCE", 2)
    assert sheets_of(xlsx_file({"a": table, "b": table})) == whole
    assert (
        whole["a"]
        == whole["b"]
        == [
            ["文", "数"],
            ["<a&b>", 1.5],
            ["", ""],
            [" 江苏 ", -2e-7],
            ["<a&b>", 1e15],
            ["1E5", 0.3],
        ]
    )


def test_a_text_longer_than_a_cell_holds_ends_in_an_ellipsis() -> None:
    text = sheets_of(xlsx_file({"a": pd.DataFrame({"note": ["注" * 40_000]})}))["a"][1][0]
    assert len(text) == 32_767
    assert text.endswith("注…")


def test_two_columns_of_one_name_are_refused() -> None:
    table = pd.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(ValueError, match="two columns of one name"):
        csv_file(table)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("有效认证证书数", "2024年12月", "第1版"), "有效认证证书数_2024年12月_第1版.csv"),
        (("Share of the nation's total", "Dec 2024"), "Share_of_the_nations_total_Dec_2024.csv"),
        (("a/b:c*d?", "", "<|>", "e\tf"), "a_b_c_d_e_f.csv"),
        (("CON",), "_CON.csv"),
        (("nul.old",), "_nul.old.csv"),
        (("COM¹",), "_COM¹.csv"),
        (("Concord",), "Concord.csv"),
    ],
)
def test_a_file_name_says_what_is_inside_and_is_safe(parts: tuple[str, ...], expected: str) -> None:
    assert file_name(*parts, suffix=".csv") == expected


@given(st.lists(st.text(max_size=200), min_size=1, max_size=3))
def test_any_file_name_is_safe_on_windows_and_short_enough(parts: list[str]) -> None:
    name = file_name(*parts, suffix=".xlsx")
    assert not set(name) & set('<>:"/\\|?*')
    assert all(ord(character) >= 32 for character in name)
    assert name.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}
    assert name.endswith(".xlsx")
    assert len(name.encode()) <= 255


@given(
    st.lists(st.text(max_size=20) | st.sampled_from(FORMULA).map("{}1".format), min_size=1),
    st.floats(allow_nan=False),
)
def test_no_text_ever_begins_as_a_formula_and_numbers_survive(
    texts: list[str], number: float
) -> None:
    safe = harmless(pd.DataFrame({"t": texts, "n": [number] * len(texts)}))
    assert not any(cell.startswith(FORMULA) for cell in safe["t"])
    assert safe["n"].tolist() == [number] * len(texts)
    assert [cell.removeprefix("'") for cell in safe["t"]] == [
        text.removeprefix("'") for text in texts
    ]


@given(st.lists(st.floats(-1e15, 1e15, allow_subnormal=False), min_size=1, max_size=5))
def test_a_number_is_the_same_in_a_csv_and_to_15_digits_in_a_workbook(
    numbers: list[float],
) -> None:
    table = pd.DataFrame({"n": numbers})
    read = csv_file(table).decode("utf-8-sig").split()[1:]
    assert [float(cell) for cell in read] == pytest.approx(numbers, rel=1e-15, abs=6e-10)
    heading, *rows = sheets_of(xlsx_file({"n": table}))["n"]
    assert heading == ["n"]
    assert [row[0] for row in rows] == pytest.approx(numbers, rel=1e-15, abs=6e-10)


# Images


def whole_map() -> dict[str, Any]:
    rows = pd.DataFrame(
        {
            "region": ["320000", "330000"],
            "period": "2024-12",
            "value": [537_498.0, 553_393.0],
            "status": "A",
            "confidentiality": "F",
        }
    )
    colours, breaks = palette(dark=False), [550_000.0]
    figures = unit_rows(
        rows,
        breaks=breaks,
        names=dict.fromkeys(REGIONS, "某省") | {"320000": "江苏"},
        unit="张",
        words=ZH,
        palette=colours,
    )
    legend = legend_rows(figures, breaks=breaks, unit="张", words=ZH, palette=colours)
    return exported_map(
        load_boundaries(),
        figures.drop(columns="value"),
        legend,
        words=ZH,
        title="有效认证证书数 · 2024年12月",
        notes=["资料来源：某通报", "第 1 版"],
        width=600,
    )


def test_an_exported_map_shows_figures_title_and_provenance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAP_REVIEW_NUMBER", "GS(2024)0650号")
    specification = whole_map()
    drawing = svg_file(specification).decode()
    assert drawing.startswith("<svg")
    for text in (
        "有效认证证书数 · 2024年12月",
        "资料来源：某通报",
        "第 1 版",
        "审图号：GS(2024)0650号",
        "GCJ-02",
        "江苏",
        "无数据：32",
    ):
        assert text in drawing
    picture = Image.open(io.BytesIO(png_file(specification))).convert("RGB")
    pixels = np.asarray(picture).reshape(-1, 3)
    assert picture.width > 1200
    for fill in palette(dark=False).classes(2):
        wanted = np.array(list(bytes.fromhex(fill[1:])))
        assert (np.abs(pixels.astype(int) - wanted).max(axis=1) <= 3).mean() > 0.002


def test_an_exported_chart_shows_its_rows_title_and_notes() -> None:
    rows = pd.DataFrame(
        {
            "name": ["江苏", "浙江"],
            "value": [2.0, 1.0],
            "label": ["2", "1"],
            "fill": ["#123456", "#654321"],
        }
    )
    specification = exported_chart(
        charts.required_chart(ZH), {"required": rows}, title="目前每年所需", notes=["第 1 版"]
    )
    drawing = svg_file(specification).decode()
    for text in ("江苏", "浙江", "目前每年所需", "第 1 版", "#123456"):
        assert text in drawing


@pytest.mark.parametrize(
    "mark", ["\x07", "\x1b[31m", "\x0b", "\x0c", "\b", "\ufffe", r"\u0007", "\\"]
)
def test_a_drawing_takes_any_text_of_a_source(mark: str) -> None:
    # One that is no XML used to end the whole server.
    rows = pd.DataFrame({"name": ["江苏"], "value": [3.0], "label": ["+3"], "fill": ["#123456"]})
    text = f'某局{mark}<b>&"年鉴'
    specification = exported_chart(
        charts.required_chart(ZH), {"required": rows}, title=text, notes=[text]
    )
    drawing = svg_file(specification).decode()
    assert ElementTree.fromstring(drawing) is not None
    kept = mark if mark.isprintable() else " "
    shown = "".join(ElementTree.fromstring(drawing).itertext())
    assert f"某局{kept}".split()[0] in shown
    assert '<b>&"年鉴' in shown.replace("\u00a0", " ")
    assert png_file(specification).startswith(b"\x89PNG")


def test_a_table_of_a_page_leaves_as_csv_and_workbook() -> None:
    shown = pd.DataFrame({"来源": ["=SUM(A1)"], "条数": [7]})
    (_, name, as_csv), (_, sheet_name, as_workbook) = table_exports("来源", shown, Vintage(3), ZH)
    assert (name, sheet_name) == ("来源_第3版.csv", "来源_第3版.xlsx")
    assert as_csv() == "\ufeff来源,条数\r\n'=SUM(A1),7\r\n".encode()
    assert sheets_of(as_workbook()) == {"来源": [["来源", "条数"], ["'=SUM(A1)", 7.0]]}


def test_a_table_of_made_up_figures_says_so_in_every_row() -> None:
    table = pd.DataFrame({"地区": ["江苏", "浙江"]})
    (_, name, as_csv), _ = table_exports("目标", table, Vintage(1, "demonstration"), ZH)
    assert "演示" in name
    rows = pd.read_csv(io.BytesIO(as_csv()))
    assert rows["演示"].str.contains("演示数据").tolist() == [True, True]
