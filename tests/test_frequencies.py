"""Yearly, quarterly and monthly figures side by side: one line, ranking or map takes one."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest

from indicators import catalogue, frequencies
from indicators.compare import neighbours, peer_groups, spine
from indicators.denominators import DENOMINATOR
from indicators.drawing import province as province_charts
from indicators.frequencies import mapped_periods, one_date, one_frequency
from indicators.progress.target_frame import Target
from indicators.progress.verdict import judge
from indicators.views import facts, objectives, overview, province
from indicators.views.facts import newest_cells
from indicators.wording import Wording
from tests.conftest import held_of, rows_of

ZH = Wording("zh")
WITHDRAWN = "certificates_withdrawn_per_1000"  # measured over its period
UPTAKE = "uptake_rate"  # as it stands at the end
JIANGSU, ZHEJIANG, NATION = "320000", "330000", "100000"
NO_VERDICTS = pd.DataFrame(
    columns=[
        "region",
        "verdict",
        "reason",
        "indicator",
        "target_value",
        "industry",
        "size",
        "scheme",
        "kind",
    ]
)
NOBODY = pd.DataFrame(columns=["region", "neighbour", "distance", "features", "missing"])
NO_CITATIONS = pd.DataFrame(columns=["citation", *DENOMINATOR])


def line(indicator: str, figures: Mapping[str, float], region: str = JIANGSU) -> pd.DataFrame:
    return rows_of([(indicator, period, region, value) for period, value in figures.items()])


def facts_of(rows: pd.DataFrame) -> facts.Facts:
    found = facts.gather(
        NATION,
        rows,
        NO_VERDICTS,
        NOBODY,
        held_of(rows),
        rows.head(0),
        peer_groups.read_peer_groups(),
        {},
    )
    return found[JIANGSU, "EAST"]


def test_every_indicator_says_whether_it_is_a_stock_or_a_flow() -> None:
    timing = {key: item.timing for key, item in catalogue.load().indicators.items()}
    assert set(timing.values()) == {"stock", "flow"}
    assert {timing[key] for key in ("certificates_valid", "population", UPTAKE)} == {"stock"}
    assert {timing[key] for key in (WITHDRAWN, "tic_revenue", "people_trained")} == {"flow"}


def test_a_strip_never_joins_a_year_and_its_quarters() -> None:
    # A quarter's 0.0 is no year's 34.2 ‰.
    years = {"2022": 30.1, "2023": 34.2, "2024": 33.0}
    quarters = {"2023-Q1": 0.0, "2023-Q2": 9.0, "2024-Q1": 8.0, "2024-Q4": 0.0}
    told = facts_of(line(WITHDRAWN, years | quarters))
    drawn = province.trends(told, {}, ZH)
    assert drawn[province_charts.TRENDS]["period"].tolist() == ["2022年", "2023年", "2024年"]
    twin = province.series_table(told, ZH)
    assert twin["时期"].tolist() == ["2022年", "2023年", "2024年"]


def test_quarters_alone_are_a_line_of_their_own() -> None:
    quarters = {"2023-Q1": 3.0, "2023-Q2": 9.0, "2024-Q1": 8.0}
    drawn = province.trends(facts_of(line(WITHDRAWN, quarters | {"2023": 30.0})), {}, ZH)
    assert drawn[province_charts.TRENDS]["period"].tolist() == [
        "2023年第1季度",
        "2023年第2季度",
        "2024年第1季度",
    ]


def test_a_year_beside_its_december_is_drawn_once() -> None:
    months = {"2023-12": 30.0, "2024-06": 31.0, "2024-12": 32.0}
    drawn = province.trends(facts_of(line(UPTAKE, months | {"2024": 32.0})), {}, ZH)
    assert drawn[province_charts.TRENDS]["period"].tolist() == [
        "2023年12月",
        "2024年6月",
        "2024年12月",
    ]


def test_a_ranking_holds_years_and_decembers_of_a_stock_together() -> None:
    regions = [JIANGSU, ZHEJIANG, "350000", "370000", "440000"]
    rows = pd.concat(
        [
            line(UPTAKE, {"2024": 30.0}, region)
            if region == JIANGSU
            else line(UPTAKE, {"2024-12": 20.0 + place, "2024": 20.0 + place}, region)
            for place, region in enumerate(regions)
        ]
    )
    found = spine.spines(rows, {(JIANGSU, ""): regions}, regions).iloc[0]
    assert (found["period"], found["rank"], found["of"]) == ("2024-12", 1, 5)


def test_a_ranking_never_holds_quarters_against_years_of_a_flow() -> None:
    regions = [JIANGSU, ZHEJIANG, "350000"]
    rows = pd.concat(
        [
            line(WITHDRAWN, {"2023": 30.0, "2024-Q1": 1.0}, JIANGSU),
            line(WITHDRAWN, {"2023": 20.0, "2024-Q1": 9.0}, ZHEJIANG),
            line(WITHDRAWN, {"2024-Q1": 2.0}, "350000"),
        ]
    )
    found = spine.spines(rows, {(JIANGSU, ""): regions}, regions).iloc[0]
    assert (found["period"], found["rank"], found["of"]) == ("2023", 2, 2)
    alone = spine.spines(rows, {("350000", ""): regions}, regions).iloc[0]
    assert (alone["gap"], pd.isna(alone["value"])) == ("no_data", True)


@pytest.mark.parametrize(
    ("indicator", "periods", "offered"),
    [
        (WITHDRAWN, ["2024", "2024-Q4", "2023", "2024-12"], ["2023", "2024"]),
        (WITHDRAWN, ["2024-Q4", "2024-Q3"], ["2024-Q3", "2024-Q4"]),
        (UPTAKE, ["2024-12", "2024-Q3", "2024", "nonsense"], ["2024-Q3", "2024", "2024-12"]),
    ],
)
def test_a_map_is_offered_periods_of_one_length_of_a_flow(
    indicator: str, periods: list[str], offered: list[str]
) -> None:
    assert list(mapped_periods(indicator, dict.fromkeys(periods, 1))) == offered


def test_the_newest_national_figure_of_a_flow_is_a_year() -> None:
    rows = pd.concat(
        [
            line("inspection_revenue", {"2022": 4000.0, "2023": 4700.0, "2024-Q1": 900.0}, NATION),
            line("certificates_valid", {"2023-12": 3.0e6, "2024": 4.0e6, "2024-12": 4.0e6}, "ALL"),
        ],
        ignore_index=True,
    )
    newest = overview.newest_table(rows, NO_CITATIONS, ZH)
    assert newest["时期"].tolist() == ["2024年12月", "2023年"]
    headline = overview.headlines(rows, ZH)[0]
    assert "2023年12月" in headline.help


REVENUE = "certification_revenue"  # yearly figures that bear the name of December


def test_a_yearly_figure_that_is_labelled_december_is_a_year() -> None:
    figures = {"2022-12": 460.0, "2023-12": 503.0, "2023-Q3": 130.0, "2024": 520.0, "2024-03": 41.0}
    rows = line(REVENUE, figures)
    years = ["2022-12", "2023-12", "2024"]
    assert one_frequency(rows, ["indicator"])["period"].tolist() == years
    assert list(mapped_periods(REVENUE, dict.fromkeys(figures, 1))) == years
    held = pd.DataFrame(
        [(REVENUE, period, 1) for period in ("2023-12", "2024-Q1")],
        columns=["indicator", "period", "provinces"],
    )
    assert newest_cells(held) == [(REVENUE, "2023-12")]
    target = Target(
        indicator=REVENUE,
        region=JIANGSU,
        kind="at_least",
        polarity=1,
        value=560.0,
        flow=True,
        whole_years=True,
        baseline_period="2022",
        window_late="2025",
    )
    verdict = judge(rows, target)
    assert verdict.latest is not None
    assert (verdict.latest.period, verdict.latest.value) == ("2024", 520.0)
    drawn = objectives.drawing(verdict, rows, {"indicator": REVENUE, "region": JIANGSU}, ZH)
    assert drawn["observed"]["value"].tolist() == [460.0, 503.0, 520.0]


def test_a_ranking_of_yearly_figures_takes_december_for_the_year() -> None:
    rows = pd.concat(
        [
            line(REVENUE, {"2023-12": 50.0, "2023-Q4": 12.0}, JIANGSU),
            line(REVENUE, {"2023-12": 60.0}, ZHEJIANG),
            line(REVENUE, {"2024-Q1": 9.0}, "350000"),
        ]
    )
    regions = [JIANGSU, ZHEJIANG, "350000"]
    found = spine.spines(rows, {(JIANGSU, ""): regions}, regions).iloc[0]
    assert (found["period"], found["value"], found["of"]) == ("2023-12", 50.0, 2)


def test_the_newest_part_of_a_flow_is_a_year_and_of_a_stock_the_newest_date() -> None:
    held = pd.DataFrame(
        [
            (WITHDRAWN, "2023", 9),
            (WITHDRAWN, "2024-Q3", 31),
            (UPTAKE, "2024", 31),
            (UPTAKE, "2024-12", 5),
            (UPTAKE, "2024-Q3", 31),
        ],
        columns=["indicator", "period", "provinces"],
    )
    assert dict(newest_cells(held)) == {WITHDRAWN: "2023", UPTAKE: "2024"}


def test_the_line_of_an_objective_is_what_its_verdict_is_on() -> None:
    figures = {"2022": 30.0, "2023": 34.0, "2023-Q4": 8.0, "2024": 36.0, "2024-Q1": 7.0}
    target = Target(
        indicator=WITHDRAWN,
        region=JIANGSU,
        kind="at_most",
        polarity=-1,
        value=20.0,
        flow=True,
        window_late="2026",
    )
    rows = line(WITHDRAWN, figures)
    verdict = judge(rows, target)
    drawn = objectives.drawing(verdict, rows, {"indicator": WITHDRAWN, "region": JIANGSU}, ZH)
    assert drawn["observed"]["period"].tolist() == ["2022年", "2023年", "2024年"]


def test_one_frequency_leaves_rows_of_one_alone() -> None:
    rows = line(UPTAKE, {"2023": 1.0, "2024": 2.0})
    assert one_frequency(rows, ["indicator"]) is rows
    assert one_date(rows, rows["value"].notna()) is rows
    assert frequencies.in_time(rows[::-1])["period"].tolist() == ["2023", "2024"]


def test_neighbours_are_alike_at_one_date_of_a_stock() -> None:
    declared = peer_groups.read_peer_groups()
    regions = [JIANGSU, ZHEJIANG, "350000", "370000"]
    rows = pd.concat(
        [
            line("population", {"2020-12" if place % 2 else "2020": 1e6 * (place + 1)}, region)
            for place, region in enumerate(regions)
        ]
    )
    found = neighbours.neighbours(rows, declared, regions)
    assert set(found["region"]) == set(regions)
