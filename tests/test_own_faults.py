"""Every fault of a file that is dropped in: found, placed, and told with what to do."""

from __future__ import annotations

import os
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from etl.figures.declaration import beside
from etl.figures.grammar import declaration_of, read_declaration
from etl.figures.proposal import propose
from etl.files.listing import LIMIT
from indicators import catalogue
from indicators.findings import FindingsError
from indicators.wording import Wording
from tests.own_files import (
    GOOD,
    LONG,
    PROVENANCE,
    TABLE,
    csv,
    faults,
    figures,
    ods,
    parquet,
    saved,
    xls,
    xlsx,
    zipped,
)

KNOWN = catalogue.load()
HEAD = "地区,时期,数值\n"


@pytest.mark.parametrize(
    ("cell", "expected", "advice"),
    [
        ("1234①", "a number", "take ① out of the cell, or say under `notes` what it means"),
        ('"1,234(p)"', "a number", "move the note out of the cell: the figure must stand alone"),
        (
            '"(1,234)"',
            "a number",
            "write a negative figure with a minus sign: brackets may also be a note",
        ),
        (
            "约193万",
            "a number",
            "write the number alone, and say in the status that it is an estimate (E)",
        ),
        (
            '"1.234,5"',
            "a number",
            "write thousands as 1,234,567 and the decimal point as a full stop",
        ),
        ("1.2E+05", "a number", "write all digits: the short form may have been rounded"),
        ("93.39%", "a figure without a percent sign", "convert the figure, or correct the unit"),
        ("…", "a number", "correct the cell, or say under `missing` what it stands for"),
        ("=1+1", "a number", "correct the cell, or say under `missing` what it stands for"),
        ("@SUM(A1)", "a number", "correct the cell, or say under `missing` what it stands for"),
        ("9" * 400, "a finite number", "correct the cell"),
    ],
)
def test_a_cell_that_is_no_plain_number_is_refused(
    tmp_path: Path, cell: str, expected: str, advice: str
) -> None:
    found = faults(csv(tmp_path, f"{HEAD}江苏,2024,5\n浙江,2024,{cell}\n"))
    shown = cell.strip('"')
    shown = shown if len(shown) <= 200 else shown[:200] + "…"
    assert found == [(3, "数值", shown, expected, advice)]


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("2024年上半年", "half-years are not kept: give the two quarters or the year"),
        ("FY2024", "write the calendar period: a financial year begins elsewhere"),
        ("2024年1-6月", "figures of several months together are not kept: give months or quarters"),
        ("2024.1", "write the month with two digits: 2024.1 may have been 2024.10"),
        ("45657", "if these are a spreadsheet's day numbers, declare `dates: serial`"),
        ("2024-02-30", "correct the cell, or give the period for the whole file under `fixed`"),
        # Months and thirds of a year as SDMX writes them: findings/months-in-sdmx.sh.
        ("2024-M12", "correct the cell, or give the period for the whole file under `fixed`"),
        ("2024-T3", "correct the cell, or give the period for the whole file under `fixed`"),
        ("", "fill the cell; if the one above is meant, declare `merged: [period]`"),
    ],
)
def test_a_cell_that_is_no_period_is_refused(tmp_path: Path, cell: str, advice: str) -> None:
    found = faults(csv(tmp_path, f"{HEAD}江苏,{cell},5\n"))
    assert found == [(2, "时期", cell, "a period such as 2020, 2020-Q3 or 2020-06", advice)]


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("江蘇省", "did you mean "),
        ("朝阳", "it may mean 110105"),
        ("兵团", "兵团 is not 650000 新疆维吾尔自治区: give it a code of its own, or leave it out"),
        (
            "合计",
            "say under `scope` what a total means here: domestic, all (with those abroad), "
            "or the code of a region",
        ),
        (
            "注：约数",
            "if the table ends here, leave out what stands below it: `column: 地区` with `from`",
        ),
        ("", "fill the cell; if the one above is meant, declare `merged: [region]`"),
        ("=HYPERLINK(1)", "correct the cell, or add the name to the code list"),
    ],
)
def test_a_cell_that_is_no_region_is_refused(tmp_path: Path, cell: str, advice: str) -> None:
    ((row, column, found, expected, said),) = faults(csv(tmp_path, f"{HEAD}{cell},2024,5\n"))
    assert (row, column, found, expected) == (2, "地区", cell, "a region of GB/T 2260")
    assert said.startswith(advice)


