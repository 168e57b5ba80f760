"""The shared filters, each bound to the page's address by its code.

`/map?indicator=certificates_valid&period=2024-12` means the same in both languages and after
every renaming. The address is the truth: what it says is chosen, what is chosen it says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from indicators import cached, catalogue, tables
from indicators.queries import Selection
from indicators.views import NATION
from indicators.wording import Wording

EVERY = "*"


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


def choose_selection(words: Wording, number: int) -> Selection:
    """Return what to show: an indicator with provinces' figures, its scheme and its period."""
    known = catalogue.load()
    reach = cached.reach(number)
    mapped = reach[reach["provinces"] > 0].sort_values(
        ["provinces", "rows"], ascending=False, kind="stable"
    )
    offered = [key for key in known.indicators if key in set(mapped["indicator"])]
    indicator = choose(
        words("Indicator"), "indicator", offered, words=words,
        name=lambda key: words.text(known.indicators[key].title),
        default="certificates_valid" if "certificates_valid" in offered else offered[0],
    )  # fmt: skip
    held = cached.choices(indicator, number).query("provinces > 0")
    scheme = _choose_code(words, words("Certification scheme"), "scheme", held, known.schemes)
    held = held[held["scheme"] == scheme]
    industry = _choose_code(words, words("Industry"), "industry", held, known.industries)
    held = held[held["industry"] == industry]
    size = _choose_code(words, words("Enterprise size"), "size", held, known.sizes)
    periods = held[held["size"] == size].set_index("period")["provinces"].sort_index()
    period = choose(
        words("Period"), "period", list(periods.index[::-1]), words=words,
        name=lambda code: words("{period} ({n} provinces)",
                                period=words.period(code), n=periods[code]),
        default=_newest_with_most(periods),
    )  # fmt: skip
    return Selection(indicator, period, industry, size, scheme)


def _choose_code(
    words: Wording, label: str, key: str, held: pd.DataFrame, codes: pd.DataFrame
) -> str:
    names = codes.set_index("code")[f"name_{words.language}"]
    offered = [code for code in ["ALL", *codes["code"]] if code in set(held[key])]
    offered = list(dict.fromkeys(offered))
    if offered == ["ALL"]:
        st.session_state[f"kept_{key}"] = "ALL"
        return "ALL"
    return choose(
        label, key, offered, words=words, default=offered[0],
        name=lambda code: words("All industries") if (key, code) == ("industry", "ALL")
        else str(names[code]),
    )  # fmt: skip


def _newest_with_most(periods: pd.Series) -> str:
    """Return the newest period among those that most provinces have a figure for."""
    return str(periods[periods == periods.max()].index.max())


def choose_figure(words: Wording, number: int) -> Selection:
    """Return the figures to explain: an indicator, and a region, scheme and period or all."""
    known = catalogue.load()
    names = tables.region_names(words.language)
    held = set(cached.reach(number)["indicator"])
    indicator = choose(
        words("Indicator"), "indicator", [key for key in known.indicators if key in held],
        name=lambda key: words.text(known.indicators[key].title),
        default="certificates_valid", words=words,
    )  # fmt: skip
    rows = cached.observations(Selection(indicator, None, None, None, None), number)
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
