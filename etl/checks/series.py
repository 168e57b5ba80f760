"""A series over time: nothing is lost, no jump is overlooked, it tells one thing of one cell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from etl.checks.agreement import PRINTED, ROUNDED
from etl.checks.subject import Check, Row, Subject, Wrong, figure, key_of
from etl.tidy import DERIVED, KEYS
from indicators.catalogue import tree_of
from indicators.findings import message
from indicators.periods import SQL_MONTH, parse, period_of, today
from indicators.regions import ALL, NATION
from indicators.standards import current
from indicators.wording import Text

MIN_CHANGES = 4  # of a series' own history, to say what is usual for it
_GROUP = "indicator, period, scheme, industry, size"
_GIVEN = "(value IS NOT NULL OR confidentiality <> 'F')"
_SERIES = "indicator, scheme, industry, size, region"


def _coverage(subject: Subject) -> Iterator[Wrong]:
    """Yield the regions that were public and are not given any more, by what they were given for.

    Only of figures that the rows can hold: ratios that we compute are not there before they are.
    """
    if not subject.published:
        return
    computed = subject.rows.query(f"SELECT 1 FROM tidy WHERE source = '{DERIVED}' LIMIT 1")
    left_out = [
        key for key, item in subject.catalogue.indicators.items() if item.derived and computed.empty
    ]
    within = "AND period BETWEEN $first AND $last" if subject.narrowed else ""
    regions = f"""
        SELECT hash({_GROUP}) AS hashed, count(*)::INTEGER AS regions,
            bit_xor(hash(region)) AS which
        FROM {{figures}} WHERE {_GIVEN} {within} GROUP BY hashed
    """
    looked_at, span = "", dict[str, str | None]()
    if subject.narrowed:
        looked_at, span = "SEMI JOIN touched USING (indicator, period)", subject.span()
    subject.keep(
        "covered",
        f"""
        SELECT hashed, before.regions AS before, coalesce(now.regions, 0) AS now
        FROM ({regions.format(figures=f"public {looked_at}")}) AS before
        LEFT JOIN ({regions.format(figures=f"tidy {looked_at}")}) AS now USING (hashed)
        WHERE before.which IS DISTINCT FROM now.which
        """,
        **span,
    )
    if not subject.any("covered"):
        return
    question = f"""
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
    """
    names = {
        code: Text(zh=region.short_zh or region.name_zh, en=region.name_en)
        for code, region in tree_of(subject.catalogue).regions.items()
    }
    for row in subject.records(question, left_out=left_out):
        expected = message(
            "{n} regions as published, without losing {regions}",
            n=row["before"],
            regions=[names.get(code, code) for code in sorted(row["regions"])],
        )
        advice = message("put the rows back, or accept the release and say why they are gone")
        found = f"{row['indicator']} {row['period']} {row['scheme']}: {row['now']}"
        yield Wrong(row, found, expected, advice, "region", ())


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


def _jumps(subject: Subject) -> Iterator[Wrong]:
    """Yield points that change more than their floor and than the series usually does.

    Within a year a change counts as one of a whole year; over several years it is spread. A
    break (status B) is no jump, and a change that is public already was looked at then.
    """
    series = f"hash({_SERIES}, frequency)"
    points = f"SELECT {series} AS series, month, value, status = 'B' AS broken, number"
    meant = "JOIN meaning USING (indicator) JOIN dated USING (period)"
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
                JOIN dated USING (period)
            """,
        )
        looked_at = f"AND {series} IN (SELECT series FROM moved)"
    # Narrow rows, so that ten million of them are put in order of time within the memory.
    steps = f"""
        SELECT series, month, value, month_before, before, multiple,
            {MOVE} / greatest(1, (month - month_before) / 12) AS move, {ALLOWED} AS allowed
        FROM (
            SELECT *, lag(month) OVER same AS month_before, lag(value) OVER same AS before
            FROM (
                {points} FROM candidate {meant}
                WHERE scale <> '' AND isfinite(value) {looked_at} {{chosen}}
                UNION ALL
                {points} FROM {then} {meant}
                ANTI JOIN (SELECT hash({KEYS}) AS hashed FROM {now}) ON hashed = hash({KEYS})
                WHERE scale <> '' AND isfinite(value) {looked_at} {{chosen}}
            ) WINDOW same AS (PARTITION BY series ORDER BY month)
        ) JOIN meaning USING (number)
        WHERE before IS NOT NULL AND NOT broken
    """
    subject.keep("leap", f"SELECT * FROM ({steps.format(chosen='')}) WHERE abs(move) > allowed")
    if not subject.any("leap"):
        return
    chosen = f"AND {series} IN (SELECT series FROM leap)"
    question = f"""
        WITH step AS ({steps.format(chosen=chosen)}), judged AS (
            SELECT leap.*, median(abs(step.move)) AS usual, count(step.move) AS changes
            FROM leap LEFT JOIN step
                ON leap.series = step.series AND leap.month <> step.month
            GROUP BY ALL
        ), placed AS (
            SELECT judged.*, {_SERIES}, period, frequency, file, sheet, row
            FROM candidate JOIN dated USING (period)
            JOIN judged ON judged.series = {series} AND judged.month = dated.month
            WHERE changes < {MIN_CHANGES} OR abs(move) > multiple * usual
        )
        SELECT * FROM placed
        WHERE NOT ({_public("month", "value")} AND {_public("month_before", "before")})
    """
    yield from map(_jump, subject.records(question))


