"""What the program stands on is looked at whole, told in both languages, and changed in nothing."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from benchmarks.server import ROOT, serving
from etl.__main__ import app
from etl.commands.screen import Outcome
from etl.examinations import _packages, _python, clock, fonts, room
from indicators.drawing.boundary_files import SHIPPED
from indicators.store.database import HEAD, open_database, tables_version
from tests.conftest import WORLD, publish_rows

HAN = re.compile(r"[\u4e00-\u9fff]")


def examined(*more: str, language: str = "zh") -> dict[str, Any]:
    """Return what the doctor answers."""
    run = CliRunner().invoke(app, ["--language", language, "doctor", "--json", *more])
    answer: dict[str, Any] = json.loads(run.stdout)
    assert run.exit_code == answer["exit_status"]
    return answer


def states(answer: dict[str, Any], name: str) -> list[str]:
    return [each["state"] for each in answer["examinations"] if each["name"] == name]


def test_a_database_in_use_is_well_and_all_is_told_in_both_languages(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    chinese, english = (examined(language=language) for language in ("zh", "en"))
    for name in (
        "program",
        "python",
        "packages",
        "settings",
        "access",
        "catalogue",
        "boundaries",
        "database",
        "release",
        "clock",
    ):
        assert states(chinese, name) == ["well"], chinese
    assert "disk" in {each["name"] for each in chinese["examinations"]}
    for zh, en in zip(chinese["examinations"], english["examinations"], strict=True):
        assert not HAN.search(en["found"] + (en["advice"] or ""))
        assert zh["advice"] is None or HAN.search(zh["advice"])
        assert all(each["state"] == "well" or each["advice"] for each in (zh, en))


def test_every_word_of_the_answer_is_documented() -> None:
    text = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")
    source = (ROOT / "etl" / "examinations.py").read_text(encoding="utf-8")
    names = set(re.findall(r'(?:Examined|_told)\(\s*"(\w+)"', source))
    section = text.partition("| `name` |")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \|$", section, re.MULTILINE)
    assert names == set(listed)


def test_all_wrong_settings_are_told_at_once_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://anna:geheim@host/x")
    monkeypatch.setenv("ETL_SPILL", str(tmp_path / "nowhere"))
    monkeypatch.setenv("ACCESS", "anyone")
    answer = examined()
    assert answer["exit_status"] == Outcome.SETTING
    assert states(answer, "settings") == ["wrong"] * 3
    assert states(answer, "catalogue") == ["well"]
    assert "geheim" not in str(answer)


def test_a_database_that_is_not_there_is_told_without_its_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://anna:geheim@127.0.0.1:9/x?connect_timeout=2")
    answer = examined()
    assert answer["exit_status"] == Outcome.DATABASE
    assert states(answer, "database") == ["wrong"]
    assert not re.search("anna|geheim", str(answer))


@pytest.mark.parametrize(
    ("version", "state"), [(None, "wrong"), ("0007", "notice"), ("9999", "wrong")]
)
def test_a_database_of_another_build_is_told_and_left_as_it_is(
    version: str | None, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "figures.sqlite"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{file}")
    if version is not None:
        engine = open_database()
        with engine.begin() as connection:
            connection.execute(
                sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version}
            )
        engine.dispose()
    answer = examined()
    assert states(answer, "database") == [state]
    assert states(answer, "release") == []
    assert tables_version() == version
    assert file.exists() == (version is not None)


def test_nothing_published_yet_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'figures.sqlite'}")
    open_database().dispose()
    answer = examined()
    assert (answer["outcome"], states(answer, "release")) == ("findings", ["wrong"])
    assert tables_version() == HEAD


def test_boundaries_that_were_changed_are_told(
    engine: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "own"))
    with (folder / "maritime.geojson").open("a", encoding="utf-8") as file:
        file.write("\n")
    monkeypatch.setenv("MAP_BOUNDARIES", str(folder))
    answer = examined()
    assert (answer["outcome"], states(answer, "boundaries")) == ("findings", ["wrong"])


def test_what_another_machine_lacks_is_told(tmp_path: Path) -> None:
    now, hour = datetime(2026, 11, 30, tzinfo=UTC), timedelta(hours=1)
    assert clock(now, now - hour, now).state == "well"
    assert clock(now, now + hour, now).state == clock(now, now, now - hour).state == "wrong"
    assert fonts(["Noto Sans CJK SC"]).state == "well"
    assert fonts(["DejaVu Sans"]).state == "wrong"
    assert (room(tmp_path, 10**10).state, room(tmp_path, 10**8).state) == ("well", "wrong")
    assert _python((3, 10)).state == "wrong"
    lock = tmp_path / "requirements.lock"
    lock.write_text("pytest==1.0 \\\nnot-here==1.0 ; sys_platform == 'win32' \\\n", "utf-8")
    found = _packages(lock)
    assert (found.state, found.found.values["names"]) == ("wrong", ["pytest"])


@contextmanager
def answering(status: int) -> Iterator[str]:
    """Yield the address of what answers the websocket so, and health as our server does."""

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/_stcore/stream" else 200)
            self.end_headers()
            self.wfile.write(b'{"status":"ok"}')

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Proxy)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_server_is_asked_as_a_visitor_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'figures.sqlite'}")
    monkeypatch.setenv("ACCESS", "local")
    publish_rows(open_database(), WORLD)
    with serving(ROOT / "app.py") as (_, port):
        # The last word: a busy machine may take its time to be ready.
        assert states(examined("--server", f"http://127.0.0.1:{port}/"), "server")[-1] == "well"
    gone = examined("--server", f"http://127.0.0.1:{port}")
    assert states(gone, "server") == ["wrong"]
    with answering(400) as address:
        (told,) = [
            each
            for each in examined("--server", address, language="en")["examinations"]
            if each["name"] == "server"
        ]
    assert (told["state"], told["found"]) == (
        "wrong",
        "the websocket of pages is answered with 400",
    )
    open_database().dispose()
