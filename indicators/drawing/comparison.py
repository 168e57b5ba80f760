"""Regions over time, and two indicators against each other; built once, as in `charts`."""

from __future__ import annotations

from functools import cache

import altair as alt

from indicators.drawing.charts import (
    OPENED,
    Specification,
    as_given,
    finished,
    scale_layers,
    tooltips,
    years,
)
from indicators.drawing.palette import SERIES, palette
from indicators.wording import Wording

LINES, ROOM, PAIRS, BENCHMARKS = "lines", "room", "pairs", "benchmarks"
# Distinct forms beside the colours.
SHAPES = (
    *("circle", "square", "triangle-up", "diamond", "cross", "triangle-down"),
    *("triangle-right", "triangle-left", "arrow", "wedge", "stroke"),
)


@cache
def lines_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return regions in one chart over time, a figure a point, so that one alone is seen.

    Datasets: `lines` (region, name, place, date, period, value, shown, segment, note, apart) and
    `room` (see `charts.room_rows`). A click on a figure selects the `region`: selection `OPENED`.
    What is `apart` has another denominator and is drawn hollow.
    """
    colours = palette(dark)
    # As many names a line as it has room for.
    legend = alt.Legend(
        title=None,
        orient="top",
        columns=alt.ExprRef("max(1, floor(width / 112))"),
        labelColor=colours.text,
        labelFontSize=12,
        symbolSize=70,
        symbolOpacity=1,
    )
    hues = alt.Scale(range=[hue[dark] for hue in SERIES])
    forms = alt.Scale(range=list(SHAPES))
    colour = alt.Color("name:N", sort=as_given(), scale=hues, legend=legend)
    shape = alt.Shape("name:N", sort=as_given(), scale=forms, legend=legend)
    ink = {"labelColor": colours.text, "titleColor": colours.muted}
    date = alt.X("date:T", scale=alt.Scale(nice="year"), axis=years(words, grid=False, **ink))
    axis = alt.Axis(
        labelColor=colours.text, gridColor=colours.border, gridOpacity=0.35, title=None, tickCount=6
    )
    value = alt.Y("value:Q", scale=alt.Scale(zero=False, nice=True), axis=axis)
    lines = alt.Chart(alt.NamedData(LINES)).encode(color=colour, x=date, y=value)
    opened = alt.selection_point(name=OPENED, fields=["region"], toggle=False)
    points = (
        lines.transform_calculate(spoken="datum.name + ', ' + datum.period + ', ' + datum.shown")
        .mark_point(size=58, filled=True, opacity=1, cursor="pointer", strokeWidth=1.5)
        .encode(
            shape=shape,
            fillOpacity=alt.condition("datum.apart", alt.value(0), alt.value(1)),
            tooltip=tooltips(
                name=words("Region"),
                period=words("Period"),
                shown=words("Value"),
                note=words("Note"),
            ),
            description="spoken:N",
        )
        .add_params(opened)
    )
    chart = alt.layer(
        lines.mark_line(strokeWidth=2, aria=False).encode(detail="segment:N"),
        points,
        *scale_layers(words, colours),
    )
    return finished(chart.properties(height=380))


@cache
def pairs_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return two indicators against each other, a point a region.

    Datasets: `pairs` (region, name, x, y, shown_x, shown_y, label, fill, ink, size, place) and
    `benchmarks` (x, y, label), the whole's own figures. A click selects: selection `OPENED`.
    """
    colours = palette(dark)
    axis = alt.Axis(
        title=None, labelColor=colours.text, gridColor=colours.border, gridOpacity=0.35, tickCount=6
    )
    x = alt.X("x:Q", scale=alt.Scale(zero=False, nice=True, padding=14), axis=axis)
    y = alt.Y("y:Q", scale=alt.Scale(zero=False, nice=True, padding=14), axis=axis)
    rows = alt.Chart(alt.NamedData(PAIRS)).encode(x=x, y=y)
    whole = alt.Chart(alt.NamedData(BENCHMARKS))
    dashed = whole.mark_rule(strokeDash=[5, 3], strokeWidth=1.2, color=colours.muted, aria=False)
    opened = alt.selection_point(name=OPENED, fields=["region"], toggle=False)
    note = words("The axes do not begin at 0")
    chart = alt.layer(
        dashed.encode(x=x),
        dashed.encode(y=y),
        whole.mark_text(
            align="left",
            dx=5,
            dy=-6,
            baseline="bottom",
            fontSize=11,
            color=colours.muted,
            aria=False,
        ).encode(x=alt.value(0), y=y, text="label:N"),
        rows.transform_calculate(spoken="datum.name + ', ' + datum.shown_x + ', ' + datum.shown_y")
        .mark_point(filled=True, opacity=1, cursor="pointer", stroke=colours.background)
        .encode(
            fill=alt.Fill("fill:N", scale=None, legend=None),
            size=alt.Size("size:Q", scale=None, legend=None),
            shape=alt.Shape("form:N", scale=None, legend=None),
            tooltip=tooltips(
                name=words("Region"), shown_x=words("Across"), shown_y=words("Upwards")
            ),
            description="spoken:N",
        )
        .add_params(opened),
        rows.mark_text(dy=-10, fontSize=11, aria=False, limit=120).encode(
            text="label:N", color=alt.Color("ink:N", scale=None, legend=None)
        ),
        alt.Chart(alt.sequence(0, 1))
        .mark_text(
            text=alt.ExprRef(f"domain('x')[0] > 0 || domain('y')[0] > 0 ? '{note}' : ''"),
            align="left",
            baseline="bottom",
            dx=4,
            dy=-3,
            fontSize=11,
            color=colours.muted,
            aria=False,
        )
        .encode(x=alt.value(0), y=alt.value(alt.ExprRef("height"))),
    )
    return finished(chart.properties(height=420))
