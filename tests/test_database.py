"""The tables and their migrations."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
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

from indicators.settings import DATABASE_URL, ROOT, program_version
from indicators.store.bulk import ahead, insert_rows, read_batches, read_page
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
    "0011_audit.py": "299cd7e2c68f5324",
    "0012_draft.py": "2762820603ed81c8",
    "0013_last_check.py": "424ea0d07ef0b169",
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


# Versions of the program, the newest first, and the tables that each came with.
VERSIONS = {"0.1.0": "0011"}


def test_each_version_is_told_in_the_changelog_and_has_its_tables_listed() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d+\.\d+\.\d+) ", changelog, re.MULTILINE) == list(VERSIONS)
    assert next(iter(VERSIONS)) == program_version()


@pytest.mark.parametrize("tables", ["0001", "0004", "0006", *sorted({*VERSIONS.values(), HEAD})])
def test_a_database_of_an_earlier_build_is_brought_up_to_date(tmp_path: Path, tables: str) -> None:
    url = f"sqlite:///{tmp_path / 'earlier.sqlite'}"
    made, config = sa.create_engine(url), Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with made.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, tables)
        connection.execute(sa.insert(observation), FIGURE)
    made.dispose()
    opened = open_database(url)
    with opened.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == HEAD
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.execute(sa.select(observation)).mappings().one() == FIGURE
        counted = connection.execute(sa.select(holding.c.rows)).scalars().all()
    assert counted == ([1] if tables < "0004" else [])
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
    ).assign(
        citation=["a", "b"],
        source="s",
        document="d",
        licence="l",
        basis="b",
        verification="v",
        file="f",
    )
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


# SQLite writes some of these as the decimals of their neighbours; the last need more digits than
# any of its forms of numbers has.
EXACT = [0.0, -0.5, 67.23599996229581, 269.73257914864803, 0.1 + 0.2, 2.0**53 - 0.5, 1e18, 2.0**53]
LONG = [1e-9 / 3, 5e-324, 1.7976931348623157e308, -1e300]


@pytest.mark.parametrize("few", [False, True], ids=["many", "few"])
@pytest.mark.parametrize("numbers", [EXACT, LONG], ids=["usual", "long"])
def test_a_page_has_each_number_to_its_last_digit(
    numbers: list[float], few: bool, empty: sa.Engine
) -> None:
    nothing = float("nan")
    rows = pd.DataFrame([FIGURE] * (len(numbers) + 1)).assign(
        period=[str(2000 + place) for place in range(len(numbers) + 1)],
        value=[*numbers, nothing],
        denominator=[nothing, *numbers],
        source=["", "甲, “乙”", *['"'] * (len(numbers) - 1)],
    )
    names = ["value", "numerator", "denominator", "source", "release"]
    texts = pa.dictionary(pa.int32(), pa.string())
    kinds = [*[pa.float64()] * 3, texts, pa.int32()]
    with writing(empty) as connection:
        insert_rows(connection, observation, rows)
        columns = [observation.c[name] for name in names]
        question = sa.select(*columns).order_by(observation.c.period).limit(100)
        schema = pa.schema(zip(names, kinds, strict=True))
        page = read_page(connection, question, schema, few=few)
        none = read_page(connection, question.where(observation.c.release == 9), schema, few=few)
    assert page["value"].to_pylist() == [*numbers, None]
    assert page["denominator"].to_pylist() == [None, *numbers]
    assert page["numerator"].null_count == page.num_rows
    assert page["source"].to_pylist() == rows["source"].tolist()
    assert page["release"].to_pylist() == [1] * len(rows)
    assert (none.num_rows, none.schema) == (0, schema) == (0, page.schema)


@pytest.mark.parametrize("text", ["一\n二", "甲\x1f乙", "a\r\nb"])
def test_a_page_has_texts_that_hold_what_ends_a_line(text: str, empty: sa.Engine) -> None:
    rows = pd.DataFrame([FIGURE, FIGURE]).assign(period=["2023", "2024"], source=["甲", text])
    schema = pa.schema([("source", pa.dictionary(pa.int32(), pa.string()))])
    with writing(empty) as connection:
        insert_rows(connection, observation, rows)
        question = sa.select(observation.c.source).order_by(observation.c.period).limit(2)
        assert read_page(connection, question, schema)["source"].to_pylist() == ["甲", text]


def test_parts_are_made_ahead_in_their_order_and_a_fault_reaches_who_asks() -> None:
    made = list[int]()

    def parts() -> Iterator[int]:
        for number in range(5):
            made.append(threading.get_ident())
            yield number
        raise ValueError("the last")

    coming = ahead(parts())
    assert [next(coming) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="the last"):
        next(coming)
    assert threading.get_ident() not in made
