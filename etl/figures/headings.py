"""What one title or heading says: indicator, period, unit, region; and whether anything is left.

A heading is understood by what remains of it. 各省有效认证证书数（2024年，万张） is an indicator's
title and its decorations; 有效认证证书数占比 is a title and a word that makes it another thing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from etl.figures.cells import MULTIPLES, attempt, period, reads
from etl.figures.units import BODIES, power
from indicators.catalogue import Catalogue
from indicators.names import UnreadError, plain

_HAN = "一-鿿"
_LABELLED = re.compile(r"(?:计量)?(?:单位|\bunits?)\s*:\s*([^\s;()]+(?: [a-z]+)*)")
_BODY = re.compile(f"(?:{'|'.join(BODIES)})$")
_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]{1,30})[)\]】]")
_PARTS = re.compile("[,/、]")
# Standards, documents, editions and yearbooks carry years that are no period of their figures.
_NO_PERIOD = re.compile(
    r"\b(?:iso|iec|gb|iaf|cnas)(?:/[a-z]+)* ?[0-9]+(?:\.[0-9]+)?(?:[-:][0-9]{4})?"
    rf"|[{_HAN}]{{0,8}}[〔\[(][0-9]{{4}}[〕\])] ?[0-9]+号"
    r"|[0-9]{4}年?(?:版|修订)"
    r"|(?:[0-9]{4}年?)?[^\s0-9()《》]{0,12}年鉴(?:[ -]?\(?[0-9]{4}年?\)?)?",
    re.IGNORECASE,
)
_YEAR = r"(?<![0-9])(?:19|20)[0-9]{2}"
_UNTO = r"\s*[-—–~至到]+\s*"
# Several periods, or parts of a year that are no period of ours.
_SPAN = re.compile(
    rf"{_YEAR}年?{_UNTO}(?:(?:19|20)?[0-9]{{2}})(?![0-9月])年?度?"
    rf"|{_YEAR}年?\s*(?:[0-9一]{{1,2}}月?{_UNTO}[0-9一二三四五六七八九十]{{1,2}}月份?"
    r"|[上下]半年|前[一二三]个?季度?|[一1]至[二三四2-4]季度)"
)
_PERIOD = re.compile(
    rf"{_YEAR}(?:年\s*(?:第?[一二三四1-4]季度|(?:1[0-2]|0?[1-9])月(?:[0-9]{{1,2}}日)?[底末份]?"
    r"|[底末])|[-./](?:1[0-2]|0[1-9])(?![0-9])|[- ]?q[1-4]|年度?)?(?![0-9.])",
    re.IGNORECASE,
)
# A part of a year that stands apart from it: `2024年撤销证书数（9月）`.
_PART = re.compile(r"(?<![0-9])(?:1[0-2]|0?[1-9])月|[一二三四1-4]季度|[上下]半年|财年")
_DAY = re.compile(r"[0-9]日")
_DECORATION = re.compile(
    r"^(?:table|annex) ?[0-9]*(?:[-.][0-9]+)*[.:]?"
    r"|^附?[图表件] ?[a-z]?[0-9一二三四五六七八九十]+(?:[-.][0-9]+)*|续表(?:[一二三四0-9]+)?"
    r"|附[表件]"
    r"|^[0-9]+(?:[-.][0-9]+)+(?![0-9%])|^[(]?[0-9一二三四五六七八九十]{1,2}[).、]"
    r"|(?:各|分|按|分别?)(?:省|市|州|盟|县|区|地区|地市|设区市|地级市|省份|市州|行政区划|地域)+"
    r"(?:[(]?(?:自治)?区、市[)]?)?(?:分(?:列|组)?)?"
    r"|[分按](?:国民经济)?(?:行业|企业规模|规模|认证领域|领域|类别)"
    r"(?:[和、及](?:行业|企业规模|规模|领域|类别))*(?:分(?:列|组)?)?|分(?:年度?|月度?|季度?|年份)"
    r"|各?省、自治区、直辖市|省[(]区、市[)]|地区分布"
    r"|历年|逐年|年度|月度|季度|当年|年末|年底|期末|截至|截止到?|全国|全省|全市|全区|我[省市国]|本[省市]"
    r"|(?:统计|汇总|基本|主要|总体|有关|相关|完成|发展|数据|情况|一览|明细|简|年报|月报|季报)+"
    r"|公报|总数|计量|单位|表|及其|以及|其中|[的和与及年月]"
    r"|\b(?:table|annex|by|of|the|in|and|for|at|as|on|to|end|each|all|number|unit|data|statistics"
    r"|provinces?|regions?|cit(?:y|ies)|prefectures?|municipalit(?:y|ies)|year(?:ly|s)?|annual"
    r"|month(?:ly|s)?|quarter(?:ly|s)?)\b",
    re.IGNORECASE,
)
_AUTHORITY = r"[^\s,()0-9]{0,14}?(?:局|厅|委员会|政府|办公室)"
_PUNCTUATION = re.compile(r"[\W_]+")
_DIMENSIONS = {
    "industry": re.compile(r"行业|门类|[^企产作毕就]业|工业|industr", re.IGNORECASE),
    # A size, or a group of enterprises that is one in other words.
    "size": re.compile(
        r"规模|规[上下]|限额?以?[上下]|四上|[大中小微]{1,3}(?:型|企)|中小(?!学)|小微|大中(?!专)|纳税人|个体"
        r"|专精特新|小巨人|龙头|骨干|头部|重点企业|\bsize|large|small|medium|micro|smes?(?![a-z])"
        r"|designated|self-employed",
        re.IGNORECASE,
    ),
    "scheme": re.compile(
        r"体系|产品|服务|强制|自愿|食品|农产|ccc|3c|iso|qms|ems|scheme", re.IGNORECASE
    ),
}
# Units that figures of this field are written in, beside those of the catalogue.
_MEASURES = (
    "张 家 个 人 人次 元 项 件 户 次 份 批 批次 起 种 吨 公里 平方公里 平方米 公顷 亩 % ‰ 百分点 "
    "个百分点 分 名 套 台 天 年 户次 批/次 只 枚 比例 万元"
)

_ENGLISH = {
    "": "",
    "1,000": "千",
    "thousand": "千",
    "10,000": "万",
    "million": "百万",
    "100 million": "亿",
    "billion": "十亿",
}


@dataclass(frozen=True)
class Heading:
    """What a text says. `rest`: what is left of it once all that is understood is taken away."""

    text: str
    indicators: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    unit: str | None = None
    periods: tuple[str, ...] = ()
    spans: bool = False
    regions: tuple[str, ...] = ()
    rest: str = ""

    @property
    def indicator(self) -> str | None:
        """Return the indicator that the text is the title of, decorations aside."""
        alone = len(self.indicators) == 1 and not self.near and not self.rest
        return self.indicators[0] if alone else None

    @property
    def period(self) -> str | None:
        """Return the only period that the text names."""
        return self.periods[0] if len(self.periods) == 1 and not self.spans else None

    def hints(self, dimension: str) -> bool:
        """Return whether what is left may say an industry, a size or a scheme."""
        return bool(_DIMENSIONS[dimension].search(self.rest))


@dataclass
class Headings:
    """The reader of titles and headings, by one catalogue."""

    catalogue: Catalogue

    def read(self, text: str) -> Heading:
        """Return what a text says."""
        left = _narrow(text)
        unit, left = self._labelled(left)
        indicators: list[str] = []
        near: list[str] = []

        def title(match: re.Match[str]) -> str:
            key = _key(match[0])
            if key in self._titles:
                indicators.append(self._titles[key])
            else:
                near.append(self._shorter[key])
            return "\0"

        left = re.sub("\0量(?!化)", "\0", self._title.sub(title, left))
        unit, left = self._bracketed(unit, left)
        left = _NO_PERIOD.sub("\0", left)
        periods, spans, left = _periods(left)
        unit, left = self._bracketed(unit, left)
        regions, left = self._regions(left)
        rest = _PUNCTUATION.sub("", _DECORATION.sub(" ", left.replace("\0", " ").strip()))
        return Heading(
            text,
            tuple(dict.fromkeys(indicators)),
            tuple(dict.fromkeys(near)),
            unit,
            periods,
            spans,
            regions,
            rest,
        )

    def unit(self, text: str) -> str | None:
        """Return a unit as declarations write it, alone or after a multiple; None of all else."""
        bare = re.sub("^(?:计量)?单位:?", "", plain(text).strip("()[]【】")).strip(",、;")
        if bare in self._units or bare in MULTIPLES:
            return bare
        if bare.casefold() in self._english:
            return self._english[bare.casefold()]
        multiple = next((m for m in sorted(MULTIPLES, key=len)[::-1] if bare.startswith(m)), None)
        if multiple is not None and bare.removeprefix(multiple) in self._units:
            return bare
        return None

    def fits(self, unit: str, indicator: str) -> bool:
        """Return whether figures in a unit can be those of an indicator."""
        return reads(power, unit, self.catalogue.units[self.catalogue.indicators[indicator].unit])

    def _labelled(self, left: str) -> tuple[str | None, str]:
        match = _LABELLED.search(left)
        if match is None or _BODY.search(left[: match.start()].rstrip()):
            return None, left
        unit = self.unit(match[1]) or match[1].strip()
        return unit, left[: match.start()] + "\0" + left[match.end() :]

    def _bracketed(self, unit: str | None, left: str) -> tuple[str | None, str]:
        """Return the unit in brackets, or after the last comma or stroke, and what is left."""
        for match in _BRACKETS.finditer(left):
            if said := self.unit(match[1].replace("\0", " ").strip()):
                return unit or said, left[: match.start()] + "\0" + left[match.end() :]
        bare = left.rstrip("\0) ")
        for match in _PARTS.finditer(bare):
            if said := self.unit(bare[match.end() :]):
                return unit or said, left[: match.start()] + "\0"
        return unit, left

    def _regions(self, left: str) -> tuple[tuple[str, ...], str]:
        left = self._authority.sub("\0", left)
        found: list[str] = []

        def region(match: re.Match[str]) -> str:
            found.append(self._places[_key(match[0])])
            return "\0"

        left = self._place.sub(region, left)
        return tuple(dict.fromkeys(found)), left

    @cached_property
    def _units(self) -> set[str]:
        known = {plain(text) for u in self.catalogue.units.values() for text in (u.zh, u.en)}
        return known | set(_MEASURES.split())

    @cached_property
    def _english(self) -> dict[str, str]:
        """Return English units and their multiples, as 10,000 certificates, in Chinese."""
        return {
            plain(f"{multiple} {unit.en}").casefold(): f"{sign}{unit.zh}"
            for unit in self.catalogue.units.values()
            for multiple, sign in _ENGLISH.items()
            if unit.en[0].isalpha()
        }

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {
            _key(spelling): code
            for code, item in self.catalogue.indicators.items()
            for spelling in (item.title.zh, item.title.en, code)
        }

    @cached_property
    def _title(self) -> re.Pattern[str]:
        items = self.catalogue.indicators.items()
        whole = [text for code, item in items for text in (item.title.zh, item.title.en, code)]
        return _any_of([*whole, *map(_unbracketed, whole)])

    @cached_property
    def _shorter(self) -> dict[str, str]:
        """Return titles without what their brackets say: near an indicator, but not its title."""
        shorter = {
            _key(_unbracketed(spelling)): code
            for code, item in self.catalogue.indicators.items()
            for spelling in (item.title.zh, item.title.en)
        }
        return {key: code for key, code in shorter.items() if key not in self._titles}

    @cached_property
    def _places(self) -> dict[str, str]:
        places: dict[str, str] = {}
        for row in self.catalogue.regions.to_dict("records"):
            spellings = [row["name_zh"], row["name_en"]] if row["kind"] == "province" else []
            if row["kind"] == "province":
                spellings.append(row["short_zh"])
            elif row["kind"] == "prefecture":
                spellings.append(row["name_zh"])
            places |= {_key(str(spelling)): str(row["code"]) for spelling in spellings}
        return places

    @cached_property
    def _place(self) -> re.Pattern[str]:
        return _any_of(self._places)

    @cached_property
    def _authority(self) -> re.Pattern[str]:
        """The pattern of a region in an authority's name, which is not where figures are from."""
        return re.compile(f"(?:{self._place.pattern}){_AUTHORITY}", re.IGNORECASE)


