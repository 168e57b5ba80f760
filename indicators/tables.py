"""Rows in, tables that people read out: names for codes, headings in the language."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import cache
from typing import Any

import pandas as pd

from indicators import catalogue
from indicators.denominators import DENOMINATOR, with_denominators
from indicators.statuses import OBSERVATION_STATUSES, ObservationStatus
from indicators.wording import Wording, points

Publishers = Mapping[str, list[str]]  # by source, as its citations say
Cell = Callable[[dict[Any, Any]], object]


@cache
def region_names(language: str) -> dict[str, str]:
    """Return the short name of every region in the language, by code."""
    column = "short_zh" if language == "zh" else "name_en"
    regions = catalogue.load().regions
    return dict(zip(regions["code"], regions[column], strict=True))


@cache
def provinces() -> tuple[str, ...]:
    """Return the codes of the 31 provinces that the national platform covers."""
    regions = catalogue.load().regions
    return tuple(regions.loc[(regions["kind"] == "province") & (regions["group"] != ""), "code"])


@cache
def uncovered() -> tuple[str, ...]:
    """Return the province-level regions that the national platform does not cover."""
    regions = catalogue.load().regions
    return tuple(regions.loc[(regions["kind"] == "province") & (regions["group"] == ""), "code"])


def aim_name(row: Mapping[Any, Any], words: Wording) -> str:
    """Return what a target is about: its indicator, and the part of it that it keeps to."""
    known = catalogue.load().indicators[str(row["indicator"])]
    said = [words.text(known.title)]
    if row["industry"] != "ALL":
        said.append(industry_name(str(row["industry"]), words))
    if row["scheme"] != "ALL":
        names = [_scheme_name(code, words) for code in str(row["scheme"]).split("+")]
        said.append(words.listed(names))
    if row["size"] != "ALL":
        said.append(size_name(str(row["size"]), words))
    return " · ".join(said)


def _scheme_name(code: str, words: Wording) -> str:
    extra = {
        "LOWCARBON": words("Energy-saving and low-carbon products"),
        "GAP": words("Good agricultural practice"),
        "ORGANIC": words("Organic products"),
        "GREEN": words("Green food"),
        "GD_PREMIUM": words("Guangdong premium"),
    }
    return extra.get(code) or scheme_name(code, words)


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
    return _name("schemes", scheme, words.language)


def industry_name(industry: str, words: Wording) -> str:
    """Return the name of an industry in the language."""
    return (
        words("All industries")
        if industry == "ALL"
        else _name("industries", industry, words.language)
    )


def size_name(size: str, words: Wording) -> str:
    """Return the name of an enterprise size in the language."""
    return _name("sizes", size, words.language)


@cache
def _name(table: str, code: str, language: str) -> str:
    codes: pd.DataFrame = getattr(catalogue.load(), table)
    return str(codes.loc[codes["code"] == code, f"name_{language}"].item())


def listing(rows: pd.DataFrame, columns: Mapping[str, Cell]) -> pd.DataFrame:
    """Return a table for people: under each heading what its function makes of every row."""
    records = rows.to_dict("records")
    return pd.DataFrame({name: [cell(row) for row in records] for name, cell in columns.items()})


def reach_table(reach: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return how far each indicator reaches, in the catalogue's order."""
    known = catalogue.load()
    order = {key: place for place, key in enumerate(known.indicators)}
    rows = reach.sort_values("indicator", key=lambda keys: keys.map(order))
    indicators = [known.indicators[key] for key in rows["indicator"]]
    return pd.DataFrame({
        words("Indicator"): [words.text(item.title) for item in indicators],
        words("Clause"): [words.text(known.clauses[item.clause].title) for item in indicators],
        words("From"): [words.period(period) for period in rows["first_period"]],
        words("To"): [words.period(period) for period in rows["last_period"]],
        words("Periods"): rows["periods"].to_numpy(),
        words("Provinces"): rows["provinces"].to_numpy(),
        words("Figures"): rows["rows"].to_numpy(),
    })  # fmt: skip


def region_table(figures: pd.DataFrame, words: Wording, *, unit: str) -> pd.DataFrame:
    """Return the table twin of a map: every unit, those without a value saying why."""
    rows = figures.sort_values(["value", "region"], ascending=[False, True], na_position="last")
    return pd.DataFrame({
        words("Rank"): rows["rank"].to_numpy(),
        words("Code"): rows["region"].to_numpy(),
        words("Region"): rows["name"].to_numpy(),
        words("Value ({unit})", unit=unit): rows["value"].to_numpy(),
        words("Status"): rows["status"].to_numpy(),
    })  # fmt: skip


