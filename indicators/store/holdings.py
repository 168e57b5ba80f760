"""What there is: which cells hold figures, of how many regions, from which source.

A cell is an indicator, period, scheme, industry and size. The table `holding` counts its
figures when they are published, so that a page that offers choices need not read them all; for
an older release they are counted anew.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from indicators import catalogue
from indicators.periods import is_period, parse
from indicators.publication_calendar import Level, Series
from indicators.regions import ALL, NATION
from indicators.store.archive import (
    asked,
    figures_of,
    is_total,
    recorded,
    records_of,
    snapshot,
)
from indicators.store.tables import citation, holding, release_input

if TYPE_CHECKING:
    import pandas as pd

CELL = ("indicator", "period", "scheme", "industry", "size")
FREQUENCIES = ("yearly", "quarterly", "monthly")


def holding_of(figures: sa.FromClause) -> sa.Select[Any]:
    """Return the rows of `holding` about figures.

    above: the region whose part the figures' own region is, by GB/T 2260: the nation of a
    province-level code, which ends in four zeros; the province of a prefecture's, which ends in
    two, and of what lies directly below a province, with a 9 in third place; of other counties the
    prefecture; `ALL` of the nation; nothing of `ALL`, which counts those abroad.
    """
    region = figures.c.region
    above = sa.case(
        (region == ALL, ""),
        (region == NATION, ALL),
        (region.like("__0000"), NATION),
        (
            sa.or_(region.like("____00"), region.like("__9___")),
            sa.func.substr(region, 1, 2) + "0000",
        ),
        else_=sa.func.substr(region, 1, 4) + "00",
    ).label("above")
    keys = [*(figures.c[name] for name in CELL), above, figures.c.source]
    return sa.select(
        *keys,
        sa.func.count().label("rows"),
        sa.func.count(figures.c.value).label("known"),
    ).group_by(*keys)


def held_of(number: int | None) -> sa.FromClause:
    """Return what release `number` holds, None for the newest, with the columns of `holding`."""
    return holding if number is None else holding_of(figures_of(number)).subquery("held")


def in_cells(
    figures: sa.FromClause, held: sa.FromClause, *chosen: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    """Return the question for the figures in those cells of `held` that are chosen."""
    cells = sa.select(*(held.c[name] for name in CELL)).where(*chosen).distinct().subquery("cells")
    # By the whole key, so that each is looked up.
    same = sa.and_(*(figures.c[name] == cells.c[name] for name in CELL))
    return sa.select(figures).join_from(cells, figures, same)


def choices(
    engine: sa.Engine, indicator: str, number: int | None = None, within: str = NATION
) -> pd.DataFrame:
    """Return which figures an indicator has: scheme, industry, size, period, `provinces`, `rows`.

    `provinces` counts the province-level regions with a figure, or, `within` a province, the
    regions below that.
    """

    def ask(older: int | None) -> sa.Select[Any]:
        held = held_of(older)
        dimensions = [held.c[name] for name in ("scheme", "industry", "size", "period")]
        return (
            sa.select(
                *dimensions,
                _sum(sa.case((held.c.above == within, held.c.known), else_=0), "provinces"),
                _sum(held.c.rows, "rows"),
            )
            .where(held.c.indicator == indicator)
            .group_by(*dimensions)
            .order_by(*dimensions)
        )

    return asked(engine, number, ask)


def left_out(engine: sa.Engine, number: int | None = None) -> pd.DataFrame:
    """Return the cells that no page shows, since the catalogue lacks a code of theirs.

    Columns: indicator, period, scheme, industry, size, `rows`, how many figures each holds.
    """
    known = catalogue.load()
    codes = {
        "indicator": list(known.indicators),
        "scheme": [ALL, *known.schemes["code"]],
        "industry": [ALL, *known.industries["code"]],
        "size": [ALL, *known.sizes["code"]],
    }

    def ask(older: int | None) -> sa.Select[Any]:
        held = held_of(older)
        cell = [held.c[name] for name in CELL]
        strange = sa.or_(*(held.c[name].not_in(of) for name, of in codes.items()))
        return (
            sa.select(*cell, _sum(held.c.rows, "rows"))
            .where(strange)
            .group_by(*cell)
            .order_by(*cell)
        )

    return asked(engine, number, ask)


def held_within(engine: sa.Engine, within: str, number: int | None = None) -> set[str]:
    """Return the indicators that regions below one have a figure of."""

    def ask(older: int | None) -> sa.Select[Any]:
        held = held_of(older)
        return (
            sa.select(held.c.indicator).distinct().where(held.c.above == within, held.c.known > 0)
        )

    return set(asked(engine, number, ask)["indicator"])


def reach(engine: sa.Engine, number: int | None = None) -> pd.DataFrame:
    """Return each indicator's reach: first_period, last_period, periods, provinces, rows.

    `provinces` is how many have ever had a total, or how many the fullest cell has, if more.
    """

    def ask(older: int | None) -> sa.Select[Any]:
        figures, cells = figures_of(older), _cells(held_of(older), *CELL)
        ever = (
            sa.select(
                figures.c.indicator,
                sa.func.count(sa.distinct(figures.c.region)).label("provinces"),
            )
            .where(is_total(figures), figures.c.region.like("__0000"), figures.c.region != NATION)
            .group_by(figures.c.indicator)
            .subquery("ever")
        )
        known = sa.func.coalesce(ever.c.provinces, 0)
        fullest = sa.func.max(cells.c.provinces)
        return (
            sa.select(
                cells.c.indicator,
                sa.func.min(cells.c.period).label("first_period"),
                sa.func.max(cells.c.period).label("last_period"),
                sa.func.count(sa.distinct(cells.c.period)).label("periods"),
                sa.case((known > fullest, known), else_=fullest).label("provinces"),
                _sum(cells.c.rows, "rows"),
            )
            .join_from(cells, ever, cells.c.indicator == ever.c.indicator, isouter=True)
            .group_by(cells.c.indicator, ever.c.provinces)
            .order_by(cells.c.indicator)
        )

    return _named(asked(engine, number, ask))


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of indicators that the catalogue has a name for."""
    left: pd.DataFrame = rows[rows["indicator"].isin(catalogue.load().indicators)]
    return left.reset_index(drop=True)


