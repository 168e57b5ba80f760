"""Location quotients of 31 provinces, 96 industries and ten years, against a bare read of them.

The bare read fetches the same rows through the database's own driver, and does nothing with them.
The figures are drawn by chance into a database of their own.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from itertools import product
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from etl.publish.gate import Decision, publish
from indicators import catalogue
from indicators.catalogue import tree
from indicators.compare.industry_mix import location_quotients
from indicators.industry_tree import DIVISION
from indicators.regions import ALL, NATION
from indicators.store.database import open_database
from indicators.store.queries import Selection, observations
from tests.conftest import edition_of, rows_of

INDICATOR = "legal_units_all"
INDUSTRIES, YEARS = 96, range(2015, 2025)
GOAL = 5.0  # times the bare read
TIMES = 7
READ = "SELECT * FROM observation WHERE indicator = ? AND scheme = ? AND size = ?"


def figures() -> pd.DataFrame:
    """Return counts of each province, industry and year, with the totals that they add up to."""
    divisions = catalogue.industries().of_level(DIVISION)[:INDUSTRIES]
    cells = list(product((f"{year}-12" for year in YEARS), tree().provinces, divisions))
    rows = rows_of([(INDICATOR, period, region, 0.0) for period, region, _ in cells])
    chance = np.random.default_rng(2018)
    rows = rows.assign(
        industry=[industry for *_, industry in cells],
        value=chance.integers(50, 5000, len(rows)).astype(float),
    )
    key = ["period", "region", "industry"]
    for name, whole in (("industry", ALL), ("region", NATION)):
        rest = [each for each in key if each != name]
        sums = rows.groupby(rest)["value"].sum().reset_index().assign(**{name: whole})
        others = rows.head(1).drop(columns=[*key, "value"])
        rows = pd.concat([rows, sums.merge(others, how="cross")], ignore_index=True)
    return rows


def seconds(work: Callable[[], object]) -> float:
    """Return the processor's time for a piece of work, the median of several."""
    took = []
    for _ in range(TIMES):
        begun = time.process_time()
        work()
        took.append(time.process_time() - begun)
    return median(took)


def main() -> None:
    """Publish the figures, measure, and print the ratio."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "quotients.sqlite"
        engine = open_database(f"sqlite:///{file}")
        publish(engine, edition_of(figures()), Decision("a benchmark"))
        asked = Selection(INDICATOR, None, industry=None)
        held = observations(engine, asked)
        with closing(sqlite3.connect(file)) as connection:
            bare = seconds(lambda: connection.execute(READ, (INDICATOR, ALL, ALL)).fetchall())
        read = seconds(lambda: observations(engine, asked))
        quotients = seconds(lambda: location_quotients(held))
        found = location_quotients(held)
        engine.dispose()
    single = found[found["region"] != NATION]
    table = Table(title=f"{single['value'].notna().sum():,} location quotients")
    for heading in ("what", "CPU ms", "ratio", "goal"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for what, took, goal in (
        (f"bare read of {len(held):,} rows", bare, ""),
        ("their quotients", quotients, f"≤ {GOAL:g}"),
        ("read as pages read them, and their quotients", read + quotients, f"≤ {GOAL:g}"),
    ):
        table.add_row(what, f"{took * 1000:,.0f}", f"{took / bare:.2f}", goal)
    Console(width=90).print(table)


if __name__ == "__main__":
    main()
