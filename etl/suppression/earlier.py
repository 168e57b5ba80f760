"""What earlier releases published and suppressed: it is known, or still to be kept unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy as sa

from etl.tidy import TidyRows
from indicators.store.archive import frame_of, snapshot
from indicators.store.holdings import CELL
from indicators.store.tables import KEY, holding, observation, revision

KEYS = ", ".join(KEY)
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
