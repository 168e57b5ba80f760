"""One target: where it stands, why, what would change the answer, and who set it."""

from functools import partial

import streamlit as st

from indicators import catalogue, code_names, frame, markdown
from indicators.cached import objectives as cached
from indicators.cached.map import mapped
from indicators.catalogue import tree
from indicators.drawing.charts import objective_chart, required_chart
from indicators.progress.explanation import explain, formula
from indicators.regions import NATION
from indicators.roles import covers
from indicators.sidebar import objectives as sidebar
from indicators.statuses import VerdictClass
from indicators.views import objectives as views

visit = frame.begin("objectives")
words, vintage = visit.words, visit.vintage
chosen = sidebar.choose_target(words, vintage)
if chosen is None:
    st.title(words("There are no targets to show"))
    st.stop()
region, target = chosen

record = cached.record(target, vintage)
indicator = catalogue.load().indicators[record["indicator"]]
series = cached.series(target, region, vintage)
verdict = cached.verdict(target, region, vintage)
drawn = cached.drawn(target, region, words.language, vintage)

where, aim = tree().names(words.language)[region], code_names.aim_name(record, words)
answer, verdict_class = views.answer(verdict, words), VerdictClass(verdict.verdict)
# Of what cannot be judged the sign is a dot, which reads as if something went on.
told = verdict_class != VerdictClass.NOT_ASSESSED
values = {"where": where, "aim": aim, "answer": answer, "symbol": verdict_class.symbol}
title = words("{where} · {aim}: {answer}\N{NO-BREAK SPACE}{symbol}", **values)
st.title(markdown.escaped(title if told else title[: -len(verdict_class.symbol)].rstrip()))
subtitle = words(
    "Target: {target}. {description}",
    target=views.target_text(record, words),
    description=words.text(indicator.description),
)
st.caption(markdown.escaped(subtitle))
if region != record["region"]:
    national = words(
        "No target of {where} is on record; the national target is shown for reference.",
        where=where,
    )
    st.info(markdown.escaped(national), icon=":material/info:")

with st.container(horizontal=True):
    place = {"indicator": str(record["indicator"]), "region": region}
    if region != NATION:
        frame.link(words("All of {region}", region=where), "province", words, region=region)
    if record["indicator"] in mapped(vintage):
        frame.link(words("The indicator on the map"), "map", words, **place)

aims = cached.line(target, region, vintage)
if len(aims) > 1:
    st.markdown(words("**One line of aims**: when a deadline has passed, the next target follows."))
    st.markdown(markdown.bullets(views.line_lines(aims, cached.register(vintage), words)))

milestone = indicator.kind == "milestone"
if milestone:
    board = views.board(cached.verdicts(vintage), region, cached.register(vintage), words)
    frame.facts("board", board, columns=3)
else:
    frame.facts("verdict", views.at_a_glance(verdict, record, words))
if drawn.doubts:
    st.caption(words("Doubts, and notes on the target and the figures that decide"))
    st.markdown(markdown.bullets(drawn.doubts))

if drawn.chart["observed"]:
    chart = objective_chart(words, dark=visit.dark)
    alt, finding = words("Figures, path and target over time"), f"{where} {aim}: {answer}"
    frame.chart(chart, drawn.chart, alt, key="objective", finding=finding)
    legend = words(
        "Solid: observed. Dashed: the path to the target. Shaded: the window. Dotted with its "
        "band: projection, from five figures on."
    )
    st.caption(markdown.lines([legend, *drawn.divided_by]))
elif not milestone:
    remedy = words("No figures to set against this target are held here.")
    st.info(remedy, icon=":material/info:")
    frame.hint(words, words("Put them into data/raw and run: python -m etl refresh"))
needed = cached.required(target, region, words.language, visit.dark, vintage)
files = partial(cached.files, target, region, words.language, visit.dark, vintage)
frame.downloads(files, words, *views.method(record, words))

in_points = code_names.in_points(indicator.key)
with st.expander(words("Why: the reasons, and the formula with its numbers"), key="why"):
    st.markdown(markdown.bullets(explain(verdict, words, indicator.decimals, in_points=in_points)))
    st.markdown(markdown.bullets(formula(verdict, words, indicator.decimals)))
    frame.cells(drawn.observed, words("The figures that the verdict rests on"))

step = views.usual_change(verdict)
if step is not None and covers(visit.rights.planning, [region]):
    with st.expander(words("What if"), key="what_if"):
        change = st.number_input(
            words("Change a year ({unit})", unit=code_names.difference_unit(indicator.key, words)),
            value=step,
            step=abs(step) / 10 or 1.0,
            key=f"change-{target}",
            bind="query-params",
        )
        st.markdown(markdown.escaped(views.reached(verdict, change, words)))
        years, key = views.years_ahead(verdict), f"by-{target}"
        by = st.selectbox(words("Reach it by"), years, key=key, bind="query-params")
        st.markdown(markdown.escaped(views.needed(verdict, by, indicator, words)))

planner = visit.planner(region)
if planner is not None and not milestone:
    with st.expander(words("My draft targets"), key="drafts"):
        st.caption(words("A draft is no published target: you alone see it, and only here."))
        for draft in cached.drafted(target, region, planner, vintage):
            with st.container(border=True, key=f"draft_{draft.key}"):
                aimed = views.target_text(draft.record, words)
                st.markdown(markdown.strong(words("Draft, not published: {target}", target=aimed)))
                frame.facts(
                    draft.key, views.at_a_glance(draft.verdict, draft.record, words), columns=2
                )
                if st.button(words("Delete this draft"), key=f"give_up_{draft.key}"):
                    if not (refused := cached.give_up_draft(draft.key, planner, vintage)):
                        st.rerun()
                    st.error(markdown.escaped(refused.said(words)))
        with st.form("draft"):
            value = st.number_input(
                words("Target value ({unit})", unit=code_names.unit_name(indicator.key, words)),
                value=views.drafted_value(verdict, record),
                format=f"%.{indicator.decimals}f",
            )
            by = st.selectbox(words("Reach it by"), views.draft_years(), key="draft_by")
            if st.form_submit_button(words("Keep as my draft")):
                refused = cached.keep_draft(target, region, planner, vintage, value, by)
                if not refused:
                    st.rerun()
                st.error(markdown.escaped(refused.said(words)))

if not milestone:
    title = words("Region by region, and what each needs in the next year")
    st.subheader(title)
    if needed.bars["required"]:
        chart = required_chart(words, dark=visit.dark)
        leading = frame.leading_to("required", "objectives")
        frame.chart(chart, needed.bars, title, **leading)
    leading_on = frame.Leading("regions", "objectives", needed.codes)
    frame.cells(needed.table, title, leading_on, folded=400)

st.subheader(words("Source of the target"))
st.markdown(markdown.bullets(views.citation_lines(record, words)))
frame.end(visit)
