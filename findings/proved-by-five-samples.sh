#!/usr/bin/env bash
# Five products sampled, five passed: is that more than 99 %? The z-test of statsmodels says yes with p = 0, for it
# takes the spread from the sample, where there is none; two of two refute 50 % as surely. The exact p is 1. Given
# the spread of the rate that is tested, p is 0.82.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check statsmodels==0.15.0 scipy==1.17.1 pandas==3.1.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

from scipy.stats import binomtest
from statsmodels.stats.proportion import proportions_ztest

print("statsmodels", version("statsmodels"), "scipy", version("scipy"))
p = {}
for passed, sampled, rate in ((5, 5, 0.99), (2, 2, 0.5), (0, 5, 0.01), (4, 5, 0.99)):
    found = {
        "z-test": proportions_ztest(passed, sampled, value=rate)[1],
        "with the spread of the rate": proportions_ztest(passed, sampled, value=rate, prop_var=rate)[1],
        "exact": binomtest(passed, sampled, rate).pvalue,
    }
    p[passed, sampled] = found = {name: round(float(each), 4) for name, each in found.items()}
    print(f"{passed} of {sampled} passed, is the rate {rate:.0%}? p by", found)
assert [p[each]["z-test"] for each in ((5, 5), (2, 2), (0, 5))] == [0, 0, 0]
assert (p[5, 5]["exact"], p[2, 2]["exact"], p[0, 5]["exact"]) == (1, 0.5, 1)
assert p[5, 5]["with the spread of the rate"] == 0.8222
PY
