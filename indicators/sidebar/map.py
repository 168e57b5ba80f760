"""Where the map is, what it shows, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import streamlit as st

from indicators import address, catalogue, code_names, frame, markdown
from indicators.address import INFO, choose
from indicators.cached import map as cached
from indicators.cached import remembered
from indicators.catalogue import tree
from indicators.drawing.classes import FIXED, METHODS, QUANTILES, method_name
from indicators.drawing.levels import undivided
from indicators.findings import FindingsError
from indicators.periods import frequency
from indicators.regions import ALL, NATION
from indicators.store.queries import Selection, Vintage
from indicators.wording import Wording

GROUP = "group"
MOST_COMPARED = 10  # lines in one chart that can be told apart


def own_group(within: str = NATION) -> list[str]:
    """Return the reader's own group of regions that lie directly in one; none without any."""
    return address.several(GROUP, tree().children(within))[:MOST_COMPARED]


def choose_group(words: Wording, within: str, default: Sequence[str]) -> list[str]:
    """Return the group chosen among the parts of a region; it is kept for all pages."""
    names = tree().names(words.language)
    offered = {code: names[code] for code in tree().children(within)}
    label = words("My comparison group")
    return address.choose_several(label, GROUP, offered, default=default, most=MOST_COMPARED)


def choose_level(words: Wording, vintage: Vintage) -> str:
    """Return the region whose parts the map shows; the address says it as `within`.

    An address that names a prefecture alone opens its province, one that names another province
    than the deployment's the nation.
    """
    asked, region = address.said("within"), address.said("region")
    opened, first = tree().province_of(region or ""), cached.first_level(vintage)
    if region in tree().provinces and region != first:
        opened = opened or (NATION if first != NATION else None)
    wanted = asked or opened or address.wanted("within") or first
    within = wanted if cached.boundaries().can_open(wanted) else NATION
    try:
        cached.boundaries().within(within)
    except FindingsError as error:
        for finding in error.findings:
            st.error(markdown.escaped(finding.said(words)))
        within = NATION
    if asked not in (None, NATION, within):
        unknown = words('There is no map of the parts of "{wanted}".', wanted=str(asked)[:40])
        st.sidebar.warning(markdown.escaped(unknown), icon=INFO)
    # The nation stands in the address where a province's parts come first.
    address.say("within", within, usual=NATION if first == NATION else None)
    return within


def open_level(within: str) -> None:
    """Open the map of a region's parts, none of them chosen."""
    address.say("within", within)
    address.say("region", within)


def show_path(words: Wording, within: str, region: str, industry: str) -> None:
    """Show where the map is, nation › province: the way back a button, and the way down.

    industry: whose figures are drawn. A chosen `region` that cannot be opened says why.
    """
    names = tree().names(words.language)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if region in (*tree().provinces, *tree().prefectures.get(within, ())):
            where = words("All of {region}", region=names[region])
            frame.link(where, "province", words, region=region, industry=industry)
        st.button(
            names[NATION],
            key="level_nation",
            type="tertiary",
            disabled=within == NATION,
            on_click=open_level,
            args=(NATION,),
        )
        if within != NATION:
            st.markdown(markdown.strong(f"› {names[within]}"), width="content")
        elif cached.boundaries().can_open(region):
            st.markdown("›", width="content")
            parts = code_names.parts_name(region, words)
            below = words("Open the {parts} of {province}", parts=parts, province=names[region])
            st.button(below, key="level_below", on_click=open_level, args=(region,))
        elif why := undivided(region, words):
            st.caption(markdown.escaped(why), width="content")


def choose_region(words: Wording, within: str = NATION) -> str:
    """Return the region chosen among the parts of one, that itself when none is."""
    regions = tree().names(words.language)
    parts = tree().prefectures.get(within, (*tree().provinces, *tree().uncovered))
    names = {code: regions[code] for code in (within, *parts)}
    return choose(words("Region"), "region", names, words, default=address.home())


def select_region(chart: str = "map") -> None:
    """Take over the region that was clicked on a map; a click beside the regions clears it."""
    chosen = st.session_state[chart]["selection"]["region"]
    none = address.said("within") or NATION
    address.say("region", chosen[0]["region"] if chosen else none)


def narrowings(words: Wording) -> dict[str, tuple[str, Callable[[str], str]]]:
    """Return what figures may be narrowed to beside region and period: a label, names of codes."""
    return {
        "scheme": (words("Certification scheme"), partial(code_names.scheme_name, words=words)),
        "industry": (words("Industry"), partial(code_names.industry_name, words=words)),
        "size": (words("Enterprise size"), partial(code_names.size_name, words=words)),
    }


def plays() -> bool:
    """Say whether the map is to play all periods, where there are several."""
    return address.wanted("show") == "play"


