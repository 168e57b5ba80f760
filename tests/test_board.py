"""One industry's board, and enterprise sizes side by side."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from indicators.compare.size_gaps import add_small_micro, size_gaps, trend
from indicators.regions import NATION
from indicators.statuses import Direction, VerdictClass
from indicators.views import board, sizes
from indicators.wording import Wording
from tests.conftest import CITATION, rows_of

ZH, EN = Wording("zh"), Wording("en")
# Published failure rates of national supervised sampling: large, small and micro enterprises.
FAILED = {
    "2018": (2.9, 12.0),
    "2020": (1.4, 11.0),
    "2021": (2.1, 13.1),
    "2022": (1.6, 10.1),
    "2023": (0.8, 13.2),
    "2024": (2.5, 15.2),
}


def by_size(indicator: str, *cells: tuple[str, str, float], **others: Any) -> pd.DataFrame:
    """Return national figures from (period, size, value)."""
    rows = rows_of([(indicator, period, NATION, value) for period, _, value in cells])
    return rows.assign(size=[size for _, size, _ in cells], industry="C", **others)


def failed() -> pd.DataFrame:
    cells = [
        (period, size, value)
        for period, both in FAILED.items()
        for size, value in zip(("LARGE", "SMALL_MICRO"), both, strict=True)
    ]
    return by_size("state_supervision_unqualified_rate", *cells)


def test_a_gap_is_large_less_small_and_its_trend_the_median_slope() -> None:
    gaps = size_gaps(failed())
    assert gaps["gap"].round(1).tolist() == [-9.1, -9.6, -11.0, -8.5, -12.4, -12.7]
    assert set(gaps["size"]) == {"SMALL_MICRO"}
    assert gaps["low"].isna().all()  # published without numerators
    found = trend(gaps)
    assert found is not None
    # Of the fifteen slopes between two years the eighth is that from 2018 to 2021: −1.9 in three
    # years; the third and the thirteenth bound it: 2020 to 2021 (−1.4), 2018 to 2022 (+0.6 in 4).
    assert found.slope == pytest.approx(-1.9 / 3)
    assert [found.low, found.high] == pytest.approx([-1.4, 0.15])
    assert trend(gaps.head(4)) is None


def test_a_gap_of_counted_shares_has_newcombe_s_interval() -> None:
    # Newcombe 1998, table II a, method 10: 56/70 − 48/80 = 0.2 (0.0524 to 0.3339).
    rows = by_size(
        "uptake_rate",
        ("2024-12", "LARGE", 80.0),
        ("2024-12", "SMALL_MICRO", 60.0),
        numerator=[56.0, 48.0],
        denominator=[70.0, 80.0],
    )
    (gap,) = size_gaps(rows).to_dict("records")
    assert gap["gap"] == 20.0
    assert (round(gap["low"], 2), round(gap["high"], 2)) == (5.24, 33.39)


def test_small_and_micro_together_are_a_ratio_of_sums() -> None:
    rows = by_size(
        "uptake_rate",
        ("2024-12", "SMALL", 30.0),
        ("2024-12", "MICRO", 10.0),
        numerator=[30.0, 90.0],
        denominator=[100.0, 900.0],
    )
    both = add_small_micro(rows, additive=False).set_index("size")["value"]
    assert both["SMALL_MICRO"] == pytest.approx(12.0)  # 120 of 1,000, no mean of 30 and 10
    counts = by_size("tool_users", ("2024-12", "SMALL", 3.0), ("2024-12", "MICRO", 4.0))
    assert add_small_micro(counts, additive=True)["value"].iloc[-1] == 7.0
    # Without numerators nothing follows.
    assert len(add_small_micro(rows.assign(numerator=math.nan), additive=False)) == 2


def test_sizes_say_the_gap_and_that_its_trend_is_uncertain() -> None:
    cited = pd.DataFrame([CITATION])
    found = sizes.size_figures(
        "state_supervision_unqualified_rate", NATION, "C", failed(), cited, ZH
    )
    assert found.sentences == [
        "2024年：大型2.5%，小微型15.2%；大型减小微型为−12.7个百分点。",
        "2018年至2024年（6期），差距年均变动−0.63个百分点（90%区间−1.40～+0.15），趋势不确定。",
    ]
    assert found.statement == "全国 · 制造业 · 产品质量国家监督抽查不合格率 · 按企业规模"
    assert len(found.table) == 6
    # The rise goes with sampling outside factories, which those who read the chart are told.
    assert "2020年以来在工厂以外抽样的比重上升很快" in found.footnotes[0]
    english = sizes.size_figures(
        "state_supervision_unqualified_rate", NATION, "C", failed(), cited, EN
    )
    assert "large less small and micro is −12.7" in english.sentences[0]


def verdicts(*rows: tuple[str, VerdictClass, bool, float]) -> pd.DataFrame:
    """Return verdicts of targets for manufacturing from (region, verdict, slipping, attained)."""
    return pd.DataFrame(
        [
            {
                "region": region,
                "verdict": verdict.value,
                "slipping": slipping,
                "own": True,
                "attained": attained,
                "latest_period": "2024",
                "industry": "C",
            }
            for region, verdict, slipping, attained in rows
        ]
    )


MET = [
    ("320000", VerdictClass.ACHIEVED_ON_TIME, False, 2020.0),
    ("330000", VerdictClass.ACHIEVED, False, 2022.4),
    ("330000", VerdictClass.DONE, False, math.nan),
]


def test_an_industry_is_done_when_every_target_is_met_with_the_date_of_the_last() -> None:
    found = board.standing(verdicts(*MET))
    assert found.done
    assert found.since == "2023"  # 2022.4 lies in the year that ends at 2023.0
    assert "已见成效" in board.standing_sentence(found, "C", NATION, ZH)
    assert "done" in board.standing_sentence(found, "C", NATION, EN)


@pytest.mark.parametrize(
    "worse",
    [
        ("330000", VerdictClass.ACHIEVED, True, 2022.4),  # slipping
        ("330000", VerdictClass.ON_TRACK, False, math.nan),
        ("330000", VerdictClass.NOT_ASSESSED, False, math.nan),
        ("330000", VerdictClass.STALE, False, math.nan),
    ],
)
def test_done_flips_back_when_a_target_slips_or_is_not_met(
    worse: tuple[str, VerdictClass, bool, float],
) -> None:
    found = board.standing(verdicts(MET[0], worse, MET[2]))
    assert not found.done
    assert found.since == ""
    assert len(found.left) == 1
    assert "尚未见成效，3项目标中还有1项" in board.standing_sentence(found, "C", NATION, ZH)


def test_an_industry_without_targets_is_not_done() -> None:
    found = board.standing(verdicts(*MET).head(0))
    assert not found.done
    assert "无从判断" in board.standing_sentence(found, "C", NATION, ZH)


def test_a_province_has_its_own_targets_and_the_nation_everybody_s() -> None:
    rows = verdicts(*MET)
    rows.loc[2, "own"] = False
    assert len(board.own_verdicts(rows, "C", NATION)) == 2
    assert len(board.own_verdicts(rows, "C", "330000")) == 2
    assert board.own_verdicts(rows, "A", NATION).empty


def test_leaders_are_told_apart_by_shares_of_sums() -> None:
    provinces = ["110000", "120000", "130000", "140000", "150000", "210000", "220000", "230000"]
    rates = rows_of(
        [("uptake_rate", "2024-12", code, 80.0 - at) for at, code in enumerate(provinces)]
    )
    found = board.leaders(rates.assign(industry="C"), ZH)
    assert found is not None
    assert found.leading == ("110000", "120000")
    assert "领先的有北京 80.00、天津 79.00" in found.said
    cells = [("110000", 30.0, 10.0), ("120000", 30.0, 30.0), ("130000", 10.0, 30.0)]
    world = [("certificates_valid", "2024-12", code, 0.0) for code, _, _ in cells for _ in range(2)]
    mix = rows_of(world).assign(
        scheme=["MS", "PRODUCT"] * 3, value=[value for _, *both in cells for value in both]
    )
    table = board.apart_table(found, {"scheme": mix}, ZH)
    # Leaders: 60 of 100 certificates are of management systems; the others: 10 of 40.
    assert table["领先地区"].tolist() == ["60.0%", "40.0%"]
    assert table["其他地区"].tolist() == ["25.0%", "75.0%"]
    assert table["差距"].tolist() == ["+35.0个百分点", "−35.0个百分点"]
    assert board.leaders(rates.head(5), ZH) is None


def test_a_trend_is_the_sign_of_the_last_two_changes() -> None:
    assert board.direction([1, 2, 3]) == Direction.RISING
    assert board.direction([3, 2, 1]) == Direction.FALLING
    assert board.direction([1, 2, 1]) == Direction.STEADY
    assert board.direction([1, 2]) == Direction.UNKNOWN
