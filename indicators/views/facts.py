"""Everything known of one region, read once for all of its level: page and briefing tell of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd
import sqlalchemy as sa

from indicators import catalogue, code_names, target_register
from indicators.catalogue import tree
from indicators.compare import spine
from indicators.compare.neighbours import neighbours
from indicators.compare.peer_groups import PeerGroups, read_peer_groups
from indicators.drawing import charts
from indicators.drawing.boundary_files import Boundaries
from indicators.frequencies import one_frequency
from indicators.freshness import UNDATED, Freshness
from indicators.periods import times, today
from indicators.progress.verdict import Verdict, judge
from indicators.regions import ALL, NATION
from indicators.statuses import Gap, VerdictClass
from indicators.store import holdings, queries
from indicators.store.queries import Selection, Vintage
from indicators.target_register import Register
from indicators.views import objectives
from indicators.views.objectives import GRADE
from indicators.wording import Language, Wording

NEAREST, SIBLINGS = "nearest", "siblings"
OWN = "own"  # the reader's own group: its name goes on with the codes, `own-110000-310000`
WORST_FIRST = [
    VerdictClass.MOVING_AWAY,
    VerdictClass.MISSED,
    VerdictClass.LIMITED,
    VerdictClass.ACCELERATION_NEEDED,
]
Row = dict[Any, Any]


@dataclass(frozen=True)
class Facts:
    """One region's figures and how they stand; frames as their makers return them.

    nation: whose figures are the benchmark, the province's for a prefecture. peers: the codes
    compared with, by `group`. own, whole: totals of the region and of the nation, all periods.
    industry: the one that all figures and verdicts are of; apart: the indicators of which the
    region has figures, but none of it.
    spine: `spine.spine`.
    verdicts, nearest: the region's of `target_register.verdicts` and `neighbours.neighbours`.
    held: the indicators of which the region has a figure in whatever cell; sources: whose rows it
    has. holdings: `holdings.suppliers`; publishers: theirs. parts: `queries.parts` of the region
    and its benchmark. fresh: how old figures are.
    """

    region: str
    nation: str
    group: str
    peers: tuple[str, ...]
    own: pd.DataFrame
    whole: pd.DataFrame
    spine: pd.DataFrame
    verdicts: pd.DataFrame
    nearest: pd.DataFrame
    held: frozenset[str]
    sources: frozenset[str]
    holdings: Mapping[str, Mapping[str, int]]
    parts: pd.DataFrame
    publishers: code_names.Publishers = field(default_factory=dict)
    fresh: Freshness = UNDATED
    industry: str = ALL
    apart: frozenset[str] = frozenset()

    def name(self, words: Wording) -> str:
        """Return whose figures these are: the region, and the industry if it is one."""
        names = [tree().names(words.language)[self.region]]
        if self.industry != ALL:
            names.append(code_names.industry_name(self.industry, words))
        return " · ".join(names)

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
    """What the page shows: a region, its group of peers, the language, of which industry."""

    region: str
    group: str
    language: Language
    industry: str = ALL


def peer_choices(region: str, declared: PeerGroups) -> list[str]:
    """Return the groups that a region may be compared with, the usual one first."""
    own = [group.key for group in declared.groups_of(region)]
    return [*own, NEAREST] if tree().is_province(region) else [SIBLINGS, *own, NEAREST]


def gather(
    parent: str,
    rows: pd.DataFrame,
    verdicts: pd.DataFrame,
    nearest: pd.DataFrame,
    held: pd.DataFrame,
    parts: pd.DataFrame,
    declared: PeerGroups,
    publishers: code_names.Publishers,
    fresh: Freshness = UNDATED,
) -> dict[tuple[str, str], Facts]:
    """Return what is known of every region below `parent`, by region and group of peers.

    In one go, since what is asked of one region costs as much as what is asked of all. `rows`:
    totals of those regions and of the parent; `parts`: theirs by industry and size; `verdicts`,
    `nearest`: of all regions; `held`: `holdings.by_region`; `publishers`: of the sources.
    """
    regions = tree().children(parent)
    near, parts_of = by_region(nearest), by_region(parts)
    peers = {
        (region, group): _members(region, group, near[region], declared)
        for region in regions
        for group in peer_choices(region, declared)
    }
    found = spine.spines(rows, peers, tree().siblings(regions[0]), parent)
    spines = {
        key: spine.drop(columns=["region", "group"]).reset_index(drop=True)
        for key, spine in found.groupby(["region", "group"])
    }
    own, judged = by_region(rows), by_region(verdicts)
    suppliers, held_in = holdings.suppliers(held), by_region(held)
    return {
        (region, group): Facts(
            region,
            parent,
            group,
            peers=tuple(code for code in members if code != region),
            own=own[region],
            whole=own[parent],
            spine=spines.get((region, group), found.head(0)),
            verdicts=judged[region],
            nearest=near[region],
            held=frozenset(held_in[region].loc[held_in[region]["known"], "indicator"]),
            sources=frozenset(held_in[region]["source"]),
            holdings=suppliers,
            parts=pd.concat([parts_of[region], parts_of[parent]]),
            publishers=publishers,
            fresh=fresh,
        )
        for (region, group), members in peers.items()
    }


def _members(region: str, group: str, near: pd.DataFrame, declared: PeerGroups) -> Collection[str]:
    if group == NEAREST:
        return tuple(near["neighbour"])
    known = {item.key: item.members for item in declared.groups_of(region)}
    return known.get(group, tree().siblings(region))


def by_region(rows: pd.DataFrame) -> Mapping[str, pd.DataFrame]:
    """Return the rows of each region, none of a region that has none."""
    found = {str(region): held for region, held in rows.groupby("region")}
    return defaultdict(lambda: rows.head(0), found)


def assessed(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts that stand today, from figures or from evidence."""
    return verdicts[~verdicts["verdict"].isin([VerdictClass.NOT_ASSESSED, VerdictClass.STALE])]


