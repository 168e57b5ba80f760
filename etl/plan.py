"""A planner's own series and targets, read from one file; every contradiction is a finding.

A CSV has one figure a row and names a target on any row of its series; a workbook may have the
targets on another sheet. Headings are English or Chinese: see `HEADINGS`. A target is what a
series is to reach by one deadline, so a series has as many targets as deadlines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from etl.figures.cells import number, period
from etl.files.listing import Listing
from etl.files.opening import opened
from etl.files.table import Form
from indicators.findings import Finding, FindingsError, Message, message
from indicators.names import UnreadError, plain
from indicators.periods import decimal_year
from indicators.statuses import Kind, ObservationStatus, Shape
from indicators.wording import Wording

# Ours, and what else a heading may say.
HEADINGS = {
    "series": ("序列", "指标", "系列", "指标名称", "indicator"),
    "period": ("时期", "期间", "年份", "年度", "时间", "year"),
    "value": ("数值", "值", "数据"),
    "benchmark": ("参照值", "对照值"),
    "status": ("状态", "数据状态"),
    "polarity": ("极性", "方向", "direction"),
    "target": ("目标值", "目标"),
    "due": ("期限", "目标期限", "完成期限", "目标年", "deadline"),
    "due_early": ("最早期限", "期限起"),
    "baseline": ("基期", "基准期", "基年"),
    "shape": ("路径", "路径形状", "path"),
    "kind": ("类型", "目标类型", "type"),
    "lower": ("下限",),
    "upper": ("上限",),
    "bound_lower": ("路径下限", "下界"),
    "bound_upper": ("路径上限", "上界"),
}
FIGURE = ("series", "period", "value")
MEASURED = ("benchmark", "status")
AIMED = (
    "target",
    "due",
    "due_early",
    "baseline",
    "shape",
    "kind",
    "lower",
    "upper",
    "bound_lower",
    "bound_upper",
)
POLARITIES = {
    1: ("1", "+1", "+", "正", "正向", "越高越好", "higher"),
    -1: ("-1", "-", "负", "负向", "逆向", "越低越好", "lower"),
    0: ("0", "中性", "neither"),
}
GAIN = "gain"  # a change on the baseline, as in the register
KINDS = {
    Kind.AT_LEAST: ("至少", "不低于", "不少于", "达到", "≥", ">="),
    Kind.AT_MOST: ("至多", "不高于", "不超过", "不多于", "≤", "<="),
    Kind.WITHIN: ("区间", "范围", "区间内", "范围内"),
    Kind.MAINTAIN: ("保持", "维持"),
    Kind.EXCEED_BENCHMARK: ("优于参照值", "高于参照值", "低于参照值"),
    Kind.DIRECTION_ONLY: ("仅方向",),
    GAIN: ("增减", "较基期增减"),
}
SHAPES = {
    Shape.LINEAR: ("直线", "线性"),
    Shape.GEOMETRIC: ("等比", "指数"),
    Shape.LOGISTIC: ("s形", "s型", "逻辑斯蒂"),
}
WHEN = message("a period such as 2020, 2020-Q3 or 2020-06")
NUMBER = message("a number")
POLARITY = message("+1 where higher is better, -1 where lower is")
_EMPTY = message("empty the cell, or correct the kind")
# Kinds whose target is a number in the column of that name.
_NUMBERED = (Kind.AT_LEAST, Kind.AT_MOST, GAIN)
Record = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What a file asks to be judged.

    figures: series, period, value, benchmark, status. targets: `AIMED`, series, polarity and
    row, one row a target, every cell as its type. unread: headings and sheets that mean nothing
    here. without_target: series that have figures alone.
    """

    figures: pd.DataFrame
    targets: pd.DataFrame
    unread: list[str]
    without_target: list[str]


@dataclass
class _Sheet:
    """A table of a file: every cell text, `row` as a spreadsheet counts; headings by our name."""

    file: str
    name: str | None
    cells: pd.DataFrame
    headings: dict[str, str]
    unread: list[str]
    findings: list[Finding] = field(default_factory=list)

    def wrong(
        self, column: str, row: int, found: object, expected: Message, advice: Message
    ) -> None:
        shown = "" if found is None else _shown(found)
        heading = self.headings.get(column) or f"{column} · {HEADINGS[column][0]}"
        self.findings.append(
            Finding(self.file, shown, expected, advice, row=row, column=heading, sheet=self.name)
        )


