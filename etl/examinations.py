"""What this program stands on, looked at one after another: what was found, and how to mend it.

Nothing is changed by looking: no file is made, no table brought up to date.
"""

from __future__ import annotations

import http.client
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import distributions
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import sqlalchemy as sa

from etl.commands.screen import without_account
from indicators.findings import Finding, FindingsError, Message, message
from indicators.settings import (
    ACCESS,
    DATABASE_URL,
    ROOT,
    SettingError,
    program_version,
    wrong_settings,
)
from indicators.store.archive import RELEASES, snapshot
from indicators.store.database import HEAD, open_database, sqlite_file, tables_version

State = Literal["well", "notice", "wrong"]
PYTHON = (3, 11)
LEAST_ROOM = 10**9  # bytes free where something is written
ROUGHLY = timedelta(minutes=2)  # by which clocks may differ
SECONDS = 30  # how long a server is waited for


@dataclass(frozen=True)
class Examined:
    """What was found of one thing; `advice` says how to mend it where all is not well.

    name: its stable word, a key of docs/operation.md.
    """

    name: str
    found: Message
    state: State = "well"
    advice: Message | None = None


def examinations(server: str | None = None) -> Iterator[Examined]:
    """Yield what is found, thing by thing; `server`: the address of one that runs."""
    yield Examined("program", message("version {version}", version=program_version()))
    yield _python(sys.version_info[:2])
    yield _packages(ROOT / "requirements.lock")
    yield from _settings()
    yield from _access()
    yield from _catalogue()
    yield from _boundaries()
    yield fonts(_families())
    yield from _database()
    yield from _disk()
    if server is not None:
        yield from _server(server.rstrip("/"))


def _python(version: tuple[int, int]) -> Examined:
    found = message(
        "Python {version} on {system}",
        version=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
    )
    if version < PYTHON:
        least = ".".join(map(str, PYTHON))
        return Examined(
            "python", found, "wrong", message("install Python {version} or later", version=least)
        )
    return Examined("python", found)


def _packages(lock: Path) -> Examined:
    """Hold what is installed against the lock; what is for other machines only may be absent."""
    pinned: dict[str, set[str]] = {}
    elsewhere: set[str] = set()
    for name, version, marker in re.findall(
        r"^([\w.-]+)==(\S+)( ;)?", lock.read_text(encoding="utf-8"), re.MULTILINE
    ):
        pinned.setdefault(name, set()).add(version)
        if marker:
            elsewhere.add(name)
    installed = {
        re.sub(r"[-_.]+", "-", each.metadata["Name"]).lower(): each.version
        for each in distributions()
    }
    other = sorted(
        name
        for name, versions in pinned.items()
        if installed.get(name) not in versions and not (name in elsewhere and name not in installed)
    )
    if other:
        return Examined(
            "packages",
            message("not as pinned, or not installed: {names}", names=other),
            "wrong",
            message(
                "install what {file} pins: pip install --require-hashes -r {file}", file=lock.name
            ),
        )
    return Examined("packages", message("{n} packages as pinned", n=len(pinned)))


def _told(name: str, finding: Finding) -> Examined:
    row = f"{finding.file}:{finding.row}" if finding.row else finding.file
    place = " · ".join(filter(None, (row, finding.column)))
    if finding.found:
        found = message(
            "{place}: found: {found}; expected: {expected}",
            place=place,
            found=finding.found,
            expected=finding.expected,
        )
    else:
        found = message("{place}: expected: {expected}", place=place, expected=finding.expected)
    return Examined(name, found, "wrong", finding.advice)


def _settings() -> Iterator[Examined]:
    wrong = wrong_settings()
    yield from (_told("settings", finding) for finding in wrong)
    if not wrong:
        yield Examined("settings", message("nothing wrong"))


