"""What the Data page tells of releases: what each changed, which verdicts it turned, and why."""

from __future__ import annotations

import pandas as pd

from indicators import catalogue, tables
from indicators.progress import said
from indicators.targets import Register
from indicators.wording import Wording


def change_table(changes: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return what a release changed, by indicator."""
    known = catalogue.load().indicators
    return pd.DataFrame({
        words("Indicator"): [
            words.text(known[key].title) if key in known else key for key in changes["indicator"]
        ],
        words("Added"): changes["added"].to_numpy(),
        words("Changed"): changes["changed"].to_numpy(),
        words("Withdrawn"): changes["withdrawn"].to_numpy(),
    })  # fmt: skip


def flip_table(flips: pd.DataFrame, register: Register, words: Wording) -> pd.DataFrame:
    """Return the verdicts that a release turned, each with the figure that did it."""
    names = tables.region_names(words.language)
    held = set(register.target["target"])
    return pd.DataFrame({
        words("Region"): flips["region"].map(names),
        words("Objective"): [
            tables.aim_name(register.record(target), words) if target in held else target
            for target in flips["target"]
        ],
        words("Was"): _verdicts(flips, "old", words),
        words("Became"): _verdicts(flips, "new", words),
        words("Because of"): [
            cause(period, old, new, words)
            for period, old, new in zip(
                flips["period"], flips["old_value"], flips["new_value"], strict=True
            )
        ],
    })  # fmt: skip


def _verdicts(flips: pd.DataFrame, age: str, words: Wording) -> list[str]:
    pairs = zip(flips[f"{age}_verdict"], flips[f"{age}_reason"], strict=True)
    return [said(verdict, reason, words) for verdict, reason in pairs]


def cause(period: str | None, old: float | None, new: float | None, words: Wording) -> str:
    """Return what turned a verdict: a figure's change, or, without one, the target's own.

    The values of a figure that is suppressed are not kept.
    """
    if period is None or pd.isna(period):
        return words("the target itself")
    if pd.isna(old) and pd.isna(new):
        return words("{period}: suppressed", period=words.period(period))
    return words(
        "{period}: {old} → {new}",
        period=words.period(period), old=words.number(old, 2), new=words.number(new, 2),
    )  # fmt: skip


def warning_table(warnings: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return the warnings that were accepted for a release."""
    return pd.DataFrame({
        words("File"): warnings["file"].to_numpy(),
        words("Sheet"): warnings["sheet"].to_numpy(),
        words("Row"): warnings["row"].to_numpy(),
        words("Column"): warnings["column"].to_numpy(),
        words("Found"): warnings["found"].mask(
            warnings["suppressed"].astype(bool), words("suppressed")
        ).to_numpy(),
        words("Accepted because"): warnings["reason"].fillna("").to_numpy(),
        words("Since release"): warnings["since"].astype("Int64").to_numpy(),
    })  # fmt: skip


def retraction_table(retractions: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return which figures were taken out of every release, when, by whom and why."""
    known, names = catalogue.load().indicators, tables.region_names(words.language)
    rows = retractions
    return pd.DataFrame({
        words("Indicator"): [
            words.text(known[key].title) if key in known else key for key in rows["indicator"]
        ],
        words("Period"): [words.period(period) for period in rows["period"]],
        words("Region"): rows["region"].map(names),
        words("Certification scheme"): [tables.scheme_name(key, words) for key in rows["scheme"]],
        words("Industry"): [tables.industry_name(key, words) for key in rows["industry"]],
        words("Enterprise size"): [tables.size_name(key, words) for key in rows["size"]],
        words("Retracted"): [words.date(moment) for moment in rows["retracted_at"]],
        words("By"): rows["retracted_by"].to_numpy(),
        words("Reason"): [
            reason if rule == "retracted"
            else words("a retracted figure would follow from it: {reason}", reason=reason)
            for reason, rule in zip(rows["reason"], rows["rule"], strict=True)
        ],
    })  # fmt: skip


def revision_table(rows: pd.DataFrame, revisions: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return what figures were and are, release by release.

    `rows` are today's figures of a selection and `revisions` their earlier values. A figure
    that a release withdrew has no row of today.
    """
    known, names = catalogue.load().indicators, tables.region_names(words.language)
    revised = revisions[["period", "region", "scheme", "industry", "size"]].drop_duplicates()
    today = rows.merge(revised, how="inner", validate="1:1").assign(superseded=None)
    every = pd.concat([revisions, today.astype({"superseded": object})], ignore_index=True)
    every = every.sort_values(["period", "region", "scheme", "industry", "size", "release"])
    return pd.DataFrame({
        words("Period"): [words.period(period) for period in every["period"]],
        words("Region"): every["region"].map(names),
        words("Certification scheme"): [tables.scheme_name(key, words) for key in every["scheme"]],
        words("Industry"): [tables.industry_name(key, words) for key in every["industry"]],
        words("Enterprise size"): [tables.size_name(key, words) for key in every["size"]],
        words("Value"): [
            words("withheld") if confidentiality != "F"
            else words.number(value, known[key].decimals)
            for key, value, confidentiality in zip(
                every["indicator"], every["value"], every["confidentiality"], strict=True
            )
        ],
        words("Published in release"): every["release"].to_numpy(),
        words("Until release"): [
            words("today") if pd.isna(until) else str(int(until) - 1)
            for until in every["superseded"]
        ],
    })  # fmt: skip
