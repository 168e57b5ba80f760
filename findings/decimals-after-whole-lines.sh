#!/usr/bin/env bash
# A CSV file has whole rates and codes of six digits, and behind the 20,480th line 93.39 and 000012. DuckDB reads
# these as 93 and 12 without a word, where a text such as <10 is an error. pandas reads 93.39.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check duckdb==2.0.0 pandas==3.1.1
cd "$folder"
venv/bin/python - <<'PY'
from importlib.metadata import version
from pathlib import Path

import duckdb
import pandas as pd

print(*(f"{name} {version(name)}" for name in ("duckdb", "pandas")))
lines = ["code,rate", *(f"{110000 + line},100" for line in range(25_000)), "000012,93.39", "000013,93.5"]
Path("rates.csv").write_text("\n".join(lines) + "\n")
Path("marks.csv").write_text("\n".join([*lines, "000014,<10"]) + "\n")
found = duckdb.sql("SELECT * FROM 'rates.csv'").fetchall()[-2:]
pandas = pd.read_csv("rates.csv")["rate"].tail(2).tolist()
try:
    marks = str(duckdb.sql("SELECT * FROM 'marks.csv'").fetchall()[-1])
except duckdb.ConversionException:
    marks = "refused"
print("000012 with 93.39 and 000013 with 93.5 by DuckDB:", found, "and <10:", marks, "by pandas:", pandas)
assert found == [(12, 93), (13, 94)]
assert marks == "refused"
assert pandas == [93.39, 93.5]
PY
