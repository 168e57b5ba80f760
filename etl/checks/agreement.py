"""Figures agree: parts add up to totals, ratios are those of their parts, scopes are not mixed.

The two scopes of the platform are `ALL` with those abroad and `100000` without; a province's share
of the nation uses the second (docs/method.md §10).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from etl.checks.subject import Check, Row, Subject, Wrong, figure, key, key_of, records
from etl.divisions import DIMENSIONS, divisions
from etl.tidy import KEYS
from indicators.findings import Key, message
from indicators.periods import SQL_MONTH
from indicators.regions import ALL, NATION
from indicators.store.tables import KEY


def _sums(subject: Subject) -> Iterator[Wrong]:
    known = divisions(subject.catalogue)
    for dimension in DIMENSIONS:
        chains = _chains(subject, dimension, known[known["dimension"] == dimension])
        if chains.empty:
            continue
        for row in records(_unequal(subject, dimension, chains)):
            total = figure(row["total"])
            expected = (
                message("the sum of its {n} parts, {total}", n=row["parts"], total=total)
                if row["complete"]
                else message("at least the sum of the parts that are given, {total}", total=total)
            )
            found = f"{row[dimension]} = {figure(row['value'])}"
            advice = message("compare the rows of this period with the published table")
            yield Wrong(row, found, expected, advice, figures=_parts_of(row, dimension, chains))


def _parts_of(row: Row, dimension: str, chains: pd.DataFrame) -> Iterator[Key]:
    """Yield the keys of a whole and of its parts."""
    yield key_of(row)
    same = (chains["indicator"] == row["indicator"]) & (chains["family"] == row["family"])
    for part in chains.loc[same & (chains["whole"] == row[dimension]), "part"]:
        yield key_of(row, **{dimension: part})


def _chains(subject: Subject, dimension: str, known: pd.DataFrame) -> pd.DataFrame:
    """Return which parts to add up to which whole: indicator, family, part, whole, distance.

    The nearest parts that are given at all: provinces rather than their prefectures.
    """
    additive = [
        key for key, item in subject.catalogue.indicators.items() if dimension in item.additive
    ]
    given = subject.ask(f"SELECT DISTINCT indicator, {dimension} AS code FROM checked")
    given = given[given["indicator"].isin(additive)]
    if len(given) < 2:
        return pd.DataFrame()
    chains = known.merge(
        given.rename(columns={"code": "part"}), on="part", how="inner", validate="m:m"
    ).merge(
        given.rename(columns={"code": "whole"}),
        on=["indicator", "whole"],
        how="inner",
        validate="m:1",
    )
    nearest = chains.groupby(["indicator", "family", "whole"])["distance"].transform("min")
    return chains[chains["distance"] == nearest]


def _unequal(subject: Subject, dimension: str, chains: pd.DataFrame) -> pd.DataFrame:
    """Return the wholes that their parts contradict: KEY, place, value, total, parts, complete.

    Groups are told apart by a hash of their key: ten million rows then take a second, not ten.
    """
    subject.keep_frame("chain", chains[["indicator", "family", "part", "whole"]])
    subject.keep(
        "unequal",
        f"""
        WITH part AS (
            SELECT {_hashed(dimension, "chain.whole")} AS hashed, family,
                sum(value) AS total, count(*)::INTEGER AS parts
            FROM checked JOIN chain
                ON chain.indicator = checked.indicator AND chain.part = checked.{dimension}
            WHERE isfinite(value)
            GROUP BY ALL
        ), whole AS (
            SELECT {_hashed(dimension, f"checked.{dimension}")} AS hashed, indicator, period,
                {dimension} AS code, value
            FROM checked WHERE isfinite(value) AND {dimension} IN (SELECT whole FROM chain)
        )
        SELECT part.*, whole.indicator, whole.period, whole.code, whole.value
        FROM part JOIN whole USING (hashed)
        WHERE abs(part.total - whole.value) > 1e-9 * abs(whole.value)
        """,
    )
    if not subject.any("unequal"):
        return pd.DataFrame()
    subject.keep_frame("needed", _needed(subject, dimension, chains))
    subject.keep(
        "added",
        """
        SELECT unequal.hashed, unequal.family, total, unequal.parts,
            coalesce(unequal.parts >= needed.parts, false) AS complete
        FROM unequal LEFT JOIN needed ON needed.indicator = unequal.indicator
            AND needed.family = unequal.family AND needed.whole = unequal.code
            AND needed.period = unequal.period
        WHERE total > value OR unequal.parts >= needed.parts
        """,
    )
    if not subject.any("added"):
        return pd.DataFrame()
    candidates = subject.ask(
        f"""
        SELECT {KEYS}, value, file, sheet, row, added.* FROM checked
        JOIN added ON added.hashed = {_hashed(dimension, f"checked.{dimension}")}
        """
    )
    if candidates.empty:
        return candidates
    beyond = candidates[_beyond_rounding(subject, dimension, candidates)]
    # The same parts may make up a whole in several ways: it is told once, as complete if it is.
    told = beyond.sort_values("complete", ascending=False, kind="stable")
    return told.drop_duplicates([*KEY, "total", "parts"]).sort_index()


def _hashed(dimension: str, code: str) -> str:
    """Return the hash of a key of `checked` with another code in one dimension."""
    names = [code if name == dimension else f"checked.{name}" for name in KEY]
    return f"hash({', '.join(names)})"


def _needed(subject: Subject, dimension: str, chains: pd.DataFrame) -> pd.DataFrame:
    """Return of how many parts a whole consists at a period: those with a validity have dates.

    Without a row: never known, as the whole holds more than its parts or some are not given.
    """
    periods = subject.ask("SELECT DISTINCT period FROM checked")["period"]
    known = divisions(subject.catalogue)
    direct = known[
        (known["dimension"] == dimension)
        & (known["distance"] == 1)
        & known["whole"].isin(chains["whole"])
    ].merge(periods, how="cross", validate="m:m")
    if dimension == "scheme":
        dates = subject.catalogue.schemes.set_index("code")
        begun, ended = (direct["part"].map(dates[name]) for name in ("valid_from", "valid_to"))
        going = (ended == "") | (ended >= direct["period"])
        direct = direct[((begun == "") | (begun <= direct["period"])) & going]
    needed = direct.groupby(["family", "whole", "period"], as_index=False).agg(
        parts=("part", "size")
    )
    whole = [
        key for key, item in subject.catalogue.indicators.items() if dimension not in item.remainder
    ]
    adjoining = chains[(chains["distance"] == 1) & chains["indicator"].isin(whole)]
    return (
        adjoining[["indicator", "family", "whole"]]
        .drop_duplicates()
        .merge(needed, on=["family", "whole"], how="inner", validate="m:m")
    )


def _beyond_rounding(subject: Subject, dimension: str, candidates: pd.DataFrame) -> pd.Series:
    """Return which sums differ from their whole by more than published rounding explains.

    A table in thousands may be out by half a thousand for each of its figures. Two noughts at
    the end of every part, or three of a whole, are taken for rounding: chance hardly makes them.
    """
    noughts = " ".join(
        f"WHEN bool_and(checked.value % 1e{power} = 0) THEN 1e{power}"
        for power in (8, 6, 5, 4, 3, 2)
    )
    steps = subject.ask(
        f"""
        SELECT added.hashed, added.family, CASE {noughts} ELSE 0 END AS step
        FROM checked
        JOIN chain ON chain.indicator = checked.indicator AND chain.part = checked.{dimension}
        JOIN added ON added.hashed = {_hashed(dimension, "chain.whole")}
            AND chain.family = added.family
        WHERE isfinite(checked.value)
        GROUP BY ALL
        """
    )
    both = candidates.merge(steps, on=["hashed", "family"], how="left", validate="m:1")
    decimals = both["indicator"].map(
        {key: item.decimals for key, item in subject.catalogue.indicators.items()}
    )
    finest = np.where(decimals > 0, 10.0**-decimals, 0.0)
    whole = np.select(
        [both["value"] % 10.0**power == 0 for power in (8, 6, 5, 4, 3)],
        [10.0**power for power in (8, 6, 5, 4, 3)],
        0.0,
    )
    step = np.where(both["value"] == 0, 0.0, np.maximum(whole, finest))
    allowed = (both["parts"] * np.maximum(both["step"], finest) + step) / 2
    beyond = (both["total"] - both["value"]).abs() > allowed + 1e-9 * both["value"].abs()
    return beyond.set_axis(candidates.index)


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
        SELECT checked.*, top, bottom, bottoms, factor, way, whole, months, decimals,
            {SQL_MONTH} AS month
        FROM checked JOIN meaning USING (indicator) WHERE factor > 0 AND isfinite(value)
            AND (top <> '' OR numerator IS NOT NULL AND denominator IS NOT NULL)
    ), used AS (
        SELECT *, {SQL_MONTH} AS month FROM candidate WHERE isfinite(value) AND indicator IN (
            SELECT top FROM ratio UNION SELECT unnest(bottoms) FROM ratio)
    ), under AS (
        SELECT used.*, kinds.bottom AS nearest FROM used
        JOIN (
            SELECT DISTINCT bottom, unnest(bottoms) AS kind FROM ratio WHERE way = 'earlier'
        ) kinds ON kinds.kind = used.indicator
        QUALIFY row_number() OVER (
            PARTITION BY kinds.bottom, scheme, industry, size, region, used.period
            ORDER BY kinds.kind <> kinds.bottom) = 1
    ), topped AS (
        SELECT a.*, b.value AS published_top FROM ratio a
        LEFT JOIN used b ON a.top = b.indicator AND {_PLACE} AND a.region = b.region
    ), based AS (
        SELECT a.*, b.value AS published_bottom, b.period AS bottom_period, w.value AS abroad
        FROM topped a
        LEFT JOIN used b ON a.bottom = b.indicator AND {_PLACE} AND a.whole = b.region
        LEFT JOIN used w ON a.bottom = w.indicator AND a.period = w.period
            AND a.scheme = w.scheme AND a.industry = w.industry AND a.size = w.size
            AND w.region = '{ALL}'
        WHERE a.way = 'share'
        UNION ALL BY NAME
        SELECT a.*, b.value AS published_bottom, b.period AS bottom_period FROM topped a
        LEFT JOIN used b ON a.bottom = b.indicator AND {_PLACE} AND a.region = b.region
        WHERE a.way = 'same'
        UNION ALL BY NAME
        SELECT a.*, CASE WHEN a.month - b.month <= a.months THEN b.value END AS published_bottom,
            b.period AS bottom_period
        FROM (FROM topped WHERE way = 'earlier') a
        ASOF LEFT JOIN under b ON a.bottom = b.nearest AND a.scheme = b.scheme
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
"""


