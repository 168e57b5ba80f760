"""The names of a verdict's codes, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        VerdictClass.NOT_ASSESSED: words("Not assessed"),
    }[VerdictClass(code)]


def reason_sentence(code: str, words: Wording) -> str:
    """Why there is no verdict from figures."""
    return {
        Reason.NO_DATA: words("There is no figure for this indicator here."),
        Reason.NO_TARGET: words("The document sets no number to be reached."),
        Reason.NO_DEADLINE: words("The document sets no date by which to reach the target."),
        Reason.NO_BASELINE: words(
            "There is no figure for the baseline year, nor for the two years after it."
        ),
        Reason.SINGLE_POINT: words("One figure alone shows no progress."),
        Reason.STALE: words("The latest figure is too old for a verdict at this date."),
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


def said(verdict: str, reason: str, words: Wording) -> str:
    """Return a verdict in words; one that could not be given says why."""
    if verdict == VerdictClass.NOT_ASSESSED and reason:
        return reason_sentence(Reason(reason), words)
    return class_name(VerdictClass(verdict), words)
