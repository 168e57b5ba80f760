"""Units of title, heading, unit column and declaration agree, or the declaration settles them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.own_files import LONG, csv, faults, figures, loaded, xlsx

WIDE = """
layout: wide
header: 2
across: [period]
columns: {region: 地区}
fixed: {indicator: certificates_valid, scheme: ALL, industry: ALL, size: ALL}
"""


@pytest.mark.parametrize(
    ("title", "declared"),
    [
        ("单位：万张", "张"),
        ("2024年有效认证证书数（万张）", "张"),
        ("单位：张", "万张"),
        ("（计量单位：万张）", "张"),
        ("单位:万张、家", "张"),
        ("单位：亿元", "张"),
        ("单位：万", "张"),
        ("有效证书数（以万张为单位）", "张"),
        ("以万张计", "张"),
        ('"Unit: 10,000 certificates"', "张"),
        ("Units: million certificates", "张"),
        ('"Unit: 10,000 yuan"', "张"),
        ("Unit: 10 000 certificates", "张"),
        ("Unit: ten thousand certs", "张"),
        ("(in thousands)", "张"),
        ("('000 certificates)", "张"),
        ("Valid certificates in thousands", "张"),
        ("Unit: persons", "张"),
        ("2024年有效认证证书万张数", "张"),
        ("认证证书数 万张", "张"),
        ("Unit: certificates", "万张"),
        ("Unit: 10k certificates", "张"),
        ('"Unit: 10,000 valid certificates"', "张"),
        ('"Unit: certificates (10,000)"', "张"),
        ("Unit: ten-thousand of something", "张"),
        ("Unit: ×10⁴", "张"),
        ("Unit: USD million", "张"),
        ("单 位：万 张", "张"),
        ("证书 万 张", "张"),
        ("（万 张）", "张"),
    ],
)
def test_a_title_that_says_another_unit_is_told(tmp_path: Path, title: str, declared: str) -> None:
    path = csv(tmp_path, f"{title},\n地区,2024\n江苏,12\n")
    (fault,) = faults(path, f"{WIDE}unit: {declared}")
    assert fault[:4] == (1, None, title.strip('"'), f"the unit {declared}")


@pytest.mark.parametrize(
    "title",
    [
        "单位：张",
        "2024年有效认证证书数（张）",
        "某省统计表（2017）",
        "（官方通报）",
        "单位：张、家",
        "单位：张/家",
        "注：含宁波（市）",
        "以张计",
        "Unit: certificates",
        "Unit: see below",
        "Certificates in use",
        "每万张证书",
        "突破两万张",
        "证书数突破万张",
        "单 位：张",
        "单位：张 家",
        "填 报 单 位：某局",
    ],
)
def test_a_title_that_says_the_same_unit_or_none_is_silent(tmp_path: Path, title: str) -> None:
    path = csv(tmp_path, f"{title},\n地区,2024\n江苏,12\n")
    assert figures(path, f"{WIDE}unit: 张") == {("320000", "2024"): 12}


@pytest.mark.parametrize(
    "heading",
    [
        "数值（万张）",
        "数值(万张)",
        "数值 万张",
        "数值/万张",
        "数值：万张",
        "数值【万张】",
        "数值（单位：万张）",
        "数值（以万张计）",
        "有效证书数（以万张为单位）",
        "有效证书万张数",
    ],
)
def test_a_heading_that_says_another_unit_is_told(tmp_path: Path, heading: str) -> None:
    path = csv(tmp_path, f"地区,时期,{heading}\n江苏,2024,12\n")
    (fault,) = faults(path, LONG.replace("value: 数值", f"value: '{heading}'"))
    assert fault[:4] == (1, heading, heading, "the unit 张")
    right = LONG.replace("value: 数值", f"value: '{heading}'").replace("unit: 张", "unit: 万张")
    assert figures(path, right) == {("320000", "2024"): 120_000}


@pytest.mark.parametrize("heading", ["每万张数", "突破2万张", "数值（以上年计）", "万张以上"])
def test_a_heading_that_says_no_unit_is_silent(tmp_path: Path, heading: str) -> None:
    path = csv(tmp_path, f"地区,时期,{heading}\n江苏,2024,12\n")
    declared = LONG.replace("value: 数值", f"value: '{heading}'")
    assert figures(path, declared) == {("320000", "2024"): 12}


def test_a_unit_in_english_is_overruled_as_is_advised(tmp_path: Path) -> None:
    path = csv(tmp_path, '"Unit: 10,000 certificates",\n地区,2024\n江苏,12\n')
    declared = f"{WIDE}unit: 张\n"
    (fault,) = faults(path, declared)
    assert "`unit_overrules: [10000 certificates]`" in fault[4]
    overruled = f"{declared}unit_overrules: [10000 certificates]"
    assert figures(path, overruled) == {("320000", "2024"): 12}


@pytest.mark.parametrize(
    ("title", "indicator", "declared", "value"),
    [
        ("Unit: 10k certificates", "certificates_valid", "万张", 120_000),
        ('"Unit: certificates (10,000)"', "certificates_valid", "万张", 120_000),
        ("Unit: CNY 100 million", "certification_revenue", "亿元", 12),
        ('"Unit: ¥10,000"', "certification_revenue", "万元", 0.0012),
        ("Unit: 10^4 person-times", "people_trained", "万人次", 120_000),
        ("单位：份", "certificates_valid", "份", 12),
        ("单位：份", "certificates_valid", "张", 12),
        ("单位：万份", "certificates_valid", "万份", 120_000),
        ("单位：人 次", "people_trained", "人次", 12),
        ("单位：万 人 次", "people_trained", "万人次", 120_000),
    ],
)
def test_a_unit_is_known_however_it_is_written(
    tmp_path: Path, title: str, indicator: str, declared: str, value: float
) -> None:
    path = csv(tmp_path, f"{title},\n地区,2024\n江苏,12\n")
    wide = WIDE.replace("certificates_valid", indicator)
    assert figures(path, f"{wide}unit: {declared}") == {("320000", "2024"): value}


@pytest.mark.parametrize(
    "title", ["单位：万 人 次", "单 位：万 人次", "培训（万 人 次）", "培训 万 人 次"]
)
def test_a_unit_that_is_spread_out_is_overruled_whole(tmp_path: Path, title: str) -> None:
    path = csv(tmp_path, f"{title},\n地区,2024\n江苏,12\n")
    declared = f"{WIDE.replace('certificates_valid', 'people_trained')}unit: 人次\n"
    (fault,) = faults(path, declared)
    assert "`unit_overrules: [万人次]`" in fault[4]
    for spelling in ("万人次", "万 人 次"):
        overruled = f"{declared}unit_overrules: [{spelling}]"
        assert figures(path, overruled) == {("320000", "2024"): 12}


def test_a_multiple_in_a_cell_counts_where_the_unit_has_none(tmp_path: Path) -> None:
    path = csv(tmp_path, "地区,时期,数值\n江苏,2024,12万\n浙江,2024,8000\n")
    assert figures(path) == {("320000", "2024"): 120_000, ("330000", "2024"): 8000}
    (fault,) = faults(path, LONG.replace("unit: 张", "unit: 万张"))
    assert fault[:3] == (2, "数值", "12万")


def test_the_declaration_overrules_a_wrong_unit_by_its_name(tmp_path: Path) -> None:
    path = csv(tmp_path, "单位：万张,\n地区,2024\n江苏,12\n")
    declared = f"{WIDE}unit: 张\nunit_overrules: [万张]"
    assert figures(path, declared) == {("320000", "2024"): 12}
    assert faults(path, declared.replace("[万张]", "[亿张]")) != []


def test_a_heading_is_nearer_than_a_title(tmp_path: Path) -> None:
    declared = """
