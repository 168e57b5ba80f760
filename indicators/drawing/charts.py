"""Tidy rows in, chart out: rankings and series.

A chart is built and validated once for a language and a theme, without rows; a page sends the
finished specification with small named datasets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from indicators.drawing.palette import FONT, Palette, palette
from indicators.periods import last_of
from indicators.wording import Wording

Specification = dict[str, Any]
RANKING, REFERENCE = "ranking", "reference"
OPENED = "opened"  # the selection that leads to what was clicked
BAR_STEP, SMALL = 21, 11  # px
LEAST_SPAN = 0.05  # of a scale, as a share of its largest value
COLUMN = "(width / length(domain('x')))"  # px: of a matrix


@cache
def ranking_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return bars from the largest value down; datasets `ranking` and `reference`.

    `reference` has one row, the nation's value, or none. See `ranking_rows`. A click selects the
    `region`: selection `OPENED`.
    """
    colours = palette(dark)
    order = alt.Y("name:N", sort=as_given(), title=None, axis=names(colours.text))
    bars = alt.Chart(alt.NamedData(RANKING)).encode(
        x=alt.X("value:Q", title=None, axis=None),
        y=order,
        tooltip=tooltips(name=words("Region"), shown=words("Value"), rank=words("Rank")),
    )
    rule = alt.Chart(alt.NamedData(REFERENCE)).encode(x="value:Q")
    chart = alt.layer(
        bars.mark_bar(height={"band": 0.72}, cornerRadiusEnd=2).encode(
            color=alt.Color("fill:N", scale=None, legend=None)
        ),
        _touch(bars, "region"),
        bars.transform_calculate(end="max(datum.value, 0)")
        .mark_text(align="left", dx=4, fontSize=11)
        .encode(x="end:Q", text="label:N", color=alt.value(colours.text)),
        rule.mark_rule(strokeDash=[5, 3], strokeWidth=1.5, aria=False).encode(
            color=alt.value(colours.text)
        ),
        rule.mark_text(align="left", dx=4, dy=-6, baseline="bottom", fontSize=11).encode(
            y=alt.value(0), text="label:N", color=alt.value(colours.text)
        ),
    )
    padding = {"left": 0, "right": 76, "top": 18, "bottom": 0}
    return finished(chart.properties(padding=padding), RANKING, BAR_STEP)


def ranking_rows(
    figures: pd.DataFrame, words: Wording, *, decimals: int, dark: bool, ascending: bool = False
) -> pd.DataFrame:
    """Return the rows of a ranking from those of a map: units with a value, largest first.

    The smallest if `ascending`, where less is better.
    """
    colours = palette(dark)
    shown = figures[figures["state"] == "value"].sort_values(
        ["value", "region"], ascending=[ascending, True]
    )
    fills = [colours.selected if chosen else colours.ramp[3] for chosen in shown["selected"]]
    # The selected bar is marked in its label too: colour alone says nothing to some.
    labels = [
        f"{words.number(value, decimals)} {'◀' if chosen else ''}".strip()
        for value, chosen in zip(shown["value"], shown["selected"], strict=True)
    ]
    return shown.assign(fill=fills, label=labels, place=range(len(shown)))[
        ["region", "name", "value", "shown", "label", "rank", "fill", "place"]
    ]


def series_rows(
    rows: pd.DataFrame, words: Wording, *, names: Mapping[str, str], unit: str, decimals: int
) -> pd.DataFrame:
    """Return the observed points of a chart; a status B begins a new `segment` of the line."""
    # By the end of the period, for a year's text comes before that of its months.
    ordered = rows.assign(date=rows["period"].map(period_end)).sort_values(["region", "date"])
    # Counted before rows without a value go: a break stands even where its figure is missing.
    ordered["segment"] = (ordered["status"] == "B").groupby(ordered["region"]).cumsum()
    known = ordered[
        np.isfinite(ordered["value"].astype(float)) & (ordered["confidentiality"] == "F")
    ]
    broken = words("scope changed: not comparable with earlier figures")
    columns = {
        "date": known["date"].to_numpy(),
        "period": [words.period(period) for period in known["period"]],
        "value": known["value"].to_numpy(),
        "shown": [f"{words.number(value, decimals)} {unit}" for value in known["value"]],
        "region": known["region"].to_numpy(),
        "name": [names[region] for region in known["region"]],
        "segment": known["segment"].to_numpy(),
        "note": [broken if status == "B" else "–" for status in known["status"]],
    }
    return pd.DataFrame(columns)


