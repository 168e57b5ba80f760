"""The questions pages ask: a Selection in, tidy rows out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import pandas as pd
import sqlalchemy as sa

from indicators.database import (
    KEY,
    REGISTER,
    Dataset,
    change,
    citation,
    flip,
    observation,
    register_archive,
    release,
    release_input,
    revision,
    warning,
)


@dataclass(frozen=True)
class Selection:
    """What a page shows. `None` leaves a dimension open."""

    indicator: str
    period: str | None = None
    industry: str | None = "ALL"
    size: str | None = "ALL"
    scheme: str | None = "ALL"
    region: str | None = None


class Vintage(NamedTuple):
    """Which figures: those of a dataset as published in one of its releases."""

    release: int
    dataset: Dataset = "real"


@contextmanager
def _snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Yield a connection to which nothing changes while it is asked."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


def _frame(connection: sa.Connection, question: sa.Select[Any]) -> pd.DataFrame:
    answer = connection.execute(question)
    return pd.DataFrame(answer.all(), columns=list(answer.keys()))


def _rows(engine: sa.Engine, question: sa.Select[Any]) -> pd.DataFrame:
    with _snapshot(engine) as connection:
        return _frame(connection, question)


def _newest(connection: sa.Connection) -> int | None:
    number: int | None = connection.scalar(sa.select(sa.func.max(release.c.release)))
    return number


def figures_of(number: int | None) -> sa.Subquery:
    """Return the figures that were public in release `number`, None for those public now."""
    if number is None:
        return sa.select(observation).subquery("figures")
    names = [column.name for column in observation.columns]
    return sa.union_all(
        sa.select(observation).where(observation.c.release <= number),
        sa.select(*(revision.c[name] for name in names)).where(
            revision.c.release <= number, number < revision.c.superseded
        ),
    ).subquery("figures")


def _asked(
    engine: sa.Engine, number: int | None, ask: Callable[[sa.Subquery], sa.Select[Any]]
) -> pd.DataFrame:
    """Return the answer about release `number`; the archive is read only for an older one."""
    with _snapshot(engine) as connection:
        older = number is not None and number != _newest(connection)
        return _frame(connection, ask(figures_of(number if older else None)))


def _key(figures: sa.Subquery) -> list[sa.ColumnElement[str]]:
    return [figures.c[name] for name in KEY]


def _numeric(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.astype({"value": float, "numerator": float, "denominator": float})


def observations(
    engine: sa.Engine, selection: Selection, number: int | None = None
) -> pd.DataFrame:
    """Return the figures of a selection in a release (default: the newest), ordered by key.

    Columns: indicator, period, scheme, industry, size, region, value, status, confidentiality,
    numerator, denominator, source, citation, release.
    """
    return _numeric(
        _asked(
            engine,
            number,
            lambda figures: (
                sa.select(figures).where(*_chosen(figures, selection)).order_by(*_key(figures))
            ),
        )
    )


def _chosen(figures: sa.FromClause, selection: Selection) -> Iterator[sa.ColumnElement[bool]]:
    for name in KEY:
        if (code := getattr(selection, name)) is not None:
            yield figures.c[name] == code


def all_observations(engine: sa.Engine, number: int | None = None) -> pd.DataFrame:
    """Return every figure of a release (default: the newest), as `observations` does."""
    return _numeric(
        _asked(engine, number, lambda figures: sa.select(figures).order_by(*_key(figures)))
    )


def _totals(figures: sa.Subquery) -> sa.ColumnElement[bool]:
    # Written out, not bound: only so does SQLite see that its index `total` holds them.
    return sa.and_(
        *(figures.c[name] == sa.literal_column("'ALL'") for name in ("scheme", "industry", "size"))
    )


def figures_of_regions(
    engine: sa.Engine, regions: Iterable[str], number: int | None = None
) -> pd.DataFrame:
    """Return every indicator's totals in these regions: all schemes, industries and sizes.

    Columns as in `observations`.
    """
    wanted = sorted(set(regions))
    return _numeric(
        _asked(
            engine,
            number,
            lambda figures: (
                sa.select(figures)
                .where(figures.c.region.in_(wanted), _totals(figures))
                .order_by(*_key(figures))
            ),
        )
    )


def holdings(engine: sa.Engine, number: int | None = None) -> pd.DataFrame:
    """Return what there is of each indicator over all schemes, by source and period.

    Columns: indicator, source, period, provinces (how many have a figure), nation, industries,
    sizes (whether figures of the nation, of single industries, of single sizes are among them).
    """

    def ask(figures: sa.Subquery) -> sa.Select[Any]:
        keys = [figures.c[name] for name in ("indicator", "source", "period")]

        def any_of(condition: sa.ColumnElement[bool], name: str) -> sa.ColumnElement[int]:
            return sa.func.max(sa.case((condition, 1), else_=0)).label(name)

        return (
            sa.select(
                *keys,
                sa.func.count(sa.distinct(sa.case((_province(figures), figures.c.region)))).label(
                    "provinces"
                ),
                any_of(figures.c.region == "100000", "nation"),
                any_of(figures.c.industry != "ALL", "industries"),
                any_of(figures.c.size != "ALL", "sizes"),
            )
            .where(figures.c.scheme == "ALL")
            .group_by(*keys)
            .order_by(*keys)
        )

    found = _asked(engine, number, ask)
    return found.astype(dict.fromkeys(("nation", "industries", "sizes"), bool))


def parts(
    engine: sa.Engine,
    cells: Iterable[tuple[str, str]],
    regions: Iterable[str],
    industries: Iterable[str],
    sizes: Iterable[str],
    number: int | None = None,
) -> pd.DataFrame:
    """Return the figures of single industries and of single sizes, as `observations` does.

    `cells`: the indicators and periods asked for, each found by its key.
    """
    asked = sorted(set(cells))
    where, which, large = sorted(set(regions)), sorted(set(industries)), sorted(set(sizes))

    def ask(figures: sa.Subquery) -> sa.Select[Any]:
        # One question a cell: the key leads to each, where one for all would be a scan.
        every = [
            sa.select(figures).where(
                figures.c.indicator == indicator, figures.c.period == period,
                figures.c.scheme == "ALL", figures.c.region.in_(where), *narrowed,
            )
            for indicator, period in asked
            for narrowed in (
                (figures.c.industry.in_(which), figures.c.size == "ALL"),
                (figures.c.industry == "ALL", figures.c.size.in_(large)),
            )
        ]  # fmt: skip
        return sa.select(sa.union_all(*every).subquery("parts"))

    if not asked:
        return observations(engine, Selection("", ""), number)
    return _numeric(_asked(engine, number, ask))


def national(engine: sa.Engine, number: int | None = None) -> pd.DataFrame:
    """Return the figures of the nation, and of all with those abroad, over all schemes and sizes.

    Two regions, `100000` and `ALL`; an indicator that is published for one industry only has
    that industry's. Columns as in `observations`.
    """
    totals = figures_of_regions(engine, ["100000", "ALL"], number)
    others = sorted(set(reach(engine, number)["indicator"]) - set(totals["indicator"]))
    parts = _asked(
        engine,
        number,
        lambda figures: (
            sa.select(figures)
            .where(
                figures.c.indicator.in_(others),
                figures.c.region.in_(["100000", "ALL"]),
                figures.c.scheme == "ALL",
                figures.c.size == "ALL",
            )
            .order_by(*_key(figures))
        ),
    )
    return pd.concat([totals, _numeric(parts)], ignore_index=True)


def _province(figures: sa.Subquery) -> sa.ColumnElement[bool]:
    # GB/T 2260: a province-level code ends in four zeros; 100000 is the nation.
    return sa.and_(figures.c.region.like("__0000"), figures.c.region != "100000")


def _below(figures: sa.Subquery, province: str) -> sa.ColumnElement[bool]:
    # GB/T 2260: the codes within a province begin with its first two digits.
    return sa.and_(figures.c.region.like(f"{province[:2]}____"), figures.c.region != province)


def choices(
    engine: sa.Engine, indicator: str, number: int | None = None, within: str = "100000"
) -> pd.DataFrame:
    """Return which figures an indicator has: scheme, industry, size, period, `provinces`, `rows`.

    `provinces` counts the province-level regions with a figure, or, `within` a province, the
    regions below that.
    """

    def ask(figures: sa.Subquery) -> sa.Select[Any]:
        dimensions = [figures.c[name] for name in ("scheme", "industry", "size", "period")]
        parts = _province(figures) if within == "100000" else _below(figures, within)
        known = sa.and_(parts, figures.c.value.is_not(None))
        return (
            sa.select(
                *dimensions,
                sa.func.count().filter(known).label("provinces"),
                sa.func.count().label("rows"),
            )
            .where(figures.c.indicator == indicator)
            .group_by(*dimensions)
            .order_by(*dimensions)
        )

    return _asked(engine, number, ask)


def reach(engine: sa.Engine, number: int | None = None) -> pd.DataFrame:
    """Return each indicator's reach: first_period, last_period, periods, provinces, rows."""
    return _asked(
        engine,
        number,
        lambda figures: (
            sa.select(
                figures.c.indicator,
                sa.func.min(figures.c.period).label("first_period"),
                sa.func.max(figures.c.period).label("last_period"),
                sa.func.count(sa.distinct(figures.c.period)).label("periods"),
                sa.func.count(sa.distinct(sa.case((_province(figures), figures.c.region)))).label(
                    "provinces"
                ),
                sa.func.count().label("rows"),
            )
            .group_by(figures.c.indicator)
            .order_by(figures.c.indicator)
        ),
    )


