"""The catalogue and the code lists: complete and connected."""

from __future__ import annotations

import re
from dataclasses import fields

import pandas as pd
import pytest

from etl.certificates.changes import STOCKS
from indicators import catalogue, code_names
from indicators.catalogue import CATALOGUE, Indicator, Jump
from indicators.compare.intervals import traits_of
from indicators.settings import ROOT
from indicators.wording import Text, Wording

KNOWN = catalogue.load()
PROVINCES = KNOWN.regions[KNOWN.regions["kind"] == "province"].set_index("code")
AGGREGATES = KNOWN.regions[KNOWN.regions["members"] != ""].set_index("code")
ENGLISH_SENTENCE = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}")

# The number each clause bears in the opinion, and the indicators that must track it.
CLAUSES = {
    "preamble": (
        "0",
        "certification_bodies_per_10000_legal_units inspection_bodies_per_10000_legal_units "
        "certificates_suspended_per_1000 certificates_withdrawn_per_1000 "
        "organisations_per_1000_legal_units",
    ),
    "guiding_ideology": ("1", "mutual_recognition_arrangements"),
    "principles": ("2", "integrated_certificates ccc_coverage"),
    "objectives_systems": (
        "3",
        "system_laws system_standards system_organisation system_regulation "
        "system_public_service system_international",
    ),
    "objectives_capability": ("3", "uptake_rate qms_rate_above_scale qms_new_organisations"),
    "objectives_quality": (
        "3",
        "manufacturing_pass_rate manufacturing_pass_rate_gap agricultural_monitoring_pass_rate "
        "food_sampling_pass_rate drug_sampling_pass_rate industrial_supervision_pass_rate "
        "service_satisfaction_life service_satisfaction_public",
    ),
    "objectives_brands": ("3", "quality_brands manufacturing_quality_competitiveness"),
    "tools": ("4", "tool_users leading_practices"),
    "spread": (
        "5",
        "campaign_enterprises central_enterprise_pacesetters people_trained association_events",
    ),
    "government": ("6", "departments_with_system excellence_awards"),
    "upgrade": ("III", "current_standard_share new_management_schemes"),
}
# Numerator, denominator, factor, years that the denominator may be carried, region of the whole.
RATIOS = {
    "organisations_per_10000_residents": (
        "certified_organisations",
        "population_yearend",
        10_000,
        5,
        None,
    ),
    "organisations_per_1000_legal_units_all": (
        "certified_organisations",
        "legal_units_all",
        1_000,
        3,
        None,
    ),
    "organisations_per_1000_enterprises": (
        "certified_organisations",
        "enterprise_legal_units_all",
        1_000,
        3,
        None,
    ),
    "registry_coverage_rate_all": (
        "registry_organisations_certified",
        "legal_units_all",
        100,
        3,
        None,
    ),
    "registry_uptake_rate_all": (
        "registry_qms_organisations",
        "enterprise_legal_units_all",
        100,
        3,
        None,
    ),
    "industrial_supervision_unqualified_rate": (
        "industrial_supervision_unqualified_batches",
        "industrial_supervision_batches",
        100,
        None,
        None,
    ),
    "state_supervision_unqualified_rate": (
        "state_supervision_unqualified_batches",
        "state_supervision_batches",
        100,
        None,
        None,
    ),
    "legal_units_per_1000_residents": (
        "legal_units_all",
        "population_yearend",
        1_000,
        None,
        None,
    ),
    "enterprises_per_1000_residents": (
        "enterprise_legal_units_all",
        "population_yearend",
        1_000,
        None,
        None,
    ),
    "organisations_per_1000_legal_units": (
        "certified_organisations",
        "legal_units",
        1_000,
        3,
        None,
    ),
    "certification_bodies_per_10000_legal_units": (
        "certification_bodies",
        "legal_units",
        10_000,
        3,
        None,
    ),
    "inspection_bodies_per_10000_legal_units": (
        "inspection_bodies",
        "legal_units",
        10_000,
        3,
        None,
    ),
    "certificates_per_organisation": (
        "certificates_valid",
        "certified_organisations",
        1,
        None,
        None,
    ),
    "organisation_national_share": (
        "certified_organisations",
        "certified_organisations",
        100,
        None,
        "100000",
    ),
    "certificate_national_share": (
        "certificates_valid",
        "certificates_valid",
        100,
        None,
        "100000",
    ),
    "certificates_suspended_per_1000": (
        "certificates_suspended",
        "registry_certificates_valid",
        1_000,
        None,
        None,
    ),
    "certificates_withdrawn_per_1000": (
        "certificates_withdrawn",
        "registry_certificates_valid",
        1_000,
        None,
        None,
    ),
    "registry_coverage_rate": (
        "registry_organisations_certified",
        "legal_units",
        100,
        3,
        None,
    ),
    "registry_uptake_rate": (
        "registry_qms_organisations",
        "enterprise_legal_units",
        100,
        3,
        None,
    ),
}
SECTIONS = {
    "A": (1, 5),
    "B": (6, 12),
    "C": (13, 43),
    "D": (44, 46),
    "E": (47, 50),
    "F": (51, 52),
    "G": (53, 60),
    "H": (61, 62),
    "I": (63, 65),
    "J": (66, 69),
    "K": (70, 70),
    "L": (71, 72),
    "M": (73, 75),
    "N": (76, 79),
    "O": (80, 82),
    "P": (83, 83),
    "Q": (84, 85),
    "R": (86, 90),
    "S": (91, 96),
    "T": (97, 97),
}


