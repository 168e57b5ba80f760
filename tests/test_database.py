"""The tables and their migrations."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from indicators.store.bulk import insert_rows, read_batches
from indicators.store.opening import HEAD, MIGRATIONS, database_url, open_database, writing
from indicators.store.tables import citation, metadata


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


def test_rows_are_read_as_they_were_written(empty: sa.Engine) -> None:
    names = ("publisher", "place", "note", "url")
    rows = pd.DataFrame(
        [("甲, “乙”", "一\n二", "", None), ('"', "\\N", "NULL", "")], columns=list(names)
    ).assign(citation=["a", "b"], source="s", document="d", licence="l", basis="b",
             verification="v", file="f")  # fmt: skip
    with writing(empty) as connection:
        insert_rows(connection, citation, rows)
        schema = pa.schema([(name, pa.string()) for name in names])
        question = (
            sa.select(*(citation.c[name] for name in names))
            .where(citation.c.file == "f", citation.c.citation.in_(["a", "b"]))
            .order_by(citation.c.citation)
        )
        read = pa.Table.from_batches(read_batches(connection, question, schema)).to_pylist()
    assert read == [
        {"publisher": "甲, “乙”", "place": "一\n二", "note": "", "url": None},
        {"publisher": '"', "place": "\\N", "note": "NULL", "url": ""},
    ]
