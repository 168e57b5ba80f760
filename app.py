"""The front door: opens the database, fills an empty one from data/, and draws the menu.

The server imports this file once, for `app`; Streamlit runs it as a script for every visit.
"""

import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger(__name__)
# What the first page would otherwise import while its visitor waits.
LATE = (
    "indicators.frame",
    "indicators.sidebar",
    "streamlit.emojis",
    "streamlit.material_icon_names",
    "streamlit.runtime.scriptrunner.magic_funcs",
    "streamlit.web.skills",
)
HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"SAMEORIGIN",
    b"referrer-policy": b"same-origin",
}


async def boundary_file(request: Request) -> Response:
    """Serve one boundary file; its address changes with its content, so it may be kept."""
    from indicators import cached

    content = cached.boundaries().served.get(request.path_params["name"])
    if content is None:
        return PlainTextResponse("404", status_code=404)
    return Response(
        content,
        media_type="application/geo+json",
        headers={"cache-control": "public, max-age=31536000, immutable"},
    )


class SecurityHeaders:
    """Adds HEADERS to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS.items()]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def fill() -> None:
    """Publish what the project ships where nothing is public yet."""
    from indicators import cached

    if cached.release() is None:
        from etl.refresh import fill_if_empty

        fill_if_empty(cached.engine())
        cached.release.clear()


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Do at start what the first visitor would wait for.

    What goes wrong on the way is logged and keeps nobody out: a page that needs it says so.
    """
    from indicators import cached

    for step in (fill, cached.warm):
        try:
            step()
        except Exception:
            _log.exception("%s failed at start; the server starts without it", step.__name__)
    for module in LATE:
        import_module(module)
    gc.collect()
    gc.freeze()
    yield


if __name__ == "__main__":
    from indicators import frame

    frame.menu().run()
else:
    app = st.App(
        __file__,
        lifespan=lifespan,
        routes=[Route("/boundaries/{name}", boundary_file)],
        middleware=[Middleware(SecurityHeaders)],
    )
