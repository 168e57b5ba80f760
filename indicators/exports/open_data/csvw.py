"""CSV on the Web: what the same files are, in `csv-metadata.json` beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from indicators.exports.open_data.columns import Column, Table
from indicators.exports.open_data.descriptor import File, Whole, keys_of
from indicators.wording import Text

_TYPES = {"string": "string", "number": "double", "integer": "integer"}


def metadata(
    whole: Whole,
    tables: Sequence[Table],
    files: Mapping[str, File],
    sources: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the metadata of a group of tables; see `descriptor.descriptor`."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh"}],
        "dc:title": _both(whole.title),
        "dc:description": _both(whole.description),
        "dc:publisher": _both(whole.home),
        "dc:issued": {"@value": whole.published, "@type": "xsd:dateTime"},
        "dc:identifier": whole.name,
        "dialect": {"encoding": "utf-8", "header": True, "lineTerminators": ["\n"]},
        "tables": [_table(table, tables, files, whole, sources) for table in tables],
    }


def _both(text: Text) -> list[dict[str, str]]:
    return [{"@value": text.zh, "@language": "zh"}, {"@value": text.en, "@language": "en"}]


def _table(
    table: Table,
    tables: Sequence[Table],
    files: Mapping[str, File],
    whole: Whole,
    sources: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    paths = {each.name: files[each.name].path for each in tables}
    keys = keys_of(tables)
    terms = dict.fromkeys(
        (sources[key]["licence_zh"], sources[key]["licence_en"]) for key in table.sources
    )
    title = Text(f"{whole.title.zh}：{table.title.zh}", f"{whole.title.en}: {table.title.en}")
    said = {
        "dc:source": [
            each
            for key in table.sources
            for each in _both(Text(sources[key]["title_zh"], sources[key]["title_en"]))
        ],
        "dc:rights": [each for term in terms for each in _both(Text(*term))],
    }
    return {
        "url": paths[table.name],
        "dc:title": _both(title),
        **{name: texts for name, texts in said.items() if texts},
        "tableSchema": {
            "columns": [_column(column) for column in table.columns],
            "primaryKey": list(table.key),
            # Of columns that are never empty: to a validator an empty cell leads nowhere.
            "foreignKeys": [
                {
                    "columnReference": column.name,
                    "reference": {
                        "resource": paths[column.of],
                        "columnReference": keys[column.of],
                    },
                }
                for column in table.columns
                if column.of and column.required
            ],
        },
    }


def _column(column: Column) -> dict[str, Any]:
    kind: Any = _TYPES[column.kind]
    if column.pattern:
        kind = {"base": kind, "format": f"^({column.pattern})$"}
    return {
        "name": column.name,
        "titles": column.name,
        "dc:description": _both(column.about),
        "datatype": kind,
        "required": column.required,
        "null": "",
    }
