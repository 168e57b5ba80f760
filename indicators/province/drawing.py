"""Rows for the charts of one region; colour and wording are decided here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from indicators import catalogue, charts, tables
from indicators.objectives import target_text
from indicators.progress import Kind, frequency
from indicators.province.charts import AIMS, STRIPS, TRENDS
from indicators.province.facts import Facts
from indicators.province.sentences import (
    Row,
    change_sign,
    change_text,
    compared,
    difference_signed,
    rank_text,
    standing_name,
)
from indicators.wording import Wording

MOST_STRIPS = 12
FEWEST_PARTS = 2
# A longer series is drawn by the last figure of each year: a strip has no room for more.
MOST_POINTS = 24


def spine_rows(facts: Facts, words: Wording) -> pd.DataFrame:
    """Return the rows of the spine chart: what can be compared and has a range of peers."""
    known = catalogue.load().indicators
    drawn = compared(facts)
    drawn = drawn[drawn["at"].notna()]
    rows = []
    for row in drawn.to_dict("records"):
        item = known[row["indicator"]]
        decimals, unit = item.decimals, tables.unit_name(item.key, words)
        name, value = words.text(item.title), words.number(row["value"], decimals)
        rank = rank_text(row, words)
        told = [f"{value} {unit}", words.period(row["period"])]
        if rank:
            place, of = words.number(row["rank"]), words.number(row["of"])
            ranked = words("rank {rank} of {of}", rank=place, of=of)
            told.append(" ".join(filter(None, [ranked, change_sign(row)])))
        lowest, highest = (words.number(row[end], decimals) for end in ("lowest", "highest"))
        rows.append({
            "indicator": item.key, "name": name, "told": " · ".join(told),
            "value": told[0],
            "benchmark": words.number(row["benchmark"], decimals),
            "difference": difference_signed(row, words),
            "class": row["class"],
            "standing": standing_name(row["class"], words),
            "median": words.number(row["median"], decimals),
            "range": f"{lowest} – {highest}",
            "rank": rank,
            "change": change_text(row, words),
            "spoken": " · ".join([name, *told]),
            "at": row["at"],
            "centre_at": 0.0,
            **{
                f"{end}_at": row[f"{end}_at"]
                for end in ("lowest", "lower_quartile", "upper_quartile", "highest")
            },
        })  # fmt: skip
    return pd.DataFrame(rows)


def trends(
    facts: Facts, asked: Mapping[str, Row], words: Wording, most: int = MOST_STRIPS
) -> dict[str, pd.DataFrame]:
    """Return the datasets of the trends: indicators with two figures or more, aims first.

    `asked`: the register's targets by their key.
    """
    known, aims = catalogue.load().indicators, _aims(facts)
    strips, points, goals = [], [], []
    for key, series in _series(facts, trending(facts)[:most]).items():
        item, unit = known[key], tables.unit_name(key, words)
        aim = _aim_of(series, aims.get(key))
        shown = [words.number(point.value, item.decimals) for point in series]
        ends = [point.value for point in series] + ([] if aim is None else [aim["target_value"]])
        low, reach = min(ends), max(ends) - min(ends)
        strips.append({
            "indicator": key, "name": words.text(item.title),
            "told": _development(series, shown, unit, words),
            "asked": "" if aim is None else words(
                "Target: {target}", target=target_text(asked[aim["target"]], words)
            ),
        })  # fmt: skip
        if aim is not None:
            goals.append((key, _height(aim["target_value"], low, reach)))
        points += [
            (
                key, point.date, _height(point.value, low, reach), point.segment,
                f"{said} {unit}", words.period(point.period),
            )
            for point, said in zip(series, shown, strict=True)
        ]  # fmt: skip
    return {
        STRIPS: pd.DataFrame(strips, columns=["indicator", "name", "told", "asked"]),
        TRENDS: pd.DataFrame(
            points, columns=["indicator", "date", "y", "segment", "shown", "period"]
        ),
        AIMS: pd.DataFrame(goals, columns=["indicator", "y"]),
    }


def _development(series: list[Point], shown: list[str], unit: str, words: Wording) -> str:
    """Return the first and the last figure of a series; of a broken one those since the break."""
    last = series[-1]
    start = next(at for at, point in enumerate(series) if point.segment == last.segment)
    first = series[start]
    said = (
        words(
            "{first} ({from_period}) to {last} ({to_period}) {unit}",
            first=shown[start],
            from_period=words.period(first.period),
            last=shown[-1],
            to_period=words.period(last.period),
            unit=unit,
        )
        if first != last
        else words(
            "{last} ({to_period}) {unit}",
            last=shown[-1],
            to_period=words.period(last.period),
            unit=unit,
        )
    )
    if not start:
        return said
    return words(
        "{said}; not comparable with figures before {period}",
        said=said,
        period=words.period(first.period),
    )


def _height(value: float, low: float, reach: float) -> float:
    return round((value - low) / reach, 3) if reach else 0.5


class Point(NamedTuple):
    """A figure of a strip; `segment` counts the breaks before it."""

    date: str
    period: str
    value: float
    segment: int


def _series(facts: Facts, chosen: list[str]) -> dict[str, list[Point]]:
    """Return what the strips of the chosen indicators draw, in order of time."""
    own = facts.lines[facts.lines["indicator"].isin(chosen)]
    columns = ["indicator", "period", "value", "status", "confidentiality"]
    rows = sorted(
        (charts.period_end(period), key, period, *rest)
        for key, period, *rest in zip(*(own[name].tolist() for name in columns), strict=True)
    )
    found: dict[str, list[Point]] = {key: [] for key in chosen}
    segments = dict.fromkeys(chosen, 0)
    for date, key, period, value, status, confidentiality in rows:
        # Counted even where the figure is missing.
        segments[key] += status == "B"
        if confidentiality == "F" and value == value:
            found[key].append(Point(date, period, value, segments[key]))
    return {key: _thinned(series) for key, series in found.items()}


def _thinned(series: list[Point]) -> list[Point]:
    """Return a long series by the last figure of each year and segment."""
    if len(series) <= MOST_POINTS:
        return series
    return list({(point.period[:4], point.segment): point for point in series}.values())


def trending(facts: Facts) -> list[str]:
    """Return the indicators that have a trend to draw: those aimed at, then what compares."""
    own = facts.lines
    usable = own[own["value"].notna() & (own["confidentiality"] == "F")]
    counts = usable["indicator"].value_counts()
    aimed = list(facts.verdicts.loc[facts.verdicts["target_value"].notna(), "indicator"])
    order = list(dict.fromkeys([*aimed, *compared(facts)["indicator"],
                                *catalogue.load().indicators]))  # fmt: skip
    return [key for key in order if counts.get(key, 0) >= 2]


def _aims(facts: Facts) -> dict[Any, dict[Any, Any]]:
    """Return the target of each indicator's totals that is a number to be reached."""
    verdicts = facts.verdicts
    totals = (verdicts[["industry", "size", "scheme"]] == "ALL").all(axis=1)
    chosen = verdicts[
        totals
        & verdicts["target_value"].notna()
        & ~verdicts["kind"].isin([Kind.EXCEED_BENCHMARK, Kind.WITHIN])
    ]
    return chosen.drop_duplicates("indicator").set_index("indicator", drop=False).to_dict("index")