def by_period(engine: sa.Engine, number: int | None = None) -> pd.DataFrame:
    """Return what there is of each indicator over all schemes, by source and period.

    Columns: indicator, source, period, provinces (how many the fullest cell has), nation,
    industries, sizes (whether figures of the nation, of single industries, of single sizes are
    among them).
    """

    def ask(older: int | None) -> sa.Select[Any]:
        held = held_of(older)
        cells = _cells(held, "source", *CELL)
        keys = [cells.c[name] for name in ("indicator", "source", "period")]

        def any_of(condition: sa.ColumnElement[bool], name: str) -> sa.ColumnElement[int]:
            return sa.func.max(sa.case((condition, 1), else_=0)).label(name)

        return (
            sa.select(
                *keys,
                sa.func.max(cells.c.provinces).label("provinces"),
                any_of(cells.c.nation > 0, "nation"),
                any_of(cells.c.industry != ALL, "industries"),
                any_of(cells.c.size != ALL, "sizes"),
            )
            .where(cells.c.scheme == ALL)
            .group_by(*keys)
            .order_by(*keys)
        )

    found = _named(asked(engine, number, ask))
    return found.astype(dict.fromkeys(("nation", "industries", "sizes"), bool))


def industries_within(engine: sa.Engine, within: str, number: int | None = None) -> set[str]:
    """Return the industries that regions below one have a figure of, whatever is measured."""

    def ask(older: int | None) -> sa.Select[Any]:
        held = held_of(older)
        single = held.c.industry != ALL, held.c.above == within, held.c.known > 0
        return sa.select(held.c.industry).distinct().where(*single)

    return set(asked(engine, number, ask)["industry"])


