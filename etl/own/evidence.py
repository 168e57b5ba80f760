"""What headings, cells and titles of a table say about the declaration it needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from etl.findings import message
from etl.own.cells import Unread, amount, period, plain
from etl.own.declaration import MEANINGS, PROVENANCE
from etl.own.names import is_note, is_regional, is_whole, names
from etl.own.sample import Certainty, Item, Sample, undecided
from etl.own.units import power
from indicators.catalogue import Catalogue
from indicators.database import KEY

_WORDS = {
    "region": "地区 省份 省 省市 省(区、市) 省市区 地域 行政区 城市 地市 市州 region province area",
    "period": "时期 年份 年 年度 月份 时间 日期 统计时间 统计期 报告期 period year date month",
    "industry": "行业 行业门类 行业大类 门类 行业代码 行业名称 industry",
    "size": "规模 企业规模 规模类型 size",
    "scheme": "领域 认证领域 认证类型 认证项目 认证类别 scheme",
    "indicator": "指标 指标名称 指标代码 indicator",
    "value": "数值 值 数量 数据 指标值 value figure figures",
    "unit": "单位 计量单位 unit",
    "numerator": "分子 numerator",
    "denominator": "分母 denominator",
    "status": "状态 数据状态 status",
    "confidentiality": "保密 保密状态 confidentiality",
}
_TITLED = {word: name for name, words in _WORDS.items() for word in words.split()}
_SIGNS = {
    "",
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
    "#",
    "N/A",
    "NA",
    "无",
}
_UNIT = re.compile(r"单位\s*[:：]\s*([^\s,，;；)）]+)|[（(](?!单位)([^（()）]{1,8})[)）]\s*$")
_PUBLISHER = re.compile(r"(?:资料|数据)?来源\s*[:：]\s*(.+)")
_PERIOD = re.compile(r"(?:19|20)[0-9]{2}(?:年[0-9]{1,2}月|年第?[一二三四1-4]季度|-[0-9]{2}|年)?")


@dataclass
class Evidence:
    """One sample being looked at; `items` says what was found."""

    catalogue: Catalogue
    sample: Sample
    path: Path
    made: list[Item] = field(default_factory=list)

    def __post_init__(self) -> None:
        regions = names(self.catalogue, "region")
        provinces = names(self.catalogue, "region", kinds={"province"})

        def is_region(text: str) -> bool:
            return is_whole(text) or _reads(provinces.code, text) or _reads(regions.code, text)

        self._reads: dict[str, Callable[[str], bool]] = {
            "region": is_region,
            "period": lambda text: _reads(period, text),
        }
        for key in ("indicator", "industry", "size", "scheme"):
            code = names(self.catalogue, key).code
            self._reads[key] = lambda text, code=code: _reads(code, text)  # type: ignore[misc]
        self._provinces, self._regions = provinces, regions

    def items(self) -> list[Item]:
        rows = self.sample.rows
        width = max(map(len, rows), default=0)
        self.rows = [[*cells, *[""] * (width - len(cells))] for cells in rows]
        first = next((i for i, cells in enumerate(self.rows[:60]) if self._is_data(cells)), None)
        if not first:
            self.made.append(undecided("header", "", message("no row of figures was found")))
            self._say_provenance(self.rows[:20])
            return self.made
        top = first
        while top and first - top < 3 and sum(bool(c.strip()) for c in self.rows[top - 1]) > 1:
            top -= 1
        top = min(top, first - 1)
        self.header, self.body = self.rows[top:first], self.rows[first:]
        self.top = top
        self.titles = [c for cells in self.rows[:top] for c in cells if c.strip()]
        self._say(
            "header",
            list(range(top + 1, first + 1)) if first - top > 1 else first,
            "certain" if first == 1 else "likely",
            message("figures begin in row {row}", row=first + 1),
        )
        self._say_columns(width)
        self._say_provenance(self.rows)
        return self.made

    def _say(self, key: str, value: object, certainty: Certainty, why: object) -> None:
        self.made.append(Item(key, value, certainty, why))  # type: ignore[arg-type]

    def _is_data(self, cells: list[str]) -> bool:
        filled = [cell for cell in cells if cell.strip()]
        regions = sum(self._reads["region"](cell) and not _is_number(cell) for cell in filled)
        figures = sum(_is_number(cell) and not _reads(period, cell) for cell in filled)
        return len(filled) > 1 and (figures > 0 or regions == 1) and not is_note(filled[0])

    def _say_columns(self, width: int) -> None:
        labels = [
            " / ".join(dict.fromkeys(row[p].strip() for row in self.header if row[p].strip()))
            for p in range(width)
        ]
        self.columns: dict[str, int] = {}
        figures, others = [], []
        for p, label in enumerate(labels):
            name, certainty, why = self._column(label, p)
            if name is not None and name not in self.columns and name != "value":
                self.columns[name] = p
                self._say(f"columns.{name}", label, certainty, why)
            elif name == "value" or self._share(p, _is_number) >= 0.5:
                figures.append(p)
            elif label:
                others.append(p)
        self._say_layout(labels, figures, others)
        self._say_rest(labels, figures)

    def _column(self, label: str, p: int) -> tuple[str | None, Certainty, object]:
        titled = next(
            (
                _TITLED[plain(part).casefold()]
                for part in reversed(label.split(" / "))
                if plain(part).casefold() in _TITLED
            ),
            None,
        )
        if titled is not None and titled not in self._reads:
            return titled, "likely", message("its heading says so")
        if titled is not None and self._share(p, self._reads[titled]) >= 0.9:
            return titled, "certain", message("its heading and its cells say so")
        numeric = self._share(p, _is_number) >= 0.5
        for key, reads in self._reads.items():
            # A bare number may be a code, a year or a figure: without a heading nobody knows.
            if label and not (numeric and titled != key) and self._share(p, reads) >= 0.9:
                return key, "likely", message("its cells say so")
        if titled is not None and not numeric:
            return titled, "likely", message("its heading says so; not all of its cells do")
        return None, "unsure", message("neither heading nor cells say what this is")

    def _share(self, p: int, reads: Callable[[str], bool]) -> float:
        texts = list(dict.fromkeys(row[p] for row in self.body if row[p].strip()))[:200]
        texts = [text for text in texts if not is_note(text) and plain(text) not in _SIGNS]
        return sum(map(reads, texts)) / len(texts) if texts else 0.0

    def _say_layout(self, labels: Sequence[str], figures: list[int], others: list[int]) -> None:
        self.across: list[str] = []
        if len(figures) == 1 and len(self.header) == 1:
            self._say("layout", "long", "certain", message("one column holds figures"))
            self._say(
                "columns.value", labels[figures[0]], "likely", message("its cells are numbers")
            )
            if others:
                self.made.append(
                    undecided(
                        "ignore",
                        " / ".join(labels[p] for p in others),
                        message("say under `columns` what they hold, or that they are ignored"),
                    )
                )
            return
        if not figures:
            self.made.append(undecided("layout", "long / wide", message("no column holds figures")))
            return
        self._say("layout", "wide", "likely", message("{n} columns hold figures", n=len(figures)))
        for line, cells in enumerate(self.header):
            held, filled = [], ""
            for p in figures:
                filled = cells[p].strip() or filled
                held.append(filled)
            key = next(
                (
                    key
                    for key, reads in self._reads.items()
                    if key not in self.columns
                    and held
                    and all(text and reads(text) for text in held)
                ),
                None,
            )
            self.across.append(key or f"TODO {' '.join(KEY)} -")
            blanks = any(not cells[p].strip() for p in figures)
            if blanks and key and not self._merged_known():
                self._say(
                    "merged",
                    [key],
                    "likely",
                    message("row {row} of the header has gaps", row=self.top + line + 1),
                )
        unsure = any(key.startswith("TODO") for key in self.across)
        self._say(
            "across",
            self.across,
            "unsure" if unsure else "likely",
            message("what each header row says above the figures"),
        )
        if others:
            self._say(
                "ignore",
                [labels[p] for p in others],
                "likely",
                message("neither figures nor a dimension"),
            )

    def _merged_known(self) -> bool:
        return self.sample.merged is not None

    def _say_rest(self, labels: Sequence[str], figures: list[int]) -> None:
        around = [*self.titles, *(labels[p] for p in figures), self.sample.sheet, self.path.stem]
        for key in KEY:
            if key not in self.columns and key not in self.across:
                self._say_fixed(key, around)
        if "unit" not in self.columns:
            self._say_unit(around)
        cells = (
            [row[self.columns["region"]] for row in self.body] if "region" in self.columns else []
        )
        if any(map(is_regional, cells)):
            self.made.append(
                undecided("whole", "330000", message("there is a total: say which region it is"))
            )
        if any(is_whole(text) and not is_regional(text) for text in cells):
            self.made.append(
                undecided(
                    "scope",
                    "domestic / all / 370000",
                    message(
                        "there is a total: say whether it counts those abroad, "
                        "or which region it is"
                    ),
                )
            )
        unlike = [
            t
            for t in cells
            if not _reads(self._regions.code, t)
            and _reads(self._provinces.code, t)
            and not is_whole(t)
        ]
        if unlike and sum(_reads(self._provinces.code, text) for text in cells) >= 5:
            self._say(
                "regions",
                "province",
                "likely",
                message("most names are provinces; {name} may also be a city", name=unlike[0]),
            )
        if (
            "region" in self.columns
            and any(not text.strip() for text in cells[:-1])
            and any(self._share(p, _is_number) for p in figures)
        ):
            blanks = [row for row in self.body if not row[self.columns["region"]].strip()]
            if any(row[p].strip() for row in blanks for p in figures):
                self.made.append(
                    undecided(
                        "merged",
                        "[region]",
                        message("there are figures beside empty cells: is the region above meant?"),
                    )
                )
        if "period" in self.columns:
            texts = [row[self.columns["period"]] for row in self.body]
            if any(re.fullmatch(r"[1-9][0-9]{4}(\.0+)?", text.strip()) for text in texts):
                self.made.append(
                    undecided(
                        "dates",
                        "text / serial",
                        message("five digits may be a spreadsheet's day numbers"),
                    )
                )
        self._say_missing(figures)
        self._say_left_out(labels)

    def _say_fixed(self, key: str, around: Sequence[str]) -> None:
        if key in ("industry", "size", "scheme"):
            self._say(f"fixed.{key}", "ALL", "likely", message("no column says otherwise"))
            return
        if key == "indicator":
            for text in around:
                for code, item in self.catalogue.indicators.items():
                    if item.title.zh in plain(text) or code == text:
                        exact = plain(re.sub(_UNIT, "", text)) == item.title.zh
                        self._say(
                            f"fixed.{key}",
                            code,
                            "certain" if exact else "likely",
                            message('"{said}" says so', said=text),
                        )
                        return
        if key == "period":
            for text in around:
                match = _PERIOD.search(plain(text))
                if match and _reads(period, match[0]):
                    self._say(
                        f"fixed.{key}", match[0], "likely", message('"{said}" says so', said=text)
                    )
                    return
        self.made.append(undecided(f"fixed.{key}", "", message("nothing in the file says it")))

    def _say_unit(self, around: Sequence[str]) -> None:
        said = [item.value for item in self.made if item.key == "fixed.indicator"]
        indicator = self.catalogue.indicators.get(str(said[0])) if said else None
        for text in around:
            match = _UNIT.search(text)
            unit = (match[1] or match[2]) if match else None
            if unit and (
                indicator is None
                or _reads(lambda unit: str(power(unit, self.catalogue.units[indicator.unit])), unit)
            ):
                self._say("unit", unit, "likely", message('"{said}" says so', said=text))
                return
        hint = self.catalogue.units[indicator.unit].zh if indicator else ""
        self.made.append(undecided("unit", hint, message("nothing in the file says it")))

    def _say_missing(self, figures: list[int]) -> None:
        texts = {
            row[p].strip()
            for row in self.body
            for p in figures
            if not is_note(next((c for c in row if c.strip()), ""))
            and sum(bool(c.strip()) for c in row) > 1
        }
        for text in sorted(texts & _SIGNS):
            self.made.append(
                undecided(
                    f"missing.{text}",
                    " / ".join(MEANINGS),
                    message(
                        "it stands in place of figures: O no data, M not applicable, "
                        "C suppressed, omit no row"
                    ),
                )
            )

    def _say_left_out(self, labels: Sequence[str]) -> None:
        place = next((p for p, label in enumerate(labels) if label), 0)
        notes = [row[place] for row in self.body if is_note(row[place])]
        rules: list[object] = []
        if notes:
            starts = list(dict.fromkeys(re.split("[:：\\d 0-9]", plain(text))[0] for text in notes))
            rules.append({"column": labels[place], "starts": starts})
        if any(row == self.header[-1] for row in self.body):
            rules.append("repeated_header")
        if rules:
            self._say(
                "leave_out", rules, "likely", message("notes below the table, or its header again")
            )

    def _say_provenance(self, rows: Sequence[Sequence[str]]) -> None:
        texts = [cell for cells in rows for cell in cells if cell.strip()]
        source = next((m[1] for text in texts if (m := _PUBLISHER.search(text))), None)
        titles = getattr(self, "titles", [])
        for key in PROVENANCE:
            if key == "publisher" and source:
                self._say(
                    f"provenance.{key}",
                    source.strip(),
                    "likely",
                    message('"{said}" says so', said=source),
                )
            elif key == "document" and titles and not _UNIT.search(titles[0]):
                self._say(
                    f"provenance.{key}",
                    titles[0].strip(),
                    "likely",
                    message("the title above the table"),
                )
            else:
                self.made.append(
                    undecided(f"provenance.{key}", "", message("nothing in the file says it"))
                )


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except Unread:
        return False
    return True


def _is_number(text: str) -> bool:
    return _reads(amount, text)
