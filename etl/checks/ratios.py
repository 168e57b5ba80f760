"""Ratios are those of their numerator and denominator, and of the figures published for both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from etl.checks.scope import SCOPE
from etl.checks.subject import (
    Check,
    Subject,
    figure,
    found_at,
    key,
    key_of,
    records,
    unlisted,
)
from indicators.findings import Finding, Key, Message, message
from indicators.periods import SQL_MONTH

# A figure such as 3,760,000 stands for anything that rounds to it.
ROUNDED = """
    CREATE OR REPLACE TEMP MACRO rounded(figure) AS CASE
        WHEN figure % 1e6 = 0 THEN 1e6 WHEN figure % 1e5 = 0 THEN 1e5
        WHEN figure % 1e4 = 0 THEN 1e4 WHEN figure % 1e3 = 0 THEN 1e3 ELSE 0 END
"""
PRINTED = """
    CREATE OR REPLACE TEMP MACRO printed(figure, decimals) AS CASE
        WHEN figure = round(figure) THEN 1.0
        WHEN decimals > 1 AND figure = round(figure, 1) THEN 0.1
        ELSE power(10.0, -decimals) END
"""
_APART = """
    CREATE OR REPLACE TEMP MACRO apart(figure, decimals, above, below, factor) AS
        abs(above / below * factor - figure) > (printed(figure, decimals)
            + rounded(above) / below * factor + rounded(below) / below * abs(figure)) / 2
            + 1e-9 * abs(figure)
"""
_PLACE = (
    "a.period = b.period AND a.scheme = b.scheme AND a.industry = b.industry AND a.size = b.size"
)
_RATIOS = f"""
    WITH ratio AS (
        SELECT checked.*, top, bottom, factor, way, whole, months, decimals, {SQL_MONTH} AS month
        FROM checked JOIN meaning USING (indicator) WHERE factor > 0 AND isfinite(value)
            AND (top <> '' OR numerator IS NOT NULL AND denominator IS NOT NULL)
    ), used AS (
        SELECT *, {SQL_MONTH} AS month FROM candidate WHERE isfinite(value) AND indicator IN (
            SELECT top FROM ratio UNION SELECT bottom FROM ratio)
    ), topped AS (
        SELECT a.*, b.value AS published_top FROM ratio a
        LEFT JOIN used b ON a.top = b.indicator AND {_PLACE} AND a.region = b.region
    ), based AS (
        SELECT a.*, b.value AS published_bottom, b.period AS bottom_period, w.value AS abroad
        FROM topped a
        LEFT JOIN used b ON a.bottom = b.indicator AND {_PLACE} AND a.whole = b.region
        LEFT JOIN used w ON a.bottom = w.indicator AND a.period = w.period
            AND a.scheme = w.scheme AND a.industry = w.industry AND a.size = w.size
            AND w.region = 'ALL'
        WHERE a.way = 'share'
        UNION ALL BY NAME
        SELECT a.*, b.value AS published_bottom, b.period AS bottom_period FROM topped a
        LEFT JOIN used b ON a.bottom = b.indicator AND {_PLACE} AND a.region = b.region
        WHERE a.way = 'same'
        UNION ALL BY NAME
        SELECT a.* EXCLUDE (nearest),
            CASE WHEN a.month - b.month <= a.months THEN b.value END AS published_bottom,
            b.period AS bottom_period
        FROM (SELECT *, bottom AS nearest FROM topped WHERE way = 'earlier') a
        ASOF LEFT JOIN used b ON a.nearest = b.indicator AND a.scheme = b.scheme
            AND a.industry = b.industry AND a.size = b.size AND a.region = b.region
            AND a.month >= b.month
    ), judged AS (
        SELECT *,
            coalesce(numerator, published_top) AS above,
            coalesce(denominator, published_bottom) AS below,
            coalesce(coalesce(denominator, published_bottom) > 0 AND apart(value, decimals,
                above, below, factor), false) AS wrong_value,
            coalesce(abs(numerator - published_top) > greatest(rounded(numerator),
                rounded(published_top)) / 2 + 1e-9 * abs(published_top), false) AS wrong_top,
            coalesce(abs(denominator - published_bottom) > greatest(rounded(denominator),
                rounded(published_bottom)) / 2 + 1e-9 * abs(published_bottom), false)
                AS wrong_bottom,
            abroad IS DISTINCT FROM published_bottom AND (denominator = abroad
                OR denominator IS NULL AND abroad > 0
                AND NOT apart(value, decimals, above, abroad, factor)) AS with_abroad
        FROM based
    )
    SELECT * FROM judged WHERE wrong_value OR wrong_top OR wrong_bottom
