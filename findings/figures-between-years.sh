#!/usr/bin/env bash
# Of the years 2015, 2018 and 2019, interpolated by default, pandas and polars take the rows for equal steps,
# DuckDB the years. For the years after the last figure pandas repeats it, polars leaves them empty, and
# DuckDB goes on along the line: a pass rate of more than 100 %.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pandas==3.1.1 polars==2.1.0 duckdb==2.0.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

import duckdb
import pandas as pd
import polars as pl

YEARS, RATES = [2015, 2018, 2019, 2020, 2021], [92.0, None, 98.0, None, None]
print(*(f"{name} {version(name)}" for name in ("pandas", "polars", "duckdb")))
asked = """
SELECT fill(rate ORDER BY year) OVER (ORDER BY year)
FROM (SELECT unnest(?::INTEGER[]) AS year, unnest(?::DOUBLE[]) AS rate) ORDER BY year
"""
filled = {
    "pandas": pd.Series(RATES, index=YEARS).interpolate().to_list(),
    "polars": pl.Series(RATES).interpolate().to_list(),
    "DuckDB": [round(rate, 9) for (rate,) in duckdb.execute(asked, [YEARS, RATES]).fetchall()],
}
print(f"years  {YEARS}\nknown  {RATES}")
for library, rates in filled.items():
    print(f"{library} {rates}")
assert filled == {
    "pandas": [92.0, 95.0, 98.0, 98.0, 98.0],
    "polars": [92.0, 95.0, 98.0, None, None],
    "DuckDB": [92.0, 96.5, 98.0, 99.5, 101.0],
}
PY
