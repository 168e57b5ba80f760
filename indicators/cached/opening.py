"""What is made before the first visitor comes."""

from __future__ import annotations

from contextlib import suppress

import pandas as pd

from indicators.cached.map import (
    boundaries,
    first_of,
    map_datasets,
    map_specification,
    mapped,
    offers,
    ranking_specification,
)
from indicators.cached.objectives import objective_specification, required_specification, verdicts
from indicators.cached.overview import matrix_specification, national
from indicators.cached.province import (
    parts_specification,
    province_pages,
    spine_specification,
    trends_specification,
)
from indicators.cached.queries import reach, release, releases, retracted
from indicators.cached.releases import sources
from indicators.compare import PeerGroupError
from indicators.store.holdings import NATION
from indicators.store.queries import Vintage
from indicators.views.map import MapView
from indicators.wording import LANGUAGES, Language

# What is wrong with the files that everything rests on, where no page can be shown for it.
mistakes: dict[Language, pd.DataFrame] = {}


def warm() -> None:
    """Do at start what the first views would wait for: drawing code, charts, default figures."""
    boundaries().served  # noqa: B018 - made on first use
    number = release()
    for language in LANGUAGES:
        for dark in (False, True):
            map_specification(language, dark)
            ranking_specification(language, dark)
            objective_specification(language, dark)
            required_specification(language, dark)
            matrix_specification(language, dark)
            spine_specification(language, dark)
            trends_specification(language, dark)
            parts_specification(language, dark)
    if number is None:
        return
    vintage = Vintage(number, retracted=retracted())
    for warmed in (reach, releases, sources, national, mapped, verdicts):
        warmed(vintage)
    # A bad file of peer groups is told on the page that needs it, and stops no other.
    with suppress(PeerGroupError):
        for language in LANGUAGES:
            province_pages(NATION, language, vintage)
    for indicator in mapped(vintage):
        offers(indicator, vintage)
    first = mapped(vintage)[0]
    opening = first_of(offers(first, vintage), first)
    for language in LANGUAGES:
        for dark in (False, True):
            map_datasets(MapView(opening, NATION, language, dark), vintage)
