"""What a spreadsheet's number format makes of a figure: `0!.0000` shows 3000 as 0.3000.

A comma behind the last digit divides by a thousand (ECMA-376 part 1, 18.8.31); as no sign divides
by ten thousand, a literal point before the last four digits is what shows figures in 万.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from etl.figures.cells import MULTIPLES

_SIGN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|[_*].|\[(?P<bracket>[^\]]*)\]|(?P<sign>.)', re.DOTALL
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)")
_DATE = re.compile(r"[ymdhs]|general|[@e]", re.IGNORECASE)
_POINT, _DIGIT = "·", "0"
_MULTIPLE = re.compile("|".join(sorted(MULTIPLES, key=len, reverse=True)))


@dataclass(frozen=True)
class Shown:
    """How a figure is shown: as itself × 10**`power`, with a multiple such as 万 behind it."""

    power: int = 0
    multiple: str = ""

    @property
    def differs(self) -> bool:
        """Whether what is shown is another figure than what is stored."""
        return bool(self.power or self.multiple)


@dataclass(frozen=True)
class _Section:
    condition: tuple[str, float] | None
    shown: Shown


def shown(code: str, value: float) -> Shown:
    """Return how a number format shows a figure."""
    sections = _sections(code)
    for section in sections:
        if section.condition and _holds(value, *section.condition):
            return section.shown
    if any(section.condition for section in sections):
        others = [section for section in sections if not section.condition]
        return others[0].shown if others else Shown()
    return sections[min(1, len(sections) - 1) if value < 0 else 0].shown


def scales(code: str) -> bool:
    """Return whether a number format shows any figure as another than it is."""
    return any(section.shown.differs for section in _sections(code))


def _holds(value: float, sign: str, bound: float) -> bool:
    return {
        "<": value < bound,
        "<=": value <= bound,
        ">": value > bound,
        ">=": value >= bound,
        "=": value == bound,
        "<>": value != bound,
    }[sign]


@cache
def _sections(code: str) -> list[_Section]:
    sections, signs, said = [], "", ""
    condition: tuple[str, float] | None = None
    for match in [*_SIGN.finditer(code), None]:
        if match is None or match["sign"] == ";":
            sections.append(_Section(condition, _shown(signs, said)))
            signs, said, condition = "", "", None
            continue
        literal = match["quoted"] or match["escaped"] or ""
        if match["bracket"] is not None:
            bound = _CONDITION.fullmatch(match["bracket"])
            condition = (bound[1], float(bound[2])) if bound else condition
        elif literal == ".":
            signs += _POINT
        elif match["sign"] and match["sign"].isascii():
            signs += _DIGIT if match["sign"] in "0#?" else match["sign"]
        elif _DIGIT in signs:
            said += literal or match["sign"] or ""
    return sections


def _shown(signs: str, said: str) -> Shown:
    """Return how a section of a format shows figures, `said` standing behind the digits."""
    if _DATE.search(signs) or _DIGIT not in signs:
        return Shown()
    power, digits = 0, signs.rstrip(" ")
    last = digits.rindex(_DIGIT)
    power -= 3 * digits[last:].count(",")
    whole, point, _ = digits[: last + 1].partition(".")
    if point:
        power -= 3 * (len(whole) - len(whole.rstrip(",")))
    elif _POINT in whole and _DIGIT in whole[: whole.index(_POINT)]:
        power -= whole[whole.index(_POINT) :].count(_DIGIT)
    behind = said.lstrip(" \u3000(（")
    noughts = re.match("0+(?![0-9])", behind)  # written behind every figure: 5 shows as 5000
    match = _MULTIPLE.match(behind)
    return Shown(power + (len(noughts[0]) if noughts else 0), match[0] if match else "")


def ranges(numbers: list[int]) -> str:
    """Return numbers in order as people list them: 3, 7–9."""
    runs: list[list[int]] = []
    for before, number in pairwise([-1, *sorted(numbers)]):
        if runs and number == before + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}" if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
