"""What is measured, which clause asks for it, and the code lists: data/catalogue, data/reference.

Meaning is data: title, unit, polarity and additivity of an indicator stand there once, and
charts, tables, checks and verdicts read them from here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from indicators.database import ROOT

CATALOGUE = ROOT / "data" / "catalogue"
REFERENCE = ROOT / "data" / "reference"


@dataclass(frozen=True)
class Text:
    """The same words in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Jump:
    """Which change within a year is a jump: more than `floor` and than `multiple` usual changes.

    scale: `log`, the logarithm of the ratio of two values (ln 2: twice as much), or `points`, in
    the indicator's own unit.
    """

    scale: str
    floor: float
    multiple: float = 4.0


@dataclass(frozen=True)
class Suppression:
    """Which figures are too small to be public; docs: `etl.suppression`.

    threshold: figures from fewer (above zero) are withheld. dominance: and those to which one
    contributor gives more than this percentage.
    """

    threshold: float | None = None
    dominance: float | None = None


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """What one indicator means.

    polarity: +1 higher is better, −1 lower is better, 0 neither. timing: `stock`, as it stands at
    the end of a period, or `flow`, measured over it (docs/method.md §1). additive: the dimensions
    over which its values add up. A derived one is numerator / denominator × factor; its
    denominator stands at the same period (`same`) or at the nearest one not later and at most
    `max_age` years older (`earlier`); `share_of` names the region whose figure is the whole.
    shape: the path that targets take unless they say otherwise (docs/method.md §3).
    remainder: the dimensions over which a whole holds more than its parts.
    jump: None where no change is one. breaks: between the fixed classes of its maps.
    """

    key: str
    title: Text
    description: Text
    kind: str
    timing: str
    unit: str
    polarity: int
    clause: str
    additive: tuple[str, ...]
    range: tuple[float, float]
    decimals: int
    shape: str
    derived: bool = False
    numerator: str | None = None
    denominator: str | None = None
    factor: float = 1.0
    denominator_period: str = "same"
    max_age: float | None = None
    share_of: str | None = None
    series: str | None = None
    remainder: tuple[str, ...] = ()
    jump: Jump | None = None
    suppression: Suppression | None = None
    breaks: tuple[float, ...] = ()


@dataclass(frozen=True)
class Clause:
    """One clause of the State Council opinion, in our words."""

    key: str
    number: str
    title: Text
    ask: Text


@dataclass(frozen=True)
class Source:
    """Where figures come from; the key is the folder under data/raw and the module in etl."""

    key: str
    title: Text
    publisher: Text
    description: Text
    licence: Text
    frequency: Text


@dataclass(frozen=True)
class Catalogue:
    """All of it. Frames: one row a code, every cell text, missing as the empty string."""

    indicators: dict[str, Indicator]
    clauses: dict[str, Clause]
    sources: dict[str, Source]
    units: dict[str, Text]
    regions: pd.DataFrame
    industries: pd.DataFrame
    schemes: pd.DataFrame
    sizes: pd.DataFrame


@cache
def load() -> Catalogue:
    """Return the catalogue that the project ships, read once."""
    return read(CATALOGUE, REFERENCE)


def read(catalogue: Path, reference: Path) -> Catalogue:
    """Return the catalogue read from two folders; `mistakes` says whether it may be used."""
    units = {key: Text(**text) for key, text in _yaml(catalogue / "units.yaml")["units"].items()}
    return Catalogue(
        indicators={
            key: _indicator(key, entry)
            for key, entry in _yaml(catalogue / "indicators.yaml")["indicators"].items()
        },
        clauses={
            entry["key"]: Clause(
                entry["key"], str(entry["number"]), Text(**entry["title"]), Text(**entry["ask"])
            )
            for entry in _yaml(catalogue / "clauses.yaml")["clauses"]
        },
        sources={
            key: Source(key, **{name: Text(**text) for name, text in entry.items()})
            for key, entry in _yaml(catalogue / "sources.yaml")["sources"].items()
        },
        units=units,
        **{
            name: pd.read_csv(reference / f"{name}.csv", dtype=str, keep_default_na=False)
            for name in ("regions", "industries", "schemes", "sizes")
        },
    )


def is_flow(keys: pd.Series) -> pd.Series:
    """Return whether each indicator is measured over a period; not one that nobody knows."""
    flows = {key for key, item in load().indicators.items() if item.timing == "flow"}
    return keys.isin(flows)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML's safe loader, but a key that stands twice is refused: the first would be lost."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                raise yaml.constructor.ConstructorError(
                    "while reading a mapping", node.start_mark,
                    f"the key {key!r} stands twice", node.value[place][0].start_mark,
                )  # fmt: skip
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def _yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506


