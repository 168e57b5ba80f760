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
    ],
)
def test_a_title_that_says_another_unit_is_told(tmp_path: Path, title: str, declared: str) -> None:
    path = csv(tmp_path, f"{title},\n地区,2024\n江苏,12\n")
    (fault,) = faults(path, f"{WIDE}unit: {declared}")
    assert fault[:4] == (1, None, title, f"the unit {declared}")


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
    ],
)
def test_a_heading_that_says_another_unit_is_told(tmp_path: Path, heading: str) -> None:
    path = csv(tmp_path, f"地区,时期,{heading}\n江苏,2024,12\n")
    (fault,) = faults(path, LONG.replace("value: 数值", f"value: '{heading}'"))
    assert fault[:4] == (1, heading, heading, "the unit 张")
    right = LONG.replace("value: 数值", f"value: '{heading}'").replace("unit: 张", "unit: 万张")
    assert figures(path, right) == {("320000", "2024"): 120_000}


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
