"""Verdicts on progress: the method's worked examples, its classes, reasons and flags."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from indicators.periods import date_at, decimal_year, period_at
from indicators.progress.explanation import explain, formula, headline
from indicators.progress.judgement import CRITICAL
from indicators.progress.path import change_needed, reached_at
from indicators.progress.projection import slopes
from indicators.progress.target_frame import Target, target_frame
from indicators.progress.verdict import Verdict, judge, judge_many
from indicators.wording import Wording

PASS_RATE = {"2020": 93.39, "2022": 93.29, "2023": 93.65, "2024": 93.93}


def rows(figures: Mapping[str, float], **columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"period": list(figures), "value": list(figures.values()), **columns})


def target(**fields: Any) -> Target:
    """A target for more of something: 10,000 by 2022."""
    standard = {
        "indicator": "certified_organisations_yearend",
        "region": "520000",
        "kind": "at_least",
        "polarity": 1,
        "value": 10_000.0,
        "window_late": "2022",
    }
    return Target(**{**standard, **fields})


def verdict_on(figures: Mapping[str, float], **fields: Any) -> Verdict:
    as_of = fields.pop("as_of", None)
    return judge(rows(figures), target(**fields), as_of=as_of)


# --- worked examples (docs/method.md §11) ---------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "ratio", "verdict", "expected", "gap", "required", "ahead"),
    [
        ("2022", -0.410, "moving_away", 93.634, -0.344, 0.2367, -2.8),
        ("2023", 0.710, "acceleration_needed", 93.756, -0.106, 0.1750, -0.9),
        ("2024", 1.107, "on_track", 93.878, 0.052, 0.0700, 0.4),
    ],
)
def test_the_pass_rate_example_is_reproduced(
    asked: str,
    ratio: float,
    verdict: str,
    expected: float,
    gap: float,
    required: float,
    ahead: float,
) -> None:
    aim = {"value": 94.0, "window_late": "2025", "baseline_period": "2020"}
    found = verdict_on(PASS_RATE, as_of=asked, **aim)
    assert found.verdict == verdict
    assert found.late is not None
    assert found.late.ratio == pytest.approx(ratio, abs=5e-4)
    assert found.late.expected == pytest.approx(expected, abs=5e-4)
    assert found.late.gap == pytest.approx(gap, abs=5e-4)
    assert found.late.required == pytest.approx(required, abs=5e-5)
    assert found.late.years_ahead == pytest.approx(ahead, abs=0.05)


@pytest.mark.parametrize(
    ("shape", "ratio", "verdict"),
    [
        ("linear", 0.50, "limited"),
        ("logistic", 0.78, "acceleration_needed"),
        ("geometric", 0.97, "on_track"),
    ],
)
def test_the_shape_example_is_reproduced(shape: str, ratio: float, verdict: str) -> None:
    aim = {"value": 60.0, "window_late": "2023", "shape": shape, "bounds": (0, 100)}
    found = verdict_on({"2018": 10, "2020": 20}, **aim)
    assert found.verdict == verdict
    assert found.shape == shape
    assert found.late is not None
    assert found.late.ratio == pytest.approx(ratio, abs=5e-3)
    assert {flip.check: flip.verdict for flip in found.flips} == {
        f"shape_{name}": other
        for name, other in [
            ("linear", "limited"),
            ("logistic", "acceleration_needed"),
            ("geometric", "on_track"),
        ]
        if name != shape
    }
    assert found.eurostat.value == pytest.approx(0.96, abs=5e-3)


def test_the_window_example_is_reproduced() -> None:
    found = verdict_on({"2018": 5000, "2020": 7000}, window_early="2021", window_late="2023")
    assert found.early is not None
    assert found.late is not None
    assert found.early.ratio == pytest.approx(0.60)
    assert found.late.ratio == pytest.approx(1.00)
    assert found.verdict == "on_track_latest_only"


# --- time (docs/method.md §1) ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "time"),
    [
        ("2020", 2020.0),
        ("2020-Q4", 2020.0),
        ("2020-12", 2020.0),
        ("2020-12-31", 2020.0),
        ("2020-06", 2019.5),
        ("2020-06-30", 2019.5),
        ("2020-Q2", 2019.5),
        ("2020-01", 2019 + 1 / 12),
        ("2015/2017", 2017.0),
    ],
)
def test_a_period_stands_at_its_end(period: str, time: float) -> None:
    assert decimal_year(period) == time


@pytest.mark.parametrize("period", ["", "20", "2020-13", "2020-Q5", "2020-02-30", "2020年"])
def test_what_is_not_a_period_is_refused(period: str) -> None:
    with pytest.raises(ValueError, match=r"not a period|no such day"):
        decimal_year(period)


@pytest.mark.parametrize("period", ["2019", "2020", "2020-Q1", "2020-Q4", "2019-12", "2020-07"])
def test_the_end_of_a_period_falls_in_that_period(period: str) -> None:
    assert period_at(decimal_year(period), like=period) == period


@pytest.mark.parametrize(
    ("period", "day"),
    [("2020", "2020-12-31"), ("2020-06", "2020-06-30"), ("2020-02-15", "2020-02-15")],
)
def test_a_time_has_its_calendar_day(period: str, day: str) -> None:
    assert date_at(decimal_year(period)).isoformat() == day


def test_a_month_of_the_year_due_is_before_the_deadline() -> None:
    found = verdict_on({"2018-12": 5000, "2022-06": 9000})
    assert found.verdict == "acceleration_needed"
    assert found.late is not None
    assert found.late.expected == pytest.approx(5000 + 5000 * 3.5 / 4)


# --- kinds (docs/method.md §2) --------------------------------------------------------------


def test_less_may_be_better() -> None:
    aim = {"kind": "at_most", "polarity": -1, "value": 10.0, "window_late": "2024"}
    assert verdict_on({"2020": 30, "2022": 20}, **aim).verdict == "on_track"
    assert verdict_on({"2020": 30, "2022": 31}, **aim).verdict == "moving_away"
    assert verdict_on({"2020": 30, "2022": 9}, **aim).verdict == "achieved"


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (35.0, "on_track"),
        (42.0, "achieved"),
        (60.0, "achieved"),
        (65.0, "on_track"),
        (85.0, "limited"),
        (100.0, "moving_away"),
    ],
)
def test_a_range_is_reached_at_its_nearer_bound_and_may_be_overshot(
    now: float, verdict: str
) -> None:
    aim = {"kind": "within", "value": None, "lower": 40.0, "upper": 60.0, "window_late": "2024"}
    assert verdict_on({"2020": 10, "2022": now}, **aim).verdict == verdict


def test_a_benchmark_moves_and_must_be_exceeded() -> None:
    aim = target(kind="exceed_benchmark", value=None, window_late="2024")
    province = rows({"2020": 50, "2022": 66}, benchmark=[60, 70])
    found = judge(province, aim)
    assert found.verdict == "on_track"
    assert found.late is not None
    assert (found.late.expected, found.late.gap) == (-5, 1)
    assert judge(rows({"2020": 50, "2022": 70}, benchmark=[60, 70]), aim).verdict == "on_track"
    assert judge(rows({"2020": 50, "2022": 71}, benchmark=[60, 70]), aim).verdict == "achieved"


def test_a_benchmark_that_is_not_known_leaves_nothing_to_compare() -> None:
    aim = target(kind="exceed_benchmark", value=None)
    assert judge(rows({"2018": 50, "2020": 71}), aim).reason == "not_comparable"


@pytest.mark.parametrize(
    ("now", "verdict"), [(101, "on_track"), (100, "limited"), (99, "moving_away")]
)
def test_a_direction_without_a_number_is_judged_by_the_change(now: float, verdict: str) -> None:
    aim = {"kind": "direction_only", "value": None, "window_late": None}
    found = verdict_on({"2018": 100, "2020": now}, **aim)
    assert found.verdict == verdict
    assert found.late is None


@pytest.mark.parametrize("state", ["done", "under_way", "not_begun"])
def test_a_qualitative_milestone_is_what_its_evidence_says(state: str) -> None:
    found = verdict_on({}, kind="milestone", value=None, state=state)
    assert (found.verdict, found.reason) == (state, "qualitative")


def test_a_qualitative_milestone_without_evidence_is_not_assessed() -> None:
    assert verdict_on({}, kind="milestone", value=None).verdict == "not_assessed"


def test_a_gain_is_counted_from_the_baseline() -> None:
    found = verdict_on({"2018": 90, "2020": 91}, value=None, gain=2.0)
    assert found.late is not None
    assert (found.late.value, found.verdict) == (92, "on_track")
    found = verdict_on({"2018": 200, "2020": 240}, value=None, growth=50.0)
    assert found.late is not None
    assert found.late.value == 300
    assert found.late.ratio == pytest.approx(0.8)


def test_a_target_that_the_baseline_meets_is_to_be_maintained() -> None:
    kept = verdict_on({"2018": 12_000, "2020": 11_000})
    assert (kept.kind, kept.verdict) == ("maintain", "achieved")
    assert "became_maintain" in kept.flags
    lost = verdict_on({"2018": 10_000, "2020": 9_990})
    assert lost.verdict == "moving_away"
    assert lost.late is not None
    assert (lost.late.ratio, lost.late.expected, lost.late.gap) == (None, 10_000, -10)
    assert lost.late.required == 5


def test_maintain_without_a_number_keeps_the_baseline() -> None:
    aim = {"kind": "maintain", "value": None, "window_late": "2025"}
    assert verdict_on({"2018": 80, "2020": 80}, **aim).verdict == "achieved"
    assert verdict_on({"2018": 80, "2020": 79}, **aim).verdict == "moving_away"


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"polarity": 0}, "polarity"),
        ({"polarity": -1}, "at_least is for"),
        ({"kind": "at_most"}, "at_most is for"),
        ({"kind": "more"}, "kind is one of"),
        ({"shape": "cubic"}, "shape is one of"),
        ({"kind": "within", "lower": 2.0, "upper": 1.0}, "lower ≤ upper"),
        ({"shape": "logistic"}, "bounds"),
        ({"window_early": "2023"}, "not after"),
        ({"milestones": (("2020", 11_000.0),)}, "towards the target"),
        ({"milestones": (("2019", 8000.0), ("2020", 7000.0))}, "towards the target"),
    ],
)
def test_a_contradictory_target_is_refused(fields: dict[str, Any], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        target(**fields)


# --- milestones and the window (docs/method.md §1, §3) --------------------------------------

# 黔府发〔2018〕17号: 6,500 certified organisations by 2020, 10,000 by 2022.
GUIZHOU = {"window_early": "2020", "milestones": (("2020", 6500.0),), "baseline_period": "2017"}


@pytest.mark.parametrize(
    ("figures", "verdict"),
    [
        ({"2017": 5000, "2019": 6000}, "on_track"),
        ({"2017": 5000, "2019": 5700}, "acceleration_needed"),
        ({"2017": 5000, "2020": 6500, "2021": 8250}, "on_track"),
        ({"2017": 5000, "2020": 6500, "2021": 7000}, "acceleration_needed"),
        ({"2017": 5000, "2020": 6500, "2021": 10_000}, "achieved"),
    ],
)
def test_the_path_goes_over_its_milestones(figures: dict[str, float], verdict: str) -> None:
    assert verdict_on(figures, **GUIZHOU).verdict == verdict


def test_expected_and_years_ahead_follow_the_milestones() -> None:
    late = verdict_on({"2017": 5000, "2021": 7375}, **GUIZHOU).late
    assert late is not None
    assert late.expected == pytest.approx(8250)
    assert late.years_ahead == pytest.approx(-0.5)
    assert late.ratio == pytest.approx(2375 / 3250)


def test_a_milestone_says_whether_it_was_met() -> None:
    found = verdict_on({"2017": 5000, "2020": 6400, "2021": 6600}, **GUIZHOU)
    assert [step.met for step in found.milestones] == [False]
    assert verdict_on({"2017": 5000, "2019": 6400}, **GUIZHOU).milestones[0].met is None


def test_a_milestone_that_the_baseline_meets_does_not_bend_the_path() -> None:
    figures = {"2017": 7000, "2019": 8200}
    bent = verdict_on(figures, **GUIZHOU)
    straight = verdict_on(figures, baseline_period="2017")
    assert bent.late is not None
    assert straight.late is not None
    assert bent.late.expected == straight.late.expected == pytest.approx(8200)
    assert bent.verdict == straight.verdict == "on_track"


@pytest.mark.parametrize(
    ("figures", "verdict", "missed_by"),
    [
        ({"2018": 5000, "2022": 10_000}, "achieved_on_time", None),
        ({"2018": 5000, "2022": 10_500, "2023": 9_000}, "achieved_on_time", None),
        ({"2018": 5000, "2022": 9_000, "2023": 10_000}, "achieved_late", None),
        ({"2018": 5000, "2022": 9_000}, "missed", 1_000),
        ({"2018": 5000, "2022": 9_000, "2023": 9_500}, "missed", 1_000),
    ],
)
def test_a_deadline_that_has_passed_is_judged_by_the_figure_then(
    figures: dict[str, float], verdict: str, missed_by: float | None
) -> None:
    found = verdict_on(figures)
    assert (found.verdict, found.missed_by) == (verdict, missed_by)


def test_after_the_deadline_the_target_itself_is_expected() -> None:
    late = verdict_on({"2018": 5000, "2022": 9_000, "2023": 9_500}).late
    assert late is not None
    assert (late.expected, late.gap, late.required) == (10_000, -500, None)


@pytest.mark.parametrize(
    ("figures", "last_class"),
    [
        ({"2018": 5000, "2021": 9_900}, "on_track"),
        ({"2018": 5000, "2021": 5_100}, "limited"),
        ({"2018": 5000, "2021": 10_100}, "achieved"),
    ],
)
def test_a_deadline_without_a_figure_for_it_is_stale(
    figures: dict[str, float], last_class: str
) -> None:
    found = verdict_on(figures, as_of="2023-03-05")
    assert (found.verdict, found.reason, found.last_class) == ("stale", "stale", last_class)
    assert verdict_on(figures, as_of="2022-12-30").verdict == last_class
    assert found.missed_by is None


def test_a_stale_verdict_says_of_when_it_is_and_what_is_not_there() -> None:
    found = verdict_on({"2018": 5000, "2021": 9_900}, as_of="2023-03-05")
    assert explain(found, Wording("zh"))[0].startswith(
        "进展符合预期（判定截至2021年数据；2022年期末数据尚未收录）"
    )
    assert headline(found, Wording("en")) == "On track (as of 2021; no figure for 2022 is held yet)"


def test_a_stale_verdict_is_in_the_table_with_its_class() -> None:
    series = rows({"2018": 5000.0, "2021": 9_900.0}).assign(series="贵州")
    found = judge_many(series, target_frame({"贵州": target()}), as_of="2023-01-01").iloc[0]
    assert found[["verdict", "reason", "last_class", "latest_period", "due_period"]].to_list() == [
        "stale",
        "stale",
        "on_track",
        "2021",
        "2022",
    ]


@pytest.mark.parametrize(
    ("figures", "verdict", "missed_by", "missed_period"),
    [
        # Nothing is known of 2020 itself.
        ({"2018": 100, "2022": 195}, "missed", 5, "2022"),
        ({"2018": 100, "2021": 150, "2022": 195}, "missed", 50, "2021"),
        ({"2018": 100, "2020": 180, "2022": 195}, "missed", 20, "2020"),
        ({"2018": 100, "2021": 150, "2022": 205}, "achieved_late", None, None),
        ({"2018": 100, "2019": 201, "2022": 205}, "achieved_on_time", None, None),
        ({"2018": 100, "2022": 205}, "achieved", None, None),
    ],
)
def test_no_older_figure_stands_for_that_of_the_deadline(
    figures: dict[str, float], verdict: str, missed_by: float | None, missed_period: str | None
) -> None:
    found = verdict_on(figures, value=200.0, window_late="2020")
    at = found.missed_at.period if found.missed_at else None
    assert (found.verdict, found.missed_by, at) == (verdict, missed_by, missed_period)


def test_what_was_met_on_both_sides_of_its_deadline_says_what_is_not_known() -> None:
    found = verdict_on({"2018": 100, "2022": 205}, value=200.0, window_late="2020")
    assert "timing_unknown" in found.flags
    assert found.around_deadline == ("2018", "2022")
    told = " ".join(explain(found, Wording("en")))
    assert "Late or on time is unknown between 2018 and 2022" in told
    missed = verdict_on({"2018": 100, "2022": 195}, value=200.0, window_late="2020")
    told = " ".join(explain(missed, Wording("en")))
    assert "There is no figure for 2020; in 2022, the first after it, it was 5 short" in told
    assert "In 2020 it was" not in told


def test_a_milestone_without_a_figure_of_its_own_is_told_by_both_sides_of_it() -> None:
    aim = GUIZHOU | {"milestones": (("2020", 6500.0),)}
    assert verdict_on({"2017": 5000, "2021": 6400}, **aim).milestones[0].met is False
    assert verdict_on({"2017": 5000, "2021": 6600}, **aim).milestones[0].met is None
    assert verdict_on({"2017": 5000, "2019": 6500, "2021": 6600}, **aim).milestones[0].met is True


# --- what a planner gets (docs/method.md §3) ------------------------------------------------


def test_required_per_year_is_on_the_value_s_own_scale() -> None:
    late = verdict_on({"2018": 1000, "2020": 2000}, shape="geometric", value=8000.0).late
    assert late is not None
    assert late.required == pytest.approx(2000)
    assert late.acceleration == pytest.approx(2)
    assert late.projected == pytest.approx(4000)


def test_on_a_curved_path_equal_yearly_amounts_add_up_to_the_target() -> None:
    late = verdict_on(
        {"2018": 1000, "2020": 2000}, shape="geometric", value=8000.0, window_late="2024"
    ).late
    assert late is not None
    assert late.required == pytest.approx(2000 * 4 ** (1 / 4) - 2000)
    assert late.required is not None
    assert late.required * 4 < 6000
    assert late.yearly == pytest.approx(1500)


def test_less_than_a_year_before_the_deadline_only_what_is_left_is_asked() -> None:
    late = verdict_on({"2018-12": 1000, "2021-09": 7000}, value=8000.0, window_late="2021").late
    assert late is not None
    assert late.required == late.yearly == pytest.approx(1000)


def test_no_pace_leads_to_a_target_that_one_moves_away_from() -> None:
    found = verdict_on({"2018": 5000, "2020": 4000})
    assert found.late is not None
    assert found.late.acceleration == float("inf")
    assert (found.attained, found.attained_period) == (float("inf"), None)


def test_attainment_is_the_period_in_which_the_pace_reaches_the_target() -> None:
    assert verdict_on({"2018": 5000, "2020": 7000}).attained_period == "2023"
    assert verdict_on({"2018": 5000, "2019": 10_000, "2020": 10_200}).attained_period == "2019"
    assert verdict_on({"2018-12": 5000, "2019-12": 7400}).attained_period == "2021-01"


def test_margins_name_the_figures_at_which_the_class_would_change() -> None:
    found = verdict_on({"2018": 5000, "2020": 7000}, window_early="2021", window_late="2023")
    assert found.better is not None
    assert found.worse is not None
    assert found.better.verdict == "on_track"
    assert found.better.value == pytest.approx(5000 + 0.95 * 5000 * 2 / 3)
    assert (found.worse.verdict, found.worse.value) == ("acceleration_needed", 6900)
    for margin in (found.better, found.worse):
        for step, other in ((1e-6, False), (-1e-6, True)):
            near = {"2018": 5000, "2020": margin.value + step}
            changed = verdict_on(near, window_early="2021", window_late="2023").verdict
            assert (changed == margin.verdict) is (other == (margin is found.worse))


def test_what_if_runs_both_ways() -> None:
    found = verdict_on({"2018": 5000, "2020": 7000}, window_late="2024")
    assert reached_at(found, 1500) == 2022
    assert change_needed(found, "2022") == 1500
    assert reached_at(found, -1) == float("inf")
    assert change_needed(found, "2020") is None
    fast = verdict_on({"2018": 500, "2020": 2000}, shape="geometric", value=8000.0)
    assert reached_at(fast, 2000) == pytest.approx(2022)
    assert change_needed(fast, "2022") == pytest.approx(2000)
    assert reached_at(fast, -2000) is None


# --- recent direction (docs/method.md §5) ---------------------------------------------------


def counted(numerators: list[float], denominator: float = 1000) -> pd.DataFrame:
    years = [str(2016 + i) for i in range(len(numerators))]
    figures = {year: 100 * x / denominator for year, x in zip(years, numerators, strict=True)}
    return rows(figures, numerator=numerators, denominator=denominator)


@pytest.mark.parametrize(
    ("numerators", "direction", "test"),
    [
        ([500, 520, 545, 560, 590], "rising", "chi_square"),
        ([590, 560, 545, 520, 500], "falling", "chi_square"),
        # Two rises in a row, and no significant trend over five points.
        ([500, 505, 498, 503, 507], "steady", "chi_square"),
        # One point makes the trend: without the last, the rest falls.
        ([500, 495, 490, 485, 900], "steady", "chi_square"),
        ([500, 520, 545, 560], "rising", "last_changes"),
        ([500, 520, 510], "steady", "last_changes"),
        ([500, 520], "unknown", "none"),
    ],
)
def test_recent_direction(numerators: list[float], direction: str, test: str) -> None:
    found = judge(counted(numerators), target(value=99.0, window_late="2030"))
    assert (found.direction, found.direction_test) == (direction, test)


def test_the_trend_test_is_that_of_its_formula() -> None:
    x, n = np.array([500.0, 512, 520, 533, 541]), np.array([1000.0, 1010, 990, 1005, 1000])
    i = np.arange(1.0, 6)
    total_x, total_n = x.sum(), n.sum()
    chi_square = total_n * (total_n * (x * i).sum() - total_x * (n * i).sum()) ** 2
    chi_square /= total_x * (total_n - total_x)
    chi_square /= total_n * (n * i**2).sum() - (n * i).sum() ** 2
    assert stats.chi2.sf(CRITICAL, 1) == pytest.approx(0.002)
    assert chi_square < CRITICAL
    few = rows({str(2016 + k): 100 * x[k] / n[k] for k in range(5)}, numerator=x, denominator=n)
    assert judge(few, target(value=99.0, window_late="2030")).direction == "steady"
    many = few.assign(numerator=10 * x, denominator=10 * n)
    assert judge(many, target(value=99.0, window_late="2030")).direction == "rising"


def test_unequal_steps_are_left_to_the_last_changes() -> None:
    uneven = counted([500, 520, 545, 560, 590])
    uneven.loc[0, "period"] = "2014"
    found = judge(uneven, target(value=99.0, window_late="2030"))
    assert found.direction_test == "last_changes"


def test_on_track_though_recently_falling_is_slipping() -> None:
    found = verdict_on({"2018": 5000, "2019": 9000, "2020": 8700, "2021": 8500}, window_late="2023")
    assert (found.verdict, found.direction) == ("on_track", "falling")
    assert "slipping" in found.flags
    achieved = verdict_on({"2018": 5000, "2019": 12_000, "2020": 11_500, "2021": 11_000})
    assert (achieved.verdict, "slipping" in achieved.flags) == ("achieved", True)


# --- projection (docs/method.md §6) ---------------------------------------------------------

STEADY = {"2014": 100.0, "2015": 112.0, "2016": 119.0, "2017": 131.0, "2018": 140.0}


def test_from_five_points_on_there_is_an_interval_and_a_chance() -> None:
    trend = verdict_on(STEADY, value=181.0, window_early="2021").projection
    assert trend is not None
    assert trend.late is not None
    assert trend.early is not None
    assert trend.attained is not None
    assert trend.late.low < trend.late.middle < trend.late.high
    assert 0 <= (trend.early.chance or 0) < (trend.late.chance or 0) <= 1
    assert trend.attained.earliest <= trend.attained.middle <= trend.attained.latest
    assert trend.band[-1] == trend.late


def test_with_four_points_there_is_none_and_the_verdict_says_so() -> None:
    found = verdict_on(dict(list(STEADY.items())[:4]), value=181.0)
    assert found.projection is None
    assert "few_points" in found.flags


def test_the_same_figures_give_the_same_projection() -> None:
    assert verdict_on(STEADY, value=181.0) == verdict_on(STEADY, value=181.0)


def test_the_trend_is_the_theil_sen_slope() -> None:
    time, value = np.array([2014.0, 2015, 2017, 2018, 2021]), np.array([3.0, 9, 4, 8, 7])
    assert slopes(time, value[None, :])[0] == stats.theilslopes(value, time).slope


def test_a_series_without_scatter_is_certain() -> None:
    straight = {str(2014 + i): 100.0 + 10 * i for i in range(5)}
    reach = verdict_on(straight, value=180.0).projection
    fail = verdict_on(straight, value=181.0).projection
    assert reach is not None
    assert reach.late is not None
    assert fail is not None
    assert fail.late is not None
    assert (reach.late.chance, fail.late.chance) == (1, 0)
    assert reach.late.low == pytest.approx(180)
    assert reach.late.high == pytest.approx(180)


# --- borderline (docs/method.md §7) ---------------------------------------------------------


def test_what_flips_a_verdict_is_named_and_what_was_not_checked_too() -> None:
    found = verdict_on({"2018": 5000, "2019": 5600, "2020": 7400}, revision=100.0)
    assert found.verdict == "on_track"
    assert "borderline" in found.flags
    flips = {flip.check: flip.verdict for flip in found.flips}
    assert flips == {"last_point": "limited", "revision_down": "acceleration_needed"}
    assert found.unchecked == ("shape_linear", "shape_logistic")


def test_without_a_history_of_revisions_that_check_is_left_out() -> None:
    found = verdict_on({"2018": 5000, "2019": 6300, "2020": 7500})
    assert {"revision_up", "revision_down"} < set(found.unchecked)


def test_a_near_miss_is_borderline_within_its_revision() -> None:
    found = verdict_on({"2018": 5000, "2022": 9_950}, revision=60.0)
    assert [(flip.check, flip.verdict) for flip in found.flips] == [
        ("revision_up", "achieved_on_time")
    ]


# --- reasons (docs/method.md §8) ------------------------------------------------------------


@pytest.mark.parametrize(
    ("figures", "fields", "reason"),
    [
        ({}, {}, "no_data"),
        ({"2018": 5000, "2020": 7000}, {"value": None}, "no_target"),
        ({"2018": 5000, "2020": 7000}, {"window_late": None}, "no_deadline"),
        ({"2020": 5000, "2021": 7000}, {"baseline_period": "2017"}, "no_baseline"),
        ({"2020": 5000}, {}, "single_point"),
        ({"2020": 5000, "2021": 7000}, {"comparable": False}, "not_comparable"),
        ({"2020": 5000}, {"value": None, "gain": 5.0, "baseline_period": "2021"}, "no_baseline"),
    ],
)
def test_a_blank_has_a_reason(
    figures: dict[str, float], fields: dict[str, Any], reason: str
) -> None:
    found = verdict_on(figures, **fields)
    assert (found.verdict, found.reason) == ("not_assessed", reason)


def test_an_old_figure_is_stale() -> None:
    figures = {"2016": 5000, "2018": 6000}
    assert verdict_on(figures, as_of="2021", max_age=2.0).reason == "stale"
    assert verdict_on(figures, as_of="2020", max_age=2.0).reason is None


def test_a_baseline_may_be_taken_from_the_next_two_years_and_is_said_to_be() -> None:
    found = verdict_on({"2019": 5000, "2020": 7000}, baseline_period="2017")
    assert found.baseline is not None
    assert (found.baseline.period, found.verdict) == ("2019", "on_track")
    assert "baseline_shifted" in found.flags


def test_one_point_that_meets_the_target_is_achieved() -> None:
    assert verdict_on({"2020": 10_000}).verdict == "achieved"
    assert verdict_on({"2020": 10_000}, baseline_period="2015").verdict == "achieved"


def test_a_series_is_judged_only_from_its_break_on() -> None:
    broken = rows({"2016": 50_000, "2018": 5000, "2020": 7500}, status=["A", "B", "A"])
    found = judge(broken, target())
    assert found.baseline is not None
    assert (found.baseline.period, found.verdict) == ("2018", "on_track")
    assert "after_break" in found.flags
    assert judge(broken, target(baseline_period="2016")).reason == "break_in_series"


def test_one_figure_since_a_break_is_no_progress_because_of_the_break() -> None:
    figures = rows({"2016": 50_000, "2018": 60_000, "2020": 5000}, status=["A", "A", "B"])
    assert judge(figures, target()).reason == "break_in_series"
    assert judge(figures, target(baseline_period="2020")).reason == "single_point"
    assert judge(figures.iloc[2:], target()).reason == "single_point"


def test_withheld_figures_are_not_used() -> None:
    secret = rows({"2018": 5000, "2020": 7500}, confidentiality=["C", "F"])
    assert judge(secret, target(baseline_period="2018")).reason == "suppressed"
    assert judge(secret.assign(confidentiality="C"), target()).reason == "suppressed"
    open_rows = secret.assign(confidentiality=["F", ""])
    assert judge(open_rows, target()).verdict == "on_track"


def test_figures_of_another_definition_are_not_used() -> None:
    other = rows({"2018": 5000, "2020": 7500}, status=["D", "D"])
    assert judge(other, target()).reason == "not_comparable"
    start = rows({"2018": 5000, "2020": 7500}, status=["D", "A"])
    assert judge(start, target(baseline_period="2018")).reason == "not_comparable"


def test_missing_and_forecast_figures_are_passed_over() -> None:
    gaps = rows(
        {"2018": 5000, "2019": float("nan"), "2020": 7500, "2021": 99_999},
        status=["A", "O", "A", "F"],
    )
    found = judge(gaps, target())
    assert found.latest is not None
    assert (found.latest.period, found.verdict) == ("2020", "on_track")


def test_zero_and_a_change_of_sign_are_judged_on_the_linear_shape() -> None:
    for figures in ({"2018": 0, "2020": 5000}, {"2018": -10, "2020": 5000}):
        found = verdict_on(figures, shape="geometric")
        assert (found.shape, found.verdict) == ("linear", "on_track")
        assert "linear_instead" in found.flags


# --- one series, one frequency (docs/method.md §1) -------------------------------------------


def test_two_figures_of_one_date_and_length_are_a_reason_and_equal_ones_are_one() -> None:
    twice = pd.DataFrame({"period": ["2018", "2020", "2020"], "value": [5000.0, 7000, 7500]})
    assert judge(twice, target()).reason == "conflicting_figures"
    same = judge(twice.assign(value=[5000.0, 7500, 7500]), target())
    assert (same.verdict, same.reason) == ("on_track", None)


def test_a_year_beside_its_december_is_one_point_of_a_stock() -> None:
    months = {"2019-12": 6000.0, "2020-12": 7000.0, "2021-12": 8000.0}
    alone = verdict_on(months)
    beside = judge(rows(months | {"2021": 8000.0}), target())
    assert (beside.verdict, beside.latest, beside.flags) == (
        alone.verdict,
        alone.latest,
        alone.flags,
    )


def test_a_year_that_differs_from_its_december_is_said() -> None:
    found = judge(rows({"2019-12": 6000.0, "2020-12": 7000.0, "2020": 9000.0}), target())
    assert found.latest is not None
    assert (found.latest.period, found.latest.value) == ("2020-12", 7000)
    assert "frequencies_disagree" in found.flags
    assert "Figures of another frequency" in " ".join(explain(found, Wording("en")))


@pytest.mark.parametrize(
    ("figures", "fields", "first", "last"),
    [
        # The finest that covers baseline and latest.
        ({"2019": 1, "2021": 2, "2019-12": 1, "2021-12": 2}, {}, "2019-12", "2021-12"),
        ({"2018": 1, "2019": 2, "2021": 3, "2021-11": 3, "2021-12": 3}, {}, "2018", "2021"),
        (
            {"2018": 1, "2021": 3, "2019-12": 2, "2021-12": 3},
            {"baseline_period": "2019"},
            "2019-12",
            "2021-12",
        ),
        # One year alone gives no verdict where months do.
        ({"2018": 1, "2019-12": 2, "2021-03": 3}, {}, "2019-12", "2021-03"),
        # The target's own.
        (
            {"2019": 1, "2021": 2, "2019-12": 1, "2021-12": 2},
            {"frequency": "A"},
            "2019",
            "2021",
        ),
        # Years for what is measured over a period.
        ({"2019": 40, "2020": 50, "2019-Q4": 8, "2020-Q4": 9}, {"flow": True}, "2019", "2020"),
        (
            {"2019": 40, "2020": 50, "2019-Q4": 8, "2020-Q4": 9},
            {"flow": True, "frequency": "Q"},
            "2019-Q4",
            "2020-Q4",
        ),
    ],
)
def test_a_verdict_is_on_one_frequency(
    figures: dict[str, float], fields: dict[str, Any], first: str, last: str
) -> None:
    found = verdict_on(figures, **fields)
    assert found.baseline is not None
    assert found.latest is not None
    assert (found.baseline.period, found.latest.period) == (first, last)


def test_quarters_of_what_adds_up_over_a_year_are_not_held_against_a_year_s_target() -> None:
    quarters = {"2020-Q1": 1.0, "2020-Q2": 2.0, "2020-Q3": 3.0}
    assert verdict_on(quarters, flow=True).reason == "other_frequency"
    assert verdict_on(quarters).reason is None


def test_a_baseline_year_holds_its_months_and_the_last_one_is_the_baseline() -> None:
    months = {"2021-03": 5000.0, "2021-07": 5500.0, "2022-08": 6000.0}
    found = verdict_on(months, baseline_period="2021", window_late="2024")
    assert found.baseline is not None
    assert (found.baseline.period, "baseline_shifted" in found.flags) == ("2021-07", False)


# --- what comes out of degenerate figures (docs/method.md §8) ---------------------------------


def finite(verdict: Verdict) -> bool:
    """Whether no number of a verdict's ends and no sentence of it is infinite or none."""
    ends = [asdict(end) for end in (verdict.early, verdict.late) if end]
    numbers = [
        value
        for end in ends
        for name, value in end.items()
        if isinstance(value, float) and name != "acceleration"
    ]
    told = [
        line
        for words in (Wording("zh"), Wording("en"))
        for line in (*explain(verdict, words), *formula(verdict, words))
    ]
    # Of a number, not of a word: "information" holds "inf".
    return bool(np.isfinite(numbers).all()) and not any(
        re.search(r"(?<![a-z])(nan|inf)(?![a-z])|∞", line.lower()) for line in told
    )


