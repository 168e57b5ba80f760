"""Which provinces lead, which follow, and for which nothing is known."""

import streamlit as st

from indicators import cached, frame, sidebar
from indicators.charts import RANKING, REFERENCE
from indicators.maps import FIGURES, LEGEND, SELECTION
from indicators.views import MapView

visit = frame.begin("map")
words = visit.words
selection = sidebar.choose_selection(words, visit.vintage)
region = sidebar.choose_region(words)

view = MapView(selection, region, words.language, visit.dark)
figures = cached.map_figures(view, visit.vintage)
rows = cached.map_datasets(view, visit.vintage)

st.title(figures.statement)
st.caption(figures.subtitle)
left, right = st.columns([5, 2], gap="medium")
with left:
    st.vega_lite_chart(
        cached.map_specification(words.language, visit.dark)
        | {"datasets": {name: rows[name] for name in (FIGURES, LEGEND)}},
        key="map", on_select=sidebar.select_region, selection_mode=SELECTION, theme=None,
        alt=figures.statement,
    )  # fmt: skip
with right:
    st.caption(figures.ranking_statement)
    st.vega_lite_chart(
        cached.ranking_specification(words.language, visit.dark)
        | {"datasets": {name: rows[name] for name in (RANKING, REFERENCE)}},
        key="ranking", theme=None, alt=figures.ranking_statement,
    )  # fmt: skip
st.caption("  \n".join(figures.footnotes))

with st.expander(words("The same as a table"), on_change="rerun") as twin:
    if twin.open:
        st.dataframe(figures.table, hide_index=True, alt=figures.statement)
frame.downloads(cached.map_exports(view, visit.vintage))
frame.end(visit)
