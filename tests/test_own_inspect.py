"""`inspect`: right or unsure, never wrong and sure; what it proposes loads as it stands."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
import yaml

from etl.figures.cells import period
from etl.figures.declaration import TODO, beside
from etl.figures.grammar import read_declaration
from etl.figures.headings import Headings
from etl.figures.proposal import Proposal, propose
from etl.figures.tidying import tidy
from indicators import catalogue
from indicators.findings import FindingsError
from indicators.regions import ALL
from indicators.wording import LANGUAGES, Language, Wording
from tests.own_files import csv, loaded, xlsx
from tests.own_tables import SHAPES, Figure, Shape

KNOWN = catalogue.load()
HEADINGS = Headings(KNOWN)
COMPARED = {
    "sheet",
    "across_sheets",
    "header",
    "layout",
    "across",
    "columns",
    "fixed",
    "unit",
    "scope",
    "whole",
    "within",
    "regions",
    "dates",
    "notes",
    "missing",
}
PEOPLE = [("江苏", 30_210), ("浙江", 41_055), ("安徽", 22_480)]
by_name = pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)


def figures_of(rows: Any) -> set[Figure]:
    keys = ["indicator", "region", "period", "industry", "size", "scheme"]
    return {
        (*(row[key] for key in keys), None if row["value"] != row["value"] else row["value"])
        for row in rows[[*keys, "value"]].to_dict("records")
    }


def same(shape: Shape, found: set[Figure]) -> bool:
    """Return whether figures are those of the shape, to the last digit a person reads."""

    def rounded(figures: Any) -> set[Figure]:
        return {(*f[:-1], None if f[-1] is None else round(f[-1], 6)) for f in figures}

    return rounded(found) == rounded(shape.figures)


def wrongs(shape: Shape, proposal: Proposal) -> list[str]:
    """Return what a proposal is sure of although it is not so."""
    right = yaml.safe_load(shape.right) or {}
    wrong = []
    if not right:  # no declaration can say this table: something must be left open
        return [] if any(item.certainty == "unsure" for item in proposal.items) else ["all of it"]
    for item in proposal.items:
        top, dotted, inner = item.key.partition(".")
        if item.certainty == "unsure":
            continue
        if top == "ignore" and not {*item.value} <= {*right.get("ignore", [])}:  # type: ignore[misc]
            wrong.append(f"{item.key}: {item.value}")
        if top not in COMPARED or (top == "sheet" and "sheet" not in right):
            continue
        default = "long" if top == "layout" else "omit" if top == "missing" else None
        said = right.get(top, default)
        said = said.get(inner, default) if dotted and isinstance(said, dict) else said
        if item.key == "fixed.period":
            said, item = said and period(str(said)), replace(item, value=period(str(item.value)))
        if text(said) != text(item.value):
            wrong.append(f"{item.key}: {item.value}, and not {said}")
    return wrong


def text(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): str(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [*map(str, value)] if len(value) != 1 else str(value[0])
    return str(value)


@dataclass(frozen=True)
class Seen:
    """What is proposed for a shape, and the figures that it loads as it stands, if it does."""

    proposal: Proposal
    figures: set[Figure] | None


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Shape], Seen]:
    """Return what is proposed for a shape and what comes of it, each shape once."""
    known: dict[str, Seen] = {}

    def look(shape: Shape) -> Seen:
        if shape.name not in known:
            folder = tmp_path_factory.mktemp("shape")
            path = shape.write(folder)
            proposal = propose(path, KNOWN)
            beside(path).write_text(proposal.yaml(Wording("zh")), encoding="utf-8")
            out, found = folder / "out.parquet", None
            with suppress(FindingsError):
                tidy(path, read_declaration(path), KNOWN, out, source="bureau")
                found = figures_of(pd.read_parquet(out))
            known[shape.name] = Seen(proposal, found)
        return known[shape.name]

    return look


@by_name
def test_the_right_declaration_of_each_table_loads_its_figures(
    shape: Shape, tmp_path: Path
) -> None:
    if shape.right:
        rows = loaded(shape.write(tmp_path), shape.right)
        assert same(shape, figures_of(rows))


@by_name
def test_a_proposal_is_right_or_unsure(shape: Shape, seen: Callable[[Shape], Seen]) -> None:
    found = seen(shape)
    assert not wrongs(shape, found.proposal)
    assert found.figures is None or same(shape, found.figures)
    if not shape.loads:
        assert any(item.certainty == "unsure" for item in found.proposal.items)


@by_name
def test_what_is_proposed_loads_as_it_stands(shape: Shape, seen: Callable[[Shape], Seen]) -> None:
    if shape.loads:
        found = seen(shape).figures
        assert found is not None
        assert same(shape, found)


def test_the_tables_are_many_and_most_load_as_proposed() -> None:
    assert len(SHAPES) >= 40
    assert sum(shape.loads for shape in SHAPES) >= 30
    assert len({shape.name for shape in SHAPES}) == len(SHAPES)


YEARS = "地区,2023年,2024年\n江苏,5,6\n浙江,7,8\n"


def sure(path: Path) -> dict[str, object]:
    """Return what a proposal is sure of."""
    items = propose(path, KNOWN).items
    return {item.key: item.value for item in items if item.certainty != "unsure"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", KNOWN.indicators)
def test_the_exact_title_of_an_indicator_is_that_indicator(
    tmp_path: Path, code: str, language: Language
) -> None:
    title = Wording(language).text(KNOWN.indicators[code].title)
    (item,) = (
        item
        for item in propose(csv(tmp_path, f'"{title}",,\n{YEARS}'), KNOWN).items
        if item.key == "fixed.indicator"
    )
    assert (item.value, item.certainty) == (code, "certain")


@pytest.mark.parametrize("code", [*KNOWN.indicators][::7])
def test_the_exact_title_above_the_figures_is_that_indicator(tmp_path: Path, code: str) -> None:
    title = KNOWN.indicators[code].title.zh
    value = csv(tmp_path, f'地区,年份,"{title}"\n江苏,2023,5\n浙江,2024,6\n', "long.csv")
    assert sure(value)["fixed.indicator"] == code


@pytest.mark.parametrize(
    "decorated",
    [
        "2024年各省{title}",
        "{title}（2024年）",
        "江苏省2024年{title}",
        "表3-1 各地区{title}",
        "表2.2　{title}（2017）",
        "{title}（{unit}）",
        "{title}(2024, {unit})",
        "2024年全国{title}统计表 单位：{unit}",
        "江苏省各市{title}情况（2024年）",
        "附件1：{title}",
        "{title}, 2024",
        "{title} by province, 2024",
        "Jiangsu: {title} (2024)",
        "Table 3. {title}",
        "截至2024年12月31日各省{title}",
        "{title}，{unit}",
        "江苏统计年鉴2024 {title}",
        "国发〔2018〕3号 {title}",
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_decorations_make_no_other_indicator_of_a_title(decorated: str, language: Language) -> None:
    for code, item in KNOWN.indicators.items():
        title, unit = Wording(language).text(item.title), KNOWN.units[item.unit].zh
        read = HEADINGS.read(decorated.format(title=title, unit=unit))
        assert read.indicator == code, read


@pytest.mark.parametrize(
    ("text", "indicators"),
    [
        ("有效认证证书数占比", {"certificates_valid"}),
        ("规模以上工业企业获证组织数", {"certified_organisations"}),
        ("有效认证证书数与获证组织数之比", {"certificates_valid", "certified_organisations"}),
        ("获证组织数增长率", {"certified_organisations"}),
        ("各省年末有效认证证书数", set()),  # an official report's, or the platform's at year end
        ("认证覆盖率", set()),
    ],
)
def test_a_word_more_may_make_another_thing_of_a_title(text: str, indicators: set[str]) -> None:
    read = HEADINGS.read(text)
    assert read.indicator is None
    assert {*read.indicators} == indicators


@pytest.mark.parametrize(
    ("text", "period", "unit"),
    [
        ("各市培训情况（2017）", "2017", None),
        ("2024年12月末各省证书（万张）", "2024-12", "万张"),
        ("2024年三季度 单位：%", "2024-Q3", "%"),
        ("截至2024年12月31日", "2024-12", None),
        ("2025年1月10日", None, None),  # the day of printing
        ("2018—2022年", None, None),
        ("2024年1-6月", None, None),
        ("2024年上半年", None, None),
        ("比2022年末增长，2023年", None, None),
        ("GB/T 19001-2016质量管理体系", None, None),
        ("ISO 9001:2015认证", None, None),
        ("国发〔2018〕3号", None, None),
        ("江苏统计年鉴2024", None, None),
        ("2024年江苏统计年鉴", None, None),
        ("质量手册（2020年版）", None, None),
        ("填报单位：江苏省市场监管局", None, None),
        ("（不含港澳台）", None, None),
    ],
)
def test_a_title_s_period_and_unit_are_what_it_says(
    text: str, period: str | None, unit: str | None
) -> None:
    read = HEADINGS.read(text)
    assert (read.period, read.unit) == (period, unit)


@pytest.mark.parametrize(
    "newest",
    ["600①,50\n浙江,800①,70", "约66,60\n浙江,约88,80", ",60\n浙江,,80", "66,60\n浙江,88,80"],
)
@pytest.mark.parametrize("year", ["2024年", "2035年"])
def test_the_newest_year_is_never_left_out(tmp_path: Path, newest: str, year: str) -> None:
    found = sure(csv(tmp_path, f"地区,{year},2023年\n江苏,{newest}\n"))
    assert found["across"] == ["period"]
    assert "ignore" not in found


def test_a_year_in_the_title_is_the_period_and_the_unit_that_of_its_line(tmp_path: Path) -> None:
    found = sure(
        csv(
            tmp_path,
            (
                "表2.2 各市质量管理培训情况（2017）,,\n单位：万人次,,\n地  区,受训人次,其中女性\n"
                "南京市,12.5,6.1\n无锡市,9.8,4.2\n徐州市,7.7,3.3\n"
            ),
        )
    )
    assert (found["fixed.period"], found["unit"], found["header"]) == (2017, "万人次", 3)


@pytest.mark.parametrize(
    "title",
    [
        "2024年撤销证书数（1—9月）",
        "2024年撤销证书数（1-6月）",
        "2024年撤销证书数 1—9月",
        "2023年有效认证证书数（截至6月底）",
        "2024年有效认证证书数（6月末）",
        "2024年撤销证书数（9月）",
        "2024年撤销证书数（三季度）",
        "2024年有效认证证书数（上半年）",
        "2024财年有效认证证书数",
    ],
)
def test_a_part_of_a_year_that_stands_apart_is_neither_the_year_nor_a_code(
    tmp_path: Path, title: str
) -> None:
    found = sure(csv(tmp_path, f"{title},\n单位：张,\n地区,数值\n江苏,5\n浙江,7\n"))
    assert "fixed.period" not in found
    assert found.get("fixed.industry", ALL) == ALL


def test_the_number_of_a_table_is_no_industry(tmp_path: Path) -> None:
    table = "2024年有效认证证书数（表2-6）,\n单位：张,\n地区,数值\n江苏,5\n浙江,7\n"
    assert sure(csv(tmp_path, table)).get("fixed.industry", ALL) == ALL


@pytest.mark.parametrize(
    ("table", "across", "header"),
    [
        ("地区,合计,管理体系认证,产品认证\n北京,10,6,3\n天津,12,7,3\n", ["scheme"], 1),
        ("地区,总计,大型,中型\n北京,10,6,3\n天津,12,7,3\n", ["size"], 1),
        ("时期,江苏\n2023年,10\n2024年,12\n", ["region"], 1),
        ("时期,全国,江苏\n2023年,10,2\n2024年,12,3\n", ["region"], 1),
    ],
)
def test_a_total_or_a_region_in_the_heading_is_no_figure(
    tmp_path: Path, table: str, across: list[str], header: int
) -> None:
    found = sure(csv(tmp_path, table))
    assert (found["across"], found["header"]) == (across, header)


def test_columns_that_only_tell_rows_apart_are_not_passed_over(tmp_path: Path) -> None:
    path = csv(tmp_path, "地区,登记类型,2023年\n江苏,甲,5\n江苏,乙,6\n")
    unsure = {i.key for i in propose(path, KNOWN).items if i.certainty == "unsure"}
    assert {"ignore", "layout"} <= unsure


def test_a_proposal_is_made_for_the_language_of_its_reader(tmp_path: Path) -> None:
    path = csv(tmp_path, YEARS)
    english, chinese = (propose(path, KNOWN).yaml(Wording(x)) for x in ("en", "zh"))
    assert "# unsure: nothing in the file says it" in english
    assert yaml.safe_load(english) == yaml.safe_load(chinese)
    assert str(yaml.safe_load(english)["fixed"]["indicator"]).startswith(TODO)


def unsure(path: Path) -> set[str]:
    return {item.key for item in propose(path, KNOWN).items if item.certainty == "unsure"}


def test_letters_are_no_schemes_beside_the_industries_that_they_are_the_codes_of(
    tmp_path: Path,
) -> None:
    path = csv(
        tmp_path,
        (
            "江苏省2024年分行业获证组织数（家）,,\n代码,行业,获证组织数\n"
            "A,农、林、牧、渔业,10\nB,采矿业,20\nC,制造业,30\n"
        ),
    )
    found = sure(path)
    assert (found["columns.industry"], found["ignore"]) == ("行业", ["代码"])
    assert (found["fixed.scheme"], found["fixed.region"]) == ("ALL", "320000")


def test_industries_that_cannot_be_read_are_not_all_industries(tmp_path: Path) -> None:
    path = csv(tmp_path, "行业,获证组织数（家）\n一、采掘,1\n二、制造,2\n三、建筑,3\n")
    assert "columns.industry" in unsure(path)
    assert "fixed.industry" not in sure(path)


@pytest.mark.parametrize(
    ("headings", "doubted"),
    [
        ("获证组织数,其中：制造业", "industry"),
        ("规模以上企业获证组织数,获证组织数", "size"),
        ("获证组织数,其中：管理体系", "scheme"),
    ],
)
def test_a_heading_that_may_say_a_part_leaves_the_whole_unsure(
    tmp_path: Path, headings: str, doubted: str
) -> None:
    path = csv(tmp_path, f"2024年,,\n地区,{headings}\n江苏,500,300\n浙江,600,400\n")
    assert {"across", f"fixed.{doubted}"} <= unsure(path)


def test_the_day_in_a_file_s_name_is_no_period(tmp_path: Path) -> None:
    table = "获证组织数（家）,\n地区,数量\n江苏,5\n浙江,6\n"
    path = csv(tmp_path, table, "获证组织数_2025-01.csv")
    assert "fixed.period" in unsure(path)


def test_columns_of_an_export_are_known_by_their_names(tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        (
            "region_code,region_name,year,indicator,value,unit\n"
            "320000,江苏省,2023,certified_organisations,500,家\n"
            "330000,浙江省,2023,certified_organisations,600,家\n"
        ),
    )
    found = sure(path)
    assert (found["columns.region"], found["columns.value"], found["columns.unit"]) == (
        "region_code",
        "value",
        "unit",
    )
    assert found["ignore"] == ["region_name"]


@pytest.mark.parametrize(
    ("title", "heading", "unit"),
    [
        ("2024年有效认证证书数", "张", "张"),
        ("2024年有效认证证书数", "张数", "张"),
        ("2024年有效认证证书数", "万张", "万张"),
        ("2024年有效认证证书数", "份", "份"),
        ("2024年有效认证证书数（份）", "数量", "份"),
        ("2024年获证组织数", "家", "家"),
    ],
)
def test_a_heading_that_is_a_unit_alone_says_the_unit(
    tmp_path: Path, title: str, heading: str, unit: str
) -> None:
    path = csv(tmp_path, f"{title},\n地区,{heading}\n江苏,5\n浙江,7\n")
    assert sure(path)["unit"] == unit


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("2024年获证组织数", "张"),
        ("2024年有效认证证书数", "家"),
        ("2024年有效认证证书数", "本期"),
        ("2024年有效认证证书数（万张）", "张"),
    ],
)
def test_a_heading_that_is_another_unit_or_none_is_left_to_be_decided(
    tmp_path: Path, title: str, heading: str
) -> None:
    path = csv(tmp_path, f"{title},\n地区,{heading}\n江苏,5\n浙江,7\n")
    assert "unit" in unsure(path)


SIZES = [
    "中小企业",
    "中小微企业",
    "小微企业",
    "小企业",
    "规模以上",
    "规上工业",
    "限额以上批发零售业",
    "大中型工业企业",
    "个体工商户",
    "个体户",
    "小规模纳税人",
    "专精特新“小巨人”",
    "龙头企业",
    "民营中小企业",
    "SMEs",
]


@pytest.mark.parametrize("group", SIZES)
def test_figures_of_enterprises_of_a_size_are_not_proposed_as_those_of_all(
    tmp_path: Path, group: str
) -> None:
    body = "江苏,5\n浙江,7\n"
    title, plain = f"2024年{group}获证组织数（家）,\n", "2024年获证组织数（家）,\n"
    above = csv(tmp_path, f"{title}地区,数量\n{body}")
    assert "fixed.size" in unsure(above)
    heading = csv(tmp_path, f"{plain}地区,{group}\n{body}")
    assert "fixed.size" in unsure(heading)
    named = csv(tmp_path, f"{plain}地区,数量\n{body}", f"{group}获证情况.csv")
    assert "fixed.size" in unsure(named)
    rows: list[list[Any]] = [["2024年获证组织数（家）", ""], ["地区", "数量"], ["江苏", 5]]
    assert "fixed.size" in unsure(xlsx(tmp_path, {group: rows}))


@pytest.mark.parametrize("word", ["大型企业", "微型企业"])
def test_a_size_of_the_code_list_in_a_title_is_proposed(tmp_path: Path, word: str) -> None:
    table = "地区,数量\n江苏,5\n浙江,7\n"
    title = sure(csv(tmp_path, f"2024年{word}获证组织数（家）,\n{table}"))
    assert title["fixed.size"] == {"大型企业": "LARGE", "微型企业": "MICRO"}[word]
    named = csv(tmp_path, f"2024年获证组织数（家）,\n{table}", f"{word}.csv")
    assert "fixed.size" in unsure(named)


def test_a_kind_of_ownership_or_a_school_is_no_size(tmp_path: Path) -> None:
    for group in ("民营企业", "国有企业", "中小学"):
        path = csv(tmp_path, f"2024年{group}获证组织数（家）,\n地区,数量\n江苏,5\n浙江,7\n")
        assert sure(path)["fixed.size"] == ALL


@pytest.mark.parametrize("headings", ["张,%", "张,张", "2024年,2024年"])
def test_columns_that_nothing_tells_apart_are_left_to_be_decided(
    tmp_path: Path, headings: str
) -> None:
    path = csv(tmp_path, f"有效认证证书数,,\n地区,{headings}\n江苏,5,1\n浙江,7,1\n")
    assert "layout" in unsure(path)


@pytest.mark.parametrize("name", ["a.csv", "C.csv", "b1.csv"])
def test_a_letter_that_names_a_file_is_no_scheme_or_industry(tmp_path: Path, name: str) -> None:
    found = sure(csv(tmp_path, "2024年有效认证证书数,\n地区,张\n江苏,5\n浙江,7\n", name))
    assert (found["fixed.scheme"], found["fixed.industry"]) == (ALL, ALL)


def test_two_units_that_differ_are_left_to_be_decided(tmp_path: Path) -> None:
    path = csv(tmp_path, ("2024年获证组织数（万家）,\n单位：家,\n地区,数量\n江苏,50\n浙江,60\n"))
    assert "unit" in unsure(path)


def test_a_table_of_200_000_columns_is_answered_in_seconds(tmp_path: Path) -> None:
    columns = range(200_000)
    lines = ["地区," + ",".join(f"指标{column}" for column in columns)]
    lines += [f"{name}," + ",".join(str(column % 977) for column in columns) for name in "甲乙丙"]
    path = csv(tmp_path, "\n".join(lines) + "\n")
    begin = time.monotonic()
    proposal = propose(path, KNOWN)
    assert time.monotonic() - begin < 30
    layout = next(item for item in proposal.items if item.key == "layout")
    assert layout.certainty == "unsure"
    assert "200001" in Wording("en")(layout.why.text, **layout.why.values)


@pytest.mark.parametrize(
    "names", [("吉林", "长春", "四平"), ("长春", "四平", "吉林"), ("海南", "海口", "三亚")]
)
@pytest.mark.parametrize("title", ["", "吉林省2023年获证组织数（家）,,\n"])
def test_a_name_of_a_province_and_its_city_is_left_to_be_decided(
    tmp_path: Path, names: tuple[str, ...], title: str
) -> None:
    rows = "".join(f"{name},{at}0,{at}5\n" for at, name in enumerate(names, start=2))
    path = csv(tmp_path, f"{title}地区,2022年末,2023年末\n{rows}")
    assert "regions" in unsure(path)
    assert not {"within", "regions"} & {*sure(path)}


def test_a_proposal_that_leaves_nothing_open_says_so(tmp_path: Path) -> None:
    path = csv(tmp_path, "2024年获证组织数（家）,\n地区,数量\n江苏,5\n浙江,6\n来源：某局,\n")
    said = propose(path, KNOWN).yaml(Wording("en"))
    assert TODO not in said
    assert "Nothing is left open" in said.splitlines()[0]


@pytest.mark.parametrize(
    ("title", "industry"),
    [("2024年制造业产品质量合格率（%）", "C"), ("2024年获证组织数（家）", "ALL")],
)
def test_an_indicator_of_one_industry_is_proposed_with_it(
    tmp_path: Path, title: str, industry: str
) -> None:
    path = csv(tmp_path, f"{title},\n地区,数量\n江苏,95\n浙江,96\n来源：某局,\n")
    fixed = {item.key: item.value for item in propose(path, KNOWN).items}
    assert fixed["fixed.industry"] == industry


@pytest.mark.parametrize("scaled", ["2023", "2024"])
def test_a_format_that_shows_other_figures_is_said_on_whichever_sheet_of_a_series_it_is(
    tmp_path: Path, scaled: str
) -> None:
    path = tmp_path / "培训.xlsx"
    with xlsxwriter.Workbook(path) as book:
        thousands = book.add_format({"num_format": "0!.0,"})
        for year in ("2023", "2024"):
            sheet = book.add_worksheet(f"{year}年")
            sheet.write_row(0, 0, ["地区", "质量培训人次（人次）"])
            for row, (name, number) in enumerate(PEOPLE, start=1):
                sheet.write_string(row, 0, name)
                sheet.write_number(row, 1, number, thousands if year == scaled else None)
    assert "number_formats" in unsure(path)
