"""What the Objectives page and the matrix show: verdicts in words, rows for their charts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from indicators import catalogue, code_names, second_sources
from indicators.catalogue import tree
from indicators.code_names import Cell, listing
from indicators.denominators import with_denominators
from indicators.drawing import charts
from indicators.drawing.charts import Specification, objective_chart
from indicators.drawing.palette import palette
from indicators.drawing.standalone import exported_chart
from indicators.exports import readable_tables
from indicators.exports.offered import Export, Offer, vintage_notes
from indicators.frequencies import one_frequency
from indicators.freshness import UNDATED, Freshness
from indicators.periods import date_at, times, today
from indicators.progress.explanation import explain, formula, headline, said, said_of, warnings
from indicators.progress.path import change_needed, path, reached_at
from indicators.progress.verdict import Verdict
from indicators.statuses import Flag, Kind, Reason, VerdictClass
from indicators.store.queries import Vintage
from indicators.target_register import AIM, Record, Register, line_of_aims
from indicators.views import footnotes
from indicators.wording import Wording, decimals_apart, decimals_of, difference, rounded

# By region and target, what is doubtful about a verdict or noted on what it rests on.
Doubts = Mapping[tuple[str, str], Sequence[str]]
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
    known = _indicator(row)
    unit = code_names.unit_name(known.key, words)
    value, lower, upper = (
        words.number(_number(row[name]), known.decimals) for name in ("value", "lower", "upper")
    )
    points = code_names.difference_unit(known.key, words)
    early, late = (str(row[f"window_{end}"]) for end in ("early", "late"))
    when = words.period(late)
    if early != late and early.isdecimal() and late.isdecimal():
        when = words("{first}–{last}", first=early, last=late)
    elif early != late:
        when = words("{early} to {late}", early=words.period(early), late=when)
    demands = {
        Kind.AT_LEAST: words("at least {value} {unit}", value=value, unit=unit),
        Kind.AT_MOST: words("at most {value} {unit}", value=value, unit=unit),
        "gain": words("up by {value} {unit}", value=value, unit=points),
        Kind.WITHIN: words(
            "between {lower} and {upper} {unit}", lower=lower, upper=upper, unit=unit
        ),
        Kind.MAINTAIN: words("not below the baseline"),
        Kind.EXCEED_BENCHMARK: words("above the benchmark"),
        Kind.MILESTONE: words("in place"),
        Kind.DIRECTION_ONLY: words("in the right direction"),
    }
    demand = demands.get(str(row["kind"]), str(row["kind"]))
    if row.get("approximate"):
        demand = words("about {target}", target=demand)
    return words("{target} by {when}", target=demand, when=when)


def line_text(asked: Mapping[Any, Record], target: str, words: Wording) -> str:
    """Return a target after those that led to it: `≥ 93 % by 2020 → ≥ 95 % by 2025`."""
    return " → ".join(target_text(asked[key], words) for key in line_of_aims(asked, target))


def line_lines(answers: Mapping[str, Verdict], register: Register, words: Wording) -> list[str]:
    """Return one line a target of a line of aims: what it asks, who set it, how it came out."""
    return [
        words(
            "{target} ({document}): {answer}",
            target=target_text(record := register.record(key), words),
            document=record["document_title"],
            answer=answer(verdict, words),
        )
        for key, verdict in answers.items()
    ]


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(str(value))


def counts(verdicts: pd.DataFrame, words: Wording) -> list[tuple[str, str, int]]:
    """Return symbol, name and number of each verdict, best first, those that occur."""
    found = verdicts["verdict"].value_counts()
    return [
        (VerdictClass(verdict).symbol, words(VerdictClass(verdict).sentence), int(found[verdict]))
        for verdict in VerdictClass
        if verdict in found
    ]


def drawing(
    verdict: Verdict, series: pd.DataFrame, row: Record, words: Wording
) -> dict[str, pd.DataFrame]:
    """Return the datasets of the objective chart."""
    known, region = _indicator(row), str(row["region"])
    unit = code_names.unit_name(known.key, words)
    points = _judged(series, verdict).assign(region=region)
    observed = charts.series_rows(
        points, words, names={region: ""}, unit=unit, decimals=known.decimals
    )
    labels = [
        words.number(value, known.decimals) if shown else ""
        for value, shown in zip(observed["value"], _with_room(observed["date"]), strict=True)
    ]
    # What is only to be maintained has no path to it.
    steps = [] if verdict.kind == Kind.MAINTAIN else path(verdict)
    band = verdict.projection.band if verdict.projection else ()
    aim, window = [], []
    if late := verdict.late:
        early = verdict.early or late
        # A window of one year end is shown as that year's last month.
        window = [(_day(min(early.time, late.time - 1 / 12)), _day(late.time))]
        if late.value is not None:
            value = words.number(late.value, known.decimals)
            aim = [(late.value, words("Target {value} {unit}", value=value, unit=unit))]
    datasets: dict[str, tuple[list[Any], list[str]]] = {
        "path": ([(_day(time), value) for time, value in steps], ["date", "value"]),
        "aim": (aim, ["value", "label"]),
        "window": (window, ["start", "end"]),
        "band": (
            [(_day(step.time), step.low, step.middle, step.high) for step in band],
            ["date", "low", "value", "high"],
        ),
    }
    drawn = {"observed": observed.assign(label=labels, what=words("Observed"))} | {
        name: pd.DataFrame(rows, columns=columns) for name, (rows, columns) in datasets.items()
    }
    bounds = [drawn["band"]["low"], drawn["band"]["high"]]
    values = [drawn[name]["value"] for name in ("observed", "path", "aim")]
    return drawn | {"room": charts.room_rows(pd.concat([*values, *bounds]))}


def _judged(series: pd.DataFrame, verdict: Verdict) -> pd.DataFrame:
    """Return the rows of the frequency that a verdict is on, or those of one line."""
    rows = series.assign(indicator=verdict.target.indicator)
    if verdict.latest is None:
        return one_frequency(rows, ["indicator"], rows["value"].notna())
    whole = catalogue.covers_years(rows["indicator"])
    kinds = times(rows["period"], whole).frequency
    latest = pd.Series([verdict.latest.period])
    kind = times(latest, pd.Series([bool(whole.any())])).frequency[0]
    judged: pd.DataFrame = series[kinds == kind]
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
    verdicts: pd.DataFrame, target: Record, region: str, words: Wording, dark: bool
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return what each region must add for this aim: rows of the bars, the table, its verdicts."""
    same = verdicts[(verdicts[AIM] == [target[name] for name in AIM]).all(axis=1)]
    # What can be judged comes first; the region chosen before all.
    same = same.assign(
        chosen=same["region"] != region, unjudged=same["verdict"] == VerdictClass.NOT_ASSESSED
    ).sort_values(
        ["chosen", "unjudged", "required", "region"],
        ascending=[True, True, False, True],
        na_position="last",
    )
    decimals = _indicator(target).decimals

    def enough(row: Record) -> int | None:
        return decimals_apart(row["latest_value"], row["target_value"], decimals)

    names, colours = tree().names(words.language), palette(dark)
    bars: dict[str, Cell] = {
        "region": lambda row: row["region"],
        "target": lambda row: row["target"],
        "name": lambda row: names[row["region"]],
        "value": lambda row: abs(row["required"]),
        "label": lambda row: change_text(row, words),
        "yearly": lambda row: change_text(row, words, "yearly"),
        "fill": lambda row: colours.selected if row["region"] == region else colours.ramp[3],
    }
    columns: dict[str, Cell] = {
        words("Region"): lambda row: names[row["region"]],
        words("Latest"): lambda row: words.number(row["latest_value"], enough(row)),
        words("Target"): lambda row: words.number(row["target_value"], enough(row)),
        words("Needed in the next year"): lambda row: change_text(row, words),
        words("Or the same each year"): lambda row: change_text(row, words, "yearly"),
        words("Verdict"): lambda row: said_of(row, words),
        words("Whose target"): lambda row: whose(row, words),
    }
    needing = same[same["required"].notna() & (same["required"] != 0)]
    drawn = listing(needing, bars).sort_values("value", ascending=False, kind="stable")
    return drawn.assign(place=range(len(drawn))), listing(same, columns), same


