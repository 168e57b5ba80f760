"""What the Objectives page and the matrix show: verdicts in words, rows for their charts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from indicators import catalogue, tables
from indicators.denominators import DENOMINATOR, text, with_denominators
from indicators.drawing import charts
from indicators.drawing.palette import palette, readable_on
from indicators.frequencies import one_frequency
from indicators.periods import FREQUENCIES, date_at, frequency, times
from indicators.progress import (
    SYMBOLS,
    Kind,
    Verdict,
    VerdictClass,
    change_needed,
    class_name,
    explain,
    formula,
    headline,
    path,
    reached_at,
    said,
    said_of,
)
from indicators.targets import AIM, Record, Register
from indicators.wording import Wording, rounded

# Fills for light and dark pages; the symbol says the same without colour.
FILLS = {
    "good": ("#1f7a4d", "#2f9e68"),
    "fair": ("#d8b55a", "#b98f2f"),
    "poor": ("#c2410c", "#d9622b"),
    "none": ("#e5e7eb", "#2b323d"),
    "stated": ("#b2c4d8", "#3d5470"),
    "past": ("#cfc8dc", "#4d4560"),
}
GRADE = {
    VerdictClass.ACHIEVED_ON_TIME: "good",
    VerdictClass.ACHIEVED: "good",
    VerdictClass.DONE: "good",
    VerdictClass.ACHIEVED_LATE: "good",
    VerdictClass.ON_TRACK: "good",
    VerdictClass.ON_TRACK_LATEST_ONLY: "fair",
    VerdictClass.ACCELERATION_NEEDED: "fair",
    VerdictClass.UNDER_WAY: "stated",
    VerdictClass.LIMITED: "poor",
    VerdictClass.NOT_BEGUN: "stated",
    VerdictClass.MOVING_AWAY: "poor",
    VerdictClass.MISSED: "poor",
    VerdictClass.STALE: "past",
    VerdictClass.NOT_ASSESSED: "none",
}


def target_text(row: Record, words: Wording) -> str:
    """Return a target in one line: `≥ 94.00 % by 2025`."""
    known = catalogue.load().indicators[str(row["indicator"])]
    unit = tables.unit_name(known.key, words)
    value = words.number(_number(row["value"]), known.decimals)
    early, late = str(row["window_early"]), str(row["window_late"])
    when = (
        words.period(late)
        if early == late
        else words("{early} to {late}", early=words.period(early), late=words.period(late))
    )
    asked = {
        Kind.AT_LEAST: words("at least {value} {unit}", value=value, unit=unit),
        Kind.AT_MOST: words("at most {value} {unit}", value=value, unit=unit),
        "gain": words(
            "up by {value} {unit}", value=value, unit=tables.difference_unit(known.key, words)
        ),
        Kind.WITHIN: words(
            "between {lower} and {upper} {unit}", unit=unit,
            lower=words.number(_number(row["lower"]), known.decimals),
            upper=words.number(_number(row["upper"]), known.decimals),
        ),
        Kind.MAINTAIN: words("not below the baseline"),
        Kind.EXCEED_BENCHMARK: words("above the benchmark"),
        Kind.MILESTONE: words("in place"),
        Kind.DIRECTION_ONLY: words("in the right direction"),
    }.get(str(row["kind"]), str(row["kind"]))  # fmt: skip
    if row.get("approximate"):
        asked = words("about {target}", target=asked)
    return words("{target} by {when}", target=asked, when=when)


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(str(value))


def matrix(verdicts: pd.DataFrame, register: Register, words: Wording, dark: bool) -> pd.DataFrame:
    """Return the rows of the matrix, regions in code order, the commonest aims first."""
    names = tables.region_names(words.language)
    told = register.target.set_index("target").to_dict("index")
    rows = []
    for row in verdicts.to_dict("records"):
        verdict = VerdictClass(row["verdict"])
        fill = FILLS[GRADE[verdict]][dark]
        rows.append({
            "region": row["region"],
            "name": names[row["region"]],
            "target": row["target"],
            "aim": tables.aim_name(row, words),
            "symbol": SYMBOLS[verdict],
            "fill": fill,
            "ink": readable_on(fill),
            "said": said_of(row, words),
            "told": target_text(told[row["target"]], words)
            + ("" if row["own"] else words(" (the nation's target)")),
        })  # fmt: skip
    cells = pd.DataFrame(rows)
    often = cells["aim"].map(cells["aim"].value_counts())
    return (
        cells.assign(often=often).sort_values(["region", "often", "aim"],
                                              ascending=[True, False, True])
        .drop(columns="often").reset_index(drop=True)
    )  # fmt: skip


def counts(verdicts: pd.DataFrame, words: Wording) -> list[tuple[str, str, int]]:
    """Return symbol, name and number of each verdict, best first, those that occur."""
    found = verdicts["verdict"].value_counts()
    return [
        (SYMBOLS[verdict], class_name(verdict, words), int(found[verdict]))
        for verdict in VerdictClass
        if verdict in found
    ]


def must_change(verdicts: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return what must change this year, the largest acceleration first, as a table."""
    behind = verdicts[
        verdicts["verdict"].isin(["acceleration_needed", "limited", "moving_away"])
    ].sort_values("acceleration", ascending=False, na_position="first")
    known = catalogue.load().indicators
    names = tables.region_names(words.language)
    return pd.DataFrame({
        words("Region"): behind["region"].map(names),
        words("Objective"): [tables.aim_name(row, words) for row in behind.to_dict("records")],
        words("Verdict"): [class_name(VerdictClass(v), words) for v in behind["verdict"]],
        words("Acceleration factor"): [
            words.number(value, 1) if math.isfinite(value) else "—"
            for value in behind["acceleration"]
        ],
        words("Required a year from now"): [
            _change(value, known[key], words)
            for value, key in zip(behind["required"], behind["indicator"], strict=True)
        ],
    })  # fmt: skip


