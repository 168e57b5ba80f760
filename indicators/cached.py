"""Queries and finished charts, remembered per release: a new release is a new key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import pandas as pd
import sqlalchemy as sa
import streamlit as st
from streamlit.dataframe_util import convert_anything_to_arrow_bytes

from indicators import (
    briefing,
    catalogue,
    charts,
    compare,
    downloads,
    holdings,
    map_views,
    maps,
    objectives,
    province,
    queries,
    tables,
    targets,
    views,
)
from indicators.database import DATASETS, Dataset, has_dataset, open_database
from indicators.map_views import MovingFigures
from indicators.progress import Verdict, judge
from indicators.province import ProvinceView
from indicators.queries import Selection, Vintage
from indicators.targets import Register
from indicators.views import MapFigures, MapView
from indicators.wording import LANGUAGES, Language, Wording

# The frames are shared between sessions, and nobody writes to them.
kept = st.cache_resource(ttl="1h", max_entries=2000, show_spinner=False)


@st.cache_resource(show_spinner=False)
def engine(dataset: Dataset = "real") -> sa.Engine:
    """Return a dataset's database, opened once."""
    return open_database(dataset=dataset)


@st.cache_data(ttl=5, max_entries=2, show_spinner=False)
def release(dataset: Dataset = "real") -> int | None:
    """Return the newest release; asked again every five seconds, so that pages follow it."""
    return queries.latest_release(engine(dataset))


@st.cache_data(ttl=5, max_entries=1, show_spinner=False)
def datasets() -> list[Dataset]:
    """Return the datasets that there are; demonstration figures may come and go."""
    return [dataset for dataset in DATASETS if dataset == "real" or has_dataset(dataset)]


@st.cache_resource(show_spinner=False)
def boundaries() -> maps.Boundaries:
    """Return the checked boundaries; raises `BoundaryError` when they may not be shown."""
    return maps.load()


@kept
def observations(selection: Selection, vintage: Vintage) -> pd.DataFrame:
    """Return `queries.observations`."""
    return queries.observations(engine(vintage.dataset), selection, vintage.release)


# What a download button needs: label, file name, and how to make the file when it is asked for.
Export = tuple[str, str, Callable[[], bytes]]


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


@kept
def reach(vintage: Vintage) -> pd.DataFrame:
    """Return `holdings.reach`."""
    return holdings.reach(engine(vintage.dataset), vintage.release)


@kept
def releases(vintage: Vintage) -> pd.DataFrame:
    """Return `queries.releases`."""
    return queries.releases(engine(vintage.dataset))


@kept
def changes(vintage: Vintage) -> pd.DataFrame:
    """Return `queries.changes`."""
    return queries.changes(engine(vintage.dataset), vintage.release)


@kept
def flips(vintage: Vintage) -> pd.DataFrame:
    """Return `queries.flips`."""
    return queries.flips(engine(vintage.dataset), vintage.release)


@kept
def warnings(vintage: Vintage) -> pd.DataFrame:
    """Return `queries.warnings`."""
    return queries.warnings(engine(vintage.dataset), vintage.release)


@kept
def revisions(selection: Selection, vintage: Vintage) -> pd.DataFrame:
    """Return `queries.revisions`."""
    return queries.revisions(engine(vintage.dataset), selection)


@kept
def sources(vintage: Vintage) -> pd.DataFrame:
    """Return `holdings.sources`."""
    return holdings.sources(engine(vintage.dataset), vintage.release)


@kept
def citations(keys: tuple[str, ...], vintage: Vintage) -> pd.DataFrame:
    """Return `queries.citations`."""
    return queries.citations(engine(vintage.dataset), keys)


@st.cache_resource(show_spinner=False)
def map_specification(
    language: Language, dark: bool, within: str = views.NATION, *, moving: bool = False
) -> dict[str, Any]:
    """Return the map of a region's parts without figures, built and validated once."""
    drawn = boundaries().within(within)
    chart = maps.region_map(drawn, words=Wording(language), dark=dark, moving=moving)
    specification: dict[str, Any] = chart.to_dict()
    return specification


