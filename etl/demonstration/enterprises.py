"""Enterprises by province, section and size: who is certified, and what enterprises do.

The lowest cells are province × section × size × year. Uptake follows an S-curve of its own in
each cell, shifted until the certified enterprises are those of the province.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from etl.demonstration.certification import LEAVES, Certification
from etl.demonstration.world import (
    DECEMBER,
    MONTHS,
    NATION,
    SECTION_WEIGHT,
    SIZES,
    YEARS,
    Floats,
    World,
    apportion,
    by_region,
    figures,
)

YEAR_ENDS = [MONTHS[place] for place in DECEMBER]
CENSUSES = ("2018-12", "2023-12")
SIZE_SHARE = np.array([0.003, 0.016, 0.17, 0.76, 0.051])
HOLDER_SHARE = np.array([0.03, 0.13, 0.47, 0.34, 0.03])
# Where the S-curve of each size stands, as a logit: large enterprises are nearly through.
SIZE_LOGIT = np.array([3.6, 2.0, 0.0, -2.2, -2.6])
# indicator: the nation in 2024, growth a year, whether sizes are known, counted at year end.
ACTIVITIES = {
    "leading_practices": (2_600, 0.14, False, True),
    "excellence_awards": (1_900, 0.09, False, True),
    "people_trained": (5_400_000, 0.08, True, False),
    "association_events": (7_800, 0.05, False, False),
}


def industry_rows(world: World, cells: Certification) -> Iterator[pd.DataFrame]:
    """Yield certificates and organisations by section, size and division, at year ends."""
    chance = world.chance(5)
    weight = _cell_weights(world, chance, HOLDER_SHARE)
    held = _in_cells(cells.organisations[DECEMBER, :-1], weight)
    certificates = cells.certificates[DECEMBER, :, :-1].sum(axis=1)
    rest = certificates - held.sum(axis=(2, 3))
    skewed = weight * chance.lognormal(0, 0.15, weight.shape)
    issued = held + _in_cells(rest, skewed)
    yield from by_cells(world, "certified_organisations", YEAR_ENDS, held)
    yield from by_cells(world, "certificates_valid", YEAR_ENDS, issued)
    nation = held.sum(axis=(1, 3))
    yield from _divisions(world, "certified_organisations", YEAR_ENDS, nation)
    yield from _divisions(
        world, "certificates_valid", YEAR_ENDS, nation, issued.sum(axis=(1, 3)) - nation
    )


def enterprise_rows(world: World, cells: Certification) -> Iterator[pd.DataFrame]:
    """Yield the census's units, uptake and what certified enterprises do."""
    chance = world.chance(6)
    enterprises = _enterprises(world, chance)
    yield from _census(world, chance, enterprises)
    held = cells.leaf_organisations[DECEMBER, LEAVES.index("QMS"), :-1]
    certified = _certified(np.round(held * 0.94), enterprises, chance)
    yield from _uptake(world, certified, enterprises)
    yield from _shares(world, certified)
    gained = np.diff(certified, axis=0, prepend=np.round(certified[:1] * 0.93))
    first = np.maximum(gained, 0) + np.round(certified * 0.04)
    years = [str(year) for year in YEARS]
    yield from by_cells(world, "qms_new_organisations", years, first, total=True)
    lead = np.array([2.2, 1.6, 1.0, 0.6, 0.5])
    for indicator, begin, end in (
        ("integrated_certificates", 0.2, 0.42),
        ("tool_users", 0.04, 0.24),
    ):
        share = _s_curve(begin, end)[:, None, None, None] * lead
        used = np.round(certified * share * chance.lognormal(0, 0.1, certified.shape[1:]))
        yield from by_cells(world, indicator, YEAR_ENDS, np.minimum(used, certified), total=True)
        yield from _divisions(world, indicator, YEAR_ENDS, np.minimum(used, certified).sum((1, 3)))
    weight = _cell_weights(world, chance, HOLDER_SHARE)
    learnt = np.round(1_083_000 * np.clip(_s_curve(0.0, 1.0, middle=2020.2), 0.001, 1))
    campaign = apportion(learnt, world.weight)
    yield from by_cells(
        world, "campaign_enterprises", YEAR_ENDS, _in_cells(campaign, weight), total=True
    )
    for indicator, (level, growth, sized, stock) in ACTIVITIES.items():
        nation = np.round(
            world.path(indicator, level, growth) * chance.lognormal(0, 0.01, len(YEARS))
        )
        spread = world.weight * chance.lognormal(0, 0.25, len(world.provinces))
        counts = _in_cells(apportion(nation, spread), weight)
        yield from by_cells(
            world, indicator, YEAR_ENDS if stock else years, counts, total=True, sized=sized
        )


