"""What a package says to people: `README.md`, the Chinese first, then the English."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from indicators.exports.open_data.columns import Table
from indicators.exports.open_data.descriptor import File, Whole
from indicators.wording import LANGUAGES, Text, Wording, sentence

STRUCTURE, SDMX_CSV = "sdmx-structure.xml", "sdmx-observations.csv"
_OF_DATA = {
    "observations.parquet": sentence(
        "the same figures, typed and sorted, for DuckDB, polars, pandas and R (arrow)"
    ),
    STRUCTURE: sentence("SDMX-ML 3.0: code lists, concepts, data structure, dataflow"),
    SDMX_CSV: sentence("the same figures as SDMX-CSV 2.0"),
}
_FILES = {
    "datapackage.json": sentence("Frictionless Data Package 2: fields, keys, terms, checksums"),
    "csv-metadata.json": sentence("CSV on the Web: the same of the same files"),
    "SHA256SUMS": sentence("checksums of all files: `sha256sum -c SHA256SUMS`"),
}


def read_me(
    whole: Whole,
    tables: Sequence[Table],
    files: Mapping[str, File],
    sources: Mapping[str, Mapping[str, Any]],
    rows: int,
    path: Callable[[str], str],
) -> str:
    """Return the text; `rows` figures, `path` of the name of a file of data."""
    parts = [
        _in(Wording(language), whole, tables, files, sources, rows, path) for language in LANGUAGES
    ]
    return "\n".join(line for part in parts for line in part)


def _in(
    words: Wording,
    whole: Whole,
    tables: Sequence[Table],
    files: Mapping[str, File],
    sources: Mapping[str, Mapping[str, Any]],
    rows: int,
    path: Callable[[str], str],
) -> list[str]:
    title, language = words.text(whole.title), words.language
    listed = [(files[table.name].path, words.text(table.title)) for table in tables]
    listed += [(path(name), words(said)) for name, said in _OF_DATA.items()]
    listed += [(name, words(said)) for name, said in _FILES.items()]
    terms = [
        f"- {words.text(Text(row['title_zh'], row['title_en']))} — "
        f"{words.text(Text(row['publisher_zh'], row['publisher_en']))} — "
        f"{words.text(Text(row['licence_zh'], row['licence_en']))}"
        for row in sources.values()
    ]
    date = words.date(whole.published)
    return [
        f"# {title}",
        "",
        words.text(whole.description),
        "",
        words("{n} figures, published {date}.", n=words.number(rows), date=date),
        "",
        _heading(words("Files")),
        "",
        *(f"- `{name}`{'：' if language == 'zh' else ': '}{said}" for name, said in listed),
        "",
        _heading(words("How to read it")),
        "",
        *(f"- {words(said)}" for said in _RULES),
        "",
        _heading(words("How to cite it")),
        "",
        words(
            "{publisher}: {title}, {date}. Of a single figure name its document too, as its "
            "citation says.",
            publisher=words.text(whole.home),
            title=title,
            date=date,
        ),
        "",
        _heading(words("Sources and their terms")),
        "",
        *terms,
        "",
    ]


_RULES = (
    sentence("All files are UTF-8; an empty cell is a missing value, and nothing else is."),
    sentence("Codes are texts: read 01 as 01. ALL is the total of a dimension."),
    sentence("Numbers are whole: none is rounded; percentages run from 0 to 100."),
    sentence(
        "A suppressed figure is a row of confidentiality C without value, numerator and "
        "denominator, in every format. Its citation tells neither notes nor second sources."
    ),
    sentence(
        "A figure that nobody has published has no row; status O, L or M says why one is empty."
    ),
    sentence(
        "No cell was altered for a spreadsheet. In Excel open the files by Data, From Text/CSV, "
        "all columns as text; for a workbook use the files of the Data page, in which no text is "
        "run as a formula."
    ),
)


def _heading(text: str) -> str:
    return f"## {text}"
