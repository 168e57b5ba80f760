"""Tables of one region: the twins of its charts, and what is missing."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from indicators import catalogue, tables
from indicators.compare import Gap
from indicators.objectives import target_text
from indicators.progress import SYMBOLS, VerdictClass, said_of
from indicators.province.facts import Facts
from indicators.province.sentences import (
    Row,
    change_text,
    difference_signed,
    gap_name,
    rank_text,
    standing_name,
)
from indicators.wording import Wording, rounded

MOST_DECIMALS = 4
_BEST_FIRST = {code: place for place, code in enumerate(VerdictClass)}


def verdict_table(facts: Facts, asked: Mapping[str, Row], words: Wording) -> pd.DataFrame:
    """Return the region's targets and verdicts, those that can be judged first.

    `asked`: the register's targets by their key.
    """
    rows = facts.verdicts.assign(order=facts.verdicts["verdict"].map(_BEST_FIRST)).sort_values(
        ["order", "own", "indicator"], ascending=[True, False, True]
    )
    known = catalogue.load().indicators
    told = rows.to_dict("records")
    return pd.DataFrame({
        words("Verdict"): [
            f"{SYMBOLS[VerdictClass(row['verdict'])]} "
            f"{said_of(row, words)}" for row in told
        ],
        words("Indicator"): [tables.aim_name(row, words) for row in told],
        words("Target"): [target_text(asked[row["target"]], words) for row in told],
        words("Latest"): [
            "—" if pd.isna(row["latest_value"]) else words(
                "{value} ({period})", period=words.period(row["latest_period"]),
                value=words.number(row["latest_value"], known[row["indicator"]].decimals),
            ) for row in told
        ],
        words("Required a year from now"): [
            required_text(row, words) for row in told
        ],
        words("Acceleration factor"): [
            words.number(row["acceleration"], 1) if math.isfinite(row["acceleration"])
            and row["required"] else "—" for row in told
        ],
        words("Whose target"): [
            words("its own") if row["own"] else words("the nation's") for row in told
        ],
    })  # fmt: skip


def comparison_table(facts: Facts, words: Wording) -> pd.DataFrame:
    """Return the region on every indicator that it has a figure of, beside benchmark and peers."""
    known = catalogue.load().indicators
    rows = facts.spine[facts.spine["value"].notna()].to_dict("records")

    def figures(name: str) -> list[str]:
        return [words.number(row[name], known[row["indicator"]].decimals) for row in rows]

    def limits(height: str) -> list[str]:
        ends = zip(figures(f"limit_lower_{height}"), figures(f"limit_upper_{height}"), strict=True)
        return ["—" if low == "—" else f"{low} – {high}" for low, high in ends]

    return pd.DataFrame({
        words("Indicator"): [words.text(known[row["indicator"]].title) for row in rows],
        words("Period"): [words.period(row["period"]) for row in rows],
        words("Value"): figures("value"),
        words("Unit"): [tables.unit_name(row["indicator"], words) for row in rows],
        words("Benchmark"): figures("benchmark"),
        words("Difference"): [difference_signed(row, words) for row in rows],
        words("Control limits at 95 %"): limits("95"),
        words("Control limits at 99.8 %"): limits("998"),
        words("Rank"): [rank_text(row, words) or "—" for row in rows],
        words("Change of rank"): [change_text(row, words) or "—" for row in rows],
        words("Compared with the benchmark"): [
            standing_name(row["class"], words) for row in rows
        ],
        words("Peers together"): figures("group_benchmark"),
        words("Compared with the peers together"): [
            "—" if pd.isna(row["group_benchmark"]) else standing_name(row["group_class"], words)
            for row in rows
        ],
        words("Median of the peers"): figures("median"),
        words("Lowest of the peers"): figures("lowest"),
        words("Highest of the peers"): figures("highest"),
        words("Peers with a figure"): [
            words.number(row["peers"]) for row in rows
        ],
        words("What is missing"): [
            gap_name(row["benchmark_gap"] or row["gap"], words) for row in rows
        ],
    })  # fmt: skip


def missing_table(facts: Facts, words: Wording) -> pd.DataFrame:
    """Return what the region has no figure of, the clause that asks for it, and who has figures."""
    known = catalogue.load()
    gaps = facts.spine[facts.spine["value"].isna()].set_index("indicator")["gap"]
    own = facts.parts[(facts.parts["region"] == facts.region) & facts.parts["value"].notna()]
    # What exists for one industry only is there: it has no total to be missing.
    held = {*facts.spine.loc[facts.spine["value"].notna(), "indicator"], *own["indicator"]}
    rows = [
        (item, gap_name(gaps.get(key, Gap.NO_DATA), words))
        for key, item in known.indicators.items()
        if item.kind != "milestone" and key not in held
    ]
    return pd.DataFrame({
        words("Indicator"): [words.text(item.title) for item, _ in rows],
        words("Clause"): [words.text(known.clauses[item.clause].title) for item, _ in rows],
        words("Why"): [why for _, why in rows],
        words("Who could supply it"): [supplier(item, facts, words) for item, _ in rows],
    })  # fmt: skip


def supplier(item: catalogue.Indicator, facts: Facts, words: Wording) -> str:
    """Return who has figures of an indicator for others, or what it would follow from."""
    known = catalogue.load()
    if item.derived:
        needed = [str(item.numerator), str(item.denominator)]
        own = facts.own
        have = set(own.loc[own["value"].notna(), "indicator"])
        lacking = [key for key in dict.fromkeys(needed) if key not in have] or needed
        return words("computed here as soon as there is: {indicators}", indicators=words.listed([
            words.text(known.indicators[key].title) for key in lacking
        ]))  # fmt: skip
    found = []
    for source, provinces in sorted(facts.holdings.get(item.key, {}).items()):
        publisher = (
            words.text(known.sources[source].publisher)
            if source in known.sources
            else tables.source_name(source, words)
        )
        found.append(
            words.plural("{publisher}: published for {n} province",
                         "{publisher}: published for {n} provinces", n=provinces,
                         publisher=publisher) if provinces
            else words("{publisher}: published for the nation only", publisher=publisher)
        )  # fmt: skip
    return ("；" if words.language == "zh" else "; ").join(found) or words(
        "no public source is known: to be collected"
    )


def required_text(row: Row, words: Wording) -> str:
    """Return what the coming year must bring, with digits enough to be more than zero."""
    required, decimals = row["required"], catalogue.load().indicators[row["indicator"]].decimals
    if pd.isna(required) or not required:
        return "—"
    while not rounded(required, decimals) and decimals < MOST_DECIMALS:
        decimals += 1
    return tables.difference_text(words.signed(required, decimals), row["indicator"], words)
