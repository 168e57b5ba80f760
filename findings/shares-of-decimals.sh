#!/usr/bin/env bash
# Figures read as exact decimals keep their number of places in what is calculated from them: in polars
# shares of 49.7 % and 0.6 % come out as 50.0 and 0.0, and the middle of 93.1 and 93.2 is 93.2 (pyarrow's
# mean), 93.1 (DuckDB's median) or 93.15.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from decimal import Decimal
from importlib.metadata import version

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

print(*(f"{name} {version(name)}" for name in ("polars", "pyarrow", "duckdb")))
incomes = pl.Series("v", [Decimal("93.1"), Decimal("93.2"), Decimal("1.1")])
share = pl.col("v") / pl.col("v").sum() * 100
exact = incomes.to_frame().select(share.cast(pl.String))["v"].to_list()
floating = incomes.cast(pl.Float64).to_frame().select(share.round(1))["v"].to_list()
print("shares of the total, %:", exact, "as floating point:", floating)
assert exact == ["50.0", "50.0", "0.0"]
assert floating == [49.7, 49.7, 0.6]

two = pa.array([Decimal("93.1"), Decimal("93.2")])
pair = pa.table({"v": two})
mean, median = duckdb.sql("SELECT avg(v), median(v) FROM pair").fetchall()[0]
middles = {
    "polars mean": float(pl.from_arrow(two).mean()),
    "pyarrow mean": float(pc.mean(two).as_py()),
    "DuckDB avg": float(mean),
    "DuckDB median": float(median),
}
print(middles)
assert middles == {
    "polars mean": 93.15,
    "pyarrow mean": 93.2,
    "DuckDB avg": 93.15,
    "DuckDB median": 93.1,
}
PY
