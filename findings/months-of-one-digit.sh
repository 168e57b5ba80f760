#!/usr/bin/env bash
# polars reads the day 2024年3月5日 by its format, and not the month 2024年3月: of a year of months, read with what
# cannot be read left missing, October to December remain. 03月 is read, and by pandas and DuckDB, with the same
# format, so is 3月.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pandas==3.1.1 polars==2.1.0 duckdb==2.0.0
cd "$folder"
venv/bin/python - <<'PY'
from importlib.metadata import version

import duckdb
import pandas as pd
import polars as pl

print(*(f"{name} {version(name)}" for name in ("pandas", "polars", "duckdb")))
MONTHS = [f"2024年{month}月" for month in range(1, 13)]
FORMAT = "%Y年%m月"


def by_polars(texts: list[str], form: str) -> list[int]:
    return pl.Series(texts).str.to_date(form, strict=False).drop_nulls().dt.month().to_list()


asked = "SELECT month(strptime(unnest(?::VARCHAR[]), ?))"
found = {
    "polars": by_polars(MONTHS, FORMAT),
    "polars, days": by_polars([month + "5日" for month in MONTHS], FORMAT + "%d日"),
    "polars, 03月": by_polars(["2024年03月"], FORMAT),
    "pandas": pd.to_datetime(pd.Series(MONTHS), format=FORMAT).dt.month.tolist(),
    "DuckDB": [month for (month,) in duckdb.execute(asked, [MONTHS, FORMAT]).fetchall()],
}
print("months that are read:", found)
every = list(range(1, 13))
assert list(found.values()) == [[10, 11, 12], every, [3], every, every]
PY
