"""YAML as people mean it: a key stands once, nothing refers to something else, lines are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from indicators.findings import Message, message

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True)
class Slip:
    """What may not stand in a file, with its line and what was expected."""

    line: int
    found: str
    expected: Message
    advice: Message


@dataclass
class Content:
    """What a file says. lines: of every key, by the keys above it and its own, joined by dots."""

    said: Any = None
    lines: dict[str, int] = field(default_factory=dict)
    slips: list[Slip] = field(default_factory=list)


def read(text: str) -> Content:
    """Return what a text says, with the slips in it; where there are any, it says nothing.

    Raises `yaml.YAMLError` where the text is no YAML, and `RecursionError` for one too deep.
    """
    made = Content(slips=list(_references(text)))
    if made.slips:
        return made
    node = yaml.compose(text, Loader=_LOADER)
    if node is not None:
        made.slips += _walk(node, "", made.lines)
    if not made.slips:
        made.said = yaml.load(text, Loader=_LOADER)  # noqa: S506 - safe: one of the two above
    return made


def _references(text: str) -> Iterator[Slip]:
    for event in yaml.parse(text, Loader=_LOADER):
        if anchor := getattr(event, "anchor", None):
            yield Slip(
                event.start_mark.line + 1 if event.start_mark else 1,
                f"{'*' if isinstance(event, yaml.AliasEvent) else '&'}{anchor}",
                message("no anchors and aliases"),
                message("write out what is meant; put a text that begins with & or * in quotes"),
            )


def _walk(node: yaml.Node, place: str, lines: dict[str, int]) -> Iterator[Slip]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _walk(item, place, lines)
    if not isinstance(node, yaml.MappingNode):
        return
    first: dict[str, int] = {}
    for key, value in node.value:
        line, name = key.start_mark.line + 1, str(key.value)
        if key.tag == _MERGE:
            yield Slip(
                line,
                name,
                message("no anchors and aliases"),
                message("write out what is meant; put a text that begins with & or * in quotes"),
            )
        elif name in first:
            yield Slip(
                line,
                name,
                message("each key once; it stands in line {line} too", line=first[name]),
                message("keep the line that holds and remove the other"),
            )
        first.setdefault(name, line)
        inner = f"{place}.{name}" if place else name
        lines.setdefault(inner, line)
        yield from _walk(value, inner, lines)
