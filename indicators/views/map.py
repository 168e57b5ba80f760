"""What the Map page draws and says: of one period, of a change between two, of all that play."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from indicators import catalogue, tables
from indicators.drawing import charts
from indicators.drawing.boundaries import NATION, Boundaries
from indicators.drawing.classes import (
    NATURAL,
    QUANTILES,
    class_breaks,
    decimals_for,
    diverging_breaks,
    method_name,
)
from indicators.drawing.map_rows import known_values, legend_rows, state_name, state_of, unit_rows
from indicators.drawing.palette import BROKEN, palette
from indicators.drawing.region_map import add_key
from indicators.drawing.standalone import map_provenance
from indicators.frequencies import one_frequency
from indicators.periods import decimal_year, decimal_years
from indicators.store.queries import Selection
from indicators.views import footnotes
from indicators.wording import Language, Wording

ALL = "ALL"
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
    classes: str = QUANTILES
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
    boundaries: Boundaries,
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
    values = known_values(every[every["region"].isin(drawn.codes)])
    centre = None
    if view.diverging and len(reference):
        # As it is written: what reads as the benchmark is not below it.
        centre = round(float(reference["value"].iloc[0]), indicator.decimals)
    if centre is None:
        breaks = class_breaks(values, OFFERED_CLASSES, view.classes, indicator.breaks)
        said = method_name(view.classes, words)
    else:
        breaks = diverging_breaks(values, centre)
        said = words("around {benchmark}", benchmark=reference["label"].iloc[0])
    colours = palette(view.dark)
    figures = unit_rows(
        rows, breaks=breaks, centre=centre, names=tables.region_names(view.language), unit=unit,
        words=words, palette=colours, decimals=indicator.decimals, units=drawn.codes,
        out_of_scope=tables.uncovered(), selected=view.region, ascending=indicator.polarity < 0,
    )  # fmt: skip
    figures = footnotes.with_denominator(figures, rows, citations, words)
    title = words.text(indicator.title)
    return MapFigures(
        units=figures.drop(columns="value"),
        legend=legend_rows(
            figures, breaks=breaks, centre=centre, unit=unit, words=words, palette=colours,
            decimals=indicator.decimals, said=said if breaks else "",
        ),
        ranking=charts.ranking_rows(
            figures, words, decimals=indicator.decimals, dark=view.dark
        ),
        reference=reference,
        table=tables.region_table(figures, words, unit=unit),
        rows=rows,
        statement=statement(figures, title, view.within, words),
        subtitle=subtitle(selection, words),
        ranking_statement=ranking_statement(title, unit, view.within, words),
        footnotes=[
            *silent(figures, view.within, words),
            *_without_benchmark(view, centre, words),
            *_sharing(view, beside is not None, words),
            *footnotes.sources(rows, citations, indicator, words),
            *map_provenance(boundaries, words),
        ],
        parts=parts(selection, view.within, words),
    )  # fmt: skip


def _reference(
    rows: pd.DataFrame, view: MapView, indicator: catalogue.Indicator, words: Wording
) -> pd.DataFrame:
    """Return the whole's value where it can stand beside a part's: not that of a count."""
    whole = rows[rows["region"] == view.within]
    known = known_values(whole)
    if indicator.kind == "count" or known.empty:
        return pd.DataFrame({"value": pd.Series(dtype=float), "label": pd.Series(dtype=str)})
    value = float(known.iloc[0])
    number = words.number(value, indicator.decimals)
    if view.within == NATION:
        label = words("Nation {value}", value=number)
    else:
        label = f"{tables.region_names(view.language)[view.within]} {number}"
    return pd.DataFrame({"value": [value], "label": [label]})


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


MOST_FRAMES = 24  # the newest: more would be too much to send at once
NO_BASE = "not_applicable"  # there is no percentage of nothing


@dataclass(frozen=True)
class MovingFigures:
    """Everything a map that plays draws and says. Frames as `maps` asks for them.

    parts: of its title. newest: the last period, on which it opens; None without any.
    """

    units: pd.DataFrame
    legend: pd.DataFrame
    frames: pd.DataFrame
    table: pd.DataFrame
    statement: str
    subtitle: str
    footnotes: list[str]
    parts: list[str]
    newest: str | None


def same_scale(one: Selection, other: Selection) -> bool:
    """Return whether two maps side by side share their classes: those of one indicator do.

    Another indicator may have the same unit and a size of its own: one of two maps would be flat.
    """
    return one.indicator == other.indicator


def change_figures(
    view: MapView, rows: pd.DataFrame, citations: pd.DataFrame, boundaries: Boundaries
) -> MapFigures:
    """Return the figures of a map of changes since the period of `view.against`.

    `rows`: the selection's in all periods, for a break may stand between the two. A count's
    change is in percent, any other's in its own unit. The classes diverge around no change.
    """
    assert view.against is not None
    words = Wording(view.language)
    indicator = catalogue.load().indicators[view.selection.indicator]
    earlier, later = _in_order(str(view.selection.period), str(view.against.period))
    drawn = boundaries.within(view.within)
    percent = indicator.kind == "count"
    mapped = rows[rows["region"].isin(drawn.codes)]
    changed = changes(mapped, earlier, later, percent=percent)
    unit = "%" if percent else tables.difference_unit(indicator.key, words)
    decimals = 1 if percent else indicator.decimals
    breaks = diverging_breaks(known_values(changed), 0.0)
    decimals = decimals_for(breaks, decimals)
    colours = palette(view.dark)
    figures = unit_rows(
        changed, breaks=breaks, centre=0.0, names=tables.region_names(view.language), unit=unit,
        words=words, palette=colours, decimals=decimals, units=drawn.codes, signed=True,
        out_of_scope=tables.uncovered(), selected=view.region,
    )  # fmt: skip
    span = words("{earlier} to {later}", earlier=words.period(earlier), later=words.period(later))
    figures = figures.assign(period=span)
    what, unit_said = words.text(indicator.title), words("change, {unit}", unit=unit)
    told = parts(replace(view.selection, period=later), view.within, words)[:-1]
    ranking = charts.ranking_rows(figures, words, decimals=decimals, dark=view.dark)
    ranking = ranking.merge(
        figures[["region", "label", "fill"]], on="region", validate="1:1", suffixes=("_bar", "")
    )
    # Written beside the name: beyond its end a bar to the left has no room.
    ranking = ranking.assign(name=ranking["name"] + " " + ranking["label"], label="")
    return MapFigures(
        units=figures.drop(columns="value"),
        legend=legend_rows(
            figures, breaks=breaks, centre=0.0, unit=unit_said, words=words, palette=colours,
            decimals=decimals,
        ),
        ranking=ranking[["region", "name", "value", "shown", "label", "rank", "fill"]],
        reference=pd.DataFrame(
            {"value": pd.Series(dtype=float), "label": pd.Series(dtype=str)}
        ),
        table=tables.region_table(figures, words, unit=unit_said),
        rows=rows[rows["period"].isin([earlier, later])],
        statement=_change_statement(figures, what, view.within, span, words),
        subtitle=words(
            "{what}, {span}: the change in {unit}. Not computed across a break in the series.",
            what=" · ".join(told), span=span, unit=unit,
        ),
        ranking_statement=words("Change, {span} ({unit})", span=span, unit=unit),
        footnotes=[
            *silent(figures, view.within, words),
            *footnotes.standing(citations, words),
            *footnotes.divided_by(
                mapped[mapped["period"].isin([earlier, later])], citations, words
            ),
            *map_provenance(boundaries, words),
        ],
        parts=[*told, words("change"), span],
    )  # fmt: skip


def changes(rows: pd.DataFrame, earlier: str, later: str, *, percent: bool) -> pd.DataFrame:
    """Return each region's change between two periods, in percent or in its own unit.

    Columns as in `rows`, and `state`: empty where there is a change, else why there is none:
    a figure of either period that is missing, withheld or not applicable; a break after the
    earlier period, or figures of different definition; a percentage of nothing.
    """
    at = rows.assign(time=decimal_years(rows["period"]))
    first, last = at.loc[at["period"] == earlier, "time"], at.loc[at["period"] == later, "time"]
    between = at[(at["time"] > first.min()) & (at["time"] <= last.max())]
    broken = set(between.loc[between["status"] == "B", "region"])
    befores = at[at["period"] == earlier].set_index("region").to_dict("index")
    afters = at[at["period"] == later].to_dict("records")
    found = [_change(befores.get(after["region"]), after, broken, percent) for after in afters]
    columns = ["region", "period", "value", "status", "confidentiality", "state"]
    return pd.DataFrame(found, columns=columns).astype({"value": float})


def _change(
    before: Mapping[Any, Any] | None, after: Mapping[Any, Any], broken: set[str], percent: bool
) -> dict[str, object]:
    base = {"region": after["region"], "period": after["period"], "value": float("nan"),
            "status": "A", "confidentiality": "F"}  # fmt: skip
    for side in (after, before):
        reason = "missing" if side is None else state_of(side)
        if reason != "value":
            return base | {"state": reason}
    assert before is not None
    if after["region"] in broken or (before["status"] == "D") != (after["status"] == "D"):
        return base | {"state": BROKEN}
    old, new = float(before["value"]), float(after["value"])
    if percent and old == 0:
        return base | {"state": NO_BASE}
    value = (new / old - 1) * 100 if percent else new - old
    # What is provisional or estimated at either end is so in between.
    status = next((s for s in "EP" if s in (before["status"], after["status"])), "A")
    return base | {"value": value, "status": status, "state": ""}


def _in_order(one: str, other: str) -> tuple[str, str]:
    first, last = sorted([one, other], key=decimal_year)
    return first, last


def _change_statement(
    figures: pd.DataFrame, what: str, within: str, span: str, words: Wording
) -> str:
    known = figures[figures["state"] == "value"]
    covered = len(tables.provinces()) if within == NATION else len(figures)
    if known.empty:
        return words("{what}: no change can be told for {span}", what=what, span=span)
    top = highest(known)
    best = {
        "what": what,
        "region": leaders(known, words),
        "covered": covered,
        "change": top["shown"].iloc[0],
        "known": len(known),
    }
    if len(top) == 1:
        return words(
            "{what}: {region} has the highest change, {change}; {known} of {covered} can be "
            "compared",
            **best,
        )
    return words(
        "{what}: {region} share the highest change, {change}; {known} of {covered} can be compared",
        **best,
    )


def moving_figures(
    view: MapView, rows: pd.DataFrame, citations: pd.DataFrame, boundaries: Boundaries
) -> MovingFigures:
    """Return a map's figures of all periods, on one scale; `rows`: the selection's in all."""
    words, indicator = (
        Wording(view.language), catalogue.load().indicators[view.selection.indicator],
    )  # fmt: skip
    unit = tables.unit_name(indicator.key, words)
    drawn = boundaries.within(view.within)
    mapped = rows[rows["region"].isin(drawn.codes)]
    mapped = one_frequency(mapped, ["indicator"], mapped["value"].notna())
    values = known_values(mapped)
    shown = sorted(mapped.loc[values.index, "period"].unique(), key=decimal_year)[-MOST_FRAMES:]
    values = values[mapped.loc[values.index, "period"].isin(shown)]
    # Natural breaks compare every pair of values, and there may be thousands here.
    method = QUANTILES if view.classes == NATURAL else view.classes
    breaks = class_breaks(values, OFFERED_CLASSES, method, indicator.breaks)
    colours = palette(view.dark)

    def each() -> Iterator[pd.DataFrame]:
        for frame, period in enumerate(shown, start=1):
            figures = unit_rows(
                mapped[mapped["period"] == period], breaks=breaks,
                names=tables.region_names(view.language), unit=unit, words=words, palette=colours,
                decimals=indicator.decimals, units=drawn.codes, out_of_scope=tables.uncovered(),
                selected=view.region, ascending=indicator.polarity < 0,
            )  # fmt: skip
            # Also where a region has no row of the period.
            yield footnotes.with_denominator(
                figures.assign(frame=frame, period=words.period(period)),
                mapped[mapped["period"] == period],
                citations,
                words,
            )

    figures = pd.concat(each(), ignore_index=True) if len(shown) else pd.DataFrame()
    labels = [words.period(period) for period in shown]
    what = words.text(indicator.title)
    told = parts(view.selection, view.within, words)[:-1]
    return MovingFigures(
        units=_small(add_key(figures)) if len(shown) else figures,
        legend=legend_rows(
            figures, breaks=breaks, unit=unit, words=words, palette=colours,
            decimals=indicator.decimals, said=method_name(method, words), counted=False,
        ) if len(shown) else figures,
        frames=pd.DataFrame({"frame": range(1, len(labels) + 1), "label": labels}),
        table=_wide(figures, labels, words) if len(shown) else figures,
        statement=words(
            "{what}, {first} to {last}", what=what, first=labels[0], last=labels[-1]
        ) if labels else words("No province has a figure for {what}", what=what),
        subtitle=words(
            "{what}: {n} periods on one scale. {description}",
            what=" · ".join(told), n=len(labels), description=words.text(indicator.description),
        ),
        footnotes=[
            *footnotes.standing(citations, words),
            *footnotes.divided_by(mapped, citations, words),
            *footnotes.breaks(mapped, words),
            *map_provenance(boundaries, words),
        ],
        parts=[*told, f"{labels[0]}–{labels[-1]}"] if labels else told,
        newest=shown[-1] if len(shown) else None,
    )  # fmt: skip


def _small(figures: pd.DataFrame) -> pd.DataFrame:
    """Return what the map draws, each word once: half the size to send."""
    repeated = ["region", "name", "state", "fill", "ink", "period", "rank", "status"]
    drawn = figures.drop(columns=["value", "frame"])
    return drawn.astype(dict.fromkeys(repeated, "category"))


def _wide(figures: pd.DataFrame, labels: list[str], words: Wording) -> pd.DataFrame:
    wide = figures.pivot(index=["region", "name"], columns="frame", values="label").reset_index()
    wide.columns = pd.Index([words("Code"), words("Region"), *labels])
    return wide


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
            "state": state_name(state, words), "n": len(names), "names": words.listed(names),
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
