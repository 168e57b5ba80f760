"""The Data page, remembered per release."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from indicators import catalogue, code_names
from indicators.cached.remembered import (
    citations_of,
    engine,
    kept,
    observations,
    reach,
    releases,
    sources,
)
from indicators.exports import readable_tables
from indicators.exports.offered import Export, Offer
from indicators.exports.open_data import schema_org
from indicators.exports.open_data.descriptor import Whole
from indicators.exports.open_data.release_package import whole_of, write_package
from indicators.periods import decimal_year, is_period
from indicators.roles import Bounds
from indicators.store import holdings, last_check, queries
from indicators.store.last_check import LastCheck
from indicators.store.queries import Selection, Vintage
from indicators.store.whole_release import whole_release
from indicators.wording import Language, Wording


@kept
def changes(vintage: Vintage) -> pd.DataFrame:
    """Return `queries.changes`."""
    return queries.changes(engine(vintage.dataset), vintage.release)


@kept
def flips(vintage: Vintage) -> pd.DataFrame:
    """Return `queries.flips`."""
    return queries.flips(engine(vintage.dataset), vintage.release)


@kept
def warnings(vintage: Vintage, bounds: Bounds = None) -> pd.DataFrame:
    """Return `queries.warnings`."""
    return queries.warnings(engine(vintage.dataset), vintage.release, bounds)


@kept
def left_out(vintage: Vintage) -> pd.DataFrame:
    """Return `holdings.left_out`."""
    return holdings.left_out(engine(vintage.dataset), vintage.release)


@kept
def retractions(vintage: Vintage) -> pd.DataFrame:
    """Return `queries.retractions`."""
    return queries.retractions(engine(vintage.dataset))


@kept
def revisions(selection: Selection, vintage: Vintage) -> pd.DataFrame:
    """Return `queries.revisions`."""
    return queries.revisions(engine(vintage.dataset), selection)


def newest_check(vintage: Vintage, bounds: Bounds) -> LastCheck | None:
    """Return what the newest check found of regions within bounds; it is remembered for nobody."""
    with engine(vintage.dataset).connect() as connection:
        found = last_check.newest_check(connection)
    return found and found.within(bounds)


def figure_table(
    selection: Selection, language: Language, vintage: Vintage, home: str = ""
) -> pd.DataFrame:
    """Return the figures chosen, each with where it stands; those of the region `home` first."""
    rows = code_names.own_first(observations(selection, vintage), home)
    return readable_tables.figure_table(rows, citations_of(rows, vintage), Wording(language))


def files(
    selection: Selection,
    language: Language,
    vintage: Vintage,
    newest: Vintage,
    *,
    small: bool,
    accepted: bool,
) -> list[Export]:
    """Return what can be taken away: the figures chosen, all of them, and a `small` release.

    accepted: with the reasons why warnings were, which are not for everybody. newest: what a later
    release suppresses is in no file of an earlier one either.
    """
    words = Wording(language)
    title = words.text(catalogue.load().indicators[selection.indicator].title)
    figures, whole = Offer((title,), vintage, words), Offer((words("All figures"),), vintage, words)
    chosen = partial(figure_table, selection, language, vintage)
    every, sheet = partial(everything, language, vintage), words("Figures")

    def sheets() -> dict[str, pd.DataFrame]:
        published = readable_tables.releases_table(releases(newest), words, accepted=accepted)
        return {
            sheet: every(),
            words("Sources"): readable_tables.sources_table(sources(vintage), words),
            words("Releases"): published,
        }

    offered = [
        figures.csv(chosen, words("These figures (CSV)")),
        figures.xlsx(lambda: {sheet: chosen()}, words("These figures (XLSX)")),
        whole.csv(every, words("All figures (CSV)")),
        whole.xlsx(sheets, words("All figures (XLSX)")),
    ]
    label = words("Whole release (open-data package)")
    package_file = whole.file(label, ".zip", partial(package, vintage))
    return [*offered, package_file] if small else offered


def everything(language: Language, vintage: Vintage) -> pd.DataFrame:
    """Return every figure with where it stands, as people read it."""
    rows = queries.all_observations(engine(vintage.dataset), vintage.release)
    cited = queries.citations(engine(vintage.dataset), set(rows["citation"]))
    return readable_tables.figure_table(rows, cited, Wording(language))


@kept
def described(vintage: Vintage) -> Whole:
    """Return what is said of a release as a whole."""
    with whole_release(engine(vintage.dataset), vintage.release) as release:
        return whole_of(release, made_up=vintage.dataset == "demonstration")


def told_as_dataset(vintage: Vintage, home: str) -> dict[str, Any]:
    """Return what search engines are told of a release whose pages stand at `home`."""
    known, periods = catalogue.load(), reach(vintage)
    named = [known.sources[key] for key in sources(vintage)["source"] if key in known.sources]
    ends = [
        end(filter(is_period, periods[name]), key=decimal_year, default="..")
        for end, name in ((min, "first_period"), (max, "last_period"))
    ]
    return schema_org.dataset(
        described(vintage),
        home,
        list(dict.fromkeys(source.licence for source in named)),
        [known.indicators[key].title for key in periods["indicator"] if key in known.indicators],
        (ends[0], ends[1]),
    )


# Figures of a release that a visitor's click may make a package of; beyond, the command does.
MOST = 500_000


def package(vintage: Vintage) -> bytes:
    """Return a release as a package of open data, a .zip."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "package.zip"
        write_package(engine(vintage.dataset), vintage.dataset, out, vintage.release)
        return out.read_bytes()
