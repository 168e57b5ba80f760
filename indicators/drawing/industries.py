"""The charts of industries and enterprise sizes, built once without rows, as in `charts`."""

from __future__ import annotations

from functools import cache
from typing import Any

import altair as alt

from indicators.drawing.charts import (
    COLUMN,
    Specification,
    as_given,
    finished,
    names,
    slanted_names,
    tooltips,
    years,
)
from indicators.drawing.palette import palette
from indicators.drawing.region_map import legend_layers
from indicators.wording import Wording

CELLS, SIZES = "cells", "sizes"
SELECTED = "cell"
SHAPES = ["square", "diamond", "circle", "triangle-up", "triangle-down", "cross"]


@cache
def heat_map(words: Wording, *, dark: bool = False) -> Specification:
    """Return regions against industries, a colour a class; datasets `cells` and `legend`.

    Rows: region, industry, name, place, part, column, fill, ink, label, hatch, state, shown,
    period, status, selected. What is no value has a hatch, as on a map. A click selects:
    selection `cell`, of region and industry.
    """
    colours = palette(dark)
    point = alt.selection_point(
        name=SELECTED, fields=["region", "industry"], toggle=False, empty=False
    )
    # Put together here: half as much to send.
    comma = "，" if words.language == "zh" else ", "
    spoken = f"datum.name + '{comma}' + datum.part + '{comma}' + datum.shown"
    rows = (
        alt.Chart(alt.NamedData(CELLS))
        .transform_calculate(spoken=spoken)
        .encode(
            x=alt.X(
                "part:N", sort=as_given("column"), title=None, axis=slanted_names(colours.text)
            ),
            y=alt.Y("name:N", sort=as_given(), title=None, axis=names(colours.text)),
        )
    )
    cells = rows.encode(
        description="spoken:N",
        tooltip=tooltips(
            name=words("Region"),
            part=words("Industry"),
            shown=words("Value"),
            period=words("Period"),
            status=words("Status"),
        ),
    )
    chart = alt.layer(
        cells.mark_rect(stroke=colours.background, strokeWidth=1, cursor="pointer")
        .encode(color=alt.Color("fill:N", scale=None, legend=None))
        .add_params(point),
        rows.transform_filter("datum.state != 'value'")
        .mark_point(stroke=colours.hatch, strokeWidth=0.8, opacity=1, aria=False)
        .encode(
            size=alt.value(alt.ExprRef(f"pow(clamp({COLUMN} * 0.6, 4, 12), 2)")),
            shape=alt.Shape("hatch:N", scale=None, legend=None),
        ),
        # Where a number has no room, the table and the words under the pointer have it.
        rows.transform_filter("datum.state == 'value'")
        .mark_text(fontSize=10.5, aria=False, tooltip=None)
        .encode(
            text=alt.Text("label:N"),
            opacity=alt.condition(
                f"length(datum.label) * 6.3 < {COLUMN}", alt.value(1), alt.value(0)
            ),
            color=alt.Color("ink:N", scale=None, legend=None),
        ),
        rows.transform_filter("datum.selected").mark_rect(
            fill=None, stroke=colours.selected, strokeWidth=2.5, aria=False
        ),
        *legend_layers(colours),
    ).add_params(
        *(
            alt.param(name=name, expr=expression)
            for name, expression in {
                "narrow": "true",
                "legend_left": "0",
                "legend_top": "height + 8",
                "legend_bottom": "0",
                "legend_column": "min(width / 2, 260)",
            }.items()
        )
    )
    padding = {"left": 0, "right": 60, "top": 4, "bottom": 0}
    return finished(chart.properties(padding=padding), CELLS, 20)


@cache
def sizes_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return a figure's lines by enterprise size over time; dataset `sizes`.

    Rows: date, value, size, place, shown, period, label: the size's name at the last point.
    """
    colours = palette(dark)
    order = as_given()
    base = alt.Chart(alt.NamedData(SIZES)).encode(
        x=alt.X(
            "date:T",
            # Whole years, so that the last tick begins one of which nothing is drawn.
            scale=alt.Scale(nice="year"),
            axis=years(words, grid=False, labelColor=colours.text),
        ),
        y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False, nice=True)),
        color=alt.Color(
            "size:N", sort=order, legend=None, scale=alt.Scale(range=_inks(colours.ramp, dark))
        ),
        tooltip=tooltips(
            size=words("Enterprise size"), period=words("Period"), shown=words("Value")
        ),
    )
    chart = alt.layer(
        base.mark_line(strokeWidth=2.5, aria=False),
        base.mark_point(size=70, filled=True, opacity=1).encode(
            shape=alt.Shape("size:N", sort=order, legend=None, scale=alt.Scale(range=SHAPES)),
            description="spoken:N",
        ),
        base.mark_text(align="left", dx=9, fontSize=12, aria=False).encode(
            text="label:N", color=alt.value(colours.text)
        ),
    )
    chart = chart.configure_axis(labelColor=colours.text, gridColor=colours.border, gridOpacity=0.4)
    padding = {"left": 0, "right": 90, "top": 6, "bottom": 0}
    return finished(chart.properties(height=260, padding=padding))


def _inks(ramp: tuple[str, ...], dark: bool) -> list[Any]:
    """Return inks that stand out on the page: the stronger half of the ramp and two others."""
    strong = list(ramp[-3:] if dark else ramp[-4:-1])
    return [*strong, "#d9622b" if dark else "#c2410c", "#46ab66" if dark else "#1f7a4d", ramp[2]]
