"""Tidy rows in, chart out: rankings and series.

A chart is built and validated once for a language and a theme, without rows; a page sends the
finished specification with small named datasets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from indicators.maps import palette
from indicators.wording import Wording

Specification = dict[str, Any]
FONT = "Noto Sans CJK SC, Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
RANKING, REFERENCE, SERIES = "ranking", "reference", "series"
BAR_STEP = 21  # px


def ranking_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return bars from the largest value down; datasets `ranking` and `reference`.

    `reference` has one row, the nation's value, or none. See `ranking_rows`.
    """
    colours = palette(dark)
    order = alt.Y("name:N", sort=None, title=None, axis=_names(colours.text))
    bars = alt.Chart(alt.NamedData(RANKING)).encode(
        x=alt.X("value:Q", title=None, axis=None), y=order,
        tooltip=[
            alt.Tooltip("name:N", title=words("Region")),
            alt.Tooltip("shown:N", title=words("Value")),
            alt.Tooltip("rank:N", title=words("Rank")),
        ],
    )  # fmt: skip
    rule = alt.Chart(alt.NamedData(REFERENCE)).encode(x="value:Q")
    chart = alt.layer(
        bars.mark_bar(height={"band": 0.72}, cornerRadiusEnd=2).encode(
            color=alt.Color("fill:N", scale=None, legend=None)
        ),
        bars.mark_text(align="left", dx=4, fontSize=11).encode(
            text="label:N", color=alt.value(colours.text)
        ),
        rule.mark_rule(strokeDash=[5, 3], strokeWidth=1.5).encode(color=alt.value(colours.text)),
        rule.mark_text(align="left", dx=4, dy=-6, baseline="bottom", fontSize=11).encode(
            y=alt.value(0), text="label:N", color=alt.value(colours.text)
        ),
    )
    return _finished(
        chart.properties(
            width="container", height=alt.Step(BAR_STEP),
            padding={"left": 0, "right": 76, "top": 18, "bottom": 0},
        )
    )  # fmt: skip


def ranking_rows(
    figures: pd.DataFrame, words: Wording, *, decimals: int, dark: bool
) -> pd.DataFrame:
    """Return the rows of a ranking from those of a map: units with a value, largest first."""
    colours = palette(dark)
    shown = figures[figures["state"] == "value"].sort_values(
        ["value", "region"], ascending=[False, True]
    )
    fills = [colours.selected if chosen else colours.ramp[3] for chosen in shown["selected"]]
    labels = [words.number(value, decimals) for value in shown["value"]]
    return shown.assign(fill=fills, label=labels)[
        ["region", "name", "value", "shown", "label", "rank", "fill"]
    ]


def series_chart(words: Wording, *, dark: bool = False) -> Specification:
    """Return lines over time with a point at each true date; dataset `series`.

    Rows: date (ISO), value, shown, name, segment (a line is broken where its number changes),
    note. See `series_rows`.
    """
    colours = palette(dark)
    base = alt.Chart(alt.NamedData(SERIES)).encode(
        x=alt.X("date:T", title=None, axis=alt.Axis(format="%Y", tickCount="year", grid=False)),
        y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(format="~s")),
        color=alt.Color("name:N", title=None, legend=alt.Legend(orient="top")),
        tooltip=[
            alt.Tooltip("name:N", title=words("Region")),
            alt.Tooltip("period:N", title=words("Period")),
            alt.Tooltip("shown:N", title=words("Value")),
            alt.Tooltip("note:N", title=words("Note")),
        ],
    )
    chart = alt.layer(
        base.mark_line(strokeWidth=2).encode(detail="segment:N"),
        base.mark_point(size=60, filled=True, opacity=1).encode(
            shape=alt.Shape("note:N", legend=None)
        ),
    )
    chart = chart.configure_axis(labelColor=colours.text, gridColor=colours.border, gridOpacity=0.4)
    return _finished(chart.properties(width="container", height=260))


def series_rows(
    rows: pd.DataFrame, words: Wording, *, names: Mapping[str, str], unit: str, decimals: int
) -> pd.DataFrame:
    """Return the rows of a series chart; a status B begins a new segment."""
    known = rows[rows["value"].notna()].sort_values(["region", "period"])
    breaks = (known["status"] == "B").groupby(known["region"]).cumsum()
    return pd.DataFrame({
        "date": [_end(period) for period in known["period"]],
        "period": [words.period(period) for period in known["period"]],
        "value": known["value"].to_numpy(),
        "shown": [f"{words.number(value, decimals)} {unit}" for value in known["value"]],
        "name": [names[region] for region in known["region"]],
        "segment": breaks.to_numpy(),
        "note": [
            words("scope changed: not comparable with earlier figures") if status == "B" else "–"
            for status in known["status"]
        ],
    })  # fmt: skip


def _end(period: str) -> str:
    year, _, part = period.partition("-")
    month = int(part[1]) * 3 if part.startswith("Q") else int(part or 12)
    return (pd.Timestamp(int(year), month, 1) + pd.offsets.MonthEnd(0)).strftime("%Y-%m-%d")


def _names(colour: str) -> alt.Axis:
    return alt.Axis(labelColor=colour, labelLimit=150, ticks=False, domain=False, labelPadding=6)


def _finished(chart: Any) -> Specification:
    plain = chart.configure_view(stroke=None).properties(background="transparent")
    specification: Specification = plain.to_dict()
    specification["config"]["font"] = FONT
    return specification
