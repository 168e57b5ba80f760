"""What the Comparison page draws and says: regions over time, two indicators against each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from indicators import code_names
from indicators.catalogue import tree
from indicators.code_names import listing
from indicators.drawing import charts
from indicators.drawing.comparison import (
    BENCHMARKS,
    LINES,
    PAIRS,
    ROOM,
    lines_chart,
    pairs_chart,
)
from indicators.drawing.map_rows import known_values
from indicators.drawing.palette import palette
from indicators.drawing.standalone import exported_chart
from indicators.exports.offered import Export, Offer, vintage_notes
from indicators.frequencies import one_frequency
from indicators.freshness import UNDATED, Freshness
from indicators.periods import decimal_year
from indicators.store.queries import Vintage
from indicators.views import footnotes
from indicators.views.map import (
    MapView,
    compared,
    lead,
    parts,
    reference_rows,
    standing_of_chosen,
    subtitle,
)
from indicators.wording import Wording

# The room that the name of a point takes, as shares of both scales.
ROOM_X, ROOM_Y = 0.06, 0.05


@dataclass(frozen=True)
class LineFigures:
    """Regions over time: the datasets of `lines_chart`, its table twin, what is said of it.

    periods: all that there are, the first to the last; what is drawn may be a part of them.
    """

    datasets: dict[str, pd.DataFrame]
    table: pd.DataFrame
    rows: pd.DataFrame
    statement: str
    subtitle: str
    footnotes: list[str]
    periods: list[str]
    parts: list[str]


@dataclass(frozen=True)
class PairFigures:
    """Two indicators against each other: the datasets of `pairs_chart`, its twin, its words."""

    datasets: dict[str, pd.DataFrame]
    table: pd.DataFrame
    statement: str
    axes: str
    footnotes: list[str]
    parts: list[str]


def line_figures(
    view: MapView,
    regions: tuple[str, ...],
    rows: pd.DataFrame,
    citations: pd.DataFrame,
    fresh: Freshness = UNDATED,
    span: tuple[str, str] | None = None,
) -> LineFigures:
    """Return regions over time, and beside them the whole where it compares: not that of a count.

    rows: the selection's in all periods, of the regions of one level and the whole. span: the
    first and the last period to draw, all by default.
    """
    words, indicator = view.words, view.indicator
    whole = [] if indicator.kind == "count" else [view.within]
    rows = one_frequency(rows, ["indicator"], rows["value"].notna())
    rows = compared(rows, tree().children(view.within))
    own = rows[rows["region"].isin([*regions, *whole])]
    now = own[(own["period"] == view.selection.period) & own["region"].isin(regions)]
    every = sorted(own.loc[own["value"].notna(), "period"].unique(), key=decimal_year)
    first, last = (decimal_year(end) for end in span) if span else (-math.inf, math.inf)
    periods = [period for period in every if first <= decimal_year(period) <= last]
    # Cut once its breaks are counted.
    drawn = _lines(own, view, [*regions, *whole])
    shown = {words.period(period) for period in periods}
    drawn = drawn[drawn["period"].isin(shown)].reset_index(drop=True)
    own = own[own["period"].isin(periods)]
    what = " · ".join(parts(view.selection, view.within, words)[:-1])
    unit = words("Unit: {unit}", unit=code_names.unit_name(indicator.key, words))
    cited = citations[citations["citation"].isin(own["citation"])]
    return LineFigures(
        datasets={LINES: drawn, ROOM: charts.room_rows(drawn["value"])},
        table=_by_period(own, [*regions, *whole], view),
        rows=own,
        statement=_statement(now, what, view),
        subtitle=f"{subtitle(view.selection, words, fresh)} {unit}",
        footnotes=[
            *_hollow(drawn, words),
            *footnotes.sources(own, cited, indicator, words),
        ],
        periods=every,
        parts=[
            *parts(view.selection, view.within, words)[:-1],
            *_span(periods, words),
        ],
    )


def _span(periods: list[str], words: Wording) -> list[str]:
    return [f"{words.period(periods[0])}–{words.period(periods[-1])}"] if periods else []


def _lines(own: pd.DataFrame, view: MapView, order: list[str]) -> pd.DataFrame:
    words, indicator = view.words, view.indicator
    unit, names = code_names.unit_name(indicator.key, words), tree().names(view.language)
    drawn = charts.series_rows(own, words, names=names, unit=unit, decimals=indicator.decimals)
    uncompared = own[own["state"] != ""]
    cells = set(zip(uncompared["region"], map(words.period, uncompared["period"]), strict=True))
    apart = [cell in cells for cell in zip(drawn["region"], drawn["period"], strict=True)]
    other = words("another denominator: not compared")
    notes = [other if hollow else note for hollow, note in zip(apart, drawn["note"], strict=True)]
    places = {code: place for place, code in enumerate(order)}
    return drawn.assign(apart=apart, note=notes, place=drawn["region"].map(places))


def _hollow(drawn: pd.DataFrame, words: Wording) -> list[str]:
    if not drawn["apart"].any():
        return []
    return [words("Hollow: divided by a denominator of another year or kind, so not compared.")]


def _by_period(own: pd.DataFrame, order: list[str], view: MapView) -> pd.DataFrame:
    """Return the twin of the lines: a period a row, the newest first, a region a column."""
    words, decimals = view.words, view.indicator.decimals
    names = tree().names(view.language)
    public = own.assign(value=own["value"].where(own["confidentiality"] == "F"))
    wide = public.pivot(index="period", columns="region", values="value")
    wide = wide.reindex(sorted(wide.index, key=decimal_year, reverse=True))
    shown = {names[code]: wide[code] for code in order if code in wide}
    written = {
        name: [words.number(each, decimals) for each in cells] for name, cells in shown.items()
    }
    return pd.DataFrame({words("Period"): map(words.period, wide.index), **written})


def _statement(now: pd.DataFrame, what: str, view: MapView) -> str:
    """Return the page's title: who is best of the regions compared, and where the chosen stands."""
    words, unit = view.words, code_names.unit_name(view.indicator.key, view.words)
    decimals, names = view.indicator.decimals, tree().names(view.language)
    known = now.loc[known_values(now).index]
    known = known.assign(
        name=known["region"].map(names),
        state="value",
        shown=[
            f"{words.number(value, decimals)}{'' if unit == '%' else ' '}{unit}"
            for value in known["value"]
        ],
    )
    values = {"what": what, "period": words.period(str(view.selection.period))}
    if known.empty:
        return words("None of the regions compared has a figure: {what}, {period}", **values)
    if len(known) == 1:
        alone = known.iloc[0]
        values |= {"region": alone["name"], "value": alone["shown"]}
        return words("{what}, {period}: only {region} is drawn, {value}", **values)
    values |= {"known": words.number(len(known)), "lead": lead(known, view)}
    said = words("{what}, {period}: of the {known} regions compared, {lead}", **values)
    return said + standing_of_chosen(known, view)


