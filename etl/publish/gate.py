"""The gate: what would change, publishing it as one release, taking a release back.

Staged rows meet the public ones inside the database, in one transaction. A crash at any point
leaves the last release standing; publishing the same rows again changes nothing.
"""

from __future__ import annotations

import dataclasses
import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from etl.account import account
from etl.publish.acceptance import remember
from etl.publish.baseline import code_version
from etl.publish.difference import Difference, Tables, difference, first_difference
from etl.publish.filing import Filing, Pending, Return, filed, returning, settle
from etl.publish.lock import publishing
from etl.publish.moves import Moves, between
from etl.publish.placing import clashes, hold, replace
from etl.suppression.redaction import redact
from etl.suppression.small_numbers import still_suppressed, suppressed_again, without
from etl.tidy import FIGURES, PUBLIC
from indicators.findings import Finding, FindingsError, UnacceptedError, message, telling
from indicators.published_catalogue import keep_catalogue
from indicators.store.archive import frame_of, newest, published_in
from indicators.store.bulk import insert_batches, insert_rows, read_batches
from indicators.store.last_check import forget
from indicators.store.queries import register_of
from indicators.store.tables import (
    REGISTER,
    change,
    citation,
    flip,
    observation,
    register_archive,
    release,
    release_input,
    revision,
)
from indicators.store.trail import Action, record


@dataclass(frozen=True)
class Edition:
    """What is to be public.

    rows: all that is to be public, KEY and MEASURES in the order of the key, one row a key;
    unless `moves` says what comes and goes, all other figures staying as they were in release
    `base`. citations and inputs as in the tables of those names; inputs are all that the release
    rests on. register: the target register's tables by name, None to keep it. holdings: rows of
    the table `holding`, complete for each indicator and period that moves; None to have them
    counted.
    """

    rows: Iterable[pa.RecordBatch]
    citations: pd.DataFrame
    inputs: pd.DataFrame
    register: Tables | None = None
    moves: Moves | None = None
    base: int | None = None
    holdings: Iterable[pa.RecordBatch] | None = None


class OvertakenError(Exception):
    """Raised where another release was published since an edition was compared with `base`."""


@dataclass(frozen=True)
class Decision:
    """Why something is published, why in spite of its warnings, which release it restores.

    consequences: warnings that those tell of, which are accepted with them.
    """

    reason: str
    accepted: str | None = None
    warnings: Sequence[Finding] = field(default_factory=list)
    restored: int | None = None
    consequences: Sequence[Finding] = ()


@dataclass(frozen=True)
class Publication:
    """What a publication changed. `release` is None when nothing was published.

    files: what a rollback did to the raw files. suppressed: what stays suppressed after it, as
    `small_numbers.still_suppressed`. unfinished: whether files could not be put into place, which
    the next run does.
    """

    release: int | None
    difference: Difference
    warnings: Sequence[Finding] = ()
    files: Return | None = None
    suppressed: pd.DataFrame | None = None
    unfinished: bool = False


def publish(
    engine: sa.Engine,
    edition: Edition,
    decision: Decision,
    *,
    filing: Filing | None = None,
    dry_run: bool = False,
) -> Publication:
    """Make an edition public, as one release; with `dry_run`, only say what would change.

    filing: the raw files that move with it, after the commit and only then. Raises `BusyError`
    while somebody else publishes, `OvertakenError` where somebody else has, `FindingsError` where
    a figure of another file already stands at a key or a file changed since it was read.
    """
    pending = Pending(None if dry_run else filing)
    with filed(pending), publishing(engine) as connection:
        pending.check(edition.inputs)
        pending.begin(connection)
        made = _publish(connection, edition, decision, dry_run=dry_run)
        pending.commit(made.release)
    return dataclasses.replace(made, unfinished=pending.unfinished)


