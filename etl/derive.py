"""Ratios by the catalogue's rules: computed from published figures, never typed.

A ratio's total is the ratio of the totals, so each is computed at its own key. A share of the
nation divides by the domestic total (`100000`), never by the one with certificates held abroad.
A ratio that a source publishes itself stays as published. Its status is that of its numerator
or its denominator, a break and another definition before what else there is to say. A denominator
of another period breaks a series once, between the ratios that stand before and after its own
break, as does one of another kind. Of a confidential figure without a value there is a ratio
without one.
"""

from __future__ import annotations

import pandas as pd

from etl.tidy import DERIVED, TidyRows
from indicators.catalogue import Catalogue, Indicator
from indicators.periods import SQL_MONTH
from indicators.regions import ALL

# A ratio is as good as its worse part.
_VERIFIED = ("primary", "secondary", "unconfirmed", "demonstration")
_JOINS = {
    # The whole is the nation's figure at the same period, scheme, industry and size.
    "share": f"""
        JOIN below ON above.period = below.period AND above.scheme = below.scheme
         AND above.industry = below.industry AND above.size = below.size
        WHERE $months >= 0 AND below.region = $whole AND above.region NOT IN ('{ALL}', $whole)
    """,
    "same": """
        JOIN below ON above.period = below.period AND above.scheme = below.scheme
         AND above.industry = below.industry AND above.size = below.size
         AND above.region = below.region
        WHERE $months >= 0 AND $whole IS NULL
    """,
    # The nearest that is not later, within `max_age` years.
    "earlier": """
        ASOF JOIN below ON above.scheme = below.scheme AND above.industry = below.industry
         AND above.size = below.size AND above.region = below.region
         AND above.month >= below.month
        WHERE above.month - below.month <= $months AND $whole IS NULL
    """,
}
_RATIO = f"""
    WITH dated AS (
        SELECT *, {SQL_MONTH} AS month FROM {{tidy}}
        WHERE value IS NOT NULL OR confidentiality <> 'F'
    ),
    above AS (SELECT * FROM dated WHERE indicator = $numerator),
    -- Of two kinds at one date the first named.
    below AS (
        SELECT *, count_if(status = 'B') OVER (
            PARTITION BY indicator, scheme, industry, size, region ORDER BY month) AS breaks
        FROM dated WHERE list_contains($denominators, indicator) AND {{divisor}}
        QUALIFY row_number() OVER (PARTITION BY scheme, industry, size, region, period
            ORDER BY list_position($denominators, indicator)) = 1
    )
    SELECT
        $indicator AS indicator, above.period, above.scheme, above.industry, above.size,
        above.region, above.value / below.value * $factor AS value,
        CASE WHEN 'B' IN (above.status, {{broken}}) THEN 'B'
             WHEN 'D' IN (above.status, below.status) THEN 'D'
             WHEN above.status <> 'A' THEN above.status
             WHEN below.status = 'B' THEN 'A' ELSE below.status END AS status,
        CASE WHEN above.confidentiality = 'F' THEN below.confidentiality
             ELSE above.confidentiality END AS confidentiality,
        CASE WHEN below.value > 0 THEN above.value END AS numerator,
        CASE WHEN above.value IS NOT NULL THEN below.value END AS denominator,
        '{DERIVED}' AS source,
        {{cited}} AS citation,
        above.file, above.sheet, above.row,
        NULL::DOUBLE AS contributors, NULL::DOUBLE AS largest, below.period AS below_period
    FROM above {{join}}
"""

# Where the denominator is of another period than the ratio, the citation names it, and its kind.
_CITED = "above.citation || '/' || below.citation"
_AT = " || '/' || below.period || '/' || below.indicator"
_BROKEN = "below.status"
_BROKEN_SINCE = """
    CASE WHEN lag(below.indicator, 1, below.indicator) OVER series <> below.indicator
        OR lag(below.breaks, 1, below.breaks - (below.status = 'B')::INTEGER) OVER series
            < below.breaks THEN 'B' END
"""
_SERIES = """
    WINDOW series AS (PARTITION BY above.scheme, above.industry, above.size, above.region
        ORDER BY above.month)
"""

_UNPUBLISHED = """
    SELECT * FROM ({ratio}) ANTI JOIN (
        SELECT indicator, period, scheme, industry, size, region FROM {tidy}
        WHERE indicator = $indicator
    ) USING (indicator, period, scheme, industry, size, region)
"""