def _indicator(key: str, entry: dict[str, Any]) -> Indicator:
    ratio = entry.get("ratio") or {}
    return Indicator(
        key=key,
        title=Text(**entry["title"]),
        description=Text(**entry["description"]),
        kind=entry["kind"],
        timing=entry["timing"],
        unit=entry["unit"],
        polarity={"higher_better": 1, "lower_better": -1, "neutral": 0}[entry["polarity"]],
        clause=entry["clause"],
        additive=tuple(entry["additive"]),
        range=(float(entry["range"][0]), float(entry["range"][1])),
        decimals=int(entry["decimals"]),
        shape=entry["shape"],
        series=entry.get("series"),
        remainder=tuple(entry.get("remainder", ())),
        jump=_jump(entry),
        suppression=Suppression(**entry["suppression"]) if "suppression" in entry else None,
        breaks=tuple(map(float, entry.get("breaks", ()))),
        derived=bool(ratio),
        **ratio,
    )


# A year in which a count doubles, or a share moves by ten points, is looked at by a person.
_JUMPS = {"log": Jump("log", 0.7), "points": Jump("points", 10.0)}


def _jump(entry: dict[str, Any]) -> Jump | None:
    if entry["kind"] == "milestone":
        return None
    scale = "points" if entry["unit"] in ("percent", "points", "score") else "log"
    said = entry.get("jump", {})
    return replace(_JUMPS[said.get("scale", scale)], **said)


def mistakes(catalogue: Path = CATALOGUE, reference: Path = REFERENCE) -> list[str]:
    """Return everything wrong with the catalogue's files, each as `file · entry: what`."""
    found = list(_schema_mistakes(catalogue))
    if not found:
        found = list(_cross_mistakes(read(catalogue, reference)))
    return found


def _schema_mistakes(catalogue: Path) -> Iterator[str]:
    import jsonschema

    schema = json.loads((catalogue / "catalogue.schema.json").read_text(encoding="utf-8"))
    for name in ("units", "indicators", "clauses", "sources"):
        part = {"$ref": f"#/$defs/{name}_file", "$defs": schema["$defs"]}
        try:
            content = _yaml(catalogue / f"{name}.yaml")
        except yaml.YAMLError as error:
            yield f"{name}.yaml: {error}"
            continue
        for broken in jsonschema.Draft202012Validator(part).iter_errors(content):
            where = " · ".join(str(step) for step in broken.absolute_path)
            yield f"{name}.yaml · {where}: {broken.message}"


_HAN = re.compile(r"[\u4e00-\u9fff]")


def _cross_mistakes(known: Catalogue) -> Iterator[str]:
    for key, item in known.indicators.items():
        references: list[tuple[str, str | None, Container[str]]] = [
            ("unit", item.unit, known.units),
            ("clause", item.clause, known.clauses),
            ("numerator", item.numerator, known.indicators),
            ("denominator", item.denominator, known.indicators),
        ]
        for name, code, codes in references:
            if code is not None and code not in codes:
                yield f"indicators.yaml · {key} · {name}: {code} is not known"
        if item.share_of is not None and item.share_of not in set(known.regions["code"]):
            yield f"indicators.yaml · {key} · share_of: {item.share_of} is not a region"
        if item.range[0] >= item.range[1]:
            yield f"indicators.yaml · {key} · range: {item.range} is empty"
        if list(item.breaks) != sorted(set(item.breaks)):
            yield f"indicators.yaml · {key} · breaks: {list(item.breaks)} do not rise"
    for file, texts in _texts(known):
        for where, text in texts:
            if not _HAN.search(text.zh):
                yield f"{file} · {where}: the Chinese text {text.zh!r} is not Chinese"
            if _HAN.search(text.en):
                yield f"{file} · {where}: the English text {text.en!r} holds Chinese"
    for name in ("regions", "industries", "schemes", "sizes"):
        frame: pd.DataFrame = getattr(known, name)
        for code in frame.loc[frame["code"].duplicated(), "code"]:
            yield f"{name}.csv · {code}: the code stands twice"
        if "parent" in frame:
            for row in frame[~frame["parent"].isin(["", *frame["code"]])].to_dict("records"):
                yield f"{name}.csv · {row['code']} · parent: {row['parent']} is not known"
    yield from _region_mistakes(known.regions)


def _region_mistakes(regions: pd.DataFrame) -> Iterator[str]:
    codes = set(regions["code"])
    for row in regions.to_dict("records"):
        for column in ("group", "members"):
            for code in str(row[column]).split():
                if code not in codes:
                    yield f"regions.csv · {row['code']} · {column}: {code} is not known"


def _texts(known: Catalogue) -> Iterator[tuple[str, list[tuple[str, Text]]]]:
    for name, entries in (
        ("indicators", known.indicators), ("clauses", known.clauses), ("sources", known.sources),
    ):  # fmt: skip
        for key, entry in entries.items():
            yield (
                f"{name}.yaml",
                [
                    (f"{key} · {field.name}", getattr(entry, field.name))
                    for field in fields(entry)
                    if isinstance(getattr(entry, field.name), Text)
                ],
            )
