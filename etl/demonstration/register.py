"""A register of targets for the demonstration world: every kind of verdict has its examples.

A target's value is set from the figures so that its verdict comes out as wanted: the rate ratio
R of docs/method.md §3, solved for the value to be reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd

from etl.targets import COLUMNS, Register
from etl.tidy import TidyRows
from indicators.catalogue import Catalogue, Indicator
from indicators.regions import ALL, NATION

PUBLISHER = "演示数据（程序生成）"
BASELINE = 2018
Window = tuple[str, str]
PAST, OPEN, DUE = ("2020", "2022"), ("2027", "2030"), ("2025", "2025")
# The verdict wanted, the window, and R at its later end, or how the value is set instead.
WANTED: tuple[tuple[Window, float | str], ...] = (
    (OPEN, 1.5),  # on track
    (OPEN, 0.75),  # acceleration needed
    (PAST, "achieved"),
    (OPEN, 1.1),  # on track, at the latest date only
    (DUE, "missed"),
    (OPEN, 0.35),  # limited progress
    (PAST, "late"),
    (OPEN, "achieved"),
)
# Indicators for which provinces have targets of their own.
OWN = {
    *("certified_organisations", "certificates_valid", "uptake_rate", "quality_brands"),
    *("manufacturing_pass_rate", "service_satisfaction_life", "qms_rate_above_scale"),
    "certificates_suspended_per_1000",
}
DENOMINATORS = {"population", "legal_units", "enterprise_legal_units", "legal_units_all"}
DEPARTMENTS = ("市场监管部门", "工业和信息化部门", "农业农村部门", "商务部门")
STATES = ("done", "under_way", "not_begun")


@dataclass(frozen=True)
class _Series:
    """One figure by year at one region, and the industry it is given for."""

    industry: str
    values: pd.Series

    def at(self, year: int) -> float:
        """Return the newest value not later than `year`, else the first."""
        before = self.values[self.values.index <= year]
        return float(before.iloc[-1] if len(before) else self.values.iloc[0])


def register(rows: TidyRows, catalogue: Catalogue, provinces: Sequence[str], seed: int) -> Register:
    """Return the register of a world whose figures are `rows`."""
    regions = [NATION, *provinces]
    series = _series(rows, regions)
    source = f"演示数据集（随机种子 {seed}）"
    names = catalogue.regions.set_index("code")["name_zh"]
    tables: dict[str, list[dict[str, Any]]] = {"target": [], "milestone": [], "evidence": []}
    tables["document"] = [
        {
            "document": f"demonstration-{region}",
            "title": f"演示目标（{names[region]}）：{source}",
            "issuer": PUBLISHER,
            "region": region,
            "date_inferred": 0,
            "note": PUBLISHER,
        }
        for region in regions
    ]
    wanted, departments = cycle(WANTED), cycle(DEPARTMENTS)
    for region, indicator in _aimed_at(catalogue, regions, set(series)):
        item = catalogue.indicators[indicator]
        about = {"place": source, "verification": "demonstration", "note": PUBLISHER}
        target = about | {
            "target": f"demonstration-{region}-{indicator}".replace("_", "-"),
            "document": f"demonstration-{region}",
            "indicator": indicator,
            "region": region,
            "department": next(departments),
            "definition": item.title.zh,
            "industry": ALL,
            "size": ALL,
            "scheme": ALL,
            "shape": "linear",
            "approximate": 0,
        }
        if item.kind == "milestone":
            early, late = PAST
            target |= {"kind": "milestone", "window_early": early, "window_late": late}
            evidence = {"target": target["target"], "period": "2024", "source": PUBLISHER}
            state = STATES[(len(tables["target"]) + 1 + seed) % len(STATES)]
            evidence |= {"state": state, "text": "演示数据：程序生成的进展说明"}
            tables["evidence"].append(evidence)
        else:
            number, step = _number(item, series[region, indicator], *next(wanted))
            target |= number
            if step is not None:
                milestone = {"target": target["target"], "period": "2020", "value": step}
                tables["milestone"].append(about | milestone)
        tables["target"].append(target)
    frames = {name: pd.DataFrame(tables[name], columns=of) for name, of in COLUMNS.items()}
    return Register(**frames)


def _aimed_at(
    catalogue: Catalogue, regions: Sequence[str], given: set[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Yield region and indicator of every target; what is only a denominator has none."""
    for key, item in catalogue.indicators.items():
        for place, region in enumerate(regions):
            everywhere = region == NATION or key in OWN or item.kind == "milestone"
            # Where the nation itself has no figure, as of its share of itself, provinces aim.
            first = (NATION, key) not in given and 0 < place <= 6
            exists = item.kind == "milestone" or (region, key) in given
            if exists and (everywhere or first) and key not in DENOMINATORS:
                yield region, key


