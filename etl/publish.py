"""The gate: what would change, and publishing it as one release in one transaction.

Staged rows meet the current ones inside the database. A crash at any point leaves the last
release standing; publishing the same rows again changes nothing.
"""

from __future__ import annotations

import getpass
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
import sqlalchemy as sa

from indicators.database import (
    KEY,
    MEASURES,
    REGISTER,
    ROOT,
    citation,
    insert_rows,
    observation,
    release,
    release_input,
    revision,
    writing,
)

_LOCK = 20180003  # any number, the same for every publisher on one PostgreSQL


@dataclass(frozen=True)
class Publication:
    """What a publication changed. `release` is None when there was nothing to change."""

    release: int | None
    added: int
    changed: int
    withdrawn: int
    rows: int
    retargeted: bool = False


def publish(
    engine: sa.Engine,
    rows: pd.DataFrame,
    citations: pd.DataFrame,
    inputs: pd.DataFrame,
    *,
    reason: str,
    register: Mapping[str, pd.DataFrame] | None = None,
    dry_run: bool = False,
) -> Publication:
    """Make `rows` the public figures, as one release.

    `rows`: KEY and MEASURES, one row a key, the whole of what is to be public. `citations` and
    `inputs` as in the tables of those names; `register` the target register's tables by name,
    which replace those there are. With `dry_run`, count the changes and publish nothing.
    """
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        staged = _stage(connection, rows)
        added, changed, withdrawn = _differences(connection, staged)
        retargeted = register is not None and not _same_register(connection, register)
        publication = Publication(None, added, changed, withdrawn, len(rows), retargeted)
        if dry_run or not (added + changed + withdrawn or retargeted):
            _drop(connection, staged)
            return publication
        number = (connection.scalar(sa.select(sa.func.max(release.c.release))) or 0) + 1
        _replace(connection, staged, number)
        _drop(connection, staged)
        _cite(connection, citations)
        if register is not None and retargeted:
            _register(connection, register)
        connection.execute(
            sa.insert(release).values(
                release=number,
                published_at=datetime.now(UTC).isoformat(timespec="seconds"),
                published_by=getpass.getuser(),
                reason=reason,
                code_version=code_version(),
                added=added,
                changed=changed,
                withdrawn=withdrawn,
                rows=len(rows),
            )
        )
        insert_rows(connection, release_input, inputs.assign(release=number))
        return Publication(number, added, changed, withdrawn, len(rows), retargeted)


def _stage(connection: sa.Connection, rows: pd.DataFrame) -> sa.Table:
    columns = [
        sa.Column(column.name, column.type, primary_key=column.primary_key)
        for column in observation.columns
        if column.name != "release"
    ]
    staged = sa.Table("staged", sa.MetaData(), *columns, prefixes=["TEMPORARY"])
    staged.create(connection)
    insert_rows(connection, staged, rows.sort_values(list(KEY)))
    return staged


def _drop(connection: sa.Connection, staged: sa.Table) -> None:
    # Left to the session's end, a pooled connection would still hold it at the next publication.
    staged.drop(connection)


def _same_key(left: sa.Table, right: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(*(left.c[name] == right.c[name] for name in KEY))


def _differs(staged: sa.Table) -> sa.ColumnElement[bool]:
    return sa.or_(*(staged.c[name].is_distinct_from(observation.c[name]) for name in MEASURES))


def _differences(connection: sa.Connection, staged: sa.Table) -> tuple[int, int, int]:
    both = sa.join(staged, observation, _same_key(staged, observation))
    common = connection.scalar(sa.select(sa.func.count()).select_from(both)) or 0
    changed = (
        connection.scalar(sa.select(sa.func.count()).select_from(both).where(_differs(staged))) or 0
    )
    new = connection.scalar(sa.select(sa.func.count()).select_from(staged)) or 0
    old = connection.scalar(sa.select(sa.func.count()).select_from(observation)) or 0
    return new - common, changed, old - common


def _replace(connection: sa.Connection, staged: sa.Table, number: int) -> None:
    names = [column.name for column in observation.columns]
    kept = sa.exists().where(_same_key(staged, observation), ~_differs(staged))
    connection.execute(
        sa.insert(revision).from_select(
            [*names, "superseded"],
            sa.select(*observation.columns, sa.literal(number)).where(~kept),
        )
    )
    connection.execute(sa.delete(observation).where(~kept))
    present = sa.exists().where(_same_key(staged, observation))
    connection.execute(
        sa.insert(observation).from_select(
            names,
            sa.select(*(staged.c[name] for name in names[:-1]), sa.literal(number)).where(~present),
        )
    )


def _cite(connection: sa.Connection, citations: pd.DataFrame) -> None:
    known = set(connection.scalars(sa.select(citation.c.citation)))
    insert_rows(connection, citation, citations[~citations["citation"].isin(known)])


def _same_register(connection: sa.Connection, register: Mapping[str, pd.DataFrame]) -> bool:
    return all(
        _plain(pd.DataFrame(connection.execute(sa.select(table)).mappings().all()), table)
        == _plain(register[table.name], table)
        for table in REGISTER
    )


def _plain(rows: pd.DataFrame, table: sa.Table) -> set[tuple[object, ...]]:
    """Return a table's rows as a set, missing cells as None whatever they came as."""
    ordered = rows.reindex(columns=[column.name for column in table.columns])
    return {
        tuple(None if cell != cell or cell is None else cell for cell in row)
        for row in ordered.itertuples(index=False, name=None)
    }


def _register(connection: sa.Connection, register: Mapping[str, pd.DataFrame]) -> None:
    for table in REGISTER:
        connection.execute(sa.delete(table))
        insert_rows(connection, table, register[table.name])


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
