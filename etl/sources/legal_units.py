"""Legal entities by the economic censuses of 2018 and 2023, and one yearbook.

东部, 中部 and 西部 are the census's three regions, not the four economic regions.
"""

from __future__ import annotations

import pandas as pd

from etl.documents import documents
from etl.harmonise import harmonise
from indicators.catalogue import Catalogue

INDICATORS = {
    "二三产业法人单位数": "legal_units",
    "企业法人单位数": "enterprise_legal_units",
    "全部法人单位数(按登记注册类型合计)": "legal_units_all",
}
REGIONS = {
    "东部地区": "EAST3",
    "中部地区": "CENTRAL3",
    "西部地区": "WEST3",
    "京津冀": "JINGJINJI",
    "长江经济带": "YANGTZE_BELT",
    "长三角(沪苏浙皖)": "YANGTZE_DELTA",
}

read = documents


def tidy(published: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return the rows in our codes."""
    return harmonise(
        published, catalogue, indicators=INDICATORS, schemes={"": "ALL"}, regions=REGIONS
    )
