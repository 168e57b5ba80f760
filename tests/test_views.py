"""What the Map page and the headlines say, and what a table of figures carries."""

from __future__ import annotations

import io
import math
import re
from functools import cache
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from indicators import catalogue, code_names
from indicators.catalogue import tree
from indicators.drawing.boundary_files import Boundaries, load_boundaries
from indicators.drawing.palette import LIGHT
from indicators.drawing.standalone import map_provenance
from indicators.exports import readable_tables
from indicators.store.queries import Selection, Vintage
from indicators.views import facts, footnotes, objectives, overview, province
from indicators.views import map as map_view
from indicators.views.map import MapFigures, MapView
from indicators.wording import LANGUAGES, Language, Wording
from tests.conftest import CITATION, WORLD, rows_of

REGIONS = tree().all_provinces

ZH, EN = Wording("zh"), Wording("en")
SNAPSHOT = Selection("certificates_valid", "2024-12")
HAN = re.compile(r"[\u4e00-\u9fff]")


@cache
def boundaries() -> Boundaries:
    return load_boundaries()


def published(*world: tuple[str, str, str, float], **others: Any) -> pd.DataFrame:
    return rows_of(list(world)).assign(release=1, **others)


def december() -> pd.DataFrame:
    return published(*(row for row in WORLD if row[1] == "2024-12"))


def citations(**others: str) -> pd.DataFrame:
    return pd.DataFrame([CITATION | others])


def shown(
    rows: pd.DataFrame,
    language: Language = "zh",
    *,
    selection: Selection = SNAPSHOT,
    region: str = "100000",
    cited: pd.DataFrame | None = None,
) -> MapFigures:
    view = MapView(selection, region, language, dark=False)
    return map_view.map_figures(view, rows, citations() if cited is None else cited, boundaries())


def line_of(figures: MapFigures, start: str) -> str:
    (found,) = [line for line in figures.footnotes if line.startswith(start)]
    return found


# The Map page


@pytest.mark.parametrize(
    ("language", "statement", "subtitle", "ranking"),
    [
        (
            "zh",
            "2024年12月有效认证证书数：有数据的2个省份中，浙江最高",
            "2024年12月　有效认证证书数。",
            "各省份有效认证证书数排名（张）",
        ),
        (
            "en",
            "Valid certificates, Dec 2024: of 2 provinces with data, Zhejiang is highest",
            "Valid certificates, Dec 2024. ",
            "Ranking of provinces: Valid certificates (certificates)",
        ),
    ],
)
def test_a_map_is_titled_by_who_leads_and_how_many_are_known(
    language: Language, statement: str, subtitle: str, ranking: str
) -> None:
    figures = shown(december(), language)
    assert figures.statement == statement
    assert figures.subtitle.startswith(subtitle)
    assert figures.ranking_statement == ranking


def test_regions_that_share_the_highest_figure_are_all_named_or_counted() -> None:
    rates = Selection("organisations_per_10000_residents", "2022-09")
    # One number by two ways: 0.3 and 0.1 + 0.2.
    values = {"320000": 0.3, "330000": 0.1 + 0.2, "340000": 0.2}
    rows = published(*((rates.indicator, "2022-09", code, v) for code, v in values.items()))
    said: dict[Language, str] = {
        "en": "of 3 provinces with data, Jiangsu, Zhejiang share the highest",
        "zh": "有数据的3个省份中，江苏、浙江并列最高",
    }
    for language, statement in said.items():
        assert statement in shown(rows, language, selection=rates).statement
    # Written alike, 12.35, nobody can tell which is higher.
    close = {"320000": 12.3512, "330000": 12.3498, "340000": 12.1}
    rows = published(*((rates.indicator, "2022-09", code, v) for code, v in close.items()))
    assert "江苏、浙江并列最高" in shown(rows, selection=rates).statement
    alike = published(*((rates.indicator, "2022-09", code, 0.3) for code in tree().provinces[:4]))
    assert "4 regions share the highest" in shown(alike, "en", selection=rates).statement


