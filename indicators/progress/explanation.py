"""A verdict in sentences, and its formula with the numbers in it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from indicators.periods import period_at
from indicators.progress.points import SAME
from indicators.progress.verdict import End, Point, Verdict
from indicators.statuses import Check, Flag, Kind, Reason, Shape, VerdictClass
from indicators.wording import Wording, decimals_apart, decimals_of, points, rounded


def said(
    verdict: str,
    reason: str,
    words: Wording,
    *,
    last_class: str = "",
    latest: object = None,
    due: object = None,
) -> str:
    """Return a verdict in words; one that could not be given says why.

    Of a stale one: the class by the latest figure, that figure's period, and what is not there.
    """
    if verdict == VerdictClass.STALE and last_class and isinstance(latest, str):
        name, period = words(VerdictClass(last_class).sentence), words.period(latest)
        if isinstance(due, str) and due:
            return words(
                "{verdict} (as of {period}; no figure for {due} is held yet)",
                period=period,
                verdict=name,
                due=words.period(due),
            )
        return words("{verdict} (as of {period})", period=period, verdict=name)
    name = words(VerdictClass(verdict).sentence)
    if verdict == VerdictClass.NOT_ASSESSED and reason:
        return words(Reason(reason).sentence)
    if reason == Reason.STALE and verdict != VerdictClass.STALE:
        return words("{verdict}, by the latest figure", verdict=name)
    return words(VerdictClass(verdict).sentence)


def said_of(row: Mapping[Any, Any], words: Wording) -> str:
    """Return the verdict of a row of `judge_many` in words, as `said` does."""
    return said(
        row["verdict"],
        row["reason"],
        words,
        last_class=row["last_class"],
        latest=row["latest_period"],
        due=row["due_period"],
    )


# Of the larger figure: two ways to the same difference are no farther apart.
_NOISE = 1e-9


def explain(
    verdict: Verdict, words: Wording, decimals: int | None = None, *, in_points: bool = False
) -> list[str]:
    """Everything a verdict says, a sentence each, the verdict first.

    `in_points`: the figures are percentages, of which a difference is in percentage points.
    """
    figures = _Figures(words, decimals, in_points)
    parts = (_outcome, _warnings, _outlook, _chance, _robustness, _practice)
    return [sentence for part in parts for sentence in part(verdict, words, figures)]


def warnings(
    flags: Collection[str], declared: object, baseline: object, shape: object, words: Wording
) -> list[str]:
    """Return what is uncertain about the figures or the path of a verdict, a sentence each.

    flags: of the verdict; declared: the baseline's period by the document, and baseline the one
    that stands for it; shape: that of the target.
    """
    lines = []
    if Flag.BASELINE_SHIFTED in flags:
        told = words(
            "The baseline year {declared} has no figure: {baseline} stands for it.",
            declared=words.period(str(declared or "")),
            baseline=words.period(str(baseline)),
        )
        lines.append(told)
    if Flag.FREQUENCIES_DISAGREE in flags:
        told = words(
            "Figures of another frequency, which the verdict leaves out, differ from those of the "
            "same date."
        )
        lines.append(told)
    if Flag.AFTER_BREAK in flags:
        lines.append(words("Only figures from the break in the series on are used."))
    if Flag.BECAME_MAINTAIN in flags:
        lines.append(words("The baseline already met the target, which is to be maintained."))
    if Flag.LINEAR_INSTEAD in flags:
        told = (
            words(
                "A path of steady growth needs figures and a target above zero, or all below: a "
                "straight path is used."
            )
            if shape == Shape.GEOMETRIC
            else words(
                "An S-shaped path needs figures and a target between its bounds: a straight path "
                "is used."
            )
        )
        lines.append(told)
    return lines


@dataclass(frozen=True)
class _Figures:
    """How the figures of one indicator are written, and what lies between two of them."""

    words: Wording
    decimals: int | None
    in_points: bool

    def number(self, value: float | None) -> str:
        """A figure; of what is in per cent with its sign, for nothing else says so."""
        figure = self.words.number(value, self.decimals)
        known = value is not None and math.isfinite(value)
        return f"{figure}%" if self.in_points and known else figure

    def enough(self, value: float, other: float | None) -> int | None:
        """How many decimals a figure and its target need, never to be written as one."""
        same = other is not None and rounded(value, self.decimals) == rounded(other, self.decimals)
        return decimals_apart(value, other, self.decimals) if same else self.decimals

    def apart(self, value: float, target: float | None) -> dict[str, str]:
        """A figure and its target."""
        both = replace(self, decimals=self.enough(value, target))
        return {"value": both.number(value), "target": both.number(target)}

    def beside(self, latest: Point | None, value: float | None) -> str:
        """A figure on the scale of the verdict: beside a moving benchmark the lead over it."""
        if latest is None or latest.benchmark is None or value is None:
            return self.number(value)
        return self.words("a lead of {lead}", lead=self.change(value))

    def change(self, value: float | Decimal) -> str:
        return self._difference(self.words.signed(value, decimals_of(value, self.decimals)))

    def amount(self, value: float) -> str:
        """How large a change is, whichever way it goes."""
        return self._difference(self.words.number(abs(value), decimals_of(value, self.decimals)))

    def lead(self, point: Point) -> Decimal:
        """The figure as it is written, or the lead over a benchmark."""
        return rounded(point.value, self.decimals) - rounded(point.benchmark or 0, self.decimals)

    def distance(self, exact: float, point: Point | None, other: float | None) -> str:
        """How far a point is from a figure that stands beside it, both as they are written.

        What is known as `exact` but is not between these two is written as it is.
        """
        apart: float | Decimal = abs(exact)
        if point is not None and other is not None:
            noise = _NOISE * max(abs(point.lead), abs(other))
            if abs(abs(point.lead - other) - abs(exact)) <= noise:
                apart = abs(self.lead(point) - rounded(other, self.decimals))
        return self._difference(self.words.number(apart, self.decimals))

    def _difference(self, number: str) -> str:
        return points(number, self.words) if self.in_points else number


def headline(verdict: Verdict, words: Wording) -> str:
    """The class, with the recent direction where that is against it.

    Of a stale verdict: the class by its latest figure, that figure's period, what is not there.
    """
    if verdict.verdict == VerdictClass.STALE and verdict.latest is not None:
        passed = verdict.late is not None and verdict.latest.time < verdict.late.time
        return said(
            verdict.verdict,
            verdict.reason or "",
            words,
            last_class=verdict.last_class,
            latest=verdict.latest.period,
            due=verdict.late.period if passed and verdict.late else None,
        )
    name = words(verdict.verdict.sentence)
    if Flag.SLIPPING not in verdict.flags:
        return name
    return words(
        "{verdict} — {direction}", verdict=name, direction=words(verdict.direction.sentence)
    )


def _outcome(verdict: Verdict, words: Wording, figures: _Figures) -> Iterator[str]:
    name, latest, end = headline(verdict, words), verdict.latest, verdict.late
    if verdict.verdict == VerdictClass.STALE:
        yield words("{verdict}.", verdict=name)
        yield from _then(verdict, words, figures)
    elif latest is None:
        yield words("{verdict}.", verdict=name)
    elif end is None or end.value is None or latest.benchmark is not None:
        yield words(
            "{verdict}: {value} in {period}.",
            verdict=name,
            value=figures.number(latest.value),
            period=words.period(latest.period),
        )
    else:
        decisive = verdict.decided_at or latest
        values = {
            "verdict": name,
            **figures.apart(decisive.value, end.value),
            "period": words.period(decisive.period),
            "due": words.period(end.period),
        }
        if verdict.kind == Kind.AT_MOST:
            yield words(
                "{verdict}: {value} in {period}; the target is at most {target} by {due}.", **values
            )
        else:
            yield words(
                "{verdict}: {value} in {period}; the target is {target} by {due}.", **values
            )
    yield from _beside_the_decisive(verdict, words, figures)
    if latest is not None and latest.benchmark is not None:
        yield words(
            "The benchmark stood at {value}: a lead of {lead}.",
            value=figures.number(latest.benchmark),
            lead=figures.change(figures.lead(latest)),
        )
    yield from _at_the_deadline(verdict, words, figures)
    if verdict.reason not in (None, Reason.STALE):
        yield words(verdict.reason.sentence)


def _beside_the_decisive(verdict: Verdict, words: Wording, figures: _Figures) -> Iterator[str]:
    """That a deadline has no figure of its own, and what the latest one is."""
    decisive, latest, end = verdict.decided_at, verdict.latest, verdict.late
    if decisive is None or latest is None or end is None or latest.benchmark is not None:
        return
    if verdict.verdict == VerdictClass.ACHIEVED_ON_TIME and decisive.time < end.time - SAME:
        yield words(
            "There is no figure for {due} itself; those before and after it meet the target.",
            due=words.period(end.period),
        )
    if decisive.period != latest.period:
        yield words(
            "The latest figure is {value} ({period}).",
            value=figures.number(latest.value),
            period=words.period(latest.period),
        )


def _then(verdict: Verdict, words: Wording, figures: _Figures) -> Iterator[str]:
    """What the latest figure was, and what it should have been: all of it in the past."""
    latest, end = verdict.latest, verdict.late
    if latest is None or end is None or end.value is None or latest.benchmark is not None:
        return
    values = {
        **figures.apart(latest.value, end.value),
        "period": words.period(latest.period),
        "due": words.period(end.period),
    }
    if verdict.kind == Kind.AT_MOST:
        yield words(
            "In {period} it stood at {value}; the target is at most {target} by {due}.", **values
        )
    else:
        yield words("In {period} it stood at {value}; the target is {target} by {due}.", **values)
    if end.expected is None or end.gap is None:
        return
    if verdict.kind == Kind.WITHIN:
        yield _in_range(end.gap, latest, end, words, figures)
    else:
        yield _on_the_path(end.gap, latest, end, words, figures)


def _on_the_path(gap: float, latest: Point, end: End, words: Wording, figures: _Figures) -> str:
    """What the path asks for at the latest figure's period, and how far that is ahead or behind."""
    values = {
        "due": words.period(end.period),
        "period": words.period(latest.period),
        "expected": figures.beside(latest, end.expected),
        "gap": figures.distance(gap, latest, end.expected),
    }
    if gap >= 0:
        return words(
            "The path to {due} asks for {expected} in {period}: {gap} ahead of it.", **values
        )
    return words("The path to {due} asks for {expected} in {period}: {gap} behind it.", **values)


