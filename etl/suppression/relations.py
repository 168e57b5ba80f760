"""What anybody knows to hold between figures, whoever publishes them: relations between cells.

    sum      the parts of a whole, where they add up or happen to; at most the whole, where they
             leave a rest; each at most the whole and together at least, where they overlap
    period   a stock is one figure at every period that ends on one day, whatever the period is
             called, and stands in all relations as one; a flow of a year, the sum of its months
    holders  organisations: no more than their certificates, one at least where there are any; of
             a whole no more than a part has, and one for each certificate besides
    subset   no more than the indicator that it is a part of
    same     the same count under another indicator

Which ones hold is declared: by `etl.divisions` for codes, by the catalogue for indicators. They
hold for margins in no file as well (`margins`), which stand among the cells as sums of others. And
where one part in no file is missing from several wholes, these leave the same for it (`gaps`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations

import numpy as np
import pandas as pd
import scipy

from etl.divisions import DIMENSIONS, Chain, chains, regions_above
from etl.suppression.margins import (
    ADDITIVE,
    DISTINCT,
    NEITHER,
    OVERLAPPING,
    Family,
    Floats,
    Ints,
    Margins,
    ladder,
    links_between,
    margins,
)
from indicators.catalogue import Catalogue, Same
from indicators.periods import MONTHS, parse
from indicators.regions import ALL, NATION
from indicators.store.tables import KEY

Gap = tuple[int, str]  # a part in no file: its key, and what that does not hold
PLACES = ("industry", "size", "region")
ROOM = 10  # certificates beyond the true ones that the relation of their holders allows for


@dataclass(frozen=True)
class Relations:
    """Relations between cells (columns), as what may change of them, in steps of the last digit.

    equal @ change = 0 and below @ change ≤ slack. broken: the sums that the figures contradict.
    values: of the cells, in steps; of those that nobody here knows, their share of what a sum
    leaves of its whole. links: pairs of cells by why one more in the first is one more in the
    second: `place` and `scheme`, a part and its whole; `sum`, those of them where it is the sum
    of its parts; `equal`; `holders`; `subset`. rest: wholes that hold more than their parts. own:
    how many rows of `equal` are of this release, the first.
    """

    equal: scipy.sparse.csr_matrix
    below: scipy.sparse.csr_matrix
    slack: Floats
    values: Floats
    links: dict[str, Ints]
    rest: Ints
    own: int
    broken: scipy.sparse.csr_matrix


def networks(catalogue: Catalogue) -> list[set[str]]:
    """Return the indicators that hold relations with one another, set by set."""
    joined: list[set[str]] = []
    for item in catalogue.indicators.values():
        same = item.same_as.indicator if item.same_as else None
        here = {item.key, *filter(None, (item.holders_of, item.subset_of, same))}
        apart = [each for each in joined if not each & here]
        joined = [*apart, here.union(*(each for each in joined if each & here))]
    return joined


def relations(cells: pd.DataFrame, catalogue: Catalogue) -> Relations:
    """Return the relations that hold between cells: KEY and value, one row a cell.

    Those of a value that is missing, since nobody here knows it, are taken to hold.
    """
    found = _Found(cells, catalogue)
    for table in found.tables():
        found.look_in(table)
        for highest in (True, False):
            found.fill(highest=highest)
            found.add_sums()
            found.add_declared()
            found.add_gaps()
            if not found.margins.several:
                break
    return found.in_steps()


def bounded(found: Relations, low: Floats, high: Floats) -> Relations:
    """Return relations with what else is known of cells: bounds, in steps; NaN for none.

    What a figure contradicts was said of another one.
    """
    cells = np.flatnonzero((low <= found.values) & (found.values <= high))
    size = (len(cells), len(found.values))
    rows = scipy.sparse.csr_matrix((np.ones(len(cells)), (np.arange(len(cells)), cells)), size)
    slack = [found.slack, (high - found.values)[cells], (found.values - low)[cells]]
    below = scipy.sparse.csr_matrix(scipy.sparse.vstack([found.below, rows, -rows]))
    finite = np.isfinite(np.concatenate(slack))
    return replace(found, below=below[finite], slack=np.concatenate(slack)[finite])


@dataclass(frozen=True)
class _Steps:
    """One way in which codes of a dimension are parts of others.

    chain: all that are, whether there are figures of them or not. steps: the numbers of the parts
    and wholes that there are figures of, the nearest wholes first.
    """

    dimension: str
    chain: Chain
    steps: list[tuple[Ints, Ints]]

    @property
    def pairs(self) -> tuple[Ints, Ints]:
        """Return the numbers of all parts, and beside each a whole."""
        parts, wholes = zip(*self.steps, strict=True)
        return np.concatenate(parts), np.concatenate(wholes)


class _Found:
    """The relations found so far: rows of matrices in units of the values.

    Of published cells; while they are looked for, margins stand after those.
    """

    def __init__(self, cells: pd.DataFrame, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.figures = cells["value"].to_numpy(float)
        self.names: dict[str, pd.Index] = {}
        self.codes: dict[str, Ints] = {}
        self.strides: dict[str, int] = {}
        self.packed, stride = np.zeros(len(cells), np.int64), 1
        periods = {text: parse(text) for text in cells["period"].unique()}
        months = {text: at.months for text, at in periods.items()}
        self.months = cells["period"].map(months).to_numpy()
        # A stock stands at the end of its period, however long that is said to be.
        flows = [item.key for item in catalogue.indicators.values() if item.timing == "flow"]
        ends = cells["period"].map({text: at.last_month for text, at in periods.items()})
        cells = cells.assign(period=cells["period"].where(cells["indicator"].isin(flows), ends))
        for name in KEY:
            codes, names = pd.factorize(cells[name], sort=True)
            if name == "region" and ALL in names:  # of which the nation is a part, given or not
                names = names.append(pd.Index([NATION])).unique()
            self.names[name], self.codes[name] = names, codes.astype(np.int64)
            self.strides[name] = stride
            self.packed += self.codes[name] * stride
            stride *= max(len(self.names[name]), 1)
        self.many = len(cells)
        self.items = [catalogue.indicators[key] for key in self.names["indicator"]]
        self.links = {
            name: [np.empty((0, 2), np.int64)]
            for name in ("place", "scheme", "sum", "equal", "holders", "subset")
        }
        self.rest = [np.empty(0, np.int64)]
        self.equal: list[scipy.sparse.csr_matrix] = []
        self.broken: list[scipy.sparse.csr_matrix] = []
        self.below: list[scipy.sparse.csr_matrix] = []
        self.step = np.array([10.0**-item.decimals for item in self.items])[self.codes["indicator"]]
        self.digits = self._rounded()
        self.chains = list(self._chains())
        # What is a part of a whole that nobody gives the other parts of: the nation, of all.
        self.parents = list(self._steps("region", regions_above(catalogue)))
        levels = self._levels()
        self.packed = np.concatenate([self.packed, *levels])
        for name in KEY:
            self.codes[name] = self.packed // self.strides[name] % len(self.names[name])
        self.margins = Margins(self.figures, [len(level) for level in levels])
        self.values, self.made = self.margins.values, self.margins.made

    def tables(self) -> Iterator[Ints]:
        """Yield the cells to look for relations in: of all that are one figure, one.

        Add that those are equal. Where what should be one figure is said to be several, each may
        be meant: there is a table for each order in which periods' lengths may be preferred.
        """
        columns = {"place": self.packed[: self.many], "value": self.figures, "months": self.months}
        table = pd.DataFrame(columns).sort_values("months", kind="stable")
        lacking = table["value"].isna()
        # A figure that is missing is taken to be that of the shortest period.
        table["value"] = table["value"].fillna(table.groupby("place")["value"].transform("first"))
        table = table.assign(cell=table.index, lacking=lacking)
        table = table.sort_values("lacking", kind="stable")
        one = table.groupby(["place", "value"], dropna=False)["cell"].transform("first")
        first = one.sort_index().to_numpy()
        others = np.flatnonzero(first != np.arange(len(first)))
        self._add_same(others, first[others])
        seen: set[bytes] = set()
        for lengths in permutations(MONTHS.values()):
            rank = table["months"].map({months: at for at, months in enumerate(lengths)})
            nearest = table.assign(rank=rank).sort_values("rank", kind="stable")
            chosen = np.unique(first[nearest.drop_duplicates("place")["cell"]])
            if chosen.tobytes() not in seen:
                seen.add(chosen.tobytes())
                yield chosen
            if len(np.unique(first)) == len(chosen):
                break

    def look_in(self, table: Ints) -> None:
        """Look for relations among these cells, and all margins, from now on."""
        self.among = np.arange(len(self.packed)) >= self.many
        self.among[table] = True
        there = np.flatnonzero(self.among)
        self.order: Ints = there[np.argsort(self.packed[there])]
        self.sorted = self.packed[self.order]
        self.there = frozenset(self.sorted.tolist())
        self.families = dict[str, list[Family]]()
        for chain in self.chains:
            self.families.setdefault(chain.dimension, []).append(self._family(chain))
        self.rests = [self._family(chain) for chain in self.parents]
        self.same = list[Family]()
        for number, item in enumerate(self.items):
            if item.same_as:
                here = np.flatnonzero(self.among & (self.codes["indicator"] == number))
                here, packed = self._renamed(here, item.same_as)
                there = self._at(packed)
                here, there = here[there >= 0], there[there >= 0]
                self.same.append((here, there, np.full(len(here), DISTINCT)))

    def _family(self, chain: _Steps) -> Family:
        whole = self._nearest(chain)
        ways = self._ways(chain.dimension)[self.codes["indicator"]]
        parts = np.flatnonzero((whole >= 0) & (ways > NEITHER))
        return parts, whole[parts], ways[parts]

    def fill(self, *, highest: bool) -> None:
        """Give margins the values that they have by their parts: see `Margins.fill`."""
        every = [family for families in self.families.values() for family in families]
        same = [(there, here, ways) for here, there, ways in self.same]
        self.margins.fill([*every, *self.rests, *self.same, *same], highest=highest)
        self.values, self.made = self.margins.values, self.margins.made
        self.terms = np.diff(self.made.indptr)
        self.rounded = np.minimum.reduceat(self.digits[self.made.indices], self.made.indptr[:-1])

    def add_sums(self) -> None:
        """Add what holds between the parts of a whole and the whole."""
        for dimension, families in self.families.items():
            for parts, whole, ways in families:
                self._link("scheme" if dimension == "scheme" else "place", parts, whole)
                self._add_family(parts, whole, ways)
        for parts, whole, _ in self.rests:
            self._link("place", parts, whole)
            self.rest.append(whole[self.values[whole] > self.values[parts]])
            self._add_below((parts, 1.0), (whole, -1.0))

    def add_gaps(self) -> None:
        """Add what holds where parts in no file are missing from several wholes.

        What one whole leaves for the parts that it lacks the others leave for them too.
        """
        zero: set[Gap] = set()
        lacking: list[list[Gap]] = []
        sums = [scipy.sparse.csr_matrix((0, self.many))]
        for chain in self.chains:
            dimension = chain.dimension
            if not (self._ways(dimension) == ADDITIVE).any():
                continue
            parts, whole, ways = self._family(chain)
            parts, whole = parts[ways == ADDITIVE], whole[ways == ADDITIVE]
            wholes, row = np.unique(whole, return_inverse=True)
            rows = -self._matrix(row, parts, np.arange(len(wholes)), wholes)
            left = self.values[wholes] - np.bincount(row, self.values[parts], len(wholes))
            near = 1e-9 * np.maximum(np.abs(self.values[wholes]), 1)
            below: dict[str, list[str]] = {}
            for part, above in chain.chain.items():
                if above:
                    below.setdefault(above[0], []).append(part)
            names = self.names[dimension]
            kept = []
            for at, cell in enumerate(wholes.tolist()):
                codes = below[names[self.codes[dimension][cell]]]
                gaps = self._gaps(cell, dimension, codes) if abs(left[at]) > near[at] else []
                if left[at] > near[at] and gaps:
                    kept.append(at)
                    lacking.append(gaps)
                elif abs(left[at]) <= near[at]:
                    zero |= set(self._gaps(cell, dimension, codes))
            sums.append(rows[kept])
        every = scipy.sparse.csr_matrix(scipy.sparse.vstack(sums))
        weights = without_gaps([[gap for gap in gaps if gap not in zero] for gaps in lacking])
        if not weights.shape[0]:
            return
        found = scipy.sparse.csr_matrix(weights @ every)
        off = abs(found @ np.nan_to_num(self.figures))
        size = abs(found) @ np.abs(np.nan_to_num(self.figures))
        self.equal.append(found[off <= 1e-9 * np.maximum(size, 1)])

    def _gaps(self, cell: int, dimension: str, codes: Sequence[str]) -> list[Gap]:
        """Return the parts of a cell that are in no file: their keys, each with what has none."""
        names, stride = self.names[dimension], self.strides[dimension]
        own = int(self.codes[dimension][cell])
        found: list[Gap] = []
        for code, at in zip(codes, names.get_indexer(pd.Index(codes)).tolist(), strict=True):
            key = int(self.packed[cell]) - own * stride
            if at < 0:
                found.append((key, f"{dimension} {code}"))
            elif key + at * stride not in self.there:
                found.append((key + at * stride, ""))
        return found

    def add_declared(self) -> None:
        """Add what the catalogue declares between indicators."""
        pairs = np.unique(np.concatenate([*self.links["place"], *self.links["scheme"]]), axis=0)
        for number, item in enumerate(self.items):
            here = np.flatnonzero(self.among & (self.codes["indicator"] == number))
            if item.subset_of:
                there = self._find(here, indicator=item.subset_of)
                self._link("subset", here, there)
                self._add_below((here, 1.0), (there, -1.0))
            if item.holders_of:
                self._add_holders(here, item.holders_of, pairs)
        for here, there, _ in self.same:
            self._add_same(here, there)

    def _add_holders(self, here: Ints, certificates: str, pairs: Ints) -> None:
        held = np.full(len(self.values), -1)
        held[here] = self._find(here, indicator=certificates)
        here = here[held[here] >= 0]
        self._link("holders", held[here], here)
        self._add_below((here, 1.0), (held[here], -1.0))
        # So many times the holders are no fewer than the certificates: without any there are none.
        times = np.nan_to_num(self.values[held[here]]) + ROOM
        self._add_below((held[here], 1.0), (here, -times))
        part, whole = pairs[(held[pairs] >= 0).all(axis=1)].T
        self._add_below((whole, 1.0), (part, -1.0), (held[whole], -1.0), (held[part], 1.0))

    def in_steps(self) -> Relations:
        """Return all of them in steps of each cell's last digit."""
        nothing = scipy.sparse.csr_matrix((0, self.many))
        equal, below, broken = (
            _without_empty(scipy.sparse.vstack([nothing, *rows]))
            for rows in (self.equal, self.below, self.broken)
        )
        values = _filled(self.figures, equal)
        slack = -(below @ values)
        equal, _ = _scaled(equal, self.step)
        below, finest = _scaled(below, self.step)
        slack /= finest
        # What the figures contradict holds for nobody, if all of them are known here.
        holding = (slack > -1e-6) | (abs(below) @ np.isnan(self.figures) > 0)
        below, slack = below[holding], np.maximum(slack[holding], 0)
        told, bounds = distinct(equal, np.zeros(equal.shape[0])), distinct(below, slack)
        rest, steps = np.unique(np.concatenate(self.rest)), np.round(values / self.step)
        links = {
            name: np.unique(np.concatenate(pairs), axis=0) for name, pairs in self.links.items()
        }
        return Relations(
            equal[told],
            below[bounds],
            slack[bounds],
            steps,
            links_between(links, self.many, len(self.packed)),
            rest[rest < self.many],
            len(told),
            broken,
        )

    def _rounded(self) -> Floats:
        """Return by how much each figure may differ from what was counted, as it is written.

        Amounts are rounded to their last digit; counts to the zeros at their end, as in tens of
        thousands, if there are several. What is zero or unknown may be of any rounding.
        """
        digits = np.round(np.nan_to_num(self.figures) / self.step)
        zeros = np.zeros(len(digits))
        for place in range(2, 7):
            zeros[digits % 10**place == 0] = 10.0**place
        counted = np.array([item.kind == "count" for item in self.items], bool)
        rounded = np.where(counted[self.codes["indicator"]], zeros, np.maximum(zeros, 1.0))
        half: Floats = 0.5 * rounded * self.step
        return half

    def _levels(self) -> list[Ints]:
        """Return the keys of margins that may tie cells, level by level: see `margins`."""
        ladders = []
        for name in (*DIMENSIONS, "period"):
            names, pairs = self.names[name], np.empty((0, 2), np.int64)
            for chain in [*self.chains, *self.parents]:
                if chain.dimension == name:
                    pairs = np.r_[pairs, np.column_stack(chain.pairs)]
            part, whole = pairs.T
            counted = self._ways(name) > NEITHER
            ladders.append(ladder(part, whole, len(names), self.strides[name], counted))
        # A count stands under each name; and beside what is abroad as well stands the nation.
        others = [self.packed]
        for number, item in enumerate(self.items):
            if item.same_as:
                here = np.flatnonzero(self.codes["indicator"] == number)
                others.append(self._renamed(here, item.same_as)[1])
        keys = np.concatenate(others)
        keys = keys[keys >= 0]
        regions, stride = self.names["region"], self.strides["region"]
        every, nation = regions.get_indexer(pd.Index([ALL, NATION])).tolist()
        at_all = keys[keys // stride % max(len(regions), 1) == every] if every >= 0 else keys[:0]
        keys = np.r_[keys, at_all + (nation - every) * stride]
        kept: list[Ints] = []
        for level in margins(self.packed, keys, ladders):
            there = np.concatenate([self.packed, *kept])
            kept.append(np.intersect1d(level, self._wholes(there)))
        return [level for level in kept if len(level)]

    def _wholes(self, keys: Ints) -> Ints:
        """Return the keys of all that some are parts of, in any family."""
        found = [np.empty(0, np.int64)]
        for chain in [*self.chains, *self.parents]:
            name, (part, whole) = chain.dimension, chain.pairs
            names, stride = self.names[name], self.strides[name]
            above = scipy.sparse.csr_matrix(
                (np.ones(len(part)), (part, whole)), (len(names), len(names))
            )
            counted = (self._ways(name) > NEITHER)[keys % len(self.names["indicator"])]
            codes = keys[counted] // stride % len(names)
            rows = above[codes]
            move = rows.indices - np.repeat(codes, np.diff(rows.indptr))
            found.append(np.repeat(keys[counted], np.diff(rows.indptr)) + move * stride)
        wholes: Ints = np.unique(np.concatenate(found))
        return wholes

    def _chains(self) -> Iterator[_Steps]:
        for (dimension, family), chain in sorted(chains(self.catalogue).items()):
            # Without figures of the group itself its parts stand in the tree as well.
            group = family.removeprefix("of ")
            if group == family or group in self.names[dimension]:
                yield from self._steps(dimension, chain)
        if any(item.timing == "flow" for item in self.items):
            calendar = {period: parse(period).wholes() for period in self.names["period"]}
            yield from self._steps("period", calendar)

    def _steps(self, dimension: str, chain: Chain) -> Iterator[_Steps]:
        """Yield a chain, if there are figures of any part of it and of a whole of that."""
        number = {name: at for at, name in enumerate(self.names[dimension])}
        steps: dict[int, list[tuple[int, int]]] = {}
        for part, at in number.items():
            for distance, whole in enumerate(chain.get(part, [])):
                if whole in number:
                    steps.setdefault(distance, []).append((at, number[whole]))
        if steps:
            sides = [np.array(steps[distance], np.int64).T for distance in sorted(steps)]
            yield _Steps(dimension, chain, [(part, whole) for part, whole in sides])

    def _ways(self, dimension: str) -> Ints:
        """Return of each indicator how parts over a dimension make up the whole."""
        ways = []
        for item in self.items:
            way = NEITHER
            if dimension == "period":
                way = ADDITIVE if item.timing == "flow" and item.kind == "count" else NEITHER
            elif dimension in item.additive:
                way = ADDITIVE
            elif item.kind == "count":
                # All but a few organisations stand in one place: where none of a whole stands
                # in two, it is the sum of its parts. Over schemes most overlap.
                way = DISTINCT if dimension in PLACES else OVERLAPPING
            ways.append(way)
        return np.array(ways, np.int64)

    def _nearest(self, chain: _Steps) -> Ints:
        """Return the cell of the nearest whole that there is of each cell, −1 for none."""
        numbers, stride = self.codes[chain.dimension], self.strides[chain.dimension]
        whole = np.full(len(self.values), -1)
        for part, over in chain.steps:
            above = np.full(len(self.names[chain.dimension]), -1)
            above[part] = over
            asked = np.flatnonzero(self.among & (whole < 0) & (above[numbers] >= 0))
            move = above[numbers[asked]] - numbers[asked]
            whole[asked] = self._at(self.packed[asked] + move * stride)
        return whole

    def _find(self, here: Ints, indicator: str) -> Ints:
        """Return the cells of an indicator that are like those `here`; −1 where none is."""
        return self._at(self._moved(here, indicator=indicator))

    def _moved(self, here: Ints, **codes: str) -> Ints:
        """Return the keys with these codes that are like those `here`; −1 where a code is none."""
        moved = self.packed[here]
        for name, code in codes.items():
            at = int(self.names[name].get_indexer(pd.Index([code]))[0])
            if at < 0:
                return np.full(len(here), -1)
            moved = moved + (at - self.codes[name][here]) * self.strides[name]
        return moved

    def _renamed(self, here: Ints, same: Same) -> tuple[Ints, Ints]:
        """Return which of the cells `here` are counted elsewhere too, and the keys there."""
        if same.scheme is None:
            return here, self._moved(here, indicator=same.indicator)
        whole = self._moved(here, scheme=ALL)
        here = here[self.packed[here] == whole]
        return here, self._moved(here, indicator=same.indicator, scheme=same.scheme)

    def _at(self, packed: Ints) -> Ints:
        if not len(packed):
            return packed
        place = np.searchsorted(self.sorted, packed)
        cell = self.order[np.minimum(place, len(self.order) - 1)]
        found: Ints = np.where(self.packed[cell] == packed, cell, -1)
        return found

    def _add_family(self, parts: Ints, whole: Ints, ways: Ints) -> None:
        """Add the relations of one family: parts, beside each its whole and how it makes it up."""
        if not len(parts):
            return
        values = self.values
        wholes, first, row = np.unique(whole, return_index=True, return_inverse=True)
        total = np.bincount(row, values[parts], len(wholes))
        # Of a whole unknown to us its release's figure is compared, see `earlier`: not with NaN.
        size = np.nan_to_num(np.abs(values[wholes]))
        allowed = np.bincount(row, np.ones(len(parts)), len(wholes)) * 1e-9 * size
        coarse = self.rounded[wholes].copy()
        np.minimum.at(coarse, row, self.rounded[parts])  # a table is rounded if all of it is
        allowed += coarse * (np.bincount(row, self.terms[parts], len(wholes)) + self.terms[wholes])
        # NaN, unknown to us too, is never beyond what is allowed.
        beyond = np.abs(total - values[wholes]) > np.maximum(allowed, 1e-9)
        more, way = beyond & (total > values[wholes]), ways[first]
        sums = self._matrix(row, parts, np.arange(len(wholes)), wholes)
        tight = ~beyond & (way >= DISTINCT)
        self._link("sum", parts[tight[row]], whole[tight[row]])
        self.rest.append(wholes[beyond & ~more])
        self.equal.append(sums[tight])
        self.broken.append(sums[beyond & (way >= DISTINCT)])
        self.below.append(sums[beyond & ~more & (way == ADDITIVE)])
        self.below.append(-sums[more | ~beyond & (way == OVERLAPPING)])
        apart = (beyond | (way == OVERLAPPING))[row]
        self._add_below((parts[apart], 1.0), (whole[apart], -1.0))

    def _matrix(self, row: Ints, parts: Ints, rows: Ints, wholes: Ints) -> scipy.sparse.csr_matrix:
        """Return rows of ones at some cells and of −1 at others, margins as what they are made of.

        Where a margin is said to be what it is made of, nothing is left of a row.
        """
        factors = np.r_[np.ones(len(parts)), -np.ones(len(wholes))]
        return self._rows(np.r_[row, rows], np.r_[parts, wholes], factors, len(wholes))

    def _rows(self, row: Ints, cell: Ints, factor: Floats, size: int) -> scipy.sparse.csr_matrix:
        rows = scipy.sparse.csr_matrix((factor, (row, cell)), (size, len(self.packed)))
        return rows[:, : self.many] if self.many == len(self.packed) else rows @ self.made

    def _link(self, name: str, here: Ints, there: Ints) -> None:
        self.links[name].append(np.column_stack([here, there])[there >= 0])

    def _add_same(self, here: Ints, there: Ints) -> None:
        """Add that two cells are one count."""
        here, there = self._add_equal(here, there)
        self._link("equal", here, there)
        self._link("equal", there, here)

    def _add_equal(self, here: Ints, there: Ints) -> tuple[Ints, Ints]:
        """Add that cells are equal, where they are or may be and there are both; return those."""
        differ = np.abs(self.values[here] - self.values[there]) > 0
        here, there = (each[(there >= 0) & ~differ] for each in (here, there))
        rows = np.arange(len(here))
        self.equal.append(self._matrix(rows, here, rows, there))
        return here, there

    def _add_below(self, *terms: tuple[Ints, Floats | float]) -> None:
        """Add that sums of cells, each times a number, are no more than nothing."""
        there = np.all([cells >= 0 for cells, _ in terms], axis=0)
        rows = np.arange(int(there.sum()))
        columns = [cells[there] for cells, _ in terms]
        factors = [np.broadcast_to(factor, there.shape)[there] for _, factor in terms]
        self.below.append(
            self._rows(
                np.tile(rows, len(terms)),
                np.concatenate(columns),
                np.concatenate(factors),
                len(rows),
            )
        )


def without_gaps(lacking: Sequence[Sequence[Gap]]) -> scipy.sparse.csr_matrix:
    """Return combinations (rows) of wholes (columns) that say nothing of what any of them lacks.

    lacking: of each whole the parts that it lacks. Rows are put together until no gap is left.
    """
    rows = {at: set(gaps) for at, gaps in enumerate(lacking)}
    while True:  # a gap of one whole alone may be anything, and so may what that whole leaves
        many = Counter(gap for gaps in rows.values() for gap in gaps)
        alone = [at for at, gaps in rows.items() if any(many[gap] == 1 for gap in gaps)]
        if not alone:
            break
        for at in alone:
            del rows[at]
    # Beside its gaps each row holds which wholes it is made of, by their numbers.
    pivots: dict[Gap, dict[Gap | int, Fraction]] = {}
    found: list[dict[Gap | int, Fraction]] = []
    for at in sorted(rows, key=lambda at: len(rows[at])):
        names: list[Gap | int] = [*sorted(rows[at]), at]
        left = {name: Fraction(1) for name in names}
        while known := [name for name in left if not isinstance(name, int) and name in pivots]:
            times = left[known[0]]
            for name, factor in pivots[known[0]].items():
                left[name] = left.get(name, Fraction(0)) - times * factor
            left = {name: factor for name, factor in left.items() if factor}
        gaps = [name for name in left if not isinstance(name, int)]
        if gaps:
            pivots[min(gaps)] = {name: factor / left[min(gaps)] for name, factor in left.items()}
        else:
            found.append(left)
    entries = [
        (number, name, float(factor))
        for number, row in enumerate(found)
        for name, factor in row.items()
        if isinstance(name, int)
    ]
    row, column, factors = zip(*entries, strict=True) if entries else ((), (), ())
    return scipy.sparse.csr_matrix((factors, (row, column)), (len(found), len(lacking)))


def _without_empty(rows: scipy.sparse.csr_matrix) -> scipy.sparse.csr_matrix:
    rows = scipy.sparse.csr_matrix(rows)
    rows.eliminate_zeros()
    return scipy.sparse.csr_matrix(rows[np.diff(rows.indptr) > 0])


def distinct(rows: scipy.sparse.csr_matrix, slack: Floats, own: int = 0) -> Ints:
    """Return the first `own` rows, and those others that say something that no other one does."""
    weight = np.random.default_rng(0).uniform(1, 2, rows.shape[1])
    sign = np.round(rows @ weight, 9)
    order = np.lexsort((np.arange(len(sign)) >= own, slack, sign))
    repeated = np.zeros(len(sign), bool)
    repeated[order[1:]] = np.diff(sign[order]) == 0
    return np.flatnonzero((np.arange(len(sign)) < own) | ~(repeated | (sign == 0)))


def _scaled(rows: scipy.sparse.csr_matrix, step: Floats) -> tuple[scipy.sparse.csr_matrix, Floats]:
    """Return rows in steps of each cell, and what each row is divided by for 1 to be the least."""
    scaled = rows.copy()
    scaled.data = rows.data * step[rows.indices]
    least = np.minimum.reduceat(np.abs(scaled.data), scaled.indptr[:-1]) if rows.nnz else np.ones(0)
    scaled.data /= np.repeat(least, np.diff(scaled.indptr))
    return scaled, least


def _filled(values: Floats, equal: scipy.sparse.csr_matrix) -> Floats:
    """Return the values with what those unknown to us may be: their share of what a sum leaves.

    One at least, so that there is one less and one more to think of.
    """
    unknown = np.isnan(values)
    filled = np.where(unknown, 0.0, values)
    if unknown.any():
        rest = -(equal @ filled)
        among = scipy.sparse.csr_matrix(equal[:, unknown])
        many = np.diff(among.indptr)
        row = np.repeat(np.arange(len(many)), many)
        share = np.round(rest[row] / many[row] / among.data)
        guess = np.full(int(unknown.sum()), np.inf)
        np.minimum.at(guess, among.indices, share)
        filled[unknown] = np.where(np.isfinite(guess), np.maximum(guess, 1.0), 1.0)
    return filled
