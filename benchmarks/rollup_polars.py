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
            pl.lit("100000").cast(pl.Categorical).alias("nation"),
            pl.col("industry").str.slice(0, 1).cast(pl.Categorical).alias("section"),
            (pl.lit("G") + (pl.col("scheme").str.slice(3).cast(pl.Int32) % 3).cast(pl.String))
            .cast(pl.Categorical)
            .alias("family"),
            month["issued"].alias("begins"),
            pl.coalesce(month["suspended"], month["ends"]).alias("halts"),
            month["ends"].alias("ends"),
            pl.col("ended_by").eq("lapsed").alias("lapses"),
            ~pl.col("reissue").alias("new"),
        )
        .filter((pl.col("ends") > 0) & (pl.col("begins") <= LAST - FIRST))
        .collect()
    )


def counts(rows: pl.DataFrame, combination: tuple[str | None, ...]) -> pl.DataFrame:
    """Return the six counts of one combination of levels at every month and year end."""
    keys = [name for name in combination if name]
    resting = pl.col("halts") < pl.col("ends")
    none = pl.lit(0, pl.Int32)
    kinds = ["valid", "suspended", "organisations", "new", "lapsed", "withdrawn"]

    def events(table: Any, slot: str, **values: Any) -> Any:
        return table.group_by(*keys, pl.col(slot).alias("slot")).agg(
            values.get(kind, none).sum().cast(pl.Int32).alias(kind)
            if kind in values
            else none.first().alias(kind)
            for kind in kinds
        )

    one = pl.lit(1, pl.Int32).repeat_by(1).explode() if False else pl.col("begins") * 0 + 1
    merged = (
        rows.lazy()
        .filter(pl.col("begins") < pl.col("halts"))
        .select(*keys, "organisation", "begins", "halts")
        .sort(*keys, "organisation", "begins")
        .with_columns(reach=pl.col("halts").cum_max().over(*keys, "organisation"))
        .with_columns(
            starts=(
                pl.col("begins") > pl.col("reach").shift(1).over(*keys, "organisation")
            ).fill_null(True)
        )
        .with_columns(spell=pl.col("starts").cum_sum())
        .group_by(*keys, "organisation", "spell")
        .agg(pl.col("begins").min(), pl.col("halts").max())
    )
    lazy = rows.lazy()
    stacked = pl.concat(
        [
            events(lazy, "begins", valid=one, new=pl.col("new").cast(pl.Int32)),
            events(
                lazy,
                "halts",
                valid=-one,
                suspended=resting.cast(pl.Int32),
                lapsed=(~resting & pl.col("lapses")).cast(pl.Int32),
                withdrawn=(~resting & ~pl.col("lapses")).cast(pl.Int32),
            ),
            events(
                lazy.filter(resting),
                "ends",
                suspended=-one,
                lapsed=pl.col("lapses").cast(pl.Int32),
                withdrawn=(~pl.col("lapses")).cast(pl.Int32),
            ),
            events(merged, "begins", organisations=one),
            events(merged, "halts", organisations=-one),
        ]
    )
    sums = stacked.group_by(*keys, "slot").agg(pl.col(kinds).sum())
    sums = sums.filter(pl.col("slot") <= LAST - FIRST)
    return pl.concat(
        [
            _running(sums, keys, LAST - FIRST),
            _running(
                sums.with_columns(slot=(pl.col("slot") + 11) // 12)
                .group_by(*keys, "slot")
                .agg(pl.col(kinds).sum()),
                keys,
                8,
            ),
        ]
    ).collect()


def _running(sums: Any, keys: list[str], last: int) -> Any:
    stocks, flows = ["valid", "suspended", "organisations"], ["new", "lapsed", "withdrawn"]
    cells = sums.group_by(*keys).agg(pl.col("slot").min().alias("first")) if keys else None
    slots = pl.LazyFrame({"slot": range(last + 1)}, schema={"slot": pl.Int16})
    if cells is None:
        grid = slots
    else:
        grid = cells.join(slots, how="cross").filter(pl.col("slot") >= pl.col("first"))
        grid = grid.drop("first")
    filled = (
        grid.join(sums, on=[*keys, "slot"], how="left")
        .with_columns(pl.col(stocks + flows).fill_null(0))
        .sort(*keys, "slot")
    )
    cumulated = [
        pl.col(name).cum_sum().over(keys) if keys else pl.col(name).cum_sum() for name in stocks
    ]
    return filled.with_columns(*cumulated).filter(pl.col("slot") > 0)
