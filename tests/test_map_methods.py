"""Classes by method, scales around a benchmark, changes between periods, maps that play."""

from __future__ import annotations

import math
from bisect import bisect_right
from functools import cache
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
import vl_convert
from hypothesis import example, given
from hypothesis import strategies as st

from indicators.catalogue import tree
from indicators.drawing.boundary_files import Boundaries, load_boundaries
from indicators.drawing.classes import (
    EQUAL,
    FIXED,
    NATURAL,
    QUANTILES,
    class_breaks,
    diverging_breaks,
    natural_breaks,
)
from indicators.drawing.map_rows import state_of
from indicators.drawing.palette import DARK, LIGHT, Palette
from indicators.drawing.region_map import region_map, with_controls
from indicators.regions import NATION
from indicators.store.queries import Selection
from indicators.views import map as map_view
from indicators.views.map import MapFigures, MapView
from indicators.wording import Wording
from tests.conftest import CITATION, rows_of
from tests.opened_pages import opened, reading
from tests.test_maps import Lab, ciede2000, lab

REGIONS = tree().all_provinces

EN = Wording("en")
COUNT, RATIO = "certificates_valid", "organisations_per_10000_residents"
NATION = NATION


@cache
def boundaries() -> Boundaries:
    return load_boundaries()


def published(*rows: tuple[str, str, float], indicator: str = COUNT, **others: Any) -> pd.DataFrame:
    """Return rows of (period, region, value)."""
    world = [(indicator, period, region, value) for period, region, value in rows]
    return rows_of(world).assign(release=1, **others)


CITED = pd.DataFrame([CITATION])


def view(indicator: str = COUNT, period: str = "2024-12", **others: Any) -> MapView:
    return MapView(Selection(indicator, period), NATION, "en", dark=False, **others)


def shown(rows: pd.DataFrame, what: MapView, beside: pd.DataFrame | None = None) -> MapFigures:
    return map_view.map_figures(what, rows, CITED, boundaries(), beside)


# Classes


def spread(values: list[float], breaks: list[float]) -> float:
    """Return the squared distances of values from the means of their classes."""
    groups: dict[int, list[float]] = {}
    for value in values:
        groups.setdefault(bisect_right(breaks, value), []).append(value)
    return sum(float(np.var(group) * len(group)) for group in groups.values())


@given(
    st.lists(st.integers(-50, 50), min_size=2, max_size=8).filter(lambda v: len(set(v)) > 1),
    st.integers(2, 5),
)
def test_natural_breaks_are_the_best_there_are(values: list[int], classes: int) -> None:
    numbers = [float(value) for value in values]
    starts = sorted(set(numbers))[1:]
    cuts = min(classes - 1, len(starts))
    best = min(spread(numbers, list(cut)) for cut in combinations(starts, cuts))
    found = natural_breaks(pd.Series(numbers), classes)
    assert len(found) == cuts
    assert spread(numbers, found) == pytest.approx(best, abs=1e-6)


def test_natural_breaks_part_what_stands_apart_at_round_numbers() -> None:
    values = pd.Series([1.0, 2.0, 3.0, 51.0, 52.0, 983.0, 991.0])
    assert class_breaks(values, 3, NATURAL) == [50.0, 900.0]


def test_natural_breaks_refuse_more_values_than_they_can_compare() -> None:
    with pytest.raises(ValueError, match="401"):
        natural_breaks(pd.Series(range(401)), 5)


def test_equal_intervals_are_as_wide_each() -> None:
    assert class_breaks(pd.Series([0.0, 1.0, 2.0, 100.0]), 5, EQUAL) == [20, 40, 60, 80]
    assert class_breaks(pd.Series([0.0, 417.0]), 5, EQUAL) == [83, 167, 250, 334]


def test_quantiles_hold_as_many_each() -> None:
    values = pd.Series([float(value) for value in range(1, 31)])
    breaks = class_breaks(values, 5)
    held = [bisect_right(breaks, value) for value in values]
    assert [held.count(number) for number in range(5)] == [6] * 5


@given(st.lists(st.floats(0, 1e6), min_size=5, max_size=40, unique=True))
def test_a_round_break_moves_no_value_out_of_its_quantile(values: list[float]) -> None:
    numbers = pd.Series(sorted(values))
    breaks = class_breaks(numbers, 5)
    exact = [float(value) for value in numbers.quantile([0.2, 0.4, 0.6, 0.8])]
    for value in numbers:
        assert bisect_right(breaks, value) == bisect_right(exact, value)


