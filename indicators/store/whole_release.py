"""A whole release, however large: its figures batch by batch, then what they cite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from indicators import catalogue
from indicators.periods import SQL_PATTERN
from indicators.regions import ALL
from indicators.store.archive import figures_of, newest, records_of, snapshot
from indicators.store.bulk import read_batches
from indicators.store.queries import register_of
from indicators.store.tables import KEY, citation, observation, release
from indicators.target_register import Register, unknown

if TYPE_CHECKING:
    import pyarrow as pa

NUMBERS = ("value", "numerator", "denominator")
OPEN, SUPPRESSED = "F", "C"  # of SDMX CL_CONF_STATUS
_AT_ONCE = 500  # keys in one question


class NoReleaseError(LookupError):
    """Raised for a release that there is not."""


@dataclass
class WholeRelease:
    """One release of a dataset as it stands at one moment.

    about: its row of the table `release`. left_out: how many figures were passed over so far,
    since the catalogue has no name for one of their codes.
    """

    number: int
    about: dict[str, Any]
    register: Register
    connection: sa.Connection
    left_out: int = 0

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the figures, columns as the table `observation`, in the order of their keys.

        The order is that of the codes' characters on every database. A suppressed figure is a row
        without numbers.
        """
        import pyarrow as pa

        kinds = {sa.Integer: pa.int32(), sa.Double: pa.float64(), sa.Text: pa.string()}
        columns = [(column.name, kinds[type(column.type)]) for column in observation.columns]
        is_newest = self.number == newest(self.connection)
        figures = figures_of(None if is_newest else self.number)
        key: list[sa.ColumnElement[str]] = [figures.c[name] for name in KEY]
        if self.connection.dialect.name == "postgresql":
            key = [sa.collate(column, "C") for column in key]
        question = sa.select(*(figures.c[name] for name, _ in columns)).order_by(*key)
        for batch in read_batches(self.connection, question, pa.schema(columns)):
            sound = _sound(batch)
            self.left_out += batch.num_rows - sound.num_rows
            yield sound

    def citations(self, keys: Iterable[str]) -> list[dict[str, Any]]:
        """Return the rows of `citation` with these keys, in their order."""
        rows: list[dict[str, Any]] = []
        wanted = sorted(keys)
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            question = sa.select(citation).where(citation.c.citation.in_(some))
            rows += records_of(self.connection, question)
        return sorted(rows, key=lambda row: str(row["citation"]))


@contextmanager
def whole_release(engine: sa.Engine, number: int | None = None) -> Iterator[WholeRelease]:
    """Yield a release, the newest by default; raises `NoReleaseError` where there is none."""
    with snapshot(engine) as connection:
        wanted = newest(connection) if number is None else number
        found = records_of(connection, sa.select(release).where(release.c.release == wanted))
        if not found:
            raise NoReleaseError(number)
        about = found[0]
        register = Register(**register_of(connection, about["release"]))
        foreign = register.target["target"].isin(unknown(register)["target"])
        kept = Register(
            register.document,
            register.target[~foreign],
            *(
                rows[rows["target"].isin(register.target.loc[~foreign, "target"])]
                for rows in (register.milestone, register.evidence)
            ),
        )
        yield WholeRelease(about["release"], about, kept, connection)


def _sound(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the figures that can be named, no number among them that is none or not public."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def column(name: str) -> pa.Array:
        return batch.column(name)

    periods = column("period")
    sound = pc.match_substring_regex(periods, f"^(?:{SQL_PATTERN})$")
    for name, codes in _codes(catalogue.load()).items():
        known = pc.is_in(column(name), value_set=pa.array(codes, pa.string()))
        sound = pc.and_(sound, known)
    infinite = pc.fill_null(pc.is_inf(column("value")), False)
    sound = pc.and_(sound, pc.invert(infinite))
    is_open = pc.equal(column("confidentiality"), OPEN)
    changed = {
        name: pc.if_else(pc.and_(is_open, pc.is_finite(column(name))), column(name), None)
        for name in NUMBERS
    }
    changed["confidentiality"] = pc.if_else(is_open, OPEN, SUPPRESSED)
    columns = [changed.get(name, column(name)) for name in batch.schema.names]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema).filter(sound)


@lru_cache(2)
def _codes(known: catalogue.Catalogue) -> dict[str, list[str]]:
    return {
        "indicator": list(known.indicators),
        "region": list(catalogue.tree_of(known).regions),
        "scheme": [ALL, *known.schemes["code"]],
        "industry": [ALL, *known.industries["code"]],
        "size": [ALL, *known.sizes["code"]],
    }
