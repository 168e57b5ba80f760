"""A database that goes, hangs, or has another in its place is never served from memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from etl.__main__ import app
from etl.commands.screen import Outcome
from etl.publish.gate import Decision, publish
from indicators.cached import remembered
from indicators.settings import ROOT
from indicators.store import patience
from indicators.store.database import open_database, sqlite_file
from indicators.store.queries import Selection, Vintage
from tests.conftest import WORLD, edition_of, postgresql_cluster, publish_rows, rows_of
from tests.opened_pages import forget

JIANGSU = Selection("certificates_valid", "2024-12", region="320000")
OTHER = [(key, period, region, 2 * value) for key, period, region, value in WORLD]
UNREACHABLE = "暂时无法读取数据"


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    forget()
    yield
    forget()


def five_seconds_later() -> None:
    """Forget what is forgotten by itself after five seconds."""
    remembered.answer.clear()
    remembered.datasets.clear()


def newest() -> Vintage:
    found = remembered.newest()
    assert found is not None
    return found


def value(vintage: Vintage) -> float | None:
    cell = remembered.observations(JIANGSU, vintage)["value"].item()
    return None if cell != cell else float(cell)


def title(script: str = "pages/map.py") -> str:
    page = AppTest.from_file(str(ROOT / script), default_timeout=120).run()
    assert not page.exception
    return str(page.title[0].value)


def test_a_database_in_the_place_of_another_is_noticed_though_its_release_has_the_same_number(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    before = newest()
    assert value(before) == 537_498
    file = sqlite_file(engine.url)
    engine.dispose()
    if file is None:
        with engine.begin() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
        publish_rows(open_database(url), OTHER)
    else:
        other = open_database(f"sqlite:///{tmp_path / 'other.sqlite'}")
        publish_rows(other, OTHER)
        other.dispose()
        os.replace(tmp_path / "other.sqlite", file)
    five_seconds_later()
    assert newest().release == before.release == 1
    assert value(newest()) == 2 * 537_498


def test_an_older_copy_of_the_same_database_that_goes_on_differently_is_noticed(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    before = newest()
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE release SET published_at = '2020-01-01T00:00:00+00:00'"))
    five_seconds_later()
    assert newest() != before


def test_what_a_later_release_suppresses_is_remembered_of_no_earlier_one(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    assert value(newest()._replace(release=1)) == 537_498
    rows = rows_of(WORLD)
    hidden = rows["region"].eq("320000") & rows["period"].eq("2024-12")
    rows.loc[hidden, "confidentiality"] = "C"
    rows.loc[hidden, "value"] = float("nan")
    assert publish(engine, edition_of(rows), Decision("a test")).release == 2
    five_seconds_later()
    assert newest().release == 2
    assert value(newest()._replace(release=1)) is None


def test_a_file_that_is_gone_is_told_in_the_readers_language_and_not_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "figures.sqlite"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")
    made = open_database()
    publish_rows(made, WORLD)
    made.dispose()
    shown = title()
    away = file.rename(tmp_path / "away.sqlite")
    # What is remembered of it may be shown; the rest fails the page while it is drawn.
    assert title("app.py") == UNREACHABLE
    five_seconds_later()
    assert title() == UNREACHABLE
    assert not file.exists()
    away.rename(file)
    five_seconds_later()
    assert title() == shown != UNREACHABLE


def test_a_server_that_says_nothing_any_more_is_told_and_served_again_once_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with postgresql_cluster() as cluster, cluster.serving() as url:
        monkeypatch.setenv("DATABASE_URL", f"{url}?connect_timeout=2")
        publish_rows(open_database(), WORLD)
        shown = title()
        with cluster.stopped(), monkeypatch.context() as hurried:
            hurried.setattr(patience, "SILENCE", 1.0)
            five_seconds_later()
            assert title() == UNREACHABLE
        five_seconds_later()
        assert title() == shown != UNREACHABLE
        remembered.engine().dispose()
        open_database().dispose()


def test_a_database_of_a_later_build_is_told_and_left_alone(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    assert title() == UNREACHABLE
    run = CliRunner().invoke(app, ["status"])
    assert run.exit_code == Outcome.DATABASE
    assert "更高版本" in run.output
