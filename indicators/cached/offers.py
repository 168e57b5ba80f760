"""What may be chosen: only what has figures in a release."""

from __future__ import annotations

import pandas as pd

from indicators import catalogue, holdings, views
from indicators.cached.database import engine, kept
from indicators.frequencies import mapped_periods
from indicators.queries import Selection, Vintage

# How many provinces, or prefectures, have a figure: by scheme, industry, size and period.
Offers = dict[str, dict[str, dict[str, dict[str, int]]]]


@kept
def choices(indicator: str, vintage: Vintage, within: str = views.NATION) -> pd.DataFrame:
    """Return `holdings.choices`."""
    return holdings.choices(engine(vintage.dataset), indicator, vintage.release, within)


@kept
def offers(indicator: str, vintage: Vintage, within: str = views.NATION) -> Offers:
    """Return where provinces have figures, or prefectures `within` one.

    In the order of the code lists, totals first; periods from the earliest on, of a flow those of
    its coarsest frequency.
    """
    known = catalogue.load()
    held = choices(indicator, vintage, within)
    held = held[held["provinces"] > 0]
    order = {"scheme": known.schemes, "industry": known.industries, "size": known.sizes}
    places = {
        name: held[name].map({code: at for at, code in enumerate(["ALL", *codes["code"]])})
        for name, codes in order.items()
    }
    # A code that the lists do not have has no name to be chosen by.
    held = held.iloc[
        pd.DataFrame(places | {"period": held["period"]}).reset_index(drop=True).dropna()
        .sort_values([*order, "period"]).index
    ]  # fmt: skip
    cells: dict[tuple[str, str, str], dict[str, int]] = {}
    for scheme, industry, size, period, provinces in zip(
        *(held[name].tolist() for name in (*order, "period", "provinces")), strict=True
    ):
        cells.setdefault((scheme, industry, size), {})[period] = provinces
    found: Offers = {}
    for (scheme, industry, size), periods in cells.items():
        if kept_periods := mapped_periods(indicator, periods):
            found.setdefault(scheme, {}).setdefault(industry, {})[size] = kept_periods
    return found


def provinces_by_period(held: Offers, selection: Selection) -> dict[str, int]:
    """Return how many provinces have a figure of a selection's slice in each period."""
    cell = held.get(str(selection.scheme), {}).get(str(selection.industry), {})
    return cell.get(str(selection.size), {})


def first_of(held: Offers, indicator: str) -> Selection:
    """Return the totals of an indicator or, without any, its first slice, at its best period."""
    scheme = next(iter(held))
    industry = next(iter(held[scheme]))
    size = next(iter(held[scheme][industry]))
    best = newest_with_most(held[scheme][industry][size])
    return Selection(indicator, best, industry, size, scheme)


def newest_with_most(periods: dict[str, int]) -> str:
    """Return the newest period, the last, among those that most provinces have a figure for."""
    order = list(periods)
    return max(periods, key=lambda period: (periods[period], order.index(period)))


@kept
def mapped(vintage: Vintage, within: str = views.NATION) -> list[str]:
    """Return the indicators that provinces have figures of, in the catalogue's order.

    `within` a province, those of its prefectures too.
    """
    keys = holdings.held_within(engine(vintage.dataset), views.NATION, vintage.release)
    if within != views.NATION:
        keys |= holdings.held_within(engine(vintage.dataset), within, vintage.release)
    return [key for key in catalogue.load().indicators if key in keys]


def indicator(key: str) -> catalogue.Indicator:
    """Return what an indicator means."""
    return catalogue.load().indicators[key]


def declared() -> int:
    """Return how many indicators the catalogue declares."""
    return len(catalogue.load().indicators)
