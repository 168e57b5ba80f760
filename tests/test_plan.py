"""A planner's own file: every target is judged, every contradiction is a finding in its place."""

from __future__ import annotations

import math
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from etl.__main__ import app
from etl.commands.screen import screen
from etl.judging import verdicts, write_verdicts
from etl.plan import AIMED, FIGURE, HEADINGS, MEASURED, read_plan
from indicators.findings import Finding, FindingsError
from indicators.wording import Wording
from tests.own_files import ods


def written(folder: Path, text: str) -> Path:
    path = folder / "plan.csv"
    path.write_text(text, encoding="utf-8")
    return path


def findings(folder: Path, text: str) -> list[Finding]:
    with pytest.raises(FindingsError) as refusal:
        verdicts(read_plan(written(folder, text)))
    return refusal.value.findings


def places(found: list[Finding]) -> list[tuple[int | None, str, str]]:
    return [(item.row, str(item.column).split(" ")[0], item.found) for item in found]


def test_every_target_of_a_series_is_judged(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "series,period,value,polarity,target,due\n"
        "甲省获证组织数,2018,5000,1,6500,2020\n"
        "甲省获证组织数,2019,5600,1,10000,2022\n",
    )
    answer = verdicts(read_plan(path))
    assert answer[["series", "due_period", "target_value", "verdict"]].to_numpy().tolist() == [
        ["甲省获证组织数", "2020", 6500.0, "acceleration_needed"],
        ["甲省获证组织数", "2022", 10_000.0, "limited"],
    ]
    assert answer["latest_value"].tolist() == [5600.0, 5600.0]
    beside = pd.read_csv(write_verdicts(path, answer, Wording("zh")))
    assert beside["due_period"].tolist() == [2020, 2022]


def test_a_deadline_that_has_passed_without_a_figure_is_judged_as_of_the_latest(
    tmp_path: Path,
) -> None:
    text = "series,period,value,polarity,target,due\nA,2018,50,1,65,2020\nA,2019,60,,,\n"
    path = written(tmp_path, text)
    answer = verdicts(read_plan(path), "2021-06-30")
    assert (answer["verdict"].item(), answer["last_class"].item()) == ("stale", "on_track")
    beside = write_verdicts(path, answer, Wording("en")).read_text(encoding="utf-8-sig")
    assert "On track (as of 2019; no figure for 2020 is held yet)" in beside
    # Figures of a later day were not known then.
    assert verdicts(read_plan(path), "2018-12-31")["reason"].item() == "single_point"


def test_a_target_may_stand_without_a_figure_and_a_figure_beside_each_target(
    tmp_path: Path,
) -> None:
    answer = verdicts(
        read_plan(
            written(
                tmp_path,
                "series,period,value,polarity,target,due\n"
                "A,2018,50,1,65,2020\nA,2018,50,,80,2022\nA,,,,90,2024\nA,2019,60,,,\n",
            )
        )
    )
    assert answer["due_period"].tolist() == ["2020", "2022", "2024"]
    assert answer["ratio_late"].round(2).tolist() == [1.33, 1.33, 1.5]


