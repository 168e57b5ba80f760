"""The tree of regions: who lies in whom, what each is called, and what became of former codes.

Codes are those of GB/T 2260 and of data/reference/regions.csv; the nation is the part of China
that its statistics count, and `ALL` holds what is abroad as well.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

ALL = "ALL"  # the total of any dimension: all regions, schemes, industries, sizes
NATION = "100000"


COUNTY = "county"


@dataclass(frozen=True)
class Region:
    """One region; `group` is the economic region of a province, `members` those of a group.

    Of a county, of which there are those whose codes came or went since 2020, each drawn within
    its parent: since and until which year the code is one, None where that is not told. At the end
    of the year `until` it was none any more, and `successors` had its place. formerly: what else
    the same code was called. verification: `primary` or `secondary`, as of figures.
    """

    code: str
    kind: str
    parent: str
    group: str
    members: tuple[str, ...]
    name_zh: str
    short_zh: str
    name_en: str
    since: int | None = None
    until: int | None = None
    successors: tuple[str, ...] = ()
    formerly: tuple[str, ...] = ()
    verification: str = ""


class Tree:
    """All regions of a catalogue, in its order, and the counties of its list of changes."""

    def __init__(self, rows: pd.DataFrame, changes: pd.DataFrame) -> None:
        names = [field.name for field in fields(Region) if field.default is MISSING]
        whole = rows.assign(members=rows["members"].map(lambda text: tuple(text.split())))[names]
        self.regions = {row[0]: Region(*row) for row in whole.itertuples(index=False, name=None)}
        told: dict[str, list[dict[Hashable, Any]]] = {}
        for change in changes.to_dict("records"):
            told.setdefault(str(change["code"]), []).append(change)
        for code in sorted(told):
            county = _county(code, told[code], self.regions)
            # A registry's own list may leave out where it lies.
            if county.parent in self.regions:
                self.regions[county.code] = county

    def __getitem__(self, code: str) -> Region:
        """Return a region; raises `KeyError` for an unknown code."""
        return self.regions[code]

    def of_kind(self, kind: str) -> list[Region]:
        return [region for region in self.regions.values() if region.kind == kind]

    @cached_property
    def all_provinces(self) -> tuple[str, ...]:
        """The 34 units of province level."""
        return tuple(region.code for region in self.of_kind("province"))

    @cached_property
    def provinces(self) -> tuple[str, ...]:
        """The 31 provinces that the national platform covers."""
        return tuple(code for code in self.all_provinces if self[code].group)

    @cached_property
    def uncovered(self) -> tuple[str, ...]:
        """The units of province level that the national platform does not cover."""
        return tuple(code for code in self.all_provinces if not self[code].group)

    def divisions(self, province: str) -> str:
        """Return what the parts of a province are together called in Chinese: 市, 市州, 盟市 …"""
        names = [self[code].name_zh for code in self.prefectures.get(province, ())]
        kinds = {kind for kind in "市州盟县" if any(name.endswith(kind) for name in names)}
        if any(name.endswith("地区") for name in names):
            kinds.add("地")
        customary = ("地州市", "盟市", "市州", "地市", "市县", "市")
        return next((word for word in customary if set(word) == kinds), "地市")

    @cached_property
    def prefectures(self) -> dict[str, tuple[str, ...]]:
        """The prefectures of each province that has any, in the order of their codes."""
        listed: dict[str, list[str]] = {}
        for region in sorted(self.of_kind("prefecture"), key=lambda region: region.code):
            listed.setdefault(region.parent, []).append(region.code)
        return {province: tuple(listed[province]) for province in sorted(listed)}

    def parent(self, code: str) -> str:
        """Return the region that holds a region; raises `KeyError` for an unknown code."""
        return self[code].parent

    def counties(self, code: str) -> tuple[str, ...]:
        """Return the counties in the list of changes that lie in a region, at any depth."""
        return tuple(sorted(part for part in self.below(code) if self[part].kind == COUNTY))

    def children(self, code: str) -> tuple[str, ...]:
        """Return the regions that one holds, those of the nation that no source covers last."""
        if code == NATION:
            return (*self.provinces, *self.uncovered)
        return tuple(region.code for region in self.of_kind("prefecture") if region.parent == code)

    def siblings(self, code: str) -> tuple[str, ...]:
        """Return the regions among which one is ranked, itself with them: those of its level."""
        return self.provinces if self.is_province(code) else self.children(self.parent(code))

    def is_province(self, code: str) -> bool:
        """Say whether a region stands directly below the nation."""
        return self.parent(code) == NATION

    def province_of(self, code: str) -> str | None:
        """Return the province that a prefecture belongs to, None for any other code."""
        region = self.regions.get(code)
        return region.parent if region and region.kind == "prefecture" else None

    def below(self, code: str) -> set[str]:
        """Return the codes of all regions below one, at any depth."""
        parts: set[str] = set()
        parents = {code}
        while parents:
            parents = {part.code for part in self.regions.values() if part.parent in parents}
            parents -= parts
            parts |= parents
        return parts

    def within(self, code: str) -> frozenset[str]:
        """Return the codes of a region and of all that it holds, of a group its members' too."""
        parts = {code, *self[code].members}
        return frozenset(parts.union(*map(self.below, parts)))

    def groups(self, code: str) -> tuple[str, ...]:
        """Return the groups of which a region is a member."""
        return tuple(group.code for group in self.regions.values() if code in group.members)

    def wholes(self) -> dict[str, dict[str, str]]:
        """Return by family of divisions which region each part lies in.

        The nation's parts are the provinces that its statistics count; a cluster such as the
        Yangtze delta is a family of its own, and no division of the nation.
        """
        tree = dict.fromkeys(self.provinces, NATION)
        tree |= {region.code: region.parent for region in self.of_kind("prefecture")}
        families = {"tree": tree}
        for group in self.regions.values():
            if group.members:
                divides = group.kind != "cluster"
                family = families.setdefault(group.kind if divides else f"of {group.code}", {})
                family |= dict.fromkeys(group.members, group.code)
                if divides:
                    family[group.code] = NATION
        return families

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        regions = self.regions.values()
        return {
            "zh": {region.code: region.short_zh for region in regions},
            "en": {region.code: region.name_en for region in regions},
        }

    def names(self, language: str) -> dict[str, str]:
        """Return the short name of every region in the language, by code."""
        return self._names[language]

    def named(self, name: str) -> list[Region]:
        """Return the regions of which this is the code or one of the names."""
        return [
            region
            for region in self.regions.values()
            if name in (region.code, region.name_zh, region.short_zh, region.name_en)
        ]


def _county(code: str, told: list[dict[Hashable, Any]], known: Mapping[str, Region]) -> Region:
    """Return a county from the rows of the changes of its code."""
    last = next((row for row in told if not row["until"]), told[-1])
    renamed = tuple(str(row["name_zh"]) for row in told if row is not last)
    since = int(last["since"]) if last["since"] and not renamed else None
    until = int(last["until"]) if last["until"] else None
    name, english = str(last["name_zh"]), str(last["name_en"])
    return Region(
        code=code,
        kind=COUNTY,
        parent=next((each for each in (f"{code[:4]}00", f"{code[:2]}0000") if each in known), ""),
        group="",
        members=(),
        name_zh=name,
        short_zh=f"{name}（{until}年撤销）" if until else name,
        name_en=f"{english} (until {until})" if until else english,
        since=since,
        until=until,
        successors=tuple(str(last["successors"]).split()),
        formerly=renamed,
        verification=str(last["verification"]),
    )
