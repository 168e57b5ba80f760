"""Counts as numbers in rows: what changes from slot to slot, its totals and its running sums.

    changes by slot ─▶ totals ─▶ + organisations merged again ─▶ running sums

A cell's changes stand in a row, a number for each slot, so that a total is a sum of rows and a
stock a running sum along one. NumPy alone: one process does it for all schemes in turn, and the
workers of a cluster each for theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.sparse import csr_matrix

from etl.certificates.cube import DIMENSIONS, Cube, Dimension
from etl.certificates.engine import Memory
from etl.certificates.validity import LAPSED, REISSUE, WITHDRAWN, WORD, Grid, Kind, Series, words

Cells = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]


def placed(cells: Cells) -> tuple[Cells, Places]:
    """Return the cells, ascending and each once, and the place of each given one among them."""
    if not len(cells):
        return cells, cells
    # The cells of a scheme lie close together: a table of places is quicker than sorting.
    lowest = cells.min()
    there = np.zeros(cells.max() - lowest + 1, np.bool_)
    there[cells - lowest] = True
    return np.flatnonzero(there) + lowest, (np.cumsum(there) - 1)[cells - lowest]


def places(cells: Cells, asked: Cells) -> Places:
    """Return the place of each asked cell among `cells`, in which it is."""
    if not len(cells):
        return asked
    table = np.zeros(cells[-1] - cells[0] + 1, np.intp)
    table[cells - cells[0]] = np.arange(len(cells))
    place: Places = table[asked - cells[0]]
    return place


Columns = dict[str, npt.NDArray[Any]]
BATCH = 1 << 16  # rows whose columns fit a processor's cache
_TOTALS = 1 << 12

STOCKS = ("certificates_valid", "certificates_suspended", "certified_organisations")
FLOWS = ("certificates_new", "certificates_lapsed", "certificates_withdrawn")
MEASURES = STOCKS + FLOWS
VALID, SUSPENDED, HOLDERS, NEW, LAPSES, WITHDRAWALS = range(len(MEASURES))

Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Changes:
    """How counts change from slot to slot.

    cells: ascending, each once. numbers: by measure, cell and slot, from the opening one to the
    one after the last.
    """

    cells: Cells
    numbers: Numbers

    @classmethod
    def none(
        cls, cells: Cells, grid: Grid, memory: Memory, measures: int = len(MEASURES)
    ) -> Changes:
        """Return cells in which nothing changes."""
        return cls(cells, memory.zeros((measures, len(cells), len(grid.slots) + 1)))

    def add(self, other: Changes) -> None:
        """Add the changes of cells that are among these, but for the holders, who overlap."""
        place = places(self.cells, other.cells)
        for measure, (mine, theirs) in enumerate(zip(self.numbers, other.numbers, strict=True)):
            if measure != HOLDERS:
                mine[place] += theirs

    def add_certificates(self, rows: Columns) -> None:
        """Add rows of `validities`."""
        into = self.numbers.reshape(len(self.numbers), -1)
        for part, first in self._parts(rows):
            begins, halts, ends = (first + part[name] for name in ("begins", "halts", "ends"))
            kind, times = part["kind"], part["times"]
            np.add.at(into[VALID], begins, times)
            np.subtract.at(into[VALID], halts, times)
            np.add.at(into[NEW], begins, times * (kind < REISSUE))
            rests = np.flatnonzero(halts < ends)
            np.add.at(into[SUSPENDED], halts[rests], times[rests])
            np.subtract.at(into[SUSPENDED], ends[rests], times[rests])
            for measure, how in ((LAPSES, LAPSED), (WITHDRAWALS, WITHDRAWN)):
                here = np.flatnonzero(kind % REISSUE == how)
                np.add.at(into[measure], ends[here], times[here])

    def add_holders(self, rows: Columns, measure: int, sign: int = 1) -> None:
        """Add rows of `held_slots`, or take them out: where a run of bits begins and ends."""
        into = self.numbers[measure].reshape(-1)
        for part, first in self._parts(rows):
            times = part["times"] * np.int32(sign)
            before: Any = 0  # whether the last slot of the word before is held
            for name in words(part):
                word = part[name]
                changed = (word ^ (word << 1 | before)) & ((1 << WORD) - 1)
                start, by = first, np.where(before, -times, times)
                before, first = word >> (WORD - 1), first + WORD
                while len(left := np.flatnonzero(changed)):
                    changed, start, by = changed[left], start[left], by[left]
                    bit = changed & -changed
                    # As many bits are below a bit as its place says.
                    np.add.at(into, start + np.bitwise_count(bit - 1), by)
                    # After a beginning comes an end.
                    changed, by = changed ^ bit, -by

    def _parts(self, rows: Columns) -> Iterator[tuple[Columns, Places]]:
        """Yield some rows after the other, and where the numbers of their cells begin."""
        if rows:
            first = places(self.cells, rows["cell"]) * self.numbers.shape[-1]
            once = np.broadcast_to(np.int32(1), len(first))
            rows = {"times": once, **rows}  # unless alike ones stand as one
            for start in range(0, len(first), BATCH):
                part = slice(start, start + BATCH)
                yield {name: column[part] for name, column in rows.items()}, first[part]


@dataclass(frozen=True)
class Block:
    """The counts of a scheme. cells: each once. numbers: by measure, cell and slot but slot 0.

    Of the first `full` cells every slot has a count, of the others only those from `since` on.
    """

    cells: npt.NDArray[np.signedinteger]
    numbers: Numbers
    full: int
    since: Places


def block(here: Changes, anew: dict[Kind, Changes], cube: Cube, memory: Memory) -> Block:
    """Return the counts of a scheme, totals of size, industry and region included.

    The changes of stocks become their running sums, in place.
    """
    cells, numbers = _totalled(here, cube, memory)
    for settled, held in anew.items():
        held_cells, held_numbers = _totalled(held, cube, memory, settled)
        numbers[HOLDERS, places(cells, held_cells)] += held_numbers[0]
    return _late_last(cells.astype(cube.width), numbers)


def with_totals(cells: Cells, cube: Cube, settled: Collection[str] = ()) -> Cells:
    """Return cells with their totals over all places but those settled, groups' totals too."""
    for dimension, pairs in _steps(cube, settled):
        _, above = _above(cells, dimension, pairs)
        cells, _ = placed(np.concatenate([cells, above]))
    return cells


