"""The pages in a real browser: drawn, clickable, without error or warning in the console."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    ViewportSize,
    WebSocket,
    expect,
    sync_playwright,
)

from benchmarks.server import ROOT, serving
from tests.conftest import cannot_run

pytestmark = pytest.mark.browser
PAGES = {
    "overview": "",
    "map": "map",
    "comparison": "comparison",
    "objectives": "objectives",
    "industries": "industries",
    "province": "province",
    "policy": "policy",
    "releases": "releases",
}
DRAWN = "[data-testid=stMain] h1"
PHONE: ViewportSize = {"width": 390, "height": 1000}
SCREEN: ViewportSize = {"width": 1440, "height": 1000}
THEMES: dict[str, Literal["light", "dark"]] = {"zh": "light", "en": "dark"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('browser') / 'figures.sqlite'}"


@pytest.fixture(scope="module")
def address(database: str) -> Iterator[str]:
    """Yield the address of a server that has just started on an empty database."""
    with serving(ROOT / "app.py", environment={"DATABASE_URL": database}) as (_, port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        cannot_run("Chromium is not installed")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=arguments)
        yield started
        started.close()


@contextmanager
def faultless(context: BrowserContext) -> Iterator[Page]:
    """Yield a page that must close without an error or a warning in its console."""
    wrong: list[str] = []

    def note(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            wrong.append(f"{said.text} {said.location['url']}")

    with closing(context.new_page()) as opened:
        opened.on("console", note)
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        yield opened
        expect(opened.get_by_test_id("stException")).to_have_count(0)
    assert not wrong


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """Yield the browser of one reader, which keeps what it has loaded."""
    with closing(browser.new_context(viewport=SCREEN, locale="zh-CN")) as context:
        yield context


@pytest.fixture
def page(reader: BrowserContext) -> Iterator[Page]:
    """Yield an empty page of a reader."""
    with faultless(reader) as opened:
        yield opened


@dataclass(frozen=True)
class Opened:
    """One page of the dashboard in one language, opened once for all that is asked of it."""

    page: Page
    language: str


@pytest.fixture(scope="module", params=[f"{name}-{lang}" for name in PAGES for lang in THEMES])
def opened(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Opened]:
    name, _, language = request.param.partition("-")
    context = browser.new_context(viewport=PHONE, locale="zh-CN", color_scheme=THEMES[language])
    with closing(context), faultless(context) as page:
        visit(page, f"{address}/{PAGES[name]}?lang={language}")
        yield Opened(page, language)


def visit(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector(DRAWN, timeout=30_000)


def colours(page: Page) -> int:
    """Return how many colours the map shows: a map without its figures shows few."""
    drawing = page.get_by_test_id("stVegaLiteChart").first
    picture = Image.open(io.BytesIO(drawing.screenshot())).convert("RGB")
    return sum(1 for count, _ in picture.getcolors(1 << 24) or [] if count > 150)


# First in this file: the server has just started, and nobody has seen its front door.
def test_a_deep_link_straight_after_the_start_shows_the_page_with_its_frame(
    page: Page, address: str
) -> None:
    visit(page, f"{address}/map?lang=en&indicator=certified_organisations&period=2022-08")
    expect(page.locator(DRAWN)).to_contain_text("Certified organisations, Aug 2022: of")
    menu = page.get_by_test_id("stSidebarNav")
    expect(menu.get_by_role("link")).to_have_text(
        ["Overview", "Map", "Comparison", "Objectives", "Industries", "Province", "Policy", "Data"]
    )
    expect(page.get_by_text("Map-review number")).to_be_visible()


# First of what is asked of these pages: a phone's width is the one they begin with.
def test_no_page_scrolls_sideways(opened: Opened) -> None:
    page = opened.page
    for width in (PHONE["width"], 1024, SCREEN["width"]):
        page.set_viewport_size({"width": width, "height": SCREEN["height"]})
        page.wait_for_timeout(700)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        beyond = "main => main.scrollWidth - main.clientWidth"
        assert page.get_by_test_id("stMain").evaluate(beyond) == 0, width


def test_every_page_opens_in_both_languages(opened: Opened) -> None:
    menu = opened.page.get_by_test_id("stSidebarNav")
    chinese, english = (
        ["总览", "地图", "比较", "目标进展", "行业", "分省情况", "政策", "数据"],
        ["Overview", "Map", "Comparison", "Objectives", "Industries", "Province", "Policy", "Data"],
    )
    expected = chinese if opened.language == "zh" else english
    expect(menu.get_by_role("link")).to_have_text(expected)
    spoken = "zh-CN" if opened.language == "zh" else "en"
    expect(opened.page.locator("html")).to_have_attribute("lang", spoken)


@pytest.mark.parametrize("opened", [f"{name}-zh" for name in PAGES], indirect=True)
def test_every_control_is_reached_by_the_keyboard(opened: Opened) -> None:
    page = opened.page
    controls = page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, input, summary")]
            .filter(each => each.checkVisibility({visibilityProperty: true}) && !each.disabled)
            .filter(each => each.tabIndex >= 0)
            // Of a group of radio buttons one is a stop, and arrows lead to the others.
            .filter(each => each.role !== "radio" || each.ariaChecked === "true")
            .map((each, number) => {
                each.dataset.control = number
                return [String(number), each.innerText || each.ariaLabel || each.type]
            })"""
    )
    reached = set()
    for _ in range(3 * len(controls)):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.control"))
    assert len(controls) > 8
    assert [label for number, label in controls if number not in reached] == []