def divided_by(engine: sa.Engine, dimension: str, number: int | None = None) -> pd.DataFrame:
    """Return which cells of single industries, or sizes, the nation or provinces have figures of.

    `dimension`: `industry` or `size`. Columns: indicator, scheme, size, period, industry, known
    (how many figures).
    """

    def ask(older: int | None) -> sa.Select[Any]:
        held = held_of(older)
        keys = [held.c[name] for name in ("indicator", "scheme", "size", "period", "industry")]
        return (
            sa.select(*keys, _sum(held.c.known, "known"))
            .where(held.c[dimension] != ALL, held.c.above.in_([NATION, ALL]), held.c.known > 0)
            .group_by(*keys)
            .order_by(*keys)
        )

    return _named(asked(engine, number, ask))


def by_region(
    engine: sa.Engine, number: int | None = None, industry: str | None = None
) -> pd.DataFrame:
    """Return which source has rows of which indicator in which region, in whatever cell.

    Of one industry, if it is named. Columns: indicator, source, region, known (whether one of them
    is a figure for all to see).
    """

    def ask(older: int | None) -> sa.Select[Any]:
        figures: sa.FromClause = figures_of(older)
        if industry is not None:
            held = held_of(older)
            figures = in_cells(figures, held, held.c.industry == industry).subquery("own")
        keys = [figures.c[name] for name in ("indicator", "source", "region")]
        free = sa.case((figures.c.confidentiality == "F", figures.c.value))
        known = sa.func.count(free).label("known")
        return sa.select(*keys, known).group_by(*keys).order_by(*keys)

    found = _named(asked(engine, number, ask))
    return found.assign(known=found["known"] > 0)


