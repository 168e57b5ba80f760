"""What a bureau's files call things, and what a person says of one of them.

The declaration beside a file is `<file name>.yaml`:

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
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from etl.certificates.plain_text import tidy
from etl.certificates.size_class import NOT_CLASSIFIED, SIZES
from etl.figures.cells import MULTIPLES
from etl.figures.declaration import beside
from indicators.findings import Finding, FindingsError, Message, message
from indicators.strict_yaml import Written, read

COLUMNS = {
    "certificate": "证书编号",
    "organisation": "统一社会信用代码",
    "region": "地区",
    "industry": "行业",
    "scheme": "认证领域",
    "size": "企业规模",
    "employees": "从业人员",
    "revenue": "营业收入",
    "assets": "资产总计",
    "issued": "颁证日期",
    "expires": "到期日期",
    "status": "证书状态",
    "status_date": "状态日期",
    "body": "认证机构",
}
OPTIONAL = ("size", "employees", "revenue", "assets", "status_date", "body")
STATUSES = {
    "有效": "valid", "暂停": "suspended", "撤销": "withdrawn", "注销": "cancelled",
    "过期": "expired", "失效": "expired", "过期失效": "expired",
}  # fmt: skip
STATUS_CODES = ("valid", "suspended", "withdrawn", "cancelled", "expired")
SIZE_WORDS = {"大型": "LARGE", "中型": "MEDIUM", "小型": "SMALL", "微型": "MICRO",
              "未划型": NOT_CLASSIFIED}  # fmt: skip

# What stands in place of a size, an amount or a day of the status that is not known.
_WORDS = r"- -- — —— / 无 N/A #N/A NULL null None NaN nan NaT \N"
MISSING = tuple(_WORDS.split())

# Why a row is set aside, in the order in which reasons are looked for.
REASONS = (
    "certificate_missing",
    "credit_code_malformed",
    "credit_code_check_digit",
    "region_unknown",
    "industry_unknown",
    "scheme_unknown",
    "size_unknown",
    "status_unknown",
    "issue_date_unreadable",
    "expiry_date_unreadable",
    "expiry_before_issue",
    "issue_in_future",
    "status_date_missing",
    "status_date_unreadable",
    "status_date_before_issue",
    "status_date_in_future",
    "duplicate",
)
# Why a row counts without a size of its own, beside what its sector's rule leaves open.
REMARKS = ("employees_unreadable", "revenue_unreadable", "assets_unreadable")


@dataclass(frozen=True)
class Declaration:
    """How a bureau's files name things: `columns` maps our names to the headers of the files.

    `as_of` is the day the files were drawn; dates after it are impossible. `revenue_unit` is how
    many yuan one unit of revenue and assets is. Organisations of a region called one of `abroad`
    have no credit code to check; they count in the region `ALL` alone. `encoding` is that of CSV
    files; each tells its own unless it is given. `missing` are the texts that stand for no value.
    `serial` says that five digits are the days that spreadsheets count from 1899-12-30.
    """

    as_of: date
    columns: dict[str, str] = field(default_factory=lambda: dict(COLUMNS))
    statuses: dict[str, str] = field(default_factory=lambda: dict(STATUSES))
    sizes: dict[str, str] = field(default_factory=lambda: dict(SIZE_WORDS))
    revenue_unit: float = 1.0
    abroad: tuple[str, ...] = ("境外", "国外")
    encoding: str = ""
    missing: tuple[str, ...] = MISSING
    serial: bool = False


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
        self._written: Written | None = None

    def _wrong(self, key: str, found: object, expected: Message) -> None:
        advice = message("correct {key} in the declaration", key=key)
        row = self._written.row(key) if self._written else None
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
        if (size := place.stat().st_size) > _LARGEST:
            self._wrong("", f"{size} B", message("a YAML file in UTF-8"))
            raise FindingsError(self._findings)
        written, findings = read(place)
        if written is None or findings:
            raise FindingsError(findings)
        said = {} if written.content is None else written.content
        if not isinstance(said, dict):
            self._wrong("", said, message("keys and what they say"))
            raise FindingsError(self._findings)
        self._written = written
        return said

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
