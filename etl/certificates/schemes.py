"""What is to be counted as columns of this process, scheme by scheme."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.certificates.cells import Cells
from etl.certificates.cube import Dimension
from etl.certificates.memory import Memory

Columns = dict[str, npt.NDArray[Any]]
BATCH = 1 << 16  # rows whose columns fit a processor's cache

# Kinds of rows: `lives`; the held slots, of totals of schemes too; those among them of
# organisations in two places at once. Theirs as merged anew in totals go by the dimensions.
CERTIFICATES, EVERYBODY, APART = ("certificates",), ("everybody",), ("apart",)
Kind = tuple[str, ...]


class Rows:
    """Rows with a `cell`, by kind and scheme: in memory while there is room, then in files.

    All come in before the first are taken out.
    """

    def __init__(self, scheme: Dimension, memory: Memory) -> None:
        self.settled: list[Kind] = []  # the dimensions in whose totals rows were merged anew
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
