"""The tables, and opening them: SQLite by default, PostgreSQL by `DATABASE_URL`.

    release ──< observation      what is public now, one row a key
       │  └───< revision         what was public before, one row a key and release
       └──────< release_input    the files a release was made of
       ├───────< holding          how many figures a cell has, counted at publication
       └───────< warning ──< quoted    what was accepted, and the figures that it speaks of
    retraction                what was taken out of every release, by its key
    catalogue_file            the catalogue as last published
    citation ─< observation      where a figure stands: document, place, verification
    document ─< target ──< milestone, evidence      what is to be reached, and who says so

Figures as published in release N are the observations with `release <= N` plus the
revisions with `release <= N < superseded`: the archive holds only what changed. The register
as it stood in release N is the newest `register_archive` not later, or the tables themselves.

Demonstration figures live apart, in tables of their own: another SQLite file, another schema of
a PostgreSQL. So no line, total or verdict can mix them with real ones.
"""

from __future__ import annotations

import gc
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import sqlalchemy as sa

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0007"
_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")

metadata = sa.MetaData()

# The order in which the map asks: all regions of one indicator and period lie together.
KEY = ("indicator", "period", "scheme", "industry", "size", "region")
MEASURES = (
    "value",
    "status",
    "confidentiality",
    "numerator",
    "denominator",
    "source",
    "citation",
)


def _figures(release_in_key: bool) -> list[sa.Column[Any]]:
    return [
        *(sa.Column(name, sa.Text, primary_key=True) for name in KEY),
        sa.Column("value", sa.Double),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("confidentiality", sa.Text, nullable=False),
        sa.Column("numerator", sa.Double),
        sa.Column("denominator", sa.Double),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("citation", sa.Text, nullable=False),
        sa.Column("release", sa.Integer, primary_key=release_in_key, nullable=False),
    ]


# One row per indicator, period, scheme, industry, size and region. Totals are `ALL`.
# status: SDMX CL_OBS_STATUS; confidentiality: SDMX CL_CONF_STATUS.
# release: the one in which this value was published.
observation = sa.Table("observation", metadata, *_figures(False), sqlite_with_rowid=False)

# Totals are what one region's page and every verdict ask for: few among many, and found by region.
TOTAL = "scheme = 'ALL' AND industry = 'ALL' AND size = 'ALL'"
sa.Index(
    "total",
    observation.c.region,
    observation.c.indicator,
    sqlite_where=sa.text(TOTAL),
    postgresql_where=sa.text(TOTAL),
)

