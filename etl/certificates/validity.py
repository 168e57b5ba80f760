"""When certificates are valid and their organisations certified: month ends on one grid.

    slot     0         1         2         3     …   the last day of a month each
    2018 ────┤ opening ├── Q1 ───┼── Q2 ───┼──

Slot 0 is the eve of the earliest period: it holds what began before. An event belongs to the
first slot whose day is not before it; what happens after the last slot is out of sight.

Each certificate is one row with the slots at which its validity begins and ends: work is in
proportion to certificates, not to the periods that they span. An organisation's certificates in a
cell are merged as the set of slots on which one of them is valid: bits, joined by `or`.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import pandas as pd

from etl.certificates.cube import Cube, Dimension
from etl.certificates.engine import Engine, Progress, union
from indicators.findings import Finding, FindingsError, message
from indicators.periods import Period, last_day, parse, whole_periods

FREQUENCIES = {"year": "A", "quarter": "Q", "month": "M"}


def period(name: str) -> Period:
    """Read `2020`, `2020-Q3` or `2020-06`; anything else is `FindingsError`."""
    with suppress(ValueError):
        when = parse(name)
        if not when.day:
            return when
    expected = message("a period such as 2020, 2020-Q3 or 2020-06")
    raise FindingsError([Finding(name, name, expected, message("choose again"))])


def spanned(first: str, last: str) -> list[str]:
    """Return the names of every period from `first` to `last`, both of one frequency.

    Raises `FindingsError` for what is no period, or no span of them.
    """
    start, end = period(first), period(last)
    if start.frequency != end.frequency or end < start:
        expected = message("two years, quarters or months, the earlier one first")
        raise FindingsError(
            [Finding("--from --to", f"{first} {last}", expected, message("choose again"))]
        )
    return whole_periods(start, end, start.frequency)


def within(first: str, last: str, frequency: str) -> list[str]:
    """Return the names of every whole year, quarter or month from `first` to `last`."""
    return whole_periods(period(first), period(last), FREQUENCIES[frequency])


@dataclass(frozen=True)
class Series:
    """The periods of one frequency: `step[slot]` is the step a slot falls into.

    Steps without a name were not asked for: the opening one and the gaps between periods.
    """

    frequency: int
    step: tuple[int, ...]
    names: dict[int, str]


@dataclass(frozen=True)
class Grid:
    """The slots: `base` is the month of slot 0, `months` the distance from one to the next."""

    base: int
    months: int
    last: int
    series: tuple[Series, ...]

    @property
    def slots(self) -> range:
        """Return all slots, the opening one first."""
        return range(self.last + 1)

    def day(self, slot: int) -> date:
        """Return the last day of a slot."""
        return last_day(self.base + slot * self.months)


def grid(periods: Iterable[str]) -> Grid:
    """Lay the periods on the widest grid that has a slot at each of their ends."""
    asked = sorted({period(name) for name in periods})
    if not asked:
        raise ValueError("no period to count for")
    base = min(each.after for each in asked)
    bounds = {month - base for each in asked for month in (each.after, each.until)}
    months = math.gcd(*bounds)
    last = max(bounds) // months
    series = []
    for frequency in sorted({each.months for each in asked}):
        members = [each for each in asked if each.months == frequency]
        bounds = {month for each in members for month in (each.after, each.until)}
        ends = sorted({*((month - base) // months for month in bounds), last})
        step = tuple(bisect_left(ends, slot) for slot in range(last + 1))
        names = {step[(each.until - base) // months]: each.name for each in members}
        series.append(Series(frequency, step, names))
    return Grid(base, months, last, tuple(series))


# How a validity ends, by number; `REISSUE` more where it began as a re-issue.
REPLACED, LAPSED, WITHDRAWN, REISSUE = 0, 1, 2, 3


def validities(registry: Any, cube: Cube, grid: Grid, engine: Engine) -> Any:
    """Return one row a certificate that is in force on a slot: what it needs to be counted.

    It is valid from `begins` to before `halts` (suspended, or ended), in force to before `ends`;
    `kind` says how it began and ends. `number` and the bits of `cell` above `Cube.bits` stand
    for the organisation: some hundred bits, by which no two of a nation's ever come together.
    """
    # Said of the days, for the engine to pass over the rest as it reads.
    rows = registry.filter(registry.ends > grid.day(0), registry.issued <= grid.day(grid.last))
    cell: Any = 0
    for dimension in cube.dimensions:
        part = f"{dimension.name}_part"
        parts = [position << dimension.shift for position in range(len(dimension.codes))]
        codes = pd.DataFrame({dimension.name: dimension.codes, part: parts})
        rows = rows.inner_join(engine.frame(codes), dimension.name)
        cell = cell + rows[part]
    # A number made from another text is another number.
    further = engine.hashed("#" + rows.organisation) & ((1 << (63 - cube.bits)) - 1)
    ends = _slot(rows.ends, grid)
    how = (rows.ended_by == "lapsed").ifelse(
        LAPSED, (rows.ended_by == "withdrawn").ifelse(WITHDRAWN, REPLACED)
    )
    return rows.select(
        number=engine.hashed(rows.organisation),
        cell=further.cast("int64") * 2**cube.bits + cell,
        begins=_slot(rows.issued, grid),
        halts=rows.suspended.isnull().ifelse(ends, _slot(rows.suspended, grid)),
        ends=ends,
        kind=(how + rows.reissue.ifelse(REISSUE, 0)).cast("int8"),
    )


def _slot(day: Any, grid: Grid) -> Any:
    month = day.year().cast("int32") * 12 + day.month().cast("int32") - grid.base
    steps = month if grid.months == 1 else ((month + grid.months - 1) / grid.months).floor()
    return ibis.greatest(ibis.least(steps, grid.last + 1), 0).cast("int16")


WORD = 51  # bits: a sum of 4,096 such words still is a whole number of 63 bits
PLACES = ("region", "industry", "size")


@ibis.udf.agg.builtin  # type: ignore[untyped-decorator]
def bit_or(word: int) -> int:
    """Join words; both engines have it, Ibis knows it of DuckDB only."""
    raise NotImplementedError


def held_slots(validities: Any, grid: Grid) -> Any:
    """Return one row an organisation and cell of `validities`: the slots at which it is certified.

    `word_0`, `word_1` … have a bit for each slot.
    """
    held = validities.filter(validities.begins < validities.halts)
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
    used = set(engine.rows(held.select(at=scheme.value(held.cell)).distinct())["at"])
    below: Any = None
    for depth in range(max((scheme.depth[i] for i in used), default=0), -1, -1):
        here = {i for i in used if scheme.depth[i] == depth}
        own = held if here == used else held.filter(scheme.value(held.cell).isin(sorted(here)))
        if below is None:
            below = own  # one row an organisation and cell already
        else:
            moved = _moved(below, scheme, scheme.below(depth + 1), engine)
            both = ibis.union(moved, own.select(*moved.columns)) if here else moved
            below = engine.kept(_merged(both))
        yield below


def _moved(
    held: Any, dimension: Dimension, pairs: Sequence[tuple[int, int]], engine: Engine
) -> Any:
    """Return `held` with each code replaced by its total in these (code, total)."""
    moves = pd.DataFrame(pairs, columns=["at", "total"], dtype="int64")
    moves["move"] = (moves["total"] - moves["at"]) * 2**dimension.shift
    rows = held.mutate(at=dimension.value(held.cell)).inner_join(engine.frame(moves), "at")
    return rows.select("number", *words(rows.columns), cell=rows.cell + rows.move)


def disagreeing(held: Any, cube: Cube) -> Any:
    """Return the numbers of organisations that are in two places on one slot.

    `held` is that of all schemes. Of each, `in_region`, `in_industry`, `in_size` say in what its
    places differ: over the other dimensions it adds up like everybody else.
    """
    names = words(held.columns)
    several = held.group_by("number").agg(cells=held.count())
    held = held.semi_join(several.filter(several.cells > 1), "number")
    places = {name: getattr(cube, name).value(held.cell) for name in PLACES}
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
    """Return `held` merged again in every total of these dimensions."""
    for dimension in dimensions:
        held = _merged(_moved(held, dimension, dimension.closure, engine))
    return held


# Kinds of rows to count: `validities`; the held slots, of totals of schemes too; those among them
# of organisations in two places at once. Theirs as merged again in totals go by the dimensions.
Kind = tuple[str, ...]
CERTIFICATES, EVERYBODY, APART = ("certificates",), ("everybody",), ("apart",)


def rows_to_count(
    registry: Any, cube: Cube, grid: Grid, engine: Engine, progress: Progress
) -> Iterator[tuple[Kind, Any]]:
    """Yield what is to be counted, kind by kind: tables with `cell`, and nobody's number.

    Each has to be read before the next is asked for, but on a cluster.
    """

    def nobodys(table: Any) -> Any:
        return table.mutate(cell=cube.cell(table.cell).cast(cube.width)).drop("number")

    progress(message("reading certificates"))
    certificates = engine.kept(validities(registry, cube, grid, engine))
    yield CERTIFICATES, nobodys(certificates)
    progress(message("merging the certificates of each organisation"))
    held = engine.kept(held_slots(certificates, grid))
    engine.release(certificates)
    by_level = []
    for level in levels(held, cube.scheme, engine):
        by_level.append(level)
        yield EVERYBODY, nobodys(level)
    progress(message("finding organisations in two places at once"))
    apart = engine.kept(disagreeing(by_level[-1], cube))
    others = engine.kept(union([level.semi_join(apart, "number") for level in by_level]))
    engine.release(held, *by_level[1:])
    progress(message("counting organisations"))
    yield APART, nobodys(others)
    kinds = engine.rows(apart.drop("number").distinct()).to_dict("records")
    for names in [tuple(name for name in PLACES if kind[f"in_{name}"]) for kind in kinds]:
        theirs = others.semi_join(differing(apart, names), "number")
        dimensions = [getattr(cube, name) for name in names]
        anew = engine.kept(everywhere(theirs, dimensions, engine))
        yield names, nobodys(anew)
        engine.release(anew)
    engine.release(apart, others)
