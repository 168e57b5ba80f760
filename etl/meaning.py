"""Whether what figures mean may be used: catalogue, target register, code lists, peer groups.

Looked at before every command and when the server starts: the files are edited by hand, and all
else rests on them. Every mistake is a finding with its file, line and entry.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from etl.schema import load_schema, nearest, schema_findings
from etl.targets import read_register, word_findings
from indicators import catalogue
from indicators.findings import Finding, Message, message
from indicators.regions import ALL
from indicators.strict_yaml import Written, read

_HAN = re.compile(r"[\u4e00-\u9fff]")
_FILES = ("units", "clauses", "sources", "indicators")
PEERS = "peer_groups"
# Beside the project's own files, whichever are looked at: a planner edits no schema.
SCHEMA = catalogue.CATALOGUE / "catalogue.schema.json"
PEERS_SCHEMA = catalogue.REFERENCE / f"{PEERS}.schema.json"
Rows = list[tuple[int, dict[str, str]]]  # of a code list, each with its line
# The columns of each code list, its codes in the first.
_COLUMNS = {
    "regions": (
        "code", "name_zh", "short_zh", "name_en", "iso3166_2", "kind", "parent", "group",
        "members", "note",
    ),
    "industries": ("code", "name_zh", "name_en", "level", "parent"),
    "schemes": (
        "code", "name_zh", "name_en", "parent", "platform_code", "valid_from", "valid_to", "note",
    ),
    "sizes": ("code", "name_zh", "name_en"),
    "size_rules": ("selector", "name_zh", "measure", "large_min", "medium_min", "small_min"),
    "region_spellings": ("spelling", "code", "relation", "since", "source", "note"),
}  # fmt: skip
# Those that hold codes, one or several, and of which list.
_REFERENCES = [
    ("regions", "parent", "regions"),
    ("regions", "group", "regions"),
    ("regions", "members", "regions"),
    ("industries", "parent", "industries"),
    ("schemes", "parent", "schemes"),
]
_REGION = message("a code of {file}", file="regions.csv")
_INDICATOR = message("an indicator of the catalogue")
_TWICE = message("a key that no other entry has")


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
    wrong += _list_findings(whole)
    schema = load_schema(SCHEMA)
    files: dict[str, Written] = {}
    for name in _FILES:
        part = {"$ref": f"#/$defs/{name}_file", "$defs": schema["$defs"]}
        wrong += _checked(files, folder / f"{name}.yaml", part)
    wrong += _checked(files, reference / f"{PEERS}.yaml", load_schema(PEERS_SCHEMA))
    wrong += [
        *_clause_findings(files), *_indicator_findings(files, whole), *_text_findings(files),
        *_peer_findings(files, whole),
    ]  # fmt: skip
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
    name, columns = path.name, _COLUMNS[path.stem]
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return [], [_about(name, "", message("this file"), message("put the file back"))]
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        return [], [
            _about(
                name, "", message("a CSV file in UTF-8"),
                message('save it as "CSV UTF-8", which Excel and WPS offer'), line,
            )
        ]  # fmt: skip
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: Rows = []
    try:
        headings = next(reader, [])
        if missing := [column for column in columns if column not in headings]:
            expected = message("the columns {names}", names=", ".join(missing))
            return [], [_about(name, ", ".join(headings), expected, message("add what is missing"))]
        for cells in reader:
            if len(cells) != len(headings):
                return [], [
                    _about(
                        name, str(len(cells)), message("{n} cells", n=len(headings)),
                        message("look at the commas and the quotes of this line"), reader.line_num,
                    )
                ]  # fmt: skip
            rows.append((reader.line_num, dict(zip(headings, cells, strict=True))))
    except csv.Error as error:
        return [], [
            _about(
                name, str(error), message("a CSV file in UTF-8"),
                message("look at the commas and the quotes of this line"), reader.line_num,
            )
        ]  # fmt: skip
    return rows, []


def _about(
    file: str, found: str, expected: Message, advice: Message, line: int | None = 1,
    entry: str | None = None,
) -> Finding:  # fmt: skip
    return Finding(file, found, expected, advice, row=line, column=entry, check="catalogue")


def _list_findings(lists: Mapping[str, Rows]) -> Iterator[Finding]:
    for name in ("regions", "industries", "schemes", "sizes"):
        first: dict[str, int] = {}
        for line, row in lists.get(name, []):
            code, file = row["code"], f"{name}.csv"
            if code in first:
                yield _about(
                    file, code, message("each code once; it stands in line {line} too",
                                        line=first[code]),
                    message("keep the entry that holds and remove the other"), line, code,
                )  # fmt: skip
            first.setdefault(code, line)
            for column in ("code", "name_zh", "name_en"):
                if not row[column].strip():
                    yield _about(
                        file, "", message("a text"), message("add what is missing"), line,
                        f"{code} · {column}",
                    )  # fmt: skip
    for name, column, other in _REFERENCES:
        if name in lists and other in lists:
            yield from _unknown_codes(name, column, lists[name], _codes(lists, other))


def _unknown_codes(name: str, column: str, rows: Rows, codes: list[str]) -> Iterator[Finding]:
    for line, row in rows:
        for code in row[column].split():
            if code not in codes:
                yield _about(
                    f"{name}.csv", code, message("a code of {file}", file=f"{name}.csv"),
                    nearest(code, codes), line, f"{row['code']} · {column}",
                )  # fmt: skip


def _codes(lists: Mapping[str, Rows], name: str) -> list[str]:
    return [row["code"] for _, row in lists[name]]


def _clause_findings(files: Mapping[str, Written]) -> Iterator[Finding]:
    for name, level in (("clauses", "clauses"), (PEERS, "groups")):
        if name in files:
            keys = [entry["key"] for entry in files[name].content[level]]
            for number, key in enumerate(keys):
                if key in keys[:number]:
                    yield files[name].finding(
                        key, _TWICE, message("keep the entry that holds and remove the other"),
                        level, number, "key",
                    )  # fmt: skip


def _indicator_findings(
    files: Mapping[str, Written], lists: Mapping[str, Rows]
) -> Iterator[Finding]:
    if "indicators" not in files:
        return
    file = files["indicators"]
    entries: dict[str, dict[str, Any]] = file.content["indicators"]
    known: dict[str, tuple[list[str], Message]] = {
        name: (list(entries), _INDICATOR)
        for name in ("numerator", "denominator", "holders_of", "subset_of", "indicator")
    }
    if "units" in files:
        units = list(files["units"].content["units"])
        known["unit"] = (units, message("a unit of {file}", file="units.yaml"))
    if "clauses" in files:
        clauses = [entry["key"] for entry in files["clauses"].content["clauses"]]
        known["clause"] = (clauses, message("a clause of {file}", file="clauses.yaml"))
    if "regions" in lists:
        known["share_of"] = (_codes(lists, "regions"), _REGION)
    if "industries" in lists:
        industries = [ALL, *_codes(lists, "industries")]
        known["industry"] = (industries, message("an industry of GB/T 4754-2017"))
    if "schemes" in lists:
        known["scheme"] = (
            _codes(lists, "schemes"),
            message("a code of {file}", file="schemes.csv"),
        )
    for key, entry in entries.items():
        for above in ((), ("ratio",), ("same_as",)):
            part = entry if not above else entry.get(above[0], {})
            for name, (codes, expected) in known.items():
                if name in part and part[name] not in codes:
                    yield file.finding(
                        part[name], expected, nearest(part[name], codes),
                        "indicators", key, *above, name,
                    )  # fmt: skip
        yield from _number_findings(file, key, entry)


def _number_findings(file: Written, key: str, entry: Mapping[str, Any]) -> Iterator[Finding]:
    low, high = entry["range"]
    if low >= high:
        yield file.finding(
            f"[{low}, {high}]", message("the lower bound first"),
            message("exchange the two bounds"), "indicators", key, "range",
        )  # fmt: skip
    breaks = entry.get("breaks", [])
    if breaks != sorted(breaks):
        yield file.finding(
            str(breaks), message("numbers that rise"), message("put them in order"),
            "indicators", key, "breaks",
        )  # fmt: skip
    ratio = entry.get("ratio", {})
    earlier = ratio.get("denominator_period", "same") == "earlier"
    if earlier != ("max_age" in ratio):
        yield file.finding(
            "", message("denominator_period: earlier and max_age together, or neither"),
            message("say how many years older the denominator may be, or leave both out"),
            "indicators", key, "ratio",
        )  # fmt: skip


def _text_findings(files: Mapping[str, Written]) -> Iterator[Finding]:
    for name in ("indicators", "clauses", "sources"):
        if name in files:
            content = files[name].content[name]
            entries = enumerate(content) if isinstance(content, list) else content.items()
            for key, entry in entries:
                for field, text in entry.items():
                    if isinstance(text, dict) and {"zh", "en"} <= set(text):
                        yield from _language_findings(files[name], text, name, key, field)


def _language_findings(
    file: Written, text: Mapping[str, str], *place: str | int
) -> Iterator[Finding]:
    if not _HAN.search(text["zh"]):
        yield file.finding(
            text["zh"], message("Chinese"), message("write it in Chinese"), *place, "zh"
        )
    if _HAN.search(text["en"]):
        yield file.finding(
            text["en"], message("English"), message("write it in English"), *place, "en"
        )


def _peer_findings(files: Mapping[str, Written], lists: Mapping[str, Rows]) -> Iterator[Finding]:
    if PEERS not in files:
        return
    file = files[PEERS]
    if "regions" in lists:
        codes = _codes(lists, "regions")
        for number, group in enumerate(file.content["groups"]):
            for position, code in enumerate(group["members"]):
                if code not in codes:
                    yield file.finding(
                        code, _REGION, nearest(code, codes), "groups", number, "members", position
                    )
    known: dict[str, tuple[list[str], Message]] = {}
    if "indicators" in files:
        known["indicator"] = (list(files["indicators"].content["indicators"]), _INDICATOR)
    if "industries" in lists:
        industries = [ALL, *_codes(lists, "industries")]
        known["industry"] = (industries, message("an industry of GB/T 4754-2017"))
    for number, feature in enumerate(file.content["neighbours"]["features"]):
        for name, (codes, expected) in known.items():
            if name in feature and feature[name] not in codes:
                yield file.finding(
                    feature[name], expected, nearest(feature[name], codes),
                    "neighbours", "features", number, name,
                )  # fmt: skip
