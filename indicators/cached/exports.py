"""What leaves a page: who makes the file, and the release that is said on it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pyarrow as pa

from indicators import downloads
from indicators.queries import Vintage
from indicators.wording import Language, Wording

# What a download button needs: label, file name, and how to make the file when it is asked for.
Export = tuple[str, str, Callable[[], bytes]]


def vintage_name(vintage: Vintage, words: Wording) -> str:
    """Return how a vintage is called in the name of a file."""
    said = words("release {number}", number=vintage.release)
    return said if vintage.dataset == "real" else words("demonstration") + " " + said


def vintage_notes(vintage: Vintage, words: Wording) -> list[str]:
    """Return what stands under all that leaves: the release, and whether it is made up."""
    notes = [words("Release {number}", number=vintage.release)]
    return notes if vintage.dataset == "real" else [demonstration_note(words), *notes]


def demonstration_note(words: Wording) -> str:
    """Return the sentence that no demonstration figure is shown without."""
    return words("Demonstration data: generated for trying things out, true of no region.")


def table_exports(
    title: str, table: pd.DataFrame | pa.Table, language: Language, vintage: Vintage
) -> list[Export]:
    """Return a table as it stands on a page, to take away; made-up figures say so in each row."""
    words = Wording(language)

    def name(suffix: str) -> str:
        return downloads.file_name(title, vintage_name(vintage, words), suffix=suffix)

    def rows() -> pd.DataFrame:
        held = table if isinstance(table, pd.DataFrame) else table.to_pandas()
        if vintage.dataset == "real":
            return held
        return held.assign(**{words("demonstration"): demonstration_note(words)})

    return [
        (words("Table (CSV)"), name(".csv"), lambda: downloads.csv_file(rows())),
        (words("Workbook (XLSX)"), name(".xlsx"), lambda: downloads.xlsx_file({title: rows()})),
    ]
