"""Boundary files: loading them, and refusing those that may not be shown.

A folder holds `provinces.geojson` (34 units), `maritime.geojson` (the line of ten dashes and
the far islets) and `boundaries.yaml` (where they come from). A deployment sets its own folder
with MAP_BOUNDARIES and its own map-review number with MAP_REVIEW_NUMBER.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import shapely
import yaml

from indicators.maps import hatches

SHIPPED = Path(__file__).parents[2] / "data" / "reference" / "boundaries"
PROVINCES = "provinces.geojson"
MARITIME = "maritime.geojson"
METADATA = "boundaries.yaml"
HATCHES = "hatches.geojson"  # drawn from the provinces on loading, never a file

REGIONS = (
    "110000", "120000", "130000", "140000", "150000", "210000", "220000", "230000", "310000",
    "320000", "330000", "340000", "350000", "360000", "370000", "410000", "420000", "430000",
    "440000", "450000", "460000", "500000", "510000", "520000", "530000", "540000", "610000",
    "620000", "630000", "640000", "650000", "710000", "810000", "820000",
)  # fmt: skip
DASHES = 10
FAR_SOUTH = 12.0  # °N: islands south of it must be there for the inset
REQUIRED = ("source", "publisher", "licence", "origin", "vintage", "datum")


@dataclass(frozen=True)
class Problem:
    """One reason for refusing a boundary folder; `text` is a sentence of the message catalogue."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.values)


class BoundaryError(Exception):
    """Raised with everything that keeps a boundary folder from being shown."""

    def __init__(self, folder: Path, problems: list[Problem]) -> None:
        super().__init__(f"{folder}:\n" + "\n".join(f"- {problem}" for problem in problems))
        self.folder = folder
        self.problems = problems


@dataclass(frozen=True)
class Boundaries:
    """Checked boundaries, their origin, and the bytes that are served for them."""

    folder: Path
    provinces: dict[str, Any]
    maritime: dict[str, Any]
    metadata: dict[str, Any]

    @property
    def review_number(self) -> str | None:
        """The map-review number (审图号), or None while it is for internal use only."""
        number = os.environ.get("MAP_REVIEW_NUMBER") or self.metadata.get("review_number")
        return str(number) if number else None

    @cached_property
    def hatches(self) -> dict[str, Any]:
        """Lines that fill each unit, in two directions, to tell states apart without colour."""
        return hatches.hatched(self.provinces)

    @cached_property
    def served(self) -> dict[str, bytes]:
        """The files a browser fetches, by name."""
        return {
            name: json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
            for name, content in self.collections.items()
        }

    @property
    def collections(self) -> dict[str, dict[str, Any]]:
        """The GeoJSON collections by file name."""
        return {PROVINCES: self.provinces, MARITIME: self.maritime, HATCHES: self.hatches}

    def boundary_url(self, name: str) -> str:
        """Return the address of a served file, new with new content, so that it may be cached."""
        return f"/boundaries/{name}?v={self._digests[name]}"

    @cached_property
    def _digests(self) -> dict[str, str]:
        return {
            name: hashlib.sha256(content).hexdigest()[:8] for name, content in self.served.items()
        }


def load(folder: Path | None = None) -> Boundaries:
    """Return the boundaries of a folder, of MAP_BOUNDARIES, or the shipped ones.

    Raises `BoundaryError` with all that is missing or wrong.
    """
    folder = folder or Path(os.environ.get("MAP_BOUNDARIES") or SHIPPED)
    problems: list[Problem] = []
    provinces = _collection(folder / PROVINCES, problems)
    maritime = _collection(folder / MARITIME, problems)
    metadata = _metadata(folder / METADATA, problems)
    if provinces is not None:
        problems += _province_problems(provinces)
    if maritime is not None:
        problems += _maritime_problems(maritime)
    if problems:
        raise BoundaryError(folder, problems)
    assert provinces is not None
    assert maritime is not None
    _add_name_places(provinces)
    return Boundaries(folder, provinces, maritime, metadata)


