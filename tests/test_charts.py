"""Charts are specifications without rows; rows come as small named datasets."""

from __future__ import annotations

import re
from inspect import get_annotations, signature
from typing import Any

import pandas as pd
import pytest
import vl_convert

from indicators import catalogue, code_names
from indicators.cached.first_visit import CHARTS
from indicators.drawing import charts, comparison, industries, policy, province
from indicators.drawing.region_map import LEGEND
from indicators.drawing.standalone import exported_chart
from indicators.views import policy as policy_view
from indicators.wording import LANGUAGES, Wording

ZH, EN = Wording("zh"), Wording("en")
PLACED = ("x", "y", "xOffset", "yOffset", "row", "column", "color", "fill", "shape", "size")


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


@pytest.mark.parametrize("chart", CHARTS)
def test_a_specification_is_built_and_validated_once(chart: Any) -> None:
    for language in LANGUAGES:
        assert chart(Wording(language), dark=False) is chart(Wording(language), dark=False)


def test_every_chart_without_rows_is_built_at_start() -> None:
    found = {
        each
        for module in (charts, comparison, industries, policy, province)
        for each in vars(module).values()
        if callable(each) and get_annotations(each).get("return") == "Specification"
        if list(signature(each).parameters) == ["words", "dark"]
    }
    assert found == set(CHARTS)


def placed_names(specification: Any) -> list[Any]:
    """Return the encodings of a specification that give names their place or their look."""
    found: list[Any] = []
    if isinstance(specification, dict):
        encoding = specification.get("encoding", {})
        found += [
            definition
            for channel, definition in encoding.items()
            if channel in PLACED and definition.get("type") in ("nominal", "ordinal")
        ]
        for part in specification.values():
            found += placed_names(part)
    elif isinstance(specification, list):
        for part in specification:
            found += placed_names(part)
    return found


@pytest.mark.parametrize("chart", CHARTS)
def test_the_order_of_names_is_that_of_the_rows_whatever_was_drawn_before(chart: Any) -> None:
    """A drawn chart keeps the order of an earlier choice unless its own is named."""
    for definition in placed_names(chart(ZH)):
        scale = definition.get("scale", {})
        fixed = scale is None or "domain" in scale
        assert fixed or definition["sort"]["op"] == "min", definition


def test_charts_name_the_datasets_that_pages_send() -> None:
    assert names(charts.ranking_chart(ZH)) == {charts.RANKING, charts.REFERENCE}
    parts = {"observed", "path", "aim", "window", "band", "room"}
    assert names(charts.objective_chart(ZH)) == parts
    assert names(charts.required_chart(ZH)) == {"required"}
    assert names(charts.matrix_chart(ZH)) == {"matrix", "families"}
    assert names(charts.shares_chart(ZH)) == {"shares"}


def test_a_ranking_leaves_out_who_has_no_value() -> None:
    figures = pd.DataFrame(
        {
            "region": ["110000", "320000", "450000"],
            "name": ["北京", "江苏", "广西"],
            "state": ["value", "value", "missing"],
            "value": [0.0, 15.3, None],
            "shown": ["0", "15.3", "无数据"],
            "rank": ["2", "1", "–"],
            "selected": [False, True, False],
        }
    )
    rows = charts.ranking_rows(figures, ZH, decimals=1, dark=False)
    assert rows["name"].tolist() == ["江苏", "北京"]
    assert rows["label"].tolist() == ["15.3 ◀", "0.0"]
    assert rows["fill"].nunique() == 2


def series(*points: tuple[str, float | None, str]) -> pd.DataFrame:
    rows = pd.DataFrame(points, columns=["period", "value", "status"])
    return charts.series_rows(
        rows.assign(region="ALL", confidentiality="F"),
        ZH,
        names={"ALL": "全部"},
        unit="张",
        decimals=0,
    )


