"""Where a table lies among the rows of a file, and what each of its columns holds.

Titles, header, body and what stands below; a column is known by its heading and its cells.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Literal

from etl.figures.cells import amount, month, period, quarter, reads
from etl.figures.headings import Headings
from etl.files.table import Range, letter
from indicators.catalogue import Catalogue
from indicators.names import is_note, is_whole, names, note_mark, plain
from indicators.statuses import OBSERVATION_STATUSES

Kind = Literal["blank", "number", "year", "noted", "sign", "text"]
_SIGNS = "- — – -- —— … …… ... .. / × x * ** *** # n/a na 无 不详 缺 暂无 (空) ."
SIGNS = set(_SIGNS.split())
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
    if reads(amount, text):
        return "number"
    bare = text.strip()
    while bare and note_mark(bare[-1]):
        bare = bare[:-1].rstrip()
    return "noted" if _NOTED.fullmatch(plain(bare)) else "text"


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


_WORDS = {
    "region": "地区 省份 省 省市 省(区、市) 省市区 省别 地域 行政区 行政区划 行政区划代码 地区代码 "
    "地区名称 各地区 城市 地市 市州 市别 市 设区市 单位名称 region province area city prefecture",
    "period": "时期 年份 年 年度 时间 日期 统计时间 统计期 报告期 数据时间 期别 "
    "period year date time",
    "month": "月份 月 month",
    "quarter": "季度 季 quarter",
    "industry": "行业 行业门类 行业大类 行业类别 门类 行业代码 行业名称 国民经济行业 industry",
    "size": "规模 企业规模 规模类型 企业规模类型 size",
    "scheme": "领域 认证领域 认证类型 认证项目 认证类别 scheme",
    "indicator": "指标 指标名称 指标代码 项目 indicator",
    "value": "数值 值 数量 数据 指标值 本期数 value figure figures count",
    "unit": "单位 计量单位 unit",
    "numerator": "分子 numerator",
    "denominator": "分母 denominator",
    "status": "状态 数据状态 status",
    "confidentiality": "保密 保密状态 confidentiality",
}
_TITLED = {word: name for name, words in _WORDS.items() for word in words.split()}
_INDEX = {"序号", "编号", "行次", "no", "no.", "#", "id", "index", ""}
_REMARKS = "备注 说明 注 附注 remark remarks note notes 拼音 简称 英文名 排名 位次 名次"
_ASIDE = set(_REMARKS.split())
_DERIVED = re.compile(
    r"同比|环比|增长|增减|增幅|增速|增量|涨幅|变化|变动|升降|比上|较上|比重|占比|占全|构成|排名|位次|名次|位序"
    r"|\bgrowth\b|\bchange\b|\bshare\b|\brank\b",
    re.IGNORECASE,
)
_SEEN = 200
MARK = "-"
Certainty = Literal["certain", "likely", "unsure"]
Reads = Callable[[str], bool]


@dataclass(frozen=True)
class Column:
    """One column. key: a part of the key or another of our names, `figure`, or what it is else:
    `index`, `derived` (from figures beside it), `aside` (remarks), `other`, `blank`.
    """

    place: int
    label: str
    key: str
    certainty: Certainty
    titled: bool


class Readers:
    """Whether a text can be read as each part of the key."""

    def __init__(self, catalogue: Catalogue, headings: Headings) -> None:
        self.headings = headings
        self.provinces = names(catalogue, "region", kinds={"province"})
        self.regions = names(catalogue, "region")
        self.prefectures = names(catalogue, "region", kinds={"prefecture"})
        self._names = {
            key: names(catalogue, key) for key in ("industry", "size", "scheme", "indicator")
        }
        self.reads: dict[str, Reads] = {
            "region": cache(self._region),
            "period": cache(self._period),
            "quarter": cache(lambda text: reads(quarter, text) and not _bare(text)),
            "month": cache(lambda text: reads(month, text) and not _bare(text)),
            "indicator": cache(self._indicator),
            "scheme": cache(lambda text: self.code("scheme", text) is not None),
            "size": cache(lambda text: self.code("size", text) is not None),
            "industry": cache(lambda text: self.code("industry", text) is not None),
        }

    def code(self, key: str, text: str) -> str | None:
        """Return the code of a spelling, None where it has none."""
        known = self._names[key]
        return known.code(unmarked(text)) if known.reads(unmarked(text)) else None

    def is_place(self, text: str) -> bool:
        return kind(text) == "text" and self.reads["region"](text)

    def _region(self, text: str) -> bool:
        bare = unmarked(text)
        return (
            is_whole(bare)
            or self.provinces.reads(bare)
            or self.regions.reads(bare)
            or self.prefectures.reads(bare)
        )

    def _period(self, text: str) -> bool:
        return reads(period, unmarked(text))

    def _indicator(self, text: str) -> bool:
        return self.headings.read(unmarked(text)).indicator is not None


@dataclass
class Columns:
    """The columns of one table."""

    grid: Grid
    readers: Readers
    labels: list[str]

    def __post_init__(self) -> None:
        self._labels = Counter(self.labels)
        self._cells = Counter(plain(cell) for line in self.grid.header for cell in line)
        body = self.grid.body
        step = max(1, len(body) // _SEEN)
        self.sampled = body[::step]
        self.all = [self._column(p) for p in range(self.grid.width)]
        self._settle_parts()
        self._settle_doubles()
        self._settle_codes()

    def of(self, *keys: str) -> list[Column]:
        """Return the columns of these keys, from the left."""
        return [column for column in self.all if column.key in keys]

    def place(self, key: str) -> int | None:
        """Return where the column of a key stands."""
        return next((column.place for column in self.of(key)), None)

    def name(self, p: int) -> str | None:
        """Return how a declaration names a column: by its heading, or by its letter without one."""
        label = self.labels[p]
        if not label:
            return letter(p)
        if " / " in label:
            for line in self.grid.header:
                if line[p].strip() and self._cells[plain(line[p])] == 1:
                    return line[p].strip()
        return label if self._labels[label] == 1 else None

    def texts(self, p: int) -> list[str]:
        """Return the distinct cells of a column that hold anything but signs."""
        cells = dict.fromkeys(self.grid.rows[i][p].strip() for i in self.sampled)
        return [text for text in cells if text and kind(text) != "sign" and not is_note(text)]

    def share(self, p: int, reads: Reads) -> float:
        """Return of which part of a column's distinct cells something is true."""
        texts = self.texts(p)
        return sum(map(reads, texts)) / len(texts) if texts else 0.0

    def _column(self, p: int) -> Column:
        key, certainty, titled = self._key(p)
        return Column(p, self.labels[p], key, certainty, titled)

    def _key(self, p: int) -> tuple[str, Certainty, bool]:
        label, texts = self.labels[p], self.texts(p)
        filled = any(self.grid.rows[i][p].strip() for i in self.sampled)
        titled = titled_as(label)
        if not label and not filled:
            return "blank", "certain", False
        if self._is_index(p, label):
            return "index", "likely", False
        if _bare_word(label) in _ASIDE:
            return "aside", "likely", True
        numeric = self.share(p, _is_figure) >= 0.5
        if titled in ("numerator", "denominator", "value") and (numeric or not texts):
            return ("figure" if titled == "value" else titled), "likely", True
        if titled == "unit" and self.share(p, lambda t: bool(self.readers.headings.unit(t))) >= 0.9:
            return "unit", "likely", True
        if titled == "status":
            coded = self.share(p, lambda text: plain(text).upper() in OBSERVATION_STATUSES)
            return ("status" if coded == 1 else "other"), "likely", True
        if titled in ("month", "quarter") and texts:
            part = month if titled == "month" else quarter
            if self.share(p, lambda text: reads(part, text)) == 1:
                return titled, "certain", True
        if titled in self.readers.reads and texts:
            share = self.share(p, self.readers.reads[titled])
            if share >= 0.9:
                return titled, "certain", True
            if not numeric:
                return titled, "likely" if share >= 0.5 else "unsure", True
        reading = self._reading(p, numeric=numeric)
        if reading is not None:
            return reading, "likely", False
        if numeric or not filled:
            derived = bool(_DERIVED.search(label)) and not self.readers.reads["indicator"](label)
            return ("derived" if derived else "figure"), "likely", False
        return "other", "unsure", False

    def _reading(self, p: int, *, numeric: bool) -> str | None:
        """Return what the cells of a column say alone. A bare number may be anything, save a
        year in the leftmost column.
        """
        if not self.texts(p):
            return None
        if numeric:
            years = p == 0 and self.share(p, lambda text: kind(text) == "year") == 1
            return "period" if years and len(self.texts(p)) > 1 else None
        codes = all(len(text) < 4 and text.isascii() for text in self.texts(p))
        for key, read in self.readers.reads.items():
            # A, B, C are codes of more lists than one.
            if self.share(p, read) >= 0.9 and not (codes and key != "period"):
                return key
        return None

    def _is_index(self, p: int, label: str) -> bool:
        if _bare_word(label) not in _INDEX:
            return False
        cells = [plain(self.grid.rows[i][p]).removesuffix(".0") for i in self.grid.body]
        numbers = [cell for cell in cells if cell]
        if not numbers or not all(cell.isdigit() for cell in numbers):
            return False
        begin = int(numbers[0]) if len(numbers[0]) < 3 else 9
        return begin in (0, 1) and [*map(int, numbers)] == [*range(begin, begin + len(numbers))]

    def _settle_parts(self) -> None:
        """Make a column of years beside one of months or quarters the year of both."""
        periods = self.of("period")
        if not self.of("month", "quarter") or len(periods) != 1:
            return
        if self.share(periods[0].place, _is_year) == 1:
            self._set(periods[0].place, "year")

    def _settle_doubles(self) -> None:
        """Leave one column of each key: the one that tells most rows apart, then the leftmost."""
        for key in ("region", "period", "industry", "size", "scheme", "indicator"):
            same = self.of(key)
            if len(same) > 1 and len({column.label for column in same}) == len(same):
                best = max(same, key=lambda column: (len(self.texts(column.place)), -column.place))
                for column in same:
                    if column is not best:
                        self._set(column.place, "aside")

    def _settle_codes(self) -> None:
        """Pass over a column of codes beside the names that they are the codes of."""
        for column in self.of("other", "figure"):
            if not re.search("代码|编码|code", column.label, re.IGNORECASE):
                continue
            for named in self.of("industry", "scheme", "size"):
                pairs = [(row[column.place], row[named.place]) for row in self._rows()]
                if all(
                    (code := self.readers.code(named.key, name)) is not None
                    and code == self.readers.code(named.key, text)
                    for text, name in pairs
                ):
                    self._set(column.place, "aside")

    def _rows(self) -> list[list[str]]:
        return [self.grid.rows[i] for i in self.sampled]

    def _set(self, p: int, key: str) -> None:
        column = self.all[p]
        self.all[p] = Column(p, column.label, key, column.certainty, column.titled)


def titled_as(label: str) -> str | None:
    """Return what a heading says its column is, in either language or both."""
    for part in reversed(label.split(" / ")):
        bare = _bare_word(part)
        for word in (bare, re.sub("(?:_?(?:code|name)|代码|编码|名称)$", "", bare)):
            if word in _TITLED:
                return _TITLED[word]
        chinese = re.sub(r"[a-z .()/]+", "", bare)
        english = re.sub(r"[^a-z]+", "", bare)
        if chinese in _TITLED and (not english or _TITLED.get(english) == _TITLED[chinese]):
            return _TITLED[chinese]
    return None


def _bare_word(label: str) -> str:
    return plain(label).casefold()


def _bare(text: str) -> bool:
    """Return whether a text is digits alone: a month that nothing calls one."""
    return plain(text).removesuffix(".0").isdigit()


def _is_figure(text: str) -> bool:
    return kind(text) in ("number", "noted", "year")


def _is_year(text: str) -> bool:
    bare = unmarked(text)
    return reads(period, bare) and len(period(bare)) == 4


def all_read(texts: Collection[str], reads: Reads) -> bool:
    """Return whether there are texts, and all of them can be read."""
    return bool(texts) and all(text.strip() and reads(text) for text in texts)
