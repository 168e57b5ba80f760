"""The steps of a roll-up in order, each computed once, with progress told between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from etl.findings import Message, message
from etl.rollup.calendar import Grid, grid
from etl.rollup.changes import MEASURES, changes_of_certificates, with_holders
from etl.rollup.counts import Block, block, counts, named_cells, nothing
from etl.rollup.engine import Engine
from etl.rollup.lives import lives
from etl.rollup.organisations import PLACES, differing, disagreeing, everywhere, held_slots, levels
from etl.rollup.schemes import BySchemes, Rows, add_rows, cells_by_schemes
from etl.rollup.space import DIMENSIONS, Reference, Space, space

# called with the step at hand, the number of steps and what is being done
Progress = Callable[[int, int, Message], None]
Item = TypeVar("Item")
STEPS = 4  # and one for each scheme and total of schemes


def unheard(step: int, steps: int, doing: Message) -> None:
    """Take progress and tell nobody."""


def _ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Return items, the first made from now on, each further one while that before is in use."""
    maker = ThreadPoolExecutor(1)
    coming = maker.submit(next, items, None)

    def made() -> Iterator[Item]:
        nonlocal coming
        with maker:
            while (item := coming.result()) is not None:
                coming = maker.submit(next, items, None)
                yield item

    return made()


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
    cells, slots = space(reference), grid(periods)
    told = _Told(progress, STEPS)
    rows = Rows()
    tables = _ahead(_fetched(rows, registry, cells, slots, engine, told))
    add_rows(*next(tables), cells.scheme)
    # While the engine goes on:
    known = cells_by_schemes(rows.certificates, cells.scheme)
    begun = _ahead(changes_of_certificates(rows.certificates, known, cells.scheme, slots))
    for into, table in tables:
        add_rows(into, table, cells.scheme)
    told.steps += len(known)
    for name in ("cells", "counts"):
        (out / name).mkdir(parents=True, exist_ok=True)
    changed = _ahead(with_holders(begun, rows, slots))
    made = _ahead(block(here, anew, cells) for here, anew in changed)
    for number, each in enumerate(made if known else [nothing(slots)]):
        told(message("making totals and running sums"))
        _write(each, cells, slots, out, number)
    return counted(out, engine)


def _fetched(
    rows: Rows, registry: Any, cells: Space, slots: Grid, engine: Engine, told: _Told
) -> Iterator[tuple[BySchemes, pa.Table]]:
    """Yield tables of what is to be counted with where among the rows they belong."""

    def fetched(table: Any) -> pa.Table:
        nobodys = table.mutate(cell=cells.cell(table.cell)).drop("number")
        return engine.arrow(engine.tallied(nobodys))

    told(message("reading certificates"))
    certificates = engine.kept(lives(registry, cells, slots, engine))
    yield rows.certificates, fetched(certificates)
    told(message("merging the certificates of each organisation"))
    held = engine.kept(held_slots(certificates, slots))
    engine.release(certificates)
    by_level = []
    for level in levels(held, cells.scheme, engine):
        by_level.append(level)
        yield rows.holders, fetched(level)
    told(message("finding organisations in two places at once"))
    apart = engine.kept(disagreeing(by_level[-1], cells))
    others = engine.kept(_union([level.semi_join(apart, "number") for level in by_level]))
    engine.release(held, *by_level[1:])
    told(message("counting organisations"))
    yield rows.apart, fetched(others)
    kinds = engine.rows(apart.drop("number").distinct()).to_dict("records")
    for names in [tuple(name for name in PLACES if kind[f"in_{name}"]) for kind in kinds]:
        theirs = others.semi_join(differing(apart, names), "number")
        anew = everywhere(theirs, [getattr(cells, name) for name in names], engine)
        yield rows.merged.setdefault(names, {}), fetched(anew)
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
    cells = engine.parquet(out / "cells" / "*.parquet")
    rows = engine.parquet(out / "counts" / "*.parquet").inner_join(cells, "cell")
    return rows.select(*DIMENSIONS, "period", *MEASURES)


def _union(tables: list[Any]) -> Any:
    return ibis.union(*tables) if len(tables) > 1 else tables[0]
