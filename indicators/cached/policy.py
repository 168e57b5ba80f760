"""The Policy page, remembered per clause and release."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from indicators import catalogue
from indicators.cached import objectives, remembered
from indicators.cached.map import mapped
from indicators.cached.remembered import as_travels, kept
from indicators.drawing.policy import DOCUMENTS, WINDOW
from indicators.exports.offered import Export
from indicators.periods import today
from indicators.store.queries import Selection, Vintage
from indicators.views import policy as views
from indicators.views.policy import Known
from indicators.views.suppliers import gap_table
from indicators.wording import Language, Wording

TRAINED = "people_trained"


class Opinion(NamedTuple):
    """The opinion as a whole: title, clauses, bars of verdicts, documents."""

    statement: str
    clauses: pa.Table
    spread: bytes
    documents: dict[str, bytes]
    register: pa.Table


class ClauseFigures(NamedTuple):
    """One clause: its own wording, what tracks it, verdicts, and what is not measured."""

    name: str
    ask: str
    passages: list[str]
    tracked: pa.Table
    spread: bytes
    gaps: pa.Table


def known(vintage: Vintage) -> Known:
    """Return what clauses are told from, today."""
    return _known(vintage, today())


@kept
def _known(vintage: Vintage, _day: str) -> Known:
    return Known(
        verdicts=objectives.verdicts(vintage),
        register=objectives.register(vintage),
        national=remembered.national(vintage),
        reach=remembered.reach(vintage),
        holdings=remembered.suppliers(vintage),
        publishers=remembered.publishers(vintage),
        fresh=remembered.freshness(vintage),
        mapped=frozenset(mapped(vintage)),
    )


def whole(home: str, language: Language, dark: bool, vintage: Vintage) -> Opinion:
    """Return the opinion as a whole, today; home: whose verdicts and documents come first."""
    return _whole(home, language, dark, vintage, today())


@kept
def _whole(home: str, language: Language, dark: bool, vintage: Vintage, day: str) -> Opinion:
    told, words = _known(vintage, day), Wording(language)
    clauses = catalogue.load().clauses
    groups = {
        key: (views.clause_name(clause, words), told.judged(key)) for key, clause in clauses.items()
    }
    return Opinion(
        views.statement(told, day, words),
        _table(views.clause_table(told, words, home)),
        as_travels(views.spread_rows(groups, words, dark=dark)),
        {
            DOCUMENTS: as_travels(views.document_rows(told.register, words)),
            WINDOW: as_travels(views.window_rows(words)),
        },
        _table(views.document_table(told.register, words, home)),
    )


def files(language: Language, dark: bool, vintage: Vintage) -> list[Export]:
    """Return what can be taken away of the opinion as a whole, today."""
    return views.exports(known(vintage), Wording(language), dark, vintage)


def clause(key: str, home: str, language: Language, dark: bool, vintage: Vintage) -> ClauseFigures:
    """Return one clause, today; home: whose verdicts come first."""
    return _clause(key, home, language, dark, vintage, today())


@kept
def _clause(
    key: str, home: str, language: Language, dark: bool, vintage: Vintage, day: str
) -> ClauseFigures:
    told, words = _known(vintage, day), Wording(language)
    item, items = catalogue.load().clauses[key], catalogue.load().indicators
    tracking, measured = told.tracking(key), set(told.measured(key))
    groups = {
        each: (words.text(items[each].title), told.verdicts_on[each])
        for each in tracking
        if len(told.verdicts_on[each])
    }
    lacking = [each for each in tracking if each not in measured]
    return ClauseFigures(
        views.clause_name(item, words),
        words.text(item.ask),
        views.passage_lines(key, words),
        _table(views.tracked_table(told, key, words, home)),
        as_travels(views.spread_rows(groups, words, dark=dark)) if groups else b"",
        _table(gap_table(lacking, told.holdings, told.publishers, words)),
    )


def systems_table(language: Language, vintage: Vintage) -> pa.Table:
    """Return the milestone board of the six systems, today."""
    return _systems_table(language, vintage, today())


@kept
def _systems_table(language: Language, vintage: Vintage, day: str) -> pa.Table:
    return _table(views.systems_table(_known(vintage, day), Wording(language)))


@kept
def audience_table(language: Language, vintage: Vintage) -> pd.DataFrame:
    """Return people trained by audience; empty where there are no figures."""
    rows = remembered.observations(Selection(TRAINED, None, size=None), vintage)
    return views.audience_table(rows, Wording(language))


def campaign(vintage: Vintage) -> str:
    """Return the nation's target of the campaign of a million enterprises; empty without one."""
    rows = objectives.verdicts(vintage)
    own = rows[(rows["indicator"] == views.CAMPAIGN) & rows["own"]].sort_values("region")
    return str(own["target"].iloc[0]) if len(own) else ""


def _table(rows: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(rows, preserve_index=False)
