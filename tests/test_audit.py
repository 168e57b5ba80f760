"""The audit trail: what was done is written down with it, once, and never changed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from etl.account import account
from etl.publish.backup import back_up, restore
from etl.publish.gate import Decision, publish, roll_back
from etl.suppression.retraction import retract
from indicators import sign_ins
from indicators.findings import Finding, message
from indicators.store.database import open_database, writing
from indicators.store.tables import audit
from indicators.store.trail import Action, entries, record
from tests.conftest import WORLD, edition_of, publish_rows

CLAIMS = {"sub": "248289", "preferred_username": "li", "name": "李四", "iat": 1_790_000_000}


def trail(engine: sa.Engine) -> list[tuple[str, str, int | None, str]]:
    """Return what was done, as action, account, release and about, whatever the order."""
    with engine.connect() as connection:
        return sorted(
            (each["action"], each["account"], each["release"], each["about"])
            for each in entries(connection, 100)
        )


def warned() -> Finding:
    text = message("a whole number: this is a count")
    return Finding("a.csv", "1", text, text, severity="warning", check="jumps", figures=())


def test_what_is_done_with_figures_is_written_down_with_it(
    engine: sa.Engine, tmp_path: Path
) -> None:
    second = edition_of([*WORLD[:-1], (*WORLD[-1][:3], 4_158_267.0)])
    publish(engine, second, Decision("a correction", "checked by hand", [warned()]))
    roll_back(engine, 1, reason="it was right")
    (tmp_path / "raw").mkdir()
    key = ("certificates_valid", "2023-03", "ALL", "ALL", "ALL", "320000")
    retract(engine, key, "one firm", tmp_path / "raw")
    me = account()
    assert trail(engine) == [
        ("accepted", me, 2, "1"),
        ("published", me, 1, ""),
        ("published", me, 2, ""),
        ("retracted", me, None, " ".join(key)),
        ("rolled_back", me, 3, "1"),
    ]


def test_what_is_not_published_is_not_written_down(engine: sa.Engine) -> None:
    before = trail(engine)
    publish(engine, edition_of(WORLD[:1]), Decision("only tried"), dry_run=True)
    publish_rows(engine, WORLD)
    assert trail(engine) == before


@pytest.mark.parametrize("command", ["UPDATE audit SET account = 'x'", "DELETE FROM audit"])
def test_no_entry_is_changed_or_taken_out(engine: sa.Engine, command: str) -> None:
    before = trail(engine)
    with pytest.raises(sa.exc.DBAPIError, match="only ever added to"), writing(engine) as writer:
        writer.execute(sa.text(command))
    assert trail(engine) == before


def test_a_backup_holds_the_trail_and_restoring_it_is_written_down(
    engine: sa.Engine, tmp_path: Path
) -> None:
    file = tmp_path / "backup.sqlite"
    back_up(engine, file)
    empty = open_database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    with writing(empty) as connection:  # somebody had signed in there
        record(connection, Action.SIGNED_IN, "li")
    restore(empty, file)
    told = [(action, release) for action, _, release, _ in trail(empty)]
    assert told == [("published", 1), ("restored", 1), ("signed_in", None)]


@pytest.fixture
def served(empty: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Engine]:
    monkeypatch.setenv("DATABASE_URL", empty.url.render_as_string(hide_password=False))
    sign_ins._refusals.clear()
    yield empty
    sign_ins._refusals.clear()


def test_a_sign_in_is_written_down_once_by_its_account_and_nothing_else(served: sa.Engine) -> None:
    for _ in range(3):  # three pages in three windows
        sign_ins.signed_in(CLAIMS)
    sign_ins.signed_in({**CLAIMS, "iat": 1_790_000_060})
    sign_ins.signed_in({"sub": "777", "name": "张三", "iat": time.time()}).result()
    assert [(each[0], each[1]) for each in trail(served)] == [
        ("signed_in", "777"),
        ("signed_in", "li"),
        ("signed_in", "li"),
    ]
    with served.connect() as connection:
        assert not {"李四", "张三"} & set(connection.scalars(sa.select(audit.c.account)))


def test_refusals_are_written_down_as_far_as_there_is_room(served: sa.Engine) -> None:
    for _ in range(sign_ins.REFUSALS + 20):
        sign_ins.refused("access_denied")
    sign_ins._writer.submit(int).result()  # when all before it is written
    assert trail(served) == [("refused", "", None, "access_denied")] * sign_ins.REFUSALS


def test_a_database_that_cannot_be_written_keeps_nobody_out(
    monkeypatch: pytest.MonkeyPatch, caplog: Any, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'gone' / 'none.sqlite'}")
    sign_ins.signed_in(CLAIMS).result()
    assert "the audit trail could not be written" in caplog.text
    assert "248289" not in caplog.text


def test_who_signs_in_while_figures_are_published_waits_for_nothing_and_is_written_down(
    served: sa.Engine,
) -> None:
    with writing(served) as publisher:
        publisher.execute(sa.text("DELETE FROM holding"))
        writing_down = sign_ins.signed_in(CLAIMS)
    writing_down.result()
    assert [each[:2] for each in trail(served)] == [("signed_in", "li")]
