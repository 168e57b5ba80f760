"""What is measured, which clause asks for it, and the code lists: data/catalogue, data/reference.

Meaning is data: title, unit, polarity and additivity of an indicator stand there once, and
charts, tables, checks and verdicts read them from here.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from indicators.industry_tree import Industries
from indicators.regions import ALL, Tree
from indicators.settings import ROOT
from indicators.strict_yaml import content_of
from indicators.wording import Text

# The code lists alone need frames: what asks for none of them loads no pandas.
if TYPE_CHECKING:
    import pandas as pd

CATALOGUE = ROOT / "data" / "catalogue"
REFERENCE = ROOT / "data" / "reference"


@dataclass(frozen=True)
class Jump:
    """Which change within a year is a jump: more than `floor` and than `multiple` usual changes.

    scale: `log`, the logarithm of the ratio of two values (ln 2: twice as much), or `points`, in
    the indicator's own unit.
    """

    scale: str
    floor: float
    multiple: float = 4.0


@dataclass(frozen=True)
class Suppression:
    """Which figures are too small to be public; docs: `etl.suppression`.

    threshold: figures from fewer (above zero) are withheld. dominance: and those to which one
    contributor gives more than this percentage.
    """

    threshold: float | None = None
    dominance: float | None = None


@dataclass(frozen=True)
class Same:
    """Where the same count stands too: under another indicator, at a scheme of it."""

    indicator: str
    scheme: str | None = None


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """What one indicator means.

    polarity: +1 higher is better, −1 lower is better, 0 neither. timing: `stock`, as it stands at
    the end of a period, or `flow`, measured over it (docs/method.md §1). covers: `year` where a
    December stands for its year, as of a yearly total labelled 2023-12. additive: the dimensions
    over which its values add up. A derived one is numerator / denominator × factor; its
    denominator stands at the same period (`same`) or at the nearest one not later and at most
    `max_age` years older (`earlier`), where `or_denominator` is of another kind and serves where
    that one is nearer or alone; `share_of` names the region whose figure is the whole.
    shape: the path that targets take unless they say otherwise (docs/method.md §3).
    remainder: the dimensions over which a whole holds more than its parts.
    jump: None where no change is one. breaks: between the fixed classes of its maps.
    holders_of: it counts those who hold one at least of what that one counts. subset_of: some of
    what that one counts. same_as: under that one the same count stands too. growth_of: it is
    the growth of that one on the year before, in per cent. industry_share_of: its figure of an
    industry is that one's in per cent of its figure of all industries. current_standard_of: it is
    the part of that scheme's certificates that are of the edition current at the period. industry:
    which one its figures are of, where it is not all.
    """

    key: str
    title: Text
    description: Text
    kind: str
    timing: str
    unit: str
    polarity: int
    clause: str
    additive: tuple[str, ...]
    range: tuple[float, float]
    decimals: int
    shape: str
    covers: str | None = None
    derived: bool = False
    numerator: str | None = None
    denominator: str | None = None
    or_denominator: str | None = None
    factor: float = 1.0
    denominator_period: str = "same"
    max_age: float | None = None
    share_of: str | None = None
    series: str | None = None
    industry: str = ALL
    remainder: tuple[str, ...] = ()
    jump: Jump | None = None
    suppression: Suppression | None = None
    breaks: tuple[float, ...] = ()
    holders_of: str | None = None
    subset_of: str | None = None
    same_as: Same | None = None
    growth_of: str | None = None
    industry_share_of: str | None = None
    current_standard_of: str | None = None

    @property
    def denominators(self) -> tuple[str, ...]:
        """What it may be divided by, the first before the second where both serve."""
        return tuple(filter(None, (self.denominator, self.or_denominator)))


@dataclass(frozen=True)
class Clause:
    """One clause of the State Council opinion, in our words."""

    key: str
    number: str
    title: Text
    ask: Text


class Interval(NamedTuple):
    """How many months from one figure to the next, and from a period's end to its figure."""

    every: int | None = None
    after: int = 0


