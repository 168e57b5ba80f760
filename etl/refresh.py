"""One refresh: every source read, harmonised, checked, derived and published as one release."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from etl import checks, derive, intake
from etl.documents import checksums
from etl.findings import Finding, Refused
from etl.intake import Named, Step
from etl.publish import Decision, Edition, Publication, code_version, publish, published
from etl.suppression import keep_withheld
from etl.targets import FOLDER, Register, register
from etl.tidy import TidyRows
from indicators import catalogue
from indicators.catalogue import Catalogue
from indicators.database import KEY, ROOT, citation, observation
from indicators.queries import inputs, latest_release, releases

RAW = ROOT / "data" / "raw"
NOTHING = Named()
KEYS = ", ".join(KEY)
_MEANING = ("catalogue", "reference")


class Unaccepted(Refused):
    """Raised with warnings that nobody has accepted yet: they stop a release too."""


@dataclass(frozen=True)
class Figures:
    """Everything that one refresh would publish, and the warnings about it.

    changed: the raw files that differ from those of the newest release, None for all.
    """

    rows: TidyRows
    citations: pd.DataFrame
    inputs: pd.DataFrame
    register: Register
    changed: list[str] | None = None
    warnings: list[Finding] = field(default_factory=list)


@contextmanager
def figures(
    raw: Path = RAW,
    step: Step = lambda _: None,
    *,
    named: Named = NOTHING,
    engine: sa.Engine | None = None,
) -> Iterator[Figures]:
    """Yield the checked rows of all sources with what is derived from them.

    `step` is told the name of each source and stage as it begins. With `engine`, figures are
    checked against what is public there. Raises `Refused` with the findings of every source
    and check.
    """
    known, findings = catalogue.load(), list[Finding]()
    with tempfile.TemporaryDirectory(prefix="tidy-") as folder:
        rows = TidyRows(Path(folder))
        try:
            taken = intake.read(raw, rows, named, step)
        except Refused as refusal:
            findings.extend(refusal.findings)
        step("targets")
        try:
            targets = register(known)
        except Refused as refusal:
            findings.extend(refusal.findings)
        if findings:
            raise Refused(findings)
        inputs = pd.concat([*taken.inputs, *_meaning()], ignore_index=True).merge(
            rows.spans(), on="file", how="left", validate="1:1"
        )
        changed = None if engine is None else _changed(engine, inputs)
        public = engine is not None and latest_release(engine) is not None
        if engine is not None and public:
            rows.set_published(published(engine, changed), changed)
        step("checks")
        found = checks.findings(rows, known, published=public, changed=changed)
        step("derive")
        cited = pd.concat(taken.citations, ignore_index=True).drop_duplicates("citation")
        derive.add_derived(rows, known)
        found += checks.findings(rows, known, published=public, derived=True)
        if errors := [finding for finding in found if finding.severity == "error"]:
            raise Refused(errors)
        rows.withheld = keep_withheld(rows, known)
        if engine is not None and changed is not None:
            changed = sorted({*changed, *_touched(engine, rows, known)})
        cited = pd.concat([cited, derive.citations(rows, cited)], ignore_index=True)
        yield Figures(rows, cited, inputs, targets, changed, [*taken.warnings, *found])
        taken.forget()


def _meaning() -> list[pd.DataFrame]:
    """Return the files that say what figures mean: the catalogue's, targets', code lists'."""
    return [
        checksums(folder, folder.parent, pattern)
        for folder, pattern in (
            (FOLDER, "*.yaml"), (catalogue.CATALOGUE, "*.yaml"), (catalogue.REFERENCE, "*.csv"),
        )
    ]  # fmt: skip


def refresh(
    engine: sa.Engine,
    *,
    raw: Path = RAW,
    named: Named = NOTHING,
    reason: str = "refresh",
    accepted: str | None = None,
    dry_run: bool = False,
    step: Step = lambda _: None,
) -> Publication:
    """Publish what the raw files say now; see `figures` and `publish`.

    Files `named` are put into raw once every check has passed. Raises `Unaccepted` where there
    are warnings and `accepted` gives no reason.
    """
    with figures(raw, step, named=named, engine=engine) as made:
        if made.warnings and accepted is None and not dry_run:
            raise Unaccepted(made.warnings)
        step("publish")
        if not dry_run:
            intake.keep(named, raw)
        edition = Edition(
            made.rows.batches(made.changed), made.citations, made.inputs, vars(made.register),
            made.changed,
        )  # fmt: skip
        return publish(engine, edition, Decision(reason, accepted, made.warnings), dry_run=dry_run)


def _changed(engine: sa.Engine, now: pd.DataFrame) -> list[str] | None:
    """Return the raw files that differ from those of the newest release, None for all.

    Other code or another code list may make other figures of the same file.
    """
    public = releases(engine)
    if public.empty or public["code_version"].iloc[0] != code_version():
        return None
    both = inputs(engine, int(public["release"].iloc[0])).merge(
        now, on="file", how="outer", validate="1:1", suffixes=("_then", "")
    )
    changed = both[both["sha256_then"] != both["sha256"]]
    if changed["source"].fillna(changed["source_then"]).isin(_MEANING).any():
        return None
    # A figure changes with its file and with the description beside it.
    stems = {_stem(file) for file in changed["file"]}
    return [file for file in both["file"] if _stem(file) in stems]


def _touched(engine: sa.Engine, rows: TidyRows, known: Catalogue) -> set[str]:
    """Return the files that are, or were, withheld from: others may decide of which cells."""
    now = rows.query(
        f"SELECT DISTINCT file FROM tidy SEMI JOIN withheld USING ({KEYS})"  # noqa: S608
    )
    ruled = [key for key, item in known.indicators.items() if item.suppression]
    with engine.connect() as connection:
        then = connection.scalars(
            sa.select(citation.c.file)
            .distinct()
            .join(observation, observation.c.citation == citation.c.citation)
            .where(observation.c.indicator.in_(ruled), observation.c.confidentiality != "F")
        )
        return {*now["file"], *then}


def _stem(file: str) -> str:
    return file.removesuffix(".yaml").removesuffix(".csv")


def fill_if_empty(engine: sa.Engine) -> None:
    """Publish the figures that the project ships, if nothing has been published yet."""
    if latest_release(engine) is None:
        refresh(engine, reason="first start")
