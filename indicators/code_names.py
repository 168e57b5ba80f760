"""What codes are called in the language: schemes, industries, sizes, units, sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from indicators import catalogue
from indicators.catalogue import tree
from indicators.regions import ALL, NATION
from indicators.wording import Wording, points

if TYPE_CHECKING:
    import pandas as pd

Publishers = Mapping[str, list[str]]  # by source, as its citations say
Cell = Callable[[dict[Any, Any]], object]


def aim_name(row: Mapping[Any, Any], words: Wording) -> str:
    """Return what a target is about: its indicator, and the part of it that it keeps to."""
    known = catalogue.load().indicators[str(row["indicator"])]
    return " · ".join(filter(None, [words.text(known.title), cell_name(row, words)]))


def cell_name(row: Mapping[Any, Any], words: Wording) -> str:
    """Return of which industry, schemes and size something is; empty for a total."""
    said = []
    if row["industry"] != ALL:
        said.append(industry_name(str(row["industry"]), words))
    if row["scheme"] != ALL:
        names = [scheme_name(code, words) for code in str(row["scheme"]).split("+")]
        said.append(words.listed(names))
    if row["size"] != ALL:
        said.append(size_name(str(row["size"]), words))
    return " · ".join(said)


def parts_name(region: str, words: Wording, number: int = 2) -> str:
    """Return what so many of a region's parts are called: provinces, or a province's own word."""
    if region == NATION:
        return words("province") if number == 1 else words("provinces")
    if words.language == "zh":
        return tree().divisions(region)
    return words("prefecture") if number == 1 else words("prefectures")


def unit_name(indicator: str, words: Wording) -> str:
    """Return the unit of an indicator in the language."""
    known = catalogue.load()
    return words.text(known.units[known.indicators[indicator].unit])


def in_points(indicator: str) -> bool:
    """Say whether an indicator is a percentage, of which a difference is in percentage points."""
    return catalogue.load().indicators[indicator].unit == "percent"


def difference_unit(indicator: str, words: Wording) -> str:
    """Return the unit of a difference between two figures of an indicator."""
    return words("percentage points") if in_points(indicator) else unit_name(indicator, words)


def difference_text(number: str, indicator: str, words: Wording) -> str:
    """Return a difference that stands beside its figures: `0.35 percentage points`, `1,200`."""
    return points(number, words) if in_points(indicator) else number


def source_name(source: str, words: Wording) -> str:
    """Return the title of a source in the language."""
    if source == "derived":
        return words("Derived by this project")
    known = catalogue.load().sources.get(source)
    # A folder of own figures that the catalogue does not name goes by its own name.
    return words.text(known.title) if known else source


def publisher_name(source: str, publishers: Publishers, words: Wording) -> str:
    """Return who publishes a source: of one that the catalogue does not name, as it declares."""
    if source == "derived":
        return words("This project")
    known = catalogue.load().sources.get(source)
    return words.text(known.publisher) if known else words.listed(publishers.get(source, [source]))


def scheme_name(scheme: str, words: Wording) -> str:
    """Return the name of a scheme in the language."""
    return _name(catalogue.load(), "schemes", scheme, words.language)


def industry_name(industry: str, words: Wording) -> str:
    """Return the name of an industry in the language."""
    return (
        words("All industries")
        if industry == ALL
        else _name(catalogue.load(), "industries", industry, words.language)
    )


def size_name(size: str, words: Wording) -> str:
    """Return the name of an enterprise size in the language."""
    return _name(catalogue.load(), "sizes", size, words.language)


def verification_name(verification: str, words: Wording) -> str:
    """Return how a figure was verified, in words."""
    if verification == "primary":
        return words("official outlet")
    if verification == "demonstration":
        return words("Demonstration")
    if verification == "unconfirmed":
        return words("worked out, transcribed or relayed; no second source confirms it")
    return words("reprint of an official figure, not checked against it")


@lru_cache(10_000)
def _name(known: catalogue.Catalogue, table: str, code: str, language: str) -> str:
    codes: pd.DataFrame = getattr(known, table)
    return str(codes.loc[codes["code"] == code, f"name_{language}"].item())


def own_first(rows: pd.DataFrame, home: str) -> pd.DataFrame:
    """Return rows in their order, those of the reader's own region, `home`, before all others."""
    return rows.sort_values("region", key=lambda codes: codes != home, kind="stable")


def listing(rows: pd.DataFrame, columns: Mapping[str, Cell]) -> pd.DataFrame:
    """Return a table for people: under each heading what its function makes of every row."""
    import pandas as pd

    records = rows.to_dict("records")
    return pd.DataFrame({name: [cell(row) for row in records] for name, cell in columns.items()})