def test_chinese_headings_and_words_say_the_same(tmp_path: Path) -> None:
    english = verdicts(
        read_plan(
            written(
                tmp_path,
                "series,period,value,polarity,target,due,baseline,shape,kind,lower,upper,benchmark\n"
                "甲,2018,10,1,60,2023,2018,logistic,at_least,0,100,\n甲,2020,20,,,,,,,,,\n"
                "乙,2018,80,0,,2025,,,within,90,95,\n乙,2021,85,,,,,,,,,\n"
                "丙,2018,50,-1,,2025,,,exceed_benchmark,,,40\n丙,2021,45,,,,,,,,,42\n"
                "丁,2018,50,-1,-5,2025,,,gain,,,\n丁,2021,48,,,,,,,,,\n",
            )
        )
    )
    chinese = verdicts(
        read_plan(
            written(
                tmp_path,
                "指标,时期,数值（%）,极性,目标值,期限,基期,路径,类型,下限,上限,参照值\n"
                "甲,2018年,10,正向,60,2023年,2018年,S形,不低于,0,100,\n甲,2020年,20,,,,,,,,,\n"
                "乙,2018,80,中性,,2025,,,区间,90,95,\n乙,2021,85,,,,,,,,,\n"
                "丙,2018,50,逆向,,2025,,,优于参照值,,,40\n丙,2021,45,,,,,,,,,42\n"
                "丁,2018,50,越低越好,-5,2025,,,增减,,,\n丁,2021,48,,,,,,,,,\n",
            )
        )
    )
    pd.testing.assert_frame_equal(english, chinese)
    assert english["ratio_late"].round(2).tolist()[:2] == [0.78, 1.17]
    assert english["kind"].tolist() == ["at_least", "within", "exceed_benchmark", "at_most"]
    assert english["target_value"].tolist()[3] == 45.0


@pytest.mark.parametrize("newest", [85, 92, 99])
def test_a_range_has_both_its_bounds_in_the_file(tmp_path: Path, newest: int) -> None:
    text = (
        "series,period,value,polarity,target,due,kind,lower,upper\n"
        f"A,2018,92,0,,2027,within,90,95\nA,2021,{newest},,,,,,\n"
        "B,2018,50,1,60,2027,,,\nB,2021,55,,,,,,\n"
    )
    answer = verdicts(read_plan(written(tmp_path, text)), "2021")
    beside = write_verdicts(tmp_path / "plan.csv", answer, Wording("en"))
    bounds = ["target_value", "target_lower", "target_upper"]
    rows = pd.read_csv(beside, keep_default_na=False, dtype=str)[bounds]
    assert rows.to_numpy().tolist() == [["", "90.0", "95.0"], ["60.0", "", ""]]


