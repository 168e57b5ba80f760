"""Counts made by the workers of a Spark cluster: no row of a certificate comes to this process.

    what is to count ─▶ a stream a scheme, its cells first ─▶ totals and running sums ─▶ Parquet

The engine tallies what is alike and sorts each scheme's rows (and those of each total of schemes)
into one stream. What one worker holds of it are the counts of the scheme, in proportion to cells
and slots, whatever the number of certificates; it makes them with `changes`, as one machine does.

The code travels with the plan: a worker's Python needs NumPy, SciPy, pandas and PyArrow alone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

import etl
import indicators
from etl.certificates.changes import (
    HOLDERS,
    MEASURES,
    Block,
    Cells,
    Changes,
    block,
    counts,
    named_cells,
    with_totals,
    without_zeros,
)
from etl.certificates.cube import DIMENSIONS, Cube
from etl.certificates.engine import Engine, Memory, Progress, union
from etl.certificates.validity import (
    APART,
    CERTIFICATES,
    EVERYBODY,
    WORD,
    Grid,
    Kind,
    rows_to_count,
    words,
)
from indicators.findings import message

# A row's turn: its scheme, the stream (everybody's, or what was merged again), what it is.
_STREAMS = 1 << 4
_CELL, _CERTIFICATE, _HOLDER, _NO_HOLDER = range(4)
_KINDS: dict[Kind, int] = {CERTIFICATES: _CERTIFICATE, EVERYBODY: _HOLDER, APART: _NO_HOLDER}
# A certificate's slots and its kind, in one word.
_PARTS = ("begins", "halts", "ends", "kind")
_BITS = 12
_SLICE = 1 << 22  # numbers of a measure that are written at once

_CELLS = pa.schema([("cell", pa.int64()), *((name, pa.string()) for name in DIMENSIONS)])
_COUNTS = pa.schema(
    [("cell", pa.int64()), ("period", pa.string()), *((name, pa.int32()) for name in MEASURES)]
)
_SQL = {pa.int64(): "bigint", pa.int32(): "int", pa.string(): "string"}


# A clean registry, and how many times each of its rows counts: once, unless it is said.
Side = tuple[Any, int | None]


def count_on_cluster(
    sides: Sequence[Side], cube: Cube, grid: Grid, engine: Engine, out: Path, progress: Progress
) -> None:
    """Count clean registries into the folders `cells` and `counts`, as `counting` says."""
    from pyspark import cloudpickle  # an extra that is slow to load

    streams: list[Kind] = [EVERYBODY]
    rows, cells = [], []
    for registry, times in sides:
        for kind, table in rows_to_count(registry, cube, grid, engine, progress):
            if kind not in (*_KINDS, *streams):
                streams.append(kind)
            stream = 0 if kind in _KINDS else streams.index(kind)
            here = _stream(kind, table, stream, cube, grid, engine)
            rows.append(here.mutate(times=(here.times * (times or 1)).cast("int32")))
            if kind not in (EVERYBODY, APART):
                cells.append(_cells(here))
    progress(message("making totals and running sums"))
    known = engine.kept(union(cells))
    for module in (etl, indicators):
        cloudpickle.register_pickle_by_value(module)  # type: ignore[no-untyped-call]
    try:
        worker = _Worker(cube, grid, tuple(streams), engine.memory.limit, len(sides) == 1)
        for name, made, schema, chosen in (
            ("cells", worker.cells, _CELLS, known.filter(known.turn % (4 * _STREAMS) == _CELL)),
            ("counts", worker.counts, _COUNTS, union([known, *rows])),
        ):
            frame = engine.spark_frame(chosen).repartition("scheme")
            frame = frame.sortWithinPartitions("turn").drop("scheme")
            sql = ", ".join(f"`{each.name}` {_SQL[each.type]}" for each in schema)
            frame.mapInArrow(made, sql).write.parquet(str((out / name).absolute()))
    finally:
        for module in (etl, indicators):
            cloudpickle.unregister_pickle_by_value(module)  # type: ignore[no-untyped-call]


def _stream(kind: Kind, table: Any, stream: int, cube: Cube, grid: Grid, engine: Engine) -> Any:
    """Return rows of a kind in one form, alike ones as one: turn, cell, times and words."""
    alike = table.group_by(*table.columns).agg(times=table.count().cast("int32"))
    if kind == CERTIFICATES:
        packed: Any = ibis.literal(0, "int8").cast("int64")
        for place, name in enumerate(_PARTS):
            packed = packed + alike[name].cast("int64") * 2 ** (place * _BITS)
        alike = alike.select("cell", "times", word_0=packed)
        # They add up over the totals of schemes.
        moves = pd.DataFrame(cube.scheme.closure, columns=["at", "total"], dtype="int64")
        moves["move"] = (moves["total"] - moves["at"]) * 2**cube.scheme.shift
        moved = alike.mutate(at=cube.scheme.value(alike.cell).cast("int64"))
        moved = moved.inner_join(engine.frame(moves), "at")
        alike = moved.select(cell=moved.cell + moved.move, times="times", word_0="word_0")
    have = words(alike.columns)
    scheme = cube.scheme.value(alike.cell).cast("int32")
    first = 4 * stream + _KINDS.get(kind, _HOLDER)
    return alike.select(
        scheme=scheme,
        turn=(scheme * (4 * _STREAMS) + first).cast("int32"),
        cell=alike.cell.cast("int64"),
        times="times",
        **{
            name: alike[name].cast("int64")
            if name in have
            else ibis.literal(0, "int8").cast("int64")
            for name in _words(grid)
        },
    )


def _words(grid: Grid) -> list[str]:
    return [f"word_{place}" for place in range(grid.last // WORD + 1)]


def _cells(rows: Any) -> Any:
    """Return each cell of some rows once, to go before them."""
    empty = {name: ibis.literal(0, "int8").cast("int64") for name in words(rows.columns)}
    cells = rows.select("scheme", "cell", turn=(rows.turn - rows.turn % 4).cast("int32")).distinct()
    return cells.select("scheme", "turn", "cell", times=ibis.literal(0, "int32"), **empty)


@dataclass(frozen=True)
class _Worker:
    """What a worker does with the streams of its schemes.

    limit: bytes of its process. whole: rows in which nothing is counted, too.
    """

    cube: Cube
    grid: Grid
    streams: tuple[Kind, ...]
    limit: int
    whole: bool

    def cells(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield the cells of each scheme, totals included, with their codes."""
        for scheme in _schemes(batches, Memory(self.limit, Path()), self):
            cells = with_totals(scheme.known(0), self.cube)
            none = np.empty((len(MEASURES), 0, 0), np.int32)
            made = named_cells(Block(cells, none, 0, cells), self.cube)
            yield from made.cast(_CELLS).to_batches(1 << 16)

    def counts(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield the counts of each scheme, a row a cell and period."""
        with tempfile.TemporaryDirectory() as folder:
            memory = Memory(self.limit, Path(folder))
            for scheme in _schemes(batches, memory, self):
                made = block(scheme.changes(0), scheme.anew(), self.cube, memory)
                for part in _sliced(made):
                    for series in self.grid.series:
                        rows = counts(part, series).cast(_COUNTS)
                        rows = rows if self.whole else without_zeros(rows)
                        yield from rows.to_batches(1 << 16)


@dataclass
class _Scheme:
    """The changes of a scheme, or total of schemes, as its rows come in."""

    worker: _Worker
    memory: Memory
    _known: dict[int, list[Cells]] = field(default_factory=dict)
    _changes: dict[int, Changes] = field(default_factory=dict)

    def known(self, stream: int) -> Cells:
        """Return the cells of a stream, ascending and each once."""
        return np.unique(np.concatenate(self._known.get(stream) or [np.empty(0, np.int64)]))

    def changes(self, stream: int) -> Changes:
        """Return what has come in of a stream."""
        if stream not in self._changes:
            measures = 1 if stream else len(MEASURES)
            cells = self.known(stream)
            self._changes[stream] = Changes.none(cells, self.worker.grid, self.memory, measures)
        return self._changes[stream]

    def anew(self) -> dict[Kind, Changes]:
        """Return what was merged again, by the dimensions settled."""
        settled = enumerate(self.worker.streams)
        return {kind: self.changes(at) for at, kind in settled if at and at in self._known}

    def add(self, stream: int, what: int, rows: dict[str, npt.NDArray[Any]]) -> None:
        """Add rows of one turn."""
        if what == _CELL:
            self._known.setdefault(stream, []).append(rows["cell"])
        elif what == _CERTIFICATE:
            packed = rows.pop("word_0")
            mask = (1 << _BITS) - 1
            parts = {name: packed >> (at * _BITS) & mask for at, name in enumerate(_PARTS)}
            self.changes(stream).add_certificates({**rows, **parts})
        else:
            sign = -1 if what == _NO_HOLDER else 1
            self.changes(stream).add_holders(rows, 0 if stream else HOLDERS, sign)


def _schemes(
    batches: Iterable[pa.RecordBatch], memory: Memory, worker: _Worker
) -> Iterator[_Scheme]:
    """Yield each scheme once all of its rows have come in."""
    current, scheme = -1, _Scheme(worker, memory)
    for batch in batches:
        columns = {name: batch[name].to_numpy() for name in batch.schema.names}
        turns = columns.pop("turn")
        bounds = [0, *(np.flatnonzero(np.diff(turns)) + 1).tolist(), len(turns)]
        for start, stop in pairwise(bounds if len(turns) else []):
            position, within = divmod(int(turns[start]), 4 * _STREAMS)
            if position != current:
                if current >= 0:
                    yield scheme
                current, scheme = position, _Scheme(worker, memory)
            part = {name: column[start:stop] for name, column in columns.items()}
            scheme.add(*divmod(within, 4), part)
    if current >= 0:
        yield scheme


def _sliced(made: Block) -> Iterator[Block]:
    """Yield the counts of a scheme, some cells at a time."""
    step = max(1, _SLICE // made.numbers.shape[-1])
    for start in range(0, len(made.cells), step):
        part = slice(start, start + step)
        cells = made.cells[part]
        full = min(max(made.full - start, 0), len(cells))
        late = max(start - made.full, 0)
        since = made.since[late : late + len(cells) - full]
        yield Block(cells, made.numbers[:, part], full, since)
