"""One region over all indicators: the rows of a spine chart (docs/method.md §9)."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from indicators import catalogue
from indicators.compare.benchmarks import NATION, comparison, national_benchmarks
from indicators.compare.codes import Gap, Method, Position, Standing
from indicators.compare.intervals import INTERVAL, comparable, traits_of
from indicators.compare.ranks import ranks
from indicators.progress import decimal_years

_COLUMNS = (
    "indicator", "period", "polarity", "value", *INTERVAL, "method", "n",
    "benchmark", "difference", "position", "class", "gap", "benchmark_gap",
    "lowest", "lower_quartile", "median", "upper_quartile", "highest", "peers",
    "rank", "rank_from", "rank_to", "of", "at", "lowest_at", "lower_quartile_at", "median_at",
    "upper_quartile_at", "highest_at", "benchmark_at", "centre",
)  # fmt: skip
_PLACES = {"lowest": 0, "lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75, "highest": 1}
# Quartiles of fewer figures would only repeat them.
_FEWEST = 3


def spine(
    rows: pd.DataFrame,
    region: str,
    peers: Collection[str],
    ranked: Collection[str],
    nation: str = NATION,
) -> pd.DataFrame:
    """Return where a region stands on each indicator, at the newest period that it has.

    `rows`: observations of one industry, size and scheme. `peers`: whom the range is drawn of,
    the region among them whether named or not; `ranked`: the regions of its level.
    One row an indicator in the catalogue's order, milestones left out; where the region has no
    figure, `gap` says why. Columns, figures in the indicator's unit:

    - indicator, period, polarity, value, `INTERVAL`, method, n
    - benchmark (the nation), difference, position, class, gap, benchmark_gap
    - lowest, lower_quartile, median, upper_quartile, highest of the peers, peers (how many have
      a figure); only the lowest and the highest with fewer than three
    - rank, rank_from, rank_to, of
    - at, and `…_at` for each of the peers' five figures and the benchmark: the place on a scale
      from −1 to 1, better to the right (higher, without polarity). 0 is the nation, or the peers'
      median where the nation has no figure; 1 is as far from it as the farthest of the peers.
      `centre` says which: `nation`, `median`, or empty.
    """
    order = list(catalogue.load().indicators)
    rows = rows[rows["region"].isin({region, nation, *peers, *ranked})]
    rows = rows[traits_of(rows)["kind"] != "milestone"].reset_index(drop=True)
    # Without these, rows of a second scheme are a region that stands twice, which is refused.
    rows = rows.drop(columns=["industry", "size", "scheme"], errors="ignore")
    newest = _newest(rows, region)
    at_newest = rows.merge(
        newest[["indicator", "period"]], on=["indicator", "period"], validate="m:1"
    )
    own = at_newest[at_newest["region"] == region]
    found = comparison(own, national_benchmarks(at_newest, nation), "nation").drop(columns="of")
    places = ranks(at_newest[at_newest["region"].isin({region, *ranked})])
    found = found.merge(
        places.loc[places["region"] == region, ["indicator", "rank", "rank_from", "rank_to", "of"]],
        on="indicator", validate="1:1",
    ).merge(
        _range(at_newest[at_newest["region"].isin({region, *peers})]),
        on="indicator", how="left", validate="1:1",
    )  # fmt: skip
    found = _add_scale(found.assign(polarity=traits_of(found)["polarity"]))
    found = pd.concat([found, _absent(rows, region, set(found["indicator"]))], ignore_index=True)
    found = found.sort_values("indicator", key=lambda keys: keys.map(order.index))
    return found[list(_COLUMNS)].reset_index(drop=True)


def _newest(rows: pd.DataFrame, region: str) -> pd.DataFrame:
    """Return the region's newest usable row of each indicator."""
    own = comparable(rows[rows["region"] == region]).dropna(subset="value")
    own = own.assign(time=decimal_years(own["period"]))
    return own.sort_values(["time", "period"]).drop_duplicates("indicator", keep="last")


def _absent(rows: pd.DataFrame, region: str, present: set[str]) -> pd.DataFrame:
    """Return a row for each indicator that only others have a usable figure of."""
    own = comparable(rows[(rows["region"] == region) & ~rows["indicator"].isin(present)])
    own = own.assign(time=decimal_years(own["period"])).sort_values(["time", "period"])
    why = own.drop_duplicates("indicator", keep="last").set_index("indicator")["gap"]
    missing = rows.loc[~rows["indicator"].isin(present), ["indicator"]].drop_duplicates()
    return missing.assign(
        polarity=traits_of(missing)["polarity"],
        gap=[why.get(key, Gap.NO_DATA) for key in missing["indicator"]],
        position=Position.UNKNOWN, method=Method.NONE, centre="",
        **{"class": Standing.NOT_COMPARED},
    )  # fmt: skip


def _range(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the spread of the peers' figures: indicator, the five places, peers."""
    values = comparable(rows).groupby("indicator")["value"]
    spread = pd.DataFrame({name: values.quantile(part) for name, part in _PLACES.items()})
    spread["peers"] = values.count()
    inner = ["lower_quartile", "median", "upper_quartile"]
    spread[inner] = spread[inner].where(spread["peers"] >= _FEWEST)
    return spread.reset_index()


def _add_scale(found: pd.DataFrame) -> pd.DataFrame:
    centre = found["benchmark"].fillna(found["median"])
    farthest = [found["highest"] - centre, centre - found["lowest"]]
    reach = pd.concat(farthest, axis=1).max(axis=1)
    step = found["polarity"].replace(0, 1) / reach.where(reach > 0)
    places = {
        f"{name}_at": (found[name] - centre) * step for name in (*_PLACES, "benchmark")
    }  # fmt: skip
    which = np.select([found["benchmark"].notna(), centre.notna()], ["nation", "median"], "")
    return found.assign(at=(found["value"] - centre) * step, **places, centre=which)
