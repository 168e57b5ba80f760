"""Taking a figure out of everything that was ever published, because it became confidential.

    release      the figure, and as many others as it takes that it does not follow from them, in
                 every release: their values go, confidentiality C and the key stay
    texts        warnings and turned verdicts that speak of them lose their sentences
    list         the table `retraction` and the file `retractions.csv` beside data/raw say what was
                 taken out, when, by whom and why; every refresh takes it for confidential
    bytes        the database's own files are written anew, so that no freed page holds the value

All of the first three is one transaction behind the lock. The raw file is its owner's to correct.
The file of the list outlives a database that is made anew from the raw files. A retracted figure
that a raw file still gives is taken for one without value that its source marks as confidential.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import sqlalchemy as sa

from etl.account import account
from etl.publish.filing import version_file
from etl.publish.lock import publishing
from etl.suppression.redaction import UNQUOTED, redact, speaking
from etl.suppression.small_numbers import NUMBERS, suppress, suppressed_with
from etl.tidy import DERIVED, KEYS, SIZES, WITHHELD, duckdb_path
from indicators import catalogue
from indicators.findings import Finding, FindingsError, Key, message
from indicators.periods import MONTHS, parse, period_of
from indicators.store.archive import frame_of, newest, published_in
from indicators.store.bulk import insert_rows
from indicators.store.database import sqlite_file, writing
from indicators.store.holdings import holding_of
from indicators.store.last_check import forget
from indicators.store.tables import (
    KEY,
    citation,
    evidence,
    holding,
    observation,
    release,
    release_input,
    retraction,
    revision,
    target,
)
from indicators.store.trail import Action, record

RETRACTED, COMPLEMENTARY = "retracted", "complementary"
LISTED = [*KEY, "rule", "retracted_at", "retracted_by", "reason"]
_BLANK: dict[str, str | None] = {**dict.fromkeys(NUMBERS), "confidentiality": WITHHELD}
# What people wrote themselves, where a number may stand that we cannot take out of its sentence.
_WRITTEN = {
    release: ("reason", "accepted"),
    citation: ("note", "place", "second_sources"),
    evidence: ("text",),
    target: ("note", "definition"),
}
Row = tuple[Key, int]  # a figure, and the release that it came with
_DIGITS = 3  # a shorter number stands in too many sentences by chance


@dataclass(frozen=True)
class Retraction:
    """What is taken out, or would be.

    figures: the keys that lose their value in some release, the retracted one first. rows: those
    and with which release each row came. releases: those that had the figure. texts: how many
    warnings and turned verdicts lose their figures. sentences: where people wrote the number, as
    `table.column`. files: raw files that hold it, which are their owner's; copies: the versions of
    them that we keep, which go. purged: whether the database's own files hold it no more.
    """

    figures: Sequence[Key]
    rows: Sequence[Row] = ()
    releases: Sequence[int] = ()
    texts: int = 0
    sentences: Sequence[str] = ()
    files: Sequence[str] = ()
    copies: Sequence[Path] = ()
    purged: bool = False
    before: bool = False  # it had been retracted already


def retract(
    engine: sa.Engine, key: Key, reason: str, raw: Path, *, dry_run: bool = False
) -> Retraction:
    """Take a figure out of every release; with `dry_run`, only say what that takes.

    A second time it does what the first left undone. Raises `BusyError` while somebody publishes,
    `LookupError` where no release has the figure, `FindingsError` where it is computed.
    """
    with publishing(engine) as connection:
        plan = _planned(connection, key, raw)
        if not dry_run and not plan.before:
            forget(connection)
            _take_out(connection, plan, reason)
    if dry_run:
        return plan
    every = listed(engine, raw)
    write_list(raw, every)
    for file in sorted((raw.parent / "tidy").glob("*.parquet")):
        without(file, every)
    for copy in plan.copies:
        copy.unlink(missing_ok=True)
    return replace(plan, purged=purge(engine))


def _planned(connection: sa.Connection, key: Key, raw: Path) -> Retraction:
    rows = _stored(connection, key)
    before = connection.scalar(sa.select(retraction.c.rule).where(_is(retraction, key)))
    if rows.empty and before is None:
        raise LookupError(key)
    if (rows["source"] == DERIVED).any():
        raise FindingsError([_computed(key)])
    files, copies = _raw_files(connection, rows, raw)
    if before == RETRACTED and rows["value"].isna().all():
        return Retraction([key], files=files, copies=copies, before=True)
    gone = _gone(connection, key, rows)
    figures = [key, *sorted({figure for figure, _ in gone} - {key})]
    sentences = list(_sentences(connection, set(rows["value"].dropna())))
    public, texts = _public_in(connection, rows), _texts(connection, figures)
    return Retraction(figures, gone, public, texts, sentences, files, copies)


def _computed(key: Key) -> Finding:
    item = catalogue.load().indicators[key[0]]
    expected = message("a figure that a source gives")
    advice = message(
        "it is computed: retract {numerator} or {denominator}",
        numerator=item.numerator,
        denominator=item.denominator,
    )
    return Finding("", " ".join(key), expected, advice, figures=())


def _public_in(connection: sa.Connection, rows: pd.DataFrame) -> list[int]:
    """Return the releases in which one of these rows was public."""
    last = newest(connection) or 0
    until = rows["superseded"].astype(float).fillna(last + 1).astype(int)
    spans = zip(rows["release"].astype(int), until, strict=True)
    return sorted({number for first, end in spans for number in range(first, end)})


def _is(table: sa.FromClause, key: Key) -> sa.ColumnElement[bool]:
    return sa.and_(*(table.c[name] == code for name, code in zip(KEY, key, strict=True)))


def _stored(connection: sa.Connection, key: Key) -> pd.DataFrame:
    """Return every row of a figure, of today and of the archive, with `superseded`."""
    names = [*KEY, "value", "release", "source", "citation"]
    today = sa.select(
        *(observation.c[name] for name in names), sa.null().label("superseded")
    ).where(_is(observation, key))
    then = sa.select(*(revision.c[name] for name in names), revision.c.superseded)
    return pd.concat(
        [frame_of(connection, today), frame_of(connection, then.where(_is(revision, key)))],
        ignore_index=True,
    )


def _gone(connection: sa.Connection, key: Key, rows: pd.DataFrame) -> list[Row]:
    """Return which rows lose their values: the key of each, and the release it came with.

    Those of the figure itself and, in every release in which it was public, those from which it
    would follow: suppressed figures protect each other, so releases are gone through until
    nothing more is needed in any of them.
    """
    numbers = sorted(set(_moments(connection, key, rows)))
    vintages = [_around(connection, key, number) for number in numbers]
    gone = {(key, int(number)) for number in rows["release"]}
    known, before = catalogue.load(), 0
    while len(gone) > before:
        before = len(gone)
        for figures in vintages:
            gone |= _suppressed(figures, gone, known)
    return sorted(gone)


def _moments(connection: sa.Connection, key: Key, rows: pd.DataFrame) -> Iterator[int]:
    """Yield the releases to look at: those since the figure was public that changed its table."""
    first = int(rows["release"].min())
    last = newest(connection) or first
    yield from {first, last}
    for figures in (observation, revision):
        related = _related(figures, key)
        yield from connection.scalars(
            sa.select(figures.c.release).distinct().where(related, figures.c.release > first)
        )
    ended = revision.c.superseded.between(first + 1, last)
    question = sa.select(revision.c.superseded).distinct().where(_related(revision, key), ended)
    yield from connection.scalars(question)


def _related(figures: sa.FromClause, key: Key) -> sa.ColumnElement[bool]:
    """Return the condition that a figure is of the same period, or divided by one of it.

    A stock is the same at every period that ends with its own; a flow, of a year, a part of it.
    """
    indicator, period, *_ = key
    every = catalogue.load().indicators
    later = [
        name
        for name, item in every.items()
        if (indicator in item.denominators and item.denominator_period == "earlier")
        or item.growth_of == indicator
    ]
    until = parse(period).until
    if every[indicator].timing == "flow":
        alike = figures.c.period.startswith(period_of(until, "A"))
    else:
        labels = {period_of(until, frequency) for frequency in MONTHS}
        alike = figures.c.period.in_(sorted(each for each in labels if parse(each).until == until))
    same = sa.and_(figures.c.indicator.in_(list(every)), alike)
    return sa.or_(same, sa.and_(figures.c.indicator.in_(later), figures.c.period > period))


def _around(connection: sa.Connection, key: Key, number: int) -> pd.DataFrame:
    figures = published_in(number)
    rows = frame_of(connection, sa.select(figures).where(_related(figures, key)))
    return rows.astype(dict.fromkeys(NUMBERS, float))


def _suppressed(frame: pd.DataFrame, gone: set[Row], known: catalogue.Catalogue) -> set[Row]:
    """Return the rows of one release that are suppressed once those that are gone are."""
    keys = list(frame[list(KEY)].itertuples(index=False, name=None))
    releases = dict(zip(keys, frame["release"], strict=True))
    hidden = np.array([(figure, releases[figure]) in gone for figure in keys], bool)
    with suppressed_with(frame, hidden) as tidy:
        suppress(tidy, known)  # what nothing protects is better taken out all the same
        needed = tidy.query(
            f"SELECT {KEYS} FROM tidy SEMI JOIN withheld USING ({KEYS}) WHERE confidentiality = 'F'"
        )
    found = needed.itertuples(index=False, name=None)
    return {(figure, int(releases[figure])) for figure in found}


def _take_out(connection: sa.Connection, plan: Retraction, reason: str) -> None:
    key = plan.figures[0]
    rows = [
        {f"key_{name}": code for name, code in zip(KEY, figure, strict=True)} | {"key_release": n}
        for figure, n in plan.rows
    ]
    for figures in (observation, revision):
        same = [figures.c[name] == sa.bindparam(f"key_{name}") for name in (*KEY, "release")]
        connection.execute(sa.update(figures).where(*same).values(**_BLANK), rows)
    _count_again(connection, {figure[:2] for figure in plan.figures})
    today = _keys(
        connection,
        sa.select(*(observation.c[name] for name in KEY)).where(
            sa.tuple_(*(observation.c[name] for name in KEY)).in_(plan.figures)
        ),
    )
    now, who = datetime.now(UTC).isoformat(timespec="seconds"), account()
    connection.execute(sa.delete(retraction).where(_is(retraction, key)))
    kept = _keys(connection, sa.select(*(retraction.c[name] for name in KEY)))
    rows_listed = [
        (*figure, RETRACTED if figure == key else COMPLEMENTARY, now, who, reason)
        for figure in plan.figures
        if figure == key or (figure in today and figure not in kept)
    ]
    insert_rows(connection, retraction, pd.DataFrame(rows_listed, columns=LISTED))
    for table, speaks in _spoken(plan.figures):
        connection.execute(sa.update(table).where(speaks).values(**UNQUOTED[table.name]))
    redact(connection)
    record(connection, Action.RETRACTED, who, about=" ".join(key))


def _keys(connection: sa.Connection, question: sa.Select[Any]) -> set[Key]:
    return {tuple(row) for row in connection.execute(question)}


def _count_again(connection: sa.Connection, cells: set[tuple[str, ...]]) -> None:
    """Count anew how many figures the cells of these indicators and periods hold."""
    counted = sa.tuple_(holding.c.indicator, holding.c.period).in_(sorted(cells))
    connection.execute(sa.delete(holding).where(counted))
    chosen = sa.tuple_(observation.c.indicator, observation.c.period).in_(sorted(cells))
    figures = sa.select(observation).where(chosen).subquery("figures")
    names = [column.name for column in holding.columns]
    connection.execute(sa.insert(holding).from_select(names, holding_of(figures)))


def _spoken(
    figures: Sequence[Key],
) -> list[tuple[sa.Table, sa.ColumnElement[bool]]]:
    """Return the tables of texts with the condition that one speaks of some figures."""
    return speaking(lambda keyed: sa.tuple_(*(keyed.c[name] for name in KEY)).in_(figures))


def _texts(connection: sa.Connection, figures: Sequence[Key]) -> int:
    """Return how many texts speak of some figures."""
    return sum(
        connection.scalar(sa.select(sa.func.count()).select_from(table).where(speaks)) or 0
        for table, speaks in _spoken(figures)
    )


def _sentences(connection: sa.Connection, values: set[float]) -> Iterator[str]:
    """Yield where people wrote one of these numbers, as `table.column`; short ones are passed."""
    spellings = {f"{value:.15g}" for value in values} | {f"{value:,.15g}" for value in values}
    long = [text for text in spellings if sum(sign.isdigit() for sign in text) >= _DIGITS]
    for table, name in ((table, name) for table, names in _WRITTEN.items() for name in names):
        found = sa.or_(sa.false(), *(table.c[name].contains(text) for text in long))
        if connection.scalar(sa.select(sa.func.count()).select_from(table).where(found)):
            yield f"{table.name}.{name}"


def _raw_files(
    connection: sa.Connection, rows: pd.DataFrame, raw: Path
) -> tuple[list[str], list[Path]]:
    """Return the raw files that the figure was read from, and the versions of them that we keep."""
    cited = sorted({part for key in rows["citation"] for part in str(key).split("/")})
    named = connection.execute(
        sa.select(release_input.c.file, release_input.c.sha256)
        .distinct()
        .join_from(citation, release_input, citation.c.file == release_input.c.file)
        .where(citation.c.citation.in_(cited))
        .order_by(release_input.c.file)
    ).all()
    copies = [version_file(raw, file, sha) for file, sha in named]
    files = sorted({file for file, _ in named if (raw / file).exists()})
    return files, [copy for copy in copies if copy.exists()]


def purge(engine: sa.Engine) -> bool:
    """Write the database's files anew where something was retracted; return whether that is done.

    And what it knows of the distribution of values, in which single ones stand.

    A reader that stays in the middle of a transaction prevents it on SQLite, a lock on PostgreSQL:
    the next refresh or `retract` tries again. Copies of the files are not reached.
    """
    pending = sa.select(sa.func.count()).where(retraction.c.purged.is_(None))
    with engine.connect() as connection:
        if not connection.scalar(pending):
            return True
    done = _purge_sqlite(engine) if sqlite_file(engine.url) else _purge_postgresql(engine)
    if done:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with writing(engine) as connection:
            connection.execute(
                sa.update(retraction).where(retraction.c.purged.is_(None)).values(purged=now)
            )
    return done


def _purge_sqlite(engine: sa.Engine) -> bool:
    """Rebuild the file without its free pages, and empty the write-ahead log."""
    raw = engine.raw_connection()
    try:
        raw.execute("VACUUM")
        busy, *_ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        return False
    finally:
        raw.close()
    return not busy


def _purge_postgresql(engine: sa.Engine) -> bool:
    names = ", ".join(f'"{table}"' for table in ("observation", "revision", "flip", "warning"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("SET lock_timeout = '5s'"))
        try:
            connection.execute(sa.text(f"VACUUM (FULL, ANALYZE) {names}"))
            connection.execute(sa.text("VACUUM (FULL) pg_statistic"))
        except sa.exc.OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != "55P03":  # lock_not_available
                raise
            return False
        finally:
            connection.execute(sa.text("RESET lock_timeout"))
    return True


# The list of what was retracted, which every refresh honours.


def list_file(raw: Path) -> Path:
    """Return the file that says what was retracted."""
    return raw.parent / "retractions.csv"


def listed(engine: sa.Engine | None, raw: Path) -> pd.DataFrame:
    """Return what was retracted, as the database or the file beside the raw ones says: LISTED."""
    lists = [pd.DataFrame(columns=LISTED)]
    if engine is not None:
        with engine.connect() as connection:
            lists.append(frame_of(connection, sa.select(*(retraction.c[name] for name in LISTED))))
    if list_file(raw).exists():
        lists.append(pd.read_csv(list_file(raw), dtype=str, keep_default_na=False))
    both = pd.concat(lists, ignore_index=True)[LISTED]
    return both.drop_duplicates(list(KEY)).sort_values(list(KEY), ignore_index=True)


def write_list(raw: Path, every: pd.DataFrame) -> None:
    """Write the list beside the raw files, if it says something new."""
    file, text = list_file(raw), every.to_csv(index=False, lineterminator="\n")
    if every.empty or (file.exists() and file.read_text(encoding="utf-8") == text):
        return
    half = file.with_name(f".{file.name}.{os.getpid()}")
    half.write_text(text, encoding="utf-8")
    half.replace(file)


def agree(engine: sa.Engine, raw: Path) -> None:
    """Let the database and the file both say what either does, and the database hold to it.

    One that was restored from an older backup still has the figures of the list.
    """
    every = listed(engine, raw)
    write_list(raw, every)
    for *key, reason in every.loc[every["rule"] == RETRACTED, [*KEY, "reason"]].to_numpy():
        with engine.connect() as connection:
            held = _stored(connection, tuple(key))["value"].notna().any()
        if held:
            retract(engine, tuple(key), reason, raw)
    known = listed(engine, raw / "none")
    new = every[~every.set_index(list(KEY)).index.isin(known.set_index(list(KEY)).index)]
    if len(new):
        with writing(engine) as connection:
            insert_rows(connection, retraction, new)


def without(file: Path, every: pd.DataFrame) -> None:
    """Take the numbers of what was retracted out of a Parquet file of tidy rows."""
    if every.empty:
        return
    numbers = (*NUMBERS, *SIZES)
    with duckdb.connect() as connection:
        connection.register("listed", every[list(KEY)])
        connection.read_parquet(duckdb_path(file)).create_view("held")
        holds = " OR ".join(f"{name} IS NOT NULL" for name in numbers)
        among = f"FROM held SEMI JOIN listed USING ({KEYS})"
        if not connection.sql(among).filter(holds).limit(1).fetchall():
            return
        blank = dict.fromkeys(numbers, "NULL") | {"confidentiality": f"'{WITHHELD}'"}
        shown = (f"if(gone, {blank[name]}, {name}) AS {name}" for name in blank)
        half = file.with_name(f"{file.name}.{os.getpid()}")
        connection.sql(
            f"SELECT * EXCLUDE gone REPLACE ({', '.join(shown)}) "
            f"FROM held LEFT JOIN (SELECT *, true AS gone FROM listed) USING ({KEYS})"
        ).write_parquet(str(half))
    half.replace(file)
