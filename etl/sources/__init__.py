"""Where figures come from: one module a source, named as its folder under data/raw/.

Each has `read(folder)`, the figures as published, and `tidy(published, catalogue)`, the same in
our codes, periods and units.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pandas as pd

from etl.sources import (
    legal_units,
    official_yearend,
    platform_provinces,
    platform_schemes,
    population_census,
    quality_outcomes,
)
from indicators.catalogue import Catalogue


class Source(Protocol):
    """What a source module offers."""

    def read(self, folder: Path) -> pd.DataFrame: ...

    def tidy(self, published: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame: ...


SOURCES: dict[str, Source] = {
    "platform_schemes": platform_schemes,
    "platform_provinces": platform_provinces,
    "official_yearend": official_yearend,
    "quality_outcomes": quality_outcomes,
    "legal_units": legal_units,
    "population_census": population_census,
}
