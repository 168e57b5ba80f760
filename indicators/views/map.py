"""What the Map page draws and says: of one period, of a change between two, of all that play."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import pandas as pd

from indicators import catalogue, code_names, denominators
from indicators.catalogue import tree
from indicators.drawing import charts
from indicators.drawing.boundary_files import Boundaries
from indicators.drawing.charts import RANKING, REFERENCE, Specification, ranking_chart
from indicators.drawing.classes import (
    NATURAL,
    QUANTILES,
    class_breaks,
    decimals_for,
    diverging_breaks,
    method_name,
)
from indicators.drawing.levels import NOT_INCLUDED
from indicators.drawing.map_rows import known_values, legend_rows, state_of, unit_rows
from indicators.drawing.palette import palette
from indicators.drawing.region_map import add_key
from indicators.drawing.standalone import exported_chart, exported_map, map_provenance
from indicators.exports import readable_tables
from indicators.exports.offered import Export, Offer, vintage_notes
from indicators.frequencies import one_frequency
from indicators.freshness import UNDATED, Freshness
from indicators.periods import decimal_year, decimal_years
from indicators.regions import ALL, COUNTY, NATION, Region
from indicators.statuses import MapState
from indicators.store.queries import Selection, Vintage
from indicators.views import footnotes
from indicators.wording import Language, Wording, difference

OFFERED_CLASSES = 5
MOST_FRAMES = 24  # the newest: more would be too much to send at once
NO_BASE = "not_applicable"  # there is no percentage of nothing
MOST_NAMED = 3
NOISE = 1e-9

Shown = Literal["one", "beside", "change", "play"]


@dataclass(frozen=True)
class MapView:
    """What a map shows: figures, the region chosen, language and theme.

    within: whose parts are drawn. classes: the method that makes them. diverging: whether they
    diverge around the benchmark. against: the figures `shown` beside, or of the other period.
    day: as of which figures have an age, an ISO date; without one they have none. group: the
    regions that the bars beside a map rank, all where there is none.
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
    day: str = ""
    group: tuple[str, ...] = ()

    @property
    def words(self) -> Wording:
        """The words of its language."""
        return Wording(self.language)

    @property
    def indicator(self) -> catalogue.Indicator:
        """What its figures measure."""
        return catalogue.load().indicators[self.selection.indicator]

    @property
    def where(self) -> str:
        """The name of the region whose parts are drawn."""
        return tree().names(self.language)[self.within]


@dataclass(frozen=True)
class MapFigures:
    """Everything the Map page draws and says. Frames as `drawing` asks for them."""

    units: pd.DataFrame
    legend: pd.DataFrame
    ranking: pd.DataFrame
    reference: pd.DataFrame
    table: pd.DataFrame
    rows: pd.DataFrame
    statement: str
    standing: str
    subtitle: str
    ranking_statement: str
    footnotes: list[str]
    parts: list[str]


@dataclass(frozen=True)
class MovingFigures:
    """Everything a map that plays draws and says. Frames as `drawing` asks for them.

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
    standing: str = ""


class _Scale(NamedTuple):
    """The classes of a map: where they part, around what `centre`, and how numbers are written."""

    breaks: list[float]
    unit: str
    decimals: int
    centre: float | None = None

    def units(
        self, rows: pd.DataFrame, view: MapView, boundaries: Boundaries, **options: Any
    ) -> pd.DataFrame:
        """Return `unit_rows` of what a view draws."""
        return unit_rows(
            rows,
            **self._asdict(),
            names=tree().names(view.language),
            words=view.words,
            palette=palette(view.dark),
            units=boundaries.within(view.within).codes,
            out_of_scope=tree().uncovered,
            selected=view.region,
            **options,
        )

    def legend(
        self, figures: pd.DataFrame, view: MapView, said: str = "", *, counted: bool = True
    ) -> pd.DataFrame:
        """Return `legend_rows` of a view's units."""
        colours, words = palette(view.dark), view.words
        return legend_rows(
            figures, **self._asdict(), words=words, palette=colours, said=said, counted=counted
        )


