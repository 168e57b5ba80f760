"""Texts as they are met in certificate files, and what each must come to on every engine.

A case is a column, the text in it, and what follows: a value of the clean registry, or the reason
for which the row is set aside. The other columns are sound: industry C39, 2,000 employees and a
revenue of 500 million yuan make a large enterprise, so that the text alone decides.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from etl.certificates.cube import reference
from etl.certificates.registry_declaration import COLUMNS, Declaration
from indicators import catalogue

KNOWN = catalogue.load()
REFERENCE = reference(
    KNOWN.regions,
    KNOWN.industries,
    KNOWN.sizes,
    KNOWN.schemes,
    pd.read_csv("data/reference/size_rules.csv", dtype={"selector": "str"}),
)
DECLARATION = Declaration(date(2025, 12, 31), no_expiry=("长期有效", "9999-12-31"))
SOUND = {
    "organisation": "914403001922038216",
    "region": "330100",
    "industry": "C39",
    "scheme": "QMS",
    "employees": "2000",
    "revenue": "500000000",
    "issued": "2000-01-01",
    "expires": "2025-12-31",
    "status": "有效",
}
# A column, what its texts come to, and the texts, parted by bars.
_LISTED = [
    (
        "employees",
        "LARGE",
        "1000| 1000 |1,000|1 000|１０００|１，０００|1000人|1000 人|1000名|1000.0|1000.|+1000|"
        "001000|\t1000|1000\u3000|\ufeff1000|1\xa0000|123,456,789",
    ),
    ("employees", "MEDIUM", "999|300|９９９|999.00"),
    ("employees", "SMALL", "299|20"),
    ("employees", "MICRO", "19|0|00|0.0|０"),
    (
        "employees",
        "NOT_CLASSIFIED",
        "| |-|—|无|nan|NaN|NAN|inf|-inf|Infinity|infinity|+inf|-5|−5|－5|-0|1_000|1e3|1E3|"
        "1.0E3|12.5|2.7|0.5|12%|１２％|12‰|1,00|1,0000|10,00|1,000,00|1.000,0|1'000|12d|12f|"
        "12L|0x10|约50|50余人|50-100|50以上|≥50|(50)|一百|百余|1万|50①|50*|5²|1/2|１/２|true|"
        "NULL|None|N/A|#N/A|#REF!|50 60|٥٠|५०|50人人|人|9999999999999999|99999999999999999999|"
        '\\N|\'50|"50"|50;|50,|,50',
    ),
    (
        "revenue",
        "LARGE",
        "400000000|4亿元|4 亿元|40000万元|4亿|400,000,000|400000000元|400000000.00|0.4十亿元|"
        "４亿元|40,000万元",
    ),
    ("revenue", "MEDIUM", "399999999.99|2000万元|20000000|0.2亿元|2千万元"),
    ("revenue", "SMALL", "300万元|3000000|1999.99万元|3百万元"),
    ("revenue", "MICRO", "2999999|0|299.9万元|.5|5."),
    (
        "revenue",
        "NOT_CLASSIFIED",
        "nan|inf|-5|-300万元|4e8|4E+8|4.0E8|1_000|4亿美元|$400000000|¥400000000|USD|40%|"
        "4亿万元|1,0万元|万元|元|约4亿元|4亿多|400.000.000|4亿元（含税）|—",
    ),
    (
        "issued",
        "2024-02-03",
        "2024-02-03|2024/02/03|2024/2/3|2024.2.3|2024.02.03|20240203|2024年2月3日|"
        "2024年02月03日|2024年2月3|2024年2月3号|２０２４-０２-０３|２０２４年２月３日|"
        "2024－02－03| 2024-02-03 |2024 年 2 月 3 日|2024- 2- 3|2024-02-03 00:00:00|"
        "2024/2/3 0:00|2024-02-03T08:30:00|2024-02-03 08:30:00.123|2024-02-03T00:00:00+08:00|"
        "20240203 08:30|2024/2/3 12:00:00 AM|2024-02-03\n|\u200b2024-02-03",
    ),
    ("issued", "2024-02-29", "2024-02-29|20240229|2024年2月29日"),
    ("issued", "2000-02-29", "2000-02-29"),
    ("issued", "1900-01-01", "1900-01-01"),
    (
        "issued",
        "issue_date_unreadable",
        "|-|nan|NaT|2023-02-29|1900-02-29|2024-02-30|2024-04-31|2024-13-01|2024-00-10|"
        "2024-01-00|1899-12-31|0001-01-01|0000-00-00|2024-12|2024|202412|2024年12月|2024-2|"
        "2024113|45325|45325.0|1706918400|03/02/2024|2/3/2024|03-02-2024|24-02-03|2024-0203|"
        "202402-03|2024-02/03|2024年2-3|Feb 3 2024|3 Feb 2024|2024-02-03 至 2027-02-02|"
        "2024-02-03~2027-02-02|2024-02-03T16:00:00Z|2024-02-03 25:00|2024-02-03x|x2024-02-03|"
        "-2024-02-03|+2024-02-03|12024-02-03|epoch|infinity|today|now|2024-02-03 (BC)|"
        "2024-02-03 BC|二〇二四年二月三日|2024-02-03,|今年",
    ),
    ("issued", "expiry_before_issue;issue_in_future", "2026-01-01|2100-12-31"),
    ("expires", "2100-12-31", "2100-12-31|2100年12月31日"),
    (
        "expires",
        "expiry_date_unreadable",
        "2101-01-01|2999-12-31|长期|永久|2025-06-31|2025-06|36个月",
    ),
    ("expires", "never", "9999-12-31|9999/12/31|9999年12月31日|长期有效| 长期有效\u3000"),
    ("expires", "expiry_before_issue", "1999-12-31|1999/12/31"),
    ("region", "330100", "330100|3301|330106|３３０１|330100.0| 杭州市\u3000|杭州市\n"),
    ("region", "330000", "33|浙江省|339099|33.0|浙江|浙 江|Zhejiang|330000000000"),
    ("region", "222400", "延边州|延边朝鲜族自治州|222400|222401"),
    ("region", "420600", "襄樊市|襄阳市|襄阳"),
    ("region", "520500", "522400|522401|毕节地区"),
    ("region", "220000", "吉林|吉林省|22"),
    ("region", "220200", "吉林市"),
    ("region", "460000", "海南|海南省"),
    ("region", "100000", "全国|中国|100000"),
    ("region", "region_unknown", "|3|33010|33-01|33%|330100.5|1e5|000000|001234"),
    ("region", "region_unknown", "合计|ALL|东部地区|巴州"),
    (
        "industry",
        "39",
        "39|C39|c39|3911|C3911|39.0|Ｃ３９|39 电子|电子（C39）|电子(39)|"
        "C39计算机、通信和其他电子设备制造业",
    ),
    ("industry", "C", "C|c|Ｃ"),
    ("industry", "industry_unknown", "|3|3.0|A39|39112|2019年39|3-9|39,59|39-59|98|C 3|电子|(39"),
    ("scheme", "QMS", "QMS| QMS |ＱＭＳ|质量管理体系|质量管理体系认证|A0101"),
    ("scheme", "scheme_unknown", "|qms ems|质量"),
    ("size_given", "LARGE", "大型| 大型|LARGE|large |大型企业||-|NULL"),
    ("size_given", "SMALL", "小型企业|Small"),
    ("size_given", "size_unknown", "大|特大型|0"),
    ("status", "valid", "有效|有效 |valid"),
    ("status", "status_unknown", "|有 效|无效|VALID|?"),
    (
        "organisation",
        "914403001922038216",
        "914403001922038216| 914403001922038216|９１４４０３００１９２２０３８２１６|"
        "\t914403001922038216",
    ),
    ("organisation", "9144030071526726XG", "9144030071526726XG|9144030071526726xg"),
    ("organisation", "credit_code_malformed", "|9144030019220382|9.144E+17|无|91440300192203821O"),
    ("organisation", "credit_code_check_digit", "914403001922038217"),
    ("certificate", "certificate_missing", "| |\u3000|\xa0|\ufeff"),
    ("certificate", "Nº 1-Σß", "Nº 1-Σß"),
    ("certificate", "duplicate", " Nº  1-Σß |Ｎº\t1－Σß"),
    ("body", "中国 质量 ß İ", "中国 质量 ß İ|中国\u3000质量\xa0ß İ|中国\r\n质量 ß İ"),
]
CASES = [
    (column, text, comes_to) for column, comes_to, texts in _LISTED for text in texts.split("|")
]
DATED = [
    ("过期", "2024-02-30", "status_date_unreadable"),
    ("撤销", "", "status_date_missing"),
    ("撤销", "无", "status_date_missing"),
    ("撤销", "2024-02", "status_date_unreadable"),
    ("有效", "2024-02-30", "valid"),
    ("有效", "—", "valid"),
    ("过期", "—", "expired"),
    ("暂停", "2024年2月29日", "suspended"),
    ("注销", "1999-12-31", "status_date_before_issue"),
]  # a status, the text of its day, and what they come to
EXPECTED = [comes_to for *_, comes_to in (*CASES, *DATED)]
_READ_FROM = {"employees": "size", "revenue": "size", "size_given": "size"}


def _row(number: int, **texts: str) -> dict[str, str]:
    return {**dict.fromkeys(COLUMNS, ""), "certificate": f"N{number}", **SOUND, **texts}


def odd_rows() -> pd.DataFrame:
    """Return all cases as a certificate file, a row each, in the order of `EXPECTED`."""
    rows = [
        _row(at, **{"size" if column == "size_given" else column: text})
        for at, (column, text, _) in enumerate(CASES)
    ]
    rows += [
        _row(len(CASES) + at, status=status, status_date=day)
        for at, (status, day, _) in enumerate(DATED)
    ]
    return pd.DataFrame(rows).rename(columns=COLUMNS)


def outcomes(clean: pd.DataFrame, quarantine: pd.DataFrame) -> list[str]:
    """Return what each row has come to: a value of the clean registry, or reasons."""
    aside = quarantine.set_index("row")["reasons"].to_dict()
    rows = clean.assign(
        issued=clean["issued"].astype("str"),
        expires=[
            "never" if end == date.max else str(end - timedelta(days=1))
            for end in pd.to_datetime(clean["ends"]).dt.date
        ],
    ).set_index("row")
    columns = [_READ_FROM.get(column, column) for column, *_ in CASES] + ["status"] * len(DATED)
    return [
        aside[row] if row in aside else str(rows.loc[row, column])
        for row, column in enumerate(columns, start=2)
    ]


PARQUET = {
    "employees": pa.array([1000.0, 1e7, 300.0]),
    "revenue": pa.array([4e8, 12345678.5, 4.0], pa.float32()),
    "region": pa.array([330100.0, 33.0, 330106.0]),
    "industry": pa.array([39, 3911, 39]),
    "issued": pa.array([date(2024, 2, 3)] * 3),
    "expires": pa.array([pd.Timestamp("2025-12-30 16:00", tz="UTC")] * 3),
    "status": pa.array(["有效".encode()] * 3),
}


def typed_columns(path: Path, columns: dict[str, pa.Array]) -> Path:
    """Write certificates to Parquet, some of their columns of a type of their own."""
    rows = len(next(iter(columns.values())))
    texts = {**dict.fromkeys(COLUMNS, ""), **SOUND}
    table = {COLUMNS[name]: pa.array([text] * rows) for name, text in texts.items()}
    table["证书编号"] = pa.array([str(number) for number in range(rows)])
    pq.write_table(pa.table(table | {COLUMNS[name]: each for name, each in columns.items()}), path)
    return path