def test_the_title_of_a_map_says_where_the_chosen_region_stands() -> None:
    figures = {"110000": 3.0, "320000": 9.0, "330000": 6.0}
    suspended = Selection("certificates_suspended", "2024-12")
    for selection, first, place in ((SNAPSHOT, "江苏最高", 2), (suspended, "北京最低", 2)):
        rows = published(*((selection.indicator, "2024-12", *item) for item in figures.items()))
        page = shown(rows, selection=selection, region="330000")
        assert page.statement.startswith("2024年12月")
        assert f"有数据的3个省份中，{first}；浙江6" in page.statement
        assert page.statement.endswith(f"居第{place}位")
        # The best stands on top, whichever way better is.
        assert page.ranking["name"].iloc[0] == first[:2]
    rows = published(("certificates_valid", "2024-12", "110000", 3.0))
    assert shown(rows, region="330000").statement.endswith("：仅北京有数据，为3 张；浙江：无数据")


def test_a_map_says_how_far_the_chosen_is_from_the_next_and_from_the_nation() -> None:
    rates = {"110000": 20.0, "320000": 15.0, "330000": 14.1, "100000": 6.0}
    key = "organisations_per_10000_residents"
    rows = published(*((key, "2022-09", code, value) for code, value in rates.items()))
    selection = Selection(key, "2022-09")
    second = shown(rows, "en", selection=selection, region="330000").standing
    assert second == (
        "Zhejiang, rank 3 of 3: 0.90 from Jiangsu, next ahead, 8.10 above: Nation 6.00"
    )
    first = shown(rows, "en", selection=selection, region="110000").standing
    assert "Beijing, rank 1 of 3: 5.00 ahead of Jiangsu" in first
    assert shown(rows, "en", selection=selection, region="650000").standing == ""
    # A count is as large as its region.
    assert shown(december(), "en", region="330000").standing == ""


def test_missing_provinces_are_counted_and_named() -> None:
    chinese = line_of(shown(december()), "无数据")
    assert chinese.startswith("无数据（31个省份中29个）：北京、天津、河北、")
    named = chinese.partition("：")[2].split("、")
    assert len(named) == 29
    assert not {"江苏", "浙江", "台湾", "香港", "澳门"} & set(named)
    english = line_of(shown(december(), "en"), "No data")
    assert english.startswith("No data, 29 of 31 provinces: Beijing, Tianjin, Hebei, ")
    assert len(english.partition(": ")[2].split(", ")) == 29


def test_regions_that_the_source_does_not_cover_stand_apart_from_the_missing() -> None:
    assert "数据未包括香港特别行政区、澳门特别行政区和台湾省。" in shown(december()).footnotes
    english = line_of(shown(december(), "en"), "The data do not include the Hong Kong and Macao")
    assert english.endswith("Taiwan Province.")


def test_suppressed_and_not_applicable_are_neither_values_nor_missing() -> None:
    rows = published(
        ("certificates_valid", "2024-12", "110000", math.nan),
        ("certificates_valid", "2024-12", "120000", math.nan),
        ("certificates_valid", "2024-12", "130000", 0.0),
        ("certificates_valid", "2024-12", "140000", math.nan),
    ).assign(confidentiality=["C", "F", "F", "F"], status=["A", "M", "A", "O"])
    figures = shown(rows)
    assert "未公布（为保护单个单位信息）（31个省份中1个）：北京" in figures.footnotes
    assert "不适用（31个省份中1个）：天津" in figures.footnotes
    assert line_of(figures, "无数据").startswith("无数据（31个省份中28个）：山西、")
    assert figures.statement == "2024年12月有效认证证书数：仅河北有数据，为0 张"
    assert figures.ranking[["name", "value"]].to_numpy().tolist() == [["河北", 0.0]]


