"""The published practice, reproduced: 587 verdicts of Statistics Canada, and its edge rules."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from indicators.progress.eurostat import EUROSTAT_CLASSES, eurostat_progress
from indicators.progress.target_frame import Target
from indicators.progress.verdict import judge
from indicators.statuses import EurostatClass

VECTORS = Path(__file__).parent / "vectors" / "statcan_progress.csv"
NO = float("nan")


def practice(
    base: tuple[float, float],
    current: tuple[float, float],
    target: tuple[float, float] = (NO, NO),
    direction: int = 1,
    limit: float = NO,
) -> tuple[float, EurostatClass, float]:
    """Judge one series given as (year, value) pairs."""
    numbers = (base[1], base[0], current[1], current[0], target[1], target[0], direction, limit)
    value, classes, score = eurostat_progress(*(np.array([float(x)]) for x in numbers))
    return float(value[0]), EUROSTAT_CLASSES[classes[0]], float(score[0])


def test_all_published_verdicts_are_reproduced() -> None:
    published = pd.read_csv(VECTORS)
    assert len(published) == 587
    columns = ["base_value", "base_year", "current_value", "current_year", "target"]
    columns += ["target_year", "direction", "limit"]
    ours = eurostat_progress(*(published[name].to_numpy(np.float64) for name in columns))
    assert [EUROSTAT_CLASSES[code] for code in ours.classes] == published["status"].to_list()
    np.testing.assert_allclose(ours.value, published["progress_value"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(ours.score, published["score"], rtol=0, atol=1e-6)


def test_a_verdict_carries_the_published_practice_beside_its_own() -> None:
    cars = pd.DataFrame({"period": ["2015", "2024", "2025"], "value": [0.37, 14.63, 9.53]})
    target = Target(
        indicator="zero_emission_cars",
        region="CA",
        kind="at_least",
        polarity=1,
        value=60,
        window_late="2030",
        baseline_period="2015",
    )
    verdict = judge(cars, target)
    assert verdict.eurostat.verdict == "substantial_progress"
    assert verdict.eurostat.value == pytest.approx(0.950, abs=5e-4)
    assert verdict.late is not None
    assert verdict.late.ratio == pytest.approx(0.23, abs=5e-3)
    assert verdict.verdict == "limited"


def test_without_a_target_growth_itself_is_classed() -> None:
    assert practice((2015, 100), (2020, 100 * 1.0151**5))[1] == "substantial_progress"
    assert practice((2015, 100), (2020, 100 * 1.0149**5))[1] == "moderate_progress"
    assert practice((2015, 100), (2020, 100 * 1.0049**5))[1] == "limited_progress"
    assert practice((2015, 100), (2020, 99))[1] == "deterioration"
    assert practice((2015, 100), (2020, 99), direction=-1)[1] == "limited_progress"


def test_near_its_natural_limit_a_figure_need_not_grow_as_fast() -> None:
    slow = (2015, 95.0), (2020, 95.0 * 1.004**5)
    assert practice(*slow)[1] == "limited_progress"
    assert practice(*slow, limit=100)[1] == "substantial_progress"
    assert practice(*slow, limit=40)[1] == "limited_progress"


def test_at_its_natural_limit_a_figure_that_does_not_fall_is_on_track() -> None:
    assert practice((2015, 100), (2020, 100), limit=100) == (0, "substantial_progress", 5)
    assert practice((2015, 100), (2020, 99), limit=100)[1] == "deterioration"


@pytest.mark.parametrize(
    ("ratio", "score"), [(0.95, 2.500055), (0.6, 0.00004), (0.0, -2.5), (-5.0, -5.0), (9.0, 5.0)]
)
def test_scores_run_from_minus_five_to_five(ratio: float, score: float) -> None:
    # Growth of 1 % a year is required over 100 years; the ratio's share of it is made in one.
    made = practice((2000, 1), (2001, 1 + ratio / 100), (2100, 1.01**100))
    assert made[0] == pytest.approx(ratio, abs=1e-9)
    assert made[2] == pytest.approx(score, abs=1e-6)


def test_all_negative_figures_mirror_positive_ones() -> None:
    assert practice((2015, -8), (2020, -6), (2030, -4))[0] == pytest.approx(
        practice((2015, 8), (2020, 6), (2030, 4), direction=-1)[0]
    )


def test_mixed_signs_and_single_points_are_not_assessed() -> None:
    assert practice((2015, -1), (2020, 2), (2030, 4))[1] == "not_assessed"
    assert practice((2020, 2), (2020, 2), (2030, 4))[1] == "not_assessed"


def test_a_base_or_target_of_zero_counts_as_a_thousandth() -> None:
    assert practice((2015, 0), (2020, 1), (2030, 2)) == practice(
        (2015, 0.001), (2020, 1), (2030, 2)
    )
    assert practice((2015, 9), (2020, 5), (2030, 0), -1) == practice(
        (2015, 9), (2020, 5), (2030, 0.001), -1
    )


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("start", [0, 3])
def test_nought_is_at_a_target_of_nought_whichever_way_is_better(
    direction: int, start: int
) -> None:
    assert practice((2015, start), (2020, 0), (2030, 0), direction)[1:] == ("target_achieved", 5)


def test_short_of_a_target_of_nought_nothing_is_achieved() -> None:
    assert practice((2015, 9), (2020, 8), (2030, 0), -1)[1] == "limited_progress"


def test_a_period_of_several_years_counts_as_its_first_year() -> None:
    target = Target(
        indicator="i", region="ALL", kind="at_least", polarity=1, value=4, window_late="2030"
    )

    def value(first: str, last: str) -> float | None:
        rows = pd.DataFrame({"period": [first, last], "value": [1.0, 2.0]})
        return judge(rows, target).eurostat.value

    assert value("2015/2017", "2020/2022") == value("2015", "2020") != value("2017", "2022")
