"""Parts add up to the published total, wherever the catalogue says that values add up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from etl.checks.subject import KEYS, Check, Subject, figure, found_at, key_of, records, unlisted
from etl.divisions import DIMENSIONS, divisions
from indicators.findings import Finding, Key, message
from indicators.store.tables import KEY


def _sums(subject: Subject) -> Iterator[Finding]:
    known = divisions(subject.catalogue)
    for dimension in DIMENSIONS:
        chains = _chains(subject, dimension, known[known["dimension"] == dimension])
        if chains.empty:
            continue
        wrong = _wrong(subject, dimension, chains)
        for row in records(wrong):
            yield found_at(
                row, SUMS, f"{row[dimension]} = {figure(row['value'])}",
                message("the sum of its {n} parts, {total}", n=row["parts"],
                        total=figure(row["total"]))
                if row["complete"]
                else message("at least the sum of the parts that are given, {total}",
                             total=figure(row["total"])),
                message("compare the rows of this period with the published table"),
                figures=_quoted(row, dimension, chains),
            )  # fmt: skip
        yield from unlisted(SUMS, wrong.index)


def _quoted(row: dict[str, Any], dimension: str, chains: pd.DataFrame) -> Iterator[Key]:
    """Yield the keys of a whole and of its parts."""
    yield key_of(row)
    same = (chains["indicator"] == row["indicator"]) & (chains["family"] == row["family"])
    for part in chains.loc[same & (chains["whole"] == row[dimension]), "part"]:
        yield key_of(row, **{dimension: part})


def _chains(subject: Subject, dimension: str, known: pd.DataFrame) -> pd.DataFrame:
    """Return which parts to add up to which whole: indicator, family, part, whole, distance.

    The nearest parts that are given at all: provinces rather than their prefectures.
    """
    additive = [
        key for key, item in subject.catalogue.indicators.items() if dimension in item.additive
    ]
    given = subject.ask(
        f"SELECT DISTINCT indicator, {dimension} AS code FROM checked "  # noqa: S608
        "WHERE list_contains($additive, indicator)",
        additive=additive,
    )
    chains = known.merge(
        given.rename(columns={"code": "part"}), on="part", how="inner", validate="m:m"
    ).merge(
        given.rename(columns={"code": "whole"}), on=["indicator", "whole"], how="inner",
        validate="m:1",
    )  # fmt: skip
    nearest = chains.groupby(["indicator", "family", "whole"])["distance"].transform("min")
    return chains[chains["distance"] == nearest]


def _wrong(subject: Subject, dimension: str, chains: pd.DataFrame) -> pd.DataFrame:
    """Return the wholes that their parts contradict: KEY, place, value, total, parts, complete.

    Groups are told apart by a hash of their key: ten million rows then take a second, not ten.
    """
    subject.keep_frame("chain", chains[["indicator", "family", "part", "whole"]])
    subject.keep_frame("needed", _needed(subject, dimension, chains))
    subject.keep(
        "added",
        f"""
        WITH part AS (
            SELECT {_hashed(dimension, "chain.whole")} AS hashed, family,
                sum(value) AS total, count(*)::INTEGER AS parts
            FROM checked JOIN chain
                ON chain.indicator = checked.indicator AND chain.part = checked.{dimension}
            WHERE isfinite(value)
            GROUP BY ALL
        ), whole AS (
            SELECT {_hashed(dimension, f"checked.{dimension}")} AS hashed, indicator, period,
                {dimension} AS code, value
            FROM checked WHERE isfinite(value) AND {dimension} IN (SELECT whole FROM chain)
        ), unequal AS (
            SELECT part.*, whole.indicator, whole.period, whole.code, whole.value
            FROM part JOIN whole USING (hashed)
            WHERE abs(part.total - whole.value) > 1e-9 * abs(whole.value)
        )
        SELECT unequal.hashed, unequal.family, total, unequal.parts,
            coalesce(unequal.parts >= needed.parts, false) AS complete
        FROM unequal LEFT JOIN needed ON needed.indicator = unequal.indicator
            AND needed.family = unequal.family AND needed.whole = unequal.code
            AND needed.period = unequal.period
        WHERE total > value OR unequal.parts >= needed.parts
        """,  # noqa: S608
    )
    candidates = subject.ask(
        f"""
        SELECT {KEYS}, value, file, sheet, row, added.* FROM checked
        JOIN added ON added.hashed = {_hashed(dimension, f"checked.{dimension}")}
        """  # noqa: S608
    )
    if candidates.empty:
        return candidates
    beyond = candidates[_beyond_rounding(subject, dimension, candidates)]
    # The same parts may make up a whole in several ways: it is told once, as complete if it is.
    told = beyond.sort_values("complete", ascending=False, kind="stable")
    return told.drop_duplicates([*KEY, "total", "parts"]).sort_index()


def _hashed(dimension: str, code: str) -> str:
    """Return the hash of a key of `checked` with another code in one dimension."""
    names = [code if name == dimension else f"checked.{name}" for name in KEY]
    return f"hash({', '.join(names)})"


def _needed(subject: Subject, dimension: str, chains: pd.DataFrame) -> pd.DataFrame:
    """Return of how many parts a whole consists at a period: those with a validity have dates.

    Without a row: never known, as the whole holds more than its parts or some are not given.
    """
    periods = subject.ask("SELECT DISTINCT period FROM checked")["period"]
    known = divisions(subject.catalogue)
    direct = known[
        (known["dimension"] == dimension)
        & (known["distance"] == 1)
        & known["whole"].isin(chains["whole"])
    ].merge(periods, how="cross", validate="m:m")
    if dimension == "scheme":
        dates = subject.catalogue.schemes.set_index("code")
        begun, ended = (direct["part"].map(dates[name]) for name in ("valid_from", "valid_to"))
        going = (ended == "") | (ended >= direct["period"])
        direct = direct[((begun == "") | (begun <= direct["period"])) & going]
    needed = direct.groupby(["family", "whole", "period"], as_index=False).agg(
        parts=("part", "size")
    )
    whole = [
        key for key, item in subject.catalogue.indicators.items() if dimension not in item.remainder
    ]
    adjoining = chains[(chains["distance"] == 1) & chains["indicator"].isin(whole)]
    return adjoining[["indicator", "family", "whole"]].drop_duplicates().merge(
        needed, on=["family", "whole"], how="inner", validate="m:m"
    )  # fmt: skip


def _beyond_rounding(subject: Subject, dimension: str, candidates: pd.DataFrame) -> pd.Series:
    """Return which sums differ from their whole by more than published rounding explains.

    A table in thousands may be out by half a thousand for each of its figures. Two noughts at
    the end of every part, or three of a whole, are taken for rounding: chance hardly makes them.
    """
    noughts = " ".join(
        f"WHEN bool_and(checked.value % 1e{power} = 0) THEN 1e{power}"
        for power in (8, 6, 5, 4, 3, 2)
    )
    steps = subject.ask(
        f"""
        SELECT added.hashed, added.family, CASE {noughts} ELSE 0 END AS step
        FROM checked
        JOIN chain ON chain.indicator = checked.indicator AND chain.part = checked.{dimension}
        JOIN added ON added.hashed = {_hashed(dimension, "chain.whole")}
            AND chain.family = added.family
        WHERE isfinite(checked.value)
        GROUP BY ALL
        """  # noqa: S608
    )
    both = candidates.merge(steps, on=["hashed", "family"], how="left", validate="m:1")
    decimals = both["indicator"].map(
        {key: item.decimals for key, item in subject.catalogue.indicators.items()}
    )
    finest = np.where(decimals > 0, 10.0**-decimals, 0.0)
    whole = np.select(
        [both["value"] % 10.0**power == 0 for power in (8, 6, 5, 4, 3)],
        [10.0**power for power in (8, 6, 5, 4, 3)],
        0.0,
    )
    step = np.where(both["value"] == 0, 0.0, np.maximum(whole, finest))
    allowed = (both["parts"] * np.maximum(both["step"], finest) + step) / 2
    beyond = (both["total"] - both["value"]).abs() > allowed + 1e-9 * both["value"].abs()
    return beyond.set_axis(candidates.index)


SUMS = Check("sums", "error", message("Parts add up to the published total."), _sums)
