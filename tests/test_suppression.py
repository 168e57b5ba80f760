"""What is withheld on publication: the small, and as much as it takes to keep them unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.divisions import divisions
from etl.suppression import protection
from etl.suppression.small_numbers import complementary, suppress
from etl.tidy import TidyRows
from indicators import catalogue
from indicators.catalogue import Catalogue, Suppression
from tests.attack import (
    CERTIFICATES,
    DIMENSIONS,
    HOLDERS,
    KEY,
    OF_QUALITY,
    Attack,
    ending,
    growth,
    recovered,
    registry,
)

KNOWN = catalogue.load()
CHAINS = divisions(KNOWN)
PROVINCES = ["110000", "120000", "130000"]  # which are all of JINGJINJI
SIZES = ["LARGE", "MEDIUM", "SMALL", "MICRO", "NOT_CLASSIFIED"]


def rows_of(folder: Path, rows: list[dict[str, object]]) -> TidyRows:
    """Return rows of certified organisations in all of China in 2024, but for what they say."""
    tidy = TidyRows(folder)
    usual = {
        "indicator": "certified_organisations",
        "period": "2024-12",
        "scheme": "ALL",
        "industry": "ALL",
        "size": "ALL",
        "region": "100000",
        "status": "A",
        "confidentiality": "F",
        "numerator": None,
        "denominator": None,
        "source": "own",
        "citation": "c1",
        "file": "own/a.csv",
        "sheet": "",
    }
    tidy.add(pd.DataFrame([usual | {"row": line} | row for line, row in enumerate(rows, 2)]))
    return tidy


def withheld(tidy: TidyRows, known: Catalogue = KNOWN) -> pd.DataFrame:
    assert suppress(tidy, known) == []
    return tidy.query("SELECT * FROM withheld ORDER BY ALL")


def told(tidy: TidyRows, known: Catalogue = KNOWN) -> list[tuple[str, str, str, str]]:
    found = withheld(tidy, known)
    return sorted(found[["region", "industry", "size", "rule"]].itertuples(index=False, name=None))


def jingjinji(*values: float) -> list[dict[str, object]]:
    regions = ["JINGJINJI", *PROVINCES]
    return [
        {"region": region, "value": value}
        for region, value in zip(regions, [sum(values), *values], strict=True)
    ]


def test_a_small_figure_takes_the_smallest_other_along(tmp_path: Path) -> None:
    assert told(rows_of(tmp_path, jingjinji(2, 40, 30))) == [
        ("110000", "ALL", "ALL", "threshold"),
        ("130000", "ALL", "ALL", "complementary"),
    ]


def test_two_small_figures_protect_each_other(tmp_path: Path) -> None:
    assert [rule for *_, rule in told(rows_of(tmp_path, jingjinji(2, 2, 30)))] == ["threshold"] * 2


def test_two_figures_that_only_can_be_one_and_two_take_a_third_along(tmp_path: Path) -> None:
    assert [row[-1] for row in told(rows_of(tmp_path, jingjinji(2, 1, 30)))] == [
        "threshold",
        "threshold",
        "complementary",
    ]


def test_two_figures_that_sum_to_two_are_both_one_so_a_third_goes(tmp_path: Path) -> None:
    assert [row[-1] for row in told(rows_of(tmp_path, jingjinji(1, 1, 30)))] == [
        "threshold",
        "threshold",
        "complementary",
    ]


def test_zero_is_a_figure_and_stays(tmp_path: Path) -> None:
    assert told(rows_of(tmp_path, jingjinji(0, 40, 30))) == []
    (tmp_path / "b").mkdir()
    assert told(rows_of(tmp_path / "b", jingjinji(0, 2, 30))) == [
        ("120000", "ALL", "ALL", "threshold"),
        ("130000", "ALL", "ALL", "complementary"),
    ]


def test_where_all_others_are_zero_the_total_goes(tmp_path: Path) -> None:
    rows = jingjinji(0, 0, 9)
    rows[3]["confidentiality"] = "C"
    assert told(rows_of(tmp_path, rows)) == [
        ("130000", "ALL", "ALL", "marked"),
        ("JINGJINJI", "ALL", "ALL", "complementary"),
    ]


def test_a_rest_that_nobody_knows_protects_by_itself(tmp_path: Path) -> None:
    rows = [
        {"region": "100000", "value": 5000},
        {"region": "110000", "value": 2},
        {"region": "120000", "value": 700},
    ]
    assert told(rows_of(tmp_path, rows)) == [("110000", "ALL", "ALL", "threshold")]


def test_what_its_source_marks_is_withheld_in_any_indicator(tmp_path: Path) -> None:
    rows = [{"indicator": "population", "value": 1e6, "confidentiality": "C"}]
    assert told(rows_of(tmp_path, rows)) == [("100000", "ALL", "ALL", "marked")]


def test_figures_of_few_or_of_one_that_dominates_are_withheld(tmp_path: Path) -> None:
    rule = replace(
        KNOWN.indicators["certification_revenue"],
        suppression=Suppression(threshold=3, dominance=80),
    )
    known = replace(KNOWN, indicators=KNOWN.indicators | {rule.key: rule})
    tidy = rows_of(tmp_path, [])
    tidy.connection.execute(
        """
        CREATE OR REPLACE TEMP VIEW tidy AS
        SELECT 'certification_revenue' AS indicator, '2024' AS period, 'ALL' AS scheme,
            'ALL' AS industry, 'ALL' AS size, region, value, 'F' AS confidentiality,
            NULL::DOUBLE AS numerator, 'own' AS source, contributors, largest
        FROM (VALUES ('110000', 50.0, 9, 41.0), ('120000', 50.0, 2, 30.0),
            ('130000', 50.0, 9, 39.0)) AS figures(region, value, contributors, largest)
        """
    )
    assert told(tidy, known) == [
        ("110000", "ALL", "ALL", "dominance"),
        ("120000", "ALL", "ALL", "threshold"),
    ]


def test_a_ratio_that_gives_its_numerator_away_goes_too(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"region": "110000", "value": 2},
        {"region": "110000", "indicator": "organisations_per_10000_residents", "value": 0.1},
        {"region": "120000", "indicator": "organisations_per_10000_residents", "value": 0.1},
        {"region": "110000", "indicator": "organisation_national_share", "value": 0.1},
        {"region": "110000", "indicator": "certificates_per_organisation", "value": 3},
        {"region": "110000", "indicator": "certificates_valid", "value": 6},
    ]
    found = withheld(rows_of(tmp_path, rows), KNOWN)
    assert sorted(found[["indicator", "region", "rule"]].itertuples(index=False, name=None)) == [
        ("certificates_per_organisation", "110000", "ratio"),
        ("certified_organisations", "110000", "threshold"),
        ("organisation_national_share", "110000", "ratio"),
        ("organisations_per_10000_residents", "110000", "ratio"),
    ]


def test_a_withheld_denominator_takes_the_later_ratios_along(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"indicator": "legal_units", "period": "2018-12", "value": 9, "confidentiality": "C"},
    ]
    for period in ("2017-12", "2018-12", "2021-12", "2022-12"):
        rows.append(
            {"indicator": "organisations_per_1000_legal_units", "period": period, "value": 5}
        )
    found = withheld(rows_of(tmp_path, rows), KNOWN)
    assert sorted(found.loc[found["rule"] == "ratio", "period"]) == ["2018-12", "2021-12"]


# A stock is one figure at a year, its last quarter and its December.

SHANGHAI, JIANGSU, ZHEJIANG, NATION = "310000", "320000", "330000", "100000"
FEW = {SHANGHAI: 2, JIANGSU: 30, ZHEJIANG: 50}
USERS = "tool_users"
LABELS = ["2023", "2023-Q4", "2023-12"]


def filed(
    indicator: str, period: str, values: dict[str, int], scheme: str = "ALL"
) -> list[dict[str, object]]:
    return [
        {"indicator": indicator, "period": period, "scheme": scheme, "region": region}
        | {"value": n}
        for region, n in values.items()
    ]


@pytest.mark.parametrize(
    "rows",
    [
        filed(HOLDERS, "2021", FEW | {NATION: 82})
        + filed(HOLDERS, "2021-12", {JIANGSU: 30})
        + filed(HOLDERS, "2021-Q4", {ZHEJIANG: 50}),
        filed(USERS, "2021", FEW) + filed(USERS, "2021-12", {NATION: 82}),
        filed(OF_QUALITY, "2021", FEW | {NATION: 82})
        + filed(HOLDERS, "2021-12", {JIANGSU: 30}, "QMS"),
        filed(CERTIFICATES, "2021", {SHANGHAI: 1}) + filed(HOLDERS, "2021-12", {SHANGHAI: 1}),
        # Said to be two figures, it may be either: 83 − 30 − 51 = 2.
        filed(HOLDERS, "2021", FEW | {NATION: 90})
        + filed(HOLDERS, "2021-12", {ZHEJIANG: 51})
        + filed(HOLDERS, "2021-Q4", {NATION: 83}),
    ],
    ids=["parts", "whole", "same", "holders", "restated"],
)
def test_what_follows_by_another_name_of_the_period_is_suppressed(
    tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    found = withheld(rows_of(tmp_path, rows))
    keys = set(
        found[["indicator", "period", "scheme", "region"]].itertuples(index=False, name=None)
    )
    hidden: set[tuple[object, ...]] = set()
    shown: set[tuple[object, ...]] = set()
    for row in rows:
        indicator, scheme = str(row["indicator"]), str(row["scheme"])
        place = "qms" if indicator == OF_QUALITY or scheme == "QMS" else indicator
        gone = (indicator, row["period"], scheme, row["region"]) in keys
        (hidden if gone else shown).add(
            (place, ending(str(row["period"])), row["region"], row["value"])
        )
    assert len(hidden) > 1
    assert not hidden & shown


# A total that is in no file ties the figures that are.


def along(
    dimension: str, codes: Sequence[str], *values: int, **key: str
) -> list[dict[str, object]]:
    """Return organisations over a dimension, the first codes of it."""
    return [
        {"indicator": HOLDERS, dimension: code, "value": value} | key
        for code, value in zip(codes, values, strict=False)
    ]


def sized(region: str, *values: int, **key: str) -> list[dict[str, object]]:
    return along("size", SIZES, *values, region=region, **key)


def sectors(region: str, *values: int) -> list[dict[str, object]]:
    return along("industry", "CDE", *values, region=region)


BY_SIZE = sized(SHANGHAI, 2, 20, 40, 50) + sized(JIANGSU, 21, 22, 43, 54)


@pytest.mark.parametrize(
    "rows",
    [
        BY_SIZE + along("region", [NATION], 252),
        sectors(SHANGHAI, 2, 30) + sectors(JIANGSU, 40, 50, 60) + along("region", [NATION], 182),
        sized(SHANGHAI, 2, 20, 40, 50) + sectors(SHANGHAI, 12, 40, 60),
        # One province with its total and one without.
        sized(SHANGHAI, 2, 20) + along("region", [JIANGSU, NATION], 130, 152),
        # The count of a scheme, under its own indicator.
        sized(SHANGHAI, 2, 20, scheme="QMS")
        + sized(JIANGSU, 30, 40, scheme="QMS")
        + [{"indicator": OF_QUALITY, "region": NATION, "value": 92}],
        # Certificates over the sizes are one, so there is one organisation.
        along("size", SIZES, 1, 0, 0, region=SHANGHAI, indicator=CERTIFICATES)
        + along("region", [SHANGHAI], 1),
        # The nation, in no file, is no more than all with those abroad: Shanghai's is 1 or 2.
        along("region", [SHANGHAI, JIANGSU, "ALL"], 2, 30, 32),
        # And so where all with those abroad are given under the other indicator.
        sized(SHANGHAI, 2, 20, scheme="QMS")
        + sized(JIANGSU, 30, 40, scheme="QMS")
        + [{"indicator": OF_QUALITY, "region": "ALL", "value": 92}],
    ],
    ids=["sizes", "sections", "twice", "some", "scheme", "holders", "abroad", "scheme abroad"],
)
def test_what_follows_by_way_of_a_total_in_no_file_is_suppressed(
    tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    tidy = rows_of(tmp_path, [{"period": "2021"} | row for row in rows])
    assert sorted(withheld(tidy)["rule"]) == ["complementary", "threshold"]


@pytest.mark.parametrize(
    ("lacking", "totals"),
    [
        # 120000's total leaves 55 for its large ones, and so the large ones leave 2 for 110000.
        ([("120000", "LARGE"), ("130000", "MEDIUM")], [("120000", "ALL"), ("130000", "ALL")]),
        # What two rows and two columns leave for the same four.
        (
            [*product(["120000", "130000"], ["LARGE", "MEDIUM"]), ("110000", "SMALL")],
            [("110000", "ALL"), ("120000", "ALL"), ("130000", "ALL"), ("JINGJINJI", "MEDIUM")],
        ),
    ],
    ids=["one", "four"],
)
def test_what_follows_since_two_wholes_lack_the_same_part_is_suppressed(
    tmp_path: Path, lacking: list[tuple[str, str]], totals: list[tuple[str, str]]
) -> None:
    cells = {place: 40.0 + 7 * at for at, place in enumerate(product(PROVINCES, SIZES))}
    cells["110000", "LARGE"] = 2.0
    given = {place: value for place, value in cells.items() if place not in lacking}
    for whole in [*totals, ("JINGJINJI", "LARGE")]:
        under = {"JINGJINJI": PROVINCES, "ALL": SIZES}
        parts = product(*(under.get(code, [code]) for code in whole))
        given[whole] = sum(cells[region, size] for region, size in parts)
    rows: list[dict[str, object]] = [
        {"region": region, "size": size, "value": value} for (region, size), value in given.items()
    ]
    assert "complementary" in withheld(rows_of(tmp_path, rows))["rule"].tolist()


def test_a_total_in_no_file_that_leaves_a_rest_takes_nothing_along(tmp_path: Path) -> None:
    rows = BY_SIZE + along("region", [NATION], 260)
    assert withheld(rows_of(tmp_path, rows))["rule"].tolist() == ["threshold"]


@pytest.mark.parametrize("seed", range(6))
def test_no_suppressed_figure_follows_whatever_its_period_is_called(
    tmp_path: Path, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    counts: dict[tuple[str, str], dict[str, int]] = {
        (CERTIFICATES, "ALL"): {},
        (HOLDERS, "ALL"): {},
        (HOLDERS, "QMS"): {},
    }
    for region in PROVINCES:
        certificates = int(chance.integers(1, 12))
        organisations = int(chance.integers(1, certificates + 1))
        numbers = certificates, organisations, int(chance.integers(0, organisations + 1))
        for values, number in zip(counts.values(), numbers, strict=True):
            values[region] = number
    for values in counts.values():
        values["JINGJINJI"] = sum(values.values())
    counts[OF_QUALITY, "ALL"] = counts[HOLDERS, "QMS"]
    rows = [
        row
        for (indicator, scheme), values in counts.items()
        for region, value in values.items()
        for period in chance.choice(LABELS, chance.integers(1, 4), replace=False)
        for row in filed(indicator, str(period), {region: value}, scheme)
    ]
    tidy = rows_of(tmp_path, rows)
    hidden = pd.MultiIndex.from_frame(withheld(tidy)[KEY])
    table = tidy.query("SELECT * FROM tidy")
    public = table["value"].mask(pd.MultiIndex.from_frame(table[KEY]).isin(hidden))
    attack = Attack()
    parts: dict[str, dict[str, list[str]]] = {name: {} for name in DIMENSIONS}
    registry(table.assign(value=public), parts | {"region": {"JINGJINJI": PROVINCES}}, attack)
    truth = {
        (0, indicator, ending(period), *place): value
        for indicator, period, *place, value in table[[*KEY, "value"]].to_numpy()
    }
    small = [cell for cell in attack.unknown if cell[1] != CERTIFICATES and 0 < truth[cell] < 3]
    found = recovered(attack, truth, small)
    assert found.exactly == []
    assert found.within_rule == []


# What a source's own ratio says of a figure that is in no file.


def ratio(region: str, indicator: str, value: float) -> dict[str, object]:
    return {"region": region, "indicator": indicator, "value": value}


PER_1000, SHARE, EACH = (
    "organisations_per_1000_legal_units",
    "organisation_national_share",
    "certificates_per_organisation",
)


@pytest.mark.parametrize(
    ("given_ratio", "base"),
    [
        (ratio("110000", PER_1000, 0.2), ratio("110000", "legal_units", 10_000)),
        (ratio("110000", SHARE, 0.02), {"value": 10_000}),
        (ratio("110000", EACH, 3), ratio("110000", "certificates_valid", 6)),
    ],
)
def test_a_source_s_own_ratio_that_implies_a_small_figure_is_suppressed(
    tmp_path: Path, given_ratio: dict[str, object], base: dict[str, object]
) -> None:
    found = withheld(rows_of(tmp_path, [given_ratio, base]))
    assert found[["indicator", "region", "rule"]].to_numpy().tolist() == [
        [given_ratio["indicator"], "110000", "ratio"]
    ]


@pytest.mark.parametrize(("value", "units"), [(0.2, 1_000_000), (0.3, 10_000), (0.0, 10_000)])
def test_a_source_s_own_ratio_that_implies_no_small_figure_stays(
    tmp_path: Path, value: float, units: float
) -> None:
    rows = [ratio("110000", PER_1000, value), ratio("110000", "legal_units", units)]
    assert withheld(rows_of(tmp_path, rows)).empty


def test_a_source_s_own_ratio_goes_with_the_small_figure_that_it_would_give_away(
    tmp_path: Path,
) -> None:
    # 72 in all and 40 in Tianjin; the 30 of Hebei are in no file but follow from 300 ‰ of 100.
    whole = jingjinji(2, 40, 30)[:3]
    rows = [*whole, ratio("130000", PER_1000, 300), ratio("130000", "legal_units", 100)]
    found = withheld(rows_of(tmp_path, rows)).query("rule != 'threshold'")
    assert found[["indicator", "region"]].to_numpy().tolist() == [[PER_1000, "130000"]]


QMS, GROWTH = "registry_qms_organisations", "qms_organisation_growth"


@pytest.mark.parametrize(("year", "small"), [("2023", 2), ("2022", 2), ("2024", 40)])
def test_a_growth_rate_that_gives_a_suppressed_figure_away_goes_too(
    tmp_path: Path, year: str, small: int
) -> None:
    counts = {"2022": 30, "2023": 40} | {year: small}
    rows: list[dict[str, object]] = [
        {"indicator": QMS, "period": period, "value": value} for period, value in counts.items()
    ]
    rows.append({"indicator": GROWTH, "period": "2023", "value": 33.33})
    found = withheld(rows_of(tmp_path, rows))
    assert found.loc[found["indicator"] == GROWTH, "rule"].tolist() == ["ratio"] * (small == 2)


def test_a_growth_rate_that_implies_a_small_figure_in_no_file_is_suppressed(
    tmp_path: Path,
) -> None:
    rows: list[dict[str, object]] = [
        {"indicator": QMS, "period": "2022", "value": 40},
        {"indicator": GROWTH, "period": "2023", "value": -95.0},
        {"indicator": GROWTH, "period": "2022", "value": 1900.0},  # of 40, so 2 in 2021
    ]
    found = withheld(rows_of(tmp_path, rows))
    assert found[["indicator", "period", "rule"]].to_numpy().tolist() == [
        [GROWTH, "2022", "ratio"],
        [GROWTH, "2023", "ratio"],
    ]


@pytest.mark.parametrize("seed", range(8))
def test_no_suppressed_figure_follows_from_growth_rates(tmp_path: Path, seed: int) -> None:
    chance = np.random.default_rng(seed)
    rows: list[dict[str, object]] = []
    for region in PROVINCES:
        counts = chance.integers(0, chance.choice([6, 60]), 4) * 1.0
        for year, value in zip(range(2021, 2025), counts, strict=True):
            rows.append({"period": str(year), "region": region, "value": value})
        for year, (before, now) in zip(range(2022, 2025), pairwise(counts), strict=True):
            if before > 0:
                rate = round(100 * now / before - 100, 2)
                rows.append(
                    {"indicator": GROWTH, "period": str(year), "region": region, "value": rate}
                )
    tidy = rows_of(tmp_path, [{"indicator": QMS} | row for row in rows])
    withheld(tidy)
    public = tidy.query(
        f"""
        SELECT {", ".join(KEY)}, if(rule IS NULL, value, NULL) AS value, value AS true
        FROM tidy LEFT JOIN withheld USING ({", ".join(KEY)})
        """
    )
    attack = Attack()
    registry(public[public["indicator"] == QMS], {name: {} for name in DIMENSIONS}, attack)
    growth(public, QMS, GROWTH, attack)
    true = {(0, *row[:-1]): row[-1] for row in public[[*KEY, "true"]].itertuples(index=False)}
    small = [cell for cell in attack.unknown if 0 < true[cell] < 3]
    found = recovered(attack, true, small)
    assert found.exactly == []
    assert found.within_rule == []


IN_C = "qms_organisation_share"


@pytest.mark.parametrize(
    ("counted", "named"),
    [
        ((QMS, "ALL"), "ALL"),
        ((QMS, "ALL"), "QMS"),
        ((HOLDERS, "QMS"), "ALL"),
        ((HOLDERS, "QMS"), "QMS"),
    ],
)
@pytest.mark.parametrize("filed", [True, False], ids=["filed", "in no file"])
def test_the_share_of_an_industry_gives_no_small_figure_away(
    tmp_path: Path, counted: tuple[str, str], named: str, filed: bool
) -> None:
    indicator, scheme = counted
    counts = {"ALL": 10_000.0, "D": 9_000.0} | ({"C": 2.0} if filed else {})
    rows: list[dict[str, object]] = [
        {"indicator": indicator, "scheme": scheme, "industry": industry, "value": value}
        for industry, value in counts.items()
    ]
    # 0.02 % of 10,000 is 2.
    for industry, share in (("C", 0.02), ("D", 90.0)):
        rows.append({"indicator": IN_C, "scheme": named, "industry": industry, "value": share})
    found = withheld(rows_of(tmp_path, rows))
    keys = found[["indicator", "industry", "rule"]].itertuples(index=False, name=None)
    assert sorted(keys) == [
        (IN_C, "C", "ratio"),
        *([(indicator, "C", "threshold")] if filed else []),
    ]


def test_the_growth_of_one_scheme_is_that_of_its_own_indicator(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"indicator": QMS, "period": "2022", "value": 30},
        {"indicator": QMS, "period": "2023", "value": 2},
        {"indicator": GROWTH, "period": "2023", "scheme": "QMS", "value": -93.33},
    ]
    found = withheld(rows_of(tmp_path, rows))
    assert sorted(found["rule"]) == ["ratio", "threshold"]


@pytest.mark.parametrize("place", [{"industry": "C"}, {"size": "LARGE"}, {"scheme": "QMS"}])
@pytest.mark.parametrize("filed", [True, False], ids=["filed", "in no file"])
def test_the_national_share_of_a_small_figure_goes_in_every_dimension(
    tmp_path: Path, place: dict[str, str], filed: bool
) -> None:
    rows: list[dict[str, object]] = [
        {"value": 10_000.0, **place},
        {"region": "110000", "indicator": SHARE, "value": 0.02, **place},
    ]
    rows += [{"region": "110000", "value": 2.0, **place}] * filed
    found = withheld(rows_of(tmp_path, rows))
    assert found.query("rule == 'ratio'")["indicator"].tolist() == [SHARE]


@pytest.mark.parametrize("digits", [1, 10_000])
def test_a_figure_that_follows_from_rounded_ones_takes_another_along(
    tmp_path: Path, digits: float
) -> None:
    # Rounded apart from one another: the parts and their whole differ by one of the last digit.
    indicator = "certification_revenue" if digits == 1 else "certified_organisations"
    rows = [
        row | {"indicator": indicator, "value": float(str(row["value"])) * digits}
        for row in jingjinji(20, 40, 31)
    ]
    rows[0]["value"] = 92 * digits
    rows[1]["confidentiality"] = "C"
    assert [row[-1] for row in told(rows_of(tmp_path, rows))] == ["marked", "complementary"]


TOOLS = ("continuity", "lean", "six_sigma", "supply_chain", "total_quality", "traceability")


def test_the_shipped_rules_name_only_what_microdata_will_bring() -> None:
    assert {key for key, item in KNOWN.indicators.items() if item.suppression} == {
        "certified_organisations",
        "integrated_certificates",
        "qms_new_organisations",
        "tool_users",
        "campaign_enterprises",
        "certification_revenue",
        "inspection_revenue",
        "registry_organisations_certified",
        "registry_qms_organisations",
        *(f"tool_users_{tool}" for tool in TOOLS),
    }


# The law: nothing that is withheld follows from what is public.


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Draw a table of provinces × sizes (× two levels of industry) with its totals, some given."""
    provinces = PROVINCES[: draw(st.integers(2, 3))]
    sizes = SIZES[: draw(st.integers(1, 4))]
    industries = draw(st.sampled_from([["06"], ["06", "07"], ["06", "07", "13"]]))
    value = st.one_of(st.integers(0, 4), st.integers(0, 60))
    leaves = pd.DataFrame(
        [(p, i, s, draw(value)) for p, i, s in product(provinces, industries, sizes)],
        columns=["region", "industry", "size", "value"],
    )
    wholes = {
        "region": dict.fromkeys(provinces, "JINGJINJI"),
        "size": dict.fromkeys(sizes, "ALL"),
        "industry": {"06": "B", "07": "B", "13": "C"},
    }
    table = leaves
    for name, above in wholes.items():
        table = pd.concat([table, table.assign(**{name: table[name].map(above)})])
        if name == "industry":
            table = pd.concat([table, table[table[name].isin(["B", "C"])].assign(industry="ALL")])
    summed = table.groupby(["region", "industry", "size"])["value"].sum().reset_index()
    if draw(st.booleans()):  # without the sections, divisions make up the total themselves
        summed = summed[~summed["industry"].isin(["B", "C"])]
    margin = summed[["region", "industry", "size"]].isin(["JINGJINJI", "B", "C", "ALL"]).any(axis=1)
    left_out = draw(st.sets(st.sampled_from(summed.index[margin].tolist())))
    summed = summed.drop(index=list(left_out)).reset_index(drop=True)
    few = summed["value"].between(1, 2)
    marked = draw(st.lists(st.booleans(), min_size=len(summed), max_size=len(summed)))
    sparse = draw(st.booleans())
    return summed.assign(
        scheme="ALL", hidden=few if sparse else few | (np.array(marked) & (summed["value"] > 0))
    )


