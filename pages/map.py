"""Which provinces lead, which follow, and for which nothing is known."""

from dataclasses import replace
from functools import partial

import streamlit as st

from indicators import frame, markdown
from indicators.cached import map as cached
from indicators.drawing.charts import RANKING, REFERENCE
from indicators.drawing.region_map import FIGURES, LEGEND, SELECTION, with_controls
from indicators.sidebar import map as sidebar
from indicators.views.map import MapView

visit = frame.begin("map")
words = visit.words
within = sidebar.choose_level(words)
selection = sidebar.choose_selection(words, visit.vintage, within)
region = sidebar.choose_region(words, within)
drawing = sidebar.choose_drawing(words, selection, visit.vintage, within)
view = MapView(selection, region, words.language, visit.dark, within, **drawing)
views = [view]
if view.shown == "beside" and view.against is not None:
    views.append(replace(view, selection=view.against, against=selection))
sides = (
    [cached.moving_figures(view, visit.vintage)] if view.shown == "play"
    else [cached.map_figures(side, visit.vintage) for side in views]
)  # fmt: skip
figures = sides[0]

sidebar.show_path(words, within, region)
st.title(markdown.escaped(figures.statement))
st.caption(markdown.escaped(figures.subtitle))
if lacking := cached.lacking(view, visit.vintage):
    st.info(markdown.lines(lacking), icon=":material/info:")

if view.shown == "play":
    st.vega_lite_chart(
        with_controls(
            cached.map_specification(words.language, visit.dark, within, moving=True),
            len(cached.moving_figures(view, visit.vintage).frames), words,
        ) | {"datasets": cached.moving_datasets(view, visit.vintage)},
        key="moving", theme=None, alt=figures.statement,
    )  # fmt: skip
    st.caption(markdown.lines(figures.footnotes))
    frame.downloads(cached.moving_exports(view, visit.vintage))
else:
    row = st.container(horizontal=True, gap="medium")
    alone = row.container(key=frame.wide("map_alone"))
    places = st.columns(2) if len(views) > 1 else [alone]
    for side, place, key in zip(views, places, ("map", "beside"), strict=False):
        rows, told = (
            cached.map_datasets(side, visit.vintage), cached.map_figures(side, visit.vintage)
        )  # fmt: skip
        with place:
            if len(views) > 1:
                st.markdown(markdown.strong(" · ".join(told.parts)))
            st.vega_lite_chart(
                cached.map_specification(words.language, visit.dark, within)
                | {"datasets": {name: rows[name] for name in (FIGURES, LEGEND)}},
                key=key, on_select=partial(sidebar.select_region, key),
                selection_mode=SELECTION, theme=None, alt=told.statement,
            )  # fmt: skip
            if len(views) > 1:
                st.caption(markdown.lines(told.footnotes))
                frame.downloads(cached.map_exports(side, visit.vintage))
    if len(views) == 1:
        if not lacking:
            with row.container(width=250):
                st.caption(markdown.escaped(told.ranking_statement))
                st.vega_lite_chart(
                    cached.ranking_specification(words.language, visit.dark)
                    | {"datasets": {name: rows[name] for name in (RANKING, REFERENCE)}},
                    key="ranking", theme=None, alt=told.ranking_statement,
                )  # fmt: skip
        st.caption(markdown.lines(told.footnotes))
        frame.downloads(cached.map_exports(view, visit.vintage))

with st.expander(words("The same as a table"), on_change="rerun") as twin:
    if twin.open:
        for table, said in [(side.table, side.statement) for side in sides]:
            st.dataframe(table, hide_index=True, alt=said)
frame.end(visit)
