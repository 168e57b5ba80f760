"""A package of demonstration figures: the whole of it, for the dataset that is theirs alone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pandas as pd
import sqlalchemy as sa

from etl.checks import checking
from etl.files.checksums import sha256
from etl.files.listing import Listing
from etl.open_data.own_release import MADE_UP
from etl.publish.gate import Decision, Edition, Publication, publish
from etl.tidy import COLUMNS, PUBLISHED, SCHEMA, TidyRows
from indicators import catalogue
from indicators.findings import FindingsError, message
from indicators.store.tables import REGISTER, citation

_PARTS = {table.name: f"{table.name}s" for table in REGISTER} | {"evidence": "evidence"}
TABLES = ("observations", "citations", *_PARTS.values())


def publish_again(
    engine: sa.Engine,
    files: Mapping[str, Path],
    reason: str,
    *,
    dry_run: bool = False,
) -> Publication:
    """Publish a package of demonstration figures; that of the newest release changes nothing.

    files: the TABLES of the package, CSV. Raises `FindingsError`.
    """
    with _edition(files) as edition:
        return publish(engine, edition, Decision(reason), dry_run=dry_run)


@contextmanager
def _edition(files: Mapping[str, Path]) -> Iterator[Edition]:
    known, figures = catalogue.load(), files["observations"]
    listing = Listing(figures.name)
    with tempfile.TemporaryDirectory(prefix="demonstration-") as name:
        rows = TidyRows(Path(name))
        tidied = rows.folder / "package.parquet"
        given = {"file": f"{MADE_UP}/{figures.name}", "path": str(figures)}
        types = {field.name: _SQL[str(field.type)] for field in SCHEMA}
        texts = {name: types[name] for name in PUBLISHED}
        try:
            answer = rows.connection.sql(
                f"""
                SELECT {", ".join(texts)}, $file AS file, '' AS sheet,
                    row_number() OVER () + 1 AS "row",
                    NULL::DOUBLE AS contributors, NULL::DOUBLE AS largest
                FROM read_csv($path, header=true, delim=',', quote='"', escape='"', types={texts})
                """,
                params=given,
            )
            answer.project(", ".join(COLUMNS)).write_parquet(str(tidied))
        except duckdb.Error:
            listing.stop(
                figures.name,
                message("a whole CSV file"),
                message("the package is damaged: copy it anew"),
            )
        rows.add_files([tidied])
        other = rows.query(f"SELECT DISTINCT source FROM tidy WHERE source <> '{MADE_UP}'")
        for source in other["source"]:
            listing.add(
                source,
                message("the source {name}", name=MADE_UP),
                message("real figures never stand among made-up ones"),
                column="source",
            )
        listing.refuse()
        found = checking.findings(rows, known)
        if errors := [finding for finding in found if finding.severity == "error"]:
            raise FindingsError(errors)
        yield Edition(
            rows.batches(),
            _table(files["citations"], citation),
            pd.DataFrame(
                [(given["file"], MADE_UP, sha256(figures), figures.stat().st_size)],
                columns=["file", "source", "sha256", "bytes"],
            ),
            {table.name: _table(files[_PARTS[table.name]], table) for table in REGISTER},
        )


_SQL = {"string": "VARCHAR", "double": "DOUBLE", "int64": "BIGINT"}


def _table(file: Path, table: sa.Table) -> pd.DataFrame:
    """Return a table of the package as that of the database: an empty cell is none, if it may."""
    rows = pd.read_csv(file, dtype=str, keep_default_na=False, na_values=[""])
    rows = rows.reindex(columns=[column.name for column in table.columns])
    for column in table.columns:
        if isinstance(column.type, sa.Integer | sa.Double):
            rows[column.name] = pd.to_numeric(rows[column.name])
        elif not column.nullable:
            rows[column.name] = rows[column.name].fillna("")
    return rows
