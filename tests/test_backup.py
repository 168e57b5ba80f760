"""A backup is the database of one moment, and goes back release for release into an empty place."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from etl.__main__ import app
from etl.commands.screen import Outcome
from etl.publish.backup import NoBackupError, NotEmptyError, _copy, back_up, restore
from indicators.store.archive import snapshot
from indicators.store.database import open_database
from indicators.store.queries import newest_vintage
from indicators.store.tables import identity, metadata
from tests.conftest import WORLD, publish_rows


def rows(engine: sa.Engine) -> dict[str, list[tuple[object, ...]]]:
    """Return what stands in every table, but for the entry of a backup that was put back."""
    with engine.connect() as connection:
        every = {
            table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for table in metadata.sorted_tables
            if table is not identity
        }
    every["audit"] = [row for row in every["audit"] if "restored" not in row]
    return every


@pytest.fixture
def place(tmp_path: Path) -> sa.Engine:
    """Return an empty SQLite database."""
    return open_database(f"sqlite:///{tmp_path / 'place.sqlite'}")


def test_every_table_comes_back_as_it_was(
    engine: sa.Engine, place: sa.Engine, tmp_path: Path
) -> None:
    assert publish_rows(engine, WORLD[:4]) == 2
    file = tmp_path / "backup.sqlite"
    assert back_up(engine, file) == 2
    assert [found.name for found in tmp_path.glob("*backup*")] == ["backup.sqlite"]
    assert restore(place, file) == 2
    assert rows(place) == rows(engine)
    states = {str(newest_vintage(each)) for each in (place, engine)}
    assert len(states) == 2  # pages see that it is another database
    assert publish_rows(place, WORLD) == 3
    place.dispose()


def test_a_backup_goes_into_either_database(empty: sa.Engine, tmp_path: Path) -> None:
    source = open_database(f"sqlite:///{tmp_path / 'source.sqlite'}")
    assert publish_rows(source, WORLD) == 1
    back_up(source, tmp_path / "backup.sqlite")
    assert restore(empty, tmp_path / "backup.sqlite") == 1
    assert rows(empty) == rows(source)
    source.dispose()


def test_a_backup_sees_one_moment_and_hinders_nobody(engine: sa.Engine, tmp_path: Path) -> None:
    before = rows(engine)
    with snapshot(engine) as source:
        source.execute(sa.text("SELECT count(*) FROM observation"))
        assert publish_rows(engine, WORLD[:4]) == 2
        copy = open_database(f"sqlite:///{tmp_path / 'copy.sqlite'}")
        with copy.begin() as target:
            _copy(source, target)
    assert rows(copy) == before
    copy.dispose()


def test_nothing_is_restored_over_releases_or_from_what_is_no_backup(
    engine: sa.Engine, place: sa.Engine, tmp_path: Path
) -> None:
    file, other, newer = (tmp_path / name for name in ("backup.sqlite", "other", "newer.sqlite"))
    back_up(engine, file)
    before = rows(engine)
    with pytest.raises(NotEmptyError):
        restore(engine, file)
    assert rows(engine) == before
    other.write_text("no database", encoding="utf-8")
    shutil.copy(file, newer)
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    for wrong, is_newer in ((other, False), (newer, True)):
        with pytest.raises(NoBackupError) as refused:
            restore(place, wrong)
        assert refused.value.newer is is_newer
    assert not any(rows(place).values())
    place.dispose()


def test_the_command_line_backs_up_and_restores(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    file, run = tmp_path / "backup.sqlite", CliRunner()
    assert run.invoke(app, ["backup", str(file)]).exit_code == Outcome.DONE
    again = run.invoke(app, ["backup", str(file)])
    assert again.exit_code == Outcome.USAGE
    assert "--force" in again.output
    assert run.invoke(app, ["backup", str(file), "--force"]).exit_code == Outcome.DONE
    assert "已有发布的数据" in run.invoke(app, ["restore", str(file)]).output.replace("\n", "")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite'}")
    restored = run.invoke(app, ["restore", str(file)])
    assert restored.exit_code == Outcome.DONE, restored.output
    assert run.invoke(app, ["restore", str(file)]).exit_code == Outcome.USAGE
    open_database().dispose()