def whose(row: Record, words: Wording) -> str:
    """Return whether a region has set a target itself."""
    return words("its own") if row["own"] else words("the nation's")


def change_text(row: Record, words: Wording, name: str = "required") -> str:
    """Return what a region must add in the next year, or `yearly`; a dash for nothing.

    With digits enough to be more than zero.
    """
    value = row[name]
    if pd.isna(value) or not value:
        return "—"
    change = words.signed(value, decimals_of(value, _indicator(row).decimals))
    return code_names.difference_text(change, row["indicator"], words)


def _indicator(row: Record) -> catalogue.Indicator:
    return catalogue.load().indicators[str(row["indicator"])]


def doubts(
    verdict: Verdict,
    record: Record,
    series: pd.DataFrame,
    citations: pd.DataFrame,
    words: Wording,
    fresh: Freshness = UNDATED,
) -> list[str]:
    """Return what is doubtful about a verdict, and what is noted on what it rests on.

    What the engine warns of; a latest figure that is out of date; notes of the target and of the
    figures that the verdict cites: the baseline, the decisive, the latest. They stand beside the
    verdict wherever it is shown.
    """
    points = (verdict.baseline, verdict.decided_at, verdict.latest)
    cited = series[series["period"].isin({point.period for point in points if point})]
    target, baseline = verdict.target, verdict.baseline.period if verdict.baseline else ""
    lines = warnings(verdict.flags, target.baseline_period, baseline, target.shape, words)
    latest = verdict.latest.period if verdict.latest else None
    rows = _with_notes(cited.assign(indicator=record["indicator"]), citations)
    return [*lines, *_doubts(record, latest, rows, words, fresh)]


