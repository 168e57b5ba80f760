"""What the newest check of the files found, and what publishing them would change.

One row, which the next check replaces, and which a release or a retraction takes away: it speaks of
what was public before. Nothing in it is published, and nothing is suppressed: see
`indicators.findings.shared`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from indicators.roles import Bounds, covers
from indicators.store.tables import last_check

DIFFERENCE = ("counts", "largest", "flips")


@dataclass(frozen=True)
class LastCheck:
    """What a check found, of what somebody may see.

    findings: one record a cause, `regions` and its sentences by language, as
    `etl.reporting.findings_records`. difference: the tables of `etl.publish.difference.Difference`
    by name, none where findings let nothing be compared. files: those named besides data/raw.
    """

    moment: str
    files: list[str]
    findings: Sequence[Mapping[str, Any]]
    difference: Mapping[str, pd.DataFrame] | None

    def within(self, bounds: Bounds) -> LastCheck:
        """Return what of it speaks of regions within bounds alone."""
        findings = [each for each in self.findings if covers(bounds, each["regions"])]
        tables = self.difference
        if tables is not None and bounds is not None:
            tables = {name: rows[rows["region"].isin(bounds)] for name, rows in tables.items()}
        files = self.files if bounds is None else []
        return LastCheck(self.moment, files, findings, tables)


def keep(
    connection: sa.Connection,
    files: list[str],
    findings: Sequence[Mapping[str, Any]],
    difference: Mapping[str, Sequence[Mapping[str, Any]]] | None,
) -> None:
    """Keep what a check found in the place of what the one before it did."""
    forget(connection)
    told = {"files": list(files), "findings": list(findings), "difference": difference}
    content = json.dumps(told, ensure_ascii=False)
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    connection.execute(sa.insert(last_check).values(moment=moment, content=content))


def forget(connection: sa.Connection) -> None:
    """Keep nothing of the newest check any more."""
    connection.execute(sa.delete(last_check))


def newest_check(connection: sa.Connection) -> LastCheck | None:
    """Return the newest check, None where there is none that still holds."""
    row = connection.execute(sa.select(last_check)).first()
    if row is None:
        return None
    told = json.loads(row.content)
    tables = told["difference"] and {
        name: pd.DataFrame(rows, columns=None if rows else ["region"])
        for name, rows in told["difference"].items()
    }
    return LastCheck(row.moment, told["files"], told["findings"], tables)
