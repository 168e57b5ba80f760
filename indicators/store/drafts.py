"""Draft targets: what a planner would have a series reach, for that planner's eyes alone.

No release, export or answer to a program holds one. Rows are only ever added: a draft that was
given up has one more row, without a value.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import sqlalchemy as sa

from indicators.roles import Account
from indicators.store.tables import draft
from indicators.store.trail import Action, record

SERIES = ("indicator", "scheme", "industry", "size", "region")
MOST = 10  # drafts of one account for one series


class Draft(NamedTuple):
    """What somebody would have a series reach by the end of a period."""

    key: str
    kind: str
    value: float
    by: str


def drafts(connection: sa.Connection, account: Account, series: Mapping[str, str]) -> list[Draft]:
    """Return what an account has drafted for a series and not given up, the oldest first."""
    question = (
        sa.select(draft.c.draft, draft.c.kind, draft.c.value, draft.c.by)
        .where(_own(account), *(draft.c[name] == series[name] for name in SERIES))
        .order_by(draft.c.moment, draft.c.event)
    )
    rows = [Draft(*row) for row in connection.execute(question)]
    given_up = {row.key for row in rows if row.value is None}
    return [row for row in rows if row.key not in given_up]


def keep(
    connection: sa.Connection,
    account: Account,
    series: Mapping[str, str],
    *,
    kind: str,
    value: float,
    by: str,
) -> None:
    """Keep a draft, and write down who did; one too many or that is no number raises."""
    if not math.isfinite(value) or len(drafts(connection, account, series)) >= MOST:
        raise ValueError("no draft to keep")
    cell = {name: series[name] for name in SERIES}
    _add(connection, account, cell | {"draft": uuid.uuid4().hex, "kind": kind, "by": by}, value)
    record(connection, Action.DRAFTED, account.name, about=" ".join(cell.values()))


def give_up(connection: sa.Connection, account: Account, key: str) -> None:
    """Give up a draft of an account, and write down who did; nothing where it is no draft of it."""
    names = ("draft", *SERIES, "kind", "by")
    question = sa.select(*(draft.c[name] for name in names)).where(
        _own(account), draft.c.draft == key
    )
    rows = connection.execute(question).mappings().all()
    if len(rows) != 1:  # none, or given up already
        return
    _add(connection, account, {name: rows[0][name] for name in names}, None)
    about = " ".join(rows[0][name] for name in SERIES)
    record(connection, Action.GAVE_UP_DRAFT, account.name, about=about)


def _own(account: Account) -> sa.ColumnElement[bool]:
    return draft.c.owner == account.key


def _add(
    connection: sa.Connection, account: Account, row: Mapping[str, str], value: float | None
) -> None:
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    told = {"event": uuid.uuid4().hex, "moment": now, "owner": account.key, "value": value}
    connection.execute(sa.insert(draft).values(**row, **told))
