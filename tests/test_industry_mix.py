"""Regions against industries: groups, location quotients, order, and what the page says of them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from indicators.compare.industry_mix import add_groups, in_likeness, location_quotients
from indicators.regions import ALL, NATION
from indicators.store.queries import Selection
from indicators.views import industries as views
from indicators.views.industries import GROUPS, SECTIONS, HeatFigures, IndustryView
from tests.conftest import CITATION, rows_of

JIANGSU, ZHEJIANG = "320000", "330000"


def figures(*cells: tuple[str, str, float | None], **others: Any) -> pd.DataFrame:
    """Return legal units of 2024-12 from (region, industry, value); None is suppressed."""
    rows = rows_of(
        [("legal_units_all", "2024-12", region, value or 0.0) for region, _, value in cells]
    )
    withheld = [value is None for _, _, value in cells]
    return rows.assign(
        industry=[industry for _, industry, _ in cells],
        value=rows["value"].mask(pd.Series(withheld)),
        confidentiality=["C" if lost else "F" for lost in withheld],
        release=1,
        **others,
    )


# The nation has 1,000 units, 400 of them in manufacturing and 100 in construction; Jiangsu 200,
# 120 and 10; Zhejiang says nothing of all its units.
WORLD = figures(
    (NATION, ALL, 1000),
    (NATION, "C", 400),
    (NATION, "E", 100),
    (JIANGSU, ALL, 200),
    (JIANGSU, "C", 120),
    (JIANGSU, "E", 10),
    (ZHEJIANG, "C", 50),
    (ZHEJIANG, "E", None),
)


def cell(rows: pd.DataFrame, region: str, industry: str) -> tuple[float, str]:
    (row,) = rows[(rows["region"] == region) & (rows["industry"] == industry)].to_dict("records")
    return row["value"], row["state"]


def test_a_location_quotient_is_a_share_over_the_nation_s() -> None:
    found = location_quotients(WORLD)
    # (120 / 200) / (400 / 1000) = 0.6 / 0.4; (10 / 200) / (100 / 1000) = 0.05 / 0.1
    for region, industry, quotient in (
        (JIANGSU, "C", 1.5),
        (JIANGSU, "E", 0.5),
        (NATION, "C", 1.0),
    ):
        value, state = cell(found, region, industry)
        assert value == pytest.approx(quotient, abs=1e-12)
        assert state == ""


def test_a_quotient_that_cannot_be_says_why() -> None:
    found = location_quotients(WORLD)
    assert cell(found, ZHEJIANG, "C")[1] == "missing"
    assert cell(found, ZHEJIANG, "E")[1] == "suppressed"
    none = figures((NATION, ALL, 10), (NATION, "B", 0), (JIANGSU, ALL, 5), (JIANGSU, "B", 0))
    value, state = cell(location_quotients(none), JIANGSU, "B")
    assert (math.isnan(value), state) == (True, "not_applicable")


def test_a_total_that_nobody_publishes_is_what_industries_make_up() -> None:
    whole = ["A", "BCDE", "FS", "T"]
    nation = [(NATION, code, value) for code, value in zip(whole, (100, 400, 480, 20), strict=True)]
    own = [(JIANGSU, code, value) for code, value in zip(whole, (10, 60, 30, 0), strict=True)]
    # 60 of 100 against 400 of 1,000
    found = location_quotients(figures(*nation, *own))
    assert cell(found, JIANGSU, "BCDE")[0] == pytest.approx(1.5, abs=1e-12)


def test_a_group_is_the_sum_of_its_parts_once() -> None:
    rows = figures(
        (JIANGSU, "B", 5),
        (JIANGSU, "C", 120),
        (JIANGSU, "D", 3),
        (JIANGSU, "E", 10),
        (JIANGSU, "BCD", 128),
        (ZHEJIANG, "B", 1),
        (ZHEJIANG, "C", 2),
        (ZHEJIANG, "D", None),
        (ZHEJIANG, "E", 4),
    )
    found = add_groups(rows, ["BCD", "BCDE", "SECONDARY"])
    assert cell(found, JIANGSU, "BCD") == (128, "")
    assert cell(found, JIANGSU, "BCDE") == (138, "")
    assert cell(found, ZHEJIANG, "BCDE")[1] == "suppressed"
    # Sections hold services among theirs: no sector follows from them.
    assert "SECONDARY" not in set(found["industry"])


def test_like_rows_stand_side_by_side() -> None:
    table = pd.DataFrame(
        {"C": [1.0, 9.0, 1.1, 9.2], "E": [5.0, 1.0, 5.2, math.nan]}, index=["a", "b", "c", "d"]
    )
    order = in_likeness(table)
    assert abs(order.index("a") - order.index("c")) == abs(order.index("b") - order.index("d")) == 1
    assert in_likeness(table.head(2)) == ["a", "b"]


VIEW = IndustryView(
    Selection("legal_units_all", "2024-12"),
    SECTIONS,
    "value",
    "code",
    NATION,
    ALL,
    "zh",
    dark=False,
)
CITED = pd.DataFrame([CITATION])


def drawn(found: HeatFigures, region: str, industry: str) -> dict[Any, Any]:
    cells = found.cells
    (one,) = cells[(cells["region"] == region) & (cells["industry"] == industry)].to_dict("records")
    return one


def test_the_heat_map_tells_what_is_missing_from_what_is_suppressed() -> None:
    found = views.heat_figures(VIEW, WORLD, CITED)
    assert found.statement == (
        "2024年12月分行业全部法人单位数：2个地区、2个行业中，江苏制造业最高（120 个）"
    )
    assert found.footnotes[:2] == ["无数据：62格中58格", "未公布（为保护单个单位信息）：62格中1格"]
    assert len(found.cells) == 31 * 2  # provinces alone: a whole never stands beside its parts
    withheld = drawn(found, ZHEJIANG, "E")
    assert (withheld["state"], withheld["shown"]) == ("suppressed", "未公布（为保护单个单位信息）")
    assert drawn(found, "110000", "E")["hatch"] != withheld["hatch"] != ""


def test_a_heat_map_is_ordered_by_what_is_asked_for() -> None:
    def first(**asked: Any) -> tuple[str, str]:
        cells = views.heat_figures(replace(VIEW, **asked), WORLD, CITED).cells
        top = cells[(cells["place"] == 0) & (cells["column"] == 0)].iloc[0]
        return top["region"], top["industry"]

    assert first() == ("110000", "C")
    assert first(order="value") == (JIANGSU, "C")
    assert first(order="value", industry="C", region=JIANGSU) == (JIANGSU, "C")
    assert first(order="likeness")[1] in ("C", "E")


def test_groups_and_quotients_are_told_with_their_formula() -> None:
    found = views.heat_figures(replace(VIEW, measure="quotient"), WORLD, CITED)
    assert "江苏制造业的区位商最高（1.50）" in found.statement
    assert any(line.startswith("区位商：某行业在本地区的占比") for line in found.footnotes)
    whole = figures((JIANGSU, "B", 5), (JIANGSU, "C", 120), (JIANGSU, "D", 3), (JIANGSU, "E", 10))
    groups = views.heat_figures(replace(VIEW, level=GROUPS), whole, CITED)
    assert set(groups.cells["industry"]) == {"BCD", "BCDE"}


def test_a_change_is_that_of_each_cell() -> None:
    before = WORLD.assign(period="2023-12", value=WORLD["value"] / 2)
    found = views.heat_figures(
        replace(VIEW, measure="change", against="2023-12"), pd.concat([before, WORLD]), CITED
    )
    assert drawn(found, JIANGSU, "C")["shown"] == "+100.0%"
    assert drawn(found, ZHEJIANG, "E")["state"] == "suppressed"
