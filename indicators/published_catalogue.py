"""The catalogue as last published, kept in the database.

Pages stand on it where the files of data/catalogue or data/reference have mistakes.
"""

from __future__ import annotations

import sqlalchemy as sa

from indicators import catalogue
from indicators.store.tables import catalogue_file


def keep_catalogue(connection: sa.Connection) -> None:
    """Keep the catalogue that this process goes by, in the transaction that publishes."""
    texts = catalogue.load().texts
    if texts != _kept(connection):
        connection.execute(sa.delete(catalogue_file))
        rows = [{"file": name, "content": text} for name, text in texts.items()]
        connection.execute(sa.insert(catalogue_file), rows)


def kept_catalogue(engine: sa.Engine) -> dict[str, str]:
    """Return the files of the catalogue as last published: name → text, empty before any was."""
    with engine.connect() as connection:
        return _kept(connection)


def _kept(connection: sa.Connection) -> dict[str, str]:
    rows = connection.execute(sa.select(catalogue_file.c.file, catalogue_file.c.content))
    return {row.file: row.content for row in rows}
