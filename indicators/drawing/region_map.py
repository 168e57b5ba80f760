"""The map itself: built once without figures, which come later as datasets by name.

Where everything stands is an expression of the drawing's width: one specification so fits a
telephone and a wall. A wide map of the nation carries its legend in the south-west and the bars
of small units north of its middle, where nothing is drawn; a narrow one, or a province's, carries
them below itself. The inset stands in the south-east.

A moving map plays its periods in the browser and leaves the server alone while it does: all
periods' figures travel once, told apart by `frame` from 1 on. A timer counts the frames while the
box is ticked, a slider goes to any of them; each mark looks its figures up by region and frame.
Vega-Lite has no timer for layers, but hands the signals of its `config` to Vega.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from indicators.drawing.boundary_files import MARITIME, Boundaries
from indicators.drawing.charts import tooltips
from indicators.drawing.hatches import PARALLELS
from indicators.drawing.palette import FONT, Palette, palette
from indicators.regions import NATION
from indicators.statuses import MapState
from indicators.wording import Wording

SELECTION = "region"
LEGEND = "legend"
FIGURES = "figures"
FRAMES = "frames"
_KEY = "region_frame"
_KEY_OF_REGION = "datum.region + '@' + frame"
MILLISECONDS = 1200  # that a frame stands

# Fields of a unit's figures that marks look up.
LOOKED_UP = (
    *("name", "state", "fill", "ink", "label", "shown", "period", "rank", "status"),
    *("share", "selected"),
)
MARGIN = 6
NARROW = 640  # px: below it the legend has no room beside the map
WIDE_SCREEN = 0.62  # of the map's width: as high as it may grow there
LINE = 18  # px between the legend's lines
LEGEND_COLUMN = 132
# Units that a map of the nation hides, from north to south: each has a bar of its own.
SMALL = ("110000", "120000", "310000", "810000", "820000")
BAR_LINE = 20  # px between bars
BARS_WIDE = 196  # px: name, bar and value
BARS_FROM = 0.35  # of the map's width: east of Xinjiang's northern tip
# The inset's window: every dash, with the coasts that place them.
INSET_WEST, INSET_EAST, INSET_SOUTH, INSET_NORTH = 105.6, 124.2, 2.6, 25.6
INSET_SHARE = 0.125  # of the map's width
EASTERN_ROOM = 0.055  # of the map's width: without it the inset would touch Taiwan's waters


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
    `height` is the most the map may take, more on a wide screen. A click selects a unit: selection
    `region`, field `region`. A `moving` map has figures of many periods, told apart by `frame` from
    1 on, and plays them in the browser; dataset `frames` has `frame` and `label` of each.
    """
    colours = palette(dark)
    sources = _Sources(boundaries, moving)
    point = alt.selection_point(name=SELECTION, fields=["region"], empty=False, toggle=False)
    hover = alt.selection_point(
        name="hover", fields=["region"], on="pointerover", clear="pointerout", empty=False
    )
    main, inset = _main_projection(boundaries), _inset_projection()
    layers = [
        _land(sources, colours, main),
        *_hatching(sources, colours, main),
        *_maritime(sources, colours, main),
        *(_unit_names(sources, colours, main, words) if labels else []),
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
        layers += _bars(sources, colours, words)
    layers += legend_layers(colours)
    if moving:
        layers.append(_clock(colours))
    names = [FIGURES, LEGEND, *([FRAMES] if moving else [])]
    drawn: alt.LayerChart = (
        alt.layer(*layers)
        .add_params(*_measures(boundaries, classes, height))
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
        .configure(font=FONT, view=alt.ViewConfig(stroke=None))
    )
    return drawn


def _land(sources: _Sources, colours: Palette, projection: alt.Projection) -> alt.Chart:
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


def _hatching(sources: _Sources, colours: Palette, projection: alt.Projection) -> list[alt.Chart]:
    states = {
        "rising": [*map(str, (MapState.MISSING, MapState.SUPPRESSED))],
        "falling": [*map(str, (MapState.NOT_APPLICABLE, MapState.SUPPRESSED, MapState.BROKEN))],
    }
    dotted = f"datum.state == '{MapState.BROKEN}'"
    return [
        sources.with_figures(alt.Chart(sources.hatches), "datum.properties.region")
        .transform_filter(
            f"datum.properties.direction == '{direction}' && "
            f"indexof({chosen}, datum.state || '{MapState.MISSING}') >= 0"
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


def _maritime(sources: _Sources, colours: Palette, projection: alt.Projection) -> list[alt.Chart]:
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


def _unit_names(
    sources: _Sources, colours: Palette, projection: alt.Projection, words: Wording
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
            f" + (datum.state == '{MapState.BROKEN}' ? ' [b]' : '')",
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
    sources: _Sources, projection: alt.Projection, colour: str, width: float, which: Any
) -> alt.Chart:
    drawn: alt.Chart = (
        sources.with_figures(alt.Chart(sources.units))
        .transform_filter(which)
        .mark_geoshape(stroke=colour, strokeWidth=width, filled=False, aria=False)
        .properties(projection=projection)
    )
    return drawn


def _touch(sources: _Sources, projection: alt.Projection, words: Wording) -> alt.Chart:
    """Return what the pointer and a screen reader meet: unseen shapes on top of all."""
    drawn: alt.Chart = (
        sources.with_figures(alt.Chart(sources.units))
        .transform_calculate(spoken="datum.name + ', ' + datum.shown")
        .mark_geoshape(fill="transparent", stroke=None, cursor="pointer")
        .encode(tooltip=_tooltip(words), description="spoken:N")
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


class _Sources:
    """The geometry by address, and how figures are joined to it."""

    def __init__(self, boundaries: Boundaries, moving: bool) -> None:
        self.units = self._source(boundaries, boundaries.units_name)
        self.hatches = self._source(boundaries, boundaries.hatches_name)
        self.maritime = self._source(boundaries, MARITIME) if boundaries.inset else None
        self.national = boundaries.region == NATION
        self._key = _KEY if moving else "region"

    @staticmethod
    def _source(boundaries: Boundaries, name: str) -> alt.UrlData:
        return alt.UrlData(
            boundaries.boundary_url(name), format=alt.JsonDataFormat(property="features")
        )

    def with_figures(self, chart: alt.Chart, region: str = "datum.id") -> alt.Chart:
        """Return a chart of geometry whose rows have their unit's figures."""
        looked = chart.transform_calculate(region=region)
        if self._key != "region":
            looked = looked.transform_calculate(**{self._key: _KEY_OF_REGION})
        drawn: alt.Chart = looked.transform_lookup(
            lookup=self._key,
            from_=alt.LookupData(
                data=alt.NamedData(FIGURES), key=self._key, fields=list(LOOKED_UP)
            ),
        )
        return drawn


def _tooltip(words: Wording) -> list[alt.Tooltip]:
    """Return what a map says of the unit under the pointer."""
    return tooltips(
        name=words("Region"),
        shown=words("Value"),
        period=words("Period"),
        rank=words("Rank"),
        status=words("Status"),
    )


def _bars(sources: _Sources, colours: Palette, words: Wording) -> list[alt.Chart]:
    """Return a bar with name and value for each unit that the map hides; a click selects it."""
    name_wide = 38 if words.language == "zh" else 62
    units = sources.with_figures(
        alt.Chart(sources.units).transform_filter(f"indexof({list(SMALL)}, datum.id) >= 0")
    ).transform_calculate(
        middle=f"bars_top + (indexof({list(SMALL)}, datum.region) + 0.5) * {BAR_LINE}",
        top="datum.middle - 6",
        bottom="datum.middle + 6",
        name_left="bars_left",
        left=f"bars_left + {name_wide}",
        right=f"datum.left + (datum.state == '{MapState.VALUE}' ? 3 + 37 * datum.share : 12)",
        value_left="datum.right + 5",
        edge=f"datum.selected ? '{colours.selected}' : '{colours.border}'",
        line_top=f"datum.middle - {BAR_LINE / 2}",
        line_bottom=f"datum.middle + {BAR_LINE / 2}",
    )
    middle = alt.Y("middle:Q", scale=None, axis=None)

    def box(mark: alt.Chart, right: str, top: str, bottom: str) -> alt.Chart:
        drawn: alt.Chart = mark.encode(
            x=_pixel("left"), x2=f"{right}:Q", y=_pixel(top, "y"), y2=f"{bottom}:Q"
        )
        return drawn

    def text(left: str, field: str) -> alt.Chart:
        drawn: alt.Chart = units.mark_text(
            align="left", fontSize=11, color=colours.text, aria=False
        ).encode(x=_pixel(left, "x"), y=middle, text=f"{field}:N")
        return drawn

    touched = units.transform_calculate(
        left="datum.name_left", right=f"datum.name_left + {BARS_WIDE}"
    ).mark_rect(fill="transparent", stroke=None, cursor="pointer", aria=False)
    return [
        box(units.mark_rect(strokeWidth=1, aria=False), "right", "top", "bottom").encode(
            fill=alt.Fill("fill:N", scale=None, legend=None),
            stroke=alt.Stroke("edge:N", scale=None, legend=None),
        ),
        text("name_left", "name"),
        text("value_left", "label"),
        box(touched, "right", "line_top", "line_bottom").encode(tooltip=_tooltip(words)),
    ]


def legend_layers(colours: Palette) -> list[alt.Chart]:
    """Return a legend's swatches and words, from the dataset `legend`.

    Where they stand: `legend_left`, `legend_top`, `legend_bottom`, `legend_column` and `narrow`,
    parameters of the chart that they are layers of.
    """
    rows = alt.Chart(alt.NamedData(LEGEND)).transform_calculate(
        left="legend_left + datum.column * legend_column",
        middle=f"narrow ? legend_top + (datum.lines - datum.line - 0.5) * {LINE}"
        f" : legend_bottom - (datum.line + 0.5) * {LINE}",
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


def _measures(boundaries: Boundaries, classes: int, height: int) -> list[alt.Parameter]:
    """Return the map's measures as expressions of `width`, each by its name."""
    whole = boundaries.region == NATION
    west, south, east, north = boundaries.extent
    if boundaries.inset:
        east += (EASTERN_ROOM if whole else INSET_SHARE + EASTERN_ROOM) * (east - west)
    wide, tall = east - west, north - south
    inset_wide, inset_tall = _inset_size()
    legend = (classes + 1) * LINE + MARGIN
    bars = len(SMALL) * BAR_LINE + MARGIN if whole else 0
    most = f"{height - 2 * MARGIN}, {WIDE_SCREEN} * width"
    expressions = {
        "narrow": f"width < {NARROW}" if whole else "true",
        "zoom": f"min((width - {2 * MARGIN}) / {wide:.5f}, max({most}) / {tall:.5f})",
        "map_left": f"(width - zoom * {wide:.5f}) / 2",
        "map_right": f"map_left + zoom * {wide:.5f}",
        "map_bottom": f"{2 * MARGIN} + zoom * {tall:.5f}",
        "height": f"ceil(map_bottom + (narrow ? {legend + bars} : 0))",
        "origin_x": f"map_left - zoom * {west:.5f}",
        "origin_y": f"{MARGIN} + zoom * {north:.5f}",
        "inset_width": f"zoom * {wide * INSET_SHARE:.5f}",
        "inset_height": f"inset_width * {inset_tall / inset_wide:.5f}",
        "inset_left": "map_right - inset_width",
        "inset_top": "map_bottom - inset_height - 1",
        "inset_scale": f"inset_width / {inset_wide:.5f}",
        "legend_left": f"narrow ? {MARGIN} : max(map_left, {MARGIN})",
        "legend_top": f"map_bottom + {bars + MARGIN}",
        "legend_bottom": f"map_bottom - {MARGIN}",
        "legend_column": f"narrow ? (width - {2 * MARGIN}) / 2 : {LEGEND_COLUMN}",
        "bars_left": f"narrow ? {MARGIN} : map_left + zoom * {BARS_FROM * wide:.5f}",
        "bars_top": f"narrow ? map_bottom + {MARGIN} : {MARGIN}",
    }
    return [alt.param(name=name, expr=expression) for name, expression in expressions.items()]


def _inset_size() -> tuple[float, float]:
    return np.radians(INSET_EAST - INSET_WEST), _mercator(INSET_NORTH) - _mercator(INSET_SOUTH)


def _mercator(latitude: float) -> float:
    return float(np.log(np.tan(np.pi / 4 + np.radians(latitude) / 2)))


def _main_projection(boundaries: Boundaries) -> alt.Projection:
    """Return the equal-area projection of the main map."""
    return alt.Projection(
        type="conicEqualArea",
        parallels=list(PARALLELS),
        rotate=[-boundaries.meridian, 0],
        center=[0, 0],
        scale=alt.ExprRef("zoom"),
        translate=alt.ExprRef("[origin_x, origin_y]"),
        clipExtent=alt.ExprRef("[[0, 0], [width, map_bottom]]"),
        pointRadius=0.9,
    )


def _inset_projection() -> alt.Projection:
    """Return the projection of the South China Sea inset."""
    middle = (_mercator(INSET_NORTH) + _mercator(INSET_SOUTH)) / 2
    latitude = float(np.degrees(2 * np.arctan(np.exp(middle)) - np.pi / 2))
    return alt.Projection(
        type="mercator",
        rotate=[-(INSET_WEST + INSET_EAST) / 2, 0],
        center=[0, latitude],
        scale=alt.ExprRef("inset_scale"),
        translate=alt.ExprRef("[inset_left + inset_width / 2, inset_top + inset_height / 2]"),
        clipExtent=alt.ExprRef(
            "[[inset_left, inset_top], [inset_left + inset_width, inset_top + inset_height]]"
        ),
        pointRadius=0.5,
    )


def add_key(figures: pd.DataFrame) -> pd.DataFrame:
    """Return figures of many frames with the key that marks look them up by."""
    return figures.assign(**{_KEY: figures["region"] + "@" + figures["frame"].astype(str)})


def _clock(colours: Palette) -> alt.Chart:
    """Return the name of the frame that is shown, from the dataset `frames`."""
    drawn: alt.Chart = (
        alt.Chart(alt.NamedData(FRAMES))
        .transform_filter("datum.frame == frame")
        .mark_text(align="left", baseline="top", fontSize=22, color=colours.text, aria=False)
        .encode(x=alt.value(8), y=alt.value(8), text="label:N")
    )
    return drawn


def with_controls(specification: dict[str, Any], frames: int, words: Wording) -> dict[str, Any]:
    """Return a moving map's specification with its slider and its box, at the newest frame."""
    box = {"input": "checkbox", "name": words("Play")}
    slider = {"input": "range", "min": 1, "max": frames, "step": 1}
    tick = {
        "events": {"type": "timer", "throttle": MILLISECONDS},
        "update": f"playing ? frame % {frames} + 1 : frame",
    }
    signals = [
        {"name": "playing", "value": False, "bind": box},
        {
            "name": "frame",
            "value": frames,
            "bind": slider | {"name": words("Period to show")},
            "on": [tick],
        },
    ]
    return specification | {"config": specification["config"] | {"signals": signals}}
