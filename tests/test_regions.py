"""Regions, their codes over time, and periods: the nouns that everything else stands on."""

from __future__ import annotations

import pytest

from indicators import catalogue
from indicators.catalogue import tree
from indicators.findings import Finding, redacted
from indicators.names import UnreadError, names
from indicators.periods import parse, period_of, whole_periods
from indicators.regions import NATION, changes
from indicators.wording import Wording


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
    known = {(change.code, change.name): change for change in changes(tree())}
    assert len(known) == 85
    assert {change.verification for change in known.values()} == {"secondary"}
    yubei = known["500112", "渝北区"]
    assert (yubei.until, yubei.successors, yubei.region) == (2025, ("500157", "500109"), "500000")
    assert known["500157", "两江新区"].since == 2025
    drawn = {name: change.region for (_, name), change in known.items() if change.since}
    assert [drawn[name] for name in ("新星市", "白杨市", "草湖市", "岑岭县")] == [
        "650000",
        "650000",
        "650000",
        "653100",
    ]
    gongzhuling = [known[code, "公主岭市"] for code in ("220381", "220184")]
    assert [change.region for change in gongzhuling] == ["220300", "220100"]
    assert all(change.region in tree().regions for change in known.values())


@pytest.mark.parametrize(
    ("spelling", "told"),
    [
        ("500105", "500157 两江新区"),
        ("659013", "650000"),
        ("草湖市", "650000"),
        ("130521", "130502 襄都区 / 130503 信都区"),
        ("江干区", "杭州市江干区 ended in 2021, its place was taken by 330102 / 330114 钱塘区"),
        ("漳州市龙海市", "350604 龙海区"),
        ("龙海市", "350604 龙海区"),
        ("桥东区", "130502 襄都区"),
        ("公主岭市", "长春市公主岭市 is a county-level region since 2020"),
    ],
)
def test_a_county_is_refused_by_code_and_by_name_with_what_took_its_place(
    spelling: str, told: str
) -> None:
    with pytest.raises(UnreadError) as refusal:
        names(catalogue.load(), "region").code(spelling)
    assert told in str(refusal.value.advice)


def test_what_became_of_a_county_is_said_beside_suppressed_figures_too() -> None:
    with pytest.raises(UnreadError) as refusal:
        names(catalogue.load(), "region").code("三元区")
    whole = Finding("三元区", "", refusal.value.expected, refusal.value.advice, suppressed=True)
    assert redacted(whole).advice == whole.advice
    assert whole.advice.said(Wording("zh")) == (
        "三明市三元区是2021年起设立的县级行政区，本系统的地图不画县级："
        "请把数归入所在的350400 三明市"
    )
    with pytest.raises(UnreadError) as refusal:
        names(catalogue.load(), "region").code("330104")
    assert "330104" not in str(refusal.value.advice)  # what may be a figure is not repeated


def test_a_period_lies_in_longer_ones_and_spans_hold_whole_ones() -> None:
    assert parse("2024-05").wholes() == ["2024-Q2", "2024"]
    assert (parse("2024").last_month, parse("2024-Q3").last_month) == ("2024-12", "2024-09")
    assert period_of(parse("2024-Q4").until, "M") == "2024-12"
    assert whole_periods(parse("2018-02"), parse("2018-11"), "Q") == ["2018-Q2", "2018-Q3"]
    with pytest.raises(ValueError, match="no such day"):
        parse("2023-02-29")
