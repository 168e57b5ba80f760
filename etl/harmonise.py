"""Published names to our codes, published quantities to numbers.

An unknown name is never dropped and never guessed: all of them are reported at once,
each with the names that come nearest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import pandas as pd

from etl.figures.cells import Unread, number, period, plain
from etl.figures.names import Names, folded, names
from indicators.catalogue import Catalogue
from indicators.findings import Finding, FindingsError, Message, message


def harmonise(
    published: pd.DataFrame,
    catalogue: Catalogue,
    *,
    indicators: Mapping[str, str],
    schemes: Mapping[str, str],
    regions: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return a source's rows in our codes: KEY, value, status, …, with `file` and `row`.

    `indicators`, `schemes` and `regions` map the source's own names to codes; region names of
    the catalogue are known beside them. Raises `FindingsError` with every cell that has no code.
    """
    findings: list[Finding] = []

    def column(name: str, convert: Callable[[str], object]) -> list[object]:
        converted: list[object] = []
        for text, file, row in zip(
            published[name], published["file"], published["row"], strict=True
        ):
            try:
                converted.append(convert(text))
            except Unread as why:
                converted.append(None)
                findings.append(Finding(file, text, why.expected, why.advice, row=row, column=name))
        return converted

    # Published tables by province; the platform's 全国 is domestic, its 全部 is not.
    spelt = names(
        catalogue, "region", own={"全国": "100000", "全部": "ALL"} | dict(regions or {}),
        kinds={"province"},
    )  # fmt: skip
    rows = pd.DataFrame({
        "indicator": column("indicator_name", _of_the_source(
            indicators, message("an indicator of this source"))),
        "period": column("period", period),
        "scheme": column("scheme_name", _of_the_source(
            schemes, message("a scheme of this source"))),
        "industry": column("industry", names(catalogue, "industry").code),
        "size": column("size", names(catalogue, "size").code),
        "region": column("region_name", spelt.code),
        "value": column("value", number),
    })  # fmt: skip
    findings.extend(_wrong_units(published, rows["indicator"], catalogue))
    if findings:
        raise FindingsError(findings)
    return rows.assign(
        value=rows["value"].astype(float),
        status="A",
        confidentiality="F",
        numerator=float("nan"),
        denominator=float("nan"),
        citation=add_citation(published)["citation"].to_numpy(),
        file=published["file"].to_numpy(),
        row=published["row"].to_numpy(),
    )


def _of_the_source(spellings: Mapping[str, str], expected: Message) -> Callable[[str], str]:
    known = Names(expected)
    for spelling, code in spellings.items():
        known.own[folded(spelling)] = code
        known.add(code, [spelling], spelling)
    return known.code


def _wrong_units(
    published: pd.DataFrame, indicators: pd.Series, catalogue: Catalogue
) -> list[Finding]:
    findings = []
    for indicator, unit, file, row in zip(
        indicators, published["unit"], published["file"], published["row"], strict=True
    ):
        if indicator is None:
            continue
        expected = catalogue.units[catalogue.indicators[indicator].unit].zh
        if plain(unit) != plain(expected):
            findings.append(
                Finding(
                    file,
                    unit,
                    message("the unit {unit}", unit=expected),
                    message("convert the figure, or correct the unit"),
                    row=row,
                    column="unit",
                )
            )
    return findings


def add_citation(published: pd.DataFrame) -> pd.DataFrame:
    """Return `published` with `verification` and `citation`, a digest of where a figure stands.

    Grade A is an official outlet; B and C are secondary copies of an official figure.
    """
    placed = published.assign(
        verification=published["grade"].map({"A": "primary"}).fillna("secondary")
    )
    parts = placed[["file", "publisher", "document", "place", "basis", "verification", "note"]]
    digests = [
        hashlib.sha256("\x1f".join(map(str, part)).encode()).hexdigest()[:12]
        for part in parts.itertuples(index=False)
    ]
    return placed.assign(citation=digests)


def mark_break(rows: pd.DataFrame, *, indicator: str, scheme: str, period: str) -> pd.DataFrame:
    """Return `rows` with status B (break) where a series changed its meaning."""
    after = (
        (rows["indicator"] == indicator) & (rows["scheme"] == scheme) & (rows["period"] == period)
    )
    return rows.assign(status=rows["status"].mask(after, "B"))


__all__ = ["add_citation", "harmonise", "mark_break", "number", "period", "plain"]
