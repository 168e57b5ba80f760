"""Certificate-level microdata to counts by region, industry, size, scheme and period.

with engine() as here:
reference = reference(regions, industries, sizes, schemes, size_rules)
summary = roll_up_files(paths, Declaration(as_of), periods, reference, out, here)
figures = write_publication(summary, paths, as_of, Choice(), catalogue, here, words)
written = write_quarantine(summary, here)
behind = trace_figure(here.parquet(out / "registry.parquet"), figure, reference)
"""

from etl.rollup.calendar import spanned, within
from etl.rollup.declaration import Declaration
from etl.rollup.engine import engine
from etl.rollup.files import Summary, roll_up_files
from etl.rollup.publication import Choice, write_publication
from etl.rollup.quarantine import write_quarantine
from etl.rollup.space import Reference, reference
from etl.rollup.steps import counted, roll_up
from etl.rollup.trace import Figure, trace_figure

__all__ = [
    "Choice",
    "Declaration",
    "Figure",
    "Reference",
    "Summary",
    "counted",
    "engine",
    "reference",
    "roll_up",
    "roll_up_files",
    "spanned",
    "trace_figure",
    "within",
    "write_publication",
    "write_quarantine",
]
