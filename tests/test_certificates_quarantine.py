"""Whether the rows that a roll-up sets aside reach people whole, with reasons and without harm."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import python_calamine as calamine

from etl.certificates.engine import Engine, engine
from etl.certificates.quarantine import write_quarantine
from etl.certificates.registry import REASONS, REMARKS, WORDS, cleaned
from etl.certificates.registry_declaration import Declaration
from tests.odd_certificates import REFERENCE, odd_rows

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

HARMFUL = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", '=HYPERLINK("http://x")']


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Engine]:
    with engine("duckdb", memory_limit="600MB") as on:
        yield on


def written(on: Engine, folder: Path, most: int = 100) -> list[Path]:
    """Write a file of which the first two rows count, one of them without a size."""
    rows = pd.DataFrame([odd_rows().iloc[0]] * (2 + len(HARMFUL)))
    rows["证书编号"] = [f"N{at}" for at in range(len(rows))]
    rows["从业人员"] = ["1000", "约50", *["1000"] * len(HARMFUL)]
    rows["地区"] = ["330100", "330100", *HARMFUL]
    rows.loc[rows["地区"] == "=1+1", "认证领域"] = "?"
    rows.loc[rows["地区"] == "+1", "认证机构"] = "甲" * 40_000
    rows.to_csv(folder / "a.csv", index=False)
    declaration = Declaration(date(2025, 12, 31))
    summary = cleaned([folder / "a.csv"], declaration, REFERENCE, folder / "out", on)
    return write_quarantine(summary, on, most)


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    book = calamine.CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_workbook_says_why_and_how_many_in_both_languages(
    tmp_path: Path, duckdb: Engine
) -> None:
    (book,) = written(duckdb, tmp_path)
    headings, *counts = sheets(book)["原因与行数 · Reasons and rows"]
    assert headings == ["", "原因", "Reason", "行数 · Rows", "首见于 · First in", "行 · Row"]
    assert counts == [
        ["读入 · Read", "", "", 9, "", ""],
        ["计入 · Counted", "", "", 2, "", ""],
        ["隔离的行 · Rows set aside", "", "", 7, "", ""],
        ["隔离的行 · Rows set aside", "地区未知", "region unknown", 7, "a.csv", 4],
        ["隔离的行 · Rows set aside", "认证领域未知", "scheme unknown", 1, "a.csv", 4],
        [
            "计入，但未划型 · Counted, enterprise size not classified",
            "从业人员不是人数",
            "employees are no number of persons",
            1,
            "a.csv",
            3,
        ],
    ]


def test_every_row_stands_in_the_workbook_and_none_of_its_texts_is_a_formula(
    tmp_path: Path, duckdb: Engine
) -> None:
    (book,) = written(duckdb, tmp_path)
    headings, *rows = sheets(book)["隔离的行 · Rows set aside"]
    assert headings[:4] == ["文件 · File", "行 · Row", "原因", "Reason"]
    assert [row[1] for row in rows] == list(range(4, 11))
    assert [row[headings.index("地区 · region")] for row in rows] == [
        f"'{text}" for text in HARMFUL
    ]
    cut = rows[1][headings.index("认证机构 · body")]
    assert (len(cut), cut[-2:]) == (32_767, "甲…")
    assert rows[0][2:4] == ["地区未知；认证领域未知", "region unknown; scheme unknown"]


def test_rows_too_many_for_a_workbook_all_stand_in_a_csv_file_and_that_is_said(
    tmp_path: Path, duckdb: Engine
) -> None:
    book, text = written(duckdb, tmp_path, most=6)
    (counts,) = sheets(book).values()
    assert counts[3][3:5] == [7, "quarantine.csv"]
    with text.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["地区 · region"] for row in rows] == [f"'{text}" for text in HARMFUL]
    assert {row["Reason"] for row in rows[1:]} == {"region unknown"}


def test_nothing_is_left_of_an_earlier_run(tmp_path: Path, duckdb: Engine) -> None:
    written(duckdb, tmp_path, most=1)
    rows = odd_rows()[:1]
    rows.to_csv(tmp_path / "a.csv", index=False)
    declaration = Declaration(date(2025, 12, 31))
    summary = cleaned([tmp_path / "a.csv"], declaration, REFERENCE, tmp_path / "out", duckdb)
    assert write_quarantine(summary, duckdb) == []
    assert not list((tmp_path / "out").glob("quarantine.[cx]*"))


def test_every_reason_has_its_words() -> None:
    assert set(WORDS) == {*REASONS, *REMARKS}