def map_figures(
    view: MapView,
    rows: pd.DataFrame,
    citations: pd.DataFrame,
    boundaries: Boundaries,
    beside: pd.DataFrame | None = None,
    fresh: Freshness = UNDATED,
) -> MapFigures:
    """Return a map's figures from the rows of its selection and their citations.

    `beside`: the rows of the map beside it, of the same unit, which shares its classes. fresh:
    says how old they are, and whether that is too old.
    """
    words, indicator = view.words, view.indicator
    unit, title = code_names.unit_name(indicator.key, words), words.text(indicator.title)
    codes = boundaries.within(view.within).codes
    rows = compared(rows, codes)
    reference = reference_rows(rows, view)
    every = rows if beside is None else pd.concat([rows, compared(beside, codes)])
    values = known_values(every[every["region"].isin(boundaries.within(view.within).codes)])
    centre = None
    if view.diverging and len(reference):
        # As it is written: what reads as the benchmark is not below it.
        centre = round(float(reference["value"].iloc[0]), indicator.decimals)
    if centre is None:
        breaks = class_breaks(values, OFFERED_CLASSES, view.classes, indicator.breaks)
        method = method_name(view.classes, words)
    else:
        breaks = diverging_breaks(values, centre)
        method = words("around {benchmark}", benchmark=reference["label"].iloc[0])
    scale = _Scale(breaks, unit, indicator.decimals, centre)
    figures = scale.units(rows, view, boundaries, ascending=indicator.polarity < 0)
    figures = _with_uncompared(figures, rows, view)
    figures = footnotes.with_denominator(figures, rows, citations, words)
    counties = _counties(rows, view)
    figures = _with_counties(figures, counties, words)
    if fresh.is_stale(indicator.key, str(view.selection.period)):
        late = figures["status"] + words.sequence(["", words("out of date")])
        figures = figures.assign(status=figures["status"].where(figures["state"] != "value", late))
        method = words.sequence([method, words("out of date")])
    return MapFigures(
        units=figures.drop(columns="value"),
        legend=scale.legend(figures, view, method if breaks else ""),
        ranking=charts.ranking_rows(
            figures[figures["region"].isin([*view.group, view.region])] if view.group else figures,
            words,
            decimals=indicator.decimals,
            dark=view.dark,
            ascending=indicator.polarity < 0,
        ),
        reference=reference,
        table=readable_tables.region_table(figures, words, unit=unit),
        rows=rows,
        statement=statement(figures, title, view),
        standing=standing(figures, reference, view),
        subtitle=subtitle(view.selection, words, fresh),
        ranking_statement=ranking_statement(title, unit, view),
        footnotes=[
            *silent(figures, view),
            *[_county_line(row, said, words) for row, said in counties],
            *_without_benchmark(view, centre),
            *_sharing(view, beside is not None),
            *footnotes.sources(rows, citations, indicator, words),
            *map_provenance(boundaries, words),
        ],
        parts=parts(view.selection, view.within, words),
    )


def reference_rows(rows: pd.DataFrame, view: MapView) -> pd.DataFrame:
    """Return the whole's value where it can stand beside a part's: not that of a count."""
    held = rows[rows["region"] == view.within]
    whole, decimals = known_values(held), view.indicator.decimals
    if view.indicator.kind == "count" or whole.empty or _otherwise_divided(rows, held):
        return _no_reference()
    number = view.words.number(whole.iloc[0], decimals)
    nation = view.words("Nation {value}", value=number)
    label = nation if view.within == NATION else f"{view.where} {number}"
    return pd.DataFrame({"value": [float(whole.iloc[0])], "label": [label]})


