"""The target register: data/catalogue/targets/, one hand-edited file a document, into tables.

Every mistake in every file is reported, in a planner's words, before anything is published.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import yaml

from etl.findings import Finding, Message, Refused, message
from indicators.catalogue import Catalogue
from indicators.database import ROOT

FOLDER = ROOT / "data" / "catalogue" / "targets"
SCHEMA = FOLDER.with_suffix(".schema.json")

DOCUMENT = [
    "document", "title", "number", "date", "date_inferred", "issuer", "region", "policy",
    "read_in", "copy", "url", "note",
]  # fmt: skip
TARGET = [
    "target", "document", "indicator", "region", "industry", "size", "scheme", "kind", "value",
    "lower", "upper", "benchmark", "approximate", "baseline_period", "baseline_value", "shape",
    "bound_lower", "bound_upper", "window_early", "window_late", "department", "supersedes",
    "definition", "place", "verification", "note",
]  # fmt: skip
MILESTONE = ["target", "period", "value", "place", "verification", "note"]
EVIDENCE = ["target", "period", "state", "text", "source"]

_ADVICE = {
    "required": message("add what is missing"),
    "additionalProperties": message("correct the word, or remove the line"),
    "enum": message("choose one of these words"),
    "pattern": message("write it in this form"),
    "type": message("quote text, leave numbers bare"),
}


@dataclass(frozen=True)
class Register:
    """The whole register as rows of the tables of the same names."""

    document: pd.DataFrame
    target: pd.DataFrame
    milestone: pd.DataFrame
    evidence: pd.DataFrame


def register(catalogue: Catalogue, folder: Path = FOLDER) -> Register:
    """Return the register read from `folder`; raises `Refused` with every mistake in it."""
    findings: list[Finding] = []
    read: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.yaml")):
        content, wrong = _content(path)
        findings.extend(wrong)
        if content is not None:
            read[path.stem] = content
    findings.extend(_unknown_words(read, catalogue))
    findings.extend(_contradictions(read))
    if findings:
        raise Refused(findings)
    return Register(
        _frame(_documents(read), DOCUMENT),
        _frame(_targets(read, catalogue), TARGET),
        _frame(_parts(read, "milestones"), MILESTONE),
        _frame(_parts(read, "evidence"), EVIDENCE),
    )


def _frame(records: Iterator[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(list(records), columns=columns)


def _content(path: Path) -> tuple[dict[str, Any] | None, list[Finding]]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        return None, [
            Finding(
                path.name,
                str(getattr(error, "problem", None) or error),
                message("a YAML file in UTF-8"),
                message("look at the indentation and the quotes"),
                row=mark.line + 1 if mark else None,
            )
        ]
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(content))
    if errors:
        return None, [_schema_finding(path.name, content, error) for error in errors]
    return content, []


def _schema_finding(name: str, content: Any, error: jsonschema.ValidationError) -> Finding:
    where = [str(step) for step in error.absolute_path]
    if len(where) > 1 and where[0] == "targets":
        target = content["targets"][int(where[1])]
        key = target.get("key") if isinstance(target, dict) else None
        where[:2] = [str(key or f"targets[{where[1]}]")]
    found: object = error.instance
    rule: Any = error.validator_value
    schema: Any = error.schema
    instance: Any = error.instance
    expected: Message
    if error.validator == "required":
        missing = [key for key in rule if key not in instance]
        found, expected = "", message("the entries {names}", names=", ".join(missing))
    elif error.validator == "additionalProperties":
        known = schema["properties"]
        found = ", ".join(key for key in instance if key not in known)
        expected = message("only the entries {names}", names=", ".join(known))
    elif error.validator == "enum":
        expected = message("one of {names}", names=", ".join(map(str, rule)))
    elif error.validator == "pattern":
        expected = message("text of the form {form}", form=rule)
    else:
        expected = message("{rule}: {value}", rule=error.validator, value=rule)
    advice = _ADVICE.get(str(error.validator), message("correct the entry"))
    return Finding(name, str(found)[:80], expected, advice, column=" · ".join(where) or None)


def _all_targets(read: dict[str, dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for stem, content in read.items():
        for target in content["targets"]:
            yield stem, target


def _unknown_words(read: dict[str, dict[str, Any]], catalogue: Catalogue) -> Iterator[Finding]:
    regions = set(catalogue.regions["code"])
    known = {
        "indicator": (set(catalogue.indicators), message("an indicator of the catalogue")),
        "industry": (
            {"ALL", *catalogue.industries["code"]},
            message("an industry of GB/T 4754-2017"),
        ),
        "size": (set(catalogue.sizes["code"]), message("an enterprise size of NBS 2017")),
        "benchmark": (regions, message("a region of GB/T 2260")),
    }
    advice = message("correct the word, or add it to the code list")
    for stem, content in read.items():
        if content["document"]["region"] not in regions:
            yield Finding(
                f"{stem}.yaml",
                content["document"]["region"],
                message("a region of GB/T 2260"),
                advice,
                column="document · region",
            )
    for stem, target in _all_targets(read):
        for name, (codes, expected) in known.items():
            if name in target and target[name] not in codes:
                yield Finding(
                    f"{stem}.yaml",
                    str(target[name]),
                    expected,
                    advice,
                    column=f"{target['key']} · {name}",
                )


def _contradictions(read: dict[str, dict[str, Any]]) -> Iterator[Finding]:
    keys = [target["key"] for _, target in _all_targets(read)]
    for stem, target in _all_targets(read):
        name, key = f"{stem}.yaml", target["key"]
        early, late = target["window"]
        if keys.count(key) > 1:
            yield Finding(
                name,
                key,
                message("a key that no other target has"),
                message("give the target a key of its own"),
                column=f"{key} · key",
            )
        if early > late:
            yield Finding(
                name,
                f"{early} – {late}",
                message("the earlier end first"),
                message("exchange the two periods"),
                column=f"{key} · window",
            )
        if target.get("lower", 0) > target.get("upper", float("inf")):
            yield Finding(
                name,
                f"{target['lower']} > {target['upper']}",
                message("the lower bound first"),
                message("exchange the two bounds"),
                column=f"{key} · lower",
            )
        for milestone in target.get("milestones", []):
            if milestone["period"] >= late:
                yield Finding(
                    name,
                    milestone["period"],
                    message("a milestone before the end of the window, {late}", late=late),
                    message("move it, or make it the target itself"),
                    column=f"{key} · milestones",
                )
        if (older := target.get("supersedes")) and older not in keys:
            yield Finding(
                name,
                older,
                message("the key of another target"),
                message("correct the key"),
                column=f"{key} · supersedes",
            )


def _verification(grade: str) -> str:
    return "primary" if grade == "A" else "secondary"


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
            **{name: target.get(name) for name in TARGET},
            "target": target["key"],
            "document": stem,
            "region": read[stem]["document"]["region"],
            "industry": target.get("industry", "ALL"),
            "size": target.get("size", "ALL"),
            "scheme": target.get("scheme", "ALL"),
            "approximate": int(target.get("approximate", False)),
            "baseline_period": baseline.get("period"),
            "baseline_value": baseline.get("value"),
            "shape": target.get("shape") or catalogue.indicators[target["indicator"]].shape,
            "bound_lower": bounds[0],
            "bound_upper": bounds[1],
            "window_early": target["window"][0],
            "window_late": target["window"][1],
            "verification": _verification(target["grade"]),
        }


def _parts(read: dict[str, dict[str, Any]], name: str) -> Iterator[dict[str, Any]]:
    for _, target in _all_targets(read):
        for part in target.get(name, []):
            yield {
                "target": target["key"],
                **part,
                "verification": _verification(part.get("grade", "B")),
            }