def test_every_clause_stands_once_and_in_the_opinion_s_order() -> None:
    written = re.findall(r"^  - key: (\w+)$", (CATALOGUE / "clauses.yaml").read_text("utf-8"), re.M)
    assert written == list(CLAUSES)
    assert {key: clause.number for key, clause in KNOWN.clauses.items()} == {
        key: number for key, (number, _) in CLAUSES.items()
    }


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_clause_is_tracked_by_every_indicator_it_needs(clause: str) -> None:
    tracking = {key for key, item in KNOWN.indicators.items() if item.clause == clause}
    assert set(CLAUSES[clause][1].split()) - tracking == set()


def test_the_six_systems_are_milestone_boards_and_nothing_else_is() -> None:
    boards = {key for key, item in KNOWN.indicators.items() if item.kind == "milestone"}
    assert boards == set(CLAUSES["objectives_systems"][1].split())


@pytest.mark.parametrize(
    ("file", "level"), [("indicators", "indicators"), ("sources", "sources"), ("units", "units")]
)
def test_no_entry_is_written_twice_and_so_lost(file: str, level: str) -> None:
    written = re.findall(r"^  (\w+):", (CATALOGUE / f"{file}.yaml").read_text("utf-8"), re.M)
    assert written == list(getattr(KNOWN, level))


def test_no_unit_is_left_over() -> None:
    assert set(KNOWN.units) == {item.unit for item in KNOWN.indicators.values()}


def test_a_source_is_a_folder_of_raw_figures_and_a_declaration_of_them() -> None:
    folders = {path.name for path in (ROOT / "data" / "raw").iterdir() if path.is_dir()}
    declared = {path.parent.name for path in (ROOT / "data" / "raw").glob("*/declaration.yaml")}
    # One is generated, one counted by the roll-up from an analyst's own files.
    generated = {"demonstration", "registry"}
    assert set(KNOWN.sources) - generated == folders == declared


@pytest.mark.parametrize("level", ["indicators", "clauses", "sources"])
def test_the_chinese_is_no_english_sentence(level: str) -> None:
    texts = [
        getattr(entry, field.name)
        for entry in getattr(KNOWN, level).values()
        for field in fields(entry)
    ]
    chinese = [text.zh for text in texts if isinstance(text, Text)]
    assert chinese
    assert [text for text in chinese if ENGLISH_SENTENCE.search(text)] == []


def test_no_two_indicators_bear_the_same_title() -> None:
    for language in ("zh", "en"):
        titles = [getattr(item.title, language) for item in KNOWN.indicators.values()]
        assert len(titles) == len(set(titles))


# What the figures mean


def test_ratios_are_derived_from_the_figures_that_define_them() -> None:
    derived = {
        key: (item.numerator, item.denominator, item.factor, item.max_age, item.share_of)
        for key, item in KNOWN.indicators.items()
        if item.derived
    }
    assert derived == RATIOS


