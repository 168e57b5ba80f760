"""Nothing is shown to whom it is not known to be allowed, however the request came."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import streamlit as st
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_auth_routes import _set_auth_cookie

from etl import examinations
from indicators import access, sign_in_cookie, sign_ins
from indicators.access import Gate, holds, is_local, sign_in_mistakes
from indicators.sign_in_cookie import claims_of
from indicators.store.database import open_database
from indicators.wording import Wording
from tests.opened_pages import opened

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
            signed = json.loads(asking.query_params.get("claims", "{}"))
            tokens = {"id_token": "t" * 5000, "access_token": "a" * 3000}
            await _set_auth_cookie(answer, signed or {"is_logged_in": True}, tokens)
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

    def opens_a_session(self, origin: str = "") -> bool:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "websocket.connect"}

        host = self._address.partition("//")[2]
        headers = [(b"host", host.encode())]
        if origin:
            headers.append((b"origin", origin.encode()))
        scope = {
            "type": "websocket",
            "path": "/_stcore/stream",
            "query_string": b"",
            "headers": headers,
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


ROLES = """
[roles]
claim = "groups"
[[roles.grant]]
value = "analysts"
role = "analyst"
"""


def _forget() -> None:
    sign_ins._ended.marks.clear()
    st.secrets._reset()
    access._mistakes.cache_clear()


def write(file: Path, further: str = "", **auth: str) -> None:
    lines = [f'{name} = "{value}"' for name, value in auth.items()]
    file.write_text("\n".join(["[auth]", *lines, further]), encoding="utf-8")
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


def test_a_page_of_another_site_opens_no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCESS", "public")
    outside = Client("quality.example.cn:8443", "10.0.0.5")
    assert outside.opens_a_session("https://quality.example.cn:8443")
    for origin in (
        "https://elsewhere.cn",
        "https://quality.example.cn",
        "null",
        "http://localhost",
    ):
        assert not outside.opens_a_session(origin), origin


def test_public_figures_are_for_all_but_not_what_is_the_servers_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ACCESS", "public")
    outside = Client("quality.example.cn", "10.0.0.5")
    assert outside.get("/boundaries/x").status_code == 200
    for inner in ("metrics", "upload_file/a/b", "agent/mcp", "script-health-check"):
        refused = outside.get(f"/_stcore/{inner}")
        assert refused.status_code == 403
        assert "Only this machine may ask for this." in refused.text


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
        (
            {**RIGHT, "further": '[auth.the_office]\nclient_id = "us"'},
            ["the_office", "[auth.the_office] client_secret"],
        ),
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
    left = visitor.get("/oauth2callback?state=1")  # after a sign-out at the provider
    assert left.headers["location"] == "/map?lang=en&region=330000"
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


def fresh(**claims: Any) -> dict[str, Any]:
    return {**CLAIMS, "iat": time.time(), "exp": time.time() + 60, "sub": "li", **claims}


def signed(claims: dict[str, Any]) -> Client:
    """Return the browser of somebody who has signed in with these claims."""
    visitor = Client("quality.example.cn", "10.0.0.5", "https")
    value = create_signed_value(KEY, "_streamlit_user", json.dumps(claims))
    visitor.cookies.set("_streamlit_user", value.decode())
    return visitor


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"groups": ["analysts"]}, 200),
        ({"groups": "analysts"}, 200),
        ({"groups": ["others"]}, 403),
        ({}, 403),
    ],
)
def test_without_a_role_nothing_is_shown_where_roles_are_set(
    claims: dict[str, Any], status: int, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", "sign-in")
    write(secrets, **RIGHT)
    assert signed(fresh(**claims)).get("/api/v1/observations").status_code == 200
    write(secrets, ROLES, **RIGHT)
    visitor = signed(fresh(**claims))
    for path in ("/api/v1/observations", "/boundaries/x", "/media/a", "/releases.atom"):
        assert visitor.get(path).status_code == status
    assert visitor.get("/auth/logout").status_code == 200


def test_a_slip_in_the_roles_lets_nobody_in(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCESS", "sign-in")
    wrong = ROLES.replace('"analyst"', '"analist"\nregions = ["339999"]')
    write(secrets, wrong, **{**RIGHT, "cookie_secret": "x"})
    for language in ("zh", "en"):
        told = [each.said(Wording(language)) for each in sign_in_mistakes()]
        assert len(told) == 3
        assert all(name in "\n".join(told) for name in ("32", "roles.grant.1.role", "339999"))
    assert signed(fresh(groups=["analysts"])).get("/boundaries/x").status_code == 403
    advised = [each for each in examinations._access() if each.state == "wrong"]
    assert any("roles.grant.1.role" in each.found.said(Wording("zh")) for each in advised)
    write(secrets, ROLES, **RIGHT)
    assert [each.state for each in examinations._access()] == ["well"]


GROUPS = [f"CN=Department {n},OU=Groups,DC=quality,DC=example,DC=cn" for n in range(400)]


def test_many_groups_leave_a_cookie_that_pages_open_with(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", "sign-in")
    write(secrets, ROLES, **RIGHT)
    visitor = Client("quality.example.cn", "10.0.0.5", "https")
    for part in range(1, 4):  # of an earlier sign-in
        visitor.cookies.set(f"_streamlit_user__{part}", "x" * 3000, "quality.example.cn")
    claims = fresh(groups=[*GROUPS, "analysts"], picture="x" * 900, nonce="n")
    visitor.get(f"/oauth2callback?code=1&claims={json.dumps(claims)}")
    sent = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items() if value)
    assert len(sent) < 2000
    kept = claims_of(Request({"type": "http", "headers": [(b"cookie", sent.encode())]}))
    assert kept["groups"] == ["analysts"]
    assert holds(kept, time.time())
    assert visitor.get("/boundaries/x").status_code == 200


def test_roles_may_go_by_a_claim_that_pages_need_themselves(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", "sign-in")
    roles = ROLES.replace('"groups"', '"email"').replace('"analysts"', '"li@example.cn"')
    write(secrets, roles, **RIGHT)
    for email, status in (("li@example.cn", 200), ("zhang@example.cn", 403)):
        visitor = Client("quality.example.cn", "10.0.0.5", "https")
        claims = json.dumps(fresh(email=email))
        visitor.get(f"/oauth2callback?code=1&claims={claims}")
        sent = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items() if value)
        kept = claims_of(Request({"type": "http", "headers": [(b"cookie", sent.encode())]}))
        assert kept["email"] == email
        assert visitor.get("/boundaries/x").status_code == status


@pytest.mark.parametrize(
    ("told", "values"),
    [
        ({"sub": "li", "groups": ["analysts", "others"]}, ["analysts"]),
        ({"sub": "zhang", "groups": ["analysts"]}, []),  # another person's
        ({"sub": "li"}, []),
        (OSError("the provider is gone"), []),
    ],
)
def test_roles_come_from_the_provider_where_the_token_lacks_them(
    told: dict[str, Any] | Exception,
    values: list[str],
    secrets: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Provider:
        async def userinfo(self, token: dict[str, str]) -> dict[str, Any]:
            assert token["access_token"] == "a" * 3000
            if isinstance(told, Exception):
                raise told
            return told

    monkeypatch.setattr(sign_in_cookie, "_create_oauth_client", lambda _name: (Provider(), ""))
    monkeypatch.setenv("ACCESS", "sign-in")
    write(secrets, ROLES, **RIGHT)
    visitor = Client("quality.example.cn", "10.0.0.5", "https")
    visitor.get(f"/oauth2callback?code=1&claims={json.dumps(fresh())}")
    sent = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items() if value)
    kept = claims_of(Request({"type": "http", "headers": [(b"cookie", sent.encode())]}))
    assert kept["groups"] == values
    assert visitor.get("/boundaries/x").status_code == (200 if values else 403)


def test_a_cookie_of_before_sign_out_opens_nothing_here_or_elsewhere(
    secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", "sign-in")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'figures.sqlite'}")
    open_database()
    write(secrets, **RIGHT)
    before, other = fresh(nonce="1"), fresh(nonce="2")
    assert signed(before).get("/boundaries/x").status_code == 200
    signed(before).get("/auth/logout")
    assert signed(before).get("/boundaries/x").status_code == 401
    assert signed(other).get("/boundaries/x").status_code == 200
    sign_ins._writer.submit(int).result()  # when it is written
    _forget()  # as another replica, or this one after a restart
    assert holds(before, time.time())
    elsewhere = sign_ins._Ended()
    elsewhere.follow()
    monkeypatch.setattr(sign_ins, "_ended", elsewhere)
    assert not holds(before, time.time())
    assert holds(other, time.time())


Said = Message | Callable[[], Message]


def heard(visitor: Client, sent: list[Said]) -> list[BackMsg]:
    """Return what a session hears of what a browser sends it."""
    came: list[BackMsg] = []

    async def session(_scope: Scope, receive: Receive, _send: Send) -> None:
        while (message := await receive())["type"] != "websocket.disconnect":
            came.append(BackMsg.FromString(message["bytes"]))

    async def receive() -> Message:
        if sent:
            following = sent.pop(0)
            return following() if callable(following) else following
        return {"type": "websocket.disconnect"}

    async def send(_message: Message) -> None:
        raise AssertionError

    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    scope = {
        "type": "websocket",
        "path": "/_stcore/stream",
        "query_string": b"",
        "headers": [(b"host", b"quality.example.cn"), (b"cookie", cookie.encode())],
        "client": ("10.0.0.5", 5),
    }
    asyncio.run(Gate(session)(scope, receive, send))
    return came


def said(**content: Any) -> Message:
    return {"type": "websocket.receive", "bytes": BackMsg(**content).SerializeToString()}


@pytest.mark.parametrize("access_set", ["sign-in", "public"])
def test_nobody_clears_what_is_remembered_for_all(
    access_set: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", access_set)
    write(secrets, **RIGHT)
    for visitor in (Client(), signed(fresh())):
        came = heard(visitor, [said(clear_cache=True), said(app_heartbeat=True)])
        assert [each.WhichOneof("type") for each in came] == ["app_heartbeat"]


def test_a_session_without_its_sign_in_runs_whole_pages_alone(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", "sign-in")
    write(secrets, **RIGHT)
    claims = fresh()
    sending: list[Said] = [
        said(backend_operation_request={"request_id": "a file that was offered"}),
        said(file_urls_request={"request_id": "an upload"}),
        said(rerun_script={"fragment_id": "a part", "query_string": "lang=en"}),
    ]

    def signs_out() -> Message:
        sign_ins._ended.marks.add(sign_ins._mark(claims))
        return said(app_heartbeat=True)

    def kinds(came: list[BackMsg]) -> list[tuple[str | None, str]]:
        return [(each.WhichOneof("type"), each.rerun_script.fragment_id) for each in came]

    whole, heartbeat = ("rerun_script", ""), ("app_heartbeat", "")
    assert kinds(heard(Client("quality.example.cn", "10.0.0.5"), [*sending])) == [whole]
    assert kinds(heard(signed(claims), [*sending, signs_out, *sending])) == [
        ("backend_operation_request", ""),
        ("file_urls_request", ""),
        ("rerun_script", "a part"),
        heartbeat,
        whole,
    ]


@pytest.mark.parametrize("access_set", ["sign-in", "public"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_cookies_go_over_tls_alone_where_the_request_came_by_it(
    scheme: str, access_set: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", access_set)
    write(secrets, **{**RIGHT, "redirect_uri": "http://quality.example.cn/oauth2callback"})
    visitor = Client("quality.example.cn", "10.0.0.5", scheme)
    given = visitor.get("/oauth2callback?code=1").headers.get_list("set-cookie")
    assert given
    assert all(("secure" in line.lower()) is (scheme == "https") for line in given)


@pytest.mark.parametrize(
    ("further", "buttons"),
    [
        ("", ["登录"]),
        ("[auth.office]\n{right}[auth.bureau]\n{right}", ["用 office 登录", "用 bureau 登录"]),
    ],
)
def test_each_provider_has_its_button(
    further: str, buttons: list[str], secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", "sign-in")
    monkeypatch.setattr(Gate, "stands", True)
    right = "".join(f'{name} = "{RIGHT[name]}"\n' for name in access._PROVIDER)
    write(secrets, further.format(right=right), **RIGHT)
    page = opened("releases", lang="zh")
    assert page.title[0].value == "请先登录"
    assert [button.label for button in page.button] == buttons
    assert not page.dataframe


def test_a_page_by_itself_shows_nothing_to_visitors(
    secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", "sign-in")
    monkeypatch.setattr(Gate, "stands", False)
    write(secrets, **RIGHT)
    page = opened("releases", lang="zh")
    assert page.title[0].value == "无法向您显示内容"
    assert not page.button
