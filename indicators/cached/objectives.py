"""Targets, verdicts and the matrix of both, remembered per release."""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa

from indicators import catalogue, code_names, target_register
from indicators.cached.remembered import (
    FAULTS,
    citations_of,
    engine,
    freshness,
    kept,
    travelling,
)
from indicators.catalogue import tree
from indicators.exports.offered import Export
from indicators.findings import Message, message
from indicators.periods import today
from indicators.progress.verdict import Verdict, judge
from indicators.roles import Account
from indicators.store import drafts, queries
from indicators.store.database import writing
from indicators.store.queries import Vintage
from indicators.target_register import Record, Register
from indicators.views import objectives as views
from indicators.views.facts import Judged
from indicators.wording import Language, Wording

_log = logging.getLogger(__name__)


@kept
def register(vintage: Vintage) -> Register:
    """Return the target register."""
    return Register(**queries.register(engine(vintage.dataset), vintage.release))


@kept
def aims(vintage: Vintage) -> pd.DataFrame:
    """Return which target applies where; see `target_register.applicable`."""
    return target_register.applicable(register(vintage), tree().provinces)


@kept
def unknown_targets(vintage: Vintage) -> list[str]:
    """Return the targets that nothing can be said of; see `target_register.unknown`."""
    return sorted(target_register.unknown(register(vintage))["target"])


@kept
def aimed_at(vintage: Vintage) -> pd.DataFrame:
    """Return the figures that targets are set for; see `queries.observations_of`."""
    needed = target_register.needed(register(vintage), aims(vintage))
    return queries.observations_of(engine(vintage.dataset), needed, vintage.release)


def verdicts(vintage: Vintage) -> pd.DataFrame:
    """Return the verdict of every region and aim as of today; see `target_register.verdicts`."""
    return _verdicts(vintage, today())


@kept
def _verdicts(vintage: Vintage, day: str) -> pd.DataFrame:
    return target_register.verdicts(register(vintage), aims(vintage), aimed_at(vintage), day)


def judged(vintage: Vintage) -> Judged:
    """Return the register, today's verdicts on it and what they rest on; see `facts.Judged`."""
    return _judged(vintage, today())


@kept
def _judged(vintage: Vintage, day: str) -> Judged:
    rows = aimed_at(vintage)
    told = register(vintage), _verdicts(vintage, day), rows, day
    return Judged(*told, citations_of(rows, vintage), freshness(vintage))


@kept
def series(target: str, region: str, vintage: Vintage) -> pd.DataFrame:
    """Return the figures that a target is judged on in a region."""
    return target_register.series_of(aimed_at(vintage), region, record(target, vintage))


def verdict(target: str, region: str, vintage: Vintage) -> Verdict:
    """Return one target's verdict in a region as of today, with its projection."""
    return _verdict(target, region, vintage, today())


def line(target: str, region: str, vintage: Vintage) -> dict[str, Verdict]:
    """Return the verdicts of a target and of those that led to it, oldest first."""
    return {key: verdict(key, region, vintage) for key in _line(target, vintage)}


@kept
def _line(target: str, vintage: Vintage) -> list[str]:
    rows = register(vintage).target.set_index("target", drop=False).to_dict("index")
    return list(target_register.line_of_aims(rows, target))


@kept
def record(target: str, vintage: Vintage) -> Record:
    """Return a target's row with its document's; see `Register.record`."""
    return register(vintage).record(target)


class Drawn(NamedTuple):
    """What the Objectives page draws and tells of a target in a region, as it travels."""

    chart: dict[str, bytes]
    divided_by: list[str]
    observed: pa.Table
    doubts: list[str]


def drawn(target: str, region: str, language: Language, vintage: Vintage) -> Drawn:
    """Return what is drawn and told of a target in a region as of today."""
    return _drawn(target, region, language, vintage, today())


@kept
def _drawn(target: str, region: str, language: Language, vintage: Vintage, day: str) -> Drawn:
    words, row = Wording(language), record(target, vintage)
    judged_on, found = series(target, region, vintage), _verdict(target, region, vintage, day)
    cited = citations_of(judged_on, vintage)
    measured = catalogue.load().indicators[row["indicator"]]
    observed = views.observed_table(judged_on, measured, cited, words)
    fresh = freshness(vintage)
    return Drawn(
        travelling(views.drawing(found, judged_on, row, words)),
        views.divided_by(judged_on, measured, region, cited, words),
        pa.Table.from_pandas(observed, preserve_index=False),
        views.doubts(found, row, judged_on, cited, words, fresh),
    )


