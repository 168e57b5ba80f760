"""Where every figure comes from, what each release changed, and all of it to take away."""

from functools import partial

import streamlit as st

from indicators import address, catalogue, frame, markdown
from indicators.cached import objectives, remembered
from indicators.cached import releases as cached
from indicators.exports import readable_tables
from indicators.periods import today
from indicators.publication_calendar import expected, overdue
from indicators.roles import covers
from indicators.settings import program_version
from indicators.sidebar import releases as sidebar
from indicators.views import releases as views

visit = frame.begin("releases")
words, vintage, newest = visit.words, visit.vintage, visit.newest
selection = sidebar.choose_figure(words, vintage)

published = remembered.releases(newest)
told = sidebar.choose_release(words, newest)
sources = remembered.sources(vintage)

title = words.plural(
    "Release {number} holds {rows} figures from {n} source",
    "Release {number} holds {rows} figures from {n} sources",
    n=int((sources["source"] != "derived").sum()),
    number=visit.release,
    rows=words.number(int(sources["rows"].sum())),
)
st.title(title)

st.subheader(words("Find a figure"))
st.caption(words("Choose indicator, region, scheme and period at the side."))
home = address.home()
chosen = cached.figure_table(selection, words.language, vintage, home)
frame.cells(
    chosen,
    words("The figures chosen, each with its document"),
    column_order=readable_tables.shown_first(words),
)
frame.describe(partial(cached.told_as_dataset, vintage))
analysing = visit.rights.analysing
all_regions = covers(analysing, [])
small = int(sources["rows"].sum()) <= cached.MOST
files = partial(cached.files, selection, words.language, vintage, newest)
frame.downloads(partial(files, small=small, accepted=all_regions))
if not small:
    frame.hint(words, words("The whole release as open data: `python -m etl export -o DIR`"))

revised = cached.revisions(selection, newest)
st.subheader(title := words("How these figures were revised"))
if revised.empty:
    st.caption(words("None of the figures chosen has been revised since it was first published."))
else:
    current = remembered.observations(selection, newest)
    table = views.revision_table(current, revised, words, home)
    alt = words("What the figures chosen were in earlier releases")
    frame.table(visit, title, table, alt)

st.subheader(title := words("Sources"))
frame.table(
    visit, title, readable_tables.sources_table(sources, words), words("Sources and what they hold")
)
series = remembered.series(vintage)
calendar = expected(catalogue.load(), series, today())
late = sum(each.late > 0 for each in calendar)
st.subheader(title := words("Calendar of the sources"))
said = words.plural("{n} source is overdue.", "{n} sources are overdue.", n=late)
st.caption(said if late else words("No source is overdue."))
table = readable_tables.calendar_table(calendar, words)
frame.table(visit, title, table, words("When each source publishes next, and where to look"))
if waited := overdue(catalogue.load(), series, today()):
    title = words.plural("{n} series is overdue", "{n} series are overdue", n=len(waited))
    st.subheader(title)
    table = readable_tables.overdue_table(waited, words)
    frame.table(visit, title, table, words("Each indicator whose next figures should be out"))
st.subheader(title := words("Releases"))
table = readable_tables.releases_table(published, words, accepted=all_regions)
frame.table(visit, title, table, words("Releases and what each changed"))
gone = cached.retractions(newest)
if not gone.empty:
    st.subheader(title := words("Retracted figures"))
    table = views.retraction_table(gone, words)
    frame.table(visit, title, table, words("Figures that were taken out of every release"))
st.subheader(title := words("What release {number} changed", number=told.release))
if told != vintage and st.button(words("Show all pages as published then")):
    frame.show_release(told.release)
table = views.change_table(cached.changes(told), words)
frame.table(visit, title, table, words("Figures that the release added, changed and withdrew"))
flips = cached.flips(told)
if not flips.empty:
    title = words.plural("{n} verdict turned", "{n} verdicts turned", n=len(flips))
    st.subheader(title)
    table = views.flip_table(flips, objectives.register(told), words, home)
    alt = words("Verdicts that the release turned, and the figure that did it")
    frame.table(visit, title, table, alt)
accepted = cached.warnings(told, analysing)
if not accepted.empty:
    title = words.plural("{n} warning accepted", "{n} warnings accepted", n=len(accepted))
    st.subheader(title)
    table = views.warning_table(accepted, words)
    frame.table(visit, title, table, words("Warnings that were accepted for the release"))
left = cached.left_out(vintage) if all_regions else None
if left is not None and not left.empty:
    title = words.plural(
        "{n} figure is on no page: the catalogue lacks a code of it",
        "{n} figures are on no page: the catalogue lacks a code of theirs",
        n=int(left["rows"].sum()),
    )
    st.subheader(title)
    table = views.left_out_table(left, words)
    frame.table(visit, title, table, words("Figures left out, by their codes"))
wrong = frame.findings.get(words.language)
if wrong is not None and all_regions:
    st.subheader(title := words("Findings in the files that this server started with"))
    frame.table(visit, title, wrong, title)
mine = visit.analysed()
check = cached.newest_check(vintage, mine) if mine != frozenset() else None
if check is not None:
    st.subheader(words("The newest check of the files, not published"))
    when = words("Checked {moment}", moment=words.moment(check.moment))
    besides = [words("With: {files}", files=words.listed(check.files))] if check.files else []
    st.caption(markdown.lines([when, *besides]))
    if check.findings:
        alt = words("What the check found, where, and what to do")
        frame.cells(views.checked_table(check.findings, words), alt, folded=400)
    else:
        st.caption(words("The check found nothing to correct or to accept."))
    register = objectives.register(vintage)
    for alt, table in views.coming_tables(check.difference or {}, register, words).items():
        st.markdown(markdown.strong(alt))
        frame.cells(table, alt)
frame.end(visit, words("This dashboard is version {version}.", version=program_version()))