@pytest.mark.parametrize(
    ("figures", "fields", "verdict", "reason"),
    [
        (
            {"2018": -10, "2020": -5},
            {"value": None, "growth": 50.0},
            "not_assessed",
            "growth_undefined",
        ),
        (
            {"2018": 0, "2020": 5},
            {"value": None, "growth": 50.0},
            "not_assessed",
            "growth_undefined",
        ),
        ({"2018": 10_000, "2020": 9_000}, {}, "moving_away", None),  # target = baseline
        ({"2018": 10_000, "2020": 10_000}, {}, "achieved", None),
        (
            {"2018": 5_000, "2020": 8_000, "2021": 9_000},
            {"milestones": (("2020", 10_000.0),)},
            "acceleration_needed",
            None,
        ),
        (
            {"2018": 5_000, "2020": 9_000, "2021": 10_500},
            {"milestones": (("2020", 10_000.0),)},
            "achieved",
            None,
        ),
        ({"2018": 1e308, "2020": -1e308}, {"value": 1.5e308}, "not_assessed", "not_computable"),
        ({"2018": 5_000, "2020": float("inf")}, {}, "not_assessed", "unreadable"),
    ],
)
def test_every_degenerate_figure_has_an_outcome(
    figures: dict[str, float], fields: dict[str, Any], verdict: str, reason: str | None
) -> None:
    found = verdict_on(figures, **fields)
    assert (found.verdict, found.reason) == (verdict, reason)
    assert finite(found)
    series = rows(figures).assign(series="贵州")
    table = judge_many(series, target_frame({"贵州": target(**fields)}))
    numbers = table.select_dtypes("number")
    assert not np.isinf(numbers.to_numpy(np.float64)).any()


