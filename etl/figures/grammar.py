"""A declaration being read: from beside a file or inside a template, with every mistake in it."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from etl.figures.declaration import (
    COLUMNS,
    INSIDE,
    MARKER,
    MARKS,
    MEANINGS,
    NAMED,
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
from etl.files.table import WORKBOOKS
from indicators import strict_yaml
from indicators.findings import Finding, FindingsError, Message, message
from indicators.store.tables import KEY

LARGEST = 256 << 10  # bytes: names for every county take a fifth of it
_LETTERS = ("Nd", "Lu", "Ll", "Lo")
_REGION = re.compile(r"[1-9][0-9]{5}|[A-Z][A-Z0-9_]+")


def read_declaration(path: Path, shared: Path | None = None) -> Declaration:
    """Return the declaration of a file: the one beside it, or the one inside a filled template.

    shared: what the files of the source have in common, where such a file exists; what the one
    beside the file says goes before it. Raises `FindingsError` with every mistake in either.
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
                        message("run python -m etl inspect {file}", file=path.name),
                    )
                ]
            )
    for file in filter(None, (shared, place)):
        if file.exists():
            name = file.name if file == place else f"{file.parent.name}/{file.name}"
            written = _written(file, name)
            if not isinstance(written.content, dict):
                return declaration_of(written.content, name, [written])
            writings.insert(0, written)
            content = _merged(content, written.content)
    return declaration_of(content, place.name, writings)


def declared_inside(path: Path) -> dict[str, Any] | None:
    """Return what a filled template says of itself, None for any other file.

    Raises `FindingsError` for a workbook that cannot be opened.
    """
    if path.suffix.lower() not in WORKBOOKS or not path.exists() or not path.stat().st_size:
        return None
    from etl.files.workbook import cells, open_book  # only workbooks need what reads them

    listing = Listing(path.name)
    with open_book(path, listing) as book:
        if not {INSIDE, SOURCE} <= set(book.sheet_names):
            return None
        said = [row[0] for row in cells(book, INSIDE, listing) if row]
        if len(said) < 2 or said[0] != MARKER:
            return None
        listing.sheet = SOURCE
        given = cells(book, SOURCE, listing)
    try:
        declared = yaml.safe_load(str(said[1]))
    except yaml.YAMLError:
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


def _merged(common: Any, own: Any) -> Any:
    """Return what two declarations say together; where both say something, the second holds."""
    if not (isinstance(common, dict) and isinstance(own, dict)):
        return own
    both = {key: _merged(common[key], own[key]) for key in common.keys() & own.keys()}
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