@pytest.mark.parametrize(("language", "name"), [("zh", "中文"), ("en", "English")])
def test_tab_reaches_the_language_that_is_chosen(
    page: Page, address: str, language: str, name: str
) -> None:
    visit(page, f"{address}/unknown?lang={language}")
    expect(page.get_by_role("radio", name=name)).to_be_checked()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.role") == "radio":
            break
    expect(page.get_by_role("radio", name=name)).to_be_focused()


def test_a_printed_page_has_a_topic_a_sheet_and_nothing_to_press(page: Page, address: str) -> None:
    visit(page, f"{address}/province?lang=zh&region=330000")
    expect(page.get_by_test_id("stMain").get_by_text("数据版本：", exact=False)).to_be_attached()
    topics = [heading.inner_text() for heading in page.get_by_test_id("stMain").locator("h3").all()]
    paper = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4", landscape=True)))
    sheets = [unicodedata.normalize("NFKC", sheet.extract_text()) for sheet in paper.pages]
    begun = [
        next(at for at, text in enumerate(sheets) if topic in text.splitlines()) for topic in topics
    ]
    assert len(topics) > 3
    assert sorted(set(begun)) == begun
    whole = "".join(sheets)
    assert [word for word in ("English", "XLSX", "搜索", "以表格查看") if word in whole] == []
    assert "数据版本:第1版" in whole


def test_axe_finds_nothing_serious(opened: Opened) -> None:
    # Words that fade in, as the tip of the button reached last does, have no colours yet.
    opened.page.wait_for_function(
        """() => document.getAnimations()
            .filter(each => each.effect.getComputedTiming().endTime !== Infinity)
            .every(each => each.playState !== "running")"""
    )
    found = Axe().run(opened.page).response["violations"]
    serious = {
        (violation["id"], node["html"][:120])
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    }
    assert serious == set()


@pytest.fixture(scope="module")
def certificates(reader: BrowserContext, address: str) -> Iterator[Page]:
    """Yield a map of certificates, opened once."""
    with faultless(reader) as opened:
        visit(opened, f"{address}/map?lang=zh&indicator=certificates_valid&period=2022-09")
        yield opened


def test_the_map_draws_the_figures(certificates: Page) -> None:
    expect(certificates.locator("path[aria-label^='江苏']").first).to_be_attached()
    assert colours(certificates) >= 8
    # 34 units on the main map; the inset is seen, not touched.
    assert certificates.locator("path[aria-roledescription='geoshape']").count() == 34


