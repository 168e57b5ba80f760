"""The message catalogue: complete, in both languages, with the same placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from indicators.wording import CATALOGUE, Wording

ROOT = Path(__file__).resolve().parent.parent
# words("…"), words.plural("…", "…", n=…), sentence("…") of what is shown elsewhere, message("…")
# of findings, screen.tell("…") and screen.fail("…") of the commands.
KEYWORDS = {"words": None, "plural": (1, 2)} | dict.fromkeys(
    ("sentence", "message", "tell", "fail")
)
HAN = re.compile(r"[\u4e00-\u9fff]")
ENGLISH_SENTENCE = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}")


@cache
def sentences() -> set[str]:
    """Return every English sentence that the code shows."""
    found: set[str] = set()
    places = ("indicators", "etl", "pages")
    extractions: list[Iterable[tuple[Any, ...]]] = [
        extract_from_dir(ROOT / place, keywords=KEYWORDS) for place in places
    ]
    extractions.append(
        (name, *rest)
        for name, *rest in extract_from_dir(ROOT, [("app.py", "python")], keywords=KEYWORDS)
        if name == "app.py"
    )
    for extraction in extractions:
        for _, _, text, _, _ in extraction:
            found |= set(text) if isinstance(text, tuple) else {text}
    for schema in (ROOT / "data").rglob("*.schema.json"):
        found |= set(re.findall(r'"expected": "([^"]*)"', schema.read_text("utf-8")))
    return found


@cache
def entries() -> dict[str, Message]:
    with CATALOGUE.open("rb") as stream:
        catalogue = read_po(stream, locale="zh_CN")
    return {str(entry.id): entry for entry in catalogue if entry.id}


def test_the_program_reads_the_file_of_translations_as_babel_does() -> None:
    with CATALOGUE.open("rb") as stream:
        catalogue = read_po(stream, locale="zh_CN")
    babel = {
        text: entry.string[0] if isinstance(entry.string, tuple) else entry.string
        for entry in catalogue
        for text in ([entry.id] if isinstance(entry.id, str) else entry.id)
        if text
    }
    assert {text: Wording("zh")(text) for text in babel} == babel
    assert not any(Wording("zh").known(text) != text for text in ("", "no sentence of the program"))


def test_every_sentence_has_its_chinese() -> None:
    assert sentences() - set(entries()) == set()


def test_a_warning_has_one_name() -> None:
    """`docs/vocabulary.md`: what must be accepted before a release is 提示."""
    others = re.compile("警告|告警|警示")
    assert [text for text, entry in entries().items() if others.search(str(entry.string))] == []


def test_no_translation_is_left_over() -> None:
    assert set(entries()) - sentences() == set()


@pytest.mark.parametrize("sentence", sorted(entries()))
def test_a_translation_is_chinese_and_keeps_the_placeholders(sentence: str) -> None:
    entry = entries()[sentence]
    chinese = str(entry.string)
    assert not entry.fuzzy
    assert chinese
    names = re.compile(r"\{(\w+)[^}]*\}")
    english_names, chinese_names = set(names.findall(sentence)), set(names.findall(chinese))
    assert chinese_names <= english_names
    # A plural form may leave its number out of "1 province" but no other value may be lost.
    assert english_names - chinese_names <= {"n"} if "{n}" in sentence else True
    assert not ENGLISH_SENTENCE.search(re.sub(r"\{[^}]*\}|`[^`]*`|python -m etl \w+", "", chinese))


@pytest.mark.parametrize(
    ("period", "chinese", "english"),
    [
        ("2024", "2024年", "2024"),
        ("2024-12", "2024年12月", "Dec 2024"),
        ("2020-Q3", "2020年第3季度", "2020 Q3"),
    ],
)
def test_periods_are_written_as_the_language_writes_them(
    period: str, chinese: str, english: str
) -> None:
    assert (Wording("zh").period(period), Wording("en").period(period)) == (chinese, english)


def test_a_moment_is_told_as_clocks_in_china_show_it() -> None:
    """What was published on a morning there is not of the day before."""
    moment, zh, en = "2024-12-02T18:05:09+00:00", Wording("zh"), Wording("en")
    assert (zh.date(moment), en.date(moment)) == ("2024年12月3日", "3 Dec 2024")
    assert zh.moment(moment) == "2024年12月3日 02:05（北京时间）"
    assert en.moment("2024-12-02T18:05:09") == "3 Dec 2024 02:05 Beijing time"
    assert zh.date("2024-12-02") == "2024年12月2日"


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (4_158_266, "415.8万", "4.16 million"),
        (141_177.0, "14.1万", "141,177"),
        (1_411_778_724, "14.1亿", "1.41 billion"),
        (999.0, "999", "999"),
    ],
)
def test_large_numbers_are_told_in_the_language_s_steps(
    value: float, chinese: str, english: str
) -> None:
    assert (Wording("zh").big(value), Wording("en").big(value)) == (chinese, english)


def test_a_missing_number_is_a_dash_and_never_zero() -> None:
    assert Wording("zh").number(None) == Wording("en").number(float("nan")) == "—"
    assert Wording("zh").number(0) == "0"


def test_what_is_written_as_nought_has_no_sign() -> None:
    assert [Wording("en").signed(value, 1) for value in (-0.04, 0.04, -0.06, 12.0)] == [
        "±0.0",
        "±0.0",
        "−0.1",
        "+12.0",
    ]
