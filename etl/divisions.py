"""How wholes divide into parts: the nation into provinces, a section into divisions.

A code may be a part in several ways at once: Zhejiang of the nation, of the east and of the
Yangtze delta. Each way is a family, and within a family every part has one chain of wholes.
"""

from __future__ import annotations

import pandas as pd

from indicators.catalogue import Catalogue, tree_of
from indicators.regions import ALL

DIMENSIONS = ("scheme", "industry", "size", "region")
COLUMNS = ["dimension", "family", "part", "whole", "distance"]


def divisions(catalogue: Catalogue) -> pd.DataFrame:
    """Return COLUMNS: every code with each whole above it and how many steps that is.

    One row per dimension, family, part and whole. The nation's parts are the provinces that its
    statistics count, which are those of an economic region; certificates held abroad (`ALL`) are
    no part of a division.
    """
    parents = {
        ("scheme", "tree"): _parents(catalogue.schemes),
        ("industry", "tree"): _sections(catalogue.industries),
    }
    for family, wholes in _sizes(catalogue.sizes).items():
        parents["size", family] = wholes
    industries = catalogue.industries
    for code in industries.loc[industries["level"] == "combination", "code"]:
        parents["industry", f"of {code}"] = dict.fromkeys(code, code)
    for family, wholes in tree_of(catalogue).wholes().items():
        parents["region", family] = wholes
    return pd.DataFrame(
        [
            (dimension, family, part, whole, distance)
            for (dimension, family), chain in parents.items()
            for part in chain
            for distance, whole in enumerate(_above(part, chain), start=1)
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


def _sections(industries: pd.DataFrame) -> dict[str, str]:
    sections = industries.loc[industries["level"] == "section", "code"]
    return dict.fromkeys(sections, ALL) | _parents(industries)