def test_what_stands_at_the_end_of_a_period_is_a_stock_and_so_is_a_ratio_of_two_stocks() -> None:
    """A stock's year is its last quarter; a flow's is the sum of its quarters."""
    assert {KNOWN.indicators[key].timing for key in STOCKS} == {"stock"}
    for key in RATIOS:
        item = KNOWN.indicators[key]
        parts = {KNOWN.indicators[str(part)].timing for part in (item.numerator, item.denominator)}
        assert (item.timing == "stock") == (parts == {"stock"}), key


def test_a_ratio_is_built_on_published_counts_and_not_on_another_ratio() -> None:
    for key in RATIOS:
        item = KNOWN.indicators[key]
        assert item.numerator is not None
        assert item.denominator is not None
        parts = [KNOWN.indicators[item.numerator], KNOWN.indicators[item.denominator]]
        assert [part.kind for part in parts] == ["count", "count"]


def test_only_an_earlier_denominator_is_carried_and_then_for_a_stated_time() -> None:
    carried = {key for key, item in KNOWN.indicators.items() if item.max_age is not None}
    earlier = {
        key for key, item in KNOWN.indicators.items() if item.denominator_period == "earlier"
    }
    assert carried == earlier == {key for key, ratio in RATIOS.items() if ratio[3] is not None}


def test_certificates_add_up_over_schemes_and_organisations_do_not() -> None:
    assert KNOWN.indicators["certificates_valid"].additive == (
        "region",
        "industry",
        "size",
        "scheme",
    )
    assert KNOWN.indicators["certified_organisations"].additive == ("region", "industry", "size")
    over_schemes = {item.unit for item in KNOWN.indicators.values() if "scheme" in item.additive}
    assert over_schemes == {"certificates"}


def test_rates_never_add_up_but_shares_of_one_whole_do() -> None:
    added = {
        key: item.additive
        for key, item in KNOWN.indicators.items()
        if item.kind != "count" and item.additive
    }
    assert added == {
        "qms_organisation_share": ("industry",),
        "state_supervision_enterprise_share": ("size",),
    }


def test_platform_snapshots_and_year_end_reports_are_two_series() -> None:
    for key in ("certificates_valid", "certified_organisations"):
        assert KNOWN.indicators[key].series == "platform"
        assert KNOWN.indicators[f"{key}_yearend"].series == "official"


def test_less_is_better_for_what_goes_wrong_and_for_nothing_else() -> None:
    worse = {key for key, item in KNOWN.indicators.items() if item.polarity == -1}
    assert worse == {
        "certificates_suspended",
        "certificates_withdrawn",
        "certificates_lapsed",
        "certificates_suspended_per_1000",
        "certificates_withdrawn_per_1000",
        "food_supervision_unqualified_rate",
        "industrial_supervision_unqualified_rate",
        "state_supervision_unqualified_rate",
        "state_supervision_unqualified_rate_production",
        "state_supervision_unqualified_rate_circulation",
        "state_supervision_unqualified_rate_retail",
        "state_supervision_unqualified_rate_ecommerce",
    }


def _percentages() -> list[Indicator]:
    # A growth may pass 100 and fall below 0, and so may a gain fall below 0.
    changes = {
        "qms_organisation_growth",
        "sme_upgrade_revenue_growth",
        "manufacturing_pass_rate_gain",
    }
    return [
        item
        for item in KNOWN.indicators.values()
        if item.unit == "percent" and item.key not in changes
    ]


def test_a_percentage_lies_between_0_and_100() -> None:
    assert len(_percentages()) >= 15
    assert [item.key for item in _percentages() if item.range[0] < 0 or item.range[1] != 100] == []


def test_a_saturating_path_is_only_for_what_has_both_bounds() -> None:
    logistic = {key for key, item in KNOWN.indicators.items() if item.shape == "logistic"}
    assert {KNOWN.indicators[key].range for key in logistic} == {(0.0, 100.0)}


# Regions


def test_there_are_34_provinces_in_the_order_of_the_standard() -> None:
    assert " ".join(code[:2] for code in PROVINCES.index) == (
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 "
        "50 51 52 53 54 61 62 63 64 65 71 81 82"
    )
    assert all(re.fullmatch(r"\d\d0000", code) for code in PROVINCES.index)
    assert PROVINCES["iso3166_2"].str.fullmatch("CN-[A-Z]{2}").all()
    for column in ("name_zh", "short_zh", "name_en", "iso3166_2"):
        assert PROVINCES[column].is_unique
    assert set(PROVINCES["parent"]) == {"100000"}


