#!/usr/bin/env bash
# A text property of GeoJSON whose values look like dates comes back from read_file as a time stamp,
# 2024/12/31 as well as 2024-12-31; from_features keeps the text. Codes and 2024-12 stay text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check geopandas==1.2.0 pyogrio==0.13.0
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import json
from importlib.metadata import version
from pathlib import Path

import geopandas

print("geopandas", version("geopandas"), "pyogrio", version("pyogrio"))
texts = {"code": "110000", "month": "2024-12", "day": "2024-12-31", "slashes": "2024/12/31"}
point = {"type": "Point", "coordinates": [116.4, 39.9]}
feature = {"type": "Feature", "properties": texts, "geometry": point}
Path("one.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
file = geopandas.read_file("one.geojson").drop(columns="geometry").iloc[0]
features = geopandas.GeoDataFrame.from_features([feature]).drop(columns="geometry").iloc[0]
print(file.to_dict(), features.to_dict(), sep="\n")
assert {name: type(value).__name__ for name, value in file.items()} == {
    "code": "str", "month": "str", "day": "Timestamp", "slashes": "Timestamp",
}
assert features.to_dict() == texts
PY
