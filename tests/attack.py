"""What somebody can work out about suppressed figures from everything that is public.

Written without the code that suppresses: whole numbers, the code lists, what the words
"certificates" and "organisations" mean, and that a year ends with its December. Totals that nobody
published are numbers like any, which nobody knows. Every constraint is of cells as (release, key).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

DIMENSIONS = ("scheme", "industry", "size", "region")
KEY = ["indicator", "period", *DIMENSIONS]
CERTIFICATES = "registry_certificates_valid"
HOLDERS = "registry_organisations_certified"
OF_QUALITY = "registry_qms_organisations"
MOST = 10_000
Cell = tuple[str, ...]
Name = tuple[object, ...]  # the release, and the cell
Numbers = npt.NDArray[np.float64]


@dataclass
class Attack:
    """A system of linear constraints on whole numbers, none below zero."""

    known: dict[Name, float] = field(default_factory=dict)
    unknown: dict[Name, int] = field(default_factory=dict)
    unpublished: set[Name] = field(default_factory=set)  # of the unknown, those in no file
    rows: list[tuple[list[tuple[Name, float]], float, float]] = field(default_factory=list)

    def add(self, terms: list[tuple[Name, float]], low: float, high: float) -> None:
        """Add low ≤ Σ factor × cell ≤ high."""
        self.rows.append((terms, low, high))

    def system(self) -> tuple[csr_matrix, Numbers, Numbers]:
        """Return the constraints with what is known put in."""
        entries: list[tuple[int, int, float]] = []
        lows: list[float] = []
        highs: list[float] = []
        for terms, low, high in self.rows:
            given = sum(factor * self.known[cell] for cell, factor in terms if cell in self.known)
            open_terms = [
                (self.unknown[cell], factor) for cell, factor in terms if cell in self.unknown
            ]
            if not open_terms:
                assert low - 1e-6 <= given <= high + 1e-6, (terms, given)
                continue
            entries += [(len(lows), column, factor) for column, factor in open_terms]
            lows.append(low - given)
            highs.append(high - given)
        if not entries:
            return csr_matrix((0, len(self.unknown))), np.empty(0), np.empty(0)
        row, column, factor = zip(*entries, strict=True)
        matrix = csr_matrix((factor, (row, column)), shape=(len(lows), len(self.unknown)))
        return matrix, np.array(lows), np.array(highs)


@dataclass(frozen=True)
class Recovered:
    """Suppressed cells that can be one number only, and those that can be small ones only."""

    exactly: list[Name]
    within_rule: list[Name]
    cells: int


def recovered(attack: Attack, truth: dict[Name, float], small: Iterable[Name]) -> Recovered:
    """Return what follows; `truth` is one solution, `small` are those whose rule says 1 or 2."""
    matrix, low, high = attack.system()
    names = list(attack.unknown)
    true = np.array([truth[name] for name in names])
    effect = matrix @ true
    assert (effect >= low - 1e-6).all()
    assert (effect <= high + 1e-6).all()
    ruled = np.isin(np.arange(len(names)), [attack.unknown[cell] for cell in small])
    other = np.array([name in attack.unpublished for name in names], bool)  # nobody's secret
    beyond = ~ruled
    chance = np.random.default_rng(1)
    near = Bounds(np.maximum(true - 4, 0), true + 4)

    def solve(weight: Numbers, bounds: Bounds) -> Numbers | None:
        answer = milp(
            -weight,
            integrality=np.ones(len(names), np.int64),
            bounds=bounds,
            constraints=LinearConstraint(matrix, low, high) if len(low) else (),
            options={"mip_rel_gap": 0.5 if bounds is near else 0.0},
        )
        return None if answer.x is None else np.round(answer.x)

    def see(world: Numbers) -> bool:
        new = (world != true) & ~other
        out = ((world < 1) | (world > 2)) & ~beyond
        other[new], beyond[out] = True, True
        return bool(new.any() or out.any())

    misses = 0
    while misses < 3 and not (other & beyond).all():
        lacking = ~(other & beyond)
        sign = chance.choice([-1.0, 1.0, 1.0], len(names))
        world = solve(np.where(lacking, sign * chance.uniform(1, 2, len(names)), 0.0), near)
        misses = 0 if world is not None and see(world) else misses + 1
    exactly: list[Name] = []
    within: list[Name] = []
    for at in np.flatnonzero(~(other & beyond)).tolist():
        weight = np.zeros(len(names))
        weight[at] = 1
        worlds = [solve(sign * weight, Bounds(0, MOST)) for sign in (1.0, -1.0)]
        most, least = (true[at] if world is None else world[at] for world in worlds)
        if most == least:
            exactly.append(names[at])
        if ruled[at] and least >= 1 and most <= 2:
            within.append(names[at])
    return Recovered(exactly, within, len(names) - len(attack.unpublished))


def growth(rows: pd.DataFrame, of: str, named: str, attack: Attack, tag: int = 0) -> None:
    """Add what yearly growth, in per cent to two digits, says of an indicator: see `registry`."""
    counts = {tuple(row[1:-1]) for row in rows[rows["indicator"] == of][[*KEY, "value"]].to_numpy()}
    rates = rows[(rows["indicator"] == named) & rows["value"].notna()]
    for _, period, *place, rate in rates[[*KEY, "value"]].itertuples(index=False):
        before = str(int(period) - 1)
        if not {(period, *place), (before, *place)} <= counts:
            continue
        for half, low, high in ((0.005, -np.inf, 0.0), (-0.005, 0.0, np.inf)):
            times = 1 + (rate + half) / 100
            now, then = (tag, of, period, *place), (tag, of, before, *place)
            attack.add([(now, 1.0), (then, -times)], low, high)


def ending(period: str) -> str:
    """Return the longest period that ends when this one does: a stock is the same at both."""
    year, _, rest = period.partition("-")
    quarter = {"03": "Q1", "06": "Q2", "09": "Q3", "12": "Q4"}.get(rest, rest)
    return year if quarter in ("", "Q4") else f"{year}-{quarter}"


def totals(cells: Iterable[Cell], parts: dict[str, dict[str, list[str]]]) -> set[Cell]:
    """Return all that some cells are parts of, over one dimension or several."""
    found: set[Cell] = set()
    left = list(cells)
    while left:
        cell = left.pop()
        for at, dimension in enumerate(DIMENSIONS, start=2):
            for whole, below in parts[dimension].items():
                total = (*cell[:at], whole, *cell[at + 1 :])
                if cell[at] in below and total not in found:
                    found.add(total)
                    left.append(total)
    return found


def registry(
    rows: pd.DataFrame,
    parts: dict[str, dict[str, list[str]]],
    attack: Attack,
    tag: int = 0,
    absent: Iterable[Cell] = (),
) -> None:
    """Add what is known of the rows of one period of a registry, as one release shows them.

    The period may be written in several ways, as `ending` has it: cells are named by that.

    rows: KEY, value (missing where suppressed). parts: by dimension, the parts of each whole.
    absent: cells in no file that are known to be more than zero; all others there are zero.
    """
    named = rows.assign(period=rows["period"].map(ending))
    shown = named.groupby(KEY, sort=False)["value"].first()  # missing where none shows it
    value: dict[Cell, float] = dict(zip(shown.index.to_list(), shown, strict=True))

    def name(cell: Cell) -> Name:
        return (tag, *cell)

    for cell in {*absent, *totals([*value, *absent], parts)} - set(value):
        value[cell] = float("nan")
        attack.unpublished.add(name(cell))
    for cell, number in value.items():
        if number == number:
            attack.known[name(cell)] = number
        else:
            attack.unknown.setdefault(name(cell), len(attack.unknown))
    for cell in value:
        indicator, period, *place = cell
        if indicator == OF_QUALITY:
            there = (HOLDERS, period, "QMS", *place[1:])
            if there in value:
                attack.add([(name(cell), 1), (name(there), -1)], 0, 0)
        if indicator == HOLDERS:
            certificates = (CERTIFICATES, period, *place)
            if certificates in value:
                attack.add([(name(cell), 1), (name(certificates), -1)], -np.inf, 0)
                attack.add([(name(certificates), 1), (name(cell), -MOST)], -np.inf, 0)
        for at, dimension in enumerate(DIMENSIONS):
            below = [
                (indicator, period, *place[:at], part, *place[at + 1 :])
                for part in parts[dimension].get(place[at], ())
            ]
            below = [each for each in below if each in value]
            if not below:
                continue
            # Nobody gives the rest of what is abroad; every other part without a row is zero.
            complete = (dimension, place[at]) != ("region", "ALL")
            sums = [(name(cell), 1.0), *((name(part), -1.0) for part in below)]
            if indicator == CERTIFICATES:
                attack.add(sums, 0, 0 if complete else np.inf)
            elif complete:
                attack.add(sums, -np.inf, 0)
            for part in below:
                attack.add([(name(part), 1), (name(cell), -1)], -np.inf, 0)
                whole, some = (CERTIFICATES, *cell[1:]), (CERTIFICATES, *part[1:])
                if indicator == HOLDERS and whole in value:
                    attack.add(
                        [
                            (name(cell), 1),
                            (name(part), -1),
                            (name(whole), -1),
                            (name(some), 1),
                        ],
                        -np.inf,
                        0,
                    )
