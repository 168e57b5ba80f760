"""The code lists of data/reference, which people edit in a spreadsheet: every slip by its line.

What names a code of a list is looked at once that list is right: a wrong code would be told of,
with the advice to write it, wherever the right one stands.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path

from indicators.findings import Finding, Message, message
from indicators.industry_tree import DIVISION, GROUP, SECTION, SECTOR
from indicators.regions import ALL, NATION
from indicators.schema import nearest

Rows = list[tuple[int, dict[str, str]]]  # of a code list, each with its line
CodeLists = Mapping[str, Rows]
BOUNDARIES = Path("boundaries") / "boundaries.yaml"
# The columns of each code list, its codes in the first.
COLUMNS = {
    name: tuple(columns.split())
    for name, columns in {
        "regions": "code name_zh short_zh name_en iso3166_2 kind parent group members note",
        "industries": "code name_zh name_en level parent members",
        "schemes": "code name_zh name_en parent platform_code valid_from valid_to note",
        "sizes": "code name_zh name_en members",
        "size_rules": "selector name_zh measure large_min medium_min small_min",
        "region_spellings": "spelling code relation since source note",
        "region_changes": (
            "code name_zh name_en change since until successors province prefecture verification "
            "source url note"
        ),
        "label_points": "code longitude latitude",
        "readings": "name reading note",
    }.items()
}
# Those that hold codes, one or several, and of which list.
_REFERENCES = [
    ("regions", "parent", "regions"),
    ("regions", "group", "regions"),
    ("regions", "members", "regions"),
    ("industries", "parent", "industries"),
    ("industries", "members", "industries"),
    ("schemes", "parent", "schemes"),
    ("sizes", "members", "sizes"),
    ("label_points", "code", "regions"),
]
SIZES = (ALL, "LARGE", "MEDIUM", "SMALL", "MICRO", "SMALL_MICRO", "NOT_CLASSIFIED")
MEASURES = ("employees", "revenue_10k", "assets_10k")  # of an enterprise, by which it has its size
_LIMITS = ("large_min", "medium_min", "small_min")
# Codes that the program itself goes by.
_NEEDED = {"regions": (ALL, NATION), "schemes": (ALL,), "sizes": SIZES}
# The columns that hold one of a few words.
_WORDS = {
    ("regions", "kind"): (
        *("world", "nation", "province", "prefecture"),
        *("economic_region", "three_region", "cluster"),
    ),
    ("industries", "level"): (SECTOR, GROUP, SECTION, DIVISION),
    ("size_rules", "measure"): MEASURES,
    ("region_spellings", "relation"): ("alias", "renamed", "merged", "apart", "ambiguous"),
    ("region_changes", "change"): ("introduced", "renamed", "abolished"),
    ("region_changes", "verification"): ("primary", "secondary", "unconfirmed"),
}
_CODE = "[A-Z][A-Z0-9_]*"
_IN_CAPITALS = message("a word in capitals")
_MONTH = message("a month such as 2021-07, or nothing")
# The columns whose cells have a form, and which.
_FORMS = {
    ("regions", "code"): (
        re.compile(f"[0-9]{{6}}|{_CODE}"),
        message("six digits, or for a group of regions a word in capitals"),
    ),
    ("industries", "code"): (
        re.compile(f"[0-9]{{2}}|{_CODE}"),
        message("two digits, a letter, or a word in capitals"),
    ),
    ("schemes", "code"): (re.compile(_CODE), _IN_CAPITALS),
    ("schemes", "valid_from"): (re.compile("([0-9]{4}-[0-9]{2})?"), _MONTH),
    ("schemes", "valid_to"): (re.compile("([0-9]{4}-[0-9]{2})?"), _MONTH),
    ("sizes", "code"): (re.compile(_CODE), _IN_CAPITALS),
}
# Those that may not be empty.
_FILLED = {
    **dict.fromkeys(("regions", "industries", "schemes", "sizes"), ("code", "name_zh", "name_en")),
    "size_rules": ("selector", "name_zh"),
    "region_spellings": ("spelling", "code"),
    "label_points": ("code",),
    "readings": ("name", "reading"),
}
# Those that hold numbers, and from where to where.
_NUMBERS = {
    "size_rules": dict.fromkeys(_LIMITS, (0, 10_000_000)),
    "label_points": {"longitude": (73, 136), "latitude": (3, 54)},  # of China
}
_YEARS = {"region_spellings": ("since",), "region_changes": ("since", "until")}
_DIGITS = re.compile("[0-9]{6}")
_DRAWN = re.compile(r'"id": ?"([0-9]{6})"')
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_YEAR = re.compile(r"[0-9]{4}")
_ALIKE = 0.8  # of names that differ by a slip
_WRITE_SO = message("write it in this form")


def read_code_lists(reference: Path) -> tuple[CodeLists, list[Finding]]:
    """Return the lists in which nothing is wrong, by name, and what is wrong with the others."""
    whole: dict[str, Rows] = {}
    wrong: list[Finding] = []
    for name in COLUMNS:
        rows, found = _code_list(reference / f"{name}.csv")
        wrong += found
        if not found:
            whole[name] = rows
    drawn = _drawn(reference / BOUNDARIES.parent)
    looks = (
        _cell_findings,
        partial(_list_findings, drawn=drawn),
        _reference_findings,
        _parent_findings,
        _member_findings,
        _size_rule_findings,
    )
    for look in looks:
        found = list(look(whole))
        wrong += found
        broken = {finding.file for finding in found}
        whole = {name: rows for name, rows in whole.items() if f"{name}.csv" not in broken}
    return whole, wrong


def _code_list(path: Path) -> tuple[Rows, list[Finding]]:
    """Return the rows of a code list, and why they cannot be read."""

    def unread(
        found: str, expected: Message, advice: Message, line: int = 1
    ) -> tuple[Rows, list[Finding]]:
        return [], [_about(path.name, line, found, expected, advice)]

    csv_file = message("a CSV file in UTF-8")
    look = message("look at the commas and the quotes of this line")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return unread("", message("this file"), message("put the file back"))
    except OSError as error:
        advice = message("look at its path")
        return unread(str(error.strerror), message("a file that can be read"), advice)
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        save = message('save it as "CSV UTF-8", which Excel and WPS offer')
        return unread("", csv_file, save, line)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: Rows = []
    try:
        headings = next(reader, [])
        if missing := [each for each in COLUMNS[path.stem] if each not in headings]:
            expected = message("the columns {names}", names=", ".join(missing))
            return unread(", ".join(headings), expected, message("add what is missing"))
        for cells in reader:
            if len(cells) != len(headings):
                expected = message("{n} cells", n=len(headings))
                return unread(str(len(cells)), expected, look, reader.line_num)
            rows.append((reader.line_num, dict(zip(headings, cells, strict=True))))
    except csv.Error as error:
        return unread(str(error), csv_file, look, reader.line_num)
    return rows, []


def _about(
    file: str, line: int, found: str, expected: Message, advice: Message, entry: str | None = None
) -> Finding:
    return Finding(file, found, expected, advice, row=line, column=entry, check="catalogue")


def _entry(row: Mapping[str, str], column: str) -> str:
    """Return what a cell is called: by what names its row, and its column."""
    names = (row.get(name) for name in ("spelling", "code", "name", "name_zh"))
    return f"{next(filter(None, names), '')} · {column}"


def _cell_findings(lists: CodeLists) -> Iterator[Finding]:
    """Yield what is wrong with cells by themselves."""
    for name, rows in lists.items():
        for line, row in rows:
            for column in COLUMNS[name]:
                if (wrong := _cell_wrong(name, column, row[column])) is not None:
                    expected, advice = wrong
                    cell = row[column]
                    found = (
                        cell if cell.isprintable() and cell == cell.strip() else json.dumps(cell)
                    )
                    entry = cell.strip() if column == "code" and cell else _entry(row, column)
                    yield _about(f"{name}.csv", line, found, expected, advice, entry)


def _cell_wrong(name: str, column: str, cell: str) -> tuple[Message, Message] | None:
    """Return what is expected in the place of a cell and what to do, None where it is right."""
    if cell != cell.strip():
        return message("no space before or after the text"), message("remove the spaces")
    if not cell and column in _FILLED.get(name, ()):
        return message("a text"), message("add what is missing")
    if column == "name_zh" and cell and not _HAN.search(cell):
        return message("Chinese"), message("write it in Chinese")
    if (words := _WORDS.get((name, column))) is not None and cell not in words:
        expected = message("one of {names}", names=", ".join(words))
        return expected, nearest(cell, words, message("choose one of these words"))
    form = _FORMS.get((name, column))
    if form is not None and not form[0].fullmatch(cell):
        return form[1], _WRITE_SO
    if (bounds := _NUMBERS.get(name, {}).get(column)) is not None:
        if not _NUMBER.fullmatch(cell):
            advice = message("write digits alone, with a point before decimals")
            return message("a number"), advice
        low, high = bounds
        if not low <= float(cell) <= high:
            expected = message("a number from {low} to {high}", low=low, high=high)
            return expected, message("look for a digit or a point that is wrong")
    dated = column in _YEARS.get(name, ()) and cell
    if dated and not (_YEAR.fullmatch(cell) and int(cell) <= date.today().year):
        advice = message("write the year of the change in four digits, or leave it empty")
        return message("a year, not in the future"), advice
    return None


def _list_findings(lists: CodeLists, drawn: set[str]) -> Iterator[Finding]:
    """Yield each code that stands twice, or in another's place, or nowhere though it must."""
    for name in ("regions", "industries", "schemes", "sizes", "label_points"):
        first: dict[str, int] = {}
        for line, row in lists.get(name, []):
            code, file = row["code"], f"{name}.csv"
            if code in first:
                expected = message("each code once; it stands in line {line} too", line=first[code])
                advice = message("keep the entry that holds and remove the other")
                yield _about(file, line, code, expected, advice, code)
            first.setdefault(code, line)
        for code in _NEEDED.get(name, ()) if name in lists else ():
            if code not in first:
                expected = message("the code {code}, which the program goes by", code=code)
                advice = message("put its line back")
                yield _about(f"{name}.csv", 1, "", expected, advice, code)
    yield from _undrawn_findings(lists.get("regions", []), drawn)


