"""The index of what can be searched, made at the server's start and kept per release."""

from __future__ import annotations

from indicators.cached import objectives, remembered
from indicators.cached.map import mapped
from indicators.cached.remembered import kept
from indicators.search_index import Entry, Index
from indicators.store.queries import Vintage
from indicators.views.entries import entries


@kept
def index(vintage: Vintage) -> Index:
    """Return the index of a release: its targets and documents, and the catalogue."""
    held = set(remembered.reach(vintage)["indicator"])
    return Index(entries(objectives.register(vintage), held, set(mapped(vintage))))


def found(text: str, vintage: Vintage) -> list[Entry]:
    """Return what a text means, the nearest first."""
    return index(vintage).find(text)
