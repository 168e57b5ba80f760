"""From the database to the facts of one region, and what belongs to all of its level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
import sqlalchemy as sa

from indicators import catalogue, holdings, maps, queries, tables, targets
from indicators.compare import PeerGroups, neighbours, read_peer_groups
from indicators.progress import Verdict, judge
from indicators.progress.frequency import times
from indicators.province.facts import Facts, below, gather, level, peer_choices
from indicators.province.sentences import Row, behind
from indicators.queries import Selection, Vintage
from indicators.targets import Register
from indicators.views import ALL, NATION


@dataclass(frozen=True)
class Judged:
    """The target register, the verdicts on it as of a day, and the figures that they rest on."""

    register: Register
    verdicts: pd.DataFrame
    aimed_at: pd.DataFrame
    day: str

    @cached_property
    def asked(self) -> dict[str, Row]:
        """The register's targets by their key."""
        return {row["target"]: row for row in self.register.target.to_dict("records")}


@dataclass(frozen=True)
class Shared:
    """What is told of the regions of one level, asked once for all of them.

    `facts`: by region and group of peers; `totals`: of those regions and of `parent`, which holds
    them; `citations`: of all their figures; `release`: its row.
    """

    parent: str
    vintage: Vintage
    facts: dict[tuple[str, str], Facts]
    totals: pd.DataFrame
    citations: pd.DataFrame
    judged: Judged
    declared: PeerGroups
    boundaries: maps.Boundaries
    release: dict[Any, Any]


@dataclass(frozen=True)
class Material:
    """All that a page or a briefing tells of one region is made of this."""

    shared: Shared
    facts: Facts

    @cached_property
    def citations(self) -> pd.DataFrame:
        """Where the region's figures stand, and those that its parts are held against."""
        every, used = self.shared.citations, (self.facts.own, self.facts.parts)
        keys = {key for rows in used for key in rows["citation"].unique()}
        return every[every["citation"].isin(keys)].reset_index(drop=True)

    @cached_property
    def behind(self) -> dict[str, Verdict]:
        """The verdicts on targets that are behind, with their projections, by target."""
        register, aimed_at = self.shared.judged.register, self.shared.judged.aimed_at
        found = {}
        for target in behind(self.facts.verdicts)["target"]:
            rows = targets.series_of(aimed_at, self.facts.region, register.record(target))
            asked = targets.engine_target(register, target)
            found[target] = judge(rows, asked, as_of=self.shared.judged.day)
        return found


def judged(engine: sa.Engine, number: int, day: str | None = None) -> Judged:
    """Return the register of a release and all verdicts on it, as of a day: by default today."""
    day = day or targets.today()
    register = Register(**queries.register(engine, number))
    aims = targets.applicable(register, tables.provinces())
    aimed_at = queries.observations_of(engine, targets.needed(register, aims), number)
    return Judged(register, targets.verdicts(register, aims, aimed_at, day), aimed_at, day)


def shared(
    engine: sa.Engine,
    vintage: Vintage,
    boundaries: maps.Boundaries,
    verdicts: Judged,
    parent: str = NATION,
) -> Shared:
    """Return what the regions below `parent` have in common, `verdicts` being those of all."""
    number, declared = vintage.release, read_peer_groups()
    regions = below(parent)
    totals = queries.figures_of_regions(engine, [parent, *regions], number)
    held = holdings.by_period(engine, number)
    parts = _parts(engine, [parent, *regions], held, number)
    alike = pd.concat([totals, *_industries(engine, declared, number)], ignore_index=True)
    nearest = neighbours(alike, declared, level(regions[0]))
    cited = {*totals["citation"].unique(), *parts["citation"].unique()}
    releases = queries.releases(engine).set_index("release", drop=False)
    return Shared(
        parent, vintage,
        gather(parent, totals, verdicts.verdicts, nearest, held, parts, declared),
        totals, queries.citations(engine, cited), verdicts, declared, boundaries,
        releases.loc[number].to_dict(),
    )  # fmt: skip


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
    rows = held.assign(place=times(held["period"]).frequency, end=times(held["period"]).end)
    rows = rows[rows["place"] >= 0]
    coarsest = rows.groupby("indicator")["place"].transform("min")
    rows = rows[~catalogue.is_flow(rows["indicator"]) | (rows["place"] == coarsest)]
    rows = rows.sort_values(["end", "provinces", "place"]).drop_duplicates("indicator", keep="last")
    return list(zip(rows["indicator"], rows["period"], strict=True))


def material(common: Shared, region: str, group: str = "") -> Material:
    """Return what is told of a region; a `group` of peers that it has not gives its first."""
    choices = peer_choices(region, common.declared)
    return Material(common, common.facts[region, group if group in choices else choices[0]])
