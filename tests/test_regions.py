"""Regions, their codes over time, and periods: the nouns that everything else stands on."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from indicators import catalogue
from indicators.catalogue import tree
from indicators.drawing.boundary_files import load_boundaries
from indicators.drawing.levels import level_rows
from indicators.findings import Finding, redacted
from indicators.names import UnreadError, names
from indicators.periods import parse, period_of, whole_periods
from indicators.regions import NATION
from indicators.store.queries import Selection
from indicators.store.tables import KEY, MEASURES
from indicators.views.map import MapView, map_figures
from indicators.wording import Wording
from tests.conftest import CITATION
from tests.own_files import csv, loaded


def test_a_region_knows_who_holds_it_and_who_is_beside_it() -> None:
    known = tree()
    assert (known.parent("320100"), known.parent("320000")) == ("320000", NATION)
    assert "320500" in known.siblings("320100")
    assert known.siblings("320000") == known.provinces
    assert set(known.groups("320000")) == {"EAST", "EAST3", "YANGTZE_BELT", "YANGTZE_DELTA"}
    assert known.below(NATION) >= {"320000", "320100", "710000"}
    assert [region.code for region in known.named("江苏")] == ["320000"]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("371200", "不等于370100 济南市："),
        ("341400", "不等于340100 合肥市 / 340200 芜湖市 / 340500 马鞍山市："),
    ],
)
def test_a_code_whose_region_was_divided_names_all_that_took_its_place(
    code: str, told: str
) -> None:
    with pytest.raises(UnreadError) as refusal:
        names(catalogue.load(), "region").code(code)
    assert told in refusal.value.advice.said(Wording("zh"))


def test_county_level_codes_since_2020_know_years_successors_and_where_they_are_drawn() -> None:
    known = tree()
    counties = [known[code] for code in known.counties(NATION)]
    assert len(counties) == 83  # two of the 85 changes are of a name alone
    assert {county.verification for county in counties} == {"secondary"}
    yubei = known["500112"]
    assert (yubei.until, yubei.successors, yubei.parent) == (2025, ("500157", "500109"), "500000")
    assert (known["130502"].name_zh, known["130502"].formerly) == ("襄都区", ("桥东区",))
    drawn = {county.name_zh: (county.since, county.parent) for county in counties if county.since}
    assert [drawn[name] for name in ("新星市", "白杨市", "草湖市", "岑岭县", "两江新区")] == [
        (2021, "650000"),
        (2023, "650000"),
        (2026, "650000"),
        (2026, "653100"),
        (2025, "500000"),
    ]
    assert [known[code].parent for code in ("220381", "220184")] == ["220300", "220100"]
    assert known.names("zh")["330104"] == "江干区（2021年撤销）"


@pytest.mark.parametrize(
    ("spelling", "within", "code"),
    [
        ("500105", None, "500105"),
        ("659013", None, "659013"),
        ("杭州市江干区", None, "330104"),
        ("邢台市桥东区", None, "130502"),
        ("江干区", "330000", "330104"),
        ("草湖市", "650000", "659013"),
    ],
)
def test_a_county_s_figure_keeps_its_code(spelling: str, within: str | None, code: str) -> None:
    assert names(catalogue.load(), "region", within=within).code(spelling) == code


@pytest.mark.parametrize(
    ("spelling", "told"),
    [
        ("江北区", "500105 重庆市江北区（2025年撤销）"),  # of Ningbo is another
        ("三元区", "350403 三明市三元区（2021年撤销） / 350404 三明市三元区"),
        ("三明市三元区", "350403 三元区（2021年撤销） / 350404 三元区"),
    ],
)
def test_a_county_s_name_alone_is_answered_with_the_codes_that_it_may_mean(
    spelling: str, told: str
) -> None:
    with pytest.raises(UnreadError) as refusal:
        names(catalogue.load(), "region").code(spelling)
    assert told in str(refusal.value.advice)


def test_what_a_county_may_be_is_said_beside_suppressed_figures_too() -> None:
    with pytest.raises(UnreadError) as refusal:
        names(catalogue.load(), "region").code("三元区")
    whole = Finding("三元区", "", refusal.value.expected, refusal.value.advice, suppressed=True)
    assert redacted(whole).advice == whole.advice


TABLE = (
    "地区,时期,数值\n330104,2019-12,12\n330104,2022-12,13\n500157,2024-12,14\n330100,2019-12,90\n"
)


def test_a_county_s_figure_is_drawn_in_what_holds_it_and_says_so(tmp_path: Path) -> None:
    rows = loaded(csv(tmp_path, TABLE))[[*KEY, *MEASURES]]
    shown = level_rows(rows[rows["period"] == "2019-12"], "330000")
    view = MapView(
        Selection("certificates_valid", "2019-12"), "", "zh", dark=False, within="330000"
    )
    drawn = map_figures(view, shown, pd.DataFrame([CITATION]), load_boundaries())
    units = drawn.units.set_index("region")
    assert units.at["330100", "label"] == "90"
    assert units.at["330100", "status"] == "已公布；其中江干区（2021年撤销）：12 张"
    assert (
        "江干区（2021年撤销）（330104）：12 张，原属杭州，地图未收录其边界，"
        "现由330102、330114 钱塘区接替；代码依据：转载文本（未核对原文）"
    ) in drawn.footnotes
    assert "330104" not in level_rows(rows, NATION)["region"].tolist()


def test_a_period_lies_in_longer_ones_and_spans_hold_whole_ones() -> None:
    assert parse("2024-05").wholes() == ["2024-Q2", "2024"]
    assert (parse("2024").last_month, parse("2024-Q3").last_month) == ("2024-12", "2024-09")
    assert period_of(parse("2024-Q4").until, "M") == "2024-12"
    assert whole_periods(parse("2018-02"), parse("2018-11"), "Q") == ["2018-Q2", "2018-Q3"]
    with pytest.raises(ValueError, match="no such day"):
        parse("2023-02-29")
