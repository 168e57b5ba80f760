"""Published documents under data/raw/<source>/: figures as a CSV, provenance as YAML beside it.

A document's table has one figure a row, in the words it was published in:

    indicator_name, region_name, scheme_name, industry, size, period, value, unit,
    basis, grade, place, note

Nothing is changed on reading; every cell stays text.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from indicators.findings import Finding, FindingsError, message
from indicators.strict_yaml import read

COLUMNS = [
    "indicator_name", "region_name", "scheme_name", "industry", "size", "period",
    "value", "unit", "basis", "grade", "place", "note",
]  # fmt: skip
PROVENANCE = ["publisher", "document", "date", "copy", "copy_kind", "url", "licence"]
REQUIRED = ["publisher", "document", "licence"]
RAW = Path("data") / "raw"


def documents(folder: Path) -> pd.DataFrame:
    """Return every figure of a source's documents: COLUMNS, PROVENANCE, `file` and `row`.

    Raises `FindingsError` with every file that cannot be read or lacks a column or its provenance.
    """
    tables: list[pd.DataFrame] = []
    findings: list[Finding] = []
    paths = sorted(folder.glob("*.csv"))
    if not paths:
        findings.append(
            Finding(
                str(folder),
                message("no file").text,
                message("at least one .csv file"),
                message("put the published files back"),
            )
        )
    for path in paths:
        try:
            tables.append(_document(path))
        except FindingsError as refusal:
            findings.extend(refusal.findings)
    if findings:
        raise FindingsError(findings)
    return pd.concat(tables, ignore_index=True)


def _document(path: Path) -> pd.DataFrame:
    name = f"{path.parent.name}/{path.name}"
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, pd.errors.ParserError) as error:
        raise FindingsError(
            [
                Finding(
                    name,
                    str(error),
                    message("a CSV table in UTF-8"),
                    message("save the file again as CSV (UTF-8)"),
                )
            ]
        ) from None
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise FindingsError(
            [
                Finding(
                    name,
                    ", ".join(table.columns),
                    message("the columns {columns}", columns=missing),
                    message("correct the header row"),
                    row=1,
                )
            ]
        )
    provenance = _provenance(path.with_suffix(".yaml"))
    return table[COLUMNS].assign(
        **{key: provenance.get(key) for key in PROVENANCE},
        file=name,
        row=range(2, len(table) + 2),
    )


def _provenance(path: Path) -> dict[str, Any]:
    name = f"{path.parent.name}/{path.name}"
    expected = message("the document's {keys}", keys=", ".join(REQUIRED))
    advice = message("write where the figures come from into {file}", file=name)
    written, findings = read(path)
    if findings:
        raise FindingsError([replace(finding, file=name) for finding in findings])
    content = written.content if written else None
    if not isinstance(content, dict) or any(not content.get(key) for key in REQUIRED):
        raise FindingsError([Finding(name, str(content), expected, advice)])
    return {key: None if value is None else str(value) for key, value in content.items()}


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