@pytest.mark.parametrize(
    ("status", "confidentiality"), [("A", "C"), ("A", "N"), ("B", "C"), ("O", "F"), ("M", "F")]
)
def test_what_is_withheld_sets_no_class_and_is_no_benchmark(
    status: str, confidentiality: str
) -> None:
    ratio = Selection("organisations_per_10000_residents", "2022-09")
    world = [("320000", 15.0), ("330000", 14.0), ("110000", 900.0), ("100000", 800.0)]
    rows = published(*((ratio.indicator, "2022-09", code, value) for code, value in world))
    hidden = rows["region"].isin(["110000", "100000"])
    rows["status"] = rows["status"].mask(hidden, status)
    rows["confidentiality"] = rows["confidentiality"].mask(hidden, confidentiality)
    figures = shown(rows, selection=ratio)
    known = shown(rows[~hidden], selection=ratio)
    classes = figures.legend["kind"] == "class"
    assert (
        figures.legend[classes]["label"].tolist()
        == known.legend.query("kind == 'class'")["label"].tolist()
    )
    assert figures.reference.empty
    said = figures.units.set_index("region").loc["110000"]
    assert said["fill"] == LIGHT.no_value
    assert "900" not in figures.units.to_string() + figures.ranking.to_string()


def test_a_diverging_map_without_a_benchmark_says_so() -> None:
    ratio = Selection("organisations_per_10000_residents", "2022-09")
    rows = published((ratio.indicator, "2022-09", "320000", 15.0))
    said = "全国本期没有可比的数据，改按由低到高配色。"
    for diverging in (True, False):
        view = MapView(ratio, "100000", "zh", dark=False, diverging=diverging)
        lines = map_view.map_figures(view, rows, citations(), boundaries()).footnotes
        assert (said in lines) == diverging


def test_a_map_of_nothing_says_so() -> None:
    figures = shown(december().iloc[:0], cited=citations().iloc[:0])
    assert figures.statement == "本系统未收录2024年12月有效认证证书数的分省份数据"
    assert line_of(figures, "无数据").startswith("无数据（31个省份中31个）")
    assert figures.ranking.empty
    assert figures.reference.empty


def test_the_document_and_its_publisher_are_cited() -> None:
    assert "资料来源：国家认监委《2024年12月全国认证证书分布》" in shown(december()).footnotes
    assert "Source: 2024年12月全国认证证书分布 (国家认监委)" in shown(december(), "en").footnotes


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "数据录自转载文本，未核对官方原文。"),
        ("en", "Taken from reprints; not checked against the originals."),
    ],
)
def test_a_secondary_copy_is_said_and_an_official_outlet_is_not(
    language: Language, said: str
) -> None:
    assert said in shown(december(), language).footnotes
    official = citations(verification="primary")
    assert said not in shown(december(), language, cited=official).footnotes


def test_a_document_that_many_figures_stand_in_is_cited_once() -> None:
    pages = pd.DataFrame([CITATION, CITATION | {"citation": "c2", "place": "第 2 页"}])
    assert footnotes.standing(pages, ZH)[0] == "资料来源：国家认监委《2024年12月全国认证证书分布》"


def test_a_ratio_says_how_it_is_computed_and_a_count_does_not() -> None:
    ratio = Selection("organisations_per_10000_residents", "2022-09")
    rows = published(
        ("organisations_per_10000_residents", "2022-09", "320000", 15.31),
        ("organisations_per_10000_residents", "2022-09", "100000", 7.64),
        source="derived",
        numerator=1.0,
        denominator=1.0,
    )
    assert line_of(shown(rows, selection=ratio), "计算方法：").startswith(
        "计算方法：获证组织数 ÷ 年末常住人口或常住人口"
    )
    assert line_of(shown(rows, "en", selection=ratio), "Computed: ").startswith(
        "Computed: Certified organisations / Residents at year end or Residents"
    )
    for language in LANGUAGES:
        said = " ".join(shown(december(), language).footnotes)
        assert "计算方法" not in said
        assert "Computed" not in said


