"""Which figures are suppressed on publication, so that nobody's own figure can be read from them.

    primary        too few behind a figure (threshold), one of them too large (dominance), or
                   marked as confidential by its source
    complementary  as many others as it takes that no suppressed figure follows from what is
                   public, nor that a small one is small (`protection`), by any relation
                   between published figures (`relations`), in this release and with what
                   earlier ones published (`past`)
    ratio          ratios that would give a suppressed numerator or denominator away

A suppressed figure loses value, numerator and denominator and bears confidentiality C, whatever
the rule, so that the mark does not tell which figure is the small one. Zero is a figure and stays,
unless it would give another away.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from etl.suppression.earlier import Earlier
from etl.suppression.past import past
from etl.suppression.protection import Cells, further
from etl.suppression.relations import Floats, Mask, networks, relations
from etl.tidy import DERIVED, TidyRows
from indicators.catalogue import Catalogue, Indicator
from indicators.periods import parse, period_of
from indicators.store.tables import KEY

KEYS = ", ".join(KEY)


def withheld(rows: TidyRows, catalogue: Catalogue, earlier: Earlier | None = None) -> pd.DataFrame:
    """Return KEY and rule (marked, threshold, dominance, complementary, ratio) of what to withhold.

    Not for millions: see `keep_withheld`.
    """
    keep_withheld(rows, catalogue, earlier)
    return rows.query(f"SELECT {KEYS}, rule FROM withheld ORDER BY {KEYS}")


def keep_withheld(rows: TidyRows, catalogue: Catalogue, earlier: Earlier | None = None) -> int:
    """Keep KEY and rule of what to withhold as the table `withheld` beside `tidy`; return how many.

    The view `tidy` may have two further columns: contributors, how many a figure is made of, and
    largest, the figure of the largest of them, in the unit of the value. One indicator and
    period is held in memory at a time.
    """
    _keep_primary(rows, catalogue)
    for name in KEY:  # as numbers, so that a table of a million cells is small
        names = f"SELECT DISTINCT {name} FROM tidy ORDER BY 1"
        rows.connection.execute(f"CREATE OR REPLACE TYPE {name}_code AS ENUM ({names})")
    for indicators, periods in list(_blocks(rows, catalogue, earlier)):
        cells = _cells(rows, indicators, periods)
        versions = None if earlier is None else earlier.versions(rows, indicators, periods)
        others = cells[complementary(cells, catalogue, versions)]
        _add(rows, others.assign(rule="complementary")[[*KEY, "rule"]])
    for item in catalogue.indicators.values():
        if item.numerator and item.denominator:
            _add_ratios(rows, item)
    (count,) = rows.connection.execute("SELECT count(*) FROM withheld").fetchone() or (0,)
    return int(count)


def _add(rows: TidyRows, found: pd.DataFrame) -> None:
    rows.connection.register("found", found)
    rows.connection.execute("INSERT INTO withheld SELECT * FROM found")
    rows.connection.unregister("found")


def _keep_primary(rows: TidyRows, catalogue: Catalogue) -> None:
    """Keep KEY and rule of what is withheld for its own sake as the table `withheld`."""
    rules = pd.DataFrame(
        [
            (item.key, item.kind == "count", item.suppression.threshold, item.suppression.dominance)
            for item in catalogue.indicators.values()
            if item.suppression
        ],
        columns=["indicator", "counted", "threshold", "dominance"],
    ).astype({"threshold": float, "dominance": float})
    columns = set(rows.query("DESCRIBE tidy")["column_name"])
    contributors = "contributors" if "contributors" in columns else "NULL"
    largest = "largest" if "largest" in columns else "NULL"
    rows.connection.register("suppression", rules)
    rows.connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE withheld AS
        WITH judged AS (
            SELECT {KEYS}, if(counted, value, numerator) AS few, value, threshold, dominance,
                confidentiality, {contributors} AS contributors, {largest} AS largest
            FROM tidy LEFT JOIN suppression USING (indicator)
            WHERE source <> '{DERIVED}' AND (confidentiality <> 'F' OR value IS NOT NULL
                AND indicator IN (SELECT indicator FROM suppression))
        )
        SELECT {KEYS}, CASE
            WHEN confidentiality <> 'F' THEN 'marked'
            WHEN few > 0 AND few < threshold OR contributors > 0 AND contributors < threshold
                THEN 'threshold'
            WHEN value > 0 AND largest > dominance / 100 * value THEN 'dominance'
        END AS rule
        FROM judged WHERE rule IS NOT NULL
        """
    )
    rows.connection.unregister("suppression")


