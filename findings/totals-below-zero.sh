#!/usr/bin/env bash
# polars widens whole numbers of 8 and 16 bits before it adds them up, and those of 32 bits, as INTEGER of a
# database is, it does not: two fines of 1.5 billion yuan come to minus 1.29 billion, though their mean is right.
# DuckDB, from which the column came, and pyarrow give 3 billion.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check polars==2.1.0 duckdb==2.0.0 pyarrow==26.0.1
cd "$folder"
venv/bin/python - <<'PY'
from importlib.metadata import version

import duckdb
import polars as pl
import pyarrow.compute as pc

print(*(f"{name} {version(name)}" for name in ("polars", "duckdb", "pyarrow")))
database = duckdb.connect()
database.execute("CREATE TABLE fines (province VARCHAR, yuan INTEGER)")
database.execute("INSERT INTO fines VALUES ('甲', 1500000000), ('甲', 1500000000)")
fines = database.sql("FROM fines").pl()
[(_, total, mean)] = fines.group_by("province").agg(
    total=pl.col("yuan").sum(), mean=pl.col("yuan").mean()
).rows()
totals = {
    "DuckDB": database.sql("SELECT sum(yuan) FROM fines").fetchall()[0][0],
    "pyarrow": pc.sum(fines["yuan"].to_arrow()).as_py(),
    "polars": total,
    "polars by SQL": pl.sql("SELECT sum(yuan) FROM fines", eager=True).item(),
}
print(fines.schema, totals, "mean of polars:", mean)
assert totals == {
    "DuckDB": 3_000_000_000,
    "pyarrow": 3_000_000_000,
    "polars": 3_000_000_000 - 2**32,
    "polars by SQL": 3_000_000_000 - 2**32,
}
assert mean == 1.5e9

short = pl.Series([30_000, 30_000], dtype=pl.Int16)
print("of 16 bits:", short.sum())
assert short.sum() == 60_000
PY
