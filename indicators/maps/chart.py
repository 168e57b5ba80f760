"""The map itself: built once without figures, which come later as datasets by name."""

from __future__ import annotations

from typing import Any

import altair as alt

from indicators.maps.boundaries import HATCHES, MARITIME, PROVINCES, Boundaries
from indicators.maps.layout import LINE, inset_projection, main_projection, measures
from indicators.maps.palette import MISSING, NOT_APPLICABLE, SUPPRESSED, Palette, palette
from indicators.wording import Wording

FIGURES = "figures"
LEGEND = "legend"
SELECTION = "region"

TEXT_FONT = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"


def region_map(
    boundaries: Boundaries,
    *,
    words: Wording,
    dark: bool = False,
    classes: int = 5,
    labels: bool = True,
    height: int = 600,
) -> alt.LayerChart:
    """Return the map without figures: they come as datasets `figures` and `legend`.

    The same for every indicator and period: it depends on language, theme and `classes` (the
    most that a legend will have) alone, so it is worth keeping. `height` is the most the map
    may take. A click selects a unit: selection `region`, field `region`.
    """
    colours = palette(dark)
    sources = _sources(boundaries)
    point = alt.selection_point(name=SELECTION, fields=["region"], empty=False, toggle=False)
    hover = alt.selection_point(
        name="hover", fields=["region"], on="pointerover", clear="pointerout", empty=False
    )
    main, inset = main_projection(), inset_projection()
    chart = alt.layer(
        _land(sources, colours, main),
        *_hatching(sources, colours, main),
        *_maritime(sources, colours, main),
        *(_names(sources, colours, main) if labels else []),
        _outline(sources, main, colours.selected, 2, "datum.selected"),
        _outline(sources, main, colours.text, 1.5, hover),
        _touch(sources, main, words).add_params(point, hover),
        _inset_frame(fill=colours.background),
        _land(sources, colours, inset),
        *_hatching(sources, colours, inset),
        *_maritime(sources, colours, inset),
        _inset_frame(stroke=colours.line),
        _inset_name(words, colours),
        *_legend(colours),
    )
    drawn: alt.LayerChart = (
        chart.add_params(*measures(boundaries, classes, height))
        .properties(
            width=900,
            height=height,
            background="transparent",
            # Each side in numbers: a page adds its own to a side left open.
            padding={"left": 0, "top": 0, "right": 0, "bottom": 0},
            # Fitting would let a long label shrink the map.
            autosize=alt.AutoSizeParams(type="none"),
            datasets={FIGURES: [], LEGEND: []},
        )
        .configure(font=TEXT_FONT, view=alt.ViewConfig(stroke=None))
    )
    return drawn


Sources = dict[str, alt.UrlData]


def _sources(boundaries: Boundaries) -> Sources:
    return {
        name: alt.UrlData(
            boundaries.boundary_url(name), format=alt.JsonDataFormat(property="features")
        )
        for name in boundaries.collections
    }


def _with_figures(chart: alt.Chart, region: str = "datum.id") -> alt.Chart:
    fields = ["name", "state", "fill", "ink", "shown", "period", "rank", "status", "selected"]
    drawn: alt.Chart = chart.transform_calculate(region=region).transform_lookup(
        lookup="region",
        from_=alt.LookupData(data=alt.NamedData(FIGURES), key="region", fields=fields),
    )
    return drawn


def _land(sources: Sources, colours: Palette, projection: alt.Projection) -> alt.Chart:
    # Until its figures arrive a unit is drawn as one without a value, never left out.
    land = _with_figures(alt.Chart(sources[PROVINCES])).transform_calculate(
        fill=f"datum.fill || '{colours.no_value}'"
    )
    drawn: alt.Chart = (
        land.mark_geoshape(stroke=colours.border, strokeWidth=0.6, aria=False)
        .encode(fill=alt.Fill("fill:N", scale=None, legend=None))
        .properties(projection=projection)
    )
    return drawn


def _hatching(sources: Sources, colours: Palette, projection: alt.Projection) -> list[alt.Chart]:
    states = {"rising": [MISSING, SUPPRESSED], "falling": [NOT_APPLICABLE, SUPPRESSED]}
    return [
        _with_figures(alt.Chart(sources[HATCHES]), "datum.properties.region")
        .transform_filter(
            f"datum.properties.direction == '{direction}' && "
            f"indexof({chosen}, datum.state || '{MISSING}') >= 0"
        )
        .mark_geoshape(stroke=colours.hatch, strokeWidth=0.8, filled=False, aria=False)
        .properties(projection=projection)
        for direction, chosen in states.items()
    ]


def _maritime(sources: Sources, colours: Palette, projection: alt.Projection) -> list[alt.Chart]:
    chart = alt.Chart(sources[MARITIME]).properties(projection=projection)
    return [
        chart.transform_filter("datum.id == 'dashes'").mark_geoshape(
            stroke=colours.line, strokeWidth=1.4, filled=False, aria=False
        ),
        chart.transform_filter("datum.id == 'islets'").mark_geoshape(
            fill=colours.line, stroke=None, aria=False
        ),
    ]


