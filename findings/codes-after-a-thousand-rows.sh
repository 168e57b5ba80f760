#!/usr/bin/env bash
# polars types a column of a worksheet by its first 1,000 rows. Where these hold numbers, every text below is
# read as missing, without a word, such as the class C13 or a mark for what is withheld; and a row that holds
# such texts alone is left out.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check polars==2.1.0 fastexcel==0.21.0 pandas==3.1.1 python-calamine==0.9.1 xlsxwriter==3.3.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

import pandas as pd
import polars as pl
import xlsxwriter

names = ("polars", "fastexcel", "pandas", "python-calamine")
print(*(f"{name} {version(name)}" for name in names))
with xlsxwriter.Workbook("figures.xlsx") as workbook:
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, ["class", "figure"])
    for row in range(1, 1201):
        code, figure = (row, 90.5) if row <= 1000 else (f"C{row}", "<10" if row > 1100 else 90.5)
        sheet.write_row(row, 0, [code, figure])
polars = pl.read_excel("figures.xlsx")
pandas = pd.read_excel("figures.xlsx", engine="calamine")
print("polars", polars.schema, polars.rows()[998:1002], polars.rows()[-1])
print("pandas", pandas.to_numpy().tolist()[998:1002], pandas.to_numpy().tolist()[-1])
print("rows: polars", len(polars), "pandas", len(pandas))
print("missing: polars", polars.null_count().rows()[0], "pandas", tuple(map(int, pandas.isna().sum())))
assert (len(pandas), len(polars)) == (1200, 1100)
assert polars.null_count().rows() == [(100, 0)]
assert pandas.isna().sum().sum() == 0
assert pandas.to_numpy().tolist()[-1] == ["C1200", "<10"]
PY
