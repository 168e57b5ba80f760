"""Raw files and releases move together: in data/raw stands what the newest release was made of.

    pending/    copies of what is to stand there once a release is public, with a journal
    versions/   what stood there before, and what releases were made of, by checksum

Both lie beside data/raw. Files go into place after the commit; on an error before it they never
do. Whoever dies in between leaves the journal, and the next publisher, who alone holds the lock
then, asks the database which of the two happened: the release that the journal was for is there
with these files as its inputs, or it is not.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from etl.figures.declaration import SHARED
from etl.files.checksums import sha256
from etl.publish.lock import publishing
from indicators.findings import Finding, FindingsError, message
from indicators.store.archive import frame_of, newest
from indicators.store.tables import KEY, citation, observation, release, release_input, retraction

JOURNAL = "journal.json"
LARGEST = 64 * 2**20  # bytes of a file of which a version is kept without being asked
OWN = "own"  # the source that files named on the command line belong to
MEANING = ("targets", "catalogue", "reference")  # sources of files that do not stand in raw
_OF_RAW = release_input.c.source.not_in(MEANING)
_GARBAGE = 24 * 3600  # seconds after which copies without a journal are nobody's


@dataclass(frozen=True)
class Filing:
    """What is to change in `raw` with a release.

    come: names below raw with the files whose content is to stand there. gone: names that leave.
    """

    raw: Path
    come: Mapping[str, Path] = field(default_factory=dict)
    gone: Sequence[str] = ()


class Pending:
    """A filing under way; without one, all of this does nothing."""

    def __init__(self, filing: Filing | None) -> None:
        self.filing = filing
        self.folder: Path | None = None
        self.parts: dict[str, tuple[str, str]] = {}  # name: part in the folder, sha256
        self.committing = False
        self.public = False  # there is a release that is made of the files
        self.unfinished = False  # public, and the files not yet in place

    def copy(self) -> None:
        """Copy the files beside raw, before anybody has to wait for it."""
        if self.filing is None or not (self.filing.come or self.filing.gone):
            return
        self.folder = _pending(self.filing.raw) / uuid.uuid4().hex
        self.folder.mkdir(parents=True)
        for number, (name, source) in enumerate(self.filing.come.items()):
            part = self.folder / str(number)
            shutil.copy2(source, part)
            self.parts[name] = (part.name, sha256(part))

    def check(self, inputs: pd.DataFrame) -> None:
        """Raise `FindingsError` where a file is another by now than the one that was read."""
        read = dict(zip(inputs["file"], inputs["sha256"], strict=True))
        changed = [name for name, (_, sha) in self.parts.items() if read.get(name, sha) != sha]
        if changed:
            expected = message("the file as it was read")
            advice = message("it changed meanwhile: run the command again")
            raise FindingsError(
                [Finding(name, name, expected, advice, figures=()) for name in changed]
            )

    def begin(self, connection: sa.Connection) -> None:
        """Settle what others left and write the journal, as the one who holds the lock."""
        if self.filing is None:
            return
        settle(connection, self.filing.raw)
        if self.folder is None:
            return
        entry = {"base": newest(connection), "come": self.parts, "gone": list(self.filing.gone)}
        half = self.folder / f".{JOURNAL}"
        with half.open("w", encoding="utf-8") as stream:
            json.dump(entry, stream, ensure_ascii=False)
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(self.folder / JOURNAL)

    def commit(self, number: int | None) -> None:
        """Say which release is about to be public, None where there is none."""
        self.committing, self.public = True, number is not None

    def end(self) -> None:
        """Put the files of a release into place. What fails is left to the next run."""
        if self.filing is not None and self.folder is not None and self.public:
            try:
                _finish(self.filing.raw, self.folder)
            except OSError:
                self.unfinished = True
        elif self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def abandon(self) -> None:
        """Forget the files after an error. During a commit only the database knows."""
        if self.folder is not None and not self.committing:
            shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def filed(pending: Pending) -> Iterator[None]:
    """Copy before the transaction, put into place after it; forget where there is no release."""
    try:
        pending.copy()
        yield
    except BaseException:
        pending.abandon()
        raise
    pending.end()


def settle_all(engine: sa.Engine, raw: Path) -> None:
    """Settle what a publisher who died has left, if any has."""
    if any(_pending(raw).glob(f"*/{JOURNAL}")):
        with publishing(engine) as connection:
            settle(connection, raw)


def settle(connection: sa.Connection, raw: Path) -> None:
    """Finish or forget every journal, by what the database says; the caller holds the lock."""
    for folder in sorted(_pending(raw).glob("*")):
        try:
            journal = json.loads((folder / JOURNAL).read_text(encoding="utf-8"))
        except FileNotFoundError:
            with suppress(FileNotFoundError):
                if time.time() - folder.stat().st_mtime > _GARBAGE:
                    shutil.rmtree(folder, ignore_errors=True)
            continue
        if _won(connection, journal):
            _finish(raw, folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _won(connection: sa.Connection, journal: Mapping[str, object]) -> bool:
    """Return whether the release that a journal was for is public."""
    base, come, gone = journal["base"], journal["come"], journal["gone"]
    assert isinstance(come, dict)
    assert isinstance(gone, list)
    number = int(str(base)) + 1 if base is not None else 1
    if connection.scalar(sa.select(release.c.release).where(release.c.release == number)) is None:
        return False
    made_of = _inputs(connection, number)
    return all(made_of.get(name) == sha for name, (_, sha) in come.items()) and not (
        made_of.keys() & set(gone)
    )


def _inputs(connection: sa.Connection, number: int, *, raw: bool = True) -> dict[str, str]:
    """Return the files of a release with their sha256: those of raw, or the others."""
    columns = sa.select(release_input.c.file, release_input.c.sha256)
    chosen = release_input.c.release == number, _OF_RAW if raw else ~_OF_RAW
    return dict(connection.execute(columns.where(*chosen)).all())


def _finish(raw: Path, folder: Path) -> None:
    journal = json.loads((folder / JOURNAL).read_text(encoding="utf-8"))
    for name, (part, sha) in journal["come"].items():
        target = raw / name
        with suppress(FileNotFoundError):  # another has just done it
            if target.exists() and sha256(target) != sha:
                _shelve(raw, target)
            target.parent.mkdir(parents=True, exist_ok=True)
            _move(folder / part, target)
    for name in journal["gone"]:
        with suppress(FileNotFoundError):
            _shelve(raw, raw / name)
    shutil.rmtree(folder, ignore_errors=True)


def _move(source: Path, target: Path) -> None:
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:  # raw is another disk than the folder beside it
            raise
        _copy(source, target)
        source.unlink()


def _copy(source: Path, target: Path) -> None:
    """Copy so that nobody sees half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        shutil.copy2(source, half)
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)


