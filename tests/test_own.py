"""One's own files, from any of their forms to tidy rows; proposals and templates for them."""

from __future__ import annotations

import datetime
import io
from contextlib import suppress
from csv import reader
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import python_calamine as calamine
import xlsxwriter
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.figures.declaration import beside
from etl.figures.grammar import read_declaration
from etl.figures.proposal import propose
from etl.figures.template import template
from etl.figures.tidying import tidy
from etl.files import text as text_files
from etl.files.table import INSIDE
from etl.tidy import SCHEMA
from indicators import catalogue
from indicators.findings import FindingsError
from indicators.settings import ROOT
from indicators.store.tables import citation
from indicators.wording import Wording
from tests.own_files import (
    GOOD,
    LONG,
    PROVENANCE,
    TABLE,
    csv,
    faults,
    figures,
    loaded,
    ods,
    ods_book,
    saved,
    xls,
    xls_book,
    xlsx,
)

KNOWN = catalogue.load()
WIDE = """
layout: wide
header: [2, 3]
across: [indicator, period]
merged: [indicator]
columns: {region: 地区}
fixed: {scheme: ALL, industry: ALL, size: ALL}
unit: {certificates_valid: 万张, certified_organisations: 家}
scope: domestic
missing: {"-": O, "…": M, "": omit, "*": C}
leave_out: [{column: 地区, starts: [资料来源]}]
"""
WIDE_TEXT = """某省统计表,,,,
地区,有效认证证书数,,获证组织数,
,2023年,2024年,2023年,2024年
全国,193.7,200,"1,087,967",-
江苏省,53.7498,,*,88
资料来源：某局,,,,
"""


def test_a_file_becomes_rows_of_the_schema_with_its_citation(tmp_path: Path) -> None:
    path = csv(tmp_path, "地区,时期,数值\n江苏,2024年12月,53.7498\n")
    beside(path).write_text(
        yaml.safe_dump({"provenance": PROVENANCE} | yaml.safe_load(LONG) | {"unit": "万张"}),
        encoding="utf-8",
    )
    out = tmp_path / "out.parquet"
    tidied = tidy(path, read_declaration(path), KNOWN, out, source="bureau")
    assert pq.read_schema(out).equals(SCHEMA)
    assert tidied.rows == 1
    assert tidied.warnings == []
    assert set(tidied.citations) == set(citation.columns.keys())
    cited = tidied.citations.iloc[0]
    assert (cited["publisher"], cited["verification"], cited["file"], cited["source"]) == (
        "某省市场监管局",
        "primary",
        "bureau/figures.csv",
        "bureau",
    )
    row = pd.read_parquet(out).iloc[0]
    assert (row["indicator"], row["period"], row["region"], row["value"], row["row"]) == (
        "certificates_valid",
        "2024-12",
        "320000",
        537_498.0,
        2,
    )
    assert (row["status"], row["confidentiality"], row["citation"]) == ("A", "F", cited["citation"])


def test_a_wide_table_holds_what_its_header_rows_say(tmp_path: Path) -> None:
    rows = loaded(csv(tmp_path, WIDE_TEXT), WIDE)
    found = {
        (row["indicator"], row["region"], row["period"]): (
            None if row["value"] != row["value"] else row["value"],
            row["status"],
            row["confidentiality"],
            row["row"],
        )
        for row in rows.to_dict("records")
    }
    assert found == {
        ("certificates_valid", "100000", "2023"): (1_937_000, "A", "F", 4),
        ("certificates_valid", "100000", "2024"): (2_000_000, "A", "F", 4),
        ("certified_organisations", "100000", "2023"): (1_087_967, "A", "F", 4),
        ("certified_organisations", "100000", "2024"): (None, "O", "F", 4),
        ("certificates_valid", "320000", "2023"): (537_498, "A", "F", 5),
        ("certified_organisations", "320000", "2023"): (None, "O", "C", 5),
        ("certified_organisations", "320000", "2024"): (88, "A", "F", 5),
    }


