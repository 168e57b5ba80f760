"""What stands around every page: the sign-in gate, the menu, the language, the footer.

`pages/` beside app.py lets Streamlit run a page without app.py: the first deep link after a
start does. So a page begins with `begin`, which needs nothing that app.py has done.
"""

from __future__ import annotations

import ipaddress
from contextvars import ContextVar
from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from indicators import cached
from indicators.database import ROOT
from indicators.wording import LANGUAGES, Language, Wording

# No icons: a browser would fetch each page's from outside.
PAGES = ("overview", "map", "objectives", "releases")
_menu_drawn: ContextVar[bool] = ContextVar("_menu_drawn", default=False)


@dataclass(frozen=True)
class Frame:
    """What a page needs to know of its visit: words, theme, and the release it shows."""

    words: Wording
    dark: bool
    release: int


def begin(page: str) -> Frame:
    """Open a page: gate, language, menu. Stops the script when there is nothing to show."""
    words = Wording(_language())
    st.set_page_config(
        page_title=words("{page} · Quality governance", page=_title(page, words)),
        layout="wide",
    )
    if not _menu_drawn.get():  # the trap: this page runs without app.py
        menu()
    _menu_drawn.set(False)
    _gate(words)
    _language_switch(words)
    dark = st.context.theme.type == "dark"
    number = cached.release()
    if number is None:
        st.title(words("There are no figures yet"))
        st.info(words("Load them with: python -m etl refresh"), icon=":material/info:")
        st.stop()
    return Frame(words, dark, number)


def _language() -> Language:
    wanted = st.query_params.get("lang") or st.session_state.get("kept_lang")
    language: Language = "en" if wanted == "en" else "zh"
    st.session_state["kept_lang"] = language
    st.session_state["choice_lang"] = language
    if st.query_params.get("lang") != language:
        st.query_params["lang"] = language
    return language


def _gate(words: Wording) -> None:
    """Let nobody in beyond loopback who has not signed in."""
    if st.secrets.load_if_toml_exists() and "auth" in st.secrets:
        if not st.user.is_logged_in:
            st.title(words("Please sign in"))
            st.button(words("Sign in"), on_click=st.login, type="primary")
            st.stop()
        return
    if not _is_loopback(st.get_option("server.address")):
        st.title(words("Sign-in is not set up"))
        st.error(words(
            "This server can be reached from other machines. Configure [auth] in "
            ".streamlit/secrets.toml, or serve on 127.0.0.1 only."
        ))  # fmt: skip
        st.stop()


def _is_loopback(address: str | None) -> bool:
    if address == "localhost":
        return True
    try:
        return address is not None and ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _title(page: str, words: Wording) -> str:
    return {
        "overview": words("Overview"), "map": words("Map"), "objectives": words("Objectives"),
        "releases": words("Data"),
    }[page]  # fmt: skip


def menu() -> StreamlitPage:
    """Draw the menu and return the page that the address names."""
    words = Wording(_language())
    _menu_drawn.set(True)
    return st.navigation([
        st.Page(
            ROOT / "pages" / f"{page}.py", title=_title(page, words), default=page == PAGES[0]
        )
        for page in PAGES
    ])  # fmt: skip


def _language_switch(words: Wording) -> None:
    with st.sidebar:
        st.segmented_control(
            words("Language"), LANGUAGES, key="choice_lang", on_change=_say_language,
            format_func=lambda language: {"zh": "中文", "en": "English"}[language],
            label_visibility="collapsed", required=True,
        )  # fmt: skip


def _say_language() -> None:
    st.query_params["lang"] = st.session_state["choice_lang"]


def downloads(exports: list[cached.Export]) -> None:
    """Offer files to take away; each is made when it is asked for."""
    with st.container(horizontal=True):
        for label, name, make in exports:
            st.download_button(label, make, name, on_click="ignore", icon=":material/download:")


def end(frame: Frame, *lines: str) -> None:
    """Close a page: source lines, release and licence in one caption."""
    words = frame.words
    newest = cached.releases(frame.release).iloc[0]
    st.caption("  \n".join([
        *lines,
        words("Release {number}, published {date}. Figures are quoted as facts with their source.",
              number=frame.release, date=words.date(newest["published_at"])),
    ]))  # fmt: skip
