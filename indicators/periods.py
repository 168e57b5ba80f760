"""ISO 8601 periods, read in one place: `2020`, `2020-Q3`, `2020-06`, `2020-06-30`.

As decimal years every period stands at its end, and year-end 2020 is 2020.0: `2020`, `2020-Q4`,
`2020-12` and `2020-12-31` are all 2020.0, and `2020-06` is 2019.5. So the annual figure for 2020
and a target "by 2020" meet, and differences between annual periods are whole numbers.

An interval `2015/2017` stands at its end (`eurostat` mode: its first year).
"""

from __future__ import annotations

import calendar
import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

# Wording needs periods one by one: commands that read no figures load no pandas.
if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

FREQUENCIES = ("A", "Q", "M", "D")  # the coarsest first: years, quarters, months, days
UNREADABLE = -1  # the place of the frequency of what is no period
MONTHS = {"A": 12, "Q": 3, "M": 1}  # of a period
_LENGTHS = {"A": 1.0, "Q": 0.25, "M": 1 / 12, "D": 1 / 365}  # in years
_CHINA = timezone(timedelta(hours=8))
_FORM = re.compile(r"(\d{4})(?:-Q([1-4])|-(0[1-9]|1[0-2])(?:-(\d{2}))?)?")

# What figures may be of, as a regular expression; days are read for targets and baselines alone.
SQL_PATTERN = "[0-9]{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?"
# `Period.until` of the column `period` in DuckDB; NULL of what is none.
SQL_MONTH = """
    TRY_CAST(period[1:4] AS INTEGER) * 12 + CASE
        WHEN period[6:6] = 'Q' THEN TRY_CAST(period[7:7] AS INTEGER) * 3
        WHEN length(period) = 7 THEN TRY_CAST(period[6:7] AS INTEGER)
        ELSE 12
    END
"""
SQL_FREQUENCY = "CASE length(period) WHEN 7 THEN if(period[6:6] = 'Q', 'Q', 'M') ELSE 'A' END"


@dataclass(frozen=True, order=True)
class Period:
    """A year, quarter, month or day; months are counted from the year 0, its January being 1."""

    after: int  # the month before its first
    until: int  # its last month
    day: int  # of the month, 0 for a whole period
    name: str

    @property
    def months(self) -> int:
        """How many months it covers, one if it is a day."""
        return self.until - self.after

    @property
    def frequency(self) -> str:
        return "D" if self.day else {12: "A", 3: "Q", 1: "M"}[self.months]

    @property
    def year(self) -> int:
        return (self.until - 1) // 12

    @property
    def end(self) -> float:
        """Its end in years."""
        year, month = divmod(self.until - 1, 12)
        if self.day:
            days = calendar.monthrange(year, month + 1)[1]
            return year - 1 + (month + self.day / days) / 12
        return year - 1 + (month + 1) / 12

    @property
    def length(self) -> float:
        """How long it is, in years."""
        return _LENGTHS[self.frequency]

    @property
    def first_day(self) -> date:
        year, month = divmod(self.after, 12)
        return date(year, month + 1, self.day or 1)

    @property
    def last_day(self) -> date:
        last = last_day(self.until)
        return last.replace(day=self.day) if self.day else last

    @property
    def last_month(self) -> str:
        """The month with which it ends: of `2024` and `2024-Q4`, `2024-12`."""
        return period_of(self.until, "M")

    def wholes(self) -> list[str]:
        """The longer periods that it lies in, the shortest first."""
        place = FREQUENCIES.index(self.frequency)
        return [period_of(self.until, longer) for longer in reversed(FREQUENCIES[:place])]


def today() -> str:
    """Return the day in China, an ISO date: verdicts, ages and what is overdue are as of a day."""
    return datetime.now(_CHINA).date().isoformat()


def in_china(moment: str) -> datetime:
    """Return an ISO date and time, UTC unless it says otherwise, as clocks in China show it."""
    read = datetime.fromisoformat(moment)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(_CHINA)


