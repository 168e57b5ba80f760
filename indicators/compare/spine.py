"""A region beside the nation, its peers and its own past, with its rank: one row an indicator."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from indicators import catalogue, denominators
from indicators.compare.benchmarks import comparison, national_benchmarks
from indicators.compare.intervals import (
    BASIS,
    INTERVAL,
    LIMITS,
    add_comparison,
    add_intervals,
    comparable,
    slice_of,
    traits_of,
)
from indicators.frequencies import one_date
from indicators.periods import decimal_years
from indicators.regions import NATION
from indicators.statuses import Gap, Method, Position, RankChange, Standing


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
        size = np.count_nonzero(~np.isnan(good.to_numpy()[at]))
        better = len(known) - np.searchsorted(np.sort(low[known]), high[known], side="right")
        worse = np.searchsorted(np.sort(high[known]), low[known], side="left")
        first[known], last[known] = 1.0 + better, 1.0 * size - worse
    rank, of = slices.rank(method="min", ascending=False), slices.transform("count").astype(int)
    ranked = kept.assign(rank=rank, rank_from=first, rank_to=last, of=of)
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
    # Each is ranked among those of its own denominators, which a later period has others of.
    key = [*(name for name in slice_of(after) if name != BASIS), "region"]
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


GROUP = ("group_benchmark", "group_class", "members")
CHANGE = ("since", "rank_before", "change", "state")
RANK = ("rank", "shared", "rank_from", "rank_to", "of")
_PLACES = {"lowest": 0, "lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75, "highest": 1}
_COLUMNS = (
    *("indicator", "period", "polarity", "value", *INTERVAL, "method", "n"),
    *("benchmark", "difference", *LIMITS, "position", "class", "gap", "benchmark_gap"),
    *(*GROUP, *_PLACES, "peers", *RANK, *CHANGE),
    *("at", *(f"{name}_at" for name in (*_PLACES, "benchmark")), "centre"),
)
# Quartiles of fewer figures would only repeat them.
_FEWEST = 3
# A year as a fraction: months of unequal length are not exactly a year apart.
_SAME_DAY = 0.01
# region and group of peers
Key = tuple[str, str]


def spines(
    rows: pd.DataFrame,
    peers: Mapping[Key, Collection[str]],
    ranked: Collection[str],
    nation: str = NATION,
) -> pd.DataFrame:
    """Return where regions stand on each indicator, each at the newest period that it has.

    Of several frequencies one is taken: see `one_date`.

    `rows`: observations of one industry, size and scheme; with `citation`, ratios compare only
    where their denominators are of one kind and year. `peers`: by region and group, whom the
    range is drawn of, the region among them whether named or not; `ranked`: the regions of their
    level, they among them. One row a region, group and indicator, in the order of `peers` and of
    the catalogue, milestones left out; where the region has no figure of an indicator that others
    have, `gap` says why. Columns, figures in the indicator's unit:

    - region, group, indicator, period, polarity, value, `INTERVAL`, method, n
    - benchmark (the nation), difference, `LIMITS` around it, position, class, gap, benchmark_gap
    - group_benchmark (the ratio of the peers' totals), group_class, members (whose totals)
    - lowest, lower_quartile, median, upper_quartile, highest of the peers, peers (how many have
      a figure); only the lowest and the highest with fewer than three
    - rank, shared, rank_from, rank_to, of as `ranks` has them; rank_before, change and state as
      `rank_changes` has them, since the newest period a year older or more, among the regions
      whose series did not break in between
    - at, and `…_at` for each of the peers' five figures and the benchmark: the place on a scale
      from −1 to 1, better to the right (higher, without polarity). 0 is the nation, or the peers'
      median where the nation has no figure; 1 is as far from it as the farthest of the peers.
      `centre` says which: `nation`, `median`, or empty.
    """
    groups = pd.DataFrame(list(peers), columns=["region", "group"], dtype=str)
    pairs = [(*key, peer) for key, members in peers.items() for peer in {key[0], *members}]
    members = pd.DataFrame(pairs, columns=["region", "group", "peer"], dtype=str)
    rows = rows[rows["region"].isin({nation, *ranked, *members["peer"]})]
    rows = rows[traits_of(rows)["kind"] != "milestone"]
    # Without these, rows of a second scheme are a region that stands twice, which is refused.
    rows = rows.drop(columns=["industry", "size", "scheme"], errors="ignore")
    if "citation" in rows:
        rows = rows.assign(basis=denominators.basis(rows))
    rows = one_date(rows, comparable(rows)["value"].notna())
    usable = comparable(rows)
    newest = _newest(usable[usable["region"].isin(groups["region"])])
    known = newest.loc[newest["value"].notna(), ["region", "indicator", "period"]]
    cell = ["indicator", "period"]
    cells = known[cell].drop_duplicates()
    at_newest = rows.merge(cells, on=cell, validate="m:1")
    own = at_newest.merge(known, on=["region", *cell], validate="1:1")
    found = comparison(own, national_benchmarks(at_newest, nation))
    places = ranks(at_newest[at_newest["region"].isin(ranked)])
    changes, among = (
        _changes(rows[rows["region"].isin(ranked)], cells),
        _among(usable, own, members),
    )
    place = ["region", *cell]
    found = found.merge(places[[*place, *RANK]], on=place, validate="1:1")
    found = found.merge(changes, on=place, how="left", validate="1:1")
    found = found.merge(among, on=["region", "indicator"], how="left", validate="1:m")
    found = _add_scale(found.assign(polarity=traits_of(found)["polarity"]))
    found = pd.concat([found, _absent(rows, newest, known, groups)], ignore_index=True)
    order = {key: place for place, key in enumerate(catalogue.load().indicators)}
    turn = {key: place for place, key in enumerate(peers)}
    found["turn"] = [turn[key] for key in zip(found["region"], found["group"], strict=True)]
    found = found.assign(order=found["indicator"].map(order)).sort_values(["turn", "order"])
    return found[["region", "group", *_COLUMNS]].reset_index(drop=True)


def _newest(own: pd.DataFrame) -> pd.DataFrame:
    """Return the newest row of each region and indicator, with a usable figure where it has one."""
    own = own.assign(usable=own["value"].notna(), time=decimal_years(own["period"]))
    ordered = own.sort_values(["usable", "time", "period"])
    return ordered.drop_duplicates(["region", "indicator"], keep="last")


def _absent(
    rows: pd.DataFrame, newest: pd.DataFrame, known: pd.DataFrame, groups: pd.DataFrame
) -> pd.DataFrame:
    """Return a row for each indicator that only others have a usable figure of."""
    key = ["region", "indicator"]
    every = groups.merge(rows[["indicator"]].drop_duplicates(), how="cross", validate="m:m")
    present = pd.MultiIndex.from_frame(known[key])
    missing = every[~pd.MultiIndex.from_frame(every[key]).isin(present)]
    missing = missing.merge(newest[[*key, "gap"]], on=key, how="left", validate="m:1")
    return missing.assign(
        gap=missing["gap"].fillna(Gap.NO_DATA),
        polarity=traits_of(missing)["polarity"],
        position=Position.UNKNOWN,
        method=Method.NONE,
        centre="",
        **{"class": Standing.NOT_COMPARED},
    )


def _changes(rows: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Return what became of ranks in each cell (indicator, period) of the `ranked` rows."""
    cell = ["indicator", "period"]
    held = comparable(rows).dropna(subset="value")[cell].drop_duplicates()
    pairs = cells.merge(held.rename(columns={"period": "since"}), on="indicator", validate="m:m")
    pairs["time"] = decimal_years(pairs["since"])
    pairs = pairs[pairs["time"] <= decimal_years(pairs["period"]) - 1 + _SAME_DAY]
    pairs = pairs.sort_values(["time", "since"]).drop_duplicates(cell, keep="last")
    rows = _unbroken(rows, pairs)
    before = rows.rename(columns={"period": "since"}).merge(
        pairs.drop(columns="time"), on=["indicator", "since"], validate="m:m"
    )
    after = rows.merge(pairs[cell], on=cell, validate="m:1")
    found = rank_changes(before.drop(columns="since"), after)
    found = found.merge(pairs.drop(columns="time"), on=cell, validate="m:1")
    return found[["region", *cell, *CHANGE]]


def _unbroken(rows: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the rows without the series that break between two periods that are held together.

    `pairs`: indicator, since, period, and the `time` of `since`.
    """
    broken = rows.loc[rows["status"] == "B", ["region", "indicator", "period"]].rename(
        columns={"period": "at"}
    )
    spans = broken.merge(pairs, on="indicator", validate="m:m")
    at, until = decimal_years(spans["at"]), decimal_years(spans["period"])
    spans = spans[(at > spans["time"]) & (at <= until)]
    key = ["region", "indicator"]
    return rows[~pd.MultiIndex.from_frame(rows[key]).isin(pd.MultiIndex.from_frame(spans[key]))]


def _among(usable: pd.DataFrame, own: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Return the peers' figures: region, group, indicator, the five places, peers, `GROUP`.

    `own`: the rows that are compared; `members`: region, group, peer.
    """
    key, cell = ["region", "group", "indicator"], ["indicator", "period"]
    figures = usable.dropna(subset="value").rename(columns={"region": "peer"})
    cell += [BASIS] if BASIS in figures else []
    figures = figures[["peer", *cell, "value", "numerator", "denominator"]]
    held = members.merge(own[["region", *cell]], on="region", validate="m:m").merge(
        figures, on=["peer", *cell], validate="m:1"
    )
    whole = held["numerator"].notna() & (held["denominator"] > 0)
    ratio = ["numerator", "denominator"]
    held[ratio] = held[ratio].where(whole)
    parts = held.assign(whole=whole).groupby(key, sort=False)
    values = parts["value"]
    found = pd.DataFrame({name: values.quantile(part) for name, part in _PLACES.items()})
    found["peers"] = values.count()
    inner = ["lower_quartile", "median", "upper_quartile"]
    found[inner] = found[inner].where(found["peers"] >= _FEWEST)
    sums = parts[[*ratio, "whole"]].sum()
    found["members"] = sums["whole"]
    found = found.reset_index()
    known = traits_of(found)
    fair = (found["members"] >= 2) & (known["kind"] != "count") & ~known["part"]
    level = (sums["numerator"] / sums["denominator"]).to_numpy() * known["factor"]
    found["group_benchmark"] = level.where(fair)
    held = own.merge(found, on=["region", "indicator"], validate="1:m")
    held["benchmark"] = held["group_benchmark"]
    # A region stands once in each group.
    compared = pd.concat([held.head(0), *(add_comparison(of) for _, of in held.groupby("group"))])
    compared = compared.reindex(columns=[*key, "class"]).rename(columns={"class": "group_class"})
    return found.merge(compared, on=key, validate="1:1")


def _add_scale(found: pd.DataFrame) -> pd.DataFrame:
    centre = found["benchmark"].fillna(found["median"])
    farthest = [found["highest"] - centre, centre - found["lowest"]]
    reach = pd.concat(farthest, axis=1).max(axis=1)
    step = found["polarity"].replace(0, 1) / reach.where(reach > 0)
    places = {f"{name}_at": (found[name] - centre) * step for name in (*_PLACES, "benchmark")}
    which = np.select([found["benchmark"].notna(), centre.notna()], ["nation", "median"], "")
    return found.assign(at=(found["value"] - centre) * step, **places, centre=which)
