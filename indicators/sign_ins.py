"""Who signed in and who was refused, as the audit trail keeps it.

They are written in a thread of their own: while figures are published SQLite lets nobody else
write, and no page waits for that. A database that cannot be written keeps nobody out: the log says
that the trail lacks somebody.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from indicators.settings import SettingError
from indicators.store.database import NewerDatabaseError, open_database, writing
from indicators.store.trail import Action, record

_log = logging.getLogger("quality")
REFUSALS = 30  # an hour, since anybody may be refused: the trail must not fill the disk
TRIES = 24  # each waits 5 seconds for whoever else writes, and not where there is no database
_writer = ThreadPoolExecutor(1, "audit")
_refusals: deque[float] = deque(maxlen=REFUSALS)


def signed_in(claims: Mapping[str, Any]) -> Future[None]:
    """Write down a sign-in by its account and its moment, once for all pages that it opens."""
    account = str(claims.get("preferred_username") or claims.get("sub"))
    moment = datetime.fromtimestamp(float(claims["iat"]), UTC)
    return _writer.submit(_write, Action.SIGNED_IN, account, moment)


def refused(reason: str) -> Future[None] | None:
    """Write down that somebody was refused, of whom nothing is known: REFUSALS an hour at most."""
    now = time.monotonic()
    if len(_refusals) == REFUSALS and now - _refusals[0] < 3600:
        return None
    _refusals.append(now)
    return _writer.submit(_write, Action.REFUSED, "", about=reason)


def _write(
    action: Action, account: str, moment: datetime | None = None, *, about: str = ""
) -> None:
    for left in reversed(range(TRIES)):
        try:
            with writing(open_database(serving=True)) as connection:
                record(connection, action, account[:200], about=about, moment=moment)
            return
        except (sa.exc.SQLAlchemyError, NewerDatabaseError, SettingError):
            if not left:
                _log.exception("the audit trail could not be written")
