"""Organisations: at which slots each holds a valid certificate in a cell, and who changes when.

An organisation's certificates in a cell are merged as the set of slots on which one of them is
valid: bits, joined by `or`. Where a bit differs from the one before, it begins or stops.

    word 0                      word 1
    0 0 1 1 1 1 1 0 0 1 1 1 …   1 1 0 0 0 …      slots held
    0 0 1 0 0 0 0 1 0 1 0 0 …   0 0 1 0 0 …      changes: begins, stops, begins … stops
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import ibis
import pandas as pd

from etl.rollup.calendar import Grid
from etl.rollup.engine import Engine
from etl.rollup.space import Dimension, Space

# A word keeps clear of the sign, with a bit to spare for the shift by one. Changes are looked
# for in pieces of it: few of them hold any, and many organisations of a cell share the same.
PIECE = 12
WORD = 5 * PIECE
PLACES = ("region", "industry", "size")


@ibis.udf.agg.builtin  # type: ignore[untyped-decorator]
def bit_or(word: int) -> int:
    """Join words; both engines have it, Ibis knows it of DuckDB only."""
    raise NotImplementedError


def held_slots(lives: Any, grid: Grid, engine: Engine) -> Any:
    """Return one row an organisation (by number) and cell: the slots at which it is certified.

    `word_0`, `word_1` … have a bit for each slot.
    """
    held = lives.filter(lives.begins < lives.halts)
    words = {f"word_{i}": _bits(held.begins, held.halts, i) for i in range(_words(grid))}
    held = engine.kept(_merged(held.select("organisation", "cell", **words), "organisation"))
    numbers = engine.numbered(held.select("organisation").distinct(), "number")
    numbered = engine.kept(held.inner_join(numbers, "organisation").drop("organisation"))
    engine.release(held, numbers)
    return numbered


def _words(grid: Grid) -> int:
    return grid.last // WORD + 1


def _bits(first: Any, stop: Any, word: int) -> Any:
    return _power(stop, word) - _power(first, word)


def _power(slot: Any, word: int) -> Any:
    return ibis.literal(1, "int32").cast("int64") << (slot - word * WORD).clip(0, WORD)


def _word_names(held: Any) -> list[str]:
    return [name for name in held.columns if name.startswith("word_")]


def _merged(held: Any, who: str = "number") -> Any:
    return held.group_by(who, "cell").agg(
        **{name: bit_or(held[name]) for name in _word_names(held)}
    )


def levels(held: Any, scheme: Dimension, used: set[int], engine: Engine) -> Iterator[Any]:
    """Yield the held slots by each depth of the schemes, the deepest first, the total last.

    `used` are the schemes that occur.
    """
    tree = scheme.table()
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
    return rows.select("number", cell=rows.cell + rows.move, **_words_of(rows))


def _words_of(rows: Any) -> dict[str, Any]:
    return {name: rows[name] for name in _word_names(rows)}


def disagreeing(held: Any, space: Space) -> Any:
    """Return the numbers of organisations that are in two places on one slot.

    `held` is that of all schemes. Of each, `in_region`, `in_industry`, `in_size` say in what its
    places differ: over the other dimensions it adds up like everybody else.
    """
    # Halves leave room for a sum: a sum equals the `or` only where no bit is there twice.
    halves = {
        f"{name}_{side}": (held[name] >> shift) & ((1 << WORD // 2) - 1)
        for name in _word_names(held)
        for side, shift in (("low", 0), ("high", WORD // 2))
    }
    places = {name: getattr(space, name).value(held.cell) for name in PLACES}
    split = held.select("number", **halves, **places)
    sums = split.group_by("number").agg(
        **{name: split[name].sum() - bit_or(split[name]) for name in halves},
        **{f"in_{name}": split[name].min() != split[name].max() for name in PLACES},
    )
    overlap: Any = ibis.literal(False)
    for name in halves:
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


def changes(held: Any, grid: Grid) -> Any:
    """Return how many organisations (`holders`) share a piece of slots with a change in it.

    Columns: cell, `begins` (the slot of the piece's first bit), `piece` (the slots held),
    `change` (those that differ from the slot before), holders. `change_steps` reads them.
    """
    parts = []
    for i in range(_words(grid)):
        word = held[f"word_{i}"]
        carried = (held[f"word_{i - 1}"] >> (WORD - 1)) & 1 if i else 0
        change = word ^ ((word << 1) | carried)
        for shift in range(0, min(WORD, grid.last + 1 - i * WORD), PIECE):
            mask = (1 << PIECE) - 1
            part = held.select(
                "cell",
                begins=ibis.literal(i * WORD + shift, "int32"),
                piece=((word >> shift) & mask).cast("int32"),
                change=((change >> shift) & mask).cast("int32"),
            )
            parts.append(part.filter(part.change != 0))
    rows = ibis.union(*parts) if len(parts) > 1 else parts[0]
    return rows.group_by("cell", "begins", "piece", "change").agg(
        holders=rows.count().cast("int32")
    )
