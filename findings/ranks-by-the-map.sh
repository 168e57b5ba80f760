#!/usr/bin/env bash
# A table of provinces in the order of their ranks, written as FlatGeobuf, comes back in an order of the places on
# the map: the first row is no longer the first rank, and a list of figures put beside it by position is that of
# other provinces. GeoPackage and GeoJSON keep the order.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check geopandas==1.2.0 pyogrio==0.13.0 pandas==3.1.1 shapely==2.2.0
cd "$folder"
venv/bin/python - <<'PY'
from importlib.metadata import version

import geopandas
from shapely.geometry import box

print(*(f"{name} {version(name)}" for name in ("geopandas", "pyogrio")))
RANKED = geopandas.GeoDataFrame(
    {"province": ["甲", "乙", "丙", "丁"], "rank": [1, 2, 3, 4]},
    geometry=[box(9, 9, 10, 10), box(0, 0, 1, 1), box(8, 0, 9, 1), box(0, 8, 1, 9)],
    crs=4326,
)


def returned(name: str) -> list[int]:
    RANKED.to_file(name)
    return geopandas.read_file(name)["rank"].tolist()


found = {name: returned(name) for name in ("ranks.fgb", "ranks.gpkg", "ranks.geojson")}
print("written 1, 2, 3, 4:", found)
assert found == {
    "ranks.fgb": [3, 1, 4, 2],
    "ranks.gpkg": [1, 2, 3, 4],
    "ranks.geojson": [1, 2, 3, 4],
}
PY
