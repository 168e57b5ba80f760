"""New figures beside the public ones that they replace, inside the database's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from etl.tidy import DERIVED
from indicators.store.archive import frame_of
from indicators.store.bulk import insert_batches
from indicators.store.holdings import holding_of
from indicators.store.tables import KEY, MEASURES, citation, holding, observation, revision

_NAMES = [column.name for column in observation.columns]


@dataclass(frozen=True)
class Staged:
    """New figures beside the public ones that they replace.

    new: a table of KEY and MEASURES. old: the public figures that are replaced; `observation`
    itself where all are.
    """

    connection: sa.Connection
    new: sa.Table
    old: sa.Table

    @property
    def all(self) -> bool:
        """Whether the new figures replace everything that is public."""
        return self.old is observation

    @property
    def touched(self) -> sa.Select[Any]:
        """Which indicators and periods there are figures of, old or new."""
        cells = [
            sa.select(table.c.indicator, table.c.period).distinct()
            for table in (self.new, self.old)
        ]
        return sa.select(sa.union(*cells).subquery("touched"))

    @property
    def stays(self) -> sa.ColumnElement[bool]:
        """The condition on `observation` that a figure is none of those replaced."""
        if self.all:
            return sa.false()
        same = sa.and_(*(self.old.c[name] == observation.c[name] for name in KEY))
        return ~sa.exists().where(same).correlate(observation)

    @property
    def same_key(self) -> sa.ColumnElement[bool]:
        """The condition that a new figure stands at an old one's key."""
        return sa.and_(*(self.new.c[name] == self.old.c[name] for name in KEY))

    @property
    def differs(self) -> sa.ColumnElement[bool]:
        """The condition that a new figure is not the old one at its key."""
        return sa.or_(*(self.new.c[name].is_distinct_from(self.old.c[name]) for name in MEASURES))

    @property
    def gone(self) -> sa.ColumnElement[bool]:
        """The condition on `old` that a figure does not stay as it is."""
        return ~sa.exists().where(self.same_key, ~self.differs).correlate(self.old)

    @property
    def come(self) -> sa.ColumnElement[bool]:
        """The condition on `new` that a figure is not public as it is."""
        return ~sa.exists().where(self.same_key, ~self.differs).correlate(self.new)

    @property
    def added(self) -> sa.ColumnElement[bool]:
        """The condition on `new` that nothing stands at a figure's key."""
        return ~sa.exists().where(self.same_key).correlate(self.new)

    def clashes(self) -> pd.DataFrame:
        """Return new figures whose key a figure of another file holds: KEY, file."""
        same = sa.and_(*(self.new.c[name] == observation.c[name] for name in KEY))
        question = (
            sa.select(*(self.new.c[name] for name in KEY), citation.c.file)
            .join_from(self.new, observation, same)
            .join(citation, citation.c.citation == observation.c.citation)
            .where(self.added, observation.c.source != DERIVED)
        )
        if self.all:
            return pd.DataFrame(columns=[*KEY, "file"])
        return frame_of(self.connection, question)


@contextmanager
def staging(
    connection: sa.Connection,
    rows: Iterable[pa.RecordBatch] | sa.Select[Any],
    gone: Iterable[pa.RecordBatch] | None = None,
) -> Iterator[Staged]:
    """Yield new figures beside `gone`, the public ones as they stand, or beside all there are."""
    columns = [column for column in observation.columns if column.name != "release"]
    new = _temporary(connection, "staged", columns)
    _fill(connection, new, rows)
    old = observation
    if gone is not None:
        old = _temporary(connection, "replaced", list(observation.columns))
        _fill(connection, old, gone)
    yield Staged(connection, new, old)
    # Left to the session's end, a pooled connection would still hold it at the next publication.
    for table in {new, old} - {observation}:
        table.drop(connection)


def replace(staged: Staged, number: int) -> None:
    """Put the old figures that do not stay into the archive and the new ones in their place."""
    connection, old, new = staged.connection, staged.old, staged.new
    connection.execute(
        sa.insert(revision).from_select(
            [*_NAMES, "superseded"], sa.select(*old.columns, sa.literal(number)).where(staged.gone)
        )
    )
    if staged.all:
        connection.execute(sa.delete(observation).where(staged.gone))
    else:
        keys = sa.tuple_(*(observation.c[name] for name in KEY))
        gone = sa.select(*(old.c[name] for name in KEY)).where(staged.gone)
        connection.execute(sa.delete(observation).where(keys.in_(gone)))
    connection.execute(
        sa.insert(observation).from_select(
            _NAMES,
            sa.select(*(new.c[name] for name in _NAMES[:-1]), sa.literal(number))
            .where(staged.come)
            .order_by(*(new.c[name] for name in KEY)),
        )
    )


def hold(
    connection: sa.Connection,
    counted: Iterable[pa.RecordBatch] | None,
    touched: sa.Select[Any] | None = None,
) -> None:
    """Put down how many figures cells hold; uncounted, they are counted here.

    `touched`: the indicators and periods that were counted, None for all.
    """
    if counted is None or touched is None:
        connection.execute(sa.delete(holding))
    else:
        cells = sa.tuple_(holding.c.indicator, holding.c.period)
        connection.execute(sa.delete(holding).where(cells.in_(touched)))
    if counted is None:
        names = [column.name for column in holding.columns]
        connection.execute(sa.insert(holding).from_select(names, holding_of(observation)))
    else:
        insert_batches(connection, holding, counted)


def _temporary(connection: sa.Connection, name: str, columns: Sequence[sa.Column[Any]]) -> sa.Table:
    copied = [sa.Column(item.name, item.type, primary_key=item.primary_key) for item in columns]
    made = sa.Table(name, sa.MetaData(), *copied, prefixes=["TEMPORARY"], sqlite_with_rowid=False)
    made.create(connection)
    return made


def _fill(
    connection: sa.Connection, table: sa.Table, rows: Iterable[pa.RecordBatch] | sa.Select[Any]
) -> None:
    if isinstance(rows, sa.Select):
        connection.execute(sa.insert(table).from_select(table.columns.keys(), rows))
    else:
        insert_batches(connection, table, rows)
    if connection.dialect.name == "postgresql":  # it knows nothing of a table just filled
        connection.execute(sa.text(f'ANALYZE "{table.name}"'))