def test_the_bounds_of_an_s_shaped_path_are_never_assumed(tmp_path: Path) -> None:
    figures = (
        "share,2018,0.10,1,0.60,2023,logistic{0}\nshare,2020,0.20,,,,{1}\n"
        "pct,2018,10,1,60,2023,logistic{2}\npct,2020,20,,,,{1}\n"
    )
    heading = "series,period,value,polarity,target,due,shape"
    found = findings(tmp_path, f"{heading}\n{figures.format('', '', '')}")
    assert places(found) == [
        (row, column, "") for row in (2, 4) for column in ("bound_lower", "bound_upper")
    ]
    bounded = f"{heading},bound_lower,bound_upper\n{figures.format(',0,1', ',,', ',0,100')}"
    answer = verdicts(read_plan(written(tmp_path, bounded)))
    assert answer["ratio_late"].round(2).tolist() == [0.78, 0.78]
    # A figure beyond them contradicts them; one on a bound has no such path, which is said.
    outside = bounded.replace("pct,2020,20", "pct,2020,120")
    (stray,) = findings(tmp_path, outside)
    assert (stray.row, stray.column, stray.found) == (5, "value", "120")
    assert str(stray.expected) == "a figure between the bounds of the path, 0 and 100"
    beyond = bounded.replace(",0,1\n", ",0,0.5\n")
    (wrong,) = findings(tmp_path, beyond)
    assert (wrong.row, wrong.column, wrong.found) == (2, "target", "0.6")
    assert str(wrong.expected) == "a number between the bounds of the path, 0 and 0.5"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Cells of one series or one target that differ: each in its place, with the first.
        (
            "A,2018,1,1,5,2020,,,,,\nA,2019,2,-1,5,2020,,,,,",
            (3, "polarity", "-1", "1, as in row 2"),
        ),
        ("A,2018,1,1,5,2020,,,,,\nA,2019,2,1,6,2020,,,,,", (3, "target", "6", "5, as in row 2")),
        (
            "A,2018,1,1,5,2020,,linear,,,\nA,2019,2,1,5,2020,,geometric,,,",
            (3, "shape", "geometric", "linear, as in row 2"),
        ),
        (
            "A,2018,1,1,5,2020,2018,,,,\nA,2019,2,1,5,2020,2019,,,,",
            (3, "baseline", "2019", "2018, as in row 2"),
        ),
        (
            "A,2018,1,1,5,2020,,,at_least,,\nA,2019,2,1,5,2020,,,maintain,,",
            (3, "kind", "maintain", "at_least, as in row 2"),
        ),
        # A target that contradicts itself.
        ("A,2018,1,-1,5,2020,,,at_least,,", (2, "kind", "at_least", "goes with the polarity -1")),
        ("A,2018,1,1,5,2020,,,at_most,,", (2, "kind", "at_most", "goes with the polarity +1")),
        ("A,2018,1,,5,2020,,,at_least,,", (2, "polarity", "", "+1 where higher is better")),
        ("A,2018,1,1,,2020,,,,,", (2, "target", "", "the number to be reached")),
        ("A,2018,1,1,,2020,,,within,3,", (2, "upper", "", "the range of the kind within")),
        ("A,2018,1,1,,2020,,,within,5,3", (2, "lower", "5", "a bound below the other, 3")),
        ("A,2018,1,1,4,2020,,,within,3,5", (2, "target", "4", "no number for the kind within")),
        ("A,2018,1,1,5,2020,,,,3,", (2, "lower", "3", "no bound for this kind and path")),
        ("A,2018,1,1,5,2020,2021,,,,", (2, "baseline", "2021", "before the deadline 2020")),
        ("A,2018,1,1,,2020,,,exceed_benchmark,,", (2, "benchmark", "", "the benchmark's figure")),
        ("A,2018,1,-1,5,2020,,,gain,,", (2, "target", "5", "in the direction that the polarity")),
        # A target without a deadline where the series has none, or several.
        ("A,2018,1,1,5,,,,,,", (2, "due", "", "the deadline of the target")),
        # One date, two figures.
        ("A,2018,1,1,5,2020,,,,,\nA,2018-12,2,,,,,,,,", (3, "value", "A 2018-12", "in row 2")),
    ],
)
def test_a_contradiction_is_a_finding_in_its_place(
    tmp_path: Path, rows: str, expected: tuple[int, str, str, str]
) -> None:
    heading = "series,period,value,polarity,target,due,baseline,shape,kind,lower,upper"
    (found,) = findings(tmp_path, f"{heading}\n{rows}\n")
    row, column, text, rule = expected
    assert (found.file, found.row, str(found.column).split(" ")[0], found.found) == (
        "plan.csv",
        row,
        column,
        text,
    )
    assert rule in str(found.expected)
    for words in (Wording("zh"), Wording("en")):
        assert found.expected.said(words)
        assert found.advice.said(words)


def test_all_that_is_wrong_is_told_at_once_and_in_the_rows_of_the_file(tmp_path: Path) -> None:
    found = findings(
        tmp_path,
        "序列,时期,数值,极性,目标值,期限,基期\n\n"
        "甲,2018,10,1,60,2023,\n甲,2019,很多,-1,,,\n,2020,12,,,,\n乙,2018,5,1,9,2020,2022\n",
    )
    assert [(item.row, item.column, item.found) for item in found] == [
        (4, "数值", "很多"),
        (4, "极性", "-1"),
        (5, "序列", ""),
        (6, "基期", "2022"),
    ]


def test_a_range_may_be_one_figure_and_bounds_of_a_path_may_not(tmp_path: Path) -> None:
    heading = "series,period,value,polarity,target,due,kind,shape,lower,upper"
    text = f"{heading}\nA,2018,5,0,,2027,within,,6,6\nA,2024,6,,,,,,,\n"
    assert verdicts(read_plan(written(tmp_path, text)), "2025")["verdict"].item() == "achieved"
    (wrong,) = findings(tmp_path, f"{heading}\nA,2018,6,1,,2027,maintain,logistic,6,6\n")
    assert (wrong.column, wrong.found) == ("bound_lower · 路径下限", "6")


