#!/usr/bin/env bash
# Six yearly figures have 720 orders, so that a rise throughout has p = 2/720 = 0.003 at the least. The tests of
# pymannkendall that allow for serial correlation find the variance from the same six and say p = 7e-12.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check pymannkendall==1.4.3 scipy==1.17.1 numpy==2.4.6
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version
from itertools import permutations

import pymannkendall
from scipy.stats import kendalltau

RATES = [90.1, 91.2, 92.0, 93.1, 94.0, 95.0]
print("pymannkendall", version("pymannkendall"), "of", RATES)
least = 2 / len(list(permutations(RATES)))
exact = kendalltau(range(6), RATES, method="exact").pvalue
found = {
    "original": pymannkendall.original_test(RATES).p,
    "Hamed and Rao": pymannkendall.hamed_rao_modification_test(RATES).p,
    "Yue and Wang": pymannkendall.yue_wang_modification_test(RATES).p,
}
print(f"the least there can be: {least:.4f}, exact: {exact:.4f}")
for name, p in found.items():
    print(f"{name}: {p:.2g}")
assert abs(exact - least) < 1e-12
assert found["original"] > least
assert max(found["Hamed and Rao"], found["Yue and Wang"]) < 1e-10
PY
