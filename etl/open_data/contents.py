"""The files of a package, a folder or a .zip: read within bounds, and none from outside of it."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from etl.files.listing import Listing
from indicators.findings import message

ENTRIES = 10_000  # files of a package
DESCRIBED = 16 << 20  # bytes of a descriptor, which is read in one piece
UNPACKED = 16 << 30  # bytes of a table
# A .zip of figures is a tenth to a fiftieth of them; what grows a thousandfold was made to.
GROWTH, LITTLE = 200, 64 << 20
_CHUNK = 1 << 20
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError)


class Contents:
    """The files of a package by their names in it, with `/` between folders."""

    def __init__(
        self,
        listing: Listing,
        *,
        folder: Path | None = None,
        packed: zipfile.ZipFile | None = None,
        alone: str = "",
    ) -> None:
        self._listing = listing
        self._folder, self._packed = folder, packed
        self._entries: dict[str, zipfile.ZipInfo] = {}
        self.names = [alone] if alone else []
        if packed is not None:
            self._take_in(packed)
        elif folder is not None and not alone:
            self._look_through(folder)

    def _take_in(self, packed: zipfile.ZipFile) -> None:
        entries = [entry for entry in packed.infolist() if not entry.is_dir()]
        self._count(len(entries))
        for entry in entries:
            if entry.filename in self._entries:
                self._listing.stop(
                    entry.filename,
                    message("each file of a package once"),
                    message("make the package again"),
                )
            self._entries[entry.filename] = entry
        self.names = list(self._entries)

    def _look_through(self, folder: Path) -> None:
        inside = folder.resolve()
        for number, path in enumerate(folder.rglob("*"), start=1):
            self._count(number)
            # A link may lead anywhere.
            if path.is_file() and path.resolve().is_relative_to(inside):
                self.names.append(path.relative_to(folder).as_posix())
        self.names.sort()

    def _count(self, number: int) -> None:
        if number > ENTRIES:
            self._listing.stop(
                str(number),
                message("a package of at most {limit} files", limit=ENTRIES),
                message("name the descriptor or the table itself"),
            )

    def beside(self, descriptor: str, name: object) -> str | None:
        """Return what a descriptor calls `name`, None where it is no file of the package."""
        if not isinstance(name, str) or not name:
            return None
        place = PurePosixPath(descriptor).parent / name
        if PurePosixPath(name).is_absolute() or ".." in place.parts or place.as_posix() == ".":
            return None
        return place.as_posix() if place.as_posix() in self.names else None

    def read(self, name: str) -> bytes:
        """Return a small file, such as a descriptor."""
        with self.opened(name) as stream:
            content = stream.read(DESCRIBED + 1)
        if len(content) > DESCRIBED:
            self._listing.stop(
                name,
                message("a descriptor of at most {size} MB", size=DESCRIBED >> 20),
                message("name the table itself, with a declaration beside it"),
            )
        return content

    def first_line(self, name: str) -> str:
        """Return the first line of a text file."""
        with self.opened(name) as stream:
            return stream.readline(_CHUNK).decode("utf-8-sig", "replace").rstrip("\r\n")

    def copy(self, name: str, to: Path) -> None:
        """Copy a file of any size out of the package."""
        size = self._size(name)
        free = shutil.disk_usage(to.parent).free
        if size > min(UNPACKED, free):
            self._listing.stop(
                f"{name}: {size >> 20} MB",
                message("a table of at most {size} MB", size=min(UNPACKED, free) >> 20),
                message("divide it, or make room on the disk"),
            )
        with self.opened(name) as source, to.open("wb") as target:
            shutil.copyfileobj(source, target, _CHUNK)

    def _size(self, name: str) -> int:
        entry = self._entries.get(name)
        if entry is None:
            return (self._folder or Path()).joinpath(name).stat().st_size
        if entry.file_size > LITTLE and entry.file_size > GROWTH * entry.compress_size:
            self._listing.stop(
                f"{name}: {entry.compress_size >> 10} KB → {entry.file_size >> 20} MB",
                message("a file that unpacks to at most {times} times its size", times=GROWTH),
                message("unpack it yourself, look at it, and name the folder"),
            )
        return entry.file_size

    @contextmanager
    def opened(self, name: str) -> Iterator[IO[bytes]]:
        """Yield the content of a file."""
        if self._packed is not None and self._entries[name].flag_bits & 1:
            self._listing.stop(
                name,
                message("a package without a password"),
                message("unpack it yourself and name the folder"),
            )
        place = (self._folder or Path()) / name
        try:
            with place.open("rb") if self._packed is None else self._packed.open(name) as stream:
                yield stream
        except _DAMAGED:
            self._listing.stop(
                name,
                message("a file that can be read"),
                message("the package is damaged: copy it anew"),
            )


@contextmanager
def opened_package(path: Path, listing: Listing) -> Iterator[Contents]:
    """Yield the files of a folder, of a .zip, of a descriptor's folder; a table stands alone."""
    if path.is_dir() or path.suffix.lower() == ".json":
        yield Contents(listing, folder=path if path.is_dir() else path.parent)
        return
    if path.suffix.lower() != ".zip":
        yield Contents(listing, folder=path.parent, alone=path.name)
        return
    try:
        packed = zipfile.ZipFile(path)
    except _DAMAGED:
        listing.stop(
            path.name, message("a whole .zip"), message("the package is damaged: copy it anew")
        )
    with packed:
        yield Contents(listing, packed=packed)
