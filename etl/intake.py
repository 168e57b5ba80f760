"""What there is to read: the sources with a module of their own, and files of one's own.

A file of one's own lies in data/raw/<source>/ without a module, or is named on a command; a
declaration says what is in it. It is tidied once: the Parquet file that comes of it is kept
until the file, its declaration, the code lists or our code change.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pandas as pd

from etl.documents import checksums, sha256
from etl.figures.declaration import beside
from etl.figures.grammar import read_declaration
from etl.figures.tidying import tidy
from etl.files.table import LOCKED, SUFFIXES
from etl.harmonise import add_citation
from etl.overlap import settle
from etl.publish.filing import MEANING, OWN, Filing
from etl.sources import SOURCES
from etl.suppression.retracted import blanked, without
from etl.tidy import DERIVED, TidyRows
from indicators import catalogue
from indicators.catalogue import Catalogue
from indicators.findings import Finding, FindingsError, message
from indicators.store.tables import citation

SUPERSEDED = "superseded"  # a folder of before versions were kept beside raw
TAKEN = {DERIVED, "demonstration", *MEANING, SUPERSEDED}
_SOURCE = re.compile(r"\w[\w-]{0,63}")
_KEPT = 24 * 3600  # seconds
READERS = 2  # files read at a time: more would each want their memory
Step = Callable[[str], object]


@dataclass(frozen=True)
class Named:
    """Files named on the command line, read as if they lay in data/raw/<source>/."""

    files: Sequence[Path] = ()
    source: str = OWN


@dataclass(frozen=True)
class _Read:
    """What one file of one's own came to; `tidied` is a Parquet file."""

    tidied: Path
    inputs: pd.DataFrame
    citations: pd.DataFrame
    warnings: Sequence[Finding] = ()


@dataclass
class Intake:
    """What the sources came to besides their rows: citations, checksums, warnings.

    kept: the folder of tidied files; used: those of them that belong to today's files.
    """

    kept: Path
    citations: list[pd.DataFrame] = field(default_factory=list)
    inputs: list[pd.DataFrame] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def add(self, file: _Read, rows: TidyRows) -> None:
        """Take in what a file of one's own came to."""
        self.citations.append(file.citations)
        self.inputs.append(file.inputs)
        self.warnings.extend(file.warnings)
        self.used.add(file.tidied.stem)
        rows.add_file(file.tidied)

    def forget(self) -> None:
        """Remove tidied files that nobody has used for a day; another refresh may be reading."""
        for file in self.kept.glob("*"):
            with suppress(FileNotFoundError):
                if file.stem not in self.used and time.time() - file.stat().st_mtime > _KEPT:
                    file.unlink()


def read(
    raw: Path, rows: TidyRows, named: Named, step: Step, retracted: pd.DataFrame
) -> Intake:  # fmt: skip
    """Take the rows of every source in; raises `FindingsError` with the findings of all of them.

    What was `retracted` (`etl.retracted.LISTED`) comes in without its numbers.
    """
    if wrong := misnamed(named):  # two readers of one file would write over each other
        raise FindingsError(wrong)
    known, made, findings = catalogue.load(), Intake(raw.parent / "tidy"), list[Finding]()
    for key in SOURCES:
        step(key)
        try:
            _read_source(key, raw, known, rows, made, retracted)
        except FindingsError as refusal:
            findings.extend(refusal.findings)
    with ThreadPoolExecutor(READERS) as readers:
        reading = [
            (
                source,
                readers.submit(_read_own, source, path, known, made.kept, rows.folder, retracted),
            )
            for source, path in _own_files(raw, named)
        ]
        try:
            for source, read_in in reading:
                step(source)
                try:
                    made.add(read_in.result(), rows)
                except FindingsError as refusal:
                    findings.extend(refusal.findings)
        finally:
            readers.shutdown(cancel_futures=True)
    if findings:
        raise FindingsError(findings)
    cited = pd.concat(made.citations, ignore_index=True)
    settle(rows, cited[~cited["source"].isin(list(SOURCES))])
    return made


def _read_source(
    key: str, raw: Path, known: Catalogue, rows: TidyRows, made: Intake, retracted: pd.DataFrame
) -> None:
    published = SOURCES[key].read(raw / key)
    rows.add(blanked(SOURCES[key].tidy(published, known).assign(source=key), retracted))
    cited = add_citation(published).assign(source=key).reindex(columns=citation.columns.keys())
    made.citations.append(cited.drop_duplicates("citation"))
    made.inputs.append(checksums(raw / key, raw))


