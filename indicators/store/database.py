"""Opening the database: SQLite by default, PostgreSQL by `DATABASE_URL`; tables made or migrated.

Demonstration figures live apart, in tables of their own: another SQLite file, another schema of
a PostgreSQL. So no line, total or verdict can mix them with real ones.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import sqlalchemy as sa

from indicators.settings import DATABASE_URL, database_address

CONNECTING = 5  # seconds that a server is waited for, where the address says nothing else
ANSWERING = 60  # seconds that it may take to answer a page
MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0013"

Dataset = Literal["real", "demonstration"]
DATASETS: tuple[Dataset, ...] = ("real", "demonstration")


class NewerDatabaseError(Exception):
    """Raised for tables that a later version of this program has made."""


def open_database(
    url: str | None = None, dataset: Dataset = "real", *, serving: bool = False
) -> sa.Engine:
    """Open the database of a dataset, bring its tables up to date and return the engine.

    serving: for pages, which make no file where one was taken away, see what took its place, and
    wait for no server that has gone silent. Raises `SettingError` for an address that is none,
    `NewerDatabaseError`, and `sqlalchemy.exc.DBAPIError` when the server or the file cannot be
    reached.
    """
    engine = _engine(url or DATABASE_URL.value, dataset, serving)
    version = _version(engine)
    if version is not None and version > HEAD:
        raise NewerDatabaseError(version)
    if version != HEAD:
        _migrate(_engine(url or DATABASE_URL.value, dataset, False), serving=serving)
    return engine


def has_dataset(dataset: Dataset, url: str | None = None, *, serving: bool = False) -> bool:
    """Return whether a dataset's tables exist, without making them."""
    return tables_version(url, dataset, serving=serving) is not None


def tables_version(
    url: str | None = None, dataset: Dataset = "real", *, serving: bool = False
) -> str | None:
    """Return by which migration a dataset's tables were made last, None without tables.

    Nothing is made by looking: no file, and no table is brought up to date.
    """
    engine = _engine(url or DATABASE_URL.value, dataset, serving)
    file = sqlite_file(engine.url)
    return None if file is not None and not file.exists() else _version(engine)


def remove_dataset(dataset: Dataset, url: str | None = None) -> None:
    """Take a dataset away completely: its file, or its schema."""
    if dataset == "real":
        raise ValueError("real figures are never removed")
    engine = _engine(url or DATABASE_URL.value, dataset, False)
    engine.dispose()
    if (file := sqlite_file(engine.url)) is not None:
        for suffix in ("", "-wal", "-shm", ".lock"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        return
    with engine.connect() as connection, connection.begin():
        connection.execute(sa.text(f'DROP SCHEMA IF EXISTS "{dataset}" CASCADE'))


def sqlite_file(address: sa.URL) -> Path | None:
    """Return the file of an SQLite database, None for a server or one in memory."""
    name = address.database
    if address.get_backend_name() != "sqlite" or not name or name == ":memory:":
        return None
    return Path(urlsplit(name).path if name.startswith("file:") else name)


@cache
def _engine(url: str, dataset: Dataset, serving: bool) -> sa.Engine:
    # What is asked of a database may be a suppressed figure, and is in no error's text.
    address = sa.make_url(database_address(url))
    if dataset != "real":
        address = _apart(address, dataset)
    if address.get_backend_name() == "sqlite":
        # A file that may be taken away, or another put into its place, is opened anew each time.
        pool = sa.pool.NullPool if serving or dataset != "real" else None
        engine = sa.create_engine(address, poolclass=pool, hide_parameters=True)
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        if serving:
            sa.event.listen(engine, "do_connect", _refuse_missing)
        return engine
    waiting = {} if "connect_timeout" in address.query else {"connect_timeout": CONNECTING}
    if not serving:
        return sa.create_engine(
            address, pool_pre_ping=True, hide_parameters=True, connect_args=waiting
        )
    options = f"{address.query.get('options', '')} -cstatement_timeout={ANSWERING}s".strip()
    engine = sa.create_engine(
        address.update_query_dict({"options": options}),
        pool_pre_ping=True,
        pool_timeout=CONNECTING,
        hide_parameters=True,
        connect_args=waiting,
    )
    sa.event.listen(engine, "do_connect", _connect_patiently)
    return engine


def _refuse_missing(_dialect: Any, _record: Any, arguments: Any, _options: Any) -> None:
    # SQLite would make the file, and a page say that nothing has been published yet.
    file = sqlite_file(sa.URL.create("sqlite", database=str(arguments[0])))
    if file is not None and not file.exists():
        raise sqlite3.OperationalError("unable to open database file")


def _connect_patiently(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
    from indicators.store.patience import PatientConnection  # the driver, which SQLite needs not

    return PatientConnection.connect(*arguments, **options)


def _apart(address: sa.URL, dataset: Dataset) -> sa.URL:
    """Return where a dataset's own tables are: a file beside, or a schema of the same server."""
    if address.get_backend_name() == "sqlite":
        file = Path(address.database or "")
        return address.set(database=str(file.with_name(f"{file.stem}.{dataset}{file.suffix}")))
    return address.update_query_dict({"options": f"-csearch_path={dataset}"})


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own implicit BEGIN does not cover DDL; _begin_sqlite says it instead.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection in a transaction that writes; commit at the end, roll back on error."""
    with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
        yield connection


def _version(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return version


def _migrate(engine: sa.Engine, *, serving: bool) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":  # two first starts at once: the second waits
            if serving:  # a page says so instead, as it does where SQLite is locked
                connection.execute(sa.text(f"SET LOCAL lock_timeout = '{CONNECTING}s'"))
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(20180003)"))
            if connection.scalar(sa.text("SELECT current_schema()")) is None:
                connection.execute(sa.text('CREATE SCHEMA IF NOT EXISTS "demonstration"'))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
