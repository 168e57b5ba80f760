"""Figures put into their tables: what goes into the archive, what comes in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from etl.publish.moves import Moves, in_turn
from etl.tidy import DERIVED
from indicators.store.archive import frame_of
from indicators.store.bulk import delete_batches, insert_batches
from indicators.store.holdings import holding_of
from indicators.store.tables import KEY, citation, holding, observation, revision


def clashes(connection: sa.Connection, moves: Moves) -> pd.DataFrame:
    """Return the keys of added figures at which one of another file stands: KEY, file."""
    if not any(pq.read_metadata(file).num_rows for file in moves.added):
        return pd.DataFrame(columns=[*KEY, "file"])
    with _temporary(connection, "added", [observation.c[name] for name in KEY]) as added:
        insert_batches(connection, added, (each.select(KEY) for each in in_turn(moves.added)))
        same = sa.and_(*(added.c[name] == observation.c[name] for name in KEY))
        question = (
            sa.select(*added.columns, citation.c.file)
            .join_from(added, observation, same)
            .join(citation, citation.c.citation == observation.c.citation)
            .where(observation.c.source != DERIVED)
        )
        return frame_of(connection, question)


def replace(connection: sa.Connection, moves: Moves, number: int) -> None:
    """Put the figures that go into the archive and those that come in their place."""
    insert_batches(connection, revision, _marked(moves.gone, "superseded", number))
    added, changed = (_marked(files, "release", number) for files in (moves.added, moves.changed))
    if connection.dialect.name == "sqlite":
        delete_batches(connection, observation, in_turn(moves.withdrawn))
        insert_batches(connection, observation, changed, over=True)
        insert_batches(connection, observation, added)
        return
    names = [observation.c[name] for name in KEY]
    with _temporary(connection, "leaving", names) as leaving:
        if insert_batches(connection, leaving, (each.select(KEY) for each in in_turn(moves.gone))):
            same = sa.and_(*(leaving.c[name] == observation.c[name] for name in KEY))
            connection.execute(sa.delete(observation).where(same))
    insert_batches(connection, observation, chain(added, changed))


def hold(
    connection: sa.Connection,
    counted: Iterable[pa.RecordBatch] | None,
    cells: pd.DataFrame | None = None,
) -> None:
    """Put down how many figures cells hold; uncounted, they are counted here.

    cells: the `indicator` and `period` of those that were counted, None for all.
    """
    if counted is None or cells is None:
        connection.execute(sa.delete(holding))
    elif len(cells):
        names = ("indicator", "period")
        same = [holding.c[name] == sa.bindparam(f"of_{name}") for name in names]
        rows = [{f"of_{name}": row[name] for name in names} for row in cells.to_dict("records")]
        connection.execute(sa.delete(holding).where(*same), rows)
    if counted is None:
        columns = [column.name for column in holding.columns]
        connection.execute(sa.insert(holding).from_select(columns, holding_of(observation)))
    else:
        insert_batches(connection, holding, counted)


def _marked(files: Sequence[Path], name: str, number: int) -> Iterator[pa.RecordBatch]:
    for batch in in_turn(files):
        yield batch.append_column(name, pa.repeat(pa.scalar(number, pa.int32()), len(batch)))


@contextmanager
def _temporary(
    connection: sa.Connection, name: str, columns: Sequence[sa.Column[Any]]
) -> Iterator[sa.Table]:
    keyed = connection.dialect.name == "sqlite"  # PostgreSQL joins without, and need not write it
    copied = [sa.Column(item.name, item.type, primary_key=keyed) for item in columns]
    table = sa.Table(name, sa.MetaData(), *copied, prefixes=["TEMPORARY"], sqlite_with_rowid=False)
    table.create(connection)
    yield table
    # Left to the session's end, a pooled connection would still hold it at the next publication.
    table.drop(connection)
