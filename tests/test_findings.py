"""Findings on screen and in files: whole, in the user's language, harmless to a spreadsheet."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from etl.reporting import SHOWN, findings_table, write_findings
from indicators.findings import Finding, message, redacted
from indicators.wording import Text, Wording

ENGLISH, CHINESE = Wording("en"), Wording("zh")
WRONG = Finding(
    "own/a.xlsx",
    "=cmd|' /C calc'!A0",
    message("a number"),
    message("a number"),
    row=7,
    column="value",
    sheet="表1",
    check="codes",
)
WARNING = Finding(
    "own/a.xlsx",
    "[red]15.4 → 50.2",
    message("a number"),
    message("a number"),
    row=3,
    severity="warning",
    check="jumps",
)


def shown(findings: list[Finding], words: Wording = ENGLISH) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(findings_table(findings, words))
    stream = console.file
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def _sheet(path: Path) -> pd.DataFrame:
    return pd.read_excel(path, engine="calamine")


def test_errors_stand_before_warnings_and_nothing_is_taken_for_markup() -> None:
    lines = shown([WARNING, WRONG]).splitlines()
    assert lines[0].startswith("Errors: 1, warnings: 1")
    rows = [line for line in lines if "own/a.xlsx" in line]
    assert ["Error" in rows[0], "Warning" in rows[1]] == [True, True]
    assert "own/a.xlsx · 表1" in rows[0]
    assert "[red]15.4 → 50.2" in rows[1]


def test_a_long_list_is_folded_on_screen_and_counted() -> None:
    many = [
        Finding("a.csv", str(n), message("a number"), message("a number"), row=n, check="codes")
        for n in range(2, SHOWN + 12)
    ]
    text = shown([*many, WARNING])
    assert text.count("a.csv") == SHOWN
    assert str(len(many)) in text.splitlines()[-2]
    assert "jumps" not in text


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".json"])
def test_a_file_holds_every_finding(tmp_path: Path, suffix: str) -> None:
    many = [
        Finding("a.csv", str(n), message("a number"), message("a number"), row=n, check="codes")
        for n in range(2, SHOWN + 12)
    ]
    path = tmp_path / f"findings{suffix}"
    write_findings(many, path, ENGLISH)
    if suffix == ".json":
        assert len(json.loads(path.read_text("utf-8"))) == len(many)
    else:
        assert len(pd.read_csv(path) if suffix == ".csv" else _sheet(path)) == len(many)


def test_no_cell_of_a_file_is_a_formula(tmp_path: Path) -> None:
    write_findings([WRONG], tmp_path / "a.csv", ENGLISH)
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(tmp_path / "a.csv", dtype=str)
    assert table.loc[0, "Found"] == "'=cmd|' /C calc'!A0"
    named = table[["Severity", "Check", "Sheet", "Row"]]
    assert named.to_numpy().tolist() == [["error", "codes", "表1", "7"]]
    write_findings([WRONG], tmp_path / "a.xlsx", ENGLISH)
    assert _sheet(tmp_path / "a.xlsx").loc[0, "Found"] == "'=cmd|' /C calc'!A0"


def test_json_has_the_stable_names_and_the_words_of_the_language(tmp_path: Path) -> None:
    write_findings([WARNING], tmp_path / "a.json", CHINESE)
    assert json.loads((tmp_path / "a.json").read_text("utf-8")) == [
        {
            "severity": "warning",
            "check": "jumps",
            "folder": "own",
            "file": "own/a.xlsx",
            "sheet": None,
            "row": 3,
            "column": None,
            "indicator": None,
            "region": None,
            "period": None,
            "found": "[red]15.4 → 50.2",
            "expected": "数字",
            "advice": "数字",
            "accepted": None,
            "since": None,
            "cells": [{"row": 3, "column": None}],
        }
    ]


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"findings\.pdf"):
        write_findings([WRONG], tmp_path / "findings.pdf", ENGLISH)


def test_a_sentence_takes_sentences_and_names_of_both_languages_into_itself() -> None:
    regions = [Text(zh="天津", en="Tianjin"), Text(zh="河北", en="Hebei")]
    inner = message("{names} and {other}", names=regions, other=message("a number"))
    assert str(inner) == "Tianjin, Hebei and a number"
    assert inner.values["other"].said(CHINESE) != "a number"


def test_one_cause_in_many_cells_is_told_once_with_all_of_them(tmp_path: Path) -> None:
    many = [
        Finding(
            "own/a.csv",
            name,
            message("a number"),
            message("a number"),
            row=row,
            column="地区",
            check="codes",
        )
        for name in ("北平市", "直隶省")
        for row in range(2, 33)
    ]
    text = shown(many)
    assert text.startswith("Errors: 2, warnings: 0")
    assert text.count("北平市") == 1
    assert "2, 3, 4" in text
    write_findings(many, tmp_path / "a.json", CHINESE)
    first, second = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert [cell["row"] for cell in first["cells"]] == list(range(2, 33))
    assert second["folder"] == "own"
    write_findings(many, tmp_path / "a.csv", ENGLISH)
    table = pd.read_csv(tmp_path / "a.csv", dtype=str)
    assert table["Cells"].str.split().map(len).tolist() == [31, 31]


def test_what_a_finding_is_about_stands_in_fields_of_its_own(tmp_path: Path) -> None:
    keys = [("uptake_rate", "2024", "ALL", "ALL", "ALL", region) for region in ("110000", "120000")]
    about = [
        Finding(
            "a/b.csv", "1", message("a number"), message("a number"), row=2, figures=tuple(keys[:1])
        ),
        Finding(
            "a/b.csv", "1", message("a number"), message("a number"), row=2, figures=tuple(keys)
        ),
    ]
    write_findings(about, tmp_path / "a.json", ENGLISH)
    rows = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert [[row["indicator"], row["region"], row["period"]] for row in rows] == [
        ["uptake_rate", "110000", "2024"],
        ["uptake_rate", None, "2024"],
    ]


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("2①", "#①"),
        ("共三家", "共#家"),
        ("3万", "#"),
        ("三万五千", "#"),
        ("2023年3家", "2023年#家"),
        ("12023年", "#年"),
        ("2024", "#"),
        # No figures: a year, an ordinal, a unit, a word.
        ("2023年①", "2023年①"),
        ("2023年12月末", "2023年12月末"),
        ("第三产业", "第三产业"),
        ("单位：万张", "单位：万张"),
        ("统一标准", "统一标准"),
        # Nor are names of regions and industries; what stands beside them is one.
        ("四川", "四川"),
        ("四川省5", "四川省#"),
        ("四川盆地", "四川盆地"),
        ("三门峡、六盘水", "三门峡、六盘水"),
        ("五家渠", "五家渠"),
        ("五家", "#家"),
        ("九江三家", "九江#家"),
        ("四平方米", "#平方米"),
        ("六安全员", "#安全员"),
        ("四川全省", "四川全省"),
        ("批发和零售业", "批发和零售业"),
    ],
)
def test_of_a_cell_that_may_be_small_its_numbers_alone_are_masked(cell: str, kept: str) -> None:
    wrong = Finding("a.csv", cell, message("a number"), message("correct the cell"), row=3)
    assert redacted(replace(wrong, suppressed=True)).found == kept


def test_no_code_unit_or_heading_is_masked_and_no_figure_that_an_advice_is_near_to() -> None:
    codes = message("one of {names}", names="iso9001 iso14001 3060")
    near = message("did you mean {names}?", names="320000 江苏省")
    secret = Finding("a.csv", "江苏", codes, near, row=3, column="地区", suppressed=True)
    assert redacted(secret) == secret
    numbered = redacted(replace(secret, found="32"))
    assert (numbered.found, str(numbered.expected), str(numbered.advice)) == (
        "#",
        str(codes),
        "did you mean # 江苏省?",
    )
    heading = replace(secret, found="2024年3季度（万张）", column="2024年3季度（万张）")
    assert redacted(heading) == heading
    unit = message("the unit {unit}", unit="10000 t")
    assert redacted(replace(secret, expected=unit)).expected == unit
