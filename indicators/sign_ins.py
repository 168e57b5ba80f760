"""Who signed in, signed out and was refused, as the audit trail keeps it.

A sign-in that was ended opens nothing any more, in no browser and on no replica: the trail says
which, and is looked at every few seconds.

They are written in a thread of their own: while figures are published SQLite lets nobody else
write, and no page waits for that. A database that cannot be written keeps nobody out: the log says
that the trail lacks somebody.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from indicators.roles import Account
from indicators.settings import SIGN_IN_HOURS, SettingError
from indicators.store.database import NewerDatabaseError, open_database, writing
from indicators.store.trail import Action, record, signed_out_since

_log = logging.getLogger("quality")
REFUSALS = 30  # an hour, since anybody may be refused: the trail must not fill the disk
AGAIN = 5  # seconds after which the trail is looked at again for what ended on other replicas
TRIES = 24  # each waits 5 seconds for whoever else writes, and not where there is no database
_writer = ThreadPoolExecutor(1, "audit")
_refusals: deque[float] = deque(maxlen=REFUSALS)
_FAULTS = (sa.exc.SQLAlchemyError, NewerDatabaseError, SettingError)


class _Ended:
    """Which sign-ins were ended, as far as this process knows."""

    def __init__(self) -> None:
        self.marks = set[str]()
        self._reader: ThreadPoolExecutor | None = None
        self._looked = 0.0

    def follow(self) -> None:
        self._reader = self._reader or ThreadPoolExecutor(1, "ended")
        self._reader.submit(self._look).result()

    def look_again(self) -> None:
        if self._reader is not None and time.monotonic() - self._looked > AGAIN:
            self._looked = time.monotonic()
            self._reader.submit(self._look)

    def _look(self) -> None:
        since = datetime.now(UTC) - timedelta(hours=SIGN_IN_HOURS.value)
        try:
            with open_database(serving=True).connect() as connection:
                self.marks |= signed_out_since(connection, since)
        except _FAULTS:
            _log.warning("the audit trail could not be read for who signed out", exc_info=True)
        self._looked = time.monotonic()


_ended = _Ended()


def follow() -> None:
    """Know from now on what was ended before this process began, and what is on other replicas."""
    _ended.follow()


def has_ended(claims: Mapping[str, Any]) -> bool:
    """Tell whether somebody signed out from a sign-in."""
    _ended.look_again()
    return _mark(claims) in _ended.marks


def _mark(claims: Mapping[str, Any]) -> str:
    """Return what a sign-in is known again by, from which nobody can be told."""
    told = [str(claims.get(name)) for name in ("iss", "sub", "iat", "nonce")]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def signed_in(claims: Mapping[str, Any]) -> Future[None]:
    """Write down a sign-in by its account and its moment, once for all pages that it opens."""
    return _writer.submit(_write, Action.SIGNED_IN, _account(claims), _moment(claims))


def signed_out(claims: Mapping[str, Any]) -> Future[None]:
    """End a sign-in, and write that down."""
    _ended.marks.add(_mark(claims))
    return _writer.submit(_write, Action.SIGNED_OUT, _account(claims), about=_mark(claims))


def without_role(claims: Mapping[str, Any]) -> Future[None]:
    """Write down a sign-in of somebody who has no role here."""
    account, moment = _account(claims), _moment(claims)
    return _writer.submit(_write, Action.REFUSED, account, moment, about="no_role")


def _account(claims: Mapping[str, Any]) -> str:
    return str(claims.get("preferred_username") or claims.get("sub"))[:200]


def account_of(claims: Mapping[str, Any]) -> Account:
    """Return whose a sign-in is. What an account is called may change, its subject does not."""
    told = [str(claims.get(name)) for name in ("iss", "sub")]
    return Account(_account(claims), hashlib.sha256("\n".join(told).encode()).hexdigest()[:32])


def _moment(claims: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(float(claims["iat"]), UTC)


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
                record(connection, action, account, about=about, moment=moment)
            return
        except _FAULTS:
            if not left:
                _log.exception("the audit trail could not be written")