@dataclass(frozen=True)
class Calendar:
    """When a source publishes: `every` so many months, `after` so many from the end of a period.

    where: the place to look for the next figures, at `url` if it has an address. every: None of
    what appears at no fixed interval, which is never due. indicators: those of its indicators that
    keep a calendar of their own.
    """

    where: Text
    every: int | None = None
    after: int = 0
    url: str = ""
    indicators: Mapping[str, Interval] = field(default_factory=dict)

    def of(self, indicator: str) -> Interval:
        """Return how often the source has figures of an indicator."""
        return self.indicators.get(indicator, Interval(self.every, self.after))


@dataclass(frozen=True)
class Source:
    """Where figures come from; the key is the folder under data/raw.

    calendar: None of what appears on no date, such as an office's own counts.
    """

    key: str
    title: Text
    publisher: Text
    description: Text
    licence: Text
    frequency: Text
    calendar: Calendar | None = None


@dataclass(frozen=True, eq=False)
class Catalogue:
    """All of it. Code lists: one row a code, every cell text, missing as the empty string."""

    indicators: dict[str, Indicator]
    clauses: dict[str, Clause]
    sources: dict[str, Source]
    units: dict[str, Text]
    texts: dict[str, str]  # of the files, by their names

    @cached_property
    def regions(self) -> pd.DataFrame:
        """The code list of regions: see `indicators.regions`."""
        return _codes(self.texts["regions.csv"])

    @cached_property
    def industries(self) -> pd.DataFrame:
        """The code list of industries: see `indicators.industry_tree`."""
        codes = _codes(self.texts["industries.csv"])
        # A catalogue of before sectors has no members.
        return codes if "members" in codes else codes.assign(members="")

    @cached_property
    def schemes(self) -> pd.DataFrame:
        """The code list of certification schemes."""
        return _codes(self.texts["schemes.csv"])

    @cached_property
    def sizes(self) -> pd.DataFrame:
        """The code list of enterprise sizes."""
        return _codes(self.texts["sizes.csv"])

    @cached_property
    def region_spellings(self) -> pd.DataFrame:
        """What regions were and are called else: see `indicators.names`."""
        return self._of_regions("region_spellings.csv")

    @cached_property
    def region_changes(self) -> pd.DataFrame:
        """The county-level codes that came or went since 2020."""
        return self._of_regions("region_changes.csv")

    def _of_regions(self, name: str) -> pd.DataFrame:
        # A catalogue of before has none, nor have code lists of one's own: ours holds for them.
        text = self.texts.get(name)
        return _codes((REFERENCE / name).read_text(encoding="utf-8-sig") if text is None else text)


_FILES = ("units.yaml", "indicators.yaml", "clauses.yaml", "sources.yaml", "standards.yaml")
_LISTS = ("regions", "industries", "schemes", "sizes", "region_spellings", "region_changes")
FILES = (*_FILES, *(f"{name}.csv" for name in _LISTS))  # those that `load` reads
_published: Mapping[str, str] | None = None  # what `stand_on` was given


@cache
def load() -> Catalogue:
    """Return the catalogue that the project ships, read once; see also `stand_on`."""
    return of_texts(_published) if _published is not None else read(CATALOGUE, REFERENCE)


def stand_on(texts: Mapping[str, str] | None) -> None:
    """Let `load` return the catalogue of these texts: that of the last release, if ours is broken.

    None: the project's own again.
    """
    global _published
    _published = texts
    load.cache_clear()


def is_published() -> bool:
    """Say whether `load` returns the catalogue of the last release instead of the files'."""
    return _published is not None


def read(catalogue: Path, reference: Path) -> Catalogue:
    """Return the catalogue read from two folders; `etl.meaning` says whether it may be used."""
    folders = {name: catalogue if name in _FILES else reference for name in FILES}
    return of_texts(
        {name: (folders[name] / name).read_text(encoding="utf-8-sig") for name in FILES}
    )


