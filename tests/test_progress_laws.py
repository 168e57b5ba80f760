"""Laws that every verdict obeys, whatever the figures."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indicators.progress.target_frame import Target, target_frame
from indicators.progress.verdict import Verdict, judge, judge_many
from indicators.statuses import Flag, VerdictClass

SHAPES = ["linear", "geometric", "logistic"]
ORDER = list(VerdictClass)
figures = st.integers(1, 999).map(float)


@dataclass(frozen=True)
class Case:
    """One series (time → figure) and its target."""

    rows: pd.DataFrame
    target: Target


@st.composite
def cases(draw: st.DrawFn, /, **fixed: Any) -> Case:
    polarity = draw(st.sampled_from([1, -1]))
    years = sorted(draw(st.sets(st.integers(2010, 2020), min_size=0, max_size=8)))
    values = draw(st.lists(figures, min_size=len(years), max_size=len(years)))
    numerators = [math.floor(value) for value in values]
    rows = pd.DataFrame(
        {
            "period": [str(year) for year in years],
            "value": values,
            "status": draw(
                st.lists(st.sampled_from("AAAAAAABOD"), min_size=len(years), max_size=len(years))
            ),
            "numerator": numerators,
            "denominator": 1000.0,
            "benchmark": draw(st.lists(figures, min_size=len(years), max_size=len(years))),
        }
    )
    one_sided = "at_least" if polarity > 0 else "at_most"
    others = ["within", "maintain", "exceed_benchmark", "direction_only", "milestone"]
    kind = fixed.pop("kind", None) or draw(st.sampled_from([one_sided] * 6 + others))
    early = draw(st.integers(2012, 2026))
    late = early + draw(st.integers(0, 4))
    value = draw(figures)
    # A step on the way, on the near side of the target.
    step = (value - polarity * draw(st.integers(0, 500)), draw(st.integers(2012, 2026)))
    lower = draw(figures)
    maybe = st.sampled_from([None, "2010", "2012", "2014"])
    standard: dict[str, Any] = {
        "indicator": "i",
        "region": "ALL",
        "kind": one_sided if kind == "one_sided" else kind,
        "polarity": polarity,
        "value": value,
        "lower": lower,
        "upper": lower + draw(figures),
        "milestones": ((str(step[1]), step[0]),) if draw(st.booleans()) and step[1] < late else (),
        "window_early": str(early),
        "window_late": str(late),
        "baseline_period": draw(maybe),
        "shape": draw(st.sampled_from(SHAPES)),
        "bounds": (0.0, 1000.0),
        "revision": draw(st.none() | st.integers(0, 50).map(float)),
    }
    return Case(rows, Target(**{**standard, **fixed}))


def verdict_on(case: Case) -> Verdict:
    return judge(case.rows, case.target)


def ratios(verdict: Verdict) -> list[float | None]:
    return [end.ratio if end else None for end in (verdict.early, verdict.late)]


@settings(max_examples=25, deadline=None)
@given(st.lists(cases(), min_size=1, max_size=8))
def test_one_at_a_time_and_all_at_once_agree(many: list[Case]) -> None:
    series = pd.concat([case.rows.assign(series=f"s{i}") for i, case in enumerate(many)])
    targets = target_frame({f"s{i}": case.target for i, case in enumerate(many)})
    # An order in which no series is in one piece.
    table = judge_many(series.sort_values("value", kind="stable"), targets)
    for case, (_, row) in zip(many, table.iterrows(), strict=True):
        one = verdict_on(case)
        assert (one.verdict, one.reason or "") == (row["verdict"], row["reason"])
        assert (one.kind, one.shape, one.direction) == (row["kind"], row["shape"], row["direction"])
        assert ",".join(flip.check for flip in one.flips) == row["flips"]
        assert ",".join(one.unchecked) == row["unchecked"]
        for flag in ("slipping", "borderline", "baseline_shifted", "after_break"):
            assert (flag in one.flags) == row[flag]
        for end, suffix in ((one.early, "_early"), (one.late, "")):
            for name in ("gap", "required", "acceleration", "years_ahead"):
                same(getattr(end, name) if end else None, row[name + suffix])
            # The table has them beside the latest figure, on top of what the benchmark was then.
            above = (one.latest and one.latest.benchmark) or 0.0
            for name in ("expected", "projected"):
                lead = getattr(end, name) if end else None
                same(None if lead is None else lead + above, row[name + suffix])
        for ratio, name in zip(ratios(one), ("ratio_early", "ratio_late"), strict=True):
            same(ratio, row[name])
        same(one.attained, row["attained"])
        same(one.missed_by, row["missed_by"])
        same(one.eurostat.value, row["eurostat_value"])
        assert one.eurostat.verdict == row["eurostat_verdict"]


def same(ours: float | None, theirs: float) -> None:
    endless = ours is None or math.isinf(ours)
    assert (math.isnan(theirs) and endless) or ours == pytest.approx(theirs, rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(case: Case, random: Any) -> None:
    order = list(range(len(case.rows)))
    random.shuffle(order)
    assert judge(case.rows.iloc[order], case.target) == verdict_on(case)


def mirrored(case: Case) -> Case:
    """The same series and target below zero, with the polarity turned round."""
    target = case.target
    kinds = {"at_least": "at_most", "at_most": "at_least"}
    return Case(
        case.rows.assign(value=-case.rows["value"], benchmark=-case.rows["benchmark"]),
        replace(
            target,
            kind=kinds.get(target.kind, target.kind),
            polarity=-target.polarity,
            value=None if target.value is None else -target.value,
            lower=None if target.upper is None else -target.upper,
            upper=None if target.lower is None else -target.lower,
            milestones=tuple((period, -value) for period, value in target.milestones),
            bounds=(-1000.0, 0.0),
        ),
    )


@settings(max_examples=40, deadline=None)
@given(cases())
def test_a_mirrored_polarity_mirrors_the_verdict(case: Case) -> None:
    # Counts have no mirror image: the direction comes from the figures.
    case = Case(case.rows.drop(columns=["numerator", "denominator"]), case.target)
    here, there = verdict_on(case), verdict_on(mirrored(case))
    assert (here.verdict, here.reason, here.flags) == (there.verdict, there.reason, there.flags)
    swapped = {"revision_up": "revision_down", "revision_down": "revision_up"}
    assert {(flip.check, flip.verdict) for flip in here.flips} == {
        (swapped.get(flip.check, flip.check), flip.verdict) for flip in there.flips
    }
    for one, other in zip(ratios(here), ratios(there), strict=True):
        assert one == pytest.approx(other) if one is not None else other is None
    if here.late and there.late and here.late.expected is not None:
        assert there.late.expected == pytest.approx(-here.late.expected)
        assert there.late.gap == pytest.approx(here.late.gap)
    if here.projection and here.projection.late:
        assert there.projection is not None
        assert there.projection.late is not None
        assert there.projection.late.chance == here.projection.late.chance


@settings(max_examples=40, deadline=None)
@given(cases(kind="one_sided", shape="linear"), st.integers(2, 50), st.integers(-500, 500))
def test_scaling_a_linear_series_leaves_the_ratio(case: Case, factor: int, shift: int) -> None:
    target = case.target
    assert target.value is not None
    scaled = Case(
        case.rows.assign(value=case.rows["value"] * factor + shift),
        replace(
            target,
            value=target.value * factor + shift,
            milestones=tuple((due, step * factor + shift) for due, step in target.milestones),
            revision=None if target.revision is None else target.revision * factor,
        ),
    )
    here, there = verdict_on(case), verdict_on(scaled)
    assert here.verdict == there.verdict
    for one, other in zip(ratios(here), ratios(there), strict=True):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-9) if one is not None else other is None


@settings(max_examples=25, deadline=None)
@given(cases(kind="one_sided", window_early="2025", window_late="2026"), st.floats(0, 300))
def test_reaching_the_target_is_achieved_in_every_shape(case: Case, beyond: float) -> None:
    target = replace(case.target, milestones=(), baseline_period=None)
    assert target.value is not None
    assume(len(case.rows) > 0)
    rows = case.rows.assign(status="A")
    rows.loc[len(rows) - 1, "value"] = target.value + target.polarity * beyond
    for shape in SHAPES:
        found = judge(rows, replace(target, shape=shape))
        assert found.verdict == "achieved"
        assert not any(flip.check.startswith("shape") for flip in found.flips)


@settings(max_examples=40, deadline=None)
@given(cases(kind="one_sided"), st.integers(0, 6), st.integers(0, 6))
def test_a_later_deadline_never_makes_a_verdict_worse(case: Case, early: int, late: int) -> None:
    """While both deadlines are open, and for one that has passed without success."""
    target = replace(case.target, milestones=())
    assert target.window_early is not None
    assert target.window_late is not None
    later = replace(
        target,
        window_early=str(int(target.window_early) + min(early, late)),
        window_late=str(int(target.window_late) + late),
    )
    here, there = judge(case.rows, target), judge(case.rows, later)
    assume(here.verdict not in ("achieved_on_time", "achieved_late"))
    assume(Flag.TIMING_UNKNOWN not in here.flags)  # one of the two, nobody knows which
    # To have missed a deadline needs no baseline; to be on the way does.
    assume(there.reason is None)
    assert ORDER.index(there.verdict) <= ORDER.index(here.verdict)


@settings(max_examples=40, deadline=None)
@given(cases())
def test_a_verdict_is_a_class_or_a_reason(case: Case) -> None:
    found = verdict_on(case)
    if case.target.kind == "milestone":
        assert found.reason == "qualitative"
    else:
        assert (found.verdict == "not_assessed") == (found.reason is not None)


@settings(max_examples=40, deadline=None)
@given(cases())
def test_margins_lie_on_their_side_of_the_latest_figure(case: Case) -> None:
    found = verdict_on(case)
    assume(found.latest is not None)
    assume(case.target.kind in ("at_least", "at_most"))
    assert found.latest is not None
    sign = case.target.polarity
    slack = 1e-9 * abs(found.latest.value)
    if found.better:
        assert sign * (found.better.value - found.latest.value) >= -slack
        assert ORDER.index(found.better.verdict) < ORDER.index(found.verdict)
    if found.worse:
        assert sign * (found.worse.value - found.latest.value) <= slack
        assert ORDER.index(found.worse.verdict) > ORDER.index(found.verdict)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(SHAPES),
    st.sampled_from([1, -1]),
    figures,
    figures,
    figures,
    st.integers(1, 8),
    st.integers(1, 8),
    st.integers(0, 8),
)
def test_a_plain_calculation_gives_the_same_class(
    shape: str, d: int, y0: float, y: float, goal: float, years: int, to_early: int, more: int
) -> None:
    """One series at a time, straight from the formulas of the method's third section."""
    t, t0, window = 2020, 2020 - years, (2020 + to_early, 2020 + to_early + more)

    def g(value: float) -> float:
        if shape == "geometric":
            return math.log(value)
        return value if shape == "linear" else math.log(value / (1000 - value))

    def expected() -> str:
        if d * (y - goal) >= 0:
            return "achieved"
        if d * (y0 - goal) >= 0:
            return "moving_away"
        a = (g(y) - g(y0)) / (t - t0)
        early, late = (d * a / abs((g(goal) - g(y0)) / (due - t0)) for due in window)
        assume(all(abs(r - edge) > 1e-9 for r in (early, late) for edge in (0.95, 0.6)))
        if early >= 0.95:
            return "on_track"
        if late >= 0.95:
            return "on_track_latest_only"
        if late >= 0.6:
            return "acceleration_needed"
        return "limited" if late >= 0 else "moving_away"

    target = Target(
        indicator="i",
        region="ALL",
        kind="at_least" if d > 0 else "at_most",
        polarity=d,
        value=goal,
        window_early=str(window[0]),
        window_late=str(window[1]),
        shape=shape,
        bounds=(0.0, 1000.0),
    )
    rows = pd.DataFrame({"period": [str(t0), str(t)], "value": [y0, y]})
    assert judge(rows, target).verdict == expected()