def test_fixed_breaks_stay_whatever_the_values() -> None:
    assert class_breaks(pd.Series([5.0]), 5, FIXED, (30.0, 10.0)) == [10.0, 30.0]


@pytest.mark.parametrize("method", [QUANTILES, NATURAL, EQUAL])
@given(st.lists(st.floats(-1e7, 1e7), max_size=40))
def test_every_method_gives_rising_breaks_within_the_values(
    method: str, values: list[float]
) -> None:
    breaks = class_breaks(pd.Series(values, dtype=float), 5, method)
    assert len(breaks) <= 4
    assert all(one < other for one, other in pairwise(breaks))
    assert all(min(values) < value <= max(values) for value in breaks)


@pytest.mark.parametrize(
    ("method", "said"),
    [
        (QUANTILES, "quantiles"),
        (NATURAL, "natural breaks"),
        (EQUAL, "equal intervals"),
    ],
)
def test_the_legend_says_the_method(method: str, said: str) -> None:
    rows = published(*(("2024-12", code, 1.0 + n * n) for n, code in enumerate(REGIONS[:31])))
    legend = shown(rows, view(classes=method)).legend
    assert legend.loc[legend["kind"] == "title", "label"].tolist() == [f"certificates, {said}"]


def test_a_withheld_figure_moves_neither_a_class_nor_the_benchmark() -> None:
    def drawn(withheld: float) -> MapFigures:
        regions = [NATION, *REGIONS[:8]]
        rows = published(
            *(("2024-12", code, float(n)) for n, code in enumerate(regions)), indicator=RATIO
        )
        hidden = rows["region"].isin([NATION, REGIONS[7]])
        rows["value"] = rows["value"].mask(hidden, withheld)
        rows["confidentiality"] = np.where(hidden, "N", "F")
        return shown(rows, view(RATIO, diverging=True))

    one, other = drawn(1.0), drawn(1e6)
    pd.testing.assert_frame_equal(one.legend, other.legend)
    pd.testing.assert_frame_equal(one.units, other.units)
    assert one.reference.empty
    assert one.units.set_index("region").at[REGIONS[7], "state"] == "suppressed"


@pytest.mark.parametrize("confidentiality", ["C", "D", "N", "S", "A"])
def test_whatever_is_not_free_is_withheld(confidentiality: str) -> None:
    row = {"value": 5.0, "status": "A", "confidentiality": confidentiality}
    assert state_of(row) == "suppressed"


# Scales around a benchmark


def test_diverging_classes_stand_as_far_below_the_benchmark_as_above() -> None:
    values = pd.Series([1.0, 4.0, 7.0, 10.0, 13.0, 16.0, 19.0])
    assert diverging_breaks(values, 10.0) == [3.0, 5.0, 10.0, 15.0, 17.0]


FIGURE = st.integers(-(10**9), 10**9).map(lambda number: number / 1000)


@given(st.lists(FIGURE, min_size=1, max_size=40), FIGURE)
@example([15.0, 16.0, 18.0], 15.31345678906)
def test_no_class_reaches_across_the_benchmark(values: list[float], centre: float) -> None:
    breaks = diverging_breaks(pd.Series(values), centre)
    assert centre in breaks
    assert len(breaks) <= 5
    colours = LIGHT.scale(breaks, centre)
    assert len(colours) == len(breaks) + 1
    for value in values:
        hues = LIGHT.above if value >= centre else LIGHT.below
        assert colours[bisect_right(breaks, value)] in hues


def test_the_legend_names_the_benchmark() -> None:
    rows = published(
        ("2024-12", NATION, 10.0),
        ("2024-12", "110000", 20.0),
        ("2024-12", "120000", 4.0),
        indicator=RATIO,
    )
    figures = shown(rows, view(RATIO, diverging=True))
    (title,) = figures.legend.loc[figures.legend["kind"] == "title", "label"]
    assert title.endswith(", around Nation 10.00")
    fills = figures.units.set_index("region")["fill"]
    assert fills["110000"] in LIGHT.above
    assert fills["120000"] in LIGHT.below


def test_a_count_has_no_benchmark() -> None:
    rows = published(("2024-12", NATION, 10.0), ("2024-12", "110000", 20.0))
    figures = shown(rows, view(diverging=True))
    assert figures.reference.empty
    assert set(figures.units["fill"]) <= {*LIGHT.classes(1), LIGHT.no_value}


