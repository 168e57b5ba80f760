"""What a JSON Schema refuses in a file that people edit by hand, as findings: one translator."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indicators.findings import Finding, Message, message
from indicators.strict_yaml import Written

if TYPE_CHECKING:
    import jsonschema

_LONGEST = 80  # characters of what was found, as quoted
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
    "object": message("write the entries, each with a colon after its name"),
}


@dataclass(frozen=True)
class Mistake:
    """What a schema refuses, at the `path` of an entry. meant: the advice to write a known word."""

    path: tuple[str | int, ...]
    found: str
    expected: Message
    advice: Message
    meant: Message | None = None


def schema_findings(written: Written, schema: Mapping[str, Any]) -> list[Finding]:
    """Return everything in the file that its JSON Schema refuses, one finding a mistake."""
    found = [*mistakes(written.content, schema), *_endless(written.content)]
    return [
        written.finding(mistake.found, mistake.expected, mistake.advice, *mistake.path)
        for mistake in found
    ]


def _endless(content: Any, *path: str | int) -> Iterator[Mistake]:
    """Yield the numbers that are none or have no end, which YAML knows and no schema refuses."""
    if isinstance(content, dict | list):
        for step, part in content.items() if isinstance(content, dict) else enumerate(content):
            yield from _endless(part, *path, step)
    elif isinstance(content, float) and not math.isfinite(content):
        advice = message("write the number itself, neither .inf nor .nan")
        yield Mistake(path, f".{content}".replace(".-", "-."), message("a finite number"), advice)


# Control characters but for the ends of lines and tabs, and those that turn what follows around.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)


def _unprintable(content: Any, *path: str | int) -> Iterator[Mistake]:
    """Yield the texts that hold characters which no reader sees and a document cannot hold."""
    if isinstance(content, dict | list):
        for step, part in content.items() if isinstance(content, dict) else enumerate(content):
            yield from _unprintable(part, *path, step)
    elif isinstance(content, str) and _UNPRINTABLE.search(content):
        found = _UNPRINTABLE.sub(lambda mark: f"\\u{ord(mark[0]):04x}", content[:_LONGEST])
        yield Mistake(
            path, found, message("text without control characters"), message("take them out")
        )


def mistakes(content: Any, schema: Mapping[str, Any], *, between: str = ", ") -> Iterable[Mistake]:
    """Return all that a JSON Schema refuses; known words are listed with `between` them.

    A part of the schema may say in words what it expects, under `expected`.
    """
    import jsonschema  # what was found right before is not looked at again, and it is slow to load

    errors = jsonschema.Draft202012Validator(schema).iter_errors(content)
    found = [mistake for error in errors for mistake in _translated(error, between)]
    found += _unprintable(content)
    # Each missing entry names all that are missing.
    return {repr(mistake): mistake for mistake in found}.values()


def _translated(error: jsonschema.ValidationError, between: str) -> Iterator[Mistake]:
    rule: Any = error.validator_value
    instance: Any = error.instance
    schema: Any = error.schema
    path = tuple(error.absolute_path)
    if "propertyNames" in error.schema_path:
        path = (*path, str(instance))
    advice = _ADVICE.get(str(error.validator), message("correct the entry"))
    if error.validator == "type" and rule == "object":
        advice = _ADVICE["object"]
    meant = None
    if error.validator == "required":
        missing = [key for key in rule if key not in instance]
        if schema.get("additionalProperties") is False:
            # A misspelt key is one mistake: it is told as that key, with the word that is meant.
            strays = [str(key) for key in instance if key not in schema["properties"]]
            missing = [key for key in missing if not difflib.get_close_matches(key, strays)]
        if missing:
            expected = message("the entries {names}", names=", ".join(missing))
            yield Mistake(path, "", expected, advice)
        return
    if error.validator == "additionalProperties":
        known = list(schema.get("properties", {}))
        expected = message("only the entries {names}", names=between.join(known))
        for key in [key for key in instance if key not in known]:
            meant = _meant(key, known)
            advice = meant or message("correct the word, or remove the line")
            yield Mistake((*path, key), str(key), expected, advice, meant)
        return
    if "expected" in schema:
        expected = Message(schema["expected"])
    elif error.validator == "enum":
        expected = message("one of {names}", names=between.join(map(str, rule)))
    elif error.validator == "pattern":
        expected = message("text of the form {form}", form=rule)
    elif error.validator == "type":
        kinds = [rule] if isinstance(rule, str) else rule
        expected = _TYPES[kinds[0]]
        if len(kinds) > 1:
            expected = message("one of {names}", names=[_TYPES[kind] for kind in kinds])
    else:
        expected = _bound(str(error.validator), rule)
    if error.validator == "enum":
        meant = _meant(instance, rule)
    yield Mistake(path, _quoted(instance), expected, meant or advice, meant)


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


def _meant(word: object, known: Iterable[object]) -> Message | None:
    """Return the advice to write the known word that is most like this one, if one is."""
    near = difflib.get_close_matches(str(word), [str(item) for item in known], 1)
    return message("write {word}, if that is meant", word=near[0]) if near else None


def _quoted(instance: Any) -> str:
    if isinstance(instance, str):
        return instance[:_LONGEST]
    return json.dumps(instance, ensure_ascii=False, default=str)[:_LONGEST]


def nearest(word: str, known: Sequence[str], otherwise: Message | None = None) -> Message:
    """Return what to do about a word that names nothing: the known one that is most like it."""
    add = message("correct the word, or add it to the code list")
    return _meant(word, known) or otherwise or add


Known = dict[str, tuple[list[str], Message]]  # the words that may stand under a key, and their kind


def repeated(file: Written, level: str) -> Iterator[Finding]:
    """Yield a finding for each entry of a list whose key another one before it has."""
    keys = [entry["key"] for entry in file.content[level]]
    expected = message("a key that no other entry has")
    advice = message("keep the entry that holds and remove the other")
    for number, key in enumerate(keys):
        if key in keys[:number]:
            yield file.finding(key, expected, advice, level, number, "key")


def unknown_words(
    file: Written, part: Mapping[str, Any], known: Known, *place: str | int
) -> Iterator[Finding]:
    """Yield a finding for each entry of a part of a file that names what is not known."""
    for name, (codes, expected) in known.items():
        if name in part and part[name] not in codes:
            yield file.finding(part[name], expected, nearest(part[name], codes), *place, name)


@cache
def load_schema(path: Path) -> dict[str, Any]:
    """Return a JSON Schema that the project ships."""
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema
