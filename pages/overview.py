"""What is here, how far it reaches, and where the nation stands."""

import streamlit as st

from indicators import cached, frame, tables, views

visit = frame.begin("overview")
words = visit.words
reach = cached.reach(visit.release)
nation = cached.national(visit.release)

st.title(views.overview_statement(nation, reach, words))
for headline, column in zip(
    views.headlines(nation, words), st.columns(4, gap="small"), strict=False
):
    column.metric(
        headline.label, headline.value, headline.change, help=headline.help, border=True,
        delta_color="off", height="stretch",
    )  # fmt: skip
st.caption(words(
    "The total with those abroad and the domestic total are two scopes: never one line."
))  # fmt: skip

st.subheader(words("Newest national figures"))
newest = views.newest_table(nation, words)
st.dataframe(newest, hide_index=True, alt=words("Newest national figure of each indicator"))

st.subheader(words("How far the figures reach"))
st.caption(words(
    "{indicators} indicators have figures, {measured} are declared; what is not yet measured "
    "is on the list all the same.",
    indicators=len(reach), measured=cached.declared(),
))  # fmt: skip
st.dataframe(
    tables.reach_table(reach, words), hide_index=True,
    alt=words("Periods and provinces of each indicator"),
)  # fmt: skip
frame.end(visit)
