"""Regions over time and two indicators against each other: like with like, true titles."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from indicators.drawing import comparison as charts
from indicators.drawing.charts import with_rows
from indicators.store.queries import Selection
from indicators.views import comparison, facts
from indicators.views.map import MapView
from indicators.wording import Wording
from tests.conftest import CITATION, rows_of

EN, ZH = Wording("en"), Wording("zh")
RATE, OTHER = "organisations_per_10000_residents", "enterprises_per_1000_residents"
JIANGSU, ZHEJIANG, BEIJING, NATION = "320000", "330000", "110000", "100000"
WORLD = [
    (RATE, "2021-12", JIANGSU, 9.0),
    (RATE, "2021-12", ZHEJIANG, 8.0),
    (RATE, "2022-12", JIANGSU, 11.0),
    (RATE, "2022-12", ZHEJIANG, 12.0),
    (RATE, "2022-12", BEIJING, 20.0),
    (RATE, "2022-12", NATION, 6.0),
]
VIEW = MapView(Selection(RATE, "2022-12"), ZHEJIANG, "en", dark=False)
CITED = pd.DataFrame([CITATION])


def lines(rows: pd.DataFrame, *regions: str, view: MapView = VIEW) -> comparison.LineFigures:
    return comparison.line_figures(view, regions, rows.assign(release=1), CITED)


def test_the_title_ranks_those_compared_at_the_period_and_no_others() -> None:
    figures = lines(rows_of(WORLD), JIANGSU, ZHEJIANG)
    assert figures.statement == (
        "Certified organisations per 10,000 residents, Dec 2022: of the 2 regions compared, "
        "Zhejiang is highest, 12.00 per 10,000 residents"
    )
    told = lines(rows_of(WORLD), JIANGSU, ZHEJIANG, BEIJING).statement
    assert "of the 3 regions compared, Beijing is highest" in told
    assert told.endswith("ranks 2")


def test_points_stand_at_the_end_of_their_period_and_the_nation_beside_a_rate() -> None:
    drawn = lines(rows_of(WORLD), JIANGSU, ZHEJIANG).datasets[charts.LINES]
    dates = dict(zip(drawn["period"], drawn["date"], strict=True))
    assert dates == {"Dec 2021": "2021-12-31", "Dec 2022": "2022-12-31"}
    assert drawn.groupby("region").size().to_dict() == {NATION: 1, JIANGSU: 2, ZHEJIANG: 2}


def test_no_nation_is_drawn_beside_counts() -> None:
    rows = rows_of([("certificates_valid", "2022-12", code, 5.0) for code in (NATION, ZHEJIANG)])
    view = replace(VIEW, selection=Selection("certificates_valid", "2022-12"))
    drawn = lines(rows, ZHEJIANG, view=view).datasets[charts.LINES]
    assert drawn["region"].tolist() == [ZHEJIANG]


def test_one_figure_is_a_point_for_lines_have_points() -> None:
    specification = charts.lines_chart(EN)
    marks = [layer["mark"]["type"] for layer in specification["layer"]]
    assert marks[:2] == ["line", "point"]


def test_another_denominator_is_drawn_hollow_and_sets_no_rank() -> None:
    rows = rows_of(WORLD)
    usual, other = "a/b/2022-12/population_yearend", "a/b/2020-11/population"
    mine = (rows["region"] == ZHEJIANG) & (rows["period"] == "2022-12")
    rows = rows.assign(citation=mine.map({True: other, False: usual}))
    figures = lines(rows, JIANGSU, ZHEJIANG, BEIJING)
    hollow = figures.datasets[charts.LINES].query("apart")
    assert hollow[["region", "period"]].to_numpy().tolist() == [[ZHEJIANG, "Dec 2022"]]
    assert "of the 2 regions compared, Beijing is highest" in figures.statement
    assert figures.footnotes[0].startswith("Hollow")


def test_the_twin_has_a_column_for_each_region_and_no_zero_for_what_is_missing() -> None:
    table = lines(rows_of(WORLD), BEIJING, ZHEJIANG).table
    assert table.to_dict("list") == {
        "Period": ["Dec 2022", "Dec 2021"],
        "Beijing": ["20.00", "—"],
        "Zhejiang": ["12.00", "8.00"],
        "China": ["6.00", "—"],
    }


def test_a_confidential_figure_is_no_point() -> None:
    rows = rows_of(WORLD)
    rows.loc[rows["region"] == JIANGSU, "confidentiality"] = "C"
    figures = lines(rows, JIANGSU, ZHEJIANG)
    assert set(figures.datasets[charts.LINES]["region"]) == {NATION, ZHEJIANG}
    assert set(figures.table["Jiangsu"]) == {"—"}


def pairs(other: pd.DataFrame, *regions: str) -> comparison.PairFigures:
    rows = rows_of([row for row in WORLD if row[1] == "2022-12"]).assign(release=1)
    view = replace(VIEW, against=Selection(OTHER, "2022-12"))
    return comparison.pair_figures(view, regions, rows, other.assign(release=1), CITED)


def test_points_are_of_those_with_both_figures_and_mark_the_chosen() -> None:
    other = rows_of(
        [
            (OTHER, "2022-12", code, value)
            for code, value in (
                (JIANGSU, 30.0),
                (ZHEJIANG, 35.0),
            )
        ]
    )
    figures = pairs(other, JIANGSU)
    points = figures.datasets[charts.PAIRS].set_index("region")
    assert points[["x", "y"]].T.to_dict("list") == {JIANGSU: [11.0, 30.0], ZHEJIANG: [12.0, 35.0]}
    assert points["form"].to_dict() == {JIANGSU: "circle", ZHEJIANG: "diamond"}
    assert "2 provinces have both figures; Zhejiang ranks 1 and 1 among them" in figures.statement
    assert len(set(figures.table.columns)) == 3


def test_a_point_with_another_denominator_is_left_out() -> None:
    other = rows_of([(OTHER, "2022-12", code, 30.0) for code in (JIANGSU, ZHEJIANG, BEIJING)])
    alone = (other["region"] == BEIJING).map({True: "a/b/2019/x", False: "a/b/2022/x"})
    assert set(pairs(other.assign(citation=alone)).datasets[charts.PAIRS]["region"]) == {
        JIANGSU,
        ZHEJIANG,
    }


@pytest.mark.parametrize("words", [EN, ZH])
def test_nothing_to_compare_is_said(words: Wording) -> None:
    view = replace(VIEW, language=words.language)
    figures = lines(rows_of(WORLD).head(0), ZHEJIANG, view=view)
    assert figures.statement == words(
        "None of the regions compared has a figure: {what}, {period}",
        what=words.text(view.indicator.title),
        period=words.period("2022-12"),
    )
    assert with_rows(charts.lines_chart(words), figures.datasets)["datasets"] == {}


def test_an_own_group_is_named_by_its_codes() -> None:
    assert facts.own_group([JIANGSU, BEIJING]) == "own-320000-110000"


def test_a_part_of_the_time_is_drawn_listed_and_named() -> None:
    rows = rows_of(WORLD).assign(release=1)
    figures = comparison.line_figures(VIEW, (ZHEJIANG,), rows, CITED, span=("2022-12", "2022-12"))
    assert set(figures.datasets[charts.LINES]["period"]) == {"Dec 2022"}
    assert figures.table["Period"].tolist() == ["Dec 2022"]
    assert figures.periods == ["2021-12", "2022-12"]
    assert figures.parts[-1] == "Dec 2022–Dec 2022"
    assert set(figures.rows["period"]) == {"2022-12"}
