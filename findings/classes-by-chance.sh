#!/usr/bin/env bash
# The natural breaks of mapclassify are found by k-means from starts drawn by chance: the same figures get
# other classes when the map is drawn again, most of them worse than the best, which its FisherJenks finds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check mapclassify==2.10.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from collections import Counter
from importlib.metadata import version

import mapclassify
import numpy as np

print("mapclassify", version("mapclassify"))
RATES = np.round(np.random.default_rng(1).normal(93, 2, 31), 1)
print(sorted(RATES.tolist()))


def spread(found: mapclassify.classifiers.MapClassifier) -> float:
    """Return the squared distances from the means of the classes."""
    parts = [RATES[found.yb == number] for number in range(5)]
    return round(sum(float(((part - part.mean()) ** 2).sum()) for part in parts), 2)


best = mapclassify.FisherJenks(RATES, k=5)
drawn = [mapclassify.NaturalBreaks(RATES, k=5) for _ in range(40)]
found = Counter((spread(one), *map(float, one.bins)) for one in drawn)
print("FisherJenks:", spread(best), best.bins.tolist())
for (distance, *ends), times in sorted(found.items()):
    print(f"NaturalBreaks, {times} of 40 times:", distance, ends)
assert len(found) > 1
assert max(found)[0] > spread(best)
PY
