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

from etl.targets import DOCUMENT, EVIDENCE, MILESTONE, TARGET, Register
from etl.tidy import TidyRows
from indicators.catalogue import Catalogue, Indicator

PUBLISHER = "演示数据（程序生成）"
NATION = "100000"
BASELINE = 2018
PAST, OPEN = ("2020", "2022"), ("2027", "2030")
DUE = ("2025", "2025")
# verdict wanted: the window, R at its later end (None: between two figures).
WANTED: dict[str, tuple[tuple[str, str], float]] = {
    "on_track": (OPEN, 1.5),
    "acceleration_needed": (OPEN, 0.75),
    "achieved_on_time": (PAST, 1.0),
    "on_track_latest_only": (OPEN, 1.1),
    "missed": (DUE, 1.0),
    "limited": (OPEN, 0.35),
    "achieved_late": (PAST, 1.0),
    "achieved": (OPEN, 1.0),
}
OWN = (
    "certified_organisations", "certificates_valid", "uptake_rate", "quality_brands",
    "manufacturing_pass_rate", "service_satisfaction_life", "qms_rate_above_scale",
    "certificates_suspended_per_1000",
)  # fmt: skip
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
    held = _series(rows, [NATION, *provinces])
    document = f"演示数据集（随机种子 {seed}）"
    documents = [_document(region, document, catalogue) for region in [NATION, *provinces]]
    targets: list[dict[str, Any]] = []
    milestones: list[dict[str, Any]] = []
    evidence: list[dict[str, Any]] = []
    wanted, departments = cycle(WANTED), cycle(DEPARTMENTS)
    for region, indicator in _aimed_at(catalogue, provinces, set(held)):
        item = catalogue.indicators[indicator]
        named = {
            "target": f"demonstration-{region}-{indicator}".replace("_", "-"),
            "document": f"demonstration-{region}",
            "indicator": indicator,
            "region": region,
            "department": next(departments),
            "definition": item.title.zh,
            "place": document,
            "verification": "demonstration",
            "note": PUBLISHER,
        }
        if item.kind == "milestone":
            targets.append(_target(named, PAST, kind="milestone"))
            state = STATES[(len(targets) + seed) % len(STATES)]
            evidence.append({
                "target": named["target"], "period": "2024", "state": state,
                "text": "演示数据：程序生成的进展说明", "source": PUBLISHER,
            })  # fmt: skip
        else:
            made, steps = _numeric(named, item, held[region, indicator], next(wanted))
            targets.append(made)
            milestones.extend(steps)
    tables = {
        "document": documents,
        "target": targets,
        "milestone": milestones,
        "evidence": evidence,
    }
    columns = {"document": DOCUMENT, "target": TARGET, "milestone": MILESTONE, "evidence": EVIDENCE}
    return Register(**{name: pd.DataFrame(tables[name], columns=columns[name]) for name in tables})


def _aimed_at(
    catalogue: Catalogue, provinces: Sequence[str], held: set[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Yield region and indicator of every target; what is only a denominator has none."""
    denominators = {"population", "legal_units", "enterprise_legal_units", "legal_units_all"}
    for key, item in catalogue.indicators.items():
        for region in [NATION, *provinces]:
            own = region == NATION or key in OWN or item.kind == "milestone"
            known = item.kind == "milestone" or (region, key) in held
            # Where the nation itself has no figure, as of its share of itself, provinces aim.
            own |= (NATION, key) not in held and region in provinces[:6]
            if own and known and key not in denominators:
                yield region, key


def _document(region: str, document: str, catalogue: Catalogue) -> dict[str, Any]:
    regions = catalogue.regions
    name = str(regions.loc[regions["code"] == region, "name_zh"].item())
    return {
        "document": f"demonstration-{region}",
        "title": f"演示目标（{name}）：{document}",
        "issuer": PUBLISHER,
        "region": region,
        "date_inferred": 0,
        "note": PUBLISHER,
    }


def _series(rows: TidyRows, regions: Sequence[str]) -> dict[tuple[str, str], _Series]:
    """Return the year-end figures of all schemes and sizes, by region and indicator.

    Those of all industries, else of the one industry that the indicator is about.
    """
    held = rows.query(
        """
        SELECT region, indicator, industry, CAST(period[1:4] AS INTEGER) AS year, value
        FROM tidy
        WHERE scheme = 'ALL' AND size = 'ALL' AND value IS NOT NULL
          AND list_contains(?, region)
          AND (industry = 'ALL' OR indicator NOT IN (
                SELECT indicator FROM tidy WHERE industry = 'ALL'))
          AND (length(period) = 4 OR period[6:7] = '12' OR indicator LIKE '%residents%')
          AND (industry IN ('ALL', 'A', 'C'))
        QUALIFY row_number() OVER (
            PARTITION BY region, indicator, industry, year ORDER BY period DESC) = 1
        ORDER BY region, indicator, industry DESC, year
        """,
        [list(regions)],
    )
    made: dict[tuple[str, str], _Series] = {}
    for key, part in held.groupby(["region", "indicator"], sort=False):
        # Shares by industry: manufacturing's.
        industry = str(part["industry"].iloc[0])
        own = part[part["industry"] == industry]
        made[str(key[0]), str(key[1])] = _Series(industry, own.set_index("year")["value"])
    return made


def _target(named: dict[str, Any], window: tuple[str, str], **more: Any) -> dict[str, Any]:
    return named | {
        "industry": "ALL", "size": "ALL", "scheme": "ALL", "shape": "linear", "approximate": 0,
        "window_early": window[0], "window_late": window[1],
    } | more  # fmt: skip


def _numeric(
    named: dict[str, Any], item: Indicator, series: _Series, wanted: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    window, ratio = WANTED[wanted]
    late = int(window[1])
    first = max(BASELINE, int(series.values.index[0]))
    last = int(series.values.index[-1])
    begin, now = series.at(first), series.at(last)
    common = {"industry": series.industry, "shape": item.shape}
    if not item.polarity:
        spread = max(abs(now) * 0.1, 10.0**-item.decimals)
        lower, upper = (_rounded(now + side * spread, item) for side in (-1, 1))
        return _target(named, window, kind="within", lower=lower, upper=upper, **common), []
    if wanted in ("achieved_on_time", "achieved"):
        then = series.at(late) if wanted == "achieved_on_time" else now
        aim = begin + 0.9 * (then - begin)
    elif wanted == "achieved_late":
        aim = series.at(late) + 0.5 * (now - series.at(late))
    elif wanted == "missed":
        aim = now + 0.3 * (now - begin)
    else:
        aim = _reached(item.shape, begin, now, (late - first) / max(last - first, 1) / ratio)
    # A figure that went the wrong way is to come back: it is moving away, or was missed.
    if item.polarity * (aim - begin) <= 0:
        aim = begin * (1 + 0.03 * item.polarity)
    kind = "at_least" if item.polarity > 0 else "at_most"
    aim = _rounded(float(np.clip(aim, item.range[0], _ceiling(item))), item)
    steps = []
    if window == PAST and item.polarity * (aim - begin) > 0 and first == BASELINE:
        step = _rounded(begin + (aim - begin) * 2 / (late - first), item)
        if item.polarity * (aim - step) > 0:
            steps = [{
                "target": named["target"], "period": "2020", "value": step,
                "place": named["place"], "verification": "demonstration", "note": PUBLISHER,
            }]  # fmt: skip
    return _target(named, window, kind=kind, value=aim, baseline_period=str(first), **common), steps


def _ceiling(item: Indicator) -> float:
    return 99.5 if item.unit == "percent" else item.range[1]


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
