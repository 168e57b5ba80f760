"""What is to be counted as columns of this process, scheme by scheme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from etl.rollup.cells import Cells, placed
from etl.rollup.space import Dimension

Columns = dict[str, npt.NDArray[Any]]
BySchemes = dict[int, list[Columns]]  # by the scheme's position, some rows after the other
BATCH = 1 << 16  # rows whose columns fit a processor's cache


@dataclass(frozen=True)
class Rows:
    """What is to be counted.

    certificates: `lives`. holders: the held slots, of totals of schemes too. apart: those among
    them of organisations in two places at once. merged: theirs, by the dimensions in whose
    totals they were merged anew.
    """

    certificates: BySchemes = field(default_factory=dict)
    holders: BySchemes = field(default_factory=dict)
    apart: BySchemes = field(default_factory=dict)
    merged: dict[tuple[str, ...], BySchemes] = field(default_factory=dict)


def add_rows(into: BySchemes, rows: pa.Table, scheme: Dimension) -> None:
    """Add rows with a `cell` to those of its scheme."""
    for batch in rows.to_batches(BATCH):
        columns = {name: batch[name].to_numpy() for name in batch.schema.names}
        positions = scheme.value(columns["cell"]).astype(np.int16)
        order = np.argsort(positions, kind="stable")
        parts = np.split(order, np.cumsum(np.bincount(positions))[:-1])
        for position, part in enumerate(parts):
            if len(part):
                here = {name: column[part] for name, column in columns.items()}
                into.setdefault(position, []).append(here)


def cells_by_schemes(certificates: BySchemes, scheme: Dimension) -> dict[int, Cells]:
    """Return the cells that certificates count in, a total of schemes after what is below it."""
    known = {
        position: placed(np.concatenate([part["cell"] for part in parts]))[0]
        for position, parts in certificates.items()
    }
    for position, above in _upwards(scheme):
        if position in known and above != position:
            moved = known[position] + ((above - position) << scheme.shift)
            known[above] = np.union1d(known[above], moved) if above in known else moved
    return {position: known[position] for position, _ in _upwards(scheme) if position in known}


def taken(rows: BySchemes, position: int) -> Columns:
    """Take the rows of a scheme or total out, as one."""
    parts = rows.pop(position, [])
    return (
        {name: np.concatenate([part[name] for part in parts]) for name in parts[0]} if parts else {}
    )


def _upwards(dimension: Dimension) -> Iterator[tuple[int, int]]:
    """Yield each code with its parent after those below it, so that few totals are open at once."""
    below: dict[int, list[int]] = {}
    for position, above in enumerate(dimension.parent):
        if above != position:
            below.setdefault(above, []).append(position)

    def under(position: int) -> Iterator[tuple[int, int]]:
        for each in below.get(position, ()):
            yield from under(each)
        yield position, dimension.parent[position]

    for position, above in enumerate(dimension.parent):
        if above == position:
            yield from under(position)
