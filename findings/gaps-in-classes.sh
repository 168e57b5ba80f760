#!/usr/bin/env bash
# One missing figure and mapclassify puts the provinces above the third quartile, the best of all, into the
# lowest class of the map, with the one that has no figure; the natural breaks of Fisher and Jenks become one
# class. Neither warns or raises.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check mapclassify==2.10.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

import mapclassify

RATES = {"甲": 90, "乙": 91, "丙": 92, "丁": 93, "戊": 94, "己": 95, "庚": 96, "辛": 97}
print("mapclassify", version("mapclassify"))


def classes(scheme: str, **missing: float) -> str:
    rates = RATES | missing
    found = mapclassify.classify(list(rates.values()), scheme, k=4)
    shown = "".join(str(number + 1) for number in found.yb)
    print(f"{scheme}: {dict(zip(rates, shown))}, ends {found.bins.tolist()}")
    return shown


nothing = {"壬": float("nan")}
assert classes("Quantiles") == "11223344"
assert classes("Quantiles", **nothing) == "111223311"
assert classes("FisherJenks") == "11223344"
assert classes("FisherJenks", **nothing) == "111111111"
PY
