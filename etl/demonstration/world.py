"""The ground of the demonstration world: its places, industries, times and public totals.

Counts are arrays whose last dimensions are places of the catalogue's codes; `figures` makes rows
of them. What stands below a total is split off by `apportion`, so that parts add up exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml

from etl import intake
from indicators.catalogue import Catalogue, tree
from indicators.periods import decimal_year
from indicators.regions import ALL, NATION
from indicators.settings import ROOT

Floats = npt.NDArray[np.float64]
YEARS = range(2015, 2026)
MONTHS = [f"{year}-{month:02d}" for year, month in product(YEARS, range(1, 13))]
TIME = np.array([round(decimal_year(month), 9) for month in MONTHS])
DECEMBER = np.arange(11, len(MONTHS), 12)
QUARTER = np.arange(2, len(MONTHS), 3)
ANNUAL = [str(year) for year in YEARS]
YEAR_ENDS = [MONTHS[place] for place in DECEMBER]
LEVELS = Path(__file__).parent / "levels.yaml"


@dataclass(frozen=True)
class World:
    """A seeded world on the catalogue's codes, scaled to the figures that are public."""

    catalogue: Catalogue
    seed: int

    def chance(self, part: int) -> np.random.Generator:
        """Return the chance of one part, so that a change to one leaves the others as they are."""
        return np.random.default_rng([self.seed, part])

    @cached_property
    def levels(self) -> dict[str, Any]:
        """What stands in levels.yaml."""
        return dict(yaml.safe_load(LEVELS.read_text(encoding="utf-8")))

    @cached_property
    def provinces(self) -> list[str]:
        """The 31 provinces that the national platform covers."""
        return list(tree().provinces)

    @cached_property
    def prefectures(self) -> dict[int, list[str]]:
        """The prefectures of each province that has any, by the province's place."""
        return _below(self.catalogue.regions, self.provinces)

    @property
    def prefecture_codes(self) -> list[str]:
        """All prefectures, province by province."""
        return [code for codes in self.prefectures.values() for code in codes]

    @cached_property
    def sections(self) -> list[str]:
        """The sections of GB/T 4754."""
        industries = self.catalogue.industries
        return list(industries.loc[industries["level"] == "section", "code"])

    @cached_property
    def divisions(self) -> dict[int, list[str]]:
        """The divisions of each section, by the section's place."""
        return _below(self.catalogue.industries, self.sections)

    @cached_property
    def public(self) -> pd.DataFrame:
        """The figures that are public: indicator, period, scheme, industry, region, value."""
        return intake.shipped(ROOT / "data" / "raw", self.catalogue)

    def published(
        self, indicator: str, region: str = NATION, scheme: str = ALL
    ) -> dict[float, float]:
        """Return what is public of one figure, by decimal year (2020-12 is 2020.0), in order."""
        rows = self.public[
            (self.public["indicator"] == indicator)
            & (self.public["region"] == region)
            & (self.public["scheme"] == scheme)
            & self.public["industry"].isin([ALL, "A", "C"])
        ].drop_duplicates(["period"])
        # A month's place to nine digits, so that every road to it gives the same key.
        points = {
            round(decimal_year(str(period)), 9): float(value)
            for period, value in zip(rows["period"], rows["value"], strict=True)
        }
        return dict(sorted(points.items()))

    @cached_property
    def population(self) -> Floats:
        """Residents of each province at the seventh census."""
        return np.array(
            [max(self.published("population", province).values()) for province in self.provinces]
        )

    @cached_property
    def weight(self) -> Floats:
        """Each province's share of valid certificates: the newest public one, else by residents."""
        whole = self.published("certificates_valid", ALL)
        # Provinces without a public figure are below the average in every public ranking.
        share = self.population / self.population.sum() * 0.45
        for place, province in enumerate(self.provinces):
            own = self.published("certificates_valid", province)
            if shared := own.keys() & whole.keys():
                share[place] = own[max(shared)] / whole[max(shared)]
        return np.asarray(share / share.sum())

    @property
    def spread(self) -> Floats:
        """Weights of the provinces between their certificates and their residents."""
        return np.asarray(np.sqrt(self.weight * self.population / self.population.sum()))

    @cached_property
    def parts(self) -> dict[int, Floats]:
        """Each prefecture's weight in its province; the first, the capital, weighs most."""
        chance = self.chance(1)
        weights = {}
        for place, codes in self.prefectures.items():
            weight = chance.lognormal(0, 0.6, len(codes))
            weight[0] *= 2.5
            weights[place] = weight / weight.sum()
        return weights

    def in_prefectures(self, counts: Floats, noise: float = 0) -> Floats:
        """Split counts [time, province] over all prefectures, ordered as `prefecture_codes`."""
        chance = self.chance(3)
        split = [
            apportion(counts[:, place], weight * np.exp(chance.normal(0, noise, len(weight))))
            for place, weight in self.parts.items()
        ]
        return np.concatenate(split, axis=1) if split else np.empty((len(counts), 0))

    def cell_weights(self, chance: np.random.Generator, column: int) -> Floats:
        """Return weights [province, section, size]; `column` of the sizes in levels.yaml."""
        sections = np.array([self.levels["sections"][code] for code in self.sections], float)
        sizes = self.by_size(column)
        own = sections * chance.lognormal(0, 0.35, (len(self.provinces), len(sections)))
        noise = chance.lognormal(0, 0.15, (*own.shape, len(sizes)))
        return np.asarray(own[..., None] * sizes * noise)

    def by_size(self, column: int) -> Floats:
        """Return a column of the sizes in levels.yaml."""
        return np.array([row[column] for row in self.levels["sizes"].values()])

    def path(self, indicator: str) -> Floats:
        """Return the nation's yearly figures: through the public ones, else as in levels.yaml."""
        level, growth = self.levels["counts"][indicator]
        points = year_ends(self.published(indicator)) or {2024.0: level}
        first, last = min(points), max(points)
        points[2014.0] = points[first] * (1 + growth) ** (2014 - first)
        points[2026.0] = points[last] * (1 + growth) ** (2026 - last)
        return np.asarray(np.exp(line({at: np.log(value) for at, value in points.items()}, YEARS)))


