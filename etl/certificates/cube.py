"""The cells that are counted: region × industry × size × scheme, each a tree with totals.

A cell is one whole number, its four codes side by side in bits; code 0 of each is `ALL`:

    … scheme | size | industry | region
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from indicators.industry_tree import GROUP
from indicators.regions import ALL

DIMENSIONS = ("region", "industry", "size", "scheme")  # from the lowest bits up


GROUPS = ["dimension", "code", "group"]


@dataclass(frozen=True)
class Reference:
    """The code lists a registry is counted by: frames with `code` and, for trees, `parent`.

    `groups` (dimension, code, group) names further totals that stand beside a tree, such as the
    economic regions. `size_rules` is the table that `size_class` reads.
    """

    regions: pd.DataFrame
    industries: pd.DataFrame
    sizes: pd.DataFrame
    schemes: pd.DataFrame
    size_rules: pd.DataFrame
    groups: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=GROUPS, dtype="str"))

    @property
    def lists(self) -> dict[str, pd.DataFrame]:
        """Return the code list of each of `DIMENSIONS`."""
        return dict(
            zip(DIMENSIONS, (self.regions, self.industries, self.sizes, self.schemes), strict=True)
        )


def reference(
    regions: pd.DataFrame,
    industries: pd.DataFrame,
    sizes: pd.DataFrame,
    schemes: pd.DataFrame,
    size_rules: pd.DataFrame,
) -> Reference:
    """Return the catalogue's code lists as a reference.

    Regions and sizes with `members` and industries of the level `combination` become groups; a
    region of neither tree nor members, such as a cluster of prefectures, cannot be counted and is
    left out.
    """
    combinations = industries[industries["level"] == GROUP]
    groups = [
        (dimension, member, code)
        for dimension, codes in (("region", regions), ("industry", combinations), ("size", sizes))
        for code, members in zip(codes["code"], codes["members"], strict=True)
        for member in members.split()
    ]
    uncounted = (regions["kind"] == "cluster") & (regions["members"] == "")
    return Reference(
        regions[~uncounted],
        industries,
        sizes,
        schemes,
        size_rules,
        pd.DataFrame(groups, columns=GROUPS),
    )


@dataclass(frozen=True)
class Dimension:
    """One tree of codes. `parent` and `depth` go by position; a root is its own parent."""

    name: str
    codes: tuple[str, ...]
    parent: tuple[int, ...]
    groups: tuple[tuple[int, int], ...]
    shift: int

    @property
    def bits(self) -> int:
        """Return how many bits of a cell the codes need."""
        return max(1, (len(self.codes) - 1).bit_length())

    @property
    def depth(self) -> tuple[int, ...]:
        """Return how far below its root each code is."""
        return tuple(len(self._chain(i)) - 1 for i in range(len(self.codes)))

    def _chain(self, position: int) -> list[int]:
        chain = [position]
        while self.parent[chain[-1]] != chain[-1]:
            chain.append(self.parent[chain[-1]])
            if len(chain) > len(self.codes):
                raise ValueError(f"{self.name}: {self.codes[position]} is above itself")
        return chain

    @property
    def closure(self) -> list[tuple[int, int]]:
        """Return every (code, total that it counts in), itself included."""
        chains = [set(self._chain(position)) for position in range(len(self.codes))]
        pairs = {
            (position, total)
            for position, chain in enumerate(chains)
            for total in chain | {group for member, group in self.groups if member in chain}
        }
        return sorted(pairs)

    def below(self, depth: int) -> list[tuple[int, int]]:
        """Return (code, its parent) of all codes so far below a root."""
        return [(i, self.parent[i]) for i, each in enumerate(self.depth) if each == depth]

    @property
    def sums(self) -> list[list[tuple[int, int]]]:
        """Return (code, total) to be added one list after the other: a tree from below, groups."""
        tree = [self.below(depth) for depth in range(max(self.depth, default=0), 0, -1)]
        joined = set(self.groups)
        # Of members one below the other, the upper one has the other in it.
        groups = [
            (member, group)
            for member, group in joined
            if not any((above, group) in joined for above in self._chain(member)[1:])
        ]
        return [pairs for pairs in (*tree, groups) if pairs]

    def members(self, code: str) -> list[str]:
        """Return the codes that count in `code`, itself included."""
        if code not in self.codes:
            raise ValueError(f"{self.name}: unknown code {code!r}")
        total = self.codes.index(code)
        return [self.codes[position] for position, above in self.closure if above == total]

    def value(self, cell: Any) -> Any:
        """Return the position of the cell's code, of a number or of an expression."""
        return (cell >> self.shift) & ((1 << self.bits) - 1)


@dataclass(frozen=True)
class Cube:
    """The four dimensions, in the order of `DIMENSIONS`."""

    region: Dimension
    industry: Dimension
    size: Dimension
    scheme: Dimension

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Return the dimensions from the lowest bits up."""
        return (self.region, self.industry, self.size, self.scheme)

    @property
    def bits(self) -> int:
        """Return how many bits a cell needs."""
        return self.scheme.shift + self.scheme.bits

    @property
    def width(self) -> str:
        """Return the narrowest type of whole numbers that holds a cell."""
        return "int32" if self.bits < 32 else "int64"

    def cell(self, marked: Any) -> Any:
        """Return a number or an expression without what stands in the bits above the cell."""
        return marked & ((1 << self.bits) - 1)


def cube(reference: Reference) -> Cube:
    """Lay the code lists out as the cells of one cube."""
    built: dict[str, Dimension] = {}
    shift = 0
    for name, frame in reference.lists.items():
        groups = reference.groups[reference.groups["dimension"] == name]
        built[name] = _dimension(name, frame, groups, shift)
        shift += built[name].bits
    return Cube(**built)


def _dimension(name: str, frame: pd.DataFrame, groups: pd.DataFrame, shift: int) -> Dimension:
    codes = (ALL, *(code for code in frame["code"] if code != ALL))
    position = {code: i for i, code in enumerate(codes)}
    if len(position) != len(codes):
        raise ValueError(f"{name}: a code stands twice")
    named = dict(zip(frame["code"], frame["parent"], strict=True)) if "parent" in frame else {}
    apart = set(groups["group"])  # a group hangs beside the tree, below nothing

    def above(code: str) -> int:
        if code == ALL or code in apart:
            return position[code]
        parent = named.get(code)
        return position[parent] if isinstance(parent, str) and parent else 0

    try:
        parents = tuple(above(code) for code in codes)
        joined = tuple(
            (position[code], position[group])
            for code, group in groups[["code", "group"]].itertuples(index=False)
        )
    except KeyError as error:
        raise ValueError(f"{name}: unknown code {error}") from None
    return Dimension(name, codes, parents, joined, shift)