layout: wide
header: [2]
across: [indicator]
columns: {region: 地区}
names: {indicator: {证书（万张）: certificates_valid, 组织: certified_organisations}}
fixed: {period: 2024, scheme: ALL, industry: ALL, size: ALL}
unit: {certificates_valid: 万张, certified_organisations: 家}
"""
    path = csv(tmp_path, "单位：张、家,,\n地区,证书（万张）,组织\n江苏,12,5\n")
    assert loaded(path, declared)["value"].tolist() == [120_000, 5]
    wrong = csv(tmp_path, "单位：张、家,,\n地区,证书（张）,组织\n江苏,12,5\n")
    found = faults(wrong, declared.replace("证书（万张）", "证书（张）"))
    assert {fault[:3] for fault in found} == {
        (1, None, "单位：张、家"),
        (2, "证书（张）", "证书（张）"),
    }


def test_a_title_is_held_against_a_unit_column_too(tmp_path: Path) -> None:
    declared = """
header: 2
columns: {region: 地区, unit: 单位, value: 数值}
fixed: {indicator: certificates_valid, period: 2024, scheme: ALL, industry: ALL, size: ALL}
"""
    path = csv(tmp_path, "单位：万张,,\n地区,单位,数值\n江苏,张,12\n浙江,万张,3\n")
    (fault,) = faults(path, declared)
    assert fault[:4] == (1, None, "单位：万张", "the unit 张")


def test_the_unit_is_declared_once(tmp_path: Path) -> None:
    declared = LONG.replace("value: 数值", "value: 数值, unit: 单位")
    path = csv(tmp_path, "地区,时期,单位,数值\n江苏,2024,万张,12\n")
    assert [fault[1:3] for fault in faults(path, declared)] == [("unit", "unit, columns.unit")]


def test_a_unit_in_a_workbook_s_title_is_seen(tmp_path: Path) -> None:
    path = xlsx(tmp_path, {"表": [["表一（万张）", ""], ["地区", "2024"], ["江苏", 12]]})
    (fault,) = faults(path, f"{WIDE}unit: 张")
    assert fault[:3] == (1, None, "表一（万张）")


def test_a_merged_heading_says_the_unit_of_every_column_it_spans(tmp_path: Path) -> None:
    declared = """
