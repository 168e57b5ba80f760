"""Boundaries in, Altair map out; the rules that every boundary file must meet."""

from indicators.maps.beside import LEGEND
from indicators.maps.boundaries import (
    HATCHES,
    MARITIME,
    METADATA,
    NATION,
    PREFECTURES,
    PROVINCES,
    REGIONS,
    Boundaries,
    load,
    prefectures,
    prefectures_file,
)
from indicators.maps.chart import SELECTION, region_map
from indicators.maps.checks import BoundaryError, Problem
from indicators.maps.classes import (
    EQUAL,
    FIXED,
    METHODS,
    NATURAL,
    QUANTILES,
    class_breaks,
    class_names,
    decimals_for,
    diverging_breaks,
    method_name,
    natural_breaks,
)
from indicators.maps.export import exported_map, map_provenance, wrapped
from indicators.maps.figures import (
    known_values,
    map_figures,
    map_legend,
    state_name,
    state_of,
    status_name,
)
from indicators.maps.levels import lacking, level_rows, province_of, undivided
from indicators.maps.moves import FRAMES, add_key, with_controls
from indicators.maps.palette import BROKEN, DARK, LIGHT, NO_VALUE, Palette, palette
from indicators.maps.sources import FIGURES

__all__ = [
    "BROKEN",
    "DARK",
    "EQUAL",
    "FIGURES",
    "FIXED",
    "FRAMES",
    "HATCHES",
    "LEGEND",
    "LIGHT",
    "MARITIME",
    "METADATA",
    "METHODS",
    "NATION",
    "NATURAL",
    "NO_VALUE",
    "PREFECTURES",
    "PROVINCES",
    "QUANTILES",
    "REGIONS",
    "SELECTION",
    "Boundaries",
    "BoundaryError",
    "Palette",
    "Problem",
    "add_key",
    "class_breaks",
    "class_names",
    "decimals_for",
    "diverging_breaks",
    "exported_map",
    "known_values",
    "lacking",
    "level_rows",
    "load",
    "map_figures",
    "map_legend",
    "map_provenance",
    "method_name",
    "natural_breaks",
    "palette",
    "prefectures",
    "prefectures_file",
    "province_of",
    "region_map",
    "state_name",
    "state_of",
    "status_name",
    "undivided",
    "with_controls",
    "wrapped",
]