def test_periods_down_and_regions_across(tmp_path: Path) -> None:
    declared = """
layout: wide
across: [region]
columns: {period: 年份}
fixed: {indicator: certificates_valid, scheme: ALL, industry: ALL, size: ALL}
unit: 张
"""
    path = csv(tmp_path, "年份,江苏,浙江\n2023,1,2\n2024,3,4\n")
    assert figures(path, declared) == {
        ("320000", "2023"): 1,
        ("320000", "2024"): 3,
        ("330000", "2023"): 2,
        ("330000", "2024"): 4,
    }


def test_merged_cells_of_a_workbook_count_for_all_they_span(tmp_path: Path) -> None:
    path = tmp_path / "figures.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        sheet.merge_range(0, 1, 0, 2, "有效认证证书数")
        sheet.merge_range(0, 3, 0, 4, "获证组织数")
        sheet.merge_range(0, 0, 1, 0, "地区")
        sheet.write_row(1, 1, ["2023", "2024", "2023", "2024"])
        sheet.write_row(2, 0, ["江苏", 1, 2, 3, 4])
    declared = (
        WIDE.replace("[2, 3]", "[1, 2]").replace("万张", "张").replace("merged: [indicator]", "")
    )
    rows = loaded(path, declared.replace("leave_out", "# "))
    assert list(zip(rows["indicator"], rows["period"], rows["value"], strict=True)) == [
        ("certificates_valid", "2023", 1),
        ("certificates_valid", "2024", 2),
        ("certified_organisations", "2023", 3),
        ("certified_organisations", "2024", 4),
    ]


def test_merged_regions_of_a_workbook_fill_their_own_rows_only(tmp_path: Path) -> None:
    path = tmp_path / "figures.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        sheet.write_row(0, 0, TABLE[0])
        sheet.merge_range(1, 0, 2, 0, "江苏")
        for row, (period, value) in enumerate([("2023", 1), ("2024", 2), ("2024", 3)], start=1):
            sheet.write_row(row, 1, [period, value])
    assert [fault[:3] for fault in faults(path, LONG + "merged: [region]")] == [(4, "地区", "")]


def test_formats_of_cells_say_percentages_years_and_dates(tmp_path: Path) -> None:
    path = tmp_path / "figures.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        percent, year = (
            book.add_format({"num_format": "0.00%"}),
            book.add_format({"num_format": "yyyy"}),
        )
        month = book.add_format({"num_format": "yyyy-mm"})
        sheet.write_row(0, 0, TABLE[0])
        for row, (region, shown) in enumerate([("江苏", year), ("浙江", month)], start=1):
            sheet.write(row, 0, region)
            sheet.write_datetime(row, 1, datetime.datetime(2024, 12, 1), shown)
            sheet.write_number(row, 2, 0.9339, percent)
    declared = LONG.replace("certificates_valid", "manufacturing_pass_rate").replace("张", '"%"')
    assert figures(path, declared) == {("320000", "2024"): 93.39, ("330000", "2024-12"): 93.39}


@pytest.mark.parametrize("first_day", [1900, 1904])
def test_dates_by_the_formats_of_chinese_office_programs_are_no_figures(
    tmp_path: Path, first_day: int
) -> None:
    path = tmp_path / "figures.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": first_day == 1904}) as book:
        year, weekday = (book.add_format({"num_format": code}) for code in ('e"年"', "[$-804]aaaa"))
        sheet = book.add_worksheet("表")
        for row, cells in enumerate([*TABLE[:2], ["浙江", None, None]]):
            sheet.write_row(row, 0, cells)
        for place, shown in (((1, 1), year), ((2, 1), year), ((2, 2), weekday)):
            sheet.write_datetime(*place, datetime.datetime(2024, 12, 31), shown)
    assert [fault[:3] for fault in faults(path)] == [(3, "数值", "2024-12-31")]
    with xlsxwriter.Workbook(path, {"date_1904": first_day == 1904}) as book:
        year = book.add_format({"num_format": 'e"年"'})
        sheet = book.add_worksheet("表")
        for row, cells in enumerate(TABLE[:2]):
            sheet.write_row(row, 0, cells)
        sheet.write_datetime(1, 1, datetime.datetime(2024, 12, 31), year)
    assert figures(path) == {("320000", "2024"): 537498}


