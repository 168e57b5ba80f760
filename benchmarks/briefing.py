"""What briefings cost: all that regions share, the first one, the second, and all provinces.

`DATASET=demonstration` writes those of the demonstration figures, which tell of everything.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from etl.refresh import fill_if_empty
from indicators.catalogue import tree
from indicators.store import queries
from indicators.store.database import Dataset, open_database
from indicators.store.queries import Vintage
from indicators.views.briefing.writing import write_briefings
from indicators.wording import LANGUAGES, Wording

DATASET: Dataset = "demonstration" if os.environ.get("DATASET") == "demonstration" else "real"


def seconds(database: str, folder: Path, words: Wording) -> list[float]:
    """Return how long each province's briefing took, the first with what all of them share."""
    engine = open_database(database, DATASET)
    if DATASET == "real":
        fill_if_empty(engine)
    number = queries.latest_release(engine)
    if number is None:
        raise RuntimeError("no figures: python -m etl demo")
    taken, begun = [], time.perf_counter()
    regions = tree().provinces
    for _ in write_briefings(engine, regions, folder, words, Vintage(number, DATASET)):
        taken.append(time.perf_counter() - begun)
        begun = time.perf_counter()
    engine.dispose()
    return taken


def main() -> None:
    """Print the figures as a table."""
    table = Table(title=f"Briefings of 31 provinces, {DATASET} figures (.docx, .pdf and .xlsx)")
    for heading in ("language", "first s", "second s", "second / first", "median s", "all s"):
        table.add_column(heading, justify="left" if heading == "language" else "right")
    with tempfile.TemporaryDirectory() as folder:
        database = os.environ.get("DATABASE_URL") or f"sqlite:///{folder}/bench.sqlite"
        for language in LANGUAGES:
            taken = seconds(database, Path(folder), Wording(language))
            table.add_row(
                language,
                f"{taken[0]:.2f}",
                f"{taken[1]:.2f}",
                f"{taken[1] / taken[0]:.2f}",
                f"{median(taken):.2f}",
                f"{sum(taken):.1f}",
            )
    console = Console(width=110)
    console.print(table)
    console.print("goals: first < 5 s, second no slower")


if __name__ == "__main__":
    main()
