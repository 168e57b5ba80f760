"""The checksums by which a release knows the files that it was made of."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd


def checksums(folder: Path, root: Path, pattern: str = "**/*") -> pd.DataFrame:
    """Return file (relative to `root`), source, sha256 and bytes of what a folder holds."""
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
