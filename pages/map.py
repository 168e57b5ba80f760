"""Which provinces lead, which follow, and for which nothing is known."""

from dataclasses import replace
from functools import partial

import streamlit as st

from indicators import frame, markdown
from indicators.cached import map as cached
from indicators.drawing.charts import RANKING, REFERENCE, ranking_chart
from indicators.drawing.levels import how_to_supply
from indicators.drawing.region_map import FIGURES, LEGEND, SELECTION, with_controls
from indicators.periods import today
from indicators.sidebar import map as sidebar
from indicators.views.footnotes import about
from indicators.views.map import MapView

visit = frame.begin("map")
words, vintage = visit.words, visit.vintage
within = sidebar.choose_level(words, vintage)
selection = sidebar.choose_selection(words, vintage, within, playing=sidebar.plays())
region = sidebar.choose_region(words, within)
drawing = sidebar.choose_drawing(words, selection, vintage, within)
view = MapView(selection, region, words.language, visit.dark, within, day=today(), **drawing)
views = [view]
if view.shown == "beside" and view.against is not None:
    views.append(replace(view, selection=view.against, against=selection))
playing = view.shown == "play"
made = cached.moving_figures if playing else cached.map_figures
sides = [made(side, vintage) for side in views]
figures = sides[0]

sidebar.show_path(words, within, region, str(selection.industry))
st.title(markdown.escaped(figures.statement))
if figures.standing:
    st.markdown(markdown.strong(figures.standing))
st.caption(markdown.escaped(figures.subtitle))
if lacking := cached.lacking(view, vintage):
    st.info(markdown.lines(lacking), icon=":material/info:")
    frame.hint(words, *how_to_supply(words))

if playing:
    moving = cached.moving_figures(view, vintage)
    empty = cached.specification(words.language, visit.dark, within, moving=True)
    playable = with_controls(empty, len(moving.frames), words)
    rows = cached.moving_datasets(view, vintage)
    alt = words("Map of the regions, period by period")
    frame.chart(playable, rows, alt, key="moving", finding=figures.statement)
    st.caption(markdown.lines(figures.footnotes))
    if moving.newest:
        files = partial(cached.moving_files, view, vintage)
        frame.downloads(files, words, *about(view.indicator, words))
else:
    row = st.container(horizontal=True, gap="medium")
    alone = row.container(key=frame.wide("map_alone"))
    places = st.columns(2) if len(views) > 1 else [alone]
    for side, place, key in zip(views, places, ("map", "beside"), strict=False):
        rows, told = cached.map_datasets(side, vintage), cached.map_figures(side, vintage)
        files = partial(cached.files, side, vintage)
        with place:
            if len(views) > 1:
                st.markdown(markdown.strong(" · ".join(told.parts)))
            frame.chart(
                cached.specification(words.language, visit.dark, within),
                {name: rows[name] for name in (FIGURES, LEGEND)},
                words("Map of the regions"),
                key=key,
                finding=told.statement,
                on_select=partial(sidebar.select_region, key),
                selection_mode=SELECTION,
            )
            if len(views) > 1:
                st.caption(markdown.lines(told.footnotes))
                frame.downloads(files, words, *about(side.indicator, words))
    if len(views) == 1:
        if not lacking and not told.ranking.empty:
            with row.container(width=250):
                st.caption(markdown.escaped(told.ranking_statement))
                bars = {name: rows[name] for name in (RANKING, REFERENCE)}
                chart = ranking_chart(words, dark=visit.dark)
                leading = frame.leading_to("ranking", "province")
                alt = words("Ranking of the regions")
                frame.chart(chart, bars, alt, finding=told.ranking_statement, **leading)
        st.caption(markdown.lines(told.footnotes))
        frame.downloads(files, words, *about(view.indicator, words))

with st.expander(words("View as table"), on_change="rerun") as twin:
    if twin.open:
        for shown in sides:
            frame.cells(shown.table, shown.statement)
frame.end(visit)
