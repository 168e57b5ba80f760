"""Rows for the charts of one region; colour and wording are decided here."""

from __future__ import annotations

from typing import Any

import pandas as pd

from indicators import catalogue, charts, tables
from indicators.compare import Standing
from indicators.maps import palette
from indicators.objectives import FILLS, target_text
from indicators.progress import Kind
from indicators.province.charts import AIMS, STRIPS, TRENDS
from indicators.province.facts import Facts
from indicators.province.sentences import compared, rank_text, standing_name
from indicators.targets import Register
from indicators.wording import Wording

# Distinct forms beside the colours.
SHAPES = {
    Standing.BETTER: "triangle-up",
    Standing.WORSE: "triangle-down",
    Standing.HIGHER: "diamond",
    Standing.LOWER: "diamond",
    Standing.SIMILAR: "circle",
    Standing.NOT_COMPARED: "square",
}
GRADES = {Standing.BETTER: "good", Standing.WORSE: "poor"}
MOST_STRIPS = 12
FEWEST_PARTS = 2
# A longer series is drawn by the last figure of each year: a strip has no room for more.
MOST_POINTS = 24


def spine_rows(facts: Facts, words: Wording, dark: bool) -> pd.DataFrame:
    """Return the rows of the spine chart: what can be compared and has a range of peers."""
    known = catalogue.load().indicators
    drawn = compared(facts)
    drawn = drawn[drawn["at"].notna()]
    colours = palette(dark)
    rows = []
    for row in drawn.to_dict("records"):
        item = known[row["indicator"]]
        decimals, unit = item.decimals, tables.unit_name(item.key, words)
        standing = Standing(row["class"])
        fill = FILLS[GRADES[standing]][dark] if standing in GRADES else colours.ramp[3]
        name, value = words.text(item.title), words.number(row["value"], decimals)
        rank = rank_text(row, words)
        told = [f"{value} {unit}", words.period(row["period"])]
        if rank:
            place, of = words.number(row["rank"]), words.number(row["of"])
            told.append(words("rank {rank} of {of}", rank=place, of=of))
        rows.append({
            "indicator": item.key, "name": name, "told": " · ".join(told),
            "value": f"{value} {unit}",
            "benchmark": words.number(row["benchmark"], decimals),
            "difference": "—" if pd.isna(row["difference"])
            else words.signed(row["difference"], decimals),
            "standing": standing_name(standing, words),
            "median": words.number(row["median"], decimals),
            "range": f"{words.number(row['lowest'], decimals)} – "
            f"{words.number(row['highest'], decimals)}",
            "rank": rank, "fill": fill, "shape": SHAPES[standing],
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
    facts: Facts, register: Register, words: Wording, most: int = MOST_STRIPS
) -> dict[str, pd.DataFrame]:
    """Return the datasets of the trends: indicators with two figures or more, aims first."""
    known = catalogue.load().indicators
    names = tables.region_names(words.language)
    aims = _aims(facts)
    told_of = register.target.set_index("target").to_dict("index")
    chosen = trending(facts)[:most]
    strips, points, goals = [], [], []
    for key in chosen:
        item = known[key]
        unit, name = tables.unit_name(key, words), words.text(item.title)
        series = _thinned(facts.own[facts.own["indicator"] == key])
        drawn = charts.series_rows(series, words, names=names, unit=unit, decimals=item.decimals)
        told = words("{first} ({from_period}) to {last} ({to_period}) {unit}",
                     first=words.number(drawn["value"].iloc[0], item.decimals),
                     from_period=drawn["period"].iloc[0],
                     last=words.number(drawn["value"].iloc[-1], item.decimals),
                     to_period=drawn["period"].iloc[-1], unit=unit)  # fmt: skip
        aim = aims.get(key)
        ends = [*drawn["value"], *([] if aim is None else [aim["target_value"]])]
        low, reach = min(ends), max(ends) - min(ends)
        asked = ""
        if aim is not None:
            asked = words("Target: {target}",
                          target=target_text(told_of[aim["target"]], words))  # fmt: skip
            goals.append({"indicator": key, "y": (aim["target_value"] - low) / reach
                          if reach else 0.5})  # fmt: skip
        strips.append({"indicator": key, "name": name, "told": told, "asked": asked})
        points.append(
            pd.DataFrame(
                {
                    "indicator": key,
                    "date": drawn["date"],
                    "y": ((drawn["value"] - low) / reach).round(3) if reach else 0.5,
                    "segment": drawn["segment"],
                    "shown": drawn["shown"],
                    "period": drawn["period"],
                }
            )
        )
    every = pd.concat(points, ignore_index=True) if points else pd.DataFrame()
    return {
        STRIPS: pd.DataFrame(strips, columns=["indicator", "name", "told", "asked"]),
        TRENDS: every,
        AIMS: pd.DataFrame(goals, columns=["indicator", "y"]),
    }


def trending(facts: Facts) -> list[str]:
    """Return the indicators that have a trend to draw: those aimed at, then what compares."""
    own = facts.own
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


def _thinned(series: pd.DataFrame) -> pd.DataFrame:
    if len(series) <= MOST_POINTS:
        return series
    ordered = series[series["value"].notna()].sort_values("period")
    last = ~ordered["period"].str[:4].duplicated(keep="last")
    return ordered[last | (ordered["status"] == "B")]


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
