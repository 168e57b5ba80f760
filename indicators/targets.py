"""Register rows in, the engine's targets out: which target applies where, and on what figures.

A region's own target comes before the nation's. The nation's applies to a province only where
the figure is a rate or an index: a national count is no province's aim.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from indicators import catalogue
from indicators.progress import Kind, Shape, State, Target, judge_many, target_frame

NATION = "100000"
Record = Mapping[Any, Any]
AIM = ["indicator", "industry", "size", "scheme"]
JUDGED = ["period", "value", "status", "confidentiality", "numerator", "denominator"]


@dataclass(frozen=True)
class Register:
    """The tables of the target register, as `queries.register` returns them."""

    document: pd.DataFrame
    target: pd.DataFrame
    milestone: pd.DataFrame
    evidence: pd.DataFrame

    def record(self, target: str) -> Record:
        """Return a target's row with its document's, the latter's names led by `document_`."""
        row = _row(self.target, "target", target)
        whole = _row(self.document, "document", row["document"])
        every = row | {f"document_{key}": v for key, v in whole.items() if key != "document"}
        return {key: None if pd.isna(cell) else cell for key, cell in every.items()}


def _row(rows: pd.DataFrame, key: str, code: str) -> dict[Any, Any]:
    """Return the row of a code; raises `KeyError` where there is none."""
    found = np.flatnonzero(rows[key].to_numpy() == code)
    if not len(found):
        raise KeyError(code)
    return {name: rows[name].iat[found[0]] for name in rows.columns}


def engine_target(register: Register, target: str) -> Target:
    """Return one target as the engine takes it; raises `KeyError` where there is none."""
    fields = _fields(register, [target])[target]
    low, high = fields.pop("bound_lower"), fields.pop("bound_upper")
    return Target(**fields, bounds=None if low is None else (low, high))


def _fields(register: Register, wanted: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return the fields of `Target` by target. Polarity comes from the catalogue."""
    steps = register.milestone.sort_values("period").groupby("target")
    milestones = {
        target: tuple(zip(rows["period"], rows["value"], strict=True)) for target, rows in steps
    }
    seen = register.evidence.sort_values("period").drop_duplicates("target", keep="last")
    states = dict(zip(seen["target"], seen["state"], strict=True))
    rows = register.target[register.target["target"].isin(list(wanted))]
    return {
        row["target"]: _fields_of(row, milestones.get(row["target"], ()), states.get(row["target"]))
        for row in rows.to_dict("records")
    }


def _fields_of(
    row: Record, milestones: tuple[tuple[str, float], ...], state: str | None
) -> dict[str, Any]:
    known = catalogue.load().indicators[str(row["indicator"])]
    gain = row["kind"] == "gain"
    # A share under a ceiling of 100 per cent, unless the target says otherwise.
    logistic = row["shape"] == "logistic"
    return {
        "indicator": known.key,
        "region": str(row["region"]),
        "kind": Kind.AT_LEAST if gain else Kind(str(row["kind"])),
        "polarity": known.polarity or 1,
        "value": None if gain else _number(row["value"]),
        "gain": _number(row["value"]) if gain else None,
        "lower": _number(row["lower"]),
        "upper": _number(row["upper"]),
        "milestones": milestones,
        "window_early": str(row["window_early"]),
        "window_late": str(row["window_late"]),
        "baseline_period": _text(row["baseline_period"]),
        "shape": Shape(str(row["shape"])),
        "bound_lower": (_number(row["bound_lower"]) or 0.0) if logistic else None,
        "bound_upper": (_number(row["bound_upper"]) or 100.0) if logistic else None,
        "comparable": True,
        "state": None if state is None else State(state),
    }


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(str(value))


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def applicable(register: Register, provinces: tuple[str, ...]) -> pd.DataFrame:
    """Return which target applies where: region, AIM, target, `own`, one row a region and aim.

    A target that another supersedes applies nowhere.
    """
    superseded = set(register.target["supersedes"].dropna())
    current = register.target[~register.target["target"].isin(superseded)]
    columns = ["region", *AIM, "target", "window_late"]
    own = current[columns].assign(own=True)
    counts = {
        key for key, item in catalogue.load().indicators.items()
        if item.kind in ("count", "milestone")
    }  # fmt: skip
    shared = own[(own["region"] == NATION) & ~own["indicator"].isin(counts)]
    inherited = [shared.assign(region=region, own=False) for region in provinces]
    every = pd.concat([own, *inherited], ignore_index=True)
    # Where a region has several of its own, the latest deadline is the one still ahead.
    every = every.sort_values(["own", "window_late", "target"], ascending=[False, False, True])
    chosen = every.drop_duplicates(["region", *AIM])
    return chosen.drop(columns="window_late").sort_values(["region", *AIM]).reset_index(drop=True)


def verdicts(register: Register, applied: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the verdict of every region and aim: `applied` with the columns of `judge_many`.

    `rows` are observations of the indicators aimed at.
    """
    keyed = applied.assign(series=[f"{row.region} {row.target}" for row in applied.itertuples()])
    # As one frame: the engine looks a batch over once, and a `Target` each by itself.
    fields = _fields(register, set(keyed["target"]))
    frame = pd.DataFrame(
        [
            fields[target] | {"series": series}
            for target, series in zip(keyed["target"], keyed["series"], strict=True)
        ],
        columns=target_frame({}).columns,
    )
    series = rows.merge(
        keyed[["series", "region", *AIM]], on=["region", *AIM], how="inner", validate="m:1"
    )
    judged = judge_many(series[["series", *JUDGED]], frame)
    return keyed.merge(judged, on="series", how="left", validate="1:1")


def series_of(rows: pd.DataFrame, region: str, record: Record) -> pd.DataFrame:
    """Return the figures that a target is judged on in a region, oldest first: JUDGED, citation."""
    chosen = rows["region"] == region
    for name in AIM:
        chosen &= rows[name] == record[name]
    return rows.loc[chosen, [*JUDGED, "citation"]].sort_values("period")
