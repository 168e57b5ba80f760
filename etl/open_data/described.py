"""What descriptors say of their tables, as declarations have it: Data Package, CSVW, SDMX-CSV.

A column is one of ours by its name, by that of a concept of SDMX, or by the property that its
descriptor gives it (`rdfType`, `propertyUrl`). Nothing is guessed beyond that: what a descriptor
does not say stands in a declaration, and what that says goes before.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from etl.figures.declaration import MARKS
from etl.files.listing import Listing
from etl.open_data.contents import Contents
from indicators.findings import message
from indicators.statuses import ObservationStatus
from indicators.store.tables import KEY

PACKAGE, TABLES = "datapackage.json", "csv-metadata.json"
OUR_NAME = re.compile(r"quality-governance(-demonstration)?-[1-9][0-9]*")
OUR_FLOW = re.compile(r"QUALITY_GOVERNANCE:(OBSERVATIONS|DEMONSTRATION)\(")
SDMX_HEADS = ("STRUCTURE", "DATAFLOW")  # of SDMX-CSV 2.0 and 1.0
_OURS = (*KEY, "value", *MARKS, "numerator", "denominator", "unit")
_CONCEPTS = {
    "ref_area": "region",
    "time_period": "period",
    "ref_period": "period",
    "obs_value": "value",
    "obs_status": "status",
    "conf_status": "confidentiality",
    "unit_measure": "unit",
}
ROLES = dict(zip(_OURS, _OURS, strict=True)) | _CONCEPTS
_CAPITAL = re.compile("(?<=[a-z])(?=[A-Z])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Described:
    """One table of a package: the file, the headings of its columns, what is declared of it.

    sha256: of the file, where its descriptor says so. ours: the name of the package, where this
    program gave it out.
    """

    file: str
    headings: Sequence[str]
    declared: Mapping[str, Any] = field(default_factory=dict)
    sha256: str = ""
    ours: str = ""


def role_of(*names: object) -> str | None:
    """Return which of our columns a name, concept or property stands for."""
    for name in names:
        if isinstance(name, str):
            last = re.split("[#/:]", name)[-1]
            if role := ROLES.get(_CAPITAL.sub("_", last).casefold()):
                return role
    return None


def descriptor_of(contents: Contents, listing: Listing) -> str:
    """Return the name of a package's descriptor, the one nearest to its top."""
    nearest = list[str]()
    for ending in (PACKAGE, TABLES, "-metadata.json"):
        found = [name for name in contents.names if name.endswith(ending)]
        depth = min((name.count("/") for name in found), default=0)
        nearest = nearest or [name for name in found if name.count("/") == depth]
    if len(nearest) != 1:
        listing.stop(
            " | ".join(nearest) or listing.file,
            message("one {name} or {other}", name=PACKAGE, other=TABLES),
            message("name the descriptor or the table itself"),
        )
    return nearest[0]


def described(descriptor: str, contents: Contents, listing: Listing) -> list[Described]:
    """Return the tables that a descriptor speaks of; raises `FindingsError`."""
    try:
        content = json.loads(contents.read(descriptor).decode("utf-8-sig"))
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        listing.stop(
            descriptor,
            message("a descriptor in JSON"),
            message("the package is damaged: copy it anew"),
        )
    if "resources" in content:
        parts, place, read = _objects(content, "resources"), "path", _resource
    else:
        parts, place, read = _objects(content, "tables") or [content], "url", _table
    if not parts:
        listing.stop(descriptor, message("at least one table"), message("name the table itself"))
    found = list[Described]()
    for part in parts:
        file = contents.beside(descriptor, part.get(place))
        if file is None:
            listing.add(
                str(part.get(place)),
                message("a file of the package"),
                message("nothing is read from elsewhere: put the file beside its descriptor"),
            )
        else:
            found.append(read(file, part, content))
    listing.refuse()
    return found


def _resource(file: str, part: Mapping[str, Any], whole: Mapping[str, Any]) -> Described:
    """Return a resource of a Data Package."""
    schema, dialect = _object(part, "schema"), _object(part, "dialect")
    fields = _objects(schema, "fields")
    missing = schema.get("missingValues")
    said = {
        "publisher": _publisher(part) or _publisher(whole),
        "document": _said(part, "title", "name") or _said(whole, "title", "name"),
        "licence": _licence(part) or _licence(whole),
        "url": _said(part, "homepage") or _said(whole, "homepage"),
        "date": _said(whole, "created"),
    }
    names = [str(each.get("name", "")) for each in fields]
    roles = [role_of(each.get("name"), each.get("rdfType")) for each in fields]
    digest = _said(part, "hash")
    return Described(
        file,
        names,
        _declared(
            dict(zip(names, roles, strict=True)),
            said,
            _form(dialect.get("delimiter"), part.get("encoding"), dialect.get("header")),
            missing if isinstance(missing, list) else [""],
        ),
        digest.removeprefix("sha256:") if digest.startswith("sha256:") else "",
        _our_name(_said(whole, "name")),
    )