def _in_range(gap: float, latest: Point | None, end: End, words: Wording, figures: _Figures) -> str:
    distance = figures.distance(gap, latest, end.value)
    if gap < 0:
        return words("That is {distance} outside the range.", distance=distance)
    return words("That is within the range, {distance} from its nearer bound.", distance=distance)


def _at_the_deadline(verdict: Verdict, words: Wording, figures: _Figures) -> Iterator[str]:
    end = verdict.late
    if end is None:
        return
    due = words.period(end.period)
    if verdict.missed_by is not None and verdict.missed_at is not None:
        enough = replace(figures, decimals=figures.enough(verdict.missed_at.lead, end.value))
        distance = enough.distance(verdict.missed_by, verdict.missed_at, end.value)
        if verdict.missed_at.time <= end.time:
            yield words(
                "In {due} it was {distance} short of the target.", due=due, distance=distance
            )
        else:
            period = words.period(verdict.missed_at.period)
            yield words(
                "There is no figure for {due}; in {period}, the first after it, it was {distance} "
                "short of the target.",
                due=due,
                period=period,
                distance=distance,
            )
    if verdict.around_deadline is not None:
        before, after = verdict.around_deadline
        if before is None:
            yield words(
                "Whether late or on time is unknown: the first figure is that of {after}.",
                after=words.period(after),
            )
        else:
            around = {"before": words.period(before), "after": words.period(after), "due": due}
            yield words(
                "Late or on time is unknown between {before} and {after}: there is no figure for "
                "{due}.",
                **around,
            )