@pytest.mark.parametrize("value", ["n/a", "12①", "2018年度末"])
def test_no_advice_about_a_plan_speaks_of_a_declaration(tmp_path: Path, value: str) -> None:
    heading = "series,period,value,polarity,target,due"
    found = findings(tmp_path, f"{heading}\nA,{value},{value},1,{value},2027\n")
    assert found
    assert not any("`" in str(item.advice) for item in found)


def test_a_sheet_is_named_where_a_workbook_has_several(tmp_path: Path) -> None:
    path = tmp_path / "规划.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        pd.DataFrame([("甲", 2018, 10)], columns=["序列", "时期", "数值"]).to_excel(
            book, sheet_name="数据", index=False
        )
        pd.DataFrame(
            [("甲", 1, 60, 2023, "at_most")], columns=["序列", "极性", "目标值", "期限", "类型"]
        ).to_excel(book, sheet_name="目标", index=False)
    with pytest.raises(FindingsError) as refusal:
        verdicts(read_plan(path))
    (found,) = refusal.value.findings
    assert (found.sheet, found.row, found.column) == ("目标", 2, "类型")


def test_a_missing_or_second_column_is_told_with_its_chinese_name(tmp_path: Path) -> None:
    (missing,) = findings(tmp_path, "指标,时期,值,目标值\n甲,2018,1,2\n")
    assert "polarity · 极性, due · 期限" in str(missing.expected)
    (second,) = findings(tmp_path, "序列,指标,时期,值,极性,期限,目标\n甲,乙,2018,1,1,2020,5\n")
    assert (second.row, second.found) == (1, "指标")


def test_what_is_not_read_and_what_has_no_target_is_told(tmp_path: Path) -> None:
    plan = read_plan(
        written(
            tmp_path,
            "series,period,value,polarity,target,due,备注\nA,2018,1,1,5,2020,x\nB,2018,1,,,,y\n",
        )
    )
    assert (plan.unread, plan.without_target) == (["备注"], ["B"])
    assert verdicts(plan)["series"].tolist() == ["A"]


def test_a_missing_figure_is_one_by_its_status(tmp_path: Path) -> None:
    text = (
        "序列,时期,数值,状态,极性,目标值,期限\n"
        "甲,2018,1,,1,5,2023\n甲,2019,,{0},,,\n甲,2020,2,B,,,\n"
    )
    answer = verdicts(read_plan(written(tmp_path, text.format("O"))))
    assert answer["latest_period"].tolist() == ["2020"]
    assert answer["baseline_period"].tolist() == ["2020"]  # the series begins again at its break
    (found,) = findings(tmp_path, text.format(""))
    assert (found.row, found.column, found.found) == (3, "数值", "")


def test_no_file_of_verdicts_holds_an_infinite_number_or_a_decimal_year(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "series,period,value,polarity,target,due,baseline\n"
        "away,2018,100,1,200,2025,\naway,2020,90,,,,\n"
        "level,2018,100,1,100,2025,\nlevel,2020,100,,,,\n"
        "month,2021-07,100,1,200,2025,2021-07\nmonth,2023-02,130,,,,\n",
    )
    answer = verdicts(read_plan(path))
    assert answer["attained"].fillna("").tolist() == ["", "2018", "2026-11"]
    text = write_verdicts(path, answer, Wording("en")).read_text(encoding="utf-8-sig")
    cells = {cell.lower() for line in text.splitlines() for cell in line.split(",")}
    assert not cells & {"inf", "-inf", "nan", "infinity"}
    assert not any(cell.startswith(("2023.", "2021.", "2026.")) for cell in cells)


