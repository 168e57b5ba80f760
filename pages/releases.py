"""Where every figure comes from, what each release changed, and all of it to take away."""

import streamlit as st

from indicators import catalogue, frame, tables
from indicators.cached import objectives as cached_objectives
from indicators.cached import queries
from indicators.cached import releases as cached
from indicators.exports import downloads, offered
from indicators.sidebar import releases as sidebar
from indicators.views import releases

visit = frame.begin("releases")
words = visit.words
selection = sidebar.choose_figure(words, visit.vintage)

rows = queries.observations(selection, visit.vintage)
cited = queries.citations(tuple(sorted(set(rows["citation"]))), visit.vintage)
published = queries.releases(visit.newest)
told = sidebar.choose_release(words, visit.newest)
sources = cached.sources(visit.vintage)

st.title(words.plural(
    "Release {number} holds {rows} figures from {n} source",
    "Release {number} holds {rows} figures from {n} sources",
    n=int((sources["source"] != "derived").sum()), number=visit.release,
    rows=words.number(int(sources["rows"].sum())),
))  # fmt: skip

st.subheader(words("Where a figure stands"))
st.caption(words("Choose indicator, region, scheme and period at the side."))
chosen = tables.figure_table(rows, cited, words)
st.dataframe(
    chosen, hide_index=True, column_order=tables.shown_first(words),
    column_config=frame.numbers(chosen),
    alt=words("The figures chosen, each with its document"),
)  # fmt: skip
name = [words.text(catalogue.load().indicators[selection.indicator].title),
        offered.vintage_name(visit.vintage, words)]  # fmt: skip
everything = words("All figures, release {number}", number=visit.release)
frame.downloads([
    (words("These figures (CSV)"), downloads.file_name(*name, suffix=".csv"),
     lambda: downloads.csv_file(chosen)),
    (words("These figures (XLSX)"), downloads.file_name(*name, suffix=".xlsx"),
     lambda: downloads.xlsx_file({words("Figures"): chosen})),
    (words("All figures (CSV)"), downloads.file_name(everything, suffix=".csv"),
     lambda: downloads.csv_file(cached.everything(words.language, visit.vintage))),
    (words("All figures (XLSX)"), downloads.file_name(everything, suffix=".xlsx"),
     lambda: downloads.xlsx_file({
         words("Figures"): cached.everything(words.language, visit.vintage),
         words("Sources"): tables.sources_table(sources, words),
         words("Releases"): tables.releases_table(published, words),
     })),
])  # fmt: skip

revised = cached.revisions(selection, visit.newest)
st.subheader(title := words("How these figures were revised"))
if revised.empty:
    st.caption(words("None of the figures chosen has been revised since it was first published."))
else:
    newest = queries.observations(selection, visit.newest)
    frame.table(
        visit, title, releases.revision_table(newest, revised, words),
        words("What the figures chosen were in earlier releases"),
    )  # fmt: skip

st.subheader(title := words("Sources"))
frame.table(visit, title, tables.sources_table(sources, words), words("Sources and what they hold"))
st.subheader(title := words("Releases"))
frame.table(
    visit, title, tables.releases_table(published, words),
    words("Releases and what each changed"),
)  # fmt: skip
gone = cached.retractions(visit.newest)
if not gone.empty:
    st.subheader(title := words("Retracted figures"))
    frame.table(
        visit, title, releases.retraction_table(gone, words),
        words("Figures that were taken out of every release"),
    )  # fmt: skip
st.subheader(title := words("What release {number} changed", number=told.release))
if told != visit.vintage and st.button(words("Show all pages as published then")):
    frame.show_release(told.release)
frame.table(
    visit, title, releases.change_table(cached.changes(told), words),
    words("Figures that the release added, changed and withdrew"),
)  # fmt: skip
flips = cached.flips(told)
st.subheader(title := words.plural("{n} verdict turned", "{n} verdicts turned", n=len(flips)))
if not flips.empty:
    frame.table(
        visit, title, releases.flip_table(flips, cached_objectives.register(told), words),
        words("Verdicts that the release turned, and the figure that did it"),
    )  # fmt: skip
accepted = cached.warnings(told)
if not accepted.empty:
    title = words.plural("{n} warning accepted", "{n} warnings accepted", n=len(accepted))
    st.subheader(title)
    frame.table(
        visit, title, releases.warning_table(accepted, words),
        words("Warnings that were accepted for the release"),
    )  # fmt: skip
frame.end(visit)
