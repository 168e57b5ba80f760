"""One region over all indicators: its targets, its peers, what is missing, and a briefing."""

from functools import partial

import streamlit as st

from indicators import catalogue, frame, markdown
from indicators.cached import province as cached
from indicators.catalogue import tree
from indicators.drawing import province as charts
from indicators.drawing.levels import NOT_INCLUDED
from indicators.regions import ALL
from indicators.sidebar import province as sidebar
from indicators.views import province as views
from indicators.views.facts import ProvinceView
from indicators.views.footnotes import about

visit = frame.begin("province")
words, vintage = visit.words, visit.vintage
if mistakes := cached.peer_mistakes(words):
    st.title(words("The file of peer groups cannot be used"))
    st.error(markdown.bullets(mistakes), icon=":material/error:")
    frame.hint(words, words("Correct data/reference/peer_groups.yaml, then load this page anew."))
    st.stop()
region, group = sidebar.choose_province(words, vintage)
industry = sidebar.choose_industry(region, words, vintage)

view = ProvinceView(region, group, words.language, industry)
page, facts = (
    cached.province_page(view, vintage),
    cached.material(region, group, vintage, industry).facts,
)
told, rows, where = page.told, page.rows, facts.name(words)

st.title(markdown.escaped(told.statement))
if industry != ALL:
    st.caption(words(views.ONE_INDUSTRY))
if not told.known:
    if region in tree().uncovered:
        st.info(words(NOT_INCLUDED), icon=":material/info:")
    elif industry != ALL:
        st.info(words("No source held here has a figure of it."), icon=":material/info:")
    else:
        remedy = words("No source held here has a figure of this region.")
        st.info(remedy, icon=":material/info:")
        way = words(
            "Fill in a template (python -m etl template), put it into data/raw and run: "
            "python -m etl refresh"
        )
        frame.hint(words, way)

st.subheader(title := words("Target status"))
if told.verdicts.empty:
    st.info(words("No target of a document in the register applies here."), icon=":material/info:")
else:
    st.markdown(told.counts)
    alt = words("Verdict on each target of the region")
    codes = [{"region": region, "target": target} for target in told.targets]
    leading_on = frame.Leading("targets", "objectives", codes)
    name, narrow = f"{where} {title}", [words("Indicator"), words("Verdict")]
    frame.table(visit, name, page.verdicts, alt, leading=leading_on, folded=400, narrow=narrow)
    if told.doubts:
        heading = words("* Doubts and notes")
        st.caption(markdown.lines([heading, *told.doubts]))

if told.known:
    st.subheader(words("Compared with the nation and peers"))
    st.caption(markdown.lines(filter(None, [told.beside.compared, told.beside.peers])))
    if told.beside.compared:
        chart = charts.spine_chart(words, dark=visit.dark)
        datasets = {charts.SPINE: rows[charts.SPINE]}
        leading = frame.leading_to("spine", "map")
        alt = words("The region beside its benchmark and its peers")
        frame.chart(chart, datasets, alt, finding=told.beside.compared, **leading)
        st.caption(markdown.lines(views.comparison_notes(words)))
        frame.downloads(None, words, *told.beside.definitions)
    alt = words("Every indicator beside its benchmark and the peers")
    frame.twin(words, "compared", lambda: views.comparison_table(facts, words), alt)

    st.subheader(words("Trends"))
    st.caption(markdown.lines(filter(None, [told.trends, told.trends_note])))
    if told.trends:
        chart = charts.trends_chart(words, dark=visit.dark)
        row = st.container(horizontal=True, gap="small")
        for number, drawn_half in enumerate(page.trends):
            # Where two have no room beside each other they stand one below the other.
            with row.container(key=frame.wide(f"half_{number}")):
                key = f"trends_{number}"
                leading = frame.leading_to(key, "comparison")
                alt = words("Each indicator over time")
                frame.chart(chart, drawn_half, alt, finding=told.trends, **leading)
        frame.downloads(None, words, *told.trends_defined)
    alt = words("Every figure of the region over time")
    frame.twin(words, "series", lambda: views.series_table(facts, words), alt)

    st.subheader(words("Industries and enterprise sizes"))
    if told.divided:
        indicator = sidebar.choose_part(told.divided, words)
        note, drawn = cached.province_parts(view, indicator, vintage)
        st.caption(markdown.escaped(note))
        held = [by for by in ("industry", "size") if drawn[by]]
        for column, by in zip(st.columns([3, 2][: len(held)], gap="medium"), held, strict=True):
            with column:
                chart = charts.parts_chart(words, dark=visit.dark)
                alt = views.parts_title(by, words)
                leading = frame.leading_to(by, "industries")
                frame.chart(chart, {charts.PARTS: drawn[by]}, alt, **leading)
                files = partial(cached.part_files, view, visit.dark, vintage, indicator, by)
                measured = catalogue.load().indicators[indicator]
                frame.downloads(files, words, *about(measured, words))
        alt = words("Figures of industries and enterprise sizes")
        frame.twin(words, "parts", lambda: views.part_table(facts, indicator, words), alt)
    elif industry != ALL:
        st.caption(words("There are no figures of divisions of this industry or of sizes here."))
    else:
        st.caption(words("There are no figures of single industries or sizes of this region."))

st.subheader(title := words("What is missing, and who could supply it"))
st.caption(markdown.escaped(told.missing_note))
clauses = [{"clause": code} for code in told.lacking]
frame.table(
    visit,
    f"{where} {title}",
    page.missing,
    words("Indicators without a figure here"),
    leading=frame.Leading("missing", "policy", clauses),
    folded=320,
    narrow=[words("Indicator"), words("Who could supply it")],
)

st.subheader(words("Downloads"))
parts, note = sidebar.choose_briefing(words)
frame.downloads(partial(cached.files, view, visit.dark, vintage, tuple(parts), note))
frame.end(visit, *told.sources)
