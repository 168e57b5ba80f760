"""Published names to our codes, published quantities to numbers.

An unknown name is never dropped and never guessed: all of them are reported at once,
each with the names that come nearest.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

import pandas as pd

from etl.findings import Finding, Message, Refused, message
from indicators.catalogue import Catalogue
from indicators.database import KEY

_MULTIPLES = {"万": Decimal(10_000), "亿": Decimal(100_000_000)}
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?)(万|亿)?(%)?")
_PERIOD = re.compile(r"\d{4}(-Q[1-4]|-(0[1-9]|1[0-2]))?")


def plain(text: str) -> str:
    """Return `text` in half width and without any space: `　２０２０ 年` → `2020年`."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def number(text: str) -> float:
    """Return the number that a published cell says: `１，２３４`, `193.7万`, `1.2亿`, `93.39%`.

    A percentage stays on the scale 0–100. Raises `ValueError` when it is not a number.
    """
    bare = plain(text).replace(",", "")
    match = _NUMBER.fullmatch(bare)
    if match is None:
        raise ValueError(text)
    digits, multiple, percent = match.groups()
    if multiple and percent:
        raise ValueError(text)
    try:
        return float(Decimal(digits) * _MULTIPLES.get(multiple or "", Decimal(1)))
    except InvalidOperation as error:
        raise ValueError(text) from error


def period(text: str) -> str:
    """Return an ISO period (`2020`, `2020-Q3`, `2020-06`) or raise `ValueError`."""
    bare = plain(text)
    if _PERIOD.fullmatch(bare) is None:
        raise ValueError(text)
    return bare


def region_names(catalogue: Catalogue) -> dict[str, str]:
    """Return every spelling of a region that is known, with its code."""
    names: dict[str, str] = {}
    for region in catalogue.regions.itertuples():
        spellings = (region.code, region.name_zh, region.short_zh, region.name_en, region.iso3166_2)
        names |= {plain(str(name)): str(region.code) for name in spellings if name}
    return names


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
    the catalogue are known beside them. Raises `Refused` with every cell that has no code.
    """
    findings: list[Finding] = []

    def column(name: str, convert: Callable[[str], object], expected: Message) -> list[object]:
        converted: list[object] = []
        for text, file, row in zip(
            published[name], published["file"], published["row"], strict=True
        ):
            try:
                converted.append(convert(text))
            except (ValueError, KeyError):
                converted.append(None)
                findings.append(
                    Finding(
                        file,
                        text,
                        expected,
                        _advice(text, known.get(name, {})),
                        row=row,
                        column=name,
                    )
                )
        return converted

    known: dict[str, Mapping[str, str]] = {
        "indicator_name": indicators,
        "scheme_name": schemes,
        "region_name": region_names(catalogue) | dict(regions or {}),
        "industry": {code: code for code in ["ALL", *catalogue.industries["code"]]},
        "size": {code: code for code in catalogue.sizes["code"]},
    }

    def coded(name: str) -> Callable[[str], str]:
        names = {plain(spelling): code for spelling, code in known[name].items()}
        return lambda text: names[plain(text)]

    rows = pd.DataFrame({
        "indicator": column("indicator_name", coded("indicator_name"),
                            message("an indicator of this source")),
        "period": column("period", period, message("a period such as 2020, 2020-Q3 or 2020-06")),
        "scheme": column("scheme_name", coded("scheme_name"), message("a scheme of this source")),
        "industry": column("industry", coded("industry"), message("an industry of GB/T 4754-2017")),
        "size": column("size", coded("size"), message("an enterprise size of NBS 2017")),
        "region": column("region_name", coded("region_name"), message("a region of GB/T 2260")),
        "value": column("value", number, message("a number")),
    })  # fmt: skip
    findings.extend(_wrong_units(published, rows["indicator"], catalogue))
    if findings:
        raise Refused(findings)
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


def _advice(text: str, known: Mapping[str, str]) -> Message:
    near = difflib.get_close_matches(plain(text), known, n=3, cutoff=0.4)
    if near:
        return message("did you mean {names}?", names=" / ".join(near))
    return message("correct the cell, or add the name to the code list")


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


__all__ = ["KEY", "add_citation", "harmonise", "mark_break", "number", "period", "region_names"]
