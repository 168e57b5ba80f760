"""One choice in the sidebar, bound to the page's address by its code.

`/map?indicator=certificates_valid&period=2024-12` means the same in both languages and after
every renaming. The address is the truth: what it says is chosen, what is chosen it says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import streamlit as st

from indicators import markdown
from indicators.wording import Wording

EVERY = "*"  # no narrowing


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
    names = _distinct_names(codes, name)
    wanted = st.query_params.get(key) or st.session_state.get(f"kept_{key}") or default
    code = wanted if wanted in codes else default
    if wanted != code and key in st.query_params:
        st.sidebar.warning(
            markdown.escaped(
                words(
                    '"{wanted}" has no figures here; showing "{shown}".',
                    wanted=wanted[:40],
                    shown=names[code],
                )
            ),
            icon=":material/info:",
        )
    st.session_state[f"choice_{key}"] = code
    if st.query_params.get(key) != code:
        st.query_params[key] = code
    st.session_state[f"kept_{key}"] = code
    with st.sidebar:
        st.selectbox(
            label, codes, key=f"choice_{key}", format_func=names.__getitem__,
            on_change=_say, args=(key,),
        )  # fmt: skip
    return code


def _distinct_names(codes: Sequence[str], name: Callable[[str], str]) -> dict[str, str]:
    """Return the name of each code, with the code itself where two read alike.

    Streamlit knows an option by its name alone: see findings/options-of-one-name.sh.
    """
    names = {code: name(code) for code in codes}
    count = Counter(names.values())
    return {code: text if count[text] == 1 else f"{text} ({code})" for code, text in names.items()}


def _say(key: str) -> None:
    st.query_params[key] = st.session_state[f"choice_{key}"]