def _warnings(verdict: Verdict, words: Wording, figures: _Figures) -> Iterator[str]:
    baseline = verdict.baseline.period if verdict.baseline else ""
    target = verdict.target
    yield from warnings(verdict.flags, target.baseline_period, baseline, target.shape, words)


def _outlook(verdict: Verdict, words: Wording, figures: _Figures) -> Iterator[str]:
    end = verdict.late
    if verdict.reason is not None or end is None or verdict.baseline is None:
        return
    open_still = verdict.latest is not None and verdict.latest.time < end.time
    if verdict.kind == Kind.WITHIN:
        if end.gap is not None and open_still:
            yield _in_range(end.gap, verdict.latest, end, words, figures)
    elif end.expected is not None and end.gap is not None and open_still:
        assert verdict.latest is not None
        yield _on_the_path(end.gap, verdict.latest, end, words, figures)
    dated = end.years_ahead is not None and math.isfinite(end.years_ahead) and open_still
    if dated and end.years_ahead is not None and verdict.kind != Kind.WITHIN:
        years = words.number(abs(end.years_ahead), 1)
        if not rounded(end.years_ahead, 1):
            yield words("That is in step with the path.")
        elif end.years_ahead >= 0:
            yield words("That is {years} years ahead of the path.", years=years)
        else:
            yield words("That is {years} years behind the path.", years=years)
    yield from _required(verdict, end, words, figures)
    if verdict.attained is None or verdict.verdict.startswith("achieved"):
        return
    if verdict.attained_period is None:
        yield words("At the pace since the baseline the target is never reached.")
    else:
        yield words(
            "At the pace since the baseline the target is reached in {period}.",
            period=words.period(verdict.attained_period),
        )


