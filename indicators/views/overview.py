"""What the Overview says: the nation's newest figures, and how far all figures reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from indicators import catalogue, denominators, tables
from indicators.drawing.map_rows import state_of
from indicators.frequencies import in_time, one_frequency
from indicators.wording import Wording

NATION, ALL = "100000", "ALL"


@dataclass(frozen=True)
class Headline:
    """One large number and how it changed since the snapshot before."""

    label: str
    value: str
    change: str | None
    help: str


def headlines(rows: pd.DataFrame, words: Wording) -> list[Headline]:
    """Return the nation's figures with their change.

    `rows`: certificates and organisations of all schemes at the regions ALL and 100000.
    """
    known = catalogue.load()
    scopes = {ALL: words("all"), NATION: words("domestic")}
    short = {
        "certificates_valid": words("Certificates"),
        "certified_organisations": words("Organisations"),
    }
    found = []
    for region, scope in scopes.items():
        for key in short:
            series = _line(rows[
                (rows["indicator"] == key) & (rows["region"] == region) & (rows["industry"] == ALL)
            ])  # fmt: skip
            if series.empty:
                continue
            newest, *before = series[::-1].to_dict("records")
            change = _change(newest, before[0], words) if before else None
            indicator = known.indicators[key]
            found.append(Headline(
                words("{what} ({scope})", what=short[key], scope=scope),
                words.big(newest["value"]),
                change,
                words("{value} {unit}, {period}. {description}",
                      value=words.number(newest["value"]), unit=tables.unit_name(key, words),
                      period=words.period(newest["period"]),
                      description=words.text(indicator.description)),
            ))  # fmt: skip
    return found


def _change(newest: dict[Any, Any], before: dict[Any, Any], words: Wording) -> str | None:
    """Return by how much a figure changed in percent; None across a break or without a base."""
    usual = {state_of(newest), state_of(before)} == {"value"}
    if not usual or newest["status"] == "B" or not before["value"]:
        return None
    return words(
        "{change} since {period}",
        change=words.signed((newest["value"] / before["value"] - 1) * 100, 1) + "%",
        period=words.period(before["period"]),
    )


def overview_statement(rows: pd.DataFrame, reach: pd.DataFrame, words: Wording) -> str:
    """Return the Overview's title: the newest national figure and how far figures reach."""
    series = _line(rows[(rows["indicator"] == "certificates_valid") & (rows["region"] == ALL)])
    if series.empty:
        return words("{n} indicators have figures", n=len(reach))
    provinces = int(reach.loc[reach["indicator"] == "certificates_valid", "provinces"].max())
    newest = series.iloc[-1]
    return words(
        "{value} valid certificates in {period}, those abroad included; {known} of {covered} "
        "provinces have figures",
        value=words.big(newest["value"]), period=words.period(newest["period"]),
        known=provinces, covered=len(tables.provinces()),
    )  # fmt: skip


def _line(rows: pd.DataFrame) -> pd.DataFrame:
    """Return national figures of one frequency each, in order of time."""
    return in_time(one_frequency(rows, ["indicator", "region", "industry"], rows["value"].notna()))


def newest_table(rows: pd.DataFrame, citations: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Return each indicator's newest national figure, in the catalogue's order.

    `rows`: national figures of every indicator, all schemes and sizes.
    """
    known = catalogue.load().indicators
    order = {key: place for place, key in enumerate(known)}
    newest = (
        _line(rows).groupby(["indicator", "region", "industry"], as_index=False)
        .tail(1).sort_values("indicator", key=lambda keys: keys.map(order), kind="stable")
    )  # fmt: skip
    names = tables.region_names(words.language)
    used = denominators.with_denominators(newest, citations)[denominators.DENOMINATOR]
    return pd.DataFrame({
        words("Indicator"): [words.text(known[key].title) for key in newest["indicator"]],
        words("Scope"): newest["region"].map(names).to_numpy(),
        words("Industry"): [tables.industry_name(code, words) for code in newest["industry"]],
        words("Period"): [words.period(period) for period in newest["period"]],
        words("Value"): [
            words.number(value, known[key].decimals)
            for key, value in zip(newest["indicator"], newest["value"], strict=True)
        ],
        words("Unit"): [tables.unit_name(key, words) for key in newest["indicator"]],
        words("Denominator"): [
            denominators.text(document, period, words)
            for document, period in used.itertuples(index=False)
        ],
    })  # fmt: skip
