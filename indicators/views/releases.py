"""What the Data page tells of releases: what each changed, which verdicts it turned, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from indicators import catalogue, code_names
from indicators.catalogue import tree
from indicators.code_names import Cell, listing, own_first
from indicators.progress.explanation import said
from indicators.target_register import Register
from indicators.wording import Wording, decimals_apart

CELL = ["period", "region", "scheme", "industry", "size"]  # of an indicator
PLACES = 12  # cells of a finding that are told
Row = dict[Any, Any]


def change_table(changes: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return what a release changed, by indicator."""
    columns: dict[str, Cell] = {
        words("Indicator"): lambda row: title(row["indicator"], words),
        words("Added"): lambda row: row["added"],
        words("Changed"): lambda row: row["changed"],
        words("Withdrawn"): lambda row: row["withdrawn"],
    }
    return listing(changes, columns)


def title(indicator: str, words: Wording) -> str:
    """Return an indicator's title, or its key when the catalogue does not know it any more."""
    item = catalogue.load().indicators.get(indicator)
    return indicator if item is None else words.text(item.title)


def flip_table(
    flips: pd.DataFrame, register: Register, words: Wording, home: str = ""
) -> pd.DataFrame:
    """Return the verdicts that a release turned, each with the figure that did it.

    Those of the reader's own region, `home`, come first.
    """
    names, targets = tree().names(words.language), set(register.target["target"])

    def aim(target: str) -> str:
        return code_names.aim_name(register.record(target), words) if target in targets else target

    columns: dict[str, Cell] = {
        words("Region"): lambda row: names[row["region"]],
        words("Objective"): lambda row: aim(row["target"]),
        words("Was"): lambda row: said(row["old_verdict"], row["old_reason"], words),
        words("Became"): lambda row: said(row["new_verdict"], row["new_reason"], words),
        words("Because of"): lambda row: cause(
            row["indicator"], row["period"], row["old_value"], row["new_value"], words
        ),
    }
    return listing(own_first(flips, home), columns)


def cause(
    indicator: str, period: str | None, old: float | None, new: float | None, words: Wording
) -> str:
    """Return what turned a verdict: a figure's change, or, without one, the target's own.

    The values of a figure that is suppressed are not kept.
    """
    if period is None or pd.isna(period):
        return words("the target itself")
    when = words.period(period)
    if pd.isna(old) and pd.isna(new):
        return words("{period}: suppressed", period=when)
    item = catalogue.load().indicators.get(indicator)
    decimals = decimals_apart(old, new, item.decimals if item else None)
    before, after = words.number(old, decimals), words.number(new, decimals)
    return words("{period}: {old} → {new}", period=when, old=before, new=after)