def add_derived(rows: TidyRows, catalogue: Catalogue) -> None:
    """Add the rows of every derived indicator, each with its numerator and denominator.

    Their citation names both documents, `numerator's/denominator's`, and the denominator's
    period and indicator if they may differ; see `citations`. What falls outside the range of its
    indicator is no figure, such as a rate above 100 % where one source counts more certified
    organisations than another counts legal entities: it stands in the table `beyond` instead, with
    the period of its denominator. What would be divided by zero stands in the table `undefined`.
    Both are there for `etl.suppression`: that a ratio of a suppressed figure is missing would tell
    as much as its value.
    """
    given = rows.indicators
    ratios = [
        item
        for item in catalogue.indicators.values()
        if item.derived and item.numerator in given and given.intersection(item.denominators)
    ]
    ask = rows.connection.execute
    for table in ("beyond", "undefined"):
        ask(
            f"CREATE OR REPLACE TEMP TABLE {table} AS "
            "SELECT *, period AS below_period FROM tidy WHERE false"
        )
    for ratio in ratios:
        zero = "SELECT 1 FROM tidy WHERE list_contains($1, indicator) AND value = 0 LIMIT 1"
        if len(rows.query(zero, [list(ratio.denominators)])):
            question, parameters = _question(ratio, rows, "value = 0")
            ask(f"INSERT INTO undefined BY NAME {question}", parameters)
        question, parameters = _question(ratio, rows, "(value > 0 OR value IS NULL)")
        ask(f"CREATE OR REPLACE TEMP TABLE computed AS {question}", parameters)
        within = dict(zip(("low", "high"), ratio.range, strict=True))
        rows.add_answer(
            "SELECT * FROM computed WHERE value BETWEEN $low AND $high OR value IS NULL", within
        )
        ask(
            "INSERT INTO beyond BY NAME "
            "SELECT * FROM computed WHERE value NOT BETWEEN $low AND $high",
            within,
        )
    ask("DROP TABLE IF EXISTS computed")


def _question(ratio: Indicator, rows: TidyRows, divisor: str) -> tuple[str, dict[str, object]]:
    join = "share" if ratio.share_of else ratio.denominator_period
    # Large files hold few indicators: most have no part in a ratio.
    tidy = rows.among({ratio.key, ratio.numerator or "", *ratio.denominators})
    cited, broken, series = _CITED, _BROKEN, ""
    if join == "earlier":
        cited, broken, series = _CITED + _AT, _BROKEN_SINCE, _SERIES
    computed = _RATIO.format(
        join=_JOINS[join] + series, tidy=tidy, cited=cited, broken=broken, divisor=divisor
    )
    return _UNPUBLISHED.format(ratio=computed, tidy=tidy), {
        "indicator": ratio.key,
        "numerator": ratio.numerator,
        "denominators": list(ratio.denominators),
        "factor": ratio.factor,
        "whole": ratio.share_of,
        "months": int((ratio.max_age or 100) * 12),
    }


def citations(rows: TidyRows, cited: pd.DataFrame) -> pd.DataFrame:
    """Return the citations of derived rows: both documents in one, told apart by a semicolon.

    `cited` has the rows of `citation` that the figures themselves cite.
    """
    pairs = rows.query(f"SELECT DISTINCT citation FROM tidy WHERE source = '{DERIVED}'")
    known = cited.set_index("citation").to_dict("index")
    made = []
    for pair in pairs["citation"]:
        above, below = (known[key] for key in pair.split("/")[:2])
        both = {
            name: _joined(above[name], below[name])
            for name in ("publisher", "document", "licence", "place", "note")
        }
        weakest = max(above["verification"], below["verification"], key=_VERIFIED.index)
        made.append(
            above
            | both
            | {
                "citation": pair,
                "basis": "derived",
                "frequency": None,
                "second_sources": None,  # of the numerator, not of the ratio
                "verification": weakest,
            }
        )
    return pd.DataFrame(made, columns=list(cited.columns))


def _joined(above: object, below: object) -> str | None:
    texts = [str(text) for text in (above, below) if text is not None and text == text and text]
    return "；".join(dict.fromkeys(texts)) or (None if above is None else "")