def choose_selection(
    words: Wording, vintage: Vintage, within: str = NATION, *, playing: bool = False
) -> Selection:
    """Return what to show: an indicator with provinces' figures, its scheme and its period.

    `within` a province: what its prefectures have figures of, or, if nothing, the provinces.
    A map that is `playing` shows every period, so there is none to choose.
    """
    known = catalogue.load().indicators
    titles = {key: words.text(known[key].title) for key in cached.mapped(vintage, within)}
    first = cached.opening(vintage, within)
    indicator = choose(words("Indicator"), "indicator", titles, words, default=first)
    below = cached.offers(indicator, vintage, within)
    left: Any = below or cached.offers(indicator, vintage)
    chosen: dict[str, Any] = {}
    for key, (label, name) in narrowings(words).items():
        names = {code: name(code) for code in left}
        chosen[key] = ALL if list(left) == [ALL] else choose(label, key, names, words)
        left = left[chosen[key]]
    regions: dict[str, int] = left

    def counted(period: str) -> str:
        number = regions[period]
        parts = code_names.parts_name(within if below else NATION, words, number)
        values = {"period": words.period(period), "n": number, "parts": parts}
        return words("{period} ({n} {parts})", **values)

    periods = {period: counted(period) for period in sorted(regions, reverse=True)}
    best = cached.newest_with_most(regions)
    if playing and len(regions) > 1:
        return Selection(indicator, best, **chosen)
    elsewhere = _other_frequency(indicator, list(regions), vintage, words)
    period = choose(words("Period"), "period", periods, words, default=best, absent=elsewhere)
    return Selection(indicator, period, **chosen)


def _other_frequency(indicator: str, mapped: list[str], vintage: Vintage, words: Wording) -> str:
    """Lead to the figures of the period asked for, if they are of a frequency without a map.

    Return what is said of them; empty where there are none.
    """
    asked = address.said("period") or ""
    if asked in mapped or asked not in set(remembered.choices(indicator, vintage)["period"]):
        return ""
    period = words.period(asked)
    st.sidebar.page_link(
        frame.page("releases", words),
        label=words("The figures of {period} on the Data page", period=period),
        query_params={"indicator": indicator, "of_period": asked, "lang": words.language},
    )
    lengths = {"A": words("yearly"), "Q": words("quarterly"), "M": words("monthly")}
    return words(
        "The map shows the {frequency} figures of this indicator; those of {period} stand on the "
        "Data page.",
        frequency=lengths[frequency(mapped[0])],
        period=period,
    )


def choose_drawing(
    words: Wording, selection: Selection, vintage: Vintage, within: str
) -> dict[str, Any]:
    """Return how a map is drawn: what a `MapView` says beside what is drawn and where."""
    offered = cached.alternatives(selection, vintage, within)
    periods = [code for code in offered if code.startswith("period:")]
    names = {
        "one": words("one map"),
        "beside": words("two maps side by side"),
        "change": words("change between two periods"),
        "play": words("all periods, one by one"),
    }
    needs = {"beside": offered, "change": periods, "play": periods}
    names = {kind: name for kind, name in names.items() if needs.get(kind, True)}
    shown = choose(words("Show"), "show", names, words)
    drawing: dict[str, Any] = {"shown": shown}
    if shown in ("beside", "change"):
        others = {code: _alternative_name(code, words) for code in needs[shown]}
        most = cached.counterpart(selection, vintage, within)
        code = choose(words("Against"), "against", others, words, default=most)
        drawing["against"] = cached.alternative(code, selection, vintage, within)
    else:
        address.silence("against")
    indicator = catalogue.load().indicators[selection.indicator]
    if shown == "one" and indicator.kind != "count":
        scales = {
            "sequential": words("from low to high"),
            "diverging": words("away from the benchmark"),
        }
        drawing["diverging"] = choose(words("Colours"), "scale", scales, words) == "diverging"
    if shown == "one" and (group := own_group(within)):
        ranked = {"all": words("all regions"), "group": words("My comparison group")}
        if choose(words("Ranking of"), "ranked", ranked, words) == "group":
            drawing["group"] = tuple(group)
    if shown != "change" and not drawing.get("diverging"):
        methods = {
            method: method_name(method, words)
            for method in METHODS
            if method != FIXED or indicator.breaks
        }
        # Another indicator may have none: nothing is missing that a warning should tell of.
        if address.said("classes") == FIXED and not indicator.breaks:
            address.say("classes", QUANTILES)
        label, usual = words("Classes"), QUANTILES
        drawing["classes"] = choose(label, "classes", methods, words, default=usual)
    return drawing


def _alternative_name(code: str, words: Wording) -> str:
    kind, _, key = code.partition(":")
    if kind == "period":
        return words.period(key)
    if kind == "scheme":
        return code_names.scheme_name(key, words)
    return words.text(catalogue.load().indicators[key].title)
