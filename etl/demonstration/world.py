"""The ground of the demonstration world: its places, industries, times and public totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

from etl import intake
from indicators.catalogue import Catalogue
from indicators.periods import decimal_year
from indicators.store.opening import ROOT

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
YEARS = range(2015, 2026)
MONTHS = [f"{year}-{month:02d}" for year, month in product(YEARS, range(1, 13))]
TIME = np.array([round(decimal_year(month), 9) for month in MONTHS])
DECEMBER: Places = np.arange(11, len(MONTHS), 12)
QUARTER: Places = np.arange(2, len(MONTHS), 3)
NATION, ABROAD_TOO = "100000", "ALL"
SIZES = ["LARGE", "MEDIUM", "SMALL", "MICRO", "NOT_CLASSIFIED"]
# Rough shares of certified organisations by section, so that manufacturing leads.
SECTION_WEIGHT = dict(
    zip("ABCDEFGHIJKLMNOPQRST", [
        26, 6, 560, 12, 78, 84, 22, 8, 62, 4, 16, 46, 52, 18, 10, 6, 5, 5, 4, 1,
    ], strict=True)
)  # fmt: skip


@dataclass(frozen=True)
class World:
    """A seeded world on the catalogue's codes, scaled to the figures that are public."""

    catalogue: Catalogue
    seed: int

    def chance(self, part: int) -> np.random.Generator:
        """Return the chance of one part, so that a change to one leaves the others as they are."""
        return np.random.default_rng([self.seed, part])

    @cached_property
    def provinces(self) -> list[str]:
        """The 31 provinces that the national platform covers."""
        regions = self.catalogue.regions
        return list(regions.loc[(regions["kind"] == "province") & (regions["group"] != ""), "code"])

    @cached_property
    def prefectures(self) -> dict[int, list[str]]:
        """The prefectures of each province, by the province's place; none where none are listed."""
        regions = self.catalogue.regions[self.catalogue.regions["kind"] == "prefecture"]
        listed = {
            place: sorted(regions.loc[regions["parent"] == province, "code"])
            for place, province in enumerate(self.provinces)
        }
        return {place: codes for place, codes in listed.items() if codes}

    @cached_property
    def sections(self) -> list[str]:
        """The sections of GB/T 4754."""
        industries = self.catalogue.industries
        return list(industries.loc[industries["level"] == "section", "code"])

    @cached_property
    def divisions(self) -> dict[int, list[str]]:
        """The divisions of each section, by the section's place."""
        industries = self.catalogue.industries
        return {
            place: list(industries.loc[industries["parent"] == section, "code"])
            for place, section in enumerate(self.sections)
        }

    @cached_property
    def public(self) -> pd.DataFrame:
        """The figures that are public: indicator, period, scheme, industry, region, value."""
        return intake.shipped(ROOT / "data" / "raw", self.catalogue)

    def published(
        self, indicator: str, region: str = NATION, scheme: str = "ALL"
    ) -> dict[float, float]:
        """Return what is public of one figure, by decimal year (2020-12 is 2020.0), in order."""
        rows = self.public[
            (self.public["indicator"] == indicator)
            & (self.public["region"] == region)
            & (self.public["scheme"] == scheme)
            & self.public["industry"].isin(["ALL", "A", "C"])
        ].drop_duplicates(["period"])
        # A month's place to nine digits, so that every road to it gives the same key.
        found = {
            round(decimal_year(str(period)), 9): float(value)
            for period, value in zip(rows["period"], rows["value"], strict=True)
        }
        return dict(sorted(found.items()))

    @cached_property
    def population(self) -> Floats:
        """Residents of each province at the seventh census."""
        return np.array(
            [max(self.published("population", province).values()) for province in self.provinces]
        )

    @cached_property
    def weight(self) -> Floats:
        """Each province's share of valid certificates: the newest public one, else by residents."""
        whole = self.published("certificates_valid", ABROAD_TOO)
        share = np.full(len(self.provinces), np.nan)
        for place, province in enumerate(self.provinces):
            own = self.published("certificates_valid", province)
            if shared := own.keys() & whole.keys():
                share[place] = own[max(shared)] / whole[max(shared)]
        residents = self.population / self.population.sum()
        # Provinces without a public figure are below the average in every public ranking.
        share = np.where(np.isnan(share), residents * 0.45, share)
        return np.asarray(share / share.sum())

    @cached_property
    def parts(self) -> dict[int, Floats]:
        """Each prefecture's weight in its province; the first, the capital, weighs most."""
        chance = self.chance(1)
        made = {}
        for place, codes in self.prefectures.items():
            weight = chance.lognormal(0, 0.6, len(codes))
            weight[0] *= 2.5
            made[place] = weight / weight.sum()
        return made

    def in_prefectures(self, counts: Floats, noise: Floats | None = None) -> Floats:
        """Split counts [time, province] over all prefectures, in the order of `prefecture_codes`.

        `noise` is a factor for each prefecture.
        """
        split, first = [], 0
        for place, weight in self.parts.items():
            factor = 1 if noise is None else noise[first : first + len(weight)]
            split.append(apportion(counts[:, place], weight * factor))
            first += len(weight)
        return np.concatenate(split, axis=1) if split else np.empty((len(counts), 0))

    @property
    def prefecture_codes(self) -> list[str]:
        """All prefectures, province by province."""
        return [code for codes in self.prefectures.values() for code in codes]

    def path(self, indicator: str, level: float, growth: float) -> Floats:
        """Return the nation's yearly figures: through the public ones, else `level` in 2024.

        Beyond what is public it grows by `growth` a year.
        """
        known = year_ends(self.published(indicator)) or {2024.0: level}
        first, last = min(known), max(known)
        known[2014.0] = known[first] * (1 + growth) ** (2014 - first)
        known[2026.0] = known[last] * (1 + growth) ** (2026 - last)
        logarithms = {year: float(np.log(value)) for year, value in known.items()}
        return np.asarray(np.exp(line(logarithms, list(YEARS))))