def test_a_header_that_comes_again_is_found_and_can_be_left_out(tmp_path: Path) -> None:
    path = csv(tmp_path, HEAD + "江苏,2024,5\n" + HEAD + "浙江,2024,6\n")
    assert faults(path) == [
        (
            3,
            "地区",
            "地区",
            "figures, not the header again",
            "take the row out, or list `repeated_header` under `leave_out`",
        )
    ]
    left = figures(path, LONG + "leave_out: [repeated_header]")
    assert left == {("320000", "2024"): 5, ("330000", "2024"): 6}


def test_notes_and_totals_are_left_out_by_rule_alone(tmp_path: Path) -> None:
    path = csv(tmp_path, HEAD + "江苏,2024,5\n合计,2024,5\n\n注：约数\n数据来源：某局,,\n")
    rule = "leave_out: [{column: 地区, equals: [合计], starts: [注, 数据来源]}]"
    assert figures(path, LONG + rule) == {("320000", "2024"): 5}
    assert [found[0] for found in faults(path)] == [3, 5, 5, 5, 6, 6, 6]


@pytest.mark.parametrize(
    ("content", "row", "found", "expected", "advice"),
    [
        (
            (HEAD + "江苏,2024,5\n").encode() + "浙江,2024,6\n".encode("gb18030"),
            3,
            "d5 e3 bd ad 2c 32 30 32",
            "text in utf-8",
            "declare `encoding`, or save the file again as CSV (UTF-8)",
        ),
        (b"a,b\0,c\n1,2,3\n", 1, "\\0", "text in utf-8", "this is no CSV file: export it again"),
        (
            (HEAD + "江苏,2024,5,6\n").encode(),
            2,
            "4",
            "3 cells, as in the header",
            "look for a separator too many or too few in this row",
        ),
        (b"", None, "0 B", "a table", "the file is empty: save it again"),
        (HEAD.encode(), None, "0", "at least one figure", "the table is empty"),
        (b"\n\n", 1, "1", "a header in row 1", "correct `header` in the declaration, or the file"),
    ],
)
def test_a_damaged_text_file_is_refused(
    tmp_path: Path, content: bytes, row: int | None, found: str, expected: str, advice: str
) -> None:
    (fault,) = faults(csv(tmp_path, content))
    assert (fault[0], *fault[2:]) == (row, found, expected, advice)


