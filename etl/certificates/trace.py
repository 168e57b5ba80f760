"""The certificates behind a figure of the roll-up, for analysts with access to the registry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import ibis

from etl.certificates.changes import MEASURES
from etl.certificates.cube import DIMENSIONS, Reference, cube
from etl.certificates.publication import INDICATORS, QUALITY_MANAGEMENT
from etl.certificates.validity import period
from indicators.findings import Finding, FindingsError, message
from indicators.regions import ALL


@dataclass(frozen=True)
class Figure:
    """A figure's indicator, period and cell."""

    indicator: str
    period: str
    region: str = ALL
    industry: str = ALL
    size: str = ALL
    scheme: str = ALL


def counted_as(figure: Figure) -> Figure:
    """Return the count that a published figure is; a count itself stays as it is."""
    scheme, quality_management = QUALITY_MANAGEMENT
    if figure.indicator == quality_management:
        return replace(figure, indicator="certified_organisations", scheme=scheme)
    counts = {published: count for count, published in INDICATORS.items()}
    return replace(figure, indicator=counts.get(figure.indicator, figure.indicator))


def trace_figure(registry: Any, figure: Figure, reference: Reference) -> Any:
    """Return the rows of the clean registry that a figure counts.

    `figure` is a count or one published from it. Their number is the figure, or that of their
    distinct organisations where organisations are counted. Raises `FindingsError` for an unknown
    indicator, period or code.
    """
    again = message("choose again")
    asked, figure = figure.indicator, counted_as(figure)
    cells = cube(reference)
    findings = [
        Finding(f"--{name}", getattr(figure, name), message("a code of the catalogue"), again)
        for name in DIMENSIONS
        if getattr(figure, name) not in getattr(cells, name).codes
    ]
    if figure.indicator not in MEASURES:
        known = [*INDICATORS.values(), QUALITY_MANAGEMENT[1]]
        findings.append(Finding("indicator", asked, message("one of {names}", names=known), again))
    if findings:
        raise FindingsError(findings)
    rows = registry
    for name in DIMENSIONS:
        code = getattr(figure, name)
        if code != ALL:
            rows = rows.filter(rows[name].isin(getattr(cells, name).members(code)))
    when = period(figure.period)
    start, day = ibis.literal(when.first_day), ibis.literal(when.last_day)
    in_force = (rows.issued <= day) & (rows.ends > day)
    resting = (rows.suspended <= day).fill_null(False)
    ended = (rows.ends >= start) & (rows.ends <= day)
    counted = {
        "certificates_valid": in_force & ~resting,
        "certified_organisations": in_force & ~resting,
        "certificates_suspended": in_force & resting,
        "certificates_new": (rows.issued >= start) & (rows.issued <= day) & ~rows.reissue,
        "certificates_lapsed": ended & (rows.ended_by == "lapsed"),
        "certificates_withdrawn": ended & (rows.ended_by == "withdrawn"),
    }
    return rows.filter(counted[figure.indicator])
