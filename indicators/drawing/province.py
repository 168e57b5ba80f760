"""The charts of one region: spine, trends, parts; built once without rows, as in `charts`."""

from __future__ import annotations

from functools import cache
from typing import Any

import altair as alt

from indicators.drawing.charts import (
    BAR_STEP,
    Specification,
    as_given,
    finished,
    opening,
    tooltips,
    years,
)
from indicators.drawing.palette import VERDICTS, Palette, palette
from indicators.statuses import Standing
from indicators.wording import Wording

SPINE, TRENDS, AIMS, STRIPS, PARTS = "spine", "trends", "aims", "strips", "parts"
STEP, STRIP = 64, 124  # px: one indicator of the spine, one of the trends
ROOM = 100  # px beside the longest bar that its number and share take
TEXT, SMALL, SMALLEST = 12.5, 11.5, 8.5
# Distinct forms beside the colours.
SHAPES = {
    Standing.BETTER: "triangle-up",
    Standing.WORSE: "triangle-down",
    Standing.HIGHER: "diamond",
    Standing.LOWER: "diamond",
    Standing.SIMILAR: "circle",
    Standing.NOT_COMPARED: "square",
}
GRADES = {Standing.BETTER: "good", Standing.WORSE: "poor"}


@cache
def spine_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return where a region stands between its peers, an indicator a row; dataset `spine`.

    Rows: see `drawing.spine_rows`. Better is to the right; the line in the middle is the
    benchmark, or the peers' median.
    """
    colours = palette(dark)
    row = alt.Y("indicator:N", sort=as_given(), title=None, axis=None)
    place = alt.Scale(domain=[-1.04, 1.04], nice=False)
    base = alt.Chart(alt.NamedData(SPINE)).encode(y=row)

    def at(name: str) -> alt.X:
        return alt.X(f"{name}:Q", scale=place, axis=None)

    titles = _line(base, "name", -24, colours)
    told = _line(base, "told", -8, colours)
    whole, inner = ("lowest_at", "highest_at"), ("lower_quartile_at", "upper_quartile_at")
    bands = [
        base.mark_bar(
            height=11, yOffset=12, opacity=opacity, color=colours.ramp[ramp], aria=False
        ).encode(x=at(ends[0]), x2=ends[1])
        for ends, ramp, opacity in ((whole, 1, 0.45), (inner, 2, 0.7))
    ]
    centre = base.mark_tick(
        orient="vertical",
        height=19,
        thickness=2.5,
        yOffset=12,
        color=colours.text,
        aria=False,
    ).encode(x=at("centre_at"))
    tooltip = tooltips(
        name=words("Indicator"),
        value=words("Value"),
        benchmark=words("Benchmark"),
        difference=words("Difference"),
        standing=words("Compared with the benchmark"),
        median=words("Median of the peers"),
        range=words("Range of the peers"),
        rank=words("Rank"),
        change=words("Change of rank"),
    )
    fills = [
        VERDICTS[GRADES[standing]][dark] if standing in GRADES else colours.ramp[3]
        for standing in SHAPES
    ]
    names_of = list(SHAPES)
    forms = alt.Scale(domain=names_of, range=list(SHAPES.values()))
    point = base.mark_point(
        size=130,
        filled=True,
        opacity=1,
        yOffset=12,
        cursor="pointer",
        stroke=colours.background,
        strokeWidth=1,
    ).encode(
        x=at("at"),
        color=alt.Color("class:N", legend=None, scale=alt.Scale(domain=names_of, range=fills)),
        shape=alt.Shape("class:N", legend=None, scale=forms),
        tooltip=tooltip,
        description="spoken:N",
    )
    chart = alt.layer(
        *bands, centre, titles, told, point.add_params(opening("indicator", "region", "period"))
    )
    return finished(chart, SPINE, STEP)


@cache
def trends_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return one strip an indicator over one axis of time, each on its own scale.

    Datasets: `strips` (indicator, place, name, told, asked), `trends` (indicator, region, date, y,
    segment, shown, period), `aims` (indicator, place, y): y runs from 0 at the strip's foot to 1.
    """
    colours = palette(dark)
    row = alt.Y("indicator:N", sort=as_given(), title=None, axis=None)
    ink = {"labelColor": colours.text, "gridColor": colours.border}
    axis = years(words, grid=True, gridOpacity=0.25, labelOverlap=True, **ink)
    date = alt.X("date:T", scale=alt.Scale(nice="year"), axis=axis)
    # The strip's upper half holds its name; what is drawn has the rest.
    offset = alt.YOffset(
        "y:Q", scale=alt.Scale(domain=[-0.15, 1.95], range=[STRIP, 0], nice=False, zero=False)
    )
    strips = alt.Chart(alt.NamedData(STRIPS)).encode(y=row)
    # A strip's name travels once, not with each of its points.
    trends = (
        alt.Chart(alt.NamedData(TRENDS))
        .transform_lookup(
            lookup="indicator",
            from_=alt.LookupData(alt.NamedData(STRIPS), key="indicator", fields=["name", "place"]),
        )
        .transform_calculate(spoken="datum.name + ', ' + datum.period + ', ' + datum.shown")
        .encode(y=row, x=date, yOffset=offset)
    )
    aims = alt.Chart(alt.NamedData(AIMS)).encode(y=row, yOffset=offset)
    chart = alt.layer(
        _line(strips, "name", -52, colours),
        _line(strips, "told", -36, colours),
        _line(strips, "asked", -21, colours),
        aims.mark_rule(aria=False, color=colours.selected, strokeDash=[6, 4], strokeWidth=1.5),
        trends.mark_line(aria=False, color=colours.ramp[3], strokeWidth=2).encode(
            detail=["indicator:N", "segment:N"]
        ),
        trends.mark_point(size=34, filled=True, opacity=1, color=colours.ramp[3], cursor="pointer")
        .encode(
            tooltip=tooltips(name=words("Indicator"), period=words("Period"), shown=words("Value")),
            description="spoken:N",
        )
        .add_params(opening("indicator", "region")),
    )
    return finished(chart, STRIPS, STRIP)


