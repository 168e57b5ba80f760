"""Each page run from its own file, as Streamlit may do, in both languages."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from indicators.store.database import open_database
from tests.conftest import WORLD, publish_rows
from tests.opened_pages import opened, reading

ROOT = Path(__file__).resolve().parent.parent
HAN = re.compile(r"[\u4e00-\u9fff]")
PAGES = (
    "overview",
    "map",
    "comparison",
    "objectives",
    "industries",
    "province",
    "policy",
    "releases",
)


@pytest.fixture(scope="module")
def figures(shipped: sa.Engine) -> str:
    """Return the URL of a database with the figures that the project ships."""
    return shipped.url.render_as_string(hide_password=False)


@pytest.fixture(autouse=True)
def _fresh(figures: str) -> Iterator[None]:
    with reading(figures):
        yield


@pytest.mark.parametrize("page", [*PAGES, "unknown"])
def test_a_page_speaks_chinese_unless_asked_otherwise(page: str) -> None:
    assert HAN.search(opened(page).title[0].value)
    assert not HAN.search(opened(page, lang="en").title[0].value)


def test_the_title_of_the_overview_counts_the_verdicts_that_its_matrix_draws() -> None:
    page = opened("overview", only_document="nation-quality-power-2023")
    badges = [text.value for text in page.markdown if "badge[" in text.value]
    said = [re.sub(r"^.*badge\[|\]$", "", badge) for badge in badges]
    counted = {badge[0]: int(badge.split()[-1]) for badge in said}
    title = page.title[0].value
    number = re.search(r"，(\d+)项目标中可判定(\d+)项：(.*)；另有(\d+)项", title)
    assert number is not None, title
    every, judged, late = int(number[1]), int(number[2]), int(number[4])
    assert every == sum(counted.values())
    assert judged == every - counted["·"] - counted["◇"] > 0
    assert late == counted["◇"] > 0
    # What it counts adds up, and it names nothing that no badge does.
    told = dict(re.findall(r"([^\d、]+)(\d+)项", number[3]))
    assert sum(map(int, told.values())) == judged
    assert int(told["已实现"]) == sum(counted.get(symbol, 0) for symbol in "★✔☆")
    assert ("未实现" in told) == ("✖" in counted)
    assert ("滞后" in told) == bool({"▶", "▷", "▼"} & counted.keys())


def test_the_title_of_an_objective_says_as_of_when_its_verdict_is() -> None:
    for target, period in (
        ("nation-manufacturing-quality-competitiveness-c-2025", "2025年12月"),
        ("jiangsu-certificates-valid-2023", "2023年3月"),
    ):
        region = "320000" if target.startswith("jiangsu") else "100000"
        page = opened("objectives", region=region, target=target)
        assert f"（判定截至{period}数据）" in page.title[0].value


def test_the_title_of_what_cannot_be_judged_ends_with_its_words() -> None:
    page = opened("objectives", region="330000")
    assert page.metric or page.title[0].value.startswith("浙江")
    assert "未判定" in [card.value.strip("*· ") for card in page.markdown]
    assert not re.search(r"[·\s]$", page.title[0].value)


def test_another_region_is_shown_without_a_word_of_the_group_of_peers_left_behind() -> None:
    page = opened("province", region="330000")
    assert page.query_params["peers"]
    page.selectbox(key="choice_region").select("610000").run()
    assert not page.exception
    assert page.title[0].value.startswith("陕西：")
    assert not page.sidebar.warning


def test_the_same_aim_is_shown_of_another_region() -> None:
    page = opened("objectives", target="nation-manufacturing-quality-competitiveness-c-2025")
    page.selectbox(key="choice_region").select("130000").run()
    assert not page.exception
    assert page.title[0].value.startswith("河北")
    assert page.query_params["target"] == "hebei-manufacturing-quality-competitiveness-c-2020"
    page.selectbox(key="choice_region").select("100000").run()
    assert "制造业质量竞争力指数" in page.title[0].value
    assert not page.sidebar.warning


def test_an_english_page_says_that_sources_are_quoted_in_chinese() -> None:
    said = "Titles and notes of sources are quoted in Chinese, as published."
    assert said in opened("map", lang="en").caption[-1].value
    assert "按原文" not in opened("map").caption[-1].value


def test_a_filter_holds_something_to_choose_or_is_not_there() -> None:
    page = opened("overview", only_department="-")
    assert all(len(box.options) > 1 for box in page.selectbox)
    assert "责任单位" not in [box.label for box in page.selectbox]
    assert "only_department" not in page.query_params


def test_the_overview_shows_the_newest_national_figures_with_their_dates() -> None:
    page = opened("overview")
    assert page.metric[0].delta == "2025年1月 +0.8%"
    assert [metric.value for metric in page.metric] == ["419.0万", "110.5万", "406.8万", "108.8万"]


def test_the_map_states_who_leads_and_counts_who_is_silent() -> None:
    page = opened("map", indicator="certificates_valid", period="2022-09")
    assert page.title[0].value == "2022年9月有效认证证书数：有数据的19个省份中，广东最高"
    footer = page.caption[-2].value
    assert "无数据（31个省份中12个）：山西、" in footer
    assert "数据未包括香港特别行政区、澳门特别行政区和台湾省" in footer
    assert "审图号：未设置" in footer


def test_the_address_says_what_is_shown_and_shows_what_it_says() -> None:
    page = opened("map", indicator="certified_organisations", period="2022-08", region="320000")
    assert page.query_params["indicator"] == "certified_organisations"
    assert page.selectbox(key="choice_period").value == "2022-08"
    assert page.selectbox(key="choice_region").value == "320000"
    page.selectbox(key="choice_period").select("2024-12").run()
    assert page.query_params["period"] == "2024-12"
    assert not page.exception


def test_an_address_that_makes_no_sense_is_told_and_survived() -> None:
    page = opened("map", indicator="no_such_thing", period="1800", region="<script>", lang="xx")
    assert not page.exception
    assert len(page.warning) == 3
    assert page.selectbox(key="choice_indicator").value == "organisations_per_1000_enterprises"


def test_a_period_of_another_frequency_leads_to_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'flow.sqlite'}"
    monkeypatch.setenv("DATABASE_URL", url)
    engine = open_database(url)
    periods = ("2023", "2024", "2024-Q3")
    publish_rows(engine, [("tic_revenue", period, "320000", 5.0) for period in periods])
    page = opened("map", indicator="tic_revenue", period="2024-Q3")
    assert page.selectbox(key="choice_period").value == "2024"
    assert [box.value for box in page.sidebar.warning] == [
        "该指标的地图只用年度数据；2024年第3季度的数据见“数据”页。"
    ]
    assert page.sidebar.get("page_link")[0].proto.label == "在“数据”页查看2024年第3季度的数据"
    assert page.query_params["period"] == "2024"
    # A period that nobody has figures of is told as before.
    missing = opened("map", indicator="tic_revenue", period="2011-05")
    assert "没有结果" in missing.sidebar.warning[0].value
    engine.dispose()


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("objectives", {"region": "630000"}),
        ("province", {"region": "540000"}),
        ("map", {"within": "330000", "region": "330000"}),
        ("unknown", {"asked": "/mapp"}),
    ],
)
def test_commands_and_paths_stand_in_the_box_of_those_who_maintain_the_figures(
    page: str, address: dict[str, str]
) -> None:
    shown = opened(page, **address)
    boxed = {text.value for box in shown.expander for text in box.markdown}
    texts = [*shown.info, *shown.warning, *shown.error, *shown.caption, *shown.markdown]
    for text in [*shown.title, *shown.subheader, *texts]:
        told = text.value not in boxed and re.search(r"python -m|data/|docs/|\.ya?ml", text.value)
        assert not told, text.value
    if page in ("objectives", "map"):
        assert any("python -m" in text or "docs/" in text for text in boxed)


def test_every_page_begins_with_the_reader_s_own_province(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME_REGION", "330000")
    overview = opened("overview")
    assert "浙江概览" in [heading.value for heading in overview.subheader]
    glance = overview.dataframe[0].value.set_index("指标")
    row = glance.loc["每万人获证组织数", ["数值", "位次", "最好", "末位"]]
    assert [str(cell) for cell in row] == ["14.10 家/万人", "4/19", "北京 19.90", "云南 2.44"]
    # A trend stands in percent of the newest figure, on one scale with the others.
    assert all(line[-1] == 100 for line in glance["走势"])
    headings = [heading.value for heading in overview.subheader]
    assert headings[:3] == ["浙江概览", "需要关注", "第1版的新变化"]
    assert overview.title[0].value.startswith("浙江：")
    assert opened("province").title[0].value.startswith("浙江：")
    page = opened("map", indicator="organisations_per_10000_residents", period="2022-09")
    assert page.title[0].value.endswith(" 家/万人，居第4位")
    assert "；浙江" in page.title[0].value
    # Nothing of Shanghai is judged yet, which is not said to go well.
    monkeypatch.setenv("HOME_REGION", "310000")
    captions = [caption.value for caption in opened("overview").caption]
    assert "尚无可判定的目标，是否滞后无从得知。" in captions
    assert not any("0项" in caption for caption in captions)
    # The documents and figures of others come after.
    monkeypatch.setenv("HOME_REGION", "320000")
    policy = opened("policy")
    assert policy.dataframe[0].value["江苏判定结果"].str.contains("按期实现").any()
    tables = [table.value for table in policy.dataframe]
    assert [list(table) for table in tables if "全国最新数据" in table and "江苏判定结果" in table]
    (register,) = [table for table in tables if "文件" in table]
    regions = register["地区"].tolist()
    assert regions[0] == "江苏"
    assert regions.index("全国") > max(at for at, name in enumerate(regions) if name == "江苏")
    figures = opened("releases").dataframe[0].value["地区"].tolist()
    assert figures[0] == "江苏"
    assert len(set(figures)) > 20
    # What the address says comes first.
    assert opened("province", region="320000").title[0].value.startswith("江苏：")


def test_the_industries_page_opens_a_level_and_leads_to_the_figure() -> None:
    page = opened("industries", measure="quotient", region="330000", industry="C")
    assert page.title[0].value == (
        "2024年12月制造业全部法人单位数：有数据的31个地区中，浙江的区位商最高（1.87）"
    )
    assert page.query_params["level"] == "sections"
    links = [link.proto.label for link in page.get("page_link")]
    assert "数据及其出处" in links
    figure = opened("releases", indicator="legal_units_all", of_industry="C", of_region="330000")
    assert set(figure.dataframe[0].value["地区"]) == {"浙江"}
    bolds = [text.value for text in page.markdown]
    assert "**浙江制造业：尚未见成效，2项目标中还有2项。**" in bolds, bolds
    assert any("大型减小微型为−12.7个百分点" in text for text in bolds)
    gaps = page.dataframe[-1].value["指标"].tolist()
    assert "应用六西格玛管理的组织数" in gaps  # nobody publishes it: the gap is shown
    groups = opened("industries", level="groups")
    every = groups.dataframe[0].value.set_index("行业")
    assert every.loc["制造业", "是否已见成效"] == "尚未"
    assert "4个行业" in groups.title[0].value


def test_the_search_box_leads_to_the_view_with_its_state() -> None:
    page = opened("map")
    page.text_input(key="search").set_value("luan").run()
    (link,) = [each.proto for each in page.get("page_link") if "六安" in each.proto.label]
    assert link.label == "地区 · 六安市（安徽）"
    assert link.page == "province"
    assert "region=341500" in link.query_string
    page.text_input(key="search").set_value("qqqqqq").run()
    assert "未找到“qqqqqq”。" in [caption.value for caption in page.caption]
    english = opened("releases", lang="en")
    english.text_input(key="search").set_value("six sigma").run()
    labels = [each.proto.label for each in english.get("page_link")]
    assert "Indicator · Organisations using Six Sigma" in labels


def test_switching_the_language_keeps_the_view() -> None:
    page = opened("map", indicator="certified_organisations", period="2022-08", region="320000")
    page.button_group(key="choice_lang").set_value("en").run()
    assert page.title[0].value.startswith("Certified organisations, Aug 2022: of")
    assert page.query_params["period"] == "2022-08"


def test_the_data_page_shows_where_a_figure_stands() -> None:
    page = opened("releases", of_region="320000", of_period="2024-12")
    shown = page.dataframe[0].value
    assert shown["数值"].tolist() == [537_498]
    assert shown["出处文件"].iloc[0].startswith("2024年12月全国认证证书分布")
    assert shown["核验程度"].iloc[0] == "转载文本（未核对原文）"


def test_an_empty_cell_reads_the_same_in_every_language() -> None:
    tables = [*opened("releases").dataframe, *opened("policy", lang="en").dataframe]
    assert {each.proto.placeholder for each in tables} == {"—"}


def test_an_objective_states_its_verdict_and_shows_its_reasons() -> None:
    page = opened("objectives", target="nation-manufacturing-pass-rate-c-2025")
    assert page.title[0].value == (
        "全国制造业产品质量合格率 · 制造业："
        "进展符合预期（判定截至2024年数据；2025年期末数据尚未收录）\N{NO-BREAK SPACE}◇"
    )
    said = " ".join(block.value for block in page.markdown)
    assert "2024年应为93.88%" in said
    assert "若不计最新数据，判定将变为“需要提速”" in said
    assert "质量强国建设纲要" in said
    assert "nan" not in said
    assert [item.label for item in page.expander] == ["判定依据：理由、公式与数字", "假设推算"]
    # Read at a glance: verdict, latest figure, need and chance, each with what it is.
    labels = ["判定", "最新值与进度要求", "下一年度所需增量", "按期实现的可能性"]
    captions = [caption.value for caption in page.caption]
    assert [caption for caption in captions if caption in labels] == labels
    assert "2024年；按进度应达93.88%，相差+0.05个百分点" in captions


def test_the_six_systems_stand_on_one_board() -> None:
    page = opened("objectives", target="nation-system-laws-2022", lang="en")
    captions = [caption.value for caption in page.caption]
    systems = [name for name in captions if name.startswith("System of ")]
    kinds = ["laws", "standards", "organisation", "regulation", "public", "international"]
    assert [name.split()[2] for name in systems] == kinds
    assert sum("No evidence is on record" in caption for caption in captions) == 6


def test_an_objective_without_figures_says_why_and_what_to_do() -> None:
    page = opened("objectives", region="630000", lang="en")
    assert page.title[0].value.startswith("Qinghai · Pass rate of routine monitoring")
    assert "No data for this region" in page.title[0].value
    assert "python -m etl refresh" in page.expander[0].markdown[0].value


@pytest.mark.parametrize("page", PAGES)
def test_a_release_without_targets_is_shown_and_says_so(tmp_path: Path, page: str) -> None:
    engine = open_database(url := f"sqlite:///{tmp_path / 'figures.sqlite'}")
    publish_rows(engine, WORLD)
    engine.dispose()
    with reading(url):
        title = opened(page).title[0].value
    if page in ("overview", "objectives"):
        assert title == "没有可显示的目标"


def test_the_nation_s_target_is_named_where_a_province_has_none() -> None:
    page = opened("objectives", region="110000", target="nation-manufacturing-pass-rate-c-2025")
    assert "未收录北京自定目标" in page.info[0].value


def test_the_matrix_counts_every_verdict_and_narrows() -> None:
    page = opened("overview")
    captions = [caption.value for caption in page.caption]
    assert any(re.match(r"\d+项期限已过、期末数据尚未收录", caption) for caption in captions)
    badges = [text.value for text in page.markdown if text.value.startswith(":gray-badge[")]
    numbers = dict(re.findall(r"\[(.) .* (\d+)\]", "\n".join(badges)))
    told = re.search(r"，(\d+)项目标中可判定(\d+)项：.*；另有(\d+)项", page.title[0].value)
    assert told is not None
    assert f":gray-badge[◇ 期限已过、期末数据未收录 {told[3]}]" in badges
    assert sum(map(int, numbers.values())) == int(told[1])
    judged = [int(number) for symbol, number in numbers.items() if symbol not in "◇·"]
    assert sum(judged) == int(told[2])
    page = opened("overview", only_document="jiangsu-certification-2018")
    assert "1项目标中可判定1项" in page.title[0].value


def test_an_empty_database_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    open_database(url).dispose()
    monkeypatch.setenv("DATABASE_URL", url)
    page = opened("map")
    assert page.title[0].value == "尚无数据"
    assert "python -m etl refresh" in page.expander[0].markdown[0].value
    open_database(url).dispose()


def test_where_nobody_has_said_who_may_see_them_pages_show_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ACCESS")
    for name in PAGES:
        page = opened(name)
        assert page.title[0].value == "无法向您显示内容"
        assert not page.dataframe
        assert not page.metric


def test_options_that_read_alike_are_told_apart_by_their_codes() -> None:
    page = AppTest.from_string(
        """
