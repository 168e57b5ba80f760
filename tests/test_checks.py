"""The gate's checks: what must hold, told with the place where it does not."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import derive, intake
from etl.checks.checking import CHECKS, findings
from etl.checks.consequences import not_told, with_consequences
from etl.refresh import RAW
from etl.tidy import TidyRows
from indicators import catalogue
from indicators.catalogue import Catalogue, Jump
from indicators.findings import Finding, Key, message
from indicators.store.tables import KEY

KNOWN = catalogue.load()
Row = dict[str, Any]
USUAL: Row = {
    "indicator": "certificates_valid",
    "period": "2024-12",
    "scheme": "ALL",
    "industry": "ALL",
    "size": "ALL",
    "region": "110000",
    "value": 100.0,
    "status": "A",
    "confidentiality": "F",
    "numerator": None,
    "denominator": None,
    "source": "own",
    "citation": "c1",
    "file": "own/a.csv",
    "sheet": "",
}


@contextmanager
def tidy_rows(rows: list[Row]) -> Iterator[TidyRows]:
    """Yield rows of 100 certificates of Beijing in December 2024, but for what they say."""
    with TemporaryDirectory() as folder:
        tidy = TidyRows(Path(folder))
        tidy.add(pd.DataFrame([USUAL | {"row": line} | row for line, row in enumerate(rows, 2)]))
        yield tidy


def checked(
    *rows: Row, published: list[Row] | None = None, known: Catalogue = KNOWN
) -> list[Finding]:
    with tidy_rows(list(rows)) as tidy:
        if published is not None:
            public = pd.DataFrame([USUAL | row for row in published])
            tidy.connection.register("published", public)
        return findings(tidy, known, published=published is not None)


def told(found: list[Finding]) -> list[tuple[str, int | None, str | None, str]]:
    return [(item.check, item.row, item.column, item.found) for item in found]


def series(indicator: str, *values: float, **row: Any) -> list[Row]:
    """Return yearly figures of an indicator up to 2024."""
    first = 2025 - len(values)
    return [
        {"indicator": indicator, "period": str(first + step), "value": value} | row
        for step, value in enumerate(values)
    ]


def test_the_shipped_figures_are_without_a_finding() -> None:
    with TemporaryDirectory() as folder:
        rows = TidyRows(Path(folder))
        rows.add(intake.shipped(RAW, KNOWN))
        assert findings(rows, KNOWN) == []
        derive.add_derived(rows, KNOWN)
        assert findings(rows, KNOWN, derived=True) == []
        rows.connection.execute("CREATE TEMP TABLE published AS SELECT * FROM tidy")
        assert findings(rows, KNOWN, published=True) == []


def test_every_check_says_what_must_hold_and_has_a_name_of_its_own() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(str(check.rule).endswith(".") for check in CHECKS)
    assert {check.name for check in CHECKS if check.severity == "warning"} == {
        "growth",
        "beyond",
        "coverage",
        "jumps",
        "future",
        "outside_spans",
        "editions",
        "frequencies",
        "elsewhere",
    }


# One figure


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("indicator", "certificates"),
        ("period", "2024-13"),
        ("period", "24-12"),
        ("scheme", "ISO"),
        ("industry", "99"),
        ("size", "HUGE"),
        ("region", "990000"),
        ("status", "X"),
        ("confidentiality", "secret"),
    ],
)
def test_an_unknown_code_is_told_with_its_cell(column: str, wrong: str) -> None:
    found = checked({}, {"region": "120000", column: wrong, "file": "own/b.xlsx", "sheet": "表1"})
    assert told(found) == [("codes", 3, column, wrong)]
    assert (found[0].file, found[0].sheet, found[0].severity) == ("own/b.xlsx", "表1", "error")


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_a_value_is_finite(value: float) -> None:
    assert told(checked({"value": value})) == [("finite", 2, "value", str(value))]


def test_a_missing_figure_has_no_value() -> None:
    assert told(checked({"status": "M"})) == [("missing", 2, "value", "100")]
    assert checked({"status": "M", "value": None}) == []


def test_a_confidential_figure_may_be_given_as_it_is_withheld_later() -> None:
    assert checked({"confidentiality": "C"}) == []


def test_a_key_that_stands_twice_lists_both_places() -> None:
    found = checked({}, {"file": "own/b.xlsx", "sheet": "表1"})
    key = "certificates_valid 2024-12 ALL ALL ALL 110000"
    assert told(found) == [("unique", 2, None, key), ("unique", 3, None, key)]
    assert "own/b.xlsx · 表1 · 3" in str(found[0].expected)
    assert "own/a.csv · 2" in str(found[1].expected)


def test_a_value_outside_its_range_is_told_with_the_range() -> None:
    rows = series("manufacturing_pass_rate", 939.3, region="100000")
    found = checked(*rows)
    assert told(found) == [("range", 2, "value", "939.3")]
    assert str(found[0].expected) == "between 50 and 100"


# Parts and wholes


def parts(dimension: str, *figures: tuple[str, float]) -> list[Row]:
    return [{dimension: code, "value": value} for code, value in figures]


@pytest.mark.parametrize(
    ("dimension", "figures"),
    [
        ("scheme", [("MS", 5), ("PRODUCT", 3), ("SERVICE", 1), ("ALL", 10)]),
        ("region", [("110000", 5), ("120000", 3), ("130000", 2), ("JINGJINJI", 9)]),
        ("industry", [("B", 5), ("C", 3), ("D", 2), ("BCD", 9)]),
        (
            "size",
            [
                ("LARGE", 5),
                ("MEDIUM", 3),
                ("SMALL", 1),
                ("MICRO", 1),
                ("NOT_CLASSIFIED", 1),
                ("ALL", 12),
            ],
        ),
    ],
)
def test_parts_add_up_to_the_published_total(
    dimension: str, figures: list[tuple[str, float]]
) -> None:
    whole, value = figures[-1]
    total = sum(part for _, part in figures[:-1])
    found = checked(*parts(dimension, *figures))
    assert told(found) == [("sums", len(figures) + 1, "value", f"{whole} = {value}")]
    assert str(found[0].expected) == f"the sum of its {len(figures) - 1} parts, {total}"
    assert checked(*parts(dimension, *figures[:-1], (whole, total))) == []


def test_some_of_the_parts_may_fall_short_but_not_exceed() -> None:
    assert checked(*parts("scheme", ("MS", 5), ("SERVICE", 1), ("ALL", 10))) == []
    found = checked(*parts("scheme", ("MS", 5), ("SERVICE", 6), ("ALL", 10)))
    assert [item.check for item in found] == ["sums"]
    assert "at least" in str(found[0].expected)


def test_parts_that_make_up_a_whole_in_several_ways_are_told_once() -> None:
    east = [("330000", 50.0), ("320000", 60.0), ("100000", 100.0)]
    found = checked(*parts("region", *east))
    assert told(found) == [("sums", 4, "value", "100000 = 100")]
    assert str(found[0].expected) == "at least the sum of the parts that are given, 110"


def test_divisions_add_up_to_the_total_where_no_section_is_given() -> None:
    assert checked(*parts("industry", ("06", 5), ("13", 4), ("ALL", 9))) == []
    found = checked(*parts("industry", ("06", 5), ("13", 5), ("ALL", 9)))
    assert [item.check for item in found] == ["sums"]


def test_a_part_has_come_or_gone_by_its_dates() -> None:
    product = ["CCC", "VOL_INDUSTRIAL", "FOOD_PRODUCT"]
    rows = [{"scheme": code, "value": 2.0} for code in product]
    assert told(checked(*rows, {"scheme": "PRODUCT", "value": 7.0}))[0][0] == "sums"
    # In 2019 four others stood where now there are two.
    early = [
        row | {"period": "2019-03"} for row in [*rows[:1], {"scheme": "PRODUCT", "value": 7.0}]
    ]
    assert checked(*early) == []


def test_rounded_tables_may_be_out_by_their_rounding() -> None:
    thousands = [("110000", 5000.0), ("120000", 3000.0), ("130000", 2000.0)]
    assert checked(*parts("region", *thousands, ("JINGJINJI", 11_000.0))) == []
    assert told(checked(*parts("region", *thousands, ("JINGJINJI", 13_000.0)))) != []


def test_organisations_do_not_add_up_over_schemes() -> None:
    rows = parts("scheme", ("MS", 5), ("PRODUCT", 3), ("SERVICE", 3), ("ALL", 10))
    assert checked(*(row | {"indicator": "certified_organisations"} for row in rows)) == []


def test_a_whole_may_hold_more_than_its_parts_where_the_catalogue_says_so() -> None:
    provinces = KNOWN.regions.query("kind == 'province' and group != ''")["code"]
    nation: list[Row] = [{"region": code, "value": 11.0} for code in provinces]
    rows: list[Row] = [*nation, {"region": "100000", "value": 400.0}]
    assert checked(*({"indicator": "population"} | row for row in rows)) == []
    assert [item.check for item in checked(*rows)] == ["sums"]


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=3, max_size=3), st.integers(1, 9))
def test_true_totals_pass_and_false_ones_do_not(values: list[int], error: int) -> None:
    figures = [(code, float(v)) for code, v in zip(["B", "C", "D"], values, strict=True)]
    true = float(sum(values))
    assert not checked(*parts("industry", *figures, ("BCD", true)))
    if any(value % 100 for value in values) and (true + error) % 1000:
        assert checked(*parts("industry", *figures, ("BCD", true + error)))


# Ratios


def ratio(**row: Any) -> Row:
    return {"indicator": "certificates_per_organisation", "value": 4.0} | row


def test_a_ratio_is_its_numerator_over_its_denominator() -> None:
    assert checked(ratio(numerator=40.0, denominator=10.0)) == []
    found = checked(ratio(value=4.11, numerator=40.0, denominator=10.0))
    assert told(found) == [("ratios", 2, "value", "4.11")]
    assert str(found[0].expected) == "40 / 10 × 1 = 4"


def test_a_ratio_may_be_rounded_as_it_is_published() -> None:
    row = ratio(numerator=89.0, denominator=21.0)
    assert checked(row | {"value": 4.24}) == []
    assert checked(row | {"value": 4.2}) == []
    assert told(checked(row | {"value": 4.25})) == [("ratios", 2, "value", "4.25")]


def test_a_ratio_is_that_of_the_figures_published_for_both() -> None:
    both: list[Row] = [{"value": 40.0}, {"indicator": "certified_organisations", "value": 10.0}]
    assert checked(ratio(), *both) == []
    assert told(checked(ratio(value=5.0), *both)) == [("ratios", 2, "value", "5")]
    found = checked(ratio(numerator=44.0, denominator=11.0), *both)
    assert told(found) == [("ratios", 2, "denominator", "11"), ("ratios", 2, "numerator", "44")]


def test_a_denominator_is_the_nearest_not_later() -> None:
    row = {"indicator": "organisations_per_1000_legal_units", "value": 20.0}
    counts = [
        {"indicator": "certified_organisations", "value": 41.0},
        {"indicator": "legal_units", "period": "2018-12", "value": 9001.0},
        {"indicator": "legal_units", "period": "2023-12", "value": 2048.0},
    ]
    found = checked(row, *counts)
    assert [item.check for item in found if item.check == "ratios"] == []
    assert ("ratios", 2, "value", "21.1") in told(checked(row | {"value": 21.1}, *counts))


# Scope


def scopes(home: float, world: float, **row: Any) -> list[Row]:
    return [{"region": "100000", "value": home} | row, {"region": "ALL", "value": world} | row]


def test_the_nation_has_no_more_than_the_world() -> None:
    assert checked(*scopes(90.0, 100.0)) == []
    assert told(checked(*scopes(101.0, 100.0))) == [("scope", 2, "value", "101")]


def test_a_figure_of_one_scope_is_not_given_under_the_other() -> None:
    public = scopes(4_067_752.0, 4_158_266.0)
    swapped = {"region": "100000", "value": 4_158_266.0}
    found = [item for item in checked(swapped, published=public) if item.check == "scope"]
    assert told(found) == [("scope", 2, "value", "100000 = 4,158,266")]


def test_a_file_does_not_give_one_total_for_both_scopes() -> None:
    before = scopes(90.0, 100.0, period="2023-12", file="own/before.csv")
    found = checked(*before, *scopes(110.0, 110.0))
    assert told(found) == [("scope", 4, "value", "100000 = 110")]


def test_a_share_is_not_of_the_total_with_those_abroad() -> None:
    share = {"indicator": "certificate_national_share", "numerator": 10.0}
    whole = [{"value": 10.0}, *scopes(80.0, 100.0)]
    assert checked(share | {"value": 12.5, "denominator": 80.0}, *whole) == []
    abroad = checked(share | {"value": 10.0, "denominator": 100.0}, *whole)
    assert told(abroad) == [("scope", 2, "value", "10")]
    assert "80" in str(abroad[0].expected)
    silent = share | {"value": 10.0, "numerator": None}
    assert told(checked(silent, *whole)) == [("scope", 2, "value", "10")]


# History


def test_15_4_to_50_2_in_a_year_is_stopped() -> None:
    found = checked(*series("uptake_rate", 15.4, 50.2))
    assert told(found) == [("jumps", 3, "value", "15.4 → 50.2")]
    assert found[0].severity == "warning"
    assert str(found[0].expected) == "a figure near 15.4 of 2023"


@pytest.mark.parametrize(
    ("indicator", "values", "stopped"),
    [
        ("uptake_rate", [15.4, 24.0], []),
        ("uptake_rate", [15.4, 26.0], [3]),
        ("certified_organisations", [5000, 9900], []),
        ("certified_organisations", [5000, 12_000], [3]),
        ("certified_organisations", [5000, 2000], [3]),
        ("certified_organisations", [3, 9], []),  # small counts vary
        # A series that has always moved by 8 points a year may move by 20.
        ("uptake_rate", [10, 18, 26, 34, 42, 62], []),
        ("uptake_rate", [30, 31, 32, 33, 34, 54], [7]),
        # One wrong figure is seen on the way up and on the way down.
        ("uptake_rate", [15, 15.2, 50.2, 15.6, 15.8, 16], [4, 5]),
    ],
)
def test_a_jump_is_beyond_its_floor_and_the_series_own_history(
    indicator: str, values: list[float], stopped: list[int]
) -> None:
    found = checked(*series(indicator, *values))
    assert [item.row for item in found] == stopped


def test_a_change_over_several_years_is_spread_and_one_within_a_year_is_not() -> None:
    rows = [{"period": "2018-12", "value": 1000.0}, {"period": "2024-12", "value": 8000.0}]
    assert checked(*rows) == []
    months = [{"period": "2024-11", "value": 1000.0}, {"period": "2024-12", "value": 1100.0}]
    assert checked(*months) == []


def test_years_and_months_are_not_compared_of_what_adds_up_over_a_year() -> None:
    new = {"indicator": "certificates_new"}
    rows = [{"period": "2024", "value": 12_000.0}, {"period": "2024-12", "value": 1000.0}]
    assert checked(*(new | row for row in rows)) == []


def test_a_break_is_no_jump() -> None:
    rows = series("uptake_rate", 15.4, 50.2)
    rows[1]["status"] = "B"
    assert checked(*rows) == []


def test_a_jump_is_seen_against_what_is_public_and_not_told_again_once_it_is() -> None:
    before, after = series("uptake_rate", 15.4, 50.2)
    assert told(checked(after, published=[before]))[-1] == ("jumps", 2, "value", "15.4 → 50.2")
    assert checked(before, after, published=[before, after]) == []


def test_an_indicator_may_have_its_own_rule() -> None:
    item = replace(KNOWN.indicators["uptake_rate"], jump=Jump("points", 40.0))
    known = replace(KNOWN, indicators=KNOWN.indicators | {item.key: item})
    assert checked(*series("uptake_rate", 15.4, 50.2), known=known) == []


def test_a_region_that_was_public_and_is_gone_is_named() -> None:
    public = [{"region": code} for code in ("110000", "120000", "130000")]
    found = checked({}, published=public)
    assert [(item.check, item.severity, item.column) for item in found] == [
        ("coverage", "warning", "region")
    ]
    assert found[0].found == "certificates_valid 2024-12 ALL: 1"
    assert str(found[0].expected) == "3 regions as published, without losing Tianjin, Hebei"
    assert checked(*public, {"region": "140000"}, published=public) == []


def test_a_figure_that_is_withheld_now_is_not_lost() -> None:
    withheld = {"value": None, "confidentiality": "C"}
    assert checked(withheld, published=[{}]) == []


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "indicator": st.sampled_from(["certificates_valid", "uptake_rate", "?", ""]),
                "period": st.sampled_from(["2024", "2024-Q5", "abcd-ef", "2024-12", ""]),
                "region": st.sampled_from(["ALL", "100000", "110000", "x"]),
                "scheme": st.sampled_from(["ALL", "MS", "'; DROP"]),
                "value": st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)),
                "status": st.sampled_from(["A", "B", "M", ""]),
            }
        ),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_is_given_is_found_wrong_and_never_breaks(rows: list[Row]) -> None:
    found = checked(*rows, published=[{}])
    wrong = [row for row in rows if row["indicator"] in ("?", "") or row["region"] == "x"]
    assert bool(wrong) <= any(item.check == "codes" for item in found)
    keys = [tuple((USUAL | row)[name] for name in KEY) for row in rows]
    twice = sum(keys.count(key) > 1 for key in keys)
    assert sum(item.check == "unique" for item in found) == twice


@pytest.mark.parametrize(
    ("above", "below", "status"),
    [("P", "B", "B"), ("B", "E", "B"), ("E", "D", "D"), ("A", "P", "P"), ("P", "E", "P")],
)
def test_a_break_in_either_part_of_a_ratio_is_one_of_the_ratio(
    above: str, below: str, status: str
) -> None:
    parts = [
        {"indicator": "certificates_valid", "value": 30.0, "status": above},
        {"indicator": "certified_organisations", "value": 20.0, "status": below},
    ]
    with tidy_rows(parts) as tidy:
        derive.add_derived(tidy, KNOWN)
        found = tidy.query(
            "SELECT status FROM tidy WHERE indicator = 'certificates_per_organisation'"
        )
    assert found["status"].tolist() == [status]


@pytest.mark.parametrize(
    ("growth", "counts", "expected"),
    [
        (9.5, (200.0, 220.0), ["10, from 200 of 2023 to 220"]),
        (10.0, (200.0, 220.0), []),
        (33.33, (300.0, 400.0), []),
        (33.34, (300.0, 400.0), ["33.33, from 300 of 2023 to 400"]),
        (9.0, (2_000_000.0, 2_200_000.0), []),  # both rounded to a million
        (9.5, (0.0, 220.0), []),
    ],
)
def test_a_growth_rate_agrees_with_the_figures_of_both_years(
    growth: float, counts: tuple[float, float], expected: list[str]
) -> None:
    rows = [
        *series("registry_qms_organisations", *counts, status="A"),
        {"indicator": "qms_organisation_growth", "period": "2024", "value": growth},
    ]
    found = checked(*rows)
    assert [str(finding.expected) for finding in found if finding.check == "growth"] == expected
    for finding in found:
        if finding.check == "growth":
            assert [key[:2] for key in finding.figures or ()] == [
                ("qms_organisation_growth", "2024"),
                ("registry_qms_organisations", "2024"),
                ("registry_qms_organisations", "2023"),
            ]


@pytest.mark.parametrize("scheme", ["ALL", "QMS"])
@pytest.mark.parametrize(
    ("indicator", "at"),
    [("registry_qms_organisations", "ALL"), ("registry_organisations_certified", "QMS")],
)
def test_the_growth_of_one_scheme_is_held_against_every_count_of_it(
    scheme: str, indicator: str, at: str
) -> None:
    rows = [row | {"scheme": at} for row in series(indicator, 200.0, 220.0, status="A")]
    growth = {"indicator": "qms_organisation_growth", "period": "2024", "scheme": scheme}
    other = [row | {"scheme": "EMS"} for row in series(indicator, 200.0, 300.0, status="A")]
    told = [
        finding
        for finding in checked(*rows, *other, growth | {"value": 9.5})
        if finding.check == "growth"
    ]
    assert [str(finding.expected) for finding in told] == ["10, from 200 of 2023 to 220"]
    assert [key[:3] for key in told[0].figures or ()] == [
        ("qms_organisation_growth", "2024", scheme),
        (indicator, "2024", at),
        (indicator, "2023", at),
    ]
    assert not any(
        finding.check == "growth" for finding in checked(*rows, *other, growth | {"value": 10.0})
    )


def test_a_rate_that_cannot_be_is_told_and_not_published() -> None:
    counted = [
        {"indicator": "registry_organisations_certified", "region": code, "value": value}
        for code, value in (("110000", 30.0), ("120000", 130.0))
    ]
    entities = [
        {"indicator": "legal_units", "region": code, "value": 100.0, "period": "2023"}
        for code in ("110000", "120000")
    ]
    with tidy_rows([*counted, *entities]) as tidy:
        derive.add_derived(tidy, KNOWN)
        computed = tidy.query(
            "SELECT region, value FROM tidy WHERE indicator = 'registry_coverage_rate'"
        )
        assert computed.to_dict("records") == [{"region": "110000", "value": 30.0}]
        (found,) = findings(tidy, KNOWN, derived=True)
    assert (found.check, found.severity, found.file, found.row) == (
        "beyond",
        "warning",
        "own/a.csv",
        3,
    )
    assert found.found == ("registry_coverage_rate 2024-12 ALL ALL ALL 120000: 130 / 100 = 130")


@pytest.mark.parametrize(("value", "found"), [(100.5, "100.5"), (0.25, "0.25")])
def test_a_count_that_is_not_whole_is_found(value: float, found: str) -> None:
    assert told(checked({"value": value})) == [("whole", 2, "value", found)]


def test_money_and_rates_need_not_be_whole() -> None:
    assert checked({"indicator": "certification_revenue", "value": 0.5}) == []


def places(found: list[Finding], check: str) -> list[tuple[str, int | None, str, str]]:
    """Return file, row, what was found and what was expected, of the findings of one check."""
    return [
        (item.file, item.row, item.found, str(item.expected))
        for item in found
        if item.check == check
    ]


@pytest.mark.parametrize("period", ["2999", "2999-Q1", "2999-12"])
def test_a_period_of_the_future_is_told_unless_it_is_a_forecast(period: str) -> None:
    row = {"period": period, "region": "320000"}
    ((file, line, found, _),) = places(checked(row), "future")
    assert (file, line, found) == ("own/a.csv", 2, f"certificates_valid 320000 {period}")
    assert places(checked(row | {"status": "F"}), "future") == []
    assert places(checked({"period": "2024-12"}), "future") == []


@pytest.mark.parametrize(
    ("code", "within", "outside"),
    [("330104", "2020-12", "2021-12"), ("330114", "2021-12", "2020-12")],
)
def test_a_county_s_figure_of_a_year_in_which_its_code_was_none_is_told(
    code: str, within: str, outside: str
) -> None:
    assert places(checked({"region": code, "period": within}), "outside_spans") == []
    found = places(checked({"region": code, "period": outside}), "outside_spans")
    assert [each[2] for each in found] == [f"{code} {outside}"]


def test_a_share_on_the_current_standard_breaks_where_its_edition_changes() -> None:
    share = {"indicator": "current_standard_share", "region": "100000"}
    rows = [
        share | {"period": period, "value": value}
        for period, value in (("2024-12", 99.0), ("2025-12", 99.5), ("2026-10", 1.0))
    ]
    found = places(checked(*rows), "editions")
    assert [each[2] for each in found] == ["100000 2026-10"]
    assert "ISO 9001:2015 / GB/T 19001-2016, now ISO 9001:2026 / GB/T 19001-2016" in found[0][3]
    assert places(checked(*rows[:2], rows[2] | {"status": "B"}), "editions") == []


def test_a_year_that_belies_its_months_names_both_places() -> None:
    months = [
        {"period": f"2023-{month:02}", "value": 135_298.0 + month, "file": "own/months.csv"}
        for month in (10, 12)
    ]
    year = {"period": "2023", "value": 13.0, "file": "own/year.csv"}
    found = places(checked(*months, year), "frequencies")
    assert found == [
        (
            "own/months.csv",
            3,
            "2023-12 110000: 135,310",
            "what agrees with 13 of 2023, which stands in own/year.csv · 4",
        ),
        (
            "own/year.csv",
            4,
            "2023 110000: 13",
            "what agrees with 135,308 of 2023-10, which stands in own/months.csv · 2",
        ),
    ]


def test_a_year_is_its_december_of_a_stock_but_for_rounding() -> None:
    month = {"period": "2023-12", "value": 537_498.0}
    assert places(checked(month, {"period": "2023", "value": 537_498.0}), "frequencies") == []
    assert places(checked(month, {"period": "2023", "value": 537_000.0}), "frequencies") == []
    assert len(places(checked(month, {"period": "2023", "value": 600_000.0}), "frequencies")) == 1
    assert len(places(checked(month, {"period": "2023-Q4", "value": 1.0}), "frequencies")) == 1
    # Another year's figure is another date.
    assert places(checked(month, {"period": "2021", "value": 600_000.0}), "frequencies") == []


def test_a_year_of_events_is_what_its_quarters_add_up_to() -> None:
    quarters = [
        {"indicator": "certificates_new", "period": f"2023-Q{quarter}", "value": 100.0}
        for quarter in (1, 2, 3, 4)
    ]
    year = {"indicator": "certificates_new", "period": "2023"}
    assert places(checked(*quarters, year | {"value": 400.0}), "frequencies") == []
    (found,) = checked(*quarters, year | {"value": 450.0})
    # All that the sentence lets one work out is named, so that nothing suppressed is quoted.
    assert {key[1] for key in found.figures or ()} == {
        "2023",
        "2023-Q1",
        "2023-Q2",
        "2023-Q3",
        "2023-Q4",
    }
    # Of a year that is not complete only more than the whole is wrong.
    assert places(checked(*quarters[:2], year | {"value": 450.0}), "frequencies") == []
    assert len(places(checked(*quarters[:2], year | {"value": 150.0}), "frequencies")) == 1


def test_an_indicator_under_another_industry_than_its_series_names_both_places() -> None:
    rate = {"indicator": "manufacturing_pass_rate", "period": "2023", "value": 93.7}
    series = rate | {"industry": "C", "file": "own/series.csv"}
    strange = rate | {"region": "320000", "file": "own/strange.csv"}
    ((file, line, found, expected),) = [
        place
        for place in places(checked(series, strange), "elsewhere")
        if place[0] == "own/strange.csv"
    ]
    assert (file, line, found) == ("own/strange.csv", 3, "manufacturing_pass_rate 2023: ALL, ALL")
    assert "ALL, C, in own/series.csv · 2" in expected
    ((_, _, _, expected),) = places(checked(strange, published=[series]), "elsewhere")
    assert "ALL, C, in what is public" in expected


def test_a_part_that_adds_up_to_the_series_only_adds_to_it() -> None:
    whole = {"value": 100.0, "file": "own/whole.csv"}
    parts = [
        {"value": 40.0, "industry": "C", "file": "own/parts.csv"},
        {"value": 60.0, "industry": "F", "file": "own/parts.csv"},
    ]
    assert places(checked(*parts, published=[whole]), "elsewhere") == []
    assert places(checked(*parts, whole | {"value": 100.0}), "elsewhere") == []
    both = [{"indicator": "uptake_rate", "period": "2023", "value": 5.0, "file": "own/both.csv"}]
    both.append(both[0] | {"industry": "C"})
    held = [both[0] | {"file": "own/series.csv", "period": "2022"}]
    assert places(checked(*both, *held), "elsewhere") == []


def test_ratios_that_one_wrong_figure_makes_are_told_with_it() -> None:
    def finding(check: str, period: str, *others: Key) -> Finding:
        about = (check, period, "ALL", "ALL", "ALL", "320000")
        advice = message("take them out")
        return Finding(
            "a.csv",
            "1",
            advice,
            advice,
            severity="warning",
            check=check,
            about=about,
            figures=(about, *others),
        )

    cause = finding("jumps", "2022-06")
    assert cause.about is not None
    made = [finding("beyond", period, cause.about) for period in ("2022-08", "2022-09")]
    alone = finding("beyond", "2023-01")
    (one, other), besides = with_consequences([cause, *made, alone])
    assert besides == made
    assert other == alone
    assert "beyond 2022-08 ALL ALL ALL 320000" in str(one.advice)
    assert not_told(made, [one]) == []
    # One that is new is told where what it comes from was accepted before.
    before = replace(one, accepted="looked up")
    assert not_told([replace(made[0], accepted="looked up"), made[1]], [before]) == made[1:]
    assert one.figures is not None
    assert {*one.figures} == {cause.about, *(item.about for item in made)}
