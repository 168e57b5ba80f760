"""A region's briefing: two to four pages to hand on, and all its figures.

Material → content → blocks → document (.docx)
                            → paper (.pdf)
         → figures (.xlsx)
"""

from indicators.briefing.blocks import Briefing, Figure, Heading, Paragraph, Points, Table
from indicators.briefing.content import briefing
from indicators.briefing.document import docx_file
from indicators.briefing.figures import figure_table, sheets, xlsx_file
from indicators.briefing.paper import NoFontError, pdf_file
from indicators.briefing.writing import file_names, write_briefing, write_briefings

__all__ = [
    "Briefing",
    "Figure",
    "Heading",
    "NoFontError",
    "Paragraph",
    "Points",
    "Table",
    "briefing",
    "docx_file",
    "figure_table",
    "file_names",
    "pdf_file",
    "sheets",
    "write_briefing",
    "write_briefings",
    "xlsx_file",
]
