"""What the newest check found, and what publishing would change, is for analysts alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.routing import Mount
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

import app
from etl import refresh
from etl.__main__ import app as command_line
from etl.publish.backup import back_up
from etl.reporting import kept_findings
from etl.suppression.retraction import retract
from indicators import access
from indicators.api.resources import RESOURCES
from indicators.catalogue import tree
from indicators.exports.open_data.release_package import write_package
from indicators.findings import SUPPRESSED, Finding, Key, message
from indicators.regions import ALL
from indicators.roles import EVERYTHING, PUBLISHED, Account, Rights
from indicators.store.database import open_database, writing
from indicators.store.last_check import LastCheck, keep, newest_check
from indicators.wording import Wording
from tests.conftest import WORLD, copy_of_raw, publish_rows
from tests.opened_pages import opened, reading

LI = Account("li", "key-of-li")
ZHEJIANG = Rights(viewing=True, analysing=tree().within("330000"), account=LI)
FINDING = message("a whole number: this is a count")


def found(text: str, *regions: str, suppressed: bool = False) -> Finding:
    figures: tuple[Key, ...] = tuple(
        ("certificates_valid", "2024-12", ALL, ALL, ALL, region) for region in regions
    )
    return Finding("a.csv", text, FINDING, FINDING, row=7, figures=figures, suppressed=suppressed)


FOUND = (
    found("of-zhejiang", "330000"),
    found("of-both", "330000", "320000"),
    found("of-none"),
    replace(found("of-anywhere"), figures=None),
    found("of-suppressed", "330000", suppressed=True),
)
SERIES = {"indicator": "certificates_valid", "scheme": ALL, "industry": ALL, "size": ALL}
COUNTS = [
    {"indicator": "certificates_valid", "region": region, "added": n, "changed": 0, "withdrawn": 0}
    for region, n in (("330000", 31_313), ("320000", 10_101))
]
LARGEST = [
    SERIES | {"period": "2024-12", "region": region, "old": 1.0, "new": new, "relative": 1.0}
    for region, new in (("330000", 717_171.0), ("320000", 919_191.0))
]
CHANGES = {"counts": COUNTS, "largest": LARGEST, "flips": []}


HIDDEN = SUPPRESSED.said(Wording("zh"))


def kept(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        keep(connection, ["secret.csv"], kept_findings(FOUND), CHANGES)


def newest(engine: sa.Engine) -> LastCheck | None:
    with engine.connect() as connection:
        return newest_check(connection)


def test_a_check_replaces_the_one_before_it_and_what_is_suppressed_has_no_sentence(
    engine: sa.Engine,
) -> None:
    kept(engine)
    with writing(engine) as connection:
        keep(connection, [], kept_findings(FOUND), None)
    check = newest(engine)
    assert check is not None
    assert (check.files, check.difference) == ([], None)
    told = {each["zh"]["found"] for each in check.findings}
    assert told == {"of-zhejiang", "of-both", "of-none", "of-anywhere", HIDDEN}


def test_bounds_leave_what_is_of_their_regions_alone(engine: sa.Engine) -> None:
    kept(engine)
    check = newest(engine)
    assert check is not None
    assert check.within(None) == check
    own = check.within(tree().within("330000"))
    assert {each["zh"]["found"] for each in own.findings} == {"of-zhejiang", HIDDEN}
    assert own.files == []
    assert own.difference is not None
    assert {region for rows in own.difference.values() for region in rows["region"]} == {"330000"}


def test_a_release_and_a_retraction_take_it_away_and_a_backup_never_has_it(
    engine: sa.Engine, tmp_path: Path
) -> None:
    kept(engine)
    back_up(engine, tmp_path / "backup.sqlite")
    backup = open_database(f"sqlite:///{tmp_path / 'backup.sqlite'}")
    assert newest(backup) is None
    backup.dispose()
    publish_rows(engine, WORLD)  # which changes nothing
    assert newest(engine) is not None
    publish_rows(engine, WORLD[:4])
    assert newest(engine) is None
    kept(engine)
    (tmp_path / "raw").mkdir()
    retract(
        engine,
        ("certificates_valid", *WORLD[0][1:2], ALL, ALL, ALL, WORLD[0][2]),
        "",
        tmp_path / "raw",
    )
    assert newest(engine) is None


def test_the_command_keeps_what_it_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'figures.sqlite'}")
    raw = copy_of_raw(tmp_path / "raw")
    defaults = {**(refresh.refresh.__kwdefaults__ or {}), "raw": raw}
    monkeypatch.setattr(refresh.refresh, "__kwdefaults__", defaults)
    CliRunner().invoke(command_line, ["check"])
    engine = open_database()
    check = newest(engine)
    assert check is not None
    assert check.difference is not None
    assert check.difference["counts"]["added"].sum() > 300
    table = raw / "platform_provinces" / "2024-12.csv"
    text = table.read_text(encoding="utf-8").replace("北京市", "北平市")
    table.write_text(text, encoding="utf-8")
    CliRunner().invoke(command_line, ["check"])
    check = newest(engine)
    assert check is not None
    assert check.difference is None
    assert {each["zh"]["found"] for each in check.findings} == {"北平市"}
    assert all(each["en"]["advice"] != each["zh"]["advice"] for each in check.findings)
    engine.dispose()


@pytest.fixture
def checked(empty: sa.Engine) -> Iterator[sa.Engine]:
    """Let pages read two releases, and a check of what would be the third."""
    publish_rows(empty, WORLD[:4])
    publish_rows(empty, WORLD)
    kept(empty)
    with reading(empty.url.render_as_string(hide_password=False)):
        yield empty


MARKS = ("of-zhejiang", "of-both", "of-none", "of-anywhere", "secret.csv")
NUMBERS = {"31313", "10101", "717,171", "919,191"}


def shown(page: AppTest) -> set[str]:
    """Return which of what the check found a page shows."""
    parts = [str(getattr(each, "proto", "")) for part in (page.main, page.sidebar) for each in part]
    text = "\n".join([*parts, *(table.value.to_csv() for table in page.dataframe)])
    return {mark for mark in (*MARKS, *NUMBERS, "最近一次检查") if mark in text}


OWN = {"of-zhejiang", "31313", "717,171"}


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        (replace(EVERYTHING, account=LI), {*MARKS, *NUMBERS} - {"31313", "10101"}),
        (ZHEJIANG, OWN),
        (replace(PUBLISHED, account=LI), set()),
        (Rights(viewing=True, planning=None, account=LI), set()),
        (EVERYTHING, set()),  # whoever is let in without an account
    ],
)
@pytest.mark.usefixtures("checked")
def test_the_data_page_shows_it_to_analysts_alone(
    given: Rights, seen: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for asking in (replace(EVERYTHING, account=LI), given):  # nothing is left of who asked before
        monkeypatch.setattr(access, "gate", lambda _words, asking=asking: asking)
        page = opened("releases")
    assert shown(page) - {"最近一次检查"} == seen
    before = opened("releases", release="1")
    assert shown(before) == set()


def test_no_other_road_leads_to_it(
    checked: sa.Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(access, "gate", lambda _words: replace(EVERYTHING, account=LI))
    for name in ("overview", "map", "comparison", "objectives", "province", "policy"):
        assert shown(opened(name)) == set()

    async def answers() -> list[str]:
        server = Starlette(routes=[Mount("/api/v1", app.programs), *app.ANNOUNCED])
        transport = httpx.ASGITransport(server)
        paths = [f"/api/v1{each.path}" for each in RESOURCES if "{" not in each.path]
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return [(await client.get(path)).text for path in [*paths, "/releases.atom"]]

    for text in asyncio.run(answers()):
        assert not [mark for mark in (*MARKS, "717171", "919191") if mark in text]
    write_package(checked, "real", tmp_path / "package", 2)
    written = [file.read_bytes() for file in (tmp_path / "package").rglob("*") if file.is_file()]
    assert not [mark for mark in MARKS for content in written if mark.encode() in content]
