"""A declaration being read: from beside a file or inside a template, with every mistake in it."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from shlex import quote
from typing import Any

import yaml

from etl.figures.declaration import (
    MARKER,
    OPTIONAL,
    PARTS,
    PROVENANCE,
    REPEATED,
    SCOPES,
    SOURCE,
    TODO,
    Declaration,
    Rule,
    beside,
)
from etl.files.listing import Listing
from etl.files.table import INSIDE, WORKBOOKS
from etl.files.text import ENCODINGS, known_encoding
from indicators import strict_yaml
from indicators.catalogue import REFERENCE
from indicators.findings import Finding, FindingsError, Message, message
from indicators.schema import load_schema, mistakes
from indicators.store.tables import KEY

SCHEMA = REFERENCE / "declaration.schema.json"
_RULES = ("equals", "starts", "from")
LARGEST = 256 << 10  # bytes: names for every county take a fifth of it
_LETTERS = ("Nd", "Lu", "Ll", "Lo")


def read_declaration(path: Path, shared: Path | None = None) -> Declaration:
    """Return the declaration of a file: the one beside it, or the one inside a filled template.

    shared: what the files of the source have in common, where such a file exists; what the one
    beside the file says goes before it. Raises `FindingsError` with every mistake in either; where
    what is shared is wrong itself, with that alone, not with what follows from it in each file.
    """
    place = beside(path)
    content: dict[str, Any] = {}
    writings: list[strict_yaml.Written] = []
    if not place.exists():
        inside = declared_inside(path)
        if inside is not None:
            return declaration_of(inside, path.name)
        if shared is None or not shared.exists():
            raise FindingsError(
                [
                    Finding(
                        path.name,
                        "",
                        message("a declaration in {file}", file=place.name),
                        message("run python -m etl inspect {file}", file=quote(str(path))),
                    )
                ]
            )
    for file in filter(None, (shared, place)):
        if file.exists():
            name = file.name if file == place else f"{file.parent.name}/{file.name}"
            written = _written(file, name)
            if not isinstance(written.content, dict):
                return declaration_of(written.content, name, [written])
            if file == shared:
                _refuse_form(written)
            writings.insert(0, written)
            content = merged(content, written.content)
    return declaration_of(content, place.name, writings)


def declared_inside(path: Path) -> dict[str, Any] | None:
    """Return what a filled template says of itself, None for any other file.

    Raises `FindingsError` for a workbook that cannot be opened.
    """
    if path.suffix.lower() not in WORKBOOKS or not path.exists() or not path.stat().st_size:
        return None
    from etl.files.workbook import Workbook  # only workbooks need what reads them

    listing = Listing(path.name)
    with Workbook(path, listing) as book:
        if not {INSIDE, SOURCE} <= set(book.names):
            return None
        said = [row[0] for row in book.cells(INSIDE) if row]
        if len(said) < 2 or said[0] != MARKER:
            return None
        listing.sheet = SOURCE
        given = book.cells(SOURCE)
    try:
        declared = yaml.safe_load(str(said[1]))
    except (RecursionError, yaml.YAMLError):
        declared = None
    if not isinstance(declared, dict):
        listing.stop(
            str(said[1]),
            message("the declaration of the template"),
            message("make the template again and copy the figures into it"),
        )
    provenance = {
        str(row[0]): str(row[1]).strip()
        for row in given[1:]
        if len(row) > 1 and row[0] in (*PROVENANCE, *OPTIONAL) and str(row[1]).strip()
    }
    return declared | {"provenance": provenance}


def said_in(place: Path, name: str) -> dict[str, Any]:
    """Return what a declaration says by itself, not yet looked at; raises `FindingsError`.

    name: what findings call the file.
    """
    content = _written(place, name).content
    if isinstance(content, dict):
        return content
    declaration_of(content, name)  # which tells what is wrong with it
    return {}


def merged(common: Any, own: Any) -> Any:
    """Return what two declarations say together; where both say something, the second holds."""
    if not (isinstance(common, dict) and isinstance(own, dict)):
        return own
    both = {key: merged(common[key], own[key]) for key in common.keys() & own.keys()}
    return {**common, **own, **both}


def _written(place: Path, name: str) -> strict_yaml.Written:
    if (size := place.stat().st_size) > LARGEST:
        raise FindingsError(
            [
                Finding(
                    name,
                    f"{size >> 10} KB",
                    message("a declaration of at most {size} KB", size=LARGEST >> 10),
                    message("keep to what the figures need; a code list is no declaration"),
                )
            ]
        )
    written, findings = strict_yaml.read(place)
    if written is None or findings:
        raise FindingsError([replace(finding, file=name) for finding in findings])
    return replace(written, name=name)


def _refuse_form(written: strict_yaml.Written) -> None:
    reading = _Reading(written.name, [written])
    reading.form(written.content)
    if reading.findings:
        raise FindingsError(reading.findings)


def declaration_of(
    content: Any, file: str, writings: Sequence[strict_yaml.Written] = ()
) -> Declaration:
    """Return the declaration that a YAML text says; raises `FindingsError` with every mistake.

    `writings`: the files that it stands in, that beside the figures first, which know the line of
    every key.
    """
    reading = _Reading(file, writings)
    made = reading.declaration(content)
    if reading.findings or made is None:
        raise FindingsError(reading.findings)
    return made


def _depth(content: Any, path: Sequence[str | int]) -> int:
    """Return how many steps of a path to a key lead somewhere in a file."""
    for depth, step in enumerate(path):
        if not isinstance(content, dict) or step not in content:
            return depth
        content = content[step]
    return len(path)


class _Reading:
    """One declaration being read: what is wrong with it is collected."""

    def __init__(self, file: str, writings: Sequence[strict_yaml.Written]) -> None:
        self._file = file
        self._writings = writings
        self.findings: list[Finding] = []

    def _wrong(
        self, found: object, expected: Message, *path: str | int, advice: Message | None = None
    ) -> None:
        file, line = self._file, None
        if self._writings:
            depths = [_depth(written.content, path) for written in self._writings]
            written = self._writings[depths.index(max(depths))]
            file, line = written.name, written.row(*path)
        key = ".".join(step for step in path if isinstance(step, str))
        advice = advice or message("correct {key} in the declaration", key=key)
        self.findings.append(
            Finding(file, str(found)[:200], expected, advice, row=line, column=key)
        )

    def declaration(self, content: Any) -> Declaration | None:
        self._find_todos(content)
        if self.findings:
            return None
        if not isinstance(content, dict):
            self._wrong(content, message("keys and what they say"))
            return None
        return self._declaration(self.form(content))

    def form(self, content: Mapping[Any, Any]) -> dict[str, Any]:
        """Return what of a declaration keeps to the schema; list what does not."""
        schema = load_schema(SCHEMA)
        said = _normal(content, schema)
        for mistake in list(mistakes(said, schema, between=" ")):
            self._wrong(mistake.found, mistake.expected, *mistake.path, advice=mistake.meant)
            _drop(said, mistake.path)
        return said

    def _declaration(self, said: Mapping[str, Any]) -> Declaration:
        """Return what is said, which keeps to the schema; list what that cannot say."""

        def texts(key: str) -> dict[str, str]:
            return {name: text for name, text in said.get(key, {}).items() if text is not None}

        def listed(key: str) -> tuple[Any, ...]:
            return tuple(said.get(key, ()))

        sheets = said.get("sheets", {})
        if isinstance(sheets, list):
            sheets = dict.fromkeys(sheets)
        scope, whole = said.get("scope"), said.get("whole")
        if scope is not None and scope not in SCOPES:
            # Where only a region has a total, its code may stand as scope.
            if whole not in (None, scope):
                self._wrong(scope, message("domestic, all, or the code of a region"), "scope")
            whole = scope
        rules = [rule for rule in said.get("leave_out", []) if isinstance(rule, dict)]
        made = Declaration(
            provenance=texts("provenance"),
            columns=texts("columns"),
            fixed=texts("fixed"),
            layout=said.get("layout", "long"),
            across=listed("across"),
            ignore=listed("ignore"),
            header=tuple(said.get("header", [1])),
            encoding=self._encoding(said.get("encoding")),
            separator=said.get("separator"),
            sheet=said.get("sheet"),
            across_sheets=said.get("across_sheets"),
            sheets={name: name if text is None else text for name, text in sheets.items()},
            unit=said.get("unit"),
            unit_overrules=listed("unit_overrules"),
            scope=SCOPES.get(str(scope)),
            scope_by_scheme={
                name: SCOPES[word] for name, word in said.get("scope_by_scheme", {}).items()
            },
            whole=whole,
            regions=said.get("regions"),
            within=said.get("within"),
            merged=listed("merged"),
            dates=said.get("dates", "text"),
            number_formats=said.get("number_formats"),
            hidden=said.get("hidden"),
            missing=said.get("missing", {}),
            notes=self._notes(said.get("notes", {})),
            breaks=listed("breaks"),
            second_sources=listed("second_sources"),
            leave_out=tuple(
                Rule(rule["column"], *(tuple(rule.get(key, ())) for key in _RULES))
                for rule in rules
                if "column" in rule
            ),
            left_rows=frozenset(row for rule in rules for row in rule.get("rows", ())),
            repeated_header=REPEATED in said.get("leave_out", ()),
            names=said.get("names", {}),
        )
        self._check(made)
        return made

    def _notes(self, notes: Mapping[str, str]) -> dict[str, str]:
        for mark in notes:
            # What may end a number or a name would be cut off from it.
            ending = mark.strip()[-1:]
            if not ending or ending in "%‰.,+-" or unicodedata.category(ending) in _LETTERS:
                expected = message("the mark of a note, such as ① or *")
                self._wrong(mark, expected, "notes", mark)
        return {mark.strip(): text.strip() for mark, text in notes.items()}

    def _find_todos(self, content: Any, *path: str | int) -> None:
        if isinstance(content, dict | list):
            parts = content.items() if isinstance(content, dict) else enumerate(content)
            for step, part in parts:
                self._find_todos(part, *path, step)
        elif isinstance(content, str) and content.strip().startswith(TODO):
            self._wrong(
                content,
                message("your decision in place of TODO"),
                *path,
                advice=message("nobody but you can say this: write it into the declaration"),
            )

    def _encoding(self, given: str | None) -> str | None:
        if given is None:
            return None
        name = known_encoding(given)
        if name not in ENCODINGS:
            self._wrong(given, message("one of {names}", names=" ".join(ENCODINGS)), "encoding")
        return name

    def _check(self, made: Declaration) -> None:
        wide = made.layout == "wide"
        lacking = [
            key
            for key in PROVENANCE
            if not made.provenance.get(key, "").strip() and key not in made.columns
        ]
        if lacking:
            self._wrong(
                ", ".join(lacking),
                message("the document's {keys}", keys=", ".join(PROVENANCE)),
                "provenance",
                advice=message("write where the figures come from into {file}", file=self._file),
            )
        first = made.header[0]
        if made.header != tuple(range(first, first + len(made.header))):
            self._wrong(
                list(made.header),
                message("the numbers of the header rows, one after another"),
                "header",
            )
        if wide != bool(made.across) or (wide and len(made.across) != len(made.header)):
            self._wrong(
                list(made.across),
                message("for a wide table, what each header row holds; for a long one, nothing"),
                "across",
            )
        if wide == ("value" in made.columns):
            self._wrong(
                made.columns.get("value", ""),
                message("for a long table, the column of the figures; for a wide one, none"),
                *("columns", "value"),
            )
        self._check_places(made)
        schemes = "scheme" in made.columns and {"region"} & {*made.columns, *made.fixed}
        if made.scope_by_scheme and not (schemes and made.scope):
            self._wrong(
                " ".join(made.scope_by_scheme),
                message("beside it `scope`, a column of schemes and the region of each row"),
                "scope_by_scheme",
            )
        if made.sheets and made.across_sheets is None:
            self._wrong(
                " ".join(made.sheets),
                message("under `across_sheets`, what the sheets are parted by, such as period"),
                "sheets",
            )
        if made.sheet is not None and made.across_sheets is not None:
            self._wrong(made.sheet, message("either `sheet` or `across_sheets`"), "sheet")
        units = {
            "unit": made.unit is not None,
            "columns.unit": "unit" in made.columns,
            "across": "unit" in made.across,
        }
        if sum(units.values()) != 1:
            self._wrong(
                ", ".join(place for place, given in units.items() if given),
                message("the unit of the figures once, such as 张, 万张, %"),
                "unit",
            )
        for label, often in Counter(made.columns.values()).items():
            if often > 1:
                self._wrong(label, message("one meaning for a column"), "columns")

    def _check_places(self, made: Declaration) -> None:
        """Look for each part of the key: it stands in one place; a period may stand in parts."""
        places = {
            "columns": made.columns,
            "fixed": made.fixed,
            "across": made.across,
            "across_sheets": (made.across_sheets,),
        }

        def found(key: str) -> list[str]:
            return [place for place, keys in places.items() for each in keys if each == key]

        parts = [part for part in PARTS if found(part)]
        for key in (*KEY, *parts):
            if len(found(key)) != 1 and (key != "period" or not parts):
                self._wrong(
                    ", ".join(found(key)),
                    message("{key} once: under columns, fixed, across or across_sheets", key=key),
                    key,
                )
        if parts and (found("period") or len(parts) != 2 or "year" not in parts):
            self._wrong(
                ", ".join([*(["period"] if found("period") else []), *parts]),
                message("either the period, or the year with the quarter or the month"),
                "period",
            )


def _drop(said: dict[str, Any], path: Sequence[str | int]) -> None:
    """Take out of a declaration what is wrong in it, for the rest of it to be looked at."""
    top, *below = path
    inner = said.get(str(top))
    if below and isinstance(inner, dict):
        inner.pop(below[0], None)
    else:
        said.pop(str(top), None)


def _normal(content: Mapping[Any, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a declaration with every text as text and every list as a list.

    Codes, periods and days may be written bare, and a list of one without brackets.
    """
    said = {
        str(key): value if key == "header" else _texts(value)
        for key, value in content.items()
        if value is not None
    }
    for key, value in said.items():
        if schema["properties"].get(key, {}).get("type") == "array":
            said[key] = value if isinstance(value, list) else [value]
    for rule in said.get("leave_out", []):
        if isinstance(rule, dict):
            lists = {key: rule[key] for key in _RULES if key in rule}
            rule |= {k: entry if isinstance(entry, list) else [entry] for k, entry in lists.items()}
    return said


def _texts(said: Any) -> Any:
    if isinstance(said, dict):
        return {
            "" if key is None else str(key): part if key == "rows" else _texts(part)
            for key, part in said.items()
        }
    if isinstance(said, list):
        return [_texts(part) for part in said]
    is_bare = isinstance(said, date | int | float) and not isinstance(said, bool)
    return str(said) if is_bare else said