def _depth(content: Any, path: Sequence[str]) -> int:
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

    def _wrong(self, key: str, found: object, expected: Message, advice: Message | None = None):  # type: ignore[no-untyped-def]
        file, line = self._file, None
        if self._writings:
            path = key.split(".")
            depths = [_depth(written.content, path) for written in self._writings]
            written = self._writings[depths.index(max(depths))]
            file, line = written.name, written.row(*path)
        self.findings.append(
            Finding(
                file,
                str(found)[:200],
                expected,
                advice or message("correct {key} in the declaration", key=key),
                row=line,
                column=key,
            )
        )

    def declaration(self, content: Any) -> Declaration | None:
        if not isinstance(content, dict):
            self._wrong("", content, message("keys and what they say"))
            return None
        self._find_todos(content, "")
        if self.findings:
            return None
        allowed = {
            "provenance",
            "columns",
            "fixed",
            "layout",
            "across",
            "ignore",
            "header",
            "encoding",
            "separator",
            "sheet",
            "across_sheets",
            "sheets",
            "unit",
            "unit_overrules",
            "scope",
            "scope_by_scheme",
            "breaks",
            "regions",
            "whole",
            "within",
            "merged",
            "dates",
            "missing",
            "leave_out",
            "names",
            "notes",
            "number_formats",
            "hidden",
        }
        for key in content:
            if key not in allowed:
                self._wrong(
                    str(key), key, message("one of {names}", names=" ".join(sorted(allowed)))
                )
        left = self._left_out(content.get("leave_out"))
        columns = self._texts("columns", content.get("columns"), COLUMNS)
        made = Declaration(
            provenance=self._provenance(content.get("provenance"), columns),
            columns=columns,
            fixed=self._texts("fixed", content.get("fixed"), (*KEY, *PARTS, *MARKS)),
            layout=self._one("layout", content.get("layout", "long"), ("long", "wide")),
            across=self._list("across", content.get("across")),
            ignore=self._list("ignore", content.get("ignore")),
            header=self._header(content.get("header", 1)),
            encoding=self._encoding(content.get("encoding")),
            separator=self._separator(content.get("separator")),
            sheet=None if content.get("sheet") is None else str(content["sheet"]),
            across_sheets=self._optional(
                "across_sheets", content.get("across_sheets"), (*KEY, *PARTS)
            ),
            sheets=self._sheets(content.get("sheets")),
            unit=self._unit(content.get("unit")),
            unit_overrules=self._list("unit_overrules", content.get("unit_overrules")),
            **self._totals(content.get("scope"), content.get("whole")),
            scope_by_scheme=self._scopes(content.get("scope_by_scheme")),
            breaks=self._breaks(content.get("breaks")),
            regions=self._optional("regions", content.get("regions"), ("province", "prefecture")),
            within=self._region("within", content.get("within")),
            merged=self._list("merged", content.get("merged"), COLUMNS),
            dates=self._one("dates", content.get("dates", "text"), ("text", "serial")),
            number_formats=self._optional(
                "number_formats", content.get("number_formats"), ("shown", "stored")
            ),
            hidden=self._optional("hidden", content.get("hidden"), ("read", "leave_out")),
            missing=self._missing(content.get("missing")),
            notes=self._notes(content.get("notes")),
            leave_out=left[0],
            left_rows=left[1],
            repeated_header=left[2],
            names=self._names(content.get("names")),
        )
        self._check(made)
        return made

    def _find_todos(self, content: Any, place: str) -> None:
        if isinstance(content, dict):
            for key, value in content.items():
                self._find_todos(value, f"{place}.{key}" if place else str(key))
        elif isinstance(content, list):
            for value in content:
                self._find_todos(value, place)
        elif isinstance(content, str) and content.strip().startswith(TODO):
            self._wrong(
                place,
                content,
                message("your decision in place of TODO"),
                message("nobody but you can say this: write it into the declaration"),
            )

    def _provenance(self, given: Any, columns: Mapping[str, str]) -> dict[str, str]:
        said = self._texts("provenance", given, (*PROVENANCE, *OPTIONAL))
        lacking = [key for key in PROVENANCE if not said.get(key, "").strip()]
        lacking = [key for key in lacking if key not in columns]
        if lacking:
            self._wrong(
                "provenance",
                ", ".join(lacking),
                message("the document's {keys}", keys=", ".join(PROVENANCE)),
                message("write where the figures come from into {file}", file=self._file),
            )
        return said

    def _texts(self, key: str, given: Any, allowed: tuple[str, ...]) -> dict[str, str]:
        if given is None:
            return {}
        if not isinstance(given, dict):
            self._wrong(key, given, message("keys and what they say"))
            return {}
        texts: dict[str, str] = {}
        for name, value in given.items():
            if name not in allowed:
                self._wrong(
                    f"{key}.{name}", name, message("one of {names}", names=" ".join(allowed))
                )
            elif isinstance(value, bool | dict | list):
                self._wrong(f"{key}.{name}", value, message("a text"))
            elif value is not None:
                texts[name] = value.isoformat() if isinstance(value, date) else str(value)
        return texts

    def _one(self, key: str, given: Any, allowed: tuple[str, ...]) -> str:
        if given not in allowed:
            self._wrong(key, given, message("one of {names}", names=" ".join(allowed)))
            return allowed[0]
        return str(given)

    def _optional(self, key: str, given: Any, allowed: tuple[str, ...]) -> str | None:
        return None if given is None else self._one(key, given, allowed)

    def _list(self, key: str, given: Any, allowed: tuple[str, ...] = ()) -> tuple[str, ...]:
        if given is None:
            return ()
        entries = given if isinstance(given, list) else [given]
        for entry in entries:
            if isinstance(entry, dict | list) or (allowed and entry not in allowed):
                self._wrong(key, entry, message("one of {names}", names=" ".join(allowed)))
        return tuple(map(str, entries))

    def _header(self, given: Any) -> tuple[int, ...]:
        rows = given if isinstance(given, list) else [given]
        good = [type(row) is int and 0 < row <= 100 for row in rows]
        following = (
            all(good) and rows == list(range(rows[0], rows[0] + len(rows))) if rows else False
        )
        if not following:
            self._wrong(
                "header", given, message("the numbers of the header rows, one after another")
            )
            return (1,)
        return tuple(rows)

    def _encoding(self, given: Any) -> str | None:
        if given is None:
            return None
        try:
            name = codecs.lookup(str(given)).name
        except (LookupError, ValueError):
            name = ""
        known = {
            "utf-8": "utf-8",
            "utf-8-sig": "utf-8",
            "gb18030": "gb18030",
            "gbk": "gb18030",
            "gb2312": "gb18030",
            "utf-16": "utf-16",
        }
        if name not in known:
            self._wrong("encoding", given, message("one of {names}", names="utf-8 gb18030 utf-16"))
        return known.get(name)

    def _separator(self, given: Any) -> str | None:
        if given is not None and (given not in (",", ";", "\t", "|")):
            self._wrong("separator", given, message("one of {names}", names=", ; | \\t"))
            return None
        return None if given is None else str(given)

    def _unit(self, given: Any) -> str | dict[str, str] | None:
        if isinstance(given, dict):
            return {str(key): str(value) for key, value in given.items()}
        return None if given is None else str(given)

    def _totals(self, scope: Any, whole: Any) -> dict[str, str | None]:
        """Return `scope` and `whole`: where only a region has a total, it may stand as scope."""
        region = self._region("whole", whole)
        if scope is None or str(scope) in SCOPES:
            return {"scope": SCOPES.get(str(scope)), "whole": region}
        if not _REGION.fullmatch(str(scope)) or region not in (None, str(scope)):
            self._wrong("scope", scope, message("domestic, all, or the code of a region"))
        return {"scope": None, "whole": str(scope)}

    def _scopes(self, given: Any) -> dict[str, str]:
        said = given or {}
        if not isinstance(said, dict) or not set(map(str, said.values())) <= set(SCOPES):
            self._wrong("scope_by_scheme", given, message("schemes, and of each: domestic, or all"))
            return {}
        return {str(name): SCOPES[scope] for name, scope in said.items()}

    def _breaks(self, given: Any) -> tuple[dict[str, str], ...]:
        entries = given if isinstance(given, list) else []
        if entries != (given or []) or not all(
            isinstance(entry, dict) and entry and entry.keys() <= set(KEY) for entry in entries
        ):
            self._wrong(
                "breaks",
                given,
                message("a list of codes such as {example}", example="{scheme: CCC, period: 2021}"),
            )
            return ()
        return tuple(self._texts("breaks", entry, KEY) for entry in entries)

    def _region(self, key: str, given: Any) -> str | None:
        if given is not None and not _REGION.fullmatch(str(given)):
            self._wrong(key, given, message("the code of a region, such as 330000"))
        return None if given is None else str(given)

    def _missing(self, given: Any) -> dict[str, str]:
        if given is None:
            return {}
        if not isinstance(given, dict):
            self._wrong("missing", given, message("keys and what they say"))
            return {}
        for text, meaning in given.items():
            if meaning not in MEANINGS:
                self._wrong(
                    f"missing.{text}", meaning, message("one of {names}", names=" ".join(MEANINGS))
                )
        return {"" if text is None else str(text): str(said) for text, said in given.items()}

    def _notes(self, given: Any) -> dict[str, str]:
        if given is None:
            return {}
        if not isinstance(given, dict):
            self._wrong("notes", given, message("keys and what they say"))
            return {}
        for mark, said in given.items():
            # What may end a number or a name would be cut off from it.
            ending = str(mark).strip()[-1:]
            if not ending or ending in "%‰.,+-" or unicodedata.category(ending) in _LETTERS:
                self._wrong(f"notes.{mark}", mark, message("the mark of a note, such as ① or *"))
            if not isinstance(said, str) or not said.strip():
                self._wrong(
                    f"notes.{mark}", said, message("a status such as P or E, or what the note says")
                )
        return {str(mark).strip(): str(said).strip() for mark, said in given.items()}

    def _left_out(self, given: Any) -> tuple[tuple[Rule, ...], frozenset[int], bool]:
        rules: list[Rule] = []
        rows: set[int] = set()
        repeated = False
        for entry in given if isinstance(given, list) else [] if given is None else [given]:
            if entry == REPEATED:
                repeated = True
            elif (
                isinstance(entry, dict)
                and isinstance(entry.get("rows"), list)
                and all(type(row) is int for row in entry["rows"])
            ):
                rows |= set(entry["rows"])
            elif isinstance(entry, dict) and {"column"} < set(entry) <= {
                "column",
                "equals",
                "starts",
                "from",
            }:
                equals = self._list("leave_out", entry.get("equals"))
                starts = self._list("leave_out", entry.get("starts"))
                since = self._list("leave_out", entry.get("from"))
                rules.append(Rule(str(entry["column"]), equals, starts, since))
            else:
                self._wrong(
                    "leave_out",
                    entry,
                    message(
                        "`repeated_header`, `rows: [..]`, or `column` with `equals`, `starts` "
                        "or `from`"
                    ),
                )
        return tuple(rules), frozenset(rows), repeated

    def _names(self, given: Any) -> dict[str, dict[str, str]]:
        if given is None:
            return {}
        if not isinstance(given, dict):
            self._wrong("names", given, message("keys and what they say"))
            return {}
        names: dict[str, dict[str, str]] = {}
        for dimension, entries in given.items():
            if dimension not in NAMED or not isinstance(entries, dict):
                self._wrong(
                    f"names.{dimension}",
                    entries,
                    message("one of {names}", names=" ".join(NAMED)),
                )
            else:
                names[dimension] = {str(name): str(code) for name, code in entries.items()}
        return names

    def _check(self, made: Declaration) -> None:
        wide = made.layout == "wide"
        for key in made.across:
            allowed = (*KEY, *PARTS, "unit", "-")
            if key not in allowed:
                self._wrong("across", key, message("one of {names}", names=" ".join(allowed)))
        if wide != bool(made.across) or (wide and len(made.across) != len(made.header)):
            self._wrong(
                "across",
                list(made.across),
                message("for a wide table, what each header row holds; for a long one, nothing"),
            )
        if wide == ("value" in made.columns):
            self._wrong(
                "columns.value",
                made.columns.get("value", ""),
                message("for a long table, the column of the figures; for a wide one, none"),
            )
        self._check_places(made)
        schemes = "scheme" in made.columns and {"region"} & {*made.columns, *made.fixed}
        if made.scope_by_scheme and not (schemes and made.scope):
            self._wrong(
                "scope_by_scheme",
                " ".join(made.scope_by_scheme),
                message("beside it `scope`, a column of schemes and the region of each row"),
            )
        if made.sheets and made.across_sheets is None:
            self._wrong(
                "sheets", " ".join(made.sheets),
                message("under `across_sheets`, what the sheets are parted by, such as period"),
            )  # fmt: skip
        if made.sheet is not None and made.across_sheets is not None:
            self._wrong("sheet", made.sheet, message("either `sheet` or `across_sheets`"))
        units = [made.unit is not None, "unit" in made.columns, "unit" in made.across]
        if sum(units) != 1:
            places = zip(("unit", "columns.unit", "across"), units, strict=True)
            self._wrong(
                "unit",
                ", ".join(place for place, given in places if given),
                message("the unit of the figures once, such as 张, 万张, %"),
            )
        labels = list(made.columns.values())
        for label in sorted({label for label in labels if labels.count(label) > 1}):
            self._wrong("columns", label, message("one meaning for a column"))

    def _check_places(self, made: Declaration) -> None:
        """Look for each part of the key: it stands in one place; a period may stand in parts."""

        def places(key: str) -> list[str]:
            said = {
                "columns": made.columns,
                "fixed": made.fixed,
                "across": made.across,
                "across_sheets": (made.across_sheets,),
            }
            return [place for place, keys in said.items() for other in keys if other == key]

        def once(key: str) -> None:
            if len(found := places(key)) != 1:
                self._wrong(
                    key, ", ".join(found),
                    message("{key} once: under columns, fixed, across or across_sheets", key=key),
                )  # fmt: skip

        parts = [part for part in PARTS if places(part)]
        for key in KEY:
            if key != "period" or not parts:
                once(key)
        for part in parts:
            once(part)
        if parts and (places("period") or len(parts) != 2 or "year" not in parts):
            self._wrong(
                "period", ", ".join([*(["period"] if places("period") else []), *parts]),
                message("either the period, or the year with the quarter or the month"),
            )  # fmt: skip

    def _sheets(self, given: Any) -> dict[str, str]:
        """Return the sheets to be read and what each says: of a list, their names say it."""
        if isinstance(given, dict):
            return {str(name): str(name if said is None else said) for name, said in given.items()}
        return {name: name for name in self._list("sheets", given)}
