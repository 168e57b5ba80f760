"""Whether what figures mean may be used: catalogue, target register, code lists, peer groups.

Looked at before every command and when the server starts: the files are edited by hand, and all
else rests on them. Every mistake is a finding with its file, line and entry.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from etl.code_lists import BOUNDARIES, COLUMNS, CodeLists, codes_of, read_code_lists
from etl.targets import read_register, word_findings
from indicators import catalogue
from indicators.compare import peer_groups
from indicators.findings import Finding, message
from indicators.regions import ALL
from indicators.schema import Known, load_schema, nearest, repeated, schema_findings, unknown_words
from indicators.strict_yaml import Written, read

_HAN = re.compile(r"[\u4e00-\u9fff]")
_FILES = ("units", "clauses", "sources", "indicators", "standards", "opinion")
# Beside the project's own files, whichever are looked at: a planner edits no schema.
SCHEMA = catalogue.CATALOGUE / "catalogue.schema.json"
BOUNDARIES_SCHEMA = catalogue.REFERENCE / "boundaries.schema.json"
_ALIKE = 0.8  # of names that differ by a slip
FOLDERLESS = ("registry", "demonstration")  # sources counted or generated, with no files in raw
_REGION = message("a code of {file}", file="regions.csv")
_PARTS = ("numerator", "denominator", "or_denominator")  # of a ratio
_INDICATOR = message("an indicator of the catalogue")


def findings(folder: Path | None = None, reference: Path | None = None) -> list[Finding]:
    """Return all that is wrong with a catalogue's folder and its code lists', by default ours.

    A file that cannot be read hides no mistake of another.
    """
    folder = folder or catalogue.CATALOGUE
    reference = reference or catalogue.REFERENCE
    whole, wrong = read_code_lists(reference)
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
    if {*_FILES, *COLUMNS} <= {*files, *whole}:
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


def _known(files: Mapping[str, Written], lists: CodeLists) -> Known:
    """Return what an entry may name, as far as the files that say it can be read."""
    known: Known = {}
    if "indicators" in files:
        indicators = (list(files["indicators"].content["indicators"]), _INDICATOR)
        references = ("holders_of", "subset_of", "growth_of", "industry_share_of", "indicator")
        names = (*_PARTS, *references)
        known |= dict.fromkeys(names, indicators)
    if "units" in files:
        units = list(files["units"].content["units"])
        known["unit"] = (units, message("a unit of {file}", file="units.yaml"))
    if "clauses" in files:
        clauses = [entry["key"] for entry in files["clauses"].content["clauses"]]
        known["clause"] = (clauses, message("a clause of {file}", file="clauses.yaml"))
    if "regions" in lists:
        known["share_of"] = known["region"] = (codes_of(lists, "regions"), _REGION)
    if "industries" in lists:
        industries = [ALL, *codes_of(lists, "industries")]
        known["industry"] = (industries, message("an industry of GB/T 4754-2017"))
    if "schemes" in lists:
        schemes = codes_of(lists, "schemes")
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
        for name in ("published", "until"):
            day = entry.get(name, "2000")
            try:
                date.fromisoformat(f"{day}-01-01"[:10])
            except ValueError:
                expected = message("a day of the calendar")
                yield file.finding(day, expected, message("correct the entry"), *place, name)
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