def _blocks(
    rows: TidyRows, catalogue: Catalogue, earlier: Earlier | None
) -> Iterator[tuple[list[str], list[str]]]:
    """Yield indicators and periods whose cells may tell of one another, where any is hidden.

    Or was, in an earlier release.
    """
    tables = rows.query("SELECT DISTINCT indicator, period FROM withheld")
    if earlier is not None:
        tables = pd.concat([tables, earlier.tables(sorted(rows.indicators))])
    for network in networks(catalogue):
        here = tables[tables["indicator"].isin(network)]
        if here.empty:
            continue
        given = rows.query(
            "SELECT DISTINCT indicator, period FROM tidy WHERE list_contains($1, indicator)",
            [sorted(network)],
        )
        flows = any(catalogue.indicators[key].timing == "flow" for key in given["indicator"])
        ends = [period_of(parse(text).until, "A" if flows else "M") for text in given["period"]]
        for _, block in given.groupby(ends):
            if set(block["period"]) & set(here["period"]):
                yield sorted(set(block["indicator"])), sorted(set(block["period"]))


def _cells(rows: TidyRows, indicators: list[str], periods: list[str]) -> pd.DataFrame:
    """Return KEY, value and rule (None where a cell is public) of some indicators and periods."""
    codes = ", ".join(f"{name}::{name}_code AS {name}" for name in KEY)
    return rows.query(
        f"""
        SELECT {codes}, value, rule
        FROM (
            SELECT * FROM tidy
            WHERE list_contains($1, indicator) AND list_contains($2, period)
        )
        LEFT JOIN withheld USING ({KEYS})
        WHERE value IS NOT NULL OR rule IS NOT NULL
        ORDER BY ALL
        """,
        [indicators, periods],
    )


def complementary(
    cells: pd.DataFrame, catalogue: Catalogue, versions: pd.DataFrame | None = None
) -> Mask:
    """Return which further cells to withhold: KEY, value and rule, one row a cell.

    All that hold relations with one another are given at once. versions: what earlier releases
    published and suppressed of them, see `Earlier.versions`.
    """
    cells = cells.assign(**{name: cells[name].astype(str) for name in KEY})
    hidden = cells["rule"].notna().to_numpy()
    now = relations(cells, catalogue)
    limit = _limits(cells, now.values, catalogue)
    if versions is None or versions.empty:
        return further(now, Cells(np.zeros(len(cells), bool), limit), hidden)
    then = past(cells, now, versions, catalogue)
    first = hidden
    if (hidden & then.known[: len(cells)]).any():
        # What was public once is to be read from no newer release all the same.
        first = hidden | further(now, Cells(np.zeros(len(cells), bool), limit), hidden)
    first = then.kept(first)
    gone = np.full(len(first) - len(cells), np.nan)
    others = first | further(then.relations, Cells(then.known, np.r_[limit, gone]), first)
    result: Mask = others[: len(cells)] & ~hidden
    return result


def _limits(cells: pd.DataFrame, values: Floats, catalogue: Catalogue) -> Floats:
    """Return the threshold of each cell that is below it, in steps; NaN of all others."""
    small = {
        key: item.suppression.threshold * 10**item.decimals
        for key, item in catalogue.indicators.items()
        if item.suppression and item.suppression.threshold and item.kind == "count"
    }
    limit = cells["indicator"].map(small).to_numpy(float)
    few: Mask = (values > 0) & (values < limit) & cells["rule"].notna().to_numpy()
    return np.where(few, limit, np.nan)


_SAME = "h.scheme = a.scheme AND h.industry = a.industry AND h.size = a.size"
_BELOW = {
    "share": "h.period = a.period AND h.region = $whole",
    "same": "h.period = a.period AND h.region = a.region AND $whole IS NULL",
    # Any that the ratio may have been divided by.
    "earlier": """h.region = a.region AND h.period[1:4] <= a.period[1:4] AND $whole IS NULL
        AND CAST(h.period[1:4] AS INTEGER) + $years >= CAST(a.period[1:4] AS INTEGER)""",
}


def _add_ratios(rows: TidyRows, item: Indicator) -> None:
    """Add the ratios of one indicator that would give a withheld figure away."""
    below = _BELOW["share" if item.share_of else item.denominator_period]
    rows.connection.execute(
        f"""
        INSERT INTO withheld
        SELECT {KEYS}, 'ratio' FROM tidy a
        WHERE a.indicator = $ratio AND a.value IS NOT NULL AND (
            EXISTS (FROM withheld h WHERE h.indicator = $top AND h.period = a.period
                AND {_SAME} AND h.region = a.region)
            OR EXISTS (FROM withheld h WHERE h.indicator = $bottom AND {_SAME} AND {below}
                AND $years >= 0))
            AND NOT EXISTS (FROM withheld h WHERE h.indicator = a.indicator
                AND h.period = a.period AND {_SAME} AND h.region = a.region)
        """,
        {
            "ratio": item.key, "top": item.numerator, "bottom": item.denominator,
            "whole": item.share_of, "years": item.max_age or 100,
        },
    )  # fmt: skip
