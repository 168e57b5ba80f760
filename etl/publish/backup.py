"""A whole database in one SQLite file, taken while others read and publish; and back from it."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from etl.account import account
from etl.publish.lock import publishing
from indicators.store.archive import newest, snapshot
from indicators.store.bulk import insert_batches, read_batches
from indicators.store.database import HEAD, open_database, writing
from indicators.store.queries import latest_release
from indicators.store.tables import audit, identity, last_check, metadata
from indicators.store.trail import Action, record


class NotEmptyError(Exception):
    """Raised for a database that has releases of its own: nothing is restored over them."""


class NoBackupError(Exception):
    """Raised for a file that is no backup of ours; `newer` if a later build made it."""

    def __init__(self, *, newer: bool) -> None:
        super().__init__(newer)
        self.newer = newer


def back_up(engine: sa.Engine, file: Path) -> int | None:
    """Write every table, as it stands at one moment, to an SQLite file; return its release.

    The file is there whole or not at all, and one that stood there is replaced. It holds what is
    public: figures that were suppressed or retracted before are in no table.
    """
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=f".{file.name}.") as folder:
        made = Path(folder) / "backup.sqlite"
        copy = open_database(f"sqlite:///{made}")
        with snapshot(engine) as source, writing(copy) as target:
            _copy(source, target)
        release = latest_release(copy)
        copy.dispose()
        with closing(sqlite3.connect(made)) as connection:
            # What the log beside it still holds goes into the one file that is kept.
            connection.execute("PRAGMA journal_mode=DELETE")
        made.replace(file)
    return release


def restore(engine: sa.Engine, file: Path) -> int | None:
    """Put a backup into an empty database in one transaction; return its newest release.

    Raises `NotEmptyError`, `NoBackupError` and `BusyError`; the file stays as it is.
    """
    _check(file)
    with tempfile.TemporaryDirectory() as folder:
        # Opening brings an older build's tables up to date, in the copy.
        opened = open_database(f"sqlite:///{shutil.copy(file, Path(folder) / 'backup.sqlite')}")
        try:
            with publishing(engine) as target, opened.connect() as source, source.begin():
                # Whoever signed in before there was a release is no release.
                tables = [table for table in _tables() if table is not audit]
                if any(target.scalar(sa.select(sa.exists(table.select()))) for table in tables):
                    raise NotEmptyError
                _copy(source, target)
                record(target, Action.RESTORED, account(), release=newest(target))
        finally:
            opened.dispose()
    return latest_release(engine)


def _check(file: Path) -> None:
    """Refuse what is no backup, or one whose tables this build does not know."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, TypeError):
        raise NoBackupError(newer=False) from None
    if str(version) > HEAD:
        raise NoBackupError(newer=True)


def _tables() -> list[sa.Table]:
    # What is restored is another database, and keeps the word that it was made with.
    # Nor is what a check of its files found.
    return [table for table in metadata.sorted_tables if table not in (identity, last_check)]


def _copy(source: sa.Connection, target: sa.Connection) -> None:
    import pyarrow as pa

    kinds = {sa.Integer: pa.int64(), sa.Double: pa.float64(), sa.Text: pa.string()}
    for table in _tables():
        schema = pa.schema([(column.name, kinds[type(column.type)]) for column in table.columns])
        insert_batches(target, table, read_batches(source, sa.select(table), schema))
