"""One region over all indicators: what is said of it, drawn and listed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from etl.publish.gate import Decision, publish
from indicators import catalogue
from indicators.cached import first_visit
from indicators.catalogue import tree
from indicators.compare import peer_groups, spine
from indicators.drawing import province as province_charts
from indicators.drawing.boundary_files import load_boundaries
from indicators.store import holdings, queries
from indicators.store.queries import Vintage
from indicators.views import facts, overview, province
from indicators.views.briefing.content import briefing
from indicators.views.briefing.writing import figure_table
from indicators.wording import Wording
from tests.conftest import edition_of, held_of, rows_of
from tests.opened_pages import opened, reading

ROOT = Path(__file__).resolve().parent.parent
EN, ZH = Wording("en"), Wording("zh")
RATE = "organisations_per_10000_residents"
#                   Jiangsu   Zhejiang  Fujian    Shandong  Guangdong  Beijing
PROVINCES = dict(
    zip(
        ["320000", "330000", "350000", "370000", "440000", "110000"],
        [9, 6, 3, 5, 7, 4],
        strict=True,
    )
)


def rates(figures: Mapping[str, float], period: str = "2022-09") -> pd.DataFrame:
    """Return organisations per 10,000 residents, each of 100,000 residents."""
    rows = rows_of([(RATE, period, region, value) for region, value in figures.items()])
    return rows.assign(numerator=[value * 10 for value in figures.values()], denominator=100_000.0)


NO_VERDICTS = pd.DataFrame(columns=["region", "verdict", "reason", "indicator", "target_value"])
NO_NEIGHBOURS = pd.DataFrame(columns=["region", "neighbour", "distance", "features", "missing"])


def facts_of(
    rows: pd.DataFrame,
    region: str = "330000",
    group: str = "EAST",
    verdicts: pd.DataFrame = NO_VERDICTS,
    parts: pd.DataFrame | None = None,
) -> facts.Facts:
    found = facts.gather(
        "100000",
        rows,
        verdicts,
        NO_NEIGHBOURS,
        held_of(rows),
        rows.head(0) if parts is None else parts,
        peer_groups.read_peer_groups(),
        {},
    )
    return found[region, group]


@pytest.fixture(scope="module")
def common(shipped: sa.Engine) -> facts.Shared:
    judged = facts.judged(shipped, 1)
    return facts.shared(shipped, Vintage(1), load_boundaries(), judged)


def test_the_title_says_the_rank_and_the_ranks_that_chance_allows() -> None:
    told = facts_of(rates({**PROVINCES, "100000": 4.5}))
    assert province.statement(told, EN) == (
        "Zhejiang: no target applies; certified organisations per 10,000 residents ranks "
        "3 of 6 provinces with data (1–5 by chance) in Sep 2022"
    )


def test_a_rank_among_fewer_than_five_is_not_said() -> None:
    few = {code: PROVINCES[code] for code in ("320000", "330000", "350000", "370000")}
    assert province.statement(facts_of(rates(few)), EN) == "Zhejiang: no target applies"


def test_a_region_without_figures_says_so() -> None:
    told = facts_of(rates(PROVINCES), region="540000", group="WEST")
    assert province.statement(told, EN) == "Xizang: no figures are held here"
    assert province.spine_rows(told, EN).empty


def test_the_difference_is_said_before_rank_and_chance() -> None:
    told = facts_of(rates({**PROVINCES, "100000": 4.5}))
    (row,) = told.fair.to_dict("records")
    assert province.comparison_sentence(told, row, EN) == (
        "Certified organisations per 10,000 residents stood at 6.00 per 10,000 residents in "
        "Sep 2022, 1.50 above the nation (4.50), rank 3 of 6 provinces with data (1–5 by chance); "
        "chance alone could make such a difference."
    )


SHARE = "agricultural_standardisation_rate"


def test_figure_benchmark_and_difference_add_up_as_they_are_written() -> None:
    # 24.62 apart, which alone would be written 24.6.
    told = facts_of(rows_of([(SHARE, "2023", "330000", 58.66), (SHARE, "2023", "100000", 34.04)]))
    (row,) = told.fair.to_dict("records")
    for words, sentence, apart in (
        (EN, ", 24.7 percentage points above the nation (34.0).", "+24.7 percentage points"),
        (ZH, "，比全国（34.0）高 24.7个百分点。", "+24.7个百分点"),
    ):
        assert province.comparison_sentence(told, row, words).endswith(sentence)
        assert province.comparison_table(told, words)[words("Difference")].tolist() == [apart]
        assert province.spine_rows(told, words)["difference"].tolist() == [apart]


def test_figures_that_read_the_same_are_the_same() -> None:
    told = facts_of(rows_of([(SHARE, "2023", "330000", 34.04), (SHARE, "2023", "100000", 33.96)]))
    (row,) = told.fair.to_dict("records")
    assert province.comparison_sentence(told, row, EN).endswith(" the same as the nation.")


@pytest.mark.parametrize(
    ("was", "now", "sign", "said"),
    [
        (6.0, 6.1, "=", "the same as in Sep 2022"),
        (6.0, 6.9, "≈", "+1 since Sep 2022, which chance could make"),
        (0.5, 60.0, "▲5", "+5 since Sep 2022, beyond chance"),
        (60.0, 0.5, "▼5", "−5 since Sep 2022, beyond chance"),
    ],
)
def test_a_change_of_rank_is_drawn_as_what_it_is(
    was: float, now: float, sign: str, said: str
) -> None:
    rows = pd.concat(
        [
            rates({**PROVINCES, "330000": was, "370000": 5.9, "440000": 6.8}),
            rates({**PROVINCES, "330000": now, "370000": 5.9, "440000": 6.8}, "2023-09"),
        ],
        ignore_index=True,
    )
    told = facts_of(rows)
    (drawn,) = province.spine_rows(told, EN).to_dict("records")
    assert drawn["told"].endswith(f"of 6 {sign}")
    assert drawn["change"] == said
    assert province.comparison_table(told, EN)["Change of rank"].tolist() == [drawn["change"]]


def test_the_page_says_what_is_wrong_in_the_file_of_peer_groups(
    shipped: sa.Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bad = tmp_path / "peer_groups.yaml"
    bad.write_text(
        'groups:\n  - {key: A, title: {zh: 甲, en: A}, members: ["999999", "320000"]}\n'
        "neighbours: {count: 0, features: []}\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(peer_groups.read_peer_groups, "__defaults__", (bad, None))
    with reading(shipped.url.render_as_string(hide_password=False)):
        first_visit.warm()  # a server with such a file starts
        page = opened("province")
    assert page.title[0].value == "对比组文件无法使用"
    assert r"members · \[1\]：发现：999999；应为：" in page.error[0].value
    assert "neighbours · count：发现：0；应为：" in page.error[0].value


def test_a_count_is_never_compared() -> None:
    world = [("certificates_valid", "2024-12", code, 100.0) for code in [*PROVINCES, "100000"]]
    told = facts_of(rows_of(world))
    assert told.fair.empty
    missing = province.comparison_table(told, EN)["What is missing"]
    assert missing.tolist() == ["a count: a part is never compared with its whole"]


@pytest.mark.parametrize("region", ["330000", "540000", "710000"])
def test_a_region_gathered_with_all_others_has_the_spine_of_its_own(
    common: facts.Shared, region: str
) -> None:
    for (code, _), told in common.facts.items():
        if code == region:
            own = spine.spines(common.totals, {(region, ""): told.peers}, tree().provinces)
            pd.testing.assert_frame_equal(
                told.spine, own.drop(columns=["region", "group"]), check_dtype=False
            )


def test_what_a_region_lacks_leads_to_the_clause_that_its_row_names(common: facts.Shared) -> None:
    told = province.province_tables(facts.material(common, "330000"), ZH)
    clauses = catalogue.load().clauses
    assert list(told.missing["条款"]) == [clauses[key].title.zh for key in told.lacking]


def test_an_unknown_group_of_peers_gives_the_first(common: facts.Shared) -> None:
    told = facts.material(common, "330000", "<script>").facts
    assert told.group == "EAST"
    assert "330000" not in told.peers


def test_only_documents_of_the_region_s_figures_are_cited(common: facts.Shared) -> None:
    one = facts.material(common, "320000", "nearest")
    assert one.facts.group == "nearest"
    assert set(one.citations["citation"]) <= set(common.citations["citation"])
    assert not one.citations.empty


def test_an_own_source_is_named_by_its_declared_publisher() -> None:
    holdings = pd.DataFrame(
        [
            ("tic_revenue", "bare", "100000", True),
            # A city's is no province's.
            *(("tic_revenue", "own-bureau", code, True) for code in ("110000", "320000", "320100")),
            ("certificates_valid", "own-bureau", "330000", True),
        ],
        columns=["indicator", "source", "region", "known"],
    )
    rows = rows_of([("certificates_valid", "2024-12", "330000", 1.0)]).assign(source="own-bureau")
    told = facts.gather(
        "100000",
        rows,
        NO_VERDICTS,
        NO_NEIGHBOURS,
        holdings,
        rows.head(0),
        peer_groups.read_peer_groups(),
        {"own-bureau": ["某局"]},
    )["330000", "EAST"]
    assert province.source_names(told, EN) == ["own-bureau (某局)"]
    table = province.missing_table(told, EN).astype(str)
    who = dict(zip(table["Indicator"], table["Who could supply it"], strict=True))
    title = catalogue.load().indicators["tic_revenue"].title.en
    assert who[title] == (
        "bare: only the nation's are held here; 某局: figures of 2 provinces are held here"
    )


def test_what_is_missing_names_who_publishes_it_for_others(common: facts.Shared) -> None:
    told = facts.material(common, "540000").facts
    table = province.missing_table(told, EN).astype(str)
    who = dict(zip(table["Indicator"], table["Who could supply it"], strict=True))
    assert "provinces" in who["Valid certificates"]
    assert who["Certificates per certified organisation"] == (
        "Can be computed once available: Valid certificates, Certified organisations"
    )
    unknown = who["Uptake of quality-management certification"]
    assert unknown == "No public source known"
    assert "Residents" not in who


def test_what_is_held_in_any_cell_is_neither_missing_nor_left_out(
    common: facts.Shared, shipped: sa.Engine
) -> None:
    every = queries.all_observations(shipped, 1)
    titles = {key: item.title.zh for key, item in catalogue.load().indicators.items()}
    for region in tree().provinces:
        own = every[every["region"] == region]
        material = facts.material(common, region)
        missing = set(province.missing_table(material.facts, ZH)["指标"].astype(str))
        assert not missing & {titles[key] for key in own.loc[own["value"].notna(), "indicator"]}
        assert set(own["source"]) == material.facts.sources
    tibet = facts.material(common, "540000")
    figures = figure_table(tibet, EN)
    assert len(figures) == (every["region"] == "540000").sum() > len(tibet.facts.own)
    assert figures["Document"].notna().all()


def test_provinces_are_counted_over_all_cells_and_periods() -> None:
    rows = rows_of(
        [
            ("uptake_rate", "2023", "330000", 32.0),
            ("uptake_rate", "2024", "320000", 1.0),
            ("uptake_rate", "2024", "320100", 1.0),
            ("tic_revenue", "2024", "100000", 1.0),
        ]
    )
    assert holdings.suppliers(held_of(rows)) == {
        "tic_revenue": {"platform_provinces": 0},
        "uptake_rate": {"platform_provinces": 2},
    }


def test_at_a_glance_a_verdict_on_another_cell_says_which(common: facts.Shared) -> None:
    known, key = facts.material(common, "520000"), "food_pass_rate_unspecified"
    target = known.facts.verdicts.head(1).assign(indicator=key, scheme="ALL", size="ALL")

    def rows(*industries: str) -> dict[Any, Any]:
        verdicts = pd.concat([target.assign(industry=code) for code in industries])
        told = replace(known, facts=replace(known.facts, verdicts=verdicts))
        return overview.glance(told, ZH).set_index("指标").to_dict("index")

    name = catalogue.load().indicators[key].title.zh
    row = rows("C")[name]
    assert "制造业：" in row["判定"]
    assert (row["最好"], row["末位"]) == ("仅本省有数据", "仅本省有数据")
    assert "制造业" not in rows("C", "ALL")[name]["判定"]
    assert "北京" in rows("C")["每千人法人单位数"]["最好"]


def test_every_trend_lies_within_its_strip(common: facts.Shared) -> None:
    told = facts.material(common, "320000")
    drawn = province.trends(told.facts, common.judged.asked, ZH)
    assert drawn[province_charts.TRENDS]["y"].between(0, 1).all()
    assert drawn[province_charts.AIMS]["y"].between(0, 1).all()
    assert set(drawn[province_charts.TRENDS]["indicator"]) == set(
        drawn[province_charts.STRIPS]["indicator"]
    )
    # Jiangsu's own target: it stands first, with what it asks for.
    assert drawn[province_charts.STRIPS]["indicator"].iloc[0] == "certificates_valid"
    assert "200,000" in drawn[province_charts.STRIPS]["asked"].iloc[0]


def told_of(broken: int, *values: float) -> str:
    """Return what a strip tells of yearly figures from September 2020 of which one breaks."""
    rows = pd.concat(
        [rates({"330000": value}, f"{2020 + at}-09") for at, value in enumerate(values)],
        ignore_index=True,
    )
    rows.loc[broken, "status"] = "B"
    facts = facts_of(rows, verdicts=NO_VERDICTS.assign(industry="", size="", scheme="", kind=""))
    return str(province.trends(facts, {}, EN)[province_charts.STRIPS]["told"].item())


def test_no_development_is_told_across_a_break() -> None:
    assert told_of(2, 5, 6, 9, 8) == (
        "9.00 (Sep 2022) to 8.00 (Sep 2023) per 10,000 residents; not comparable with figures "
        "before Sep 2022"
    )
    assert told_of(2, 5, 6, 9) == (
        "9.00 (Sep 2022) per 10,000 residents; not comparable with figures before Sep 2022"
    )


def test_no_rank_is_won_across_a_break() -> None:
    rows = pd.concat(
        [rates(PROVINCES), rates({**PROVINCES, "330000": 60.0}, "2023-09")], ignore_index=True
    )
    rows.loc[(rows["region"] == "330000") & (rows["period"] == "2023-09"), "status"] = "B"
    (drawn,) = province.spine_rows(facts_of(rows), EN).to_dict("records")
    assert (drawn["change"], drawn["told"].split(" · ")[-1]) == ("", "rank 1 of 6")
    # The others are ranked without it: Jiangsu stays first of five.
    others = facts_of(rows, region="320000")
    (drawn,) = province.spine_rows(others, EN).to_dict("records")
    assert drawn["change"] == "the same as in Sep 2022"


def test_a_rank_that_regions_share_says_so() -> None:
    told = facts_of(rates({**PROVINCES, "330000": 9, "370000": 9}))
    assert province.statement(told, EN).endswith(
        "1 of 6 provinces with data (1–4 by chance), shared by 3 in Sep 2022"
    )
    assert province.statement(told, ZH).endswith("，3 个地区并列")


def test_a_break_begins_a_new_line(common: facts.Shared) -> None:
    rows = pd.concat(
        [
            rates({"330000": value}, period)
            for value, period in ((5, "2021-09"), (6, "2022-09"), (7, "2023-09"))
        ],
        ignore_index=True,
    )
    rows.loc[1, "status"] = "B"
    told = facts_of(rows, verdicts=common.judged.verdicts.head(0))
    drawn = province.trends(told, common.judged.asked, EN)[province_charts.TRENDS]
    assert drawn["segment"].tolist() == [0, 1, 1]


def test_a_confidential_figure_appears_nowhere() -> None:
    rows = rates({**PROVINCES, "100000": 4.5})
    rows.loc[rows["region"] == "330000", "confidentiality"] = "C"
    told = facts_of(rows)
    assert province.spine_rows(told, EN).empty
    assert province.series_table(told, EN)["Value"].isna().all()
    missing = province.missing_table(told, EN).set_index("Indicator")
    assert missing.at["Certified organisations per 10,000 residents", "Why"] == "suppressed"


def test_parts_stand_beside_the_nation_and_counts_do_not() -> None:
    cells = [("330000", "C", 30.0), ("330000", "F", 20.0), ("100000", "C", 25.0)]
    rows = pd.concat(
        [
            rows_of([(indicator, "2025", region, value)]).assign(industry=industry)
            for indicator in ("uptake_rate", "certificates_valid")
            for region, industry, value in cells
        ],
        ignore_index=True,
    )
    told = facts_of(rates(PROVINCES), parts=rows)
    assert province.divided(told) == ["uptake_rate", "certificates_valid"]
    rate = province.parts_rows(told, "uptake_rate", "industry", EN)
    assert rate["name"].tolist() == ["Manufacturing", "Wholesale and retail trade"]
    assert rate["value"].tolist() == [30.0, 20.0]
    assert rate["compared"].tolist() == ["25.00", "—"]
    count = province.parts_rows(told, "certificates_valid", "industry", EN)
    assert count["benchmark"].isna().all()


def test_parts_of_a_count_are_a_mix_beside_the_nation_s() -> None:
    totals = rows_of(
        [("legal_units", "2024", "330000", 200), ("legal_units", "2024", "100000", 1000)]
    )
    cells = [("330000", "C", 60), ("330000", "F", 30), ("100000", "C", 200), ("100000", "F", 350)]
    parts = pd.concat(
        [
            rows_of([("legal_units", "2024", region, value)]).assign(industry=industry)
            for region, industry, value in cells
        ],
        ignore_index=True,
    )
    told = facts_of(totals, parts=parts)
    drawn = province.parts_rows(told, "legal_units", "industry", EN)
    assert drawn["label"].tolist() == ["60 (30.0%)", "30 (15.0%)"]
    assert drawn["compared"].tolist() == ["20.0%", "35.0%"]
    assert drawn["benchmark"].tolist() == pytest.approx([40, 70])  # of 200, with the nation's mix
    assert "with the mix of the nation" in province.part_note(told, "legal_units", EN)
    hidden = totals.assign(confidentiality=["F", "C"])
    unknown = province.parts_rows(facts_of(hidden, parts=parts), "legal_units", "industry", EN)
    assert unknown["label"].tolist() == ["60", "30"]
    assert unknown["benchmark"].isna().all()


def test_parts_and_holdings_are_asked_by_the_key(empty: sa.Engine) -> None:
    rows = pd.concat(
        [
            rows_of(
                [("uptake_rate", "2025", "330000", 32.0), ("uptake_rate", "2024", "330000", 1.0)]
            ),
            rows_of([("uptake_rate", "2025", "330000", 38.0)]).assign(industry="C"),
            rows_of([("uptake_rate", "2025", "330000", 60.0)]).assign(size="LARGE"),
            rows_of([("uptake_rate", "2025", "330000", 61.0)]).assign(industry="C", size="LARGE"),
            rows_of([("uptake_rate", "2025", "320000", 9.0)]).assign(industry="C"),
            rows_of([("uptake_rate", "2025", "100000", 25.0)]),
        ],
        ignore_index=True,
    )
    publish(empty, edition_of(rows), Decision("a test"))
    held = holdings.by_period(empty, 1).set_index("period")
    assert held.at["2025", "provinces"] == 2
    assert held.loc[["2024", "2025"], ["nation", "industries", "sizes"]].to_numpy().tolist() == [
        [False, False, False],
        [True, True, True],
    ]
    found = queries.parts(empty, [("uptake_rate", "2025")], ["330000"], ["C", "F"], ["LARGE"], 1)
    assert sorted(found["value"]) == [38.0, 60.0]
    assert queries.parts(empty, [], ["330000"], ["C"], ["LARGE"], 1).empty


def test_the_page_tells_of_a_region_and_keeps_to_its_address(
    shipped: sa.Engine,
) -> None:
    with reading(shipped.url.render_as_string(hide_password=False)):
        page = opened("province", region="320000", lang="en", peers="nearest")
        assert page.title[0].value.startswith("Jiangsu: 1 of 1 target that can be judged is met")
        said = " ".join(caption.value for caption in page.caption)
        assert "Nearest neighbours" in said
        # What the charts show is said above them, in words that are cited with them.
        assert re.search(r"\d+ trends of Jiangsu", said)
        assert re.search(r"Jiangsu among its peers on \d+ indicators", said)
        page.selectbox(key="choice_region").select("540000").run()
        assert page.query_params["region"] == "540000"
        page.query_params["region"] = "710000"
        page.run()
    assert page.title[0].value == "Taiwan: no figures are held here"
    assert "Taiwan Province" in page.info[0].value
    assert not page.expander or "template" not in str(page.expander[0].markdown)


def test_of_an_industry_its_own_figures_alone_are_told(empty: sa.Engine) -> None:
    first = {**PROVINCES, "330000": 20.0, "100000": 5.0}
    own = [rates(dict.fromkeys(first, 1.0), "2021-09"), rates(first)]
    large = [(RATE, "2022-09", "330000", 3.5), (RATE, "2022-09", "100000", 4.5)]
    rows = pd.concat(
        [
            rates({**PROVINCES, "100000": 5.0}),
            *(figures.assign(industry="C") for figures in own),
            rates({"330000": 77.0}).assign(industry="F"),
            rates({"330000": 8.5}).assign(industry="13"),
            rows_of(large).assign(industry="C", size="LARGE"),
            rows_of([(RATE, "2022-09", "330000", 66.0)]).assign(size="LARGE"),
            rows_of([("population_yearend", "2022", "330000", 6540.0)]),
        ],
        ignore_index=True,
    )
    publish(empty, edition_of(rows), Decision("a test"))
    common = facts.shared(empty, Vintage(1), load_boundaries(), facts.judged(empty, 1))
    known = facts.material(facts.of_industry(common, "C"), "330000")
    told = known.facts

    assert province.statement(told, ZH) == (
        "浙江 · 制造业：没有适用的目标；2022年9月每万人获证组织数居有数据的6个省份中第1位"
    )
    (compared,) = told.fair.to_dict("records")
    assert (compared["value"], compared["benchmark"], compared["since"]) == (20, 5, "2021-09")
    assert province.trending(told) == [RATE]
    assert province.parts_rows(told, RATE, "industry", ZH)["value"].tolist() == [8.5]
    assert province.parts_rows(told, RATE, "size", ZH)["compared"].tolist() == ["4.50"]
    figures = figure_table(known, EN)
    assert sorted(figures["Value"]) == [1.0, 3.5, 20.0]
    assert briefing(known, ZH).title == "浙江 · 制造业质量治理简报"
    page = province.province_tables(known, ZH)
    assert page.beside.compared == "浙江 · 制造业在同类地区中的位置：1 项指标"
    assert page.trends == "浙江 · 制造业 1 项指标的变化"
    # What the region has of all industries together is told apart from what nobody has.
    why = dict(zip(page.missing["指标"], page.missing["原因"], strict=True))
    assert why["年末常住人口"] == "本地区有数据，但没有这一行业的"
    assert why["企业质量管理体系认证率"] == "未收录"
    assert "其中 1 项本地区有数据" in page.missing_note


def test_of_an_industry_its_own_targets_alone_are_judged(common: facts.Shared) -> None:
    whole = facts.material(common, "320000").facts.verdicts
    known = facts.material(facts.of_industry(common, "C"), "320000")
    assert 0 < len(known.facts.verdicts) < len(whole)
    assert set(known.facts.verdicts["industry"]) == {"C"}
    assert known.facts.peers == facts.material(common, "320000").facts.peers
    nowhere = facts.material(facts.of_industry(common, "97"), "320000").facts
    assert province.statement(nowhere, EN).endswith(": no figures are held here")


def test_the_page_keeps_to_the_industry_of_its_address(shipped: sa.Engine) -> None:
    with reading(shipped.url.render_as_string(hide_password=False)):
        page = opened("province", region="320000", industry="C", lang="en")
        assert page.title[0].value.startswith("Jiangsu · Manufacturing: ")
        assert page.query_params["industry"] == "C"
        said = " ".join(caption.value for caption in page.caption)
        assert "Jiangsu · Manufacturing among its peers on 1 indicator" in said
        assert "none of this industry" in said
        page.selectbox(key="choice_region").select("330000").run()
        assert page.title[0].value.startswith("Zhejiang · Manufacturing: ")
        page.selectbox(key="choice_industry").select("ALL").run()
        assert page.title[0].value.startswith("Zhejiang: ")
        for code in ("97", "ZZ"):  # without figures, unknown
            page = opened("province", region="320000", industry=code)
            assert "已恢复为“全部行业”" in page.sidebar.warning[0].value
            assert page.title[0].value.startswith("江苏：")
            assert page.query_params["industry"] == "ALL"
        page = opened("industries", region="320000", industry="C")
    assert "江苏制造业全部情况" in [link.proto.label for link in page.get("page_link")]
