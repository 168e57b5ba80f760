#!/usr/bin/env bash
# JSON-stat gives a figure its province and year by its place alone. pyjstat writes the figures of a
# table in the order of its rows, whatever that is: sorted by year, Shanghai 2022 is read as Beijing's
# of 2023, and a row left out moves all that follow.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pyjstat==2.4.0 pandas==3.1.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import json
from importlib.metadata import version

import pandas as pd
from pyjstat import pyjstat

print("pyjstat", version("pyjstat"), "pandas", version("pandas"))
by_year = pd.DataFrame(
    {
        "province": ["北京", "上海", "北京", "上海"],
        "year": ["2022", "2022", "2023", "2023"],
        "value": [91.0, 92.0, 93.0, 94.0],
    }
)
written = pyjstat.Dataset.read(by_year).write()
read = pyjstat.Dataset.read(written).write("dataframe")
figures = {(row.province, row.year): row.value for row in read.itertuples()}
print("written by year:", by_year.to_dict("list"))
print("read again:     ", figures)
assert figures == {
    ("北京", "2022"): 91.0,
    ("北京", "2023"): 92.0,  # Shanghai's of 2022
    ("上海", "2022"): 93.0,  # Beijing's of 2023
    ("上海", "2023"): 94.0,
}

gap = by_year.sort_values(["province", "year"], ascending=[False, True]).drop(index=2)
written = json.loads(pyjstat.Dataset.read(gap).write())
print("Beijing 2023 left out:", written["id"], written["size"], written["value"])
assert (written["size"], written["value"]) == ([2, 2], [91.0, 92.0, 94.0])
PY
