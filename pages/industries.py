"""Regions against industries, one industry's board, enterprise sizes, and the tools of clause 4."""

from functools import partial

import streamlit as st

from indicators import catalogue, code_names, frame, markdown
from indicators.cached import industries as cached
from indicators.cached import objectives, remembered
from indicators.catalogue import tree
from indicators.drawing.industries import SELECTED, SIZES, heat_map, sizes_chart
from indicators.periods import today
from indicators.regions import ALL, NATION
from indicators.sidebar import industries as sidebar
from indicators.views import board, footnotes, sizes
from indicators.views import industries as views

visit = frame.begin("industries")
words, vintage = visit.words, visit.vintage
if not cached.offered(vintage):
    st.title(words("No figures of industries are held here"))
    st.stop()
view = sidebar.choose_view(words, vintage, dark=visit.dark)
figures = cached.heat_figures(view, vintage)
where, what = (
    tree().names(words.language)[view.region],
    code_names.industry_name(view.industry, words),
)

st.title(markdown.escaped(figures.statement))
st.caption(markdown.escaped(figures.subtitle))
frame.chart(
    heat_map(words, dark=visit.dark),
    cached.datasets(view, vintage),
    words("Regions and industries, a figure a cell"),
    key=sidebar.CHART,
    finding=figures.statement,
    on_select=sidebar.select_cell,
    selection_mode=SELECTED,
)
if chosen := views.chosen_cell(view, figures):
    st.markdown(markdown.strong(chosen))
with st.container(horizontal=True):
    if view.region != NATION:
        label = words("All of {region}", region=where)
        if view.industry != ALL:
            label = words("{industry} in {region}: all figures", region=where, industry=what)
        codes = {"region": view.region, "industry": view.industry}
        frame.link(label, "province", words, **codes)
    place = {"indicator": view.selection.indicator, "period": str(view.selection.period)}
    if view.industry != ALL:
        label = words("{industry} on the map", industry=what)
        frame.link(label, "map", words, industry=view.industry, **place)
    label = words("The figures with their sources")
    frame.link(label, "releases", words, **views.figure_codes(view))
st.caption(markdown.lines(figures.footnotes))
frame.twin(words, "heat_table", lambda: figures.table, figures.statement)
measured = catalogue.load().indicators
files = partial(cached.files, view, vintage)
frame.downloads(files, words, *footnotes.about(measured[view.selection.indicator], words))

verdicts, register = objectives.verdicts(vintage), objectives.register(vintage)
if view.industry == ALL:
    st.subheader(title := words("Industry by industry until results show (clause 6)"))
    st.caption(words("Choose an industry, or a cell above, to open its board."))
    rows = cached.industries_table(view.region, words.language, vintage, today())
    if rows.empty:
        st.info(words("No target for a single industry applies here."), icon=":material/info:")
    else:
        frame.table(visit, f"{where} {title}", rows, words("Industries with targets"))
else:
    own = board.own_verdicts(verdicts, view.industry, view.region)
    standing = board.standing(own)
    st.subheader(title := words("Board: {industry}", industry=what))
    st.markdown(
        markdown.strong(board.standing_sentence(standing, view.industry, view.region, words))
    )
    if standing.targets:
        alt = words("Targets of the industry, what is left of each, and the verdicts")
        rows = board.target_table(own, register, words, remembered.freshness(vintage))
        frame.table(visit, f"{title} {where}", rows, alt, words("Explained"))
    held = cached.board_rows(view.industry, vintage)
    if held.empty:
        st.info(words("No figures of this industry are held here."), icon=":material/info:")
    else:
        alt = words("Indicators of the industry: value, nation, best region, trend")
        fresh = remembered.freshness(vintage)
        rows = board.indicator_table(held, view.region, words, fresh)
        frame.table(visit, f"{title} {words('Indicators')}", rows, alt)
        cited = remembered.citations_of(held, vintage)
        with st.expander(words("Where these figures stand"), key="board_sources"):
            st.caption(markdown.lines(footnotes.standing(cited, words)))
    if leading := cached.leaders(view.industry, words.language, vintage):
        st.markdown(markdown.escaped(leading.said))
        apart = cached.apart_table(view.industry, words.language, vintage)
        if not apart.empty:
            st.caption(
                words(
                    "What sets the leading quarter apart from the others: differences, not causes. "
                    "Shares are of all industries."
                )
            )
            alt = words("Mix of schemes and sizes of the leaders and the others")
            frame.table(visit, f"{title} {words('Leaders')}", apart, alt)
    elif not held.empty:
        st.caption(
            words("Too few provinces have a comparable figure of this industry to tell who leads.")
        )

st.subheader(words("Enterprise sizes side by side"))
if cached.sized(vintage):
    sized = sidebar.choose_sized(words, vintage)
    told = cached.size_figures(sized, view.region, view.industry, words.language, vintage)
    st.markdown(markdown.strong(told.statement))
    chart = sizes_chart(words, dark=visit.dark)
    alt = words("Enterprise sizes over time")
    frame.chart(chart, {SIZES: told.lines}, alt, key="sizes", finding=told.statement)
    st.markdown(markdown.bullets(told.sentences))
    st.caption(markdown.lines(told.footnotes))
    frame.twin(words, "sizes_table", lambda: told.table, told.statement)
    files = partial(sizes.exports, told, words, visit.dark, vintage)
    frame.downloads(files, words, *footnotes.about(measured[sized], words))
else:
    st.info(words("No figures of enterprise sizes are held here."), icon=":material/info:")

st.subheader(title := words("Tools of quality management by industry (clause 4)"))
used = cached.tools_table(view.region, words.language, vintage)
if len(used):
    alt = words("Organisations using each tool, by industry")
    frame.table(visit, f"{where} {title}", used, alt)
    cited = remembered.citations_of(cached.tools_rows(vintage), vintage)
    st.caption(markdown.lines(footnotes.standing(cited, words)))
if len(unused := cached.lacking(words.language, vintage)):
    st.caption(words("Not measured by industry yet:"))
    frame.table(visit, words("Not measured yet"), unused, words("Tools without figures"))
frame.end(visit)
