"""One refresh: every source read, harmonised, checked, derived and published as one release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from etl import derive, intake
from etl.checks import checking
from etl.checks.consequences import not_told, with_consequences
from etl.files.checksums import checksums
from etl.intake import Named, Step
from etl.publish.acceptance import known_again
from etl.publish.baseline import Baseline, baseline
from etl.publish.filing import keep_versions, returned, settle_all
from etl.publish.gate import Decision, Edition, OvertakenError, Publication, publish
from etl.publish.moves import Moves, meet
from etl.suppression.earlier import Earlier
from etl.suppression.redaction import marked
from etl.suppression.retraction import agree, listed, purge
from etl.suppression.small_numbers import suppress
from etl.targets import FOLDER, Register, register
from etl.tidy import DERIVED, PUBLISHED, TidyRows
from indicators import catalogue
from indicators.findings import Finding, FindingsError, UnacceptedError, message
from indicators.scratch import scratch
from indicators.settings import ROOT
from indicators.store.queries import latest_release
from indicators.store.tables import KEY

RAW = ROOT / "data" / "raw"
NOTHING = Named()
KEYS = ", ".join(KEY)
# Why a release was published, if nobody says.
REFRESHED, FIRST = message("refresh"), message("first start")


@dataclass(frozen=True)
class Figures:
    """Everything that one refresh would publish, and the warnings about it.

    consequences: warnings that others of them tell of; see `with_consequences`.
    """

    rows: TidyRows
    citations: pd.DataFrame
    inputs: pd.DataFrame
    register: Register
    base: Baseline | None = None
    warnings: list[Finding] = field(default_factory=list)
    consequences: list[Finding] = field(default_factory=list)

    def edition(self) -> Edition:
        """Return what is to be public: where only some files changed, what that moves."""
        about = (self.citations, self.inputs, vars(self.register))
        if self.base is None:
            return Edition(self.rows.batches(), *about, holdings=self.rows.holdings())
        changed = self.base.changed
        if changed is not None:
            changed = _withheld_too(self.base, changed, self.rows)
        moves = _moves(self.rows, changed)
        held = self.rows.holdings(moves.cells)
        return Edition((), *about, moves, self.base.release, held)


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
    checked against what is public there. Raises `FindingsError` with the findings of every source
    and check.
    """
    known, findings = catalogue.load(), list[Finding]()
    with scratch() as folder:
        rows = TidyRows(folder)
        try:
            taken = intake.read(raw, rows, named, step, listed(engine, raw))
        except FindingsError as refusal:
            findings.extend(refusal.findings)
        step("targets")
        try:
            targets = register(known)
        except FindingsError as refusal:
            findings.extend(refusal.findings)
        if findings:
            raise FindingsError(findings)
        inputs = pd.concat([taken.inputs(), *_meaning()], ignore_index=True).merge(
            rows.spans(), on="file", how="left", validate="1:1"
        )
        base = None if engine is None else baseline(engine, inputs)
        changed = None if base is None else base.changed
        if base is not None:
            rows.set_published(base.figures(changed), changed)
        step("checks")
        found = checking.findings(rows, known, published=base is not None, changed=changed)
        step("derive")
        cited = taken.citations().drop_duplicates("citation")
        derive.add_derived(rows, known)
        found += checking.findings(rows, known, published=base is not None, derived=True)
        found, made = with_consequences(found)
        if errors := [finding for finding in found if finding.severity == "error"]:
            raise FindingsError(marked(errors, rows, known))
        if exposed := suppress(rows, known, None if base is None else Earlier(base.engine)):
            raise FindingsError(exposed)
        cited = pd.concat([cited, derive.citations(rows, cited)], ignore_index=True)
        if engine is not None:
            found += returned(engine, inputs)
        warnings = known_again(engine, marked([*taken.warnings, *found], rows), rows, inputs)
        made = known_again(engine, marked(made, rows), rows, inputs)
        again = not_told(made, warnings)
        asked = set(map(id, again))
        made = [finding for finding in made if id(finding) not in asked]
        yield Figures(rows, cited, inputs, targets, base, [*warnings, *again], made)
        taken.forget()


def _meaning() -> list[pd.DataFrame]:
    """Return the files that say what figures mean: the catalogue's, targets', code lists'."""
    folders = {FOLDER: "*.yaml", catalogue.CATALOGUE: "*.yaml", catalogue.REFERENCE: "*.csv"}
    return [checksums(folder, folder.parent, pattern) for folder, pattern in folders.items()]


def refresh(
    engine: sa.Engine,
    *,
    raw: Path = RAW,
    named: Named = NOTHING,
    reason: str = "",
    accepted: str | None = None,
    dry_run: bool = False,
    step: Step = lambda _: None,
) -> Publication:
    """Publish what the raw files say now; see `figures` and `publish`.

    Files `named` stand in raw once they are public, and only then. Raises `UnacceptedError`
    where there are warnings that nobody accepted before, and `accepted` gives no reason.
    """
    settle_all(engine, raw)
    if not dry_run:
        agree(engine, raw)
        purge(engine)
    with figures(raw, step, named=named, engine=engine) as made:
        new = [finding for finding in made.warnings if finding.accepted is None]
        if new and accepted is None and not dry_run:
            raise UnacceptedError(made.warnings)
        step("publish")
        why = reason or str(REFRESHED)
        decision = Decision(why, accepted, made.warnings, consequences=made.consequences)
        filing = intake.filing_of(named, raw)
        try:
            done = publish(engine, made.edition(), decision, filing=filing, dry_run=dry_run)
            if not dry_run:
                keep_versions(engine, raw, made.inputs)
            return done
        except OvertakenError:  # what was compared with is not public any more: once more
            pass
    return refresh(
        engine, raw=raw, named=named, reason=reason, accepted=accepted, dry_run=dry_run, step=step
    )


def _moves(rows: TidyRows, files: Sequence[str] | None) -> Moves:
    """Return what it moves to publish the rows of files, None for all, and derived ones."""
    fresh = f"SELECT {', '.join(PUBLISHED)} FROM ({rows.shown()})"
    if files is None:
        return meet(rows.connection, rows.folder, fresh, "FROM public_then")
    ours = f"{fresh} WHERE file IN $files OR source = '{DERIVED}'"
    return meet(rows.connection, rows.folder, ours, "FROM public_then", {"files": list(files)})


def _withheld_too(base: Baseline, changed: Sequence[str], rows: TidyRows) -> list[str]:
    """Return the changed files, and those that are, or were, withheld from.

    Others may decide of which cells; what is public of them is taken in.
    """
    now = rows.query(
        f"SELECT DISTINCT file FROM tidy SEMI JOIN withheld USING ({KEYS}) "
        f"WHERE source <> '{DERIVED}'"
    )
    further = sorted({*now["file"], *base.withheld_from()} - set(changed))
    if further:
        rows.add_published(base.figures(further, derived=False))
    return [*changed, *further]


def fill_if_empty(engine: sa.Engine) -> None:
    """Publish the figures that the project ships, if nothing has been published yet."""
    if latest_release(engine) is None:
        refresh(engine, reason=str(FIRST))
