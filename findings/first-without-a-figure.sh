#!/usr/bin/env bash
# Ranked where fewer is better, as of complaints, the province without a figure stands first in Vega-Lite and
# moves all others down by one: null sorts before every number and is ranked. pandas ranks the others alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check vl-convert-python==1.9.0 pandas==3.1.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import re
from importlib.metadata import version

import pandas as pd
import vl_convert

COMPLAINTS = {"A": 3, "B": None, "C": 1}
chart = {
    "data": {"values": [{"province": key, "complaints": value} for key, value in COMPLAINTS.items()]},
    "transform": [
        {"window": [{"op": "rank", "as": "rank"}], "sort": [{"field": "complaints"}]},
        {"calculate": "datum.province + ' ' + datum.rank", "as": "text"},
    ],
    "mark": "text",
    "encoding": {"text": {"field": "text"}, "y": {"field": "province", "axis": None}},
}
texts = re.findall(r">([ABC]) (\d)<", vl_convert.vegalite_to_svg(chart))
vega = {province: int(rank) for province, rank in texts}
pandas = pd.Series(COMPLAINTS, dtype=float).rank().dropna().to_dict()
print(*(f"{name} {version(name)}" for name in ("vl-convert-python", "pandas")), COMPLAINTS)
print("Vega-Lite:", vega, "pandas:", pandas)
assert vega == {"A": 3, "B": 1, "C": 2}
assert pandas == {"A": 2, "C": 1}
PY