def _public(month: str, value: str) -> str:
    """Return the condition that the series' figure of a month is public as it stands."""
    same = " AND ".join(f"public.{name} = placed.{name}" for name in _SERIES.split(", "))
    return f"""EXISTS (FROM public JOIN dated USING (period)
        WHERE {same} AND dated.frequency = placed.frequency
            AND dated.month = placed.{month} AND public.value = placed.{value})"""


def _jump(row: Row) -> Wrong:
    before, period = figure(row["before"]), period_of(row["month_before"], row["frequency"])
    expected = (
        message(
            "a figure near {before} of {period}, as this series is used to",
            before=before,
            period=period,
        )
        if row["changes"] >= MIN_CHANGES
        else message("a figure near {before} of {period}", before=before, period=period)
    )
    advice = message(
        "look it up in the document; if it holds, accept the release and say why, or mark a break "
        "(status B)"
    )
    figures = key_of(row), key_of(row, period=period)
    return Wrong(row, f"{before} → {figure(row['value'])}", expected, advice, figures=figures)


_PLACE = "concat_ws(' · ', file, nullif(sheet, ''), row)"


def _future(subject: Subject) -> Iterator[Wrong]:
    """Yield figures of periods that end after this month, unless they are forecasts."""
    ahead = subject.ask("SELECT period FROM dated WHERE month > $now", now=parse(today()).until)[
        "period"
    ].tolist()
    if not ahead:
        return
    question = f"""
        SELECT {KEYS}, file, sheet, row FROM checked
        WHERE list_contains($ahead, period) AND value IS NOT NULL AND status <> 'F'
    """
    for row in subject.records(question, ahead=ahead):
        expected = message(
            "a period that ends by the month of {day}, or a forecast (status F)", day=today()
        )
        advice = message(
            "correct the period, or give the figure the status F; if it holds, accept the release "
            "and say why"
        )
        found = f"{row['indicator']} {row['region']} {row['period']}"
        yield Wrong(row, found, expected, advice, "period", ())


