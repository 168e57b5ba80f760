"""Small tables in the shapes of yearbooks and of bureaus' reports; all figures are invented.

Of each: the cells, the declaration that is right (provenance aside), the figures that it holds,
and whether what `inspect` proposes must load as it stands. Where it need not, the file leaves
open what only a person knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter

Figure = tuple[str, str, str, str, str, str, float | None]


@dataclass(frozen=True)
class Shape:
    """One table: `|` parts its cells. `merged` are ranges of an XLSX, `hidden` columns of it;
    `sheets` are further sheets. A cell that begins with ' is a text, whatever it looks like.
    """

    name: str
    cells: str
    right: str
    figures: frozenset[Figure]
    loads: bool = True
    merged: tuple[str, ...] = ()
    hidden: str = ""
    sheets: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    file: str = "table"

    def write(self, folder: Path) -> Path:
        """Write the table: a workbook where a CSV could not say it."""
        folder.mkdir(parents=True, exist_ok=True)
        if not (self.merged or self.hidden or self.sheets or self.sheet):
            path = folder / f"{self.file}.csv"
            lines = [",".join(map(_quoted, row)) for row in rows(self.cells)]
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            return path
        path = folder / f"{self.file}.xlsx"
        with xlsxwriter.Workbook(path) as book:
            for name, cells in {self.sheet or "Sheet1": self.cells, **self.sheets}.items():
                sheet = book.add_worksheet(name)
                for row, line in enumerate(rows(cells)):
                    for column, text in enumerate(line):
                        if _is_number(text):
                            sheet.write_number(row, column, float(text))
                        elif text:
                            sheet.write_string(row, column, text.removeprefix("'"))
                for area in self.merged:
                    row, column, *_ = xlsxwriter.utility.xl_cell_to_rowcol(area.split(":")[0])
                    text = rows(cells)[row][column]
                    sheet.merge_range(area, text)
                if self.hidden:
                    sheet.set_column(f"{self.hidden}:{self.hidden}", None, None, {"hidden": True})
        return path


def rows(cells: str) -> list[list[str]]:
    """Return the cells of a table, line by line."""
    lines = [
        [cell.strip(" ") for cell in line.split("|")] for line in cells.strip("\n").split("\n")
    ]
    width = max(map(len, lines))
    return [[*line, *[""] * (width - len(line))] for line in lines]


def of(indicator: str, keys: str, figures: str) -> frozenset[Figure]:
    """Return figures of an indicator: `keys` names what stands before each value; "." is none."""
    names = keys.split()
    found: set[Figure] = set()
    for line in filter(str.strip, figures.split(";")):
        *texts, value = line.split()
        key = {"industry": "ALL", "size": "ALL", "scheme": "ALL"} | dict(
            zip(names, texts, strict=True)
        )
        number = None if value == "." else float(value)
        found.add(
            (
                indicator,
                key["region"],
                key["period"],
                key["industry"],
                key["size"],
                key["scheme"],
                number,
            )
        )
    return frozenset(found)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).removeprefix("-").isdigit()


def _quoted(text: str) -> str:
    text = text.removeprefix("'")
    return f'"{text}"' if "," in text else text


_ALL = "scheme: ALL, industry: ALL, size: ALL"

SHAPES = [
    Shape(
        "years across, the unit in a line of its own",
        """
历年各省质量管理培训人次
单位：人次
地区|2022年|2023年|2024年
江苏|50|60|66
浙江|70|80|88
安徽|80|90|99
资料来源：某省市场监督管理局
""",
        f"""
layout: wide
header: 3
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: people_trained, {_ALL}}}
unit: 人次
leave_out: [{{column: 地区, from: [资料来源]}}]
""",
        of(
            "people_trained",
            "region period",
            "320000 2022 50; 320000 2023 60; 320000 2024 66; 330000 2022 70; 330000 2023 80; "
            "330000 2024 88; 340000 2022 80; 340000 2023 90; 340000 2024 99",
        ),
    ),
    Shape(
        "one figure a row",
        """
地区|年份|获证组织数（家）|备注
江苏|2023|120|
江苏|2024|130|快报
浙江|2023|140|
浙江|2024|150|
数据来源：某省认证协会
""",
        f"""
layout: long
header: 1
columns: {{region: 地区, period: 年份, value: 获证组织数（家）}}
fixed: {{indicator: certified_organisations, {_ALL}}}
unit: 家
ignore: [备注]
leave_out: [{{column: 地区, from: [数据来源]}}]
""",
        of(
            "certified_organisations",
            "region period",
            "320000 2023 120; 320000 2024 130; 330000 2023 140; 330000 2024 150",
        ),
    ),
    Shape(
        "the year in the title, the unit in the heading",
        """
表3-2  2024年各地区有效认证证书数
地区|有效认证证书数（万张）
北京|10.5
天津|4.25
河北|9
来源：某中心
""",
        f"""
