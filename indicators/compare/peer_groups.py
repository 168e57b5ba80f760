"""Who is compared with whom: data/reference/peer_groups.yaml, read and checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from indicators import catalogue
from indicators.catalogue import Catalogue
from indicators.findings import Finding, FindingsError, message
from indicators.names import EXPECTED
from indicators.regions import ALL
from indicators.schema import (
    Known,
    load_schema,
    mistakes,
    nearest,
    repeated,
    schema_findings,
    unknown_words,
)
from indicators.strict_yaml import Read, Written, read
from indicators.wording import Text

Scale = Literal["linear", "log"]
PEERS = "peer_groups"
SCHEMA = catalogue.REFERENCE / f"{PEERS}.schema.json"


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


def read_peer_groups(path: Path | None = None, known: Catalogue | None = None) -> PeerGroups:
    """Return the declared groups and features; raises `FindingsError` with all that is wrong."""
    path = path or catalogue.REFERENCE / f"{PEERS}.yaml"
    written, wrong = checked(path, _words(known or catalogue.load()))
    if written is None or wrong:
        raise FindingsError(wrong)
    declared = written.content["neighbours"]
    return PeerGroups(
        groups=tuple(
            Group(entry["key"], Text(**entry["title"]), tuple(entry["members"]))
            for entry in written.content["groups"]
        ),
        features=tuple(Feature(**entry) for entry in declared["features"]),
        neighbours=declared["count"],
    )


def _words(known: Catalogue) -> Known:
    return {
        "region": (list(known.regions["code"]), EXPECTED["region"]),
        "indicator": (list(known.indicators), EXPECTED["indicator"]),
        "industry": ([ALL, *known.industries["code"]], EXPECTED["industry"]),
    }


def checked(path: Path, known: Known) -> Read:
    """Return a file of peer groups and all that is wrong with it.

    known: the words that may stand in it; those of a kind that is not among them are not looked at.
    """
    written, wrong = read(path, "catalogue")
    if written is None:
        return None, wrong
    schema = load_schema(SCHEMA)
    wrong += schema_findings(written, schema)
    refused = {mistake.path[:1] for mistake in mistakes(written.content, schema)}
    if () not in refused and ("groups",) not in refused:
        wrong += _group_findings(written, known)
    if () not in refused and ("neighbours",) not in refused:
        wrong += _feature_findings(written, known)
    return written, wrong


def _group_findings(file: Written, known: Known) -> Iterator[Finding]:
    yield from repeated(file, "groups")
    codes, expected = known.get("region", ([], EXPECTED["region"]))
    for number, group in enumerate(file.content["groups"] if codes else []):
        for position, code in enumerate(group["members"]):
            if code not in codes:
                place = ("groups", number, "members", position)
                yield file.finding(code, expected, nearest(code, codes), *place)


def _feature_findings(file: Written, known: Known) -> Iterator[Finding]:
    keys: list[str] = []
    for number, entry in enumerate(file.content["neighbours"]["features"]):
        place = ("neighbours", "features", number)
        yield from unknown_words(file, entry, known, *place)
        key = Feature(**entry).key
        if key in keys:
            advice = message("keep the entry that holds and remove the other")
            yield file.finding(key, message("each item once"), advice, *place)
        keys.append(key)
