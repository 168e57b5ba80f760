"""Certificates as events: what begins, halts and ends in a cell, a slot at a time.

Work is in proportion to certificates, not to the periods that they span.
"""

from __future__ import annotations

from typing import Any

import ibis
import pandas as pd

from etl.rollup.calendar import Grid
from etl.rollup.engine import Engine
from etl.rollup.space import Space

STOCKS = ("certificates_valid", "certificates_suspended", "certified_organisations")
FLOWS = ("certificates_new", "certificates_lapsed", "certificates_withdrawn")
MEASURES = STOCKS + FLOWS

# What can happen to a certificate, by its number, and what that adds to the counts.
KINDS: tuple[dict[str, int], ...] = (
    {"certificates_valid": 1},  # it begins, as a re-issue
    {"certificates_valid": 1, "certificates_new": 1},
    {"certificates_valid": -1, "certificates_suspended": 1},
    {"certificates_valid": -1},  # it ends: replaced
    {"certificates_valid": -1, "certificates_lapsed": 1},
    {"certificates_valid": -1, "certificates_withdrawn": 1},
    {"certificates_suspended": -1},  # it ends while suspended: replaced
    {"certificates_suspended": -1, "certificates_lapsed": 1},
    {"certificates_suspended": -1, "certificates_withdrawn": 1},
)
BEGINS, SUSPENDED, ENDS, ENDS_SUSPENDED = 0, 2, 3, 6
# cell, slot and kind in one number: what is counted by one number is counted quickest
KIND_BITS, SLOT_BITS = 4, 12


def _slot(day: Any, grid: Grid) -> Any:
    month = day.year().cast("int32") * 12 + day.month().cast("int32") - (1 + grid.base)
    steps = month if grid.months == 1 else ((month + grid.months - 1) / grid.months).floor()
    return steps.clip(0, grid.last + 1).cast("int32")


def lives(registry: Any, space: Space, grid: Grid, engine: Engine, salt: str = "") -> Any:
    """Return who, cell and the slots at which each certificate begins, halts and ends.

    It is valid from `begins` to before `halts` (suspended, or ended), in force to before `ends`.
    `number` stands for the organisation: two may share one, but not `check` too. With another
    salt the numbers are others.
    """
    # Said of the days, for the engine to pass over the rest as it reads.
    rows = registry.filter(registry.ends > grid.day(0), registry.issued <= grid.day(grid.last))
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
    how = (rows.ended_by == "lapsed").ifelse(1, (rows.ended_by == "withdrawn").ifelse(2, 0))
    name = rows.organisation + salt if salt else rows.organisation
    return rows.select(
        number=engine.hashed(name),
        check=engine.hashed(name.substr(1)),
        cell=cell,
        begins=_slot(rows.issued, grid),
        halts=rows.suspended.isnull().ifelse(ends, _slot(rows.suspended, grid)),
        ends=ends,
        begun=rows.reissue.ifelse(0, 1).cast("int8"),
        how=how.cast("int8"),
    )


def certificate_events(lives: Any, grid: Grid) -> Any:
    """Return how often each kind of event happens in a cell on a slot.

    Columns: cell, `at` (slot and kind, see `slots_and_kinds`), number.
    """
    halted = lives.filter(lives.halts <= grid.last)
    ended = lives.filter((lives.halts < lives.ends) & (lives.ends <= grid.last))
    events = ibis.union(
        _event(lives, lives.begins, lives.begun + BEGINS),
        _event(
            halted,
            halted.halts,
            (halted.halts < halted.ends).ifelse(SUSPENDED, halted.how + ENDS),
        ),
        _event(ended, ended.ends, ended.how + ENDS_SUSPENDED),
    )
    counted = events.group_by("event").agg(number=events.count().cast("int32"))
    bits = KIND_BITS + SLOT_BITS
    return counted.select(
        "number",
        cell=counted.event >> bits,
        at=(counted.event & ((1 << bits) - 1)).cast("int32"),
    )


def _event(rows: Any, slot: Any, kind: Any) -> Any:
    place = (rows.cell << (KIND_BITS + SLOT_BITS)).cast("int64")
    return rows.select(event=place + slot * (1 << KIND_BITS) + kind)
