"""Everything known of one region, gathered from frames: the page and the briefing tell of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import pandas as pd

from indicators import catalogue, charts, compare, tables
from indicators.compare import Gap, PeerGroups
from indicators.frequencies import one_frequency
from indicators.wording import Language

NATION, NEAREST, SIBLINGS = "100000", "nearest", "siblings"


@dataclass(frozen=True)
class Facts:
    """One region's figures and how they stand; frames as their makers return them.

    nation: whose figures are the benchmark, the province's for a prefecture. peers: the codes
    compared with, by `group`. own: the region's totals, all periods. spine: `compare.spine`.
    verdicts: the region's of `targets.verdicts`. nearest: the region's of `compare.neighbours`.
    holdings: which sources have figures of an indicator, and of how many provinces. parts:
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
    holdings: Mapping[str, Mapping[str, int]]
    parts: pd.DataFrame

    @cached_property
    def lines(self) -> pd.DataFrame:
        """The region's totals as lines draw them: of one frequency each, in order of time."""
        own = self.own
        figures = own["value"].notna() & (own["confidentiality"] == "F")
        chosen = one_frequency(own, ["indicator"], figures)
        ends = chosen["period"].map(charts.period_end)
        return chosen.iloc[ends.argsort(kind="stable").to_numpy()]

    @cached_property
    def fair(self) -> pd.DataFrame:
        """The rows of the spine that are a fair comparison: no counts, no shares of a whole."""
        unfair = self.spine["benchmark_gap"].isin([Gap.COUNT, Gap.SHARE_OF_WHOLE])
        return self.spine[~unfair & self.spine["value"].notna()]


@dataclass(frozen=True)
class ProvinceView:
    """What the page shows: a region, its group of peers, the language."""

    region: str
    group: str
    language: Language


@cache
def parent_of(region: str) -> str:
    """Return the region that holds a region; raises `KeyError` for an unknown code."""
    regions = catalogue.load().regions
    return str(regions.set_index("code").at[region, "parent"])


@cache
def siblings(province: str) -> tuple[str, ...]:
    """Return the prefectures of a province, none where the code list has none."""
    regions = catalogue.load().regions
    held = (regions["kind"] == "prefecture") & (regions["parent"] == province)
    return tuple(regions.loc[held, "code"])


def is_province(region: str) -> bool:
    """Say whether a region stands directly below the nation."""
    return parent_of(region) == NATION


def below(parent: str) -> tuple[str, ...]:
    """Return the regions that one holds, those of the nation that no source covers among them."""
    return (*tables.provinces(), *tables.uncovered()) if parent == NATION else siblings(parent)


def level(region: str) -> tuple[str, ...]:
    """Return the regions that a region is ranked among: those of its level."""
    return tables.provinces() if is_province(region) else siblings(parent_of(region))


def peer_choices(region: str, declared: PeerGroups) -> list[str]:
    """Return the groups that a region may be compared with, the usual one first."""
    own = [group.key for group in declared.groups_of(region)]
    return [*own, NEAREST] if is_province(region) else [SIBLINGS, *own, NEAREST]


def gather(
    parent: str,
    rows: pd.DataFrame,
    verdicts: pd.DataFrame,
    nearest: pd.DataFrame,
    holdings: pd.DataFrame,
    parts: pd.DataFrame,
    declared: PeerGroups,
) -> dict[tuple[str, str], Facts]:
    """Return what is known of every region below `parent`, by region and group of peers.

    In one go, since what is asked of one region costs as much as what is asked of all. `rows`:
    totals of those regions and of the parent; `parts`: theirs by industry and size; `verdicts`,
    `nearest`: of all regions; `holdings`: `holdings.by_period`.
    """
    regions = below(parent)
    near, parts_of = by_region(nearest), by_region(parts)
    peers = {
        (region, group): _members(region, group, near[region], declared)
        for region in regions
        for group in peer_choices(region, declared)
    }
    found = compare.spines(rows, peers, level(regions[0]), parent)
    spines = {
        key: spine.drop(columns=["region", "group"]).reset_index(drop=True)
        for key, spine in found.groupby(["region", "group"])
    }
    own, judged = by_region(rows), by_region(verdicts)
    sources: dict[str, dict[str, int]] = defaultdict(dict)
    most = holdings.groupby(["indicator", "source"], as_index=False)["provinces"].max()
    for indicator, source, provinces in most.itertuples(index=False):
        sources[indicator][source] = provinces
    return {
        (region, group): Facts(
            region, parent, group, tuple(code for code in members if code != region), own[region],
            spines.get((region, group), found.head(0)), judged[region], near[region], sources,
            pd.concat([parts_of[region], parts_of[parent]]),
        )
        for (region, group), members in peers.items()
    }  # fmt: skip


def _members(region: str, group: str, near: pd.DataFrame, declared: PeerGroups) -> Collection[str]:
    if group == NEAREST:
        return tuple(near["neighbour"])
    known = {item.key: item.members for item in declared.groups_of(region)}
    return known.get(group, level(region))


def by_region(rows: pd.DataFrame) -> Mapping[str, pd.DataFrame]:
    """Return the rows of each region, none of a region that has none."""
    found = {str(region): held for region, held in rows.groupby("region")}
    return defaultdict(lambda: rows.head(0), found)
