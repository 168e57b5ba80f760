"""How old figures are, and which are older than the calendar of their sources allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from indicators import publication_calendar
from indicators.catalogue import Catalogue
from indicators.periods import last_of, parse
from indicators.wording import Wording


@dataclass(frozen=True)
class Freshness:
    """The ages of figures as of a day, an ISO date; without a day nothing has an age.

    allowed: by indicator, how many months after the end of its period a figure is the newest that
    there can be. An indicator that is not among them is never stale.
    """

    day: str = ""
    allowed: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, known: Catalogue, held: pd.DataFrame, day: str) -> Freshness:
        """Return how fresh figures are; held: `indicator` and `source` of what there is.

        Of several sources the one that publishes soonest counts; a ratio is as fresh as its
        numerator.
        """
        pairs = zip(held["indicator"], held["source"], strict=True)
        allowed = publication_calendar.allowed(known, pairs)
        for key in known.indicators:
            base = key
            while (part := known.indicators[base].numerator) is not None:
                base = part
            if key not in allowed and base in allowed:
                allowed[key] = allowed[base]
        return cls(day, allowed)

    def months(self, period: str) -> int:
        """Return how many months ago a period ended; 0 of one that has not, or of none."""
        try:
            until = last_of(period).until
        except ValueError:
            return 0
        return max(parse(self.day[:7]).until - until, 0) if self.day else 0

    def is_stale(self, indicator: str, period: str) -> bool:
        """Say whether the figures of the next period should be out."""
        most = self.allowed.get(indicator)
        return most is not None and self.months(period) > most

    def said(self, indicator: str, period: str, words: Wording) -> str:
        """Return a period with its age: `Sep 2022, 4 years ago, out of date`."""
        months, parts = self.months(period), [words.period(period)]
        # Of 22 months "1 year ago" would hide nearly one.
        if months >= 24 or months == 12:
            parts.append(words.plural("{n} year ago", "{n} years ago", n=months // 12))
        elif months:
            parts.append(words.plural("{n} month ago", "{n} months ago", n=months))
        if self.is_stale(indicator, period):
            parts.append(words("out of date"))
        return words.sequence(parts)


UNDATED = Freshness()
