"""Findings shown as a table, and written as CSV, XLSX or JSON for whoever must correct the file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as Plain

from indicators.exports.downloads import csv_file, xlsx_file
from indicators.findings import (
    SUPPRESSED,
    UNQUOTED,
    Cause,
    Finding,
    Message,
    Severity,
    causes,
    message,
    shared,
)
from indicators.wording import LANGUAGES, Wording, sentence

KEPT = 2000  # causes of a check that pages keep: beyond, a file holds them all
SHOWN = 50  # causes of each check on screen; files hold all
INPUT = "input"  # the check of what is found before the checks: a cell, a file, a setting
CELLS = 12  # rows of a cause on screen
HEADINGS = {
    "severity": sentence("Severity"),
    "check": sentence("Check"),
    "folder": sentence("Folder"),
    "file": sentence("File"),
    "sheet": sentence("Sheet"),
    "row": sentence("Row"),
    "column": sentence("Column"),
    "indicator": sentence("Indicator"),
    "region": sentence("Region"),
    "period": sentence("Period"),
    "found": sentence("Found"),
    "expected": sentence("Expected"),
    "advice": sentence("What to do"),
    "cells": sentence("Cells"),
}


def findings_table(
    findings: Sequence[Finding], words: Wording, *, quoted: bool = False
) -> RenderableType:
    """Return the findings to print: errors first, SHOWN of each check, then the counts.

    `quoted`: print suppressed figures too, as on an analyst's own screen but in no log.
    """
    if not quoted:
        findings = shared(findings)
    listed = causes(findings)
    errors = sum(cause.finding.severity == "error" for cause in listed)
    accepted = sum(cause.finding.accepted is not None for cause in listed)
    title = words(
        "Errors: {errors}, warnings: {warnings}",
        errors=words.number(errors),
        warnings=words.number(len(listed) - errors - accepted),
    )
    if accepted:
        title = words("{title}, accepted before: {n}", title=title, n=words.number(accepted))
    shown = Table(title=title, title_justify="left")
    for name in ("severity", "file", "row", "column", "found", "expected", "advice"):
        shown.add_column(words(HEADINGS[name]), overflow="fold")
    counts: Counter[tuple[Severity, str]] = Counter()
    for cause in listed:
        kind = (cause.finding.severity, cause.finding.check)
        counts[kind] += 1
        if counts[kind] <= SHOWN:
            # Plain, not markup: a cell that holds `[red]` is shown as it stands.
            shown.add_row(*(Plain(cell) for cell in _shown(cause, words)))
    folded = {kind: count for kind, count in counts.items() if count > SHOWN}
    return Group(shown, *([_counts(folded, words)] if folded else []))


def _shown(cause: Cause, words: Wording) -> list[str]:
    finding = cause.finding
    rows = [str(row) for row in dict.fromkeys(row for row, _ in cause.cells) if row]
    columns = dict.fromkeys(column for _, column in cause.cells if column)
    where = words.listed(rows[:CELLS])
    if len(rows) > CELLS:
        where += " " + words("… and {n} more", n=len(rows) - CELLS)
    place = f"{finding.file} · {finding.sheet}" if finding.sheet else finding.file
    return [
        _severity(finding, words),
        place,
        where,
        words.listed(list(columns)),
        _found(finding, words),
        finding.expected.said(words),
        _advice(finding).said(words),
    ]


def _advice(finding: Finding) -> Message:
    if finding.accepted is None or finding.since is None:
        return finding.advice
    return message(
        "accepted with release {number}: {reason}", number=finding.since, reason=finding.accepted
    )


def _found(finding: Finding, words: Wording) -> str:
    return SUPPRESSED.said(words) if finding.expected == UNQUOTED else finding.found


def _severity(finding: Finding, words: Wording) -> str:
    if finding.accepted is not None:
        return words("Accepted warning")
    return words("Error") if finding.severity == "error" else words("Warning")


def _counts(folded: Mapping[tuple[Severity, str], int], words: Wording) -> Table:
    table = Table(
        title=words("The first {n} of each are shown; a file holds them all", n=SHOWN),
        title_justify="left",
    )
    table.add_column(words("Check"))
    table.add_column(words("Findings"), justify="right")
    for (_, check), count in folded.items():
        table.add_row(check, words.number(count))
    return table


def write_findings(findings: Sequence[Finding], path: Path, words: Wording) -> None:
    """Write every finding as .csv, .xlsx or .json, sentences in the language of `words`.

    The names of checks and severities are the stable codes in each; in JSON those of the fields
    too. No file quotes a suppressed figure. Raises `ValueError` for any other suffix.
    """
    check_suffix(path, words)
    rows = findings_records(findings, words)
    suffix = path.suffix.lower()
    if suffix == ".json":
        path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    elif suffix == ".csv":
        path.write_bytes(csv_file(_table(rows, words)))
    else:
        path.write_bytes(xlsx_file({words("Findings"): _table(rows, words)}))


def check_suffix(path: Path, words: Wording) -> None:
    """Raise `ValueError` for a file that is no kind of those that findings are written as."""
    if path.suffix.lower() not in (".csv", ".xlsx", ".json"):
        raise ValueError(
            words("Findings are written as .csv, .xlsx or .json, not {name}", name=path.name)
        )


def is_report(path: Path) -> bool:
    """Return whether a file is one that `write_findings` wrote, or empty: it may be replaced."""
    if path.stat().st_size == 0:
        return True
    stable = ("severity", "check", "found", "expected", "advice")
    try:
        if path.suffix.lower() == ".json":
            rows = json.loads(path.read_text(encoding="utf-8"))
            return isinstance(rows, list) and all({*stable} <= row.keys() for row in rows)
        if path.suffix.lower() == ".csv":
            columns = set(pd.read_csv(path, nrows=0).columns)
        else:
            columns = set(pd.read_excel(path, nrows=0, engine="calamine").columns)
    except Exception:  # whatever is wrong with it: what cannot be read is no report
        return False
    sentences = ("Severity", "Check", "Found", "Expected", "What to do")
    return any(set(map(words, sentences)) <= columns for words in (Wording("zh"), Wording("en")))


def findings_frame(findings: Sequence[Finding], words: Wording) -> pd.DataFrame:
    """Return findings as a table for readers, errors first; no suppressed figure is quoted."""
    return _table(findings_records(findings, words), words)


def findings_records(findings: Sequence[Finding], words: Wording) -> list[dict[str, Any]]:
    """Return findings as records with stable keys, one a cause, errors first, nothing suppressed.

    check: `input` where none of `etl.checks` found it. indicator, region, period: of the figure at
    its place, else of all that it quotes, null where these differ or are none. folder: below
    data/raw. accepted: why somebody accepted it before, with release `since`. cells: every place,
    each with its row and column.
    """
    return [_record(cause, words) for cause in causes(shared(findings))]


def kept_findings(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return findings as pages keep them: `findings_records` by language, and their regions."""
    return [
        {
            "regions": _regions(cause.finding),
            **{language: _record(cause, Wording(language)) for language in LANGUAGES},
        }
        for cause in causes(shared(findings))[:KEPT]
    ]


