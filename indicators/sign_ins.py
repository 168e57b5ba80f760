"""Who signed in and who was refused, as the audit trail keeps it.

A database that cannot be written keeps nobody out: the log says that the trail lacks somebody.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from indicators.settings import SettingError
from indicators.store.database import NewerDatabaseError, open_database, writing
from indicators.store.trail import Action, record

_log = logging.getLogger("quality")
REFUSALS = 30  # an hour, since anybody may be refused: the trail must not fill the disk
_refusals: deque[float] = deque(maxlen=REFUSALS)


def signed_in(claims: Mapping[str, Any]) -> None:
    """Write down a sign-in by its account and its moment, once for all pages that it opens."""
    account = str(claims.get("preferred_username") or claims.get("sub"))
    _write(Action.SIGNED_IN, account, datetime.fromtimestamp(float(claims["iat"]), UTC))


def refused(reason: str) -> None:
    """Write down that somebody was refused, of whom nothing is known: REFUSALS an hour at most."""
    now = time.monotonic()
    if len(_refusals) == REFUSALS and now - _refusals[0] < 3600:
        return
    _refusals.append(now)
    _write(Action.REFUSED, "", about=reason)


def _write(
    action: Action, account: str, moment: datetime | None = None, *, about: str = ""
) -> None:
    try:
        with writing(open_database(serving=True)) as connection:
            record(connection, action, account[:200], about=about, moment=moment)
    except (sa.exc.SQLAlchemyError, NewerDatabaseError, SettingError):
        _log.exception("the audit trail could not be written")