def scales(palette: Palette) -> dict[str, list[str]]:
    """Return every scale that a map may have."""
    one_way = {f"{n} classes": palette.classes(n) for n in range(1, 8)}
    centred = {
        f"{below} below, {above} above": palette.scale(
            [*range(1 - below, 1), *range(1, above)], centre=0.0
        )
        for below in range(1, 4)
        for above in range(1, 4)
    }
    return one_way | centred


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_no_data_differs_from_every_class_of_every_scale(palette: Palette) -> None:
    for name, colours in scales(palette).items():
        for colour in colours:
            assert ciede2000(lab(palette.no_value), lab(colour)) >= 20, (name, colour)


# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB
SEEN = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def seen(colour: str, sight: str) -> Lab:
    """Return a colour as an eye of this kind sees it."""
    shares = np.array([part / 255 for part in bytes.fromhex(colour[1:])])
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(SEEN[sight]) @ linear, 0, 1)
    back = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return lab("#" + "".join(f"{round(part * 255):02x}" for part in back))


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("sight", SEEN)
def test_both_sides_of_a_benchmark_differ_whatever_the_eye(palette: Palette, sight: str) -> None:
    colours = [*palette.below, *palette.above]
    for one, other in combinations(colours, 2):
        assert ciede2000(seen(one, sight), seen(other, sight)) >= 8, (one, other)


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("side", ["below", "above"])
def test_a_class_farther_from_the_benchmark_is_stronger(palette: Palette, side: str) -> None:
    ground = lab(palette.background)[0]
    strength = [abs(lab(colour)[0] - ground) for colour in getattr(palette, side)]
    assert all(other - one > 8 for one, other in pairwise(strength))


# Two maps side by side


def test_two_periods_share_their_classes() -> None:
    regions = REGIONS[:20]
    old = published(*(("2023-12", code, 1.0 + n) for n, code in enumerate(regions)))
    new = published(*(("2024-12", code, 50.0 + n * n) for n, code in enumerate(regions)))
    later = shown(new, view(), beside=old)
    earlier = shown(old, view(period="2023-12"), beside=new)
    for figures in (later, earlier):
        assert figures.legend["label"].str.startswith("No data").sum() == 1
    columns = ["kind", "fill", "label"]
    pd.testing.assert_frame_equal(later.legend[columns], earlier.legend[columns])
    assert shown(old, view(period="2023-12")).legend["label"].tolist() != (
        earlier.legend["label"].tolist()
    )


# Changes


def change(
    *ends: dict[str, Any],
    between: dict[str, Any] | None = None,
    percent: bool = True,
) -> tuple[float, str]:
    """Return the change of one region, and why there is none."""
    plain = {"region": "110000", "value": 1.0, "status": "A", "confidentiality": "F"}
    rows = [
        plain | {"period": period} | end
        for period, end in zip(("2022-12", "2024-12"), ends, strict=True)
    ]
    if between is not None:
        rows.append(plain | {"period": "2023-12"} | between)
    (found,) = map_view.changes(pd.DataFrame(rows), "2022-12", "2024-12", percent=percent).to_dict(
        "records"
    )
    return found["value"], found["state"]


def test_a_count_changes_by_percent_and_a_ratio_by_its_difference() -> None:
    assert change({"value": 80.0}, {"value": 100.0}) == (25.0, "")
    assert change({"value": 80.0}, {"value": 100.0}, percent=False) == (20.0, "")


@pytest.mark.parametrize(
    ("before", "after", "between", "state"),
    [
        ({"confidentiality": "C"}, {}, None, "suppressed"),
        ({}, {"confidentiality": "D"}, None, "suppressed"),
        ({"status": "O", "value": math.nan}, {}, None, "missing"),
        ({}, {"value": math.nan}, None, "missing"),
        ({}, {"status": "M", "value": math.nan}, None, "not_applicable"),
        ({}, {"status": "B"}, None, "broken"),
        ({}, {}, {"status": "B"}, "broken"),
        ({}, {}, {"status": "B", "confidentiality": "C"}, "broken"),
        ({"status": "D"}, {}, None, "broken"),
        ({"value": 0.0}, {}, None, "not_applicable"),
    ],
)
def test_where_there_is_no_change_it_says_why(
    before: dict[str, Any], after: dict[str, Any], between: dict[str, Any] | None, state: str
) -> None:
    value, said = change(before, after, between=between)
    assert math.isnan(value)
    assert said == state


