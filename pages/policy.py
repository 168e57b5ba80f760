"""The opinion clause by clause: what tracks each, how it stands, what is not measured."""

from functools import partial

import streamlit as st

from indicators import frame, markdown
from indicators.cached import objectives
from indicators.cached import policy as cached
from indicators.drawing.charts import objective_chart
from indicators.drawing.policy import SELECTED, SPREAD, documents_chart, spread_chart
from indicators.regions import NATION
from indicators.sidebar import policy as sidebar
from indicators.views import objectives as targets
from indicators.views import policy as views

visit = frame.begin("policy")
words, vintage = visit.words, visit.vintage
key = sidebar.choose_clause(words)
home = sidebar.own_province()
opinion = cached.whole(home, words.language, visit.dark, vintage)
explained = words("Explained")

st.title(markdown.escaped(opinion.statement))
st.caption(words("Headings are the opinion's own; what a clause asks is told in our words."))
frame.chart(
    spread_chart(words, dark=visit.dark),
    {SPREAD: opinion.spread},
    words("Verdicts on the targets of each clause"),
    key=sidebar.CHART,
    on_select=sidebar.select_clause,
    selection_mode=SELECTED,
)
title = words("The opinion clause by clause")
narrow = [words("Clause"), words("Newest figure")]
frame.table(visit, title, opinion.clauses, title, explained, narrow=narrow)

clause = cached.clause(key, home, words.language, visit.dark, vintage)
st.subheader(markdown.escaped(clause.name))
st.markdown(markdown.escaped(words("In our words: {ask}", ask=clause.ask)))
if clause.passages:
    st.caption(words("The opinion's own wording, as far as it is held:"))
    st.markdown(markdown.bullets(clause.passages))
else:
    st.caption(words("None of the opinion's own wording of this clause is held."))
if clause.spread:
    alt = words("Verdicts over regions, an indicator a bar")
    spread = {SPREAD: clause.spread}
    frame.chart(spread_chart(words, dark=visit.dark), spread, alt, key="indicators")
if clause.tracked.num_rows:
    alt = words("Indicators that track the clause, with their newest figures")
    narrow = [words("Indicator"), words("Newest figure, nation")]
    room = 208 if home else 272  # a province of the reader's own has a column more
    frame.table(visit, clause.name, clause.tracked, alt, explained, folded=room, narrow=narrow)
else:
    st.info(words("Nothing of this clause is measured yet."), icon=":material/info:")

if key == views.SYSTEMS:
    st.subheader(title := words("Six systems: milestones and evidence"))
    board = cached.systems_table(words.language, vintage)
    frame.table(visit, title, board, title, narrow=[words("System"), words("Nation")])
if key == views.SPREAD and (target := cached.campaign(vintage)):
    record = objectives.record(target, vintage)
    verdict = objectives.verdict(target, NATION, vintage)
    st.subheader(words("A million enterprises: the campaign against its path"))
    answer = targets.answer(verdict, words)
    st.markdown(markdown.strong(f"{targets.target_text(record, words)}: {answer}"))
    figures = objectives.drawn(target, NATION, words.language, vintage).chart
    if not figures["observed"]:
        st.info(words("No figures of the campaign are held here."), icon=":material/info:")
    else:
        chart = objective_chart(words, dark=visit.dark)
        alt = words("Figures, path and target over time")
        frame.chart(chart, figures, alt, key="campaign", finding=answer)
        files = partial(objectives.files, target, NATION, words.language, visit.dark, vintage)
        frame.downloads(files)
    label = words("The target of the campaign")
    frame.link(label, "objectives", words, region=NATION, target=target)
if key == views.SPREAD:
    st.subheader(title := words("Training by audience"))
    audiences = cached.audience_table(words.language, vintage)
    if audiences.empty:
        st.info(words("No figures of training by audience are held here."), icon=":material/info:")
    else:
        narrow = [words("Audience"), words("Participations")]
        frame.table(visit, title, audiences, title, narrow=narrow)
if key == views.UPGRADE:
    st.subheader(title := words("Standards in force"))
    narrow = [words("Standard"), words("Published")]
    frame.table(visit, title, views.standards_table(words), title, narrow=narrow)
if key in (views.GOVERNMENT, views.TOOLS):
    label = words("Industry by industry, and the tools of each")
    frame.link(label, "industries", words)
if clause.gaps.num_rows:
    st.subheader(title := words("Not measured yet, and who could supply it"))
    narrow = [words("Indicator"), words("Who could supply it")]
    frame.table(visit, f"{clause.name} {title}", clause.gaps, title, folded=400, narrow=narrow)

st.subheader(title := words("Documents on a line of time"))
legend = words(
    "Shaded: the three to five years from January 2018. ◆ implements the opinion; ● follows the "
    "outline of 2023; ■ others. Lines: to the latest end of a document's targets."
)
st.caption(legend)
frame.chart(documents_chart(words, dark=visit.dark), opinion.documents, title, key="documents")
alt = words("Every document of the register")
narrow = [words("Title of the document"), words("Date of the document")]
frame.table(visit, title, opinion.register, alt, narrow=narrow)
files = partial(cached.files, words.language, visit.dark, vintage)
frame.downloads(files, words, *targets.verdict_method(words))
frame.end(visit)
