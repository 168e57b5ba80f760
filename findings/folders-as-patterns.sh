#!/usr/bin/env bash
# Ibis puts the working folder before a relative path, and DuckDB reads the whole as a pattern: in
# a folder called `board[2026]` the file `a.csv` is that of the folder `board2` beside it, without
# a word. DuckDB alone, given the same `a.csv`, reads the right one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
  'ibis-framework[duckdb]==12.0.0' duckdb==2.0.0 pandas==3.1.1
mkdir "$folder/board[2026]" "$folder/board2"
echo $'figure\n1' > "$folder/board[2026]/a.csv"
echo $'figure\n999' > "$folder/board2/a.csv"
cd "$folder/board[2026]"
"$folder/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import duckdb
import ibis

print("ibis", version("ibis-framework"), "duckdb", version("duckdb"))
by_ibis = ibis.duckdb.connect().read_csv("a.csv").figure.max().execute()
by_duckdb = duckdb.sql("SELECT max(figure) FROM 'a.csv'").fetchall()[0][0]
print({"by ibis": int(by_ibis), "by duckdb": by_duckdb})
assert (by_ibis, by_duckdb) == (999, 1)
PY
