"""Who is compared with whom: data/reference/peer_groups.yaml, and the nearest neighbours."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import yaml

from indicators import catalogue
from indicators.catalogue import Catalogue, Text
from indicators.compare.intervals import comparable
from indicators.frequencies import one_date
from indicators.periods import decimal_years
from indicators.regions import ALL

Scale = Literal["linear", "log"]
_SCALES = ("linear", "log")
_FILE = "peer_groups.yaml"


@dataclass(frozen=True)
class Group:
    """Regions that are compared with one another."""

    key: str
    title: Text
    members: tuple[str, ...]


@dataclass(frozen=True)
class Feature:
    """What makes regions alike: an indicator's newest figure, of an industry if one is named.

    share: the industry's part of the indicator's own total. The key names the feature.
    """

    indicator: str
    scale: Scale
    weight: float
    industry: str = ALL
    share: bool = False

    @property
    def key(self) -> str:
        return self.indicator if self.industry == ALL else f"{self.indicator}/{self.industry}"


@dataclass(frozen=True)
class PeerGroups:
    """The file `data/reference/peer_groups.yaml`."""

    groups: tuple[Group, ...]
    features: tuple[Feature, ...]
    neighbours: int

    def groups_of(self, region: str) -> list[Group]:
        """Return the groups that a region belongs to, in the file's order."""
        return [group for group in self.groups if region in group.members]


class Problem(StrEnum):
    """What may be wrong in the file of peer groups."""

    NOT_YAML = "not_yaml"
    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    NOT_A_LIST = "not_a_list"
    NOT_A_MAPPING = "not_a_mapping"
    NOT_TEXT = "not_text"
    NOT_TRUE_OR_FALSE = "not_true_or_false"
    NOT_A_POSITIVE_NUMBER = "not_a_positive_number"
    UNKNOWN_REGION = "unknown_region"
    UNKNOWN_INDICATOR = "unknown_indicator"
    UNKNOWN_INDUSTRY = "unknown_industry"
    UNKNOWN_SCALE = "unknown_scale"
    DUPLICATE = "duplicate"
    TOO_FEW = "too_few"


class Mistake(NamedTuple):
    """One thing wrong in the file: where, what kind, and what stands there."""

    place: str
    problem: Problem
    found: str

    def __str__(self) -> str:
        return f"{_FILE} · {self.place}: {self.problem}: {self.found}"


class PeerGroupError(ValueError):
    """The file may not be used; `mistakes` holds everything that is wrong with it."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def read_peer_groups(
    path: Path = catalogue.REFERENCE / _FILE, known: Catalogue | None = None
) -> PeerGroups:
    """Return the declared groups and features; raises `PeerGroupError` with all mistakes."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PeerGroupError([Mistake("", Problem.NOT_YAML, str(error))]) from error
    if found := list(_mistakes(content, known or catalogue.load())):
        raise PeerGroupError(found)
    declared = content["neighbours"]
    return PeerGroups(
        groups=tuple(
            Group(entry["key"], Text(**entry["title"]), tuple(entry["members"]))
            for entry in content["groups"]
        ),
        features=tuple(Feature(**entry) for entry in declared["features"]),
        neighbours=declared["count"],
    )


def _mistakes(content: Any, known: Catalogue) -> Iterator[Mistake]:
    if (yield from _fields(content, "", {"groups", "neighbours"})):
        yield from _group_mistakes(content["groups"], set(known.regions["code"]))
        declared = content["neighbours"]
        if (yield from _fields(declared, "neighbours", {"count", "features"})):
            yield from _positive(declared["count"], "neighbours · count", whole=True)
            yield from _feature_mistakes(declared["features"], known)


