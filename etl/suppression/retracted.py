"""The list of figures that were retracted: kept, and honoured by every refresh.

The table `retraction` and the file `retractions.csv` beside data/raw say the same; the file
outlives a database that is made anew from the raw files. A retracted figure that a raw file still
gives is taken for one without value that its source marks as confidential.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pandas as pd
import sqlalchemy as sa

from etl.tidy import COLUMNS, SIZES
from indicators.store.archive import frame_of
from indicators.store.bulk import insert_rows
from indicators.store.opening import writing
from indicators.store.tables import KEY, retraction

RETRACTED, COMPLEMENTARY, CONFIDENTIAL = "retracted", "complementary", "C"
LISTED = [*KEY, "rule", "retracted_at", "retracted_by", "reason"]
NUMBERS = ("value", "numerator", "denominator", *SIZES)


def list_file(raw: Path) -> Path:
    """Return the file that says what was retracted."""
    return raw.parent / "retractions.csv"


def listed(engine: sa.Engine | None, raw: Path) -> pd.DataFrame:
    """Return what was retracted, as the database or the file beside the raw ones says: LISTED."""
    lists = [pd.DataFrame(columns=LISTED)]
    if engine is not None:
        with engine.connect() as connection:
            lists.append(frame_of(connection, sa.select(*(retraction.c[name] for name in LISTED))))
    if list_file(raw).exists():
        lists.append(pd.read_csv(list_file(raw), dtype=str, keep_default_na=False))
    both = pd.concat(lists, ignore_index=True)[LISTED]
    return both.drop_duplicates(list(KEY)).sort_values(list(KEY), ignore_index=True)


def write_list(raw: Path, every: pd.DataFrame) -> None:
    """Write the list beside the raw files, if it says something new."""
    file, text = list_file(raw), every.to_csv(index=False, lineterminator="\n")
    if every.empty or (file.exists() and file.read_text(encoding="utf-8") == text):
        return
    half = file.with_name(f".{file.name}.{os.getpid()}")
    half.write_text(text, encoding="utf-8")
    half.replace(file)


def agree(engine: sa.Engine, raw: Path) -> None:
    """Let the database and the file both say what either does."""
    every = listed(engine, raw)
    write_list(raw, every)
    known = listed(engine, raw / "none")
    new = every[~every.set_index(list(KEY)).index.isin(known.set_index(list(KEY)).index)]
    if len(new):
        with writing(engine) as connection:
            insert_rows(connection, retraction, new)


def blanked(rows: pd.DataFrame, every: pd.DataFrame) -> pd.DataFrame:
    """Return tidy rows without the numbers of those that were retracted."""
    if every.empty:
        return rows
    keys = list(KEY)
    gone = rows.set_index(keys).index.isin(every.set_index(keys).index)
    numbers = {name: rows[name].mask(gone) for name in NUMBERS if name in rows}
    return rows.assign(**numbers, confidentiality=rows["confidentiality"].mask(gone, CONFIDENTIAL))


def without(file: Path, every: pd.DataFrame) -> None:
    """Take the numbers of what was retracted out of a Parquet file of tidy rows."""
    if every.empty:
        return
    keys, place = ", ".join(KEY), _quoted(file)
    with duckdb.connect() as connection:
        connection.register("listed", every[list(KEY)])
        holds = " OR ".join(f"{name} IS NOT NULL" for name in NUMBERS)
        held = connection.execute(
            f"SELECT 1 FROM read_parquet({place}) SEMI JOIN listed USING ({keys}) "
            f"WHERE {holds} LIMIT 1"
        )
        if held.fetchone() is None:
            return
        shown = dict.fromkeys(NUMBERS, "NULL::DOUBLE") | {"confidentiality": f"'{CONFIDENTIAL}'"}
        columns = ", ".join(
            f"CASE WHEN gone THEN {shown[name]} ELSE {name} END AS {name}" if name in shown
            else name
            for name in COLUMNS
        )  # fmt: skip
        half = file.with_name(f"{file.name}.{os.getpid()}")
        connection.execute(
            f"""
            COPY (
                SELECT {columns} FROM read_parquet({place})
                LEFT JOIN (SELECT *, true AS gone FROM listed) USING ({keys})
            ) TO {_quoted(half)} (FORMAT parquet)
            """
        )
    half.replace(file)


def _quoted(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"
