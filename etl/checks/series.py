"""A series is of the past, of one cell, and tells one thing at every length of its periods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from etl.checks.history import ALLOWED, MOVE
from etl.checks.ratios import PRINTED, ROUNDED
from etl.checks.subject import (
    KEYS,
    Check,
    Subject,
    figure,
    found_at,
    key_of,
    records,
    unlisted,
)
from indicators.findings import Finding, message
from indicators.periods import SQL_FREQUENCY, SQL_MONTH, parse
from indicators.targets import today

_CELL = "indicator, scheme, industry, size, region"
_PLACE = "concat_ws(' · ', file, nullif(sheet, ''), row)"


def _future(subject: Subject) -> Iterator[Finding]:
    """Yield figures of periods that end after this month, unless they are forecasts."""
    ahead = subject.ask(
        f"SELECT period FROM (SELECT DISTINCT period FROM checked) WHERE {SQL_MONTH} > $now",  # noqa: S608
        now=parse(today()).until,
    )["period"].tolist()
    if not ahead:
        return
    rows = records(
        subject.ask(
            f"""
            SELECT {KEYS}, file, sheet, row FROM checked
            WHERE list_contains($ahead, period) AND value IS NOT NULL AND status <> 'F'
            """,  # noqa: S608
            ahead=ahead,
        )
    )
    for row in rows:
        yield found_at(
            row, FUTURE, f"{row['indicator']} {row['region']} {row['period']}",
            message("a period that ends by the month of {day}, or a forecast (status F)",
                    day=today()),
            message("correct the period, or give the figure the status F; if it holds, accept the "
                    "release and say why"),
            "period", (),
        )  # fmt: skip
    yield from unlisted(FUTURE, rows)


def _frequencies(subject: Subject) -> Iterator[Finding]:
    """Yield figures that belie those of the same series over periods of another length.

    A stock's year, its last quarter and its December are one date, and its figures of different
    lengths near each other in time do not jump. A count over a year is what its parts add up to.
    """
    for macro in (ROUNDED, PRINTED):
        subject.rows.connection.execute(macro)
    # Most indicators have one frequency: to see that, no row need be put in order.
    subject.keep(
        "mixed",
        f"""
        SELECT indicator FROM (
            SELECT DISTINCT indicator, {SQL_FREQUENCY} AS frequency
            FROM (SELECT DISTINCT indicator, period FROM candidate WHERE isfinite(value))
        ) GROUP BY indicator HAVING count(*) > 1
        """,  # noqa: S608
    )
    if subject.ask("SELECT 1 FROM mixed").empty:
        return
    for question in (_BESIDE, _SUMS):
        rows = records(subject.ask(question))
        for row in rows:
            yield _belied(row)
        yield from unlisted(FREQUENCIES, rows)


_DATED = f"""
    SELECT {KEYS}, value, status, file, sheet, row, kind, timing, scale, floor, decimals,
        {SQL_MONTH} AS month, {SQL_FREQUENCY} AS frequency, {_PLACE} AS place
    FROM candidate JOIN meaning USING (indicator) SEMI JOIN mixed USING (indicator)
    WHERE isfinite(value) AND {SQL_MONTH} IS NOT NULL
"""  # noqa: S608 - only constants
_BESIDE = f"""
    WITH step AS (
        SELECT *, lag(value) OVER same AS before, lag(month) OVER same AS month_before,
            lag(frequency) OVER same AS frequency_before, lag(period) OVER same AS other_period,
            lag(place) OVER same AS other_place
        FROM ({_DATED}) WHERE timing = 'stock'
        WINDOW same AS (
            PARTITION BY {_CELL} ORDER BY month, position(frequency IN 'AQM')
        )
    )
    SELECT *, before AS expected, [other_period] AS quoted FROM step
    WHERE frequency <> frequency_before AND CASE
        WHEN month = month_before THEN abs(value - before) > (
            greatest(rounded(value), rounded(before))
            + greatest(printed(value, decimals), printed(before, decimals))) / 2
            + 1e-9 * abs(value)
        ELSE month - month_before <= 12 AND status <> 'B' AND scale <> ''
            AND abs({MOVE}) > {ALLOWED}
        END
"""  # noqa: S608 - only constants
_SUMS = f"""
    WITH dated AS (FROM ({_DATED}) WHERE timing = 'flow' AND kind = 'count'),
    parts AS (
        SELECT {_CELL}, period[1:4] AS year, frequency AS frequency_before,
            sum(value) AS expected, count(*) AS number, min(value) AS least,
            sum(rounded(value)) + count(*) AS slack,
            min(period) || ' – ' || max(period) AS other_period, min(place) AS other_place,
            list(period) AS quoted
        FROM dated WHERE frequency <> 'A' GROUP BY ALL
    )
    SELECT a.*, b.expected, b.other_period, b.other_place, b.quoted
    FROM dated a JOIN parts b ON a.indicator = b.indicator AND a.scheme = b.scheme
        AND a.industry = b.industry AND a.size = b.size AND a.region = b.region
        AND a.period = b.year
    WHERE a.frequency = 'A' AND least >= 0 AND CASE
        WHEN number = if(frequency_before = 'Q', 4, 12)
        THEN abs(a.value - expected) > (rounded(a.value) + 1 + slack) / 2
        ELSE a.value < expected - (rounded(a.value) + 1 + slack) / 2 END
