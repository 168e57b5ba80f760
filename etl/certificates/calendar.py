"""Periods asked for, laid on one grid of month ends that the events of a registry fall into.

    slot     0         1         2         3     …   the last day of a month each
    2018 ────┤ opening ├── Q1 ───┼── Q2 ───┼──

Slot 0 is the eve of the earliest period: it holds what began before. An event belongs to the
first slot whose day is not before it; what happens after the last slot is out of sight.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from indicators.findings import Finding, FindingsError, message

_PERIOD = re.compile(r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?")
FREQUENCIES = {"year": 12, "quarter": 3, "month": 1}  # in months


@dataclass(frozen=True, order=True)
class Period:
    """A year, quarter or month as the months it covers, counted from the year 0."""

    after: int  # the month before the first
    until: int  # the last month
    name: str

    @property
    def frequency(self) -> int:
        """Return the number of months that the period covers."""
        return self.until - self.after

    @property
    def first_day(self) -> date:
        """Return the day on which the period begins."""
        return _first_day(self.after + 1)

    @property
    def last_day(self) -> date:
        """Return the day at whose close the stocks of the period are counted."""
        return _first_day(self.until + 1) - timedelta(days=1)


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def period(name: str) -> Period:
    """Read `2020`, `2020-Q3` or `2020-06`; anything else is `FindingsError`."""
    found = _PERIOD.fullmatch(name)
    if not found:
        expected = message("a period such as 2020, 2020-Q3 or 2020-06")
        raise FindingsError([Finding(name, name, expected, message("choose again"))])
    quarter, month = found["quarter"], found["month"]
    kind = "quarter" if quarter else "month" if month else "year"
    months = FREQUENCIES[kind]
    after = int(found["year"]) * 12 + (int(quarter or month or 1) - 1) * months - 1
    return Period(after, after + months, name)


def spanned(first: str, last: str) -> list[str]:
    """Return the names of every period from `first` to `last`, both of one frequency.

    Raises `FindingsError` for what is no period, or no span of them.
    """
    start, end = period(first), period(last)
    if start.frequency != end.frequency or end < start:
        expected = message("two years, quarters or months, the earlier one first")
        raise FindingsError(
            [Finding("--from --to", f"{first} {last}", expected, message("choose again"))]
        )
    return [
        _name(until, start.frequency)
        for until in range(start.until, end.until + 1, start.frequency)
    ]


def within(first: str, last: str, frequency: str) -> list[str]:
    """Return the names of every whole year, quarter or month from `first` to `last`."""
    months = FREQUENCIES[frequency]
    begins, ends = period(first).after + 1, period(last).until + 1
    return [
        _name(end - 1, months) for end in range(months, ends + 1, months) if end - months >= begins
    ]


def _name(until: int, months: int) -> str:
    year, month = divmod(until, 12)
    return {12: f"{year}", 3: f"{year}-Q{month // 3 + 1}", 1: f"{year}-{month + 1:02d}"}[months]


@dataclass(frozen=True)
class Series:
    """The periods of one frequency: `step[slot]` is the step a slot falls into.

    Steps without a name were not asked for: the opening one and the gaps between periods.
    """

    frequency: int
    step: tuple[int, ...]
    names: dict[int, str]


@dataclass(frozen=True)
class Grid:
    """The slots: `base` is the month of slot 0, `months` the distance from one to the next."""

    base: int
    months: int
    last: int
    series: tuple[Series, ...]

    @property
    def slots(self) -> range:
        """Return all slots, the opening one first."""
        return range(self.last + 1)

    def day(self, slot: int) -> date:
        """Return the last day of a slot."""
        return _first_day(self.base + slot * self.months + 1) - timedelta(days=1)


def grid(periods: Iterable[str]) -> Grid:
    """Lay the periods on the widest grid that has a slot at each of their ends."""
    asked = sorted({period(name) for name in periods})
    if not asked:
        raise ValueError("no period to count for")
    base = min(each.after for each in asked)
    bounds = {month - base for each in asked for month in (each.after, each.until)}
    months = math.gcd(*bounds)
    last = max(bounds) // months
    series = []
    for frequency in sorted({each.frequency for each in asked}):
        members = [each for each in asked if each.frequency == frequency]
        ends = sorted(
            {(month - base) // months for each in members for month in (each.after, each.until)}
            | {last}
        )
        step = tuple(
            next(i for i, end in enumerate(ends) if slot <= end) for slot in range(last + 1)
        )
        names = {step[(each.until - base) // months]: each.name for each in members}
        series.append(Series(frequency, step, names))
    return Grid(base, months, last, tuple(series))