def year_ends(points: dict[float, float]) -> dict[float, float]:
    """Return the points that stand at the end of a year."""
    return {time: value for time, value in points.items() if time == round(time)}


def line(points: dict[float, float], times: Floats | Sequence[int]) -> Floats:
    """Return straight lines through the points, level before the first and after the last."""
    known = sorted(points.items())
    made = np.interp(
        np.asarray(times, np.float64), [time for time, _ in known], [value for _, value in known]
    )
    return np.asarray(made)


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


def figures(
    indicator: str,
    axes: Mapping[str, Sequence[str]],
    values: npt.ArrayLike,
    numerator: npt.ArrayLike = np.nan,
    denominator: npt.ArrayLike = np.nan,
) -> pd.DataFrame:
    """Return the rows of an array whose dimensions are `axes`; what is not an axis is `ALL`."""
    values = np.asarray(values, np.float64)
    keys = {"scheme": "ALL", "industry": "ALL", "size": "ALL"}
    grid = np.indices(values.shape).reshape(values.ndim, -1)
    return pd.DataFrame({
        "indicator": indicator,
        **{name: code for name, code in keys.items() if name not in axes},
        **{
            name: np.array(codes, dtype=object)[place]
            for (name, codes), place in zip(axes.items(), grid, strict=True)
        },
        "value": values.ravel(),
        "status": "A",
        "confidentiality": "F",
        "numerator": np.broadcast_to(numerator, values.shape).ravel(),
        "denominator": np.broadcast_to(denominator, values.shape).ravel(),
    })  # fmt: skip


def by_region(
    world: World, indicator: str, periods: Sequence[str], counts: Floats, *, digits: int = 0
) -> Iterator[pd.DataFrame]:
    """Yield counts [period, province] for the nation, provinces and prefectures.

    `digits`: counts are in units of 10^-digits.
    """
    unit = 10.0**digits
    places = [
        (world.provinces, counts),
        ([NATION], counts.sum(axis=1, keepdims=True)),
        (world.prefecture_codes, world.in_prefectures(counts)),
    ]
    for regions, values in places:
        yield figures(indicator, {"period": periods, "region": regions}, values / unit)
