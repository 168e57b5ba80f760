"""How wholes divide into parts: the nation into provinces, a section into divisions.

A code may be a part in several ways at once: Zhejiang of the nation, of the east and of the
Yangtze delta. Each way is a family, and within a family every part has one chain of wholes.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from indicators.catalogue import Catalogue, industries_of, tree_of
from indicators.industry_tree import GROUP, SECTION, SECTOR
from indicators.regions import ALL

DIMENSIONS = ("scheme", "industry", "size", "region")
COLUMNS = ["dimension", "family", "part", "whole", "distance"]


Chain = dict[str, list[str]]


@lru_cache(8)
def chains(catalogue: Catalogue) -> dict[tuple[str, str], Chain]:
    """Return by dimension and family the wholes above each part, the nearest first.

    The nation's parts are the provinces that its statistics count, which are those of an economic
    region; certificates held abroad (`ALL`) are no part of a division. Not to be changed: who asks
    again is given the same.
    """
    parents = {("scheme", "tree"): _parents(catalogue.schemes)}
    for family, wholes in _sizes(catalogue.sizes).items():
        parents["size", family] = wholes
    for family, wholes in _industries(catalogue).items():
        parents["industry", family] = wholes
    for family, wholes in tree_of(catalogue).wholes().items():
        parents["region", family] = wholes
    return {key: {part: _above(part, above) for part in above} for key, above in parents.items()}


@lru_cache(8)
def regions_above(catalogue: Catalogue) -> Chain:
    """Return the region above each, whether its other parts are given or not: the nation's, all.

    Not to be changed: who asks again is given the same.
    """
    return {part: [whole] for part, whole in _parents(catalogue.regions).items()}


@lru_cache(8)
def divisions(catalogue: Catalogue) -> pd.DataFrame:
    """Return COLUMNS: every code with each whole above it and how many steps that is.

    One row per dimension, family, part and whole of `chains`, and not to be changed either.
    """
    return pd.DataFrame(
        [
            (dimension, family, part, whole, distance)
            for (dimension, family), chain in chains(catalogue).items()
            for part, above in chain.items()
            for distance, whole in enumerate(above, start=1)
        ],
        columns=COLUMNS,
    )


def _above(part: str, chain: dict[str, str]) -> list[str]:
    wholes = []
    while part in chain:
        part = chain[part]
        wholes.append(part)
    return wholes


def _parents(codes: pd.DataFrame) -> dict[str, str]:
    given = codes[codes["parent"] != ""]
    return dict(zip(given["code"], given["parent"], strict=True))


def _sizes(sizes: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return the classes of the whole; and, for each group of them, that group in their stead."""
    members = {str(row["code"]): row["members"].split() for row in sizes.to_dict("records")}
    classes = dict.fromkeys([code for code in members if code != ALL and not members[code]], ALL)
    families = {"tree": classes}
    for group, parts in members.items():
        if parts:
            families[f"of {group}"] = classes | dict.fromkeys(parts, group) | {group: ALL}
    return families


def _industries(catalogue: Catalogue) -> dict[str, dict[str, str]]:
    """Return sections and divisions; the sectors; and each group in the stead of its sections."""
    known = industries_of(catalogue)
    sections = dict.fromkeys(known.of_level(SECTION), ALL)
    families = {"tree": sections | _parents(catalogue.industries), "sectors": {}}
    for code in known.of_level(SECTOR, GROUP):
        own = dict.fromkeys(known.parts(code), code) | {code: ALL}
        if known.industries[code].level == SECTOR:
            families["sectors"] |= own
        else:
            families[f"of {code}"] = sections | own
    return families