@pytest.mark.parametrize(
    ("then", "now", "verdict", "ratio"),
    [
        (93.93, 93.93, "limited", 0.0),
        (93.93, 93.0, "moving_away", None),
        (93.93, 94.86, "achieved", None),
    ],
)
def test_standing_on_a_benchmark_is_limited_progress(
    then: float, now: float, verdict: str, ratio: float | None
) -> None:
    figures = rows({"2020": then, "2023": now}, benchmark=[93.93, 93.93])
    found = judge(figures, target(kind="exceed_benchmark", value=None, window_late="2025"))
    assert found.verdict == verdict
    assert found.late is not None
    if verdict != "achieved":
        assert found.late.ratio == ratio
    assert finite(found)


def test_a_baseline_that_the_document_gives_stands_before_the_series() -> None:
    # 87.6 = 85.0 + 2 and more, where the series itself has 86.1 for that year.
    fields = {"value": None, "gain": 2.0, "baseline_period": "2020", "window_late": "2025"}
    figures = {"2020": 86.1, "2024": 87.6}
    assert verdict_on(figures, **fields).verdict != "achieved"
    found = verdict_on(figures, **fields, baseline_value=85.0)
    assert found.verdict == "achieved"
    assert found.baseline is not None
    assert (found.baseline.period, found.baseline.value) == ("2020", 85.0)
    without = verdict_on({"2023": 86.0, "2024": 87.6}, **fields, baseline_value=85.0)
    assert without.verdict == "achieved"
    assert verdict_on({}, **fields, baseline_value=85.0).reason == "no_data"