def releases(engine: sa.Engine) -> pd.DataFrame:
    """Return every release, newest first, as in the table `release`."""
    return _rows(engine, sa.select(release).order_by(release.c.release.desc()))


def latest_release(engine: sa.Engine) -> int | None:
    """Return the number of the newest release, None when nothing is published."""
    with engine.connect() as connection:
        return _newest(connection)


def changes(engine: sa.Engine, number: int) -> pd.DataFrame:
    """Return what a release changed: indicator, added, changed, withdrawn."""
    return _rows(
        engine,
        sa.select(change.c.indicator, change.c.added, change.c.changed, change.c.withdrawn)
        .where(change.c.release == number)
        .order_by(change.c.indicator),
    )


def flips(engine: sa.Engine, number: int) -> pd.DataFrame:
    """Return the verdicts that a release turned, as in the table `flip`."""
    return _rows(
        engine,
        sa.select(flip).where(flip.c.release == number).order_by(flip.c.region, flip.c.target),
    )


def warnings(engine: sa.Engine, number: int) -> pd.DataFrame:
    """Return the warnings that were accepted for a release, as in the table `warning`."""
    return _rows(
        engine, sa.select(warning).where(warning.c.release == number).order_by(warning.c.line)
    )


def sources(engine: sa.Engine, number: int | None = None) -> pd.DataFrame:
    """Return what each source holds: source, rows, indicators, first_period, last_period."""
    return _asked(
        engine,
        number,
        lambda figures: (
            sa.select(
                figures.c.source,
                sa.func.count().label("rows"),
                sa.func.count(sa.distinct(figures.c.indicator)).label("indicators"),
                sa.func.min(figures.c.period).label("first_period"),
                sa.func.max(figures.c.period).label("last_period"),
            )
            .group_by(figures.c.source)
            .order_by(figures.c.source)
        ),
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
    return _rows(
        engine,
        sa.select(revision)
        .where(*_chosen(revision, selection))
        .order_by(*(revision.c[name] for name in KEY), revision.c.release),
    )


def register(engine: sa.Engine, number: int | None = None) -> dict[str, pd.DataFrame]:
    """Return the target register of a release, table by table: see `REGISTER`."""
    with _snapshot(engine) as connection:
        return register_of(connection, number)


def register_of(connection: sa.Connection, number: int | None = None) -> dict[str, pd.DataFrame]:
    """Return the register as it stood in release `number`, on a connection of the caller's."""
    if number is not None:
        archived = connection.scalar(
            sa.select(register_archive.c.content)
            .where(register_archive.c.superseded > number)
            .order_by(register_archive.c.superseded)
            .limit(1)
        )
        if archived is not None:
            return {
                table.name: pd.DataFrame(
                    json.loads(archived)[table.name], columns=table.columns.keys()
                )
                for table in REGISTER
            }
    return {
        table.name: _frame(connection, sa.select(table).order_by(*table.primary_key.columns))
        for table in REGISTER
    }


def observations_of(
    engine: sa.Engine, aims: pd.DataFrame, number: int | None = None
) -> pd.DataFrame:
    """Return the figures that aims are set for, as `observations` does.

    `aims` has region, indicator, scheme, industry, size; a figure of the same indicator and
    cell in another of its regions may be among them.
    """
    cells = (aims[["scheme", "industry", "size"]] == "ALL").all(axis=1)
    found = [
        _asked(engine, number, partial(_aimed, aims=chosen, totals=totals))
        for chosen, totals in ((aims[cells], True), (aims[~cells], False))
    ]
    # Cells that are no totals may, crossed with each other, ask for totals again.
    return _numeric(pd.concat(found, ignore_index=True).drop_duplicates(list(KEY)))


def _aimed(figures: sa.Subquery, *, aims: pd.DataFrame, totals: bool) -> sa.Select[Any]:
    names = ["region", "indicator", *([] if totals else ["scheme", "industry", "size"])]
    chosen = [figures.c[name].in_(sorted(set(aims[name]))) for name in names]
    return (
        sa.select(figures)
        .where(*chosen, *([_totals(figures)] if totals else []))
        .order_by(*_key(figures))
    )
