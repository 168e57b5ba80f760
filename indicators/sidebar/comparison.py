"""Which regions the Comparison page sets side by side, and by what."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from indicators import address, catalogue
from indicators.address import choose
from indicators.cached import comparison as cached
from indicators.cached.map import divided, first_level, mapped
from indicators.catalogue import tree
from indicators.drawing.charts import OPENED
from indicators.regions import NATION
from indicators.sidebar import map as map_sidebar
from indicators.store.queries import Selection, Vintage
from indicators.wording import Wording

PAIRS = "pairs"  # the chart whose points are clicked
SPAN = "time"  # the range of time, in the address too


def choose_level(words: Wording, vintage: Vintage) -> str:
    """Return whose parts are compared: the nation's, or those of a province that has figures."""
    names = tree().names(words.language)
    own = [address.wanted("within"), address.home()]
    provinces = [code for code in dict.fromkeys(own) if code in tree().prefectures]
    held = [code for code in provinces if mapped(vintage, code) and divided(code, vintage)]
    if not held:
        return NATION
    offered = {code: words("parts of {region}", region=names[code]) for code in (NATION, *held)}
    return choose(words("Level"), "within", offered, words, default=first_level(vintage))


def choose_selection(words: Wording, vintage: Vintage, within: str) -> Selection:
    """Return what regions are compared by; its period is that of the ranking."""
    return map_sidebar.choose_selection(words, vintage, within)


def choose_regions(
    words: Wording, selection: Selection, vintage: Vintage, within: str
) -> tuple[str, ...]:
    """Return the reader's own group; without one the own region and those that rank first."""
    first = cached.first_ranked(selection, vintage, within)
    own = [code for code in (address.home(),) if code in tree().children(within)]
    default: Sequence[str] = list(dict.fromkeys([*own, *first]))[: cached.USUAL]
    return tuple(map_sidebar.choose_group(words, within, default))


def choose_marked(within: str, regions: Sequence[str]) -> str:
    """Return the region that is marked: the one chosen, else the own, else the first compared."""
    wanted = (address.wanted("region"), address.home())
    return next((code for code in wanted if code in tree().children(within)), regions[0])


def choose_against(
    words: Wording, selection: Selection, vintage: Vintage, within: str
) -> Selection | None:
    """Return what the indicator is set against, of the same date; None where nothing can be."""
    known, offered = catalogue.load().indicators, cached.partners(selection, vintage, within)
    if not offered:
        address.silence("with")
        return None
    titles = {key: words.text(known[key].title) for key in offered}
    return offered[choose(words("Set against"), "with", titles, words)]


def choose_time(words: Wording, periods: Sequence[str]) -> tuple[str, str]:
    """Return the first and the last period to draw, chosen below the lines; all of them at first.

    Streamlit keeps them in the address as they are shown, so in both languages alike.
    """
    ends = periods[0], periods[-1]
    first, last = st.select_slider(
        words("Time shown"), periods, value=ends, key=SPAN, bind="query-params"
    )
    return first, last


def select_point() -> None:
    """Take over the region whose point was clicked."""
    chosen = st.session_state[PAIRS]["selection"][OPENED]
    if chosen:
        address.say("region", chosen[0]["region"])
