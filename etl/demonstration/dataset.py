"""Demonstration figures: a whole world, generated from a seed, in tables of its own.

    world           places, industries, times, the public totals it is scaled to
      ├─ certificates    certificates, organisations and events: scheme × province × month
      └─ activities      what enterprises do, and what else the catalogue measures
    register        targets set from the figures, so that every verdict occurs

The catalogue says how an indicator is counted, levels.yaml how much of it there is. Every row
has the source `demonstration` and cites a document that says it was generated.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from etl import derive
from etl.demonstration.activities import enterprise_rows, industry_rows, remaining_rows
from etl.demonstration.certificate_counts import (
    certification,
    platform_rows,
    registry_rows,
    yearend_rows,
)
from etl.demonstration.register import PUBLISHER, register
from etl.demonstration.world import YEARS, World
from etl.publish.gate import Decision, Edition, Publication, publish
from etl.suppression.small_numbers import suppress
from etl.targets import Register
from etl.tidy import TidyRows
from indicators import catalogue
from indicators.periods import parse
from indicators.store.database import remove_dataset
from indicators.store.tables import observation

SOURCE = "demonstration"
SEED = 2018
MISSING = 0.0005  # the share of prefecture figures that are not observed


@dataclass(frozen=True)
class Demonstration:
    """A generated world: rows as of a refresh, their citations and inputs, and its targets."""

    seed: int
    rows: TidyRows
    citations: pd.DataFrame
    inputs: pd.DataFrame
    register: Register

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows in the order of the key, each marked, derived ones too."""
        for batch in self.rows.batches():
            place = batch.schema.get_field_index("source")
            mark = pa.array([SOURCE] * batch.num_rows, pa.string())
            yield batch.set_column(place, "source", mark)


@contextmanager
def demonstration(
    seed: int = SEED, *, years: range = YEARS, step: Callable[[str], object] = lambda _: None
) -> Iterator[Demonstration]:
    """Yield the world of a seed; `years` keeps only these of it. `step` hears of each stage."""
    known = catalogue.load()
    world = World(known, seed)
    file = f"{SOURCE}/{seed}"
    chance = world.chance(9)
    digest, size = hashlib.sha256(), 0
    with tempfile.TemporaryDirectory(prefix="demonstration-") as folder:
        rows = TidyRows(Path(folder))
        for name, frames in _parts(world):
            step(name)
            part = pd.concat(list(frames), ignore_index=True)
            part = _with_gaps(part, set(world.prefecture_codes), chance)
            year = {period: parse(period).year for period in part["period"].unique()}
            part = part[part["period"].map(year).isin(years)]
            content = pd.util.hash_pandas_object(part, index=False).to_numpy().tobytes()
            digest.update(content)
            size += len(content)
            rows.add(part.assign(source=SOURCE, citation=f"{SOURCE}-{seed}", file=file, row=0))
        step("derive")
        derive.add_derived(rows, known)
        step("targets")
        cited = pd.DataFrame([_citation(seed, file)])
        cited = pd.concat([cited, derive.citations(rows, cited)], ignore_index=True)
        inputs = pd.DataFrame(
            [(file, SOURCE, digest.hexdigest(), size)],
            columns=["file", "source", "sha256", "bytes"],
        )
        yield Demonstration(
            seed,
            rows,
            cited.assign(source=SOURCE, verification=SOURCE),
            inputs,
            register(rows, known, world.provinces, seed),
        )


def _parts(world: World) -> Iterator[tuple[str, Iterator[pd.DataFrame]]]:
    cells = certification(world)
    yield "certification", platform_rows(world, cells)
    yield "registry", registry_rows(world, cells)
    yield "year ends", yearend_rows(world, cells)
    yield "industries", industry_rows(world, cells)
    yield "enterprises", enterprise_rows(world, cells)
    yield "the rest", remaining_rows(world)


def _with_gaps(
    rows: pd.DataFrame, prefectures: set[str], chance: np.random.Generator
) -> pd.DataFrame:
    """Return the rows with a few prefectures' figures not observed (status O)."""
    lost = rows["region"].isin(prefectures) & (chance.random(len(rows)) < MISSING)
    rows.loc[lost, ["value", "numerator", "denominator"]] = np.nan
    return rows.assign(status=rows["status"].mask(lost, "O"))


def _citation(seed: int, file: str) -> dict[str, object]:
    return {
        "citation": f"{SOURCE}-{seed}",
        "source": SOURCE,
        "publisher": PUBLISHER,
        "document": f"演示数据集（随机种子 {seed}）",
        "date": None,
        "copy": None,
        "copy_kind": None,
        "url": None,
        "licence": PUBLISHER,
        "place": "全部由程序生成，不是真实统计",
        "basis": "generated",
        "verification": SOURCE,
        "note": PUBLISHER,
        "file": file,
    }


def write_demonstration(
    engine: sa.Engine,
    *,
    seed: int = SEED,
    years: range = YEARS,
    step: Callable[[str], object] = lambda _: None,
) -> Publication:
    """Make the world of a seed and publish it; see `publish_demonstration`."""
    _refuse_real_figures(engine)
    with demonstration(seed, years=years, step=step) as world:
        step("suppress")
        suppress(world.rows, catalogue.load())
        step("publish")
        return publish_demonstration(engine, world)


def publish_demonstration(engine: sa.Engine, world: Demonstration) -> Publication:
    """Publish a world into the demonstration dataset; the same again changes nothing.

    Its small figures are suppressed before. Raises `ValueError` where real figures are held.
    """
    _refuse_real_figures(engine)
    edition = Edition(world.batches(), world.citations, world.inputs, vars(world.register))
    return publish(
        engine,
        edition,
        Decision(f"演示数据，种子 {world.seed} · demonstration figures, seed {world.seed}"),
    )


def _refuse_real_figures(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        if connection.scalar(
            sa.select(observation.c.source).where(observation.c.source != SOURCE).limit(1)
        ):
            raise ValueError("real figures are held here; the demonstration has a dataset apart")


def remove(url: str | None = None) -> None:
    """Take the demonstration away completely; real figures are left as they are."""
    remove_dataset("demonstration", url)