def test_an_open_quotation_mark_swallows_no_row(tmp_path: Path) -> None:
    text = '地区,时期,数值,备注\n江苏,2024,5,"a\n浙江,2024,6,b"\n上海,2024,7,\n'
    assert faults(csv(tmp_path, text), LONG + "ignore: [备注]") == [
        (
            2,
            None,
            "a\n浙江,2024,6,b",
            "no line break inside a cell",
            "close the quotation mark, or take the line break out",
        )
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_every_encoding_is_told_by_the_file_or_declared(tmp_path: Path, encoding: str) -> None:
    path = csv(tmp_path, (HEAD + "江苏,２０２４年,１，２３４\r\n").encode(encoding))
    assert figures(path) == {("320000", "2024"): 1234}
    assert figures(path, f"{LONG}encoding: {encoding}") == {("320000", "2024"): 1234}


def test_an_encoding_that_shows_only_far_down_is_told_too(tmp_path: Path) -> None:
    lines = "".join(f"320000,2024,{n}\n" for n in range(200_000)) + "江苏,2023,7\n"
    path = csv(tmp_path, ("region,period,value\n" + lines).encode("gb18030"))
    declared = LONG.replace("地区", "region").replace("时期", "period").replace("数值", "value")
    assert figures(path, declared)[("320000", "2023")] == 7


def test_a_byte_order_mark_that_contradicts_the_declaration_is_refused(tmp_path: Path) -> None:
    (fault,) = faults(csv(tmp_path, HEAD.encode("utf-8-sig")), LONG + "encoding: gb18030")
    assert fault[2:] == (
        "utf-8",
        "the encoding gb18030",
        "correct `encoding` in the declaration: the file's first bytes say utf-8",
    )


def test_a_column_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    (fault,) = faults(csv(tmp_path, "地区,时期,数值,数值\n江苏,2024,5,6\n"))
    assert fault == (
        1,
        "数值",
        "数值",
        "the column 数值 once",
        "give each column a name of its own",
    )


def test_a_missing_column_is_told_with_those_that_are_near(tmp_path: Path) -> None:
    (fault,) = faults(csv(tmp_path, "地区,时期,数值A\n江苏,2024,5\n"))
    assert fault == (
        1,
        "数值",
        "地区 | 时期 | 数值A",
        "the column 数值",
        "did you mean 数值A?",
    )


def test_a_merged_region_is_filled_down_where_it_is_declared_alone(tmp_path: Path) -> None:
    path = csv(tmp_path, HEAD + "江苏,2023,5\n,2024,6\n")
    assert [fault[:3] for fault in faults(path)] == [(3, "地区", "")]
    assert figures(path, LONG + "merged: [region]") == {
        ("320000", "2023"): 5,
        ("320000", "2024"): 6,
    }


def test_the_list_stops_at_a_thousand_and_says_how_many_there_are(tmp_path: Path) -> None:
    found = faults(csv(tmp_path, HEAD + "某地,2024,1\n" * 2_500))
    assert len(found) == LIMIT + 1
    assert (None, "2500", "not more than 1000 findings in a file") in [
        (row, text, expected) for row, _, text, expected, _ in found
    ]


def test_a_workbook_is_read_as_its_cells_are_shown(tmp_path: Path) -> None:
    for path in (xlsx(tmp_path, {"表": TABLE}), ods(tmp_path, TABLE), xls(tmp_path, TABLE)):
        assert figures(path) == GOOD


def test_a_formula_without_a_computed_value_is_refused(tmp_path: Path) -> None:
    path = xlsx(tmp_path, {"表": [*TABLE, ["上海", "2024-12", "==SUM(C2:C3)"]]})
    assert faults(path, LONG + "missing: {'': M}") == [
        (
            4,
            "数值",
            "=",
            "the value of the formula",
            "open the workbook in a spreadsheet program and save it: it holds no computed value",
        )
    ]


def test_a_text_that_begins_like_a_formula_is_text(tmp_path: Path) -> None:
    for text in ("=1+1", "+cmd", "@x", "-y"):
        path = xlsx(tmp_path, {"表": [*TABLE, ["上海", "2024-12", text]]})
        assert [fault[:3] for fault in faults(path)] == [(4, "数值", text)]


def test_hidden_sheets_are_not_read_and_two_visible_ones_must_be_told_apart(
    tmp_path: Path,
) -> None:
    path = xlsx(tmp_path, {"表": TABLE, "旧": TABLE}, hidden=("旧",))
    assert figures(path) == figures(path, LONG + "sheet: 旧") == GOOD
    path = xlsx(tmp_path, {"表": TABLE, "旧": TABLE})
    assert [fault[2:] for fault in faults(path)] == [
        ("表 / 旧", "one sheet", "say under `sheet` which of them holds the figures")
    ]
    assert [fault[2:] for fault in faults(path, LONG + "sheet: 新")] == [
        ("表 / 旧", "the sheet 新", "correct `sheet` in the declaration")
    ]


def test_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    (fault,) = faults(xlsx(tmp_path, {"表": []}))
    assert fault[:4] == (1, None, "0", "a header in row 1")


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_a_workbook_with_a_password_is_refused(tmp_path: Path, kind: str) -> None:
    (fault,) = faults(saved(tmp_path, f"protected.{kind}"))
    assert fault[2:] == (
        f"bureau/protected.{kind}",
        "a workbook without a password",
        "open the workbook, take its password off and save it",
    )


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_a_workbook_saved_by_an_office_program_is_read(tmp_path: Path, kind: str) -> None:
    declared = (
        LONG.replace("unit: 张", "unit: 万张")
        + """
header: [2]
leave_out: [{column: 地区, equals: [合计]}]
"""
    )
    assert figures(saved(tmp_path, f"table.{kind}"), declared) == {
        ("320000", "2024-12"): 537_498.0,
        ("330000", "2024-12"): 553_393.0,
    }


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_a_truncated_workbook_is_refused(tmp_path: Path, kind: str) -> None:
    path = saved(tmp_path, f"table.{kind}")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    (fault,) = faults(path)
    assert fault[2:] == (
        f"bureau/table.{kind}",
        "a whole workbook",
        "the file is damaged: open it in a spreadsheet program and save it again",
    )


def test_a_workbook_too_large_for_memory_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "figures.xlsx"
    with path.open("wb") as stream:
        os.truncate(stream.fileno(), 2 << 30)
    (fault,) = faults(path)
    assert fault[2:] == (
        "2048 MB",
        "a workbook of at most 200 MB",
        "save the table as CSV: that may be of any size",
    )


def test_a_sheet_of_two_cells_far_apart_is_refused(tmp_path: Path) -> None:
    import xlsxwriter

    path = tmp_path / "figures.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        sheet.write(0, 0, 1)
        sheet.write(1_048_575, 16_383, 1)
    (fault,) = faults(path)
    assert fault[2:4] == ("1048576 × 16384", "a sheet of at most 5000000 cells")
    (fault,) = faults(ods(tmp_path, [[1] * 10_000], repeated=1_000_000))
    assert fault[2] == "1000000 × 10000"


FAR = [
    struct.pack("<HHHHHd", 0x0203, 14, 0xFFFF, 60_000, 0, 1.0),  # a number
    struct.pack("<HHHHHIHIH", 0x00BD, 18, 0xFFFF, 0, 0, 0, 0, 0, 60_000),  # a run of numbers
    struct.pack("<HHIIHHH", 0x0200, 14, 0, 0x10000, 0, 60_001, 0),  # the sheet's own word
]


@pytest.mark.parametrize("record", FAR, ids=["cell", "run", "dimensions"])
def test_an_old_workbook_of_two_cells_far_apart_is_refused(tmp_path: Path, record: bytes) -> None:
    (fault,) = faults(xls(tmp_path, TABLE, record))
    assert fault[2:4] == ("65536 × 60001", "a sheet of at most 5000000 cells")


def test_a_parquet_file_whose_texts_are_no_utf_8_is_refused(tmp_path: Path) -> None:
    row = {"地区": "江苏", "时期": "2024", "数值": "5"}
    assert not faults(parquet(tmp_path, row))
    broken = parquet(tmp_path, row | {"时期": "二〇二四"}, "gbk")
    assert [fault[1] for fault in faults(broken)] == ["地区", "时期"]
    assert faults(broken)[0] == (
        2,
        "地区",
        "bd ad cb d5",
        "text in UTF-8",
        "the file is damaged: export it again",
    )


def test_an_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.files.package.UNPACKED", 1 << 20)
    path = tmp_path / "figures.xlsx"
    path.write_bytes(zipped({"xl/workbook.xml": " " * (2 << 20)}))
    (fault,) = faults(path)
    assert fault[2:4] == ("2 MB", "a workbook of at most 1 MB unpacked")


def test_one_text_in_many_cells_counts_as_often_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.files.package.TEXT", 1_000)
    rows = [*TABLE, *[["江" * 100, "2024", 1]] * 20]
    said = "a sheet of at most 1000 characters"
    for path in (
        xlsx(tmp_path, {"表": rows}),
        ods(tmp_path, [["地区", "时期", "数值"], ["江" * 100, "2024", 1]], repeated=20),
    ):
        (fault,) = faults(path)
        assert fault[3] == said
        with pytest.raises(FindingsError):
            propose(path, KNOWN)


def test_a_proposal_spreads_out_no_sheet_that_is_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = xlsx(tmp_path, {"甲": TABLE, "乙": [*TABLE, *[["", ""]] * 40, [1] * 40]})
    assert propose(path, KNOWN)
    monkeypatch.setattr("etl.files.package.CELLS", 1_000)
    with pytest.raises(FindingsError) as refusal:
        propose(path, KNOWN)
    assert str(refusal.value.findings[0].expected) == "a sheet of at most 1000 cells"


def test_what_is_no_row_of_a_sheet_takes_no_memory(tmp_path: Path) -> None:
    path = xlsx(tmp_path, {"表": TABLE})
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace("</worksheet>", f"{'<x/>' * 200_000}</worksheet>")
    path.write_bytes(zipped(parts))
    tracemalloc.start()
    try:
        assert figures(path) == GOOD
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()


def test_a_declaration_longer_than_any_table_needs_is_refused(tmp_path: Path) -> None:
    path = csv(tmp_path, "地区,时期,数值\n江苏,2024,5\n")
    beside(path).write_text(LONG + "#" * (300 << 10), encoding="utf-8")
    with pytest.raises(FindingsError) as refusal:
        read_declaration(path)
    (found,) = refusal.value.findings
    assert (found.found, str(found.expected)) == ("300 KB", "a declaration of at most 256 KB")


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "xls", "ods", "parquet"])
def test_binary_rubbish_is_refused(tmp_path: Path, suffix: str) -> None:
    assert len(faults(csv(tmp_path, bytes(range(256)) * 20, f"figures.{suffix}"))) == 1


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    (fault,) = faults(csv(tmp_path, b"%PDF", "figures.pdf"))
    assert fault[2] == ".pdf"
    assert fault[3].startswith("one of .csv, ")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("<html><table><tr><td>地区</td></tr></table></html>", "HTML"),
        ("\ufeff  <!DOCTYPE html><table></table>", "HTML"),
        ("<table border=1><tr><td>1</td></tr></table>", "HTML"),
        (
            '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "XML",
        ),
        ("region\tvalue\n320000\t5\n", "'region\\tvalue\\n320000\\t'"),
    ],
)
@pytest.mark.parametrize("suffix", ["xls", "xlsx"])
def test_a_text_that_is_named_as_a_workbook_is_told_as_what_it_is(
    tmp_path: Path, suffix: str, content: str, found: str
) -> None:
    (fault,) = faults(csv(tmp_path, content, f"figures.{suffix}"))
    assert fault[2:4] == (found, "a workbook")
    assert f"its name ends in .{suffix}" in fault[4]


