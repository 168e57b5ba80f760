"""Every usual spelling of a region, industry, size, scheme or indicator, with its code.

    known = names(catalogue, "region", kinds={"province"}, scope="100000")
    known.code("江苏"), known.find("江苏")      320000; `code` says why a text is none, `find` None

An unknown spelling is refused with those that come nearest, one with two meanings with both:
neither is ever dropped or guessed.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import pandas as pd

from indicators.catalogue import Catalogue, tree_of
from indicators.findings import Message, message
from indicators.industry_tree import DIVISION, GROUP
from indicators.regions import ALL, NATION, Tree

EXPECTED: dict[str, Message] = {
    "indicator": message("an indicator of the catalogue"),
    "region": message("a region of GB/T 2260"),
    "industry": message("an industry of GB/T 4754-2017"),
    "size": message("an enterprise size of NBS 2017"),
    "scheme": message("a scheme of the code list"),
}
TOTALS = ("合计", "总计", "总数", "全部", "Total")
_OF_ALL = ("", "合计", "总计", "总数", "平均")
NATIONAL = (
    *(f"全国{word}" for word in _OF_ALL),
    "中国",
    "中华人民共和国",
    "China",
    "CN",
    "PRC",
    "Nation",
    "National",
    "National total",
    "000000",
)
# 全省 is a region whose name ends with 省, and so on.
REGIONAL = {f"全{level}{word}": level for level in "省市区州盟" for word in _OF_ALL}
UNDER = {"province", "prefecture"}
_BODIES = (
    " Province",
    " Municipality",
    " City",
    " Prefecture",
    " Autonomous Prefecture",
    " Autonomous Region",
    " SAR",
    " Special Administrative Region",
)
_LEVEL = re.compile("(市|州|盟|地区)$")
_LEVELS = re.compile("(特别行政区|自治区|自治州|地区|新区|林区|[省市区县州盟旗])$")
_COUNTIES = ("新区", "区", "县", "旗")
_MARKS = "'’‘ʼ`´"
_HAN = re.compile(r"([^一-鿿]*)([一-鿿](?:.*[一-鿿])?)([^一-鿿]*)")
_BRACKETS = "()[]{}<>【】〔〕/|\\-–—:,、·."
_PEOPLES = {"450000": ("Zhuang",), "640000": ("Hui",), "650000": ("Uygur", "Uyghur", "Uighur")}


class UnreadError(ValueError):
    """Raised for a cell that does not say what was expected, with the reason and what to do."""

    def __init__(self, expected: Message, advice: Message) -> None:
        super().__init__(str(expected))
        self.expected = expected
        self.advice = advice


def plain(text: str) -> str:
    """Return `text` in half width and without any space: `　２０２０ 年` → `2020年`."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def note_mark(text: str) -> str:
    """Return the first sign in a text that is a note's, such as ① and ², or nothing.

    Compatibility forms turn ① into 1: 1234① would become 12341, and 2023年① January of 2023.
    """
    return next((sign for sign in text if unicodedata.category(sign) == "No"), "")


def note_advice(mark: str) -> Message:
    """Return what to do about a note's mark in a cell."""
    return message("take {mark} out of the cell, or say under `notes` what it means", mark=mark)


def folded(text: str) -> str:
    """Return a spelling without case, width, space, apostrophes and accents, to compare by.

    `Xi’an`, `Xi'an` and `Xian` are one, and so are `Ürümqi` and `Urumqi`.
    """
    bare = unicodedata.normalize("NFKD", plain(text).casefold())
    return "".join(sign for sign in bare if sign not in _MARKS and not unicodedata.combining(sign))


