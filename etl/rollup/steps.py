"""The steps of a roll-up in order, each computed once, with progress told between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis

from etl.findings import Message, message
from etl.rollup.calendar import grid
from etl.rollup.counts import (
    added,
    certificate_events,
    counts,
    disagreeing,
    everywhere,
    held_slots,
    levels,
    lives,
    merged,
    named_cells,
    organisation_events,
    with_totals,
)
from etl.rollup.engine import Engine
from etl.rollup.space import Reference, Space, space

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
    used = _used(certificates, cells)
    told(message("merging the certificates of each organisation"))
    held = list(levels(
        held_slots(placed, slots), cells.scheme, used["scheme"], merged, engine, keep=True
    ))
    engine.release(placed)
    told(message("finding organisations in two places at once"))
    apart = engine.kept(disagreeing(held[-1].rows))
    told(message("counting organisations"))
    rolling, settled = [], []
    for level in held:
        agreeing = level.rows.anti_join(apart, "organisation")
        anew = everywhere(level.rows.semi_join(apart, "organisation"), cells, engine)
        rolling.append(engine.kept(organisation_events(agreeing, slots, engine)))
        settled.append(engine.kept(organisation_events(anew, slots, engine)))
        engine.release(level.rows)
    told(message("bringing events together"))
    schemes = levels(certificates, cells.scheme, used["scheme"], added, engine)
    events = engine.kept(added(_union([*(level.rows for level in schemes), *rolling])))
    anew = engine.kept(_union(settled))
    engine.release(certificates, apart, *rolling, *settled)

    packs = _packs(events, cells)
    told.steps += len(packs)
    made = []
    for number, pack in enumerate(packs):
        told(message("making totals and sums, {schemes} fields", schemes=len(pack)))
        here = cells.scheme.value(events.cell).isin(pack)
        total = engine.kept(with_totals(events.filter(here), cells, used, engine))
        apart_here = anew.filter(cells.scheme.value(anew.cell).isin(pack))
        names = engine.kept(named_cells(total, cells, engine))
        for series in slots.series:
            part = counts(total, apart_here, names, series, engine)
            if out is None:
                made.append(engine.kept(part))
            else:
                engine.write(part, out / f"part-{number:03d}-{series.frequency}.parquet")
        engine.release(total, names)
    engine.release(events, anew)
    return _union(made) if out is None else engine.parquet(out / "*.parquet")


def _union(tables: list[Any]) -> Any:
    return ibis.union(*tables) if len(tables) > 1 else tables[0]


def _used(events: Any, cells: Space) -> dict[str, set[int]]:
    found = events.select("cell").distinct().to_pandas()["cell"].to_numpy()
    return {each.name: set(each.value(found).tolist()) for each in cells.dimensions}


def _packs(events: Any, cells: Space) -> list[list[int]]:
    scheme = cells.scheme.value(events.cell)
    sizes = events.group_by(scheme=scheme).agg(rows=events.count()).to_pandas()
    packs: list[list[int]] = []
    room = 0
    for code, rows in sorted(zip(sizes["scheme"], sizes["rows"], strict=True)):
        if rows > room or not packs:
            packs.append([])
            room = PART
        packs[-1].append(int(code))
        room -= int(rows)
    return packs
