"""A draft target is judged as a published one is, and is for the planner who keeps it alone."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from starlette.applications import Starlette
from starlette.routing import Mount
from streamlit.testing.v1 import AppTest

import app
from etl.publish.backup import back_up, restore
from indicators import access, sign_ins
from indicators.api.resources import RESOURCES
from indicators.cached import objectives as cached
from indicators.cached import remembered
from indicators.catalogue import tree
from indicators.exports.open_data.release_package import write_package
from indicators.periods import today
from indicators.progress.verdict import judge
from indicators.roles import EVERYTHING, PUBLISHED, Account, Rights
from indicators.statuses import Kind
from indicators.store.database import open_database, writing
from indicators.store.drafts import MOST, drafts, give_up, keep
from indicators.store.queries import Vintage
from indicators.store.trail import entries
from indicators.target_register import drafted, engine_target
from tests.opened_pages import opened, reading

LI, WANG = Account("li", "key-of-li"), Account("wang", "key-of-wang")
TARGET, REGION = "jiangsu-certificates-valid-2023", "320000"
AIM = {"indicator": "certificates_valid", "scheme": "ALL", "industry": "ALL", "size": "ALL"}
SERIES = AIM | {"region": REGION}
VALUE = 765_432.0  # in no figure
JIANGSU = Rights(viewing=True, planning=tree().within(REGION))


def kept(engine: sa.Engine, account: Account, value: float = VALUE, by: str = "2030") -> None:
    with writing(engine) as connection:
        keep(connection, account, SERIES, kind="at_least", value=value, by=by)


def held(engine: sa.Engine, account: Account) -> list[tuple[float, str]]:
    with engine.connect() as connection:
        return [(each.value, each.by) for each in drafts(connection, account, SERIES)]


def trail(engine: sa.Engine) -> list[tuple[str, str, str]]:
    with engine.connect() as connection:
        told = entries(connection, 100)
    return [(each["action"], each["account"], each["about"]) for each in told if each["account"]]


def test_a_draft_is_its_owners_alone_until_it_is_given_up(empty: sa.Engine) -> None:
    kept(empty, LI)
    kept(empty, LI, 9.0, "2027")
    kept(empty, WANG, 1.0)
    assert held(empty, LI) == [(VALUE, "2030"), (9.0, "2027")]
    with writing(empty) as connection:
        first, _ = drafts(connection, LI, SERIES)
        give_up(connection, WANG, first.key)  # which is not Wang's
        assert not drafts(connection, LI, SERIES | {"region": "330000"})
    assert held(empty, LI) == [(VALUE, "2030"), (9.0, "2027")]
    for _ in range(2):  # pressed twice
        with writing(empty) as connection:
            give_up(connection, LI, first.key)
    assert held(empty, LI) == [(9.0, "2027")]
    assert held(empty, WANG) == [(1.0, "2030")]
    done = [(action, account) for action, account, _ in trail(empty)]
    assert sorted(done) == [
        ("drafted", "li"),
        ("drafted", "li"),
        ("drafted", "wang"),
        ("gave_up_draft", "li"),
    ]
    assert {about for _, _, about in trail(empty)} == {"certificates_valid ALL ALL ALL 320000"}


@pytest.mark.parametrize("command", ["UPDATE draft SET value = 1", "DELETE FROM draft"])
def test_no_row_of_a_draft_is_changed_or_taken_out(empty: sa.Engine, command: str) -> None:
    kept(empty, LI)
    with pytest.raises(sa.exc.DBAPIError, match="only ever added to"), writing(empty) as writer:
        writer.execute(sa.text(command))
    assert held(empty, LI) == [(VALUE, "2030")]


def test_what_is_no_number_and_one_too_many_are_refused(empty: sa.Engine) -> None:
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="no draft"):
            kept(empty, LI, value)
    for number in range(MOST):
        kept(empty, LI, float(number))
    with pytest.raises(ValueError, match="no draft"):
        kept(empty, LI)
    assert len(held(empty, LI)) == MOST


def test_the_same_account_is_known_by_its_subject_and_not_by_its_name() -> None:
    claims = {"iss": "https://id.cn", "sub": "248289", "preferred_username": "li"}
    account = sign_ins.account_of(claims)
    assert account.name == "li"
    assert "248289" not in account.key
    assert sign_ins.account_of(claims | {"preferred_username": "li.si"}).key == account.key
    for other in ({"sub": "248290"}, {"iss": "https://other.cn"}):
        assert sign_ins.account_of(claims | other).key != account.key
    assert access.LOCAL.key != account.key


def test_a_backup_holds_drafts(engine: sa.Engine, tmp_path: Path) -> None:
    kept(engine, LI)
    back_up(engine, tmp_path / "backup.sqlite")
    other = open_database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    restore(other, tmp_path / "backup.sqlite")
    assert held(other, LI) == [(VALUE, "2030")]
    other.dispose()


@pytest.fixture
def pages(shipped_file: Path, tmp_path: Path) -> Iterator[sa.Engine]:
    """Let pages read the figures that the project ships, from a database of the test's own."""
    address = f"sqlite:///{shutil.copy(shipped_file, tmp_path)}"
    engine = open_database(address)
    with reading(address):
        yield engine
    engine.dispose()


def newest() -> Vintage:
    found = remembered.newest()
    assert found is not None
    return found


