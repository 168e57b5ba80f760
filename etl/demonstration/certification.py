"""Valid certificates, certified organisations and what happens to certificates in a month.

The lowest cells are scheme × province (and abroad) × month; every published total is a sum of
cells. An organisation may hold several schemes: a group's organisations lie between its largest
scheme's and the sum of its schemes', and the total between the groups' likewise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.demonstration.world import (
    ABROAD_TOO,
    DECEMBER,
    MONTHS,
    NATION,
    QUARTER,
    TIME,
    Floats,
    Places,
    World,
    apportion,
    figures,
    line,
)

GROUPS = {
    "MS": [
        "QMS", "EMS", "OHSMS", "FOOD_MS", "ISMS", "ITSM", "MMS", "FOREST", "ENMS", "IPMS",
        "OTHER_MS",
    ],
    "PRODUCT": ["CCC", "VOL_INDUSTRIAL", "FOOD_PRODUCT"],
    "SERVICE": ["SERVICE_STATE", "SERVICE_GENERAL"],
}  # fmt: skip
LEAVES = [leaf for leaves in GROUPS.values() for leaf in leaves]
# Until March 2019 two schemes stood where one does now; from then to July 2021 neither table
# of products holds, and only the group is given.
FORMER = {
    "VOL_INDUSTRIAL": ["INDUSTRIAL_STATE", "INDUSTRIAL_GENERAL"],
    "FOOD_PRODUCT": ["FOOD_PRODUCT_STATE", "FOOD_PRODUCT_GENERAL"],
}
FORMER_END, NEW_BEGIN, FOREST_END = "2019-03", "2021-07", "2021-07"
STATE_SHARE = {"VOL_INDUSTRIAL": 0.06, "FOOD_PRODUCT": 0.73}


@dataclass(frozen=True)
class Certification:
    """Monthly cells: certificates and organisations [month, leaf, province and abroad]."""

    certificates: Floats
    leaf_organisations: Floats
    group_organisations: Floats
    organisations: Floats  # [month, province and abroad]


def certification(world: World) -> Certification:
    """Return the cells of a world: through every public national total, by month."""
    chance = world.chance(2)
    whole, domestic = _national(world, "certificates_valid", 1_350_000, chance)
    holders, domestic_holders = _national(world, "certified_organisations", 440_000, chance)
    leaves = _public_leaves(world, "certificates_valid")
    in_all = apportion(whole, leaves)
    far = np.array([6.0 if leaf == "CCC" else 1.0 if leaf in FORMER else 0.15 for leaf in LEAVES])
    abroad = np.minimum(apportion(whole - domestic, in_all * far), in_all)
    # Every scheme has a holder abroad, so that its two totals are never the same.
    none = (abroad == 0) & (in_all > 1)
    abroad[:, LEAVES.index("CCC")] -= none.sum(axis=1)
    abroad += none
    cells = apportion(in_all - abroad, _province_weights(world, in_all - abroad, chance))
    certificates = np.concatenate([cells, abroad[..., None]], axis=2)

    per_certificate = _public_leaves(world, "certified_organisations") / np.maximum(leaves, 1)
    spread = np.exp(chance.normal(0, 0.02, (len(LEAVES), len(world.provinces) + 1)))
    rate = np.minimum(per_certificate[..., None] * spread, 1)
    upper = _groups(world, _holders(certificates, rate)).sum(axis=1)[:, -1]
    rate[..., -1] *= ((holders - domestic_holders) / (0.9 * np.maximum(upper, 1)))[:, None]
    held = _holders(certificates, rate)
    groups = _groups(world, held)
    low, high = groups.max(axis=1), groups.sum(axis=1)
    totals = np.concatenate(
        [
            _between(low[:, :-1], high[:, :-1], domestic_holders),
            _between(low[:, -1:], high[:, -1:], holders - domestic_holders),
        ],
        axis=1,
    )
    return Certification(certificates, held, groups, totals)


def _holders(certificates: Floats, rate: Floats) -> Floats:
    """Return the organisations of each cell: none without a certificate, one at least with any."""
    held = np.floor(certificates * np.minimum(rate, 1))
    return np.asarray(np.maximum(held, certificates > 0))


def _national(
    world: World, indicator: str, begin: float, chance: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return the monthly totals with and without those abroad, through the public ones."""
    known, domestic = world.published(indicator, ABROAD_TOO), world.published(indicator)
    share = line(
        {time: domestic[time] / known[time] for time in domestic.keys() & known.keys()}, TIME
    )
    official = world.published(f"{indicator}_yearend")
    ends = {2014.0: begin, 2018.0: official[2018.0], 2026.0: known[max(known)] * 1.075}
    path = line({time: float(np.log(value)) for time, value in (known | ends).items()}, TIME)
    path = np.exp(path + chance.normal(0, 0.0008, len(TIME)))
    path = np.array([known.get(time, value) for time, value in zip(TIME, path, strict=True)])
    total = np.round(path)
    return total, np.round(total * share)


