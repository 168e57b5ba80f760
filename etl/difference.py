"""What a publication changes: figures by indicator and region, and every verdict that turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from etl.tidy import DERIVED
from indicators import catalogue, tables, targets
from indicators.database import (
    KEY,
    MEASURES,
    REGISTER,
    change,
    citation,
    observation,
    release_input,
)
from indicators.queries import register_of
from indicators.targets import AIM, Register

LARGEST = 20
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Difference:
    """What would change, or has changed.

    counts: indicator, region, added, changed, withdrawn. largest: KEY, old, new, relative (the
    change as a share of the old value), the largest first. flips: target, indicator, region,
    old_verdict, new_verdict, old_reason, new_reason, and the figure that did it: period,
    old_value, new_value. rows: how many figures are public afterwards.
    """

    counts: pd.DataFrame
    largest: pd.DataFrame
    flips: pd.DataFrame
    retargeted: bool
    rows: int

    @property
    def added(self) -> int:
        """How many figures are new."""
        return int(self.counts["added"].sum())

    @property
    def changed(self) -> int:
        """How many figures differ."""
        return int(self.counts["changed"].sum())

    @property
    def withdrawn(self) -> int:
        """How many figures are taken back."""
        return int(self.counts["withdrawn"].sum())

    def __bool__(self) -> bool:
        return bool(self.added + self.changed + self.withdrawn or self.retargeted)


def replaced(connection: sa.Connection, files: Sequence[str] | None) -> sa.ColumnElement[bool]:
    """Return the condition on `observation` that a figure is of these files, or derived.

    Where the newest release knows the periods of the files, it is one that the key answers.
    """
    if files is None:
        return sa.true()
    cited = sa.select(citation.c.citation).where(citation.c.file.in_(files))
    newest = sa.select(sa.func.max(release_input.c.release)).scalar_subquery()
    held, first, last = connection.execute(
        sa.select(
            sa.func.count(),
            sa.func.min(release_input.c.first_period),
            sa.func.max(release_input.c.last_period),
        ).where(release_input.c.file.in_(files), release_input.c.release == newest)
    ).one()
    if held and first is None:
        return sa.or_(observation.c.citation.in_(cited), observation.c.source == DERIVED)
    computed = [key for key, item in catalogue.load().indicators.items() if item.derived]
    every = sorted(connection.scalars(sa.select(change.c.indicator).distinct()))
    return sa.or_(
        sa.and_(
            observation.c.indicator.in_(every),
            observation.c.period.between(first or "", last or ""),
            observation.c.citation.in_(cited),
        ),
        sa.and_(observation.c.indicator.in_(computed), observation.c.source == DERIVED),
    )


@dataclass(frozen=True)
class Staged:
    """New figures beside the public ones that they replace.

    new: a table of KEY and MEASURES. old: the public figures that are replaced; `observation`
    itself where all are. replaced: the condition on `observation` that says which.
    """

    connection: sa.Connection
    new: sa.Table
    old: sa.Table
    replaced: sa.ColumnElement[bool]

    @property
    def same_key(self) -> sa.ColumnElement[bool]:
        """The condition that a new figure stands at an old one's key."""
        return sa.and_(*(self.new.c[name] == self.old.c[name] for name in KEY))

    @property
    def differs(self) -> sa.ColumnElement[bool]:
        """The condition that a new figure is not the old one at its key."""
        return sa.or_(*(self.new.c[name].is_distinct_from(self.old.c[name]) for name in MEASURES))

    @property
    def gone(self) -> sa.ColumnElement[bool]:
        """The condition on `old` that a figure does not stay as it is."""
        return ~sa.exists().where(self.same_key, ~self.differs).correlate(self.old)

    @property
    def come(self) -> sa.ColumnElement[bool]:
        """The condition on `new` that a figure is not public as it is."""
        return ~sa.exists().where(self.same_key, ~self.differs).correlate(self.new)

    @property
    def added(self) -> sa.ColumnElement[bool]:
        """The condition on `new` that nothing stands at a figure's key."""
        return ~sa.exists().where(self.same_key).correlate(self.new)

    def clashes(self) -> pd.DataFrame:
        """Return new figures whose key a figure of another file holds: KEY, file."""
        if self.old is observation or not self.connection.scalar(
            sa.select(sa.exists().select_from(self.new).where(self.added))
        ):
            return pd.DataFrame(columns=[*KEY, "file"])
        same = sa.and_(*(self.new.c[name] == observation.c[name] for name in KEY))
        question = (
            sa.select(*(self.new.c[name] for name in KEY), citation.c.file)
            .join_from(self.new, observation, same)
            .join(citation, citation.c.citation == observation.c.citation)
            .where(self.added, observation.c.source != DERIVED)
        )
        return _frame(self.connection, question)


def difference(staged: Staged, register: Tables | None, *, first: bool) -> Difference:
    """Return what the staged figures and a register change; `first`: nothing is public yet."""
    connection = staged.connection
    held = register_of(connection)
    aimed = held if register is None else register
    retargeted = not _same_register(held, aimed)
    counts = _counts(staged)
    moved = retargeted or counts[["added", "changed", "withdrawn"]].to_numpy().any()
    return Difference(
        counts,
        _largest(staged),
        _flips(staged, held, aimed) if moved and not first else _FLAT,
        retargeted,
        _public(connection) + int(counts["added"].sum()) - int(counts["withdrawn"].sum()),
    )


def first_difference(connection: sa.Connection, register: Tables | None) -> Difference:
    """Return what a first release changed, whose figures stand in the database already."""
    keys = [observation.c.indicator, observation.c.region]
    counts = pd.DataFrame(
        connection.execute(sa.select(*keys, sa.func.count()).group_by(*keys)).all(),
        columns=["indicator", "region", "added"],
    ).assign(changed=0, withdrawn=0)
    retargeted = register is not None and not _same_register(register_of(connection), register)
    nothing = pd.DataFrame(columns=[*KEY, "old", "new", "relative"])
    return Difference(counts, nothing, _FLAT, retargeted, _public(connection))


