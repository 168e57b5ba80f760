"""What visitors see while a database fails: a page of ours that asks again, then their page."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from indicators.cached import remembered
from indicators.settings import ROOT
from indicators.store import database, patience
from indicators.store.database import open_database
from tests.conftest import WORLD, publish_rows
from tests.opened_pages import forget

UNREACHABLE = "暂时无法读取数据"
EMPTY = "尚无数据"
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(patience, "SILENCE", 1.0)
    monkeypatch.setattr(database, "CONNECTING", 1)
    forget()
    yield
    forget()


def title(script: str = "app.py") -> str:
    """Return a page's title, asked for when nothing is remembered any more."""
    forget()
    page = AppTest.from_file(str(ROOT / script), default_timeout=120).run()
    assert not page.exception
    return str(page.title[0].value)


@contextmanager
def held(url: str, statement: str) -> Iterator[None]:
    """Hold locks in a transaction as long as the block lasts."""
    engine = sa.create_engine(url)
    with engine.connect() as connection, connection.begin():
        connection.execute(sa.text(statement))
        yield
    engine.dispose()


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process grow, as on a disk without room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@POSTGRESQL
def test_tables_that_are_being_changed_are_told_and_shown_afterwards(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    shown = title()
    for table in ("observation", "release"):
        with held(url, f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"):
            assert title() == UNREACHABLE
        assert title() == shown != UNREACHABLE


@POSTGRESQL
def test_a_page_waits_for_no_migration_of_another_server(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    with held(database_url, "SELECT pg_advisory_xact_lock(20180003)"):
        assert title() == UNREACHABLE
    assert title() == EMPTY
    publish_rows(open_database(), WORLD)
    assert title() not in (UNREACHABLE, EMPTY)


@POSTGRESQL
def test_a_server_that_may_only_be_read_is_shown(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", f"{url}?options=-cdefault_transaction_read_only%3Don")
    assert title() not in (UNREACHABLE, EMPTY)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_is_told_and_the_page_shown_once_there_is_room(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string())
    shown = title()
    engine.dispose()
    with full_disk():  # SQLite has no room for what it keeps beside the file while it reads
        told = title()
    assert told == UNREACHABLE
    assert title() == shown != UNREACHABLE


def test_figures_that_are_exchanged_while_a_page_is_drawn_are_shown_as_they_are_then(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    shown = title()
    publish_rows(engine, WORLD[:4])
    forget()
    assert remembered.newest() is not None  # for five seconds, in which release 2 is no more
    with engine.begin() as connection:
        for table in ("change", "release_input", "release"):
            connection.execute(sa.text(f"DELETE FROM {table} WHERE release = 2"))
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    assert not page.exception
    assert page.title[0].value == shown
