"""Checks of one figure at a time: its codes, its number, its place among the keys."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pandas as pd

from etl.checks.subject import Check, Subject, Wrong, figure, key
from etl.tidy import KEYS
from indicators.catalogue import Catalogue, tree_of
from indicators.findings import Message, message
from indicators.periods import SQL_PATTERN
from indicators.regions import ALL
from indicators.statuses import OBSERVATION_STATUSES
from indicators.store.tables import KEY

OBS_STATUS = list(OBSERVATION_STATUSES)
NO_VALUE = [code for code, status in OBSERVATION_STATUSES.items() if not status.has_value]
# SDMX CL_CONF_STATUS: the codes that our sources and rules use.
CONF_STATUS = ["F", "N", "C", "D", "S"]

_EXPECTED: dict[str, Message] = {
    "indicator": message("an indicator of the catalogue"),
    "period": message("a period such as 2020, 2020-Q3 or 2020-06"),
    "scheme": message("a scheme of the code list"),
    "industry": message("an industry of GB/T 4754-2017"),
    "size": message("an enterprise size of NBS 2017"),
    "region": message("a region of GB/T 2260"),
    "value": message("a finite number"),
    "status": message("a status of SDMX CL_OBS_STATUS"),
    "confidentiality": message("a status of SDMX CL_CONF_STATUS"),
}
_CORRECT = (
    message("correct the cell, or add the name to the code list"),
    message("correct the cell"),
)


def _code_lists(catalogue: Catalogue) -> dict[str, Collection[str]]:
    """Return the codes that each column may hold; periods and values have a form instead."""
    return {
        "indicator": catalogue.indicators.keys(),
        "scheme": set(catalogue.schemes["code"]),
        "industry": {ALL, *catalogue.industries["code"]},
        "size": set(catalogue.sizes["code"]),
        "region": tree_of(catalogue).regions,
        "status": OBS_STATUS,
        "confidentiality": CONF_STATUS,
    }


def _wrong(subject: Subject, column: str) -> list[object]:
    """Return the distinct contents of a column that may not stand there; None for an empty cell."""
    # A value may be missing: the status says why. NaN and infinity are no figures.
    where = "WHERE NOT isfinite(value)" if column == "value" else ""
    cells = subject.ask(f"SELECT DISTINCT {column} FROM checked {where}")[column]
    if column == "value":
        return list(cells)
    if column == "period":
        wrong = cells[~cells.astype("str").str.fullmatch(SQL_PATTERN, na=False)]
    else:
        wrong = cells[~cells.isin(_code_lists(subject.catalogue)[column])]
    return [None if pd.isna(cell) else cell for cell in wrong]


def _cells(subject: Subject, *columns: str) -> Iterator[Wrong]:
    for column in columns:
        wrong = _wrong(subject, column)
        if not wrong:
            continue
        rows = subject.records(
            f"SELECT {column} AS cell, file, sheet, row FROM checked "
            f"WHERE list_contains($wrong, {column}) OR ($empty AND {column} IS NULL)",
            wrong=[cell for cell in wrong if cell is not None],
            empty=None in wrong,
        )
        for row in rows:
            cell = "" if row["cell"] is None else str(row["cell"])
            yield Wrong(row, cell, _EXPECTED[column], _CORRECT[column == "value"], column, ())


def _codes(subject: Subject) -> Iterator[Wrong]:
    yield from _cells(subject, *KEY, "status", "confidentiality")


def _finite(subject: Subject) -> Iterator[Wrong]:
    yield from _cells(subject, "value")


_UNIT = message("look for a wrong unit (万, 亿, %) or a shifted decimal point")
_KEEP = message("keep the figure that holds and remove the other")
_NEWER = message(
    "keep the figure that holds and remove the other; of files of one publisher, `date` under "
    "`provenance` says which is newer"
)


def _unique(subject: Subject) -> Iterator[Wrong]:
    hashed = f"hash({KEYS})"
    subject.keep(
        "twice",
        f"SELECT {hashed} AS hashed FROM checked GROUP BY hashed HAVING count(*) > 1",
    )
    question = f"""
        SELECT * FROM (
            SELECT {KEYS}, file, sheet, row, count(*) OVER same AS together,
                list(concat_ws(' · ', file, nullif(sheet, ''), row)) OVER same AS places
            FROM checked WHERE {hashed} IN (SELECT hashed FROM twice)
            WINDOW same AS (PARTITION BY {KEYS})
        ) WHERE together > 1 ORDER BY {KEYS}, file, row
    """
    for row in subject.records(question):
        here = " · ".join(str(row[name]) for name in ("file", "sheet", "row") if row[name])
        others = list(row["places"])
        others.remove(here)
        places = "; ".join(sorted(others)[:5])
        expected = message("one figure for each key; it stands in {places} too", places=places)
        same_file = all(place.startswith(f"{row['file']} · ") for place in others)
        yield Wrong(row, key(row), expected, _KEEP if same_file else _NEWER, None, ())


def _range(subject: Subject) -> Iterator[Wrong]:
    question = """
        WITH outside AS (
            SELECT indicator, low, high FROM (
                SELECT indicator, min(value) AS least, max(value) AS most FROM checked
                WHERE isfinite(value) GROUP BY indicator
            ) JOIN meaning USING (indicator) WHERE least < low OR most > high
        )
        SELECT value, low, high, file, sheet, row FROM checked JOIN outside USING (indicator)
        WHERE isfinite(value) AND value NOT BETWEEN low AND high
    """
    for row in subject.records(question):
        yield Wrong(
            row,
            figure(row["value"]),
            message("between {low} and {high}", low=figure(row["low"]), high=figure(row["high"])),
            _UNIT,
        )


def _whole(subject: Subject) -> Iterator[Wrong]:
    question = """
        WITH broken AS (
            SELECT indicator FROM (
                SELECT indicator, bool_or(value <> round(value)) AS broken FROM checked
                WHERE isfinite(value) GROUP BY indicator
            ) JOIN meaning USING (indicator)
            WHERE broken AND kind = 'count' AND decimals = 0
        )
        SELECT value, file, sheet, row FROM checked SEMI JOIN broken USING (indicator)
        WHERE isfinite(value) AND value <> round(value)
    """
    for row in subject.records(question):
        yield Wrong(
            row,
            figure(row["value"]),
            message("a whole number: this is a count"),
            _UNIT,
        )


def _missing(subject: Subject) -> Iterator[Wrong]:
    question = """
        SELECT value, status, file, sheet, row FROM checked
        WHERE value IS NOT NULL AND status IN (SELECT unnest($without))
    """
    for row in subject.records(question, without=NO_VALUE):
        expected = message("no value where the status is {status}", status=row["status"])
        advice = message("remove the value, or correct the status")
        yield Wrong(row, figure(row["value"]), expected, advice)


CODES = Check(
    "codes", "error", message("Every code is one of the catalogue or of its code lists."), _codes
)
FINITE = Check("finite", "error", message("Every value is a finite number."), _finite, True)
UNIQUE = Check(
    "unique",
    "error",
    message("One figure for each indicator, period, scheme, industry, size and region."),
    _unique,
)
RANGE = Check(
    "range", "error", message("Every value lies in the range of its indicator."), _range, True
)
WHOLE = Check("whole", "error", message("Every count is a whole number."), _whole)
MISSING = Check(
    "missing", "error", message("A figure that is marked as missing has no value."), _missing
)
