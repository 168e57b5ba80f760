"""Valid certificates, certified organisations and what happens to certificates in a month.

The lowest cells are scheme × province (and abroad) × month; every published total is a sum of
cells. An organisation may hold several schemes: a group's organisations lie between its largest
scheme's and the sum of its schemes', and the total between the groups' likewise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from etl.demonstration.world import (
    DECEMBER,
    MONTHS,
    QUARTER,
    TIME,
    YEAR_ENDS,
    Floats,
    World,
    apportion,
    figures,
    line,
)
from indicators.catalogue import Catalogue
from indicators.regions import ALL, NATION

# Two schemes stood where one does now, with this share of the first; between the two tables of
# products neither holds, and only the group is given.
FORMER = {
    "VOL_INDUSTRIAL": ("INDUSTRIAL_STATE", "INDUSTRIAL_GENERAL", 0.06),
    "FOOD_PRODUCT": ("FOOD_PRODUCT_STATE", "FOOD_PRODUCT_GENERAL", 0.73),
}


@dataclass(frozen=True)
class Schemes:
    """The catalogue's schemes: groups, and the leaves below them that are not former ones."""

    catalogue: Catalogue

    @cached_property
    def groups(self) -> dict[str, list[str]]:
        """The leaves of each group, in the catalogue's order."""
        former = [name for names in FORMER.values() for name in names[:2]]
        rows = self.catalogue.schemes
        rows = rows[~rows["code"].isin(former)]
        groups = rows.loc[rows["parent"] == ALL, "code"]
        return {group: list(rows.loc[rows["parent"] == group, "code"]) for group in groups}

    @property
    def leaves(self) -> list[str]:
        """All leaves, group by group."""
        return [leaf for leaves in self.groups.values() for leaf in leaves]

    def valid(self, scheme: str) -> list[bool]:
        """Return in which months figures of a scheme are given."""
        schemes = self.catalogue.schemes.set_index("code")
        begin, end = (str(schemes.at[scheme, name]) for name in ("valid_from", "valid_to"))
        months = [begin <= month <= (end or "9999") for month in MONTHS]
        if str(schemes.at[scheme, "parent"]) == "PRODUCT" and not (begin or end):
            new, former = (self.valid(name) for name in ("VOL_INDUSTRIAL", "INDUSTRIAL_STATE"))
            months = [either or other for either, other in zip(new, former, strict=True)]
        return months

    def by_group(self, cells: Floats) -> Floats:
        """Return the sums of cells [month, leaf, …] over the leaves of each group."""
        starts = np.cumsum([0, *map(len, self.groups.values())])[:-1]
        return np.asarray(np.add.reduceat(cells, starts, axis=1))


@dataclass(frozen=True)
class Certification:
    """Monthly cells: certificates and organisations [month, leaf, province and abroad]."""

    schemes: Schemes
    certificates: Floats
    leaf_organisations: Floats
    group_organisations: Floats
    organisations: Floats  # [month, province and abroad]

    def organisations_of(self, leaf: str) -> Floats:
        """Return the organisations of one leaf [month, province and abroad]."""
        return self.leaf_organisations[:, self.schemes.leaves.index(leaf)]


def certification(world: World) -> Certification:
    """Return the cells of a world: through every public national total, by month."""
    chance, schemes = world.chance(2), Schemes(world.catalogue)
    leaves = schemes.leaves
    whole, domestic = _national(world, "certificates_valid", 1_350_000, chance)
    holders, domestic_holders = _national(world, "certified_organisations", 440_000, chance)
    public = _public_leaves(world, schemes, "certificates_valid")
    in_all = apportion(whole, public)
    far = np.array([6.0 if leaf == "CCC" else 1.0 if leaf in FORMER else 0.15 for leaf in leaves])
    abroad = np.minimum(apportion(whole - domestic, in_all * far), in_all)
    # Every scheme has a holder abroad, so that its two totals are never the same.
    none = (abroad == 0) & (in_all > 1)
    abroad[:, leaves.index("CCC")] -= none.sum(axis=1)
    abroad += none
    cells = apportion(in_all - abroad, _province_weights(world, in_all - abroad, chance))
    certificates = np.concatenate([cells, abroad[..., None]], axis=2)

    per_certificate = _public_leaves(world, schemes, "certified_organisations")
    per_certificate /= np.maximum(public, 1)
    noise = np.exp(chance.normal(0, 0.02, (len(leaves), len(world.provinces) + 1)))
    rate = np.minimum(per_certificate[..., None] * noise, 1)
    upper = _group_holders(world, schemes, _holders(certificates, rate)).sum(axis=1)[:, -1]
    rate[..., -1] *= ((holders - domestic_holders) / (0.9 * np.maximum(upper, 1)))[:, None]
    leaf_holders = _holders(certificates, rate)
    groups = _group_holders(world, schemes, leaf_holders)
    low, high = groups.max(axis=1), groups.sum(axis=1)
    inland = _between(low[:, :-1], high[:, :-1], domestic_holders)
    outside = _between(low[:, -1:], high[:, -1:], holders - domestic_holders)
    totals = np.concatenate([inland, outside], axis=1)
    return Certification(schemes, certificates, leaf_holders, groups, totals)