def _ratios(subject: Subject) -> Iterator[Wrong]:
    # What has no row is not asked about: to plan the question takes as long as most answers.
    if not any(item.derived or item.unit == "percent" for item in subject.items):
        return
    for macro in (ROUNDED, PRINTED, _APART):
        subject.run(macro)
    for row in subject.records(_RATIOS):
        yield from _of_row(subject, row)


def _ratio_keys(row: Row, top: str, bottom: str, whole: str | None) -> tuple[Key, ...]:
    """Return the keys of a ratio, its numerator and its denominator."""
    period = str(row["period"] if pd.isna(row["bottom_period"]) else row["bottom_period"])
    below = key_of(row, indicator=bottom, period=period, region=whole or row["region"])
    return key_of(row), key_of(row, indicator=top), below


def _of_row(subject: Subject, row: Row) -> Iterator[Wrong]:
    quoted = _ratio_keys(row, row["top"], row["bottom"], row["whole"])
    value = figure(row["value"])
    if row["with_abroad"] is True:
        total = figure(row["published_bottom"])
        expected = message("a share of the total without those abroad, {total}", total=total)
        advice = message("divide by the total that does not count those abroad")
        yield Wrong(row, value, expected, advice, figures=quoted, check="scope")
        return
    advice = message("see which of the figures the document gives, and correct the other")
    if row["wrong_value"]:
        expected = message(
            "{above} / {below} × {factor} = {ratio}",
            above=figure(row["above"]),
            below=figure(row["below"]),
            factor=figure(row["factor"]),
            ratio=figure(row["above"] / row["below"] * row["factor"]),
        )
        yield Wrong(row, value, expected, advice, figures=quoted)
    for part, column in (("top", "numerator"), ("bottom", "denominator")):
        if row[f"wrong_{part}"]:
            expected = message(
                "{figure}, as published for {indicator}",
                figure=figure(row[f"published_{part}"]),
                indicator=subject.catalogue.indicators[row[part]].title,
            )
            yield Wrong(row, figure(row[column]), expected, advice, column, quoted)


