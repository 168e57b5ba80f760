"""Results brought up to date by a drop: only the organisations that it touches are counted.

    counts − those of the organisations as they were + those of the same as they are now

An issue (number, scheme, day of issue) that a drop names takes the place of the former one, or is
deleted; whatever else its number has stands in turn with it again. Nobody's counts depend on what
other organisations hold, not even the distinct ones, so what must be kept is the clean registry.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis

from etl.certificates.counting import CHANGES, STEPS, count_difference
from etl.certificates.cube import Reference
from etl.certificates.engine import Engine, Progress
from etl.certificates.registry import (
    ISSUE,
    NUMBER,
    Summary,
    issue,
    parsed,
    resolved,
    summarised,
)
from etl.certificates.registry_declaration import Declaration
from etl.certificates.results import Made, codes_of, exchanged
from etl.certificates.texts import damage_found, tables
from indicators.findings import Finding, FindingsError, Message, message

DELETED = "deleted"
_NUMBERED = len("changes-0001")  # an update has a file or several
WORDS = {"删除": DELETED}  # beside the statuses of a whole registry


def update_files(
    paths: Sequence[Path],
    declaration: Declaration,
    reference: Reference,
    out: Path,
    engine: Engine,
    show: Callable[[int, int, Message], object] = Progress.show,
) -> Summary:
    """Bring the results in `out` up to date by the files of a drop.

    What results is what all files together would have come to, but that rows set aside before
    stay so until a drop names them. Raises `FindingsError` as `cleaned` does, and where the
    results are not whole, newer than the drop, or counted by other code lists.
    """
    before = _standing(out, declaration, reference)
    made = Made.of(paths, declaration, before.periods, reference)
    if before.inputs[-len(made.inputs) :] == made.inputs:
        return summarised(out, engine)
    declaration = replace(declaration, statuses=declaration.statuses | WORDS)
    progress = Progress(show, len(paths) + 2 * STEPS + 2)
    with exchanged(out) as fresh, damage_found(), engine.beside(fresh) as folder:
        read = parsed(tables(paths, declaration, engine, folder, progress), reference, engine)
        progress(message("checking certificates"))
        minus, plus = _registries(read, out, fresh, engine)
        more = folder / "more"
        count_difference(minus, plus, before.periods, reference, engine, more, progress)
        progress(message("writing the counts"))
        _write_counts(out, more, fresh, engine)
        replace(made, inputs=(*before.inputs, *made.inputs)).write(fresh)
    return summarised(out, engine)


def _standing(out: Path, declaration: Declaration, reference: Reference) -> Made:
    before = Made.read(out)
    if before is None:
        expected = message("a folder with the whole results of a roll-up")
        advice = message("count all certificates first (python -m etl rollup)")
    elif before.codes != codes_of(reference):
        expected = message("results counted by the code lists of today")
        advice = message("count all certificates again (python -m etl rollup)")
    elif declaration.as_of < before.day:
        expected = message("files drawn on {day} or later", day=before.as_of)
        advice = message("bring drops in one after the other")
        raise FindingsError([Finding("--as-of", f"{declaration.as_of}", expected, advice)])
    else:
        return before
    raise FindingsError([Finding("--onto", str(out), expected, advice)])


def _registries(read: Any, out: Path, fresh: Path, engine: Engine) -> tuple[Any, Any]:
    """Write the registry and the quarantine; return what touched organisations had and have."""
    before, aside = (engine.parquet(out / f"{name}.parquet") for name in ("registry", "quarantine"))
    rows = engine.kept(read.rows())
    named = rows.filter(issue(rows).notnull())
    keys = engine.kept(named.select(*ISSUE, issue=issue(named)).distinct())
    numbers = engine.kept(keys.select(*NUMBER).distinct())
    is_deleted = (rows.status == DELETED) & issue(rows).notnull()
    told = rows.filter(~is_deleted.fill_null(False))
    touched = engine.kept(before.semi_join(numbers, NUMBER))
    found = resolved(read, told, engine, before=touched.anti_join(keys, ISSUE))
    now = engine.kept(found.clean.select(*before.columns).cast(before.schema()))
    whose = touched.select("organisation").union(now.select("organisation"))
    whose = engine.kept(whose.distinct())
    minus = engine.kept(before.semi_join(whose, "organisation"))
    plus = engine.kept(ibis.union(minus.anti_join(numbers, NUMBER), now))
    engine.write(ibis.union(before.anti_join(numbers, NUMBER), now), fresh / "registry.parquet")
    new = found.quarantine.select(*aside.columns).cast(aside.schema())
    engine.write(ibis.union(aside.anti_join(keys, "issue"), new), fresh / "quarantine.parquet")
    return minus, plus


def _write_counts(out: Path, more: Path, fresh: Path, engine: Engine) -> None:
    """Write what changes beside the counts, which stay as they are: `counted` adds it to them."""
    number = 1 + len({file.name[:_NUMBERED] for file in (out / "counts").glob(CHANGES)})
    for name in ("cells", "counts"):
        shutil.copytree(out / name, fresh / name, copy_function=os.link)
        there, change = (sorted((at / name).glob("*.parquet")) for at in (out, more))
        rows, former = engine.parquet(*change), engine.parquet(*there)
        place = fresh / name / CHANGES.replace("*", f"{number:04d}")
        if name == "cells":
            rows = rows.anti_join(former.select("cell"), "cell")
        if name == "cells" or engine.is_spark:
            form = former.schema()
            engine.write(rows.select(*form).cast(form), place)
        else:
            for file in change:
                file.rename(place.with_stem(f"{place.stem}-{file.stem}"))
