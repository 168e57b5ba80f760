"""Statuses, verdicts and reasons: each member carries its code and its sentence, and its mark."""

from __future__ import annotations

from enum import Enum, StrEnum

from indicators.wording import sentence


class ObservationStatus(Enum):
    """The codes of SDMX CL_OBS_STATUS 2.2 that figures here may have.

    sentence: what it says, in English, to be put into a language by `Wording`. mark: the mark
    that official statistics put beside such a figure. has_value: whether there is a figure.
    """

    NORMAL = "A", sentence("Normal value")
    BREAK = "B", sentence("Break in series"), "[b]"
    DEFINITION_DIFFERS = "D", sentence("Definition differs"), "[d]"
    ESTIMATED = "E", sentence("Estimated"), "[e]"
    FORECAST = "F", sentence("Forecast"), "[f]"
    IMPUTED = "I", sentence("Imputed"), "[i]"
    NOT_COLLECTED = "L", sentence("Not collected"), "[x]", False
    NOT_APPLICABLE = "M", sentence("Not applicable"), "[z]", False
    NO_DATA = "O", sentence("No data"), "[x]", False
    PROVISIONAL = "P", sentence("Provisional"), "[p]"
    LOW_RELIABILITY = "U", sentence("Low reliability"), "[u]"

    def __init__(self, code: str, said: str, mark: str = "", has_value: bool = True) -> None:
        self.code = code
        self.sentence = said
        self.mark = mark
        self.has_value = has_value


OBSERVATION_STATUSES = {status.code: status for status in ObservationStatus}


class Said(StrEnum):
    """A code with what it says, in English, to be put into a language by `Wording`, and a mark."""

    sentence: str
    symbol: str

    def __new__(cls, code: str, said: str = "", symbol: str = "") -> Said:
        member = str.__new__(cls, code)
        member._value_ = code
        member.sentence = said
        member.symbol = symbol
        return member


class Kind(Said):
    """What a target asks for (docs/method.md §2)."""

    AT_LEAST = "at_least", sentence("At least")
    AT_MOST = "at_most", sentence("At most")
    WITHIN = "within", sentence("Within a range")
    MAINTAIN = "maintain", sentence("To be maintained")
    EXCEED_BENCHMARK = "exceed_benchmark", sentence("Above a benchmark")
    MILESTONE = "milestone", sentence("Milestone")
    DIRECTION_ONLY = "direction_only", sentence("A direction without a number")


class Shape(Said):
    """The path from baseline to target (docs/method.md §3)."""

    LINEAR = "linear", sentence("straight path")
    GEOMETRIC = "geometric", sentence("path of steady growth")
    LOGISTIC = "logistic", sentence("S-shaped path")


class State(StrEnum):
    """How far a qualitative milestone has come."""

    DONE = "done"
    UNDER_WAY = "under_way"
    NOT_BEGUN = "not_begun"


class VerdictClass(Said):
    """The verdict itself, best first (docs/method.md §3)."""

    ACHIEVED_ON_TIME = "achieved_on_time", sentence("Achieved on time"), "★"
    ACHIEVED = "achieved", sentence("Achieved"), "✔"
    DONE = "done", sentence("Done"), "✔"
    ACHIEVED_LATE = "achieved_late", sentence("Achieved late"), "☆"
    ON_TRACK = "on_track", sentence("On track"), "▲"
    ON_TRACK_LATEST_ONLY = (
        "on_track_latest_only",
        sentence("On track for the latest date only"),
        "△",
    )
    ACCELERATION_NEEDED = "acceleration_needed", sentence("Acceleration needed"), "▶"
    UNDER_WAY = "under_way", sentence("Under way"), "◐"
    LIMITED = "limited", sentence("Limited progress"), "▷"
    NOT_BEGUN = "not_begun", sentence("Not begun"), "○"
    MOVING_AWAY = "moving_away", sentence("Moving away"), "▼"
    MISSED = "missed", sentence("Missed"), "✖"
    STALE = "stale", sentence("Final figure outstanding"), "◇"
    NOT_ASSESSED = "not_assessed", sentence("Not assessed"), "·"


class Reason(Said):
    """Why there is no verdict from figures (docs/method.md §8)."""

    CONTRADICTORY_TARGET = (
        "contradictory_target",
        sentence(
            "The register's entry contradicts itself: its kind, bounds, window or milestones."
        ),
    )
    UNREADABLE = (
        "unreadable",
        sentence("A figure of the series has a period or a value that is none."),
    )
    CONFLICTING_FIGURES = (
        "conflicting_figures",
        sentence("Two different figures stand for one period."),
    )
    OTHER_FREQUENCY = (
        "other_frequency",
        sentence("The figures cover periods of another length than the target."),
    )
    GROWTH_UNDEFINED = (
        "growth_undefined",
        sentence("A growth in per cent has no meaning from a baseline that is not above zero."),
    )
    NOT_COMPUTABLE = ("not_computable", sentence("The figures are too large to be computed with."))
    NO_DATA = "no_data", sentence("No data for this region.")
    NO_TARGET = "no_target", sentence("The document sets no number to be reached.")
    NO_DEADLINE = (
        "no_deadline",
        sentence("The document sets no date by which to reach the target."),
    )
    NO_BASELINE = (
        "no_baseline",
        sentence("There is no figure for the baseline year, nor for the two years after it."),
    )
    SINGLE_POINT = "single_point", sentence("One figure alone shows no progress.")
    STALE = ("stale", sentence("The verdict is that of the latest figure, which is of the past."))
    BREAK_IN_SERIES = (
        "break_in_series",
        sentence(
            "The series was broken after the baseline: figures before and after do not compare."
        ),
    )
    SUPPRESSED = "suppressed", sentence("A figure that the verdict needs is confidential.")
    NOT_COMPARABLE = (
        "not_comparable",
        sentence("The figures rest on another definition than the target."),
    )
    QUALITATIVE = (
        "qualitative",
        sentence("Qualitative target: no evidence recorded yet."),
    )


