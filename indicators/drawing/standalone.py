"""Drawings that need no page, for files: geometry, figures, title and provenance all inside."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
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
    map-review number always follows them. A map may go without a title, not without those.
    """
    colours = palette(dark)
    classes = int((legend["kind"] == "class").sum())
    lines = (*notes, *map_provenance(boundaries, words))
    whole = dict(_bare_map(boundaries, words, lines, dark, labels, classes, width))
    heading = {
        "text": wrapped(title, width / TITLE),
        "anchor": "start",
        "color": colours.text,
        "fontSize": TITLE,
        "font": FONT,
        "offset": 12,
    }
    whole |= {"title": heading} if title else {}
    whole["datasets"] = boundaries.collections | {
        FIGURES: figures.to_dict("records"),
        LEGEND: legend.to_dict("records"),
    }
    return whole


@lru_cache(maxsize=64)
def _bare_map(
    boundaries: Boundaries,
    words: Wording,
    lines: tuple[str, ...],
    dark: bool,
    labels: bool,
    classes: int,
    width: int,
) -> dict[str, Any]:
    """Return a map without figures and title, `lines` under it: the same for many regions."""
    colours = palette(dark)
    chart = region_map(
        boundaries,
        words=words,
        dark=dark,
        classes=classes,
        labels=labels,
        height=round(width * 0.8),
    )
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
    drawn = chart.properties(
        width=width, background=colours.background, padding=PADDING, autosize="pad"
    )
    names = {boundaries.boundary_url(name): name for name in boundaries.collections}
    # Its parts were checked when they were made.
    found: dict[str, Any] = _with_geometry(drawn.to_dict(validate=False), names)
    return found


def exported_chart(
    specification: dict[str, Any],
    datasets: Mapping[str, pd.DataFrame],
    *,
    title: str,
    notes: Sequence[str],
    dark: bool = False,
    width: int = 900,
) -> dict[str, Any]:
    """Return a chart that needs no page: rows, title, and `notes` (unit, source, release).

    Without a title and notes, which stand beside the drawing then, the chart alone.
    """
    colours = palette(dark)
    heading = {
        "text": wrapped(title, width / 18),
        "subtitle": [part for note in notes for part in wrapped(note, width / NOTE)],
        "anchor": "start",
        "fontSize": 18,
        "subtitleFontSize": NOTE,
        "color": colours.text,
        "subtitleColor": colours.muted,
        "offset": 14,
    }
    return specification | {
        "width": width,
        "autosize": "pad",
        "background": colours.background,
        "padding": 20 if title or notes else 4,
        **({"title": heading} if title or notes else {}),
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


def _with_geometry(specification: Any, names: Mapping[str, str]) -> Any:
    """Return the specification with each address replaced by the name of its data set.

    So geometry is there once, however many layers draw it.
    """
    if isinstance(specification, dict):
        if specification.get("url") in names:
            return {"name": names[specification["url"]], "format": specification["format"]}
        return {key: _with_geometry(part, names) for key, part in specification.items()}
    if isinstance(specification, list):
        return [_with_geometry(part, names) for part in specification]
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
