"""Where the map is: the nation, or a province whose parts it shows, and the region chosen."""

from __future__ import annotations

import streamlit as st

from indicators import cached, maps, markdown, tables
from indicators.sidebar.choice import choose
from indicators.views import NATION
from indicators.wording import Wording


def choose_level(words: Wording) -> str:
    """Return the region whose parts the map shows; the address says it as `within`.

    An address that names a prefecture alone opens its province.
    """
    asked = st.query_params.get("within")
    opened = maps.province_of(st.query_params.get("region", ""))
    wanted = asked or opened or st.session_state.get("kept_within", NATION)
    within = wanted if cached.boundaries().can_open(wanted) else NATION
    try:
        cached.boundaries().within(within)
    except maps.BoundaryError as refused:
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
        elif cached.boundaries().can_open(region):
            st.markdown("›", width="content")
            st.button(
                words("Open the prefectures of {province}", province=names[region]),
                key="level_below", on_click=open_level, args=(region,),
            )  # fmt: skip
        elif why := maps.undivided(region, words):
            st.caption(markdown.escaped(why), width="content")


def choose_region(words: Wording, within: str = NATION) -> str:
    """Return the region chosen among the parts of one, that itself when none is."""
    names = tables.region_names(words.language)
    parts = maps.prefectures().get(within, (*tables.provinces(), *tables.uncovered()))
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
