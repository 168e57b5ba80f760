"""Where the map is, what it shows, and how it is drawn."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from indicators import catalogue, markdown, tables
from indicators.address import choose
from indicators.cached import map as cached_map
from indicators.drawing.boundaries import BoundaryError, prefectures
from indicators.drawing.classes import FIXED, METHODS, QUANTILES, method_name
from indicators.drawing.levels import province_of, undivided
from indicators.store.holdings import NATION
from indicators.store.queries import Selection, Vintage
from indicators.views.overview import ALL
from indicators.wording import Wording


def choose_level(words: Wording) -> str:
    """Return the region whose parts the map shows; the address says it as `within`.

    An address that names a prefecture alone opens its province.
    """
    asked = st.query_params.get("within")
    opened = province_of(st.query_params.get("region", ""))
    wanted = asked or opened or st.session_state.get("kept_within", NATION)
    within = wanted if cached_map.boundaries().can_open(wanted) else NATION
    try:
        cached_map.boundaries().within(within)
    except BoundaryError as refused:
        for problem in refused.problems:
            st.error(markdown.escaped(words(problem.text, **problem.values)))
        within = NATION
    if asked not in (None, NATION, within):
        st.sidebar.warning(
            markdown.escaped(
                words('There is no map of the parts of "{wanted}".', wanted=str(asked)[:40])
            ),
            icon=":material/info:",
        )
    _say_level(within)
    return within


def open_level(within: str) -> None:
    """Open the map of a region's parts, none of them chosen."""
    _say_level(within)
    st.query_params["region"] = within


def _say_level(within: str) -> None:
    st.session_state["kept_within"] = within
    if within == NATION:
        st.query_params.pop("within", None)
    elif st.query_params.get("within") != within:
        st.query_params["within"] = within


def show_path(words: Wording, within: str, region: str) -> None:
    """Show where the map is, nation › province: the way back a button, and the way down.

    A chosen `region` that cannot be opened says why.
    """
    names = tables.region_names(words.language)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            names[NATION], key="level_nation", type="tertiary", disabled=within == NATION,
            on_click=open_level, args=(NATION,),
        )  # fmt: skip
        if within != NATION:
            st.markdown(markdown.strong(f"› {names[within]}"), width="content")
        elif cached_map.boundaries().can_open(region):
            st.markdown("›", width="content")
            st.button(
                words("Open the prefectures of {province}", province=names[region]),
                key="level_below", on_click=open_level, args=(region,),
            )  # fmt: skip
        elif why := undivided(region, words):
            st.caption(markdown.escaped(why), width="content")


def choose_region(words: Wording, within: str = NATION) -> str:
    """Return the region chosen among the parts of one, that itself when none is."""
    names = tables.region_names(words.language)
    parts = prefectures().get(within, (*tables.provinces(), *tables.uncovered()))
    return choose(
        words("Region"), "region", [within, *parts],
        name=lambda code: words("none") if code == within else names[code],
        default=within, words=words,
    )  # fmt: skip


def select_region(chart: str = "map") -> None:
    """Take over the region that was clicked on a map; a click beside the regions clears it."""
    chosen = st.session_state[chart]["selection"]["region"]
    none = st.query_params.get("within", NATION)
    st.query_params["region"] = chosen[0]["region"] if chosen else none


def choose_selection(words: Wording, vintage: Vintage, within: str = NATION) -> Selection:
    """Return what to show: an indicator with provinces' figures, its scheme and its period.

    `within` a province: what its prefectures have figures of, or, if nothing, the provinces.
    """
    known = catalogue.load().indicators
    offered = cached_map.mapped(vintage, within)
    indicator = choose(
        words("Indicator"),
        "indicator",
        offered,
        words=words,
        name=lambda key: words.text(known[key].title),
        default=offered[0],
    )
    below = cached_map.offers(indicator, vintage, within)
    held = below or cached_map.offers(indicator, vintage)
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
        default=cached_map.newest_with_most(number),
    )
    return Selection(indicator, period, **chosen)


def choose_drawing(
    words: Wording, selection: Selection, vintage: Vintage, within: str
) -> dict[str, Any]:
    """Return how a map is drawn: what a `MapView` says beside what is drawn and where."""
    held = cached_map.alternatives(selection, vintage, within)
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
        drawing["against"] = cached_map.alternative(code, selection, vintage, within)
    else:
        st.query_params.pop("against", None)
    known = cached_map.indicator(selection.indicator)
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
        methods = [name for name in METHODS if name != FIXED or known.breaks]
        # Another indicator may have none: nothing is missing that a warning should tell of.
        if st.query_params.get("classes") == FIXED and not known.breaks:
            st.query_params["classes"] = QUANTILES
        drawing["classes"] = choose(
            words("Classes"), "classes", methods, default=QUANTILES, words=words,
            name=lambda method: method_name(method, words),
        )  # fmt: skip
    return drawing


def _alternative_name(code: str, words: Wording) -> str:
    kind, _, key = code.partition(":")
    if kind == "period":
        return words.period(key)
    if kind == "scheme":
        return tables.scheme_name(key, words)
    return words.text(cached_map.indicator(key).title)