# One row per key and release whose figure a later release changed or withdrew.
revision = sa.Table(
    "revision",
    metadata,
    *_figures(True),
    sa.Column("superseded", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

# One row per cell, region above and source: how many figures there are of the regions just below
# it, and how many of those are known. See `indicators.holdings`.
holding = sa.Table(
    "holding",
    metadata,
    *(sa.Column(name, sa.Text, primary_key=True) for name in (*KEY[:-1], "above", "source")),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("known", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)

# The files of the catalogue as last published; see `indicators.published_catalogue`.
catalogue_file = sa.Table(
    "catalogue_file",
    metadata,
    sa.Column("file", sa.Text, primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
)

# One row per place in a document that figures are taken from; the key is a digest of the rest.
citation = sa.Table(
    "citation",
    metadata,
    sa.Column("citation", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("publisher", sa.Text, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("date", sa.Text),
    sa.Column("copy", sa.Text),
    sa.Column("copy_kind", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("licence", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("verification", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("frequency", sa.Text),
)

# One row per published vintage of the figures.
release = sa.Table(
    "release",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("published_at", sa.Text, nullable=False),
    sa.Column("published_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("code_version", sa.Text, nullable=False),
    sa.Column("added", sa.Integer, nullable=False),
    sa.Column("changed", sa.Integer, nullable=False),
    sa.Column("withdrawn", sa.Integer, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("restored", sa.Integer),  # the release that a rollback brought back
    sa.Column("accepted", sa.Text),  # why warnings were accepted
)

# One row per release and indicator of which figures changed.
change = sa.Table(
    "change",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True),
    sa.Column("indicator", sa.Text, primary_key=True),
    sa.Column("added", sa.Integer, nullable=False),
    sa.Column("changed", sa.Integer, nullable=False),
    sa.Column("withdrawn", sa.Integer, nullable=False),
)

# One row per release and verdict that it turned; the figure is the one that did it. Its values are
# gone where it is suppressed: see `etl.suppression.redaction`.
flip = sa.Table(
    "flip",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True),
    sa.Column("target", sa.Text, primary_key=True),
    sa.Column("region", sa.Text, primary_key=True),
    *(
        sa.Column(name, sa.Text)
        for name in ("old_verdict", "new_verdict", "old_reason", "new_reason", "period")
    ),
    *(sa.Column(name, sa.Double) for name in ("old_value", "new_value")),
    *(sa.Column(name, sa.Text) for name in ("indicator", "scheme", "industry", "size")),
)

# One row per release and warning that was accepted. suppressed: its sentences are gone, since a
# suppressed figure could be read from them. fingerprint: what it is known again by.
warning = sa.Table(
    "warning",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True),
    sa.Column("line", sa.Integer, primary_key=True),
    *(
        sa.Column(name, sa.Text, nullable=False)
        for name in ("check", "file", "sheet", "column", "found", "expected")
    ),
    sa.Column("row", sa.Integer),
    sa.Column("suppressed", sa.Integer, nullable=False, server_default="0"),
    sa.Column("fingerprint", sa.Text, nullable=False, server_default=""),
    sa.Column("reason", sa.Text),  # why it was accepted
    sa.Column("since", sa.Integer),  # with which release
)

# One row per warning and figure that it quotes or rests on.
quoted = sa.Table(
    "quoted",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True),
    sa.Column("line", sa.Integer, primary_key=True),
    *(sa.Column(name, sa.Text, primary_key=True) for name in KEY),
    sqlite_with_rowid=False,
)

# One row per figure that was taken out of every release: that it was there, never its value.
# rule: `retracted`, or `complementary` where it would give a retracted one away. purged: when
# the bytes that held it were written over.
retraction = sa.Table(
    "retraction",
    metadata,
    *(sa.Column(name, sa.Text, primary_key=True) for name in KEY),
    *(
        sa.Column(name, sa.Text, nullable=False)
        for name in ("rule", "retracted_at", "retracted_by", "reason")
    ),
    sa.Column("purged", sa.Text),
    sqlite_with_rowid=False,
)

# One row per release and file that it was made of; figures of the file lie within its periods.
release_input = sa.Table(
    "release_input",
    metadata,
    sa.Column("release", sa.Integer, primary_key=True),
    sa.Column("file", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("bytes", sa.Integer, nullable=False),
    sa.Column("first_period", sa.Text),
    sa.Column("last_period", sa.Text),
)


def _text(*names: str, nullable: bool = True) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _numbers(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Double) for name in names]


# One row per policy document; one that sets no number stands here too.
document = sa.Table(
    "document",
    metadata,
    sa.Column("document", sa.Text, primary_key=True),
    *_text("title", "issuer", "region", nullable=False),
    *_text("number", "date", "policy", "read_in", "copy", "url", "note"),
    sa.Column("date_inferred", sa.Integer, nullable=False),
)

# One row per target. kind: docs/method.md §2; the window's ends are periods.
target = sa.Table(
    "target",
    metadata,
    sa.Column("target", sa.Text, primary_key=True),
    *_text(
        "document", "indicator", "region", "industry", "size", "scheme", "kind", "shape",
        "window_early", "window_late", "definition", "place", "verification",
        nullable=False,
    ),
    *_text("benchmark", "baseline_period", "department", "supersedes", "note"),
    *_numbers("value", "lower", "upper", "baseline_value", "bound_lower", "bound_upper"),
    sa.Column("approximate", sa.Integer, nullable=False),
)  # fmt: skip

# One row per target and period before its end that a value is set for.
milestone = sa.Table(
    "milestone",
    metadata,
    sa.Column("target", sa.Text, primary_key=True),
    sa.Column("period", sa.Text, primary_key=True),
    sa.Column("value", sa.Double, nullable=False),
    *_text("place", "verification", nullable=False),
    *_text("note"),
)

# One row per qualitative target and period for which evidence was recorded.
evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column("target", sa.Text, primary_key=True),
    sa.Column("period", sa.Text, primary_key=True),
    *_text("state", "text", "source", nullable=False),
)

REGISTER = (document, target, milestone, evidence)

# One row per register that a release replaced: public from `release` until before `superseded`.
register_archive = sa.Table(
    "register_archive",
    metadata,
    sa.Column("superseded", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("content", sa.Text, nullable=False),
)

Dataset = Literal["real", "demonstration"]
DATASETS: tuple[Dataset, ...] = ("real", "demonstration")


def database_url() -> str:
    """Return `DATABASE_URL`, or the SQLite file that the project fills on first start."""
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{ROOT / 'data' / 'quality.sqlite'}"
    scheme, mark, rest = url.partition("://")
    named = mark and scheme in ("postgres", "postgresql")
    return f"postgresql+psycopg://{rest}" if named else url


class DatabaseSettingError(ValueError):
    """Raised for a `DATABASE_URL` that names no SQLite or PostgreSQL; `shown`: without password."""

    def __init__(self, url: str) -> None:
        scheme, _, rest = url.partition(":")
        place = rest.rpartition("@")[2].partition("?")[0]
        open_rest = place if scheme.startswith("sqlite") or "@" in rest else ""
        self.shown = f"{scheme}:…{open_rest}" if rest else scheme
        super().__init__(self.shown)


def open_database(url: str | None = None, dataset: Dataset = "real") -> sa.Engine:
    """Open the database of a dataset, bring its tables up to date and return the engine.

    Raises `DatabaseSettingError` for an address that is none, and `sqlalchemy.exc.DBAPIError`
    when the server or the file cannot be reached.
    """
    engine = _engine(url or database_url(), dataset)
    if _version(engine) != HEAD:
        _migrate(engine)
    return engine


def has_dataset(dataset: Dataset, url: str | None = None) -> bool:
    """Return whether a dataset's tables exist, without making them."""
    engine = _engine(url or database_url(), dataset)
    if (file := sqlite_file(engine)) is not None:
        return file.exists() and _version(engine) is not None
    return _version(engine) is not None


def remove_dataset(dataset: Dataset, url: str | None = None) -> None:
    """Take a dataset away completely: its file, or its schema."""
    if dataset == "real":
        raise ValueError("real figures are never removed")
    engine = _engine(url or database_url(), dataset)
    engine.dispose()
    if (file := sqlite_file(engine)) is not None:
        for suffix in ("", "-wal", "-shm", ".lock"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        return
    with engine.connect() as connection, connection.begin():
        connection.execute(sa.text(f'DROP SCHEMA IF EXISTS "{dataset}" CASCADE'))


def sqlite_file(engine: sa.Engine) -> Path | None:
    """Return the file of an SQLite database, None for a server or one in memory."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:":
        return None
    return Path(urlsplit(name).path if name.startswith("file:") else name)


@cache
def _engine(url: str, dataset: Dataset = "real") -> sa.Engine:
    try:
        address = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise DatabaseSettingError(url) from None
    # SQLite without a file is a database in memory: what is published there ends with the command.
    if address.drivername not in _DRIVERS or (
        address.get_backend_name() == "sqlite" and address.database in (None, "", ":memory:")
    ):
        raise DatabaseSettingError(url)
    if dataset != "real":
        address = _apart(address, dataset)
    server = address.get_backend_name() != "sqlite"
    # A file that may be taken away is opened anew each time.
    pool = None if server or dataset == "real" else sa.pool.NullPool
    engine = sa.create_engine(address, pool_pre_ping=server, poolclass=pool)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _apart(address: sa.URL, dataset: Dataset) -> sa.URL:
    """Return where a dataset's own tables are: a file beside, or a schema of the same server."""
    if address.get_backend_name() == "sqlite":
        file = Path(address.database or "")
        return address.set(database=str(file.with_name(f"{file.stem}.{dataset}{file.suffix}")))
    return address.update_query_dict({"options": f"-csearch_path={dataset}"})


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own implicit BEGIN does not cover DDL; _begin_sqlite says it instead.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection in a transaction that writes; commit at the end, roll back on error."""
    with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
        yield connection


def _version(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
        return version


def _migrate(engine: sa.Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":  # two first starts at once: the second waits
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(20180003)"))
            if connection.scalar(sa.text("SELECT current_schema()")) is None:
                connection.execute(sa.text('CREATE SCHEMA IF NOT EXISTS "demonstration"'))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def insert_rows(connection: sa.Connection, table: sa.Table, rows: pd.DataFrame) -> None:
    """Write `rows` (columns of `table`, missing as None/NaN); see `insert_batches`."""
    import pyarrow as pa

    names = [column.name for column in table.columns if column.name in rows.columns]
    held = pa.Table.from_pandas(rows[names], preserve_index=False)
    insert_batches(connection, table, held.to_batches())


def insert_batches(
    connection: sa.Connection, table: sa.Table, batches: Iterable[pa.RecordBatch]
) -> int:
    """Write batches of columns of `table` by the driver's own fast road; return their rows.

    COPY on PostgreSQL, a prepared `executemany` on SQLite. The caller owns the transaction.
    """
    raw = connection.connection.driver_connection
    if raw is None:
        raise RuntimeError("the connection is closed")
    written = 0
    for batch in batches:
        written += batch.num_rows
        names = ", ".join(f'"{name}"' for name in batch.schema.names)
        if connection.dialect.name == "postgresql":
            _copy(raw, f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT csv)', batch)
        else:
            marks = ", ".join("?" * batch.num_columns)
            raw.executemany(
                f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})',  # noqa: S608
                zip(*(_cells(column) for column in batch.columns), strict=True),
            )
    return written


def read_batches(
    connection: sa.Connection, question: sa.Select[Any], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """Yield an answer of many rows, by COPY on PostgreSQL; `schema` has its columns."""
    import pyarrow as pa

    with _uncollected():
        if connection.dialect.name == "postgresql":
            yield from _copied(connection, question, schema)
            return
        streamed = connection.execution_options(stream_results=True)
        for part in streamed.execute(question).partitions(10_000):
            cells = zip(zip(*part, strict=True), schema.types, strict=True)
            columns = [pa.array(column, kind) for column, kind in cells]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage meanwhile: among many rows it takes half the time and finds none."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


def _copied(
    connection: sa.Connection, question: sa.Select[Any], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    from pyarrow import csv

    raw = connection.connection.driver_connection
    if raw is None:
        raise RuntimeError("the connection is closed")
    compiled = question.compile(
        dialect=connection.dialect, compile_kwargs={"render_postcompile": True}
    )
    kinds = csv.ConvertOptions(
        column_types=schema, null_values=[""], strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )  # fmt: skip
    with raw.cursor() as cursor, cursor.copy(
        f"COPY ({compiled}) TO STDOUT (FORMAT csv)", compiled.params
    ) as copy:  # fmt: skip
        while lines := b"".join(islice(copy, 100_000)):
            yield from csv.read_csv(
                io.BytesIO(lines), csv.ReadOptions(column_names=schema.names),
                csv.ParseOptions(newlines_in_values=True), kinds,
            ).to_batches()  # fmt: skip


def _cells(column: pa.Array) -> Iterable[Any]:
    """Return a column's cells as the driver takes them; each text is made once, not once a row."""
    import numpy as np
    import pyarrow as pa

    cells: Iterable[Any]
    if pa.types.is_floating(column.type):
        cells = column.to_numpy(zero_copy_only=False).tolist()  # SQLite stores NaN as NULL
    elif pa.types.is_string(column.type):
        encoded = column.dictionary_encode()
        texts = np.array([*encoded.dictionary.to_pylist(), None], dtype=object)
        cells = texts[encoded.indices.fill_null(len(texts) - 1).to_numpy()].tolist()
    else:
        cells = column.to_pylist()
    return cells


def _copy(raw: Any, statement: str, batch: pa.RecordBatch) -> None:
    import pyarrow as pa
    from pyarrow import csv

    sink = pa.BufferOutputStream()
    # Text in quotes, nothing without: so an empty text and a missing one stay apart.
    csv.write_csv(batch, sink, csv.WriteOptions(include_header=False, quoting_style="needed"))
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(sink.getvalue().to_pybytes())
