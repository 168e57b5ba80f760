"""Fair comparison: literals of the method, and laws that hold whatever the figures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from indicators import catalogue
from indicators.compare import benchmarks, intervals, neighbours, peer_groups, spine
from indicators.findings import FindingsError

PER_1000 = "organisations_per_1000_legal_units"
PER_ORGANISATION = "certificates_per_organisation"
LOWER_IS_BETTER = "certificates_suspended_per_1000"
PASS_RATE = "manufacturing_pass_rate"
JIANGSU, ZHEJIANG, ANHUI, NATION = "320000", "330000", "340000", "100000"


def ratios(
    figures: Mapping[str, tuple[float, float]],
    indicator: str = PER_1000,
    period: str = "2024",
    factor: float = 1000,
) -> pd.DataFrame:
    """Return one row a region from (numerator, denominator)."""
    rows = [
        (indicator, period, region, k / n * factor, k, n, "A", "F")
        for region, (k, n) in figures.items()
    ]
    names = ["indicator", "period", "region", "value", "numerator", "denominator"]
    return pd.DataFrame(rows, columns=[*names, "status", "confidentiality"]).astype(
        {"numerator": float, "denominator": float}
    )


def bare(figures: dict[str, float], indicator: str, period: str = "2024") -> pd.DataFrame:
    """Return one row a region that has a value and nothing else."""
    rows = [(indicator, period, region, value) for region, value in figures.items()]
    return pd.DataFrame(rows, columns=["indicator", "period", "region", "value"])


def only(rows: pd.DataFrame, region: str) -> pd.Series:
    return rows[rows["region"] == region].iloc[0]


def spine_of(rows: pd.DataFrame, region: str, peers: list[str], ranked: list[str]) -> pd.DataFrame:
    """Return where one region stands, ranked among `ranked`."""
    return spine.spines(rows, {(region, ""): peers}, {region, *ranked}).drop(
        columns=["region", "group"]
    )


# --- intervals and limits


@pytest.mark.parametrize(
    ("numerator", "denominator", "coverage", "lower", "upper"),
    [
        (65, 100, 0.95, 0.5525444, 0.7363575),
        (65, 100, 0.998, 0.4954947, 0.7783541),
        (1045, 5000, 0.95, 0.1979555, 0.2204913),
    ],
)
def test_wilson_intervals_are_those_of_the_method(
    numerator: float, denominator: float, coverage: float, lower: float, upper: float
) -> None:
    assert intervals.wilson(numerator, denominator, coverage) == pytest.approx(
        (lower, upper), abs=1e-7
    )


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_statsmodels(counts: tuple[int, int]) -> None:
    expected = proportion_confint(*counts, alpha=0.05, method="wilson")
    assert intervals.wilson(*counts, 0.95) == pytest.approx(expected, abs=1e-9)


# Garwood's 95 % limits of 0, 1 and 10 events, as tables of the Poisson distribution print them.
@pytest.mark.parametrize(
    ("events", "lower", "upper"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39)]
)
def test_exact_poisson_intervals_are_those_of_the_tables(
    events: int, lower: float, upper: float
) -> None:
    assert intervals.exact_poisson(events, 1, 0.95) == pytest.approx((lower, upper), rel=1e-3)


proportions = st.floats(0, 1)
sizes = st.integers(1, 10**8)


@given(proportions, sizes, st.sampled_from([intervals.Z_95, intervals.Z_998]))
def test_control_limits_hold_their_benchmark_and_stay_fractions(p: float, n: int, z: float) -> None:
    lower, upper = intervals.control_limits(p, n, z)
    assert 0 <= lower <= p + 1e-12
    assert p - 1e-12 <= upper <= 1


@given(st.floats(0.001, 0.999), st.integers(2, 10**6), st.booleans())
def test_control_limits_widen_as_the_denominator_falls(p: float, n: int, proportion: bool) -> None:
    few = intervals.control_limits(p, n // 2, intervals.Z_95, proportion=proportion)
    many = intervals.control_limits(p, n, intervals.Z_95, proportion=proportion)
    assert few[1] - few[0] > many[1] - many[0]


@given(proportions, sizes)
def test_limits_at_998_hold_those_at_95(p: float, n: int) -> None:
    inner = intervals.control_limits(p, n, intervals.Z_95)
    outer = intervals.control_limits(p, n, intervals.Z_998)
    assert outer[0] <= inner[0] + 1e-15
    assert inner[1] <= outer[1] + 1e-15


def test_control_limits_follow_the_formula() -> None:
    # E = 20, z² = 3.8416: (40 + 3.8416 ± 1.96·√(3.8416 + 80·0.8)) / (2·103.8416)
    root = 1.96 * math.sqrt(3.8416 + 64)
    expected = ((43.8416 - root) / 207.6832, (43.8416 + root) / 207.6832)
    assert intervals.control_limits(0.2, 100, 1.96) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("rows", "method", "gap"),
    [
        (ratios({ZHEJIANG: (30, 1000)}), "wilson", ""),
        (ratios({ZHEJIANG: (4000, 1000)}, PER_ORGANISATION, factor=1), "exact_poisson", ""),
        (ratios({ZHEJIANG: (1000, 1000)}, PER_ORGANISATION, factor=1), "exact_poisson", ""),
        (ratios({ZHEJIANG: (1500, 1000)}), "none", "inconsistent"),
        (ratios({ZHEJIANG: (30, 1000)}).assign(value=31.0), "none", "inconsistent"),
        (bare({ZHEJIANG: 93.4}, PASS_RATE), "none", "no_denominator"),
        (bare({ZHEJIANG: math.nan}, PASS_RATE), "none", "no_data"),
        (ratios({ZHEJIANG: (30, 1000)}).assign(confidentiality="C"), "none", "suppressed"),
        (ratios({ZHEJIANG: (30, 1000)}).assign(status="F"), "none", "no_data"),
        (ratios({ZHEJIANG: (30, 1000)}).assign(status="D"), "none", "not_comparable"),
    ],
)
def test_an_interval_says_its_method_or_why_there_is_none(
    rows: pd.DataFrame, method: str, gap: str
) -> None:
    row = intervals.add_intervals(rows).iloc[0]
    assert (row["method"], row["gap"]) == (method, gap)
    assert math.isnan(row["lower"]) == (method == "none")


def test_a_figure_published_to_its_last_decimal_keeps_its_interval() -> None:
    # 9393 of 9999 are 93.939 %, published as 93.94.
    row = ratios({NATION: (9393, 9999)}, PASS_RATE, factor=100).assign(value=93.94)
    found = intervals.add_intervals(row).iloc[0]
    assert found["gap"] == ""
    assert found["lower"] < 93.94 < found["upper"]


def test_a_confidential_value_is_not_handed_on() -> None:
    rows = ratios({ZHEJIANG: (30, 1000)}).assign(confidentiality="C")
    assert math.isnan(intervals.add_intervals(rows)["value"].iloc[0])


def test_a_region_that_stands_twice_is_refused() -> None:
    rows = pd.concat([ratios({ZHEJIANG: (30, 1000)})] * 2)
    with pytest.raises(ValueError, match="twice"):
        intervals.add_intervals(rows)


# --- better, worse, similar


# 95 % limits around 20 of 1,000 on 10,000 units: 17.44 and 22.92; 99.8 %: 16.12 and 24.80.
@pytest.mark.parametrize(
    ("numerator", "position", "higher_better", "lower_better"),
    [
        (150, "below_998", "worse", "better"),
        (170, "below_95", "worse", "better"),
        (200, "inside", "similar", "similar"),
        (225, "inside", "similar", "similar"),
        (240, "above_95", "better", "worse"),
        (260, "above_998", "better", "worse"),
    ],
)
def test_a_class_follows_the_limits_and_the_polarity(
    numerator: float, position: str, higher_better: str, lower_better: str
) -> None:
    for indicator, expected in ((PER_1000, higher_better), (LOWER_IS_BETTER, lower_better)):
        rows = ratios({ZHEJIANG: (numerator, 10_000)}, indicator).assign(benchmark=20.0)
        found = intervals.add_comparison(rows).iloc[0]
        assert (found["position"], found["class"]) == (position, expected)


def test_without_polarity_a_figure_is_only_higher_or_lower() -> None:
    figures = {JIANGSU: (9000.0, 1000.0), ZHEJIANG: (1000.0, 1000.0), ANHUI: (4010.0, 1000.0)}
    rows = ratios(figures, PER_ORGANISATION, factor=1).assign(benchmark=4.0)
    assert list(intervals.add_comparison(rows)["class"]) == ["higher", "lower", "similar"]


def test_a_target_beyond_the_possible_is_not_compared() -> None:
    rows = ratios({ZHEJIANG: (30, 1000)}).assign(benchmark=1200.0)
    found = intervals.add_comparison(rows).iloc[0]
    assert (found["class"], found["gap"]) == ("not_compared", "outside_range")


@pytest.mark.parametrize(
    "rows",
    [
        bare({JIANGSU: 95.0, ZHEJIANG: 93.0}, PASS_RATE),  # published without numerators
        ratios({ZHEJIANG: (30, 1000)}),
        bare({JIANGSU: 5.0, ZHEJIANG: 6.0}, "certificates_valid"),
        ratios({JIANGSU: (5, 100), ZHEJIANG: (6, 100)}, "certificate_national_share", "2024", 100),
    ],
)
def test_peers_without_a_total_ratio_are_no_benchmark(rows: pd.DataFrame) -> None:
    given = [*rows, *({"numerator", "denominator", "status"} - set(rows))]
    found = spine_of(rows.reindex(columns=given), ZHEJIANG, [JIANGSU], []).iloc[0]
    assert math.isnan(found["group_benchmark"])
    assert found["group_class"] == "not_compared"


def test_peers_say_how_many_of_them_have_figures() -> None:
    rows = ratios({JIANGSU: (10, 100), ZHEJIANG: (20, 100), ANHUI: (9, 100)})
    rows.loc[rows["region"] == ANHUI, "confidentiality"] = "C"
    found = spine_of(rows, ZHEJIANG, [JIANGSU, ANHUI], []).iloc[0]
    assert (found["group_benchmark"], found["members"]) == (150.0, 2)


def test_a_count_is_not_held_against_the_nation() -> None:
    rows = bare({NATION: 100.0, ZHEJIANG: 6.0}, "certificates_valid")
    found = benchmarks.comparison(rows, benchmarks.national_benchmarks(rows))
    row = only(found, ZHEJIANG)
    assert (row["class"], row["gap"], row["benchmark_gap"]) == (
        "not_compared",
        "no_benchmark",
        "count",
    )


def test_a_period_without_the_nation_says_so() -> None:
    rows = pd.concat(
        [
            ratios({NATION: (20, 1000), ZHEJIANG: (30, 1000)}),
            ratios({ZHEJIANG: (30, 1000)}, period="2025"),
        ]
    )
    found = benchmarks.national_benchmarks(rows).set_index("period")["benchmark_gap"]
    assert found.to_dict() == {"2024": "", "2025": "no_benchmark"}


# --- ranks


def test_a_rank_carries_the_ranks_that_its_interval_allows() -> None:
    # Intervals (per 1,000): Jiangsu 46–54, Zhejiang 12–76, Anhui 16–24; the nation is not ranked.
    rows = ratios({ANHUI: (200, 10_000), ZHEJIANG: (3, 90), JIANGSU: (500, 10_000)})
    found = spine.ranks(rows)[["region", "rank", "rank_from", "rank_to", "of"]]
    expected = pd.DataFrame(
        [(JIANGSU, 1.0, 1.0, 2.0, 3), (ZHEJIANG, 2.0, 1.0, 3.0, 3), (ANHUI, 3.0, 2.0, 3.0, 3)],
        columns=found.columns,
    )
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)


def test_the_lowest_is_first_where_lower_is_better_and_equals_share_a_rank() -> None:
    rows = ratios({ANHUI: (5, 100), ZHEJIANG: (5, 100), JIANGSU: (90, 100)}, LOWER_IS_BETTER)
    found = spine.ranks(rows)
    assert list(found["region"]) == [ZHEJIANG, ANHUI, JIANGSU]
    assert list(found["rank"]) == [1, 1, 3]
    assert list(found["rank_from"]) == [1, 1, 3]
    assert list(found["rank_to"]) == [2, 2, 3]


def test_a_count_has_a_rank_without_an_interval() -> None:
    found = only(spine.ranks(bare({JIANGSU: 5.0, ZHEJIANG: 6.0}, "certificates_valid")), ZHEJIANG)
    assert found["rank"] == 1
    assert math.isnan(found["rank_from"])
    assert found["gap"] == "no_denominator"


# Laws over whole frames cost more an example.
few = settings(max_examples=25, deadline=None)

counted = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@few
@given(
    st.lists(counted, min_size=1, max_size=12),
    st.sampled_from([PER_1000, LOWER_IS_BETTER]),
)
def test_a_rank_lies_in_its_interval_which_counts_the_certain(
    figures: list[tuple[int, int]], indicator: str
) -> None:
    named = {f"{number}": pair for number, pair in enumerate(figures)}
    found = spine.ranks(ratios(named, indicator))
    assert (found["rank_from"] <= found["rank"]).all()
    assert (found["rank"] <= found["rank_to"]).all()
    sign = 1 if indicator == PER_1000 else -1
    for row in found.to_dict("records"):
        if sign > 0:
            better, worse = found["lower"] > row["upper"], found["upper"] < row["lower"]
        else:
            better, worse = found["upper"] < row["lower"], found["lower"] > row["upper"]
        assert row["rank_from"] == 1 + better.sum()
        assert row["rank_to"] == (~worse).sum()


def test_a_change_of_rank_inside_the_interval_is_noise() -> None:
    before = ratios({JIANGSU: (500, 10_000), ZHEJIANG: (505, 10_000), ANHUI: (900, 10_000)})
    after = ratios(
        {JIANGSU: (505, 10_000), ZHEJIANG: (500, 10_000), ANHUI: (10, 10_000)}, period="2025"
    )
    found = spine.rank_changes(before.assign(period="2025"), after).set_index("region")
    assert found["change"].to_dict() == {JIANGSU: 2, ZHEJIANG: 0, ANHUI: -2}
    assert found["state"].to_dict() == {JIANGSU: "up", ZHEJIANG: "unchanged", ANHUI: "down"}
    calm = spine.rank_changes(
        before.assign(period="2025"), after.assign(numerator=[506, 500, 900], value=[50.6, 50, 90])
    )
    assert calm.set_index("region")["state"].to_dict() == {
        JIANGSU: "noise",
        ZHEJIANG: "noise",
        ANHUI: "unchanged",
    }


def test_only_regions_with_a_figure_in_both_periods_change_rank() -> None:
    before = ratios({JIANGSU: (500, 10_000), ZHEJIANG: (100, 10_000)})
    after = ratios({ZHEJIANG: (100, 10_000), ANHUI: (900, 10_000)}, period="2025")
    found = spine.rank_changes(before.assign(period="2025"), after)
    assert list(found["region"]) == [ZHEJIANG]
    assert list(found["state"]) == ["unchanged"]


def test_a_change_of_rank_without_intervals_is_unknown() -> None:
    before = bare({JIANGSU: 1.0, ZHEJIANG: 2.0}, "certificates_valid")
    after = bare({JIANGSU: 2.0, ZHEJIANG: 1.0}, "certificates_valid", "2025")
    found = spine.rank_changes(before.assign(period="2025"), after)
    assert set(found["state"]) == {"unknown"}


# --- peers


def test_the_shipped_groups_are_those_of_the_region_list() -> None:
    regions = catalogue.load().regions
    declared = {group.key: set(group.members) for group in peer_groups.read_peer_groups().groups}
    listed = regions[regions["group"] != ""].groupby("group")["code"].agg(set).to_dict()
    assert declared == listed


GOOD = """
groups:
  - {key: DELTA, title: {zh: 长三角, en: Delta}, members: ["320000", "330000"]}
