"""A whole release, however large: its figures batch by batch, then what they cite."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from indicators import catalogue
from indicators.periods import SQL_PATTERN
from indicators.regions import ALL
from indicators.store.archive import figures_of, is_total, newest, records_of, snapshot
from indicators.store.bulk import read_batches, read_page
from indicators.store.holdings import held_of
from indicators.store.queries import register_of
from indicators.store.tables import KEY, citation, observation, release
from indicators.target_register import Register, unknown

if TYPE_CHECKING:
    import pyarrow as pa

NUMBERS = ("value", "numerator", "denominator")
OPEN, SUPPRESSED = "F", "C"  # of SDMX CL_CONF_STATUS
_AT_ONCE = 500  # keys in one question
_ROWS = 100_000  # of a page of a release that is read whole
_FEW = 50  # series that are asked for alone


Chosen = Mapping[str, Sequence[str]]  # of a column of the key, the codes asked for
Key = tuple[str, ...]  # of a figure: indicator, period, scheme, industry, size, region


class NoReleaseError(LookupError):
    """Raised for a release that there is not."""


class Page(NamedTuple):
    """Figures in the order of their keys; `last`: the key after which there are more, or None.

    Texts are dictionaries, to be decoded by whoever writes them while the next page is read.
    """

    figures: pa.Table
    last: Key | None


@dataclass
class WholeRelease:
    """One release of a dataset as it stands at one moment.

    about: its row of the table `release`. left_out: how many figures were passed over so far,
    since the catalogue has no name for one of their codes.
    """

    number: int
    about: dict[str, Any]
    connection: sa.Connection
    left_out: int = 0

    @cached_property
    def register(self) -> Register:
        """The register of targets as it stood, without those that cannot be named."""
        register = Register(**register_of(self.connection, self.number))
        foreign = register.target["target"].isin(unknown(register)["target"])
        kept = register.target[~foreign]
        return Register(
            register.document,
            kept,
            *(
                rows[rows["target"].isin(kept["target"])]
                for rows in (register.milestone, register.evidence)
            ),
        )

    @cached_property
    def _older(self) -> int | None:
        return None if self.number == newest(self.connection) else self.number

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the figures, columns as the table `observation`, in the order of their keys.

        The order is that of the codes' characters on every database. A suppressed figure is a row
        without numbers.
        """
        for read in self._read():
            sound = _sound(read)
            self.left_out += read.num_rows - sound.num_rows
            yield from _plain(sound).to_batches()

    def _read(self) -> Iterator[pa.Table]:
        import pyarrow as pa

        figures = figures_of(self._older)
        key = self._key(figures)
        question = sa.select(*figures.c).order_by(*key)
        if self.connection.dialect.name == "postgresql" or self._older is not None:
            # What must be sorted is asked for once.
            for batch in read_batches(self.connection, question, _schema()):
                yield pa.Table.from_batches([batch])
            return
        after = question
        while (page := read_page(self.connection, after.limit(_ROWS), _schema())).num_rows:
            yield page
            after = question.where(sa.tuple_(*key) > sa.tuple_(*_last(page)))

    def _key(self, figures: sa.Subquery) -> list[sa.ColumnElement[str]]:
        key: list[sa.ColumnElement[str]] = [figures.c[name] for name in KEY]
        if self.connection.dialect.name == "postgresql":
            key = [sa.collate(column, "C") for column in key]
        return key

    def page(self, chosen: Chosen, after: Key | None, most: int) -> Page:
        """Return the `most` figures that come `after` a key among those chosen, as `batches` does.

        Few indicators are asked for at a time, so that no database sorts many more than these.
        """
        import pyarrow as pa

        found = [_schema().empty_table()]
        left, more = most, False
        for indicators in self._groups(chosen, after, most):
            question = self._question(chosen, indicators, after).limit(left + 1)
            read = read_page(self.connection, question, _schema(), few=_are_few(chosen))
            found.append(read.slice(0, left))
            more = read.num_rows > left
            left -= min(left, read.num_rows)
            if more:
                break
        figures = pa.concat_tables(found).combine_chunks()
        return Page(_sound(figures), _last(figures) if more else None)

    def _groups(self, chosen: Chosen, after: Key | None, most: int) -> Iterator[list[str]]:
        """Yield indicators in their order, so many as have about `most` figures together.

        They are counted one by one as they are come to: to count all takes longer than a page does.
        """
        held = held_of(self._older)
        wanted = sorted(chosen.get("indicator", catalogue.load().indicators))
        group, rows = list[str](), 0
        for code in wanted:
            if after is not None and code < after[0]:
                continue
            # The one that a page begins in is looked up by its period: alone.
            if len(wanted) == 1 or (after is not None and code == after[0]):
                yield [code]
                continue
            counted = sa.select(sa.func.sum(held.c.rows)).where(held.c.indicator == code)
            rows += int(self.connection.scalar(counted) or 0)
            group.append(code)
            if rows >= most:
                yield group
                group, rows = [], 0
        if rows:
            yield group

    def _question(self, chosen: Chosen, indicators: list[str], after: Key | None) -> sa.Select[Any]:
        figures = figures_of(self._older)
        key = self._key(figures)
        narrowed: list[sa.ColumnElement[bool]] = [
            figures.c[name].in_(codes) for name, codes in chosen.items() if name != "indicator"
        ]
        if all(tuple(chosen.get(name, ())) == (ALL,) for name in ("scheme", "industry", "size")):
            narrowed.append(is_total(figures))
        if after is not None and indicators == [after[0]]:
            narrowed += [key[1] >= after[1], sa.tuple_(*key) > sa.tuple_(*after)]
        of_them = figures.c.indicator.in_(indicators)
        return sa.select(*figures.c).where(of_them, *narrowed).order_by(*key)

    def periods(self, indicators: Iterable[str] | None) -> list[str]:
        """Return the periods of the figures there are, of these indicators or of all."""
        held = held_of(self._older)
        question = sa.select(held.c.period).distinct()
        if indicators is not None:
            question = question.where(held.c.indicator.in_(list(indicators)))
        return sorted(self.connection.scalars(question))

    def suppressed_citations(self) -> frozenset[str]:
        """Return the citations that suppressed figures rest on."""
        figures = figures_of(self._older)
        question = sa.select(figures.c.citation).distinct()
        return frozenset(self.connection.scalars(question.where(figures.c.confidentiality != OPEN)))

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
        yield WholeRelease(found[0]["release"], found[0], connection)


def _are_few(chosen: Chosen) -> bool:
    """Tell whether those chosen are a few series, whatever periods they have."""
    narrowed = [chosen[name] for name in KEY if name != "period" and name in chosen]
    return len(narrowed) == len(KEY) - 1 and math.prod(map(len, narrowed)) <= _FEW


def _schema() -> pa.Schema:
    import pyarrow as pa

    texts = pa.dictionary(pa.int32(), pa.string())
    kinds = {sa.Integer: pa.int32(), sa.Double: pa.float64(), sa.Text: texts}
    return pa.schema([(column.name, kinds[type(column.type)]) for column in observation.columns])


def _last(figures: pa.Table) -> Key:
    """Return the key of the last of them."""
    [row] = figures.slice(figures.num_rows - 1).select(KEY).to_pylist()
    return tuple(row.values())


def _sound(read: pa.Table) -> pa.Table:
    """Return the figures that can be named, no number among them that is none or not public."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = {name: read[name].combine_chunks() for name in read.column_names}

    def judged(name: str, judge: Callable[[pa.Array], pa.Array]) -> pa.Array:
        """Judge each text once."""
        return judge(columns[name].dictionary).take(columns[name].indices)

    sound = judged("period", lambda each: pc.match_substring_regex(each, f"^(?:{SQL_PATTERN})$"))
    for name, codes in _codes(catalogue.load()).items():
        known = pa.array(codes, pa.string())
        sound = pc.and_(sound, judged(name, partial(pc.is_in, value_set=known)))
    infinite = pc.fill_null(pc.is_inf(columns["value"]), False)
    sound = pc.and_(sound, pc.invert(infinite))
    is_open = judged("confidentiality", lambda each: pc.equal(each, OPEN))
    for name in NUMBERS:
        numbers = columns[name]
        columns[name] = pc.if_else(pc.and_(is_open, pc.is_finite(numbers)), numbers, None)
    columns["confidentiality"] = pc.if_else(is_open, OPEN, SUPPRESSED)
    return pa.table(columns).filter(sound)


def _plain(figures: pa.Table) -> pa.Table:
    """Return them without dictionaries, which would be others for other rows around them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = {name: figures[name] for name in figures.column_names}
    return pa.table(
        {
            name: pc.dictionary_decode(column) if pa.types.is_dictionary(column.type) else column
            for name, column in columns.items()
        }
    )


@lru_cache(2)
def _codes(known: catalogue.Catalogue) -> dict[str, list[str]]:
    return {
        "indicator": list(known.indicators),
        "region": list(catalogue.tree_of(known).regions),
        "scheme": [ALL, *known.schemes["code"]],
        "industry": [ALL, *known.industries["code"]],
        "size": [ALL, *known.sizes["code"]],
    }
