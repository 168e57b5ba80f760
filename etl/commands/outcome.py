"""How a command ended: its exit status, and the word for it in JSON (docs/running.md)."""

from __future__ import annotations

from enum import IntEnum


class Outcome(IntEnum):
    """The exit statuses; a scheduler can tell them apart. `fault` is an error of the program."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    FINDINGS = 3
    WARNINGS = 4
    BUSY = 5
    SETTING = 6
    DATABASE = 7
    NOTHING = 10

    @property
    def word(self) -> str:
        """The stable word of the status in JSON."""
        return self.name.lower()
