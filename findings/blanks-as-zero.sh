#!/usr/bin/env bash
# Where a missing figure is the empty text, as in a CSV file, Vega-Lite draws 0 and labels it so, though a
# mean leaves it out; of a blank even the mean is 0. null and "…" are left out; true is the figure 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check vl-convert-python==1.9.0.post1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import json
import re
from importlib.metadata import version

import vl_convert

FIGURES = {"江苏": "93.1", "浙江": "", "上海": "…", "安徽": None, "山东": " ", "福建": True}
rows = [{"p": province, "v": value} for province, value in FIGURES.items()]


def drawn(value: dict[str, str]) -> list[str]:
    encoding = {"x": {"field": "p", "type": "nominal"}, "y": {**value, "type": "quantitative"}}
    chart = {"data": {"values": rows}, "mark": "bar", "encoding": encoding}
    svg = vl_convert.vegalite_to_svg(json.dumps(chart), vl_version="6.4")
    return re.findall(r'aria-label="p: ([^"]*)"', svg)


print("vl-convert", version("vl-convert-python"))
bars, means = drawn({"field": "v"}), drawn({"field": "v", "aggregate": "mean"})
print(bars)
print(means)
assert bars == ["江苏; v: 93.1", "浙江; v: 0", "山东; v: 0", "福建; v: 1"]
assert means == [f"{bar}; Mean of v: {mean}" for bar, mean in (("江苏", 93.1), ("山东", 0), ("福建", 1))]
PY
