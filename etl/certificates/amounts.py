"""Employees, revenue and assets as their cells say them: `1,200`, `１２００人`, `0.5亿元`.

An amount is what one of these patterns matches from end to end, on every engine alike. All else
(`-5`, `1e3`, `12%`, `1_000`, `约50`, `inf`) is no amount.
"""

from __future__ import annotations

from typing import Any

import ibis

from etl.certificates.plain_text import tidied
from etl.figures.cells import MULTIPLES

AMOUNTS = ("employees", "revenue", "assets")
_DIGITS = "[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,3}(?: [0-9]{3}){1,4}"
_PEOPLE = f"^[+]?({_DIGITS})(?:[.]0*)?(?: ?[人名])?$"
_MULTIPLE = "|".join(sorted(MULTIPLES, key=len, reverse=True))
_MONEY = f"^[+]?((?:{_DIGITS})(?:[.][0-9]*)?|[.][0-9]+) ?((?:{_MULTIPLE})?)(元?)$"


def people(text: Any) -> Any:
    """Return a number of persons, NULL where the text says none."""
    return _quickly(text, "^[0-9]{1,15}$", _number(tidied(text), _PEOPLE))


def money(text: Any, unit: float) -> Any:
    """Return an amount in 10,000 yuan, NULL where the text says none.

    unit: how many yuan a bare number counts. A cell that ends in 元 says its own unit; 万 alone
    is unclear where a bare number counts more than a yuan already.
    """
    said = tidied(text)
    multiple, yuan = said.re_extract(_MONEY, 2), said.re_extract(_MONEY, 3)
    bare = (multiple == "") & (yuan == "")
    power: Any = ibis.cases(
        *((multiple == word, float(10**power)) for word, power in MULTIPLES.items()), else_=1.0
    )
    clear = bare | (yuan != "") | ibis.literal(unit == 1)
    amount = clear.ifelse(_number(said, _MONEY), None) * bare.ifelse(unit, power)
    # Whole yuan first, so that a limit of the size rule is met exactly.
    return _quickly(text, "^[0-9]{1,15}(?:[.][0-9]+)?$", amount, unit) / 10_000


def _quickly(text: Any, bare: str, otherwise: Any, unit: float = 1.0) -> Any:
    """Return the number of a bare text; most are bare or empty, and the rest takes long to read."""
    digits = text.re_search(bare)
    number = digits.ifelse(text, None).cast("float64") * unit
    return (text == "").ifelse(None, digits.ifelse(number, otherwise))


def _number(said: Any, pattern: str) -> Any:
    """Return the number that a text begins with; on digits alone, engines agree."""
    digits = said.re_extract(pattern, 1).replace(",", "").replace(" ", "")
    return said.re_search(pattern).ifelse(digits, None).cast("float64")