def test_points_stand_at_the_end_of_their_period() -> None:
    rows = series(("2020", 1.0, "A"), ("2020-Q3", 1.0, "A"), ("2024-02", 1.0, "A"))
    assert rows["date"].tolist() == ["2020-09-30", "2020-12-31", "2024-02-29"]


def test_a_break_interrupts_the_line_and_says_why() -> None:
    rows = series(("2019-03", 658_271.0, "A"), ("2021-07", 436_784.0, "B"), ("2022-08", 1.0, "A"))
    assert rows["segment"].tolist() == [0, 1, 1]
    assert rows["note"].tolist()[1] == "口径变化，与此前数据不可比"


def test_a_break_whose_figure_is_missing_interrupts_all_the_same() -> None:
    rows = series(("2019", 1.0, "A"), ("2020", None, "B"), ("2021", 2.0, "A"))
    assert rows["segment"].tolist() == [0, 1]


def test_a_break_in_one_region_leaves_the_others_whole() -> None:
    rows = pd.DataFrame(
        {
            "region": ["ALL", "100000", "ALL", "100000"],
            "period": ["2019", "2019", "2020", "2020"],
            "value": [4.0, 3.0, 5.0, 4.0],
            "status": ["A", "A", "A", "B"],
            "confidentiality": "F",
        }
    )
    names = {"ALL": "全部", "100000": "全国"}
    drawn = charts.series_rows(rows, ZH, names=names, unit="张", decimals=0)
    assert drawn[["name", "value", "segment"]].to_numpy().tolist() == [
        ["全国", 3.0, 0],
        ["全国", 4.0, 1],
        ["全部", 4.0, 0],
        ["全部", 5.0, 0],
    ]


def test_a_year_stands_after_its_months_and_quarters() -> None:
    rows = series(("2020", 3.0, "B"), ("2020-Q3", 2.0, "A"), ("2020-06", 1.0, "A"))
    assert rows["value"].tolist() == [1.0, 2.0, 3.0]
    assert rows["segment"].tolist() == [0, 0, 1]


def test_what_is_missing_is_no_point_and_zero_is_one() -> None:
    rows = series(("2019", 0.0, "A"), ("2020", None, "O"), ("2021", None, "A"))
    assert rows["date"].tolist() == ["2019-12-31"]
    assert rows["shown"].tolist() == ["0 张"]


def test_a_series_without_any_value_has_no_points() -> None:
    rows = series(("2020", None, "O"))
    assert rows.empty
    assert {"date", "value", "segment", "shown", "note"} <= set(rows.columns)


def test_a_confidential_value_is_never_a_point() -> None:
    rows = pd.DataFrame(
        {
            "region": "ALL",
            "period": ["2019", "2020"],
            "value": [1.0, 987_654.0],
            "status": "A",
            "confidentiality": ["F", "N"],
        }
    )
    drawn = charts.series_rows(rows, EN, names={"ALL": "All"}, unit="", decimals=0)
    assert drawn["value"].tolist() == [1.0]
    assert "987" not in drawn.to_string()


def test_a_line_is_drawn_apart_for_each_segment() -> None:
    layers = charts.objective_chart(ZH)["layer"]
    lines = [
        layer
        for layer in layers
        if layer["data"].get("name") == "observed" and layer["mark"]["type"] == "line"
    ]
    assert [line["encoding"]["detail"]["field"] for line in lines] == ["segment"]


def test_an_exported_chart_holds_its_rows_and_wraps_its_notes() -> None:
    rows = pd.DataFrame({"name": ["江苏"], "value": [1.5]})
    kept = charts.required_chart(ZH)
    drawn = exported_chart(
        kept, {"required": rows}, title="每年所需", notes=["资料来源：" + "某通报" * 40], width=600
    )
    assert drawn["datasets"] == {"required": [{"name": "江苏", "value": 1.5}]}
    assert drawn["title"]["text"] == ["每年所需"]
    assert [len(line) <= 50 for line in drawn["title"]["subtitle"]] == [True, True, True]
    assert "datasets" not in kept, "the chart that pages share stays without rows"


