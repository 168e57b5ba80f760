"""What the Province page says of a region, made once per release and language."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from indicators import catalogue, denominators, objectives, tables, views
from indicators.province.drawing import (
    MOST_POINTS,
    MOST_STRIPS,
    divided,
    parts_rows,
    trending,
)
from indicators.province.facts import Facts
from indicators.province.listing import missing_table, verdict_table
from indicators.province.material import Material
from indicators.province.sentences import benchmark_name, compared, peers_text, statement
from indicators.wording import Wording


@dataclass(frozen=True)
class Beside:
    """Whom a region is compared with, and on how much; `compared` is empty without a chart."""

    group: str
    peers: str
    compared: str


@dataclass(frozen=True)
class ProvinceTables:
    """Sentences and tables of one region; `trends` is empty without a chart.

    known: whether it has any figure; counts: its verdicts as badges.
    """

    statement: str
    known: bool
    counts: str
    verdicts: pd.DataFrame
    beside: Beside
    trends: str
    trends_note: str
    divided: list[str]
    missing: pd.DataFrame
    missing_note: str
    sources: list[str]


def province_tables(material: Material, words: Wording) -> ProvinceTables:
    """Return what the page says of a region."""
    facts, common = material.facts, material.shared
    where = tables.region_names(words.language)[facts.region]
    trends = len(trending(facts))
    missing = missing_table(facts, words)
    return ProvinceTables(
        statement=statement(facts, words),
        known=not facts.own.empty,
        counts=" ".join(
            f":gray-badge[{symbol} {name} {words.number(number)}]"
            for symbol, name, number in objectives.counts(facts.verdicts, words)
        ),
        verdicts=verdict_table(facts, common.judged.asked, words),
        beside=beside(material, words),
        trends=words.plural(
            "{n} trend of {region}", "{n} trends of {region}", n=min(trends, MOST_STRIPS),
            region=where,
        ) if trends else "",
        trends_note=_trends_note(trends, words),
        divided=divided(facts),
        missing=missing,
        missing_note=words(
            "{n} of the {all} indicators that the clauses ask for have no figure here.",
            n=words.number(len(missing)), all=words.number(len(declared())),
        ),
        sources=[
            source_line(facts, words),
            # Its documents are too many to list: the briefing and the workbook do.
            *views.standing(material.citations[material.citations["basis"] != "derived"],
                            words)[1:],
            *denominators.of_a_region(facts.own, material.citations, words),
        ],
    )  # fmt: skip


def beside(material: Material, words: Wording) -> Beside:
    """Return whom a region is compared with; all that its group of peers decides."""
    facts = material.facts
    where = tables.region_names(words.language)[facts.region]
    drawn = int(compared(facts)["at"].notna().sum())
    return Beside(
        facts.group,
        peers_text(facts, material.shared.declared, words),
        words.plural(
            "{region} among its peers on {n} indicator",
            "{region} among its peers on {n} indicators", n=drawn, region=where,
        ) if drawn else "",
    )  # fmt: skip


def source_line(facts: Facts, words: Wording) -> str:
    """Return the sources of a region's figures in one line."""
    sources = sorted(set(facts.own["source"]))
    if not sources:
        return words("Source: none has figures of this region")
    names = [tables.source_name(key, words) for key in sources]
    return words("Source: {documents}", documents=words.listed(names))


def declared() -> list[str]:
    """Return the indicators that ask for a figure, not for evidence."""
    return [
        key for key, item in catalogue.load().indicators.items() if item.kind != "milestone"
    ]  # fmt: skip


def _trends_note(trends: int, words: Wording) -> str:
    if not trends:
        return words("No indicator has two figures yet, so there is no trend.")
    said = words(
        "Each strip has its own scale; dashed: the target. Of a series with more than {n} figures "
        "the last of each year is drawn.", n=MOST_POINTS,
    )  # fmt: skip
    if trends > MOST_STRIPS:
        said += words(" {n} of {all} indicators are drawn, those with a target first.",
                      n=MOST_STRIPS, all=trends)  # fmt: skip
    return said


def comparison_notes(words: Wording) -> list[str]:
    """Return how a spine chart is read, and what it does not say."""
    return [
        words(
            "▲ better, ▼ worse beyond chance; ● no difference beyond chance; ◆ neither good nor "
            "bad; ■ not tested. Line: the nation or the province above, without a figure of it "
            "the peers' median. Bands: all peers, and their middle half."
        ),
        words(
            "After a rank: ▲ ▼ places won or lost within a year or more, beyond chance; ≈ a change "
            "that chance could make; = none."
        ),
        words(
            "Counts grow with a region's size and are not compared. Where denominators are large, "
            "chance explains very little: read the difference first, then the rank."
        ),
    ]


def series_table(facts: Facts, words: Wording) -> pd.DataFrame:
    """Return the figures of the region over time, of one frequency each: the trends' twin."""
    known = catalogue.load().indicators
    order = {key: place for place, key in enumerate(known)}
    # By indicator; within one they stand in order of time.
    rows = facts.lines.sort_values("indicator", key=lambda column: column.map(order), kind="stable")
    return pd.DataFrame({
        words("Indicator"): [words.text(known[key].title) for key in rows["indicator"]],
        words("Period"): [words.period(period) for period in rows["period"]],
        words("Value"): rows["value"].where(rows["confidentiality"] == "F").to_numpy(),
        words("Unit"): [tables.unit_name(key, words) for key in rows["indicator"]],
        words("Footnote"): [
            tables.footnote(status, confidentiality, value, words)
            for status, confidentiality, value in zip(
                rows["status"], rows["confidentiality"], rows["value"], strict=True
            )
        ],
    })  # fmt: skip


def part_note(facts: Facts, indicator: str, words: Wording) -> str:
    """Return what the bars of industries and sizes show."""
    item = catalogue.load().indicators[indicator]
    period = facts.parts.loc[facts.parts["indicator"] == indicator, "period"].iloc[0]
    said = words("{what} ({unit}), {period}.", what=words.text(item.title),
                 unit=tables.unit_name(indicator, words),
                 period=words.period(period))  # fmt: skip
    if item.kind == "count" or item.share_of:
        return said
    return said + words(" The tick: {whole}.", whole=benchmark_name(facts, words))


def part_table(facts: Facts, indicator: str, words: Wording) -> pd.DataFrame:
    """Return the twin of the bars: industries, then sizes."""
    both = pd.concat([parts_rows(facts, indicator, by, words) for by in ("industry", "size")])
    return pd.DataFrame({
        words("Part"): both["name"].to_numpy(),
        words("Value"): both["label"].to_numpy(),
        words("Benchmark"): both["compared"].to_numpy(),
        words("Unit"): tables.unit_name(indicator, words),
    })  # fmt: skip
