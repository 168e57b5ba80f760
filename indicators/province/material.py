"""From the database to the facts of one region, and what belongs to all of its level."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import pandas as pd
import sqlalchemy as sa

from indicators import catalogue, holdings, maps, queries, tables, targets
from indicators.compare import PeerGroups, neighbours, read_peer_groups
from indicators.progress import Verdict, judge
from indicators.province.facts import Facts, benchmark_of, facts, siblings
from indicators.province.sentences import behind
from indicators.queries import Selection, Vintage
from indicators.targets import Register
from indicators.views import ALL, NATION


class Judged(NamedTuple):
    """The target register, the verdicts on it, and the figures that they rest on."""

    register: Register
    verdicts: pd.DataFrame
    aimed_at: pd.DataFrame


@dataclass(frozen=True)
class Shared:
    """What all regions of one level have in common, asked once.

    `totals`: of those regions and of `parent`, which holds them; `release`: its row.
    """

    parent: str
    vintage: Vintage
    totals: pd.DataFrame
    nearest: pd.DataFrame
    holdings: pd.DataFrame
    judged: Judged
    declared: PeerGroups
    boundaries: maps.Boundaries
    release: dict[Any, Any]


@dataclass(frozen=True)
class Material:
    """All that a page or a briefing tells of one region is made of this."""

    shared: Shared
    facts: Facts
    citations: pd.DataFrame

    @cached_property
    def behind(self) -> dict[str, Verdict]:
        """The verdicts on targets that are behind, with their projections, by target."""
        register, _, aimed_at = self.shared.judged
        found = {}
        for target in behind(self.facts.verdicts)["target"]:
            rows = targets.series_of(aimed_at, self.facts.region, register.record(target))
            found[target] = judge(rows, targets.engine_target(register, target))
        return found


def judged(engine: sa.Engine, number: int) -> Judged:
    """Return the register of a release and all verdicts on it."""
    register = Register(**queries.register(engine, number))
    aims = targets.applicable(register, tables.provinces())
    aimed_at = queries.observations_of(engine, aims, number)
    return Judged(register, targets.verdicts(register, aims, aimed_at), aimed_at)


def shared(
    engine: sa.Engine,
    vintage: Vintage,
    boundaries: maps.Boundaries,
    verdicts: Judged,
    parent: str = NATION,
) -> Shared:
    """Return what the regions below `parent` have in common, `verdicts` being those of all."""
    number = vintage.release
    declared = read_peer_groups()
    below = tables.provinces() if parent == NATION else siblings(parent)
    totals = queries.figures_of_regions(engine, [parent, *below], number)
    releases = queries.releases(engine).set_index("release", drop=False)
    alike = pd.concat([totals, *_industries(engine, declared, number)], ignore_index=True)
    return Shared(
        parent, vintage, totals, neighbours(alike, declared, below),
        holdings.by_period(engine, number), verdicts, declared, boundaries,
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


def _parts(engine: sa.Engine, region: str, held: pd.DataFrame, number: int) -> pd.DataFrame:
    """Return the newest figures of industries and sizes, of a region and its benchmark.

    `held`: `holdings.by_period`.
    """
    known = catalogue.load()
    newest = held[held["industries"] | held["sizes"]].groupby("indicator")["period"].max()
    cells = [(str(indicator), str(period)) for indicator, period in newest.items()]
    sections = known.industries.loc[known.industries["level"] == "section", "code"]
    sizes = [code for code in known.sizes["code"] if code != ALL]
    return queries.parts(engine, cells, [region, benchmark_of(region)], sections, sizes, number)


def material(engine: sa.Engine, common: Shared, region: str, group: str = "") -> Material:
    """Return what is told of a region; `group` of peers: its first unless said."""
    found = facts(
        region, group, common.totals, common.judged.verdicts, common.nearest, common.holdings,
        _parts(engine, region, common.holdings, common.vintage.release), common.declared,
    )  # fmt: skip
    used = pd.concat([found.own, found.parts])
    return Material(common, found, queries.citations(engine, used["citation"]))
