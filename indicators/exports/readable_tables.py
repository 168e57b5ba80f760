"""The tables that people read, on pages, in files and on the command line: columns, headings.

A table's columns without a frame are for the command line: pandas is slow to load.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from indicators import catalogue, code_names, second_sources
from indicators.catalogue import tree
from indicators.denominators import DENOMINATOR, with_denominators
from indicators.publication_calendar import Expected, Level, Overdue, Series
from indicators.statuses import OBSERVATION_STATUSES, ObservationStatus
from indicators.wording import Wording

if TYPE_CHECKING:
    import pandas as pd

Columns = dict[str, Sequence[Any]]


def _frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns)


def reach_table(reach: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return how far each indicator reaches, in the catalogue's order."""
    known = catalogue.load()
    order = {key: place for place, key in enumerate(known.indicators)}
    rows = reach.sort_values("indicator", key=lambda keys: keys.map(order))
    indicators = [known.indicators[key] for key in rows["indicator"]]
    columns = {
        words("Indicator"): [words.text(item.title) for item in indicators],
        words("Clause"): [words.text(known.clauses[item.clause].title) for item in indicators],
        words("From"): rows["first_period"].map(words.period).to_numpy(),
        words("To"): rows["last_period"].map(words.period).to_numpy(),
        words("Periods"): rows["periods"].to_numpy(),
        words("Provinces"): rows["provinces"].to_numpy(),
        words("Figures"): rows["rows"].to_numpy(),
    }
    return _frame(columns)


def region_table(figures: pd.DataFrame, words: Wording, *, unit: str) -> pd.DataFrame:
    """Return the table twin of a map: every unit, those without a value saying why."""
    rows = figures.sort_values(["value", "region"], ascending=[False, True], na_position="last")
    columns = {
        words("Rank"): rows["rank"],
        words("Code"): rows["region"],
        words("Region"): rows["name"],
        words("Value ({unit})", unit=unit): rows["value"],
        words("Status"): rows["status"],
    }
    return _frame(columns).reset_index(drop=True)


