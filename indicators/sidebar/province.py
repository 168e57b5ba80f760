"""The region that the Province page tells of, and its peers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from indicators import catalogue, tables
from indicators.address import choose
from indicators.cached import province as cached_province
from indicators.store.holdings import NATION
from indicators.views import facts, province
from indicators.views.overview import ALL
from indicators.wording import Wording


def choose_province(words: Wording) -> tuple[str, str]:
    """Return a region to tell of, and the group of peers that it is compared with.

    Every province, and the prefectures of the one chosen.
    """
    names, declared = tables.region_names(words.language), cached_province.peer_groups()
    provinces = [*tables.provinces(), *tables.uncovered()]
    wanted = st.query_params.get("region") or st.session_state.get("kept_region")
    # A map without a region chosen leaves the nation, which is no region of this page.
    if wanted in (NATION, ALL):
        st.query_params.pop("region", None)
        st.session_state.pop("kept_region", None)
    chosen = wanted if wanted in names and wanted not in (NATION, ALL) else provinces[0]
    holder = chosen if chosen in provinces else facts.parent_of(chosen)
    offered = [*provinces, *facts.siblings(holder)]
    region = choose(
        words("Region"), "region", offered, name=names.__getitem__, words=words,
        default=provinces[0],
    )  # fmt: skip
    groups = facts.peer_choices(region, declared)
    group = choose(
        words("Compared with"), "peers", groups, default=groups[0], words=words,
        name=lambda code: province.group_name(code, region, declared, words),
    )  # fmt: skip
    return region, group


def choose_part(indicators: Sequence[str], words: Wording) -> str:
    """Return the indicator whose industries and sizes are shown."""
    known = catalogue.load().indicators
    return choose(
        words("Industries and sizes of"), "parts", indicators, default=indicators[0], words=words,
        name=lambda key: words.text(known[key].title),
    )  # fmt: skip