def test_the_nation_stands_beside_provinces_for_a_ratio_and_never_for_a_count() -> None:
    ratio = published(
        ("organisations_per_10000_residents", "2022-09", "320000", 15.31),
        ("organisations_per_10000_residents", "2022-09", "100000", 7.64),
        ("organisations_per_10000_residents", "2022-09", "ALL", 7.8),
    )
    drawn = shown(ratio, selection=Selection("organisations_per_10000_residents", "2022-09"))
    assert drawn.reference.to_dict("records") == [{"value": 7.64, "label": "全国 7.64"}]
    assert drawn.ranking["region"].tolist() == ["320000"]
    assert shown(december()).reference.empty


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_break_is_explained_where_there_is_one(language: Language) -> None:
    def marked(rows: pd.DataFrame) -> list[str]:
        return [line for line in shown(rows, language).footnotes if line.startswith("[b]")]

    assert marked(december()) == []
    assert len(marked(december().assign(status="B"))) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_map_says_where_its_boundaries_come_from(language: Language) -> None:
    provenance = map_provenance(boundaries(), Wording(language))
    assert shown(december(), language).footnotes[-len(provenance) :] == provenance


def test_an_english_map_is_english() -> None:
    figures = shown(december(), "en")
    said = [figures.statement, figures.subtitle, figures.ranking_statement, *figures.parts]
    assert not HAN.search(" ".join(said))
    assert not HAN.search(figures.units.drop(columns="region").to_string())
    assert not HAN.search(figures.table.to_string())


def test_what_a_map_is_narrowed_to_is_in_its_name() -> None:
    rows = december().assign(scheme="QMS")
    selection = Selection("certificates_valid", "2024-12", scheme="QMS")
    assert shown(rows, selection=selection).parts == [
        "有效认证证书数",
        code_names.scheme_name("QMS", ZH),
        "2024年12月",
    ]
    assert shown(december()).parts == ["有效认证证书数", "2024年12月"]


def test_the_table_twin_has_every_region_and_no_zero_for_the_missing() -> None:
    table = shown(december()).table
    assert len(table) == 34
    assert table["地区"].tolist()[:2] == ["浙江", "江苏"]
    assert table["数值（张）"].notna().sum() == 2
    said = dict(zip(table["地区"], table["状态"], strict=True))
    assert said["北京"] == "无数据"
    assert said["台湾"] == "数据未包括"


def test_the_region_chosen_is_marked_in_map_and_ranking() -> None:
    figures = shown(december(), region="320000")
    assert figures.units.loc[figures.units["selected"], "name"].tolist() == ["江苏"]
    assert figures.ranking["label"].tolist() == ["553,393", "537,498 ◀"]


# The Overview


def test_headlines_keep_the_two_scopes_apart() -> None:
    chinese = overview.headlines(published(*WORLD), ZH)
    assert [(item.label, item.value, item.change) for item in chinese] == [
        ("有效认证证书数（含境外）", "415.8万", "2024年12月 +20.5%"),
        ("有效认证证书数（境内）", "406.8万", "2024年12月 +20.7%"),
    ]
    english = overview.headlines(published(*WORLD), EN)
    assert [(item.label, item.value, item.change) for item in english] == [
        ("Certificates (all)", "4.16 million", "Dec 2024 +20.5%"),
        ("Certificates (domestic)", "4.07 million", "Dec 2024 +20.7%"),
    ]
    assert chinese[0].help.startswith("4,158,266 张，2024年12月。")
    assert chinese[0].help.endswith("较2023年3月 +20.5%")


def test_title_and_table_count_the_same_targets_behind(shipped: sa.Engine) -> None:
    verdicts = facts.judged(shipped, 1, "2026-11-29").verdicts
    late = verdicts["verdict"].isin(["missed", "limited", "moving_away", "acceleration_needed"])
    assert late.any()
    title = overview.overview_statement(verdicts, "2026-11-29", ZH)
    missed = (verdicts["verdict"] == "missed").sum()
    assert ("滞后" in title) == (late.sum() > missed)
    assert f"未实现{missed}项" in title
    rows, table = overview.must_change(verdicts, ZH)
    assert len(rows) == len(table) == late.sum()
    assert overview.must_change(verdicts[~late], ZH)[1].empty


