"""A bureau's certificate files in, a folder of counts, clean registry and quarantine out.

out/registry.parquet    the clean rows, what `trace_figure` reads
out/quarantine.parquet  the rows set aside as published, with file, row and reasons
out/quarantine.xlsx     the same rows for people; gone until new ones are complete
out/cells/ out/counts/  the counts, what `counted` reads
out/figures.parquet     those chosen for publication; gone until new ones are complete
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from etl.certificates.cube import Reference
from etl.certificates.declaration import Declaration
from etl.certificates.engine import Engine, union
from etl.certificates.registry import Part, reason_counts, registry
from etl.certificates.steps import STEPS, Progress, roll_up, unheard
from etl.certificates.texts import tables, told
from indicators.findings import message

FIGURES = "figures.parquet"
FOR_PEOPLE = ("quarantine.xlsx", "quarantine.csv")  # see `quarantine`
CLEANING = (message("checking certificates"), message("writing the clean registry"))


@dataclass(frozen=True)
class Summary:
    """What a roll-up read and set aside, the reasons, and where the results are.

    remarks: why rows count without a size although one could follow from their amounts.
    """

    rows: int
    set_aside: int
    reasons: pd.DataFrame  # see `reason_counts`
    remarks: pd.DataFrame
    out: Path

    @property
    def share_set_aside(self) -> float:
        """Return the share of rows set aside, in per cent."""
        return 100 * self.set_aside / self.rows if self.rows else 0.0


def roll_up_files(
    paths: Sequence[Path],
    declaration: Declaration,
    periods: Iterable[str],
    reference: Reference,
    out: Path,
    engine: Engine,
    progress: Progress = unheard,
) -> Summary:
    """Read certificate files, set aside what is not clean, count the rest into `out`.

    The folder's former results are replaced. Raises `FindingsError` as `cleaned` does.
    """
    summary = cleaned(
        paths, declaration, reference, out, engine,
        lambda step, steps, doing: progress(step, steps + STEPS, doing),
    )  # fmt: skip
    for name in ("cells", "counts"):
        shutil.rmtree(out / name, ignore_errors=True)
    before = len(paths) + len(CLEANING)
    roll_up(
        engine.parquet(out / "registry.parquet"), periods, reference, engine, out,
        lambda step, steps, doing: progress(before + step, before + steps, doing),
    )  # fmt: skip
    return summary


def cleaned(
    paths: Sequence[Path],
    declaration: Declaration,
    reference: Reference,
    out: Path,
    engine: Engine,
    progress: Progress = unheard,
) -> Summary:
    """Read certificate files into registry.parquet and quarantine.parquet.

    Raises `FindingsError` with what is wrong with each file; see `texts`.
    """
    steps = len(paths) + len(CLEANING)
    checking, writing = CLEANING

    def reading(number: int, file: str) -> None:
        progress(number, steps, message("reading {file}", file=file))

    with told(), _published(paths, declaration, engine, out, reading) as published:
        progress(steps - 1, steps, checking)
        found = registry(published, reference, engine)
        progress(steps, steps, writing)
        # Whoever ends this half-way must not find what looks like a result of it.
        for path in [*out.glob(f"{FIGURES}*"), *(out / name for name in FOR_PEOPLE)]:
            _remove(path)
        for name, rows in (("registry", found.clean), ("quarantine", found.quarantine)):
            _remove(out / f"{name}.parquet")
            engine.write(rows, out / f"{name}.parquet")
        engine.release(*found.kept)
    clean = engine.parquet(out / "registry.parquet")
    quarantine = engine.parquet(out / "quarantine.parquet")
    set_aside = engine.number(quarantine)
    rows = engine.number(clean) + set_aside
    remarked = clean.filter(clean.remarks != "")
    return Summary(
        rows,
        set_aside,
        reason_counts(quarantine, engine),
        reason_counts(remarked, engine, "remarks"),
        out,
    )


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def _published(
    paths: Sequence[Path],
    common: Declaration,
    engine: Engine,
    out: Path,
    reading: Callable[[int, str], None],
) -> Iterator[list[Part]]:
    """Yield the files of each declaration as one table of texts.

    Columns that a file lacks are empty in it.
    """
    out.mkdir(parents=True, exist_ok=True)
    # Beside the results, where there is room and the workers of a cluster can read.
    with tempfile.TemporaryDirectory(prefix=".reading-", dir=out) as folder:
        parts: list[tuple[Declaration, list[Any]]] = []
        for table, said in tables(paths, common, engine, Path(folder), reading):
            alike = next((found for declared, found in parts if declared == said), None)
            if alike is None:
                parts.append((said, [table]))
            else:
                alike.append(table)
        yield [(_aligned(found), said) for said, found in parts]


def _aligned(tables: Sequence[Any]) -> Any:
    names = list(dict.fromkeys(name for table in tables for name in table.columns))
    nothing = ibis.null("string")
    return union(
        [
            table.select(
                **{name: table[name] if name in table.columns else nothing for name in names}
            )
            for table in tables
        ]
    )