def test_a_download_holds_what_its_name_says(certificates: Page, tmp_path: Path) -> None:
    for label, suffix, start in (
        ("图片（PNG）", ".png", b"\x89PNG"),
        ("矢量图（SVG）", ".svg", b"<svg"),
        ("表格（CSV）", ".csv", b"\xef\xbb\xbf"),
        ("工作簿（XLSX）", ".xlsx", b"PK"),
    ):
        with certificates.expect_download(timeout=60_000) as coming:
            certificates.get_by_role("button", name=label).click()
        name = coming.value.suggested_filename
        assert name == f"有效认证证书数_2022年9月_第1版{suffix}"
        coming.value.save_as(tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(start)
        expect(certificates.get_by_role("link", name=f"已生成：{name}")).to_be_visible()


def test_a_click_on_a_province_selects_it(certificates: Page) -> None:
    certificates.locator("path[aria-label^='四川']").first.click()
    expect(certificates.get_by_role("combobox", name="地区")).to_have_value("四川")
    certificates.wait_for_url("**region=510000**")
    certificates.reload()
    certificates.wait_for_selector(DRAWN)
    expect(certificates.get_by_role("combobox", name="地区")).to_have_value("四川")


def test_a_bar_stands_for_a_region_that_the_map_hides(certificates: Page) -> None:
    chart = certificates.get_by_test_id("stVegaLiteChart").first
    # Names stand on the map and beside the bars; the bars' are the northernmost.
    names = chart.locator("text", has_text="澳门")
    expect(names).not_to_have_count(0)
    boxes = [text.bounding_box() for text in names.all()]
    macao = min((box for box in boxes if box), key=lambda box: box["y"])
    certificates.mouse.click(macao["x"] + 3, macao["y"] + 6)
    certificates.wait_for_url("**region=820000**")
    expect(certificates.get_by_role("combobox", name="地区")).to_have_value("澳门")


def test_charts_and_tables_leave_with_their_source_only(page: Page, address: str) -> None:
    visit(page, f"{address}/?lang=zh")
    # The first table is in a part that is folded up.
    shown_tables = page.get_by_test_id("stDataFrame").filter(visible=True)
    expect(shown_tables.first).to_be_visible()
    for drawn in (page.get_by_test_id("stVegaLiteChart"), shown_tables):
        drawn.first.hover()
    tools = page.get_by_test_id("stElementToolbarButton")
    expect(tools.get_by_role("button", name="全屏").first).to_be_attached()
    shown = [tool for tool in tools.all() if tool.is_visible()]
    labels = {(tool.get_by_role("button").get_attribute("aria-label") or "") for tool in shown}
    assert {label.partition(":")[0] for label in labels} <= {"全屏", "搜索"}
    shown[-1].hover()
    expect(page.get_by_role("tooltip")).to_have_text(re.compile("全屏|搜索"))
    page.get_by_text("English", exact=True).click()
    expect(tools.get_by_role("button", name="Fullscreen").first).to_be_attached()
    expect(tools.get_by_role("button", name="全屏")).to_have_count(0)


def labels(page: Page, chart: int) -> list[str]:
    """Return the names along a chart's side, from the top down."""
    drawn = page.get_by_test_id("stVegaLiteChart").nth(chart)
    texts = drawn.locator(".role-axis-label text").all()
    boxes = [(text.bounding_box(), text.text_content() or "") for text in texts]
    return [text for box, text in sorted(((b["y"], t) for b, t in boxes if b))]


def test_a_ranking_is_in_order_after_another_period_was_chosen(page: Page, address: str) -> None:
    place = f"{address}/map?lang=zh&indicator=organisations_per_10000_residents"
    visit(page, f"{place}&period=2021-07")
    expect(page.get_by_test_id("stVegaLiteChart").nth(1).locator("text").first).to_be_attached()
    drawings = page.locator("svg.marks")
    expect(drawings).to_have_count(2)
    drawings.evaluate_all("all => all.forEach(each => each.classList.add('first'))")
    page.get_by_role("combobox", name="时期").click()
    page.get_by_role("option", name="2022年9月").click()
    page.wait_for_url("**period=2022-09**")
    bars = page.get_by_test_id("stVegaLiteChart").nth(1)
    expect(bars.locator("text", has_text="14.10")).to_be_attached()
    page.wait_for_timeout(500)
    assert labels(page, 1)[:4] == ["北京", "上海", "江苏", "浙江"]
    # Rows alone have come: neither drawing was made anew.
    expect(page.locator("svg.first")).to_have_count(2)


def test_the_regions_and_the_time_compared_are_kept_in_the_address(
    page: Page, address: str
) -> None:
    place = "comparison?lang=zh&indicator=enterprises_per_1000_residents"
    visit(page, f"{address}/{place}&group=330000-320000-110000")
    page.locator("[data-tag]").first.locator("svg").click()
    page.wait_for_url("**group=320000-110000**")
    slider = page.get_by_role("slider").first
    slider.focus()
    slider.press("ArrowRight")
    page.wait_for_url("**time=2020-12&time=2024-12**")
    drawing = page.get_by_test_id("stVegaLiteChart").first
    expect(drawing.locator("text", has_text="江苏")).to_be_attached()
    expect(drawing.locator("text", has_text="浙江")).to_have_count(0)


def test_a_map_that_plays_leaves_the_server_alone(page: Page, address: str) -> None:
    sent: list[object] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framesent", lambda said: sent.append(said))

    page.on("websocket", listen)
    visit(page, f"{address}/map?lang=zh&indicator=certificates_valid&show=play")
    chart = page.get_by_test_id("stVegaLiteChart").first
    expect(chart.locator("text", has_text="2025年1月").first).to_be_attached(timeout=30_000)
    page.wait_for_timeout(1_000)
    before = len(sent)
    page.get_by_label("播放").check()
    expect(chart.locator("text", has_text="2019年3月").first).to_be_attached()
    expect(chart.locator("text", has_text="2021年7月").first).to_be_attached()
    assert len(sent) == before


def test_two_maps_select_together(page: Page, address: str) -> None:
    visit(
        page,
        f"{address}/map?lang=zh&indicator=certificates_valid&period=2022-09&show=beside&against=period:2023-02",
    )
    charts = page.get_by_test_id("stVegaLiteChart")
    expect(charts).to_have_count(2)
    charts.nth(1).locator("path[aria-label^='四川']").first.click()
    page.wait_for_url("**region=510000**")
    expect(page.get_by_role("combobox", name="地区")).to_have_value("四川")


def press(mark: Locator) -> None:
    """Click a mark of a chart once it stands still, which its page does late on a busy machine."""
    place, before = mark.bounding_box(), None
    while place != before:
        mark.page.wait_for_timeout(1000)
        place, before = mark.bounding_box(), place
    mark.click(force=True)


def test_a_click_in_the_matrix_opens_the_objective(page: Page, address: str) -> None:
    visit(page, f"{address}/?lang=zh&only_document=jiangsu-certification-2018")
    page.locator("[class*=st-key-file_]").last.wait_for()  # nothing moves any more
    press(page.locator("path[aria-label^='江苏']").first)
    page.wait_for_url("**/objectives?**target=jiangsu-certificates-valid-2023**")
    expect(page.locator(DRAWN)).to_contain_text("江苏有效认证证书数")
    page.get_by_text("判定依据").click()
    expect(page.get_by_text("2025年1月").first).to_be_visible()


def test_a_click_in_the_heat_map_chooses_its_region_and_industry(page: Page, address: str) -> None:
    visit(page, f"{address}/industries?lang=zh")
    press(page.locator("path[aria-label^='浙江，制造业']").first)
    page.wait_for_url("**industry=C**region=330000**")
    expect(page.get_by_text("浙江 · 制造业 · ")).to_be_visible()
    page.get_by_role("link", name="数据及其出处").click()
    page.wait_for_url("**/releases?**of_industry=C**")
    expect(page.locator(DRAWN)).to_be_visible()


def test_my_province_is_chosen_once_and_kept(page: Page, address: str) -> None:
    visit(page, f"{address}/?lang=zh")
    page.get_by_role("combobox", name="本省").fill("浙江")
    page.keyboard.press("Enter")
    expect(page.locator(DRAWN)).to_contain_text("浙江：")
    page.wait_for_url("**home=330000**")
    page.wait_for_function("document.cookie.includes('home=330000')")
    # Another day: nothing in the address says it.
    page.goto("about:blank")
    visit(page, f"{address}/?lang=zh")
    expect(page.locator(DRAWN)).to_contain_text("浙江：")
    visit(page, f"{address}/map?lang=zh&indicator=certificates_valid&period=2022-09")
    expect(page.get_by_role("combobox", name="地区")).to_have_value("浙江")


def test_the_matrix_is_a_list_of_regions_on_a_narrow_screen(page: Page, address: str) -> None:
    visit(page, f"{address}/?lang=en")
    drawn = page.locator(".st-key-wide_matrix"), page.locator(".st-key-narrow_matrix")
    expect(drawn[0]).to_be_visible()
    expect(drawn[1]).to_be_hidden()
    # No name on the matrix is cut.
    names = page.locator(".st-key-wide_matrix .role-axis-label text")
    expect(names.first).to_be_attached()
    assert not [text for text in names.all_text_contents() if "…" in text]
    page.set_viewport_size({"width": 390, "height": 900})
    expect(drawn[0]).to_be_hidden()
    expect(drawn[1]).to_be_visible()


@pytest.mark.parametrize("language", THEMES)
@pytest.mark.parametrize("clause", ["objectives_systems", "spread", "upgrade"])
def test_tables_of_the_policy_fit_a_phone(
    page: Page, address: str, clause: str, language: str
) -> None:
    page.set_viewport_size(PHONE)
    visit(page, f"{address}/policy?lang={language}&clause={clause}")
    expect(page.get_by_test_id("stMain").locator("text=/^(Release \\d|数据版本)/")).to_be_attached()
    beyond = "all => all.map(each => each.scrollWidth - each.clientWidth)"
    tables = page.locator(".phone")
    expect(tables.nth(2)).to_be_visible()
    page.wait_for_timeout(1000)
    assert max(tables.evaluate_all(beyond)) <= 0
    expect(page.get_by_test_id("stDataFrame").filter(visible=True)).to_have_count(0)
    explained = tables.first.get_by_role("link").nth(1)
    assert f"lang={language}" in str(explained.get_attribute("href"))
    page.set_viewport_size(SCREEN)
    page.wait_for_timeout(1000)
    last = page.get_by_test_id("stDataFrame").locator(".dvn-scroller").nth(-2)
    assert last.evaluate("table => table.scrollWidth - table.clientWidth") <= 0
    expect(tables.first).to_be_hidden()


def test_a_bar_of_the_ranking_leads_to_the_region_s_page(page: Page, address: str) -> None:
    visit(page, f"{address}/map?lang=zh&indicator=certificates_valid&period=2022-09")
    bars = page.get_by_test_id("stVegaLiteChart").nth(1)
    bars.locator(".role-axis-label text", has_text="江苏").wait_for()
    box = bars.locator(".role-axis-label text", has_text="江苏").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] + 30, box["y"] + box["height"] / 2)
    page.wait_for_url("**/province?**region=320000**")
    expect(page.locator(DRAWN)).to_contain_text("江苏：")