def _holders(certificates: Floats, rate: Floats) -> Floats:
    """Return the organisations of each cell: none without a certificate, one at least with any."""
    return np.asarray(np.maximum(np.floor(certificates * np.minimum(rate, 1)), certificates > 0))


def _national(
    world: World, indicator: str, begin: float, chance: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the monthly totals with and without those abroad, through the public ones."""
    public, domestic = world.published(indicator, ALL), world.published(indicator)
    both = domestic.keys() & public.keys()
    share = line({time: domestic[time] / public[time] for time in both}, TIME)
    official = world.published(f"{indicator}_yearend")
    ends = {2014.0: begin, 2018.0: official[2018.0], 2026.0: public[max(public)] * 1.075}
    path = line({time: np.log(value) for time, value in (public | ends).items()}, TIME)
    path = np.exp(path + chance.normal(0, 0.0008, len(TIME)))
    total = np.round([public.get(time, value) for time, value in zip(TIME, path, strict=True)])
    return total, np.round(total * share)


def _public_leaves(world: World, schemes: Schemes, indicator: str) -> Floats:
    """Return the public figures by scheme [month, leaf], straight lines between them."""
    counts = []
    for leaf in schemes.leaves:
        points = world.published(indicator, ALL, leaf)
        if leaf in FORMER:
            state, general, _ = FORMER[leaf]
            second = world.published(indicator, ALL, general)
            for time, value in world.published(indicator, ALL, state).items():
                points[time] = value + second[time]
        ended = np.array(schemes.valid(leaf)) | (leaf in FORMER)
        counts.append(np.where(ended, line(points, TIME), 0))
    return np.stack(counts, axis=1)


def _province_weights(world: World, leaves: Floats, chance: np.random.Generator) -> Floats:
    """Return weights [month, leaf, province] whose margins are the leaves' and the provinces'.

    Iterative proportional fitting; each province drifts a little against the nation.
    """
    drift = chance.normal(0, 0.018, len(world.provinces))
    share = world.weight * np.exp(drift * (TIME[:, None] - 2024.0))
    share /= share.sum(axis=1, keepdims=True)
    fitted = share[:, None, :] * chance.lognormal(0, 0.2, (leaves.shape[1], len(world.provinces)))
    wanted = share * leaves.sum(axis=1, keepdims=True)
    for _ in range(25):
        fitted *= (wanted / np.maximum(fitted.sum(axis=1), 1e-9))[:, None, :]
        fitted *= (leaves / np.maximum(fitted.sum(axis=2), 1e-9))[..., None]
    return np.asarray(fitted)


def _group_holders(world: World, schemes: Schemes, holders: Floats) -> Floats:
    """Return the organisations of each group [month, group, region]: part ≤ group ≤ sum."""
    groups, high = [], schemes.by_group(holders)
    for place, (group, leaves) in enumerate(schemes.groups.items()):
        low = holders[:, [schemes.leaves.index(leaf) for leaf in leaves]].max(axis=1)
        public, *parts = (
            list(world.published("certified_organisations", ALL, scheme).values())[-1]
            for scheme in (group, *leaves)
        )
        share = np.clip((public - max(parts)) / (sum(parts) - max(parts)), 0, 1)
        groups.append(np.floor(low + share * (high[:, place] - low)))
    return np.stack(groups, axis=1)


def _between(low: Floats, high: Floats, totals: Floats) -> Floats:
    """Split totals over regions, each between its bounds."""
    room = np.maximum((high - low).sum(axis=1), 1)
    share = np.clip((totals - low.sum(axis=1)) / room, 0.02, 0.98)
    exact = low + share[:, None] * (high - low)
    return apportion(np.round(exact.sum(axis=1)), exact)


def _with_totals(counts: Floats) -> Floats:
    """Append the nation (without those abroad) and all to [..., province and abroad]."""
    nation = counts[..., :-1].sum(axis=-1, keepdims=True)
    return np.concatenate([counts[..., :-1], nation, nation + counts[..., -1:]], axis=-1)


def platform_rows(world: World, cells: Certification) -> Iterator[pd.DataFrame]:
    """Yield certificates and organisations by region, month and scheme."""
    regions = [*world.provinces, NATION, ALL]
    totals = (
        ("certificates_valid", cells.certificates.sum(axis=1), 0.08),
        ("certified_organisations", cells.organisations, 0),
    )
    below = {"period": [MONTHS[place] for place in QUARTER], "region": world.prefecture_codes}
    for indicator, counts, noise in totals:
        yield figures(indicator, {"period": MONTHS, "region": regions}, _with_totals(counts))
        yield figures(indicator, below, world.in_prefectures(counts[QUARTER, :-1], noise))
    for scheme, certificates, holders in _by_scheme(cells):
        valid = cells.schemes.valid(scheme)
        chosen = [place for place in QUARTER if valid[place]]
        periods = [MONTHS[place] for place in chosen]
        axes = {"period": periods, "scheme": [scheme], "region": regions}
        for indicator, counts in (
            ("certificates_valid", certificates),
            ("certified_organisations", holders),
        ):
            rows = figures(indicator, axes, _with_totals(counts[chosen])[:, None, :])
            if scheme == "CCC":  # the scope was reformed between the two tables of products
                rows.loc[rows["period"] == "2021-09", "status"] = "B"
            yield rows


def _by_scheme(cells: Certification) -> Iterator[tuple[str, Floats, Floats]]:
    """Yield each group and leaf, former ones too, its certificates and its organisations."""
    grouped = cells.schemes.by_group(cells.certificates)
    for place, group in enumerate(cells.schemes.groups):
        yield group, grouped[:, place], cells.group_organisations[:, place]
    for place, leaf in enumerate(cells.schemes.leaves):
        certificates, holders = cells.certificates[:, place], cells.leaf_organisations[:, place]
        yield leaf, certificates, holders
        if leaf in FORMER:
            state, general, share = FORMER[leaf]
            first = np.round(certificates * share)
            low = np.maximum(holders - (certificates - first), 0)
            first_holders = np.clip(np.round(holders * share), low, first)
            yield state, first, first_holders
            yield general, certificates - first, holders - first_holders


def registry_rows(world: World, cells: Certification) -> Iterator[pd.DataFrame]:
    """Yield what a registry counts each month: new − lapsed − withdrawn is the change of valid."""
    chance = world.chance(4)
    now = cells.certificates
    before = np.concatenate([np.round(now[:1] / 1.007), now[:-1]])
    season = 1 + 0.15 * np.cos(2 * np.pi * (TIME - 0.9))[:, None, None]
    # Conduct improves at a pace of each region's own; in some it worsens.
    pace = chance.normal(-0.04, 0.05, now.shape[2]) * (TIME[:, None] - 2020)
    pace = np.exp(pace + chance.normal(0, 0.25, now.shape[2]))[:, None, :]
    withdrawn = chance.poisson(before * 0.0012 * pace).clip(max=before)
    suspended = chance.poisson(before * 0.0042 * pace).clip(max=now)
    lapsed = np.minimum(chance.poisson(before * 0.016 * season), before - withdrawn)
    new = now - before + lapsed + withdrawn
    lapsed, new = lapsed - np.minimum(new, 0), np.maximum(new, 0)
    regions = [*world.provinces, NATION, ALL]
    axes = {"period": MONTHS, "region": regions}
    for indicator, holders in (
        ("registry_organisations_certified", cells.organisations),
        ("registry_qms_organisations", cells.organisations_of("QMS")),
    ):
        yield figures(indicator, axes, _with_totals(holders.astype(float)))
    for indicator, counts in (
        ("registry_certificates_valid", now),
        ("certificates_new", new),
        ("certificates_lapsed", lapsed),
        ("certificates_suspended", suspended),
        ("certificates_withdrawn", withdrawn),
    ):
        yield figures(indicator, axes, _with_totals(counts.sum(axis=1).astype(float)))
        # In a month there may be none abroad: the two totals are one, and only one is given.
        grouped = _with_totals(cells.schemes.by_group(counts.astype(float))[QUARTER])[..., :-1]
        quarters = [MONTHS[place] for place in QUARTER]
        of_groups = {"period": quarters, "scheme": list(cells.schemes.groups)}
        yield figures(indicator, of_groups | {"region": regions[:-1]}, grouped)


def yearend_rows(world: World, cells: Certification) -> Iterator[pd.DataFrame]:
    """Yield the official year-end report: the nation only, in ten thousands."""
    grouped = cells.schemes.by_group(cells.certificates)[DECEMBER].sum(axis=2)
    rounded = np.round(grouped.sum(axis=1) * 0.996 / 1e4)
    both = np.column_stack([rounded, apportion(rounded, grouped)]) * 1e4
    axes = {"period": YEAR_ENDS, "region": [NATION]}
    schemes = {"scheme": [ALL, *cells.schemes.groups]}
    yield figures("certificates_valid_yearend", axes | schemes, both[:, None, :])
    holders = np.round(cells.organisations[DECEMBER].sum(axis=1) * 0.999 / 1e3) * 1e3
    yield figures("certified_organisations_yearend", axes, holders[:, None])
