"""What may be chosen: only what has figures in a release."""

from __future__ import annotations

from typing import NamedTuple

from indicators import catalogue, holdings, views
from indicators.cached.database import engine, kept
from indicators.queries import Vintage


class Offer(NamedTuple):
    """One thing that may be chosen: where provinces have figures of an indicator."""

    scheme: str
    industry: str
    size: str
    period: str
    provinces: int


@kept
def offers(indicator: str, vintage: Vintage, within: str = views.NATION) -> list[Offer]:
    """Return where provinces have figures, or prefectures `within` one.

    In the order of the code lists, totals first.
    """
    known = catalogue.load()
    order = {
        name: {code: place for place, code in enumerate(["ALL", *codes["code"]])}
        for name, codes in (
            ("scheme", known.schemes), ("industry", known.industries), ("size", known.sizes),
        )
    }  # fmt: skip
    choices = holdings.choices(engine(vintage.dataset), indicator, vintage.release, within)
    found = [
        Offer(*row) for row in choices[list(Offer._fields)].itertuples(index=False) if row.provinces
    ]
    return sorted(
        found, key=lambda offer: [codes[getattr(offer, name)] for name, codes in order.items()]
    )


def newest_with_most(held: list[Offer]) -> str:
    """Return the newest period among those that most provinces have a figure for."""
    return max(held, key=lambda offer: (offer.provinces, offer.period)).period


@kept
def mapped(vintage: Vintage) -> list[str]:
    """Return the indicators that provinces have figures of, in the catalogue's order."""
    held = holdings.reach(engine(vintage.dataset), vintage.release)
    keys = set(held.loc[held["provinces"] > 0, "indicator"])
    return [key for key in catalogue.load().indicators if key in keys]


def indicator(key: str) -> catalogue.Indicator:
    """Return what an indicator means."""
    return catalogue.load().indicators[key]


def declared() -> int:
    """Return how many indicators the catalogue declares."""
    return len(catalogue.load().indicators)