def pair_figures(
    view: MapView,
    regions: tuple[str, ...],
    rows: pd.DataFrame,
    other: pd.DataFrame,
    citations: pd.DataFrame,
) -> PairFigures:
    """Return all regions of a level by two indicators of one date.

    rows, other: those of the view's selection, and of what it is `against`; citations: of both.
    A figure with another denominator than most is left out.
    """
    assert view.against is not None
    words, codes = view.words, tree().children(view.within)
    views = (view, replace(view, selection=view.against, against=None))
    sides = [compared(side, codes) for side in (rows, other)]
    known = [side.loc[known_values(side).index] for side in sides]
    usable = [side.loc[side["region"].isin(codes), ["region", "value"]] for side in known]
    both = usable[0].merge(usable[1], on="region", suffixes=("_x", "_y"), validate="1:1")
    drawn = _points(both, views, regions)
    wholes = [reference_rows(side, one) for side, one in zip(sides, views, strict=True)]
    benchmarks = pd.DataFrame(columns=["x", "y", "label"])
    if all(map(len, wholes)):
        label = words("Dashed: {region}", region=view.where)
        benchmarks = pd.DataFrame(
            {"x": wholes[0]["value"], "y": wholes[1]["value"], "label": [label]}
        )
    titles = [words.text(one.indicator.title) for one in views]
    period = words.period(str(view.selection.period))
    values = {"x": titles[0], "y": titles[1], "n": words.number(len(both)), "period": period}
    values["parts"] = code_names.parts_name(view.within, words)
    said = words("{x} and {y}, {period}: {n} {parts} have both figures", **values)
    return PairFigures(
        datasets={PAIRS: drawn, BENCHMARKS: benchmarks},
        table=_pair_table(drawn, views, words),
        statement=said + _both_ranks(both, views),
        axes=words(
            "Across: {x}. Upwards: {y}. Figures of one date; together is not because of.",
            x=_with_unit(views[0]),
            y=_with_unit(views[1]),
        ),
        footnotes=[
            *footnotes.standing(citations, words),
            *(line for side in sides for line in footnotes.divided_by(side, citations, words)),
        ],
        parts=[*titles, period],
    )


def _with_unit(view: MapView) -> str:
    unit = code_names.unit_name(view.indicator.key, view.words)
    return view.words("{what} ({unit})", what=view.words.text(view.indicator.title), unit=unit)


