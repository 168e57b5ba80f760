"""The national platform's snapshots by province (地域分布), each at its true month."""

from __future__ import annotations

import pandas as pd

from etl.documents import documents
from etl.harmonise import harmonise
from indicators.catalogue import Catalogue

INDICATORS = {
    "有效认证证书数": "certificates_valid",
    "获证组织数": "certified_organisations",
    "认证机构数(主机构)": "certification_bodies",
}
SCHEMES = {"全部认证类型": "ALL", "": "ALL", "管理体系认证": "MS", "强制性产品认证": "CCC"}

read = documents


def tidy(published: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return the rows in our codes."""
    return harmonise(published, catalogue, indicators=INDICATORS, schemes=SCHEMES)
