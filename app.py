"""The front door: opens the database, fills an empty one from data/, and draws the menu.

The server imports this file once, for `app`; Streamlit runs it as a script for every visit.
"""

from __future__ import annotations

import gc
import logging
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indicators import sign_ins
from indicators.access import FIGURES, HEALTH, Gate
from indicators.exports.shared_view import EMBEDDED
from indicators.exports.workshop import workshop
from indicators.log_lines import LoggedRequests, write_json_lines
from indicators.settings import ACCESS, LOG_FORMAT, SettingError

if TYPE_CHECKING:
    from indicators.cached.readiness import Readiness
    from indicators.findings import Finding

_log = logging.getLogger(__name__)
# What the first page would otherwise import while its visitor waits.
LATE = (
    "indicators.api.routes",
    "indicators.frame",
    "indicators.sidebar.comparison",
    "indicators.sidebar.industries",
    "indicators.sidebar.map",
    "indicators.sidebar.objectives",
    "indicators.sidebar.overview",
    "indicators.sidebar.policy",
    "indicators.sidebar.province",
    "indicators.sidebar.releases",
    "streamlit.emojis",
    "streamlit.material_icon_names",
    "streamlit.runtime.scriptrunner.magic_funcs",
    "streamlit.web.skills",
)
# Vega makes functions of its expressions; Streamlit has scripts and styles within its pages.
ALLOWED = (
    b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    b"worker-src 'self' blob:; object-src 'none'; form-action 'self'; base-uri 'self'"
)
HEADERS = {
    b"content-security-policy": ALLOWED + b"; frame-ancestors 'self'",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"SAMEORIGIN",
    b"referrer-policy": b"same-origin",
}
UNKEPT = {"cache-control": "no-store"}


async def boundary_file(request: Request) -> Response:
    """Serve one boundary file; its address changes with its content, so it may be kept."""
    from indicators.cached import map as cached_map

    content = cached_map.boundaries().served.get(request.path_params["name"])
    if content is None:
        return PlainTextResponse("404", status_code=404)
    return Response(
        content,
        media_type="application/geo+json",
        headers={"cache-control": "public, max-age=31536000, immutable"},
    )


async def made_file(request: Request) -> Response:
    """Send a file that was made for one reader, from disk; see `indicators.exports.workshop`."""
    from indicators import frame
    from indicators.cached.remembered import UnreachableError

    try:
        order = await run_in_threadpool(frame.taken, request.path_params["token"])
    except UnreachableError:
        return PlainTextResponse("503", status_code=503, headers=UNKEPT)
    if order is None or (path := order.path) is None:
        return PlainTextResponse("404", status_code=404)
    # As it is: it would be packed in the one thread that pages are sent from.
    headers = UNKEPT | {"content-encoding": "identity"}
    return FileResponse(path, filename=order.name, headers=headers)


async def alive(_request: Request) -> Response:
    """Say that the server runs, whatever it can show."""
    return JSONResponse({"status": "ok"}, headers=UNKEPT)


async def ready(_request: Request) -> Response:
    """Say whether pages can be shown, in a word what is lacking where they cannot."""
    lacking = await _readiness()()
    if lacking is None:
        return JSONResponse({"status": "ok"}, headers=UNKEPT)
    return JSONResponse({"status": "not ready", "reason": lacking}, 503, UNKEPT)


async def programs(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer programs, which ask for figures and no page."""
    from indicators.api.routes import served

    await served(scope, receive, send)


async def announcement(request: Request) -> Response:
    """Tell catalogues of data what there is, and those who subscribe what was published."""
    from indicators.api.routes import announced

    return await run_in_threadpool(announced, request)


# Whatever is asked of them, what is wrong with it is told as of all that programs ask for.
ANNOUNCED = [
    Route(f"/{path}", announcement, methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    for path in ("catalog.jsonld", "releases.atom")
]


@cache
def _readiness() -> Readiness:
    from indicators.cached.readiness import Readiness

    return Readiness()


class SecurityHeaders:
    """Adds HEADERS to every answer.

    Pages that anybody may see may be embedded by anybody: they have nothing to be clicked for.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(HEADERS)
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        if asked.get(EMBEDDED) == ["true"] and ACCESS.text == "public":
            del headers[b"x-frame-options"]
            headers[b"content-security-policy"] = ALLOWED

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers.items()]
            await send(message)

        await self._app(scope, receive, send_with_headers)


