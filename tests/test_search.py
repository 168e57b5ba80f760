"""Search: every region by its reading, and sixty queries as people type them."""

from __future__ import annotations

import re
from functools import cache

import pytest
import sqlalchemy as sa

from indicators.cached import search
from indicators.catalogue import tree
from indicators.search_index import Entry, Index, folded, pinyin, spellings
from indicators.store import holdings, queries
from indicators.store.queries import Vintage
from indicators.target_register import Register
from indicators.views.entries import entries
from tests.opened_pages import reading

REGIONS = [
    region for region in tree().regions.values() if region.kind in ("province", "prefecture")
]
# What pinyin's own dictionary reads otherwise, or tells apart by nothing but the spelling.
READINGS = {
    "500000": "chong qing",
    "341500": "lu an",
    "341600": "bo zhou",
    "331000": "tai zhou",
    "460400": "dan zhou",
    "140400": "chang zhi",
    "211300": "chao yang",
    "411100": "luo he",
    "540300": "chang du",
    "340300": "beng bu",
    "350200": "xia men",
    "150000": "nei meng gu",
    "430100": "chang sha",
    "331100": "li shui",
    "341300": "su zhou",
    "650100": "wu lu mu qi",
}


@pytest.fixture(scope="module")
def index(shipped: sa.Engine) -> Index:
    register = Register(**queries.register(shipped))
    held = set(holdings.reach(shipped)["indicator"])
    return Index(entries(register, held, held))


@cache
def core(name: str) -> str:
    """Return a region's name without what kind of region it is."""
    return re.sub(r"(特别行政区|自治区|地区|盟|市|省)$", "", name)


def test_every_province_and_prefecture_is_found_by_its_reading(index: Index) -> None:
    homophones: dict[str, list[str]] = {}
    for region in REGIONS:
        homophones.setdefault("".join(pinyin(region.name_zh)[: len(region.short_zh)]), []).append(
            region.code
        )
    for typed, codes in homophones.items():
        found = [entry.code for entry in index.find(typed, most=8) if entry.kind == "region"]
        assert set(codes) <= set(found[: len(codes) + 4]), (typed, codes, found)


@pytest.mark.parametrize("code", READINGS)
def test_place_names_are_read_as_places(index: Index, code: str) -> None:
    syllables = READINGS[code].split()
    assert pinyin(core(tree()[code].name_zh))[: len(syllables)] == syllables
    for typed in (" ".join(syllables), "".join(syllables).upper(), "".join(syllables) + "shi"):
        assert code in [entry.code for entry in index.find(typed)[:4]], typed


