"""Warnings that somebody accepted are remembered, with the reason, until their figures change.

A warning is known again by its sentences and by the figures that they quote, wherever in the file
these stand now. Where a figure is suppressed neither may be kept, in no digest either since small
numbers are soon guessed: such a warning is known by the files that its figures come from, and is
asked about again once one of them changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd
import sqlalchemy as sa

from etl.suppression.redaction import files_of, warning_rows
from etl.tidy import TidyRows
from indicators.findings import Finding
from indicators.store.bulk import insert_rows
from indicators.store.tables import KEY, observation, quoted, revision, warning


def known_again(
    engine: sa.Engine | None, findings: Sequence[Finding], rows: TidyRows, inputs: pd.DataFrame
) -> list[Finding]:
    """Return findings with their fingerprints and, where accepted before, why and since when.

    inputs: file and sha256 of what the rows were read from.
    """
    if not findings:
        return []
    checksums = dict(zip(inputs["file"], inputs["sha256"], strict=True))
    files = files_of(findings, rows)
    before = _accepted(engine)
    marked = []
    for number, finding in enumerate(findings):
        fingerprint = _fingerprint(finding, files.get(number, ()), checksums)
        reason, since = before.get(fingerprint, (None, None))
        marked.append(replace(finding, fingerprint=fingerprint, accepted=reason, since=since))
    return marked


def _accepted(engine: sa.Engine | None) -> Mapping[str, tuple[str, int]]:
    """Return reason and release of every warning accepted before, by its fingerprint."""
    if engine is None:
        return {}
    names = (warning.c.fingerprint, warning.c.reason, warning.c.since)
    question = sa.select(*names).where(warning.c.fingerprint != "").order_by(warning.c.release)
    with engine.connect() as connection:
        accepted = connection.execute(question).all()
    return {fingerprint: (reason, since) for fingerprint, reason, since in accepted}


def _fingerprint(finding: Finding, files: Iterable[str], checksums: Mapping[str, str]) -> str:
    about: list[str]
    if finding.suppressed:
        named = sorted({finding.file, *files})
        about = [checksums.get(name, "") for file in named for name in (file, f"{file}.yaml")]
    else:
        about = [finding.found, str(finding.expected)]
    keys = sorted(" ".join(key) for key in finding.figures or ())
    parts = [finding.check, finding.file, finding.sheet or "", finding.column or "", *about, *keys]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def remember(
    connection: sa.Connection, findings: Sequence[Finding], reason: str | None, number: int
) -> list[Finding]:
    """Keep warnings with a release, those accepted before with the reason given then; return them.

    Those of earlier releases whose figures this one changes are forgotten.
    """
    first = connection.scalar(
        sa.select(sa.func.max(warning.c.line)).where(warning.c.release == number)
    )
    kept = [
        replace(finding, accepted=finding.accepted or reason, since=finding.since or number)
        for finding in findings
    ]
    for table, rows in zip((warning, quoted), warning_rows(kept), strict=True):
        lines = rows["line"] + (first or 0)
        insert_rows(connection, table, rows.assign(release=number, line=lines))
    _forget(connection, number)
    return kept


def _forget(connection: sa.Connection, number: int) -> None:
    of_warning = sa.and_(quoted.c.release == warning.c.release, quoted.c.line == warning.c.line)

    def moved(figures: sa.Table, since: sa.Column[int]) -> sa.ColumnElement[bool]:
        same = [figures.c[name] == quoted.c[name] for name in KEY]
        return sa.exists().where(*same, since == number).correlate(quoted)

    changed = sa.or_(
        moved(observation, observation.c.release), moved(revision, revision.c.superseded)
    )
    connection.execute(
        sa.update(warning)
        .where(
            warning.c.release < number,
            warning.c.fingerprint != "",
            sa.exists().where(of_warning, changed).correlate(warning),
        )
        .values(fingerprint="")
    )
