"""What is made at the server's start, so that no visitor waits for it."""

from __future__ import annotations

from contextlib import suppress

from indicators.cached import objectives, remembered, search
from indicators.cached.map import (
    boundaries,
    first_of,
    map_datasets,
    mapped,
    offers,
    opening,
    specification,
)
from indicators.cached.province import province_pages
from indicators.drawing import charts, comparison, industries, policy, province
from indicators.findings import FindingsError
from indicators.periods import today
from indicators.regions import NATION
from indicators.views.map import MapView
from indicators.wording import LANGUAGES, Wording

CHARTS = (
    charts.ranking_chart,
    charts.objective_chart,
    charts.required_chart,
    charts.matrix_chart,
    charts.shares_chart,
    comparison.lines_chart,
    comparison.pairs_chart,
    province.spine_chart,
    province.trends_chart,
    province.parts_chart,
    industries.heat_map,
    industries.sizes_chart,
    policy.spread_chart,
    policy.documents_chart,
)
LOOKS = [(language, dark) for language in LANGUAGES for dark in (False, True)]


def warm() -> None:
    """Do at start what the first views would wait for: drawing code, charts, default figures."""
    boundaries().served  # noqa: B018 - made on first use
    for language, dark in LOOKS:
        specification(language, dark)
        for chart in CHARTS:
            chart(Wording(language), dark=dark)
    vintage = remembered.newest()
    if vintage is None:
        return
    remembered.reach(vintage)
    remembered.releases(vintage)
    remembered.national(vintage)
    remembered.sources(vintage)
    objectives.verdicts(vintage)
    search.index(vintage)
    # A bad file of peer groups is told on the page that needs it, and stops no other.
    with suppress(FindingsError):
        for language in LANGUAGES:
            province_pages(NATION, language, vintage)
    for indicator in mapped(vintage):
        offers(indicator, vintage)
    first = opening(vintage)
    shown = first_of(offers(first, vintage), first)
    for language, dark in LOOKS:
        map_datasets(MapView(shown, NATION, language, dark, day=today()), vintage)