def _access() -> Iterator[Examined]:
    try:
        access = ACCESS.value
    except SettingError:
        return
    if access == "":
        advice = message("set ACCESS to local, sign-in or public; README.md says what they mean")
        yield Examined("access", message("not set: nobody may see anything"), "wrong", advice)
    elif access == "local":
        advice = message("behind a proxy set ACCESS to sign-in or public")
        found = message("only this machine, and nothing that comes through a proxy")
        yield Examined("access", found, "well", advice)
    elif access == "public":
        yield Examined("access", message("everybody, without signing in"))
    else:
        # Streamlit, which reads its own file.
        from indicators.access import has_roles, sign_in_mistakes

        wrong = sign_in_mistakes()
        yield from (_told("access", finding) for finding in wrong)
        if not wrong:
            with_role = message("who has signed in and has a role")
            yield Examined("access", with_role if has_roles() else message("who has signed in"))


def _catalogue() -> Iterator[Examined]:
    from etl import meaning

    wrong = meaning.findings()
    yield from (_told("catalogue", finding) for finding in wrong)
    if not wrong:
        yield Examined("catalogue", message("nothing wrong"))


def _boundaries() -> Iterator[Examined]:
    from indicators.drawing.boundary_files import load_boundaries

    try:
        loaded = load_boundaries()
    except SettingError:
        return
    except FindingsError as error:
        yield from (_told("boundaries", finding) for finding in error.findings)
        return
    found = message(
        "{n} units of {vintage}, unchanged; map-review number: {number}",
        n=len(loaded.units["features"]),
        vintage=str(loaded.metadata["vintage"]),
        number=loaded.review_number or message("none, for internal use only"),
    )
    yield Examined("boundaries", found)


def _families() -> Collection[str]:
    import typst

    families: Collection[str] = typst.Fonts().families()
    return families


def fonts(families: Collection[str]) -> Examined:
    """Tell whether a machine with these fonts can write Chinese into pictures and PDFs."""
    from indicators.views.briefing.paper import FONTS

    there = [name for name in FONTS if name in families]
    if there:
        return Examined("fonts", message("for Chinese: {names}", names=there))
    advice = message("install the font `Noto Sans CJK SC` (Debian, Ubuntu: `fonts-noto-cjk`)")
    return Examined("fonts", message("none with Chinese characters"), "wrong", advice)


def _database() -> Iterator[Examined]:
    """Tell of the database, and of what rests on it: its newest release, and the two clocks."""
    try:
        address = sa.make_url(DATABASE_URL.value)
    except SettingError:
        return
    try:
        version, file = tables_version(), sqlite_file(address)
        place = str(file or address.set(username=None, password=None, query={}))
        found = message("{place}, tables of version {version}", place=place, version=version)
        if version is None:
            advice = message("start the server, or run: python -m etl refresh")
            yield Examined("database", message("{place}: no tables", place=place), "wrong", advice)
        elif version > HEAD:
            advice = message("upgrade this program: a later version of it has used the database")
            yield Examined("database", found, "wrong", advice)
        elif version < HEAD:
            advice = message("make a backup; the next start brings the tables up to date")
            yield Examined("database", found, "notice", advice)
        elif file and not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
            advice = message("let this account write the file and its folder")
            yield Examined("database", found, "wrong", advice)
        else:
            yield Examined("database", found)
            yield from _release()
    except (sa.exc.DBAPIError, OSError) as error:
        reason = without_account(" ".join(str(getattr(error, "orig", None) or error).split()))
        advice = message("start the database, or correct DATABASE_URL")
        yield Examined("database", message("no answer: {reason}", reason=reason), "wrong", advice)


def _release() -> Iterator[Examined]:
    engine = open_database()
    with snapshot(engine) as connection:
        newest = connection.execute(RELEASES.limit(1)).mappings().first()
        theirs = connection.scalar(sa.select(sa.func.now()))
    now = datetime.now(UTC)
    if newest is None:
        advice = message("publish figures: python -m etl refresh")
        yield Examined("release", message("nothing has been published yet"), "wrong", advice)
        published = now
    else:
        published = datetime.fromisoformat(newest["published_at"])
        found = message(
            "release {number} of {day}, {n} days old",
            number=newest["release"],
            day=published.date().isoformat(),
            n=max((now - published).days, 0),
        )
        yield Examined("release", found)
    # SQLite has no clock of its own, and answers in text.
    yield clock(now, published, theirs if isinstance(theirs, datetime) and theirs.tzinfo else now)