@pytest.mark.parametrize(
    ("code", "short_zh", "iso"),
    [
        ("140000", "山西", "CN-SX"),
        ("610000", "陕西", "CN-SN"),
        ("150000", "内蒙古", "CN-NM"),
        ("230000", "黑龙江", "CN-HL"),
        ("410000", "河南", "CN-HA"),
        ("420000", "湖北", "CN-HB"),
        ("130000", "河北", "CN-HE"),
        ("460000", "海南", "CN-HI"),
        ("710000", "台湾", "CN-TW"),
    ],
)
def test_provinces_easily_confused_are_not(code: str, short_zh: str, iso: str) -> None:
    assert tuple(PROVINCES.loc[code, ["short_zh", "iso3166_2"]]) == (short_zh, iso)


def test_the_two_scopes_are_two_regions() -> None:
    scopes = KNOWN.regions[KNOWN.regions["kind"].isin(["world", "nation"])]
    assert list(zip(scopes["code"], scopes["parent"], strict=True)) == [
        ("ALL", ""),
        ("100000", "ALL"),
    ]


@pytest.mark.parametrize(
    ("kind", "sizes"),
    [
        ("economic_region", {"EAST": 10, "CENTRAL": 6, "WEST": 12, "NORTHEAST": 3}),
        ("three_region", {"EAST3": 11, "CENTRAL3": 8, "WEST3": 12}),
    ],
)
def test_a_division_holds_each_mainland_province_once(kind: str, sizes: dict[str, int]) -> None:
    parts = AGGREGATES[AGGREGATES["kind"] == kind]["members"].str.split()
    assert parts.map(len).to_dict() == sizes
    members = [code for part in parts for code in part]
    assert sorted(members) == [code for code in PROVINCES.index if code < "700000"]


def test_a_province_s_group_is_the_economic_region_that_lists_it() -> None:
    listed = {
        member: region
        for region, row in AGGREGATES[AGGREGATES["kind"] == "economic_region"].iterrows()
        for member in row["members"].split()
    }
    assert PROVINCES["group"].to_dict() == dict.fromkeys(PROVINCES.index, "") | listed


def test_north_eastern_provinces_move_in_the_census_s_three_belts() -> None:
    belts = AGGREGATES["members"].str.split()
    assert "210000" in belts["EAST3"]
    assert {"220000", "230000"} <= set(belts["CENTRAL3"])


def test_a_cluster_lists_provinces_or_says_why_it_cannot() -> None:
    clusters = KNOWN.regions[KNOWN.regions["kind"] == "cluster"].set_index("code")
    sizes = clusters["members"].str.split().map(len).to_dict()
    assert sizes == {
        "JINGJINJI": 3,
        "YANGTZE_BELT": 11,
        "YANGTZE_DELTA": 4,
        "PEARL_DELTA": 0,
        "CHUANYU": 2,
    }
    assert {member for row in clusters["members"] for member in row.split()} <= set(PROVINCES.index)
    assert "不是若干完整省份" in clusters["note"].to_dict()["PEARL_DELTA"]


# Industries, schemes, sizes


def test_there_are_20_sections_and_97_divisions_each_under_its_own_section() -> None:
    levels = KNOWN.industries.groupby("level")["code"].apply(list)
    assert levels["section"] == list(SECTIONS)
    divisions = KNOWN.industries[KNOWN.industries["level"] == "division"]
    assert dict(zip(divisions["code"], divisions["parent"], strict=True)) == {
        f"{number:02}": section
        for section, (first, last) in SECTIONS.items()
        for number in range(first, last + 1)
    }
    assert len(divisions) == 97
    assert levels["combination"] == ["BCD", "BCDE", "FS", "GOVERNANCE"]
    assert levels["sector"] == ["PRIMARY", "SECONDARY", "TERTIARY"]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("05", "农、林、牧、渔专业及辅助性活动"),
        ("11", "开采专业及辅助性活动"),
        ("25", "石油、煤炭及其他燃料加工业"),
        ("58", "多式联运和运输代理业"),
        ("59", "装卸搬运和仓储业"),
        ("79", "土地管理业"),
        ("87", "广播、电视、电影和录音制作业"),
    ],
)
def test_divisions_bear_the_names_of_the_2017_edition(code: str, name: str) -> None:
    names = KNOWN.industries.set_index("code")["name_zh"]
    assert names[code] == name


