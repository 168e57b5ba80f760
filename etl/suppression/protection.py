"""Which further cells to suppress so that no suppressed one follows from those that are public.

A cell is safe where another world may be true: whole numbers, none below zero, that agree with
everything public and hold every relation, and in which it is another number; of a small figure,
one that its rule lets through. Such worlds are made by moving a certificate or organisation from
where it is counted to where it might be, and another one back if that changes less. For each
suppressed cell the one is taken that changes the fewest and smallest public cells. These are
suppressed too; and since nobody can tell the worlds apart, by whatever means, every cell that a
world changes is safe.

Complementary cell suppression by one world after another as in Fischetti and Salazar (2001),
Management Science 47(7), 1008–1027, the worlds being hypercubes as in Repsilber (1994), or less.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import scipy

from etl.suppression.margins import Floats, Ints, Mask, reached
from etl.suppression.relations import Relations

ROUNDING = 1e-6
# The price of suppressing a public cell is its value and 1; of some others:
ZERO = 60.0  # a zero tells more than a small figure
NEVER = 1e13  # what is known whatever is done
UNSAFE = -0.3  # a suppressed cell that is not safe yet
CHEAP = 100.0  # as much it may cost that a suppressed cell need not be thought to be zero
# How many are thought of: units of the cell itself; units near to each; others in exchange;
# exchanges to improve by a second one; first and second units of that; and of each kind, before
# those that cannot be go.
OWN, NEAR, OTHERS, AGAIN, SECOND, BACK, ASKED = 4, 1500, 12, 2, 6, 3, 100
TRIED = 60  # worlds, the cheapest first
# That an exact question may take, and may be off; and where any world serves.
SECONDS, NODES, GAP, ROUGH = 600.0, 200, 0.1, 0.5
# Of exact questions: by how much other cells may change more than the one asked about; how many
# cells are near, by rows of how many, and what others cost besides; and misses before none is left.
BESIDE, NEAR_CELLS, SHORT, FAR, MISSES = 3.0, 400, 60, 20.0, 3
REACH = 10.0  # by how much cells may change in a world that many others are asked about at once
CHECKED, FIRST = 1e-4, 1e-3  # that a change may be off; and the least that one costs
# Counts of cells by units that are looked at, in all: some 50 million a second, and the same on
# every machine, so that a refresh repeated comes to the same. Beyond, components go whole.
BUDGET = 20_000_000_000
EXACT, VAIN = 400, 10  # exact questions, and as how many one in vain counts; then likewise


@dataclass(frozen=True)
class Cells:
    """What is known of cells; one element a cell.

    known: public whatever is done, since an earlier release has it. limit: of a figure that is
    suppressed for being above 0 and below a threshold, the threshold in steps; otherwise NaN.
    """

    known: Mask
    limit: Floats


@dataclass(frozen=True)
class Protection:
    """further: the cells to suppress besides those given; exposed: those that none protect."""

    further: Mask
    exposed: Mask


def protection(relations: Relations, cells: Cells, hidden: Mask) -> Protection:
    """Return which cells to suppress besides those `hidden`.

    Once BUDGET or EXACT is spent, all cells that hold relations with one that is not safe yet.
    """
    search = _Search(relations, cells, hidden)
    for cell in np.flatnonzero(search.hidden).tolist():
        search.make_safe(cell)
    needed = search.needed()
    exact = _Exact(relations, cells, search)
    if search.left < 0:
        exact.left = 0
    exact.make_all_safe(needed)
    if (unasked := exact.exposed() & ~exact.never).any():
        needed |= exact.with_components(unasked)
        exact.left = EXACT
        exact.make_all_safe(needed)
    return Protection(needed & ~hidden, exact.exposed())


class _Exact:
    """Worlds asked for exactly, as integer programs: where exchanges of units find none."""

    def __init__(self, relations: Relations, cells: Cells, search: _Search) -> None:
        self.values, self.limit = relations.values, cells.limit
        self.first, self.moved, self.out = search.first, search.moved, search.out
        self.open = ~cells.known
        rows = scipy.sparse.vstack([relations.equal, relations.below]).tocsr()
        self.rows = scipy.sparse.csr_matrix(rows @ scipy.sparse.diags_array(self.open * 1.0))
        self.rows.eliminate_zeros()
        self.by_cell = scipy.sparse.csr_matrix(self.rows.T)
        many = relations.equal.shape[0]
        self.most = np.r_[np.zeros(many), relations.slack]
        self.least = np.r_[np.zeros(many), np.full(len(relations.slack), -np.inf)]
        both = scipy.sparse.block_array([[None, self.by_cell], [self.rows, None]])
        _, part = scipy.sparse.csgraph.connected_components(both, directed=False)
        self.part: Ints = part[: len(self.open)].astype(np.int64)
        self.left, self.impossible = EXACT, False
        self.never = np.zeros(len(self.open), bool)

    def exposed(self) -> Mask:
        """Return the suppressed cells of which no world is known yet in which they are another."""
        exposed: Mask = self.first & ~(self.moved & self.out)
        return exposed

    def with_components(self, cells: Mask) -> Mask:
        """Return all cells that hold relations with some."""
        related: Mask = self.open & np.isin(self.part, self.part[cells])
        return related

    def make_all_safe(self, hidden: Mask) -> None:
        """Hide what it takes for every suppressed cell to be safe, as far as may be asked."""
        self.look_among(hidden, MISSES)
        for cell in np.flatnonzero(self.exposed() & ~self.never).tolist():
            if self.left > 0 and self.exposed()[cell]:
                hidden |= self.make_safe(cell, hidden)
                self.look_among(hidden, 1)

    def look_among(self, hidden: Mask, tries: int) -> None:
        """Look for worlds in which many exposed cells are others, and only hidden ones are."""
        chance, misses = np.random.default_rng(0), 0
        while misses < tries and (lacking := self.exposed()).any():
            parts = np.unique(self.part[lacking])
            before = int(lacking.sum())
            for part in parts.tolist():
                among = np.flatnonzero((self.part == part) & hidden & self.open)
                sign = chance.choice([-1.0, 1.0, 1.0], len(among)) * chance.uniform(
                    1, 2, len(among)
                )
                self._take(self._best(among, sign * lacking[among], REACH))
            misses = 0 if int(self.exposed().sum()) < before else misses + 1

    def make_safe(self, cell: int, hidden: Mask) -> Mask:
        """Return what changes in the cheapest world in which a cell is another: none, if none is.

        Asked among near cells, then among all that hold relations with it, first by little each.
        """
        value, limit = self.values[cell], self.limit[cell]
        steps = [1.0, -1.0] if np.isnan(limit) else [limit - value, -value]
        steps = [step for step in sorted(steps, key=abs) if value + step >= 0]
        near, distance = self._near(cell)
        every = np.flatnonzero((self.part == self.part[cell]) & self.open)
        sure = True
        asked = ((near, BESIDE), (every, BESIDE), (every, np.inf))
        for (among, most), step in product(asked, steps):
            if self.left <= 0:
                break
            far = np.where(distance[among] > 1, FAR, 0.0) * ~hidden[among]
            price = np.where(hidden[among], 0.0, 1 + self.values[among]) + far
            change = self._cheapest(among, abs(step) + most, price, cell, step)
            found = change is not None and self._take(change)
            self.left -= 1 if found or self.impossible else VAIN
            sure &= self.impossible or np.isfinite(most)
            if change is not None and found:
                changed: Mask = change != 0
                return changed
        else:
            self.never[cell] = sure
        return np.zeros(len(hidden), bool)

    def _near(self, cell: int) -> tuple[Ints, Ints]:
        """Return the cells that short rows lead to from a cell, and how far each of all is."""
        distance = np.full(len(self.open), NEAR_CELLS)
        distance[cell] = 0
        short = np.diff(self.rows.indptr) <= SHORT
        front, found = np.array([cell]), 1
        for step in range(1, NEAR_CELLS):
            rows = np.unique(self.by_cell[front].indices)
            cells = np.unique(self.rows[rows[short[rows]]].indices)
            front = cells[distance[cells] == NEAR_CELLS]
            if not len(front) or found + len(front) > NEAR_CELLS:
                break
            distance[front] = step
            found += len(front)
        return np.flatnonzero(distance < NEAR_CELLS), distance

    def _best(self, among: Ints, weight: Floats, most: float) -> Floats | None:
        """Return the change of all cells, of those among some, that is worth most; or None.

        weight: what one more of each is worth. most: by how much each may change.
        """
        low, high = np.maximum(-self.values[among], -most), np.full(len(among), most)
        return self._asked(among, low, high, -weight, np.zeros(len(among), bool), gap=ROUGH)

    def _cheapest(
        self, among: Ints, most: float, price: Floats, cell: int, step: float
    ) -> Floats | None:
        """Return the change of all cells, of those among some, that costs least; or None.

        most: by how much each may change. price: of each that changes. cell: which one changes by
        a step at least. Asked of what changes where parts of units count too, which is easy; then
        of all of them if that has no answer.
        """
        low, high = np.maximum(-self.values[among], -most), np.full(len(among), most)
        at = int(np.searchsorted(among, cell))
        if step > 0:
            low[at], high[at] = step, max(step, high[at])
        else:
            low[at], high[at] = max(-self.values[cell], min(step, low[at])), step
        costs = price > 0
        parts = self._asked(among, low, high, price, costs, whole=False)
        if parts is None:
            return None
        for few in ((parts[among] != 0) | ~costs, np.ones(len(among), bool)):
            here = (among[few], low[few], high[few], price[few], costs[few])
            if (change := self._asked(*here)) is not None:
                return change
        return None

    def _asked(
        self,
        among: Ints,
        low: Floats,
        high: Floats,
        price: Floats,
        costs: Mask,
        *,
        whole: bool = True,
        gap: float = GAP,
    ) -> Floats | None:
        """Return the change of all cells at the least price, of those among some; or None.

        low and high: of the change of each. costs: those of which less costs as much as more; all
        others may change by anything. whole: in units that are not parted. gap: by how much the
        price may be off.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp  # slow to load, and rare

        used = np.flatnonzero(np.bincount(self.by_cell[among].indices, minlength=len(self.most)))
        rows = scipy.sparse.csr_matrix(self.rows[used][:, among])
        # What costs is more or less, each a number of its own.
        more = np.where(costs, np.maximum(low, 0), low), np.where(costs, np.maximum(high, 0), high)
        less = np.maximum(-high[costs], 0), np.maximum(-low[costs], 0)
        cost = np.r_[price + costs * FIRST, price[costs] + FIRST]
        answer = milp(
            cost,
            integrality=np.full(len(cost), int(whole)),
            bounds=Bounds(*(np.r_[pair] for pair in zip(more, less, strict=True))),
            constraints=LinearConstraint(
                scipy.sparse.csr_matrix(scipy.sparse.hstack([rows, -rows[:, costs]])),
                self.least[used],
                self.most[used] + ROUNDING,
            ),
            options={"time_limit": SECONDS, "node_limit": NODES, "mip_rel_gap": gap},
        )
        self.impossible = answer.status == 2
        if answer.x is None:
            return None
        change = np.zeros(len(self.open))
        change[among] = answer.x[: len(among)]
        change[among[costs]] -= answer.x[len(among) :]
        change[np.abs(change) < CHECKED] = 0
        return np.round(change) if whole else change

    def _take(self, change: Floats | None) -> bool:
        """Note which cells a world changes; return whether it is one."""
        if change is None:
            return False
        effect, now = self.rows @ change, self.values + change
        if (
            (now < 0).any()
            or (effect > self.most + CHECKED).any()
            or (effect < self.least - CHECKED).any()
        ):
            return False
        changed = change != 0
        self.moved |= changed
        self.out |= changed & ((now >= self.limit) | (now == 0))
        return True


