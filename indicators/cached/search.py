"""The index of what can be searched, made at the server's start and kept per release."""

from __future__ import annotations

from indicators.cached import objectives, remembered
from indicators.cached.map import mapped
from indicators.cached.remembered import kept
from indicators.search_index import Entry, Index
from indicators.store.queries import Vintage
from indicators.views.entries import entries, industry_there


@kept
def index(vintage: Vintage) -> Index:
    """Return the index of a release: its targets and documents, and the catalogue."""
    held = set(remembered.reach(vintage)["indicator"])
    return Index(entries(objectives.register(vintage), held, set(mapped(vintage))))


def found(text: str, vintage: Vintage) -> list[Entry]:
    """Return what a text means, the nearest first.

    A region and an industry, in either order and apart by a space, mean the industry there.
    """
    known = index(vintage)
    parts, both = text.split(), []
    for at in range(1, len(parts)):
        ends = [known.find(" ".join(part))[:1] for part in (parts[:at], parts[at:])]
        nearest = {entry.kind: entry for end in ends for entry in end}
        if {"region", "industry"} == nearest.keys():
            both.append(industry_there(nearest["region"], nearest["industry"]))
    return [*both[:1], *known.find(text)]
