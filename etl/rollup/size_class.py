"""Enterprise size by the NBS rule of 2017, from employees, revenue and assets.

An enterprise is of a size when it reaches the lower limit of every measure of its sector, so
the smallest of its measures decides; micro enterprises are the rest. A sector without a rule,
or a measure that is not known, leaves the enterprise not classified.
"""

from __future__ import annotations

from typing import Any

import ibis
import pandas as pd

SIZES = ("MICRO", "SMALL", "MEDIUM", "LARGE")
NOT_CLASSIFIED = "NOT_CLASSIFIED"
MEASURES = ("employees", "revenue_10k", "assets_10k")


def size_class(
    industry: Any, employees: Any, revenue_10k: Any, assets_10k: Any, rules: pd.DataFrame
) -> Any:
    """Return the size, an expression; `industry` is GB/T 4754 text such as `39`, `C39`, `7010`.

    `rules` (selector, measure, large_min, medium_min, small_min) names divisions by two digits
    and classes by four, of which the closing zeros stand for any digit.
    """
    values = dict(zip(MEASURES, (employees, revenue_10k, assets_10k), strict=True))
    digits = industry.re_replace("[^0-9]", "")
    answer: Any = ibis.literal(NOT_CLASSIFIED)
    # Classes come after divisions: what is said of 7010 goes before what is said of 70.
    for selector, limits in rules.groupby("selector", sort=False):
        condition = _selected(digits, str(selector).split())
        answer = condition.ifelse(_smallest(values, limits), answer)
    return answer


def _selected(digits: Any, codes: list[str]) -> Any:
    divisions = [code for code in codes if len(code) == 2]
    condition: Any = digits[0:2].isin(divisions) if divisions else ibis.literal(False)
    for code in codes:
        if len(code) > 2:
            condition = condition | digits.startswith(code.rstrip("0"))
    return condition


def _smallest(values: dict[str, Any], limits: pd.DataFrame) -> Any:
    grades = [
        ibis.cases(
            (values[row.measure] >= row.large_min, 3),
            (values[row.measure] >= row.medium_min, 2),
            (values[row.measure] >= row.small_min, 1),
            (values[row.measure] >= 0, 0),
            else_=ibis.null("int64"),
        )
        for row in limits.itertuples()
    ]
    # least() skips what is missing; adding all grades does not
    known = sum(grades[1:], grades[0]).notnull()
    least = ibis.least(*grades) if len(grades) > 1 else grades[0]
    named: Any = ibis.cases(*((least == i, size) for i, size in enumerate(SIZES)))
    return known.ifelse(named, NOT_CLASSIFIED)
