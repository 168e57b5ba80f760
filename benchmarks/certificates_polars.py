"""The roll-up's counts as a careful analyst writes them in polars: one pass a combination.

Strings become categories and days become months once; each of the 54 combinations of levels
then merges every organisation's certificates by a sort and a running maximum.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import polars as pl

FIRST, LAST = 2018 * 12 - 1, 2025 * 12 + 11  # months; the first is the opening one
LEVELS: dict[str, tuple[str | None, ...]] = {
    "region": ("region", "nation", None),
    "industry": ("industry", "section", None),
    "size": ("size", None),
    "scheme": ("scheme", "family", None),
}
COMBINATIONS = list(product(*LEVELS.values()))


def prepared(path: Path) -> pl.DataFrame:
    """Return certificates with the columns that the counts need, coded and in months."""
    month = {
        day: (pl.col(day).dt.year().cast(pl.Int32) * 12 + pl.col(day).dt.month() - 1 - FIRST)
        .clip(0, LAST - FIRST + 1)
        .cast(pl.Int16)
        for day in ("issued", "suspended", "ends")
    }
    text = ["region", "industry", "size", "scheme"]
    return (
        pl.scan_parquet(path)
        .select(
            pl.col("organisation").hash().alias("organisation"),
            *(pl.col(name).cast(pl.Categorical) for name in text),
            pl.lit(0, pl.Int32).alias("nation"),
            pl.col("industry").str.slice(0, 1).cast(pl.Categorical).alias("section"),
            (pl.col("scheme").str.slice(3).cast(pl.Int32) % 3).alias("family"),
            month["issued"].alias("begins"),
            pl.coalesce(month["suspended"], month["ends"]).alias("halts"),
            month["ends"].alias("ends"),
            pl.col("ended_by").eq("lapsed").alias("lapses"),
            ~pl.col("reissue").alias("new"),
        )
        .filter((pl.col("ends") > 0) & (pl.col("begins") <= LAST - FIRST))
        .collect()
        .with_columns(pl.col(*text, "section").to_physical().cast(pl.Int32))
    )


def counts(rows: pl.DataFrame, combination: tuple[str | None, ...]) -> pl.DataFrame:
    """Return the six counts of one combination of levels at every month and year end."""
    cell = pl.lit(0, pl.Int32)
    for name in (name for name in combination if name):
        cell = cell * (rows[name].max() + 1) + pl.col(name)  # type: ignore[operator]
    lazy = rows.lazy().with_columns(cell=cell)
    resting = pl.col("halts") < pl.col("ends")
    kinds = ["valid", "suspended", "organisations", "new", "lapsed", "withdrawn"]

    def events(table: Any, slot: str, **values: Any) -> Any:
        sums = table.group_by("cell", pl.col(slot).alias("slot")).agg(
            **{kind: value.cast(pl.Int32).sum() for kind, value in values.items()}
        )
        return sums.select(
            "cell",
            "slot",
            *(
                pl.col(kind) if kind in values else pl.lit(0, pl.Int32).alias(kind)
                for kind in kinds
            ),
        )

    one = pl.lit(1, pl.Int32) + pl.col("cell") * 0
    fresh = (pl.col("cell") != pl.col("cell").shift(1)) | (
        pl.col("organisation") != pl.col("organisation").shift(1)
    )
    # A step up for each holder lets one running maximum serve all of them.
    merged = (
        lazy.filter(pl.col("begins") < pl.col("halts"))
        .select("cell", "organisation", pl.col("begins", "halts").cast(pl.Int64))
        .sort("cell", "organisation", "begins")
        .with_columns(fresh=fresh.fill_null(True))
        .with_columns(lift=pl.col("fresh").cum_sum().cast(pl.Int64) * (LAST - FIRST + 3))
        .with_columns(reach=(pl.col("halts") + pl.col("lift")).cum_max())
        .with_columns(
            starts=pl.col("fresh") | (pl.col("begins") + pl.col("lift") > pl.col("reach").shift(1))
        )
    )
    last = pl.col("starts").shift(-1).fill_null(True)
    stops = merged.filter(last).select("cell", halts=(pl.col("reach") - pl.col("lift")))
    stacked = pl.concat(
        [
            events(lazy, "begins", valid=one, new=pl.col("new")),
            events(
                lazy,
                "halts",
                valid=-one,
                suspended=resting,
                lapsed=~resting & pl.col("lapses"),
                withdrawn=~resting & ~pl.col("lapses"),
            ),
            events(
                lazy.filter(resting),
                "ends",
                suspended=-one,
                lapsed=pl.col("lapses"),
                withdrawn=~pl.col("lapses"),
            ),
            events(
                merged.filter("starts").with_columns(pl.col("begins").cast(pl.Int16)),
                "begins",
                organisations=one,
            ),
            events(stops.with_columns(pl.col("halts").cast(pl.Int16)), "halts", organisations=-one),
        ]
    )
    sums = (
        stacked.filter(pl.col("slot") <= LAST - FIRST)
        .group_by("cell", "slot")
        .agg(pl.col(kinds).sum())
        .collect()
        .lazy()
    )
    yearly = sums.with_columns(slot=((pl.col("slot") + 11) // 12).cast(pl.Int16))
    yearly = yearly.group_by("cell", "slot").agg(pl.col(kinds).sum())
    table: pl.DataFrame = pl.concat([_running(sums, LAST - FIRST), _running(yearly, 8)]).collect()
    return table


def _running(sums: Any, last: int) -> Any:
    stocks, flows = ["valid", "suspended", "organisations"], ["new", "lapsed", "withdrawn"]
    same = pl.col("cell") == pl.col("cell").shift(-1)
    steps = pl.int_ranges(
        pl.col("slot"),
        pl.when(same).then(pl.col("slot").shift(-1)).otherwise(last + 1),
        dtype=pl.Int16,
    )
    return (
        sums.sort("cell", "slot")
        .with_columns(*(pl.col(name).cum_sum().over("cell") for name in stocks), step=steps)
        .explode("step")
        .with_columns(
            *(
                pl.when(pl.col("step") == pl.col("slot"))
                .then(pl.col(name))
                .otherwise(0)
                .alias(name)
                for name in flows
            )
        )
        .filter(pl.col("step") > 0)
        .select("cell", "step", *stocks, *flows)
    )