def _narrow(text: str) -> str:
    """Return a text in half width; without blanks between Chinese signs."""
    narrow = " ".join(unicodedata.normalize("NFKC", text).split()).casefold()
    return re.sub(rf"(?<=[{_HAN}]) (?=[{_HAN}])", "", narrow)


def _unbracketed(title: str) -> str:
    return re.sub(r"\s*[(（][^(（]*[)）]$", "", title)


def _key(text: str) -> str:
    return plain(text).casefold()


def _any_of(spellings: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of any of these texts, the longest first; Latin ones as whole words."""
    narrow = {_narrow(spelling) for spelling in spellings if spelling.strip()}
    patterns = []
    for spelling in sorted(narrow, key=lambda text: (-len(text), text)):
        pattern = re.escape(spelling).replace(r"\ ", r"\s*")
        if spelling[0].isascii():
            pattern = rf"(?<![a-z0-9_]){pattern}"
        if spelling[-1].isascii() and spelling[-1].isalnum():
            pattern += r"(?![a-z0-9_])"
        patterns.append(pattern)
    return re.compile("|".join(patterns) or "(?!)", re.IGNORECASE)


def _periods(left: str) -> tuple[tuple[str, ...], bool, str]:
    """Return the periods that a text names, whether it spans several, and what is left."""
    spans = bool(_SPAN.search(left))
    left = _SPAN.sub("\0", left)
    found: list[str] = []

    def one(match: re.Match[str]) -> str:
        nonlocal spans
        # A day alone is mostly that of printing; what figures stand until says so.
        until = re.search(r"(?:截至|截止到?|至)\s*$", left[: match.start()])
        if _DAY.search(match[0]) and not until:
            spans = True
            return "\0"
        if isinstance(meaning := attempt(period, match[0]), UnreadError):
            spans = True
        else:
            found.append(meaning)
        return "\0"

    left = _PERIOD.sub(one, left)
    return tuple(dict.fromkeys(found)), spans or bool(found and _PART.search(left)), left
