"""What a figure is held against: the published figure of the nation (docs/method.md §§9–10)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from indicators.compare.intervals import BASIS, add_comparison, comparable, slice_of, traits_of
from indicators.regions import NATION
from indicators.statuses import Gap

BENCHMARK = ("benchmark", "benchmark_gap")


def national_benchmarks(rows: pd.DataFrame, nation: str = NATION) -> pd.DataFrame:
    """Return the published figure of the nation in each slice: the slice, `BENCHMARK`.

    A count has none, since a part is always less than its whole, nor has a share of the whole.
    `nation` may be another region that holds the compared ones, as a province its prefectures.
    """
    keys = slice_of(rows)
    held = comparable(rows[rows["region"] == nation])
    figures = held.assign(benchmark=held["value"])[[*keys, "benchmark", "gap"]]
    found = rows[keys].drop_duplicates().merge(figures, on=keys, how="left", validate="1:1")
    found["benchmark_gap"] = found.pop("gap").fillna(Gap.NO_BENCHMARK)
    if BASIS in keys:  # it has a figure, but divided by another year's or kind's
        same = [name for name in keys if name != BASIS]
        other = pd.MultiIndex.from_frame(held.loc[held["value"].notna(), same])
        otherwise = pd.MultiIndex.from_frame(found[same]).isin(other)
        lacking = found["benchmark_gap"] == Gap.NO_BENCHMARK
        found.loc[lacking & otherwise, "benchmark_gap"] = Gap.NOT_COMPARABLE
    known = traits_of(found)
    reason = np.select(
        [known["kind"] == "count", known["part"]], [Gap.COUNT, Gap.SHARE_OF_WHOLE], ""
    )
    return found.assign(
        benchmark=found["benchmark"].where(reason == ""),
        benchmark_gap=np.where(reason == "", found["benchmark_gap"], reason),
    )


def comparison(rows: pd.DataFrame, benchmarks: pd.DataFrame) -> pd.DataFrame:
    """Return `rows` with what `add_comparison` adds for the benchmark of their slice.

    Where it is missing, `gap` says so and `benchmark_gap` why.
    """
    held = rows.merge(benchmarks, on=slice_of(rows), how="left", validate="m:1")
    return add_comparison(held)