def _steps(cube: Cube, settled: Collection[str]) -> list[tuple[Dimension, list[tuple[int, int]]]]:
    """Return what is to be added over which dimension, one step after the other."""
    return [
        (dimension, pairs)
        for dimension in (cube.size, cube.industry, cube.region)
        if dimension.name not in settled
        for pairs in dimension.sums
    ]


def _totalled(
    here: Changes, cube: Cube, memory: Memory, settled: Collection[str] = ()
) -> tuple[Cells, Numbers]:
    """Return the cells with their totals, and their counts."""
    cells = with_totals(here.cells, cube, settled)
    numbers = memory.zeros((len(here.numbers), len(cells), here.numbers.shape[-1] - 2))
    place = places(cells, here.cells)
    stocks = here.numbers[: len(STOCKS)]
    np.cumsum(stocks, axis=2, out=stocks)
    numbers[:, place] = here.numbers[:, :, 1:-1]
    for dimension, pairs in _steps(cube, settled):
        rows, above = _above(cells, dimension, pairs)
        into, which = placed(above)
        target = places(cells, into)
        # A total has what stands at itself, too.
        rows, which = np.append(rows, target), np.append(which, np.arange(len(into)))
        ones = np.ones(len(rows), np.int32)
        sums = csr_matrix((ones, (which, rows)), shape=(len(into), len(cells)))
        # A few totals at a time, whose numbers a processor's cache holds.
        for start in range(0, len(into), _TOTALS):
            part = slice(start, start + _TOTALS)
            few = sums[part]
            for measure in numbers:
                measure[target[part]] = few @ measure
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


def without_zeros(rows: pa.Table) -> pa.Table:
    """Return the rows of `counts` in which something is counted."""
    some = np.logical_or.reduce([rows[name].to_numpy() != 0 for name in MEASURES])
    return rows.filter(pa.array(some))


def named_cells(block: Block, cube: Cube) -> pa.Table:
    """Return the cells of a block with their codes."""
    columns: dict[str, Any] = {"cell": block.cells}
    for name in DIMENSIONS:
        dimension: Dimension = getattr(cube, name)
        positions = dimension.value(block.cells).astype(np.int32)
        columns[name] = pa.DictionaryArray.from_arrays(positions, list(dimension.codes))
    return pa.table(columns)


def nothing(grid: Grid) -> Block:
    """Return no cells."""
    none = np.empty(0, np.int64)
    return Block(none, np.empty((len(MEASURES), 0, grid.last), np.int32), 0, none)
