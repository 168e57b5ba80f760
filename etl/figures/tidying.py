"""One's own file to tidy rows: read, understood, written; or refused with all that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from etl.figures.citations import Citations
from etl.figures.conversion import Conversion
from etl.figures.declaration import Declaration
from etl.figures.layout import layout
from etl.figures.rows import COUNTS, TEXTS, WRITTEN, Rows
from etl.files.listing import Listing
from etl.files.opening import opened
from etl.files.table import Source, Table
from indicators.catalogue import Catalogue
from indicators.findings import Finding, message


@dataclass(frozen=True)
class Tidied:
    """What a file came to: citation (columns as the table of that name), rows, warnings."""

    citations: pd.DataFrame
    rows: int
    warnings: list[Finding] = field(default_factory=list)


def tidy(
    path: Path, declaration: Declaration, catalogue: Catalogue, out: Path, *, source: str
) -> Tidied:
    """Read a file of figures as it is declared; write `out`, Parquet of `etl.tidy.SCHEMA`.

    The memory it takes does not grow with a CSV or Parquet file. Raises `FindingsError` with every
    finding (of very many, the first ones and their number); then there is no `out`.
    """
    out.unlink(missing_ok=True)
    listing = Listing(f"{source}/{path.name}")
    conversion = Conversion(declaration, catalogue, listing)
    citations = Citations(declaration, listing, source)
    constant = {"source": source, "file": listing.file}
    rows = 0
    with opened(path, listing) as source_file, _writer(out) as writer:
        for declared in _parted(declaration, source_file, listing):
            with listing.part():
                table = source_file.table(declared)
                listing.sheet = table.sheet
                placed = layout(table, declared, listing)
                made = Rows(declared, conversion, placed, listing, writer, citations)
                made.constant = constant | {"sheet": table.sheet or ""}
                _add(table, made)
                rows += made.rows
        listing.refuse()
    return Tidied(citations.frame(), rows, listing.warnings)


def _parted(declaration: Declaration, file: Source, listing: Listing) -> list[Declaration]:
    """Return what is declared of each sheet that is a table: of one, or of every part."""
    key = declaration.across_sheets
    if key is None:
        return [declaration]
    if not file.names:
        listing.stop(
            Path(listing.file).suffix.lower(),
            message("a workbook, for `across_sheets` is declared"),
            message("correct {key} in the declaration", key="across_sheets"),
        )
    sheets = declaration.sheets or {name: name for name in file.sheets}
    for name in sheets:
        if name not in file.names:
            listing.add(
                " / ".join(file.names),
                message("the sheet {name}", name=name),
                message("correct `sheets` in the declaration"),
            )
    listing.refuse()
    return [
        replace(declaration, sheet=name, fixed={**declaration.fixed, key: said})
        for name, said in sheets.items()
    ]


def _add(table: Table, made: Rows) -> None:
    """Take in a whole table; `FindingsError` where anything is wrong with the file so far."""
    placed = made.layout
    made.prepare(table.header, table.above)
    first_row = made.declaration.header[-1]
    merged = [(first, last) for first, last in table.merged or () if first[0] >= first_row]
    coded_columns = set(placed.columns.values()) | {position for _, position in placed.rules}
    numeric = {placed.columns[name] for name in COUNTS if name in placed.columns}
    for batch in table.batches(placed.needed, coded_columns - numeric):
        made.add(batch, merged if table.merged else None)
    made.finish()


@contextmanager
def _writer(out: Path) -> Iterator[pq.ParquetWriter]:
    try:
        with pq.ParquetWriter(
            out,
            WRITTEN,
            store_schema=False,
            use_dictionary=TEXTS,
            compression="lz4",
            write_statistics=False,
        ) as writer:
            yield writer
    except BaseException:
        out.unlink(missing_ok=True)
        raise
