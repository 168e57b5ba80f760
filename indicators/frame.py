"""What stands around every page: the sign-in gate, the menu, the language, the footer.

`pages/` beside app.py lets Streamlit run a page without app.py: the first deep link after a
start does. So a page begins with `begin`, which needs nothing that app.py has done.
"""

from __future__ import annotations

import ipaddress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st
from streamlit.navigation.page import StreamlitPage

from indicators import catalogue, markdown
from indicators.cached import opening
from indicators.cached import queries as cached_queries
from indicators.exports import offered
from indicators.store.opening import ROOT, Dataset
from indicators.store.queries import Vintage
from indicators.wording import LANGUAGES, Language, Wording

# No icons: a browser would fetch each page's from outside.
PAGES = ("overview", "map", "objectives", "province", "releases")
_menu_drawn: ContextVar[bool] = ContextVar("_menu_drawn", default=False)


@dataclass(frozen=True)
class Frame:
    """What a page needs to know of its visit: words, theme, the figures shown, the newest ones."""

    words: Wording
    dark: bool
    vintage: Vintage
    newest: Vintage

    @property
    def release(self) -> int:
        """The number of the release shown."""
        return self.vintage.release


def begin(page: str) -> Frame:
    """Open a page: gate, language, menu, vintage. Stops the script when nothing can be shown."""
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
    _say_mistakes(words)
    dark = st.context.theme.type == "dark"
    dataset = _dataset(words)
    number = cached_queries.release(dataset)
    if number is None:
        st.title(words("There are no figures yet"))
        st.info(words("Load them with: python -m etl refresh"), icon=":material/info:")
        st.stop()
    newest = Vintage(number, dataset, cached_queries.retracted(dataset))
    return Frame(words, dark, _vintage(newest, words), newest)


def _say_mistakes(words: Wording) -> None:
    """Say that pages stand on the last release's catalogue, or stop where they have none."""
    if opening.mistakes:
        mistakes = opening.mistakes[words.language]
        st.title(
            words("Nothing can be shown yet: a setting is wrong")
            if (mistakes[words("Check")] == "setting").all()
            else words("Nothing can be shown yet: files have mistakes")
        )
        st.error(words(
            "Correct what is listed and start the server again. The same list: python -m etl check"
        ))  # fmt: skip
        st.dataframe(mistakes, hide_index=True)
        st.stop()
    if catalogue.is_published():
        st.warning(
            words(
                "The files of the catalogue or the code lists have mistakes, so this page goes by "
                "the catalogue as last published. The figures are not touched. The list of "
                "mistakes: python -m etl check"
            ),
            icon=":material/warning:",
        )


def _dataset(words: Wording) -> Dataset:
    """Return the figures chosen, real or demonstration; the address says it as `data`."""
    held = cached_queries.datasets()
    wanted = st.query_params.get("data") or st.session_state.get("kept_data")
    dataset: Dataset = "demonstration" if wanted == "demonstration" in held else "real"
    st.session_state["kept_data"] = st.session_state["choice_data"] = dataset
    if dataset == "real":
        st.query_params.pop("data", None)
    elif st.query_params.get("data") != dataset:
        st.query_params["data"] = dataset
    if len(held) > 1:
        with st.sidebar:
            st.segmented_control(
                words("Figures"), held, key="choice_data", on_change=_say_dataset,
                format_func=lambda held: {
                    "real": words("Real"), "demonstration": words("Demonstration"),
                }[held],
                label_visibility="collapsed", required=True,
            )  # fmt: skip
    if dataset == "demonstration":
        st.error(markdown.strong(offered.demonstration_note(words)), icon=":material/science:")
    return dataset


def _say_dataset() -> None:
    st.query_params["data"] = st.session_state["choice_data"]
    st.session_state["kept_data"] = st.session_state["choice_data"]
    _say_newest()


def _vintage(newest: Vintage, words: Wording) -> Vintage:
    """Return the release that the address names as `release`, the newest where it names none."""
    wanted = st.query_params.get("release") or st.session_state.get("kept_release")
    number = int(wanted) if wanted and wanted.isdecimal() else newest.release
    known = cached_queries.published(newest)
    if number not in known:
        unknown = words(
            "There is no release {number}; showing the newest.", number=str(wanted)[:20]
        )
        st.warning(
            markdown.escaped(unknown),
            icon=":material/info:",
        )
        number = newest.release
    if number == newest.release:
        st.session_state.pop("kept_release", None)
        return newest
    st.session_state["kept_release"] = str(number)
    if st.query_params.get("release") != str(number):
        st.query_params["release"] = str(number)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(
            words(
                "Figures as published in release {number} on {date}. The newest is release "
                "{newest}.",
                number=number, date=words.date(known[number]),
                newest=newest.release,
            ),
            icon=":material/history:",
        )  # fmt: skip
        st.button(words("Show the newest"), on_click=_say_newest)
    return newest._replace(release=number)


def numbers(table: pd.DataFrame) -> dict[str, Any]:
    """Return how a table's numbers are shown: with separators, as everywhere else."""
    # Written so, a number has three decimals at most.
    given = {name: table[name].dropna() for name in table.select_dtypes("number").columns}
    with np.errstate(over="ignore"):  # a number too large to be rounded is no whole one
        few = [name for name, cells in given.items() if cells.eq(cells.round(3)).all()]
    return {str(name): st.column_config.NumberColumn(format="localized") for name in few}


def wide(key: str) -> str:
    """Return the key of a container, which what stands beside it gives way to below 30 rem.

    Streamlit shrinks a container that stretches down to 8 rem first, and has no word for more.
    """
    st.html(
        f"<style>[data-testid=stLayoutWrapper]:has(> .st-key-{key}){{flex-basis: 30rem}}</style>"
    )
    return key


def show_release(number: int) -> None:
    """Show every page as published in a release, from the next run on."""
    st.query_params["release"] = str(number)
    st.rerun()


def _say_newest() -> None:
    st.query_params.pop("release", None)
    st.session_state.pop("kept_release", None)


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
        "province": words("Province"), "releases": words("Data"),
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


def downloads(exports: list[offered.Export]) -> None:
    """Offer files to take away; each is made when it is asked for."""
    with st.container(horizontal=True):
        for label, name, make in exports:
            st.download_button(label, make, name, on_click="ignore", icon=":material/download:")


def table(frame: Frame, title: str, rows: pd.DataFrame | pa.Table, alt: str) -> None:
    """Draw a table with its files to take away, which its title names."""
    config = numbers(rows) if isinstance(rows, pd.DataFrame) else None
    st.dataframe(rows, hide_index=True, column_config=config, alt=alt)

    def leaving() -> pd.DataFrame:
        return rows if isinstance(rows, pd.DataFrame) else rows.to_pandas()

    downloads(offered.table_exports(title, leaving, frame.words.language, frame.vintage))


def end(frame: Frame, *lines: str) -> None:
    """Close a page: source lines, release and licence in one caption."""
    words = frame.words
    shown = cached_queries.published(frame.newest)[frame.release]
    release = words(
        "Release {number}, published {date}. Figures are quoted as facts with their source.",
        number=frame.release,
        date=words.date(shown),
    )
    st.caption(markdown.lines([*lines, release]))