def test_the_raised_mark_of_a_note_is_no_digit(tmp_path: Path) -> None:
    path = tmp_path / "figures.xlsx"
    with xlsxwriter.Workbook(path) as book:
        raised = book.add_format({"font_script": 1})
        sheet = book.add_worksheet("表")
        sheet.write_row(0, 0, ["地区", "时期"])
        sheet.write_rich_string(0, 2, "数值", raised, "1")
        sheet.write_row(1, 0, ["江苏", "2024"])
        sheet.write_rich_string(1, 2, "5100", raised, "2")
    declared = LONG.replace("value: 数值", 'value: "数值¹"')
    assert [fault[:3] for fault in faults(path, declared)] == [(2, "数值¹", "5100²")]
    assert figures(path, declared + "notes: {²: P}") == {("320000", "2024"): 5100}


def test_percentages_that_look_like_fractions_are_warned_of(tmp_path: Path) -> None:
    from etl.figures.grammar import declaration_of

    path = csv(tmp_path, "地区,时期,数值\n江苏,2024,0.93\n")
    declared = LONG.replace("certificates_valid", "manufacturing_pass_rate").replace("张", '"%"')
    declaration = declaration_of({"provenance": PROVENANCE} | yaml.safe_load(declared), "d")
    (warning,) = tidy(path, declaration, KNOWN, tmp_path / "o.parquet", source="s").warnings
    assert (warning.severity, warning.found) == ("warning", "manufacturing_pass_rate")
    assert figures(path, declared.replace('"%"', "比例")) == {("320000", "2024"): 93}


def test_day_numbers_are_periods_where_declared(tmp_path: Path) -> None:
    path = xlsx(tmp_path, {"表": [TABLE[0], ["江苏", 45657, 5]]})
    assert figures(path, LONG + "dates: serial") == {("320000", "2024-12"): 5}


def test_numerators_status_and_units_stand_in_columns_of_their_own(tmp_path: Path) -> None:
    declared = """
columns: {indicator: 指标, region: 地区, period: 时期, value: 数值, unit: 单位, status: 状态,
  numerator: 分子, denominator: 分母}
fixed: {scheme: ALL, industry: C, size: ALL}
"""
    text = (
        "指标,地区,时期,数值,单位,状态,分子,分母\n"
        "获证组织数,江苏,2024,1.5,万家,E,1,2\n"
        "有效认证证书数,江苏,2024,7,张,,,\n"
        "有效认证证书数,浙江,2024,,张,M,,\n"
    )
    rows = loaded(csv(tmp_path, text), declared)
    assert rows["value"].tolist()[:2] == [15_000, 7]
    assert rows["status"].tolist() == ["E", "A", "M"]
    assert rows["numerator"].tolist()[0] == 1
    wrong = text.replace("张,M", "张,").replace("7,张,,", "7,张,M,")
    assert [fault[:3] for fault in faults(csv(tmp_path, wrong), declared)] == [
        (3, "数值", "7.0"),
        (4, "数值", ""),
    ]
    other = text.replace("7,张", "7,家")
    assert [fault[:4] for fault in faults(csv(tmp_path, other), declared)] == [
        (3, "数值", "家", "the unit 张")
    ]


@pytest.mark.parametrize("kind", ["text", "numbers"])
def test_a_parquet_file_is_read(tmp_path: Path, kind: str) -> None:
    values: Any = ["537498", "553,393"] if kind == "text" else [537498.0, 553393.0]
    path = tmp_path / "figures.parquet"
    pq.write_table(
        pa.table({"地区": ["江苏", "浙江"], "时期": ["2024-12"] * 2, "数值": values}), path
    )
    assert figures(path) == GOOD


def test_rows_are_numbered_across_blocks_and_blank_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_files, "BLOCK", 200)
    lines = [f"江苏,{1949 + n},{n}" if n % 7 else "" for n in range(100)]
    path = csv(tmp_path, "地区,时期,数值\n" + "\n".join(lines) + "\n注\n浙江,2024,99\n")
    rows = loaded(path, LONG + "leave_out: [{column: 地区, equals: [注]}]")
    numbered = dict(zip(rows["value"].astype(int), rows["row"], strict=True))
    assert numbered == {n: n + 2 for n in range(100) if n % 7} | {99: 103}