def _s_curve(begin: float, end: float, *, middle: float = 2019.5) -> Floats:
    years = np.array(YEARS, dtype=float)
    return np.asarray(begin + (end - begin) / (1 + np.exp(-0.9 * (years - middle))))


def _cell_weights(world: World, chance: np.random.Generator, sizes: Floats) -> Floats:
    """Return weights [province, section, size]."""
    sections = np.array([SECTION_WEIGHT.get(code, 1) for code in world.sections], float)
    shape = (len(world.provinces), len(sections))
    own = sections * chance.lognormal(0, 0.35, shape)
    return np.asarray(own[..., None] * sizes * chance.lognormal(0, 0.15, (*shape, len(sizes))))


def _in_cells(totals: Floats, weight: Floats) -> Floats:
    """Split totals [year, province] by weights [province, section, size]."""
    flat = apportion(totals, weight.reshape(len(weight), -1))
    return flat.reshape(*totals.shape, *weight.shape[1:])


def by_cells(
    world: World, indicator: str, periods: Sequence[str], counts: Floats, *,
    total: bool = False, sized: bool = True,
) -> Iterator[pd.DataFrame]:  # fmt: skip
    """Yield the margins of counts [period, province, section, size], nation and provinces.

    total: the totals and the prefectures too.
    """
    both = np.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1)
    axes = {"period": periods, "region": [*world.provinces, NATION]}
    yield figures(indicator, axes | {"industry": world.sections}, both.sum(axis=3))
    if sized:
        yield figures(indicator, axes | {"size": SIZES}, both.sum(axis=2))
    if total:
        yield from by_region(world, indicator, periods, counts.sum(axis=(2, 3)))


def _divisions(
    world: World, indicator: str, periods: Sequence[str], counts: Floats,
    rest: Floats | None = None,
) -> Iterator[pd.DataFrame]:  # fmt: skip
    """Yield the nation's counts [period, section] by division; `rest` is split apart and added."""
    chance = world.chance(7)
    for place, codes in world.divisions.items():
        weight = chance.lognormal(0, 0.7, len(codes))
        split = apportion(counts[:, place], weight)
        if rest is not None:
            split += apportion(rest[:, place], weight)
        axes = {"period": periods, "region": [NATION], "industry": codes}
        yield figures(indicator, axes, split[:, None, :])


def _enterprises(world: World, chance: np.random.Generator) -> Floats:
    """Return enterprises [year, province, section, size]; farming has none in the census."""
    weight = _cell_weights(world, chance, SIZE_SHARE)
    weight[:, world.sections.index("A")] = 0
    nation = np.round(world.path("enterprise_legal_units", 29_400_000, 0.08))
    spread = np.sqrt(world.weight * world.population / world.population.sum())
    return _in_cells(apportion(nation, spread), weight)


def _census(
    world: World, chance: np.random.Generator, enterprises: Floats
) -> Iterator[pd.DataFrame]:
    nation = enterprises.sum(axis=(1, 2, 3))
    legal = np.maximum(np.round(world.path("legal_units", 33_270_000, 0.08)), nation)
    sections = enterprises.sum(axis=3)
    spread = sections.sum(axis=2) * chance.lognormal(0, 0.05, sections.shape[1])
    others = apportion(legal - nation, spread)
    weight = np.array([SECTION_WEIGHT.get(code, 1) for code in world.sections], float) ** 0.3
    weight[world.sections.index("A")] = 0
    units = {
        "enterprise_legal_units": sections,
        "legal_units": sections + apportion(others, weight),
    }
    chosen = [YEAR_ENDS.index(period) for period in CENSUSES]
    for indicator, counts in units.items():
        held = counts[chosen]
        yield from by_cells(world, indicator, CENSUSES, held[..., None], total=True, sized=False)
        yield from _divisions(world, indicator, CENSUSES, held.sum(axis=1))
    every = np.round(units["legal_units"].sum(axis=2) * 1.07)
    yield from by_region(world, "legal_units_all", YEAR_ENDS, every)
    residents = world.population[None, :]
    yield from by_region(world, "population", ["2020-11"], residents)


