"""What an address shows that no page has: where to go from here, in the reader's language."""

import streamlit as st

from indicators import frame, markdown

visit = frame.begin(frame.UNKNOWN)
words = visit.words
st.title(words("There is no page at this address"))
asked = st.query_params.get("asked", "")[:80]
if asked:
    st.markdown(markdown.escaped(words("Asked for: {address}", address=asked)))
st.markdown(words("These pages there are:"))
for name in frame.PAGES:
    st.page_link(frame.page(name, words), query_params={"lang": words.language})
frame.end(visit)
