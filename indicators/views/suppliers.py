"""Who could supply what is missing: its publishers elsewhere, or what it would follow from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from indicators import catalogue, code_names
from indicators.code_names import Cell, listing
from indicators.wording import Wording


def supplier_text(
    item: catalogue.Indicator,
    holdings: Mapping[str, Mapping[str, int]],
    publishers: code_names.Publishers,
    held: Collection[str],
    words: Wording,
) -> str:
    """Return who has figures of an indicator for others, or what it would follow from.

    holdings: which sources have figures of an indicator, and of how many provinces, as
    `holdings.suppliers` returns them; publishers: theirs; held: the indicators that are
    there already.
    """
    known = catalogue.load()
    if item.derived:
        needed = dict.fromkeys([str(item.numerator), str(item.denominator)])
        lacking = [key for key in needed if key not in held] or needed
        titles = words.listed([words.text(known.indicators[key].title) for key in lacking])
        return words("Can be computed once available: {indicators}", indicators=titles)
    suppliers = []
    for source, provinces in sorted(holdings.get(item.key, {}).items()):
        publisher = code_names.publisher_name(source, publishers, words)
        if provinces:
            said = words.plural(
                "{publisher}: figures of {n} province are held here",
                "{publisher}: figures of {n} provinces are held here",
                n=provinces,
                publisher=publisher,
            )
        else:
            said = words("{publisher}: only the nation's are held here", publisher=publisher)
        suppliers.append(said)
    separator = "；" if words.language == "zh" else "; "
    return separator.join(suppliers) or words("No public source known")


def gap_table(
    keys: Sequence[str],
    holdings: Mapping[str, Mapping[str, int]],
    publishers: code_names.Publishers,
    words: Wording,
) -> pd.DataFrame:
    """Return indicators without figures: what each would say, and who could supply it."""
    known = catalogue.load().indicators
    columns: dict[str, Cell] = {
        words("Indicator"): lambda row: words.text(known[row["key"]].title),
        words("What it would say"): lambda row: words.text(known[row["key"]].description),
        words("Who could supply it"): lambda row: supplier_text(
            known[row["key"]], holdings, publishers, (), words
        ),
    }
    return listing(pd.DataFrame({"key": list(keys)}), columns)
