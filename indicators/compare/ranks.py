"""Ranks with the ranks that chance allows, and changes of rank (docs/method.md §9)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indicators.compare.codes import RankChange
from indicators.compare.intervals import add_intervals, comparable, slice_of, traits_of


def ranks(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the ranks of the regions in `rows`, each slice by itself, best first.

    Columns of `add_intervals`, then rank (equal figures share the better one), shared (how many
    have that rank), rank_from and rank_to (the interval), of (how many are ranked). rank_from is
    1 + how many are certainly better, rank_to how many are not certainly worse; certain is where
    the 95 per cent intervals do not meet. Missing where a figure has no interval. Without
    polarity the highest is first.
    Give the regions of one level only, no nation and no group.
    """
    kept = add_intervals(rows)
    sign = traits_of(rows)["polarity"].map(lambda polarity: polarity or 1)
    good = kept["value"] * sign
    # Lower is better: what was the upper end is the worse one.
    worst = kept["lower"].where(sign > 0, -kept["upper"])
    best = kept["upper"].where(sign > 0, -kept["lower"])
    slices = good.groupby([kept[name] for name in slice_of(kept)], sort=False)
    low, high = (ends.to_numpy(np.float64) for ends in (worst, best))
    first, last = np.full(len(kept), np.nan), np.full(len(kept), np.nan)
    # Arrays, not frames: a page ranks dozens of slices at once.
    for at in slices.indices.values():
        known = at[~np.isnan(high[at])]
        of = np.count_nonzero(~np.isnan(good.to_numpy()[at]))
        better = len(known) - np.searchsorted(np.sort(low[known]), high[known], side="right")
        worse = np.searchsorted(np.sort(high[known]), low[known], side="left")
        first[known], last[known] = 1.0 + better, 1.0 * of - worse
    ranked = kept.assign(
        rank=slices.rank(method="min", ascending=False), rank_from=first, rank_to=last,
        of=slices.transform("count").astype(int),
    )  # fmt: skip
    ranked["shared"] = ranked.groupby([*slice_of(ranked), "rank"])["region"].transform("size")
    order = [*slice_of(ranked), "rank", "region"]
    return ranked.sort_values(order).reset_index(drop=True)


def rank_changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return what became of each region's rank since `before`, each slice of `after` by itself.

    The period of a row in `before` is the one that it is held against, not its own. Columns: the
    slice, region, rank_before, rank_after, of, change (places won), state. Only regions with a
    figure in both are ranked. A change is `noise` where either rank lies in the interval of the
    other, and `unknown` where there are no intervals to say so.
    """
    key = [*slice_of(after), "region"]
    held = [comparable(rows).dropna(subset="value")[key] for rows in (before, after)]
    both = held[0].merge(held[1], on=key, validate="1:1")
    names = [*key, "rank", "rank_from", "rank_to"]
    old, new = (ranks(rows.merge(both, on=key, validate="1:1")) for rows in (before, after))
    pairs = old[names].merge(
        new[[*names, "of"]], on=key, suffixes=("_before", "_after"), validate="1:1"
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
    return found[[*key, "rank_before", "rank_after", "of", "change", "state"]]
