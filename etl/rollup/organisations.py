"""Organisations: at which slots each holds a valid certificate in a cell, and how many do.

An organisation's certificates in a cell are merged as the set of slots on which one of them is
valid: bits, joined by `or`. To count the organisations of a cell, three bits far enough apart are
summed as one number:

    slot               34               17               0
    one     …000000000001 0000000000000000 1 0000000000000000 1     held at 0, 17 and 34
    sum     …000000000407 0000000000000041 2 …                      by so many organisations
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import ibis
import pandas as pd

from etl.rollup.calendar import Grid
from etl.rollup.engine import Engine
from etl.rollup.space import Dimension, Space

# A word is as long as a whole number that a float holds exactly: engines sum floats quickest.
WORD = 51
NARROW = WORD // 3  # bits for a count of fewer than 131,072 organisations
PLACES = ("region", "industry", "size")


@ibis.udf.agg.builtin  # type: ignore[untyped-decorator]
def bit_or(word: int) -> int:
    """Join words; both engines have it, Ibis knows it of DuckDB only."""
    raise NotImplementedError


def held_slots(lives: Any, grid: Grid) -> Any:
    """Return one row an organisation (by number) and cell: the slots at which it is certified.

    `word_0`, `word_1` … have a bit for each slot. `low` and `high` tell whether the number
    stands for one organisation, see `sharing`.
    """
    held = lives.filter(lives.begins < lives.halts)
    words = {f"word_{i}": _bits(held.begins, held.halts, i) for i in range(_words(grid))}
    held = held.select("number", "cell", "check", **words)
    return held.group_by("number", "cell").agg(
        **_joined(held), low=held.check.min(), high=held.check.max()
    )


def sharing(held: Any) -> Any:
    """Return the numbers that stand for more than one organisation."""
    checks = held.group_by("number").agg(low=held.low.min(), high=held.high.max())
    return checks.filter(checks.low != checks.high).select("number")


def _words(grid: Grid) -> int:
    return grid.last // WORD + 1


def _bits(first: Any, stop: Any, word: int) -> Any:
    return _power(stop, word) - _power(first, word)


def _power(slot: Any, word: int) -> Any:
    return ibis.literal(1, "int32").cast("int64") << (slot - word * WORD).clip(0, WORD)


def _word_names(held: Any) -> list[str]:
    return [name for name in held.columns if name.startswith("word_")]


def _merged(held: Any) -> Any:
    return held.group_by("number", "cell").agg(**_joined(held))


def _joined(held: Any) -> dict[str, Any]:
    return {name: bit_or(held[name]) for name in _word_names(held)}


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
    names = _word_names(held)
    places = {name: getattr(space, name).value(held.cell) for name in PLACES}
    split = held.select("number", *names, **places)
    # A sum, which has room for 4,096 places, equals the `or` only where no bit is there twice.
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


@dataclass(frozen=True)
class Holders:
    """How many organisations hold a certificate in each cell on each slot.

    rows: cell and columns `slot_0`, `slot_1` …: in `bits` bits the number on that slot, in the
    next ones those `bits` slots later.
    """

    rows: Any
    bits: int


def holders(held: Any, grid: Grid, engine: Engine) -> Holders:
    """Count the organisations of each cell, slot by slot."""
    largest = engine.rows(held.group_by("cell").agg(rows=held.count()).agg(most=ibis._.rows.max()))[
        "most"
    ].max()
    bits = NARROW if largest < 1 << NARROW else WORD  # NaN where there is none at all
    mask = sum(1 << place for place in range(0, WORD, bits))
    sums = {
        f"slot_{slot}": ((held[f"word_{slot // WORD}"] >> slot % WORD) & mask).cast("float64").sum()
        for slot in grid.slots
        if slot % WORD < bits
    }
    return Holders(engine.kept(held.group_by("cell").agg(**sums)), bits)
