"""The short codes that a comparison is made of; words for them are the pages' business."""

from enum import StrEnum


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


class Standing(StrEnum):
    """What the position means; an indicator without polarity is only higher or lower."""

    BETTER = "better"
    WORSE = "worse"
    HIGHER = "higher"
    LOWER = "lower"
    SIMILAR = "similar"
    NOT_COMPARED = "not_compared"


class RankChange(StrEnum):
    """What became of a rank between two periods."""

    UNCHANGED = "unchanged"
    NOISE = "noise"
    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


class Gap(StrEnum):
    """Why a part of a comparison is missing; the empty text where nothing is."""

    NO_DATA = "no_data"
    SUPPRESSED = "suppressed"
    NOT_COMPARABLE = "not_comparable"
    NO_DENOMINATOR = "no_denominator"
    INCONSISTENT = "inconsistent"
    NO_BENCHMARK = "no_benchmark"
    OUTSIDE_RANGE = "outside_range"
    COUNT = "count"
    SHARE_OF_WHOLE = "share_of_whole"
    NO_NUMERATORS = "no_numerators"
    TOO_FEW_MEMBERS = "too_few_members"


class Problem(StrEnum):
    """What may be wrong in the file of peer groups."""

    NOT_YAML = "not_yaml"
    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    NOT_A_LIST = "not_a_list"
    NOT_A_MAPPING = "not_a_mapping"
    NOT_TEXT = "not_text"
    NOT_TRUE_OR_FALSE = "not_true_or_false"
    NOT_A_POSITIVE_NUMBER = "not_a_positive_number"
    UNKNOWN_REGION = "unknown_region"
    UNKNOWN_INDICATOR = "unknown_indicator"
    UNKNOWN_INDUSTRY = "unknown_industry"
    UNKNOWN_SCALE = "unknown_scale"
    DUPLICATE = "duplicate"
    TOO_FEW = "too_few"