def _beyond(subject: Subject) -> Iterator[Wrong]:
    """Yield the ratios that were computed and are no figures; see `derive.add_derived`."""
    if not (subject.derived and subject.any("duckdb_tables() WHERE table_name = 'beyond'")):
        return
    for row in subject.records("SELECT *, below_period AS bottom_period FROM beyond"):
        item = subject.catalogue.indicators[row["indicator"]]
        low, high = (figure(bound) for bound in item.range)
        parts = f"{figure(row['numerator'])} / {figure(row['denominator'])}"
        found = f"{key(row)}: {parts} = {figure(row['value'])}"
        expected = message("between {low} and {high}", low=low, high=high)
        advice = message(
            "correct the source that is wrong; if you accept the release, this ratio is not "
            "published"
        )
        # Which of its denominators it was divided by, nobody says here: so every one.
        quoted = dict.fromkeys(
            each
            for below in item.denominators
            for each in _ratio_keys(row, item.numerator or "", below, item.share_of)
        )
        yield Wrong(row, found, expected, advice, None, tuple(quoted))


_KEYS_A = ", ".join(f"a.{name}" for name in KEY)
# What is counted for one scheme alone stands at all of them, or under another indicator at that
# one; its growth may name the scheme or not.
_GROWTH = f"""
    SELECT a.*, h.value AS before, b.value AS now, b.indicator AS counted, b.scheme AS counted_at
    FROM (SELECT *, printf('%04d', TRY_CAST(period[1:4] AS INTEGER) - 1) || period[5:] AS earlier
        FROM checked JOIN meaning USING (indicator)
        WHERE growth_of <> '' AND isfinite(value) AND status <> 'B') a
    JOIN candidate b ON a.period = b.period AND a.industry = b.industry AND a.size = b.size
        AND a.region = b.region AND isfinite(b.value) AND b.status <> 'B'
        AND (b.indicator = a.growth_of
                AND b.scheme = if(a.scheme = a.growth_scheme, '{ALL}', a.scheme)
            OR b.indicator = a.growth_same AND b.scheme = a.growth_scheme
                AND a.scheme IN ('{ALL}', a.growth_scheme))
    JOIN candidate h ON h.indicator = b.indicator AND h.period = a.earlier AND h.value > 0
        AND h.scheme = b.scheme AND h.industry = b.industry AND h.size = b.size
        AND h.region = b.region AND isfinite(h.value)
    WHERE abs((b.value / h.value - 1) * 100 - a.value) > (power(10.0, -a.decimals)
        + (rounded(b.value) + rounded(h.value) * b.value / h.value) / h.value * 100) / 2
        + 1e-9 * abs(a.value)
    QUALIFY row_number() OVER (
        PARTITION BY {_KEYS_A}, a.file, a.sheet, a.row ORDER BY b.indicator <> a.growth_of) = 1
"""


