"""Where everything on a map stands: expressions of the drawing's width, and two projections.

One specification so fits a telephone and a wall. A wide map of the nation carries its legend in
the south-west and the bars of small units north of its middle, where nothing is drawn; a narrow
one, or a province's, carries them below itself. The inset stands in the south-east.
"""

from __future__ import annotations

import altair as alt
import numpy as np

from indicators.maps.boundaries import NATION, Boundaries
from indicators.maps.hatches import PARALLELS

MARGIN = 6
NARROW = 640  # px: below it the legend has no room beside the map
LINE = 18  # px between the legend's lines
LEGEND_COLUMN = 132
# Units that a map of the nation hides, from north to south: each has a bar of its own.
SMALL = ("110000", "120000", "310000", "810000", "820000")
BAR_LINE = 20  # px between bars
BARS_WIDE = 196  # px: name, bar and value
BARS_FROM = 0.35  # of the map's width: east of Xinjiang's northern tip
# The inset's window: every dash, with the coasts that place them.
INSET_WEST, INSET_EAST, INSET_SOUTH, INSET_NORTH = 105.6, 124.2, 2.6, 25.6
INSET_SHARE = 0.125  # of the map's width
EASTERN_ROOM = 0.055  # of the map's width: without it the inset would touch Taiwan's waters


def measures(boundaries: Boundaries, classes: int, height: int) -> list[alt.Parameter]:
    """Return the map's measures as expressions of `width`, each by its name."""
    whole = boundaries.region == NATION
    west, south, east, north = boundaries.extent
    if boundaries.inset:
        east += (EASTERN_ROOM if whole else INSET_SHARE + EASTERN_ROOM) * (east - west)
    wide, tall = east - west, north - south
    inset_wide, inset_tall = _inset_size()
    legend = (classes + 1) * LINE + MARGIN
    bars = len(SMALL) * BAR_LINE + MARGIN if whole else 0
    expressions = {
        "narrow": f"width < {NARROW}" if whole else "true",
        "zoom": f"min((width - {2 * MARGIN}) / {wide:.5f}, {height - 2 * MARGIN} / {tall:.5f})",
        "map_left": f"(width - zoom * {wide:.5f}) / 2",
        "map_right": f"map_left + zoom * {wide:.5f}",
        "map_bottom": f"{2 * MARGIN} + zoom * {tall:.5f}",
        "height": f"ceil(map_bottom + (narrow ? {legend + bars} : 0))",
        "origin_x": f"map_left - zoom * {west:.5f}",
        "origin_y": f"{MARGIN} + zoom * {north:.5f}",
        "inset_width": f"zoom * {wide * INSET_SHARE:.5f}",
        "inset_height": f"inset_width * {inset_tall / inset_wide:.5f}",
        "inset_left": "map_right - inset_width",
        "inset_top": "map_bottom - inset_height - 1",
        "inset_scale": f"inset_width / {inset_wide:.5f}",
        "legend_left": f"narrow ? {MARGIN} : max(map_left, {MARGIN})",
        "legend_top": f"map_bottom + {bars + MARGIN}",
        "legend_bottom": f"map_bottom - {MARGIN}",
        "legend_column": f"narrow ? (width - {2 * MARGIN}) / 2 : {LEGEND_COLUMN}",
        "bars_left": f"narrow ? {MARGIN} : map_left + zoom * {BARS_FROM * wide:.5f}",
        "bars_top": f"narrow ? map_bottom + {MARGIN} : {MARGIN}",
    }
    return [alt.param(name=name, expr=expression) for name, expression in expressions.items()]


def _inset_size() -> tuple[float, float]:
    return np.radians(INSET_EAST - INSET_WEST), _mercator(INSET_NORTH) - _mercator(INSET_SOUTH)


def _mercator(latitude: float) -> float:
    return float(np.log(np.tan(np.pi / 4 + np.radians(latitude) / 2)))


def main_projection(boundaries: Boundaries) -> alt.Projection:
    """Return the equal-area projection of the main map."""
    return alt.Projection(
        type="conicEqualArea",
        parallels=list(PARALLELS),
        rotate=[-boundaries.meridian, 0],
        center=[0, 0],
        scale=alt.ExprRef("zoom"),
        translate=alt.ExprRef("[origin_x, origin_y]"),
        clipExtent=alt.ExprRef("[[0, 0], [width, map_bottom]]"),
        pointRadius=0.9,
    )


def inset_projection() -> alt.Projection:
    """Return the projection of the South China Sea inset."""
    middle = (_mercator(INSET_NORTH) + _mercator(INSET_SOUTH)) / 2
    latitude = float(np.degrees(2 * np.arctan(np.exp(middle)) - np.pi / 2))
    return alt.Projection(
        type="mercator",
        rotate=[-(INSET_WEST + INSET_EAST) / 2, 0],
        center=[0, latitude],
        scale=alt.ExprRef("inset_scale"),
        translate=alt.ExprRef("[inset_left + inset_width / 2, inset_top + inset_height / 2]"),
        clipExtent=alt.ExprRef(
            "[[inset_left, inset_top], [inset_left + inset_width, inset_top + inset_height]]"
        ),
        pointRadius=0.5,
    )
