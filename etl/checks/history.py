"""Against what is public and what came before: nothing lost, no jump that nobody looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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
from etl.tidy import DERIVED
from indicators.catalogue import Text
from indicators.findings import Finding, message
from indicators.periods import SQL_FREQUENCY, SQL_MONTH, period_of

MIN_CHANGES = 4  # of a series' own history, to say what is usual for it
_GROUP = "indicator, period, scheme, industry, size"
_GIVEN = "(value IS NOT NULL OR confidentiality <> 'F')"
_SERIES = "indicator, scheme, industry, size, region"


def _coverage(subject: Subject) -> Iterator[Finding]:
    """Yield the regions that were public and are not given any more, by what they were given for.

    Only of figures that the rows can hold: ratios that we compute are not there before they are.
    """
    computed = subject.rows.query(f"SELECT 1 FROM tidy WHERE source = '{DERIVED}' LIMIT 1")  # noqa: S608
    left_out = [
        key for key, item in subject.catalogue.indicators.items() if item.derived and computed.empty
    ]
    within = "AND period BETWEEN $first AND $last" if subject.narrowed else ""
    regions = f"""
        SELECT hash({_GROUP}) AS hashed, count(*)::INTEGER AS regions,
            bit_xor(hash(region)) AS which
        FROM {{figures}} WHERE {_GIVEN} {within} GROUP BY hashed
    """  # noqa: S608
    looked_at, span = "", dict[str, Any]()
    if subject.narrowed:
        looked_at, span = "SEMI JOIN touched USING (indicator, period)", subject.span()
    subject.keep(
        "covered",
        f"""
        SELECT hashed, before.regions AS before, coalesce(now.regions, 0) AS now
        FROM ({regions.format(figures=f"public {looked_at}")}) AS before
        LEFT JOIN ({regions.format(figures=f"tidy {looked_at}")}) AS now USING (hashed)
        WHERE before.which IS DISTINCT FROM now.which
        """,  # noqa: S608
        **span,
    )
    if subject.ask("SELECT 1 FROM covered LIMIT 1").empty:
        return
    rows = records(
        subject.ask(
            f"""
            WITH lost AS (
                SELECT {_GROUP}, region, before, now
                FROM (SELECT * FROM public
                    WHERE {_GIVEN} AND NOT list_contains($left_out, indicator))
                JOIN covered ON hashed = hash({_GROUP})
                ANTI JOIN (SELECT {KEYS} FROM tidy WHERE {_GIVEN}) USING ({KEYS})
            ), places AS (
                SELECT {_GROUP}, min(file) AS file FROM tidy
                JOIN covered ON hashed = hash({_GROUP})
                GROUP BY ALL
            )
            SELECT indicator, period, scheme, before, now, list(DISTINCT region) AS regions,
                coalesce(min(file), '') AS file, '' AS sheet, NULL::BIGINT AS row
            FROM lost LEFT JOIN places USING ({_GROUP})
            GROUP BY ALL
            """,  # noqa: S608
            left_out=left_out,
        )
    )
    names = {
        str(row["code"]): Text(zh=str(row["short_zh"]) or str(row["name_zh"]),
                               en=str(row["name_en"]))
        for row in subject.catalogue.regions.to_dict("records")
    }  # fmt: skip
    for row in rows:
        yield found_at(
            row, COVERAGE, f"{row['indicator']} {row['period']} {row['scheme']}: {row['now']}",
            message("{n} regions as published, without losing {regions}", n=row["before"],
                    regions=[names.get(code, code) for code in sorted(row["regions"])]),
            message("put the rows back, or accept the release and say why they are gone"),
            "region", (),
        )  # fmt: skip
    yield from unlisted(COVERAGE, rows)


MOVE = """
    CASE WHEN scale = 'points' THEN value - before
         WHEN kind = 'count' AND least(value, before) >= 0 THEN ln((value + 0.5) / (before + 0.5))
         WHEN least(value, before) > 0 THEN ln(value / before)
    END
"""
# Small counts vary by chance: four times the standard error of the logarithm of their ratio.
ALLOWED = """
    floor + if(kind = 'count' AND scale = 'log' AND least(value, before) >= 0,
               4 * sqrt(1 / (value + 0.5) + 1 / (before + 0.5)), 0)
