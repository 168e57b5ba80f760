"""The map itself: built once without figures, which come later as datasets by name."""

from __future__ import annotations

from typing import Any

import altair as alt

from indicators.maps import moves
from indicators.maps.beside import LEGEND, bars, legend
from indicators.maps.boundaries import NATION, Boundaries
from indicators.maps.layout import (
    inset_projection,
    main_projection,
    measures,
)
from indicators.maps.palette import (
    BROKEN,
    MISSING,
    NOT_APPLICABLE,
    SUPPRESSED,
    Palette,
    palette,
)
from indicators.maps.sources import FIGURES, Sources, tooltip
from indicators.wording import Wording

SELECTION = "region"

TEXT_FONT = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"


def region_map(
    boundaries: Boundaries,
    *,
    words: Wording,
    dark: bool = False,
    classes: int = 6,
    labels: bool = True,
    height: int = 600,
    moving: bool = False,
) -> alt.LayerChart:
    """Return the map without figures: they come as datasets `figures` and `legend`.

    The same for every indicator and period: it depends on language, theme, `classes` (the most
    that a legend will have) and the region whose parts `boundaries` are, so it is worth keeping.
    `height` is the most the map may take. A click selects a unit: selection `region`, field
    `region`. A `moving` map has figures of many periods, told apart by `frame` from 1 on, and
    plays them in the browser; dataset `frames` has `frame` and `label` of each.
    """
    colours = palette(dark)
    sources = Sources(boundaries, moving)
    point = alt.selection_point(name=SELECTION, fields=["region"], empty=False, toggle=False)
    hover = alt.selection_point(
        name="hover", fields=["region"], on="pointerover", clear="pointerout", empty=False
    )
    main, inset = main_projection(boundaries), inset_projection()
    layers = [
        _land(sources, colours, main),
        *_hatching(sources, colours, main),
        *_maritime(sources, colours, main),
        *(_names(sources, colours, main, words) if labels else []),
        _outline(sources, main, colours.selected, 2, "datum.selected"),
        _outline(sources, main, colours.text, 1.5, hover),
        _touch(sources, main, words).add_params(point, hover),
    ]
    if boundaries.inset:
        layers += [
            _inset_frame(fill=colours.background),
            _land(sources, colours, inset),
            *_hatching(sources, colours, inset),
            *_maritime(sources, colours, inset),
            _inset_frame(stroke=colours.line),
            _inset_name(words, colours),
        ]
    if boundaries.region == NATION:
        layers += bars(sources, colours, words)
    layers += legend(colours)
    if moving:
        layers.append(moves.clock(colours))
    names = [FIGURES, LEGEND, *([moves.FRAMES] if moving else [])]
    drawn: alt.LayerChart = (
        alt.layer(*layers)
        .add_params(*measures(boundaries, classes, height))
        .properties(
            width=900,
            height=height,
            background="transparent",
            # Each side in numbers: a page adds its own to a side left open.
            padding={"left": 0, "top": 0, "right": 0, "bottom": 0},
            # Fitting would let a long label shrink the map.
            autosize=alt.AutoSizeParams(type="none"),
            datasets={name: [] for name in names},
        )
        .configure(font=TEXT_FONT, view=alt.ViewConfig(stroke=None))
    )
    return drawn


def _land(sources: Sources, colours: Palette, projection: alt.Projection) -> alt.Chart:
    # Until its figures arrive a unit is drawn as one without a value, never left out.
    land = sources.with_figures(alt.Chart(sources.units)).transform_calculate(
        fill=f"datum.fill || '{colours.no_value}'"
    )
    drawn: alt.Chart = (
        land.mark_geoshape(stroke=colours.border, strokeWidth=0.6, aria=False)
        .encode(fill=alt.Fill("fill:N", scale=None, legend=None))
        .properties(projection=projection)
    )
    return drawn


