#!/usr/bin/env bash
# A figure missing in NumPy is NaN. polars and DuckDB hold NaN to be greater than every number: a province
# without a figure reaches every target, is the highest of all and stands first, though pandas says no.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pandas==3.1.1 polars==2.1.0 duckdb==2.0.0 pyarrow==26.0.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

PROVINCES, RATES = ["甲", "乙", "丙"], np.array([95.0, np.nan, 90.0])
RANKED = """
SELECT rank FROM (SELECT province, rank() OVER (ORDER BY rate DESC) AS rank FROM figures)
ORDER BY list_position(['甲', '乙', '丙'], province)
"""
print(*(f"{name} {version(name)}" for name in ("pandas", "polars", "duckdb")))
polars = pl.DataFrame({"province": PROVINCES, "rate": RATES})
figures = pa.table({"province": PROVINCES, "rate": RATES})
reached = {
    "pandas": [province for province, good in zip(PROVINCES, pd.Series(RATES) >= 94) if good],
    "polars": polars.filter(pl.col("rate") >= 94)["province"].to_list(),
    "DuckDB": [row[0] for row in duckdb.sql("FROM figures WHERE rate >= 94").fetchall()],
}
ranks = {
    "pandas": pd.Series(RATES).rank(ascending=False).to_list(),
    "polars": polars["rate"].rank(descending=True).to_list(),
    "DuckDB": [rank for (rank,) in duckdb.sql(RANKED).fetchall()],
}
best = duckdb.sql("SELECT arg_max(province, rate) FROM figures").fetchall()[0]
print(dict(zip(PROVINCES, RATES.tolist())), "with a target of 94")
print(f"reached: {reached}\nranks: {ranks}\nthe highest in DuckDB: {best}")
assert reached == {"pandas": ["甲"], "polars": ["甲", "乙"], "DuckDB": ["甲", "乙"]}
assert ranks["polars"] == ranks["DuckDB"] == [2, 1, 3]
assert str(ranks["pandas"]) == "[1.0, nan, 2.0]"
assert best == ("乙",)
PY
