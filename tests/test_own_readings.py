"""What a file says is what its reader sees: nothing is taken for something else in silence."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import python_calamine as calamine
import xlsxwriter
import yaml

from etl.figures.citations import Citations
from etl.figures.declaration import MEANINGS
from etl.figures.grammar import declaration_of
from etl.figures.proposal import propose
from etl.figures.template import template
from etl.files.listing import Listing
from indicators import catalogue
from indicators.drawing.map_rows import state_of
from indicators.exports.readable_tables import footnote
from indicators.statuses import OBSERVATION_STATUSES, ObservationStatus
from indicators.wording import LANGUAGES, Language, Wording
from tests.own_files import (
    LONG,
    PROVENANCE,
    csv,
    faults,
    figures,
    formatted,
    loaded,
    ods,
    warnings,
    xls,
    xls_book,
    xlsx,
    zipped,
)

KNOWN = catalogue.load()
WIDE = """
layout: wide
across: [period]
columns: {region: 地区}
fixed: {indicator: people_trained, scheme: ALL, industry: ALL, size: ALL}
unit: 人次
"""


def test_no_data_and_not_applicable_are_the_codes_of_sdmx() -> None:
    assert ObservationStatus.NO_DATA.code == "O"
    assert ObservationStatus.NOT_APPLICABLE.code == "M"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("code", "state", "chinese"), [("O", "missing", "无数据"), ("M", "not_applicable", "不适用")]
)
def test_a_mark_in_place_of_a_figure_says_the_same_from_declaration_to_page(
    tmp_path: Path, code: str, state: str, chinese: str, language: Language
) -> None:
    words = Wording(language)
    rows = loaded(csv(tmp_path, "地区,2023\n北京,-\n"), WIDE + f"missing: {{'-': {code}}}")
    row = rows.iloc[0].to_dict()
    name = words(OBSERVATION_STATUSES[code].sentence)
    assert state_of(row) == state
    assert words(state_of(row).sentence) == name
    assert footnote(row["status"], "F", row["value"], words).endswith(f" {name}")
    assert language == "en" or name == chinese
    sheets = calamine.load_workbook(io.BytesIO(template(["people_trained"], KNOWN, words)))
    guide = sheets.get_sheet_by_name("说明 Guide").to_python()
    line = next(str(row[0]) for row in guide if str(row[0]).startswith(f"{code}: "))
    assert name in line


def test_a_proposal_offers_the_marks_with_their_meanings(tmp_path: Path) -> None:
    path = csv(tmp_path, "地区,2022,2023\n北京,-,1\n天津,2,3\n河北,4,5\n")
    said = propose(path, KNOWN).yaml(Wording("zh"))
    assert "O 无数据、M 不适用" in said
    assert " / ".join(MEANINGS) in said


def test_what_is_suppressed_is_not_said_to_be_impossible(tmp_path: Path) -> None:
    rows = loaded(csv(tmp_path, "地区,2023\n北京,*\n"), WIDE + "missing: {'*': C}")
    row = rows.iloc[0]
    assert (row["status"], row["confidentiality"], pd.isna(row["value"])) == ("O", "C", True)


CITIES = "地区,2016年\n长春,95\n吉林,94\n四平,96\n"


def test_a_city_with_a_province_s_name_is_neither_until_it_is_declared(tmp_path: Path) -> None:
    path = csv(tmp_path, CITIES)
    meanings = "it may mean 220000 吉林省 / 220200 吉林市: write the code, or declare it"
    assert faults(path, WIDE) == [(3, "地区", "吉林", "a region of GB/T 2260", meanings)]
    for declared in ("within: 220000", "regions: prefecture"):
        assert ("220200", "2016") in figures(path, WIDE + declared)


def test_the_whole_province_is_no_nation(tmp_path: Path) -> None:
    path = csv(tmp_path, "地区,2016年\n全省,95\n杭州市,96\n")
    assert [fault[:3] for fault in faults(path, WIDE + "scope: domestic")] == [(2, "地区", "全省")]
    for declared in ("whole: 330000", "within: 330000", "{scope: domestic, whole: 330000}"):
        rows = figures(path, f"{WIDE}{declared.strip('{}').replace(', ', chr(10))}")
        assert rows == {("330000", "2016"): 95, ("330100", "2016"): 96}


def test_regions_that_are_declared_must_be_regions(tmp_path: Path) -> None:
    found = faults(csv(tmp_path, CITIES), WIDE + "within: 999999\nwhole: 888888")
    assert [fault[2] for fault in found[:2]] == ["888888", "999999"]


@pytest.mark.parametrize(
    "period",
    [
        "2023年①",
        "2024年²",
        "2024-1①",
        "2023年1",
        "2023年12",
        "2023①",
        "2024年1月①",
        "2024-Q1²",
        "2023年第1季度③",
        "2023⑴",
        "2023年㈠",
    ],
)
def test_a_note_s_mark_is_no_month(tmp_path: Path, period: str) -> None:
    long = faults(csv(tmp_path, f"地区,时期,数值\n江苏,{period},5\n"), LONG)
    assert [fault[:3] for fault in long] == [(2, "时期", period)]
    wide = faults(csv(tmp_path, f"地区,{period}\n江苏,5\n"), WIDE)
    assert [fault[:3] for fault in wide] == [(1, period, period)]


def test_marks_of_notes_that_are_declared_are_kept_as_notes(tmp_path: Path) -> None:
    path = csv(tmp_path, "地区,2022年,2023年①,2024年\n江苏②,5,6,7*\n浙江,8,9①②,10 * ②\n")
    declared = WIDE + "notes: {'①': P, '②': 含宁波, '*': E}"
    rows = loaded(path, declared)
    assert {
        (row["region"], row["period"]): (row["value"], row["status"])
        for row in rows.to_dict("records")
    } == {
        ("320000", "2022"): (5, "A"),
        ("320000", "2023"): (6, "P"),
        ("320000", "2024"): (7, "E"),
        ("330000", "2022"): (8, "A"),
        ("330000", "2023"): (9, "P"),
        ("330000", "2024"): (10, "E"),
    }
    declaration = declaration_of({"provenance": PROVENANCE} | yaml.safe_load(declared), "d.yaml")
    citations = Citations(declaration, Listing("bureau/figures.csv"), "bureau")
    assert citations.of_file
    assert citations.frame()["note"].item() == "② 含宁波"


def test_a_mark_in_a_row_s_name_gives_its_figures_the_status(tmp_path: Path) -> None:
    path = csv(tmp_path, "地区,时期,数值\n江苏①,2023,5\n浙江,2023年①,6\n安徽,2023,7\n")
    rows = loaded(path, LONG + "notes: {'①': P}")
    assert dict(zip(rows["region"], rows["status"], strict=True)) == {
        "320000": "P",
        "330000": "P",
        "340000": "A",
    }


@pytest.mark.parametrize("mark", ["1", "a", "省", "%", "5.", "万", " "])
def test_what_may_end_a_figure_or_a_name_is_no_mark_of_a_note(tmp_path: Path, mark: str) -> None:
    found = faults(csv(tmp_path, "地区,2023\n江苏,5\n"), f"{WIDE}notes: {{'{mark}': P}}")
    assert [fault[1] for fault in found] == [f"notes.{mark}"]


@pytest.mark.parametrize(
    ("heading", "found"),
    [("地区,2021年,2022年", "2021年 | 2022年"), ("地区,2023年,2022年", "2023年 | 2022年")],
)
def test_a_second_heading_that_differs_begins_another_table(
    tmp_path: Path, heading: str, found: str
) -> None:
    path = csv(tmp_path, f"地区,2022年,2023年\n江苏,5,6\n{heading}\n安徽,7,8\n福建,9,1\n")
    assert faults(path, WIDE + "leave_out: [repeated_header]") == [
        (
            3,
            "2022年",
            found,
            "the header of row 1: 2022年 | 2023年",
            "another table begins in row 3: give it a file or sheet of its own",
        )
    ]
    assert [fault[0] for fault in faults(path, WIDE)] == [3]


def test_a_heading_that_is_the_same_is_left_out_where_that_is_declared(tmp_path: Path) -> None:
    path = csv(tmp_path, "地区,2022年,2023 年\n江苏,5,6\n地 区,２０２２年,2023年\n安徽,7,8\n")
    assert len(figures(path, WIDE + "leave_out: [repeated_header]")) == 4
    assert [fault[0] for fault in faults(path, WIDE)] == [3]


def test_headings_of_two_rows_come_again_whole_or_are_another_table(tmp_path: Path) -> None:
    declared = """
