"""What a page shows of a selection, made once per release: rows for its charts, and sentences.

Pure: frames in, frames and text out; `cached` remembers the result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from indicators import catalogue, charts, denominators, map_words, maps, tables
from indicators.frequencies import in_time, one_frequency
from indicators.queries import Selection
from indicators.wording import Language, Wording

NATION, ALL = "100000", "ALL"
OFFERED_CLASSES = 5


Shown = Literal["one", "beside", "change", "play"]


@dataclass(frozen=True)
class MapView:
    """What a map shows: figures, the region chosen, language and theme.

    within: whose parts are drawn. classes: the method that makes them. diverging: whether they
    diverge around the benchmark. against: the figures `shown` beside, or of the other period.
    """

    selection: Selection
    region: str
    language: Language
    dark: bool
    within: str = NATION
    classes: str = maps.QUANTILES
    diverging: bool = False
    shown: Shown = "one"
    against: Selection | None = None


@dataclass(frozen=True)
class MapFigures:
    """Everything the Map page draws and says. Frames as `maps` and `charts` ask for them."""

    units: pd.DataFrame
    legend: pd.DataFrame
    ranking: pd.DataFrame
    reference: pd.DataFrame
    table: pd.DataFrame
    rows: pd.DataFrame
    statement: str
    subtitle: str
    ranking_statement: str
    footnotes: list[str]
    parts: list[str]


def map_figures(
    view: MapView,
    rows: pd.DataFrame,
    citations: pd.DataFrame,
    boundaries: maps.Boundaries,
    beside: pd.DataFrame | None = None,
) -> MapFigures:
    """Return a map's figures from the rows of its selection and their citations.

    `beside`: the rows of the map beside it, of the same unit, which shares its classes.
    """
    words, selection = Wording(view.language), view.selection
    indicator = catalogue.load().indicators[selection.indicator]
    unit = tables.unit_name(selection.indicator, words)
    drawn = boundaries.within(view.within)
    reference = _reference(rows, view, indicator, words)
    every = rows if beside is None else pd.concat([rows, beside])
    values = maps.known_values(every[every["region"].isin(drawn.codes)])
    centre = None
    if view.diverging and len(reference):
        # As it is written: what reads as the benchmark is not below it.
        centre = round(float(reference["value"].iloc[0]), indicator.decimals)
    if centre is None:
        breaks = maps.class_breaks(values, OFFERED_CLASSES, view.classes, indicator.breaks)
        said = maps.method_name(view.classes, words)
    else:
        breaks = maps.diverging_breaks(values, centre)
        said = words("around {benchmark}", benchmark=reference["label"].iloc[0])
    colours = maps.palette(view.dark)
    figures = maps.map_figures(
        rows, breaks=breaks, centre=centre, names=tables.region_names(view.language), unit=unit,
        words=words, palette=colours, decimals=indicator.decimals, units=drawn.codes,
        out_of_scope=tables.uncovered(), selected=view.region, ascending=indicator.polarity < 0,
    )  # fmt: skip
    figures = with_denominator(figures, rows, citations, words)
    title = words.text(indicator.title)
    return MapFigures(
        units=figures.drop(columns="value"),
        legend=maps.map_legend(
            figures, breaks=breaks, centre=centre, unit=unit, words=words, palette=colours,
            decimals=indicator.decimals, said=said if breaks else "",
        ),
        ranking=charts.ranking_rows(
            figures, words, decimals=indicator.decimals, dark=view.dark
        ),
        reference=reference,
        table=tables.region_table(figures, words, unit=unit),
        rows=rows,
        statement=map_words.statement(figures, title, view.within, words),
        subtitle=map_words.subtitle(selection, words),
        ranking_statement=map_words.ranking_statement(title, unit, view.within, words),
        footnotes=[
            *map_words.silent(figures, view.within, words),
            *_without_benchmark(view, centre, words),
            *_sharing(view, beside is not None, words),
            *sources(rows, citations, indicator, words),
            *maps.map_provenance(boundaries, words),
        ],
        parts=map_words.parts(selection, view.within, words),
    )  # fmt: skip


def _reference(
    rows: pd.DataFrame, view: MapView, indicator: catalogue.Indicator, words: Wording
) -> pd.DataFrame:
    """Return the whole's value where it can stand beside a part's: not that of a count."""
    whole = rows[rows["region"] == view.within]
    known = maps.known_values(whole)
    if indicator.kind == "count" or known.empty:
        return pd.DataFrame({"value": pd.Series(dtype=float), "label": pd.Series(dtype=str)})
    value = float(known.iloc[0])
    number = words.number(value, indicator.decimals)
    if view.within == NATION:
        label = words("Nation {value}", value=number)
    else:
        label = f"{tables.region_names(view.language)[view.within]} {number}"
    return pd.DataFrame({"value": [value], "label": [label]})


def standing(citations: pd.DataFrame, words: Wording) -> list[str]:
    """Return the documents that figures stand in, and whether they were read in a copy."""
    if citations.empty:
        return []
    documents = citations.drop_duplicates("document")
    cited = [
        words("{document} ({publisher})", document=document, publisher=publisher)
        for document, publisher in zip(documents["document"], documents["publisher"], strict=True)
    ]
    lines = [words("Source: {documents}", documents=words.listed(cited))]
    if (citations["verification"] == "secondary").any():
        lines.append(words("Read in a secondary copy of the official figures."))
    return lines


def _sharing(view: MapView, shared: bool, words: Wording) -> list[str]:
    if view.shown != "beside":
        return []
    if shared:
        return [words("Both maps have the same classes.")]
    return [words("Each map has classes of its own: compare the pattern, not the colours.")]


def _without_benchmark(view: MapView, centre: float | None, words: Wording) -> list[str]:
    if not view.diverging or centre is not None:
        return []
    where = tables.region_names(view.language)[view.within]
    return [words(
        "{where} has no figure of its own for this period: colours run from low to high.",
        where=where,
    )]  # fmt: skip


def sources(
    rows: pd.DataFrame, citations: pd.DataFrame, indicator: catalogue.Indicator, words: Wording
) -> list[str]:
    """Return where the figures stand: sources, documents, verification; a ratio's denominator."""
    lines = standing(citations, words)
    if indicator.derived:
        lines.append(formula(indicator, words))
    return lines + divided_by(rows, citations, words) + breaks(rows, words)