CELLS = {
    "series": st.sampled_from(["A", "B", ""]),
    "period": st.sampled_from(["2018", "2019", "2020-12", "2020", "2021年3月", "soon", ""]),
    "value": st.sampled_from(["0", "-5", "12.5", "1e9", "x", "", "100"]),
    "benchmark": st.sampled_from(["", "7"]),
    "status": st.sampled_from(["", "B", "O", "?"]),
    "polarity": st.sampled_from(["1", "-1", "0", "", "up"]),
    "due": st.sampled_from(["2019", "2022", "2025-06", "", "later"]),
    "shape": st.sampled_from(["", "linear", "geometric", "S形", "curve"]),
    "kind": st.sampled_from(
        [
            "",
            "at_least",
            "at_most",
            "within",
            "maintain",
            "exceed_benchmark",
            "direction_only",
            "gain",
            "milestone",
        ]
    ),
}
NUMBERS = st.sampled_from(["", "0", "1", "-3", "50", "100"])


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_any_file_is_judged_or_refused_with_reasons(tmp_path: Path, data: st.DataObject) -> None:
    names = [*FIGURE, *MEASURED, "polarity", *AIMED]
    row = st.tuples(
        *(
            CELLS["period"] if name in ("due_early", "baseline") else CELLS.get(name, NUMBERS)
            for name in names
        )
    )
    rows = data.draw(st.lists(row, min_size=1, max_size=4))
    heading = data.draw(st.sampled_from([names, [HEADINGS[name][0] for name in names]]))
    path = written(tmp_path, "\n".join(",".join(cells) for cells in [heading, *rows]))
    found: list[Finding] = []
    cells: list[float] = []
    try:
        cells = verdicts(read_plan(path)).select_dtypes("number").to_numpy().ravel().tolist()
    except FindingsError as refusal:
        found = refusal.findings
    assert bool(found) != bool(cells)
    assert all(item.row and item.column for item in found)
    assert not any(math.isinf(cell) for cell in cells)


def test_a_planner_s_verdicts_are_as_of_a_day(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "series,period,value,polarity,target,due\nA,2018,100,1,200,2025\nA,2023,171,,,\n",
    )
    before, after = (
        verdicts(read_plan(path), "2025-06-30").iloc[0],
        verdicts(read_plan(path), "2026-06-30").iloc[0],
    )
    assert (before["verdict"], after["verdict"]) == ("on_track", "stale")
    text = write_verdicts(path, verdicts(read_plan(path), "2026-06-30"), Wording("zh")).read_text(
        "utf-8-sig"
    )
    assert "进展符合预期（判定截至2023年数据；2025年期末数据尚未收录）" in text


def test_a_target_is_shown_as_the_planner_set_it_and_a_verdict_with_what_is_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen.console, "width", 200)
    path = written(
        tmp_path,
        "series,period,value,benchmark,polarity,target,due,kind,lower,upper\n"
        "range,2018,50,,0,,2027,within,60,70\nrange,2020,80,,,,,,,\n"
        "above,2018,90,90,1,,2027,exceed_benchmark,,\nabove,2020,91,91,,,,,,\n"
        "late,2017,5000,,1,6500,2020,,,\nlate,2022,9900,,,,,,,\n"
        "level,2018,0.3,,-1,0.1,2028,,,\nlevel,2020,0.3,,,,,,,\n",
    )
    answer = CliRunner().invoke(
        app, ["--language", "en", "judge", str(path), "--as-of", "2024-06-30"]
    )
    shown = " ".join(answer.output.split())
    for text in ("60 – 70", "above the benchmark", "Achieved · late or on time unknown"):
        assert text in shown
    beside = path.with_name("plan.verdicts.csv").read_text(encoding="utf-8-sig")
    assert "Achieved · late or on time unknown" in beside
    assert "-0.0" not in re.split(r"[,\n]", beside)


