#!/usr/bin/env bash
# Yearbooks set the mark of a note as a superscript behind a figure. Both readers join the parts of a
# cell: 5100 with a raised 1 is the text 51001, ten times the figure, and 2023年 with a 1 is 2023年1.
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

with xlsxwriter.Workbook("notes.xlsx") as book:
    raised = book.add_format({"font_script": 1})
    sheet = book.add_worksheet()
    for row, words in enumerate(("2023年", "5100")):
        sheet.write_rich_string(row, 0, words, raised, "1")
for name in ("openpyxl", "python-calamine"):
    print(name, version(name))
by_openpyxl = [row[0] for row in openpyxl.load_workbook("notes.xlsx").active.values]
calamine = python_calamine.CalamineWorkbook.from_path("notes.xlsx")
by_calamine = [row[0] for row in calamine.get_sheet_by_index(0).to_python()]
print(by_openpyxl, by_calamine)
assert by_openpyxl == by_calamine == ["2023年1", "51001"]
PY
