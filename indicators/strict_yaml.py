"""YAML that people write by hand, read as they mean it: the one reader of the project.

A key stands once, nothing refers to something else, and every entry is known by its line. What is
wrong is found in the file's own words, never in those of the parser.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from indicators.findings import Finding, Message, message

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LISTS = ("indicators", "units", "sources", "clauses", "targets", "groups")
_LONGEST = 80  # characters of what was found, as quoted
_DEEPEST = 100  # levels inside one another: the parser's own stack ends at some ten thousand
_TAG = "tag:yaml.org,2002:"
_SCALARS = (f"{_TAG}timestamp", f"{_TAG}int", f"{_TAG}float")
_EXPECTED = message("a YAML file in UTF-8")
_LOOK = message(
    "look at this line and the one above: indentation by spaces, a space after each colon, quotes "
    "and brackets in pairs"
)


@dataclass(frozen=True)
class Written:
    """A YAML file as it was written: its content, and where each entry stands.

    check: the stable name of what looks at it, for its findings.
    """

    name: str
    content: Any
    root: yaml.Node | None
    check: str = ""

    def row(self, *path: str | int) -> int:
        """Return the line of an entry, of the nearest one above it where there is none."""
        node = self.root
        line = node.start_mark.line if node else 0
        for step in path:
            if isinstance(node, yaml.MappingNode):
                pairs = [pair for pair in node.value if pair[0].value == str(step)]
                if not pairs:
                    break
                line, node = pairs[0][0].start_mark.line, pairs[0][1]
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
            ordinal = f"[{step + 1}]" if isinstance(step, int) else step
            names.append(str(key) if isinstance(step, int) and key else ordinal)
        if len(names) > 1 and names[0] in _LISTS:
            names = names[1:]
        return " · ".join(names) or None

    def finding(self, found: str, expected: Message, advice: Message, *path: str | int) -> Finding:
        """Return a finding about the entry at `path`."""
        place = self.place(*path)
        row = self.row(*path)
        return Finding(self.name, found, expected, advice, row, place, check=self.check)


Read = tuple[Written | None, list[Finding]]


def content_of(text: str) -> Any:
    """Return what a text holds that was read before, and found to be YAML."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506


def read(path: Path, check: str = "") -> Read:
    """Return a YAML file and what is wrong with it before its content is looked at.

    None where it cannot be read. Keys that stand twice and references (`*name`) are findings: of
    the first only one would count, and neither is seen by who reads the file.
    """

    def unread(found: str, expected: Message, advice: Message, line: int | None = None) -> Read:
        return None, [Finding(path.name, found[:_LONGEST], expected, advice, line, check=check)]

    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return unread("", message("this file"), message("put the file back"))
    except OSError as error:
        advice = message("look at its path")
        return unread(str(error.strerror), message("a file that can be read"), advice)
    except UnicodeDecodeError as error:
        found = error.object[error.start : error.start + 8].hex(" ")
        advice = message("save the file again in UTF-8")
        line = error.object[: error.start].count(b"\n") + 1
        return unread(found, _EXPECTED, advice, line)
    slips: list[_Slip] = []
    loader = _Loader(text)
    try:
        slips += _structure(text)
        root = None if slips else loader.get_single_node()
        slips += _slips(root)
        written = None
        if not any(slip.is_fatal for slip in slips):
            content = None if root is None else loader.construct_document(root)
            written = Written(path.name, content, root, check)
    except (ValueError, yaml.YAMLError) as error:
        return unread(_quoted(text, line := _line(error, text)), _EXPECTED, _LOOK, line)
    finally:
        loader.dispose()
    return written, [
        Finding(path.name, s.found, s.expected, s.advice, s.line, s.found, check=check)
        for s in slips
    ]


def _line(error: Exception, text: str) -> int:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    return text.encode()[: getattr(error, "position", 0)].count(b"\n") + 1


def _quoted(text: str, line: int) -> str:
    """Return what stands in a line, signs that nobody sees by their names."""
    lines = text.split("\n")
    said = lines[line - 1].lstrip(" ").rstrip() if line <= len(lines) else ""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in said)


@dataclass(frozen=True)
class _Slip:
    line: int
    found: str
    expected: Message
    advice: Message
    is_fatal: bool = True


def _reference(node: Any, found: str) -> _Slip:
    return _Slip(
        node.start_mark.line + 1,
        found,
        message("no anchors and aliases"),
        message("write out what is meant; put a text that begins with & or * in quotes"),
    )


def _structure(text: str) -> Iterator[_Slip]:
    """Yield what refers to something else; raise where entries are too deep to be composed."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            deepest: Any = event.start_mark
            raise yaml.MarkedYAMLError(problem_mark=deepest)
        if anchor := getattr(event, "anchor", None):
            mark = "*" if isinstance(event, yaml.AliasEvent) else "&"
            yield _reference(event, f"{mark}{anchor}")


def _slips(node: yaml.Node | None) -> Iterator[_Slip]:
    if isinstance(node, yaml.ScalarNode) and node.tag in _SCALARS:
        try:
            yaml.SafeLoader("").construct_object(node)
        except ValueError:  # 2024-02-30
            expected = message("text, in quotes if it looks like a number or a date")
            advice = message("correct the entry")
            yield _Slip(node.start_mark.line + 1, node.value, expected, advice)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _slips(item)
    elif isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            line, name = key.start_mark.line + 1, str(key.value)
            if key.tag == f"{_TAG}merge":
                yield _reference(key, name)
            elif name in lines:
                yield _Slip(
                    line,
                    name,
                    message("each key once; it stands in line {line} too", line=lines[name]),
                    message("keep the entry that holds and remove the other"),
                    is_fatal=False,
                )
            lines.setdefault(name, line)
            yield from _slips(value)
