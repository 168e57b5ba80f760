"""What stays suppressed when an older release is brought back."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from etl.publish.staging import Staged
from etl.suppression.earlier import Earlier
from etl.suppression.relations import networks
from etl.suppression.small_numbers import keep_withheld
from etl.tidy import PUBLIC, WITHHELD, TidyRows
from indicators import catalogue
from indicators.store.archive import frame_of, published_in
from indicators.store.bulk import read_batches
from indicators.store.tables import KEY, MEASURES, observation

KEYS = ", ".join(KEY)
_NUMBERS = ("value", "numerator", "denominator")


def keep_suppressed(engine: sa.Engine, staged: Staged, number: int) -> None:
    """Suppress, among the staged figures of an older release, all that is suppressed today.

    And as many others as it takes that none of it follows from them.
    """
    known = catalogue.load()
    ruled = {key for key, item in known.indicators.items() if item.suppression}
    among = set[str]().union(*(each for each in networks(known) if each & ruled))
    among |= {
        key for key, item in known.indicators.items() if {item.numerator, item.denominator} & among
    }
    then = published_in(number)
    columns = [*KEY, *MEASURES]
    chosen = observation.c.indicator.in_(sorted(among))
    connection = staged.connection
    rows = frame_of(
        connection,
        sa.select(*(then.c[name] for name in columns)).where(then.c.indicator.in_(sorted(among))),
    )
    today = frame_of(
        connection,
        sa.select(*(observation.c[name] for name in KEY)).where(
            chosen, observation.c.confidentiality != "F"
        ),
    )
    keys = pd.MultiIndex.from_frame(rows[list(KEY)])
    hidden = keys.isin(pd.MultiIndex.from_frame(today)) | (rows["confidentiality"] != "F")
    if not hidden.any():
        return
    rows = rows.assign(
        **{name: rows[name].astype(float).mask(hidden) for name in _NUMBERS},
        confidentiality=rows["confidentiality"].mask(hidden, WITHHELD),
        file="", row=None,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="restore-") as folder:
        tidy = TidyRows(Path(folder))
        tidy.add(rows)
        public = sa.select(*(observation.c[name] for name in PUBLIC.names)).where(chosen)
        tidy.set_published(read_batches(connection, public, PUBLIC), None)
        keep_withheld(tidy, known, Earlier(engine))
        others = tidy.query(f"SELECT DISTINCT {KEYS} FROM withheld")
        tidy.connection.close()
    # A ratio that is blank already gives nothing away, so it is not among the others.
    found = pd.concat([rows.loc[hidden, list(KEY)], others]).drop_duplicates()
    new = staged.new
    same = [new.c[name] == sa.bindparam(f"key_{name}") for name in KEY]
    blank = dict.fromkeys(_NUMBERS) | {"confidentiality": WITHHELD}
    connection.execute(
        sa.update(new).where(*same).values(**blank),
        [
            {f"key_{name}": code for name, code in zip(KEY, key, strict=True)}
            for key in found.itertuples(index=False, name=None)
        ],
    )