def of_texts(texts: Mapping[str, str]) -> Catalogue:
    """Return the catalogue that these files hold: name → text, as in `Catalogue.texts`."""
    return Catalogue(
        indicators={
            key: _indicator(key, entry) for key, entry in _yaml(texts, "indicators").items()
        },
        clauses={
            entry["key"]: Clause(
                entry["key"], str(entry["number"]), Text(**entry["title"]), Text(**entry["ask"])
            )
            for entry in _yaml(texts, "clauses")
        },
        sources={key: _source(key, entry) for key, entry in _yaml(texts, "sources").items()},
        units={key: Text(**text) for key, text in _yaml(texts, "units").items()},
        texts=dict(texts),
    )


def _codes(text: str) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


def _yaml(texts: Mapping[str, str], name: str) -> Any:
    return content_of(texts[f"{name}.yaml"])[name]


@lru_cache(8)
def tree_of(known: Catalogue) -> Tree:
    """Return the tree of regions of a catalogue."""
    return Tree(known.regions, known.region_changes)


def tree() -> Tree:
    """Return the tree of regions of the catalogue that is loaded."""
    return tree_of(load())


@lru_cache(8)
def industries_of(known: Catalogue) -> Industries:
    """Return the tree of industries of a catalogue."""
    return Industries(known.industries)


def industries() -> Industries:
    """Return the tree of industries of the catalogue that is loaded."""
    return industries_of(load())


def is_flow(keys: pd.Series) -> pd.Series:
    """Return whether each indicator is measured over a period; not one that nobody knows."""
    flows = {key for key, item in load().indicators.items() if item.timing == "flow"}
    return keys.isin(flows)


def _source(key: str, entry: dict[str, Any]) -> Source:
    texts = {name: Text(**text) for name, text in entry.items() if name != "calendar"}
    calendar = None
    if given := entry.get("calendar"):
        own = {name: Interval(**each) for name, each in given.get("indicators", {}).items()}
        calendar = Calendar(**given | {"where": Text(**given["where"]), "indicators": own})
    return Source(key, **texts, calendar=calendar)


def covers_years(keys: pd.Series) -> pd.Series:
    """Return of which indicators a December stands for its year."""
    whole = {key for key, item in load().indicators.items() if item.covers == "year"}
    return keys.isin(whole)


def _indicator(key: str, entry: dict[str, Any]) -> Indicator:
    ratio = entry.get("ratio") or {}
    return Indicator(
        key=key,
        title=Text(**entry["title"]),
        description=Text(**entry["description"]),
        kind=entry["kind"],
        timing=entry["timing"],
        unit=entry["unit"],
        polarity={"higher_better": 1, "lower_better": -1, "neutral": 0}[entry["polarity"]],
        clause=entry["clause"],
        additive=tuple(entry["additive"]),
        range=(float(entry["range"][0]), float(entry["range"][1])),
        decimals=int(entry["decimals"]),
        shape=entry["shape"],
        covers=entry.get("covers"),
        series=entry.get("series"),
        industry=entry.get("industry", ALL),
        remainder=tuple(entry.get("remainder", ())),
        jump=_jump(entry),
        suppression=Suppression(**entry["suppression"]) if "suppression" in entry else None,
        breaks=tuple(map(float, entry.get("breaks", ()))),
        holders_of=entry.get("holders_of"),
        subset_of=entry.get("subset_of"),
        same_as=Same(**entry["same_as"]) if "same_as" in entry else None,
        growth_of=entry.get("growth_of"),
        industry_share_of=entry.get("industry_share_of"),
        current_standard_of=entry.get("current_standard_of"),
        derived=bool(ratio),
        **ratio,
    )


# A year in which a count doubles, or a share moves by ten points, is looked at by a person.
_JUMPS = {"log": Jump("log", 0.7), "points": Jump("points", 10.0)}


def _jump(entry: dict[str, Any]) -> Jump | None:
    if entry["kind"] == "milestone":
        return None
    scale = "points" if entry["unit"] in ("percent", "points", "score") else "log"
    said = entry.get("jump", {})
    return replace(_JUMPS[said.get("scale", scale)], **said)