def drawing(
    verdict: Verdict, series: pd.DataFrame, row: Record, words: Wording
) -> dict[str, pd.DataFrame]:
    """Return the datasets of the objective chart."""
    known = catalogue.load().indicators[str(row["indicator"])]
    unit = tables.unit_name(known.key, words)
    observed = charts.series_rows(
        _judged(series, verdict).assign(region=row["region"]), words,
        names={str(row["region"]): ""}, unit=unit, decimals=known.decimals,
    ).assign(what=words("Observed"))  # fmt: skip
    labels = [
        words.number(value, known.decimals) if shown else ""
        for value, shown in zip(observed["value"], _with_room(observed["date"]), strict=True)
    ]
    late = verdict.late
    aim = pd.DataFrame(columns=["value", "label"])
    window = pd.DataFrame(columns=["start", "end"])
    if late is not None and late.value is not None:
        label = words("Target {value} {unit}", value=words.number(late.value, known.decimals),
                      unit=unit)  # fmt: skip
        aim = pd.DataFrame({"value": [late.value], "label": [label]})
    if late is not None:
        early = verdict.early or late
        # A window of one year end is shown as that year's last month.
        start = min(early.time, late.time - 1 / 12)
        window = pd.DataFrame({"start": [_day(start)], "end": [_day(late.time)]})
    band = verdict.projection.band if verdict.projection else ()
    return {
        "observed": observed.assign(label=labels),
        "path": pd.DataFrame(
            # What is only to be maintained has no path to it.
            [(_day(time), value) for time, value in path(verdict) if verdict.kind != Kind.MAINTAIN],
            columns=["date", "value"],
        ),
        "aim": aim,
        "window": window,
        "band": pd.DataFrame(
            [(_day(step.time), step.low, step.middle, step.high) for step in band],
            columns=["date", "low", "value", "high"],
        ),
    }


