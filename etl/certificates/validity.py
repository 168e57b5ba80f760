"""Certificates as lives: whose each is, in which cell, and the slots at which it begins and ends.

Work is in proportion to certificates, not to the periods that they span.
"""

from __future__ import annotations

from typing import Any

import ibis
import pandas as pd

from etl.certificates.calendar import Grid
from etl.certificates.cube import Space
from etl.certificates.engine import Engine

# How a life ends, by number; `REISSUE` more where it began as a re-issue.
REPLACED, LAPSED, WITHDRAWN, REISSUE = 0, 1, 2, 3


def lives(registry: Any, space: Space, grid: Grid, engine: Engine) -> Any:
    """Return one row a certificate that is in force on a slot: what it needs to be counted.

    It is valid from `begins` to before `halts` (suspended, or ended), in force to before `ends`;
    `kind` says how it began and ends. `number` and the bits of `cell` above `Space.bits` stand
    for the organisation: some hundred bits, by which no two of a nation's ever come together.
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
    # A number made from another text is another number.
    further = engine.hashed("#" + rows.organisation) & ((1 << (63 - space.bits)) - 1)
    ends = _slot(rows.ends, grid)
    how = (rows.ended_by == "lapsed").ifelse(
        LAPSED, (rows.ended_by == "withdrawn").ifelse(WITHDRAWN, REPLACED)
    )
    return rows.select(
        number=engine.hashed(rows.organisation),
        cell=further.cast("int64") * 2**space.bits + cell,
        begins=_slot(rows.issued, grid),
        halts=rows.suspended.isnull().ifelse(ends, _slot(rows.suspended, grid)),
        ends=ends,
        kind=(how + rows.reissue.ifelse(REISSUE, 0)).cast("int8"),
    )


def _slot(day: Any, grid: Grid) -> Any:
    month = day.year().cast("int32") * 12 + day.month().cast("int32") - (1 + grid.base)
    steps = month if grid.months == 1 else ((month + grid.months - 1) / grid.months).floor()
    return ibis.greatest(ibis.least(steps, grid.last + 1), 0).cast("int16")
