"""The charts of the policy: how verdicts spread, and when documents came; built without rows."""

from __future__ import annotations

from functools import cache
from typing import Any

import altair as alt

from indicators.drawing.charts import (
    BAR_STEP,
    Specification,
    as_given,
    finished,
    names,
    tooltips,
)
from indicators.drawing.palette import palette
from indicators.wording import Wording

SPREAD, DOCUMENTS, WINDOW = "spread", "documents", "window"
SELECTED = "part"


@cache
def spread_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return bars of how many verdicts are of each kind; dataset `spread`.

    Rows: key, name, place, verdict, start, end (shares of all in the bar), number, fill, ink,
    label, spoken. A click selects: selection `part`, field `key`.
    """
    colours = palette(dark)
    point = alt.selection_point(name=SELECTED, fields=["key"], toggle=False, empty=False)
    base = alt.Chart(alt.NamedData(SPREAD)).encode(
        y=alt.Y("name:N", sort=as_given(), title=None, axis=None),
        x=alt.X("start:Q", title=None, axis=None, scale=alt.Scale(domain=[0, 1])),
    )
    chart = alt.layer(
        # Above its bar a name has the whole width.
        base.transform_filter("datum.start == 0")
        .mark_text(align="left", dy=-10, fontSize=12, limit=alt.ExprRef("width"), aria=False)
        .encode(x=alt.value(0), text="name:N", color=alt.value(colours.text)),
        base.encode(x2="end:Q")
        .mark_bar(height=15, yOffset=7, stroke=colours.background, strokeWidth=1, cursor="pointer")
        .encode(
            color=alt.Color("fill:N", scale=None, legend=None),
            description="spoken:N",
            tooltip=tooltips(name=words("What"), verdict=words("Verdict"), number=words("Targets")),
        )
        .add_params(point),
        base.transform_calculate(middle="(datum.start + datum.end) / 2")
        .mark_text(fontSize=11, dy=7, aria=False, tooltip=None)
        .encode(
            x="middle:Q",
            text="label:N",
            color=alt.Color("ink:N", scale=None, legend=None),
        ),
    )
    return finished(chart, SPREAD, 2 * BAR_STEP)


@cache
def documents_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return documents on a line of time beside the policy's window.

    Datasets: `documents` (name, place, date, last, kind, told, day, aims, spoken): its day, and
    the latest end of its targets, missing without any; `window` (start, end, label).
    """
    colours = palette(dark)
    # Days, and no ends of periods: a year's name stands where it begins.
    look: Any = {"grid": True, "gridOpacity": 0.3, "labelColor": colours.text, "title": None}
    axis = alt.Axis(format="%Y", tickCount="year", orient="top", labelOverlap=True, **look)
    scale = alt.Scale(nice="year")
    row = alt.Y("name:N", sort=as_given(), title=None, axis=names(colours.text, limit=130))
    window = alt.Chart(alt.NamedData(WINDOW)).encode(x=alt.X("start:T", axis=axis, scale=scale))
    base = alt.Chart(alt.NamedData(DOCUMENTS)).encode(y=row)
    tooltip = tooltips(
        told=words("Title of the document"),
        day=words("Date of the document"),
        aims=words("Targets"),
    )
    kinds: Any = alt.Scale(
        domain=["opinion", "followed", "other"],
        range=[colours.selected, colours.ramp[3], colours.muted],
    )
    shapes: Any = alt.Scale(
        domain=["opinion", "followed", "other"], range=["diamond", "circle", "square"]
    )
    chart = alt.layer(
        window.mark_rect(opacity=0.16, color=colours.selected, aria=False).encode(x2="end:T"),
        window.mark_text(
            align="left",
            baseline="bottom",
            dx=3,
            dy=-22,
            fontSize=11,
            color=colours.text,
            aria=False,
        ).encode(y=alt.value(0), text="label:N"),
        base.mark_rule(strokeWidth=3, opacity=0.45, aria=False).encode(
            x=alt.X("date:T", axis=axis, scale=scale),
            x2="last:T",
            color=alt.Color("kind:N", scale=kinds, legend=None),
        ),
        base.mark_tick(orient="vertical", thickness=2, height=10, opacity=0.7, aria=False).encode(
            x=alt.X("last:T", axis=axis, scale=scale),
            color=alt.Color("kind:N", scale=kinds, legend=None),
        ),
        base.mark_point(size=80, filled=True, opacity=1).encode(
            x=alt.X("date:T", axis=axis, scale=scale),
            color=alt.Color("kind:N", scale=kinds, legend=None),
            shape=alt.Shape("kind:N", scale=shapes, legend=None),
            tooltip=tooltip,
            description="spoken:N",
        ),
    )
    padding = {"left": 0, "right": 20, "top": 24, "bottom": 0}
    return finished(chart.properties(padding=padding), DOCUMENTS, 17)