def _pending(raw: Path) -> Path:
    return raw.parent / "pending"


# Versions: what raw files were.


def version_file(raw: Path, name: str, sha: str) -> Path:
    """Return where a version of a raw file is kept, if it is."""
    return raw.parent / "versions" / f"{sha[:16]}-{Path(name).name}"


def _shelve(raw: Path, target: Path) -> None:
    """Put a raw file among the versions."""
    kept = version_file(raw, target.name, sha256(target))
    kept.parent.mkdir(parents=True, exist_ok=True)
    _move(target, kept)


def keep_versions(engine: sa.Engine, raw: Path, inputs: pd.DataFrame) -> None:
    """Keep a copy of what a release was made of, so that it can be brought back.

    Not of large files, nor of those that a retracted figure was read from. What cannot be kept is
    no fault of the release: a rollback says which files it lacks.
    """
    same = sa.and_(*(retraction.c[name] == observation.c[name] for name in KEY))
    holding = (
        sa.select(citation.c.file)
        .join_from(retraction, observation, same)
        .join(citation, citation.c.citation == observation.c.citation)
        .where(retraction.c.rule == "retracted")
    )
    with engine.connect() as connection:
        left_out = set(connection.scalars(holding))
        known = sa.select(release_input.c.file, release_input.c.sha256).distinct()
        for name, sha in connection.execute(known.where(release_input.c.file.in_(left_out))):
            version_file(raw, name, sha).unlink(missing_ok=True)  # where a retraction was cut short
    for name, sha in zip(inputs["file"], inputs["sha256"], strict=True):
        if name in left_out:
            continue
        path, kept = raw / name, version_file(raw, name, sha)
        with suppress(OSError):
            if not kept.exists() and path.stat().st_size <= LARGEST and sha256(path) == sha:
                _copy(path, kept)


def bring_back(engine: sa.Engine, raw: Path, name: str, number: int) -> list[str]:
    """Put the version of a raw file that a release was made of into its place again.

    What stands there becomes a version. With a table comes the description that it is nothing
    without, and the other way round, where none stands there. Returns what was put into place,
    nothing where it stood there. Raises `LookupError` where the release was not made of such a
    file, `FileNotFoundError` where that version is not kept.
    """
    with engine.connect() as connection:
        then = _inputs(connection, number)
    if name not in then:
        raise LookupError(name)
    moved = [name] if _bring(raw, name, then[name]) else []
    shared = f"{name.rpartition('/')[0]}/{SHARED}"
    for other in {f"{name}.yaml", name.removesuffix(".yaml"), shared} & then.keys() - {name}:
        if not (raw / other).exists():
            with suppress(FileNotFoundError):  # which the next check tells of
                _bring(raw, other, then[other])
                moved.append(other)
    return sorted(moved)


def _bring(raw: Path, name: str, sha: str) -> bool:
    """Put a kept version into its place, and say whether it was not there."""
    kept, target = version_file(raw, name, sha), raw / name
    if _stands(raw, name, sha):
        return False
    if not kept.exists():
        raise FileNotFoundError(kept)
    if target.is_file():
        now = version_file(raw, name, sha256(target))
        if not now.exists():
            _copy(target, now)
    _copy(kept, target)
    return True


