"""An empty workbook that explains itself in both languages, and loads once it is filled.

Its hidden sheet `declaration` says what a declaration beside the file would say.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
import yaml

from etl.figures.declaration import MARKER, PROVENANCE, SOURCE
from etl.files.table import INSIDE
from indicators.catalogue import Catalogue
from indicators.findings import Message, message
from indicators.regions import ALL
from indicators.statuses import ObservationStatus
from indicators.wording import Wording

GUIDE, DATA, CODES = "说明 Guide", "数据 Data", "代码 Codes"
EXAMPLE = "示例行，不读入 · example, not loaded"
COLUMNS = {
    "indicator": "指标 Indicator",
    "region": "地区 Region",
    "period": "时期 Period",
    "industry": "行业 Industry",
    "size": "规模 Size",
    "scheme": "认证领域 Scheme",
    "value": "数值 Value",
    "unit": "单位 Unit",
    "status": "状态 Status",
}
REMARK = "备注 Remark"
ROWS = 10_000
_STATUSES = (
    ObservationStatus.NORMAL,
    ObservationStatus.ESTIMATED,
    ObservationStatus.PROVISIONAL,
    ObservationStatus.BREAK,
    ObservationStatus.NO_DATA,
    ObservationStatus.NOT_APPLICABLE,
)
_GUIDE = (
    message(
        "Write one figure a row on the sheet {sheet}; the list in a cell offers the codes.",
        sheet=DATA,
    ),
    message("Write periods as 2024, 2024-Q3 or 2024-12."),
    message("Industry, size or scheme left empty means the total of all."),
    message("Choose the unit the figure is written in; percentages stand between 0 and 100."),
    message(
        "A status left empty means a normal figure. Where there is none, leave the value "
        "empty and choose O (no data) or M (not applicable)."
    ),
    message(
        "Write on the sheet {sheet} where the figures come from: publisher, document and "
        "licence are needed.",
        sheet=SOURCE,
    ),
    message("The grey row is an example; it is not loaded while its remark stands."),
)
_PROVENANCE = {
    "publisher": message("who published the figures"),
    "document": message("the document they stand in"),
    "licence": message("under which terms they may be used"),
    "date": message("the day of publication, as 2025-01-10"),
    "url": message("where the document can be found"),
    "place": message("where in the document: page, table"),
    "note": message("anything else a reader must know"),
    "copy": message("the copy they were taken from, if not the document itself"),
    "copy_kind": message("what kind of copy that is"),
    "frequency": message("how often such figures appear, such as yearly or monthly"),
}


def template(indicators: Sequence[str], catalogue: Catalogue, words: Wording) -> bytes:
    """Return an XLSX workbook to be filled with figures of these indicators.

    Both languages stand in it, that of `words` first. Raises `LookupError` with the indicators
    that the catalogue does not know.
    """
    if unknown := [key for key in indicators if key not in catalogue.indicators]:
        raise LookupError(", ".join(unknown))
    languages = (words, Wording("en" if words.language == "zh" else "zh"))
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False}) as book:
        _Template(book, list(indicators) or list(catalogue.indicators), catalogue, languages).fill()
    return made.getvalue()


def _declaration() -> str:
    declared = {
        "sheet": DATA,
        "header": 1,
        "layout": "long",
        "columns": dict(COLUMNS),
        "names": {key: {"": ALL} for key in ("industry", "size", "scheme")},
        "leave_out": [{"column": REMARK, "equals": [EXAMPLE]}],
    }
    # In one line: other formats than XLSX do not keep what is only space.
    return yaml.safe_dump(
        declared, allow_unicode=True, sort_keys=False, default_flow_style=True, width=10**6
    ).strip()


def _lists(indicators: Sequence[str], catalogue: Catalogue) -> dict[str, list[str]]:
    """Return what may be chosen in each column."""
    items = {key: catalogue.indicators[key] for key in indicators}
    units = [catalogue.units[item.unit].zh for item in items.values()]
    larger = [f"万{unit}" for unit in units if len(unit) == 1 and unit != "%"]
    lists = {
        "indicator": [f"{key} · {i.title.zh} · {i.title.en}" for key, i in items.items()],
        "unit": list(dict.fromkeys((*units, *larger))),
        "status": [status.code for status in _STATUSES],
    }
    frames = (catalogue.regions, catalogue.industries, catalogue.sizes, catalogue.schemes)
    for name, frame in zip(("region", "industry", "size", "scheme"), frames, strict=True):
        lists[name] = [
            " · ".join(dict.fromkeys((row["code"], row["name_zh"], row["name_en"])))
            for row in frame.to_dict("records")
        ]
    return lists


class _Template:
    """One workbook being written."""

    def __init__(
        self,
        book: Any,
        indicators: Sequence[str],
        catalogue: Catalogue,
        languages: Sequence[Wording],
    ) -> None:
        self._book = book
        self._indicators = {key: catalogue.indicators[key] for key in indicators}
        self._catalogue = catalogue
        self._languages = languages
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._head = book.add_format({"bold": True, "bg_color": "#DDE6F0", "border": 1})
        self._grey = book.add_format({"font_color": "#808080", "italic": True})
        self._wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self._text = book.add_format({"num_format": "@"})
        self._lists = _lists(indicators, catalogue)

    def fill(self) -> None:
        names = (GUIDE, DATA, SOURCE, CODES, INSIDE)
        guide, data, source, codes, hidden = map(self._book.add_worksheet, names)
        self._write_guide(guide)
        self._write_codes(codes)
        self._write_data(data)
        self._write_source(source)
        hidden.write_column(0, 0, [MARKER, _declaration()])
        hidden.hide()
        data.activate()

    def _both(self, said: Message) -> list[str]:
        return [words(said.text, **said.values) for words in self._languages]

    def _write_heads(self, sheet: Any, row: int, heads: Iterable[str]) -> None:
        for column, head in enumerate(heads):
            sheet.write_string(row, column, head, self._head)

    def _write_guide(self, sheet: Any) -> None:
        sheet.set_column(0, 1, 44)
        sheet.set_column(2, 3, 70, self._wrap)
        title = message("Figures to be loaded: how to fill this workbook")
        sheet.write_string(0, 0, " · ".join(self._both(title)), self._title)
        row = 2
        for number, said in enumerate(_GUIDE, start=1):
            for text in self._both(said):
                sheet.write_string(row, 0, f"{number}. {text}")
                row += 1
        row += 1
        heads = (message("Indicator"), message("Unit"), message("Meaning"))
        self._write_heads(sheet, row, (" ".join(self._both(head)) for head in heads))
        for key, item in self._indicators.items():
            row += 1
            sheet.write_string(row, 0, f"{item.title.zh} {item.title.en} ({key})")
            unit = self._catalogue.units[item.unit]
            sheet.write_string(row, 1, f"{unit.zh} {unit.en}")
            for column, words in enumerate(self._languages, start=2):
                sheet.write_string(row, column, words.text(item.description), self._wrap)
        row += 2
        for status in _STATUSES:
            both = " · ".join(words(status.sentence) for words in self._languages)
            sheet.write_string(row, 0, f"{status.code}: {both}")
            row += 1

    def _write_codes(self, sheet: Any) -> None:
        sheet.set_column(0, len(self._lists) - 1, 40)
        self._write_heads(sheet, 0, (COLUMNS[name] for name in self._lists))
        for column, entries in enumerate(self._lists.values()):
            for row, entry in enumerate(entries, start=1):
                sheet.write_string(row, column, entry)

    def _write_data(self, sheet: Any) -> None:
        places = {name: place for place, name in enumerate(self._lists)}
        sheet.freeze_panes(1, 0)
        self._write_heads(sheet, 0, [*COLUMNS.values(), REMARK])
        example = {
            "indicator": self._lists["indicator"][0],
            "period": "2024-12",
            "region": next(each for each in self._lists["region"] if each.startswith("320000")),
            "industry": ALL,
            "size": ALL,
            "scheme": ALL,
            "unit": self._lists["unit"][0],
            "status": "A",
        }
        for column, name in enumerate(COLUMNS):
            sheet.set_column(column, column, 26, None if name == "value" else self._text)
            if name in example:
                sheet.write_string(1, column, example[name], self._grey)
            else:
                sheet.write_number(1, column, 100, self._grey)
            if name in places:
                letter, last = chr(ord("A") + places[name]), len(self._lists[name]) + 1
                offered = {
                    "validate": "list",
                    "source": f"='{CODES}'!${letter}$2:${letter}${last}",
                    # Any spelling that loads may be typed; the list only helps.
                    "error_type": "information",
                }
                sheet.data_validation(1, column, ROWS, column, offered)
        sheet.set_column(len(COLUMNS), len(COLUMNS), 40)
        sheet.write_string(1, len(COLUMNS), EXAMPLE, self._grey)

    def _write_source(self, sheet: Any) -> None:
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 3, 50, self._wrap)
        heads = (message("Item"), message("Fill in here"), message("Meaning"))
        self._write_heads(sheet, 0, (" ".join(self._both(head)) for head in heads))
        for row, (key, said) in enumerate(_PROVENANCE.items(), start=1):
            needed = " *" if key in PROVENANCE else ""
            sheet.write_string(row, 0, key)
            sheet.write_string(row, 2, " · ".join(self._both(said)) + needed)
