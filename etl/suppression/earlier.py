"""What earlier releases published and suppressed: it is known, or still to be kept unknown.

Whoever kept an earlier release knows what it published, even where a later one leaves it out or
says something else, and two kinds of relations: those between the figures of that release, and
those between what it published and the others of today. Each is looked for among the figures that
it is about, so that a total restated since neither breaks nor makes one. A suppressed figure that
is published now is taken to be what it was, by anybody who reads both; one that was published then
and is suppressed now is known as long as it is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import scipy
import sqlalchemy as sa

from etl.suppression.margins import Floats, Ints, Mask
from etl.suppression.relations import Relations, distinct, relations
from etl.tidy import DERIVED, KEYS, TidyRows
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
        return self._tables([now, then], indicators)

    def published(self, indicators: Sequence[str]) -> pd.DataFrame:
        """Return the indicators and periods that any release had figures of: both columns."""
        every = [sa.select(each.c.indicator, each.c.period) for each in (holding, revision)]
        return self._tables(every, indicators)

    def archived(self, indicators: Sequence[str], *, own: bool = False) -> pd.DataFrame:
        """Return what earlier releases published that is not public as it was: KEY, value.

        own: only what a source gave, nothing that was computed.
        """
        columns = [*(revision.c[name] for name in KEY), revision.c.value]
        question = sa.select(*columns).where(
            revision.c.indicator.in_(list(indicators)),
            revision.c.value.is_not(None),
            revision.c.confidentiality == "F",
            *([revision.c.source != DERIVED] if own else []),
        )
        with snapshot(self.engine) as connection:
            return frame_of(connection, question)

    def _tables(
        self, questions: Sequence[sa.Select[tuple[str, str]]], indicators: Sequence[str]
    ) -> pd.DataFrame:
        parts = [
            question.where(question.selected_columns.indicator.in_(list(indicators))).distinct()
            for question in questions
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
    they are; or at all, of those that there are no more and none suppressed. suppressed: by the
    newest release. gone: of those that there are no more, which ones a release suppressed; once:
    which ones one published. stuck: rows of cells that a release suppressed together and of which
    one has changed since, so that any would give away what another was. keys: of all.
    """

    relations: Relations
    known: Mask
    suppressed: Mask
    gone: Mask
    once: Mask
    stuck: scipy.sparse.csr_matrix
    keys: pd.MultiIndex

    def kept(self, hidden: Mask) -> Mask:
        """Return the hidden cells, and those that stay so since they protect one of them."""
        rows = scipy.sparse.vstack([self.relations.equal, self.relations.below])
        first = self.gone.copy()
        first[: len(hidden)] |= hidden
        while True:
            every = first | self.suppressed
            among = scipy.sparse.csr_matrix(abs(rows) @ scipy.sparse.diags_array(every * 1.0))
            _, part = scipy.sparse.csgraph.connected_components(among.T @ among, directed=False)
            kept: Mask = first | (np.isin(part, part[first]) & every)
            shown = self.stuck @ ~kept > 0
            if not shown.any():
                return kept
            first = kept | (self.stuck.T @ shown > 0)


