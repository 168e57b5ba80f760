"""Whether odd texts in certificate files come to what they say, or are set aside with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from etl.certificates.counting import counted, roll_up_files
from etl.certificates.engine import Engine, engine, spark_path
from etl.certificates.meanings import money
from etl.certificates.registry import cleaned
from etl.certificates.registry_declaration import Declaration
from tests.odd_certificates import (
    CASES,
    DECLARATION,
    EXPECTED,
    PARQUET,
    REFERENCE,
    odd_rows,
    outcomes,
    typed_columns,
)

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Engine]:
    with engine("duckdb", memory_limit="600MB") as on:
        yield on


def read(
    on: Engine, path: Path, declaration: Declaration = DECLARATION
) -> tuple[pd.DataFrame, pd.DataFrame]:
    out = path.parent / "out"
    cleaned([path], declaration, REFERENCE, out, on)
    clean, aside = (on.parquet(out / f"{name}.parquet") for name in ("registry", "quarantine"))
    return on.rows(clean), on.rows(aside)


def test_each_odd_text_comes_to_what_it_says_or_to_a_reason(tmp_path: Path, duckdb: Engine) -> None:
    path = tmp_path / "odd.csv"
    odd_rows().to_csv(path, index=False)
    assert len(CASES) > 300
    found = outcomes(*read(duckdb, path))
    wrong = [
        (*case, come)
        for case, expected, come in zip(CASES, EXPECTED, found, strict=False)
        if expected != come
    ]
    assert wrong == []
    assert found == EXPECTED


def test_what_the_size_of_a_counted_row_could_not_be_read_from_is_told(
    tmp_path: Path, duckdb: Engine
) -> None:
    path = tmp_path / "a.csv"
    odd_rows()[lambda rows: rows["从业人员"].isin(["约50", "1e3", "", "nan"])].to_csv(
        path, index=False
    )
    summary = cleaned([path], DECLARATION, REFERENCE, tmp_path / "out", duckdb)
    assert summary.set_aside == 0
    assert summary.remarks[["reason", "rows", "file"]].values.tolist() == [
        ["employees_unreadable", 2, "a.csv"]
    ]


def test_an_amount_that_a_given_size_goes_before_is_not_remarked_upon(
    tmp_path: Path, duckdb: Engine
) -> None:
    path = tmp_path / "a.csv"
    odd_rows()[lambda rows: rows["从业人员"] == "约50"].assign(企业规模="小型").to_csv(
        path, index=False
    )
    (clean, _) = read(duckdb, path)
    assert clean[["size", "remarks"]].values.tolist() == [["SMALL", ""]]


LIMITS = sorted(
    set(REFERENCE.size_rules[["large_min", "medium_min", "small_min"]].to_numpy().ravel())
)


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        (1, "{:.0f}0000"),
        (10_000, "{:.0f}"),
        (1, "{:.0f}万元"),
        (1, "{:.4f}亿元"),
        (100_000_000, "{:.4f}"),
        (1000, "{:.0f}0"),
        (10_000, "{:.4f}亿元"),
    ],
)
def test_a_limit_of_the_size_rule_is_met_exactly_in_every_unit(
    unit: float, written: str, duckdb: Engine
) -> None:
    parts = [limit / 10_000 if "4f" in written else limit for limit in LIMITS]
    texts = duckdb.frame(pd.DataFrame({"text": [written.format(part) for part in parts]}))
    found = duckdb.rows(texts.select(amount=money(texts.text, unit)))["amount"]
    assert found.tolist() == LIMITS


def test_a_multiple_without_yuan_is_unclear_where_revenue_is_in_more_than_yuan(
    tmp_path: Path, duckdb: Engine
) -> None:
    path = tmp_path / "a.csv"
    texts = ["4亿", "4亿元", "40000", "4"]
    rows = pd.DataFrame([odd_rows().iloc[0]] * 4).assign(营业收入=texts, 证书编号=list("1234"))
    rows.to_csv(path, index=False)
    clean, _ = read(duckdb, path, Declaration(date(2025, 12, 31), revenue_unit=10_000))
    assert clean.sort_values("certificate")["size"].tolist() == [
        "NOT_CLASSIFIED",
        "LARGE",
        "LARGE",
        "MICRO",
    ]


def test_five_digits_are_a_day_only_where_that_is_declared(tmp_path: Path, duckdb: Engine) -> None:
    path = tmp_path / "a.csv"
    rows = pd.DataFrame([odd_rows().iloc[0]] * 3)
    rows.assign(颁证日期=["45325", "45325.5", "60"], 证书编号=list("123")).to_csv(path, index=False)
    clean, aside = read(duckdb, path, Declaration(date(2025, 12, 31), serial=True))
    assert clean["issued"].astype("str").tolist() == ["2024-02-03"] * 2
    assert aside["certificate"].tolist() == ["3"]


def test_numbers_of_parquet_that_are_none_leave_the_size_open(
    tmp_path: Path, duckdb: Engine
) -> None:
    numbers = [1000.0, np.nan, np.inf, -np.inf, -5.0, 12.5, 0.0, 1e300, None]
    path = typed_columns(tmp_path / "a.parquet", {"employees": pa.array(numbers, pa.float64())})
    clean, _ = read(duckdb, path)
    assert clean.sort_values("row")["size"].tolist() == [
        "LARGE",
        *["NOT_CLASSIFIED"] * 5,
        "MICRO",
        *["NOT_CLASSIFIED"] * 2,
    ]


def test_typed_columns_of_parquet_are_read_as_the_same_texts(
    tmp_path: Path, duckdb: Engine
) -> None:
    clean, aside = read(duckdb, typed_columns(tmp_path / "a.parquet", PARQUET))
    assert aside.empty
    clean = clean.sort_values("row")
    assert clean["size"].tolist() == ["LARGE", "SMALL", "MICRO"]
    assert clean["region"].tolist() == ["330100", "330000", "330100"]
    # Midnight in Beijing is the evening before in Greenwich.
    assert clean["ends"].astype("str").tolist() == ["2026-01-01"] * 3


ODD_NAMES = ["看板[2026]", "a?b", "**", "地区=浙江;50% {a,b}", '_it\'s "so"\\b $#']


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_path_is_never_read_as_a_pattern(name: str, tmp_path: Path) -> None:
    for folder in (name, "axb", "看板2"):  # what a pattern would find beside it
        (tmp_path / folder).mkdir()
        odd_rows()[:2].to_csv(tmp_path / folder / "a.csv", index=False)
        odd_rows()[2:4].to_parquet(tmp_path / folder / f"{name}.parquet")
    here = tmp_path / name
    files = [here / "a.csv", here / f"{name}.parquet"]
    with engine("duckdb", "600MB", here) as on:
        summary = roll_up_files(files, DECLARATION, ["2024"], REFERENCE, here / name, on)
        counts = on.rows(counted(summary.out, on))
    assert summary.rows == 4
    assert counts["certificates_valid"].max() == 4


def test_nor_is_the_folder_that_a_relative_path_begins_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / ODD_NAMES[0]
    here.mkdir()
    monkeypatch.chdir(here)
    odd_rows()[:2].to_csv("a.csv", index=False)
    odd_rows()[2:4].to_parquet("b.parquet")
    with engine("duckdb", "600MB", here) as on:
        files = [Path("a.csv"), Path("b.parquet")]
        summary = roll_up_files(files, DECLARATION, ["2024"], REFERENCE, Path("out"), on)
        assert on.rows(counted(summary.out, on))["certificates_valid"].max() == 4
    assert spark_path(Path("b.parquet")) == spark_path(here / "b.parquet")
