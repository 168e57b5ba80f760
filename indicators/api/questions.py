"""An address becomes a question that can be answered, or is refused with what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from starlette.datastructures import QueryParams

from indicators import catalogue
from indicators.api.problem_json import QuestionError
from indicators.cached import remembered
from indicators.findings import Message, message
from indicators.periods import SQL_PATTERN, is_period, parse
from indicators.regions import ALL
from indicators.store.database import Dataset
from indicators.store.queries import Vintage
from indicators.store.tables import KEY
from indicators.store.whole_release import Key

ANY = "*"  # no narrowing, as in the addresses of pages
FILTERS = KEY
MOST_CODES = 500  # in one question
MOST_CHARACTERS = 16_000  # of a question
LARGEST_PAGE = 100_000
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_NO_YEAR = "0000"  # calendars here begin with the year 1


@dataclass(frozen=True)
class Question:
    """What is asked, each parameter at most once: name → its text."""

    said: Mapping[str, str]

    @staticmethod
    def of(parameters: QueryParams, known: Collection[str]) -> Question:
        """Read an address; raises `QuestionError` for what is not `known`, or too much of it."""
        pairs = parameters.multi_items()
        if sum(len(name) + len(text) for name, text in pairs) > MOST_CHARACTERS:
            expected = message("{n} characters at most", n=MOST_CHARACTERS)
            raise QuestionError(400, message("The question is too long"), "", expected)
        said: dict[str, str] = {}
        for name, text in pairs:
            if name not in known:
                expected = message("one of {names}", names=", ".join(sorted(known)))
                raise QuestionError(400, message("There is no such parameter"), name, expected)
            # Several codes may be listed, or the parameter repeated.
            said[name] = f"{said[name]},{text}" if name in said and name in _LISTED else text
        return Question(said)

    def codes(self, name: str, known: Collection[str], expected: Message) -> tuple[str, ...] | None:
        """Return the codes that a parameter lists, None where it narrows nothing."""
        text = self.said.get(name, ANY)
        if text == ANY:
            return None
        codes = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
        if len(codes) > MOST_CODES:
            title, most = message("The question is too long"), message("{n} codes at most", n=500)
            raise QuestionError(400, title, f"{name}: {len(codes)}", most)
        for code in codes:
            if code not in known:
                title = message("There is no such code of {name}", name=name)
                raise QuestionError(400, title, code, expected)
        return codes

    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Return the codes asked for, by column of the key."""
        chosen = {}
        for name in FILTERS:
            if name == "period":
                codes = self._periods()
            else:
                expected = message("a code that {address} lists", address=_LISTS[name])
                codes = self.codes(name, codes_of(name), expected)
            if codes is not None:
                chosen[name] = codes
        return chosen

    def _periods(self) -> tuple[str, ...] | None:
        periods = [part.strip() for part in self.said.get("period", "").split(",")]
        return self.codes("period", list(filter(_is_figures, periods)), _PERIOD)

    def day(self, name: str) -> str | None:
        """Return a period that bounds others, as it is written; None where there is none."""
        text = self.said.get(name)
        if text is not None and (text.startswith(_NO_YEAR) or not is_period(text)):
            raise QuestionError(400, message("This is no date or period"), text, _DATE)
        return text

    def size(self) -> int | None:
        """Return how many figures a page may have; None where all are asked for."""
        text = self.said.get("limit")
        if text is None:
            return None
        if not _NUMBER.fullmatch(text) or int(text) > LARGEST_PAGE:
            expected = message("a whole number from 1 to {n}", n=LARGEST_PAGE)
            raise QuestionError(400, message("This is no size of a page"), text, expected)
        return int(text)

    def after(self) -> Key | None:
        """Return the key after which a page begins; None for the first."""
        text = self.said.get("cursor")
        if text is None:
            return None
        parts = tuple(text.split(","))
        if len(parts) != len(KEY) or not all(re.fullmatch(r"[\w@$\-]{1,64}", p) for p in parts):
            expected = message("the cursor of a Link header, unchanged")
            raise QuestionError(400, message("This is no cursor"), text, expected)
        return parts

    def vintage(self) -> Vintage:
        """Return the release asked for, the newest by default; raises `QuestionError`."""
        dataset: Dataset
        match self.said.get("data", "real"):
            case "real":
                dataset = "real"
            case "demonstration":
                dataset = "demonstration"
            case other:
                expected = message("one of {names}", names="real, demonstration")
                raise QuestionError(400, message("There are no such figures"), other, expected)
        # The real ones first, so that no dataset is looked for where no database answers.
        newest = remembered.newest()
        if dataset != "real":
            held = dataset in remembered.datasets()
            newest = remembered.newest(dataset) if held else None
        if newest is None:
            title = message("There are no figures yet")
            raise QuestionError(404, title, dataset, message("figures that were published"))
        text = self.said.get("release")
        if text is None:
            return newest
        published = remembered.published(newest)
        if not _NUMBER.fullmatch(text) or int(text) not in published:
            title = message("There is no such release")
            expected = message("a number from {first} to {last}", first=1, last=max(published))
            raise QuestionError(404, title, text, expected)
        return newest._replace(release=int(text))


COMMON = ("data", "format", "release")
BOUNDS = ("startPeriod", "endPeriod", "freq")
_LISTED = (*FILTERS, "freq", "target", "verdict", "citation")
_LISTS = {
    "indicator": "/api/v1/indicators",
    "region": "/api/v1/regions",
    "scheme": "/api/v1/schemes",
    "industry": "/api/v1/industries",
    "size": "/api/v1/sizes",
}
_PERIOD = message("year, quarter or month: 2024, 2024-Q4, 2024-12")
_DATE = message("year, quarter, month or day: 2024, 2024-Q4, 2024-12, 2024-12-31")


def _is_figures(text: str) -> bool:
    return re.fullmatch(SQL_PATTERN, text) is not None and not text.startswith(_NO_YEAR)


def codes_of(name: str) -> Collection[str]:
    """Return the codes of a column of the key that the catalogue knows."""
    known = catalogue.load()
    if name == "indicator":
        return known.indicators
    if name == "region":
        return catalogue.tree().regions
    lists = {"scheme": known.schemes, "industry": known.industries, "size": known.sizes}
    return {ALL, *lists[name]["code"]}


def within(periods: Collection[str], start: str | None, end: str | None) -> tuple[str, ...]:
    """Return the periods that neither begin before `start` does nor end after `end` does."""
    return tuple(
        period
        for period in periods
        if _is_figures(period)
        and (start is None or parse(period).first_day >= parse(start).first_day)
        and (end is None or parse(period).last_day <= parse(end).last_day)
    )
