"""A refresh of all sources from nothing, against importing its libraries alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.server import ROOT

IMPORTS = "import etl.refresh, etl.__main__, alembic, sqlalchemy.dialects.sqlite"
TIMES = 3


def seconds(arguments: list[str], environment: dict[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-W", "ignore", *arguments],
        cwd=ROOT,
        check=True,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - begun


def main() -> None:
    """Print the figures as a table."""
    refreshes, imports, again = [], [], []
    for _ in range(TIMES):
        with tempfile.TemporaryDirectory() as folder:
            environment = {"DATABASE_URL": f"sqlite:///{folder}/bench.sqlite"}
            imports.append(seconds(["-c", IMPORTS], environment))
            refreshes.append(seconds(["-m", "etl", "refresh"], environment))
            again.append(seconds(["-m", "etl", "refresh"], environment))
    table = Table(title="etl refresh")
    for heading in ("what", "seconds", "times the imports"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    rows = {"imports alone": imports, "refresh from nothing": refreshes, "refresh again": again}
    for name, measured in rows.items():
        ratio = median(measured) / median(imports)
        table.add_row(name, f"{median(measured):.2f}", f"{ratio:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
