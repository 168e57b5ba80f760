"""Events to counts: totals of size, industry and region, then running sums, a scheme at a time.

    events of the cells of a scheme ─▶ rows of slots ─▶ totals ─▶ + organisations counted anew
                                                                       └─▶ running sums ─▶ counts

A cell's events stand side by side, a number for each measure and slot, so that a total is a sum
of rows and a stock a running sum along one. An organisation that is never in two places (region,
industry, size) on one slot counts once when places are added; the others come in by totals.
The work is in proportion to cells; one scheme is held in memory at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import csr_matrix

from etl.rollup.calendar import Grid, Series
from etl.rollup.engine import Engine
from etl.rollup.events import KIND_BITS, KINDS, MEASURES, STOCKS, SUSPENDED
from etl.rollup.organisations import WORD, Holders
from etl.rollup.space import DIMENSIONS, Dimension, Space

Cells = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
Places = npt.NDArray[np.intp]
HOLDERS = MEASURES.index("certified_organisations")  # counted by slot, not by what changes


@dataclass(frozen=True)
class Events:
    """What is counted: `certificate_events`, and holders by who stands in totals already.

    holders: by the dimensions in whose totals these organisations were merged anew; those of
    `()` in none.
    """

    certificates: Any
    holders: dict[tuple[str, ...], Holders]


@dataclass(frozen=True)
class Block:
    """cells: ascending, each once. numbers: by cell, measure and slot.

    since: the first slot on which a cell has had a certificate.
    """

    cells: Cells
    numbers: Numbers
    since: Places

    def add(self, rows: Places, cells: Cells) -> None:
        """Add rows to the cells beside them, which the block has."""
        into, place = _placed(cells)
        numbers = self.numbers.reshape(len(self.cells), -1)
        sums = csr_matrix(
            (np.ones(len(rows), np.int32), (place, rows)), shape=(len(into), len(numbers))
        )
        target = _places(self.cells, into)
        numbers[target] += np.asarray(sums @ numbers)
        np.minimum.at(self.since, target[place], self.since[rows])


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
        # Children and their total are counted from the same certificates, not the same holders:
        # so what they share stays as it is.
        block = with_places(block, _places_of(space))
        for settled, held in events.holders.items():
            rows = engine.arrow(_of(held.rows, scheme, position))
            if not settled:
                _add_holders(block.cells, block.numbers[:, HOLDERS], rows, held.bits)
                add_totals(block, _places_of(space))
            elif len(rows):
                left = _places_of(space, settled)
                anew = with_places(_holders(rows, held.bits, grid), left)
                add_totals(anew, left)
                place = _places(block.cells, anew.cells)
                block.numbers[place, HOLDERS] += anew.numbers[:, 0]
        np.cumsum(block.numbers[:, :HOLDERS], axis=2, out=block.numbers[:, :HOLDERS])
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


def _holders(rows: pa.Table, bits: int, grid: Grid) -> Block:
    cells, _ = _placed(rows["cell"].to_numpy())
    numbers = np.zeros((len(cells), 1, len(grid.slots)), np.int32)
    _add_holders(cells, numbers[:, 0], rows, bits)
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


def _add_holders(cells: Cells, numbers: Numbers, rows: pa.Table, bits: int) -> None:
    """Add the rows of `Holders` to numbers by cell and slot."""
    place = _places(cells, rows["cell"].to_numpy())
    for name in rows.column_names[1:]:
        first = int(name.removeprefix("slot_"))
        packed = rows[name].to_numpy().astype(np.int64)
        for slot in range(first, min(first - first % WORD + WORD, numbers.shape[1]), bits):
            numbers[place, slot] += (packed & ((1 << bits) - 1)).astype(np.int32)
            packed >>= bits


def _places_of(space: Space, settled: Collection[str] = ()) -> list[Dimension]:
    return [getattr(space, name) for name in ("size", "industry", "region") if name not in settled]


def with_places(block: Block, dimensions: Sequence[Dimension]) -> Block:
    """Return a copy with a place for every total of the dimensions, with nothing in it."""
    cells = block.cells
    for dimension in dimensions:
        for pairs in dimension.sums:
            _, above = _above(cells, dimension, pairs)
            cells, _ = _placed(np.concatenate([cells, above]))
    made = Block(
        cells,
        np.zeros((len(cells), *block.numbers.shape[1:]), np.int32),
        np.full(len(cells), block.numbers.shape[-1]),
    )
    place = _places(cells, block.cells)
    made.numbers[place] = block.numbers
    made.since[place] = block.since
    return made


def add_totals(block: Block, dimensions: Sequence[Dimension]) -> None:
    """Fill the totals of `with_places`, of groups beside the trees too."""
    for dimension in dimensions:
        for pairs in dimension.sums:
            block.add(*_above(block.cells, dimension, pairs))


def _above(
    cells: Cells, dimension: Dimension, pairs: Sequence[tuple[int, int]]
) -> tuple[Places, Cells]:
    """Return which cells count in a total of these (code, total), and beside each its total."""
    ordered = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    starts = np.searchsorted(ordered[:, 0], np.arange(len(dimension.codes) + 1))
    here = dimension.value(cells)
    times = np.diff(starts)[here]
    rows = np.repeat(np.arange(len(here)), times)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(times) - times, times)
    total = ordered[np.repeat(starts[here], times) + within, 1]
    return rows, cells[rows] + ((total - here[rows]) << dimension.shift)


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
        elif not series.is_grid:
            numbers = np.add.reduceat(numbers, start, axis=1, dtype=np.int32)[:, steps]
        else:
            numbers = numbers[:, steps]
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