def divided_by(rows: pd.DataFrame, citations: pd.DataFrame, words: Wording) -> list[str]:
    """Return the footnote that names the denominator of computed ratios; see `denominators`."""
    names = tables.region_names(words.language)
    return denominators.footnotes(rows, citations, lambda region: names[region], words)


def with_denominator(
    figures: pd.DataFrame, rows: pd.DataFrame, citations: pd.DataFrame, words: Wording
) -> pd.DataFrame:
    """Return the rows of a map, a ratio's period with what it was divided by, for its tooltip."""
    used = denominators.with_denominators(rows, citations).set_index("region")
    told = {
        region: denominators.text(document, period, words)
        for region, document, period in used[denominators.DENOMINATOR].itertuples()
    }
    return figures.assign(
        period=[
            words("{period}; denominator: {denominator}", period=period, denominator=told[region])
            if state == "value" and told.get(region)
            else period
            for region, state, period in zip(
                figures["region"], figures["state"], figures["period"], strict=True
            )
        ]
    )


def formula(ratio: catalogue.Indicator, words: Wording) -> str:
    """Return how a derived indicator is computed, with its factor and whose denominator it is."""
    known = catalogue.load().indicators
    above = words.text(known[str(ratio.numerator)].title)
    below = words.text(known[str(ratio.denominator)].title)
    if ratio.share_of:
        whole = tables.region_names(words.language)[ratio.share_of]
        below = words("{indicator} of {region}", indicator=below, region=whole)
    if ratio.factor == 1:
        return words("Computed: {numerator} / {denominator}", numerator=above, denominator=below)
    return words(
        "Computed: {numerator} / {denominator} × {factor}",
        numerator=above, denominator=below, factor=words.number(ratio.factor),
    )  # fmt: skip


def breaks(rows: pd.DataFrame, words: Wording) -> list[str]:
    """Return the footnote of figures among which a series breaks."""
    if not (rows["status"] == "B").any():
        return []
    return [words("[b] break in series: not comparable with earlier figures")]


