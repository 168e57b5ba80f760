"""One message catalogue, Chinese and English: what people read, in their language.

English sentences are the keys; `locale/zh_CN.po` holds their Chinese. Numbers, periods and
dates are written as the language writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, Protocol

from babel import Locale
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
CATALOGUE = Path(__file__).parent / "locale" / "zh_CN.po"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def sentence(text: str) -> str:
    """Return `text`, which is a sentence of the message catalogue that is shown elsewhere."""
    return text


class Bilingual(Protocol):
    """A text of the catalogue: the same words in both languages."""

    @property
    def zh(self) -> str: ...

    @property
    def en(self) -> str: ...


@cache
def _chinese() -> Mapping[str, str]:
    with CATALOGUE.open("rb") as stream:
        entries = read_po(stream, locale="zh_CN")
    chinese: dict[str, str] = {}
    for entry in entries:
        if not entry.id:
            continue
        # Chinese has one plural form, so both English forms share it.
        ids = entry.id if isinstance(entry.id, list | tuple) else (entry.id,)
        text = entry.string[0] if isinstance(entry.string, list | tuple) else entry.string
        chinese |= dict.fromkeys(ids, str(text))
    return chinese


@cache
def _locale(language: Language) -> Locale:
    # Read once: looked up by its name, it costs most of what writing a number does.
    return Locale.parse("zh_CN" if language == "zh" else "en_GB")


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

    def within(self, both: Bilingual, /) -> str:
        """Return a title of the catalogue as it stands within a sentence."""
        title = self.text(both)
        return title if title[1:2].isupper() else title[:1].lower() + title[1:]

    def plural(self, one: str, many: str, /, *, n: int, **values: Any) -> str:
        """Return `one` or `many` by the number `n`, which the sentence names as `{n}`."""
        return self(one if n == 1 else many, n=self.number(n), **values)

    def text(self, both: Bilingual) -> str:
        """Return a text of the catalogue in the language."""
        return both.zh if self.language == "zh" else both.en

    def name(self, row: Mapping[str, Any]) -> str:
        """Return the name in the language from a row with `name_zh` and `name_en`."""
        return str(row[f"name_{self.language}"])

    def number(self, value: float | None, decimals: int | None = None) -> str:
        """Return 1234567.8 as `1,234,567.8`; a missing value as a dash."""
        if value is None or value != value:
            return "—"
        if decimals is None:
            decimals = 0 if float(value).is_integer() else 2
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return format_decimal(float(value), format=pattern, locale=_locale(self.language))

    def signed(self, value: float, decimals: int | None = None) -> str:
        """Return a change with its sign, `+1,234` or `−1,234`."""
        if decimals is not None:  # what is written as nought has no sign
            value = round(value, decimals)
        sign = "+" if value > 0 else "−" if value < 0 else "±"
        return sign + self.number(abs(value), decimals)

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
        """Return `2024-12` as `2024年12月` or `Dec 2024`, `2020-Q3` as `2020年第3季度`."""
        year, _, part = period.partition("-")
        if self.language == "zh":
            if not part:
                return f"{year}年"
            return f"{year}年第{part[1]}季度" if part[0] == "Q" else f"{year}年{int(part)}月"
        if not part:
            return year
        return f"{year} {part}" if part[0] == "Q" else f"{_MONTHS[int(part) - 1]} {year}"

    def date(self, day: str) -> str:
        """Return an ISO date (or date and time) as `2024年12月3日` / `3 Dec 2024`."""
        year, month, number = (int(part) for part in day[:10].split("-"))
        if self.language == "zh":
            return f"{year}年{month}月{number}日"
        return f"{number} {_MONTHS[month - 1]} {year}"

    def moment(self, instant: str) -> str:
        """Return an ISO date and time as `2024年12月3日 14:05 UTC` / `3 Dec 2024 14:05 UTC`."""
        return f"{self.date(instant)} {instant[11:16]} UTC"

    def listed(self, names: list[str]) -> str:
        """Return names one after another, as the language separates them."""
        return ("、" if self.language == "zh" else ", ").join(names)