def doubts_of(
    verdicts: pd.DataFrame,
    register: Register,
    aimed_at: pd.DataFrame,
    citations: pd.DataFrame,
    words: Wording,
    fresh: Freshness,
) -> Doubts:
    """Return the `doubts` of all verdicts that can be judged, none for those without any.

    aimed_at: the figures that they rest on, with their citations.
    """
    judged = verdicts[verdicts["verdict"] != VerdictClass.NOT_ASSESSED]
    kept = ["region", "target", *AIM]
    periods = ["baseline_period", "decided_period", "latest_period"]
    cited = judged[[*kept, *periods]].melt(kept, value_name="period").dropna(subset="period")
    cited = cited.drop(columns="variable").drop_duplicates()
    cited = cited.merge(aimed_at, on=["region", *AIM, "period"], validate="m:1")
    noted = dict(iter(_with_notes(cited, citations).groupby(["region", "target"])))
    found = {}
    for row in judged.to_dict("records"):
        key, record = (row["region"], row["target"]), register.record(row["target"])
        flags = [flag for flag in Flag if row.get(flag.value) is True]
        declared, baseline = record["baseline_period"], row["baseline_period"]
        lines = [
            *warnings(flags, declared, baseline, record["shape"], words),
            *_doubts(record, row["latest_period"], noted.get(key, cited.head(0)), words, fresh),
        ]
        if lines:
            found[key] = lines
    return found


def _with_notes(rows: pd.DataFrame, citations: pd.DataFrame) -> pd.DataFrame:
    told = citations[["citation", "note", "second_sources", "verification"]]
    return rows.merge(told, on="citation", how="left", validate="m:1")


def _doubts(
    record: Record, latest: object, rows: pd.DataFrame, words: Wording, fresh: Freshness
) -> list[str]:
    """Return what is noted on a target and on figures, `rows` with the notes of their citations."""
    notes = []
    if isinstance(latest, str) and fresh.is_stale(record["indicator"], latest):
        age = fresh.said(record["indicator"], latest, words)
        notes.append(words("Latest figure: {age}", age=age))
    if record["note"]:
        notes.append(words.verbatim(str(record["note"])))
    for row, others in zip(rows.to_dict("records"), second_sources.of(rows, words), strict=True):
        note = row["note"]
        own = [words.verbatim(note)] if isinstance(note, str) and note else []
        if row["verification"] == "unconfirmed":
            own.insert(0, code_names.verification_name("unconfirmed", words))
        period = words.period(row["period"])
        notes += [words("{period}: {note}", period=period, note=each) for each in (*own, *others)]
    return list(dict.fromkeys(notes))


def marked(text: str, row: Record, doubts: Doubts) -> str:
    """Return a verdict in words with the mark of its doubts, if there are any."""
    return f"{text} *" if doubts.get((row["region"], row["target"])) else text


def doubts_text(row: Record, doubts: Doubts, words: Wording) -> str:
    """Return the doubts about a verdict in one line, empty for none."""
    separator = "；" if words.language == "zh" else "; "
    lines = doubts.get((row["region"], row["target"]), ())
    return separator.join(line.rstrip("。.") for line in lines)