@cache
def objective_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return a series with its path, target, window and projection.

    Datasets: `observed` and `path` (date, value, shown), `aim` (value, label), `window` (start,
    end), `band` (date, low, value, high), `room` (see `room_rows`). A piece whose dataset is empty
    is not drawn.
    """
    colours = palette(dark)
    scale = alt.Scale(zero=False, nice=True)
    axis = years(words, grid=False)
    date = alt.X("date:T", axis=axis, scale=alt.Scale(nice="year"))
    value = alt.Y("value:Q", title=None, scale=scale)
    tooltip = tooltips(what=words("What"), period=words("Period"), shown=words("Value"))
    window = alt.Chart(alt.NamedData("window")).encode(x=alt.X("start:T", axis=axis), x2="end:T")
    band = alt.Chart(alt.NamedData("band")).encode(x=date)
    observed = alt.Chart(alt.NamedData("observed")).encode(x=date, y=value, tooltip=tooltip)
    path = alt.Chart(alt.NamedData("path")).encode(x=date, y=value)
    aim = alt.Chart(alt.NamedData("aim")).encode(y=value)
    ink, trend, goal = colours.ramp[3], colours.muted, colours.selected
    chart = alt.layer(
        window.mark_rect(opacity=0.16, color=goal, aria=False),
        band.mark_area(opacity=0.18, color=trend, aria=False).encode(
            y=alt.Y("low:Q", scale=scale), y2="high:Q"
        ),
        band.mark_line(strokeDash=[2, 3], color=trend, strokeWidth=2, aria=False).encode(y=value),
        path.mark_line(strokeDash=[7, 4], color=goal, strokeWidth=2, aria=False),
        aim.mark_rule(color=goal, strokeWidth=1.5, aria=False),
        aim.mark_text(align="left", dx=4, dy=-6, baseline="bottom", color=goal, fontSize=12).encode(
            x=alt.value(0), text="label:N"
        ),
        observed.mark_line(color=ink, strokeWidth=2.5).encode(detail="segment:N"),
        # Many points stand close together.
        observed.mark_point(
            color=ink,
            fill=ink,
            opacity=1,
            size=alt.ExprRef("length(data('observed')) > 40 ? 10 : 60"),
        ),
        # What lies under a label is kept off it.
        observed.mark_text(
            dy=-12, fontSize=11, stroke=colours.background, strokeWidth=4, aria=False
        ).encode(text="label:N"),
        observed.mark_text(dy=-12, fontSize=11, color=colours.text).encode(text="label:N"),
        *scale_layers(words, colours),
    )
    chart = chart.configure_axis(labelColor=colours.text, gridColor=colours.border, gridOpacity=0.4)
    return finished(chart.properties(height=360))


@cache
def required_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return bars of what each region must add in the next year; dataset `required`.

    Rows: region, target, name, value, label, yearly, fill, place; the largest first. A click
    selects region and target: selection `OPENED`.
    """
    colours = palette(dark)
    bars = alt.Chart(alt.NamedData("required")).encode(
        x=alt.X("value:Q", title=None, axis=None),
        y=alt.Y("name:N", sort=as_given(), title=None, axis=names(colours.text)),
        tooltip=tooltips(
            name=words("Region"),
            label=words("Needed in the next year"),
            yearly=words("Or the same each year"),
        ),
    )
    chart = alt.layer(
        bars.mark_bar(height={"band": 0.7}, cornerRadiusEnd=2).encode(
            color=alt.Color("fill:N", scale=None, legend=None)
        ),
        _touch(bars, "region", "target"),
        # Beside the bar also where that runs to the left: dark on dark could not be read.
        bars.transform_calculate(end="max(datum.value, 0)")
        .mark_text(align="left", dx=4, fontSize=11)
        .encode(x="end:Q", text="label:N", color=alt.value(colours.text)),
    )
    padding = {"left": 0, "right": 76, "top": 4, "bottom": 0}
    return finished(chart.properties(padding=padding), "required", BAR_STEP)


