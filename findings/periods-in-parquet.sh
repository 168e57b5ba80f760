#!/usr/bin/env bash
# A month that pandas writes to Parquet as a Period is the number 659 to DuckDB and polars (months
# since 1970; a quarter is 219), and the order of an ordered category is lost on DuckDB.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

import duckdb
import pandas as pd
import polars as pl

print(*(f"{name} {version(name)}" for name in ("pandas", "pyarrow", "polars", "duckdb")))
figures = pd.DataFrame(
    {
        "month": pd.PeriodIndex(["2024-12", "2025-01"], freq="M"),
        "size": pd.Categorical(["SMALL", "LARGE"], ["SMALL", "LARGE"], ordered=True),
    }
)
figures.to_parquet("figures.parquet")
by_polars = pl.read_parquet("figures.parquet")["month"].to_physical().to_list()
by_duckdb = duckdb.sql("SELECT month, size FROM 'figures.parquet' ORDER BY size").fetchall()
print("polars:", by_polars, "DuckDB, by size:", by_duckdb)
assert str(pd.read_parquet("figures.parquet")["month"][0]) == "2024-12"
assert by_polars == [659, 660]
assert by_duckdb == [(660, "LARGE"), (659, "SMALL")]
PY
