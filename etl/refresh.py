"""One refresh: every source read, harmonised, checked, derived and published as one release."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from etl import checks
from etl.derive import derived
from etl.documents import checksums
from etl.findings import Finding, Refused
from etl.harmonise import add_citation
from etl.publish import Publication, publish
from etl.sources import SOURCES
from etl.targets import FOLDER, Register, register
from indicators import catalogue
from indicators.database import KEY, MEASURES, ROOT
from indicators.queries import latest_release

RAW = ROOT / "data" / "raw"
CITATION = [
    "citation", "source", "publisher", "document", "date", "copy", "copy_kind", "url",
    "licence", "place", "basis", "verification", "note", "file",
]  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """Everything that one refresh would publish."""

    rows: pd.DataFrame
    citations: pd.DataFrame
    inputs: pd.DataFrame
    register: Register


def figures(raw: Path = RAW, step: Callable[[str], object] = lambda _: None) -> Figures:
    """Return the checked rows of all sources with what is derived from them.

    `step` is told the name of each source and stage as it begins. Raises `Refused` with the
    findings of every source and check.
    """
    known = catalogue.load()
    tables: list[pd.DataFrame] = []
    cited: list[pd.DataFrame] = []
    files: list[pd.DataFrame] = []
    findings: list[Finding] = []
    for key, source in SOURCES.items():
        step(key)
        folder = raw / key
        try:
            published = source.read(folder)
            tables.append(source.tidy(published, known).assign(source=key))
        except Refused as refusal:
            findings.extend(refusal.findings)
            continue
        cited.append(add_citation(published).assign(source=key))
        files.append(checksums(folder, raw))
    step("targets")
    try:
        targets = register(known)
    except Refused as refusal:
        findings.extend(refusal.findings)
    if findings:
        raise Refused(findings)
    step("checks")
    rows = pd.concat(tables, ignore_index=True)
    if found := [
        finding for finding in checks.findings(rows, known) if finding.severity == "error"
    ]:
        raise Refused(found)
    step("derive")
    computed = derived(rows, known)
    if found := checks.findings(computed, known):
        raise Refused(found)
    return Figures(
        pd.concat([rows, computed], ignore_index=True)[[*KEY, *MEASURES]],
        pd.concat(cited, ignore_index=True)[CITATION].drop_duplicates("citation"),
        pd.concat([*files, checksums(FOLDER, FOLDER.parent)], ignore_index=True),
        targets,
    )


def refresh(
    engine: sa.Engine,
    *,
    raw: Path = RAW,
    reason: str = "refresh",
    dry_run: bool = False,
    step: Callable[[str], object] = lambda _: None,
) -> Publication:
    """Publish what the raw files say now; see `figures` and `publish`."""
    made = figures(raw, step)
    step("publish")
    return publish(
        engine,
        made.rows,
        made.citations,
        made.inputs,
        reason=reason,
        register=vars(made.register),
        dry_run=dry_run,
    )


def fill_if_empty(engine: sa.Engine) -> None:
    """Publish the figures that the project ships, if nothing has been published yet."""
    if latest_release(engine) is None:
        refresh(engine, reason="first start")
