#!/usr/bin/env bash
# Contributions to a change of +80, -20 and -60 stacked to 100 %: Vega divides what each amounts to without its
# sign, and sets the declines on top of the rise: 50, 12.5 and 37.5 % of a change that is nothing. Stacked as
# they are, the declines go below zero.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check vl-convert-python==1.9.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import re
from importlib.metadata import version

import vl_convert

VALUES = [{"part": part, "points": points} for part, points in (("a", 80), ("b", -20), ("c", -60))]


def stacked(offset: str) -> list[tuple[float, float]]:
    """Return where each part begins and ends."""
    chart = {
        "data": {"values": VALUES},
        "transform": [
            {"stack": "points", "groupby": [], "offset": offset, "as": ["begin", "end"]},
            {"calculate": "datum.part + ' ' + datum.begin + ' to ' + datum.end", "as": "text"},
        ],
        "mark": "text",
        "encoding": {"text": {"field": "text"}, "y": {"field": "part", "axis": None}},
    }
    texts = re.findall(r">[abc] ([^ <]+) to ([^ <]+)<", vl_convert.vegalite_to_svg(chart))
    return [(float(begin), float(end)) for begin, end in texts]


found = {offset: stacked(offset) for offset in ("zero", "normalize")}
print("vl-convert", version("vl-convert-python"), [row["points"] for row in VALUES])
print(found)
assert found == {
    "zero": [(0, 80), (0, -20), (-20, -80)],
    "normalize": [(0, 0.5), (0.5, 0.625), (0.625, 1)],
}
PY
