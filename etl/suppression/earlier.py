"""What earlier releases published and suppressed: it is known, or still to be kept unknown.

In an earlier release the same relations held, between what it published, which is known even where
a later one leaves it out, and what it suppressed. A suppressed figure that is published now is
taken to be what it was, by anybody who reads both; one that was published then and is suppressed
now is known as long as it is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import sqlalchemy as sa
from scipy.sparse import csr_matrix, diags_array, hstack, vstack
from scipy.sparse.csgraph import connected_components

from etl.suppression.relations import Floats, Ints, Mask, Relations, relations
from etl.tidy import KEYS, TidyRows
from indicators.catalogue import Catalogue
from indicators.store.archive import frame_of, snapshot
from indicators.store.holdings import CELL
from indicators.store.tables import KEY, holding, observation, revision

_NAMES = [*KEY, "value", "confidentiality", "release"]


@dataclass(frozen=True)
class Earlier:
    """The releases of a database until now."""

    engine: sa.Engine

    def tables(self, indicators: Sequence[str]) -> pd.DataFrame:
        """Return the indicators and periods of which a release suppressed some: both columns."""
        same = sa.and_(*(holding.c[name] == observation.c[name] for name in CELL))
        # What is suppressed has no value: so only cells that miss one are looked into.
        now = (
            sa.select(observation.c.indicator, observation.c.period)
            .select_from(holding)
            .join(observation, same)
            .where(holding.c.known < holding.c.rows, observation.c.confidentiality != "F")
        )
        then = sa.select(revision.c.indicator, revision.c.period).where(
            revision.c.confidentiality != "F"
        )
        parts = [
            question.where(question.selected_columns.indicator.in_(list(indicators))).distinct()
            for question in (now, then)
        ]
        with snapshot(self.engine) as connection:
            return pd.concat([frame_of(connection, part) for part in parts]).drop_duplicates()

    def versions(
        self, rows: TidyRows, indicators: Sequence[str], periods: Sequence[str]
    ) -> pd.DataFrame:
        """Return every version of the figures of some indicators and periods.

        KEY, value (missing where suppressed), suppressed, and since which release and until
        before which it was public, 0 and infinity where it is as it was, and is.
        """

        def chosen(table: sa.Table) -> sa.ColumnElement[bool]:
            return sa.and_(
                table.c.indicator.in_(list(indicators)), table.c.period.in_(list(periods))
            )

        with snapshot(self.engine) as connection:
            archived = frame_of(
                connection,
                sa.select(*(revision.c[name] for name in (*_NAMES, "superseded"))).where(
                    chosen(revision)
                ),
            )
            told = observation.c.confidentiality != "F"
            if len(archived):
                told |= observation.c.release > int(archived["release"].min())
            apart = frame_of(
                connection,
                sa.select(*(observation.c[name] for name in _NAMES)).where(
                    chosen(observation), told
                ),
            )
        # All others are public as they stand, or are among the files that are compared.
        public = rows.query(
            f"""
            SELECT {KEYS}, value, confidentiality FROM published
            WHERE list_contains($1, indicator) AND list_contains($2, period)
            """,
            [list(indicators), list(periods)],
        )
        public = public[~_index(public).isin(_index(apart))]
        every = pd.concat([public, apart, archived], ignore_index=True)
        return pd.DataFrame(
            {name: every[name].astype(str) for name in KEY}
            | {
                "value": every["value"].astype(float),
                "suppressed": (every["confidentiality"] != "F").to_numpy(bool),
                "since": every["release"].astype(float).fillna(0),
                "until": every["superseded"].astype(float).fillna(np.inf)
                if "superseded" in every
                else np.inf,
            }
        )


def _index(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[list(KEY)].astype(str))


@dataclass(frozen=True)
class Past:
    """What earlier releases tell. Arrays have one element a cell, then one each that is gone.

    relations: those of now and of each earlier release. known: cells that a release published as
    they are. suppressed: by the newest release. stuck: cells that a release suppressed together
    with others of which one has changed since, so that any would give away what another was.
    gone: of those that there are no more, which ones a release suppressed. keys: of all.
    """

    relations: Relations
    known: Mask
    suppressed: Mask
    stuck: Mask
    gone: Mask
    keys: pd.MultiIndex

    def kept(self, hidden: Mask) -> Mask:
        """Return the hidden cells, and those that stay so since they protect one of them."""
        first = np.r_[hidden, self.gone] | self.stuck
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
    suppressed = versions["suppressed"].to_numpy()
    gone = there[~there.isin(here) & suppressed].unique()
    left_out = there[~there.isin(here.append(gone)) & versions["value"].notna()].unique()
    missing = gone.append(left_out)
    every = here.append(missing)
    at = every.get_indexer(there)
    then = _with_unknown(cells, gone, catalogue) if len(gone) else now
    if len(left_out):
        # Of a release that had these figures, and of one that had not.
        having = _with_unknown(cells, missing, catalogue)
        then = replace(
            then,
            equal=csr_matrix(vstack([_wide(then.equal, len(left_out)), having.equal])),
            allowed=np.r_[then.allowed, having.allowed],
            below=csr_matrix(vstack([_wide(then.below, len(left_out)), having.below])),
        )
    step = 10.0 ** np.array(
        [catalogue.indicators[key].decimals for key in every.get_level_values("indicator")]
    )
    values = np.r_[now.values, np.full(len(missing), np.nan)]
    withdrawn = np.arange(len(every)) >= len(every) - len(left_out)
    known = withdrawn.copy()
    shown = np.zeros(len(every), bool)
    public = (at >= 0) & ~versions["suppressed"].to_numpy() & versions["value"].notna().to_numpy()
    same = public & (np.round(versions["value"].to_numpy() * step[at]) == values[at])
    known[at[same]] = True
    newest = np.isinf(versions["until"].to_numpy()) & versions["suppressed"].to_numpy()
    shown[at[newest]] = True
    stuck = np.zeros(len(every), bool)
    equal, allowed = [_wide(now.equal, len(missing))], [now.allowed]
    below, slack = [_wide(now.below, len(missing))], [now.slack]
    for hidden, present, figures in _states(versions, at, values, step):
        absent = withdrawn & ~present
        rows, used = _among(then.equal, hidden, absent)
        differ = np.abs(then.equal[used] @ figures)  # NaN where nobody knows
        holding = differ < 0.5 + then.allowed[used]
        stuck[rows[~holding].indices] = True
        equal.append(rows[holding | np.isnan(differ)])
        allowed.append(then.allowed[used][holding | np.isnan(differ)])
        rows, used = _among(then.below, hidden, absent)
        below.append(rows)
        slack.append(np.maximum(np.nan_to_num(-(then.below[used] @ figures)), 0))
    both = replace(
        now,
        equal=csr_matrix(vstack(equal)),
        allowed=np.concatenate(allowed),
        below=csr_matrix(vstack(below)),
        slack=np.concatenate(slack),
        values=np.nan_to_num(values, nan=1.0),
    )
    return Past(both, known, shown, stuck, missing.isin(gone), every)


def _with_unknown(cells: pd.DataFrame, further: pd.MultiIndex, catalogue: Catalogue) -> Relations:
    """Return the relations of cells and further ones, which are taken to hold for these."""
    unknown = further.to_frame(index=False).assign(value=np.nan)
    table = pd.concat([cells[[*KEY, "value"]], unknown], ignore_index=True)
    return relations(table, catalogue)


def _among(rows: csr_matrix, hidden: Mask, absent: Mask) -> tuple[csr_matrix, Ints]:
    """Return the relations between hidden cells alone, and which ones those are.

    None of a whole without its parts, or of parts without their whole, since one of both is absent.
    """
    among = csr_matrix(rows @ diags_array(hidden * 1.0))
    among.eliminate_zeros()
    lacking = abs(rows) @ absent > 0
    more, less = ((rows * sign).maximum(0) @ ~absent > 0 for sign in (1, -1))
    used = np.flatnonzero((np.diff(among.indptr) > 0) & (~lacking | (more & less)))
    return csr_matrix(among[used]), used


def _wide(rows: csr_matrix, further: int) -> csr_matrix:
    return csr_matrix(hstack([rows, csr_matrix((rows.shape[0], further))]))


def _states(
    versions: pd.DataFrame, at: np.ndarray, values: Floats, step: Floats
) -> Iterator[tuple[Mask, Mask, Floats]]:
    """Yield, of each release that suppressed some, which, which were there, and all figures.

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
        present = np.zeros(len(values), bool)
        present[places] = True
        figures[places] = np.round(versions["value"].to_numpy()[there] * step[places])
        figures[hidden] = values[hidden]
        state = hidden.tobytes() + present.tobytes() + figures.tobytes()
        if state not in seen:
            seen.add(state)
            yield hidden, present, figures