def _aim_of(series: list[Point], aim: Row | None) -> Row | None:
    """Return the target that a strip may show: of a flow, one for periods of its length."""
    if aim is None or catalogue.load().indicators[aim["indicator"]].timing == "stock":
        return aim
    latest = aim["latest_period"]
    same = isinstance(latest, str) and frequency(latest) == frequency(series[-1].period)
    return aim if same else None


def parts_rows(facts: Facts, indicator: str, by: str, words: Wording) -> pd.DataFrame:
    """Return the bars of one indicator `by` industry or size, in the order of the code list.

    A count's parts have no benchmark: it is as large as the region.
    """
    known = catalogue.load()
    item = known.indicators[indicator]
    codes = known.industries if by == "industry" else known.sizes
    order = {code: place for place, code in enumerate(codes["code"])}
    parts = facts.parts
    chosen = parts[(parts["indicator"] == indicator) & (parts[by] != "ALL")]
    free = chosen[chosen["value"].notna() & (chosen["confidentiality"] == "F")]
    own = free[free["region"] == facts.region].sort_values(by, key=lambda column: column.map(order))
    whole = free[free["region"] == facts.nation].set_index(by)["value"]
    name = tables.industry_name if by == "industry" else tables.size_name
    fair = item.kind != "count" and item.share_of is None
    benchmark = own[by].map(whole).astype(float) if fair else pd.Series(float("nan"), own.index)
    labels = [words.number(value, item.decimals) for value in own["value"]]
    said = [name(code, words) for code in own[by]]
    return pd.DataFrame({
        "name": said,
        "value": own["value"].to_numpy(),
        "label": labels,
        "benchmark": benchmark.to_numpy(),
        "compared": [words.number(value, item.decimals) for value in benchmark],
        "end": pd.concat([own["value"], benchmark], axis=1).max(axis=1).to_numpy(),
        "spoken": [f"{part}, {label}" for part, label in zip(said, labels, strict=True)],
    })  # fmt: skip


def divided(facts: Facts) -> list[str]:
    """Return the indicators of which the region has figures by industry or size, rates first."""
    own = facts.parts[(facts.parts["region"] == facts.region) & facts.parts["value"].notna()]
    counted = own[own["confidentiality"] == "F"].groupby("indicator").size()
    held = set(counted[counted >= FEWEST_PARTS].index)
    order = catalogue.load().indicators
    found = [key for key in order if key in held]
    return sorted(found, key=lambda key: order[key].kind == "count" or bool(order[key].share_of))
