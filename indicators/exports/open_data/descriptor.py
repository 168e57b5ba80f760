"""The descriptor of a Frictionless Data Package, version 2: `datapackage.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indicators.exports.open_data.columns import Column, Table, told
from indicators.wording import Text

PROFILES = "https://datapackage.org/profiles/2.0"


@dataclass(frozen=True)
class File:
    """A file of the package: its path in it, and what it weighs."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Whole:
    """What is said of the package as a whole; `published` an ISO date and time."""

    name: str
    title: Text
    description: Text
    number: int
    published: str
    home: Text  # who gives it out
    is_demonstration: bool = False


def descriptor(
    whole: Whole,
    tables: Sequence[Table],
    files: Mapping[str, File],
    sources: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the descriptor of `tables`, whose `files` are told by their names.

    sources: the rows of the table of sources by key; each resource names those it comes from, with
    their terms.
    """
    every = list(sources)
    keys = keys_of(tables)
    return {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": whole.name,
        "title": told(whole.title),
        "description": told(whole.description),
        "version": f"{whole.number}.0.0",
        "created": whole.published,
        "contributors": [{"title": told(whole.home), "roles": ["publisher"]}],
        "sources": _sources(every, sources),
        "licenses": _licences(every, sources),
        "resources": [
            _resource(table, keys, files[table.name], whole, sources) for table in tables
        ],
    }


def _resource(
    table: Table,
    keys: Mapping[str, str],
    file: File,
    whole: Whole,
    sources: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    title = f"{told(whole.title)}：{told(table.title)}"
    return {
        "$schema": f"{PROFILES}/dataresource.json",
        "name": table.name,
        "type": "table",
        "path": file.path,
        "title": title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "dialect": {"$schema": f"{PROFILES}/tabledialect.json", "lineTerminator": "\n"},
        "schema": _schema(table, keys),
        **(
            {
                "sources": _sources(table.sources, sources),
                "licenses": _licences(table.sources, sources),
            }
            if table.sources
            else {}
        ),
    }


def keys_of(tables: Sequence[Table]) -> dict[str, str]:
    """Return the key of each table that others may refer to."""
    return {table.name: table.key[0] for table in tables if len(table.key) == 1}


def _schema(table: Table, keys: Mapping[str, str]) -> dict[str, Any]:
    return {
        "$schema": f"{PROFILES}/tableschema.json",
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
        "foreignKeys": [
            {
                "fields": [column.name],
                # Within one table the reference names none.
                "reference": {
                    "resource": "" if column.of == table.name else column.of,
                    "fields": [keys[column.of]],
                },
            }
            for column in table.columns
            if column.of
        ],
    }


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if column.pattern:
        constraints["pattern"] = f"^({column.pattern})$"
    return {
        "name": column.name,
        "type": column.kind,
        "description": told(column.about),
        **({"constraints": constraints} if constraints else {}),
    }


def _sources(keys: Sequence[str], known: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {"title": told(Text(row["title_zh"], row["title_en"]))}
        | ({"path": row["url"]} if row["url"] else {})
        for row in (known[key] for key in keys)
    ]


def _licences(keys: Sequence[str], known: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the terms of sources, each once; the table of sources says which are whose."""
    terms = dict.fromkeys(
        told(Text(known[key]["licence_zh"], known[key]["licence_en"])) for key in keys
    )
    return [{"path": "README.md", "title": text} for text in terms]
