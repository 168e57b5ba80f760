"""The shared filters, each bound to the page's address by its code.

`/map?indicator=certificates_valid&period=2024-12` means the same in both languages and after
every renaming. The address is the truth: what it says is chosen, what is chosen it says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from indicators import cached, catalogue, maps, objectives, progress, province, tables
from indicators.queries import Selection, Vintage
from indicators.views import ALL, NATION
from indicators.wording import Wording

EVERY = "*"
UNKNOWN = "-"
FIRST = "certificates_valid"
MOST = 20_000  # figures of an indicator, to choose from all of them at once


def choose(
    label: str,
    key: str,
    codes: Sequence[str],
    *,
    name: Callable[[str], str],
    default: str,
    words: Wording,
) -> str:
    """Return the code chosen from `codes`; it stands in the address as `key`."""
    wanted = st.query_params.get(key) or st.session_state.get(f"kept_{key}") or default
    code = wanted if wanted in codes else default
    if wanted != code and key in st.query_params:
        st.sidebar.warning(
            words("“{wanted}” has no figures here; showing “{shown}”.",
                  wanted=wanted[:40], shown=name(code)),
            icon=":material/info:",
        )  # fmt: skip
    st.session_state[f"choice_{key}"] = code
    if st.query_params.get(key) != code:
        st.query_params[key] = code
    st.session_state[f"kept_{key}"] = code
    with st.sidebar:
        st.selectbox(
            label, codes, key=f"choice_{key}", format_func=name, on_change=_say, args=(key,)
        )
    return code


def _say(key: str) -> None:
    st.query_params[key] = st.session_state[f"choice_{key}"]


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
            st.error(words(problem.text, **problem.values))
        within = NATION
    if asked not in (None, NATION, within):
        st.sidebar.warning(
            words("There is no map of the parts of “{wanted}”.", wanted=str(asked)[:40]),
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
            st.markdown(f"› **{names[within]}**", width="content")
        elif cached.boundaries().can_open(region):
            st.markdown("›", width="content")
            st.button(
                words("Open the prefectures of {province}", province=names[region]),
                key="level_below", on_click=open_level, args=(region,),
            )  # fmt: skip
        elif why := maps.undivided(region, words):
            st.caption(why, width="content")


def choose_selection(words: Wording, vintage: Vintage, within: str = NATION) -> Selection:
    """Return what to show: an indicator with provinces' figures, its scheme and its period.

    `within` a province: what its prefectures have figures of, or, if nothing, the provinces.
    """
    known = catalogue.load().indicators
    offered = cached.mapped(vintage)
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


def choose_figure(words: Wording, vintage: Vintage) -> Selection:
    """Return the figures to explain: an indicator, and scheme, period and region, or all.

    Of an indicator with more than MOST figures, one scheme, industry, size and period.
    """
    known = catalogue.load()
    reach = set(cached.reach(vintage)["indicator"])
    indicator = choose(
        words("Indicator"), "indicator", [key for key in known.indicators if key in reach],
        name=lambda key: words.text(known.indicators[key].title),
        default=FIRST, words=words,
    )  # fmt: skip
    held = cached.choices(indicator, vintage)
    many = held["rows"].sum() > MOST
    every = words("All")
    named: dict[str, tuple[str, Callable[[str], str]]] = {
        "scheme": (words("Certification scheme"), partial(tables.scheme_name, words=words)),
        "industry": (words("Industry"), partial(tables.industry_name, words=words)),
        "size": (words("Enterprise size"), partial(tables.size_name, words=words)),
        "period": (words("Period"), words.period),
        "region": (words("Region"), tables.region_names(words.language).__getitem__),
    }

    def one(key: str, codes: list[str], *, all_too: bool) -> str | None:
        label, name = named[key]
        code = choose(
            label, f"of_{key}", [EVERY, *codes] if all_too else codes,
            default=EVERY if all_too else codes[0], words=words,
            name=lambda code: every if code == EVERY else name(code),
        )  # fmt: skip
        return None if code == EVERY else code

    chosen: dict[str, str | None] = {"industry": None, "size": None}
    for key in ("scheme", "industry", "size", "period") if many else ("scheme", "period"):
        chosen[key] = one(key, sorted(set(held[key]), reverse=key == "period"), all_too=not many)
        if chosen[key] is not None:
            held = held[held[key] == chosen[key]]
    rows = cached.observations(Selection(indicator, **chosen), vintage)
    return Selection(indicator, **chosen, region=one("region", sorted(set(rows["region"])),
                                                     all_too=True))  # fmt: skip


def choose_release(words: Wording, newest: Vintage) -> Vintage:
    """Return the release to tell of, the newest where none is chosen."""
    published = cached.releases(newest).set_index("release")["published_at"]
    code = choose(
        words("Release"), "changes", [str(number) for number in published.index],
        name=lambda code: words("{number} of {date}", number=code,
                                date=words.date(published[int(code)])),
        default=str(newest.release), words=words,
    )  # fmt: skip
    return newest._replace(release=int(code))


def choose_region(words: Wording, within: str = NATION) -> str:
    """Return the region chosen among the parts of one, that itself when none is."""
    names = tables.region_names(words.language)
    parts = maps.prefectures().get(within, (*tables.provinces(), *tables.uncovered()))
    return choose(
        words("Region"), "region", [within, *parts],
        name=lambda code: words("none") if code == within else names[code],
        default=within, words=words,
    )  # fmt: skip


def choose_province(words: Wording) -> tuple[str, str]:
    """Return a region to tell of, and the group of peers that it is compared with.

    Every province, and the prefectures of the one chosen.
    """
    names, declared = tables.region_names(words.language), cached.peer_groups()
    provinces = [*tables.provinces(), *tables.uncovered()]
    wanted = st.query_params.get("region") or st.session_state.get("kept_region")
    # A map without a region chosen leaves the nation, which is no region of this page.
    if wanted in (NATION, ALL):
        st.query_params.pop("region", None)
        st.session_state.pop("kept_region", None)
    chosen = wanted if wanted in names and wanted not in (NATION, ALL) else provinces[0]
    holder = chosen if chosen in provinces else province.parent_of(chosen)
    offered = [*provinces, *province.siblings(holder)]
    region = choose(
        words("Region"), "region", offered, name=names.__getitem__, words=words,
        default=provinces[0],
    )  # fmt: skip
    groups = province.peer_choices(region, declared)
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


def select_region(chart: str = "map") -> None:
    """Take over the region that was clicked on a map; a click beside the regions clears it."""
    chosen = st.session_state[chart]["selection"]["region"]
    none = st.query_params.get("within", NATION)
    st.query_params["region"] = chosen[0]["region"] if chosen else none


def choose_target(words: Wording, vintage: Vintage) -> tuple[str, str]:
    """Return a region that targets apply to, and one of them."""
    verdicts = cached.verdicts(vintage)
    names = tables.region_names(words.language)
    held = set(verdicts["region"])
    order = [NATION, *tables.provinces()]
    region = choose(
        words("Region"),
        "region",
        [code for code in order if code in held],
        name=names.__getitem__,
        default=NATION,
        words=words,
    )
    # Those that figures can be set against come first.
    own = verdicts[verdicts["region"] == region].sort_values(
        ["latest_period", "own", "target"], ascending=[False, False, True], na_position="last"
    )
    rows = own.set_index("target").to_dict("index")
    register = cached.register(vintage).target.set_index("target").to_dict("index")
    target = choose(
        words("Objective"),
        "target",
        [str(key) for key in rows],
        name=lambda key: (
            f"{objectives.aim_name(rows[key], words)} · "
            f"{objectives.target_text(register[key], words)}"
        ),
        default=str(next(iter(rows))),
        words=words,
    )
    return region, target


def open_cell() -> None:
    """Open the Objectives page of the cell clicked in the matrix."""
    chosen = st.session_state["matrix"]["selection"]["cell"]
    if chosen:
        st.session_state["opened"] = chosen[0]


def _or_all(code: str, *, name: Callable[[str], str], words: Wording) -> str:
    return words("All") if code == EVERY else name(code)


def narrow_verdicts(words: Wording, vintage: Vintage) -> pd.DataFrame:
    """Return the verdicts that the filters leave: document, clause, department, verdict."""
    known, register = catalogue.load(), cached.register(vintage)
    told = register.target.set_index("target")
    verdicts = cached.verdicts(vintage)
    named = verdicts.assign(
        document=verdicts["target"].map(told["document"]),
        department=verdicts["target"].map(told["department"].fillna(UNKNOWN)),
        clause=[known.indicators[key].clause for key in verdicts["indicator"]],
    )
    titles = register.document.set_index("document")["title"]
    name_of: dict[str, tuple[str, Callable[[str], str]]] = {
        "document": (words("Document"), lambda code: str(titles[code])),
        "clause": (words("Clause"), lambda code: words.text(known.clauses[code].title)),
        "department": (
            words("Department responsible"),
            lambda code: words("not stated in the copy") if code == UNKNOWN else code,
        ),
        "verdict": (
            words("Verdict"), lambda code: progress.class_name(progress.VerdictClass(code), words)
        ),
    }  # fmt: skip
    for key, (label, name) in name_of.items():
        codes = [EVERY, *dict.fromkeys(named[key])]
        code = choose(
            label, f"only_{key}", codes, default=EVERY, words=words,
            name=partial(_or_all, name=name, words=words),
        )  # fmt: skip
        if code != EVERY:
            named = named[named[key] == code]
    return named
