"""Which regions are most alike, by the features that data/reference/peer_groups.yaml names."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from indicators.compare.intervals import comparable
from indicators.compare.peer_groups import Feature, PeerGroups
from indicators.frequencies import one_date
from indicators.periods import decimal_years
from indicators.regions import ALL


def feature_rows(
    rows: pd.DataFrame, features: Collection[Feature], candidates: Collection[str]
) -> pd.DataFrame:
    """Return the features of the candidates: region, feature, period, value, standard.

    `rows` are observations of the features' indicators over all sizes and schemes. Each feature
    is taken at the newest of the periods in which most candidates have it. `standard` is
    (x − mean) / standard deviation over the candidates, x on the declared scale. A feature that
    does not tell candidates apart has no rows.
    """
    usable = comparable(rows[rows["region"].isin(candidates)]).dropna(subset="value")
    found = [_feature(usable, feature) for feature in features]
    columns = ["region", "feature", "period", "value", "standard"]
    return pd.concat([pd.DataFrame(columns=columns), *found], ignore_index=True)[columns]


def neighbours(
    rows: pd.DataFrame, declared: PeerGroups, candidates: Collection[str]
) -> pd.DataFrame:
    """Return the nearest neighbours of every candidate, nearest first.

    Columns: region, neighbour, place (1 is the nearest), distance, features (what the distance
    rests on: keys, in the file's order), missing (declared features that one of the two lacks).
    distance = √(Σ w (aᵢ − bᵢ)² / Σ w) over the features that both have, in standard deviations,
    so that distances over fewer features stay on one scale. Two regions without a feature in
    common are no neighbours.
    """
    held = feature_rows(rows, declared.features, candidates)
    keys = [feature.key for feature in declared.features]
    table = held.pivot(index="region", columns="feature", values="standard")
    table = table.reindex(columns=keys).sort_index().astype(float)
    weight = np.array([feature.weight for feature in declared.features])
    both = table.notna().to_numpy()
    found = []
    for at, region in enumerate(table.index):
        shared = both & both[at]
        gaps = np.where(shared, (table - table.iloc[at]).to_numpy() ** 2, 0)
        weighed = shared @ weight
        with np.errstate(invalid="ignore"):
            distance = np.sqrt(gaps @ weight / np.where(weighed > 0, weighed, np.nan))
        distance[at] = np.nan
        nearest = np.argsort(distance, kind="stable")[: declared.neighbours]
        found += [
            (
                region,
                table.index[other],
                place,
                distance[other],
                ", ".join(key for key, use in zip(keys, shared[other], strict=True) if use),
                ", ".join(key for key, use in zip(keys, shared[other], strict=True) if not use),
            )
            for place, other in enumerate(nearest, start=1)
            if not np.isnan(distance[other])
        ]
    columns = ["region", "neighbour", "place", "distance", "features", "missing"]
    return pd.DataFrame(found, columns=columns)


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    return one_date(rows, rows["value"].notna())


def _feature(usable: pd.DataFrame, feature: Feature) -> pd.DataFrame:
    own = usable[usable["indicator"] == feature.indicator]
    part = _dated(own[own["industry"] == feature.industry])
    if feature.share:
        whole = _dated(own[own["industry"] == ALL])[["region", "period", "value"]]
        part = part.merge(whole, on=["region", "period"], suffixes=("", "_whole"), validate="1:1")
        part["value"] = part["value"] / part["value_whole"].where(part["value_whole"] > 0)
        part = part.dropna(subset="value")
    if feature.scale == "log":
        part = part[part["value"] > 0]
    if part.empty:
        return pd.DataFrame()
    # `n` candidates have a figure; the newest of the best-covered periods.
    covered = part.groupby("period", as_index=False).agg(n=("region", "size"))
    covered["time"] = decimal_years(covered["period"])
    chosen = str(covered.sort_values(["n", "time", "period"])["period"].iloc[-1])
    part = part[part["period"] == chosen]
    scaled = np.log(part["value"]) if feature.scale == "log" else part["value"]
    spread = scaled.std(ddof=0)
    if not spread > 1e-12 * max(1.0, float(scaled.abs().max())):
        return pd.DataFrame()
    return part.assign(feature=feature.key, standard=(scaled - scaled.mean()) / spread)