def past(cells: pd.DataFrame, now: Relations, versions: pd.DataFrame, catalogue: Catalogue) -> Past:
    """Return what the versions of cells tell: see `Earlier.versions`. cells: KEY and value."""
    here, there = (pd.MultiIndex.from_frame(rows[list(KEY)]) for rows in (cells, versions))
    every = here.append(there[~there.isin(here)].unique())
    at = every.get_indexer(there)
    decimals = [catalogue.indicators[key].decimals for key in every.get_level_values("indicator")]
    step = 10.0 ** np.array(decimals)
    figures, suppressed = versions["value"].to_numpy(), versions["suppressed"].to_numpy()
    public = ~suppressed & ~np.isnan(figures)
    today = np.r_[cells["value"].to_numpy(float), np.full(len(every) - len(here), np.nan)]

    def cells_of(chosen: Mask) -> Mask:
        return np.bincount(at[chosen], minlength=len(every)) > 0

    is_here = np.arange(len(every)) < len(here)
    same = np.round(figures * step[at]) == np.round(today[at] * step[at])
    gone = cells_of(suppressed) & ~is_here
    once = cells_of(public) & ~is_here
    known = cells_of(public & same) | (once & ~gone)
    shown = cells_of(suppressed & np.isinf(versions["until"].to_numpy()))
    first = _placed(now, np.arange(len(here)), len(every))
    equal, below, slack = [first.equal], [first.below], [first.slack]
    stuck = [scipy.sparse.csr_matrix((0, len(every)))]
    links = {name: [pairs] for name, pairs in now.links.items()}
    for present, then in _states(versions, at, public, len(every)):
        told = ~np.isnan(then)
        mixed = np.where(told, then, today)
        other = (told & (then != today)) | gone
        # The figures of that release; and those of today where it says something else.
        for among, about in ((present, present & ~told), (told | is_here | gone, other)):
            if not about.any() or not (among & ~told).any():
                continue
            table = every[among].to_frame(index=False).assign(value=mixed[among])
            place = np.flatnonzero(among)
            found = _placed(relations(table, catalogue), place, len(every))
            for name in ("equal", "subset", "holders"):
                pairs = place[found.links[name]]
                links[name].append(pairs[gone[pairs].any(axis=1) & ~told[pairs].any(axis=1)])
            rows, _ = _among(found.equal, about, ~told)
            equal.append(rows)
            rows, used = _among(found.below, about, ~told)
            below.append(rows)
            slack.append(found.slack[used])
            if about is not other:
                rows, _ = _among(found.broken, about, ~told)
                stuck.append(rows[np.diff(rows.indptr) > 1])
    fixed = [scipy.sparse.csr_matrix(scipy.sparse.vstack(rows)) for rows in (equal, below)]
    unknown = scipy.sparse.diags_array(~known * 1.0)
    kept = [distinct(fixed[0] @ unknown, np.zeros(fixed[0].shape[0]), now.own)]
    kept.append(distinct(fixed[1] @ unknown, np.concatenate(slack), len(now.slack)))
    both = replace(
        now,
        equal=fixed[0][kept[0]],
        below=fixed[1][kept[1]],
        slack=np.concatenate(slack)[kept[1]],
        values=np.r_[now.values, np.ones(len(every) - len(here))],
        links={name: np.unique(np.concatenate(pairs), axis=0) for name, pairs in links.items()},
    )
    return Past(
        both, known, shown, gone, once, scipy.sparse.csr_matrix(scipy.sparse.vstack(stuck)), every
    )


def _placed(found: Relations, columns: Ints, size: int) -> Relations:
    """Return relations with their cells (columns) placed among more."""
    ones = np.ones(len(columns))
    place = scipy.sparse.csr_matrix(
        (ones, (np.arange(len(columns)), columns)), (len(columns), size)
    )
    wide = (
        scipy.sparse.csr_matrix(rows @ place) for rows in (found.equal, found.below, found.broken)
    )
    equal, below, broken = wide
    return replace(found, equal=equal, below=below, broken=broken)


def _among(
    rows: scipy.sparse.csr_matrix, about: Mask, unknown: Mask
) -> tuple[scipy.sparse.csr_matrix, Ints]:
    """Return what rows that are about some cells say of unknown ones, and which rows those are."""
    among = scipy.sparse.csr_matrix(rows @ scipy.sparse.diags_array(unknown * 1.0))
    among.eliminate_zeros()
    used = np.flatnonzero((np.diff(among.indptr) > 0) & (abs(rows) @ about > 0))
    return scipy.sparse.csr_matrix(among[used]), used


def _states(
    versions: pd.DataFrame, at: Ints, public: Mask, size: int
) -> Iterator[tuple[Mask, Floats]]:
    """Yield of each release which cells were there, and their figures: NaN where suppressed."""
    since, until = versions["since"].to_numpy(), versions["until"].to_numpy()
    figures = versions["value"].to_numpy()
    seen: set[bytes] = set()
    for number in [*(np.unique(until[np.isfinite(until)]) - 1).tolist(), np.inf]:
        there = (since <= number) & ((number < until) | np.isinf(until))
        present, then = np.zeros(size, bool), np.full(size, np.nan)
        present[at[there]] = True
        then[at[there & public]] = figures[there & public]
        state = present.tobytes() + then.tobytes()
        if state not in seen:
            seen.add(state)
            yield present, then
