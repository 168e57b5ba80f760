#!/usr/bin/env bash
# RFC 7946 has the outer rings of GeoJSON run anticlockwise. Vega-Lite reads such a ring as the whole globe
# less the province: a file written to the standard paints every province over the whole map.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check geopandas==1.2.0 pyogrio==0.13.0 vl-convert-python==1.9.0.post1
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import json
import re
from importlib.metadata import version

import geopandas as gpd
import shapely
import vl_convert

print(*(f"{name} {version(name)}" for name in ("geopandas", "pyogrio", "vl-convert-python")))
squares = [shapely.box(110 + 2 * place, 30, 111 + 2 * place, 31, ccw=False) for place in range(2)]
provinces = gpd.GeoDataFrame({"name": ["甲", "乙"]}, geometry=squares, crs="EPSG:4326")
chart = {
    "width": 200,
    "height": 200,
    "projection": {"type": "mercator"},
    "mark": {"type": "geoshape"},
}


def painted(**options: str) -> list[str]:
    """Return what the two provinces take up of the map of 200 by 200, in points."""
    provinces.to_file("map.geojson", driver="GeoJSON", **options)
    with open("map.geojson", encoding="utf-8") as file:
        features = json.load(file)["features"]
    for feature in features:
        ring = feature["geometry"]["coordinates"][0]
        assert shapely.is_ccw(shapely.linearrings(ring)) == (options == {"RFC7946": "YES"})
    svg = vl_convert.vegalite_to_svg(json.dumps({**chart, "data": {"values": features}}), vl_version="6.4")
    sizes = []
    for path in re.findall(r' d="(M[^"]*L[^"]*)"', svg):
        numbers = [float(number) for number in re.findall(r"-?[0-9.]+", path)]
        across, down = numbers[::2], numbers[1::2]
        sizes.append(f"{max(across) - min(across):.0f} x {max(down) - min(down):.0f}")
    return sizes


clockwise, standard = painted(), painted(RFC7946="YES")
print("rings clockwise:", clockwise)
print("rings by RFC 7946:", standard)
assert clockwise == ["67 x 77"] * 2
assert standard == ["200 x 200"] * 2
PY
