"""What a page shows of a selection, made once per release: rows for its charts, and sentences.

Pure: frames in, frames and text out; `cached` remembers the result.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from indicators import catalogue, charts, maps, tables
from indicators.queries import Selection
from indicators.wording import Language, Wording

NATION, ALL = "100000", "ALL"
OFFERED_CLASSES = 5


@dataclass(frozen=True)
class MapView:
    """What a map shows: figures, the region chosen, language and theme."""

    selection: Selection
    region: str
    language: Language
    dark: bool


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
    view: MapView, rows: pd.DataFrame, citations: pd.DataFrame, boundaries: maps.Boundaries
) -> MapFigures:
    """Return a map's figures from the rows of its selection and their citations."""
    words, selection = Wording(view.language), view.selection
    indicator = catalogue.load().indicators[selection.indicator]
    unit = tables.unit_name(selection.indicator, words)
    names = tables.region_names(view.language)
    mapped = rows[rows["region"].isin(maps.REGIONS)]
    breaks = maps.class_breaks(mapped["value"], OFFERED_CLASSES)
    colours = maps.palette(view.dark)
    figures = maps.map_figures(
        mapped, breaks=breaks, names=names, unit=unit, words=words, palette=colours,
        decimals=indicator.decimals, out_of_scope=tables.uncovered(), selected=view.region,
        ascending=indicator.polarity < 0,
    )  # fmt: skip
    legend = maps.map_legend(
        figures,
        breaks=breaks,
        unit=unit,
        words=words,
        palette=colours,
        decimals=indicator.decimals,
    )
    title = words.text(indicator.title)
    parts = [title, *_narrowed(selection, words), words.period(str(selection.period))]
    return MapFigures(
        units=figures.drop(columns="value"),
        legend=legend,
        ranking=charts.ranking_rows(
            figures, words, decimals=indicator.decimals, dark=view.dark
        ),
        reference=_reference(rows, indicator, words),
        table=tables.region_table(figures, words, unit=unit),
        rows=rows,
        statement=_statement(figures, title, words),
        subtitle=words("{what}, {period}. {description}", what=" · ".join(parts[:-1]),
                       period=parts[-1], description=words.text(indicator.description)),
        ranking_statement=words("Provinces ranked by {what} ({unit})", what=title, unit=unit),
        footnotes=[
            *_silent(figures, words),
            *_standing(rows, citations, indicator, words),
            *maps.map_provenance(boundaries, words),
        ],
        parts=parts,
    )  # fmt: skip


def _narrowed(selection: Selection, words: Wording) -> list[str]:
    said = []
    if selection.scheme not in (None, ALL):
        said.append(tables.scheme_name(str(selection.scheme), words))
    if selection.industry not in (None, ALL):
        said.append(tables.industry_name(str(selection.industry), words))
    if selection.size not in (None, ALL):
        said.append(tables.size_name(str(selection.size), words))
    return said


def _statement(figures: pd.DataFrame, title: str, words: Wording) -> str:
    known = figures[figures["state"] == "value"].sort_values("value", ascending=False)
    covered = len(tables.provinces())
    if known.empty:
        return words("No province has a figure for {what}", what=title)
    return words(
        "{what}: {region} has the highest figure; {known} of {covered} provinces have one",
        what=title, region=known["name"].iloc[0], known=len(known), covered=covered,
    )  # fmt: skip


def _reference(rows: pd.DataFrame, indicator: catalogue.Indicator, words: Wording) -> pd.DataFrame:
    """Return the nation's value where it can stand beside a province's: not that of a count."""
    nation = rows[(rows["region"] == NATION) & rows["value"].notna()]
    if indicator.kind == "count" or nation.empty:
        return pd.DataFrame({"value": pd.Series(dtype=float), "label": pd.Series(dtype=str)})
    value = float(nation["value"].iloc[0])
    label = words("Nation {value}", value=words.number(value, indicator.decimals))
    return pd.DataFrame({"value": [value], "label": [label]})


def _silent(figures: pd.DataFrame, words: Wording) -> list[str]:
    lines = []
    for state in ("missing", "suppressed", "not_applicable"):
        silent = figures.loc[figures["state"] == state, "name"].tolist()
        if silent:
            lines.append(words(
                "{state}, {n} of {covered} provinces: {names}",
                state=maps.state_name(state, words), n=len(silent),
                covered=len(tables.provinces()), names=words.listed(silent),
            ))  # fmt: skip
    outside = figures.loc[figures["state"] == "out_of_scope", "name"].tolist()
    if outside:
        lines.append(words("Not covered by this source: {names}", names=words.listed(outside)))
    return lines


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


def _standing(
    rows: pd.DataFrame, citations: pd.DataFrame, indicator: catalogue.Indicator, words: Wording
) -> list[str]:
    """Return where the figures stand: sources, documents, verification; a ratio's denominator."""
    lines = standing(citations, words)
    if indicator.derived:
        lines.append(formula(indicator, words))
    return lines + breaks(rows, words)


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
            series = rows[
                (rows["indicator"] == key) & (rows["region"] == region) & (rows["industry"] == ALL)
            ]
            if series.empty:
                continue
            newest, *before = series.sort_values("period", ascending=False).to_dict("records")
            comparable = before and newest["status"] != "B"
            indicator = known.indicators[key]
            found.append(Headline(
                words("{what} ({scope})", what=short[key], scope=scope),
                words.big(newest["value"]),
                words(
                    "{change} since {period}",
                    change=words.signed((newest["value"] / before[0]["value"] - 1) * 100, 1) + "%",
                    period=words.period(before[0]["period"]),
                ) if comparable else None,
                words("{value} {unit}, {period}. {description}",
                      value=words.number(newest["value"]), unit=tables.unit_name(key, words),
                      period=words.period(newest["period"]),
                      description=words.text(indicator.description)),
            ))  # fmt: skip
    return found


def overview_statement(rows: pd.DataFrame, reach: pd.DataFrame, words: Wording) -> str:
    """Return the Overview's title: the newest national figure and how far figures reach."""
    series = rows[(rows["indicator"] == "certificates_valid") & (rows["region"] == ALL)]
    provinces = int(reach.loc[reach["indicator"] == "certificates_valid", "provinces"].max())
    if series.empty:
        return words("{n} indicators have figures", n=len(reach))
    newest = series.sort_values("period").iloc[-1]
    return words(
        "{value} valid certificates in {period}, those abroad included; {known} of {covered} "
        "provinces have figures",
        value=words.big(newest["value"]), period=words.period(newest["period"]),
        known=provinces, covered=len(tables.provinces()),
    )  # fmt: skip


def newest_table(rows: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return each indicator's newest national figure, in the catalogue's order.

    `rows`: national figures of every indicator, all schemes and sizes.
    """
    known = catalogue.load().indicators
    order = {key: place for place, key in enumerate(known)}
    newest = (
        rows.sort_values("period").groupby(["indicator", "region", "industry"], as_index=False)
        .tail(1).sort_values("indicator", key=lambda keys: keys.map(order), kind="stable")
    )  # fmt: skip
    names = tables.region_names(words.language)
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
    })  # fmt: skip
