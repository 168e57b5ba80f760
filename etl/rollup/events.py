"""Certificates as events: what begins and ends in a cell, and who holds something in it.

Work is in proportion to certificates. An organisation's certificates in a cell are merged as
the set of slots on which one of them is valid: bits, joined by `or`. A set without a gap is one
start and one end event; another is cut where a bit differs from the one before.
"""

from __future__ import annotations

from typing import Any

import ibis
import pandas as pd

from etl.rollup.calendar import Grid
from etl.rollup.engine import Engine
from etl.rollup.space import Space

MEASURES = (
    "certificates_valid",
    "certificates_suspended",
    "certified_organisations",
    "certificates_new",
    "certificates_lapsed",
    "certificates_withdrawn",
)
STOCKS = MEASURES[:3]
FLOWS = MEASURES[3:]

# A word of 62 bits keeps clear of the sign, and one more bit for the shift by one.
WORD = 62


@ibis.udf.agg.builtin  # type: ignore[untyped-decorator]
def bit_or(word: int) -> int:
    """Join words; both engines have it, Ibis knows it of DuckDB only."""
    raise NotImplementedError


def _slot(day: Any, grid: Grid) -> Any:
    month = day.year().cast("int32") * 12 + day.month().cast("int32") - (1 + grid.base)
    steps = month if grid.months == 1 else ((month + grid.months - 1) / grid.months).floor()
    return steps.clip(0, grid.last + 1).cast("int32")


def lives(registry: Any, space: Space, grid: Grid, engine: Engine) -> Any:
    """Return organisation, cell and the slots at which each certificate begins, halts and ends.

    It is valid from `begins` to before `halts` (suspended, or ended), in force to before `ends`.
    """
    rows = registry
    cell: Any = 0
    for dimension in space.dimensions:
        codes = pd.DataFrame(
            {
                dimension.name: dimension.codes,
                f"{dimension.name}_part": [
                    i << dimension.shift for i in range(len(dimension.codes))
                ],
            }
        )
        rows = rows.inner_join(engine.frame(codes), dimension.name)
        cell = cell + rows[f"{dimension.name}_part"]
    ends = _slot(rows.ends, grid)
    placed = rows.select(
        "organisation",
        cell=cell,
        begins=_slot(rows.issued, grid),
        halts=rows.suspended.isnull().ifelse(ends, _slot(rows.suspended, grid)),
        ends=ends,
        is_new=~rows.reissue,
        ended_by=rows.ended_by,
    )
    return placed.filter(placed.ends > 0, placed.begins <= grid.last)


def certificate_events(lives: Any, grid: Grid) -> Any:
    """Return what each cell and slot adds to the counts of certificates."""
    begun = lives.group_by("cell", slot=lives.begins).agg(
        begun=_count(lives), new=_count_if(lives.is_new)
    )
    halted = lives.filter(lives.halts <= grid.last)
    resting = halted.halts < halted.ends
    halted = halted.group_by("cell", slot=halted.halts).agg(
        halted=_count(halted),
        suspended=_count_if(resting),
        lapsed=_count_if(~resting & (halted.ended_by == "lapsed")),
        withdrawn=_count_if(~resting & (halted.ended_by == "withdrawn")),
    )
    ended = lives.filter((lives.halts < lives.ends) & (lives.ends <= grid.last))
    ended = ended.group_by("cell", slot=ended.ends).agg(
        resumed=_count(ended),
        lapsed=_count_if(ended.ended_by == "lapsed"),
        withdrawn=_count_if(ended.ended_by == "withdrawn"),
    )
    return ibis.union(
        _events(begun, certificates_valid=begun.begun, certificates_new=begun.new),
        _events(
            halted,
            certificates_valid=-halted.halted,
            certificates_suspended=halted.suspended,
            certificates_lapsed=halted.lapsed,
            certificates_withdrawn=halted.withdrawn,
        ),
        _events(
            ended,
            certificates_suspended=-ended.resumed,
            certificates_lapsed=ended.lapsed,
            certificates_withdrawn=ended.withdrawn,
        ),
    )


def _count(rows: Any) -> Any:
    return rows.count().cast("int32")


def _count_if(condition: Any) -> Any:
    return condition.cast("int32").sum().cast("int32")


def _events(rows: Any, **measures: Any) -> Any:
    return rows.select(
        "cell",
        "slot",
        **{name: measures.get(name, ibis.literal(0)).cast("int32") for name in MEASURES},
    )