@st.cache_resource(show_spinner=False)
def ranking_specification(language: Language, dark: bool) -> charts.Specification:
    """Return the ranking without figures, built and validated once."""
    return charts.ranking_chart(Wording(language), dark=dark)


@kept
def map_figures(view: MapView, vintage: Vintage) -> MapFigures:
    """Return everything the Map page draws and says of a view."""
    if view.shown == "change" and view.against is not None:
        rows = _all_periods(view, vintage)
        ends = rows["period"].isin([view.selection.period, view.against.period])
        cited = _cited(rows[ends], vintage)
        return map_views.change_figures(view, rows, cited, boundaries())
    rows, beside = maps.level_rows(observations(view.selection, vintage), view.within), None
    if view.against is not None and map_views.same_scale(view.selection, view.against):
        beside = maps.level_rows(observations(view.against, vintage), view.within)
    return views.map_figures(view, rows, _cited(rows, vintage), boundaries(), beside)


@kept
def moving_figures(view: MapView, vintage: Vintage) -> MovingFigures:
    """Return everything a map that plays its periods draws and says."""
    rows = _all_periods(view, vintage)
    return map_views.moving_figures(view, rows, _cited(rows, vintage), boundaries())


@kept
def moving_datasets(view: MapView, vintage: Vintage) -> dict[str, bytes]:
    """Return the rows of all periods of a map that plays, as they travel to the browser."""
    figures = moving_figures(view, vintage)
    frames = {
        maps.FIGURES: figures.units, maps.LEGEND: figures.legend, maps.FRAMES: figures.frames,
    }  # fmt: skip
    return {name: convert_anything_to_arrow_bytes(frame) for name, frame in frames.items()}


def _all_periods(view: MapView, vintage: Vintage) -> pd.DataFrame:
    rows = observations(replace(view.selection, period=None), vintage)
    return maps.level_rows(rows, view.within)


def _cited(rows: pd.DataFrame, vintage: Vintage) -> pd.DataFrame:
    return citations(tuple(sorted(set(rows["citation"]))), vintage)


@kept
def alternatives(selection: Selection, vintage: Vintage, within: str) -> list[str]:
    """Return what a map may be set against: `period:`, `scheme:` or `indicator:` and its code."""
    held = offers(selection.indicator, vintage, within) or offers(selection.indicator, vintage)
    slices = (selection.scheme, selection.industry, selection.size)
    periods = {offer.period for offer in held if offer[:3] == slices} - {selection.period}
    schemes = [offer.scheme for offer in held if offer[1:4] == (*slices[1:], selection.period)]
    return [
        *(f"period:{code}" for code in sorted(periods, reverse=True)),
        *(f"scheme:{code}" for code in schemes if code != selection.scheme),
        *(f"indicator:{key}" for key in mapped(vintage) if key != selection.indicator),
    ]


def alternative(code: str, selection: Selection, vintage: Vintage, within: str) -> Selection:
    """Return what one of the `alternatives` shows; an indicator without the period, its newest."""
    kind, _, key = code.partition(":")
    if kind != "indicator":
        return replace(selection, **{kind: key})
    held = offers(key, vintage, within) or offers(key, vintage)
    whole = [offer for offer in held if offer[:3] == (views.ALL,) * 3] or held[:1]
    newest = newest_with_most(whole)
    same = next((offer.period for offer in whole if offer.period == selection.period), newest)
    first = whole[0]
    return Selection(key, same, first.industry, first.size, first.scheme)


def lacking(view: MapView, vintage: Vintage) -> list[str]:
    """Return `maps.lacking` of the province that a map shows; nothing of the nation."""
    if view.within == views.NATION:
        return []
    rows = observations(view.selection, vintage)
    return maps.lacking(
        rows, view.within, indicator(view.selection.indicator), Wording(view.language)
    )


