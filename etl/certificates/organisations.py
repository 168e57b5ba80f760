"""Organisations: at which slots each holds a valid certificate in a cell.

An organisation's certificates in a cell are merged as the set of slots on which one of them is
valid: bits, joined by `or`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import ibis
import pandas as pd

from etl.certificates.calendar import Grid
from etl.certificates.cube import Dimension, Space
from etl.certificates.engine import Engine

WORD = 51  # bits: a sum of 4,096 such words still is a whole number of 63 bits
PLACES = ("region", "industry", "size")


@ibis.udf.agg.builtin  # type: ignore[untyped-decorator]
def bit_or(word: int) -> int:
    """Join words; both engines have it, Ibis knows it of DuckDB only."""
    raise NotImplementedError


def held_slots(lives: Any, grid: Grid) -> Any:
    """Return one row an organisation and cell of `lives`: the slots at which it is certified.

    `word_0`, `word_1` … have a bit for each slot.
    """
    held = lives.filter(lives.begins < lives.halts)
    last = grid.last // WORD

    def power(slot: Any, word: int) -> Any:
        place = ibis.greatest(slot - word * WORD, 0) if word else slot
        # No slot is after the last word.
        place = ibis.least(place, WORD) if word < last else place
        return ibis.literal(1, "int32").cast("int64") << place

    bits = {f"word_{i}": power(held.halts, i) - power(held.begins, i) for i in range(last + 1)}
    return _merged(held.select("number", "cell", **bits))


def words(columns: Iterable[str]) -> list[str]:
    """Return the columns that hold the slots, the earliest first."""
    return [name for name in columns if name.startswith("word_")]


def _merged(held: Any) -> Any:
    joined = {name: bit_or(held[name]) for name in words(held.columns)}
    return held.group_by("number", "cell").agg(**joined)


def levels(held: Any, scheme: Dimension, engine: Engine) -> Iterator[Any]:
    """Yield the held slots by each depth of the schemes, the deepest first, the total last."""
    tree = scheme.table()
    used = set(engine.rows(held.select(at=scheme.value(held.cell)).distinct())["at"])
    below: Any = None
    for depth in range(max((scheme.depth[i] for i in used), default=0), -1, -1):
        here = {i for i in used if scheme.depth[i] == depth}
        own = held if here == used else held.filter(scheme.value(held.cell).isin(sorted(here)))
        if below is None:
            below = own  # one row an organisation and cell already
        else:
            up = tree[tree["depth"] == depth + 1]
            moves = pd.DataFrame(
                {"at": up["position"], "move": (up["parent"] - up["position"]) * 2**scheme.shift}
            ).astype("int64")
            moved = _moved(below, scheme, moves, engine)
            both = ibis.union(moved, own.select(*moved.columns)) if here else moved
            below = engine.kept(_merged(both))
        yield below


def _moved(held: Any, dimension: Dimension, moves: pd.DataFrame, engine: Engine) -> Any:
    rows = held.mutate(at=dimension.value(held.cell)).inner_join(engine.frame(moves), "at")
    return rows.select("number", *words(rows.columns), cell=rows.cell + rows.move)


def disagreeing(held: Any, space: Space) -> Any:
    """Return the numbers of organisations that are in two places on one slot.

    `held` is that of all schemes. Of each, `in_region`, `in_industry`, `in_size` say in what its
    places differ: over the other dimensions it adds up like everybody else.
    """
    names = words(held.columns)
    several = held.group_by("number").agg(cells=held.count())
    held = held.semi_join(several.filter(several.cells > 1), "number")
    places = {name: getattr(space, name).value(held.cell) for name in PLACES}
    split = held.select("number", *names, **places)
    # A sum equals the `or` only where no bit is there twice.
    sums = split.group_by("number").agg(
        **{name: split[name].sum() - bit_or(split[name]) for name in names},
        **{f"in_{name}": split[name].min() != split[name].max() for name in PLACES},
    )
    overlap: Any = ibis.literal(False)
    for name in names:
        overlap = overlap | (sums[name] > 0)
    return sums.filter(overlap).select("number", *(f"in_{name}" for name in PLACES))


def differing(apart: Any, dimensions: Collection[str]) -> Any:
    """Return those of `disagreeing` whose places differ in these dimensions and no other."""
    return apart.filter(
        *(apart[f"in_{name}"] if name in dimensions else ~apart[f"in_{name}"] for name in PLACES)
    )


def everywhere(held: Any, dimensions: Iterable[Dimension], engine: Engine) -> Any:
    """Return `held` merged anew in every total of these dimensions."""
    for dimension in dimensions:
        moves = pd.DataFrame(
            {
                "at": [position for position, _ in dimension.closure],
                "move": [
                    (above - position) * 2**dimension.shift for position, above in dimension.closure
                ],
            }
        ).astype("int64")
        held = _merged(_moved(held, dimension, moves, engine))
    return held
