"""Whether certificate files are read as bureaux send them, and told apart where they are broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from etl.certificates.engine import Engine, Progress, engine
from etl.certificates.registry_declaration import Declaration
from etl.certificates.texts import tables
from indicators.findings import Finding, FindingsError

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

HEADER = "证书编号,统一社会信用代码,地区,行业,认证领域,颁证日期,到期日期,证书状态"
LINE = "N1,914403001922038216,浙江省,C39,QMS,2023-01-01,2025-12-31,有效"
TEXT = f"{HEADER}\n{LINE}\n"
AS_OF = date(2024, 12, 31)


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Engine]:
    with engine("duckdb", memory_limit="600MB") as on:
        yield on


def read(on: Engine, folder: Path, *paths: Path, encoding: str = "") -> pd.DataFrame:
    declaration = Declaration(AS_OF, encoding=encoding)
    found = tables(paths, declaration, on, folder, Progress())
    return pd.concat([on.rows(table) for table, _ in found])


def refusal(on: Engine, folder: Path, *paths: Path, encoding: str = "") -> list[Finding]:
    with pytest.raises(FindingsError) as refused:
        read(on, folder, *paths, encoding=encoding)
    return refused.value.findings


FORMS: list[tuple[str, bytes, int]] = [
    ("utf8.csv", TEXT.encode(), 2),
    ("marked.csv", TEXT.encode("utf-8-sig"), 2),
    ("gbk.csv", TEXT.encode("gbk"), 2),
    ("utf16.csv", TEXT.encode("utf-16"), 2),
    ("semicolons.csv", TEXT.replace(",", ";").encode(), 2),
    ("tabs.csv", TEXT.replace(",", "\t").encode("gb18030"), 2),
    ("tabs.tsv", TEXT.replace(",", "\t").encode(), 2),
    ("bars.txt", TEXT.replace(",", "|").encode("gb18030"), 2),
    ("titled.csv", f"证书明细\n导出日,2024-12-31\n{TEXT}".encode(), 4),
    ("spaced.csv", TEXT.replace("地区", " 地区 ").encode(), 2),
    ("blank.csv", f"{HEADER}\n\n\n{LINE}\n\n".encode(), 4),
    ("windows.csv", f"\r\n{HEADER}\r\n\r\n{LINE}\r\n".encode("gbk"), 4),
    ("empty.csv", f"{HEADER}\n,,,,,,,\n　,,,,,,,\n{LINE}\n,,,,,,,\n".encode(), 4),
]


@pytest.mark.parametrize(("name", "content", "row"), FORMS, ids=[name for name, *_ in FORMS])
def test_a_csv_file_tells_its_encoding_its_separator_and_its_header(
    name: str, content: bytes, row: int, tmp_path: Path, duckdb: Engine
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    found = read(duckdb, tmp_path, path)
    assert found[["证书编号", "地区", "证书状态", "file", "row"]].values.tolist() == [
        ["N1", "浙江省", "有效", name, row]
    ]


def test_a_blank_line_within_a_cell_is_none_of_the_table(tmp_path: Path, duckdb: Engine) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'{HEADER},认证机构\n{LINE},"甲\n\n乙"\n\n{LINE},丙\n', encoding="utf-8")
    found = read(duckdb, tmp_path, path).sort_values("row")
    assert found[["认证机构", "row"]].values.tolist() == [["甲\n\n乙", 2], ["丙", 4]]


def test_rows_of_a_sheet_without_anything_are_no_certificates(
    tmp_path: Path, duckdb: Engine
) -> None:
    empty = pd.DataFrame([dict.fromkeys(ROWS.columns)])
    path = sheets(tmp_path / "a.xlsx", a=pd.concat([empty, ROWS, empty]))
    assert read(duckdb, tmp_path, path)["row"].tolist() == [3]


def sheets(path: Path, **frames: pd.DataFrame) -> Path:
    with pd.ExcelWriter(path) as book:
        for name, frame in frames.items():
            frame.to_excel(book, sheet_name=name, index=False)
    return path


ROWS = pd.DataFrame([dict(zip(HEADER.split(","), LINE.split(","), strict=True))])


def test_every_sheet_with_certificates_is_read_and_named(tmp_path: Path, duckdb: Engine) -> None:
    note = pd.DataFrame({"说明": ["某局"]})
    path = sheets(tmp_path / "a.xlsx", 说明=note, 一=ROWS, 二=ROWS)
    found = read(duckdb, tmp_path, path)
    assert sorted(found["file"]) == ["a.xlsx · 一", "a.xlsx · 二"]


def test_two_files_of_one_name_are_told_apart(tmp_path: Path, duckdb: Engine) -> None:
    paths = [tmp_path / part / "a.parquet" for part in "xy"]
    for path in paths:
        path.parent.mkdir()
        ROWS.to_parquet(path)
    assert sorted(read(duckdb, tmp_path, *paths)["file"]) == [str(path) for path in paths]


def cut(path: Path) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


BROKEN: list[tuple[str, Callable[[Path], object], int | None, str]] = [
    ("nothing.csv", lambda path: path.write_text(""), None, "a table"),
    ("nothing.xlsx", lambda path: path.write_text(""), None, "a table"),
    ("header.csv", lambda path: path.write_text(HEADER + "\n"), None, "rows with certificates"),
    ("void.csv", lambda path: path.write_text(f"{HEADER}\n,,,,,,,\n"), None, "rows with cert"),
    ("header.parquet", lambda path: ROWS[:0].to_parquet(path), None, "rows with certificates"),
    ("header.xlsx", lambda path: sheets(path, a=ROWS[:0]), None, "rows with certificates"),
    ("note.doc", lambda path: path.write_text("x"), None, "one of .csv"),
    ("short.csv", lambda path: path.write_text(TEXT.replace(",行业", "")), 1, "行业"),
    ("short.parquet", lambda path: ROWS.drop(columns="地区").to_parquet(path), 1, "地区"),
    ("short.xlsx", lambda path: sheets(path, a=ROWS.drop(columns="地区")), 1, "地区"),
    ("twice.csv", lambda path: path.write_text(f"{HEADER},地区\n{LINE},x\n"), 1, "once"),
    ("long.csv", lambda path: path.write_text(f"{TEXT}{LINE},x\n"), 3, "8 cells"),
    ("open.csv", lambda path: path.write_text(f'{TEXT}{LINE},"x\n{LINE}\n'), 3, ""),
    ("cut.parquet", lambda path: (ROWS.to_parquet(path), cut(path)), None, "whole Parquet"),
    ("cut.xlsx", lambda path: cut(sheets(path, a=ROWS)), None, "whole workbook"),
]


def test_what_is_wrong_with_each_file_is_told_at_once(tmp_path: Path, duckdb: Engine) -> None:
    paths = [tmp_path / name for name, *_ in BROKEN]
    for path, (_, write, _, _) in zip(paths, BROKEN, strict=True):
        write(path)
    found = refusal(duckdb, tmp_path, *paths)
    assert [(each.file, each.row) for each in found] == [(name, row) for name, _, row, _ in BROKEN]
    for each, (*_, expected) in zip(found, BROKEN, strict=True):
        assert expected in str(each.expected)


@pytest.mark.parametrize(
    ("content", "encoding", "expected"),
    [
        (TEXT.encode("gbk"), "utf-8", "text in utf-8"),
        (TEXT.encode(), "klingon", "one of"),
        (TEXT.encode() + LINE.encode("gbk") + b"\n", "utf-8", "text in utf-8"),
        (b"\x00\x01\xff", "", "text in UTF-8 / GB18030"),
    ],
)
def test_a_text_in_another_encoding_is_told(
    content: bytes, encoding: str, expected: str, tmp_path: Path, duckdb: Engine
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    (found,) = refusal(duckdb, tmp_path, path, encoding=encoding)
    assert expected in str(found.expected)
