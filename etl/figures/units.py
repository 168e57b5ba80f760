"""Units: how many times ten one is of another, and what a table says of them beside `unit`.

万张 of 张 is 4, 万元 of 亿元 is −4. A title that says 万张 above figures that are declared in 张
makes ten thousand of one: what titles, headings, notes and names say is held against it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from etl.figures.cells import MULTIPLES
from etl.figures.declaration import Declaration
from etl.files.listing import Listing
from indicators.findings import message
from indicators.names import UnreadError, plain
from indicators.wording import Text

_MULTIPLE = "|".join(sorted(MULTIPLES, key=len, reverse=True))
_PREFIX = re.compile(f"({_MULTIPLE})(.+)")
_BRACKETED = re.compile(r"^[(\[【〔]?(?:计量)?(?:单位:)?(.+?)[)\]】〕]?$")
# 单位 is also a body: 填报单位 is who reports, and no unit.
_BODIES = "填报|报送|编制|发布|制表|填表|统计|主管|责任|承办|牵头|提供"
BODIES = tuple(_BODIES.split("|"))
_PERCENT = {"%": 0, "百分之": 0, "percent": 0, "‰": -1, "比例": 2, "小数": 2, "fraction": 2}
_ALSO = {"张": ("份",)}  # as certificates are counted too; reports are not counted in 张
_MARKED = re.compile(
    "".join(f"(?<!{body})" for body in BODIES)
    + r"单位\s*[:：]\s*([^\s()（）\[\]【】;；]+(?:\s+[一-鿿](?![一-鿿]))*)"
)
# As tables spread it over a cell: 单 位：万 人 次.
_SPREAD = re.compile(
    r"(?<![一-鿿])(?:(?:[一-鿿]\s+)*单\s+位(?=\s*[:：为是])"
    rf"|(?:{_MULTIPLE})(?:(?:\s+[一-鿿])+(?![一-鿿])|\s+(?=[一-鿿])))"
)
# As a note below a table says it.
_NOTED = re.compile(_MARKED.pattern.replace("[:：]", "[:：为是]"))
_IN_BRACKETS = re.compile(r"[(（\[【]([^()（）\[\]【】]{1,30})[)）\]】]")
# As a title or a heading says it in a phrase: 以万张计, 以万张为单位, 有效证书万张数.
_COUNTED_IN = re.compile(r"以([^\s()（）\[\]【】以]{1,8}?)(?:为(?:计量)?单位|计|表示)")
_WITHIN = re.compile(
    r"(?<![每0-9.一二三四五六七八九十百千万亿几数])"
    f"((?:{_MULTIPLE})[一-鿿]{{1,2}}?)数?$"
)
# As a title says it in one word, apart or with 数 behind it: 认证证书数 万张, 认证证书万张数.
_APART = re.compile(f"(?:{_MULTIPLE})[一-鿿]{{1,2}}")
# In English: `Unit: 10,000 certificates`, `certificates, in thousands`, `RMB million`.
_ENGLISH = re.compile(
    r"\bunits?\s*(?:[:：]|is\b|are\b)\s*([^()（）\[\]【】;；]+(?:[(（]1[0,， ]+[)）])?)",
    re.IGNORECASE,
)
_THOUSANDS = re.compile("(?<=[0-9])[,，\\s](?=[0-9]{3}(?![0-9]))")
_MONEY = "rmb|cny|renminbi"
_THINGS = {
    "certificates?|certs?": "张",
    "organi[sz]ations?|enterprises?|companies|company|firms?|bodies|body": "家",
    "persons?|people": "人",
    "items?": "项",
    "person times?|participations?": "人次",
    "batch(?:es)?": "批次",
    "units?|pieces?|pcs": "个",
    f"yuan|{_MONEY}": "元",
    "usd|dollars?": "美元",
}
_NOUN = "|".join(_THINGS)
_WORDS = {"ten": 1, "hundred": 2, "thousand": 3, "million": 6, "mn": 6, "billion": 9, "bn": 9}
_WORD = "(?:ten|hundred|thousand|million|billion|mn|bn)"
_ENGLISH_UNIT = re.compile(
    rf"(?:in )?(?P<money>{_MONEY})? ?(?P<zeros>10*|'000)? ?(?P<words>(?:{_WORD}s? ?)*)"
    rf"(?:of )?(?P<noun>{_NOUN})?"
)
# Other spellings of the same, in turn: $, 10⁴, 1e4, 10k, ten-thousand, certificates (10000).
_SPELLINGS: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (r"us\$|\$", "usd "),
    (r"[¥￥]", "rmb "),
    (r"(?<=10)[⁰¹²³⁴-⁹]+", lambda found: f"^{unicodedata.normalize('NFKC', found[0])}"),
    (r"[×x*] ?(?=1[0e])", ""),
    (r"\b(?:10\^|1e)([0-9])\b", lambda found: f"1{'0' * int(found[1])}"),
    (r"(?<=[0-9]) ?k\b", " thousand"),
    (r"(?<=0)s\b|\b(?:valid|chinese)\b|\.$", ""),
    (rf"s of (?={_WORD})|[-‐]", " "),
    (rf"^({_NOUN})\s*[(（](10*)\s*[)）]$", r"\2 \1"),
]
_MANY = re.compile(rf"1000|10\s?k\b|10\^|10[⁰¹²³⁴-⁹]|1e[0-9]|\b{_WORD}s?\b", re.IGNORECASE)
_IN_ENGLISH = re.compile(
    rf"\bin ((?:thousands|millions|billions)(?: of (?:{_NOUN}))?(?![\w-])"
    rf"|(?:10[0, ]*)?(?:{_WORD} )*(?:{_NOUN})(?![\w-]))"
    rf"|\b((?:{_MONEY}) (?:10[0, ]*{_WORD}?|{_WORD}))(?![\w-])",
    re.IGNORECASE,
)
_ENGLISH_POWERS = {"thousand": 3, "million": 6, "billion": 9}
_ENGLISH_PREFIX = re.compile(f"(10*|ten)?({'|'.join(_ENGLISH_POWERS)})?([a-z].*)")
_PARTED = re.compile(r"[、，,/／和]")
_TOKENS = re.compile(r"[\s/／:：,，;；()（）\[\]【】、_-]+")
_CHINESE = re.compile("[一-鿿%‰]")


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
    english = _ENGLISH_PREFIX.fullmatch(_THOUSANDS.sub("", bare).casefold())
    if english and english[3] == plain(unit.en).casefold():
        tens = 1 if english[1] == "ten" else max(len(english[1] or "") - 1, 0)
        return tens + _ENGLISH_POWERS.get(english[2], 0)
    spoken, (ours, thing) = _in_english(declared), _split(plain(unit.zh))
    theirs, named = spoken or _split(bare)
    if spoken and not named and not ours:  # `in thousands`, of whatever is counted
        return theirs
    if thing != named and named not in _ALSO.get(thing, ()):
        raise UnreadError(
            message("the unit {unit}", unit=unit.zh),
            message("convert the figure, or correct the unit"),
        )
    return theirs - ours


def _in_english(declared: str) -> tuple[int, str] | None:
    """Return the power of ten and the thing that a unit in English names, the thing in Chinese."""
    bare = _THOUSANDS.sub("", declared).casefold().strip()
    for spelling, usual in _SPELLINGS:
        bare = re.sub(spelling, usual, bare)
    bare = " ".join(bare.split())
    match = _ENGLISH_UNIT.fullmatch(bare)
    noun = (match["noun"] or match["money"] or "") if match else ""
    if match is None or not (noun or match["words"] or match["zeros"] == "'000"):
        return None
    zeros = 3 if match["zeros"] == "'000" else max(len(match["zeros"] or "") - 1, 0)
    words = sum(_WORDS[word.removesuffix("s")] for word in match["words"].split())
    thing = next((zh for names, zh in _THINGS.items() if re.fullmatch(names, noun)), "")
    return zeros + words, thing


def _split(unit: str) -> tuple[int, str]:
    match = _PREFIX.fullmatch(unit)
    power, thing = (MULTIPLES[match[1]], match[2]) if match else (0, unit)
    return power, thing.removeprefix("个") if len(thing) > 1 else thing


@dataclass
class _Statement:
    """What a cell says of units. marked: it calls them so, as `单位：张、家`."""

    text: str
    units: tuple[str, ...]
    marked: bool
    row: int | None
    column: str
    agrees: bool = False
    against: dict[str, None] = field(default_factory=dict)  # declared units that it contradicts

    def hold(self, declared: str, exponent: int, unit: Text) -> None:
        """Compare with figures of an indicator's unit × 10**exponent."""
        said = {one for word in self.units if (one := _exponent(word, unit)) is not None}
        if exponent in said:
            self.agrees = True
        elif said:
            self.against[declared] = None


