#!/usr/bin/env bash
# A series of month ends from 31 January, made by DuckDB, goes on with 28 February, 28 March, 28 April: each is
# counted from the one before. Joined with figures dated by month ends, ten of twelve months are lost.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check duckdb==2.0.0 polars==2.1.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import date
from importlib.metadata import version

import duckdb
import polars as pl

print("duckdb", version("duckdb"), "polars", version("polars"))
MONTHS = """
WITH month AS (
    SELECT unnest(generate_series(DATE '2023-01-31', DATE '2023-12-31', INTERVAL 1 MONTH))::DATE AS day
), figure AS (
    SELECT last_day(make_date(2023, n::INTEGER, 1)) AS day, 100 AS value FROM range(1, 13) numbers(n)
)
"""
listed = [f"{day:%m-%d}" for (day,) in duckdb.sql(MONTHS + "SELECT day FROM month").fetchall()]
whole, joined = (
    duckdb.sql(f"{MONTHS} SELECT sum(value) FROM {rows}").fetchall()[0][0]
    for rows in ("figure", "month JOIN figure USING (day)")
)
polars = pl.date_range(date(2023, 1, 31), date(2023, 12, 31), "1mo", eager=True)
print("DuckDB:", *listed)
print("polars:", *polars.dt.strftime("%m-%d"))
print(f"100 a month, dated by month ends: {int(whole)}; joined with the series of DuckDB: {int(joined)}")
assert listed == ["01-31", *(f"{month:02}-28" for month in range(2, 13))]
assert polars.to_list() == polars.dt.month_end().to_list()
assert (whole, joined) == (1200, 200)
PY
