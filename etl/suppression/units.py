"""One certificate or organisation more: which figures count it."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix, vstack

from etl.suppression.relations import Ints, Relations


def units(relations: Relations) -> csr_matrix:
    """Return what may be one more as rows: 1 at each cell (column) that counts it.

    One more in any cell without parts, or in what a whole holds besides them. All wholes above
    count it; or only those of its scheme; or only those that are the sum of their parts, the
    others having counted it for another part already. Of certificates: with a holder more, who is
    counted in one of these ways, or with none.
    """
    size = len(relations.values)
    link = {name: _linked(pairs, size) for name, pairs in relations.links.items()}
    wholes, holders = link["place"] + link["scheme"], link["holders"]
    leaf = np.union1d(np.flatnonzero(_counts(wholes, 0) == 0), relations.rest)
    here = csr_matrix((np.ones(len(leaf)), (np.arange(len(leaf)), leaf)), (len(leaf), size))
    of_sums = _reached(here, link["sum"])
    of_scheme = _reached(here, link["place"])
    of_all = _reached(of_scheme, wholes)
    apart = np.flatnonzero(_counts(of_all, 1) > _counts(of_scheme, 1))
    loose = np.flatnonzero(_counts(of_scheme, 1) > _counts(of_sums, 1))
    held = np.flatnonzero(_counts(here @ holders, 1) > 0)
    found = [
        of_all,
        of_scheme[apart],
        of_sums[loose],
        (of_all + of_all @ holders)[held],
        (of_all + of_scheme @ holders)[np.intersect1d(held, apart)],
        (of_all + _reached(here @ holders, link["sum"]))[np.intersect1d(held, loose)],
    ]
    return _reached(csr_matrix(vstack(found)), link["equal"] + link["subset"])


def _linked(pairs: Ints, size: int) -> csr_matrix:
    return csr_matrix((np.ones(len(pairs)), pairs.T), (size, size))


def _counts(rows: csr_matrix, axis: int) -> Ints:
    counts: Ints = np.bincount(rows.tocoo().coords[1 - axis], minlength=rows.shape[1 - axis])
    return counts


def _reached(rows: csr_matrix, link: csr_matrix) -> csr_matrix:
    """Return rows with 1 also at whatever a link leads to from them."""
    reached, before = csr_matrix(rows), -1
    while reached.nnz != before:
        before = reached.nnz
        reached = csr_matrix(reached + reached @ link)
        reached.data[:] = 1
    return reached
