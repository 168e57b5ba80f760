"""One publisher at a time: who holds the lock, and since when.

The database's own lock decides, so that a process that dies lets go of it. What is said of the
holder comes from PostgreSQL's list of sessions, or from a file beside an SQLite database.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from etl.account import account
from indicators.store.database import sqlite_file, writing

_LOCK = 20180003  # any number, the same for every publisher on one PostgreSQL
_WAIT = "5s"  # as long as SQLite waits


@dataclass(frozen=True)
class Holder:
    """Who publishes: a person, on which machine, in which process, since when (ISO 8601)."""

    who: str
    machine: str
    process: int
    since: str

    @staticmethod
    def ourselves() -> Holder:
        """Return the holder that this process would be."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return Holder(account(), socket.gethostname(), os.getpid(), now)


class BusyError(Exception):
    """Raised when somebody else is publishing; `holder` is None when nobody says who."""

    def __init__(self, holder: Holder | None) -> None:
        super().__init__(str(holder))
        self.holder = holder


@contextmanager
def publishing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield the one connection that may publish, in its transaction, or raise `BusyError`.

    The transaction commits at the end and rolls back on any error.
    """
    ourselves = Holder.ourselves()
    if engine.dialect.name == "postgresql":
        with writing(engine) as connection:
            _lock_postgresql(connection, ourselves)
            yield connection
        return
    file = _note(engine)
    try:
        with writing(engine) as connection, _noting(file, ourselves):
            yield connection
    except sa.exc.OperationalError as error:
        if "locked" not in str(error.orig):
            raise
        raise BusyError(_noted(file)) from None


@contextmanager
def _noting(file: Path | None, holder: Holder) -> Iterator[None]:
    """Say beside the database who publishes; only a killed process leaves that behind."""
    if file is None:
        yield
        return
    file.write_text(json.dumps(asdict(holder)), encoding="utf-8")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def abandoned(engine: sa.Engine) -> Holder | None:
    """Return who died while publishing to an SQLite database, if a note was left behind."""
    file = sqlite_file(engine.url)
    holder = _noted(_note(engine))
    return None if file is None or holder is None or _is_locked(file) else holder


def _note(engine: sa.Engine) -> Path | None:
    file = sqlite_file(engine.url)
    return None if file is None else file.with_name(file.name + ".lock")


def _noted(file: Path | None) -> Holder | None:
    try:
        return None if file is None else Holder(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _is_locked(file: Path) -> bool:
    """Return whether somebody is writing to an SQLite database, without waiting for them."""
    address = f"{file.resolve().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(address, timeout=0, uri=True)) as connection:
            connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    return False


def _lock_postgresql(connection: sa.Connection, ourselves: Holder) -> None:
    name = f"{ourselves.who}|{ourselves.machine}|{ourselves.process}"[:63]
    connection.execute(
        sa.text("SELECT set_config('application_name', :name, true)"), {"name": name}
    )
    connection.execute(sa.text(f"SET LOCAL lock_timeout = '{_WAIT}'"))
    try:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    except sa.exc.OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != "55P03":  # lock_not_available
            raise
        raise BusyError(_holder_postgresql(connection.engine)) from None
    connection.execute(sa.text("SET LOCAL lock_timeout = 0"))


def _holder_postgresql(engine: sa.Engine) -> Holder | None:
    with engine.connect() as connection:
        row = connection.execute(
            sa.text(
                "SELECT a.application_name, a.usename, a.xact_start, a.pid "
                "FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
                "WHERE l.locktype = 'advisory' AND l.objid = :lock AND l.granted"
            ),
            {"lock": _LOCK},
        ).first()
    if row is None:
        return None
    who, machine, process = ([*str(row.application_name).split("|"), "", ""])[:3]
    since = row.xact_start.astimezone(UTC).isoformat(timespec="seconds")
    return Holder(who or row.usename, machine, int(process or row.pid), since)
