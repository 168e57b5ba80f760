"""Everything known of one region, gathered from frames: the page and the briefing tell of it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from indicators import catalogue, compare, tables
from indicators.compare import PeerGroups
from indicators.compare.intervals import comparable
from indicators.progress import decimal_years
from indicators.wording import Language

NATION, NEAREST, SIBLINGS = "100000", "nearest", "siblings"


@dataclass(frozen=True)
class Facts:
    """One region's figures and how they stand; frames as their makers return them.

    nation: whose figures are the benchmark, the province's for a prefecture. peers: the codes
    compared with, by `group`. own: the region's totals, all periods. spine: `compare.spine`.
    verdicts: the region's of `targets.verdicts`. nearest: the region's of `compare.neighbours`.
    holdings: `queries.holdings`, from which sources there are figures for whom. parts:
    `queries.parts` of the region and its benchmark.
    """

    region: str
    nation: str
    group: str
    peers: tuple[str, ...]
    own: pd.DataFrame
    spine: pd.DataFrame
    verdicts: pd.DataFrame
    nearest: pd.DataFrame
    holdings: pd.DataFrame
    parts: pd.DataFrame


@dataclass(frozen=True)
class ProvinceView:
    """What the page shows: a region, its group of peers, language and theme."""

    region: str
    group: str
    language: Language
    dark: bool


def parent_of(region: str) -> str:
    """Return the region that holds a region; raises `KeyError` for an unknown code."""
    regions = catalogue.load().regions
    return str(regions.set_index("code").at[region, "parent"])


def siblings(province: str) -> tuple[str, ...]:
    """Return the prefectures of a province, none where the code list has none."""
    regions = catalogue.load().regions
    held = (regions["kind"] == "prefecture") & (regions["parent"] == province)
    return tuple(regions.loc[held, "code"])


def is_province(region: str) -> bool:
    """Say whether a region stands directly below the nation."""
    return parent_of(region) == NATION


def level(region: str) -> tuple[str, ...]:
    """Return the regions that a region is ranked among: those of its level."""
    return tables.provinces() if is_province(region) else siblings(parent_of(region))


def benchmark_of(region: str) -> str:
    """Return whose figures a region's are held against: the nation's, or its province's."""
    return NATION if is_province(region) else parent_of(region)


def peer_choices(region: str, declared: PeerGroups) -> list[str]:
    """Return the groups that a region may be compared with, the usual one first."""
    own = [group.key for group in declared.groups_of(region)]
    return [*own, NEAREST] if is_province(region) else [SIBLINGS, *own, NEAREST]


def facts(
    region: str,
    group: str,
    rows: pd.DataFrame,
    verdicts: pd.DataFrame,
    nearest: pd.DataFrame,
    holdings: pd.DataFrame,
    parts: pd.DataFrame,
    declared: PeerGroups,
) -> Facts:
    """Return what is known of a region.

    `rows`: totals of the regions of its level and of its benchmark; `verdicts`, `nearest`: of
    all regions. A `group` that the region does not have gives its first.
    """
    choices = peer_choices(region, declared)
    group = group if group in choices else choices[0]
    near = nearest[nearest["region"] == region]
    known = {item.key: item.members for item in declared.groups_of(region)}
    peers = tuple(near["neighbour"]) if group == NEAREST else known.get(group, level(region))
    nation = benchmark_of(region)
    own = rows[rows["region"] == region]
    return Facts(
        region, nation, group, tuple(code for code in peers if code != region), own,
        compare.spine(at_newest(rows, own), region, peers, level(region), nation),
        verdicts[verdicts["region"] == region].reset_index(drop=True), near, holdings, parts,
    )  # fmt: skip


def at_newest(rows: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that a spine of one region looks at, few of many.

    All of the region's; the others' at the newest period that it has; and, where it has none,
    one row that says the indicator exists.
    """
    usable = comparable(own).dropna(subset="value")
    times = usable.assign(time=decimal_years(usable["period"])).sort_values(["time", "period"])
    newest = times.drop_duplicates("indicator", keep="last")
    here = (rows["indicator"] + rows["period"]).isin(newest["indicator"] + newest["period"])
    absent = ~rows["indicator"].isin(newest["indicator"]) & ~rows["indicator"].duplicated()
    return rows[here | absent | rows.index.isin(own.index)]