class Flag(Said):
    """What a reader must know beside the class."""

    SLIPPING = "slipping", sentence("slipping")
    BORDERLINE = "borderline", sentence("borderline")
    BASELINE_SHIFTED = "baseline_shifted", sentence("later baseline")
    BECAME_MAINTAIN = "became_maintain", sentence("to be maintained")
    LINEAR_INSTEAD = "linear_instead", sentence("judged on a straight path")
    AFTER_BREAK = "after_break", sentence("judged from the break on")
    FEW_POINTS = "few_points", sentence("too few figures for a projection")
    TIMING_UNKNOWN = "timing_unknown", sentence("late or on time unknown")
    FREQUENCIES_DISAGREE = "frequencies_disagree", sentence("frequencies disagree")


class Check(Said):
    """The recomputations that show whether a class is borderline (docs/method.md §7)."""

    LINEAR = "shape_linear", sentence("On a straight path")
    GEOMETRIC = "shape_geometric", sentence("On a path of steady growth")
    LOGISTIC = "shape_logistic", sentence("On an S-shaped path")
    LAST_POINT = "last_point", sentence("Without the latest figure")
    REVISION_UP = ("revision_up", sentence("With the latest figure revised upwards, as it may be,"))
    REVISION_DOWN = (
        "revision_down",
        sentence("With the latest figure revised downwards, as it may be,"),
    )


class Direction(Said):
    """Where the figure itself has lately been going (docs/method.md §5)."""

    RISING = "rising", sentence("recently rising")
    FALLING = "falling", sentence("recently falling")
    STEADY = "steady", sentence("recently steady")
    UNKNOWN = "unknown", sentence("recent direction not known")


class DirectionTest(StrEnum):
    """How the recent direction was found."""

    CHI_SQUARE = "chi_square"
    LAST_CHANGES = "last_changes"
    NONE = "none"


class EurostatClass(Said):
    """The published practice's own class names (docs/method.md §4)."""

    TARGET_ACHIEVED = "target_achieved", sentence("target achieved")
    SUBSTANTIAL_PROGRESS = "substantial_progress", sentence("substantial progress")
    MODERATE_PROGRESS = "moderate_progress", sentence("moderate progress")
    LIMITED_PROGRESS = "limited_progress", sentence("limited progress")
    DETERIORATION = "deterioration", sentence("deterioration")
    NOT_ASSESSED = "not_assessed", sentence("not assessed")


class Method(StrEnum):
    """How the interval of a figure was found."""

    WILSON = "wilson"
    EXACT_POISSON = "exact_poisson"
    NONE = "none"


class Position(StrEnum):
    """Where a figure lies against the control limits around its benchmark."""

    BELOW_998 = "below_998"
    BELOW_95 = "below_95"
    INSIDE = "inside"
    ABOVE_95 = "above_95"
    ABOVE_998 = "above_998"
    UNKNOWN = "unknown"


class Standing(Said):
    """What the position means; an indicator without polarity is only higher or lower."""

    BETTER = "better", sentence("significantly better")
    WORSE = "worse", sentence("significantly worse")
    HIGHER = "higher", sentence("significantly higher")
    LOWER = "lower", sentence("significantly lower")
    SIMILAR = "similar", sentence("no significant difference")
    NOT_COMPARED = "not_compared", sentence("not tested")


class RankChange(Said):
    """What became of a rank between two periods: by `n` places since `period`."""

    UNCHANGED = "unchanged", sentence("the same as in {period}"), "="
    NOISE = "noise", sentence("{n} since {period}, which chance could make"), "≈"
    UP = "up", sentence("{n} since {period}, beyond chance"), "▲{places}"
    DOWN = "down", sentence("{n} since {period}, beyond chance"), "▼{places}"
    UNKNOWN = "unknown", sentence("{n} since {period}, not tested")


class Gap(Said):
    """Why a part of a comparison is missing; the empty text where nothing is."""

    NO_DATA = "no_data", sentence("no figure")
    SUPPRESSED = "suppressed", sentence("suppressed")
    NOT_COMPARABLE = "not_comparable", sentence("another definition")
    NO_DENOMINATOR = (
        "no_denominator",
        sentence("published without its denominator, so chance cannot be told"),
    )
    INCONSISTENT = "inconsistent", sentence("numerator and denominator do not give the figure")
    NO_BENCHMARK = "no_benchmark", sentence("the benchmark has no figure for this period")
    OUTSIDE_RANGE = "outside_range", sentence("outside the range that the test covers")
    COUNT = "count", sentence("a count: a part is never compared with its whole")
    SHARE_OF_WHOLE = "share_of_whole", sentence("a share of the whole, which has no benchmark")


class MapState(Said):
    """What a unit of a map is: a value, or why it has none.

    BROKEN: on a map of changes, the series breaks between the two periods; on one of ratios, the
    denominator is of another year or kind than those of most regions.
    """

    VALUE = "value", ObservationStatus.NORMAL.sentence
    MISSING = "missing", ObservationStatus.NO_DATA.sentence
    SUPPRESSED = "suppressed", sentence("Suppressed")
    NOT_APPLICABLE = "not_applicable", ObservationStatus.NOT_APPLICABLE.sentence
    OUT_OF_SCOPE = "out_of_scope", sentence("Not covered")
    BROKEN = "broken", sentence("[b] Not comparable")