@pytest.mark.parametrize(
    ("values", "least"),
    [
        ([85.86, 86.0], [83.78, 88.08]),  # a change of 0.2 % is not blown up
        ([40.0, 60.0], [40.0, 60.0]),  # one that is large as it stands is drawn as it stands
        ([10.0, 40.0], [0.0, 40.0]),  # from nought where the largest is twice the smallest
        ([5.0], [4.875, 5.125]),
        ([float("nan")], []),
    ],
)
def test_a_scale_blows_no_small_change_up(values: list[float], least: list[float]) -> None:
    assert charts.room_rows(values)["value"].tolist() == pytest.approx(least)


@pytest.mark.parametrize("words", [ZH, EN])
def test_an_axis_of_time_says_where_years_begin_and_where_a_year_s_figure_stands(
    words: Wording,
) -> None:
    axis = charts.years(words).to_dict()
    assert axis["title"] == words("Ticks: 1 Jan. Year-end figures: end of the year.")
    # A tick has the name of the year that begins there.
    assert axis["labelExpr"].endswith("timeFormat(datum.value, '%Y')")
    assert charts.period_end("2024") == charts.period_end("2024-12") == "2024-12-31"


def test_a_layer_without_rows_is_not_drawn() -> None:
    observed = pd.DataFrame({"date": ["2024-12-31"], "value": [1.0]})
    datasets = {"observed": observed, "band": observed.head(0), "window": b""}
    drawn = charts.with_rows(charts.objective_chart(EN), datasets)
    assert set(drawn["datasets"]) == {"observed"}
    assert {"band", "window"} & names(drawn) == set()
    assert {"observed", "path"} <= names(drawn)


@pytest.mark.parametrize("words", [ZH, EN])
def test_no_name_of_a_section_or_clause_is_cut_beside_its_bar(words: Wording) -> None:
    known = catalogue.load()
    codes = known.industries.loc[known.industries["level"] == "section", "code"]
    parts = pd.DataFrame({"name": [code_names.industry_name(code, words) for code in codes]})
    bars = parts.assign(
        place=range(len(parts)), value=1.0, end=1.0, label="1", benchmark=float("nan")
    )
    none = pd.DataFrame({"verdict": []})
    clauses = {
        key: (policy_view.clause_name(each, words), none) for key, each in known.clauses.items()
    }
    spread = policy_view.spread_rows(clauses, words, dark=False)
    for chart, rows in (
        (province.parts_chart(words), {province.PARTS: bars.assign(compared="", spoken="")}),
        (policy.spread_chart(words), {policy.SPREAD: spread}),
    ):
        whole = charts.with_rows(
            chart, {name: each.to_dict("records") for name, each in rows.items()}
        )
        drawn = vl_convert.vegalite_to_svg(dict(whole) | {"width": 900})
        assert "…" not in drawn


def test_a_heat_map_with_long_names_keeps_its_columns_on_a_phone() -> None:
    words, ink = Wording("en"), "#123456"
    sections = catalogue.load().industries.query("level == 'section'")["code"]
    parts = [code_names.industry_name(code, words) for code in sections]
    cells = pd.DataFrame({"part": parts, "column": range(len(parts))}).assign(
        name="Inner Mongolia", place=0, region="150000", industry="C", period="2024", status=""
    )
    cells = cells.assign(
        state="value", label="1.00", shown="1.00", fill=ink, ink="#ffffff", hatch="", selected=False
    )
    rows = {industries.CELLS: cells.to_dict("records"), LEGEND: []}
    phone = dict(charts.with_rows(industries.heat_map(words), rows)) | {"width": 350}
    drawn = vl_convert.vegalite_to_svg(phone)
    widths = re.findall(rf'd="M[^h"]*h([\d.]+)v\d[^"]*" fill="{ink}"', drawn)
    assert len(widths) == len(parts)
    assert min(map(float, widths)) > 9
