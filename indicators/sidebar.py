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

from indicators import cached, catalogue, objectives, progress, tables
from indicators.queries import Selection, Vintage
from indicators.views import ALL, NATION
from indicators.wording import Wording

EVERY = "*"
UNKNOWN = "-"
FIRST = "certificates_valid"


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


def choose_selection(words: Wording, vintage: Vintage) -> Selection:
    """Return what to show: an indicator with provinces' figures, its scheme and its period."""
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
    held = cached.offers(indicator, vintage)
    narrowed = {
        "scheme": (words("Certification scheme"), tables.scheme_name),
        "industry": (words("Industry"), tables.industry_name),
        "size": (words("Enterprise size"), tables.size_name),
    }
    chosen: dict[str, Any] = {}
    for key, (label, name_of) in narrowed.items():
        codes = list(dict.fromkeys(getattr(offer, key) for offer in held))
        chosen[key] = ALL
        if codes != [ALL]:
            chosen[key] = choose(
                label, key, codes, words=words, default=codes[0], name=partial(name_of, words=words)
            )
        held = [offer for offer in held if getattr(offer, key) == chosen[key]]
    provinces = {offer.period: offer.provinces for offer in held}
    period = choose(
        words("Period"),
        "period",
        sorted(provinces, reverse=True),
        words=words,
        name=lambda code: words(
            "{period} ({n} provinces)", period=words.period(code), n=provinces[code]
        ),
        default=cached.newest_with_most(held),
    )
    return Selection(indicator, period, **chosen)


def choose_figure(words: Wording, vintage: Vintage) -> Selection:
    """Return the figures to explain: an indicator, and a region, scheme and period or all."""
    known = catalogue.load()
    names = tables.region_names(words.language)
    held = set(cached.reach(vintage)["indicator"])
    indicator = choose(
        words("Indicator"), "indicator", [key for key in known.indicators if key in held],
        name=lambda key: words.text(known.indicators[key].title),
        default=FIRST, words=words,
    )  # fmt: skip
    rows = cached.observations(Selection(indicator, None, None, None, None), vintage)
    every = words("All")

    def one(label: str, key: str, name: Callable[[str], str], newest_first: bool = False) -> str:
        codes = sorted(set(rows[key]), reverse=newest_first)
        return choose(
            label,
            f"of_{key}",
            [EVERY, *codes],
            default=EVERY,
            words=words,
            name=lambda code: every if code == EVERY else name(code),
        )

    chosen: dict[str, Any] = {
        "region": one(words("Region"), "region", lambda code: names[code]),
        "scheme": one(words("Certification scheme"), "scheme",
                      lambda code: tables.scheme_name(code, words)),
        "period": one(words("Period"), "period", words.period, newest_first=True),
    }  # fmt: skip
    return Selection(
        indicator, industry=None, size=None,
        **{key: None if code == EVERY else code for key, code in chosen.items()},
    )  # fmt: skip


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


def choose_region(words: Wording) -> str:
    """Return the region chosen, the nation when none is."""
    names = tables.region_names(words.language)
    return choose(
        words("Region"), "region", [NATION, *tables.provinces(), *tables.uncovered()],
        name=lambda code: words("none") if code == NATION else names[code],
        default=NATION, words=words,
    )  # fmt: skip


def select_region() -> None:
    """Take over the region that was clicked on the map; a click beside the regions clears it."""
    chosen = st.session_state["map"]["selection"]["region"]
    st.query_params["region"] = chosen[0]["region"] if chosen else NATION


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
