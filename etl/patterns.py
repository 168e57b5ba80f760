"""Paths for readers that take a path for a pattern: `看板[2026]` names that folder alone."""

from __future__ import annotations

import re
from pathlib import Path


def duckdb_path(path: Path) -> str:
    """Return a path in which DuckDB finds no pattern: a sign in brackets stands for itself."""
    return re.sub(r"[*?\[]", r"[\g<0>]", str(path))


def spark_path(path: Path) -> str:
    """Return a path in which Spark's file system finds no pattern."""
    return re.sub(r"[*?\[\]{}\\]", r"\\\g<0>", str(path))
