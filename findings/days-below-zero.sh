#!/usr/bin/env bash
# A key of month and day, month × 100 + day, is 1231 for the last of December. By polars it is −49, since a month
# is a whole number of 8 bits and stays one when multiplied; the 366 days of a year share 236 keys. pandas and
# DuckDB say 1231.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check polars==2.1.0 pandas==3.1.1 duckdb==2.0.0
cd "$folder"
venv/bin/python - <<'PY'
from datetime import date, timedelta
from importlib.metadata import version

import duckdb
import pandas as pd
import polars as pl

print(*(f"{name} {version(name)}" for name in ("polars", "pandas", "duckdb")))
days = [date(2024, 1, 1) + timedelta(days=day) for day in range(366)]
frame, series = pl.DataFrame({"day": days}), pd.Series(pd.to_datetime(days))
asked = "SELECT month(d) * 100 + day(d) FROM (SELECT unnest(?::DATE[]) AS d)"
keys = {
    "polars": frame.select(pl.col("day").dt.month() * 100 + pl.col("day").dt.day())["day"].to_list(),
    "pandas": (series.dt.month * 100 + series.dt.day).tolist(),
    "DuckDB": [key for (key,) in duckdb.execute(asked, [days]).fetchall()],
}
found = {name: (found[0], found[-1], len(set(found))) for name, found in keys.items()}
print("first, last and number of the keys of 366 days:", found)
assert found == {"polars": (101, -49, 236), "pandas": (101, 1231, 366), "DuckDB": (101, 1231, 366)}
PY
