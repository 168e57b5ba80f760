"""What a map is given on each rerun: 34 small rows of figures, and the rows of its legend.

Colour and wording are decided here, so that the map's own specification never changes with the
figures.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from indicators.maps.boundaries import REGIONS
from indicators.maps.palette import (
    MISSING,
    NO_VALUE,
    NOT_APPLICABLE,
    OUT_OF_SCOPE,
    SUPPRESSED,
    VALUE,
    Palette,
    readable_on,
)
from indicators.wording import Wording

# Hatches of the legend's swatches (20 by 12), as SVG paths whose unit is 6 pixels.
RISING = "M-1.67,0L-.67,-1M-1.67,1L.33,-1M-.67,1L1.33,-1M.33,1L1.67,-.33"
FALLING = "M-1.67,-.33L-.33,1M-1.33,-1L.67,1M-.33,-1L1.67,1M.67,-1L1.67,0"
PLAIN = "M0,0L0,0"
HATCH = {
    MISSING: RISING,
    SUPPRESSED: RISING + FALLING,
    NOT_APPLICABLE: FALLING,
    OUT_OF_SCOPE: PLAIN,
}


def state_name(state: str, words: Wording) -> str:
    """Return a state in words."""
    return {
        VALUE: words("Reported"),
        MISSING: words("No data"),
        SUPPRESSED: words("Suppressed"),
        NOT_APPLICABLE: words("Not applicable"),
        OUT_OF_SCOPE: words("Outside the survey"),
    }[state]


def status_name(status: str, words: Wording) -> str:
    """Return the SDMX observation status of a value in words."""
    names = {
        "B": words("Break in series"),
        "D": words("Definition differs"),
        "E": words("Estimated"),
        "P": words("Provisional"),
    }
    return names.get(status, words("Reported"))


def map_figures(
    rows: pd.DataFrame,
    *,
    breaks: Sequence[float],
    names: Mapping[str, str],
    unit: str,
    words: Wording,
    palette: Palette,
    decimals: int = 0,
    out_of_scope: Collection[str] = (),
    selected: str | None = None,
    ascending: bool = False,
) -> pd.DataFrame:
    """Return one row per unit, ready to draw: the dataset `figures`.

    `rows` has region, period, value, status, confidentiality, one row a region; other regions
    than the 34 are left out. A value belongs to the class above each break it reaches. The rank
    counts from the largest value, or from the smallest if `ascending`.
    """
    found: dict[Any, Any] = rows.set_index("region").to_dict("index")
    units = {code: _state(code, found.get(code), out_of_scope) for code in REGIONS}
    values = pd.Series({c: float(found[c]["value"]) for c in REGIONS if units[c] == VALUE})
    ranks = values.rank(method="min", ascending=ascending)
    colours = palette.classes(len(breaks) + 1)
    drawn = []
    for code, state in units.items():
        fill, rank = palette.no_value, "–"
        shown = status = state_name(state, words)
        if state == VALUE:
            fill = colours[bisect_right(breaks, values[code])]
            shown = " ".join([words.number(values[code], decimals), unit]).strip()
            rank = words("{rank} of {count}", rank=int(ranks[code]), count=len(values))
            status = status_name(str(found[code]["status"]), words)
        drawn.append(
            {
                "region": code,
                "name": names[code],
                "state": state,
                "value": values.get(code),
                "fill": fill,
                "ink": readable_on(fill),
                "shown": shown,
                "period": words.period(str(found[code]["period"])) if code in found else "–",
                "rank": rank,
                "status": status,
                "selected": code == selected,
            }
        )
    return pd.DataFrame(drawn)


def class_breaks(values: pd.Series, classes: int = 5) -> list[float]:
    """Return the breaks of classes that hold about as many values each (quantiles).

    Rounded to two significant digits where that keeps them apart; fewer where values are few.
    """
    known = values.dropna()
    shares = [step / classes for step in range(1, classes)]
    exact = sorted(set(known.quantile(shares))) if len(known) > 1 else []
    rounded = [float(f"{value:.2g}") for value in exact]
    kept = rounded if len(set(rounded)) == len(exact) else exact
    return [value for value in kept if known.min() < value <= known.max()]


def _state(code: str, row: Mapping[str, Any] | None, out_of_scope: Collection[str]) -> str:
    if row is None:
        return OUT_OF_SCOPE if code in out_of_scope else MISSING
    if row["confidentiality"] == "C":
        return SUPPRESSED
    if row["status"] == "M":
        return NOT_APPLICABLE
    return MISSING if row["status"] == "O" or pd.isna(row["value"]) else VALUE


def map_legend(
    figures: pd.DataFrame,
    *,
    breaks: Sequence[float],
    unit: str,
    words: Wording,
    palette: Palette,
    decimals: int = 0,
) -> pd.DataFrame:
    """Return the legend's rows, `line` counted from the bottom: the dataset `legend`."""
    colours = palette.classes(len(breaks) + 1)
    classes = zip(colours, class_names(breaks, words, decimals), strict=True)
    counts = figures["state"].value_counts()
    states = [state for state in NO_VALUE if state in counts]
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
            "label": words("{state}: {count}", state=state_name(state, words), count=counts[state]),
        }
        for line, state in enumerate(reversed(states))
    ]
    title = {"column": 0, "line": len(colours), "kind": "title", "fill": "", "hatch": PLAIN}
    return pd.DataFrame([*rows, title | {"label": unit}])


def class_names(breaks: Sequence[float], words: Wording, decimals: int = 0) -> list[str]:
    """Return what each class holds, from low to high; a class includes its lower end."""
    ends = [words.number(value, decimals) for value in breaks]
    if not ends:
        return [words("all values")]
    return [
        words("under {upper}", upper=ends[0]),
        *(words("{lower} to {upper}", lower=a, upper=b) for a, b in pairwise(ends)),
        words("{lower} or more", lower=ends[-1]),
    ]
