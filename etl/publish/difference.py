"""What a publication changes: figures by indicator and region, and every verdict that turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from etl.publish.moves import Moves
from indicators import target_register
from indicators.catalogue import tree
from indicators.periods import today
from indicators.store.archive import frame_of
from indicators.store.queries import register_of
from indicators.store.tables import KEY, REGISTER, holding, observation
from indicators.target_register import AIM, Register

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Difference:
    """What would change, or has changed.

    counts: indicator, region, added, changed, withdrawn. largest: KEY, old, new, relative (the
    change as a share of the old value), the largest first. flips: target, indicator, scheme,
    industry, size, region, old_verdict, new_verdict (of a stale one the class by its latest
    figure), old_reason, new_reason, and the figure that did it: period, old_value, new_value.
    rows: how many figures are public afterwards.
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


def difference(connection: sa.Connection, moves: Moves, register: Tables | None) -> Difference:
    """Return what figures that come and go, and a register, change of what is public."""
    held = register_of(connection)
    aimed = held if register is None else register
    retargeted = not _same_register(held, aimed)
    counts = moves.counts
    return Difference(
        counts,
        moves.largest,
        _flips(connection, moves, held, aimed if retargeted else held)
        if retargeted or len(counts)
        else _FLAT,
        retargeted,
        _public(connection) + int(counts["added"].sum()) - int(counts["withdrawn"].sum()),
    )


def first_difference(
    connection: sa.Connection, added: Sequence[pd.DataFrame], register: Tables | None
) -> Difference:
    """Return what a first release changes.

    added: parts of the number of figures (`count_all`) by indicator and region.
    """
    keys = ["indicator", "region"]
    parts = pd.concat([pd.DataFrame(columns=[*keys, "count_all"], dtype="int64"), *added])
    counts = (
        parts.rename(columns={"count_all": "added"})
        .groupby(keys, as_index=False)["added"]
        .sum()
        .assign(changed=0, withdrawn=0)
    )
    retargeted = register is not None and not _same_register(register_of(connection), register)
    nothing = pd.DataFrame(columns=[*KEY, "old", "new", "relative"])
    return Difference(counts, nothing, _FLAT, retargeted, int(counts["added"].sum()))


def _public(connection: sa.Connection) -> int:
    return connection.scalar(sa.select(sa.func.sum(holding.c.rows))) or 0


_TURNED = ("verdict", "reason", "value")
_AGES = tuple(f"{age}_{name}" for name in _TURNED for age in ("old", "new"))
_FLIP = ["target", "region", *AIM, *_AGES, "period"]
_FLAT = pd.DataFrame(columns=_FLIP)


def _flips(
    connection: sa.Connection, moves: Moves, old_register: Tables, new_register: Tables
) -> pd.DataFrame:
    """Return the verdicts that turn: those of aims that both registers hold."""
    old, new = Register(**old_register), Register(**new_register)
    provinces = tree().provinces
    was = target_register.applicable(old, provinces) if len(old.target) else None
    will = was
    if new_register is not old_register:
        will = target_register.applicable(new, provinces) if len(new.target) else None
    if was is None or will is None:
        return _FLAT
    aims = pd.concat([target_register.needed(old, was), target_register.needed(new, will)])
    day = today()
    among = {name: sorted(set(aims[name])) for name in ("region", *AIM)}
    gone, come = moves.chosen(moves.gone, among), moves.chosen(moves.come, among)
    if gone.empty and come.empty and will is was:
        return _FLAT
    before = _series(connection, among)
    gone = gone[list(KEY)]
    stays = before.merge(gone, on=list(KEY), how="left", validate="1:1", indicator="goes")
    stays = stays.loc[stays["goes"] == "left_only", list(before.columns)]
    come = come[list(before.columns)].astype(before.dtypes)
    after = pd.concat([come, stays], ignore_index=True)
    ages = ("_old", "_new")
    then = _classes(target_register.verdicts(old, was, before, day))
    now = _classes(target_register.verdicts(new, will, after, day))
    same = ["region", "target", *AIM]
    verdicts = then.merge(now, on=same, how="inner", validate="1:1", suffixes=ages)
    turned = verdicts[
        (verdicts["verdict_old"] != verdicts["verdict_new"])
        | (verdicts["reason_old"] != verdicts["reason_new"])
    ]
    same = ["period", "region", *AIM]
    causes = before.merge(after, on=same, how="outer", validate="1:1", suffixes=ages)
    values = causes[["value_old", "value_new"]]
    moved = causes[values["value_old"].ne(values["value_new"]) & values.notna().any(axis=1)]
    newest = moved.sort_values("period").drop_duplicates(["region", *AIM], keep="last")
    flips = turned.merge(newest, on=["region", *AIM], how="left", validate="m:1")
    names = {f"{name}_{age}": f"{age}_{name}" for name in _TURNED for age in ("old", "new")}
    return flips.rename(columns=names)[_FLIP].reset_index(drop=True)


def _classes(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the class of each verdict by its latest figure, and its reason: `stale` may be one."""
    found = verdicts.drop(columns="verdict").rename(columns={"last_class": "verdict"})
    return found[["region", "target", *AIM, "verdict", "reason"]]


def _series(connection: sa.Connection, among: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    names = [*KEY, "value", "status", "confidentiality", "numerator", "denominator"]
    conditions = [observation.c[name].in_(values) for name, values in among.items()]
    rows = frame_of(
        connection, sa.select(*(observation.c[name] for name in names)).where(*conditions)
    )
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