def misnamed(named: Named) -> list[Finding]:
    """Return what is wrong with the names of the files and of their source."""
    findings = []
    if not _SOURCE.fullmatch(named.source) or named.source.casefold() in TAKEN | set(SOURCES):
        findings.append(
            Finding(
                "--source",
                named.source,
                message("a name of your own for the source: letters, digits, - and _"),
                message(
                    "it becomes a folder of data/raw; these are taken: {names}",
                    names=" ".join(sorted(TAKEN | set(SOURCES))),
                ),
            )
        )
    places: dict[str, list[Path]] = {}
    for path in named.files:
        places.setdefault(path.name.casefold(), []).append(path)
    findings += [
        Finding(
            paths[0].name,
            " / ".join(map(str, paths)),
            message("each file once, and one file of each name"),
            message("name the file once; of two files, give one another name"),
        )
        for paths in places.values()
        if len(paths) > 1
    ]
    return findings


def passed_over(raw: Path) -> list[str]:
    """Return what lies beside the files of one's own in raw but is not read."""
    found = []
    for place in sorted(raw.iterdir()) if raw.is_dir() else []:
        if place.name in SOURCES:
            continue
        if not place.is_dir():
            found.append(place.name)
            continue
        for path in sorted(place.iterdir()):
            of_a_file = path.suffix == ".yaml" and path.with_suffix("").exists()
            if path.name != SUPERSEDED and not of_a_file and not _is_figures(path):
                found.append(f"{place.name}/{path.name}" + ("/" if path.is_dir() else ""))
    return found


def _is_figures(path: Path) -> bool:
    """Return whether a file is one of figures; programs leave others beside those they open."""
    hidden = path.name.startswith((LOCKED, "."))
    return path.is_file() and path.suffix.lower() in SUFFIXES and not hidden


def _own_files(raw: Path, named: Named) -> Iterator[tuple[str, Path]]:
    """Yield source and path; a named file takes the place of its namesake in raw."""
    taken = {path.name for path in named.files}
    yield from ((named.source, path) for path in named.files)
    for place in sorted(raw.iterdir()):
        if not place.is_dir() or place.name in SOURCES:
            continue
        for path in sorted(place.iterdir()):
            replaced = place.name == named.source and path.name in taken
            if _is_figures(path) and not replaced:
                yield place.name, path


def _read_own(
    source: str, path: Path, known: Catalogue, kept: Path, folder: Path, retracted: pd.DataFrame
) -> _Read:
    declaration = read_declaration(path)
    inputs = pd.DataFrame(
        [
            (f"{source}/{file.name}", source, sha256(file), file.stat().st_size)
            for file in (path, beside(path))
            if file.exists()
        ],
        columns=["file", "source", "sha256", "bytes"],
    )
    tidied = kept / f"{_digest(source, path.name, *inputs['sha256'], _meaning())}.parquet"
    cited = tidied.with_suffix(".json")
    if tidied.exists() and cited.exists():
        without(tidied, retracted)  # if it was kept before
        for file in (tidied, cited):
            file.touch()
        citations = pd.DataFrame(json.loads(cited.read_text(encoding="utf-8")))
        return _Read(tidied, inputs, citations)
    kept.mkdir(parents=True, exist_ok=True)
    half = tidied.with_suffix(f".{os.getpid()}")
    try:
        done = tidy(path, declaration, known, half, source=source)
        without(half, retracted)
        if done.warnings:  # said again at every reading, so not kept
            tidied = folder / tidied.name
        else:
            cited.write_text(done.citations.to_json(orient="records"), encoding="utf-8")
        shutil.move(half, tidied)
    finally:
        half.unlink(missing_ok=True)
    return _Read(tidied, inputs, done.citations, done.warnings)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]


@cache
def _meaning() -> str:
    """Return a digest of all that says what a file means: code lists, catalogue, our code."""
    places = (
        catalogue.CATALOGUE.glob("*.yaml"), catalogue.REFERENCE.glob("*.csv"),
        Path(__file__).parent.rglob("*.py"),
    )  # fmt: skip
    return _digest(*(sha256(file) for place in places for file in sorted(place)))


def filing_of(named: Named, raw: Path) -> Filing:
    """Return where named files, with their declarations, are to stand below raw."""
    files = [file for path in named.files for file in (path, beside(path)) if file.exists()]
    return Filing(raw, {f"{named.source}/{file.name}": file for file in files})
