"""What leaves a page: what a file is called, who makes it, and the release that is said on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from indicators.drawing.charts import Specification
from indicators.exports import downloads
from indicators.store.queries import Vintage
from indicators.wording import Wording, sentence

DEMONSTRATION = sentence("Demonstration data: generated for trying things out, true of no region.")
# What a download button needs: label, file name, and how to make the file when it is asked for.
Export = tuple[str, str, Callable[[], bytes]]


def vintage_name(vintage: Vintage, words: Wording) -> str:
    """Return how a vintage is called in the name of a file."""
    release = words("release {number}", number=vintage.release)
    return release if vintage.dataset == "real" else words("demonstration") + " " + release


def vintage_notes(vintage: Vintage, words: Wording) -> list[str]:
    """Return what stands under all that leaves: the release, and whether it is made up."""
    notes = [words("Release {number}", number=vintage.release)]
    return notes if vintage.dataset == "real" else [demonstration_note(words), *notes]


def demonstration_note(words: Wording) -> str:
    """Return the sentence that no demonstration figure is shown without."""
    return words(DEMONSTRATION)


@dataclass(frozen=True)
class Offer:
    """Files of one name, which says what is inside and of which release."""

    name: tuple[str, ...]
    vintage: Vintage
    words: Wording

    def file(self, label: str, suffix: str, make: Callable[[], bytes]) -> Export:
        """Return any file."""
        release = vintage_name(self.vintage, self.words)
        return label, downloads.file_name(*self.name, release, suffix=suffix), make

    def csv(self, table: Callable[[], pd.DataFrame], label: str = "") -> Export:
        """Return a table as text."""
        label = label or self.words("Table (CSV)")
        return self.file(label, ".csv", lambda: downloads.csv_file(self._marked(table())))

    def xlsx(self, sheets: Callable[[], Mapping[str, pd.DataFrame]], label: str = "") -> Export:
        """Return tables as a workbook."""

        def workbook() -> bytes:
            marked = {title: self._marked(table) for title, table in sheets().items()}
            return downloads.xlsx_file(marked)

        return self.file(label or self.words("Workbook (XLSX)"), ".xlsx", workbook)

    def images(
        self, drawn: Callable[[], Specification], labels: tuple[str, str] | None = None
    ) -> list[Export]:
        """Return a chart as PNG and SVG."""
        png, svg = labels or (self.words("Image (PNG)"), self.words("Vector image (SVG)"))
        return [
            self.file(png, ".png", lambda: downloads.png_file(drawn())),
            self.file(svg, ".svg", lambda: downloads.svg_file(drawn())),
        ]

    def _marked(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table with made-up figures saying so in each row."""
        if self.vintage.dataset == "real":
            return table
        return table.assign(**{self.words("demonstration"): demonstration_note(self.words)})


def table_exports(
    title: str, table: pd.DataFrame | pa.Table, vintage: Vintage, words: Wording
) -> list[Export]:
    """Return a table as it stands on a page, to take away."""
    offer = Offer((title,), vintage, words)

    def rows() -> pd.DataFrame:
        return table if isinstance(table, pd.DataFrame) else table.to_pandas()

    return [offer.csv(rows), offer.xlsx(lambda: {title: rows()})]
