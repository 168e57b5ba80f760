"""What further documents say of a figure: each confirms it, or differs from it.

They stand in its citation as JSON: `etl.figures.citations` writes what the declaration of its file
says under `second_sources`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from indicators import catalogue, code_names
from indicators.catalogue import tree
from indicators.wording import Wording

if TYPE_CHECKING:
    import pandas as pd

_LEAST_DIGITS = 3  # of a round number: 478,000 may be 478,487, but 3,000 is not 3,300
MOST_NAMED = 5


def read(cited: object) -> list[dict[str, Any]]:
    """Return what the `second_sources` of a citation hold, none where there are none.

    Each has value, publisher, document and verification; place, basis, note, date, copy, copy_kind
    and url where they are known.
    """
    return json.loads(cited) if isinstance(cited, str) else []


def confirms(value: float, second: float) -> bool:
    """Say whether a second source's figure is the first's, as far as its digits go."""
    exact = Decimal(repr(second)).normalize()
    digits, last = len(exact.as_tuple().digits), exact.adjusted()
    place = last + 1 - max(digits, _LEAST_DIGITS)
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(place)) == exact


def of(rows: pd.DataFrame, words: Wording) -> list[list[str]]:
    """Return of each figure what its second sources say, nothing of one that is not public.

    rows: figures with the `second_sources` of their citations.
    """
    return [_told(row, words) for row in rows.to_dict("records")]


def footnotes(rows: pd.DataFrame, citations: pd.DataFrame, words: Wording) -> list[str]:
    """Return the lines that tell which figures have a second source, and what that says."""
    if "second_sources" not in citations:
        return []
    cited = citations.dropna(subset=["second_sources"])[["citation", "second_sources"]]
    known = rows.merge(cited, on="citation", validate="m:1")
    if len(known) > MOST_NAMED:
        return [words("{n} figures have a second source: see the table of figures", n=len(known))]
    names = tree().names(words.language)
    figures = zip(known["region"], known["period"], of(known, words), strict=True)
    return [
        words(
            "{figure} also stands in {source}",
            figure=words.listed([names[region], words.period(period)]),
            source=source,
        )
        for region, period, told in figures
        for source in told
    ]


def _told(row: Mapping[Any, Any], words: Wording) -> list[str]:
    value = row["value"]
    if row["confidentiality"] != "F" or value is None or value != value:
        return []
    return [
        _sentence(each, value, str(row["indicator"]), words)
        for each in read(row.get("second_sources"))
    ]


def _sentence(each: Mapping[str, Any], value: float, indicator: str, words: Wording) -> str:
    document = words("{document} ({publisher})", **{k: each[k] for k in ("document", "publisher")})
    decimals = catalogue.load().indicators[indicator].decimals
    said = {
        "source": words.listed([document, *filter(None, [each.get("place")])]),
        "value": words.number(each["value"], decimals),
        "unit": code_names.unit_name(indicator, words),
        "verification": code_names.verification_name(each["verification"], words),
    }
    if confirms(value, each["value"]):
        return words("{source}: {value} ({unit}), which agrees; {verification}", **said)
    return words("{source}: {value} ({unit}), which differs; {verification}", **said)