def read_plan(path: Path) -> Plan:
    """Return what a planner's file holds; raises `FindingsError` with everything wrong in it."""
    sheets = [_sheet(path.name, name, cells) for name, cells in _tables(path)]
    figures, targets = _chosen(sheets, path)
    measured = _figures(figures)
    aimed = list(_targets(targets, measured))
    _refuse_beyond(figures, measured, aimed)
    wrong = figures.findings + (targets.findings if targets is not figures else [])
    if wrong:
        raise FindingsError(sorted(wrong, key=lambda item: (item.sheet or "", item.row or 0)))
    rows = pd.DataFrame(measured, columns=["row", *FIGURE, *MEASURED])
    rows = rows.astype({"value": float, "benchmark": float})
    aims = pd.DataFrame(aimed, columns=["row", "series", "polarity", *AIMED]).astype(object)
    read = [figures] if targets is figures else [figures, targets]
    return Plan(
        figures=_once(rows),
        targets=aims.where(aims.notna(), None),
        unread=[
            *(heading for sheet in read for heading in sheet.unread),
            *(str(sheet.name) for sheet in sheets if all(sheet is not one for one in read)),
        ],
        without_target=[
            name for name in rows["series"].unique() if name not in set(aims["series"])
        ],
    )


def _tables(path: Path) -> list[tuple[str | None, pd.DataFrame]]:
    """Return the tables of a file as text, by their sheets where it has several.

    Their rows keep the numbers that a spreadsheet gives them; the headings are row 1.
    """
    listing = Listing(path.name)
    tables = []
    with opened(path, listing) as source:
        untitled = {
            item.sheet for item in source.samples() if not any(map(str.strip, item.rows[0]))
        }
        sheets = source.sheets if len(source.sheets) > 1 else [None]
        for sheet in (sheet for sheet in sheets if sheet not in untitled):
            table = source.table(Form(sheet=sheet, hidden="read", number_formats="stored"))
            (headings,) = table.header
            columns = range(len(headings))
            parts = [pd.DataFrame([headings], index=[1])]
            for batch in table.batches(columns, ()):
                texts = {at: _texts(batch.columns[at]) for at in columns}
                parts.append(pd.DataFrame(texts, index=batch.rows))
            tables.append((sheet, pd.concat(parts).sort_index()))
    listing.refuse()
    return tables if len(tables) > 1 else [(None, table) for _, table in tables]


def _texts(column: Any) -> list[str]:
    return ["" if value is None else str(value) for value in column.to_pylist()]


def _sheet(file: str, name: str | None, table: pd.DataFrame) -> _Sheet:
    known = {
        _folded(spelling): ours for ours, others in HEADINGS.items() for spelling in (ours, *others)
    }
    headings: dict[str, str] = {}
    unread, columns, twice = [], {}, []
    for at, heading in enumerate(table.iloc[0]):
        ours = known.get(_folded(heading))
        if ours is None:
            if heading.strip():
                unread.append(heading.strip())
        elif ours in headings:
            twice.append((ours, heading))
        else:
            headings[ours], columns[ours] = heading.strip(), at
    cells = pd.DataFrame({ours: table[at].iloc[1:] for ours, at in columns.items()})
    cells = cells.assign(row=cells.index)
    blank = (cells[list(columns)].map(plain) == "").all(axis=1) if columns else cells["row"] > 0
    sheet = _Sheet(file, name, cells[~blank].reset_index(drop=True), headings, unread)
    expected = message("one column of each kind")
    advice = message("remove one of the two, or give it another heading")
    for ours, heading in twice:
        sheet.wrong(ours, 1, heading, expected, advice)
    return sheet


def _folded(heading: str) -> str:
    """Return a heading without spaces, underlines, case and a unit in brackets."""
    return re.sub(r"\(.*\)$", "", plain(heading)).replace("_", "").lower()


