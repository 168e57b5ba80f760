"""Which edition of a standard is in force at a period: data/catalogue/standards.yaml.

A share "on the current standard" is judged against the newest edition that was published by the
end of its period, not against today's; in a transition the one before still counts as valid.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from indicators import catalogue
from indicators.catalogue import Catalogue
from indicators.periods import parse
from indicators.strict_yaml import content_of
from indicators.wording import Text


@dataclass(frozen=True)
class Edition:
    """One edition of a standard; `grades` of what is said of `published` and of `until`."""

    key: str
    standard: str
    title: Text
    scheme: str
    published: str
    until: str | None
    grades: tuple[tuple[str, str], ...]
    source: Text

    def counts_at(self, period: str) -> bool:
        """Say whether certificates against it count at the end of a period."""
        end = parse(period).last_day
        ended = self.until is not None and parse(self.until).last_day < end
        return parse(self.published).last_day <= end and not ended


@lru_cache(8)
def editions(known: Catalogue) -> tuple[Edition, ...]:
    """Return every edition of a catalogue, in the file's order."""
    written = content_of(known.texts["standards.yaml"])
    return tuple(_edition(entry) for entry in written["standards"])


def _edition(entry: dict[str, Any]) -> Edition:
    return Edition(
        key=entry["key"],
        standard=entry["standard"],
        title=Text(**entry["title"]),
        scheme=entry["scheme"],
        published=str(entry["published"]),
        until=str(entry["until"]) if "until" in entry else None,
        grades=tuple(entry["grade"].items()),
        source=Text(**entry["source"]),
    )


def current(scheme: str, period: str) -> list[Edition]:
    """Return the newest edition of each standard of a scheme that counts at a period."""
    newest: dict[str, Edition] = {}
    for edition in editions(catalogue.load()):
        held = newest.get(edition.standard)
        if (
            edition.scheme == scheme
            and edition.counts_at(period)
            and (held is None or parse(held.published).last_day < parse(edition.published).last_day)
        ):
            newest[edition.standard] = edition
    return list(newest.values())