def _publish(
    connection: sa.Connection, edition: Edition, decision: Decision, *, dry_run: bool
) -> Publication:
    number = newest(connection)
    if edition.moves is not None and edition.base != number:
        raise OvertakenError
    if not dry_run:
        keep_catalogue(connection)
    if number is None:
        return _first_release(connection, edition, decision, dry_run=dry_run)
    if edition.moves is not None:
        _refuse_clashes(connection, edition.moves)
        made = _release(connection, edition.moves, edition, decision, number, dry_run=dry_run)
    else:
        public = sa.select(*(observation.c[name] for name in PUBLIC.names))
        with between(edition.rows, read_batches(connection, public, PUBLIC)) as moves:
            made = _release(connection, moves, edition, decision, number, dry_run=dry_run)
    new = [finding for finding in decision.warnings if finding.accepted is None]
    if new and made.release is None and not dry_run:
        # They are of figures that are public.
        besides = [finding for finding in decision.consequences if finding.accepted is None]
        remembered = remember(connection, [*new, *besides], decision.accepted, number)[: len(new)]
        _record_acceptance(connection, decision, number)
        before = [finding for finding in decision.warnings if finding.accepted is not None]
        return dataclasses.replace(made, warnings=[*before, *remembered])
    return made


def roll_back(
    engine: sa.Engine,
    number: int,
    *,
    reason: str,
    raw: Path | None = None,
    accepted: str | None = None,
    dry_run: bool = False,
) -> Publication:
    """Make public again what was public in release `number`, as a new release.

    But for what today's rules suppress: see `small_numbers.suppressed_again`. The files in `raw`
    are what they were then, too, as far as their versions are kept; where only they change that is
    a release as well. Raises `LookupError` where there is no such release, `UnacceptedError` where
    figures that are suppressed now would be public again and `accepted` does not say why.
    """
    pending = Pending(None)
    with filed(pending), publishing(engine) as connection:
        known = sa.select(release.c.release).where(release.c.release == number)
        if connection.scalar(known) is None:
            raise LookupError(number)
        files = None
        if raw is not None:
            settle(connection, raw)
            files = returning(connection, raw, number)
        if files is not None and not dry_run:
            pending.filing = files.filing
            pending.copy()
            pending.begin(connection)
        inputs = frame_of(
            connection, sa.select(release_input).where(release_input.c.release == number)
        ).drop(columns="release")
        nothing = pd.DataFrame(columns=citation.columns.keys())
        edition = Edition((), nothing, inputs, register_of(connection, number))
        hidden = suppressed_again(engine, connection, number)
        warnings = _opened(hidden.opened, number)
        if warnings and accepted is None and not dry_run:
            raise UnacceptedError(warnings)
        with _restored(connection, number, hidden.kept) as moves:
            decision = Decision(reason, accepted, warnings, restored=number)
            last = newest(connection) or number
            made = _release(
                connection, moves, edition, decision, last, dry_run=dry_run, files=files
            )
        kept = still_suppressed(connection, number)
        pending.commit(made.release)
    return dataclasses.replace(made, files=files, suppressed=kept, unfinished=pending.unfinished)


def _opened(keys: pd.DataFrame, number: int) -> list[Finding]:
    """Return a warning for each figure that a rollback would make public, suppressed as it is."""
    advice = message(
        "it was public in release {number}: if it may be so again, accept it and say why; where "
        "only some files were wrong, bring those back with `python -m etl files`",
        number=number,
    )
    return [
        Finding(
            "",
            " ".join(key),
            message("a figure that is not suppressed now"),
            advice,
            severity="warning",
            check="suppressed_now",
            figures=(),
            about=key,
        )
        for key in keys.itertuples(index=False, name=None)
    ]


