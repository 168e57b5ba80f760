"""When each source publishes next: what is overdue, and where to look for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from indicators.catalogue import Catalogue
from indicators.periods import parse, period_of
from indicators.wording import Text

if TYPE_CHECKING:
    import pandas as pd


class Expected(NamedTuple):
    """What a source should publish next.

    newest: the newest period that is held, None where nothing is. period: the month with which the
    next figures end; due: the month by which they should be out; late: by how many months they are
    overdue, 0 where they are not. Of what appears at no fixed interval (`every` None) period and
    due are empty.
    """

    source: str
    every: int | None
    newest: str | None
    period: str
    due: str
    late: int
    where: Text
    url: str


def expected(
    known: Catalogue, held: pd.DataFrame | Mapping[str, Sequence[Any]], day: str
) -> list[Expected]:
    """Return what every source with a calendar should publish next, the most overdue first.

    held: the columns source and last_period of `holdings.sources`. day: as of which, an ISO date.
    A source of which nothing is held is due for what had to be out by then.
    """
    newest = dict(zip(held["source"], held["last_period"], strict=True))
    now = parse(day[:7]).until
    found = []
    for key, source in known.sources.items():
        calendar = source.calendar
        if calendar is None:
            continue
        last = newest.get(key)
        if calendar.every is None:
            found.append(Expected(key, None, last, "", "", 0, calendar.where, calendar.url))
            continue
        until = parse(last).until + calendar.every if last else now - calendar.after - 1
        due = until + calendar.after
        found.append(
            Expected(
                key,
                calendar.every,
                last,
                period_of(until, "M"),
                period_of(due, "M"),
                max(now - due, 0),
                calendar.where,
                calendar.url,
            )
        )
    return sorted(found, key=lambda each: (-each.late, each.every is None, each.due))
