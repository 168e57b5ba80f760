#!/usr/bin/env bash
# China's statistics write the month December 2011 as 201112. pandas reads it as 20 November 2012 (20-11-12,
# day first), each month of 2001 to 2012 as a day of another year; from 2013 on such months are refused.
# With freq="M" a Period is right; without it it is that day.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pandas==3.1.1 python-dateutil==4.0.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

import pandas as pd

MONTHS = ["200812", "201101", "201112"]
print("pandas", version("pandas"), "python-dateutil", version("python-dateutil"))
days = [f"{moment:%Y-%m-%d}" for moment in pd.to_datetime(pd.Series(MONTHS))]
periods = [str(pd.Period(month)) for month in MONTHS]
asked = [str(pd.Period(month, freq="M")) for month in MONTHS]
print(f"{MONTHS}\nto_datetime    {days}\nPeriod         {periods}\nPeriod, freq=M {asked}")
assert days == periods == ["2012-08-20", "2001-11-20", "2012-11-20"]
assert asked == ["2008-12", "2011-01", "2011-12"]

whole_year = pd.Series(100, index=pd.to_datetime([f"2011{month:02}" for month in range(1, 13)]))
totals = whole_year.groupby(whole_year.index.year).sum().to_dict()
print("100 in every month of 2011, added up by years:", totals)
assert totals == dict.fromkeys(range(2001, 2013), 100)
for month in ("201301", "202312"):
    try:
        raise SystemExit(f"{month} is read as {pd.to_datetime(month)}")
    except ValueError as error:
        print(f"{month}: {error}")
PY
