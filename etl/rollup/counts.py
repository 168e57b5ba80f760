"""Certificates to counts: one row a cell and period, every total counted rather than added.

    certificate ─▶ begins · suspended · ends ────────────▶ events of certificates ─┐
        └─▶ organisation in a cell: the slots it holds ──▶ events of organisations ┤
            one a scheme, merged anew for each total of schemes                    │
                                        totals of size, region, industry ◀─────────┘
                                        running sums ─▶ counts

An organisation that is never in two places (region, industry, size) on one slot is counted once
when the events of places are added. The others are merged anew in every total.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ibis
import pandas as pd

from etl.rollup.calendar import Series
from etl.rollup.engine import Engine
from etl.rollup.events import FLOWS, STOCKS, added
from etl.rollup.space import Dimension, Space


@dataclass(frozen=True)
class Level:
    """The rows of one depth of a tree, with the depth."""

    depth: int
    rows: Any


def levels(
    rows: Any, dimension: Dimension, used: set[int], merge: Any, engine: Engine, keep: bool = False
) -> Iterator[Level]:
    """Yield the rows of each depth of a dimension, the deepest first, all merged into parents.

    `used` are the positions that occur in `rows`; `merge` brings rows of one key together.
    """
    tree = dimension.table()
    below: Any = None
    for depth in range(max((dimension.depth[i] for i in used), default=0), -1, -1):
        here = {i for i in used if dimension.depth[i] == depth}
        parts = []
        if here:
            own = rows
            if here != used:
                own = rows.filter(dimension.value(rows.cell).isin(sorted(here)))
            parts.append(own)
        if below is not None:
            up = tree[tree["depth"] == depth + 1]
            moves = pd.DataFrame(
                {
                    "at": up["position"],
                    "move": (up["parent"] - up["position"]) * 2**dimension.shift,
                }
            ).astype("int64")
            moved = below.mutate(at=dimension.value(below.cell))
            moved = moved.inner_join(engine.frame(moves), "at")
            moved = moved.mutate(cell=moved.cell + moved.move).drop("at", "move")
            parts.append(moved.select(*rows.columns))
        if parts:
            joined = (
                parts[0]
                if below is None
                else merge(ibis.union(*parts) if len(parts) > 1 else parts[0])
            )
            below = engine.kept(joined) if keep else joined
            yield Level(depth, below)


def with_totals(events: Any, space: Space, used: dict[str, set[int]], engine: Engine) -> Any:
    """Return events of places with those of every total of size, region and industry."""
    for name in ("size", "region", "industry"):
        dimension: Dimension = getattr(space, name)
        # DuckDB computes a step that is used twice once; Spark would compute it each time.
        keep = engine.is_spark
        steps = levels(events, dimension, used[name], added, engine, keep)
        parts = [level.rows for level in steps]
        if dimension.groups:
            moves = pd.DataFrame(
                {
                    "at": [member for member, _ in dimension.groups],
                    "move": [
                        (group - member) * 2**dimension.shift for member, group in dimension.groups
                    ],
                }
            ).astype("int64")
            rows = ibis.union(*parts) if len(parts) > 1 else parts[0]
            rows = rows.mutate(at=dimension.value(rows.cell))
            rows = rows.inner_join(engine.frame(moves), "at")
            moved = rows.mutate(cell=rows.cell + rows.move).drop("at", "move")
            parts.append(added(moved.select(*events.columns)))
        events = ibis.union(*parts) if len(parts) > 1 else parts[0]
        events = engine.kept(events) if keep else events
    return events


def named_cells(events: Any, space: Space, engine: Engine) -> Any:
    """Return the cells that occur, with their codes."""
    cells = events.select("cell").distinct()
    for dimension in space.dimensions:
        codes = pd.DataFrame({"at": range(len(dimension.codes)), dimension.name: dimension.codes})
        cells = cells.mutate(at=dimension.value(cells.cell))
        cells = cells.inner_join(engine.frame(codes.astype({"at": "int64"})), "at").drop("at")
    return cells


def counts(events: Any, settled: Any, series: Series, engine: Engine) -> Any:
    """Return one row a cell and period of a series, from the first event of the cell on.

    `settled` are events that stand in their totals already.
    """
    events, settled = (_stepped(rows, series, engine) for rows in (events, settled))
    # Of two rows of one step the second is shown, and that is the one with the flows.
    rows = ibis.union(
        settled.mutate(turn=ibis.literal(0, "int8")), events.mutate(turn=ibis.literal(1, "int8"))
    )
    order = {"group_by": "cell", "order_by": ["slot", "turn"]}
    so_far = ibis.window(**order, preceding=None, following=0)
    running = rows.select(
        "cell",
        "slot",
        until=rows.slot.lead().over(ibis.window(**order)),
        **{name: rows[name].sum().over(so_far).cast("int32") for name in STOCKS},
        **{name: rows[name] for name in FLOWS},
    )
    step = ibis.range(running.slot, running.until.fill_null(series.last + 1)).unnest()
    shown = running.mutate(step=step)
    shown = shown.mutate(
        step=shown.step.cast("int32"),
        **{name: (shown.step == shown.slot).ifelse(shown[name], 0).cast("int32") for name in FLOWS},
    )
    names = pd.DataFrame(
        {"step": list(series.names), "period": list(series.names.values())}
    ).astype({"step": "int32"})
    shown = shown.inner_join(engine.frame(names), "step")
    return shown.select("cell", "period", *STOCKS, *FLOWS)


def _stepped(events: Any, series: Series, engine: Engine) -> Any:
    if series.is_grid:
        return events
    steps = pd.DataFrame({"slot": range(len(series.step)), "step": series.step}).astype("int32")
    rows = events.inner_join(engine.frame(steps), "slot")
    return added(rows.drop("slot").rename(slot="step").select(*events.columns))
