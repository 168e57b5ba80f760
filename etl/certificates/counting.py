"""A clean registry counted, a scheme at a time, by this process or by the workers of a cluster.

    validities ─▶ changes by slot ─▶ totals ─▶ + organisations merged again ─▶ running sums

An organisation that is never in two places (region, industry, size) on one slot counts once when
places are added; the others come in by totals.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from etl.certificates.changes import (
    BATCH,
    HOLDERS,
    MEASURES,
    Block,
    Cells,
    Changes,
    Columns,
    block,
    counts,
    named_cells,
    nothing,
    placed,
    with_totals,
    without_zeros,
)
from etl.certificates.cluster import Side, count_on_cluster
from etl.certificates.cube import DIMENSIONS, Cube, Dimension, Reference, cube
from etl.certificates.engine import Engine, Memory, Progress, union
from etl.certificates.registry import Summary, cleaned, summarised
from etl.certificates.registry_declaration import Declaration
from etl.certificates.results import Made, exchanged
from etl.certificates.validity import (
    APART,
    CERTIFICATES,
    EVERYBODY,
    Grid,
    Kind,
    grid,
    rows_to_count,
)
from indicators.findings import Message, message


class Rows:
    """Rows with a `cell`, by kind and scheme: in memory while there is room, then in files.

    All come in before the first are taken out.
    """

    def __init__(self, scheme: Dimension, memory: Memory) -> None:
        self.settled: set[Kind] = set()  # the dimensions in whose totals rows were merged again
        self._scheme, self._memory = scheme, memory
        self._parts: dict[tuple[Kind, int], list[Columns | Path]] = {}
        self._seen: dict[int, npt.NDArray[np.bool_]] = {}  # the cells of certificates
        self._held = 0  # bytes in memory
        self._files = count()

    def add(self, kind: Kind, rows: pa.RecordBatch) -> None:
        """Add rows of a kind."""
        if kind not in (CERTIFICATES, EVERYBODY, APART):
            self.settled.add(kind)
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


Item = TypeVar("Item")
STEPS = 4  # and one for each scheme and total of schemes
FETCHED = 1 << 20  # rows at once: threads hand each other few large things more quickly
FETCHED_BYTES = FETCHED * 24
WRITING: dict[str, Any] = {
    "use_dictionary": ["period"],
    "write_statistics": False,
    # From period to period most numbers stay: what is long the same is quickly pressed.
    "compression": "snappy",
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
    _count([(registry, None)], periods, reference, engine, out, progress)
    return counted(out, engine)


def count_difference(
    before: Any,
    after: Any,
    periods: Iterable[str],
    reference: Reference,
    engine: Engine,
    out: Path,
    progress: Progress | None = None,
) -> None:
    """Count by how much the counts of two clean registries differ, where they do, as `roll_up`."""
    _count([(before, -1), (after, 1)], periods, reference, engine, out, progress)


def _count(
    sides: Sequence[Side],
    periods: Iterable[str],
    reference: Reference,
    engine: Engine,
    out: Path,
    progress: Progress | None,
) -> None:
    cells, slots = cube(reference), grid(periods)
    progress = progress or Progress(steps=STEPS)
    for name in ("cells", "counts"):
        shutil.rmtree(out / name, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    by = count_on_cluster if engine.is_spark else _count_here
    with engine.beside(out):
        by(sides, cells, slots, engine, out, progress)


def _count_here(
    sides: Sequence[Side], cells: Cube, slots: Grid, engine: Engine, out: Path, progress: Progress
) -> None:
    memory = engine.memory
    rows = Rows(cells.scheme, memory)
    fetched = _fetched(sides, cells, slots, engine, progress)
    for kind, batch in _ahead(fetched, max(1, memory.rows // FETCHED_BYTES)):
        rows.add(kind, batch)
    engine.rest()
    known = rows.cells()
    progress.steps += len(known)
    for name in ("cells", "counts"):
        (out / name).mkdir()
    # What is ready and waits takes room.
    spare = memory.spare((len(MEASURES), _largest(known, cells), slots.last))
    begun = changes_of_certificates(rows, known, cells.scheme, slots, memory)
    changed = with_holders(_ahead(begun, spare > 2), rows, slots, memory)
    blocks = (block(here, anew, cells, memory) for here, anew in _ahead(changed, spare > 1))
    made = _ahead(blocks, spare > 0)
    for number, each in enumerate(made if known else [nothing(slots)]):
        progress(message("making totals and running sums"))
        _write(each, cells, slots, out, number, whole=len(sides) == 1)


def _fetched(
    sides: Sequence[Side], cells: Cube, slots: Grid, engine: Engine, progress: Progress
) -> Iterator[tuple[Kind, pa.RecordBatch]]:
    """Yield what is to be counted with its kind; of several sides, what they have not alike."""
    told: dict[Kind, list[Any]] = {}
    for registry, times in sides:
        for kind, rows in rows_to_count(registry, cells, slots, engine, progress):
            if times is None:
                for batch in engine.batches(rows, FETCHED):
                    yield kind, batch
            else:
                stored = engine.stored(rows.mutate(times=ibis.literal(times).cast("int32")))
                told.setdefault(kind, []).append(stored)
    for kind, tables in told.items():
        both = union(tables)
        names = [name for name in both.columns if name != "times"]
        # Most certificates of an organisation are as they were.
        sums = both.group_by(names).agg(times=both.times.sum().cast("int32"))
        for batch in engine.batches(sums.filter(sums.times != 0), FETCHED):
            yield kind, batch
        engine.release(*tables)


def _write(made: Block, cells: Cube, slots: Grid, out: Path, number: int, *, whole: bool) -> None:
    pq.write_table(named_cells(made, cells), out / "cells" / f"{number:03d}.parquet")
    for series in slots.series:
        path = out / "counts" / f"{number:03d}-{series.frequency}.parquet"
        rows = counts(made, series)
        pq.write_table(rows if whole else without_zeros(rows), path, **WRITING)


CHANGES = "changes-*.parquet"  # beside the counts, and to be added to them: see `update`


def counted(out: Path, engine: Engine) -> Any:
    """Return the counts that a roll-up has written to a folder, and its updates since."""
    cells, rows = (
        engine.parquet(*sorted((out / name).glob("*.parquet"))) for name in ("cells", "counts")
    )
    rows = rows.inner_join(cells, "cell").select(*DIMENSIONS, "period", *MEASURES)
    if not any((out / "counts").glob(CHANGES)):
        return rows
    # What is asked of the cells and periods goes before the sums.
    sums = {name: rows[name].sum().cast("int32") for name in MEASURES}
    return rows.group_by(*DIMENSIONS, "period").agg(**sums)


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

    The folder's former results are replaced once all is done, unless they were made of the same:
    then they stay. Raises `FindingsError` as `cleaned` does.
    """
    asked = sorted(set(periods))
    made = Made.of(paths, declaration, asked, reference)
    if made == Made.read(out):
        return summarised(out, engine)
    progress = Progress(show, STEPS)
    with exchanged(out) as fresh:
        summary = cleaned(paths, declaration, reference, fresh, engine, progress)
        registry = engine.parquet(fresh / "registry.parquet")
        roll_up(registry, asked, reference, engine, fresh, progress)
        made.write(fresh)
    return replace(summary, out=out)
