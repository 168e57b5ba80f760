"""Ranks with the ranks that chance allows, and changes of rank (docs/method.md §9)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indicators.compare.codes import RankChange
from indicators.compare.intervals import add_intervals, slice_of, traits_of


def ranks(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the ranks of the regions in `rows`, each slice by itself, best first.

    Columns of `add_intervals`, then rank (equal figures share the better one), rank_from and
    rank_to (the interval), of (how many are ranked). rank_from is 1 + how many are certainly
    better, rank_to how many are not certainly worse; certain is where the 95 per cent intervals
    do not meet. Missing where a figure has no interval. Without polarity the highest is first.
    Give the regions of one level only, no nation and no group.
    """
    kept = add_intervals(rows)
    sign = traits_of(rows)["polarity"].map(lambda polarity: polarity or 1)
    good = kept["value"] * sign
    # Lower is better: what was the upper end is the worse one.
    worst = kept["lower"].where(sign > 0, -kept["upper"])
    best = kept["upper"].where(sign > 0, -kept["lower"])
    ranked = kept.assign(rank=np.nan, rank_from=np.nan, rank_to=np.nan, of=0)
    for _, at in kept.groupby(slice_of(kept), sort=False).groups.items():
        ranked.loc[at, "rank"] = good[at].rank(method="min", ascending=False)
        of = int(good[at].notna().sum())
        ranked.loc[at, "of"] = of
        worse_ends, better_ends = np.sort(worst[at].dropna()), np.sort(best[at].dropna())
        better = len(worse_ends) - np.searchsorted(worse_ends, best[at], side="right")
        worse = np.searchsorted(better_ends, worst[at], side="left")
        known = best[at].notna()
        ranked.loc[at, "rank_from"] = pd.Series(1.0 + better, at).where(known)
        ranked.loc[at, "rank_to"] = pd.Series(1.0 * of - worse, at).where(known)
    order = [*slice_of(ranked), "rank", "region"]
    return ranked.sort_values(order).reset_index(drop=True)


def rank_changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return what became of each region's rank between two periods of one indicator.

    Columns: region, rank_before, rank_after, of, change (places won), state. Only regions with a
    figure in both are ranked. A change is `noise` where either rank lies in the interval of the
    other, and `unknown` where there are no intervals to say so.
    """
    both = set(_regions(before)) & set(_regions(after))
    names = ["region", "rank", "rank_from", "rank_to"]
    old, new = (ranks(rows[rows["region"].isin(both)])[[*names, "of"]] for rows in (before, after))
    pairs = old.drop(columns="of").merge(
        new, on="region", suffixes=("_before", "_after"), validate="1:1"
    )
    change = pairs["rank_before"] - pairs["rank_after"]
    noise = pairs["rank_after"].between(pairs["rank_from_before"], pairs["rank_to_before"]) | pairs[
        "rank_before"
    ].between(pairs["rank_from_after"], pairs["rank_to_after"])
    unknown = pairs[["rank_from_before", "rank_from_after"]].isna().any(axis=1)
    state = np.select(
        [change == 0, unknown, noise, change > 0],
        [RankChange.UNCHANGED, RankChange.UNKNOWN, RankChange.NOISE, RankChange.UP],
        RankChange.DOWN,
    )
    found = pairs.assign(change=change, state=state)
    return found[["region", "rank_before", "rank_after", "of", "change", "state"]]


def _regions(rows: pd.DataFrame) -> pd.Series:
    return rows.loc[add_intervals(rows)["value"].notna(), "region"]
