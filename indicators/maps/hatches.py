"""Diagonal lines inside each unit: Vega has no hatched fill, so the lines are geometry.

They are drawn in the plane of the map's own projection, where they run at 45°, and turned back
into degrees.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

PARALLELS = (25.0, 47.0)
MERIDIAN = 105.0
SPACING = 0.014  # of the earth's radius, about 90 km
LINES = 7  # at least so many across a small unit

_SIN = np.sin(np.radians(PARALLELS))
_N = _SIN.sum() / 2
_C = 1 + _SIN[0] * (2 * _N - _SIN[0])
_R0 = np.sqrt(_C) / _N

Points = NDArray[np.float64]


def projected(points: Points) -> Points:
    """Return x, y in earth radii of longitude, latitude: the conic equal-area of d3-geo."""
    angle = np.radians(points[:, 0] - MERIDIAN) * _N
    radius = np.sqrt(_C - 2 * _N * np.sin(np.radians(points[:, 1]))) / _N
    return np.column_stack([radius * np.sin(angle), _R0 - radius * np.cos(angle)])


def unprojected(points: Points) -> Points:
    """Return longitude, latitude of x, y: the inverse of `projected`."""
    x, y = points[:, 0], _R0 - points[:, 1]
    longitude = MERIDIAN + np.degrees(np.arctan2(x, y)) / _N
    sine = (_C - (x**2 + y**2) * _N**2) / (2 * _N)
    return np.column_stack([longitude, np.degrees(np.arcsin(sine))])


def hatched(provinces: dict[str, Any]) -> dict[str, Any]:
    """Return GeoJSON lines for each unit, rising as / and falling the other way, by region."""
    features: list[dict[str, Any]] = []
    for feature in provinces["features"]:
        area = shapely.transform(shapely.geometry.shape(feature["geometry"]), projected)
        for direction in ("rising", "falling"):
            lines = shapely.transform(_lines(area, direction), unprojected)
            features.append(
                {
                    "type": "Feature",
                    "properties": {"region": feature["id"], "direction": direction},
                    "geometry": {
                        "type": "MultiLineString",
                        "coordinates": [
                            [[round(x, 2), round(y, 2)] for x, y in line.coords]
                            for line in shapely.get_parts(lines)
                        ],
                    },
                }
            )
    return {"type": "FeatureCollection", "features": features}


def _lines(area: Any, direction: str) -> Any:
    sign = 1 if direction == "rising" else -1
    x0, y0, x1, y1 = area.bounds
    spacing = min(SPACING, (x1 - x0 + y1 - y0) / LINES)
    # A rising line has y - x constant, a falling one y + x.
    corners = [y - sign * x for x in (x0, x1) for y in (y0, y1)]
    # Multiples of the spacing, so that the lines of neighbours meet.
    steps = np.arange(np.floor(min(corners) / spacing), np.ceil(max(corners) / spacing) + 1)
    strokes = shapely.linestrings(
        [[(x0, offset + sign * x0), (x1, offset + sign * x1)] for offset in steps * spacing]
    )
    shapely.prepare(area)
    crossing = shapely.intersection(strokes[shapely.intersects(strokes, area)], area)
    pieces = shapely.get_parts(crossing)
    return shapely.multilinestrings(
        [piece for piece in pieces if piece.geom_type == "LineString" and piece.length > 1e-5]
    )
