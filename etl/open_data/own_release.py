"""A package that this program gave out: what of its figures is not public yet, as a file.

What is public stays as it is, with the document that it was published from. Ratios and shares are
not taken in but computed again from what is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import sqlalchemy as sa

from etl.figures.citations import GRADES
from etl.figures.declaration import CITED, MARKS
from etl.files.listing import Listing
from etl.tidy import DERIVED, FIGURES, KEYS, MEMORY, WITHHELD, parquet
from indicators import catalogue
from indicators.findings import message
from indicators.store.tables import KEY
from indicators.store.whole_release import NoReleaseError, whole_release

COLUMNS = (*KEY, "value", *MARKS, "numerator", "denominator")
NUMBERS = ("value", "numerator", "denominator")
MADE_UP = "demonstration"
_SAID = [name for name in CITED if name != "grade"]
_WITH_GRADE = " ".join(f"WHEN '{said}' THEN '{grade}'" for grade, said in GRADES.items())


def unpublished(
    engine: sa.Engine,
    figures: Path,
    columns: Mapping[str, str],
    cited: Path | None,
    out: Path,
    listing: Listing,
) -> dict[str, Any] | None:
    """Write `out`, the figures that are not public, each on the line that it has in `figures`.

    columns: COLUMNS, `source` and `citation` → what `figures`, a CSV file, calls them. cited: the
    table of citations, where there is one. Return the declaration of `out`, None where all
    figures are public. Raises `FindingsError`.
    """
    with duckdb.connect(
        config={"memory_limit": MEMORY, "temp_directory": str(out.parent / "spilled")}
    ) as connection:
        try:
            connection.execute(
                f"CREATE TEMP TABLE figures AS SELECT row_number() OVER () AS line, "
                f"{', '.join(f'{_quoted(name)} AS {ours}' for ours, name in columns.items())} "
                f"FROM {_csv(figures)}"
            )
            _take_citations(connection, cited)
        except duckdb.Error:
            listing.stop(
                figures.name,
                message("a whole CSV file"),
                message("the package is damaged: copy it anew"),
            )
        _take_public(connection, engine, out.with_suffix(".public"))
        connection.execute(_NEW)
        new = connection.execute("SELECT count(*) FROM fresh").fetchall()[0][0]
        if not new:
            return None
        if connection.execute(f"FROM fresh WHERE source = '{MADE_UP}' LIMIT 1").fetchall():
            listing.stop(
                MADE_UP,
                message("figures of a source"),
                message("made-up figures never stand among real ones"),
            )
        connection.execute(_WRITTEN.format(out=str(out).replace("'", "''")))
        return _declaration(connection, with_citations=cited is not None)


def _take_citations(connection: duckdb.DuckDBPyConnection, cited: Path | None) -> None:
    names = ", ".join(f'"{name}"' for name in _SAID)
    grade = f"CASE verification {_WITH_GRADE} END AS grade"
    nothing = ", ".join(f'NULL::VARCHAR AS "{name}"' for name in (*_SAID, "grade"))
    question = (
        f"SELECT NULL::VARCHAR AS citation, {nothing}, NULL::VARCHAR AS second_sources LIMIT 0"
        if cited is None
        else f"SELECT citation, {names}, {grade}, second_sources FROM {_csv(cited)}"
    )
    connection.execute(f"CREATE TEMP TABLE cited AS {question}")


def _take_public(connection: duckdb.DuckDBPyConnection, engine: sa.Engine, held: Path) -> None:
    """Make the figures that are public the table `public`, as a package would have them."""
    with (
        pq.ParquetWriter(held, FIGURES) as writer,
        suppress(NoReleaseError),
        whole_release(engine) as release,
    ):
        for batch in release.batches():
            writer.write_batch(batch.select(FIGURES.names))
    names = ", ".join(COLUMNS)
    connection.execute(f"CREATE TEMP TABLE public AS SELECT {names} FROM {parquet([held])}")
    held.unlink()


# Of a figure that is suppressed here or there the other number neither says nor opens anything.
_SAME = " AND ".join(
    f"try_cast(figures.{name} AS DOUBLE) IS NOT DISTINCT FROM public.{name}" for name in NUMBERS
)
_NEW = f"""
    CREATE TEMP TABLE fresh AS
    SELECT figures.* FROM figures LEFT JOIN public USING ({KEYS})
    WHERE figures.source IS DISTINCT FROM '{DERIVED}' AND (
        public.value IS NULL AND public.status IS NULL
        OR NOT (
            '{WITHHELD}' IN (figures.confidentiality, public.confidentiality)
            OR figures.status = public.status AND {_SAME}
        )
    )
"""
_PUT = ", ".join(
    f'CASE WHEN fresh.line IS NOT NULL THEN {table}."{name}" END AS "{name}"'
    for table, names in (("fresh", COLUMNS), ("cited", (*_SAID, "grade")))
    for name in names
)
# A blank line is no row, and leaves all others where they are.
_WRITTEN = f"""
    COPY (
        SELECT {_PUT} FROM figures LEFT JOIN fresh USING (line)
            LEFT JOIN cited ON cited.citation = fresh.citation
        ORDER BY figures.line
    ) TO '{{out}}' (FORMAT csv, HEADER, FORCE_QUOTE *)
"""


def _declaration(connection: duckdb.DuckDBPyConnection, *, with_citations: bool) -> dict[str, Any]:
    """Return what is to be declared of the file: all that a package of ours says of itself."""
    known = catalogue.load()
    columns = (*COLUMNS, *(CITED if with_citations else ()))
    said: dict[str, Any] = {
        "columns": {name: name for name in columns},
        "unit": {key: known.units[item.unit].zh for key, item in known.indicators.items()},
        "missing": {"": "O"},
    }
    if not with_citations:
        said["ignore"] = list(CITED)
    if seconds := list(_second_sources(connection)):
        said["second_sources"] = seconds
    return said


def _second_sources(connection: duckdb.DuckDBPyConnection) -> Iterator[dict[str, str]]:
    """Yield what further documents say of the new figures."""
    found = connection.execute(
        f"SELECT {', '.join(f'fresh.{name}' for name in KEY)}, cited.second_sources FROM fresh "
        "JOIN cited USING (citation) WHERE cited.second_sources IS NOT NULL ORDER BY line"
    )
    grades = {said: grade for grade, said in GRADES.items()}
    for *key, told in found.fetchall():
        for each in json.loads(told):
            said = {name: str(each[name]) for name in (*_SAID, "value") if each.get(name)}
            grade = {"grade": grades[each["verification"]]}
            yield dict(zip(KEY, key, strict=True)) | said | grade


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _csv(path: Path) -> str:
    quoted = str(path).replace("'", "''")
    return (
        f"read_csv('{quoted}', all_varchar=true, header=true, delim=',', quote='\"', "
        "escape='\"', max_line_size=10000000)"
    )