def _points(
    both: pd.DataFrame, views: tuple[MapView, MapView], regions: tuple[str, ...]
) -> pd.DataFrame:
    view, colours = views[0], palette(views[0].dark)
    words, names = view.words, tree().names(view.language)

    def shown(one: MapView, values: pd.Series) -> list[str]:
        unit = code_names.unit_name(one.indicator.key, words)
        decimals = one.indicator.decimals
        return [f"{words.number(value, decimals)} {unit}" for value in values]

    chosen = both["region"] == view.region
    among = both["region"].isin(regions) | chosen
    return pd.DataFrame(
        {
            "region": both["region"],
            "name": both["region"].map(names),
            "x": both["value_x"],
            "y": both["value_y"],
            "shown_x": shown(views[0], both["value_x"]),
            "shown_y": shown(views[1], both["value_y"]),
            "label": _labels(both, among, names),
            "fill": [
                colours.selected if one else colours.ramp[3] if two else colours.border
                for one, two in zip(chosen, among, strict=True)
            ],
            "ink": [colours.text if two else colours.muted for two in among],
            # Told apart by form and size too.
            "form": ["diamond" if one else "circle" for one in chosen],
            "size": [
                190 if one else 90 if two else 45 for one, two in zip(chosen, among, strict=True)
            ],
        }
    )


def _labels(both: pd.DataFrame, among: pd.Series, names: Mapping[str, str]) -> list[str]:
    """Return the names of the points that have room for one, those compared first."""
    spans = [
        max(float(both[column].max() - both[column].min()), 1e-12)
        for column in ("value_x", "value_y")
    ]
    places = both[["value_x", "value_y"]].to_numpy(float) / spans
    named: list[int] = []
    for at in sorted(range(len(both)), key=lambda at: not among.iloc[at]):
        near = (abs(places[at] - places[other]) for other in named)
        if among.iloc[at] or not any(gap[0] < ROOM_X and gap[1] < ROOM_Y for gap in near):
            named.append(at)
    return [names[code] if at in named else "" for at, code in enumerate(both["region"])]


def _both_ranks(both: pd.DataFrame, views: tuple[MapView, MapView]) -> str:
    """Return what a title adds of the region chosen: its rank by each indicator."""
    view, own = views[0], both[both["region"] == views[0].region]
    if own.empty:
        return ""
    ranks = [
        both[column].rank(method="min", ascending=one.indicator.polarity < 0)[own.index[0]]
        for one, column in zip(views, ("value_x", "value_y"), strict=True)
    ]
    values = {"region": tree().names(view.language)[view.region]}
    values |= {"first": view.words.number(ranks[0]), "second": view.words.number(ranks[1])}
    return view.words("; {region} ranks {first} and {second} among them", **values)


def _pair_table(
    drawn: pd.DataFrame, views: tuple[MapView, MapView], words: Wording
) -> pd.DataFrame:
    return listing(
        drawn,
        {
            words("Region"): lambda row: row["name"],
            _with_unit(views[0]): lambda row: words.number(row["x"], views[0].indicator.decimals),
            _with_unit(views[1]): lambda row: words.number(row["y"], views[1].indicator.decimals),
        },
    )


def method(view: MapView) -> list[str]:
    """Return definition and method of what is compared, and what is kept apart."""
    words = view.words
    return [
        *footnotes.about(view.indicator, words),
        words(
            "Only figures of one date and with denominators of one kind and year are compared; a "
            "break in a series interrupts its line."
        ),
    ]


def line_exports(
    view: MapView, figures: LineFigures, table: Callable[[], pd.DataFrame], vintage: Vintage
) -> list[Export]:
    """Return what can be taken away of regions over time; `table`: figures with their sources."""
    words = view.words
    offer = Offer(tuple(figures.parts), vintage, words)
    return [
        *offer.images(_drawn(view, figures, lines_chart, figures.footnotes, vintage)),
        offer.csv(table),
        offer.xlsx(lambda: {words("Trends"): figures.table, words("Figures"): table()}),
    ]


def pair_exports(view: MapView, figures: PairFigures, vintage: Vintage) -> list[Export]:
    """Return what can be taken away of two indicators against each other."""
    offer = Offer(tuple(figures.parts), vintage, view.words)
    notes = [figures.axes, *figures.footnotes]
    return [
        *offer.images(_drawn(view, figures, pairs_chart, notes, vintage)),
        offer.csv(lambda: figures.table),
        offer.xlsx(lambda: {view.words("Two indicators"): figures.table}),
    ]


def _drawn(
    view: MapView,
    figures: LineFigures | PairFigures,
    chart: Callable[..., charts.Specification],
    notes: Sequence[str],
    vintage: Vintage,
) -> Callable[[], charts.Specification]:
    """Return what draws a chart with its title and notes, to be an image."""

    def drawn() -> charts.Specification:
        return exported_chart(
            charts.with_rows(chart(view.words, dark=view.dark), figures.datasets),
            figures.datasets,
            title=figures.statement,
            notes=[*notes, *vintage_notes(vintage, view.words)],
            dark=view.dark,
        )

    return drawn