def test_the_language_and_the_view_survive_the_menu(page: Page, address: str) -> None:
    visit(page, f"{address}/map?lang=en&indicator=certified_organisations&period=2022-08")
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Data").click()
    expect(page.locator(DRAWN)).to_contain_text("Release 1 holds")
    page.wait_for_url("**lang=en**")
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Map").click()
    expect(page.locator(DRAWN)).to_contain_text("Certified organisations, Aug 2022: of")
    page.wait_for_url("**period=2022-08**")


def test_the_switch_changes_every_word_and_keeps_the_view(page: Page, address: str) -> None:
    visit(page, f"{address}/map?lang=zh&indicator=certified_organisations&period=2022-08")
    page.get_by_text("English", exact=True).click()
    expect(page.locator(DRAWN)).to_contain_text("Certified organisations, Aug 2022: of")
    page.wait_for_url("**lang=en**period=2022-08**")


def test_a_slash_leads_to_the_search_and_a_hit_to_its_page(page: Page, address: str) -> None:
    # A browser that is new here fetches what draws the parts of a page one by one, and puts the
    # page together anew, its search box too, when it has the last: so it is let come to rest.
    for _ in range(2):
        visit(page, f"{address}/objectives?lang=zh&region=100000")
        page.wait_for_timeout(3000)
    page.wait_for_selector("[data-test-script-state=notRunning]")
    page.locator(DRAWN).click()
    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="搜索（按 / 键）")).to_be_focused()
    page.keyboard.type("zhongqing jiangsu/")
    expect(page.get_by_role("textbox", name="搜索（按 / 键）")).to_have_value("zhongqing jiangsu/")
    page.get_by_role("textbox", name="搜索（按 / 键）").fill("chongqing")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="地区 · 重庆市").click()
    page.wait_for_url("**/province?**region=500000**")
    expect(page.locator(DRAWN)).to_contain_text("重庆")