def determined(table: pd.DataFrame, unknown: npt.NDArray[np.bool_]) -> list[int]:
    """Return the unknown cells that all equations between the cells fix, by the rank of them.

    Independent of the code under test: each cell is written as the sum of its leaves.
    """
    under = {"JINGJINJI": {*PROVINCES}, "B": {"06", "07"}, "C": {"13"}}
    under["ALL"] = {"06", "07", "13", *SIZES}
    cells = [tuple(row) for row in table[["region", "industry", "size"]].to_numpy()]
    leaves = [cell for cell in cells if not under.keys() & set(cell)]
    made_of = np.array(
        [
            [
                all(part in under.get(code, {code}) for part, code in zip(leaf, cell, strict=True))
                for leaf in leaves
            ]
            for cell in cells
        ],
        dtype=float,
    )
    public = made_of[~unknown]
    rank = np.linalg.matrix_rank(public) if len(public) else 0
    return [
        int(cell)
        for cell in np.flatnonzero(unknown)
        if np.linalg.matrix_rank(np.vstack([public, made_of[cell]])) == rank
    ]


def suppressed(
    table: pd.DataFrame, indicator: str = "certified_organisations"
) -> npt.NDArray[np.bool_]:
    """Return which cells of a table are suppressed in the end."""
    rule = table["hidden"].map({True: "marked", False: None})
    cells = table.assign(indicator=indicator, period="2024", rule=rule)
    choice = complementary(cells, KNOWN)
    assert choice.exposed == []
    return table["hidden"].to_numpy(bool) | choice.further


