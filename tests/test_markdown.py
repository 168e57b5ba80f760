"""Texts of files and of the address are shown as they stand, in a real browser."""

from __future__ import annotations

import ast
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from benchmarks.server import ROOT, serving
from indicators import markdown
from tests.conftest import cannot_run

TEXTS = [
    "[a](b)",
    "![a](http://b.cn/c.png)",
    "*x* **y** _z_ __w__",
    "2016~2018年，2019~2020年",
    "~~x~~",
    "$x$ 与 $y$",
    ":red[x] :blue-background[y]",
    ":material/home: :smile: :streamlit:",
    "`x`",
    "<b>x</b> <https://a.cn>",
    "# x",
    "- x",
    "+ x",
    "1. x",
    "2) x",
    "> x",
    "=====",
    "| a | b |",
    "&amp; &#42; a&b",
    r"\*x\* \\",
    "AT&T; C:\\数据",
    "http://a.cn/b_c*d",
    "www.a.cn/b_c",
    "WWW.A.CN HTTPS://A.CN",
    "某局 a.b@c.gov.cn",
    "第1行\n第2行",
    "《某表》（2023年）[^1]",
    "a:b 12:30 资料来源：某局",
]
PIECES = [
    "*",
    "_",
    "`",
    "[",
    "]",
    "(",
    ")",
    "<",
    ">",
    "#",
    "~",
    "$",
    ":",
    "|",
    "!",
    "\\",
    "&",
    "+",
    "-",
    "1.",
    "red",
    "某",
    " ",
    "x",
    ";",
    "=",
]


def made_up(count: int) -> list[str]:
    draw = random.Random(7)
    texts = ["".join(draw.choices(PIECES, k=draw.randint(2, 12))) for _ in range(count)]
    return [text for text in texts if text.strip()]


def read(text: str) -> str:
    """Return what a reader sees of a text: without marks that have no width, blanks as one."""
    return " ".join(text.replace("\u200b", "").split())


@pytest.mark.browser
def test_every_text_is_shown_as_it_stands(tmp_path: Path) -> None:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        cannot_run("Chromium is not installed")
    texts = [*TEXTS, *made_up(150)]
    page_file = tmp_path / "page.py"
    page_file.write_text(
        f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nimport streamlit as st\n"
        f"from indicators import markdown\ntexts = {texts!r}\n"
        "for place, text in enumerate(texts):\n"
        "    with st.container(key=f'text{place}'):\n        st.caption(markdown.escaped(text))\n"
        "with st.container(key='lines'):\n    st.caption(markdown.lines(texts[:28]))\n"
        "with st.container(key='bullets'):\n    st.markdown(markdown.bullets(texts[:28]))\n",
        encoding="utf-8",
    )
    with serving(page_file, folder=tmp_path) as (_, port), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}")
        page.locator(".st-key-bullets li").last.wait_for()
        shown = {
            text: page.locator(f".st-key-text{place}").inner_text()
            for place, text in enumerate(texts)
        }
        listed = page.locator(".st-key-bullets li").all_inner_texts()
        paragraph = page.locator(".st-key-lines p").inner_text()
        marked = page.locator("[class*=st-key-text]").locator("em,strong,code,del,img,h1,ul,ol,a")
        assert marked.count() == 0
        browser.close()
    assert {text: read(seen) for text, seen in shown.items()} == {
        text: read(text) for text in texts
    }
    assert [read(item) for item in listed] == [read(text) for text in TEXTS]
    assert [read(line) for line in paragraph.splitlines()] == [read(text) for text in TEXTS]


def test_an_address_is_a_link_and_nothing_else_is() -> None:
    assert markdown.address("https://a.cn/b_c") == "<https://a.cn/b_c>"
    assert markdown.address("javascript:alert(1)") == r"javascript\:alert(1)"
    assert markdown.address("https://a.cn/ [x](b)") == "https:\u200b//a.cn/ \\[x\\](b)"


def test_words_lead_to_an_address_and_to_nothing_else() -> None:
    assert markdown.link("a_b", "https://a.cn/b_c?d=(e)") == r"[a\_b](<https://a.cn/b_c?d=(e)>)"
    assert markdown.links({"J": "/api/v1/x", "C": "data:a"}) == "[J](</api/v1/x>) · C"


# What Streamlit reads as Markdown; labels of widgets are the catalogue's own words.
SINKS = {"caption", "markdown", "title", "info", "warning", "error", "success", "write"}


def shown_by(path: Path) -> Iterator[ast.expr]:
    """Yield what a module gives to Streamlit as Markdown; of a name, all that it may stand for."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    values: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.NamedExpr | ast.Assign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in targets:
                values.setdefault(ast.unparse(name), []).append(node.value)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in SINKS and ast.unparse(node.func.value) in ("st", "st.sidebar"):
            for shown in values.get(ast.unparse(node.args[0]), node.args[:1]):
                choices = [shown.body, shown.orelse] if isinstance(shown, ast.IfExp) else [shown]
                for choice in choices:
                    yield from values.get(ast.unparse(choice), [choice])


def is_ours(shown: ast.expr) -> bool:
    """Say whether a text is a sentence of the catalogue with no more than numbers, or escaped."""
    if isinstance(shown, ast.Constant):
        return True
    if isinstance(shown, ast.JoinedStr | ast.BinOp | ast.Attribute):
        return ast.unparse(shown) in OURS
    assert isinstance(shown, ast.Call), ast.unparse(shown)
    name = ast.unparse(shown.func)
    numbers = all(keyword.arg in NUMBERS for keyword in shown.keywords)
    return name.startswith("markdown.") or (name in ("words", "words.plural") and numbers)


OURS = {"told.counts"}  # badges of our own marks
NUMBERS = {"n", "all", "judged", "indicators", "measured", "number", "rows", "date", "newest"}


def test_nothing_but_our_own_sentences_reaches_a_page_as_markdown() -> None:
    pages = [*ROOT.glob("pages/*.py"), *ROOT.glob("indicators/**/*.py"), ROOT / "app.py"]
    wrong = [
        f"{path.name}: {ast.unparse(shown)}"
        for path in pages
        for shown in shown_by(path)
        if not is_ours(shown)
    ]
    assert wrong == []