def test_going_back_shows_what_was_seen_before(page: Page, address: str) -> None:
    visit(page, f"{address}/map?lang=en&indicator=certificates_valid")
    page.get_by_text("中文", exact=True).click()
    expect(page.locator(DRAWN)).to_contain_text("有效认证证书数")
    page.go_back()
    expect(page.locator(DRAWN)).to_contain_text("Valid certificates")


def test_boundaries_travel_once_and_are_kept(page: Page, address: str) -> None:
    answers: list[Response] = []

    def keep(answer: Response) -> None:
        if "/boundaries/" in answer.url:
            answers.append(answer)

    page.on("response", keep)
    visit(page, f"{address}/map?lang=zh&indicator=certificates_valid&period=2022-09")
    expect(page.locator("path[aria-label^='江苏']").first).to_be_attached()
    assert {answer.headers["cache-control"] for answer in answers} == {
        "public, max-age=31536000, immutable"
    }
    page.get_by_role("combobox", name="时期").click()
    page.get_by_role("option").first.click()
    expect(page.locator(DRAWN)).to_contain_text("有数据的12个省份中")
    page.wait_for_timeout(500)
    # A chart drawn anew takes them from the browser's own store: nothing is transferred.
    transferred = page.evaluate(
        "performance.getEntriesByType('resource')"
        ".filter(entry => entry.name.includes('/boundaries/') && entry.transferSize > 0)"
        ".map(entry => entry.name)"
    )
    assert sorted(transferred) == sorted(set(transferred))


