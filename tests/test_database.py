"""The tables and their migrations."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from indicators.database import HEAD, MIGRATIONS, database_url, metadata, open_database


def test_migrations_make_the_tables_that_the_code_declares(empty: sa.Engine) -> None:
    with empty.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_migration_is_the_one_the_code_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_opening_twice_changes_nothing(empty: sa.Engine) -> None:
    url = empty.url.render_as_string(hide_password=False)
    assert open_database(url) is empty


def test_an_ordinary_postgresql_url_names_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://me@localhost/figures")
    assert database_url() == "postgresql+psycopg://me@localhost/figures"