def _group_mistakes(groups: Any, regions: set[str]) -> Iterator[Mistake]:
    if not isinstance(groups, list):
        yield Mistake("groups", Problem.NOT_A_LIST, repr(groups))
        return
    keys: set[str] = set()
    for number, entry in enumerate(groups, start=1):
        if not (yield from _fields(entry, f"groups · {number}", {"key", "title", "members"})):
            continue
        key, title, members = entry["key"], entry["title"], entry["members"]
        place = f"groups · {key}"
        yield from _text(key, f"groups · {number} · key")
        if str(key) in keys:
            yield Mistake(place, Problem.DUPLICATE, str(key))
        keys.add(str(key))
        if (yield from _fields(title, f"{place} · title", {"zh", "en"})):
            for language in ("zh", "en"):
                yield from _text(title[language], f"{place} · title · {language}")
        if not isinstance(members, list):
            yield Mistake(f"{place} · members", Problem.NOT_A_LIST, repr(members))
            continue
        if len(members) < 2:
            yield Mistake(f"{place} · members", Problem.TOO_FEW, repr(members))
        for place_of, code in enumerate(members):
            # An unquoted 110000 is a number to YAML, and codes are text.
            if not isinstance(code, str):
                yield Mistake(f"{place} · members", Problem.NOT_TEXT, repr(code))
            elif code not in regions:
                yield Mistake(f"{place} · members", Problem.UNKNOWN_REGION, code)
            if code in members[:place_of]:
                yield Mistake(f"{place} · members", Problem.DUPLICATE, str(code))


def _feature_mistakes(features: Any, known: Catalogue) -> Iterator[Mistake]:
    if not isinstance(features, list) or not features:
        yield Mistake("neighbours · features", Problem.NOT_A_LIST, repr(features))
        return
    industries = {ALL, *known.industries["code"]}
    keys: set[str] = set()
    for number, entry in enumerate(features, start=1):
        place = f"neighbours · features · {number}"
        needed = {"indicator", "scale", "weight"}
        if not (yield from _fields(entry, place, needed, {"industry", "share"})):
            continue
        # As text: a list, say, is no key of anything.
        indicator, scale = str(entry["indicator"]), str(entry["scale"])
        industry, share = str(entry.get("industry", ALL)), entry.get("share", False)
        for code, codes, problem in (
            (indicator, known.indicators, Problem.UNKNOWN_INDICATOR),
            (industry, industries, Problem.UNKNOWN_INDUSTRY),
            (scale, _SCALES, Problem.UNKNOWN_SCALE),
        ):
            if code not in codes:
                yield Mistake(place, problem, code)
        if not isinstance(share, bool):
            yield Mistake(place, Problem.NOT_TRUE_OR_FALSE, repr(share))
        elif share and industry == ALL:
            yield Mistake(place, Problem.MISSING_FIELD, "industry")
        yield from _positive(entry["weight"], f"{place} · weight")
        key = f"{indicator}/{industry}"
        if key in keys:
            yield Mistake(place, Problem.DUPLICATE, key)
        keys.add(key)


def _fields(
    entry: Any, place: str, needed: set[str], allowed: Collection[str] = ()
) -> Generator[Mistake, None, bool]:
    """Yield what is wrong with a mapping's fields; return whether all the needed ones stand."""
    if not isinstance(entry, dict):
        yield Mistake(place, Problem.NOT_A_MAPPING, repr(entry))
        return False
    for name in sorted(needed - set(entry)):
        yield Mistake(place, Problem.MISSING_FIELD, name)
    for name in sorted(map(str, set(entry) - needed - set(allowed))):
        yield Mistake(place, Problem.UNKNOWN_FIELD, name)
    return needed <= set(entry)


def _text(found: Any, place: str) -> Iterator[Mistake]:
    if not isinstance(found, str) or not found.strip():
        yield Mistake(place, Problem.NOT_TEXT, repr(found))


def _positive(found: Any, place: str, *, whole: bool = False) -> Iterator[Mistake]:
    number = isinstance(found, int if whole else int | float) and not isinstance(found, bool)
    if not number or not 0 < found < float("inf"):
        yield Mistake(place, Problem.NOT_A_POSITIVE_NUMBER, repr(found))


