"""The checksums by which a release knows the files that it was made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from indicators import catalogue
from indicators.settings import ROOT

if TYPE_CHECKING:
    import pandas as pd

KEPT = ROOT / "data" / "tidy"


def checksums(folder: Path, root: Path, pattern: str = "**/*") -> pd.DataFrame:
    """Return file (relative to `root`), source, sha256 and bytes of what a folder holds."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "file": path.relative_to(root).as_posix(),
                "source": folder.name,
                "sha256": sha256(path),
                "bytes": path.stat().st_size,
            }
            for path in sorted(folder.glob(pattern))
            if path.is_file()
        ],
        columns=["file", "source", "sha256", "bytes"],
    )


def sha256(path: Path) -> str:
    """Return the digest of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest(*parts: str) -> str:
    """Return a short digest of texts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]


def digest_of(files: Iterable[Path]) -> str:
    """Return a short digest of the names and contents of files."""
    return digest(*(part for file in sorted(files) for part in (file.name, sha256(file))))


def meaning(*, targets: bool = False) -> str:
    """Return a digest of all that says what a file means: catalogue, code lists, our code.

    targets: those of the register, what stands beside the boundaries and which sources have a
    folder, too.
    """
    own = catalogue.CATALOGUE.glob("**/*.*" if targets else "*.*")
    beside = catalogue.REFERENCE.glob("boundaries/*.yaml") if targets else ()
    lists = catalogue.REFERENCE.glob("*.*")
    texts = [path for path in (*own, *lists, *beside) if path.is_file()]
    folders = catalogue.REFERENCE.parent.glob("raw/*/") if targets else ()
    return digest(digest_of(texts), _code(), *sorted(folder.name for folder in folders))


def right() -> Path | None:
    """Return the file that stands where catalogue, register and code lists were found right.

    None where one of them cannot be read.
    """
    try:
        return KEPT / f"{meaning(targets=True)}.right"
    except OSError:
        return None


@cache
def _code() -> str:
    return digest_of(path for name in ("etl", "indicators") for path in (ROOT / name).rglob("*.py"))
