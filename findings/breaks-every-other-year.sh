#!/usr/bin/env bash
# One missing year, and ruptures breaks a level series at every other year without a word. And where the level
# changes, it looks only at every fifth period unless told otherwise, the search that is called exact as well: of
# 15 years that change after the seventh the break is after the fifth.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check ruptures==1.1.10 scipy==1.17.1
cd "$folder"
venv/bin/python -W error - <<'PY'
from importlib.metadata import version

import numpy as np
import ruptures

print("ruptures", version("ruptures"))
level = 80 + np.arange(15) * 0.01
changed = level + np.where(np.arange(15) < 7, 0, 15)


def breaks(rates: np.ndarray, jump: int) -> list[int]:
    return ruptures.Pelt(model="l2", jump=jump).fit(rates).predict(pen=3)


gap = np.where(np.arange(15) == 3, np.nan, level)
found = {
    "level": breaks(level, 1),
    "level, the fourth year missing": breaks(gap, 1),
    "changed after the seventh, jump=1": breaks(changed, 1),
    "by default": breaks(changed, 5),
    "Dynp by default": ruptures.Dynp(model="l2").fit(changed).predict(n_bkps=1),
}
for name, ends in found.items():
    print(f"{name}: the last year of each part is {ends}")
assert ruptures.Pelt(model="l2").jump == 5
assert list(found.values()) == [[15], [3, 5, 7, 9, 11, 13, 15], [7, 15], [5, 10, 15], [5, 15]]
PY