@dataclass(frozen=True)
class _World:
    """The cells that a world changes, which of them it takes out of their rule, and its price."""

    cells: Ints
    out: Mask
    price: float


@dataclass(frozen=True)
class _Step:
    """By how much some cells change, and the price of that."""

    cells: Ints
    amounts: Floats
    price: float


@dataclass(frozen=True)
class _Near:
    """Units (rows) and what they count, with the price of each cell that any of them counts."""

    units: Ints
    counted: scipy.sparse.csr_matrix
    price: Floats


class _Search:
    def __init__(self, relations: Relations, cells: Cells, hidden: Mask) -> None:
        self.cells, self.values = cells, relations.values
        self.first = hidden & ~cells.known
        self.hidden = self.first.copy()
        self.moved = np.zeros(len(hidden), bool)
        self.out = np.isnan(cells.limit)
        self.worlds: list[_World] = []
        self.left = BUDGET
        self.price = np.where(self.values == 0, ZERO, 1 + self.values)
        self.price[self.hidden] = UNSAFE
        self.price[cells.known] = NEVER
        equal, below = relations.equal, relations.below
        self.by_cell = scipy.sparse.csr_matrix(scipy.sparse.vstack([equal, below]).T)
        # Which rows one unit alone must hold: what an earlier release fixed, several may together.
        self.lasting = np.ones(equal.shape[0] + below.shape[0], bool)
        self.lasting[relations.own : equal.shape[0]] = False
        self.most = np.r_[np.zeros(equal.shape[0]), relations.slack]
        self.least = np.r_[np.zeros(equal.shape[0]), np.full(below.shape[0], -np.inf)]
        self.counted = _units(relations)
        self.counting = scipy.sparse.csc_matrix(self.counted)
        # By floor and direction, whether one unit less or more alone leaves a world.
        self.alone = np.full((2, 2, self.counted.shape[0]), np.nan)

    def make_safe(self, cell: int) -> None:
        """Suppress what it takes for a cell to be safe, where that can be had."""
        value, limit = self.values[cell], self.cells.limit[cell]
        ways = [-1.0, 1.0] if np.isnan(limit) else sorted([-value, limit - value], key=abs)
        # If it costs little, no figure need be thought to be zero. Any change is better than none.
        for floor, width, most in ((1, 1, CHEAP), (0, 1, NEVER / 2), (0, 8, NEVER / 2)):
            for way in ways:
                if self.left < 0 or (self.moved[cell] and self.out[cell]):
                    return
                if value + way >= min(floor, value):
                    self._take(self._world(cell, way, floor, width, most))
        for way in (-1.0, 1.0):
            if not self.moved[cell] and value + way >= 0:
                self._take(self._world(cell, way, 0, 1, NEVER / 2))

    def needed(self) -> Mask:
        """Return the hidden cells without those that only worlds need that others make up for."""
        moved, out = np.zeros(len(self.hidden), int), np.zeros(len(self.hidden), int)
        for world in self.worlds:
            moved[world.cells] += 1
            out[world.cells[world.out]] += 1
        kept = self.first.copy()
        for world in sorted(self.worlds, key=lambda world: -world.price):
            spare = (moved[world.cells] > 1) & ((out[world.cells] > 1) | ~world.out)
            if spare[self.first[world.cells]].all():
                moved[world.cells] -= 1
                out[world.cells[world.out]] -= 1
            else:
                kept[world.cells] = True
        return kept

    def _take(self, change: Floats | None) -> None:
        """Suppress every cell that a world changes."""
        if change is None:
            return
        cells = np.flatnonzero(change)
        now, limit = self.values[cells] + change[cells], self.cells.limit[cells]
        out = (now >= limit) | (now == 0) | np.isnan(limit)
        self.worlds.append(_World(cells, out, float(self.price[cells].sum())))
        self.hidden[cells] = self.moved[cells] = True
        self.out[cells] |= out
        self.price[cells] = np.where(self.out[cells], 0.0, UNSAFE)

    def _world(self, cell: int, way: float, floor: int, width: int, most: float) -> Floats | None:
        """Return the cheapest change of all cells that changes one so, None where there is none.

        floor: of what is above zero. width: how many times as many moves are thought of. most:
        that each step may cost.
        """
        change = np.zeros(len(self.values))
        for _ in range(int(abs(way))):
            price = np.where(change == 0, self.price, 0.0)
            steps = self._steps(cell, float(np.sign(way)), price, floor, width)
            steps = sorted(steps, key=lambda step: step.price)[: width * TRIED]
            steps = [step for step in steps if step.price < most]
            if not steps:
                return None
            amounts = np.concatenate([step.amounts for step in steps])
            places = np.concatenate([step.cells for step in steps])
            starts = np.cumsum([0, *(len(step.cells) for step in steps)])
            rows = scipy.sparse.csr_matrix((amounts, places, starts), (len(steps), len(change)))
            fitting = self._fitting(rows, change, floor)
            if not fitting.any():
                return None
            best = steps[int(np.argmax(fitting))]
            change[best.cells] += best.amounts
        return change

    def _steps(self, cell: int, sign: float, price: Floats, floor: int, width: int) -> list[_Step]:
        """Return changes by which a cell changes by 1 in a direction."""
        price[cell] = -NEVER  # it must not be what is moved back
        own = self.counting[:, [cell]].indices.astype(np.int64)
        own = own[np.argsort(self.counted[own] @ price, kind="stable")]
        steps: list[_Step] = []
        for unit in own[self._may(own, sign, floor)][: width * OWN].tolist():
            one = self.counted[[unit]].indices.astype(np.int64)
            # What follows is about the cells that the units near by count, a small part of all.
            near = self._near(one, width)
            counted = self.counted[near]
            counts = np.zeros(len(price), bool)
            counts[one] = counts[counted.indices] = True
            cells = np.flatnonzero(counts)
            place = (np.cumsum(counts) - 1)[counted.indices]
            # Once to begin with, and for each exchange to improve and its second steps.
            self.left -= counted.nnz * (1 + width * AGAIN * (1 + SECOND))
            among = scipy.sparse.csr_matrix(
                (counted.data, place, counted.indptr), (len(near), len(cells))
            )
            here = _Near(near, among, price[cells])
            begun = np.zeros(len(cells))
            begun[np.searchsorted(cells, one)] = sign
            moves = list(self._moves(here, begun, -sign, floor, width * OTHERS))
            ends = [(float(here.price[begun != 0].sum()), begun), *moves]
            for _, move in sorted(moves, key=lambda move: move[0])[: width * AGAIN]:
                for _, half in self._moves(here, move, sign, floor, SECOND):
                    ends += self._moves(here, half, -sign, floor, BACK)
            at = int(np.searchsorted(cells, cell))
            ends = sorted((end for end in ends if end[1][at] == sign), key=lambda end: end[0])
            for cost, end in ends[: width * TRIED]:
                changed = np.flatnonzero(end)
                steps.append(_Step(cells[changed], end[changed], cost + NEVER))
        return steps

    def _near(self, cells: Ints, width: int) -> Ints:
        """Return the units that count what few others do among some cells."""
        starts, stops = self.counting.indptr[cells], self.counting.indptr[cells + 1]
        near: list[Ints] = []
        many = 0
        for place in np.argsort(stops - starts, kind="stable").tolist():
            near.append(self.counting.indices[starts[place] : stops[place]].astype(np.int64))
            many += int(stops[place] - starts[place])
            if many > width * NEAR:
                break
        units: Ints = np.unique(np.concatenate(near))
        return units

    def _moves(
        self, here: _Near, change: Floats, sign: float, floor: int, width: int
    ) -> Iterator[tuple[float, Floats]]:
        """Yield a change with one unit more or less, those that cost least, after the prices."""
        raised = here.price * ((change + sign != 0) * 1.0 - (change != 0))
        more = here.counted @ raised
        best = np.argpartition(more, min(ASKED, len(more) - 1))[:ASKED]
        best = best[np.argsort(more[best], kind="stable")]
        base = float(here.price[change != 0].sum())
        best = best[self._may(here.units[best], sign, floor)]
        for unit in best[:width].tolist():
            start, stop = here.counted.indptr[unit : unit + 2]
            changed = change.copy()
            changed[here.counted.indices[start:stop]] += sign
            yield base + float(more[unit]), changed

    def _may(self, which: Ints, sign: float, floor: int) -> Mask:
        """Return of which units there may be one more, or less, by itself."""
        alone = self.alone[floor, int(sign > 0)]
        asked = which[np.isnan(alone[which])]
        if len(asked):
            steps = scipy.sparse.csr_matrix(sign * self.counted[asked])
            alone[asked] = self._fitting(steps, np.zeros(len(self.values)), floor, self.lasting)
        may: Mask = alone[which] > 0
        return may

    def _fitting(
        self, steps: scipy.sparse.csr_matrix, change: Floats, floor: int, among: Mask | None = None
    ) -> Mask:
        """Return which steps (rows), after a change, leave a world that may be true.

        among: which relations are looked at, if not all.
        """
        touched = np.unique(np.r_[steps.indices, np.flatnonzero(change)])
        after = steps[:, touched].toarray() + change[touched]
        values = self.values[touched]
        rows = scipy.sparse.csr_matrix(self.by_cell[touched].T)
        touching = np.diff(rows.indptr) > 0
        used = np.flatnonzero(touching if among is None else touching & among)
        effect = rows[used] @ after.T
        fitting: Mask = (
            (values + after >= np.minimum(values, floor)).all(axis=1)
            & (effect <= self.most[used, None] + ROUNDING).all(axis=0)
            & (effect >= self.least[used, None] - ROUNDING).all(axis=0)
        )
        return fitting