"""


def _jumps(subject: Subject) -> Iterator[Finding]:
    """Yield points that change more than their floor and than the series usually does.

    Within a year a change counts as one of a whole year; over several years it is spread. A
    break (status B) is no jump, and a change that is public already was looked at then.
    """
    subject.rows.connection.execute(f"CREATE OR REPLACE TEMP MACRO month(period) AS ({SQL_MONTH})")
    series = f"hash({_SERIES}, {SQL_FREQUENCY})"
    points = f"""
        SELECT {series} AS series, month(period)::USMALLINT AS month, value, status = 'B' AS broken,
            number
    """
    then, now, looked_at = "public", "tidy", ""
    if subject.narrowed and subject.published:
        # What is public of files that did not change stands among the candidates, and a series
        # whose figures are all public as they are was looked at then.
        then, now = "public_then", "(SELECT * FROM candidate SEMI JOIN changed USING (file))"
        figures = f"{KEYS}, value, status"
        subject.keep(
            "moved",
            f"""
            SELECT DISTINCT {series} AS series
            FROM (SELECT {figures} FROM {now} EXCEPT SELECT {figures} FROM {then})
            """,  # noqa: S608
        )
        looked_at = f"AND {series} IN (SELECT series FROM moved)"  # noqa: S608
    # Narrow rows, so that ten million of them are put in order of time within the memory.
    steps = f"""
        SELECT series, month, value, month_before, before, multiple,
            {MOVE} / greatest(1, (month - month_before) / 12) AS move, {ALLOWED} AS allowed
        FROM (
            SELECT *, lag(month) OVER same AS month_before, lag(value) OVER same AS before
            FROM (
                {points} FROM candidate JOIN meaning USING (indicator)
                WHERE scale <> '' AND isfinite(value) {looked_at} {{chosen}}
                UNION ALL
                {points} FROM {then} JOIN meaning USING (indicator)
                ANTI JOIN (SELECT hash({KEYS}) AS hashed FROM {now}) ON hashed = hash({KEYS})
                WHERE scale <> '' AND isfinite(value) {looked_at} {{chosen}}
            ) WINDOW same AS (PARTITION BY series ORDER BY month)
        ) JOIN meaning USING (number)
        WHERE before IS NOT NULL AND NOT broken
    """  # noqa: S608
    subject.keep(
        "leap",
        f"SELECT * FROM ({steps.format(chosen='')}) WHERE abs(move) > allowed",  # noqa: S608
    )
    if subject.ask("SELECT 1 FROM leap LIMIT 1").empty:
        return
    chosen = f"AND {series} IN (SELECT series FROM leap)"  # noqa: S608
    rows = records(
        subject.ask(
            f"""
            WITH step AS ({steps.format(chosen=chosen)}), judged AS (
                SELECT leap.*, median(abs(step.move)) AS usual, count(step.move) AS changes
                FROM leap LEFT JOIN step
                    ON leap.series = step.series AND leap.month <> step.month
                GROUP BY ALL
            ), placed AS (
                SELECT judged.*, {_SERIES}, period, {SQL_FREQUENCY} AS frequency, file, sheet, row
                FROM candidate
                JOIN judged ON judged.series = {series} AND judged.month = month(period)
                WHERE changes < {MIN_CHANGES} OR abs(move) > multiple * usual
            )
            SELECT * FROM placed
            WHERE NOT ({_public("month", "value")} AND {_public("month_before", "before")})
            """  # noqa: S608
        )
    )
    for row in rows:
        yield _jump(row)
    yield from unlisted(JUMPS, rows)


def _public(month: str, value: str) -> str:
    """Return the condition that the series' figure of a month is public as it stands."""
    same = " AND ".join(f"public.{name} = placed.{name}" for name in _SERIES.split(", "))
    return f"""EXISTS (FROM public WHERE {same} AND frequency = {SQL_FREQUENCY}
        AND month(period) = placed.{month} AND value = placed.{value})"""


def _jump(row: dict[str, Any]) -> Finding:
    where = {
        "before": figure(row["before"]),
        "period": period_of(row["month_before"], row["frequency"]),
    }
    if row["changes"] >= MIN_CHANGES:
        expected = message(
            "a figure near {before} of {period}, as this series is used to", **where
        )  # fmt: skip
    else:
        expected = message("a figure near {before} of {period}", **where)
    return found_at(
        row, JUMPS, f"{figure(row['before'])} → {figure(row['value'])}", expected,
        message("look it up in the document; if it holds, accept the release and say why, "
                "or mark a break (status B)"),
        figures=(key_of(row), key_of(row, period=where["period"])),
    )  # fmt: skip


COVERAGE = Check(
    "coverage", "warning",
    message("Every region that was public for a period still is."), _coverage,
)  # fmt: skip
JUMPS = Check(
    "jumps", "warning",
    message("No figure moves in a year by more than its series does, unless it is looked at."),
    _jumps,
)  # fmt: skip
