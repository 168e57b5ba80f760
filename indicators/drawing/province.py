"""The charts of one region: spine, trends, parts; built once without rows, as in `charts`."""

from __future__ import annotations

from functools import cache
from typing import Any

import altair as alt

from indicators.compare import Standing
from indicators.drawing.charts import Specification, finished
from indicators.drawing.palette import VERDICTS, Palette, palette
from indicators.wording import Wording

SPINE, TRENDS, AIMS, STRIPS, PARTS = "spine", "trends", "aims", "strips", "parts"
STEP, STRIP = 64, 124  # px: one indicator of the spine, one of the trends
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
    row = alt.Y("indicator:N", sort=None, title=None, axis=None)
    place = alt.Scale(domain=[-1.04, 1.04], nice=False)
    base = alt.Chart(alt.NamedData(SPINE)).encode(y=row)

    def at(name: str) -> alt.X:
        return alt.X(f"{name}:Q", scale=place, axis=None)

    names = _line(base, "name", -24, colours)
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
    tooltip = {
        "name": words("Indicator"), "value": words("Value"), "benchmark": words("Benchmark"),
        "difference": words("Difference"), "standing": words("Compared with the benchmark"),
        "median": words("Median of the peers"), "range": words("Range of the peers"),
        "rank": words("Rank"), "change": words("Change of rank"),
    }  # fmt: skip
    point = base.mark_point(
        size=130, filled=True, opacity=1, yOffset=12, stroke=colours.background, strokeWidth=1
    ).encode(
        x=at("at"),
        color=alt.Color(
            "class:N", legend=None,
            scale=alt.Scale(domain=list(SHAPES), range=[
                VERDICTS[GRADES[standing]][dark] if standing in GRADES else colours.ramp[3]
                for standing in SHAPES
            ]),
        ),
        shape=alt.Shape(
            "class:N", legend=None,
            scale=alt.Scale(domain=list(SHAPES), range=list(SHAPES.values())),
        ),
        tooltip=[alt.Tooltip(f"{field}:N", title=title) for field, title in tooltip.items()],
        description="spoken:N",
    )  # fmt: skip
    chart = alt.layer(*bands, centre, names, told, point)
    return finished(chart.properties(width="container", height=alt.Step(STEP)))


@cache
def trends_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return one strip an indicator over one axis of time, each on its own scale.

    Datasets: `strips` (indicator, name, told, asked), `trends` (indicator, date, y, segment,
    shown, period), `aims` (indicator, y): y runs from 0 at the strip's foot to 1.
    """
    colours = palette(dark)
    row = alt.Y("indicator:N", sort=None, title=None, axis=None)
    label = "timeFormat(toDate(datum.value) - 864e5, '%Y')"
    date = alt.X(
        "date:T",
        scale=alt.Scale(nice="year"),
        axis=alt.Axis(
            labelExpr=label, tickCount="year", grid=True, gridOpacity=0.25, title=None,
            labelColor=colours.text, gridColor=colours.border, labelOverlap=True, labelFlush=False,
        ),
    )  # fmt: skip
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
            from_=alt.LookupData(alt.NamedData(STRIPS), key="indicator", fields=["name"]),
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
        trends.mark_point(size=34, filled=True, opacity=1, color=colours.ramp[3]).encode(
            tooltip=[
                alt.Tooltip("name:N", title=words("Indicator")),
                alt.Tooltip("period:N", title=words("Period")),
                alt.Tooltip("shown:N", title=words("Value")),
            ],
            description="spoken:N",
        ),
    )
    return finished(chart.properties(width="container", height=alt.Step(STRIP)))


@cache
def parts_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return bars of single industries or sizes with a tick for the benchmark; dataset `parts`.

    Rows: name, value, label, benchmark, compared.
    """
    colours = palette(dark)
    base = alt.Chart(alt.NamedData(PARTS)).encode(
        y=alt.Y(
            "name:N", sort=None, title=None,
            axis=alt.Axis(labelColor=colours.text, labelLimit=180, ticks=False, domain=False,
                          labelPadding=6),
        ),
        tooltip=[
            alt.Tooltip("name:N", title=words("Part")),
            alt.Tooltip("label:N", title=words("Value")),
            alt.Tooltip("compared:N", title=words("Benchmark")),
        ],
    )  # fmt: skip
    value: Any = alt.X("value:Q", title=None, axis=None)
    chart = alt.layer(
        base.mark_bar(height={"band": 0.7}, cornerRadiusEnd=2, color=colours.ramp[3]).encode(
            x=value, description="spoken:N"
        ),
        base.mark_tick(orient="vertical", thickness=2.5, color=colours.selected, aria=False).encode(
            x="benchmark:Q"
        ),
        base.mark_text(align="left", dx=6, fontSize=11, color=colours.text, aria=False).encode(
            x="end:Q", text="label:N"
        ),
    )
    padding = {"left": 0, "right": 70, "top": 4, "bottom": 0}
    return finished(chart.properties(width="container", height=alt.Step(22), padding=padding))


def _line(base: alt.Chart, field: str, dy: int, colours: Palette) -> alt.Chart:
    """Return a line of text at the left of each row, smaller where the chart is narrow."""
    size, colour = (TEXT, colours.text) if field == "name" else (SMALL, colours.muted)
    # A Chinese character is one em wide, another about half of one.
    wide = f"length(replace(datum.{field}, regexp('[^\\u2e80-\\uffff]', 'g'), ''))"
    ems = f"(0.54 * length(datum.{field}) + 0.46 * {wide} + 0.1)"
    drawn: alt.Chart = (
        base.transform_calculate(fitted=f"max({SMALLEST}, min({size}, width / {ems}))")
        .mark_text(
            align="left", baseline="middle", dy=dy, limit=alt.ExprRef("width"), aria=False
        )
        .encode(
            x=alt.value(0), text=f"{field}:N", color=alt.value(colour),
            size=alt.Size("fitted:Q", scale=None, legend=None),
        )
    )  # fmt: skip
    return drawn