MARKS = {"": "omit", "-": "O"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_proposal_with_its_todos_decided_loads(tmp_path: Path, encoding: str) -> None:
    text = (
        "2024年各省有效认证证书数,,,,\n单位：万张,,,,\n地区,2022年,2023年,2024年,备注\n"
        "吉林,1.5,2.5,3,\n江苏,53,54,-,约\n浙江,1,2,3,\n北京,1,2,,\n天津,1,2,3,\n河北,1,2,4,\n"
        "全国,7,8,9,\n资料来源：某局,,,,\n"
    )
    path = csv(tmp_path, text.encode(encoding))
    said = propose(path, KNOWN).yaml(Wording("zh"))
    beside(path).write_text(said, encoding="utf-8")
    with pytest.raises(FindingsError) as refusal:
        read_declaration(path)
    assert {found.column for found in refusal.value.findings} == {"scope", "missing.-"}
    decided = yaml.safe_load(said)
    assert (decided["fixed"]["indicator"], decided["unit"], decided["header"]) == (
        "certificates_valid",
        "万张",
        3,
    )
    assert (decided["provenance"]["licence"], decided["missing"][""]) == ("未注明", "omit")
    decided["provenance"]["licence"] = "公开"
    decided |= {"scope": "domestic", "missing": MARKS, "regions": "province"}
    rows = loaded(path, yaml.safe_dump(decided))
    assert len(rows) == 7 * 3 - 1
    assert rows[rows["region"] == "100000"]["value"].tolist() == [70_000, 80_000, 90_000]


def test_a_proposal_says_how_sure_it_is(tmp_path: Path) -> None:
    path = csv(tmp_path, "region,year,count\nJiangsu,2023,5\nZhejiang,2024,6\n")
    sure = {item.key: (item.certainty, item.value) for item in propose(path, KNOWN).items}
    assert sure["columns.region"] == ("certain", "region")
    assert sure["columns.value"] == ("likely", "count")
    assert sure["fixed.scheme"] == ("likely", "ALL")
    assert sure["fixed.indicator"] == ("unsure", "TODO")


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_what_a_real_workbook_is_is_proposed_from_its_cells(tmp_path: Path, kind: str) -> None:
    proposed = propose(saved(tmp_path, f"table.{kind}"), KNOWN)
    sure = {item.key: item.value for item in proposed.items if item.certainty != "unsure"}
    assert sure["sheet"] == "统计表"
    assert sure["header"] == 2
    assert sure["unit"] == "万张"
    assert {sure[f"columns.{name}"] for name in ("region", "period", "value")} == {
        "地区",
        "时期",
        "数值",
    }


def test_several_sheets_are_left_to_be_decided(tmp_path: Path) -> None:
    path = xlsx(tmp_path, {"甲": TABLE, "乙": TABLE})
    sheet = next(item for item in propose(path, KNOWN).items if item.key == "sheet")
    assert (sheet.certainty, sheet.value) == ("unsure", "TODO 甲 / 乙")


def filled(folder: Path, rows: list[list[Any]], publisher: str = "某局") -> Path:
    """Return a template filled as a person would: cells copied into the same places."""
    made = template(["certificates_valid", "certified_organisations"], KNOWN, Wording("zh"))
    book = calamine.load_workbook(io.BytesIO(made))
    path = folder / "填好.xlsx"
    with xlsxwriter.Workbook(path) as copy:
        for name in book.sheet_names:
            sheet = copy.add_worksheet(name)
            cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            cells += rows if name == "数据 Data" else []
            for row, line in enumerate(cells):
                sheet.write_row(row, 0, line)
            if name == "来源 Source":
                for row, key in enumerate(line[0] for line in cells):
                    if key in ("publisher", "document", "licence"):
                        sheet.write_string(row, 1, publisher)
    return path


def test_a_filled_template_loads_without_a_declaration_beside_it(tmp_path: Path) -> None:
    path = filled(
        tmp_path,
        [
            [
                "certificates_valid · 有效认证证书数 · Valid certificates",
                "320000 · 江苏省 · Jiangsu",
                "2024-12",
                "",
                "",
                "",
                53.7498,
                "万张",
                "",
            ],
            [
                "获证组织数",
                "浙江",
                "2024Q3",
                "C · 制造业 · Manufacturing",
                "大型",
                "QMS",
                "",
                "家",
                "M",
            ],
        ],
    )
    out = tmp_path / "out.parquet"
    tidied = tidy(path, read_declaration(path), KNOWN, out, source="bureau")
    rows = pd.read_parquet(out)
    assert tidied.rows == 2
    assert rows[
        ["indicator", "region", "period", "industry", "size", "scheme", "status"]
    ].to_numpy().tolist() == [
        ["certificates_valid", "320000", "2024-12", "ALL", "ALL", "ALL", "A"],
        ["certified_organisations", "330000", "2024-Q3", "C", "LARGE", "QMS", "M"],
    ]
    assert rows["value"].tolist()[0] == 537_498


@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_a_template_saved_in_another_format_loads_as_it_did(tmp_path: Path, kind: str) -> None:
    row = ["certificates_valid", "320000", "2024-12", "", "", "", 53.7498, "万张", ""]
    with calamine.load_workbook(filled(tmp_path, [row])) as book:
        sheets = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in book.sheet_names
        }
    path = (ods_book if kind == "ods" else xls_book)(tmp_path, sheets)
    rows, out = read_declaration(path), tmp_path / "out.parquet"
    tidied = tidy(path, rows, KNOWN, out, source="bureau")
    assert pd.read_parquet(out)["value"].tolist() == [537_498]
    assert tidied.warnings == []


