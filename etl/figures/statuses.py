"""What a row's status and confidentiality say, and what stands in place of a figure."""

from __future__ import annotations

from typing import Any

import numpy as np

from etl.figures.conversion import Codes
from etl.figures.declaration import MEANINGS
from indicators.statuses import ObservationStatus

NO_DATA, NOT_APPLICABLE, SUPPRESSED, OMITTED = range(1, 1 + len(MEANINGS))
WITHOUT_VALUE = tuple(status.code for status in ObservationStatus if not status.has_value)


def says(codes: Codes | None, wanted: tuple[str | None, ...]) -> Any:
    """Return which rows say one of `wanted`; None stands for a file without such a column."""
    if codes is None:
        return np.bool_(None in wanted)
    return np.array([*(code in wanted for code in codes.codes), False])[codes.rows]


def marked(status: Codes, secret: Codes, meaning: Any) -> tuple[Codes, Codes]:
    """Return status and confidentiality, where there is no figure by what stands in its place."""
    for code, wanted, marks in (
        (ObservationStatus.NO_DATA.code, (NO_DATA, SUPPRESSED), status),
        (ObservationStatus.NOT_APPLICABLE.code, (NOT_APPLICABLE,), status),
        ("C", (SUPPRESSED,), secret),
    ):
        here = np.isin(meaning, wanted)
        if marks is status:
            here &= ~says(status, WITHOUT_VALUE)
        put(marks, code, here)
    return status, secret


def put(codes: Codes, code: str, here: Any) -> None:
    """Make a code that of the rows `here`."""
    if here.any():
        if code not in codes.codes:
            codes.codes.append(code)
        codes.rows = np.where(here, codes.codes.index(code), codes.rows)