@dataclass
class Names:
    """The spellings of one code list. `refused`: spellings that are known not to be a code."""

    expected: Message
    codes: dict[str, set[str]] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Message] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)

    def add(self, code: str, spellings: Iterable[object], shown: str = "") -> None:
        """Take in spellings of a code; a spelling of several codes is ambiguous."""
        self.shown.setdefault(code, shown)
        for spelling in spellings:
            if bare := folded(str(spelling)):
                self.codes.setdefault(bare, set()).add(code)

    def code(self, text: str) -> str:
        """Return the code of a spelling; `code · 名称 · name`, `北京 Beijing` must agree in itself.

        Raises `UnreadError` with the nearest spellings, or with all that it may mean.
        """
        found = self._found(text)
        if not found:
            raise UnreadError(self.expected, self._near(folded(text)))
        if len(found) > 1:
            raise UnreadError(self.expected, self._either(found))
        return next(iter(found))

    def find(self, text: str) -> str | None:
        """Return the code of a spelling, None of one of none or several; quicker than `code`."""
        try:
            found = self._found(text) or ()
        except UnreadError:
            return None
        return next(iter(found)) if len(found) == 1 else None

    def reads(self, text: str) -> bool:
        """Return whether a text is the spelling of one code."""
        return self.find(text) is not None

    def _found(self, text: str) -> set[str] | None:
        bare = folded(text)
        if bare not in self.own and (mark := note_mark(text)):
            raise UnreadError(self.expected, note_advice(mark))
        found = self._meanings(bare)
        if found is None and "·" in bare:
            parts = [part for part in bare.split("·") if part not in _WHOLE]
            found = self._agreed([self.codes.get(part) for part in parts or [bare]])
        if found is None and (match := _HAN.fullmatch(bare)):
            both = [part for part in (said.strip(_BRACKETS) for said in match.groups()) if part]
            found = self._agreed([self._meanings(part) for part in both])
        return found

    def _agreed(self, meanings: Sequence[set[str] | None]) -> set[str]:
        """Return the codes that all parts of a spelling may mean.

        Raises `UnreadError` with all meanings where each part is known and they contradict.
        """
        each = [codes or set() for codes in meanings]
        agreed = set.intersection(*each)
        if all(each) and not agreed:
            raise UnreadError(self.expected, self._either(set.union(*each)))
        return agreed

    def _either(self, codes: set[str]) -> Message:
        names = " / ".join(f"{code} {self.shown.get(code, '')}" for code in sorted(codes))
        return message("it may mean {names}: write the code, or declare it", names=names)

    def _meanings(self, bare: str) -> set[str] | None:
        """Return the codes of a spelling, None of an unknown one."""
        if bare in self.own:
            return {self.own[bare]}
        if bare in self.refused:
            raise UnreadError(self.expected, self.refused[bare])
        return self.codes.get(bare)

    def nearest(self, bare: str) -> list[str]:
        """Return the spellings that one may be a slip of."""
        return difflib.get_close_matches(bare, self.codes, n=5, cutoff=0.5)

    def _near(self, bare: str) -> Message:
        formula = bare.startswith(("=", "+", "@"))
        near = [] if formula else self.nearest(bare[:60])
        codes = dict.fromkeys(code for spelling in near for code in sorted(self.codes[spelling]))
        if not codes:
            return message("correct the cell, or add the name to the code list")
        names = " / ".join(f"{code} {self.shown.get(code, '')}" for code in list(codes)[:3])
        return message("did you mean {names}?", names=names)


class _Regions(Names):
    """Names of regions: a slip is in the name, not in its level, and counties are not listed."""

    def nearest(self, bare: str) -> list[str]:
        """Return the spellings that one may be a slip of."""
        if bare.isascii():
            return difflib.get_close_matches(bare, self.codes, n=5, cutoff=0.8)
        stem, level = _parted(bare)
        alike: dict[str, float] = {}
        for spelling in self.codes:
            other, its_level = _parted(spelling)
            if len(other) < 2 or (level in _COUNTIES and its_level != level):
                continue
            likeness = difflib.SequenceMatcher(None, stem, other).ratio()
            # Of two characters one is half: 北平市 for 北京市, but not 雄安 for 雅安.
            begins = len(stem) == 2 and level and (stem[0], level) == (other[:1], its_level)
            if likeness >= 0.6 or (begins and len(other) == 2):
                alike[spelling] = likeness
        return sorted(alike, key=alike.__getitem__, reverse=True)[:5]


def _parted(name: str) -> tuple[str, str]:
    """Return a region's name without its level, and the level."""
    match = _LEVELS.search(name)
    return (name[: match.start()], match[0]) if match and match.start() else (name, "")


def names(
    catalogue: Catalogue,
    dimension: str,
    *,
    own: Mapping[str, str] | None = None,
    scope: str | None = None,
    whole: str | None = None,
    kinds: Collection[str] | None = None,
    within: str | None = None,
) -> Names:
    """Return the spellings of a dimension of the key.

    `own`: the file's own spellings, which win. For regions, `scope` is what the nation means
    (`100000`, or `ALL` with those abroad) and `whole` the region that 全省, 全市 means; `kinds`
    says what kinds of region may be meant, and `within` of which region all others are parts.
    """
    listed = _listed(catalogue, dimension, None if kinds is None else frozenset(kinds), within)
    known = replace(listed, refused=dict(listed.refused), own={})
    if dimension == "region":
        whole = whole or within
        titles = dict(zip(catalogue.regions["code"], catalogue.regions["name_zh"], strict=True))
        _add_totals(known, scope, whole, titles.get(whole, ""))
    known.own |= {folded(spelling): code for spelling, code in (own or {}).items()}
    return known


