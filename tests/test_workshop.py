"""Files are made beside the server: in line, once, for those who wait, and none is left behind."""

from __future__ import annotations

import errno
import os
import pickle
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pandas as pd
import psutil
import pytest
import sqlalchemy as sa
import streamlit as st

import app
from indicators import frame
from indicators.cached import remembered
from indicators.exports import workshop as module
from indicators.exports.downloads import csv_file
from indicators.exports.offered import table_exports
from indicators.exports.workshop import FULL, OUTDATED, UNMADE, Order, Source, Workshop
from indicators.store.queries import Vintage
from indicators.wording import Wording
from tests.conftest import WORLD, publish_rows
from tests.opened_pages import opened, reading
from tests.slow_files import faulty, waiting

FIGURES = Vintage(1)
TABLE = pd.DataFrame({"地区": ["江苏"], "数值": [537_498.0]})
A_TABLE = partial(table_exports, "认证", TABLE, FIGURES, Wording("zh"))


def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    given_up = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < given_up
        time.sleep(0.02)


def ended(order: Order) -> Order:
    until(lambda: order.ended is not None)
    return order


@pytest.fixture
def flag(tmp_path: Path) -> Path:
    return tmp_path / "flag"


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    before = set(psutil.Process().children())
    made = Workshop(workers=1)
    monkeypatch.setattr(module, "workshop", lambda: made)
    yield made
    made.close()
    until(lambda: set(psutil.Process().children()) <= before)


def test_a_file_is_made_as_here_and_given_to_its_reader_alone(workshop: Workshop) -> None:
    order = ended(workshop.order(A_TABLE, 0, "认证.csv", FIGURES))
    assert order.path is not None
    assert order.path.read_bytes() == csv_file(TABLE)
    assert workshop.given(order.token) is order
    assert workshop.given("another") is None
    order.dropped = True
    assert workshop.given(order.token) is None


@pytest.mark.skipif(not hasattr(os, "nice"), reason="Windows has classes of priority")
def test_pages_come_first_while_a_process_still_starts(workshop: Workshop, flag: Path) -> None:
    before = set(psutil.Process().children())
    workshop.order(partial(waiting, str(flag)), 0, "a.txt", FIGURES)
    until(lambda: set(psutil.Process().children()) - before)
    (process,) = set(psutil.Process().children()) - before
    until(lambda: process.nice() == os.getpriority(os.PRIO_PROCESS, 0) + 10)
    begun = process.cmdline()[-1]
    assert begun.index("os.nice") < begun.index("run_module")  # which imports for seconds
    flag.touch()


def test_the_same_file_is_made_once(workshop: Workshop, flag: Path) -> None:
    source = partial(waiting, str(flag))
    orders = [workshop.order(source, 0, "a.txt", FIGURES) for _ in range(3)]
    flag.touch()
    first, *others = [ended(order).path for order in orders]
    assert others == [first, first]
    assert workshop.order(source, 0, "a.txt", FIGURES).path == first


def test_a_reader_is_told_how_many_come_first(workshop: Workshop, flag: Path) -> None:
    slow = workshop.order(partial(waiting, str(flag)), 0, "a.txt", FIGURES)
    until(lambda: workshop.ahead(slow) is None)
    second, third = (workshop.order(A_TABLE, place, "b", FIGURES) for place in (0, 1))
    assert (workshop.ahead(second), workshop.ahead(third)) == (0, 1)
    second.dropped = True
    assert workshop.ahead(third) == 0
    flag.touch()
    ended(third)
    assert second.ended is None


def test_nothing_is_made_for_a_reader_who_has_left(workshop: Workshop, flag: Path) -> None:
    left = threading.Event()
    source = partial(waiting, str(flag))
    first = workshop.order(source, 0, "a.txt", FIGURES, lambda: not left.is_set())
    until(lambda: workshop.ahead(first) is None)
    stays = workshop.order(source, 0, "a.txt", FIGURES)
    left.set()
    until(lambda: workshop.ahead(stays) is None)  # its turn, since the first was given up
    assert first.path is None
    flag.touch()
    assert ended(stays).path is not None


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError, "文件未能生成，原因见服务日志。"),
        (None, "文件未能生成，原因见服务日志。"),
        (OSError, "服务器磁盘已满或无法写入。"),
    ],
)
def test_what_cannot_be_made_is_told_and_stops_nothing_else(
    error: type[Exception] | None, reason: str, workshop: Workshop
) -> None:
    refused = ended(workshop.order(partial(faulty, error), 0, "none.txt", FIGURES)).refused
    assert refused is not None
    assert refused.said(Wording("zh")) == reason
    assert ended(workshop.order(A_TABLE, 0, "b.csv", FIGURES)).path is not None