def _growth(subject: Subject) -> Iterator[Wrong]:
    """Yield the growth rates that the figures of both years contradict."""
    if not any(item.growth_of for item in subject.items):
        return
    subject.run(ROUNDED)
    for row in subject.records(_GROWTH):
        before, now = figure(row["before"]), figure(row["now"])
        expected = message(
            "{growth}, from {before} of {earlier} to {now}",
            growth=figure(round((row["now"] / row["before"] - 1) * 100, row["decimals"])),
            before=before,
            earlier=row["earlier"],
            now=now,
        )
        advice = message(
            "see which of the figures the document gives, and correct the other; if both hold, "
            "accept the release and say why"
        )
        counted = key_of(row, indicator=row["counted"], scheme=row["counted_at"])
        earlier = (counted[0], row["earlier"], *counted[2:])
        yield Wrong(
            row, figure(row["value"]), expected, advice, figures=(key_of(row), counted, earlier)
        )


_ADVICE = message(
    "see which of the two totals the document gives: 全部 (with those abroad) or 全国"
)
_SAME = f"a.indicator = b.indicator AND {_PLACE}"


def _scope(subject: Subject) -> Iterator[Wrong]:
    yield from _more_at_home(subject)
    yield from _exchanged(subject)


def _more_at_home(subject: Subject) -> Iterator[Wrong]:
    question = f"""
        SELECT {_KEYS_A}, a.value, b.value AS world, a.file, a.sheet, a.row
        FROM checked a JOIN checked b ON {_SAME}
        JOIN meaning ON meaning.indicator = a.indicator
        WHERE a.region = '{NATION}' AND b.region = '{ALL}' AND meaning.kind = 'count'
            AND a.value > b.value
    """
    for row in subject.records(question):
        expected = message(
            "at most the total with those abroad, {total}", total=figure(row["world"])
        )
        yield Wrong(row, figure(row["value"]), expected, _ADVICE, figures=_both_totals(row))


