"""The folder of a roll-up's results, which are there whole or not at all.

out/registry.parquet    the clean rows, what `trace_figure` reads and `update` compares
out/quarantine.parquet  the rows set aside as published, with file, row and reasons
out/quarantine.xlsx     the same rows for people; gone until new ones are complete
out/cells/ out/counts/  the counts, what `counted` reads
out/figures.parquet     those chosen for publication; gone until new ones are complete
out/complete.json       of what all these were made; written last, so that without it none is whole
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from etl.certificates.cube import Reference
from etl.certificates.registry_declaration import Declaration
from etl.figures.declaration import beside
from etl.files.checksums import digest, meaning, sha256

FIGURES = "figures.parquet"
FOR_PEOPLE = ("quarantine.xlsx", "quarantine.csv")  # see `quarantine`
RESULTS = ("registry.parquet", "quarantine.parquet", "cells", "counts")
COMPLETE = "complete.json"
_FRESH = ".unfinished"
_FORM = 1  # of the results; one more where what stands in them changes


@dataclass(frozen=True)
class Made:
    """What results were made of.

    codes: a digest of the code lists. inputs: of the files, their declarations, what holds for
    all of them, and this program.
    """

    as_of: str
    periods: tuple[str, ...]
    codes: str
    inputs: tuple[str, ...]
    form: int = _FORM

    @classmethod
    def of(
        cls,
        paths: Sequence[Path],
        declaration: Declaration,
        periods: Sequence[str],
        reference: Reference,
    ) -> Made:
        """Return what is to be made of certificate files."""
        read_from = [each for path in paths for each in (path, beside(path)) if each.is_file()]
        inputs = meaning(), digest(f"{declaration}"), *map(_named, read_from)
        return cls(declaration.as_of.isoformat(), tuple(periods), codes_of(reference), inputs)

    @classmethod
    def read(cls, out: Path) -> Made | None:
        """Return what the results in a folder were made of, `None` where none are whole."""
        with suppress(OSError, ValueError, TypeError, KeyError):
            said = json.loads((out / COMPLETE).read_text(encoding="utf-8"))
            periods, inputs = (tuple(said.pop(name)) for name in ("periods", "inputs"))
            return cls(**said, periods=periods, inputs=inputs)
        return None

    @property
    def day(self) -> date:
        """Return the day the files were drawn."""
        return date.fromisoformat(self.as_of)

    def write(self, folder: Path) -> None:
        """Write this beside the results."""
        text = json.dumps(asdict(self), indent=1)
        (folder / COMPLETE).write_text(text, encoding="utf-8")


def codes_of(reference: Reference) -> str:
    """Return a digest of the code lists, by which cells have their numbers."""
    frames = (*reference.lists.values(), reference.groups, reference.size_rules)
    return digest(*(frame.to_csv(index=False) for frame in frames))


def _named(path: Path) -> str:
    return f"{path.name} {sha256(path)}"


def results(out: Path) -> list[Path]:
    """Return what a roll-up into a folder replaces, be it there or not."""
    return [*_for_readers(out), *(out / name for name in RESULTS)]


def are_own(out: Path) -> bool:
    """Return whether the results in a folder are those of a roll-up, however it ended."""
    return any((out / name).exists() for name in (COMPLETE, _FRESH)) or all(
        (out / name).exists() for name in RESULTS
    )


@contextmanager
def exchanged(out: Path) -> Iterator[Path]:
    """Yield a folder for new results, which replace those in `out` once all are written.

    Where the block fails the former ones stay as they were.
    """
    with standing(out):
        fresh = out / _FRESH
        remove(fresh)
        fresh.mkdir()
        shutil.copymode(out, fresh)
        try:
            yield fresh
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        for path in (out / COMPLETE, *_for_readers(out)):
            remove(path)
        for name in RESULTS:
            remove(out / name)
            (fresh / name).rename(out / name)
        (fresh / COMPLETE).rename(out / COMPLETE)
        fresh.rmdir()


@contextmanager
def standing(out: Path) -> Iterator[None]:
    """Let a folder stand; one that was made for it goes again if nothing came into it."""
    made = [place for place in (out, *out.parents) if not place.exists()]
    out.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        with suppress(OSError):  # what results there are stay
            for place in made:
                place.rmdir()
        raise


def _for_readers(out: Path) -> list[Path]:
    return [*sorted(out.glob(f"{FIGURES}*")), *(out / name for name in FOR_PEOPLE)]


def remove(path: Path) -> None:
    """Remove a file, a folder with all in it, or nothing where there is none."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