class KnownAddresses:
    """Leads every address to a page: the first page's name to it, an unknown one to one of ours.

    Streamlit answers any address with its shell, and says in English that there is no such page.
    """

    # What is no page; the first page's own address is the bare one.
    OURS = (
        *(["boundaries"], ["files"], ["static"], ["media"], ["component"], ["app"]),
        *(["auth"], ["oauth2callback"], *FIGURES, *HEALTH),
    )
    # Streamlit's own browser code looks for its server below a page first, and goes on to the bare
    # address once there is none. A 404 stands in the browser's console as an error, a 300 does not.
    PROBES = (["_stcore", "health"], ["_stcore", "host-config"])

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from indicators.frame import PAGES, UNKNOWN

        parts = [part for part in scope.get("path", "").split("/") if part]
        asked = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if asked and len(parts) == 3 and parts[0] in (*PAGES, UNKNOWN) and parts[1:] in self.PROBES:
            elsewhere = Response(status_code=300)
            await elsewhere(scope, receive, send)
            return
        if parts[:2] == ["api", "v1"] and "\n" in scope["path"]:  # which no route takes in
            await programs(scope, receive, send)
            return
        inner = any(part[0] == "_" or "." in part for part in parts) or parts[:1] in self.OURS
        page = parts == [] or (len(parts) == 1 and parts[0] in (*PAGES[1:], UNKNOWN))
        if not asked or inner or page:
            await self._app(scope, receive, send)
            return
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if parts == [PAGES[0]]:
            place = "/"
        else:
            place = f"/{UNKNOWN}"
            query = {"lang": query.get("lang", []), "asked": ["/" + "/".join(parts)]}
        words = urlencode(query, doseq=True)
        leading = RedirectResponse(f"{place}?{words}" if words else place)
        await leading(scope, receive, send)


def known_routes() -> list[str]:
    """Return the first parts of the addresses that there are."""
    from indicators.frame import PAGES, UNKNOWN

    return [*PAGES, UNKNOWN, *(part for (part,) in KnownAddresses.OURS)]


def open_figures() -> None:
    """Fill an empty database, and see that pages have a catalogue to stand on.

    Where its files have mistakes, that is the one last published, and pages say so; where there is
    none yet, pages show the mistakes, and so where settings are wrong. All of them are
    told on the server's screen.
    """
    from etl import meaning
    from indicators import access, catalogue
    from indicators.cached import remembered
    from indicators.findings import FindingsError
    from indicators.published_catalogue import kept_catalogue
    from indicators.settings import wrong_settings
    from indicators.store.database import open_database
    from indicators.store.queries import latest_release

    if wrong := wrong_settings():
        _tell(wrong, on_pages=True)
        return
    if wrong := access.sign_in_mistakes():
        _tell(wrong, on_pages=False)  # the gate lets nobody in
    engine = open_database()
    findings, number = meaning.findings(), latest_release(engine)
    if number is None and not findings:
        from etl.refresh import fill_if_empty

        try:
            fill_if_empty(engine)
            remembered.answer.clear()
        except FindingsError as refusal:
            findings = refusal.findings
    if not findings:
        return
    kept = {} if number is None else kept_catalogue(engine)
    # What is wrong with targets and peer groups keeps no page from what was published.
    broken = number is None or any(finding.file in catalogue.FILES for finding in findings)
    if broken and kept:
        catalogue.stand_on(kept)
    _tell(findings, on_pages=broken and not kept)


def _tell(findings: Sequence[Finding], *, on_pages: bool) -> None:
    from rich.console import Console

    from etl.reporting import findings_frame, findings_table
    from indicators import frame
    from indicators.wording import LANGUAGES, Wording

    Console(stderr=True).print(findings_table(findings, Wording("zh")))
    told = {language: findings_frame(findings, Wording(language)) for language in LANGUAGES}
    frame.findings.update(told)
    if on_pages:
        frame.mistakes.update(told)


def warm() -> None:
    """Make what the first visitor would wait for, and the first program that asks."""
    from indicators import frame
    from indicators.api import routes
    from indicators.cached import first_visit, remembered

    if not frame.mistakes:
        first_visit.warm()
        if remembered.newest() is not None:
            routes.warm()


def answer_at_once() -> None:
    """Let what this server sends leave at once, however small.

    Streamlit 1.67 opens its socket without naming TCP as the protocol. So asyncio leaves Nagle's
    algorithm on for every connection, and whatever follows a first small part waits 40 ms for the
    browser's delayed acknowledgement. Connections take the option over from the socket that they
    come in at.
    """
    for each in gc.get_objects():
        if type(each) is socket.socket and each.family in (socket.AF_INET, socket.AF_INET6):
            with suppress(OSError):  # one that is closed
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Do at start what the first visitor would wait for.

    What goes wrong on the way is logged and keeps nobody out: a page that needs it says so.
    """
    for step in (open_figures, warm, sign_ins.follow):
        try:
            step()
        except Exception:
            _log.exception("%s failed at start; the server starts without it", step.__name__)
    for module in LATE:
        import_module(module)
    # Last, since what was imported has made loggers of its own.
    with suppress(SettingError):  # which pages tell
        if LOG_FORMAT.value == "json":
            write_json_lines()
    answer_at_once()
    gc.collect()
    gc.freeze()
    yield
    workshop().close()


if __name__ == "__main__":
    from indicators import frame

    frame.run()
else:
    app = st.App(
        __file__,
        lifespan=lifespan,
        routes=[
            Route("/boundaries/{name}", boundary_file),
            Route("/files/{token}", made_file),
            Route("/healthz", alive),
            Route("/readyz", ready),
            Mount("/api/v1", programs),
            *ANNOUNCED,
        ],
        middleware=[
            Middleware(LoggedRequests, known=known_routes),
            Middleware(SecurityHeaders),
            Middleware(Gate),
            Middleware(KnownAddresses),
        ],
    )
