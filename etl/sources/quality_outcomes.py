"""What quality came to: pass rates, the quality-competitiveness index, satisfaction."""

from __future__ import annotations

import pandas as pd

from etl.documents import documents
from etl.harmonise import harmonise
from indicators.catalogue import Catalogue

INDICATORS = {
    "制造业产品质量合格率": "manufacturing_pass_rate",
    "制造业产品质量合格率高于全国平均": "manufacturing_pass_rate_gap",
    "制造业质量竞争力指数": "manufacturing_quality_competitiveness",
    "农产品质量安全例行监测合格率": "agricultural_monitoring_pass_rate",
    "生活性服务质量满意度": "service_satisfaction_life",
    "公共服务质量满意度": "service_satisfaction_public",
    "工业产品质量监督抽查合格率": "industrial_supervision_pass_rate",
}
REGIONS = {
    "珠三角": "PEARL_DELTA",
    "长三角": "YANGTZE_DELTA",
    "京津冀": "JINGJINJI",
    "川渝": "CHUANYU",
}

read = documents


def tidy(published: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return the rows in our codes."""
    return harmonise(
        published, catalogue, indicators=INDICATORS, schemes={"": "ALL"}, regions=REGIONS
    )
