#!/usr/bin/env bash
# The same four figures have three medians: polars takes the nearest figure for quantile(0.5), though
# not for median(); DuckDB's quantile takes the lower; pandas the middle. Classes of a map move with it.
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

FIGURES = [1, 2, 3, 4]
print(*(f"{name} {version(name)}" for name in ("pandas", "polars", "duckdb")))
asked = "SELECT quantile(v, 0.5), quantile_cont(v, 0.5) FROM (SELECT unnest(?::INTEGER[]) AS v)"
lower, middle = duckdb.execute(asked, [FIGURES]).fetchall()[0]
halves = {
    "pandas quantile": float(pd.Series(FIGURES).quantile(0.5)),
    "polars quantile": pl.Series(FIGURES).quantile(0.5),
    "polars median": pl.Series(FIGURES).median(),
    "DuckDB quantile": lower,
    "DuckDB quantile_cont": middle,
}
print(halves)
assert halves == {
    "pandas quantile": 2.5,
    "polars quantile": 3.0,
    "polars median": 2.5,
    "DuckDB quantile": 2,
    "DuckDB quantile_cont": 2.5,
}
PY
