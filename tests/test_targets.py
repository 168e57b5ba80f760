"""The target register: hand-edited files, checked, stored whole, applied where they belong."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from etl import judging
from etl.plan import read_plan
from etl.refresh import RAW, refresh
from etl.targets import FOLDER, register
from indicators import catalogue, code_names
from indicators.catalogue import tree
from indicators.findings import FindingsError
from indicators.progress.explanation import said_of
from indicators.progress.verdict import judge
from indicators.statuses import Kind
from indicators.store import queries
from indicators.target_register import (
    Record,
    Register,
    applicable,
    engine_target,
    line_of_aims,
    needed,
    series_of,
    unknown,
    verdicts,
)
from indicators.views.objectives import line_text, target_text, verdict_table
from indicators.views.overview import matrix, matrix_table
from indicators.wording import Wording

FILES = Path(__file__).parent / "files"
DOCUMENT = """\
document: {title: 某省实施意见, issuer: 某省人民政府, region: "520000"}
targets:
  - key: some-target-2022
    indicator: certified_organisations
    kind: at_least
    value: 10000
    window: ["2022", "2022"]
    milestones: [{period: "2020", value: 6500, place: 第2段, grade: B}]
    definition: 通过认证企业组织
    place: 第2段
    grade: B
"""


@pytest.fixture(scope="module")
def shipped() -> Register:
    return Register(**vars(register(catalogue.load())))


def written(folder: Path, text: str, name: str = "some-document.yaml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def mistakes(folder: Path) -> list[tuple[str | None, str, str]]:
    """Return place, found and expected of every mistake in a folder's files."""
    with pytest.raises(FindingsError) as refusal:
        register(catalogue.load(), folder)
    return [(item.column, item.found, str(item.expected)) for item in refusal.value.findings]


def test_every_published_target_is_in_the_register(shipped: Register) -> None:
    # 105 published numbers, of which six stand as milestones on the way to a later one.
    numbers = shipped.target["value"].notna().sum() + len(shipped.milestone)
    assert numbers == 105 + 1  # and the million enterprises of the opinion itself
    assert (shipped.target["kind"] == "milestone").sum() == 6
    assert len(shipped.document) == 43


def test_every_target_reads_back_as_its_document_has_it(shipped: Register) -> None:
    added = pd.read_csv(FILES / "added_targets.csv", dtype={"region": str, "window_late": str})
    names = {"issuer": "document_issuer"}
    assert len(added) == 34
    for row in added.to_dict("records"):
        record = shipped.record(row["target"])
        assert {name: record[names.get(str(name), str(name))] for name in row} == row


def test_evaluative_sampling_of_food_is_no_supervised_sampling(shipped: Register) -> None:
    record = shipped.record("guizhou-food-evaluative-pass-rate-2025")
    assert record["indicator"] == "food_evaluative_pass_rate"
    assert record["definition"] == "食品安全评价性抽检合格率"


def test_a_target_and_the_one_that_follows_it_are_one_line_of_aims(shipped: Register) -> None:
    asked = shipped.target.set_index("target", drop=False).to_dict("index")
    newest = "guangdong-manufacturing-pass-rate-c-2025"
    assert line_of_aims(asked, newest) == ["guangdong-manufacturing-pass-rate-c-2020", newest]
    assert (
        line_text(asked, newest, Wording("en"))
        == "at least 93.00 % by 2020 → at least 95.00 % by 2025"
    )
    # Neither another region's target nor one of another indicator comes before.
    assert line_of_aims(asked, "hebei-manufacturing-pass-rate-c-2025") == [
        "hebei-manufacturing-pass-rate-c-2025"
    ]


def test_a_target_that_names_what_it_supersedes_follows_that_one() -> None:
    cell = {"region": "110000", "industry": "ALL", "size": "ALL", "scheme": "ALL"}
    asked: dict[str, Record] = {
        "old": {**cell, "indicator": "a", "window_late": "2022", "supersedes": "new"},  # a circle
        "new": {**cell, "indicator": "b", "window_late": "2025", "supersedes": "old"},
    }
    assert line_of_aims(asked, "new") == ["old", "new"]


def test_guizhou_has_a_milestone_on_the_way(shipped: Register) -> None:
    target = engine_target(shipped, "guizhou-certified-organisations-2022")
    assert target.milestones == (("2020", 6500.0),)
    assert (target.value, target.window_late, target.polarity) == (10_000.0, "2022", 1)