def _certified(totals: Floats, enterprises: Floats, chance: np.random.Generator) -> Floats:
    """Return certified enterprises [year, province, section, size], never more than there are.

    The rate of a cell is 1 / (1 + exp(−(own + shift))); each province's shift is found by
    halving until the cells make up its total.
    """
    shape = enterprises.shape[1:]
    manufacturing = np.zeros(shape[1])
    manufacturing[2] = 1.3
    own = SIZE_LOGIT + (manufacturing + chance.normal(0, 0.5, shape[1]))[:, None]
    own = own + chance.normal(0, 0.25, shape)
    low, high = (np.full(totals.shape, bound) for bound in (-15.0, 15.0))
    for _ in range(50):
        middle = (low + high) / 2
        rate = 1 / (1 + np.exp(-(own + middle[..., None, None])))
        short = (enterprises * rate).sum(axis=(2, 3)) < totals
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    flat = (enterprises * rate).reshape(*totals.shape, -1)
    return apportion(np.round(flat.sum(axis=2)), flat).reshape(enterprises.shape)


def _uptake(world: World, certified: Floats, enterprises: Floats) -> Iterator[pd.DataFrame]:
    axes = {"period": YEAR_ENDS, "region": [*world.provinces, NATION]}
    by_section, by_size = {"industry": world.sections}, {"size": SIZES}
    for more, summed in (
        ({}, (2, 3)),
        (by_section, (3,)),
        (by_size, (2,)),
        (by_section | by_size, ()),
    ):
        above, below = (_summed(counts, summed) for counts in (certified, enterprises))
        yield rate_rows("uptake_rate", axes | more, above, below)
    below = world.in_prefectures(enterprises.sum(axis=(2, 3)))
    above = np.minimum(world.in_prefectures(certified.sum(axis=(2, 3))), below)
    places = {"period": YEAR_ENDS, "region": world.prefecture_codes}
    yield rate_rows("uptake_rate", places, above, below)


def _summed(counts: Floats, dimensions: tuple[int, ...]) -> Floats:
    """Append the nation to the provinces and add up over `dimensions`."""
    both = np.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1)
    return np.asarray(both.sum(axis=dimensions)) if dimensions else both


def rate_rows(
    indicator: str, axes: Mapping[str, Sequence[str]], above: Floats, below: Floats
) -> pd.DataFrame:
    """Return a percentage with its numerator and denominator; M where there is no whole."""
    with np.errstate(invalid="ignore", divide="ignore"):
        rows = figures(indicator, axes, above / below * 100, above, below)
    nothing = rows["denominator"] == 0
    rows.loc[nothing, ["value", "numerator", "denominator"]] = np.nan
    rows.loc[nothing, "status"] = "M"
    return rows


def _shares(world: World, certified: Floats) -> Iterator[pd.DataFrame]:
    """Yield each section's share of certified enterprises, and their growth on the year before."""
    sections = _summed(certified, (3,))
    whole = np.broadcast_to(sections.sum(axis=2, keepdims=True), sections.shape)
    years = [str(year) for year in YEARS]
    axes = {"region": [*world.provinces, NATION]}
    by_section = {"industry": world.sections}
    yield rate_rows(
        "qms_organisation_share", {"period": years} | axes | by_section, sections, whole
    )
    for more, counts in ((by_section, sections), ({}, sections.sum(axis=2))):
        before, now = counts[:-1], counts[1:]
        with np.errstate(invalid="ignore", divide="ignore"):
            growth = np.round((now / before - 1) * 100, 2)
        rows = figures("qms_organisation_growth", {"period": years[1:]} | axes | more, growth)
        # Growth from a handful says nothing.
        yield rows[(before >= 20).ravel()]