@settings(max_examples=100, deadline=None)
@given(tables())
def test_no_withheld_figure_follows_from_what_is_public(table: pd.DataFrame) -> None:
    unknown = suppressed(table)
    assert not [cell for cell in determined(table, unknown) if table["value"][cell] > 0]


@settings(max_examples=30, deadline=None)
@given(tables())
def test_where_nothing_is_small_nothing_is_withheld(table: pd.DataFrame) -> None:
    assert not suppressed(table.assign(hidden=False)).any()


def test_a_figure_that_only_two_tables_together_give_away_is_protected() -> None:
    # Withheld: two squares of four and, between them, one that every row and column hides.
    small = {
        ("110000", "LARGE"),
        ("110000", "MEDIUM"),
        ("120000", "LARGE"),
        ("120000", "MEDIUM"),
        ("120000", "SMALL"),
        ("130000", "SMALL"),
        ("130000", "MICRO"),
        ("310000", "SMALL"),
        ("310000", "MICRO"),
    }
    regions, sizes = [*PROVINCES, "310000"], SIZES[:4]
    leaves = pd.DataFrame(
        [(p, s, 2.0 if (p, s) in small else 50.0) for p, s in product(regions, sizes)],
        columns=["region", "size", "value"],
    )
    whole = pd.concat([leaves, leaves.assign(region="100000")])
    whole = pd.concat([whole, whole.assign(size="ALL")])
    table = whole.groupby(["region", "size"], as_index=False)["value"].sum()
    table = table.assign(scheme="ALL", industry="ALL", hidden=table["value"] < 3)
    assert (suppressed(table) & ~table["hidden"]).sum() == 1


