"""Charts are specifications without rows; rows come as small named datasets."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from indicators import charts
from indicators.wording import Wording

ZH, EN = Wording("zh"), Wording("en")
CHARTS = (charts.ranking_chart, charts.objective_chart, charts.required_chart, charts.matrix_chart)


def names(specification: Any) -> set[str]:
    """Return the datasets that a specification asks for by name."""
    found: set[str] = set()
    if isinstance(specification, dict):
        data = specification.get("data")
        if isinstance(data, dict) and "name" in data:
            found.add(data["name"])
        for part in specification.values():
            found |= names(part)
    elif isinstance(specification, list):
        for part in specification:
            found |= names(part)
    return found


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("dark", [False, True])
def test_a_specification_holds_no_rows(chart: Any, dark: bool) -> None:
    for words in (ZH, EN):
        specification = chart(words, dark=dark)
        assert "datasets" not in specification
        assert '"values"' not in str(specification)
        assert names(specification)


def test_charts_name_the_datasets_that_pages_send() -> None:
    assert names(charts.ranking_chart(ZH)) == {charts.RANKING, charts.REFERENCE}
    assert names(charts.objective_chart(ZH)) == {"observed", "path", "aim", "window", "band"}
    assert names(charts.required_chart(ZH)) == {"required"}
    assert names(charts.matrix_chart(ZH)) == {"matrix"}


def test_a_ranking_leaves_out_who_has_no_value() -> None:
    figures = pd.DataFrame({
        "region": ["110000", "320000", "450000"], "name": ["北京", "江苏", "广西"],
        "state": ["value", "value", "missing"], "value": [0.0, 15.3, None],
        "shown": ["0", "15.3", "无数据"], "rank": ["2", "1", "–"],
        "selected": [False, True, False],
    })  # fmt: skip
    rows = charts.ranking_rows(figures, ZH, decimals=1, dark=False)
    assert rows["name"].tolist() == ["江苏", "北京"]
    assert rows["label"].tolist() == ["15.3 ◀", "0.0"]
    assert rows["fill"].nunique() == 2


def series(*points: tuple[str, float | None, str]) -> pd.DataFrame:
    rows = pd.DataFrame(points, columns=["period", "value", "status"])
    return charts.series_rows(
        rows.assign(region="ALL"), ZH, names={"ALL": "全部"}, unit="张", decimals=0
    )


def test_points_stand_at_the_end_of_their_period() -> None:
    rows = series(("2020", 1.0, "A"), ("2020-Q3", 1.0, "A"), ("2024-02", 1.0, "A"))
    assert rows["date"].tolist() == ["2020-12-31", "2020-09-30", "2024-02-29"]


def test_a_break_interrupts_the_line_and_says_why() -> None:
    rows = series(("2019-03", 658_271.0, "A"), ("2021-07", 436_784.0, "B"), ("2022-08", 1.0, "A"))
    assert rows["segment"].tolist() == [0, 1, 1]
    assert rows["note"].tolist()[1] == "口径变化，与此前数据不可比"


def test_a_break_whose_figure_is_missing_interrupts_all_the_same() -> None:
    rows = series(("2019", 1.0, "A"), ("2020", None, "B"), ("2021", 2.0, "A"))
    assert rows["segment"].tolist() == [0, 1]