@pytest.mark.usefixtures("address")  # whose server has filled the database
def test_nobody_sees_figures_who_may_not(page: Page, database: str, tmp_path: Path) -> None:
    secrets = tmp_path / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text(
        f'[auth]\nredirect_uri = "http://127.0.0.1/oauth2callback"\ncookie_secret = "{"k" * 32}"\n'
        'client_id = "us"\nclient_secret = "s"\n'
        'server_metadata_url = "http://127.0.0.1:1/.well-known/openid-configuration"\n',
        encoding="utf-8",
    )
    environment = {
        "DATABASE_URL": database,
        "ACCESS": "sign-in",
        "HOME": str(tmp_path),
    }
    # The second is a page that Streamlit runs without app.py and the gate of its addresses.
    for script in (ROOT / "app.py", ROOT / "pages" / "map.py"):
        with serving(script, environment=environment) as (_, port):
            for place in ["", "map"] if script.name == "app.py" else [""]:
                visit(page, f"http://127.0.0.1:{port}/{place}?lang=zh")
                told = "请先登录" if script.name == "app.py" else "无法向您显示内容"
                expect(page.locator(DRAWN)).to_have_text(told)
                expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(0)
            page.goto("about:blank")  # before its server goes


def test_a_boundary_file_that_lacks_a_unit_is_refused_at_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "boundaries"
    shutil.copytree(ROOT / "data" / "reference" / "boundaries", folder)
    provinces = folder / "provinces.geojson"
    provinces.write_text(
        provinces.read_text(encoding="utf-8").replace('"710000"', '"719999"'), encoding="utf-8"
    )
    load = "from indicators.drawing.boundary_files import load_boundaries as load; load()"
    said = subprocess.run(
        [sys.executable, "-c", load],
        cwd=ROOT,
        env={"MAP_BOUNDARIES": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode != 0
    assert "710000" in said.stderr


def test_a_chart_says_how_it_is_cited_linked_embedded_and_where_its_data_stand(
    page: Page, address: str
) -> None:
    visit(page, f"{address}/map?lang=en&indicator=certificates_valid&period=2024-12")
    page.locator("[class*=st-key-file_]").last.wait_for()
    page.get_by_role("button", name="Cite, link, embed, data").first.press("Enter")
    copied = page.get_by_test_id("stDialog").get_by_test_id("stCode")
    expect(copied).to_have_count(4)
    citation, link, embedding, data = copied.all_inner_texts()
    assert link in citation
    assert link.startswith(f"{address}/map?")
    assert embedding.startswith("<iframe")
    figures = page.request.get(f"{data}&format=json").json()["observations"]
    assert {row["period"] for row in figures} == {"2024-12"}
    visit(page, f"{link}&embed=true")
    expect(page.get_by_test_id("stSidebar")).not_to_be_visible()
    expect(page.get_by_test_id("stPopover").first).not_to_be_visible()
    expect(page.get_by_text("Cite, link, embed, data")).to_have_count(0)
    expect(page.get_by_test_id("stMain")).to_contain_text("Map-review number")
    expect(page.get_by_test_id("stMain")).to_contain_text("国家认监委")


def test_the_data_page_tells_search_engines_what_it_holds(page: Page, address: str) -> None:
    visit(page, f"{address}/releases?lang=en")
    described = page.locator("script[type='application/ld+json']")
    expect(described).to_have_count(1)
    assert '"@type":"Dataset"' in (described.text_content() or "")
    assert f"{address}/api/v1/observations?format=csv" in (described.text_content() or "")
