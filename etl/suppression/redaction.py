"""No text that is stored or sent holds a suppressed figure: which sentences give one away.

A finding names the figures that its sentences quote. Where one of them is suppressed, the
sentences are for the analyst's own screen: what may be stored with a release, logged or written to
a file says `findings.shared`. What a later release suppresses is redacted in the
releases before it as well, in warnings and turned verdicts alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import pandas as pd
import sqlalchemy as sa

from etl.figures.declaration import Declaration
from etl.suppression.small_numbers import keep_small
from etl.tidy import KEYS, TidyRows
from indicators.catalogue import Catalogue
from indicators.findings import Finding, Key, redacted
from indicators.store.tables import KEY, flip, observation, quoted, retraction, warning

_DIGIT = re.compile(r"\d")


def marked(
    findings: Sequence[Finding], rows: TidyRows, catalogue: Catalogue | None = None
) -> list[Finding]:
    """Return findings with the figures they quote, and whether one of them is suppressed.

    Suppressed is what the table `withheld` beside the rows says; with `catalogue`, before there
    is one, what is small or marked as confidential in itself.
    """
    if not findings:
        return []
    if catalogue is not None:
        keep_small(rows, catalogue)
    rows.connection.register("sentence", _given(findings))
    rows.connection.register("place", _places(findings))
    rows.connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE quoted AS
        SELECT number, {KEYS} FROM sentence
        UNION SELECT number, {KEYS} FROM place JOIN tidy USING (file, sheet, row)
        """
    )
    keys = rows.query(f"SELECT number, {KEYS} FROM quoted ORDER BY ALL")
    telling = rows.query(
        f"""
        SELECT DISTINCT number FROM quoted SEMI JOIN withheld USING ({KEYS})
        UNION SELECT number FROM place WHERE row IS NULL AND file IN
            (SELECT file FROM tidy SEMI JOIN withheld USING ({KEYS}))
        """
    )
    for name in ("sentence", "place"):
        rows.connection.unregister(name)
    figures: dict[int, list[Key]] = {}
    for number, *key in keys.itertuples(index=False, name=None):
        figures.setdefault(number, []).append(tuple(key))
    hidden = set(telling["number"])
    return [
        finding
        if finding.suppressed  # already, as what could not be read
        else replace(finding, figures=tuple(figures.get(number, ())), suppressed=number in hidden)
        for number, finding in enumerate(findings)
    ]


def unread(
    findings: Sequence[Finding], declaration: Declaration, catalogue: Catalogue
) -> list[Finding]:
    """Return what is wrong with a file, its sentences kept off every log where they may be telling.

    A cell that cannot be read is no figure yet, and may be a small or confidential one.
    """
    said = [declaration.columns, declaration.fixed, declaration.names, declaration.across]
    fixed = declaration.fixed.get("indicator")
    item = catalogue.indicators.get(fixed or "")
    open_to_all = item is not None and item.suppression is None
    if open_to_all and not any("confidentiality" in names for names in said):
        return list(findings)
    return [
        finding if finding.row is None and finding.column is None else _without_numbers(finding)
        for finding in findings
    ]


def _without_numbers(finding: Finding) -> Finding:
    """Return a finding as suppressed, unless no number is in its sentences."""
    hidden = replace(finding, suppressed=True)
    return finding if replace(redacted(hidden), suppressed=False) == finding else hidden


def files_of(findings: Sequence[Finding], rows: TidyRows) -> dict[int, list[str]]:
    """Return the files that the figures of suppressed findings come from, by place in the list."""
    hidden = [
        finding if finding.suppressed else replace(finding, figures=()) for finding in findings
    ]
    rows.connection.register("sentence", _given(hidden))
    found = rows.query(
        f"SELECT DISTINCT number, file FROM sentence JOIN tidy USING ({KEYS}) ORDER BY ALL"
    )
    rows.connection.unregister("sentence")
    files: dict[int, list[str]] = {}
    for number, file in found.itertuples(index=False, name=None):
        files.setdefault(number, []).append(file)
    return files


def _given(findings: Sequence[Finding]) -> pd.DataFrame:
    """Return the keys that findings name: number, KEY."""
    return pd.DataFrame(
        [
            (number, *key)
            for number, finding in enumerate(findings)
            for key in finding.figures or ()
        ],
        columns=["number", *KEY],
    ).astype({"number": "int64"} | dict.fromkeys(KEY, "str"))


def _places(findings: Sequence[Finding]) -> pd.DataFrame:
    """Return where the figures stand of findings that name none: number, file, sheet, row.

    Without a row the whole file, unless no digit is in the sentences.
    """
    return pd.DataFrame(
        [
            (number, finding.file, finding.sheet or "", finding.row)
            for number, finding in enumerate(findings)
            if finding.figures is None
            and (finding.row is not None or _DIGIT.search(f"{finding.found} {finding.expected}"))
        ],
        columns=["number", "file", "sheet", "row"],
    ).astype({"number": "int64", "file": "str", "sheet": "str", "row": "Int64"})


def warning_rows(findings: Sequence[Finding]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return findings as rows of `warning` and of `quoted`, without the release."""
    columns = ["check", "file", "sheet", "column", "found", "expected", "row", "suppressed"]
    lines = pd.DataFrame(
        [
            {name: getattr(finding, name) for name in (*columns, "fingerprint", "since")}
            | {"line": line, "reason": finding.accepted, "expected": str(finding.expected)}
            | (dict.fromkeys(("found", "expected"), "") if finding.suppressed else {})
            for line, finding in enumerate(findings, start=1)
        ],
        columns=["line", *columns, "fingerprint", "reason", "since"],
    ).astype({"row": "Int64", "since": "Int64", "suppressed": "int64"})
    lines = lines.fillna({"sheet": "", "column": ""})
    figures = pd.DataFrame(
        [
            (line, *key)
            for line, finding in enumerate(findings, start=1)
            for key in dict.fromkeys(finding.figures or ())
        ],
        columns=["line", *KEY],
    )
    return lines, figures


def redact(connection: sa.Connection) -> None:
    """Take what is suppressed now, or was retracted, out of every text kept with a release."""
    for table, condition in speaking(lambda keyed: sa.or_(*_hidden(keyed))):
        connection.execute(sa.update(table).where(condition).values(**UNQUOTED[table.name]))


# What a text is without its figures.
UNQUOTED: dict[str, dict[str, object]] = {
    "warning": {"suppressed": 1, "found": "", "expected": "", "fingerprint": ""},
    "flip": {"old_value": None, "new_value": None},
}


def speaking(
    about: Callable[[sa.Table], sa.ColumnElement[bool]],
) -> list[tuple[sa.Table, sa.ColumnElement[bool]]]:
    """Return the tables of texts with the condition that one speaks of figures; about: which."""
    of_warning = sa.and_(quoted.c.release == warning.c.release, quoted.c.line == warning.c.line)
    quoting = sa.exists().where(of_warning, about(quoted)).correlate(warning)
    valued = sa.or_(flip.c.old_value.is_not(None), flip.c.new_value.is_not(None))
    return [
        (warning, sa.and_(warning.c.suppressed == 0, quoting)),
        (flip, sa.and_(valued, about(flip))),
    ]


def _hidden(keyed: sa.FromClause) -> Iterable[sa.ColumnElement[bool]]:
    """Yield the conditions that the figure of a row with KEY is suppressed, or retracted."""
    for figures, more in ((observation, observation.c.confidentiality != "F"), (retraction, None)):
        same = [figures.c[name] == keyed.c[name] for name in KEY]
        yield sa.exists().where(*same, *([] if more is None else [more])).correlate(keyed)