def _series(rows: TidyRows, regions: Sequence[str]) -> dict[tuple[str, str], _Series]:
    """Return the year-end figures of all schemes and sizes, by region and indicator.

    Those of all industries, else of the one industry that the indicator is about.
    """
    yearly = rows.query(
        f"""
        SELECT region, indicator, industry, CAST(period[1:4] AS INTEGER) AS year, value
        FROM tidy
        WHERE scheme = '{ALL}' AND size = '{ALL}' AND value IS NOT NULL
          AND list_contains(?, region)
          AND (industry = '{ALL}' OR indicator NOT IN (
                SELECT indicator FROM tidy WHERE industry = '{ALL}'))
          AND (length(period) = 4 OR period[6:7] = '12' OR indicator LIKE '%residents%')
          AND (industry IN ('{ALL}', 'A', 'C'))
        QUALIFY row_number() OVER (
            PARTITION BY region, indicator, industry, year ORDER BY period DESC) = 1
        ORDER BY region, indicator, industry DESC, year
        """,
        [list(regions)],
    )
    series: dict[tuple[str, str], _Series] = {}
    for (region, indicator), part in yearly.groupby(["region", "indicator"], sort=False):
        # Shares by industry: manufacturing's.
        industry = str(part["industry"].iloc[0])
        own = part[part["industry"] == industry]
        series[str(region), str(indicator)] = _Series(industry, own.set_index("year")["value"])
    return series


def _number(
    item: Indicator, series: _Series, window: Window, wanted: float | str
) -> tuple[dict[str, Any], float | None]:
    """Return what a target says in numbers, and its milestone of 2020 if it has one."""
    early, late = window
    common = {"industry": series.industry, "shape": item.shape}
    common |= {"window_early": early, "window_late": late}
    first, last = max(BASELINE, int(series.values.index[0])), int(series.values.index[-1])
    begin, now, end = series.at(first), series.at(last), int(late)
    if not item.polarity:
        apart = max(abs(now) * 0.1, 10.0**-item.decimals)
        lower, upper = _rounded(now - apart, item), _rounded(now + apart, item)
        return common | {"kind": "within", "lower": lower, "upper": upper}, None
    then = series.at(end) if window == PAST else now
    if wanted == "achieved":
        aim = begin + 0.9 * (then - begin)
    elif wanted == "late":
        aim = then + 0.5 * (now - then)
    elif wanted == "missed":
        aim = now + 0.3 * (now - begin)
    else:
        times = (end - first) / max(last - first, 1) / float(wanted)
        aim = _reached(item.shape, begin, now, times)
    # A figure that went the wrong way is to come back: it is moving away, or was missed.
    if item.polarity * (aim - begin) <= 0:
        aim = begin * (1 + 0.03 * item.polarity)
    highest = 99.5 if item.unit == "percent" else item.range[1]
    aim = _rounded(float(np.clip(aim, item.range[0], highest)), item)
    kind = "at_least" if item.polarity > 0 else "at_most"
    target = common | {"kind": kind, "value": aim, "baseline_period": str(first)}
    step = _rounded(begin + (aim - begin) * 2 / (end - first), item) if end > first else aim
    rising = item.polarity * (step - begin) > 0 and item.polarity * (aim - step) > 0
    return target, step if window == PAST and first == BASELINE and rising else None


def _reached(shape: str, begin: float, now: float, times: float) -> float:
    """Return what is reached `times` the way from `begin` to `now` on, on a path of this shape."""
    if shape == "geometric" and begin > 0 and now > 0:
        return float(begin * (now / begin) ** times)
    if shape == "logistic" and 0 < begin < 100 and 0 < now < 100:
        first, second = (np.log(value / (100 - value)) for value in (begin, now))
        return float(100 / (1 + np.exp(-(first + (second - first) * times))))
    return begin + (now - begin) * times


def _rounded(value: float, item: Indicator) -> float:
    """Return a value as a document would give it: four figures of a count, two of a rate."""
    if item.kind == "count" and abs(value) >= 10_000:
        return float(f"{value:.4g}")
    return round(value, max(item.decimals, 2) if item.kind != "count" else item.decimals)