def _record(cause: Cause, words: Wording) -> dict[str, Any]:
    finding = cause.finding
    folder, _, _ = finding.file.rpartition("/")
    return {
        "severity": finding.severity,
        "check": finding.check or INPUT,
        "folder": folder or None,
        "file": finding.file,
        "sheet": finding.sheet or None,
        "row": finding.row,
        "column": finding.column,
        "indicator": _common(finding, 0),
        "region": _common(finding, -1),
        "period": _common(finding, 1),
        "found": _found(finding, words),
        "expected": finding.expected.said(words),
        "advice": _advice(finding).said(words),
        "accepted": finding.accepted,
        "since": finding.since,
        "cells": [{"row": row, "column": column} for row, column in cause.cells],
    }


def _regions(finding: Finding) -> list[str]:
    """Return the regions that all of a finding is about; none where it may be about any."""
    if finding.figures is None:
        return []
    about = [finding.about] if finding.about is not None else []
    return sorted({figure[-1] for figure in (*finding.figures, *about)})


def _common(finding: Finding, place: int) -> str | None:
    about = (finding.figures or ()) if finding.about is None else (finding.about,)
    parts = {figure[place] for figure in about}
    return parts.pop() if len(parts) == 1 else None


def _table(rows: Sequence[Mapping[str, Any]], words: Wording) -> pd.DataFrame:
    headings = {name: words(heading) for name, heading in HEADINGS.items()}
    table = pd.DataFrame(rows, columns=list(headings)).astype({"row": "Int64"})
    table["cells"] = [
        " ".join(f"{cell['column'] or ''}:{cell['row'] or ''}".strip(":") for cell in cells)
        for cells in table["cells"]
    ]
    return table.rename(columns=headings)