def _public(connection: sa.Connection) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(observation)) or 0


def _frame(connection: sa.Connection, question: sa.Select[tuple[object, ...]]) -> pd.DataFrame:
    answer = connection.execute(question)
    return pd.DataFrame(answer.all(), columns=list(answer.keys()))


def _counts(staged: Staged) -> pd.DataFrame:
    new, old = staged.new.c, staged.old.c
    withdrawn = ~sa.exists().where(staged.same_key).correlate(staged.old)
    questions = {
        "added": sa.select(new.indicator, new.region, sa.func.count())
        .where(staged.added)
        .group_by(new.indicator, new.region),
        "changed": sa.select(new.indicator, new.region, sa.func.count())
        .join_from(staged.new, staged.old, staged.same_key)
        .where(staged.differs)
        .group_by(new.indicator, new.region),
        "withdrawn": sa.select(old.indicator, old.region, sa.func.count())
        .where(withdrawn)
        .group_by(old.indicator, old.region),
    }
    parts = [
        pd.DataFrame(
            staged.connection.execute(question).all(), columns=["indicator", "region", "rows"]
        ).assign(what=what)
        for what, question in questions.items()
    ]
    wide = pd.concat(parts).pivot_table(
        index=["indicator", "region"], columns="what", values="rows", aggfunc="sum", fill_value=0
    )
    named = wide.reindex(columns=list(questions), fill_value=0).astype("int64")
    return named.rename_axis(columns=None).reset_index()


def _largest(staged: Staged) -> pd.DataFrame:
    old, new = staged.old.c.value, staged.new.c.value
    relative = sa.case((old != 0, (new - old) / sa.func.abs(old)))
    keys = [staged.new.c[name] for name in KEY]
    question = (
        sa.select(*keys, old.label("old"), new.label("new"), relative.label("relative"))
        .join_from(staged.new, staged.old, staged.same_key)
        .where(old.is_distinct_from(new))
        .order_by(sa.func.abs(relative).desc().nulls_last(), *keys)
        .limit(LARGEST)
    )
    return _frame(staged.connection, question)


_FLIP = [
    "target", "indicator", "region", "old_verdict", "new_verdict", "old_reason", "new_reason",
    "period", "old_value", "new_value",
]  # fmt: skip
_FLAT = pd.DataFrame(columns=_FLIP)


def _flips(staged: Staged, old_register: Tables, new_register: Tables) -> pd.DataFrame:
    """Return the verdicts that turn: those of aims that both registers hold."""
    old, new = Register(**old_register), Register(**new_register)
    provinces = tables.provinces()
    was = targets.applicable(old, provinces) if len(old.target) else None
    will = targets.applicable(new, provinces) if len(new.target) else None
    if was is None or will is None:
        return _FLAT
    aims = pd.concat([was, will])
    public = _aimed(observation, aims)
    before = _series(staged.connection, observation, public)
    after = pd.concat(
        [
            _series(staged.connection, staged.new, _aimed(staged.new, aims)),
            _series(staged.connection, observation, public, ~staged.replaced),
        ],
        ignore_index=True,
    )
    names = ["region", "target", *AIM, "verdict", "reason"]
    verdicts = targets.verdicts(old, was, before)[names].merge(
        targets.verdicts(new, will, after)[names],
        on=["region", "target", *AIM], how="inner", validate="1:1", suffixes=("_old", "_new"),
    )  # fmt: skip
    turned = verdicts[
        (verdicts["verdict_old"] != verdicts["verdict_new"])
        | (verdicts["reason_old"] != verdicts["reason_new"])
    ]
    causes = before.merge(
        after, on=["period", "region", *AIM], how="outer", validate="1:1",
        suffixes=("_old", "_new"),
    )  # fmt: skip
    values = causes[["value_old", "value_new"]]
    moved = causes[values["value_old"].ne(values["value_new"]) & values.notna().any(axis=1)]
    newest = moved.sort_values("period").drop_duplicates(["region", *AIM], keep="last")
    told = turned.merge(newest, on=["region", *AIM], how="left", validate="m:1")
    return told.rename(
        columns={
            f"{name}_{age}": f"{age}_{name}"
            for name in ("verdict", "reason", "value")
            for age in ("old", "new")
        }
    )[_FLIP].reset_index(drop=True)


def _aimed(figures: sa.FromClause, aims: pd.DataFrame) -> sa.ColumnElement[bool]:
    columns = ["region", *AIM]
    return sa.and_(*(figures.c[name].in_(sorted(set(aims[name]))) for name in columns))


def _series(
    connection: sa.Connection, figures: sa.FromClause, *conditions: sa.ColumnElement[bool]
) -> pd.DataFrame:
    names = [*KEY, "value", "status", "confidentiality", "numerator", "denominator"]
    rows = _frame(connection, sa.select(*(figures.c[name] for name in names)).where(*conditions))
    return rows.astype({"value": float, "numerator": float, "denominator": float})


def _same_register(old: Tables, new: Tables) -> bool:
    return all(
        _plain(old[table.name], table) == _plain(new[table.name], table) for table in REGISTER
    )


def _plain(rows: pd.DataFrame, table: sa.Table) -> set[tuple[object, ...]]:
    """Return a table's rows as a set, missing cells as None whatever they came as."""
    ordered = rows.reindex(columns=[column.name for column in table.columns])
    return {
        tuple(None if cell != cell or cell is None else cell for cell in row)
        for row in ordered.itertuples(index=False, name=None)
    }