def _public_leaves(world: World, indicator: str) -> Floats:
    """Return the public figures by scheme [month, leaf], straight lines between them."""
    made = []
    for leaf in LEAVES:
        known = world.published(indicator, ABROAD_TOO, leaf)
        former = [world.published(indicator, ABROAD_TOO, name) for name in FORMER.get(leaf, [])]
        for time in former[0] if former else ():
            known[time] = sum(points[time] for points in former)
        counts = line(known, TIME)
        ended = leaf == "FOREST"
        made.append(np.where([ended and month > FOREST_END for month in MONTHS], 0, counts))
    return np.stack(made, axis=1)


def _province_weights(world: World, leaves: Floats, chance: np.random.Generator) -> Floats:
    """Return weights [month, leaf, province] whose margins are the leaves' and the provinces'.

    Iterative proportional fitting; each province drifts a little against the nation.
    """
    drift = chance.normal(0, 0.018, len(world.provinces))
    share = world.weight * np.exp(drift * (TIME[:, None] - 2024.0))
    share /= share.sum(axis=1, keepdims=True)
    fitted = share[:, None, :] * chance.lognormal(0, 0.2, (len(LEAVES), len(world.provinces)))
    wanted = share * leaves.sum(axis=1, keepdims=True)
    for _ in range(25):
        fitted *= (wanted / np.maximum(fitted.sum(axis=1), 1e-9))[:, None, :]
        fitted *= (leaves / np.maximum(fitted.sum(axis=2), 1e-9))[..., None]
    return np.asarray(fitted)


def _groups(world: World, held: Floats) -> Floats:
    """Return the organisations of each group [month, group, region]: part ≤ group ≤ sum."""
    made, first = [], 0
    for group, leaves in GROUPS.items():
        parts = held[:, first : first + len(leaves)]
        first += len(leaves)
        low, high = parts.max(axis=1), parts.sum(axis=1)
        public, *known = (
            list(world.published("certified_organisations", ABROAD_TOO, scheme).values())[-1]
            for scheme in (group, *leaves)
        )
        share = (public - max(known)) / (sum(known) - max(known))
        made.append(np.floor(low + np.clip(share, 0, 1) * (high - low)))
    return np.stack(made, axis=1)


def _between(low: Floats, high: Floats, totals: Floats) -> Floats:
    """Split totals over regions, each between its bounds."""
    room = (high - low).sum(axis=1)
    share = np.clip((totals - low.sum(axis=1)) / np.maximum(room, 1), 0.02, 0.98)
    exact = low + share[:, None] * (high - low)
    return apportion(np.round(exact.sum(axis=1)), exact)


def platform_rows(world: World, cells: Certification) -> Iterator[pd.DataFrame]:
    """Yield certificates and organisations by region, month and scheme."""
    chance = world.chance(3)
    regions = [*world.provinces, NATION, ABROAD_TOO]
    quarters = [MONTHS[place] for place in QUARTER]
    totals = {
        "certificates_valid": cells.certificates.sum(axis=1),
        "certified_organisations": cells.organisations,
    }
    for indicator, counts in totals.items():
        yield figures(indicator, {"period": MONTHS, "region": regions}, _with_totals(counts))
    held = world.in_prefectures(cells.organisations[QUARTER, :-1])
    noise = np.exp(chance.normal(0, 0.08, held.shape[1]))
    certificates = world.in_prefectures(totals["certificates_valid"][QUARTER, :-1], noise)
    for indicator, counts in (
        ("certificates_valid", certificates), ("certified_organisations", held),
    ):  # fmt: skip
        yield figures(indicator, {"period": quarters, "region": world.prefecture_codes}, counts)
    grouped = _sum_groups(cells.certificates)
    for place, group in enumerate(GROUPS):
        yield from _scheme(
            group,
            quarters,
            regions,
            grouped[:, place],
            cells.group_organisations[:, place],
            QUARTER,
        )
    for place, leaf in enumerate(LEAVES):
        yield from _leaf_rows(
            leaf, regions, cells.certificates[:, place], cells.leaf_organisations[:, place]
        )


def _with_totals(counts: Floats) -> Floats:
    """Append the nation (without those abroad) and all to [..., province and abroad]."""
    nation = counts[..., :-1].sum(axis=-1, keepdims=True)
    return np.concatenate([counts[..., :-1], nation, nation + counts[..., -1:]], axis=-1)


def _sum_groups(cells: Floats) -> Floats:
    ends = np.cumsum([0, *(len(leaves) for leaves in GROUPS.values())])[:-1]
    return np.asarray(np.add.reduceat(cells, ends, axis=1))


