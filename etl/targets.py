"""The target register: data/catalogue/targets/, one hand-edited file a document, into tables.

Every mistake in every file is reported, in a planner's words, before anything is published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from etl.figures.citations import GRADES
from etl.files import checksums
from indicators import catalogue as catalogues
from indicators.catalogue import Catalogue
from indicators.findings import Finding, FindingsError, message
from indicators.names import EXPECTED
from indicators.regions import ALL
from indicators.schema import Known, load_schema, nearest, schema_findings, unknown_words
from indicators.settings import ROOT
from indicators.store.tables import REGISTER
from indicators.strict_yaml import Written, content_of, read

FOLDER = ROOT / "data" / "catalogue" / "targets"
SCHEMA = FOLDER.with_suffix(".schema.json")

LEVELS = ("at_least", "at_most", "within", "maintain")  # whose values are levels of the indicator

COLUMNS = {table.name: list(table.columns.keys()) for table in REGISTER}


@dataclass(frozen=True)
class Register:
    """The whole register as rows of the tables of the same names."""

    document: pd.DataFrame
    target: pd.DataFrame
    milestone: pd.DataFrame
    evidence: pd.DataFrame


def register(catalogue: Catalogue, folder: Path = FOLDER) -> Register:
    """Return the register read from `folder`; raises `FindingsError` with every mistake in it.

    Not to be changed: who asks again is given the same.
    """
    ours = folder == catalogues.CATALOGUE / "targets" and catalogue is catalogues.load()
    right = checksums.right() if ours else None
    return _read(catalogue, folder) if right is None else _ours(catalogue, folder, right)


@lru_cache(4)
def _ours(catalogue: Catalogue, folder: Path, right: Path) -> Register:
    """Return the register of the catalogue, whose content `right` is named by."""
    return _read(catalogue, folder, looked_at=right.exists())


def _read(catalogue: Catalogue, folder: Path, *, looked_at: bool = False) -> Register:
    files, findings = read_register(folder, looked_at=looked_at)
    if not looked_at:
        findings += word_findings(files, catalogue)
    if findings:
        raise FindingsError(findings)
    content = {Path(file.name).stem: file.content for file in files}
    return Register(
        _frame(_documents(content), COLUMNS["document"]),
        _frame(_targets(content, catalogue), COLUMNS["target"]),
        _frame(_parts(content, "milestones"), COLUMNS["milestone"]),
        _frame(_parts(content, "evidence"), COLUMNS["evidence"]),
    )


def read_register(
    folder: Path = FOLDER, *, looked_at: bool = False
) -> tuple[list[Written], list[Finding]]:
    """Return the files of the register whose form is right, and what is wrong with all of them.

    looked_at: their form was found right before.
    """
    schema = load_schema(SCHEMA)
    right: list[Written] = []
    findings: list[Finding] = []
    for path in sorted(folder.glob("*.yaml")):
        if looked_at:
            content = content_of(path.read_text(encoding="utf-8-sig"))
            right.append(Written(path.name, content, None, "catalogue"))
            continue
        written, wrong = read(path, "catalogue")
        if written is not None:
            wrong += schema_findings(written, schema)
        if written is not None and not wrong:
            right.append(written)
        findings += wrong
    return right, findings


def word_findings(files: Sequence[Written], catalogue: Catalogue) -> list[Finding]:
    """Return where files of the right form use unknown words, or contradict one another."""
    return [
        *_unknown_words(files, catalogue),
        *_contradictions(files),
        *_out_of_range(files, catalogue),
    ]


def _frame(records: Iterator[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(list(records), columns=columns)


def _all_targets(read: dict[str, dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for stem, content in read.items():
        for target in content["targets"]:
            yield stem, target


def _unknown_words(files: Sequence[Written], catalogue: Catalogue) -> Iterator[Finding]:
    region = list(catalogue.regions["code"]), EXPECTED["region"]
    known: Known = {
        "indicator": (list(catalogue.indicators), EXPECTED["indicator"]),
        "industry": ([ALL, *catalogue.industries["code"]], EXPECTED["industry"]),
        "size": (list(catalogue.sizes["code"]), EXPECTED["size"]),
        "benchmark": region,
    }
    schemes = list(catalogue.schemes["code"])
    expected = message("a code of {file}, or several with + between them", file="schemes.csv")
    for file in files:
        yield from unknown_words(file, file.content["document"], {"region": region}, "document")
        for number, target in enumerate(file.content["targets"]):
            yield from unknown_words(file, target, known, "targets", number)
            for code in str(target.get("scheme", ALL)).split("+"):
                if code not in schemes:
                    advice = nearest(code, schemes)
                    yield file.finding(code, expected, advice, "targets", number, "scheme")


def _contradictions(files: Sequence[Written]) -> Iterator[Finding]:
    keys = Counter(target["key"] for file in files for target in file.content["targets"])
    follows = {
        target["key"]: target["supersedes"]
        for file in files
        for target in file.content["targets"]
        if "supersedes" in target
    }
    for file in files:
        for number, target in enumerate(file.content["targets"]):
            yield from _target_contradictions(file, target, ("targets", number), keys, follows)


def _target_contradictions(
    file: Written,
    target: dict[str, Any],
    place: tuple[str, int],
    keys: Mapping[str, int],
    follows: Mapping[str, str],
) -> Iterator[Finding]:
    key, (early, late), older = target["key"], target["window"], target.get("supersedes")
    lower, upper = target.get("lower", 0), target.get("upper", float("inf"))
    repeated = (
        message("a key that no other target has"),
        message("give the target a key of its own"),
    )
    turned = message("the earlier end first"), message("exchange the two periods")
    crossed = message("the lower bound first"), message("exchange the two bounds")
    nobody = (
        message("the key of another target, which does not come after this one"),
        message("correct the key"),
    )
    lost = bool(older) and (older not in keys or _leads_back(key, follows))
    for wrong, name, found, (expected, advice) in (
        (keys[key] > 1, "key", key, repeated),
        (early > late, "window", f"{early} – {late}", turned),
        (lower > upper, "lower", f"{lower} > {upper}", crossed),
        (lost, "supersedes", str(older), nobody),
    ):
        if wrong:
            yield file.finding(found, expected, advice, *place, name)
    for position, milestone in enumerate(target.get("milestones", [])):
        if milestone["period"] >= late:
            expected = message("a milestone before the end of the window, {late}", late=late)
            advice = message("move it, or make it the target itself")
            where = *place, "milestones", position
            yield file.finding(milestone["period"], expected, advice, *where)


def _out_of_range(files: Sequence[Written], catalogue: Catalogue) -> Iterator[Finding]:
    """Yield levels that no figure of the indicator can have; gains and rates are no levels."""
    for file in files:
        for number, target in enumerate(file.content["targets"]):
            item = catalogue.indicators.get(target["indicator"])
            if item is None or target["kind"] not in LEVELS:
                continue
            low, high = item.range
            place: tuple[str | int, ...] = ("targets", number)
            given = [((*place, name), target.get(name)) for name in ("value", "lower", "upper")]
            given += [
                ((*place, "milestones", position, "value"), each.get("value"))
                for position, each in enumerate(target.get("milestones", []))
            ]
            for where, value in given:
                if value is not None and not low <= value <= high:
                    expected = message(
                        "{low} to {high}, the range of {indicator}",
                        low=f"{low:.15g}",
                        high=f"{high:.15g}",
                        indicator=item.key,
                    )
                    advice = message("correct the value, or what the target is about")
                    yield file.finding(f"{value:.15g}", expected, advice, *where)


def _leads_back(key: str, follows: Mapping[str, str]) -> bool:
    """Say whether a target supersedes itself, by way of others or not."""
    seen: set[str] = set()
    older = follows.get(key)
    while older is not None and older not in seen:
        if older == key:
            return True
        seen.add(older)
        older = follows.get(older)
    return False


def _documents(read: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for stem, content in read.items():
        yield {
            "document": stem,
            **content["document"],
            "date_inferred": int(content["document"].get("date_inferred", False)),
        }


def _targets(read: dict[str, dict[str, Any]], catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    for stem, target in _all_targets(read):
        bounds = target.get("bounds") or (None, None)
        baseline = target.get("baseline") or {}
        yield {
            **{name: target.get(name) for name in COLUMNS["target"]},
            "target": target["key"],
            "document": stem,
            "region": read[stem]["document"]["region"],
            "industry": target.get("industry", ALL),
            "size": target.get("size", ALL),
            "scheme": target.get("scheme", ALL),
            "approximate": int(target.get("approximate", False)),
            "baseline_period": baseline.get("period"),
            "baseline_value": baseline.get("value"),
            "shape": target.get("shape") or catalogue.indicators[target["indicator"]].shape,
            "bound_lower": bounds[0],
            "bound_upper": bounds[1],
            "window_early": target["window"][0],
            "window_late": target["window"][1],
            "verification": GRADES[target["grade"]],
        }


def _parts(read: dict[str, dict[str, Any]], name: str) -> Iterator[dict[str, Any]]:
    for _, target in _all_targets(read):
        for part in target.get(name, []):
            yield {
                "target": target["key"],
                **part,
                "verification": GRADES[part.get("grade", "B")],
            }
