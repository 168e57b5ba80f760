"""How fast 100,000 series are judged, all at once and one at a time: `-m benchmarks.progress`.

Every series has ten points, counts, a window, one of the three shapes and a revision, so that
all recomputations of docs/method.md §7 run. One call a series is measured on a sample and
scaled up. The last two ways leave reading and all other columns out: from numbers that are
already sorted to the class and what flips it, as arrays and as a Python loop.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from indicators.progress.batch import Batch
from indicators.progress.judgement import Judgement
from indicators.progress.points import points
from indicators.progress.target_frame import Target, aims
from indicators.progress.verdict import judge, judge_many

SERIES = 100_000
POINTS = 10
FIRST = 2013
EARLY, LATE = 2024, 2026
REVISION = 2.0
BOUNDS = (0.0, 1000.0)


def world(size: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return series and targets that reach every class."""
    random = np.random.default_rng(20180117)
    keys = np.array([f"series {number:06d}" for number in range(size)])
    steps = random.normal(0, 3, (size, POINTS)) + random.normal(3, 4, (size, 1))
    value = np.clip(200 + steps.cumsum(axis=1), 5, 990).round(1).ravel()
    series = pd.DataFrame(
        {
            "series": np.repeat(keys, POINTS),
            "period": np.tile([str(FIRST + year) for year in range(POINTS)], size),
            "value": value,
            "status": "A",
            "numerator": value.round(),
            "denominator": 1000.0,
        }
    )
    targets = pd.DataFrame(
        {
            "series": keys,
            "kind": "at_least",
            "polarity": 1,
            "value": 205 + random.uniform(0, 80, size).round(),
            "window_early": str(EARLY),
            "window_late": str(LATE),
            "shape": random.choice(["linear", "geometric", "logistic"], size),
            "bound_lower": BOUNDS[0],
            "bound_upper": BOUNDS[1],
            "revision": REVISION,
        }
    )
    return series, targets


class Plain(NamedTuple):
    """The answer of plain arithmetic."""

    verdict: str
    flips: str


SCALES: dict[str, Callable[[float], float]] = {
    "linear": lambda y: y,
    "geometric": math.log,
    "logistic": lambda y: math.log((y - BOUNDS[0]) / (BOUNDS[1] - y)),
}


def plain_class(shape: str, y0: float, y: float, t: int, goal: float) -> str:
    """Return the class from the formulas of §3, for one series at a time."""
    if y >= goal:
        return "achieved"
    if y0 >= goal:
        return "moving_away"
    g = SCALES[shape]
    g0 = g(y0)
    pace, asked = (g(y) - g0) / (t - FIRST), abs(g(goal) - g0)
    late = pace * (LATE - FIRST) / asked
    if late >= 0.95:
        early = pace * (EARLY - FIRST) / asked
        return "on_track" if early >= 0.95 else "on_track_latest_only"
    if late >= 0.6:
        return "acceleration_needed"
    return "limited" if late >= 0 else "moving_away"


def plain(values: Sequence[float], shape: str, goal: float) -> Plain:
    """Return the class and what flips it (§7), for one series at a time."""
    y0, y, t = values[0], values[-1], FIRST + POINTS - 1
    verdict = plain_class(shape, y0, y, t, goal)
    flips = []
    if y0 < goal:
        flips = [
            f"shape_{other}"
            for other in SCALES
            if other != shape and plain_class(other, y0, y, t, goal) != verdict
        ]
    if plain_class(shape, y0, values[-2], t - 1, goal) != verdict:
        flips.append("last_point")
    for name, shift in (("revision_up", REVISION), ("revision_down", -REVISION)):
        if plain_class(shape, y0, y + shift, t, goal) != verdict:
            flips.append(name)
    return Plain(verdict, ",".join(flips))


def seconds(action: Callable[[], object], times: int = 1) -> float:
    """Return the best time of several."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        took.append(time.perf_counter() - start)
    return min(took)


def sample(series: pd.DataFrame, size: int) -> list[pd.DataFrame]:
    """Return the rows of the first series, one frame each."""
    return [series.iloc[POINTS * at : POINTS * (at + 1)] for at in range(size)]


def target_of(row: pd.Series) -> Target:
    """Return the target of one row, as `judge` takes it."""
    dropped = ("series", "bound_lower", "bound_upper")
    fields = {str(name): value for name, value in row.items() if name not in dropped}
    return Target(indicator=str(row["series"]), region="ALL", bounds=BOUNDS, **fields)


def main() -> None:
    """Measure, compare the answers, print."""
    series, targets = world(SERIES)
    at_once = seconds(lambda: judge_many(series, targets), times=3)
    answers = judge_many(series, targets)

    one_row = [targets.iloc[at : at + 1] for at in range(500)]
    frames = sample(series, 500)
    apart = [judge_many(rows, row).iloc[0] for rows, row in zip(frames, one_row, strict=True)]
    same = all(
        (one["verdict"], one["flips"]) == (answers["verdict"][at], answers["flips"][at])
        for at, one in enumerate(apart)
    )
    one_call = seconds(
        lambda: [judge_many(rows, row) for rows, row in zip(frames, one_row, strict=True)]
    )
    asked_of = [target_of(targets.iloc[at]) for at in range(100)]
    projected = seconds(
        lambda: [judge(rows, aim) for rows, aim in zip(frames[:100], asked_of, strict=True)]
    )
    aimed = aims(targets)
    read = points(series, aimed)

    def arrays_only() -> None:
        with np.errstate(all="ignore"):
            judgement = Judgement(Batch(read, aimed))
            _ = judgement.verdict, judgement.flips

    core = seconds(arrays_only, times=3)
    lists = series["value"].to_numpy().reshape(SERIES, POINTS).tolist()
    asked = list(zip(targets["shape"].tolist(), targets["value"].tolist(), strict=True))
    arithmetic = [plain(row, *ask) for row, ask in zip(lists, asked, strict=True)]
    agreed = np.mean(
        [
            answer == (verdict, flips)
            for answer, verdict, flips in zip(
                arithmetic, answers["verdict"], answers["flips"], strict=True
            )
        ]
    )
    by_hand = seconds(lambda: [plain(row, *ask) for row, ask in zip(lists, asked, strict=True)])

    table = Table(title=f"Judging {SERIES:,} series of {POINTS} points, with all checks of §7")
    for column in ("way", "measured on", "seconds for all", "times as long"):
        table.add_column(column, justify="left" if column == "way" else "right")
    ways = [
        ("all at once: judge_many", SERIES, at_once),
        ("one call a series: judge_many", 500, one_call * SERIES / 500),
        ("one call a series: judge, with its projection", 100, projected * SERIES / 100),
        ("all at once: class and flips only, from arrays", SERIES, core),
        ("one call a series: class and flips only, plain Python", SERIES, by_hand),
    ]
    for way, size, took in ways:
        table.add_row(way, f"{size:,}", f"{took:,.2f}", f"{took / at_once:,.1f}")
    console = Console()
    console.print(table)
    console.print(f"Class and flips agree: one call {same}, plain arithmetic {agreed:.2%}.")
    console.print(f"Goals: under 2 s: {at_once < 2}; 20 times: {one_call * 200 / at_once >= 20}.")


if __name__ == "__main__":
    main()
