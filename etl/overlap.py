"""Figures that several files of one publisher give, as exports of a moving window do.

Equal figures are one figure. Of differing ones that of the newer document holds, by the date that
each declaration gives; where the dates do not decide, all stay, and a check refuses them.
"""

from __future__ import annotations

import pandas as pd

from etl.tidy import SIZES, TidyRows
from indicators.store.tables import KEY

_KEYS = ", ".join(KEY)
_SAID = ("value", "status", "confidentiality", "numerator", "denominator", *SIZES)
_DATE = "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"


def settle(rows: TidyRows, citations: pd.DataFrame) -> None:
    """Take out the rows that another file of the same source and publisher stands for.

    `citations` has citation, file, source, publisher, date of what is compared. Of equal rows
    the oldest stays, so that a new export does not change where a figure stands; of one date that
    with the shortest name: "2024 (1).csv" is a copy of "2024.csv".
    """
    files = citations.drop_duplicates(["source", "publisher", "file"])
    rivals = files.loc[files.duplicated(["source", "publisher"]), ["source", "publisher"]]
    if rivals.empty:
        return
    cited = citations.merge(rivals.drop_duplicates(), on=["source", "publisher"], validate="m:1")
    ask = rows.connection.execute
    rows.connection.register("cited", cited[["citation", "source", "publisher", "date"]])
    ask(
        f"""
        CREATE OR REPLACE TEMP TABLE told AS
        SELECT citation, hash(source, publisher) AS origin,
            CASE WHEN regexp_matches(date, '{_DATE}') THEN date END AS dated
        FROM cited
        """
    )
    ask(
        """
        CREATE OR REPLACE TEMP TABLE shared AS
        SELECT origin, indicator, period
        FROM (SELECT DISTINCT citation, file, indicator, period FROM tidy)
            JOIN told USING (citation)
        GROUP BY ALL HAVING count(DISTINCT file) > 1
        """
    )
    ask(
        f"""
        CREATE OR REPLACE TEMP TABLE superseded AS
        WITH rivals AS (
            SELECT {_KEYS}, file, dated, origin, hash({", ".join(_SAID)}) AS said
            FROM tidy JOIN told USING (citation)
                SEMI JOIN shared USING (origin, indicator, period)
        ), compared AS (
            SELECT *,
                count(*) OVER same AS held,
                min(said) OVER same = max(said) OVER same AS equal,
                count(dated) OVER same AS with_date,
                min(length(dated)) OVER same = max(length(dated)) OVER same AS comparable,
                arg_max(said, dated) OVER same AS newest,
                max(dated) OVER same AS latest
            FROM rivals
            WINDOW same AS (PARTITION BY origin, {_KEYS})
        ), decided AS (
            SELECT *,
                count(*) FILTER (WHERE dated = latest AND said <> newest)
                    OVER (PARTITION BY origin, {_KEYS}) AS contested,
                count(*) OVER (PARTITION BY origin, {_KEYS}, file) AS within
            FROM compared WHERE held > 1
        ), kept AS (
            SELECT *, max(within) OVER same AS repeated,
                row_number() OVER (
                    PARTITION BY origin, {_KEYS}
                    ORDER BY equal OR said = newest DESC, dated NULLS LAST, length(file), file
                ) AS place
            FROM decided
            WINDOW same AS (PARTITION BY origin, {_KEYS})
        )
        SELECT {_KEYS}, file FROM kept
        WHERE place > 1 AND repeated = 1
            AND (equal OR (with_date = held AND comparable AND contested = 0))
        """
    )
    rows.leave_out("superseded")