# --- one that cannot be judged stops no other -----------------------------------------------


def test_a_figure_or_target_that_is_none_is_a_reason_beside_that_one_target() -> None:
    series = pd.concat(
        [
            rows({"2018": 5000.0, "2020": 7500.0}).assign(series="good"),
            rows({"2018": 5000.0, "second half of 2020": 7500.0}).assign(series="period"),
            rows({"2018": 5000.0, "2020-13": 7500.0}).assign(series="month"),
            rows({"2018": 5000.0, "2020": 7500.0}).assign(series="target"),
            rows({"2018": 5000.0, "2020": 7500.0}).assign(series="window"),
        ]
    )
    names = ["good", "period", "month", "target", "window"]
    targets = target_frame(dict.fromkeys(names, target()))
    targets.loc[targets["series"] == "target", "polarity"] = -1
    targets.loc[targets["series"] == "window", "window_late"] = "soon"
    found = judge_many(series, targets, as_of="2021-05-05").set_index("series")
    assert found["reason"].to_dict() == {
        "good": "",
        "period": "unreadable",
        "month": "unreadable",
        "target": "contradictory_target",
        "window": "contradictory_target",
    }
    assert found.loc["good", "verdict"] == "on_track"


# --- many at once ---------------------------------------------------------------------------


def test_one_row_a_target_whether_or_not_it_has_figures() -> None:
    series = pd.concat(
        [
            rows({"2018": 5000.0, "2020": 7500.0}).assign(series="贵州"),
            rows({"2018": 1.0}).assign(series="no target"),
        ]
    )
    targets = target_frame({"西藏": target(), "贵州": target()})
    found = judge_many(series, targets)
    assert found["series"].to_list() == ["西藏", "贵州"]
    assert found["verdict"].to_list() == ["not_assessed", "on_track"]
    assert found["reason"].to_list() == ["no_data", ""]


