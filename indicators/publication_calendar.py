"""When each source publishes next: what is overdue, and where to look for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from indicators.catalogue import Catalogue, Interval
from indicators.periods import parse, period_of
from indicators.wording import Text

Level = Literal["nation", "province", "prefecture"]


class Series(NamedTuple):
    """What a source holds of an indicator at a level: its newest period, and of how many."""

    source: str
    indicator: str
    level: Level
    newest: str
    periods: int


class Overdue(NamedTuple):
    """A series whose next figures should be out: due by which month, and how many months late."""

    series: Series
    due: str
    late: int


class Expected(NamedTuple):
    """What a source should publish next.

    series: of the main series the one that is furthest behind, None where nothing is held. period:
    the month with which the next figures end; due: the month by which they should be out; late:
    by how many months they are overdue, 0 where they are not. Of what appears
    at no fixed interval (`every` None) period and due are empty.
    """

    source: str
    every: int | None
    series: Series | None
    period: str
    due: str
    late: int
    where: Text
    url: str

    @property
    def newest(self) -> str | None:
        """The newest period of the series, None where nothing is held."""
        return self.series.newest if self.series else None


def allowed(known: Catalogue, held: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Return by indicator how many months after the end of a period the next must be out.

    held: indicator and source of what there is. Of several sources the one that publishes soonest
    counts; what appears at no fixed interval is not among them.
    """
    months: dict[str, int] = {}
    for indicator, source in held:
        interval = _interval(known, source, indicator)
        if interval.every is not None:
            most = interval.every + interval.after
            months[indicator] = min(most, months.get(indicator, most))
    return months


def overdue(known: Catalogue, held: Sequence[Series], day: str) -> list[Overdue]:
    """Return the series whose next figures should be out by their calendars, the latest first."""
    now = parse(day[:7]).until
    found = []
    for each in held:
        interval = _interval(known, each.source, each.indicator)
        if interval.every is None:
            continue
        due = parse(each.newest).until + interval.every + interval.after
        if now > due:
            found.append(Overdue(each, period_of(due, "M"), now - due))
    return sorted(found, key=lambda late: (-late.late, late.series))


def expected(known: Catalogue, held: Sequence[Series], day: str) -> list[Expected]:
    """Return what every source with a calendar should publish next, the most overdue first.

    day: as of which, an ISO date. A source of which nothing is held is due for what had to be out
    by then.
    """
    leading = _leading(known, held)
    now = parse(day[:7]).until
    found = []
    for key, source in known.sources.items():
        calendar = source.calendar
        if calendar is None:
            continue
        last = leading.get(key)
        interval = calendar.of(last.indicator) if last else Interval(calendar.every, calendar.after)
        if interval.every is None:
            found.append(Expected(key, None, last, "", "", 0, calendar.where, calendar.url))
            continue
        until = parse(last.newest).until + interval.every if last else now - interval.after - 1
        due = until + interval.after
        found.append(
            Expected(
                key,
                interval.every,
                last,
                period_of(until, "M"),
                period_of(due, "M"),
                max(now - due, 0),
                calendar.where,
                calendar.url,
            )
        )
    return sorted(found, key=lambda each: (-each.late, each.every is None, each.due))


def _interval(known: Catalogue, source: str, indicator: str) -> Interval:
    origin = known.sources.get(source)
    return origin.calendar.of(indicator) if origin and origin.calendar else Interval()


def _leading(known: Catalogue, held: Sequence[Series]) -> dict[str, Series]:
    """Return each source's main series that is due first.

    At each level the main series is the one that has appeared most often; a single newer figure
    of something else says nothing of it.
    """
    due: dict[str, tuple[float, int, Series]] = {}
    for (source, _), group in groupby(sorted(held, key=_place), key=_place):
        main = max(group, key=lambda each: (each.periods, parse(each.newest).until))
        interval, until = _interval(known, source, main.indicator), parse(main.newest).until
        every = math.inf if interval.every is None else interval.every + interval.after
        due[source] = min((until + every, until, main), due.get(source, (math.inf, until, main)))
    return {source: main for source, (_, _, main) in due.items()}


def _place(series: Series) -> tuple[str, str]:
    return series.source, series.level