layout: wide
header: [1, 2]
across: [indicator, period]
columns: {region: 地区}
fixed: {scheme: ALL, industry: ALL, size: ALL}
unit: 张
merged: [indicator, region]
leave_out: [repeated_header]
"""
    head = "地区,有效认证证书数,\n,2022,2023\n江苏,5,6\n"
    same = csv(tmp_path, f"{head}地区,有效认证证书数,\n,2022,2023\n安徽,7,8\n")
    assert figures(same, declared) == {
        ("320000", "2022"): 5,
        ("320000", "2023"): 6,
        ("340000", "2022"): 7,
        ("340000", "2023"): 8,
    }
    other = csv(tmp_path, f"{head}地区,获证组织数,\n,2022,2023\n安徽,7,8\n")
    assert [fault[0] for fault in faults(other, declared)] == [4]


def test_a_long_table_s_heading_with_another_unit_is_another_table(tmp_path: Path) -> None:
    path = csv(tmp_path, "地区,时期,数值\n江苏,2024,5\n地区,时期,数值（万张）\n浙江,2024,6\n")
    found = faults(path, LONG + "leave_out: [repeated_header]")
    assert [fault[:3] for fault in found] == [(3, "数值", "数值（万张）")]


@pytest.mark.parametrize("column", ["年份", "数据性质", "登记类型", "口径"])
def test_a_column_of_a_long_table_is_declared_ignored_or_refused(
    tmp_path: Path, column: str
) -> None:
    path = csv(tmp_path, f"地区,时期,{column},数值\n江苏,2024,甲,5\n")
    assert [fault[:4] for fault in faults(path)] == [(1, column, column, "every column declared")]
    assert figures(path, f"{LONG}ignore: [{column}]") == {("320000", "2024"): 5}


def test_a_column_without_a_heading_that_holds_something_is_refused(tmp_path: Path) -> None:
    path = csv(tmp_path, "地区,时期,数值,\n江苏,2024,5,\n浙江,2024,6,内资\n")
    assert [fault[:3] for fault in faults(path)] == [(3, "", "内资")]


def test_a_file_s_own_words_for_a_status_are_declared(tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        "地区,时期,数据性质,数值\n江苏,2024,快报数,5\n浙江,2024,预计数,6\n安徽,2024,初步数,7\n"
        "福建,2024,,8\n",
    )
    columns = "columns: {region: 地区, period: 时期, status: 数据性质, value: 数值}"
    declared = LONG.replace("columns: {region: 地区, period: 时期, value: 数值}", columns)
    assert [fault[:3] for fault in faults(path, declared)] == [
        (2, "数据性质", "快报数"),
        (3, "数据性质", "预计数"),
    ]
    rows = loaded(path, declared + "names: {status: {快报数: P, 预计数: E}}")
    assert rows["status"].tolist() == ["P", "E", "P", "A"]
    wrong = faults(path, declared + "names: {status: {快报数: X, 预计数: E}}")
    assert ("X", "correct names.status.快报数 in the declaration") in [
        (fault[2], fault[4]) for fault in wrong
    ]


@pytest.mark.parametrize("blank", ["", " ", "\t", "\u3000", "\u00a0"])
@pytest.mark.parametrize(("mark", "written"), [("-", "-"), ("-", "－"), ("…", "…"), ("", "")])
def test_a_mark_with_blanks_around_it_counts_as_the_mark(
    tmp_path: Path, mark: str, written: str, blank: str
) -> None:
    path = csv(tmp_path, f"地区,2023年,2024年\n江苏,{blank}{written}{blank},6\n")
    assert figures(path, f"{WIDE}missing: {{'{mark}': omit}}") == {("320000", "2024"): 6}


def test_blanks_alone_are_no_mark_where_none_is_declared(tmp_path: Path) -> None:
    path = csv(tmp_path, "地区,2023年,2024年\n江苏, ,6\n")
    assert [fault[:3] for fault in faults(path, WIDE)] == [(2, "2023年", " ")]


@pytest.mark.parametrize(
    "unit",
    ["（家）", "(家)", "［家］", "【家】", "单位：家", "（单位：家）", "计量单位:家", " 家 "],
)
def test_a_unit_row_may_stand_in_brackets(tmp_path: Path, unit: str) -> None:
    path = csv(tmp_path, f"地区,获证组织数,认证服务业营业收入\n,{unit},（万元）\n江苏,5,6\n")
    declared = """
