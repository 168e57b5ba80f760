"""Which figures are suppressed on publication, so that nobody's own figure can be read from them.

    primary        too few behind a figure (threshold), one of them too large (dominance), or
                   marked as confidential by its source
    complementary  as many others as it takes that no suppressed figure follows from what is
                   public, nor that a small one is small (`protection`), by any relation between
                   published figures (`relations`), in this release and with what earlier ones
                   published (`earlier`)
    ratio          ratios and growth rates that would give a suppressed part of theirs away, be
                   that among the figures or only to be worked out (`quotients`)

A suppressed figure loses value, numerator and denominator and bears confidentiality C, whatever
the rule, so that the mark does not tell which figure is the small one. Zero is a figure and stays,
unless it would give another away. Where nothing protects a figure, a finding says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from etl.suppression.earlier import Earlier, past
from etl.suppression.margins import Floats, Mask
from etl.suppression.protection import Cells, protection
from etl.suppression.quotients import add_blanks, add_quotients, keep_implied
from etl.suppression.relations import bounded, networks, relations
from etl.tidy import KEYS, PUBLIC, WITHHELD, TidyRows
from indicators import catalogue as catalogues
from indicators.catalogue import Catalogue
from indicators.findings import Finding, FindingsError, Key, message
from indicators.periods import parse, period_of
from indicators.scratch import scratch
from indicators.store.archive import frame_of, published_in
from indicators.store.bulk import read_batches
from indicators.store.tables import KEY, MEASURES, observation, retraction

NUMBERS = ("value", "numerator", "denominator")


def suppress(rows: TidyRows, catalogue: Catalogue, earlier: Earlier | None = None) -> list[Finding]:
    """Keep KEY and rule of what to suppress as the table `withheld` beside `tidy`.

    rule: marked, threshold, dominance, complementary or ratio. Returns what nothing protects. One
    indicator and period is held in memory at a time.
    """
    _keep_primary(rows, catalogue)
    few = keep_implied(rows, catalogue, _limited(catalogue), earlier)
    _insert(rows, few, "threshold")
    exposed = list[Key]()
    blocks = list(_blocks(rows, catalogue, earlier))
    for name in KEY if blocks else ():  # as numbers, so that a table of a million cells is small
        names = f"SELECT DISTINCT {name} FROM tidy UNION SELECT {name} FROM implied ORDER BY 1"
        rows.connection.execute(f"CREATE OR REPLACE TYPE {name}_code AS ENUM ({names})")
    for indicators, periods in blocks:
        cells = _cells(rows, indicators, periods)
        if cells.empty:
            continue
        versions = None if earlier is None else earlier.versions(rows, indicators, periods)
        choice = complementary(cells, catalogue, versions)
        _insert(rows, cells[choice.further], "complementary")
        exposed += choice.exposed
    if blocks:
        add_quotients(rows, catalogue)
        add_blanks(rows, catalogue)
    # A figure that is in no file is only there to be kept unknown.
    rows.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE withheld AS FROM withheld ANTI JOIN implied USING ({KEYS})"
    )
    rows.withheld = int(rows.query("SELECT count(*) AS many FROM withheld")["many"].item())
    return _exposed(rows, exposed)


def _insert(rows: TidyRows, cells: pd.DataFrame, rule: str) -> None:
    rows.connection.register("further", cells[list(KEY)].assign(rule=rule))
    rows.connection.execute("INSERT INTO withheld SELECT * FROM further")
    rows.connection.unregister("further")


def _exposed(rows: TidyRows, keys: list[Key]) -> list[Finding]:
    """Return what is wrong where no other figures keep some unknown."""
    if not keys:
        return []
    rows.connection.register("exposed", pd.DataFrame(keys, columns=list(KEY)))
    places = rows.query(
        f"SELECT {KEYS}, file, sheet, row FROM exposed LEFT JOIN tidy USING ({KEYS}) ORDER BY ALL"
    )
    rows.connection.unregister("exposed")
    return [
        Finding(
            "" if pd.isna(place["file"]) else str(place["file"]),
            " ".join(str(place[name]) for name in KEY),
            message("other figures that could be suppressed so that this one stays unknown"),
            message(
                "it follows from what is public: mark its total as confidential too, or take out "
                "what gives it away; what earlier releases show is taken out by "
                "`python -m etl retract`"
            ),
            row=None if pd.isna(place["row"]) else int(place["row"]),
            sheet=place["sheet"] or None,
            check="exposed",
            figures=(),
            about=tuple(str(place[name]) for name in KEY),
        )
        for place in places.to_dict("records")
    ]


def _keep_primary(rows: TidyRows, catalogue: Catalogue) -> None:
    """Keep KEY and rule of what is suppressed for its own sake as the table `withheld`."""
    rules = pd.DataFrame(
        [
            (item.key, item.kind == "count", item.suppression.threshold, item.suppression.dominance)
            for item in catalogue.indicators.values()
            if item.suppression
        ],
        columns=["indicator", "counted", "threshold", "dominance"],
    ).astype({"threshold": float, "dominance": float})
    rows.connection.register("suppression", rules)
    rows.connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE withheld AS
        WITH judged AS (
            SELECT {KEYS}, if(counted, value, numerator) AS few, value, threshold, dominance,
                confidentiality, contributors, largest
            FROM tidy LEFT JOIN suppression USING (indicator)
            WHERE source <> 'derived' AND (confidentiality <> 'F' OR value IS NOT NULL
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


def keep_small(rows: TidyRows, catalogue: Catalogue) -> None:
    """Keep what is small or marked in itself, before more is known, as the table `withheld`."""
    _keep_primary(rows, catalogue)
    rows.connection.execute(
        f"""
        INSERT INTO withheld
        SELECT {KEYS}, 'marked' FROM tidy WHERE source = 'derived' AND confidentiality <> 'F'
        """
    )


def _limited(catalogue: Catalogue) -> dict[str, float]:
    """Return the thresholds of the indicators that count."""
    return {
        key: item.suppression.threshold
        for key, item in catalogue.indicators.items()
        if item.suppression and item.suppression.threshold and item.kind == "count"
    }


def _blocks(
    rows: TidyRows, catalogue: Catalogue, earlier: Earlier | None
) -> Iterator[tuple[list[str], list[str]]]:
    """Yield indicators and periods whose cells may tell of one another, where any is hidden.

    Or was, in an earlier release.
    """
    tables = rows.query("SELECT DISTINCT indicator, period FROM withheld")
    if earlier is not None:
        tables = pd.concat([tables, earlier.tables(sorted(catalogue.indicators))])
    if tables.empty:
        return
    telling = tables.groupby("indicator")["period"].agg(set).to_dict()
    for network in networks(catalogue):
        concerned = set[str]().union(*(telling.get(key, ()) for key in network))
        if not concerned:
            continue
        given = rows.query(
            """
            SELECT DISTINCT indicator, period FROM tidy WHERE list_contains($1, indicator)
            UNION SELECT indicator, period FROM implied WHERE list_contains($1, indicator)
            """,
            [sorted(network)],
        )
        if earlier is not None and len(given):  # what is in no file any more is known still
            given = pd.concat([given, earlier.published(sorted(network))]).drop_duplicates()
        flows = any(catalogue.indicators[key].timing == "flow" for key in given["indicator"])
        ends = [period_of(parse(text).until, "A" if flows else "M") for text in given["period"]]
        for _, block in given.groupby(ends):
            if not concerned.isdisjoint(block["period"]):
                yield sorted(set(block["indicator"])), sorted(set(block["period"]))


def _cells(rows: TidyRows, indicators: list[str], periods: list[str]) -> pd.DataFrame:
    """Return KEY, value and rule (None where a cell is public) of some indicators and periods."""
    codes = ", ".join(f"{name}::{name}_code AS {name}" for name in KEY)
    chosen = "list_contains($1, indicator) AND list_contains($2, period)"
    return rows.query(
        f"""
        SELECT {codes}, value, rule, low, high
        FROM (
            SELECT {KEYS}, value FROM tidy WHERE {chosen}
            UNION ALL SELECT {KEYS}, value FROM implied WHERE {chosen}
        )
        LEFT JOIN withheld USING ({KEYS})
        LEFT JOIN (
            SELECT {KEYS}, max(low) AS low, min(high) AS high FROM bounded GROUP BY ALL
        ) USING ({KEYS})
        WHERE value IS NOT NULL OR rule IS NOT NULL
        ORDER BY ALL
        """,
        [indicators, periods],
    )


@dataclass(frozen=True)
class Choice:
    """further: the cells to suppress besides; exposed: the keys of those that nothing protects."""

    further: Mask
    exposed: list[Key]


def complementary(
    cells: pd.DataFrame, catalogue: Catalogue, versions: pd.DataFrame | None = None
) -> Choice:
    """Return which further cells to suppress: KEY, value and rule, one row a cell.

    With low and high, what else is known of a cell: `bounded` in `etl.suppression.quotients`.

    All that hold relations with one another are given at once. versions: what earlier releases
    published and suppressed of them, see `Earlier.versions`.
    """
    cells = cells.assign(**{name: cells[name].astype(str) for name in KEY})
    hidden = cells["rule"].notna().to_numpy()
    now = relations(cells, catalogue)
    if "low" in cells:
        steps = 10.0 ** cells["indicator"].map(_decimals(catalogue)).to_numpy(float)
        low, high = (np.round(cells[name].to_numpy(float) * steps) for name in ("low", "high"))
        now = bounded(now, low, high)
    few: Mask = (now.values > 0) & hidden
    limit = _limits(cells, few, now.values, catalogue)
    keys = pd.MultiIndex.from_frame(cells[list(KEY)])
    if versions is None or versions.empty:
        made = protection(now, Cells(np.zeros(len(cells), bool), limit), hidden)
        return Choice(made.further, keys[made.exposed].to_list())
    then = past(cells, now, versions, catalogue)
    first = hidden
    if (hidden & then.known[: len(cells)]).any():
        # What was public once is to be read from no newer release all the same.
        alone = Cells(np.zeros(len(cells), bool), limit)
        first = hidden | protection(now, alone, hidden).further
    first = then.kept(first)
    gone = np.full(len(first) - len(cells), np.nan)
    made = protection(then.relations, Cells(then.known, np.r_[limit, gone]), first)
    others = first | made.further
    return Choice(others[: len(cells)] & ~hidden, then.keys[made.exposed & ~then.once].to_list())


def _limits(cells: pd.DataFrame, hidden: Mask, values: Floats, catalogue: Catalogue) -> Floats:
    """Return the threshold of each cell that is below it, in steps; NaN of all others."""
    decimals = _decimals(catalogue)
    limits = {
        key: threshold * 10 ** decimals[key] for key, threshold in _limited(catalogue).items()
    }
    limit = cells["indicator"].map(limits).to_numpy(float)
    return np.where(hidden & (values < limit), limit, np.nan)


def _decimals(catalogue: Catalogue) -> dict[str, int]:
    return {key: item.decimals for key, item in catalogue.indicators.items()}


@contextmanager
def suppressed_with(rows: pd.DataFrame, hidden: Mask) -> Iterator[TidyRows]:
    """Yield the rows of a release, those hidden without their numbers, as their source marks them.

    What else must be suppressed with them is to be asked of `suppress`.
    """
    with scratch() as folder:
        tidy = TidyRows(folder)
        numbers = {name: rows[name].astype(float).mask(hidden) for name in NUMBERS}
        marked = rows["confidentiality"].mask(hidden, WITHHELD)
        tidy.add(rows.assign(**numbers, confidentiality=marked, file="", row=None))
        yield tidy
        tidy.connection.close()


@dataclass(frozen=True)
class Again:
    """Of an older release's figures, by KEY.

    kept: those that stay suppressed. opened: those that are suppressed now and would not be.
    """

    kept: pd.DataFrame
    opened: pd.DataFrame


def suppressed_again(engine: sa.Engine, connection: sa.Connection, number: int) -> Again:
    """Return what today's rules suppress of an older release, were it public again.

    All that it suppressed then and that was retracted since, what is small by today's thresholds,
    and as many others as it takes, beside all other releases. Raises `FindingsError` where there
    are none for a figure that it published. Of what it suppressed itself nobody here knows the
    number, nor whether sums hold with it; and publishing once more what it published tells no more.
    """
    known = catalogues.load()
    ruled = {key for key, item in known.indicators.items() if item.suppression}
    among = set[str]().union(*(each for each in networks(known) if each & ruled))
    among |= {
        key
        for key, item in known.indicators.items()
        if {item.numerator, *item.denominators, item.growth_of, item.industry_share_of} & among
    }
    then = published_in(number)
    chosen = observation.c.indicator.in_(sorted(among))
    rows = frame_of(
        connection,
        sa.select(*(then.c[name] for name in (*KEY, *MEASURES))).where(
            then.c.indicator.in_(sorted(among))
        ),
    )
    keys = pd.MultiIndex.from_frame(rows[list(KEY)])

    def standing(table: sa.Table, *where: sa.ColumnElement[bool]) -> Mask:
        """Return which of the rows a table has, too."""
        question = sa.select(*(table.c[name] for name in KEY)).where(*where)
        found: Mask = keys.isin(pd.MultiIndex.from_frame(frame_of(connection, question)))
        return found

    unknown = (rows["confidentiality"] != "F").to_numpy()
    hidden = standing(retraction) | unknown
    now = standing(observation, chosen, observation.c.confidentiality != "F")
    if not (hidden | now).any():
        return Again(rows.loc[hidden, list(KEY)], rows.loc[now, list(KEY)])
    public = sa.select(*(observation.c[name] for name in PUBLIC.names)).where(chosen)
    with suppressed_with(rows, hidden) as tidy:
        tidy.set_published(read_batches(connection, public, PUBLIC), None)
        then_too = set(keys[unknown])
        exposed = suppress(tidy, known, Earlier(engine))
        if exposed := [finding for finding in exposed if finding.about not in then_too]:
            raise FindingsError(exposed)
        others = tidy.query(f"SELECT DISTINCT {KEYS} FROM withheld")
    # A ratio that is blank already gives nothing away, so it is not among the others.
    hidden |= keys.isin(pd.MultiIndex.from_frame(others))
    return Again(rows.loc[hidden, list(KEY)], rows.loc[now & ~hidden, list(KEY)])


def still_suppressed(connection: sa.Connection, number: int) -> pd.DataFrame:
    """Return how many figures are suppressed once release `number` is brought back, and why.

    indicator, reason, figures. reason: `then`, it suppressed them too; `retracted`, since; `rules`,
    by today's, being small or protecting others, which of both is not told.
    """

    def keys(table: sa.FromClause, *where: sa.ColumnElement[bool]) -> pd.MultiIndex:
        question = sa.select(*(table.c[name] for name in KEY)).where(*where)
        return pd.MultiIndex.from_frame(frame_of(connection, question))

    now = keys(observation, observation.c.confidentiality != "F")
    if now.empty:
        return pd.DataFrame(columns=["indicator", "reason", "figures"])
    then = published_in(number)
    concerned = then.c.indicator.in_(sorted(set(now.get_level_values("indicator"))))
    unknown = now.isin(keys(then, concerned, then.c.confidentiality != "F"))
    reason = np.where(now.isin(keys(retraction)), "retracted", np.where(unknown, "then", "rules"))
    rows = pd.DataFrame({"indicator": now.get_level_values("indicator"), "reason": reason})
    return rows.groupby(["indicator", "reason"]).size().reset_index(name="figures")


def without(batches: Iterable[pa.RecordBatch], keys: pd.DataFrame) -> Iterator[pa.RecordBatch]:
    """Yield figures as they come, those at the keys suppressed."""
    hidden = pd.MultiIndex.from_frame(keys)
    for batch in batches:
        rows = batch.to_pandas()
        at = pd.MultiIndex.from_frame(rows[list(KEY)]).isin(hidden)
        rows.loc[at, [*NUMBERS]] = np.nan
        rows.loc[at, "confidentiality"] = WITHHELD
        yield pa.RecordBatch.from_pandas(rows, batch.schema, preserve_index=False)
