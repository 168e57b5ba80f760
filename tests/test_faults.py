"""What may go wrong while publishing: nothing half-done, and a clear word about it."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import cycle
from multiprocessing.synchronize import Event
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
import sqlalchemy as sa
import typer

from etl.commands.screen import screen
from etl.publish.gate import Decision, Edition, publish
from etl.publish.lock import BusyError, abandoned, publishing
from indicators.store.archive import frame_of
from indicators.store.database import open_database, sqlite_file
from indicators.store.queries import all_observations, latest_release, releases
from indicators.store.tables import observation
from tests.conftest import (
    CITATION,
    WORLD,
    edition_of,
    postgresql_cluster,
    publish_rows,
    rows_of,
)

ROOT = Path(__file__).resolve().parent.parent
KILLS = int(os.environ.get("KILLS", "20"))
ROWS = 3_000
# A publisher's start is not what is killed: each is a fork of one that has imported everything.
PUBLISHERS = multiprocessing.get_context("forkserver")


def many(factor: float) -> Edition:
    """Return an edition of ROWS figures, each `factor` times its number."""
    world = [
        ("certificates_valid", f"{2000 + number % 100}", f"{number:06}", number * factor)
        for number in range(1, ROWS + 1)
    ]
    rows = rows_of(world).sort_values(["indicator", "period", "region"])
    return edition_of(rows)


def publish_without_end(url: str, ready: Event) -> None:
    """Publish edition 2, 1, 2, 1 …, a release each."""
    engine = open_database(url)
    ready.set()
    for factor in cycle([2.0, 1.0]):
        publish(engine, many(factor), Decision("a test"))


def whole(engine: sa.Engine) -> set[float]:
    """Return by what factors the public figures are their numbers: one, if they are one release."""
    with engine.connect() as connection:
        rows = frame_of(connection, sa.select(observation.c.value, observation.c.region))
    assert len(rows) == ROWS
    return set((rows["value"] / rows["region"].astype(int)).unique())


def test_a_publisher_killed_at_any_instant_leaves_one_release_whole(
    empty: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A page that was tested before may stand there, and would be run again by each publisher.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules[__name__])
    publish(empty, many(1.0), Decision("a test"))
    url = empty.url.render_as_string(hide_password=False)
    PUBLISHERS.set_forkserver_preload(["tests.test_faults"])
    chance = random.Random(20180003)
    for _ in range(KILLS):
        before = latest_release(empty) or 0
        ready = PUBLISHERS.Event()
        child = PUBLISHERS.Process(target=publish_without_end, args=(url, ready))
        child.start()
        assert ready.wait(30)
        time.sleep(chance.uniform(0.0, 0.6))
        child.kill()
        child.join()
        after = latest_release(empty) or 0
        assert after >= before
        # Release 1 has factor 1, and every release turns it.
        assert whole(empty) == {1.0 if after % 2 else 2.0}
    publish(empty, many(3.0), Decision("a test"))
    assert whole(empty) == {3.0}


@pytest.fixture
def holder(engine: sa.Engine) -> Iterator[None]:
    """Hold the lock as another publisher would, until the test ends."""
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with publishing(engine):
            held.set()
            done.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    yield
    done.set()
    thread.join()


@pytest.mark.usefixtures("holder")
def test_a_second_publisher_is_told_who_holds_the_lock_and_since_when(engine: sa.Engine) -> None:
    with pytest.raises(BusyError) as busy:
        publish_rows(engine, WORLD[:4])
    with pytest.raises(typer.Exit), screen.console.capture() as shown, screen.explained():
        raise busy.value
    assert "起正在发布。未写入任何内容；请待其完成后重试。" in shown.get().replace("\n", "")
    told = busy.value.holder
    assert told is not None
    assert told.process == os.getpid()
    assert abs(pd.Timestamp(told.since) - pd.Timestamp.now("UTC")) < pd.Timedelta("1min")
    assert latest_release(engine) == 1


@pytest.mark.usefixtures("holder")
def test_a_reader_never_waits_for_a_publisher(engine: sa.Engine) -> None:
    assert len(all_observations(engine)) == len(WORLD)


def test_a_reader_sees_the_old_release_until_the_new_one_is_whole(engine: sa.Engine) -> None:
    seen: list[int] = []

    def rows() -> Iterator[pa.RecordBatch]:
        for batch in edition_of(WORLD[:4]).rows:
            yield batch
            seen.append(len(all_observations(engine)))

    edition = edition_of(WORLD[:4])
    publish(engine, Edition(rows(), edition.citations, edition.inputs), Decision("a test"))
    assert seen == [len(WORLD)]
    assert len(all_observations(engine)) == 4


def test_the_lock_of_a_dead_process_is_recognised_and_does_not_hold(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'figures.sqlite'}")
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    file = sqlite_file(engine.url)
    assert file is not None
    note = {
        "who": "li",
        "machine": os.uname().nodename,
        "process": dead.pid,
        "since": "2026-11-20T08:00:00+00:00",
    }
    file.with_name(file.name + ".lock").write_text(json.dumps(note), encoding="utf-8")
    left = abandoned(engine)
    assert left is not None
    assert (left.who, left.since) == ("li", "2026-11-20T08:00:00+00:00")
    assert publish_rows(engine, WORLD) == 1
    assert abandoned(engine) is None
    engine.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_lost_connection_publishes_nothing(postgresql: str, engine: sa.Engine) -> None:
    def rows() -> Iterator[pa.RecordBatch]:
        yield from edition_of(WORLD[:4]).rows
        with open_database(
            postgresql.replace("postgresql://", "postgresql+psycopg://")
        ).connect() as other:
            other.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name "
                    "AND pid <> pg_backend_pid()"
                ),
                {"name": engine.url.database},
            )

    edition = Edition(rows(), pd.DataFrame([CITATION]), edition_of(WORLD).inputs)
    with pytest.raises(typer.Exit), screen.console.capture() as shown, screen.explained():
        publish(engine, edition, Decision("a test"))
    assert "与数据库的连接已中断，未写入任何内容" in shown.get()
    assert latest_release(engine) == 1
    assert publish_rows(engine, WORLD[:4]) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_that_may_only_be_read_is_read(engine: sa.Engine) -> None:
    file = sqlite_file(engine.url)
    assert file is not None
    engine.dispose()
    with tempfile.TemporaryDirectory() as folder:  # where another account may look
        copy = Path(shutil.copy(file, folder))
        copy.chmod(0o444)
        Path(folder).chmod(0o777)
        own = os.geteuid()
        os.seteuid(own or 65534)  # the administrator may write everywhere
        try:
            for serving in (True, False):
                read = open_database(f"sqlite:///{copy}", serving=serving)
                assert len(all_observations(read)) == len(WORLD)
                read.dispose()
        finally:
            os.seteuid(own)


def test_a_full_disk_of_the_server_leaves_the_last_release() -> None:
    many = rows_of(
        [
            ("certificates_valid", f"{1900 + n // 12}-{n % 12 + 1:02}", f"{n:06}", 1.0)
            for n in range(20_000)
        ]
    )
    with postgresql_cluster("--wal-segsize=1") as cluster:
        # No file may grow beyond this, as on a disk without room.
        with cluster.serving(kilobytes="1500") as url:
            engine = open_database(url)
            assert publish_rows(engine, WORLD) == 1
            with pytest.raises(typer.Exit), screen.console.capture() as shown, screen.explained():
                publish(engine, edition_of(many), Decision("a test"))
            assert "磁盘已满或无法写入，没有发布任何内容" in shown.get().replace("\n", "")
            assert len(all_observations(engine)) == len(WORLD)
            engine.dispose()
        with cluster.serving() as url:
            engine = open_database(url)
            assert publish(engine, edition_of(many), Decision("a test")).release == 2
            assert releases(engine)["rows"].tolist() == [len(many), len(WORLD)]
            engine.dispose()
