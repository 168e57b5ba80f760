"""The steps of a roll-up in order, each computed once, with progress told between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis

from etl.findings import Message, message
from etl.rollup.calendar import grid
from etl.rollup.counts import counts, levels, named_cells, with_totals
from etl.rollup.engine import Engine
from etl.rollup.events import (
    MEASURES,
    added,
    certificate_events,
    disagreeing,
    everywhere,
    held_slots,
    lives,
    merged,
    organisation_events,
)
from etl.rollup.space import DIMENSIONS, Reference, Space, space

# called with the step at hand, the number of steps and what is being done
Progress = Callable[[int, int, Message], None]

# Totals and running sums are made for so many events at a time, so that they fit in memory.
PART = 1_000_000


def unheard(step: int, steps: int, doing: Message) -> None:
    """Take progress and tell nobody."""


@dataclass
class _Told:
    """Progress by number: `steps` grows once the number of parts is known."""

    progress: Progress
    steps: int
    step: int = 0

    def __call__(self, doing: Message) -> None:
        self.step += 1
        self.progress(self.step, self.steps, doing)


def roll_up(
    registry: Any,
    periods: Iterable[str],
    reference: Reference,
    engine: Engine,
    out: Path | None = None,
    progress: Progress = unheard,
) -> Any:
    """Return the counts of a clean registry: one row a cell and period, a column a measure.

    Columns: region, industry, size, scheme, period and `MEASURES`. A cell has rows from the
    first period by whose end one of its certificates was issued; without a row its counts are 0.
    With `out` the rows go to that folder as Parquet, part by part, and are read from there.
    """
    cells, slots = space(reference), grid(periods)
    told = _Told(progress, 6)
    told(message("reading certificates"))
    placed = engine.kept(lives(registry, cells, slots, engine))
    told(message("counting certificates"))
    certificates = engine.kept(added(certificate_events(placed, slots)))
    used = _used(certificates, cells, engine)
    told(message("merging the certificates of each organisation"))
    held = list(
        levels(held_slots(placed, slots), cells.scheme, used["scheme"], merged, engine, keep=True)
    )
    engine.release(placed)
    told(message("finding organisations in two places at once"))
    apart = engine.kept(disagreeing(held[-1].rows))
    told(message("counting organisations"))
    rolling, settled = [], []
    for level in held:
        agreeing = level.rows.anti_join(apart, "organisation")
        numbered = level.rows.inner_join(apart, "organisation").drop("organisation")
        anew = everywhere(numbered.rename(organisation="number"), cells, engine)
        rolling.append(engine.kept(organisation_events(agreeing, slots, engine)))
        settled.append(engine.kept(organisation_events(anew, slots, engine)))
        engine.release(level.rows)
    told(message("bringing events together"))
    schemes = levels(certificates, cells.scheme, used["scheme"], added, engine)
    events = engine.kept(added(_union([*(level.rows for level in schemes), *rolling])))
    anew = engine.kept(_union(settled))
    engine.release(certificates, apart, *rolling, *settled)

    packs = _packs(events, cells, engine)
    told.steps += len(packs)
    table = CountTable(engine, out)
    for pack in packs:
        told(message("making totals and running sums, {schemes} fields", schemes=len(pack)))
        here = cells.scheme.value(events.cell).isin(pack)
        total = engine.kept(with_totals(events.filter(here), cells, used, engine))
        apart_here = anew.filter(cells.scheme.value(anew.cell).isin(pack))
        table.add("cells", named_cells(total, cells, engine))
        for series in slots.series:
            table.add("counts", counts(total, apart_here, series, engine))
        engine.release(total)
    engine.release(events, anew)
    return table.rows()


@dataclass
class CountTable:
    """Counts by the number of their cell, and the codes of the cells: in memory or in a folder.

    Codes stand once a cell rather than once a row: the rows of the whole table are many.
    """

    engine: Engine
    out: Path | None
    parts: dict[str, list[Any]] = field(default_factory=lambda: {"cells": [], "counts": []})

    def add(self, name: str, rows: Any) -> None:
        """Compute rows of `cells` or `counts` and put them by."""
        parts = self.parts[name]
        if self.out is None:
            parts.append(self.engine.kept(rows))
        else:
            path = self.out / name / f"{len(parts):03d}.parquet"
            self.engine.write(rows, path)
            parts.append(path)

    def rows(self) -> Any:
        """Return what was put by, each row with its codes."""
        if self.out is not None:
            return counted(self.out, self.engine)
        cells, numbers = (_union(self.parts[name]) for name in ("cells", "counts"))
        return numbers.inner_join(cells, "cell").select(*DIMENSIONS, "period", *MEASURES)


def counted(out: Path, engine: Engine) -> Any:
    """Return the counts that a roll-up has written to a folder."""
    cells = engine.parquet(out / "cells" / "*.parquet")
    rows = engine.parquet(out / "counts" / "*.parquet").inner_join(cells, "cell")
    return rows.select(*DIMENSIONS, "period", *MEASURES)


def _union(tables: list[Any]) -> Any:
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


def _used(events: Any, cells: Space, engine: Engine) -> dict[str, set[int]]:
    found = engine.rows(events.select("cell").distinct())["cell"].to_numpy()
    return {each.name: set(each.value(found).tolist()) for each in cells.dimensions}


def _packs(events: Any, cells: Space, engine: Engine) -> list[list[int]]:
    scheme = cells.scheme.value(events.cell)
    sizes = engine.rows(events.group_by(scheme=scheme).agg(rows=events.count()))
    packs: list[list[int]] = []
    room = 0
    for code, rows in sorted(zip(sizes["scheme"], sizes["rows"], strict=True)):
        if rows > room or not packs:
            packs.append([])
            room = PART
        packs[-1].append(int(code))
        room -= int(rows)
    return packs
