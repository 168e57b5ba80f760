"""Official totals at year end (survey figures), bodies, laboratories and their business.

A series of its own beside the platform's snapshots: other counting days, rounded figures.
"""

from __future__ import annotations

import pandas as pd

from etl.documents import documents
from etl.harmonise import harmonise
from indicators.catalogue import Catalogue

INDICATORS = {
    "有效认证证书数": "certificates_valid_yearend",
    "获证组织数": "certified_organisations_yearend",
    "认证机构数": "certification_bodies",
    "获认可认证机构数": "accredited_certification_bodies",
    "获认可检验检测机构数": "accredited_laboratories",
    "认证从业人员": "certification_staff",
    "认证服务业营业收入": "certification_revenue",
    "认证机构营业收入": "certification_revenue",
    "检验检测机构数": "inspection_bodies",
    "获资质认定检验检测机构数": "inspection_bodies_qualified",
    "检验检测营业收入": "inspection_revenue",
    "检验检测从业人员": "inspection_staff",
    "质量管理体系获证企业行业占比": "qms_organisation_share",
    "质量管理体系获证企业同比增幅": "qms_organisation_growth",
}
SCHEMES = {
    "": "ALL",
    "强制性产品认证": "CCC",
    "自愿性工业产品": "VOL_INDUSTRIAL",
    "管理体系认证 合计": "MS",
    "服务认证 合计": "SERVICE",
    "食品农产品(产品认证)": "FOOD_PRODUCT",
    "质量管理体系": "QMS",
}

read = documents


def tidy(published: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return the rows in our codes."""
    return harmonise(published, catalogue, indicators=INDICATORS, schemes=SCHEMES)