def sources_table(sources: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return what each source holds now and who publishes it; `sources` as of `holdings`.

    What the catalogue does not name is told by the declarations of its files.
    """
    about = [_about(row, words) for row in sources.to_dict("records")]
    return pd.DataFrame({
        words("Source"): [source_name(key, words) for key in sources["source"]],
        words("Publisher"): [publisher for publisher, _, _ in about],
        words("Frequency"): [frequency for _, frequency, _ in about],
        words("Indicators"): sources["indicators"].to_numpy(),
        words("Figures"): sources["rows"].to_numpy(),
        words("From"): [words.period(period) for period in sources["first_period"]],
        words("To"): [words.period(period) for period in sources["last_period"]],
        words("About"): [description for _, _, description in about],
    })  # fmt: skip


def _about(row: dict[Hashable, Any], words: Wording) -> tuple[str, str, str]:
    """Return who publishes a source, how often, and what it is."""
    known = catalogue.load().sources.get(row["source"])
    if known is not None:
        return (
            words.text(known.publisher),
            words.text(known.frequency),
            words.text(known.description),
        )
    if row["source"] == "derived":
        return (
            words("This project"),
            words("with each release"),
            words("Ratios and shares, computed by the catalogue's rules."),
        )
    periods = {
        "yearly": words("yearly"),
        "quarterly": words("quarterly"),
        "monthly": words("monthly"),
    }
    of_figures = [text for name, text in periods.items() if row[name]]
    return (
        words.listed(row["publishers"]),
        words.listed(row["frequencies"] or of_figures),
        words.listed(row["documents"]),
    )


def releases_table(releases: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return every release and what it changed."""
    return pd.DataFrame({
        words("Release"): releases["release"].to_numpy(),
        words("Published"): [words.date(moment) for moment in releases["published_at"]],
        words("By"): releases["published_by"].to_numpy(),
        words("Reason"): [
            words.known(reason) if pd.isna(restored)
            else words("brings back release {number}: {reason}", number=int(restored),
                       reason=reason)
            for reason, restored in zip(releases["reason"], releases["restored"], strict=True)
        ],
        words("Accepted warnings because"): releases["accepted"].fillna("").to_numpy(),
        words("Added"): releases["added"].to_numpy(),
        words("Changed"): releases["changed"].to_numpy(),
        words("Withdrawn"): releases["withdrawn"].to_numpy(),
        words("Figures"): releases["rows"].to_numpy(),
        words("Code version"): releases["code_version"].to_numpy(),
    })  # fmt: skip


def verification_name(verification: str, words: Wording) -> str:
    """Return how a figure was verified, in words."""
    if verification == "primary":
        return words("official outlet")
    if verification == "demonstration":
        return words("Demonstration")
    return words("secondary copy of an official figure")


def basis_name(basis: str, words: Wording) -> str:
    """Return how a figure was obtained, in words."""
    if basis == "as_published":
        return words("as published")
    return words("derived from a published change")


def footnote(status: str, confidentiality: str, value: float, words: Wording) -> str:
    """Return the mark of a figure that is not a plain one and, as a file has no legend, its sense.

    The marks are those usual in official statistics.
    """
    if confidentiality != "F":
        return f"[c] {words('Suppressed')}"
    said = OBSERVATION_STATUSES[status]
    if said.has_value and pd.isna(value):
        said = ObservationStatus.NO_DATA
    return f"{said.mark} {words(said.sentence)}" if said.mark else ""


def figure_table(rows: pd.DataFrame, citations: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return figures whole, each with its codes, its names and where it stands.

    What is confidential stays so: its row is there, without its numbers.
    """
    known = catalogue.load()
    names = region_names(words.language)
    cited = with_denominators(
        rows.merge(
            citations.drop(columns=["source", *DENOMINATOR], errors="ignore"),
            on="citation",
            how="left",
            validate="m:1",
        ),
        citations,
    )
    derived = cited["basis"] == "derived"
    free = cited["confidentiality"] == "F"
    return pd.DataFrame({
        words("Indicator code"): cited["indicator"],
        words("Indicator"): [words.text(known.indicators[key].title) for key in cited["indicator"]],
        words("Period"): cited["period"],
        words("Region code"): cited["region"],
        words("Region"): cited["region"].map(names),
        words("Scheme code"): cited["scheme"],
        words("Certification scheme"): [scheme_name(key, words) for key in cited["scheme"]],
        words("Industry"): [industry_name(key, words) for key in cited["industry"]],
        words("Enterprise size"): [size_name(key, words) for key in cited["size"]],
        words("Value"): cited["value"].where(free),
        words("Unit"): [unit_name(key, words) for key in cited["indicator"]],
        words("Status"): cited["status"],
        words("Footnote"): [
            footnote(status, confidentiality, value, words)
            for status, confidentiality, value in zip(
                cited["status"], cited["confidentiality"], cited["value"], strict=True
            )
        ],
        words("Numerator"): cited["numerator"].where(free),
        words("Denominator"): cited["denominator"].where(free),
        words("Document of the denominator"): cited["denominator_document"].where(free),
        words("Period of the denominator"): cited["denominator_period"].where(free),
        words("Source"): [source_name(key, words) for key in cited["source"]],
        words("Publisher"): cited["publisher"],
        words("Document"): cited["document"],
        words("Place"): cited["place"],
        words("Obtained"): [
            words("computed from published figures") if computed else basis_name(basis, words)
            for basis, computed in zip(cited["basis"], derived, strict=True)
        ],
        words("Verification"): [verification_name(item, words) for item in cited["verification"]],
        words("Note"): cited["note"],
        words("Address"): cited["url"],
        words("Raw file"): cited["file"],
        words("Release"): cited["release"],
    })  # fmt: skip


def shown_first(words: Wording) -> list[str]:
    """Return the columns of a figure table that a page shows; a file has them all."""
    return [
        words("Period"),
        words("Region"),
        words("Certification scheme"),
        words("Value"),
        words("Unit"),
        words("Footnote"),
        words("Document"),
        words("Publisher"),
        words("Place"),
        words("Verification"),
        words("Obtained"),
        words("Note"),
        words("Document of the denominator"),
        words("Period of the denominator"),
        words("Release"),
    ]
