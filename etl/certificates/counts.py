"""Changes to counts: totals, running sums and the periods asked for, a scheme at a time.

    changes by slot ─▶ totals ─▶ + organisations merged anew ─▶ running sums ─▶ counts

An organisation that is never in two places (region, industry, size) on one slot counts once when
places are added; the others come in by totals.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import csr_matrix

from etl.certificates.calendar import Grid, Series
from etl.certificates.cells import Cells, Places, placed, places
from etl.certificates.changes import HOLDERS, MEASURES, STOCKS, Changes, Numbers
from etl.certificates.cube import DIMENSIONS, Dimension, Space
from etl.certificates.memory import Memory
from etl.certificates.schemes import Kind


@dataclass(frozen=True)
class Block:
    """The counts of a scheme. cells: each once. numbers: by measure, cell and slot but slot 0.

    Of the first `full` cells every slot has a count, of the others only those from `since` on.
    """

    cells: npt.NDArray[np.signedinteger]
    numbers: Numbers
    full: int
    since: Places


def block(here: Changes, anew: dict[Kind, Changes], space: Space, memory: Memory) -> Block:
    """Return the counts of a scheme, totals of size, industry and region included.

    The changes of stocks become their running sums, in place.
    """
    cells, numbers = _totalled(here, space, memory)
    for settled, held in anew.items():
        held_cells, held_numbers = _totalled(held, space, memory, settled)
        numbers[HOLDERS, places(cells, held_cells)] += held_numbers[0]
    return _late_last(cells.astype(space.width), numbers)


def with_totals(cells: Cells, space: Space, settled: Collection[str] = ()) -> Cells:
    """Return cells with their totals over all places but those settled, groups' totals too."""
    for dimension, pairs in _steps(space, settled):
        _, above = _above(cells, dimension, pairs)
        cells, _ = placed(np.concatenate([cells, above]))
    return cells


def _steps(space: Space, settled: Collection[str]) -> list[tuple[Dimension, list[tuple[int, int]]]]:
    """Return what is to be added over which dimension, one step after the other."""
    dimensions = [each for each in (space.size, space.industry, space.region)
                  if each.name not in settled]  # fmt: skip
    return [(dimension, pairs) for dimension in dimensions for pairs in dimension.sums]


def _totalled(
    here: Changes, space: Space, memory: Memory, settled: Collection[str] = ()
) -> tuple[Cells, Numbers]:
    """Return the cells with their totals, and their counts."""
    cells = with_totals(here.cells, space, settled)
    numbers = memory.zeros((len(here.numbers), len(cells), here.numbers.shape[-1] - 2))
    place = places(cells, here.cells)
    stocks = here.numbers[: len(STOCKS)]
    np.cumsum(stocks, axis=2, out=stocks)
    numbers[:, place] = here.numbers[:, :, 1:-1]
    for dimension, pairs in _steps(space, settled):
        rows, above = _above(cells, dimension, pairs)
        into, which = placed(above)
        target = places(cells, into)
        # A total has what stands at itself, too.
        rows, which = np.append(rows, target), np.append(which, np.arange(len(into)))
        ones = np.ones(len(rows), np.int32)
        sums = csr_matrix((ones, (which, rows)), shape=(len(into), len(cells)))
        for measure in numbers:
            measure[target] = sums @ measure
    return cells, numbers


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


def _late_last(cells: npt.NDArray[np.signedinteger], numbers: Numbers) -> Block:
    """Put the cells last in which nothing is counted on the first slot."""
    late = np.logical_not(np.any(numbers[:, :, 0], axis=0))
    full = len(cells) - int(np.count_nonzero(late))
    swapped = np.flatnonzero(late != (np.arange(len(cells)) >= full))
    order = swapped[np.argsort(late[swapped], kind="stable")]
    cells[swapped], numbers[:, swapped] = cells[order], numbers[:, order]
    counted = np.any(numbers[:, full:], axis=0)
    since = np.where(np.any(counted, axis=1), counted.argmax(axis=1), counted.shape[1])
    return Block(cells, numbers, full, since)


def counts(block: Block, series: Series) -> pa.Table:
    """Return one row a cell and period of a series, from the first that has a count on."""
    step = np.array(series.step[1:])  # nobody asks for the opening one
    asked = np.array(sorted(series.names))
    start, stop = np.searchsorted(step, asked), np.searchsorted(step, asked, side="right")
    shown = stop > block.since[:, None]
    columns: dict[str, Any] = {
        "cell": pa.array(
            np.repeat(block.cells, np.append(np.full(block.full, len(asked)), shown.sum(axis=1)))
        ),
        "period": pa.DictionaryArray.from_arrays(
            np.append(
                np.tile(np.arange(len(asked), dtype=np.int16), block.full),
                np.broadcast_to(np.arange(len(asked), dtype=np.int16), shown.shape)[shown],
            ),
            [series.names[each] for each in asked.tolist()],
        ),
    }
    for name, numbers in zip(MEASURES, block.numbers, strict=True):
        if len(asked) < len(step):
            if name in STOCKS:
                numbers = numbers[:, stop - 1]
            else:
                # Every other sum is over slots between two periods.
                bounds = np.column_stack([start, stop]).ravel()
                within = bounds[bounds < len(step)]
                numbers = np.add.reduceat(numbers, within, axis=1, dtype=np.int32)[:, ::2]
        columns[name] = pa.chunked_array(
            [numbers[: block.full].reshape(-1), numbers[block.full :][shown]]
        )
    # What is never missing is written without saying so of each row.
    return pa.table(
        list(columns.values()),
        pa.schema([pa.field(name, each.type, nullable=False) for name, each in columns.items()]),
    )


def named_cells(block: Block, space: Space) -> pa.Table:
    """Return the cells of a block with their codes."""
    columns: dict[str, Any] = {"cell": block.cells}
    for name in DIMENSIONS:
        dimension: Dimension = getattr(space, name)
        positions = dimension.value(block.cells).astype(np.int32)
        columns[name] = pa.DictionaryArray.from_arrays(positions, list(dimension.codes))
    return pa.table(columns)


def nothing(grid: Grid) -> Block:
    """Return no cells."""
    none = np.empty(0, np.int64)
    return Block(none, np.empty((len(MEASURES), 0, grid.last), np.int32), 0, none)
