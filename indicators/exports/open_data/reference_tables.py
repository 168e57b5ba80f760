"""The tables that figures refer to: code lists, citations, sources, the register of targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import sqlalchemy as sa

from indicators import catalogue
from indicators.catalogue import Catalogue
from indicators.exports.open_data.columns import Column, Table, column, in_both
from indicators.regions import ALL
from indicators.statuses import OBSERVATION_STATUSES
from indicators.store import tables
from indicators.store.whole_release import OPEN, SUPPRESSED
from indicators.target_register import Register
from indicators.wording import Text, sentence

Record = Mapping[str, Any]
_NAMED = (column("name_zh", required=True), column("name_en", required=True))
_CONFIDENTIALITIES = {
    OPEN: sentence("Free for publication"),
    SUPPRESSED: sentence("Suppressed: the figure is not published"),
}
# Told only by a figure that is published: of one that is not they may hold the number.
_UNTOLD = {"note": None, "second_sources": None}


def code_lists(known: Catalogue) -> list[Table]:
    """Return the code lists of a catalogue, in its order."""
    return [
        _indicators(known),
        _list("units", sentence("Units"), "unit", _texts(known.units)),
        _regions(known),
        _coded("schemes", sentence("Certification schemes"), "scheme", known.schemes),
        _coded("industries", sentence("Industries"), "industry", known.industries),
        _coded("sizes", sentence("Enterprise sizes"), "size", known.sizes),
        _list(
            "statuses",
            sentence("Statuses of observations"),
            "status",
            [
                _named(code, in_both(status.sentence)) | {"mark": status.mark}
                for code, status in OBSERVATION_STATUSES.items()
            ],
            column("mark"),
        ),
        _list(
            "confidentialities",
            sentence("Statuses of confidentiality"),
            "confidentiality",
            [_named(code, in_both(said)) for code, said in _CONFIDENTIALITIES.items()],
        ),
    ]


def _list(name: str, title: str, key: str, rows: Sequence[Record], *more: Column) -> Table:
    keyed = [{key: row["code"]} | {k: v for k, v in row.items() if k != "code"} for row in rows]
    first = replace(column(key), required=True)
    return Table(name, in_both(title), (first, *_NAMED, *more), (key,), keyed)


def _named(code: str, name: Text) -> dict[str, Any]:
    return {"code": code, "name_zh": name.zh, "name_en": name.en}


def _texts(names: Mapping[str, Text]) -> list[Record]:
    return [_named(code, name) for code, name in names.items()]


def _coded(name: str, title: str, key: str, codes: pd.DataFrame) -> Table:
    """Return a code list of data/reference; the total comes first where it is not named."""
    rows: list[Record] = [{str(k): v for k, v in row.items()} for row in codes.to_dict("records")]
    if ALL not in set(codes["code"]):
        rows.insert(0, _named(ALL, in_both(sentence("All industries"))))
    wanted = [part for part in ("level", "parent", "members") if part in codes]
    more = [column(part, of=name if part == "parent" else "") for part in wanted]
    kept = [
        {part: row.get(part) for part in ("code", "name_zh", "name_en", *wanted)} for row in rows
    ]
    return _list(name, title, key, kept, *more)


def _regions(known: Catalogue) -> Table:
    rows = [
        _named(region.code, Text(region.name_zh, region.name_en))
        | {
            "kind": region.kind,
            "parent": region.parent,
            "members": " ".join(region.members),
            "since": region.since,
            "until": region.until,
        }
        for region in catalogue.tree_of(known).regions.values()
    ]
    more = (column("kind"), column("parent", of="regions"), column("members"))
    years = (column("since", "integer"), column("until", "integer"))
    return _list("regions", sentence("Regions"), "region", rows, *more, *years)


def _indicators(known: Catalogue) -> Table:
    rows = [
        _named(key, item.title)
        | {
            "description_zh": item.description.zh,
            "description_en": item.description.en,
            "kind": item.kind,
            "timing": item.timing,
            "unit": item.unit,
            "polarity": item.polarity,
            "decimals": item.decimals,
            "clause_zh": known.clauses[item.clause].title.zh,
            "clause_en": known.clauses[item.clause].title.en,
            "numerator": item.numerator,
            "denominator": item.denominator,
        }
        for key, item in known.indicators.items()
    ]
    # Of an indicator these are keys, not numbers.
    parts = (Column(name, Text(name, name), of="indicators") for name in _PARTS)
    more = (
        *map(column, ("description_zh", "description_en", "kind", "timing")),
        column("unit", required=True, of="units"),
        column("polarity", "integer", required=True),
        column("decimals", "integer", required=True),
        *map(column, ("clause_zh", "clause_en")),
        *parts,
    )
    return _list("indicators", sentence("Indicators"), "indicator", rows, *more)


_PARTS = ("numerator", "denominator")


def citations(rows: Sequence[Record], hidden: Iterable[str]) -> Table:
    """Return the citations; those that a `hidden` figure rests on without what may tell it.

    A ratio rests on the citations of its numerator and denominator, and quotes their notes.
    """
    withheld = {part for key in hidden for part in _parts(key)}
    kept = [
        dict(row) | ({} if withheld.isdisjoint(_parts(row["citation"])) else _UNTOLD)
        for row in rows
    ]
    return _of_database(
        tables.citation,
        "citations",
        sentence("Citations"),
        ("citation",),
        kept,
        {"source": "sources"},
    )


def _parts(key: str) -> tuple[str, ...]:
    return (key, *key.split("/")[:2])


def sources(known: Catalogue, keys: Iterable[str], cited: Sequence[Record]) -> Table:
    """Return who publishes the figures and on what terms, for those that there are."""
    rows = [_source(known, key, cited) for key in sorted(keys)]
    names = [f"{name}_{lang}" for name in _SOURCE for lang in ("zh", "en")]
    return Table(
        "sources",
        in_both(sentence("Sources")),
        (replace(column("source"), required=True), *map(column, (*names, "url"))),
        ("source",),
        rows,
    )


_SOURCE = ("title", "publisher", "description", "licence", "frequency")


def _source(known: Catalogue, key: str, cited: Sequence[Record]) -> Record:
    item = known.sources.get(key)
    if item is not None:
        texts = {name: getattr(item, name) for name in _SOURCE}
    elif key == "derived":
        texts = {name: in_both(said) for name, said in _DERIVED.items()}
    else:
        texts = {"title": Text(key, key)} | _declared(key, cited)
    both = {
        f"{name}_{language}": getattr(text, language)
        for name, text in texts.items()
        for language in ("zh", "en")
    }
    return {"source": key, "url": item.calendar.url if item and item.calendar else None} | both


_DERIVED = {
    "title": sentence("Derived by this project"),
    "publisher": sentence("This project"),
    "description": sentence("Ratios and shares, computed by the catalogue's rules."),
    "licence": sentence("As of the sources that its citations name."),
    "frequency": sentence("with each release"),
}


def _declared(key: str, cited: Sequence[Record]) -> dict[str, Text]:
    """Return what the files of a source say that the catalogue does not name."""
    texts = {}
    for name in _SOURCE[1:]:
        column = "document" if name == "description" else name
        said = sorted({str(row[column]) for row in cited if row["source"] == key and row[column]})
        texts[name] = Text("；".join(said), "; ".join(said))
    return texts


def register_tables(register: Register) -> list[Table]:
    """Return the register of targets, table by table, as it stood in the release."""
    cell = {"document": "documents", "indicator": "indicators", "region": "regions"}
    of_target = {"target": "targets"}
    return [
        _of_frame(
            tables.document,
            "documents",
            sentence("Documents"),
            {"region": "regions"},
            register.document,
        ),
        _of_frame(tables.target, "targets", sentence("Target register"), cell, register.target),
        _of_frame(
            tables.milestone, "milestones", sentence("Milestones"), of_target, register.milestone
        ),
        _of_frame(tables.evidence, "evidence", sentence("Evidence"), of_target, register.evidence),
    ]


def _of_frame(
    table: sa.Table, name: str, title: str, of: Mapping[str, str], frame: pd.DataFrame
) -> Table:
    whole = frame.astype(object).where(frame.notna(), None)
    rows = [{str(k): v for k, v in row.items()} for row in whole.to_dict("records")]
    key = tuple(column.name for column in table.primary_key.columns)
    rows.sort(key=lambda row: [str(row[part]) for part in key])
    return _of_database(table, name, title, key, rows, of)


def _of_database(
    table: sa.Table,
    name: str,
    title: str,
    key: tuple[str, ...],
    rows: Sequence[Record],
    of: Mapping[str, str],
) -> Table:
    """Return a table with the columns of one of the database."""
    columns = []
    for each in table.columns:
        kind = {sa.Integer: "integer", sa.Double: "number"}.get(type(each.type), "string")
        required = each.name in key or each.name in of
        columns.append(column(each.name, kind, required=required, of=of.get(each.name, "")))  # type: ignore[arg-type]
    return Table(name, in_both(title), tuple(columns), key, rows)