@pytest.mark.usefixtures("pages")
def test_a_draft_of_what_a_target_asks_is_judged_as_the_target_is() -> None:
    register, judged = cached.register(newest()), 0
    stepwise = set(register.milestone["target"])
    for row in register.target.to_dict("records"):
        target, region, by = row["target"], row["region"], row["window_late"]
        once = row["window_early"] == by and target not in stepwise
        if once and row["kind"] in (Kind.AT_LEAST, Kind.AT_MOST) and target in aimed_at():
            aim = {"kind": row["kind"], "value": row["value"], "by": by}
            draft = drafted(register, target, region, **aim)
            rows = cached.series(target, region, newest())
            found = judge(rows, engine_target(draft, target), as_of=today())
            assert found == cached.verdict(target, region, newest())
            judged += 1
    assert judged >= 10


def aimed_at() -> set[str]:
    verdicts = cached.verdicts(newest())
    return set(verdicts.loc[verdicts["own"], "target"])


def objectives(monkeypatch: pytest.MonkeyPatch, given: Rights, **address: str) -> AppTest:
    monkeypatch.setattr(access, "gate", lambda _words: given)
    return opened("objectives", region=REGION, target=TARGET, **address)


def whole(page: AppTest) -> str:
    """Return all that a page shows, as it travels to the browser."""
    return "\n".join(
        str(getattr(each, "proto", "")) for part in (page.main, page.sidebar) for each in part
    )


def test_a_planner_keeps_a_draft_and_deletes_it(
    pages: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = objectives(monkeypatch, replace(JIANGSU, account=LI))
    [value] = [each for each in page.number_input if each.label.startswith("目标值")]
    value.set_value(VALUE)
    [by] = [each for each in page.selectbox if each.key == "draft_by"]
    by.set_value("2030")
    [submit] = [each for each in page.button if each.label == "保存为我的草拟目标"]
    submit.click().run()
    assert not page.exception
    assert held(pages, LI) == [(VALUE, "2030")]
    assert any("草拟，未发布：" in each.value and "765,432" in each.value for each in page.markdown)
    assert "765" not in str(page.query_params)
    [delete] = [each for each in page.button if each.label == "删除此草拟目标"]
    delete.click().run()
    assert not page.exception
    assert held(pages, LI) == []
    assert "765,432" not in whole(page)
    about = f"certificates_valid ALL ALL ALL {REGION}"
    done = [each for each in trail(pages) if each[1] == "li"]
    assert sorted(done) == [("drafted", "li", about), ("gave_up_draft", "li", about)]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (replace(JIANGSU, account=LI), True),
        (replace(EVERYTHING, account=LI), True),
        (replace(JIANGSU, account=WANG), False),
        (replace(PUBLISHED, account=LI), False),
        (Rights(viewing=True, analysing=None, account=LI), False),
        (Rights(viewing=True, planning=tree().within("330000"), account=LI), False),
        (EVERYTHING, False),  # whoever is let in without an account
    ],
)
def test_a_draft_is_shown_to_its_owner_who_plans_the_region(
    given: Rights, shown: bool, pages: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(pages, LI)
    assert "765,432" in whole(objectives(monkeypatch, replace(EVERYTHING, account=LI)))
    page = objectives(monkeypatch, given)
    assert ("765,432" in whole(page)) is shown
    assert page.title[0].value


def test_no_other_road_leads_to_a_draft(
    pages: sa.Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept(pages, LI)
    given = replace(EVERYTHING, account=LI)
    before = str(newest().release)
    with pages.begin() as connection:  # another release, so that there is one of before
        connection.execute(
            sa.text(
                "INSERT INTO release SELECT release + 1, published_at, published_by, reason, "
                "code_version, 0, 0, 0, rows, restored, accepted FROM release"
            )
        )
    remembered.answer.clear()
    assert "765,432" not in whole(objectives(monkeypatch, given, release=before))
    assert "765,432" in whole(objectives(monkeypatch, given))
    for name in ("overview", "policy", "province", "releases"):
        page = opened(name, region=REGION)
        assert "765,432" not in whole(page)
        assert "765432" not in whole(page)
    for file in cached.files(TARGET, REGION, "zh", False, newest()):
        if file[1].endswith(".csv"):
            assert b"765" not in file[2]()

    async def answers() -> list[str]:
        server = Starlette(routes=[Mount("/api/v1", app.programs), *app.ANNOUNCED])
        transport = httpx.ASGITransport(server)
        paths = [f"/api/v1{each.path}" for each in RESOURCES if "{" not in each.path]
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return [(await client.get(path)).text for path in [*paths, "/catalog.jsonld"]]

    told = asyncio.run(answers())
    assert any(TARGET in text for text in told)
    assert not [text for text in told if "765432" in text or LI.key in text]
    write_package(pages, "real", tmp_path / "package", 1)
    written = [file.read_bytes() for file in (tmp_path / "package").rglob("*") if file.is_file()]
    assert not [content for content in written if b"765432" in content or b"key-of-li" in content]


def test_a_draft_that_cannot_be_written_is_told(
    pages: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(pages):  # while figures are published
        assert newest()
        told = cached.keep_draft(TARGET, REGION, LI, newest(), VALUE, "2030")
    assert told is not None
    assert held(pages, LI) == []