def test_once_the_budget_is_spent_what_holds_relations_with_a_figure_is_suppressed_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    regions = ["JINGJINJI", *PROVINCES]
    leaves = pd.DataFrame(
        [
            (region, size, 2.0 if (region, size) == ("110000", "LARGE") else 50.0)
            for region, size in product(PROVINCES, SIZES[:3])
        ],
        columns=["region", "size", "value"],
    )
    whole = pd.concat([leaves, leaves.assign(region="JINGJINJI")])
    table = whole.groupby(["region", "size"], as_index=False).agg(value=("value", "sum"))
    table = table.assign(scheme="ALL", industry="ALL", hidden=table["value"] == 2)
    assert suppressed(table).sum() == 2
    monkeypatch.setattr(protection, "BUDGET", -1)
    spent = suppressed(table)
    assert table.loc[spent, "size"].unique().tolist() == ["LARGE"]
    assert sorted(table.loc[spent, "region"]) == sorted(regions)


# Organisations of a registry: one may stand in several provinces, sizes and schemes.


def holders(*values: float) -> list[dict[str, object]]:
    """Return organisations of three provinces, the cluster of them last."""
    return [
        {"indicator": "registry_organisations_certified", "region": region, "value": value}
        for region, value in zip([*PROVINCES, "JINGJINJI"], values, strict=True)
    ]


