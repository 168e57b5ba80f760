"""The tree of industries: sections and divisions of GB/T 4754-2017, sectors and groups of them.

What an industry holds is told in divisions, so that no sum counts one twice: sectors follow the
rule of 2018 on the three sectors, which puts three support divisions (05, 11, 43) into the third.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indicators.regions import ALL

if TYPE_CHECKING:
    import pandas as pd

SECTOR, GROUP, SECTION, DIVISION = "sector", "combination", "section", "division"


@dataclass(frozen=True)
class Industry:
    """One industry; `parent` is the section of a division, `members` those of a sector or group."""

    code: str
    level: str
    parent: str
    members: tuple[str, ...]


class Industries:
    """All industries of a catalogue, in its order."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self.industries = {
            row["code"]: Industry(
                row["code"], row["level"], row["parent"], tuple(row["members"].split())
            )
            for row in rows.to_dict("records")
        }
        self._divisions: dict[str, frozenset[str]] = {}

    def of_level(self, *levels: str) -> tuple[str, ...]:
        """Return the codes of these levels, in the order of the code list."""
        every = self.industries.values()
        return tuple(industry.code for industry in every if industry.level in levels)

    def parts(self, code: str) -> tuple[str, ...]:
        """Return what an industry consists of: sections of all, divisions of one, members."""
        if code == ALL:
            return self.of_level(SECTION)
        below = tuple(each.code for each in self.industries.values() if each.parent == code)
        return self.industries[code].members or below

    def divisions(self, code: str) -> frozenset[str]:
        """Return the divisions that an industry holds, itself if it is one.

        Raises `KeyError` for an unknown code.
        """
        if code not in self._divisions:
            parts = self.parts(code)
            below = frozenset[str]().union(*map(self.divisions, parts))
            self._divisions[code] = below or frozenset([code])
        return self._divisions[code]

    def making_up(self, code: str, held: Collection[str]) -> tuple[str, ...] | None:
        """Return which of the codes `held` make an industry up, no division counted twice.

        The fewest, itself if it is among them; None where they leave a division out.
        """
        whole = self.divisions(code)
        inside = [each for each in held if self.divisions(each) <= whole]
        inside.sort(key=lambda each: (-len(self.divisions(each)), each))
        known: dict[frozenset[str], tuple[str, ...] | None] = {frozenset(): ()}

        def covering(left: frozenset[str]) -> tuple[str, ...] | None:
            if left not in known:
                first = min(left)
                known[left] = None
                for each in inside:
                    own = self.divisions(each)
                    rest = covering(left - own) if first in own and own <= left else None
                    best = known[left]
                    if rest is not None and (best is None or len(rest) + 1 < len(best)):
                        known[left] = (each, *rest)
            return known[left]

        return covering(whole)