"""  # noqa: S608 - only constants


def _ratios(subject: Subject) -> Iterator[Finding]:
    for macro in (ROUNDED, PRINTED, _APART):
        subject.rows.connection.execute(macro)
    rows = records(subject.ask(_RATIOS))
    for row in rows:
        yield from _of_row(subject, row)
    yield from unlisted(RATIOS, rows)


def _parts(row: dict[str, Any], top: str, bottom: str, period: str | None, whole: str | None
) -> tuple[Key, ...]:  # fmt: skip
    """Return the keys of a ratio, its numerator and its denominator."""
    below = {
        "indicator": bottom,
        "period": row["period"] if period is None or pd.isna(period) else period,
        "region": whole or row["region"],
    }
    return key_of(row), key_of(row, indicator=top), key_of(row, **below)


def _of_row(subject: Subject, row: dict[str, Any]) -> Iterator[Finding]:
    quoted = _parts(row, row["top"], row["bottom"], row["bottom_period"], row["whole"])

    def title(name: str) -> object:
        return subject.catalogue.indicators[row[name]].title

    advice = message("see which of the figures the document gives, and correct the other")
    if row["with_abroad"] is True:
        yield found_at(
            row, SCOPE, figure(row["value"]),
            message("a share of the total without those abroad, {total}",
                    total=figure(row["published_bottom"])),
            message("divide by the total that does not count those abroad"),
            figures=quoted,
        )  # fmt: skip
        return
    if row["wrong_value"]:
        yield found_at(
            row, RATIOS, figure(row["value"]),
            message("{above} / {below} × {factor} = {ratio}", above=figure(row["above"]),
                    below=figure(row["below"]), factor=figure(row["factor"]),
                    ratio=figure(row["above"] / row["below"] * row["factor"])),
            advice, figures=quoted,
        )  # fmt: skip
    for wrong, column, indicator, public in (
        ("wrong_top", "numerator", "top", "published_top"),
        ("wrong_bottom", "denominator", "bottom", "published_bottom"),
    ):
        if row[wrong]:
            expected: Message = message(
                "{figure}, as published for {indicator}",
                figure=figure(row[public]), indicator=title(indicator),
            )  # fmt: skip
            yield found_at(row, RATIOS, figure(row[column]), expected, advice, column, quoted)


def _beyond(subject: Subject) -> Iterator[Finding]:
    """Yield the ratios that were computed and are no figures; see `derive.add_derived`."""
    made = subject.ask("SELECT 1 FROM duckdb_tables() WHERE table_name = 'beyond'")
    if made.empty or not subject.derived:
        return
    rows = records(subject.ask("SELECT * FROM beyond"))
    for row in rows:
        item = subject.catalogue.indicators[row["indicator"]]
        low, high = (figure(bound) for bound in item.range)
        yield found_at(
            row, BEYOND,
            f"{key(row)}: {figure(row['numerator'])} / {figure(row['denominator'])} "
            f"= {figure(row['value'])}",
            message("between {low} and {high}", low=low, high=high),
            message("correct the source that is wrong; if you accept the release, this ratio is "
                    "not published"),
            None,
            _parts(row, item.numerator or "", item.denominator or "", row["below_period"],
                   item.share_of),
        )  # fmt: skip
    yield from unlisted(BEYOND, rows)


RATIOS = Check(
    "ratios", "error",
    message("A ratio is its numerator over its denominator, and both are those published."),
    _ratios,
)  # fmt: skip
BEYOND = Check(
    "beyond", "warning",
    message("What we divide gives a ratio that can be, whatever sources the parts come from."),
    _beyond, True,
)  # fmt: skip
