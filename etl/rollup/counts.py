"""Events to counts: totals of size, industry and region, then running sums, a scheme at a time.

    events of the cells of a scheme ─▶ rows of slots ─▶ totals ─▶ + organisations counted anew
                                                                       └─▶ running sums ─▶ counts

A cell's events stand side by side, a number for each measure and slot, so that a total is a sum
of rows and a stock a running sum along one. An organisation that is never in two places (region,
industry, size) on one slot counts once when places are added; the others come in by totals.
The work is in proportion to cells; one scheme is held in memory at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import csr_matrix

from etl.rollup.calendar import Grid, Series
from etl.rollup.engine import Engine
from etl.rollup.events import KIND_BITS, KINDS, MEASURES, STOCKS, SUSPENDED
from etl.rollup.organisations import PIECE
from etl.rollup.space import DIMENSIONS, Dimension, Space

Cells = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
Places = npt.NDArray[np.intp]
HOLDERS = MEASURES.index("certified_organisations")


@dataclass(frozen=True)
class Events:
    """What is counted: `certificate_events`, and `changes` by who stands in totals already.

    holders: by the dimensions in whose totals these organisations were merged anew; those of
    `()` in none.
    """

    certificates: Any
    holders: dict[tuple[str, ...], Any]


@dataclass(frozen=True)
class Block:
    """cells: ascending, each once. numbers: by cell, measure and slot.

    since: the first slot on which a cell has had a certificate.
    """

    cells: Cells
    numbers: Numbers
    since: Places

    def moved(self, cells: Cells, rows: Places) -> Block:
        """Return the sum by cell of the given rows, each of which counts in the cell beside it."""
        into, place = _placed(cells)
        sums = csr_matrix(
            (np.ones(len(rows), np.int32), (place, rows)), shape=(len(into), len(self.cells))
        )
        added = np.asarray(sums @ self.numbers.reshape(len(self.cells), -1), np.int32)
        since = np.full(len(into), np.iinfo(np.intp).max)
        np.minimum.at(since, place, self.since[rows])
        return Block(into, added.reshape(len(into), *self.numbers.shape[1:]), since)


def blocks(
    events: Events, space: Space, used: set[int], grid: Grid, engine: Engine
) -> Iterator[Block]:
    """Yield the counts of each scheme and total of schemes, flows by slot, stocks at its end."""
    scheme = space.scheme
    totals: dict[int, list[Block]] = {}
    for position in sorted(range(len(scheme.codes)), key=lambda i: -scheme.depth[i]):
        parts = totals.pop(position, [])
        if position in used:
            rows = engine.arrow(_of(events.certificates, scheme, position))
            parts.append(_certificates(rows, grid))
        if not parts:
            continue
        block = _joined(parts)
        above = scheme.parent[position]
        if above != position:
            move = (above - position) << scheme.shift
            totals.setdefault(above, []).append(replace(block, cells=block.cells + move))
        # Children and their total are counted from the same certificates, not the same holders.
        block = replace(block, numbers=block.numbers.copy())
        for settled, rows in events.holders.items():
            held = engine.arrow(_of(rows, scheme, position))
            if not settled:
                _add_holders(block.cells, block.numbers[:, HOLDERS], held)
                block = _with_totals(block, space, settled)
            elif len(held):
                anew = _with_totals(_holders(held, grid), space, settled)
                place = _places(block.cells, anew.cells)
                block.numbers[place, HOLDERS] += anew.numbers[:, 0]
        np.cumsum(block.numbers[:, : len(STOCKS)], axis=2, out=block.numbers[:, : len(STOCKS)])
        yield block


def _of(rows: Any, scheme: Dimension, position: int) -> Any:
    # The scheme stands in the highest bits.
    first = position << scheme.shift
    return rows.filter(rows.cell.between(first, first + (1 << scheme.shift) - 1))


def _placed(cells: Cells) -> tuple[Cells, Places]:
    """Return the cells, ascending and each once, and the place of each given one among them."""
    if not len(cells):
        return cells, cells
    # The cells of a scheme lie close together: a table of places is quicker than sorting.
    lowest = cells.min()
    there = np.zeros(cells.max() - lowest + 1, np.bool_)
    there[cells - lowest] = True
    return np.flatnonzero(there) + lowest, (np.cumsum(there) - 1)[cells - lowest]


def _places(cells: Cells, asked: Cells) -> Places:
    """Return the place of each asked cell among `cells`, in which it is."""
    if not len(cells):
        return asked
    table = np.zeros(cells[-1] - cells[0] + 1, np.intp)
    table[cells - cells[0]] = np.arange(len(cells))
    place: Places = table[asked - cells[0]]
    return place


def _certificates(rows: pa.Table, grid: Grid) -> Block:
    cells, place = _placed(rows["cell"].to_numpy())
    numbers = np.zeros((len(cells), len(MEASURES), len(grid.slots)), np.int32)
    since = np.full(len(cells), len(grid.slots))
    at, number = rows["at"].to_numpy(), rows["number"].to_numpy()
    kinds = at & ((1 << KIND_BITS) - 1)
    for kind, effects in enumerate(KINDS):
        here = np.flatnonzero(kinds == kind)
        cell, slot = place[here], at[here] >> KIND_BITS
        if kind < SUSPENDED:
            np.minimum.at(since, cell, slot)
        for measure, sign in effects.items():
            numbers[cell, MEASURES.index(measure), slot] += sign * number[here]
    return Block(cells, numbers, since)


def _holders(rows: pa.Table, grid: Grid) -> Block:
    cells, _ = _placed(rows["cell"].to_numpy())
    numbers = np.zeros((len(cells), 1, len(grid.slots)), np.int32)
    _add_holders(cells, numbers[:, 0], rows)
    return Block(cells, numbers, np.zeros(len(cells), np.intp))


def _joined(parts: list[Block]) -> Block:
    if len(parts) == 1:
        return parts[0]
    cells, _ = _placed(np.concatenate([part.cells for part in parts]))
    numbers = np.zeros((len(cells), *parts[0].numbers.shape[1:]), np.int32)
    since = np.full(len(cells), numbers.shape[-1])
    for part in parts:
        place = _places(cells, part.cells)
        numbers[place] += part.numbers
        since[place] = np.minimum(since[place], part.since)
    return Block(cells, numbers, since)


def _add_holders(cells: Cells, numbers: Numbers, rows: pa.Table) -> None:
    """Add the organisations that begin and stop to hold a certificate, from `changes`."""
    place = _places(cells, rows["cell"].to_numpy())
    begins, piece, change, holders = (
        rows[name].to_numpy() for name in ("begins", "piece", "change", "holders")
    )
    for bit in range(PIECE):
        at = np.flatnonzero((change >> bit) & 1 & (begins + bit < numbers.shape[1]))
        step = np.where((piece[at] >> bit) & 1, holders[at], -holders[at])
        np.add.at(numbers, (place[at], begins[at] + bit), step)


def _with_totals(block: Block, space: Space, settled: Collection[str]) -> Block:
    for name in ("size", "industry", "region"):
        if name not in settled:
            block = with_totals(block, getattr(space, name))
    return block


def with_totals(block: Block, dimension: Dimension) -> Block:
    """Return a block with every total of a dimension, groups beside its tree too."""
    pairs = np.array(dimension.closure, np.int64)
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    starts = np.searchsorted(pairs[:, 0], np.arange(len(dimension.codes) + 1))
    here = dimension.value(block.cells)
    times = np.diff(starts)[here]
    rows = np.repeat(np.arange(len(here)), times)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(times) - times, times)
    above = pairs[np.repeat(starts[here], times) + within, 1]
    return block.moved(block.cells[rows] + ((above - here[rows]) << dimension.shift), rows)


def counts(block: Block, series: Series) -> pa.Table:
    """Return one row a cell and period of a series, from the first event of the cell on."""
    steps = np.array(sorted(series.names))
    step = np.array(series.step)
    shown = steps[None, :] >= step[block.since][:, None]
    start = np.searchsorted(step, np.arange(series.last + 1))
    last = np.append(start[1:], len(step)) - 1
    columns: dict[str, Any] = {
        "cell": np.repeat(block.cells, shown.sum(axis=1)),
        "period": pa.DictionaryArray.from_arrays(
            np.broadcast_to(np.arange(len(steps), dtype=np.int16), shown.shape)[shown],
            [series.names[place] for place in steps.tolist()],
        ),
    }
    for name in MEASURES:
        numbers = block.numbers[:, MEASURES.index(name)]
        if name in STOCKS:
            numbers = numbers[:, last[steps]]
        else:
            numbers = np.add.reduceat(numbers, start, axis=1, dtype=np.int32)[:, steps]
        columns[name] = numbers[shown]
    return pa.table(columns)


def named_cells(block: Block, space: Space) -> pa.Table:
    """Return the cells of a block with their codes."""
    columns: dict[str, Any] = {"cell": block.cells}
    for name in DIMENSIONS:
        dimension: Dimension = getattr(space, name)
        places = dimension.value(block.cells).astype(np.int32)
        columns[name] = pa.DictionaryArray.from_arrays(places, list(dimension.codes))
    return pa.table(columns)


def nothing(grid: Grid) -> Block:
    """Return no cells."""
    numbers = np.empty((0, len(MEASURES), len(grid.slots)), np.int32)
    return Block(np.empty(0, np.int64), numbers, np.empty(0, np.intp))