@kept
def map_datasets(view: MapView, vintage: Vintage) -> dict[str, bytes]:
    """Return the rows that the Map page's charts draw, as they travel to the browser."""
    figures = map_figures(view, vintage)
    frames = {
        maps.FIGURES: figures.units,
        maps.LEGEND: figures.legend,
        charts.RANKING: figures.ranking,
        charts.REFERENCE: figures.reference,
    }
    return {name: convert_anything_to_arrow_bytes(frame) for name, frame in frames.items()}


@kept
def national(vintage: Vintage) -> pd.DataFrame:
    """Return `queries.national`."""
    return queries.national(engine(vintage.dataset), vintage.release)


@st.cache_resource(ttl="10m", max_entries=4, show_spinner=False)
def everything(language: Language, vintage: Vintage) -> pd.DataFrame:
    """Return every figure with where it stands, as people read it."""
    rows = queries.all_observations(engine(vintage.dataset), vintage.release)
    cited = queries.citations(engine(vintage.dataset), set(rows["citation"]))
    return tables.figure_table(rows, cited, Wording(language))


def vintage_name(vintage: Vintage, words: Wording) -> str:
    """Return how a vintage is called in the name of a file."""
    said = words("release {number}", number=vintage.release)
    return said if vintage.dataset == "real" else words("demonstration") + " " + said


def vintage_notes(vintage: Vintage, words: Wording) -> list[str]:
    """Return what stands under all that leaves: the release, and whether it is made up."""
    notes = [words("Release {number}", number=vintage.release)]
    return notes if vintage.dataset == "real" else [demonstration_note(words), *notes]


def demonstration_note(words: Wording) -> str:
    """Return the sentence that no demonstration figure is shown without."""
    return words("Demonstration data: generated for trying things out, true of no region.")


def indicator(key: str) -> catalogue.Indicator:
    """Return what an indicator means."""
    return catalogue.load().indicators[key]


def declared() -> int:
    """Return how many indicators the catalogue declares."""
    return len(catalogue.load().indicators)


def map_exports(view: MapView, vintage: Vintage) -> list[Export]:
    """Return what can be taken away from a map: label, file name, and how to make it."""
    words, figures = Wording(view.language), map_figures(view, vintage)

    def name(suffix: str) -> str:
        return downloads.file_name(*figures.parts, vintage_name(vintage, words), suffix=suffix)

    def image() -> dict[str, Any]:
        return maps.exported_map(
            boundaries().within(view.within), figures.units, figures.legend, words=words,
            title=" · ".join(figures.parts), notes=export_notes(figures, words, vintage),
            dark=view.dark,
        )  # fmt: skip

    def table() -> pd.DataFrame:
        cited = citations(tuple(sorted(set(figures.rows["citation"]))), vintage)
        return tables.figure_table(figures.rows, cited, words)

    return [
        (words("Image (PNG)"), name(".png"), lambda: downloads.png_file(image())),
        (words("Drawing (SVG)"), name(".svg"), lambda: downloads.svg_file(image())),
        (words("Table (CSV)"), name(".csv"), lambda: downloads.csv_file(table())),
        (words("Workbook (XLSX)"), name(".xlsx"),
         lambda: downloads.xlsx_file({words("Map"): figures.table, words("Figures"): table()})),
    ]  # fmt: skip


def export_notes(figures: MapFigures, words: Wording, vintage: Vintage) -> list[str]:
    """Return what stands under an exported map: its footnotes but the boundaries', the release."""
    own = maps.map_provenance(boundaries(), words)
    return [
        *(line for line in figures.footnotes if line not in own),
        *vintage_notes(vintage, words),
    ]


@kept
def register(vintage: Vintage) -> Register:
    """Return the target register."""
    return Register(**queries.register(engine(vintage.dataset), vintage.release))