def clock(now: datetime, published: datetime, theirs: datetime) -> Examined:
    """Tell whether this clock agrees with the newest release and with the database's clock."""
    local = now.astimezone()
    found = message(
        "{time}, time zone {zone}; pages go by the day in China",
        time=local.isoformat(sep=" ", timespec="minutes"),
        zone=str(local.tzname()),
    )
    if published > now + ROUGHLY or abs(theirs - now) > ROUGHLY:
        found = message(
            "{time}; the database says {theirs}, the newest release {published}",
            time=now.isoformat(sep=" ", timespec="minutes"),
            theirs=theirs.astimezone(UTC).isoformat(sep=" ", timespec="minutes"),
            published=published.isoformat(sep=" ", timespec="minutes"),
        )
        return Examined("clock", found, "wrong", message("set the clocks, best by NTP"))
    return Examined("clock", found)


def _disk() -> Iterator[Examined]:
    places = {Path(tempfile.gettempdir()), ROOT / "data"}
    with suppress(SettingError):
        file = sqlite_file(sa.make_url(DATABASE_URL.value))
        places |= {file.parent} if file and file.parent.is_dir() else set()
    for place in sorted(places):
        yield room(place, shutil.disk_usage(place).free)


def room(place: Path, free: int) -> Examined:
    """Tell whether so many bytes free are enough in a folder that is written to."""
    found = message("{place}: {n} GB free", place=str(place), n=f"{free / 10**9:.1f}")
    if free < LEAST_ROOM:
        return Examined("disk", found, "wrong", message("make room: 1 GB at least"))
    return Examined("disk", found)


def _server(address: str) -> Iterator[Examined]:
    """Ask a server as a visitor would, through whatever stands before it."""
    try:
        status, body = _answer(address, "/healthz")
        if (status, body) != (200, b'{"status":"ok"}'):
            advice = message("let the proxy pass every address on, and the Host as it was asked")
            found = message("{address} answers {status}", address=address, status=status)
            yield Examined("server", found, "wrong", advice)
            return
        status, body = _answer(address, "/readyz")
        if status != 200:
            found = message("runs, not ready: {reason}", reason=body.decode()[:80])
            yield Examined("server", found, "wrong", message("docs/operation.md says what to do"))
        status, _ = _answer(address, "/")
        if status == 403:
            found = message("runs, and refuses who comes by {address}", address=address)
            advice = message("behind a proxy set ACCESS to sign-in or public")
            yield Examined("server", found, "wrong", advice)
            return
        status, _ = _answer(address, "/_stcore/stream", websocket=True)
        if status != 101:
            found = message("the websocket of pages is answered with {status}", status=status)
            advice = message("let the proxy pass on Upgrade, Connection, Host and Origin")
            yield Examined("server", found, "wrong", advice)
            return
        yield Examined("server", message("{address}: pages and websocket", address=address))
    except (OSError, http.client.HTTPException, ValueError) as error:
        found = message("{address}: no answer: {reason}", address=address, reason=str(error))
        advice = message("start the server, or name the address that browsers open")
        yield Examined("server", found, "wrong", advice)


def _answer(address: str, path: str, *, websocket: bool = False) -> tuple[int, bytes]:
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    with closing(kind(parts.hostname or "", parts.port, timeout=SECONDS)) as connection:
        headers = {"Accept": "text/html"}
        if websocket:
            headers = {
                "Upgrade": "websocket",
                "Connection": "Upgrade",
                "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "cXVhbGl0eS1kYXNoYm9hcg==",
                "Origin": address,
            }
        connection.request("GET", parts.path + path, headers=headers)
        answer = connection.getresponse()
        return answer.status, b"" if websocket else answer.read()