def _chosen(sheets: Sequence[_Sheet], path: Path) -> tuple[_Sheet, _Sheet]:
    """Return the sheet of figures and that of targets, which may be the same."""
    figures = next((sheet for sheet in sheets if set(FIGURE) <= set(sheet.headings)), None)
    needed = ("series", "polarity", "due")
    targets = next((sheet for sheet in sheets[::-1] if set(needed) <= set(sheet.headings)), None)
    if figures is not None and targets is not None:
        return figures, targets
    first = sheets[0] if sheets else _Sheet(path.name, None, pd.DataFrame(), {}, [])
    near = figures or first
    wanted = (*(FIGURE if figures is None else ()), *(needed if targets is None else ()))
    missing = [name for name in dict.fromkeys(wanted) if name not in near.headings]
    columns = [f"{name} · {HEADINGS[name][0]}" for name in missing or wanted]
    expected = message("the columns {columns}", columns=columns)
    found = ", ".join([*near.headings.values(), *near.unread])
    advice = message("correct the header row")
    raise FindingsError([Finding(path.name, found, expected, advice, row=1, sheet=near.name)])


def _figures(sheet: _Sheet) -> list[Record]:
    """Return the figures of a sheet; a row that only names a target has none."""
    chinese, codes = Wording("zh"), {item.code: item.has_value for item in ObservationStatus}
    read_status = _one_of(
        {item.code: (chinese(item.sentence), item.sentence) for item in ObservationStatus}
    )
    known = message("one of {names}", names=", ".join(codes))
    found: list[Record] = []
    for cells in sheet.cells.to_dict("records"):
        read = partial(_read, sheet, cells)
        series = read("series", str, message("the name of a series"), needed=True)
        aimed = any(_text(cells, name) for name in AIMED)
        if aimed and not _text(cells, "period") and not _text(cells, "value"):
            continue
        code = read("status", read_status, known) or "A"
        row = {"row": cells["row"], "series": series, "status": code}
        row["period"] = read("period", period, WHEN, needed=True)
        row["value"] = read("value", number, NUMBER, needed=codes[code])
        row["benchmark"] = read("benchmark", number, NUMBER)
        found.append(row)
    _refuse_second_figures(sheet, found)
    return found


def _refuse_second_figures(sheet: _Sheet, rows: Sequence[Record]) -> None:
    """Find the figures of one date that are not equal; 2020 and 2020-12 are one date."""
    advice = message("keep the figure that holds and remove the other")
    known: dict[tuple[str, float], Record] = {}
    for row in rows:
        if row["series"] is None or row["period"] is None:
            continue
        first = known.setdefault((row["series"], decimal_year(row["period"])), row)
        if any(first[name] != row[name] for name in ("value", *MEASURED)):
            expected = message("one figure for each date, as in row {row}", row=first["row"])
            sheet.wrong("value", row["row"], f"{row['series']} {row['period']}", expected, advice)


def _once(rows: pd.DataFrame) -> pd.DataFrame:
    dates = rows["period"].map(decimal_year)
    return rows[~rows.assign(date=dates).duplicated(["series", "date"])].reset_index(drop=True)


def _targets(sheet: _Sheet, figures: Sequence[Record]) -> Iterator[Record]:
    """Yield the targets of a sheet, one a series and deadline, in the order of the file."""
    readers: dict[str, tuple[Callable[[str], Any], Message]] = {
        "polarity": (_one_of(POLARITIES), POLARITY),
        "shape": (_one_of(SHAPES), message("one of {names}", names=_spelt(SHAPES))),
        "kind": (_one_of(KINDS), message("one of {names}", names=_spelt(KINDS))),
        **dict.fromkeys(("due", "due_early", "baseline"), (period, WHEN)),
        **dict.fromkeys(
            ("target", "lower", "upper", "bound_lower", "bound_upper"), (number, NUMBER)
        ),
    }
    series: dict[str, list[Record]] = {}
    for cells in sheet.cells.to_dict("records"):
        name = _text(cells, "series")
        if name:
            row = {key: _read(sheet, cells, key, *reader) for key, reader in readers.items()}
            blank = {key for key in readers if not _text(cells, key)}
            series.setdefault(name, []).append(row | {"row": cells["row"], "blank": blank})
    compared = {row["series"] for row in figures if row["benchmark"] is not None}
    for name, rows in series.items():
        _refuse_other(sheet, rows, "polarity", message("a series has one polarity: correct it"))
        for target in _by_deadline(sheet, rows):
            target["series"] = name
            target["polarity"] = _first(rows, "polarity")
            # What a cell that cannot be read would have said is not missing.
            if not any(row[key] is None for row in rows for key in {*readers} - row["blank"]):
                _check(sheet, target, name in compared)
            yield target


