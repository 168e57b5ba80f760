"""Signing in with a real provider of identities, in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

import httpx
import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from websockets import Origin, Subprotocol
from websockets.sync.client import connect

from benchmarks.server import ROOT, await_answer, free_port, serving
from etl.publish.gate import Decision, publish
from indicators.findings import Finding, message
from indicators.store.database import open_database
from indicators.store.trail import entries
from tests.conftest import WORLD, cannot_run, edition_of

pytestmark = pytest.mark.browser
TITLE = "[data-testid=stMain] h1"
KEY = "of-tests-only-of-tests-only-of-tests"
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "{key}"
client_id = "dashboard"
client_secret = "for tests only"
server_metadata_url = "{issuer}/.well-known/openid-configuration"
client_kwargs = {{ scope = "openid profile", prompt = "login" }}

[roles]
claim = "groups"
[[roles.grant]]
value = "viewers"
role = "viewer"
[[roles.grant]]
value = "all-analysts"
role = "analyst"
[[roles.grant]]
value = "zhejiang-analysts"
role = "analyst"
regions = ["330000"]
"""
WARNED = [("330000",), ("330000", "320000"), ()]  # regions of the warnings that were accepted


class Dashboard(NamedTuple):
    """A server that asks a provider beside it who its visitors are, and its database."""

    address: str
    database: sa.Engine
    issuer: str

    def cookie(self, seconds: float) -> dict[str, str]:
        """Return what an analyst's browser has kept whose sign-in holds so long from now on."""
        claims = {
            "is_logged_in": True,
            "provider": "default",
            "iss": self.issuer,
            "aud": "dashboard",
            "sub": "sun",
            "iat": time.time() - 60,
            "exp": time.time() + seconds,
            "groups": ["all-analysts"],
        }
        signed = create_signed_value(KEY, "_streamlit_user", json.dumps(claims))
        return {"_streamlit_user": signed.decode()}

    def trail(self) -> set[tuple[str, str]]:
        """Return who did what, without what the marks of sign-ins are."""
        with self.database.connect() as connection:
            return {
                (each["action"], each["account"] or each["about"])
                for each in entries(connection, 100)
            }


