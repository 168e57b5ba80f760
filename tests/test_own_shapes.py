"""Shapes that a declaration can say: a sheet a year, periods in parts, columns without heading,
notes below a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.figures.cells import month, quarter, year
from etl.figures.grammar import declaration_of
from etl.figures.tidying import tidy
from etl.files.table import letter, position
from indicators import catalogue
from indicators.findings import FindingsError
from indicators.names import UnreadError
from indicators.settings import ROOT
from tests.own_files import PROVENANCE, csv, faults, figures, loaded, xlsx

SHEETS = """
across_sheets: period
columns: {region: 地区, value: 培训人次}
fixed: {indicator: people_trained, scheme: ALL, industry: ALL, size: ALL}
unit: 人次
"""
YEARS: dict[str, list[list[Any]]] = {
    "2024": [["地区", "培训人次"], ["江苏", 5], ["浙江", 6]],
    "2023年": [["地区", "培训人次"], ["江苏", 4], ["浙江", 5]],
}
TRAINED = {
    ("320000", "2024"): 5.0,
    ("330000", "2024"): 6.0,
    ("320000", "2023"): 4.0,
    ("330000", "2023"): 5.0,
}


def test_each_sheet_of_a_workbook_is_the_period_that_its_name_says(tmp_path: Path) -> None:
    path = xlsx(tmp_path, YEARS | {"Sheet3": []})
    assert figures(path, SHEETS) == TRAINED
    rows = loaded(path, SHEETS)
    placed = rows.set_index(["region", "period"])["sheet"]
    assert (placed["320000", "2024"], placed["320000", "2023"]) == ("2024", "2023年")


def test_sheets_that_do_not_say_their_period_are_listed_with_it(tmp_path: Path) -> None:
    path = xlsx(
        tmp_path, {"封面": [["说明"]], "表一": YEARS["2024"], "表二": YEARS["2023年"]}, ("表二",)
    )
    assert figures(path, SHEETS + "sheets: {表一: 2024, 表二: 2023年}") == TRAINED


def test_what_is_wrong_on_any_sheet_is_told_with_its_name(tmp_path: Path) -> None:
    wrong: dict[str, list[list[Any]]] = {
        "2024": [["地区", "培训人次"], ["江苏", 5], ["折江", 6]],
        "2023年": [["省份", "培训人次"], ["江苏", 4]],
        "2022年": [["地区", "培训人次"], ["江苏", "四"]],
        "说明": [["地区", "培训人次"], ["江苏", 4]],
    }
    path = xlsx(tmp_path, wrong)
    declaration = declaration_of({"provenance": PROVENANCE} | yaml.safe_load(SHEETS), "d.yaml")
    with pytest.raises(FindingsError) as refusal:
        tidy(path, declaration, catalogue.load(), tmp_path / "out", source="bureau")
    assert {(found.sheet, found.row, found.found) for found in refusal.value.findings} == {
        ("2024", 3, "折江"),
        ("2023年", 1, "省份 | 培训人次"),
        ("2022年", 2, "四"),
        ("说明", None, "说明"),
    }
    assert not (tmp_path / "out").exists()


def test_sheets_that_are_not_there_or_said_twice_are_refused(tmp_path: Path) -> None:
    path = xlsx(tmp_path, YEARS)
    ((_, _, found, expected, _),) = faults(path, SHEETS + "sheets: [2025]")
    assert (found, expected) == ("2024 / 2023年", "the sheet 2025")
    assert [place for _, place, _, _, _ in faults(path, SHEETS + "sheet: '2024'")] == ["sheet"]
    both = SHEETS.replace("fixed: {", "fixed: {period: 2024, ")
    assert [place for _, place, _, _, _ in faults(path, both)] == ["period"]
    table = csv(tmp_path, "地区,培训人次\n江苏,5\n")
    assert [found for _, _, found, _, _ in faults(table, SHEETS)] == [".csv"]


def test_year_and_month_in_two_columns_are_one_period(tmp_path: Path) -> None:
    path = csv(tmp_path, "年份,月份,江苏省,浙江省\n2024,1,5,6\n2024,2月,7,8\n2023年,全年,9,9\n")
    declared = """
layout: wide
header: 1
across: [region]
columns: {year: 年份, month: 月份}
fixed: {indicator: certificates_new, scheme: ALL, industry: ALL, size: ALL}
unit: 张
"""
    assert figures(path, declared) == {
        ("320000", "2024-01"): 5,
        ("330000", "2024-01"): 6,
        ("320000", "2024-02"): 7,
        ("330000", "2024-02"): 8,
        ("320000", "2023"): 9,
        ("330000", "2023"): 9,
    }


def test_a_year_in_the_title_and_quarters_above_the_columns_are_one_period(tmp_path: Path) -> None:
    path = csv(tmp_path, "地区,一季度,第2季度,全年\n江苏,1,2,3\n")
    declared = """
