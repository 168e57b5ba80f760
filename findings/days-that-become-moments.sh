#!/usr/bin/env bash
# Ibis takes a date plus days for a date and so leaves out a cast to one. To DuckDB the sum is a
# TIMESTAMP, and that is what to_parquet writes: a column whose schema says date holds moments, and
# joined with dates of another file it is another type. Two casts, by way of a timestamp, keep it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
  'ibis-framework[duckdb]==12.0.0' duckdb==2.0.0 pandas==3.1.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from datetime import date
from importlib.metadata import version

import ibis
import pyarrow.parquet as pq

print("ibis", version("ibis-framework"), "duckdb", version("duckdb"))
on = ibis.duckdb.connect()
day = ibis.literal(date(2024, 12, 31)) + ibis.interval(days=1)
rows = ibis.memtable({"x": [1]}).select(
    cast=day.cast("date"), twice=day.cast("timestamp").cast("date")
)
print({name: str(kind) for name, kind in rows.schema().items()})
on.to_parquet(rows, "rows.parquet")
written = {field.name: str(field.type) for field in pq.read_schema("rows.parquet")}
print(written)
assert set(map(str, rows.schema().values())) == {"date"}
assert written["cast"].startswith("timestamp")
assert written["twice"].startswith("date32")
PY