@cache
def matrix_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return aims against regions, a symbol and a colour for each verdict.

    Datasets: `matrix` (region, name, column, target, aim, lines, place, symbol, fill, ink, told,
    said, doubts; `lines`: the aim's name in lines) and `families` (lines, place), the headings
    above aims that belong together. A click selects: selection `OPENED`.
    """
    colours = palette(dark)
    opened = alt.selection_point(name=OPENED, fields=["region", "target"], toggle=False)
    heading = {"test": "indexof(pluck(data('families'), 'lines'), datum.value) >= 0"}
    side = names(colours.text, 320).to_dict() | {
        "labelExpr": "split(datum.label, '\\n')",
        "labelLineHeight": SMALL,
        "labelOffset": -3,
        "labelFontWeight": {"condition": heading | {"value": "bold"}, "value": "normal"},
    }
    aims = alt.Y("lines:N", sort=as_given(), title=None, axis=alt.Axis.from_dict(side))
    rows = alt.Chart(alt.NamedData("matrix")).transform_calculate(
        spoken="datum.name + ', ' + datum.aim + ': ' + datum.said"
    )
    squares = rows.encode(
        description="spoken:N",
        x=alt.X("name:N", sort=as_given("column"), title=None, axis=slanted_names(colours.text)),
        y=aims,
        tooltip=tooltips(
            name=words("Region"),
            aim=words("Objective"),
            said=words("Verdict"),
            told=words("Target"),
            doubts=words("* Doubts and notes"),
        ),
    )
    headings = alt.Chart(alt.NamedData("families")).encode(y=aims)
    chart = alt.layer(
        headings.mark_rule(color=colours.border, strokeWidth=1, yOffset=9, aria=False).encode(
            x=alt.value(0), x2=alt.value(alt.ExprRef("width"))
        ),
        squares.mark_rect(stroke=colours.background, strokeWidth=2, cursor="pointer")
        .encode(color=alt.Color("fill:N", scale=None, legend=None))
        .add_params(opened),
        squares.mark_text(fontSize=alt.ExprRef(f"clamp({COLUMN}, 7, 13)"), aria=False).encode(
            text="symbol:N", color=alt.Color("ink:N", scale=None, legend=None)
        ),
    )
    return finished(chart, "matrix", 25)


@cache
def shares_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return how the verdicts of each group are shared out, a bar each; dataset `shares`.

    Rows: group, place, start, end (from 0 to 1), label, fill, ink, said.
    """
    colours = palette(dark)
    bars = alt.Chart(alt.NamedData("shares")).encode(
        y=alt.Y("group:N", sort=as_given(), title=None, axis=None),
        x=alt.X("start:Q", title=None, axis=None, scale=alt.Scale(domain=[0, 1])),
        tooltip=tooltips(group=words("Group"), said=words("Targets")),
    )
    chart = alt.layer(
        # Above its bar a name has the whole width.
        bars.transform_filter("datum.start == 0")
        .mark_text(align="left", dy=-10, fontSize=12, limit=alt.ExprRef("width"), aria=False)
        .encode(x=alt.value(0), text="group:N", color=alt.value(colours.text)),
        bars.transform_calculate(spoken="datum.group + ', ' + datum.said")
        .mark_bar(height=15, yOffset=7, stroke=colours.background, strokeWidth=1)
        .encode(
            x2="end:Q",
            color=alt.Color("fill:N", scale=None, legend=None),
            description="spoken:N",
        ),
        # Where a number has no room, the words under the pointer have it.
        bars.transform_calculate(middle="(datum.start + datum.end) / 2")
        .mark_text(fontSize=11, dy=7, aria=False, tooltip=None)
        .encode(
            x="middle:Q",
            text="label:N",
            color=alt.Color("ink:N", scale=None, legend=None),
            opacity=alt.condition(
                "(datum.end - datum.start) * width > 26", alt.value(1), alt.value(0)
            ),
        ),
    )
    return finished(chart, "shares", 2 * BAR_STEP)


def _touch(rows: alt.Chart, *fields: str) -> alt.Chart:
    """Return what takes a click anywhere in a row of bars: selection `OPENED` of `fields`."""
    opened = opening(*fields)
    touched: alt.Chart = (
        rows.mark_rect(opacity=0, cursor="pointer", aria=False)
        .encode(x=alt.value(0), x2=alt.value(alt.ExprRef("width")))
        .add_params(opened)
    )
    return touched


def opening(*fields: str) -> alt.Parameter:
    """Return the selection of a click that leads on with what is in some `fields`."""
    return alt.selection_point(name=OPENED, fields=list(fields), toggle=False)


@cache
def period_end(period: str) -> str:
    """Return the last day of a period: of `2024-12` `2024-12-31`."""
    return last_of(period).last_day.isoformat()


def years(words: Wording, **options: Any) -> alt.Axis:
    """Return an axis of calendar years: each begins at its tick, its end stands before the next.

    The last tick begins a year of which nothing is drawn.
    """
    label = "datum.index == 1 ? '' : timeFormat(datum.value, '%Y')"
    title = words("Ticks: 1 Jan. Year-end figures: end of the year.")
    return alt.Axis(
        tickCount="year",
        labelAlign="left",
        labelOffset=3,
        labelExpr=label,
        title=title,
        titleFontWeight="normal",
        titleFontSize=SMALL,
        titleAnchor="start",
        **options,
    )


def room_rows(values: Iterable[float]) -> pd.DataFrame:
    """Return the least that a scale has to hold so that it blows no small change up.

    From nought where the largest value is at least twice the smallest; else a span of `LEAST_SPAN`
    of the largest. Column `value`.
    """
    known = [value for value in values if np.isfinite(value)]
    if not known:
        return pd.DataFrame({"value": pd.Series(dtype=float)})
    low, high = min(known), max(known)
    if 0 <= low <= high / 2:
        return pd.DataFrame({"value": [0.0, high]})
    spare = max(LEAST_SPAN * max(abs(low), abs(high)) - (high - low), 0) / 2
    return pd.DataFrame({"value": [low - spare, high + spare]})


def scale_layers(words: Wording, colours: Palette) -> list[alt.Chart]:
    """Return what keeps the vertical scale wide enough, dataset `room`, and says where it begins.

    A scale that does not begin at nought is marked at its foot.
    """
    room = alt.Chart(alt.NamedData("room"))
    note = words("The vertical axis does not begin at 0")
    cut = alt.ExprRef(f"domain('y')[0] > 0 ? '{note}' : ''")
    return [
        room.mark_point(opacity=0, aria=False).encode(y="value:Q"),
        alt.Chart(alt.sequence(0, 1))
        .mark_text(
            text=cut,
            align="left",
            baseline="bottom",
            dx=4,
            dy=-3,
            fontSize=SMALL,
            color=colours.muted,
            aria=False,
        )
        .encode(x=alt.value(0), y=alt.value(alt.ExprRef("height"))),
    ]


def as_given(field: str = "place") -> alt.EncodingSortField:
    """Return the order of the names on an axis: that of a field of their rows.

    Without a named order a chart that is already drawn keeps the old names in their old places
    when its rows change, and appends the new ones.
    """
    return alt.EncodingSortField(field, op="min", order="ascending")


def names(colour: str, limit: int = 150) -> alt.Axis:
    """Return an axis of names."""
    return alt.Axis(labelColor=colour, labelLimit=limit, ticks=False, domain=False, labelPadding=6)


def slanted_names(colour: str) -> alt.Axis:
    """Return an axis of names above the columns of a matrix.

    Slanted names of many columns would lie on each other, upright ones of very many too. They also
    take width beside the columns, which a phone does not have: a chart is fitted once, by how the
    names stand before.
    """
    narrow = f"{COLUMN} < 22"
    return alt.Axis(
        orient="top",
        labelAngle=alt.ExprRef(f"{narrow} ? -90 : -40"),
        labelAlign="left",
        labelBaseline=alt.ExprRef(f"{narrow} ? 'middle' : 'alphabetic'"),
        labelFontSize=alt.ExprRef(f"clamp({COLUMN} * 0.85, 7, 12)"),
        labelLimit=230,
        labelColor=colour,
        ticks=False,
        domain=False,
    )


def tooltips(**titles: str) -> list[alt.Tooltip]:
    """Return what a mark says under the pointer: fields by their titles."""
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in titles.items()]


