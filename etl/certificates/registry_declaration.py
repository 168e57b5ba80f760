"""What a bureau's files call things, and what a person says of one of them.

The declaration beside a file is `<file name>.yaml`:

columns: {certificate: 证书号, issued: 发证日期}   # our names: the headers of the file
status: {生效: valid, 作废: cancelled}            # besides the words that are known
size: {大: LARGE}
unit: 万元                                        # of revenue and assets without one
dates: serial                                     # five digits are a spreadsheet's days
no_expiry: [长期, 9999-12-31]                     # certificates that expire on no day
missing: ["-", 不详]                              # in place of what is known already
abroad: [境外]
encoding: gb18030
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from etl.certificates.size_class import NOT_CLASSIFIED, SIZES
from etl.figures.cells import MULTIPLES
from etl.figures.declaration import beside
from indicators.findings import Finding, FindingsError, message
from indicators.schema import schema_findings
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
    "有效": "valid",
    "暂停": "suspended",
    "撤销": "withdrawn",
    "注销": "cancelled",
    "过期": "expired",
    "失效": "expired",
    "过期失效": "expired",
}
STATUS_CODES = tuple(dict.fromkeys(STATUSES.values()))

# What stands in place of a size, an amount or a day of the status that is not known.
_WORDS = r"- -- — —— / 无 N/A #N/A NULL null None NaN nan NaT \N"
MISSING = tuple(_WORDS.split())


@dataclass(frozen=True)
class Declaration:
    """How a bureau's files name things: `columns` maps our names to the headers of the files.

    `as_of` is the day the files were drawn; dates after it are impossible. `revenue_unit` is how
    many yuan one unit of revenue and assets is. Organisations of a region called one of `abroad`
    have no credit code to check; they count in the region `ALL` alone. `encoding` is that of CSV
    files; each tells its own unless it is given. `missing` are the texts that stand for no value.
    `serial` says that five digits are the days that spreadsheets count from 1899-12-30;
    `no_expiry` what is written for the expiry of a certificate that has none.
    """

    as_of: date
    columns: dict[str, str] = field(default_factory=lambda: dict(COLUMNS))
    statuses: dict[str, str] = field(default_factory=lambda: dict(STATUSES))
    sizes: dict[str, str] = field(default_factory=dict)
    revenue_unit: float = 1.0
    abroad: tuple[str, ...] = ("境外", "国外")
    encoding: str = ""
    missing: tuple[str, ...] = MISSING
    serial: bool = False
    no_expiry: tuple[str, ...] = ()


UNITS = {"元": 1.0} | {f"{word}元": 10.0**power for word, power in MULTIPLES.items()}
_DATES = {"text": False, "serial": True}
_LARGEST = 1 << 20  # bytes
_TEXT = {"type": "string", "pattern": r"\S"}
_TEXTS = {"type": "array", "items": {"type": "string"}}


def _keys(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _words(*codes: str) -> dict[str, Any]:
    return {
        "type": "object",
        "propertyNames": _TEXT,
        "additionalProperties": {"enum": list(codes)},
    }


SCHEMA = _keys(
    columns=_keys(**dict.fromkeys(COLUMNS, _TEXT)),
    status=_words(*STATUS_CODES),
    size=_words(*SIZES, NOT_CLASSIFIED),
    unit={"enum": list(UNITS)},
    dates={"enum": list(_DATES)},
    no_expiry=_TEXTS,
    missing=_TEXTS,
    abroad=_TEXTS,
    encoding={},
)


def declared(path: Path, common: Declaration) -> Declaration:
    """Return what is said of a file: `common`, and what the declaration beside it changes.

    Raises `FindingsError` with every mistake in that.
    """
    place = beside(path)
    return said_in(place, common) if place.exists() else common


def said_in(place: Path, common: Declaration) -> Declaration:
    """Return `common`, and what a declaration changes; raises `FindingsError` as `declared`."""
    content = _content(place, common)
    return replace(
        common,
        columns=_headers(content, common),
        statuses=common.statuses | content.get("status", {}),
        sizes=common.sizes | content.get("size", {}),
        revenue_unit=UNITS.get(content.get("unit", ""), common.revenue_unit),
        serial=_DATES.get(content.get("dates", ""), common.serial),
        no_expiry=tuple(content.get("no_expiry", common.no_expiry)),
        missing=tuple(content.get("missing", common.missing)),
        abroad=tuple(content.get("abroad", common.abroad)),
        encoding=content.get("encoding", common.encoding),
    )


def _content(place: Path, common: Declaration) -> dict[str, Any]:
    """Return the keys of a declaration and what they say, once nothing is wrong with them."""
    if (size := place.stat().st_size) > _LARGEST:
        expected = message("a declaration of at most {size} KB", size=_LARGEST >> 10)
        advice = message("keep to what the figures need; a code list is no declaration")
        raise FindingsError([Finding(place.name, f"{size >> 10} KB", expected, advice)])
    written, findings = read(place)
    if written is None or findings:
        raise FindingsError(findings)
    if written.content is None:
        return {}
    content: dict[str, Any] = written.content
    if isinstance(content, dict) and isinstance(words := content.get("no_expiry"), list):
        # To YAML 9999-12-31 is a day.
        words[:] = [str(word) if isinstance(word, date) else word for word in words]
    if findings := [*schema_findings(written, SCHEMA), *_slips(written, common)]:
        raise FindingsError(findings)
    return content


def _slips(written: Written, common: Declaration) -> Iterator[Finding]:
    """Yield what a schema does not know: headers that stand for two columns, encodings."""
    if not isinstance(written.content, dict):
        return
    for header, times in Counter(_headers(written.content, common).values()).items():
        if times > 1:
            advice = message("correct {key} in the declaration", key="columns")
            yield written.finding(header, message("each column once"), advice, "columns")
    encoding = written.content.get("encoding", "utf-8")
    try:
        codecs.lookup(encoding)
    except (LookupError, TypeError, ValueError):
        expected = message("one of {names}", names=["utf-8", "gb18030", "utf-16"])
        advice = message("correct {key} in the declaration", key="encoding")
        yield written.finding(str(encoding), expected, advice, "encoding")


def _headers(content: dict[str, Any], common: Declaration) -> dict[str, str]:
    columns = content.get("columns")
    if not isinstance(columns, dict):
        return common.columns
    return common.columns | {name: str(header).strip() for name, header in columns.items()}
