"""What headings, cells and titles of a table say about the declaration it needs.

What is proposed as certain or likely must hold: where the file leaves a doubt, a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from etl.figures.cells import amount, period
from etl.figures.declaration import MEANINGS, PARTS, TODO
from etl.figures.grid import (
    MARK,
    Certainty,
    Column,
    Columns,
    Grid,
    Readers,
    all_read,
    kind,
    titled_as,
    unmarked,
)
from etl.figures.headings import Heading, Headings
from etl.figures.layout import labels_of
from etl.files.table import Sample, letter
from indicators.catalogue import Catalogue, tree_of
from indicators.findings import Message, message
from indicators.names import (
    NATIONAL,
    TOTALS,
    UnreadError,
    folded,
    is_note,
    is_regional,
    is_whole,
    note_mark,
    plain,
)
from indicators.regions import ALL, NATION
from indicators.store.tables import KEY

_PUBLISHER = re.compile(
    r"(?:资料|数据)?来源\s*[:：]\s*([^。；;\s]+)|\bsources?\s*:\s*([^.;]+)", re.IGNORECASE
)
_FILLED_BY = re.compile(r"(?:填报|编制|报送|发布|制表)(?:单位|机关|机构)\s*[:：]\s*(\S+)")
_OF_ALL = {*map(folded, (*TOTALS, *NATIONAL))}
_GROUPS = re.compile(
    r"^(?:[东中西]部|东北|华[东北南中]|西[南北]|长三角|珠三角|京津冀|苏[南中北]|浙[东西南北]|其中|按|一、|二、|三、|四、)"
)
_OF_CITIES = re.compile("[各分](?:地级)?[市州]")
_THIS_YEAR = {"本年", "本年度", "当年", "本期", "今年"}
_LAST_YEAR = {"上年", "上年度", "去年", "上年同期"}
_PROVISIONAL, _ESTIMATED = re.compile("初步|快报|暂[定为]"), re.compile("预计|估计|估算|推算")
_MARKED = re.compile(r"[①-⑳⑴-⒇*†‡#]")


@dataclass(frozen=True)
class Item:
    """One key of a declaration as proposed, how sure that is, and why."""

    key: str
    value: object
    certainty: Certainty
    why: Message


def undecided(key: str, hint: str, why: Message) -> Item:
    """Return an item that a person must decide: a declaration with it is refused."""
    return Item(key, f"{TODO} {hint}".strip(), "unsure", why)


@dataclass
class Evidence:
    """One sample being looked at; `items` says what was found."""

    catalogue: Catalogue
    sample: Sample
    path: Path
    others: list[Sample] = field(default_factory=list)  # the other sheets
    made: list[Item] = field(default_factory=list)

    def items(self) -> list[Item]:
        """Return what is proposed, key by key."""
        self.headings = Headings(self.catalogue)
        self.readers = Readers(self.catalogue, self.headings)
        self.parted = ""
        self._say_sheet()
        self.grid = grid = self._grid(self.sample)
        self.titles = grid.titles
        if not grid.first:
            self._doubt("header", "", message("no row of figures was found"))
            self._say_provenance()
            return self.made
        self.labels = labels_of(grid.header, grid.width)
        self.columns = Columns(grid, self.readers, self.labels)
        self.names: dict[str, dict[str, str]] = {}
        self.units: dict[str, str] = {}
        self.dated: list[Heading] = []
        self.across: list[str] = []
        self._say_header()
        self._say_columns()
        self._say_layout()
        self._say_fixed()
        self._say_unit()
        self._say_regions()
        self._say_merged()
        self._say_dates()
        self._say_marks()
        self._say_missing()
        self._say_left_out()
        self._say_names()
        self._say_doubles()
        self._say_width()
        self._say_provenance()
        return self.made

    def _say(self, key: str, value: object, certainty: Certainty, why: Message) -> None:
        self.made.append(Item(key, value, certainty, why))

    def _doubt(self, key: str, hint: str, why: Message) -> None:
        self.made = [item for item in self.made if item.key != key]
        self.made.append(undecided(key, hint, why))

    def _grid(self, sample: Sample) -> Grid:
        return Grid(sample.rows, sample.merged, self.readers.is_place, _is_titled)

    def _say_sheet(self) -> None:
        """Say which sheet holds the table, or that each one is a part of it."""
        if not self.sample.sheet:
            return
        sheets = [self.sample, *self.others]
        grids = [self._grid(sheet) for sheet in sheets]
        tables = [sheet for sheet, grid in zip(sheets, grids, strict=True) if grid.first]
        if len(sheets) == 1 or len(tables) == 1:
            if tables:
                self.sample = tables[0]
            why = (
                message("the only visible sheet with anything on it")
                if len(sheets) == 1
                else message("the only visible sheet with a table")
            )
            self._say("sheet", self.sample.sheet, "certain" if len(sheets) == 1 else "likely", why)
        elif self._say_parted(tables, [grid for grid in grids if grid.first]):
            self.sample = tables[0]
        else:
            names = " / ".join(sheet.sheet for sheet in sheets)
            why = message(
                "{n} sheets hold something; what follows is about the first", n=len(sheets)
            )
            self._doubt("sheet", names, why)
        read = tables if self.parted else [self.sample]
        if any(sheet.hidden for sheet in read):
            why = message("hidden rows or columns hold something; what follows leaves them out")
            self._doubt("hidden", "read / leave_out", why)
        if any(sheet.scaled for sheet in read):
            why = message("a number format shows other figures than the cells hold")
            self._doubt("number_formats", "shown / stored", why)

    def _say_parted(self, tables: Sequence[Sample], grids: Sequence[Grid]) -> bool:
        """Say that each sheet is a period, a region or another part of the key, if so."""
        titles = [sheet.sheet for sheet in tables]
        headers = {tuple(map(tuple, (*grid.header, [str(grid.top)]))) for grid in grids}
        keys = ("period", "region", "indicator", "scheme", "size", "industry")
        key = next((k for k in keys if all_read(titles, self.readers.reads[k])), None)
        if key is None or len(headers) != 1 or not tables:
            return False
        self.parted = key
        self._say("across_sheets", key, "likely", message("each sheet has the same headings"))
        if len(tables) < 1 + len(self.others):
            self._say("sheets", titles, "likely", message("these sheets hold a table"))
        return True

    def _say_header(self) -> None:
        grid = self.grid
        rows = [*range(grid.top + 1, grid.first + 1)]
        if grid.another is not None:
            why = message(
                "another table begins in row {row}: give it a file or sheet of its own",
                row=grid.another + 1,
            )
            self._doubt("header", " / ".join(map(str, rows)), why)
            return
        self._say(
            "header",
            rows if len(rows) > 1 else rows[0],
            "certain" if grid.first == 1 else "likely",
            message("figures begin in row {row}", row=grid.first + 1),
        )

    def _say_columns(self) -> None:
        for column in self.columns.all:
            if column.key not in (*KEY, *PARTS, "unit", "status", "numerator", "denominator"):
                continue
            key = f"columns.{column.key}"
            name = self.columns.name(column.place)
            partly = message("its heading says so; not all of its cells do")
            if column.certainty == "unsure":
                self._doubt(key, column.label, partly)
            elif name is None or len(self.columns.of(column.key)) > 1:
                why = message("several columns say so: each row may hold figures of several")
                self._doubt(key, column.label, why)
            elif not column.titled:
                self._say(key, name, column.certainty, message("its cells say so"))
            elif column.certainty == "certain":
                self._say(key, name, "certain", message("its heading and its cells say so"))
            else:
                self._say(key, name, column.certainty, partly)

    def _say_layout(self) -> None:
        figures = self.columns.of("figure")
        self.figures = [column.place for column in figures]
        ignored = self.columns.of("index", "aside", "derived")
        unknown = self.columns.of("other")
        if not figures:
            self._doubt("layout", "long / wide", message("no column holds figures"))
            return
        if len(figures) == 1 and not self._wide_heading(self.figures[0]):
            self._say_long(figures[0])
        else:
            self._say_wide(ignored, unknown)
            return
        self._say_ignored(ignored, unknown)

    def _wide_heading(self, p: int) -> bool:
        """Return whether the heading of the only column of figures says a part of the key."""
        open_keys = [k for k in ("period", "region", "scheme", "size") if not self._in_column(k)]
        cells = [cells[p] for cells in self.grid.header if cells[p].strip()]
        return any(
            self._reads(key, cell) for cell in cells for key in open_keys if not _total(cell)
        )

    def _in_column(self, key: str) -> bool:
        if key == self.parted:
            return True
        if key == "period":
            return bool(self.columns.of("period", "year"))
        return bool(self.columns.of(key))

    def _say_long(self, column: Column) -> None:
        self.layout = "long"
        self._say("layout", "long", "certain", message("one column holds figures"))
        name = self.columns.name(column.place)
        if name is None:
            self._doubt("columns.value", column.label, message("several columns are called so"))
        else:
            self._say("columns.value", name, "likely", message("its cells are numbers"))
        self.spread: list[list[str]] = []

    def _say_ignored(self, ignored: Sequence[Column], unknown: Sequence[Column]) -> None:
        filled = [c for c in (*ignored, *unknown) if c.label or c.key != "blank"]
        names = [self.columns.name(column.place) for column in filled]
        doubtful = [
            *(column.label or "?" for column in unknown),
            *(c.label for c, name in zip(filled, names, strict=True) if name is None),
        ]
        if doubtful:
            why = message("say under `columns` what they hold, or that they are ignored")
            self._doubt("ignore", " / ".join(doubtful), why)
        elif names:
            why = message("remarks, numbers of rows, or figures that follow from those beside them")
            self._say("ignore", names, "likely", why)

    def _say_wide(self, ignored: Sequence[Column], unknown: Sequence[Column]) -> None:
        self.layout = "wide"
        self._say(
            "layout", "wide", "likely", message("{n} columns hold figures", n=len(self.figures))
        )
        lines = [self._spread(line) for line in range(len(self.grid.header))]
        self.spread = lines
        keys: list[str | None] = []
        for line, cells in enumerate(lines):
            if self.grid.numbered(self.grid.top + line) and line:
                keys.append(MARK)
                continue
            taken = {key for key in keys if key and key != MARK}
            keys.append(self._line_key(cells, taken, last=line == len(lines) - 1))
        keys = self._parted(keys, lines)
        self.across = [key or f"{TODO} {' '.join(KEY)} -" for key in keys]
        gaps = [key for key, line in zip(keys, range(len(lines)), strict=True) if self._gaps(line)]
        unsure = None in keys
        why = message("what each header row says above the figures")
        self._say("across", self.across, "unsure" if unsure else "likely", why)
        self._doubt_columns(keys, lines)
        merged = [key for key in gaps if key and key != MARK]
        if merged and self.sample.merged is None:
            self._say("merged", merged, "likely", message("rows of the header have gaps"))
        self._say_ignored(ignored, unknown)

    def _doubt_columns(self, keys: Sequence[str | None], lines: Sequence[Sequence[str]]) -> None:
        """Doubt the layout where two columns of figures say the same, be it in two units."""
        telling = [
            texts for key, texts in zip(keys, lines, strict=True) if key not in (MARK, "unit")
        ]
        seen: dict[tuple[str, ...], int] = {}
        for place, p in enumerate(self.figures):
            said = tuple(plain(texts[place]) for texts in telling)
            if (double := seen.setdefault(said, p)) != p:
                why = message(
                    "columns {first} and {second} have the same names: what tells them apart?",
                    first=letter(double),
                    second=letter(p),
                )
                self._doubt("layout", "long / wide", why)
                return

    def _spread(self, line: int) -> list[str]:
        """Return what a header row says above each column of figures, gaps filled."""
        row = self.grid.top + line
        cells = list(self.grid.rows[row])
        if self.sample.merged is not None:
            for (first_row, first), (last_row, last) in self.sample.merged:
                if self.grid.top <= first_row <= row <= last_row:
                    for p in range(first, min(last + 1, len(cells))):
                        cells[p] = self.grid.rows[first_row][first]
            return [cells[p].strip() for p in self.figures]
        filled, text = [], ""
        for p in self.figures:
            text = cells[p].strip() or (text if self._gaps(line) else "")
            filled.append(text)
        return filled

    def _gaps(self, line: int) -> bool:
        cells = self.grid.header[line]
        return (
            any(not cells[p].strip() for p in self.figures)
            and bool(self.figures)
            and bool(cells[self.figures[0]].strip())
        )

    def _reads(self, key: str, text: str) -> bool:
        return self.readers.reads[key](unmarked(text))

    def _line_key(self, cells: Sequence[str], taken: set[str], *, last: bool) -> str | None:
        texts = list(dict.fromkeys(cells))
        same = len(texts) == 1 and len(cells) > 1
        for key in ("period", "quarter", "month", "region", "scheme", "size", "industry"):
            if self._in_column(key) or (key in ("quarter", "month") and self._in_column("period")):
                continue
            if all_read(texts, lambda text, key=key: self._reads(key, text)):  # type: ignore[misc]
                if all(map(_total, texts)) and key != "region":
                    return MARK
                return MARK if key in taken else key
        if not self._in_column("period") and self._relative_years(texts):
            return "period"
        if all(texts):
            read = [self.headings.read(unmarked(text)) for text in texts]
            if self._take_periods(read):
                return MARK if "period" in taken else "period"
            if (
                not self._in_column("indicator")
                and all(said.indicator for said in read)
                and len({said.indicator for said in read}) == len(read)
            ):
                self._take_indicators(read)
                return MARK if "indicator" in taken else "indicator"
        if all_read(texts, lambda text: self.headings.unit(text) is not None):
            return "unit" if not same else MARK
        if same and texts[0] and not last:
            return MARK
        return None

    def _relative_years(self, texts: Sequence[str]) -> bool:
        """Take this year and last year for what the title says, if it names one year."""
        bare = [plain(text) for text in texts]
        year = self._title_period()
        if year is None or len(year) != 4 or not set(bare) <= _THIS_YEAR | _LAST_YEAR:
            return False
        for text, word in zip(texts, bare, strict=True):
            said = int(year) - (word in _LAST_YEAR)
            self.names.setdefault("period", {})[text] = str(said)
        return True

    def _take_periods(self, read: Sequence[Heading]) -> bool:
        """Take headings such as 2016年获证组织数（家） for the periods that they name."""
        periods = [said.period for said in read]
        codes = {said.indicator for said in read if said.indicators}
        units = {said.unit for said in read}
        if (
            self._in_column("period")
            or None in periods
            or len({*periods}) != len(read)
            or any(said.rest or said.near or said.regions for said in read)
            or None in codes
            or len(codes) > 1
            or len(units) > 1
        ):
            return False
        self.names.setdefault("period", {}).update({s.text: str(s.period) for s in read})
        self.dated = [replace(read[0], periods=())]
        return True

    def _take_indicators(self, read: Sequence[Heading]) -> None:
        for said in read:
            if said.indicator is None:
                continue
            item = self.catalogue.indicators[said.indicator]
            if folded(said.text) not in {
                folded(said.indicator),
                folded(item.title.zh),
                folded(item.title.en),
            }:
                self.names.setdefault("indicator", {})[said.text] = said.indicator
            if said.unit:
                self.units[said.indicator] = said.unit

    def _parted(
        self, keys: Sequence[str | None], lines: Sequence[Sequence[str]]
    ) -> list[str | None]:
        """Return the keys with a line of years above one of months as the year."""
        parts = {"month", "quarter"} & {*filter(None, keys)} or self.columns.of("month", "quarter")
        if not parts:
            return list(keys)
        return [
            "year" if key == "period" and all(len(period(unmarked(c))) == 4 for c in cells) else key
            for key, cells in zip(keys, lines, strict=True)
        ]

    def _placed(self, key: str) -> bool:
        return self._in_column(key) or key in self.across or key == self.parted

    def _say_fixed(self) -> None:
        self.around = [self.headings.read(text) for text in self.titles]
        heads = [self.labels[p] for p in self.figures[:1]] if self.layout_is_long else []
        if not self.layout_is_long:
            heads = [
                cells[0]
                for key, cells in zip(self.across, self.spread, strict=True)
                if key == MARK and cells and len({*cells}) == 1
            ]
        self.head = [self.headings.read(unmarked(text)) for text in heads if text]
        self.head += self.dated
        # What stands above the figures and is not understood may say an industry or a size.
        self.unread = [
            self.headings.read(text)
            for key, cells in zip(self.across, self.spread, strict=True)
            for text in dict.fromkeys(cells)
            if key.startswith(TODO)
        ]
        self.elsewhere = [
            self.headings.read(text)
            for text in (self.sample.sheet, self.path.stem)
            if text
            and not re.fullmatch(r"(?i)sheet ?\d*|工作表\d*|export.*|figures?|data|table", text)
        ]
        self._say_indicator()
        self._say_period()
        self._say_region()
        for key in ("scheme", "industry", "size"):
            if not self._placed(key):
                self._say_whole(key)

    @property
    def layout_is_long(self) -> bool:
        return getattr(self, "layout", "long") == "long"

    def _understood(self, said: Heading) -> bool:
        """Return whether what is left of a text is nothing, or one name of a code list."""
        return not said.rest or self._rest_code(said) is not None

    def _rest_code(self, said: Heading) -> tuple[str, str] | None:
        # Digits that are left of months or of a table's number are no code: `1—9月`, `表2-6`.
        if said.rest.isdigit():
            return None
        for key in ("scheme", "industry", "size"):
            if said.rest and (code := self.readers.code(key, said.rest)) not in (None, ALL):
                return key, str(code)
        return None

    def _say_indicator(self) -> None:
        if self._placed("indicator"):
            return
        for texts in (self.head, self.around, self.elsewhere):
            saying = [said for said in texts if said.indicators or said.near]
            if not saying:
                continue
            codes = {code for said in saying for code in (*said.indicators, *said.near)}
            clear = [
                said
                for said in saying
                if len(said.indicators) == 1 and not said.near and self._understood(said)
            ]
            if len(codes) == 1 and clear and not self._contradicted(codes):
                said, (code,) = clear[0], codes
                title = self.catalogue.indicators[code].title
                bare = folded(re.sub(r"[(（][^（(]*[)）]$", "", said.text)) if said.unit else ""
                exact = {folded(said.text), bare} & {folded(title.zh), folded(title.en)}
                why = message('"{said}" says so', said=said.text)
                self._say("fixed.indicator", code, "certain" if exact else "likely", why)
            else:
                why = message('"{said}" does not say it clearly', said=saying[0].text)
                self._doubt("fixed.indicator", " / ".join(sorted(codes)), why)
            return
        self._doubt("fixed.indicator", "", message("nothing in the file says it"))

    def _contradicted(self, codes: set[str]) -> bool:
        """Return whether a title names another indicator than the heading of the figures."""
        others = {code for said in (*self.around, *self.head) for code in said.indicators}
        return bool(others - codes)

    def _title_period(self) -> str | None:
        """Return the only period that the titles name; else that of the sheet's name."""
        read = [self.headings.read(text) for text in self.titles]
        found = {name for said in read for name in said.periods}
        if any(said.spans for said in read):
            return None
        if not found and self.sample.sheet:
            said = self.headings.read(self.sample.sheet)
            found = set() if said.spans else {*said.periods}
        return found.pop() if len(found) == 1 else None

    def _say_period(self) -> None:
        parts = [part for part in ("quarter", "month") if self._placed(part)]
        if self._placed("period") and not parts:
            return
        key = "year" if parts else "period"
        if parts and ("year" in self.across or self.columns.of("year")):
            return
        marked = [said for said in self.head if said.periods]
        found = marked[0].period if len(marked) == 1 else self._title_period()
        if found is None or (parts and len(found) != 4):
            # A file is often named after the day on which it was sent.
            hint = self.headings.read(self.path.stem).period or ""
            self._doubt(f"fixed.{key}", hint, message("nothing in the file says it, or several do"))
            return
        said = next(
            (s.text for s in (*marked, *self.around, *self.elsewhere) if found in s.periods), found
        )
        value: object = int(found) if found.isdigit() else found
        self._say(f"fixed.{key}", value, "likely", message('"{said}" says so', said=said))

    def _say_region(self) -> None:
        if self._placed("region"):
            return
        found = {code for said in (*self.head, *self.around) for code in said.regions}
        national = any(re.search("全国|我国|各[省市地]", said.text) for said in self.around)
        if len(found) == 1 and not national:
            (code,) = found
            saying = next(s.text for s in (*self.head, *self.around) if code in s.regions)
            self._say("fixed.region", code, "likely", message('"{said}" says so', said=saying))
        else:
            why = message("nothing in the file says it, or several do")
            self._doubt("fixed.region", f"{NATION} / {ALL} / 320000", why)

    def _say_whole(self, key: str) -> None:
        """Say that figures are of all schemes, industries or sizes, unless a title may say else."""
        texts = [*self.head, *self.around]
        named = {found for said in texts if (found := self._rest_code(said)) and found[0] == key}
        doubtful = [said for said in texts if said.hints(key) and self._rest_code(said) is None]
        doubtful += [said for said in self.unread if said.hints(key)]
        if len(named) == 1 and not doubtful:
            ((_, code),) = named
            saying = next(s.text for s in texts if self._rest_code(s) == (key, code))
            self._say(f"fixed.{key}", code, "likely", message('"{said}" says so', said=saying))
        elif named or doubtful:
            saying = doubtful[0].text if doubtful else texts[0].text
            self._doubt(f"fixed.{key}", ALL, message('"{said}" may say which', said=saying))
        elif said := self._named_elsewhere(key):
            self._doubt(f"fixed.{key}", ALL, message('"{said}" may say which', said=said))
        else:
            self._say_total(key)

    def _named_elsewhere(self, key: str) -> str | None:
        """Return the name of the sheet or the file, if it may say an industry, size or scheme."""
        for said in self.elsewhere:
            if said.rest.isascii() and len(said.rest) < 3:
                continue  # a.csv and C.csv are named by nobody after a scheme or an industry
            code = self._rest_code(said)
            if code[0] == key if code else said.hints(key):
                return said.text
        return None

    def _say_total(self, key: str) -> None:
        """Say the total of all; of an indicator that is of one industry, this one."""
        indicators = [i for i in self.catalogue.indicators.values() if i.key in self._indicators()]
        industries = {each.industry for each in indicators} if key == "industry" else set()
        if industries <= {ALL}:
            self._say(f"fixed.{key}", ALL, "likely", message("no column says otherwise"))
        elif len(industries) == 1:
            (code,) = industries
            why = message("the catalogue says so of {indicator}", indicator=indicators[0].title)
            self._say(f"fixed.{key}", code, "likely", why)
        else:
            why = message("the catalogue says so of {indicator}", indicator=indicators[0].title)
            self._doubt(f"fixed.{key}", " / ".join(sorted(industries)), why)

    def _say_unit(self) -> None:
        if self.columns.of("unit") or "unit" in self.across:
            return
        codes = self._indicators()
        said = list(
            dict.fromkeys(
                h.unit for h in (*self.head, *self.around) if h.unit and self.headings.unit(h.unit)
            )
        )
        odd = [
            h.unit for h in (*self.head, *self.around) if h.unit and not self.headings.unit(h.unit)
        ]
        for h in self.head:  # 张 or 张数 may be all that stands above the figures
            bare = self.headings.unit(plain(h.text).removesuffix("数"))
            fits = bare and all(self.headings.fits(bare, code) for code in codes)
            if bare and bare not in said and (fits or not said):
                said.append(bare)
        if not said and not odd:
            said = list(dict.fromkeys(h.unit for h in self.elsewhere if h.unit))
        if self.units and codes:
            units = {c: self.units.get(c) or self._fitting(said, c) for c in sorted(codes)}
            if all(units.values()) and all(
                self.headings.fits(str(unit), c) for c, unit in units.items()
            ):
                self._say("unit", units, "likely", message("the headings say so"))
                return
        elif len(said) == 1 and not odd and all(self.headings.fits(said[0], c) for c in codes):
            self._say("unit", said[0], "likely", message('"{said}" says so', said=said[0]))
            return
        elif not said and not odd and codes and self._percent(codes):
            self._say("unit", "%", "likely", message("the cells say so"))
            return
        hints = dict.fromkeys(
            self.catalogue.units[self.catalogue.indicators[c].unit].zh for c in sorted(codes)
        )
        why = (
            message('"{said}" is no unit of this indicator', said=" / ".join([*said, *odd]))
            if (said or odd) and codes
            else message("nothing in the file says it")
        )
        self._doubt("unit", " / ".join([*said, *(h for h in hints if h not in said)]), why)

    def _fitting(self, said: Sequence[str], code: str) -> str | None:
        return next((unit for unit in said if self.headings.fits(unit, code)), None)

    def _indicators(self) -> set[str]:
        """Return the indicators that the figures are of, as far as they are known."""
        fixed = [str(item.value) for item in self.made if item.key == "fixed.indicator"]
        return set(fixed) if fixed and not fixed[0].startswith(TODO) else self._codes()

    def _codes(self) -> set[str]:
        """Return the indicators that stand in a column or above the figures."""
        if "indicator" in self.across:
            texts = {*self.spread[self.across.index("indicator")]}
        elif (p := self.columns.place("indicator")) is not None:
            texts = {*self.columns.texts(p)}
            read = [self.headings.read(unmarked(text)) for text in sorted(texts)]
            self._take_indicators(read)
        else:
            return set()
        return {
            said.indicator
            for text in texts
            if (said := self.headings.read(unmarked(text))).indicator is not None
        }

    def _percent(self, codes: set[str]) -> bool:
        """Return whether every figure is written with a percent sign, and is to be one."""
        cells = [self.grid.rows[i][p] for i in self.columns.sampled for p in self.figures]
        numbers = [cell for cell in cells if kind(cell) == "number"]
        return (
            bool(numbers)
            and all(plain(cell).endswith("%") for cell in numbers)
            and all(self.headings.fits("%", code) for code in codes)
        )

    def _places(self) -> list[str]:
        """Return the names of regions of the table, in its order."""
        if (p := self.columns.place("region")) is not None:
            return [self.grid.rows[i][p].strip() for i in self.grid.body]
        if "region" in self.across:
            return self.spread[self.across.index("region")]
        return []

    def _say_regions(self) -> None:
        places = [unmarked(text) for text in self._places() if text]
        bare = [text for text in dict.fromkeys(places) if not is_whole(text)]
        if not bare:
            return
        readers = self.readers
        provinces = [text for text in bare if readers.provinces.reads(text)]
        cities = [text for text in bare if readers.prefectures.reads(text)]
        sure = [text for text in bare if readers.regions.reads(text)]
        doubtful = [text for text in bare if text not in sure]
        unread = [t for t in bare if t not in provinces and t not in cities and t not in sure]
        within = self._within(cities, sure)
        if within is not None and len(sure) + len(doubtful) > 0:
            why = message("all names are parts of {name}", name=within)
            self._say("within", within, "likely", why)
        elif doubtful and len(provinces) + len(unread) == len(bare) and len(provinces) >= 5:
            why = message("most names are provinces; {name} may also be a city", name=doubtful[0])
            self._say("regions", "province", "likely", why)
        elif [text for text in doubtful if text not in unread]:
            why = message("{name} may be a province or a city", name=doubtful[0])
            self._doubt("regions", "province / prefecture", why)
        for text in unread:
            if not _GROUPS.match(plain(text)) and not is_note(text):
                self.names.setdefault("region", {})[text] = f"{TODO} 320000"
        totals = [text for text in dict.fromkeys(places) if is_whole(text)]
        if any(map(is_regional, totals)) and within is None:
            self._doubt("whole", "330000", message("there is a total: say which region it is"))
        if any(not is_regional(text) for text in totals):
            self._say_scope(places, within)

    def _within(self, cities: Sequence[str], sure: Sequence[str]) -> str | None:
        """Return the province of which all names are parts, where they name no province."""
        regions = tree_of(self.catalogue)
        if not cities:
            return None
        parents = set()
        for text in sure:
            region = regions[str(self.readers.regions.code(text))]
            if region.kind != "prefecture":
                return None
            parents.add(region.parent)
        said = {code for heading in self.around for code in heading.regions}
        if len(parents) != 1 or (said and not parents <= said):
            return None
        (parent,) = parents
        whole = any(self._names_province(text, parent) for text in cities if text not in sure)
        if whole and not any(_OF_CITIES.search(heading.text) for heading in self.around):
            return None  # 吉林 above 长春 and 四平 may be the province, their sum
        parts = regions.below(parent)
        unsure = [text for text in cities if text not in sure]
        return (
            parent if all(self.readers.prefectures.code(text) in parts for text in unsure) else None
        )

    def _names_province(self, text: str, code: str) -> bool:
        provinces = self.readers.provinces
        return provinces.reads(text) and provinces.code(text) == code

    def _say_scope(self, places: Sequence[str], within: str | None) -> None:
        if within is not None:
            return  # a total is then of that region
        if self._adds_up(places):
            why = message("the total is the sum of the provinces: none abroad is in it")
            self._say("scope", "domestic", "likely", why)
            return
        why = message("there is a total: say whether it counts those abroad, or which region it is")
        self._doubt("scope", "domestic / all", why)

    def _adds_up(self, places: Sequence[str]) -> bool:
        """Return whether the only total is the sum of the provinces in every column of figures."""
        totals = [i for i, text in enumerate(places) if folded(text) in _OF_ALL]
        parts = [i for i, text in enumerate(places) if self.readers.provinces.reads(text)]
        p = self.columns.place("region")
        if p is None or len(totals) != 1 or len(parts) < 3:
            return False
        body = [i for i in self.grid.body if self.grid.rows[i][p].strip()]
        if len({*map(folded, places)}) != len(places) or len(body) != len(places):
            return False
        for column in self.figures:
            try:
                whole = amount(self.grid.rows[body[totals[0]]][column]).digits
                added = sum(amount(self.grid.rows[body[i]][column]).digits for i in parts)
            except UnreadError:
                return False
            if not whole or abs(whole - added) > abs(whole) / 1_000_000:
                return False
        return bool(self.figures)

    def _say_merged(self) -> None:
        for column in self.columns.of(*KEY):
            p = column.place
            cells = [self.grid.rows[i][p] for i in self.grid.body]
            blank = [
                i
                for i in self.grid.body
                if not self.grid.rows[i][p].strip()
                and any(self.grid.rows[i][q].strip() for q in self.figures)
            ]
            if not blank or not cells[0].strip():
                continue
            others = [c.place for c in self.columns.of(*KEY, *PARTS) if c.place != p]
            if others and self._tells_apart(p, others):
                why = message("the empty cells mean the one above: each row is then another")
                self._say("merged", [column.key], "likely", why)
            elif column.key == "region" or others:
                why = message("there are figures beside empty cells: is the region above meant?")
                self._doubt("merged", f"[{column.key}]", why)

    def _tells_apart(self, p: int, others: Sequence[int]) -> bool:
        seen: set[tuple[str, ...]] = set()
        above = ""
        for i in self.grid.body:
            above = self.grid.rows[i][p].strip() or above
            key = (above, *(self.grid.rows[i][q].strip() for q in others))
            if key in seen or not all(key):
                return False
            seen.add(key)
        return True

    def _say_dates(self) -> None:
        p = self.columns.place("period")
        if p is not None and any(
            re.fullmatch(r"[1-9][0-9]{4}(\.0+)?", text) for text in self.columns.texts(p)
        ):
            self._doubt(
                "dates", "text / serial", message("five digits may be a spreadsheet's day numbers")
            )

    def _say_marks(self) -> None:
        """Propose what the marks of notes at the end of names and figures mean."""
        places = [c.place for c in self.columns.all if c.key in (*KEY, *PARTS, "figure")]
        cells = [self.grid.rows[i][p] for i in self.columns.sampled for p in places]
        cells += [text for line in getattr(self, "spread", []) for text in line]
        marks: dict[str, None] = {}
        for cell in dict.fromkeys(cells):
            bare = cell.strip()
            while len(bare) > 1 and (mark := _mark(bare)):
                marks[mark] = None
                bare = bare[: -len(mark)].rstrip()
        legend = self._legend()
        for mark in marks:
            if (text := legend.get(mark)) is None:
                why = message("this mark stands beside names or figures")
                self._doubt(f"notes.{mark}", "P / E / B", why)
                continue
            status = "P" if _PROVISIONAL.search(text) else "E" if _ESTIMATED.search(text) else text
            self._say(f"notes.{mark}", status, "likely", message('"{said}" says so', said=text))

    def _legend(self) -> dict[str, str]:
        """Return what the notes below the table say of each mark."""
        texts = [
            cell.strip() for i in self.grid.below for cell in self.grid.rows[i] if cell.strip()
        ]
        found: dict[str, str] = {}
        for text in texts:
            parts = re.split(rf"({_MARKED.pattern})", text)
            for mark, said in zip(parts[1::2], parts[2::2], strict=True):
                if said.strip(" :：。；;、"):
                    found.setdefault(mark, said.strip(" :：。；;、为"))
        return found

    def _say_missing(self) -> None:
        cells = {self.grid.rows[i][p].strip() for i in self.grid.body for p in self.figures}
        for text in sorted(cells):
            if not text:
                why = message("empty cells make no row; say O or M if they are to be told")
                self._say("missing.", "omit", "likely", why)
            elif kind(text) == "sign":
                self._say_sign(text)

    def _say_sign(self, sign: str) -> None:
        notes = [cell for i in self.grid.below for cell in self.grid.rows[i] if sign in cell]
        for note in notes:
            said = re.search(
                rf"[“\"'「]{re.escape(sign)}[”\"'」]\s*(?:表示|为|指|:|：)?\s*(\S+)", note
            )
            if said is None:
                continue
            for code, words in (
                ("M", "不适用|不存在|没有此项"),
                ("C", "不公布|保密|不予公开|隐去"),
                ("O", "无数据|数据不详|不详|未统计|缺数|尚无|暂无"),
            ):
                if re.match(words, said[1]) and not re.search("或|不足", said[1]):
                    self._say(
                        f"missing.{sign}", code, "likely", message('"{said}" says so', said=note)
                    )
                    return
        why = message(
            "it stands in place of figures: O no data, M not applicable, C suppressed, omit no row"
        )
        self._doubt(f"missing.{sign}", " / ".join(MEANINGS), why)

    def _say_left_out(self) -> None:
        rules: list[object] = []
        if self.grid.again:
            rules.append("repeated_header")
        region = self.columns.place("region")
        rows = [i + 1 for i in self.grid.texts]
        if rows and self.grid.another is None:
            if self._sections():
                why = message("rows without figures may say what the rows below them are")
                self._doubt("leave_out", str(rows), why)
                return
            rules.append({"rows": rows})
        if region is not None and (name := self.columns.name(region)) is not None:
            groups = list(
                dict.fromkeys(
                    text
                    for i in self.grid.body
                    if _GROUPS.match(plain(text := self.grid.rows[i][region].strip()))
                    and not self.readers.reads["region"](text)
                )
            )
            if groups:
                rules.append({"column": name, "equals": groups})
        below = self._below()
        if below is not None:
            rules.append(below)
        elif self.grid.below:
            why = message("something stands below the table")
            self._doubt("leave_out", str([i + 1 for i in self.grid.below]), why)
            return
        if rules:
            self._say(
                "leave_out", rules, "likely", message("notes below the table, or its header again")
            )

    def _sections(self) -> bool:
        """Return whether a row without figures says a part of the key, for the rows below it."""
        texts = [c for i in self.grid.texts for c in self.grid.rows[i] if c.strip()]
        return any(
            self.headings.read(text).indicators
            or any(reads(text) for key, reads in self.readers.reads.items() if key != "region")
            for text in texts
            if "续表" not in text and text.strip() not in self.titles
        )

    def _below(self) -> dict[str, object] | None:
        """Return the rule that ends the table where its notes begin, None where none can."""
        if not self.grid.below:
            return None
        cells = self.grid.rows[self.grid.below[0]]
        p = next(p for p, cell in enumerate(cells) if cell.strip())
        name = self.columns.name(p)
        if name is None or p in self.figures:
            return None
        text = plain(cells[p])
        above = [plain(self.grid.rows[i][p]) for i in range(self.grid.first, self.grid.end)]
        mark = re.match(r".{1,8}?[:：]|[①-⑳]|[^:：\d]{1,6}", text)
        start = mark[0] if mark else text[:8]
        while any(other.startswith(start) for other in above):
            if len(start) == len(text):
                return None
            start = text[: len(start) + 1]
        return {"column": name, "from": [start]}

    def _say_names(self) -> None:
        for dimension, entries in self.names.items():
            unsure = any(code.startswith(TODO) for code in entries.values())
            why = (
                message("no name of the code list, or to be decided")
                if unsure
                else message("what the file's own words mean")
            )
            self._say(f"names.{dimension}", entries, "unsure" if unsure else "likely", why)

    def _say_doubles(self) -> None:
        """Doubt the layout where two rows say the same: something tells them apart."""
        places = [c.place for c in self.columns.of(*KEY, *PARTS)]
        merged = {
            key
            for item in self.made
            if item.key == "merged" and isinstance(item.value, list)
            for key in item.value
        }
        seen: dict[tuple[str, ...], int] = {}
        above: dict[int, str] = {}
        for i in self.grid.body:
            key = []
            for p in places:
                cell = plain(self.grid.rows[i][p])
                if self.columns.all[p].key in merged:
                    cell = above[p] = cell or above.get(p, "")
                key.append(cell)
            if places and (double := seen.setdefault(tuple(key), i)) != i:
                why = message(
                    "rows {first} and {second} have the same names: what tells them apart?",
                    first=double + 1,
                    second=i + 1,
                )
                self._doubt("layout", "long / wide", why)
                return

    def _say_width(self) -> None:
        """Doubt the layout of a table that is wider than what was looked at."""
        if self.sample.width > self.grid.width:
            why = message(
                "of {n} columns the first {seen} were looked at",
                n=self.sample.width,
                seen=self.grid.width,
            )
            self._doubt("layout", "long / wide", why)

    def _say_provenance(self) -> None:
        rows = [*self.grid.rows[:_SEARCHED], *self.grid.rows[-_SEARCHED:]]
        texts = [cell for cells in rows for cell in cells if cell.strip()]
        by = (_PUBLISHER, _FILLED_BY)
        publishers = [m for text in texts for pattern in by if (m := pattern.search(text))]
        if publishers:
            first = publishers[0]
            name = first[first.lastindex or 1].strip(" ,，。")
            why = message('"{said}" says so', said=first.string.strip())
            self._say("provenance.publisher", name, "likely", why)
        else:
            self._doubt("provenance.publisher", "", message("nothing in the file says it"))
        titles = [
            text
            for text in self.titles
            if len(text) > 4
            and self.headings.read(text).unit != text
            and not any(pattern.search(text) for pattern in by)
            and not re.match(r"[(（]?(?:计量)?单位\s*[:：]", text)
        ]
        why = message("the title above the table") if titles else message("the name of the file")
        self._say("provenance.document", titles[0] if titles else self.path.stem, "likely", why)
        why = message("the file names no licence: write the terms of use if there are any")
        self._say("provenance.licence", "未注明", "likely", why)


_SEARCHED = 40


def _mark(text: str) -> str:
    """Return the note's mark with which a name or figure ends."""
    if mark := note_mark(text[-1]):
        return mark
    return text[-1] if text[-1] in "*†‡#" and kind(text) != "sign" else ""


def _is_titled(text: str) -> bool:
    return titled_as(text) is not None


def _total(text: str) -> bool:
    return folded(text) in _OF_ALL
