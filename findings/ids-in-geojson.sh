#!/usr/bin/env bash
# A boundary's code often stands as the feature's id. read_file keeps it where it is text, drops it
# where it is a number or where a property is called id; from_features drops it always.
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


def columns(**feature: object) -> tuple[dict[str, object], dict[str, object]]:
    point = {"type": "Point", "coordinates": [116.4, 39.9]}
    whole = {"type": "Feature", "geometry": point, "properties": {"name": "北京"}} | feature
    Path("one.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [whole]}))
    file = geopandas.read_file("one.geojson")
    features = geopandas.GeoDataFrame.from_features([whole])
    return tuple(frame.drop(columns="geometry").iloc[0].to_dict() for frame in (file, features))


print("geopandas", version("geopandas"), "pyogrio", version("pyogrio"))
text, number = columns(id="110000"), columns(id=110000)
both = columns(id="110000", properties={"name": "北京", "id": "x"})
print("text:", text, "number:", number, "property id too:", both, sep="\n")
assert text == ({"id": "110000", "name": "北京"}, {"name": "北京"})
assert number == ({"name": "北京"}, {"name": "北京"})
assert both[0]["id"] == "x"
PY
