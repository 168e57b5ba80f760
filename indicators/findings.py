"""What is wrong: what was found, where, what was expected and what to do. One family of errors.

Figures, declarations, certificates, boundaries, peer groups, the catalogue and the settings are
all told of in this way; `etl.reporting` prints and files it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from indicators.wording import Text, Wording

Severity = Literal["error", "warning"]
Key = tuple[str, ...]  # of a figure: indicator, period, scheme, industry, size, region


@dataclass(frozen=True)
class Message:
    """A sentence of the message catalogue with its values, put into a language when shown.

    A value may be a sentence itself, a text in both languages, or a list of any.
    """

    text: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.said(Wording("en"))

    def said(self, words: Wording) -> str:
        """Return the sentence in a language."""
        return words(
            self.text, **{name: _said(value, words) for name, value in self.values.items()}
        )


def _said(value: Any, words: Wording) -> Any:
    if isinstance(value, Message):
        return value.said(words)
    if isinstance(value, Text):
        return words.text(value)
    if isinstance(value, list):
        return words.listed([str(_said(item, words)) for item in value])
    return value


def message(text: str, **values: Any) -> Message:
    """Return a sentence of the message catalogue; `text` is its English form."""
    return Message(text, values)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, in one place. `row` counts as a spreadsheet does, header = 1.

    `check` is the stable name of what found it (`etl.checks.checking.CHECKS`). figures: those that
    the sentences quote or let one work out, by their keys; None where only the place tells.
    suppressed: one of them is suppressed, or may be where no figure could be read, so the
    sentences are for the analyst's own screen and are never stored; see
    `etl.suppression.redaction`. accepted: why somebody accepted it before, with release `since`;
    fingerprint: what it is known again by (`etl.publish.acceptance`). about: the key of the
    figure that stands at its place, where that is known.
    """

    file: str
    found: str
    expected: Message
    advice: Message
    row: int | None = None
    column: str | None = None
    sheet: str | None = None
    severity: Severity = "error"
    check: str = ""
    figures: tuple[Key, ...] | None = None
    suppressed: bool = False
    accepted: str | None = None
    since: int | None = None
    fingerprint: str = ""
    about: Key | None = None

    def said(self, words: Wording) -> str:
        """Return the finding in one line, in a language."""
        row = words("line {n}", n=self.row) if self.row else None
        place = " · ".join(str(part) for part in (self.file, self.sheet, row, self.column) if part)
        texts = {name: getattr(self, name).said(words) for name in ("expected", "advice")}
        if not self.found:
            return words("{place}: expected: {expected}; {advice}", place=place, **texts)
        return words(
            "{place}: found: {found}; expected: {expected}; {advice}",
            place=place,
            found=self.found,
            **texts,
        )


