"""What leaves a page: who makes the file, and the release that is said on it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from indicators.drawing.charts import Specification
from indicators.exports import downloads
from indicators.store.queries import Vintage
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


def marked(table: pd.DataFrame, vintage: Vintage, words: Wording) -> pd.DataFrame:
    """Return a table that is to leave, made-up figures saying so in each row."""
    if vintage.dataset == "real":
        return table
    return table.assign(**{words("demonstration"): demonstration_note(words)})


def table_exports(
    title: str, table: Callable[[], pd.DataFrame], language: Language, vintage: Vintage
) -> list[Export]:
    """Return a table as it stands on a page, to take away."""
    words = Wording(language)

    def name(suffix: str) -> str:
        return downloads.file_name(title, vintage_name(vintage, words), suffix=suffix)

    def rows() -> pd.DataFrame:
        return marked(table(), vintage, words)

    return [
        (words("Table (CSV)"), name(".csv"), lambda: downloads.csv_file(rows())),
        (words("Workbook (XLSX)"), name(".xlsx"), lambda: downloads.xlsx_file({title: rows()})),
    ]


def image_exports(
    labels: tuple[str, str], name: Callable[[str], str], drawn: Callable[[], Specification]
) -> list[Export]:
    """Return a chart as PNG and SVG, to take away; `name` takes the suffix."""
    png, svg = labels
    return [
        (png, name(".png"), lambda: downloads.png_file(drawn())),
        (svg, name(".svg"), lambda: downloads.svg_file(drawn())),
    ]


def image_labels(words: Wording) -> tuple[str, str]:
    """Return what the buttons say where one image leaves."""
    return words("Image (PNG)"), words("Drawing (SVG)")