@kept
def aims(vintage: Vintage) -> pd.DataFrame:
    """Return which target applies where; see `targets.applicable`."""
    return targets.applicable(register(vintage), tables.provinces())


@kept
def aimed_at(vintage: Vintage) -> pd.DataFrame:
    """Return the figures that targets are set for; see `queries.observations_of`."""
    return queries.observations_of(engine(vintage.dataset), aims(vintage), vintage.release)


@kept
def verdicts(vintage: Vintage) -> pd.DataFrame:
    """Return the verdict of every region and aim; see `targets.verdicts`."""
    return targets.verdicts(register(vintage), aims(vintage), aimed_at(vintage))


def series(target: str, region: str, vintage: Vintage) -> pd.DataFrame:
    """Return the figures that a target is judged on in a region."""
    return targets.series_of(aimed_at(vintage), region, register(vintage).record(target))


@kept
def verdict(target: str, region: str, vintage: Vintage) -> Verdict:
    """Return one target's verdict in a region, with its projection."""
    return judge(series(target, region, vintage), targets.engine_target(register(vintage), target))


@st.cache_resource(show_spinner=False)
def objective_specification(language: Language, dark: bool) -> charts.Specification:
    """Return the objective chart without figures."""
    return charts.objective_chart(Wording(language), dark=dark)


@st.cache_resource(show_spinner=False)
def required_specification(language: Language, dark: bool) -> charts.Specification:
    """Return the bars of what is required a year, without figures."""
    return charts.required_chart(Wording(language), dark=dark)


@st.cache_resource(show_spinner=False)
def matrix_specification(language: Language, dark: bool) -> charts.Specification:
    """Return the matrix of verdicts without figures."""
    return charts.matrix_chart(Wording(language), dark=dark)


def objective_exports(
    target: str, region: str, language: Language, dark: bool, vintage: Vintage
) -> list[Export]:
    """Return what can be taken away from an objective: label, file name, and how to make it."""
    words, record = Wording(language), register(vintage).record(target)
    where = tables.region_names(language)[region]
    title = words.listed([where, objectives.aim_name(record, words)])
    answer = verdict(target, region, vintage)
    rows = series(target, region, vintage)

    def name(suffix: str) -> str:
        return downloads.file_name(title, vintage_name(vintage, words), suffix=suffix)

    def drawn() -> charts.Specification:
        return charts.exported(
            objective_specification(language, dark),
            objectives.drawing(answer, rows, record, words),
            title=title, dark=dark,
            notes=[
                objectives.target_text(record, words),
                *objectives.citation_lines(record, words)[:2],
                *views.standing(citations(tuple(set(rows["citation"])), vintage), words),
                *views.breaks(rows, words),
                *vintage_notes(vintage, words),
            ],
        )  # fmt: skip

    def sheets() -> dict[str, pd.DataFrame]:
        known = indicator(record["indicator"])
        return {
            words("Verdict"): objectives.verdict_table(answer, record, words),
            words("Figures"): objectives.observed_table(rows, known, words),
            words("Required a year from now"): objectives.required(
                verdicts(vintage), record, region, words, dark
            )[1],
        }

    return [
        (words("Image (PNG)"), name(".png"), lambda: downloads.png_file(drawn())),
        (words("Drawing (SVG)"), name(".svg"), lambda: downloads.svg_file(drawn())),
        (words("Table (CSV)"), name(".csv"),
         lambda: downloads.csv_file(objectives.verdict_table(answer, record, words))),
        (words("Workbook (XLSX)"), name(".xlsx"), lambda: downloads.xlsx_file(sheets())),
    ]  # fmt: skip