def test_the_schemes_are_the_platform_s_tree() -> None:
    children = KNOWN.schemes.groupby("parent")["code"].apply(" ".join).to_dict()
    assert children == {
        "": "ALL ZJ_MADE MENG HK_MARK LOWCARBON GAP GREEN GD_PREMIUM",
        "ALL": "MS PRODUCT SERVICE",
        "MS": "QMS EMS OHSMS FOOD_MS ISMS ITSM MMS FOREST ENMS IPMS OTHER_MS",
        "PRODUCT": "CCC VOL_INDUSTRIAL FOOD_PRODUCT FOOD_PRODUCT_STATE FOOD_PRODUCT_GENERAL "
        "INDUSTRIAL_STATE INDUSTRIAL_GENERAL",
        "SERVICE": "SERVICE_STATE SERVICE_GENERAL",
        "FOOD_PRODUCT": "ORGANIC FOOD_PRODUCT_OTHER",
        "VOL_INDUSTRIAL": "GREEN_PRODUCT VOL_INDUSTRIAL_OTHER",
    }


def test_a_scheme_that_came_or_went_says_when() -> None:
    dated = KNOWN.schemes[(KNOWN.schemes["valid_from"] != "") | (KNOWN.schemes["valid_to"] != "")]
    assert {row.code: (row.valid_from, row.valid_to) for row in dated.itertuples()} == {
        "FOREST": ("", "2021-07"),
        "VOL_INDUSTRIAL": ("2021-07", ""),
        "FOOD_PRODUCT": ("2021-07", ""),
        "FOOD_PRODUCT_STATE": ("", "2019-03"),
        "FOOD_PRODUCT_GENERAL": ("", "2019-03"),
        "INDUSTRIAL_STATE": ("", "2019-03"),
        "INDUSTRIAL_GENERAL": ("", "2019-03"),
    }
    assert (dated["note"] != "").all()


def test_enterprise_sizes_run_from_large_to_micro() -> None:
    assert " ".join(KNOWN.sizes["code"]) == (
        "ALL LARGE MEDIUM SMALL MICRO SMALL_MICRO NOT_CLASSIFIED"
    )


# Rules of the gate


def test_a_count_jumps_by_its_ratio_a_share_by_points_and_a_milestone_never() -> None:
    assert KNOWN.indicators["certified_organisations"].jump == Jump("log", 0.7, 4.0)
    assert KNOWN.indicators["uptake_rate"].jump == Jump("points", 10.0, 4.0)
    assert KNOWN.indicators["certificates_per_organisation"].jump == Jump("log", 0.7, 4.0)
    assert KNOWN.indicators["system_laws"].jump is None


def test_an_entry_may_say_its_own_jump() -> None:
    text = KNOWN.texts["indicators.yaml"]
    said = text.replace("    kind: count\n", "    kind: count\n    jump: {floor: 2}\n", 1)
    read = catalogue.of_texts(KNOWN.texts | {"indicators.yaml": said})
    assert read.indicators["certificates_valid"].jump == Jump("log", 2.0, 4.0)


def test_what_is_remembered_of_a_catalogue_is_not_told_of_another() -> None:
    rows = pd.DataFrame({"indicator": ["certificates_valid"]})
    assert traits_of(rows)["polarity"].tolist() == [1]
    assert code_names.size_name("LARGE", Wording("en")) == "Large"
    texts = dict(KNOWN.texts)
    indicators = texts["indicators.yaml"].replace("\n  certificates_valid:", "\n  held:", 1)
    sizes = texts["sizes.csv"].replace("Large", "Big")
    catalogue.stand_on(texts | {"indicators.yaml": indicators, "sizes.csv": sizes})
    try:
        assert traits_of(rows.replace("certificates_valid", "held"))["polarity"].tolist() == [1]
        assert code_names.size_name("LARGE", Wording("en")) == "Big"
    finally:
        catalogue.stand_on(None)
