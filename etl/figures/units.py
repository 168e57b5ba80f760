"""How many times ten a declared unit is an indicator's own: 万张 of 张 is 4, 万元 of 亿元 is −4."""

from __future__ import annotations

import re

from etl.figures.cells import MULTIPLES
from indicators.catalogue import Text
from indicators.findings import message
from indicators.names import UnreadError, plain

_PREFIX = re.compile(f"({'|'.join(sorted(MULTIPLES, key=len, reverse=True))})(.+)")
_BRACKETED = re.compile(r"^[(\[【〔]?(?:计量)?(?:单位:)?(.+?)[)\]】〕]?$")
# 单位 is also a body: 填报单位 is who reports, and no unit.
BODIES = (
    "填报",
    "报送",
    "编制",
    "发布",
    "制表",
    "填表",
    "统计",
    "主管",
    "责任",
    "承办",
    "牵头",
    "提供",
)
_PERCENT = {"%": 0, "百分之": 0, "percent": 0, "‰": -1, "比例": 2, "小数": 2, "fraction": 2}


def power(declared: str, unit: Text) -> int:
    """Return the power of ten that turns figures in the unit `declared` into `unit`.

    Raises `UnreadError` where the two are not the same thing.
    """
    bare = _BRACKETED.sub(r"\1", plain(declared))
    if bare in (plain(unit.zh), plain(unit.en)):
        return 0
    if unit.zh == "%" and bare.casefold() in _PERCENT:
        return _PERCENT[bare.casefold()]
    if bare in MULTIPLES and not _PREFIX.fullmatch(unit.zh):
        return MULTIPLES[bare]
    (ours, thing), (theirs, named) = _split(plain(unit.zh)), _split(bare)
    if thing != named:
        raise UnreadError(
            message("the unit {unit}", unit=unit.zh),
            message("convert the figure, or correct the unit"),
        )
    return theirs - ours


def _split(unit: str) -> tuple[int, str]:
    match = _PREFIX.fullmatch(unit)
    power, thing = (MULTIPLES[match[1]], match[2]) if match else (0, unit)
    return power, thing.removeprefix("个") if len(thing) > 1 else thing