"""  # noqa: S608 - only constants


def _belied(row: dict[str, Any]) -> Finding:
    return found_at(
        row, FREQUENCIES, f"{row['period']} {row['region']}: {figure(row['value'])}",
        message("what agrees with {figure} of {period}, which stands in {place}",
                figure=figure(row["expected"]), period=row["other_period"],
                place=row["other_place"]),
        message("see which of the two holds, and in which unit; if both do, accept the release and "
                "say why"),
        figures=[key_of(row), *(key_of(row, period=period) for period in row["quoted"])],
    )  # fmt: skip


def _elsewhere(subject: Subject) -> Iterator[Finding]:
    """Yield files that give an indicator under an industry or scheme that its series has not.

    Whoever gives the total as well, or parts of a total that add up to it, only adds to a series.
    """
    held = "SELECT DISTINCT indicator, scheme, industry FROM public WHERE value IS NOT NULL"
    rows = records(
        subject.ask(
            f"""
            WITH cell AS (
                SELECT *, {_PLACE} AS place,
                    sum(number) OVER (PARTITION BY file, indicator) AS figures
                FROM (
                    SELECT file, indicator, scheme, industry, count(*) AS number,
                        min(row) AS row, arg_min(sheet, row) AS sheet,
                        arg_min(period, row) AS period
                    FROM candidate WHERE value IS NOT NULL GROUP BY ALL
                )
                WHERE list_contains($schemes, scheme) AND list_contains($industries, industry)
            ), other AS (
                SELECT a.file, a.indicator, b.scheme, b.industry, min(b.place) AS place,
                    min(b.file) AS of
                FROM (SELECT DISTINCT file, indicator FROM cell) a
                JOIN cell b ON a.indicator = b.indicator AND a.file <> b.file
                GROUP BY ALL
                UNION ALL
                SELECT a.file, a.indicator, b.scheme, b.industry, '' AS place, '' AS of
                FROM (SELECT DISTINCT file, indicator FROM cell) a JOIN ({held}) b USING (indicator)
            ), apart AS (
                SELECT file, indicator FROM cell
                SEMI JOIN other USING (file, indicator)
                GROUP BY ALL
                HAVING count(*) FILTER ((indicator, scheme, industry, file) IN (
                    SELECT (indicator, scheme, industry, file) FROM other)) = 0
            )
            SELECT cell.*, other.scheme AS other_scheme, other.industry AS other_industry,
                other.place AS other_place, other.of AS other_file, whole_of
            FROM cell SEMI JOIN apart USING (file, indicator)
            JOIN (SELECT file, indicator, scheme, industry, max(place) AS place, max(of) AS of
                FROM other GROUP BY ALL) other USING (file, indicator)
            JOIN meaning USING (indicator)
            QUALIFY row_number() OVER (
                PARTITION BY cell.file, cell.indicator
                ORDER BY other.industry <> 'ALL', other.scheme <> 'ALL', cell.row, other.place
            ) = 1
            ORDER BY figures, cell.file DESC
            """,  # noqa: S608
            schemes=["ALL", *subject.catalogue.schemes["code"]],
            industries=["ALL", *subject.catalogue.industries["code"]],
        )
    )
    seen: set[tuple[str, str, str]] = set()
    for row in rows:
        # Of two files that differ, the one with fewer figures is told, and names the other.
        if _is_part(row) or (row["indicator"], row["other_file"], row["file"]) in seen:
            continue
        seen.add((row["indicator"], row["file"], row["other_file"]))
        here, there = (
            f"{row[f'{side}scheme']}, {row[f'{side}industry']}" for side in ("", "other_")
        )
        place = row["other_place"] or message("what is public")
        yield found_at(
            row, ELSEWHERE, f"{row['indicator']} {row['period']}: {here}",
            message("scheme and industry as in the series there is, {cell}, in {place}",
                    cell=there, place=place),
            message("correct scheme or industry, or every verdict stays with the other series; if "
                    "it is a series of its own, accept the release and say why"),
            "industry" if row["industry"] != row["other_industry"] else "scheme", (),
        )  # fmt: skip
    yield from unlisted(ELSEWHERE, rows)


def _is_part(row: dict[str, Any]) -> bool:
    """Say whether one of two cells is a part of the other, of what the indicator adds up by."""
    differing = [name for name in ("scheme", "industry") if row[name] != row[f"other_{name}"]]
    wholes = [all(row[f"{side}{name}"] == "ALL" for name in differing) for side in ("", "other_")]
    return any(wholes) and all(name in row["whole_of"] for name in differing)


FUTURE = Check(
    "future", "warning", message("No figure is of a period that ends after this month."), _future
)
FREQUENCIES = Check(
    "frequencies", "warning",
    message("Yearly, quarterly and monthly figures of one series agree."), _frequencies,
)  # fmt: skip
ELSEWHERE = Check(
    "elsewhere", "warning",
    message("An indicator's figures stand under the industry and scheme of its series."),
    _elsewhere,
)  # fmt: skip