@pytest.mark.parametrize("kind", ["ods", "xls"])
def test_a_template_that_an_office_program_saved_loads(tmp_path: Path, kind: str) -> None:
    path, out = ROOT / "tests" / "files" / f"template.{kind}", tmp_path / "out.parquet"
    tidied = tidy(path, read_declaration(path), KNOWN, out, source="bureau")
    rows = pd.read_parquet(out)[["region", "period", "scheme", "value", "status"]]
    assert rows.astype(object).where(rows.notna(), None).to_numpy().tolist() == [
        ["320000", "2025-12", "ALL", 1_200, "A"],
        ["330000", "2025-12", "QMS", 1_300, "A"],
        ["310000", "2025", "ALL", None, "O"],
        ["340000", "2025-Q4", "ALL", 3_400, "P"],
    ]
    assert tidied.warnings == []


def test_a_template_without_its_provenance_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FindingsError) as refusal:
        read_declaration(filled(tmp_path, [], publisher=""))
    assert [found.column for found in refusal.value.findings] == ["provenance"]


def test_a_template_whose_declaration_was_spoilt_is_refused(tmp_path: Path) -> None:
    path = filled(tmp_path, [])
    with calamine.load_workbook(path) as book:
        sheets = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in book.sheet_names
        }
    for text in ("columns: {", "[" * 30_000, "7"):
        sheets[INSIDE][1][0] = text
        with pytest.raises(FindingsError, match="make the template again"):
            read_declaration(xlsx(tmp_path, sheets))


def test_an_empty_template_holds_no_figure(tmp_path: Path) -> None:
    path = filled(tmp_path, [])
    with pytest.raises(FindingsError) as refusal:
        tidy(path, read_declaration(path), KNOWN, tmp_path / "o.parquet", source="s")
    assert [str(found.expected) for found in refusal.value.findings] == ["at least one figure"]


def test_every_choice_a_template_offers_is_understood() -> None:
    from etl.figures.template import _lists
    from indicators.names import names

    for name, entries in _lists(list(KNOWN.indicators), KNOWN).items():
        if name in ("indicator", "region", "industry", "size", "scheme"):
            known = names(KNOWN, name)
            codes = [known.code(entry) for entry in entries]
            assert codes == [entry.split(" · ")[0] for entry in entries]


def test_a_template_for_an_unknown_indicator_is_refused() -> None:
    with pytest.raises(LookupError, match="happiness"):
        template(["happiness"], KNOWN, Wording("zh"))


