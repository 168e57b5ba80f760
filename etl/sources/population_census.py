"""Resident population by province, seventh national census (1 November 2020)."""

from __future__ import annotations

import pandas as pd

from etl.documents import documents
from etl.harmonise import harmonise
from indicators.catalogue import Catalogue

read = documents


def tidy(published: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return the rows in our codes."""
    return harmonise(
        published, catalogue, indicators={"常住人口": "population"}, schemes={"": "ALL"}
    )