layout: long
header: 2
columns: {{region: 地区, value: 有效认证证书数（万张）}}
fixed: {{indicator: certificates_valid, period: 2024, {_ALL}}}
unit: 万张
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of(
            "certificates_valid",
            "region period",
            "110000 2024 105000; 120000 2024 42500; 130000 2024 90000",
        ),
    ),
    Shape(
        "the year in brackets in the title, and headings of no indicator",
        """
表2.2 各市质量管理培训情况（2017）
单位：万人次
地  区|受训人次|其中女性
南京市|12.5|6.1
无锡市|9.8|4.2
徐州市|7.7|3.3
""",
        f"""
layout: wide
header: 3
across: ['-']
columns: {{region: 地  区}}
ignore: [其中女性]
fixed: {{indicator: people_trained, period: 2017, {_ALL}}}
unit: 万人次
within: 320000
""",
        of(
            "people_trained",
            "region period",
            "320100 2017 125000; 320200 2017 98000; 320300 2017 77000",
        ),
        loads=False,
    ),
    Shape(
        "indicators merged above years, in a workbook",
        """
各省认证情况|||||
地区|有效认证证书数（张）||获证组织数（家）||
|2023年|2024年|2023年|2024年|
江苏省|500|520|300|310|
浙江省|600|610|320|330|
注：不含港澳台。|||||
资料来源：某局。|||||
""",
        f"""
layout: wide
header: [2, 3]
across: [indicator, period]
columns: {{region: 地区}}
fixed: {{{_ALL}}}
names: {{indicator: {{有效认证证书数（张）: certificates_valid,
  获证组织数（家）: certified_organisations}}}}
unit: {{certificates_valid: 张, certified_organisations: 家}}
leave_out: [{{column: 地区, from: [注]}}]
""",
        of(
            "certificates_valid",
            "region period",
            "320000 2023 500; 320000 2024 520; 330000 2023 600; 330000 2024 610",
        )
        | of(
            "certified_organisations",
            "region period",
            "320000 2023 300; 320000 2024 310; 330000 2023 320; 330000 2024 330",
        ),
        merged=("A2:A3", "B2:C2", "D2:E2"),
    ),
    Shape(
        "indicators above years, the merged cells gone with the format",
        """
省份|有效认证证书数||获证组织数||
|2023|2024|2023|2024|
江苏|500|520|300|310|
浙江|600|610|320|330|
单位：张、家；资料来源：某局|||||
""",
        f"""
layout: wide
header: [1, 2]
across: [indicator, period]
merged: [indicator]
columns: {{region: 省份}}
fixed: {{{_ALL}}}
unit: {{certificates_valid: 张, certified_organisations: 家}}
leave_out: [{{column: 省份, from: [单位]}}]
""",
        of(
            "certificates_valid",
            "region period",
            "320000 2023 500; 320000 2024 520; 330000 2023 600; 330000 2024 610",
        )
        | of(
            "certified_organisations",
            "region period",
            "320000 2023 300; 320000 2024 310; 330000 2023 320; 330000 2024 330",
        ),
        loads=False,
    ),
    Shape(
        "the unit in brackets in the title",
        """
分地区检验检测机构数（家）
地区|2020年|2021年
山东|3100|3200
河南|2100|2250
湖北|1800|1900
编制单位：某协会
""",
        f"""
layout: wide
header: 2
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: inspection_bodies, {_ALL}}}
unit: 家
leave_out: [{{column: 地区, from: [编制单位]}}]
""",
        of(
            "inspection_bodies",
            "region period",
            "370000 2020 3100; 370000 2021 3200; 410000 2020 2100; 410000 2021 2250; "
            "420000 2020 1800; 420000 2021 1900",
        ),
    ),
    Shape(
        "indicators down with their units, years across, one province in the title",
        """
江苏省质量工作主要指标
指标|计量单位|2023年|2024年
有效认证证书数|万张|53.5|54.25
获证组织数|家|88000|89000
制造业产品质量合格率|%|94.5|94.75
资料来源：江苏省某局
""",
        f"""
layout: wide
header: 2
across: [period]
columns: {{indicator: 指标, unit: 计量单位}}
fixed: {{region: 320000, {_ALL}}}
leave_out: [{{column: 指标, from: [资料来源]}}]
""",
        of("certificates_valid", "region period", "320000 2023 535000; 320000 2024 542500")
        | of("certified_organisations", "region period", "320000 2023 88000; 320000 2024 89000")
        | of("manufacturing_pass_rate", "region period", "320000 2023 94.5; 320000 2024 94.75"),
        loads=False,  # one of its indicators is of manufacturing alone
    ),
    Shape(
        "headings in two languages in one cell",
        """
2-5 各地区常住人口 Residents by Region|||
单位：万人 10,000 persons|||
地 区 Region|2020|2021|2022
北 京 Beijing|2189|2188.6|2184.3
天 津 Tianjin|1387|1373|1363
上 海 Shanghai|2488|2489.4|2475.9
""",
        f"""
layout: wide
header: 3
across: [period]
columns: {{region: 地 区 Region}}
fixed: {{indicator: population, {_ALL}}}
unit: 万人
""",
        of(
            "population",
            "region period",
            "110000 2020 21890000; 110000 2021 21886000; 110000 2022 21843000; "
            "120000 2020 13870000; 120000 2021 13730000; 120000 2022 13630000; "
            "310000 2020 24880000; 310000 2021 24894000; 310000 2022 24759000",
        ),
        loads=False,  # who publishes it is not said
    ),
    Shape(
        "headings in two languages, a row each",
        """
地区|有效认证证书数|获证组织数
Region|Valid certificates|Certified organisations
江苏 Jiangsu|500|300
浙江 Zhejiang|600|320
来源：某局。2024年末，张、家。
""",
        f"""
layout: wide
header: [1, 2]
across: [indicator, '-']
columns: {{region: 地区}}
fixed: {{period: 2024-12, {_ALL}}}
unit: {{certificates_valid: 张, certified_organisations: 家}}
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of("certificates_valid", "region period", "320000 2024-12 500; 330000 2024-12 600")
        | of("certified_organisations", "region period", "320000 2024-12 300; 330000 2024-12 320"),
        loads=False,
    ),
    Shape(
        "notes over several lines and signatures below",
        """
认证从业人员数（人）
地区|2023年|2024年
江苏|5|6
浙江|7|8
注：1.甲。
　　　2.乙。
②丙。
编制单位：某局
单位负责人：某甲|填表人：某乙|报出日期：2025年1月10日
""",
        f"""
layout: wide
header: 2
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: certification_staff, {_ALL}}}
unit: 人
leave_out: [{{column: 地区, from: [注]}}]
""",
        of(
            "certification_staff",
            "region period",
            "320000 2023 5; 320000 2024 6; 330000 2023 7; 330000 2024 8",
        ),
    ),
    Shape(
        "a table continued with its title and header again",
        """
