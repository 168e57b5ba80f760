"""The Province page and its briefing, remembered per region and release."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import streamlit as st
from streamlit.dataframe_util import convert_anything_to_arrow_bytes

from indicators import catalogue, compare, tables, targets
from indicators.cached.map import boundaries
from indicators.cached.objectives import aimed_at, register, verdicts
from indicators.cached.queries import engine, kept
from indicators.drawing import charts
from indicators.drawing import province as province_charts
from indicators.drawing.standalone import exported_chart
from indicators.exports import downloads
from indicators.exports.offered import (
    Export,
    image_exports,
    image_labels,
    vintage_name,
    vintage_notes,
)
from indicators.store.queries import Vintage
from indicators.views import facts, province
from indicators.views.briefing import blocks, content, document, paper, writing
from indicators.views.facts import ProvinceView
from indicators.wording import Language, Wording


@st.cache_resource(show_spinner=False)
def peer_groups() -> compare.PeerGroups:
    """Return who is compared with whom; raises `compare.PeerGroupError`."""
    return compare.read_peer_groups()


def peer_mistakes(words: Wording) -> list[str]:
    """Return what is wrong in the file of peer groups, nothing where it may be used."""
    try:
        peer_groups()
    except compare.PeerGroupError as refused:
        return [province.mistake_text(mistake, words) for mistake in refused.mistakes]
    return []


# A level holds the facts and the pages of some thirty regions.
levels = st.cache_resource(max_entries=64, show_spinner=False)


def shared(parent: str, vintage: Vintage) -> facts.Shared:
    """Return what all regions below one have in common today."""
    return _shared(parent, vintage, targets.today())


@levels
def _shared(parent: str, vintage: Vintage, day: str) -> facts.Shared:
    judged = facts.Judged(register(vintage), verdicts(vintage), aimed_at(vintage), day)
    return facts.shared(engine(vintage.dataset), vintage, boundaries(), judged, parent)


def material(region: str, group: str, vintage: Vintage) -> facts.Material:
    """Return everything known of one region, compared with a group of peers."""
    return facts.material(shared(facts.parent_of(region), vintage), region, group)


class ProvincePage(NamedTuple):
    """What the Province page draws first: its sentences, its tables and charts as they travel."""

    told: province.ProvinceTables
    verdicts: pa.Table
    missing: pa.Table
    rows: dict[str, bytes]


def province_pages(parent: str, language: Language, vintage: Vintage) -> dict[str, ProvincePage]:
    """Return today's pages of all regions below one, each beside its usual peers.

    All at once, as long as one visitor waits anyway for what these regions share.
    """
    return _province_pages(parent, language, vintage, targets.today())


@levels
def _province_pages(
    parent: str, language: Language, vintage: Vintage, day: str
) -> dict[str, ProvincePage]:
    known, words = _shared(parent, vintage, day), Wording(language)
    return {region: _page(facts.material(known, region), words) for region in facts.below(parent)}


def province_page(view: ProvinceView, vintage: Vintage) -> ProvincePage:
    """Return what the Province page draws of a region today."""
    return _province_page(view, vintage, targets.today())


@kept
def _province_page(view: ProvinceView, vintage: Vintage, day: str) -> ProvincePage:
    parent = facts.parent_of(view.region)
    page = _province_pages(parent, view.language, vintage, day)[view.region]
    known, words = material(view.region, view.group, vintage), Wording(view.language)
    if page.told.beside.group == known.facts.group:
        return page
    drawn = convert_anything_to_arrow_bytes(province.spine_rows(known.facts, words))
    return page._replace(
        told=replace(page.told, beside=province.beside(known, words)),
        rows=page.rows | {province_charts.SPINE: drawn},
    )


def _page(known: facts.Material, words: Wording) -> ProvincePage:
    told = province.province_tables(known, words)
    frames = {
        province_charts.SPINE: province.spine_rows(known.facts, words),
        **province.trends(known.facts, known.shared.judged.asked, words),
    }
    return ProvincePage(
        told,
        pa.Table.from_pandas(told.verdicts, preserve_index=False),
        pa.Table.from_pandas(told.missing, preserve_index=False),
        {name: convert_anything_to_arrow_bytes(frame) for name, frame in frames.items()},
    )


@st.cache_resource(show_spinner=False)
def spine_specification(language: Language, dark: bool) -> charts.Specification:
    """Return the spine chart without figures."""
    return province_charts.spine_chart(Wording(language), dark=dark)


@st.cache_resource(show_spinner=False)
def trends_specification(language: Language, dark: bool) -> charts.Specification:
    """Return the strips of trends without figures."""
    return province_charts.trends_chart(Wording(language), dark=dark)


@st.cache_resource(show_spinner=False)
def parts_specification(language: Language, dark: bool) -> charts.Specification:
    """Return the bars of industries or sizes without figures."""
    return province_charts.parts_chart(Wording(language), dark=dark)


@kept
def province_comparison(view: ProvinceView, vintage: Vintage) -> pd.DataFrame:
    """Return `province.comparison_table`."""
    told = material(view.region, view.group, vintage)
    return province.comparison_table(told.facts, Wording(view.language))


@kept
def province_series(view: ProvinceView, vintage: Vintage) -> pd.DataFrame:
    """Return `province.series_table`."""
    told = material(view.region, view.group, vintage)
    return province.series_table(told.facts, Wording(view.language))


@kept
def province_parts(
    region: str, language: Language, indicator: str, vintage: Vintage
) -> tuple[str, dict[str, bytes]]:
    """Return a note, and the bars of industries and of sizes; empty where there are none."""
    told, words = material(region, "", vintage).facts, Wording(language)
    frames = {by: province.parts_rows(told, indicator, by, words) for by in ("industry", "size")}
    return province.part_note(told, indicator, words), {
        by: convert_anything_to_arrow_bytes(frame) if len(frame) else b""
        for by, frame in frames.items()
    }


@kept
def part_table(view: ProvinceView, indicator: str, vintage: Vintage) -> pd.DataFrame:
    """Return `province.part_table`."""
    told = material(view.region, view.group, vintage)
    return province.part_table(told.facts, indicator, Wording(view.language))


def province_exports(view: ProvinceView, dark: bool, vintage: Vintage) -> list[Export]:
    """Return what can be taken away from a region: label, file name, and how to make it."""
    words = Wording(view.language)
    told, page = material(view.region, view.group, vintage), province_page(view, vintage).told
    where = tables.region_names(view.language)[view.region]

    def name(what: str, suffix: str) -> str:
        return downloads.file_name(where, what, vintage_name(vintage, words), suffix=suffix)

    def spine() -> charts.Specification:
        return exported_chart(
            spine_specification(view.language, dark),
            {province_charts.SPINE: province.spine_rows(told.facts, words)},
            title=page.beside.compared, dark=dark, width=760,
            notes=[page.beside.peers, *province.comparison_notes(words),
                   *page.sources, *vintage_notes(vintage, words)],
        )  # fmt: skip

    def trends() -> charts.Specification:
        return exported_chart(
            trends_specification(view.language, dark),
            province.trends(told.facts, told.shared.judged.asked, words),
            title=page.trends, dark=dark, width=760,
            notes=[page.trends_note,
                   *page.sources, *vintage_notes(vintage, words)],
        )  # fmt: skip

    def written() -> blocks.Briefing:
        return content.briefing(told, words)

    report = words("briefing")
    offered: list[Export] = [
        (words("Briefing (DOCX)"), name(report, ".docx"), lambda: document.docx_file(written())),
        (words("Briefing (PDF)"), name(report, ".pdf"), lambda: paper.pdf_file(written())),
        (words("All its figures (XLSX)"), name(words("figures"), ".xlsx"),
         lambda: writing.xlsx_file(told, words)),
        (words("All figures (CSV)"), name(words("figures"), ".csv"),
         lambda: downloads.csv_file(writing.figure_table(told, words))),
        (words("Comparison (CSV)"), name(words("comparison"), ".csv"),
         lambda: downloads.csv_file(province_comparison(view, vintage).assign(**{
             words("Source"): page.sources[0],
             words("Release"): "; ".join(vintage_notes(vintage, words)),
         }))),
    ]  # fmt: skip
    if page.beside.compared:
        offered += image_exports(
            (words("Comparison (PNG)"), words("Comparison (SVG)")),
            partial(name, words("comparison")), spine,
        )  # fmt: skip
    if page.trends:
        offered += image_exports(
            (words("Trends (PNG)"), words("Trends (SVG)")), partial(name, words("trends")), trends
        )
    return offered


def part_exports(
    view: ProvinceView, indicator: str, by: str, dark: bool, vintage: Vintage
) -> list[Export]:
    """Return what can be taken away from the bars `by` industry or size."""
    words = Wording(view.language)
    told, page = material(view.region, view.group, vintage), province_page(view, vintage).told
    where = tables.region_names(view.language)[view.region]
    what = words("Figures by industry") if by == "industry" else words("Figures by enterprise size")

    def name(suffix: str) -> str:
        parts = (where, words.text(catalogue.load().indicators[indicator].title), what)
        return downloads.file_name(*parts, vintage_name(vintage, words), suffix=suffix)

    def bars() -> charts.Specification:
        return exported_chart(
            parts_specification(view.language, dark),
            {province_charts.PARTS: province.parts_rows(told.facts, indicator, by, words)},
            title=f"{where} · {what}", dark=dark, width=620,
            notes=[province.part_note(told.facts, indicator, words), *page.sources,
                   *vintage_notes(vintage, words)],
        )  # fmt: skip

    return image_exports(image_labels(words), name, bars)
