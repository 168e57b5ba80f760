"""What a ratio was divided by: document, period and kind of each row's own denominator.

A ratio takes the nearest denominator that is there, so regions may differ in it; no sentence of
the catalogue can say which. The citation of a computed figure does: see `etl.derive.citations`.
Regions whose denominators are of another year or kind are not compared: see `basis`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from indicators import catalogue
from indicators.wording import Wording

if TYPE_CHECKING:
    import pandas as pd

# Of a citation's row: the document that the denominator stands in, its period, its indicator.
DENOMINATOR = ["denominator_document", "denominator_period", "denominator_indicator"]
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
    known = catalogue.load().indicators
    kinds = {key: item.denominator for key, item in known.items() if not item.or_denominator}
    kind = found["indicator"].map(kinds).where(given)
    return found.assign(
        denominator_period=found["denominator_period"].fillna(own),
        denominator_indicator=found["denominator_indicator"].fillna(kind),
    )


def basis(rows: pd.DataFrame) -> pd.Series:
    """Return what each row's denominator is, `period/indicator`, empty for its own period's.

    Figures of one indicator and period compare only where it is the same.
    """
    texts = rows["citation"].astype("str")
    return texts.where(texts.str.count("/") > 1, "").str.replace("^[^/]*/[^/]*/", "", regex=True)


def uncompared(rows: pd.DataFrame, parts: pd.Series) -> pd.Series:
    """Say which rows do not compare with the most of their period, by their denominators' `basis`.

    rows: of one indicator; parts: which of them count for what most have. What is not public is
    not among them.
    """
    public = rows["value"].notna() & (rows["confidentiality"] == "F")
    held = rows.assign(basis=basis(rows))[public]
    counts = held[parts[public]].value_counts(["period", "basis"]).reset_index()
    most = counts.sort_values(["count", "basis"]).drop_duplicates("period", keep="last")
    usual = held["period"].map(dict(zip(most["period"], most["basis"], strict=True)))
    apart = usual.notna() & (held["basis"] != usual)
    return apart.reindex(rows.index, fill_value=False)


def _of_one_period() -> list[str]:
    """Return the ratios whose denominator is always of their own period."""
    known = catalogue.load().indicators.values()
    return [item.key for item in known if item.share_of or item.denominator_period == "same"]


def text(document: object, period: object, kind: object, words: Wording) -> str:
    """Return a denominator in words, with period and kind where they are known; empty for none."""
    if not isinstance(document, str):
        return ""
    if not isinstance(period, str):
        return document
    return _told(document, words.period(period), kind, words)


def _told(document: str, period: str, kind: object, words: Wording) -> str:
    """Return a denominator in words, with its kind where an indicator may have either of two."""
    known = catalogue.load().indicators
    several = {key for item in known.values() if item.or_denominator for key in item.denominators}
    if not isinstance(kind, str) or kind not in several:
        return words("{period} ({document})", document=document, period=period)
    values = {"document": document, "period": period, "what": words.text(known[kind].title)}
    return words("{what} of {period} ({document})", **values)


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
    document, _, kind = DENOMINATOR
    key = DENOMINATOR if used["period"].nunique() == 1 else [document, kind]
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
    numerators = citations.reindex(columns=["citation", "document"]).drop_duplicates("citation")
    used = with_denominators(rows, citations).merge(
        numerators, on="citation", how="left", validate="m:1"
    )
    beside = used["denominator_document"] == used["document"]
    used = used[~beside].dropna(subset=DENOMINATOR[:2]).drop_duplicates(DENOMINATOR)
    if used.empty:
        return []
    ordered = used.sort_values(DENOMINATOR)
    documents = []
    for (document, kind), group in ordered.groupby([DENOMINATOR[0], DENOMINATOR[2]], dropna=False):
        periods = words.listed([words.period(each) for each in group["denominator_period"]])
        documents.append(_told(str(document), periods, kind, words))
    separator = "；" if words.language == "zh" else "; "
    return [words("Denominators of ratios: {denominators}", denominators=separator.join(documents))]


def _document(used: pd.DataFrame, words: Wording) -> str:
    document, period, kind = (used[name].iloc[0] for name in DENOMINATOR)
    periods = used["denominator_period"].dropna()
    if periods.nunique() < 2:
        return text(document, period, kind, words)
    first, last = (words.period(each) for each in (periods.min(), periods.max()))
    return _told(document, words("{first} to {last}", first=first, last=last), kind, words)


def _regions(used: pd.DataFrame, name: Callable[[str], str], words: Wording) -> str:
    regions = sorted(set(used["region"]))
    if len(regions) > MOST_NAMED:
        return words("{n} regions", n=len(regions))
    return words.listed([name(region) for region in regions])
