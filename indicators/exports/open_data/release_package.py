"""Writes a release as a package, a folder or a .zip: whole or not at all, always the same bytes."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from pyarrow import csv, parquet

from indicators import catalogue
from indicators.exports.offered import DEMONSTRATION
from indicators.exports.open_data import csvw, sdmx
from indicators.exports.open_data.columns import Table, in_both, observations, told
from indicators.exports.open_data.descriptor import File, Whole, descriptor
from indicators.exports.open_data.read_me import SDMX_CSV, STRUCTURE, read_me
from indicators.exports.open_data.reference_tables import citations, code_lists, register_tables
from indicators.exports.open_data.reference_tables import sources as table_of_sources
from indicators.store.bulk import ahead
from indicators.store.database import Dataset
from indicators.store.whole_release import OPEN, WholeRelease, whole_release
from indicators.wording import Text, sentence

MARK = "datapackage.json"  # what a folder of ours holds, and what may be written over
_BOM = b"\xef\xbb\xbf"  # by which Excel reads Chinese, and which every reader here passes over
_KINDS = {"string": pa.string(), "number": pa.float64(), "integer": pa.int32()}
_AT_ONCE = 100_000  # rows of a group in Parquet
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # of a .zip: what is in it has no time of its own
_CHUNK = 1 << 20


class Package(NamedTuple):
    """What was written: a release, how many figures of it, and how many were passed over."""

    number: int
    rows: int
    left_out: int


class OccupiedError(FileExistsError):
    """Raised for a place where something else stands, which is never written over."""


def write_package(
    engine: sa.Engine, dataset: Dataset, out: Path, number: int | None = None
) -> Package:
    """Write a release to `out`, a .zip by its name or else a folder; the newest by default.

    What stands there is replaced if it is such a package. Raises `OccupiedError` for anything
    else, and `whole_release.NoReleaseError`.
    """
    check_place(out)
    with tempfile.TemporaryDirectory(dir=out.absolute().parent, prefix=f".{out.name}.") as folder:
        made = Path(folder) / "package"
        made.mkdir()
        with whole_release(engine, number) as release:
            rows = _Writing(release, dataset, made).everything()
        if _is_archive(out):
            made = _packed(made, Path(folder) / "package.zip")
        _put(made, out, Path(folder) / "before")
    return Package(release.number, rows, release.left_out)


def check_place(out: Path) -> None:
    """Raise `OccupiedError` where something stands that is no such package."""
    if not out.exists():
        return
    ours = zipfile.is_zipfile(out) if _is_archive(out) else (out / MARK).is_file()
    if out.is_symlink() or not ours:
        raise OccupiedError(str(out))


def _is_archive(out: Path) -> bool:
    return out.suffix.lower() == ".zip"


def _put(made: Path, out: Path, before: Path) -> None:
    """Let `made` stand at `out`; what stood there stands again if that fails."""
    if not out.is_dir():
        made.replace(out)
        return
    out.replace(before)
    try:
        made.replace(out)
    except OSError:
        before.replace(out)
        raise


def _packed(folder: Path, archive: Path) -> Path:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for file in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(file.name, _FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # as on Unix, on every system
            entry.external_attr = 0o644 << 16
            size = file.stat().st_size
            with (
                file.open("rb") as source,
                packed.open(entry, "w", force_zip64=size >= zipfile.ZIP64_LIMIT) as target,
            ):
                shutil.copyfileobj(source, target, _CHUNK)
    return archive


class _Writing:
    """One package, as it is written to a folder."""

    def __init__(self, release: WholeRelease, dataset: Dataset, folder: Path) -> None:
        self.release, self.folder = release, folder
        self.known = catalogue.load()
        self.whole = whole_of(release, made_up=dataset == "demonstration")
        self.sources: set[str] = set()
        self.cited: set[str] = set()
        self.hidden: set[str] = set()  # the citations of suppressed figures

    def everything(self) -> int:
        """Write all files; return how many figures there are."""
        rows = self._figures()
        cited = self.release.citations(self.cited)
        keys = self.sources | {str(row["source"]) for row in cited}
        sources = table_of_sources(self.known, keys, cited)
        of_figures = tuple(sorted(self.sources))
        tables = [
            observations(of_figures),
            *code_lists(self.known),
            replace(citations(cited, self.hidden), sources=of_figures),
            sources,
            *register_tables(self.release.register),
        ]
        for table in tables[1:]:
            self._table(table)
        files = {table.name: self._file(self._path(f"{table.name}.csv")) for table in tables}
        about = {str(row["source"]): row for row in sources.rows}
        self._text(MARK, _json(descriptor(self.whole, tables, files, about)))
        self._text("csv-metadata.json", _json(csvw.metadata(self.whole, tables, files, about)))
        self._text(self._path(STRUCTURE), sdmx.structure(self.whole, tables))
        self._text("README.md", read_me(self.whole, tables, files, about, rows, self._path))
        sums = [self._file(file.name) for file in sorted(self.folder.iterdir())]
        self._text("SHA256SUMS", "".join(f"{each.sha256}  {each.path}\n" for each in sums))
        return rows

    def _path(self, name: str) -> str:
        """Return what a file of data is called: one of made-up figures says so wherever it goes."""
        return f"demonstration-{name}" if self.whole.is_demonstration else name

    def _figures(self) -> int:
        """Write the figures, read once: as CSV, as SDMX-CSV and as Parquet, side by side."""
        units = {key: item.unit for key, item in self.known.indicators.items()}
        table, rows = observations(), 0
        schema = schema_of(table)
        with ExitStack() as stack:
            plain = stack.enter_context(self._csv(f"{table.name}.csv", schema, _BOM))
            as_sdmx = stack.enter_context(self._csv(SDMX_CSV, sdmx.SCHEMA))
            typed = stack.enter_context(self._parquet(table, schema))
            for batch in _grouped(ahead(self.release.batches()), _AT_ONCE):
                figures = batch.select(schema.names).cast(schema)
                rows += figures.num_rows
                self._note(figures)
                plain.write_table(figures)
                as_sdmx.write_table(sdmx.observations(figures, self.whole, units))
                typed.write_table(figures, row_group_size=_AT_ONCE)
        return rows

    def _note(self, figures: pa.Table) -> None:
        """Remember what figures refer to."""
        self.sources |= set(figures["source"].unique().to_pylist())
        self.cited |= set(figures["citation"].unique().to_pylist())
        suppressed = figures.filter(pc.not_equal(figures["confidentiality"], OPEN))
        self.hidden |= set(suppressed["citation"].unique().to_pylist())

    @contextmanager
    def _csv(self, name: str, schema: pa.Schema, before: bytes = b"") -> Iterator[csv.CSVWriter]:
        with (self.folder / self._path(name)).open("wb") as file:
            file.write(before)
            with csv.CSVWriter(file, schema) as writer:
                yield writer

    @contextmanager
    def _parquet(self, table: Table, schema: pa.Schema) -> Iterator[parquet.ParquetWriter]:
        said = {
            "title": told(self.whole.title),
            "description": told(self.whole.description),
            "release": str(self.whole.number),
        }
        order = [parquet.SortingColumn(schema.get_field_index(name)) for name in table.key]
        with parquet.ParquetWriter(
            self.folder / self._path(f"{table.name}.parquet"),
            schema.with_metadata(said),
            compression="zstd",
            sorting_columns=order,
        ) as writer:
            yield writer

    def _table(self, table: Table) -> None:
        schema = schema_of(table)
        names = schema.names
        # An empty text would be another cell than a missing one, and means the same.
        rows = [
            {name: row.get(name) if row.get(name) != "" else None for name in names}
            for row in table.rows
        ]
        with self._csv(f"{table.name}.csv", schema, _BOM) as writer:
            writer.write_table(pa.Table.from_pylist(rows, schema))

    def _text(self, name: str, text: str) -> None:
        (self.folder / name).write_bytes(text.encode())

    def _file(self, name: str) -> File:
        path = self.folder / name
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return File(name, path.stat().st_size, digest)


def whole_of(release: WholeRelease, *, made_up: bool) -> Whole:
    """Return what is said of a release as a whole."""
    name, title = (
        "quality-governance",
        in_both(sentence("Quality governance, release {number}"), number=release.number),
    )
    about = in_both(
        sentence(
            "Indicators of quality certification of China's regions and the targets set for them: "
            "every figure of the release, each with its document."
        )
    )
    if made_up:
        name, warned = f"{name}-demonstration", in_both(DEMONSTRATION)
        title = in_both(sentence("Demonstration figures, release {number}"), number=release.number)
        about = Text(f"{warned.zh}{about.zh}", f"{warned.en} {about.en}")
    return Whole(
        f"{name}-{release.number}",
        title,
        about,
        release.number,
        release.about["published_at"],
        in_both(sentence("Quality-governance dashboard")),
        made_up,
    )


def schema_of(table: Table) -> pa.Schema:
    """Return the columns of a table, typed."""
    return pa.schema(
        [
            pa.field(column.name, _KINDS[column.kind], nullable=not column.required)
            for column in table.columns
        ]
    )


def _grouped(batches: Iterable[pa.RecordBatch], size: int) -> Iterator[pa.Table]:
    """Yield the same rows in tables of `size`, the last of what is left, however they came."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        while sum(part.num_rows for part in waiting) >= size:
            whole = pa.Table.from_batches(waiting)
            yield whole.slice(0, size)
            waiting = whole.slice(size).to_batches()
    if waiting:
        yield pa.Table.from_batches(waiting)


def _json(content: Mapping[str, Any]) -> str:
    return f"{json.dumps(content, ensure_ascii=False, indent=2)}\n"
