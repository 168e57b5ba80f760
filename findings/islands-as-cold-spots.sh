#!/usr/bin/env bash
# Hainan borders on no province. The mean of its neighbours, which is none, is 0; and as no permutation can
# change that, its local Moran's I is the most significant of all: whatever its figure, Hainan is a cluster
# or an outlier with p = 0.001, in the midst of low neighbours that it does not have.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check esda==2.9.0 libpysal==4.14.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

import numpy as np
from esda import Moran_Local
from libpysal.weights import W, lag_spatial

BORDERS = {
    "福建": "江西 广东",
    "江西": "福建 广东 湖南 湖北",
    "广东": "福建 江西 湖南 广西",
    "广西": "广东 湖南 贵州 云南",
    "湖南": "江西 广东 广西 贵州 重庆 湖北",
    "湖北": "江西 湖南 重庆",
    "重庆": "湖北 湖南 贵州 四川",
    "四川": "重庆 贵州 云南",
    "贵州": "湖南 广西 云南 四川 重庆",
    "云南": "广西 贵州 四川",
    "海南": "",
}
RATES = [94.1, 93.2, 94.6, 92.3, 93.4, 93.9, 92.8, 92.5, 93.6, 93.1]

print("esda", version("esda"), "libpysal", version("libpysal"))
neighbours = {place: border.split() for place, border in BORDERS.items()}
weights = W(neighbours, id_order=list(BORDERS), silence_warnings=True)
weights.transform = "r"
labels = {}
for hainan in (90.0, 94.0, 97.0):
    rates = np.array([*RATES, hainan])
    local = Moran_Local(rates, weights, permutations=999, seed=1)
    labels[hainan] = str(local.get_cluster_labels(crit_value=0.01)[-1])
    print(f"Hainan {hainan}: mean of its neighbours {lag_spatial(weights, rates)[-1]},", end=" ")
    print(f"I {abs(local.Is[-1])}, p {local.p_sim[-1]}, {labels[hainan]};", end=" ")
    print(f"least p of the others {local.p_sim[:-1].min()}")
    assert lag_spatial(weights, rates)[-1] == local.Is[-1] == 0
    assert local.p_sim[-1] == 0.001 < local.p_sim[:-1].min()
assert labels == {90.0: "Low-Low", 94.0: "High-Low", 97.0: "High-Low"}
PY