def test_the_milestones_of_one_series_leave_the_others_alone() -> None:
    both = rows({"2020": 1.0, "2021": 2.0})
    plain = target(window_early="2018", window_late="2019", value=3.0)
    series = pd.concat([both.iloc[:1].assign(series="plain"), both.assign(series="stepped")])
    apart = judge_many(series, target_frame({"plain": plain}))
    stepped = target(value=10.0, milestones=(("2021", 5.0),))
    together = judge_many(series, target_frame({"plain": plain, "stepped": stepped}))
    pd.testing.assert_frame_equal(apart, together.iloc[:1])


def test_no_targets_give_no_verdicts() -> None:
    series = rows({"2018": 5000.0}).assign(series="贵州")
    targets = target_frame({"贵州": target()})
    assert judge_many(series, targets.iloc[:0]).empty
    assert judge_many(series, target_frame({})).empty
    assert len(judge_many(series.iloc[:0], targets)) == 1


def test_two_targets_for_one_series_are_refused() -> None:
    targets = target_frame({"贵州": target()})
    with pytest.raises(ValueError, match="two targets for one series"):
        judge_many(rows({}), pd.concat([targets, targets]))


def test_importing_the_engine_does_not_import_scipy() -> None:
    code = "import sys, indicators.progress; print('scipy' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert answer.stdout.strip() == b"False"


