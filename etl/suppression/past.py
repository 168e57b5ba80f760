"""Earlier releases as relations between the cells of now: what they tell of what is suppressed.

In an earlier release the same relations held, between what it published, which is known, and what
it suppressed. A suppressed figure that is published now is taken to be what it was, by anybody who
reads both; one that was published then and is suppressed now is known as long as it is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, diags_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

from etl.suppression.relations import Floats, Mask, Relations, relations
from indicators.catalogue import Catalogue
from indicators.store.tables import KEY


@dataclass(frozen=True)
class Past:
    """What earlier releases tell. Arrays have one element a cell, then one each that is gone.

    relations: those of now and of each earlier release. known: cells that a release published as
    they are. suppressed: by the newest release. stuck: cells that a release suppressed together
    with others of which one has changed since, so that any would give away what another was.
    gone: cells that a release suppressed and that there are no more.
    """

    relations: Relations
    known: Mask
    suppressed: Mask
    stuck: Mask
    gone: int

    def kept(self, hidden: Mask) -> Mask:
        """Return the hidden cells, and those that stay so since they protect one of them."""
        first = np.r_[hidden, np.ones(self.gone, bool)] | self.stuck
        every = first | self.suppressed
        rows = vstack([self.relations.equal, self.relations.below])
        among = csr_matrix(abs(rows) @ diags_array(every * 1.0))
        _, part = connected_components(among.T @ among, directed=False)
        kept: Mask = first | (np.isin(part, part[first]) & every)
        return kept


def past(cells: pd.DataFrame, now: Relations, versions: pd.DataFrame, catalogue: Catalogue) -> Past:
    """Return what the versions of cells tell: see `Earlier.versions`. cells: KEY and value."""
    keys = list(KEY)
    here = pd.MultiIndex.from_frame(cells[keys])
    there = pd.MultiIndex.from_frame(versions[keys])
    missing = there[versions["suppressed"].to_numpy() & ~there.isin(here)].unique()
    every = here.append(missing)
    at = every.get_indexer(there)
    then = now
    if len(missing):
        gone = missing.to_frame(index=False).assign(value=np.nan)
        then = relations(pd.concat([cells[[*keys, "value"]], gone], ignore_index=True), catalogue)
    step = 10.0 ** np.array(
        [catalogue.indicators[key].decimals for key in every.get_level_values("indicator")]
    )
    values = np.r_[now.values, np.full(len(missing), np.nan)]
    known = np.zeros(len(every), bool)
    shown = np.zeros(len(every), bool)
    public = (at >= 0) & ~versions["suppressed"].to_numpy() & versions["value"].notna().to_numpy()
    same = public & (np.round(versions["value"].to_numpy() * step[at]) == values[at])
    known[at[same]] = True
    newest = np.isinf(versions["until"].to_numpy()) & versions["suppressed"].to_numpy()
    shown[at[newest]] = True
    stuck = np.zeros(len(every), bool)
    equal, below, slack = (
        [_wide(now.equal, len(missing))],
        [_wide(now.below, len(missing))],
        [now.slack],
    )
    for hidden, figures in _states(versions, at, values, step):
        rows = csr_matrix(then.equal @ diags_array(hidden * 1.0))
        rows.eliminate_zeros()
        used = np.diff(rows.indptr) > 0
        off = ~(np.abs(then.equal[used] @ figures) < 0.5)  # NaN, too: nobody knows
        stuck[rows[used][off].indices] = True
        equal.append(rows[used])
        rows = csr_matrix(then.below @ diags_array(hidden * 1.0))
        rows.eliminate_zeros()
        used = np.diff(rows.indptr) > 0
        below.append(rows[used])
        slack.append(np.maximum(np.nan_to_num(-(then.below[used] @ figures)), 0))
    both = replace(
        now, equal=csr_matrix(vstack(equal)), below=csr_matrix(vstack(below)),
        slack=np.concatenate(slack), values=np.nan_to_num(values, nan=1.0),
    )  # fmt: skip
    return Past(both, known, shown, stuck, len(missing))


def _wide(rows: csr_matrix, further: int) -> csr_matrix:
    return csr_matrix(hstack([rows, csr_matrix((rows.shape[0], further))]))


def _states(
    versions: pd.DataFrame, at: np.ndarray, values: Floats, step: Floats
) -> Iterator[tuple[Mask, Floats]]:
    """Yield, of each release that suppressed some, which cells, and the figures of all others.

    Of a suppressed one the figure is that of now; of one that was not there, 0.
    """
    since, until = versions["since"].to_numpy(), versions["until"].to_numpy()
    last = np.unique(until[np.isfinite(until)]) - 1
    seen: set[bytes] = set()
    for number in [*last.tolist(), np.inf]:
        there = (since <= number) & ((number < until) | np.isinf(until)) & (at >= 0)
        hidden = np.zeros(len(values), bool)
        hidden[at[there & versions["suppressed"].to_numpy()]] = True
        if not hidden.any():
            continue
        figures = np.zeros(len(values))
        places = at[there]
        figures[places] = np.round(versions["value"].to_numpy()[there] * step[places])
        figures[hidden] = values[hidden]
        state = hidden.tobytes() + figures.tobytes()
        if state not in seen:
            seen.add(state)
            yield hidden, figures