@cache
def parts_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return bars of single industries or sizes with a tick for the benchmark; dataset `parts`.

    Rows: name, place, value, label, benchmark, compared, region, industry, sized. A click selects
    the last three: selection `OPENED`.
    """
    colours = palette(dark)
    base = alt.Chart(alt.NamedData(PARTS)).encode(
        y=alt.Y("name:N", sort=as_given(), title=None, axis=None),
        tooltip=tooltips(name=words("Part"), label=words("Value"), compared=words("Benchmark")),
    )
    value: Any = alt.X("value:Q", title=None, axis=None)
    chart = alt.layer(
        # Above its bar a name has the whole width.
        base.mark_text(
            align="left", dy=-10, fontSize=12, limit=alt.ExprRef(f"width + {ROOM}"), aria=False
        ).encode(x=alt.value(0), text="name:N", color=alt.value(colours.text)),
        base.mark_bar(
            height=13, yOffset=6, cornerRadiusEnd=2, color=colours.ramp[3], cursor="pointer"
        )
        .encode(x=value, description="spoken:N")
        .add_params(opening("region", "industry", "sized")),
        # Where there is no benchmark the tick stands unseen at the bar's end.
        base.transform_calculate(tick="isValid(datum.benchmark) ? datum.benchmark : datum.value")
        .mark_tick(
            orient="vertical",
            size=17,
            thickness=2.5,
            yOffset=6,
            color=colours.selected,
            aria=False,
        )
        .encode(
            x="tick:Q",
            opacity=alt.condition("isValid(datum.benchmark)", alt.value(1), alt.value(0)),
        ),
        base.mark_text(
            align="left", dx=6, dy=6, fontSize=11, color=colours.text, aria=False
        ).encode(x="end:Q", text="label:N"),
    )
    padding = {"left": 0, "right": 0, "top": 4, "bottom": 0}
    return finished(chart.properties(padding=padding), PARTS, 2 * BAR_STEP)


def _line(base: alt.Chart, field: str, dy: int, colours: Palette) -> alt.Chart:
    """Return a line of text at the left of each row, smaller where the chart is narrow."""
    size, colour = (TEXT, colours.text) if field == "name" else (SMALL, colours.muted)
    # A Chinese character is one em wide, another about half of one.
    wide = f"length(replace(datum.{field}, regexp('[^\\u2e80-\\uffff]', 'g'), ''))"
    ems = f"(0.54 * length(datum.{field}) + 0.46 * {wide} + 0.1)"
    sized = base.transform_calculate(fitted=f"max({SMALLEST}, min({size}, width / {ems}))")
    text = sized.mark_text(
        align="left", baseline="middle", dy=dy, limit=alt.ExprRef("width"), aria=False
    )
    drawn: alt.Chart = text.encode(
        x=alt.value(0),
        text=f"{field}:N",
        color=alt.value(colour),
        size=alt.Size("fitted:Q", scale=None, legend=None),
    )
    return drawn
