"""The audit trail: who did what, a row each that triggers keep from being changed or taken out."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from indicators.statuses import Said
from indicators.store.tables import audit
from indicators.wording import sentence


class Action(Said):
    """What somebody did."""

    PUBLISHED = "published", sentence("published")
    ROLLED_BACK = "rolled_back", sentence("rolled back")
    ACCEPTED = "accepted", sentence("accepted warnings")
    RETRACTED = "retracted", sentence("retracted")
    RESTORED = "restored", sentence("restored a backup")
    EXPORTED_CERTIFICATES = "exported_certificates", sentence("listed certificates")
    DRAFTED = "drafted", sentence("kept a draft target")
    GAVE_UP_DRAFT = "gave_up_draft", sentence("deleted a draft target")
    SIGNED_IN = "signed_in", sentence("signed in")
    SIGNED_OUT = "signed_out", sentence("signed out")
    REFUSED = "refused", sentence("sign-in refused")


def record(
    connection: sa.Connection,
    action: Action,
    account: str,
    *,
    release: int | None = None,
    about: str = "",
    moment: datetime | None = None,
) -> None:
    """Write down what somebody did, in the transaction of what it speaks of.

    account: as this machine or the provider of identities names it; no other thing of a person is
    kept. about: codes, numbers of releases and reasons of a provider, never a figure. moment: when
    it was done; where it is given the same is written down once, however often it is told.
    """
    told = {
        "moment": (moment or datetime.now(UTC)).isoformat(timespec="seconds"),
        "action": action.value,
        "account": account,
        "about": about,
    }
    same = sa.and_(*(audit.c[name] == value for name, value in told.items()))
    if moment is not None and connection.scalar(sa.select(sa.exists().where(same))):
        return
    connection.execute(sa.insert(audit).values(event=uuid.uuid4().hex, release=release, **told))


def entries(connection: sa.Connection, number: int) -> list[dict[str, Any]]:
    """Return so many entries, the newest first: moment, action, account, release, about."""
    names = ("moment", "action", "account", "release", "about")
    question = (
        sa.select(*(audit.c[name] for name in names))
        .order_by(audit.c.moment.desc(), audit.c.event)
        .limit(number)
    )
    return [dict(row) for row in connection.execute(question).mappings()]


def signed_out_since(connection: sa.Connection, moment: datetime) -> set[str]:
    """Return the marks of the sign-ins that were ended since a moment."""
    since = moment.astimezone(UTC).isoformat(timespec="seconds")
    question = sa.select(audit.c.about).where(
        audit.c.action == Action.SIGNED_OUT.value, audit.c.moment >= since
    )
    return set(connection.scalars(question))
