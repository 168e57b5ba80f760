"""When each source publishes next, and what is overdue."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import sqlalchemy as sa

from etl.meaning import FOLDERLESS
from etl.refresh import refresh
from indicators import catalogue
from indicators.catalogue import Calendar, Catalogue
from indicators.exports.readable_tables import calendar_table
from indicators.publication_calendar import expected
from indicators.store import holdings
from indicators.wording import Text, Wording

WHERE = Text("统计公报", "communiqué")


def known(**calendars: Calendar | None) -> Catalogue:
    loaded = catalogue.load()
    source = loaded.sources["legal_units"]
    sources = {key: replace(source, key=key, calendar=each) for key, each in calendars.items()}
    return replace(loaded, sources=sources)


def held(**newest: str) -> pd.DataFrame:
    return pd.DataFrame({"source": list(newest), "last_period": list(newest.values())})


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
    answers = {
        each.source: each for each in expected(shipped, holdings.sources(empty), "2026-11-29")
    }
    assert answers["platform_provinces"].late > 12
    assert not answers["population_census"].late
