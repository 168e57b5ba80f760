"""Any file of figures or certificates opened, by what its name ends in."""

from __future__ import annotations

from pathlib import Path

from etl.files.listing import Listing
from etl.files.table import LOCKED, SUFFIXES, TEXT_FILES, WORKBOOKS, ParquetFile, Source
from etl.files.text import TextSource
from etl.files.workbook import Workbook
from indicators.findings import message


def opened(path: Path, listing: Listing) -> Source:
    """Return a file opened; raises `FindingsError` for what is no table that can be read."""
    suffix = readable(path, listing)
    if suffix in WORKBOOKS:
        return Workbook(path, listing)
    return TextSource(path, listing) if suffix in TEXT_FILES else ParquetFile(path, listing)


def readable(path: Path, listing: Listing) -> str:
    """Return the suffix of a file that may hold a table; raises `FindingsError` for all else."""
    suffix = path.suffix.lower()
    if path.name.startswith(LOCKED):
        listing.stop(
            path.name,
            message("a table"),
            message("this is what an office program leaves beside a file it has open: close it"),
        )
    if suffix not in SUFFIXES:
        listing.stop(
            suffix,
            message("one of {kinds}", kinds=", ".join(SUFFIXES)),
            message("save the table again in one of these formats"),
        )
    try:
        size = path.stat().st_size
    except OSError as error:
        listing.stop(
            str(error.strerror), message("a file that can be read"), message("look at its path")
        )
    if size == 0:
        listing.stop("0 B", message("a table"), message("the file is empty: save it again"))
    return suffix
