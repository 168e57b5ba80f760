#!/usr/bin/env bash
# Boundaries carry the mark of a note as text: [1], or b. Written as GeoJSON, [1] is no text but a list that holds
# the number 1, while [a] and b stay text; read back, it is "[ 1 ]" and no longer equal to the mark below the table.
# GeoPackage keeps the text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check geopandas==1.2.0 pyogrio==0.13.0 pandas==3.1.1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import json
from importlib.metadata import version
from pathlib import Path

import geopandas
from shapely.geometry import box

print(*(f"{name} {version(name)}" for name in ("geopandas", "pyogrio")))
MARKS = ["[1]", "[1, 2]", "[a]", "b", ""]
places = geopandas.GeoDataFrame({"note": MARKS}, geometry=[box(i, 0, i + 1, 1) for i in range(5)], crs=4326)
places.to_file("places.geojson")
places.to_file("places.gpkg")
written = [each["properties"]["note"] for each in json.loads(Path("places.geojson").read_text())["features"]]
found = {name: geopandas.read_file(name)["note"].tolist() for name in ("places.geojson", "places.gpkg")}
print("of", MARKS, "GeoJSON has", written, "and what is read is", found)
assert written == [[1], [1, 2], "[a]", "b", ""]
assert found == {"places.geojson": ["[ 1 ]", "[ 1, 2 ]", "[a]", "b", ""], "places.gpkg": MARKS}
PY
