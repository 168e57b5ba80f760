"""Verdicts in words: what is said, with which numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from indicators.progress.explanation import explain, formula, headline
from indicators.progress.target_frame import Target
from indicators.progress.verdict import Verdict, judge
from indicators.statuses import (
    Check,
    Direction,
    EurostatClass,
    Flag,
    Kind,
    Reason,
    Shape,
    VerdictClass,
)
from indicators.wording import Wording

ENGLISH = Wording("en")
PASS_RATE = {"2020": 93.39, "2022": 93.29, "2023": 93.65, "2024": 93.93}


def verdict_on(figures: dict[str, float], **fields: Any) -> Verdict:
    standard: dict[str, Any] = {
        "indicator": "mfg_pass_rate",
        "region": "100000",
        "kind": "at_least",
        "polarity": 1,
        "value": 94.0,
        "window_late": "2025",
        "baseline_period": "2020",
    }
    columns = {name: fields.pop(name) for name in ("benchmark",) if name in fields}
    rows = pd.DataFrame({"period": list(figures), "value": list(figures.values()), **columns})
    return judge(rows, Target(**{**standard, **fields}))


def test_a_verdict_is_told_with_its_numbers() -> None:
    assert explain(verdict_on(PASS_RATE), ENGLISH, decimals=2) == [
        "On track: 93.93 in 2024; the target is 94.00 by 2025.",
        "The path to 2025 asks for 93.88 in 2024: 0.05 ahead of it.",
        "That is 0.4 years ahead of the path.",
        "It must rise by 0.07 in the next year: 0.5 times the pace since 2020.",
        "At the pace since the baseline the target is reached in 2025.",
        "Fewer than five figures since the baseline: no prediction interval or probability is "
        "given.",
        "Borderline. Without the latest figure the verdict would be: Acceleration needed.",
        'At 94.00 the verdict would be "Achieved".',
        'Below 93.85 the verdict would be "Acceleration needed".',
        "There is no history of revisions, so that check is left out.",
        "By the published practice (Eurostat) it would be: substantial progress.",
    ]


def test_the_formula_carries_the_numbers() -> None:
    assert formula(verdict_on(PASS_RATE), ENGLISH, decimals=2) == [
        "a = (93.93 − 93.39) ÷ (2024 − 2020)",
        "r(2025) = (94.00 − 93.39) ÷ (2025 − 2020)",
        "R(2025) = a ÷ |r| = 1.107",
    ]


def test_the_formula_names_its_scale_both_ends_and_the_polarity() -> None:
    falling = verdict_on(
        {"2020": 40.0, "2022": 30.0},
        kind="at_most",
        polarity=-1,
        value=10.0,
        window_early="2023",
        shape="geometric",
    )
    assert formula(falling, ENGLISH, decimals=0) == [
        "g(y) = ln y",
        "a = (g(30) − g(40)) ÷ (2022 − 2020)",
        "r(2023) = (g(10) − g(40)) ÷ (2023 − 2020)",
        "R(2023) = −a ÷ |r| = 0.311",
        "r(2025) = (g(10) − g(40)) ÷ (2025 − 2020)",
        "R(2025) = −a ÷ |r| = 0.519",
    ]


def test_over_milestones_the_formula_asks_for_what_was_due_by_now() -> None:
    found = verdict_on({"2020": 50.0, "2023": 60.0}, value=80.0, milestones=(("2022", 56.0),))
    assert formula(found, ENGLISH, decimals=0)[1:] == [
        "r(2025) = (64 − 50) ÷ (2023 − 2020)",
        "R(2025) = a ÷ |r| = 0.714",
    ]


def test_from_five_points_on_the_chance_is_told() -> None:
    figures = {str(2020 + i): 80.0 + y for i, y in enumerate([0, 2, 3, 6, 7])}
    told = explain(verdict_on(figures, window_late="2028"), ENGLISH, decimals=1)
    assert any(sentence.startswith("The trend leads to 9") for sentence in told)
    assert any(sentence.startswith("Chance that the target is met in 2028:") for sentence in told)


def test_a_fall_against_the_verdict_stands_in_the_headline() -> None:
    found = verdict_on({"2020": 60.0, "2021": 90.0, "2022": 89.0, "2023": 88.0})
    assert headline(found, ENGLISH) == "On track — recently falling"


def test_a_missed_target_says_by_how_much_and_a_benchmark_its_lead() -> None:
    missed = explain(verdict_on({"2020": 90.0, "2025": 93.0}), ENGLISH)
    assert "In 2025 it was 1 short of the target." in missed
    moving = verdict_on(
        {"2020": 50.0, "2022": 66.0}, kind="exceed_benchmark", value=None, benchmark=[60.0, 70.0]
    )
    assert "The benchmark stood at 70: a lead of −4." in explain(moving, ENGLISH)


def test_what_falls_just_short_is_never_written_as_the_target() -> None:
    told = explain(verdict_on({"2020": 90.0, "2025": 93.998}), ENGLISH, decimals=2)
    assert told[0] == "Missed: 93.998 in 2025; the target is 94.000 by 2025."
    assert "In 2025 it was 0.002 short of the target." in told


def test_what_is_ahead_adds_up_with_what_is_expected_as_both_are_written() -> None:
    # 63.45 against 60.26 on the path: 3.19 apart.
    verdict = verdict_on({"2020": 40.52, "2022": 63.45}, value=90.0, window_late="2025")
    told = explain(verdict, ENGLISH, decimals=1)
    assert told[:2] == [
        "On track: 63.5 in 2022; the target is 90.0 by 2025.",
        "The path to 2025 asks for 60.3 in 2022: 3.2 ahead of it.",
    ]
    shares = explain(verdict, ENGLISH, decimals=0, in_points=True)
    assert shares[:2] == [
        "On track: 63% in 2022; the target is 90% by 2025.",
        "The path to 2025 asks for 60% in 2022: 3 percentage points ahead of it.",
    ]


def test_a_lead_and_a_shortfall_add_up_as_they_are_written() -> None:
    moving = verdict_on(
        {"2020": 50.0, "2022": 58.66}, kind="exceed_benchmark", value=None, benchmark=[60.0, 34.04]
    )
    assert "The benchmark stood at 34.0: a lead of +24.7." in explain(moving, ENGLISH, decimals=1)
    missed = explain(
        verdict_on({"2020": 50.0, "2025": 58.66}, value=83.04), ENGLISH, 1, in_points=True
    )
    assert "In 2025 it was 24.3 percentage points short of the target." in missed


def test_a_formula_writes_months_as_people_do() -> None:
    months = verdict_on({"2020-12": 100.0, "2023-02": 130.0}, value=200.0, baseline_period=None)
    lines = formula(months, ENGLISH, decimals=0)
    assert lines[:2] == [
        "a = (130 − 100) ÷ 2.17 (years, Dec 2020 to Feb 2023)",
        "r(2025) = (200 − 100) ÷ 5.00 (years, Dec 2020 to 2025)",
    ]
    assert formula(months, Wording("zh"), decimals=0)[0] == (
        "a = (130 − 100) ÷ 2.17（年，2020年12月至2023年2月）"
    )


def test_what_is_to_fall_is_said_to_fall_and_at_most_to_be_so_much() -> None:
    falling = explain(
        verdict_on({"2020": 9.0, "2023": 8.0}, kind="at_most", polarity=-1, value=5.0), ENGLISH
    )
    assert falling[0] == "Limited progress: 8 in 2023; the target is at most 5 by 2025."
    assert "It must fall by 1.50 in the next year: 4.5 times the pace since 2020." in falling


def test_a_curved_path_names_the_equal_amount_beside_the_next_year_s() -> None:
    told = explain(
        verdict_on(
            {"2018": 1000, "2020": 1500}, shape="geometric", value=8000.0, baseline_period="2018"
        ),
        ENGLISH,
        decimals=0,
    )
    assert "The years after ask for other amounts; equal ones would be +1,300 a year." in told


def test_a_blank_says_why() -> None:
    assert explain(verdict_on({}), ENGLISH) == [
        "Not assessed.",
        "No data for this region.",
    ]


@pytest.mark.parametrize(
    "codes",
    [
        VerdictClass,
        Reason,
        Kind,
        Shape,
        Check,
        Flag,
        Direction,
        EurostatClass,
    ],
)
def test_every_code_has_its_own_name(codes: Any) -> None:
    assert len({ENGLISH(code.sentence) for code in codes}) == len(codes)


def test_every_class_has_a_symbol() -> None:
    assert all(verdict.symbol for verdict in VerdictClass)


def test_what_is_expected_of_a_lead_is_said_as_a_lead_and_of_a_range_as_a_distance() -> None:
    moving = verdict_on(
        {"2020": 50.0, "2022": 66.0},
        kind="exceed_benchmark",
        value=None,
        benchmark=[60.0, 70.0],
        window_late="2024",
    )
    assert "The path to 2024 asks for a lead of −5 in 2022: 1 ahead of it." in explain(
        moving, ENGLISH
    )
    range_ = verdict_on(
        {"2020": 50.0, "2022": 80.0},
        kind="within",
        value=None,
        lower=60.0,
        upper=70.0,
        window_late="2027",
    )
    assert explain(range_, ENGLISH)[0].endswith("80 in 2022; the target is 70 by 2027.")
    assert "That is 10 outside the range." in explain(range_, ENGLISH)


def test_a_target_met_in_time_cites_the_figure_that_decided_it() -> None:
    figures = {"2018": 1_937_000.0, "2020": 2_701_200.0, "2023": 3_760_000.0}
    aim = {"value": 2_400_000.0, "window_late": "2020", "baseline_period": "2018"}
    told = explain(verdict_on(figures, **aim), ENGLISH, decimals=0)
    assert told[:2] == [
        "Achieved on time: 2,701,200 in 2020; the target is 2,400,000 by 2020.",
        "The latest figure is 3,760,000 (2023).",
    ]
    late = explain(
        verdict_on({"2018": 1.0, "2020": 2.0, "2021": 5.0, "2023": 6.0}, **aim | {"value": 4.0}),
        ENGLISH,
        decimals=0,
    )
    assert late[0] == "Achieved late: 5 in 2021; the target is 4 by 2020."
    between = explain(
        verdict_on({"2018": 1.0, "2019": 5.0, "2023": 6.0}, **aim | {"value": 4.0}), ENGLISH
    )
    assert between[0].startswith("Achieved on time: 5 in 2019")
    assert between[1].startswith("There is no figure for 2020 itself")
