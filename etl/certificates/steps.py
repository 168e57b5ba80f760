"""The steps of a roll-up in order, each computed once, with progress told between them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from etl.certificates.calendar import Grid, grid
from etl.certificates.cells import Cells
from etl.certificates.changes import MEASURES, changes_of_certificates, with_holders
from etl.certificates.counts import Block, block, counts, named_cells, nothing, with_totals
from etl.certificates.cube import DIMENSIONS, Reference, Space, space
from etl.certificates.engine import Engine, union
from etl.certificates.organisations import (
    PLACES,
    differing,
    disagreeing,
    everywhere,
    held_slots,
    levels,
)
from etl.certificates.schemes import APART, CERTIFICATES, EVERYBODY, Kind, Rows
from etl.certificates.validity import lives
from indicators.findings import Message, message

# called with the step at hand, the number of steps and what is being done
Progress = Callable[[int, int, Message], None]
Item = TypeVar("Item")
STEPS = 4  # and one for each scheme and total of schemes
FETCHED = 1 << 20  # rows at once: threads hand each other few large things more quickly
FETCHED_BYTES = FETCHED * 24


def unheard(step: int, steps: int, doing: Message) -> None:
    """Take progress and tell nobody."""


def _ahead(items: Iterator[Item], number: int) -> Iterator[Item]:
    """Return items, so many of them made from now on while others are in use."""
    if not number:
        return items
    maker = ThreadPoolExecutor(1)
    coming = deque(maker.submit(next, items, None) for _ in range(number))

    def made() -> Iterator[Item]:
        try:
            while (item := coming.popleft().result()) is not None:
                coming.append(maker.submit(next, items, None))
                yield item
        finally:
            maker.shutdown(cancel_futures=True)

    return made()


def _largest(known: dict[int, Cells], space: Space) -> int:
    """Return how many cells the largest scheme has, totals included."""
    return len(with_totals(max(known.values(), key=len), space)) if known else 0


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
    first period in which a count of it is not 0; without a row its counts are 0.
    """
    cells, slots, memory = space(reference), grid(periods), engine.memory
    told = _Told(progress, STEPS)
    rows = Rows(cells.scheme, memory)
    fetched = _fetched(rows, registry, cells, slots, engine, told)
    for kind, batch in _ahead(fetched, max(1, memory.rows // FETCHED_BYTES)):
        rows.add(kind, batch)
    engine.rest()
    known = rows.cells()
    told.steps += len(known)
    for name in ("cells", "counts"):
        (out / name).mkdir(parents=True, exist_ok=True)
    # What is ready and waits takes room.
    spare = memory.spare((len(MEASURES), _largest(known, cells), slots.last))
    begun = changes_of_certificates(rows, known, cells.scheme, slots, memory)
    changed = with_holders(_ahead(begun, spare > 2), rows, slots, memory)
    blocks = (block(here, anew, cells, memory) for here, anew in _ahead(changed, spare > 1))
    made = _ahead(blocks, spare > 0)
    for number, each in enumerate(made if known else [nothing(slots)]):
        told(message("making totals and running sums"))
        _write(each, cells, slots, out, number)
    return counted(out, engine)


def _fetched(
    rows: Rows, registry: Any, cells: Space, slots: Grid, engine: Engine, told: _Told
) -> Iterator[tuple[Kind, pa.RecordBatch]]:
    """Yield what is to be counted with its kind."""

    def fetched(kind: Kind, table: Any) -> Iterator[tuple[Kind, pa.RecordBatch]]:
        nobodys = table.mutate(cell=cells.cell(table.cell).cast(cells.width)).drop("number")
        for batch in engine.batches(engine.tallied(nobodys), FETCHED):
            yield kind, batch

    told(message("reading certificates"))
    certificates = engine.kept(lives(registry, cells, slots, engine))
    yield from fetched(CERTIFICATES, certificates)
    told(message("merging the certificates of each organisation"))
    held = engine.kept(held_slots(certificates, slots))
    engine.release(certificates)
    by_level = []
    for level in levels(held, cells.scheme, engine):
        by_level.append(level)
        yield from fetched(EVERYBODY, level)
    told(message("finding organisations in two places at once"))
    apart = engine.kept(disagreeing(by_level[-1], cells))
    others = engine.kept(union([level.semi_join(apart, "number") for level in by_level]))
    engine.release(held, *by_level[1:])
    told(message("counting organisations"))
    yield from fetched(APART, others)
    kinds = engine.rows(apart.drop("number").distinct()).to_dict("records")
    for names in [tuple(name for name in PLACES if kind[f"in_{name}"]) for kind in kinds]:
        theirs = others.semi_join(differing(apart, names), "number")
        rows.settled.append(names)
        dimensions = [getattr(cells, name) for name in names]
        anew = engine.kept(everywhere(theirs, dimensions, engine))
        yield from fetched(names, anew)
        engine.release(anew)
    engine.release(apart, others)


def _write(made: Block, cells: Space, slots: Grid, out: Path, number: int) -> None:
    pq.write_table(named_cells(made, cells), out / "cells" / f"{number:03d}.parquet")
    for series in slots.series:
        table = counts(made, series)
        # Neighbouring numbers are close: their differences are small and quickly written.
        pq.write_table(
            table, out / "counts" / f"{number:03d}-{series.frequency}.parquet",
            use_dictionary=["period"], write_statistics=False, compression="none",
            column_encoding=dict.fromkeys(["cell", *MEASURES], "DELTA_BINARY_PACKED"),
        )  # fmt: skip


def counted(out: Path, engine: Engine) -> Any:
    """Return the counts that a roll-up has written to a folder."""
    cells, rows = (
        engine.parquet(*sorted((out / name).glob("*.parquet"))) for name in ("cells", "counts")
    )
    rows = rows.inner_join(cells, "cell")
    return rows.select(*DIMENSIONS, "period", *MEASURES)