def compared(rows: pd.DataFrame, codes: Collection[str]) -> pd.DataFrame:
    """Return rows with a `state`: that of ratios with another denominator than most has no rank.

    Regions compare only where their denominators are of the same year and kind, period by period.
    """
    drawn = rows["region"].isin(codes)
    apart = drawn & denominators.uncompared(rows, drawn)
    return rows.assign(state=apart.map({True: str(MapState.BROKEN), False: ""}))


def _with_uncompared(figures: pd.DataFrame, rows: pd.DataFrame, view: MapView) -> pd.DataFrame:
    """Return a map's units, those that are not compared with their own figure all the same."""
    words, unit = view.words, code_names.unit_name(view.indicator.key, view.words)
    values = rows.drop_duplicates("region").set_index("region")["value"]

    def shown(region: str, state: str, said: str) -> str:
        if state != MapState.BROKEN:
            return said
        number = words.number(values[region], view.indicator.decimals)
        return words.sequence([f"{number}{'' if unit == '%' else ' '}{unit}", said])

    cells = figures[["region", "state", "shown"]].itertuples(index=False)
    return figures.assign(shown=[shown(*cell) for cell in cells])


def _otherwise_divided(rows: pd.DataFrame, whole: pd.DataFrame) -> bool:
    """Say whether the parts' ratios have denominators of another kind or year than the whole's."""
    parts = denominators.basis(rows[rows["state"] == ""].drop(whole.index, errors="ignore"))
    return not parts.empty and not denominators.basis(whole).isin(parts).all()


def _no_reference() -> pd.DataFrame:
    return pd.DataFrame({"value": pd.Series(dtype=float), "label": pd.Series(dtype=str)})


def _sharing(view: MapView, shared: bool) -> list[str]:
    if view.shown != "beside":
        return []
    if shared:
        return [view.words("Both maps have the same classes.")]
    return [view.words("Each map has classes of its own: compare the pattern, not the colours.")]


def _without_benchmark(view: MapView, centre: float | None) -> list[str]:
    if not view.diverging or centre is not None:
        return []
    lacking = view.words(
        "{where} has no figure to compare with for this period: colours run from low to high.",
        where=view.where,
    )
    return [lacking]


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
    words, indicator = view.words, view.indicator
    ends = sorted([str(view.selection.period), str(view.against.period)], key=decimal_year)
    earlier, later = ends
    percent = indicator.kind == "count"
    codes = boundaries.within(view.within).codes
    mapped = compared(rows[rows["region"].isin(codes)], codes)
    changed = changes(mapped, earlier, later, percent=percent)
    unit = "%" if percent else code_names.difference_unit(indicator.key, words)
    breaks = diverging_breaks(known_values(changed), 0.0)
    decimals = decimals_for(breaks, 1 if percent else indicator.decimals)
    scale = _Scale(breaks, unit, decimals, 0.0)
    span = words("{earlier} to {later}", earlier=words.period(earlier), later=words.period(later))
    figures = scale.units(changed, view, boundaries, signed=True).assign(period=span)
    what, change = words.text(indicator.title), words("change, {unit}", unit=unit)
    narrowed = parts(replace(view.selection, period=later), view.within, words)[:-1]
    ranking = charts.ranking_rows(figures, words, decimals=decimals, dark=view.dark)
    ranking = ranking.merge(
        figures[["region", "label", "fill"]], on="region", validate="1:1", suffixes=("_bar", "")
    )
    # Written beside the name: beyond its end a bar to the left has no room.
    ranking = ranking.assign(name=ranking["name"] + " " + ranking["label"], label="")

    return MapFigures(
        units=figures.drop(columns="value"),
        legend=scale._replace(unit=change).legend(figures, view),
        ranking=ranking[["region", "name", "value", "shown", "label", "rank", "fill", "place"]],
        reference=_no_reference(),
        table=readable_tables.region_table(figures, words, unit=change),
        rows=rows[rows["period"].isin(ends)],
        statement=_change_statement(figures, what, view, span),
        standing="",
        subtitle=words(
            "{what}, {span}: the change in {unit}. Not computed across a break in the series.",
            what=" · ".join(narrowed),
            span=span,
            unit=unit,
        ),
        ranking_statement=words("Change, {span} ({unit})", span=span, unit=unit),
        footnotes=[
            *silent(figures, view),
            *footnotes.standing(citations, words),
            *footnotes.divided_by(mapped[mapped["period"].isin(ends)], citations, words),
            *map_provenance(boundaries, words),
        ],
        parts=[*narrowed, words("change"), span],
    )