def citation_lines(record: Record, words: Wording) -> list[str]:
    """Return where a target stands: document, issuer, place, verification, department, note."""
    clause = catalogue.load().clauses[_indicator(record).clause]
    verification = code_names.verification_name(str(record["verification"]), words)
    lines = [
        words(
            "{title}, {number}, {issuer}, {date}",
            title=record["document_title"],
            issuer=record["document_issuer"],
            number=record["document_number"] or words("number not stated"),
            date=record["document_date"] or words("date not stated"),
        ),
        words(
            "Place: {place}. Verification: {verification}.",
            place=record["place"],
            verification=verification,
        ),
        words("Defined there as: {definition}", definition=record["definition"]),
        words("Clause {number}: {title}", number=clause.number, title=words.text(clause.title)),
        words(
            "Department responsible: {department}",
            department=record["department"] or words("not stated in the copy"),
        ),
    ]
    if record["note"]:
        lines.append(words("Note: {note}", note=words.verbatim(record["note"])))
    if record["document_url"]:
        lines.append(str(record["document_url"]))
    return lines


def observed_table(
    series: pd.DataFrame, indicator: catalogue.Indicator, citations: pd.DataFrame, words: Wording
) -> pd.DataFrame:
    """Return the figures that a verdict rests on; what is withheld has no value but its mark.

    A ratio has its denominators too.
    """

    def value(row: Record) -> float | None:
        shown = row["confidentiality"] == "F" and math.isfinite(row["value"])
        return float(rounded(row["value"], indicator.decimals)) if shown else math.nan

    columns: dict[str, Cell] = {
        words("Period"): lambda row: words.period(row["period"]),
        words("Value ({unit})", unit=code_names.unit_name(indicator.key, words)): value,
        words("Footnote"): lambda row: readable_tables.footnote(
            row["status"], row["confidentiality"], row["value"], words
        ),
    }
    if indicator.derived:
        columns[words("Denominator")] = lambda row: footnotes.denominator(row, words)
    return listing(with_denominators(series.assign(indicator=indicator.key), citations), columns)


def method(record: Record, words: Wording) -> list[str]:
    """Return how a verdict on a target is reached, after what its indicator means."""
    return [*footnotes.about(_indicator(record), words), *verdict_method(words)]


def verdict_method(words: Wording) -> list[str]:
    """Return how a verdict is reached, whatever the target."""
    return [
        words(
            "Verdict: the pace since the baseline over the pace that the target needs. From 0.95: "
            "on track; from 0.60: acceleration needed; from 0: limited progress; below: moving "
            "away. After the deadline: met or missed."
        ),
        words(
            "A prediction interval and a chance are given from five figures on. The description of "
            "the method has all of it, sections 3 to 7."
        ),
    ]


class Fact(NamedTuple):
    """One figure of a row that is read at a glance: what it is, it with its unit, a note."""

    label: str
    value: str
    note: str


def at_a_glance(verdict: Verdict, record: Record, words: Wording) -> list[Fact]:
    """Return what a planner asks first: the verdict, the latest figure, the need, the chance."""
    return [
        _verdict_fact(verdict, words),
        _latest_fact(verdict, record, words),
        _need_fact(verdict, record, words),
        _chance_fact(verdict, record, words),
    ]


def _verdict_fact(verdict: Verdict, words: Wording) -> Fact:
    symbol, name = verdict.verdict.symbol, words(verdict.verdict.sentence)
    note, decisive = "", verdict.decided_at or verdict.latest
    if verdict.verdict == VerdictClass.NOT_ASSESSED:
        note = answer(verdict, words)
    elif decisive is not None:
        note = words("As of {period}", period=words.period(decisive.period))
    if verdict.verdict == VerdictClass.STALE and verdict.late is not None:
        name = words(verdict.last_class.sentence)
        values = {"note": note, "due": words.period(verdict.late.period)}
        note = words("{note}; the figure for {due} is not held yet", **values)
    elif Flag.SLIPPING in verdict.flags:
        note = words.sequence([note, words(verdict.direction.sentence)])
    return Fact(words("Verdict"), f"{symbol} {name}", note)


def _latest_fact(verdict: Verdict, record: Record, words: Wording) -> Fact:
    label, latest, end = words("Latest figure"), verdict.latest, verdict.late
    if latest is None:
        return Fact(label, "—", words(Reason.NO_DATA.sentence))
    known = _indicator(record)
    figure = figure_text(latest.value, known, words)
    values = {"period": words.period(latest.period)}
    if end is None or end.expected is None or latest.benchmark is not None:
        return Fact(label, figure, values["period"])
    gap = difference(latest.value, end.expected, known.decimals)
    values["expected"] = figure_text(end.expected, known, words)
    values["gap"] = code_names.difference_text(words.signed(gap), known.key, words)
    note = words("{period}; {expected} expected by then: {gap}", **values)
    return Fact(label, figure, note)