def test_a_break_at_the_earlier_end_is_behind_both() -> None:
    assert change({"status": "B", "value": 2.0}, {"value": 3.0}) == (50.0, "")


CHANGED = published(
    ("2023-12", "110000", 100.0),
    ("2024-12", "110000", 110.0),
    ("2023-12", "120000", 100.0),
    ("2024-12", "120000", 60.0),
    ("2023-12", "130000", 100.0),
    ("2024-12", "130000", 777.0),
    ("2023-12", "140000", 100.0),
    ("2023-12", "150000", 100.0),
    ("2024-12", "150000", 888.0),
)
CHANGED["status"] = CHANGED["status"].mask(
    (CHANGED["region"] == "130000") & (CHANGED["period"] == "2024-12"), "B"
)
CHANGED["confidentiality"] = CHANGED["confidentiality"].mask(
    (CHANGED["region"] == "150000") & (CHANGED["period"] == "2023-12"), "C"
)


def changed(period: str = "2024-12", against: str = "2023-12") -> MapFigures:
    what = view(period=period, shown="change", against=Selection(COUNT, against))
    return map_view.change_figures(what, CHANGED, CITED, boundaries())


def test_a_map_of_changes_counts_what_cannot_be_compared() -> None:
    figures = changed()
    told = figures.units.set_index("region")
    assert told.loc[["110000", "120000", "130000"], "shown"].tolist() == [
        "+10.0%",
        "−40.0%",
        "[b] Not comparable",
    ]
    assert told.at["110000", "fill"] in LIGHT.above
    assert told.at["120000", "fill"] in LIGHT.below
    lines = [line.partition(":")[0] for line in figures.footnotes]
    assert "[b] Not comparable, 1 of 31 provinces" in lines
    assert "Suppressed, 1 of 31 provinces" in lines
    assert "No data, 27 of 31 provinces" in lines
    assert not any("777" in str(cell) or "888" in str(cell) for cell in told.to_numpy().ravel())


def test_regions_of_one_change_share_the_title() -> None:
    # +25.00…01 % and +25 %: one change by two ways.
    values = [("110000", 0.1, 0.125), ("120000", 4.0, 5.0), ("130000", 2.0, 2.0)]
    rows = rows_of(
        [
            (COUNT, period, region, ends[at])
            for region, *ends in values
            for at, period in enumerate(("2022-12", "2024-12"))
        ]
    )
    what = view(period="2024-12", shown="change", against=Selection(COUNT, "2022-12"))
    figures = map_view.change_figures(what, rows, CITED, boundaries())
    assert (
        "of 3 regions that can be compared, Beijing, Tianjin rose most (+25.0%)"
        in figures.statement
    )


def test_a_change_runs_from_the_earlier_period_whichever_is_chosen() -> None:
    pd.testing.assert_frame_equal(changed().units, changed("2023-12", "2024-12").units)


def divided(*rows: tuple[str, str, float, str]) -> pd.DataFrame:
    """Return ratios of (period, region, value, kind and period of the denominator)."""
    figures = published(*(row[:3] for row in rows), indicator=RATIO)
    return figures.assign(citation=[f"figure/document/{row[3]}" for row in rows])


CENSUS, YEAR_END, OLDER = (
    "2020-11/population",
    "2023-12/population_yearend",
    "2022-12/population_yearend",
)
DIVIDED = divided(
    ("2022-12", "110000", 5.0, OLDER),
    ("2024-12", "110000", 7.0, YEAR_END),
    ("2022-12", "120000", 5.0, OLDER),
    ("2024-12", "120000", 8.0, YEAR_END),
    ("2022-12", "130000", 1.0, CENSUS),
    ("2024-12", "130000", 99.0, CENSUS),
    ("2022-12", "140000", 5.0, OLDER),
    ("2024-12", "140000", 99.0, OLDER),
)


def test_changes_compare_only_regions_with_denominators_of_one_year_and_kind_at_each_end() -> None:
    what = view(RATIO, shown="change", against=Selection(RATIO, "2022-12"))
    figures = map_view.change_figures(what, DIVIDED, CITED, boundaries())
    told = figures.units.set_index("region")
    assert told.loc[["110000", "120000"], "state"].tolist() == ["value", "value"]
    assert told.loc[["130000", "140000"], "state"].tolist() == ["broken", "broken"]
    assert "of 2 regions that can be compared, Tianjin rose most (+3.00 " in figures.statement
    assert set(figures.ranking["region"]) == {"110000", "120000"}