def warned(regions: tuple[str, ...]) -> Finding:
    text = message("a whole number: this is a count")
    keys = tuple(("certificates_valid", "2024-12", *["ALL"] * 3, code) for code in regions)
    return Finding(
        "a.csv", str(regions), text, text, severity="warning", figures=keys, fingerprint=str(keys)
    )


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        cannot_run("Node.js is not installed")
        raise AssertionError
    folder = tmp_path_factory.mktemp("identity")
    shutil.copytree(ROOT / "tests" / "identity", folder / "provider")
    install = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(install, cwd=folder / "provider", check=True, timeout=300)
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    secrets = folder / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text(SECRETS.format(issuer=issuer, key=KEY), encoding="utf-8")
    url = f"sqlite:///{folder / 'figures.sqlite'}"
    database = open_database(url)
    decision = Decision("the first", "looked at", [warned(regions) for regions in WARNED])
    publish(database, edition_of(WORLD), decision)
    environment = {
        "DATABASE_URL": url,
        "ACCESS": "sign-in",
        "HOME": str(folder),
    }
    with serving(ROOT / "app.py", environment=environment) as (_, own):
        address = f"http://127.0.0.1:{own}"
        started = subprocess.Popen(
            [node, "provider.mjs", str(port), address],
            cwd=folder / "provider",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            await_answer(f"{issuer}/.well-known/openid-configuration")
            yield Dashboard(address, database, issuer)
        finally:
            started.terminate()
            started.wait(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        cannot_run("Chromium is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


def asks_for(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(TITLE)).to_have_text("请先登录", timeout=60_000)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/interaction/**")


def signs_in(page: Page, name: str) -> None:
    page.locator("[name=login]").fill(name)
    page.locator("[name=password]").fill("any")
    page.locator("button[type=submit]").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text(f"当前用户：{name}")).to_be_visible(timeout=60_000)


# The first of all, so that its address is the first one asked for after the start.
def test_a_visitor_is_led_back_named_and_signed_out_everywhere(
    browser: Browser, dashboard: Dashboard
) -> None:
    home = dashboard.address
    with closing(browser.new_context()) as context:
        page = context.new_page()
        asks_for(page, f"{home}/province?lang=zh&region=330000")
        signs_in(page, "li")
        expect(page.locator(TITLE)).to_contain_text("浙江")
        assert "region=330000" in page.url
        expect(page.get_by_text("角色：分析人员（浙江）")).to_be_visible()
        other = context.new_page()
        other.goto(f"{home}/releases?lang=zh&changes=1&release=1")
        expect(other.get_by_text("当前用户：li")).to_be_visible(timeout=60_000)
        expect(other.get_by_role("heading", name="已确认1条提示")).to_be_visible()
        before = context.storage_state()
        page.get_by_role("button", name="退出登录").click()
        page.get_by_role("button", name=re.compile("Yes, sign me out")).click()
        expect(page.locator(TITLE)).to_have_text("请先登录", timeout=60_000)
        expect(page.get_by_text("登录未获通过")).to_have_count(0)
        # The other window is not loaded anew: something is chosen in it.
        other.get_by_role("radio", name="English").click()
        expect(other.locator(TITLE)).to_have_text("Please sign in", timeout=60_000)
    # What the browser kept before is worth nothing now, nor is what is not ours.
    with closing(browser.new_context(storage_state=before)) as context:
        assert context.request.get(f"{home}/api/v1/observations").status == 401
        page = context.new_page()
        page.goto(f"{home}/province?lang=zh&region=330000")
        expect(page.locator(TITLE)).to_have_text("请先登录", timeout=60_000)
    told = dashboard.trail()
    assert {("signed_in", "li"), ("signed_out", "li")} <= told


def test_who_has_no_role_sees_nothing_and_who_views_what_is_published(
    browser: Browser, dashboard: Dashboard
) -> None:
    home = dashboard.address
    with closing(browser.new_context()) as context:
        page = context.new_page()
        asks_for(page, f"{home}/releases?lang=zh&changes=1&release=1")
        signs_in(page, "qian")
        expect(page.locator(TITLE)).to_have_text("无法向您显示内容")
        expect(page.get_by_text("您的账号在本系统中没有角色")).to_be_visible()
        expect(page.get_by_role("button", name="退出登录")).to_be_visible()
        answer = context.request.get(f"{home}/api/v1/observations?release=1")
        assert (answer.status, "certificates_valid" in answer.text()) == (403, False)
    with closing(browser.new_context()) as context:
        page = context.new_page()
        asks_for(page, f"{home}/releases?lang=zh&changes=1&release=1")
        signs_in(page, "zhao")
        expect(page.get_by_role("heading", name="发布版本")).to_be_visible()
        expect(page.get_by_text("均已注明出处。")).to_be_visible()  # the last of the page
        expect(page.get_by_role("heading", name=re.compile("条提示$"))).to_have_count(0)
        answer = context.request.get(f"{home}/api/v1/observations?release=1")
        assert (answer.status, "certificates_valid" in answer.text()) == (200, True)
        # One sign of the cookie is another.
        [cookie] = [each for each in context.cookies() if each["name"] == "_streamlit_user"]
        start, end = str(cookie["value"])[:20], str(cookie["value"])[21:]
        forged = {"_streamlit_user": f"{start}{'A' if start[-1] != 'A' else 'B'}{end}"}
        assert httpx.get(f"{home}/api/v1/releases", cookies=forged).status_code == 401
    assert {("refused", "qian"), ("signed_in", "zhao")} <= dashboard.trail()


def test_a_role_that_the_id_token_lacks_is_asked_for(
    browser: Browser, dashboard: Dashboard
) -> None:
    with closing(browser.new_context()) as context:
        page = context.new_page()
        asks_for(page, f"{dashboard.address}/releases?lang=zh&changes=1")
        signs_in(page, "wang")
        expect(page.get_by_text(re.compile("角色：分析人员$"))).to_be_visible()
        expect(page.get_by_role("heading", name="已确认3条提示")).to_be_visible()


def test_a_refusal_leads_back_and_says_why(browser: Browser, dashboard: Dashboard) -> None:
    with closing(browser.new_context()) as context:
        page = context.new_page()
        asks_for(page, f"{dashboard.address}/map?lang=zh&period=2022-09")
        page.get_by_role("link", name="Cancel").click()
        expect(page.get_by_text("登录未获通过（access_denied），请重试。")).to_be_visible(
            timeout=60_000
        )
        assert "/map?lang=zh&period=2022-09" in page.url
    assert ("refused", "access_denied") in dashboard.trail()


@pytest.mark.parametrize(
    "path",
    [
        "map",
        "province?region=330000",
        "boundaries/provinces",
        "media/x.csv",
        "_stcore/metrics",
        "_stcore/upload_file/a/b",
        "_stcore/agent/openapi.json",
        "component/x/y",
        "no/such/page",
        "releases?release=1&changes=1",
        "api/v1/observations?release=1",
        "api/v1/releases/1",
        "api/v1/openapi.json",
        "catalog.jsonld",
        "releases.atom",
    ],
)
@pytest.mark.parametrize("ended", [False, True])
def test_without_a_session_no_address_tells_anything(
    path: str, ended: bool, dashboard: Dashboard
) -> None:
    cookies = dashboard.cookie(-1) if ended else {}
    answer = httpx.get(f"{dashboard.address}/{path}", follow_redirects=True, cookies=cookies)
    assert not re.search(r"330000|certificates_valid|浙江|Traceback", answer.text)
    # Pages answer with Streamlit's shell, which holds nothing; the rest is refused.
    assert answer.status_code in (401, 403) or "<noscript>" in answer.text


NAMES = re.compile(r"330000|浙江|有效认证证书|certificates_valid|537,?498|of-zhejiang|Traceback")


@pytest.mark.parametrize("page", ["", "map", "releases", "province"])
@pytest.mark.parametrize("seconds", [None, -1])
def test_before_sign_in_a_session_is_sent_the_sign_in_page_alone(
    page: str, seconds: float | None, dashboard: Dashboard
) -> None:
    cookies = {} if seconds is None else dashboard.cookie(seconds)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    with connect(
        dashboard.address.replace("http", "ws") + "/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(dashboard.address),
        additional_headers={"cookie": cookie} if cookie else {},
        max_size=None,
    ) as session:
        asked = BackMsg()
        asked.rerun_script.page_name = page
        asked.rerun_script.query_string = "lang=zh&region=330000&changes=1&release=1"
        session.send(asked.SerializeToString())
        sent = b""
        while b"script_finished" not in sent:
            came = session.recv(timeout=60)
            assert isinstance(came, bytes)
            kind = ForwardMsg.FromString(came).WhichOneof("type")
            sent += came + str(kind).encode()
    told = sent.decode("utf-8", "ignore")
    assert "请先登录" in told
    # The address comes back as it was asked for.
    assert not NAMES.search(told.replace("region=330000", ""))


def test_while_a_sign_in_holds_the_same_cookie_opens_addresses(dashboard: Dashboard) -> None:
    address, cookies = f"{dashboard.address}/api/v1/observations", dashboard.cookie(60)
    assert "certificates_valid" in httpx.get(address, cookies=cookies).text


def test_the_way_back_is_for_the_pages_of_this_server(dashboard: Dashboard) -> None:
    asked = {"quality_asked": "//elsewhere.cn/map"}
    back = httpx.get(f"{dashboard.address}/oauth2callback?error=access_denied", cookies=asked)
    assert back.headers["location"] == "/?refused=access_denied"


def test_a_cookie_goes_over_tls_alone_where_the_proxy_in_front_had_it(dashboard: Dashboard) -> None:
    for scheme in ("http", "https"):
        headers = {"accept": "text/html", "x-forwarded-proto": scheme}
        given = httpx.get(f"{dashboard.address}/map", headers=headers).headers
        assert ("; secure" in given["set-cookie"].lower()) is (scheme == "https")