def matrix_exports(
    shown: pd.DataFrame, language: Language, dark: bool, vintage: Vintage
) -> list[Export]:
    """Return what can be taken away from the matrix of verdicts, as `shown`."""
    words = Wording(language)
    title = words("Objectives: every region, every target")
    cells = objectives.matrix(shown, register(vintage), words, dark)

    def name(suffix: str) -> str:
        return downloads.file_name(words("Verdicts"), vintage_name(vintage, words), suffix=suffix)

    def drawn() -> charts.Specification:
        return charts.exported(
            matrix_specification(language, dark), {"matrix": cells}, title=title, dark=dark,
            notes=[
                words.listed([
                    f"{symbol} {name} {n}" for symbol, name, n in objectives.counts(shown, words)
                ]),
                *vintage_notes(vintage, words),
            ],
        )  # fmt: skip

    def table() -> pd.DataFrame:
        return objectives.matrix_table(cells, words)

    return [
        (words("Image (PNG)"), name(".png"), lambda: downloads.png_file(drawn())),
        (words("Drawing (SVG)"), name(".svg"), lambda: downloads.svg_file(drawn())),
        (words("Table (CSV)"), name(".csv"), lambda: downloads.csv_file(table())),
        (words("Workbook (XLSX)"), name(".xlsx"),
         lambda: downloads.xlsx_file({words("Verdicts"): table()})),
    ]  # fmt: skip


@st.cache_resource(show_spinner=False)
def peer_groups() -> compare.PeerGroups:
    """Return who is compared with whom; raises `compare.PeerGroupError`."""
    return compare.read_peer_groups()


@kept
def shared(parent: str, vintage: Vintage) -> province.Shared:
    """Return what all regions below one have in common."""
    judged = province.Judged(register(vintage), verdicts(vintage), aimed_at(vintage))
    return province.shared(engine(vintage.dataset), vintage, boundaries(), judged, parent)


@kept
def material(region: str, group: str, vintage: Vintage) -> province.Material:
    """Return everything known of one region, compared with a group of peers."""
    common = shared(province.parent_of(region), vintage)
    return province.material(engine(vintage.dataset), common, region, group)


@kept
def province_datasets(view: ProvinceView, vintage: Vintage) -> dict[str, bytes]:
    """Return the rows that the Province page's first charts draw, as they travel."""
    words, told = Wording(view.language), material(view.region, view.group, vintage).facts
    frames = {
        province.SPINE: province.spine_rows(told, words, view.dark),
        **province.trends(told, register(vintage), words),
    }
    return {name: convert_anything_to_arrow_bytes(frame) for name, frame in frames.items()}


@st.cache_resource(show_spinner=False)
def spine_specification(language: Language, dark: bool) -> charts.Specification:
    """Return the spine chart without figures."""
    return province.spine_chart(Wording(language), dark=dark)


@st.cache_resource(show_spinner=False)
def trends_specification(language: Language, dark: bool) -> charts.Specification:
    """Return the strips of trends without figures."""
    return province.trends_chart(Wording(language), dark=dark)


@st.cache_resource(show_spinner=False)
def parts_specification(language: Language, dark: bool) -> charts.Specification:
    """Return the bars of industries or sizes without figures."""
    return province.parts_chart(Wording(language), dark=dark)


@kept
def province_tables(view: ProvinceView, vintage: Vintage) -> province.ProvinceTables:
    """Return what the Province page says of a region."""
    told = material(view.region, view.group, vintage)
    return province.province_tables(told, Wording(view.language))


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
def part_datasets(view: ProvinceView, indicator: str, vintage: Vintage) -> dict[str, bytes]:
    """Return the bars of industries and of sizes, as they travel; empty where there are none."""
    told, words = material(view.region, view.group, vintage).facts, Wording(view.language)
    frames = {by: province.parts_rows(told, indicator, by, words) for by in ("industry", "size")}
    return {
        by: convert_anything_to_arrow_bytes(frame) if len(frame) else b""
        for by, frame in frames.items()
    }


@kept
def part_note(view: ProvinceView, indicator: str, vintage: Vintage) -> str:
    """Return `province.part_note`."""
    told = material(view.region, view.group, vintage)
    return province.part_note(told.facts, indicator, Wording(view.language))


