"""What is read from the database, remembered per vintage: see `queries.Vintage`."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
import streamlit as st
from streamlit.dataframe_util import convert_anything_to_arrow_bytes

from indicators import catalogue
from indicators.findings import Message, message
from indicators.freshness import Freshness
from indicators.periods import today
from indicators.publication_calendar import Series
from indicators.regions import NATION
from indicators.store import holdings, queries
from indicators.store.database import (
    DATASETS,
    Dataset,
    NewerDatabaseError,
    has_dataset,
    open_database,
)
from indicators.store.queries import Selection, Vintage, newest_vintage

_log = logging.getLogger(__name__)
# The frames are shared between sessions, and nobody writes to them.
# They end only by their number: a vintage never changes, and one of before is asked for no more.
kept = st.cache_resource(max_entries=500, show_spinner=False)


@st.cache_resource(show_spinner=False)
def engine(dataset: Dataset = "real") -> sa.Engine:
    """Return a dataset's database, opened once."""
    return open_database(dataset=dataset, serving=True)


class UnreachableError(Exception):
    """Raised where the database gives no answer; `reason` says why."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


FAULTS = (sa.exc.DBAPIError, sa.exc.TimeoutError, OSError, NewerDatabaseError)


def newest(dataset: Dataset = "real") -> Vintage | None:
    """Return the newest release, None where nothing is published; raises `UnreachableError`."""
    found = answer(dataset)
    if isinstance(found, Message):
        raise UnreachableError(found)
    return found


# A fault is remembered too: visitors do not wait one after another for a server that is silent.
@st.cache_resource(ttl=5, max_entries=2, show_spinner=False)
def answer(dataset: Dataset = "real") -> Vintage | Message | None:
    """Return the newest release, or why there is no answer; asked again every five seconds.

    So pages follow what is published, and see within that time that the database has been taken
    away, or that another has taken its place.
    """
    try:
        return newest_vintage(open_database(dataset=dataset, serving=True), dataset)
    except NewerDatabaseError:
        return message("a later version of this program has used the database")
    except FAULTS:
        _log.exception("the database does not answer")
        return message("the database does not answer; the server's log says why")


@st.cache_data(ttl=5, max_entries=1, show_spinner=False)
def datasets() -> list[Dataset]:
    """Return the datasets that there are; demonstration figures may come and go."""
    return [
        dataset for dataset in DATASETS if dataset == "real" or has_dataset(dataset, serving=True)
    ]


def travelling(frames: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """Return the datasets of a chart as they travel to the browser; nothing for one of no rows."""
    return {name: as_travels(frame) if len(frame) else b"" for name, frame in frames.items()}


def as_travels(frame: pd.DataFrame) -> bytes:
    """Return rows as a browser takes them: without their index, and what pandas notes of them."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    return convert_anything_to_arrow_bytes(table.replace_schema_metadata(None))


@kept
def observations(selection: Selection, vintage: Vintage) -> pd.DataFrame:
    """Return `queries.observations`."""
    return queries.observations(engine(vintage.dataset), selection, vintage.release)


@kept
def reach(vintage: Vintage) -> pd.DataFrame:
    """Return `holdings.reach`."""
    return holdings.reach(engine(vintage.dataset), vintage.release)


@kept
def releases(vintage: Vintage) -> pd.DataFrame:
    """Return `queries.releases`."""
    return queries.releases(engine(vintage.dataset))


@kept
def published(vintage: Vintage) -> dict[int, str]:
    """Return when each release was published, an ISO date and time."""
    found = releases(vintage)
    return {
        int(number): str(moment)
        for number, moment in zip(found["release"], found["published_at"], strict=True)
    }


@kept
def citations(keys: tuple[str, ...], vintage: Vintage) -> pd.DataFrame:
    """Return `queries.citations`."""
    return queries.citations(engine(vintage.dataset), keys)


@kept
def choices(indicator: str, vintage: Vintage, within: str = NATION) -> pd.DataFrame:
    """Return `holdings.choices`."""
    return holdings.choices(engine(vintage.dataset), indicator, vintage.release, within)


@kept
def suppressed_citations(vintage: Vintage) -> frozenset[str]:
    """Return the citations that suppressed figures rest on."""
    from indicators.store.whole_release import whole_release  # which loads all that judges

    with whole_release(engine(vintage.dataset), vintage.release) as release:
        return release.suppressed_citations()


def citations_of(rows: pd.DataFrame, vintage: Vintage) -> pd.DataFrame:
    """Return the citations of figures."""
    return citations(tuple(sorted(set(rows["citation"]))), vintage)


@kept
def national(vintage: Vintage) -> pd.DataFrame:
    """Return `queries.national`."""
    return queries.national(engine(vintage.dataset), vintage.release)


@kept
def sources(vintage: Vintage) -> pd.DataFrame:
    """Return `holdings.sources`."""
    return holdings.sources(engine(vintage.dataset), vintage.release)


@kept
def series(vintage: Vintage) -> list[Series]:
    """Return `holdings.series`."""
    return holdings.series(engine(vintage.dataset), vintage.release)


@kept
def suppliers(vintage: Vintage) -> dict[str, dict[str, int]]:
    """Return which sources have figures of each indicator, and of how many provinces."""
    return holdings.suppliers(holdings.by_region(engine(vintage.dataset), vintage.release))


def freshness(vintage: Vintage) -> Freshness:
    """Return how fresh figures are today; see `freshness.Freshness`."""
    return _freshness(vintage, today())


@kept
def _freshness(vintage: Vintage, day: str) -> Freshness:
    held = holdings.origins(engine(vintage.dataset), vintage.release)
    return Freshness.of(catalogue.load(), held, day)


@kept
def publishers(vintage: Vintage) -> dict[str, list[str]]:
    """Return who publishes each source, as its citations say."""
    return holdings.publishers(sources(vintage))
