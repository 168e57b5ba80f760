"""The two scopes of the platform are never mixed: `ALL` with those abroad, `100000` without.

docs/method.md §10: a province's share of the nation uses the second.
"""

from __future__ import annotations

from collections.abc import Iterator

from etl.checks.subject import Check, Subject, figure, found_at, key_of, records, unlisted
from indicators.findings import Finding, message
from indicators.store.tables import KEY

_ADVICE = message(
    "see which of the two totals the document gives: 全部 (with those abroad) or 全国"
)
_KEYS_A = ", ".join(f"a.{name}" for name in KEY)
_SAME = "a.indicator = b.indicator AND a.period = b.period AND a.scheme = b.scheme " \
    "AND a.industry = b.industry AND a.size = b.size"  # fmt: skip


def _scope(subject: Subject) -> Iterator[Finding]:
    yield from _more_at_home(subject)
    yield from _exchanged(subject)


def _more_at_home(subject: Subject) -> Iterator[Finding]:
    rows = records(
        subject.ask(
            f"""
            SELECT {_KEYS_A}, a.value, b.value AS world, a.file, a.sheet, a.row
            FROM checked a JOIN checked b ON {_SAME}
            JOIN meaning ON meaning.indicator = a.indicator
            WHERE a.region = '100000' AND b.region = 'ALL' AND meaning.kind = 'count'
                AND a.value > b.value
            """  # noqa: S608
        )
    )
    for row in rows:
        yield found_at(
            row, SCOPE, figure(row["value"]),
            message("at most the total with those abroad, {total}", total=figure(row["world"])),
            _ADVICE, figures=(key_of(row), key_of(row, region="ALL")),
        )  # fmt: skip
    yield from unlisted(SCOPE, rows)


def _exchanged(subject: Subject) -> Iterator[Finding]:
    """Yield figures of one scope at the other's region, known by what is or was public there.

    Where the two scopes of an indicator and scheme differ at any time, they are not equal by
    chance: a file that gives both as one has given one of them twice.
    """
    rows = records(
        subject.ask(
            f"""
            WITH pair AS (
                SELECT a.indicator, a.period, a.scheme, a.industry, a.size,
                    a.value AS home, b.value AS world
                FROM public a JOIN public b ON {_SAME}
                WHERE a.region = '100000' AND b.region = 'ALL' AND a.value <> b.value
            ), here AS (
                SELECT a.indicator, a.period, a.scheme, a.industry, a.size,
                    a.value AS home, b.value AS world, a.file, a.sheet, a.row, b.file AS other
                FROM checked a JOIN checked b ON {_SAME}
                WHERE a.region = '100000' AND b.region = 'ALL' AND a.value IS NOT NULL
            ), apart AS (
                SELECT DISTINCT indicator, scheme, industry, size FROM here WHERE home <> world
                UNION SELECT DISTINCT indicator, scheme, industry, size FROM pair
            )
            SELECT {_KEYS_A}, a.value, a.file, a.sheet, a.row
            FROM checked a JOIN pair b ON {_SAME}
            WHERE a.region = 'ALL' AND a.value = b.home OR a.region = '100000' AND a.value = b.world
            UNION
            SELECT indicator, period, scheme, industry, size, '100000', home, file, sheet, row
            FROM here JOIN apart USING (indicator, scheme, industry, size)
            WHERE home = world AND file = other AND home > 0
            """  # noqa: S608
        )
    )
    for row in rows:
        yield found_at(
            row, SCOPE, f"{row['region']} = {figure(row['value'])}",
            message("the total without those abroad, not the one with them")
            if row["region"] == "100000"
            else message("the total with those abroad, not the one without them"),
            _ADVICE, figures=(key_of(row, region="100000"), key_of(row, region="ALL")),
        )  # fmt: skip
    yield from unlisted(SCOPE, rows)


SCOPE = Check(
    "scope", "error",
    message("Totals with and without those abroad are not mixed, nor is a share of the wrong one."),
    _scope,
)  # fmt: skip