@kept
def part_table(view: ProvinceView, indicator: str, vintage: Vintage) -> pd.DataFrame:
    """Return `province.part_table`."""
    told = material(view.region, view.group, vintage)
    return province.part_table(told.facts, indicator, Wording(view.language))


def province_exports(view: ProvinceView, vintage: Vintage) -> list[Export]:
    """Return what can be taken away from a region: label, file name, and how to make it."""
    words = Wording(view.language)
    told = material(view.region, view.group, vintage)
    where = tables.region_names(view.language)[view.region]

    def name(what: str, suffix: str) -> str:
        return downloads.file_name(where, what, vintage_name(vintage, words), suffix=suffix)

    def spine() -> charts.Specification:
        return charts.exported(
            spine_specification(view.language, view.dark),
            {province.SPINE: province.spine_rows(told.facts, words, view.dark)},
            title=province_tables(view, vintage).compared, dark=view.dark, width=760,
            notes=[province_tables(view, vintage).peers, *province.comparison_notes(words),
                   *province_tables(view, vintage).sources, *vintage_notes(vintage, words)],
        )  # fmt: skip

    def trends() -> charts.Specification:
        return charts.exported(
            trends_specification(view.language, view.dark),
            province.trends(told.facts, told.shared.judged.register, words),
            title=province_tables(view, vintage).trends, dark=view.dark, width=760,
            notes=[province_tables(view, vintage).trends_note,
                   *province_tables(view, vintage).sources, *vintage_notes(vintage, words)],
        )  # fmt: skip

    def written() -> briefing.Briefing:
        return briefing.briefing(told, words)

    report = words("briefing")
    offered: list[Export] = [
        (words("Briefing (DOCX)"), name(report, ".docx"), lambda: briefing.docx_file(written())),
        (words("Briefing (PDF)"), name(report, ".pdf"), lambda: briefing.pdf_file(written())),
        (words("All its figures (XLSX)"), name(words("figures"), ".xlsx"),
         lambda: briefing.xlsx_file(told, words)),
        (words("Comparison (CSV)"), name(words("comparison"), ".csv"),
         lambda: downloads.csv_file(province_comparison(view, vintage))),
    ]  # fmt: skip
    if province_tables(view, vintage).compared:
        offered += [
            (words("Comparison (PNG)"), name(words("comparison"), ".png"),
             lambda: downloads.png_file(spine())),
            (words("Comparison (SVG)"), name(words("comparison"), ".svg"),
             lambda: downloads.svg_file(spine())),
        ]  # fmt: skip
    if province_tables(view, vintage).trends:
        offered += [
            (words("Trends (PNG)"), name(words("trends"), ".png"),
             lambda: downloads.png_file(trends())),
            (words("Trends (SVG)"), name(words("trends"), ".svg"),
             lambda: downloads.svg_file(trends())),
        ]  # fmt: skip
    return offered


def warm() -> None:
    """Do at start what the first views would wait for: drawing code, charts, default figures."""
    boundaries().served  # noqa: B018 - made on first use
    number = release()
    for language in LANGUAGES:
        for dark in (False, True):
            map_specification(language, dark)
            ranking_specification(language, dark)
            objective_specification(language, dark)
            required_specification(language, dark)
            matrix_specification(language, dark)
            spine_specification(language, dark)
            trends_specification(language, dark)
            parts_specification(language, dark)
    if number is None:
        return
    vintage = Vintage(number)
    for warmed in (reach, releases, sources, national, mapped, verdicts):
        warmed(vintage)
    shared(views.NATION, vintage)
    for indicator in mapped(vintage):
        offers(indicator, vintage)
    first = mapped(vintage)[0]
    held = [offer for offer in offers(first, vintage) if offer[:3] == (views.ALL,) * 3]
    opening = Selection(first, newest_with_most(held))
    for language in LANGUAGES:
        for dark in (False, True):
            map_datasets(MapView(opening, views.NATION, language, dark), vintage)