def changes(rows: pd.DataFrame, earlier: str, later: str, *, percent: bool) -> pd.DataFrame:
    """Return each region's change between two periods, in percent or in its own unit.

    Columns as in `rows`, and `state`: empty where there is a change, else why there is none:
    a figure of either period that is missing, withheld or not applicable, or that has a `state` of
    its own; a break after the earlier period, or figures of different definition; a percentage of
    nothing.
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


def most_comparable(rows: pd.DataFrame, regions: Collection[str], period: str) -> str:
    """Return the period between which and `period` most regions have a change, the newest of them.

    `rows`: of all periods; empty where there is no other period.
    """
    mapped = compared(rows[rows["region"].isin(regions)], regions)

    def number(other: str) -> int:
        earlier, later = sorted([other, period], key=decimal_year)
        return int((changes(mapped, earlier, later, percent=False)["state"] == "").sum())

    others = set(rows["period"]) - {period}
    return max(others, key=lambda other: (number(other), decimal_year(other)), default="")


def _change(
    before: Mapping[Any, Any] | None, after: Mapping[Any, Any], broken: set[str], percent: bool
) -> dict[str, object]:
    base = {"region": after["region"], "period": after["period"], "value": float("nan")}
    base |= {"status": "A", "confidentiality": "F"}
    for side in (after, before):
        reason = "missing" if side is None else state_of(side)
        if reason != "value":
            return base | {"state": reason}
    assert before is not None
    if after["region"] in broken or (before["status"] == "D") != (after["status"] == "D"):
        return base | {"state": MapState.BROKEN}
    old, new = float(before["value"]), float(after["value"])
    if percent and old == 0:
        return base | {"state": NO_BASE}
    value = (new / old - 1) * 100 if percent else new - old
    # What is provisional or estimated at either end is so in between.
    status = next((s for s in "EP" if s in (before["status"], after["status"])), "A")
    return base | {"value": value, "status": status, "state": ""}


def _change_statement(figures: pd.DataFrame, what: str, view: MapView, span: str) -> str:
    known = figures[figures["state"] == "value"]
    if known.empty:
        return view.words("{what}: no change can be told for {span}", what=what, span=span)
    top = highest(known)
    values = {
        "what": what,
        "span": span,
        "region": leaders(known, view.words),
        "change": top["shown"].iloc[0],
        "known": view.words.number(len(known)),
    }
    if top["value"].iloc[0] > 0:
        return view.words(
            "{what}, {span}: of {known} regions that can be compared, {region} rose most "
            "({change})",
            **values,
        )
    return view.words(
        "{what}, {span}: of {known} regions that can be compared, {region} fell least ({change})",
        **values,
    )


def moving_figures(
    view: MapView, rows: pd.DataFrame, citations: pd.DataFrame, boundaries: Boundaries
) -> MovingFigures:
    """Return a map's figures of all periods, on one scale; `rows`: the selection's in all."""
    words, indicator = view.words, view.indicator
    codes = boundaries.within(view.within).codes
    mapped = rows[rows["region"].isin(codes)]
    mapped = compared(one_frequency(mapped, ["indicator"], mapped["value"].notna()), codes)
    values = known_values(mapped)
    shown = sorted(mapped.loc[values.index, "period"].unique(), key=decimal_year)[-MOST_FRAMES:]
    values = values[mapped.loc[values.index, "period"].isin(shown)]
    # Natural breaks compare every pair of values, and there may be thousands here.
    method = QUANTILES if view.classes == NATURAL else view.classes
    breaks = class_breaks(values, OFFERED_CLASSES, method, indicator.breaks)
    scale = _Scale(breaks, code_names.unit_name(indicator.key, words), indicator.decimals)
    frames = []
    for number, period in enumerate(shown, start=1):
        own = mapped[mapped["period"] == period]
        units = scale.units(own, view, boundaries, ascending=indicator.polarity < 0)
        units = _with_uncompared(units, own, view)
        # Also where a region has no row of the period.
        units = units.assign(frame=number, period=words.period(period))
        frames.append(footnotes.with_denominator(units, own, citations, words))
    what, narrowed = words.text(indicator.title), parts(view.selection, view.within, words)[:-1]
    description = {"what": " · ".join(narrowed), "description": words.text(indicator.description)}
    moving = MovingFigures(
        units=pd.DataFrame(),
        legend=pd.DataFrame(),
        frames=pd.DataFrame({"frame": [], "label": []}),
        table=pd.DataFrame(),
        statement=words("No figures of provinces are held here: {what}", what=what),
        subtitle=words(
            "{what}: {n} periods on one scale. {description}", n=len(shown), **description
        ),
        footnotes=[
            words("Each period is shown equally long, however far apart they lie."),
            *footnotes.standing(citations, words),
            *footnotes.divided_by(mapped, citations, words),
            *footnotes.breaks(mapped, words),
            *map_provenance(boundaries, words),
        ],
        parts=narrowed,
        newest=None,
    )
    if not shown:
        return moving
    figures = pd.concat(frames, ignore_index=True)
    labels = [words.period(period) for period in shown]
    span = {"first": labels[0], "last": labels[-1]}
    return replace(
        moving,
        units=_small(add_key(figures)),
        legend=scale.legend(figures, view, method_name(method, words), counted=False),
        frames=pd.DataFrame({"frame": range(1, len(labels) + 1), "label": labels}),
        table=_wide(figures, labels, words),
        statement=words("{what}, {first} to {last}", what=what, **span),
        parts=[*narrowed, f"{labels[0]}–{labels[-1]}"],
        newest=shown[-1],
    )


def _small(figures: pd.DataFrame) -> pd.DataFrame:
    """Return what the map draws, each word once: half the size to send."""
    repeated = ["region", "name", "state", "fill", "ink", "period", "rank", "status"]
    drawn = figures.drop(columns=["value", "frame"])
    return drawn.astype(dict.fromkeys(repeated, "category"))


def _wide(figures: pd.DataFrame, labels: list[str], words: Wording) -> pd.DataFrame:
    wide = figures.pivot(index=["region", "name"], columns="frame", values="label").reset_index()
    wide.columns = pd.Index([words("Code"), words("Region"), *labels])
    return wide


def parts(selection: Selection, within: str, words: Wording) -> list[str]:
    """Return what is shown, narrowed to what, where and when: the parts of a title."""
    title = words.text(catalogue.load().indicators[selection.indicator].title)
    where = [] if within == NATION else [tree().names(words.language)[within]]
    return [*where, title, *_narrowed(selection, words), words.period(str(selection.period))]


def subtitle(selection: Selection, words: Wording, fresh: Freshness = UNDATED) -> str:
    """Return what is shown, how old it is and what it means."""
    description = words.text(catalogue.load().indicators[selection.indicator].description)
    *narrowed, _ = parts(selection, NATION, words)
    period = fresh.said(selection.indicator, str(selection.period), words)
    values = {"what": " · ".join(narrowed), "period": period, "description": description}
    return words("{what}, {period}. {description}", **values)


def _narrowed(selection: Selection, words: Wording) -> list[str]:
    names = (
        (selection.scheme, code_names.scheme_name),
        (selection.industry, code_names.industry_name),
        (selection.size, code_names.size_name),
    )
    return [name(code, words) for code, name in names if code not in (None, ALL)]


def statement(figures: pd.DataFrame, title: str, view: MapView) -> str:
    """Return the title of a map: who leads among how many, when, and where the chosen one stands.

    Of what is better low, the lowest leads.
    """
    words, known = view.words, figures[figures["state"] == "value"]
    what = (
        title if view.within == NATION else words("{where}, {what}", where=view.where, what=title)
    )
    values = {"what": what, "period": words.period(str(view.selection.period))}
    values["parts"] = code_names.parts_name(view.within, words)
    if known.empty:
        said = words("No figures of {parts} are held here for {what}, {period}", **values)
    elif len(known) == 1:
        alone = known.iloc[0]
        # A rank of one says nothing.
        said = words(
            "{what}, {period}: only {region} has data, {value}",
            region=alone["name"],
            value=alone["shown"],
            **values,
        )
        if alone["region"] == view.region:
            return said
    else:
        values |= {"known": words.number(len(known)), "lead": lead(known, view)}
        said = words("{what}, {period}: of {known} {parts} with data, {lead}", **values)
    return said + standing_of_chosen(figures, view)


def lead(known: pd.DataFrame, view: MapView) -> str:
    """Return who has the best figure, the highest where neither is better."""
    words, falling = view.words, view.indicator.polarity < 0
    names = leaders(known, words, lowest=falling)
    alone = len(highest(known, lowest=falling)) == 1
    if falling and alone:
        return words("{region} is lowest", region=names)
    if falling:
        return words("{region} share the lowest", region=names)
    if alone:
        return words("{region} is highest", region=names)
    return words("{region} share the highest", region=names)


def standing_of_chosen(figures: pd.DataFrame, view: MapView) -> str:
    """Return what a title adds of the region chosen: its figure and its rank; empty for none.

    Of the one that the title has just named as the best, its figure alone: see `lead`.
    """
    words, chosen = view.words, figures[figures["region"] == view.region]
    if chosen.empty:
        return ""
    row = chosen.iloc[0]
    values = {"region": row["name"], "value": row["shown"]}
    if row["state"] != "value":
        return words("; {region}: {value}", **values)
    known = figures[figures["state"] == "value"]
    best = highest(known, lowest=view.indicator.polarity < 0)
    if best.index.tolist() == chosen.index.tolist():
        return words(", {value}", **values)
    ranks = known["value"].rank(method="min", ascending=view.indicator.polarity < 0)
    rank = words.number(int(ranks[chosen.index[0]]))
    return words("; {region} with {value} ranks {rank}", rank=rank, **values)


def standing(figures: pd.DataFrame, reference: pd.DataFrame, view: MapView) -> str:
    """Return how far the region chosen is from the one next to it, and from the whole.

    Empty of a count, which is as large as its region, and where the region has no figure.
    `reference`: the whole's figure, where it compares.
    """
    known = figures[figures["state"] == "value"]
    own = known[known["region"] == view.region]
    if own.empty or len(known) == 1 or view.indicator.kind == "count":
        return ""
    words, key, decimals = view.words, view.indicator.key, view.indicator.decimals
    better = known["value"] * (-1 if view.indicator.polarity < 0 else 1)
    mine, value = better[own.index[0]], own["value"].iloc[0]

    def gap(other: float) -> str:
        size = abs(difference(value, other, decimals))
        return code_names.difference_text(words.number(size), key, words)

    ahead, behind = known[better > mine], known[better < mine]
    gaps = []
    if len(ahead):
        near = ahead.loc[better[ahead.index].idxmin()]
        gaps.append(
            words("{gap} from {region}, next ahead", gap=gap(near["value"]), region=near["name"])
        )
    elif len(behind):
        near = behind.loc[better[behind.index].idxmax()]
        gaps.append(words("{gap} ahead of {region}", gap=gap(near["value"]), region=near["name"]))
    if len(reference):
        whole = float(reference["value"].iloc[0])
        values = {"gap": gap(whole), "whole": reference["label"].iloc[0]}
        apart = difference(value, whole, decimals)
        if apart > 0:
            gaps.append(words("{gap} above: {whole}", **values))
        elif apart < 0:
            gaps.append(words("{gap} below: {whole}", **values))
        else:
            gaps.append(words("the same: {whole}", **values))
    if not gaps:
        return ""
    rank, of = words.number(len(ahead) + 1), words.number(len(known))
    place = {"region": own["name"].iloc[0], "rank": rank, "of": of}
    return words("{region}, rank {rank} of {of}: {gaps}", gaps=words.sequence(gaps), **place)


def leaders(known: pd.DataFrame, words: Wording, *, lowest: bool = False) -> str:
    """Return the regions with the highest value: named, or counted where there are many."""
    names = highest(known, lowest=lowest)["name"].tolist()
    return words.listed(names) if len(names) <= MOST_NAMED else words("{n} regions", n=len(names))


def highest(known: pd.DataFrame, *, lowest: bool = False) -> pd.DataFrame:
    """Return the rows of the regions with the highest value, one or those that share it.

    Shared is what is written alike: nobody sees the digits beyond.
    """
    values = -known["value"] if lowest else known["value"]
    # Two ways to one number are not the same double.
    alike = values >= values.max() - NOISE * values.abs().max()
    rows: pd.DataFrame = known[alike | known["shown"].isin(known.loc[alike, "shown"])]
    return rows


def ranking_statement(title: str, unit: str, view: MapView) -> str:
    """Return what the bars beside a map rank."""
    values = {"what": title, "unit": unit, "where": view.where}
    if view.group:
        return view.words("Ranking of my comparison group: {what} ({unit})", **values)
    if view.within == NATION:
        return view.words("Ranking of provinces: {what} ({unit})", **values)
    return view.words("Ranking of prefectures in {where}: {what} ({unit})", **values)


def silent(figures: pd.DataFrame, view: MapView) -> list[str]:
    """Return which regions have no value, by the reason; one line a reason."""
    words, lines = view.words, []

    def names(state: MapState) -> list[str]:
        return figures.loc[figures["state"] == state, "name"].tolist()

    for state in MapState:
        if state in (MapState.VALUE, MapState.OUT_OF_SCOPE):
            continue
        regions = names(state)
        values = {
            "state": words(state.sentence),
            "n": len(regions),
            "names": words.listed(regions),
            "covered": len(tree().provinces) if view.within == NATION else len(figures),
            "parts": code_names.parts_name(view.within, words),
        }
        if regions:
            lines.append(words("{state}, {n} of {covered} {parts}: {names}", **values))
    if names(MapState.OUT_OF_SCOPE):
        lines.append(words(NOT_INCLUDED))
    return lines


def _counties(rows: pd.DataFrame, view: MapView) -> list[tuple[Region, str]]:
    """Return the counties with a figure here, each with what it says: a map has none of them."""
    words, unit = view.words, code_names.unit_name(view.indicator.key, view.words)
    counties = [row for row in rows.to_dict("records") if tree()[row["region"]].kind == COUNTY]
    found = []
    for row in counties:
        state = state_of(row)
        said = words(state.sentence)
        if state == MapState.VALUE:
            number = words.number(row["value"], view.indicator.decimals)
            said = f"{number}{'' if unit == '%' else ' '}{unit}"
        found.append((tree()[row["region"]], said))
    return found


def _with_counties(
    figures: pd.DataFrame, counties: list[tuple[Region, str]], words: Wording
) -> pd.DataFrame:
    """Return a map's units, each with what is known of counties in it beside its own state."""
    names, within = tree().names(words.language), dict[str, list[str]]()
    for county, said in counties:
        text = words("{what}: {said}", what=names[county.code], said=said)
        within.setdefault(county.parent, []).append(text)
    parts = [words.listed(within.get(code, [])) for code in figures["region"]]
    told = zip(figures["status"], parts, strict=True)
    return figures.assign(
        status=[
            words("{state}; within it {counties}", state=state, counties=part) if part else state
            for state, part in told
        ]
    )


