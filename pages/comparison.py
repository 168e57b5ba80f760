"""Regions of one's own choice over time, and two indicators against each other."""

from dataclasses import replace
from functools import partial

import streamlit as st

from indicators import frame, markdown
from indicators.cached import comparison as cached
from indicators.catalogue import tree
from indicators.drawing.charts import OPENED
from indicators.drawing.comparison import lines_chart, pairs_chart
from indicators.periods import today
from indicators.sidebar import comparison as sidebar
from indicators.views import comparison as views
from indicators.views.map import MapView

visit = frame.begin("comparison")
words, vintage = visit.words, visit.vintage
within = sidebar.choose_level(words, vintage)
selection = sidebar.choose_selection(words, vintage, within)
regions = sidebar.choose_regions(words, selection, vintage, within)
marked = sidebar.choose_marked(within, regions)
against = sidebar.choose_against(words, selection, vintage, within)
view = MapView(selection, marked, words.language, visit.dark, within, day=today())
figures = cached.line_figures(view, regions, vintage)

st.title(markdown.escaped(figures.statement))
st.caption(markdown.escaped(figures.subtitle))
st.caption(
    words(
        "Choose the regions at the side; they are kept for the map and the Province page. A "
        "click on a figure leads to its region."
    )
)
above = st.container()
if len(figures.periods) > 1:
    span = sidebar.choose_time(words, figures.periods)
    figures = cached.line_figures(view, regions, vintage, span)
else:
    span = (str(selection.period),) * 2
with above:
    frame.chart(
        lines_chart(words, dark=visit.dark),
        cached.line_datasets(view, regions, vintage, span),
        words("A line for each region over time"),
        finding=figures.statement,
        **frame.leading_to("lines", "province"),
    )
st.caption(markdown.lines(figures.footnotes))
frame.twin(words, "lines_table", lambda: figures.table, figures.statement)
files = partial(cached.line_files, view, regions, vintage, span)
frame.downloads(files, words, *views.method(view))
with st.container(horizontal=True):
    where = tree().names(words.language)[marked]
    place = {"indicator": selection.indicator, "period": str(selection.period)}
    frame.link(words("All of {region}", region=where), "province", words, region=marked)
    frame.link(words("The indicator on the map"), "map", words, region=marked, **place)

st.subheader(words("Two indicators against each other"))
if against is None:
    nothing = words(
        "No other ratio or score has figures of this date. Totals depend on a region's size and "
        "are not set against each other."
    )
    st.info(nothing, icon=":material/info:")
else:
    paired = replace(view, against=against)
    pair = cached.pair_figures(paired, regions, vintage)
    st.markdown(markdown.strong(pair.statement))
    st.caption(markdown.escaped(pair.axes))
    frame.chart(
        pairs_chart(words, dark=visit.dark),
        cached.pair_datasets(paired, regions, vintage),
        words("Two indicators against each other, a point a region"),
        key=sidebar.PAIRS,
        finding=pair.statement,
        on_select=sidebar.select_point,
        selection_mode=OPENED,
    )
    st.caption(markdown.lines(pair.footnotes))
    frame.twin(words, "pairs_table", lambda: pair.table, pair.statement)
    frame.downloads(
        partial(views.pair_exports, paired, pair, vintage),
        words,
        *views.method(replace(view, selection=against)),
    )
frame.end(visit)