def _drawn(boundaries: Path) -> set[str]:
    """Return the codes of the regions that there are boundaries of."""
    codes = set[str]()
    for file in sorted(boundaries.rglob("*.geojson")):
        with suppress(OSError, UnicodeDecodeError):  # told where boundaries are checked
            codes |= set(_DRAWN.findall(file.read_text(encoding="utf-8")))
    return codes


def _undrawn_findings(rows: Rows, drawn: set[str]) -> Iterator[Finding]:
    """Yield a finding for each code that stands in the place of one whose boundary there is."""
    places = [
        (line, row["code"]) for line, row in rows if row["kind"] in ("province", "prefecture")
    ]
    missing = sorted(drawn - {code for _, code in places})
    for line, code in places:
        if code in drawn or not _DIGITS.fullmatch(code):
            continue
        if meant := difflib.get_close_matches(code, missing, 1, _ALIKE):
            expected = message("a code that its boundary bears too: {code}", code=meant[0])
            advice = nearest(code, meant, message("write it in this form"))
            yield _about("regions.csv", line, code, expected, advice, code)


def _reference_findings(lists: CodeLists) -> Iterator[Finding]:
    for name, column, other in _REFERENCES:
        if name in lists and other in lists:
            yield from _unknown_codes(name, column, lists[name], lists, other)
    if {"regions", "region_spellings"} <= lists.keys():
        # What is ambiguous may be a county, whose code is not listed.
        rows = [each for each in lists["region_spellings"] if each[1]["relation"] != "ambiguous"]
        yield from _unknown_codes("region_spellings", "code", rows, lists, "regions")
    for line, row in lists.get("region_changes", []):
        for column in ("code", "successors"):
            for code in row[column].split() or [""]:
                if not _DIGITS.fullmatch(code) and (code or column == "code"):
                    expected = message("a county's code of six digits")
                    entry = _entry(row, column)
                    yield _about("region_changes.csv", line, code, expected, _WRITE_SO, entry)
    yield from _change_findings(lists.get("region_changes", []), lists.get("regions", []))