def _county_line(county: Region, said: str, words: Wording) -> str:
    """Return where a county's figure belongs, and what became of its code."""
    names = tree().names(words.language)
    values = {
        "county": names[county.code],
        "code": county.code,
        "where": names[county.parent],
        "said": said,
        "verification": code_names.verification_name(county.verification, words),
    }
    if county.until is None:
        return words(
            "{county} ({code}): {said}; it lies in {where} and has no boundary here. Its code: "
            "{verification}",
            **values,
        )
    taken = [f"{code} {names.get(code, '')}".strip() for code in county.successors]
    return words(
        "{county} ({code}): {said}; it lay in {where} and has no boundary here; its place was "
        "taken by {successors}. Its code: {verification}",
        successors=words.listed(taken),
        **values,
    )


def exports(
    view: MapView,
    figures: MapFigures,
    table: Callable[[], pd.DataFrame],
    boundaries: Boundaries,
    vintage: Vintage,
) -> list[Export]:
    """Return what can be taken away from a map; `table` makes its figures, each with its source."""
    words, title = view.words, tuple(figures.parts)
    offer = Offer(title, vintage, words)
    exported = offer.images(lambda: _image(view, figures, boundaries, vintage))
    if len(figures.ranking):
        labels = words("Ranking (PNG)"), words("Ranking (SVG)")
        ranking = Offer((*title, words("ranking")), vintage, words)
        exported += ranking.images(lambda: _ranking(view, figures, boundaries, vintage), labels)
    return [*exported, *_tables(offer, figures.table, table)]