@dataclass
class UnitWords:
    """All that one table says of units, and what is said of it: by its file's name, its document.

    above: the rows before the header. headings: for each column of figures, by its position, the
    texts above it with their rows.
    """

    declaration: Declaration
    listing: Listing
    above: Sequence[Sequence[str]]
    headings: Mapping[int, Sequence[tuple[int, str]]]
    _titles: list[_Statement] = field(default_factory=list)
    _names: list[_Statement] = field(default_factory=list)
    _headings: dict[int, list[_Statement]] = field(default_factory=dict)
    _held: set[tuple[int, str, str, int]] = field(default_factory=set)
    _declared: dict[str, None] = field(default_factory=dict)
    _beside: dict[tuple[str, ...], _Statement] = field(default_factory=dict)
    _open: list[tuple[str, int, Text]] = field(default_factory=list)  # no heading says its unit

    def __post_init__(self) -> None:
        self._titles = [
            statement
            for row, cells in enumerate(self.above, start=1)
            for cell in cells
            for statement in self._statements(cell, row, "")
        ]
        document = self.declaration.provenance.get("document", "")
        self._names = [
            statement
            for text in dict.fromkeys((Path(self.listing.file).stem, document))
            for statement in self._statements(text, None, "", heading=True)
        ]

    def hold(self, position: int, label: str, declared: str, unit: Text, exponent: int) -> None:
        """Take in that figures of a column are read as an indicator's unit × 10**exponent."""
        seen = (position, declared, unit.zh, exponent)
        if seen in self._held:
            return
        self._held.add(seen)
        self._declared[declared] = None
        if position not in self._headings:
            self._headings[position] = [
                statement
                for row, text in self.headings[position]
                for statement in self._statements(text, row, label, heading=True)
            ]
        headings = self._headings[position]
        for statement in headings:
            statement.hold(declared, exponent, unit)
        if not any(statement.agrees for statement in headings):  # it is nearer than a title
            self._open.append((declared, exponent, unit))
            for statement in self._titles:
                statement.hold(declared, exponent, unit)
            named_by_row = self.declaration.unit is None
            if not named_by_row and not any(statement.agrees for statement in self._titles):
                for statement in self._names:
                    statement.hold(declared, exponent, unit)

    def note(self, text: str, row: int, column: str) -> None:
        """Take in what a row that is left out says: a note below the table."""
        closed = _closed(text)
        for match in _NOTED.finditer(closed):
            self._add_beside(_alternatives(match[1]), text, row, column)
        for units, _ in _phrases(_NOTED.sub(" ", closed)):
            self._add_beside(units, text, row, column)

    def cell(self, text: str, row: int, column: str) -> None:
        """Take in a cell of a column of units that is not read."""
        self._add_beside((text.strip(),), text, row, column)

    def _add_beside(self, units: tuple[str, ...], text: str, row: int, column: str) -> None:
        said = {plain(unit) for unit in units}
        if not said & {plain(word) for word in self.declaration.unit_overrules}:
            units = tuple(dict.fromkeys(unit.rstrip("。.；;") for unit in units))
            self._beside.setdefault(units, _Statement(text.strip(), units, False, row, column))

    def finish(self) -> None:
        """List every unit that is another than that which the figures are read in."""
        for statement in self._beside.values():
            for declared, exponent, unit in self._open:
                statement.hold(declared, exponent, unit)
            if not statement.agrees:
                self._titles.append(statement)
        headings = [statement for said in self._headings.values() for statement in said]
        nearer = any(statement.agrees for statement in headings)
        for statement in [*self._titles, *self._names, *headings]:
            other = (
                statement.marked
                and statement.row is not None
                and not statement.agrees
                and not nearer
            )
            against = list(statement.against) or (list(self._declared) if other else [])
            if against:
                self.listing.add(
                    statement.text,
                    message("the unit {unit}", unit=" / ".join(against)),
                    message(
                        "correct `unit`, or overrule what the table says: "
                        "`unit_overrules: [{unit}]`",
                        unit=_as_yaml(statement.units[0]),
                    ),
                    row=statement.row,
                    column=statement.column or None,
                )

    def _statements(
        self, cell: str, row: int | None, column: str, *, heading: bool = False
    ) -> Iterator[_Statement]:
        said: dict[tuple[str, ...], bool] = {}
        closed = _closed(cell)
        for match in _MARKED.finditer(closed):
            said[_alternatives(match[1])] = True
        rest = _MARKED.sub(" ", closed)
        for match in _IN_BRACKETS.finditer(rest):
            said.setdefault((_THOUSANDS.sub("", match[1]).strip(),), False)
        for units, marked in _phrases(rest):
            said.setdefault(units, marked)
        for word in filter(_CHINESE.search, _TOKENS.split(rest)):
            # A title speaks of more than units: 证书数突破万张 says none.
            if heading or _APART.fullmatch(word):
                said.setdefault((word,), False)
            if (heading or word.endswith("数")) and (inner := _WITHIN.search(word)):
                said.setdefault((inner[1],), False)
        overruled = {plain(word) for word in self.declaration.unit_overrules}
        for units, marked in said.items():
            if not overruled & {plain(word) for word in units}:
                yield _Statement(cell.strip(), units, marked, row, column)


