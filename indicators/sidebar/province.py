"""The region that the Province page tells of, its peers, and the industry."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from indicators import address, catalogue, code_names
from indicators.address import choose
from indicators.cached import province as cached
from indicators.cached.map import first_level
from indicators.catalogue import tree
from indicators.regions import ALL, NATION
from indicators.sidebar.map import MOST_COMPARED, choose_group
from indicators.store.queries import Vintage
from indicators.views import facts
from indicators.views.briefing.content import MOST_OF_A_NOTE, part_titles
from indicators.views.province import group_name
from indicators.wording import Wording


def choose_province(words: Wording, vintage: Vintage) -> tuple[str, str]:
    """Return a region to tell of, and the group of peers that it is compared with.

    Every province, and the prefectures of the one chosen.
    """
    names, declared = tree().names(words.language), cached.peer_groups()
    provinces = [*tree().provinces, *tree().uncovered]
    wanted = address.wanted("region")
    # A map without a region chosen leaves the nation, which is no region of this page.
    if wanted in (NATION, ALL):
        address.forget("region")
        wanted = None
    home = address.home() if address.home() in names else cached.opening(vintage)
    chosen = wanted if wanted in names else home
    province = chosen if chosen in provinces else tree().parent(chosen)
    first = first_level(vintage)
    below = () if first == NATION else (first, *tree().children(first))
    regions = {code: names[code] for code in (*below, *provinces, *tree().children(province))}
    region = choose(words("Region"), "region", regions, words, default=home)
    groups = {
        code: group_name(code, region, declared, words)
        for code in facts.peer_choices(region, declared)
    }
    groups[facts.OWN] = words("My comparison group")
    # The usual group of the region left behind is no choice of this one's reader.
    if address.wanted("peers") in {group.key for group in declared.groups} - groups.keys():
        address.forget("peers")
    peers = choose(words("Compared with"), "peers", groups, words)
    if peers == facts.OWN:
        level = tree().parent(region)
        peers = facts.own_group(choose_group(words, level, tree().siblings(region)[:MOST_COMPARED]))
    return region, peers


def choose_industry(region: str, words: Wording, vintage: Vintage) -> str:
    """Return the industry that the page tells of, `ALL` for all together.

    Among those of which the regions of its level have figures or targets.
    """
    held = [ALL, *cached.industries(tree().parent(region), vintage)]
    names = {code: code_names.industry_name(code, words) for code in held}
    return choose(words("Industry"), "industry", names, words)


def choose_briefing(words: Wording) -> tuple[list[str], str]:
    """Return the parts that a briefing shall have, and the reader's own words to open it with.

    They are this visit's alone: an address that is handed on says nothing of them.
    """
    titles = part_titles(words)
    with st.expander(words("What the briefing holds"), icon=":material/tune:"):
        parts = st.pills(
            words("Parts of the briefing"),
            list(titles),
            format_func=titles.__getitem__,
            selection_mode="multi",
            default=list(titles),
            key="briefing_parts",
        )
        note = st.text_area(
            words("Covering note, which stands on top"),
            max_chars=MOST_OF_A_NOTE,
            key="briefing_note",
        )
    return list(parts), note


def choose_part(indicators: Sequence[str], words: Wording) -> str:
    """Return the indicator whose industries and sizes are shown."""
    known = catalogue.load().indicators
    titles = {key: words.text(known[key].title) for key in indicators}
    return choose(words("Industries and sizes of"), "parts", titles, words)
