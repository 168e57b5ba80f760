"""What must hold before rows may enter the database: each check declared once, in CHECKS.

An error stops a release, a warning until somebody accepts it and says why. Every finding names
the place, what was expected and what to do; no check stops at the first.

A figure that its source marks as confidential may be given: it is withheld on publication
(`etl.suppression`), so it is no finding.
"""

from __future__ import annotations

from collections.abc import Sequence

from etl.checks import agreement, one_figure, series
from etl.checks.subject import subject
from etl.tidy import TidyRows
from indicators.catalogue import Catalogue
from indicators.findings import Finding

CHECKS = (
    one_figure.CODES,
    one_figure.FINITE,
    one_figure.WHOLE,
    one_figure.MISSING,
    one_figure.UNIQUE,
    one_figure.RANGE,
    agreement.SUMS,
    agreement.RATIOS,
    agreement.GROWTH,
    agreement.BEYOND,
    agreement.SCOPE,
    series.COVERAGE,
    series.JUMPS,
    series.FUTURE,
    series.OUTSIDE_SPANS,
    series.EDITIONS,
    series.FREQUENCIES,
    series.ELSEWHERE,
)


def findings(
    rows: TidyRows,
    catalogue: Catalogue,
    *,
    published: bool = False,
    derived: bool = False,
    changed: Sequence[str] | None = None,
) -> list[Finding]:
    """Return everything that is wrong with the rows, asked in SQL.

    published: whether the connection has a view `published` (KEY, value, status,
    confidentiality) of what is public now, for the checks against history. derived: check what
    was derived from the rows, rather than the rows of the sources. changed: check only what
    these files have a part in.
    """
    checked = subject(rows, catalogue, published=published, derived=derived, changed=changed)
    return [
        finding
        for check in CHECKS
        if check.of_derived or not derived
        for finding in check.findings(checked)
    ]
