"""Whether what figures mean may be used: catalogue, target register, code lists, peer groups.

Looked at before every command and when the server starts: the files are edited by hand, and all
else rests on them. Every mistake is a finding with its file, line and entry.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from etl.targets import read_register, word_findings
from indicators import catalogue
from indicators.compare import peer_groups
from indicators.findings import Finding, Message, message
from indicators.industry_tree import DIVISION, SECTION
from indicators.regions import ALL
from indicators.schema import Known, load_schema, nearest, repeated, schema_findings, unknown_words
from indicators.strict_yaml import Written, read

_HAN = re.compile(r"[\u4e00-\u9fff]")
_FILES = ("units", "clauses", "sources", "indicators", "standards", "opinion")
# Beside the project's own files, whichever are looked at: a planner edits no schema.
SCHEMA = catalogue.CATALOGUE / "catalogue.schema.json"
BOUNDARIES = Path("boundaries") / "boundaries.yaml"
BOUNDARIES_SCHEMA = catalogue.REFERENCE / "boundaries.schema.json"
Rows = list[tuple[int, dict[str, str]]]  # of a code list, each with its line
# The columns of each code list, its codes in the first.
_COLUMNS = {
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
]
_VERIFIED = ("primary", "secondary", "unconfirmed")
_REGION_CODE = re.compile(r"[0-9]{6}|[A-Z][A-Z0-9_]*")
_DIGITS = re.compile("[0-9]{6}")
_DRAWN = re.compile(r'"id": ?"([0-9]{6})"')
_KINDS = (
    *("world", "nation", "province", "prefecture"),
    *("economic_region", "three_region", "cluster"),
)
# The columns that hold numbers, and how one is written.
_NUMBERS = {
    "size_rules": ("large_min", "medium_min", "small_min"),
    "label_points": ("longitude", "latitude"),
}
_YEARS = {"region_spellings": ("since",), "region_changes": ("since", "until")}
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_YEAR = re.compile(r"[0-9]{4}")
_ALIKE = 0.8  # of names that differ by a slip
FOLDERLESS = ("registry", "demonstration")  # sources counted or generated, with no files in raw
_REGION = message("a code of {file}", file="regions.csv")
_PARTS = ("numerator", "denominator", "or_denominator")  # of a ratio
_INDICATOR = message("an indicator of the catalogue")
_KEEP = message("keep the entry that holds and remove the other")


def findings(folder: Path | None = None, reference: Path | None = None) -> list[Finding]:
    """Return all that is wrong with a catalogue's folder and its code lists', by default ours.

    A file that cannot be read hides no mistake of another.
    """
    folder = folder or catalogue.CATALOGUE
    reference = reference or catalogue.REFERENCE
    wrong: list[Finding] = []
    lists: dict[str, Rows] = {}
    for name in _COLUMNS:
        lists[name], found = _code_list(reference / f"{name}.csv")
        wrong += found
    broken = {Path(finding.file).stem for finding in wrong}
    whole = {name: rows for name, rows in lists.items() if name not in broken}
    wrong += _number_cell_findings(whole)
    # What names a code of a list is looked at once that list is right: a wrong code would be
    # told of, with the advice to write it, wherever the right one stands.
    drawn = _drawn(reference / BOUNDARIES.parent)
    for look in (partial(_list_findings, drawn=drawn), _reference_findings, _member_findings):
        found = list(look(whole))
        wrong += found
        whole = {
            name: rows
            for name, rows in whole.items()
            if not any(finding.file == f"{name}.csv" for finding in found)
        }
    schema = load_schema(SCHEMA)
    files: dict[str, Written] = {}
    for name in _FILES:
        part = {"$ref": f"#/$defs/{name}_file", "$defs": schema["$defs"]}
        wrong += _checked(files, folder / f"{name}.yaml", part)
    wrong += _checked(files, reference / BOUNDARIES, load_schema(BOUNDARIES_SCHEMA))
    known = _known(files, whole)
    wrong += peer_groups.checked(reference / "peer_groups.yaml", known)[1]
    wrong += [
        *_clause_findings(files),
        *_indicator_findings(files, known),
        *_standard_findings(files, known),
        *_text_findings(files),
        *_source_findings(files, known, folder.parent / "raw"),
    ]
    register, found = read_register(folder / "targets")
    wrong += found
    if {*_FILES, *_COLUMNS} <= {*files, *whole}:
        wrong += word_findings(register, catalogue.read(folder, reference))
    return wrong


def _checked(files: dict[str, Written], path: Path, schema: Mapping[str, Any]) -> list[Finding]:
    """Return what is wrong with a file's form; put the file into `files` if nothing is."""
    written, wrong = read(path, "catalogue")
    if written is not None:
        wrong = wrong + schema_findings(written, schema)
        if not wrong:
            files[path.stem] = written
    return wrong


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
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        save = message('save it as "CSV UTF-8", which Excel and WPS offer')
        return unread("", csv_file, save, line)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: Rows = []
    try:
        headings = next(reader, [])
        if missing := [each for each in _COLUMNS[path.stem] if each not in headings]:
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