@dataclass(frozen=True)
class Headline:
    """One large number and how it changed since the snapshot before."""

    label: str
    value: str
    change: str | None
    help: str


def headlines(rows: pd.DataFrame, words: Wording) -> list[Headline]:
    """Return the nation's figures with their change.

    `rows`: certificates and organisations of all schemes at the regions ALL and 100000.
    """
    known = catalogue.load()
    scopes = {ALL: words("all"), NATION: words("domestic")}
    short = {
        "certificates_valid": words("Certificates"),
        "certified_organisations": words("Organisations"),
    }
    found = []
    for region, scope in scopes.items():
        for key in short:
            series = _line(rows[
                (rows["indicator"] == key) & (rows["region"] == region) & (rows["industry"] == ALL)
            ])  # fmt: skip
            if series.empty:
                continue
            newest, *before = series[::-1].to_dict("records")
            change = _change(newest, before[0], words) if before else None
            indicator = known.indicators[key]
            found.append(Headline(
                words("{what} ({scope})", what=short[key], scope=scope),
                words.big(newest["value"]),
                change,
                words("{value} {unit}, {period}. {description}",
                      value=words.number(newest["value"]), unit=tables.unit_name(key, words),
                      period=words.period(newest["period"]),
                      description=words.text(indicator.description)),
            ))  # fmt: skip
    return found


def _change(newest: dict[Any, Any], before: dict[Any, Any], words: Wording) -> str | None:
    """Return by how much a figure changed in percent; None across a break or without a base."""
    usual = {maps.state_of(newest), maps.state_of(before)} == {"value"}
    if not usual or newest["status"] == "B" or not before["value"]:
        return None
    return words(
        "{change} since {period}",
        change=words.signed((newest["value"] / before["value"] - 1) * 100, 1) + "%",
        period=words.period(before["period"]),
    )


def overview_statement(rows: pd.DataFrame, reach: pd.DataFrame, words: Wording) -> str:
    """Return the Overview's title: the newest national figure and how far figures reach."""
    series = _line(rows[(rows["indicator"] == "certificates_valid") & (rows["region"] == ALL)])
    if series.empty:
        return words("{n} indicators have figures", n=len(reach))
    provinces = int(reach.loc[reach["indicator"] == "certificates_valid", "provinces"].max())
    newest = series.iloc[-1]
    return words(
        "{value} valid certificates in {period}, those abroad included; {known} of {covered} "
        "provinces have figures",
        value=words.big(newest["value"]), period=words.period(newest["period"]),
        known=provinces, covered=len(tables.provinces()),
    )  # fmt: skip


def _line(rows: pd.DataFrame) -> pd.DataFrame:
    """Return national figures of one frequency each, in order of time."""
    return in_time(one_frequency(rows, ["indicator", "region", "industry"], rows["value"].notna()))


def newest_table(rows: pd.DataFrame, citations: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return each indicator's newest national figure, in the catalogue's order.

    `rows`: national figures of every indicator, all schemes and sizes.
    """
    known = catalogue.load().indicators
    order = {key: place for place, key in enumerate(known)}
    newest = (
        _line(rows).groupby(["indicator", "region", "industry"], as_index=False)
        .tail(1).sort_values("indicator", key=lambda keys: keys.map(order), kind="stable")
    )  # fmt: skip
    names = tables.region_names(words.language)
    used = denominators.with_denominators(newest, citations)[denominators.DENOMINATOR]
    return pd.DataFrame({
        words("Indicator"): [words.text(known[key].title) for key in newest["indicator"]],
        words("Scope"): newest["region"].map(names).to_numpy(),
        words("Industry"): [tables.industry_name(code, words) for code in newest["industry"]],
        words("Period"): [words.period(period) for period in newest["period"]],
        words("Value"): [
            words.number(value, known[key].decimals)
            for key, value in zip(newest["indicator"], newest["value"], strict=True)
        ],
        words("Unit"): [tables.unit_name(key, words) for key in newest["indicator"]],
        words("Denominator"): [
            denominators.text(document, period, words)
            for document, period in used.itertuples(index=False)
        ],
    })  # fmt: skip