def outstanding(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts of the past: the deadline is behind, its figure is not there."""
    return verdicts[verdicts["verdict"] == VerdictClass.STALE]


def standing_well(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts of targets that are met or on track."""
    return verdicts[[GRADE[VerdictClass(code)] == "good" for code in verdicts["verdict"]]]


def behind(verdicts: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts of targets that are behind or missed, the worst first."""
    order = {code: place for place, code in enumerate(WORST_FIRST)}
    chosen = verdicts[verdicts["verdict"].isin(WORST_FIRST)]
    return chosen.assign(order=chosen["verdict"].map(order)).sort_values(
        ["order", "acceleration"], ascending=[True, False], na_position="first"
    )


@dataclass(frozen=True)
class Judged:
    """The target register, the verdicts on it as of a day, and the figures that they rest on.

    citations: of those figures; fresh: how old figures are on that day.
    """

    register: Register
    verdicts: pd.DataFrame
    aimed_at: pd.DataFrame
    day: str
    citations: pd.DataFrame
    fresh: Freshness

    @cached_property
    def asked(self) -> dict[str, Row]:
        """The register's targets by their key."""
        return {row["target"]: row for row in self.register.target.to_dict("records")}

    def verdict(self, region: str, target: str) -> tuple[Verdict, pd.DataFrame]:
        """Return a verdict with its projection, and the figures that it rests on."""
        rows = target_register.series_of(self.aimed_at, region, self.register.record(target))
        asked = target_register.engine_target(self.register, target)
        return judge(rows, asked, as_of=self.day), rows

    @cached_property
    def _doubts(self) -> dict[Language, objectives.Doubts]:
        return {}

    def doubts(self, words: Wording) -> objectives.Doubts:
        """Return the doubts about the verdicts; asked once in a language."""
        if words.language not in self._doubts:
            told = self.verdicts, self.register, self.aimed_at, self.citations
            self._doubts[words.language] = objectives.doubts_of(*told, words, self.fresh)
        return self._doubts[words.language]


@dataclass(frozen=True)
class Shared:
    """What is told of the regions of one level, asked once for all of them.

    `engine`: where the figures are; `facts`: by region and group of peers; `totals`: of those
    regions and of `parent`, which holds them; `citations`: of all their figures; `release`: its
    row.
    """

    engine: sa.Engine
    parent: str
    vintage: Vintage
    facts: dict[tuple[str, str], Facts]
    totals: pd.DataFrame
    citations: pd.DataFrame
    judged: Judged
    declared: PeerGroups
    boundaries: Boundaries
    release: dict[Any, Any]


@dataclass(frozen=True)
class Material:
    """All that a page or a briefing tells of one region is made of this."""

    shared: Shared
    facts: Facts

    def every_figure(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return all figures of the region, of every cell and period, and their citations.

        Asked when a file is written: no page needs them.
        """
        engine, number, facts = self.shared.engine, self.shared.vintage.release, self.facts
        narrowed = None if facts.industry == ALL else facts.industry
        rows = queries.figures_of_region(engine, facts.region, number, narrowed)
        return rows, queries.citations(engine, rows["citation"].unique())

    @cached_property
    def citations(self) -> pd.DataFrame:
        """Where the region's figures stand, and those that its parts are held against."""
        every, used = self.shared.citations, (self.facts.own, self.facts.parts)
        keys = {key for rows in used for key in rows["citation"].unique()}
        return every[every["citation"].isin(keys)].reset_index(drop=True)

    @cached_property
    def behind(self) -> dict[str, Verdict]:
        """The verdicts on targets that are behind, with their projections, by target."""
        region, judged = self.facts.region, self.shared.judged
        targets = behind(self.facts.verdicts)["target"]
        return {target: judged.verdict(region, target)[0] for target in targets}


def judged(engine: sa.Engine, number: int, day: str | None = None) -> Judged:
    """Return the register of a release and all verdicts on it, as of a day: by default today."""
    day = day or today()
    register = Register(**queries.register(engine, number))
    aims = target_register.applicable(register, tree().provinces)
    aimed_at = queries.observations_of(engine, target_register.needed(register, aims), number)
    verdicts = target_register.verdicts(register, aims, aimed_at, day)
    cited = queries.citations(engine, aimed_at["citation"].unique())
    fresh = Freshness.of(catalogue.load(), holdings.origins(engine, number), day)
    return Judged(register, verdicts, aimed_at, day, cited, fresh)


def shared(
    engine: sa.Engine,
    vintage: Vintage,
    boundaries: Boundaries,
    verdicts: Judged,
    parent: str = NATION,
) -> Shared:
    """Return what the regions below `parent` have in common, `verdicts` being those of all."""
    number, declared = vintage.release, read_peer_groups()
    regions = tree().children(parent)
    totals = queries.figures_of_regions(engine, [parent, *regions], number)
    held = holdings.by_period(engine, number)
    parts = _parts(engine, [parent, *regions], held, number)
    alike = pd.concat([totals, *_industries(engine, declared, number)], ignore_index=True)
    nearest = neighbours(alike, declared, tree().siblings(regions[0]))
    cited = {*totals["citation"].unique(), *parts["citation"].unique()}
    releases = queries.releases(engine).set_index("release", drop=False)
    publishers = holdings.publishers(holdings.sources(engine, number))
    return Shared(
        engine,
        parent,
        vintage,
        facts=gather(
            parent,
            totals,
            verdicts.verdicts,
            nearest,
            holdings.by_region(engine, number),
            parts,
            declared,
            publishers,
            verdicts.fresh,
        ),
        totals=totals,
        citations=queries.citations(engine, cited),
        judged=verdicts,
        declared=declared,
        boundaries=boundaries,
        release=releases.loc[number].to_dict(),
    )


def of_industry(common: Shared, industry: str) -> Shared:
    """Return what the same regions have in common in one industry: its figures and targets.

    Who is like whom, and who could supply what is missing, is as in all industries.
    """
    engine, number, parent = common.engine, common.vintage.release, common.parent
    regions = tree().children(parent)
    totals = queries.figures_of_regions(engine, [parent, *regions], number, industry)
    below = set(totals["region"]) - {parent}
    counted = totals[totals["region"].isin(below)].groupby(["indicator", "period"])["region"]
    cells = newest_cells(counted.size().rename("provinces").reset_index())
    sizes = [code for code in catalogue.load().sizes["code"] if code != ALL]
    within = catalogue.industries().parts(industry)
    parts = queries.parts(engine, cells, [parent, *regions], within, sizes, number, industry)
    verdicts = common.judged.verdicts
    own = {facts.region: facts for facts in common.facts.values()}
    narrowed = gather(
        parent,
        totals,
        verdicts[verdicts["industry"] == industry],
        pd.concat([facts.nearest for facts in own.values()]),
        holdings.by_region(engine, number, industry),
        parts,
        common.declared,
        own[regions[0]].publishers,
        common.judged.fresh,
    )
    facts = {
        key: replace(
            found,
            industry=industry,
            apart=own[key[0]].held - found.held,
            holdings=own[key[0]].holdings,
        )
        for key, found in narrowed.items()
    }
    cited = {*totals["citation"].unique(), *parts["citation"].unique()}
    citations = queries.citations(engine, cited)
    return replace(common, facts=facts, totals=totals, citations=citations)


def _industries(engine: sa.Engine, declared: PeerGroups, number: int) -> list[pd.DataFrame]:
    """Return the figures of single industries that make regions alike."""
    return [
        queries.observations(
            engine, Selection(feature.indicator, None, industry=feature.industry), number
        )
        for feature in declared.features
        if feature.industry != ALL
    ]


def _parts(
    engine: sa.Engine, regions: Sequence[str], held: pd.DataFrame, number: int
) -> pd.DataFrame:
    """Return the newest figures of industries and sizes in regions; `held`: what there is."""
    known = catalogue.load()
    divided = held[held["industries"] | held["sizes"]]
    cells = newest_cells(divided)
    sections = known.industries.loc[known.industries["level"] == "section", "code"]
    sizes = [code for code in known.sizes["code"] if code != ALL]
    return queries.parts(engine, cells, regions, sections, sizes, number)


def newest_cells(held: pd.DataFrame) -> list[tuple[str, str]]:
    """Return each indicator's newest period: of a flow among those of its coarsest frequency.

    `held`: indicator, period, provinces. Of two periods that end together the one that more
    provinces have, then the finer.
    """
    read = times(held["period"], catalogue.covers_years(held["indicator"]))
    rows = held.assign(place=read.frequency, end=read.end)
    rows = rows[rows["place"] >= 0]
    coarsest = rows.groupby("indicator")["place"].transform("min")
    rows = rows[~catalogue.is_flow(rows["indicator"]) | (rows["place"] == coarsest)]
    rows = rows.sort_values(["end", "provinces", "place"]).drop_duplicates("indicator", keep="last")
    return list(zip(rows["indicator"], rows["period"], strict=True))


def own_group(codes: Iterable[str]) -> str:
    """Return the name of a reader's own group of regions."""
    return "-".join([OWN, *codes])


def material(common: Shared, region: str, group: str = "") -> Material:
    """Return what is told of a region; a `group` of peers that it has not gives its first."""
    choices = peer_choices(region, common.declared)
    if group.startswith(f"{OWN}-"):
        usual = common.facts[region, choices[0]]
        members = [code for code in group.split("-")[1:] if code != region]
        siblings = tree().siblings(region)
        found = spine.spines(common.totals, {(region, group): members}, siblings, common.parent)
        own = found.drop(columns=["region", "group"]).reset_index(drop=True)
        return Material(common, replace(usual, group=group, peers=tuple(members), spine=own))
    return Material(common, common.facts[region, group if group in choices else choices[0]])
