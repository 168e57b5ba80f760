"""One region over all indicators: its targets, its peers, what is missing, and a briefing."""

import streamlit as st

from indicators import frame, markdown, tables
from indicators.cached import province as cached
from indicators.drawing.province import AIMS, PARTS, SPINE, STRIPS, TRENDS
from indicators.sidebar import province as sidebar
from indicators.views import province
from indicators.views.facts import ProvinceView

visit = frame.begin("province")
words = visit.words
if mistakes := cached.peer_mistakes(words):
    st.title(words("The file of peer groups cannot be used"))
    st.error(markdown.bullets(mistakes), icon=":material/error:")
    st.info(words("Correct data/reference/peer_groups.yaml, then load this page anew."),
            icon=":material/info:")  # fmt: skip
    st.stop()
region, group = sidebar.choose_province(words)

view = ProvinceView(region, group, words.language)
page = cached.province_page(view, visit.vintage)
told, rows, where = page.told, page.rows, tables.region_names(words.language)[region]

st.title(markdown.escaped(told.statement))
if not told.known:
    st.info(words(
        "No source that this project holds has a figure of this region. Fill in a template "
        "(python -m etl template), put it into data/raw and run: python -m etl refresh"
    ), icon=":material/info:")  # fmt: skip

st.subheader(title := words("Targets and how they stand"))
if told.verdicts.empty:
    st.info(words("No target of a document in the register applies here."), icon=":material/info:")
else:
    st.markdown(told.counts)
    frame.table(
        visit, f"{where} {title}", page.verdicts, words("Verdict on each target of the region")
    )

if told.known:
    st.subheader(words("Beside the nation and the peers"))
    st.caption(markdown.escaped(told.beside.peers))
    if told.beside.compared:
        st.vega_lite_chart(
            cached.spine_specification(words.language, visit.dark)
            | {"datasets": {SPINE: rows[SPINE]}},
            key="spine", theme=None, alt=told.beside.compared,
        )  # fmt: skip
        st.caption(markdown.lines(province.comparison_notes(words)))
    with st.expander(words("The same as a table"), on_change="rerun", key="compared") as twin:
        if twin.open:
            st.dataframe(
                cached.province_comparison(view, visit.vintage), hide_index=True,
                alt=words("Every indicator beside its benchmark and the peers"),
            )  # fmt: skip

    st.subheader(words("How figures developed"))
    st.caption(markdown.escaped(told.trends_note))
    if told.trends:
        st.vega_lite_chart(
            cached.trends_specification(words.language, visit.dark)
            | {"datasets": {name: rows[name] for name in (STRIPS, TRENDS, AIMS)}},
            key="trends", theme=None, alt=told.trends,
        )  # fmt: skip
    with st.expander(words("The same as a table"), on_change="rerun", key="series") as twin:
        if twin.open:
            st.dataframe(
                cached.province_series(view, visit.vintage), hide_index=True,
                alt=words("Every figure of the region over time"),
            )  # fmt: skip

    st.subheader(words("Industries and enterprise sizes"))
    if told.divided:
        indicator = sidebar.choose_part(told.divided, words)
        note, drawn = cached.province_parts(region, words.language, indicator, visit.vintage)
        st.caption(markdown.escaped(note))
        for column, by in zip(st.columns([3, 2], gap="medium"), ("industry", "size"), strict=True):
            with column:
                if drawn[by]:
                    st.vega_lite_chart(
                        cached.parts_specification(words.language, visit.dark)
                        | {"datasets": {PARTS: drawn[by]}},
                        key=by, theme=None,
                        alt=words("Figures by industry") if by == "industry"
                        else words("Figures by enterprise size"),
                    )  # fmt: skip
                    frame.downloads(
                        cached.part_exports(view, indicator, by, visit.dark, visit.vintage)
                    )
        with st.expander(words("The same as a table"), on_change="rerun", key="parts") as twin:
            if twin.open:
                st.dataframe(
                    cached.part_table(view, indicator, visit.vintage), hide_index=True,
                    alt=words("Figures of industries and enterprise sizes"),
                )  # fmt: skip
    else:
        st.caption(words("There are no figures of single industries or sizes of this region."))

st.subheader(title := words("What is missing, and who could supply it"))
st.caption(markdown.escaped(told.missing_note))
frame.table(visit, f"{where} {title}", page.missing, words("Indicators without a figure here"))

st.subheader(words("To take away"))
frame.downloads(cached.province_exports(view, visit.dark, visit.vintage))
frame.end(visit, *told.sources)