def _judged(series: pd.DataFrame, verdict: Verdict) -> pd.DataFrame:
    """Return the rows of the frequency that a verdict is on, or those of one line."""
    if verdict.latest is None:
        rows = series.assign(indicator=verdict.target.indicator)
        return one_frequency(rows, ["indicator"], rows["value"].notna())
    kind = FREQUENCIES.index(frequency(verdict.latest.period))
    judged: pd.DataFrame = series[times(series["period"]).frequency == kind]
    return judged


def _with_room(dates: pd.Series) -> list[bool]:
    """Say which points have room for a label, the newest first: two within nine months do not."""
    shown: list[bool] = []
    last: pd.Timestamp | None = None
    for day in pd.to_datetime(dates)[::-1]:
        free = last is None or (last - day).days > 270
        shown.append(free)
        last = day if free else last
    return shown[::-1]


def _day(time: float) -> str:
    return date_at(time).isoformat()


def required(
    verdicts: pd.DataFrame, row: Record, region: str, words: Wording, dark: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what each region must add a year for this aim: rows of the bars, and the table."""
    same = verdicts
    for name in AIM:
        same = same[same[name] == row[name]]
    same = same.sort_values(["required", "region"], ascending=[False, True], na_position="last")
    known = catalogue.load().indicators[str(row["indicator"])]
    names = tables.region_names(words.language)
    colours = palette(dark)
    asked = same[same["required"].notna()]
    bars = pd.DataFrame({
        "name": asked["region"].map(names),
        "value": asked["required"],
        "label": [_change(value, known, words) for value in asked["required"]],
        "fill": [colours.selected if code == region else colours.ramp[3]
                 for code in asked["region"]],
    })  # fmt: skip
    table = pd.DataFrame({
        words("Region"): same["region"].map(names),
        words("Latest"): [words.number(value, known.decimals) for value in same["latest_value"]],
        words("Target"): [words.number(value, known.decimals) for value in same["target_value"]],
        words("Required a year from now"): [
            _change(value, known, words) for value in same["required"]
        ],
        words("Verdict"): [said_of(row, words) for row in same.to_dict("records")],
        words("Whose target"): [
            words("its own") if own else words("the nation's") for own in same["own"]
        ],
    })  # fmt: skip
    return bars, table


def _change(value: float, indicator: catalogue.Indicator, words: Wording) -> str:
    if pd.isna(value):
        return "—"
    return tables.difference_text(words.signed(value, indicator.decimals), indicator.key, words)


def citation_lines(record: Record, words: Wording) -> list[str]:
    """Return where a target stands: document, issuer, place, verification, department, note."""
    known = catalogue.load()
    clause = known.clauses[known.indicators[str(record["indicator"])].clause]
    lines = [
        words("{title}, {number}, {issuer}, {date}",
              title=record["document_title"], issuer=record["document_issuer"],
              number=record["document_number"] or words("number not stated"),
              date=record["document_date"] or words("date not stated")),
        words("Place: {place}. Verification: {verification}.", place=record["place"],
              verification=tables.verification_name(str(record["verification"]), words)),
        words("Defined there as: {definition}", definition=record["definition"]),
        words("Clause {number}: {title}", number=clause.number, title=words.text(clause.title)),
        words("Department responsible: {department}",
              department=record["department"] or words("not stated in the copy")),
    ]  # fmt: skip
    if record["note"]:
        lines.append(words("Note: {note}", note=record["note"]))
    if record["document_url"]:
        lines.append(str(record["document_url"]))
    return lines


def observed_table(
    series: pd.DataFrame, indicator: catalogue.Indicator, citations: pd.DataFrame, words: Wording
) -> pd.DataFrame:
    """Return the figures that a verdict rests on; what is withheld has no value but its mark.

    A ratio has its denominators too.
    """
    used = with_denominators(series.assign(indicator=indicator.key), citations)
    divided = {
        words("Denominator"): [
            text(document, period, words)
            for document, period in zip(*(used[name] for name in DENOMINATOR), strict=True)
        ]
    } if indicator.derived else {}  # fmt: skip
    return pd.DataFrame({
        words("Period"): [words.period(period) for period in series["period"]],
        words("Value ({unit})", unit=tables.unit_name(indicator.key, words)): (
            series["value"].where((series["confidentiality"] == "F") & np.isfinite(series["value"]))
            .map(lambda value: float(rounded(value, indicator.decimals)), na_action="ignore")
        ),
        words("Footnote"): [
            tables.footnote(status, confidentiality, value, words)
            for status, confidentiality, value in zip(
                series["status"], series["confidentiality"], series["value"], strict=True
            )
        ],
        **divided,
    })  # fmt: skip


def answer(verdict: Verdict, words: Wording) -> str:
    """Return a verdict as a page's title says it: its class, or why there is none."""
    if verdict.verdict == VerdictClass.NOT_ASSESSED:
        return said(verdict.verdict, verdict.reason or "", words)
    return headline(verdict, words)


def usual_change(verdict: Verdict) -> float | None:
    """Return the change a year since the baseline, where a what-if has something to start from."""
    if verdict.baseline is None or verdict.latest is None or verdict.late is None:
        return None
    years = verdict.latest.time - verdict.baseline.time
    if years <= 0 or verdict.late.value is None:
        return None
    return float(f"{(verdict.latest.judged - verdict.baseline.judged) / years:.3g}")


def reached(verdict: Verdict, change: float, words: Wording) -> str:
    """Return when the target is reached if the figure changes by so much a year."""
    time = reached_at(verdict, change)
    if time is None:
        return words("That cannot be worked out for these figures.")
    if time == float("inf"):
        return words("At this rate the target is never reached.")
    return words("At this rate the target is reached in {period}.",
                 period=words.period(date_at(time).isoformat()[:7]))  # fmt: skip


def years_ahead(verdict: Verdict) -> list[str]:
    """Return the ten year-ends after the latest figure."""
    first = int(verdict.latest.time) + 1 if verdict.latest else 2026
    return [str(first + year) for year in range(10)]


def needed(verdict: Verdict, period: str, indicator: catalogue.Indicator, words: Wording) -> str:
    """Return what the coming year must bring for the target to be reached by a year's end."""
    change = change_needed(verdict, period)
    if change is None:
        return words("That cannot be worked out for these figures.")
    return words(
        "To reach it by {period}, the coming year must bring {change}.",
        period=words.period(period),
        change=tables.difference_text(
            words.signed(change, max(indicator.decimals, 2)), indicator.key, words
        ),
    )


def matrix_table(cells: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return the table twin of the matrix: one row a region and target."""
    return pd.DataFrame({
        words("Region code"): cells["region"],
        words("Region"): cells["name"],
        words("Objective"): cells["aim"],
        words("Target"): cells["told"],
        words("Verdict"): [
            f"{symbol} {said}" for symbol, said in zip(cells["symbol"], cells["said"], strict=True)
        ],
    })  # fmt: skip


def verdict_table(verdict: Verdict, record: Record, words: Wording) -> pd.DataFrame:
    """Return a verdict with everything that it rests on, one line a row."""
    known = catalogue.load().indicators[str(record["indicator"])]
    parts = {
        words("Objective"): [tables.aim_name(record, words)],
        words("Verdict"): [answer(verdict, words)],
        words("Target"): [target_text(record, words)],
        words("Why"): explain(
            verdict, words, known.decimals, in_points=tables.in_points(known.key)
        ),
        words("Formula"): formula(verdict, words, known.decimals),
        words("Who set it"): citation_lines(record, words),
    }
    lines = [(part, line) for part, told in parts.items() for line in told]
    return pd.DataFrame(lines, columns=[words("Part"), words("Text")])
