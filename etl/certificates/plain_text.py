"""Cells of certificate files as plain text, the same on every engine.

DuckDB and Spark differ in what they call a space, an upper-case letter, the end of a line, and how
they write a number. So nothing here asks them: characters are replaced one by one, patterns spell
out what they match, and numbers of a Parquet file are written in full by a rule of our own.
"""

from __future__ import annotations

from typing import Any

import ibis

_BLANKS = (
    "".join(map(chr, range(9, 14)))
    + "\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\x85"
    + "".join(map(chr, range(0x2000, 0x200B)))
)
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"  # zero-width signs and the soft hyphen
_WIDE = "".join(map(chr, range(0xFF01, 0xFF5F)))
_NARROW = "".join(map(chr, range(0x21, 0x7F)))
_FROM = _WIDE + "\u2212" + _BLANKS + _UNSEEN  # what is beyond _TO goes
_TO = _NARROW + "-" + " " * len(_BLANKS)
_TABLE = str.maketrans(_FROM[: len(_TO)], _TO, _UNSEEN)
_FILLED = f"[^ {_BLANKS}{_UNSEEN}]"
_UNTIDY = f"[\uff01-\uff5e\u2212{_BLANKS}{_UNSEEN}]|  |^ | $"
_LOWER, _UPPER = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BEIJING = 8  # hours from UTC


def filled(text: Any) -> Any:
    """Return whether anything can be seen in a text."""
    return text.re_search(_FILLED)


def tidied(text: Any) -> Any:
    """Return a text in half width, one blank between words and none around them.

    Most texts are so already, and to look is quick.
    """
    plain = text.translate(_FROM, _TO).re_replace(" +", " ").re_replace("^ | $", "")
    return text.re_search(_UNTIDY).ifelse(plain, text)


def tidy(text: str) -> str:
    """Return what `tidied` makes of a text of our own."""
    return " ".join(filter(None, text.translate(_TABLE).split(" ")))


def capitals(text: Any) -> Any:
    """Return a text with A–Z in place of a–z; no other letter has one capital everywhere."""
    return text.re_search("[a-z]").ifelse(text.translate(_LOWER, _UPPER), text)


def written(column: Any, *, moment: bool = False) -> Any:
    """Return a column of any type as texts: a number in full, a moment as it is in Beijing.

    moment: it says when something was anywhere on Earth; other times are already local.
    """
    kind = column.type()
    if kind.is_floating():
        return _digits(column)
    if kind.is_timestamp():
        local = column + ibis.interval(hours=_BEIJING) if moment else column
        return local.cast("string").substr(0, 19)
    return column.cast("string")


def _digits(number: Any) -> Any:
    """Return a number without exponent: 5.0E8 and 1e-05 are 500000000 and 0.00001."""
    said = number.cast("string").replace("e", "E").replace("+", "")
    short = r"^-?([0-9])\.?([0-9]*)E(-?[0-9]+)$"
    digits = said.re_extract(short, 1) + said.re_extract(short, 2)
    power = said.re_extract(short, 3).nullif("").cast("int32")
    left = digits.rpad(power + 1, "0")
    large = left.substr(0, power + 1) + "." + left.substr(power + 1)
    small = "0." + ibis.literal("0").repeat(-power - 1) + digits
    full = said.re_search(short).ifelse(
        (number < 0).ifelse("-", "") + (power < 0).ifelse(small, large), said
    )
    return ibis.cases(
        (number == 0, "0"),
        (number.isnan(), "NaN"),
        (number.isinf(), (number < 0).ifelse("-inf", "inf")),
        else_=full.re_replace(r"\.0*$", ""),
    )