def test_a_range_overshot_is_told_on_the_scale_of_its_figures() -> None:
    # 50 → 80 within 60–70: ten beyond the upper bound, not the mirror image of the lower one.
    aim = {"kind": "within", "value": None, "lower": 60.0, "upper": 70.0, "window_late": "2027"}
    found = verdict_on({"2018": 50.0, "2020": 80.0}, **aim)
    assert found.late is not None
    assert (found.late.value, found.late.gap) == (70.0, -10.0)
    assert found.late.expected is not None
    assert found.late.expected > 70
    assert found.latest is not None
    assert (found.latest.value, found.latest.judged) == (80.0, 50.0)
    table = judge_many(
        rows({"2018": 50.0, "2020": 80.0}).assign(series="a"), target_frame({"a": target(**aim)})
    )
    assert table[["latest_value", "target_value", "gap"]].iloc[0].tolist() == [80.0, 70.0, -10.0]


def test_what_is_expected_against_a_benchmark_stands_on_the_scale_of_the_latest_figure() -> None:
    aim = target(kind="exceed_benchmark", value=None, window_late="2024")
    province = rows({"2020": 50, "2022": 66}, benchmark=[60, 70])
    table = judge_many(province.assign(series="a"), target_frame({"a": aim}))
    shown = ["latest_value", "benchmark_value", "target_value", "expected", "gap"]
    assert table[shown].iloc[0].tolist() == [66.0, 70.0, 70.0, 65.0, 1.0]


def test_what_was_met_around_a_past_deadline_has_no_line_to_another_class() -> None:
    aim = {
        "kind": "at_most",
        "polarity": -1,
        "value": 1.0,
        "window_late": "2012",
        "window_early": "2012",
        "baseline_period": None,
    }
    found = verdict_on({"2013": 1.0, "2014": 2.0}, **aim)
    assert (found.verdict, found.better, found.worse) == ("achieved", None, None)
