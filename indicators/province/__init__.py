"""One region over all indicators: facts in, sentences, tables and rows of charts out.

rows, verdicts, neighbours → facts → sentences
                                   → listing    tables
                                   → drawing → charts
"""

from indicators.province.charts import (
    AIMS,
    PARTS,
    SPINE,
    STRIPS,
    TRENDS,
    parts_chart,
    spine_chart,
    trends_chart,
)
from indicators.province.drawing import divided, parts_rows, spine_rows, trending, trends
from indicators.province.facts import (
    NEAREST,
    SIBLINGS,
    Facts,
    ProvinceView,
    below,
    gather,
    level,
    parent_of,
    peer_choices,
    siblings,
)
from indicators.province.listing import comparison_table, missing_table, verdict_table
from indicators.province.material import Judged, Material, Shared, judged, material, shared
from indicators.province.page import (
    ProvinceTables,
    comparison_notes,
    declared,
    part_note,
    part_table,
    province_tables,
    series_table,
)
from indicators.province.sentences import (
    assessed,
    behind,
    benchmark_name,
    compared,
    comparison_sentence,
    group_name,
    mistake_text,
    peers_text,
    standing_well,
    statement,
    targets_statement,
)

__all__ = [
    "AIMS",
    "NEAREST",
    "PARTS",
    "SIBLINGS",
    "SPINE",
    "STRIPS",
    "TRENDS",
    "Facts",
    "Judged",
    "Material",
    "ProvinceTables",
    "ProvinceView",
    "Shared",
    "assessed",
    "behind",
    "below",
    "benchmark_name",
    "compared",
    "comparison_notes",
    "comparison_sentence",
    "comparison_table",
    "declared",
    "divided",
    "gather",
    "group_name",
    "judged",
    "level",
    "material",
    "missing_table",
    "mistake_text",
    "parent_of",
    "part_note",
    "part_table",
    "parts_chart",
    "parts_rows",
    "peer_choices",
    "peers_text",
    "province_tables",
    "series_table",
    "shared",
    "siblings",
    "spine_chart",
    "spine_rows",
    "standing_well",
    "statement",
    "targets_statement",
    "trending",
    "trends",
    "trends_chart",
    "verdict_table",
]