def moving_exports(
    view: MapView,
    moving: MovingFigures,
    newest: MapFigures,
    table: Callable[[], pd.DataFrame],
    boundaries: Boundaries,
    vintage: Vintage,
) -> list[Export]:
    """Return what can be taken away from a map that plays.

    The image is that of the `newest` period, on its own classes; the tables have all periods.
    """
    image = Offer(tuple(newest.parts), vintage, view.words)
    every = Offer(tuple(moving.parts), vintage, view.words)
    return [
        *image.images(lambda: _image(view, newest, boundaries, vintage)),
        *_tables(every, moving.table, table),
    ]


def _tables(offer: Offer, shown: pd.DataFrame, table: Callable[[], pd.DataFrame]) -> list[Export]:
    words = offer.words
    return [
        offer.csv(table),
        offer.xlsx(lambda: {words("Map"): shown, words("Figures"): table()}),
    ]


def _image(
    view: MapView, figures: MapFigures, boundaries: Boundaries, vintage: Vintage
) -> Specification:
    return exported_map(
        boundaries.within(view.within),
        figures.units,
        figures.legend,
        words=view.words,
        title=" · ".join(figures.parts),
        notes=export_notes(figures, boundaries, vintage, view.words),
        dark=view.dark,
    )


def _ranking(
    view: MapView, figures: MapFigures, boundaries: Boundaries, vintage: Vintage
) -> Specification:
    return exported_chart(
        ranking_chart(view.words, dark=view.dark),
        {RANKING: figures.ranking, REFERENCE: figures.reference},
        title=figures.ranking_statement,
        dark=view.dark,
        width=560,
        notes=[
            " · ".join(figures.parts),
            *export_notes(figures, boundaries, vintage, view.words),
            *map_provenance(boundaries, view.words),
        ],
    )


def export_notes(
    figures: MapFigures, boundaries: Boundaries, vintage: Vintage, words: Wording
) -> list[str]:
    """Return what stands under an exported map: its footnotes but the boundaries', the release."""
    provenance = map_provenance(boundaries, words)
    own = [line for line in figures.footnotes if line not in provenance]
    return [*own, *vintage_notes(vintage, words)]