def _by_deadline(sheet: _Sheet, rows: Sequence[Record]) -> Iterator[Record]:
    """Yield the cells of each target of a series, put together from the rows that name it."""
    aimed = [row for row in rows if not set(AIMED) <= row["blank"]]
    deadlines = list(dict.fromkeys(row["due"] for row in aimed if row["due"] is not None))
    for row in aimed:
        if row["due"] is None and "due" in row["blank"] and len(deadlines) != 1:
            expected = message("the deadline of the target")
            advice = message("say by when it is to be reached")
            sheet.wrong("due", row["row"], None, expected, advice)
    for due in deadlines:
        dates = (due, None) if len(deadlines) == 1 else (due,)
        own = [row for row in aimed if row["due"] in dates]
        for name in AIMED:
            _refuse_other(sheet, own, name, _ONE_OF_EACH)
        yield {name: _first(own, name) for name in AIMED} | {"due": due, "row": own[0]["row"]}


_ONE_OF_EACH = message(
    "a target has one of each: correct the cell, or give the other target a deadline of its own"
)


def _first(rows: Sequence[Record], name: str) -> Any:
    return next((row[name] for row in rows if row[name] is not None), None)


def _refuse_other(sheet: _Sheet, rows: Sequence[Record], name: str, advice: Message) -> None:
    """Find the cells that say another thing than the first row that says any."""
    given = [row for row in rows if row[name] is not None]
    for row in given[1:]:
        if row[name] != given[0][name]:
            value, place = _shown(given[0][name]), given[0]["row"]
            expected = message("{value}, as in row {row}", value=value, row=place)
            sheet.wrong(name, row["row"], row[name], expected, advice)


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _check(sheet: _Sheet, target: Record, compared: bool) -> None:
    """Find what one target says against itself, or does not say."""
    kind, polarity = target["kind"], target["polarity"]

    def wrong(column: str, expected: Message, advice: Message) -> None:
        sheet.wrong(column, target["row"], target.get(column), expected, advice)

    if polarity is None or (polarity == 0 and kind != Kind.WITHIN):
        wrong("polarity", POLARITY, message("say which it is: there is no usual one"))
        return
    if kind is None:
        kind = target["kind"] = Kind.AT_LEAST if polarity > 0 else Kind.AT_MOST
    if polarity == {Kind.AT_LEAST: -1, Kind.AT_MOST: 1}.get(kind):
        signed = f"{polarity:+d}"
        expected = message("a kind that goes with the polarity {polarity}", polarity=signed)
        wrong("kind", expected, message("correct the kind or the polarity"))
    _check_number(target, kind, wrong)
    _check_bounds(target, kind, wrong)
    if kind == Kind.EXCEED_BENCHMARK and not compared:
        expected = message("the benchmark's figure beside each figure of the series")
        wrong("benchmark", expected, message("add the column"))
    due, early, baseline = target["due"], target["due_early"], target["baseline"]
    if early is not None and decimal_year(early) > decimal_year(due):
        expected = message("a period not after the deadline {due}", due=due)
        wrong("due_early", expected, message("exchange the two periods"))
    if baseline is not None and decimal_year(baseline) >= decimal_year(due):
        expected = message("a period before the deadline {due}", due=due)
        wrong("baseline", expected, message("correct the baseline or the deadline"))


Wrong = Callable[[str, Message, Message], None]


def _check_number(target: Record, kind: str, wrong: Wrong) -> None:
    value = target["target"]
    if kind in _NUMBERED and value is None:
        wrong("target", message("the number to be reached"), message("add what is missing"))
    elif kind not in (*_NUMBERED, Kind.MAINTAIN) and value is not None:
        wrong("target", message("no number for the kind {kind}", kind=kind), _EMPTY)
    elif kind == GAIN and value is not None and value * target["polarity"] < 0:
        expected = message("a change in the direction that the polarity calls better")
        wrong("target", expected, message("correct the sign or the polarity"))


