"""A clean registry counted, a scheme at a time: changes, totals, running sums.

    validities ─▶ changes by slot ─▶ totals ─▶ + organisations merged again ─▶ running sums

A cell's changes stand in a row, a number for each slot, so that a total is a sum of rows and a
stock a running sum along one. An organisation that is never in two places (region, industry, size)
on one slot counts once when places are added; the others come in by totals.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.sparse import csr_matrix

from etl.certificates.cube import DIMENSIONS, Cube, Dimension, Reference, cube
from etl.certificates.engine import Engine, Memory, Progress, union
from etl.certificates.registry import Summary, cleaned
from etl.certificates.registry_declaration import Declaration
from etl.certificates.validity import (
    LAPSED,
    PLACES,
    REISSUE,
    WITHDRAWN,
    WORD,
    Grid,
    Series,
    differing,
    disagreeing,
    everywhere,
    grid,
    held_slots,
    levels,
    validities,
    words,
)
from indicators.findings import Message, message

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

# Kinds of rows: `validities`; the held slots, of totals of schemes too; those among them of
# organisations in two places at once. Theirs as merged again in totals go by the dimensions.
CERTIFICATES, EVERYBODY, APART = ("certificates",), ("everybody",), ("apart",)
Kind = tuple[str, ...]


class Rows:
    """Rows with a `cell`, by kind and scheme: in memory while there is room, then in files.

    All come in before the first are taken out.
    """

    def __init__(self, scheme: Dimension, memory: Memory) -> None:
        self.settled: list[Kind] = []  # the dimensions in whose totals rows were merged again
        self._scheme, self._memory = scheme, memory
        self._parts: dict[tuple[Kind, int], list[Columns | Path]] = {}
        self._seen: dict[int, npt.NDArray[np.bool_]] = {}  # the cells of certificates
        self._held = 0  # bytes in memory
        self._files = count()

    def add(self, kind: Kind, rows: pa.RecordBatch) -> None:
        """Add rows of a kind."""
        columns = {name: rows[name].to_numpy() for name in rows.schema.names}
        for start in range(0, len(rows), BATCH):
            part = slice(start, start + BATCH)
            self._add(kind, {name: column[part] for name, column in columns.items()})

    def _add(self, kind: Kind, columns: Columns) -> None:
        positions = self._scheme.value(columns["cell"]).astype(np.int16)
        order = np.argsort(positions, kind="stable")
        parts = np.split(order, np.cumsum(np.bincount(positions))[:-1])
        for position, part in enumerate(parts):
            if len(part):
                here = {name: column[part] for name, column in columns.items()}
                self._parts.setdefault((kind, position), []).append(here)
                self._held += sum(column.nbytes for column in here.values())
                if kind == CERTIFICATES:
                    self._see(position, here["cell"])
        if self._held > self._memory.rows:
            self._store()

    def _see(self, position: int, cells: npt.NDArray[Any]) -> None:
        shift = self._scheme.shift
        if position not in self._seen:
            self._seen[position] = np.zeros(1 << shift, np.bool_)
        self._seen[position][cells - (position << shift)] = True

    def _store(self) -> None:
        """Write what is in memory to files."""
        for parts in self._parts.values():
            loose = [part for part in parts if not isinstance(part, Path)]
            if loose:
                path = self._memory.folder / f"rows_{next(self._files)}.arrow"
                table = pa.table(_joined(loose))
                with (
                    pa.OSFile(str(path), "wb") as sink,
                    pa.ipc.new_file(sink, table.schema) as file,
                ):
                    file.write_table(table)
                parts[:] = [*(part for part in parts if isinstance(part, Path)), path]
        self._held = 0

    def take(self, kind: Kind, position: int) -> Columns:
        """Take the rows of a scheme or total out, as one; no columns where it has none."""
        parts = self._parts.pop((kind, position), [])
        here = [part for part in parts if not isinstance(part, Path)]
        for path in [part for part in parts if isinstance(part, Path)]:
            with pa.OSFile(str(path)) as source, pa.ipc.open_file(source) as file:
                table = file.read_all()
            here.append({name: table[name].to_numpy() for name in table.column_names})
            path.unlink()
        return _joined(here)

    def cells(self) -> dict[int, Cells]:
        """Return the cells that certificates count in by scheme, a total after what is below."""
        known = {
            position: np.flatnonzero(seen) + (position << self._scheme.shift)
            for position, seen in self._seen.items()
        }
        few = {position: len(cells) for position, cells in known.items()}
        order = list(_upwards(self._scheme, few))
        for position, above in order:
            if position in known and above != position:
                moved = known[position] + ((above - position) << self._scheme.shift)
                known[above] = np.union1d(known[above], moved) if above in known else moved
        return {position: known[position] for position, _ in order if position in known}


def _joined(parts: list[Columns]) -> Columns:
    names = parts[0] if parts else ()
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


def _upwards(dimension: Dimension, sizes: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Yield each code with its parent after those below it, so that few totals are open at once.

    The smaller ones go first: who takes the counts then does not wait long for the first.
    """
    below: dict[int, list[int]] = {}
    for position, above in enumerate(dimension.parent):
        if above != position:
            below.setdefault(above, []).append(position)

    def under(position: int) -> Iterator[tuple[int, int]]:
        for each in sorted(below.get(position, ()), key=lambda code: sizes.get(code, 0)):
            yield from under(each)
        yield position, dimension.parent[position]

    for position, above in enumerate(dimension.parent):
        if above == position:
            yield from under(position)


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

    With them go those of organisations merged again, by the dimensions settled.
    """
    for position, here in begun:
        here.add_holders(rows.take(EVERYBODY, position), HOLDERS)
        # They do not add up over places: they come in by what is merged again.
        here.add_holders(rows.take(APART, position), HOLDERS, sign=-1)
        anew = {}
        for settled in rows.settled:
            if held := rows.take(settled, position):
                anew[settled] = Changes.none(placed(held["cell"])[0], grid, memory, 1)
                anew[settled].add_holders(held, 0)
        yield here, anew


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


Item = TypeVar("Item")
STEPS = 4  # and one for each scheme and total of schemes
FETCHED = 1 << 20  # rows at once: threads hand each other few large things more quickly
FETCHED_BYTES = FETCHED * 24
WRITING: dict[str, Any] = {
    "use_dictionary": ["period"],
    "write_statistics": False,
    "compression": "none",
    # Neighbouring numbers are close: their differences are small and quickly written.
    "column_encoding": dict.fromkeys(["cell", *MEASURES], "DELTA_BINARY_PACKED"),
}


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


def _largest(known: dict[int, Cells], cube: Cube) -> int:
    """Return how many cells the largest scheme has, totals included."""
    return len(with_totals(max(known.values(), key=len), cube)) if known else 0


def roll_up(
    registry: Any,
    periods: Iterable[str],
    reference: Reference,
    engine: Engine,
    out: Path,
    progress: Progress | None = None,
) -> Any:
    """Count a clean registry into a folder; return its counts, a row a cell and period.

    Columns: region, industry, size, scheme, period and `MEASURES`. A cell has rows from the
    first period in which a count of it is not 0; without a row its counts are 0.
    """
    cells, slots, memory = cube(reference), grid(periods), engine.memory
    progress = progress or Progress(steps=STEPS)
    rows = Rows(cells.scheme, memory)
    fetched = _fetched(rows, registry, cells, slots, engine, progress)
    for kind, batch in _ahead(fetched, max(1, memory.rows // FETCHED_BYTES)):
        rows.add(kind, batch)
    engine.rest()
    known = rows.cells()
    progress.steps += len(known)
    for name in ("cells", "counts"):
        (out / name).mkdir(parents=True, exist_ok=True)
    # What is ready and waits takes room.
    spare = memory.spare((len(MEASURES), _largest(known, cells), slots.last))
    begun = changes_of_certificates(rows, known, cells.scheme, slots, memory)
    changed = with_holders(_ahead(begun, spare > 2), rows, slots, memory)
    blocks = (block(here, anew, cells, memory) for here, anew in _ahead(changed, spare > 1))
    made = _ahead(blocks, spare > 0)
    for number, each in enumerate(made if known else [nothing(slots)]):
        progress(message("making totals and running sums"))
        _write(each, cells, slots, out, number)
    return counted(out, engine)


def _fetched(
    rows: Rows, registry: Any, cells: Cube, slots: Grid, engine: Engine, progress: Progress
) -> Iterator[tuple[Kind, pa.RecordBatch]]:
    """Yield what is to be counted with its kind."""

    def fetched(kind: Kind, table: Any) -> Iterator[tuple[Kind, pa.RecordBatch]]:
        nobodys = table.mutate(cell=cells.cell(table.cell).cast(cells.width)).drop("number")
        for batch in engine.batches(engine.tallied(nobodys), FETCHED):
            yield kind, batch

    progress(message("reading certificates"))
    certificates = engine.kept(validities(registry, cells, slots, engine))
    yield from fetched(CERTIFICATES, certificates)
    progress(message("merging the certificates of each organisation"))
    held = engine.kept(held_slots(certificates, slots))
    engine.release(certificates)
    by_level = []
    for level in levels(held, cells.scheme, engine):
        by_level.append(level)
        yield from fetched(EVERYBODY, level)
    progress(message("finding organisations in two places at once"))
    apart = engine.kept(disagreeing(by_level[-1], cells))
    others = engine.kept(union([level.semi_join(apart, "number") for level in by_level]))
    engine.release(held, *by_level[1:])
    progress(message("counting organisations"))
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


def _write(made: Block, cells: Cube, slots: Grid, out: Path, number: int) -> None:
    pq.write_table(named_cells(made, cells), out / "cells" / f"{number:03d}.parquet")
    for series in slots.series:
        path = out / "counts" / f"{number:03d}-{series.frequency}.parquet"
        pq.write_table(counts(made, series), path, **WRITING)


def counted(out: Path, engine: Engine) -> Any:
    """Return the counts that a roll-up has written to a folder."""
    cells, rows = (
        engine.parquet(*sorted((out / name).glob("*.parquet"))) for name in ("cells", "counts")
    )
    rows = rows.inner_join(cells, "cell")
    return rows.select(*DIMENSIONS, "period", *MEASURES)


def roll_up_files(
    paths: Sequence[Path],
    declaration: Declaration,
    periods: Iterable[str],
    reference: Reference,
    out: Path,
    engine: Engine,
    show: Callable[[int, int, Message], object] = Progress.show,
) -> Summary:
    """Read certificate files, set aside what is not clean, count the rest into `out`.

    The folder's former results are replaced. Raises `FindingsError` as `cleaned` does.
    """
    progress = Progress(show, STEPS)
    summary = cleaned(paths, declaration, reference, out, engine, progress)
    for name in ("cells", "counts"):
        shutil.rmtree(out / name, ignore_errors=True)
    roll_up(engine.parquet(out / "registry.parquet"), periods, reference, engine, out, progress)
    return summary