def _both_totals(row: Row) -> tuple[Key, Key]:
    return key_of(row, region=NATION), key_of(row, region=ALL)


def _exchanged(subject: Subject) -> Iterator[Wrong]:
    """Yield figures of one scope at the other's region, known by what is or was public there.

    Where the two scopes of an indicator and scheme differ at any time, they are not equal by
    chance: a file that gives both as one has given one of them twice.
    """
    question = f"""
        WITH pair AS (
            SELECT a.indicator, a.period, a.scheme, a.industry, a.size,
                a.value AS home, b.value AS world
            FROM public a JOIN public b ON {_SAME}
            WHERE a.region = '{NATION}' AND b.region = '{ALL}' AND a.value <> b.value
        ), here AS (
            SELECT a.indicator, a.period, a.scheme, a.industry, a.size,
                a.value AS home, b.value AS world, a.file, a.sheet, a.row, b.file AS other
            FROM checked a JOIN checked b ON {_SAME}
            WHERE a.region = '{NATION}' AND b.region = '{ALL}' AND a.value IS NOT NULL
        ), apart AS (
            SELECT DISTINCT indicator, scheme, industry, size FROM here WHERE home <> world
            UNION SELECT DISTINCT indicator, scheme, industry, size FROM pair
        )
        SELECT {_KEYS_A}, a.value, a.file, a.sheet, a.row
        FROM checked a JOIN pair b ON {_SAME}
        WHERE a.region = '{ALL}' AND a.value = b.home OR a.region = '{NATION}' AND a.value = b.world
        UNION
        SELECT indicator, period, scheme, industry, size, '{NATION}', home, file, sheet, row
        FROM here JOIN apart USING (indicator, scheme, industry, size)
        WHERE home = world AND file = other AND home > 0
    """
    for row in subject.records(question):
        expected = (
            message("the total without those abroad, not the one with them")
            if row["region"] == NATION
            else message("the total with those abroad, not the one without them")
        )
        found = f"{row['region']} = {figure(row['value'])}"
        yield Wrong(row, found, expected, _ADVICE, figures=_both_totals(row))


SUMS = Check("sums", "error", message("Parts add up to the published total."), _sums)
RATIOS = Check(
    "ratios",
    "error",
    message("A ratio is its numerator over its denominator, and both are those published."),
    _ratios,
)
GROWTH = Check(
    "growth",
    "warning",
    message("A growth rate agrees with the figures of the year and of the year before."),
    _growth,
)
BEYOND = Check(
    "beyond",
    "warning",
    message("What we divide gives a ratio that can be, whatever sources the parts come from."),
    _beyond,
    True,
)
SCOPE = Check(
    "scope",
    "error",
    message("Totals with and without those abroad are not mixed, nor is a share of the wrong one."),
    _scope,
)
