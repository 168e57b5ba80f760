#!/usr/bin/env bash
# Certificates whose industry is not known, NULL, are lost as DuckDB turns industries into columns: a province that
# has only such stands there without a figure, and the columns no longer add up to the total. polars gives them a
# column. Named in the list, as IN ('C13', NULL), they have one in DuckDB as well.
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

print(*(f"{name} {version(name)}" for name in ("duckdb", "polars")))
counts = pl.DataFrame(
    {"province": ["甲", "甲", "乙"], "industry": ["C13", None, None], "held": [10, 5, 7]}
)


def turned(on: str) -> dict[str, list[int | None]]:
    rows = duckdb.sql(f"PIVOT counts ON {on} USING sum(held)::INTEGER GROUP BY province").fetchall()
    return {province: held for province, *held in rows}


found = {
    "DuckDB": turned("industry"),
    "DuckDB, NULL named": turned("industry IN ('C13', NULL)"),
    "polars": {
        province: held
        for province, *held in counts.pivot("industry", index="province", values="held").rows()
    },
}
print("all:", counts["held"].sum(), found)
assert found == {
    "DuckDB": {"甲": [10], "乙": [None]},
    "DuckDB, NULL named": {"甲": [10, 5], "乙": [None, 7]},
    "polars": {"甲": [10, 5], "乙": [None, 7]},
}
PY
