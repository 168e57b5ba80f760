"""What a ratio was divided by: the document and the period of each row's own denominator.

A ratio takes the nearest denominator that is there, so regions may differ in it; no sentence of
the catalogue can say which. The citation of a computed figure does: see `etl.derive.citations`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from indicators import catalogue
from indicators.wording import Wording

if TYPE_CHECKING:
    import pandas as pd

# Of a citation's row: the document that the denominator stands in, and its period.
DENOMINATOR = ["denominator_document", "denominator_period"]
MOST_NAMED = 5


def with_denominators(rows: pd.DataFrame, citations: pd.DataFrame) -> pd.DataFrame:
    """Return rows with `DENOMINATOR`; missing for what is no ratio that was computed here.

    `citations` as `queries.citations` returns them; the period of a denominator that is always
    the row's own is not among them.
    """
    cited = citations.reindex(columns=["citation", *DENOMINATOR]).drop_duplicates("citation")
    cited = cited.astype(dict.fromkeys(DENOMINATOR, "str"))
    found = rows.merge(cited, on="citation", how="left", validate="m:1").set_index(rows.index)
    given = found["denominator_document"].notna()
    own = found["period"].astype("str").where(given & found["indicator"].isin(_of_one_period()))
    return found.assign(denominator_period=found["denominator_period"].fillna(own))


def _of_one_period() -> list[str]:
    """Return the ratios whose denominator is always of their own period."""
    known = catalogue.load().indicators.values()
    return [item.key for item in known if item.share_of or item.denominator_period == "same"]


def text(document: object, period: object, words: Wording) -> str:
    """Return a denominator in words, its period where that is known; empty for none."""
    if not isinstance(document, str):
        return ""
    if not isinstance(period, str):
        return document
    return words("{period} ({document})", document=document, period=words.period(period))


def footnotes(
    rows: pd.DataFrame, citations: pd.DataFrame, name: Callable[[str], str], words: Wording
) -> list[str]:
    """Return the line that says what the ratios among `rows` were divided by, none for others.

    `name` of a region's code. Where regions differ, each denominator says whose it is.
    """
    known = rows[rows["value"].notna() & (rows["confidentiality"] == "F")]
    used = with_denominators(known, citations).dropna(subset=["denominator_document"])
    if used.empty:
        return []
    # Over many periods a document tells more than each of its periods would.
    key = DENOMINATOR if used["period"].nunique() == 1 else DENOMINATOR[:1]
    groups = [group for _, group in used.groupby(key, sort=True, dropna=False)]
    groups.sort(key=lambda group: group["region"].nunique(), reverse=True)
    documents = [_document(group, words) for group in groups]
    if len(groups) == 1:
        return [words("Denominator: {denominator}", denominator=documents[0])]
    whose = [
        words(
            "{denominator} for {regions}",
            denominator=document,
            regions=_regions(group, name, words),
        )
        for document, group in zip(documents, groups, strict=True)
    ]
    separator = "；" if words.language == "zh" else "; "
    return [words("Denominators differ: {denominators}", denominators=separator.join(whose))]


def of_a_region(rows: pd.DataFrame, citations: pd.DataFrame, words: Wording) -> list[str]:
    """Return the line that names the denominators of one region's ratios, none without any.

    A denominator that stands beside its numerator, in one document and period, is not named.
    """
    cited = citations.reindex(columns=["citation", *DENOMINATOR]).dropna()
    used = cited[cited["citation"].isin(rows["citation"])].drop_duplicates(DENOMINATOR)
    if used.empty:
        return []
    ordered = used.sort_values(DENOMINATOR)[DENOMINATOR].itertuples(index=False)
    documents = ("；" if words.language == "zh" else "; ").join(
        text(document, period, words) for document, period in ordered
    )
    return [words("Denominators of ratios: {denominators}", denominators=documents)]


def _document(used: pd.DataFrame, words: Wording) -> str:
    document, periods = used["denominator_document"].iloc[0], used["denominator_period"].dropna()
    if periods.nunique() < 2:
        return text(document, used["denominator_period"].iloc[0], words)
    return words(
        "{first} to {last} ({document})",
        document=document,
        first=words.period(periods.min()),
        last=words.period(periods.max()),
    )


def _regions(used: pd.DataFrame, name: Callable[[str], str], words: Wording) -> str:
    regions = sorted(set(used["region"]))
    if len(regions) > MOST_NAMED:
        return words("{n} regions", n=len(regions))
    return words.listed([name(region) for region in regions])
