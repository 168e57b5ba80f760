"""Whether the ways that the benchmark of the roll-up measures count the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks import certificates, certificates_pandas, certificates_polars, certificates_sql
from etl.certificates.changes import MEASURES
from etl.certificates.counting import counted
from etl.certificates.cube import DIMENSIONS
from etl.certificates.engine import engine
from etl.certificates.validity import spanned

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

MONTHS, YEARS = spanned("2018-01", "2025-12"), spanned("2018", "2025")
STEP = {name: step for names in (MONTHS, YEARS) for step, name in enumerate(names, start=1)}
# Which of our codes a level of the others is.
LEVELS: dict[str | None, Callable[[str], bool]] = {
    "region": lambda code: code.endswith("0000") and code != "100000",
    "nation": lambda code: code == "100000",
    "industry": lambda code: len(code) == 3 and code != "ALL",
    "section": lambda code: len(code) == 1,
    "size": lambda code: code != "ALL",
    "scheme": lambda code: code.startswith("SCH"),
    "family": lambda code: code.startswith("G"),
    None: lambda code: code == "ALL",
}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("benchmark") / "registry.parquet"
    certificates.generate(3_000, path)
    return path


@pytest.fixture(scope="module")
def ours(registry: Path) -> Iterator[pd.DataFrame]:
    out = registry.parent / "out"
    certificates.roll_up(registry, out)
    with engine("duckdb") as on:
        yield on.rows(counted(out, on))


def series(rows: Any) -> list[tuple[int, ...]]:
    """Return step and counts of every row that counts anything, in order: cells have no name."""
    return sorted(tuple(map(int, row)) for row in rows if any(row[1:]))


@pytest.mark.parametrize(
    "way",
    [certificates_polars, certificates_pandas, certificates_sql],
    ids=["polars", "pandas", "sql"],
)
@pytest.mark.parametrize("combination", certificates_polars.COMBINATIONS[:: certificates.SAMPLE])
def test_every_way_counts_the_same(
    way: Any, combination: tuple[str | None, ...], registry: Path, ours: pd.DataFrame
) -> None:
    theirs = way.counts(way.prepared(registry), combination).to_numpy()
    here = ours
    for name, level in zip(DIMENSIONS, combination, strict=True):
        here = here[here[name].map(LEVELS[level])]
    here = here.assign(step=here["period"].map(STEP))
    expected = series(here[["step", *MEASURES]].to_numpy())
    assert len(expected) > 100
    assert series(theirs[:, 1:]) == expected
