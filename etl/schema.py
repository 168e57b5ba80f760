"""Hand-written YAML: every entry with its line, and what is wrong with it as findings.

One translator of YAML's and JSON Schema's errors for every file that people edit by hand.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from indicators.findings import Finding, Message, message

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LONGEST = 80  # characters of what was found, as quoted
_LISTS = ("indicators", "units", "sources", "clauses", "targets", "groups")
_TYPES = {
    "string": message("text, in quotes if it looks like a number or a date"),
    "number": message("a number"),
    "integer": message("a whole number"),
    "boolean": message("true or false"),
    "array": message("a list"),
    "object": message("entries, indented below it"),
}
_ADVICE = {
    "required": message("add what is missing"),
    "enum": message("choose one of these words"),
    "pattern": message("write it in this form"),
    "type": message("quote text, leave numbers bare"),
}


@dataclass(frozen=True)
class Written:
    """A YAML file as it was written: its content, and where each entry stands."""

    name: str
    content: Any
    root: yaml.Node

    def row(self, *path: str | int) -> int:
        """Return the line of an entry, of the nearest one above it where there is none."""
        line, node = self.root.start_mark.line, self.root
        for step in path:
            if isinstance(node, yaml.MappingNode):
                found = [pair for pair in node.value if pair[0].value == str(step)]
                if not found:
                    break
                line, node = found[0][0].start_mark.line, found[0][1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
                node = node.value[step]
                line = node.start_mark.line
            else:
                break
        return line + 1

    def place(self, *path: str | int) -> str | None:
        """Return the path of an entry as a reader names it: `certificates_valid · unit`."""
        names, content = [], self.content
        for step in path:
            try:
                content = content[step]
            except (LookupError, TypeError):
                content = None
            key = content.get("key") if isinstance(content, dict) else None
            names.append(str(key) if isinstance(step, int) and key else _ordinal(step))
        if len(names) > 1 and names[0] in _LISTS:
            names = names[1:]
        return " · ".join(names) or None

    def finding(self, found: str, expected: Message, advice: Message, *path: str | int) -> Finding:
        """Return a finding about the entry at `path`."""
        return Finding(
            self.name, found, expected, advice,
            row=self.row(*path), column=self.place(*path), check="catalogue",
        )  # fmt: skip


def _ordinal(step: str | int) -> str:
    return f"[{step + 1}]" if isinstance(step, int) else step


def read(path: Path) -> tuple[Written | None, list[Finding]]:
    """Return a YAML file and what is wrong with it before its content is looked at.

    None where it cannot be read. Keys that stand twice and references (`*name`) are findings: of
    the first only one would count, and neither is seen by who reads the file.
    """
    name = path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            findings = list(_doubled(name, root, {})) if root is not None else []
            if root is None:
                raise yaml.YAMLError("the file is empty")
            if any(finding.found.startswith("*") for finding in findings):
                return None, findings
            return Written(name, loader.construct_document(root), root), findings
        finally:
            loader.dispose()
    except FileNotFoundError:
        return None, [
            Finding(name, "", message("this file"), message("put the file back"), check="catalogue")
        ]
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        return None, [_unreadable(name, repr(error.object[error.start : error.end])[2:-1], line)]
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        said = str(getattr(error, "problem", None) or error)
        return None, [_unreadable(name, said[:_LONGEST], mark.line + 1 if mark else None)]


def _unreadable(name: str, found: str, line: int | None) -> Finding:
    return Finding(
        name, found, message("a YAML file in UTF-8"),
        message(
            "look at this line and the one above: indentation by spaces, a space after each colon, "
            "quotes in pairs"
        ),
        row=line, check="catalogue",
    )  # fmt: skip


def _doubled(name: str, node: yaml.Node, met: dict[int, yaml.Node]) -> Iterator[Finding]:
    if isinstance(node, yaml.ScalarNode):
        return
    if id(node) in met:
        yield Finding(
            name, f"*{node.start_mark.line + 1}", message("every entry written out"),
            message("write the entry out instead of referring to another"),
            row=node.start_mark.line + 1, check="catalogue",
        )  # fmt: skip
        return
    met[id(node)] = node
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _doubled(name, item, met)
        return
    lines: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        word = str(key.value)
        if word in lines:
            yield Finding(
                name, word, message("each key once; it stands in line {line} too",
                                    line=lines[word]),
                message("keep the entry that holds and remove the other"),
                row=line, column=word, check="catalogue",
            )  # fmt: skip
        lines.setdefault(word, line)
        yield from _doubled(name, value, met)


def schema_findings(written: Written, schema: Mapping[str, Any]) -> list[Finding]:
    """Return everything in the file that its JSON Schema refuses, one finding a mistake."""
    errors = jsonschema.Draft202012Validator(schema).iter_errors(written.content)
    found = [finding for error in errors for finding in _translated(written, error)]
    # Each missing entry names all that are missing.
    return list({repr(finding): finding for finding in found}.values())


def _translated(written: Written, error: jsonschema.ValidationError) -> Iterator[Finding]:
    rule: Any = error.validator_value
    instance: Any = error.instance
    schema: Any = error.schema
    path = tuple(error.absolute_path)
    if "propertyNames" in error.schema_path:
        path = (*path, str(instance))
    advice = _ADVICE.get(str(error.validator), message("correct the entry"))
    if error.validator == "required":
        missing = [key for key in rule if key not in instance]
        if schema.get("additionalProperties") is False:
            # A misspelt key is one mistake: it is told as that key, with the word that is meant.
            strays = [str(key) for key in instance if key not in schema["properties"]]
            missing = [key for key in missing if not difflib.get_close_matches(key, strays)]
        if missing:
            expected = message("the entries {names}", names=", ".join(missing))
            yield written.finding("", expected, advice, *path)
        return
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", {}))
        expected = message("only the entries {names}", names=", ".join(known))
        for key in [key for key in instance if key not in known]:
            yield written.finding(str(key), expected, _nearest(key, known), *path, key)
        return
    found = _quoted(instance)
    if error.validator == "enum":
        expected = message("one of {names}", names=", ".join(map(str, rule)))
        advice = _nearest(instance, rule, advice)
    elif error.validator == "pattern":
        expected = message("text of the form {form}", form=rule)
    elif error.validator == "type":
        kinds = [rule] if isinstance(rule, str) else rule
        expected = _TYPES[kinds[0]]
        if len(kinds) > 1:
            expected = message("one of {names}", names=[_TYPES[kind] for kind in kinds])
    else:
        expected = _bound(str(error.validator), rule)
    yield written.finding(found, expected, advice, *path)


def _bound(validator: str, rule: Any) -> Message:
    bounds = {
        "minLength": message("text of at least {n} characters", n=rule),
        "minItems": message("a list of at least {n}", n=rule),
        "maxItems": message("a list of at most {n}", n=rule),
        "minProperties": message("entries below it, at least {n}", n=rule),
        "minimum": message("a number, {bound} or more", bound=rule),
        "maximum": message("a number, {bound} or less", bound=rule),
        "exclusiveMinimum": message("a number above {bound}", bound=rule),
        "uniqueItems": message("each item once"),
    }
    return bounds.get(validator, message("{rule}: {value}", rule=validator, value=str(rule)))


def _nearest(word: object, known: Sequence[object], otherwise: Message | None = None) -> Message:
    """Return the advice to write the known word that is most like this one."""
    near = difflib.get_close_matches(str(word), [str(item) for item in known], 1)
    if near:
        return message("write {word}, if that is meant", word=near[0])
    return otherwise or message("correct the word, or remove the line")


def _quoted(instance: Any) -> str:
    if isinstance(instance, str):
        return instance[:_LONGEST]
    return json.dumps(instance, ensure_ascii=False, default=str)[:_LONGEST]


def nearest(word: str, known: Sequence[str]) -> Message:
    """Return what to do about a word that names nothing: the known one that is most like it."""
    return _nearest(word, known, message("correct the word, or add it to the code list"))


def load_schema(path: Path) -> dict[str, Any]:
    """Return a JSON Schema that the project ships."""
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema
