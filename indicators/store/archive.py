"""Figures as they were public in any release: the tables of now, and the archive beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from indicators import catalogue
from indicators.regions import ALL
from indicators.store.tables import KEY, observation, release, retraction, revision

if TYPE_CHECKING:
    import pandas as pd

_NUMBERS = ("value", "numerator", "denominator")


@contextmanager
def snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection to which nothing changes while it is asked."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def frame_of(connection: sa.Connection, question: sa.Select[Any]) -> pd.DataFrame:
    """Return an answer with its columns' names, also where it is empty."""
    import pandas as pd  # records are enough for the command line, and frames slow to load

    answer = connection.execute(question)
    return pd.DataFrame(answer.all(), columns=list(answer.keys()))


def rows_of(engine: sa.Engine, question: sa.Select[Any]) -> pd.DataFrame:
    """Return an answer of the database as it stands at one moment."""
    with snapshot(engine) as connection:
        return frame_of(connection, question)


def records_of(connection: sa.Connection, question: sa.Select[Any]) -> list[dict[str, Any]]:
    """Return an answer row by row."""
    return [dict(row) for row in connection.execute(question).mappings()]


# Every release, newest first; what was taken out of all of them, newest first.
RELEASES = sa.select(release).order_by(release.c.release.desc())
RETRACTIONS = sa.select(retraction).order_by(
    retraction.c.retracted_at.desc(), *(retraction.c[name] for name in KEY)
)


def newest(connection: sa.Connection) -> int | None:
    """Return the number of the newest release, None when nothing is published."""
    number: int | None = connection.scalar(sa.select(sa.func.max(release.c.release)))
    return number


def figures_of(number: int | None) -> sa.Subquery:
    """Return the figures that were public in release `number`, None for those public now.

    What a later release suppresses is suppressed here too: see `earlier`.
    """
    if number is None:
        return sa.select(observation).subquery("figures")
    return _published_in(number, earlier())


def published_in(number: int) -> sa.Subquery:
    """Return the figures of release `number` as they were published, never to be shown."""
    return _published_in(number, sa.select(revision))


def _published_in(number: int, archived: sa.Select[Any]) -> sa.Subquery:
    then = archived.subquery("archived")
    names = [column.name for column in observation.columns]
    return sa.union_all(
        sa.select(observation).where(observation.c.release <= number),
        sa.select(*(then.c[name] for name in names)).where(
            then.c.release <= number, number < then.c.superseded
        ),
    ).subquery("figures")


def earlier(*chosen: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Return the rows of `revision` as they may be shown, those `chosen`.

    A figure that is suppressed now is in no earlier release either, whatever it was then; nor is
    one that was suppressed last, before it was withdrawn, or a ratio of a figure that is suppressed
    now. The archive keeps it, since what was public once counts as known; `python -m etl retract`
    takes it out.
    """
    now, later = observation.alias("now"), revision.alias("later")

    def same(figures: sa.FromClause) -> sa.ColumnElement[bool]:
        return sa.and_(*(figures.c[name] == revision.c[name] for name in KEY))

    since = sa.exists().where(
        same(later), later.c.release > revision.c.release, later.c.confidentiality != "F"
    )
    hidden = sa.or_(
        now.c.confidentiality != "F",
        sa.and_(now.c.indicator.is_(None), since),
        *_parts_suppressed(),
    )
    columns = [
        sa.case((hidden, sa.null()), else_=column).label(column.name)
        if column.name in _NUMBERS
        else sa.case((hidden, "C"), else_=column).label(column.name)
        if column.name == "confidentiality"
        else column
        for column in revision.columns
    ]
    return sa.select(*columns).join_from(revision, now, same(now), isouter=True).where(*chosen)


def _parts_suppressed() -> Iterator[sa.ColumnElement[bool]]:
    """Yield the conditions that a part of an archived ratio or growth rate is suppressed now."""
    ratios = [
        item for item in catalogue.load().indicators.values() if item.numerator and item.denominator
    ]
    key, region, period = revision.c.indicator, revision.c.region, revision.c.period
    wholes = {item.key: item.share_of for item in ratios if item.share_of}
    whole = sa.case(wholes, value=key, else_=region) if wholes else region
    for name, of in (("numerator", region), ("denominator", whole), ("or_denominator", whole)):
        for earlier_too in (False, True):
            # Of an earlier denominator any that the ratio may have been divided by.
            parts = {
                item.key: getattr(item, name)
                for item in ratios
                if getattr(item, name)
                and earlier_too == (name != "numerator" and item.denominator_period == "earlier")
            }
            if not parts:
                continue
            part = observation.alias()
            yield sa.exists().where(
                part.c.indicator == sa.case(parts, value=key),
                part.c.period <= period if earlier_too else part.c.period == period,
                *(part.c[same] == revision.c[same] for same in ("scheme", "industry", "size")),
                part.c.region == of,
                part.c.confidentiality != "F",
            )
    every = catalogue.load().indicators
    part = observation.alias()
    year = sa.cast(sa.cast(sa.func.substr(period, 1, 4), sa.Integer) - 1, sa.Text)
    beside = (part.c.size == revision.c.size, part.c.region == region)
    for item in every.values():
        counted = every.get(item.growth_of or item.industry_share_of or "")
        if counted is None:
            continue
        before = year + sa.func.substr(period, 5)
        # All of an indicator may be about one scheme, which its rate names or does not.
        names = [
            sa.and_(part.c.indicator == counted.key, part.c.scheme.in_([revision.c.scheme, ALL]))
        ]
        if counted.same_as and counted.same_as.scheme:
            there = part.c.indicator == counted.same_as.indicator
            names.append(sa.and_(there, part.c.scheme == counted.same_as.scheme))
        yield sa.and_(
            key == item.key,
            sa.exists().where(
                sa.or_(*names),
                part.c.period.in_([period, before] if item.growth_of else [period]),
                part.c.industry.in_(
                    [revision.c.industry, *([ALL] if item.industry_share_of else [])]
                ),
                *beside,
                part.c.confidentiality != "F",
            ),
        )


def is_total(figures: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition that a figure is one of all schemes, industries and sizes."""
    # Written out, not bound: only so does SQLite see that its index `total` holds them.
    total: sa.ColumnElement[str] = sa.literal_column(f"'{ALL}'")
    return sa.and_(*(figures.c[name] == total for name in ("scheme", "industry", "size")))


def asked(
    engine: sa.Engine, number: int | None, ask: Callable[[int | None], sa.Select[Any]]
) -> pd.DataFrame:
    """Return the answer about release `number`; `ask` is told None where that is the newest."""
    with snapshot(engine) as connection:
        return frame_of(connection, ask(_older(connection, number)))


def recorded(
    engine: sa.Engine, number: int | None, ask: Callable[[int | None], sa.Select[Any]]
) -> list[dict[str, Any]]:
    """Return the answer as `asked` does, row by row."""
    with snapshot(engine) as connection:
        return records_of(connection, ask(_older(connection, number)))


def _older(connection: sa.Connection, number: int | None) -> int | None:
    return None if number is None or number == newest(connection) else number