def _change_findings(changes: Rows, regions: Rows) -> Iterator[Finding]:
    """Yield changes of counties that end before they begin or lie elsewhere than their codes."""
    file, names = "region_changes.csv", {row["code"]: row["name_zh"] for _, row in regions}
    for line, row in changes:
        since, until, code = row["since"], row["until"], row["code"]
        if _YEAR.fullmatch(since) and _YEAR.fullmatch(until) and until < since:
            expected = message("a year not before {since}", since=since)
            advice = message("exchange the two years, or correct one of them")
            yield _about(file, line, until, expected, advice, _entry(row, "until"))
        for column, above in (("province", f"{code[:2]}0000"), ("prefecture", f"{code[:4]}00")):
            name = names.get(above)
            if name is not None and row[column] not in ("", name):
                expected = message("{name}, to which the code {code} belongs", name=name, code=code)
                advice = message("correct the name or the code")
                yield _about(file, line, row[column], expected, advice, _entry(row, column))


def _parent_findings(lists: CodeLists) -> Iterator[Finding]:
    """Yield a finding for each region that belongs to none of the kind above it."""
    kinds = {row["code"]: row["kind"] for _, row in lists.get("regions", [])}
    above = {"prefecture": "province", "province": "nation"}
    for line, row in lists.get("regions", []):
        wanted = above.get(row["kind"])
        if wanted is not None and kinds.get(row["parent"]) != wanted:
            expected = message("the code of its {kind}", kind=wanted)
            advice = message("write the code of the region that it belongs to")
            yield _about(
                "regions.csv", line, row["parent"], expected, advice, _entry(row, "parent")
            )


