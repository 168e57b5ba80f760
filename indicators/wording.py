"""One message catalogue, Chinese and English: what people read, in their language.

English sentences are the keys; `locale/zh_CN.po` holds their Chinese. Numbers, periods and
dates are written as the language writes them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any, Literal

from indicators.periods import in_china, parse

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
CATALOGUE = Path(__file__).parent / "locale" / "zh_CN.po"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def sentence(text: str) -> str:
    """Return `text`, which is a sentence of the message catalogue that is shown elsewhere."""
    return text


@dataclass(frozen=True)
class Text:
    """The same words in both languages."""

    zh: str
    en: str


# An entry of a .po file; a text may go on in further lines, each in quotes and escaped as in JSON.
_TEXT = r'(".*"(?:\n".*")*)'
_ENTRY = re.compile(
    rf"^msgid {_TEXT}\n(?:msgid_plural {_TEXT}\n)?msgstr(?:\[0\])? {_TEXT}$", re.MULTILINE
)


@cache
def _chinese() -> Mapping[str, str]:
    """Return the Chinese of every sentence; Babel takes longer to load than `--help` to answer."""
    chinese: dict[str, str] = {}
    for texts in _ENTRY.findall(CATALOGUE.read_text(encoding="utf-8")):
        one, many, said = ("".join(map(json.loads, text.splitlines())) for text in texts)
        # Chinese has one plural form, so both English forms share it.
        chinese |= {one: said, many: said}
    del chinese[""]  # the head of the file, and no second form
    return chinese


# A double carries fifteen decimal digits; beyond them stands the noise of binary arithmetic.
_DIGITS = 15
_ROUNDING = Context(prec=350, rounding=ROUND_HALF_UP)  # digits for every double there is


def rounded(value: float | Decimal, decimals: int | None = None) -> Decimal:
    """Return a figure as it is written: rounded once, a half away from zero.

    2.675 is 2.68 at two places and 29 / 200 × 100 is 15 at none, though both doubles lie below
    the half. Without `decimals` a `Decimal` keeps its own, a whole number has none and any other
    two. What rounds to nought has no sign. Raises `ValueError` for NaN and infinity.
    """
    if not isfinite(value):
        raise ValueError(value)
    if isinstance(value, Decimal):
        exact = value
    else:
        exact = Decimal(f"{value:.{_DIGITS}g}" if abs(value) < 10**_DIGITS else f"{value:.0f}")
        decimals = (0 if value == int(value) else 2) if decimals is None else decimals
    if decimals is not None:
        exact = exact.quantize(Decimal(1).scaleb(-decimals), context=_ROUNDING)
    return exact if exact else exact.copy_abs()


def difference(value: float, other: float, decimals: int | None = None) -> Decimal:
    """Return value − other as a reader subtracts them: from the figures as they are written."""
    return rounded(value, decimals) - rounded(other, decimals)


def decimals_of(change: float | Decimal, usual: int | None, most: int = 4) -> int | None:
    """Return how many decimals a change needs to be more than nothing, the usual ones at least."""
    if usual is None or not change or not isfinite(change):
        return usual
    enough = (places for places in range(usual, most) if rounded(change, places))
    return next(enough, max(usual, most))


def decimals_apart(
    value: float | Decimal | None,
    other: float | Decimal | None,
    usual: int | None = None,
    most: int = 9,
) -> int | None:
    """Return how many decimals two figures need to be written apart, the usual ones at least.

    4.999 beside 5 needs three, lest a figure stand there as the one it falls short of. Without
    `usual` it is none where both are whole, else two. Figures closer than `most` tell are one.
    """
    if value is None or other is None or not (isfinite(value) and isfinite(other)):
        return usual
    if usual is None:
        usual = 0 if value == int(value) and other == int(other) else 2
    enough = (
        places for places in range(usual, most) if rounded(value, places) != rounded(other, places)
    )
    return next(enough, usual)


def points(number: str, words: Wording) -> str:
    """Return a difference of percentages with its unit: `0.35 percentage points`."""
    return words("{number} percentage points", number=number)


@dataclass(frozen=True)
class Wording:
    """The words of one language: `words("{n} regions have no figure", n=7)`."""

    language: Language = "zh"

    def __call__(self, sentence: str, /, **values: Any) -> str:
        """Return the sentence in the language, its `{names}` filled in.

        Raises `KeyError` when it has no translation; a test finds those first.
        """
        text = _chinese()[sentence] if self.language == "zh" else sentence
        return text.format(**values) if values else text

    def known(self, text: str, /) -> str:
        """Return a text in the language if the project said it, as it stands if people did."""
        return self(text) if text in _chinese() else text

    def within(self, both: Text, /) -> str:
        """Return a title of the catalogue as it stands within a sentence."""
        title = self.text(both)
        return title if title[1:2].isupper() else title[:1].lower() + title[1:]

    def plural(self, one: str, many: str, /, *, n: int, **values: Any) -> str:
        """Return `one` or `many` by the number `n`, which the sentence names as `{n}`."""
        return self(one if n == 1 else many, n=self.number(n), **values)

    def text(self, both: Text) -> str:
        """Return a text of the catalogue in the language."""
        return both.zh if self.language == "zh" else both.en

    def name(self, row: Mapping[str, Any]) -> str:
        """Return the name in the language from a row with `name_zh` and `name_en`."""
        return str(row[f"name_{self.language}"])

    def number(self, value: float | Decimal | None, decimals: int | None = None) -> str:
        """Return 1234567.8 as `1,234,567.80`; what is no figure as a dash. See `rounded`."""
        if value is None or not isfinite(value):
            return "—"
        return f"{rounded(value, decimals):,f}"

    def signed(self, value: float | Decimal, decimals: int | None = None) -> str:
        """Return a change with its sign, `+1,234` or `−1,234`; what is written as nought as `±0`.

        A difference of two figures that stand beside it is taken by `difference`.
        """
        if not isfinite(value):
            return "—"
        written = rounded(value, decimals)
        sign = "+" if written > 0 else "−" if written < 0 else "±"
        return f"{sign}{written.copy_abs():,f}"

    def percent(self, value: float, decimals: int = 1) -> str:
        """Return a percentage, which we keep on the scale 0-100: 4.49 → `4.49%`."""
        return self.number(value, decimals) + "%"

    def big(self, value: float) -> str:
        """Return a large number in the language's own steps: `415.8万`, `4.16 million`."""
        size = abs(value)
        if self.language == "zh":
            steps = ((1e8, "亿"), (1e4, "万"))
        else:
            steps = ((1e9, " billion"), (1e6, " million"))
        for step, word in steps:
            if size >= step:
                return self.number(value / step, 2 if size < 10 * step else 1) + word
        return self.number(value)

    def period(self, period: str) -> str:
        """Return `2024-12` as `2024年12月` or `Dec 2024`, `2020-Q3` as `2020年第3季度`.

        What is no such period stands as it is.
        """
        try:
            when = parse(period)
        except ValueError:
            return period
        year, month = divmod(when.until - 1, 12)
        zh, en = {
            "A": (f"{year}年", f"{year}"),
            "Q": (f"{year}年第{month // 3 + 1}季度", f"{year} Q{month // 3 + 1}"),
            "M": (f"{year}年{month + 1}月", f"{_MONTHS[month]} {year}"),
            "D": (period, period),
        }[when.frequency]
        return zh if self.language == "zh" else en

    def date(self, day: str) -> str:
        """Return an ISO date, of a moment the day in China, as `2024年12月3日` / `3 Dec 2024`."""
        if len(day) > len("2024-12-03"):
            day = in_china(day).date().isoformat()
        year, month, number = (int(part) for part in day.split("-"))
        if self.language == "zh":
            return f"{year}年{month}月{number}日"
        return f"{number} {_MONTHS[month - 1]} {year}"

    def moment(self, instant: str) -> str:
        """Return an ISO date and time on the clocks of China: `3 Dec 2024 22:05 Beijing time`."""
        zone = "（北京时间）" if self.language == "zh" else " Beijing time"
        clock = f"{in_china(instant):%H:%M}"
        return f"{self.date(instant)} {clock}{zone}"

    def verbatim(self, text: str) -> str:
        """Return what documents and the register note, in Chinese alone: in English, as a quote."""
        return text if self.language == "zh" or text.isascii() else f"“{text}” (in Chinese)"

    def sequence(self, parts: list[str]) -> str:
        """Return parts of one phrase, as the language separates them: `Sep 2022, 4 years ago`."""
        return ("，" if self.language == "zh" else ", ").join(parts)

    def listed(self, names: list[str]) -> str:
        """Return names one after another, as the language separates them."""
        return ("、" if self.language == "zh" else ", ").join(names)
