#!/usr/bin/env bash
# Packages that turn place names into codes choose one meaning in silence: a 鼓楼区 is Kaifeng's,
# a 朝阳区 Changchun's, 恩施州 (a prefecture) becomes the county-level city 恩施市, a university's
# name its city; and 莱芜, part of Jinan since 2019, is still a city of its own in both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check cpca==0.5.5 gb2260==0.4.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version

import cpca
import gb2260

print("cpca", version("cpca"), "gb2260", version("gb2260"))
names = ["吉林", "鼓楼区", "朝阳区", "恩施州", "莱芜市", "北京大学深圳研究生院"]
codes = dict(zip(names, cpca.transform(names)["adcode"], strict=True))
print(codes, gb2260.get("371200"))
assert codes == {
    "吉林": "220000",
    "鼓楼区": "410204",
    "朝阳区": "220104",
    "恩施州": "422801",
    "莱芜市": "371200",
    "北京大学深圳研究生院": "110000",
}
assert gb2260.get("371200").name == "莱芜市"
PY