def test_the_matrix_groups_aims_by_clause_and_begins_with_what_can_be_judged(
    shipped: sa.Engine,
) -> None:
    judged = facts.judged(shipped, 1, "2026-11-29")
    shown = overview.leading(judged.verdicts)
    cells = overview.matrix(shown, judged.register, ZH, dark=False, home="530000")
    columns = cells.sort_values("column")["name"].drop_duplicates().tolist()
    assert columns[:2] == ["全国", "云南"]
    # Each aim has a row, each family a heading in the row above its first aim, and none is shared.
    rows = cells[["aim", "place"]].drop_duplicates()
    headings = overview.families(cells)
    assert sorted([*rows["place"], *headings["place"]]) == list(range(len(rows) + len(headings)))
    by_family = cells.groupby("family")["place"].agg(["min", "max"]).sort_values("min")
    assert (by_family["max"].to_numpy()[:-1] < by_family["min"].to_numpy()[1:]).all()
    counted = cells.groupby("family")["judged"].sum().loc[by_family.index]
    assert counted.tolist() == sorted(counted, reverse=True)


def test_a_doubt_stands_beside_its_verdict_wherever_that_is_shown(shipped: sa.Engine) -> None:
    judged = facts.judged(shipped, 1, "2026-11-29")
    told, held = judged.doubts(ZH), judged.verdicts
    for region, target in zip(held["region"], held["target"], strict=True):
        verdict, series = judged.verdict(region, target)
        record = judged.register.record(target)
        alone = objectives.doubts(verdict, record, series, judged.citations, ZH, judged.fresh)
        of_all = told.get((region, target), [])
        assert verdict.verdict == "not_assessed" or of_all == alone, (region, target)
    key = ("310000", "shanghai-manufacturing-pass-rate-c-2025")
    # The report itself does not fit the nation's figure of that year, and a newer one is due.
    late, noted = "最新数据：2024年，23个月前，逾期未更新", "年份存疑"
    assert late in told[key]
    assert any(line.endswith(noted) for line in told[key])
    cells = overview.matrix(overview.leading(held), judged.register, ZH, False, doubts=told)
    cell = cells[(cells["region"] == key[0]) & (cells["target"] == key[1])].iloc[0]
    assert cell["symbol"].endswith("*")
    assert noted in cell["doubts"]
    assert not cells.loc[~cells["judged"], "symbol"].str.endswith("*").any()
    assert overview.matrix_table(cells, ZH)["* 疑点与附注"].str.contains(noted).sum() == 1
    common = facts.shared(shipped, Vintage(1), load_boundaries(), judged)
    table = province.verdict_table(facts.material(common, key[0]), ZH)
    row = table[table["* 疑点与附注"].str.contains(noted)].iloc[0]
    assert row["判定"].endswith(" *")
    assert late in row["* 疑点与附注"]
    change = overview.must_change(held, ZH, told)[1]
    assert (change["判定"].str.endswith(" *") == (change["* 疑点与附注"] != "")).all()


def test_what_is_taken_away_of_the_matrix_is_what_is_shown_and_why_the_rest_is_not(
    shipped: sa.Engine,
) -> None:
    judged = facts.judged(shipped, 1, "2026-11-29")
    shown = overview.leading(judged.verdicts)
    cells = overview.matrix(shown, judged.register, ZH, dark=False)
    unjudged = overview.unjudged_table(judged.verdicts, {}, {}, ZH)
    files = overview.exports(judged.verdicts, cells, unjudged, ZH, False, Vintage(1))
    made = {name.rpartition(".")[2]: make for _, name, make in files}
    text = made["csv"]().decode("utf-8-sig")
    assert len(pd.read_csv(io.StringIO(text))) == len(cells) < len(judged.verdicts)
    sheets = pd.read_excel(io.BytesIO(made["xlsx"]()), sheet_name=None, engine="calamine")
    assert list(sheets) == ["判定结果", "尚未判定：原因"]
    drawn = (shown["verdict"] != "not_assessed").sum()
    assert sheets[list(sheets)[1]]["目标数"].sum() + drawn == len(judged.verdicts)
    assert "尚未判定：（" in made["svg"]().decode()


