"""Drawings that need no page, for files: geometry, figures, title and provenance all inside."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from indicators.drawing.boundary_files import Boundaries
from indicators.drawing.palette import FONT, palette
from indicators.drawing.region_map import FIGURES, LEGEND, MARGIN, region_map
from indicators.wording import Wording

PADDING = 16
TITLE, NOTE = 20, 12  # px


def exported_map(
    boundaries: Boundaries,
    figures: pd.DataFrame,
    legend: pd.DataFrame,
    *,
    words: Wording,
    title: str,
    notes: Sequence[str] = (),
    dark: bool = False,
    labels: bool = True,
    width: int = 1000,
) -> dict[str, Any]:
    """Return a specification that needs neither network nor page.

    `notes` (source, release …) stand under the map; the boundaries' provenance with the
    map-review number always follows them.
    """
    colours = palette(dark)
    chart = region_map(
        boundaries,
        words=words,
        dark=dark,
        classes=int((legend["kind"] == "class").sum()),
        labels=labels,
        height=round(width * 0.8),
    )
    lines = [*notes, *map_provenance(boundaries, words)]
    footer = alt.Chart(alt.sequence(0, 1)).mark_text(
        text="\n".join(part for line in lines for part in wrapped(line, width / NOTE)),
        lineBreak="\n",
        lineHeight=NOTE * 1.45,
        fontSize=NOTE,
        align="left",
        baseline="top",
        color=colours.muted,
        aria=False,
    )
    chart.layer.append(
        footer.encode(x=alt.value(MARGIN), y=alt.value(alt.ExprRef(f"height + {MARGIN}")))
    )
    specification: dict[str, Any] = chart.properties(
        title=alt.TitleParams(
            wrapped(title, width / TITLE),
            anchor="start",
            color=colours.text,
            fontSize=TITLE,
            font=FONT,
            offset=12,
        ),
        width=width,
        background=colours.background,
        padding=PADDING,
        autosize="pad",
    ).to_dict()
    specification["datasets"] = {
        FIGURES: figures.to_dict("records"),
        LEGEND: legend.to_dict("records"),
    }
    collections = {
        boundaries.boundary_url(name): content for name, content in boundaries.collections.items()
    }
    whole: dict[str, Any] = _with_geometry(specification, collections)
    return whole


def exported_chart(
    specification: dict[str, Any],
    datasets: Mapping[str, pd.DataFrame],
    *,
    title: str,
    notes: Sequence[str],
    dark: bool = False,
    width: int = 900,
) -> dict[str, Any]:
    """Return a chart that needs no page: rows, title, and `notes` (unit, source, release)."""
    colours = palette(dark)
    return specification | {
        "width": width,
        "autosize": "pad",
        "background": colours.background,
        "padding": 20,
        "title": {
            "text": wrapped(title, width / 18),
            "subtitle": [part for note in notes for part in wrapped(note, width / NOTE)],
            "anchor": "start",
            "fontSize": 18,
            "subtitleFontSize": NOTE,
            "color": colours.text,
            "subtitleColor": colours.muted,
            "offset": 14,
        },
        # JSON has no NaN.
        "datasets": {
            name: rows.astype(object).where(rows.notna(), None).to_dict("records")
            for name, rows in datasets.items()
        },
    }


def map_provenance(boundaries: Boundaries, words: Wording) -> list[str]:
    """Return the lines that must stand under every map: origin, vintage, datum, review number."""
    origin = boundaries.metadata
    number = boundaries.review_number or words("not set: for internal use")
    return [
        words(
            "Boundaries: {origin} via {source} ({licence}), {vintage}, datum {datum}",
            **{key: origin[key] for key in ("origin", "source", "licence", "vintage", "datum")},
        ),
        words("Map-review number: {number}", number=number),
    ]


def _with_geometry(specification: Any, collections: dict[str, Any]) -> Any:
    """Return the specification with each address replaced by what it leads to.

    Put in after Altair has checked the rest: checking every coordinate takes seconds.
    """
    if isinstance(specification, dict):
        if specification.get("url") in collections:
            values = collections[specification["url"]]
            return {"values": values, "format": specification["format"]}
        return {key: _with_geometry(part, collections) for key, part in specification.items()}
    if isinstance(specification, list):
        return [_with_geometry(part, collections) for part in specification]
    return specification


def wrapped(text: str, ems: float) -> list[str]:
    """Return the text in lines of at most `ems` widths of a Chinese character."""
    lines, room = [""], ems
    # Chinese breaks anywhere, everything else at spaces.
    pieces = "".join(f"\0{c}\0" if _width(c) == 1 else c for c in text).replace(" ", " \0")
    for piece in filter(None, pieces.split("\0")):
        width = sum(map(_width, piece))
        if width > room and lines[-1]:
            lines.append("")
            room = ems
        lines[-1] += piece
        room -= width
    return [line.strip() for line in lines]


def _width(character: str) -> float:
    return 1.0 if unicodedata.east_asian_width(character) in "WF" else 0.56
