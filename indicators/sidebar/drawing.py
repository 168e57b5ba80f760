"""What the map shows, and how it is drawn."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from indicators import cached, catalogue, maps, tables
from indicators.queries import Selection, Vintage
from indicators.sidebar.choice import choose
from indicators.views import ALL, NATION
from indicators.wording import Wording


def choose_selection(words: Wording, vintage: Vintage, within: str = NATION) -> Selection:
    """Return what to show: an indicator with provinces' figures, its scheme and its period.

    `within` a province: what its prefectures have figures of, or, if nothing, the provinces.
    """
    known = catalogue.load().indicators
    offered = cached.mapped(vintage, within)
    indicator = choose(
        words("Indicator"),
        "indicator",
        offered,
        words=words,
        name=lambda key: words.text(known[key].title),
        default=offered[0],
    )
    below = cached.offers(indicator, vintage, within)
    held = below or cached.offers(indicator, vintage)
    narrowed = {
        "scheme": (words("Certification scheme"), tables.scheme_name),
        "industry": (words("Industry"), tables.industry_name),
        "size": (words("Enterprise size"), tables.size_name),
    }
    chosen: dict[str, Any] = {}
    left: Any = held
    for key, (label, name_of) in narrowed.items():
        codes = list(left)
        chosen[key] = ALL
        if codes != [ALL]:
            chosen[key] = choose(
                label, key, codes, words=words, default=codes[0], name=partial(name_of, words=words)
            )
        left = left[chosen[key]]
    number: dict[str, int] = left

    def told(period: str) -> str:
        if within == NATION or not below:
            return words("{period} ({n} provinces)", period=words.period(period), n=number[period])
        return words("{period} ({n} prefectures)", period=words.period(period), n=number[period])

    period = choose(
        words("Period"),
        "period",
        sorted(number, reverse=True),
        words=words,
        name=told,
        default=cached.newest_with_most(number),
    )
    return Selection(indicator, period, **chosen)


def choose_drawing(
    words: Wording, selection: Selection, vintage: Vintage, within: str
) -> dict[str, Any]:
    """Return how a map is drawn: what a `MapView` says beside what is drawn and where."""
    held = cached.alternatives(selection, vintage, within)
    periods = [code for code in held if code.startswith("period:")]
    names = {
        "one": words("one map"), "beside": words("two maps side by side"),
        "change": words("change between two periods"), "play": words("all periods, one by one"),
    }  # fmt: skip
    needs = {"beside": held, "change": periods, "play": periods}
    shown = choose(
        words("Show"), "show", [kind for kind in names if needs.get(kind, True)],
        name=names.__getitem__, default="one", words=words,
    )  # fmt: skip
    drawing: dict[str, Any] = {"shown": shown}
    if shown in ("beside", "change"):
        offered = needs[shown]
        code = choose(
            words("Against"), "against", offered, default=offered[0], words=words,
            name=partial(_alternative_name, words=words),
        )  # fmt: skip
        drawing["against"] = cached.alternative(code, selection, vintage, within)
    else:
        st.query_params.pop("against", None)
    known = cached.indicator(selection.indicator)
    if shown == "one" and known.kind != "count":
        scale = choose(
            words("Colours"), "scale", ["sequential", "diverging"], default="sequential",
            words=words, name=lambda code: {
                "sequential": words("from low to high"),
                "diverging": words("away from the benchmark"),
            }[code],
        )  # fmt: skip
        drawing["diverging"] = scale == "diverging"
    if shown != "change" and not drawing.get("diverging"):
        methods = [name for name in maps.METHODS if name != maps.FIXED or known.breaks]
        # Another indicator may have none: nothing is missing that a warning should tell of.
        if st.query_params.get("classes") == maps.FIXED and not known.breaks:
            st.query_params["classes"] = maps.QUANTILES
        drawing["classes"] = choose(
            words("Classes"), "classes", methods, default=maps.QUANTILES, words=words,
            name=lambda method: maps.method_name(method, words),
        )  # fmt: skip
    return drawing


def _alternative_name(code: str, words: Wording) -> str:
    kind, _, key = code.partition(":")
    if kind == "period":
        return words.period(key)
    if kind == "scheme":
        return tables.scheme_name(key, words)
    return words.text(cached.indicator(key).title)