def _list_findings(lists: Mapping[str, Rows], drawn: set[str]) -> Iterator[Finding]:
    for name in ("regions", "industries", "schemes", "sizes"):
        first: dict[str, int] = {}
        for line, row in lists.get(name, []):
            code, file = row["code"], f"{name}.csv"
            if code in first:
                expected = message("each code once; it stands in line {line} too", line=first[code])
                yield _about(file, line, code, expected, _KEEP, code)
            first.setdefault(code, line)
            for column in ("code", "name_zh", "name_en"):
                if not row[column].strip():
                    add = message("add what is missing")
                    yield _about(file, line, "", message("a text"), add, f"{code} · {column}")
    for line, row in lists.get("regions", []):
        yield from _region_findings(line, row)
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


def _region_findings(line: int, row: Mapping[str, str]) -> Iterator[Finding]:
    file, code, kind = "regions.csv", row["code"], row["kind"]
    if code.strip() and not _REGION_CODE.fullmatch(code):
        expected = message("six digits, or for a group of regions a word in capitals")
        yield _about(file, line, code, expected, message("write it in this form"), code)
    if kind not in _KINDS:
        expected = message("one of {names}", names=", ".join(_KINDS))
        advice = nearest(kind, _KINDS, message("choose one of these words"))
        yield _about(file, line, kind, expected, advice, f"{code} · kind")


def _number_cell_findings(lists: Mapping[str, Rows]) -> Iterator[Finding]:
    for name, columns in _NUMBERS.items():
        for line, row in lists.get(name, []):
            for column in columns:
                if not _NUMBER.fullmatch(row[column].strip()):
                    advice = message("write digits alone, with a point before decimals")
                    entry = f"{row.get('name_zh') or row.get('code')} · {column}"
                    yield _about(
                        f"{name}.csv", line, row[column], message("a number"), advice, entry
                    )
    for name, columns in _YEARS.items():
        for line, row in lists.get(name, []):
            for column in columns:
                year = row[column].strip()
                if year and not (_YEAR.fullmatch(year) and int(year) <= date.today().year):
                    expected = message("a year, not in the future")
                    advice = message(
                        "write the year of the change in four digits, or leave it empty"
                    )
                    entry = f"{row.get('spelling') or row['code']} · {column}"
                    yield _about(f"{name}.csv", line, year, expected, advice, entry)


def _reference_findings(lists: Mapping[str, Rows]) -> Iterator[Finding]:
    for name, column, other in _REFERENCES:
        if name in lists and other in lists:
            yield from _unknown_codes(name, column, lists[name], _codes(lists, other))
    if {"regions", "region_spellings"} <= lists.keys():
        # What is ambiguous may be a county, whose code is not listed.
        rows = [each for each in lists["region_spellings"] if each[1]["relation"] != "ambiguous"]
        yield from _unknown_codes("region_spellings", "code", rows, _codes(lists, "regions"))
    for line, row in lists.get("region_changes", []):
        for column in ("code", "successors"):
            for code in row[column].split() or [""]:
                if not _DIGITS.fullmatch(code) and (code or column == "code"):
                    advice = message("write it in this form")
                    entry = f"{row['code']} · {column}"
                    expected = message("a county's code of six digits")
                    yield _about("region_changes.csv", line, code, expected, advice, entry)
        if row["verification"] not in _VERIFIED:
            expected = message("one of {names}", names=", ".join(_VERIFIED))
            advice = nearest(row["verification"], _VERIFIED, message("choose one of these words"))
            entry = f"{row['code']} · verification"
            yield _about("region_changes.csv", line, row["verification"], expected, advice, entry)


