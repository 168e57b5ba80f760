"""What a person says of a certificate file, beside it as `<file name>.yaml`; all mistakes in it.

columns: {certificate: 证书号, issued: 发证日期}   # our names: the headers of the file
status: {生效: valid, 作废: cancelled}            # besides the words that are known
size: {大: LARGE}
unit: 万元                                        # of revenue and assets without one
dates: serial                                     # five digits are a spreadsheet's days
missing: ["-", 不详]                              # in place of what is known already
abroad: [境外]
encoding: gb18030
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from etl.certificates.declaration import COLUMNS, STATUS_CODES, Declaration
from etl.certificates.plain_text import tidy
from etl.certificates.size_class import NOT_CLASSIFIED, SIZES
from etl.figures.cells import MULTIPLES
from etl.figures.declaration import beside
from indicators.findings import Finding, FindingsError, Message, message

UNITS = {"元": 1.0} | {f"{word}元": 10.0**power for word, power in MULTIPLES.items()}
KEYS = ("columns", "status", "size", "unit", "dates", "missing", "abroad", "encoding")
_LARGEST = 1 << 20  # bytes


def declared(path: Path, common: Declaration) -> Declaration:
    """Return what is said of a file: `common`, and what the declaration beside it changes.

    Raises `FindingsError` with every mistake in that.
    """
    place = beside(path)
    return _Reading(place.name).declaration(place, common) if place.exists() else common


class _Reading:
    """One declaration being read: what is wrong with it is collected."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._findings: list[Finding] = []

    def _wrong(self, key: str, found: object, expected: Message, row: int | None = None) -> None:
        advice = message("correct {key} in the declaration", key=key)
        self._findings.append(
            Finding(self._file, str(found)[:200], expected, advice, row=row, column=key)
        )

    def declaration(self, place: Path, common: Declaration) -> Declaration:
        said = self._content(place)
        for key in set(said) - set(KEYS):
            self._wrong(str(key), key, message("one of {names}", names=list(KEYS)))
        columns = self._words("columns", said)
        for name in set(columns) - set(COLUMNS):
            self._wrong("columns", name, message("one of {names}", names=list(COLUMNS)))
        headers = common.columns | {name: header.strip() for name, header in columns.items()}
        for header, often in Counter(headers.values()).items():
            if often > 1:
                self._wrong("columns", header, message("each column once"))
        made = replace(
            common,
            columns=headers,
            statuses=common.statuses | self._meanings("status", said, STATUS_CODES),
            sizes=common.sizes | self._meanings("size", said, (*SIZES, NOT_CLASSIFIED)),
            revenue_unit=self._one("unit", said, UNITS, common.revenue_unit),
            serial=self._one("dates", said, {"text": False, "serial": True}, common.serial),
            missing=self._list("missing", said, common.missing),
            abroad=self._list("abroad", said, common.abroad),
            encoding=self._encoding(said, common.encoding),
        )
        if self._findings:
            raise FindingsError(self._findings)
        return made

    def _content(self, place: Path) -> Mapping[Any, Any]:
        """Return the keys of a YAML file; raises `FindingsError` where there are none."""
        try:
            if place.stat().st_size > _LARGEST:
                raise ValueError(f"{place.stat().st_size} B")
            text = place.read_text(encoding="utf-8-sig")
            self._refuse_twins(yaml.compose(text, yaml.SafeLoader))
            said = yaml.safe_load(text) or {}
        except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
            self._wrong("", " ".join(str(error).split()), message("a YAML file in UTF-8"))
            raise FindingsError(self._findings) from None
        if not isinstance(said, dict):
            self._wrong("", said, message("keys and what they say"))
        if self._findings:
            raise FindingsError(self._findings)
        return said

    def _refuse_twins(self, node: yaml.Node | None) -> None:
        """Take in the keys that stand twice: of these the first would be lost."""
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        lines: dict[str, int] = {}
        for key, value in pairs:
            line = key.start_mark.line + 1
            if lines.setdefault(str(key.value), line) != line:
                self._wrong(str(key.value), key.value, message("each key once"), line)
            self._refuse_twins(value)

    def _words(self, key: str, said: Mapping[Any, Any]) -> dict[str, str]:
        words = said.get(key, {})
        if isinstance(words, dict) and all(
            isinstance(each, str) and tidy(each) for pair in words.items() for each in pair
        ):
            return words
        self._wrong(key, words, message("texts and what they stand for"))
        return {}

    def _meanings(
        self, key: str, said: Mapping[Any, Any], codes: Collection[str]
    ) -> dict[str, str]:
        words = self._words(key, said)
        for code in set(words.values()) - set(codes):
            self._wrong(key, code, message("one of {names}", names=list(codes)))
        return words

    def _one(
        self, key: str, said: Mapping[Any, Any], meanings: Mapping[str, Any], else_: Any
    ) -> Any:
        if key not in said:
            return else_
        word = said[key]
        if not isinstance(word, str) or tidy(word) not in meanings:
            self._wrong(key, word, message("one of {names}", names=list(meanings)))
            return else_
        return meanings[tidy(word)]

    def _list(self, key: str, said: Mapping[Any, Any], else_: tuple[str, ...]) -> tuple[str, ...]:
        words = said.get(key, list(else_))
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            return tuple(words)
        self._wrong(key, words, message("a list of texts"))
        return else_

    def _encoding(self, said: Mapping[Any, Any], else_: str) -> str:
        name = said.get("encoding", else_)
        try:
            if name:
                codecs.lookup(name)
        except (LookupError, TypeError, ValueError):
            names = ["utf-8", "gb18030", "utf-16"]
            self._wrong("encoding", name, message("one of {names}", names=names))
            return else_
        return str(name)