食品抽检合格率（%）
地区|2023年|2024年
河北|98.1|98.2
山西|97.5|97.75
续表
地区|2023年|2024年
辽宁|98.5|98.6
黑龙江|97|97.25
资料来源：某局
""",
        f"""
layout: wide
header: 2
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: food_sampling_pass_rate, {_ALL}}}
unit: '%'
leave_out: [repeated_header, {{rows: [5]}}, {{column: 地区, from: [资料来源]}}]
""",
        of(
            "food_sampling_pass_rate",
            "region period",
            "130000 2023 98.1; 130000 2024 98.2; 140000 2023 97.5; 140000 2024 97.75; "
            "210000 2023 98.5; 210000 2024 98.6; 230000 2023 97; 230000 2024 97.25",
        ),
    ),
    Shape(
        "blocks of years side by side",
        """
各市州认证情况|||||
地区|2023年||2024年||
|有效认证证书数（张）|获证组织数（家）|有效认证证书数（张）|获证组织数（家）|
武汉市|50|30|55|33|
黄石市|10|6|12|7|
来源：湖北省某局|||||
""",
        f"""
layout: wide
header: [2, 3]
across: [period, indicator]
columns: {{region: 地区}}
fixed: {{{_ALL}}}
names: {{indicator: {{有效认证证书数（张）: certificates_valid,
  获证组织数（家）: certified_organisations}}}}