def suppliers(held: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Return of how many provinces each source has each indicator; `held`: `by_region`."""
    rows = held.assign(provinces=held["region"].isin(catalogue.tree().provinces))
    counted = rows.groupby(["indicator", "source"], as_index=False)["provinces"].sum()
    found: dict[str, dict[str, int]] = {}
    for indicator, source, provinces in counted.itertuples(index=False):
        found.setdefault(indicator, {})[source] = provinces
    return found


def source_records(engine: sa.Engine, number: int | None = None) -> list[dict[str, Any]]:
    """Return what each source holds and who says so, in the order of their keys.

    source, rows, indicators, first_period, last_period; whether it has figures that are yearly,
    quarterly or monthly; publishers, documents and frequencies, the texts of its citations.
    """

    def ask(older: int | None) -> sa.Select[Any]:
        held = held_of(older)
        return (
            sa.select(
                held.c.source,
                _sum(held.c.rows, "rows"),
                sa.func.count(sa.distinct(held.c.indicator)).label("indicators"),
                sa.func.min(held.c.period).label("first_period"),
                sa.func.max(held.c.period).label("last_period"),
                *(
                    sa.func.max(sa.case((_frequency(held) == name, 1), else_=0)).label(name)
                    for name in FREQUENCIES
                ),
            )
            .group_by(held.c.source)
            .order_by(held.c.source)
        )

    cited = _cited(engine, number)

    def texts(source: str, name: str) -> list[str]:
        return sorted({row[name] for row in cited if row["source"] == source} - {None})

    return [
        row
        | {name: bool(row[name]) for name in FREQUENCIES}
        | {given: texts(row["source"], name) for given, name in _CITED.items()}
        for row in recorded(engine, number, ask)
    ]


_CITED = {"publishers": "publisher", "documents": "document", "frequencies": "frequency"}
_COLUMNS = ["source", "rows", "indicators", "first_period", "last_period", *FREQUENCIES, *_CITED]


def sources(engine: sa.Engine, number: int | None = None) -> pd.DataFrame:
    """Return `source_records` as a frame."""
    import pandas as pd

    return pd.DataFrame(source_records(engine, number), columns=_COLUMNS)


def origins(engine: sa.Engine, number: int | None = None) -> pd.DataFrame:
    """Return which source has figures of which indicator: indicator, source."""

    def ask(older: int | None) -> sa.Select[Any]:
        held = held_of(older)
        return sa.select(held.c.indicator, held.c.source).distinct()

    return _named(asked(engine, number, ask))


def series(engine: sa.Engine, number: int | None = None) -> list[Series]:
    """Return what each source has of each indicator, of the nation, provinces and prefectures.

    What is published of groups of provinces is no level of its own. Indicators that the catalogue
    has given up are left out: nothing of them is waited for.
    """
    named = catalogue.load().indicators

    def ask(older: int | None) -> sa.Select[Any]:
        held = held_of(older)
        level = sa.case(
            (held.c.above.in_(["", ALL]), "nation"),
            (held.c.above == NATION, "province"),
            else_="prefecture",
        ).label("level")
        keys = [held.c.source, held.c.indicator, level, held.c.period]
        # `holding_of` files groups, whose codes are letters, below letters.
        first = sa.func.substr(held.c.above, 1, 1)
        levelled = sa.or_(held.c.above.in_(["", ALL]), first.in_(list("0123456789")))
        return sa.select(*keys).where(held.c.known > 0, levelled).distinct()

    periods: dict[tuple[str, str, Level], list[str]] = {}
    for row in recorded(engine, number, ask):
        if row["indicator"] in named and is_period(row["period"]):
            key = (row["source"], row["indicator"], row["level"])
            periods.setdefault(key, []).append(row["period"])
    return [
        Series(*key, max(texts, key=lambda text: parse(text).until), len(texts))
        for key, texts in sorted(periods.items())
    ]


def publishers(sources: pd.DataFrame) -> dict[str, list[str]]:
    """Return the publishers of each of the `sources`."""
    return dict(zip(sources["source"], sources["publishers"], strict=True))


def _frequency(held: sa.FromClause) -> sa.Case[str]:
    period = held.c.period
    return sa.case(
        (sa.func.length(period) == 4, "yearly"), (period.like("%Q%"), "quarterly"), else_="monthly"
    )


def _cited(engine: sa.Engine, number: int | None) -> list[dict[str, Any]]:
    """Return source, publisher, document and frequency of the files that a release is made of.

    Only of sources that the catalogue does not name: their files are cited as a whole.
    """
    newest = sa.select(sa.func.max(release_input.c.release)).scalar_subquery()
    of_the_release = sa.and_(
        release_input.c.file == citation.c.file,
        release_input.c.release == (newest if number is None else number),
    )
    own = citation.c.source.not_in([*catalogue.load().sources, "derived"])
    with snapshot(engine) as connection:
        cited = records_of(
            connection, sa.select(citation).join(release_input, of_the_release).where(own)
        )
    # A file that was declared anew has its former citations too; figures have the one that holds.
    times = Counter((row["source"], row["file"]) for row in cited)
    former = {row["citation"] for row in cited if times[row["source"], row["file"]] > 1}
    if not former:
        return cited

    def ask(older: int | None) -> sa.Select[Any]:
        figures = figures_of(older)
        return sa.select(figures.c.citation).distinct().where(figures.c.citation.in_(former))

    used = {row["citation"] for row in recorded(engine, number, ask)}
    return [row for row in cited if row["citation"] not in former - used]


def _cells(held: sa.FromClause, *names: str) -> sa.Subquery:
    """Return cells with `rows` and how many `provinces` and `nation` figures are in each."""
    keys = [held.c[name] for name in names]
    return (
        sa.select(
            *keys,
            _sum(sa.case((held.c.above == NATION, held.c.rows), else_=0), "provinces"),
            _sum(sa.case((held.c.above == ALL, held.c.rows), else_=0), "nation"),
            _sum(held.c.rows, "rows"),
        )
        .group_by(*keys)
        .subquery("cells")
    )


def _sum(numbers: sa.ColumnElement[int], name: str) -> sa.Label[int]:
    # PostgreSQL adds integers up to a decimal number.
    return sa.cast(sa.func.sum(numbers), sa.Integer).label(name)
