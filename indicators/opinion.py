"""The opinion's own wording, as far as it is held: data/catalogue/opinion.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from indicators.catalogue import CATALOGUE
from indicators.strict_yaml import read


@dataclass(frozen=True)
class Passage:
    """A passage of the opinion, where it was read, and the clauses that it belongs to."""

    place: str
    text: str
    clauses: tuple[str, ...]
    read_in: str
    verification: str


@cache
def passages() -> tuple[Passage, ...]:
    """Return every passage held, in the file's order."""
    written, _ = read(CATALOGUE / "opinion.yaml", "catalogue")
    assert written is not None  # `etl.meaning` has looked at the file
    return tuple(
        Passage(**entry | {"clauses": tuple(entry["clauses"])})
        for entry in written.content["passages"]
    )


def passages_of(clause: str) -> list[Passage]:
    """Return the passages that belong to a clause."""
    return [passage for passage in passages() if clause in passage.clauses]