@lru_cache(10_000)
def parse(text: str) -> Period:
    """Read a period; raises `ValueError` for anything else."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"not a period (2020, 2020-Q3, 2020-06, 2020-06-30): {text!r}")
    year, quarter, month, day = (int(part or 0) for part in match.groups())
    months = 3 if quarter else 1 if month else 12
    until = year * 12 + (quarter * 3 or month or 12)
    if match[4] and not 1 <= day <= last_day(until).day:
        raise ValueError(f"no such day: {text!r}")
    return Period(until - months, until, day, text)


def is_period(text: str) -> bool:
    """Tell whether `parse` reads it: a database that was changed by hand may hold other texts."""
    try:
        parse(text)
    except ValueError:
        return False
    return True


def last_day(month: int) -> date:
    """Return the last day of a month that is counted as those of `Period`."""
    year, index = divmod(month - 1, 12)
    return date(year, index + 1, calendar.monthrange(year, index + 1)[1])


def period_of(month: int, frequency: str) -> str:
    """Return the year, quarter or month that a month lies in."""
    year, index = divmod(month - 1, 12)
    if frequency == "A":
        return f"{year}"
    return f"{year}-Q{index // 3 + 1}" if frequency == "Q" else f"{year}-{index + 1:02}"


def whole_periods(first: Period, last: Period, frequency: str) -> list[str]:
    """Return every whole year, quarter or month from the first day of one to the end of another."""
    months = MONTHS[frequency]
    begin = -(-first.after // months) * months
    return [period_of(until, frequency) for until in range(begin + months, last.until + 1, months)]


def last_of(text: str, *, first: bool = False) -> Period:
    """Read a period, or the last of an interval `2015/2017`; its first if `first`."""
    start, _, end = text.partition("/")
    return parse(start if first or not end else end)


def decimal_year(text: str, *, first: bool = False) -> float:
    """Return the end of a period in years; of an interval's first period if `first`."""
    return last_of(text, first=first).end


def decimal_years(periods: pd.Series, *, first: bool = False) -> Floats:
    """Return the ends of many periods in years; a missing period is NaN."""
    import numpy as np
    import pandas as pd

    codes, texts = pd.factorize(periods)
    years = [decimal_year(str(text), first=first) for text in texts]
    return np.array([*years, np.nan], dtype=np.float64)[codes]


def length(text: str) -> float:
    """Return how long a period is, in years; an interval is as long as the last period in it."""
    return last_of(text).length


def frequency(text: str) -> str:
    """Return the frequency that a period belongs to: `A`, `Q`, `M` or `D`."""
    return last_of(text).frequency


class Times(NamedTuple):
    """When periods end, in years, and the places of their frequencies; NaN, −1: no period."""

    end: Floats
    frequency: Ints


def times(periods: pd.Series, whole_years: pd.Series | None = None) -> Times:
    """Read the texts of periods; one that is none of these forms is no error here.

    whole_years: of which periods a December stands for its year: see `catalogue.covers_years`.
    """
    import numpy as np
    import pandas as pd

    codes, texts = pd.factorize(periods)
    ends, places = np.full(len(texts) + 1, np.nan), np.full(len(texts) + 1, UNREADABLE)
    for place, text in enumerate(texts):
        try:
            period = last_of(str(text))
        except ValueError:
            continue
        ends[place], places[place] = period.end, FREQUENCIES.index(period.frequency)
    end, frequency = ends[codes], places[codes]
    if whole_years is not None:
        december = (frequency == FREQUENCIES.index("M")) & (end == np.round(end))
        frequency = np.where(whole_years.to_numpy(np.bool_) & december, 0, frequency)
    return Times(end, frequency)


def period_at(time: float, like: str) -> str:
    """Return the period in which the moment `time` falls, as long as `like`; a month for a day."""
    kind = frequency(like.partition("/")[0])
    parts = {"A": 1, "Q": 4}.get(kind, 12)
    whole = math.ceil(time * parts - 1e-9)
    return period_of((whole + parts) * 12 // parts, "M" if kind == "D" else kind)


def date_at(time: float) -> date:
    """Return the calendar day of a decimal year: 2020.0 is 31 December 2020."""
    months = math.ceil(time * 12 - 1e-9) - 1
    last = last_day(months + 13)
    return last.replace(day=max(1, round((time * 12 - months) * last.day)))
