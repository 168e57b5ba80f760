"""What a figure is held against: the nation, a group of peers, a target (docs/method.md §§9–10)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from indicators.compare.intervals import (
    BASIS,
    INTERVAL,
    LIMITS,
    add_comparison,
    comparable,
    slice_of,
    traits_of,
)
from indicators.regions import NATION
from indicators.statuses import Gap

BENCHMARK = ("benchmark", "benchmark_n", "members", "of", "benchmark_gap")
COMPARISON = (
    *("against", "value", "benchmark", "difference", "position", "class", "method", "n"),
    *(*INTERVAL, *LIMITS, "gap", *BENCHMARK[1:]),
)


def national_benchmarks(rows: pd.DataFrame, nation: str = NATION) -> pd.DataFrame:
    """Return the published figure of the nation in each slice: the slice, `BENCHMARK`.

    A count has none, since a part is always less than its whole, nor has a share of the whole.
    `nation` may be another region that holds the compared ones, as a province its prefectures.
    """
    keys = slice_of(rows)
    held = comparable(rows[rows["region"] == nation])
    n = held.get("denominator", np.nan)
    figures = held.assign(benchmark=held["value"], benchmark_n=n, members=1, of=1)
    figures = figures[[*keys, *BENCHMARK[:4], "gap"]]
    found = rows[keys].drop_duplicates().merge(figures, on=keys, how="left", validate="1:1")
    found["benchmark_gap"] = found.pop("gap").fillna(Gap.NO_BENCHMARK)
    if BASIS in keys:  # it has a figure, but divided by another year's or kind's
        same = [name for name in keys if name != BASIS]
        other = pd.MultiIndex.from_frame(held.loc[held["value"].notna(), same])
        otherwise = pd.MultiIndex.from_frame(found[same]).isin(other)
        lacking = found["benchmark_gap"] == Gap.NO_BENCHMARK
        found.loc[lacking & otherwise, "benchmark_gap"] = Gap.NOT_COMPARABLE
    return _without_wholes(found.fillna({"members": 0, "of": 1}))


def group_benchmarks(rows: pd.DataFrame, members: Collection[str]) -> pd.DataFrame:
    """Return the ratio of the totals of some regions in each slice: the slice, `BENCHMARK`.

    A ratio's total is the ratio of the totals, never a mean of rates, so only members with a
    numerator and a denominator enter: `members` of them, `of` so many. `benchmark_gap` says
    why there is none; benchmark_n is the summed denominator.
    """
    keys = slice_of(rows)
    held = comparable(rows[rows["region"].isin(members)])
    for name in ("numerator", "denominator"):
        held[name] = held[name].where(held["value"].notna()) if name in held else np.nan
    whole = held["numerator"].notna() & (held["denominator"] > 0)
    ratio = ["numerator", "denominator"]
    held[ratio] = held[ratio].where(whole)
    held = held.assign(members=whole, figures=held["value"].notna())
    sums = held.groupby(keys, sort=False)[[*ratio, "members", "figures"]].sum().reset_index()
    found = rows[keys].drop_duplicates().merge(sums, on=keys, how="left", validate="1:1")
    found = found.fillna({"members": 0, "figures": 0})
    enough = found["members"] >= 2
    found["benchmark_n"] = found["denominator"].where(enough)
    factor = traits_of(found)["factor"]
    found["benchmark"] = (found["numerator"] / found["benchmark_n"] * factor).where(enough)
    found["of"] = len(set(members))
    few = np.where(found["figures"] > found["members"], Gap.NO_NUMERATORS, Gap.TOO_FEW_MEMBERS)
    found["benchmark_gap"] = np.where(enough, "", few)
    return _without_wholes(found[[*keys, *BENCHMARK]])


def _without_wholes(found: pd.DataFrame) -> pd.DataFrame:
    known = traits_of(found)
    reason = np.select(
        [known["kind"] == "count", known["part"]], [Gap.COUNT, Gap.SHARE_OF_WHOLE], ""
    )
    barred = known["part"] | (known["kind"] == "count")
    return found.assign(
        benchmark=found["benchmark"].where(~barred),
        benchmark_n=found["benchmark_n"].where(~barred),
        benchmark_gap=np.where(barred, reason, found["benchmark_gap"]),
    ).astype({"members": int, "of": int})


def comparison(rows: pd.DataFrame, benchmarks: pd.DataFrame, against: str) -> pd.DataFrame:
    """Return every row of `rows` against the benchmark of its slice: slice, region, `COMPARISON`.

    `against` names the benchmark. Where it is missing, `gap` says so and `benchmark_gap` why.
    """
    keys = slice_of(rows)
    bare = rows.drop(columns=[name for name in BENCHMARK if name in rows])
    held = bare.merge(benchmarks, on=keys, how="left", validate="m:1")
    return add_comparison(held).assign(against=against)[[*keys, "region", *COMPARISON]]


def comparisons(
    rows: pd.DataFrame,
    region: str,
    groups: Mapping[str, Collection[str]],
    target: float | None = None,
) -> pd.DataFrame:
    """Return one region against the nation, groups and a target, one row a slice and benchmark.

    `rows` hold the region, the nation and the members. `groups`: name to member codes. `target`
    is in the figure's unit, for rows of one indicator. `against`: `nation`, `target` or the
    group's name. Columns as in `comparison`.
    """
    own = rows[rows["region"] == region]
    keys = slice_of(rows)
    wanted = rows.merge(own[keys].drop_duplicates(), on=keys, how="inner", validate="m:1")
    found = [comparison(own, national_benchmarks(wanted), "nation")]
    found += [
        comparison(own, group_benchmarks(wanted, members), name) for name, members in groups.items()
    ]
    if target is not None:
        aimed = own[keys].drop_duplicates()
        aimed[[*BENCHMARK]] = target, np.nan, 1, 1, ""
        found.append(comparison(own, aimed, "target"))
    return pd.concat(found, ignore_index=True)