layout: wide
header: 1
across: [quarter]
columns: {region: 地区}
fixed: {year: 2024, indicator: certificates_new, scheme: ALL, industry: ALL, size: ALL}
unit: 张
"""
    assert figures(path, declared) == {
        ("320000", "2024-Q1"): 1,
        ("320000", "2024-Q2"): 2,
        ("320000", "2024"): 3,
    }
    several = csv(tmp_path, "地区,1-2季度\n江苏,1\n")
    assert [(row, column) for row, column, *_ in faults(several, declared)] == [(1, "1-2季度")]


@pytest.mark.parametrize(
    "fixed",
    ["{year: 2024}", "{month: 1}", "{period: 2024, month: 1}", "{year: 1, month: 1, quarter: 1}"],
)
def test_a_period_stands_whole_or_as_a_year_with_its_quarter_or_month(
    tmp_path: Path, fixed: str
) -> None:
    path = csv(tmp_path, "地区,数值\n江苏,1\n")
    declared = {
        "columns": {"region": "地区", "value": "数值"},
        "fixed": yaml.safe_load(fixed)
        | {"indicator": "certificates_new", "scheme": "ALL", "industry": "ALL", "size": "ALL"},
        "unit": "张",
    }
    assert [place for _, place, *_ in faults(path, yaml.safe_dump(declared))] == ["period"]


@pytest.mark.parametrize(
    ("read", "texts", "expected"),
    [
        (year, ["2024", "２０２４年", "2024年度"], "2024"),
        (month, ["3", "03", "3月", "3月份", "三月", "Mar", "March", "mar."], "-03"),
        (month, ["12", "十二月", "Dec"], "-12"),
        (month, ["全年", "Total"], ""),
        (quarter, ["3", "Q3", "三季度", "第3季度", "第三季度", "3季", "III", "3rd quarter"], "-Q3"),
        (quarter, ["全年"], ""),
    ],
)
def test_parts_of_a_period_are_read_in_their_usual_spellings(
    read: object, texts: list[str], expected: str
) -> None:
    assert {read(text) for text in texts} == {expected}  # type: ignore[operator]


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (year, "2024-01"),
        (year, "去年"),
        (month, "13"),
        (month, "1-2月"),
        (month, "上半年"),
        (month, "0"),
        (quarter, "5"),
        (quarter, "前三季度"),
    ],
)
def test_what_is_no_one_part_of_a_period_is_refused(read: object, text: str) -> None:
    with pytest.raises(UnreadError):
        read(text)  # type: ignore[operator]


def test_a_column_without_heading_is_named_by_its_letter(tmp_path: Path) -> None:
    corner = """
layout: wide
header: 1
across: [period]
columns: {region: A}
fixed: {indicator: people_trained, scheme: ALL, industry: ALL, size: ALL}
unit: 人次
"""
    path = csv(tmp_path, ",2023年,2024年\n江苏,5,6\n")
    assert figures(path, corner) == {("320000", "2023"): 5, ("320000", "2024"): 6}
    indexed = csv(tmp_path, ",地区,2023,2024\n0,江苏,5,6\n", "indexed.csv")
    declared = corner.replace("region: A", "region: 地区") + "ignore: [A]"
    assert figures(indexed, declared) == {("320000", "2023"): 5, ("320000", "2024"): 6}
    headed = csv(tmp_path, "地区,2023年\n江苏,5\n", "headed.csv")
    assert len(faults(headed, corner)) == 1, "a heading is a column's only name"


def test_letters_and_columns_are_each_other_s_inverse() -> None:
    assert [letter(p) for p in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert all(position(letter(p)) == p for p in range(16_384))
    assert position("地区") is None


NOTED = "地区,2023年,2024年\n江苏,5,6\n浙江,7,8\n注：1.甲。,,\n　　　2.乙。,,\n②丙。,,\n"
SIGNED = NOTED + "单位负责人：某甲  填表人：某乙,,\n"
BELOW = """
layout: wide
header: 1
across: [period]
columns: {region: 地区}
fixed: {indicator: people_trained, scheme: ALL, industry: ALL, size: ALL}
unit: 人次
leave_out: [{column: 地区, from: [注]}]
"""


def test_the_notes_below_a_table_end_it_with_all_that_follows(tmp_path: Path) -> None:
    expected = {
        ("320000", "2023"): 5,
        ("320000", "2024"): 6,
        ("330000", "2023"): 7,
        ("330000", "2024"): 8,
    }
    assert figures(csv(tmp_path, SIGNED), BELOW) == expected


def test_no_figure_is_lost_below_the_notes(tmp_path: Path) -> None:
    path = csv(tmp_path, SIGNED + "安徽,9,10\n")
    assert [(row, column, found) for row, column, found, *_ in faults(path, BELOW)] == [
        (8, "2023年", "9"),
        (8, "2024年", "10"),
    ]


def test_undeclared_notes_and_signatures_are_told_to_stand_below_the_table(tmp_path: Path) -> None:
    found = faults(csv(tmp_path, SIGNED), BELOW.replace("leave_out", "#"))
    assert {row for row, *_ in found} == {4, 5, 6, 7}
    assert {advice for _, column, *_, advice in found if column == "地区"} == {
        "if the table ends here, leave out what stands below it: `column: 地区` with `from`"
    }


def test_a_file_s_own_words_for_periods_are_declared(tmp_path: Path) -> None:
    path = csv(tmp_path, "地区,本年,上年,增长%\n江苏,6,5,20\n")
    own = BELOW.replace("leave_out: [{column: 地区, from: [注]}]", "ignore: [增长%]")
    own += "names: {period: {本年: 2024, 上年: 2023年}}"
    assert figures(path, own) == {("320000", "2024"): 6, ("320000", "2023"): 5}
    wrong = faults(path, own.replace("2023年", "去年"))
    assert ("names.period.上年", "去年") in {(column, found) for _, column, found, *_ in wrong}


def test_the_guide_s_examples_of_shapes_load(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "own-figures.md").read_text(encoding="utf-8").split("```")
    table, monthly, yearly = (guide[place].removeprefix("yaml\n") for place in (5, 7, 9))
    assert len(figures(csv(tmp_path, table.lstrip("\n")), monthly)) == 4
    assert figures(xlsx(tmp_path, YEARS), yearly) == TRAINED
