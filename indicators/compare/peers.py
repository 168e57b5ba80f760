"""Who is compared with whom: declared groups and nearest neighbours (docs/method.md §9)."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml

from indicators import catalogue
from indicators.catalogue import Catalogue, Text
from indicators.compare.codes import Problem
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
