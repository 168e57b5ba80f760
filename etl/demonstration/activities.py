"""Everything else: what enterprises do, and what is counted or measured by region and year.

Counts that the catalogue adds up over industries come from cells of province × section × size ×
year. Uptake follows an S-curve of its own in each cell, shifted until the certified enterprises
are those of the province. What remains is generated from levels.yaml by its kind.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from etl.demonstration.certificate_counts import Certification
from etl.demonstration.world import (
    ANNUAL,
    DECEMBER,
    YEAR_ENDS,
    YEARS,
    Floats,
    World,
    apportion,
    by_cells,
    by_region,
    figures,
    in_cells,
    line,
    rate,
    with_nation,
    year_ends,
)
from indicators.catalogue import Indicator
from indicators.regions import NATION

CENSUS = ("enterprise_legal_units", "legal_units")
CENSUSES = ("2018-12", "2023-12")


def industry_rows(world: World, cells: Certification) -> Iterator[pd.DataFrame]:
    """Yield certificates and organisations by section, size and division, at year ends."""
    chance = world.chance(5)
    weight = world.cell_weights(chance, 1)
    holders = in_cells(cells.organisations[DECEMBER, :-1], weight)
    certificates = cells.certificates[DECEMBER, :, :-1].sum(axis=1)
    skewed = weight * chance.lognormal(0, 0.15, weight.shape)
    further = in_cells(certificates - holders.sum(axis=(2, 3)), skewed)
    yield from by_cells(world, "certified_organisations", YEAR_ENDS, holders, total=False)
    yield from by_cells(world, "certificates_valid", YEAR_ENDS, holders, further, total=False)


def enterprise_rows(world: World, cells: Certification) -> Iterator[pd.DataFrame]:
    """Yield the census's units, and which enterprises are certified."""
    chance = world.chance(6)
    farming = world.sections.index("A")  # has none in the census
    weight = world.cell_weights(chance, 0)
    weight[:, farming] = 0
    nation = np.round(world.path("enterprise_legal_units"))
    enterprises = in_cells(apportion(nation, world.spread), weight)
    legal = np.maximum(np.round(world.path("legal_units")), nation)
    others = in_cells(apportion(legal - nation, world.spread), weight**0.3)
    chosen = [YEAR_ENDS.index(period) for period in CENSUSES]
    census = enterprises[chosen]
    yield from by_cells(world, "enterprise_legal_units", CENSUSES, census)
    yield from by_cells(world, "legal_units", CENSUSES, census, others[chosen])
    every = np.round((enterprises + others).sum(axis=(2, 3)) * 1.07)
    yield from by_region(world, "legal_units_all", YEAR_ENDS, every)
    yield from by_region(world, "population", ["2020-11"], world.population[None, :])

    holders = np.round(cells.organisations_of("QMS")[DECEMBER, :-1] * 0.94)
    certified = _certified(world, holders, enterprises, chance)
    yield from _uptake(world, certified, enterprises)
    yield from _shares(world, certified)
    gained = np.diff(certified, axis=0, prepend=np.round(certified[:1] * 0.93))
    first = np.maximum(gained, 0) + np.round(certified * 0.04)
    yield from by_cells(world, "qms_new_organisations", ANNUAL, first)


def _certified(
    world: World, totals: Floats, enterprises: Floats, chance: np.random.Generator
) -> Floats:
    """Return certified enterprises [year, province, section, size], never more than there are.

    The rate of a cell is 1 / (1 + exp(−(own + shift))); each province's shift is found by
    halving until the cells make up its total.
    """
    shape = enterprises.shape[1:]
    sections = np.asarray(chance.normal(0, 0.5, shape[1]))
    sections[world.sections.index("C")] += 1.3
    own = world.by_size(2) + sections[:, None] + chance.normal(0, 0.25, shape)
    low, high = (np.full(totals.shape, bound) for bound in (-15.0, 15.0))
    for _ in range(50):
        middle = (low + high) / 2
        share = 1 / (1 + np.exp(-(own + middle[..., None, None])))
        short = (enterprises * share).sum(axis=(2, 3)) < totals
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    flat = (enterprises * share).reshape(*totals.shape, -1)
    return apportion(np.round(flat.sum(axis=2)), flat).reshape(enterprises.shape)


def _uptake(world: World, certified: Floats, enterprises: Floats) -> Iterator[pd.DataFrame]:
    above, below = with_nation(certified), with_nation(enterprises)
    axes = {"period": YEAR_ENDS, "region": [*world.provinces, NATION]}
    section, size = {"industry": world.sections}, {"size": list(world.levels["sizes"])}
    yield rate("uptake_rate", axes, above.sum(axis=(2, 3)), below.sum(axis=(2, 3)))
    yield rate("uptake_rate", axes | section, above.sum(axis=3), below.sum(axis=3))
    yield rate("uptake_rate", axes | size, above.sum(axis=2), below.sum(axis=2))
    yield rate("uptake_rate", axes | section | size, above, below)
    below = world.in_prefectures(enterprises.sum(axis=(2, 3)))
    above = np.minimum(world.in_prefectures(certified.sum(axis=(2, 3))), below)
    axes = {"period": YEAR_ENDS, "region": world.prefecture_codes}
    yield rate("uptake_rate", axes, above, below)