def _table(file: str, part: Mapping[str, Any], whole: Mapping[str, Any]) -> Described:
    """Return a table of CSV on the Web."""
    schema = _object(part, "tableSchema") or _object(whole, "tableSchema")
    dialect = _object(part, "dialect") or _object(whole, "dialect")
    columns = [each for each in _objects(schema, "columns") if not each.get("virtual")]
    headings = [_text(each.get("titles")) or str(each.get("name", "")) for each in columns]
    roles = [role_of(each.get("name"), each.get("propertyUrl")) for each in columns]
    said = {
        "publisher": _term(part, "publisher") or _term(whole, "publisher"),
        "document": _term(part, "title") or _term(whole, "title"),
        "licence": _term(part, "license", "rights") or _term(whole, "license", "rights"),
        "date": _term(part, "issued", "modified") or _term(whole, "issued", "modified"),
    }
    nulls = [each["null"] for each in columns if "null" in each] or [whole.get("null", "")]
    missing = [text for null in nulls for text in (null if isinstance(null, list) else [null])]
    return Described(
        file,
        headings,
        _declared(
            dict(zip(headings, roles, strict=True)),
            said,
            _form(dialect.get("delimiter"), dialect.get("encoding"), dialect.get("header")),
            [str(text) for text in missing],
        ),
        ours=_our_name(_term(whole, "identifier")),
    )


def _our_name(name: str) -> str:
    return name if OUR_NAME.fullmatch(name) else ""


def of_sdmx(file: str, contents: Contents) -> Described:
    """Return the table that a file of SDMX-CSV is; its columns are concepts."""
    line = contents.first_line(file)
    separator = next((sign for sign in ",;\t" if sign in line), ",")
    headings = next(csv.reader([line], delimiter=separator), [])
    return Described(
        file,
        headings,
        _declared(
            {name: role_of(name) for name in headings}, {}, {"separator": separator}, ["", "NaN"]
        ),
    )


def is_sdmx(line: str) -> bool:
    """Return whether the first line of a text file is that of SDMX-CSV."""
    first = re.split(r"[,;\t\[]", line, maxsplit=1)[0].strip('"')
    return first in SDMX_HEADS and any(name in line for name in ("OBS_VALUE", "TIME_PERIOD"))


def _declared(
    roles: Mapping[str, str | None],
    provenance: Mapping[str, str],
    form: Mapping[str, Any],
    missing: Sequence[str],
) -> dict[str, Any]:
    nothing = ObservationStatus.NO_DATA.code
    return {
        "provenance": {name: text for name, text in provenance.items() if text},
        "columns": {role: name for name, role in roles.items() if role},
        "missing": {str(text): nothing for text in missing},
        **form,
    }


def _form(separator: object, encoding: object, header: object) -> dict[str, Any]:
    """Return how a table is written, where its descriptor says so."""
    said = {"separator": separator, "encoding": encoding}
    form = {name: text for name, text in said.items() if isinstance(text, str)}
    return form if header is not False else {**form, "header": []}


def _object(part: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = part.get(name)
    return found if isinstance(found, dict) else {}


def _objects(part: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = part.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _said(part: Mapping[str, Any], *names: str) -> str:
    for name in names:
        found = part.get(name)
        if isinstance(found, str) and found.strip():
            text = found.strip()
            return text[:10] if _DAY.match(text) else text
    return ""


def _publisher(part: Mapping[str, Any]) -> str:
    """Return who gives out a Data Package: its contributor of that role, or its first source."""
    people = _objects(part, "contributors")
    given = [each for each in people if "publisher" in f"{each.get('role')} {each.get('roles')}"]
    titles = (
        _said(each, "title", "organization")
        for each in (*given, *people, *_objects(part, "sources"))
    )
    return next(filter(None, titles), "")


def _licence(part: Mapping[str, Any]) -> str:
    terms = (_said(each, "title", "name", "path") for each in _objects(part, "licenses"))
    return "；".join(filter(None, terms))


def _term(part: Mapping[str, Any], *names: str) -> str:
    """Return what is said by a term of Dublin Core."""
    for name in names:
        for prefix in ("dc:", "dcterms:", "dct:", "http://purl.org/dc/terms/"):
            if text := _text(part.get(f"{prefix}{name}")):
                return text[:10] if _DAY.match(text) else text
    return ""


def _text(said: Any) -> str:
    """Return the first text of what may be one, several, or several by language."""
    if isinstance(said, list):
        return next(filter(None, map(_text, said)), "")
    if isinstance(said, dict):
        first = next(iter(said.values()), "")
        return _text(said.get("@value", said.get("schema:name", said.get("@id", first))))
    return said.strip() if isinstance(said, str) else ""
