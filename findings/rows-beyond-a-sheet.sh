#!/usr/bin/env bash
# XlsxWriter says by a return value alone, without error or warning, that a row lies beyond the
# sheet's 1,048,576 (it is left out) or that a text was cut at 32,767 characters.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check xlsxwriter==3.3.1 openpyxl==3.1.5
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import warnings
from importlib.metadata import version

import openpyxl
import xlsxwriter

print("XlsxWriter", version("xlsxwriter"))
with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    book = xlsxwriter.Workbook("large.xlsx")
    sheet = book.add_worksheet()
    beyond = sheet.write_column(1_048_574, 0, [1, 2, 3, 4])
    cut = sheet.write_string(0, 1, "x" * 40_000)
    book.close()
sheet = openpyxl.load_workbook("large.xlsx").active
kept = [sheet.cell(row, 1).value for row in (1_048_575, 1_048_576)]
print("returned:", beyond, cut, "warnings:", len(heard))
print("figures kept:", kept, "rows:", sheet.max_row, "characters kept:", len(sheet["B1"].value))
assert (beyond, cut, len(heard)) == (-1, -2, 0)
assert kept == [1, 2] and sheet.max_row == 1_048_576
assert len(sheet["B1"].value) == 32_767
PY
