"""Regions against industries, and how one industry stands."""

from functools import partial

import streamlit as st

from indicators import code_names, frame, markdown
from indicators.cached import industries as cached
from indicators.catalogue import tree
from indicators.drawing.industries import SELECTED
from indicators.regions import ALL, NATION
from indicators.sidebar import industries as sidebar
from indicators.views import industries as views

visit = frame.begin("industries")
words, vintage = visit.words, visit.vintage
if not cached.offered(vintage):
    st.title(words("No figures of industries are held here"))
    st.stop()
view = sidebar.choose_view(words, vintage, dark=visit.dark)
figures = cached.heat_figures(view, vintage)

st.title(markdown.escaped(figures.statement))
st.caption(markdown.escaped(figures.subtitle))
frame.chart(
    cached.specification(words.language, visit.dark),
    cached.datasets(view, vintage),
    key=sidebar.CHART,
    alt=figures.statement,
    on_select=sidebar.select_cell,
    selection_mode=SELECTED,
)
if chosen := views.chosen_cell(view, figures):
    st.markdown(markdown.strong(chosen))
with st.container(horizontal=True):
    selection = view.selection
    where = tree().names(words.language)[view.region]
    if view.region != NATION:
        frame.link(words("All of {region}", region=where), "province", words, region=view.region)
    place = {"indicator": selection.indicator, "period": str(selection.period)}
    if view.industry != ALL:
        what = code_names.industry_name(view.industry, words)
        label = words("{industry} on the map", industry=what)
        frame.link(label, "map", words, industry=view.industry, **place)
    codes = views.figure_codes(view)
    frame.link(words("The figures with their sources"), "releases", words, **codes)
st.caption(markdown.lines(figures.footnotes))
frame.twin(words, "heat_table", lambda: figures.table, figures.statement)
table = partial(cached.figure_table, view, vintage)
frame.downloads(views.exports(view, figures, table, vintage))
frame.end(visit)
