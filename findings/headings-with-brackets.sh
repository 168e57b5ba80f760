#!/usr/bin/env bash
# A column headed 收入[亿元] or 2.1 指标, as yearbooks head them, draws no bar and says nothing: brackets
# and dots in a field's name lead into nested data. Full-width brackets are harmless.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check altair==6.3.0 pandas==3.1.1 vl-convert-python==1.9.0.post1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import re
from importlib.metadata import version

import altair as alt
import pandas as pd
import vl_convert


def bars(heading: str) -> int:
    table = pd.DataFrame({"地区": ["江苏", "浙江"], heading: [5, 6]})
    chart = alt.Chart(table).mark_bar().encode(x=alt.X(field=heading, type="quantitative"), y="地区:N")
    svg = vl_convert.vegalite_to_svg(chart.to_json(), vl_version="6.4")
    return len(re.findall(r'aria-label="[^"]*; 地区: [^"]*"', svg))


print("altair", version("altair"), "vl-convert", version("vl-convert-python"))
drawn = {heading: bars(heading) for heading in ("收入（亿元）", "收入[亿元]", "2.1 指标")}
print("bars of 2 rows:", drawn)
assert drawn == {"收入（亿元）": 2, "收入[亿元]": 0, "2.1 指标": 0}
PY
