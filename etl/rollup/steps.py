"""The steps of a roll-up in order, each computed once, with progress told between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import ibis
import pyarrow.parquet as pq

from etl.findings import Message, message
from etl.rollup.calendar import Grid, grid
from etl.rollup.counts import Block, Events, blocks, counts, named_cells, nothing
from etl.rollup.engine import Engine
from etl.rollup.events import MEASURES, certificate_events, lives
from etl.rollup.organisations import (
    PLACES,
    Holders,
    differing,
    disagreeing,
    everywhere,
    held_slots,
    holders,
    levels,
    sharing,
)
from etl.rollup.space import DIMENSIONS, Reference, Space, space

# called with the step at hand, the number of steps and what is being done
Progress = Callable[[int, int, Message], None]
STEPS = 5  # and one for each scheme and total of schemes


def unheard(step: int, steps: int, doing: Message) -> None:
    """Take progress and tell nobody."""


@dataclass
class _Told:
    """Progress by number: `steps` grows once the number of schemes is known."""

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
    out: Path,
    progress: Progress = unheard,
) -> Any:
    """Count a clean registry into a folder; return its counts, a row a cell and period.

    Columns: region, industry, size, scheme, period and `MEASURES`. A cell has rows from the
    first period by whose end one of its certificates was issued; without a row its counts are 0.
    """
    cells, slots = space(reference), grid(periods)
    told = _Told(progress, STEPS)
    events, used = _events(registry, cells, slots, engine, told)
    told.steps += len({total for i, total in cells.scheme.closure if i in used})
    for name in ("cells", "counts"):
        (out / name).mkdir(parents=True, exist_ok=True)
    # Writing one scheme does not wait for the next to be counted, nor the other way round.
    with ThreadPoolExecutor(1) as writer:
        written: list[Future[None]] = []
        for number, block in enumerate(blocks(events, cells, used, slots, engine)):
            told(message("making totals and running sums"))
            if written:
                written[-1].result()
            written.append(writer.submit(_write, block, cells, slots, out, number))
        for each in written or [writer.submit(_write, nothing(slots), cells, slots, out, 0)]:
            each.result()
    engine.release(events.certificates, *(each.rows for each in events.holders.values()))
    return counted(out, engine)


def _events(
    registry: Any, cells: Space, slots: Grid, engine: Engine, told: _Told
) -> tuple[Events, set[int]]:
    """Return all that is to be counted, and the schemes that occur."""
    told(message("reading certificates"))
    placed, held = _numbered(registry, cells, slots, engine, told)
    told(message("counting certificates"))
    certificates = engine.kept(certificate_events(placed, slots))
    engine.release(placed)
    used = engine.arrow(certificates.select(code=cells.scheme.value(certificates.cell)).distinct())
    schemes = set(used["code"].to_pylist())
    told(message("finding organisations in two places at once"))
    by_level = list(levels(held.drop("low", "high"), cells.scheme, schemes, engine))
    apart = engine.kept(disagreeing(by_level[-1], cells))
    told(message("counting organisations"))
    agreeing = engine.kept(_union([rows.anti_join(apart, "number") for rows in by_level]))
    counted: dict[tuple[str, ...], Holders] = {(): holders(agreeing, slots, engine)}
    engine.release(agreeing)
    others = engine.kept(_union([rows.semi_join(apart, "number") for rows in by_level]))
    engine.release(held, *by_level[1:])
    kinds = engine.rows(apart.drop("number").distinct())
    for kind in kinds.rename(columns=lambda name: name.removeprefix("in_")).to_dict("records"):
        names = tuple(name for name in PLACES if kind[name])
        rows = others.semi_join(differing(apart, names), "number")
        anew = engine.kept(everywhere(rows, [getattr(cells, name) for name in names], engine))
        counted[names] = holders(anew, slots, engine)
        engine.release(anew)
    engine.release(apart, others)
    events = Events(certificates, counted)
    return events, schemes


def _numbered(
    registry: Any, cells: Space, slots: Grid, engine: Engine, told: _Told
) -> tuple[Any, Any]:
    """Return `lives` and `held_slots`, with a number of its own for each organisation."""
    for attempt in count():
        placed = engine.kept(lives(registry, cells, slots, engine, "#" * attempt))
        told(message("merging the certificates of each organisation"))
        held = engine.kept(held_slots(placed, slots))
        if not engine.number(sharing(held)):
            return placed, held
        engine.release(placed, held)  # two organisations share a number
    raise AssertionError


def _write(block: Block, cells: Space, slots: Grid, out: Path, number: int) -> None:
    pq.write_table(named_cells(block, cells), out / "cells" / f"{number:03d}.parquet")
    for series in slots.series:
        name = f"{number:03d}-{series.frequency}.parquet"
        table = counts(block, series)
        # Other columns hold too many numbers for a dictionary to be worth its while.
        pq.write_table(
            table, out / "counts" / name, use_dictionary=["cell", "period"], compression="lz4",
            write_statistics=False,
        )  # fmt: skip


def counted(out: Path, engine: Engine) -> Any:
    """Return the counts that a roll-up has written to a folder."""
    cells = engine.parquet(out / "cells" / "*.parquet")
    rows = engine.parquet(out / "counts" / "*.parquet").inner_join(cells, "cell")
    return rows.select(*DIMENSIONS, "period", *MEASURES)


def _union(tables: list[Any]) -> Any:
    return ibis.union(*tables) if len(tables) > 1 else tables[0]
