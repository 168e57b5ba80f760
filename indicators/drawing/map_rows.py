"""What a map is given on each rerun: a small row for each unit, and the rows of its legend.

Colour and wording are decided here, so that the map's own specification never changes with the
figures.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from indicators.catalogue import tree
from indicators.drawing.classes import class_names
from indicators.drawing.palette import Palette, readable_on
from indicators.statuses import OBSERVATION_STATUSES, MapState, ObservationStatus
from indicators.wording import Wording

# Hatches of the legend's swatches (20 by 12), as SVG paths whose unit is 6 pixels.
RISING = "M-1.67,0L-.67,-1M-1.67,1L.33,-1M-.67,1L1.33,-1M.33,1L1.67,-.33"
FALLING = "M-1.67,-.33L-.33,1M-1.33,-1L.67,1M-.33,-1L1.67,1M.67,-1L1.67,0"
PLAIN = "M0,0L0,0"
# Squares of a sixth: drawn with a stroke they read as dots.
DOTTED = "".join(
    f"M{x},{y}h.17v.17h-.17z"
    for x, y in [
        (x / 6 + (0.33 if y == "0" else 0), y) for y in ("-.6", "0", ".5") for x in (-8, -4, 0, 4)
    ]
)
HATCH = {
    MapState.MISSING: RISING,
    MapState.SUPPRESSED: RISING + FALLING,
    MapState.NOT_APPLICABLE: FALLING,
    MapState.OUT_OF_SCOPE: PLAIN,
    MapState.BROKEN: DOTTED,
}


def unit_rows(
    rows: pd.DataFrame,
    *,
    breaks: Sequence[float],
    centre: float | None = None,
    names: Mapping[str, str],
    unit: str,
    words: Wording,
    palette: Palette,
    decimals: int = 0,
    units: Sequence[str] | None = None,
    out_of_scope: Collection[str] = (),
    selected: str | None = None,
    ascending: bool = False,
    signed: bool = False,
) -> pd.DataFrame:
    """Return one row per unit, ready to draw: the dataset `figures`.

    `rows` has region, period, value, status, confidentiality, one row a region; other regions
    than `units` are left out. A row may name its own `state`, else "". A value belongs to the
    class above each break it reaches; around a `centre` classes have two hues. The rank counts
    from the largest value, or from the smallest if `ascending`. `share` is a value's part of the
    largest, for bars.
    """
    units = tree().all_provinces if units is None else units
    found: dict[Any, Any] = rows.set_index("region").to_dict("index")
    states = {
        code: state_of(found[code])
        if code in found
        else MapState.OUT_OF_SCOPE
        if code in out_of_scope
        else MapState.MISSING
        for code in units
    }
    values = pd.Series(
        {code: float(found[code]["value"]) for code in units if states[code] == MapState.VALUE},
        dtype=float,
    )
    ranks = values.rank(method="min", ascending=ascending)
    largest = values.abs().max()
    colours = palette.scale(breaks, centre)
    write = words.signed if signed else words.number
    drawn = []
    for code, state in states.items():
        fill, rank, share = palette.no_value, "–", 0.0
        label = shown = status = words(state.sentence)
        if state == MapState.VALUE:
            fill = colours[bisect_right(breaks, values[code])]
            label = write(values[code], decimals)
            shown = f"{label}{'' if unit == '%' else ' '}{unit}".strip()
            rank = words("{rank} of {count}", rank=int(ranks[code]), count=len(values))
            status = words(OBSERVATION_STATUSES[str(found[code]["status"])].sentence)
            share = abs(values[code]) / largest if largest else 0.0
        drawn.append(
            {
                "region": code,
                "name": names[code],
                "state": state,
                "value": values.get(code),
                "share": round(share, 3),
                "fill": fill,
                "ink": readable_on(fill),
                "label": label,
                "shown": shown,
                "period": words.period(str(found[code]["period"])) if code in found else "–",
                "rank": rank,
                "status": status,
                "selected": code == selected,
            }
        )
    return pd.DataFrame(drawn)


def known_values(rows: pd.DataFrame) -> pd.Series:
    """Return the values that may be shown: what is withheld gives no class its break either."""
    names = [name for name in ("state", "confidentiality", "status", "value") if name in rows]
    cells = zip(*(rows[name].tolist() for name in names), strict=True)
    return rows["value"][
        [state_of(dict(zip(names, row, strict=True))) == MapState.VALUE for row in cells]
    ]


def state_of(row: Mapping[Any, Any]) -> MapState:
    """Return what a region's row is: a value, or why it is none."""
    if row.get("state"):
        return MapState(row["state"])
    if row["confidentiality"] != "F":
        return MapState.SUPPRESSED
    status = OBSERVATION_STATUSES[row["status"]]
    if status is ObservationStatus.NOT_APPLICABLE:
        return MapState.NOT_APPLICABLE
    return MapState.VALUE if status.has_value and not pd.isna(row["value"]) else MapState.MISSING


def legend_rows(
    figures: pd.DataFrame,
    *,
    breaks: Sequence[float],
    centre: float | None = None,
    unit: str,
    words: Wording,
    palette: Palette,
    decimals: int = 0,
    said: str = "",
    counted: bool = True,
) -> pd.DataFrame:
    """Return the legend's rows, `line` counted from the bottom: the dataset `legend`.

    `said` is how the classes were made. The units without a value are `counted` by their state.
    """
    counts = figures["state"].value_counts()
    colours = palette.scale(breaks, centre) if MapState.VALUE in counts else []
    classes = zip(colours, class_names(breaks, words, decimals) if colours else [], strict=True)
    states = [state for state in MapState if state in counts and state != MapState.VALUE]
    rows = [
        {"column": 0, "line": line, "kind": "class", "fill": fill, "hatch": PLAIN, "label": label}
        for line, (fill, label) in enumerate(classes)
    ]
    rows += [
        {
            "column": 1,
            "line": line,
            "kind": "state",
            "fill": palette.no_value,
            "hatch": HATCH[state],
            "label": words("{state}: {count}", state=words(state.sentence), count=counts[state])
            if counted
            else words(state.sentence),
        }
        for line, state in enumerate(reversed(states))
    ]
    title = {"column": 0, "line": len(colours), "kind": "title", "fill": "", "hatch": PLAIN}
    label = words("{unit}, {classes}", unit=unit, classes=said) if said else unit
    # A legend below the map is laid out from its first line, one on it from its last.
    lines = max(len(colours), len(states) - 1) + 1
    return pd.DataFrame([*rows, title | {"label": label}]).assign(lines=lines)