def _member_findings(lists: CodeLists) -> Iterator[Finding]:
    """Yield a finding for each member that a sector or group would count twice, or not at all."""
    industries = {row["code"]: row for _, row in lists.get("industries", [])}
    for line, row in lists.get("industries", []):
        parent = industries.get(row["parent"], {"level": ""})
        if row["level"] == DIVISION and parent["level"] != SECTION:
            expected = message("the section that the division belongs to")
            advice = message("write the letter of its section")
            entry = _entry(row, "parent")
            yield _about("industries.csv", line, row["parent"], expected, advice, entry)
        members = row["members"].split()
        for place, code in enumerate(members):
            if industries[code]["level"] not in (SECTION, DIVISION):
                expected = message("a section or a division")
                advice = message("write its sections or divisions in its stead")
            elif code in members[:place] or industries[code]["parent"] in members:
                expected = message("each division once")
                advice = message("remove it, or the section that it belongs to")
            else:
                continue
            yield _about("industries.csv", line, code, expected, advice, f"{row['code']} · members")


def _size_rule_findings(lists: CodeLists) -> Iterator[Finding]:
    """Yield a finding for each rule of size that would not be applied, or not as it is meant."""
    told: dict[tuple[str, str], int] = {}
    for line, row in lists.get("size_rules", []):
        large, medium, small = (float(row[name]) for name in _LIMITS)
        if not large >= medium >= small:
            expected = message("limits that fall from large to small")
            advice = message("put them in order")
            found = ", ".join(row[name] for name in _LIMITS)
            yield _about("size_rules.csv", line, found, expected, advice, _entry(row, _LIMITS[0]))
        for code in row["selector"].split():
            rule = code, row["measure"]
            if rule in told:
                expected = message("each code once; it stands in line {line} too", line=told[rule])
                advice = message("keep the entry that holds and remove the other")
                yield _about(
                    "size_rules.csv", line, code, expected, advice, _entry(row, "selector")
                )
            told.setdefault(rule, line)
            if "industries" in lists:
                divisions = codes_of(lists, "industries")
                if not code.isdecimal() or code[:2] not in divisions:
                    expected = message("a code of {file}", file="industries.csv")
                    advice = nearest(code, divisions)
                    entry = _entry(row, "selector")
                    yield _about("size_rules.csv", line, code, expected, advice, entry)


def _unknown_codes(
    name: str, column: str, rows: Rows, lists: CodeLists, other: str
) -> Iterator[Finding]:
    """Yield a finding for each code of a column that the other list does not have."""
    codes = codes_of(lists, other)
    expected = message("a code of {file}", file=f"{other}.csv")
    for line, row in rows:
        for code in row[column].split():
            if code not in codes:
                entry = _entry(row, column)
                yield _about(f"{name}.csv", line, code, expected, nearest(code, codes), entry)


def codes_of(lists: CodeLists, name: str) -> list[str]:
    """Return the codes of a list."""
    return [row["code"] for _, row in lists[name]]