def test_the_shares_of_verdicts_add_up_to_each_group(shipped: sa.Engine) -> None:
    verdicts = facts.judged(shipped, 1, "2026-11-29").verdicts
    bars = overview.shares(verdicts, verdicts["region"], ZH, dark=False)
    assert bars["group"].str.endswith("(1)").sum() <= 1
    for _, group in bars.groupby("group"):
        assert group["start"].iloc[0] == 0
        assert group["end"].iloc[-1] == 1
        assert group["start"].tolist()[1:] == group["end"].tolist()[:-1]
    told = [int(re.sub(r"\D", "", label)) for label in bars["label"]]
    assert sum(told) == len(verdicts)
    # More groups than have room: those of which nothing can be judged are one.
    assert bars["group"].str.startswith("其余均未判定").any()


def test_the_list_of_regions_counts_each_kind_of_verdict(shipped: sa.Engine) -> None:
    verdicts = facts.judged(shipped, 1, "2026-11-29").verdicts
    listed = overview.region_list(verdicts, ZH, home="330000")
    assert listed["region"].tolist()[:2] == ["100000", "330000"]
    numbers = listed["判定结果"].str.findall(r"\d+").explode().astype(int)
    assert numbers.sum() == len(verdicts)


def test_a_headline_with_nothing_before_it_claims_no_change() -> None:
    found = overview.headlines(published(("certificates_valid", "2024-12", "ALL", 4_158_266.0)), ZH)
    assert [(item.label, item.change) for item in found] == [
        ("有效认证证书数（含境外）", "2024年12月")
    ]


def test_the_newest_table_names_each_scope() -> None:
    nation = published(*(row for row in WORLD if row[2] in ("ALL", "100000")))
    table = overview.newest_table(nation, citations(), ZH)
    assert sorted(zip(table["口径"], table["时期"], table["数值"], strict=True)) == [
        ("全国", "2024年12月", "4,067,752"),
        ("全部", "2024年12月", "4,158,266"),
    ]


# Figures whole


def test_a_figure_carries_where_it_stands() -> None:
    jiangsu = december().query("region == '320000'")
    chinese = readable_tables.figure_table(jiangsu, citations(), ZH).to_dict("records")
    assert len(chinese) == 1
    expected = {
        "指标代码": "certificates_valid",
        "指标": "有效认证证书数",
        "时期": "2024-12",
        "地区代码": "320000",
        "地区": "江苏",
        "领域代码": "ALL",
        "认证领域": "全部认证领域",
        "数值": 537_498.0,
        "单位": "张",
        "状态": "A",
        "脚注": "",
        "发布机构": "国家认监委",
        "出处文件": "2024年12月全国认证证书分布",
        "文中位置": "三、地域分布 表",
        "取得方式": "原文数字",
        "核验程度": "转载文本（未核对原文）",
        "原始文件": "platform_provinces/2024-12.csv",
        "版本": 1,
    }
    assert {key: chinese[0][key] for key in expected} == expected
    english = readable_tables.figure_table(jiangsu, citations(verification="primary"), EN).iloc[0]
    stated = ["Region", "Unit", "Publisher", "Verification", "Obtained"]
    assert english[stated].tolist() == [
        "Jiangsu",
        "certificates",
        "国家认监委",
        "official outlet",
        "as published",
    ]


def test_a_computed_figure_says_so_and_shows_its_parts() -> None:
    rows = published(
        ("organisations_per_10000_residents", "2022-09", "320000", 15.0),
        source="derived",
        numerator=127_125.0,
        denominator=84_750_000.0,
    )
    figure = readable_tables.figure_table(rows, citations(basis="derived"), ZH).iloc[0]
    assert figure["取得方式"] == "由公布数字计算"
    assert figure["分子"] / figure["分母"] * 10_000 == pytest.approx(figure["数值"])


