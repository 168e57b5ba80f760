"""Fair comparison: frames in, frames out (docs/method.md §9).

rows → comparable → intervals → ranks          who is first, as far as chance lets one say
                        ↑
nation, groups, target → benchmarks → comparison   better, worse or similar
peer_groups.yaml → peers → neighbours              who is like whom
                                spine              one region over all indicators
"""

from indicators.compare.benchmarks import (
    comparison,
    comparisons,
    group_benchmarks,
    national_benchmarks,
)
from indicators.compare.codes import Gap, Method, Position, Problem, RankChange, Standing
from indicators.compare.intervals import (
    Z_95,
    Z_998,
    add_comparison,
    add_intervals,
    control_limits,
    dispersion,
    exact_poisson,
    wilson,
)
from indicators.compare.neighbours import feature_rows, neighbours
from indicators.compare.peers import (
    Feature,
    Group,
    Mistake,
    PeerGroupError,
    PeerGroups,
    read_peer_groups,
)
from indicators.compare.ranks import rank_changes, ranks
from indicators.compare.spine import spine, spines

__all__ = [
    "Z_95",
    "Z_998",
    "Feature",
    "Gap",
    "Group",
    "Method",
    "Mistake",
    "PeerGroupError",
    "PeerGroups",
    "Position",
    "Problem",
    "RankChange",
    "Standing",
    "add_comparison",
    "add_intervals",
    "comparison",
    "comparisons",
    "control_limits",
    "dispersion",
    "exact_poisson",
    "feature_rows",
    "group_benchmarks",
    "national_benchmarks",
    "neighbours",
    "rank_changes",
    "ranks",
    "read_peer_groups",
    "spine",
    "spines",
    "wilson",
]