def _need_fact(verdict: Verdict, record: Record, words: Wording) -> Fact:
    label, end = words("Needed in the next year"), verdict.late
    if end is None or not end.required or end.yearly is None:
        if verdict.verdict in (VerdictClass.STALE, VerdictClass.MISSED):
            note = words("The deadline has passed.")
        elif GRADE[verdict.verdict] == "good":
            note = words("The target is met.")
        else:
            note = words("It follows from two figures and a target.")
        return Fact(label, "—", note)
    row = {"indicator": record["indicator"], "required": end.required, "yearly": end.yearly}
    yearly = change_text(row, words, "yearly")
    if end.acceleration is None or not math.isfinite(end.acceleration):
        note = words("Or the same each year: {change}", change=yearly)
    else:
        times = words.number(end.acceleration, 1)
        note = words(
            "{times} times the pace so far; or {change} each year", times=times, change=yearly
        )
    return Fact(label, change_text(row, words), note)


def _chance_fact(verdict: Verdict, record: Record, words: Wording) -> Fact:
    label, end = words("Chance of reaching it"), verdict.late
    projected = verdict.projection.late if verdict.projection else None
    if end is not None and projected is not None and projected.chance is not None:
        known = _indicator(record)
        low, high = (
            words.number(value, known.decimals) for value in (projected.low, projected.high)
        )
        values = {"period": words.period(end.period), "low": low, "high": high}
        note = words("By {period}; 90% interval {low}–{high}", **values)
        return Fact(label, words.percent(100 * projected.chance, 0), note)
    if verdict.verdict in (VerdictClass.STALE, VerdictClass.MISSED) or verdict.decided_at:
        return Fact(label, "—", words("The deadline has passed."))
    return Fact(label, "—", words("Given from five figures on."))


def figure_text(value: float, known: catalogue.Indicator, words: Wording) -> str:
    """Return a figure with its unit: `93.93%`, `4,190,049 certificates`."""
    number, unit = words.number(value, known.decimals), code_names.unit_name(known.key, words)
    return f"{number}%" if unit == "%" else f"{number} {unit}"


def board(verdicts: pd.DataFrame, region: str, register: Register, words: Wording) -> list[Fact]:
    """Return how far each qualitative goal of a region has come, with evidence or what is missing.

    In the catalogue's order.
    """
    known, facts = catalogue.load().indicators, []
    order = list(known)
    goals = verdicts[(verdicts["kind"] == Kind.MILESTONE) & (verdicts["region"] == region)]
    goals = goals.sort_values("indicator", key=lambda keys: keys.map(order.index), kind="stable")
    missing = words("No evidence is on record: documents of the departments could give it.")
    for row in goals.to_dict("records"):
        evidence = register.evidence[register.evidence["target"] == row["target"]]
        lines = [
            words(
                "{period}: {text} ({source})",
                period=words.period(str(piece["period"])),
                text=piece["text"],
                source=piece["source"],
            )
            for piece in evidence.sort_values("period").to_dict("records")
        ]
        verdict, title = VerdictClass(row["verdict"]), known[row["indicator"]].title
        value = f"{verdict.symbol} {words(verdict.sentence)}"
        facts.append(Fact(words.text(title), value, " ".join(lines) or missing))
    return facts


def answer(verdict: Verdict, words: Wording) -> str:
    """Return a verdict as a page's title says it: its class and as of when, or why there is none.

    One of the past says itself as of when it is.
    """
    if verdict.verdict == VerdictClass.NOT_ASSESSED:
        return said(verdict.verdict, verdict.reason or "", words).rstrip(".。")
    told, decisive = headline(verdict, words), verdict.decided_at or verdict.latest
    if verdict.verdict == VerdictClass.STALE or decisive is None:
        return told
    period = words.period(decisive.period)
    return words("{verdict} (as of {period})", verdict=told, period=period)


def usual_change(verdict: Verdict) -> float | None:
    """Return the change a year since the baseline, where a what-if has something to start from."""
    if verdict.baseline is None or verdict.latest is None or verdict.late is None:
        return None
    years = verdict.latest.time - verdict.baseline.time
    if years <= 0 or verdict.late.value is None:
        return None
    return float(f"{(verdict.latest.lead - verdict.baseline.lead) / years:.3g}")


def reached(verdict: Verdict, change: float, words: Wording) -> str:
    """Return when the target is reached if the figure changes by so much a year."""
    time = reached_at(verdict, change)
    if time is None:
        return words("That cannot be worked out for these figures.")
    if time == float("inf"):
        return words("At this rate the target is never reached.")
    month = words.period(date_at(time).isoformat()[:7])
    return words("At this rate the target is reached in {period}.", period=month)