def _outside_spans(subject: Subject) -> Iterator[Wrong]:
    """Yield figures of counties before there was such a code, or after there was."""
    tree = tree_of(subject.catalogue)
    dated = [code for code in tree.counties(NATION) if tree[code].since or tree[code].until]
    question = f"""
        SELECT {KEYS}, file, sheet, row FROM checked
        WHERE region IN (SELECT unnest($dated)) AND value IS NOT NULL
    """
    for row in subject.records(question, dated=dated):
        county, when = tree[row["region"]], parse(row["period"])
        first, last = date(county.since or 1, 1, 1), date(county.until or 9999, 12, 31)
        if first <= when.last_day < last:
            continue
        here = {"county": f"{county.code} {county.name_zh}", "since": county.since}
        if county.until is None:
            expected = message(
                "a period of {since} or later: {county} is a code since then", **here
            )
        else:
            expected = message(
                "a period before the end of {until}: then {county} was no code any more, its place "
                "was taken by {successors}",
                until=county.until,
                successors=" / ".join(county.successors),
                **here,
            )
        advice = message("correct code or period; if it holds, accept the release and say why")
        yield Wrong(row, f"{row['region']} {row['period']}", expected, advice, "region", ())


def _editions(subject: Subject) -> Iterator[Wrong]:
    """Yield shares on the current standard that follow one of another edition, and do not say so.

    A share on the edition that was current before is another thing than one on the new edition.
    """
    for key, item in subject.catalogue.indicators.items():
        if item.current_standard_of is None:
            continue
        question = f"""
            SELECT {KEYS}, status, file, sheet, row, lag(period) OVER (
                PARTITION BY {_SERIES} ORDER BY {SQL_MONTH}) AS before
            FROM checked WHERE indicator = $key AND value IS NOT NULL
        """
        for row in subject.records(question, key=key):
            if not isinstance(row["before"], str) or row["status"] == "B":
                continue
            then, now = (
                [edition.title.en for edition in current(item.current_standard_of, row[name])]
                for name in ("before", "period")
            )
            if then != now:
                expected = message(
                    "the status B: at {before} the current edition was {then}, now {now}",
                    before=row["before"],
                    then=" / ".join(then) or "—",
                    now=" / ".join(now) or "—",
                )
                advice = message(
                    "name the figure under `breaks` in its declaration; if there is no break, "
                    "accept the release and say why"
                )
                yield Wrong(row, f"{row['region']} {row['period']}", expected, advice, "status", ())


def _frequencies(subject: Subject) -> Iterator[Wrong]:
    """Yield figures that belie those of the same series over periods of another length.

    A stock's year, its last quarter and its December are one date, and its figures of different
    lengths near each other in time do not jump. A count over a year is what its parts add up to.
    """
    for macro in (ROUNDED, PRINTED):
        subject.run(macro)
    # Most indicators have one frequency: to see that, no row need be put in order.
    subject.keep(
        "mixed",
        """
        SELECT indicator FROM (
            SELECT DISTINCT indicator, frequency
            FROM candidate JOIN dated USING (period) WHERE isfinite(value)
        ) GROUP BY indicator HAVING count(*) > 1
        """,
    )
    if not subject.any("mixed"):
        return
    for question in (_BESIDE, _SUMS):
        yield from map(_belied, subject.records(question))


_DATED = f"""
    SELECT {KEYS}, value, status, file, sheet, row, kind, timing, scale, floor, decimals,
        month, frequency, {_PLACE} AS place
    FROM candidate JOIN meaning USING (indicator) JOIN dated USING (period)
        SEMI JOIN mixed USING (indicator)
    WHERE isfinite(value) AND month IS NOT NULL
"""
_BESIDE = f"""
    WITH step AS (
        SELECT *, lag(value) OVER same AS before, lag(month) OVER same AS month_before,
            lag(frequency) OVER same AS frequency_before, lag(period) OVER same AS other_period,
            lag(place) OVER same AS other_place
        FROM ({_DATED}) WHERE timing = 'stock'
        WINDOW same AS (
            PARTITION BY {_SERIES} ORDER BY month, position(frequency IN 'AQM')
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
"""
_SUMS = f"""
    WITH given AS (FROM ({_DATED}) WHERE timing = 'flow' AND kind = 'count'),
    parts AS (
        SELECT {_SERIES}, period[1:4] AS year, frequency AS frequency_before,
            sum(value) AS expected, count(*) AS number, min(value) AS least,
            sum(rounded(value)) + count(*) AS slack,
            min(period) || ' – ' || max(period) AS other_period, min(place) AS other_place,
            list(period) AS quoted
        FROM given WHERE frequency <> 'A' GROUP BY ALL
    )
    SELECT a.*, b.expected, b.other_period, b.other_place, b.quoted
    FROM given a JOIN parts b ON a.indicator = b.indicator AND a.scheme = b.scheme
        AND a.industry = b.industry AND a.size = b.size AND a.region = b.region
        AND a.period = b.year
    WHERE a.frequency = 'A' AND least >= 0 AND CASE
        WHEN number = if(frequency_before = 'Q', 4, 12)
        THEN abs(a.value - expected) > (rounded(a.value) + 1 + slack) / 2
        ELSE a.value < expected - (rounded(a.value) + 1 + slack) / 2 END
"""


