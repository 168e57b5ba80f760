"""A planner's own targets judged, one row a target, and the verdicts written beside the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from etl.files.table import WORKBOOKS
from etl.plan import GAIN, Plan
from indicators.periods import decimal_year, period_at
from indicators.progress.explanation import said_of, warnings
from indicators.progress.target_frame import Target, target_frame
from indicators.progress.verdict import judge_many
from indicators.statuses import Flag, Kind, Shape, VerdictClass
from indicators.wording import Wording, decimals_apart


def verdicts(plan: Plan, day: str | None = None) -> pd.DataFrame:
    """Return the verdict of every target: series, due_period, then the columns of `judge_many`.

    A range has its bounds in `target_lower` and `target_upper` and no `target_value`. Last the
    first period with a figure, and the shape and baseline that the file declares, which may not be
    those that could be used.
    As of a day or period; by default of each series' newest figure. `attained` is a period, not a
    decimal year; empty where the pace never arrives.
    """
    targets = plan.targets.to_dict("records")
    # A series with two targets is judged twice: its key is its name and the target's place.
    keyed = plan.targets.assign(key=[str(place) for place in range(len(targets))])
    rows = plan.figures.merge(keyed[["series", "key"]], on="series", validate="m:m")
    frame = target_frame({str(place): _target(row) for place, row in enumerate(targets)})
    answer = judge_many(
        rows.drop(columns=["series", "row"]).rename(columns={"key": "series"}),
        frame,
        as_of=day,
    )
    attained = [
        _period(time, latest)
        for time, latest in zip(answer["attained"], answer["latest_period"], strict=True)
    ]
    answer = answer.assign(
        series=keyed["series"].to_numpy(), attained=pd.Series(attained, dtype="str")
    )
    answer = answer.drop(columns="due_period", errors="ignore")
    answer.insert(1, "due_period", keyed["due"].to_numpy())
    ranges = keyed["kind"].to_numpy() == Kind.WITHIN
    answer["target_value"] = answer["target_value"].mask(ranges)
    place = list(answer.columns).index("target_value") + 1
    for bound in ("upper", "lower"):
        answer.insert(place, f"target_{bound}", keyed[bound].where(ranges).to_numpy())
    measured = plan.figures[plan.figures["value"].notna()]
    dated = measured.assign(date=measured["period"].map(decimal_year)).sort_values("date")
    first = dated.groupby("series")["period"].first()
    return answer.assign(
        first_period=answer["series"].map(first),
        declared_shape=keyed["shape"].fillna(Shape.LINEAR).to_numpy(),
        declared_baseline=keyed["baseline"].to_numpy(),
    )


def in_words(row: Mapping[Any, Any], words: Wording) -> str:
    """Return a verdict in words; one that was met at an unknown time says so."""
    told = said_of(row, words)
    if row[Flag.TIMING_UNKNOWN.value]:
        return f"{told} · {words(Flag.TIMING_UNKNOWN.sentence)}"
    return told


def notes(row: Mapping[Any, Any], words: Wording) -> list[str]:
    """Return what is uncertain about the figures or the path of a verdict, a sentence each."""
    first = row["first_period"]
    if isinstance(first, str) and decimal_year(first) > decimal_year(row["due_period"]):
        told = words(
            "The deadline lies before the first figure, that of {first}: how it stood then is not "
            "known.",
            first=words.period(first),
        )
        return [told]
    if row["verdict"] == VerdictClass.NOT_ASSESSED:
        return []
    flags = [flag for flag in Flag if row.get(flag.value) is True]
    declared = row["declared_baseline"], row["baseline_period"], row["declared_shape"]
    return warnings(flags, *declared, words)


def figures_of(
    target: Mapping[Any, Any], row: Mapping[Any, Any], words: Wording
) -> tuple[str, str]:
    """Return the latest figure and what is asked for, with digits enough to tell them apart.

    Of a range and a benchmark no single number says what is asked for.
    """
    latest, goal = row["latest_value"], row["target_value"]
    decimals = decimals_apart(latest, goal)
    if target["kind"] == Kind.EXCEED_BENCHMARK:
        decimals = decimals_apart(latest, row["benchmark_value"])
        benchmark = words.number(row["benchmark_value"], decimals)
        asked = (
            words("above the benchmark of {value}", value=benchmark)
            if target["polarity"] > 0
            else words("below the benchmark of {value}", value=benchmark)
        )
    elif target["kind"] == Kind.WITHIN:
        bounds = (target["lower"], target["upper"])
        decimals = max(decimals_apart(latest, bound) or 0 for bound in bounds)
        asked = " – ".join(words.number(bound, decimals) for bound in bounds)
    else:
        asked = words.number(goal, decimals)
    return words.number(latest, decimals), asked


def verdicts_file(path: Path) -> Path:
    """Return where the verdicts of a planner's file stand: beside it, in its kind."""
    suffix = ".xlsx" if path.suffix.lower() in WORKBOOKS else ".csv"
    return path.with_name(f"{path.stem}.verdicts{suffix}")


def write_verdicts(
    path: Path, verdicts: pd.DataFrame, words: Wording, out: Path | None = None
) -> Path:
    """Write verdicts as .xlsx or .csv, by default beside the file they are of; return where.

    With what is uncertain about each in `notes`.
    """
    from indicators.exports.downloads import csv_file, xlsx_file

    rows = verdicts.to_dict("records")
    told = verdicts.assign(
        verdict_in_words=[in_words(row, words) for row in rows],
        notes=[" ".join(notes(row, words)) for row in rows],
    )
    target = out or verdicts_file(path)
    if target.suffix.lower() == ".xlsx":
        target.write_bytes(xlsx_file({"verdicts": told}))
    else:
        target.write_bytes(csv_file(told))
    return target


def _period(time: float, latest: Any) -> str | None:
    return None if pd.isna(time) else period_at(time, str(latest))


def _target(row: dict[Any, Any]) -> Target:
    gain = row["kind"] == GAIN
    upwards = Kind.AT_LEAST if row["polarity"] > 0 else Kind.AT_MOST
    bounds = (row["bound_lower"], row["bound_upper"])
    return Target(
        indicator=str(row["series"]),
        region="",
        kind=upwards if gain else row["kind"],
        polarity=row["polarity"] or 0,
        value=None if gain else row["target"],
        gain=row["target"] if gain else None,
        lower=row["lower"],
        upper=row["upper"],
        window_early=row["due_early"] or row["due"],
        window_late=row["due"],
        baseline_period=row["baseline"],
        shape=row["shape"] or Shape.LINEAR,
        bounds=None if bounds[0] is None else bounds,
    )
