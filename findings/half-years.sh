#!/usr/bin/env bash
# Twelve monthly figures added up by half-years: pandas' own half-year HYE gives January to May under the
# end of the year before and December alone; 2QE and 6ME, two quarters and six months, begin with a half
# of one. Periods, or months dated by their first day, are added up as one expects.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pandas==3.1.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

import pandas as pd

print("pandas", version("pandas"))
ends = pd.Series(1, pd.date_range("2023-01-31", "2023-12-31", freq="ME"))
starts = pd.Series(1, pd.date_range("2023-01-01", "2023-12-01", freq="MS"))
summed = {
    "HYE": ends.resample("HYE").sum(),
    "2QE": ends.resample("2QE").sum(),
    "6ME": ends.resample("6ME").sum(),
    "6MS": starts.resample("6MS").sum(),
    "2Q of periods": ends.to_period("M").resample("2Q").sum(),
}
months = {way: {str(day)[:10]: int(n) for day, n in sums.items()} for way, sums in summed.items()}
print("months in each half-year of 2023:")
for way, counted in months.items():
    print(f"  {way}: {counted}")
assert months == {
    "HYE": {"2022-12-31": 5, "2023-06-30": 6, "2023-12-31": 1},
    "2QE": {"2023-03-31": 3, "2023-09-30": 6, "2024-03-31": 3},
    "6ME": {"2023-01-31": 1, "2023-07-31": 6, "2024-01-31": 5},
    "6MS": {"2023-01-01": 6, "2023-07-01": 6},
    "2Q of periods": {"2023Q1": 6, "2023Q3": 6},
}
PY
