"""What one published cell says: a number, a period; or why it says neither."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from indicators.findings import Message, message
from indicators.names import UnreadError, note_advice, note_mark, plain

_POWERS = "千 万 十万 百万 千万 亿 十亿 百亿 千亿 万亿"
MULTIPLES = {word: power for power, word in enumerate(_POWERS.split(), start=3)}
_MULTIPLE = "|".join(sorted(MULTIPLES, key=len, reverse=True))
_DIGITS = r"(?P<digits>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))"
_NUMBER = re.compile(rf"{_DIGITS}(?P<multiple>{_MULTIPLE})?(?P<percent>[%‰])?")
_GROUPED = re.compile(r"(?<![0-9.])([0-9]{1,3}(?:([, ])[0-9]{3})(?:\2[0-9]{3})*)(?![0-9])")
_NOTED = re.compile(r"[0-9][%万亿]?(?:[*†‡#]+|[(\[（].*[)\]）]|[a-z]+)$", re.IGNORECASE)
_ABOUT = re.compile(r"^(约|近|超|逾|不足|大约|[<>≈~≥≤])|(余|多|左右|以上|以下)$")


T = TypeVar("T")


def attempt(read: Callable[..., T], *said: object) -> T | UnreadError:
    """Return what a reader makes of something, or why it makes nothing of it."""
    try:
        return read(*said)
    except UnreadError as reason:
        return reason


def reads(read: Callable[..., object], *said: object) -> bool:
    """Return whether a reader makes something of it."""
    return not isinstance(attempt(read, *said), UnreadError)


@dataclass(frozen=True)
class Amount:
    """A number as it was written: `digits` × 10**`power`; a percentage stays on 0–100."""

    digits: Decimal
    power: int = 0
    percent: bool = False


def amount(text: str) -> Amount:
    """Return what a cell says: `１，２３４`, `1 234`, `193.7万`, `1.2亿`, `93.39%`, `5‰`.

    Raises `UnreadError` for all else; a note attached to a figure (`1234①`) is never part of it.
    """
    expected = message("a number")
    if mark := note_mark(text):
        raise UnreadError(expected, note_advice(mark))
    bare = " ".join(unicodedata.normalize("NFKC", text).replace("−", "-").split())
    joined = _GROUPED.sub(lambda found: found[1].replace(found[2], ""), bare)
    joined = re.sub(rf"(?<=[0-9]) (?={_MULTIPLE}|[%‰])", "", joined)
    match = _NUMBER.fullmatch(joined)
    if match is None:
        raise UnreadError(expected, _number_advice(bare))
    if match["multiple"] and match["percent"]:
        raise UnreadError(expected, message("write the figure with one multiple only"))
    power = MULTIPLES.get(match["multiple"] or "", 0) - (match["percent"] == "‰")
    return Amount(Decimal(match["digits"]), power, match["percent"] is not None)


_NOTE = message("move the note out of the cell: the figure must stand alone")


def _number_advice(bare: str) -> Message:
    if re.fullmatch(r"\(.*[0-9].*\)", bare):
        return message("write a negative figure with a minus sign: brackets may also be a note")
    if _NOTED.search(bare):
        return _NOTE
    if _ABOUT.search(bare):
        return message("write the number alone, and say in the status that it is an estimate (E)")
    if re.search(r"[0-9],[0-9]", bare):
        return message("write thousands as 1,234,567 and the decimal point as a full stop")
    if re.search(r"[0-9]e[+-]?[0-9]", bare, re.IGNORECASE):
        return message("write all digits: the short form may have been rounded")
    return message("correct the cell, or say under `missing` what it stands for")


def number(text: str) -> float:
    """Return the number that a published cell says; a percentage stays on the scale 0–100.

    Raises `UnreadError` (a `ValueError`) when it is not a number.
    """
    said = amount(text)
    return float(said.digits.scaleb(said.power))


_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
_MONTH = r"(?P<month>1[0-2]|0?[1-9])"
_MONTH2 = r"(?P<month>1[0-2]|0[1-9])"
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])"
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4} | {str(part): part for part in range(1, 5)}
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_NAMED = {word: number for number, word in enumerate(_MONTHS.split(), start=1)}
_CHINESE_MONTHS = "一 二 三 四 五 六 七 八 九 十 十一 十二"
_CHINESE = {word: number for number, word in enumerate(_CHINESE_MONTHS.split(), start=1)}
_PERIODS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_YEAR}(?:年度?)?",
        rf"{_YEAR}年?(?P<end>[年]?[底末]|年终)",
        rf"{_YEAR}[年./-]?第?Q?(?P<quarter>[1-4一二三四])(?:季度?)",
        rf"{_YEAR}[年./-]?Q(?P<quarter>[1-4])",
        rf"{_YEAR}年{_MONTH}月[底末份]?",
        rf"{_YEAR}年(?P<chinese>十[一二]?|[一二三四五六七八九])月[底末份]?",
        # 2024.1 may be what a spreadsheet left of 2024.10.
        rf"{_YEAR}\.{_MONTH2}",
        rf"{_YEAR}[/-]{_MONTH}",
        rf"{_YEAR}{_MONTH2}",
        rf"{_YEAR}年{_MONTH}月(?P<day>{_DAY})日",
        rf"{_YEAR}(?P<mark>[./-]){_MONTH}(?P=mark)(?P<day>{_DAY})(?:[T ]?00:00(?::00)?)?",
        rf"{_YEAR}{_MONTH2}(?P<day>3[01]|[12][0-9]|0[1-9])",
        rf"(?P<named>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?{_YEAR}",
    )
]
_PERIOD = message("a period such as 2020, 2020-Q3 or 2020-06")
_SERIAL = re.compile(r"[1-9][0-9]{4}(?:\.0+)?")


def period(text: str, *, serial: bool = False) -> str:
    """Return an ISO period (`2020`, `2020-Q3`, `2020-06`); a day stands for its month.

    `serial` says that five digits are the days that spreadsheets count from 1899-12-30.
    Raises `UnreadError` (a `ValueError`) for all that is not one calendar year, quarter or month.
    """
    if mark := note_mark(text):
        raise UnreadError(_PERIOD, note_advice(mark))
    bare = re.sub(r"^(截至|截止到?|至)", "", plain(text))
    if serial and _SERIAL.fullmatch(bare):
        return _of_serial(bare)
    for pattern in _PERIODS:
        match = pattern.fullmatch(bare)
        if match is not None and (found := _written(match.groupdict())) is not None:
            return found
    raise UnreadError(_PERIOD, _period_advice(bare))


_WHOLE_YEAR = {"全年", "年度", "年", "合计", "全年合计", "year", "annual", "total"}
_QUARTER = re.compile(
    r"第?q?([1-4一二三四])(?:\.0+)?(?:st|nd|rd|th)?(?:季度?|quarter)?|(i{1,3}|iv)(?:季度?)?"
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


def year(text: str) -> str:
    """Return the year that a cell says, as `2024`; raises `UnreadError` for all else."""
    found = period(text)
    if len(found) != len("2024"):
        raise UnreadError(
            message("a year"), message("correct the cell, or declare it as the period")
        )
    return found


def month(text: str) -> str:
    """Return what follows a year in a period: `-01` … `-12`; nothing where the year is meant.

    Reads `1`, `01`, `1月`, `1月份`, `一月`, `Jan`, `January`, `全年`; `UnreadError` for all else.
    """
    bare = plain(text).casefold()
    if bare in _WHOLE_YEAR:
        return ""
    number = re.fullmatch(r"(1[0-2]|0?[1-9])(?:\.0+)?(?:月份?)?", bare)
    chinese = _CHINESE.get(re.sub(r"月份?$", "", bare))
    named = _NAMED.get(bare[:3]) if re.fullmatch(r"[a-z]{3,9}\.?", bare) else None
    if found := (int(number[1]) if number else chinese or named):
        return f"-{found:02}"
    raise UnreadError(message("a month from 1 to 12"), _part_advice(bare))


def quarter(text: str) -> str:
    """Return what follows a year in a period: `-Q1` … `-Q4`; nothing where the year is meant.

    Reads `1`, `Q1`, `一季度`, `第1季度`, `1st quarter`, `II`, `全年`; `UnreadError` for all else.
    """
    bare = plain(text).casefold()
    if bare in _WHOLE_YEAR:
        return ""
    if match := _QUARTER.fullmatch(bare):
        return f"-Q{_QUARTERS[match[1]] if match[1] else _ROMAN[match[2]]}"
    raise UnreadError(message("a quarter from 1 to 4"), _part_advice(bare))


def _part_advice(bare: str) -> Message:
    if re.search(r"[-—–~～至前上下]|累计|半年", bare):
        return message("figures of several months together are not kept: give months or quarters")
    return message("correct the cell")


def _of_serial(bare: str) -> str:
    from datetime import date, timedelta

    day = date(1899, 12, 30) + timedelta(days=int(float(bare)))
    return f"{day.year}-{day.month:02}"


def _written(parts: dict[str, str | None]) -> str | None:
    from datetime import date

    year = int(parts["year"] or 0)
    if quarter := parts.get("quarter"):
        return f"{year}-Q{_QUARTERS[quarter]}"
    if parts.get("end"):
        return f"{year}-12"
    if named := parts.get("named"):
        month = _NAMED[named.lower()]
    elif chinese := parts.get("chinese"):
        month = _CHINESE[chinese]
    elif written := parts.get("month"):
        month = int(written)
    else:
        return str(year)
    if day := parts.get("day"):
        try:
            date(year, month, int(day))
        except ValueError:
            return None
    return f"{year}-{month:02}"


def _period_advice(bare: str) -> Message:
    if re.search(r"FY|财年|财政年度", bare, re.IGNORECASE):
        return message("write the calendar period: a financial year begins elsewhere")
    if re.search(r"半年|H[12]$|[0-9]S[12]$", bare, re.IGNORECASE):
        return message("half-years are not kept: give the two quarters or the year")
    if re.search(r"前[一二三]季|[0-9]月?[-—–~～至][0-9]+月", bare):
        return message("figures of several months together are not kept: give months or quarters")
    if re.fullmatch(r"(19|20)[0-9]{2}年[0-9]{1,2}", bare):
        return message("write the month with 月: what follows the year may be a note")
    if re.fullmatch(r"(19|20)[0-9]{2}\.[0-9]", bare):
        return message("write the month with two digits: 2024.1 may have been 2024.10")
    if _SERIAL.fullmatch(bare):
        return message("if these are a spreadsheet's day numbers, declare `dates: serial`")
    return message("correct the cell, or give the period for the whole file under `fixed`")
