"""What is chosen stands in the page's address by its code, and goes along to the next page.

`/map?indicator=certificates_valid&period=2024-12` means the same in both languages and after
every renaming. The address is the truth: what it says is chosen, what is chosen it says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from typing import Any

import streamlit as st

from indicators import markdown
from indicators.settings import HOME_REGION
from indicators.wording import Wording

EVERY = "*"  # no narrowing
AND = "-"  # between several codes
INFO = ":material/info:"


def said(key: str) -> str | None:
    """Return what the address itself says, None where it says nothing."""
    return st.query_params.get(key)


def wanted(key: str) -> str | None:
    """Return what the address says or else what was chosen before, on whatever page."""
    return said(key) or st.session_state.get(f"kept_{key}")


def say(key: str, code: str, *, usual: str | None = None) -> None:
    """Keep a choice and let the address say it; what is `usual` it need not say."""
    st.session_state[f"kept_{key}"] = code
    if code == usual:
        st.query_params.pop(key, None)
    elif said(key) != code:
        st.query_params[key] = code


def home() -> str:
    """Return the code of the reader's own region: the one chosen, or the deployment's; or empty.

    Whoever chose one finds it again with the same browser.
    """
    return wanted("home") or _kept_home() or HOME_REGION.value


def _kept_home() -> str | None:
    # As a dictionary: a page that runs for a test has no cookies.
    return st.context.cookies.to_dict().get("home")


def keep_home(code: str) -> None:
    """Let the browser keep the reader's own region."""
    if _kept_home() != code:
        kept = f"'home={code}; path=/; max-age=31536000; samesite=lax'"
        secure = "(location.protocol === 'https:' ? '; secure' : '')"
        script = f"<script>document.cookie = {kept} + {secure}</script>"
        st.html(script, unsafe_allow_javascript=True)


def silence(key: str) -> None:
    """Let the address say nothing of a choice, which is kept."""
    st.query_params.pop(key, None)


def drop(key: str) -> None:
    """Take a choice along no longer; the address still says it."""
    st.session_state.pop(f"kept_{key}", None)


def forget(key: str) -> None:
    """Choose nothing any more."""
    silence(key)
    drop(key)


def widget(key: str, code: str, *, forgetting: str = "") -> dict[str, Any]:
    """Return what binds a widget to the address: it shows `code` and says what is chosen.

    A choice of it lets another one, `forgetting`, go.
    """
    st.session_state[f"choice_{key}"] = code
    return {"key": f"choice_{key}", "on_change": _take_over, "args": (key, forgetting)}


def _take_over(key: str, forgetting: str) -> None:
    say(key, st.session_state[f"choice_{key}"])
    forget(forgetting)


def choose(
    label: str,
    key: str,
    names: Mapping[str, str],
    words: Wording,
    *,
    default: str | None = None,
    absent: str = "",
) -> str:
    """Return the code chosen from `names` in the sidebar, the first where there is no default.

    A default that is not among them counts as none. `absent` is said of a code that the address
    names and that is not among them.
    """
    names, codes = _distinct(names), list(names)
    default = codes[0] if default not in names else default
    asked = wanted(key) or default
    code = asked if asked in names else default
    if asked != code and said(key):
        unknown = absent or words(
            'Nothing is held for what was chosen; showing "{shown}" again.', shown=names[code]
        )
        st.sidebar.warning(markdown.escaped(unknown), icon=INFO)
    say(key, code)
    st.sidebar.selectbox(label, codes, format_func=names.__getitem__, **widget(key, code))
    return code


def several(key: str, names: Container[str]) -> list[str]:
    """Return the codes among `names` that the address says, or that were chosen before."""
    asked = (wanted(key) or "").split(AND)
    return [code for code in dict.fromkeys(asked) if code in names]


def choose_several(
    label: str, key: str, names: Mapping[str, str], *, default: Sequence[str], most: int
) -> list[str]:
    """Return the codes chosen from `names` in the sidebar, `most` of them at most.

    Without a choice those of `default`, which the address does not say: they may change.
    """
    names = _distinct(names)
    chosen = several(key, names)[:most]
    if chosen:
        say(key, AND.join(chosen))
    else:
        forget(key)
    codes = chosen or [code for code in default if code in names][:most]
    widget_key = f"choice_{key}"
    st.session_state[widget_key] = codes
    st.sidebar.multiselect(
        label,
        list(names),
        format_func=names.__getitem__,
        max_selections=most,
        key=widget_key,
        on_change=_take_several,
        args=(key,),
    )
    return codes


def _take_several(key: str) -> None:
    say(key, AND.join(st.session_state[f"choice_{key}"]))


def _distinct(names: Mapping[str, str]) -> dict[str, str]:
    """Return the names, with the code itself where two read alike.

    Streamlit knows an option by its name alone: see findings/options-of-one-name.sh.
    """
    count = Counter(names.values())
    return {code: text if count[text] == 1 else f"{text} ({code})" for code, text in names.items()}
