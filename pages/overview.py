"""Where the nation and every region stand, what must change, and how far the figures reach."""

import streamlit as st

from indicators import catalogue, frame, markdown
from indicators.cached import objectives as cached
from indicators.cached import province, remembered
from indicators.catalogue import tree
from indicators.drawing.charts import matrix_chart
from indicators.exports import readable_tables
from indicators.periods import today
from indicators.regions import NATION
from indicators.sidebar import overview as sidebar
from indicators.views import overview as views
from indicators.views.facts import outstanding
from indicators.views.objectives import counts

visit = frame.begin("overview")
words, vintage = visit.words, visit.vintage
reach, nation = remembered.reach(vintage), remembered.national(vintage)

home = sidebar.choose_home(words)
verdicts = sidebar.narrow_verdicts(words, vintage)
st.title(markdown.escaped(views.overview_statement(verdicts, today(), words)))
columns = st.columns(4, gap="small")
for headline, column in zip(views.headlines(nation, words), columns, strict=False):
    column.metric(
        headline.label,
        headline.value,
        headline.change,
        help=headline.help,
        border=True,
        delta_color="off",
        delta_arrow="off",
        height="stretch",
    )
scopes = words(
    "All: with those abroad. Domestic: without them. Two different scopes; do not combine them."
)
if age := views.overview_age(nation, remembered.freshness(vintage), words):
    scopes = f"{age} {scopes}"
st.caption(markdown.escaped(scopes))

if home != NATION and not province.peer_mistakes(words):
    where = tree().names(words.language)[home]
    st.subheader(title := words("{region} at a glance", region=where))
    known = province.material(home, "", vintage)
    frame.table(visit, title, views.glance(known, words), title)
    with st.container(horizontal=True):
        frame.link(words("All of {region}", region=where), "province", words, region=home)
        frame.link(words("{region} on the map", region=where), "map", words, region=home)
        frame.link(words("Targets of {region}", region=where), "objectives", words, region=home)

st.subheader(words("Objectives: every region, every target"))
st.caption(words("Those that cannot be judged say why. Click a cell for details."))
if late := len(outstanding(verdicts)):
    waiting = words.plural(
        "{n} is past its deadline and waits for the final figure: the verdict is as of its latest "
        "figure.",
        "{n} are past their deadlines and wait for the final figures: the verdicts are as of their "
        "latest figures.",
        n=late,
    )
    st.caption(waiting)
if lost := cached.unknown_targets(vintage):
    left_out = words(
        "Targets left out, because the catalogue does not know their indicator or region: {names}",
        names=words.listed(lost),
    )
    st.warning(markdown.escaped(left_out), icon=frame.WARNING)
with st.container(horizontal=True):
    for symbol, name, number in counts(verdicts, words):
        st.badge(f"{symbol} {name} {number}", color="gray")
if not verdicts.empty:
    cells = views.matrix(verdicts, cached.register(vintage), words, visit.dark)
    alt = words("Verdict of each region on each target")
    if not (leading := views.leading(verdicts)).empty:
        shown = views.matrix(leading, cached.register(vintage), words, visit.dark)
        frame.chart(
            matrix_chart(words, dark=visit.dark),
            {"matrix": shown},
            alt=alt,
            **frame.leading_to("matrix", "objectives"),
        )
    unjudged = views.unjudged_table(
        verdicts, remembered.suppliers(vintage), remembered.publishers(vintage), words
    )
    if not unjudged.empty:
        total = words.number(int(unjudged[words("Targets")].sum()))
        with st.expander(words("Not yet judged: why ({n})", n=total), key="unjudged"):
            alt_why = words(
                "Why targets cannot be judged yet, and who could supply what is missing"
            )
            frame.table(visit, words("Not yet judged: why"), unjudged, alt_why)
    frame.twin(words, "verdicts", lambda: views.matrix_table(cells, words), alt)
    frame.downloads(views.exports(verdicts, cells, words, visit.dark, vintage))

st.subheader(title := words("Targets behind or missed"))
behind = views.must_change(verdicts, words)
if behind.empty:
    st.info(markdown.escaped(views.nothing_behind(verdicts, words)), icon=":material/info:")
else:
    frame.table(visit, title, behind, title)

st.subheader(title := words("Newest national figures"))
fresh = remembered.freshness(vintage)
newest = views.newest_table(nation, remembered.citations_of(nation, vintage), words, fresh)
frame.table(visit, title, newest, words("Newest national figure of each indicator"))

st.subheader(title := words("How far the figures reach"))
reached = words(
    "{indicators} indicators have figures, {measured} are declared; what is not yet measured "
    "is on the list all the same.",
    indicators=len(reach),
    measured=len(catalogue.load().indicators),
)
st.caption(reached)
table = readable_tables.reach_table(reach, words)
frame.table(visit, title, table, words("Periods and provinces of each indicator"))
frame.end(visit)
