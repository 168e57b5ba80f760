"""Boundaries in, Altair map out; the rules that every boundary file must meet."""

from indicators.maps.boundaries import (
    HATCHES,
    MARITIME,
    METADATA,
    PROVINCES,
    REGIONS,
    Boundaries,
    BoundaryError,
    Problem,
    load,
)
from indicators.maps.chart import (
    FIGURES,
    LEGEND,
    SELECTION,
    region_map,
)
from indicators.maps.export import exported_map, map_provenance, wrapped
from indicators.maps.figures import (
    class_breaks,
    class_names,
    map_figures,
    map_legend,
    state_name,
    status_name,
)
from indicators.maps.palette import DARK, LIGHT, Palette, palette

__all__ = [
    "DARK",
    "FIGURES",
    "HATCHES",
    "LEGEND",
    "LIGHT",
    "MARITIME",
    "METADATA",
    "PROVINCES",
    "REGIONS",
    "SELECTION",
    "Boundaries",
    "BoundaryError",
    "Palette",
    "Problem",
    "class_breaks",
    "class_names",
    "exported_map",
    "load",
    "map_figures",
    "map_legend",
    "map_provenance",
    "palette",
    "region_map",
    "state_name",
    "status_name",
    "wrapped",
]