unit: {{certificates_valid: 张, certified_organisations: 家}}
within: 420000
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of(
            "certificates_valid",
            "region period",
            "420100 2023 50; 420100 2024 55; 420200 2023 10; 420200 2024 12",
        )
        | of(
            "certified_organisations",
            "region period",
            "420100 2023 30; 420100 2024 33; 420200 2023 6; 420200 2024 7",
        ),
        merged=("A2:A3", "B2:C2", "D2:E2"),
    ),
    Shape(
        "a sheet a year",
        """
地区|质量管理培训人次
江苏|5
浙江|6
发布单位：某局
""",
        f"""
across_sheets: period
layout: long
header: 1
columns: {{region: 地区, value: 质量管理培训人次}}
fixed: {{indicator: people_trained, {_ALL}}}
unit: 人次
leave_out: [{{column: 地区, from: [发布单位]}}]
""",
        of(
            "people_trained",
            "region period",
            "320000 2024 5; 330000 2024 6; 320000 2023 4; 330000 2023 5",
        ),
        loads=False,  # the unit is not said
        sheet="2024年",
        sheets={"2023年": "地区|质量管理培训人次\n江苏|4\n浙江|5\n发布单位：某局"},
    ),
    Shape(
        "a sheet a year, titled",
        """
2024年各省一般情况
（单位：家）
地区|认证机构数
江苏|50
浙江|60
发布单位：某局
""",
        f"""
across_sheets: period
layout: long
header: 3
columns: {{region: 地区, value: 认证机构数}}
fixed: {{indicator: certification_bodies, {_ALL}}}
unit: 家
leave_out: [{{column: 地区, from: [发布单位]}}]
""",
        of(
            "certification_bodies",
            "region period",
            "320000 2024 50; 330000 2024 60; 320000 2023 40; 330000 2023 55",
        ),
        sheet="2024",
        sheets={
            "2023": "2023年各省一般情况\n（单位：家）\n地区|认证机构数\n"
            "江苏|40\n浙江|55\n发布单位：某局"
        },
    ),
    Shape(
        "blanks within the names of regions, and a total that adds up",
        """
2024年分省有效认证证书数
单位：张
地  区|证书数
全  国|33
北  京|10
天  津|12
河  北|11
来源：某中心
""",
        f"""
layout: long
header: 3
columns: {{region: 地  区, value: 证书数}}
fixed: {{indicator: certificates_valid, period: 2024, {_ALL}}}
unit: 张
scope: domestic
leave_out: [{{column: 地  区, from: [来源]}}]
""",
        of(
            "certificates_valid",
            "region period",
            "100000 2024 33; 110000 2024 10; 120000 2024 12; 130000 2024 11",
        ),
    ),
    Shape(
        "a total that is more than what is listed",
        """
2024年获证组织数
单位：家
地区|合计
合计|100
北京|10
天津|12
河北|11
来源：某中心
""",
        f"""
layout: long
header: 3
columns: {{region: 地区, value: 合计}}
fixed: {{indicator: certified_organisations, period: 2024, {_ALL}}}
unit: 家
scope: all
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of(
            "certified_organisations",
            "region period",
            "ALL 2024 100; 110000 2024 10; 120000 2024 12; 130000 2024 11",
        ),
        loads=False,
    ),
    Shape(
        "a province's cities below its total, the names indented",
        """
江苏省各设区市获证组织数
单位：家|||
设区市|2022年|2023年|2024年
全省|60|66|70
　南京市|30|33|35
　无锡市|20|22|23
　徐州市|10|11|12
填报单位：江苏省某局
""",
        f"""
layout: wide
header: 3
across: [period]
columns: {{region: 设区市}}
fixed: {{indicator: certified_organisations, {_ALL}}}
unit: 家
within: 320000
leave_out: [{{column: 设区市, from: [填报单位]}}]
""",
        of(
            "certified_organisations",
            "region period",
            "320000 2022 60; 320000 2023 66; 320000 2024 70; 320100 2022 30; 320100 2023 33; "
            "320100 2024 35; 320200 2022 20; 320200 2023 22; 320200 2024 23; 320300 2022 10; "
            "320300 2023 11; 320300 2024 12",
        ),
    ),
    Shape(
        "cities of which one is called as its province",
        """
吉林省各市质量管理培训人次（人次）
地区|2016年
长春|95
吉林|94
四平|96
来源：某局
""",
        f"""
layout: wide
header: 2
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: people_trained, {_ALL}}}
unit: 人次
within: 220000
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of("people_trained", "region period", "220100 2016 95; 220200 2016 94; 220300 2016 96"),
    ),
    Shape(
        "provinces of which some are called as cities",
        """
各省药品抽检合格率（%）
省份|2023年
辽宁|98
吉林|97
黑龙江|96
江苏|99
浙江|98.5
海南|97.5
来源：某局
""",
        f"""
layout: wide
header: 2
across: [period]
columns: {{region: 省份}}
fixed: {{indicator: drug_sampling_pass_rate, {_ALL}}}
unit: '%'
regions: province
leave_out: [{{column: 省份, from: [来源]}}]
""",
        of(
            "drug_sampling_pass_rate",
            "region period",
            "210000 2023 98; 220000 2023 97; 230000 2023 96; 320000 2023 99; 330000 2023 98.5; "
            "460000 2023 97.5",
        ),
    ),
    Shape(
        "schemes above pairs of certificates and organisations",
        """
2024年12月各省认证情况|||||
地区|质量管理体系认证||环境管理体系认证||
|有效认证证书数（张）|获证组织数（家）|有效认证证书数（张）|获证组织数（家）|
江苏|50|30|25|15|
浙江|60|35|28|17|
来源：某中心|||||
""",
        """
layout: wide
header: [2, 3]
across: [scheme, indicator]
columns: {region: 地区}
fixed: {period: 2024-12, industry: ALL, size: ALL}
names: {indicator: {有效认证证书数（张）: certificates_valid,
  获证组织数（家）: certified_organisations}}
unit: {certificates_valid: 张, certified_organisations: 家}
leave_out: [{column: 地区, from: [来源]}]
""",
        of(
            "certificates_valid",
            "region period scheme",
            "320000 2024-12 QMS 50; 320000 2024-12 EMS 25; 330000 2024-12 QMS 60; "
            "330000 2024-12 EMS 28",
        )
        | of(
            "certified_organisations",
            "region period scheme",
            "320000 2024-12 QMS 30; 320000 2024-12 EMS 15; 330000 2024-12 QMS 35; "
            "330000 2024-12 EMS 17",
        ),
        merged=("A2:A3", "B2:C2", "D2:E2"),
    ),
    Shape(
        "a total and schemes above the figures",
        """
2024年各省有效认证证书数
单位：张
地区|合计|管理体系认证|产品认证|服务认证
北京|10|6|3|1
天津|12|7|3|2
河北|9|5|3|1
来源：某中心
""",
        """
layout: wide
header: 3
across: [scheme]
columns: {region: 地区}
fixed: {indicator: certificates_valid, period: 2024, industry: ALL, size: ALL}
unit: 张
leave_out: [{column: 地区, from: [来源]}]
""",
        of(
            "certificates_valid",
            "region period scheme",
            "110000 2024 ALL 10; 110000 2024 MS 6; 110000 2024 PRODUCT 3; 110000 2024 SERVICE 1; "
            "120000 2024 ALL 12; 120000 2024 MS 7; 120000 2024 PRODUCT 3; 120000 2024 SERVICE 2; "
            "130000 2024 ALL 9; 130000 2024 MS 5; 130000 2024 PRODUCT 3; 130000 2024 SERVICE 1",
        ),
    ),
    Shape(
        "sizes of enterprises above the figures",
        """
2023年获证组织数
单位：家
地区|合计|大型|中型|小型|微型
江苏|100|10|20|30|40
浙江|110|11|22|33|44
数据来源：某局
""",
        """
layout: wide
header: 3
across: [size]
columns: {region: 地区}
fixed: {indicator: certified_organisations, period: 2023, industry: ALL, scheme: ALL}
unit: 家
leave_out: [{column: 地区, from: [数据来源]}]
""",
        of(
            "certified_organisations",
            "region period size",
            "320000 2023 ALL 100; 320000 2023 LARGE 10; 320000 2023 MEDIUM 20; "
            "320000 2023 SMALL 30; 320000 2023 MICRO 40; 330000 2023 ALL 110; "
            "330000 2023 LARGE 11; 330000 2023 MEDIUM 22; 330000 2023 SMALL 33; "
            "330000 2023 MICRO 44",
        ),
    ),
    Shape(
        "industries down, years across, one province in the title",
        """
广东省获证组织数
（单位：家）
行业|2022年|2023年
采矿业|10|11
制造业|2000|2100
建筑业|300|310
来源：某局
""",
        """
layout: wide
header: 3
across: [period]
columns: {industry: 行业}
fixed: {indicator: certified_organisations, region: 440000, scheme: ALL, size: ALL}
unit: 家
leave_out: [{column: 行业, from: [来源]}]
""",
        of(
            "certified_organisations",
            "region period industry",
            "440000 2022 B 10; 440000 2023 B 11; 440000 2022 C 2000; 440000 2023 C 2100; "
            "440000 2022 E 300; 440000 2023 E 310",
        ),
    ),
    Shape(
        "quarters above the figures, the year in the title",
        """
2024年各省新颁证书数
单位：张
地区|一季度|二季度|三季度|四季度
江苏|10|11|12|13
浙江|20|21|22|23
来源：某中心
""",
        f"""
layout: wide
header: 3
across: [quarter]
columns: {{region: 地区}}
fixed: {{indicator: certificates_new, year: 2024, {_ALL}}}
unit: 张
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of(
            "certificates_new",
            "region period",
            "320000 2024-Q1 10; 320000 2024-Q2 11; 320000 2024-Q3 12; 320000 2024-Q4 13; "
            "330000 2024-Q1 20; 330000 2024-Q2 21; 330000 2024-Q3 22; 330000 2024-Q4 23",
        ),
    ),
    Shape(
        "months above the figures, below merged years",
        """
暂停证书数|||||
单位：张|||||
地区|2023年||2024年||
|11月|12月|1月|2月|
江苏|10|11|12|13|
浙江|20|21|22|23|
来源：某中心|||||
""",
        f"""
layout: wide
header: [3, 4]
across: [year, month]
columns: {{region: 地区}}
fixed: {{indicator: certificates_suspended, {_ALL}}}
unit: 张
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of(
            "certificates_suspended",
            "region period",
            "320000 2023-11 10; 320000 2023-12 11; 320000 2024-01 12; 320000 2024-02 13; "
            "330000 2023-11 20; 330000 2023-12 21; 330000 2024-01 22; 330000 2024-02 23",
        ),
        merged=("A3:A4", "B3:C3", "D3:E3"),
    ),
    Shape(
        "year and month in two columns, regions across",
        """
暂停证书数（张）
年份|月份|江苏省|浙江省
2024|1|5|6
2024|2|7|8
来源：某中心
""",
        f"""
layout: wide
header: 2
across: [region]
columns: {{year: 年份, month: 月份}}
fixed: {{indicator: certificates_suspended, {_ALL}}}
unit: 张
leave_out: [{{column: 年份, from: [来源]}}]
""",
        of(
            "certificates_suspended",
            "region period",
            "320000 2024-01 5; 330000 2024-01 6; 320000 2024-02 7; 330000 2024-02 8",
        ),
    ),
    Shape(
        "this year, last year and the growth between them",
        """
2024年各省获证组织数
单位：家
地区|本年|上年|增长%
江苏|60|50|20
浙江|80|64|25
来源：某局
""",
        f"""
layout: wide
header: 3
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: certified_organisations, {_ALL}}}
unit: 家
ignore: [增长%]
names: {{period: {{本年: 2024, 上年: 2023}}}}
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of(
            "certified_organisations",
            "region period",
            "320000 2024 60; 320000 2023 50; 330000 2024 80; 330000 2023 64",
        ),
    ),
    Shape(
        "periods down, regions across",
        """
认证机构数
（单位：家）
时期|江苏|浙江|安徽
2023年|10|11|12
2024年|12|13|14
来源：某局
""",
        f"""
layout: wide
header: 3
across: [region]
columns: {{period: 时期}}
fixed: {{indicator: certification_bodies, {_ALL}}}
unit: 家
leave_out: [{{column: 时期, from: [来源]}}]
""",
        of(
            "certification_bodies",
            "region period",
            "320000 2023 10; 330000 2023 11; 340000 2023 12; 320000 2024 12; 330000 2024 13; "
            "340000 2024 14",
        ),
    ),
    Shape(
        "periods down, one province above the figures",
        """
认证机构数（家）
时期|江苏
2023年|10
2024年|12
来源：某局
""",
        f"""
layout: wide
header: 2
across: [region]
columns: {{period: 时期}}
fixed: {{indicator: certification_bodies, {_ALL}}}
unit: 家
leave_out: [{{column: 时期, from: [来源]}}]
""",
        of("certification_bodies", "region period", "320000 2023 10; 320000 2024 12"),
    ),
    Shape(
        "numbered rows",
        """
检验检测机构数（家）
序号|地区|2023年|2024年
1|江苏|50|60
2|浙江|70|80
3|安徽|80|90
来源：某局
""",
        f"""
layout: wide
header: 2
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: inspection_bodies, {_ALL}}}
unit: 家
ignore: [序号]
leave_out: [{{column: 序号, from: [来源]}}]
""",
        of(
            "inspection_bodies",
            "region period",
            "320000 2023 50; 320000 2024 60; 330000 2023 70; 330000 2024 80; 340000 2023 80; "
            "340000 2024 90",
        ),
    ),
    Shape(
        "a column of row numbers without a heading, as programs write it",
        """
