"""What a row's status and confidentiality say, and what stands in place of a figure."""

from __future__ import annotations

from typing import Any

import numpy as np

from etl.own.conversion import Codes
from etl.own.declaration import MEANINGS

MISSING, NOT_APPLICABLE, WITHHELD, OMITTED = (
    1 + MEANINGS.index(code) for code in ("M", "O", "C", "omit")
)


def says(codes: Codes | None, wanted: tuple[str | None, ...]) -> Any:
    """Return which rows say one of `wanted`; None stands for a file without such a column."""
    if codes is None:
        return np.bool_(None in wanted)
    return np.array([*(code in wanted for code in codes.codes), False])[codes.rows]


def marked(status: Codes, secret: Codes, meaning: Any) -> tuple[Codes, Codes]:
    """Return status and confidentiality, where there is no figure by what stands in its place."""
    for code, wanted, marks in (
        ("M", (MISSING, WITHHELD), status),
        ("O", (NOT_APPLICABLE,), status),
        ("C", (WITHHELD,), secret),
    ):
        here = np.isin(meaning, wanted)
        if marks is status:
            here &= ~says(status, ("M", "O"))
        if here.any():
            if code not in marks.codes:
                marks.codes.append(code)
            marks.rows = np.where(here, marks.codes.index(code), marks.rows)
    return status, secret