class Required(NamedTuple):
    """What each region must add for an aim: bars and table as they travel, whom the rows name."""

    bars: dict[str, bytes]
    table: pa.Table
    codes: list[dict[Any, Any]]


def required(
    target: str, region: str, language: Language, dark: bool, vintage: Vintage
) -> Required:
    """Return what each region must add for the aim of a target as of today."""
    return _required(target, region, language, dark, vintage, today())


@kept
def _required(
    target: str, region: str, language: Language, dark: bool, vintage: Vintage, day: str
) -> Required:
    row, words = record(target, vintage), Wording(language)
    bars, table, same = views.required(_verdicts(vintage, day), row, region, words, dark)
    return Required(
        travelling({"required": bars}),
        pa.Table.from_pandas(table, preserve_index=False),
        same[["region", "target"]].to_dict("records"),
    )


def files(
    target: str, region: str, language: Language, dark: bool, vintage: Vintage
) -> list[Export]:
    """Return what can be taken away from an objective, as it stands in a region."""
    judged_on = series(target, region, vintage)
    return views.exports(
        verdict(target, region, vintage),
        judged_on,
        record(target, vintage),
        citations_of(judged_on, vintage),
        required(target, region, language, dark, vintage).table.to_pandas,
        Wording(language),
        region=region,
        dark=dark,
        vintage=vintage,
    )


def offered(region: str, language: Language, vintage: Vintage) -> dict[str, str]:
    """Return a region's targets by what they aim at; those that figures are set against first."""
    return _offered(region, language, vintage, today())


@kept
def _offered(region: str, language: Language, vintage: Vintage, day: str) -> dict[str, str]:
    rows, words = _verdicts(vintage, day), Wording(language)
    own = rows[rows["region"] == region].sort_values(
        ["latest_period", "own", "target"], ascending=[False, False, True], na_position="last"
    )
    records = {target: record(target, vintage) for target in own["target"]}
    return {
        target: f"{code_names.aim_name(row, words)} · {views.target_text(row, words)}"
        for target, row in records.items()
    }


@kept
def _verdict(target: str, region: str, vintage: Vintage, day: str) -> Verdict:
    asked = target_register.engine_target(register(vintage), target)
    return judge(series(target, region, vintage), asked, as_of=day)


class Drafted(NamedTuple):
    """A draft as it is judged: its key, what the register would say of it, its verdict."""

    key: str
    record: Record
    verdict: Verdict


def drafted(target: str, region: str, account: Account, vintage: Vintage) -> list[Drafted]:
    """Return what an account has drafted for what a target aims at in a region.

    It is remembered for nobody: others may see none of it.
    """
    series_of = {**record(target, vintage), "region": region}
    with engine(vintage.dataset).connect() as connection:
        found = drafts.drafts(connection, account, series_of)
    rows, day, judged = series(target, region, vintage), today(), []
    for draft in found:
        told = target_register.drafted(
            *(register(vintage), target, region),
            kind=draft.kind,
            value=draft.value,
            by=draft.by,
        )
        verdict = judge(rows, target_register.engine_target(told, target), as_of=day)
        judged.append(Drafted(draft.key, told.record(target), verdict))
    return judged


def keep_draft(
    target: str, region: str, account: Account, vintage: Vintage, value: float, by: str
) -> Message | None:
    """Keep a draft for what a target aims at in a region; return why it could not be."""
    aim = record(target, vintage)
    kind = views.drafted_kind(aim)
    try:
        with writing(engine(vintage.dataset)) as connection:
            drafts.keep(
                connection, account, {**aim, "region": region}, kind=kind, value=value, by=by
            )
    except ValueError:
        return message("At most {n} drafts are kept of a target.", n=drafts.MOST)
    except FAULTS:
        _log.exception("a draft could not be kept")
        return _UNWRITTEN
    return None


def give_up_draft(key: str, account: Account, vintage: Vintage) -> Message | None:
    """Give up a draft of an account; return why it could not be."""
    try:
        with writing(engine(vintage.dataset)) as connection:
            drafts.give_up(connection, account, key)
    except FAULTS:
        _log.exception("a draft could not be given up")
        return _UNWRITTEN
    return None


_UNWRITTEN = message(
    "The database cannot be written just now, or figures are being published. Please try again."
)
