"""The national platform's snapshots by scheme (获证证书按领域统计), and its two national totals.

The table by scheme counts certificates held abroad too (全部, region `ALL`); the row 全国 of the
platform's table by region does not (region `100000`). Two regions, so never one line.
"""

from __future__ import annotations

import pandas as pd

from etl.documents import documents
from etl.harmonise import harmonise, mark_break
from indicators.catalogue import Catalogue

INDICATORS = {
    "有效认证证书数": "certificates_valid",
    "获证组织数": "certified_organisations",
}
DOMESTIC = "合计(境内,地域表“全国”行)"
SCHEMES = {
    "合计": "ALL",
    DOMESTIC: "ALL",
    "管理体系认证 合计": "MS",
    "质量管理体系认证": "QMS",
    "环境管理体系认证": "EMS",
    "职业健康安全管理体系认证": "OHSMS",
    "食品农产品管理体系认证": "FOOD_MS",
    "信息安全管理体系认证": "ISMS",
    "信息技术服务管理体系认证": "ITSM",
    "测量管理体系认证": "MMS",
    "森林认证": "FOREST",
    "能源管理体系认证": "ENMS",
    "知识产权管理体系认证": "IPMS",
    "其它管理体系认证": "OTHER_MS",
    "产品认证 合计": "PRODUCT",
    "强制性产品认证": "CCC",
    "国家推行的食品农产品认证": "FOOD_PRODUCT_STATE",
    "国家推行的工业产品认证": "INDUSTRIAL_STATE",
    "一般食品农产品认证": "FOOD_PRODUCT_GENERAL",
    "一般工业产品认证": "INDUSTRIAL_GENERAL",
    "食品农产品(产品认证)": "FOOD_PRODUCT",
    "自愿性工业产品": "VOL_INDUSTRIAL",
    "服务认证 合计": "SERVICE",
    "国家推行的服务认证": "SERVICE_STATE",
    "一般服务认证": "SERVICE_GENERAL",
}

read = documents


def tidy(published: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return the rows in our codes, scope by scope, CCC marked where its scope was reformed."""
    rows = harmonise(published, catalogue, indicators=INDICATORS, schemes=SCHEMES)
    domestic = published["scheme_name"].eq(DOMESTIC).to_numpy()
    rows = rows.assign(region=rows["region"].where(domestic, "ALL"))
    # Between 2019-03 and 2021-07 products moved from certification to self-declaration.
    for indicator in INDICATORS.values():
        rows = mark_break(rows, indicator=indicator, scheme="CCC", period="2021-07")
    return rows