def _below(codes: pd.DataFrame, wholes: Sequence[str]) -> dict[int, list[str]]:
    parts = codes.sort_values("code").groupby("parent")["code"].agg(list)
    return {place: parts[whole] for place, whole in enumerate(wholes) if whole in parts}


def year_ends(points: dict[float, float]) -> dict[float, float]:
    """Return the points that stand at the end of a year."""
    return {time: value for time, value in points.items() if time == round(time)}


def line(points: Mapping[float, float], times: Floats | Sequence[int]) -> Floats:
    """Return straight lines through the points, level before the first and after the last."""
    at = sorted(points)
    return np.asarray(np.interp(np.asarray(times, np.float64), at, [points[time] for time in at]))


def apportion(totals: npt.ArrayLike, weights: npt.ArrayLike) -> Floats:
    """Split whole `totals` [...] by `weights` [..., parts]: largest remainders, exact sums."""
    totals, weights = np.asarray(totals, np.float64), np.asarray(weights, np.float64)
    weights = np.broadcast_to(weights, (*totals.shape, weights.shape[-1]))
    whole = weights.sum(axis=-1, keepdims=True)
    exact = totals[..., None] * weights / np.where(whole == 0, 1, whole)
    floor = np.floor(exact + 1e-9)
    short = np.round(totals - floor.sum(axis=-1)).astype(int)
    order = np.argsort(-(exact - floor), axis=-1, kind="stable")
    rank = np.argsort(order, axis=-1, kind="stable")
    return np.asarray(floor + (rank < short[..., None]))


def in_cells(totals: Floats, weight: Floats) -> Floats:
    """Split totals [time, province] by weights [province, section, size]."""
    flat = apportion(totals, weight.reshape(len(weight), -1))
    return flat.reshape(*totals.shape, *weight.shape[1:])


def with_nation(counts: Floats) -> Floats:
    """Append the nation to the provinces, the second dimension."""
    return np.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1)


def figures(
    indicator: str,
    axes: Mapping[str, Sequence[str]],
    values: npt.ArrayLike,
    numerator: npt.ArrayLike = np.nan,
    denominator: npt.ArrayLike = np.nan,
) -> pd.DataFrame:
    """Return the rows of an array whose dimensions are `axes`; what is not an axis is `ALL`."""
    values = np.asarray(values, np.float64)
    grid = np.indices(values.shape).reshape(values.ndim, -1)
    cells = {
        name: np.array(codes, dtype=object)[place]
        for (name, codes), place in zip(axes.items(), grid, strict=True)
    }
    totals = dict.fromkeys(("scheme", "industry", "size"), ALL)
    columns = {
        "value": values.ravel(),
        "status": "A",
        "confidentiality": "F",
        "numerator": np.broadcast_to(numerator, values.shape).ravel(),
        "denominator": np.broadcast_to(denominator, values.shape).ravel(),
    }
    return pd.DataFrame({"indicator": indicator} | totals | cells | columns)


def rate(
    indicator: str, axes: Mapping[str, Sequence[str]], above: Floats, below: Floats
) -> pd.DataFrame:
    """Return a percentage with its numerator and denominator; M where there is no whole."""
    with np.errstate(invalid="ignore", divide="ignore"):
        rows = figures(indicator, axes, above / below * 100, above, below)
    nothing = rows["denominator"] == 0
    rows.loc[nothing, ["value", "numerator", "denominator"]] = np.nan
    rows.loc[nothing, "status"] = "M"
    return rows


def by_region(
    world: World, indicator: str, periods: Sequence[str], counts: Floats, *, digits: int = 0
) -> Iterator[pd.DataFrame]:
    """Yield counts [period, province] for the nation, provinces and prefectures.

    `digits`: counts are in units of 10^-digits.
    """
    for regions, values in (
        ([*world.provinces, NATION], with_nation(counts)),
        (world.prefecture_codes, world.in_prefectures(counts)),
    ):
        yield figures(indicator, {"period": periods, "region": regions}, values / 10.0**digits)


def by_cells(
    world: World, indicator: str, periods: Sequence[str], *addends: Floats, total: bool = True
) -> Iterator[pd.DataFrame]:
    """Yield the margins that the catalogue adds up of counts [period, province, section, size].

    The counts are the sum of `addends`, each of which is split apart over the divisions. total:
    the totals, and the prefectures, too.
    """
    counts = np.sum(addends, axis=0)
    both = with_nation(counts)
    additive = world.catalogue.indicators[indicator].additive
    axes = {"period": periods, "region": [*world.provinces, NATION]}
    if total:
        yield from by_region(world, indicator, periods, counts.sum(axis=(2, 3)))
    if "size" in additive:
        yield figures(indicator, axes | {"size": list(world.levels["sizes"])}, both.sum(axis=2))
    if "industry" not in additive:
        return
    yield figures(indicator, axes | {"industry": world.sections}, both.sum(axis=3))
    chance = world.chance(7)
    for place, codes in world.divisions.items():
        weight = chance.lognormal(0, 0.7, len(codes))
        split = sum(apportion(part[:, :, place].sum(axis=(1, 2)), weight) for part in addends)
        nation = {"period": periods, "region": [NATION], "industry": codes}
        yield figures(indicator, nation, np.asarray(split)[:, None, :])