@contextmanager
def _restored(connection: sa.Connection, number: int, hidden: pd.DataFrame) -> Iterator[Moves]:
    """Yield what it moves to make an older release public again, but for the hidden figures."""
    since = sa.union(
        sa.select(observation.c.indicator).where(observation.c.release > number),
        sa.select(revision.c.indicator).where(
            revision.c.release <= number, revision.c.superseded > number
        ),
    )
    among = sorted({*connection.scalars(since), *hidden["indicator"]})

    def figures(table: sa.FromClause, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        columns = [table.c[name] for name in schema.names]
        question = sa.select(*columns).where(table.c.indicator.in_(among))
        return read_batches(connection, question, schema)

    then = without(figures(published_in(number), FIGURES), hidden)
    with between(then, figures(observation, PUBLIC)) as moves:
        yield moves


def _first_release(
    connection: sa.Connection, edition: Edition, decision: Decision, *, dry_run: bool
) -> Publication:
    """Publish where nothing is public yet: there is nothing to compare with."""
    counts = []

    def numbered(rows: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in rows:
            # Counted on the way: to ask the database afterwards is to read it all again.
            places = pa.Table.from_batches([batch]).group_by(["indicator", "region"])
            counts.append(places.aggregate([([], "count_all")]).to_pandas())
            yield batch.append_column("release", pa.repeat(pa.scalar(1, pa.int32()), len(batch)))

    if dry_run:
        deque(numbered(edition.rows), 0)
    else:
        insert_batches(connection, observation, numbered(edition.rows))
        hold(connection, edition.holdings)
    made = first_difference(connection, counts, edition.register)
    if dry_run or not made:
        return Publication(None, made, decision.warnings)
    return Publication(1, made, _record(connection, edition, decision, made, 1))


def _release(
    connection: sa.Connection,
    moves: Moves,
    edition: Edition,
    decision: Decision,
    last: int,
    *,
    dry_run: bool,
    files: Return | None = None,
) -> Publication:
    """Release what moves, and be it only files, or what was accepted and leaves no other trace."""
    made = difference(connection, moves, edition.register)
    seen = any(telling(each) and each.accepted is None for each in decision.warnings)
    if dry_run or not (made or files or seen):
        return Publication(None, made, decision.warnings)
    replace(connection, moves, last + 1)
    hold(connection, edition.holdings, None if edition.moves is None else moves.cells)
    warnings = _record(connection, edition, decision, made, last + 1)
    return Publication(last + 1, made, warnings)


def _record(
    connection: sa.Connection,
    edition: Edition,
    decision: Decision,
    made: Difference,
    number: int,
) -> list[Finding]:
    """Write down what a release is made of and changed; return its warnings as accepted."""
    forget(connection)  # what a check compared with is not public any more
    _cite(connection, edition.citations)
    if edition.register is not None and made.retargeted:
        _register(connection, edition.register, number)
    connection.execute(
        sa.insert(release).values(
            release=number,
            published_at=datetime.now(UTC).isoformat(timespec="seconds"),
            published_by=account(),
            reason=decision.reason,
            code_version=code_version(),
            added=made.added,
            changed=made.changed,
            withdrawn=made.withdrawn,
            rows=made.rows,
            restored=decision.restored,
            accepted=decision.accepted,
        )
    )
    counts = made.counts.groupby("indicator", as_index=False)[["added", "changed", "withdrawn"]]
    insert_rows(connection, change, counts.sum().assign(release=number))
    insert_rows(connection, flip, made.flips.assign(release=number))
    action = Action.PUBLISHED if decision.restored is None else Action.ROLLED_BACK
    about = "" if decision.restored is None else str(decision.restored)
    record(connection, action, account(), release=number, about=about)
    _record_acceptance(connection, decision, number)
    both = [*decision.warnings, *decision.consequences]
    warnings = remember(connection, both, decision.accepted, number)[: len(decision.warnings)]
    insert_rows(connection, release_input, edition.inputs.assign(release=number))
    redact(connection)
    return warnings


def _record_acceptance(connection: sa.Connection, decision: Decision, number: int) -> None:
    new = sum(finding.accepted is None for finding in decision.warnings)
    if new and decision.accepted is not None:
        record(connection, Action.ACCEPTED, account(), release=number, about=str(new))


def _refuse_clashes(connection: sa.Connection, moves: Moves) -> None:
    expected = message("one figure for each key")
    advice = message("keep the figure that holds and remove the other")
    findings = [
        Finding(file, " ".join(key), expected, advice, check="unique")
        for *key, file in clashes(connection, moves).astype(str).itertuples(index=False, name=None)
    ]
    if findings:
        raise FindingsError(findings)


def _cite(connection: sa.Connection, citations: pd.DataFrame) -> None:
    known = set(connection.scalars(sa.select(citation.c.citation)))
    insert_rows(connection, citation, citations[~citations["citation"].isin(known)])


def _register(connection: sa.Connection, new: Tables, number: int) -> None:
    """Replace the register, keeping the old one where a release has shown it."""
    if number > 1:
        old = register_of(connection)
        content = {name: json.loads(rows.to_json(orient="records")) for name, rows in old.items()}
        connection.execute(
            sa.insert(register_archive).values(
                superseded=number, content=json.dumps(content, ensure_ascii=False)
            )
        )
    for table in REGISTER:
        connection.execute(sa.delete(table))
        insert_rows(connection, table, new[table.name])
