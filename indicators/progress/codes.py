"""The short codes that a verdict is made of; words for them are in `explanation`."""

from enum import StrEnum


class Kind(StrEnum):
    """What a target asks for (docs/method.md §2)."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    WITHIN = "within"
    MAINTAIN = "maintain"
    EXCEED_BENCHMARK = "exceed_benchmark"
    MILESTONE = "milestone"
    DIRECTION_ONLY = "direction_only"


class Shape(StrEnum):
    """The path from baseline to target (docs/method.md §3)."""

    LINEAR = "linear"
    GEOMETRIC = "geometric"
    LOGISTIC = "logistic"


class State(StrEnum):
    """How far a qualitative milestone has come."""

    DONE = "done"
    UNDER_WAY = "under_way"
    NOT_BEGUN = "not_begun"


class VerdictClass(StrEnum):
    """The verdict itself, best first (docs/method.md §3)."""

    ACHIEVED_ON_TIME = "achieved_on_time"
    ACHIEVED = "achieved"
    DONE = "done"
    ACHIEVED_LATE = "achieved_late"
    ON_TRACK = "on_track"
    ON_TRACK_LATEST_ONLY = "on_track_latest_only"
    ACCELERATION_NEEDED = "acceleration_needed"
    UNDER_WAY = "under_way"
    LIMITED = "limited"
    NOT_BEGUN = "not_begun"
    MOVING_AWAY = "moving_away"
    MISSED = "missed"
    STALE = "stale"
    NOT_ASSESSED = "not_assessed"


class Reason(StrEnum):
    """Why there is no verdict from figures (docs/method.md §8)."""

    CONTRADICTORY_TARGET = "contradictory_target"
    UNREADABLE = "unreadable"
    CONFLICTING_FIGURES = "conflicting_figures"
    OTHER_FREQUENCY = "other_frequency"
    GROWTH_UNDEFINED = "growth_undefined"
    NOT_COMPUTABLE = "not_computable"
    NO_DATA = "no_data"
    NO_TARGET = "no_target"
    NO_DEADLINE = "no_deadline"
    NO_BASELINE = "no_baseline"
    SINGLE_POINT = "single_point"
    STALE = "stale"
    BREAK_IN_SERIES = "break_in_series"
    SUPPRESSED = "suppressed"
    NOT_COMPARABLE = "not_comparable"
    QUALITATIVE = "qualitative"


class Flag(StrEnum):
    """What a reader must know beside the class."""

    SLIPPING = "slipping"
    BORDERLINE = "borderline"
    BASELINE_SHIFTED = "baseline_shifted"
    BECAME_MAINTAIN = "became_maintain"
    LINEAR_INSTEAD = "linear_instead"
    AFTER_BREAK = "after_break"
    FEW_POINTS = "few_points"
    TIMING_UNKNOWN = "timing_unknown"
    FREQUENCIES_DISAGREE = "frequencies_disagree"


class Check(StrEnum):
    """The recomputations that show whether a class is borderline (docs/method.md §7)."""

    LINEAR = "shape_linear"
    GEOMETRIC = "shape_geometric"
    LOGISTIC = "shape_logistic"
    LAST_POINT = "last_point"
    REVISION_UP = "revision_up"
    REVISION_DOWN = "revision_down"


class Direction(StrEnum):
    """Where the figure itself has lately been going (docs/method.md §5)."""

    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"
    UNKNOWN = "unknown"


class DirectionTest(StrEnum):
    """How the recent direction was found."""

    CHI_SQUARE = "chi_square"
    LAST_CHANGES = "last_changes"
    NONE = "none"


class EurostatClass(StrEnum):
    """The published practice's own class names (docs/method.md §4)."""

    TARGET_ACHIEVED = "target_achieved"
    SUBSTANTIAL_PROGRESS = "substantial_progress"
    MODERATE_PROGRESS = "moderate_progress"
    LIMITED_PROGRESS = "limited_progress"
    DETERIORATION = "deterioration"
    NOT_ASSESSED = "not_assessed"


# Distinct forms, so that a verdict reads without colour.
SYMBOLS = {
    VerdictClass.ACHIEVED_ON_TIME: "★",
    VerdictClass.ACHIEVED: "✔",
    VerdictClass.DONE: "✔",
    VerdictClass.ACHIEVED_LATE: "☆",
    VerdictClass.ON_TRACK: "▲",
    VerdictClass.ON_TRACK_LATEST_ONLY: "△",
    VerdictClass.ACCELERATION_NEEDED: "▶",
    VerdictClass.UNDER_WAY: "◐",
    VerdictClass.LIMITED: "▷",
    VerdictClass.NOT_BEGUN: "○",
    VerdictClass.MOVING_AWAY: "▼",
    VerdictClass.MISSED: "✖",
    VerdictClass.STALE: "◇",
    VerdictClass.NOT_ASSESSED: "·",
}