def judged(folder: Path, text: str, language: str) -> str:
    """What `judge` shows of a file, in one line."""
    asked = ["--language", language, "judge", str(written(folder, text)), "--force"]
    answer = CliRunner().invoke(app, [*asked, "--as-of", "2026-11-30"])
    assert answer.exit_code == 0
    return " ".join(answer.output.split())


@pytest.mark.parametrize(
    ("rows", "english", "chinese"),
    [
        (  # zero has no logarithm, at the baseline or as a target
            "甲,2020,-5,1,10,2028,geometric,,\n甲,2023,1,,,,,,",
            "甲, 2028: A path of steady growth needs figures and a target above zero",
            "甲，2028年：等比路径要求各期数据和目标值均大于零",
        ),
        (
            "甲,2020,50,-1,0,2028,geometric,,\n甲,2023,40,,,,,,",
            "甲, 2028: A path of steady growth",
            "甲，2028年：等比路径",
        ),
        (
            "甲,2020,0,1,60,2028,logistic,0,100\n甲,2023,10,,,,,,",
            "甲, 2028: An S-shaped path needs figures and a target between its bounds",
            "甲，2028年：S形路径要求各期数据和目标值均在上下界之内",
        ),
        (
            "甲,2018,8,1,10,2016,,,\n甲,2019,9,,,,,,",
            "甲, 2016: The deadline lies before the first figure, that of 2018",
            "甲，2016年：期限早于首个数据（2018年）",
        ),
        (
            "甲,2018,12,1,10,2028,,,\n甲,2019,9,,,,,,",
            "甲, 2028: The baseline already met the target",
            "甲，2028年：基期已达到目标",
        ),
    ],
)
def test_what_a_verdict_could_not_go_by_is_said_on_the_screen_and_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str, english: str, chinese: str
) -> None:
    monkeypatch.setattr(screen.console, "width", 200)
    heading = "series,period,value,polarity,target,due,shape,bound_lower,bound_upper"
    for language, told in (("en", english), ("zh", chinese)):
        assert told in judged(tmp_path, f"{heading}\n{rows}\n", language)
        beside = (tmp_path / "plan.verdicts.csv").read_text(encoding="utf-8-sig")
        note = told.split("：" if language == "zh" else ": ", 1)[1]
        assert note in beside


@pytest.mark.parametrize(
    ("value", "target", "shown"),
    [
        ("4.999", "5", "│ 4.999 │ 5.000 │ ✖ Missed"),
        ("4.9951", "5.0049", "│ 4.995 │ 5.005 │ ✖ Missed"),
        ("4.99", "5", "│ 4.99 │ 5.00 │ ✖ Missed"),
        ("5", "5", "│ 5 │ 5 │ ★ Achieved on time"),
    ],
)
def test_shown_figures_do_not_contradict_the_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, target: str, shown: str
) -> None:
    monkeypatch.setattr(screen.console, "width", 200)
    text = f"series,period,value,polarity,target,due\nA,2018,1,1,{target},2025\nA,2025,{value},,,\n"
    assert shown in judged(tmp_path, text, "en")


@pytest.mark.parametrize("name", ["plan.tsv", "plan.ods", "plan.parquet", "gb18030.csv"])
def test_a_plan_may_be_any_file_of_a_table(tmp_path: Path, name: str) -> None:
    text = "序列,时期,数值,极性,目标,期限\n甲,2018,50,1,65,2020\n甲,2019,60,,,\n"
    rows = [line.split(",") for line in text.splitlines()]
    path = tmp_path / name
    if name == "plan.ods":
        shutil.move(ods(tmp_path, rows), path)
    elif name == "plan.parquet":
        pd.DataFrame(rows[1:], columns=rows[0]).to_parquet(path)
    else:
        mark = "\t" if name.endswith(".tsv") else ","
        encoding = "gb18030" if name.startswith("gb") else "utf-8"
        path.write_text("\n".join(map(mark.join, rows)), encoding=encoding)
    assert verdicts(read_plan(path))["series"].tolist() == ["甲"]