def feature_rows(
    rows: pd.DataFrame, features: Collection[Feature], candidates: Collection[str]
) -> pd.DataFrame:
    """Return the features of the candidates: region, feature, period, value, standard.

    `rows` are observations of the features' indicators over all sizes and schemes. Each feature
    is taken at the newest of the periods in which most candidates have it. `standard` is
    (x − mean) / standard deviation over the candidates, x on the declared scale. A feature that
    does not tell candidates apart has no rows.
    """
    usable = comparable(rows[rows["region"].isin(candidates)]).dropna(subset="value")
    found = [_feature(usable, feature) for feature in features]
    columns = ["region", "feature", "period", "value", "standard"]
    return pd.concat([pd.DataFrame(columns=columns), *found], ignore_index=True)[columns]


def neighbours(
    rows: pd.DataFrame, declared: PeerGroups, candidates: Collection[str]
) -> pd.DataFrame:
    """Return the nearest neighbours of every candidate, nearest first.

    Columns: region, neighbour, place (1 is the nearest), distance, features (what the distance
    rests on: keys, in the file's order), missing (declared features that one of the two lacks).
    distance = √(Σ w (aᵢ − bᵢ)² / Σ w) over the features that both have, in standard deviations,
    so that distances over fewer features stay on one scale. Two regions without a feature in
    common are no neighbours.
    """
    held = feature_rows(rows, declared.features, candidates)
    keys = [feature.key for feature in declared.features]
    table = held.pivot(index="region", columns="feature", values="standard")
    table = table.reindex(columns=keys).sort_index().astype(float)
    weight = np.array([feature.weight for feature in declared.features])
    both = table.notna().to_numpy()
    found = []
    for at, region in enumerate(table.index):
        shared = both & both[at]
        gaps = np.where(shared, (table - table.iloc[at]).to_numpy() ** 2, 0)
        weighed = shared @ weight
        with np.errstate(invalid="ignore"):
            distance = np.sqrt(gaps @ weight / np.where(weighed > 0, weighed, np.nan))
        distance[at] = np.nan
        nearest = np.argsort(distance, kind="stable")[: declared.neighbours]
        found += [
            (
                region,
                table.index[other],
                place,
                distance[other],
                ", ".join(key for key, use in zip(keys, shared[other], strict=True) if use),
                ", ".join(key for key, use in zip(keys, shared[other], strict=True) if not use),
            )
            for place, other in enumerate(nearest, start=1)
            if not np.isnan(distance[other])
        ]
    columns = ["region", "neighbour", "place", "distance", "features", "missing"]
    return pd.DataFrame(found, columns=columns)


def _dated(rows: pd.DataFrame) -> pd.DataFrame:
    return one_date(rows, rows["value"].notna())


def _feature(usable: pd.DataFrame, feature: Feature) -> pd.DataFrame:
    own = usable[usable["indicator"] == feature.indicator]
    part = _dated(own[own["industry"] == feature.industry])
    if feature.share:
        whole = _dated(own[own["industry"] == ALL])[["region", "period", "value"]]
        part = part.merge(whole, on=["region", "period"], suffixes=("", "_whole"), validate="1:1")
        part["value"] = part["value"] / part["value_whole"].where(part["value_whole"] > 0)
        part = part.dropna(subset="value")
    if feature.scale == "log":
        part = part[part["value"] > 0]
    if part.empty:
        return pd.DataFrame()
    # `n` candidates have a figure; the newest of the best-covered periods.
    covered = part.groupby("period", as_index=False).agg(n=("region", "size"))
    covered["time"] = decimal_years(covered["period"])
    chosen = str(covered.sort_values(["n", "time", "period"])["period"].iloc[-1])
    part = part[part["period"] == chosen]
    scaled = np.log(part["value"]) if feature.scale == "log" else part["value"]
    spread = scaled.std(ddof=0)
    if not spread > 1e-12 * max(1.0, float(scaled.abs().max())):
        return pd.DataFrame()
    return part.assign(feature=feature.key, standard=(scaled - scaled.mean()) / spread)
