"""The gate: what would change, publishing it as one release, taking a release back.

Staged rows meet the public ones inside the database, in one transaction. A crash at any point
leaves the last release standing; publishing the same rows again changes nothing.
"""

from __future__ import annotations

import getpass
import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from etl.difference import (
    Difference,
    Staged,
    Tables,
    difference,
    first_difference,
    replaced,
)
from etl.findings import Finding, Refused, message
from etl.lock import publishing
from etl.tidy import BATCH, PUBLISHED, SCHEMA
from indicators.database import (
    KEY,
    REGISTER,
    ROOT,
    change,
    citation,
    flip,
    insert_batches,
    insert_rows,
    observation,
    register_archive,
    release,
    release_input,
    revision,
    warning,
)
from indicators.queries import figures_of, register_of


@dataclass(frozen=True)
class Edition:
    """What is to be public.

    rows: KEY and MEASURES in the order of the key, one row a key. files: the inputs whose
    figures these replace, None for the whole of what is public. citations and inputs as in the
    tables of those names; inputs are all that the release rests on. register: the target
    register's tables by name, None to keep it.
    """

    rows: Iterable[pa.RecordBatch]
    citations: pd.DataFrame
    inputs: pd.DataFrame
    register: Tables | None = None
    files: Sequence[str] | None = None