def test_what_was_made_of_the_figures_of_before_is_given_to_nobody_any_more(
    workshop: Workshop, flag: Path
) -> None:
    before, after = (Vintage(1, state=state) for state in ("a", "b"))
    workshop.follow(before)
    made = ended(workshop.order(A_TABLE, 0, "a.csv", before))
    file = made.path
    assert file is not None
    apart = ended(workshop.order(A_TABLE, 0, "a.csv", Vintage(1, "demonstration")))
    making = workshop.order(partial(waiting, str(flag)), 0, "b.txt", before)
    until(lambda: workshop.ahead(making) is None)
    stands_in_line = workshop.order(A_TABLE, 1, "c.xlsx", before)
    workshop.follow(after)
    assert workshop.given(made.token) is None
    assert not file.exists()
    late = workshop.order(A_TABLE, 0, "a.csv", before)
    assert all(each.refused is OUTDATED for each in (made, making, stands_in_line, late))
    assert workshop.given(apart.token) is apart
    again = ended(workshop.order(A_TABLE, 0, "a.csv", after))
    assert workshop.given(again.token) is again
    assert making.refused is OUTDATED


def test_a_file_is_taken_of_the_newest_figures_alone(
    workshop: Workshop, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "workshop", lambda: workshop)
    with reading(engine.url.render_as_string(hide_password=False)):
        vintage = remembered.newest()
        assert vintage is not None
        order = ended(workshop.order(A_TABLE, 0, "a.csv", vintage))
        assert frame.taken(order.token) is order
        publish_rows(engine, WORLD[:4])
        remembered.answer.clear()
        assert frame.taken(order.token) is None
        assert order.refused is OUTDATED


def test_a_disk_without_room_is_told_and_asked_again(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(tempfile, "mkdtemp", raising(OSError(errno.ENOSPC, "full")))
        assert workshop.order(A_TABLE, 0, "a.csv", FIGURES).refused is FULL
    assert ended(workshop.order(A_TABLE, 0, "a.csv", FIGURES)).path is not None


def test_one_reader_waits_for_so_many_files_and_is_told(
    workshop: Workshop, flag: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state: dict[str, list[Order]] = {}
    monkeypatch.setattr(frame, "workshop", lambda: workshop)
    monkeypatch.setattr(st, "session_state", state)

    def ask(number: int) -> Order:
        frame._order(partial(waiting, f"{flag}{number}"), 0, f"{number}.txt", FIGURES)
        return state[frame.ORDERS][-1]

    asked = [ask(number) for number in range(frame.MOST_ORDERS)]
    refused = ask(frame.MOST_ORDERS).refused
    assert refused is not None
    assert refused.said(Wording("zh")).startswith("同时最多为您生成 5 个文件")
    frame._drop(asked[-1])
    assert ask(frame.MOST_ORDERS).refused is None
    assert all(each.refused is None for each in asked)


def raising(error: Exception) -> Callable[..., None]:
    """Return a function that raises an error."""

    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_memory_and_disk_are_given_back(flag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(flag.parent))
    children = set(psutil.Process().children())
    brief = Workshop(linger=0.2, room=10)
    paths = [ended(brief.order(A_TABLE, place, "b", FIGURES)).path for place in (0, 1)]
    assert [path is not None and path.exists() for path in paths] == [False, True]
    until(lambda: set(psutil.Process().children()) <= children)
    brief.order(partial(waiting, str(flag)), 0, "a.txt", FIGURES)  # under way when the server ends
    until(lambda: set(psutil.Process().children()) - children)
    brief.close()
    until(lambda: set(psutil.Process().children()) <= children)
    assert not list(flag.parent.iterdir())


PAGES = {
    "overview": {},
    "map": {"indicator": "certificates_valid", "period": "2022-09"},
    "comparison": {},
    "objectives": {},
    "industries": {},
    "province": {"region": "330000"},
    "policy": {},
    "releases": {},
}


@pytest.mark.parametrize("page", PAGES)
def test_every_page_offers_what_another_process_can_make(
    page: str, shipped_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[Source] = []

    def downloads(source: Source | None, *_: object) -> None:
        offered.extend([source] if source is not None else [])

    monkeypatch.setattr(frame, "downloads", downloads)
    with reading(f"sqlite:///{shipped_file}"):
        opened(page, lang="zh", **PAGES[page])
        assert offered
        for source in offered:
            asked = pickle.dumps(source)
            assert len(asked) < 1_000_000
            names = [name for _, name, _ in source()]
            assert [name for _, name, _ in pickle.loads(asked)()] == names
            assert len(set(names)) == len(names)


def test_no_file_of_ours_is_an_address_of_a_page() -> None:
    assert "files" in app.known_routes()


def test_what_failed_is_said_in_both_languages() -> None:
    said = {language: UNMADE.said(Wording(language)) for language in ("zh", "en")}
    assert said["zh"] != said["en"]