@pytest.mark.parametrize(
    ("typed", "kind", "code"),
    [
        ("陕西", "region", "610000"),
        ("shaanxi", "region", "610000"),
        ("shanxi", "region", "140000"),
        ("山西", "region", "140000"),
        ("重庆", "region", "500000"),
        ("cq", "region", "500000"),
        ("六安", "region", "341500"),
        ("亳州", "region", "341600"),
        ("儋州", "region", "460400"),
        ("浙江", "region", "330000"),
        ("zj", "region", "330000"),
        ("Zhejiang", "region", "330000"),
        ("330000", "region", "330000"),
        ("内蒙古", "region", "150000"),
        ("Inner Mongolia", "region", "150000"),
        ("xizang", "region", "540000"),
        ("Lüliang", "region", "141100"),
        ("lvliang", "region", "141100"),
        ("luliang", "region", "141100"),
        ("Harbin", "region", "230100"),
        ("haerbin", "region", "230100"),
        ("襄樊", "region", "420600"),
        ("延边州", "region", "222400"),
        # With a slip.
        ("beijng", "region", "110000"),
        ("shangahi", "region", "310000"),
        ("guangdnog", "region", "440000"),
        ("hangzou", "region", "330100"),
        ("certificats valid", "indicator", "certificates_valid"),
        ("manufacturng", "industry", "C"),
        # Indicators.
        ("有效认证证书数", "indicator", "certificates_valid"),
        ("yxrzzss", "indicator", "certificates_valid"),
        ("youxiaorenzheng", "indicator", "certificates_valid"),
        ("Valid certificates", "indicator", "certificates_valid"),
        ("certificates_valid", "indicator", "certificates_valid"),
        ("获证组织数", "indicator", "certified_organisations"),
        ("每万人", "indicator", "organisations_per_10000_residents"),
        ("制造业产品质量合格率", "indicator", "manufacturing_pass_rate"),
        ("six sigma", "indicator", "tool_users_six_sigma"),
        ("六西格玛", "indicator", "tool_users_six_sigma"),
        # Industries, by name, letter and number.
        ("制造业", "industry", "C"),
        ("zzy", "industry", "C"),
        ("C", "industry", "C"),
        ("C13", "industry", "13"),
        ("建筑业", "industry", "E"),
        ("jzy", "industry", "E"),
        ("第二产业", "industry", "SECONDARY"),
        ("Finance", "industry", "J"),
        ("社会治理", "industry", "GOVERNANCE"),
        # Clauses.
        ("创新质量管理工具", "clause", "tools"),
        ("gongju", "clause", "tools"),
        ("百万家企业", "clause", "spread"),
        ("六大体系", "clause", "objectives_systems"),
        ("upgrading", "clause", "upgrade"),
        # Targets and documents.
        ("江苏 合格率", "target", "jiangsu-manufacturing-pass-rate-c-2025"),
        ("贵州 获证", "target", "guizhou-certified-organisations-2022"),
        (
            "jiangsu-manufacturing-pass-rate-c-2025",
            "target",
            "jiangsu-manufacturing-pass-rate-c-2025",
        ),
        ("黔府发", "document", "guizhou-certification-2018"),
        ("国发〔2018〕3号", "document", "nation-certification-2018"),
        ("国发2018 3", "document", "nation-certification-2018"),
        ("质量强国建设纲要", "document", "nation-quality-power-2023"),
        ("zlqgjsgy", "document", "nation-quality-power-2023"),
    ],
)
def test_what_people_type_finds_what_they_mean(
    index: Index, typed: str, kind: str, code: str
) -> None:
    found = [(entry.kind, entry.code) for entry in index.find(typed)]
    assert (kind, code) in found[:6], found


def test_each_entry_opens_a_page_with_its_state(index: Index) -> None:
    pages = {"overview", "map", "objectives", "industries", "province", "policy", "releases"}
    assert {entry.page for entry in index.entries} <= pages
    (zhejiang,) = [entry for entry in index.find("浙江") if entry.code == "330000"]
    assert (zhejiang.page, zhejiang.address) == ("province", (("region", "330000"),))
    kinds = {entry.kind for entry in index.entries}
    assert kinds == {"region", "indicator", "industry", "clause", "target", "document"}


@pytest.mark.parametrize("typed", ["江苏 制造业", "制造业 jiangsu", "Jiangsu Manufacturing"])
def test_a_region_and_an_industry_open_the_industry_there(shipped: sa.Engine, typed: str) -> None:
    with reading(shipped.url.render_as_string(hide_password=False)):
        first = search.found(typed, Vintage(1))[0]
        (nation,) = search.found("全国 制造业", Vintage(1))[:1]
    assert (first.page, first.zh) == ("province", "江苏省 · 制造业")
    assert dict(first.address) == {"region": "320000", "industry": "C"}
    assert (nation.page, dict(nation.address)) == ("industries", {"industry": "C"})


def test_what_means_nothing_finds_nothing(index: Index) -> None:
    for typed in ("", "   ", "·", "qqqqqqqq", "𠮷𠮷𠮷"):
        assert index.find(typed) == []
    assert Index([]).find("浙江") == []


def test_spellings_leave_out_case_spaces_and_tones() -> None:
    assert folded(" Lǚ-liáng · 吕梁 ") == "lvliang吕梁"
    entry = Entry("region", "141100", "吕梁市", "Lüliang", "province", (), ("吕梁",))
    assert spellings(entry) >= {"吕梁", "lvliang", "luliang", "ll", "lls", "141100"}