def _units(relations: Relations) -> scipy.sparse.csr_matrix:
    """Return what may be one more as rows: 1 at each cell (column) that counts it.

    A unit is a certificate or an organisation more in any cell without parts, or in what a whole
    holds besides them. All wholes above count it; or only those of its scheme; or only those that
    are the sum of their parts, the others having counted it for another part already. Of
    certificates: with a holder more, who is counted in one of these ways, or with none.
    """
    size = len(relations.values)
    link = {
        name: scipy.sparse.csr_matrix((np.ones(len(pairs)), pairs.T), (size, size))
        for name, pairs in relations.links.items()
    }
    wholes, holders = link["place"] + link["scheme"], link["holders"]
    leaf = np.union1d(
        np.flatnonzero(np.diff(scipy.sparse.csr_matrix(wholes.T).indptr) == 0), relations.rest
    )
    here = scipy.sparse.csr_matrix(
        (np.ones(len(leaf)), (np.arange(len(leaf)), leaf)), (len(leaf), size)
    )
    of_sums, of_scheme = reached(here, link["sum"]), reached(here, link["place"])
    of_all = reached(of_scheme, wholes)
    apart = np.flatnonzero(np.diff(of_all.indptr) > np.diff(of_scheme.indptr))
    loose = np.flatnonzero(np.diff(of_scheme.indptr) > np.diff(of_sums.indptr))
    held = np.flatnonzero(np.diff(scipy.sparse.csr_matrix(here @ holders).indptr) > 0)
    kinds = [
        of_all,
        of_scheme[apart],
        of_sums[loose],
        (of_all + of_all @ holders)[held],
        (of_all + of_scheme @ holders)[np.intersect1d(held, apart)],
        (of_all + reached(here @ holders, link["sum"]))[np.intersect1d(held, loose)],
    ]
    return reached(
        scipy.sparse.csr_matrix(scipy.sparse.vstack(kinds)), link["equal"] + link["subset"]
    )