@dataclass(frozen=True)
class Return:
    """What it takes for raw to hold again what a release was made of.

    lost: files of which no version is kept. elsewhere: files beside raw, such as the register's,
    that are others by now; the next refresh reads them as they are.
    """

    filing: Filing
    lost: Sequence[str] = ()
    elsewhere: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.filing.come or self.filing.gone)


def returning(connection: sa.Connection, raw: Path, number: int) -> Return:
    """Return what brings raw back to release `number`; files that no release was made of stay."""
    then = _inputs(connection, number)
    come: dict[str, Path] = {}
    lost = []
    for name, sha in then.items():
        if _stands(raw, name, sha):
            continue
        kept = version_file(raw, name, sha)
        if kept.exists():
            come[name] = kept
        else:
            lost.append(name)
    since = connection.execute(
        sa.select(release_input.c.file, release_input.c.sha256)
        .distinct()
        .where(release_input.c.release > number, _OF_RAW)
        .order_by(release_input.c.file)
    )
    gone = [name for name, sha in since if name not in then and _stands(raw, name, sha)]
    last = newest(connection) or number
    now = _inputs(connection, last, raw=False)
    others = _inputs(connection, number, raw=False)
    elsewhere = [name for name, sha in others.items() if now.get(name) != sha]
    return Return(Filing(raw, come, gone), lost, elsewhere)


def _stands(raw: Path, name: str, sha: str) -> bool:
    """Return whether this version of a file stands in raw."""
    return (raw / name).is_file() and sha256(raw / name) == sha


def stem(file: str) -> str:
    """Return what a raw file and the description beside it are called alike."""
    return file.removesuffix(".yaml").removesuffix(".csv")


def taken_back(
    connection: sa.Connection, standing: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Return those of the files that stand as a rollback took them back: with which release.

    standing: name and sha256 of each. A table and its declaration are looked at together: where
    either is another, this is not what was taken back. Nor is what a release since then was made
    of all the same.
    """
    rollbacks = connection.execute(
        sa.select(release.c.release, release.c.restored)
        .where(release.c.restored.is_not(None))
        .order_by(release.c.release)
    ).all()
    together: dict[str, set[tuple[str, str]]] = {}
    for file, sha in standing:
        together.setdefault(stem(file), set()).add((file, sha))
    taken: dict[tuple[str, str], int] = {}
    for number, restored in rollbacks:
        inputs = sa.select(release_input.c.file, release_input.c.sha256).where(_OF_RAW)
        away = inputs.where(release_input.c.release.between(restored + 1, number - 1))
        again = inputs.where(
            sa.or_(release_input.c.release == restored, release_input.c.release >= number)
        )
        before = {(file, sha) for file, sha in connection.execute(away.distinct())}
        gone = {(file, sha) for file, sha in connection.execute(away.except_(again))}
        for alike in together.values():
            if alike <= before:
                taken |= dict.fromkeys(alike & gone, number)
    return taken


def returned(engine: sa.Engine, inputs: pd.DataFrame) -> list[Finding]:
    """Return a warning for each file that stands there as a rollback took it back."""
    standing = list(zip(inputs["file"], inputs["sha256"], strict=True))
    with engine.connect() as connection:
        taken = taken_back(connection, standing)
    advice = message(
        "correct the file, or bring an earlier version back with `python -m etl files`; if it "
        "holds after all, accept it and say why"
    )
    return [
        Finding(
            file,
            file,
            message("another version than the one that release {number} took back", number=number),
            advice,
            severity="warning",
            check="taken_back",
            figures=(),
        )
        for (file, sha), number in ((item, taken.get(item)) for item in standing)
        if number is not None
    ]


def versions(engine: sa.Engine, raw: Path) -> pd.DataFrame:
    """Return what raw files were in releases: file, first, last, sha256, bytes, place.

    first and last: the releases made of this version. place: `raw` where it stands there, else
    `kept`, or `lost` where we have no copy.
    """
    names = release_input.c
    first, last = (choose(names.release) for choose in (sa.func.min, sa.func.max))
    question = (
        sa.select(names.file, first.label("first"), last.label("last"), names.sha256, names.bytes)
        .where(_OF_RAW)
        .group_by(names.file, names.sha256, names.bytes)
        .order_by(names.file, last.desc())
    )
    with engine.connect() as connection:
        rows = frame_of(connection, question)
    standing = {name: sha256(raw / name) for name in set(rows["file"]) if (raw / name).is_file()}

    def place(name: str, sha: str) -> str:
        if standing.get(name) == sha:
            return "raw"
        return "kept" if version_file(raw, name, sha).exists() else "lost"

    return rows.assign(place=list(map(place, rows["file"], rows["sha256"])))
