"""The tables and their migrations."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from indicators.settings import DATABASE_URL
from indicators.store.bulk import insert_rows, read_batches
from indicators.store.database import HEAD, MIGRATIONS, open_database, writing
from indicators.store.tables import citation, holding, metadata, observation

FIGURE = {
    "indicator": "certificates_valid",
    "period": "2024-12",
    "scheme": "ALL",
    "industry": "ALL",
    "size": "ALL",
    "region": "320000",
    "value": 537_498.0,
    "status": "A",
    "confidentiality": "F",
    "numerator": None,
    "denominator": None,
    "source": "platform_provinces",
    "citation": "c",
    "release": 1,
}


def test_migrations_make_the_tables_that_the_code_declares(empty: sa.Engine) -> None:
    with empty.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_migration_is_the_one_the_code_asks_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


@pytest.mark.parametrize("version", ["0001", "0004", "0006", HEAD])
def test_a_database_of_an_earlier_build_is_brought_up_to_date(tmp_path: Path, version: str) -> None:
    url = f"sqlite:///{tmp_path / 'earlier.sqlite'}"
    made, config = sa.create_engine(url), Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with made.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        connection.execute(sa.insert(observation), FIGURE)
    made.dispose()
    opened = open_database(url)
    with opened.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == HEAD
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.execute(sa.select(observation)).mappings().one() == FIGURE
        counted = connection.execute(sa.select(holding.c.rows)).scalars().all()
    assert counted == ([1] if version < "0004" else [])
    opened.dispose()


def test_opening_twice_changes_nothing(empty: sa.Engine) -> None:
    url = empty.url.render_as_string(hide_password=False)
    assert open_database(url) is empty


def test_an_ordinary_postgresql_url_names_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://me@localhost/figures")
    assert DATABASE_URL.value == "postgresql+psycopg://me@localhost/figures"


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
