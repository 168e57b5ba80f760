"""Nothing is shown to whom it is not known to be allowed, however the request came."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import streamlit as st
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send
from streamlit import config
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from indicators import access
from indicators.access import Gate, holds, is_local, sign_in_mistakes
from indicators.wording import Wording

HERE = "127.0.0.1:8501"
KEY = "k" * 32
ISSUER = "https://id.example.cn"
NOW = 1_790_000_000.0
CLAIMS = {
    "is_logged_in": True,
    "provider": "default",
    "iss": ISSUER,
    "aud": "us",
    "iat": NOW - 60,
    "exp": NOW + 600,
}
RIGHT = {
    "redirect_uri": "https://quality.example.cn/oauth2callback",
    "cookie_secret": KEY,
    "client_id": "us",
    "client_secret": "geheim",
    "server_metadata_url": f"{ISSUER}/.well-known/openid-configuration",
}


async def figures(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer everything, the way back from a provider as Streamlit does: to the first page."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})
        return
    asking = HTTPConnection(scope)
    answer: Response = PlainTextResponse("93.93")
    if asking.url.path == "/oauth2callback":
        answer = RedirectResponse("/")
        if "code" in asking.query_params:
            answer.set_cookie("_streamlit_user", "signed")
    await answer(scope, receive, send)


class Client:
    """A browser that keeps its cookies and follows no redirection."""

    def __init__(self, host: str = HERE, peer: str = "127.0.0.1", scheme: str = "http") -> None:
        self._address, self._peer = f"{scheme}://{host}", peer
        self.cookies = httpx.Cookies()

    def get(self, path: str, **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(Gate(figures), client=(self._peer, 5))
            async with httpx.AsyncClient(
                transport=transport, base_url=self._address, cookies=self.cookies
            ) as browser:
                answer = await browser.get(path, headers=headers)
                self.cookies = browser.cookies
                return answer

        return asyncio.run(ask())

    def opens_a_session(self) -> bool:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "websocket.connect"}

        host = self._address.partition("//")[2]
        scope = {
            "type": "websocket",
            "path": "/_stcore/stream",
            "query_string": b"",
            "headers": [(b"host", host.encode())],
            "client": (self._peer, 5),
        }
        asyncio.run(Gate(figures)(scope, receive, send))
        return bool(sent[0]["type"] == "websocket.accept")


@pytest.fixture
def secrets(tmp_path: Path) -> Iterator[Path]:
    file, before = tmp_path / "secrets.toml", config.get_option("secrets.files")
    config.set_option("secrets.files", [str(file)])
    yield file
    config.set_option("secrets.files", before)
    _forget()


def _forget() -> None:
    st.secrets._reset()
    access._mistakes.cache_clear()


def write(file: Path, **auth: str) -> None:
    lines = [f'{name} = "{value}"' for name, value in auth.items()]
    file.write_text("\n".join(["[auth]", *lines]), encoding="utf-8")
    _forget()


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("10.0.0.5", {"host": "127.0.0.1:8501"}),
        ("127.0.0.1", {"host": "quality.example.cn"}),
        ("127.0.0.1", {"host": "127.0.0.1.example.cn"}),
        ("127.0.0.1", {"host": "127.0.0.1:8501", "x-forwarded-for": "10.0.0.5"}),
        ("127.0.0.1", {"host": "127.0.0.1:8501", "x-forwarded-proto": "https"}),
        ("127.0.0.1", {"host": "127.0.0.1:8501", "forwarded": "for=10.0.0.5"}),
        ("127.0.0.1", {"host": "127.0.0.1:8501", "x-real-ip": "10.0.0.5"}),
        ("127.0.0.1", {"host": "127.0.0.1:8501", "via": "1.1 proxy"}),
        ("127.0.0.1", {"host": "127.0.0.1:8501", "origin": "https://elsewhere.cn"}),
        ("127.0.0.1", {"host": "[::1"}),
        ("127.0.0.1", {}),
        (None, {"host": "127.0.0.1:8501"}),
    ],
)
def test_what_came_from_elsewhere_is_told(peer: str | None, headers: dict[str, str]) -> None:
    assert not is_local(peer, headers)


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:8501", "[::1]:8501", "LOCALHOST"])
def test_a_browser_of_this_machine_is_known(host: str) -> None:
    assert is_local("::1", {"host": host, "origin": f"http://{host}"})


@pytest.mark.parametrize("path", ["/", "/map", "/boundaries/x", "/media/a", "/_stcore/metrics"])
def test_unset_nobody_is_let_in_and_local_this_machine_alone(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for access_set, expected in [(None, (403, 403)), ("local", (200, 403)), ("any", (403, 403))]:
        monkeypatch.delenv("ACCESS", raising=False)
        if access_set:
            monkeypatch.setenv("ACCESS", access_set)
        here, there = Client().get(path), Client("quality.example.cn", "10.0.0.5").get(path)
        assert (here.status_code, there.status_code) == expected
        assert "93.93" not in there.text
        assert "ACCESS" in there.text


def test_a_session_is_refused_like_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCESS", "local")
    assert Client().opens_a_session()
    assert not Client("quality.example.cn").opens_a_session()
    assert not Client(peer="10.0.0.5").opens_a_session()


def test_public_figures_are_for_all_but_not_what_is_the_servers_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ACCESS", "public")
    outside = Client("quality.example.cn", "10.0.0.5")
    assert outside.get("/boundaries/x").status_code == 200
    for inner in ("metrics", "upload_file/a/b", "agent/mcp", "script-health-check"):
        assert outside.get(f"/_stcore/{inner}").status_code == 403


def test_before_sign_in_there_is_the_sign_in_and_nothing_else(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", "sign-in")
    write(secrets, **RIGHT)
    outside = Client("quality.example.cn", "10.0.0.5", "https")
    for shell in ("/", "/map", "/static/js/a.js", "/map/_stcore/host-config", "/auth/login"):
        assert outside.get(shell).status_code == 200, shell
    for closed in (
        "/boundaries/x",
        "/media/a",
        "/component/x/y",
        "/app/static/x",
        "/_stcore/other",
    ):
        assert outside.get(closed).status_code == 401, closed
    assert outside.get("/_stcore/upload_file/a/b").status_code == 403
    signed = {**CLAIMS, "iat": time.time(), "exp": time.time() + 60}
    for claims, key, status in [
        (signed, KEY, 200),
        (signed, "j" * 32, 401),
        ({**signed, "exp": time.time() - 1}, KEY, 401),
    ]:
        value = create_signed_value(key, "_streamlit_user", json.dumps(claims))
        outside.cookies.set("_streamlit_user", value.decode())
        assert outside.get("/boundaries/x").status_code == status


@pytest.mark.parametrize(
    "wrong",
    [
        {"is_logged_in": False},
        {"iss": "https://elsewhere.cn"},
        {"aud": "others"},
        {"aud": ["others"]},
        {"exp": NOW - 1},
        {"exp": None},
        {"exp": "2999"},
        {"iat": NOW - 13 * 3600},
        {"provider": "unknown"},
    ],
)
def test_a_sign_in_holds_while_it_is_ours_and_fresh(
    wrong: dict[str, Any], secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", "sign-in")
    write(secrets, **RIGHT)
    assert holds(CLAIMS, NOW)
    assert holds({**CLAIMS, "aud": ["us", "others"]}, NOW)
    assert not holds({**CLAIMS, **wrong}, NOW)


@pytest.mark.parametrize(
    ("auth", "told"),
    [
        ({"client_id": "us"}, ["redirect_uri", "client_secret", "server_metadata_url", "32"]),
        ({**RIGHT, "cookie_secret": "x"}, ["32"]),
        ({**RIGHT, "redirect_uri": "https://quality.example.cn/"}, ["/oauth2callback"]),
        ({**RIGHT, "client_secret": " "}, ["client_secret"]),
    ],
)
def test_a_wrong_set_up_lets_nobody_in_and_is_told_whole(
    auth: dict[str, str], told: list[str], secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", "sign-in")
    write(secrets, **auth)
    found = "\n".join(each.said(Wording("zh")) for each in sign_in_mistakes())
    assert all(name in found for name in told)
    assert "geheim" not in found
    assert Client().get("/").status_code == 403


@pytest.mark.parametrize(("text", "told"), [(None, "[auth]"), ("[auth\n", "TOML"), ("", "[auth]")])
def test_a_slip_in_the_file_lets_nobody_in(
    text: str | None, told: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", "sign-in")
    if text is not None:
        secrets.write_text(text, encoding="utf-8")
    _forget()
    assert told in "\n".join(each.said(Wording("en")) for each in sign_in_mistakes())
    assert Client().get("/map").status_code == 403


def test_a_visitor_comes_back_to_the_address_asked_for(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", "sign-in")
    write(secrets, **RIGHT)
    visitor = Client("quality.example.cn", "10.0.0.5", "https")
    asked = visitor.get("/map?lang=en&region=330000", accept="text/html")
    assert "secure" in asked.headers["set-cookie"].lower()
    back = visitor.get("/oauth2callback?code=1")
    assert back.headers["location"] == "/map?lang=en&region=330000"
    assert all("secure" in each.lower() for each in back.headers.get_list("set-cookie"))
    refused = visitor.get("/oauth2callback?error=access_denied")
    assert refused.headers["location"] == "/map?lang=en&region=330000&refused=access_denied"


@pytest.mark.parametrize("asked", ["https://elsewhere.cn/", "//elsewhere.cn", "/\\elsewhere.cn"])
def test_no_address_elsewhere_is_come_back_to(
    asked: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", "sign-in")
    write(secrets, **RIGHT)
    visitor = Client("quality.example.cn", "10.0.0.5", "https")
    visitor.cookies.set("quality_asked", asked)
    assert visitor.get("/oauth2callback?code=1").headers["location"] == "/"
