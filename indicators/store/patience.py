"""A connection to PostgreSQL that waits no longer than is said for a server that has gone silent.

The server ends what takes too long by itself; this is for one that does nothing any more, or
cannot be heard.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg

SILENCE = 10.0  # seconds in which not a byte has come
T = TypeVar("T")


class PatientConnection(psycopg.Connection[Any]):
    """Closes itself, and raises `psycopg.OperationalError`, where the server stays silent."""

    def wait(self, gen: Generator[Any, Any, T], *arguments: Any, **options: Any) -> T:
        """Do what the driver does while it waits, as long as the server is heard."""
        return super().wait(self._heard(gen), *arguments, **options)

    def _heard(self, waiting: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        # The driver sends word of what it hears, nothing among it, ten times a second.
        since, word = time.monotonic(), None
        while True:
            try:
                asked = waiting.send(word)
            except StopIteration as ended:
                done: T = ended.value
                return done
            word = yield asked
            if word:
                since = time.monotonic()
            elif time.monotonic() - since > SILENCE:
                self.pgconn.finish()
                raise psycopg.OperationalError("the server has gone silent")
