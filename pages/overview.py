"""Where the nation and every region stand, what must change, and how far the figures reach."""

from functools import partial

import streamlit as st

from indicators import catalogue, frame, markdown
from indicators.cached import objectives as cached
from indicators.cached import province, releases, remembered
from indicators.cached.map import first_level
from indicators.catalogue import tree
from indicators.drawing.charts import matrix_chart, shares_chart
from indicators.exports import readable_tables
from indicators.periods import today
from indicators.regions import ALL, NATION
from indicators.sidebar import overview as sidebar
from indicators.views import objectives
from indicators.views import overview as views
from indicators.views import province as provinces
from indicators.views.facts import outstanding
from indicators.views.objectives import counts

visit = frame.begin("overview")
words, vintage = visit.words, visit.vintage
reach, nation = remembered.reach(vintage), remembered.national(vintage)

home = sidebar.choose_home(words)
verdicts, groups = sidebar.narrow_verdicts(words, vintage)
register, statement = cached.register(vintage), views.overview_statement(verdicts, today(), words)
if home != NATION and not province.peer_mistakes(words):
    where, known = tree().names(words.language)[home], province.material(home, "", vintage)
    st.title(markdown.escaped(provinces.statement(known.facts, words)))
    st.subheader(title := words("{region} at a glance", region=where))
    glance = views.glance(known, words)
    if glance.empty:
        st.info(words("No source held here has a figure of this region."), icon=":material/info:")
    else:
        scale = words("Trends: one scale, the newest figure is 100.")
        st.caption(markdown.lines([words("Tick a row to see it on the map."), scale]))
        codes = known.facts.fair[["indicator", "period"]].assign(region=home).to_dict("records")
        leading = frame.Leading("glance", "map", codes)
        trend = words(views.TREND)
        frame.table(visit, title, glance, title, trend=trend, leading=leading, folded=160)
    with st.container(horizontal=True):
        label = words("All of {region}", region=where)
        frame.link(label, "province", words, region=home, industry=ALL)
        frame.link(words("{region} on the map", region=where), "map", words, region=home)
        frame.link(words("Targets of {region}", region=where), "objectives", words, region=home)
    if home == first_level(vintage):
        parts = provinces.parts_at_a_glance(province.shared(home, vintage).facts, home, words)
        st.subheader(title := words("{region}, part by part", region=where))
        st.caption(words("Tick a row to open the region."))
        leading = frame.Leading("parts", "province", parts[["region"]].to_dict("records"))
        frame.table(visit, title, parts.drop(columns="region"), title, leading=leading)
    attention, new = st.columns(2, gap="medium")
    with attention:
        st.subheader(words("What needs attention"))
        pointers = views.attention(known, words)
        for pointer in pointers:
            frame.link(markdown.escaped(pointer.text), pointer.page, words, **pointer.codes)
        if not pointers:
            for sentence in views.nothing_to_attend(known.facts, words):
                st.caption(markdown.escaped(sentence))
    with new:
        st.subheader(words("New in release {number}", number=vintage.release))
        st.markdown(markdown.bullets(views.news(known, releases.flips(vintage), register, words)))
        whole = words("All that the release changed")
        frame.link(whole, "releases", words, changes=str(vintage.release))
    st.header(words("The nation"))
    st.markdown(markdown.escaped(statement))
else:
    st.title(markdown.escaped(statement))
    st.caption(words("Choose your province at the side: this page then begins with it."))
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

st.subheader(words("Objectives: every region, every target"))
doubts = cached.judged(vintage).doubts(words)
if lost := cached.unknown_targets(vintage):
    left_out = words(
        "Targets left out, because the catalogue does not know their indicator or region: {names}",
        names=words.listed(lost),
    )
    st.warning(markdown.escaped(left_out), icon=frame.WARNING)
if not verdicts.empty:
    shares = views.shares(verdicts, groups, words, visit.dark)
    alt = words("How the verdicts of each group of targets are shared out")
    frame.chart(shares_chart(words, dark=visit.dark), {"shares": shares}, alt, key="shares")
with st.container(horizontal=True):
    for symbol, name, number in counts(verdicts, words):
        st.badge(f"{symbol} {name} {number}", color="gray")
if late := len(outstanding(verdicts)):
    waiting = words.plural(
        "{n} is past its deadline and waits for the final figure: the verdict is as of its latest "
        "figure.",
        "{n} are past their deadlines and wait for the final figures: the verdicts are as of their "
        "latest figures.",
        n=late,
    )
    st.caption(waiting)
if not verdicts.empty:
    # Where nothing can be judged nothing is drawn, and the table has all of it.
    judged = views.leading(verdicts)
    shown = verdicts if judged.empty else judged
    cells = views.matrix(shown, register, words, visit.dark, home, doubts)
    alt = words("Verdict of each region on each target")
    if not judged.empty:
        with st.container(key=frame.by_width("matrix", wide=True)):
            st.caption(
                words(
                    "Those that cannot be judged say why; * has doubts or notes, which the table "
                    "tells. Click a cell for details."
                )
            )
            frame.chart(
                matrix_chart(words, dark=visit.dark),
                {"matrix": cells, "families": views.families(cells)},
                alt,
                **frame.leading_to("matrix", "objectives"),
            )
        with st.container(key=frame.by_width("matrix", wide=False)):
            st.caption(words("Tick a row to open the region."))
            listed = views.region_list(judged, words, home)
            codes = listed[["region"]].to_dict("records")
            leading = frame.Leading("region_list", "province", codes)
            frame.cells(listed.drop(columns="region"), alt, leading)
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
    files = partial(views.exports, verdicts, cells, unjudged, words, visit.dark, vintage)
    frame.downloads(files, words, *objectives.verdict_method(words))
if board := objectives.board(verdicts, NATION, register, words):
    st.subheader(words("The six systems"))
    frame.facts("board", board, columns=3)

st.subheader(title := words("Targets behind or missed"))
behind, table = views.must_change(verdicts, words, doubts)
if behind.empty:
    st.info(markdown.escaped(views.nothing_behind(verdicts, words)), icon=":material/info:")
else:
    leading = frame.Leading("behind", "objectives", behind[["region", "target"]].to_dict("records"))
    frame.table(visit, title, table, title, leading=leading)

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
