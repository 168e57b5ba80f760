"""How counts change from slot to slot in the cells of a scheme: rows laid side by side.

A cell's changes stand in a row, a number for each slot, so that a total is a sum of rows and a
stock a running sum along one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from etl.certificates.calendar import Grid
from etl.certificates.cells import Cells, Places, placed, places
from etl.certificates.cube import Dimension
from etl.certificates.memory import Memory
from etl.certificates.organisations import WORD, words
from etl.certificates.schemes import APART, BATCH, CERTIFICATES, EVERYBODY, Columns, Kind, Rows
from etl.certificates.validity import LAPSED, REISSUE, WITHDRAWN

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
        """Add rows of `lives`."""
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


def changes_of_certificates(
    rows: Rows, cells: dict[int, Cells], scheme: Dimension, grid: Grid, memory: Memory
) -> Iterator[tuple[int, Changes]]:
    """Yield the position and the changes of each scheme and total of schemes.

    `cells` are `Rows.cells`. What is to be added to the totals above is held besides.
    """
    totals: dict[int, Changes] = {}
    for position, own in cells.items():
        here = totals.pop(position, None) or Changes.none(own, grid, memory)
        here.add_certificates(rows.take(CERTIFICATES, position))
        above = scheme.parent[position]
        if above != position:
            if above not in totals:
                totals[above] = Changes.none(cells[above], grid, memory)
            move = (above - position) << scheme.shift
            totals[above].add(Changes(here.cells + move, here.numbers))
        yield position, here


def with_holders(
    begun: Iterable[tuple[int, Changes]], rows: Rows, grid: Grid, memory: Memory
) -> Iterator[tuple[Changes, dict[Kind, Changes]]]:
    """Yield `changes_of_certificates` with those of the holders.

    With them go those of organisations merged anew, by the dimensions settled.
    """
    for position, here in begun:
        here.add_holders(rows.take(EVERYBODY, position), HOLDERS)
        # They do not add up over places: they come in by what is merged anew.
        here.add_holders(rows.take(APART, position), HOLDERS, sign=-1)
        anew = {}
        for settled in rows.settled:
            if held := rows.take(settled, position):
                anew[settled] = Changes.none(placed(held["cell"])[0], grid, memory, 1)
                anew[settled].add_holders(held, 0)
        yield here, anew