|地区|2023|2024
0|江苏|5|6
1|浙江|7|8
""",
        f"""
layout: wide
header: 1
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: association_events, {_ALL}}}
unit: 项
ignore: [A]
""",
        of(
            "association_events",
            "region period",
            "320000 2023 5; 320000 2024 6; 330000 2023 7; 330000 2024 8",
        ),
        loads=False,
        file="association_events",
    ),
    Shape(
        "nothing in the corner",
        """
获认可的检验检测机构数（家）
|2023年|2024年
江苏|5|6
浙江|7|8
安徽|9|9
资料来源：某中心
""",
        f"""
layout: wide
header: 2
across: [period]
columns: {{region: A}}
fixed: {{indicator: accredited_laboratories, {_ALL}}}
unit: 家
leave_out: [{{column: A, from: [资料来源]}}]
""",
        of(
            "accredited_laboratories",
            "region period",
            "320000 2023 5; 320000 2024 6; 330000 2023 7; 330000 2024 8; 340000 2023 9; "
            "340000 2024 9",
        ),
    ),
    Shape(
        "percent signs in the cells",
        """
各省农产品质量安全例行监测合格率
地区|2023年|2024年
江苏|98.5%|98.75%
浙江|98%|99%
发布机构：某厅
""",
        """
layout: wide
header: 2
across: [period]
columns: {region: 地区}
fixed: {indicator: agricultural_monitoring_pass_rate, scheme: ALL, industry: A, size: ALL}
unit: '%'
leave_out: [{column: 地区, from: [发布机构]}]
""",
        of(
            "agricultural_monitoring_pass_rate",
            "industry region period",
            "A 320000 2023 98.5; A 320000 2024 98.75; A 330000 2023 98; A 330000 2024 99",
        ),
    ),
    Shape(
        "a rate per thousand",
        """
