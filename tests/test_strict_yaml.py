"""YAML written by hand: what is wrong is told by its line, in the file's own words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from indicators.strict_yaml import read
from indicators.wording import Wording


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("a: [甲\n乙: 1", 2, "乙: 1"),
        ("甲:\n\t- 1", 2, "\\t- 1"),
        ("甲: 1\n乙: '丙\n", 3, ""),
        ("甲: 1\n---\n乙: 1", 2, "---"),
        ("日期: 2024-02-30", 1, "2024-02-30"),
        ("甲: \x07乙", 1, "甲: \\x07乙"),
        ("甲: 1\n甲: 2", 2, "甲"),
        ("甲: &a 1\n乙: *a", 1, "&a"),
    ],
)
def test_a_mistake_is_told_in_the_words_of_the_file(
    tmp_path: Path, text: str, line: int, found: str
) -> None:
    path = tmp_path / "声明.yaml"
    path.write_text(text, encoding="utf-8")
    finding = read(path)[1][0]
    assert (finding.file, finding.row, finding.found) == ("声明.yaml", line, found)
    for sentence in (finding.expected, finding.advice):
        chinese = sentence.said(Wording("zh"))
        assert not set(re.findall("[A-Za-z]{2,}", chinese)) - {"YAML", "UTF"}, chinese


def test_a_file_of_another_encoding_is_told_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("甲: 1\n乙: 是".encode("gb18030"))
    written, (finding,) = read(path)
    assert written is None
    assert (finding.row, finding.found) == (1, "bc d7 3a 20 31 0a d2 d2")


def test_a_key_that_stands_twice_keeps_no_other_mistake_from_being_found(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("甲: 1\n甲: 2", encoding="utf-8")
    written, _ = read(path)
    assert written is not None
    assert written.content == {"甲": 2}


@pytest.mark.parametrize("deep", ["[", "- ", "{a: "])
def test_what_is_too_deep_for_the_parser_is_told_by_its_line(tmp_path: Path, deep: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f"# 甲\n{deep * 40_000}", encoding="utf-8")
    written, (finding,) = read(path)
    assert written is None
    assert finding.row == 2
    assert finding.found.startswith(deep * 20)
