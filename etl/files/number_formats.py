"""What a spreadsheet's number format makes of a figure: `0!.0000` shows 3000 as 0.3000.

A comma behind the last digit divides by a thousand (ECMA-376 part 1, 18.8.31); as no sign divides
by ten thousand, a literal point before the last four digits is what shows figures in 万. Signs and
words of a format make another figure too: `-0` and `"约"0` do, and `;;;` shows none at all.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import pairwise

from etl.figures.cells import MULTIPLES
from indicators.names import note_mark

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_.|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>general|g/通用格式|[#?]+\s*/\s*[0-9#?]+)|(?P<exponent>e[+-](?=[0#?]))|(?P<sign>.)",
    re.DOTALL | re.IGNORECASE,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)")
_ELAPSED = re.compile("h+|m+|s+", re.IGNORECASE)
_RED = re.compile("red|红色?|(?:color|颜色) ?3", re.IGNORECASE)
_MINUS = {"-", "−", "–", "—", "‐", "―"}
_CURRENCY = re.compile(
    r"(?:us|hk|nt)?\$|[\u00a2-\u00a5\u20a0-\u20cf]|rmb|cny|usd|eur|hkd|人民币|美元|港[元币]",
    re.IGNORECASE,
)
_MULTIPLE = re.compile("|".join(sorted(MULTIPLES, key=len, reverse=True)))
# A unit stands behind a figure, such as 家, m² or 个百分点; what says how many times, how near
# or how sure is none.
_UNIT = re.compile(r"(?:[a-z]+[23]|[^\W\d_]{2,}|[一-鿿%‰]|[ ·/()\[\]【】])+", re.IGNORECASE)
_NO_UNIT = re.compile(
    r"(?:^|[(\[【])(?:百(?!分)|[十千万亿兆〇零一二三四五六七八九两])"
    r"|^(?:ten|hundred|thousand|million|billion|trillion|mn|mln|bn|tn)s?\b"
    r"|余|多|左右|上下|以[上下内]|不足|约|近|估|预[计测]|暂|初步|快报|推算|测算|[负减]",
    re.IGNORECASE,
)
# Figures that are written as days or months: `0000-00-00`, `0"年"00"月"`.
_DAY = re.compile(r"0{4}([-/])00(?:\1[0]{2})?|0+年0+月?(?:0+日)?")
_APART = {*" \u2009\u202f\u3000'’，"}  # what parts thousands
_POINT = "·"  # a point that is literal, and moves the one of the figure


@dataclass
class _Section:
    """One part of a format.

    before, behind: the literal signs before the first digit and behind the last. core: what stands
    from the one to the other, each sign with whether it is literal. commas: those behind the last
    digit. odd: it shows a day, or what is not known, and is not judged.
    """

    condition: tuple[str, float] | None = None
    before: str = ""
    core: list[tuple[str, bool]] = field(default_factory=list)
    behind: str = ""
    commas: int = 0
    percents: int = 0
    red: bool = False
    text: bool = False
    odd: bool = False

    def say(self, literal: str) -> None:
        """Take in what is shown as it stands."""
        if self.core:
            self.behind += literal
        else:
            self.before += literal

    def place(self, sign: str) -> None:
        """Take in a place for a digit: what stood behind the last one is now between."""
        self.core += [(one, True) for one in self.behind]
        self.core += [(",", False)] * self.commas
        self.core.append((sign, False))
        self.behind, self.commas = "", 0

    @property
    def shows_nought(self) -> bool:
        """Return whether 0 is shown at all: by `#` and `?` it is not."""
        return any(sign in "0E" for sign, literal in self.core if not literal)

    @property
    def power(self) -> int:
        """Return the power of ten that a figure is shown times."""
        signs = "".join(
            (_POINT if sign == "." else "") if literal else sign for sign, literal in self.core
        )
        whole, point, _ = signs.partition(".")
        power = -3 * self.commas
        if point:
            power -= 3 * (len(whole) - len(whole.rstrip(",")))
        elif _POINT in whole:
            power -= sum(sign in "0#?" for sign in whole[whole.index(_POINT) :])
        return power


def shown(code: str, stored: Decimal | str) -> str | None:
    """Return what a number format shows of a figure or a text where it is another than is stored.

    Units behind a figure, currencies, thousands and rounding make no other figure of it.
    """
    numbers, words = _sections(code)
    if isinstance(stored, str):
        return _shown_words(words, stored) if words and stored.strip() else None
    section, own_sign = _chosen(numbers, stored)
    return None if section is None or section.odd else _shown(section, stored, own_sign)


def scales(code: str) -> bool:
    """Return whether a number format may show anything as another than it is."""
    numbers, _ = _sections(code)
    bounds = [Decimal(section.condition[1]) for section in numbers if section.condition]
    tried = [bound + step for bound in (Decimal(0), *bounds) for step in (-1, 0, 1)]
    return shown(code, "1") is not None or any(shown(code, value) is not None for value in tried)


def _chosen(sections: list[_Section], value: Decimal) -> tuple[_Section | None, bool | None]:
    """Return the section for a figure, and whether what is negative has a sign there alone.

    With conditions programs differ on that: None.
    """
    for section in sections:
        if section.condition and _holds(value, *section.condition):
            return section, None
    if any(section.condition for section in sections):
        return next((section for section in sections if not section.condition), None), None
    if value < 0 and len(sections) > 1:
        return sections[1], True
    return (sections[2 if value == 0 and len(sections) > 2 else 0] if sections else None), False


def _holds(value: Decimal, sign: str, bound: float) -> bool:
    return {
        "<": value < bound,
        "<=": value <= bound,
        ">": value > bound,
        ">=": value >= bound,
        "=": value == bound,
        "<>": value != bound,
    }[sign]


@cache
def _sections(code: str) -> tuple[list[_Section], _Section | None]:
    """Return the sections of a format for figures, and that for texts."""
    if not code:
        return [], None
    sections = [_Section()]
    for match in _TOKEN.finditer(code):
        if match["sign"] == ";":
            sections.append(_Section())
        else:
            _take(sections[-1], match)
    words = sections[3] if len(sections) > 3 else sections[-1] if sections[-1].text else None
    numbers = sections[:3]
    if words is numbers[-1] and len(numbers) > 1:
        numbers.pop()
    return numbers, words


def _take(section: _Section, match: re.Match[str]) -> None:
    kind, sign = match.lastgroup, match[match.lastgroup] if match.lastgroup else ""
    if kind in ("quoted", "escaped"):
        section.say(sign)
    elif kind == "fill" and (sign in _MINUS or sign.isalnum()):
        section.say(sign)  # a cell that is filled up with dashes shows a dash before the figure
    elif kind == "bracket":
        if bound := _CONDITION.fullmatch(sign):
            section.condition = (bound[1], float(bound[2]))
        elif sign.startswith("$"):  # a currency with its country: [$¥-804]
            money, dash, country = sign[1:].rpartition("-")
            section.say(money if dash else country)
        section.red |= _RED.fullmatch(sign) is not None
        section.odd |= _ELAPSED.fullmatch(sign) is not None
    elif kind == "general":
        section.place("0")
    elif kind == "exponent":
        section.place("E")
    elif kind == "sign" and sign == "@":
        section.text = True
        section.place("0")
    elif kind == "sign" and sign in "0#?.":
        section.place(sign)
    elif kind == "sign" and sign == ",":
        section.commas += 1
    elif kind == "sign" and sign == "%":
        section.percents += 1
    elif kind == "sign" and sign.isascii() and sign.isalpha():
        section.odd = True
    elif kind == "sign":
        section.say(sign)


def _shown(section: _Section, value: Decimal, own_sign: bool | None) -> str | None:
    """Return what a section shows of a figure where it is another, None where it is the same."""
    before, behind, sign = _signed(section, negative=value < 0)
    if not section.core or (value == 0 and not sign and not section.shows_nought):
        said = (section.before + section.behind).strip()
        return None if value == 0 and _bare(said) in _MINUS else said
    power, tail = _tail(section, behind)
    power += section.power
    if value == 0:
        power, tail = 0, "" if tail in MULTIPLES else tail
    if value >= 0:
        before = before.removeprefix("+")
    if own_sign:
        wrong = not (sign or section.red)
    else:
        wrong = bool(sign) and value != 0 and not (value < 0 and own_sign is None)
    figure = f"{abs(value).scaleb(power + 2 * section.percents):f}"
    digits = _filled(figure, section.core)
    if not (before or wrong or tail or power or digits != figure or section.percents > 1):
        return None
    minus = "-" if value < 0 else ""
    if wrong:
        minus = ("" if own_sign else minus) + sign
        tail += ")" if sign == "(" else ""
    return f"{minus}{before}{digits}{'%' * section.percents}{tail}"


def _shown_words(section: _Section, stored: str) -> str | None:
    """Return what a section shows of a text where it is another."""
    before, behind, sign = _signed(section, negative=False)
    if section.odd or (section.core and not (before or sign or any(_tail(section, behind)))):
        return None
    return f"{section.before}{stored if section.core else ''}{section.behind}".strip()


def _signed(section: _Section, *, negative: bool) -> tuple[str, str, str]:
    """Return what stands before and behind the digits, and the minus sign among it.

    That is a dash, or the bracket that opens before a figure and closes behind it.
    """
    before, behind = _bare(section.before), _bare(section.behind)
    if before == "(" and ")" in behind:
        return "", behind.replace(")", "", 1).strip(), "("
    if before in _MINUS:
        return "", behind, "-"
    if negative and behind[-1:] in _MINUS:
        return before, behind[:-1].strip(), "-"
    return before, behind, ""


def _bare(text: str) -> str:
    """Return a literal text in half width, without currencies and blanks at its ends."""
    return _CURRENCY.sub("", unicodedata.normalize("NFKC", text)).strip()


def _tail(section: _Section, behind: str) -> tuple[int, str]:
    """Return what stands behind the digits and is no unit: a power of ten in noughts, or a text."""
    bare = behind.lstrip(" ([【")
    if noughts := re.match("0+(?![0-9])", bare):  # written behind every figure: 5 shows as 5000
        return len(noughts[0]), ""
    if multiple := _MULTIPLE.match(bare):
        return 0, multiple[0]
    unit = behind.rstrip(" .。,;:、")
    marked = note_mark(re.sub("(?<=[A-Za-z])[²³]", "", section.behind))
    if marked or (unit and (not _UNIT.fullmatch(unit) or _NO_UNIT.search(unit))):
        return 0, section.behind.strip()
    return 0, ""


def _filled(figure: str, core: list[tuple[str, bool]]) -> str:
    """Return a figure with the literal signs between its digits, but for those that part them."""
    pointed = (".", False) in core
    parting = _APART if pointed else {*_APART, "."}
    if _DAY.fullmatch("".join(sign for sign, _ in core)):
        return figure
    if all(sign in parting for sign, literal in core if literal):
        return figure
    whole, point, part = figure.partition(".")
    left, text = list(whole), ""
    end = core.index((".", False)) if pointed else len(core)
    for sign, literal in reversed(core[:end]):
        if literal:
            text = sign + text
        elif sign in "0#?":
            text = (left.pop() if left else "0" if sign == "0" else "") + text
    return "".join(left) + text + point + part + "".join(s for s, literal in core[end:] if literal)


def ranges(numbers: list[int]) -> str:
    """Return numbers in order as people list them: 3, 7–9."""
    runs: list[list[int]] = []
    for before, number in pairwise([-1, *sorted(numbers)]):
        if runs and number == before + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}" if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
