"""Every benchmark, one after another: `python -m benchmarks`, or some: `… rerun refresh`."""

import sys
from importlib import import_module

BENCHMARKS = (
    "rerun",
    "feedback",
    "search",
    "quotients",
    "briefing",
    "downloads",
    "load",
    "refresh",
    "publishing",
    "export",
    "progress",
    "certificates",
    "certificates_files",
)

for name in sys.argv[1:] or BENCHMARKS:
    import_module(f"benchmarks.{name}").main()