def _check_bounds(target: Record, kind: str, wrong: Wrong) -> None:
    """Find what is wrong with a range, and with the bounds of an S-shaped path."""
    logistic = target["shape"] == Shape.LOGISTIC
    # A path has no range of its own: unless the target is one, lower and upper are its bounds.
    if logistic and kind != Kind.WITHIN:
        for name in ("lower", "upper"):
            if target[f"bound_{name}"] is None:
                target[f"bound_{name}"] = target[name]
            elif target[name] is not None:
                wrong(name, message("no range for the kind {kind}", kind=kind), _EMPTY)
            target[name] = None
    for applies, names, needed in (
        (kind == Kind.WITHIN, ("lower", "upper"), message("the range of the kind within")),
        (logistic, ("bound_lower", "bound_upper"), message("the bounds of the S-shaped path")),
    ):
        low, high = (target[name] for name in names)
        for name in names:
            if applies and target[name] is None:
                wrong(name, needed, message("add what is missing: no bound is assumed"))
            elif not applies and target[name] is not None:
                expected = message("no bound for this kind and path")
                wrong(name, expected, message("empty the cell, or correct the kind or the path"))
        # A range may be one figure; a path cannot.
        if (
            applies
            and None not in (low, high)
            and (low > high or (low == high and names[0] != "lower"))
        ):
            expected = message("a bound below the other, {other}", other=_shown(high))
            wrong(names[0], expected, message("exchange the two bounds"))
    low, high, value = target["bound_lower"], target["bound_upper"], target["target"]
    inside = None in (low, high, value) or kind == GAIN or low < value < high
    if logistic and not inside:
        expected = message(
            "a number between the bounds of the path, {low} and {high}",
            low=_shown(low),
            high=_shown(high),
        )
        wrong("target", expected, message("correct the target or the bounds"))


def _refuse_beyond(sheet: _Sheet, rows: Sequence[Record], targets: Sequence[Record]) -> None:
    """Find the figures beyond the bounds of an S-shaped path; one on a bound has no such path.

    What is judged against a benchmark or a range is a lead or a mirror image, not the figure.
    """
    advice = message("correct the figure, or the bounds of the target")
    bounded = [target for target in targets if _bounded(target)]
    named = ("series", "bound_lower", "bound_upper")
    for name, low, high in dict.fromkeys(tuple(aim[key] for key in named) for aim in bounded):
        expected = message(
            "a figure between the bounds of the path, {low} and {high}",
            low=_shown(low),
            high=_shown(high),
        )
        for row in rows:
            value = row["value"]
            if row["series"] == name and value is not None and not low <= value <= high:
                sheet.wrong("value", row["row"], value, expected, advice)


def _bounded(target: Record) -> bool:
    bounded = None not in (target["bound_lower"], target["bound_upper"])
    plain_figure = target["kind"] not in (Kind.WITHIN, Kind.EXCEED_BENCHMARK)
    return bounded and plain_figure and target["shape"] == Shape.LOGISTIC


def _text(cells: Mapping[Any, Any], name: str) -> str:
    return str(cells.get(name, "")).strip()


def _read(
    sheet: _Sheet,
    cells: Mapping[Any, Any],
    name: str,
    convert: Callable[[str], Any],
    expected: Message,
    *,
    needed: bool = False,
) -> Any:
    """Return what a cell says, None where it says nothing or what it may not."""
    text, row = _text(cells, name), cells["row"]
    if not text:
        if needed:
            sheet.wrong(name, row, "", expected, message("add what is missing"))
        return None
    try:
        return convert(text)
    except UnreadError as error:
        # What a declaration would say beside a file of figures, nothing says beside a plan.
        declared = "`" in error.advice.text
        advice = message("correct the cell") if declared else error.advice
        sheet.wrong(name, row, text, error.expected, advice)
    except ValueError:
        sheet.wrong(name, row, text, expected, message("correct the cell"))
    return None


def _spelt(codes: Mapping[Any, Sequence[str]]) -> str:
    return ", ".join(f"{code} ({words[0]})" for code, words in codes.items())


def _one_of(codes: Mapping[Any, Sequence[str]]) -> Callable[[str], Any]:
    """Return a reader of cells that hold a code or one of its other words."""
    known = {_folded(str(word)): code for code, words in codes.items() for word in (code, *words)}

    def reader(text: str) -> Any:
        try:
            return known[_folded(text.replace("−", "-"))]
        except KeyError:
            raise ValueError(text) from None

    return reader