def _shares(world: World, certified: Floats) -> Iterator[pd.DataFrame]:
    """Yield each section's share of certified enterprises, and their growth on the year before."""
    sections = with_nation(certified).sum(axis=3)
    whole = np.broadcast_to(sections.sum(axis=2, keepdims=True), sections.shape)
    region, section = {"region": [*world.provinces, NATION]}, {"industry": world.sections}
    axes = {"period": ANNUAL} | region | section
    yield rate("qms_organisation_share", axes, sections, whole)
    for more, counts in ((section, sections), ({}, sections.sum(axis=2))):
        before, now = counts[:-1], counts[1:]
        with np.errstate(invalid="ignore", divide="ignore"):
            growth = np.round((now / before - 1) * 100, 2)
        rows = figures("qms_organisation_growth", {"period": ANNUAL[1:]} | region | more, growth)
        # Growth from a handful says nothing.
        yield rows[(before >= 20).ravel()]


def remaining_rows(world: World) -> Iterator[pd.DataFrame]:
    """Yield the other counts of levels.yaml, its rates and its scores."""
    chance = world.chance(8)
    weight = world.cell_weights(chance, 1)
    counted: dict[str, Floats] = {}
    by_section: dict[str, Floats] = {}
    for key, item in world.catalogue.indicators.items():
        if key not in world.levels["counts"] or key in CENSUS:
            continue
        periods = ANNUAL if item.timing == "flow" else YEAR_ENDS
        if "region" not in item.additive:
            nation = np.round(world.path(key))[:, None]
            yield figures(key, {"period": periods, "region": [NATION]}, nation)
            continue
        whole = str(item.subset_of)
        counts = _counts(world, item, chance, counted.get(whole))
        counted[key] = counts
        if "industry" in item.additive:
            cells = in_cells(counts, weight)
            # Never more in a cell than there are of the whole, whatever rounding made of both.
            by_section[key] = np.minimum(cells, by_section.get(whole, cells))
            yield from by_cells(world, key, periods, by_section[key])
        else:
            for rows in by_region(world, key, periods, counts, digits=item.decimals):
                yield rows.assign(industry=item.industry)
    revenue = counted["certification_revenue"] + counted["inspection_revenue"]
    yield from by_region(world, "tic_revenue", ANNUAL, revenue, digits=2)
    axes = {"period": ANNUAL, "region": [*world.provinces, NATION]}
    parts = (counted["inspection_bodies_qualified"], counted["inspection_bodies"])
    yield rate("laboratory_qualification_rate", axes, *map(with_nation, parts))
    for key in world.levels["rates"]:
        yield from _measured(world, world.catalogue.indicators[key], chance)


def _counts(
    world: World, item: Indicator, chance: np.random.Generator, whole: Floats | None
) -> Floats:
    """Return counts [year, province] in units of the last decimal, at most those of the `whole`."""
    nation = np.round(world.path(item.key) * 10**item.decimals)
    noise = chance.normal(0, 0.02, (len(YEARS), len(world.provinces)))
    if whole is not None:
        return np.minimum(apportion(nation, whole * np.exp(noise)), whole)
    drift = chance.normal(0, 0.03, len(world.provinces)) * (np.array(YEARS)[:, None] - 2020)
    own = chance.normal(0, 0.25, len(world.provinces))
    return apportion(nation, world.spread * np.exp(drift + own + noise))


def _measured(world: World, item: Indicator, chance: np.random.Generator) -> Iterator[pd.DataFrame]:
    """Yield a rate or a score: the nation on its path, provinces apart, some falling behind."""
    level = world.levels["rates"][item.key]
    begin, end = level["nation"]
    points = {2015.0: begin, 2025.0: end} | year_ends(world.published(item.key))
    if item.shape == "logistic":
        logits = {time: np.log(value / (100 - value)) for time, value in points.items()}
        path = 100 / (1 + np.exp(-line(logits, YEARS)))
    else:
        path = line(points, YEARS)
    places, years = len(world.provinces), np.array(YEARS)[:, None]
    apart = chance.normal(0, 1, places) + chance.normal(0, 0.09, places) * (years - 2020)
    apart = level["apart"] * (apart + chance.normal(0, 0.12, (len(years), places)))
    apart -= (apart * world.weight).sum(axis=1, keepdims=True)
    values = np.clip(path[:, None] + apart, 0.5, level["ceiling"])
    axes = {"period": ANNUAL, "region": [*world.provinces, NATION], "industry": [item.industry]}
    if "of" not in level:
        nation = (values * world.weight).sum(axis=1, keepdims=True)
        yield figures(item.key, axes, np.round(np.append(values, nation, axis=1), 2)[..., None])
        return
    whole = np.round(level["of"] * 1.03 ** (years[:, 0] - 2024))
    below = with_nation(apportion(whole, world.weight))
    above = with_nation(np.round(below[:, :-1] * values / 100))
    rows = rate(item.key, axes, above[..., None], below[..., None])
    rows.loc[rows["period"] == str(level.get("broken")), "status"] = "B"
    yield rows
    if item.key == "manufacturing_pass_rate":
        share = above / below * 100
        gap = np.round(share[:, :-1] - share[:, -1:], 2)
        yield figures(f"{item.key}_gap", axes | {"region": world.provinces}, gap[..., None])