def added(events: Any) -> Any:
    """Return events with those of one cell and slot added up."""
    return events.group_by("cell", "slot").agg(
        **{name: events[name].sum().cast("int32") for name in MEASURES}
    )


def held_slots(lives: Any, grid: Grid) -> Any:
    """Return one row an organisation and cell: the slots at which it holds a valid certificate.

    `first` and `stop` bound the slots, `word_0`, `word_1` … have a bit for each.
    """
    held = lives.filter(lives.begins < lives.halts)
    words = {f"word_{i}": _bits(held.begins, held.halts, i) for i in range(_words(grid))}
    return merged(held.select("organisation", "cell", first="begins", stop="halts", **words))


def _words(grid: Grid) -> int:
    return grid.last // WORD + 1


def _bits(first: Any, stop: Any, word: int) -> Any:
    return _power(stop, word) - _power(first, word)


def _power(slot: Any, word: int) -> Any:
    return ibis.literal(1, "int32").cast("int64") << (slot - word * WORD).clip(0, WORD)


def merged(held: Any) -> Any:
    """Return held slots with those of one organisation and cell joined."""
    words = [name for name in held.columns if name.startswith("word_")]
    return held.group_by("organisation", "cell").agg(
        first=held.first.min(),
        stop=held.stop.max(),
        **{name: bit_or(held[name]) for name in words},
    )


def disagreeing(held: Any) -> Any:
    """Return the organisations that are in two places at once, and a number for each.

    `held` is that of all schemes.
    """
    # Halves leave room for a sum: a sum equals the `or` only where no bit is there twice.
    halves = {
        f"{name}_{side}": (held[name] >> shift) & ((1 << WORD // 2) - 1)
        for name in held.columns
        if name.startswith("word_")
        for side, shift in (("low", 0), ("high", WORD // 2))
    }
    split = held.select("organisation", **halves)
    sums = split.group_by("organisation").agg(
        places=_count(split),
        **{name: split[name].sum() - bit_or(split[name]) for name in halves},
    )
    twice = sums.places > 1
    overlap: Any = ibis.literal(False)
    for name in halves:
        overlap = overlap | (sums[name] > 0)
    found = sums.filter(twice & overlap).select("organisation")
    return found.mutate(number=ibis.row_number())


def everywhere(held: Any, space: Space, engine: Engine) -> Any:
    """Return `held` merged anew in every total of region, industry and size."""
    for dimension in (space.size, space.industry, space.region):
        steps = pd.DataFrame(
            {
                "at": [position for position, _ in dimension.closure],
                "move": [
                    (above - position) * 2**dimension.shift for position, above in dimension.closure
                ],
            }
        ).astype("int64")
        rows = held.mutate(at=dimension.value(held.cell)).inner_join(engine.frame(steps), "at")
        held = merged(
            rows.select(
                "organisation",
                "first",
                "stop",
                cell=rows.cell + rows.move,
                **{name: rows[name] for name in held.columns if name.startswith("word_")},
            )
        )
    return held


def organisation_events(held: Any, grid: Grid, engine: Engine) -> Any:
    """Return +1 where an organisation begins to hold a certificate in a cell, −1 where it stops."""
    words = range(_words(grid))
    whole: Any = ibis.literal(True)
    for i in words:
        whole = whole & (held[f"word_{i}"] == _bits(held.first, held.stop, i))
    held = held.mutate(whole=whole)
    one = held.filter("whole")
    broken = held.filter(~held.whole)
    changes = [
        one.select("cell", slot="first", step=ibis.literal(1, "int32")),
        one.select("cell", slot="stop", step=ibis.literal(-1, "int32")),
    ]
    for i in words:
        word = broken[f"word_{i}"]
        carried = (broken[f"word_{i - 1}"] >> (WORD - 1)) & 1 if i else 0
        differing = broken.select("cell", word=word, change=word ^ ((word << 1) | carried))
        slots = pd.DataFrame({"slot": [slot for slot in grid.slots if slot // WORD == i]})
        slots = slots.assign(place=slots["slot"] % WORD).astype("int32")
        pairs = differing.cross_join(engine.frame(slots))
        pairs = pairs.filter((pairs.change >> pairs.place) & 1 == 1)
        rises = ((pairs.word >> pairs.place) & 1 == 1).ifelse(1, -1).cast("int32")
        changes.append(pairs.select("cell", "slot", step=rises))
    change = ibis.union(*changes)
    change = change.filter(change.slot <= grid.last)
    change = change.group_by("cell", "slot").agg(step=change.step.sum().cast("int32"))
    return _events(change, certified_organisations=change.step)