def _required(verdict: Verdict, end: End, words: Wording, figures: _Figures) -> Iterator[str]:
    if not end.required or end.acceleration is None or verdict.baseline is None:
        return
    assert verdict.latest is not None
    years = end.time - verdict.latest.time
    values = {
        "change": figures.amount(end.required),
        "when": words("in the next year")
        if years >= 1
        else words("by {due}", due=words.period(end.period)),
        "times": words.number(end.acceleration, 1),
        "baseline": words.period(verdict.baseline.period),
    }
    rising = end.required > 0
    if math.isinf(end.acceleration) and rising:
        yield words(
            "It must rise by {change} {when}; since {baseline} it has moved away from the target.",
            **values,
        )
    elif math.isinf(end.acceleration):
        yield words(
            "It must fall by {change} {when}; since {baseline} it has moved away from the target.",
            **values,
        )
    elif rising:
        yield words(
            "It must rise by {change} {when}: {times} times the pace since {baseline}.", **values
        )
    else:
        yield words(
            "It must fall by {change} {when}: {times} times the pace since {baseline}.", **values
        )
    if verdict.shape != Shape.LINEAR and end.yearly is not None and years > 1:
        yield words(
            "The years after ask for other amounts; equal ones would be {amount} a year.",
            amount=figures.change(end.yearly),
        )


def _chance(verdict: Verdict, words: Wording, figures: _Figures) -> Iterator[str]:
    if Flag.FEW_POINTS in verdict.flags:
        yield words(
            "Fewer than five figures since the baseline: no prediction interval or probability is "
            "given."
        )
    trend = verdict.projection
    if trend is None or trend.late is None or verdict.late is None:
        return
    ends = {verdict.late.period: trend.late}
    if trend.early is not None and verdict.early is not None:
        ends = {verdict.early.period: trend.early, **ends}
    for period, projected in ends.items():
        yield words(
            "The trend leads to {middle} in {period} (90% interval {low}–{high}).",
            middle=figures.beside(verdict.latest, projected.middle),
            period=words.period(period),
            low=figures.beside(verdict.latest, projected.low),
            high=figures.beside(verdict.latest, projected.high),
        )
        if projected.chance is not None:
            yield words(
                "Chance that the target is met in {period}: {chance}.",
                period=words.period(period),
                chance=words.percent(100 * projected.chance, 0),
            )
    if trend.attained is not None and verdict.latest is not None:
        times = (trend.attained.earliest, trend.attained.middle, trend.attained.latest)
        earliest, middle, latest = (
            words.period(period_at(time, verdict.latest.period))
            if math.isfinite(time)
            else words("never")
            for time in times
        )
        yield words(
            "The trend reaches the target: {middle} (earliest {earliest}, latest {latest}).",
            middle=middle,
            earliest=earliest,
            latest=latest,
        )