def _member_findings(lists: Mapping[str, Rows]) -> Iterator[Finding]:
    """Yield a finding for each member that a sector or group would count twice, or not at all."""
    industries = {row["code"]: row for _, row in lists.get("industries", [])}
    for line, row in lists.get("industries", []):
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


def _unknown_codes(name: str, column: str, rows: Rows, codes: list[str]) -> Iterator[Finding]:
    file = f"{name}.csv"
    expected = message("a code of {file}", file=file)
    for line, row in rows:
        for code in row[column].split():
            if code not in codes:
                entry = f"{row.get('spelling') or row['code']} · {column}"
                yield _about(file, line, code, expected, nearest(code, codes), entry)


def _codes(lists: Mapping[str, Rows], name: str) -> list[str]:
    return [row["code"] for _, row in lists[name]]


def _clause_findings(files: Mapping[str, Written]) -> Iterator[Finding]:
    for name in ("clauses", "standards"):
        if name in files:
            yield from repeated(files[name], name)
    if {"clauses", "opinion"} <= files.keys():
        known = [entry["key"] for entry in files["clauses"].content["clauses"]]
        for place, passage in enumerate(files["opinion"].content["passages"]):
            for key in passage["clauses"]:
                if key not in known:
                    expected = message("a clause of {file}", file="clauses.yaml")
                    at = ("passages", place, "clauses")
                    yield files["opinion"].finding(key, expected, nearest(key, known), *at)


def _known(files: Mapping[str, Written], lists: Mapping[str, Rows]) -> Known:
    """Return what an entry may name, as far as the files that say it can be read."""
    known: Known = {}
    if "indicators" in files:
        indicators = (list(files["indicators"].content["indicators"]), _INDICATOR)
        names = (*_PARTS, "holders_of", "subset_of", "growth_of", "indicator")
        known |= dict.fromkeys(names, indicators)
    if "units" in files:
        units = list(files["units"].content["units"])
        known["unit"] = (units, message("a unit of {file}", file="units.yaml"))
    if "clauses" in files:
        clauses = [entry["key"] for entry in files["clauses"].content["clauses"]]
        known["clause"] = (clauses, message("a clause of {file}", file="clauses.yaml"))
    if "regions" in lists:
        known["share_of"] = known["region"] = (_codes(lists, "regions"), _REGION)
    if "industries" in lists:
        industries = [ALL, *_codes(lists, "industries")]
        known["industry"] = (industries, message("an industry of GB/T 4754-2017"))
    if "schemes" in lists:
        schemes = _codes(lists, "schemes")
        known["scheme"] = (schemes, message("a code of {file}", file="schemes.csv"))
    if "standards" in files:
        schemes = [entry["scheme"] for entry in files["standards"].content["standards"]]
        expected = message("a scheme of {file}", file="standards.yaml")
        known["current_standard_of"] = (schemes, expected)
    return known


def _indicator_findings(files: Mapping[str, Written], known: Known) -> Iterator[Finding]:
    if "indicators" not in files:
        return
    file = files["indicators"]
    for key, entry in file.content["indicators"].items():
        place = ("indicators", key)
        yield from unknown_words(file, entry, known, *place)
        for part in ("ratio", "same_as"):
            yield from unknown_words(file, entry.get(part, {}), known, *place, part)
        yield from _number_findings(file, entry, *place)
    yield from _circle_findings(file)


def _circle_findings(file: Written) -> Iterator[Finding]:
    """Yield a finding for each ratio that rests on itself, one for a circle of several."""
    entries = file.content["indicators"]
    parts = {
        key: [entry["ratio"].get(part, "") for part in _PARTS]
        for key, entry in entries.items()
        if "ratio" in entry
    }
    told: set[str] = set()
    for key in parts:
        for name, start in zip(_PARTS, parts[key], strict=True):
            circle = _way(parts, start, key, set())
            if circle and not told & set(circle):
                told |= set(circle)
                expected = message("an indicator that does not itself rest on this ratio")
                advice = message("name the counts that the ratio is made of")
                found = " → ".join([key, *circle])
                yield file.finding(found, expected, advice, "indicators", key, "ratio", name)


