"""What the tables of a package and their columns are, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from indicators.periods import SQL_PATTERN
from indicators.wording import Text, Wording, sentence

Kind = Literal["string", "number", "integer"]
CODE = r"[A-Za-z0-9_@$\-]+"  # what SDMX takes for the code of a list


def in_both(text: str, **values: Any) -> Text:
    """Return a sentence of the message catalogue in both languages."""
    return Text(Wording("zh")(text, **values), Wording("en")(text, **values))


def told(both: Text) -> str:
    """Return both languages in one text, the Chinese first."""
    return both.zh if both.zh == both.en else f"{both.zh} · {both.en}"


@dataclass(frozen=True)
class Column:
    """One column; `of` is the table whose key it holds, `pattern` the form of its texts."""

    name: str
    about: Text
    kind: Kind = "string"
    required: bool = False
    of: str = ""
    pattern: str = ""


@dataclass(frozen=True)
class Table:
    """One table, a file; `key` is what tells its rows apart. rows: none where they are streamed.

    sources: the keys of the sources that its content comes from, none where it is our own.
    """

    name: str
    title: Text
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]] = ()
    sources: tuple[str, ...] = ()


_ABOUT = {
    "indicator": sentence("Indicator: what is measured."),
    "period": sentence("Period: year 2024, quarter 2024-Q4 or month 2024-12."),
    "scheme": sentence("Certification scheme; ALL is the total."),
    "industry": sentence("Industry (GB/T 4754-2017); ALL is the total."),
    "size": sentence("Size of enterprise; ALL is the total."),
    "region": sentence("Region (GB/T 2260); 100000 is the nation, ALL adds what is abroad."),
    "value": sentence("The figure, in the unit of its indicator; percentages run from 0 to 100."),
    "status": sentence("Status of the observation (SDMX CL_OBS_STATUS)."),
    "confidentiality": sentence(
        "F: free; C: suppressed, no number is given (SDMX CL_CONF_STATUS)."
    ),
    "numerator": sentence("Numerator of a ratio, where it is known."),
    "denominator": sentence("Denominator of a ratio, where it is known."),
    "source": sentence("Where the figure comes from."),
    "citation": sentence("Document and place in it that the figure stands in."),
    "release": sentence("The release in which this value was published."),
    "name_zh": sentence("Name in Chinese."),
    "name_en": sentence("Name in English."),
    "parent": sentence("What it is a part of, in the same list."),
    "unit": sentence("Unit of its figures."),
    "mark": sentence("The mark that such a figure bears in official statistics."),
    "definition": sentence("What the document asks for, in its own words."),
    "place": sentence("Place in the document."),
    "licence": sentence("Licence, as the publisher states it."),
    "verification": sentence(
        "primary: official outlet; secondary: reprint; unconfirmed: confirmed by nothing else; "
        "demonstration: generated."
    ),
    "note": sentence("Note; left out of citations that a suppressed figure rests on."),
    "second_sources": sentence(
        "What further documents say of the figure, as JSON; left out of citations that a "
        "suppressed figure rests on."
    ),
}


def column(name: str, kind: Kind = "string", *, required: bool = False, of: str = "") -> Column:
    """Return a column that is called by its name where there is no more to say of it."""
    about = in_both(_ABOUT[name]) if name in _ABOUT else Text(name, name)
    return Column(name, about, kind, required, of)


def observations(sources: tuple[str, ...] = ()) -> Table:
    """Return the table of figures, which are written as they are read."""
    period = in_both(_ABOUT["period"])
    return Table(
        "observations",
        in_both(sentence("All figures")),
        (
            column("indicator", required=True, of="indicators"),
            Column("period", period, required=True, pattern=SQL_PATTERN),
            *(
                column(name, required=True, of=of)
                for name, of in (
                    ("scheme", "schemes"),
                    ("industry", "industries"),
                    ("size", "sizes"),
                    ("region", "regions"),
                )
            ),
            column("value", "number"),
            column("status", required=True, of="statuses"),
            column("confidentiality", required=True, of="confidentialities"),
            column("numerator", "number"),
            column("denominator", "number"),
            column("source", required=True, of="sources"),
            column("citation", required=True, of="citations"),
            column("release", "integer", required=True),
        ),
        ("indicator", "period", "scheme", "industry", "size", "region"),
        sources=sources,
    )