def _belied(row: Row) -> Wrong:
    expected = message(
        "what agrees with {figure} of {period}, which stands in {place}",
        figure=figure(row["expected"]),
        period=row["other_period"],
        place=row["other_place"],
    )
    advice = message(
        "see which of the two holds, and in which unit; if both do, accept the release and say why"
    )
    figures = key_of(row), *(key_of(row, period=period) for period in row["quoted"])
    found = f"{row['period']} {row['region']}: {figure(row['value'])}"
    return Wrong(row, found, expected, advice, figures=figures)


def _elsewhere(subject: Subject) -> Iterator[Wrong]:
    """Yield files that give an indicator under an industry or scheme that its series has not.

    Whoever gives the total as well, or parts of a total that add up to it, only adds to a series.
    """
    held = "SELECT DISTINCT indicator, scheme, industry FROM public WHERE value IS NOT NULL"
    question = f"""
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
            ORDER BY other.industry <> '{ALL}', other.scheme <> '{ALL}', cell.row, other.place
        ) = 1
        ORDER BY figures, cell.file DESC
    """
    rows = subject.records(
        question,
        schemes=[ALL, *subject.catalogue.schemes["code"]],
        industries=[ALL, *subject.catalogue.industries["code"]],
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
        expected = message(
            "scheme and industry as in the series there is, {cell}, in {place}",
            cell=there,
            place=row["other_place"] or message("what is public"),
        )
        advice = message(
            "correct scheme or industry, or every verdict stays with the other series; if it is a "
            "series of its own, accept the release and say why"
        )
        found = f"{row['indicator']} {row['period']}: {here}"
        column = "industry" if row["industry"] != row["other_industry"] else "scheme"
        yield Wrong(row, found, expected, advice, column, ())


def _is_part(row: Row) -> bool:
    """Say whether one of two cells is a part of the other, of what the indicator adds up by."""
    differing = [name for name in ("scheme", "industry") if row[name] != row[f"other_{name}"]]
    wholes = [all(row[f"{side}{name}"] == ALL for name in differing) for side in ("", "other_")]
    return any(wholes) and all(name in row["whole_of"] for name in differing)


COVERAGE = Check(
    "coverage",
    "warning",
    message("Every region that was public for a period still is."),
    _coverage,
)
JUMPS = Check(
    "jumps",
    "warning",
    message("No figure moves in a year by more than its series does, unless it is looked at."),
    _jumps,
)
FUTURE = Check(
    "future", "warning", message("No figure is of a period that ends after this month."), _future
)
EDITIONS = Check(
    "editions",
    "warning",
    message("A share on the current standard breaks where the current edition changes."),
    _editions,
)
OUTSIDE_SPANS = Check(
    "outside_spans",
    "warning",
    message("A county's figures are of periods in which its code was one."),
    _outside_spans,
)
FREQUENCIES = Check(
    "frequencies",
    "warning",
    message("Yearly, quarterly and monthly figures of one series agree."),
    _frequencies,
)
ELSEWHERE = Check(
    "elsewhere",
    "warning",
    message("An indicator's figures stand under the industry and scheme of its series."),
    _elsewhere,
)