def sources_table(sources: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return what each source holds now and who publishes it; `sources` as of `holdings`.

    What the catalogue does not name is told by the declarations of its files.
    """
    return _frame(sources_columns(sources.to_dict("records"), words))


def sources_columns(sources: Iterable[Mapping[Any, Any]], words: Wording) -> Columns:
    """Return the columns of `sources_table`; `sources` as of `holdings.source_records`."""
    rows = list(sources)
    about = [_about(row, words) for row in rows]
    return {
        words("Source"): [code_names.source_name(row["source"], words) for row in rows],
        words("Publisher"): [publisher for publisher, _, _ in about],
        words("Frequency"): [frequency for _, frequency, _ in about],
        words("Indicators"): [row["indicators"] for row in rows],
        words("Figures"): [row["rows"] for row in rows],
        words("From"): [words.period(row["first_period"]) for row in rows],
        words("To"): [words.period(row["last_period"]) for row in rows],
        words("About"): [description for _, _, description in about],
    }


def calendar_table(calendar: Sequence[Expected], words: Wording) -> pd.DataFrame:
    """Return when each source publishes next, how late that is, and where to look."""
    return _frame(calendar_columns(calendar, words))


def calendar_columns(calendar: Sequence[Expected], words: Wording) -> Columns:
    """Return the columns of `calendar_table`."""

    def state(each: Expected) -> str:
        if each.every is None:
            return words("no fixed date")
        return _lateness(each.late, words) if each.late else words("not due yet")

    known = catalogue.load().indicators

    def furthest(series: Series | None) -> str:
        if series is None:
            return "—"
        what, level = words.text(known[series.indicator].title), _level(series.level, words)
        return words("{indicator} ({level})", indicator=what, level=level)

    return {
        words("Source"): [code_names.source_name(each.source, words) for each in calendar],
        words("Appears"): [_interval(each.every, words) for each in calendar],
        words("Newest held"): [
            words.period(each.series.newest) if each.series else words("nothing yet")
            for each in calendar
        ],
        words("Next due by"): [words.period(each.due) for each in calendar],
        words("State"): [state(each) for each in calendar],
        words("Series furthest behind"): [furthest(each.series) for each in calendar],
        words("Where to look"): [words.text(each.where) for each in calendar],
        words("Address"): [each.url for each in calendar],
    }


def overdue_table(series: Sequence[Overdue], words: Wording) -> pd.DataFrame:
    """Return the series whose next figures should be out, each with its newest and how late."""
    known = catalogue.load().indicators
    columns = {
        words("Indicator"): [words.text(known[each.series.indicator].title) for each in series],
        words("Level"): [_level(each.series.level, words) for each in series],
        words("State"): [_lateness(each.late, words) for each in series],
        words("Newest held"): [words.period(each.series.newest) for each in series],
        words("Next due by"): [words.period(each.due) for each in series],
        words("Periods held"): [each.series.periods for each in series],
        words("Source"): [code_names.source_name(each.series.source, words) for each in series],
    }
    return _frame(columns)


def _level(level: Level, words: Wording) -> str:
    names = {
        "nation": words("Nation"),
        "province": words("The provinces"),
        "prefecture": words("Their parts"),
    }
    return names[level]


def _lateness(months: int, words: Wording) -> str:
    return words.plural("overdue by {n} month", "overdue by {n} months", n=months)


def _interval(months: int | None, words: Wording) -> str:
    if months is None:
        return words("at no fixed interval")
    names = {1: words("monthly"), 3: words("quarterly"), 12: words("yearly")}
    if months % 12 == 0 and months > 12:
        return words("every {n} years", n=months // 12)
    return names.get(months) or words("every {n} months", n=months)


def _about(row: Mapping[Any, Any], words: Wording) -> tuple[str, str, str]:
    """Return who publishes a source, how often, and what it is."""
    known = catalogue.load().sources.get(row["source"])
    if known is not None:
        publisher, frequency, description = map(
            words.text, (known.publisher, known.frequency, known.description)
        )
        return publisher, frequency, description
    if row["source"] == "derived":
        description = words("Ratios and shares, computed by the catalogue's rules.")
        return words("This project"), words("with each release"), description
    names = ("yearly", words("yearly")), ("quarterly", words("quarterly"))
    of_figures = [text for name, text in (*names, ("monthly", words("monthly"))) if row[name]]
    frequency = words.listed(row["frequencies"] or of_figures)
    return words.listed(row["publishers"]), frequency, words.listed(row["documents"])


def releases_table(
    releases: pd.DataFrame, words: Wording, *, accepted: bool = True
) -> pd.DataFrame:
    """Return every release and what it changed; `accepted`: why warnings were, too."""
    columns = releases_columns(releases.to_dict("records"), words)
    if not accepted:
        del columns[words("Accepted warnings because")]
    return _frame(columns)


def releases_columns(releases: Iterable[Mapping[Any, Any]], words: Wording) -> Columns:
    """Return the columns of `releases_table`; `releases` are rows of the table `release`."""
    rows = list(releases)

    def why(row: Mapping[Any, Any]) -> str:
        if _is_missing(row["restored"]):
            return words.known(row["reason"])
        number = int(row["restored"])
        return words("brings back release {number}: {reason}", number=number, reason=row["reason"])

    return {
        words("Release"): [row["release"] for row in rows],
        words("Published"): [words.date(row["published_at"]) for row in rows],
        words("By"): [row["published_by"] for row in rows],
        words("Reason"): [why(row) for row in rows],
        words("Accepted warnings because"): [
            "" if _is_missing(row["accepted"]) else row["accepted"] for row in rows
        ],
        words("Added"): [row["added"] for row in rows],
        words("Changed"): [row["changed"] for row in rows],
        words("Withdrawn"): [row["withdrawn"] for row in rows],
        words("Figures"): [row["rows"] for row in rows],
        words("Code version"): [row["code_version"] for row in rows],
    }


def _is_missing(value: object) -> bool:
    """Say whether there is none: None in a record, NaN in a frame."""
    return value is None or value != value


def footnote(status: str, confidentiality: str, value: float, words: Wording) -> str:
    """Return the mark of a figure that is not a plain one and, as a file has no legend, its sense.

    The marks are those usual in official statistics.
    """
    if confidentiality != "F":
        return f"[c] {words('Suppressed')}"
    said = OBSERVATION_STATUSES[status]
    if said.has_value and _is_missing(value):
        said = ObservationStatus.NO_DATA
    return f"{said.mark} {words(said.sentence)}" if said.mark else ""


def figure_table(rows: pd.DataFrame, citations: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return figures whole, each with its codes, its names and where it stands.

    What is confidential stays so: its row is there, without its numbers.
    """
    places = citations.drop(columns=["source", *DENOMINATOR], errors="ignore")
    cited = rows.merge(places, on="citation", how="left", validate="m:1")
    cited = with_denominators(cited, citations)
    free = cited["confidentiality"] == "F"

    def named(column: str, name: Callable[[str, Wording], str]) -> list[str]:
        return [name(code, words) for code in cited[column]]

    def indicator(key: str, words: Wording) -> str:
        return words.text(catalogue.load().indicators[key].title)

    def obtained(basis: str, words: Wording) -> str:
        if basis == "derived":
            return words("computed from published figures")
        if basis == "as_published":
            return words("as published")
        if basis == "published_lower_bound":
            return words("published as a lower bound")
        if basis in ("derived_from_published_change", "derived_from_published_growth"):
            return words("derived from a published change")
        return words("derived from other published figures")

    def title(key: object) -> str:
        return indicator(key, words) if isinstance(key, str) else ""

    statuses = zip(cited["status"], cited["confidentiality"], cited["value"], strict=True)
    columns = {
        words("Indicator code"): cited["indicator"],
        words("Indicator"): named("indicator", indicator),
        words("Period"): cited["period"],
        words("Region code"): cited["region"],
        words("Region"): cited["region"].map(tree().names(words.language)),
        words("Scheme code"): cited["scheme"],
        words("Certification scheme"): named("scheme", code_names.scheme_name),
        words("Industry"): named("industry", code_names.industry_name),
        words("Enterprise size"): named("size", code_names.size_name),
        words("Value"): cited["value"].where(free),
        words("Unit"): named("indicator", code_names.unit_name),
        words("Status"): cited["status"],
        words("Footnote"): [footnote(*status, words) for status in statuses],
        words("Numerator"): cited["numerator"].where(free),
        words("Denominator"): cited["denominator"].where(free),
        words("Document of the denominator"): cited["denominator_document"].where(free),
        words("Period of the denominator"): cited["denominator_period"].where(free),
        words("Kind of the denominator"): cited["denominator_indicator"].where(free).map(title),
        words("Source"): named("source", code_names.source_name),
        words("Publisher"): cited["publisher"],
        words("Document"): cited["document"],
        words("Place"): cited["place"],
        words("Obtained"): named("basis", obtained),
        words("Verification"): named("verification", code_names.verification_name),
        words("Other sources"): [" ".join(told) for told in second_sources.of(cited, words)],
        words("Note"): cited["note"],
        words("Address"): cited["url"],
        words("Raw file"): cited["file"],
        words("Release"): cited["release"],
    }
    return _frame(columns)


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
        words("Other sources"),
        words("Note"),
        words("Document of the denominator"),
        words("Period of the denominator"),
        words("Kind of the denominator"),
        words("Release"),
    ]