def _hatching(sources: Sources, colours: Palette, projection: alt.Projection) -> list[alt.Chart]:
    states = {
        "rising": [MISSING, SUPPRESSED],
        "falling": [NOT_APPLICABLE, SUPPRESSED, BROKEN],
    }
    dotted = f"datum.state == '{BROKEN}'"
    return [
        sources.with_figures(alt.Chart(sources.hatches), "datum.properties.region")
        .transform_filter(
            f"datum.properties.direction == '{direction}' && "
            f"indexof({chosen}, datum.state || '{MISSING}') >= 0"
        )
        .mark_geoshape(
            stroke=colours.hatch,
            strokeWidth=alt.ExprRef(f"{dotted} ? 2 : 0.8"),
            strokeDash=alt.ExprRef(f"{dotted} ? [2, 3] : []"),
            filled=False,
            aria=False,
        )
        .properties(projection=projection)
        for direction, chosen in states.items()
    ]


def _maritime(sources: Sources, colours: Palette, projection: alt.Projection) -> list[alt.Chart]:
    if sources.maritime is None:
        return []
    chart = alt.Chart(sources.maritime).properties(projection=projection)
    return [
        chart.transform_filter("datum.id == 'dashes'").mark_geoshape(
            stroke=colours.line, strokeWidth=1.4, filled=False, aria=False
        ),
        chart.transform_filter("datum.id == 'islets'").mark_geoshape(
            fill=colours.line, stroke=None, aria=False
        ),
    ]


def _names(
    sources: Sources, colours: Palette, projection: alt.Projection, words: Wording
) -> list[alt.Chart]:
    """Return the names over a halo of their unit's colour, for those wider than their unit."""
    # A unit of the nation has its name whatever its size, but an English one beside its unit would
    # meet others: its bar has it. A prefecture has one where there is room.
    named = "true" if words.language == "zh" else "!datum.properties.beside"
    room = "datum.properties.room * zoom > max(9, 2.2 * length(datum.name))"
    size = "zoom < 620 ? 0 : zoom < 850 ? 9 : 10.5" if sources.national else "width < 420 ? 9 : 11"
    names = (
        sources.with_figures(alt.Chart(sources.units))
        .transform_calculate(
            longitude="datum.properties.longitude",
            latitude="datum.properties.latitude",
            ink=f"datum.properties.beside ? '{colours.text}' : datum.ink",
            halo=f"datum.properties.beside ? '{colours.background}' : datum.fill",
            written=f"({named if sources.national else room} ? datum.name : '')"
            f" + (datum.state == '{BROKEN}' ? ' [b]' : '')",
        )
        .encode(longitude="longitude:Q", latitude="latitude:Q", text="written:N")
        .properties(projection=projection)
    )
    return [
        names.mark_text(
            fontSize=alt.ExprRef(size), strokeWidth=2.5, strokeJoin="round", aria=False
        ).encode(stroke=alt.Stroke("halo:N", scale=None, legend=None)),
        names.mark_text(fontSize=alt.ExprRef(size), aria=False).encode(
            color=alt.Color("ink:N", scale=None, legend=None)
        ),
    ]


def _outline(
    sources: Sources, projection: alt.Projection, colour: str, width: float, which: Any
) -> alt.Chart:
    drawn: alt.Chart = (
        sources.with_figures(alt.Chart(sources.units))
        .transform_filter(which)
        .mark_geoshape(stroke=colour, strokeWidth=width, filled=False, aria=False)
        .properties(projection=projection)
    )
    return drawn


def _touch(sources: Sources, projection: alt.Projection, words: Wording) -> alt.Chart:
    """Return what the pointer and a screen reader meet: unseen shapes on top of all."""
    drawn: alt.Chart = (
        sources.with_figures(alt.Chart(sources.units))
        .transform_calculate(spoken="datum.name + ', ' + datum.shown")
        .mark_geoshape(fill="transparent", stroke=None, cursor="pointer")
        .encode(tooltip=tooltip(words), description="spoken:N")
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
