"""The Province page and its briefing, remembered per region and release."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pyarrow as pa
import streamlit as st

from indicators import catalogue
from indicators.cached.map import boundaries
from indicators.cached.objectives import aims, judged
from indicators.cached.remembered import engine, kept, travelling
from indicators.catalogue import tree
from indicators.compare.peer_groups import PeerGroups, read_peer_groups
from indicators.drawing.province import SPINE
from indicators.exports.offered import Export
from indicators.findings import FindingsError
from indicators.periods import today
from indicators.regions import ALL, NATION
from indicators.store import holdings
from indicators.store.queries import Vintage
from indicators.views import facts as regions
from indicators.views import province as views
from indicators.views.facts import (
    Material,
    ProvinceView,
    Shared,
    assessed,
    outstanding,
)
from indicators.wording import Language, Wording


@st.cache_resource(show_spinner=False)
def peer_groups() -> PeerGroups:
    """Return who is compared with whom; raises `FindingsError`."""
    return read_peer_groups()


def peer_mistakes(words: Wording) -> list[str]:
    """Return what is wrong in the file of peer groups, nothing where it may be used."""
    try:
        peer_groups()
    except FindingsError as error:
        return [finding.said(words) for finding in error.findings]
    return []


# A level holds the facts and the pages of some thirty regions.
levels = st.cache_resource(max_entries=64, show_spinner=False)


def shared(parent: str, vintage: Vintage) -> Shared:
    """Return what all regions below one have in common today."""
    return _shared(parent, ALL, vintage, today())


@levels
def _shared(parent: str, industry: str, vintage: Vintage, day: str) -> Shared:
    if industry != ALL:
        return regions.of_industry(_shared(parent, ALL, vintage, day), industry)
    return regions.shared(engine(vintage.dataset), vintage, boundaries(), judged(vintage), parent)


@kept
def industries(parent: str, vintage: Vintage) -> list[str]:
    """Return the industries of which regions below one have figures or targets, in order."""
    held = holdings.industries_within(engine(vintage.dataset), parent, vintage.release)
    aimed = aims(vintage)
    held |= set(aimed.loc[aimed["region"].isin(tree().children(parent)), "industry"])
    return [code for code in catalogue.industries().industries if code in held]


def material(region: str, group: str, vintage: Vintage, industry: str = ALL) -> Material:
    """Return everything known of one region, of an industry there, beside a group of peers."""
    return _material(region, group, industry, vintage, today())


@kept
def _material(region: str, group: str, industry: str, vintage: Vintage, day: str) -> Material:
    known = _shared(tree().parent(region), industry, vintage, day)
    return regions.material(known, region, group)


def opening(vintage: Vintage) -> str:
    """Return the province of which most is known: targets that can be judged, then figures."""
    return _opening(vintage, today())


@kept
def _opening(vintage: Vintage, day: str) -> str:
    known = _shared(NATION, ALL, vintage, day).facts
    own = {facts.region: facts for facts in known.values()}

    def weight(region: str) -> tuple[int, int]:
        facts = own[region]
        figures = facts.own.loc[facts.own["value"].notna(), "indicator"].nunique()
        return len(assessed(facts.verdicts)) + len(outstanding(facts.verdicts)), figures

    return max(tree().provinces, key=weight)


class ProvincePage(NamedTuple):
    """What the Province page draws first: its sentences, its tables and charts as they travel."""

    told: views.ProvinceTables
    verdicts: pa.Table
    missing: pa.Table
    rows: dict[str, bytes]
    trends: list[dict[str, bytes]]


def province_pages(parent: str, language: Language, vintage: Vintage) -> dict[str, ProvincePage]:
    """Return today's pages of all regions below one, each beside its usual peers.

    All at once, as long as one visitor waits anyway for what these regions share.
    """
    return _province_pages(parent, language, vintage, today())


@levels
def _province_pages(
    parent: str, language: Language, vintage: Vintage, day: str
) -> dict[str, ProvincePage]:
    known, words = _shared(parent, ALL, vintage, day), Wording(language)
    return {
        region: _page(regions.material(known, region), words) for region in tree().children(parent)
    }


def province_page(view: ProvinceView, vintage: Vintage) -> ProvincePage:
    """Return what the Province page draws of a region today."""
    return _province_page(view, vintage, today())


@kept
def _province_page(view: ProvinceView, vintage: Vintage, day: str) -> ProvincePage:
    known = _material(view.region, view.group, view.industry, vintage, day)
    parent, words = tree().parent(view.region), Wording(view.language)
    if view.industry != ALL:
        return _page(known, words)
    page = _province_pages(parent, view.language, vintage, day)[view.region]
    if page.told.beside.group == known.facts.group:
        return page
    return page._replace(
        told=replace(page.told, beside=views.beside(known, words)),
        rows=page.rows | travelling({SPINE: views.spine_rows(known.facts, words)}),
    )


def _page(known: Material, words: Wording) -> ProvincePage:
    told = views.province_tables(known, words)
    trends = views.trends(known.facts, known.shared.judged.asked, words)
    return ProvincePage(
        told,
        pa.Table.from_pandas(told.verdicts, preserve_index=False),
        pa.Table.from_pandas(told.missing, preserve_index=False),
        travelling({SPINE: views.spine_rows(known.facts, words)}),
        [travelling(column) for column in views.in_columns(trends)],
    )


def files(
    view: ProvinceView, dark: bool, vintage: Vintage, parts: tuple[str, ...], note: str
) -> list[Export]:
    """Return what can be taken away from a region; `parts` and `note` are of its briefing."""
    from indicators.views.briefing import writing  # all that writes documents

    known = material(view.region, view.group, vintage, view.industry)
    told = province_page(view, vintage).told
    return writing.exports(known, told, Wording(view.language), dark, vintage, parts, note)


def part_files(
    view: ProvinceView, dark: bool, vintage: Vintage, indicator: str, by: str
) -> list[Export]:
    """Return what can be taken away from the bars of an indicator `by` industry or size."""
    known = material(view.region, view.group, vintage, view.industry)
    return views.part_exports(known, indicator, by, Wording(view.language), dark, vintage)


@kept
def province_parts(
    view: ProvinceView, indicator: str, vintage: Vintage
) -> tuple[str, dict[str, bytes]]:
    """Return a note, and the bars of industries and of sizes; empty where there are none."""
    facts = material(view.region, "", vintage, view.industry).facts
    words = Wording(view.language)
    frames = {by: views.parts_rows(facts, indicator, by, words) for by in ("industry", "size")}
    return views.part_note(facts, indicator, words), travelling(frames)
