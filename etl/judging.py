"""A planner's own series and targets: read from one file, judged, written beside it.

A CSV has one figure a row and repeats the target's columns, or gives them on a series' first
row; a workbook may have the targets on a second sheet. Columns:

    series, period, value                                  one figure
    polarity (+1 higher is better, -1 lower), target, due  what it is to reach, and by when
    due_early, baseline, shape, kind, status               as far as they are needed
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from etl.findings import Finding, Message, Refused, message
from etl.harmonise import number, period, plain
from indicators.progress import Kind, Shape, Target, judge_many, said, target_frame
from indicators.wording import Wording

FIGURE = ["series", "period", "value"]
NEEDED = ["polarity", "target", "due"]
OPTIONAL = ["due_early", "baseline", "shape", "kind"]


def judged(path: Path) -> pd.DataFrame:
    """Return the verdict of every series of a planner's file, as `judge_many` does.

    Raises `Refused` with every cell that cannot be read.
    """
    figures, targets = _tables(path)
    findings: list[Finding] = []
    rows = _converted(figures, path, findings, {
        "series": (_name, message("the name of a series")),
        "period": (period, message("a period such as 2020, 2020-Q3 or 2020-06")),
        "value": (number, message("a number")),
    })  # fmt: skip
    known = _converted(targets, path, findings, {
        "series": (_name, message("the name of a series")),
        "polarity": (_polarity, message("+1 where higher is better, -1 where lower is")),
        "target": (number, message("a number")),
        "due": (period, message("a period such as 2020, 2020-Q3 or 2020-06")),
        "due_early": (_optional(period), message("a period such as 2020, 2020-Q3 or 2020-06")),
        "baseline": (_optional(period), message("a period such as 2020, 2020-Q3 or 2020-06")),
        "shape": (_optional(Shape), message("linear, geometric or logistic")),
        "kind": (_optional(Kind), message("one of {names}", names=", ".join(Kind))),
    })  # fmt: skip
    for name, row in _twice(rows):
        findings.append(Finding(
            path.name, name, message("one figure for each key"),
            message("keep the figure that holds and remove the other"), row=row,
        ))  # fmt: skip
    aims: dict[str, Target] = {}
    if not findings:
        for given in known.to_dict("records"):
            try:
                aims[str(given["series"])] = _target(given)
            except ValueError as error:
                findings.append(Finding(
                    path.name, str(given["series"]), message("a target that does not contradict "
                    "itself: {reason}", reason=str(error)), message("correct the entry"),
                    row=given["row"],
                ))  # fmt: skip
    if findings:
        raise Refused(findings)
    return judge_many(rows[FIGURE], target_frame(aims))


def write_verdicts(path: Path, verdicts: pd.DataFrame, words: Wording) -> Path:
    """Write verdicts beside the file they are of, in its kind, and return where."""
    from indicators.downloads import csv_file, xlsx_file

    told = verdicts.assign(verdict_in_words=[
        said(verdict, reason, words)
        for verdict, reason in zip(verdicts["verdict"], verdicts["reason"], strict=True)
    ])  # fmt: skip
    target = path.with_name(f"{path.stem}.verdicts{path.suffix.lower()}")
    if target.suffix == ".xlsx":
        target.write_bytes(xlsx_file({"verdicts": told}))
    else:
        target.write_bytes(csv_file(told))
    return target


def _tables(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return figures and targets as text, with the row each stands in."""
    try:
        if path.suffix.lower() == ".xlsx":
            sheets = list(
                pd.read_excel(path, sheet_name=None, dtype=str, engine="calamine").values()
            )
        else:
            sheets = [_csv(path)]
    except Exception as error:  # calamine and pandas raise many kinds of error on bad files
        raise Refused([Finding(
            path.name, str(error), message("a CSV table in UTF-8 or GB18030, or an XLSX workbook"),
            message("save the file again in one of these forms"),
        )]) from None  # fmt: skip
    sheets = [
        sheet.fillna("").rename(columns=lambda name: plain(str(name)).lower())
        .assign(row=range(2, len(sheet) + 2))
        for sheet in sheets
    ]  # fmt: skip
    figures, targets = sheets[0], sheets[-1]
    missing = [name for name in FIGURE if name not in figures]
    missing += [name for name in NEEDED if name not in targets]
    if missing:
        raise Refused([Finding(
            path.name, ", ".join(map(str, figures.columns[:-1])),
            message("the columns {columns}", columns=", ".join(missing)),
            message("correct the header row"), row=1,
        )])  # fmt: skip
    targets = targets.reindex(columns=["series", *NEEDED, *OPTIONAL, "row"], fill_value="")
    given = targets[(targets[NEEDED] != "").any(axis=1)]
    return figures, given.drop_duplicates("series")


def _csv(path: Path) -> pd.DataFrame:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError(path.name)


def _converted(
    table: pd.DataFrame,
    path: Path,
    findings: list[Finding],
    columns: dict[str, tuple[Callable[[str], Any], Message]],
) -> pd.DataFrame:
    made: dict[str, list[Any]] = {"row": table["row"].tolist()}
    for name, (convert, expected) in columns.items():
        made[name] = []
        for text, row in zip(table[name], table["row"], strict=True):
            try:
                made[name].append(convert(str(text)))
            except ValueError:
                made[name].append(None)
                findings.append(Finding(
                    path.name, str(text), expected, message("correct the cell"),
                    row=int(row), column=name,
                ))  # fmt: skip
    return pd.DataFrame(made)


def _name(text: str) -> str:
    if not text.strip():
        raise ValueError(text)
    return text.strip()


def _polarity(text: str) -> int:
    return {"1": 1, "+1": 1, "-1": -1, "−1": -1}.get(plain(text)) or _refuse(text)


def _refuse(text: str) -> int:
    raise ValueError(text)


def _optional(convert: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: convert(plain(text)) if plain(text) else None


def _twice(rows: pd.DataFrame) -> list[tuple[str, int]]:
    again = rows[rows.duplicated(["series", "period"], keep="first")]
    return [(f"{row['series']} {row['period']}", row["row"]) for row in again.to_dict("records")]


def _target(row: dict[Any, Any]) -> Target:
    fallback = Kind.AT_LEAST if row["polarity"] > 0 else Kind.AT_MOST
    return Target(
        indicator=str(row["series"]),
        region="",
        kind=row["kind"] or fallback,
        polarity=row["polarity"],
        value=row["target"],
        window_early=row["due_early"] or row["due"],
        window_late=row["due"],
        baseline_period=row["baseline"],
        shape=row["shape"] or Shape.LINEAR,
        bounds=(0.0, 100.0) if row["shape"] == Shape.LOGISTIC else None,
    )