@lru_cache(maxsize=64)
def _listed(
    catalogue: Catalogue, dimension: str, kinds: frozenset[str] | None, within: str | None
) -> Names:
    """Return the spellings of a code list: many files are read with the same ones."""
    if dimension == "region":
        return _regions(catalogue, kinds, within)
    if dimension == "indicator":
        known = Names(EXPECTED["indicator"])
        for key, item in catalogue.indicators.items():
            known.add(key, (key, item.title.zh, item.title.en), item.title.zh)
        return known
    return {"industry": _industries, "size": _sizes, "scheme": _schemes}[dimension](catalogue)


def _regions(catalogue: Catalogue, kinds: frozenset[str] | None, within: str | None) -> Names:
    known = _Regions(EXPECTED["region"])
    parts = None if within is None else tree_of(catalogue).below(within)
    for row in catalogue.regions.to_dict("records"):
        code, kind = str(row["code"]), str(row["kind"])
        titles = (row["name_zh"], row["short_zh"], row["name_en"])
        if kind in ("world", "nation"):
            explicit = [title for title in titles if not is_whole(title)]
            known.add(code, (code, *explicit), str(row["name_zh"]))
            continue
        if code == within:  # its short name may be that of a part
            known.add(code, (code, row["name_zh"]), str(row["name_zh"]))
            continue
        if kind in UNDER and (
            (kinds is not None and kind not in kinds) or (parts is not None and code not in parts)
        ):
            continue
        known.add(code, (code, *titles, row["iso3166_2"]), str(row["name_zh"]))
        if kind in UNDER:
            known.add(code, _stems(str(row["short_zh"]), str(row["name_en"])))
            known.add(code, _spelt(code, kind, str(row["name_en"])))
        if str(row["name_zh"]).endswith("自治州"):
            known.add(code, [f"{str(row['short_zh']).removesuffix('州')}州"])
    settled = kinds is not None or within is not None
    _add_spellings(known, catalogue.region_spellings, settled=settled)
    _add_counties(known, tree_of(catalogue), kinds, within)
    return known


def _stems(chinese: str, english: str) -> Iterable[str]:
    """Yield a region's names without its level: 吉林 of 吉林市 is the name of a province too."""
    if len(stem := _LEVEL.sub("", chinese)) > 1:
        yield stem
    if english.endswith(" Prefecture"):  # the people between name and level goes too
        yield english.partition(" ")[0]


def _add_totals(known: Names, scope: str | None, whole: str | None, title: str) -> None:
    """Take in what a total means, and of what is not declared which key would say it."""
    for word in NATIONAL:
        _add_total(
            known,
            word,
            scope,
            message(
                "say under `scope` what the nation means here: domestic, or all (with those abroad)"
            ),
        )
    for word, level in REGIONAL.items():
        unlike = title and not title.endswith(level)
        _add_total(
            known,
            word,
            None if unlike else whole,
            message(
                "{whole} is another level: give this row a code of its own under `names`",
                whole=f"{whole} {title}",
            )
            if unlike
            else message("say under `whole` which region this is, by its code such as 330000"),
        )
    for word in TOTALS:
        _add_total(
            known,
            word,
            None if scope and whole else scope or whole,
            message(
                "say under `names` whether this is {scope} or {whole}",
                scope=scope,
                whole=f"{whole} {title}",
            )
            if scope and whole
            else message(
                "say under `scope` what a total means here: domestic, all (with those abroad), "
                "or the code of a region"
            ),
        )


def _add_total(known: Names, word: str, code: str | None, advice: Message) -> None:
    if code is None:
        known.refused[folded(word)] = advice
    else:
        known.own[folded(word)] = code


def _spelt(code: str, kind: str, english: str) -> Iterable[str]:
    for people in _PEOPLES.get(code, ()):
        yield f"{english} {people} Autonomous Region"
    bodies = _BODIES if kind == "province" else _BODIES[2:5]
    own = next((body for body in _BODIES if english.endswith(body)), None)
    if own is not None:
        yield english.removesuffix(own)
    else:
        yield from (english + body for body in bodies if kind != "province" or body != " City")
    yield f"{code}000000"
    if code.endswith("0000"):
        yield code[:2]
    if code.endswith("00"):
        yield code[:4]


def _add_spellings(known: Names, spellings: pd.DataFrame, *, settled: bool) -> None:
    """Take in old names and codes, where today's code is known; and those that are no code.

    settled: whether it is declared which regions may be meant, so that no other is.
    """
    others: dict[str, list[str]] = {}
    for row in spellings.to_dict("records"):
        bare, code, relation = folded(str(row["spelling"])), str(row["code"]), row["relation"]
        if bare in known.codes and relation != "ambiguous":
            continue
        if relation in ("merged", "apart"):
            shown = f"{code} {known.shown.get(code, '')}".strip()
            others.setdefault(bare, []).append(shown)
            known.refused[bare] = message(
                "{name} is not {code}: give it a code of its own, or leave it out",
                name=row["spelling"],
                code=" / ".join(others[bare]),
            )
        elif relation == "ambiguous":
            if code in known.shown or not settled:
                known.add(code, [bare], str(row["note"]))
        elif code in known.shown:
            known.add(code, [bare])
            if relation == "alias" and bare.isascii():
                known.add(code, (bare + body for body in _BODIES))


