#!/usr/bin/env bash
# STL takes a year of months, or two, without a word and explains them to the last decimal. Figures that are the
# digits of pi have after two years a season of strength 1, with nothing left to chance; twelve months along a
# straight line have no trend and a season from -5.5 to 5.5. seasonal_decompose refuses the twelve.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check statsmodels==0.15.0 scipy==1.17.1 pandas==3.1.1
cd "$folder"
venv/bin/python - <<'PY'
from importlib.metadata import version

import numpy as np
from statsmodels.tsa.seasonal import STL, seasonal_decompose

print("statsmodels", version("statsmodels"))
digits = 90 + np.array([int(digit) for digit in "314159265358979323846264"]) / 10
found = STL(digits, period=12).fit()
strength = 1 - found.resid.var() / (found.resid + found.seasonal).var()
print("24 digits of pi: strength of the season", strength, "largest rest", abs(found.resid).max())
print("season of the first year: ", found.seasonal[:12].round(2))
print("season of the second year:", found.seasonal[12:].round(2))
assert strength > 1 - 1e-9
assert abs(found.resid).max() < 1e-9

line = np.arange(80.0, 92.0)
found = STL(line, period=12).fit()
print("80, 81, … 91: trend", found.trend.round(2), "season", found.seasonal.round(2))
assert np.allclose(found.trend, 85.5)
assert np.allclose(found.seasonal, line - 85.5)
try:
    seasonal_decompose(line, period=12)
except ValueError as refused:
    print("seasonal_decompose:", refused)
else:
    raise AssertionError("seasonal_decompose takes one year")
PY