@pytest.mark.parametrize(
    ("status", "confidentiality", "value", "chinese", "english"),
    [
        ("A", "F", 0.0, "", ""),
        ("B", "F", 1.0, "[b] 序列中断", "[b] Break in series"),
        ("D", "F", 1.0, "[d] 口径不同", "[d] Definition differs"),
        ("E", "F", 1.0, "[e] 估计值", "[e] Estimated"),
        ("P", "F", 1.0, "[p] 初步数", "[p] Provisional"),
        ("A", "C", 1.0, "[c] 未公布（为保护单个单位信息）", "[c] Suppressed"),
        ("B", "N", 1.0, "[c] 未公布（为保护单个单位信息）", "[c] Suppressed"),
        ("O", "F", math.nan, "[x] 无数据", "[x] No data"),
        ("A", "F", math.nan, "[x] 无数据", "[x] No data"),
        ("M", "F", math.nan, "[z] 不适用", "[z] Not applicable"),
    ],
)
def test_a_footnote_has_its_mark_and_its_sense(
    status: str, confidentiality: str, value: float, chinese: str, english: str
) -> None:
    rows = published(
        ("certificates_valid", "2024-12", "320000", value),
        status=status,
        confidentiality=confidentiality,
    )
    assert readable_tables.figure_table(rows, citations(), ZH)["脚注"].tolist() == [chinese]
    assert readable_tables.figure_table(rows, citations(), EN)["Footnote"].tolist() == [english]


def test_a_confidential_number_is_in_no_table_of_figures() -> None:
    rows = published(
        ("certificates_valid", "2024-12", "320000", 987_654.0),
        confidentiality="C",
        numerator=987_654.0,
        denominator=987_654.0,
    )
    table = readable_tables.figure_table(rows, citations(), ZH)
    assert table["地区"].tolist() == ["江苏"]
    assert table[["数值", "分子", "分母"]].isna().all(axis=None)


def test_a_figure_whose_citation_stands_twice_is_refused() -> None:
    with pytest.raises(pd.errors.MergeError):
        readable_tables.figure_table(december(), pd.concat([citations(), citations()]), ZH)


@pytest.mark.parametrize("words", [ZH, EN])
def test_what_a_page_shows_first_is_in_the_table(words: Wording) -> None:
    table = readable_tables.figure_table(december(), citations(), words)
    assert set(readable_tables.shown_first(words)) <= set(table.columns)


def test_every_province_is_covered_or_named_as_uncovered() -> None:
    regions = catalogue.load().regions
    provinces = set(regions.loc[regions["kind"] == "province", "code"])
    assert set(tree().provinces) | set(tree().uncovered) == provinces == set(REGIONS)
    assert len(tree().provinces) == 31
    assert tree().uncovered == ("710000", "810000", "820000")


def test_a_share_names_whose_figure_it_is_a_share_of() -> None:
    known = catalogue.load().indicators
    assert footnotes.formula(known["organisation_national_share"], ZH) == (
        "计算方法：获证组织数 ÷ 全国获证组织数 × 100"
    )
    assert footnotes.formula(known["organisations_per_10000_residents"], EN) == (
        "Computed: Certified organisations / Residents at year end or Residents × 10,000"
    )


def test_no_change_is_given_across_a_break() -> None:
    world = [row for row in WORLD if row[2] == "ALL"]
    rows = published(*world)
    rows.loc[rows["period"] == "2024-12", "status"] = "B"
    assert [headline.change for headline in overview.headlines(rows, ZH)] == ["2024年12月"]


def test_no_change_is_given_from_what_is_no_figure() -> None:
    rows = published(*(row for row in WORLD if row[2] == "ALL"))
    rows.loc[rows["period"] == "2023-03", "value"] = math.nan
    assert [headline.change for headline in overview.headlines(rows, ZH)] == ["2024年12月"]
