"""Progress towards targets: frames in, verdicts that can be audited out (docs/method.md §§2–8).

    rows, targets → points, aims → batch → judgement → verdict, verdict_table → explanation
                                   (path)  (class, reasons, robustness)

One engine judges a whole frame as arrays; `judge` is a batch of one, with its projection.
"""

from indicators.progress.codes import (
    SYMBOLS,
    Check,
    Direction,
    DirectionTest,
    EurostatClass,
    Flag,
    Kind,
    Reason,
    Shape,
    State,
    VerdictClass,
)
from indicators.progress.eurostat import EurostatProgress, eurostat_progress
from indicators.progress.explanation import explain, formula, headline
from indicators.progress.labels import (
    check_name,
    class_name,
    direction_name,
    eurostat_name,
    flag_name,
    kind_name,
    reason_sentence,
    said,
    said_of,
    shape_name,
)
from indicators.progress.margins import Margin
from indicators.progress.path import path
from indicators.progress.projection import Attained, Projected, Projection
from indicators.progress.targets import Target, target_frame
from indicators.progress.verdict import (
    End,
    EurostatVerdict,
    Flip,
    Milestone,
    Point,
    Verdict,
    judge,
    judge_many,
)
from indicators.progress.what_if import change_needed, reached_at

__all__ = [
    "SYMBOLS",
    "Attained",
    "Check",
    "Direction",
    "DirectionTest",
    "End",
    "EurostatClass",
    "EurostatProgress",
    "EurostatVerdict",
    "Flag",
    "Flip",
    "Kind",
    "Margin",
    "Milestone",
    "Point",
    "Projected",
    "Projection",
    "Reason",
    "Shape",
    "State",
    "Target",
    "Verdict",
    "VerdictClass",
    "change_needed",
    "check_name",
    "class_name",
    "direction_name",
    "eurostat_name",
    "eurostat_progress",
    "explain",
    "flag_name",
    "formula",
    "headline",
    "judge",
    "judge_many",
    "kind_name",
    "path",
    "reached_at",
    "reason_sentence",
    "said",
    "said_of",
    "shape_name",
    "target_frame",
]
