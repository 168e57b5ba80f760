"""Whether what is said of a certificate file, beside it, is heeded, and its mistakes are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from etl.certificates.engine import Engine, engine
from etl.certificates.registry import cleaned
from etl.certificates.registry_declaration import Declaration
from indicators.findings import Finding, FindingsError
from tests.odd_certificates import REFERENCE, odd_rows

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

DECLARATION = Declaration(date(2025, 12, 31))
SAID = """
columns: {certificate: 证书号, issued: 发证日期, employees: 人数, revenue: 收入（万元）}
status: {在用: valid, 停用: suspended}
size: {大: LARGE}
unit: 万元
dates: serial
missing: [不详]
abroad: [海外]
"""
ROW = (
    odd_rows()
    .iloc[0]
    .rename(
        {
            "证书编号": "证书号",
            "颁证日期": "发证日期",
            "从业人员": "人数",
            "营业收入": "收入（万元）",
        }
    )
)


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Engine]:
    with engine("duckdb", memory_limit="600MB") as on:
        yield on


def written(path: Path, said: str, *rows: dict[str, str]) -> Path:
    table = [dict(ROW) | {"证书号": f"{path.stem}{at}"} | row for at, row in enumerate(rows)]
    pd.DataFrame(table).to_csv(path, index=False)
    path.with_name(f"{path.name}.yaml").write_text(said, encoding="utf-8")
    return path


def clean(on: Engine, *paths: Path) -> pd.DataFrame:
    out = paths[0].parent / "out"
    summary = cleaned(paths, DECLARATION, REFERENCE, out, on)
    assert summary.set_aside == 0, summary.reasons
    return on.rows(on.parquet(out / "registry.parquet")).sort_values("certificate")


def refusal(on: Engine, *paths: Path) -> list[Finding]:
    with pytest.raises(FindingsError) as refused:
        clean(on, *paths)
    return refused.value.findings


def test_columns_words_unit_and_days_are_read_as_declared(tmp_path: Path, duckdb: Engine) -> None:
    path = written(
        tmp_path / "a.csv",
        SAID,
        {"证书状态": "在用", "人数": "1000", "收入（万元）": "40000", "发证日期": "45325"},
        {"证书状态": "有效", "人数": "1000", "收入（万元）": "39999", "发证日期": "2024-02-03"},
        {"证书状态": "停用", "状态日期": "45350", "人数": "不详", "企业规模": "不详"},
        {"证书状态": "在用", "企业规模": "大", "地区": "海外", "统一社会信用代码": "ACME"},
    )
    found = clean(duckdb, path)
    assert found["status"].tolist() == ["valid", "valid", "suspended", "valid"]
    assert found["size"].tolist() == ["LARGE", "MEDIUM", "NOT_CLASSIFIED", "LARGE"]
    assert found["issued"].astype("str").tolist()[:2] == ["2024-02-03"] * 2
    assert found["remarks"].tolist() == [""] * 4
    assert found["region"].tolist()[-1] == "ALL"


def test_each_file_of_a_run_is_read_as_it_declares(tmp_path: Path, duckdb: Engine) -> None:
    row = {"证书状态": "停用", "状态日期": "2024-05-01", "人数": "2000", "收入（万元）": "40000"}
    yuan = SAID.replace("停用: suspended", "停用: cancelled").replace("unit: 万元", "unit: 元")
    first = written(tmp_path / "a.csv", SAID, row)
    second = written(tmp_path / "b.csv", yuan, row)
    found = clean(duckdb, first, second)
    assert found["status"].tolist() == ["suspended", "cancelled"]
    assert found["size"].tolist() == ["LARGE", "MICRO"]


def test_a_certificate_without_expiry_counts_where_that_is_declared(
    tmp_path: Path, duckdb: Engine
) -> None:
    rows: list[dict[str, str]] = [
        {"到期日期": "长期"},
        {"到期日期": "9999/12/31", "证书状态": "停用", "状态日期": "2024-05-01"},
        {"到期日期": "9999-12-31", "证书状态": "撤销", "状态日期": "2024-05-01"},
        {"到期日期": "长期", "证书状态": "过期", "状态日期": "2024-05-01"},
        {"到期日期": "长期", "证书状态": "过期"},
        {"到期日期": "36个月"},
    ]
    path, out = tmp_path / "a.csv", tmp_path / "out"
    proposed = cleaned([written(path, SAID, *rows)], DECLARATION, REFERENCE, out, duckdb)
    assert proposed.set_aside == len(rows)
    assert proposed.open_ended == ("9999-12-31", "9999/12/31", "长期")
    declared = f"{SAID}no_expiry: [长期, 9999-12-31]\n"
    counted = cleaned([written(path, declared, *rows)], DECLARATION, REFERENCE, out, duckdb)
    assert counted.reasons[["reason", "row"]].values.tolist() == [
        ["expiry_date_unreadable", 7],
        ["status_date_missing", 6],
    ]
    found = duckdb.rows(duckdb.parquet(out / "registry.parquet")).sort_values("certificate")
    assert [str(day)[:10] for day in found["ends"]] == [
        "9999-12-31",
        "9999-12-31",
        "2024-05-01",
        "2024-05-02",
    ]


MISTAKES = """
columns: {certificat: 证书号, issued: 发证日期, expires: 发证日期}
status: {在用: ok}
size: {大: BIG}
unit: 美元
dates: excel
missing: 不详
encoding: klingon
sheets: 一
"""
TOLD = [
    ("columns", "certificat"),
    ("columns", "发证日期"),
    ("dates", "excel"),
    ("encoding", "klingon"),
    ("missing", "不详"),
    ("sheets", "sheets"),
    ("size", "BIG"),
    ("status", "ok"),
    ("unit", "美元"),
]


def test_all_mistakes_of_all_declarations_are_told_at_once(tmp_path: Path, duckdb: Engine) -> None:
    first = written(tmp_path / "a.csv", MISTAKES, {})
    second = written(tmp_path / "b.csv", "unit: 元\nunit: 万元", {})
    third = written(tmp_path / "c.csv", "- 证书号", {})
    fourth = written(tmp_path / "d.csv", SAID.replace("人数", "职工人数"), {})
    found = refusal(duckdb, first, second, third, fourth)
    told = [(str(each.column).partition(" · ")[0], each.found) for each in found[: len(TOLD)]]
    assert sorted(told) == TOLD
    assert all(each.row for each in found)
    assert [(each.file, each.row, each.column) for each in found[len(TOLD) :]] == [
        ("b.csv.yaml", 2, "unit"),
        ("c.csv.yaml", 1, None),
        ("d.csv", 1, None),
    ]
    assert "职工人数" in str(found[-1].expected)
