"""One target: where it stands, why, what would change the answer, and who set it."""

import streamlit as st

from indicators import catalogue, frame, markdown, progress, tables
from indicators.cached import objectives as cached
from indicators.cached import queries
from indicators.sidebar import objectives as sidebar
from indicators.views import objectives

visit = frame.begin("objectives")
words = visit.words
region, target = sidebar.choose_target(words, visit.vintage)

register = cached.register(visit.vintage)
record = register.record(target)
indicator = catalogue.load().indicators[record["indicator"]]
series = cached.series(target, region, visit.vintage)
verdict = cached.verdict(target, region, visit.vintage)

where = tables.region_names(words.language)[region]
aim = tables.aim_name(record, words)
asked = objectives.target_text(record, words)
symbol = progress.SYMBOLS[verdict.verdict]
answer = objectives.answer(verdict, words)
title = words(
    "{where} · {aim}: {answer} {symbol}", where=where, aim=aim, answer=answer, symbol=symbol
)
st.title(markdown.escaped(title))
st.caption(
    markdown.escaped(
        words(
            "Target: {target}. {description}",
            target=asked,
            description=words.text(indicator.description),
        )
    )
)
if region != record["region"]:
    national = words(
        "{where} has set no target of its own that we know of: this is the nation's.", where=where
    )
    st.info(markdown.escaped(national), icon=":material/info:")

figures = objectives.drawing(verdict, series, record, words)
if figures["observed"].empty:
    st.info(words(
        "No figures to set against this target. Put them into data/raw and run: "
        "python -m etl refresh"
    ), icon=":material/info:")  # fmt: skip
else:
    st.vega_lite_chart(
        cached.objective_specification(words.language, visit.dark) | {"datasets": figures},
        key="objective", theme=None, alt=f"{where} {aim}: {answer}",
    )  # fmt: skip
    for line in cached.divided_by(target, region, words.language, visit.vintage):
        st.caption(markdown.escaped(line))
    st.caption(words(
        "Solid: observed. Dashed: the path to the target. Shaded: the window. Dotted with its "
        "band: projection, from five figures on."
    ))  # fmt: skip
why = progress.explain(
    verdict, words, indicator.decimals, in_points=tables.in_points(indicator.key)
)
st.markdown(markdown.bullets(why))

with st.expander(words("Why: the formula with its numbers"), key="why"):
    st.markdown(markdown.bullets(progress.formula(verdict, words, indicator.decimals)))
    cited = queries.citations(tuple(set(series["citation"])), visit.vintage)
    st.dataframe(
        objectives.observed_table(series, indicator, cited, words), hide_index=True,
        alt=words("The figures that the verdict rests on"),
    )  # fmt: skip

step = objectives.usual_change(verdict)
if step is not None:
    with st.expander(words("What if"), key="what_if"):
        change = st.number_input(
            words("Change a year ({unit})", unit=tables.difference_unit(indicator.key, words)),
            value=step, step=abs(step) / 10 or 1.0, key=f"change-{target}", bind="query-params",
        )  # fmt: skip
        st.markdown(markdown.escaped(objectives.reached(verdict, change, words)))
        by = st.selectbox(
            words("Reach it by"), objectives.years_ahead(verdict), key=f"by-{target}",
            bind="query-params",
        )  # fmt: skip
        st.markdown(markdown.escaped(objectives.needed(verdict, by, indicator, words)))

st.subheader(words("Required a year from now, region by region"))
bars, table = objectives.required(
    cached.verdicts(visit.vintage), record, region, words, visit.dark
)  # fmt: skip
if not bars.empty:
    st.vega_lite_chart(
        cached.required_specification(words.language, visit.dark)
        | {"datasets": {"required": bars}},
        key="required", theme=None,
        alt=words("Required a year from now, region by region"),
    )  # fmt: skip
st.dataframe(table, hide_index=True, alt=words("Required a year from now, region by region"))

frame.downloads(cached.objective_exports(target, region, words.language, visit.dark, visit.vintage))
st.subheader(words("Who set it"))
st.markdown(markdown.bullets(objectives.citation_lines(record, words)))
frame.end(visit)
