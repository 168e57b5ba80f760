"""What stands below figures on every page: where they stand, their denominators, breaks."""

from __future__ import annotations

import pandas as pd

from indicators import catalogue, denominators, tables
from indicators.wording import Wording


def standing(citations: pd.DataFrame, words: Wording) -> list[str]:
    """Return the documents that figures stand in, and whether they were read in a copy."""
    if citations.empty:
        return []
    documents = citations.drop_duplicates("document")
    cited = [
        words("{document} ({publisher})", document=document, publisher=publisher)
        for document, publisher in zip(documents["document"], documents["publisher"], strict=True)
    ]
    lines = [words("Source: {documents}", documents=words.listed(cited))]
    if (citations["verification"] == "secondary").any():
        lines.append(words("Read in a secondary copy of the official figures."))
    return lines


def sources(
    rows: pd.DataFrame, citations: pd.DataFrame, indicator: catalogue.Indicator, words: Wording
) -> list[str]:
    """Return where the figures stand: sources, documents, verification; a ratio's denominator."""
    lines = standing(citations, words)
    if indicator.derived:
        lines.append(formula(indicator, words))
    return lines + divided_by(rows, citations, words) + breaks(rows, words)


def divided_by(rows: pd.DataFrame, citations: pd.DataFrame, words: Wording) -> list[str]:
    """Return the footnote that names the denominator of computed ratios; see `denominators`."""
    names = tables.region_names(words.language)
    return denominators.footnotes(rows, citations, lambda region: names[region], words)


def with_denominator(
    figures: pd.DataFrame, rows: pd.DataFrame, citations: pd.DataFrame, words: Wording
) -> pd.DataFrame:
    """Return the rows of a map, a ratio's period with what it was divided by, for its tooltip."""
    used = denominators.with_denominators(rows, citations).set_index("region")
    told = {
        region: denominators.text(document, period, words)
        for region, document, period in used[denominators.DENOMINATOR].itertuples()
    }
    return figures.assign(
        period=[
            words("{period}; denominator: {denominator}", period=period, denominator=told[region])
            if state == "value" and told.get(region)
            else period
            for region, state, period in zip(
                figures["region"], figures["state"], figures["period"], strict=True
            )
        ]
    )


def formula(ratio: catalogue.Indicator, words: Wording) -> str:
    """Return how a derived indicator is computed, with its factor and whose denominator it is."""
    known = catalogue.load().indicators
    above = words.text(known[str(ratio.numerator)].title)
    below = words.text(known[str(ratio.denominator)].title)
    if ratio.share_of:
        whole = tables.region_names(words.language)[ratio.share_of]
        below = words("{indicator} of {region}", indicator=below, region=whole)
    if ratio.factor == 1:
        return words("Computed: {numerator} / {denominator}", numerator=above, denominator=below)
    return words(
        "Computed: {numerator} / {denominator} × {factor}",
        numerator=above, denominator=below, factor=words.number(ratio.factor),
    )  # fmt: skip


def breaks(rows: pd.DataFrame, words: Wording) -> list[str]:
    """Return the footnote of figures among which a series breaks."""
    if not (rows["status"] == "B").any():
        return []
    return [words("[b] break in series: not comparable with earlier figures")]
