"""The tables and their migrations."""

from __future__ import annotations

import hashlib
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
from tests.conftest import publish_rows

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


# By the first characters of their SHA-256: a database somewhere was made by each as it stands.
LANDED = {
    "0001_figures.py": "908959b1d9f0c2ea",
    "0002_targets.py": "59f7d8f6f6d2daec",
    "0003_vintages.py": "a95069ac02864d74",
    "0004_holdings.py": "409b3cc7e070c3c9",
    "0005_disclosure.py": "f4325ceb43e61cdc",
    "0006_catalogue.py": "a543c41333b5586c",
    "0007_frequency.py": "2527f06919f7789b",
    "0008_second_sources.py": "d52f7473258cb833",
    "0009_forms_of_0003.py": "a680c78578d6ae2c",
    "0010_identity.py": "1de7ce6529367c40",
}


def test_a_migration_that_has_landed_is_never_edited() -> None:
    found = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:16]
        for file in sorted((MIGRATIONS / "versions").glob("*.py"))
    }
    assert found == LANDED, "write another migration, and list it here"


def test_a_database_made_by_an_earlier_form_of_a_migration_can_be_published_to(
    empty: sa.Engine,
) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with empty.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
        # So it was until 2026-11-23, commit 97a5099.
        connection.execute(sa.text("DROP INDEX total"))
        for name in ("first_period", "last_period"):
            connection.execute(sa.text(f"ALTER TABLE release_input DROP COLUMN {name}"))
        command.upgrade(config, HEAD)
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert publish_rows(empty, [("certificates_valid", "2024-12", "320000", 1.0)]) == 1


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
