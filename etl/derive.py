"""Ratios by the catalogue's rules: computed from published figures, never typed.

A ratio's total is the ratio of the totals, so each is computed at its own key. A share of the
nation divides by the domestic total (`100000`), never by the one with certificates held abroad.
"""

from __future__ import annotations

import pandas as pd

from indicators.catalogue import Catalogue, Indicator
from indicators.database import KEY

_DIMENSIONS = ["scheme", "industry", "size", "region"]
NATION = "100000"


def derived(rows: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return the rows of every derived indicator, with numerator and denominator."""
    tables = [
        _ratio(rows, indicator)
        for indicator in catalogue.indicators.values()
        if indicator.derived and indicator.numerator and indicator.denominator
    ]
    return pd.concat(tables, ignore_index=True)


def _ratio(rows: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    known = rows[rows["value"].notna()]
    above = known[known["indicator"] == indicator.numerator]
    below = known[known["indicator"] == indicator.denominator][[*KEY, "value"]]
    if indicator.share_of:
        # The whole is the nation's figure at the same period, scheme, industry and size.
        below = below[below["region"] == indicator.share_of].drop(columns="region")
        above = above[~above["region"].isin(["ALL", indicator.share_of])]
        pairs = above.merge(
            below.drop(columns="indicator"),
            on=["period", "scheme", "industry", "size"],
            how="inner",
            validate="m:1",
            suffixes=("", "_below"),
        )
    elif indicator.denominator_period == "same":
        pairs = above.merge(
            below.drop(columns="indicator"),
            on=["period", *_DIMENSIONS],
            how="inner",
            validate="1:1",
            suffixes=("", "_below"),
        )
    else:
        pairs = _with_earlier(above, below, indicator)
    pairs = pairs[pairs["value_below"] > 0]
    return pairs.assign(
        indicator=indicator.key,
        numerator=pairs["value"],
        denominator=pairs["value_below"],
        value=pairs["value"] / pairs["value_below"] * indicator.factor,
        source="derived",
    )[above.columns]


def _with_earlier(above: pd.DataFrame, below: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    """Pair each figure with the nearest denominator that is not later, within `max_age` years."""
    dated = above.assign(month=_months(above["period"])).sort_values("month", kind="stable")
    earlier = below.assign(month=_months(below["period"])).sort_values("month", kind="stable")
    pairs = pd.merge_asof(
        dated,
        earlier.drop(columns=["indicator", "period"]),
        on="month",
        by=_DIMENSIONS,
        suffixes=("", "_below"),
        tolerance=int((indicator.max_age or 100) * 12),
    )
    return pairs[pairs["value_below"].notna()]


def _months(periods: pd.Series) -> pd.Series:
    """Return the month a period ends in, counted from year 0; a year ends in its December."""
    parts = periods.str.extract(r"^(\d{4})(?:-(?:Q([1-4])|(\d{2})))?$")
    ends = parts[2].astype(float).fillna(parts[1].astype(float) * 3).fillna(12)
    return (parts[0].astype(int) * 12 + ends).astype(int)
