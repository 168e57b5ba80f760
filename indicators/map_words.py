"""What a map says in words: its title, its subtitle, and which regions have no value."""

from __future__ import annotations

import pandas as pd

from indicators import catalogue, maps, tables
from indicators.maps import NATION
from indicators.queries import Selection
from indicators.wording import Wording

ALL = "ALL"
MOST_NAMED = 3
NOISE = 1e-9


def parts(selection: Selection, within: str, words: Wording) -> list[str]:
    """Return what is shown, narrowed to what, where and when: the parts of a title."""
    title = words.text(catalogue.load().indicators[selection.indicator].title)
    where = [] if within == NATION else [tables.region_names(words.language)[within]]
    return [*where, title, *_narrowed(selection, words), words.period(str(selection.period))]


def subtitle(selection: Selection, words: Wording) -> str:
    """Return what is shown and what that means."""
    indicator = catalogue.load().indicators[selection.indicator]
    *what, period = parts(selection, NATION, words)
    return words("{what}, {period}. {description}", what=" · ".join(what), period=period,
                 description=words.text(indicator.description))  # fmt: skip


def _narrowed(selection: Selection, words: Wording) -> list[str]:
    said = []
    if selection.scheme not in (None, ALL):
        said.append(tables.scheme_name(str(selection.scheme), words))
    if selection.industry not in (None, ALL):
        said.append(tables.industry_name(str(selection.industry), words))
    if selection.size not in (None, ALL):
        said.append(tables.size_name(str(selection.size), words))
    return said


def statement(figures: pd.DataFrame, title: str, within: str, words: Wording) -> str:
    """Return who leads and how many have a figure: the title of a map."""
    known = figures[figures["state"] == "value"]
    best = {"what": title, "region": leaders(known, words), "known": len(known)}
    alone = len(highest(known)) == 1
    if within != NATION:
        best |= {"where": tables.region_names(words.language)[within], "covered": len(figures)}
        if known.empty:
            return words("{where}: no prefecture has a figure for {what}", **best)
        if alone:
            return words(
                "{where}, {what}: {region} has the highest figure; {known} of {covered} "
                "prefectures have one",
                **best,
            )
        return words(
            "{where}, {what}: {region} share the highest figure; {known} of {covered} "
            "prefectures have one", **best,
        )  # fmt: skip
    best |= {"covered": len(tables.provinces())}
    if known.empty:
        return words("No province has a figure for {what}", **best)
    if alone:
        return words(
            "{what}: {region} has the highest figure; {known} of {covered} provinces have one",
            **best,
        )
    return words(
        "{what}: {region} share the highest figure; {known} of {covered} provinces have one", **best
    )


def leaders(known: pd.DataFrame, words: Wording) -> str:
    """Return the regions with the highest value: named, or counted where there are many."""
    names = highest(known)["name"].tolist()
    return words.listed(names) if len(names) <= MOST_NAMED else words("{n} regions", n=len(names))


def highest(known: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the regions with the highest value, one or those that share it.

    Shared is what is written alike: nobody sees the digits beyond.
    """
    values = known["value"]
    # Two ways to one number are not the same double.
    alike = values >= values.max() - NOISE * values.abs().max()
    rows: pd.DataFrame = known[alike | known["shown"].isin(known.loc[alike, "shown"])]
    return rows


def ranking_statement(title: str, unit: str, within: str, words: Wording) -> str:
    """Return what the bars beside a map rank."""
    if within == NATION:
        return words("Ranking of provinces: {what} ({unit})", what=title, unit=unit)
    where = tables.region_names(words.language)[within]
    return words("Ranking of prefectures in {where}: {what} ({unit})",
                 where=where, what=title, unit=unit)  # fmt: skip


def silent(figures: pd.DataFrame, within: str, words: Wording) -> list[str]:
    """Return which regions have no value, by the reason; one line a reason."""
    lines = []
    for state in ("missing", "suppressed", "not_applicable", "broken"):
        names = figures.loc[figures["state"] == state, "name"].tolist()
        told = {
            "state": maps.state_name(state, words), "n": len(names), "names": words.listed(names),
        }  # fmt: skip
        if names and within == NATION:
            lines.append(words(
                "{state}, {n} of {covered} provinces: {names}",
                covered=len(tables.provinces()), **told,
            ))  # fmt: skip
        elif names:
            lines.append(words(
                "{state}, {n} of {covered} prefectures: {names}", covered=len(figures), **told
            ))  # fmt: skip
    outside = figures.loc[figures["state"] == "out_of_scope", "name"].tolist()
    if outside:
        lines.append(words("Not covered by this source: {names}", names=words.listed(outside)))
    return lines
