"""A load balancer is told whether the server lives and whether it can show figures, no more."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

import app
from indicators.access import Gate
from indicators.cached import readiness, remembered
from indicators.cached.readiness import Readiness
from indicators.store.database import open_database
from tests.conftest import WORLD, postgresql_cluster, publish_rows


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(readiness, "SECONDS", 120.0)  # a busy machine is no silent database
    _forget()
    yield
    _forget()


def _forget() -> None:
    for memory in (remembered.engine, remembered.answer):
        memory.clear()
    app._readiness.cache_clear()


def asked(path: str, host: str = "127.0.0.1:8501", peer: str = "127.0.0.1") -> httpx.Response:
    """Ask the routes as they stand behind the gate."""
    server = Starlette(
        routes=[Route("/healthz", app.alive), Route("/readyz", app.ready)],
        middleware=[Middleware(Gate), Middleware(app.KnownAddresses)],
    )

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(server, client=(peer, 5))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.get(path)

    return asyncio.run(ask())


def test_the_server_is_ready_with_a_release_and_not_before(
    empty: object, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert (asked("/healthz").status_code, asked("/healthz").json()) == (200, {"status": "ok"})
    refused = asked("/readyz")
    assert refused.status_code == 503
    assert refused.json() == {"status": "not ready", "reason": "release"}
    publish_rows(open_database(), WORLD)
    _forget()
    assert asked("/readyz").json() == {"status": "ok"}


def test_a_database_that_is_not_there_is_told_without_its_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://anna:geheim@127.0.0.1:9/x?connect_timeout=2")
    refused = asked("/readyz")
    assert refused.status_code == 503
    assert refused.json() == {"status": "not ready", "reason": "database"}
    assert asked("/healthz").status_code == 200


@pytest.mark.parametrize("access", ["", "local", "sign-in", "public"])
def test_health_is_open_to_all_and_leads_nowhere(
    access: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'figures.sqlite'}"
    publish_rows(open_database(url), WORLD)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("ACCESS", access)
    for path in ("/healthz", "/readyz"):
        answer = asked(path, "quality.example.cn", "10.0.0.5")
        assert answer.headers["cache-control"] == "no-store"
        assert "set-cookie" not in answer.headers
        # Where it is not set who may see figures, or not rightly, nobody can be shown any.
        closed = path == "/readyz" and access in ("", "sign-in")
        assert answer.json().get("reason") == ("access" if closed else None)
        assert answer.status_code == (503 if closed else 200)


def test_however_many_ask_one_question_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "SECONDS", 1.0)
    begun, answered = threading.Semaphore(0), threading.Event()

    def hang() -> None:
        begun.release()
        answered.wait(60)

    asking = Readiness(hang)

    async def many() -> list[str | None]:
        return list(await asyncio.gather(*(asking() for _ in range(20))))

    assert set(asyncio.run(many())) == {"database"}
    answered.set()
    assert begun.acquire(timeout=1)
    assert not begun.acquire(blocking=False)


def test_a_database_that_does_not_answer_is_waited_for_no_longer_than_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with postgresql_cluster() as cluster, cluster.serving() as url:
        monkeypatch.setenv("DATABASE_URL", url)
        publish_rows(open_database(), WORLD)
        assert asked("/readyz").status_code == 200
        remembered.answer.clear()
        with cluster.stopped(), monkeypatch.context() as hurried:
            hurried.setattr(readiness, "SECONDS", 1.0)
            assert asked("/readyz").json() == {"status": "not ready", "reason": "database"}
            assert asked("/healthz").status_code == 200
        assert asked("/readyz").status_code == 200
        open_database().dispose()


def test_what_a_connection_sends_leaves_at_once() -> None:
    # Made as Streamlit makes the one that its server listens on: no word of TCP.
    with socket.socket(family=socket.AF_INET) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def waits() -> bool:
            with socket.create_connection(listening.getsockname()), listening.accept()[0] as own:
                return not own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

        assert waits()
        app.answer_at_once()
        assert not waits()
