"""Diagonal lines inside each unit: Vega has no hatched fill, so the lines are geometry.

They are drawn in the plane of the map's own projection, where they run at 45°, and turned back
into degrees.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

PARALLELS = (25.0, 47.0)
MERIDIAN = 105.0
SPACING = 0.017  # of the map's width: about 90 km on the nation's
LINES = 7  # at least so many across a small unit

_SIN = np.sin(np.radians(PARALLELS))
_N = _SIN.sum() / 2
_C = 1 + _SIN[0] * (2 * _N - _SIN[0])
_R0 = np.sqrt(_C) / _N

Points = NDArray[np.float64]


def projected(points: Points, meridian: float = MERIDIAN) -> Points:
    """Return x, y in earth radii of longitude, latitude: the conic equal-area of d3-geo."""
    angle = np.radians(points[:, 0] - meridian) * _N
    radius = np.sqrt(_C - 2 * _N * np.sin(np.radians(points[:, 1]))) / _N
    return np.column_stack([radius * np.sin(angle), _R0 - radius * np.cos(angle)])


def unprojected(points: Points, meridian: float = MERIDIAN) -> Points:
    """Return longitude, latitude of x, y: the inverse of `projected`."""
    x, y = points[:, 0], _R0 - points[:, 1]
    longitude = meridian + np.degrees(np.arctan2(x, y)) / _N
    sine = (_C - (x**2 + y**2) * _N**2) / (2 * _N)
    return np.column_stack([longitude, np.degrees(np.arcsin(sine))])


def hatched(units: dict[str, Any], meridian: float, width: float) -> dict[str, Any]:
    """Return GeoJSON lines for each unit, rising as / and falling the other way, by region.

    `width` of the map, in earth radii.
    """
    features: list[dict[str, Any]] = []
    areas = shapely.transform(
        [shapely.geometry.shape(feature["geometry"]) for feature in units["features"]],
        partial(projected, meridian=meridian),
    )
    spacing = SPACING * width
    digits = 2 if spacing > 0.005 else 3
    for feature, area in zip(units["features"], areas, strict=True):
        for direction in ("rising", "falling"):
            lines = shapely.transform(
                _lines(area, direction, spacing), partial(unprojected, meridian=meridian)
            )
            features.append(
                {
                    "type": "Feature",
                    "properties": {"region": feature["id"], "direction": direction},
                    "geometry": {
                        "type": "MultiLineString",
                        "coordinates": [
                            [[round(x, digits), round(y, digits)] for x, y in line.coords]
                            for line in shapely.get_parts(lines)
                        ],
                    },
                }
            )
    return {"type": "FeatureCollection", "features": features}


def _lines(area: Any, direction: str, widest: float) -> Any:
    sign = 1 if direction == "rising" else -1
    x0, y0, x1, y1 = area.bounds
    spacing = min(widest, (x1 - x0 + y1 - y0) / LINES)
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