def test_what_a_document_does_not_say_is_none(shipped: Register) -> None:
    record = shipped.record("nation-manufacturing-pass-rate-c-2025")
    assert (record["document_url"], record["department"], record["lower"]) == (None, None, None)


def test_three_to_five_years_is_a_window(shipped: Register) -> None:
    target = engine_target(shipped, "jiangsu-certificates-valid-2023")
    assert (target.window_early, target.window_late) == ("2021", "2023")


def test_a_gain_is_measured_from_the_baseline(shipped: Register) -> None:
    target = engine_target(shipped, "guizhou-manufacturing-pass-rate-c-gain-2025")
    assert (target.kind, target.gain, target.value) == (Kind.AT_LEAST, 2.0, None)


def test_a_gain_on_a_percentage_is_written_in_percentage_points(shipped: Register) -> None:
    record = shipped.record("guizhou-manufacturing-pass-rate-c-gain-2025")
    assert target_text(record, Wording("en")) == "up by 2.00 percentage points by 2025"
    assert target_text(record, Wording("zh")) == "2025年提高 2.00 个百分点"


def test_a_target_of_one_industry_says_its_industry_everywhere(shipped: Register) -> None:
    words, target = Wording("en"), "guizhou-industrial-supervision-pass-rate-c-2025"
    record = shipped.record(target)
    name = code_names.aim_name(record, words)
    title = catalogue.load().indicators["industrial_supervision_pass_rate"].title
    assert name == f"{title.en} · Manufacturing"
    row = dict(record) | {
        "own": True,
        "verdict": "on_track",
        "reason": "",
        "last_class": "on_track",
        "latest_period": "2023",
        "due_period": "2025",
        "required": 0.1,
        "yearly": 0.1,
        "acceleration": 0.5,
        "latest_value": 94.0,
        "target": target,
    }
    cells = matrix(pd.DataFrame([row]), shipped, words, dark=False)
    assert cells["aim"].tolist() == matrix_table(cells, words)["Objective"].tolist() == [name]
    verdict = judge(
        pd.DataFrame({"period": ["2020"], "value": [90.0]}), engine_target(shipped, target)
    )
    exported = verdict_table(verdict, record, words)
    assert exported.loc[exported["Part"] == "Objective", "Text"].tolist() == [name]


def test_a_reading_that_nothing_confirms_says_so(shipped: Register) -> None:
    milestones = shipped.milestone.set_index("target").to_dict("index")
    damaged = milestones["guizhou-certificates-valid-2022"]
    assert damaged["verification"] == "unconfirmed"
    assert "小数点" in damaged["note"]


def test_a_region_s_own_target_comes_before_the_nation_s(shipped: Register) -> None:
    applied = applicable(shipped, tree().provinces)
    rates = applied[applied["indicator"] == "manufacturing_pass_rate"]
    rate = rates.set_index("region").to_dict("index")
    assert rate["370000"]["target"] == "shandong-manufacturing-pass-rate-c-2025"
    assert rate["370000"]["own"]
    assert rate["110000"]["target"] == "nation-manufacturing-pass-rate-c-2025"
    assert not rate["110000"]["own"]


def test_a_national_count_is_no_province_s_aim(shipped: Register) -> None:
    applied = applicable(shipped, tree().provinces)
    counts = applied[applied["indicator"].isin(["certificates_valid_yearend", "tic_revenue"])]
    assert set(counts["region"]) == {"100000", "410000"}


def test_a_superseded_target_applies_nowhere(tmp_path: Path) -> None:
    newer = DOCUMENT.replace("some-target-2022", "newer").replace("value: 10000", "value: 12000")
    text = DOCUMENT + newer.split("targets:\n")[1].rstrip() + "\n    supersedes: some-target-2022\n"
    known = Register(**vars(register(catalogue.load(), written(tmp_path, text))))
    assert applicable(known, ()).loc[:, "target"].tolist() == ["newer"]


def test_verdicts_on_public_figures(empty: sa.Engine) -> None:
    refresh(empty)
    known = Register(**queries.register(empty))
    applied = applicable(known, tree().provinces)
    rows = queries.observations_of(empty, applied)
    judged_rows = verdicts(known, applied, rows).set_index("series").to_dict("index")
    rate = judged_rows["100000 nation-manufacturing-pass-rate-c-2025"]
    assert (rate["verdict"], round(rate["ratio_late"], 3)) == ("on_track", 1.107)
    jiangsu = judged_rows["320000 jiangsu-certificates-valid-2023"]
    assert jiangsu["verdict"] == "achieved_on_time"
    silent = judged_rows["630000 qinghai-manufacturing-pass-rate-c-2025"]
    assert (silent["verdict"], silent["reason"]) == ("not_assessed", "no_data")
    series = series_of(rows, "100000", known.record("nation-manufacturing-pass-rate-c-2025"))
    assert series["period"].tolist() == ["2017", "2020", "2021", "2022", "2023", "2024"]