def _leaf_rows(
    leaf: str, regions: list[str], certificates: Floats, held: Floats
) -> Iterator[pd.DataFrame]:
    months = np.array(MONTHS)[QUARTER]
    if leaf == "FOREST":
        places = [QUARTER[months <= FOREST_END]]
    elif leaf in GROUPS["PRODUCT"]:
        places = [QUARTER[months >= NEW_BEGIN]]
        former = QUARTER[months <= FORMER_END]
        if leaf in FORMER:
            yield from _former_rows(leaf, regions, certificates, held, former)
        else:
            places.append(former)
    else:
        places = [QUARTER]
    for chosen in places:
        periods = [MONTHS[place] for place in chosen]
        yield from _scheme(leaf, periods, regions, certificates, held, chosen)


def _former_rows(
    leaf: str, regions: list[str], certificates: Floats, held: Floats, chosen: Places
) -> Iterator[pd.DataFrame]:
    state = np.round(certificates * STATE_SHARE[leaf])
    low = held - (certificates - state)
    state_held = np.clip(np.round(held * STATE_SHARE[leaf]), np.maximum(low, 0), state)
    periods = [MONTHS[place] for place in chosen]
    names = FORMER[leaf]
    yield from _scheme(names[0], periods, regions, state, state_held, chosen)
    yield from _scheme(names[1], periods, regions, certificates - state, held - state_held, chosen)


def _scheme(
    scheme: str, periods: list[str], regions: list[str], certificates: Floats, held: Floats,
    chosen: Places,
) -> Iterator[pd.DataFrame]:  # fmt: skip
    axes = {"period": periods, "scheme": [scheme], "region": regions}
    for indicator, counts in (
        ("certificates_valid", certificates), ("certified_organisations", held),
    ):  # fmt: skip
        rows = figures(indicator, axes, _with_totals(counts[chosen])[:, None, :])
        if scheme == "CCC":  # the scope was reformed between the two tables
            rows["status"] = np.where(rows["period"] == min(
                (period for period in periods if period >= NEW_BEGIN), default=""
            ), "B", "A")  # fmt: skip
        yield rows


def registry_rows(world: World, cells: Certification) -> Iterator[pd.DataFrame]:
    """Yield what a registry counts each month: new − lapsed − withdrawn is the change of valid."""
    chance = world.chance(4)
    now = cells.certificates
    before = np.concatenate([np.round(now[:1] / 1.007), now[:-1]])
    season = 1 + 0.15 * np.cos(2 * np.pi * (TIME - 0.9))
    # Conduct improves at a pace of each region's own; in some it worsens.
    pace = np.exp(
        chance.normal(-0.04, 0.05, now.shape[2]) * (TIME[:, None] - 2020)
        + chance.normal(0, 0.25, now.shape[2])
    )[:, None, :]
    withdrawn = chance.poisson(before * 0.0012 * pace).clip(max=before)
    suspended = chance.poisson(before * 0.0042 * pace).clip(max=now)
    lapsed = np.minimum(chance.poisson(before * 0.016 * season[:, None, None]), before - withdrawn)
    new = now - before + lapsed + withdrawn
    lapsed, new = lapsed - np.minimum(new, 0), np.maximum(new, 0)
    regions = [*world.provinces, NATION, ABROAD_TOO]
    held = {
        "registry_organisations_certified": cells.organisations,
        "registry_qms_organisations": cells.leaf_organisations[:, LEAVES.index("QMS")],
    }
    for indicator, counts in held.items():
        whole = _with_totals(counts.astype(float))
        yield figures(indicator, {"period": MONTHS, "region": regions}, whole)
    counted = {
        "registry_certificates_valid": now, "certificates_new": new,
        "certificates_lapsed": lapsed, "certificates_suspended": suspended,
        "certificates_withdrawn": withdrawn,
    }  # fmt: skip
    for indicator, counts in counted.items():
        whole = _with_totals(counts.sum(axis=1).astype(float))
        yield figures(indicator, {"period": MONTHS, "region": regions}, whole)
        # In a month there may be none abroad: the two totals are one, and only one is given.
        grouped = _with_totals(_sum_groups(counts.astype(float))[QUARTER])[..., :-1]
        axes = {
            "period": [MONTHS[place] for place in QUARTER],
            "scheme": list(GROUPS),
            "region": regions[:-1],
        }
        yield figures(indicator, axes, grouped)


def yearend_rows(world: World, cells: Certification) -> Iterator[pd.DataFrame]:
    """Yield the official year-end report: the nation only, in ten thousands."""
    periods = [MONTHS[place] for place in DECEMBER]
    grouped = _sum_groups(cells.certificates)[DECEMBER].sum(axis=2)
    rounded = np.round(grouped.sum(axis=1) * 0.996 / 1e4)
    parts = apportion(rounded, grouped) * 1e4
    yield figures(
        "certificates_valid_yearend",
        {"period": periods, "region": [NATION], "scheme": ["ALL", *GROUPS]},
        np.concatenate([rounded[:, None] * 1e4, parts], axis=1)[:, None, :],
    )
    holders = np.round(cells.organisations[DECEMBER].sum(axis=1) * 0.999 / 1e3) * 1e3
    yield figures(
        "certified_organisations_yearend", {"period": periods, "region": [NATION]}, holders[:, None]
    )