def years_ahead(verdict: Verdict) -> list[str]:
    """Return the ten year-ends after the latest figure."""
    first = int(verdict.latest.time) + 1 if verdict.latest else 2026
    return [str(first + year) for year in range(10)]


def drafted_kind(record: Record) -> Kind:
    """Return what a draft asks for in the place of a target: at least, or at most, its value."""
    kind = record["kind"]
    if kind in (Kind.AT_LEAST, Kind.AT_MOST):
        return Kind(kind)
    return Kind.AT_MOST if _indicator(record).polarity == -1 else Kind.AT_LEAST


def drafted_value(verdict: Verdict, record: Record) -> float:
    """Return the value that a draft begins with: the target's own, or else the latest figure."""
    own = _number(record["value"]) if record["kind"] == drafted_kind(record) else None
    latest = verdict.latest.value if verdict.latest else None
    return round(next((each for each in (own, latest) if each is not None), 0.0), 6)


def draft_years() -> list[str]:
    """Return the ten year-ends ahead that a draft may be reached by."""
    return [str(int(today()[:4]) + year) for year in range(10)]


def needed(verdict: Verdict, period: str, indicator: catalogue.Indicator, words: Wording) -> str:
    """Return what the coming year must bring for the target to be reached by a year's end."""
    change = change_needed(verdict, period)
    if change is None:
        return words("That cannot be worked out for these figures.")
    signed = words.signed(change, max(indicator.decimals, 2))
    return words(
        "To reach it by {period}, the coming year must bring {change}.",
        period=words.period(period),
        change=code_names.difference_text(signed, indicator.key, words),
    )


def exports(
    verdict: Verdict,
    series: pd.DataFrame,
    record: Record,
    citations: pd.DataFrame,
    required_table: Callable[[], pd.DataFrame],
    words: Wording,
    *,
    region: str,
    dark: bool,
    vintage: Vintage,
) -> list[Export]:
    """Return what can be taken away from an objective, as it stands in a region.

    `required_table` makes the table of what each region must add.
    """
    where = tree().names(words.language)[region]
    title = words.listed([where, code_names.aim_name(record, words)])
    indicator, offer = _indicator(record), Offer((title,), vintage, words)

    def drawn() -> Specification:
        notes = [
            target_text(record, words),
            *citation_lines(record, words)[:2],
            *footnotes.standing(citations, words),
            *divided_by(series, indicator, region, citations, words),
            *footnotes.breaks(series, words),
            *vintage_notes(vintage, words),
        ]
        chart, rows = objective_chart(words, dark=dark), drawing(verdict, series, record, words)
        return exported_chart(chart, rows, title=title, dark=dark, notes=notes)

    def sheets() -> dict[str, pd.DataFrame]:
        return {
            words("Verdict"): verdict_table(verdict, record, words),
            words("Figures"): observed_table(series, indicator, citations, words),
            words("Needed in the next year"): required_table(),
        }

    images = offer.images(drawn) if verdict.latest is not None else []
    verdict_csv = offer.csv(lambda: verdict_table(verdict, record, words))
    return [*images, verdict_csv, offer.xlsx(sheets)]


def divided_by(
    series: pd.DataFrame,
    indicator: catalogue.Indicator,
    region: str,
    citations: pd.DataFrame,
    words: Wording,
) -> list[str]:
    """Return what a target's figures are of: denominators of a ratio, editions of a standard."""
    rows = series.assign(region=region, indicator=indicator.key)
    lines = footnotes.standards(indicator, series["period"], words)
    return [*lines, *footnotes.divided_by(rows, citations, words)]


def verdict_table(verdict: Verdict, record: Record, words: Wording) -> pd.DataFrame:
    """Return a verdict with everything that it rests on, one line a row."""
    known = _indicator(record)
    why = explain(verdict, words, known.decimals, in_points=code_names.in_points(known.key))
    parts = {
        words("Objective"): [code_names.aim_name(record, words)],
        words("Verdict"): [answer(verdict, words)],
        words("Target"): [target_text(record, words)],
        words("Why"): why,
        words("Formula"): formula(verdict, words, known.decimals),
        words("Source of the target"): citation_lines(record, words),
    }
    lines = [(part, line) for part, texts in parts.items() for line in texts]
    return pd.DataFrame(lines, columns=[words("Part"), words("Text")])
