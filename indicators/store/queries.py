"""The questions pages ask: a Selection in, tidy rows out."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import sqlalchemy as sa

from indicators import catalogue
from indicators.periods import times
from indicators.regions import ALL, NATION
from indicators.roles import Bounds, covers
from indicators.store.archive import (
    RELEASES,
    RETRACTIONS,
    asked,
    earlier,
    figures_of,
    frame_of,
    is_total,
    newest,
    rows_of,
    snapshot,
)
from indicators.store.database import Dataset
from indicators.store.holdings import held_of, in_cells
from indicators.store.tables import (
    KEY,
    REGISTER,
    change,
    citation,
    flip,
    identity,
    quoted,
    register_archive,
    release_input,
    retraction,
    revision,
    warning,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Selection:
    """What a page shows. `None` leaves a dimension open."""

    indicator: str
    period: str | None = None
    industry: str | None = ALL
    size: str | None = ALL
    scheme: str | None = ALL
    region: str | None = None


class Vintage(NamedTuple):
    """Which figures: those of a dataset as published in one of its releases.

    state: a text that differs where the database is another, its newest release is, or figures
    have been taken out of every release, so that nothing is shown that is remembered of before. It
    tells old releases apart too: what a later one suppresses is suppressed in them.
    """

    release: int
    dataset: Dataset = "real"
    state: str = ""


def _asked(
    engine: sa.Engine, number: int | None, ask: Callable[[sa.Subquery], sa.Select[Any]]
) -> pd.DataFrame:
    """Return the answer about the figures of a release; the archive is read for an older one."""
    return asked(engine, number, lambda older: ask(figures_of(older)))


def _key(figures: sa.Subquery) -> list[sa.ColumnElement[str]]:
    return [figures.c[name] for name in KEY]


def _numeric(rows: pd.DataFrame) -> pd.DataFrame:
    numbers = {name: rows[name].to_numpy(float) for name in ("value", "numerator", "denominator")}
    return rows.assign(**numbers)


def _sound(rows: pd.DataFrame) -> pd.DataFrame:
    """Return figures that can be named and drawn; the others are left out and logged by their key.

    The gate lets no other in, but a database may have been written by hand, or the catalogue have
    changed since: one such figure must keep no page from working.
    """
    rows, known = _numeric(rows), catalogue.load()
    codes: dict[str, Iterable[str]] = {
        "indicator": known.indicators,
        "region": catalogue.tree().regions,
        "scheme": [ALL, *known.schemes["code"]],
        "industry": [ALL, *known.industries["code"]],
        "size": [ALL, *known.sizes["code"]],
    }
    sound = ~np.isinf(rows["value"].to_numpy()) & (times(rows["period"]).frequency >= 0)
    for name, of in codes.items():
        sound &= rows[name].isin(of).to_numpy(np.bool_)
    if sound.all():
        return rows
    strange = rows.loc[~sound, list(KEY)]
    _log.warning("%d figures left out, among them %s", len(strange), strange.iloc[0].to_list())
    left: pd.DataFrame = rows[sound].reset_index(drop=True)
    return left


def observations(
    engine: sa.Engine, selection: Selection, number: int | None = None
) -> pd.DataFrame:
    """Return the figures of a selection in a release (default: the newest), ordered by key.

    Columns: indicator, period, scheme, industry, size, region, value, status, confidentiality,
    numerator, denominator, source, citation, release.
    """

    def ask(figures: sa.Subquery) -> sa.Select[Any]:
        return sa.select(figures).where(*_chosen(figures, selection)).order_by(*_key(figures))

    return _sound(_asked(engine, number, ask))


def _chosen(figures: sa.FromClause, selection: Selection) -> Iterator[sa.ColumnElement[bool]]:
    for name in KEY:
        if (code := getattr(selection, name)) is not None:
            yield figures.c[name] == code


def all_observations(engine: sa.Engine, number: int | None = None) -> pd.DataFrame:
    """Return every figure of a release (default: the newest), as `observations` does."""
    return _sound(
        _asked(engine, number, lambda figures: sa.select(figures).order_by(*_key(figures)))
    )


def figures_of_regions(
    engine: sa.Engine, regions: Iterable[str], number: int | None = None, industry: str = ALL
) -> pd.DataFrame:
    """Return every indicator's totals in these regions: all schemes and sizes of an industry.

    Of all industries by default. Columns as in `observations`.
    """
    wanted = sorted(set(regions))

    def ask(older: int | None) -> sa.Select[Any]:
        figures = figures_of(older)
        if industry == ALL:
            found = sa.select(figures).where(is_total(figures))
        else:
            held = held_of(older)
            chosen = held.c.industry == industry, held.c.scheme == ALL, held.c.size == ALL
            found = in_cells(figures, held, *chosen)
        return found.where(figures.c.region.in_(wanted)).order_by(*_key(figures))

    return _sound(asked(engine, number, ask))


def figures_of_region(
    engine: sa.Engine, region: str, number: int | None = None, industry: str | None = None
) -> pd.DataFrame:
    """Return every figure of one region, or of an industry there, as `observations` does."""

    def ask(figures: sa.Subquery) -> sa.Select[Any]:
        chosen = [figures.c.region == region]
        chosen += [figures.c.industry == industry] if industry else []
        return sa.select(figures).where(*chosen).order_by(*_key(figures))

    return _sound(_asked(engine, number, ask))


def parts(
    engine: sa.Engine,
    cells: Iterable[tuple[str, str]],
    regions: Iterable[str],
    industries: Iterable[str],
    sizes: Iterable[str],
    number: int | None = None,
    whole: str = ALL,
) -> pd.DataFrame:
    """Return the figures of single industries and of single sizes, as `observations` does.

    `cells`: the indicators and periods asked for, each found by its key; whole: the industry
    whose sizes they are.
    """
    wanted = sorted(set(cells))
    where, which, large = sorted(set(regions)), sorted(set(industries)), sorted(set(sizes))

    def ask(figures: sa.Subquery) -> sa.Select[Any]:
        columns = figures.c
        in_regions = columns.scheme == ALL, columns.region.in_(where)
        of_industries = columns.industry.in_(which), columns.size == ALL
        of_sizes = columns.industry == whole, columns.size.in_(large)
        # One question a cell: the key leads to each, where one for all would be a scan.
        every = [
            sa.select(figures)
            .where(columns.indicator == indicator, columns.period == period)
            .where(*in_regions, *narrowed)
            for indicator, period in wanted
            for narrowed in (of_industries, of_sizes)
        ]
        return sa.select(sa.union_all(*every).subquery("parts"))

    if not wanted:
        return observations(engine, Selection("", ""), number)
    return _sound(_asked(engine, number, ask))


def of_industry(
    engine: sa.Engine,
    periods: Mapping[str, Iterable[str]],
    industry: str,
    number: int | None = None,
) -> pd.DataFrame:
    """Return the figures of one industry, of all schemes and sizes, as `observations` does.

    `periods`: those asked for, by indicator.
    """
    if not periods:
        return observations(engine, Selection("", ""), number)

    def ask(figures: sa.Subquery) -> sa.Select[Any]:
        columns = figures.c
        whole = columns.scheme == ALL, columns.size == ALL, columns.industry == industry
        # One question an indicator: the key leads to each of its periods.
        every = [
            sa.select(figures).where(
                columns.indicator == indicator, columns.period.in_(sorted(held)), *whole
            )
            for indicator, held in sorted(periods.items())
        ]
        return sa.select(sa.union_all(*every).subquery("industry"))

    return _sound(_asked(engine, number, ask))


def national(engine: sa.Engine, number: int | None = None) -> pd.DataFrame:
    """Return the figures of the nation, and of all with those abroad, over all schemes and sizes.

    Two regions, `100000` and `ALL`; an indicator that is published for single industries only
    has those. Columns as in `observations`.
    """
    totals = figures_of_regions(engine, [NATION, ALL], number)
    covered = sorted(set(totals["indicator"]))

    def ask(older: int | None) -> sa.Select[Any]:
        figures, held = figures_of(older), held_of(older)
        single = held.c.scheme == ALL, held.c.size == ALL, held.c.indicator.not_in(covered)
        found = in_cells(figures, held, held.c.above.in_([ALL, ""]), *single)
        return found.where(figures.c.region.in_([NATION, ALL])).order_by(*_key(figures))

    parts = asked(engine, number, ask)
    return pd.concat([totals, _sound(parts)], ignore_index=True)


def releases(engine: sa.Engine) -> pd.DataFrame:
    """Return every release, newest first, as in the table `release`."""
    return rows_of(engine, RELEASES)


def latest_release(engine: sa.Engine) -> int | None:
    """Return the number of the newest release, None when nothing is published."""
    with engine.connect() as connection:
        return newest(connection)


def changes(engine: sa.Engine, number: int) -> pd.DataFrame:
    """Return what a release changed: indicator, added, changed, withdrawn."""
    return rows_of(
        engine,
        sa.select(change.c.indicator, change.c.added, change.c.changed, change.c.withdrawn)
        .where(change.c.release == number)
        .order_by(change.c.indicator),
    )


def flips(engine: sa.Engine, number: int) -> pd.DataFrame:
    """Return the verdicts that a release turned, as in the table `flip`."""
    return rows_of(
        engine,
        sa.select(flip).where(flip.c.release == number).order_by(flip.c.region, flip.c.target),
    )


def warnings(engine: sa.Engine, number: int, bounds: Bounds = None) -> pd.DataFrame:
    """Return the warnings that were accepted for a release, as in the table `warning`.

    bounds: the codes of regions that they may tell of; of those that say no figure nobody knows.
    """
    question = sa.select(warning).where(warning.c.release == number).order_by(warning.c.line)
    found = rows_of(engine, question)
    if bounds is None:
        return found
    quotes = sa.select(quoted.c.line, quoted.c.region).where(quoted.c.release == number).distinct()
    regions = rows_of(engine, quotes).groupby("line")["region"].agg(list).to_dict()
    seen = [covers(bounds, regions.get(line, [])) for line in found["line"]]
    return found[np.array(seen, bool)].reset_index(drop=True)


def retractions(engine: sa.Engine) -> pd.DataFrame:
    """Return what was taken out of every release, newest first, as in the table `retraction`."""
    return rows_of(engine, RETRACTIONS)


def newest_vintage(engine: sa.Engine, dataset: Dataset = "real") -> Vintage | None:
    """Return the newest release of a database as it stands; None where nothing is published."""
    gone = sa.select(sa.func.count()).select_from(retraction).scalar_subquery()
    with snapshot(engine) as connection:
        named = connection.scalar(sa.select(identity.c.identity))
        last = connection.execute(RELEASES.add_columns(gone.label("gone")).limit(1)).first()
    if last is None:
        return None
    return Vintage(last.release, dataset, f"{named} {last.release} {last.published_at} {last.gone}")


def inputs(engine: sa.Engine, number: int) -> pd.DataFrame:
    """Return the files a release was made of: file, source, sha256, bytes."""
    return rows_of(
        engine,
        sa.select(release_input)
        .where(release_input.c.release == number)
        .order_by(release_input.c.source, release_input.c.file),
    )


def citations(engine: sa.Engine, keys: Iterable[str]) -> pd.DataFrame:
    """Return where figures stand: the rows of `citation` with these keys, and `DENOMINATOR`."""
    cited = _cited(engine, keys)
    # Of a ratio computed here: numerator's/denominator's[/its period/its indicator], see
    # `etl.derive`; those of a release of before do not name the indicator.
    parts = cited["citation"].str.split("/", n=3, expand=True).reindex(columns=range(4))
    ratio = cited["basis"] == "derived"
    below = _cited(engine, parts.loc[ratio, 1].dropna()).set_index("citation")["document"]
    return cited.assign(
        denominator_document=parts[1].where(ratio).map(below),
        denominator_period=parts[2].where(ratio),
        denominator_indicator=parts[3].where(ratio),
    )


def _cited(engine: sa.Engine, keys: Iterable[str]) -> pd.DataFrame:
    return rows_of(engine, sa.select(citation).where(citation.c.citation.in_(sorted(set(keys)))))


def revisions(engine: sa.Engine, selection: Selection) -> pd.DataFrame:
    """Return what a selection's figures were before, oldest first, as in the table `revision`.

    What is suppressed now has no earlier value either.
    """
    return rows_of(
        engine,
        earlier(*_chosen(revision, selection)).order_by(
            *(revision.c[name] for name in KEY), revision.c.release
        ),
    )


def register(engine: sa.Engine, number: int | None = None) -> dict[str, pd.DataFrame]:
    """Return the target register of a release, table by table: see `REGISTER`."""
    with snapshot(engine) as connection:
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
        table.name: frame_of(connection, sa.select(table).order_by(*table.primary_key.columns))
        for table in REGISTER
    }


def observations_of(
    engine: sa.Engine, aims: pd.DataFrame, number: int | None = None
) -> pd.DataFrame:
    """Return the figures that aims are set for, as `observations` does.

    `aims` has region, indicator, scheme, industry, size; a figure of the same indicator and
    cell in another of its regions may be among them.
    """
    cells = (aims[["scheme", "industry", "size"]] == ALL).all(axis=1)
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
        .where(*chosen, *([is_total(figures)] if totals else []))
        .order_by(*_key(figures))
    )