def _collection(path: Path, problems: list[Problem]) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        features = content["features"]
        if not all(isinstance(feature["properties"], dict) for feature in features):
            raise ValueError
    except OSError:
        problems.append(Problem("The file {file} is missing.", {"file": path.name}))
    except (ValueError, KeyError, TypeError):
        problems.append(
            Problem("The file {file} is not a GeoJSON feature collection.", {"file": path.name})
        )
    else:
        return dict(content)
    return None


def _metadata(path: Path, problems: list[Problem]) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        problems.append(Problem("The file {file} is missing.", {"file": path.name}))
        return {}
    except yaml.YAMLError:
        problems.append(Problem("The file {file} is not valid YAML.", {"file": path.name}))
        return {}
    content = content if isinstance(content, dict) else {}
    missing = [key for key in REQUIRED if not content.get(key)]
    if missing:
        problems.append(
            Problem(
                "The file {file} does not state: {missing}.",
                {"file": path.name, "missing": ", ".join(missing)},
            )
        )
    for name, digest in (content.get("files") or {}).items():
        file = path.parent / name
        if file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            problems.append(
                Problem(
                    "The file {file} is not the one whose checksum {metadata} records.",
                    {"file": name, "metadata": path.name},
                )
            )
    return content


def _province_problems(provinces: dict[str, Any]) -> Iterator[Problem]:
    units = [(str(feature.get("id")), feature) for feature in provinces["features"]]
    codes = [code for code, _ in units]
    for text, wrong in (
        ("Missing units: {codes}.", [code for code in REGIONS if code not in codes]),
        ("Unknown units: {codes}.", [code for code in codes if code not in REGIONS]),
        ("Units drawn twice: {codes}.", sorted({c for c in codes if codes.count(c) > 1})),
    ):
        if wrong:
            yield Problem(text, {"codes": ", ".join(wrong)})

    shapes = [(code, _shape(feature)) for code, feature in units]
    invalid = [code for code, shape in shapes if not _valid_area(shape)]
    if invalid:
        yield Problem("Units whose geometry is not valid: {codes}.", {"codes": ", ".join(invalid)})
    areas = [(code, shape) for code, shape in shapes if _valid_area(shape)]
    # Vega reads a ring that runs anticlockwise as the whole globe less the province.
    turned = [
        code
        for code, shape in areas
        if shapely.is_ccw(shapely.get_exterior_ring(shapely.get_parts(shape))).any()
    ]
    if turned:
        yield Problem(
            "Units whose exterior rings do not run clockwise: {codes}.",
            {"codes": ", ".join(turned)},
        )
    hainan = dict(areas).get("460000")
    if hainan is not None and hainan.bounds[1] > FAR_SOUTH:
        yield Problem("The islands of the South China Sea are missing from unit 460000.")


def _maritime_problems(maritime: dict[str, Any]) -> Iterator[Problem]:
    dashes = [_shape(f) for f in maritime["features"] if f.get("id") == "dashes"]
    if not dashes or dashes[0] is None:
        yield Problem("The dashed line of the South China Sea inset is missing.")
    elif shapely.get_num_geometries(dashes[0]) != DASHES:
        yield Problem(
            "The dashed line of the South China Sea has {found} dashes, not {expected}.",
            {"found": int(shapely.get_num_geometries(dashes[0])), "expected": DASHES},
        )


def _add_name_places(provinces: dict[str, Any]) -> None:
    """Give each unit the place of its name, the middle of its widest spot unless it has one."""
    for feature in provinces["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        properties = feature["properties"]
        if not {"longitude", "latitude"} <= properties.keys():
            largest = max(shapely.get_parts(shape), key=shapely.area)
            widest = shapely.maximum_inscribed_circle(largest, tolerance=0.02)
            x, y = shapely.get_coordinates(widest)[0]
            properties |= {"longitude": round(float(x), 2), "latitude": round(float(y), 2)}
        place = shapely.Point(properties["longitude"], properties["latitude"])
        properties |= {"region": feature["id"], "beside": not shape.contains(place)}


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
