"""What is counted or measured by region and year alone: bodies, revenue, pass rates, scores."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from etl.demonstration.certification import LEAVES, Certification
from etl.demonstration.enterprises import YEAR_ENDS, rate_rows
from etl.demonstration.world import (
    DECEMBER,
    NATION,
    YEARS,
    Floats,
    World,
    apportion,
    by_region,
    figures,
    line,
    year_ends,
)

ANNUAL = [str(year) for year in YEARS]
# indicator: the nation in 2024, growth a year; counted at year end.
STOCKS = {
    "certification_bodies": (1_300, 0.10),
    "accredited_certification_bodies": (260, 0.06),
    "inspection_bodies": (54_500, 0.05),
    "accredited_laboratories": (17_000, 0.08),
    "certification_staff": (150_000, 0.06),
    "inspection_staff": (1_560_000, 0.05),
    "certified_products": (128_000, 0.09),
    "premium_certified": (4_600, 0.16),
    "quality_brands": (21_000, 0.11),
    "central_enterprise_pacesetters": (620, 0.07),
    "departments_with_system": (3_900, 0.12),
}
# The same of a year, in hundredths of CNY 100 million.
REVENUES = {"certification_revenue": (52_000, 0.11), "inspection_revenue": (487_000, 0.08)}
# indicator: industry, the nation in 2015 and in 2025, how far provinces lie apart, the whole
# that the rate is taken of, how high it can be.
RATES = {
    "certification_coverage_rate": ("ALL", 8.0, 31.0, 5.0, 900_000, 60),
    "ccc_coverage": ("ALL", 91.0, 98.6, 1.0, 120_000, 100),
    "qms_rate_above_scale": ("C", 36.0, 64.0, 7.0, 480_000, 95),
    "current_standard_share": ("ALL", 4.0, 99.4, 0.4, 0, 100),
    "manufacturing_pass_rate": ("C", 93.2, 94.2, 0.7, 260_000, 99.5),
    "agricultural_monitoring_pass_rate": ("A", 96.6, 98.1, 0.5, 130_000, 99.9),
    "food_sampling_pass_rate": ("ALL", 96.8, 97.6, 0.5, 5_800_000, 99.9),
    "drug_sampling_pass_rate": ("ALL", 97.3, 99.4, 0.2, 210_000, 99.95),
    "industrial_supervision_pass_rate": ("C", 88.5, 93.0, 1.6, 170_000, 99),
    "agricultural_standardisation_rate": ("A", 28.0, 52.0, 6.0, 690_000, 90),
}
# indicator: industry, the nation in 2015 and in 2025, how far provinces lie apart.
SCORES = {
    "manufacturing_quality_competitiveness": ("C", 82.0, 86.0, 2.2),
    "service_satisfaction_life": ("ALL", 76.2, 82.3, 1.8),
    "service_satisfaction_public": ("ALL", 76.8, 82.1, 1.7),
}


def outcome_rows(world: World, cells: Certification) -> Iterator[pd.DataFrame]:
    """Yield the rows of all of them."""
    chance = world.chance(8)
    bodies: dict[str, Floats] = {}
    for indicator, (level, growth) in STOCKS.items():
        bodies[indicator] = _counts(world, indicator, level, growth, chance)
    for accredited, every in (
        ("accredited_certification_bodies", "certification_bodies"),
        ("accredited_laboratories", "inspection_bodies"),
    ):
        bodies[accredited] = np.minimum(bodies[accredited], bodies[every])
    approved = np.clip(0.9 + 0.008 * (np.array(YEARS) - 2015), 0, 0.985)[:, None]
    bodies["inspection_bodies_qualified"] = np.round(bodies["inspection_bodies"] * approved)
    for indicator, counts in bodies.items():
        yield from by_region(world, indicator, YEAR_ENDS, counts)
    yield _rate(
        world, "laboratory_qualification_rate", "ALL",
        bodies["inspection_bodies_qualified"], bodies["inspection_bodies"],
    )  # fmt: skip
    revenues = {
        indicator: _counts(world, indicator, level, growth, chance, digits=2)
        for indicator, (level, growth) in REVENUES.items()
    }
    revenues["tic_revenue"] = np.sum(list(revenues.values()), axis=0)
    for indicator, counts in revenues.items():
        yield from by_region(world, indicator, ANNUAL, counts, digits=2)
    yield from _rates(world, cells, chance)
    for indicator, (industry, begin, end, apart) in SCORES.items():
        values = _lines(world, indicator, begin, end, apart, chance)
        nation = (values * world.weight).sum(axis=1, keepdims=True)
        axes = {"period": ANNUAL, "region": [*world.provinces, NATION], "industry": [industry]}
        both = np.concatenate([values, nation], axis=1)
        yield figures(indicator, axes, np.round(both, 2)[..., None])
    yield from _national_only(chance)


def _counts(
    world: World, indicator: str, level: float, growth: float, chance: np.random.Generator, *,
    digits: int = 0,
) -> Floats:  # fmt: skip
    """Return whole counts [year, province], in units of 10^-digits."""
    nation = world.path(indicator, level / 10**digits, growth) * 10**digits
    drift = chance.normal(0, 0.03, len(world.provinces)) * (np.array(YEARS)[:, None] - 2020)
    base = np.sqrt(world.weight * world.population / world.population.sum())
    spread = base * np.exp(drift + chance.normal(0, 0.25, len(world.provinces)))
    spread = spread * chance.lognormal(0, 0.02, spread.shape)
    return apportion(np.round(nation), spread)


def _lines(
    world: World, indicator: str, begin: float, end: float, apart: float,
    chance: np.random.Generator, ceiling: float = 100,
) -> Floats:  # fmt: skip
    """Return yearly figures [year, province] about the nation's path; some provinces fall behind.

    The nation's path runs through what is public.
    """
    known = {2015.0: begin, 2025.0: end} | year_ends(world.published(indicator))
    path = line(known, list(YEARS))
    years = np.array(YEARS)[:, None]
    own = chance.normal(0, apart, len(world.provinces))
    pace = chance.normal(0, apart * 0.09, len(world.provinces)) * (years - 2020)
    noise = chance.normal(0, apart * 0.12, (len(years), len(world.provinces)))
    moved = own + pace + noise
    moved -= (moved * world.weight).sum(axis=1, keepdims=True)
    return np.asarray(np.clip(path[:, None] + moved, 0.5, ceiling))


def _rates(
    world: World, cells: Certification, chance: np.random.Generator
) -> Iterator[pd.DataFrame]:
    for indicator, (industry, begin, end, apart, whole, ceiling) in RATES.items():
        share = _lines(world, indicator, begin, end, apart, chance, ceiling)
        growth = np.round(whole * 1.03 ** (np.array(YEARS) - 2024))
        below = apportion(growth, world.weight)
        if indicator == "current_standard_share":
            below = cells.certificates[DECEMBER, LEAVES.index("QMS"), :-1]
            # A new edition replaces the old one along an S-curve.
            years = np.array(YEARS)[:, None] + chance.normal(0, 0.25, below.shape[1])
            share = begin + (end - begin) / (1 + np.exp(-1.5 * (years - 2018.4)))
        above = np.minimum(np.round(below * share / 100), below)
        rows = _rate(world, indicator, industry, above, below)
        if indicator == "food_sampling_pass_rate":  # sampled otherwise from then on
            rows.loc[rows["period"] == "2021", "status"] = "B"
        yield rows
        if indicator == "manufacturing_pass_rate":
            rate, nation = above / below, above.sum(axis=1) / below.sum(axis=1)
            gap = np.round((rate - nation[:, None]) * 100, 2)
            axes = {"period": ANNUAL, "region": world.provinces, "industry": [industry]}
            yield figures("manufacturing_pass_rate_gap", axes, gap[..., None])


def _rate(
    world: World, indicator: str, industry: str, above: Floats, below: Floats
) -> pd.DataFrame:
    axes = {"period": ANNUAL, "region": [*world.provinces, NATION], "industry": [industry]}
    parts = (
        np.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1)[..., None]
        for counts in (above, below)
    )
    return rate_rows(indicator, axes, *parts)


def _national_only(chance: np.random.Generator) -> Iterator[pd.DataFrame]:
    for indicator, begin, step in (
        ("mutual_recognition_arrangements", 8, 1.9),
        ("new_management_schemes", 6, 2.4),
    ):
        counts = begin + np.cumsum(chance.poisson(step, len(YEARS)))
        yield figures(indicator, {"period": ANNUAL, "region": [NATION]}, counts[:, None])