layout: wide
header: [1, 2]
across: [indicator, unit]
columns: {region: 地区}
fixed: {period: '2016', scheme: ALL, industry: ALL, size: ALL}
"""
    rows = loaded(path, declared)
    assert rows["value"].tolist() == [5, 0.0006]


@pytest.mark.parametrize(
    ("code", "stored", "shown", "figure"),
    [
        ("0!.0000", 3000, "0.3000", 0.3),
        ("0.0,", 3000, "3.000", 3),
        ("0.00,,", 3_000_000, "3.000000", 3),
        ("#,##0,", 3000, "3.000", 3),
        ("0!.0,", 30000, "3.0000", 3),
        ('0!.0,"万"', 30000, "3.0000万", 30000),
        ('0"万人次"', 3, "3万", 30000),
        ('0" 万"', 3, "3万", 30000),
        ('0"（万）"', 3, "3万", 30000),
        ('0"000"', 3, "3000", 3000),
        ('[>=100000000]0!.00,,"亿";[>=10000]0!.0,"万";0', 30000, "3.0000万", 30000),
    ],
)
def test_a_number_format_that_shows_another_figure_is_settled_by_declaration(
    tmp_path: Path, code: str, stored: float, shown: str, figure: float
) -> None:
    path = formatted(tmp_path, [["地区", "2024"], ["江苏", stored], ["浙江", stored]], code)
    assert [fault[:4] for fault in faults(path, WIDE)] == [
        (
            2,
            "2024",
            f"{stored} → {shown}",
            "what is shown and what is stored to be the same figure",
        )
    ]
    read = figures(path, WIDE + "number_formats: shown")
    assert read[("320000", "2024")] == pytest.approx(figure, abs=1e-12)
    read = figures(path, WIDE + "number_formats: stored")
    assert read[("320000", "2024")] == stored


@pytest.mark.parametrize(
    ("code", "stored", "shown"),
    [
        ("-0", 5, "-5"),
        ('"-"0', -5, "--5"),
        ("0;0", -5, "5"),
        ("(0)", 5, "(5)"),
        ("0-", 5, "5-"),
        ("*-0", 5, "-5"),
        ('"约"0', 5, "约5"),
        ('"约"General', 5, "约5"),
        ("[$约-804]0", 5, "约5"),
        ('">"0', 5, ">5"),
        ('0"余"', 5, "5余"),
        ('0" 左右"', 5, "5左右"),
        ('0"（预计）"', 5, "5（预计）"),
        ('0"+"', 5, "5+"),
        ('0"①"', 5, "5①"),
        ('0"*"', 5, "5*"),
        ('0"e"', 5, "5e"),
        ('0" million"', 5, "5million"),
        ('0"百"', 5, "5百"),
        ('0"5"', 5, "55"),
        ('"0."0', 5, "0.5"),
        ('0"×10⁴"', 5, "5×10⁴"),
        ('0"点"0', 35, "3点5"),
        (";;;", 5, "“”"),
        ("0;;", -5, "“”"),
        ("0;-0;;@", 0, "“”"),
        ("#,###", 0, "“”"),
        ('0;-0;"无"', 0, "无"),
        ('"已公布"', 5, "已公布"),
        ('[>=3]"多"0;0', 5, "多5"),
        ('[=5]"";0', 5, "“”"),
    ],
)
def test_signs_and_words_of_a_number_format_are_a_finding_where_they_change_a_figure(
    tmp_path: Path, code: str, stored: float, shown: str
) -> None:
    path = formatted(tmp_path, [["地区", "2024"], ["江苏", stored]], code)
    assert [fault[:3] for fault in faults(path, WIDE)] == [(2, "2024", f"{stored} → {shown}")]
    read = figures(path, WIDE + "number_formats: stored")
    assert read[("320000", "2024")] == stored


@pytest.mark.parametrize(("code", "shown"), [("-0%", "-5%"), ('"约"0%', "约5%"), ("0%%", "500%%")])
def test_signs_and_words_of_a_percentage_s_format_are_a_finding_too(
    tmp_path: Path, code: str, shown: str
) -> None:
    path = formatted(tmp_path, [["地区", "2024"], ["江苏", 0.05]], code)
    rates = WIDE.replace("people_trained", "ccc_supervision_pass_rate").replace("人次", "'%'")
    assert [fault[2] for fault in faults(path, rates)] == [f"0.05 → {shown}"]
    assert figures(path, rates + "number_formats: stored") == {("320000", "2024"): 5}


def test_what_is_shown_of_a_format_is_read_as_if_it_were_written(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["地区", "2024"], ["江苏", 5]]
    shown = WIDE + "number_formats: shown"
    assert figures(formatted(tmp_path, rows, "-0"), shown) == {("320000", "2024"): -5}
    assert [fault[2] for fault in faults(formatted(tmp_path, rows, '"约"0'), shown)] == ["约5"]
    assert [fault[2] for fault in faults(formatted(tmp_path, rows, ";;;"), shown)] == [""]
    path = formatted(tmp_path, rows, ";;;")
    (row,) = loaded(path, shown + "\nmissing: {'': O}").to_dict("records")
    assert row["status"] == "O"


def test_words_of_a_format_around_a_text_are_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "texts.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        sheet.write_row(0, 0, ["地区", "2024"])
        sheet.write_string(1, 0, "江苏")
        sheet.write_string(1, 1, "5", book.add_format({"num_format": '0;-0;0;"约"@'}))
    assert [fault[:3] for fault in faults(path, WIDE)] == [(2, "2024", "5 → 约5")]


@pytest.mark.parametrize(
    "code",
    [
        "General",
        "0",
        "0_ ",
        "0.00",
        "0.00_ ",
        "#,##0",
        "#,##0.00",
        "#,##0_ ",
        "[Red]0",
        "0.0;-0.0",
        "0;-0;0;@",
        "#,##0;@",
        "0.00;[Red]0.00",
        r"0.00_ ;[Red]\-0.00\ ",
        r"0_);[Red]\(0\)",
        "0.0_);(0.0)",
        "#,##0_);[Red](#,##0)",
        '#,##0;-#,##0;"-"',
        '#,##0;-#,##0;"—"',
        "+0.0;-0.0;0.0",
        "0.00E+00",
        "##0.0E+0",
        "# ?/?",
        r"#\ ##0.0",
        "000000",
        "_(* #,##0_)",
        '_(* #,##0_);_(* \\(#,##0\\);_(* "-"??_);_(@_)',
        '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ',
        '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-',
        '_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ ',
        '"¥"#,##0;[Red]"¥"\\-#,##0',
        "[$¥-804]#,##0.00",
        "$#,##0_);($#,##0)",
        "[DBNum1][$-804]General",
        'General"元"',
        '0"元"',
        "0元",
        '0"人次"',
        '0" 家"',
        '0"（家）"',
        '0"个百分点"',
        '0.0"%"',
        '0.0"‰"',
        '0"m²"',
        '0"元/人"',
        '0"年"',
        '0"年"00"月"',
        "0000-00-00",
        "@",
        "[>=10000]0!.0,;0",
    ],
)
def test_a_number_format_that_shows_the_figure_itself_is_silent(tmp_path: Path, code: str) -> None:
    stored = {"江苏": 3000, "浙江": -3.5, "上海": 0, "安徽": 0.25}
    rows: list[list[Any]] = [["地区", "2024"], *map(list, stored.items())]
    assert [*figures(formatted(tmp_path, rows, code), WIDE).values()] == [*stored.values()]


def test_hidden_rows_and_columns_are_said_and_settled_by_declaration(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["地区", "2022", "2023"],
        ["江苏", 5, 6],
        ["浙江", 7, 8],
        ["上海", 9, 9],
    ]
    path = formatted(tmp_path, rows, hidden_rows=(2,), hidden_columns=(1,))
    (said,) = warnings(path, WIDE)
    assert said[:2] == ("3 | 2022", "no hidden row or column")
    assert said[2].startswith("hidden: rows 3, column 2022. They are read too")
    assert warnings(path, WIDE + "hidden: read") == []
    assert len(figures(path, WIDE + "hidden: read")) == len(figures(path, WIDE)) == 6
    assert figures(path, WIDE + "hidden: leave_out") == {
        ("320000", "2023"): 6,
        ("310000", "2023"): 9,
    }


def test_hidden_sheets_are_said_even_where_the_sheet_is_declared(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["地区", "2022"], ["江苏", 5]]
    path = xlsx(tmp_path, {"表": rows, "旧": rows}, hidden=("旧",))
    for declared in (WIDE, WIDE + "sheet: 表"):
        assert [said[:2] for said in warnings(path, declared)] == [("旧", "no hidden sheet")]
    assert warnings(path, WIDE + "sheet: 表\nhidden: leave_out") == []


@pytest.mark.parametrize("code", ["0!.0000", "0.0,", '0"万"'])
def test_number_formats_of_an_old_workbook_are_told_too(tmp_path: Path, code: str) -> None:
    path = xls_book(tmp_path, {"表": [["地区", "2024"], ["江苏", 3000]]}, b"", code)
    (fault,) = faults(path, WIDE)
    assert fault[3] == "what is shown and what is stored to be the same figure"
    assert figures(path, WIDE + "number_formats: stored") == {("320000", "2024"): 3000}


def test_what_is_hidden_in_an_old_workbook_is_said(tmp_path: Path) -> None:
    row = struct.pack("<HH", 0x0208, 16) + struct.pack("<H10xHH", 2, 0x20, 0)
    column = struct.pack("<HH", 0x007D, 12) + struct.pack("<HH4xHH", 1, 1, 1, 0)
    rows: list[list[Any]] = [["地区", "2022", "2023"], ["江苏", 5, 6], ["浙江", 7, 8]]
    path = xls(tmp_path, rows, row + column)
    assert [said[0] for said in warnings(path, WIDE)] == ["3 | 2022"]
    assert figures(path, WIDE + "hidden: leave_out") == {("320000", "2023"): 6}


def test_what_is_hidden_in_an_opendocument_sheet_is_said(tmp_path: Path) -> None:
    path = ods(tmp_path, [["地区", "2022", "2023"], ["江苏", 5, 6], ["浙江", 7, 8]])
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    first, last, *rest = parts["content.xml"].rpartition("<table:table-row ")
    columns = (
        '<table:table-column/><table:table-column table:visibility="collapse"/>'
        "<table:table-column/>"
    )
    head, table, body = first.partition("<table:table-row ")
    hidden = f'{last}table:visibility="filter" {rest[0]}'
    parts["content.xml"] = f"{head}{columns}{table}{body}{hidden}"
    path.write_bytes(zipped(parts))
    assert [said[0] for said in warnings(path, WIDE)] == ["3 | 2022"]
    assert figures(path, WIDE + "hidden: leave_out") == {("320000", "2023"): 6}
