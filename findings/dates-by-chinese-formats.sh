#!/usr/bin/env bash
# Office programs in Chinese offer e"年" for a year and [$-804]aaaa for a day of the week. The cell
# shows 2024年 or 星期二; both readers hand on the serial number 45657 as if it were a figure.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check xlsxwriter==3.3.1 openpyxl==3.1.5 python-calamine==0.9.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import datetime
from importlib.metadata import version

import openpyxl
import python_calamine
import xlsxwriter

FORMATS = ('yyyy"年"', 'e"年"', "[$-804]aaaa")
book = xlsxwriter.Workbook("dates.xlsx")
sheet = book.add_worksheet()
for row, shown_as in enumerate(FORMATS):
    sheet.write_datetime(row, 0, datetime.date(2024, 12, 31), book.add_format({"num_format": shown_as}))
book.close()

for name in ("openpyxl", "python-calamine"):
    print(name, version(name))
by_openpyxl = [row[0] for row in openpyxl.load_workbook("dates.xlsx").active.values]
calamine = python_calamine.CalamineWorkbook.from_path("dates.xlsx")
by_calamine = [row[0] for row in calamine.get_sheet_by_index(0).to_python()]
for shown_as, first, second in zip(FORMATS, by_openpyxl, by_calamine, strict=True):
    print(shown_as, repr(first), repr(second))
assert by_openpyxl == [datetime.datetime(2024, 12, 31), 45657, 45657]
assert by_calamine == [datetime.date(2024, 12, 31), 45657.0, 45657.0]
PY
