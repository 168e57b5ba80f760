"""A bureau's certificate files in, a folder of counts, clean registry and quarantine out.

out/registry.parquet    the clean rows, what `trace_figure` reads
out/quarantine.parquet  the rows set aside as published, with file, row and reasons
out/cells/ out/counts/  the counts, what `counted` reads
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from etl.findings import Finding, Refused, message
from etl.rollup.declaration import OPTIONAL, Declaration
from etl.rollup.engine import Engine
from etl.rollup.registry import reason_counts, registry
from etl.rollup.space import Reference
from etl.rollup.steps import Progress, roll_up, unheard

SUFFIXES = (".csv", ".xlsx", ".xls", ".parquet")


@dataclass(frozen=True)
class Summary:
    """What a roll-up read and set aside, the reasons, and where the results are."""

    rows: int
    set_aside: int
    reasons: pd.DataFrame  # reason, rows
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

    The folder's former results are replaced. Raises `Refused` as `cleaned` does.
    """
    for name in ("cells", "counts"):
        shutil.rmtree(out / name, ignore_errors=True)
    summary = cleaned(paths, declaration, reference, out, engine)
    roll_up(engine.parquet(out / "registry.parquet"), periods, reference, engine, out, progress)
    return summary


def cleaned(
    paths: Sequence[Path], declaration: Declaration, reference: Reference, out: Path, engine: Engine
) -> Summary:
    """Read certificate files into registry.parquet and quarantine.parquet.

    Raises `Refused` for a file of another kind or without a declared column.
    """
    findings = [
        Finding(
            path.name,
            path.suffix,
            message("one of {kinds}", kinds=", ".join(SUFFIXES)),
            message("export the certificates again in one of these formats"),
        )
        for path in paths
        if path.suffix.lower() not in SUFFIXES
    ]
    if findings or not paths:
        raise Refused(
            findings
            or [
                Finding(
                    str(out),
                    message("no file").text,
                    message("at least one file of certificates"),
                    message("name the files to roll up"),
                )
            ]
        )
    with _published(paths, declaration, engine) as published:
        found = registry(published, declaration, reference, engine)
        for name, rows in (("registry", found.clean), ("quarantine", found.quarantine)):
            _remove(out / f"{name}.parquet")
            engine.write(rows, out / f"{name}.parquet")
        engine.release(found.parsed)
    clean = engine.parquet(out / "registry.parquet")
    quarantine = engine.parquet(out / "quarantine.parquet")
    set_aside = engine.number(quarantine)
    rows = engine.number(clean) + set_aside
    return Summary(rows, set_aside, reason_counts(quarantine, engine), out)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _check_columns(table: Any, declaration: Declaration, path: Path) -> None:
    missing = [
        header
        for name, header in declaration.columns.items()
        if name not in OPTIONAL and header not in table.columns
    ]
    if missing:
        raise Refused(
            [
                Finding(
                    path.name,
                    ", ".join(table.columns),
                    message("the columns {columns}", columns=", ".join(missing)),
                    message("correct the header row"),
                    row=1,
                )
            ]
        )


@contextmanager
def _published(paths: Sequence[Path], declaration: Declaration, engine: Engine) -> Iterator[Any]:
    """Yield all files as one table of texts; columns that a file lacks are empty in it."""
    with tempfile.TemporaryDirectory(prefix="registry-") as folder:
        tables = [_table(path, declaration, engine, Path(folder)) for path in paths]
        for table, path in zip(tables, paths, strict=True):
            _check_columns(table, declaration, path)
        names = list(dict.fromkeys(name for table in tables for name in table.columns))
        aligned = [
            table.select(
                **{
                    name: table[name].cast("string")
                    if name in table.columns
                    else ibis.null("string")
                    for name in names
                }
            )
            for table in tables
        ]
        yield ibis.union(*aligned) if len(aligned) > 1 else aligned[0]


def _table(path: Path, declaration: Declaration, engine: Engine, folder: Path) -> Any:
    kind = path.suffix.lower()
    if kind == ".parquet":
        return engine.numbered_parquet(path).mutate(file=ibis.literal(path.name))
    if kind == ".csv":
        encoding = declaration.encoding.lower().replace("_", "-")
        if encoding not in ("utf-8", "utf-8-sig"):
            path = _in_utf8(path, encoding, folder)
        return engine.texts(path).mutate(file=ibis.literal(path.name))
    sheet = pd.read_excel(path, dtype="str", engine="calamine", keep_default_na=False)
    rows = sheet.astype("str").assign(file=path.name, row=range(2, len(sheet) + 2))
    return engine.frame(rows)


def _in_utf8(path: Path, encoding: str, folder: Path) -> Path:
    copy = folder / path.name
    with (
        path.open(encoding=encoding, newline="") as old,
        copy.open("w", encoding="utf-8", newline="") as new,
    ):
        shutil.copyfileobj(old, new, 1 << 20)
    return copy