def _names(sources: Sources, colours: Palette, projection: alt.Projection) -> list[alt.Chart]:
    """Return the names over a halo of their unit's colour, for those wider than their unit."""
    names = (
        _with_figures(alt.Chart(sources[PROVINCES]))
        .transform_calculate(
            longitude="datum.properties.longitude",
            latitude="datum.properties.latitude",
            ink=f"datum.properties.beside ? '{colours.text}' : datum.ink",
            halo=f"datum.properties.beside ? '{colours.background}' : datum.fill",
        )
        .encode(longitude="longitude:Q", latitude="latitude:Q", text="name:N")
        .properties(projection=projection)
    )
    size = alt.ExprRef("zoom < 620 ? 0 : zoom < 850 ? 9 : 10.5")
    return [
        names.mark_text(fontSize=size, strokeWidth=2.5, strokeJoin="round", aria=False).encode(
            stroke=alt.Stroke("halo:N", scale=None, legend=None)
        ),
        names.mark_text(fontSize=size, aria=False).encode(
            color=alt.Color("ink:N", scale=None, legend=None)
        ),
    ]


def _outline(
    sources: Sources, projection: alt.Projection, colour: str, width: float, which: Any
) -> alt.Chart:
    drawn: alt.Chart = (
        _with_figures(alt.Chart(sources[PROVINCES]))
        .transform_filter(which)
        .mark_geoshape(stroke=colour, strokeWidth=width, filled=False, aria=False)
        .properties(projection=projection)
    )
    return drawn


def _touch(sources: Sources, projection: alt.Projection, words: Wording) -> alt.Chart:
    """Return what the pointer and a screen reader meet: unseen shapes on top of all."""
    tooltip = {
        "name": words("Region"),
        "shown": words("Value"),
        "period": words("Period"),
        "rank": words("Rank"),
        "status": words("Status"),
    }
    drawn: alt.Chart = (
        _with_figures(alt.Chart(sources[PROVINCES]))
        .transform_calculate(spoken="datum.name + ', ' + datum.shown")
        .mark_geoshape(fill="transparent", stroke=None, cursor="pointer")
        .encode(
            tooltip=[alt.Tooltip(f"{field}:N", title=title) for field, title in tooltip.items()],
            description="spoken:N",
        )
        .properties(projection=projection)
    )
    return drawn


def _one_mark() -> alt.Chart:
    return alt.Chart(alt.sequence(0, 1))


def _expression(expression: str) -> Any:
    return alt.value(alt.ExprRef(expression))


def _inset_frame(fill: str | None = None, stroke: str | None = None) -> alt.Chart:
    drawn: alt.Chart = (
        _one_mark()
        .mark_rect(fill=fill, stroke=stroke, strokeWidth=1, aria=False)
        .encode(
            x=_expression("inset_left"),
            x2=_expression("inset_left + inset_width"),
            y=_expression("inset_top"),
            y2=_expression("inset_top + inset_height"),
        )
    )
    return drawn


def _inset_name(words: Wording, colours: Palette) -> alt.Chart:
    name = words("South China Sea\nIslands")
    lines = name.split("\n")
    ems = max(len(line) for line in lines) * (1 if words.language == "zh" else 0.55)
    size = f"0.64 * inset_width / {ems}"
    drawn: alt.Chart = (
        _one_mark()
        .mark_text(
            text=name,
            lineBreak="\n",
            lineHeight=10,
            # Too small to read is left out: the frame still shows what it is.
            fontSize=alt.ExprRef(f"{size} < 6 ? 0 : min(9, {size})"),
            align="right",
            baseline="bottom",
            dy=-10 * (len(lines) - 1),
            color=colours.text,
            aria=False,
        )
        .encode(
            x=_expression("inset_left + inset_width - 4"),
            y=_expression("inset_top + inset_height - 3"),
        )
    )
    return drawn


def _legend(colours: Palette) -> list[alt.Chart]:
    rows = alt.Chart(alt.NamedData(LEGEND)).transform_calculate(
        left="legend_left + datum.column * legend_column",
        middle=f"legend_bottom - (datum.line + 0.5) * {LINE}",
    )
    swatches = rows.transform_filter("datum.kind != 'title'").transform_calculate(
        right="datum.left + 20", top="datum.middle - 6", bottom="datum.middle + 6"
    )
    fill = alt.Fill("fill:N", scale=None, legend=None)
    return [
        swatches.mark_rect(stroke=colours.border, strokeWidth=0.6, aria=False).encode(
            x=_pixel("left"), x2="right", y=_pixel("top"), y2="bottom", fill=fill
        ),
        swatches.transform_calculate(centre="datum.left + 10")
        .mark_point(size=144, stroke=colours.hatch, strokeWidth=0.8, opacity=1, aria=False)
        .encode(
            x=_pixel("centre", "x"),
            y=_pixel("middle"),
            shape=alt.Shape("hatch:N", scale=None, legend=None),
        ),
        rows.transform_calculate(text_left="datum.left + (datum.kind == 'title' ? 0 : 26)")
        .mark_text(align="left", fontSize=11.5, color=colours.text, aria=False)
        .encode(x=_pixel("text_left", "x"), y=_pixel("middle"), text="label:N"),
    ]


def _pixel(field: str, channel: str = "") -> Any:
    position = alt.X if channel == "x" or field == "left" else alt.Y
    return position(f"{field}:Q", scale=None, axis=None)
