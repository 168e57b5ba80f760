"""Industries beside each other: groups of them, location quotients, likeness (method §12)."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.cluster.hierarchy import leaves_list, linkage

from indicators import catalogue
from indicators.regions import ALL, NATION
from indicators.statuses import OBSERVATION_STATUSES, MapState

CELL = ["indicator", "period", "scheme", "size", "region"]
# What is lacking of a cell that rests on several: the gravest of their reasons.
_GRAVEST = (MapState.VALUE, MapState.NOT_APPLICABLE, MapState.MISSING, MapState.SUPPRESSED)
# Of several figures the status of the least certain; what breaks or differs breaks the whole.
_DOUBTFUL = "BDEFIPUA"


def is_additive(indicator: str) -> bool:
    """Say whether figures of an indicator's industries add up, and so have shares of a whole."""
    item = catalogue.load().indicators[indicator]
    return item.kind == "count" and "industry" in item.additive


def states(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return what each row is, as its place in `_GRAVEST`: a value, or why it is none."""
    status = rows["status"].astype("str")
    without = {code for code, each in OBSERVATION_STATUSES.items() if not each.has_value}
    lacking = status.isin(without) | rows["value"].isna()
    found = np.where(lacking, 2, 0)
    found = np.where(status == "M", 1, found)
    return np.where(rows["confidentiality"] != "F", 3, found).astype(np.int64)


def add_groups(rows: pd.DataFrame, codes: Collection[str]) -> pd.DataFrame:
    """Return rows with those of `codes` that are not among them: the sums of their parts.

    rows: observations of additive indicators, of whatever industries. A group is there where the
    parts that are held make it up and count no division twice, see `Industries.making_up`. Its
    `state` says why it has no value: a part is suppressed, missing or not applicable; that of
    others is empty. A sum has its first part's source and citation.
    """
    tree = catalogue.industries()
    made = [rows if "state" in rows else rows.assign(state="")]
    ways: dict[tuple[str, frozenset[str]], tuple[str, ...] | None] = {}
    for _, held in rows.groupby(CELL, sort=False):
        industries = frozenset(held["industry"])
        for code in codes:
            if code in industries:
                continue
            key = code, industries
            if key not in ways:
                ways[key] = tree.making_up(code, industries)
            if parts := ways[key]:
                made.append(_sum(held[held["industry"].isin(parts)], code))
    return pd.concat(made, ignore_index=True)


def _sum(parts: pd.DataFrame, code: str) -> pd.DataFrame:
    gravest = int(states(parts).max())
    status = min(parts["status"].astype("str"), key=lambda each: _DOUBTFUL.find(each))
    known = gravest == 0
    return parts.head(1).assign(
        industry=code,
        value=parts["value"].sum() if known else np.nan,
        status=status if known else "O",
        confidentiality="F",
        numerator=np.nan,
        denominator=np.nan,
        state="" if known else _GRAVEST[gravest].value,
    )


def location_quotients(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with each industry's location quotient as its `value`, those of single ones.

    (x_ri / x_r) / (x_ni / x_n): the share of an industry i in all industries of a region r over
    its share in the nation. rows: observations of additive indicators with the nation's; totals
    are the published ones (`ALL`), else what its industries make up. `state`: empty where there
    is a quotient, else why there is none: the gravest reason of its four figures, or not
    applicable where the region or the nation's industry has nothing.
    """
    whole = add_groups(rows, [ALL])
    whole = whole.assign(lacking=np.where(whole["state"] == "", states(whole), 0))
    graves = {state.value: place for place, state in enumerate(_GRAVEST)}
    given = whole["state"].map(graves).fillna(0).to_numpy(dtype=np.int64)
    whole = whole.assign(lacking=np.maximum(whole["lacking"], given))
    keys = [name for name in CELL if name != "region"]
    figures = whole[[*CELL, "industry", "value", "lacking"]]
    totals = figures[figures["industry"] == ALL].drop(columns="industry")
    nation = figures[figures["region"] == NATION].drop(columns="region")
    both = totals[totals["region"] == NATION].drop(columns="region")
    single = whole[(whole["industry"] != ALL) & (whole["region"] != ALL)].drop(columns="state")
    found = (
        single.merge(totals, on=CELL, how="left", suffixes=("", "_r"), validate="m:1")
        .merge(nation, on=[*keys, "industry"], how="left", suffixes=("", "_ni"), validate="m:1")
        .merge(both, on=keys, how="left", suffixes=("", "_n"), validate="m:1")
    )
    sides = ("", "_r", "_ni", "_n")
    value, region, industry, total = (found[f"value{side}"].to_numpy(float) for side in sides)
    missing = _GRAVEST.index(MapState.MISSING)
    gravest = found[[f"lacking{side}" for side in sides]].fillna(missing).max(axis=1)
    nothing = (gravest == 0).to_numpy() & ((region == 0) | (industry == 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = (value / region) / (industry / total)
    place = np.where(nothing, _GRAVEST.index(MapState.NOT_APPLICABLE), gravest).astype(int)
    names = np.array(["", *(state.value for state in _GRAVEST[1:])], dtype=object)
    known = place == 0
    return found[[*single.columns.drop("lacking")]].assign(
        value=np.where(known, quotient, np.nan),
        confidentiality="F",
        status=found["status"].where(known, "O"),
        state=names[place],
    )


def in_likeness(table: pd.DataFrame) -> list[str]:
    """Return the index of a table in an order that puts rows of like values side by side.

    Columns are standardised, and what is missing counts as their mean; the leaves of average
    linkage, ordered optimally (Bar-Joseph, Gifford and Jaakkola 2001).
    """
    if len(table) < 3:
        return list(table.index)
    apart = (table - table.mean()) / table.std(ddof=0).replace(0, np.nan)
    usable = apart.dropna(axis=1, how="all").fillna(0)
    if usable.empty:
        return list(table.index)
    tree = linkage(usable.to_numpy(float), "average", optimal_ordering=True)
    return [str(code) for code in table.index[leaves_list(tree)]]
