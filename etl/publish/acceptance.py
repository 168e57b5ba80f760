"""Warnings that somebody accepted are remembered, with the reason, until their figures change.

A warning is known again by its sentences and by the figures that they quote, wherever in the file
these stand now. Of one that quotes a suppressed figure nothing is kept (`findings.shared`), in no
digest either since small numbers are soon guessed: it was accepted with a release, by whoever
accepted warnings then, that was made of what it is made of now, the files that its figures come
from, the catalogue and the program, and is asked about again once any of these changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd
import sqlalchemy as sa

from etl.publish.baseline import MEANING, code_version
from etl.suppression.redaction import files_of, warning_rows
from etl.tidy import TidyRows
from indicators.findings import Finding, redacted, telling
from indicators.store.bulk import insert_rows
from indicators.store.tables import (
    KEY,
    observation,
    quoted,
    release,
    release_input,
    revision,
    warning,
)


def known_again(
    engine: sa.Engine | None, findings: Sequence[Finding], rows: TidyRows, inputs: pd.DataFrame
) -> list[Finding]:
    """Return findings with their fingerprints and, where accepted before, why and since when.

    inputs: file, source and sha256 of what the rows were read from and of what they mean.
    """
    if not findings:
        return []
    files = files_of(findings, rows)
    before = _accepted(engine)
    marked = []
    for number, finding in enumerate(findings):
        if telling(finding):
            reason, since = _unchanged(engine, {finding.file, *files.get(number, ())}, inputs)
            marked.append(replace(finding, accepted=reason, since=since))
            continue
        fingerprint = _fingerprint(finding)
        reason, since = before.get(fingerprint, (None, None))
        marked.append(replace(finding, fingerprint=fingerprint, accepted=reason, since=since))
    return marked


def _unchanged(
    engine: sa.Engine | None, files: Iterable[str], inputs: pd.DataFrame
) -> tuple[str | None, int | None]:
    """Return why warnings were accepted, and since when, while all was what it is now.

    All: files with their declarations, what figures mean, and the program.
    """
    names = sorted({name for file in files for name in (file, f"{file}.yaml")})
    if engine is None:
        return None, None
    among = inputs[inputs["file"].isin(names) | inputs["source"].isin(MEANING)]
    now = dict(zip(among["file"], among["sha256"], strict=True))
    table = release_input
    question = sa.select(table.c.release, table.c.file, table.c.sha256).where(
        table.c.file.in_(names) | table.c.source.in_(MEANING)
    )
    with engine.connect() as connection:
        every = connection.execute(sa.select(release).order_by(release.c.release.desc())).all()
        then: dict[int, dict[str, str]] = {each.release: {} for each in every}
        for number, file, sha256 in connection.execute(question):
            then[number][file] = sha256
    reason, since, version = None, None, code_version()
    for each in every:
        # A rollback warns of something else.
        if then[each.release] != now or each.code_version != version or each.restored:
            break
        if each.accepted is not None:
            reason, since = each.accepted, each.release
    return reason, since


def _accepted(engine: sa.Engine | None) -> Mapping[str, tuple[str, int]]:
    """Return reason and release of every warning accepted before, by its fingerprint."""
    if engine is None:
        return {}
    names = (warning.c.fingerprint, warning.c.reason, warning.c.since)
    question = sa.select(*names).where(warning.c.fingerprint != "").order_by(warning.c.release)
    with engine.connect() as connection:
        accepted = connection.execute(question).all()
    return {fingerprint: (reason, since) for fingerprint, reason, since in accepted}


def _fingerprint(finding: Finding) -> str:
    finding = redacted(finding)
    about = [finding.found, str(finding.expected)]
    keys = sorted(" ".join(key) for key in finding.figures or ())
    parts = [finding.check, finding.file, finding.sheet or "", finding.column or "", *about, *keys]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def remember(
    connection: sa.Connection, findings: Sequence[Finding], reason: str | None, number: int
) -> list[Finding]:
    """Keep warnings with a release, those accepted before with the reason given then; return them.

    But for those that quote a suppressed figure, of which nothing is kept.
    Those of earlier releases whose figures this one changes are forgotten.
    """
    first = connection.scalar(
        sa.select(sa.func.max(warning.c.line)).where(warning.c.release == number)
    )
    kept = [
        replace(finding, accepted=finding.accepted or reason, since=finding.since or number)
        for finding in findings
    ]
    stored = [finding for finding in kept if not telling(finding)]
    for table, rows in zip((warning, quoted), warning_rows(stored), strict=True):
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
