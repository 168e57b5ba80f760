"""What there is to read: the files in data/raw/<source>/, and those named on a command.

A declaration says what is in each. A file is tidied once: the Parquet file that comes of it is
kept until the file, its declaration, the code lists or our code change.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from etl.figures.declaration import SHARED, beside
from etl.files.checksums import digest, meaning, sha256
from etl.files.table import LOCKED, SUFFIXES
from etl.publish.filing import MEANING, OWN, Filing
from etl.suppression.redaction import unread
from etl.suppression.retraction import without
from etl.tidy import DERIVED, KEYS, SIZES, TidyRows
from indicators import catalogue
from indicators.catalogue import Catalogue
from indicators.exports.downloads import RESERVED
from indicators.findings import Finding, FindingsError, message
from indicators.store.tables import citation

SUPERSEDED = "superseded"  # a folder of before versions were kept beside raw
TAKEN = {DERIVED, "demonstration", *MEANING, SUPERSEDED}
REGISTRY = "registry"  # the one source of the catalogue that is everybody's own
_SOURCE = re.compile(r"\w[\w-]{0,63}")
_KEPT = 24 * 3600  # seconds
READERS = 2  # files read at a time: more would each want their memory
Step = Callable[[str], object]


@dataclass(frozen=True)
class Named:
    """Files named on the command line, read as if they lay in data/raw/<source>/."""

    files: Sequence[Path] = ()
    source: str = OWN


_Input = tuple[str, str, str, int]  # file, source, sha256, bytes


@dataclass(frozen=True)
class _Read:
    """What one file came to; `tidied` is a Parquet file."""

    tidied: Path
    inputs: list[_Input]
    citations: list[dict[str, Any]]
    warnings: Sequence[Finding] = ()


@dataclass
class Intake:
    """What the sources came to besides their rows: citations, checksums, warnings.

    kept: the folder of tidied files; tidied: those of them that belong to today's files.
    """

    kept: Path
    warnings: list[Finding] = field(default_factory=list)
    tidied: list[Path] = field(default_factory=list)
    _citations: list[dict[str, Any]] = field(default_factory=list)
    _inputs: dict[str, _Input] = field(default_factory=dict)

    def add(self, file: _Read) -> None:
        """Take in what a file came to."""
        self._citations.extend(file.citations)
        # What the files of a source have in common was read with each of them.
        self._inputs |= {read[0]: read for read in file.inputs}
        self.warnings.extend(file.warnings)
        self.tidied.append(file.tidied)

    def citations(self) -> pd.DataFrame:
        """Return what the files cite, columns as the table `citation`."""
        return pd.DataFrame(self._citations, columns=list(citation.columns.keys()))

    def inputs(self) -> pd.DataFrame:
        """Return every file that was read: file, source, sha256, bytes."""
        columns = ["file", "source", "sha256", "bytes"]
        return pd.DataFrame(list(self._inputs.values()), columns=columns)

    def forget(self) -> None:
        """Remove tidied files that nobody has used for a day; another refresh may be reading."""
        used = {file.stem for file in self.tidied}
        for file in self.kept.glob("*"):
            with suppress(FileNotFoundError):
                if file.stem not in used and time.time() - file.stat().st_mtime > _KEPT:
                    file.unlink()


def read(raw: Path, rows: TidyRows, named: Named, step: Step, retracted: pd.DataFrame) -> Intake:
    """Take the rows of every source in; raises `FindingsError` with the findings of all of them.

    What was `retracted` (`etl.retracted.LISTED`) comes in without its numbers.
    """
    # Two readers of one file would write over each other.
    if wrong := [*misnamed(named, raw), *_emptied(raw)]:
        raise FindingsError(wrong)
    known, made, findings = catalogue.load(), Intake(_keeping(raw, rows.folder)), list[Finding]()
    sense = meaning()
    with ThreadPoolExecutor(READERS) as readers:
        reading = [
            (
                source,
                readers.submit(
                    _tidied, source, path, shared, known, made.kept, rows.folder, retracted, sense
                ),
            )
            for source, path, shared in _files(raw, named)
        ]
        try:
            for source, read_in in reading:
                step(source)
                try:
                    made.add(read_in.result())
                except FindingsError as refusal:
                    # What a source's files share is read with each of them, and told once.
                    findings += [
                        finding
                        for finding in refusal.findings
                        if finding.file != f"{source}/{SHARED}" or finding not in findings
                    ]
        finally:
            readers.shutdown(cancel_futures=True)
    if findings:
        raise FindingsError(findings)
    rows.add_files(made.tidied)
    leave_out_repeated(rows, made.citations())
    return made


def _keeping(raw: Path, otherwise: Path) -> Path:
    """Return where tidied files are kept: beside raw, where that may be written to."""
    kept = raw.parent / "tidy"
    with suppress(OSError):
        kept.mkdir(parents=True, exist_ok=True)
    return kept if os.access(kept, os.W_OK) else otherwise


def shipped(raw: Path, known: Catalogue) -> pd.DataFrame:
    """Return the tidy rows of the sources that the catalogue describes."""
    from etl.figures.grammar import read_declaration
    from etl.figures.tidying import tidy

    with TemporaryDirectory() as folder:
        rows = TidyRows(Path(folder))
        for number, (source, path, shared) in enumerate(_files(raw, Named())):
            if source in known.sources and source != REGISTRY:
                out = rows.folder / f"shipped-{number}.parquet"
                tidy(path, read_declaration(path, shared), known, out, source=source)
                rows.add_files([out])
        return rows.frame()


def misnamed(named: Named, raw: Path) -> list[Finding]:
    """Return what is wrong with the names of the files and of their source."""
    findings = []
    taken = TAKEN | set(catalogue.load().sources) - {REGISTRY}
    source = _folded(named.source)
    folders = {place.name for place in raw.iterdir()} if raw.is_dir() else set()
    alike = [name for name in folders - {named.source} if _folded(name) == source]
    usual = alike[0] if alike else unicodedata.normalize("NFKC", named.source)
    # Windows keeps the names of devices, and opens their folders under none.
    wrong = not _SOURCE.fullmatch(source) or source in taken or RESERVED.match(source)
    if not wrong and usual != named.source and named.source not in folders:
        findings.append(
            Finding(
                "--source",
                named.source,
                message("the name of its folder: {name}", name=usual),
                message("names that differ in width or case alone are of one folder"),
            )
        )
    if wrong:
        findings.append(
            Finding(
                "--source",
                named.source,
                message("a name of your own for the source: letters, digits, - and _"),
                message(
                    "it becomes a folder of data/raw; these are taken: {names}",
                    names=" ".join(sorted(taken)),
                ),
            )
        )
    findings += [
        Finding(
            path.name,
            str(path),
            message("a file that does not stand in data/raw yet"),
            message("it is read without being named: run python -m etl refresh"),
        )
        for path, place in ((path, path.resolve().parent) for path in named.files)
        if place.parent == raw.resolve() and place.name != named.source
    ]
    places: dict[str, list[Path]] = {}
    for path in named.files:
        places.setdefault(_folded(path.name), []).append(path)
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


def _folded(name: str) -> str:
    """Return a name as systems compare it that know neither case nor width."""
    return unicodedata.normalize("NFKC", name).casefold()


def passed_over(raw: Path) -> list[str]:
    """Return what lies beside the files of figures in raw but is not read."""
    found = []
    for place in sorted(raw.iterdir()) if raw.is_dir() else []:
        if not place.is_dir():
            found.append(place.name)
            continue
        for path in sorted(place.iterdir()):
            of_a_file = path.suffix == ".yaml" and path.with_suffix("").exists()
            read = of_a_file or path.name == SHARED or _is_figures(path)
            if path.name != SUPERSEDED and not read:
                found.append(f"{place.name}/{path.name}" + ("/" if path.is_dir() else ""))
    return found


def _is_figures(path: Path) -> bool:
    """Return whether a file is one of figures; programs leave others beside those they open."""
    hidden = path.name.startswith((LOCKED, "."))
    return path.is_file() and path.suffix.lower() in SUFFIXES and not hidden


def _emptied(raw: Path) -> list[Finding]:
    """Return a finding for each source whose files are declared but gone."""
    folders = [place.parent for place in sorted(raw.glob(f"*/{SHARED}"))]
    return [
        Finding(
            f"{folder.name}/{SHARED}",
            "",
            message("at least one file of figures"),
            message("put the published files back"),
        )
        for folder in folders
        if not any(map(_is_figures, folder.iterdir()))
    ]


def _files(raw: Path, named: Named) -> Iterator[tuple[str, Path, Path]]:
    """Yield the source, the path, and where the declaration of all files of the source stands.

    A named file takes the place of its namesake in raw.
    """
    taken = {path.name for path in named.files}
    yield from ((named.source, path, raw / named.source / SHARED) for path in named.files)
    for place in sorted(raw.iterdir()):
        if not place.is_dir():
            continue
        for path in sorted(place.iterdir()):
            replaced = place.name == named.source and path.name in taken
            if _is_figures(path) and not replaced:
                yield place.name, path, place / SHARED


def _tidied(
    source: str,
    path: Path,
    shared: Path,
    known: Catalogue,
    kept: Path,
    folder: Path,
    retracted: pd.DataFrame,
    sense: str,
) -> _Read:
    inputs = [
        (f"{source}/{file.name}", source, sha256(file), file.stat().st_size)
        for file in (path, beside(path), shared)
        if file.exists()
    ]
    checksums = (checksum for _, _, checksum, _ in inputs)
    tidied = kept / f"{digest(source, path.name, *checksums, sense)}.parquet"
    cited = tidied.with_suffix(".json")
    if tidied.exists() and cited.exists():
        without(tidied, retracted)  # if it was kept before
        for file in (tidied, cited):
            file.touch()
        return _Read(tidied, inputs, json.loads(cited.read_text(encoding="utf-8")))
    # Most files were tidied before: what reads them is slow to load.
    from etl.figures.grammar import read_declaration
    from etl.figures.tidying import tidy

    try:
        declaration = read_declaration(path, shared)
    except FindingsError as error:
        raise FindingsError([_below(source, finding) for finding in error.findings]) from None
    half = tidied.with_suffix(f".{os.getpid()}")
    try:
        try:
            done = tidy(path, declaration, known, half, source=source)
        except FindingsError as error:
            raise FindingsError(unread(error.findings, declaration, known)) from None
        warnings = unread(done.warnings, declaration, known)
        without(half, retracted)
        citations = done.citations.to_json(orient="records")
        if warnings:  # said again at every reading, so not kept
            tidied = folder / tidied.name
        else:
            cited.write_text(citations, encoding="utf-8")
        shutil.move(half, tidied)
    finally:
        half.unlink(missing_ok=True)
    return _Read(tidied, inputs, json.loads(citations), warnings)


def _below(source: str, finding: Finding) -> Finding:
    """Return a finding about a file under the name that the file has below raw."""
    name = finding.file.rpartition("/")[2]
    return replace(finding, file=f"{source}/{name}")


def filing_of(named: Named, raw: Path) -> Filing:
    """Return where named files, with their declarations, are to stand below raw."""
    files = [file for path in named.files for file in (path, beside(path)) if file.exists()]
    return Filing(raw, {f"{named.source}/{file.name}": file for file in files})


# Figures that several files of one publisher give, as exports of a moving window do. Equal figures
# are one figure. Of differing ones that of the newer document holds, by the date that each
# declaration gives; where the dates do not decide, all stay, and a check refuses them.
_SAID = ("value", "status", "confidentiality", "numerator", "denominator", *SIZES)
_DATE = "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"


def leave_out_repeated(rows: TidyRows, citations: pd.DataFrame) -> None:
    """Take out the rows that another file of the same source and publisher stands for.

    `citations` has citation, file, source, publisher, date of what is compared. Of equal rows
    the oldest stays, so that a new export does not change where a figure stands; of one date that
    with the shortest name: "2024 (1).csv" is a copy of "2024.csv".
    """
    files = citations.drop_duplicates(["source", "publisher", "file"])
    rivals = files.loc[files.duplicated(["source", "publisher"]), ["source", "publisher"]]
    if rivals.empty:
        return
    cited = citations.merge(rivals.drop_duplicates(), on=["source", "publisher"], validate="m:1")
    ask = rows.connection.execute
    rows.connection.register("cited", cited[["citation", "source", "publisher", "date"]])
    ask(
        f"""
        CREATE OR REPLACE TEMP TABLE told AS
        SELECT citation, hash(source, publisher) AS origin,
            CASE WHEN regexp_matches(date, '{_DATE}') THEN date END AS dated
        FROM cited
        """
    )
    ask(
        """
        CREATE OR REPLACE TEMP TABLE shared AS
        SELECT origin, indicator, period
        FROM (SELECT DISTINCT citation, file, indicator, period FROM tidy)
            JOIN told USING (citation)
        GROUP BY ALL HAVING count(DISTINCT file) > 1
        """
    )
    ask(
        f"""
        CREATE OR REPLACE TEMP TABLE superseded AS
        WITH rivals AS (
            SELECT {KEYS}, file, dated, origin, hash({", ".join(_SAID)}) AS said
            FROM tidy JOIN told USING (citation)
                SEMI JOIN shared USING (origin, indicator, period)
        ), compared AS (
            SELECT *,
                count(*) OVER same AS held,
                min(said) OVER same = max(said) OVER same AS equal,
                count(dated) OVER same AS with_date,
                min(length(dated)) OVER same = max(length(dated)) OVER same AS comparable,
                arg_max(said, dated) OVER same AS newest,
                max(dated) OVER same AS latest
            FROM rivals
            WINDOW same AS (PARTITION BY origin, {KEYS})
        ), decided AS (
            SELECT *,
                count(*) FILTER (WHERE dated = latest AND said <> newest)
                    OVER (PARTITION BY origin, {KEYS}) AS contested,
                count(*) OVER (PARTITION BY origin, {KEYS}, file) AS within
            FROM compared WHERE held > 1
        ), kept AS (
            SELECT *, max(within) OVER same AS repeated,
                row_number() OVER (
                    PARTITION BY origin, {KEYS}
                    ORDER BY equal OR said = newest DESC, dated NULLS LAST, length(file), file
                ) AS place
            FROM decided
            WINDOW same AS (PARTITION BY origin, {KEYS})
        )
        SELECT {KEYS}, file FROM kept
        WHERE place > 1 AND repeated = 1
            AND (equal OR (with_date = held AND comparable AND contested = 0))
        """
    )
    rows.leave_out("superseded")
