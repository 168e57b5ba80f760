"""Signing in with a real provider of identities, in a real browser."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.server import ROOT, await_answer, free_port, serving
from tests.conftest import cannot_run

pytestmark = pytest.mark.browser
TITLE = "[data-testid=stMain] h1"
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "of-tests-only-of-tests-only-of-tests"
client_id = "dashboard"
client_secret = "for tests only"
server_metadata_url = "{issuer}/.well-known/openid-configuration"
client_kwargs = {{ scope = "openid profile", prompt = "login" }}
"""


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a server that asks a provider beside it who its visitors are."""
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
    secrets.write_text(SECRETS.format(issuer=issuer), encoding="utf-8")
    environment = {
        "DATABASE_URL": f"sqlite:///{folder / 'figures.sqlite'}",
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
            yield address
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


def test_a_visitor_is_led_back_named_and_signed_out_everywhere(
    browser: Browser, dashboard: str
) -> None:
    with closing(browser.new_context()) as context:
        page = context.new_page()
        asks_for(page, f"{dashboard}/province?lang=zh&region=330000")
        signs_in(page, "li")
        expect(page.locator(TITLE)).to_contain_text("浙江", timeout=60_000)
        assert "region=330000" in page.url
        expect(page.get_by_text("当前用户：li")).to_be_visible()
        other = context.new_page()
        other.goto(f"{dashboard}/?lang=zh")
        expect(other.get_by_text("当前用户：li")).to_be_visible(timeout=60_000)
        page.get_by_role("button", name="退出登录").click()
        page.get_by_role("button", name=re.compile("Yes, sign me out")).click()
        expect(page.locator(TITLE)).to_have_text("请先登录", timeout=60_000)
        other.reload()
        expect(other.locator(TITLE)).to_have_text("请先登录", timeout=60_000)


def test_a_refusal_leads_back_and_says_why(browser: Browser, dashboard: str) -> None:
    with closing(browser.new_context()) as context:
        page = context.new_page()
        asks_for(page, f"{dashboard}/map?lang=zh&period=2022-09")
        page.get_by_role("link", name="Cancel").click()
        expect(page.get_by_text("登录未获通过（access_denied），请重试。")).to_be_visible(
            timeout=60_000
        )
        assert "/map?lang=zh&period=2022-09" in page.url


@pytest.mark.parametrize(
    "path",
    ["map", "province?region=330000", "boundaries/provinces", "media/x.csv", "_stcore/metrics",
     "_stcore/upload_file/a/b", "_stcore/agent/openapi.json", "component/x/y", "no/such/page"],
)  # fmt: skip
def test_without_a_session_no_address_tells_anything(dashboard: str, path: str) -> None:
    answer = httpx.get(f"{dashboard}/{path}", follow_redirects=True)
    assert not re.search(r"330000|certificates_valid|浙江|Traceback", answer.text)
    # Pages answer with Streamlit's shell, which holds nothing; the rest is refused.
    assert answer.status_code in (401, 403) or "<noscript>" in answer.text


def test_the_way_back_is_for_the_pages_of_this_server(dashboard: str) -> None:
    asked = {"quality_asked": "//elsewhere.cn/map"}
    back = httpx.get(f"{dashboard}/oauth2callback?error=access_denied", cookies=asked)
    assert back.headers["location"] == "/?refused=access_denied"
