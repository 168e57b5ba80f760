"""Enterprise size by the NBS rule of 2017, from employees, revenue and assets.

An enterprise is of a size when it reaches the lower limit of every measure of its sector, so
the smallest of its measures decides; micro enterprises are the rest. A sector without a rule,
or a measure that is not known, leaves the enterprise not classified.
"""

from __future__ import annotations

from typing import Any

import ibis
import pandas as pd

from etl.certificates.engine import Engine

SIZES = ("MICRO", "SMALL", "MEDIUM", "LARGE")
NOT_CLASSIFIED = "NOT_CLASSIFIED"
MEASURES = ("employees", "revenue_10k", "assets_10k")
LIMITS = ("small_min", "medium_min", "large_min")


def limits_of(texts: Any, rules: pd.DataFrame, industries: pd.DataFrame, engine: Engine) -> Any:
    """Add to each `industry_text` the lower limits of its rule, NULL where it has none.

    `industry_text` is GB/T 4754 text such as `39`, `C39` or `7010`. `rules` (selector, measure,
    large_min, medium_min, small_min) names divisions by two digits and groups by more; a section
    alone (`C`) follows the rule that all its divisions in `industries` share, if they do.
    """
    limits = _limits(rules, industries)
    digits = texts.industry_text.re_replace("[^0-9]", "")
    division = (digits == "").ifelse(texts.industry_text, digits[0:2])
    rows = texts.mutate(division=division, group=digits[0:3])
    long = limits["code"].str.len() > 2
    for key, table in (("division", limits[~long]), ("group", limits[long])):
        named = {name: f"{key}_{name}" for name in table.columns if name != "code"}
        joined = engine.frame(table.rename(columns={"code": key, **named}))
        rows = rows.left_join(joined, key).drop(f"{key}_right")
    return rows.select(
        *texts.columns,
        **{
            name: ibis.coalesce(rows[f"group_{name}"], rows[f"division_{name}"])
            for name in limits.columns
            if name != "code"
        },
    )


def size_class(rows: Any) -> Any:
    """Return the size of rows with the columns of `MEASURES` and those of `limits_of`."""
    grades = []
    unknown: Any = rows.measures.isnull()
    for measure in MEASURES:
        applies = rows[f"{measure}_small_min"].notnull()
        unknown = unknown | (applies & rows[measure].isnull())
        grade: Any = ibis.literal(0)
        for limit in LIMITS:
            reached = rows[measure] >= rows[f"{measure}_{limit}"]
            grade = grade + reached.fill_null(False).ifelse(1, 0)
        grades.append(applies.ifelse(grade, len(LIMITS)))
    smallest = ibis.least(*grades)
    size: Any = ibis.cases(*((smallest == i, name) for i, name in enumerate(SIZES)))
    return unknown.ifelse(NOT_CLASSIFIED, size)


def _limits(rules: pd.DataFrame, industries: pd.DataFrame) -> pd.DataFrame:
    """Return one row a section, division or group: the limits of each measure of its rule."""
    split = rules.assign(code=rules["selector"].str.split()).explode("code")
    # 7010 is the only class of its group: three digits name it, and tell it from a division
    split["code"] = split["code"].str[:3]
    wide = split.pivot(index="code", columns="measure", values=list(LIMITS)).astype("float64")
    wide = wide.set_axis(wide.columns.map(lambda pair: f"{pair[1]}_{pair[0]}"), axis=1)
    names = [f"{measure}_{limit}" for measure in MEASURES for limit in LIMITS]
    wide = wide.reindex(columns=names).assign(measures=1.0)
    for section, divisions in industries.groupby("parent")["code"]:
        shared = wide.reindex(divisions).drop_duplicates()
        if len(shared) == 1 and shared["measures"].notna().all():
            wide.loc[str(section)] = shared.iloc[0]
    return wide.rename_axis("code").reset_index()
