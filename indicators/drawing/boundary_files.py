"""Boundary files: loading them, and refusing those that may not be shown.

A folder holds `provinces.geojson` (34 units), `maritime.geojson` (the line of ten dashes and
the far islets), `prefectures/330000.geojson` and so on (the parts of a province, read when that
is opened) and `boundaries.yaml` (where they come from). A deployment sets its own folder with
MAP_BOUNDARIES and its own map-review number with MAP_REVIEW_NUMBER.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import shapely

from indicators.catalogue import tree
from indicators.drawing import hatches
from indicators.findings import Finding, FindingsError, Message, message
from indicators.regions import NATION
from indicators.settings import MAP_BOUNDARIES, MAP_REVIEW_NUMBER, ROOT
from indicators.strict_yaml import read

SHIPPED = ROOT / "data" / "reference" / "boundaries"
PROVINCES = "provinces.geojson"
MARITIME = "maritime.geojson"
METADATA = "boundaries.yaml"
HATCHES = "hatches.geojson"  # drawn from the units on loading, never a file
PREFECTURES = "prefectures"

SOUTHERN_EDGE = 17.9  # °N: the main map ends below Hainan, the inset shows the rest
EASTERN_EDGE = 112.0  # °E: the map of Hainan ends here, its inset shows the rest
ISLANDS = "460000"  # Hainan, which holds the islands of the South China Sea
DASHES = 10
FAR_SOUTH = 12.0  # °N: islands south of it must be there for the inset
REQUIRED = ("source", "publisher", "licence", "origin", "vintage", "datum")


@dataclass(frozen=True, eq=False)
class Boundaries:
    """Checked boundaries of the parts of `region`, their origin, and the bytes served for them.

    Read once, so one is equal to itself alone, and drawings may be kept by it.
    """

    folder: Path
    units: dict[str, Any]
    maritime: dict[str, Any]
    metadata: dict[str, Any]
    region: str = NATION
    _opened: dict[str, Boundaries] = field(default_factory=dict, repr=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """The units drawn, in the order of their codes."""
        return tree().all_provinces if self.region == NATION else tree().prefectures[self.region]

    @property
    def inset(self) -> bool:
        """Whether the South China Sea belongs to this map: to the nation's, and to Hainan's."""
        return self.region in (NATION, ISLANDS)

    @property
    def review_number(self) -> str | None:
        """The map-review number (审图号), or None while it is for internal use only."""
        number = MAP_REVIEW_NUMBER.value or self.metadata.get("review_number")
        return str(number) if number else None

    @property
    def meridian(self) -> float:
        """The longitude that stands upright on this map."""
        if self.region == NATION:
            return hatches.MERIDIAN
        longitudes = self._main_points[:, 0]
        return round(float(longitudes.min() + longitudes.max()) / 2, 1)

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the map less its inset, in earth radii from the centre."""
        points = hatches.projected(self._main_points, self.meridian)
        (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
        return float(west), float(south), float(east), float(north)

    @cached_property
    def _main_points(self) -> Any:
        shapes = [shapely.geometry.shape(feature["geometry"]) for feature in self.units["features"]]
        points = shapely.get_coordinates(shapes)
        # Hainan's shoals far out at sea would leave its map half empty.
        east = EASTERN_EDGE if self.region == ISLANDS else 180
        return points[(points[:, 1] > SOUTHERN_EDGE) & (points[:, 0] < east)]

    @cached_property
    def hatches(self) -> dict[str, Any]:
        """Lines that fill each unit, in two directions, to tell states apart without colour."""
        west, _, east, _ = self.extent
        return hatches.hatched(self.units, self.meridian, east - west)

    @cached_property
    def served(self) -> dict[str, bytes]:
        """The files a browser fetches, by name; a province's join the nation's once opened."""
        return {
            name: json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
            for name, content in self.collections.items()
        }

    @property
    def units_name(self) -> str:
        """The name under which the units are served."""
        return PROVINCES if self.region == NATION else f"{self.region}.geojson"

    @property
    def hatches_name(self) -> str:
        """The name under which the hatches are served."""
        return HATCHES if self.region == NATION else f"{self.region}-{HATCHES}"

    @property
    def collections(self) -> dict[str, dict[str, Any]]:
        """The GeoJSON collections by file name."""
        drawn = {self.units_name: self.units, self.hatches_name: self.hatches}
        return drawn | ({MARITIME: self.maritime} if self.inset else {})

    def boundary_url(self, name: str) -> str:
        """Return the address of a served file, new with new content, so that it may be cached."""
        return f"/boundaries/{name}?v={self._digests[name]}"

    @cached_property
    def _digests(self) -> dict[str, str]:
        return {
            name: hashlib.sha256(content).hexdigest()[:8] for name, content in self.served.items()
        }

    def can_open(self, region: str) -> bool:
        """Return whether there is a file of a region's prefectures."""
        return region in tree().prefectures and (self.folder / prefectures_file(region)).is_file()

    def within(self, region: str) -> Boundaries:
        """Return the boundaries of a province's prefectures, or of the nation itself.

        Raises `FindingsError` with all that is missing or wrong.
        """
        if region == self.region:
            return self
        if region not in self._opened:
            opened = _read_prefectures(self, region)
            self.served.update(opened.served)
            self._opened[region] = opened
        return self._opened[region]


def prefectures_file(province: str) -> str:
    """Return the name of a province's file in a boundary folder."""
    return f"{PREFECTURES}/{province}.geojson"


def load_boundaries(folder: Path | None = None) -> Boundaries:
    """Return the boundaries of a folder, of MAP_BOUNDARIES, or the shipped ones.

    Raises `FindingsError` with all that is missing or wrong.
    """
    folder = folder or MAP_BOUNDARIES.value or SHIPPED
    wrong: list[Finding] = []
    provinces = _collection(folder / PROVINCES, wrong)
    maritime = _collection(folder / MARITIME, wrong)
    origin = _metadata(folder / METADATA, wrong)
    if provinces is not None:
        wrong += _unit_findings(folder / PROVINCES, provinces, tree().all_provinces)
        wrong += _island_findings(folder / PROVINCES, provinces)
    if maritime is not None:
        wrong += _dash_findings(folder / MARITIME, maritime)
    if wrong or provinces is None or maritime is None:
        raise FindingsError(wrong)
    _add_name_places(provinces)
    return Boundaries(folder, provinces, maritime, origin)


def _read_prefectures(nation: Boundaries, province: str) -> Boundaries:
    path = nation.folder / prefectures_file(province)
    wrong: list[Finding] = []
    units = _collection(path, wrong)
    if units is not None:
        wrong += _unit_findings(path, units, tree().prefectures[province])
    if wrong or units is None:
        raise FindingsError(wrong)
    _add_name_places(units)
    return Boundaries(nation.folder, units, nation.maritime, nation.metadata, province)


def _add_name_places(units: dict[str, Any]) -> None:
    """Give each unit the place of its name, the middle of its widest spot unless it has one.

    `room` is that spot's radius, in earth radii.
    """
    for feature in units["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        properties = feature["properties"]
        if not {"longitude", "latitude"} <= properties.keys():
            largest = max(shapely.get_parts(shape), key=shapely.area)
            widest = shapely.maximum_inscribed_circle(largest, tolerance=0.02)
            x, y = shapely.get_coordinates(widest)[0]
            properties["room"] = round(math.radians(widest.length), 5)
            properties |= {"longitude": round(float(x), 2), "latitude": round(float(y), 2)}
        place = shapely.Point(properties["longitude"], properties["latitude"])
        properties |= {"region": feature["id"], "beside": not shape.contains(place)}


def _finding(path: Path, found: str, expected: Message, advice: Message | None = None) -> Finding:
    advice = advice or message("correct the file, or take the shipped boundaries")
    return Finding(str(path), found, expected, advice, check="boundaries")


def _collection(path: Path, wrong: list[Finding]) -> dict[str, Any] | None:
    """Return a file's GeoJSON collection, None where it is none: then `wrong` says why."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        features = content["features"]
        if not all(isinstance(feature["properties"], dict) for feature in features):
            raise ValueError
    except OSError:
        wrong.append(_finding(path, "", message("this file"), message("put the file back")))
    except (ValueError, KeyError, TypeError):
        wrong.append(_finding(path, "", message("a GeoJSON feature collection")))
    else:
        return dict(content)
    return None


def _metadata(path: Path, wrong: list[Finding]) -> dict[str, Any]:
    """Return where a folder's boundaries come from; `wrong` gets what it does not say."""
    written, found = read(path, "boundaries")
    wrong += [replace(finding, file=str(path)) for finding in found]
    if written is None:
        return {}
    content = written.content if isinstance(written.content, dict) else {}
    missing = [key for key in REQUIRED if not content.get(key)]
    if missing:
        expected = message("the entries {names}", names=", ".join(missing))
        wrong.append(_finding(path, "", expected, message("add what is missing")))
    for name, digest in (content.get("files") or {}).items():
        file = path.parent / name
        if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            expected = message("the file whose checksum {file} records", file=path.name)
            wrong.append(_finding(file, "", expected, message("put the file back")))
    return content


def _unit_findings(path: Path, drawn: dict[str, Any], expected: Sequence[str]) -> Iterator[Finding]:
    """Yield what is wrong with units: their codes, their geometry, how their rings run."""
    units = [(str(feature.get("id")), feature) for feature in drawn["features"]]
    codes = [code for code, _ in units]
    missing = ", ".join(code for code in expected if code not in codes)
    if missing:
        yield _finding(path, "", message("the units {codes} too", codes=missing))
    shapes = [(code, _shape(feature)) for code, feature in units]
    areas = [(code, shape) for code, shape in shapes if _valid_area(shape)]
    # Vega reads a ring that runs anticlockwise as the whole globe less the province.
    turned = [
        code
        for code, shape in areas
        if shapely.is_ccw(shapely.get_exterior_ring(shapely.get_parts(shape))).any()
    ]
    for wrong, needed in (
        ([code for code in codes if code not in expected], message("only units of this map")),
        (sorted({code for code in codes if codes.count(code) > 1}), message("each unit once")),
        ([code for code, shape in shapes if not _valid_area(shape)], message("valid polygons")),
        (turned, message("exterior rings that run clockwise")),
    ):
        if wrong:
            yield _finding(path, ", ".join(wrong), needed)


def _island_findings(path: Path, provinces: dict[str, Any]) -> Iterator[Finding]:
    """Yield that the islands of the inset are missing, where they are."""
    hainan = [_shape(unit) for unit in provinces["features"] if unit.get("id") == ISLANDS]
    if hainan and _valid_area(hainan[0]) and hainan[0].bounds[1] > FAR_SOUTH:
        yield _finding(path, ISLANDS, message("the islands of the South China Sea with this unit"))


def _dash_findings(path: Path, maritime: dict[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong with the dashed line."""
    dashes = [_shape(f) for f in maritime["features"] if f.get("id") == "dashes"]
    found = int(shapely.get_num_geometries(dashes[0])) if dashes and dashes[0] is not None else 0
    if found != DASHES:
        expected = message("the line of the South China Sea with its {n} dashes", n=DASHES)
        yield _finding(path, str(found or ""), expected)


def _shape(feature: dict[str, Any]) -> Any:
    try:
        return shapely.geometry.shape(feature["geometry"])
    except (shapely.errors.ShapelyError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _valid_area(shape: Any) -> bool:
    return (
        shape is not None
        and shape.geom_type in ("Polygon", "MultiPolygon")
        and shape.is_valid
        and not shape.is_empty
    )
