#!/usr/bin/env bash
# One figure, two roundings: 0.125 and 2.5 lie exactly on a half. Babel, pandas, polars and Python
# give 0.12 and 2; the label that Vega draws, DuckDB and SQLite give 0.13 and 3. A table and the
# chart above it then differ in the last digit.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check babel==2.18.0 pandas==3.1.1 polars==2.1.0 duckdb==2.0.0 vl-convert-python==1.9.0.post1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import json
import re
import sqlite3
from importlib.metadata import version

import duckdb
import pandas as pd
import polars as pl
import vl_convert
from babel.numbers import format_decimal


def drawn(value: float, digits: int) -> str:
    text = {"field": "v", "type": "quantitative", "format": f".{digits}f"}
    chart = {"data": {"values": [{"v": value}]}, "mark": "text", "encoding": {"text": text}}
    svg = vl_convert.vegalite_to_svg(json.dumps(chart), vl_version="6.4")
    (label,) = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    return label


def rounded(value: float, digits: int) -> dict[str, float]:
    lite = sqlite3.connect(":memory:").execute("SELECT round(?, ?)", (value, digits))
    duck = duckdb.execute("SELECT round(?::DOUBLE, ?)", [value, digits]).fetchall()
    pattern = "0." + "0" * digits if digits else "0"
    return {
        "Python": float(f"{value:.{digits}f}"),
        "pandas": float(pd.Series([value]).round(digits)[0]),
        "polars": float(pl.Series([value]).round(digits)[0]),
        "Babel": float(format_decimal(value, pattern, locale="zh_CN")),
        "SQLite": lite.fetchone()[0],
        "DuckDB": duck[0][0],
        "Vega": float(drawn(value, digits)),
    }


for name in ("babel", "pandas", "polars", "duckdb", "vl-convert-python"):
    print(name, version(name))
first, second = rounded(0.125, 2), rounded(2.5, 0)
print("0.125:", first)
print("2.5:", second)
to_even, away = ("Python", "pandas", "polars", "Babel"), ("SQLite", "DuckDB", "Vega")
assert {(first[name], second[name]) for name in to_even} == {(0.12, 2.0)}
assert {(first[name], second[name]) for name in away} == {(0.13, 3.0)}
PY
