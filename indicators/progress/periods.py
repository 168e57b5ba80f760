"""Periods as decimal years: every period stands at its end, and year-end 2020 is 2020.0.

`2020`, `2020-Q4`, `2020-12` and `2020-12-31` are all 2020.0, and `2020-06` is 2019.5, so that
the annual figure for 2020 and a target "by 2020" meet, and differences between annual periods
are whole numbers. An interval `2015/2017` stands at its end (`eurostat` mode: its first year).
"""

import calendar
import math
import re
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

PERIOD = re.compile(r"(\d{4})(?:-Q([1-4])|-(0[1-9]|1[0-2])(?:-(\d{2}))?)?")


def decimal_year(period: str, *, first: bool = False) -> float:
    """The end of a period in years; of an interval's first period if `first`."""
    start, _, end = period.partition("/")
    match = PERIOD.fullmatch(start if first or not end else end)
    if match is None:
        raise ValueError(f"not a period (2020, 2020-Q3, 2020-06, 2020-06-30): {period!r}")
    year, quarter, month, day = match.groups()
    if quarter:
        return int(year) - 1 + int(quarter) / 4
    if day:
        days = calendar.monthrange(int(year), int(month))[1]
        if not 1 <= int(day) <= days:
            raise ValueError(f"no such day: {period!r}")
        return int(year) - 1 + (int(month) - 1 + int(day) / days) / 12
    return int(year) - 1 + (int(month) / 12 if month else 1)


def decimal_years(periods: pd.Series, *, first: bool = False) -> npt.NDArray[np.float64]:
    """The ends of many periods in years; a missing period is NaN."""
    codes, texts = pd.factorize(periods)
    years = [decimal_year(str(text), first=first) for text in texts]
    return np.array([*years, np.nan], dtype=np.float64)[codes]


def length(period: str) -> float:
    """How long a period is, in years; an interval is as long as the last period in it."""
    _, _, part = period.rpartition("/")[2].partition("-")
    if not part:
        return 1.0
    return 0.25 if part.startswith("Q") else 1 / 12 if len(part) == 2 else 1 / 365


def period_at(time: float, like: str) -> str:
    """The period, as long as `like`, in which the moment `time` falls."""
    parts = {0: 1, 1: 4 if "Q" in like else 12, 2: 12}[like.partition("/")[0].count("-")]
    whole = math.ceil(time * parts - 1e-9) - 1
    year, part = whole // parts + 1, whole % parts + 1
    return {1: f"{year}", 4: f"{year}-Q{part}", 12: f"{year}-{part:02d}"}[parts]


def date_at(time: float) -> date:
    """The calendar day of a decimal year: 2020.0 is 31 December 2020."""
    months = math.ceil(time * 12 - 1e-9) - 1
    year, month = months // 12 + 1, months % 12 + 1
    days = calendar.monthrange(year, month)[1]
    return date(year, month, max(1, round((time * 12 - months) * days)))
