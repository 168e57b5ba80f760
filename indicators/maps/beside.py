"""What stands beside the shapes of a map: its legend, and bars for the units it hides."""

from __future__ import annotations

from typing import Any

import altair as alt

from indicators.maps.layout import BAR_LINE, BARS_WIDE, LINE, SMALL
from indicators.maps.palette import VALUE, Palette
from indicators.maps.sources import Sources, tooltip
from indicators.wording import Wording

LEGEND = "legend"


def bars(sources: Sources, colours: Palette, words: Wording) -> list[alt.Chart]:
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
        right=f"datum.left + (datum.state == '{VALUE}' ? 3 + 37 * datum.share : 12)",
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

    return [
        box(units.mark_rect(strokeWidth=1, aria=False), "right", "top", "bottom").encode(
            fill=alt.Fill("fill:N", scale=None, legend=None),
            stroke=alt.Stroke("edge:N", scale=None, legend=None),
        ),
        text("name_left", "name"),
        text("value_left", "label"),
        box(
            units.transform_calculate(
                left="datum.name_left", right=f"datum.name_left + {BARS_WIDE}"
            ).mark_rect(fill="transparent", stroke=None, cursor="pointer", aria=False),
            "right", "line_top", "line_bottom",
        ).encode(tooltip=tooltip(words)),
    ]  # fmt: skip


def legend(colours: Palette) -> list[alt.Chart]:
    """Return the legend's swatches and words, from the dataset `legend`."""
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