def test_organisations_that_do_not_overlap_are_protected_like_what_adds_up(tmp_path: Path) -> None:
    assert told(rows_of(tmp_path, holders(2, 40, 30, 72))) == [
        ("110000", "ALL", "ALL", "threshold"),
        ("130000", "ALL", "ALL", "complementary"),
    ]


def test_organisations_that_overlap_protect_each_other(tmp_path: Path) -> None:
    assert told(rows_of(tmp_path, holders(2, 40, 30, 71))) == [
        ("110000", "ALL", "ALL", "threshold")
    ]


@st.composite
def overlapping(draw: st.DrawFn) -> pd.DataFrame:
    """Draw organisations in provinces and sizes; count the distinct ones of every total."""
    place = st.tuples(st.sampled_from(PROVINCES), st.sampled_from(SIZES[:3]))
    held = draw(st.lists(st.sets(place, min_size=1, max_size=2), min_size=3, max_size=25))
    cells: dict[tuple[str, str], set[int]] = {}
    for name, places in enumerate(held):
        for province, size in places:
            for cell in product((province, "JINGJINJI"), (size, "ALL")):
                cells.setdefault(cell, set()).add(name)
    rows = [(*cell, float(len(names))) for cell, names in sorted(cells.items())]
    table = pd.DataFrame(rows, columns=["region", "size", "value"])
    return table.assign(scheme="ALL", industry="ALL", hidden=table["value"] < 3)