企业质量管理体系认证率（‰）
地区|2023年|2024年
江苏|34.2|35
浙江|40|41.5
来源：某局
""",
        f"""
layout: wide
header: 2
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: uptake_rate, {_ALL}}}
unit: ‰
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of(
            "uptake_rate",
            "region period",
            "320000 2023 3.42; 320000 2024 3.5; 330000 2023 4; 330000 2024 4.15",
        ),
    ),
    Shape(
        "wide signs, grouped digits and numbers kept as text",
        """
检验检测从业人员数
单位：人
地区|２０２３年|２０２４年
江苏|１２，３４５|'13,000
浙江|'９，８７６|'10 001
来源：某局
""",
        f"""
layout: wide
header: 3
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: inspection_staff, {_ALL}}}
unit: 人
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of(
            "inspection_staff",
            "region period",
            "320000 2023 12345; 320000 2024 13000; 330000 2023 9876; 330000 2024 10001",
        ),
        sheet="表",
    ),
    Shape(
        "thousands of yuan for an indicator in hundred millions",
        """
检验检测营业收入
单位：万元
地区|2023年
江苏|3456000
浙江|1234500
来源：某局
""",
        f"""
layout: wide
header: 3
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: inspection_revenue, {_ALL}}}
unit: 万元
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of("inspection_revenue", "region period", "320000 2023 345.6; 330000 2023 123.45"),
    ),
    Shape(
        "a sign in place of figures that a note explains",
        """
撤销证书数（张）
地区|2023年|2024年
江苏|5|6
西藏|-|8
注：“-”表示无数据。
来源：某局
""",
        f"""
layout: wide
header: 2
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: certificates_withdrawn, {_ALL}}}
unit: 张
missing: {{'-': O}}
leave_out: [{{column: 地区, from: [注]}}]
""",
        of(
            "certificates_withdrawn",
            "region period",
            "320000 2023 5; 320000 2024 6; 540000 2023 .; 540000 2024 8",
        ),
    ),
    Shape(
        "a sign in place of figures that nothing explains",
        """
撤销证书数（张）
地区|2023年|2024年
江苏|5|6
西藏|…|8
来源：某局
""",
        f"""
layout: wide
header: 2
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: certificates_withdrawn, {_ALL}}}
unit: 张
missing: {{…: O}}
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of(
            "certificates_withdrawn",
            "region period",
            "320000 2023 5; 320000 2024 6; 540000 2023 .; 540000 2024 8",
        ),
        loads=False,
    ),
    Shape(
        "the newest year with notes that are explained below",
        """
获证组织数（家）
地区|2024年|2023年
江苏|600①|50
浙江|800①|70
安徽|900①|80
注：①为快报数。
来源：某局
""",
        f"""
layout: wide
header: 2
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: certified_organisations, {_ALL}}}
unit: 家
notes: {{①: P}}
leave_out: [{{column: 地区, from: [注]}}]
""",
        of(
            "certified_organisations",
            "region period",
            "320000 2024 600; 320000 2023 50; 330000 2024 800; 330000 2023 70; 340000 2024 900; "
            "340000 2023 80",
        ),
    ),
    Shape(
        "the newest year without figures yet",
        """
