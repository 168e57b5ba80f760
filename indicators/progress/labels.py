"""The names of a verdict's codes, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from indicators.progress.codes import (
    Check,
    Direction,
    EurostatClass,
    Flag,
    Kind,
    Reason,
    Shape,
    VerdictClass,
)

if TYPE_CHECKING:
    from indicators.wording import Wording


def class_name(code: str, words: Wording) -> str:
    """The name of a verdict class."""
    return {
        VerdictClass.ACHIEVED_ON_TIME: words("Achieved on time"),
        VerdictClass.ACHIEVED: words("Achieved"),
        VerdictClass.DONE: words("Done"),
        VerdictClass.ACHIEVED_LATE: words("Achieved late"),
        VerdictClass.ON_TRACK: words("On track"),
        VerdictClass.ON_TRACK_LATEST_ONLY: words("On track for the latest date only"),
        VerdictClass.ACCELERATION_NEEDED: words("Acceleration needed"),
        VerdictClass.UNDER_WAY: words("Under way"),
        VerdictClass.LIMITED: words("Limited progress"),
        VerdictClass.NOT_BEGUN: words("Not begun"),
        VerdictClass.MOVING_AWAY: words("Moving away"),
        VerdictClass.MISSED: words("Missed"),
        VerdictClass.STALE: words("Final figure outstanding"),
        VerdictClass.NOT_ASSESSED: words("Not assessed"),
    }[VerdictClass(code)]


def reason_sentence(code: str, words: Wording) -> str:
    """Why there is no verdict from figures."""
    return {
        Reason.CONTRADICTORY_TARGET: words(
            "The register's entry contradicts itself: its kind, bounds, window or milestones."
        ),
        Reason.UNREADABLE: words("A figure of the series has a period or a value that is none."),
        Reason.CONFLICTING_FIGURES: words("Two different figures stand for one period."),
        Reason.OTHER_FREQUENCY: words(
            "The figures cover periods of another length than the target."
        ),
        Reason.GROWTH_UNDEFINED: words(
            "A growth in per cent has no meaning from a baseline that is not above zero."
        ),
        Reason.NOT_COMPUTABLE: words("The figures are too large to be computed with."),
        Reason.NO_DATA: words("There is no figure for this indicator here."),
        Reason.NO_TARGET: words("The document sets no number to be reached."),
        Reason.NO_DEADLINE: words("The document sets no date by which to reach the target."),
        Reason.NO_BASELINE: words(
            "There is no figure for the baseline year, nor for the two years after it."
        ),
        Reason.SINGLE_POINT: words("One figure alone shows no progress."),
        Reason.STALE: words("The verdict is that of the latest figure, which is of the past."),
        Reason.BREAK_IN_SERIES: words(
            "The series was broken after the baseline: figures before and after do not compare."
        ),
        Reason.SUPPRESSED: words("A figure that the verdict needs is confidential."),
        Reason.NOT_COMPARABLE: words("The figures rest on another definition than the target."),
        Reason.QUALITATIVE: words("A milestone without a number is judged by its evidence."),
    }[Reason(code)]


def kind_name(code: str, words: Wording) -> str:
    """The name of a kind of target."""
    return {
        Kind.AT_LEAST: words("At least"),
        Kind.AT_MOST: words("At most"),
        Kind.WITHIN: words("Within a range"),
        Kind.MAINTAIN: words("To be maintained"),
        Kind.EXCEED_BENCHMARK: words("Above a benchmark"),
        Kind.MILESTONE: words("Milestone"),
        Kind.DIRECTION_ONLY: words("A direction without a number"),
    }[Kind(code)]


def shape_name(code: str, words: Wording) -> str:
    """The name of a path's shape."""
    return {
        Shape.LINEAR: words("straight path"),
        Shape.GEOMETRIC: words("path of steady growth"),
        Shape.LOGISTIC: words("S-shaped path"),
    }[Shape(code)]


def check_name(code: str, words: Wording) -> str:
    """The condition that a check of robustness supposes."""
    return {
        Check.LINEAR: words("On a straight path"),
        Check.GEOMETRIC: words("On a path of steady growth"),
        Check.LOGISTIC: words("On an S-shaped path"),
        Check.LAST_POINT: words("Without the latest figure"),
        Check.REVISION_UP: words("With the latest figure revised upwards, as it may be,"),
        Check.REVISION_DOWN: words("With the latest figure revised downwards, as it may be,"),
    }[Check(code)]


def flag_name(code: str, words: Wording) -> str:
    """The name of a flag beside the class."""
    return {
        Flag.SLIPPING: words("slipping"),
        Flag.BORDERLINE: words("borderline"),
        Flag.BASELINE_SHIFTED: words("later baseline"),
        Flag.BECAME_MAINTAIN: words("to be maintained"),
        Flag.LINEAR_INSTEAD: words("judged on a straight path"),
        Flag.AFTER_BREAK: words("judged from the break on"),
        Flag.FEW_POINTS: words("too few figures for a projection"),
        Flag.TIMING_UNKNOWN: words("late or on time unknown"),
        Flag.FREQUENCIES_DISAGREE: words("frequencies disagree"),
    }[Flag(code)]


def direction_name(code: str, words: Wording) -> str:
    """Where the figure has lately been going."""
    return {
        Direction.RISING: words("recently rising"),
        Direction.FALLING: words("recently falling"),
        Direction.STEADY: words("recently steady"),
        Direction.UNKNOWN: words("recent direction not known"),
    }[Direction(code)]


def eurostat_name(code: str, words: Wording) -> str:
    """The name of a class of the published practice."""
    return {
        EurostatClass.TARGET_ACHIEVED: words("target achieved"),
        EurostatClass.SUBSTANTIAL_PROGRESS: words("substantial progress"),
        EurostatClass.MODERATE_PROGRESS: words("moderate progress"),
        EurostatClass.LIMITED_PROGRESS: words("limited progress"),
        EurostatClass.DETERIORATION: words("deterioration"),
        EurostatClass.NOT_ASSESSED: words("not assessed"),
    }[EurostatClass(code)]


def said(
    verdict: str, reason: str, words: Wording, *,
    last_class: str = "", latest: object = None, due: object = None,
) -> str:  # fmt: skip
    """Return a verdict in words; one that could not be given says why.

    Of a stale one: the class by the latest figure, that figure's period, and what is not there.
    """
    if verdict == VerdictClass.STALE and last_class and isinstance(latest, str):
        name, period = class_name(last_class, words), words.period(latest)
        if isinstance(due, str) and due:
            return words(
                "{verdict} (as of {period}; no figure for {due} is held yet)",
                period=period, verdict=name, due=words.period(due),
            )  # fmt: skip
        return words("{verdict} (as of {period})", period=period, verdict=name)
    if verdict == VerdictClass.NOT_ASSESSED and reason:
        return reason_sentence(Reason(reason), words)
    if reason == Reason.STALE and verdict != VerdictClass.STALE:
        return words("{verdict}, by the latest figure", verdict=class_name(verdict, words))
    return class_name(verdict, words)


def said_of(row: Mapping[Any, Any], words: Wording) -> str:
    """Return the verdict of a row of `judge_many` in words, as `said` does."""
    return said(
        row["verdict"], row["reason"], words, last_class=row["last_class"],
        latest=row["latest_period"], due=row["due_period"],
    )  # fmt: skip