def _add_counties(
    known: Names, tree: Tree, kinds: frozenset[str] | None, within: str | None
) -> None:
    """Take in the counties whose codes came or went: by code, and by name with what holds them.

    The name alone may be that of a county elsewhere, whose code is not listed: it is refused with
    the codes it may mean, unless `within` says where the county lies.
    """
    if kinds is not None and "prefecture" not in kinds:
        return
    named: dict[str, list[str]] = {}
    for code in tree.counties(within or NATION):
        county, above = tree[code], tree[tree[code].parent].name_zh
        names = [county.name_zh, *county.formerly]
        known.add(code, [code, *(f"{above}{name}" for name in names)], county.short_zh)
        for name in names:
            named.setdefault(name, []).append(code)
    for name, codes in named.items():
        if folded(name) in known.codes:
            continue
        if within is not None:
            for code in codes:
                known.add(code, [name])
            continue
        counties = [tree[code] for code in codes]
        meant = [f"{each.code} {tree[each.parent].name_zh}{each.short_zh}" for each in counties]
        advice = message("it may mean {counties}: write the code", counties=" / ".join(meant))
        known.refused.setdefault(folded(name), advice)


def _industries(catalogue: Catalogue) -> Names:
    known = Names(EXPECTED["industry"])
    known.add(ALL, (ALL, *TOTALS, "全部行业", "全行业", "All industries"), "全部行业")
    for row in catalogue.industries.to_dict("records"):
        code = str(row["code"])
        spellings = [code, row["name_zh"], row["name_en"]]
        if row["level"] == DIVISION:
            spellings.append(f"{row['parent']}{code}")
        if row["level"] == GROUP and " " in row["members"]:
            letters = row["members"].split()
            spellings += [
                "+".join(letters),
                *(f"{letters[0]}{dash}{letters[-1]}" for dash in "-–—至"),
            ]
        known.add(code, spellings, str(row["name_zh"]))
    return known


def _sizes(catalogue: Catalogue) -> Names:
    known = Names(EXPECTED["size"])
    known.add(ALL, TOTALS)
    for row in catalogue.sizes.to_dict("records"):
        titles = (str(row["name_zh"]), str(row["name_en"]))
        spellings = [titles[0] + "企业", titles[1] + " enterprises", titles[1] + "-sized"]
        known.add(str(row["code"]), (row["code"], *titles, *spellings), titles[0])
    return known


def _schemes(catalogue: Catalogue) -> Names:
    known = Names(EXPECTED["scheme"])
    known.add(ALL, (*TOTALS, "全部领域", "全部认证类型"))
    for row in catalogue.schemes.to_dict("records"):
        chinese, english = str(row["name_zh"]), str(row["name_en"])
        short, _, standard = english.partition(" (")
        spellings = [
            row["code"],
            row["platform_code"],
            chinese,
            english,
            short,
            standard.strip(")"),
        ]
        for written in (chinese, chinese.replace("其他", "其它")):
            spellings += [written, written.removesuffix("认证")]
        known.add(str(row["code"]), spellings, chinese)
    return known


def is_whole(text: str) -> bool:
    """Return whether a name says a total whose scope must be declared."""
    return folded(text) in _WHOLE


def is_nation(text: str) -> bool:
    """Return whether a name says a total that is not that of a region such as 全省."""
    return is_whole(text) and not is_regional(text)


def is_regional(text: str) -> bool:
    """Return whether a name says the total of a region that must be declared: 全省, 全市."""
    return folded(text) in _REGIONAL


def is_note(text: str) -> bool:
    """Return whether a cell begins as the notes and signatures below a table do."""
    return _NOTE.match(text.strip()) is not None


_REGIONAL = set(map(folded, REGIONAL))
_WHOLE = {*map(folded, (*TOTALS, *NATIONAL)), *_REGIONAL}
_NOTE = re.compile(
    r"附?注[:：\d０-９①-⑳释解 　]|附?注$|(?:填[表报]|统计|编制)?(?:说明|备注)[:：]?"
    r"|(?:资料|数据)?来源|\S{0,4}负责人|填[表报]|制表|审核|报出日期|联系电话"
    r"|[①-⑳⑴-⒇※]|[(（]?[0-9０-９]{1,2}[)）.．、](?![0-9０-９])"
    r"|notes?\b|sources?\b|prepared by\b|remarks?\b",
    re.IGNORECASE,
)
