"""What stands around every page: the sign-in gate, the menu, the language, the footer.

`pages/` beside app.py lets Streamlit run a page without app.py: the first deep link after a
start does. So a page begins with `begin`, which needs nothing that app.py has done.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, partial
from html import escape
from pathlib import Path
from typing import Any, NamedTuple, NoReturn
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st
from streamlit import runtime
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner import get_script_run_ctx

from indicators import access, address, catalogue, markdown
from indicators.cached import remembered
from indicators.drawing import phone_table
from indicators.drawing.charts import OPENED, Specification, with_rows
from indicators.exports.offered import demonstration_note, table_exports
from indicators.exports.shared_view import View, home_of
from indicators.exports.workshop import Order, Source, workshop
from indicators.findings import Message, message
from indicators.log_lines import timed
from indicators.periods import decimal_year, is_period, today
from indicators.roles import Account, Bounds, Rights, covers
from indicators.settings import ROOT
from indicators.store.database import Dataset
from indicators.store.queries import Vintage
from indicators.wording import Language, Wording, sentence

_log = logging.getLogger(__name__)
# No icons: a browser would fetch each page's from outside.
PAGES = (
    "overview",
    "map",
    "comparison",
    "objectives",
    "industries",
    "province",
    "policy",
    "releases",
)
UNKNOWN = "unknown"  # where addresses lead that no page has
WARNING = ":material/warning:"
SEARCH = "search"  # the key of the search box
ORDERS = "orders"  # of files, in the state of a session
MOST_ORDERS = 5  # files that one reader may wait for
LOOKED_AFTER = 1.0  # seconds after which a page asks again how far its files are
TOLD = 30  # seconds for which it tells of those that are made
SCRIPT = {"unsafe_allow_javascript": True}
RETRY = 3  # seconds until a page asks again for a database that did not answer
TWO_LINES = 65  # px: from here on Streamlit goes on in a second line
WIDEST = 320  # px: a column of longer texts is cut, and told whole under the pointer
EMPTY = "—"  # in a cell without anything, which Streamlit would call None in every language
# What Streamlit itself says over charts and tables and in lists, whatever a page's language is.
OWN_WORDS = (
    *(sentence("Fullscreen"), sentence("Close fullscreen"), sentence("Search")),
    *(sentence("Type to search"), sentence("Sort ascending"), sentence("Sort descending")),
    *(sentence("Autosize"), sentence("Pin column"), sentence("Unpin column")),
    *(sentence("Hide column"), sentence("Copy column name"), sentence("No results")),
    *(sentence("Choose an option"), sentence("Choose options"), sentence("Clear all")),
)
# Streamlit's own buttons over charts and tables give them away without title, source, review
# number or demonstration mark, and show a chart's inner rows: of those that there are, these stay.
TOOLS = OWN_WORDS[:3]


# On paper: no sidebar, no buttons, charts whole, a topic a page. Streamlit scrolls within a box of
# the window's height, of which a printer would see the first screen alone.
PRINTED = """
@media print {
  [data-testid=stSidebar], [data-testid=stHeader], [data-testid=stDownloadButton],
  [data-testid=stButton], [data-testid=stPopover], [data-testid=stPageLink],
  [data-testid=stElementToolbar], [data-testid=stExpander], [data-testid=stSlider],
  [data-testid=stTextInput], [data-testid=stSidebarCollapsedControl],
  .st-key-tray {display: none !important}
  html, body, #root, [data-testid=stApp], [data-testid=stAppViewContainer], [data-testid=stMain],
  [data-testid=stMainBlockContainer], [data-testid=stVerticalBlock],
  [data-testid=stLayoutWrapper] {
    display: block !important; position: static !important; overflow: visible !important;
    height: auto !important; max-height: none !important
  }
  [data-testid=stMainBlockContainer] {padding: 0 !important; max-width: none !important}
  [data-testid=stVegaLiteChart], [data-testid=stDataFrame], [data-testid=stHorizontalBlock],
  [data-testid=stCaptionContainer] {break-inside: avoid}
  [data-testid=stVegaLiteChart] svg {max-width: 100%; height: auto}
  .stElementContainer:has(:is(h2, h3)) ~ .stElementContainer:has(:is(h2, h3)) {break-before: page}
  h1, h2, h3 {break-after: avoid}
}
"""
# Streamlit shrinks a container that stretches down to 8 rem first, and has no word for more.
ROOM = """
[data-testid=stLayoutWrapper]:has(> [class*=st-key-roomy_]) {flex-basis: 30rem}
@media (max-width: 639px) {[class*=st-key-wide_] {display: none}}
@media (min-width: 640px) {[class*=st-key-narrow_] {display: none}}
"""
# Where browsers tell of downloads, in sight wherever on the page a file was asked for.
TRAY = """
[data-testid=stLayoutWrapper]:has(> .st-key-tray) {position: absolute}
.st-key-tray:has(button) {
  position: fixed; right: 1rem; bottom: 1rem; z-index: 99; width: min(30rem, 100vw - 2rem);
  padding: 0.5rem 0.9rem; border: 1px solid; border-radius: 0.5rem;
  background: light-dark(#f3f6f9, #171c25); box-shadow: 0 2px 8px rgb(0 0 0 / 25%)
}
[class*=st-key-tray_] {flex-wrap: nowrap; gap: 0.5rem; justify-content: space-between}
.st-key-tray {gap: 0; font-size: 0.875rem}
.st-key-tray a {color: inherit}
.st-key-tray :is(a, p) {overflow-wrap: anywhere}
.st-key-tray button {white-space: nowrap}
"""
# Within a page elsewhere: what is shown, with its source and marks, and no way to go on from it.
EMBEDDED = """
<style>
  [data-testid=stSidebar], [data-testid=stHeader], [data-testid=stPopover],
  [data-testid=stTextInput], [data-testid=stExpandSidebarButton] {display: none}
</style>
"""


@cache
def _around(language: Language) -> str:
    """Return the style and the script that stand around a page in a language."""
    words, other = Wording(language), Wording("en" if language == "zh" else "zh")
    # The submenus of a column are statistics and formats such as dollars.
    unwanted = "[data-testid=stDataFrameColumnMenu] [aria-haspopup]"
    kept = ", ".join(f'[aria-label^="{text(tool)}"]' for tool in TOOLS for text in (words, other))
    style = f"[data-testid=stElementToolbarButton]:not(:has({kept})), {unwanted} {{display: none}}"
    # Streamlit's own cards cut what is longer than they are wide.
    style += "[data-testid=stPageLink] * {white-space: normal; overflow: visible}"
    # White on the dark theme's own colour cannot be read.
    style += "[data-tag] {background: none; border: 1px solid; color: inherit}"
    style += "[data-tag] * {color: inherit}"
    style += PRINTED + ROOM + TRAY + phone_table.STYLE
    style += "[class*=st-key-fact_] strong {font-size: 1.35rem; line-height: 1.25}"
    told = json.dumps({other(word): words(word) for word in OWN_WORDS}, ensure_ascii=False)
    spoken = "zh-CN" if language == "zh" else "en"
    script = Path(__file__).with_name("spoken.js").read_text(encoding="utf-8")
    given = f"const spoken = '{spoken}', told = {told}, searchKey = '{SEARCH}'"
    return f"<style>{style}</style><script>{{{given};{script}}}</script>"


# What is wrong with the files that everything rests on: all of it, and where no page can be shown
# for it.
findings: dict[Language, pd.DataFrame] = {}
mistakes: dict[Language, pd.DataFrame] = {}
_menu_drawn: ContextVar[bool] = ContextVar("_menu_drawn", default=False)
_told: ContextVar[dict[str, Any]] = ContextVar("_told")  # what is logged of the run
_files: ContextVar[list[str]] = ContextVar("_files")  # the names of those offered by the run
_visit: ContextVar[Frame] = ContextVar("_visit")


@dataclass(frozen=True)
class Frame:
    """What a page needs to know of its visit: words, theme, the figures shown, the newest ones.

    rights: what its visitor may see.
    """

    words: Wording
    dark: bool
    vintage: Vintage
    newest: Vintage
    page: str
    rights: Rights

    @property
    def release(self) -> int:
        """The number of the release shown."""
        return self.vintage.release

    def analysed(self) -> Bounds:
        """Return of which regions what no release holds is shown: none to whoever has no account.

        `rights.analysing` is of what was accepted with releases.
        """
        alone = self.vintage == self.newest and not st.context.is_embedded
        return self.rights.analysing if alone and self.rights.account else frozenset()

    def planner(self, region: str) -> Account | None:
        """Return whose drafts of a region are shown: no viewer's, and none with older figures."""
        alone = self.vintage == self.newest and not st.context.is_embedded
        return self.rights.account if alone and covers(self.rights.planning, [region]) else None


def begin(page: str) -> Frame:
    """Open a page: gate, language, menu, vintage. Stops the script when nothing can be shown."""
    words = Wording(_language())
    st.set_page_config(
        page_title=words("{page} · Quality certification and management", page=_title(page, words)),
        layout="wide",
    )
    if not _menu_drawn.get():  # the trap: this page runs without app.py
        menu()
    _menu_drawn.set(False)
    _files.set([])
    rights = access.gate(words)
    if led := st.session_state.pop("led", None):
        name, codes = led
        file = ROOT / "pages" / f"{name}.py"
        st.switch_page(file, query_params=codes | {"lang": words.language})
    st.html(_around(words.language), unsafe_allow_javascript=True)
    if st.context.is_embedded:
        st.html(EMBEDDED)
    names = {"zh": "中文", "en": "English"}
    _switch(words("Language"), names, address.widget("lang", words.language))
    _tray(words, page)
    _say_mistakes(words, rights)
    dark = st.context.theme.type == "dark"
    try:
        remembered.newest()  # which answers at once where the database does not
        newest = remembered.newest(_dataset(words))
    except remembered.UnreachableError as error:
        _say_unreachable(words, error.reason)
    if newest is None:
        st.title(words("There are no figures yet"))
        st.info(words("Nothing has been published here yet."), icon=":material/info:")
        hint(words, words("Load them with: python -m etl refresh"))
        _ask_again()
    vintage = _vintage(newest, words)
    _told.get({})["release"] = vintage.release
    visit = Frame(words, dark, vintage, newest, page, rights)
    _visit.set(visit)
    _head(words, vintage, newest)
    return visit


def _head(words: Wording, vintage: Vintage, newest: Vintage) -> None:
    """Say what this is, which release and how old its figures are."""
    last = filter(is_period, remembered.reach(vintage)["last_period"])
    values = {
        "number": vintage.release,
        "date": words.date(remembered.published(newest)[vintage.release]),
        "period": words.period(max(last, key=decimal_year, default="—")),
    }
    head = words(
        "Quality certification and total quality management (国发〔2018〕3号) · release {number} "
        "of {date} · newest figures {period}",
        **values,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(markdown.escaped(head))
        _search(words, vintage)


def _search(words: Wording, vintage: Vintage) -> None:
    """Draw the search box of every page, and lead to what was typed into it."""
    label = words("Search (press /)")
    text = st.text_input(
        label, key=SEARCH, placeholder=label, label_visibility="collapsed", width=260
    )
    if not text or not text.strip():
        return
    # Targets and verdicts, which most pages do without: loaded when somebody searches.
    from indicators.cached import search

    kinds = {
        "region": words("Region"),
        "indicator": words("Indicator"),
        "industry": words("Industry"),
        "clause": words("Clause"),
        "target": words("Target"),
        "document": words("Title of the document"),
    }
    found = search.found(text, vintage)
    with st.container(border=True, key=f"{SEARCH}_found"):
        if not found:
            st.caption(markdown.escaped(words('Nothing is called "{text}".', text=text[:40])))
        for entry in found:
            name = entry.zh if words.language == "zh" else entry.en
            label = markdown.escaped(f"{kinds[entry.kind]} · {name}")
            link(label, entry.page, words, **dict(entry.address))


def _say_mistakes(words: Wording, rights: Rights) -> None:
    """Say that pages stand on the last release's catalogue, or stop where they have none."""
    if mistakes:
        told = mistakes[words.language]
        if (told[words("Check")] == "setting").all():
            st.title(words("Nothing can be shown yet: a setting is wrong"))
        else:
            st.title(words("Nothing can be shown yet: files have mistakes"))
        st.error(words("Those who maintain the figures can correct this; nothing is lost."))
        remedy = words(
            "Correct what is listed and start the server again. The same list: python -m etl check"
        )
        with maintainers(words):
            st.markdown(markdown.escaped(remedy))
            if covers(rights.analysing, []):  # what they quote may be unpublished
                st.dataframe(told, hide_index=True, placeholder=EMPTY)
        st.stop()
    if catalogue.is_published():
        earlier = words(
            "The files of the catalogue or the code lists have mistakes, so this page goes by "
            "the catalogue as last published. The figures are not touched."
        )
        st.warning(earlier, icon=WARNING)
        hint(words, words("The list of mistakes: python -m etl check"))


def _say_unreachable(words: Wording, reason: Message) -> NoReturn:
    """Say that there is no answer for now, and ask again until there is one."""
    st.title(words("The figures cannot be read just now"))
    again = words("This page asks again every few seconds by itself. Nothing is lost.")
    st.info(again, icon=":material/hourglass_empty:")
    hint(words, reason.said(words), words("What to do: python -m etl doctor"))
    _ask_again()


def _ask_again() -> NoReturn:
    """End the page here, and run it anew every few seconds."""
    since = time.monotonic()

    @st.fragment(run_every=RETRY)
    def retry() -> None:
        # It runs once as a part of the page, then by itself.
        if time.monotonic() - since > RETRY / 2:
            st.rerun()

    retry()
    st.stop()


def _dataset(words: Wording) -> Dataset:
    """Return the figures chosen, real or demonstration; the address says it as `data`."""
    offered = remembered.datasets()
    wanted = address.wanted("data")
    dataset: Dataset = "demonstration" if wanted == "demonstration" in offered else "real"
    address.say("data", dataset, usual="real")
    if len(offered) > 1:
        names = {"real": words("Real"), "demonstration": words("Demonstration")}
        binding = address.widget("data", dataset, forgetting="release")
        _switch(words("Figures"), names, binding)
    if dataset == "demonstration":
        st.error(markdown.strong(demonstration_note(words)), icon=":material/science:")
    return dataset


def _switch(label: str, names: Mapping[str, str], binding: dict[str, Any]) -> None:
    st.sidebar.segmented_control(
        label,
        list(names),
        format_func=names.__getitem__,
        label_visibility="collapsed",
        required=True,
        **binding,
    )


def _vintage(newest: Vintage, words: Wording) -> Vintage:
    """Return the release that the address names as `release`, the newest where it names none."""
    wanted = address.wanted("release")
    number = int(wanted) if wanted and wanted.isdecimal() else newest.release
    published = remembered.published(newest)
    if number not in published:
        shown = str(wanted)[:20]
        unknown = words("There is no release {number}; showing the newest.", number=shown)
        st.warning(markdown.escaped(unknown), icon=address.INFO)
        number = newest.release
    if number == newest.release:
        address.drop("release")
        return newest
    address.say("release", str(number))
    with st.container(horizontal=True, vertical_alignment="center"):
        earlier = words(
            "Figures as published in release {number} on {date}. The newest is release {newest}.",
            number=number,
            date=words.date(published[number]),
            newest=newest.release,
        )
        st.info(earlier, icon=":material/history:")
        st.button(words("Show the newest"), on_click=address.forget, args=("release",))
    return newest._replace(release=number)


def columns(table: pa.Table, folded: int = 0) -> dict[str, Any]:
    """Return how a table's columns are shown: numbers with separators, short texts whole.

    Streamlit measures the first rows alone, so a longer text further down would be cut. `folded`:
    see `table`.
    """
    numbers = {each.name for each in table.schema if _is_number(each.type)}
    wide = {
        name: max(map(_text_width, {name, *map(str, filter(_said, table[name].to_pylist()))}))
        for name in table.column_names
        if name not in numbers
    }
    # The first column holds names, the others less.
    most = dict.fromkeys(wide, folded * 5 // 8) | {table.column_names[0]: folded}
    widest = {name: min(width, most[name]) for name, width in wide.items()} if folded else wide
    fitted = {
        name: st.column_config.Column(width=width)
        for name, width in widest.items()
        if width <= WIDEST
    }
    if len(fitted) == table.num_columns and not folded:  # one takes what room is left
        del fitted[max(wide, key=wide.__getitem__)]
    few = [name for name in table.column_names if name in numbers and _is_short(table[name])]
    return fitted | {name: st.column_config.NumberColumn(format="localized") for name in few}


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _said(cell: object) -> bool:
    return cell is not None


def _text_width(text: str) -> int:
    """Return how many pixels a text takes in a cell, with what is left free around it."""
    return 20 + 8 * len(text) + 6 * sum(map("\u2e7f".__lt__, text))


def _is_short(numbers: pa.ChunkedArray) -> bool:
    """Say whether numbers have three decimals at most: as many as are written so."""
    given = numbers.drop_null().to_numpy()
    with np.errstate(over="ignore"):  # a number too large to be rounded is no whole one
        return bool((given == np.round(given, 3)).all())


def wide(key: str) -> str:
    """Return the key of a container, which what stands beside it gives way to below 30 rem."""
    return f"roomy_{key}"


def by_width(key: str, *, wide: bool) -> str:
    """Return the key of a container that is there on `wide` screens only, or on narrow ones."""
    return f"{'wide' if wide else 'narrow'}_{key}"


def show_release(number: int) -> None:
    """Show every page as published in a release, from the next run on."""
    address.say("release", str(number))
    st.rerun()


def _language() -> Language:
    language: Language = "en" if address.wanted("lang") == "en" else "zh"
    address.say("lang", language)
    return language


def _title(page: str, words: Wording) -> str:
    titles = {
        "overview": words("Overview"),
        "map": words("Map"),
        "comparison": words("Comparison"),
        "objectives": words("Objectives"),
        "industries": words("Industries"),
        "province": words("Province"),
        "policy": words("Policy"),
        "releases": words("Data"),
        UNKNOWN: words("No such page"),
    }
    return titles[page]


def menu() -> StreamlitPage:
    """Draw the menu and return the page that the address names."""
    words = Wording(_language())
    _menu_drawn.set(True)
    unknown = st.Page(
        ROOT / "pages" / f"{UNKNOWN}.py", title=_title(UNKNOWN, words), visibility="hidden"
    )
    return st.navigation([*(page(name, words) for name in PAGES), unknown])


def run() -> None:
    """Run the page that the address names; where the database fails it, say so."""
    chosen = menu()
    try:
        with timed("run", run=uuid.uuid4().hex, page=chosen.url_path or PAGES[0]) as told:
            _told.set(told)
            chosen.run()
    except remembered.FAULTS:
        _log.exception("the database failed a page")
        remembered.answer.clear()
        reason = message("the database does not answer; the server's log says why")
        _say_unreachable(Wording(_language()), reason)
    except Exception:
        if "release" not in told or not _is_exchanged(_visit.get().newest):
            raise
        _log.exception("the figures were exchanged while a page was drawn")
        st.rerun()


def _is_exchanged(before: Vintage) -> bool:
    """Tell whether the newest figures are others by now."""
    remembered.answer.clear()
    try:
        return remembered.newest(before.dataset) != before
    except remembered.UnreachableError:
        return True


def page(name: str, words: Wording) -> StreamlitPage:
    """Return a page as the menu and links name it."""
    file = ROOT / "pages" / f"{name}.py"
    return st.Page(file, title=_title(name, words), default=name == PAGES[0])


def chart(
    specification: Specification,
    datasets: Mapping[str, Any],
    alt: str,
    *,
    key: str,
    finding: str = "",
    **options: Any,
) -> None:
    """Draw a finished chart with its rows; `options`: its selections.

    alt: what is drawn, the same whatever is chosen: Streamlit draws a chart that is named
    otherwise from nothing, where its rows alone would do. finding: the sentence that stands above
    the chart and is cited; `alt` where empty.

    Below the chart is what takes one from it: how it is cited, its link, how it is embedded, its
    data. That is made when it is asked for: as parts of each page it would take as long as all
    else.
    """
    drawn = with_rows(specification, datasets)
    st.vega_lite_chart(drawn, theme=None, alt=alt, key=key, **options)
    if st.context.is_embedded:
        return
    label = _visit.get().words("Cite, link, embed, data")
    if st.button(label, key=f"share_{key}", icon=":material/share:", type="tertiary"):
        st.dialog(label, width="large")(_share)(finding or alt)


def describe(made: Callable[[str], Mapping[str, Any]]) -> None:
    """Tell search engines what a release is: Streamlit gives a page no other place for JSON-LD.

    made: the address at which all pages stand → what is told.
    """
    home = home_of(st.context.url or "", _visit.get().page)
    told = json.dumps(made(home), ensure_ascii=False)
    script = (
        "document.querySelector('script[type=\"application/ld+json\"]')?.remove();"
        "document.head.append(Object.assign(document.createElement('script'), {"
        f"type: 'application/ld+json', text: JSON.stringify({told})}}))"
    )
    harmless = script.replace("<", chr(92) + "u003c")
    st.html(f"<script>{harmless}</script>", unsafe_allow_javascript=True)


def _share(title: str) -> None:
    """Say how to go on from this view, each text with a button that copies it."""
    visit = _visit.get()
    words = visit.words
    published = remembered.published(visit.newest)[visit.release]
    said = st.query_params.to_dict()
    view = View(visit.page, st.context.url or "", said, visit.vintage, published)
    for heading, text in (
        (words("Cite"), view.citation(title, today(), words)),
        (words("Link to this view"), view.address()),
        (words("Embed in a page, without the menu"), view.embedding(title)),
        (words("Data of this view, for programs"), view.data_address()),
    ):
        st.caption(markdown.escaped(heading))
        st.code(text, language=None, wrap_lines=True)
    st.markdown(markdown.links({each.upper(): view.data_address(each) for each in view.forms()}))
    st.caption(words("CSV and XLSX for spreadsheets stand below the chart."))


def downloads(source: Source | None, words: Wording | None = None, *about: str) -> None:
    """Offer files to take away, each made when it is asked for; and what is said `about` them.

    source: a function of a module with what tells one view from another, to be called again in
    another process: so it is small, and names its release instead of holding its figures.
    """
    with st.container(horizontal=True):
        if words is not None:
            with st.popover(words("Definition and method"), icon=":material/info:"):
                st.markdown(markdown.bullets(about))
        named = _files.get([])
        for place, (label, name, _) in enumerate(source() if source is not None else ()):
            named.append(name)
            st.button(
                label,
                key=f"file_{named.count(name)}_{name}",
                icon=":material/download:",
                on_click=_order,
                args=(source, place, name, _visit.get().vintage),
            )


def _order(source: Source, place: int, name: str, vintage: Vintage) -> None:
    """Have a file made for this reader; one that is being made already is not asked for twice.

    Nobody has so many in line that the others wait for them alone.
    """
    context = get_script_run_ctx()
    is_here = partial(_is_connected, context.session_id if context is not None else "")
    orders = st.session_state.setdefault(ORDERS, [])
    if sum(each.ended is None for each in orders) >= MOST_ORDERS:
        order = Order(name, b"", vintage, is_here)
        order.end(
            message(
                "At most {n} files are made for you at a time; please ask again once one is ready.",
                n=MOST_ORDERS,
            )
        )
        orders.append(order)
        return
    order = workshop().order(source, place, name, vintage, is_here)
    order.dropped = any(each.key == order.key and each.ended is None for each in orders)
    orders.extend([] if order.dropped else [order])


def _is_connected(session: str) -> bool:
    return not runtime.exists() or runtime.get_instance().is_active_session(session)


def taken(token: str) -> Order | None:
    """Return the order whose file may be taken now; None where there is none.

    Raises `remembered.UnreachableError` where it cannot be told whether its figures still stand.
    """
    order = workshop().given(token)
    if order is not None:
        _follow_figures(order.vintage.dataset)
    return workshop().given(token)


def _follow_figures(dataset: Dataset) -> None:
    workshop().follow(remembered.newest(dataset) or Vintage(0, dataset))


def _tray(words: Wording, page: str) -> None:
    """Show the files that this reader has asked for, whatever page they are on meanwhile.

    Each leaves by itself once it is made.
    """
    now, orders = time.monotonic(), st.session_state.get(ORDERS, [])
    orders[:] = [each for each in orders if each.ended is None or now - each.ended < TOLD]
    waiting = any(each.ended is None for each in orders)
    # Always there, so that all else on the page keeps its place.
    with st.container(key="tray"):
        if orders:
            home = home_of(st.context.url or "", page)
            every = LOOKED_AFTER if waiting else None
            st.fragment(_ordered, run_every=every)(words, home, waiting=waiting)


def _ordered(words: Wording, home: str, *, waiting: bool) -> None:
    orders: list[Order] = st.session_state[ORDERS]
    for dataset in {order.vintage.dataset for order in orders}:
        with suppress(remembered.UnreachableError):
            _follow_figures(dataset)
    if waiting and all(order.ended is not None for order in orders):
        st.rerun()  # which asks no more
    for order in list(orders):
        with st.container(horizontal=True, vertical_alignment="center", key=f"tray_{order.token}"):
            if order.path is not None:
                st.html(_taken(order, f"{home}/files/{order.token}", words), **SCRIPT)
            else:
                st.caption(markdown.escaped(_standing(order, words)))
            label = words("Cancel") if order.ended is None else words("Close")
            st.button(
                label,
                key=f"drop_{order.token}",
                type="tertiary",
                on_click=_drop,
                args=(order,),
            )


def _drop(order: Order) -> None:
    order.dropped = order.ended is None
    st.session_state[ORDERS].remove(order)


def _standing(order: Order, words: Wording) -> str:
    """Return how far an order is that has no file yet."""
    if order.refused is not None:
        return words("{what}: {said}", what=order.name, said=order.refused.said(words))
    ahead = workshop().ahead(order)
    if ahead is None:
        return words("Being made: {file}", file=order.name)
    return words("Number {n} in the queue: {file}", n=ahead + 1, file=order.name)


def _taken(order: Order, address: str, words: Wording) -> str:
    """Return the line of a file that is there, and the script that lets it leave once."""
    told = escape(words("Ready: {file}", file=order.name))
    script = (
        f"const taken = window.taken ??= new Set(), address = {json.dumps(address)};"
        "if (!taken.has(address)) {taken.add(address);"
        "const link = Object.assign(document.createElement('a'), {href: address, download: ''});"
        "document.body.append(link); link.click(); link.remove()}"
    )
    link = f'<span role="status"><a href="{escape(address)}" download>{told}</a></span>'
    return f"{link}<script>{{{script}}}</script>"


def facts(key: str, rows: Sequence[tuple[str, str, str]], columns: int = 4) -> None:
    """Draw figures to be read at a glance, a card each: what it is, the figure, a note."""
    for start in range(0, len(rows), columns):
        row = rows[start : start + columns]
        for place, column in enumerate(st.columns(columns, gap="small")[: len(row)]):
            label, value, note = row[place]
            card = column.container(
                border=True, height="stretch", key=f"fact_{key}_{start + place}"
            )
            card.caption(markdown.escaped(label))
            card.markdown(markdown.strong(value))
            card.caption(markdown.escaped(note))


def maintainers(words: Wording) -> Any:
    """Return a closed box for those who maintain the figures, for what is no official's task."""
    return st.expander(words("For those who maintain the figures"), icon=":material/build:")


def hint(words: Wording, *lines: str) -> None:
    """Tell those who maintain the figures what to do, apart from what everybody reads."""
    with maintainers(words):
        st.markdown(markdown.bullets(lines))


def link(label: str, name: str, words: Wording, **codes: str) -> None:
    """Lead to another page with what is chosen there."""
    st.page_link(page(name, words), label=label, query_params=codes | {"lang": words.language})


class Leading(NamedTuple):
    """Where the rows of a table lead: a page, and what is chosen there, by the row's place."""

    key: str
    page: str
    codes: Sequence[Mapping[Any, Any]]


def cells(
    rows: pd.DataFrame | pa.Table,
    alt: str,
    leading: Leading | None = None,
    configured: Mapping[str, Any] | None = None,
    folded: int = 0,
    **options: Any,
) -> None:
    """Draw a table's cells; a row that is ticked leads to what it names.

    `configured`: columns that are shown in a way of their own. `folded`: see `table`.
    """
    if leading is not None:
        options |= {"key": leading.key, "on_select": partial(_follow_row, leading)}
        options |= {"selection_mode": "single-row"}
    if folded:
        options["row_height"] = TWO_LINES
    if isinstance(rows, pd.DataFrame):
        rows = pa.Table.from_pandas(rows, preserve_index=False)
    rows = rows.replace_schema_metadata(None)
    shown = columns(rows, folded) | dict(configured or {})
    options |= {"column_config": shown, "alt": alt, "placeholder": EMPTY}
    st.dataframe(rows, hide_index=True, **options)


def _follow_row(leading: Leading) -> None:
    for row in st.session_state[leading.key]["selection"]["rows"]:
        st.session_state["led"] = leading.page, leading.codes[row]


def leading_to(key: str, page: str) -> dict[str, Any]:
    """Return the options of a chart whose marks lead to a page when they are clicked."""
    return {"key": key, "on_select": partial(_follow_mark, key, page), "selection_mode": OPENED}


def _follow_mark(key: str, page: str) -> None:
    for codes in st.session_state[key]["selection"][OPENED]:
        st.session_state["led"] = page, codes


def table(
    frame: Frame,
    title: str,
    rows: pd.DataFrame | pa.Table,
    alt: str,
    address: str = "",
    trend: str = "",
    leading: Leading | None = None,
    folded: int = 0,
    narrow: Sequence[str] = (),
) -> None:
    """Draw a table with its files to take away, which its title names.

    `address`: the column that holds what of this dashboard explains each row. `trend`: the one of
    lines, which leaves in no file. `folded`: how wide longer texts are, in pixels; they go on in a
    second line. `narrow`: the two columns that a phone has room for, what it is and how it stands;
    without them it shows as much of the first ones as there is room for.
    """
    configured = {
        address: st.column_config.LinkColumn(display_text=frame.words("Open")),
        trend: _lines(rows, trend),
    }
    named = {name: drawn for name, drawn in configured.items() if name}
    if narrow:
        with st.container(key=by_width(alt, wide=True)):
            cells(rows, alt, leading, named, folded)
        with st.container(key=by_width(alt, wide=False)):
            st.html(_narrowed(frame, rows, alt, address, leading, narrow))
    else:
        cells(rows, alt, leading, named, folded)

    if trend:
        rows = rows.drop(columns=trend) if isinstance(rows, pd.DataFrame) else rows.drop(trend)
    downloads(partial(table_exports, title, rows, frame.vintage, frame.words))


def _narrowed(
    frame: Frame,
    rows: pd.DataFrame | pa.Table,
    alt: str,
    address: str,
    leading: Leading | None,
    names: Sequence[str],
) -> str:
    """Return two columns of a table for a phone, each row leading where its whole one does."""
    if isinstance(rows, pd.DataFrame):
        rows = pa.Table.from_pandas(rows, preserve_index=False)
    addresses = rows[address].to_pylist() if address else []
    if leading is not None:
        view: dict[str, str] = {"lang": frame.words.language}
        if frame.vintage != frame.newest:
            view["release"] = str(frame.release)
        addresses = [f"{leading.page}?{urlencode({**codes, **view})}" for codes in leading.codes]
    return phone_table.phone_table(rows.select(list(names)), alt, EMPTY, addresses)


def _lines(rows: pd.DataFrame | pa.Table, trend: str) -> Any:
    """Return how a column of lines is shown: all on one scale, so that none is blown up."""
    values = [value for line in (rows[trend] if trend else []) for value in line]
    least, most = min(values, default=0), max(values, default=0)
    # A scale without a height is none that a browser can draw.
    return st.column_config.LineChartColumn(width=70, y_min=least, y_max=max(most, least + 1))


def twin(words: Wording, key: str, rows: Callable[[], pd.DataFrame], alt: str) -> None:
    """Show a chart's rows as a table in a box that is closed at first; they are made for it."""
    with st.expander(words("View as table"), on_change="rerun", key=key) as box:
        if box.open:
            cells(rows(), alt)


def end(frame: Frame, *lines: str) -> None:
    """Close a page: source lines, release and licence in one caption."""
    release = frame.words(
        "Release {number}, published {date}. All figures are cited to published sources.",
        number=frame.release,
        date=frame.words.date(remembered.published(frame.newest)[frame.release]),
    )
    # What documents are called and note is quoted, and no title of ours.
    quoted = [frame.words("Titles and notes of sources are quoted in Chinese, as published.")]
    language = quoted if frame.words.language == "en" else []
    st.caption(markdown.lines([*lines, release, *language]))
