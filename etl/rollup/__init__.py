"""Certificate-level microdata to counts by region, industry, size, scheme and period.

with engine() as here:
reference = reference(regions, industries, sizes, schemes, size_rules)
summary = roll_up_files(paths, Declaration(as_of), periods, reference, out, here)
rows = observations(counted(out, here), source, citation)
behind = trace_figure(here.parquet(out / "registry.parquet"), figure, reference)
"""

from etl.rollup.calendar import spanned
from etl.rollup.declaration import Declaration
from etl.rollup.engine import engine
from etl.rollup.files import Summary, observations, roll_up_files
from etl.rollup.space import Reference, reference
from etl.rollup.steps import counted, roll_up
from etl.rollup.trace import Figure, trace_figure

__all__ = [
    "Declaration",
    "Figure",
    "Reference",
    "Summary",
    "counted",
    "engine",
    "observations",
    "reference",
    "roll_up",
    "roll_up_files",
    "spanned",
    "trace_figure",
]