def warning_table(warnings: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return the warnings that were accepted for a release."""
    suppressed = warnings["suppressed"].astype(bool)
    shown = {
        words("File"): warnings["file"],
        words("Sheet"): warnings["sheet"],
        words("Row"): warnings["row"],
        words("Column"): warnings["column"],
        words("Found"): warnings["found"].mask(suppressed, words("suppressed")),
        words("Accepted because"): warnings["reason"].fillna(""),
        words("Since release"): warnings["since"].astype("Int64"),
    }
    return pd.DataFrame(shown).reset_index(drop=True)


def checked_table(findings: Sequence[Mapping[str, Any]], words: Wording) -> pd.DataFrame:
    """Return what the newest check found: where, what, and what to do, errors first."""

    def severity(row: Row) -> str:
        if row["accepted"] is not None:
            return words("Accepted warning")
        return words("Error") if row["severity"] == "error" else words("Warning")

    def places(row: Row) -> str:
        cells = [f"{cell['column'] or ''}:{cell['row'] or ''}".strip(":") for cell in row["cells"]]
        return " ".join(cells[:PLACES]) + (" …" if len(cells) > PLACES else "")

    columns: dict[str, Cell] = {
        words("Severity"): severity,
        words("File"): lambda row: row["file"],
        words("Sheet"): lambda row: row["sheet"] or "",
        words("Cells"): places,
        words("Found"): lambda row: row["found"],
        words("Expected"): lambda row: row["expected"],
        words("What to do"): lambda row: row["advice"],
    }
    return listing(pd.DataFrame([each[words.language] for each in findings]), columns)


def coming_tables(
    difference: Mapping[str, pd.DataFrame], register: Register, words: Wording
) -> dict[str, pd.DataFrame]:
    """Return what publishing would bring, by what each table shows; none that would be empty."""
    made: dict[str, tuple[str, Callable[[pd.DataFrame], pd.DataFrame]]] = {
        "counts": (
            words("What publishing would change"),
            lambda rows: coming_changes(rows, words),
        ),
        "largest": (words("The largest changes"), lambda rows: largest_table(rows, words)),
        "flips": (words("Verdicts that turn"), lambda rows: flip_table(rows, register, words)),
    }
    return {
        alt: table(difference[name])
        for name, (alt, table) in made.items()
        if name in difference and not difference[name].empty
    }


def coming_changes(counts: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return what publishing would change, by indicator."""
    names = ["added", "changed", "withdrawn"]
    return change_table(counts.groupby("indicator", as_index=False)[names].sum(), words)


def largest_table(largest: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return the figures that publishing would change most, each as it is and as it would be."""
    columns: dict[str, Cell] = {
        words("Indicator"): lambda row: title(row["indicator"], words),
        **_cell_columns(words),
        words("Change"): lambda row: cause(
            row["indicator"], row["period"], row["old"], row["new"], words
        ),
    }
    return listing(largest, columns)


def left_out_table(cells: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return the cells that no page shows, by their codes: one of each has no name here."""
    columns: dict[str, Cell] = {
        words("Indicator"): lambda row: row["indicator"],
        words("Period"): lambda row: row["period"],
        words("Certification scheme"): lambda row: row["scheme"],
        words("Industry"): lambda row: row["industry"],
        words("Enterprise size"): lambda row: row["size"],
        words("Figures"): lambda row: row["rows"],
    }
    return listing(cells, columns)


def retraction_table(retractions: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return which figures were taken out of every release, when, by whom and why."""

    def reason(row: Row) -> str:
        if row["rule"] == "retracted":
            return str(row["reason"])
        return words("a retracted figure would follow from it: {reason}", reason=row["reason"])

    columns: dict[str, Cell] = {
        words("Indicator"): lambda row: title(row["indicator"], words),
        **_cell_columns(words),
        words("Retracted"): lambda row: words.date(row["retracted_at"]),
        words("By"): lambda row: row["retracted_by"],
        words("Reason"): reason,
    }
    return listing(retractions, columns)


def _cell_columns(words: Wording) -> dict[str, Cell]:
    """Return the columns that say which figure of an indicator one is."""
    names = tree().names(words.language)
    return {
        words("Period"): lambda row: words.period(row["period"]),
        words("Region"): lambda row: names.get(row["region"]),
        words("Certification scheme"): lambda row: code_names.scheme_name(row["scheme"], words),
        words("Industry"): lambda row: code_names.industry_name(row["industry"], words),
        words("Enterprise size"): lambda row: code_names.size_name(row["size"], words),
    }


def revision_table(
    rows: pd.DataFrame, revisions: pd.DataFrame, words: Wording, home: str = ""
) -> pd.DataFrame:
    """Return what figures were and are, release by release, those of the region `home` first.

    `rows` are today's figures of a selection and `revisions` their earlier values. A figure
    that a release withdrew has no row of today.
    """
    revised = revisions[CELL].drop_duplicates()
    today = rows.merge(revised, how="inner", validate="1:1").assign(superseded=None)
    every = pd.concat([revisions, today.astype({"superseded": object})], ignore_index=True)
    known = catalogue.load().indicators

    def value(row: Row) -> str:
        if row["confidentiality"] != "F":
            return words("suppressed")
        return words.number(row["value"], known[row["indicator"]].decimals)

    def until(row: Row) -> str:
        over = row["superseded"]
        return words("today") if pd.isna(over) else str(int(over) - 1)

    columns: dict[str, Cell] = {
        **_cell_columns(words),
        words("Value"): value,
        words("Published in release"): lambda row: row["release"],
        words("Until release"): until,
    }
    return listing(own_first(every.sort_values([*CELL, "release"]), home), columns)