class FindingsError(Exception):
    """Raised with all that is wrong; the root of one family of errors."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(
            "\n".join(
                f"{finding.file}:{finding.row or ''}:{finding.column or ''}: "
                f"{finding.found!r}; {finding.expected}; {finding.advice}"
                for finding in shared(findings)
            )
        )
        self.findings = list(findings)


class UnacceptedError(FindingsError):
    """Raised with warnings that nobody has accepted yet: they stop a release too."""


@dataclass(frozen=True)
class Cause:
    """What is wrong in one way at one or more cells of a sheet: the first finding, and all places.

    cells: row and column of each. A name that nobody knows, in 31 rows, is one cause.
    """

    finding: Finding
    cells: list[tuple[int | None, str | None]]


def causes(findings: Sequence[Finding]) -> list[Cause]:
    """Return findings by their cause, errors first; those about different figures stay apart."""
    grouped: dict[tuple[object, ...], Cause] = {}
    for finding in sorted(findings, key=_order):
        sentences = finding.found, repr(finding.expected), repr(finding.advice)
        place = finding.severity, finding.check, finding.file, finding.sheet
        kind = *place, *sentences, finding.figures, finding.accepted, finding.about
        cause = grouped.setdefault(kind, Cause(finding, []))
        cause.cells.append((finding.row, finding.column))
    return list(grouped.values())


def _order(finding: Finding) -> tuple[bool, bool, str, str, str, int]:
    warned, accepted = finding.severity == "warning", finding.accepted is not None
    place = finding.check, finding.file, finding.sheet or ""
    return warned, accepted, *place, finding.row or 0


SUPPRESSED = message("suppressed")
UNQUOTED = message("a figure that this sentence would give away is suppressed")


_DIGIT = "[\\d〇零一二两三四五六七八九十百千万亿]"
_REFERENCE = Path(__file__).parents[1] / "data" / "reference"
_NAMES = {"name_zh", "short_zh", "spelling"}  # columns of the code lists


@cache
def _number() -> re.Pattern[str]:
    """Return the pattern of a figure of a cell: the group `number` of what it finds.

    None is a year 年, an ordinal 第三产业, a unit of its own 万张, a mere word, or the name of a
    region, an industry or a scheme, such as 四川 and 三门峡.
    """
    names: set[str] = set()
    for file in sorted(_REFERENCE.glob("*.csv")):
        with file.open(encoding="utf-8") as rows:
            names |= {
                text
                for row in csv.DictReader(rows)
                for column, text in row.items()
                if column in _NAMES and re.search(f"{_DIGIT}[一-鿿]", text)
            }
    # 四平方米 are square metres and no 四平, 六安全员 six people and no 六安.
    said = (
        f"{re.escape(name)}(?!方|全[^省市区])"
        for name in sorted(names, key=lambda name: -len(name))
    )
    return re.compile(
        r"(?<!\d)(?:19|20)\d{2}年(?:1[0-2]月|0?[1-9]月)?|第[\d一二三四五六七八九十]+"
        rf"|统一|一般|一览|之一|{'|'.join(said)}"
        rf"|(?P<number>(?![百千万亿]+(?!{_DIGIT})){_DIGIT}(?:[\s.,，．]*{_DIGIT})*)"
    )


# What a sentence says of places, limits and lists that we know, and never takes from a cell.
_OURS: Set[str] = {
    *("file", "folder", "sheet", "column", "columns", "row", "rows", "places", "key", "keys"),
    *("name", "names", "code", "counties", "indicator", "unit", "whole", "scope", "kinds"),
    *("encoding", "separator", "suffix", "size", "limit", "cells", "n"),
}
_NEAR = {"names", "code"}  # in an advice these may be what is nearest to the cell


def redacted(finding: Finding) -> Finding:
    """Return the finding as it may be stored: without sentences if they give a figure away.

    Of a cell that could not be read, so that it is no figure yet, all but its numbers is kept.
    """
    if not finding.suppressed:
        return finding
    if finding.figures is None:
        # A heading is shown as the column's name already.
        found = finding.found if finding.found == finding.column else _masked(finding.found)
        ours = _OURS if found == finding.found else _OURS - _NEAR
        expected, advice = _masked(finding.expected), _masked(finding.advice, ours)
        return replace(finding, found=found, expected=expected, advice=advice)
    return replace(finding, found="", expected=UNQUOTED)


def telling(finding: Finding) -> bool:
    """Return whether a finding is a warning whose very place may tell of a suppressed figure."""
    return finding.suppressed and finding.severity == "warning" and finding.figures is not None


def shared(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings as they may leave the analyst's own screen, for a log or a file.

    The rule, stated here once: of the warnings that quote a suppressed figure one sentence stays,
    that there are some. Their checks, places and number would tell which of several suppressed
    figures is the unusual one. Nothing at all is kept of them with a release. An error keeps its
    place, since nothing is published before it is mended, and loses its sentences: `redacted`.
    """
    kept = [redacted(finding) for finding in findings if not telling(finding)]
    if hidden := [finding for finding in findings if telling(finding)]:
        reasons = [finding.accepted for finding in hidden]
        advice = message(
            "run `python -m etl check`, with the same files, in a terminal: there they are shown"
        )
        accepted = None if None in reasons else reasons[0]
        kept.append(
            Finding(
                "",
                "",
                UNQUOTED,
                advice,
                severity="warning",
                check="suppressed",
                figures=(),
                accepted=accepted,
            )
        )
    return kept


def _masked(value: Any, ours: Set[str] = _OURS) -> Any:
    """Return a text, or the texts that are put into a sentence, with # for each number.

    ours: the names of those texts that come from no cell, and stay.
    """
    if isinstance(value, Message):
        values = {
            name: value if name in ours else _masked(value, ours)
            for name, value in value.values.items()
        }
        return replace(value, values=values)
    if isinstance(value, list):
        return [_masked(item, ours) for item in value]
    return _number().sub(_mask, value) if isinstance(value, str) else value


def _mask(found: re.Match[str]) -> str:
    return found[0] if found["number"] is None else "#"