layout: wide
header: [1, 2]
across: [indicator, period]
merged: [indicator]
columns: {region: 地区}
names: {indicator: {证书（万张）: certificates_valid}}
fixed: {scheme: ALL, industry: ALL, size: ALL}
unit: 张
"""
    path = csv(tmp_path, "地区,证书（万张）,\n,2023,2024\n江苏,12,13\n")
    assert [fault[:2] for fault in faults(path, declared)] == [
        (1, "证书（万张） / 2023"),
        (1, "2024"),
    ]


@pytest.mark.parametrize(
    ("note", "found"),
    [
        ("注：单位为万张", True),
        ("注：以万张计", True),
        ("Note: in thousands", True),
        ("注：本表计量单位：万张。", True),
        ("注：本表单位是张。", False),
        ("注：填报单位为某局", False),
        ("注：单位：某局", False),
        ("注：统计单位为法人单位", False),
    ],
)
def test_a_note_below_that_says_another_unit_is_told(
    tmp_path: Path, note: str, found: bool
) -> None:
    path = csv(tmp_path, f"地区,2024\n江苏,12\n{note},\n")
    declared = f"{WIDE.replace('header: 2', 'header: 1')}unit: 张"
    declared += "\nleave_out: [{column: 地区, from: [注, Note]}]"
    if found:
        assert [fault[:4] for fault in faults(path, declared)] == [(3, "地区", note, "the unit 张")]
    else:
        assert figures(path, declared) == {("320000", "2024"): 12}


@pytest.mark.parametrize(("unit", "found"), [("万张", True), ("张", False), ("某局", False)])
def test_a_column_of_units_that_is_ignored_is_held_against_the_declared_unit(
    tmp_path: Path, unit: str, found: bool
) -> None:
    path = csv(tmp_path, f"地区,单位,2024\n浙江,,3\n江苏,{unit},12\n")
    declared = f"{WIDE.replace('header: 2', 'header: 1')}unit: 张\nignore: [单位]"
    if found:
        assert [fault[:4] for fault in faults(path, declared)] == [(3, "单位", unit, "the unit 张")]
    else:
        assert figures(path, declared) == {("330000", "2024"): 3, ("320000", "2024"): 12}


@pytest.mark.parametrize(
    "name", ["认证证书数（万张）.csv", "证书_万张.csv", "2024年 单位：万张.csv"]
)
def test_a_unit_that_only_the_file_s_name_says_is_held_against_the_declared_one(
    tmp_path: Path, name: str
) -> None:
    path = csv(tmp_path, "地区,时期,数值\n江苏,2024,12\n").rename(tmp_path / name)
    (fault,) = faults(path)
    assert fault[:4] == (None, None, path.stem, "the unit 张")
    assert figures(path, LONG.replace("unit: 张", "unit: 万张")) == {("320000", "2024"): 120_000}
    assert figures(path, f"{LONG}unit_overrules: [万张]\n") == {("320000", "2024"): 12}
    titled = csv(tmp_path, "单位：张,,\n地区,时期,数值\n江苏,2024,12\n").rename(path)
    assert figures(titled, f"{LONG}header: 2\n") == {("320000", "2024"): 12}


def test_a_unit_that_only_the_document_says_is_held_against_the_declared_one(
    tmp_path: Path,
) -> None:
    path = csv(tmp_path, "地区,时期,数值\n江苏,2024,12\n")
    document = "provenance: {publisher: 某局, document: 2024年证书数（万张）, licence: 公开}\n"
    (fault,) = faults(path, document + LONG)
    assert fault[2:4] == ("2024年证书数（万张）", "the unit 张")