@settings(max_examples=40, deadline=None)
@given(overlapping(), st.sets(st.sampled_from(["of regions", "of sizes"])))
def test_no_suppressed_count_of_organisations_follows_from_bounds(
    table: pd.DataFrame, left_out: set[str]
) -> None:
    every = table.assign(indicator=HOLDERS, period="2024")[[*KEY, "value"]]
    true = {(0, *row[:-1]): row[-1] for row in every.itertuples(index=False)}
    whole = (table["region"] == "JINGJINJI", table["size"] == "ALL")
    of = np.select([whole[1] & ~whole[0], whole[0] & ~whole[1]], ["of regions", "of sizes"], "")
    table = table[~np.isin(of, list(left_out))]
    unknown = suppressed(table, HOLDERS)
    cells = every.loc[table.index]
    attack = Attack()
    parts = {
        "region": {"JINGJINJI": PROVINCES},
        "size": {"ALL": SIZES},
        "scheme": {},
        "industry": {},
    }
    registry(cells.assign(value=cells["value"].mask(unknown)), parts, attack)
    small = [cell for cell in attack.unknown if true[cell] < 3]
    found = recovered(attack, true, small)
    assert found.exactly == []
    assert found.within_rule == []


@pytest.mark.parametrize("code", ["110000", "EAST", "06"])
def test_a_code_has_one_whole_a_step_in_each_family(code: str) -> None:
    steps = CHAINS[CHAINS["part"] == code]
    assert len(steps)
    assert not steps.duplicated(["dimension", "family", "distance"]).any()