ABOVE_THE_NATION = """\
document: {title: 某区实施方案, issuer: 某区人民政府, region: "150000"}
targets:
  - key: above-the-nation-2025
    indicator: manufacturing_pass_rate
    industry: C
    kind: exceed_benchmark
    benchmark: "100000"
    baseline: {period: "2023"}
    window: ["2025", "2025"]
    definition: 合格率高于全国平均水平
    place: 第2段
    grade: B
  - key: two-points-more-2025
    indicator: manufacturing_quality_competitiveness
    industry: C
    kind: gain
    value: 2
    baseline: {period: "2020", value: 85.0}
    window: ["2025", "2025"]
    definition: 比2020年的85.0提高2
    place: 第3段
    grade: B
"""


def figures(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Return observations from (indicator, region, period, value), all of manufacturing."""
    return pd.DataFrame(rows, columns=["indicator", "region", "period", "value"]).assign(
        industry="C",
        size="ALL",
        scheme="ALL",
        status="A",
        confidentiality="F",
        numerator=float("nan"),
        denominator=float("nan"),
        citation="c1",
    )


def own_verdicts(tmp_path: Path, rows: pd.DataFrame, day: str) -> dict[str, dict[Any, Any]]:
    known = Register(**vars(register(catalogue.load(), written(tmp_path, ABOVE_THE_NATION))))
    judged_rows = verdicts(known, applicable(known, tree().provinces), rows, day)
    return {str(row["target"]): row for row in judged_rows.to_dict("records")}


def test_a_target_above_the_nation_is_judged_against_the_nation_s_figure_of_the_date(
    tmp_path: Path,
) -> None:
    rate = "manufacturing_pass_rate"
    rows = figures(
        (rate, "150000", "2023", 93.71),
        (rate, "150000", "2024", 94.86),
        (rate, "100000", "2023", 93.65),
        (rate, "100000", "2024", 93.93),
    )
    found = own_verdicts(tmp_path, rows, "2025-06-30")["above-the-nation-2025"]
    assert (found["verdict"], found["latest_value"]) == ("achieved", 94.86)
    behind = rows.assign(value=rows["value"].replace({94.86: 93.0}))
    found = own_verdicts(tmp_path, behind, "2025-06-30")["above-the-nation-2025"]
    assert found["verdict"] == "moving_away"
    level = rows.assign(value=[93.65, 93.93, 93.65, 93.93])
    found = own_verdicts(tmp_path, level, "2025-06-30")["above-the-nation-2025"]
    assert (found["verdict"], found["ratio_late"]) == ("limited", 0)
    alone = rows[rows["region"] == "150000"]
    found = own_verdicts(tmp_path, alone, "2025-06-30")["above-the-nation-2025"]
    assert found["reason"] == "not_comparable"


def test_what_a_target_rests_on_holds_its_benchmark(tmp_path: Path) -> None:
    known = Register(**vars(register(catalogue.load(), written(tmp_path, ABOVE_THE_NATION))))
    asked = needed(known, applicable(known, tree().provinces))
    pairs = {(row.region, row.indicator) for row in asked.itertuples()}
    assert ("100000", "manufacturing_pass_rate") in pairs


def test_the_register_s_own_baseline_stands_before_the_series(tmp_path: Path) -> None:
    index = "manufacturing_quality_competitiveness"
    rows = figures((index, "150000", "2020", 86.1), (index, "150000", "2024", 87.6))
    found = own_verdicts(tmp_path, rows, "2025-06-30")["two-points-more-2025"]
    assert (found["baseline_value"], found["target_value"]) == (85.0, 87.0)
    assert found["verdict"] == "achieved"


def test_the_bounds_of_a_path_are_declared_by_the_target_or_as_the_range_of_its_indicator(
    tmp_path: Path,
) -> None:
    def bounds(name: str, text: str) -> tuple[float, float] | None:
        folder = tmp_path / name
        folder.mkdir()
        read = Register(**vars(register(catalogue.load(), written(folder, text))))
        return engine_target(read, "some-target-2022").bounds

    # The catalogue gives uptake an S-shaped path between 0 and 100 per cent.
    uptake = DOCUMENT.replace("certified_organisations", "uptake_rate").replace("10000", "60")
    uptake = uptake.replace("6500", "20")
    assert bounds("by the catalogue", uptake) == (0.0, 100.0)
    declared = uptake.replace("value: 60\n", "value: 60\n    bounds: [0, 80]\n")
    assert bounds("by the target", declared) == (0.0, 80.0)
    assert bounds("none", DOCUMENT) is None


def test_verdicts_turn_with_the_day(tmp_path: Path) -> None:
    index = "manufacturing_quality_competitiveness"
    rows = figures((index, "150000", "2020", 86.1), (index, "150000", "2024", 86.0))
    # On its last day no deadline has passed.
    before = own_verdicts(tmp_path, rows, "2025-12-31")["two-points-more-2025"]
    after = own_verdicts(tmp_path, rows, "2026-01-01")["two-points-more-2025"]
    assert (before["verdict"], after["verdict"]) == ("acceleration_needed", "stale")
    assert after["last_class"] == before["verdict"]
    text = "需要提速（判定截至2024年数据；2025年期末数据尚未收录）"
    assert said_of(after, Wording("zh")) == text


def test_targets_of_what_the_catalogue_does_not_know_are_named_and_stop_no_other(
    shipped: Register,
) -> None:
    strange = shipped.target.head(3).assign(
        target=["gone", "nowhere", "unnamed"],
        indicator=["indicator_of_old", "certificates_valid", "certificates_valid"],
        region=["100000", "999999", "100000"],
        scheme=["ALL", "QMS+EMS", "QMS+OLD"],
    )
    known = replace(shipped, target=pd.concat([shipped.target, strange], ignore_index=True))
    assert unknown(known)["target"].tolist() == ["gone", "nowhere", "unnamed"]
    applied = applicable(known, tree().provinces)
    assert applied.equals(applicable(shipped, tree().provinces))


def test_a_changed_target_is_a_release_and_an_unchanged_one_is_not(empty: sa.Engine) -> None:
    first = refresh(empty)
    assert first.release == 1
    with empty.begin() as connection:
        connection.execute(sa.text("UPDATE target SET value = value + 1 WHERE kind = 'gain'"))
    second = refresh(empty)
    assert (second.release, second.difference.added) == (2, 0)
    assert second.difference.retargeted
    assert refresh(empty).release is None


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("kind: at_least", "kind: atleast", ("some-target-2022 · kind", "atleast", "one of")),
        ("    value: 10000\n", "", ("some-target-2022", "", "the entries value")),
        (
            "    value: 10000\n",
            "    value: 10000\n    shape: logistic\n",
            ("some-target-2022", "", "the entries bounds"),
        ),
        (
            "certified_organisations",
            "certified_orgs",
            ("some-target-2022 · indicator", "certified_orgs", "an indicator of the catalogue"),
        ),
        (
            '["2022", "2022"]',
            '["2023", "2022"]',
            ("some-target-2022 · window", "2023 – 2022", "the earlier end first"),
        ),
        (
            "    value: 10000\n",
            "    value: 10000001\n",
            ("some-target-2022 · value", "10000001", "0 to 10000000, the range of certified_organ"),
        ),
        (
            'period: "2020"',
            'period: "2023"',
            ("some-target-2022 · milestones · [1]", "2023", "a milestone before the end"),
        ),
        (
            "place: 第2段\n",
            "placed: 第2段\n",
            ("some-target-2022 · placed", "placed", "only the entries"),
        ),
        (
            "    kind: at_least",
            "    scheme: QMS+ESM\n    kind: at_least",
            ("some-target-2022 · scheme", "ESM", "a code of schemes.csv"),
        ),
        (
            "    kind: at_least",
            "    supersedes: some-target-2022\n    kind: at_least",
            ("some-target-2022 · supersedes", "some-target-2022", "the key of another target"),
        ),
        (
            'region: "520000"',
            'region: "529999"',
            ("document · region", "529999", "a region of GB/T 2260"),
        ),
    ],
)
def test_a_mistake_is_told_in_its_place(
    tmp_path: Path, right: str, wrong: str, expected: tuple[str, str, str]
) -> None:
    text = DOCUMENT.replace(right, wrong)
    assert text != DOCUMENT
    place, found, rule = expected
    said = mistakes(written(tmp_path, text))
    assert any(
        column == place and found == shown and message.startswith(rule)
        for column, shown, message in said
    ), said


def test_every_mistake_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    written(tmp_path, DOCUMENT.replace("kind: at_least", "kind: atleast"), "a.yaml")
    written(tmp_path, DOCUMENT.replace("grade: B\n", "grade: Z\n"), "b.yaml")
    written(tmp_path, "document: [", "c.yaml")
    with pytest.raises(FindingsError) as refusal:
        register(catalogue.load(), tmp_path)
    assert {item.file for item in refusal.value.findings} == {"a.yaml", "b.yaml", "c.yaml"}


def test_the_shipped_register_is_hand_editable_text() -> None:
    for path in FOLDER.glob("*.yaml"):
        assert path.read_text(encoding="utf-8").startswith("document:")


PLAN = (
    "series,period,value,polarity,target,due\n"
    "覆盖率,2018,１０,+1,60,2023\n"
    "覆盖率,2020,20%,,,\n"
    '投诉,2019,"1,200",-1,800,2024\n'
    "投诉,2022,1100,,,\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_planner_s_own_file_is_judged(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(PLAN, encoding=encoding)
    answer = judging.verdicts(read_plan(path))
    assert answer["series"].tolist() == ["覆盖率", "投诉"]
    assert answer["ratio_late"].round(2).tolist() == [0.5, 0.42]
    assert answer["kind"].tolist() == ["at_least", "at_most"]
    beside = judging.write_verdicts(path, answer, Wording("zh"))
    assert beside.name == "plan.verdicts.csv"
    assert "进展有限" in beside.read_text(encoding="utf-8-sig")


def test_a_workbook_keeps_its_targets_on_a_second_sheet(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        pd.DataFrame(
            [("覆盖率", 2018, 10), ("覆盖率", 2020, 20)], columns=["series", "period", "value"]
        ).to_excel(book, sheet_name="series", index=False)
        pd.DataFrame(
            [("覆盖率", 1, 60, 2023, "geometric")],
            columns=["series", "polarity", "target", "due", "shape"],
        ).to_excel(book, sheet_name="targets", index=False)
    answer = judging.verdicts(read_plan(path))
    assert answer["ratio_late"].round(2).tolist() == [0.97]
    assert judging.write_verdicts(path, answer, Wording("en")).name == "plan.verdicts.xlsx"


def test_every_unreadable_cell_of_a_planner_s_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(
        PLAN.replace("2018", "20x8").replace("1100", "many").replace("+1", "up"), encoding="utf-8"
    )
    with pytest.raises(FindingsError) as refusal:
        judging.verdicts(read_plan(path))
    found = {(item.row, item.column, item.found) for item in refusal.value.findings}
    assert found == {(2, "period", "20x8"), (5, "value", "many"), (2, "polarity", "up")}
    assert not (tmp_path / "plan.verdicts.csv").exists()


def test_a_target_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(
        "series,period,value,polarity,target,due,kind\nA,2018,10,-1,60,2023,at_least\n",
        encoding="utf-8",
    )
    with pytest.raises(FindingsError):
        judging.verdicts(read_plan(path))


def test_the_register_stays_readable_as_it_stood_in_an_earlier_release(empty: sa.Engine) -> None:
    refresh(empty)
    with empty.begin() as connection:
        connection.execute(sa.text("UPDATE target SET value = value + 1 WHERE kind = 'gain'"))
    then = queries.register(empty)["target"].query("kind == 'gain'")["value"].tolist()
    refresh(empty)
    assert queries.register(empty, 1)["target"].query("kind == 'gain'")["value"].tolist() == then
    now = queries.register(empty, 2)["target"].query("kind == 'gain'")["value"].tolist()
    assert now == [value - 1 for value in then]
    known = Register(**queries.register(empty, 1))
    assert known.record(str(known.target["target"].iloc[0]))


def test_a_release_says_which_verdicts_it_turned_and_by_which_figure(
    empty: sa.Engine, tmp_path: Path
) -> None:
    raw = tmp_path / "raw"
    shutil.copytree(RAW, raw)
    for file in (raw / "quality_outcomes").glob("*.csv"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("93.93", "93.01"), encoding="utf-8")
    refresh(empty, raw=raw)
    made = refresh(empty, reason="put right").difference
    turned = made.flips.query("indicator == 'manufacturing_pass_rate' and region == '100000'")
    assert turned[["old_verdict", "new_verdict", "period", "old_value", "new_value"]].to_dict(
        "records"
    ) == [
        {
            "old_verdict": "moving_away",
            "new_verdict": "on_track",
            "period": "2024",
            "old_value": 93.01,
            "new_value": 93.93,
        }
    ]
    assert len(queries.flips(empty, 2)) == len(made.flips)
    assert made.largest.iloc[0][["old", "new"]].tolist() == [93.01, 93.93]