def finished(chart: Any, rows: str = "", step: int = 0) -> Specification:
    """Return a chart as the plain specification that pages keep.

    One that is as high as its `rows`, a dataset, has `step` px for each; they are counted by their
    field `place`. Vega-Lite's own height by steps fits no width.
    """
    plain = chart.configure_view(stroke=None).properties(background="transparent")
    specification: Specification = plain.properties(width="container").to_dict()
    specification["config"]["font"] = FONT
    # Streamlit asks for the height to be fitted too where nothing is said.
    specification["autosize"] = {"type": "fit-x", "contains": "padding"}
    if rows:
        count = f"1 + (extent(pluck(data('{rows}'), 'place'))[1] || 0)"
        specification["height"] = step
        height = {"name": "height", "expr": f"{step} * ({count})"}
        specification["params"] = [*specification.get("params", []), height]
    return specification


def with_rows(specification: Specification, datasets: Mapping[str, Any]) -> Specification:
    """Return a chart with its datasets, without the layers of those that have no rows.

    The axes of a layer without rows have no extent, of which Vega warns.
    """
    given = {name: rows for name, rows in datasets.items() if len(rows)}
    empty = datasets.keys() - given.keys()
    drawn = specification | {"datasets": given}
    if empty and "layer" in specification:
        layers = specification["layer"]
        drawn["layer"] = [
            layer for layer in layers if layer.get("data", {}).get("name") not in empty
        ]
    return drawn
