"""The level below the provinces: which figures belong there, and what is missing there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import pandas as pd

from indicators import catalogue, code_names
from indicators.catalogue import tree
from indicators.regions import NATION, Tree
from indicators.wording import Wording, sentence

NOT_INCLUDED = sentence(
    "The data do not include the Hong Kong and Macao special administrative regions and Taiwan "
    "Province."
)
COUNTED = ("certificates_", "certified_organisations")  # what records of certificates give


def level_rows(rows: pd.DataFrame, within: str) -> pd.DataFrame:
    """Return the figures that belong on the map of a region: its parts', its own, the nation's.

    `rows` has `region`; the nation's map keeps all but those of prefectures and counties.
    """
    codes = rows["region"].tolist()
    if within == NATION:
        below = _below_provinces(tree())
        return rows[[code not in below for code in codes]]
    shown = {NATION, within, *tree().prefectures[within], *tree().counties(within)}
    return rows[[code in shown for code in codes]]


@lru_cache(8)
def _below_provinces(known: Tree) -> frozenset[str]:
    return frozenset(part for code in known.all_provinces for part in known.below(code))


def undivided(region: str, words: Wording) -> str:
    """Return why a region has no map of its prefectures, nothing if it has one."""
    if region not in tree().all_provinces or region in tree().prefectures:
        return ""
    name = tree().names(words.language)[region]
    if region in tree().uncovered:
        return words(NOT_INCLUDED)
    return words(
        "{region} has no map of its own: a municipality divides into districts, and this "
        "dashboard goes down to prefectures.",
        region=name,
    )


def lacking(
    rows: pd.DataFrame,
    within: str,
    indicator: catalogue.Indicator,
    words: Wording,
    publishers: code_names.Publishers,
) -> list[str]:
    """Return what is missing where no prefecture of `within` has a figure, and who could supply it.

    `rows` are the figures of the same selection, the provinces' among them; `rows` has region,
    value, source.
    """
    known = rows[rows["value"].notna()]
    codes = tree().prefectures[within]
    if known["region"].isin(codes).any():
        return []
    province = tree().names(words.language)[within]
    missing = words(
        "None of the {n} {parts} of {province} has a figure here: {what}.",
        n=len(codes),
        parts=code_names.parts_name(within, words),
        province=province,
        what=words.text(indicator.title),
    )
    sources = known[known["region"].isin(tree().provinces)]["source"]
    ways = _ways(indicator, province, code_names.parts_name(within, words), words)
    return [missing, *_published(sources, publishers, words), *ways]


def _ways(
    indicator: catalogue.Indicator, province: str, parts: str, words: Wording
) -> Iterator[str]:
    known = catalogue.load().indicators
    if indicator.derived:
        needed = [str(indicator.numerator), str(indicator.denominator)]
        yield words(
            "Computed as soon as there are figures by {parts} of: {indicators}.",
            parts=parts,
            indicators=words.listed([words.text(known[key].title) for key in needed]),
        )
        return
    yield words(
        "The authority responsible in {province} could supply a table by {parts}.",
        parts=parts,
        province=province,
    )
    if indicator.key.startswith(COUNTED):
        yield words("Records of single certificates can be counted by {parts}.", parts=parts)


def how_to_supply(words: Wording) -> list[str]:
    """Return where those who maintain the figures read how to bring in what is lacking."""
    return [
        words("A table of one's own figures: docs/own-figures.md"),
        words("Counts from records of single certificates: docs/certificates.md"),
    ]


def _published(
    sources: Iterable[str], publishers: code_names.Publishers, words: Wording
) -> list[str]:
    named = {
        code_names.publisher_name(key, publishers, words) for key in sources if key != "derived"
    }
    if not named:
        return []
    return [
        words("Published by province only: {publishers}.", publishers=words.listed(sorted(named)))
    ]
