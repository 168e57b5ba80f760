"""The questions pages ask: a Selection in, tidy rows out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from indicators.database import (
    REGISTER,
    citation,
    observation,
    release,
    release_input,
    revision,
)


@dataclass(frozen=True)
class Selection:
    """What a page shows. `None` leaves a dimension open; `release` None is what is public now."""

    indicator: str
    period: str | None = None
    industry: str | None = "ALL"
    size: str | None = "ALL"
    scheme: str | None = "ALL"
    region: str | None = None
    release: int | None = None


def _rows(engine: sa.Engine, question: sa.Select[tuple[object, ...]]) -> pd.DataFrame:
    with engine.connect() as connection:
        answer = connection.execute(question)
        return pd.DataFrame(answer.all(), columns=list(answer.keys()))


def _figures(number: int | None) -> sa.Subquery:
    """Return the figures that were public in release `number`."""
    if number is None:
        return sa.select(observation).subquery("figures")
    names = [column.name for column in observation.columns]
    return sa.union_all(
        sa.select(observation).where(observation.c.release <= number),
        sa.select(*(revision.c[name] for name in names)).where(
            revision.c.release <= number, number < revision.c.superseded
        ),
    ).subquery("figures")


def observations(engine: sa.Engine, selection: Selection) -> pd.DataFrame:
    """Return the figures of a selection, ordered by key.

    Columns: indicator, period, scheme, industry, size, region, value, status, confidentiality,
    numerator, denominator, source, citation, release.
    """
    figures = _figures(selection.release)
    chosen = {
        name: getattr(selection, name)
        for name in ("indicator", "period", "scheme", "industry", "size", "region")
    }
    question = sa.select(figures).where(
        *(figures.c[name] == code for name, code in chosen.items() if code is not None)
    )
    rows = _rows(engine, question.order_by(*(figures.c[name] for name in chosen)))
    return rows.astype({"value": float, "numerator": float, "denominator": float})


def all_observations(engine: sa.Engine, number: int | None = None) -> pd.DataFrame:
    """Return every figure of a release (default: what is public now), as `observations` does."""
    figures = _figures(number)
    rows = _rows(engine, sa.select(figures).order_by(*list(figures.c)[:6]))
    return rows.astype({"value": float, "numerator": float, "denominator": float})


def national(engine: sa.Engine, number: int | None = None) -> pd.DataFrame:
    """Return the figures of the nation, and of all with those abroad, over all schemes and sizes.

    Two regions, `100000` and `ALL`; columns as in `observations`.
    """
    figures = _figures(number)
    rows = _rows(
        engine,
        sa.select(figures)
        .where(
            figures.c.region.in_(["100000", "ALL"]),
            figures.c.scheme == "ALL",
            figures.c.size == "ALL",
        )
        .order_by(*list(figures.c)[:6]),
    )
    return rows.astype({"value": float, "numerator": float, "denominator": float})


def choices(engine: sa.Engine, indicator: str, number: int | None = None) -> pd.DataFrame:
    """Return which figures an indicator has: scheme, industry, size, period, `provinces`, `rows`.

    `provinces` counts the province-level regions with a figure.
    """
    figures = _figures(number)
    dimensions = [figures.c[name] for name in ("scheme", "industry", "size", "period")]
    # GB/T 2260: a province-level code ends in four zeros; 100000 is the nation.
    province = sa.and_(
        figures.c.region.like("__0000"), figures.c.region != "100000", figures.c.value.is_not(None)
    )
    return _rows(
        engine,
        sa.select(
            *dimensions,
            sa.func.count().filter(province).label("provinces"),
            sa.func.count().label("rows"),
        )
        .where(figures.c.indicator == indicator)
        .group_by(*dimensions)
        .order_by(*dimensions),
    )


def reach(engine: sa.Engine, number: int | None = None) -> pd.DataFrame:
    """Return each indicator's reach: first_period, last_period, periods, provinces, rows."""
    figures = _figures(number)
    province = sa.case(
        (
            sa.and_(figures.c.region.like("__0000"), figures.c.region != "100000"),
            figures.c.region,
        ),
    )
    return _rows(
        engine,
        sa.select(
            figures.c.indicator,
            sa.func.min(figures.c.period).label("first_period"),
            sa.func.max(figures.c.period).label("last_period"),
            sa.func.count(sa.distinct(figures.c.period)).label("periods"),
            sa.func.count(sa.distinct(province)).label("provinces"),
            sa.func.count().label("rows"),
        )
        .group_by(figures.c.indicator)
        .order_by(figures.c.indicator),
    )


def releases(engine: sa.Engine) -> pd.DataFrame:
    """Return every release, newest first, as in the table `release`."""
    return _rows(engine, sa.select(release).order_by(release.c.release.desc()))


def latest_release(engine: sa.Engine) -> int | None:
    """Return the number of the newest release, None when nothing is published."""
    with engine.connect() as connection:
        number: int | None = connection.scalar(sa.select(sa.func.max(release.c.release)))
        return number


def sources(engine: sa.Engine) -> pd.DataFrame:
    """Return what each source holds now: source, rows, indicators, first_period, last_period."""
    columns = observation.c
    return _rows(
        engine,
        sa.select(
            columns.source,
            sa.func.count().label("rows"),
            sa.func.count(sa.distinct(columns.indicator)).label("indicators"),
            sa.func.min(columns.period).label("first_period"),
            sa.func.max(columns.period).label("last_period"),
        )
        .group_by(columns.source)
        .order_by(columns.source),
    )


def inputs(engine: sa.Engine, number: int) -> pd.DataFrame:
    """Return the files a release was made of: file, source, sha256, bytes."""
    return _rows(
        engine,
        sa.select(release_input)
        .where(release_input.c.release == number)
        .order_by(release_input.c.source, release_input.c.file),
    )


def citations(engine: sa.Engine, keys: Iterable[str]) -> pd.DataFrame:
    """Return where figures stand: the rows of `citation` with these keys."""
    return _rows(engine, sa.select(citation).where(citation.c.citation.in_(sorted(set(keys)))))


def revisions(engine: sa.Engine, selection: Selection) -> pd.DataFrame:
    """Return what a selection's figures were before, oldest first, as in the table `revision`."""
    chosen = {
        name: getattr(selection, name)
        for name in ("indicator", "period", "scheme", "industry", "size", "region")
    }
    return _rows(
        engine,
        sa.select(revision)
        .where(*(revision.c[name] == code for name, code in chosen.items() if code is not None))
        .order_by(*(revision.c[name] for name in chosen), revision.c.release),
    )


def register(engine: sa.Engine) -> dict[str, pd.DataFrame]:
    """Return the target register, table by table: document, target, milestone, evidence."""
    return {
        table.name: _rows(engine, sa.select(table).order_by(*table.primary_key.columns))
        for table in REGISTER
    }


def observations_of(engine: sa.Engine, indicators: Iterable[str]) -> pd.DataFrame:
    """Return every figure of these indicators, as `observations` does."""
    rows = _rows(
        engine,
        sa.select(observation)
        .where(observation.c.indicator.in_(sorted(set(indicators))))
        .order_by(*list(observation.c)[:6]),
    )
    return rows.astype({"value": float, "numerator": float, "denominator": float})
