#!/usr/bin/env bash
# A share of 0.9337 is shown by Excel as 93%, 93.4% and 93.37% where its format is 0%, 0.0% and 0.00%. xlsx2csv writes
# the second as 0.934 and the others as percentages: shares and percentages stand in one column.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check xlsx2csv==0.8.6 openpyxl==3.1.5
cd "$folder"
venv/bin/python - <<'PY'
from importlib.metadata import version
from pathlib import Path

from openpyxl import Workbook
from xlsx2csv import Xlsx2csv

print(*(f"{name} {version(name)}" for name in ("xlsx2csv", "openpyxl")))
FORMATS = ["General", "0%", "0.0%", "0.00%"]
book = Workbook()
for row, form in enumerate(FORMATS, 1):
    book.active.cell(row, 1, 0.9337).number_format = form
book.save("shares.xlsx")
Xlsx2csv("shares.xlsx").convert("shares.csv")
found = dict(zip(FORMATS, Path("shares.csv").read_text().split(), strict=True))
print("0.9337 by format:", found)
assert found == {"General": "0.9337", "0%": "93%", "0.0%": "0.934", "0.00%": "93.37%"}
PY