def _robustness(verdict: Verdict, words: Wording, figures: _Figures) -> Iterator[str]:
    for flip in verdict.flips:
        yield words(
            "Borderline. {condition} the verdict would be: {verdict}.",
            condition=words(flip.check.sentence),
            verdict=words(flip.verdict.sentence),
        )
    for margin in (verdict.better, verdict.worse):
        if margin is None or verdict.latest is None:
            continue
        values = {
            "verdict": words(margin.verdict.sentence),
            "value": figures.beside(verdict.latest, margin.value),
        }
        if margin is verdict.better:
            yield words('At {value} the verdict would be "{verdict}".', **values)
        elif margin.value < verdict.latest.lead:
            yield words('Below {value} the verdict would be "{verdict}".', **values)
        else:
            yield words('Above {value} the verdict would be "{verdict}".', **values)
    if verdict.verdict != VerdictClass.NOT_ASSESSED and Check.REVISION_UP in verdict.unchecked:
        yield words("There is no history of revisions, so that check is left out.")


def _practice(verdict: Verdict, words: Wording, figures: _Figures) -> Iterator[str]:
    if verdict.eurostat.value is not None:
        yield words(
            "By the published practice (Eurostat) it would be: {verdict}.",
            verdict=words(verdict.eurostat.verdict.sentence),
        )


def formula(verdict: Verdict, words: Wording, decimals: int | None = None) -> list[str]:
    """The rate ratio's formula (§3), line by line, with the numbers of this verdict in it.

    None where the figure of the deadline has settled the matter.
    """
    baseline, latest = verdict.baseline, verdict.latest
    if verdict.decided_at is not None:
        return []
    ends = [end for end in (verdict.early, verdict.late) if end and end.ratio is not None]
    if baseline is None or latest is None or not ends:
        return []

    def g(y: float | None) -> str:
        figure = words.number(y, decimals)
        return figure if verdict.shape == Shape.LINEAR else f"g({figure})"

    def rate(y: float | None, period: str, time: float) -> str:
        years = _years(baseline, period, time, words)
        return f"({g(y)} − {g(baseline.judged)}) ÷ {years}"

    lines = [*_scale(verdict, words), f"a = {rate(latest.judged, latest.period, latest.time)}"]
    for end in ends[:1] if verdict.early == verdict.late else ends:
        # On a path over milestones the pace asked for is that to where it should be by now.
        bent = any(baseline.time < step.time < end.time for step in verdict.milestones)
        asked = (
            rate(end.expected, latest.period, latest.time)
            if bent
            else rate(end.asked, end.period, end.time)
        )
        sign = "" if end.asked is not None and end.asked > baseline.judged else "−"
        ratio = words.number(end.ratio, 3)
        lines += [f"r({end.period}) = {asked}", f"R({end.period}) = {sign}a ÷ |r| = {ratio}"]
    return lines


def _scale(verdict: Verdict, words: Wording) -> list[str]:
    if verdict.shape == Shape.GEOMETRIC:
        return ["g(y) = ln y"]
    if verdict.shape == Shape.LOGISTIC and verdict.target.bounds:
        lower, upper = (words.number(bound) for bound in verdict.target.bounds)
        return [f"g(y) = ln((y − {lower}) ÷ ({upper} − y))"]
    return []


def _years(baseline: Point, period: str, time: float, words: Wording) -> str:
    """The years from the baseline to a period: `(2024 − 2020)`, of months their number."""
    if baseline.period.isdecimal() and period.isdecimal():
        return f"({period} − {baseline.period})"
    return words(
        "{years} (years, {first} to {last})",
        years=words.number(time - baseline.time, 2),
        first=words.period(baseline.period),
        last=words.period(period),
    )
