#!/usr/bin/env bash
# China's five-year plans run from 2011, 2016 and 2021. Counted by fives, polars and DuckDB begin with 2010, 2015
# and 2020, wherever the figures begin; by pandas' year ends 2011 is alone and 2012 to 2016 follow. By pandas'
# year starts the parts are the plans.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pandas==3.1.1 polars==2.1.0 duckdb==2.0.0
cd "$folder"
venv/bin/python - <<'PY'
from datetime import date
from importlib.metadata import version

import duckdb
import pandas as pd
import polars as pl

print(*(f"{name} {version(name)}" for name in ("pandas", "polars", "duckdb")))
YEARS = range(2011, 2026)
ends, begins = ([date(year, *day) for year in YEARS] for day in ((12, 31), (1, 1)))


def by_pandas(days: list[date], freq: str) -> list[int]:
    return pd.Series(1, index=pd.to_datetime(days)).resample(freq).sum().tolist()


asked = "SELECT count(*) FROM (SELECT unnest(?::DATE[]) AS d) GROUP BY time_bucket(INTERVAL 5 YEAR, d) ORDER BY min(d)"
found = {
    "polars": pl.DataFrame({"d": ends}).group_by_dynamic("d", every="5y").agg(pl.len())["len"].to_list(),
    "DuckDB": [count for (count,) in duckdb.execute(asked, [ends]).fetchall()],
    "pandas 5YE": by_pandas(ends, "5YE"),
    "pandas 5YS": by_pandas(begins, "5YS"),
}
print("years of 2011 to 2025 in each part:", found)
assert found == {
    "polars": [4, 5, 5, 1],
    "DuckDB": [4, 5, 5, 1],
    "pandas 5YE": [1, 5, 5, 4],
    "pandas 5YS": [5, 5, 5],
}
PY
