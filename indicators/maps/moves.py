"""A map that plays its periods in the browser, and leaves the server alone while it does.

All periods' figures travel once, told apart by `frame` from 1 on. A timer counts the frames while
the box is ticked, a slider goes to any of them; each mark looks its figures up by region and
frame. Vega-Lite has no timer for layers, but hands the signals of its `config` to Vega.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from indicators.maps.palette import Palette
from indicators.wording import Wording

FRAMES = "frames"
KEY = "region_frame"
KEY_OF_REGION = "datum.region + '@' + frame"
MILLISECONDS = 1200  # that a frame stands


def add_key(figures: pd.DataFrame) -> pd.DataFrame:
    """Return figures of many frames with the key that marks look them up by."""
    return figures.assign(**{KEY: figures["region"] + "@" + figures["frame"].astype(str)})


def clock(colours: Palette) -> alt.Chart:
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
    signals = [
        {"name": "playing", "value": False, "bind": {"input": "checkbox", "name": words("Play")}},
        {
            "name": "frame",
            "value": frames,
            "bind": {
                "input": "range", "min": 1, "max": frames, "step": 1,
                "name": words("Number of the period"),
            },
            "on": [
                {
                    "events": {"type": "timer", "throttle": MILLISECONDS},
                    "update": f"playing ? frame % {frames} + 1 : frame",
                }
            ],
        },
    ]  # fmt: skip
    return specification | {"config": specification["config"] | {"signals": signals}}
