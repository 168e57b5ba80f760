#!/usr/bin/env bash
# DuckDB adds BIGINT up as HUGEINT, which has no place in Parquet or pandas: the total of whole
# numbers leaves as a floating-point number, and beyond 2^53 as another number.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check duckdb==2.0.0 pandas==3.1.1 pyarrow==26.0.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

import duckdb
import pyarrow.parquet as pq

WHOLE = 9_007_199_254_740_993  # 2^53 + 1
print("duckdb", version("duckdb"), "pyarrow", version("pyarrow"))
question = f"SELECT sum(v) AS total, sum(v)::BIGINT AS cast_total FROM (SELECT {WHOLE}::BIGINT AS v)"
duckdb.sql(f"COPY ({question}) TO 'total.parquet'")
row = pq.read_table("total.parquet")
frame = duckdb.sql(question).df()
print(row.schema)
print(row.to_pylist(), frame.dtypes.to_dict())
assert str(row.schema.field("total").type) == "double"
assert str(row.schema.field("cast_total").type) == "int64"
assert str(frame["total"].dtype) == "float64"
assert int(row["total"][0].as_py()) == WHOLE - 1
assert row["cast_total"][0].as_py() == WHOLE
PY
