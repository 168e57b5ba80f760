"""The newest release, which a refresh is compared with: what has changed since, what it shows."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from etl.figures.declaration import SHARED
from etl.publish.filing import stem
from etl.tidy import DERIVED, PUBLIC
from indicators import catalogue
from indicators.settings import CODE_VERSION, ROOT
from indicators.store.bulk import read_batches
from indicators.store.holdings import CELL
from indicators.store.queries import inputs, releases
from indicators.store.tables import change, citation, holding, observation, release_input

MEANING = ("catalogue", "reference")  # the sources of files that say what figures mean


@dataclass(frozen=True)
class Baseline:
    """The newest release.

    changed: the raw files that differ from those that it was made of, None where all may come to
    other figures, since the code or a code list is another.
    """

    engine: sa.Engine
    release: int
    changed: list[str] | None

    def figures(
        self, files: Sequence[str] | None, *, derived: bool = True
    ) -> Iterator[pa.RecordBatch]:
        """Yield what is public of these files (None: of all) and derived, as `tidy.PUBLIC`."""
        with self.engine.connect() as connection:
            for condition in _conditions(connection, files, derived=derived):
                shown = sa.select(*(observation.c[name] for name in PUBLIC.names)).where(condition)
                yield from read_batches(connection, shown, PUBLIC)

    def withheld_from(self) -> set[str]:
        """Return the files of whose figures some are withheld by a rule of the catalogue."""
        ruled = [key for key, item in catalogue.load().indicators.items() if item.suppression]
        # What is withheld has no value: so only cells that miss one are looked into.
        same = sa.and_(*(holding.c[name] == observation.c[name] for name in CELL))
        question = (
            sa.select(citation.c.file)
            .distinct()
            .select_from(holding)
            .join(observation, same)
            .join(citation, observation.c.citation == citation.c.citation)
            .where(
                holding.c.indicator.in_(ruled),
                holding.c.known < holding.c.rows,
                observation.c.confidentiality != "F",
            )
        )
        with self.engine.connect() as connection:
            return set(connection.scalars(question))


def baseline(engine: sa.Engine, now: pd.DataFrame) -> Baseline | None:
    """Return what a refresh of the files `now` is compared with, None before the first release.

    `now` has file, source, sha256, first_period, last_period.
    """
    public = releases(engine)
    if public.empty:
        return None
    newest = public.iloc[0]
    number = int(newest["release"])
    if newest["code_version"] != code_version():
        return Baseline(engine, number, None)
    both = inputs(engine, number).merge(
        now, on="file", how="outer", validate="1:1", suffixes=("_then", "")
    )
    differ = both[both["sha256_then"] != both["sha256"]]
    if differ["source"].fillna(differ["source_then"]).isin(MEANING).any():
        return Baseline(engine, number, None)
    # A figure changes with its file, with the declaration beside it and with that of the source.
    stems = {stem(file) for file in differ["file"]}
    folders = {file.removesuffix(f"/{SHARED}") for file in differ["file"]}
    changed = both["file"].map(stem).isin(stems)
    changed |= both["file"].str.rpartition("/")[0].isin(folders)
    changed |= _beside(both, changed)
    return Baseline(engine, number, both.loc[changed, "file"].tolist())


def _beside(both: pd.DataFrame, changed: pd.Series) -> pd.Series:
    """Return which files hold periods that changed ones of their source hold, then or now.

    Where files overlap, one decides which rows of the other count (`etl.intake`).
    """
    filled = {
        name: (both[name].fillna(both[f"{name}_then"]), both[f"{name}_then"].fillna(both[name]))
        for name in ("source", "first_period", "last_period")
    }
    now, then = filled["first_period"]
    first = now.where(now <= then, then)
    now, then = filled["last_period"]
    last = now.where(now >= then, then)
    spans = pd.DataFrame({"source": filled["source"][0], "first": first, "last": last})
    beside = pd.Series(data=False, index=both.index)
    for span in spans[changed].dropna().itertuples():
        beside |= (
            (spans["source"] == span.source)
            & (spans["first"] <= span.last)
            & (spans["last"] >= span.first)
        )
    return beside


def _conditions(
    connection: sa.Connection, files: Sequence[str] | None, *, derived: bool
) -> Iterator[sa.ColumnElement[bool]]:
    """Yield conditions on `observation`: that a figure is of these files, or derived.

    One after the other, for each to be answered by the key; the first where the newest release
    knows the periods of the files.
    """
    if files is None:
        yield sa.true()
        return
    cited = [
        observation.c.source != DERIVED,
        observation.c.citation.in_(
            sa.select(citation.c.citation).where(citation.c.file.in_(files))
        ),
    ]
    newest = sa.select(sa.func.max(release_input.c.release)).scalar_subquery()
    held, first, last = connection.execute(
        sa.select(
            sa.func.count(),
            sa.func.min(release_input.c.first_period),
            sa.func.max(release_input.c.last_period),
        ).where(release_input.c.file.in_(files), release_input.c.release == newest)
    ).one()
    if not held or first is not None:
        every = sorted(connection.scalars(sa.select(change.c.indicator).distinct()))
        cited += [
            observation.c.indicator.in_(every),
            observation.c.period.between(first or "", last or ""),
        ]
    yield sa.and_(*cited)
    if derived:
        computed = [key for key, item in catalogue.load().indicators.items() if item.derived]
        yield sa.and_(observation.c.indicator.in_(computed), observation.c.source == DERIVED)


def code_version() -> str:
    """Return the commit that the code stands at, or `CODE_VERSION`, or `unknown`."""
    if version := CODE_VERSION.value:
        return version
    try:
        said = subprocess.run(
            ["git", "describe", "--always", "--dirty"],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return said.stdout.strip()