import streamlit as st
from indicators.address import choose
from indicators.wording import Wording

names = {"110105": "朝阳区", "220104": "朝阳区", "211300": "朝阳市"}
st.text(choose("地区", "region", names, Wording("zh"), default="220104"))
"""
    ).run()
    assert page.selectbox[0].options == ["朝阳区 (110105)", "朝阳区 (220104)", "朝阳市"]
    page.selectbox[0].select("朝阳区 (110105)")
    assert page.run().text[0].value == "110105"


NEEDS = """
import ast, importlib, sys
from pathlib import Path

tree = ast.parse(Path("pages/map.py").read_text(encoding="utf-8"))
for node in (node for node in tree.body if isinstance(node, ast.ImportFrom)):
    module = importlib.import_module(node.module)
    for alias in node.names:
        if not hasattr(module, alias.name):
            importlib.import_module(f"{node.module}.{alias.name}")
print(*sorted(name for name, module in sys.modules.items() if getattr(module, "__file__", None)))
"""


def test_the_map_loads_what_a_map_needs() -> None:
    command = [sys.executable, "-W", "ignore", "-c", NEEDS]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = found.stdout.split()
    ours = [name for name in loaded if name.startswith("indicators.")]
    assert "indicators.views.map" in ours
    # Half of 87, as it was with every page's modules; how the gate answers programs; what goes on
    # from a chart; for the gate who has which role and which sign-ins ended; what makes files
    # beside the server; and a phone's tables.
    assert len(ours) <= 54, ours
    heavy = {"docx", "typst", "duckdb", "scipy", "geopandas", "xlsxwriter", "vl_convert", "etl"}
    assert heavy & set(loaded) == set()


def test_a_map_that_plays_has_no_period_to_choose_and_says_that_frames_are_equal() -> None:
    page = opened("map", indicator="organisations_per_10000_residents", show="play")
    assert "时期" not in [box.label for box in page.selectbox]
    assert any("各时期播放时长相同" in text.value for text in page.caption)


@pytest.mark.parametrize("page", ["map", "comparison", "objectives", "industries", "policy"])
def test_definition_and_method_are_one_click_from_the_charts(page: str) -> None:
    shown = opened(page, lang="en")
    assert "Definition and method" in [box.proto.popover.label for box in shown.get("popover")]


def test_rows_of_a_province_lead_to_what_they_name() -> None:
    page = opened("province", region="330000")
    assert page.dataframe[0].proto.selection_mode  # the targets


def test_an_own_group_is_kept_for_every_page_that_compares() -> None:
    place = {"indicator": "organisations_per_10000_residents", "period": "2022-09"}
    own = {"group": "330000-320000-110000", "region": "330000"}
    page = opened("comparison", **own, **place)
    assert page.multiselect[0].value == ["330000", "320000", "110000"]
    assert page.title[0].value.endswith("所比3个地区中，北京最高；浙江14.10 家/万人，居第3位")
    ranked = opened("map", **own, **place, ranked="group")
    assert any("我的对比地区排名" in text.value for text in ranked.caption)
    compared = opened("province", **own, peers="own")
    assert any("我的对比地区：江苏、北京。" in text.value for text in compared.caption)


def test_what_is_set_against_an_indicator_is_of_the_same_date() -> None:
    place = {"indicator": "organisations_per_10000_residents", "period": "2022-09"}
    page = opened("comparison", **place)
    offered = next(box for box in page.selectbox if box.label == "与之对照")
    assert "每千人企业法人单位数" not in offered.options  # no figure of September
    count = opened("comparison", indicator="certificates_valid", period="2022-09")
    assert not [box for box in count.selectbox if box.label == "与之对照"]
    assert any("总量指标受地区规模影响" in text.value for text in count.info)
