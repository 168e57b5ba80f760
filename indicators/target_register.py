"""Register rows in, the engine's targets out: which target applies where, and on what figures.

A region's own target comes before the nation's. The nation's applies to a province only where
the figure is a rate or an index: a national count is no province's aim.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from indicators import catalogue
from indicators.periods import frequency, times
from indicators.progress.target_frame import Target, target_frame
from indicators.progress.verdict import judge_many
from indicators.regions import ALL, NATION
from indicators.statuses import Kind

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
    try:
        return Target(**fields, bounds=None if low is None else (low, high))
    except ValueError:
        known = {name: fields[name] for name in ("indicator", "region", "polarity")}
        return Target(**known, kind=Kind.DIRECTION_ONLY, contradictory=True)


def drafted(
    register: Register, target: str, region: str, *, kind: str, value: float, by: str
) -> Register:
    """Return a register of one target: a draft of a region for what another one aims at.

    What that one says of the baseline and the path to it holds for the draft too. It keeps its key.
    """
    row = _row(register.target, "target", target)
    if region != row["region"]:  # what the document says of its own baseline is not this region's
        row |= {"region": region, "baseline_value": None}
    row |= {"kind": kind, "value": value, "lower": None, "upper": None, "benchmark": None}
    row |= {"window_early": by, "window_late": by, "approximate": 0}
    one = pd.DataFrame([row], columns=register.target.columns)
    return replace(
        register,
        target=one,
        milestone=register.milestone.head(0),
        evidence=register.evidence.head(0),
    )


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
    lower, upper = _number(row["bound_lower"]), _number(row["bound_upper"])
    # Bounds are declared, never assumed: by the target, or as the range of an indicator whose own
    # path is of this shape.
    if known.shape == row["shape"] and lower is None and upper is None:
        lower, upper = known.range
    return {
        "indicator": known.key,
        "region": str(row["region"]),
        "kind": Kind.AT_LEAST.value if gain else str(row["kind"]),
        "polarity": known.polarity or 1,
        "value": None if gain else _number(row["value"]),
        "gain": _number(row["value"]) if gain else None,
        "lower": _number(row["lower"]),
        "upper": _number(row["upper"]),
        "milestones": milestones,
        "window_early": str(row["window_early"]),
        "window_late": str(row["window_late"]),
        "baseline_period": _text(row["baseline_period"]),
        "baseline_value": _number(row["baseline_value"]),
        "flow": known.timing == "flow",
        "whole_years": known.covers == "year",
        "frequency": _frequency(row),
        "shape": str(row["shape"]),
        "bound_lower": lower if row["shape"] == "logistic" else None,
        "bound_upper": upper if row["shape"] == "logistic" else None,
        "state": state,
    }


def _frequency(row: Record) -> str | None:
    """Return the frequency that a target names by the periods it is written in, if it does.

    A year names none: it is the end of its December as well.
    """
    texts = [_text(row[name]) for name in ("baseline_period", "window_early", "window_late")]
    try:
        named = {frequency(text) for text in texts if text}
    except ValueError:  # a register that came in some other way: a verdict says so
        return None
    return named.pop() if len(named) == 1 and named <= {"Q", "M"} else None


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(str(value))


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def applicable(register: Register, provinces: tuple[str, ...]) -> pd.DataFrame:
    """Return which target applies where: region, AIM, target, `own`, one row a region and aim.

    A target that another supersedes applies nowhere, nor does one of an indicator or a region
    that the catalogue does not know: `unknown` names those.
    """
    superseded = set(register.target["supersedes"].dropna())
    left_out = superseded | set(unknown(register)["target"])
    current = register.target[~register.target["target"].isin(left_out)]
    columns = ["region", *AIM, "target", "window_late"]
    own = current[columns].assign(own=True)
    indicators = catalogue.load().indicators.items()
    counts = {key for key, item in indicators if item.kind in ("count", "milestone")}
    shared = own[(own["region"] == NATION) & ~own["indicator"].isin(counts)]
    inherited = [shared.assign(region=region, own=False) for region in provinces]
    every = pd.concat([own, *inherited], ignore_index=True)
    # Where a region has several of its own, the latest deadline is the one still ahead.
    every = every.sort_values(["own", "window_late", "target"], ascending=[False, False, True])
    chosen = every.drop_duplicates(["region", *AIM])
    return chosen.drop(columns="window_late").sort_values(["region", *AIM]).reset_index(drop=True)


def line_of_aims(asked: Mapping[Any, Record], target: str) -> list[str]:
    """Return the targets that led to one, oldest first, with it last: one line of aims.

    Before a target comes the one that it names as superseded; where it names none, the one of the
    same region and cell with the latest deadline before its own. `asked`: the register's rows by
    key.
    """
    line = [target]
    while (before := _before(asked, line[0])) is not None and before not in line:
        line.insert(0, before)
    return line


def _before(asked: Mapping[Any, Record], target: str) -> str | None:
    row = asked[target]
    if (named := _text(row["supersedes"])) in asked:
        return named
    earlier = [
        (str(other["window_late"]), key)
        for key, other in asked.items()
        if all(other[name] == row[name] for name in ("region", *AIM))
        and str(other["window_late"]) < str(row["window_late"])
    ]
    return max(earlier)[1] if earlier else None


def unknown(register: Register) -> pd.DataFrame:
    """Return the targets that cannot be shown, for want of their indicator or region or cell.

    A register that was published before the catalogue changed may hold such: columns of `target`.
    """
    known = catalogue.load()
    codes = {
        "indicator": set(known.indicators),
        "region": set(known.regions["code"]),
        "industry": {ALL, *known.industries["code"]},
        "size": {ALL, *known.sizes["code"]},
    }
    rows, schemes = register.target, {ALL, *known.schemes["code"]}
    here = np.logical_and.reduce([rows[name].isin(of) for name, of in codes.items()])
    # A target may keep to several.
    here &= np.array([schemes.issuperset(cell.split("+")) for cell in rows["scheme"]], bool)
    left_out: pd.DataFrame = rows[~here]
    return left_out


def needed(register: Register, applied: pd.DataFrame) -> pd.DataFrame:
    """Return which figures verdicts rest on: region, AIM of what is judged and of benchmarks."""
    own = applied[["region", *AIM]]
    against = applied.assign(region=_benchmark_regions(register, applied)).dropna(subset="region")
    return pd.concat([own, against[["region", *AIM]]], ignore_index=True).drop_duplicates()


def _benchmark_regions(register: Register, applied: pd.DataFrame) -> pd.Series:
    """Return the region that each target is to exceed, missing where it is none."""
    rows = register.target[register.target["kind"] == Kind.EXCEED_BENCHMARK]
    regions = dict(zip(rows["target"], rows["benchmark"], strict=True))
    return applied["target"].map(regions).astype(object)  # even if none is to exceed another


def verdicts(
    register: Register, applied: pd.DataFrame, rows: pd.DataFrame, as_of: str | None = None
) -> pd.DataFrame:
    """Return the verdict of every region and aim: `applied` with the columns of `judge_many`.

    `rows` are observations of what is `needed`; as_of: a day, by default that of the newest figure
    of each series.
    """
    # As text even if there are no targets.
    keyed = applied.assign(series=(applied["region"] + " " + applied["target"]).astype(object))
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
    against = keyed.assign(region=_benchmark_regions(register, keyed))
    against = against[["series", "region", *AIM]].dropna()
    benchmarks = rows.merge(against, on=["region", *AIM], how="inner", validate="m:m")
    series = _add_benchmark(series[["series", "indicator", *JUDGED]], benchmarks)
    judged = judge_many(series, frame, as_of=as_of)
    return keyed.merge(judged, on="series", how="left", validate="1:1")


def _add_benchmark(series: pd.DataFrame, benchmarks: pd.DataFrame) -> pd.DataFrame:
    """Add what stands for each row of series as its `benchmark`: the figure of the same date.

    Of what is measured over a period, the figure of the same period.
    """
    if benchmarks.empty:
        return series.assign(benchmark=np.nan)
    free = (benchmarks["confidentiality"] == "F") & ~benchmarks["status"].isin(["Q", "D"])
    held = _add_date(benchmarks[free & benchmarks["value"].notna()])
    # The finest of one date comes last.
    held = held.sort_values(["series", "date", "finest"]).drop_duplicates(
        ["series", "date"], keep="last"
    )
    held = held[["series", "date", "value"]].rename(columns={"value": "benchmark"})
    dated = _add_date(series).merge(held, on=["series", "date"], how="left", validate="m:1")
    return dated.drop(columns=["date", "finest"])


def _add_date(rows: pd.DataFrame) -> pd.DataFrame:
    read = times(rows["period"], catalogue.covers_years(rows["indicator"]))
    flow = catalogue.is_flow(rows["indicator"])
    date = [
        f"{end:.6f} {place if over else ''}"
        for end, place, over in zip(read.end, read.frequency, flow, strict=True)
    ]
    return rows.assign(date=date, finest=read.frequency)


def series_of(rows: pd.DataFrame, region: str, record: Record) -> pd.DataFrame:
    """Return the figures that a target is judged on in a region, oldest first.

    Columns: JUDGED, benchmark, citation.
    """
    cell = np.logical_and.reduce([rows[name] == record[name] for name in AIM])
    own = rows[cell & (rows["region"] == region)].assign(series="")
    benchmark = record["benchmark"] if record["kind"] == Kind.EXCEED_BENCHMARK else None
    found = _add_benchmark(own, rows[cell & (rows["region"] == benchmark)].assign(series=""))
    found = found.assign(end=times(found["period"]).end).sort_values(["end", "period"])
    return found[[*JUDGED, "benchmark", "citation"]]