# Mangled files. A flipped byte in an archive is found by its checksum, so what still loads is
# the good file's figures. A text has no checksum: what loads must be what the text now says,
# as a reader of another make, with none of our rules, finds it.
def pieces(raw: bytes) -> st.SearchStrategy[bytes]:
    """Return what becomes of a file by cuts, flips, insertions and repetitions."""
    places = st.integers(0, len(raw))
    change = st.tuples(
        places,
        places,
        st.binary(max_size=6)
        | st.sampled_from(
            [
                b'"',
                b"\n",
                b"\r",
                b",",
                b"\0",
                b"\xff",
                b"-",
                b"%",
                "万".encode(),
                "①".encode(),
                b"  ",
            ]
        ),
    )

    def mangled(changes: list[tuple[int, int, bytes]]) -> bytes:
        result = raw
        for begin, end, new in changes:
            result = (
                result[: min(begin, end, begin + 3)] + new + result[min(begin, end, begin + 3) :]
            )
            if begin < end and len(new) % 2:
                result = result[:begin] + result[min(end, begin + 40) :]
        return result

    return st.lists(change, min_size=1, max_size=4).map(mangled)


TEXT = (
    "地区,时期,数值,备注\n"
    + "".join(
        f"{region},{year},{value},x\n"
        for region, value in (("江苏", "12345"), ("浙江省", "6789.5"), ("Beijing", '"1,234"'))
        for year in (2022, 2023, 2024)
    )
).encode()


def plainly_read(raw: bytes) -> set[tuple[str, str, str]]:
    """Return region, period and figure of each line, as text, by the standard library."""
    lines = raw.decode("utf-8-sig").replace("\r", "\n").split("\n")
    cells = [next(reader([line]), []) for line in lines]
    return {
        ("".join(line[0].split()), "".join(line[1].split()), line[2])
        for line in cells
        if len(line) >= 3
    }


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(raw=pieces(TEXT))
def test_a_mangled_text_is_refused_or_says_what_it_says(tmp_path: Path, raw: bytes) -> None:
    path = csv(tmp_path, raw)
    with suppress(FindingsError):
        propose(path, KNOWN).yaml(Wording("en"))
    try:
        rows = loaded(path)
    except FindingsError:
        return
    spelt = {"江苏": "320000", "浙江省": "330000", "Beijing": "110000"}
    said = {(spelt.get(region), period, value) for region, period, value in plainly_read(raw)}
    for row in rows.to_dict("records"):
        texts = {
            value
            for region, period, value in said
            if (region, period) == (row["region"], row["period"])
        }
        if texts:
            assert row["value"] in {_number(text) for text in texts}, (row, texts)


def _number(text: str) -> float | None:
    from etl.figures.cells import number
    from indicators.names import UnreadError

    try:
        return number(text)
    except UnreadError:
        return None


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return one good workbook of each kind; written once, for each holds the time of writing."""
    folder = tmp_path_factory.mktemp("books")
    made = (xlsx(folder, {"表": TABLE}), ods(folder, TABLE))
    return {path.suffix: path.read_bytes() for path in made}


@pytest.mark.parametrize("kind", [".xlsx", ".ods"])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_mangled_workbook_is_refused_or_is_the_good_one(
    tmp_path: Path, books: dict[str, bytes], kind: str, data: st.DataObject
) -> None:
    path = csv(tmp_path, data.draw(pieces(books[kind])), f"figures{kind}")
    for read in (lambda: propose(path, KNOWN), lambda: read_declaration(path)):
        with suppress(FindingsError):
            read()
    try:
        found = figures(path)
    except FindingsError:
        return
    assert found == GOOD


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_mangled_old_workbook_or_parquet_file_never_breaks_the_reader(
    tmp_path: Path, data: st.DataObject
) -> None:
    paths = [xls(tmp_path, TABLE), tmp_path / "figures.parquet"]
    pq.write_table(pa.table({"地区": ["江苏"], "时期": ["2024"], "数值": [5.0]}), paths[1])
    for path in paths:
        path.write_bytes(data.draw(pieces(path.read_bytes())))
        for read in (lambda path=path: propose(path, KNOWN), lambda path=path: figures(path)):
            with suppress(FindingsError):
                read()


def test_the_guide_s_example_loads(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "own-figures.md").read_text(encoding="utf-8")
    table, declared = (part.split("```")[0] for part in guide.split("```")[1:4:2])
    path = csv(tmp_path, table.lstrip("\n"))
    beside(path).write_text(declared.removeprefix("yaml\n"), encoding="utf-8")
    assert tidy(path, read_declaration(path), KNOWN, tmp_path / "o", source="s").rows == 7
