"""The roll-up's counts as a careful analyst writes them in pandas: one pass a combination.

Categories and months are coded once; each combination merges every organisation's certificates
by a sort and a running maximum in numpy, and adds events with `bincount` in a dense table.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.certificates_polars import FIRST, LAST

SLOTS = LAST - FIRST + 1


def prepared(path: Path) -> pd.DataFrame:
    """Return certificates with the columns that the counts need, coded and in months."""
    names = [
        "organisation",
        "region",
        "industry",
        "size",
        "scheme",
        "issued",
        "suspended",
        "ends",
        "ended_by",
        "reissue",
    ]
    table = pd.read_parquet(path, columns=names)
    rows = pd.DataFrame({"organisation": pd.factorize(table.pop("organisation"))[0]})
    for name in ("region", "industry", "size", "scheme"):
        codes, words = pd.factorize(table.pop(name))
        rows[name] = codes.astype("int16")
        if name == "industry":
            rows["section"] = pd.factorize(words.str[0])[0].astype("int16")[codes]
        if name == "scheme":
            rows["family"] = (words.str[3:].astype("int64").to_numpy() % 3).astype("int16")[codes]
    rows["nation"] = np.int16(0)
    for day, slot in (("issued", "begins"), ("suspended", "halts"), ("ends", "ends")):
        when = pd.to_datetime(table.pop(day)).to_numpy().astype("datetime64[M]")
        month = when.astype("int64") + 1970 * 12 - FIRST
        rows[slot] = np.where(np.isnat(when), 0, np.clip(month, 0, SLOTS)).astype("int16")
        if slot == "halts":
            never = np.isnat(when)
    rows["halts"] = np.where(never, rows["ends"], rows["halts"]).astype("int16")
    rows["lapses"] = (table["ended_by"] == "lapsed").to_numpy()
    rows["new"] = ~table["reissue"].to_numpy().astype(bool)
    kept = rows[(rows["ends"] > 0) & (rows["begins"] < SLOTS)]
    return kept.sort_values(["organisation", "begins"], ignore_index=True)


def counts(rows: pd.DataFrame, combination: tuple[str | None, ...]) -> pd.DataFrame:
    """Return the six counts of one combination of levels at every month and year end."""
    keys = [name for name in combination if name]
    cell, cells = _coded(rows, keys)
    begins, halts, ends = (rows[name].to_numpy() for name in ("begins", "halts", "ends"))
    resting = halts < ends
    lapses, new = rows["lapses"].to_numpy(), rows["new"].to_numpy()

    def dense(chosen: np.ndarray, slot: np.ndarray) -> np.ndarray:
        place = cell[chosen] * (SLOTS + 1) + slot[chosen]
        added = np.bincount(place, minlength=cells * (SLOTS + 1)).astype("int32")
        return added.reshape(cells, SLOTS + 1)

    everything = np.ones(len(rows), dtype=bool)
    first, stop, at = _merged(rows, cell)
    held = np.bincount(at * (SLOTS + 1) + first, minlength=cells * (SLOTS + 1))
    held = held - np.bincount(at * (SLOTS + 1) + stop, minlength=cells * (SLOTS + 1))
    begun = dense(everything, begins)
    stocks = {
        "valid": begun - dense(everything, halts),
        "suspended": dense(resting, halts) - dense(resting, ends),
        "organisations": held.astype("int32").reshape(cells, SLOTS + 1),
    }
    flows = {
        "new": dense(new, begins),
        "lapsed": dense(lapses, ends),
        "withdrawn": dense(~lapses, ends),
    }
    used = np.flatnonzero(begun.any(axis=1))
    started = (begun[used] > 0).argmax(axis=1)
    monthly = {name: table[used].cumsum(axis=1)[:, 1:SLOTS] for name, table in stocks.items()}
    monthly |= {name: table[used][:, 1:SLOTS] for name, table in flows.items()}
    yearly = {name: monthly[name][:, 11::12] for name in stocks}
    yearly |= {name: monthly[name].reshape(len(used), -1, 12).sum(axis=2) for name in flows}
    return pd.concat([_long(monthly, used, started - 1), _long(yearly, used, (started - 1) // 12)])


def _coded(rows: pd.DataFrame, keys: list[str]) -> tuple[np.ndarray, int]:
    cell = np.zeros(len(rows), dtype="int64")
    for name in keys:
        cell = cell * (int(rows[name].max()) + 1) + rows[name].to_numpy()
    codes, found = pd.factorize(cell)
    return codes, len(found)


def _merged(rows: pd.DataFrame, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chosen = np.flatnonzero(rows["begins"].to_numpy() < rows["halts"].to_numpy())
    group = rows["organisation"].to_numpy()[chosen] * (int(cell.max()) + 1) + cell[chosen]
    order = np.argsort(group, kind="stable")  # rows are in the order of `begins` already
    chosen, group = chosen[order], group[order]
    begins = rows["begins"].to_numpy()[chosen].astype("int64")
    fresh = np.r_[True, group[1:] != group[:-1]]
    # A step up for each group lets one running maximum serve all of them.
    lift = np.cumsum(fresh) * (SLOTS + 2)
    reach = np.maximum.accumulate(rows["halts"].to_numpy()[chosen] + lift)
    starts = fresh | np.r_[True, begins[1:] + lift[1:] > reach[:-1]]
    last = np.r_[np.flatnonzero(starts)[1:] - 1, len(starts) - 1]
    return begins[starts], (reach - lift)[last], cell[chosen[starts]]


def _long(tables: dict[str, np.ndarray], used: np.ndarray, started: np.ndarray) -> pd.DataFrame:
    steps = next(iter(tables.values())).shape[1]
    shown = np.arange(steps)[None, :] >= started[:, None]
    return pd.DataFrame(
        {
            "cell": np.repeat(used, steps)[shown.ravel()],
            "slot": np.tile(np.arange(1, steps + 1), len(used))[shown.ravel()],
            **{name: table[shown] for name, table in tables.items()},
        }
    )
