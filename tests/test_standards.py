"""Which edition of a standard was the current one, and what of it is sure."""

from __future__ import annotations

import pytest

from indicators import catalogue
from indicators.standards import current, editions
from indicators.views import footnotes
from indicators.wording import Wording


@pytest.mark.parametrize(
    ("period", "keys"),
    [
        ("2014", []),
        ("2015", ["iso_9001_2015"]),
        ("2024-12", ["iso_9001_2015", "gbt_19001_2016"]),
        ("2026-08", ["iso_9001_2015", "gbt_19001_2016"]),
        ("2026-09", ["iso_9001_2026", "gbt_19001_2016"]),
    ],
)
def test_the_current_edition_is_that_of_the_period(period: str, keys: list[str]) -> None:
    assert [edition.key for edition in current("QMS", period)] == keys


def test_an_edition_counts_until_its_transition_ends() -> None:
    old = next(edition for edition in editions(catalogue.load()) if edition.key == "iso_9001_2015")
    assert old.counts_at("2029-09")
    assert not old.counts_at("2029-10")
    assert dict(old.grades) == {"published": "B", "until": "C"}


def test_a_share_on_the_current_standard_says_which_that_was() -> None:
    known = catalogue.load().indicators
    share, periods = known["current_standard_share"], ["2024", "2026-12", "2023"]
    assert footnotes.standards(share, periods, Wording("zh")) == [
        "2023年至2024年现行的标准：ISO 9001:2015，质量管理体系、GB/T 19001-2016 质量管理体系 要求",
        "2026年12月现行的标准：ISO 9001:2026，质量管理体系、GB/T 19001-2016 质量管理体系 要求",
    ]
    assert footnotes.standards(known["uptake_rate"], periods, Wording("zh")) == []
