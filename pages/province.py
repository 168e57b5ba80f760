"""One region over all indicators: its targets, its peers, what is missing, and a briefing."""

import streamlit as st

from indicators import cached, frame, province, sidebar
from indicators.province import AIMS, PARTS, SPINE, STRIPS, TRENDS, ProvinceView

visit = frame.begin("province")
words = visit.words
region, group = sidebar.choose_province(words)

view = ProvinceView(region, group, words.language, visit.dark)
material = cached.material(region, group, visit.vintage)
facts = material.facts
rows = cached.province_datasets(view, visit.vintage)
tables = cached.province_tables(view, visit.vintage)

st.title(tables.statement)
if facts.own.empty:
    st.info(words(
        "No source that this project holds has a figure of this region. Fill in a template "
        "(python -m etl template), put it into data/raw and run: python -m etl refresh"
    ), icon=":material/info:")  # fmt: skip

st.subheader(words("Targets and how they stand"))
if facts.verdicts.empty:
    st.info(words("No target of a document in the register applies here."), icon=":material/info:")
else:
    with st.container(horizontal=True):
        for badge in tables.counts:
            st.badge(badge, color="gray")
    st.dataframe(
        tables.verdicts, hide_index=True, alt=words("Verdict on each target of the region")
    )

if not facts.own.empty:
    st.subheader(words("Beside the nation and the peers"))
    st.caption(tables.peers)
    if tables.compared:
        st.vega_lite_chart(
            cached.spine_specification(words.language, visit.dark)
            | {"datasets": {SPINE: rows[SPINE]}},
            key="spine", theme=None, alt=tables.compared,
        )  # fmt: skip
        st.caption("  \n".join(province.comparison_notes(words)))
    with st.expander(words("The same as a table"), on_change="rerun", key="compared") as twin:
        if twin.open:
            st.dataframe(
                cached.province_comparison(view, visit.vintage), hide_index=True,
                alt=words("Every indicator beside its benchmark and the peers"),
            )  # fmt: skip

    st.subheader(words("How figures developed"))
    st.caption(tables.trends_note)
    if tables.trends:
        st.vega_lite_chart(
            cached.trends_specification(words.language, visit.dark)
            | {"datasets": {name: rows[name] for name in (STRIPS, TRENDS, AIMS)}},
            key="trends", theme=None, alt=tables.trends,
        )  # fmt: skip
    with st.expander(words("The same as a table"), on_change="rerun", key="series") as twin:
        if twin.open:
            st.dataframe(
                cached.province_series(view, visit.vintage), hide_index=True,
                alt=words("Every figure of the region over time"),
            )  # fmt: skip

    st.subheader(words("Industries and enterprise sizes"))
    divided = province.divided(facts)
    if divided:
        indicator = sidebar.choose_part(divided, words)
        drawn = cached.part_datasets(view, indicator, visit.vintage)
        st.caption(cached.part_note(view, indicator, visit.vintage))
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
        with st.expander(words("The same as a table"), on_change="rerun", key="parts") as twin:
            if twin.open:
                st.dataframe(
                    cached.part_table(view, indicator, visit.vintage), hide_index=True,
                    alt=words("Figures of industries and enterprise sizes"),
                )  # fmt: skip
    else:
        st.caption(words("There are no figures of single industries or sizes of this region."))

st.subheader(words("What is missing, and who could supply it"))
st.caption(tables.missing_note)
st.dataframe(tables.missing, hide_index=True, alt=words("Indicators without a figure here"))

st.subheader(words("To take away"))
frame.downloads(cached.province_exports(view, visit.vintage))
frame.end(visit, *tables.sources)