def _way(parts: Mapping[str, list[str]], start: str, goal: str, seen: set[str]) -> list[str] | None:
    """Return the ratios by which one rests on another, both ends with them; None if it does not."""
    if start == goal:
        return [goal]
    seen.add(start)
    for part in parts.get(start, []):
        if part not in seen and (way := _way(parts, part, goal, seen)):
            return [start, *way]
    return None


def _standard_findings(files: Mapping[str, Written], known: Known) -> Iterator[Finding]:
    if "standards" not in files:
        return
    file = files["standards"]
    for number, entry in enumerate(file.content["standards"]):
        place = ("standards", number)
        yield from unknown_words(file, entry, known, *place)
        if "until" in entry and entry["until"] < entry["published"]:
            expected = message("a day after it was published: {day}", day=entry["published"])
            advice = message("correct one of the two days")
            yield file.finding(entry["until"], expected, advice, *place, "until")


def _number_findings(file: Written, entry: Mapping[str, Any], *place: str) -> Iterator[Finding]:
    if "covers" in entry and entry["timing"] != "flow":
        expected = message("timing: flow, for only that is measured over a year")
        yield file.finding(entry["covers"], expected, message("leave it out"), *place, "covers")
    low, high = entry["range"]
    if low >= high:
        expected, advice = message("the lower bound first"), message("exchange the two bounds")
        yield file.finding(f"[{low}, {high}]", expected, advice, *place, "range")
    breaks = entry.get("breaks", [])
    if breaks != sorted(breaks):
        expected, advice = message("numbers that rise"), message("put them in order")
        yield file.finding(str(breaks), expected, advice, *place, "breaks")
    ratio = entry.get("ratio", {})
    earlier = ratio.get("denominator_period", "same") == "earlier"
    if earlier != ("max_age" in ratio):
        expected = message("denominator_period: earlier and max_age together, or neither")
        advice = message("say how many years older the denominator may be, or leave both out")
        yield file.finding("", expected, advice, *place, "ratio")
    if "or_denominator" in ratio and not earlier:
        expected = message("denominator_period: earlier beside or_denominator")
        advice = message("say of which earlier period it may be, or leave it out")
        yield file.finding(ratio["or_denominator"], expected, advice, *place, "ratio")


def _text_findings(files: Mapping[str, Written]) -> Iterator[Finding]:
    for name in ("indicators", "clauses", "sources"):
        if name in files:
            content = files[name].content[name]
            entries = enumerate(content) if isinstance(content, list) else content.items()
            for key, entry in entries:
                for field, text in entry.items():
                    if isinstance(text, dict) and {"zh", "en"} <= set(text):
                        yield from _language_findings(files[name], text, name, key, field)


def _source_findings(files: Mapping[str, Written], known: Known, raw: Path) -> Iterator[Finding]:
    """Yield a finding for each calendar of an indicator that there is not, and for each source
    that has no folder where one like it has no source.

    A folder without an entry is an office's own, and a source without a folder may be gone.
    """
    if "sources" not in files:
        return
    file = files["sources"]
    keys = file.content["sources"]
    for key, entry in keys.items():
        place = ("sources", key, "calendar", "indicators")
        for name in entry.get("calendar", {}).get("indicators", {}):
            if (codes := known.get("indicator")) and name not in codes[0]:
                yield file.finding(name, codes[1], nearest(name, codes[0]), *place, name)
    if not raw.is_dir():
        return
    folders = {place.name for place in raw.iterdir() if place.is_dir()}
    strays = sorted(folders - set(keys))
    for key in keys:
        if key not in folders and key not in FOLDERLESS:
            for folder in difflib.get_close_matches(key, strays, 1, _ALIKE):
                expected = message(
                    "the name of a folder of {raw}; {folder} there has no entry here",
                    raw="data/raw",
                    folder=folder,
                )
                advice = message("write {word}, if that is meant", word=folder)
                yield file.finding(key, expected, advice, "sources", key)


def _language_findings(
    file: Written, text: Mapping[str, str], *place: str | int
) -> Iterator[Finding]:
    if not _HAN.search(text["zh"]):
        advice = message("write it in Chinese")
        yield file.finding(text["zh"], message("Chinese"), advice, *place, "zh")
    if _HAN.search(text["en"]):
        advice = message("write it in English")
        yield file.finding(text["en"], message("English"), advice, *place, "en")
