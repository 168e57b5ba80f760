"""Where a table lies among the rows of a file: titles, header, body, what stands below."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Literal

from etl.figures.cells import amount
from etl.files.table import Range
from indicators.names import UnreadError, is_note, note_mark, plain

Kind = Literal["blank", "number", "year", "noted", "sign", "text"]
SIGNS = {
    "-",
    "—",
    "–",
    "--",
    "——",
    "…",
    "……",
    "...",
    "..",
    "/",
    "×",
    "x",
    "*",
    "**",
    "***",
    "#",
    "n/a",
    "na",
    "无",
    "不详",
    "缺",
    "暂无",
    "(空)",
    ".",
}
_YEAR = re.compile(r"(?:19[5-9]|20)[0-9][0-9]?(?:\.0+)?")
_NOTED = re.compile(
    r"(?:约|近|超|逾|大约)?[-+]?[0-9][0-9,.]*(?:万|亿)?%?(?:余|多|左右|以上)?"
    r"(?:[*†‡#]+|[(\[][0-9a-z]{1,2}[)\]])?",
    re.IGNORECASE,
)
# What a form says of itself above its table.
_FORM = re.compile(
    r"(?i:\b(?:unit|source)s?\s*:)|单位\s*[:：]|表\s*号|文\s*号|制定机关|批准|有效期|填报|编制|报送|来源\s*[:：]|日期\s*[:：]|综合机关"
)
_NUMBERED = {"甲", "乙", "栏次", "栏号", "列次", "行次", "a", "序号", "代码", "编号", "项目", ""}
_HEADER_ROWS = 5
_SEARCHED = 60
_TITLES, _TITLE = 100, 200  # how many are read, and how much of each


@cache
def kind(text: str) -> Kind:
    """Return what sort of thing a cell holds; `year` is a bare number that may be one."""
    bare = plain(text)
    if not bare:
        return "blank"
    if bare.casefold() in SIGNS or bare in SIGNS:
        return "sign"
    if _YEAR.fullmatch(bare) and not note_mark(text):
        return "year"
    try:
        amount(text)
    except UnreadError:
        unmarked = text.strip()
        while unmarked and note_mark(unmarked[-1]):
            unmarked = unmarked[:-1].rstrip()
        return "noted" if _NOTED.fullmatch(plain(unmarked)) else "text"
    return "number"


def unmarked(text: str) -> str:
    """Return a text without the marks of notes at its end."""
    bare = text.strip()
    while bare and (note_mark(bare[-1]) or bare[-1] in "*†‡#") and len(bare) > 1:
        bare = bare[:-1].rstrip()
    return bare


@dataclass
class Grid:
    """The rows of a file, as wide as the widest, and where its table lies in them.

    rows[top:first] is the header, rows[first:end] the body. `first` is 0 where there is no table.
    """

    rows: list[list[str]]
    merged: list[Range] | None
    is_place: Callable[[str], bool]
    is_titled: Callable[[str], bool]
    top: int = 0
    first: int = 0
    end: int = 0
    width: int = 0
    again: list[int] = field(default_factory=list)  # rows that are the header again
    texts: list[int] = field(default_factory=list)  # rows of the body without any figure
    another: int | None = None  # the row with which another table begins

    def __post_init__(self) -> None:
        self.width = max(map(len, self.rows), default=0)
        self.rows = [[*cells, *[""] * (self.width - len(cells))] for cells in self.rows]
        self.first = next(
            (i for i in range(1, min(len(self.rows), _SEARCHED)) if self._is_figures(i)), 0
        )
        if not self.first:
            return
        self.top = self._find_top()
        self.end = self._find_end()
        self._look_into_body()

    @property
    def header(self) -> list[list[str]]:
        return self.rows[self.top : self.first]

    @property
    def titles(self) -> list[str]:
        """Return the texts above the table, each once."""
        above = self.rows[: self.top] if self.first else self.rows[:20]
        texts = dict.fromkeys(c.strip() for cells in above for c in cells if c.strip())
        return [text[:_TITLE] for text in islice(texts, _TITLES)]

    @property
    def below(self) -> list[int]:
        """Return the rows below the table that hold anything."""
        return [i for i in range(self.end, len(self.rows)) if any(map(str.strip, self.rows[i]))]

    @property
    def body(self) -> list[int]:
        """Return the rows of figures."""
        left = {*self.again, *self.texts}
        return [
            i
            for i in range(self.first, self.end)
            if i not in left and any(map(str.strip, self.rows[i]))
        ]

    def numbered(self, i: int) -> bool:
        """Return whether a row only numbers the columns: 甲, 1, 2, 3."""
        cells = [plain(cell) for cell in self.rows[i]]
        numbers = [cell.removesuffix(".0") for cell in cells if kind(cell) == "number"]
        rest = {cell.casefold() for cell in cells if kind(cell) != "number"}
        begin = numbers[0] if numbers and numbers[0] in ("0", "1") else None
        return (
            begin is not None
            and (len(numbers) > 1 or "甲" in rest)
            and numbers == [str(n) for n in range(int(begin), int(begin) + len(numbers))]
            and rest <= _NUMBERED | {"丙", "丁", "b", "c"}
        )

    def _is_figures(self, i: int) -> bool:
        cells = self.rows[i]
        kinds = [kind(cell) for cell in cells]
        filled = [k for k in kinds if k != "blank"]
        first = next((cell for cell in cells if cell.strip()), "")
        if len(filled) < 2 or is_note(first) or any(map(_FORM.search, cells)):
            return False
        if any(k in ("number", "noted") for k in kinds):
            return not self.numbered(i) and not self._are_parts(i)
        if "year" in kinds:
            return self._is_row_of_year_like_figures(i, kinds)
        return "sign" in kinds and kinds[cells.index(first)] == "text" and i > 0

    def _are_parts(self, i: int) -> bool:
        """Return whether a row is a header of bare months: 地区, 1, 2, … 12."""
        above = self.rows[i - 1]
        numbers = [plain(c).removesuffix(".0") for c in self.rows[i] if kind(c) == "number"]
        texts = [c for c in self.rows[i] if kind(c) == "text"]
        return (
            len(numbers) in (4, 12)
            and numbers == [str(n) for n in range(1, len(numbers) + 1)]
            and sum(bool(c.strip()) for c in above) <= 1
            and not any(map(self.is_place, texts))
        )

    def _is_row_of_year_like_figures(self, i: int, kinds: list[Kind]) -> bool:
        """Return whether numbers that may all be years are figures: the row above says so."""
        cells, above = self.rows[i], self.rows[i - 1]
        first = next(p for p, k in enumerate(kinds) if k != "blank")
        if kinds[first] == "text":
            return self.is_place(cells[first]) and bool(above[first].strip())
        if first and not above[first].strip():
            return False
        filled = [p for p, k in enumerate(kinds) if k != "blank"]
        return all(kind(above[p]) == "text" for p in filled)

    def _find_top(self) -> int:
        if self._is_group(self.first - 1):
            self.first -= 1
        top = self.first
        while top and self.first - top < _HEADER_ROWS and self._is_header(top - 1, top):
            top -= 1
        return min(top, self.first - 1)

    def _is_group(self, i: int) -> bool:
        """Return whether a row holds one text at the left, right below headings of all columns."""
        filled = [p for p, cell in enumerate(self.rows[i]) if cell.strip()]
        above = sum(bool(cell.strip()) for cell in self.rows[i - 1]) if i else 0
        return i > 1 and filled == [0] and above > 1 and above * 2 > self.width

    def _is_header(self, i: int, below: int) -> bool:
        cells = self.rows[i]
        filled = [p for p, cell in enumerate(cells) if cell.strip()]
        if not filled or any(map(_FORM.search, cells)):
            return False
        if below == self.first:
            return True
        lower = [p for p in range(self.width) if self.rows[below][p].strip()]
        if len(filled) == 1:
            # One text above the columns of figures spans them; at the left it is a title.
            spanning = filled[0] > 0 and not self.rows[below][filled[0] - 1].strip()
            return spanning or (filled[0] > 0 and self._spans(i, filled[0]))
        first = filled[0]
        titled = self.is_titled(self.rows[below][first])
        if first == 0 and titled and not self.is_titled(cells[0]) and not self._spans(i, 0):
            return False  # a title stands above the heading of the names
        if lower == [*range(self.width)] and self.width > 2:
            # All columns have their headings already: texts at the left and right are titles.
            return len(filled) * 2 > self.width or all(self._spans(i, p) for p in filled if p > 0)
        return True

    def _spans(self, i: int, p: int) -> bool:
        return any(
            first == (i, p) and last[1] > p and last[0] == i for first, last in self.merged or ()
        )

    def _find_end(self) -> int:
        end = self.first + 1
        for i in range(self.first, len(self.rows)):
            cells = self.rows[i]
            first = next((cell for cell in cells if cell.strip()), "")
            kinds = {kind(cell) for cell in cells}
            filled = sum(bool(cell.strip()) for cell in cells)
            figures = kinds & {"number", "noted", "sign", "year"}
            named = self.is_place(first) and i == end
            if (filled > 1 and figures and not is_note(first)) or (named and filled == 1):
                end = i + 1
        return end

    def _look_into_body(self) -> None:
        headings = [[plain(c) for c in cells] for cells in self.header]
        for i in range(self.first, self.end):
            cells = self.rows[i]
            bare = [plain(c) for c in cells]
            filled = [p for p, cell in enumerate(cells) if cell.strip()]
            if bare in headings and filled:
                self.again.append(i)
                continue
            kinds = [kind(cells[p]) for p in filled]
            if any(k in ("number", "noted", "sign") for k in kinds) or not filled:
                continue
            if "year" in kinds and all(k == "year" for k in kinds[1:]) and not self._years(bare):
                continue
            if len(filled) == 1 and self.is_place(cells[filled[0]]):
                continue
            if len(filled) > 1 and not any(map(_FORM.search, cells)) and not is_note(cells[0]):
                self.another = self.another or i
            self.texts.append(i)

    def _years(self, bare: list[str]) -> bool:
        """Return whether a row of years in the body is a header rather than figures."""
        return (
            any(kind(c) == "year" for c in bare)
            and any(
                all(kind(c) in ("year", "blank", "text") for c in cells)
                and any(kind(c) == "year" for c in cells)
                for cells in self.header
            )
            and not self.is_place(next(c for c in bare if c))
        )
