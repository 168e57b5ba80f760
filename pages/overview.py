"""Where the nation and every region stand, what must change, and how far the figures reach."""

import streamlit as st

from indicators import catalogue, frame, markdown, tables
from indicators.cached import objectives as cached_objectives
from indicators.cached import overview as cached
from indicators.cached import queries
from indicators.progress import VerdictClass
from indicators.sidebar import overview as sidebar
from indicators.views import objectives, overview

visit = frame.begin("overview")
words = visit.words
reach = queries.reach(visit.vintage)
nation = cached.national(visit.vintage)

st.title(markdown.escaped(overview.overview_statement(nation, reach, words)))
for headline, column in zip(
    overview.headlines(nation, words), st.columns(4, gap="small"), strict=False
):
    column.metric(
        headline.label, headline.value, headline.change, help=headline.help, border=True,
        delta_color="off", delta_arrow="off", height="stretch",
    )  # fmt: skip
st.caption(words(
    "All: with those abroad. Domestic: without them. Two scopes, never one line."
))  # fmt: skip

st.subheader(words("Objectives: every region, every target"))
verdicts = sidebar.narrow_verdicts(words, visit.vintage)
st.caption(words(
    "{judged} of {all} can be judged; the others say why. Click a cell to open it.",
    judged=int((verdicts["reason"] == "").sum()), all=len(verdicts),
))  # fmt: skip
if outstanding := int((verdicts["verdict"] == VerdictClass.STALE).sum()):
    st.caption(words.plural(
        "{n} more is past its deadline and waits for the final figure: the verdict is as of its "
        "latest figure.",
        "{n} more are past their deadlines and wait for the final figures: the verdicts are as of "
        "their latest figures.", n=outstanding,
    ))  # fmt: skip
if lost := cached_objectives.unknown_targets(visit.vintage):
    left_out = words(
        "Targets left out, because the catalogue does not know their indicator or region: {names}",
        names=words.listed(lost),
    )
    st.warning(markdown.escaped(left_out), icon=":material/warning:")
with st.container(horizontal=True):
    for symbol, name, number in objectives.counts(verdicts, words):
        st.badge(f"{symbol} {name} {number}", color="gray")
if not verdicts.empty:
    cells = objectives.matrix(
        verdicts, cached_objectives.register(visit.vintage), words, visit.dark
    )
    st.vega_lite_chart(
        cached.matrix_specification(words.language, visit.dark) | {"datasets": {"matrix": cells}},
        key="matrix", theme=None, on_select=sidebar.open_cell, selection_mode="cell",
        alt=words("Verdict of each region on each target"),
    )  # fmt: skip
    with st.expander(words("The same as a table"), on_change="rerun") as twin:
        if twin.open:
            st.dataframe(
                objectives.matrix_table(cells, words), hide_index=True,
                alt=words("Verdict of each region on each target"),
            )  # fmt: skip
    frame.downloads(cached.matrix_exports(verdicts, words.language, visit.dark, visit.vintage))
if opened := st.session_state.pop("opened", None):
    st.switch_page("pages/objectives.py", query_params=opened | {"lang": words.language})

behind = objectives.must_change(verdicts, words)
st.subheader(title := words("What must change this year"))
if behind.empty:
    st.info(words("No target that can be judged is behind its path."), icon=":material/check:")
else:
    frame.table(visit, title, behind, title)

st.subheader(title := words("Newest national figures"))
cited = queries.citations(tuple(sorted(set(nation["citation"]))), visit.vintage)
newest = overview.newest_table(nation, cited, words)
frame.table(visit, title, newest, words("Newest national figure of each indicator"))

st.subheader(title := words("How far the figures reach"))
st.caption(words(
    "{indicators} indicators have figures, {measured} are declared; what is not yet measured "
    "is on the list all the same.",
    indicators=len(reach), measured=len(catalogue.load().indicators),
))  # fmt: skip
reached = tables.reach_table(reach, words)
frame.table(visit, title, reached, words("Periods and provinces of each indicator"))
frame.end(visit)
