"""Whether this server can show figures to anyone: what a load balancer asks before it sends on.

A word says what is lacking, and nothing else: whoever asks has not signed in.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future

from indicators import access, frame
from indicators.cached import remembered

SECONDS = 3.0  # how long whoever asks waits for a database that says nothing


def lacking() -> str | None:
    """Return what is lacking: `settings`, `access`, `database` or `release`; None if nothing is.

    `settings` are also files that everything rests on. What the database said is remembered as
    long as pages remember it, so asking often costs it nothing.
    """
    if frame.mistakes:
        return "settings"
    if access.is_closed():
        return "access"
    try:
        return "release" if remembered.newest() is None else None
    except remembered.UnreachableError:
        return "database"


class Readiness:
    """Asks a question that may hang, and waits no longer than SECONDS for its answer.

    One question is under way at a time, and all who ask meanwhile wait for the same answer.
    """

    def __init__(self, ask: Callable[[], str | None] = lacking) -> None:
        self._ask, self._lock = ask, threading.Lock()
        self._answer: Future[str | None] | None = None

    async def __call__(self) -> str | None:
        """Return what is lacking, `database` where there is no answer in time."""
        answer = asyncio.shield(asyncio.wrap_future(self._under_way()))
        try:
            return await asyncio.wait_for(answer, SECONDS)
        except TimeoutError:
            return "database"

    def _under_way(self) -> Future[str | None]:
        with self._lock:
            if self._answer is None or self._answer.done():
                self._answer = Future()
                # A server that ends does not wait for it, as it would for a pool's thread.
                threading.Thread(target=self._put, args=(self._answer,), daemon=True).start()
            return self._answer

    def _put(self, answer: Future[str | None]) -> None:
        try:
            answer.set_result(self._ask())
        except Exception as error:
            answer.set_exception(error)