def test_a_period_is_set_against_the_one_that_compares_in_most_regions() -> None:
    """Not against the newest, of which one region has a figure."""
    newer = published(("2025-12", "110000", 120.0), ("2022-12", "110000", 90.0))
    rows = pd.concat([CHANGED, newer], ignore_index=True)
    regions = ["110000", "120000", "130000", "140000", "150000"]
    assert map_view.most_comparable(rows, regions, "2024-12") == "2023-12"
    assert map_view.most_comparable(rows, regions, "2023-12") == "2024-12"
    # Of several with as many the newest.
    assert map_view.most_comparable(rows, regions, "2022-12") == "2025-12"
    assert map_view.most_comparable(newer[:1], regions, "2025-12") == ""


def test_two_periods_open_on_what_compares(shipped: sa.Engine) -> None:
    with reading(shipped.url.render_as_string(hide_password=False)):
        page = opened("map", show="change", lang="en")
        assert "of 9 regions that can be compared" in page.title[0].value
        assert page.selectbox(key="choice_against").value == "period:2022-08"
        nothing = opened("map", show="change", lang="en", against="period:2024-12")
    assert "no change can be told" in nothing.title[0].value
    # Without a bar there is no ranking: in a browser its selection would be an error.
    assert [len(each.get("vega_lite_chart")) for each in (page, nothing)] == [2, 1]


# Maps that play


def test_each_period_that_plays_compares_as_its_own_map_does() -> None:
    figures = map_view.moving_figures(view(RATIO, shown="play"), DIVIDED, CITED, boundaries())
    units = figures.units.set_index("region_frame")
    for number, period in enumerate(("2022-12", "2024-12"), start=1):
        still = shown(DIVIDED[DIVIDED["period"] == period], view(RATIO, period=period)).units
        for one in still.to_dict("records"):
            playing = units.loc[f"{one['region']}@{number}"]
            assert playing["state"] == one["state"], (period, one["region"])
            assert playing["shown"] == one["shown"]
    assert units.loc[["130000@1", "130000@2", "140000@2"], "state"].tolist() == ["broken"] * 3
    assert units.at["140000@1", "state"] == "value"
    assert "99.00" not in " ".join(figures.legend["label"])


def test_all_periods_that_play_have_one_scale() -> None:
    rows = published(
        *(
            (f"{year}-12", code, float(n + 1))
            for year in (2022, 2023, 2024)
            for n, code in enumerate(REGIONS[:10])
        )
    )
    hidden = (rows["region"] == "110000") & (rows["period"] == "2023-12")
    rows["confidentiality"] = np.where(hidden, "C", "F")
    figures = map_view.moving_figures(view(shown="play"), rows, CITED, boundaries())
    assert figures.frames["label"].tolist() == ["Dec 2022", "Dec 2023", "Dec 2024"]
    units = figures.units
    assert len(units) == 3 * len(REGIONS)
    assert units["region_frame"].is_unique
    valued = units[units["state"] == "value"]
    assert (valued.groupby("region", observed=True)["fill"].nunique() == 1).all()
    (withheld,) = units[units["state"] == "suppressed"].to_dict("records")
    assert (withheld["region_frame"], withheld["shown"]) == ("110000@2", "Suppressed")
    assert (figures.newest, figures.parts[-1]) == ("2024-12", "Dec 2022–Dec 2024")


def test_the_browser_has_all_it_needs_to_play() -> None:
    chart = region_map(boundaries(), words=EN, moving=True).to_dict()
    vega = vl_convert.vegalite_to_vega(with_controls(chart, 7, EN))
    signals = {signal["name"]: signal for signal in vega["config"]["signals"]}
    assert signals["playing"]["bind"]["input"] == "checkbox"
    assert signals["playing"]["value"] is False
    assert signals["frame"]["bind"] | {"name": ""} == {
        "input": "range",
        "min": 1,
        "max": 7,
        "step": 1,
        "name": "",
    }
    assert signals["frame"]["value"] == 7
    ((tick,),) = (signals["frame"]["on"],)
    assert tick["events"]["type"] == "timer"


# Small regions


def test_every_region_that_a_map_hides_has_a_bar() -> None:
    vega = vl_convert.vegalite_to_vega(region_map(boundaries(), words=EN).to_dict())
    filters = [
        step["expr"]
        for data in vega["data"]
        for step in data.get("transform", [])
        if step["type"] == "filter"
    ]
    small = ("110000", "120000", "310000", "810000", "820000")
    assert any(all(code in text for code in small) for text in filters)
