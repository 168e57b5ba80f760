"""Tables and streams of figures in the forms that programs read, and which form is asked for."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyarrow import csv, parquet

from indicators.api.problem_json import QuestionError
from indicators.exports.open_data import sdmx
from indicators.findings import message


@dataclass(frozen=True)
class Format:
    """One form of an answer; `name` is its word in an address.

    loosely: what else asks for it in `Accept`.
    """

    name: str
    media_type: str
    suffix: str
    loosely: tuple[str, ...] = ()


_XML = ("application/xml", "text/xml")  # all that clients of SDMX 2.1 such as rsdmx say


JSON = Format("json", "application/json", ".json")
CSV = Format("csv", "text/csv; charset=utf-8", ".csv")
PARQUET = Format("parquet", "application/vnd.apache.parquet", ".parquet")
SDMX_CSV = Format("sdmx-csv", "application/vnd.sdmx.data+csv;version=2.0.0", ".csv")
SDMX_CSV_1 = Format("sdmx-csv-1", "application/vnd.sdmx.data+csv;version=1.0.0", ".csv")
SDMX_ML = Format("sdmx-ml", "application/vnd.sdmx.structure+xml;version=3.0.0", ".xml", _XML)
SDMX_DATA = Format("sdmx-ml-data", "application/vnd.sdmx.data+xml;version=3.0.0", ".xml")
SDMX_DATA_2_1 = Format(
    "sdmx-ml-data-2.1", "application/vnd.sdmx.structurespecificdata+xml;version=2.1", ".xml", _XML
)
OF_TABLES = (JSON, CSV, PARQUET)
OF_SDMX = (SDMX_CSV, SDMX_CSV_1, SDMX_DATA, SDMX_DATA_2_1)
OF_FIGURES = (*OF_TABLES, SDMX_CSV, SDMX_CSV_1)
_VERSIONS = {SDMX_DATA: "3.0", SDMX_DATA_2_1: "2.1"}


def format_asked(word: str | None, accept: str, offered: Sequence[Format]) -> Format:
    """Return the form that the address names or else `Accept` does, the first of `offered` for any.

    Raises `QuestionError` where none of them would do.
    """
    names = ", ".join(each.name for each in offered)
    if word is not None:
        for each in offered:
            if each.name == word:
                return each
        title = message("There is no such format")
        raise QuestionError(400, title, word, message("one of {names}", names=names))
    wanted = sorted(map(weighed, (accept or "*/*").split(",")), key=lambda part: -part[1])
    for kind, weight in wanted:
        for each in offered:
            if weight > 0 and kind in _kinds(each):
                return each
    title = message("There is no such format")
    types = ", ".join(each.media_type for each in offered)
    raise QuestionError(406, title, accept, message("one of {names}", names=types))


def weighed(part: str) -> tuple[str, float]:
    """Return what one part of `Accept` or `Accept-Encoding` names, and its weight.

    One that cannot be read has none.
    """
    kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weight, version = 1.0, ""
    for name, _, value in (piece.partition("=") for piece in parameters):
        if name == "q":
            try:
                weight = float(value)
            except ValueError:
                weight = 0.0
        elif name == "version":
            version = f";version={value}"
    return kind + version, weight


def _kinds(each: Format) -> tuple[str, ...]:
    whole = each.media_type.partition(";")[0]
    return (whole, each.media_type, *each.loosely, f"{whole.partition('/')[0]}/*", "*/*")


def table_file(
    name: str, rows: Sequence[Mapping[str, Any]], schema: pa.Schema, form: Format, about: Any
) -> bytes:
    """Return a table in a form; of JSON the rows stand as `name` beside what is said `about` it."""
    return b"".join(stream(name, [pa.Table.from_pylist(list(rows), schema)], schema, form, about))


def stream(
    name: str, pages: Iterable[pa.Table], schema: pa.Schema, form: Format, about: Mapping[str, Any]
) -> Iterator[bytes]:
    """Yield a table in a form, page by page: no more than one of them is held."""
    if form is JSON:
        yield from _json(name, pages, about)
        return
    if form in _VERSIONS:
        number, made_up = int(about["release"]), about["data"] != "real"
        parts = sdmx.data_message(
            pages, _VERSIONS[form], number, about["published"], made_up=made_up
        )
        yield from (part.encode() for part in parts)
        return
    sink = _Sink()
    if form is PARQUET:
        said = {key: value for key, value in about.items() if isinstance(value, str)}
        writer = parquet.ParquetWriter(sink, schema.with_metadata(said), compression="zstd")
    else:
        writer = csv.CSVWriter(sink, schema)
    with writer:
        for page in pages:
            writer.write_table(page)
            yield sink.taken()
    yield sink.taken()


def _json(name: str, pages: Iterable[pa.Table], about: Mapping[str, Any]) -> Iterator[bytes]:
    head = json.dumps(about, ensure_ascii=False)
    yield f"{head[:-1]}{', ' if about else ''}{json.dumps(name)}: [".encode()
    before = ""
    for page in pages:
        if page.num_rows:
            rows = json.dumps(page.to_pylist(), ensure_ascii=False, allow_nan=False)
            yield f"{before}{rows[1:-1]}".encode()
            before = ",\n"
    yield b"]}\n"


def plain(value: Any) -> Any:
    """Return a value as JSON has it: what is no number, or endless, is null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


class _Sink(io.RawIOBase):
    """What is written to it is there to be taken, once."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        """Return that it can be written to."""
        return True

    def tell(self) -> int:
        """Return how many bytes were written so far."""
        return self._written

    def write(self, part: Any) -> int:
        """Keep a part until it is taken."""
        self._parts.append(bytes(part))
        self._written += len(self._parts[-1])
        return len(self._parts[-1])

    def taken(self) -> bytes:
        """Return what was written since it was last taken."""
        parts, self._parts = self._parts, []
        return b"".join(parts)
