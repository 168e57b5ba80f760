"""When each source publishes next, and what is overdue."""

from __future__ import annotations

import re
from dataclasses import replace

import sqlalchemy as sa

from etl.meaning import FOLDERLESS
from etl.refresh import refresh
from etl.tidy import DERIVED
from indicators import catalogue
from indicators.catalogue import Calendar, Catalogue
from indicators.exports.readable_tables import calendar_table, overdue_table
from indicators.freshness import Freshness
from indicators.publication_calendar import Series, expected, overdue
from indicators.store import holdings
from indicators.wording import Text, Wording

WHERE = Text("统计公报", "communiqué")


def known(**calendars: Calendar | None) -> Catalogue:
    loaded = catalogue.load()
    source = loaded.sources["legal_units"]
    sources = {key: replace(source, key=key, calendar=each) for key, each in calendars.items()}
    return replace(loaded, sources=sources)


def held(**newest: str) -> list[Series]:
    return [Series(source, "legal_units", "nation", text, 1) for source, text in newest.items()]


def test_the_next_figures_are_due_an_interval_and_a_delay_after_the_newest() -> None:
    monthly, yearly = Calendar(WHERE, 1, 1), Calendar(WHERE, 12, 6)
    answers = expected(
        known(a=monthly, b=yearly, c=yearly), held(a="2025-01", b="2024", c="2025-12"), "2026-07-02"
    )
    assert [(each.source, each.period, each.due, each.late) for each in answers] == [
        ("a", "2025-02", "2025-03", 16),
        ("b", "2025-12", "2026-06", 1),
        ("c", "2026-12", "2027-06", 0),
    ]


def test_what_appears_on_no_date_is_never_due_and_what_is_not_held_at_all_is() -> None:
    irregular = expected(known(marks=Calendar(WHERE)), held(marks="2024"), "2026-07-02")
    assert [(each.due, each.late) for each in irregular] == [("", 0)]
    assert calendar_table(irregular, Wording("zh"))["发布周期"].tolist() == ["不定期"]
    answers = expected(known(own=None, gone=Calendar(WHERE, 12, 6)), held(own="2001"), "2026-07-02")
    assert [(each.source, each.newest, each.late > 0) for each in answers] == [("gone", None, True)]


def test_the_table_says_how_late_and_where_to_look() -> None:
    answers = expected(known(legal_units=Calendar(WHERE, 60, 12)), held(), "2026-07-02")
    row = calendar_table(answers, Wording("zh")).to_dict("records")[0]
    assert (row["发布周期"], row["已收录至"], row["查找途径"]) == ("每5年", "尚未收录", "统计公报")


def test_every_shipped_source_says_when_it_appears_and_where_to_look(empty: sa.Engine) -> None:
    shipped = catalogue.load()
    assert {key for key, source in shipped.sources.items() if source.calendar is None} == set(
        FOLDERLESS
    )
    refresh(empty)
    held, day = holdings.series(empty), "2026-11-29"
    answers = {each.source: each for each in expected(shipped, held, day)}
    assert answers["platform_provinces"].late > 12
    assert not answers["population_census"].late
    # Four figures of August 2025 on single products are no year-end totals.
    for source in ("official_yearend", "quality_outcomes", "population_yearend"):
        assert answers[source].late, source
    late = {each.series[:3] for each in overdue(shipped, held, day)}
    assert ("population_yearend", "population_yearend", "province") in late
    assert ("population_yearend", "population_yearend", "nation") not in late
    assert ("official_yearend", "certificates_valid_yearend", "nation") in late
    assert ("legal_units", "legal_units_all", "nation") in late
    # A chart marks what any source should have newer figures of, and some source is late with them.
    fresh = Freshness.of(shipped, holdings.origins(empty), day)
    marked = {each[:3] for each in held if fresh.is_stale(each.indicator, each.newest)}
    assert late <= marked
    assert {indicator for _, indicator, _ in late} == {
        indicator for source, indicator, _ in marked if source != DERIVED
    }


def test_a_census_is_not_due_in_the_year_of_a_yearbook(empty: sa.Engine) -> None:
    """That of 2018 came out by January 2020, that of 2023 by March 2025; the next is of 2028."""
    shipped = catalogue.load()
    refresh(empty)
    series = holdings.series(empty)

    def late(day: str) -> set[tuple[str, str]]:
        own = [each.series for each in overdue(shipped, series, day)]
        return {(each.indicator, each.level) for each in own if each.source == "legal_units"}

    census = {(name, "province") for name in ("legal_units", "enterprise_legal_units")}
    assert not census & late("2030-03-31")
    assert census <= late("2030-04-01")
    fresh = Freshness.of(shipped, holdings.origins(empty), "2026-11-29")
    assert not fresh.is_stale("legal_units", "2023-12")
    # One province once named its bodies beside the platform's monthly counts.
    assert fresh.allowed["certification_bodies"] == 18
    named = {each.series[:2] for each in overdue(shipped, series, "2026-11-29")}
    assert ("platform_provinces", "certification_bodies") not in named
    assert ("official_yearend", "certification_bodies") in named


def test_groups_of_provinces_are_no_level_of_a_source(empty: sa.Engine) -> None:
    """Once the census of 2018 was told of groups; since then that of 2023, of provinces."""
    refresh(empty)
    held = holdings.series(empty)
    assert {each.level for each in held} == {"nation", "province"}
    answers = {each.source: each for each in expected(catalogue.load(), held, "2026-11-29")}
    legal = answers["legal_units"]
    assert (legal.every, legal.newest) == (12, "2024-12")
    rows = calendar_table([legal, answers["official_yearend"]], Wording("zh"))
    # What was last heard of the source as a whole is newer: the table says of which this is.
    assert rows["更新最滞后的序列"].tolist() == [
        "企业法人单位数（全部行业）（各省）",
        "检验检测机构数（各省）",
    ]
    assert rows["已收录至"].tolist() == ["2024年12月", "2022年12月"]


def test_no_text_of_a_source_counts_what_is_held() -> None:
    """A new document would make it wrong, and nobody would look there."""
    counts = re.compile(
        r"\d+ ?[个省年]|[0-9]{4}|[二三四五六七八九十两]+个?省|\bnine\b|\btwelve\b|\d+ of"
    )
    for key, source in catalogue.load().sources.items():
        for text in (source.frequency, source.description):
            assert not counts.search(text.zh + text.en), key


def test_the_main_series_that_is_furthest_behind_says_what_a_source_should_publish() -> None:
    yearly = known(office=Calendar(WHERE, 12, 6))
    series = [
        Series("office", "certificates_valid", "nation", "2025-12", 9),
        Series("office", "certified_organisations", "nation", "2019", 1),
        Series("office", "legal_units", "nation", "2026-08", 1),
        Series("office", "certificates_valid", "province", "2023-12", 6),
    ]
    assert [each.newest for each in expected(yearly, series, "2026-11-29")] == ["2023-12"]
    late = overdue(yearly, series, "2026-11-29")
    assert [(each.series.newest, each.due, each.late) for each in late] == [
        ("2019", "2021-06", 65),
        ("2023-12", "2025-06", 17),
    ]
    table = overdue_table(late, Wording("zh"))
    assert table["层级"].tolist() == ["全国", "各省"]
    assert table["状态"].tolist() == ["逾期65个月", "逾期17个月"]