def says_units(text: str) -> bool:
    """Return whether a note may say in which unit figures are."""
    return "单位" in _closed(text) or any(_phrases(text))


def _closed(text: str) -> str:
    return _SPREAD.sub(lambda found: "".join(found[0].split()), text)


def _alternatives(named: str) -> tuple[str, ...]:
    """Return a text that names a unit, or several: whole, and in parts."""
    return tuple(dict.fromkeys((plain(named), *named.split(), *_PARTED.split(named))))


def _as_yaml(text: str) -> str:
    """Return a text as it is written in a list of a declaration."""
    return yaml.safe_dump([text], default_flow_style=True, allow_unicode=True, width=10_000)[1:-2]


def _phrases(text: str) -> Iterator[tuple[tuple[str, ...], bool]]:
    """Yield the units that a text names in a phrase, and whether it calls them so."""
    for match in _COUNTED_IN.finditer(text):
        yield (match[1],), False
    for match in _ENGLISH.finditer(text):
        named = _THOUSANDS.sub("", match[1]).strip()
        units = tuple(dict.fromkeys((named, *(part.strip() for part in _PARTED.split(named)))))
        # `unit: persons` is one, `unit: see below` is none.
        things = any((_in_english(unit) or (0, ""))[1] for unit in units)
        yield units, things or bool(_MANY.search(named))
    for match in _IN_ENGLISH.finditer(text):
        yield (_THOUSANDS.sub("", match[0]).strip(),), False


def _exponent(word: str, unit: Text) -> int | None:
    try:
        return power(word, unit)
    except UnreadError:
        return None
