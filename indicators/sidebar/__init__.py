"""The filters beside every page, each bound to the page's address by its code."""

from indicators.sidebar.drawing import choose_drawing, choose_selection
from indicators.sidebar.figure import choose_figure, choose_release
from indicators.sidebar.level import choose_level, choose_region, select_region, show_path
from indicators.sidebar.province import choose_part, choose_province
from indicators.sidebar.target import choose_target, narrow_verdicts, open_cell

__all__ = [
    "choose_drawing",
    "choose_figure",
    "choose_level",
    "choose_part",
    "choose_province",
    "choose_region",
    "choose_release",
    "choose_selection",
    "choose_target",
    "narrow_verdicts",
    "open_cell",
    "select_region",
    "show_path",
]
