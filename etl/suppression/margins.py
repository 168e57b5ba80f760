"""Margins that are in no file, and tie the figures that are all the same.

Where provinces by size are published and the nation alone, the total of a province ties them: it
is what its sizes come to, and a part of the nation. Such a margin is no unknown of its own: it is
the sum of its parts over one dimension, and stands for that sum in every other relation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt
import scipy

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
ADDITIVE, DISTINCT, OVERLAPPING, NEITHER = 3, 2, 1, 0  # how parts make up their whole
Family = tuple[Ints, Ints, Ints]  # cells; beside each the whole it is a part of, and how


@dataclass(frozen=True)
class Ladder:
    """How the codes of one dimension stand above one another.

    wholes: by code (rows) those above it. depth: of each code, the most that stand above it.
    counted: by indicator, whether parts make up wholes. A key holds its indicator as
    key % indicators, and its code as key // stride % codes.
    """

    wholes: scipy.sparse.csr_matrix
    depth: Ints
    stride: int
    counted: Mask

    def of(self, keys: Ints) -> Ints:
        """Return how deep each key stands."""
        depth: Ints = self.depth[self._codes(keys)] * self.counted[keys % len(self.counted)]
        return depth

    def lifted(self, keys: Ints, depth: int) -> Ints:
        """Return keys, in the stead of those that stand deeper their wholes at this depth."""
        codes, deep = self._codes(keys), self.of(keys) > depth
        rows = self.wholes[codes[deep]]
        key = np.repeat(np.flatnonzero(deep), np.diff(rows.indptr))
        there = self.depth[rows.indices] == depth
        key, whole = key[there], rows.indices[there].astype(np.int64)
        every: Ints = np.unique(np.r_[keys[~deep], keys[key] + (whole - codes[key]) * self.stride])
        return every

    def _codes(self, keys: Ints) -> Ints:
        codes: Ints = keys // self.stride % len(self.depth)
        return codes


def ladder(part: Ints, whole: Ints, size: int, stride: int, counted: Mask) -> Ladder:
    """Return the ladder of so many codes; part and whole: each below another one, step by step."""
    above = scipy.sparse.csr_matrix((np.ones(len(part)), (part, whole)), (size, size))
    depth, before = np.zeros(size, np.int64), np.full(size, -1)
    while (depth != before).any():
        before = depth.copy()
        np.maximum.at(depth, part, depth[whole] + 1)
    return Ladder(reached(above, above), depth, stride, counted)


def margins(keys: Ints, others: Ints, ladders: Sequence[Ladder]) -> list[Ints]:
    """Return the keys of margins that may tie cells, level by level, parts before wholes.

    A margin lies where a cell comes to by going up, one dimension after another, as far as any
    other cell stands: what two tables have in common lies there. others: more keys to go up to.
    """
    keys, found = np.unique(keys), [np.empty(0, np.int64)]
    for pattern in np.unique(_depths(np.r_[keys, others], ladders), axis=0):
        lifted = keys
        for each, depth in zip(ladders, pattern.tolist(), strict=True):
            lifted = each.lifted(lifted, depth)
            found.append(np.setdiff1d(lifted, keys, assume_unique=True))
    every = np.unique(np.concatenate(found))
    level = _depths(every, ladders).sum(axis=1)
    return [every[level == at] for at in np.unique(level)[::-1]]


def _depths(keys: Ints, ladders: Sequence[Ladder]) -> Ints:
    return np.column_stack([each.of(keys) for each in ladders])


class Margins:
    """Published cells with the margins after them: their values, and what these are made of.

    made: of each cell (row) the published ones (columns) that it is the sum of. several: whether
    another sum may be meant too, since parts that overlap come to more than their whole.
    """

    def __init__(self, figures: Floats, sizes: Sequence[int]) -> None:
        """figures: of what is published. sizes: how many margins each level has."""
        self.starts = np.cumsum([len(figures), *sizes]).tolist()
        self.values = np.r_[figures, np.full(self.starts[-1] - len(figures), np.nan)]
        self.made = scipy.sparse.csr_matrix(scipy.sparse.eye_array(len(self.values), len(figures)))
        self.several = False

    def fill(self, families: Sequence[Family], *, highest: bool) -> None:
        """Make each margin what its parts come to in one family: the most, or the least.

        The most in either case of parts that add up; and if the least, no more than a whole of it.
        """
        values, self.several = self.values, False
        levels = list(pairwise(self.starts))
        made = scipy.sparse.csr_matrix(scipy.sparse.eye_array(self.starts[0]))
        for start, stop in levels:
            size = stop - start
            total, chosen = np.full(size, np.nan), np.full(size, -1)
            below = [
                (parts[here], whole[here] - start, ways[here])
                for parts, whole, ways in families
                for here in [(start <= whole) & (whole < stop) & (parts < start)]
            ]
            for adds, (number, (parts, row, ways)) in product((True, False), enumerate(below)):
                among = (ways == ADDITIVE) == adds
                there = np.bincount(row[among], minlength=size) > 0
                sums = np.bincount(row[among], values[parts[among]], size)
                beyond = sums > total if highest or adds else sums < total
                self.several |= not adds and bool((there & (np.abs(sums - total) > 0)).any())
                better = there & (beyond | (chosen < 0))
                total[better], chosen[better] = sums[better], number
            values[start:stop] = total
            used = [(row, parts, chosen[row] == at) for at, (parts, row, _) in enumerate(below)]
            row = np.concatenate([row[here] for row, _, here in used])
            parts = np.concatenate([parts[here] for _, parts, here in used])
            more = scipy.sparse.csr_matrix((np.ones(len(row)), (row, parts)), (size, start))
            made = scipy.sparse.csr_matrix(scipy.sparse.vstack([made, more @ made]))
        source = np.arange(len(values))
        for start, stop in levels[::-1]:
            for parts, whole, ways in families:
                here = (start <= parts) & (parts < stop) & (ways < ADDITIVE)
                here &= values[whole] < values[parts]
                self.several |= bool(here.any())
                if not highest:
                    source[parts[here]] = source[whole[here]]
                    values[parts[here]] = values[whole[here]]
        self.made = scipy.sparse.csr_matrix(made[source])


def links_between(links: Mapping[str, Ints], many: int, size: int) -> dict[str, Ints]:
    """Return links between the published cells, which are `many`, those by way of margins too.

    links: pairs of cells and margins, `size` in all, by their name; see `Relations`.
    """
    if size == many:
        return dict(links)
    link = {
        name: scipy.sparse.csr_matrix((np.ones(len(pairs)), pairs.T), (size, size))
        for name, pairs in links.items()
    }
    # What is the same as a margin is a whole of its parts.
    same = links["equal"][(links["equal"] >= many).any(axis=1)]
    equal = scipy.sparse.csr_matrix((np.ones(len(same)), same.T), (size, size))
    place, every = link["place"] + equal, link["place"] + link["scheme"] + equal
    up, down = _by_margins(every, many), _by_margins(every.T.tocsr(), many).T
    ties = {
        "place": _by_margins(place, many) @ place,
        "scheme": up @ every,
        "sum": _by_margins(link["sum"] + equal, many) @ (link["sum"] + equal),
        "equal": link["equal"],
        "holders": up @ link["holders"] @ down,
        "subset": up @ link["subset"] @ down,
    }
    pairs = {
        name: np.column_stack(rows[:many, :many].nonzero()).astype(np.int64)
        for name, rows in ties.items()
    }
    return {name: found[found[:, 0] != found[:, 1]] for name, found in pairs.items()}


def _by_margins(link: scipy.sparse.csr_matrix, many: int) -> scipy.sparse.csr_matrix:
    """Return of each published cell itself and the margins that links lead to from it."""
    link = scipy.sparse.csr_matrix(link)
    above = reached(link[:many, many:], scipy.sparse.csr_matrix(link[many:, many:]))
    return scipy.sparse.csr_matrix(scipy.sparse.hstack([scipy.sparse.eye_array(many), above]))


def reached(
    rows: scipy.sparse.csr_matrix, link: scipy.sparse.csr_matrix
) -> scipy.sparse.csr_matrix:
    """Return rows with 1 also at whatever a link leads to from them."""
    found, before = scipy.sparse.csr_matrix(rows), -1
    while found.nnz != before:
        before = found.nnz
        found = scipy.sparse.csr_matrix(found + found @ link)
        found.data[:] = 1
    return found
