"""Regions, their codes over time, and periods: the nouns that everything else stands on."""

from __future__ import annotations

import pytest

from indicators.catalogue import tree
from indicators.periods import parse, period_of, whole_periods
from indicators.regions import NATION, former_codes


def test_a_region_knows_who_holds_it_and_who_is_beside_it() -> None:
    known = tree()
    assert (known.parent("320100"), known.parent("320000")) == ("320000", NATION)
    assert "320500" in known.siblings("320100")
    assert known.siblings("320000") == known.provinces
    assert set(known.groups("320000")) == {"EAST", "EAST3", "YANGTZE_BELT", "YANGTZE_DELTA"}
    assert known.below(NATION) >= {"320000", "320100", "710000"}
    assert [region.code for region in known.named("江苏")] == ["320000"]


def test_a_former_code_says_when_it_ended_and_what_took_its_place() -> None:
    laiwu, chaohu = former_codes()["371200"], former_codes()["341400"]
    assert laiwu == (2019, ("370100",))
    assert chaohu == (2011, ("340100", "340200", "340500"))
    assert all(code not in tree().regions for code in former_codes())
    assert {code for former in former_codes().values() for code in former.successors} <= set(
        tree().regions
    )


def test_a_period_lies_in_longer_ones_and_spans_hold_whole_ones() -> None:
    assert parse("2024-05").wholes() == ["2024-Q2", "2024"]
    assert (parse("2024").last_month, parse("2024-Q3").last_month) == ("2024-12", "2024-09")
    assert period_of(parse("2024-Q4").until, "M") == "2024-12"
    assert whole_periods(parse("2018-02"), parse("2018-11"), "Q") == ["2018-Q2", "2018-Q3"]
    with pytest.raises(ValueError, match="no such day"):
        parse("2023-02-29")