def test_a_lock_file_is_told_as_what_it_is(tmp_path: Path) -> None:
    (fault,) = faults(csv(tmp_path, b"\x03abc\0", "~$figures.xlsx"))
    assert "has open" in fault[4]


def test_a_file_without_a_declaration_says_how_to_make_one(tmp_path: Path) -> None:
    path = csv(tmp_path, HEAD)
    with pytest.raises(FindingsError) as refusal:
        read_declaration(path)
    (found,) = refusal.value.findings
    assert str(found.advice) == f"run python -m etl inspect {path}"


def test_every_mistake_in_a_declaration_is_told() -> None:
    with pytest.raises(FindingsError) as refusal:
        declaration_of(
            {
                "provenance": {"publisher": "x"},
                "layout": "tall",
                "columns": {"storey": "A"},
                "missing": {"-": "zero"},
                "scope": "world?",
                "header": [1, 3],
                "colour": 1,
            },
            "d.yaml",
        )
    assert {found.column for found in refusal.value.findings} >= {
        "provenance",
        "layout",
        "columns.storey",
        "missing.-",
        "scope",
        "header",
        "colour",
        "region",
        "period",
        "unit",
    }


@pytest.mark.parametrize(
    ("declared", "line", "found", "expected"),
    [
        ("unit: 张\nlayout: long\nunit: 万张", 3, "unit", "each key once; it stands in line 1 too"),
        (
            "columns:\n  region: 甲\n  'region': 乙",
            3,
            "region",
            "each key once; it stands in line 2 too",
        ),
        (
            "names: {region: {甲: 320000, 甲: 330000}}",
            1,
            "甲",
            "each key once; it stands in line 1 too",
        ),
        ("missing: {'-': O,\n  '-': M}", 2, "-", "each key once; it stands in line 1 too"),
        ("unit: &u 万张\nlayout: *u", 1, "&u", "no anchors and aliases"),
        ("columns: {region: *r}", 1, "*r", "no anchors and aliases"),
        ("fixed:\n  <<: {indicator: certificates_valid}", 2, "<<", "no anchors and aliases"),
        ("layout: long\ncolour: red", 2, "colour", None),
        ("provenance:\n  publisher: x\n  editor: y", 3, "editor", None),
        ("columns:\n  region: 甲\n  storey: 乙", 3, "storey", None),
        ("layout: tall", 1, "tall", "one of long wide"),
        (
            'provenance:\n  publisher: "某\\u0007局"',
            2,
            "某\\u0007局",
            "text without control characters",
        ),
        (
            'provenance:\n  publisher: "\\u202e某局"',
            2,
            "\\u202e某局",
            "text without control characters",
        ),
        ("provenance:\n  publisher: TODO", 2, "TODO", "your decision in place of TODO"),
        ("columns: [甲\nunit: 张", 2, None, "a YAML file in UTF-8"),
    ],
)
def test_a_slip_in_a_declaration_is_told_with_its_line(
    tmp_path: Path, declared: str, line: int, found: str | None, expected: str | None
) -> None:
    path = csv(tmp_path, "甲,乙\n")
    beside(path).write_text(declared, encoding="utf-8")
    with pytest.raises(FindingsError) as refusal:
        read_declaration(path)
    assert any(
        said.row == line and found in (None, said.found) and expected in (None, str(said.expected))
        for said in refusal.value.findings
    ), refusal.value.findings


def test_a_unit_of_an_unknown_indicator_is_told(tmp_path: Path) -> None:
    declared = LONG.replace("unit: 张", "unit: {certificates_valid: 张, certificates_vlaid: 万张}")
    (fault,) = faults(csv(tmp_path, "地区,时期,数值\n江苏,2024,5\n"), declared)
    assert fault[2] == "certificates_vlaid"


def test_an_undecided_item_is_refused() -> None:
    with pytest.raises(FindingsError) as refusal:
        declaration_of({"provenance": PROVENANCE | {"licence": "TODO"}}, "d.yaml")
    (found,) = refusal.value.findings
    assert (found.column, str(found.expected)) == (
        "provenance.licence",
        "your decision in place of TODO",
    )


def test_findings_speak_chinese() -> None:
    words = Wording("zh")
    assert words("a workbook without a password") == "没有密码的工作簿"
    assert words("the column {name} once", name="数值") == "只有一列叫“数值”"
    assert words("move the note out of the cell: the figure must stand alone") == (
        "请把注释移出单元格：单元格里只能有数值"
    )
