"""Names in any usual spelling, numbers and periods as they are published."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.figures.cells import amount, number, period
from etl.figures.units import power
from indicators import catalogue
from indicators.catalogue import REFERENCE
from indicators.names import UnreadError, names
from indicators.wording import Text

KNOWN = catalogue.load()
REGIONS = names(KNOWN, "region", kinds={"province"})


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("江苏", "320000"),
        ("江苏省", "320000"),
        (" 江 苏 省 ", "320000"),
        ("Jiangsu", "320000"),
        ("jiangsu province", "320000"),
        ("CN-JS", "320000"),
        ("cn-js", "320000"),
        ("３２００００", "320000"),
        ("32", "320000"),
        ("320000000000", "320000"),
        ("苏", "320000"),
        ("Guangxi Zhuang Autonomous Region", "450000"),
        ("广西", "450000"),
        ("内蒙", "150000"),
        ("Inner Mongolia Autonomous Region", "150000"),
        ("Hong Kong SAR", "810000"),
        ("Macau", "820000"),
        ("Beijing Municipality", "110000"),
        ("Shanxi", "140000"),
        ("Shaanxi", "610000"),
        ("510200", "500000"),
        ("海南行政区", "460000"),
        ("442100", "460000"),
        ("吉林", "220000"),
        ("全部（含境外）", "ALL"),
        ("ALL", "ALL"),
        ("100000", "100000"),
        ("320000 · 江苏省 · Jiangsu", "320000"),
        ("100000 · 全国 · China", "100000"),
    ],
)
def test_a_region_in_a_usual_spelling_has_its_code(spelling: str, code: str) -> None:
    assert REGIONS.code(spelling) == code


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("Kashi", "653100"),
        ("喀什地区", "653100"),
        ("Hetian Prefecture", "653200"),
        ("Shigatse City", "540200"),
        ("Ali", "542500"),
        ("Ürümqi", "650100"),
        ("Xi’an", "610100"),
        ("Xian", "610100"),
        ("Xi'an City", "610100"),
        ("Huaian", "320800"),
        ("恩施州", "422800"),
        ("海南州", "632500"),
        ("伊犁州", "654000"),
        ("克州", "653000"),
        ("Ili Kazakh Autonomous Prefecture", "654000"),
        ("Xilin Gol League", "152500"),
        ("Hulunbeier", "150700"),
        ("Luliang", "141100"),
        ("Lvliang", "141100"),
        ("Hainan Tibetan Autonomous Prefecture", "632500"),
    ],
)
def test_a_prefecture_in_a_usual_spelling_has_its_code(spelling: str, code: str) -> None:
    assert names(KNOWN, "region").code(spelling) == code


@pytest.mark.parametrize(
    "spelling", ["Suzhou", "Fuzhou City", "Yulin", "Yichun", "Taizhou", "巴州"]
)
def test_a_name_of_two_prefectures_is_refused_with_both(spelling: str) -> None:
    with pytest.raises(UnreadError) as refused:
        names(KNOWN, "region").code(spelling)
    assert "it may mean" in str(refused.value.advice)


@pytest.mark.parametrize(
    "spelling",
    [
        "兵团",
        "新疆生产建设兵团",
        "660000",
        "北平",
        "莱芜市",
        "巢湖市",
        "朝阳",
        "1",
        "",
        "320000 · 浙江省",
        "京沪",
        "110105",
        "全国",
        "合计",
        "China",
    ],
)
def test_what_is_no_region_or_more_than_one_is_refused(spelling: str) -> None:
    with pytest.raises(UnreadError):
        REGIONS.code(spelling)


@pytest.mark.parametrize("scope", ["100000", "ALL"])
@pytest.mark.parametrize("total", ["全国", "合计", "总计", "全部", "China", "CN", "全国 China"])
def test_a_total_is_what_the_declared_scope_says(total: str, scope: str) -> None:
    assert names(KNOWN, "region", scope=scope).code(total) == scope


@pytest.mark.parametrize(
    ("total", "whole"),
    [
        ("合计", "370000"),
        ("全省", "370000"),
        ("全省合计", "370000"),
        ("全市", "330100"),
        ("全市", "310000"),
        ("全区", "450000"),
        ("全州", "422800"),
        ("全盟", "152500"),
        ("合 计 Total", "370000"),
    ],
)
def test_a_region_s_total_is_what_the_declared_whole_says(total: str, whole: str) -> None:
    assert names(KNOWN, "region", whole=whole).code(total) == whole


@pytest.mark.parametrize(
    ("total", "declared", "advice"),
    [
        ("全省", {"scope": "100000"}, "say under `whole` which region this is"),
        ("全市合计", {"scope": "ALL"}, "say under `whole` which region this is"),
        ("全国", {"whole": "370000"}, "say under `scope` what the nation means"),
        ("全市", {"whole": "370000"}, "370000 山东省 is another level"),
        ("全省", {"whole": "310000"}, "310000 上海市 is another level"),
        ("合计", {"scope": "100000", "whole": "370000"}, "whether this is 100000 or 370000"),
    ],
)
def test_a_region_s_total_is_never_the_nation_s_nor_the_other_way(
    total: str, declared: dict[str, str], advice: str
) -> None:
    with pytest.raises(UnreadError) as refused:
        names(KNOWN, "region", **declared).code(total)  # type: ignore[arg-type]
    assert advice in str(refused.value.advice)


@pytest.mark.parametrize(
    ("name", "meanings"),
    [
        ("吉林", "220000 吉林省 / 220200 吉林市"),
        ("Jilin", "220000 吉林省 / 220200 吉林市"),
        ("海南", "460000 海南省 / 632500 海南藏族自治州"),
        ("Hainan", "460000 海南省 / 632500 海南藏族自治州"),
        ("Suzhou", "320500 苏州市 / 341300 宿州市"),
        ("Yulin", "450900 玉林市 / 610800 榆林市"),
        ("朝阳", "110105 北京市朝阳区，县级，不在代码表中 / 211300 朝阳市"),
    ],
)
def test_a_name_of_several_regions_is_refused_with_all_its_meanings(
    name: str, meanings: str
) -> None:
    with pytest.raises(UnreadError) as refused:
        names(KNOWN, "region").code(name)
    assert str(refused.value.advice) == (f"it may mean {meanings}: write the code, or declare it")


def test_every_name_without_its_level_that_two_regions_share_is_refused() -> None:
    """Provinces and prefectures as people shorten them, compared with each other."""
    known, shared = names(KNOWN, "region"), dict[str, set[str]]()
    under = KNOWN.regions[KNOWN.regions["kind"].isin(["province", "prefecture"])]
    for row in under.to_dict("records"):
        for name in (row["name_zh"], row["short_zh"]):
            for level in ("省", "市", "州", "盟", "地区", "自治州", "藏族自治州"):
                if len(stem := str(name).removesuffix(level)) > 1:
                    shared.setdefault(stem, set()).add(str(row["code"]))
    twice = {stem for stem, codes in shared.items() if len(codes) > 1}
    assert {"吉林", "海南"} <= twice
    for stem in twice:
        with pytest.raises(UnreadError):
            known.code(stem)


@pytest.mark.parametrize(
    ("name", "declared", "code"),
    [
        ("吉林", {"kinds": {"province"}}, "220000"),
        ("吉林", {"kinds": {"prefecture"}}, "220200"),
        ("吉林", {"within": "220000"}, "220200"),
        ("吉林省", {"within": "220000"}, "220000"),
        ("全省", {"within": "220000"}, "220000"),
        ("海南", {"within": "630000"}, "632500"),
        ("海南", {"kinds": {"prefecture"}}, "632500"),
        ("朝阳", {"within": "210000"}, "211300"),
        ("朝阳", {"kinds": {"prefecture"}}, "211300"),
        ("巴州", {"within": "650000"}, "652800"),
        ("Suzhou", {"within": "320000"}, "320500"),
        ("吉林市", {}, "220200"),
        ("海南州", {}, "632500"),
        ("苏州 Suzhou", {}, "320500"),
        ("宿州 Suzhou", {}, "341300"),
    ],
)
def test_a_declaration_settles_which_region_a_name_means(
    name: str, declared: dict[str, Any], code: str
) -> None:
    assert names(KNOWN, "region", **declared).code(name) == code


def test_where_all_are_parts_of_one_region_no_other_is_meant() -> None:
    with pytest.raises(UnreadError):
        names(KNOWN, "region", within="220000").code("沈阳")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("北 京 Beijing", "110000"),
        ("内 蒙 古 Inner Mongolia", "150000"),
        ("Beijing 北京", "110000"),
        ("北京市（Beijing）", "110000"),
        ("110000 北京市", "110000"),
        ("北京/Beijing Municipality", "110000"),
        ("陕 西 Shaanxi", "610000"),
        ("CN-11", "110000"),
        ("CN-45", "450000"),
        ("cn-15", "150000"),
        ("CN-91", "810000"),
        ("CN-92", "820000"),
        ("CN-BJ", "110000"),
        ("CN-GX", "450000"),
    ],
)
def test_a_name_in_two_languages_and_iso_codes_of_any_date_are_read(name: str, code: str) -> None:
    assert REGIONS.code(name) == code


@pytest.mark.parametrize("name", ["广 西 Guangdong", "450000 广东省", "广西 · 广东省"])
def test_both_meanings_of_a_name_that_contradicts_itself_are_told(name: str) -> None:
    with pytest.raises(UnreadError) as refusal:
        REGIONS.code(name)
    assert "440000 广东省 / 450000 广西壮族自治区" in str(refusal.value.advice)


@pytest.mark.parametrize("name", ["陕西 Shanxi", "北京 Nanjing", "1 北京", "北京2023", "CN-81"])
def test_a_name_whose_halves_differ_is_refused(name: str) -> None:
    with pytest.raises(UnreadError):
        names(KNOWN, "region").code(name)


@pytest.mark.parametrize(
    ("dimension", "name"),
    [
        ("industry", "2①"),
        ("industry", "C2²"),
        ("industry", "26①"),
        ("region", "江苏①"),
        ("region", "3200①"),
        ("scheme", "ISO 900①"),
    ],
)
def test_a_note_s_mark_never_becomes_part_of_a_code(dimension: str, name: str) -> None:
    with pytest.raises(UnreadError) as refused:
        names(KNOWN, dimension).code(name)
    assert "say under `notes` what it means" in str(refused.value.advice)


def test_the_file_s_own_names_win() -> None:
    regions = names(KNOWN, "region", own={"甲省": "320000", "兵团": "XPCC"})
    assert (regions.code("甲省"), regions.code("兵团")) == ("320000", "XPCC")


def test_the_list_of_old_spellings_is_sound() -> None:
    with (REFERENCE / "region_spellings.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    provinces = set(KNOWN.regions.query("kind == 'province'")["code"])
    relations = {"renamed", "merged", "apart", "ambiguous", "alias"}
    assert {row["relation"] for row in rows} == relations
    for row in rows:
        assert row["spelling"]
        assert row["source"]
        assert row["note"]
        assert f"{row['code'][:2]}0000" in provinces
    renamed = [row["spelling"] for row in rows if row["relation"] in ("renamed", "alias")]
    assert len(renamed) == len(set(renamed))


@pytest.mark.parametrize(
    ("dimension", "spelling", "code"),
    [
        ("industry", "C26", "26"),
        ("industry", "26", "26"),
        ("industry", "c", "C"),
        ("industry", "制造业", "C"),
        ("industry", "Construction", "E"),
        ("industry", "合计", "ALL"),
        ("industry", "P83", "83"),
        ("size", "大型", "LARGE"),
        ("size", "微型企业", "MICRO"),
        ("size", "large", "LARGE"),
        ("size", "合计", "ALL"),
        ("scheme", "质量管理体系", "QMS"),
        ("scheme", "A0101", "QMS"),
        ("scheme", "ISO 9001", "QMS"),
        ("scheme", "其它管理体系认证", "OTHER_MS"),
        ("scheme", "合计", "ALL"),
        ("indicator", "有效认证证书数", "certificates_valid"),
        ("indicator", "Valid certificates", "certificates_valid"),
    ],
)
def test_codes_and_names_of_the_other_lists(dimension: str, spelling: str, code: str) -> None:
    assert names(KNOWN, dimension).code(spelling) == code


@pytest.mark.parametrize(
    ("dimension", "spelling"),
    [
        ("industry", "教育"),
        ("industry", "B26"),
        ("industry", "1"),
        ("size", "中小型"),
        ("scheme", "质量"),
        ("indicator", "证书数"),
    ],
)
def test_what_is_in_no_list_is_refused(dimension: str, spelling: str) -> None:
    with pytest.raises(UnreadError):
        names(KNOWN, dimension).code(spelling)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234", 1234),
        ("１，２３４", 1234),
        ("1 234", 1234),
        ("1,234,567.5", 1_234_567.5),
        ("193.7万", 1_937_000),
        ("1.2 亿", 120_000_000),
        ("3千", 3000),
        ("93.39%", 93.39),
        ("5‰", 0.5),
        ("-5", -5),
        ("−5", -5),
        ("+5", 5),
        (".5", 0.5),
        ("5.", 5),
        ("0", 0),
    ],
)
def test_a_number_is_read_as_it_is_written(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "…",
        "1234①",
        "12²",
        "½",
        "1,23",
        "12 34",
        "1.234,5",
        "(5)",
        "约5",
        "5人",
        "1e5",
        "inf",
        "nan",
        "0x1",
        "٣",
        "=5",
        "5%%",
        "5万%",
        "二",
    ],
)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(UnreadError):
        number(text)


@given(st.integers(-(10**15), 10**15), st.integers(0, 6))
def test_a_number_written_with_separators_is_itself(digits: int, decimals: int) -> None:
    value = digits / 10**decimals
    assert number(f"{value:,.{decimals}f}") == float(f"{value:.{decimals}f}")


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_is_refused(text: str) -> None:
    try:
        said = amount(text)
    except UnreadError:
        return
    assert any(sign.isdigit() for sign in text)
    assert said.digits.is_finite()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", "2024"),
        ("２０２４年", "2024"),
        ("2024年度", "2024"),
        ("2024年12月", "2024-12"),
        ("2024-06", "2024-06"),
        ("2024/6", "2024-06"),
        ("2024.12", "2024-12"),
        ("2024/12/31", "2024-12"),
        ("20241231", "2024-12"),
        ("202412", "2024-12"),
        ("截至2024年底", "2024-12"),
        ("截至2024年12月31日", "2024-12"),
        ("2024年末", "2024-12"),
        ("2024Q3", "2024-Q3"),
        ("2024-Q3", "2024-Q3"),
        ("2024年三季度", "2024-Q3"),
        ("2024年第3季度", "2024-Q3"),
        ("Dec 2024", "2024-12"),
        ("2024年十二月", "2024-12"),
        ("2024-12-01 00:00:00", "2024-12"),
        ("201112", "2011-12"),
    ],
)
def test_a_period_in_a_usual_form(text: str, expected: str) -> None:
    assert period(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-13",
        "2024.1",
        "45657",
        "2024年上半年",
        "2024H1",
        "FY2024",
        "2024年1-6月",
        "2023-2024",
        "24年",
        "2024-02-30",
        "前三季度",
        "1850",
        "03/04/2024",
        "2024年5季度",
    ],
)
def test_what_is_no_single_period_is_refused(text: str) -> None:
    with pytest.raises(UnreadError):
        period(text)


def test_a_spreadsheet_s_day_number_is_a_period_where_it_is_declared() -> None:
    assert period("45657", serial=True) == "2024-12"


@pytest.mark.parametrize(
    ("declared", "unit", "expected"),
    [
        ("张", "张", 0),
        ("万张", "张", 4),
        ("万", "张", 4),
        ("亿元", "亿元", 0),
        ("万元", "亿元", -4),
        ("元", "亿元", -8),
        ("%", "%", 0),
        ("‰", "%", -1),
        ("比例", "%", 2),
        ("百分点", "个百分点", 0),
        ("家/万人", "家/万人", 0),
    ],
)
def test_a_unit_is_the_indicator_s_times_a_power_of_ten(
    declared: str, unit: str, expected: int
) -> None:
    assert power(declared, Text(unit, "in English")) == expected


@pytest.mark.parametrize(
    ("declared", "unit"), [("家", "张"), ("%", "张"), ("万", "亿元"), ("", "张")]
)
def test_another_unit_is_refused(declared: str, unit: str) -> None:
    with pytest.raises(UnreadError):
        power(declared, Text(unit, "in English"))


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("北平市", "110000 北京市"),
        ("石家壮市", "130100 石家庄市"),
        ("广西省", "450000 广西壮族自治区"),
        ("Jiangsoo", "320000 江苏省"),
    ],
)
def test_a_slip_in_a_name_is_answered_by_the_name_that_is_near(name: str, near: str) -> None:
    with pytest.raises(UnreadError) as unread:
        names(KNOWN, "region").code(name)
    assert near in str(unread.value.advice)


@pytest.mark.parametrize("name", ["某某37县", "浦东新区", "两江新区", "海淀区", "苏南", "火星"])
def test_a_name_that_is_near_to_none_is_answered_by_none(name: str) -> None:
    with pytest.raises(UnreadError) as unread:
        names(KNOWN, "region").code(name)
    assert "did you mean" not in str(unread.value.advice)


@pytest.mark.parametrize("name", ["雄安新区", "雄安", "Xiong'an"])
def test_a_new_area_without_a_code_is_told_as_what_it_is(name: str) -> None:
    with pytest.raises(UnreadError) as unread:
        names(KNOWN, "region").code(name)
    assert str(unread.value.advice).startswith(f"{name} is not 130600 保定市")


@pytest.mark.parametrize(
    ("dimension", "name", "code"),
    [
        ("region", "延边州", "222400"),
        ("region", "330000000000", "330000"),
        ("region", "襄樊市", "420600"),
        ("region", "Zhejiang", "330000"),
        ("scheme", "质量管理体系", "QMS"),
        ("size", "小型企业", "SMALL"),
    ],
)
def test_one_dictionary_reads_what_bureaux_write(dimension: str, name: str, code: str) -> None:
    assert names(KNOWN, dimension).find(name) == code
