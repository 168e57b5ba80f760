"""What stands below figures on every page: where they stand, their denominators, breaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from indicators import catalogue, denominators, second_sources
from indicators.catalogue import tree
from indicators.periods import decimal_year
from indicators.standards import current
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
    copied = citations["verification"] == "secondary"
    if copied.all():
        lines.append(words("Taken from reprints; not checked against the originals."))
    elif copied.any():
        lines.append(words("Some are taken from reprints; not checked against the originals."))
    if (citations["verification"] == "unconfirmed").any():
        lines.append(words("Some figures are relayed or worked out; nothing else confirms them."))
    return lines


def sources(
    rows: pd.DataFrame, citations: pd.DataFrame, indicator: catalogue.Indicator, words: Wording
) -> list[str]:
    """Return where the figures stand: sources, documents, verification; a ratio's denominator."""
    lines = standing(citations, words) + second_sources.footnotes(rows, citations, words)
    if indicator.derived:
        lines.append(formula(indicator, words))
    lines += standards(indicator, rows["period"], words)
    return lines + divided_by(rows, citations, words) + breaks(rows, words)


def standards(indicator: catalogue.Indicator, periods: Iterable[str], words: Wording) -> list[str]:
    """Return the lines that say which editions a share on the current standard is of.

    One of every set of editions, with the periods at which they were the current ones.
    """
    scheme = indicator.current_standard_of
    if scheme is None:
        return []
    told: dict[str, list[str]] = {}
    for period in sorted(set(periods), key=decimal_year):
        if titles := [words.text(edition.title) for edition in current(scheme, period)]:
            told.setdefault(words.listed(titles), []).append(words.period(period))
    lines = []
    for editions, spans in told.items():
        span = words("{first} to {last}", first=spans[0], last=spans[-1]) if spans[1:] else spans[0]
        values = {"period": span, "standards": editions}
        lines.append(words("Current standards at {period}: {standards}", **values))
    return lines


def divided_by(rows: pd.DataFrame, citations: pd.DataFrame, words: Wording) -> list[str]:
    """Return the footnote that names the denominator of computed ratios; see `denominators`."""
    names = tree().names(words.language)
    return denominators.footnotes(rows, citations, lambda region: names[region], words)


def with_denominator(
    figures: pd.DataFrame, rows: pd.DataFrame, citations: pd.DataFrame, words: Wording
) -> pd.DataFrame:
    """Return the rows of a map, a ratio's period with what it was divided by, for its tooltip."""
    used = denominators.with_denominators(rows, citations).to_dict("records")
    texts = {row["region"]: denominator(row, words) for row in used}

    def period(region: str, state: str, period: str) -> str:
        if state not in ("value", "broken") or not texts.get(region):
            return period
        values = {"period": period, "denominator": texts[region]}
        return words("{period}; denominator: {denominator}", **values)

    cells = figures[["region", "state", "period"]].itertuples(index=False)
    return figures.assign(period=[period(*cell) for cell in cells])


def denominator(row: Mapping[Any, Any], words: Wording) -> str:
    """Return what a row of `denominators.with_denominators` was divided by; empty for none."""
    document, period, kind = (row[name] for name in denominators.DENOMINATOR)
    return denominators.text(document, period, kind, words)


def formula(ratio: catalogue.Indicator, words: Wording) -> str:
    """Return how a derived indicator is computed, with its factor and whose denominator it is."""
    known = catalogue.load().indicators
    above = words.text(known[str(ratio.numerator)].title)
    below = words.text(known[str(ratio.denominator)].title)
    if ratio.or_denominator:
        other = words.text(known[ratio.or_denominator].title)
        below = words("{indicator} or {other}", indicator=below, other=other)
    if ratio.share_of:
        whole = tree().names(words.language)[ratio.share_of]
        below = words("{indicator} of {region}", indicator=below, region=whole)
    if ratio.factor == 1:
        return words("Computed: {numerator} / {denominator}", numerator=above, denominator=below)
    values = {"numerator": above, "denominator": below, "factor": words.number(ratio.factor)}
    return words("Computed: {numerator} / {denominator} × {factor}", **values)


def about(indicator: catalogue.Indicator, words: Wording) -> list[str]:
    """Return what an indicator means, how it is measured and computed, and how it is to be read."""
    known = catalogue.load()
    wanted = {
        1: words("Higher is better."),
        -1: words("Lower is better."),
        0: words("Neither higher nor lower is better: it is context."),
    }
    timing = {
        "stock": words("As it stands at the end of a period."),
        "flow": words("Measured over a period."),
    }
    lines = [
        words("Definition: {text}", text=words.text(indicator.description)),
        words("Unit: {unit}", unit=words.text(known.units[indicator.unit])),
        timing[indicator.timing],
        wanted[indicator.polarity],
    ]
    if indicator.derived:
        lines.append(formula(indicator, words))
    if indicator.kind == "count":
        lines.append(words("Totals depend on a region's size and are not compared."))
    clause = known.clauses[indicator.clause]
    clause_text = words(
        "Clause {number}: {title}", number=clause.number, title=words.text(clause.title)
    )
    return [*lines, clause_text]


def breaks(rows: pd.DataFrame, words: Wording) -> list[str]:
    """Return the footnote of figures among which a series breaks."""
    if not (rows["status"] == "B").any():
        return []
    return [words("[b] break in series: not comparable with earlier figures")]
