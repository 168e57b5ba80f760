#!/usr/bin/env bash
# The ADBC driver for SQLite types a column by its first 1,024 rows, whatever the table declares:
# a REAL column that begins with missing values is read as int64 and fails at its first figure;
# without rows, avg of a REAL column is int64.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check adbc-driver-sqlite==1.13.0 adbc-driver-manager==1.13.0 pyarrow==26.0.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

import adbc_driver_sqlite.dbapi as sqlite

print("adbc-driver-sqlite", version("adbc-driver-sqlite"))
with sqlite.connect("file:figures.sqlite") as connection, connection.cursor() as cursor:
    cursor.execute("CREATE TABLE figure (region TEXT NOT NULL, value REAL)")
    missing = [(f"{number:06}", None) for number in range(1024)]
    cursor.executemany("INSERT INTO figure VALUES (?, ?)", [*missing, ("110000", 1.5)])
    cursor.execute("SELECT value FROM figure")
    try:
        answer = str(cursor.fetch_arrow_table()["value"][-1])
    except OSError as error:
        answer = str(error)
    cursor.execute("SELECT avg(value) AS mean FROM figure WHERE region = 'none'")
    mean = str(cursor.fetch_arrow_table().schema.field("mean").type)
print(answer)
print("avg over no rows:", mean)
assert "expected INT64 but got DOUBLE" in answer
assert mean == "int64"
PY