获证组织数（家）
地区|2025年|2024年|2023年
江苏||60|50
浙江||80|70
安徽||90|80
来源：某局
""",
        f"""
layout: wide
header: 2
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: certified_organisations, {_ALL}}}
unit: 家
missing: {{'': omit}}
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of(
            "certified_organisations",
            "region period",
            "320000 2024 60; 320000 2023 50; 330000 2024 80; 330000 2023 70; 340000 2024 90; "
            "340000 2023 80",
        ),
    ),
    Shape(
        "two tables one below the other",
        """
获证组织数（家）
地区|2023年|2024年
江苏|50|60
浙江|70|80

认证机构数（家）
地区|2021年|2022年
江苏|5|6
浙江|7|8
来源：某局
""",
        f"""
layout: wide
header: 2
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: certified_organisations, {_ALL}}}
unit: 家
leave_out: [{{rows: [6, 7, 8, 9, 10]}}]
""",
        of(
            "certified_organisations",
            "region period",
            "320000 2023 50; 320000 2024 60; 330000 2023 70; 330000 2024 80",
        ),
        loads=False,
    ),
    Shape(
        "two blocks of regions side by side",
        """
2024年获证组织数（家）
地区|数量|地区|数量
江苏|50|山东|60
浙江|70|河南|80
安徽|20|湖北|30
来源：某局
""",
        "",
        frozenset(),
        loads=False,
    ),
    Shape(
        "a hidden column that helps to compute",
        """
新颁证书数（张）
地区|2023年|辅助|2024年
江苏|50|1.2|60
浙江|70|1.1|80
来源：某局
""",
        f"""
layout: wide
header: 2
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: certificates_new, {_ALL}}}
unit: 张
ignore: [辅助]
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of(
            "certificates_new",
            "region period",
            "320000 2023 50; 320000 2024 60; 330000 2023 70; 330000 2024 80",
        ),
        hidden="C",
        loads=False,  # whether hidden figures count
    ),
    Shape(
        "columns numbered below their headings",
        """
2024年认证从业人员数
单位：人
地区|合计
甲|1
江苏|50
浙江|70
单位负责人：某甲 填报单位：某局
""",
        f"""
layout: long
header: [3, 4]
columns: {{region: 地区, value: 合计}}
fixed: {{indicator: certification_staff, period: 2024, {_ALL}}}
unit: 人
leave_out: [{{column: 地区, from: [单位负责人]}}]
""",
        of("certification_staff", "region period", "320000 2024 50; 330000 2024 70"),
    ),
    Shape(
        "a form whose columns are numbered",
        """
表号：质01表||
认证情况|||
省份|2023年|2024年
甲|1|2
江苏|50|60
浙江|70|80
单位负责人：某甲|填报单位：某局|
""",
        f"""
layout: wide
header: [3, 4]
across: [period, '-']
columns: {{region: 省份}}
fixed: {{indicator: certification_staff, {_ALL}}}
unit: 人
leave_out: [{{column: 省份, from: [单位负责人]}}]
""",
        of(
            "certification_staff",
            "region period",
            "320000 2023 50; 320000 2024 60; 330000 2023 70; 330000 2024 80",
        ),
        loads=False,
    ),
    Shape(
        "regions merged over their indicators",
        """
各省认证情况|||
地区|指标|2023年|2024年
江苏|有效认证证书数（张）|500|520
|获证组织数（家）|300|310
浙江|有效认证证书数（张）|600|610
|获证组织数（家）|320|330
来源：某局|||
""",
        f"""
layout: wide
header: 2
across: [period]
merged: [region]
columns: {{region: 地区, indicator: 指标}}
fixed: {{{_ALL}}}
names: {{indicator: {{有效认证证书数（张）: certificates_valid,
  获证组织数（家）: certified_organisations}}}}
unit: {{certificates_valid: 张, certified_organisations: 家}}
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of(
            "certificates_valid",
            "region period",
            "320000 2023 500; 320000 2024 520; 330000 2023 600; 330000 2024 610",
        )
        | of(
            "certified_organisations",
            "region period",
            "320000 2023 300; 320000 2024 310; 330000 2023 320; 330000 2024 330",
        ),
        merged=("A3:A4", "A5:A6"),
    ),
    Shape(
        "groups of regions as headings between them",
        """
工业产品质量监督抽查合格率（%）
地区|2023年|2024年
东部地区
江苏|94|95
浙江|95|96
西部地区
四川|92|93
贵州|91|92
来源：某局
""",
        """
layout: wide
header: 2
across: [period]
columns: {region: 地区}
fixed: {indicator: industrial_supervision_pass_rate, scheme: ALL, industry: C, size: ALL}
unit: '%'
leave_out: [{rows: [3, 6]}, {column: 地区, from: [来源]}]
""",
        of(
            "industrial_supervision_pass_rate",
            "industry region period",
            "C 320000 2023 94; C 320000 2024 95; C 330000 2023 95; C 330000 2024 96; "
            "C 510000 2023 92; C 510000 2024 93; C 520000 2023 91; C 520000 2024 92",
        ),
    ),
    Shape(
        "a share that only sounds like an indicator",
        """
各省获证组织数占比
单位：%
地区|2023年|2024年
江苏|12.5|12.6
浙江|11|11.5
来源：某局
""",
        f"""
layout: wide
header: 3
across: [period]
columns: {{region: 地区}}
fixed: {{indicator: organisation_national_share, {_ALL}}}
unit: '%'
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of(
            "organisation_national_share",
            "region period",
            "320000 2023 12.5; 320000 2024 12.6; 330000 2023 11; 330000 2024 11.5",
        ),
        loads=False,
    ),
    Shape(
        "a yearbook's own year, which is not that of its figures",
        """
某省统计年鉴2024
7-3 质量管理培训人次
单位：人次
地区|培训人次
南京市|12
苏州市|9
来源：某局
""",
        f"""
layout: long
header: 4
columns: {{region: 地区, value: 培训人次}}
fixed: {{indicator: people_trained, period: 2023, {_ALL}}}
unit: 人次
within: 320000
leave_out: [{{column: 地区, from: [来源]}}]
""",
        of("people_trained", "region period", "320100 2023 12; 320500 2023 9"),
        loads=False,
    ),
    Shape(
        "codes of regions beside their names",
        """
2023年常住人口
单位：万人
行政区划代码|地区|常住人口
320000|江苏省|8526
330000|浙江省|6627
340000|安徽省|6121
来源：某局
""",
        f"""
layout: long
header: 3
columns: {{region: 行政区划代码, value: 常住人口}}
fixed: {{indicator: population, period: 2023, {_ALL}}}
unit: 万人
ignore: [地区]
leave_out: [{{column: 行政区划代码, from: [来源]}}]
""",
        of(
            "population",
            "region period",
            "320000 2023 85260000; 330000 2023 66270000; 340000 2023 61210000",
        ),
    ),
    Shape(
        "a date in the title that figures stand until",
        """
截至2024年12月31日各省有效认证证书数
制表单位：某中心|单位：张
地区|证书数
江苏|500
浙江|600
""",
        f"""
layout: long
header: 3
columns: {{region: 地区, value: 证书数}}
fixed: {{indicator: certificates_valid, period: 2024-12, {_ALL}}}
unit: 张
""",
        of("certificates_valid", "region period", "320000 2024-12 500; 330000 2024-12 600"),
    ),
    Shape(
        "English titles and headings",
        """
Table 3. Certified organisations by province
Source: A Bureau|Unit: organisations|
Province|2023|2024
Jiangsu|50|60
Zhejiang|70|80
""",
        f"""
layout: wide
header: 3
across: [period]
columns: {{region: Province}}
fixed: {{indicator: certified_organisations, {_ALL}}}
unit: organisations
""",
        of(
            "certified_organisations",
            "region period",
            "320000 2023 50; 320000 2024 60; 330000 2023 70; 330000 2024 80",
        ),
    ),
    Shape(
        "each heading with its year and the indicator",
        """
城市|2016年获证组织数（家）|2017年获证组织数（家）
南京市|50|60
苏州市|60|70
来源：某局
""",
        f"""
layout: wide
header: 1
across: [period]
columns: {{region: 城市}}
fixed: {{indicator: certified_organisations, {_ALL}}}
names: {{period: {{2016年获证组织数（家）: 2016, 2017年获证组织数（家）: 2017}}}}
unit: 家
within: 320000
leave_out: [{{column: 城市, from: [来源]}}]
""",
        of(
            "certified_organisations",
            "region period",
            "320100 2016 50; 320100 2017 60; 320500 2016 60; 320500 2017 70",
        ),
    ),
    Shape(
        "months down, years across",
        """
江苏省新颁证书数（张）
月份|2023年|2024年
1月|5|6
2月|7|8
来源：某局
""",
        f"""
layout: wide
header: 2
across: [year]
columns: {{month: 月份}}
fixed: {{indicator: certificates_new, region: 320000, {_ALL}}}
unit: 张
leave_out: [{{column: 月份, from: [来源]}}]
""",
        of(
            "certificates_new",
            "region period",
            "320000 2023-01 5; 320000 2024-01 6; 320000 2023-02 7; 320000 2024-02 8",
        ),
    ),
    Shape(
        "a title and its date side by side above two columns",
        """
质量管理体系认证证书|2024年12月底
地区|有效认证证书数（张）
江苏|12
浙江|13
来源：某局
""",
        """
layout: long
header: 2
columns: {region: 地区, value: 有效认证证书数（张）}
fixed: {indicator: certificates_valid, period: 2024-12, scheme: QMS, industry: ALL, size: ALL}
unit: 张
leave_out: [{column: 地区, from: [来源]}]
""",
        of(
            "certificates_valid",
            "region period scheme",
            "320000 2024-12 QMS 12; 330000 2024-12 QMS 13",
        ),
        loads=False,
    ),
]