@dataclass(frozen=True)
class Decision:
    """Why something is published, and why in spite of its warnings."""

    reason: str
    accepted: str | None = None
    warnings: Sequence[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class Publication:
    """What a publication changed. `release` is None when nothing was published."""

    release: int | None
    difference: Difference
    warnings: Sequence[Finding] = ()


def publish(
    engine: sa.Engine, edition: Edition, decision: Decision, *, dry_run: bool = False
) -> Publication:
    """Make an edition public, as one release; with `dry_run`, only say what would change.

    Raises `Busy` while somebody else publishes, `Refused` where a figure of another file
    already stands at a key.
    """
    with publishing(engine) as connection:
        newest = connection.scalar(sa.select(sa.func.max(release.c.release)))
        if newest is None and not dry_run:
            return _first_release(connection, edition, decision)
        staged = _stage(connection, edition.files)
        insert_batches(connection, staged.new, edition.rows)
        _analyse(connection, staged.new)
        _refuse_clashes(staged)
        return _release(staged, edition, decision, newest, dry_run=dry_run)


def published(engine: sa.Engine, files: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    """Yield what is public now of these files (None: of all) and derived, as `tidy.PUBLISHED`."""
    schema = pa.schema([SCHEMA.field(name) for name in PUBLISHED])
    with engine.connect().execution_options(stream_results=True) as connection:
        question = sa.select(*(observation.c[name] for name in PUBLISHED)).where(
            replaced(connection, files)
        )
        for part in connection.execute(question).partitions(BATCH):
            columns = zip(*part, strict=True)
            yield pa.RecordBatch.from_arrays(
                [pa.array(cells, kind) for cells, kind in zip(columns, schema.types, strict=True)],
                schema=schema,
            )


def roll_back(engine: sa.Engine, number: int, *, reason: str, dry_run: bool = False) -> Publication:
    """Make public again what was public in release `number`, as a new release.

    Raises `LookupError` where there is no such release.
    """
    with publishing(engine) as connection:
        newest = connection.scalar(sa.select(sa.func.max(release.c.release)))
        if (
            connection.scalar(sa.select(release.c.release).where(release.c.release == number))
            is None
        ):
            raise LookupError(number)
        staged = _stage(connection, None)
        names = [column.name for column in staged.new.columns]
        figures = figures_of(number)
        connection.execute(
            sa.insert(staged.new).from_select(
                names, sa.select(*(figures.c[name] for name in names))
            )
        )
        _analyse(connection, staged.new)
        inputs = pd.DataFrame(
            connection.execute(sa.select(release_input).where(release_input.c.release == number))
            .mappings()
            .all()
        ).drop(columns="release")
        nothing = pd.DataFrame(columns=citation.columns.keys())
        edition = Edition((), nothing, inputs, register_of(connection, number))
        return _release(staged, edition, Decision(reason), newest, dry_run=dry_run, restored=number)


def _first_release(connection: sa.Connection, edition: Edition, decision: Decision) -> Publication:
    """Publish where nothing is public yet: there is nothing to compare with."""
    numbered = (
        batch.append_column("release", pa.repeat(pa.scalar(1, pa.int32()), batch.num_rows))
        for batch in edition.rows
    )
    insert_batches(connection, observation, numbered)
    made = first_difference(connection, edition.register)
    if made:
        _record(connection, edition, decision, made, 1)
    return Publication(1 if made else None, made, decision.warnings)


def _release(
    staged: Staged, edition: Edition, decision: Decision, newest: int | None, *,
    dry_run: bool, restored: int | None = None,
) -> Publication:  # fmt: skip
    connection = staged.connection
    made = difference(staged, edition.register, first=newest is None)
    if not dry_run and made:
        number = (newest or 0) + 1
        _replace(staged, number)
        _record(connection, edition, decision, made, number, restored)
    _drop(staged)
    return Publication(number if made and not dry_run else None, made, decision.warnings)


def _record(
    connection: sa.Connection, edition: Edition, decision: Decision, made: Difference,
    number: int, restored: int | None = None,
) -> None:  # fmt: skip
    """Write down what a release is made of and what it changed."""
    _cite(connection, edition.citations)
    if edition.register is not None and made.retargeted:
        _register(connection, edition.register, number)
    connection.execute(
        sa.insert(release).values(
            release=number,
            published_at=datetime.now(UTC).isoformat(timespec="seconds"),
            published_by=getpass.getuser(),
            reason=decision.reason,
            code_version=code_version(),
            added=made.added,
            changed=made.changed,
            withdrawn=made.withdrawn,
            rows=made.rows,
            restored=restored,
            accepted=decision.accepted,
        )
    )
    counts = made.counts.groupby("indicator", as_index=False)[["added", "changed", "withdrawn"]]
    insert_rows(connection, change, counts.sum().assign(release=number))
    insert_rows(connection, flip, made.flips.assign(release=number))
    insert_rows(connection, warning, _warnings(decision.warnings).assign(release=number))
    insert_rows(connection, release_input, edition.inputs.assign(release=number))


def _stage(connection: sa.Connection, files: Sequence[str] | None) -> Staged:
    """Return the public figures that are to be replaced, and room for the new ones."""
    columns = [column for column in observation.columns if column.name != "release"]
    new = _temporary(connection, "staged", columns)
    chosen = replaced(connection, files)
    if files is None:
        return Staged(connection, new, observation, chosen)
    old = _temporary(connection, "replaced", list(observation.columns))
    connection.execute(
        sa.insert(old).from_select(old.columns.keys(), sa.select(observation).where(chosen))
    )
    _analyse(connection, old)
    return Staged(connection, new, old, chosen)


def _temporary(connection: sa.Connection, name: str, columns: Sequence[sa.Column[Any]]) -> sa.Table:
    copied = [sa.Column(item.name, item.type, primary_key=item.primary_key) for item in columns]
    made = sa.Table(name, sa.MetaData(), *copied, prefixes=["TEMPORARY"], sqlite_with_rowid=False)
    made.create(connection)
    return made


def _analyse(connection: sa.Connection, table: sa.Table) -> None:
    if connection.dialect.name == "postgresql":  # it knows nothing of a table just filled
        connection.execute(sa.text(f'ANALYZE "{table.name}"'))


def _drop(staged: Staged) -> None:
    # Left to the session's end, a pooled connection would still hold it at the next publication.
    for table in {staged.new, staged.old} - {observation}:
        table.drop(staged.connection)


def _refuse_clashes(staged: Staged) -> None:
    clashes = staged.clashes()
    if len(clashes):
        raise Refused(
            [
                Finding(
                    str(row["file"]),
                    " ".join(str(row[name]) for name in KEY),
                    message("one figure for each key"),
                    message("keep the figure that holds and remove the other"),
                    check="unique",
                )
                for row in clashes.to_dict("records")
            ]
        )


def _replace(staged: Staged, number: int) -> None:
    """Put the old figures that do not stay into the archive and the new ones in their place."""
    connection, old, new = staged.connection, staged.old, staged.new
    names = [column.name for column in observation.columns]
    connection.execute(
        sa.insert(revision).from_select(
            [*names, "superseded"], sa.select(*old.columns, sa.literal(number)).where(staged.gone)
        )
    )
    if old is observation:
        connection.execute(sa.delete(observation).where(staged.gone))
    else:
        keys = sa.tuple_(*(observation.c[name] for name in KEY))
        gone = sa.select(*(old.c[name] for name in KEY)).where(staged.gone)
        connection.execute(sa.delete(observation).where(keys.in_(gone)))
    connection.execute(
        sa.insert(observation).from_select(
            names,
            sa.select(*(new.c[name] for name in names[:-1]), sa.literal(number))
            .where(staged.come)
            .order_by(*(new.c[name] for name in KEY)),
        )
    )


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


def _warnings(accepted: Sequence[Finding]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (
                line, finding.check, finding.file, finding.sheet or "", finding.column or "",
                finding.found, str(finding.expected), finding.row,
            )
            for line, finding in enumerate(accepted, start=1)
        ],
        columns=["line", "check", "file", "sheet", "column", "found", "expected", "row"],
    )  # fmt: skip


def code_version() -> str:
    """Return the commit that the code stands at, or `CODE_VERSION`, or `unknown`."""
    if version := os.environ.get("CODE_VERSION"):
        return version
    try:
        said = subprocess.run(
            ["git", "describe", "--always", "--dirty"],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return said.stdout.strip()
