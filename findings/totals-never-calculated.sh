#!/usr/bin/env bash
# A workbook written by a program holds formulas that nobody has calculated. With XlsxWriter's the
# total reads as 0, a figure like any other; with openpyxl's it reads as blank.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check xlsxwriter==3.3.1 openpyxl==3.1.5 python-calamine==0.9.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

import openpyxl
import python_calamine
import xlsxwriter


def totals(path: str) -> list[object]:
    calamine = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    cell = openpyxl.load_workbook(path, data_only=True).active["A3"].value
    return [calamine[2][0] if len(calamine) > 2 else None, cell]


print(*(f"{name} {version(name)}" for name in ("xlsxwriter", "openpyxl", "python-calamine")))
book = xlsxwriter.Workbook("by-xlsxwriter.xlsx")
sheet = book.add_worksheet()
sheet.write_column(0, 0, [5, 6])
sheet.write_formula(2, 0, "=SUM(A1:A2)")
book.close()
book = openpyxl.Workbook()
for row, cell in enumerate((5, 6, "=SUM(A1:A2)"), start=1):
    book.active.cell(row, 1, cell)
book.save("by-openpyxl.xlsx")
read = {path: totals(path) for path in ("by-xlsxwriter.xlsx", "by-openpyxl.xlsx")}
print("total of 5 and 6, by calamine and openpyxl:", read)
assert read == {"by-xlsxwriter.xlsx": [0.0, 0], "by-openpyxl.xlsx": [None, None]}
PY