neighbours:
  count: 2
  features:
    - {indicator: population, scale: log, weight: 1}
"""


def peer_file(folder: Path, text: str) -> Path:
    path = folder / "peer_groups.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_peer_groups_is_read(tmp_path: Path) -> None:
    declared = peer_groups.read_peer_groups(peer_file(tmp_path, GOOD))
    assert [group.key for group in declared.groups_of(ZHEJIANG)] == ["DELTA"]
    assert declared.groups_of(ANHUI) == []
    assert declared.features == (peer_groups.Feature("population", "log", 1),)


@pytest.mark.parametrize(
    ("right", "wrong", "expected", "found"),
    [
        ('"330000"', '"999999"', "a region of GB/T 2260", "999999"),
        ('"330000"', "330000", "text, in quotes if it looks like", "330000"),
        ('"330000"', '"320000"', "each item once", '["320000", "320000"]'),
        (', "330000"', "", "a list of at least 2", '["320000"]'),
        ("population", "popularity", "an indicator of the catalogue", "popularity"),
        ("log", "cubic", "one of linear, log", "cubic"),
        ("log", "[log]", "one of linear, log", '["log"]'),
        ("population", "[population]", "text, in quotes if it looks like", '["population"]'),
        ("weight: 1", "weight: 0", "a number above 0", "0"),
        ("weight: 1", "weight: .nan", "a finite number", ".nan"),
        ("weight: 1", "weight: 1, industry: XX", "an industry of GB/T 4754-2017", "XX"),
        ("weight: 1", "weight: 1, share: true", "the entries industry", ""),
        ("weight: 1", "weight: 1, share: yes please", "true or false", "yes please"),
        ("weight: 1", "wieght: 1", "only the entries", "wieght"),
        ("weight: 1}", "weight: 1, colour: red}", "only the entries", "colour"),
        ("count: 2", "count: many", "a whole number", "many"),
        ("en: Delta", "en: ''", "text of at least 1 characters", ""),
        (GOOD, "- a\n- b", "entries, indented below it", '["a", "b"]'),
        (GOOD, "", "entries, indented below it", "null"),
    ],
)
def test_a_mistake_in_the_file_is_named(
    tmp_path: Path, right: str, wrong: str, expected: str, found: str
) -> None:
    path = peer_file(tmp_path, GOOD.replace(right, wrong))
    with pytest.raises(FindingsError) as error:
        peer_groups.read_peer_groups(path)
    said = [(finding.found, str(finding.expected)) for finding in error.value.findings]
    assert any(each[0] == found and each[1].startswith(expected) for each in said), said


def test_all_mistakes_are_reported_not_the_first(tmp_path: Path) -> None:
    text = GOOD.replace('"330000"', '"999999"').replace("population", "popularity")
    with pytest.raises(FindingsError) as error:
        peer_groups.read_peer_groups(peer_file(tmp_path, text))
    assert [(finding.row, finding.column, finding.found) for finding in error.value.findings] == [
        (3, "DELTA · members · [2]", "999999"),
        (7, "neighbours · features · [1] · indicator", "popularity"),
    ]


def test_a_group_or_feature_declared_twice_is_a_mistake(tmp_path: Path) -> None:
    lines = GOOD.splitlines()
    lines.insert(3, lines[2])
    lines.append(lines[-1])
    with pytest.raises(FindingsError) as error:
        peer_groups.read_peer_groups(peer_file(tmp_path, "\n".join(lines)))
    assert [finding.found for finding in error.value.findings] == ["DELTA", "population"]


def test_a_file_that_is_not_yaml_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(FindingsError, match="a YAML file in UTF-8"):
        peer_groups.read_peer_groups(peer_file(tmp_path, "groups: [1, "))


def featured(figures: dict[str, dict[str, float]]) -> pd.DataFrame:
    """Return rows from feature (`indicator` or `indicator/industry`) to region to value."""
    parts = []
    for key, values in figures.items():
        indicator, _, industry = key.partition("/")
        parts.append(bare(values, indicator).assign(industry=industry or "ALL"))
    return pd.concat(parts, ignore_index=True)


def declared(*features: peer_groups.Feature, count: int = 9) -> peer_groups.PeerGroups:
    return peer_groups.PeerGroups((), features, count)


POPULATION = peer_groups.Feature("population", "log", 1)
UNITS = peer_groups.Feature("legal_units", "log", 3)
MANUFACTURING = peer_groups.Feature("legal_units", "linear", 1, "C", share=True)


def test_the_nearest_neighbour_is_the_one_most_alike_on_the_declared_scale() -> None:
    # In logs 4 is as far from 2 as 1 is, so 3 is nearest to 4.
    rows = featured({"population": {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}})
    found = neighbours.neighbours(rows, declared(POPULATION, count=1), list("abcd"))
    assert dict(zip(found["region"], found["neighbour"], strict=True)) == {
        "a": "b",
        "b": "c",
        "c": "d",
        "d": "c",
    }


def test_a_distance_is_weighed_and_in_standard_deviations() -> None:
    # Two regions lie one standard deviation either side of their mean, on every feature.
    rows = featured({"population": {"a": 1.0, "b": 9.0}, "legal_units": {"a": 5.0, "b": 6.0}})
    found = neighbours.neighbours(rows, declared(POPULATION, UNITS), ["a", "b"])
    assert list(found["distance"]) == pytest.approx([2.0, 2.0])
    # Of three, the features pull apart: 3 parts legal units, 1 part population.
    rows = featured(
        {
            "population": {"a": 1.0, "b": 1.0, "c": 10.0},
            "legal_units": {"a": 1.0, "b": 10.0, "c": 10.0},
        }
    )
    found = neighbours.neighbours(rows, declared(POPULATION, UNITS), ["a", "b", "c"])
    pairs = found.set_index(["region", "neighbour"])["distance"]
    apart = 3 / math.sqrt(2)  # in standard deviations of (0, 0, 1): 1 / (√2 / 3)
    assert pairs["b", "c"] == pytest.approx(apart * math.sqrt(1 / 4))
    assert pairs["a", "b"] == pytest.approx(apart * math.sqrt(3 / 4))


def test_a_feature_that_a_region_lacks_is_left_out_and_said() -> None:
    rows = featured(
        {
            "population": {"a": 1.0, "b": 2.0, "c": 3.0},
            "legal_units": {"a": 5.0, "b": 6.0},
            "legal_units/C": {"a": 2.0, "b": 3.0},
        }
    )
    found = neighbours.neighbours(rows, declared(POPULATION, UNITS, MANUFACTURING), ["a", "b", "c"])
    said = found.set_index(["region", "neighbour"])[["features", "missing"]]
    assert said.loc[[("a", "b")]].iloc[0].to_list() == [
        "population, legal_units, legal_units/C",
        "",
    ]
    assert said.loc[[("a", "c")]].iloc[0].to_list() == ["population", "legal_units, legal_units/C"]


def test_industry_structure_is_the_part_of_the_region_itself() -> None:
    rows = featured(
        {
            "legal_units": {"a": 100.0, "b": 1000.0},
            "legal_units/C": {"a": 20.0, "b": 400.0},
        }
    )
    found = neighbours.feature_rows(rows, [MANUFACTURING], ["a", "b"])
    assert found["value"].to_list() == [0.2, 0.4]


def test_a_feature_is_taken_where_most_regions_have_it_and_newest_of_those() -> None:
    rows = pd.concat(
        [
            bare({"a": 1.0, "b": 2.0}, "population", "2010").assign(industry="ALL"),
            bare({"a": 3.0, "b": 4.0}, "population", "2020-11").assign(industry="ALL"),
            bare({"a": 5.0}, "population", "2024").assign(industry="ALL"),
        ]
    )
    found = neighbours.feature_rows(rows, [POPULATION], ["a", "b"])
    assert set(found["period"]) == {"2020-11"}


def test_without_any_feature_there_are_no_neighbours() -> None:
    rows = featured({"population": {"a": 5.0, "b": 5.0}})
    assert neighbours.neighbours(rows, declared(POPULATION), ["a", "b"]).empty


@few
@given(
    st.lists(
        st.tuples(*[st.one_of(st.none(), st.floats(0.1, 1e6)) for _ in range(2)]),
        min_size=1,
        max_size=8,
    )
)
def test_distances_are_symmetric_and_nobody_neighbours_itself(
    figures: list[tuple[float | None, ...]],
) -> None:
    regions = [f"{number}" for number in range(len(figures))]
    rows = featured(
        {
            "population": {
                r: v[0] for r, v in zip(regions, figures, strict=True) if v[0] is not None
            },
            "legal_units": {
                r: v[1] for r, v in zip(regions, figures, strict=True) if v[1] is not None
            },
        }
    )
    found = neighbours.neighbours(rows, declared(POPULATION, UNITS), regions)
    assert (found["region"] != found["neighbour"]).all()
    columns = (found["region"], found["neighbour"], found["distance"])
    pairs = {(one, other): distance for one, other, distance in zip(*columns, strict=True)}
    for (one, other), distance in pairs.items():
        assert pairs[other, one] == pytest.approx(distance)
        assert distance >= 0
    places = found.sort_values(["region", "place"]).groupby("region")["distance"]
    assert places.apply(lambda far: far.is_monotonic_increasing).all()


# --- the spine


def test_a_spine_row_holds_region_nation_peers_place_and_rank() -> None:
    rows = pd.concat(
        [
            ratios(
                {
                    NATION: (20_000, 1_000_000),
                    "110000": (600, 10_000),
                    JIANGSU: (100, 10_000),
                    ZHEJIANG: (300, 10_000),
                    ANHUI: (400, 10_000),
                }
            ),
            ratios({ZHEJIANG: (999, 10_000)}, period="2023"),
            bare({JIANGSU: 7.0}, "certificates_valid"),
        ]
    )
    found = spine_of(rows, ZHEJIANG, [JIANGSU, ANHUI], ["110000", JIANGSU, ZHEJIANG, ANHUI])
    assert list(found["indicator"]) == ["certificates_valid", PER_1000]
    absent, row = found.iloc[0], found.iloc[1]
    assert (absent["gap"], absent["class"]) == ("no_data", "not_compared")
    assert row["period"] == "2024"
    assert list(row[["value", "benchmark", "difference", "class"]]) == [30.0, 20.0, 10.0, "better"]
    assert list(row[["lowest", "lower_quartile", "median", "upper_quartile", "highest"]]) == [
        10,
        20,
        30,
        35,
        40,
    ]
    assert list(row[["rank", "rank_from", "rank_to", "of", "peers"]]) == [3, 3, 3, 4, 3]
    # The farthest peer is 20 from the nation, so a step of 10 is one half.
    assert list(row[["lowest_at", "benchmark_at", "at", "highest_at"]]) == [-0.5, 0, 0.5, 1]
    assert row["centre"] == "nation"


def test_better_stands_to_the_right_where_lower_is_better() -> None:
    rows = ratios(
        {NATION: (2000, 100_000), JIANGSU: (300, 10_000), ZHEJIANG: (100, 10_000)}, LOWER_IS_BETTER
    )
    row = spine_of(rows, ZHEJIANG, [JIANGSU], [JIANGSU, ZHEJIANG]).iloc[0]
    assert (row["at"], row["lowest_at"], row["highest_at"]) == (1, 1, -1)
    assert (row["class"], row["rank"]) == ("better", 1)
    # Two peers have no quartiles.
    assert math.isnan(row["median"])


def test_a_spine_never_shows_a_confidential_figure_of_the_region_or_a_peer() -> None:
    rows = ratios(
        {NATION: (20, 1000), JIANGSU: (10, 1000), ZHEJIANG: (30, 1000), ANHUI: (99, 1000)}
    )
    rows.loc[rows["region"] == ANHUI, "confidentiality"] = "C"
    ranked = [JIANGSU, ZHEJIANG, ANHUI]
    row = spine_of(rows, ZHEJIANG, ranked, ranked).iloc[0]
    assert (row["highest"], row["peers"], row["of"]) == (30, 2, 2)
    own = spine_of(rows, ANHUI, ranked, ranked).iloc[0]
    assert (own["gap"], math.isnan(own["value"])) == ("suppressed", True)


def test_a_spine_holds_a_figure_against_the_ratio_of_its_peers_totals() -> None:
    rows = ratios(
        {
            NATION: (20_000, 1_000_000),
            JIANGSU: (100, 10_000),
            ZHEJIANG: (300, 10_000),
            ANHUI: (1200, 20_000),
        }
    )
    ranked = [JIANGSU, ZHEJIANG, ANHUI]
    row = spine_of(rows, ZHEJIANG, [JIANGSU, ANHUI], ranked).iloc[0]
    # 1,600 of 40,000, not the mean of 10, 30 and 60.
    assert (row["group_benchmark"], row["members"], row["group_class"]) == (40.0, 3, "worse")
    alone = spine_of(rows, ZHEJIANG, [], ranked).iloc[0]
    assert math.isnan(alone["group_benchmark"])


def test_a_spine_tells_a_change_of_rank_that_chance_could_make() -> None:
    before = ratios({JIANGSU: (501, 10_000), ZHEJIANG: (500, 10_000), ANHUI: (900, 10_000)})
    after = ratios(
        {JIANGSU: (500, 10_000), ZHEJIANG: (501, 10_000), ANHUI: (900, 10_000)}, period="2025"
    )
    late = ratios({ZHEJIANG: (900, 10_000)}, period="2024-06")
    ranked = [JIANGSU, ZHEJIANG, ANHUI]
    found = spine.spines(
        pd.concat([before, after, late]), {(region, ""): ranked for region in ranked}, ranked
    ).set_index("region")
    assert found["since"].to_dict() == dict.fromkeys(ranked, "2024")
    assert found["rank_before"].to_dict() == {JIANGSU: 2, ZHEJIANG: 3, ANHUI: 1}
    assert found["change"].to_dict() == {JIANGSU: -1, ZHEJIANG: 1, ANHUI: 0}
    assert found["state"].to_dict() == {JIANGSU: "noise", ZHEJIANG: "noise", ANHUI: "unchanged"}


def test_regions_together_have_the_spines_that_each_has_alone() -> None:
    rows = pd.concat(
        [
            ratios({NATION: (20_000, 1_000_000), JIANGSU: (100, 10_000), ZHEJIANG: (300, 10_000)}),
            ratios({ANHUI: (400, 10_000), JIANGSU: (90, 9_000)}, period="2023"),
            bare({JIANGSU: 7.0}, "certificates_valid"),
        ]
    )
    ranked = [JIANGSU, ZHEJIANG, ANHUI]
    peers = {
        (region, group): members
        for region in ranked
        for group, members in (("all", ranked), ("one", [JIANGSU]))
    }
    found = spine.spines(rows, peers, ranked)
    assert list(zip(found["region"], found["group"], strict=True))[::2] == list(peers)
    for (region, group), members in peers.items():
        own = found[(found["region"] == region) & (found["group"] == group)]
        pd.testing.assert_frame_equal(
            own.drop(columns=["region", "group"]).reset_index(drop=True),
            spine_of(rows, region, members, ranked),
            check_dtype=False,
        )


def test_a_spine_of_two_schemes_at_once_is_refused() -> None:
    rows = ratios({JIANGSU: (10, 1000), ZHEJIANG: (30, 1000)})
    both = pd.concat([rows.assign(scheme="ALL"), rows.assign(scheme="A01")])
    with pytest.raises(ValueError, match="twice"):
        spine_of(both, ZHEJIANG, [JIANGSU], [JIANGSU])


def test_a_spine_of_nothing_is_empty() -> None:
    rows = ratios({ZHEJIANG: (30, 1000)}).iloc[:0]
    assert spine_of(rows, ZHEJIANG, [], []).empty


@few
@given(
    st.lists(counted, min_size=2, max_size=9),
    st.sampled_from([PER_1000, LOWER_IS_BETTER]),
)
def test_every_place_on_a_spine_lies_between_minus_one_and_one(
    figures: list[tuple[int, int]], indicator: str
) -> None:
    named = {NATION: figures[0]} | {str(at): pair for at, pair in enumerate(figures[1:])}
    row = spine_of(ratios(named, indicator), "0", list(named), ["0"]).iloc[0]
    # All figures equal: there is no scale.
    if not math.isnan(row["at"]):
        ends = sorted([row["lowest_at"], row["highest_at"]])
        assert -1 - 1e-9 <= ends[0] <= row["at"] + 1e-9
        assert row["at"] - 1e-9 <= ends[1] <= 1 + 1e-9
