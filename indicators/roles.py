"""Roles: what a visitor may see beyond what is published, by a claim of the provider.

`.streamlit/secrets.toml` says which values of the claim give which role, see README.md:

    [roles]
    claim = "groups"

    [[roles.grant]]
    value = "zhejiang-planning"
    role = "planner"
    regions = ["330000"]

What is published everybody sees who has a role, of all regions; `regions` bind the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from indicators.findings import Message, message
from indicators.regions import Tree
from indicators.schema import Mistake, mistakes, nearest
from indicators.statuses import Said
from indicators.wording import sentence


class Role(Said):
    """What somebody comes for."""

    VIEWER = "viewer", sentence("Viewer")
    PLANNER = "planner", sentence("Planner")
    ANALYST = "analyst", sentence("Analyst")


ANYBODY = "*"  # the value that everybody who has signed in counts as having
Bounds = frozenset[str] | None  # codes of regions; None for all that there are
_NOWHERE: frozenset[str] = frozenset()


class Account(NamedTuple):
    """Whom the provider says that a visitor is: a name for the audit trail, a key that is lasting.

    The key tells nobody who it is.
    """

    name: str
    key: str


@dataclass(frozen=True)
class Rights:
    """What a visitor may see: what is published, and for which regions what a role adds to it.

    account: none where nobody has signed in, so that nothing can be kept for them alone.
    """

    viewing: bool = False
    planning: Bounds = _NOWHERE
    analysing: Bounds = _NOWHERE
    account: Account | None = None


EVERYTHING = Rights(viewing=True, planning=None, analysing=None)
PUBLISHED = Rights(viewing=True)


def covers(bounds: Bounds, regions: Iterable[str]) -> bool:
    """Say whether something about these regions lies within bounds; about none, only without."""
    about = set(regions)
    return bounds is None or (bool(about) and about <= bounds)


@dataclass(frozen=True)
class Grant:
    """A value of the claim, the role that it gives and the regions that it is for; empty: all."""

    value: str
    role: Role
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roles:
    """Which values of which claim give which role."""

    claim: str
    grants: tuple[Grant, ...]

    def values(self, claims: Mapping[str, Any]) -> list[str] | None:
        """Return those values of the claim that give a role; None where there is no such claim."""
        found = _claim(claims, self.claim)
        if found is None:
            return None
        given = {found} if isinstance(found, str) else set(found) if _is_texts(found) else set()
        return sorted(given & {grant.value for grant in self.grants})

    def granted(self, claims: Mapping[str, Any]) -> list[Grant]:
        """Return what the claims of a visitor give."""
        values = {ANYBODY, *(self.values(claims) or [])}
        return [grant for grant in self.grants if grant.value in values]

    def rights(self, claims: Mapping[str, Any], tree: Tree | None) -> Rights:
        """Return what a visitor may see who has signed in with these claims.

        Without a tree, where the catalogue cannot be read, regions bind to nothing.
        """
        granted = self.granted(claims)
        return Rights(
            viewing=bool(granted),
            planning=_bounds(granted, Role.PLANNER, tree),
            analysing=_bounds(granted, Role.ANALYST, tree),
        )


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """Return a claim by its name, or by its path where it stands within others: `a.b`."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _is_texts(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(each, str) for each in found)


def _bounds(granted: Iterable[Grant], role: Role, tree: Tree | None) -> Bounds:
    bounds = _NOWHERE
    for grant in granted:
        if grant.role == role:
            if not grant.regions:
                return None
            if tree is not None:  # of which a code may have gone: it gives nothing
                known = [code for code in grant.regions if code in tree.regions]
                bounds = bounds.union(*map(tree.within, known))
    return bounds


_TEXT = {"type": "string", "minLength": 1}
_SCHEMA = {
    "type": "object",
    "required": ["claim", "grant"],
    "additionalProperties": False,
    "properties": {
        "claim": _TEXT,
        "grant": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["value", "role"],
                "additionalProperties": False,
                "properties": {
                    "value": _TEXT,
                    "role": {"type": "string", "enum": [str(role) for role in Role]},
                    "regions": {"type": "array", "minItems": 1, "items": _TEXT},
                },
            },
        },
    },
}


def roles_of(table: Mapping[str, Any]) -> Roles:
    """Return what a table `[roles]` says in which `role_mistakes` finds none."""
    grants = (
        Grant(each["value"], Role(each["role"]), tuple(each.get("regions", ())))
        for each in table["grant"]
    )
    return Roles(table["claim"], tuple(grants))


def role_mistakes(table: Any, tree: Tree | None) -> list[Mistake]:
    """Return all that is wrong with a table `[roles]`; without a tree its regions go unread."""
    wrong = list(mistakes(table, _SCHEMA))
    grants = table.get("grant") if isinstance(table, Mapping) else None
    for place, grant in enumerate(grants if isinstance(grants, list) else []):
        codes = grant.get("regions") if isinstance(grant, Mapping) else None
        for at, code in enumerate(codes if tree and isinstance(codes, list) else []):
            if tree and isinstance(code, str) and code and code not in tree.regions:
                wrong.append(_unknown(code, tree, "grant", place, "regions", at))
    return wrong


def _unknown(code: str, tree: Tree, *path: str | int) -> Mistake:
    expected: Message = message("a code of {file}", file="regions.csv")
    return Mistake(path, code, expected, nearest(code, list(tree.regions)))
